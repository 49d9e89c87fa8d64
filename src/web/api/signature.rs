//! What was signed on paper afterwards, of a notice or an advisory.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::signature::Signing;
use crate::domain::time::WrittenTime;

/// What was signed on paper afterwards.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureRequest {
    /// When it was signed, in Beijing time.
    #[schema(value_type = String, example = "2026-11-25T09:30")]
    signed_at: WrittenTime,
    /// Where the paper lies.
    note: String,
    /// SHA-256 of its scan, where that is kept already.
    scan: Option<String>,
}

impl From<SignatureRequest> for Signing {
    fn from(given: SignatureRequest) -> Self {
        Self {
            signed_at: given.signed_at,
            note: given.note,
            scan: given.scan,
            file: None,
        }
    }
}
