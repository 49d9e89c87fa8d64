//! The warning (预警): what the issued notices about one episode of one place amount to.
//!
//! A [`Warning`] is a fold over [issued notices](crate::notice): [`Warning::begin`] with the first,
//! [`Warning::admits`] says whether a change may follow, [`Warning::after`] applies it. It is never
//! edited; what was issued stays, and a wrong notice is followed by a correction or withdrawal.
//!
//! # Design notes
//!
//! A suspended warning (暂停) stands: it keeps its number, its level and its orders, it occupies its
//! place, and its stated end comes all the same. Only [`Suspension`] says that nobody owes a duty
//! for a while. A suspension may *plan* its end; what ends it is a notice to resume, issued by
//! persons on the day (or at once, hours or days ahead), since only then is known what the air asks
//! for, which list is in force, and from when each recipient's clock runs anew. Until the hour of
//! that notice has come, nothing follows but another resumption, a correction, a lift or a
//! withdrawal. A raise is thus a resumption at a higher level: one notice, one act.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;
use crate::notice::{AreaHour, ClassLevel, Contents, End, Levels, NoticeKind};
use crate::region::RegionCode;
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
    /// The classes of measures that are carried out at another level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassLevel>,
    /// The areas that the notice that ended it ends before its own hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaHour>,
    /// The suspension that held or was ahead when its last notice was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
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

/// What a superior has ordered at the least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The level of the whole.
    pub floor: Floor,
    /// The classes of measures for which it is another one. A class that is not named is bound by
    /// the level of the whole.
    pub classes: Vec<ClassLevel>,
}

/// A time in which nobody owes a duty, while the warning stands (暂停响应).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// From when.
    pub from: WrittenTime,
    /// When it is planned to end (计划恢复时刻); binds nobody.
    pub planned: Option<WrittenTime>,
    /// From when duties are owed again, once a notice has said so.
    pub until: Option<WrittenTime>,
}

/// Where a warning stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Issued, its start hour still ahead (已发布, 未启动).
    Announced,
    /// 生效中.
    InForce,
    /// 暂停中: it stands, and nobody owes a duty.
    Suspended,
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
    /// Something else than a resumption, a correction or an end while it is suspended.
    #[error("a suspended warning is resumed, corrected, lifted or withdrawn; it takes no {0}")]
    Suspended(NoticeKind),
    /// A resumption, or a plan for one, where nothing is suspended.
    #[error("the warning is not suspended")]
    NotSuspended,
    /// A suspension before the level it suspends, or a resumption before the suspension.
    #[error("a notice to {kind} takes effect at {after} at the earliest")]
    TooEarly {
        /// What the notice does.
        kind: NoticeKind,
        /// The hour that it may not come before.
        after: WrittenTime,
    },
    /// An area whose hour has come before anybody there was told.
    #[error("{area} would end at {at}, which has passed")]
    AreaPast {
        /// The area.
        area: RegionCode,
        /// Its hour.
        at: WrittenTime,
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
            peak: start.levels().highest(),
            start: start.effective,
            effective: start.effective,
            ends: start.ends,
            ended: None,
            classes: start.classes.clone(),
            areas: Vec::new(),
            suspension: None,
            notices: 1,
        }
    }

    /// Whether a notice may be issued on what stands, above what a superior has ordered.
    pub fn admits(
        standing: Option<&Self>,
        next: &Contents,
        bound: Option<&Bound>,
        now: DateTime<Utc>,
    ) -> Result<(), NotAdmitted> {
        match standing.filter(|warning| !warning.phase(now).is_past()) {
            None if next.kind == NoticeKind::Start => {}
            None if standing.is_some() => return Err(NotAdmitted::Over),
            None => return Err(NotAdmitted::NoWarning(next.kind)),
            Some(warning) => warning.admits_change(next, now)?,
        }
        if let Some(&AreaHour { area, at }) = next.areas.iter().find(|it| it.at.at() < now) {
            return Err(NotAdmitted::AreaPast { area, at });
        }
        match bound {
            Some(bound)
                if !bound.is_kept_by(self::levels_after(standing, next)) && !next.withdraws() =>
            {
                Err(NotAdmitted::BelowFloor {
                    floor: bound.levels().highest(),
                    number: bound.floor.document.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    fn admits_change(&self, next: &Contents, now: DateTime<Utc>) -> Result<(), NotAdmitted> {
        let suspension = self.suspension(now);
        self.admits_suspension(suspension, next)?;
        let levels = self.levels();
        let fits = match next.kind {
            NoticeKind::Start => return Err(NotAdmitted::Standing(self.level)),
            NoticeKind::Raise => next.levels() != levels && next.levels().is_at_least(levels),
            NoticeKind::Lower => next.levels() != levels && levels.is_at_least(next.levels()),
            NoticeKind::Extend if next.level == self.level && !next.ends.is_after(self.ends) => {
                return Err(NotAdmitted::NotLater(self.ends));
            }
            NoticeKind::Extend
            | NoticeKind::AddOn
            | NoticeKind::Lift
            | NoticeKind::Withdraw
            | NoticeKind::Suspend => next.level == self.level,
            NoticeKind::Correct if is_open(suspension) => {
                next.level == self.level && next.classes.is_empty()
            }
            NoticeKind::Correct => true,
            NoticeKind::Resume => true,
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

    /// Whether a notice may follow on a warning that is suspended, will be, or is not.
    fn admits_suspension(
        &self,
        suspension: Option<Suspension>,
        next: &Contents,
    ) -> Result<(), NotAdmitted> {
        use NoticeKind::{Correct, Resume, Start, Suspend};
        let not_before = |after: WrittenTime, fits: bool| {
            let kind = next.kind;
            fits.then_some(())
                .ok_or(NotAdmitted::TooEarly { kind, after })
        };
        let hour = next.effective.at();
        match (next.kind, suspension) {
            (Resume, None) => Err(NotAdmitted::NotSuspended),
            (kind, Some(_)) if kind != Start && !follows_suspension(kind) => {
                Err(NotAdmitted::Suspended(kind))
            }
            (Correct, suspension) if next.resumes.is_some() && !is_open(suspension) => {
                Err(NotAdmitted::NotSuspended)
            }
            (Suspend, None) | (Correct, Some(Suspension { until: None, .. })) => {
                not_before(self.effective, hour >= self.effective.at())
            }
            (Resume | Correct, Some(suspension)) => {
                not_before(suspension.from, hour > suspension.from.at())
            }
            _ => Ok(()),
        }
    }

    /// The warning after one more notice, issued at an instant.
    #[must_use]
    pub fn after(mut self, next: &Contents, issued_at: DateTime<Utc>) -> Self {
        self.notices += 1;
        self.suspension = self.suspension(issued_at);
        match next.kind {
            NoticeKind::Lift | NoticeKind::Withdraw => {
                self.ended = Some(Ended {
                    by: next.kind,
                    at: next.effective,
                });
                self.areas.clone_from(&next.areas);
            }
            NoticeKind::AddOn => {}
            NoticeKind::Extend => self.ends = next.ends,
            NoticeKind::Suspend => self.suspend(next),
            NoticeKind::Correct if is_open(self.suspension) => self.suspend(next),
            NoticeKind::Correct | NoticeKind::Resume => {
                if let Some(suspension) = &mut self.suspension {
                    suspension.until = Some(next.effective);
                }
                self.put_in_force(next);
            }
            NoticeKind::Start | NoticeKind::Raise | NoticeKind::Lower => self.put_in_force(next),
        }
        self
    }

    fn suspend(&mut self, next: &Contents) {
        self.suspension = Some(Suspension {
            from: next.effective,
            planned: next.resumes,
            until: None,
        });
        self.ends = next.ends;
    }

    fn put_in_force(&mut self, next: &Contents) {
        self.level = next.level;
        self.classes.clone_from(&next.classes);
        self.peak = self.peak.max(next.levels().highest());
        self.effective = next.effective;
        self.ends = next.ends;
    }

    /// The suspension that holds at an instant or is still ahead: until its resumption has come.
    pub fn suspension(&self, now: DateTime<Utc>) -> Option<Suspension> {
        self.suspension.filter(|it| !it.is_over(now))
    }

    /// Whether a kind of notice may follow at an instant, whatever it says.
    pub fn takes(&self, kind: NoticeKind, now: DateTime<Utc>) -> bool {
        match self.suspension(now) {
            Some(_) => follows_suspension(kind),
            None => !matches!(kind, NoticeKind::Start | NoticeKind::Resume),
        }
    }

    /// When a staggered lift ends it in a county; none where the lift is not staggered.
    pub fn lifted_at(&self, county: RegionCode) -> Option<WrittenTime> {
        let ended = self.ended.filter(|_| !self.areas.is_empty())?;
        let own = self.areas.iter().find(|named| named.area == county);
        Some(own.map_or(ended.at, |named| named.at))
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
            _ if self.suspension(now).is_some_and(|it| now >= it.from.at()) => Phase::Suspended,
            _ if now < self.start.at() => Phase::Announced,
            _ => Phase::InForce,
        }
    }

    /// The levels at which it binds.
    pub fn levels(&self) -> Levels {
        Levels::new(self.level, &self.classes)
    }

    /// Whether a notice has already ended it, though its hour may still be ahead.
    pub fn is_ended(&self) -> bool {
        self.ended.is_some()
    }
}

impl Suspension {
    /// Whether duties are owed again.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| now >= until.at())
    }
}

/// What a suspended warning takes.
const fn follows_suspension(kind: NoticeKind) -> bool {
    use NoticeKind::{Correct, Lift, Resume, Withdraw};
    matches!(kind, Correct | Lift | Resume | Withdraw)
}

/// Whether a suspension stands that no notice has ended.
fn is_open(suspension: Option<Suspension>) -> bool {
    suspension.is_some_and(|it| it.until.is_none())
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
            Self::Suspended => "suspended",
            Self::Over => "over",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Bound {
    fn levels(&self) -> Levels {
        Levels::new(self.floor.level, &self.classes)
    }

    /// Whether these levels, if any, are not below what was ordered, class by class.
    fn is_kept_by(&self, levels: Option<Levels>) -> bool {
        levels.is_some_and(|levels| levels.is_at_least(self.levels()))
    }
}

/// The levels that bind once a notice has taken effect; none after a lift, and none while
/// suspended.
fn levels_after(standing: Option<&Warning>, next: &Contents) -> Option<Levels> {
    match (next.kind, standing) {
        (NoticeKind::Suspend | NoticeKind::Lift | NoticeKind::Withdraw, _) => None,
        (kind, Some(standing)) if !kind.sets_level() => Some(standing.levels()),
        _ => Some(next.levels()),
    }
}

impl Contents {
    fn withdraws(&self) -> bool {
        self.kind == NoticeKind::Withdraw
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::notice::{Grounds, MeasureClass};
    use WarningLevel::{Orange, Red, Yellow};

    fn notice(kind: NoticeKind, level: WarningLevel, effective: &str, ends: End) -> Contents {
        let grounds = Grounds::Judgement {
            reason: "会商".to_owned(),
        };
        Contents::new(kind, level, effective.parse().unwrap(), ends, grounds)
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
    fn floor_from(document: &str, from: &str) -> Bound {
        let floor = Floor {
            level: Orange,
            from: at(from),
            until: None,
            document: document.to_owned(),
        };
        Bound {
            floor,
            classes: Vec::new(),
        }
    }

    fn industry(level: WarningLevel) -> Vec<ClassLevel> {
        let class = MeasureClass::Industry;
        vec![ClassLevel { class, level }]
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
        let warning = warning.after(&raise, now);
        assert_eq!((warning.level, warning.phase(now)), (Red, Phase::InForce));

        let lift = notice(NoticeKind::Lift, Red, "2023-12-31T18:00", open);
        assert_eq!(
            Warning::admits(Some(&warning), &lift, None, at("2023-12-31T12:00")),
            Ok(())
        );
        let warning = warning.after(&lift, now);
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

    /// 衡水 2021: suspended 3-6 14时, started anew 3-9 18时, 最终解除时间另行通知.
    fn hengshui_2021() -> Warning {
        let open = End::UntilFurtherNotice;
        let start = notice(NoticeKind::Start, Orange, "2021-03-04T08:00", open);
        let suspend = Contents {
            resumes: Some("2021-03-09T18:00".parse().unwrap()),
            ..notice(NoticeKind::Suspend, Orange, "2021-03-06T14:00", open)
        };
        let warning = Warning::begin(&start);
        let now = at("2021-03-06T10:00");
        assert_eq!(Warning::admits(Some(&warning), &suspend, None, now), Ok(()));
        warning.after(&suspend, now)
    }

    #[test]
    fn the_warning_of_hengshui_2021_is_suspended_and_stands_until_it_is_resumed() {
        let suspended = hengshui_2021();
        assert_eq!(suspended.phase(at("2021-03-06T13:59")), Phase::InForce);
        assert_eq!(suspended.phase(at("2021-03-06T14:00")), Phase::Suspended);
        // What was planned ends nothing: a person does.
        let planned = at("2021-03-09T18:00");
        assert_eq!(suspended.phase(planned), Phase::Suspended);
        assert_eq!((suspended.level, suspended.peak), (Orange, Orange));

        let open = End::UntilFurtherNotice;
        let resume = notice(NoticeKind::Resume, Orange, "2021-03-09T18:00", open);
        let now = at("2021-03-06T11:00");
        assert_eq!(
            Warning::admits(Some(&suspended), &resume, None, now),
            Ok(())
        );
        let resumed = suspended.after(&resume, now);
        assert_eq!(resumed.phase(at("2021-03-06T13:59")), Phase::InForce);
        assert_eq!(resumed.phase(at("2021-03-09T17:59")), Phase::Suspended);
        assert_eq!(resumed.phase(planned), Phase::InForce);
        assert_eq!(
            (
                resumed.effective.at(),
                resumed.notices,
                resumed.suspension(planned)
            ),
            (planned, 3, None)
        );
    }

    #[rstest]
    #[case::resumed_at_its_level(NoticeKind::Resume, Orange, "2021-03-09T18:00", None)]
    #[case::raised_by_resuming(NoticeKind::Resume, Red, "2021-03-09T18:00", None)]
    #[case::lifted(NoticeKind::Lift, Orange, "2021-03-09T18:00", None)]
    #[case::withdrawn(NoticeKind::Withdraw, Orange, "2021-03-09T18:00", None)]
    #[case::corrected(NoticeKind::Correct, Orange, "2021-03-06T16:00", None)]
    #[case::raised(
        NoticeKind::Raise,
        Red,
        "2021-03-09T18:00",
        Some(NotAdmitted::Suspended(NoticeKind::Raise))
    )]
    #[case::lowered(
        NoticeKind::Lower,
        Yellow,
        "2021-03-09T18:00",
        Some(NotAdmitted::Suspended(NoticeKind::Lower))
    )]
    #[case::extended(
        NoticeKind::Extend,
        Orange,
        "2021-03-09T18:00",
        Some(NotAdmitted::Suspended(NoticeKind::Extend))
    )]
    #[case::added_to(
        NoticeKind::AddOn,
        Orange,
        "2021-03-09T18:00",
        Some(NotAdmitted::Suspended(NoticeKind::AddOn))
    )]
    #[case::suspended_twice(
        NoticeKind::Suspend,
        Orange,
        "2021-03-07T14:00",
        Some(NotAdmitted::Suspended(NoticeKind::Suspend))
    )]
    #[case::started_twice(
        NoticeKind::Start,
        Red,
        "2021-03-09T18:00",
        Some(NotAdmitted::Standing(Orange))
    )]
    #[case::resumed_as_it_is_suspended(NoticeKind::Resume, Orange, "2021-03-06T14:00",
        Some(NotAdmitted::TooEarly {
            kind: NoticeKind::Resume, after: "2021-03-06T14:00".parse().unwrap(),
        }))]
    #[case::corrected_to_another_level(NoticeKind::Correct, Red, "2021-03-06T14:00",
        Some(NotAdmitted::Level { kind: NoticeKind::Correct, from: Orange, to: Red }))]
    fn a_suspended_warning_is_resumed_corrected_or_ended(
        #[case] kind: NoticeKind,
        #[case] level: WarningLevel,
        #[case] effective: &str,
        #[case] refused: Option<NotAdmitted>,
    ) {
        let next = notice(kind, level, effective, End::UntilFurtherNotice);
        for now in ["2021-03-06T12:00", "2021-03-07T08:00"] {
            let admitted = Warning::admits(Some(&hengshui_2021()), &next, None, at(now));
            assert_eq!(admitted.err(), refused, "at {now}");
        }
    }

    #[test]
    fn what_does_not_stand_suspended_is_not_resumed_nor_suspended_before_it_starts() {
        let open = End::UntilFurtherNotice;
        let now = at("2023-12-20T07:00");
        let admits = |next: &Contents| Warning::admits(Some(&orange()), next, None, now);
        let resume = notice(NoticeKind::Resume, Orange, "2023-12-21T08:00", open);
        assert_eq!(admits(&resume), Err(NotAdmitted::NotSuspended));
        let correct = Contents {
            resumes: Some("2023-12-22T08:00".parse().unwrap()),
            ..notice(NoticeKind::Correct, Orange, "2023-12-20T08:00", open)
        };
        assert_eq!(admits(&correct), Err(NotAdmitted::NotSuspended));
        let suspend = notice(NoticeKind::Suspend, Orange, "2023-12-20T07:59", open);
        let after = "2023-12-20T08:00".parse().unwrap();
        let kind = NoticeKind::Suspend;
        assert_eq!(admits(&suspend), Err(NotAdmitted::TooEarly { kind, after }));
    }

    #[test]
    fn a_correction_moves_the_suspension_and_later_the_resumption() {
        let open = End::UntilFurtherNotice;
        let correct = notice(NoticeKind::Correct, Orange, "2021-03-06T16:00", open);
        let warning = hengshui_2021().after(&correct, at("2021-03-06T12:00"));
        assert_eq!(warning.phase(at("2021-03-06T15:59")), Phase::InForce);
        assert_eq!(warning.phase(at("2021-03-06T16:00")), Phase::Suspended);
        let resume = notice(NoticeKind::Resume, Red, "2021-03-09T18:00", open);
        let correct = notice(NoticeKind::Correct, Red, "2021-03-09T20:00", open);
        let warning = warning
            .after(&resume, at("2021-03-09T10:00"))
            .after(&correct, at("2021-03-09T12:00"));
        assert_eq!(warning.phase(at("2021-03-09T19:59")), Phase::Suspended);
        assert_eq!(warning.phase(at("2021-03-09T20:00")), Phase::InForce);
        assert_eq!((warning.level, warning.peak), (Red, Red));
        // What is corrected later moves the hour of the level, and suspends nothing any more.
        let correct = notice(NoticeKind::Correct, Red, "2021-03-11T08:00", open);
        let warning = warning.after(&correct, at("2021-03-10T20:00"));
        assert_eq!(warning.phase(at("2021-03-10T20:00")), Phase::InForce);
    }

    #[test]
    fn a_suspended_warning_runs_out_at_its_stated_end_and_a_floor_keeps_it_in_force() {
        let ends = End::At("2021-03-08T24:00".parse().unwrap());
        let suspend = notice(NoticeKind::Suspend, Orange, "2021-03-06T14:00", ends);
        let warning = hengshui_2021().after(&suspend, at("2021-03-06T12:00"));
        assert_eq!(warning.phase(at("2021-03-08T23:59")), Phase::Suspended);
        assert_eq!(warning.phase(at("2021-03-08T24:00")), Phase::Over);

        let floor = floor_from("豫环委攻坚办〔2026〕88号", "2023-12-20T08:00");
        let suspend = notice(
            NoticeKind::Suspend,
            Orange,
            "2023-12-22T08:00",
            End::UntilFurtherNotice,
        );
        let now = at("2023-12-21T08:00");
        let refused = Warning::admits(Some(&orange()), &suspend, Some(&floor), now);
        assert!(matches!(refused, Err(NotAdmitted::BelowFloor { .. })));
    }

    #[test]
    fn a_staggered_lift_is_over_at_its_last_hour_and_takes_no_hour_that_has_passed() {
        let hour = |area: &str, at: &str| AreaHour {
            area: area.parse().unwrap(),
            at: at.parse().unwrap(),
        };
        let areas = vec![
            hour("411081", "2023-12-31T15:00"),
            hour("411082", "2023-12-31T18:00"),
        ];
        let lift = Contents {
            areas: areas.clone(),
            ..notice(
                NoticeKind::Lift,
                Orange,
                "2023-12-31T24:00",
                End::UntilFurtherNotice,
            )
        };
        let admits = |now: &str| Warning::admits(Some(&orange()), &lift, None, at(now));
        assert_eq!(admits("2023-12-31T15:00"), Ok(()));
        let AreaHour { area, at: hour } = areas[0];
        let refused = NotAdmitted::AreaPast { area, at: hour };
        assert_eq!(admits("2023-12-31T15:01"), Err(refused));
        let warning = orange().after(&lift, at("2023-12-31T10:00"));
        assert_eq!(warning.lifted_at(area), Some(hour));
        let other = "411023".parse().unwrap();
        assert_eq!(warning.lifted_at(other), Some(lift.effective));
        assert_eq!(orange().lifted_at(area), None);
        assert_eq!(warning.phase(at("2023-12-31T18:00")), Phase::InForce);
        assert_eq!(warning.phase(at("2023-12-31T24:00")), Phase::Over);
    }

    /// 黑龙江 2017-11: yellow, 减排措施按橙色执行.
    fn heilongjiang(kind: NoticeKind, level: WarningLevel, of: Option<WarningLevel>) -> Contents {
        Contents {
            classes: of.map(industry).unwrap_or_default(),
            ..notice(kind, level, "2017-11-06T00:00", End::UntilFurtherNotice)
        }
    }

    #[rstest]
    #[case::one_class_up(NoticeKind::Raise, Yellow, Some(Red), true)]
    #[case::all_to_the_highest(NoticeKind::Raise, Orange, None, true)]
    #[case::one_class_down(NoticeKind::Lower, Yellow, None, true)]
    #[case::nothing_changes(NoticeKind::Raise, Yellow, Some(Orange), false)]
    #[case::the_whole_up_and_a_class_down(NoticeKind::Raise, Orange, Some(Yellow), false)]
    #[case::extended_as_it_is(NoticeKind::Extend, Yellow, None, true)]
    fn a_raise_lowers_no_class_and_a_lowering_raises_none(
        #[case] kind: NoticeKind,
        #[case] level: WarningLevel,
        #[case] class: Option<WarningLevel>,
        #[case] admitted: bool,
    ) {
        let start = Contents {
            ends: End::At("2017-11-08T24:00".parse().unwrap()),
            ..heilongjiang(NoticeKind::Start, Yellow, Some(Orange))
        };
        let standing = Warning::begin(&start);
        let next = heilongjiang(kind, level, class);
        let now = at("2017-11-06T08:00");
        let refused = NotAdmitted::Level {
            kind,
            from: Yellow,
            to: level,
        };
        let expected = if admitted { Ok(()) } else { Err(refused) };
        assert_eq!(Warning::admits(Some(&standing), &next, None, now), expected);
    }

    #[test]
    fn an_extension_leaves_the_classes_and_a_raise_sets_them_anew() {
        let start = heilongjiang(NoticeKind::Start, Yellow, Some(Orange));
        let now = at("2017-11-06T08:00");
        let extended =
            Warning::begin(&start).after(&heilongjiang(NoticeKind::Extend, Yellow, None), now);
        assert_eq!(extended.levels().of(MeasureClass::Industry), Orange);
        assert_eq!((extended.level, extended.peak), (Yellow, Orange));
        let raised = extended.after(&heilongjiang(NoticeKind::Raise, Orange, None), now);
        assert_eq!((raised.classes, raised.level), (Vec::new(), Orange));
    }

    #[rstest]
    #[case::all_bound_and_one_kept(&[], Yellow, Some(Orange), false)]
    #[case::all_bound_and_kept(&[], Orange, None, true)]
    #[case::one_bound_higher_and_kept(&[Red], Orange, Some(Red), true)]
    #[case::one_bound_higher_and_not_kept(&[Red], Orange, None, false)]
    #[case::one_bound_lower(&[Yellow], Orange, Some(Yellow), true)]
    fn a_floor_binds_each_class_that_it_names_and_all_others_alike(
        #[case] ordered: &[WarningLevel],
        #[case] level: WarningLevel,
        #[case] class: Option<WarningLevel>,
        #[case] admitted: bool,
    ) {
        let bound = Bound {
            classes: ordered.iter().copied().flat_map(industry).collect(),
            ..floor_from("豫环委攻坚办〔2026〕88号", "2017-11-06T00:00")
        };
        let start = heilongjiang(NoticeKind::Start, level, class);
        let now = at("2017-11-05T08:00");
        let admits = Warning::admits(None, &start, Some(&bound), now);
        assert_eq!(admits.is_ok(), admitted);
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
