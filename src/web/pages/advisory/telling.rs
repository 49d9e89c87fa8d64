//! Whom an advisory is sent to, and how that went: numbers for each step that is told, and the list
//! behind one of them.

use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::status::Reached;

/// Where an advisory was sent.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Every step that its audience hears of, the first first.
    pub told: Vec<Told>,
    /// The list below them; none where the advisory was sent to nobody.
    pub listed: Option<Listed>,
}

/// A step that was told, in numbers.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whether it tells of an end before its time; else that the advisory is public.
    pub lifted: bool,
    /// When it was taken.
    pub at: WrittenTime,
    /// How many it is meant for.
    pub audience: i64,
    /// The list of all of them.
    pub href: String,
    /// How many were told how far, in one order.
    pub counts: Vec<Count>,
}

impl Told {
    /// What is told.
    pub fn word(&self, language: Language) -> Phrase {
        language.say(if self.lifted {
            "told-lifted"
        } else {
            "step-published"
        })
    }
}

/// How many of an audience were told so far.
#[derive(Clone, Debug)]
pub struct Count {
    /// How far.
    pub reached: Reached,
    /// How many.
    pub count: i64,
    /// The list of them.
    pub href: String,
}

/// Some of an audience.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which step they were told of: its word.
    pub lifted: bool,
    /// Only those told so far; all where it is not said.
    pub only: Option<Reached>,
    /// Those on this page.
    pub rows: Vec<Row>,
    /// The first page, where this is a later one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// One of an audience.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub name: String,
    /// Its county.
    pub county: String,
    /// How far it was told.
    pub reached: Reached,
    /// Every message to it.
    pub ways: Vec<Way>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Way {
    /// The channel's word: `email`, `webhook`.
    pub channel: String,
    /// The role of whoever it is for; empty once they were erased.
    pub role: String,
    /// How it went.
    pub reached: Reached,
    /// How often it was tried.
    pub attempts: u32,
    /// When the last attempt was made, and what the other side said.
    pub last: Option<(WrittenTime, String)>,
}

/// Whom an advisory would be sent to, were it published now.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// How many.
    pub all: usize,
    /// How many of them have neither a mailbox nor an endpoint.
    pub unreachable: usize,
}
