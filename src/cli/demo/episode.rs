//! A real pollution episode under new dates: 许昌, January 2015, moved so that its 24th is tomorrow.
//!
//! Nothing else is changed. The days keep their measured concentrations, and the index of each is
//! that of the standard in force on its *new* day; the sources say that these days are past ones.
//! Days up to today are taken in as observed, those from tomorrow on as a forecast made now, so
//! the two meet without a seam.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::ingest::{DayIn, OutlookIn, Series};
use crate::domain::aqi::Standards;
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::sources::own;
use crate::table::{Fault, Table};

/// The daily means as they were measured.
const MEASURED: &str = include_str!("episode.csv");

/// The day of the episode that falls on tomorrow: the first of four above 150.
const FALLS_ON_TOMORROW: NaiveDate = NaiveDate::from_ymd_opt(2015, 1, 24).expect("a day");

/// The episode as of `now`: what was observed, and what is foreseen.
pub(super) fn as_of(
    now: DateTime<Utc>,
    region: RegionCode,
    standards: &Standards,
) -> Result<[OutlookIn; 2], Fault> {
    let tomorrow = tomorrow(now);
    let table = Table::parse("episode.csv", redated(tomorrow).as_bytes())?;
    let outlook = own::read(&table, standards)?;
    let (observed, foreseen): (Vec<_>, Vec<_>) = outlook
        .days()
        .as_slice()
        .iter()
        .cloned()
        .map(DayIn::from)
        .partition(|day| day.on < tomorrow);
    let standard = standards
        .in_force_on(tomorrow)
        .unwrap_or_else(|| standards.newest());
    let arrived = |what: &str, series, days| OutlookIn {
        region,
        source: source(what, standard.document()),
        series,
        days,
        notes: Vec::new(),
    };
    Ok([
        arrived("实测", Series::Observed, observed),
        arrived(
            "实测（作预报用）",
            Series::Forecast { issued_at: now },
            foreseen,
        ),
    ])
}

fn tomorrow(now: DateTime<Utc>) -> NaiveDate {
    day_of(now) + chrono::Days::new(1)
}

/// What a reader is told about every day: whose past it is, and what was done to it.
fn source(what: &str, document: &str) -> String {
    // `HJ 633-2026 环境空气质量指数…`: its number is enough.
    let number: Vec<_> = document.split(' ').take(2).collect();
    format!(
        "演示：许昌2015年1月{what}，日期平移，按{}重算",
        number.join(" ")
    )
}

/// The table without its remarks, every day moved by as many days.
fn redated(tomorrow: NaiveDate) -> String {
    let moved_by = tomorrow - FALLS_ON_TOMORROW;
    let lines = MEASURED.lines().filter(|line| !line.starts_with('#'));
    let mut table = String::with_capacity(MEASURED.len());
    for line in lines {
        match line.split_once(',') {
            Some((day, means)) if day != "date" => {
                let day: NaiveDate = day.parse().expect("the episode's days are dates");
                table.push_str(&(day + moved_by).to_string());
                table.push(',');
                table.push_str(means);
            }
            _ => table.push_str(line),
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use rstest::rstest;

    use super::*;
    use crate::app::ingest::ValueIn;
    use crate::domain::outlook::AqiRange;
    use crate::playbooks::{self, Files};

    fn standards() -> Standards {
        playbooks::standards(&Files::shipped()).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn episode(now: DateTime<Utc>) -> [OutlookIn; 2] {
        as_of(now, "411000".parse().unwrap(), &standards()).unwrap()
    }

    fn days(outlook: &OutlookIn) -> Vec<NaiveDate> {
        outlook.days.iter().map(|day| day.on).collect()
    }

    fn indices(outlook: &OutlookIn) -> Vec<Option<u16>> {
        let index = |day: &DayIn| match &day.value {
            ValueIn::Index { aqi, .. } => aqi.map(AqiRange::middle),
            ValueIn::Sample(_) | ValueIn::Hours => None,
        };
        outlook.days.iter().map(index).collect()
    }

    #[rstest]
    // Seven days in a row: every weekday is once the first.
    #[case::monday("2026-11-23T04:00:00Z", "2026-11-24")]
    #[case::tuesday("2026-11-24T04:00:00Z", "2026-11-25")]
    #[case::wednesday("2026-11-25T04:00:00Z", "2026-11-26")]
    #[case::thursday("2026-11-26T04:00:00Z", "2026-11-27")]
    #[case::friday("2026-11-27T04:00:00Z", "2026-11-28")]
    #[case::saturday("2026-11-28T04:00:00Z", "2026-11-29")]
    #[case::sunday("2026-11-29T04:00:00Z", "2026-11-30")]
    #[case::before_midnight_in_beijing("2026-11-24T15:59:59Z", "2026-11-25")]
    #[case::after_midnight_in_beijing("2026-11-24T16:00:00Z", "2026-11-26")]
    #[case::a_year_ends_tonight("2026-12-31T04:00:00Z", "2027-01-01")]
    #[case::a_year_ends_within_the_forecast("2026-12-28T04:00:00Z", "2026-12-29")]
    #[case::a_year_began_within_the_observed("2027-01-04T04:00:00Z", "2027-01-05")]
    #[case::a_leap_day_is_tomorrow("2028-02-28T04:00:00Z", "2028-02-29")]
    fn observed_and_foreseen_days_meet_at_tomorrow(#[case] now: &str, #[case] tomorrow: &str) {
        let tomorrow: NaiveDate = tomorrow.parse().unwrap();
        let [observed, foreseen] = episode(at(now));
        // 13 to 23 January, and 24 to 31.
        let before: Vec<_> = (1..=11).rev().map(|n| tomorrow - Days::new(n)).collect();
        let after: Vec<_> = (0..8).map(|n| tomorrow + Days::new(n)).collect();
        assert_eq!(days(&observed), before);
        assert_eq!(days(&foreseen), after);
        assert_eq!(observed.series, Series::Observed);
        assert_eq!(
            foreseen.series,
            Series::Forecast { issued_at: at(now) },
            "made now"
        );
    }

    #[test]
    fn every_day_is_recomputed_by_the_standard_in_force_on_its_new_date() {
        // Worked out by hand from the tables of HJ 633-2026; PM2.5 leads, means rounded to whole
        // µg/m³ and the index upwards. 24th: 158 lies between 150 (200) and 250 (300): 208.
        let [observed, foreseen] = episode(at("2026-11-24T04:00:00Z"));
        let expected = [141, 153, 211, 190, 159, 107, 109, 143, 144, 116, 115];
        assert_eq!(indices(&observed), expected.map(Some));
        let expected = [208, 256, 312, 160, 76, 120, 175, 90];
        assert_eq!(indices(&foreseen), expected.map(Some));
        // From 2026-03-01 on that standard holds; on the day before, HJ 633-2012.
        let [_, foreseen] = episode(at("2026-02-20T04:00:00Z"));
        assert!(
            foreseen.source.contains("HJ 633-2012"),
            "{}",
            foreseen.source
        );
        // By the tables of 2012, 55 µg/m³ on the 31st (28 February) lie between 35 (50) and 75
        // (100): 75; PM10 94 between 50 (50) and 150 (100): 72.
        assert_eq!(indices(&foreseen)[7], Some(75));
    }

    #[test]
    fn a_reader_sees_that_the_days_are_past_moved_and_recomputed() {
        for outlook in episode(at("2026-11-24T04:00:00Z")) {
            for said in ["演示", "2015年1月", "日期平移", "HJ 633-2026重算"] {
                assert!(outlook.source.contains(said), "{}", outlook.source);
            }
        }
    }
}
