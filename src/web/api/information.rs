//! `/api/v1/warnings/{id}/information`: what the public is told while a warning is in force.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::information::{self, Told, UpdateIn};
use crate::app::{App, Caller};
use crate::domain::id::WarningId;
use crate::domain::time::rfc3339;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// What the public is to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateRequest {
    /// The AQI now; absent where nobody measured it.
    #[schema(example = 231, maximum = 500)]
    aqi: Option<u16>,
    /// How things stand.
    text: String,
    /// What is to be expected.
    outlook: String,
}

/// An update that was given.
#[derive(Serialize, ToSchema)]
pub(super) struct GivenUpdate {
    /// The warning.
    warning: String,
    /// When it was given.
    at: String,
}

/// What the public was told of a warning.
#[derive(Serialize, ToSchema)]
pub(super) struct WarningInformation {
    /// By when it is to be told anew; absent where nothing is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// Whether that has passed.
    overdue: bool,
    /// The updates, the newest first.
    updates: Vec<UpdateView>,
}

/// One update.
#[derive(Serialize, ToSchema)]
pub(super) struct UpdateView {
    /// When.
    at: String,
    /// The account that gave it.
    by: String,
    /// The AQI then.
    #[serde(skip_serializing_if = "Option::is_none")]
    aqi: Option<u16>,
    /// How things stood.
    text: String,
    /// What was expected.
    outlook: String,
}

impl From<UpdateRequest> for UpdateIn {
    fn from(asked: UpdateRequest) -> Self {
        Self {
            aqi: asked.aqi,
            text: asked.text,
            outlook: asked.outlook,
        }
    }
}

impl From<Told> for WarningInformation {
    fn from(told: Told) -> Self {
        let updates = told.updates.iter().map(|update| UpdateView {
            at: rfc3339(update.at),
            by: update.by.account.to_string(),
            aqi: update.aqi,
            text: update.text.clone(),
            outlook: update.outlook.clone(),
        });
        Self {
            due: told.due.map(rfc3339),
            overdue: told.is_overdue(),
            updates: updates.collect(),
        }
    }
}

/// Tells the public how things stand, while a warning is in force.
#[utoipa::path(
    post, path = "/api/v1/warnings/{id}/information", tag = "warnings",
    request_body = UpdateRequest,
    params(("id" = String, Path, description = "The warning"), IdempotencyKey),
    responses(
        (status = CREATED, body = GivenUpdate),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn give_information(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WarningId>,
    posted: Posted<UpdateRequest>,
) -> Result<(StatusCode, Json<GivenUpdate>), Problem> {
    let key = posted.idempotency.as_ref();
    let given = information::give(&app, &caller, key, id, posted.body.into()).await?;
    let given = GivenUpdate {
        warning: given.warning.to_string(),
        at: rfc3339(given.at),
    };
    Ok((StatusCode::CREATED, Json(given)))
}

/// What the public was told of a warning, and by when it is to be told anew.
#[utoipa::path(
    get, path = "/api/v1/warnings/{id}/information", tag = "warnings",
    params(("id" = String, Path, description = "The warning")),
    responses(
        (status = OK, body = WarningInformation),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_information(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WarningId>,
) -> Result<Json<WarningInformation>, Problem> {
    Ok(Json(information::told(&app, &caller, id).await?.into()))
}
