//! The air quality index (环境空气质量指数, AQI): concentrations → IAQI → AQI, category, primary
//! pollutants.
//!
//! A [`Standard`] is data: the tables of HJ 633-2012 or HJ 633-2026 with the days they hold. It
//! assesses a [`Sample`], the [`Concentration`] of each [`Pollutant`] over a day or an hour, and
//! answers with an [`Aqi`] that knows its gaps. [`Standards`] holds all versions and finds the one
//! in force on a day.
//!
//! Arithmetic is exact: an index is rounded *up*, so a float that misses a breakpoint by a hair is
//! wrong by one. Nothing here averages over stations or judges whether a mean is valid; an index
//! that may not be published is withheld with its reason and never reads as clean air.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::playbook::{PlaybookFault, Standing};

mod concentration;
mod file;
mod pollutant;
mod scale;

pub use concentration::{Concentration, NotAConcentration};
pub use pollutant::{NotAPollutant, PerPollutant, Pollutant, PollutantSet};

use scale::Scale;

/// The highest index that any standard has (HJ 633, 5.1).
pub const HIGHEST_AQI: u16 = 500;

/// The concentrations over one day or one hour; none where nothing valid was measured.
///
/// Ozone is the largest mean of eight hours for a day, and the mean of the hour for an hour.
pub type Sample = PerPollutant<Option<Concentration>>;

/// What a report covers, which decides the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// 日报: a natural day.
    Day,
    /// 时报: one hour.
    Hour,
}

/// An assessment: the index and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aqi {
    /// 环境空气质量指数, 0 (from 2026: 1) to 500; none when it may not be published.
    pub aqi: Option<u16>,
    /// 类别, present with the index.
    pub category: Option<Category>,
    /// 首要污染物: every pollutant with the largest IAQI, when the index is above 50.
    pub primary: PollutantSet,
    /// 空气质量分指数 of each pollutant that has one; published even when the AQI is not.
    pub iaqi: PerPollutant<Option<u16>>,
    /// The pollutants without an IAQI: not measured, or beyond a table that says "not computed".
    pub missing: PollutantSet,
    /// Why there is no index, when there is none.
    pub withheld: Option<Withheld>,
}

impl Aqi {
    /// 级别, 1 (一级) to 6 (六级).
    pub fn level(&self) -> Option<u8> {
        self.category.map(Category::level)
    }
}

/// Why an index may not be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// No pollutant has an IAQI.
    NothingMeasured,
    /// Pollutants are missing, and what is there does not reach the line above which an
    /// incomplete index is published (HJ 633-2026, 5.3.1).
    Incomplete {
        /// The pollutants without an IAQI.
        missing: PollutantSet,
        /// The largest IAQI of the others.
        highest: u16,
        /// The line that had to be passed.
        line: u16,
    },
}

impl Withheld {
    /// The reason in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NothingMeasured => "各项污染物均无有效数据".to_owned(),
            Self::Incomplete {
                missing,
                highest,
                line,
            } => format!(
                "缺少{}，其余污染物的最大分指数为{highest}，不超过{line}，不发布AQI",
                missing.zh()
            ),
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMeasured => f.write_str("no pollutant was measured"),
            Self::Incomplete {
                missing,
                highest,
                line,
            } => write!(
                f,
                "without {missing} the largest sub-index is {highest}, not above {line}"
            ),
        }
    }
}

/// 空气质量指数类别, ordered from clean to foul. Its colours are *not* those of the warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// 优, 一级.
    Excellent,
    /// 良, 二级.
    Good,
    /// 轻度污染, 三级.
    Light,
    /// 中度污染, 四级.
    Moderate,
    /// 重度污染, 五级.
    Heavy,
    /// 严重污染, 六级.
    Severe,
}

impl Category {
    /// Every category, the cleanest first.
    pub const ALL: [Self; 6] = [
        Self::Excellent,
        Self::Good,
        Self::Light,
        Self::Moderate,
        Self::Heavy,
        Self::Severe,
    ];

    /// The machine word: `excellent` … `severe`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Light => "light",
            Self::Moderate => "moderate",
            Self::Heavy => "heavy",
            Self::Severe => "severe",
        }
    }

    /// The standard's word: `重度污染`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Excellent => "优",
            Self::Good => "良",
            Self::Light => "轻度污染",
            Self::Moderate => "中度污染",
            Self::Heavy => "重度污染",
            Self::Severe => "严重污染",
        }
    }

    /// The English word: `heavily polluted`.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Light => "lightly polluted",
            Self::Moderate => "moderately polluted",
            Self::Heavy => "heavily polluted",
            Self::Severe => "severely polluted",
        }
    }

    /// 级别, 1 (一级) to 6 (六级).
    pub const fn level(self) -> u8 {
        match self {
            Self::Excellent => 1,
            Self::Good => 2,
            Self::Light => 3,
            Self::Moderate => 4,
            Self::Heavy => 5,
            Self::Severe => 6,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One version of the technical regulation, as its file in `playbooks/standards/` states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    id: String,
    document: String,
    source: String,
    standing: Standing,
    in_force_from: NaiveDate,
    in_force_from_standing: Standing,
    in_force_to: Option<NaiveDate>,
    lowest_aqi: u16,
    primary_above: u16,
    day: Report,
    hour: Report,
    categories: [CategoryRow; 6],
}

impl Standard {
    /// Reads a file of `playbooks/standards/`; `path` is what a fault calls it.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        file::parse(path, text)
    }

    /// The index of a sample under this standard.
    pub fn assess(&self, period: Period, sample: &Sample) -> Aqi {
        let report = self.report(period);
        let iaqi =
            PerPollutant::from_fn(|pollutant| report.scales[pollutant].iaqi(sample[pollutant]?));
        let missing = iaqi.which(Option::is_none);
        let highest = iaqi.values().copied().flatten().max();

        let (aqi, withheld) = match (highest, report.gaps.publish) {
            (None, _) => (None, Some(Withheld::NothingMeasured)),
            (Some(highest), PublishGaps::Above(line)) if !missing.is_empty() && highest <= line => {
                let incomplete = Withheld::Incomplete {
                    missing,
                    highest,
                    line,
                };
                (None, Some(incomplete))
            }
            (Some(highest), _) => (Some(highest.max(self.lowest_aqi)), None),
        };
        let primary = match aqi {
            Some(aqi) if aqi > self.primary_above => iaqi.which(|&index| index == highest),
            _ => PollutantSet::EMPTY,
        };
        Aqi {
            aqi,
            category: aqi.map(|aqi| self.category(aqi)),
            primary,
            iaqi,
            missing,
            withheld,
        }
    }

    /// The category of an index; whatever is above the table is the last.
    pub fn category(&self, aqi: u16) -> Category {
        let row = self.categories.iter().find(|row| aqi <= row.up_to);
        row.map_or(Category::Severe, |row| row.category)
    }

    /// Its categories, the cleanest first, each with the index that it begins above and its highest.
    pub fn categories(&self) -> impl Iterator<Item = (Category, u16, u16)> {
        let above = [0]
            .into_iter()
            .chain(self.categories.iter().map(|row| row.up_to));
        let rows = self.categories.iter().zip(above);
        rows.map(|(row, above)| (row.category, above, row.up_to))
    }

    /// The colour of a category in maps, charts and reports.
    pub fn colour(&self, category: Category) -> &Colour {
        &self.categories[usize::from(category.level()) - 1].colour
    }

    /// How a pollutant is averaged for a report.
    pub fn averaging(&self, period: Period, pollutant: Pollutant) -> Averaging {
        self.report(period).scales[pollutant].averaging
    }

    /// The word it is named by on the command line and in the record: `hj633-2026`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Number and title of the document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Where in the document the tables and rules stand, and how well that is known.
    pub fn basis(&self) -> (&str, Standing) {
        (&self.source, self.standing)
    }

    /// Where the rule for missing pollutants was taken from, and how well that is known.
    pub fn gaps_basis(&self, period: Period) -> (&str, Standing) {
        let gaps = &self.report(period).gaps;
        (&gaps.source, gaps.standing)
    }

    /// The first day it is applied to, and how well that is known.
    pub fn in_force_from(&self) -> (NaiveDate, Standing) {
        (self.in_force_from, self.in_force_from_standing)
    }

    /// Its last day; none while it is in force.
    pub fn in_force_to(&self) -> Option<NaiveDate> {
        self.in_force_to
    }

    /// Whether a day is judged by it.
    pub fn is_in_force_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|last| day <= last)
    }

    fn report(&self, period: Period) -> &Report {
        match period {
            Period::Day => &self.day,
            Period::Hour => &self.hour,
        }
    }
}

/// Every version of the standard, the oldest first. At most one is in force on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standards(Vec<Standard>);

/// Why standards cannot stand together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandardsError {
    /// There is none.
    #[error("no standard for the air quality index")]
    None,
    /// Two bear one name.
    #[error("two standards are named `{0}`")]
    SameId(String),
    /// Two hold on one day.
    #[error("`{earlier}` and `{later}` are both in force on {on}")]
    Overlap {
        /// The one that began earlier.
        earlier: String,
        /// The one that began before the other ended.
        later: String,
        /// The first day both hold.
        on: NaiveDate,
    },
}

impl Standards {
    /// Puts the versions in order, and refuses two for one day.
    pub fn new(mut versions: Vec<Standard>) -> Result<Self, StandardsError> {
        versions.sort_by_key(|standard| standard.in_force_from);
        if versions.is_empty() {
            return Err(StandardsError::None);
        }
        for (at, standard) in versions.iter().enumerate() {
            if versions[..at].iter().any(|other| other.id == standard.id) {
                return Err(StandardsError::SameId(standard.id.clone()));
            }
        }
        for pair in versions.windows(2) {
            if pair[0].is_in_force_on(pair[1].in_force_from) {
                return Err(StandardsError::Overlap {
                    earlier: pair[0].id.clone(),
                    later: pair[1].id.clone(),
                    on: pair[1].in_force_from,
                });
            }
        }
        Ok(Self(versions))
    }

    /// The version a day is judged by.
    pub fn in_force_on(&self, day: NaiveDate) -> Option<&Standard> {
        self.0.iter().find(|standard| standard.is_in_force_on(day))
    }

    /// The version a day is judged by, or, where none is in force on it, the newest.
    pub fn of(&self, day: NaiveDate) -> &Standard {
        self.in_force_on(day).unwrap_or_else(|| self.newest())
    }

    /// The version that came last.
    pub fn newest(&self) -> &Standard {
        self.0.last().expect("standards are never empty")
    }

    /// The version of a name: `hj633-2012`.
    pub fn find(&self, id: &str) -> Option<&Standard> {
        self.0.iter().find(|standard| standard.id == id)
    }

    /// Every version, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Standard> {
        self.0.iter()
    }
}

/// How a concentration is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Averaging {
    /// The mean of one hour.
    #[serde(rename = "1h")]
    Hour,
    /// The mean of a natural day.
    #[serde(rename = "24h")]
    Day,
    /// The largest moving mean of eight hours in a natural day.
    #[serde(rename = "8h-max")]
    LargestEightHours,
}

/// The colour of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colour {
    /// The standard's name for it: `褐红色`.
    pub zh: String,
    /// Red, green, blue.
    pub rgb: [u8; 3],
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryRow {
    category: Category,
    up_to: u16,
    colour: Colour,
}

/// The tables and the rule of one kind of report.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    scales: PerPollutant<Scale>,
    gaps: Gaps,
}

/// What is published when pollutants are missing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gaps {
    publish: PublishGaps,
    standing: Standing,
    source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PublishGaps {
    /// The index of what is there.
    Always,
    /// The index of what is there, if it is above a line.
    Above(u16),
}

#[cfg(test)]
mod tests;
