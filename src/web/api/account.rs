//! `/api/v1/accounts`: whoever may sign in.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Page;
use crate::app::account::NewAccount;
use crate::app::{App, Caller, Error, FieldError};
use crate::domain::access::{self, NotARole};
use crate::domain::region::RegionCodeError;
use crate::domain::time::rfc3339;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountRequest {
    /// The name to sign in with.
    #[schema(example = "zhiban")]
    name: String,
    /// At least ten characters.
    password: String,
    /// officer, approver, coordinator, clerk, inspector, enterprise or administrator.
    #[schema(example = "officer")]
    role: String,
    /// The code of the region it belongs to. The role holds there and below.
    #[schema(example = "411000")]
    region: String,
    /// For an enterprise: the recipient of orders that it answers for.
    recipient: Option<i64>,
    /// The office held, as a document prints it.
    #[schema(example = "值班员")]
    title: Option<String>,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// Its id.
    id: String,
    /// The name it signs in with.
    name: String,
    /// What it is here for.
    role: &'static str,
    /// The region it belongs to.
    region: String,
    /// The recipient of orders that it answers for.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<i64>,
    /// The office held.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// When it was made.
    created_at: String,
    /// Since when it may not sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
}

impl TryFrom<AccountRequest> for NewAccount {
    type Error = Error;

    fn try_from(asked: AccountRequest) -> Result<Self, Error> {
        let role = asked
            .role
            .parse()
            .map_err(|error: NotARole| FieldError::new("role", "unknown", error.to_string()));
        let region = asked.region.parse().map_err(|error: RegionCodeError| {
            FieldError::new("region", "malformed", error.to_string())
        });
        match (role, region) {
            (Ok(role), Ok(region)) => Ok(Self {
                name: asked.name,
                password: asked.password,
                role,
                region,
                recipient: asked.recipient,
                title: asked.title,
            }),
            (role, region) => Err(Error::Invalid(
                role.err().into_iter().chain(region.err()).collect(),
            )),
        }
    }
}

impl From<access::Account> for Account {
    fn from(account: access::Account) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name,
            role: account.role.as_str(),
            region: account.region.to_string(),
            recipient: account.recipient,
            title: account.title,
            created_at: rfc3339(account.created_at),
            disabled_at: account.disabled_at.map(rfc3339),
        }
    }
}

/// Makes an account.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = AccountRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = Account),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn add_account(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<AccountRequest>,
) -> Result<(StatusCode, Json<Account>), Problem> {
    let new = posted.body.try_into()?;
    let account = app
        .add_account(&caller, new, posted.idempotency.as_ref())
        .await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Every account in the caller's own region, by name.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts",
    responses((status = OK, body = Page<Account>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_accounts(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Page<Account>>, Problem> {
    let accounts = app.list_accounts(&caller).await?;
    Ok(Json(Page::whole(
        accounts.into_iter().map(Account::from).collect(),
    )))
}

/// Disables an account: its sessions end, its tokens open nothing.
#[utoipa::path(
    post, path = "/api/v1/accounts/{name}/disable", tag = "accounts",
    params(("name" = String, Path, description = "The name of the account")),
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn disable_account(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    app.disable_account(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
