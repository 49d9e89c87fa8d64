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
