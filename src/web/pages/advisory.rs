//! An advisory (健康提示、临时管控) from draft to its end, and all of them.
//!
//! Neither page shows a level or a warning's colours: an advisory says what it is in words, and its
//! status with a shape of its own. What it recommends is told as such, with the sentence that none of
//! it is compulsory.

use askama::Template;

use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::approval::{Approval, ApprovalWay, Signing};
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::pages::notice::Step;
use crate::web::pages::status::AdvisoryPhase;

pub mod telling;

use telling::{Ahead, Telling};

/// The page of one advisory.
#[derive(Clone, Debug, Template)]
#[template(path = "advisory.html", config = ".askama.toml")]
pub struct AdvisoryPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// What kind it is.
    pub kind: AdvisoryKind,
    /// Its document number; empty where it has none.
    pub number: String,
    /// Where it stands.
    pub phase: AdvisoryPhase,
    /// What it says: still being written, or fixed.
    pub body: AdvisoryBody,
    /// What has been done with it, the first step first.
    pub steps: Vec<Step>,
    /// Whom it was sent to; none while nothing was told.
    pub telling: Option<Telling>,
    /// What the person looking may do next.
    pub moves: AdvisoryMoves,
}

/// Kinds of advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvisoryKind {
    /// 健康提示.
    HealthNotice,
    /// 临时管控.
    TemporaryControl,
}

impl AdvisoryKind {
    /// Its name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::HealthNotice => "advisory-health-notice",
            Self::TemporaryControl => "advisory-temporary-control",
        })
    }
}

impl AdvisoryPage {
    fn is_editing(&self) -> bool {
        matches!(self.body, AdvisoryBody::Editing(_))
    }

    fn signs_in_person(&self) -> bool {
        let approval = self.moves.approve.as_ref();
        approval.is_some_and(Approval::is_in_person)
    }

    /// Who signs what was handed in, as the sheet says that is signed in ink.
    fn signer(&self) -> Option<&str> {
        let approval = self.moves.approve.as_ref();
        let signer = approval.map(|approval| approval.signer.as_str());
        signer.or(self.moves.waits_for.as_deref())
    }

    /// Whether it was sent to anybody.
    fn has_audience(&self) -> bool {
        let telling = self.telling.as_ref();
        telling.is_some_and(|telling| telling.listed.is_some())
    }

    /// Whether the action bar has anything to offer.
    fn has_moves(&self) -> bool {
        let moves = &self.moves;
        self.is_editing()
            || self.signs_in_person()
            || moves.publish.is_some()
            || moves.waits_for.is_some()
    }
}

/// What an advisory says.
#[derive(Clone, Debug)]
pub enum AdvisoryBody {
    /// It can still be written.
    Editing(Box<AdvisoryForm>),
    /// It is fixed.
    Fixed(Box<AdvisoryFacts>),
}

/// The draft's form, every value as typed.
#[derive(Clone, Debug)]
pub struct AdvisoryForm {
    /// Where it is saved.
    pub action: String,
    /// The kinds there are.
    pub kinds: Vec<Choice>,
    /// What may bring the air.
    pub causes: Vec<Choice>,
    /// The superior's document.
    pub document: String,
    /// The body that decided; of a city's own control.
    pub decided_by: String,
    /// Why it decided.
    pub reason: String,
    /// The parts of the place; those chosen are meant, or all of it where none is.
    pub parts: Vec<Choice>,
    /// From when.
    pub from: TimeField,
    /// Until when.
    pub until: TimeField,
    /// What is to be expected, and why.
    pub text: String,
    /// What is recommended, one to a line.
    pub advice: String,
    /// Which proposal it answers, as the form sends it.
    pub answers: String,
    /// The reasons of that proposal.
    pub because: Vec<String>,
    /// What is wrong with the above.
    pub faults: Faults,
}

impl AdvisoryForm {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "kind" => "notice-kind",
            "cause" => "advisory-cause",
            "document" => "notice-parent",
            "decided_by" => "advisory-decided-by",
            "reason" => "advisory-decided-why",
            "parts" => "advisory-parts",
            "from" => "advisory-from",
            "until" => "notice-until",
            "text" => "advisory-text",
            "advice" => "advisory-advice",
            _ => return None,
        }))
    }
}

/// A fixed advisory's facts.
#[derive(Clone, Debug)]
pub struct AdvisoryFacts {
    /// The place, or its parts that are meant.
    pub place: String,
    /// What brings the air; of a health notice.
    pub cause: Option<String>,
    /// The superior's document; of a temporary control on its word.
    pub superior: Option<String>,
    /// The city's own decision; of a temporary control that rests on one.
    pub decision: Option<Decision>,
    /// From when, as written.
    pub from: WrittenTime,
    /// Until when, as written.
    pub until: WrittenTime,
    /// When it was made public.
    pub published_at: Option<WrittenTime>,
    /// When it ended before its time, or will.
    pub ended: Option<WrittenTime>,
    /// The warning that took its place.
    pub warning: Option<String>,
    /// What is to be expected, and why.
    pub text: String,
    /// What is recommended.
    pub advice: Vec<String>,
    /// The reasons of the proposal that it answers.
    pub because: Vec<String>,
    /// The rule that proposal was made by.
    pub rule: Option<String>,
}

/// A city's own decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The body that decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The moves open to the person looking; each is the address its form goes to.
#[derive(Clone, Debug, Default)]
pub struct AdvisoryMoves {
    /// 报签; sends the draft's fields along.
    pub submit: Option<String>,
    /// 签批.
    pub approve: Option<Approval>,
    /// 补签.
    pub sign: Option<Signing>,
    /// 退回.
    pub send_back: Option<String>,
    /// 发布.
    pub publish: Option<Confirmation>,
    /// Whom it would be sent to.
    pub ahead: Option<Ahead>,
    /// 解除.
    pub lift: Option<Lift>,
    /// 放弃.
    pub abandon: Option<String>,
    /// Whom it waits for, where it is not the person looking.
    pub waits_for: Option<String>,
}

/// A move that may be refused for what stands elsewhere.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Where it is sent.
    pub action: String,
    /// The document number as typed.
    pub document: String,
    /// Why it was refused.
    pub faults: Faults,
}

impl Confirmation {
    /// What a field is called; a refusal of the whole has no field.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        (field == "document").then(|| language.say("notice-number"))
    }
}

/// An end before its time, with its reason.
#[derive(Clone, Debug)]
pub struct Lift {
    /// Where it is sent.
    pub action: String,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong with it.
    pub faults: Faults,
}

impl Lift {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        (field == "lift-reason").then(|| language.say("advisory-lift-reason"))
    }
}

/// All advisories, the newest first.
#[derive(Clone, Debug, Template)]
#[template(path = "advisories.html", config = ".askama.toml")]
pub struct AdvisoriesPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// The advisories, drafts included.
    pub advisories: Vec<AdvisoryRow>,
    /// Where one is drafted; none where the person may not.
    pub draft: Option<String>,
}

/// An advisory in a list.
#[derive(Clone, Debug)]
pub struct AdvisoryRow {
    /// Its page.
    pub href: String,
    /// What kind it is.
    pub kind: AdvisoryKind,
    /// Where it stands.
    pub phase: AdvisoryPhase,
    /// The place, or its parts that are meant.
    pub place: String,
    /// What brings the air, the superior's document, or the body that decided.
    pub about: String,
    /// From when.
    pub from: WrittenTime,
    /// When it ends, or ended.
    pub until: WrittenTime,
}
