//! A warning (预警) over its whole life: steps, notices, plans, orders, and what may follow.

use askama::Template;

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, NoticeKind};
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;
use crate::i18n::Language;
use crate::web::pages::Chrome;
use crate::web::pages::information::Information;
use crate::web::pages::notice::{ChangeCounts, Step};
use crate::web::pages::overview::RungCounts;
use crate::web::pages::status::{Change, Phase};

/// All warnings, the newest first.
#[derive(Clone, Debug, Template)]
#[template(path = "warnings.html", config = ".askama.toml")]
pub struct WarningsPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// The warnings, drafts included.
    pub warnings: Vec<WarningRow>,
    /// Where a notice is drafted without a proposal; none where the person may not.
    pub draft: Option<String>,
}

/// A warning in a list.
#[derive(Clone, Debug)]
pub struct WarningRow {
    /// Its page, or its draft's.
    pub href: String,
    /// The document number of its latest notice; empty for a draft.
    pub number: String,
    /// Its level.
    pub level: WarningLevel,
    /// Where it stands.
    pub phase: Phase,
    /// When it starts, as written.
    pub from: WrittenTime,
    /// When it ends or ended; none for 另行通知.
    pub until: Option<WrittenTime>,
    /// Orders issued under it.
    pub orders: u64,
}

/// The page of one warning.
#[derive(Clone, Debug, Template)]
#[template(path = "warning.html", config = ".askama.toml")]
pub struct WarningPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// Its level now.
    pub level: WarningLevel,
    /// Where it stands.
    pub phase: Phase,
    /// The document number of its latest notice.
    pub number: String,
    /// When it starts, as written.
    pub from: WrittenTime,
    /// When it ends, as written; none for 另行通知.
    pub until: Option<WrittenTime>,
    /// The suspension that holds or is ahead.
    pub suspension: Option<Suspension>,
    /// The level of every class of measures, where they differ.
    pub classes: Vec<ClassLevel>,
    /// The areas that a staggered lift ends before its own hour, by name.
    pub areas: Vec<(String, WrittenTime)>,
    /// The rule it is judged by.
    pub rule: String,
    /// Its life, the first step first.
    pub steps: Vec<Step>,
    /// Its notices, the newest first.
    pub notices: Vec<NoticeRow>,
    /// How far its orders have come.
    pub counts: RungCounts,
    /// Where its orders are listed.
    pub orders: String,
    /// What the public was told, and by when it is to be told anew.
    pub information: Information,
    /// The changes open to the person looking, each with the address of its draft.
    pub changes: Vec<(NoticeKind, String)>,
}

/// One notice of a warning, with its plan.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// Its page.
    pub href: String,
    /// Its document number.
    pub number: String,
    /// What it does.
    pub kind: NoticeKind,
    /// The level it sets.
    pub level: Option<WarningLevel>,
    /// Where it stands.
    pub phase: Phase,
    /// When it was issued.
    pub issued_at: Option<WrittenTime>,
    /// When it takes effect, as written.
    pub from: WrittenTime,
    /// Recipients by what changed for them; none before a plan is drawn.
    pub changes: Option<ChangeCounts>,
    /// The first figures of its plan's digest.
    pub digest: Option<String>,
}
