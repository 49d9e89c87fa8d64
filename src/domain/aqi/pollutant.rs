//! Pollutants and how much of them is in the air.
//!
//! A [`Concentration`] is an integer, read from decimal text without passing through a float.

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
    const fn micrograms_in_unit(self) -> u32 {
        match self {
            Self::Co => 1_000,
            _ => 1,
        }
    }

    /// The most an instrument can have meant, in the unit of reports: 10,000 µg/m³ is the full
    /// scale of a particle monitor; above 200 mg/m³ a value of carbon monoxide was in µg/m³.
    const fn most(self) -> u32 {
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
        Self(Pollutant::ALL.map(&mut value))
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

/// Mass per volume of air, in steps of 0.0001 µg/m³.
///
/// Every breakpoint, every rounding tie and every point at which an index steps up is a multiple of
/// 0.01 µg/m³. Digits beyond the fourth place can therefore change nothing but *on which side* of
/// such a point a value lies, and that is kept: what is cut off leaves a last digit other than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Concentration(u32);

/// Why a text is not a concentration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a concentration of {pollutant}: expected {}", self.expected())]
pub struct NotAConcentration {
    /// What stood there.
    pub text: String,
    /// Whose concentration it should be.
    pub pollutant: Pollutant,
}

impl NotAConcentration {
    /// What should have stood there.
    pub fn expected(&self) -> String {
        let (most, unit) = (self.pollutant.most(), self.pollutant.unit());
        format!("a decimal number from 0 to {most} ({unit})")
    }
}

impl Concentration {
    const STEPS_IN_MICROGRAM: u32 = 10_000;

    /// Reads a plain decimal number in the unit of reports ([`Pollutant::unit`]).
    ///
    /// Negative, absurdly high and exponential numbers are refused.
    pub fn parse(pollutant: Pollutant, text: &str) -> Result<Self, NotAConcentration> {
        Self::parse_in(pollutant, text, pollutant.micrograms_in_unit() * 1_000)
    }

    /// Reads a plain decimal number in a unit of which one is so many thousandths of a µg/m³: 1,000
    /// for µg/m³, 1,000,000 for mg/m³. The bounds are those of [`parse`](Self::parse).
    pub fn parse_in(
        pollutant: Pollutant,
        text: &str,
        thousandths: u32,
    ) -> Result<Self, NotAConcentration> {
        // One step is the tenth part of a thousandth.
        const READ_TO: u32 = 1_000_000_000;
        let most = pollutant.most() * pollutant.micrograms_in_unit();
        parse_steps(text, READ_TO)
            .map(|parts| u128::from(parts) * u128::from(thousandths) * 10)
            .and_then(|product| {
                let (whole, rest) = (product / u128::from(READ_TO), product % u128::from(READ_TO));
                Some(marked(u64::try_from(whole).ok()?, rest != 0))
            })
            .filter(|&steps| steps <= u64::from(most) * u64::from(Self::STEPS_IN_MICROGRAM))
            .and_then(|steps| u32::try_from(steps).ok())
            .map(Self)
            .ok_or_else(|| NotAConcentration {
                text: text.to_owned(),
                pollutant,
            })
    }

    /// Whole micrograms per cubic metre; none above 400,000 of them.
    pub fn from_micrograms(micrograms: u32) -> Option<Self> {
        (micrograms <= 400_000).then(|| Self(micrograms * Self::STEPS_IN_MICROGRAM))
    }

    /// So many steps of 0.0001 µg/m³; none above 400,000 µg/m³.
    pub fn from_steps(steps: u32) -> Option<Self> {
        (steps <= 400_000 * Self::STEPS_IN_MICROGRAM).then_some(Self(steps))
    }

    /// Its steps of 0.0001 µg/m³.
    pub const fn steps(self) -> u32 {
        self.0
    }

    /// The mean; none of nothing.
    pub fn mean(values: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (sum, count) = values.into_iter().fold((0, 0), |(sum, count), value| {
            (sum + u64::from(value.0), count + 1)
        });
        Self::quotient(sum, count)
    }

    /// The mean of every `WIDTH` values in a row, wherever at least `valid` of them are there. There
    /// are `WIDTH - 1` fewer means than values.
    pub fn sliding_means<const WIDTH: usize>(
        values: &[Option<Self>],
        valid: usize,
    ) -> Vec<Option<Self>> {
        let (mut sum, mut count) = (0, 0);
        let (first, entering) = values.split_at(values.len().min(WIDTH - 1));
        for value in first.iter().flatten() {
            (sum, count) = (sum + u64::from(value.0), count + 1);
        }
        let mean = |(entering, leaving): (&Option<Self>, &Option<Self>)| {
            sum += entering.map_or(0, |value| u64::from(value.0));
            count += usize::from(entering.is_some());
            let mean = match count {
                // Mostly: a divisor that the compiler knows.
                _ if count == WIDTH => Self::quotient(sum, WIDTH as u64),
                _ if count >= valid => Self::quotient(sum, count as u64),
                _ => None,
            };
            sum -= leaving.map_or(0, |value| u64::from(value.0));
            count -= usize::from(leaving.is_some());
            mean
        };
        entering.iter().zip(values).map(mean).collect()
    }

    fn quotient(sum: u64, count: u64) -> Option<Self> {
        let rest = sum.checked_rem(count)?;
        let mean = u32::try_from(marked(sum / count, rest != 0));
        Some(Self(
            mean.expect("a mean is no larger than its largest value"),
        ))
    }

    /// Rounded to the nearest multiple of `step` µg/m³, a tie to the even one (GB/T 8170).
    pub(super) fn half_even(self, step: u32) -> Self {
        let step = step * Self::STEPS_IN_MICROGRAM;
        let (multiple, rest) = (self.0 / step, self.0 % step);
        let up = match (rest * 2).cmp(&step) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => multiple % 2,
            std::cmp::Ordering::Greater => 1,
        };
        Self((multiple + up) * step)
    }

    /// The distance from a concentration that is not higher, in steps.
    pub(super) fn steps_above(self, lower: Self) -> u32 {
        self.0 - lower.0
    }
}

/// A plain decimal number in steps, of which `steps_in_unit` (a power of ten) make one.
fn parse_steps(text: &str, steps_in_unit: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let places = steps_in_unit.ilog10() as usize;
    let (kept, cut) = fraction.split_at(fraction.len().min(places));
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{kept:0<places$}").parse().ok()?;
    let steps = whole.checked_mul(u64::from(steps_in_unit))? + part;
    Some(marked(steps, cut.bytes().any(|digit| digit != b'0')))
}

/// A number of steps that lost a fraction is marked by a last digit other than 0.
fn marked(steps: u64, lost_a_fraction: bool) -> u64 {
    steps + u64::from(lost_a_fraction && steps.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn pm(text: &str) -> Concentration {
        Concentration::parse(Pollutant::Pm25, text).unwrap()
    }

    #[rstest]
    #[case::micrograms_of_carbon_monoxide(Pollutant::Co, "300", 1_000, "0.3")]
    #[case::as_open_meteo_writes_it(Pollutant::Co, "171.0", 1_000, "0.171")]
    #[case::its_own_unit(Pollutant::Co, "4.21", 1_000_000, "4.21")]
    #[case::mixing_ratio(Pollutant::So2, "38.49", 1_292, "49.72908")]
    fn another_unit_is_converted_without_a_loss(
        #[case] pollutant: Pollutant,
        #[case] text: &str,
        #[case] thousandths: u32,
        #[case] in_our_unit: &str,
    ) {
        let read = Concentration::parse_in(pollutant, text, thousandths);
        assert_eq!(read, Concentration::parse(pollutant, in_our_unit));
    }

    #[test]
    fn the_bounds_hold_in_another_unit() {
        assert!(Concentration::parse_in(Pollutant::Co, "200000", 1_000).is_ok());
        assert!(Concentration::parse_in(Pollutant::Co, "200001", 1_000).is_err());
        assert!(Concentration::parse_in(Pollutant::Pm25, "11", 1_000_000).is_err());
    }

    #[rstest]
    #[case::whole(Pollutant::Pm25, "35", 35)]
    #[case::fraction_of_zeros(Pollutant::Pm25, "35.0000000", 35)]
    #[case::leading_zeros(Pollutant::Pm10, "0000000000000000000000035.0", 35)]
    #[case::milligrams(Pollutant::Co, "1.9", 1_900)]
    #[case::micrograms_in_milligrams(Pollutant::Co, "0.001", 1)]
    #[case::full_scale(Pollutant::Pm10, "10000", 10_000)]
    fn decimal_text_is_read_exactly(
        #[case] pollutant: Pollutant,
        #[case] text: &str,
        #[case] micrograms: u32,
    ) {
        let read = Concentration::parse(pollutant, text);
        assert_eq!(read.ok(), Concentration::from_micrograms(micrograms));
    }

    #[rstest]
    #[case::negative(Pollutant::Pm25, "-1")]
    #[case::not_a_number(Pollutant::Pm25, "NaN")]
    #[case::infinite(Pollutant::Pm25, "inf")]
    #[case::word(Pollutant::Pm25, "高")]
    #[case::empty(Pollutant::Pm25, "")]
    #[case::bare_point(Pollutant::Pm25, ".")]
    #[case::two_points(Pollutant::Pm25, "1.2.3")]
    #[case::exponent(Pollutant::Pm25, "1e3")]
    #[case::thousands(Pollutant::Pm25, "1,000")]
    #[case::full_width(Pollutant::Pm25, "３５")]
    #[case::sentinel(Pollutant::O3, "99999")]
    #[case::a_hair_above_full_scale(Pollutant::Pm10, "10000.00000001")]
    #[case::longer_than_any_integer(Pollutant::Pm10, "99999999999999999999999999")]
    #[case::micrograms_in_place_of_milligrams(Pollutant::Co, "1900")]
    fn what_no_instrument_meant_is_refused(#[case] pollutant: Pollutant, #[case] text: &str) {
        let text = text.to_owned();
        let refused = NotAConcentration { text, pollutant };
        assert_eq!(Concentration::parse(pollutant, &refused.text), Err(refused));
    }

    #[test]
    fn a_refusal_names_the_unit() {
        assert_eq!(
            Concentration::parse(Pollutant::Co, "1900")
                .unwrap_err()
                .to_string(),
            "`1900` is not a concentration of co: expected a decimal number from 0 to 200 (mg/m³)"
        );
    }

    /// GB/T 8170, 3.2: below half down, above half up, half to the even neighbour.
    #[rstest]
    #[case::tie_to_even_below("36.5", 36)]
    #[case::tie_to_even_above("35.5", 36)]
    #[case::below_a_tie("35.4999999999999999999", 35)]
    #[case::above_a_tie("36.5000000000000000001", 37)]
    #[case::whole("36", 36)]
    #[case::tie_to_zero("0.5", 0)]
    fn rounding_is_half_to_even(#[case] text: &str, #[case] rounded: u32) {
        assert_eq!(
            Some(pm(text).half_even(1)),
            Concentration::from_micrograms(rounded)
        );
    }

    #[test]
    fn carbon_monoxide_is_rounded_to_tenths_of_a_milligram() {
        for (text, micrograms) in [("2.05", 2_000), ("2.15", 2_200), ("2.0500001", 2_100)] {
            let read = Concentration::parse(Pollutant::Co, text).unwrap();
            assert_eq!(
                Some(read.half_even(100)),
                Concentration::from_micrograms(micrograms)
            );
        }
    }

    #[test]
    fn a_mean_keeps_on_which_side_of_a_point_it_lies() {
        assert_eq!(Concentration::mean([pm("35"), pm("36")]), Some(pm("35.5")));
        let third = Concentration::mean([pm("35"), pm("35"), pm("36")]).unwrap();
        assert!(pm("35.333") < third && third < pm("35.334"));
        let thousandth = (0..100_000).map(|at| if at == 0 { pm("36") } else { pm("35") });
        assert!(Concentration::mean(thousandth) > Some(pm("35")));
        assert_eq!(Concentration::mean([]), None);
    }

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

    proptest! {
        #[test]
        fn a_sliding_mean_is_the_mean_of_its_window(
            steps in prop::collection::vec(prop::option::weighted(0.8, 0..=4_000_000_000_u32), 0..80),
            valid in 1..=8_usize,
        ) {
            let values: Vec<_> = steps
                .into_iter()
                .map(|steps| steps.and_then(Concentration::from_steps))
                .collect();
            let means = values.windows(8).map(|window| {
                let there = window.iter().flatten().copied();
                let enough = there.clone().count() >= valid;
                Concentration::mean(there).filter(|_| enough)
            });
            let sliding = Concentration::sliding_means::<8>(&values, valid);
            prop_assert_eq!(sliding, means.collect::<Vec<_>>());
        }
    }
}
