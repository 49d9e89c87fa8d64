//! Reasons, as the commands that judge print them.

use serde::Serialize;

use crate::domain::level::WarningLevel;
use crate::domain::time::rfc3339;
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
            Reason::NaturalDays => ("hours missing: natural days".to_owned(), None, None),
            Reason::Stale { first, last } => (
                format!("forecast out of date from {first} to {last}"),
                None,
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

fn excluded(by: Exclusion) -> String {
    match by {
        Exclusion::Cause(cause) => format!("excluded: {cause}"),
        Exclusion::Pollutants(pollutants) => format!("excluded: {pollutants}"),
    }
}

fn clear(line: u16, rules: &Rules) -> String {
    format!("aqi<={line} for {}h", rules.lift.hours)
}
