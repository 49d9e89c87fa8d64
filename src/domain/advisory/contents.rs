//! What an advisory says: to whom, how long, and what it recommends.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Refusal, written};
use crate::aqi::Pollutant;
use crate::outlook::Cause;
use crate::region::RegionCode;
use crate::time::WrittenTime;
use crate::trigger::{Decision, Exclusion, Exclusions, Proposal, Reason};
use crate::warning::Warning;

/// What kind of advisory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum AdvisoryKind {
    /// 健康提示: bad air that starts no colour.
    HealthNotice {
        /// What brings it.
        cause: Cause,
    },
    /// 临时管控: below the lowest level. A control that binds anybody is not carried by this kind.
    TemporaryControl(Grounds),
}

/// What a temporary control rests on. Found, 江苏 2026: 按上级部署 "临时管控". Found, 晋城 2023:
/// 不利气象条件应对措施 of a city's own.
///
/// An advisory on record from before a city could decide for itself names a document and no more;
/// it is read as one on a superior's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Grounds {
    /// A superior's word. *Assumed*: that the superior's document is always named.
    Superior {
        /// The superior's document (上级文号).
        document: String,
    },
    /// The city's own decision, or its plan. *Assumed*: who decides; no rule that was read says it,
    /// so the body is named in each, and it is signed by the titles that sign every advisory.
    Decision {
        /// The body that decided (决定机关).
        decided_by: String,
        /// Why, with the article of the plan where it rests on one.
        reason: String,
    },
}

impl AdvisoryKind {
    /// The machine word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::HealthNotice { .. } => "health-notice",
            Self::TemporaryControl(_) => "temporary-control",
        }
    }

    /// What a temporary control rests on.
    pub const fn grounds(&self) -> Option<&Grounds> {
        match self {
            Self::HealthNotice { .. } => None,
            Self::TemporaryControl(grounds) => Some(grounds),
        }
    }
}

impl Grounds {
    /// The superior's document.
    pub fn document(&self) -> Option<&str> {
        match self {
            Self::Superior { document } => Some(document),
            Self::Decision { .. } => None,
        }
    }

    /// The body that decided, and why, of a city's own decision.
    pub fn decision(&self) -> Option<(&str, &str)> {
        match self {
            Self::Superior { .. } => None,
            Self::Decision { decided_by, reason } => Some((decided_by, reason)),
        }
    }

    /// Whether what is said holds together. The reason is told with the advisory, so it orders
    /// nothing either.
    pub fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Superior { document } => written(document, "the superior's document"),
            Self::Decision { decided_by, reason } => {
                written(decided_by, "the body that decided")?;
                written(reason, "the reason for the decision")?;
                orders_nothing(reason)
            }
        }
    }
}

/// What an advisory says. There is no level, no measure of a plan and no recipient's order in it,
/// and no field that could hold one: see the [module](super).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What kind it is.
    #[serde(flatten)]
    pub kind: AdvisoryKind,
    /// The place.
    pub region: RegionCode,
    /// The parts of the place that are meant; all of it where none is named.
    #[serde(default)]
    pub parts: BTreeSet<RegionCode>,
    /// From when.
    pub from: WrittenTime,
    /// Until when. It is always stated: an advisory runs out by itself.
    pub until: WrittenTime,
    /// What is to be expected, and why.
    pub text: String,
    /// What is recommended (建议性措施、倡议).
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// The proposal it answers.
    pub answers: Option<Answered>,
}

/// A recommendation: what somebody may do, and nobody has to.
///
/// One that is written now is free of [`COMPULSORY`] words; one on record is read as it stands,
/// whatever words are added to them later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Advice(String);

/// A machine's proposal that an advisory answers, with the reasons it was told with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Its key.
    pub proposal: i64,
    /// The rules it was made by: a file of the playbook.
    pub rules: String,
    /// SHA-256 of that file.
    pub digest: String,
    /// The reasons, as they were told to the officer.
    pub because: Vec<String>,
}

/// What a decision asks an advisory of one cause for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What brings the air, as far as the reasons tell.
    pub cause: Option<Cause>,
    /// From when it is bad.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Words that order something: those of the article on emergency measures (生态环境法典 264, before it
/// 大气污染防治法 96) and those that orders are worded with. *Assumed*: a list of ours, of the
/// commonest words. What keeps an advisory from binding anybody is its type, which has no level, no
/// plan and no order; the list keeps its wording from sounding like one.
pub const COMPULSORY: [&str; 22] = [
    "责令", "勒令", "强制", "必须", "务必", "应当", "一律", "严禁", "禁止", "不得", "停产", "限产",
    "减产", "停工", "停业", "停课", "停运", "关停", "停止", "暂停", "限行", "限制",
];

/// Words before such a one that take the order back.
const NOT_NEEDED: [&str; 4] = ["无须", "无需", "不必", "不用"];

impl Advice {
    /// A recommendation; refused where it orders something.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        written(text, "what is recommended")?;
        orders_nothing(text)?;
        Ok(Self(text.to_owned()))
    }

    /// Its words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses a text with a word that orders something.
pub(super) fn orders_nothing(text: &str) -> Result<(), Refusal> {
    match COMPULSORY.into_iter().find(|word| orders(text, word)) {
        Some(word) => Err(Refusal::Compulsory(word)),
        None => Ok(()),
    }
}

/// Whether a word orders something where it stands: 无须停产 does not, nor does 不得不.
fn orders(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let not_needed = NOT_NEEDED.into_iter().any(|no| before.ends_with(no));
        let has_to = word == "不得" && after.starts_with('不');
        !not_needed && !has_to
    })
}

impl Contents {
    /// Whether what is said holds together; asked when drafting and again when submitting.
    pub fn check(&self) -> Result<(), Refusal> {
        if let Some(grounds) = self.kind.grounds() {
            grounds.check()?;
        }
        let within = |part: &RegionCode| self.region.contains(*part) && *part != self.region;
        if let Some(part) = self.parts.iter().find(|part| !within(part)) {
            return Err(Refusal::NotAPart(*part));
        }
        if self.until.at() <= self.from.at() {
            return Err(Refusal::EndsBeforeStart {
                start: self.from,
                end: self.until,
            });
        }
        written(&self.text, "what is to be expected")?;
        let advice = self.advice.iter().map(Advice::as_str);
        advice
            .chain([self.text.as_str()])
            .try_for_each(orders_nothing)
    }

    /// Refuses what has ended before it was made public.
    pub(super) fn ahead(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.until.at() <= now {
            return Err(Refusal::Past(self.until));
        }
        Ok(())
    }

    /// The regions that it means: the parts, or the place where none is named.
    pub fn area(&self) -> impl Iterator<Item = RegionCode> {
        let whole = self.parts.is_empty().then_some(self.region);
        self.parts.iter().copied().chain(whole)
    }

    /// Whether it concerns a region: one that it means, or one above or below such a one.
    pub fn concerns(&self, region: RegionCode) -> bool {
        self.area()
            .any(|meant| meant.contains(region) || region.contains(meant))
    }

    /// Whether it gives way to a coloured warning. A temporary control does (晋城: the control ends
    /// when a colour starts). A health notice stays where no colour stands for its air, its cause
    /// being one that the rules exclude; of a cause that starts colours it gives way.
    pub fn gives_way(&self, exclusions: &Exclusions) -> bool {
        match self.kind {
            AdvisoryKind::HealthNotice { cause } => !exclusions.causes.contains(&cause),
            AdvisoryKind::TemporaryControl(_) => true,
        }
    }

    /// From when on it would hold beside a warning that it has to give way to; none where the two
    /// share no hour that is still ahead.
    pub(super) fn collision(
        &self,
        warning: &Warning,
        exclusions: &Exclusions,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let over = warning.ended.map(|ended| ended.at.at());
        let over = over.or(warning.ends.at());
        let from = self.from.at().max(warning.start.at()).max(now);
        let shared = from < self.until.at() && over.is_none_or(|over| from < over);
        (self.gives_way(exclusions) && shared).then_some(from)
    }
}

impl Asked {
    /// What a decision asks for, cause by cause, the first named first; nothing where it asks for no
    /// advisory, or names no days.
    pub fn by(decision: &Decision) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        if decision.proposal != Proposal::Advise {
            return all;
        }
        for reason in &decision.because {
            let Reason::Excluded { by, run } = reason else {
                continue;
            };
            let (cause, from, until) = (cause_of(*by), run.from(), run.until());
            match all.iter_mut().find(|it| it.cause == cause) {
                Some(same) => {
                    same.from = same.from.min(from);
                    same.until = same.until.max(until);
                }
                None => all.push(Self { cause, from, until }),
            }
        }
        all
    }

    /// Whether an advisory is of its cause.
    pub fn is_of(&self, contents: &Contents) -> bool {
        match contents.kind {
            AdvisoryKind::HealthNotice { cause } => self.cause.is_none_or(|asked| asked == cause),
            AdvisoryKind::TemporaryControl(_) => false,
        }
    }

    /// Whether an advisory says it already: of its cause, to all of the place, from its first day, or
    /// within the hour where that has begun, to its last.
    pub fn is_said_by(&self, contents: &Contents, now: DateTime<Utc>) -> bool {
        let begins = self.from.max(now + TimeDelta::hours(1));
        self.is_of(contents)
            && contents.parts.is_empty()
            && contents.from.at() <= begins
            && contents.until.at() >= self.until
    }

    /// A first sentence for the public, for the officer to go on from. *Assumed*: wording of ours.
    pub fn zh(&self) -> String {
        let (first, last) = (
            WrittenTime::of(self.from).day(),
            WrittenTime::ending(self.until).day(),
        );
        let brought = self.cause.map(|cause| format!("受{}影响，", cause.zh()));
        let days = match (first == last, first.month() == last.month()) {
            (true, _) => format!("{}月{}日", first.month(), first.day()),
            (false, true) => format!("{}月{}日至{}日", first.month(), first.day(), last.day()),
            (false, false) => format!(
                "{}月{}日至{}月{}日",
                first.month(),
                first.day(),
                last.month(),
                last.day()
            ),
        };
        format!("{}预计{days}有污染过程。", brought.unwrap_or_default())
    }
}

/// What brings the air that is excluded, as far as that is told.
fn cause_of(excluded: Exclusion) -> Option<Cause> {
    match excluded {
        Exclusion::Cause(cause) => Some(cause),
        Exclusion::Pollutants(pollutants) if pollutants.contains(Pollutant::O3) => {
            Some(Cause::Ozone)
        }
        Exclusion::Pollutants(_) => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
