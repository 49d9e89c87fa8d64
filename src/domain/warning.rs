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
//!
//! A stated end comes with nobody acting: it was issued by persons, and every letter since has
//! named it, so no message is sent when it comes. [`Warning::due`] says beforehand that somebody has
//! to decide whether to extend.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::addition::{self, Addition};
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
    /// The highest of the levels that hold until then, where that hour was ahead when it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_then: Option<WarningLevel>,
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
    /// What its notices have added for everyone and none has taken back, also what is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additions: Vec<Addition>,
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

/// What a person has to decide before, or since, an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The stated end is near: extend it, or let it run out.
    End(WrittenTime),
    /// A planned resumption is near, or has passed: resume, or go on.
    Resumption(WrittenTime),
}

/// How long before an hour it is due: a notice is to be issued 24 hours ahead (提前24小时以上).
const AHEAD: TimeDelta = TimeDelta::hours(24);

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
    /// Anything but another end once a lift was announced: everybody has been released already.
    #[error("the warning is lifted from {0} on: it is lifted at another hour, or withdrawn")]
    Ended(WrittenTime),
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
    /// Something taken back that was never added, or no longer stands.
    #[error("`{0}` was not added to this warning, so that it cannot be taken back")]
    NotAdded(String),
    /// An add-on with a window that goes on after the warning.
    #[error("an add-on ends with the warning, at {0}, at the latest")]
    Outlasts(WrittenTime),
    /// An end that has passed: nothing would hold when it is told.
    #[error("it was to end at {0}, which has passed")]
    EndPassed(WrittenTime),
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
        let mut additions = Vec::new();
        addition::follow(&mut additions, start);
        Self {
            additions,
            level: start.level,
            peak: start.levels().highest(),
            start: start.effective,
            effective: start.effective,
            until_then: None,
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
        let next = &next.clone().told_at(now);
        match standing.filter(|warning| !warning.phase(now).is_past()) {
            None if next.kind == NoticeKind::Start => {}
            None if standing.is_some() => return Err(NotAdmitted::Over),
            None => return Err(NotAdmitted::NoWarning(next.kind)),
            Some(warning) => warning.admits_change(next, now)?,
        }
        if let Some(end) = next
            .ends
            .time()
            .filter(|end| !next.kind.ends() && now >= end.at())
        {
            return Err(NotAdmitted::EndPassed(end));
        }
        admits_additions(standing, next)?;
        match bound {
            Some(bound) if !bound.is_kept_by(levels_after(standing, next)) && !next.withdraws() => {
                Err(NotAdmitted::BelowFloor {
                    floor: bound.levels().highest(),
                    number: bound.floor.document.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    fn admits_change(&self, next: &Contents, now: DateTime<Utc>) -> Result<(), NotAdmitted> {
        if let Some(ended) = self.ended.filter(|_| follows_no_end(next.kind)) {
            return Err(NotAdmitted::Ended(ended.at));
        }
        let suspension = self.suspension(now);
        self.admits_suspension(suspension, next, now)?;
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
            NoticeKind::Correct if suspension.is_some_and(Suspension::is_open) => {
                next.level == self.level && (next.classes.is_empty() || next.levels() == levels)
            }
            NoticeKind::Correct | NoticeKind::Resume => true,
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
        now: DateTime<Utc>,
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
            (Correct, suspension)
                if next.resumes.is_some() && !suspension.is_some_and(Suspension::is_open) =>
            {
                Err(NotAdmitted::NotSuspended)
            }
            (Suspend, None) | (Correct, Some(Suspension { until: None, .. })) => {
                not_before(self.effective, hour >= self.effective.at())
            }
            // Before its hour it is taken back, and nothing was ever suspended.
            (Resume, Some(suspension)) if now < suspension.from.at() => Ok(()),
            (Resume | Correct, Some(suspension)) => {
                not_before(suspension.from, hour > suspension.from.at())
            }
            _ => Ok(()),
        }
    }

    /// The level that a notice is signed for: the highest of those it states, and where it sets none
    /// in force, of those that hold from its hour on, which it may prolong, add to or put an end to.
    pub fn level_to_sign(standing: Option<&Self>, next: &Contents) -> WarningLevel {
        let stated = next.levels().highest();
        match standing {
            Some(warning) if !next.kind.sets_level() || warning.is_corrected_by(next) => {
                stated.max(warning.highest_from(next.effective))
            }
            _ => stated,
        }
    }

    /// The highest level of any class from an hour on: until the hour of the present levels has come,
    /// those before them hold.
    fn highest_from(&self, hour: WrittenTime) -> WarningLevel {
        let before = self.until_then.filter(|_| hour.at() < self.effective.at());
        before
            .max(Some(self.levels().highest()))
            .unwrap_or(self.level)
    }

    /// Whether a notice corrects its suspension, and leaves its levels as they stand.
    fn is_corrected_by(&self, next: &Contents) -> bool {
        next.kind == NoticeKind::Correct && self.suspension.is_some_and(Suspension::is_open)
    }

    /// What stands, if anything does, with one more notice issued at an instant.
    pub fn with(standing: Option<Self>, next: &Contents, issued_at: DateTime<Utc>) -> Self {
        match standing {
            Some(warning) => warning.after(next, issued_at),
            None => Self::begin(next),
        }
    }

    /// The warning after one more notice, issued at an instant.
    #[must_use]
    pub fn after(mut self, next: &Contents, issued_at: DateTime<Utc>) -> Self {
        let next = &next.clone().told_at(issued_at);
        self.notices += 1;
        self.suspension = self.suspension(issued_at);
        addition::follow(&mut self.additions, next);
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
            NoticeKind::Correct if self.suspension.is_some_and(Suspension::is_open) => {
                self.suspend(next);
            }
            NoticeKind::Correct | NoticeKind::Resume => {
                if let Some(suspension) = &mut self.suspension {
                    suspension.until = Some(next.effective);
                }
                self.put_in_force(next, issued_at);
            }
            NoticeKind::Start | NoticeKind::Raise | NoticeKind::Lower => {
                self.put_in_force(next, issued_at);
            }
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

    fn put_in_force(&mut self, next: &Contents, issued_at: DateTime<Utc>) {
        // Levels that never came to hold are replaced, and those before them go on.
        if self.effective.at() <= issued_at {
            self.until_then = Some(self.levels().highest());
        }
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

    /// What was added for everyone and is owed at an instant, or will be.
    pub fn additions(&self, now: DateTime<Utc>) -> Vec<Addition> {
        let owed = self.additions.iter().filter(|it| !it.is_over(now));
        owed.cloned().collect()
    }

    /// From when duties hold under its last notice, and until when: those of that notice, except
    /// that an add-on leaves the hours of the warning as they were.
    pub fn hours(&self, last: &Contents) -> (WrittenTime, End) {
        match last.kind {
            NoticeKind::AddOn => (self.effective, self.ends),
            _ => (last.effective, last.ends),
        }
    }

    /// When it ran out at its stated end, with nobody acting.
    pub fn ran_out(&self, now: DateTime<Utc>) -> Option<WrittenTime> {
        match (self.ended, self.ends) {
            (None, End::At(end)) if now >= end.at() => Some(end),
            (Some(ended), End::At(end)) if end.at() < ended.at.at() && now >= end.at() => Some(end),
            _ => None,
        }
    }

    /// What a person has to decide within a day, or should have decided.
    pub fn due(&self, now: DateTime<Utc>) -> Vec<Due> {
        if self.is_ended() || self.phase(now).is_past() {
            return Vec::new();
        }
        let near = |time: &WrittenTime| time.at() - AHEAD <= now;
        let end = match self.ends {
            End::At(end) => Some(end),
            End::UntilFurtherNotice => None,
        };
        let open = self.suspension.filter(|it| it.is_open());
        let planned = open.and_then(|it| it.planned);
        let end = end.filter(near).map(Due::End);
        let planned = planned.filter(near).map(Due::Resumption);
        end.into_iter().chain(planned).collect()
    }

    /// Whether a kind of notice may follow at an instant, whatever it says.
    pub fn takes(&self, kind: NoticeKind, now: DateTime<Utc>) -> bool {
        match self.suspension(now) {
            _ if self.is_ended() => kind.ends(),
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

    /// An area that a staggered lift has ended after one instant and by another.
    pub fn lifted_between(&self, after: DateTime<Utc>, by: DateTime<Utc>) -> Option<AreaHour> {
        let between = |named: &&AreaHour| after < named.at.at() && named.at.at() <= by;
        self.areas.iter().find(between).copied()
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
    /// Whether no notice has ended it.
    pub const fn is_open(self) -> bool {
        self.until.is_none()
    }

    /// Whether duties are owed again.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| now >= until.at())
    }
}

/// What a warning does not take whose lift was announced; a start is refused for what stands.
const fn follows_no_end(kind: NoticeKind) -> bool {
    !kind.ends() && !matches!(kind, NoticeKind::Start)
}

/// What a suspended warning takes.
const fn follows_suspension(kind: NoticeKind) -> bool {
    use NoticeKind::{Correct, Lift, Resume, Withdraw};
    matches!(kind, Correct | Lift | Resume | Withdraw)
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
    /// The levels that are not to be undercut.
    pub fn levels(&self) -> Levels {
        Levels::new(self.floor.level, &self.classes)
    }

    /// Whether these levels, if any, are not below what was ordered, class by class.
    fn is_kept_by(&self, levels: Option<Levels>) -> bool {
        levels.is_some_and(|levels| levels.is_at_least(self.levels()))
    }
}

/// Whether what a notice takes back was added, and what it adds for a while ends with the warning.
fn admits_additions(standing: Option<&Warning>, next: &Contents) -> Result<(), NotAdmitted> {
    let added = standing.map_or(&[][..], |warning| &warning.additions);
    let never = |measure: &&String| added.iter().all(|it| it.measure != **measure);
    if let Some(measure) = next.drops.iter().find(never) {
        return Err(NotAdmitted::NotAdded(measure.clone()));
    }
    let own = next.ends.time();
    let Some(until) = own.filter(|_| next.kind == NoticeKind::AddOn) else {
        return Ok(());
    };
    match standing.and_then(|warning| warning.ends.time()) {
        Some(end) if until.at() > end.at() => Err(NotAdmitted::Outlasts(end)),
        _ => Ok(()),
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
mod tests;
