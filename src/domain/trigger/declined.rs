//! A decision not to act: for how long it holds.
//!
//! It is signed for a run of hours, and holds for it until something has got worse: a higher level,
//! a longer or an earlier run, a value above all that were known, or an order. That the run moves
//! on, from one midnight to the next or with the hours measured, is no news.

use crate::level::WarningLevel;

use super::{Decision, Proposal, Reason, Run};

impl Decision {
    /// Whether somebody who decided against another has decided against this one.
    pub fn is_settled_by(&self, declined: &Self) -> bool {
        self.same_but_for_remarks(declined)
            || matches!(self.proposal, Proposal::Issue | Proposal::Raise)
                && self.proposal == declined.proposal
                && self.lies_within(declined)
                && self.because.iter().all(|it| it.is_known_from(declined))
    }

    /// Whether it is of no higher level, and of the rest of the same run.
    fn lies_within(&self, declined: &Self) -> bool {
        let ends_by_then = match (self.until, declined.until) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(until), Some(known)) => until <= known,
        };
        let goes_on = declined.until.is_none_or(|known| self.from < Some(known));
        self.level <= declined.level && self.from >= declined.from && goes_on && ends_by_then
    }
}

impl Reason {
    /// Whether a decision knew as much, or worse.
    fn is_known_from(&self, declined: &Decision) -> bool {
        let mut known = declined.because.iter();
        match self {
            Self::Met { level, run, .. } => known.any(|known| known.meets(*level, run)),
            Self::Observed { level, .. } => {
                known.any(|known| known.calls_for().is_some_and(|known| known >= *level))
            }
            Self::Ordered { .. } => known.any(|known| known == self),
            _ => true,
        }
    }

    /// Whether these days meet a level at least as high, none of a run's being above them.
    fn meets(&self, least: WarningLevel, other: &Run) -> bool {
        match self {
            Self::Met { level, run, .. } => {
                *level >= least && run.values.iter().max() >= other.values.iter().max()
            }
            _ => false,
        }
    }

    /// The level that the air, foreseen or measured, calls for.
    const fn calls_for(&self) -> Option<WarningLevel> {
        match self {
            Self::Met { level, .. } | Self::Observed { level, .. } => Some(*level),
            _ => None,
        }
    }
}
