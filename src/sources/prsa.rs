//! Hours of one Beijing station (`prsa`): `PRSA_Data_….csv`, plain or gzip.
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `year`, `month`, `day`, `hour` | the hour, 0 to 23 | Beijing time | none |
//! | `station` | the station, in Latin letters; the city is 北京 | | |
//! | `PM2.5`, `PM10`, `SO2`, `NO2`, `O3` | means of the hour | µg/m³ | none |
//! | `CO` | the same | **µg/m³** | divided by 1000 |
//! | `No`, `TEMP`, `PRES`, `DEWP`, `RAIN`, `wd`, `WSPM` | not read | | |
//!
//! Missing: `NA`. On 2014-02-25 and -26, in the middle of a real orange warning, particles were
//! measured in 17 or 18 of 24 hours, so that of all daily means only ozone's is valid: the days stay
//! gaps and do not read as clean air. Ozone of 1071, hours on end, is kept as it is.
//!
//! Attribution: UCI Machine Learning Repository, dataset 501, Beijing Multi-Site Air-Quality Data
//! (S. Chen, 2019), CC BY 4.0.

use super::mapping::{Clock, Mapping, Places, Zero, six};
use super::unit::Unit;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &[
        "No", "year", "month", "day", "hour", "PM2.5", "PM10", "CO", "station",
    ],
    source: "UCI 501 Beijing Multi-Site Air-Quality Data, CC BY 4.0",
    places: Places::StationOf("北京", "station"),
    clock: Clock::Parts(["year", "month", "day", "hour"]),
    columns: &six(
        ["PM2.5", "PM10", "SO2", "NO2", "CO", "O3"],
        Unit::MicrogramsPerCubicMetre,
    ),
    zero: Zero::Value,
    notes: &[],
};

#[cfg(test)]
mod tests {
    use super::super::tests::{hours, of, on, read_as, standards};
    use super::super::{Format, Reading};
    use crate::domain::aqi::Pollutant;

    fn dongsi() -> Reading {
        let bytes = include_bytes!("../../tests/fixtures/sources/prsa_dongsi.csv");
        read_as(Format::Prsa, bytes)
    }

    #[test]
    fn carbon_monoxide_is_in_micrograms() {
        let reading = dongsi();
        assert_eq!(reading.series[0].place.to_string(), "北京/Dongsi");
        let first = hours(&reading.series[0].values)[&(on("2013-03-01"), 0)];
        assert_eq!(first[Pollutant::Co], of(Pollutant::Co, "0.3"));
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "9"));
        assert_eq!(reading.notes, ["CO: µg/m³ divided by 1000 for mg/m³"]);
    }

    #[test]
    fn days_that_were_not_measured_in_the_middle_of_a_warning_stay_gaps() {
        let chosen = dongsi().at(None, Some("北京市")).unwrap();
        let days = chosen.values.days(&standards());
        let gaps: Vec<_> = days
            .iter()
            .filter(|day| day.aqi.is_none())
            .map(|day| day.on)
            .collect();
        let not_measured = ["2014-02-25", "2014-02-26"].map(on);
        assert!(
            not_measured.iter().all(|day| gaps.contains(day)),
            "{gaps:?}"
        );
    }
}
