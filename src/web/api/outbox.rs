//! `/api/v1/outbox`: what waits to be sent, and releasing it after a restore.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::outbox::{self, Epoch};
use crate::app::{App, Caller};
use crate::domain::time::rfc3339;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// How the outbox stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Outbox {
    /// Messages to be sent, now or later.
    due: i64,
    /// The restore since which nothing is sent; absent where messages go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
}

/// A restore whose outbox nobody has released.
#[derive(Serialize, ToSchema)]
pub(super) struct Held {
    /// The epoch it began.
    epoch: i64,
    /// When the backup was restored.
    since: String,
    /// When the backup was taken. What happened after that is not in the record.
    taken_at: String,
}

/// Nothing more needs to be said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseRequest {}

/// An outbox that sends again.
#[derive(Serialize, ToSchema)]
pub(super) struct Released {
    /// The epoch whose outbox it is.
    epoch: i64,
    /// How many messages were waiting.
    messages: u64,
}

/// What waits to be sent, and whether it is held.
#[utoipa::path(
    get, path = "/api/v1/outbox", tag = "outbox",
    responses((status = OK, body = Outbox), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn show_outbox(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Outbox>, Problem> {
    let outbox = app.show_outbox(&caller).await?;
    Ok(Json(Outbox {
        due: outbox.due,
        held: outbox.held.map(Into::into),
    }))
}

/// Lets everything go out that waits since a restore: letters sent after the backup was taken go
/// once more, under the same ids.
#[utoipa::path(
    post, path = "/api/v1/outbox/release", tag = "outbox",
    request_body = ReleaseRequest, params(IdempotencyKey),
    responses(
        (status = OK, body = Released),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
    ),
)]
pub(super) async fn release_outbox(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<ReleaseRequest>,
) -> Result<Json<Released>, Problem> {
    let ReleaseRequest {} = posted.body;
    let idempotency = posted.idempotency.as_ref();
    let released = app.release_outbox(&caller, idempotency).await?;
    Ok(Json(released.into()))
}

impl From<Epoch> for Held {
    fn from(epoch: Epoch) -> Self {
        Self {
            epoch: epoch.number,
            since: rfc3339(epoch.began_at),
            taken_at: rfc3339(epoch.taken_at),
        }
    }
}

impl From<outbox::Released> for Released {
    fn from(released: outbox::Released) -> Self {
        Self {
            epoch: released.epoch,
            messages: released.messages,
        }
    }
}
