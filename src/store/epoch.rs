//! Which life of the record this is: every restore begins one, with nothing sent until a person
//! releases it.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::journal::Head;
use crate::domain::lane::Lane;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// The migration that brought the table: a database that was not migrated so far knows no epochs.
pub const SINCE: i64 = 10;

/// An epoch that a restore began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Its number; the first that a restore begins is 2.
    pub number: i64,
    /// When the backup was restored.
    pub began_at: DateTime<Utc>,
    /// By whom.
    pub began_by: String,
    /// When the backup was taken.
    pub taken_at: DateTime<Utc>,
    /// The end of the chain in the backup.
    pub from: Head,
    /// When a person released the outbox; none while it is held.
    pub released_at: Option<DateTime<Utc>>,
}

impl Epoch {
    /// Where its numbers begin: at the microsecond of the restore, since no node hands out more than
    /// one in each; at that of the backup, should the clock here be behind.
    fn numbers_from(&self) -> i64 {
        self.began_at.max(self.taken_at).timestamp_micros()
    }
}

/// Adds an epoch, held.
pub async fn add_epoch(tx: &mut Tx, epoch: &Epoch) -> Result<()> {
    tx.execute(
        "INSERT INTO epoch (number, began_at, began_by, taken_at, position, seal, numbers_from)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        (
            epoch.number,
            epoch.began_at.timestamp_millis(),
            epoch.began_by.as_str(),
            epoch.taken_at.timestamp_millis(),
            epoch.from.position,
            epoch.from.seal.to_string(),
            epoch.numbers_from(),
        ),
    )
    .await?;
    Ok(())
}

/// Every epoch that a restore began, in order.
pub async fn list_epochs(tx: &mut Tx) -> Result<Vec<Epoch>> {
    let rows: Vec<EpochRow> = tx
        .all(
            "SELECT number, began_at, began_by, taken_at, position, seal, released_at
               FROM epoch
              ORDER BY number",
            (),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// The epoch whose outbox is held; none where messages are sent.
pub async fn find_held(tx: &mut Tx) -> Result<Option<Epoch>> {
    let epochs = list_epochs(tx).await?;
    Ok(epochs.into_iter().rev().find(|it| it.released_at.is_none()))
}

/// Releases the outbox; whether it was held.
pub async fn release(tx: &mut Tx, now: DateTime<Utc>) -> Result<bool> {
    let released = tx
        .execute(
            "UPDATE epoch
                SET released_at = $1
              WHERE released_at IS NULL",
            (now.timestamp_millis(),),
        )
        .await?;
    Ok(released > 0)
}

/// Takes every series of numbers beyond whatever the lost part of an earlier epoch may have handed
/// out: an order link of that time must not open another's order. A series that is not begun yet
/// [begins there](super::counter::allocate). The versions of lists go on as they are: officers read
/// them, and no link or secret names one.
pub async fn skip_numbers(tx: &mut Tx, epoch: &Epoch) -> Result<()> {
    tx.execute(
        "UPDATE counter
            SET next = $1
          WHERE next < $1
            AND name <> 'list_version'",
        (epoch.numbers_from(),),
    )
    .await?;
    Ok(())
}

/// Ends every session: one that was ended after the backup was taken must not live again.
pub async fn end_sessions(tx: &mut Tx) -> Result<u64> {
    tx.execute("DELETE FROM session", ()).await
}

/// Whom a release concerns: the regions that have a list or a warning that stands, or about whose
/// warnings or advisories something is still to be sent in a lane.
pub async fn list_concerned_regions<L: Lane>(tx: &mut Tx) -> Result<Vec<RegionCode>> {
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT list_region FROM list_version
              UNION
             SELECT region FROM warning WHERE open
              UNION
             SELECT w.region
               FROM warning w
               JOIN plan    p ON p.warning_key = w.warning_key
              WHERE EXISTS (SELECT 1
                              FROM message m
                             WHERE m.plan_key = p.plan_key
                               AND m.state    = 'due'
                               AND m.lane     = $1)
              UNION
             SELECT v.region
               FROM advisory v
              WHERE EXISTS (SELECT 1
                              FROM message m
                             WHERE m.advisory_key = v.advisory_key
                               AND m.state        = 'due'
                               AND m.lane         = $1)
              ORDER BY 1",
            (L::NAME,),
        )
        .await?;
    let regions = rows.into_iter().map(|(region,)| {
        let wrong = |error| {
            let row = Inconsistency::on("warning").column("region").row(&region);
            row.source(error)
        };
        Ok(region.parse().map_err(wrong)?)
    });
    regions.collect()
}

#[derive(FromRow)]
struct EpochRow {
    number: i64,
    began_at: i64,
    began_by: String,
    taken_at: i64,
    position: i64,
    seal: String,
    released_at: Option<i64>,
}

impl TryFrom<EpochRow> for Epoch {
    type Error = Inconsistency;

    fn try_from(row: EpochRow) -> Result<Self, Inconsistency> {
        let wrong = |column| Inconsistency::on("epoch").column(column).row(row.number);
        Ok(Self {
            number: row.number,
            began_at: from_millis(row.began_at).ok_or_else(|| wrong("began_at"))?,
            began_by: row.began_by,
            taken_at: from_millis(row.taken_at).ok_or_else(|| wrong("taken_at"))?,
            from: Head {
                position: row.position,
                seal: row
                    .seal
                    .parse()
                    .map_err(|error| wrong("seal").source(error))?,
            },
            released_at: row.released_at.and_then(from_millis),
        })
    }
}
