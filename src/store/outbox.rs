//! The outbox: messages waiting to be sent, the attempts at sending them, and dead letters.
//!
//! There is one, whatever a message is [about](About): all are claimed, tried, left waiting and given
//! up alike. What they are told from is asked for by [`list_told`] and in [`audience`](super::audience).
//!
//! A sender [claims](claim) what is due under a mark of its own, and tells how each attempt ended;
//! a result under a mark that no longer holds is not taken. What the claim of a sender that died
//! leaves behind becomes due again by itself. Messages that are held are never claimed, and after a
//! restore none are until a person [releases](super::epoch) the outbox.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::db::{Among, AroundRows, FromRow, Sql};
use super::{Inconsistency, Result, Tx};
use crate::domain::id::{AdvisoryKey, ContactKey, MessageKey, OrderKey, PlanKey, RecipientKey};
use crate::domain::lane::Lane;
use crate::domain::time::from_millis;

mod attempts;
mod dead;
mod orders;

pub use attempts::{AttemptOutcome, AttemptRecord, list_attempts, record_attempts};
pub use dead::{DeadLetter, Subject, find_dead_region, list_dead, redrive};
pub use orders::{OrderAttempt, Told, list_attempts_of, list_successors, list_told};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// An order, as a plan words it.
    Order {
        /// The plan.
        plan: PlanKey,
        /// The order.
        order: OrderKey,
    },
    /// A step of an advisory.
    Advisory {
        /// The advisory.
        advisory: AdvisoryKey,
        /// Which of its steps, counted from 1.
        step: u32,
        /// Whom it was published to.
        recipient: RecipientKey,
    },
}

/// A message about to be sent: what it tells whom of, and by which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its key in this store.
    pub key: MessageKey,
    /// What it tells of.
    pub about: About,
    /// Whom it is for.
    pub contact: ContactKey,
    /// `email` or `webhook`.
    pub channel: String,
    /// The number of the attempt about to be made, from 1.
    pub attempt: u32,
    /// When a person last sent it on its way again, and after how many attempts.
    pub redriven: Option<(DateTime<Utc>, u32)>,
}

/// What a sender claimed, and what those before it left behind.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The messages, the longest due first.
    pub messages: Vec<Message>,
    /// The attempts among them that began and of which nobody told: message and number.
    pub lost: Vec<(MessageKey, u32)>,
}

/// What becomes of a message after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has arrived.
    Delivered,
    /// It is due again.
    Due(DateTime<Utc>),
    /// It is given up until a person looks at it.
    Dead,
    /// A newer message says what counts.
    Superseded,
}

/// Where a contact can be reached.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Whose contact it is.
    pub recipient: RecipientKey,
    /// The person or system.
    pub name: String,
    /// The mailbox.
    pub email: Option<String>,
    /// The endpoint.
    pub webhook: Option<String>,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages to be sent, now or later.
    pub due: i64,
    /// When the oldest of those due by now fell due.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Dead letters of the warnings and advisories that stand, and of late those about an end.
    pub dead: i64,
}

/// For how long a dead letter about the end of an advisory is one to look after: by then whoever
/// missed it has heard otherwise, or the end that was stated is near. *Assumed*.
const END_MISSED_FOR: TimeDelta = TimeDelta::hours(24);

/// Whether anything of a lane is due and may be sent.
pub async fn is_due<L: Lane>(tx: &mut Tx, now: DateTime<Utc>) -> Result<bool> {
    let found: Option<(i64,)> = tx
        .optional(
            "SELECT message_key
               FROM message
              WHERE lane  = $1
                AND state = 'due'
                AND due_at <= $2
                AND NOT EXISTS (SELECT 1 FROM epoch WHERE released_at IS NULL)
              LIMIT 1",
            (L::NAME, now.timestamp_millis()),
        )
        .await?;
    Ok(found.is_some())
}

/// Claims what is longest due and may be sent, under a mark nobody else has, until an instant.
pub async fn claim<L: Lane>(
    tx: &mut Tx,
    mark: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Claimed> {
    const CLAIM: Among = Among::new(
        "UPDATE message
            SET attempts = attempts + 1,
                lease_by = $1,
                due_at   = $2
          WHERE message_key",
        "",
    );
    let rows: Vec<MessageRow> = tx
        .all(
            // SQLite's writers are alone; on PostgreSQL others claim at the same time.
            Sql::by_dialect(
                "SELECT message_key, plan_key, order_key, advisory_key, recipient_key, contact_key,
                        channel, step, attempts, lease_by, redriven_at, redriven_after
                   FROM message
                  WHERE lane  = $1
                    AND state = 'due'
                    AND due_at <= $2
                    AND NOT EXISTS (SELECT 1 FROM epoch WHERE released_at IS NULL)
                  ORDER BY due_at, message_key
                  LIMIT $3",
                "SELECT message_key, plan_key, order_key, advisory_key, recipient_key, contact_key,
                        channel, step, attempts, lease_by, redriven_at, redriven_after
                   FROM message
                  WHERE lane  = $1
                    AND state = 'due'
                    AND due_at <= $2
                    AND NOT EXISTS (SELECT 1 FROM epoch WHERE released_at IS NULL)
                  ORDER BY due_at, message_key
                  LIMIT $3
                    FOR UPDATE SKIP LOCKED",
            ),
            (L::NAME, now.timestamp_millis(), limit),
        )
        .await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.message_key).collect();
    tx.execute_among(CLAIM, (mark, until.timestamp_millis()), &keys)
        .await?;
    let mut claimed = Claimed::default();
    for row in rows {
        let lost = row.lease_by.is_some();
        let message = Message::try_from(row)?;
        if lost {
            claimed.lost.push((message.key, message.attempt - 1));
        }
        claimed.messages.push(message);
    }
    Ok(claimed)
}

/// Gives claimed messages back without an attempt; they are due again at an instant. A sender that
/// stops gives back what it has not begun.
pub async fn put_back(
    tx: &mut Tx,
    mark: &str,
    messages: &[MessageKey],
    due_at: DateTime<Utc>,
) -> Result<u64> {
    const PUT_BACK: Among = Among::new(
        "UPDATE message
            SET attempts = attempts - 1,
                lease_by = NULL,
                due_at   = $2
          WHERE lease_by = $1
            AND message_key",
        "",
    );
    let keys: Vec<i64> = messages.iter().map(|message| message.0).collect();
    tx.execute_among(PUT_BACK, (mark, due_at.timestamp_millis()), &keys)
        .await
}

/// The marks under which messages are claimed, held until the end of the transaction.
pub async fn lock_marks(
    tx: &mut Tx,
    messages: &[MessageKey],
) -> Result<HashMap<MessageKey, String>> {
    const MARKS: Among = Among::locked(
        "SELECT message_key, lease_by
           FROM message
          WHERE lease_by IS NOT NULL
            AND message_key",
    );
    let keys: Vec<i64> = messages.iter().map(|message| message.0).collect();
    let rows: Vec<(i64, String)> = tx.all_among(MARKS, (), &keys).await?;
    Ok(rows
        .into_iter()
        .map(|(key, mark)| (MessageKey(key), mark))
        .collect())
}

/// Ends the claims on messages, each with what becomes of it. To be called with the marks
/// [locked](lock_marks).
pub async fn set_fates(
    tx: &mut Tx,
    fates: &[(MessageKey, Fate)],
    now: DateTime<Utc>,
) -> Result<()> {
    const FATES: AroundRows = AroundRows::new(
        "UPDATE message
            SET state    = v.column2,
                due_at   = v.column3,
                lease_by = NULL
           FROM (",
        ") AS v
          WHERE message_key = v.column1",
    );
    let rows: Vec<_> = fates
        .iter()
        .map(|&(message, fate)| {
            let (state, at) = match fate {
                Fate::Delivered => ("delivered", now),
                Fate::Due(at) => ("due", at),
                Fate::Dead => ("dead", now),
                Fate::Superseded => ("superseded", now),
            };
            (message.0, state, at.timestamp_millis())
        })
        .collect();
    tx.update_many(FATES, rows).await?;
    Ok(())
}

/// Where these contacts can be reached; one that was erased or retired is not there.
pub async fn list_reach(
    tx: &mut Tx,
    contacts: &[ContactKey],
) -> Result<HashMap<ContactKey, Reach>> {
    type ContactRow = (i64, i64, String, Option<String>, Option<String>);
    const CONTACTS: Among = Among::new(
        "SELECT contact_key, recipient_key, name, email, webhook
           FROM contact
          WHERE active
            AND contact_key",
        "",
    );
    let keys: Vec<i64> = contacts.iter().map(|contact| contact.0).collect();
    let rows: Vec<ContactRow> = tx.all_among(CONTACTS, (), &keys).await?;
    let reach = rows
        .into_iter()
        .map(|(key, recipient, name, email, webhook)| {
            let reach = Reach {
                recipient: RecipientKey(recipient),
                name,
                email,
                webhook,
            };
            (ContactKey(key), reach)
        });
    Ok(reach.collect())
}

/// Restores the patience of everything that is due in a lane: it waited for a person. Answers with
/// how many messages that is.
pub async fn redrive_due<L: Lane>(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "UPDATE message
            SET redriven_at    = $2,
                redriven_after = attempts
          WHERE state = 'due'
            AND lane  = $1",
        (L::NAME, now.timestamp_millis()),
    )
    .await
}

/// How much of a lane waits.
pub async fn depth<L: Lane>(tx: &mut Tx, now: DateTime<Utc>) -> Result<Depth> {
    let (due, dead): (i64, i64) = tx
        .one(
            "SELECT (SELECT COUNT(*) FROM message WHERE state = 'due'  AND lane = $1),
                    (SELECT COUNT(*)
                       FROM message m
                       LEFT JOIN plan     p ON p.plan_key     = m.plan_key
                       LEFT JOIN warning  w ON w.warning_key  = p.warning_key
                       LEFT JOIN advisory v ON v.advisory_key = m.advisory_key
                      WHERE m.state = 'dead'
                        AND m.lane  = $1
                        AND (w.open
                         OR  v.ends_at > $2
                         OR (m.due_at >= v.ends_at AND m.due_at > $3)))",
            (
                L::NAME,
                now.timestamp_millis(),
                (now - END_MISSED_FOR).timestamp_millis(),
            ),
        )
        .await?;
    let oldest: Option<i64> = tx
        .scalar(
            "SELECT MIN(due_at)
               FROM message
              WHERE state = 'due'
                AND lane  = $1
                AND due_at <= $2",
            (L::NAME, now.timestamp_millis()),
        )
        .await?;
    Ok(Depth {
        due,
        oldest_at: oldest.and_then(from_millis),
        dead,
    })
}

#[derive(FromRow)]
struct MessageRow {
    message_key: i64,
    plan_key: Option<i64>,
    order_key: Option<i64>,
    advisory_key: Option<i64>,
    recipient_key: Option<i64>,
    contact_key: i64,
    channel: String,
    step: i32,
    attempts: i32,
    lease_by: Option<String>,
    redriven_at: Option<i64>,
    redriven_after: Option<i32>,
}

/// The attempt after those the row counts.
impl TryFrom<MessageRow> for Message {
    type Error = Inconsistency;

    fn try_from(row: MessageRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("message")
                .column(column)
                .row(row.message_key)
        };
        let redriven = match row.redriven_at.zip(row.redriven_after) {
            Some((at, after)) => Some((
                from_millis(at).ok_or_else(|| wrong("redriven_at"))?,
                u32::try_from(after).map_err(|_| wrong("redriven_after"))?,
            )),
            None => None,
        };
        let order = row.plan_key.zip(row.order_key);
        let advisory = row.advisory_key.zip(row.recipient_key);
        let about = match (order, advisory) {
            (Some((plan, order)), None) => About::Order {
                plan: PlanKey(plan),
                order: OrderKey(order),
            },
            (None, Some((advisory, recipient))) => About::Advisory {
                advisory: AdvisoryKey(advisory),
                step: u32::try_from(row.step).map_err(|_| wrong("step"))?,
                recipient: RecipientKey(recipient),
            },
            _ => return Err(wrong("order_key")),
        };
        Ok(Self {
            key: MessageKey(row.message_key),
            about,
            contact: ContactKey(row.contact_key),
            attempt: u32::try_from(row.attempts).map_err(|_| wrong("attempts"))? + 1,
            channel: row.channel,
            redriven,
        })
    }
}
