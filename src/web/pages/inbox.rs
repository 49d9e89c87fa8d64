//! The demo's inbox: what the loopback sinks have received, so that a stranger can open a letter.
//!
//! It is no mail program and says so. A letter's HTML is shown in a sandboxed frame from its own
//! address, never inside this page.

use askama::Template;

use super::status::{Shape, Status, Tone};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;

/// The inbox page.
#[derive(Clone, Debug, Template)]
#[template(path = "inbox.html", config = ".askama.toml")]
pub struct InboxPage {
    /// The language of the page.
    pub language: Language,
    /// The same page in the other language.
    pub switch_language: String,
    /// The console of the node whose letters these are.
    pub console: String,
    /// How many letters have come.
    pub total: u64,
    /// The words looked for; empty for every letter.
    pub words: String,
    /// How many of the letters at hand contain them.
    pub matching: usize,
    /// The newest of them, the newest first.
    pub letters: Vec<LetterRow>,
    /// The list as it stands now, from its newest letter on.
    pub newest: String,
    /// The letters that came before these.
    pub older: Option<String>,
    /// The list without the open letter.
    pub list: String,
    /// The one that is open.
    pub open: Option<Letter>,
}

/// A letter in the list.
#[derive(Clone, Debug)]
pub struct LetterRow {
    /// Its page.
    pub href: String,
    /// How it came.
    pub channel: SinkChannel,
    /// Who it was for: a name or an endpoint.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it came.
    pub at: WrittenTime,
    /// Whether it is the one open.
    pub open: bool,
}

/// How a letter came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkChannel {
    /// Over SMTP.
    Mail,
    /// Over HTTP.
    Webhook,
}

impl SinkChannel {
    /// The channel's name.
    pub fn word(self, language: Language) -> crate::i18n::Phrase {
        language.say(match self {
            Self::Mail => "inbox-mail",
            Self::Webhook => "inbox-webhook",
        })
    }
}

/// What became of checking the signature of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It is right.
    Right,
    /// It is wrong: the request was refused.
    Wrong,
    /// The letter does not say by whose secret it is to be checked.
    Unchecked,
}

impl SignatureCheck {
    /// How it is shown.
    pub fn status(self) -> Status {
        let (key, tone, shape) = match self {
            Self::Right => ("inbox-signature-right", Tone::Good, Shape::Disc),
            Self::Wrong => ("inbox-signature-wrong", Tone::Alarm, Shape::Cross),
            Self::Unchecked => ("inbox-signature-unchecked", Tone::Quiet, Shape::Ring),
        };
        Status { key, tone, shape }
    }
}

/// The letter that is open.
#[derive(Clone, Debug)]
pub struct Letter {
    /// How it came.
    pub channel: SinkChannel,
    /// Who it was for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Header lines as received, name and value.
    pub headers: Vec<(String, String)>,
    /// Whether its signature holds, for a webhook.
    pub signature: Option<SignatureCheck>,
    /// Links found in it that lead to this installation.
    pub links: Vec<String>,
    /// Its plain text, or the body of a webhook.
    pub text: String,
    /// Where its HTML is served by itself.
    pub html: Option<String>,
}
