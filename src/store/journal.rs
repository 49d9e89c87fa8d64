//! The journal: its entries, those still without a position, and the chain of seals.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::journal::{Entry, Head};
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// An entry as it stands in the store, with the digest it was stored with.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The entry.
    pub entry: Entry,
    /// Its digest, as stored.
    pub digest: String,
}

impl Stored {
    /// Whether the entry is as it was stored.
    pub fn is_whole(&self) -> bool {
        self.entry.digest().to_string() == self.digest
    }
}

/// A position of the chain.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The position, from 1.
    pub position: i64,
    /// The seal, as stored.
    pub seal: String,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// The id of the entry.
    pub entry_id: String,
    /// The entry; none where it is gone or cannot be read any more.
    pub stored: Option<Stored>,
}

/// What waits for a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// How many entries.
    pub entries: i64,
    /// When the oldest of them was written.
    pub oldest_at: Option<DateTime<Utc>>,
}

/// Adds an entry with its digest, and leaves it to the sequencer. `nth` orders the entries of one
/// process within a millisecond.
pub async fn add_entry(tx: &mut Tx, entry: &Entry, nth: i64) -> Result<()> {
    let id = entry.id.to_string();
    let at = entry.at.timestamp_millis();
    tx.execute(
        "INSERT INTO journal_entry
                (entry_id, kind, subject, region, actor, at, body, vouches, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            id.as_str(),
            entry.kind.as_str(),
            entry.subject.as_str(),
            entry.region.as_ref().map(RegionCode::as_str),
            entry.actor.as_str(),
            at,
            entry.body.as_str(),
            entry.vouches.as_str(),
            entry.digest().to_string(),
        ),
    )
    .await?;
    tx.execute(
        "INSERT INTO journal_pending (entry_id, at, nth)
              VALUES ($1, $2, $3)",
        (id.as_str(), at, nth),
    )
    .await?;
    Ok(())
}

/// The end of the chain.
pub async fn find_head(tx: &mut Tx) -> Result<Head> {
    let last: Option<(i64, String)> = tx
        .optional(
            "SELECT position, seal
               FROM journal_seal
              ORDER BY position DESC
              LIMIT 1",
            (),
        )
        .await?;
    let Some((position, seal)) = last else {
        return Ok(Head::START);
    };
    let seal = seal.parse().map_err(|error| {
        Inconsistency::on("journal_seal")
            .column("seal")
            .row(position)
            .source(error)
    })?;
    Ok(Head { position, seal })
}

/// What waits for a position.
pub async fn count_unsealed(tx: &mut Tx) -> Result<Unsealed> {
    let (entries, oldest): (i64, Option<i64>) = tx
        .one("SELECT COUNT(*), MIN(at) FROM journal_pending", ())
        .await?;
    Ok(Unsealed {
        entries,
        oldest_at: oldest.and_then(from_millis),
    })
}

/// The next entries to be sealed, the oldest first: their ids, and the digests they were stored
/// with.
pub async fn list_unsealed(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String)>> {
    tx.all(
        "SELECT p.entry_id, e.digest
           FROM journal_pending p
           JOIN journal_entry   e ON e.entry_id = p.entry_id
          ORDER BY p.at, p.nth, p.entry_id
          LIMIT $1",
        (limit,),
    )
    .await
}

/// Records the positions and seals of entries that waited for one.
pub async fn record_seals(tx: &mut Tx, seals: &[(String, Head)], now: DateTime<Utc>) -> Result<()> {
    let Some((_, first)) = seals.first() else {
        return Ok(());
    };
    let rows = seals.iter().map(|(entry, head)| {
        (
            head.position,
            entry.as_str(),
            head.seal.to_string(),
            now.timestamp_millis(),
        )
    });
    tx.insert_many(
        "INSERT INTO journal_seal (position, entry_id, seal, sealed_at)",
        rows,
    )
    .await?;
    tx.execute(
        "DELETE FROM journal_pending
          WHERE entry_id IN (SELECT entry_id FROM journal_seal WHERE position >= $1)",
        (first.position,),
    )
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct EntryRow {
    entry_id: String,
    kind: String,
    subject: String,
    region: Option<String>,
    actor: String,
    at: i64,
    body: String,
    vouches: String,
    digest: String,
}

impl TryFrom<EntryRow> for Stored {
    type Error = Inconsistency;

    fn try_from(row: EntryRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("journal_entry")
                .column(column)
                .row(&row.entry_id)
        };
        let region = row.region.as_deref().map(str::parse).transpose();
        Ok(Self {
            entry: Entry {
                id: row
                    .entry_id
                    .parse()
                    .map_err(|e| wrong("entry_id").source(e))?,
                region: region.map_err(|error| wrong("region").source(error))?,
                at: from_millis(row.at).ok_or_else(|| wrong("at"))?,
                kind: row.kind,
                subject: row.subject,
                actor: row.actor,
                body: row.body,
                vouches: row.vouches,
            },
            digest: row.digest,
        })
    }
}

#[derive(FromRow)]
struct SealedRow {
    position: i64,
    seal: String,
    sealed_at: i64,
    sealed_entry: String,
    entry_id: Option<String>,
    kind: Option<String>,
    subject: Option<String>,
    region: Option<String>,
    actor: Option<String>,
    at: Option<i64>,
    body: Option<String>,
    vouches: Option<String>,
    digest: Option<String>,
}

impl SealedRow {
    /// The entry; none where it is gone, or so changed that it is none.
    fn into_sealed(self) -> Sealed {
        let stored = self.entry_id.and_then(|entry_id| {
            let row = EntryRow {
                entry_id,
                kind: self.kind?,
                subject: self.subject?,
                region: self.region,
                actor: self.actor?,
                at: self.at?,
                body: self.body?,
                vouches: self.vouches?,
                digest: self.digest?,
            };
            Stored::try_from(row).ok()
        });
        Sealed {
            position: self.position,
            seal: self.seal,
            sealed_at: from_millis(self.sealed_at).unwrap_or_default(),
            entry_id: self.sealed_entry,
            stored,
        }
    }
}

/// The next positions of the chain after one.
pub async fn page_sealed(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Sealed>> {
    let rows: Vec<SealedRow> = tx
        .all(
            "SELECT s.position, s.seal, s.sealed_at, s.entry_id AS sealed_entry,
                    e.entry_id, e.kind, e.subject, e.region, e.actor, e.at, e.body, e.vouches,
                    e.digest
               FROM journal_seal       s
               LEFT JOIN journal_entry e ON e.entry_id = s.entry_id
              WHERE s.position > $1
              ORDER BY s.position
              LIMIT $2",
            (after, limit),
        )
        .await?;
    Ok(rows.into_iter().map(SealedRow::into_sealed).collect())
}

/// The next entries that wait for a position, by id; each as `Err(id)` where it cannot be read.
pub async fn page_unsealed(
    tx: &mut Tx,
    after: &str,
    limit: i64,
) -> Result<Vec<Result<Stored, String>>> {
    let rows: Vec<EntryRow> = tx
        .all(
            "SELECT e.entry_id, e.kind, e.subject, e.region, e.actor, e.at, e.body, e.vouches,
                    e.digest
               FROM journal_pending p
               JOIN journal_entry   e ON e.entry_id = p.entry_id
              WHERE p.entry_id > $1
              ORDER BY p.entry_id
              LIMIT $2",
            (after, limit),
        )
        .await?;
    let entries = rows.into_iter().map(|row| {
        let id = row.entry_id.clone();
        Stored::try_from(row).map_err(|_| id)
    });
    Ok(entries.collect())
}

/// Entries that have no position and wait for none, up to a number of them.
pub async fn list_stray(tx: &mut Tx, limit: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT e.entry_id
               FROM journal_entry e
              WHERE NOT EXISTS (SELECT 1 FROM journal_seal    s WHERE s.entry_id = e.entry_id)
                AND NOT EXISTS (SELECT 1 FROM journal_pending p WHERE p.entry_id = e.entry_id)
              ORDER BY e.entry_id
              LIMIT $1",
            (limit,),
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
