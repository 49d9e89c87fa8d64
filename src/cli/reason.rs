//! Reasons, as the commands that judge print them.

use chrono::{DateTime, Days, Duration, Utc};
use serde::Serialize;

use crate::domain::level::WarningLevel;
use crate::domain::time::{WrittenTime, day_of, day_start, rfc3339};
use crate::domain::trigger::{Exclusion, Reason, Rules, Run};

/// One reason in JSON. Fields are only ever added, at the end.
#[derive(Serialize)]
pub(super) struct Line {
    condition: String,
    from: Option<String>,
    until: Option<String>,
    hours: Option<usize>,
    level: Option<WarningLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<u16>,
}

impl Line {
    pub(super) fn new(reason: &Reason, rules: &Rules) -> Self {
        let (condition, level, run) = match reason {
            Reason::Met {
                level,
                condition,
                run,
            } => (condition.to_string(), Some(*level), Some(run)),
            Reason::Excluded { by, run } => (excluded(*by), None, Some(run)),
            Reason::Ordered { level, document } => {
                (format!("ordered by {document}"), Some(*level), None)
            }
            Reason::Clear { level, line, run } => (clear(*line, rules), Some(*level), Some(run)),
            Reason::NotClear { level, line, .. } => (
                format!("not yet {}", clear(*line, rules)),
                Some(*level),
                None,
            ),
            Reason::NoValue { first, last } => {
                (format!("no value from {first} to {last}"), None, None)
            }
        };
        Self {
            condition,
            from: run.map(|run| rfc3339(run.from())),
            until: run.map(|run| rfc3339(run.until())),
            hours: run.map(Run::hours),
            level,
            values: run.map_or(Vec::new(), |run| run.values.clone()),
        }
    }
}

/// A reason as a Chinese sentence.
pub(super) fn zh(reason: &Reason, rules: &Rules) -> String {
    let hours = rules.lift.hours;
    match reason {
        Reason::Met {
            level,
            condition,
            run,
        } => {
            let (level, condition, span) = (level.zh(), condition.zh(), span(run));
            format!("{span}，满足{level}条件“{condition}”")
        }
        Reason::Excluded { by, run } => {
            let by = match by {
                Exclusion::Cause(cause) => format!("成因为{}", cause.zh()),
                Exclusion::Pollutants(pollutants) => format!("首要污染物为{}", pollutants.zh()),
            };
            format!("{}，{by}，不启动预警，发布健康提示", span(run))
        }
        Reason::Ordered { level, document } => format!("{document}要求{}", level.zh()),
        Reason::Clear { level, line, run } => {
            let (level, span) = (level.zh(), span(run));
            format!("{span}，不超过{level}启动标准{line}，持续{hours}小时以上")
        }
        Reason::NotClear { level, line, .. } => {
            format!("尚未连续{hours}小时以上不超过{}启动标准{line}", level.zh())
        }
        Reason::NoValue { first, last } => format!("{first}至{last}无数据，不视为清洁"),
    }
}

/// The end of a warning as a notice writes it: midnight is 24时 of the day before.
pub(super) fn end_zh(at: DateTime<Utc>) -> String {
    let last = day_of(at - Duration::milliseconds(1));
    let written = if at == day_start(last + Days::new(1)) {
        WrittenTime::new(last, 24, 0)
    } else {
        None
    };
    written.unwrap_or_else(|| WrittenTime::of(at)).zh()
}

fn excluded(by: Exclusion) -> String {
    match by {
        Exclusion::Cause(cause) => format!("excluded: {cause}"),
        Exclusion::Pollutants(pollutants) => format!("excluded: {pollutants}"),
    }
}

fn clear(line: u16, rules: &Rules) -> String {
    format!("aqi<={line} for {}h", rules.lift.hours)
}

fn span(run: &Run) -> String {
    let values: Vec<_> = run.values.iter().map(u16::to_string).collect();
    let (first, last, values) = (run.first, run.last(), values.join("、"));
    if first == last {
        format!("{first} AQI {values}")
    } else {
        format!("{first}至{last} AQI {values}")
    }
}
