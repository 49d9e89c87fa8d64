//! Conditions: what days a level asks for.
//!
//! A [`Condition`] is written as it is read aloud, and printed again in the same words wherever a reason
//! names it:
//!
//! ```text
//! aqi>200 for 48h
//! aqi>=500 for 24h
//! aqi>200 for 72h with aqi>300 for 24h inside
//! ```
//!
//! Its days are consecutive; `inside` asks for a run within the same unbroken run of the first
//! clause. On daily values N hours are N/24 whole days, rounded up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::outlook::HIGHEST_AQI;

/// One way for a level to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The run that has to be there.
    pub run: Clause,
    /// A run that has to lie within it.
    pub inside: Option<Clause>,
}

/// An unbroken run of days over a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    comparison: Comparison,
    aqi: u16,
    hours: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Comparison {
    Above,
    AtLeast,
}

impl Clause {
    /// The value a day has to be strictly above: 200 for `aqi>200`, 499 for `aqi>=500`.
    pub const fn line(self) -> u16 {
        match self.comparison {
            Comparison::Above => self.aqi,
            Comparison::AtLeast => self.aqi - 1,
        }
    }

    /// How long the run has to be, in hours.
    pub const fn hours(self) -> u16 {
        self.hours
    }

    /// How long the run has to be, in whole days.
    pub const fn days(self) -> u16 {
        whole_days(self.hours)
    }

    /// In Chinese: `AQI>200持续48小时`.
    pub fn zh(self) -> String {
        match self.comparison {
            Comparison::Above => format!("AQI>{}持续{}小时", self.aqi, self.hours),
            Comparison::AtLeast => format!("AQI达到{}持续{}小时", self.aqi, self.hours),
        }
    }

    /// Whether every run that satisfies this satisfies the other too.
    fn implies(self, other: Self) -> bool {
        self.line() >= other.line() && self.days() >= other.days()
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.comparison {
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
        };
        write!(f, "aqi{sign}{} for {}h", self.aqi, self.hours)
    }
}

impl Condition {
    /// In Chinese: `AQI>200持续72小时，其中AQI>300持续24小时`.
    pub fn zh(self) -> String {
        match self.inside {
            None => self.run.zh(),
            Some(inside) => format!("{}，其中{}", self.run.zh(), inside.zh()),
        }
    }

    /// Whether every outlook that meets this meets the other too.
    pub(super) fn implies(self, other: Self) -> bool {
        let provided = [Some(self.run), self.inside].into_iter().flatten();
        let inside_met = |inside| provided.clone().any(|run: Clause| run.implies(inside));
        self.run.implies(other.run) && other.inside.is_none_or(inside_met)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.run.fmt(f)?;
        match self.inside {
            Some(inside) => write!(f, " with {inside} inside"),
            None => Ok(()),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a condition: expected {expected}")]
pub struct NotACondition {
    /// The text.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

impl FromStr for Condition {
    type Err = NotACondition;

    fn from_str(text: &str) -> Result<Self, NotACondition> {
        let refused = |expected| NotACondition {
            text: text.to_owned(),
            expected,
        };
        let (run, inside) = match text.split_once(" with ") {
            None => (text, None),
            Some((run, rest)) => {
                let inside = rest.trim_end().strip_suffix(" inside");
                (run, Some(inside.ok_or_else(|| refused(ENDS_INSIDE))?))
            }
        };
        let run = clause(run).map_err(refused)?;
        let inside = inside.map(clause).transpose().map_err(refused)?;
        if let Some(inside) = inside {
            if inside.line() <= run.line() {
                return Err(refused("a higher value inside than outside"));
            }
            if inside.days() > run.days() {
                return Err(refused("a run inside no longer than the one around it"));
            }
        }
        Ok(Self { run, inside })
    }
}

pub(super) const SHAPE: &str =
    "`aqi>N for Hh`, `aqi>=N for Hh`, or two of these as `… with … inside`";
pub(super) const ENDS_INSIDE: &str = "`inside` at the end, after `with`";

fn clause(text: &str) -> Result<Clause, &'static str> {
    let (value, hours) = text
        .trim()
        .strip_prefix("aqi")
        .and_then(|rest| rest.split_once(" for "))
        .ok_or(SHAPE)?;
    let value = value.trim();
    let (comparison, digits) = if let Some(digits) = value.strip_prefix(">=") {
        (Comparison::AtLeast, digits)
    } else {
        (Comparison::Above, value.strip_prefix('>').ok_or(SHAPE)?)
    };
    let aqi: u16 = digits.trim().parse().map_err(|_| SHAPE)?;
    let reachable = match comparison {
        Comparison::Above => aqi < HIGHEST_AQI,
        Comparison::AtLeast => (1..=HIGHEST_AQI).contains(&aqi),
    };
    if !reachable {
        return Err("an AQI some air can have: the index runs from 0 to 500");
    }
    let digits = hours.trim().strip_suffix('h').ok_or(SHAPE)?;
    let hours: u16 = digits.parse().map_err(|_| SHAPE)?;
    if !(24..=240).contains(&hours) {
        return Err("a duration of 24h to 240h");
    }
    Ok(Clause {
        comparison,
        aqi,
        hours,
    })
}

pub(super) const fn whole_days(hours: u16) -> u16 {
    hours.div_ceil(24)
}
