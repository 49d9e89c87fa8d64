//! `/api/v1/dead-letters`: messages that were given up, and sending them again.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Page;
use crate::app::dispatch::{self, Subject};
use crate::app::{App, Caller};
use crate::domain::id::MessageKey;
use crate::domain::region::RegionCode;
use crate::domain::time::rfc3339;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// A message that was given up. It names no address.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadLetter {
    /// The message.
    message: i64,
    /// The order it was to tell of; none where it was to tell of an advisory.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<i64>,
    /// The advisory it was to tell of.
    #[serde(skip_serializing_if = "Option::is_none")]
    advisory: Option<String>,
    /// What the recipient is called.
    recipient: String,
    /// Where the recipient lies.
    region: String,
    /// email or webhook.
    channel: String,
    /// How many attempts were made.
    attempts: u32,
    /// When the last was made.
    last_at: String,
    /// Why it was given up.
    why: String,
}

/// Which dead letters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeadLetterQuery {
    /// The region, with everything below it; the caller's own when absent.
    #[param(value_type = Option<String>)]
    region: Option<RegionCode>,
    /// Where the page begins.
    after: Option<i64>,
}

/// Nothing more needs to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedriveRequest {}

/// A message on its way again.
#[derive(Serialize, ToSchema)]
pub(super) struct Redriven {
    /// The message.
    message: i64,
}

/// The dead letters, in the order of their keys.
#[utoipa::path(
    get, path = "/api/v1/dead-letters", tag = "dead letters", params(DeadLetterQuery),
    responses((status = OK, body = Page<DeadLetter>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_dead_letters(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DeadLetterQuery>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    let after = query.after.map(MessageKey);
    let list = app.list_dead_letters(&caller, query.region, after).await?;
    Ok(Json(Page {
        items: list.letters.into_iter().map(Into::into).collect(),
        next: list.next.map(|message| message.to_string()),
    }))
}

/// Sends a dead letter on its way again.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/{message}/redrive", tag = "dead letters",
    request_body = RedriveRequest,
    params(("message" = i64, Path, description = "The message"), IdempotencyKey),
    responses(
        (status = OK, body = Redriven),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn redrive_letter(
    State(app): State<App>,
    caller: Caller,
    Path(message): Path<i64>,
    posted: Posted<RedriveRequest>,
) -> Result<Json<Redriven>, Problem> {
    let RedriveRequest {} = posted.body;
    let idempotency = posted.idempotency.as_ref();
    let redriven = app
        .redrive_letter(&caller, idempotency, MessageKey(message))
        .await?;
    Ok(Json(Redriven {
        message: redriven.message.0,
    }))
}

impl From<dispatch::DeadLetter> for DeadLetter {
    fn from(letter: dispatch::DeadLetter) -> Self {
        let (order, advisory) = match letter.subject {
            Subject::Order(order) => (Some(order.0), None),
            Subject::Advisory(advisory) => (None, Some(advisory.to_string())),
        };
        Self {
            message: letter.key.0,
            order,
            advisory,
            recipient: letter.recipient,
            region: letter.region.to_string(),
            channel: letter.channel,
            attempts: letter.attempts,
            last_at: rfc3339(letter.last_at),
            why: letter.why,
        }
    }
}
