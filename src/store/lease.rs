//! Leases: whose turn it is, as rows, so that it holds on either engine and through any proxy.
//!
//! A holder takes a lease for a span, again and again; when it dies, the span runs out and another
//! takes over. Clocks decide only *when* somebody may try. *Whether* a holder still is one is
//! decided by the [`Fence`]: a number that grows with every change of holder and is checked in the
//! very transaction it guards. However far a clock jumps, two holders may think that it is their
//! turn, but only the later one commits.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::db::Sql;
use super::error::StoreError;
use super::{Result, Tx};

/// The longest span a lease is taken for. One that ends later than this from now was written by a
/// clock gone wrong, and is up for the taking.
pub const LONGEST: Duration = Duration::from_hours(1);

/// The proof of having taken a lease, to be checked in each transaction it guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    lease: String,
    number: i64,
}

/// Takes the lease `name` until `now + span`, if it is free, has run out, or is the holder's own.
///
/// A holder is named by a text that no other process uses and that a restart does not bring back.
/// A `span` beyond [`LONGEST`] is cut to it. Taking a lease again that nobody took in between
/// renews it under the same number.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: DateTime<Utc>,
    span: Duration,
) -> Result<Option<Fence>> {
    let number: Option<(i64,)> = tx
        .optional(
            "INSERT INTO lease (name, holder, fence, until_at)
                  VALUES ($1, $2, 1, $3)
             ON CONFLICT (name)
               DO UPDATE SET holder   = excluded.holder,
                             fence    = lease.fence
                                      + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,
                             until_at = excluded.until_at
                       WHERE lease.holder = excluded.holder
                          OR lease.until_at <= $4
                          OR lease.until_at > $5
               RETURNING fence",
            (
                name,
                holder,
                end(now, span),
                now.timestamp_millis(),
                end(now, LONGEST),
            ),
        )
        .await?;
    Ok(number.map(|(number,)| Fence {
        lease: name.to_owned(),
        number,
    }))
}

/// Gives the lease back before it runs out. If it has passed to another already, it stays there.
pub async fn release(tx: &mut Tx, fence: Fence) -> Result<()> {
    tx.execute(
        "UPDATE lease
            SET holder = '',
                fence = fence + 1,
                until_at = 0
          WHERE name = $1
            AND fence = $2",
        (fence.lease, fence.number),
    )
    .await?;
    Ok(())
}

impl Fence {
    /// The lease taken.
    pub fn lease(&self) -> &str {
        &self.lease
    }

    /// The number under which it was taken.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Makes sure that this transaction commits only while the lease is still held: it fails with
    /// [`StoreError::Superseded`] if it is not, and keeps others from taking it until the end of
    /// the transaction. Any number of transactions may stand behind one fence at a time. Taking the
    /// lease again waits for them as well on PostgreSQL, so keep them shorter than the span.
    pub async fn check(&self, tx: &mut Tx) -> Result<()> {
        let held: Option<(i64,)> = tx
            .optional(
                // SQLite's writers are alone; PostgreSQL has to hold on to the row.
                Sql::by_dialect(
                    "SELECT fence FROM lease WHERE name = $1 AND fence = $2",
                    "SELECT fence FROM lease WHERE name = $1 AND fence = $2 FOR SHARE",
                ),
                (self.lease.as_str(), self.number),
            )
            .await?;
        match held {
            Some(_) => Ok(()),
            None => Err(StoreError::Superseded {
                lease: self.lease.clone(),
            }),
        }
    }
}

/// Epoch milliseconds at the end of a span.
fn end(now: DateTime<Utc>, span: Duration) -> i64 {
    let span = i64::try_from(span.min(LONGEST).as_millis()).expect("an hour has few milliseconds");
    now.timestamp_millis() + span
}
