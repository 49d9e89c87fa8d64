//! A file of `playbooks/triggers/` → [`Rules`], refused with its line where it is wrong.
//!
//! A level is a list of [`Condition`]s, any one of which is enough.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::aqi::PollutantSet;
use crate::level::WarningLevel;
use crate::outlook::{AqiRange, Cause, HIGHEST_AQI};
use crate::playbook::{self, PlaybookFault, Standing, Wrong};

use super::condition::{Condition, NotACondition, whole_days};
use super::observed::{MOST_HOURS, ObservedStart};

/// A dated rule of when which warning starts and ends (预警分级标准).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The name on the command line and in records: `mee-2024`.
    pub id: String,
    /// The document's title.
    pub title: String,
    /// The document's number.
    pub document: String,
    /// The first day it holds.
    pub in_force_from: NaiveDate,
    /// The last day it holds, where known.
    pub in_force_to: Option<NaiveDate>,
    /// Where its words were read.
    pub source: String,
    /// How well they are known on the whole; a [part](Self::parts) may be known otherwise.
    pub standing: Standing,
    /// Where it binds.
    pub scope: String,
    /// How a day may be cut out of the hours.
    pub windows: Vec<Window>,
    /// What a range of values counts as.
    pub ranges: Ranges,
    /// How long before its start a warning should be published.
    pub advance_notice_hours: u16,
    /// When a warning may be lowered or lifted.
    pub lift: Lift,
    /// When measured air starts a warning at once, where the rules say so.
    pub observed_start: Option<ObservedStart>,
    /// What starts no coloured warning.
    pub exclusions: Exclusions,
    /// The lowest level first.
    levels: Vec<(WarningLevel, Vec<Condition>)>,
    /// How well the days, the levels and the notice are known, where that differs from the whole.
    days_known: Known,
    levels_known: Known,
    notice_known: Known,
}

/// A part of the rules that may be known better or worse than the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// 取日方法: how a day is cut, and what a range counts as.
    Days,
    /// 分级条件.
    Levels,
    /// 提前发布.
    AdvanceNotice,
    /// 解除条件.
    Lift,
    /// 提前启动.
    ObservedStart,
    /// 不纳入预警的情形.
    Exclusions,
}

impl Part {
    /// The key of the part in its file: `advance_notice`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Levels => "levels",
            Self::AdvanceNotice => "advance_notice",
            Self::Lift => "lift",
            Self::ObservedStart => "observed_start",
            Self::Exclusions => "exclusions",
        }
    }
}

/// A part of rules with how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPart<'r> {
    /// The part.
    pub part: Part,
    /// How well it is known.
    pub standing: Standing,
    /// Where it was read.
    pub source: &'r str,
}

/// How well a part is known, and where it was read; what is not said is as the file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    standing: Option<Standing>,
    source: Option<String>,
}

/// How a day is cut out of the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Midnight to midnight.
    NaturalDay,
    /// 24 consecutive hours that may cross midnight (可跨自然日).
    #[serde(rename = "rolling-24h")]
    Rolling24h,
}

/// What a day stated as a range counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ranges {
    /// The middle, rounded up.
    Middle,
    /// The upper end, as the Beijing-Tianjin-Hebei trial of 2016 asked for.
    Upper,
}

impl Window {
    /// The word in a playbook: `rolling-24h`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NaturalDay => "natural-day",
            Self::Rolling24h => "rolling-24h",
        }
    }
}

impl Ranges {
    /// The one value a range counts as.
    pub fn value(self, range: AqiRange) -> u16 {
        match self {
            Self::Middle => range.middle(),
            Self::Upper => range.high(),
        }
    }
}

/// When a warning may be lowered or lifted: air below a line for so many hours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// Below whose start standard.
    pub below: Below,
    /// For how long, in hours.
    pub hours: u16,
    /// How well that is known, where it differs from the whole file.
    pub standing: Option<Standing>,
    /// Where this was read.
    pub source: String,
}

/// Whose start standard the air has to fall below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Below {
    /// That of the level that stands (相应级别预警启动标准以下).
    OwnLevel,
    /// That of the lowest level (黄色预警条件以下, 江苏 2026).
    LowestLevel,
}

/// What starts no coloured warning but a health notice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusions {
    /// A day whose primary pollutants are all among these is judged by its PM2.5 alone.
    pub pollutants: PollutantSet,
    /// A day with one of these causes does not count.
    pub causes: Vec<Cause>,
    /// How well that is known, where it differs from the whole file.
    pub standing: Option<Standing>,
    /// Where this was read.
    pub source: String,
}

impl Rules {
    /// Reads a file of rules. What contradicts itself is refused: a level that a lower level's
    /// condition already meets, a run inside that cannot lie there, dates that run backwards.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        playbook::read(path, text, File::check)
    }

    /// The levels these rules know, the lowest first, each with its conditions.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = (WarningLevel, &[Condition])> {
        let levels = self.levels.iter();
        levels.map(|(level, conditions)| (*level, conditions.as_slice()))
    }

    /// Each part with how well it is known, and where it was read.
    pub fn parts(&self) -> impl Iterator<Item = KnownPart<'_>> {
        let (lift, exclusions) = (&self.lift, &self.exclusions);
        let observed = self.observed_start.as_ref().map(|start| {
            let standing = Some(start.standing);
            self.part(Part::ObservedStart, standing, Some(&start.source))
        });
        let parts = [
            Some(self.table(Part::Days, &self.days_known)),
            Some(self.table(Part::Levels, &self.levels_known)),
            Some(self.table(Part::AdvanceNotice, &self.notice_known)),
            Some(self.part(Part::Lift, lift.standing, Some(&lift.source))),
            observed,
            Some(self.part(
                Part::Exclusions,
                exclusions.standing,
                Some(&exclusions.source),
            )),
        ];
        parts.into_iter().flatten()
    }

    fn table<'r>(&'r self, part: Part, known: &'r Known) -> KnownPart<'r> {
        self.part(part, known.standing, known.source.as_deref())
    }

    /// A part, as the file is known where it does not say otherwise of itself.
    fn part<'r>(
        &'r self,
        part: Part,
        standing: Option<Standing>,
        source: Option<&'r str>,
    ) -> KnownPart<'r> {
        KnownPart {
            part,
            standing: standing.unwrap_or(self.standing),
            source: source.unwrap_or(&self.source),
        }
    }

    /// Whether these rules hold on a day.
    pub fn is_in_force_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|last| day <= last)
    }

    /// The values above which something starts: which levels, each with the hours it takes.
    pub fn lines(&self) -> BTreeMap<u16, BTreeSet<(WarningLevel, u16)>> {
        let mut lines: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (level, conditions) in self.levels() {
            let clauses = conditions
                .iter()
                .flat_map(|condition| [Some(condition.run), condition.inside]);
            for clause in clauses.flatten() {
                let starts = lines.entry(clause.line()).or_default();
                starts.insert((level, clause.hours()));
            }
        }
        lines
    }

    /// The lowest value any level starts above.
    pub fn lowest_line(&self) -> u16 {
        let lines = self.levels().map(|(_, conditions)| lowest(conditions));
        lines.min().expect("rules have a level")
    }

    /// The value at or below which air counts as better than a level asks for; for a level these
    /// rules do not know, that of the next lower one they do.
    pub fn lift_line(&self, level: WarningLevel) -> u16 {
        let known = self.levels().rfind(|&(known, _)| known <= level);
        match (self.lift.below, known) {
            (Below::OwnLevel, Some((_, conditions))) => lowest(conditions),
            _ => self.lowest_line(),
        }
    }

    /// How many whole days the air has to stay below that.
    pub fn lift_days(&self) -> i64 {
        i64::from(whole_days(self.lift.hours))
    }
}

fn lowest(conditions: &[Condition]) -> u16 {
    let lines = conditions.iter().map(|condition| condition.run.line());
    lines.min().expect("a level has a condition")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    title: String,
    document: String,
    in_force_from: NaiveDate,
    in_force_to: Option<Spanned<NaiveDate>>,
    source: String,
    standing: Standing,
    scope: String,
    windows: Spanned<Vec<Window>>,
    ranges: Ranges,
    advance_notice_hours: u16,
    #[serde(default)]
    advance_notice: Known,
    #[serde(default)]
    days: Known,
    levels: Spanned<Levels>,
    lift: Spanned<Lift>,
    observed_start: Option<Spanned<ObservedStart>>,
    exclusions: Exclusions,
}

/// What starts each level, and how well that is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Levels {
    standing: Option<Standing>,
    source: Option<String>,
    blue: Option<Texts>,
    yellow: Option<Texts>,
    orange: Option<Texts>,
    red: Option<Texts>,
}

/// The conditions of a level, as they are written.
type Texts = Spanned<Vec<Spanned<String>>>;

impl File {
    fn check(self) -> Result<Rules, Wrong> {
        if let Some(last) = &self.in_force_to
            && *last.get_ref() < self.in_force_from
        {
            let expected = format!("expected a day not before {}", self.in_force_from);
            return Err(Wrong::at(last, expected));
        }
        if self.windows.get_ref().is_empty() {
            return Err(Wrong::at(&self.windows, "expected at least one window"));
        }
        let hours = self.lift.get_ref().hours;
        if !(1..=240).contains(&hours) {
            let what = format!("found {hours} hours: expected 1 to 240 hours before a lift");
            return Err(Wrong::at(&self.lift, what));
        }
        let levels = self.levels.get_ref();
        let levels_known = Known {
            standing: levels.standing,
            source: levels.source.clone(),
        };
        let levels = check_levels(self.levels)?;
        if let Some(observed) = &self.observed_start {
            check_observed(observed, &levels)?;
        }
        Ok(Rules {
            levels,
            days_known: self.days,
            levels_known,
            notice_known: self.advance_notice,
            id: self.id,
            title: self.title,
            document: self.document,
            in_force_from: self.in_force_from,
            in_force_to: self.in_force_to.map(Spanned::into_inner),
            source: self.source,
            standing: self.standing,
            scope: self.scope,
            windows: self.windows.into_inner(),
            ranges: self.ranges,
            advance_notice_hours: self.advance_notice_hours,
            lift: self.lift.into_inner(),
            observed_start: self.observed_start.map(Spanned::into_inner),
            exclusions: self.exclusions,
        })
    }
}

fn check_observed(
    written: &Spanned<ObservedStart>,
    levels: &[(WarningLevel, Vec<Condition>)],
) -> Result<(), Wrong> {
    let ObservedStart { above, hours, .. } = *written.get_ref();
    let (level, conditions) = &levels[0];
    let line = lowest(conditions);
    if !(line..HIGHEST_AQI).contains(&above) {
        let what = format!(
            "measured air above {above} would start {level}, which is lifted at {line} and below: \
             expected {line} to {}",
            HIGHEST_AQI - 1
        );
        return Err(Wrong::at(written, what));
    }
    if !(1..=MOST_HOURS).contains(&hours) {
        let what =
            format!("found {hours} hours: expected 1 to {MOST_HOURS} hours without improvement");
        return Err(Wrong::at(written, what));
    }
    Ok(())
}

fn check_levels(written: Spanned<Levels>) -> Result<Vec<(WarningLevel, Vec<Condition>)>, Wrong> {
    let place = written.span();
    let Levels {
        blue,
        yellow,
        orange,
        red,
        ..
    } = written.into_inner();
    let written = WarningLevel::ALL
        .into_iter()
        .zip([blue, yellow, orange, red]);
    let mut levels: Vec<(WarningLevel, Vec<Condition>)> = Vec::new();
    for (level, texts) in written {
        let Some(texts) = texts else { continue };
        if texts.get_ref().is_empty() {
            return Err(Wrong::at(&texts, "expected at least one condition"));
        }
        let mut conditions = Vec::new();
        for text in texts.get_ref() {
            let condition = text
                .get_ref()
                .parse()
                .map_err(|error: NotACondition| Wrong::at(text, error.to_string()))?;
            check_harder(level, condition, &levels).map_err(|what| Wrong::at(text, what))?;
            conditions.push(condition);
        }
        levels.push((level, conditions));
    }
    if levels.is_empty() {
        return Err(Wrong::over(place, "expected at least one level"));
    }
    Ok(levels)
}

/// A condition of a level must ask for more than those of every lower level.
fn check_harder(
    level: WarningLevel,
    condition: Condition,
    lower: &[(WarningLevel, Vec<Condition>)],
) -> Result<(), String> {
    for (lower, conditions) in lower {
        if let Some(easy) = conditions.iter().find(|easy| easy.implies(condition)) {
            return Err(format!(
                "`{condition}` for {level} is met whenever `{easy}` for {lower} is: \
                 expected a condition harder than those of the lower levels"
            ));
        }
    }
    match lower.first() {
        Some((lowest_level, conditions)) if condition.run.line() < lowest(conditions) => {
            Err(format!(
                "`{condition}` for {level} starts at a lower value than {lowest_level}: \
                 expected `aqi>{}` or more",
                lowest(conditions)
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
