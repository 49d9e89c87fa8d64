//! What a replay prints, as JSON. Fields are only ever added, at the end.

use std::collections::BTreeMap;
use std::io;

use chrono::NaiveDate;
use serde::Serialize;

use super::real::RealWarning;
use super::{Args, Replayed};
use crate::cli::print::Output;
use crate::cli::reason;
use crate::domain::backtest::Difference;
use crate::domain::episode::{Episode, Step};
use crate::domain::level::WarningLevel;
use crate::domain::time::rfc3339;
use crate::domain::trigger::Rules;
use crate::sources::city::City;

/// The level met on a day.
#[derive(Serialize)]
pub(super) struct AssessmentLine<'a> {
    r#type: &'static str,
    city: &'a str,
    date: NaiveDate,
    level: Option<WarningLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a str>,
}

impl<'a> AssessmentLine<'a> {
    pub(super) fn new(
        city: &'a City,
        date: NaiveDate,
        level: Option<WarningLevel>,
        rules: Option<&'a str>,
    ) -> Self {
        Self {
            r#type: "assessment",
            city: &city.name,
            date,
            level,
            rules,
        }
    }

    pub(super) fn print(&self, json: bool, out: &mut Output) -> io::Result<()> {
        if json {
            return out.json(self);
        }
        let level = self.level.map_or("-", WarningLevel::zh);
        let rules = self
            .rules
            .map_or(String::new(), |rules| format!(" {rules}"));
        out.line(format_args!("{} {} {level}{rules}", self.city, self.date))
    }
}

/// A warning.
#[derive(Serialize)]
pub(super) struct WarningLine<'a> {
    r#type: &'static str,
    city: &'a str,
    issued: NaiveDate,
    from: String,
    until: Option<String>,
    peak: WarningLevel,
    steps: Vec<StepObject>,
    lifted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a str>,
}

#[derive(Serialize)]
struct StepObject {
    date: NaiveDate,
    step: &'static str,
    level: Option<WarningLevel>,
    from: Option<String>,
    until: Option<String>,
    because: Vec<reason::Line>,
}

impl<'a> WarningLine<'a> {
    pub(super) fn new(
        city: &'a City,
        warning: &Episode,
        rules: &Rules,
        named: Option<&'a str>,
    ) -> Self {
        let step = |step: &Step| StepObject {
            date: step.on,
            step: step.act.as_str(),
            level: step.level,
            from: step.from.map(rfc3339),
            until: step.until.map(rfc3339),
            because: step
                .because
                .iter()
                .map(|reason| reason::Line::new(reason, rules))
                .collect(),
        };
        Self {
            r#type: "warning",
            city: &city.name,
            issued: warning.issued_on,
            from: rfc3339(warning.from),
            until: warning.until.map(rfc3339),
            peak: warning.peak,
            steps: warning.steps.iter().map(step).collect(),
            lifted: warning.lifted,
            rules: named,
        }
    }
}

/// How the warnings of two rule sets differ, in days; of all cities where none is named.
#[derive(Serialize)]
pub(super) struct DifferenceLine<'a> {
    r#type: &'static str,
    pub(super) city: Option<&'a str>,
    pub(super) rules: [&'a str; 2],
    #[serde(flatten)]
    pub(super) days: Difference,
}

impl<'a> DifferenceLine<'a> {
    /// None of one rule set alone.
    pub(super) fn new(
        city: Option<&'a str>,
        replayed: &'a [Replayed],
        days: Difference,
    ) -> Option<Self> {
        let [first, second] = replayed else {
            return None;
        };
        Some(Self {
            r#type: "comparison",
            city,
            rules: [&first.rules.id, &second.rules.id],
            days,
        })
    }

    pub(super) fn print(&self, json: bool, out: &mut Output) -> io::Result<()> {
        out.json_or(json, self, || self.zh())
    }
}

/// A real warning, and what was replayed at its time.
#[derive(Serialize)]
pub(super) struct RealLine<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    pub(super) real: &'a RealWarning,
    pub(super) replayed: Vec<Beside<'a>>,
}

/// What one rule set had at that time: the warning that stood on the day, and its level then.
#[derive(Serialize)]
pub(super) struct Beside<'a> {
    pub(super) rules: &'a str,
    pub(super) level: Option<WarningLevel>,
    from: Option<String>,
    until: Option<String>,
    #[serde(skip)]
    pub(super) warning: Option<&'a Episode>,
}

impl<'a> RealLine<'a> {
    pub(super) fn new(
        real: &'a RealWarning,
        replayed: &'a [Replayed],
        warnings: &'a [Vec<Episode>],
    ) -> Self {
        let beside = replayed.iter().zip(warnings).map(|(replayed, warnings)| {
            let standing = warnings.iter().find_map(|warning| {
                let (_, level) = warning.days().find(|(day, _)| *day == real.on)?;
                Some((warning, level))
            });
            let warning = standing.map(|(warning, _)| warning);
            Beside {
                rules: &replayed.rules.id,
                level: standing.map(|(_, level)| level),
                from: warning.map(|warning| rfc3339(warning.from)),
                until: warning.and_then(|warning| warning.until).map(rfc3339),
                warning,
            }
        });
        Self {
            r#type: "real",
            real,
            replayed: beside.collect(),
        }
    }

    pub(super) fn print(&self, json: bool, out: &mut Output) -> io::Result<()> {
        out.json_or(json, self, || self.zh())
    }
}

/// What one rule set came to. The last line.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    r#type: &'static str,
    pub(super) rules: &'a str,
    rules_sha256: &'a str,
    horizon_days: u16,
    pub(super) cities: usize,
    pub(super) days: usize,
    pub(super) days_without_value: usize,
    /// By highest level, every level of the rules.
    pub(super) warnings: ByLevel,
    /// By the highest level in force on the day.
    pub(super) days_under_warning: ByLevel,
    /// Days that met a level in hindsight, by it: under it or a higher one, …
    pub(super) hits: ByLevel,
    /// … under a lower one, …
    pub(super) low: ByLevel,
    /// … and under none.
    pub(super) misses: ByLevel,
    /// Days under a warning that met no level.
    pub(super) idle: ByLevel,
    /// Warnings none of whose days met a level.
    pub(super) false_alarms: usize,
    /// Times a level came back after it was lowered or lifted.
    pub(super) flaps: usize,
    /// Warnings issued later than the rules ask before their start.
    pub(super) short_notice: usize,
    /// From the beginning of the day of issue to the start, on average, in hours.
    pub(super) mean_notice_hours: Option<i64>,
    window: &'static str,
    #[serde(skip)]
    pub(super) asked_notice_hours: u16,
}

/// How many, for every level of the rules.
type ByLevel = BTreeMap<WarningLevel, usize>;

impl<'a> Summary<'a> {
    pub(super) fn new(replayed: &'a Replayed, args: &Args, cities: &[City]) -> Self {
        let score = &replayed.score;
        let every = |counts: &ByLevel| {
            let levels = replayed.rules.levels().map(|(level, _)| level);
            let count = |level| (level, counts.get(&level).copied().unwrap_or(0));
            levels.map(count).collect()
        };
        let outlooks = cities.iter().map(|city| &city.outlook);
        Self {
            r#type: "summary",
            rules: &replayed.rules.id,
            rules_sha256: &replayed.digest,
            horizon_days: args.horizon_days,
            cities: cities.len(),
            days: outlooks.clone().map(|o| o.days().as_slice().len()).sum(),
            days_without_value: outlooks.map(|outlook| outlook.gaps().count()).sum(),
            warnings: every(&score.warnings),
            days_under_warning: every(&score.days_under_warning),
            hits: every(&score.hits),
            low: every(&score.low),
            misses: every(&score.misses),
            idle: every(&score.idle),
            false_alarms: score.false_alarms,
            flaps: score.flaps,
            short_notice: score.short_notice,
            mean_notice_hours: score.mean_notice_hours(),
            window: args.window.as_str(),
            asked_notice_hours: replayed.rules.advance_notice_hours,
        }
    }

    pub(super) fn print(&self, json: bool, out: &mut Output) -> io::Result<()> {
        if json {
            return out.json(self);
        }
        self.zh().into_iter().try_for_each(|line| out.line(line))
    }
}
