//! When something cannot be done or found: said plainly, with a reference that is also in the log.

use askama::Template;

use crate::i18n::{Language, Phrase};

/// The page of a problem.
#[derive(Clone, Debug, Template)]
#[template(path = "problem.html", config = ".askama.toml")]
pub struct ProblemPage {
    /// The language of the page.
    pub language: Language,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What exactly, in the reader's language; empty where the kind says enough.
    pub detail: String,
    /// The reference in the log.
    pub reference: String,
}

/// Kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Nothing is there.
    NotFound,
    /// The person may not.
    Forbidden,
    /// The state has changed meanwhile.
    Conflict,
    /// The input is wrong.
    Invalid,
    /// Something we lean on is away.
    Unavailable,
    /// Our own fault.
    Internal,
}

impl ProblemKind {
    /// The headline.
    pub fn title(self, language: Language) -> Phrase {
        language.say(match self {
            Self::NotFound => "problem-not-found",
            Self::Forbidden => "problem-forbidden",
            Self::Conflict => "problem-conflict",
            Self::Invalid => "problem-invalid",
            Self::Unavailable => "problem-unavailable",
            Self::Internal => "problem-internal",
        })
    }

    /// What the reader can do about it.
    pub fn advice(self, language: Language) -> Phrase {
        language.say(match self {
            Self::NotFound => "problem-not-found-advice",
            Self::Forbidden => "problem-forbidden-advice",
            Self::Conflict => "problem-conflict-advice",
            Self::Invalid => "problem-invalid-advice",
            Self::Unavailable => "problem-unavailable-advice",
            Self::Internal => "problem-internal-advice",
        })
    }
}
