//! Stations → their city: the mean over those with a value, hour by hour.
//!
//! A value needs three of four of the city's stations (HJ 663-2013 asks 75 % of the points of a
//! city for a day; that it is asked of each hour is *assumed*). A city's stations are those that
//! measured anything in the file: a name without a single value is a broken or a closed one. Left
//! out of a city are its control points (对照点, clean by design) and whatever is stuck.

use std::collections::{BTreeMap, BTreeSet};

use super::{Chosen, Hour, Series, Values};
use crate::domain::aqi::{Concentration, PerPollutant, Pollutant, Sample};

/// Of a hundred stations, how many make a value of their city.
const VALID_SHARE: usize = 75;

/// Measured hours in a row with the very same values of several pollutants, from which on a station
/// is taken to be stuck (*assumed*). Of 145,000 hours of six live stations (PRSA) the longest such
/// run has 6; that of a station closed long ago and still published, 150 and more.
const STUCK: usize = 12;

/// A station or city by itself; what is stuck is left out where its hours were measured.
pub(super) fn alone(series: &Series, measured: bool) -> Chosen {
    let mut notes = Vec::new();
    let values = match &series.values {
        Values::Hours(hours) if measured => {
            let (moving, stuck) = without_stuck(hours);
            if stuck > 0 {
                notes.push(format!(
                    "{stuck} hours of the same values left out as stuck"
                ));
            }
            Values::Hours(moving)
        }
        other => other.clone(),
    };
    Chosen {
        place: series.place.to_string(),
        values,
        notes,
    }
}

/// What is to be said of stations that are not taken as the mean of a city, once for all of them.
pub(super) fn each_by_itself<'s>(series: impl IntoIterator<Item = &'s Series>) -> Option<String> {
    let stations = series.into_iter().filter_map(|s| s.place.station.as_ref());
    match stations.collect::<Vec<_>>()[..] {
        [] => None,
        [station] => Some(format!("one station, {station}, not the mean of a city")),
        ref stations => {
            let count = stations.len();
            Some(format!(
                "{count} stations, each by itself, not the mean of a city"
            ))
        }
    }
}

/// A city as the mean of its stations, which all have hours.
pub(super) fn mean(of_city: &[&Series]) -> Chosen {
    let mut told = Told::default();
    let mut stations = Vec::new();
    for series in of_city {
        let name = series.place.station.clone().unwrap_or_default();
        let Values::Hours(hours) = &series.values else {
            continue;
        };
        if is_control_point(&name) {
            told.control.push(name);
        } else if hours.values().all(|sample| *sample == Sample::default()) {
            told.silent.push(name);
        } else {
            let (moving, stuck) = without_stuck(hours);
            if moving.values().all(|sample| *sample == Sample::default()) {
                told.stuck.push(name);
            } else {
                told.stuck_hours += stuck;
                told.known.push(name);
                stations.push(moving);
            }
        }
    }
    let values = Values::Hours(hours_of(&stations, &mut told));
    let city = of_city.first().map(|series| series.place.city.clone());
    Chosen {
        place: city.unwrap_or_default(),
        values,
        notes: told.notes(),
    }
}

/// The hours of a city, and how many stations made them.
fn hours_of(stations: &[BTreeMap<Hour, Sample>], told: &mut Told) -> BTreeMap<Hour, Sample> {
    let hours: BTreeSet<Hour> = stations.iter().flat_map(BTreeMap::keys).copied().collect();
    let mut mean = BTreeMap::new();
    for at in hours {
        let sample = PerPollutant::from_fn(|pollutant| {
            let values = stations
                .iter()
                .filter_map(|hours| hours.get(&at)?[pollutant]);
            told.value(values.collect(), stations.len())
        });
        mean.insert(at, sample);
    }
    mean
}

/// What was done on the way from stations to their city.
#[derive(Default)]
struct Told {
    known: Vec<String>,
    control: Vec<String>,
    silent: Vec<String>,
    stuck: Vec<String>,
    stuck_hours: usize,
    /// The fewest stations of one value.
    fewest: Option<usize>,
    too_few: usize,
}

impl Told {
    /// The mean, where enough of the stations have a value.
    fn value(&mut self, values: Vec<Concentration>, of: usize) -> Option<Concentration> {
        let count = values.len();
        if count == 0 {
            return None;
        }
        if count * 100 < of * VALID_SHARE {
            self.too_few += 1;
            return None;
        }
        self.fewest = Some(self.fewest.map_or(count, |fewest| fewest.min(count)));
        Concentration::mean(values)
    }

    fn notes(self) -> Vec<String> {
        let known = self.known.len();
        let mut notes = vec![format!(
            "the mean of {} to {known} of {known} stations in every hour",
            self.fewest.unwrap_or(0)
        )];
        if self.too_few > 0 {
            notes.push(format!(
                "{} values of fewer than {VALID_SHARE} % of the stations left out (HJ 663, \
                 assumed for hours)",
                self.too_few
            ));
        }
        let mut left_out = |why: &str, names: Vec<String>| {
            if !names.is_empty() {
                notes.push(format!("left out as {why}: {}", names.join(", ")));
            }
        };
        left_out("control points", self.control);
        left_out("without any value", self.silent);
        left_out("stuck on one value", self.stuck);
        if self.stuck_hours > 0 {
            let hours = self.stuck_hours;
            notes.push(format!(
                "{hours} hours of single stations left out as stuck"
            ));
        }
        notes
    }
}

fn is_control_point(station: &str) -> bool {
    station.contains("对照点") || station.contains("背景点")
}

/// The hours without those of a run in which nothing moved, and how many those were. A run is of
/// measured hours, with at least three pollutants: one alone may stand still.
fn without_stuck(hours: &BTreeMap<Hour, Sample>) -> (BTreeMap<Hour, Sample>, usize) {
    let measured: Vec<(&Hour, &Sample)> = hours
        .iter()
        .filter(|(_, sample)| **sample != Sample::default())
        .collect();
    let mut left = hours.clone();
    let mut stuck = 0;
    for run in measured.chunk_by(|(_, earlier), (_, later)| earlier == later) {
        let pollutants = Pollutant::ALL
            .into_iter()
            .filter(|p| run[0].1[*p].is_some());
        if run.len() >= STUCK && pollutants.count() >= 3 {
            stuck += run.len();
            for (at, _) in run {
                left.insert(**at, Sample::default());
            }
        }
    }
    (left, stuck)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rstest::rstest;

    use super::*;
    use crate::sources::Place;

    fn on() -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 4, 1).unwrap()
    }

    fn micrograms(value: u32) -> Concentration {
        Concentration::from_micrograms(value).unwrap()
    }

    /// A station with these values of PM2.5 in the hours from 0.
    fn station(name: &str, values: &[Option<u32>]) -> Series {
        let hours = (0..).zip(values).map(|(hour, value)| {
            let mut sample = Sample::default();
            sample[Pollutant::Pm25] = value.map(micrograms);
            ((on(), hour), sample)
        });
        let place = Place {
            city: "许昌".to_owned(),
            station: Some(name.to_owned()),
        };
        Series {
            place,
            values: Values::Hours(hours.collect()),
        }
    }

    fn pm2_5(chosen: &Chosen, hour: u16) -> Option<Concentration> {
        let Values::Hours(hours) = &chosen.values else {
            panic!("hours of a city")
        };
        hours[&(on(), hour)][Pollutant::Pm25]
    }

    #[rstest]
    #[case::all_four([Some(10), Some(20), Some(30), Some(60)], Some(30))]
    #[case::three_of_four([Some(10), Some(20), Some(30), None], Some(20))]
    #[case::two_of_four([Some(10), Some(20), None, None], None)]
    fn a_city_needs_three_of_four_stations(
        #[case] first_hour: [Option<u32>; 4],
        #[case] expected: Option<u32>,
    ) {
        let stations: Vec<_> = (0..)
            .zip(first_hour)
            .map(|(at, value)| station(&format!("{at}"), &[value, Some(1)]))
            .collect();
        let chosen = mean(&stations.iter().collect::<Vec<_>>());
        assert_eq!(pm2_5(&chosen, 0), expected.map(micrograms));
        assert_eq!(chosen.place, "许昌");
    }

    #[test]
    fn a_station_without_a_value_and_a_control_point_do_not_count() {
        let stations = [
            station("开发区", &[Some(40)]),
            station("新建　", &[None]),
            station("葫头沟(对照点)", &[Some(2)]),
        ];
        let chosen = mean(&stations.iter().collect::<Vec<_>>());
        assert_eq!(pm2_5(&chosen, 0), Some(micrograms(40)));
        assert_eq!(
            chosen.notes,
            [
                "the mean of 1 to 1 of 1 stations in every hour",
                "left out as control points: 葫头沟(对照点)",
                "left out as without any value: 新建　",
            ]
        );
    }

    #[rstest]
    #[case::half_a_day_of_the_same_values(12, 12)]
    #[case::one_hour_less(11, 0)]
    fn half_a_day_without_any_change_is_no_measurement(#[case] hours: u16, #[case] stuck: usize) {
        let mut sample = Sample::default();
        for pollutant in [Pollutant::Pm25, Pollutant::Co, Pollutant::O3] {
            sample[pollutant] = Some(micrograms(24));
        }
        let hours: BTreeMap<Hour, Sample> = (0..hours).map(|hour| ((on(), hour), sample)).collect();
        let (left, found) = without_stuck(&hours);
        assert_eq!(found, stuck);
        let measured = left.values().filter(|left| **left != Sample::default());
        assert_eq!(measured.count(), hours.len() - stuck);
    }
}
