//! The six pollutants of GB 3095, by machine word, Chinese name, and the spellings files use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A pollutant the air-quality index is made of (HJ 633, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pollutant {
    /// 细颗粒物.
    #[serde(rename = "pm2_5")]
    Pm25,
    /// 可吸入颗粒物.
    #[serde(rename = "pm10")]
    Pm10,
    /// 二氧化硫.
    #[serde(rename = "so2")]
    So2,
    /// 二氧化氮.
    #[serde(rename = "no2")]
    No2,
    /// 一氧化碳.
    #[serde(rename = "co")]
    Co,
    /// 臭氧.
    #[serde(rename = "o3")]
    O3,
}

impl Pollutant {
    /// Every pollutant, in the order of HJ 633's lists as we print them.
    pub const ALL: [Self; 6] = [
        Self::Pm25,
        Self::Pm10,
        Self::So2,
        Self::No2,
        Self::Co,
        Self::O3,
    ];

    /// The machine word: `pm2_5`, `pm10`, `so2`, `no2`, `co`, `o3`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pm25 => "pm2_5",
            Self::Pm10 => "pm10",
            Self::So2 => "so2",
            Self::No2 => "no2",
            Self::Co => "co",
            Self::O3 => "o3",
        }
    }

    /// The Chinese name: `细颗粒物`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pm25 => "细颗粒物",
            Self::Pm10 => "可吸入颗粒物",
            Self::So2 => "二氧化硫",
            Self::No2 => "二氧化氮",
            Self::Co => "一氧化碳",
            Self::O3 => "臭氧",
        }
    }
}

impl fmt::Display for Pollutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a pollutant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pollutant: expected pm2_5, pm10, so2, no2, co or o3")]
pub struct NotAPollutant(pub String);

impl FromStr for Pollutant {
    type Err = NotAPollutant;

    /// Reads the machine word and what public files write: `PM2.5`, `细颗粒物(PM2.5)`,
    /// `臭氧8小时`, `O3_8h`.
    fn from_str(text: &str) -> Result<Self, NotAPollutant> {
        let refused = || NotAPollutant(text.to_owned());
        let mut word = text.trim().to_ascii_lowercase();
        if let Some((name, formula)) = word.split_once(['(', '（']) {
            let formula = formula.trim_end_matches([')', '）']);
            let named: Self = name.parse().map_err(|_| refused())?;
            let meant: Self = formula.parse().map_err(|_| refused())?;
            return (named == meant).then_some(named).ok_or_else(refused);
        }
        for averaging in [
            "1小时", "8小时", "24小时", "_1h", "_8h", "_24h", "-1h", "-8h",
        ] {
            if let Some(rest) = word.strip_suffix(averaging) {
                word.truncate(rest.trim_end().len());
                break;
            }
        }
        match word.as_str() {
            "pm2_5" | "pm2.5" | "pm25" | "细颗粒物" => Ok(Self::Pm25),
            "pm10" | "可吸入颗粒物" | "颗粒物" => Ok(Self::Pm10),
            "so2" | "二氧化硫" => Ok(Self::So2),
            "no2" | "二氧化氮" => Ok(Self::No2),
            "co" | "一氧化碳" => Ok(Self::Co),
            "o3" | "臭氧" => Ok(Self::O3),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::machine("pm2_5", Pollutant::Pm25)]
    #[case::formula("PM2.5", Pollutant::Pm25)]
    #[case::official("细颗粒物(PM2.5)", Pollutant::Pm25)]
    #[case::full_width("可吸入颗粒物（PM10）", Pollutant::Pm10)]
    #[case::ozone_of_an_hour("臭氧1小时", Pollutant::O3)]
    #[case::ozone_of_eight("臭氧8小时", Pollutant::O3)]
    #[case::column("o3_8h", Pollutant::O3)]
    #[case::spaced(" NO2 ", Pollutant::No2)]
    fn the_spellings_of_public_files_are_read(#[case] text: &str, #[case] pollutant: Pollutant) {
        assert_eq!(text.parse(), Ok(pollutant));
    }

    #[rstest]
    #[case::empty("")]
    #[case::unknown("VOCs")]
    #[case::name_and_formula_at_odds("细颗粒物(PM10)")]
    fn anything_else_is_refused(#[case] text: &str) {
        assert_eq!(
            text.parse::<Pollutant>(),
            Err(NotAPollutant(text.to_owned()))
        );
    }

    #[test]
    fn the_machine_word_reads_back_and_is_what_json_carries() {
        for pollutant in Pollutant::ALL {
            assert_eq!(pollutant.as_str().parse(), Ok(pollutant));
            assert_eq!(pollutant.zh().parse(), Ok(pollutant));
            let json = serde_json::to_value(pollutant).unwrap();
            assert_eq!(json, pollutant.as_str());
        }
    }
}
