//! `/api/v1/journal`: the end of the chain, and its entries.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Page;
use crate::app::journal::export::{self, Exported};
use crate::app::{App, Caller};
use crate::domain::time::rfc3339;
use crate::web::problem::{Problem, ProblemBody};

/// The end of the chain.
#[derive(Serialize, ToSchema)]
pub(super) struct JournalHead {
    /// How many entries are sealed: the position of the last.
    position: i64,
    /// The seal of the last.
    seal: String,
    /// How many entries wait for a position.
    unsealed: i64,
    /// When the oldest of them was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_unsealed_at: Option<String>,
}

/// A sealed entry: texts as they were digested.
#[derive(Serialize, ToSchema)]
pub(super) struct JournalEntry {
    /// Its position, from 1.
    position: i64,
    /// Its id.
    entry: String,
    /// What kind of act.
    #[schema(example = "notice.issued")]
    kind: String,
    /// What it was done to.
    subject: String,
    /// The region it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// Who did it: the id of an account.
    actor: String,
    /// When.
    at: String,
    /// What else it says, a JSON text.
    body: String,
    /// The rows it vouches for, a JSON text.
    vouches: String,
    /// Its digest.
    digest: String,
    /// The seal over the one before, the position and the digest.
    seal: String,
    /// When it was sealed.
    sealed_at: String,
}

/// Where a page begins, and how long it is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct JournalQuery {
    /// The position after which the page begins.
    #[serde(default)]
    after: i64,
    /// How many positions it looks at, at most 500.
    #[serde(default = "longest")]
    limit: i64,
}

const fn longest() -> i64 {
    export::PAGE
}

impl From<Exported> for JournalEntry {
    fn from(entry: Exported) -> Self {
        Self {
            position: entry.position,
            entry: entry.entry,
            kind: entry.kind,
            subject: entry.subject,
            region: entry.region,
            actor: entry.actor,
            at: entry.at,
            body: entry.body,
            vouches: entry.vouches,
            digest: entry.digest,
            seal: entry.seal,
            sealed_at: entry.sealed_at,
        }
    }
}

/// The end of the chain, to be kept elsewhere.
#[utoipa::path(
    get, path = "/api/v1/journal/head", tag = "journal",
    responses((status = OK, body = JournalHead), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn show_journal_head(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<JournalHead>, Problem> {
    let (head, unsealed) = app.journal_head(&caller).await?;
    Ok(Json(JournalHead {
        position: head.position,
        seal: head.seal.to_string(),
        unsealed: unsealed.entries,
        oldest_unsealed_at: unsealed.oldest_at.map(rfc3339),
    }))
}

/// Sealed entries in the order of their positions, those that concern the caller's region.
#[utoipa::path(
    get, path = "/api/v1/journal/entries", tag = "journal", params(JournalQuery),
    responses(
        (status = OK, body = Page<JournalEntry>),
        (status = FORBIDDEN, body = ProblemBody),
    ),
)]
pub(super) async fn list_journal_entries(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JournalQuery>,
) -> Result<Json<Page<JournalEntry>>, Problem> {
    let (entries, next) = app.journal_page(&caller, query.after, query.limit).await?;
    Ok(Json(Page {
        items: entries.into_iter().map(JournalEntry::from).collect(),
        next: next.map(|position| position.to_string()),
    }))
}
