//! Days of cities with concentrations (`city-days`), as aqistudy.cn kept them.
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `city` | the city | | |
//! | `date` | the day, `2015-01-25` | Beijing time | none |
//! | `pm25`, `pm10`, `so2`, `no2` | means of the day | µg/m³ | none |
//! | `co` | the same | mg/m³ | none |
//! | `o3_8h` | taken as the largest mean of eight hours (*assumed*) | µg/m³ | none |
//! | `aqi`, `aqi_range`, `level`, `rank` | not read | | |
//!
//! `aqi` is the mean of the day's hourly indices and `aqi_range` the least and the largest of them:
//! neither is the index of the day, which is computed from the concentrations. Values above the
//! table (PM2.5 of 897.5) have the index 500.
//!
//! Missing: never empty; a zero (PM10 of 0 beside PM2.5 of 206) says that nothing was measured.
//!
//! Attribution: history collected by aqistudy.cn from the national network; no licence stated.

use super::mapping::{Clock, Mapping, Places, Zero, six};
use super::unit::Unit;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &["city", "date", "aqi_range", "pm25", "pm10", "o3_8h"],
    source: "aqistudy.cn history of the national network",
    places: Places::Cells("city", None),
    clock: Clock::Day("date"),
    columns: &six(
        ["pm25", "pm10", "so2", "no2", "co", "o3_8h"],
        Unit::MilligramsPerCubicMetre,
    ),
    zero: Zero::Gap,
    notes: &[
        "the index is computed from the concentrations; the file's mean of hourly indices is not \
         taken",
        "a value of exactly 0 is taken for a gap",
    ],
};

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::Format;
    use super::super::tests::{days, of, on, read_as, standards};
    use crate::domain::aqi::Pollutant;
    use crate::domain::outlook::AqiRange;

    const FIXTURE: &[u8] = include_bytes!("../../tests/fixtures/sources/city_days.csv");

    /// By table 1 of HJ 633-2012: PM2.5 of 244 is 200 + (244 − 150) × 100 / 100 = 294, of 158.2 is
    /// 208.2 rounded up; above 500 it is 500. The file's own means of hourly indices are 283, 203
    /// and 488.
    #[rstest]
    #[case("保定", "2013-12-02", 294)]
    #[case("许昌", "2015-01-24", 209)]
    #[case("沈阳", "2015-11-08", 500)]
    fn the_index_is_that_of_the_days_concentrations(
        #[case] city: &str,
        #[case] day: &str,
        #[case] aqi: u16,
    ) {
        let chosen = read_as(Format::CityDays, FIXTURE)
            .at(Some(city), None)
            .unwrap();
        let days = chosen.values.days(&standards());
        let day = days.iter().find(|found| found.on == on(day)).unwrap();
        assert_eq!(day.aqi.map(AqiRange::middle), Some(aqi));
        assert_eq!(day.pm2_5.map(AqiRange::middle), Some(aqi));
    }

    #[test]
    fn carbon_monoxide_is_in_milligrams_and_a_zero_is_a_gap() {
        let reading = read_as(Format::CityDays, FIXTURE);
        let baoding = reading.at(Some("保定"), None).unwrap();
        let day = days(&baoding.values)[&on("2013-12-02")];
        assert_eq!(day[Pollutant::Co], of(Pollutant::Co, "4.21"));
        // PM10 of 0 beside PM2.5 of 206.
        let xuchang = reading.at(Some("许昌"), None).unwrap();
        let day = days(&xuchang.values)[&on("2015-01-25")];
        assert_eq!(day[Pollutant::Pm10], None);
        assert_eq!(day[Pollutant::Pm25], of(Pollutant::Pm25, "206"));
    }
}
