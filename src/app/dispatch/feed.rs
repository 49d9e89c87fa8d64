//! Feeding: what is due is claimed and read on a task of its own, so that letters go on leaving
//! meanwhile.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::load::{self, Job};
use super::record::Settled;
use super::{CLAIM, LEASE, SLOW, jitter};
use crate::app::{App, Error};
use crate::domain::id::MessageKey;
use crate::domain::lane::Lane;
use crate::store::outbox::{self, Message};

/// What a claim brought.
#[derive(Default)]
pub(super) struct Fed {
    pub(super) brought: Vec<Brought>,
    /// Whether more may be due.
    pub(super) more: bool,
}

/// What becomes of a claimed message.
pub(super) enum Brought {
    /// It can be sent.
    Job(Job),
    /// It is not sent; this is on record instead.
    Settled(Settled),
    /// It goes back without an attempt.
    Returning(Returning),
}

/// A claimed message on its way back to the outbox.
pub(super) struct Returning {
    pub(super) message: MessageKey,
    /// The mark under which it was claimed.
    pub(super) mark: Arc<str>,
    pub(super) due_at: DateTime<Utc>,
}

impl Returning {
    pub(super) fn job(job: &Job, due_at: DateTime<Utc>) -> Self {
        Self {
            message: job.message.key,
            mark: Arc::clone(&job.mark),
            due_at,
        }
    }
}

impl From<Result<Job, Settled>> for Brought {
    fn from(loaded: Result<Job, Settled>) -> Self {
        loaded.map_or_else(Self::Settled, Self::Job)
    }
}

/// Claims a batch and reads it.
pub(super) async fn feed<L: Lane>(app: Arc<App>, mark: Arc<str>) -> Result<Fed, Error> {
    let now = app.now();
    if !outbox::is_due::<L>(&mut app.db.read().await?, now).await? {
        return Ok(Fed::default());
    }
    let messages = load::claim::<L>(&app, &mark, now, LEASE, CLAIM).await?;
    let brought = match load::load(&app, &messages, &mark).await {
        Ok(loaded) => loaded.into_iter().map(Brought::from).collect(),
        Err(_) => singly::<L>(&app, &messages, &mark).await,
    };
    Ok(Fed {
        brought,
        more: messages.len() == CLAIM,
    })
}

/// What can be read of a batch that cannot be read as a whole. A message that cannot waits and is
/// tried again, with the reason on record; while the database is away, all of them go back.
async fn singly<L: Lane>(app: &App, messages: &[Message], mark: &Arc<str>) -> Vec<Brought> {
    let mut brought = Vec::with_capacity(messages.len());
    for message in messages {
        match load::load(app, std::slice::from_ref(message), mark).await {
            Ok(loaded) => brought.extend(loaded.into_iter().map(Brought::from)),
            Err(Error::Unavailable { .. }) => brought.push(Brought::Returning(Returning {
                message: message.key,
                mark: Arc::clone(mark),
                due_at: app.now() + SLOW,
            })),
            Err(error) => brought.push(Brought::Settled(unreadable::<L>(
                app, message, mark, &error,
            ))),
        }
    }
    brought
}

fn unreadable<L: Lane>(app: &App, message: &Message, mark: &Arc<str>, error: &Error) -> Settled {
    let now = app.now();
    let settled = load::unreadable(message, mark, error, now, |attempts| {
        let backoff = &app.config.dispatch.backoff;
        // How old it is cannot be read either.
        let wait = backoff.next_attempt(attempts, Duration::ZERO, None, jitter(app))?;
        Some(now + wait)
    });
    tracing::error!(
        lane = L::NAME,
        message.key = message.key.0,
        error = settled.reply,
        "A message cannot be read"
    );
    settled
}
