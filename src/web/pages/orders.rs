//! Orders (指令): all of them filtered and paged, and one with its ladder, attempts and answers.

use askama::Template;

use crate::domain::level::WarningLevel;
use crate::domain::notice::ClassLevel;
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::form::Choice;
use crate::web::pages::status::{Mark, Rung};

/// The list of orders. Its filter is its address, so that a view can be passed on.
#[derive(Clone, Debug, Template)]
#[template(path = "orders.html", config = ".askama.toml")]
pub struct OrdersPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// What is asked for.
    pub filter: Filter,
    /// The orders of this page of the list.
    pub rows: Vec<OrderRow>,
    /// Where in the list they stand.
    pub paging: Paging,
}

/// What an orders list is asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The warning, where it is not the one that stands.
    pub warning: Option<String>,
    /// Rungs and marks, `全部` first.
    pub rungs: Vec<Choice>,
    /// Counties, `全部` first.
    pub counties: Vec<Choice>,
    /// Part of a name or a number.
    pub text: String,
}

/// Where a page stands in its list.
#[derive(Clone, Debug)]
pub struct Paging {
    /// How many the whole list has.
    pub total: u64,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// An order in the list.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Its page.
    pub href: String,
    /// The plant or office.
    pub recipient: String,
    /// Its county.
    pub county: String,
    /// Its grade, as its scheme writes it; empty for an office.
    pub grade: String,
    /// What it must do, in short.
    pub duty: String,
    /// How far it has come.
    pub rung: Rung,
    /// When its acknowledgement was given.
    pub acknowledged_at: Option<WrittenTime>,
    /// What stands out.
    pub marks: Vec<Mark>,
}

/// The page of one order.
#[derive(Clone, Debug, Template)]
#[template(path = "order.html", config = ".askama.toml")]
pub struct OrderPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// Its number.
    pub number: String,
    /// The plant or office.
    pub recipient: String,
    /// County and township.
    pub place: String,
    /// Its grade, as its scheme writes it; empty where it has none.
    pub grade: String,
    /// The level it was issued under.
    pub level: WarningLevel,
    /// The warning's page and document number.
    pub warning: (String, String),
    /// When it takes effect, as written.
    pub from: WrittenTime,
    /// When it ends, as written; none for 另行通知.
    pub until: Option<WrittenTime>,
    /// The level at which its measures are carried out, where it is another one.
    pub measures_level: Option<WarningLevel>,
    /// The level of every class of measures, for an office, where they differ.
    pub classes: Vec<ClassLevel>,
    /// The suspension that holds or is ahead.
    pub suspension: Option<Suspension>,
    /// What stands out.
    pub marks: Vec<Mark>,
    /// What each production line must do.
    pub lines: Vec<OrderLine>,
    /// On what it rests: list version, measure, law.
    pub basis: String,
    /// The ladder, the first rung first.
    pub ladder: Vec<LadderRung>,
    /// Attempts to deliver its messages, the newest first.
    pub attempts: Vec<Attempt>,
    /// Answers, the newest first.
    pub answers: Vec<Answer>,
}

/// One production line's part of an order.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// The line or process.
    pub unit: String,
    /// What it must do.
    pub measure: String,
    /// By when it must be in place, as written; none while nothing is owed.
    pub by: Option<WrittenTime>,
    /// What must be minded on the way: ramp-down hours, safety.
    pub remark: Option<String>,
    /// When it was reported in place.
    pub in_place_at: Option<WrittenTime>,
}

/// One rung with when it was reached.
#[derive(Clone, Debug)]
pub struct LadderRung {
    /// The rung.
    pub rung: Rung,
    /// When it was reached; none while it is ahead.
    pub reached_at: Option<WrittenTime>,
    /// When it is due.
    pub due_at: Option<WrittenTime>,
    /// Whether it was, or is, late.
    pub late: bool,
}

/// One attempt to deliver.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When.
    pub at: WrittenTime,
    /// The channel's word: `email`, `webhook`.
    pub channel: String,
    /// Who it was meant for, by role and never by number: `环保负责人`.
    pub contact: String,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// The other side's words.
    pub reply: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Taken over.
    Delivered,
    /// To be tried again.
    Later,
    /// Given up.
    Never,
    /// The sender died over it: it may or may not have arrived.
    Unknown,
}

impl AttemptOutcome {
    /// The class of its colour and shape.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Delivered => "tone-good shape-disc",
            Self::Later => "tone-watch shape-half",
            Self::Never => "tone-alarm shape-cross",
            Self::Unknown => "tone-watch shape-ring",
        }
    }

    /// The outcome's name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::Delivered => "attempt-delivered",
            Self::Later => "attempt-later",
            Self::Never => "attempt-never",
            Self::Unknown => "attempt-unknown",
        })
    }
}

/// One answer of the recipient.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it says.
    pub kind: AnswerKind,
    /// When it came.
    pub at: WrittenTime,
    /// Who gave it, by role and way: `企业联系人 · 链接`.
    pub by: String,
    /// Its text.
    pub text: Option<String>,
    /// Whether it came after its deadline.
    pub late: bool,
    /// The check code the recipient was given.
    pub code: String,
    /// What the office has decided, or where it decides.
    pub ruling: Ruling,
}

/// Kinds of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// 已知悉.
    Acknowledged,
    /// 情况说明/异议.
    Objection,
    /// 请求帮助.
    Help,
    /// 已落实到位.
    InPlace,
    /// 解除已确认.
    LiftAcknowledged,
    /// 已知悉暂停.
    SuspensionAcknowledged,
}

impl AnswerKind {
    /// The answer's name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::Acknowledged => "answer-acknowledged",
            Self::Objection => "answer-objection",
            Self::Help => "answer-help",
            Self::InPlace => "answer-in-place",
            Self::LiftAcknowledged => "answer-lift-acknowledged",
            Self::SuspensionAcknowledged => "answer-suspension-acknowledged",
        })
    }
}

/// What has become of an objection; until it is accepted, the order binds.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// The answer needs none.
    None,
    /// The office has not decided.
    Pending {
        /// Where the person looking decides; none where they may not.
        action: Option<String>,
    },
    /// Accepted.
    Accepted {
        /// Who, when and why.
        record: String,
    },
    /// Rejected.
    Rejected {
        /// Who, when and why.
        record: String,
    },
}
