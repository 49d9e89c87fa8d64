//! Units that sources write concentrations in.
//!
//! A model gives gases as mixing ratios: mass of the gas to mass of air. GB 3095 reports gases at a
//! *fixed* state of the air, whatever the weather, so that a mixing ratio times the density of air
//! in that state is the concentration of the standard: no weather is needed. The state is 273.15 K
//! (标准状态) in GB 3095-2012 and 298.15 K (参考状态) since its amendment of 2018-09-01 (生态环境部
//! 公告2018年第29号), both at 1013.25 hPa. The density of dry air there is p·M/(R·T) with
//! M = 28.96442 g/mol (ISO 2533) and R = 8.314462618 J/(mol·K): 1.292 and 1.184 kg/m³.

use chrono::NaiveDate;

use crate::domain::aqi::{Concentration, Pollutant};

use super::cells::is_measured;

/// What a number in a file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    MicrogramsPerCubicMetre,
    MilligramsPerCubicMetre,
    MicrogramsPerKilogram,
    MilligramsPerKilogram,
}

/// The first day of the reference state of 298.15 K.
const REFERENCE_STATE_FROM: NaiveDate = NaiveDate::from_ymd_opt(2018, 9, 1).expect("a day");

/// Grams of dry air in a cubic metre in the state that the standard names on a day.
fn air_density(on: NaiveDate) -> u32 {
    if on < REFERENCE_STATE_FROM {
        1_292
    } else {
        1_184
    }
}

impl Unit {
    /// The unit of a name, with either of the two letters for micro; none of a name that could
    /// mean something else.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "μg/m³" | "µg/m³" | "ug/m3" => Some(Self::MicrogramsPerCubicMetre),
            "mg/m³" | "mg/m3" => Some(Self::MilligramsPerCubicMetre),
            _ => None,
        }
    }

    /// The value in a cell on a day, none in a gap; else what was expected.
    pub(super) fn read(
        self,
        pollutant: Pollutant,
        text: &str,
        on: NaiveDate,
    ) -> Result<Option<Concentration>, String> {
        if !is_measured(text) {
            return Ok(None);
        }
        let thousandths = match self {
            Self::MicrogramsPerCubicMetre => 1_000,
            Self::MilligramsPerCubicMetre => 1_000_000,
            Self::MicrogramsPerKilogram => air_density(on),
            Self::MilligramsPerKilogram => air_density(on) * 1_000,
        };
        let read = Concentration::parse_in(pollutant, text, thousandths);
        read.map(Some).map_err(|error| match self.note(pollutant) {
            None => format!("{}, or empty where not measured", error.expected()),
            Some(_) => format!("{}, once it is converted", error.expected()),
        })
    }

    /// What reading this unit does to the values of a pollutant; none where it is ours.
    pub(super) fn note(self, pollutant: Pollutant) -> Option<String> {
        let symbol = pollutant.symbol();
        match (self, pollutant) {
            (Self::MicrogramsPerCubicMetre, Pollutant::Co) => {
                Some(format!("{symbol}: µg/m³ divided by 1000 for mg/m³"))
            }
            (Self::MilligramsPerCubicMetre, Pollutant::Co) | (Self::MicrogramsPerCubicMetre, _) => {
                None
            }
            (Self::MilligramsPerCubicMetre, _) => {
                Some(format!("{symbol}: mg/m³ times 1000 for µg/m³"))
            }
            (Self::MicrogramsPerKilogram | Self::MilligramsPerKilogram, _) => Some(format!(
                "{symbol}: mass mixing ratio times the density of dry air in the state of \
                 GB 3095, 1.292 kg/m³ (273.15 K) before 2018-09-01 and 1.184 kg/m³ (298.15 K) since"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::micro_sign("\u{b5}g/m³", Some(Unit::MicrogramsPerCubicMetre))]
    #[case::greek_letter("\u{3bc}g/m³", Some(Unit::MicrogramsPerCubicMetre))]
    #[case::milligrams("mg/m³", Some(Unit::MilligramsPerCubicMetre))]
    #[case::parts("ppb", None)]
    #[case::nothing("", None)]
    fn units_are_known_by_their_names(#[case] name: &str, #[case] unit: Option<Unit>) {
        assert_eq!(Unit::named(name), unit);
    }

    /// p·M/(R·T) at 1013.25 hPa.
    #[rstest]
    #[case("2018-08-31", 273.15)]
    #[case("2018-09-01", 298.15)]
    fn the_density_is_that_of_an_ideal_gas_in_the_state_of_the_standard(
        #[case] on: NaiveDate,
        #[case] kelvin: f64,
    ) {
        let kilograms = 101_325.0 * 0.028_964_42 / (8.314_462_618 * kelvin);
        assert!((kilograms * 1_000.0 - f64::from(air_density(on))).abs() < 0.5);
    }
}
