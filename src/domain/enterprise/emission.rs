//! What a plant emits, and how much less of it: masses of the four pollutants that a list counts.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// What a list counts: 颗粒物, SO2, NOx, VOCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmittedPollutant {
    /// 颗粒物.
    Pm,
    /// 二氧化硫.
    So2,
    /// 氮氧化物.
    Nox,
    /// 挥发性有机物.
    Vocs,
}

impl EmittedPollutant {
    /// All four, in the order of the list's columns.
    pub const ALL: [Self; 4] = [Self::Pm, Self::So2, Self::Nox, Self::Vocs];

    /// The machine word: `pm`, `so2`, `nox`, `vocs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pm => "pm",
            Self::So2 => "so2",
            Self::Nox => "nox",
            Self::Vocs => "vocs",
        }
    }

    /// The symbol in an English table: `PM`, `SO2`, `NOx`, `VOCs`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Pm => "PM",
            Self::So2 | Self::Nox | Self::Vocs => self.zh(),
        }
    }

    /// The word in the list's headers: `颗粒物`, `SO2`, `NOx`, `VOCs`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pm => "颗粒物",
            Self::So2 => "SO2",
            Self::Nox => "NOx",
            Self::Vocs => "VOCs",
        }
    }
}

/// Masses emitted, in grams per day; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Emission {
    /// 颗粒物, g/d.
    pub pm: i64,
    /// SO2, g/d.
    pub so2: i64,
    /// NOx, g/d.
    pub nox: i64,
    /// VOCs, g/d.
    pub vocs: i64,
}

impl Emission {
    /// Nothing at all.
    pub const ZERO: Self = Self {
        pm: 0,
        so2: 0,
        nox: 0,
        vocs: 0,
    };

    /// The mass of one pollutant, g/d.
    pub const fn get(self, pollutant: EmittedPollutant) -> i64 {
        match pollutant {
            EmittedPollutant::Pm => self.pm,
            EmittedPollutant::So2 => self.so2,
            EmittedPollutant::Nox => self.nox,
            EmittedPollutant::Vocs => self.vocs,
        }
    }

    /// A mass for each pollutant, g/d, made from the pollutant.
    pub fn from_fn(mut make: impl FnMut(EmittedPollutant) -> i64) -> Self {
        Self {
            pm: make(EmittedPollutant::Pm),
            so2: make(EmittedPollutant::So2),
            nox: make(EmittedPollutant::Nox),
            vocs: make(EmittedPollutant::Vocs),
        }
    }

    /// Whether it is nothing at all.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// Whether no pollutant of it exceeds that of the other.
    pub fn is_within(self, other: Self) -> bool {
        EmittedPollutant::ALL
            .iter()
            .all(|&p| self.get(p) <= other.get(p))
    }

    /// So many per cent of it, rounded up to the gram: what a target asks is never rounded away.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self::from_fn(|p| {
            let hundredfold = i128::from(self.get(p)) * i128::from(percent);
            i64::try_from((hundredfold + 99).div_euclid(100)).unwrap_or(i64::MAX)
        })
    }

    /// What share of a whole one pollutant is, in hundredths of a per cent, rounded down: a
    /// shortfall is never rounded away. None of a whole of nothing.
    pub fn share_of(self, whole: Self, pollutant: EmittedPollutant) -> Option<i64> {
        let (part, whole) = (self.get(pollutant), whole.get(pollutant));
        if whole <= 0 {
            return None;
        }
        let share = i128::from(part) * 10_000 / i128::from(whole);
        Some(i64::try_from(share).unwrap_or(i64::MAX))
    }
}

impl Add for Emission {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_fn(|p| self.get(p) + other.get(p))
    }
}

impl AddAssign for Emission {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Emission {
    type Output = Self;

    /// What remains, at least nothing.
    fn sub(self, other: Self) -> Self {
        Self::from_fn(|p| (self.get(p) - other.get(p)).max(0))
    }
}

impl Sum for Emission {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn targets_round_up_and_shares_round_down() {
        let base = Emission {
            pm: 1001,
            so2: 0,
            nox: 3,
            vocs: 1000,
        };
        assert_eq!(
            base.percent(10),
            Emission {
                pm: 101,
                so2: 0,
                nox: 1,
                vocs: 100
            }
        );
        let cut = Emission {
            pm: 100,
            so2: 0,
            nox: 2,
            vocs: 100,
        };
        assert_eq!(cut.share_of(base, EmittedPollutant::Pm), Some(999));
        assert_eq!(cut.share_of(base, EmittedPollutant::So2), None);
        assert_eq!(cut.share_of(base, EmittedPollutant::Nox), Some(6666));
        assert_eq!(cut.share_of(base, EmittedPollutant::Vocs), Some(1000));
    }

    proptest! {
        #[test]
        fn what_a_target_asks_reaches_its_share(grams in 1_i64..1_000_000_000_000, percent in 0_u8..=100) {
            let base = Emission { pm: grams, ..Emission::ZERO };
            let share = base.percent(percent).share_of(base, EmittedPollutant::Pm).unwrap();
            prop_assert!(share >= i64::from(percent) * 100);
        }
    }
}
