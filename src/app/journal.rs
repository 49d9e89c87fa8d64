//! The journal: what every act leaves behind.
//!
//! A use case [records](record) one [`Entry`] in the transaction of its act, with the [`Rows`] of
//! the record it vouches for. The sequencer gives it a position and a seal and tells the
//! [head] outside; [`verify`](verify::verify) walks all of it and names what was touched.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::Caller;
use crate::clock::Ids;
use crate::domain::id::EntryId;
use crate::domain::journal;
use crate::domain::region::RegionCode;
use crate::store::{self, Tx};

pub mod export;
pub mod head;
pub mod sequence;
pub mod verify;

pub use self::sequence::{Bell, Sealed, run, seal};
pub use crate::domain::journal::{RowTable, Rows, RowsDigest};

/// What an act has to say about itself. No personal data: see
/// [`domain::journal`](crate::domain::journal).
#[derive(Clone, Debug)]
pub struct Entry {
    /// What kind of act: `warning.issued`. Whoever watches the feed hears of it under this name.
    pub kind: &'static str,
    /// What it was done to: `warning/0193…`.
    pub subject: String,
    /// The region it concerns; without one it is not told to watchers.
    pub region: Option<RegionCode>,
    /// Who did it: see [`actor`].
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What else there is to say.
    pub body: serde_json::Value,
    /// The rows it vouches for.
    pub rows: Vec<Rows>,
}

impl Entry {
    /// An act of a caller that concerns no single region and wrote no rows to vouch for.
    pub fn new(
        kind: &'static str,
        subject: impl Into<String>,
        caller: &Caller,
        at: DateTime<Utc>,
        body: serde_json::Value,
    ) -> Self {
        Self {
            kind,
            subject: subject.into(),
            region: None,
            actor: actor(caller),
            at,
            body,
            rows: Vec::new(),
        }
    }

    /// The same act, concerning a region.
    #[must_use]
    pub fn in_region(self, region: RegionCode) -> Self {
        Self {
            region: Some(region),
            ..self
        }
    }

    /// The same act, vouching for rows it wrote.
    #[must_use]
    pub fn vouching(mut self, rows: impl IntoIterator<Item = Rows>) -> Self {
        self.rows.extend(rows);
        self
    }
}

/// Writes an entry in the transaction of its act. It gets its position and seal afterwards.
pub async fn record(tx: &mut Tx, ids: &Ids, entry: Entry) -> store::Result<EntryId> {
    // A clock shows the same millisecond more than once, and ids do not follow one another in it.
    static NTH: AtomicI64 = AtomicI64::new(0);
    let id = EntryId(ids.uuid_v7(entry.at));
    let entry = journal::Entry {
        id,
        kind: entry.kind.to_owned(),
        subject: entry.subject,
        region: entry.region,
        actor: entry.actor,
        at: entry.at,
        body: entry.body.to_string(),
        vouches: serde_json::to_string(&entry.rows).expect("rows are plain data"),
    };
    store::journal::add_entry(tx, &entry, NTH.fetch_add(1, Ordering::Relaxed)).await?;
    Ok(id)
}

/// How the journal names a caller: by the id of its account, never by its name.
pub fn actor(caller: &Caller) -> String {
    match caller.account {
        Some(account) => account.to_string(),
        None => caller.name.clone(),
    }
}
