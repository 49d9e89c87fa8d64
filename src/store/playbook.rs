//! Playbooks: files by the digest of their text, lists of files by theirs, and activations.
//!
//! A list has one line `DIGEST PATH` for every file, in order of path. Nothing here is ever
//! updated or removed: a warning issued by a playbook can be read with it for ever.

use super::db::FromRow;
use super::{Result, Tx};
use crate::domain::record::PlaybookActivation;

/// A list of files, kept under its digest.
#[derive(Clone, Debug, FromRow)]
pub struct Manifest {
    /// SHA-256 of the list.
    pub digest: String,
    /// The list.
    pub files: String,
}

/// An activation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Activation {
    /// Its number, from 1.
    pub seq: i64,
    /// The digest of the playbook.
    pub playbook: String,
    /// When, in epoch milliseconds.
    pub activated_at: i64,
    /// By whom.
    pub activated_by: String,
}

/// The paths of a list of files, each with its digest.
pub fn entries_of(files: &str) -> impl Iterator<Item = (&str, &str)> {
    files
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(digest, path)| (path, digest))
}

/// Adds files, each with the digest of its text; those already kept stay as they are.
pub async fn add_files(tx: &mut Tx, files: &[(String, &str)]) -> Result<u64> {
    let insert = super::db::AroundRows::new(
        "INSERT INTO playbook_file (digest, body)",
        "ON CONFLICT (digest) DO NOTHING",
    );
    let rows = files.iter().map(|(digest, body)| (digest.as_str(), *body));
    tx.insert_many(insert, rows).await
}

/// Adds a list of files, unless it is kept already.
pub async fn add_manifest(tx: &mut Tx, manifest: &Manifest) -> Result<()> {
    tx.execute(
        "INSERT INTO playbook (digest, files)
              VALUES ($1, $2)
         ON CONFLICT (digest) DO NOTHING",
        (manifest.digest.as_str(), manifest.files.as_str()),
    )
    .await?;
    Ok(())
}

/// The list of files with a digest.
pub async fn find_manifest(tx: &mut Tx, digest: &str) -> Result<Option<Manifest>> {
    tx.optional(
        "SELECT digest, files
           FROM playbook
          WHERE digest = $1",
        (digest,),
    )
    .await
}

/// Every list of files.
pub async fn list_manifests(tx: &mut Tx) -> Result<Vec<Manifest>> {
    tx.all("SELECT digest, files FROM playbook ORDER BY digest", ())
        .await
}

/// The text of a file.
pub async fn find_file(tx: &mut Tx, digest: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT body
               FROM playbook_file
              WHERE digest = $1",
            (digest,),
        )
        .await?;
    Ok(row.map(|(body,)| body))
}

/// The next file by digest: its digest and its text.
pub async fn next_file(tx: &mut Tx, after: &str) -> Result<Option<(String, String)>> {
    tx.optional(
        "SELECT digest, body
           FROM playbook_file
          WHERE digest > $1
          ORDER BY digest
          LIMIT 1",
        (after,),
    )
    .await
}

/// Records an activation. Two that come at once are a conflict for the later one.
pub async fn record_activation(tx: &mut Tx, activation: &Activation) -> Result<()> {
    let columns = PlaybookActivation {
        seq: activation.seq,
        playbook: &activation.playbook,
        activated_at: activation.activated_at,
        activated_by: &activation.activated_by,
    };
    tx.execute(
        "INSERT INTO playbook_activation (seq, playbook, activated_at, activated_by, digest)
              VALUES ($1, $2, $3, $4, $5)",
        (
            activation.seq,
            activation.playbook.as_str(),
            activation.activated_at,
            activation.activated_by.as_str(),
            columns.digest().to_string(),
        ),
    )
    .await?;
    Ok(())
}

/// The activation in force; none before the first.
pub async fn find_active(tx: &mut Tx) -> Result<Option<Activation>> {
    tx.optional(
        "SELECT seq, playbook, activated_at, activated_by
           FROM playbook_activation
          ORDER BY seq DESC
          LIMIT 1",
        (),
    )
    .await
}
