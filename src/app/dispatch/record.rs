//! What came of attempts, as it is written: many results in one transaction, each with its attempt,
//! its message's fate, the head of the order it tells of, and the entry that vouches for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::journal::{self, Entry, RowTable, Rows};
use crate::clock::Ids;
use crate::domain::id::{AdvisoryKey, AttemptKey, MessageKey, OrderKey, PlanKey};
use crate::domain::order::Event;
use crate::domain::region::RegionCode;
use crate::store::ladder::{Origins, Step, Turn};
use crate::store::outbox::{self, About, AttemptOutcome, AttemptRecord, Fate};
use crate::store::writer::Batch;
use crate::store::{self, Tx, advisory, counter};

/// An attempt that has ended.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The message.
    pub(super) message: MessageKey,
    /// The mark under which it was claimed.
    pub(super) mark: Arc<str>,
    /// What it tells of; of an order, in which revision.
    pub(super) about: About,
    pub(super) revision: u32,
    /// The attempt's number.
    pub(super) number: u32,
    /// When it was made.
    pub(super) at: DateTime<Utc>,
    /// What came of it, and the words for it.
    pub(super) outcome: AttemptOutcome,
    pub(super) reply: String,
    /// What becomes of the message.
    pub(super) fate: Fate,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is on record.
    Recorded,
    /// The message was claimed by another meanwhile, or this result is on record already.
    Outdated,
}

/// Writes the results that have gathered, in one transaction.
pub struct AttemptBatch {
    /// New ids of journal entries.
    pub(in crate::app) ids: Ids,
    /// Which warning each order belongs to.
    pub(in crate::app) origins: Origins,
}

impl Batch for AttemptBatch {
    type Item = Settled;
    type Done = Kept;

    async fn write(&self, tx: &mut Tx, items: &[Settled]) -> store::Result<Vec<Kept>> {
        let orders = items.iter().filter_map(Settled::order);
        let mut turn = Turn::take(tx, &self.origins, orders).await?;
        let held = held(tx, items).await?;
        let mut kept: Vec<&Settled> = items
            .iter()
            .zip(&held)
            .filter(|(_, held)| **held)
            .map(|(item, _)| item)
            .collect();
        // Those of one subject stand together, so that one entry vouches for a span of keys.
        kept.sort_by_key(|item| Subject::of(item.about, &turn));
        let records = numbered(tx, &kept).await?;
        outbox::record_attempts(tx, &records).await?;
        let fates: Vec<_> = kept.iter().map(|item| (item.message, item.fate)).collect();
        if let Some(last) = kept.iter().map(|item| item.at).max() {
            outbox::set_fates(tx, &fates, last).await?;
        }
        let steps: Vec<Step> = kept.iter().filter_map(|item| item.step()).collect();
        turn.climb(tx, &steps).await?;
        let mut rest = records.as_slice();
        for items in kept.chunk_by(|a, b| {
            let subject = |item: &Settled| Subject::of(item.about, &turn);
            subject(a) == subject(b)
        }) {
            let (these, others) = rest.split_at(items.len());
            rest = others;
            let subject = named(tx, items[0].about, &turn).await?;
            journal::record(tx, &self.ids, entry(these, subject)).await?;
        }
        let answers = held
            .into_iter()
            .map(|held| if held { Kept::Recorded } else { Kept::Outdated });
        Ok(answers.collect())
    }
}

/// What attempts are told of together: the latest plan of a warning, or an advisory.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Warning(Option<PlanKey>),
    Advisory(AdvisoryKey),
}

impl Subject {
    fn of(about: About, turn: &Turn) -> Self {
        match about {
            About::Order { order, .. } => {
                Self::Warning(turn.latest(order).map(|latest| latest.plan))
            }
            About::Advisory { advisory, .. } => Self::Advisory(advisory),
        }
    }
}

/// How the journal names what attempts are about, and the region it concerns.
async fn named(
    tx: &mut Tx,
    about: About,
    turn: &Turn,
) -> store::Result<Option<(String, RegionCode)>> {
    Ok(match about {
        About::Order { order, .. } => {
            let latest = turn.latest(order);
            latest.map(|latest| (format!("warning {}", latest.id), latest.region))
        }
        About::Advisory { advisory, .. } => {
            let (id, region) = advisory::find_place(tx, advisory).await?;
            Some((format!("advisory {id}"), region))
        }
    })
}

impl Settled {
    /// The order it tells of.
    fn order(&self) -> Option<OrderKey> {
        match self.about {
            About::Order { order, .. } => Some(order),
            About::Advisory { .. } => None,
        }
    }

    /// What it means to the order.
    fn step(&self) -> Option<Step> {
        let delivered = self.outcome == AttemptOutcome::Delivered;
        let order = self.order().filter(|_| delivered)?;
        Some(Step {
            order,
            event: Event::HandedOver,
            revision: self.revision,
            at: self.at,
        })
    }
}

/// Which of the results come from whoever holds the claim. A result told twice counts once.
async fn held(tx: &mut Tx, items: &[Settled]) -> store::Result<Vec<bool>> {
    let messages: Vec<MessageKey> = items.iter().map(|item| item.message).collect();
    let mut marks = outbox::lock_marks(tx, &messages).await?;
    let held = items.iter().map(|item| {
        let holds = marks
            .get(&item.message)
            .is_some_and(|mark| **mark == *item.mark);
        if holds {
            marks.remove(&item.message);
        }
        holds
    });
    Ok(held.collect())
}

/// The attempts as rows, with keys in the order given.
async fn numbered(tx: &mut Tx, kept: &[&Settled]) -> store::Result<Vec<AttemptRecord>> {
    let count = u32::try_from(kept.len()).expect("a group is a few thousand results");
    let first = counter::allocate(tx, "attempt", count).await?;
    let records = (first..).zip(kept).map(|(key, item)| AttemptRecord {
        key: AttemptKey(key),
        message: item.message,
        number: item.number,
        at: item.at,
        outcome: item.outcome,
        reply: item.reply.clone(),
    });
    Ok(records.collect())
}

/// The entry that vouches for attempts to tell of one subject; without one, for those a dead sender
/// left behind.
pub(super) fn entry(attempts: &[AttemptRecord], of: Option<(String, RegionCode)>) -> Entry {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for attempt in attempts {
        *counts.entry(attempt.outcome.as_str()).or_default() += 1;
    }
    let rows = attempts
        .iter()
        .map(|attempt| (attempt.key.0, attempt.digest()));
    let (subject, region) = of.unzip();
    Entry {
        kind: "messages.attempted",
        subject: subject.unwrap_or_else(|| "outbox".to_owned()),
        region,
        actor: "outbox".to_owned(),
        at: attempts[attempts.len() - 1].at,
        body: json!({ "attempts": counts }),
        rows: Vec::from_iter(Rows::of(RowTable::Attempt, rows)),
    }
}
