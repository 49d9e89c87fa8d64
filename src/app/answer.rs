//! Answering an order: acknowledged, in place, objection, help.
//!
//! An [`AnswerIn`] says which revision of the order its giver was shown. It is checked against the
//! record by the group-commit writer, which reads and writes for all that have gathered at once,
//! and [`Answered`] once it is durable: the row, the head, the county's count and the journal's
//! entry in one transaction. An answer is never turned away for being late or for being overtaken
//! by a newer notice: it is kept for the revision it answers, marked, and its giver is told what
//! stands now.
//!
//! # Design notes
//!
//! A repeated answer (the same order and nonce) is answered with the first one. The same nonce on
//! other words is refused, since both would otherwise believe to be on record.
//!
//! Reasons are codes, as data below, so that a board can count them. An objection does not loosen
//! the order: it binds until an office decides.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::link::Link;
use super::{App, Caller, Error, FieldError};
use crate::domain::digest::{Digest, hex};
use crate::domain::id::{AnswerKey, OrderKey};
use crate::domain::order::{AnswerKind, Rung};
use crate::domain::plan::Change;

mod batch;
mod judged;

pub use self::batch::AnswerBatch;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// The longest nonce, in characters: that of an `Idempotency-Key`.
const LONGEST_NONCE: usize = 255;

/// Why somebody objects or asks for help: a code, and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For programs and rows.
    pub code: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Why a recipient objects. *Assumed*: no rule lists them; they are what disputes are about.
pub const OBJECTIONS: &[Reason] = &[
    Reason::new(
        "not-mine",
        "收错了：不是本企业或地址有误",
        "this order is not for us",
    ),
    Reason::new(
        "not-running",
        "该生产线已停产或已拆除",
        "the line is already stopped or gone",
    ),
    Reason::new("exempt", "已列入保障类或豁免", "we are exempt"),
    Reason::new(
        "other-measure",
        "措施与清单备案不一致",
        "the measure differs from what was filed",
    ),
    Reason::new("other-grade", "绩效等级有误", "our grade is another one"),
    Reason::new("unsafe", "立即执行有安全风险", "doing so at once is unsafe"),
    Reason::new("other", "其他（请说明）", "something else (please explain)"),
];

/// What a recipient needs help with. *Assumed*, like [`OBJECTIONS`].
pub const NEEDS: &[Reason] = &[
    Reason::new(
        "too-short",
        "停炉、降负荷时间不够",
        "too little time to come down",
    ),
    Reason::new(
        "livelihood",
        "涉及供热、供电等民生",
        "heat or power of others depends on us",
    ),
    Reason::new(
        "equipment",
        "治理设施或监测设备故障",
        "our abatement or monitoring has failed",
    ),
    Reason::new("unclear", "不清楚要做什么", "we do not know what to do"),
    Reason::new("other", "其他（请说明）", "something else (please explain)"),
];

/// Who answers.
#[derive(Clone, Debug)]
pub enum Answerer {
    /// Whoever holds the order's link.
    Link(Link),
    /// Somebody with an account.
    Caller(Caller),
}

/// An answer about to be given.
#[derive(Clone, Debug)]
pub struct AnswerIn {
    /// The order.
    pub order: OrderKey,
    /// The revision that was shown.
    pub revision: u32,
    /// What is said.
    pub kind: AnswerKind,
    /// The unit it speaks of, for a report that one is in place.
    pub unit: Option<String>,
    /// The code of a reason; an objection and a request for help need one.
    pub reason: Option<String>,
    /// In the giver's own words.
    pub note: Option<String>,
    /// What makes a repeat of it the same answer: 1 to 255 visible ASCII characters.
    pub nonce: String,
}

/// An answer that waits to be judged and written.
pub struct Given {
    who: Answerer,
    asked: AnswerIn,
    at: DateTime<Utc>,
}

/// What became of an answer.
pub enum Done {
    /// It is on record.
    Kept(Answered),
    /// Another is on record under its nonce.
    Clash,
    /// It cannot be taken.
    Refused(Error),
}

/// An answer on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its key.
    pub key: AnswerKey,
    /// The revision it answers.
    pub revision: u32,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Whether that was late.
    pub late: bool,
    /// The check code its giver can keep: see [`check_code`].
    pub code: String,
    /// The rung the order stands on.
    pub rung: Rung,
    /// What stands now; another revision when a newer notice was issued meanwhile.
    pub stands: Stands,
    /// Whether it was on record before.
    pub repeated: bool,
}

/// What an order's latest line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// The latest revision of its warning.
    pub revision: u32,
    /// What it last meant to the recipient.
    pub change: Change,
}

impl Reason {
    const fn new(code: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { code, zh, en }
    }

    /// The reasons that may be given with an answer.
    pub const fn of(kind: AnswerKind) -> &'static [Self] {
        match kind {
            AnswerKind::Objection => OBJECTIONS,
            AnswerKind::Help => NEEDS,
            AnswerKind::Acknowledged | AnswerKind::InPlace => &[],
        }
    }
}

/// Eight digits of an answer's digest: with them its giver can show that it is on record.
pub fn check_code(answer: Digest) -> String {
    let digest = hex(&answer.as_bytes()[..4]).to_uppercase();
    format!("{}-{}", &digest[..4], &digest[4..8])
}

impl App {
    /// Answers an order, and returns once the answer is durable.
    pub async fn answer_order(&self, who: &Answerer, asked: AnswerIn) -> Result<Answered, Error> {
        asked.check()?;
        let kind = asked.kind;
        let given = Given {
            who: who.clone(),
            asked,
            at: self.now(),
        };
        let begun = Instant::now();
        match self.answers.write(given).await? {
            Done::Kept(answered) => {
                metrics::histogram!("qingkong_answer_durable_seconds").record(begun.elapsed());
                self.bell.ring();
                count(kind, &answered);
                Ok(answered)
            }
            Done::Clash => Err(Error::conflict(
                "answer-reused",
                "another answer was given under this nonce",
            )),
            Done::Refused(error) => Err(error),
        }
    }
}

fn count(kind: AnswerKind, answered: &Answered) {
    if !answered.repeated {
        let late = if answered.late { "true" } else { "false" };
        metrics::counter!("qingkong_answers_total", "kind" => kind.as_str(), "late" => late)
            .increment(1);
    }
}

impl AnswerIn {
    /// Whether it can be an answer at all.
    fn check(&self) -> Result<(), Error> {
        let mut faults = Vec::new();
        let reasons = Reason::of(self.kind);
        let known = |code: &str| reasons.iter().any(|reason| reason.code == code);
        let words = self.note.as_deref().map_or("", str::trim);
        match self.reason.as_deref() {
            None if !reasons.is_empty() => {
                faults.push(FieldError::new("reason", "missing", "expected why"));
            }
            Some(code) if !known(code) => {
                let codes: Vec<_> = reasons.iter().map(|reason| reason.code).collect();
                let expected = match codes.as_slice() {
                    [] => "expected none with this answer".to_owned(),
                    codes => format!("expected one of {}", codes.join(", ")),
                };
                faults.push(FieldError::new("reason", "unknown", expected));
            }
            Some("other") if words.is_empty() => {
                faults.push(FieldError::new(
                    "note",
                    "missing",
                    "expected an explanation",
                ));
            }
            _ => {}
        }
        if words.chars().count() > LONGEST_NOTE {
            let expected = format!("expected at most {LONGEST_NOTE} characters");
            faults.push(FieldError::new("note", "too-long", expected));
        }
        let visible = self.nonce.bytes().all(|byte| byte.is_ascii_graphic());
        if self.nonce.is_empty() || self.nonce.len() > LONGEST_NONCE || !visible {
            let expected = "expected 1 to 255 visible ASCII characters";
            faults.push(FieldError::new("nonce", "malformed", expected));
        }
        if self.unit.is_some() && self.kind != AnswerKind::InPlace {
            let expected = "expected none: only a report of being in place names a unit";
            faults.push(FieldError::new("unit", "unexpected", expected));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(faults))
        }
    }
}
