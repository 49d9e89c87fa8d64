//! `/api/v1/outlooks/skill`: how good the forecasts of a region were.

use axum::Json;
use axum::extract::{Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::skill::{self, Scored};
use crate::app::{App, Caller};
use crate::domain::level::WarningLevel;
use crate::domain::region::RegionCode;
use crate::domain::skill as domain;
use crate::web::problem::{Problem, ProblemBody};

/// Which region, and over how many days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SkillQuery {
    /// The region.
    #[param(value_type = String)]
    region: RegionCode,
    /// How many days that are over, 1 to 366; 120 where it is not said.
    days: Option<u16>,
}

/// How good the forecasts of a region were over days that are over.
#[derive(Serialize, ToSchema)]
pub(super) struct SkillReport {
    /// The first day.
    #[schema(value_type = String)]
    from: NaiveDate,
    /// The last day.
    #[schema(value_type = String)]
    to: NaiveDate,
    /// How many of the days were measured: only these are scored.
    measured_days: usize,
    /// By source, in the order of their names; those of whom no day came are left out.
    sources: Vec<SourceSkill>,
}

/// How good the forecasts of one source were.
#[derive(Serialize, ToSchema)]
pub(super) struct SourceSkill {
    /// The source.
    source: String,
    /// By how many days ahead they were made.
    leads: Vec<LeadSkill>,
}

/// How good they were so many days ahead.
#[derive(Serialize, ToSchema)]
pub(super) struct LeadSkill {
    /// How many days before the day they were made; 0 on the day itself.
    lead_days: u16,
    /// How many days are scored: of those made on one day the last counts.
    days: u32,
    /// By how much too high they were on average, to a tenth.
    bias: f64,
    /// By how much they were off on average, to a tenth.
    mean_absolute_error: f64,
    /// By the values above which the region's rules start a level.
    lines: Vec<LineSkill>,
}

/// Whether days above a value were foreseen.
#[derive(Serialize, ToSchema)]
pub(super) struct LineSkill {
    /// The AQI that has to be exceeded.
    above: u16,
    /// The levels that it takes part in starting.
    levels: Vec<&'static str>,
    /// Days foreseen that came.
    hits: u32,
    /// Days that came and were not foreseen.
    misses: u32,
    /// Days foreseen that did not come.
    false_alarms: u32,
    /// Days neither foreseen nor come.
    quiet: u32,
}

impl From<Scored> for SkillReport {
    fn from(scored: Scored) -> Self {
        let line = |line: &domain::LineSkill| LineSkill {
            above: line.above,
            levels: scored.lines[&line.above]
                .iter()
                .map(|level| WarningLevel::as_str(*level))
                .collect(),
            hits: line.hits,
            misses: line.misses,
            false_alarms: line.false_alarms,
            quiet: line.quiet,
        };
        let lead = |lead: &domain::LeadSkill| LeadSkill {
            lead_days: lead.lead_days,
            days: lead.days,
            bias: f64::from(lead.bias_tenths()) / 10.0,
            mean_absolute_error: f64::from(lead.absolute_error_tenths()) / 10.0,
            lines: lead.lines.iter().map(line).collect(),
        };
        let sources = scored.skills.iter().map(|skill| SourceSkill {
            source: skill.source.clone(),
            leads: skill.leads.iter().map(lead).collect(),
        });
        Self {
            from: scored.from,
            to: scored.to,
            measured_days: scored.measured,
            sources: sources.collect(),
        }
    }
}

/// How good the forecasts of a region were: each against what was measured.
#[utoipa::path(
    get, path = "/api/v1/outlooks/skill", tag = "outlooks", params(SkillQuery),
    responses(
        (status = OK, body = SkillReport),
        (status = FORBIDDEN, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn show_skill(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SkillQuery>,
) -> Result<Json<SkillReport>, Problem> {
    let days = query.days.unwrap_or(skill::SEASON);
    let scored = skill::show(&app, &caller, query.region, days).await?;
    Ok(Json(scored.into()))
}
