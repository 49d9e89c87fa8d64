//! Scans of documents, kept under the digest of their bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Result, Tx};

/// A scan about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewScan<'s> {
    /// SHA-256 of its bytes.
    pub digest: &'s str,
    /// The name of the file it came as.
    pub name: &'s str,
    /// Its media type.
    pub media_type: &'s str,
    /// Its bytes.
    pub bytes: &'s [u8],
    /// When it came, in epoch milliseconds.
    pub added_at: i64,
    /// Who brought it.
    pub added_by: &'s str,
}

/// A scan that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The name of the file it came as.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Adds a scan, unless the same bytes are kept already.
pub async fn add_scan(tx: &mut Tx, scan: &NewScan<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO scan (digest, name, media_type, body, added_at, added_by)
              VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (digest) DO NOTHING",
        (
            scan.digest,
            scan.name,
            scan.media_type,
            STANDARD.encode(scan.bytes),
            scan.added_at,
            scan.added_by,
        ),
    )
    .await?;
    Ok(())
}

/// Whether a scan with a digest is kept.
pub async fn is_kept(tx: &mut Tx, digest: &str) -> Result<bool> {
    let kept: i64 = tx
        .scalar("SELECT COUNT(*) FROM scan WHERE digest = $1", (digest,))
        .await?;
    Ok(kept > 0)
}

/// The scan with a digest.
pub async fn find_scan(tx: &mut Tx, digest: &str) -> Result<Option<Scan>> {
    let row: Option<(String, String, String)> = tx
        .optional(
            "SELECT name, media_type, body
               FROM scan
              WHERE digest = $1",
            (digest,),
        )
        .await?;
    let Some((name, media_type, body)) = row else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(body).map_err(|error| {
        super::Inconsistency::on("scan")
            .column("body")
            .row(digest)
            .source(error)
    })?;
    Ok(Some(Scan {
        name,
        media_type,
        bytes,
    }))
}

/// The next scan by digest: its digest and its bytes, none where they cannot be read any more.
pub async fn next_scan(tx: &mut Tx, after: &str) -> Result<Option<(String, Option<Vec<u8>>)>> {
    let row: Option<(String, String)> = tx
        .optional(
            "SELECT digest, body
               FROM scan
              WHERE digest > $1
              ORDER BY digest
              LIMIT 1",
            (after,),
        )
        .await?;
    Ok(row.map(|(digest, body)| (digest, STANDARD.decode(body).ok())))
}
