//! `/api/v1/tokens`: API tokens of accounts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::account::NewToken;
use crate::app::{App, Caller, Error};
use crate::web::posted::ValidJson;
use crate::web::problem::{Problem, ProblemBody};

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequest {
    /// The name of its account.
    #[schema(example = "zhiban")]
    account: String,
    /// What it is for.
    #[schema(example = "forecast feed")]
    label: String,
    /// What it is limited to: `*`, or words separated by spaces.
    #[schema(example = "forecasts:enter warnings:see")]
    scopes: String,
    /// How many days it lasts; for ever when absent.
    days: Option<u16>,
}

/// A token just made.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenIssued {
    /// Its id, by which it is revoked.
    id: String,
    /// The token. It is told this once.
    token: String,
}

impl TryFrom<TokenRequest> for NewToken {
    type Error = Error;

    fn try_from(asked: TokenRequest) -> Result<Self, Error> {
        let scopes = asked.scopes.parse();
        let unknown = |error: crate::domain::access::NotAScope| {
            Error::invalid("scopes", "unknown", error.to_string())
        };
        Ok(Self {
            scopes: scopes.map_err(unknown)?,
            account: asked.account,
            label: asked.label,
            lasts: asked.days.map(|days| TimeDelta::days(days.into())),
        })
    }
}

/// Makes a token. The answer is the only time it is told, so a repeat makes another.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "accounts", request_body = TokenRequest,
    responses(
        (status = CREATED, body = TokenIssued),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn add_token(
    State(app): State<App>,
    caller: Caller,
    ValidJson(asked): ValidJson<TokenRequest>,
) -> Result<(StatusCode, Json<TokenIssued>), Problem> {
    let token = app.add_token(&caller, asked.try_into()?).await?;
    let issued = TokenIssued {
        id: token.id,
        token: token.secret,
    };
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Revokes a token.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The id of the token")),
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.revoke_token(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
