//! Attempts: what was tried, and what came of it. They are on record and vouched for.

use chrono::{DateTime, Utc};

use crate::domain::digest::Digest;
use crate::domain::id::{AttemptKey, MessageKey};
use crate::domain::record;
use crate::domain::time::from_millis;
use crate::store::db::FromRow;
use crate::store::{Inconsistency, Result, Tx};

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

impl AttemptOutcome {
    const ALL: [Self; 4] = [Self::Delivered, Self::Later, Self::Never, Self::Unknown];

    pub(super) fn of(word: &str) -> Option<Self> {
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
