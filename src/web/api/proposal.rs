//! `/api/v1/proposals`: what the machine proposes, and what a person decides about it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::proposal::{self, Opened};
use crate::app::{App, Caller, Error};
use crate::domain::region::RegionCode;
use crate::domain::time::rfc3339;
use crate::domain::trigger::{Next, Reason};
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// The open proposal of a region.
#[derive(Serialize, ToSchema)]
pub(super) struct Proposal {
    /// Its key.
    id: i64,
    /// When it was made.
    made_at: String,
    /// The rules it was made by.
    rules: String,
    /// SHA-256 of their file.
    rules_digest: String,
    /// issue, raise, lower, extend, lift, hold or advise.
    #[serde(rename = "proposal")]
    act: &'static str,
    /// The level that stands once it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// From when.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Why: conditions, days, values.
    because: Vec<Words>,
    /// What is missing for the next level.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NextLevel>,
}

/// A sentence in both languages.
#[derive(Serialize, ToSchema)]
pub(super) struct Words {
    /// 中文.
    pub(super) zh: String,
    /// English.
    pub(super) en: String,
}

/// What is missing for the next level.
#[derive(Serialize, ToSchema)]
pub(super) struct NextLevel {
    /// The level.
    level: &'static str,
    /// What is missing.
    missing: Words,
}

/// Why nothing is to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineRequest {
    /// The region.
    #[schema(value_type = String)]
    region: RegionCode,
    /// The reason; it stands on record.
    reason: String,
}

/// Whose proposal.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProposalQuery {
    /// The region.
    #[param(value_type = String)]
    region: RegionCode,
}

impl From<Opened> for Proposal {
    fn from(Opened { open, lift_hours }: Opened) -> Self {
        let decision = open.decision;
        Self {
            id: open.key,
            made_at: rfc3339(open.made_at),
            rules: open.rules,
            rules_digest: open.rules_digest,
            act: decision.proposal.as_str(),
            level: decision
                .level
                .map(qingkong_domain::level::WarningLevel::as_str),
            from: decision.from.map(rfc3339),
            until: decision.until.map(rfc3339),
            because: decision
                .because
                .iter()
                .map(|reason| Words::of(reason, lift_hours))
                .collect(),
            next: decision.next.map(NextLevel::from),
        }
    }
}

impl Words {
    /// A reason, under rules that lift after so many hours.
    pub(super) fn of(reason: &Reason, lift_hours: u16) -> Self {
        Self {
            zh: reason.zh(lift_hours),
            en: reason.en(lift_hours),
        }
    }
}

impl From<Next> for NextLevel {
    fn from(next: Next) -> Self {
        Self {
            level: next.level.as_str(),
            missing: Words {
                zh: next.zh(),
                en: next.en(),
            },
        }
    }
}

/// The open proposal of a region.
#[utoipa::path(
    get, path = "/api/v1/proposals", tag = "proposals", params(ProposalQuery),
    responses(
        (status = OK, body = Proposal),
        (status = NOT_FOUND, body = ProblemBody, description = "There is nothing to decide"),
    ),
)]
pub(super) async fn show_proposal(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProposalQuery>,
) -> Result<Json<Proposal>, Problem> {
    let open = proposal::open(&app, &caller, query.region).await?;
    Ok(Json(open.ok_or(Error::NotFound)?.into()))
}

/// Decides against the open proposal, with a reason.
#[utoipa::path(
    post, path = "/api/v1/proposals/{id}/decline", tag = "proposals",
    request_body = DeclineRequest,
    params(("id" = i64, Path, description = "The proposal"), IdempotencyKey),
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn decline_proposal(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    posted: Posted<DeclineRequest>,
) -> Result<StatusCode, Problem> {
    let DeclineRequest { region, reason } = posted.body;
    let key = posted.idempotency.as_ref();
    proposal::decline(&app, &caller, key, region, id, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
