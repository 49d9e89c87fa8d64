//! The outbox: messages waiting to be sent, the attempts at sending them, and dead letters.
//!
//! A sender [claims](claim) what is due under a mark of its own, and tells how each attempt ended;
//! a result under a mark that no longer holds is not taken. What the claim of a sender that died
//! leaves behind becomes due again by itself. Messages that are held are never claimed, and after a
//! restore none are until a person [releases](super::epoch) the outbox.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::db::{Among, AroundRows, FromRow, Sql};
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::id::{
    AttemptKey, ContactKey, MessageKey, OrderKey, PlanKey, RecipientKey, WarningKey,
};
use crate::domain::lane::Lane;
use crate::domain::plan::{Change, Duty};
use crate::domain::record;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// A message about to be sent: which order it tells whom of, and by which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its key in this store.
    pub key: MessageKey,
    /// The plan it tells of.
    pub plan: PlanKey,
    /// The order it tells of.
    pub order: OrderKey,
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

/// One attempt, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Its key in this store.
    pub key: AttemptKey,
    /// The message.
    pub message: MessageKey,
    /// The attempt's number, from 1.
    pub number: u32,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// The other side's words, or ours; no personal data.
    pub reply: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The next system has taken it over.
    Delivered,
    /// Not now.
    Later,
    /// Never.
    Never,
    /// The sender died over it: it may or may not have arrived.
    Unknown,
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
    pub fn as_issued(&self, at: DateTime<Utc>) -> Self {
        Self {
            duty: self.duty.clone().told_at(self.change, at),
            ..self.clone()
        }
    }
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

/// A dead letter, as a person looks at it: no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its key.
    pub key: MessageKey,
    /// The order it was to tell of.
    pub order: OrderKey,
    /// The recipient's name.
    pub recipient: String,
    /// The recipient's place.
    pub region: RegionCode,
    /// `email` or `webhook`.
    pub channel: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the last was made.
    pub last_at: DateTime<Utc>,
    /// Why it was given up.
    pub why: String,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages to be sent, now or later.
    pub due: i64,
    /// When the oldest of those due by now fell due.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Dead letters of the warnings that stand.
    pub dead: i64,
}

impl AttemptOutcome {
    const ALL: [Self; 4] = [Self::Delivered, Self::Later, Self::Never, Self::Unknown];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// The word in rows, metrics and the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Later => "later",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }
}

impl AttemptRecord {
    /// The digest over its row.
    pub fn digest(&self) -> Digest {
        record::Attempt {
            key: self.key.0,
            message: self.message.0,
            number: self.number_column(),
            at: self.at.timestamp_millis(),
            outcome: self.outcome.as_str(),
            reply: &self.reply,
        }
        .digest()
    }

    /// Patience ends long before the numbers do.
    fn number_column(&self) -> i32 {
        i32::try_from(self.number).unwrap_or(i32::MAX)
    }
}

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
                "SELECT message_key, plan_key, order_key, contact_key, channel, attempts, lease_by,
                        redriven_at, redriven_after
                   FROM message
                  WHERE lane  = $1
                    AND state = 'due'
                    AND due_at <= $2
                    AND NOT EXISTS (SELECT 1 FROM epoch WHERE released_at IS NULL)
                  ORDER BY due_at, message_key
                  LIMIT $3",
                "SELECT message_key, plan_key, order_key, contact_key, channel, attempts, lease_by,
                        redriven_at, redriven_after
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

/// Records attempts.
pub async fn record_attempts(tx: &mut Tx, attempts: &[AttemptRecord]) -> Result<()> {
    let rows: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            (
                attempt.key.0,
                attempt.message.0,
                attempt.number_column(),
                attempt.at.timestamp_millis(),
                attempt.outcome.as_str(),
                attempt.reply.as_str(),
                attempt.digest().to_string(),
            )
        })
        .collect();
    tx.insert_many(
        "INSERT INTO attempt (attempt_key, message_key, number, at, outcome, reply, digest)",
        rows,
    )
    .await?;
    Ok(())
}

/// The attempts at a message, in order.
pub async fn list_attempts(tx: &mut Tx, message: MessageKey) -> Result<Vec<AttemptRecord>> {
    let rows: Vec<AttemptRow> = tx
        .all(
            "SELECT attempt_key, message_key, number, at, outcome, reply
               FROM attempt
              WHERE message_key = $1
              ORDER BY number",
            (message.0,),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
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

/// Dead letters of a region and everything below it, or of all regions, after a key, in key order.
pub async fn list_dead<L: Lane>(
    tx: &mut Tx,
    region: Option<RegionCode>,
    after: MessageKey,
    limit: i64,
) -> Result<Vec<DeadLetter>> {
    let stem = region.as_ref().map_or("", |region| region.stem());
    let rows: Vec<DeadRow> = tx
        .all(
            "SELECT m.message_key, m.order_key, l.name, r.region, m.channel, m.attempts, a.at,
                    a.reply
               FROM message   m
               JOIN plan_line l ON l.plan_key      = m.plan_key
                               AND l.order_key     = m.order_key
               JOIN recipient r ON r.recipient_key = l.recipient_key
               JOIN attempt   a ON a.message_key   = m.message_key
                               AND a.number        = m.attempts
              WHERE m.state = 'dead'
                AND m.lane  = $1
                AND m.message_key > $2
                AND r.region LIKE $3
              ORDER BY m.message_key
              LIMIT $4",
            (L::NAME, after.0, format!("{stem}%"), limit),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// Where the recipient of a dead letter lies; none if there is no such dead letter.
pub async fn find_dead_region<L: Lane>(
    tx: &mut Tx,
    message: MessageKey,
) -> Result<Option<RegionCode>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT r.region
               FROM message   m
               JOIN plan_line l ON l.plan_key      = m.plan_key
                               AND l.order_key     = m.order_key
               JOIN recipient r ON r.recipient_key = l.recipient_key
              WHERE m.message_key = $1
                AND m.lane  = $2
                AND m.state = 'dead'",
            (message.0, L::NAME),
        )
        .await?;
    let wrong = |error| {
        Inconsistency::on("recipient")
            .column("region")
            .row(message)
            .source(error)
    };
    let region = row.map(|(region,)| region.parse().map_err(wrong));
    Ok(region.transpose()?)
}

/// Sends a dead letter on its way again, with its patience restored; whether it was one.
pub async fn redrive(tx: &mut Tx, message: MessageKey, now: DateTime<Utc>) -> Result<bool> {
    let redriven = tx
        .execute(
            "UPDATE message
                SET state          = 'due',
                    due_at         = $2,
                    redriven_at    = $2,
                    redriven_after = attempts
              WHERE message_key = $1
                AND state = 'dead'",
            (message.0, now.timestamp_millis()),
        )
        .await?;
    Ok(redriven > 0)
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
                       JOIN plan    p ON p.plan_key    = m.plan_key
                       JOIN warning w ON w.warning_key = p.warning_key
                      WHERE m.state = 'dead'
                        AND m.lane  = $1
                        AND w.open)",
            (L::NAME,),
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
    plan_key: i64,
    order_key: i64,
    contact_key: i64,
    channel: String,
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
        Ok(Self {
            key: MessageKey(row.message_key),
            plan: PlanKey(row.plan_key),
            order: OrderKey(row.order_key),
            contact: ContactKey(row.contact_key),
            attempt: u32::try_from(row.attempts).map_err(|_| wrong("attempts"))? + 1,
            channel: row.channel,
            redriven,
        })
    }
}

#[derive(FromRow)]
struct AttemptRow {
    attempt_key: i64,
    message_key: i64,
    number: i32,
    at: i64,
    outcome: String,
    reply: String,
}

impl TryFrom<AttemptRow> for AttemptRecord {
    type Error = Inconsistency;

    fn try_from(row: AttemptRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("attempt")
                .column(column)
                .row(row.attempt_key)
        };
        Ok(Self {
            key: AttemptKey(row.attempt_key),
            message: MessageKey(row.message_key),
            number: row.number.try_into().map_err(|_| wrong("number"))?,
            at: from_millis(row.at).ok_or_else(|| wrong("at"))?,
            outcome: AttemptOutcome::of(&row.outcome).ok_or_else(|| wrong("outcome"))?,
            reply: row.reply,
        })
    }
}

#[derive(FromRow)]
struct DeadRow {
    message_key: i64,
    order_key: i64,
    name: String,
    region: String,
    channel: String,
    attempts: i32,
    at: i64,
    reply: String,
}

impl TryFrom<DeadRow> for DeadLetter {
    type Error = Inconsistency;

    fn try_from(row: DeadRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("message")
                .column(column)
                .row(row.message_key)
        };
        Ok(Self {
            key: MessageKey(row.message_key),
            order: OrderKey(row.order_key),
            recipient: row.name,
            region: row
                .region
                .parse()
                .map_err(|error| wrong("region").source(error))?,
            channel: row.channel,
            attempts: row.attempts.try_into().map_err(|_| wrong("attempts"))?,
            last_at: from_millis(row.at).ok_or_else(|| wrong("at"))?,
            why: row.reply,
        })
    }
}
