//! `/api/v1/playbook`: what is in force.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::playbook::InForce;
use crate::app::{App, Caller};
use crate::web::problem::{Problem, ProblemBody};

/// The playbook new drafts use.
#[derive(Serialize, ToSchema)]
pub(super) struct Playbook {
    /// SHA-256 over the list of its files.
    digest: String,
    /// Since when it is in force.
    activated_at: String,
    /// Who put it in force.
    activated_by: String,
    /// Its files.
    files: Vec<PlaybookFile>,
}

/// A file of a playbook.
#[derive(Serialize, ToSchema)]
pub(super) struct PlaybookFile {
    /// Its path.
    #[schema(example = "triggers/mee-2024.toml")]
    path: String,
    /// SHA-256 of its text.
    digest: String,
}

impl From<InForce> for Playbook {
    fn from(active: InForce) -> Self {
        let files = active.files.into_iter();
        Self {
            digest: active.digest,
            activated_at: active.activated_at,
            activated_by: active.activated_by,
            files: files
                .map(|(path, digest)| PlaybookFile { path, digest })
                .collect(),
        }
    }
}

/// The playbook in force.
#[utoipa::path(
    get, path = "/api/v1/playbook", tag = "playbook",
    responses((status = OK, body = Playbook), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn show_playbook(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Playbook>, Problem> {
    Ok(Json(app.playbook_in_force(&caller).await?.into()))
}
