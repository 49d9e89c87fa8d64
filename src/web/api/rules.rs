//! `/api/v1/rules/compare`: two rule sets on the days a region has had.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::proposal::Words;
use crate::app::compare::{self, Comparison, HORIZON, Question};
use crate::app::{App, Caller};
use crate::domain::backtest::{Apart, Difference, Score, apart};
use crate::domain::episode::Step;
use crate::domain::level::WarningLevel;
use crate::domain::region::RegionCode;
use crate::domain::trigger::{KnownPart, Rules};
use crate::web::problem::{Problem, ProblemBody};

/// Which region, which rules, and which years: ten at most.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CompareQuery {
    /// The region.
    #[param(value_type = String, example = "411000")]
    region: RegionCode,
    /// The first rule set, by the name of its file.
    #[param(example = "mee-2024")]
    first: String,
    /// The second.
    #[param(example = "mee-2018")]
    second: String,
    /// The first year.
    from: i32,
    /// The last year; it is compared up to yesterday.
    to: i32,
}

/// Two rule sets over the same days.
#[derive(Serialize, ToSchema)]
pub(super) struct RulesComparison {
    /// The first day that is known.
    #[schema(value_type = Option<String>)]
    from: Option<NaiveDate>,
    /// The last.
    #[schema(value_type = Option<String>)]
    to: Option<NaiveDate>,
    /// How many days that is.
    days: usize,
    /// How many of them have no value.
    days_without_value: usize,
    /// How many of them a model computed.
    days_modelled: usize,
    /// How many days ahead the perfect forecast of the replay reaches.
    horizon_days: usize,
    /// What came of the first and the second.
    rules: Vec<ReplayedRules>,
    /// On how many days they differ.
    difference: DaysApart,
    /// The days on which they differ, in order.
    apart: Vec<SpanApart>,
}

/// What came of one rule set. Counts by level name only levels that were met.
#[derive(Serialize, ToSchema)]
pub(super) struct ReplayedRules {
    /// The rules.
    rules: String,
    /// SHA-256 of their file.
    rules_digest: String,
    /// How well each part of them is known.
    parts: Vec<RulesPart>,
    /// Warnings, by their highest level.
    warnings: BTreeMap<&'static str, usize>,
    /// Days under a warning, by the highest level in force on each.
    days_under_warning: BTreeMap<&'static str, usize>,
    /// Days that met a level in hindsight and were under it or a higher one.
    hits: BTreeMap<&'static str, usize>,
    /// Days that did and were under a lower one.
    low: BTreeMap<&'static str, usize>,
    /// Days that did and were under none.
    misses: BTreeMap<&'static str, usize>,
    /// Days under a warning that met no level.
    idle: BTreeMap<&'static str, usize>,
    /// Warnings none of whose days met a level.
    false_alarms: usize,
    /// Times a level came back after it was lowered or lifted.
    flaps: usize,
    /// Warnings issued later than the rules ask before their start.
    short_notice: usize,
    /// The notice of a warning on average, in hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_notice_hours: Option<i64>,
}

/// A part of rules, and how well it is known.
#[derive(Serialize, ToSchema)]
pub(super) struct RulesPart {
    /// days, levels, advance_notice, lift, observed_start or exclusions.
    part: &'static str,
    /// found, second-hand or assumed.
    standing: &'static str,
    /// Where it was read.
    source: String,
}

/// On how many days two rule sets differ.
#[derive(Serialize, ToSchema)]
pub(super) struct DaysApart {
    /// Under the same level in both.
    same: usize,
    /// Under a higher level in the first.
    first_higher: usize,
    /// Under a higher level in the second.
    second_higher: usize,
    /// Under a warning in the first only.
    first_only: usize,
    /// Under a warning in the second only.
    second_only: usize,
}

/// Days in a row on which they differ, set by the same acts.
#[derive(Serialize, ToSchema)]
pub(super) struct SpanApart {
    /// The first day.
    #[schema(value_type = String)]
    first_day: NaiveDate,
    /// The last day.
    #[schema(value_type = String)]
    last_day: NaiveDate,
    /// What the first rule set had in force; absent where no warning stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<InForce>,
    /// What the second had.
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<InForce>,
}

/// A level in force, and why.
#[derive(Serialize, ToSchema)]
pub(super) struct InForce {
    /// The level.
    level: &'static str,
    /// When the act that set it was decided.
    #[schema(value_type = String)]
    decided_on: NaiveDate,
    /// Why.
    because: Vec<Words>,
}

impl From<&Comparison> for RulesComparison {
    fn from(comparison: &Comparison) -> Self {
        let [first, second] = &comparison.replayed;
        let days = comparison.history.days().as_slice();
        let lift_hours = [first, second].map(|set| set.rules.lift.hours);
        let spans = apart(&first.warnings, &second.warnings);
        Self {
            from: days.first().map(|day| day.on),
            to: days.last().map(|day| day.on),
            days: days.len(),
            days_without_value: comparison.history.gaps().count(),
            days_modelled: comparison.modelled,
            horizon_days: HORIZON,
            rules: [first, second]
                .map(|set| ReplayedRules::new(&set.rules, &set.digest, &set.score))
                .into(),
            difference: comparison.difference.into(),
            apart: spans
                .iter()
                .map(|span| SpanApart::new(span, lift_hours))
                .collect(),
        }
    }
}

impl ReplayedRules {
    fn new(rules: &Rules, digest: &str, score: &Score) -> Self {
        let part = |known: KnownPart<'_>| RulesPart {
            part: known.part.as_str(),
            standing: known.standing.as_str(),
            source: known.source.to_owned(),
        };
        Self {
            rules: rules.id.clone(),
            rules_digest: digest.to_owned(),
            parts: rules.parts().map(part).collect(),
            warnings: by_level(&score.warnings),
            days_under_warning: by_level(&score.days_under_warning),
            hits: by_level(&score.hits),
            low: by_level(&score.low),
            misses: by_level(&score.misses),
            idle: by_level(&score.idle),
            false_alarms: score.false_alarms,
            flaps: score.flaps,
            short_notice: score.short_notice,
            mean_notice_hours: score.mean_notice_hours(),
        }
    }
}

fn by_level(counts: &BTreeMap<WarningLevel, usize>) -> BTreeMap<&'static str, usize> {
    let counts = counts.iter();
    counts
        .map(|(level, count)| (level.as_str(), *count))
        .collect()
}

impl From<Difference> for DaysApart {
    fn from(days: Difference) -> Self {
        Self {
            same: days.same,
            first_higher: days.first_higher,
            second_higher: days.second_higher,
            first_only: days.first_only,
            second_only: days.second_only,
        }
    }
}

impl SpanApart {
    fn new(span: &Apart<'_>, lift_hours: [u16; 2]) -> Self {
        let in_force = |at: usize| InForce::new(span.set_by[at]?, lift_hours[at]);
        Self {
            first_day: span.first,
            last_day: span.last,
            first: in_force(0),
            second: in_force(1),
        }
    }
}

impl InForce {
    fn new(step: &Step, lift_hours: u16) -> Option<Self> {
        let because = step.because.iter();
        Some(Self {
            level: step.level?.as_str(),
            decided_on: step.on,
            because: because
                .map(|reason| Words::of(reason, lift_hours))
                .collect(),
        })
    }
}

/// Two rule sets replayed over the days that a region has had.
#[utoipa::path(
    get, path = "/api/v1/rules/compare", tag = "playbook", params(CompareQuery),
    responses(
        (status = OK, body = RulesComparison),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn compare_rules(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CompareQuery>,
) -> Result<Json<RulesComparison>, Problem> {
    let question = Question {
        region: query.region,
        rules: [query.first, query.second],
        from: query.from,
        to: query.to,
    };
    let tell = |comparison: &Comparison| RulesComparison::from(comparison);
    Ok(Json(compare::compare(&app, &caller, question, tell).await?))
}
