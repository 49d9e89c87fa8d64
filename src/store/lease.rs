//! Leases: whose turn it is, as rows, so that it holds on either engine and through any proxy.
//!
//! A holder takes a lease for a span and renews it; when it dies, the span runs out and another
//! takes over. Clocks decide only *when* somebody may try. *Whether* a holder still is one is
//! decided by the [`Fence`]: a number that grows with every change of holder and is checked in the
//! very transaction it guards. However far a clock jumps, two holders may think that it is their
//! turn, but only the later one commits.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::db::{FromRow, Sql};
use super::error::{Inconsistency, StoreError};
use super::{Result, Tx};
use crate::domain::time::from_millis;

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

/// Holds the lease until `now + span`, or says that it has passed to another.
pub async fn renew(tx: &mut Tx, fence: &Fence, now: DateTime<Utc>, span: Duration) -> Result<()> {
    let renewed = tx
        .execute(
            "UPDATE lease
                SET until_at = $3
              WHERE name = $1
                AND fence = $2",
            (fence.lease.as_str(), fence.number, end(now, span)),
        )
        .await?;
    fence.held(renewed > 0)
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

/// A lease as it stands, for people to look at. It may have run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What work it is for.
    pub name: String,
    /// Who took it last.
    pub holder: String,
    /// Until when.
    pub until_at: DateTime<Utc>,
}

/// The lease `name`, unless it was never taken or was given back.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<Lease>> {
    let row: Option<LeaseRow> = tx
        .optional(
            "SELECT name, holder, until_at
               FROM lease
              WHERE name = $1
                AND holder <> ''",
            (name,),
        )
        .await?;
    Ok(row.map(Lease::try_from).transpose()?)
}

#[derive(FromRow)]
struct LeaseRow {
    name: String,
    holder: String,
    until_at: i64,
}

impl TryFrom<LeaseRow> for Lease {
    type Error = Inconsistency;

    fn try_from(row: LeaseRow) -> Result<Self, Inconsistency> {
        let until_at = from_millis(row.until_at)
            .ok_or_else(|| Inconsistency::on("lease").column("until_at").row(&row.name))?;
        Ok(Self {
            name: row.name,
            holder: row.holder,
            until_at,
        })
    }
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
    /// the transaction. Any number of transactions may stand behind one fence at a time. Renewing
    /// waits for them as well on PostgreSQL, so keep them shorter than the span.
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
        self.held(held.is_some())
    }

    fn held(&self, held: bool) -> Result<()> {
        if held {
            Ok(())
        } else {
            Err(StoreError::Superseded {
                lease: self.lease.clone(),
            })
        }
    }
}

/// Epoch milliseconds at the end of a span.
fn end(now: DateTime<Utc>, span: Duration) -> i64 {
    let span = i64::try_from(span.min(LONGEST).as_millis()).expect("an hour has few milliseconds");
    now.timestamp_millis() + span
}
