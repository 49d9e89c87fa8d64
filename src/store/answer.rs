//! What recipients answered: narrow rows that only grow, and the words beside them that can be
//! erased.
//!
//! An answer moves no head by itself; see [`ladder`](super::ladder).

use chrono::{DateTime, Utc};

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::id::{AnswerKey, OrderKey, PlanKey};
use crate::domain::order::AnswerKind;
use crate::domain::record;
use crate::domain::time::from_millis;

/// One answer, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRecord {
    /// Its key in this store; grows in the order in which answers took effect.
    pub key: AnswerKey,
    /// The order it answers.
    pub order: OrderKey,
    /// The plan that was shown.
    pub plan: PlanKey,
    /// That plan's revision.
    pub revision: u32,
    /// What it says.
    pub kind: AnswerKind,
    /// The unit it speaks of; all of them where it names none.
    pub unit: Option<String>,
    /// The code of its reason.
    pub reason: Option<String>,
    /// The salted digest of its words.
    pub note: Option<Digest>,
    /// Who gave it: `contact` or a role, and the key or id under which it is known.
    pub by: (String, String),
    /// When it came.
    pub at: DateTime<Utc>,
    /// Whether that was after its deadline.
    pub late: bool,
    /// Whether with it every unit of the order is in place.
    pub complete: bool,
    /// What makes a repeat of it the same answer.
    pub nonce: String,
}

/// The words of an answer, erasable, and the salt of their digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whose words.
    pub answer: AnswerKey,
    /// In hexadecimal.
    pub salt: String,
    /// The words.
    pub text: String,
}

impl AnswerRecord {
    /// The digest over its row.
    pub fn digest(&self) -> Digest {
        let note = self.note.map(|digest| digest.to_string());
        record::Answer {
            key: self.key.0,
            order: self.order.0,
            plan: self.plan.0,
            revision: self.revision_column(),
            kind: self.kind.as_str(),
            unit: self.unit.as_deref(),
            reason: self.reason.as_deref(),
            note_digest: note.as_deref(),
            by_role: &self.by.0,
            by_key: &self.by.1,
            at: self.at.timestamp_millis(),
            late: self.late,
            complete: self.complete,
            nonce: &self.nonce,
        }
        .digest()
    }

    /// A warning has a handful of notices.
    fn revision_column(&self) -> i32 {
        i32::try_from(self.revision).unwrap_or(i32::MAX)
    }
}

/// Records answers with their digests.
pub async fn record_answers(tx: &mut Tx, answers: &[(AnswerRecord, Digest)]) -> Result<()> {
    let rows: Vec<_> = answers
        .iter()
        .map(|(answer, digest)| {
            (
                answer.key.0,
                answer.order.0,
                answer.plan.0,
                answer.revision_column(),
                answer.kind.as_str(),
                answer.unit.as_deref(),
                answer.reason.as_deref(),
                answer.note.map(|digest| digest.to_string()),
                answer.by.0.as_str(),
                answer.by.1.as_str(),
                answer.at.timestamp_millis(),
                answer.late,
                answer.complete,
                answer.nonce.as_str(),
                digest.to_string(),
            )
        })
        .collect();
    tx.insert_many(
        "INSERT INTO answer (answer_key, order_key, plan_key, revision, kind, unit, reason,
                             note_digest, by_role, by_key, at, late, complete, nonce, digest)",
        rows,
    )
    .await?;
    Ok(())
}

/// Adds the words of answers.
pub async fn add_notes(tx: &mut Tx, notes: &[Note]) -> Result<()> {
    let rows: Vec<_> = notes
        .iter()
        .map(|note| (note.answer.0, note.salt.as_str(), note.text.as_str()))
        .collect();
    tx.insert_many("INSERT INTO answer_note (answer_key, salt, note)", rows)
        .await?;
    Ok(())
}

/// The answers to any of these orders, each order's in the order in which they took effect.
pub async fn list_answers(tx: &mut Tx, orders: &[OrderKey]) -> Result<Vec<AnswerRecord>> {
    const ANSWERS: Among = Among::new(
        "SELECT answer_key, order_key, plan_key, revision, kind, unit, reason, note_digest,
                by_role, by_key, at, late, complete, nonce
           FROM answer
          WHERE order_key",
        "ORDER BY answer_key",
    );
    let keys: Vec<i64> = orders.iter().map(|order| order.0).collect();
    let rows: Vec<AnswerRow> = tx.all_among(ANSWERS, (), &keys).await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// The words of any of these answers that were not erased.
pub async fn list_notes(tx: &mut Tx, answers: &[AnswerKey]) -> Result<Vec<Note>> {
    const NOTES: Among = Among::new(
        "SELECT answer_key, salt, note
           FROM answer_note
          WHERE answer_key",
        "",
    );
    let keys: Vec<i64> = answers.iter().map(|answer| answer.0).collect();
    let rows: Vec<(i64, String, String)> = tx.all_among(NOTES, (), &keys).await?;
    let notes = rows.into_iter().map(|(answer, salt, text)| Note {
        answer: AnswerKey(answer),
        salt,
        text,
    });
    Ok(notes.collect())
}

#[derive(FromRow)]
struct AnswerRow {
    answer_key: i64,
    order_key: i64,
    plan_key: i64,
    revision: i32,
    kind: String,
    unit: Option<String>,
    reason: Option<String>,
    note_digest: Option<String>,
    by_role: String,
    by_key: String,
    at: i64,
    late: bool,
    complete: bool,
    nonce: String,
}

impl TryFrom<AnswerRow> for AnswerRecord {
    type Error = Inconsistency;

    fn try_from(row: AnswerRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("answer")
                .column(column)
                .row(row.answer_key)
        };
        let note = row.note_digest.as_deref().map(str::parse);
        Ok(Self {
            key: AnswerKey(row.answer_key),
            order: OrderKey(row.order_key),
            plan: PlanKey(row.plan_key),
            revision: row.revision.try_into().map_err(|_| wrong("revision"))?,
            kind: row
                .kind
                .parse()
                .map_err(|error| wrong("kind").source(error))?,
            note: note
                .transpose()
                .map_err(|error| wrong("note_digest").source(error))?,
            by: (row.by_role, row.by_key),
            at: from_millis(row.at).ok_or_else(|| wrong("at"))?,
            unit: row.unit,
            reason: row.reason,
            late: row.late,
            complete: row.complete,
            nonce: row.nonce,
        })
    }
}
