//! A file of `playbooks/triggers/` → [`Rules`], refused with its line where it is wrong.
//!
//! A level is a list of conditions, any one of which is enough. A [`Condition`] is written as it is
//! read aloud, and printed again in the same words wherever a reason names it:
//!
//! ```text
//! aqi>200 for 48h
//! aqi>=500 for 24h
//! aqi>200 for 72h with aqi>300 for 24h inside
//! ```
//!
//! Its days are consecutive; `inside` asks for a run within the same unbroken run of the first
//! clause. On daily values N hours are N/24 whole days, rounded up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::aqi::PollutantSet;
use crate::level::WarningLevel;
use crate::outlook::{AqiRange, Cause, HIGHEST_AQI};
use crate::playbook::{self, PlaybookFault, Standing, Wrong};

use super::ObservedStart;

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
    /// How well the levels and the notice are known, where that differs from the whole.
    levels_known: Known,
    notice_known: Known,
}

/// A part of the rules that may be known better or worse than the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
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
            Self::Levels => "levels",
            Self::AdvanceNotice => "advance_notice",
            Self::Lift => "lift",
            Self::ObservedStart => "observed_start",
            Self::Exclusions => "exclusions",
        }
    }

    /// The Chinese word: `解除条件`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Levels => "分级条件",
            Self::AdvanceNotice => "提前发布",
            Self::Lift => "解除条件",
            Self::ObservedStart => "提前启动",
            Self::Exclusions => "不纳入预警的情形",
        }
    }
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
    fn implies(self, other: Self) -> bool {
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

const SHAPE: &str = "`aqi>N for Hh`, `aqi>=N for Hh`, or two of these as `… with … inside`";
const ENDS_INSIDE: &str = "`inside` at the end, after `with`";

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

/// The index begins at 1 (HJ 633-2026).
const LOWEST_AQI: u16 = 1;

const fn whole_days(hours: u16) -> u16 {
    hours.div_ceil(24)
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
    pub fn parts(&self) -> impl Iterator<Item = (Part, Standing, &str)> {
        let Self {
            lift, exclusions, ..
        } = self;
        let observed = self.observed_start.as_ref();
        let parts = [
            Some((
                Part::Levels,
                self.levels_known.standing,
                self.levels_known.source.as_deref(),
            )),
            Some((
                Part::AdvanceNotice,
                self.notice_known.standing,
                self.notice_known.source.as_deref(),
            )),
            Some((Part::Lift, lift.standing, Some(lift.source.as_str()))),
            observed.map(|start| {
                (
                    Part::ObservedStart,
                    Some(start.standing),
                    Some(start.source.as_str()),
                )
            }),
            Some((
                Part::Exclusions,
                exclusions.standing,
                Some(exclusions.source.as_str()),
            )),
        ];
        parts.into_iter().flatten().map(|(part, standing, source)| {
            let standing = standing.unwrap_or(self.standing);
            (part, standing, source.unwrap_or(&self.source))
        })
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
    if !(1..=72).contains(&hours) {
        let what = format!("found {hours} hours: expected 1 to 72 hours without improvement");
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
            check_lifts(level, condition).map_err(|what| Wrong::at(text, what))?;
            conditions.push(condition);
        }
        levels.push((level, conditions));
    }
    if levels.is_empty() {
        return Err(Wrong::over(place, "expected at least one level"));
    }
    Ok(levels)
}

/// The air can be at or below the value a level starts above, so that it can be lifted.
fn check_lifts(level: WarningLevel, condition: Condition) -> Result<(), String> {
    if condition.run.line() >= LOWEST_AQI {
        return Ok(());
    }
    Err(format!(
        "`{condition}` starts {level} above {}, and no air is at or below that, so it is never \
         lifted: expected `aqi>{LOWEST_AQI}` or more",
        condition.run.line()
    ))
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
mod tests {
    use rstest::rstest;

    use super::*;

    const CURRENT: &str = include_str!("../../../playbooks/triggers/mee-2024.toml");

    fn fault(text: &str) -> String {
        Rules::parse("city.toml", text).unwrap_err().to_string()
    }

    #[rstest]
    #[case::plain("aqi>200 for 48h")]
    #[case::reached("aqi>=500 for 24h")]
    #[case::inside("aqi>200 for 72h with aqi>300 for 24h inside")]
    fn a_condition_prints_as_it_was_written(#[case] text: &str) {
        assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
    }

    #[test]
    fn reaching_500_is_being_above_499() {
        let condition: Condition = "aqi>=500 for 24h".parse().unwrap();
        assert_eq!(condition.run.line(), 499);
        let condition: Condition = "aqi>200 for 36h".parse().unwrap();
        assert_eq!((condition.run.line(), condition.run.days()), (200, 2));
    }

    #[rstest]
    #[case::other_quantity("pm2_5>115 for 48h", SHAPE)]
    #[case::below("aqi<200 for 48h", SHAPE)]
    #[case::days("aqi>200 for 2d", SHAPE)]
    #[case::unreachable(
        "aqi>500 for 24h",
        "an AQI some air can have: the index runs from 0 to 500"
    )]
    #[case::short("aqi>200 for 12h", "a duration of 24h to 240h")]
    #[case::no_inside("aqi>200 for 72h with aqi>300 for 24h", ENDS_INSIDE)]
    #[case::lower_inside(
        "aqi>200 for 72h with aqi>150 for 24h inside",
        "a higher value inside than outside"
    )]
    #[case::longer_inside(
        "aqi>200 for 24h with aqi>300 for 48h inside",
        "a run inside no longer than the one around it"
    )]
    fn what_is_no_condition_is_refused(#[case] text: &str, #[case] expected: &'static str) {
        let refused = NotACondition {
            text: text.to_owned(),
            expected,
        };
        assert_eq!(text.parse::<Condition>(), Err(refused));
    }

    #[test]
    fn the_lines_of_the_current_rules_are_those_of_their_levels() {
        let rules = Rules::parse("mee-2024.toml", CURRENT).unwrap();
        assert_eq!(rules.lowest_line(), 150);
        assert_eq!(rules.lift_line(WarningLevel::Red), 200);
        assert_eq!(rules.lift_line(WarningLevel::Orange), 150);
        assert_eq!(rules.lift_line(WarningLevel::Blue), 150);
        assert_eq!(rules.lift_days(), 2);
        assert!(!rules.is_in_force_on(NaiveDate::from_ymd_opt(2024, 1, 22).unwrap()));
        assert!(rules.is_in_force_on(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()));
    }

    #[rstest]
    #[case::higher_level_easier(
        "aqi>200 for 48h\", \"aqi>150 for 72h",
        "aqi>150 for 48h",
        "`aqi>150 for 48h` for orange is met whenever `aqi>150 for 48h` for yellow is: expected a \
         condition harder than those of the lower levels"
    )]
    #[case::higher_level_lower(
        "aqi>200 for 48h\", \"aqi>150 for 72h",
        "aqi>100 for 96h",
        "`aqi>100 for 96h` for orange starts at a lower value than yellow: expected `aqi>150` or \
         more"
    )]
    #[case::not_a_condition(
        "aqi>200 for 48h\", \"aqi>150 for 72h",
        "heavy for days",
        "`heavy for days` is not a condition: expected `aqi>N for Hh`, `aqi>=N for Hh`, or two of \
         these as `… with … inside`"
    )]
    fn a_contradiction_is_refused_with_its_line(
        #[case] old: &str,
        #[case] new: &str,
        #[case] what: &str,
    ) {
        let line = 1 + CURRENT[..CURRENT.find("orange =").unwrap()]
            .matches('\n')
            .count();
        let text = CURRENT.replace(old, new);
        assert_eq!(fault(&text), format!("city.toml:{line}: {what}"));
    }

    #[test]
    fn a_level_that_could_never_be_lifted_is_refused() {
        let text = CURRENT.replace("aqi>150 for 48h", "aqi>0 for 48h");
        let expected = "`aqi>0 for 48h` starts yellow above 0, and no air is at or below that, so \
                        it is never lifted: expected `aqi>1` or more";
        assert!(fault(&text).ends_with(expected), "{}", fault(&text));
    }

    #[rstest]
    #[case::below_the_line_of_the_lift(
        "above = 149\nhours = 12",
        "measured air above 149 would start yellow, which is lifted at 150 and below: expected 150 \
         to 499"
    )]
    #[case::beyond_the_index("above = 500\nhours = 12", "expected 150 to 499")]
    #[case::no_time(
        "above = 200\nhours = 0",
        "found 0 hours: expected 1 to 72 hours without improvement"
    )]
    fn an_early_start_that_contradicts_the_levels_is_refused(
        #[case] early: &str,
        #[case] what: &str,
    ) {
        let early = format!(
            "[observed_start]\n{early}\nstanding = \"assumed\"\nsource = \"x\"\n\n[exclusions]"
        );
        let text = CURRENT.replace("[exclusions]", &early);
        assert!(fault(&text).ends_with(what), "{}", fault(&text));
        let line = 1 + text[..text.find("[observed_start]").unwrap()]
            .matches('\n')
            .count();
        assert!(
            fault(&text).starts_with(&format!("city.toml:{line}: ")),
            "{}",
            fault(&text)
        );
    }

    #[test]
    fn a_part_that_says_nothing_of_itself_is_known_as_the_file_is() {
        let rules = Rules::parse("mee-2024.toml", CURRENT).unwrap();
        let parts: Vec<_> = rules
            .parts()
            .map(|(part, standing, _)| (part.as_str(), standing.as_str()))
            .collect();
        assert_eq!(
            parts,
            [
                ("levels", "found"),
                ("advance_notice", "assumed"),
                ("lift", "assumed"),
                ("exclusions", "found"),
            ]
        );
    }

    #[test]
    fn a_mistyped_key_is_refused_with_what_was_expected() {
        let fault = fault(&CURRENT.replace("hours = 36", "hour = 36"));
        assert!(fault.contains("unknown field `hour`, expected"), "{fault}");
    }

    #[test]
    fn dates_that_run_backwards_are_refused() {
        let text = CURRENT.replace(
            "source = \"生态",
            "in_force_to = \"2023-01-01\"\nsource = \"生态",
        );
        assert!(fault(&text).ends_with("expected a day not before 2024-01-23"));
    }
}
