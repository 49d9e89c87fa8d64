//! Channels: how one rendered message leaves, and what came of it.
//!
//! A channel is told everything it needs in a [`Letter`] and answers with an [`Outcome`]; it
//! neither retries nor remembers. Retrying, spacing and recording are the sender's
//! (`app::dispatch`), which reads the outbox.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::lane::Lane;

pub mod channels;
pub mod email;
pub mod webhook;

pub mod backoff;
pub mod event;
pub mod render;
pub mod signature;

mod guard;

pub use guard::Guard;

/// One message, rendered and addressed, about to leave in one lane.
///
/// A repeated attempt carries the same `id`, so that a receiver can tell a repeat from a second
/// message: it is the `webhook-id`, and the left part of the `Message-ID`.
#[derive(Clone)]
pub struct Letter<L: Lane> {
    /// The lane; a live channel accepts live letters only.
    pub lane: L,
    /// Stable over attempts: `msg_` and the message's key in its node.
    pub id: String,
    /// When this attempt is made.
    pub at: DateTime<Utc>,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub content: Content,
}

/// Where a letter goes. Personal data: never logged (its `Debug` shows the kind only).
#[derive(Clone)]
pub enum Address {
    /// An e-mail address and the name written before it.
    Email {
        /// The mailbox, `name@host`.
        mailbox: String,
        /// The person or office.
        name: String,
    },
    /// An HTTP endpoint and the secrets that sign for it, the newest first (rotation).
    Webhook {
        /// The endpoint.
        url: String,
        /// Standard Webhooks secrets, `whsec_…`.
        secrets: Vec<String>,
    },
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email { .. } => "Email(…)",
            Self::Webhook { .. } => "Webhook(…)",
        })
    }
}

/// What a letter says, in the form its address takes.
#[derive(Clone, Debug)]
pub enum Content {
    /// For a mailbox.
    Mail(MailContent),
    /// For an endpoint: the [event](event::OrderEvent) as JSON.
    Event(String),
}

/// What a mail says.
#[derive(Clone, Debug)]
pub struct MailContent {
    /// The subject line, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML, a whole document.
    pub html: String,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The next system has taken it over: the mail server's 250, the endpoint's 2xx.
    Delivered {
        /// Its words, for the record: `250 2.0.0 Ok: queued`, `204`.
        reply: String,
    },
    /// Not now: the endpoint is away, busy, or failing.
    Later {
        /// How long it asked us to wait (`Retry-After`).
        after: Option<Duration>,
        /// What happened, without personal data.
        why: String,
    },
    /// Never: the address is refused, the endpoint is gone (410) or forbidden.
    Never {
        /// What happened, without personal data.
        why: String,
    },
}
