//! The overview (总览): what is expected, what the machine proposes and why, what holds, how far
//! the orders have come.
//!
//! A [`Proposal`] is worded as a proposal; deciding against it is a decision too and takes a reason.

use askama::Template;
use chrono::NaiveDate;

use crate::config::SourceSeries;
use crate::domain::level::WarningLevel;
use crate::domain::notice::ClassLevel;
use crate::domain::skill::LineSkill;
use crate::domain::time::WrittenTime;
use crate::domain::warning::Due;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::advisory::AdvisoryRow;
use crate::web::pages::chart::outlook::OutlookChart;
use crate::web::pages::form::Faults;
use crate::web::pages::information::Rhythm;
use crate::web::pages::status::{Category, Mark};

/// The overview page.
#[derive(Clone, Debug, Template)]
#[template(path = "overview.html", config = ".askama.toml")]
pub struct Overview {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// Since when nothing is sent, because a backup was restored and nobody has released it.
    pub held_since: Option<WrittenTime>,
    /// What is fetched for the region and has not come, and since when.
    pub stale_sources: Vec<(SourceSeries, WrittenTime)>,
    /// What a person has to decide about the warning that stands.
    pub due: Vec<DueItem>,
    /// What is still to be signed on paper, what is to be signed soonest first.
    pub owing: Vec<OwingItem>,
    /// The outlook; none before the first was taken in.
    pub outlook: Option<Outlook>,
    /// Where missing days are given a value; none where there are none, or the person may not.
    pub fill_in: Option<FillIn>,
    /// What the machine proposes; none without an outlook or a floor.
    pub proposal: Option<Proposal>,
    /// What is under way or public below a coloured warning, the newest first.
    pub advisories: Vec<AdvisoryRow>,
    /// Where an advisory is drafted; none where the person may not.
    pub draft_advisory: Option<String>,
    /// Superior instructions, the newest first.
    pub instructions: Vec<Instruction>,
    /// Where an instruction is registered; none where the person may not.
    pub register_instruction: Option<String>,
    /// When the public was last told of the standing warning, by when it is to be told anew, and
    /// where; none where nothing is due.
    pub information: Option<(Rhythm, String)>,
    /// How far the standing warning's orders have come.
    pub counts: Option<RungCounts>,
    /// The same by county.
    pub counties: Vec<County>,
}

/// An hour of the warning that stands, at which something happens or was planned.
#[derive(Clone, Debug)]
pub struct DueItem {
    /// What it is.
    pub due: Due,
    /// Whether the hour has passed.
    pub passed: bool,
    /// Where the notice is drafted that decides it otherwise; none where the person may not.
    pub draft: Option<String>,
}

/// A notice or an advisory that is still to be signed on paper.
#[derive(Clone, Debug)]
pub struct OwingItem {
    /// Its page.
    pub href: String,
    /// What it is.
    pub what: String,
    /// Under which title it is to be signed.
    pub title: String,
    /// By when.
    pub to_sign_by: WrittenTime,
    /// Whether that hour has passed.
    pub passed: bool,
}

/// An outlook and where it comes from.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The picture.
    pub chart: OutlookChart,
    /// Who made the forecast.
    pub source: String,
    /// When it was issued; none where nobody has foreseen anything yet.
    pub issued_at: Option<WrittenTime>,
    /// Whether it is older than it should be.
    pub stale: bool,
    /// The coming days for which the sources differ by a category or more, with what each says.
    pub differences: Vec<(NaiveDate, String)>,
    /// How good the forecasts were of late; none where that is not known of any.
    pub skill: Option<SkillTable>,
}

/// How good the forecasts were (预报检验).
#[derive(Clone, Debug)]
pub struct SkillTable {
    /// The first day scored.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
    /// The values above which a level starts, the lowest first.
    pub lines: Vec<u16>,
    /// One for each source and lead.
    pub rows: Vec<SkillRow>,
}

/// How good the forecasts of one source were, so many days ahead.
#[derive(Clone, Debug)]
pub struct SkillRow {
    /// The source.
    pub source: String,
    /// How many days ahead.
    pub lead_days: u16,
    /// How many days are scored.
    pub days: u32,
    /// By how much too high they were on average: `-3.5`.
    pub bias: String,
    /// By how much they were off on average: `12.0`.
    pub absolute_error: String,
    /// By line, as in the table's.
    pub lines: Vec<LineSkill>,
}

/// Giving missing days a value by hand (人工补录), each in a form of its own.
#[derive(Clone, Debug)]
pub struct FillIn {
    /// Where each form is sent.
    pub action: String,
    /// The days without a value, the earliest first.
    pub gaps: Vec<Gap>,
    /// What is wrong with the form that was sent.
    pub faults: Faults,
}

impl Overview {
    /// That sources have brought nothing since an hour, each in a sentence.
    fn not_fetched(&self) -> impl Iterator<Item = Phrase> {
        self.stale_sources.iter().map(|(series, since)| {
            let phrase = match series {
                SourceSeries::Forecast => self.language.say("forecast-not-fetched"),
                SourceSeries::Observed => self.language.say("observed-not-fetched"),
            };
            phrase.with("since", self.language.written(*since))
        })
    }
}

impl FillIn {
    /// What a field is called, of whichever day.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        let called = |name| self.gaps.iter().find(|gap| gap.field(name) == field);
        let (gap, phrase) = match (called("aqi"), called("source")) {
            (Some(gap), _) => (gap, language.say("gap-aqi")),
            (_, Some(gap)) => (gap, language.say("gap-source")),
            (None, None) => return None,
        };
        Some(phrase.with("day", language.day(gap.day)))
    }
}

/// A day without a value, and what was typed into its form.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The day.
    pub day: NaiveDate,
    /// One value or a range: `215`, `210-240`.
    pub aqi: String,
    /// What it rests on.
    pub source: String,
}

impl Gap {
    /// A field of the form by a name that no other form of the page has.
    pub fn field(&self, name: &str) -> String {
        format!("{name}-{}", self.day)
    }
}

/// What the machine proposes, for a person to decide.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What to do.
    pub kind: ProposalKind,
    /// To which level; none where no level is concerned.
    pub level: Option<WarningLevel>,
    /// From when the level's condition is met.
    pub from: Option<WrittenTime>,
    /// Until when.
    pub until: Option<WrittenTime>,
    /// The rule it was judged by, by its document.
    pub rule: String,
    /// By when the rule asks for a decision (提前发布).
    pub decide_by: Option<WrittenTime>,
    /// Whether that has passed: then at once (未能提前发布的，立即发布).
    pub too_late: bool,
    /// Why, in the decision's words.
    pub because: Vec<String>,
    /// What is missing for the next level.
    pub next: Option<NextLevel>,
    /// What has become of it.
    pub answer: ProposalAnswer,
}

/// Kinds of proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    /// 发布.
    Issue,
    /// 升级.
    Raise,
    /// 降级.
    Lower,
    /// 延长.
    Extend,
    /// 解除.
    Lift,
    /// 维持.
    Hold,
    /// 健康提示, without a level.
    Advise,
    /// No warning is called for.
    Nothing,
}

impl Proposal {
    /// The proposal in one line: `建议发布橙色预警（Ⅱ级）`.
    pub fn headline(&self, language: Language) -> Phrase {
        let phrase = language.say(match self.kind {
            ProposalKind::Issue => "proposal-issue",
            ProposalKind::Raise => "proposal-raise",
            ProposalKind::Lower => "proposal-lower",
            ProposalKind::Extend => "proposal-extend",
            ProposalKind::Lift => "proposal-lift",
            ProposalKind::Hold => "proposal-hold",
            ProposalKind::Advise => "proposal-advise",
            ProposalKind::Nothing => "proposal-nothing",
        });
        match self.level {
            Some(level) => phrase.with("level", language.level(level)),
            None => phrase.with("level", ""),
        }
    }
}

impl Proposal {
    /// What following it begins: a notice, or an advisory.
    pub fn follow(&self, language: Language) -> Phrase {
        language.say(match self.kind {
            ProposalKind::Advise => "proposal-draft-advisory",
            _ => "proposal-draft",
        })
    }
}

/// What the next level still lacks.
#[derive(Clone, Debug)]
pub struct NextLevel {
    /// The level.
    pub level: WarningLevel,
    /// What is missing, in the decision's words.
    pub missing: String,
}

/// What has become of a proposal.
#[derive(Clone, Debug)]
pub enum ProposalAnswer {
    /// It waits for the person looking at it.
    Open {
        /// Where a draft that follows it is begun.
        draft: String,
        /// Where it is declined.
        decline: String,
    },
    /// It waits, and the person looking may not decide.
    Waiting,
    /// A draft exists.
    Drafted {
        /// The draft's page.
        href: String,
    },
    /// An advisory says it.
    Advised {
        /// The advisory's page.
        href: String,
    },
    /// A person decided against it.
    Declined {
        /// Who.
        person: String,
        /// When.
        at: WrittenTime,
        /// Why.
        reason: String,
    },
    /// There is nothing to decide.
    Nothing,
}

/// A superior's instruction on record.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its number.
    pub number: String,
    /// Who sent it.
    pub sender: String,
    /// The level it orders; none where it ends one.
    pub level: Option<WarningLevel>,
    /// The classes of measures for which it orders another level.
    pub classes: Vec<ClassLevel>,
    /// When the level is to start, as written.
    pub from: WrittenTime,
    /// When it was received.
    pub received_at: WrittenTime,
    /// How many minutes it has waited for a notice of ours; none where one follows it.
    pub waits_minutes: Option<i64>,
    /// The notice that follows it, if there is one.
    pub notice: Option<String>,
    /// Where its scan is, if there is one.
    pub scan: Option<String>,
}

/// How many orders have reached which rung, and what stands out.
#[derive(Clone, Copy, Debug, Default)]
pub struct RungCounts {
    /// 已下达.
    pub issued: u64,
    /// 已送出.
    pub handed_over: u64,
    /// 已签收.
    pub acknowledged: u64,
    /// 已落实.
    pub in_place: u64,
    /// 逾期未签收.
    pub late: u64,
    /// 异议.
    pub objections: u64,
    /// 求助.
    pub help: u64,
}

impl RungCounts {
    /// The ladder as rows: live key, filter, word, count.
    pub fn ladder(&self) -> [CountRow; 4] {
        [
            CountRow::new("issued", "rung-issued", self.issued),
            CountRow::new("handed-over", "rung-handed-over", self.handed_over),
            CountRow::new("acknowledged", "rung-acknowledged", self.acknowledged),
            CountRow::new("in-place", "rung-in-place", self.in_place),
        ]
    }

    /// What stands out: the status, its live key and filter, its count.
    pub fn marks(&self) -> [(Mark, CountRow); 3] {
        [
            (Mark::Late, CountRow::new("late", "mark-late", self.late)),
            (
                Mark::Objection,
                CountRow::new("objection", "mark-objection", self.objections),
            ),
            (Mark::Help, CountRow::new("help", "mark-help", self.help)),
        ]
    }
}

/// One count of the board.
#[derive(Clone, Copy, Debug)]
pub struct CountRow {
    /// The word in the live key and in the filter of the orders page.
    pub name: &'static str,
    /// The key of its words.
    pub key: &'static str,
    /// The count.
    pub count: u64,
}

impl CountRow {
    const fn new(name: &'static str, key: &'static str, count: u64) -> Self {
        Self { name, key, count }
    }
}

/// One county's part.
#[derive(Clone, Debug)]
pub struct County {
    /// Its code (GB/T 2260).
    pub code: String,
    /// Its name.
    pub name: String,
    /// When its orders end, where the lift is staggered.
    pub lifted_at: Option<WrittenTime>,
    /// How far its orders have come.
    pub counts: RungCounts,
}
