//! Backup and restore (备份与恢复): the whole record as one file, and a new epoch out of it.
//!
//! [`take`] reads every table in one transaction, beside a node that serves: one state of the
//! record, with whatever it refers to. [`restore`] fills an empty database in one transaction, on
//! either engine, and begins a new epoch: what happened after the backup is not in it, so letters that
//! were sent may seem unsent. Nothing is sent until a person has looked and
//! [releases the outbox](super::outbox).
//!
//! The keyring is not in the file, so that a copy of it opens no link. Everything else is, personal
//! data included.
//!
//! # Design notes
//!
//! The engines' own tools copy faster, each in its own form. Here one form of some hundred lines serves
//! both, moves a record from one to the other, and says itself whether it is whole. Its rows are JSON
//! made and read by the engines; no table is named here.
//!
//! *No number comes twice.* Order links and webhook secrets name orders and contacts by numbers. Were
//! the numbers of the lost interval handed out again, a link sent then would open another enterprise's
//! order. So every series goes on far beyond them: see
//! [`skip_numbers`](crate::store::epoch::skip_numbers).

use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Caller;
use super::journal::{self, Entry};
use crate::clock::Ids;
use crate::domain::digest::NotADigest;
use crate::domain::journal::Head;
use crate::domain::lane::Live;
use crate::domain::time::rfc3339;
use crate::keyring::KeyMark;
use crate::store::epoch::{self, Epoch};
use crate::store::{self, Db, StoreError, Tx, health, outbox, schema};

mod file;

pub use self::file::{Fault, Manifest, Reader, Whole};
pub use crate::store::db::Table;

use self::file::Writer;

/// The epoch that no restore began.
const FIRST: i64 = 1;

/// Why there is no backup, or no restore. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is not one that can be restored.
    #[error(transparent)]
    File(#[from] Fault),
    /// The file was written by a newer release.
    #[error(
        "the backup has schema {schema} (qingkong {release}), this program knows up to {known}: \
         restore it with that release"
    )]
    Newer {
        /// The newest migration of the backup.
        schema: i64,
        /// The release that wrote it.
        release: String,
        /// The newest migration known here.
        known: i64,
    },
    /// The file has other tables than its schema.
    #[error("the backup's tables are not those of schema {schema}: `{table}` differs")]
    OtherTables {
        /// The newest migration of the backup.
        schema: i64,
        /// The first table that differs.
        table: String,
    },
    /// The file names no head of the journal.
    #[error("the backup names no head of the journal")]
    NoHead(#[from] NotADigest),
    /// The database holds nothing of ours.
    #[error("there is nothing of ours in the database")]
    NoSchema,
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the backup cannot be written")]
    Io(#[from] io::Error),
}

/// What a restore has come to.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The epoch it began.
    pub epoch: Epoch,
    /// How many messages wait for the release.
    pub waiting: i64,
}

/// Writes all of a database, and says of each table how many rows it has.
pub async fn take<W: Write>(
    db: &Db,
    keys: Vec<KeyMark>,
    now: DateTime<Utc>,
    out: W,
    mut told: impl FnMut(&Table, u64),
) -> Result<W, BackupError> {
    let mut tx = db.read().await?;
    let schema = health::migration(&mut tx).await?;
    let schema = schema.ok_or(BackupError::NoSchema)?;
    let head = store::journal::find_head(&mut tx).await?;
    let manifest = Manifest {
        release: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        engine: health::engine(&mut tx).await?,
        taken_at: now,
        position: head.position,
        seal: head.seal.to_string(),
        keys,
        tables: tx.tables().await?,
    };
    let mut writer = Writer::begin(out, &manifest)?;
    for table in &manifest.tables {
        let add = |row: String| writer.row(&row).map_err(BackupError::from);
        tx.each_row(table, add).await?;
        told(table, writer.end(table)?);
    }
    Ok(writer.finish()?)
}

/// Fills an empty database with a backup, migrates it to the newest schema, and begins an epoch
/// with its outbox held. All of it happens or nothing.
pub async fn restore<R: Read>(
    db: &Db,
    mut from: Reader<R>,
    ids: &Ids,
    now: DateTime<Utc>,
) -> Result<Restored, BackupError> {
    let manifest = from.manifest.clone();
    let (schema, known) = (manifest.schema, schema::newest());
    if schema > known {
        let release = manifest.release;
        return Err(BackupError::Newer {
            schema,
            release,
            known,
        });
    }
    let head = manifest.head()?;
    let mut tx = db.begin_filling(schema).await?;
    let tables = tx.tables().await?;
    if let Some(table) = first_difference(&tables, &manifest.tables) {
        return Err(BackupError::OtherTables { schema, table });
    }
    while let Some(rows) = from.next()? {
        tx.add_rows(&tables[rows.table], &rows.json).await?;
    }
    if store::journal::find_head(&mut tx).await? != head {
        let place = "journal_seal".to_owned();
        return Err(Fault::Altered { place }.into());
    }
    schema::complete(&mut tx).await?;
    let epoch = begin_epoch(&mut tx, ids, now, manifest.taken_at, head).await?;
    let waiting = outbox::depth::<Live>(&mut tx, now).await?.due;
    tx.commit().await?;
    Ok(Restored { epoch, waiting })
}

/// The first table that one of both has differently, or alone.
fn first_difference(here: &[Table], there: &[Table]) -> Option<String> {
    let differs = |(here, there): (&Table, &Table)| (here != there).then(|| there.name.clone());
    let alone = here.get(there.len()).or(there.get(here.len()));
    let differing = here.iter().zip(there).find_map(differs);
    differing.or_else(|| alone.map(|table| table.name.clone()))
}

/// From here on the record is another one than the one that was backed up.
async fn begin_epoch(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    taken_at: DateTime<Utc>,
    from: Head,
) -> store::Result<Epoch> {
    let operator = Caller::operator();
    let last = epoch::list_epochs(tx).await?.pop();
    let epoch = Epoch {
        number: last.map_or(FIRST, |last| last.number) + 1,
        began_at: now,
        began_by: journal::actor(&operator),
        taken_at,
        from,
        released_at: None,
    };
    epoch::add_epoch(tx, &epoch).await?;
    epoch::skip_numbers(tx, &epoch).await?;
    epoch::end_sessions(tx).await?;
    let body = json!({
        "taken_at": rfc3339(taken_at), "position": from.position, "seal": from.seal.to_string(),
    });
    let subject = format!("epoch {}", epoch.number);
    let entry = Entry::new("epoch.begun", subject, &operator, now, body);
    journal::record(tx, ids, entry).await?;
    Ok(epoch)
}
