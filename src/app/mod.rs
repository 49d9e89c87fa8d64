//! Use cases: load, decide, store, enqueue. The only layer that knows both `domain` and `store`.
//!
//! [`App`] is what a use case works with, [`Caller`] who asks for it, [`Error`]
//! what it answers when it cannot. A use case that changes something is an [`act`]: one write
//! transaction, done once however often it is asked for. No use case knows of HTTP.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub mod account;
pub mod act;
pub mod advisory;
pub mod answer;
pub mod backup;
pub mod board;
pub mod caller;
pub mod close;
pub mod compare;
pub mod decide;
pub mod desk;
pub mod dispatch;
pub mod draw;
pub mod enroll;
pub mod erase;
pub mod events;
pub mod information;
pub mod ingest;
pub mod instruction;
pub mod issue;
mod issued;
pub mod job;
pub mod journal;
pub mod letter;
pub mod link;
pub mod notices;
pub mod order;
pub mod outbox;
pub mod password;
pub mod playbook;
pub mod proposal;
pub mod retention;
pub mod scan;
pub mod signature;
pub mod skill;
pub mod source;
pub mod wording;

pub use self::act::{Begun, Idempotency};
pub use self::caller::{Caller, Right, Role, Scope};

use self::answer::AnswerBatch;
use self::dispatch::AttemptBatch;
use self::events::Feed;
use self::issued::IssuedNotices;
use self::journal::Bell;
use self::password::Passwords;
use self::playbook::Shelf;
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::domain::region::RegionCode;
use crate::keyring::Keyring;
use crate::store::ladder::Origins;
use crate::store::writer::{Batch, GroupWriter, Limits};
use crate::store::{Db, StoreError};

/// Everything a use case works with; clones share it.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What the clones of an [`App`] share.
pub struct Shared {
    /// The record.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids, salts and secrets.
    pub ids: Ids,
    /// The secrets that sign.
    pub keyring: Keyring,
    /// How this node is set up.
    pub config: Config,
    /// Hashes passwords, a few at a time.
    pub passwords: Passwords,
    /// What has just happened, for whoever watches.
    pub feed: Feed,
    /// Which warning each order belongs to.
    origins: Origins,
    /// Writes answers, as many as come together in one transaction.
    answers: GroupWriter<AnswerBatch>,
    /// Writes what came of attempts to send, likewise.
    attempts: GroupWriter<AttemptBatch>,
    /// The notices read so far.
    issued: IssuedNotices,
    /// Rung when something waits to be sealed.
    pub bell: Bell,
    /// The playbooks read so far.
    pub shelf: Shelf,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// An app over an open, migrated database. Its writing tasks run on the runtime of the caller.
    pub fn new(db: Db, clock: Clock, ids: Ids, keyring: Keyring, config: Config) -> Self {
        let origins = Origins::default();
        let answers = AnswerBatch {
            ids: ids.clone(),
            origins: origins.clone(),
        };
        let attempts = AttemptBatch {
            ids: ids.clone(),
            origins: origins.clone(),
        };
        Self(Arc::new(Shared {
            answers: writer(&db, answers, Limits::default()),
            attempts: writer(&db, attempts, unhurried()),
            issued: IssuedNotices::default(),
            origins,
            db,
            clock,
            passwords: Passwords::new(&ids),
            ids,
            keyring,
            config,
            feed: Feed::default(),
            bell: Bell::default(),
            shelf: Shelf::default(),
        }))
    }

    /// Whether the database answers.
    pub async fn check_database(&self) -> Result<(), Error> {
        let mut tx = self.db.read().await?;
        Ok(crate::store::health::check(&mut tx).await?)
    }

    /// The beginning of every address at which this node is reached.
    fn public_url(&self) -> String {
        let server = &self.config.server;
        let bound = || format!("http://{}", server.listen);
        server.public_url.clone().unwrap_or_else(bound)
    }

    /// The instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// A writing task that lives as long as the app: whoever hands something in waits for it, so a stop
/// that has waited for everybody leaves it nothing to do.
fn writer<B: Batch>(db: &Db, batch: B, limits: Limits) -> GroupWriter<B> {
    let (tracker, never) = (TaskTracker::new(), CancellationToken::new());
    GroupWriter::spawn(db.clone(), batch, limits, &tracker, never)
}

/// For results nobody waits for: the fewer groups, the fewer commits, seals and counters moved.
fn unhurried() -> Limits {
    Limits {
        linger: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// Why a use case did not do what it was asked. Says what a caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or none that this caller may know of.
    #[error("not found")]
    NotFound,
    /// The state of things does not allow it.
    #[error("{}", .0.text)]
    Conflict(Refusal),
    /// The request says something that cannot be.
    #[error("{}", told(.0))]
    Invalid(Vec<FieldError>),
    /// The caller has not proved who it is.
    #[error("{}", .0.text)]
    Unauthenticated(Refusal),
    /// The caller may not do that.
    #[error("not allowed")]
    Forbidden,
    /// Asked too often.
    #[error("asked too often")]
    TooOften {
        /// When to ask again.
        retry_after: Duration,
    },
    /// Something needed is away; the same request may succeed later.
    #[error("temporarily unavailable")]
    Unavailable {
        /// When to ask again.
        retry_after: Duration,
        /// What is away.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Nobody knows whether it was done. Whoever repeats it under its idempotency key learns that.
    #[error("it is not known whether this was done")]
    InDoubt {
        /// When to ask again.
        retry_after: Duration,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why the state of things does not allow what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs and catalogues: `idempotency-key-reused`.
    pub code: &'static str,
    /// For people, in English.
    pub text: String,
}

/// One field that cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {text}")]
pub struct FieldError {
    /// The field, as the request names it: `password`, `units[2].name`.
    pub field: String,
    /// For programs and catalogues: `too-short`.
    pub code: &'static str,
    /// For people, in English: what was expected.
    pub text: String,
}

impl Error {
    /// A conflict, by its code and its sentence.
    pub fn conflict(code: &'static str, text: impl Into<String>) -> Self {
        Self::Conflict(Refusal {
            code,
            text: text.into(),
        })
    }

    /// A conflict: the playbook in force says nothing of a region.
    pub fn no_profile(region: RegionCode) -> Self {
        Self::conflict("no-profile", format!("no playbook for region {region}"))
    }

    /// One wrong field.
    pub fn invalid(field: &str, code: &'static str, text: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, text)])
    }

    /// A fault of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl FieldError {
    /// A wrong field: its name, the code, and what was expected.
    pub fn new(field: &str, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            code,
            text: text.into(),
        }
    }
}

/// An error and its causes in one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn told(fields: &[FieldError]) -> String {
    let told: Vec<_> = fields.iter().map(ToString::to_string).collect();
    told.join("; ")
}

/// How long to stay away when the database cannot be reached.
const UNAVAILABLE_FOR: Duration = Duration::from_secs(5);

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let unavailable = |retry_after, error| Self::Unavailable {
            retry_after,
            source: Some(Box::new(error)),
        };
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Conflict { constraint } => {
                Self::conflict("conflict", format!("{constraint} is taken"))
            }
            StoreError::Busy { after } => unavailable(after, error),
            StoreError::Unavailable(_) => unavailable(UNAVAILABLE_FOR, error),
            StoreError::InDoubt(_) => Self::InDoubt {
                retry_after: UNAVAILABLE_FOR,
                source: Box::new(error),
            },
            other => Self::internal(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_fields_are_told_with_what_was_expected() {
        let wrong = Error::Invalid(vec![
            FieldError::new("phone", "malformed", "expected a number"),
            FieldError::new("source", "missing", "expected who made it"),
        ]);
        assert_eq!(
            wrong.to_string(),
            "phone: expected a number; source: expected who made it"
        );
    }
}
