//! Scans of documents: kept once, under the digest of their bytes, in the act that brings them.

use super::act::Act;
use super::{Caller, Error, FieldError, journal};
use crate::domain::digest::Digest;
use crate::store::scan::{self, NewScan};

/// The largest scan, in bytes.
pub const LARGEST: usize = 5 << 20;

/// The scan of a document.
#[derive(Clone, Debug)]
pub struct ScanIn {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl ScanIn {
    /// What is wrong with it.
    pub(super) fn check(&self) -> Option<FieldError> {
        let fits = self.bytes.len() <= LARGEST;
        (!fits).then(|| FieldError::new("scan", "too-large", "expected at most 5 MiB"))
    }
}

/// Keeps a scan, and answers with the SHA-256 of its bytes.
pub(super) async fn keep(act: &mut Act, caller: &Caller, scan: &ScanIn) -> Result<String, Error> {
    let digest = Digest::of(&scan.bytes).to_string();
    let new = NewScan {
        digest: &digest,
        name: &scan.name,
        media_type: &scan.media_type,
        bytes: &scan.bytes,
        added_at: act.now.timestamp_millis(),
        added_by: &journal::actor(caller),
    };
    scan::add_scan(&mut act.tx, &new).await?;
    Ok(digest)
}
