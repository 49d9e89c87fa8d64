//! The hours of one day, as a record keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aqi::{Concentration, PerPollutant, Pollutant, Sample};

use super::HOURS_A_DAY;

/// The hours of one day, the first the one that begins it, however their source labels them.
///
/// Written, each pollutant that was measured has 24 numbers in steps of 0.0001 µg/m³, or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct HoursOfDay(PerPollutant<[Option<Concentration>; HOURS_A_DAY]>);

impl HoursOfDay {
    /// Asks for each of the 24 hours in order.
    pub fn from_fn(hour: impl Fn(usize) -> Sample) -> Self {
        let mut hours = Self::default();
        for at in 0..HOURS_A_DAY {
            let sample = hour(at);
            for pollutant in Pollutant::ALL {
                hours.0[pollutant][at] = sample[pollutant];
            }
        }
        hours
    }

    /// Each hour as it is known here, or else there.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::from_fn(|hour| {
            PerPollutant::from_fn(|pollutant| self.0[pollutant][hour].or(other.0[pollutant][hour]))
        })
    }

    /// Behind how many hours of the day nothing is known; 0 where nothing is known at all.
    pub fn known_until(&self) -> u16 {
        let known = (1..)
            .zip(0..HOURS_A_DAY)
            .filter(|&(_, hour)| self.at(hour) != Sample::default());
        known.last().map_or(0, |(until, _)| until)
    }

    /// What is known of an hour, 0 to 23.
    ///
    /// # Panics
    /// When the hour is beyond 23.
    pub fn at(&self, hour: usize) -> Sample {
        PerPollutant::from_fn(|pollutant| self.0[pollutant][hour])
    }
}

type Written = BTreeMap<String, Vec<Option<u32>>>;

/// Why written hours are not those of a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 24 concentrations of a pollutant, or null, for `{0}`")]
pub struct NotHours(String);

impl TryFrom<Written> for HoursOfDay {
    type Error = NotHours;

    fn try_from(written: Written) -> Result<Self, NotHours> {
        let mut hours = Self::default();
        for (name, steps) in written {
            let read = || {
                let pollutant = Pollutant::ALL.into_iter().find(|of| of.as_str() == name)?;
                let values = steps.iter().map(|steps| match steps {
                    Some(steps) => Concentration::from_steps(*steps).map(Some),
                    None => Some(None),
                });
                let values: Vec<_> = values.collect::<Option<_>>()?;
                Some((pollutant, values.try_into().ok()?))
            };
            let (pollutant, values) = read().ok_or_else(|| NotHours(name.clone()))?;
            hours.0[pollutant] = values;
        }
        Ok(hours)
    }
}

impl From<HoursOfDay> for Written {
    fn from(hours: HoursOfDay) -> Self {
        let measured = hours
            .0
            .iter()
            .filter(|(_, values)| values.iter().any(Option::is_some));
        let written = measured.map(|(pollutant, values)| {
            let steps = values.iter().map(|value| value.map(Concentration::steps));
            (pollutant.as_str().to_owned(), steps.collect())
        });
        written.collect()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn written(pollutant: &str, first: &str, more: usize) -> String {
        format!(r#"{{"{pollutant}":[{first}{}]}}"#, ",null".repeat(more))
    }

    #[test]
    fn hours_are_written_in_steps_and_read_back() {
        let mut first = Sample::default();
        first[Pollutant::Pm25] = Concentration::parse(Pollutant::Pm25, "35.25").ok();
        let hours = HoursOfDay::from_fn(|at| if at == 0 { first } else { Sample::default() });
        let text = serde_json::to_string(&hours).unwrap();
        assert_eq!(text, written("pm2_5", "352500", 23));
        assert_eq!(serde_json::from_str::<HoursOfDay>(&text).unwrap(), hours);
        assert_eq!(hours.at(0), first);
        assert_eq!(hours.known_until(), 1);
        assert_eq!(HoursOfDay::default().known_until(), 0);
    }

    #[rstest]
    #[case::another_day_length(&written("pm2_5", "1", 22))]
    #[case::nothing_we_know(&written("pm1", "1", 23))]
    #[case::beyond_all_air(&written("co", "4294967295", 23))]
    #[case::negative(&written("co", "-1", 23))]
    fn what_was_tampered_with_is_not_read(#[case] text: &str) {
        assert!(serde_json::from_str::<HoursOfDay>(text).is_err());
    }
}
