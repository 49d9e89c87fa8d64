//! Reasons, as the commands that judge print them.

use serde::Serialize;

use crate::domain::level::WarningLevel;
use crate::domain::time::rfc3339;
use crate::domain::trigger::{Exclusion, Measured, Reason, Rules, Run};

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
        match reason {
            Reason::Met {
                level,
                condition,
                run,
            } => Self::of(condition.to_string(), Some(*level)).over(run),
            Reason::Observed { level, measured } => Self {
                from: Some(rfc3339(measured.since)),
                values: vec![measured.aqi],
                ..Self::of(observed(measured), Some(*level))
            },
            Reason::Excluded { by, run } => Self::of(excluded(*by), None).over(run),
            Reason::Ordered { level, document } => {
                Self::of(format!("ordered by {document}"), Some(*level))
            }
            Reason::Clear { level, line, run } => {
                Self::of(clear(*line, rules), Some(*level)).over(run)
            }
            Reason::NotClear { level, line, .. } => {
                Self::of(format!("not yet {}", clear(*line, rules)), Some(*level))
            }
            Reason::NaturalDays => Self::of("hours missing: natural days".to_owned(), None),
            Reason::Stale { first, last } => {
                Self::of(format!("forecast out of date from {first} to {last}"), None)
            }
            Reason::NoValue { first, last } => {
                Self::of(format!("no value from {first} to {last}"), None)
            }
        }
    }

    fn of(condition: String, level: Option<WarningLevel>) -> Self {
        Self {
            condition,
            from: None,
            until: None,
            hours: None,
            level,
            values: Vec::new(),
        }
    }

    fn over(self, run: &Run) -> Self {
        Self {
            from: Some(rfc3339(run.from())),
            until: Some(rfc3339(run.until())),
            hours: Some(run.hours()),
            values: run.values.clone(),
            ..self
        }
    }
}

fn observed(measured: &Measured) -> String {
    let Measured { above, hours, .. } = measured;
    format!("measured aqi>{above}, no clear improvement for {hours}h")
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
