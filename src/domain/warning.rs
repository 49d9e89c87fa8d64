//! The warning (预警): what the issued notices about one episode of one place amount to.
//!
//! A [`Warning`] is a fold over [issued notices](crate::notice): [`Warning::begin`] with the first,
//! [`Warning::admits`] says whether a change may follow, [`Warning::after`] applies it. It is never
//! edited; what was issued stays, and a wrong notice is followed by a correction or withdrawal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;
use crate::notice::{Contents, End, NoticeKind};
use crate::time::WrittenTime;
use crate::trigger::Floor;

/// One warning of one place, as its issued notices have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The level that was last put in force.
    pub level: WarningLevel,
    /// The highest level it has had.
    pub peak: WarningLevel,
    /// 启动时刻 of the first notice.
    pub start: WrittenTime,
    /// From when the present level holds.
    pub effective: WrittenTime,
    /// How long it holds.
    pub ends: End,
    /// How it ended, if a notice ended it.
    pub ended: Option<Ended>,
    /// How many notices it has had.
    pub notices: u32,
}

/// How a warning was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Lifted, or withdrawn.
    pub by: NoticeKind,
    /// The hour at which it ends.
    pub at: WrittenTime,
}

/// Where a warning stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Issued, its start hour still ahead (已发布, 未启动).
    Announced,
    /// 生效中.
    InForce,
    /// 已解除: lifted, or run out at its stated end.
    Over,
    /// 已撤回.
    Withdrawn,
}

/// Why a notice may not follow on a warning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// There is no warning to change.
    #[error("there is no warning here to {0}")]
    NoWarning(NoticeKind),
    /// A second start for a place that has a warning.
    #[error("a {0} warning stands here already: raise, lower or extend it")]
    Standing(WarningLevel),
    /// The warning is over.
    #[error("the warning is over")]
    Over,
    /// A raise that does not raise, a lowering that does not lower.
    #[error("a notice to {kind} cannot lead from {from} to {to}")]
    Level {
        /// What the notice claims to do.
        kind: NoticeKind,
        /// The level that stands.
        from: WarningLevel,
        /// The level it states.
        to: WarningLevel,
    },
    /// An extension that ends no later.
    #[error("an extension must end later than {0:?}")]
    NotLater(End),
    /// Below what a superior has ordered.
    #[error("{number} requires at least {floor} here")]
    BelowFloor {
        /// The superior's level.
        floor: WarningLevel,
        /// Its document.
        number: String,
    },
}

impl Warning {
    /// The warning an issued start begins.
    pub fn begin(start: &Contents) -> Self {
        Self {
            level: start.level,
            peak: start.level,
            start: start.effective,
            effective: start.effective,
            ends: start.ends,
            ended: None,
            notices: 1,
        }
    }

    /// Whether a notice may be issued on what stands, above what a superior has ordered.
    pub fn admits(
        standing: Option<&Self>,
        next: &Contents,
        floor: Option<&Floor>,
        now: DateTime<Utc>,
    ) -> Result<(), NotAdmitted> {
        match standing.filter(|warning| !warning.phase(now).is_past()) {
            None if next.kind == NoticeKind::Start => {}
            None if standing.is_some() => return Err(NotAdmitted::Over),
            None => return Err(NotAdmitted::NoWarning(next.kind)),
            Some(warning) => warning.admits_change(next)?,
        }
        match floor {
            Some(floor) if next.resulting_level() < Some(floor.level) && !next.withdraws() => {
                Err(NotAdmitted::BelowFloor {
                    floor: floor.level,
                    number: floor.document.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    fn admits_change(&self, next: &Contents) -> Result<(), NotAdmitted> {
        let fits = match next.kind {
            NoticeKind::Start => return Err(NotAdmitted::Standing(self.level)),
            NoticeKind::Raise => next.level > self.level,
            NoticeKind::Lower => next.level < self.level,
            NoticeKind::Extend if next.level == self.level && !next.ends.is_after(self.ends) => {
                return Err(NotAdmitted::NotLater(self.ends));
            }
            NoticeKind::Extend | NoticeKind::AddOn | NoticeKind::Lift | NoticeKind::Withdraw => {
                next.level == self.level
            }
            NoticeKind::Correct => true,
        };
        if fits {
            Ok(())
        } else {
            Err(NotAdmitted::Level {
                kind: next.kind,
                from: self.level,
                to: next.level,
            })
        }
    }

    /// The warning after one more issued notice.
    #[must_use]
    pub fn after(mut self, next: &Contents) -> Self {
        self.notices += 1;
        match next.kind {
            NoticeKind::Lift | NoticeKind::Withdraw => {
                self.ended = Some(Ended {
                    by: next.kind,
                    at: next.effective,
                });
            }
            NoticeKind::AddOn => {}
            NoticeKind::Extend => self.ends = next.ends,
            NoticeKind::Start | NoticeKind::Raise | NoticeKind::Lower | NoticeKind::Correct => {
                self.level = next.level;
                self.peak = self.peak.max(next.level);
                self.effective = next.effective;
                self.ends = next.ends;
            }
        }
        self
    }

    /// Where it stands at an instant.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        match self.ended {
            Some(Ended {
                by: NoticeKind::Withdraw,
                ..
            }) => Phase::Withdrawn,
            Some(ended) if now >= ended.at.at() => Phase::Over,
            _ if self.ends.at().is_some_and(|end| now >= end) => Phase::Over,
            _ if now < self.start.at() => Phase::Announced,
            _ => Phase::InForce,
        }
    }

    /// Whether a notice has already ended it, though its hour may still be ahead.
    pub fn is_ended(&self) -> bool {
        self.ended.is_some()
    }
}

impl Phase {
    /// Whether nothing more can follow.
    pub fn is_past(self) -> bool {
        matches!(self, Self::Over | Self::Withdrawn)
    }

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::InForce => "in-force",
            Self::Over => "over",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Contents {
    /// The level that stands once the notice has taken effect; none after a lift.
    fn resulting_level(&self) -> Option<WarningLevel> {
        (!self.kind.ends()).then_some(self.level)
    }

    fn withdraws(&self) -> bool {
        self.kind == NoticeKind::Withdraw
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::notice::Grounds;
    use WarningLevel::{Orange, Red, Yellow};

    fn notice(kind: NoticeKind, level: WarningLevel, effective: &str, ends: End) -> Contents {
        Contents {
            kind,
            level,
            effective: effective.parse().unwrap(),
            ends,
            grounds: Grounds::Judgement {
                reason: "会商".to_owned(),
            },
            parent_document: None,
            cancels: None,
            adds: Vec::new(),
            keeps: Vec::new(),
        }
    }

    /// 衡水 2023: orange 12-20 8时, red 12-25 18时, lifted 12-31 18时.
    fn orange() -> Warning {
        Warning::begin(&notice(
            NoticeKind::Start,
            Orange,
            "2023-12-20T08:00",
            End::UntilFurtherNotice,
        ))
    }

    /// An orange floor of a superior.
    fn floor_from(document: &str, from: &str) -> Floor {
        Floor {
            level: Orange,
            from: at(from),
            until: None,
            document: document.to_owned(),
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse::<WrittenTime>().unwrap().at()
    }

    #[test]
    fn the_warning_of_hengshui_2023_goes_from_orange_to_red_to_lifted() {
        let open = End::UntilFurtherNotice;
        let now = at("2023-12-25T16:00");
        let raise = notice(NoticeKind::Raise, Red, "2023-12-25T18:00", open);
        let warning = orange();
        assert_eq!(warning.phase(at("2023-12-20T07:59")), Phase::Announced);
        assert_eq!(Warning::admits(Some(&warning), &raise, None, now), Ok(()));
        let warning = warning.after(&raise);
        assert_eq!((warning.level, warning.phase(now)), (Red, Phase::InForce));

        let lift = notice(NoticeKind::Lift, Red, "2023-12-31T18:00", open);
        assert_eq!(
            Warning::admits(Some(&warning), &lift, None, at("2023-12-31T12:00")),
            Ok(())
        );
        let warning = warning.after(&lift);
        assert_eq!(warning.phase(at("2023-12-31T17:59")), Phase::InForce);
        assert_eq!(warning.phase(at("2023-12-31T18:00")), Phase::Over);
        assert_eq!((warning.peak, warning.notices), (Red, 3));
    }

    #[rstest]
    #[case::second_start(NoticeKind::Start, Red, NotAdmitted::Standing(Orange))]
    #[case::raise_to_lower(NoticeKind::Raise, Yellow, NotAdmitted::Level {
        kind: NoticeKind::Raise, from: Orange, to: Yellow,
    })]
    #[case::lower_to_same(NoticeKind::Lower, Orange, NotAdmitted::Level {
        kind: NoticeKind::Lower, from: Orange, to: Orange,
    })]
    #[case::lift_of_another_level(NoticeKind::Lift, Red, NotAdmitted::Level {
        kind: NoticeKind::Lift, from: Orange, to: Red,
    })]
    #[case::extend_an_open_end(
        NoticeKind::Extend,
        Orange,
        NotAdmitted::NotLater(End::UntilFurtherNotice)
    )]
    fn a_change_that_does_not_follow_is_refused(
        #[case] kind: NoticeKind,
        #[case] level: WarningLevel,
        #[case] refused: NotAdmitted,
    ) {
        let next = notice(kind, level, "2023-12-21T08:00", End::UntilFurtherNotice);
        let now = at("2023-12-20T20:00");
        assert_eq!(
            Warning::admits(Some(&orange()), &next, None, now),
            Err(refused)
        );
    }

    #[test]
    fn nothing_follows_on_a_warning_that_ran_out_at_its_stated_end() {
        let ends = End::At("2019-10-23T24:00".parse().unwrap());
        let warning = Warning::begin(&notice(NoticeKind::Start, Yellow, "2019-10-18T00:00", ends));
        assert_eq!(warning.phase(at("2019-10-23T23:59")), Phase::InForce);
        assert_eq!(warning.phase(at("2019-10-24T00:00")), Phase::Over);
        let raise = notice(
            NoticeKind::Raise,
            Orange,
            "2019-10-24T08:00",
            End::UntilFurtherNotice,
        );
        let now = at("2019-10-24T01:00");
        assert_eq!(
            Warning::admits(Some(&warning), &raise, None, now),
            Err(NotAdmitted::Over)
        );
        let start = notice(
            NoticeKind::Start,
            Orange,
            "2019-10-24T08:00",
            End::UntilFurtherNotice,
        );
        assert_eq!(Warning::admits(Some(&warning), &start, None, now), Ok(()));
    }

    #[rstest]
    #[case::start_below(NoticeKind::Start, Yellow, false)]
    #[case::start_at(NoticeKind::Start, Orange, true)]
    #[case::start_above(NoticeKind::Start, Red, true)]
    fn a_superiors_floor_may_be_exceeded_but_not_undercut(
        #[case] kind: NoticeKind,
        #[case] level: WarningLevel,
        #[case] admitted: bool,
    ) {
        let floor = floor_from("豫环委攻坚办〔2026〕88号", "2026-11-25T08:00");
        let next = notice(kind, level, "2026-11-25T08:00", End::UntilFurtherNotice);
        let now = at("2026-11-25T03:00");
        assert_eq!(
            Warning::admits(None, &next, Some(&floor), now).is_ok(),
            admitted
        );
    }

    #[test]
    fn a_lift_waits_for_the_superiors_floor_but_a_withdrawal_does_not() {
        let floor = floor_from("豫环委攻坚办〔2026〕88号", "2023-12-20T08:00");
        let now = at("2023-12-22T08:00");
        let open = End::UntilFurtherNotice;
        let lift = notice(NoticeKind::Lift, Orange, "2023-12-23T08:00", open);
        let refused = Warning::admits(Some(&orange()), &lift, Some(&floor), now);
        assert!(matches!(refused, Err(NotAdmitted::BelowFloor { .. })));
        let withdrawal = notice(NoticeKind::Withdraw, Orange, "2023-12-22T09:00", open);
        assert_eq!(
            Warning::admits(Some(&orange()), &withdrawal, Some(&floor), now),
            Ok(())
        );
    }
}
