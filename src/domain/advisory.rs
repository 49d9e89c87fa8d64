//! The advisory (提示): what is made public below a coloured warning, from draft to its end.
//!
//! Two [kinds](AdvisoryKind): a health notice (健康提示) for air that starts no colour because of what
//! brings it (ozone, dust, wildfire, what crosses the border), and a temporary control (临时管控) on a
//! superior's word or the city's own decision. Like a [notice](crate::notice) an advisory is what its
//! recorded [`Step`]s make of it: each state is a type, each move a method of the state it starts
//! from, which answers with the [`Act`] to record or with the [`Refusal`] that says why not.
//!
//! # Design notes
//!
//! An advisory compels nobody, and that is a property of the type: [`Contents`] has no level, no plan,
//! no order; publishing takes none of what a notice is issued with. So it can neither become a warning
//! nor be counted as one, and no obligation can be drawn from it. That its words do not sound like an
//! order is no such property: a list of the [commonest](COMPULSORY) is refused.
//!
//! It needs no consultation of its own: no rule that was read asks for one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::WarningId;
use crate::notice::{Approval, Owed, PaperSignature, Person, Signature, Signed, Unsigned};
use crate::region::RegionCode;
use crate::time::WrittenTime;
use crate::trigger::Exclusions;
use crate::warning::Warning;

mod contents;
mod telling;

pub use contents::{Advice, AdvisoryKind, Answered, Asked, COMPULSORY, Contents, Grounds};
pub use telling::{Reached, Telling};

/// One recorded step of an advisory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Person,
    /// What was done.
    pub act: Act,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "act")]
pub enum Act {
    /// Written, or written anew.
    Drafted {
        /// What the advisory says.
        contents: Contents,
    },
    /// Handed in for approval.
    Submitted,
    /// Sent back to the drafter.
    Returned {
        /// Why.
        reason: String,
    },
    /// Signed.
    Approved {
        /// How; one that was put in this system is not written down, as none was before others
        /// were recorded.
        #[serde(default, skip_serializing_if = "Signature::is_in_system")]
        signature: Signature,
    },
    /// Signed on paper, where the signature had been given outside of the system.
    Signed(PaperSignature),
    /// Made public: from here on it is on record and cannot be taken off.
    Published {
        /// 文号, where it has one.
        document: Option<String>,
    },
    /// Ended before its time by a person.
    Lifted {
        /// Why.
        reason: String,
    },
    /// Ended by the start of a coloured warning.
    Cancelled {
        /// The warning.
        warning: WarningId,
        /// The hour at which the warning starts.
        at: WrittenTime,
    },
    /// Given up before it was made public.
    Abandoned {
        /// Why.
        reason: String,
    },
}

impl Act {
    /// SHA-256 of the scan that came with it.
    pub fn scan(&self) -> Option<&str> {
        match self {
            Self::Approved { signature } => signature.scan(),
            Self::Signed(paper) => paper.scan.as_deref(),
            _ => None,
        }
    }
}

/// Why a move was refused. None of these is a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A text or reason that has to be written is empty.
    #[error("{0} must be written")]
    Unwritten(&'static str),
    /// A word that orders something.
    #[error("`{0}` orders something: an advisory only recommends")]
    Compulsory(&'static str),
    /// A part that does not lie in the place.
    #[error("{0} is no part of the region")]
    NotAPart(RegionCode),
    /// The end is not after the beginning.
    #[error("it would end at {end}, not after its start at {start}")]
    EndsBeforeStart {
        /// The stated beginning.
        start: WrittenTime,
        /// The stated end.
        end: WrittenTime,
    },
    /// Its end has passed.
    #[error("it has ended at {0}")]
    Past(WrittenTime),
    /// The signature does not hold.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// The title may not approve here.
    #[error("`{0}` may not approve an advisory here")]
    NotEntitled(String),
    /// What gives way to a coloured warning cannot hold while one does.
    #[error("a warning stands here: what is below it gives way to it")]
    BesideWarning,
}

/// An advisory being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it says so far.
    pub contents: Contents,
    /// Who wrote it last.
    pub by: Person,
    /// Why it was sent back, if it was.
    pub returned: Option<String>,
}

/// An advisory waiting for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted(Draft);

/// A signed advisory that is not public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    draft: Draft,
    signed: Signed,
}

/// An advisory on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    approved: Approved,
    /// 文号.
    pub document: Option<String>,
    /// 发布时刻.
    pub at: DateTime<Utc>,
    /// How it was ended before its time, if it was.
    pub ended: Option<Ended>,
}

/// How an advisory was ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A person lifted it.
    Lifted {
        /// When.
        at: DateTime<Utc>,
    },
    /// A coloured warning took its place.
    Cancelled {
        /// The warning.
        warning: WarningId,
        /// The hour at which the warning starts.
        at: WrittenTime,
    },
}

/// Where a published advisory stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Public, its beginning still ahead.
    Announced,
    /// It holds.
    Running,
    /// 已解除.
    Lifted,
    /// A coloured warning has taken its place.
    Cancelled,
    /// 期满.
    RunOut,
}

/// An advisory in whatever state its steps have brought it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advisory {
    /// Being written.
    Draft(Draft),
    /// Waiting for a signature.
    Submitted(Submitted),
    /// Signed.
    Approved(Approved),
    /// On record.
    Published(Published),
    /// Given up.
    Abandoned(Draft),
}

impl Draft {
    /// Begins an advisory.
    pub fn begin(contents: Contents) -> Result<Act, Refusal> {
        contents.check()?;
        Ok(Act::Drafted { contents })
    }

    /// Writes it anew.
    pub fn revise(&self, contents: Contents) -> Result<Act, Refusal> {
        Self::begin(contents)
    }

    /// Hands it in.
    pub fn submit(&self, now: DateTime<Utc>) -> Result<Act, Refusal> {
        self.contents.check()?;
        self.contents.ahead(now)?;
        Ok(Act::Submitted)
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }
}

impl Submitted {
    /// Signs it.
    pub fn approve(
        &self,
        by: &Person,
        signature: Signature,
        rule: &Approval,
        now: DateTime<Utc>,
    ) -> Result<Act, Refusal> {
        self.0.contents.ahead(now)?;
        signature.check(by, &self.0.by, rule)?;
        let title = signature.title(by);
        if !rule.admits_advisory(title) {
            return Err(Refusal::NotEntitled(title.to_owned()));
        }
        Ok(Act::Approved { signature })
    }

    /// Sends it back.
    pub fn send_back(&self, reason: String) -> Result<Act, Refusal> {
        written(&reason, "why it is sent back")?;
        Ok(Act::Returned { reason })
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }
}

impl Approved {
    /// Makes it public, beside the warnings that stand in the place and above it.
    pub fn publish(
        &self,
        document: Option<String>,
        standing: &[Warning],
        exclusions: &Exclusions,
        now: DateTime<Utc>,
    ) -> Result<Act, Refusal> {
        let contents = &self.draft.contents;
        contents.ahead(now)?;
        if standing
            .iter()
            .any(|it| contents.collision(it, exclusions, now).is_some())
        {
            return Err(Refusal::BesideWarning);
        }
        Ok(Act::Published { document })
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }

    fn followed_by(self, paper: PaperSignature) -> Option<Self> {
        Some(Self {
            signed: self.signed.followed_by(paper)?,
            ..self
        })
    }
}

impl Published {
    /// What it says.
    pub fn contents(&self) -> &Contents {
        &self.approved.draft.contents
    }

    /// The instant at which it ends, or ended.
    pub fn ends_at(&self) -> DateTime<Utc> {
        let stated = self.contents().until.at();
        match self.ended {
            None => stated,
            Some(Ended::Lifted { at }) => at.min(stated),
            Some(Ended::Cancelled { at, .. }) => at.at().min(stated),
        }
    }

    /// Where it stands.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        match &self.ended {
            Some(Ended::Lifted { .. }) => Phase::Lifted,
            Some(Ended::Cancelled { at, .. }) if now >= at.at() => Phase::Cancelled,
            _ if now >= self.ends_at() => Phase::RunOut,
            _ if now < self.contents().from.at() => Phase::Announced,
            _ => Phase::Running,
        }
    }

    /// Ends it before its time. The reason is told to whom the advisory was, so it orders nothing
    /// either.
    pub fn lift(&self, reason: String, now: DateTime<Utc>) -> Result<Act, Refusal> {
        written(&reason, "why it is lifted")?;
        contents::orders_nothing(&reason)?;
        if !self.can_end_at(now) {
            return Err(Refusal::Past(WrittenTime::ending(self.ends_at())));
        }
        Ok(Act::Lifted { reason })
    }

    /// Ends it with the hour from which it would hold beside a coloured warning, as its notices have
    /// made it by now; none where it stays, or is over by then. A warning that is taken back before
    /// it starts does not bring it back, that takes a person; one that starts earlier than another
    /// ends it earlier.
    pub fn give_way(
        &self,
        id: WarningId,
        warning: &Warning,
        exclusions: &Exclusions,
        now: DateTime<Utc>,
    ) -> Option<Act> {
        let hour = self.contents().collision(warning, exclusions, now)?;
        self.can_end_at(hour).then(|| Act::Cancelled {
            warning: id,
            at: WrittenTime::of(hour),
        })
    }

    /// Whether something can still end it at an instant: only before it ends anyway.
    fn can_end_at(&self, at: DateTime<Utc>) -> bool {
        at < self.ends_at()
    }
}

/// A recorded step that does not follow from the steps before it: the record has been tampered with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of the advisory does not follow from the steps before it")]
pub struct OutOfOrder {
    /// Its number, counted from 1.
    pub step: usize,
}

impl Advisory {
    /// What recorded steps have made of an advisory.
    pub fn replay(steps: &[Step]) -> Result<Self, OutOfOrder> {
        let mut advisory = None;
        for (number, step) in (1..).zip(steps) {
            advisory = Some(Self::after(advisory, step).ok_or(OutOfOrder { step: number })?);
        }
        advisory.ok_or(OutOfOrder { step: 0 })
    }

    /// The state after one more step; none if the step does not follow.
    pub fn after(before: Option<Self>, step: &Step) -> Option<Self> {
        Some(match (before, step.act.clone()) {
            (None | Some(Self::Draft(_)), Act::Drafted { contents }) => Self::Draft(Draft {
                contents,
                by: step.by.clone(),
                returned: None,
            }),
            (Some(Self::Draft(draft)), Act::Submitted) => Self::Submitted(Submitted(draft)),
            (Some(Self::Submitted(Submitted(draft))), Act::Returned { reason }) => {
                Self::Draft(Draft {
                    returned: Some(reason),
                    ..draft
                })
            }
            (Some(Self::Submitted(Submitted(draft))), Act::Approved { signature }) => {
                Self::Approved(Approved {
                    draft,
                    signed: signature.into(),
                })
            }
            (Some(Self::Approved(approved)), Act::Signed(paper)) => {
                Self::Approved(approved.followed_by(paper)?)
            }
            (Some(Self::Published(published)), Act::Signed(paper)) => Self::Published(Published {
                approved: published.approved.followed_by(paper)?,
                ..published
            }),
            (Some(Self::Approved(approved)), Act::Published { document }) => {
                Self::Published(Published {
                    approved,
                    document,
                    at: step.at,
                    ended: None,
                })
            }
            // What was cancelled for a later hour may still be lifted, or cancelled, before it.
            (Some(Self::Published(published)), Act::Lifted { .. })
                if published.can_end_at(step.at) =>
            {
                Self::Published(published.ended_by(Ended::Lifted { at: step.at }))
            }
            (Some(Self::Published(published)), Act::Cancelled { warning, at })
                if published.can_end_at(at.at()) =>
            {
                Self::Published(published.ended_by(Ended::Cancelled { warning, at }))
            }
            (
                Some(
                    Self::Draft(draft)
                    | Self::Submitted(Submitted(draft))
                    | Self::Approved(Approved { draft, .. }),
                ),
                Act::Abandoned { .. },
            ) => Self::Abandoned(draft),
            _ => return None,
        })
    }

    /// What it says.
    pub fn contents(&self) -> &Contents {
        match self {
            Self::Draft(draft)
            | Self::Submitted(Submitted(draft))
            | Self::Approved(Approved { draft, .. })
            | Self::Abandoned(draft) => &draft.contents,
            Self::Published(published) => published.contents(),
        }
    }

    /// Records that it was signed on paper, where that is owed.
    pub fn sign(
        &self,
        signed_at: WrittenTime,
        note: String,
        scan: Option<String>,
    ) -> Result<Act, Refusal> {
        let signed = self.signed().ok_or(Unsigned::NothingOwed)?;
        Ok(Act::Signed(signed.follow(signed_at, note, scan)?))
    }

    /// The signature that is still to follow on paper; an advisory that was given up owes none.
    pub fn owed(&self) -> Option<Owed<'_>> {
        self.signed()?.owed()
    }

    fn signed(&self) -> Option<&Signed> {
        match self {
            Self::Approved(approved) => Some(&approved.signed),
            Self::Published(published) => Some(&published.approved.signed),
            Self::Draft(_) | Self::Submitted(_) | Self::Abandoned(_) => None,
        }
    }

    /// The machine word of its state.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::Submitted(_) => "submitted",
            Self::Approved(_) => "approved",
            Self::Published(_) => "published",
            Self::Abandoned(_) => "abandoned",
        }
    }
}

impl Published {
    fn ended_by(self, ended: Ended) -> Self {
        Self {
            ended: Some(ended),
            ..self
        }
    }
}

impl Phase {
    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Running => "running",
            Self::Lifted => "lifted",
            Self::Cancelled => "cancelled",
            Self::RunOut => "run-out",
        }
    }
}

fn written(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::Unwritten(what))
    } else {
        Ok(())
    }
}

fn abandoned(reason: String) -> Result<Act, Refusal> {
    written(&reason, "why it is given up")?;
    Ok(Act::Abandoned { reason })
}

#[cfg(test)]
mod tests;
