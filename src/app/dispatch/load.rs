//! From claimed messages to letters that can be sent, and to the results of those that cannot.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::around::{Around, Says};
use super::record::{self, Settled};
use crate::app::{App, Error, chain, journal};
use crate::domain::id::AttemptKey;
use crate::domain::lane::Lane;
use crate::notify::channels::Host;
use crate::notify::render::TextError;
use crate::notify::{Address, Letter, Outcome};
use crate::store::counter;
use crate::store::outbox::{self, AttemptOutcome, AttemptRecord, Fate, Message};

/// A message that can be sent, with all it takes to write its letter.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) message: Message,
    /// The mark under which it was claimed, and when.
    pub(super) mark: Arc<str>,
    pub(super) claimed_at: Instant,
    says: Says,
    to: Address,
}

impl Job {
    pub(super) fn host(&self) -> Host {
        Host::of(&self.to)
    }

    pub(super) fn decided_at(&self) -> DateTime<Utc> {
        self.says.decided_at()
    }

    /// How many attempts its patience has gone through, this one included, and for how long.
    pub(super) fn patience(&self, now: DateTime<Utc>) -> (u32, Duration) {
        let (since, before) = self.message.redriven.unwrap_or((self.decided_at(), 0));
        let age = (now - since).to_std().unwrap_or_default();
        (self.message.attempt - before, age)
    }

    /// The letter, written anew for every attempt, under the same id.
    pub(super) fn letter<L: Lane>(
        &self,
        app: &App,
        lane: L,
        at: DateTime<Utc>,
    ) -> Result<Letter<L>, TextError> {
        let content = self
            .says
            .content::<L>(app, self.message.contact, &self.to)?;
        Ok(Letter {
            lane,
            id: self.letter_id(),
            at,
            to: self.to.clone(),
            content,
        })
    }

    /// Stable over attempts, and no other node's: the id of what it tells of is unique everywhere.
    fn letter_id(&self) -> String {
        format!("msg_{}_{}", self.says.id().simple(), self.message.key)
    }

    /// The result of an attempt, with what becomes of the message; `again` says when it is due
    /// again, or that it is given up.
    pub(super) fn settle(
        &self,
        outcome: Outcome,
        at: DateTime<Utc>,
        again: impl FnOnce(Option<Duration>) -> Option<DateTime<Utc>>,
    ) -> Settled {
        let (outcome, reply, fate) = match outcome {
            Outcome::Delivered { reply } => (AttemptOutcome::Delivered, reply, Fate::Delivered),
            Outcome::Never { why } => (AttemptOutcome::Never, why, Fate::Dead),
            Outcome::Later { after, why } => (
                AttemptOutcome::Later,
                why,
                again(after).map_or(Fate::Dead, Fate::Due),
            ),
        };
        Settled {
            message: self.message.key,
            mark: Arc::clone(&self.mark),
            about: self.message.about,
            revision: self.says.revision(),
            number: self.message.attempt,
            at,
            outcome,
            reply,
            fate,
        }
    }
}

/// Claims what is longest due, and counts the attempts of which nobody told.
pub(super) async fn claim<L: Lane>(
    app: &App,
    mark: &str,
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: usize,
) -> Result<Vec<Message>, Error> {
    let limit = i64::try_from(limit).expect("a claim is small");
    let mut tx = app.db.begin().await?;
    let claimed = outbox::claim::<L>(&mut tx, mark, now, now + lease, limit).await?;
    if !claimed.lost.is_empty() {
        let count = u32::try_from(claimed.lost.len()).expect("a claim is small");
        let first = counter::allocate(&mut tx, "attempt", count).await?;
        let lost = (first..)
            .zip(&claimed.lost)
            .map(|(key, &(message, number))| AttemptRecord {
                key: AttemptKey(key),
                message,
                number,
                at: now,
                outcome: AttemptOutcome::Unknown,
                reply: "nobody told how it ended".to_owned(),
            });
        let lost: Vec<AttemptRecord> = lost.collect();
        outbox::record_attempts(&mut tx, &lost).await?;
        journal::record(&mut tx, &app.ids, record::entry(&lost, None)).await?;
    }
    tx.commit().await?;
    if !claimed.lost.is_empty() {
        app.bell.ring();
        tracing::warn!(
            lane = L::NAME,
            count = claimed.lost.len(),
            "Took over messages from a sender that did not tell how its attempts ended"
        );
    }
    Ok(claimed.messages)
}

/// What each claimed message takes to be sent, or the result when it is not.
pub(super) async fn load(
    app: &App,
    messages: &[Message],
    mark: &Arc<str>,
) -> Result<Vec<Result<Job, Settled>>, Error> {
    let around = Around::read(app, messages).await?;
    let now = app.now();
    let loaded = messages.iter().map(|message| {
        match around.find(app, message) {
            Ok((says, to)) => Ok(Job {
                message: message.clone(),
                mark: Arc::clone(mark),
                claimed_at: Instant::now(),
                says,
                to,
            }),
            Err(unsent) => Err(Settled {
                message: message.key,
                mark: Arc::clone(mark),
                about: message.about,
                // No rung is reached, so no revision is asked for.
                revision: 0,
                number: message.attempt,
                at: now,
                outcome: AttemptOutcome::Never,
                reply: unsent.to_string(),
                fate: unsent.fate(),
            }),
        }
    });
    Ok(loaded.collect())
}

/// The attempt at a message of which something cannot be read; `again` says when it is due again
/// after so many attempts, or that it is given up.
pub(super) fn unreadable(
    message: &Message,
    mark: &Arc<str>,
    error: &Error,
    at: DateTime<Utc>,
    again: impl FnOnce(u32) -> Option<DateTime<Utc>>,
) -> Settled {
    let before = message.redriven.map_or(0, |(_, attempts)| attempts);
    Settled {
        message: message.key,
        mark: Arc::clone(mark),
        about: message.about,
        // No rung is reached, so no revision is asked for.
        revision: 0,
        number: message.attempt,
        at,
        outcome: AttemptOutcome::Later,
        reply: chain(error),
        fate: again(message.attempt - before).map_or(Fate::Dead, Fate::Due),
    }
}
