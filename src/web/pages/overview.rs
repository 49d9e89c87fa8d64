//! The overview (总览): what is expected, what the machine proposes and why, what holds, how far
//! the orders have come.
//!
//! A [`Proposal`] is worded as a proposal; deciding against it is a decision too and takes a reason.

use askama::Template;
use chrono::NaiveDate;

use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::chart::outlook::OutlookChart;
use crate::web::pages::status::Mark;

/// The overview page.
#[derive(Clone, Debug, Template)]
#[template(path = "overview.html", config = ".askama.toml")]
pub struct Overview {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// The outlook; none before the first was taken in.
    pub outlook: Option<Outlook>,
    /// What the machine proposes; none without an outlook or a floor.
    pub proposal: Option<Proposal>,
    /// Superior instructions, the newest first.
    pub instructions: Vec<Instruction>,
    /// Where an instruction is registered; none where the person may not.
    pub register_instruction: Option<String>,
    /// How far the standing warning's orders have come.
    pub counts: Option<RungCounts>,
    /// The same by county.
    pub counties: Vec<County>,
}

/// An outlook and where it comes from.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The picture.
    pub chart: OutlookChart,
    /// Who made the forecast.
    pub source: String,
    /// When it was issued.
    pub issued_at: WrittenTime,
    /// Whether it is older than it should be.
    pub stale: bool,
    /// What a reader must know of the series: a past episode under new dates, recomputed values.
    pub remark: Option<String>,
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
    /// Why.
    pub because: Vec<Reason>,
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

/// One reason for a proposal.
#[derive(Clone, Debug)]
pub enum Reason {
    /// A condition of the rule is met.
    Condition {
        /// The index to exceed.
        above: u16,
        /// For how many hours without a break; 0 where once is enough.
        hours: u32,
        /// The days that meet it, with the values judged.
        days: Vec<(NaiveDate, u16)>,
    },
    /// A superior's instruction sets a floor.
    Floor {
        /// Who ordered it.
        sender: String,
        /// The document's number.
        number: String,
        /// The level ordered.
        level: WarningLevel,
    },
    /// A day that the rule does not count, or counts otherwise.
    Excluded {
        /// The day.
        day: NaiveDate,
        /// Its published index.
        published: u16,
        /// What it was judged at; none where it does not count at all.
        judged: Option<u16>,
        /// Why: O3, dust, …
        cause: String,
    },
    /// Days without a value; they break a run and end no warning.
    NoData {
        /// Which.
        days: Vec<NaiveDate>,
    },
    /// The standing level is held (merging, flapping, a lift not yet certain).
    Held {
        /// Why, in the decision's words.
        why: String,
    },
}

impl Reason {
    /// The reason as a sentence.
    pub fn sentence(&self, language: Language) -> String {
        match self {
            Self::Condition { above, hours, days } => {
                let key = if *hours == 0 {
                    "reason-once"
                } else {
                    "reason-run"
                };
                language
                    .say(key)
                    .with("above", above)
                    .with("hours", hours)
                    .with("days", values(language, days))
                    .to_string()
            }
            Self::Floor {
                sender,
                number,
                level,
            } => language
                .say("reason-floor")
                .with("sender", sender)
                .with("number", number)
                .with("level", language.level(*level))
                .to_string(),
            Self::Excluded {
                day,
                published,
                judged,
                cause,
            } => {
                let key = match judged {
                    Some(_) => "reason-judged-at",
                    None => "reason-not-counted",
                };
                language
                    .say(key)
                    .with("day", language.day(*day))
                    .with("published", published)
                    .with("judged", judged.unwrap_or(0))
                    .with("cause", cause)
                    .to_string()
            }
            Self::NoData { days } => {
                let days: Vec<_> = days.iter().map(|day| language.day(*day)).collect();
                language
                    .say("reason-no-data")
                    .with("days", days.join(list_comma(language)))
                    .to_string()
            }
            Self::Held { why } => language.say("reason-held").with("why", why).to_string(),
        }
    }
}

/// What the next level still lacks.
#[derive(Clone, Debug)]
pub struct NextLevel {
    /// The level.
    pub level: WarningLevel,
    /// What is missing, all of it.
    pub missing: Vec<Missing>,
}

/// A condition that is not met yet.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The index to exceed.
    pub above: u16,
    /// For how many hours the rule asks.
    pub asked_hours: u32,
    /// For how many the outlook gives.
    pub found_hours: u32,
}

impl Missing {
    /// The gap as a sentence.
    pub fn sentence(self, language: Language) -> Phrase {
        language
            .say("proposal-missing")
            .with("above", self.above)
            .with("asked", self.asked_hours)
            .with("found", self.found_hours)
    }
}

/// What has become of a proposal.
#[derive(Clone, Debug)]
pub enum ProposalAnswer {
    /// It waits for the person looking at it.
    Open {
        /// Where a draft is begun.
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
    /// When the level is to start, as written.
    pub from: WrittenTime,
    /// When it was received.
    pub received_at: WrittenTime,
    /// By when our own notice is due.
    pub due_at: Option<WrittenTime>,
    /// The notice that follows it, if there is one.
    pub notice: Option<String>,
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
    /// How far its orders have come.
    pub counts: RungCounts,
}

/// Days with their values: `11月28日 283、11月29日 301`.
fn values(language: Language, days: &[(NaiveDate, u16)]) -> String {
    days.iter()
        .map(|(day, aqi)| format!("{} {aqi}", language.day(*day)))
        .collect::<Vec<_>>()
        .join(list_comma(language))
}

fn list_comma(language: Language) -> &'static str {
    match language {
        Language::Zh => "、",
        Language::En => ", ",
    }
}
