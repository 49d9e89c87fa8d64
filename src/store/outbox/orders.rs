//! What messages about orders are told from, and what came of telling.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::AttemptOutcome;
use crate::domain::id::{ContactKey, OrderKey, PlanKey, WarningKey};
use crate::domain::plan::{Change, Duty};
use crate::domain::time::from_millis;
use crate::store::db::Among;
use crate::store::{Inconsistency, Result, Tx};

/// What a message is told from: its line, its contact, and what has come since.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the line means to the recipient.
    pub change: Change,
    /// What it says.
    pub duty: Duty,
    /// What the recipient is called.
    pub name: String,
    /// The line's digest.
    pub digest: String,
}

impl Told {
    /// The same as it holds once issued.
    #[must_use]
    pub fn as_issued(self, at: DateTime<Utc>) -> Self {
        Self {
            duty: self.duty.told_at(self.change, at),
            ..self
        }
    }
}

/// What the messages of a plan about these orders are told from.
pub async fn list_told(
    tx: &mut Tx,
    plan: PlanKey,
    orders: &[OrderKey],
) -> Result<HashMap<OrderKey, Told>> {
    const LINES: Among = Among::new(
        "SELECT order_key, change, snapshot, name, digest
           FROM plan_line
          WHERE plan_key = $1
            AND order_key",
        "",
    );
    let keys: Vec<i64> = orders.iter().map(|order| order.0).collect();
    let rows: Vec<(i64, String, String, String, String)> =
        tx.all_among(LINES, (plan.0,), &keys).await?;
    let told = rows
        .into_iter()
        .map(|(order, change, snapshot, name, digest)| {
            let wrong = |column| Inconsistency::on("plan_line").column(column).row(order);
            let told = Told {
                change: change
                    .parse()
                    .map_err(|error| wrong("change").source(error))?,
                duty: serde_json::from_str(&snapshot).map_err(|e| wrong("snapshot").source(e))?,
                name,
                digest,
            };
            Ok((OrderKey(order), told))
        });
    told.collect()
}

/// Which messages about these orders a later plan of the warning has put others in the place of:
/// the order, the contact and the channel, with the last revision that asks for an answer.
pub async fn list_successors(
    tx: &mut Tx,
    warning: WarningKey,
    after: u32,
    orders: &[OrderKey],
) -> Result<HashMap<(OrderKey, ContactKey, String), u32>> {
    // A line that only tells of a level does not say what is owed, so it stands in no other's place.
    const SUCCESSORS: Among = Among::new(
        "SELECT m.order_key, m.contact_key, m.channel, p.revision
           FROM plan p
           JOIN message   m ON m.plan_key  = p.plan_key
           JOIN plan_line l ON l.plan_key  = p.plan_key
                           AND l.order_key = m.order_key
          WHERE p.warning_key = $1
            AND p.revision    > $2
            AND p.issued_at IS NOT NULL
            AND l.change     <> 'tell'
            AND m.order_key",
        "ORDER BY p.revision",
    );
    let keys: Vec<i64> = orders.iter().map(|order| order.0).collect();
    let rows: Vec<(i64, i64, String, i32)> = tx
        .all_among(SUCCESSORS, (warning.0, i64::from(after)), &keys)
        .await?;
    let successors = rows.into_iter().map(|(order, contact, channel, revision)| {
        let wrong = || Inconsistency::on("plan").column("revision").row(order);
        let revision = u32::try_from(revision).map_err(|_| wrong())?;
        Ok(((OrderKey(order), ContactKey(contact), channel), revision))
    });
    successors.collect()
}

/// One attempt to tell a recipient of its order, as a person looks at it: no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderAttempt {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// `email` or `webhook`.
    pub channel: String,
    /// The role of whoever it was meant for; none once they were erased.
    pub role: Option<String>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// The other side's words, or ours.
    pub reply: String,
}

/// Every attempt to tell of an order of a warning, the newest first.
pub async fn list_attempts_of(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
) -> Result<Vec<OrderAttempt>> {
    let rows: Vec<(i64, i64, String, Option<String>, String, String)> = tx
        .all(
            "SELECT a.attempt_key, a.at, m.channel, c.role, a.outcome, a.reply
               FROM plan p
               JOIN message m      ON m.plan_key    = p.plan_key
                                  AND m.order_key   = $2
               JOIN attempt a      ON a.message_key = m.message_key
               LEFT JOIN contact c ON c.contact_key = m.contact_key
              WHERE p.warning_key = $1
              ORDER BY a.attempt_key DESC",
            (warning.0, order.0),
        )
        .await?;
    let attempts = rows
        .into_iter()
        .map(|(key, at, channel, role, outcome, reply)| {
            let wrong = |column| Inconsistency::on("attempt").column(column).row(key);
            Ok(OrderAttempt {
                at: from_millis(at).ok_or_else(|| wrong("at"))?,
                outcome: AttemptOutcome::of(&outcome).ok_or_else(|| wrong("outcome"))?,
                channel,
                role,
                reply,
            })
        });
    attempts.collect()
}
