//! `/api/v1/session`: the caller's own session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::caller::Scope;
use crate::app::{App, Caller};
use crate::web::caller::Address;
use crate::web::cookie;
use crate::web::posted::ValidJson;
use crate::web::problem::{Problem, ProblemBody};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// The name of the account.
    #[schema(example = "zhiban")]
    name: String,
    /// Its password.
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct Who {
    /// The name of the account.
    name: String,
    /// What it is here for: `officer`, `approver`, …
    role: &'static str,
    /// The office held.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The region in which the role holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The recipient of orders for whom the role holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<i64>,
}

impl From<Caller> for Who {
    fn from(caller: Caller) -> Self {
        let (region, recipient) = match caller.scope {
            Scope::Region(region) => (Some(region.to_string()), None),
            Scope::Recipient(recipient) => (None, Some(recipient)),
            Scope::Everywhere => (None, None),
        };
        Self {
            name: caller.name,
            role: caller.role.as_str(),
            title: caller.title,
            region,
            recipient,
        }
    }
}

/// Signs in; the session is in the cookie of the answer.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", security(()),
    responses(
        (status = OK, body = Who),
        (status = UNAUTHORIZED, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody),
    ),
)]
pub(super) async fn sign_in(
    State(app): State<App>,
    Address(address): Address,
    jar: CookieJar,
    ValidJson(asked): ValidJson<Credentials>,
) -> Result<(CookieJar, Json<Who>), Problem> {
    let signed_in = app.sign_in(&asked.name, &asked.password, address).await?;
    let jar = jar.add(cookie::begun(&app.config.server, &signed_in));
    Ok((jar, Json(signed_in.caller.into())))
}

/// Says who the caller is.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session",
    responses((status = OK, body = Who), (status = UNAUTHORIZED, body = ProblemBody)),
)]
pub(super) async fn show_session(caller: Caller) -> Json<Who> {
    Json(caller.into())
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session",
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = ProblemBody)),
)]
pub(super) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
    jar: CookieJar,
) -> Result<(StatusCode, CookieJar), Problem> {
    app.sign_out(&caller).await?;
    let jar = jar.add(cookie::ended(&app.config.server));
    Ok((StatusCode::NO_CONTENT, jar))
}
