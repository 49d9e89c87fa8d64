//! Days of the CAMS reanalysis at points (`cams-days`): what a model says, not what was measured.
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `place` | the city | | |
//! | `date_utc` | the day of the same date | a day in **UTC** | see below |
//! | `pm25_ugm3`, `pm10_ugm3` | means of the day | µg/m³ | none |
//! | `so2_surf_ugkg`, `no2_surf_ugkg` | the same | **µg/kg** | times the density of air |
//! | `co_surf_mgkg` | the same | **mg/kg** | times the density of air |
//! | `o3_surf_ugkg` | not read: a mean of the day is no mean of eight hours | | |
//! | `*_col_*` | not read: columns of the whole atmosphere | | |
//! | `lon`, `lat` | not read | | |
//!
//! A day in UTC is 08:00 to 08:00 in Beijing. Its mean cannot be cut, so that it stands for the
//! civil day of its date, with which it shares 16 of 24 hours; every value says so. The density is
//! that of the state in which GB 3095 reports gases, `unit.rs`: 1.292 kg/m³ before 2018-09-01,
//! 1.184 kg/m³ since. Particles are taken as the model has them, at its own temperature.
//!
//! Missing: nothing.
//!
//! Attribution: contains modified Copernicus Atmosphere Monitoring Service information (EAC4
//! reanalysis), free to use with attribution; neither the Commission nor ECMWF answers for its use.

use super::mapping::{Clock, Column, Mapping, Places, Zero};
use super::unit::Unit::{MicrogramsPerCubicMetre, MicrogramsPerKilogram, MilligramsPerKilogram};
use crate::domain::aqi::Pollutant;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &["place", "pm25_ugm3", "co_surf_mgkg", "date_utc"],
    source: "Copernicus Atmosphere Monitoring Service reanalysis (model)",
    places: Places::Cells("place", None),
    clock: Clock::Day("date_utc"),
    columns: &[
        Column {
            header: "pm25_ugm3",
            pollutant: Pollutant::Pm25,
            unit: MicrogramsPerCubicMetre,
        },
        Column {
            header: "pm10_ugm3",
            pollutant: Pollutant::Pm10,
            unit: MicrogramsPerCubicMetre,
        },
        Column {
            header: "so2_surf_ugkg",
            pollutant: Pollutant::So2,
            unit: MicrogramsPerKilogram,
        },
        Column {
            header: "no2_surf_ugkg",
            pollutant: Pollutant::No2,
            unit: MicrogramsPerKilogram,
        },
        Column {
            header: "co_surf_mgkg",
            pollutant: Pollutant::Co,
            unit: MilligramsPerKilogram,
        },
    ],
    zero: Zero::Value,
    notes: &[
        "computed by a model, not measured",
        "a day in UTC, 08:00 to 08:00 in Beijing, stands for the civil day of its date",
        "O3: left out, a mean of the day is no mean of eight hours",
    ],
};

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::Format;
    use super::super::tests::{days, of, on, read_as};
    use crate::domain::aqi::Pollutant;

    /// SO2 in µg/kg and CO in mg/kg of the file, times 1.292 kg/m³ or 1.184 kg/m³, by hand.
    #[rstest]
    #[case("2015-01-01", "49.72908", "0.50388")]
    #[case("2018-08-31", "49.0314", "0.78812")]
    #[case("2018-09-01", "40.87168", "0.67488")]
    fn mixing_ratios_become_concentrations_in_the_state_of_the_standard(
        #[case] day: &str,
        #[case] so2: &str,
        #[case] co: &str,
    ) {
        let reading = read_as(
            Format::CamsDays,
            include_bytes!("../../tests/fixtures/sources/cams_beijing.csv"),
        );
        let sample = days(&reading.series[0].values)[&on(day)];
        assert_eq!(sample[Pollutant::So2], of(Pollutant::So2, so2));
        assert_eq!(sample[Pollutant::Co], of(Pollutant::Co, co));
        assert_eq!(sample[Pollutant::O3], None);
    }

    #[test]
    fn every_value_is_told_to_be_of_a_day_in_utc() {
        let reading = read_as(
            Format::CamsDays,
            include_bytes!("../../tests/fixtures/sources/cams_beijing.csv"),
        );
        assert!(
            reading
                .notes
                .iter()
                .any(|note| note.contains("08:00 to 08:00 in Beijing"))
        );
        let first = days(&reading.series[0].values)[&on("2015-01-01")];
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "88.88"));
    }
}
