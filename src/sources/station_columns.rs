//! Hours of PM2.5, a column for each station (`station-columns`): `ChengduPM….csv` and its like.
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `year`, `month`, `day`, `hour` | the hour, 0 to 23 | Beijing time | none |
//! | `PM_…` | PM2.5 at the station of that name | µg/m³ | none |
//! | `No`, `season`, `DEWP`, `HUMI`, `PRES`, `TEMP`, `cbwd`, `Iws`, `precipitation`, `Iprec` | not read | | |
//!
//! The city stands in the file's name alone: it is known of each station. `PM_US Post` is the
//! instrument of the United States' mission, which is not of the national network: it may be asked
//! for and does not count for the city.
//!
//! Missing: `NA`, more than half of all hours. There is no other pollutant: an index is that of
//! PM2.5 alone, and where the standard in force does not publish an incomplete one, a gap.
//!
//! Attribution: UCI Machine Learning Repository, dataset 394, PM2.5 Data of Five Chinese Cities
//! (S. Chen, 2017), CC BY 4.0.

use super::mapping::{Clock, Column, Mapping, Places, Zero};
use super::unit::Unit::MicrogramsPerCubicMetre;
use crate::domain::aqi::Pollutant;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &["No", "year", "month", "day", "hour", "season", "cbwd"],
    source: "UCI 394 PM2.5 Data of Five Chinese Cities, CC BY 4.0",
    places: Places::Headers {
        prefix: "PM_",
        cities: &[("Caotangsi", "成都"), ("Shahepu", "成都")],
    },
    clock: Clock::Parts(["year", "month", "day", "hour"]),
    columns: &[Column {
        header: "PM_",
        pollutant: Pollutant::Pm25,
        unit: MicrogramsPerCubicMetre,
    }],
    zero: Zero::Value,
    notes: &["PM2.5 alone: the index takes no other pollutant into account"],
};

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{hours, of, on, read_as};
    use crate::domain::aqi::Pollutant;

    #[test]
    fn a_column_is_a_station_and_the_city_is_known_by_them() {
        let bytes = include_bytes!("../../tests/fixtures/sources/station_columns_chengdu.csv");
        let reading = read_as(Format::StationColumns, bytes);
        // 69 at Caotangsi and 52 at Shahepu; the 54 of the mission do not count.
        let chengdu = reading.at(None, Some("成都市")).unwrap();
        let first = hours(&chengdu.values)[&(on("2013-06-03"), 0)];
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "60.5"));
        let mission = reading.at(Some("US Post"), None).unwrap();
        let first = hours(&mission.values)[&(on("2013-06-03"), 0)];
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "54"));
        // Shahepu was NA.
        let third = hours(&chengdu.values)[&(on("2013-06-04"), 2)];
        assert_eq!(third[Pollutant::Pm25], None);
    }
}
