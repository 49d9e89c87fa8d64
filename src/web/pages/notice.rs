//! A notice (通知) from draft to issue: its facts, its steps, its plan, its one next move.
//!
//! Whoever looks sees exactly the moves that are open to them: a [`NoticeMoves`] holds the address
//! of each, or nothing. What is issued is the plan shown, named by its digest.

use askama::Template;

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, NoticeKind};
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::approval::{Approval, ApprovalWay, Signing};
use crate::web::pages::form::{Choice, ClassField, Faults, TimeField};
use crate::web::pages::status::Phase;

mod levels;
mod plan;
mod wording;

pub use self::levels::LevelTable;
pub use self::plan::{ChangeCounts, Cut, DutyCounts, LetterPreview, PlanLine, PlanPreview};
pub use self::wording::{DocumentPage, Wording};

/// The page of one notice.
#[derive(Clone, Debug, Template)]
#[template(path = "notice.html", config = ".askama.toml")]
pub struct NoticePage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// What the notice does.
    pub kind: NoticeKind,
    /// The level it sets; none where it ends one.
    pub level: Option<WarningLevel>,
    /// Its document number; empty until it has one.
    pub number: String,
    /// Where it stands.
    pub phase: Phase,
    /// What it says: still being written, or fixed.
    pub body: NoticeBody,
    /// What has been done with it, the first step first.
    pub steps: Vec<Step>,
    /// What it would change about the warning that stands; none for a start, or once it is issued.
    pub differences: Vec<Difference>,
    /// Its hours that have passed, and will be that of its issue.
    pub passed: Vec<WrittenTime>,
    /// Its text, word for word; none before its plan was drawn.
    pub wording: Option<Wording>,
    /// The page that prints it.
    pub document: String,
    /// What it would do, or has done, to every recipient.
    pub plan: Option<PlanPreview>,
    /// What the person looking may do next.
    pub moves: NoticeMoves,
}

impl NoticePage {
    /// The notice in a few words: `发布 · 橙色预警（Ⅱ级）`.
    pub fn heading(&self, language: Language) -> String {
        let kind = language.notice_kind(self.kind);
        match self.level {
            Some(level) => format!("{kind} · {}", language.level(level)),
            None => kind.to_string(),
        }
    }

    fn is_editing(&self) -> bool {
        matches!(self.body, NoticeBody::Editing(_))
    }

    /// Whether the action bar has anything to offer.
    fn has_moves(&self) -> bool {
        let moves = &self.moves;
        self.is_editing()
            || moves.submit.is_some()
            || moves.draw_plan.is_some()
            || moves.issue.is_some()
            || moves.waits_for.is_some()
            || self.signs_in_person()
    }

    /// What is said of the hours that have passed; none where all are ahead.
    fn passed_words(&self) -> Option<String> {
        let hours = self.passed.iter().map(|hour| self.language.written(*hour));
        let hours: Vec<_> = hours.collect();
        let said = self
            .language
            .say("notice-passed")
            .with("hours", hours.join("、"));
        (!hours.is_empty()).then(|| said.to_string())
    }

    /// What the plan comes to in short, beside a form that leaves no room for the plan itself.
    fn effect(&self) -> Option<&PlanPreview> {
        self.plan.as_ref().filter(|_| self.is_editing())
    }

    fn signs_in_person(&self) -> bool {
        let approval = self.moves.approve.as_ref();
        approval.is_some_and(Approval::is_in_person)
    }

    /// Who signs what was handed in, as the sheet says that is signed in ink.
    fn signer(&self) -> Option<&str> {
        let approval = self.moves.approve.as_ref();
        let waiting = self.moves.waits_for.as_ref();
        let signer = approval.map(|approval| approval.signer.as_str());
        signer.or(waiting.map(|waiting| waiting.whom.as_str()))
    }

    /// The stages of every notice: key of the name, whether it is behind, whether it is here.
    pub fn stages(&self) -> [(&'static str, bool, bool); 4] {
        let here = match self.phase {
            Phase::Draft => 0,
            Phase::Submitted => 1,
            Phase::Approved => 2,
            _ => 3,
        };
        let mut place = 0;
        [
            "stage-draft",
            "stage-approval",
            "stage-issue",
            "stage-issued",
        ]
        .map(|key| {
            let at = place;
            place += 1;
            (key, at < here, at == here)
        })
    }
}

/// What a notice says.
#[derive(Clone, Debug)]
pub enum NoticeBody {
    /// It can still be written.
    Editing(Box<NoticeForm>),
    /// It is fixed.
    Fixed(Box<NoticeFacts>),
}

/// The draft's form, every value as typed.
#[derive(Clone, Debug)]
pub struct NoticeForm {
    /// Where it is saved.
    pub action: String,
    /// The kinds the warning's state allows.
    pub kinds: Vec<Choice>,
    /// The levels the rules know.
    pub levels: Vec<Choice>,
    /// What it may rest on: the open proposal, an instruction, one's own judgement.
    pub grounds: Vec<Choice>,
    /// What it rests on now, in words; empty where it is one's own judgement.
    pub because: Vec<String>,
    /// The reason for acting without the rules being met.
    pub reason: String,
    /// When it takes effect.
    pub from: TimeField,
    /// Whether the end is left open (解除时间另行通知).
    pub open_end: bool,
    /// When it ends, where it is not.
    pub until: TimeField,
    /// The superior's document it carries out.
    pub parent: String,
    /// When the consultation (会商) was held.
    pub consulted: TimeField,
    /// Who took part, one to a line or set apart by 、.
    pub consulted_by: String,
    /// What it concluded.
    pub consultation: String,
    /// An earlier control that it cancels.
    pub cancels: String,
    /// Measures it adds for everyone, one to a line.
    pub adds: String,
    /// What stands added for everyone, and may be taken back.
    pub standing: Vec<Choice>,
    /// Measures that stay after the lift, one to a line.
    pub keeps: String,
    /// When a suspension is planned to end.
    pub resumes: TimeField,
    /// The areas that a lift ends before its own hour, one to a line: code or name, day, clock.
    pub areas: String,
    /// The levels of the classes of measures.
    pub classes: Vec<ClassField>,
    /// Whether a suspension is being written.
    pub suspends: bool,
    /// What is wrong with the above.
    pub faults: Faults,
}

impl NoticeForm {
    /// Whether anything is said that most notices leave out, or is wrong there.
    fn says_more(&self) -> bool {
        let said = [&self.cancels, &self.adds, &self.keeps, &self.areas];
        let faulty = ["adds", "drops", "resumes", "areas", "classes"];
        self.suspends
            || said.iter().any(|text| !text.is_empty())
            || !self.standing.is_empty()
            || faulty.iter().any(|field| self.faults.of(field).is_some())
            || self.classes.iter().any(ClassField::is_set)
    }

    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "kind" => "notice-kind",
            "level" => "notice-level",
            "from" => "notice-effective",
            "until" => "notice-until",
            "grounds" => "notice-grounds",
            "reason" => "notice-judgement",
            "consulted" => "notice-consulted-at",
            "consulted_by" => "notice-consulted-by",
            "consultation" => "notice-conclusion",
            "adds" => "notice-adds",
            "drops" => "notice-drops",
            "resumes" => "notice-resumes",
            "areas" => "notice-areas",
            "classes" => "classes-title",
            _ => return None,
        }))
    }
}

/// A fixed notice's facts.
#[derive(Clone, Debug)]
pub struct NoticeFacts {
    /// When it takes effect (启动时刻), as written.
    pub from: WrittenTime,
    /// When it ends, as written; none for 另行通知.
    pub until: Option<WrittenTime>,
    /// When it was issued (发布时刻).
    pub issued_at: Option<WrittenTime>,
    /// The superior's document.
    pub parent: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether the rule was not met.
    pub against_rule: bool,
    /// The consultation on record.
    pub consultation: Option<Consultation>,
    /// The earlier control that it cancels.
    pub cancels: Option<String>,
    /// Measures it adds for everyone.
    pub adds: Option<String>,
    /// Measures added before that it takes back.
    pub drops: Option<String>,
    /// Measures that stay after the lift.
    pub keeps: Option<String>,
    /// When a suspension is planned to end, as written.
    pub resumes: Option<WrittenTime>,
    /// The areas that a lift ends before its own hour, by name.
    pub areas: Vec<(String, WrittenTime)>,
    /// The classes of measures with a level of their own.
    pub classes: Vec<ClassLevel>,
    /// The rule it was judged by, with its version.
    pub rule: String,
}

/// A consultation (会商) on record.
#[derive(Clone, Debug)]
pub struct Consultation {
    /// When it was held.
    pub held_at: WrittenTime,
    /// Who took part.
    pub present: String,
    /// What it concluded.
    pub conclusion: String,
}

/// One step of a notice, a warning or an advisory.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was done.
    pub kind: StepKind,
    /// When.
    pub at: WrittenTime,
    /// By whom, with the office.
    pub person: String,
    /// The document that goes with it.
    pub document: Option<String>,
    /// The reason or remark.
    pub remark: Option<String>,
    /// Who recorded it, where a signature was given on paper or by telephone.
    pub on_behalf: Option<String>,
    /// Where the scan of a signed paper is, if there is one.
    pub scan: Option<String>,
}

/// Kinds of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// 拟稿.
    Drafted,
    /// 会商.
    Consulted,
    /// 报签.
    Submitted,
    /// 签批.
    Approved,
    /// 补签.
    Signed,
    /// 退回.
    Returned,
    /// 发布.
    Issued,
    /// 启动.
    Started,
    /// 升级.
    Raised,
    /// 降级.
    Lowered,
    /// 延长.
    Extended,
    /// 解除.
    Lifted,
    /// 撤回.
    Withdrawn,
    /// 勘误.
    Corrected,
    /// 加严.
    AddedOn,
    /// 暂停.
    Suspended,
    /// 恢复.
    Resumed,
    /// 放弃.
    Abandoned,
    /// 发布, of an advisory.
    Published,
    /// A warning has taken an advisory's place.
    GaveWay,
}

impl StepKind {
    /// The step's name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::Drafted => "step-drafted",
            Self::Consulted => "step-consulted",
            Self::Submitted => "step-submitted",
            Self::Approved => "step-approved",
            Self::Signed => "step-signed",
            Self::Returned => "step-returned",
            Self::Issued => "step-issued",
            Self::Started => "step-started",
            Self::Raised => "step-raised",
            Self::Lowered => "step-lowered",
            Self::Extended => "step-extended",
            Self::Lifted => "step-lifted",
            Self::Withdrawn => "step-withdrawn",
            Self::Corrected => "step-corrected",
            Self::Suspended => "step-suspended",
            Self::Resumed => "step-resumed",
            Self::AddedOn => "step-added-on",
            Self::Abandoned => "step-abandoned",
            Self::Published => "step-published",
            Self::GaveWay => "step-gave-way",
        })
    }
}

/// A fact of the warning as it stands, and as it would be with the notice.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The key of the fact's name.
    pub key: &'static str,
    /// What holds.
    pub was: String,
    /// What would hold.
    pub now: String,
}

impl Difference {
    /// Whether the notice changes it.
    pub fn differs(&self) -> bool {
        self.was != self.now
    }
}

/// The moves open to the person looking; each is the address its form goes to.
///
/// While the notice can still be written, drawing the plan and 报签 send the draft's fields along,
/// so that what was typed and not yet saved goes with them.
#[derive(Clone, Debug, Default)]
pub struct NoticeMoves {
    /// 报签.
    pub submit: Option<String>,
    /// 签批.
    pub approve: Option<Approval>,
    /// 补签.
    pub sign: Option<Signing>,
    /// 退回.
    pub send_back: Option<String>,
    /// Draw the plan, or draw it again.
    pub draw_plan: Option<String>,
    /// 发布.
    pub issue: Option<IssueForm>,
    /// 放弃.
    pub abandon: Option<String>,
    /// What the notice waits for, where it is not the person looking.
    pub waits_for: Option<Waiting>,
}

/// A move that is somebody else's.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whose.
    pub whom: String,
    /// Where to see whether it has been made.
    pub again: String,
}

/// The last form: what is issued, named by its plan, and under which number.
#[derive(Clone, Debug)]
pub struct IssueForm {
    /// Where it goes.
    pub action: String,
    /// 文号 as typed.
    pub document: String,
    /// What is wrong with what was sent.
    pub faults: Faults,
}

impl IssueForm {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "document" => "notice-number",
            "confirmed" => "issue-title",
            _ => return None,
        }))
    }
}
