//! How much of a pollutant is in the air.
//!
//! A [`Concentration`] is an integer, read from decimal text without passing through a float.

use std::fmt;
use std::num::NonZeroU32;

use super::pollutant::Pollutant;

/// Mass per volume of air, in steps of 0.0001 µg/m³.
///
/// Every breakpoint, every rounding tie and every point at which an index steps up is a multiple of
/// 0.01 µg/m³. Digits beyond the fourth place can therefore change nothing but *on which side* of
/// such a point a value lies, and that is kept: what is cut off leaves a last digit other than 0.
///
/// Kept as one more than its steps, so that none of it takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Concentration(NonZeroU32);

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
            .map(Self::of)
            .ok_or_else(|| NotAConcentration {
                text: text.to_owned(),
                pollutant,
            })
    }

    /// Whole micrograms per cubic metre; none above 400,000 of them.
    pub fn from_micrograms(micrograms: u32) -> Option<Self> {
        (micrograms <= 400_000).then(|| Self::of(micrograms * Self::STEPS_IN_MICROGRAM))
    }

    /// So many steps of 0.0001 µg/m³; none above 400,000 µg/m³.
    pub fn from_steps(steps: u32) -> Option<Self> {
        (steps <= 400_000 * Self::STEPS_IN_MICROGRAM).then(|| Self::of(steps))
    }

    /// Its steps of 0.0001 µg/m³.
    pub const fn steps(self) -> u32 {
        self.0.get() - 1
    }

    /// The mean; none of nothing.
    pub fn mean(values: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (sum, count) = values.into_iter().fold((0, 0), |(sum, count), value| {
            (sum + u64::from(value.steps()), count + 1)
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
            (sum, count) = (sum + u64::from(value.steps()), count + 1);
        }
        let mut means = vec![None; entering.len()];
        for ((mean, entering), leaving) in means.iter_mut().zip(entering).zip(values) {
            sum += entering.map_or(0, |value| u64::from(value.steps()));
            count += u64::from(entering.is_some());
            if count == WIDTH as u64 {
                // Mostly, and by a number that the compiler knows.
                *mean = Self::quotient(sum, WIDTH as u64);
            } else if count >= valid as u64 {
                *mean = Self::quotient(sum, count);
            }
            sum -= leaving.map_or(0, |value| u64::from(value.steps()));
            count -= u64::from(leaving.is_some());
        }
        means
    }

    /// So many steps; no instrument means as many as a number of 32 bits ends with.
    const fn of(steps: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(steps))
    }

    /// A sum of steps over how many; none of nothing.
    #[inline]
    fn quotient(sum: u64, count: u64) -> Option<Self> {
        let rest = sum.checked_rem(count)?;
        let mean = u32::try_from(marked(sum / count, rest != 0));
        Some(Self::of(
            mean.expect("a mean is no larger than its largest value"),
        ))
    }
}

impl fmt::Debug for Concentration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Concentration").field(&self.steps()).finish()
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
    steps + u64::from(lost_a_fraction & steps.is_multiple_of(10))
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

    #[test]
    fn a_mean_keeps_on_which_side_of_a_point_it_lies() {
        assert_eq!(Concentration::mean([pm("35"), pm("36")]), Some(pm("35.5")));
        let third = Concentration::mean([pm("35"), pm("35"), pm("36")]).unwrap();
        assert!(pm("35.333") < third && third < pm("35.334"));
        let thousandth = (0..100_000).map(|at| if at == 0 { pm("36") } else { pm("35") });
        assert!(Concentration::mean(thousandth) > Some(pm("35")));
        assert_eq!(Concentration::mean([]), None);
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
