//! The journal as others read it: sealed entries by position, each with its seal.
//!
//! What is exported is what is stored, texts included, so that whoever keeps it can compute digests
//! and seals again without this program.

use serde::Serialize;

use crate::app::{App, Caller, Error, Right};
use crate::domain::journal::Head;
use crate::domain::time::rfc3339;
use crate::store::{Db, journal};

/// How many entries are read at once at most.
pub const PAGE: i64 = 500;

/// A sealed entry.
#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    /// Its position, from 1.
    pub position: i64,
    /// Its id.
    pub entry: String,
    /// What kind of act.
    pub kind: String,
    /// What it was done to.
    pub subject: String,
    /// The region it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Who did it.
    pub actor: String,
    /// When, with its offset.
    pub at: String,
    /// What else it says: the JSON text as it was digested.
    pub body: String,
    /// The rows it vouches for: the JSON text as it was digested.
    pub vouches: String,
    /// Its digest.
    pub digest: String,
    /// The seal over the one before, the position and the digest.
    pub seal: String,
    /// When it was sealed.
    pub sealed_at: String,
}

/// The next sealed entries after a position, at most [`PAGE`]. One that cannot be read any more is
/// left out; verifying names it.
pub async fn page(db: &Db, after: i64, limit: i64) -> Result<Vec<Exported>, Error> {
    let mut tx = db.read().await?;
    let page = journal::page_sealed(&mut tx, after, limit.clamp(1, PAGE)).await?;
    Ok(page.into_iter().filter_map(exported).collect())
}

impl App {
    /// The end of the chain, for whoever may read it.
    pub async fn journal_head(&self, caller: &Caller) -> Result<(Head, journal::Unsealed), Error> {
        caller.has(Right::ReadJournal)?;
        let mut tx = self.db.read().await?;
        let head = journal::find_head(&mut tx).await?;
        Ok((head, journal::count_unsealed(&mut tx).await?))
    }

    /// The next sealed entries after a position that concern the caller's region, and the position
    /// to go on from; none at the end.
    pub async fn journal_page(
        &self,
        caller: &Caller,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<Exported>, Option<i64>), Error> {
        let region = caller.region(Right::ReadJournal)?;
        let mut entries = page(&self.db, after, limit).await?;
        let next = entries.last().map(|entry| entry.position);
        if let Some(own) = region {
            entries.retain(|entry| {
                let of = entry.region.as_deref().and_then(|code| code.parse().ok());
                of.is_some_and(|code| own.contains(code))
            });
        }
        Ok((entries, next))
    }
}

fn exported(sealed: journal::Sealed) -> Option<Exported> {
    let stored = sealed.stored?;
    let entry = stored.entry;
    Some(Exported {
        position: sealed.position,
        entry: sealed.entry_id,
        kind: entry.kind,
        subject: entry.subject,
        region: entry.region.map(String::from),
        actor: entry.actor,
        at: rfc3339(entry.at),
        body: entry.body,
        vouches: entry.vouches,
        digest: stored.digest,
        seal: sealed.seal,
        sealed_at: rfc3339(sealed.sealed_at),
    })
}
