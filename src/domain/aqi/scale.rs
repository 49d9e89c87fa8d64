//! From concentration to IAQI for one pollutant.
//!
//! HJ 633 draws straight lines between breakpoints and rounds up: right above certain concentrations
//! the index steps up, and between them it stays. A [`Scale`] holds these concentrations, worked out
//! once in whole numbers, with the rounding of concentrations in them. What is left to do for a
//! concentration is to look it up: no quotient is formed, and nothing is rounded.

use super::{Averaging, Concentration};

/// The index of every concentration of a pollutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) averaging: Averaging,
    /// For each index from 0 up, the highest concentration with that or a lower one, in steps.
    highest: Vec<u32>,
    /// For concentrations with the same upper bits, the index of the lowest of them.
    begins: Vec<u16>,
    /// How many lower bits that leaves open.
    shift: u32,
    /// The index beyond the last breakpoint; none where the standard computes none.
    above: Option<u16>,
}

/// With so many, the concentrations of one beginning mostly have one or two indices.
const BEGINS: u32 = 4_096;

impl Scale {
    /// The scale of a table of breakpoints and their indices, which both rise from 0. Concentrations
    /// are rounded to multiples of `rounded_to`, a tie to the even one (GB/T 8170).
    pub(super) fn new(
        averaging: Averaging,
        table: &[(Concentration, u16)],
        rounded_to: Option<Concentration>,
        above: Option<u16>,
    ) -> Self {
        let segments = table.windows(2);
        let exact = segments.flat_map(|ends| stepping_up(ends[0], ends[1]));
        let highest: Vec<u32> = std::iter::once(0)
            .chain(exact)
            .map(|steps| rounded_to.map_or(steps, |to| highest_rounded(steps, to.steps())))
            .collect();
        let last = highest[highest.len() - 1];
        let shift = (u32::BITS - last.leading_zeros()).saturating_sub(BEGINS.ilog2());
        Self {
            averaging,
            begins: begins(&highest, shift),
            highest,
            shift,
            above,
        }
    }

    /// The index of a concentration.
    pub(super) fn iaqi(&self, concentration: Concentration) -> Option<u16> {
        let steps = concentration.steps();
        let Some(&begin) = self.begins.get((steps >> self.shift) as usize) else {
            return self.above;
        };
        // Which of the two is added rather than asked: a processor would guess wrong half the time.
        let begin = usize::from(begin);
        let begin = begin + usize::from(self.highest[begin] < steps);
        let further = self.highest[begin..].iter();
        let index = begin + further.take_while(|highest| **highest < steps).count();
        if index == self.highest.len() {
            return self.above;
        }
        u16::try_from(index).ok()
    }
}

/// HJ 633, formula (1), rounded up (4.2.6 of 2026), the other way round: for each index from that
/// of one breakpoint, itself left out, to that of the next, the highest concentration that has it.
fn stepping_up(
    (from, base): (Concentration, u16),
    (to, top): (Concentration, u16),
) -> impl Iterator<Item = u32> {
    let (width, rise) = (to.steps() - from.steps(), u64::from(top - base));
    (1..=rise).map(move |up| {
        let gone = u32::try_from(u64::from(width) * up / rise);
        from.steps() + gone.expect("a part of the width is no more than it")
    })
}

/// The highest concentration that is rounded to this one or less, both in steps.
fn highest_rounded(steps: u32, to: u32) -> u32 {
    let multiple = steps / to;
    let tie = multiple * to + to / 2;
    if multiple.is_multiple_of(2) {
        tie
    } else {
        tie - 1
    }
}

/// For concentrations that differ only in their `shift` lower bits, the index of the lowest of them.
fn begins(highest: &[u32], shift: u32) -> Vec<u16> {
    let mut begins = Vec::new();
    for (index, highest) in (0..).zip(highest) {
        begins.resize((highest >> shift) as usize + 1, index);
    }
    begins
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::aqi::{Period, Pollutant, Standard};

    const INDICES: [u16; 8] = [0, 50, 100, 150, 200, 300, 400, 500];

    /// A table of breakpoints, in µg/m³.
    fn table(breakpoints: impl IntoIterator<Item = u32>) -> Vec<(Concentration, u16)> {
        let points = breakpoints.into_iter().map(Concentration::from_micrograms);
        points.map(Option::unwrap).zip(INDICES).collect()
    }

    /// GB/T 8170, 3.2: below half down, above half up, half to the even neighbour.
    fn half_even(steps: u32, to: u32) -> u32 {
        let (multiple, rest) = (steps / to, steps % to);
        let up = match (rest * 2).cmp(&to) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => multiple % 2,
            std::cmp::Ordering::Greater => 1,
        };
        (multiple + up) * to
    }

    /// HJ 633, formula (1), rounded up, as it stands there; none beyond the table.
    fn by_formula(table: &[(Concentration, u16)], steps: u32) -> Option<u16> {
        let mut segments = table.windows(2);
        let ends = segments.find(|ends| steps <= ends[1].0.steps())?;
        let [(low, base), (high, top)] = [ends[0], ends[1]];
        let gone = u64::from(steps - low.steps()) * u64::from(top - base);
        let above_base = gone.div_ceil(u64::from(high.steps() - low.steps()));
        Some(base + u16::try_from(above_base).unwrap())
    }

    /// Compares a scale with the formula at every concentration there is.
    ///
    /// Among concentrations that share a beginning, what is looked up only rises, and so does what is
    /// computed: where both agree at two of them and say the same, they do so at all in between.
    fn check(scale: &Scale, table: &[(Concentration, u16)], to: Option<Concentration>) {
        const MOST: u32 = 4_000_000_000;
        let index = |steps: u32| {
            let rounded = to.map_or(steps, |to| half_even(steps, to.steps()));
            let computed = by_formula(table, rounded).or(scale.above);
            let looked_up = scale.iaqi(Concentration::from_steps(steps).unwrap());
            assert_eq!(
                looked_up, computed,
                "{steps} steps, rounded to {to:?}: {table:?}"
            );
            computed
        };
        let shared = 1 << scale.shift;
        let mut ranges: Vec<_> = (0..scale.begins.len())
            .map(|begin| u32::try_from(begin).unwrap() * shared)
            .map(|first| (first, (first + (shared - 1)).min(MOST)))
            .collect();
        ranges.push((ranges[ranges.len() - 1].1, MOST));
        while let Some((low, high)) = ranges.pop() {
            if index(low) != index(high) && high - low > 1 {
                let middle = low + (high - low) / 2;
                ranges.extend([(low, middle), (middle, high)]);
            }
        }
    }

    /// HJ 633-2026, 4.2.2, rounds to whole µg/m³, carbon monoxide to tenths of a mg/m³.
    #[rstest]
    #[case::of_2012(
        include_str!("../../../playbooks/standards/aqi-hj633-2012.toml"),
        None
    )]
    #[case::of_2026(
        include_str!("../../../playbooks/standards/aqi-hj633-2026.toml"),
        Some([1, 100])
    )]
    fn every_concentration_has_the_index_of_the_formula(
        #[case] text: &str,
        #[case] rounded_to: Option<[u32; 2]>,
    ) {
        let standard = Standard::parse("standard", text).unwrap();
        let file: toml::Table = text.parse().unwrap();
        for (period, word) in [(Period::Day, "day"), (Period::Hour, "hour")] {
            for pollutant in Pollutant::ALL {
                let written = &file[word]["scales"][pollutant.as_str()];
                let in_unit = if pollutant == Pollutant::Co { 1_000 } else { 1 };
                let breakpoints = written["breakpoints"].as_array().unwrap().iter();
                let breakpoints = breakpoints.map(|value| value.as_integer().unwrap() * in_unit);
                let table = table(breakpoints.map(|value| u32::try_from(value).unwrap()));
                let to = rounded_to.and_then(|[to, co_to]| {
                    let to = if pollutant == Pollutant::Co {
                        co_to
                    } else {
                        to
                    };
                    Concentration::from_micrograms(to)
                });
                check(&standard.report(period).scales[pollutant], &table, to);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 32,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn so_it_has_in_any_table(
            breakpoints in prop::collection::btree_set(1..=400_000_u32, 1..8),
            to in prop::option::of(1..=1_000_u32),
            above in prop::option::of(Just(500_u16)),
        ) {
            let table = table(std::iter::once(0).chain(breakpoints));
            let to = to.and_then(Concentration::from_micrograms);
            check(&Scale::new(Averaging::Day, &table, to, above), &table, to);
        }
    }

    /// GB/T 8170, 3.2.
    #[rstest]
    #[case::tie_to_even_below(Pollutant::Pm25, "36.5", 36)]
    #[case::tie_to_even_above(Pollutant::Pm25, "35.5", 36)]
    #[case::below_a_tie(Pollutant::Pm25, "35.4999999999999999999", 35)]
    #[case::above_a_tie(Pollutant::Pm25, "36.5000000000000000001", 37)]
    #[case::whole(Pollutant::Pm25, "36", 36)]
    #[case::tie_to_one(Pollutant::Pm25, "1.5", 2)]
    #[case::tenth_of_a_milligram_down(Pollutant::Co, "2.05", 20)]
    #[case::tenth_of_a_milligram_up(Pollutant::Co, "2.15", 22)]
    #[case::above_a_tie_of_tenths(Pollutant::Co, "2.0500001", 21)]
    fn rounding_is_half_to_even(
        #[case] pollutant: Pollutant,
        #[case] text: &str,
        #[case] multiple: u32,
    ) {
        let steps = Concentration::parse(pollutant, text).unwrap().steps();
        let to = if pollutant == Pollutant::Co {
            1_000_000
        } else {
            10_000
        };
        assert!(steps <= highest_rounded(multiple * to, to));
        assert!(steps > highest_rounded((multiple - 1) * to, to));
        assert_eq!(half_even(steps, to), multiple * to);
    }
}
