//! The pollutants of the report, sets of them, and a value for each.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 污染物项目: the six of the daily and the hourly report, in the order of our tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pollutant {
    /// 细颗粒物, particles up to 2.5 µm.
    #[serde(rename = "pm2_5")]
    Pm25,
    /// 颗粒物, particles up to 10 µm.
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
    /// All six.
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

    /// The formula as reports print it: `PM2.5`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Pm25 => "PM2.5",
            Self::Pm10 => "PM10",
            Self::So2 => "SO2",
            Self::No2 => "NO2",
            Self::Co => "CO",
            Self::O3 => "O3",
        }
    }

    /// The Chinese name: `细颗粒物`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pm25 => "细颗粒物",
            Self::Pm10 => "颗粒物",
            Self::So2 => "二氧化硫",
            Self::No2 => "二氧化氮",
            Self::Co => "一氧化碳",
            Self::O3 => "臭氧",
        }
    }

    /// The unit it is reported in: mg/m³ for carbon monoxide, µg/m³ for the others.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Co => "mg/m³",
            _ => "µg/m³",
        }
    }

    /// Micrograms in that unit.
    pub(super) const fn micrograms_in_unit(self) -> u32 {
        match self {
            Self::Co => 1_000,
            _ => 1,
        }
    }

    /// The most an instrument can have meant, in the unit of reports: 10,000 µg/m³ is the full
    /// scale of a particle monitor; above 200 mg/m³ a value of carbon monoxide was in µg/m³.
    pub(super) const fn most(self) -> u32 {
        match self {
            Self::Co => 200,
            _ => 10_000,
        }
    }
}

impl fmt::Display for Pollutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text does not name a pollutant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pollutant: expected pm2_5, pm10, so2, no2, co or o3")]
pub struct NotAPollutant(pub String);

impl FromStr for Pollutant {
    type Err = NotAPollutant;

    /// Reads the machine word, the formula, the Chinese name, and what public files write:
    /// `细颗粒物(PM2.5)`, `臭氧8小时`, `o3_8h`.
    fn from_str(text: &str) -> Result<Self, NotAPollutant> {
        let refused = || NotAPollutant(text.to_owned());
        let word = text.trim();
        if let Some((name, symbol)) = word.split_once(['(', '（']) {
            let symbol = symbol.trim_end_matches([')', '）']);
            let (named, meant) = (spelled(name), spelled(symbol));
            return named.filter(|_| named == meant).ok_or_else(refused);
        }
        spelled(word).ok_or_else(refused)
    }
}

/// One spelling of a pollutant, with or without how it was averaged.
fn spelled(word: &str) -> Option<Pollutant> {
    let averaged = [
        "1小时", "8小时", "24小时", "_1h", "_8h", "_24h", "-1h", "-8h", "-24h",
    ];
    let word = averaged
        .iter()
        .find_map(|&averaging| word.strip_suffix(averaging))
        .unwrap_or(word)
        .trim();
    if word == "可吸入颗粒物" {
        return Some(Pollutant::Pm10);
    }
    Pollutant::ALL
        .into_iter()
        .find(|p| word.eq_ignore_ascii_case(p.symbol()) || [p.as_str(), p.zh()].contains(&word))
}

/// A set of pollutants, listed in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PollutantSet(u8);

impl PollutantSet {
    /// No pollutant.
    pub const EMPTY: Self = Self(0);

    /// Adds one.
    pub fn insert(&mut self, pollutant: Pollutant) {
        self.0 |= 1 << pollutant as u8;
    }

    /// Whether it is there.
    pub fn contains(self, pollutant: Pollutant) -> bool {
        self.0 & (1 << pollutant as u8) != 0
    }

    /// Whether each of them is in another set too.
    pub fn is_within(self, other: Self) -> bool {
        self.0 & other.0 == self.0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Each one.
    pub fn iter(self) -> impl Iterator<Item = Pollutant> {
        Pollutant::ALL
            .into_iter()
            .filter(move |&p| self.contains(p))
    }

    /// As a report lists them: `PM2.5、PM10`.
    pub fn zh(self) -> String {
        self.iter()
            .map(Pollutant::symbol)
            .collect::<Vec<_>>()
            .join("、")
    }
}

impl FromIterator<Pollutant> for PollutantSet {
    fn from_iter<I: IntoIterator<Item = Pollutant>>(pollutants: I) -> Self {
        let mut set = Self::EMPTY;
        pollutants
            .into_iter()
            .for_each(|pollutant| set.insert(pollutant));
        set
    }
}

impl fmt::Display for PollutantSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            &self
                .iter()
                .map(Pollutant::as_str)
                .collect::<Vec<_>>()
                .join(", "),
        )
    }
}

impl fmt::Debug for PollutantSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for PollutantSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for PollutantSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Pollutant>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}

/// One value for each pollutant, indexed by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerPollutant<T>([T; 6]);

impl<T> PerPollutant<T> {
    /// Asks for each value in order.
    pub fn from_fn(mut value: impl FnMut(Pollutant) -> T) -> Self {
        let [pm2_5, pm10, so2, no2, co, o3] = Pollutant::ALL;
        Self([
            value(pm2_5),
            value(pm10),
            value(so2),
            value(no2),
            value(co),
            value(o3),
        ])
    }

    /// Asks for each value in order, up to the first refusal.
    pub fn try_from_fn<E>(mut value: impl FnMut(Pollutant) -> Result<T, E>) -> Result<Self, E> {
        let [pm2_5, pm10, so2, no2, co, o3] = Pollutant::ALL;
        Ok(Self([
            value(pm2_5)?,
            value(pm10)?,
            value(so2)?,
            value(no2)?,
            value(co)?,
            value(o3)?,
        ]))
    }

    /// The pollutants with such a value.
    pub fn which(&self, such: impl Fn(&T) -> bool) -> PollutantSet {
        let PerPollutant(bits) =
            PerPollutant::from_fn(|pollutant| u8::from(such(&self[pollutant])) << pollutant as u8);
        PollutantSet(bits.iter().sum())
    }

    /// Each value in order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Each pollutant with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Pollutant, &T)> {
        Pollutant::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Pollutant> for PerPollutant<T> {
    type Output = T;

    fn index(&self, pollutant: Pollutant) -> &T {
        &self.0[pollutant as usize]
    }
}

impl<T> IndexMut<Pollutant> for PerPollutant<T> {
    fn index_mut(&mut self, pollutant: Pollutant) -> &mut T {
        &mut self.0[pollutant as usize]
    }
}

impl<T: Serialize> Serialize for PerPollutant<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_set_lists_its_pollutants_in_their_order() {
        let set: PollutantSet = [Pollutant::O3, Pollutant::Pm25].into_iter().collect();
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"["pm2_5","o3"]"#);
        assert_eq!(serde_json::from_str::<PollutantSet>(&json).unwrap(), set);
        assert_eq!(
            (set.to_string(), set.zh()),
            ("pm2_5, o3".into(), "PM2.5、O3".into())
        );
        assert_eq!((set.len(), set.is_empty()), (2, false));
    }

    #[test]
    fn the_pollutants_with_a_value_are_a_set_within_that_of_all() {
        let values = PerPollutant::from_fn(|pollutant| pollutant as u8 % 3);
        let first: PollutantSet = [Pollutant::Pm25, Pollutant::No2].into_iter().collect();
        assert_eq!(values.which(|value| *value == 0), first);
        assert_eq!(values.values().sum::<u8>(), 6);
        let all = values.which(|_| true);
        assert!(first.is_within(all) && !all.is_within(first));
        assert!(PollutantSet::EMPTY.is_within(first));
    }

    #[test]
    fn a_pollutant_is_read_by_word_formula_and_name() {
        for pollutant in Pollutant::ALL {
            for name in [pollutant.as_str(), pollutant.symbol(), pollutant.zh()] {
                assert_eq!(name.parse(), Ok(pollutant));
            }
        }
        assert_eq!(
            "pm25".parse::<Pollutant>(),
            Err(NotAPollutant("pm25".into()))
        );
    }

    #[rstest]
    #[case::official("细颗粒物(PM2.5)", Pollutant::Pm25)]
    #[case::full_width("可吸入颗粒物（PM10）", Pollutant::Pm10)]
    #[case::ozone_of_an_hour("臭氧1小时", Pollutant::O3)]
    #[case::ozone_of_eight("臭氧8小时", Pollutant::O3)]
    #[case::column("o3_8h", Pollutant::O3)]
    #[case::spaced(" no2 ", Pollutant::No2)]
    fn the_spellings_of_public_files_are_read(#[case] text: &str, #[case] pollutant: Pollutant) {
        assert_eq!(text.parse(), Ok(pollutant));
    }

    #[test]
    fn a_name_at_odds_with_its_formula_is_refused() {
        let text = "细颗粒物(PM10)";
        assert_eq!(text.parse::<Pollutant>(), Err(NotAPollutant(text.into())));
    }
}
