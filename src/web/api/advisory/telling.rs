//! `/api/v1/advisories/{id}/recipients`: whom an advisory was sent to, and how that went.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::advisory::{self, Listed, Told, Way};
use crate::app::{App, Caller, Error};
use crate::domain::advisory::Reached;
use crate::domain::id::{AdvisoryId, RecipientKey};
use crate::domain::time::rfc3339;
use crate::web::api::Page;
use crate::web::problem::{Problem, ProblemBody};

/// A step of an advisory that those it was published to were told of, and how far; as far as they lie in
/// the caller's region.
#[derive(Serialize, ToSchema)]
pub(in crate::web::api) struct AdvisoryTold {
    /// Which of its steps, from 1.
    step: u32,
    /// published, or lifted: by a person, or by a warning that took its place.
    tells: &'static str,
    /// When the step was taken.
    at: String,
    /// How many it was meant for, fixed when the advisory was published.
    recipients: i64,
    /// To how many at least one message was handed over.
    handed_over: i64,
    /// For how many one is still to be sent, none having arrived.
    waiting: i64,
    /// For how many all were given up; see the dead letters.
    failed: i64,
    /// How many are told of a later step in its place, or of nothing since it has run out.
    overtaken: i64,
    /// How many have no contact with a mailbox or an endpoint.
    unreachable: i64,
}

/// One of those an advisory was published to. It names no address.
#[derive(Serialize, ToSchema)]
pub(in crate::web::api) struct AdvisoryRecipient {
    /// The recipient.
    recipient: i64,
    /// What it is called.
    name: String,
    /// Where it lies.
    region: String,
    /// handed-over, waiting, failed, overtaken or unreachable.
    reached: &'static str,
    /// Every message to it about the step.
    messages: Vec<AdvisoryMessage>,
}

/// One message about a step of an advisory.
#[derive(Serialize, ToSchema)]
pub(in crate::web::api) struct AdvisoryMessage {
    /// email or webhook.
    channel: String,
    /// The role of whoever it is for; none once they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// handed-over, waiting, failed or overtaken.
    reached: &'static str,
    /// How often it was tried.
    attempts: u32,
    /// When the last attempt was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<String>,
    /// What the other side said to it, or we.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

/// Which of those an advisory was published to.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct RecipientQuery {
    /// Which step they were told of, as `told` has it.
    step: u32,
    /// Only who was told so far: handed-over, waiting, failed, overtaken or unreachable.
    reached: Option<String>,
    /// Where the page begins.
    after: Option<i64>,
}

impl From<&Told> for AdvisoryTold {
    fn from(told: &Told) -> Self {
        Self {
            step: told.step,
            tells: told.telling.as_str(),
            at: rfc3339(told.at),
            recipients: told.audience(),
            handed_over: told.count(Reached::HandedOver),
            waiting: told.count(Reached::Waiting),
            failed: told.count(Reached::Failed),
            overtaken: told.count(Reached::Overtaken),
            unreachable: told.count(Reached::Unreachable),
        }
    }
}

impl From<Listed> for AdvisoryRecipient {
    fn from(listed: Listed) -> Self {
        Self {
            recipient: listed.addressee.recipient.0,
            name: listed.addressee.name,
            region: listed.addressee.region.to_string(),
            reached: listed.reached.as_str(),
            messages: listed.ways.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Way> for AdvisoryMessage {
    fn from(way: Way) -> Self {
        let (last_at, reply) = way.last.unzip();
        Self {
            channel: way.channel,
            role: way.role,
            reached: way.reached.as_str(),
            attempts: way.attempts,
            last_at: last_at.map(rfc3339),
            reply,
        }
    }
}

/// Whom an advisory was published to in the caller's region, in the order of their keys, and how far
/// each was told of a step.
#[utoipa::path(
    get, path = "/api/v1/advisories/{id}/recipients", tag = "advisories",
    params(("id" = String, Path, description = "The advisory"), RecipientQuery),
    responses(
        (status = OK, body = Page<AdvisoryRecipient>),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(in crate::web::api) async fn list_advisory_recipients(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AdvisoryId>,
    Query(query): Query<RecipientQuery>,
) -> Result<Json<Page<AdvisoryRecipient>>, Problem> {
    let only = query.reached.as_deref().map(|word| {
        let what = "expected handed-over, waiting, failed, overtaken or unreachable";
        Reached::of(word).ok_or_else(|| Error::invalid("reached", "unknown", what))
    });
    let (only, after) = (only.transpose()?, query.after.map(RecipientKey));
    let page = advisory::audience(&app, &caller, id, query.step, only, after).await?;
    Ok(Json(Page {
        items: page.listed.into_iter().map(Into::into).collect(),
        next: page.next.map(|recipient| recipient.to_string()),
    }))
}
