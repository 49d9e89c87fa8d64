//! Hours of concentrations → the natural days of an outlook, or any 24 hours of it.
//!
//! A mean of 24 hours needs 20 of them, an eight-hour mean of ozone 6 of 8 (GB 3095-2026, table 4);
//! what falls short is not measured. Ozone counts with the largest eight-hour mean that lies within
//! the 24 hours. The index is that of the standard in force on the day on which they begin; where it
//! may not be published, they are a gap.
//!
//! An hour is known by its label, and belongs to the day that the label names. Labels run from 00
//! to 23, each the beginning of its hour, or from 01 to 24, each its end: a series that has a label
//! 24 is read in the second way.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;

use crate::aqi::{Concentration, PerPollutant, Period, Pollutant, Sample, Standards};

use super::{Day, Days, HOURS_A_DAY, HoursOfDay, Outlook};

/// Of the 24 hours of a day, how many make a valid mean.
const VALID_DAY: usize = 20;
/// Of eight hours, how many make a valid mean.
const VALID_EIGHT_HOURS: usize = 6;

/// Hourly means by civil day.
#[derive(Clone, Debug, Default)]
pub struct Hourly {
    days: BTreeMap<NaiveDate, Hours>,
    /// Whether an hour was labelled 0, and whether one was labelled 24.
    labelled: (bool, bool),
}

/// The hours of one day.
type Hours = PerPollutant<[Option<Concentration>; LABELS]>;

/// Labels 0 to 24, so that days labelled from 00:00 and from 01:00 both fit.
const LABELS: usize = 25;

impl Hourly {
    /// Takes in the hour labelled `hour` (0 to 24) of a day, ozone as the mean of that hour.
    ///
    /// # Panics
    /// When the hour is beyond 24.
    pub fn insert(&mut self, on: NaiveDate, hour: u16, sample: &Sample) {
        self.labelled.0 |= hour == 0;
        self.labelled.1 |= usize::from(hour) == HOURS_A_DAY;
        let day = self
            .days
            .entry(on)
            .or_insert_with(|| PerPollutant::from_fn(|_| [None; LABELS]));
        for pollutant in Pollutant::ALL {
            day[pollutant][usize::from(hour)] = sample[pollutant];
        }
    }

    /// Takes in a day of which nothing else is known here.
    pub fn insert_day(&mut self, on: NaiveDate, hours: &HoursOfDay) {
        for (label, at) in (0..).zip(0..HOURS_A_DAY) {
            self.insert(on, label, &hours.at(at));
        }
    }

    /// Each day that has an hour, with its hours in order, however they are labelled.
    pub fn by_day(&self) -> impl Iterator<Item = (NaiveDate, HoursOfDay)> {
        let first = self.labels().start;
        self.days.iter().map(move |(&on, hours)| {
            let hours = HoursOfDay::from_fn(|at| {
                PerPollutant::from_fn(|pollutant| hours[pollutant][first + at])
            });
            (on, hours)
        })
    }

    /// Whether hours are labelled both from 0 and to 24, so that one of the two is a mistake.
    pub fn is_labelled_twice(&self) -> bool {
        self.labelled == (true, true)
    }

    /// Every hour of each day that has one, with its day and label. Those without a value are there
    /// too: their labels tell how the others are meant.
    pub fn hours(&self) -> impl Iterator<Item = ((NaiveDate, u16), Sample)> {
        let labels = self.labels();
        self.days.iter().flat_map(move |(&on, hours)| {
            labels.clone().map(move |at| {
                let sample = PerPollutant::from_fn(|pollutant| hours[pollutant][at]);
                let label = u16::try_from(at).expect("labels end at 24");
                ((on, label), sample)
            })
        })
    }

    /// The natural days, each judged by the standard in force on it.
    pub fn days(&self, standards: &Standards) -> impl Iterator<Item = Day> {
        self.days.iter().map(|(&on, hours)| {
            let sample = PerPollutant::from_fn(|pollutant| match pollutant {
                Pollutant::O3 => largest_eight_hours(&hours[pollutant]),
                _ => mean(&hours[pollutant], VALID_DAY),
            });
            Day::measured(on, &sample, standards)
        })
    }

    /// Every 24 hours from the midnight before the first hour to the one after the last.
    pub fn rolling(&self, standards: &Standards) -> Rolling {
        let (Some((&first, _)), Some((&last, _))) =
            (self.days.first_key_value(), self.days.last_key_value())
        else {
            return Rolling(Vec::new());
        };
        let rows = self.in_rows(first, last);
        let means = PerPollutant::from_fn(|pollutant| {
            let hours = &rows[pollutant];
            match pollutant {
                Pollutant::O3 => {
                    let means = Concentration::sliding_means::<8>(hours, VALID_EIGHT_HOURS);
                    sliding_largest(means, HOURS_A_DAY - 7)
                }
                _ => Concentration::sliding_means::<HOURS_A_DAY>(hours, VALID_DAY),
            }
        });
        let count = means[Pollutant::Pm25].len();
        let mut spans = Vec::with_capacity(count);
        for (on, midnight) in first.iter_days().zip((0..count).step_by(HOURS_A_DAY)) {
            let standard = standards.of(on);
            let begins = midnight..count.min(midnight + HOURS_A_DAY);
            spans.extend(begins.map(|begin| {
                let sample = PerPollutant::from_fn(|pollutant| means[pollutant][begin]);
                Day::indexed(on, standard.assess(Period::Day, &sample))
            }));
        }
        Rolling(spans)
    }

    /// Every 24 hours of the days of an outlook. Those that are a day of it are that day as it stands
    /// there, its hours known or not; the others are what their hours make of them.
    pub fn rolling_over(mut self, outlook: &Outlook, standards: &Standards) -> Rolling {
        let days = outlook.days().as_slice();
        for day in days {
            self.days
                .entry(day.on)
                .or_insert_with(|| PerPollutant::from_fn(|_| [None; LABELS]));
        }
        let Rolling(mut spans) = self.rolling(standards);
        let begins = spans.iter_mut().step_by(HOURS_A_DAY);
        for (span, day) in begins.zip(days) {
            day.clone_into(span);
        }
        Rolling(spans)
    }

    /// The labels of a day's hours.
    fn labels(&self) -> Range<usize> {
        let by_their_ends = self.labelled.1;
        if by_their_ends {
            1..LABELS
        } else {
            0..HOURS_A_DAY
        }
    }

    /// The hours of each pollutant in a row, from the one that begins the first of these days to the one
    /// that ends the last.
    fn in_rows(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> PerPollutant<Vec<Option<Concentration>>> {
        let begin = |on: NaiveDate| {
            let days = usize::try_from((on - first).num_days());
            HOURS_A_DAY * days.expect("no day is before the first")
        };
        let mut rows = PerPollutant::from_fn(|_| vec![None; begin(last) + HOURS_A_DAY]);
        for (&on, hours) in &self.days {
            for pollutant in Pollutant::ALL {
                let day = &hours[pollutant][self.labels()];
                rows[pollutant][begin(on)..][..HOURS_A_DAY].copy_from_slice(day);
            }
        }
        rows
    }
}

impl<'s> FromIterator<(NaiveDate, u16, &'s Sample)> for Hourly {
    fn from_iter<I: IntoIterator<Item = (NaiveDate, u16, &'s Sample)>>(hours: I) -> Self {
        let mut hourly = Self::default();
        for (on, hour, sample) in hours {
            hourly.insert(on, hour, sample);
        }
        hourly
    }
}

/// Every 24 consecutive hours of a series (连续24小时，可跨自然日): one begins at each hour.
#[derive(Clone, Debug)]
pub struct Rolling(Vec<Day>);

impl Rolling {
    /// The spans, the first at midnight; each is on the day on which it begins.
    pub fn days(&self) -> Days<'_> {
        Days {
            spans: &self.0,
            a_day: HOURS_A_DAY,
            hour: 0,
        }
    }
}

fn largest_eight_hours(hours: &[Option<Concentration>]) -> Option<Concentration> {
    let windows = hours.windows(8);
    windows
        .filter_map(|window| mean(window, VALID_EIGHT_HOURS))
        .max()
}

/// The largest of every `width` values in a row.
fn sliding_largest<T: Ord + Copy>(mut values: Vec<T>, width: usize) -> Vec<T> {
    // Two adjoining or overlapping stretches make one that is up to twice as wide.
    let mut covered = 1;
    while covered < width {
        let step = covered.min(width - covered);
        let kept = values.len().saturating_sub(step);
        for at in 0..kept {
            values[at] = values[at].max(values[at + step]);
        }
        values.truncate(kept);
        covered += step;
    }
    values
}

fn mean(hours: &[Option<Concentration>], valid: usize) -> Option<Concentration> {
    let measured = hours.iter().flatten().copied();
    (measured.clone().count() >= valid)
        .then(|| Concentration::mean(measured))
        .flatten()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::aqi::Standard;
    use crate::outlook::AqiRange;

    fn standards() -> Standards {
        let texts = [
            include_str!("../../../playbooks/standards/aqi-hj633-2012.toml"),
            include_str!("../../../playbooks/standards/aqi-hj633-2026.toml"),
        ];
        let versions = texts.map(|text| Standard::parse("standard", text).unwrap());
        Standards::new(versions.into()).unwrap()
    }

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2014, 2, day).unwrap()
    }

    fn micrograms(value: u32) -> Concentration {
        Concentration::from_micrograms(value).unwrap()
    }

    /// A day on which every pollutant has this value (harmless but for PM2.5) in these hours.
    fn day(values: u32, hours: std::ops::Range<u16>) -> Day {
        let mut hourly = Hourly::default();
        for hour in hours {
            let sample = PerPollutant::from_fn(|_| Some(micrograms(values)));
            hourly.insert(on(1), hour, &sample);
        }
        hourly.days(&standards()).next().unwrap()
    }

    #[rstest]
    #[case::whole_day(0..24, Some(201))]
    #[case::labelled_by_the_end(1..25, Some(201))]
    #[case::twenty_hours(0..20, Some(201))]
    #[case::nineteen_hours(0..19, None)]
    fn a_day_needs_twenty_hours(#[case] hours: std::ops::Range<u16>, #[case] aqi: Option<u16>) {
        let day = day(151, hours);
        assert_eq!(day.pm2_5.map(AqiRange::middle), aqi);
        // Over 100 the index is published from what there is; ozone alone is not over 100.
        assert_eq!(day.aqi.map(AqiRange::middle), aqi);
    }

    #[rstest]
    #[case::eight_in_the_afternoon(12..20, Some(161))]
    #[case::six_of_eight(12..18, Some(161))]
    #[case::five(12..17, None)]
    fn ozone_counts_with_its_largest_eight_hours(
        #[case] measured: std::ops::Range<usize>,
        #[case] expected: Option<u32>,
    ) {
        let mut hours = [None; LABELS];
        hours[measured].fill(Some(micrograms(161)));
        assert_eq!(largest_eight_hours(&hours), expected.map(micrograms));
    }

    #[rstest]
    #[case::by_their_beginnings(0)]
    #[case::by_their_ends(1)]
    fn any_24_hours_are_found_however_they_are_labelled(#[case] first: u16) {
        let mut hourly = Hourly::default();
        // Two days over a new year, the first half of them at 20 and the other at 151.
        for hour in 0..48 {
            let values = if hour < 24 { 20 } else { 151 };
            let day = NaiveDate::from_ymd_opt(2014, 12, 31).unwrap()
                + TimeDelta::days((hour / 24).into());
            let sample = PerPollutant::from_fn(|_| Some(micrograms(values)));
            hourly.insert(day, hour % 24 + first, &sample);
        }
        let rolling = hourly.rolling(&standards());
        let spans = rolling.days();
        assert_eq!(spans.as_slice().len(), 25);
        let of = |at: usize| {
            let span = spans.slice(at..at + 1);
            let begin = span.begin().unwrap().naive_utc() + TimeDelta::hours(8);
            (
                begin.to_string(),
                span.as_slice()[0].pm2_5.unwrap().middle(),
            )
        };
        // 12 hours of each are 85.5 µg/m³: between 75 (100) and 115 (150), AQI 114.
        assert_eq!(of(12), ("2014-12-31 12:00:00".to_owned(), 114));
        assert_eq!(of(24), ("2015-01-01 00:00:00".to_owned(), 201));
        assert_eq!(
            spans.index(NaiveDate::from_ymd_opt(2015, 1, 1).unwrap()),
            Some(24)
        );
    }

    #[rstest]
    #[case::by_their_beginnings(0)]
    #[case::by_their_ends(1)]
    fn a_record_of_days_gives_the_same_24_hours(#[case] first: u16) {
        let mut hourly = Hourly::default();
        for hour in 0..48 {
            let sample = PerPollutant::from_fn(|_| Some(micrograms(20 + 5 * u32::from(hour))));
            hourly.insert(on(1 + u32::from(hour / 24)), hour % 24 + first, &sample);
        }
        let mut again = Hourly::default();
        for (on, hours) in hourly.by_day() {
            again.insert_day(on, &hours);
        }
        let (before, after) = (hourly.rolling(&standards()), again.rolling(&standards()));
        assert_eq!(before.days().as_slice(), after.days().as_slice());
        let days = |hourly: &Hourly| hourly.days(&standards()).collect::<Vec<_>>();
        assert_eq!(days(&hourly), days(&again));
    }

    #[test]
    fn days_without_hours_stand_where_they_are_and_nowhere_else() {
        let mut hourly = Hourly::default();
        for hour in 0..24 {
            let sample = PerPollutant::from_fn(|_| Some(micrograms(151)));
            hourly.insert(on(2), hour, &sample);
        }
        let foreseen = |day, aqi| {
            let aqi = AqiRange::exactly(aqi).ok();
            Day::forecast(on(day), aqi, "市站")
        };
        let days = [foreseen(1, 90), foreseen(2, 260), foreseen(3, 120)];
        let outlook = Outlook::new("市站", None, days).unwrap();
        let rolling = hourly.rolling_over(&outlook, &standards());
        let spans = rolling.days().as_slice();
        assert_eq!(spans.len(), 49);
        let at = |at: usize| spans[at].aqi.map(AqiRange::middle);
        // The days as they stand, then 20 hours of the 2nd, then 19.
        assert_eq!([at(0), at(24), at(48)], [Some(90), Some(260), Some(120)]);
        assert_eq!([at(20), at(28)], [Some(201), Some(201)]);
        assert_eq!([at(19), at(29)], [None, None]);
    }

    #[test]
    fn a_failed_day_in_the_middle_of_haze_is_a_gap() {
        let text = include_str!("../../../tests/fixtures/aqi/dongsi_20140224-27.csv");
        let mut hourly = Hourly::default();
        let mut rows = text.lines();
        let header: Vec<_> = rows.next().unwrap().split(',').collect();
        for row in rows {
            let cells: Vec<_> = row.split(',').collect();
            let cell = |name: &str| cells[header.iter().position(|h| *h == name).unwrap()];
            let sample = PerPollutant::from_fn(|pollutant| {
                Concentration::parse(pollutant, cell(pollutant.as_str())).ok()
            });
            hourly.insert(
                cell("date").parse().unwrap(),
                cell("hour").parse().unwrap(),
                &sample,
            );
        }
        let outlook = Outlook::new("Dongsi", None, hourly.days(&standards())).unwrap();
        assert_eq!(outlook.gaps().collect::<Vec<_>>(), [on(25), on(26)]);
    }

    proptest! {
        #[test]
        fn the_largest_of_a_stretch_is_found_wherever_it_begins(
            values in prop::collection::vec(any::<u8>(), 0..60),
            width in 1..30_usize,
        ) {
            let largest: Vec<_> = values.windows(width).filter_map(|row| row.iter().max()).collect();
            prop_assert_eq!(sliding_largest(values.iter().collect(), width), largest);
        }
    }
}
