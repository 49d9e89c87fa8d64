//! Judgement (研判): rules + outlook (+ what stands + a superior's floor) → what is proposed, and why.
//!
//! [`Rules`] are data, one dated file each. [`Rules::assess`] looks at an outlook alone and names
//! the level it meets. [`Rules::decide`] also knows the [`Standing`] warning and the [`Floor`] a
//! superior set, and answers with a [`Decision`]: issue, raise, lower, extend, lift, hold or advise.
//! Both answer with their [`Reason`]s and with what is missing for the [`Next`] level. Nothing here
//! issues anything: a person decides.
//!
//! # How the rules are read
//!
//! - A day is above a value or not, strictly. Two kinds of day are *neither above nor below*: a day
//!   without a value, and a day that does not count (its cause is excluded, or its AQI comes from
//!   an excluded pollutant and its PM2.5 is not known). Such a day breaks a run, and never reads as
//!   clean air. Only where even its full AQI is not above the value does it count as below.
//! - Hours are consecutive: N hours are an unbroken run of N/24 whole days, rounded up.
//! - Where hours are known, a day may be any 24 of them ([`Window::Rolling24h`]): N hours are N/24 of
//!   these, one beginning where the other ends, at whatever hour the first begins. What overlaps is
//!   one span. An hour is clean where every 24 hours that begin with it are.
//! - What is measured now may start a warning at once, where the rules say so: an [`ObservedStart`].
//! - A warning may be lowered or lifted once the air stays at or below the lowest value its level
//!   starts above, for the hours the rule asks (36 h: two whole days), and the first of these days
//!   has come. Until then it is held; while it is not yet clear, it is extended.
//! - Two episodes with less than that between them are one: merging joins them under one warning at
//!   the higher level (从严), but never adds up their broken runs. Two such days at the lowest value
//!   of all separate them.
//! - A warning is not lowered while its own level comes back within the same episode (波动时按高级别
//!   执行).
//!
//! # Design notes
//!
//! Where several runs meet the level, [`Rules::assess`] names the earliest, widened by what
//! overlaps it: a run over 150 that holds one over 200 is one span. A new warning starts with its
//! episode even where its level is met later in it; a raise starts with its own run.

use std::collections::BTreeMap;

use chrono::{DateTime, Days as Ahead, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::aqi::PollutantSet;
use crate::level::WarningLevel;
use crate::outlook::{Cause, Days};
use crate::time::{day_of, day_start};

mod condition;
mod declined;
mod judged;
mod observed;
mod rules;
mod series;
mod words;

pub use condition::{Clause, Condition, NotACondition};
pub use observed::{Air, Measured, ObservedStart};
pub use rules::{Below, Exclusions, KnownPart, Lift, Part, Ranges, Rules, Window};

use judged::Judged;
use series::{Met, Series};

/// What an outlook meets by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The highest level met.
    pub level: Option<WarningLevel>,
    /// Where the run that meets it begins: at a midnight, or at the hour of a day that may cross one.
    pub from: Option<DateTime<Utc>>,
    /// Where it ends.
    pub until: Option<DateTime<Utc>>,
    /// The conditions met, then the days that did not count.
    pub because: Vec<Reason>,
    /// What is missing for the next level; none when the highest is met.
    pub next: Option<Next>,
}

/// A warning that stands. One whose lift has been issued stands no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its level now.
    pub level: WarningLevel,
    /// When it starts or started.
    pub from: DateTime<Utc>,
    /// When its present level starts or started; `from`, or later after a raise or lowering.
    pub since: DateTime<Utc>,
    /// Its planned end; none where it is open (解除时间另行通知).
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// What stands once a decision is carried out.
    pub fn after(standing: Option<Self>, decision: &Decision) -> Option<Self> {
        match (decision.proposal, decision.level, decision.from, standing) {
            (Proposal::Lift, ..) => None,
            (Proposal::Issue, Some(level), Some(from), _) => Some(Self {
                level,
                from,
                since: from,
                until: decision.until,
            }),
            (Proposal::Raise | Proposal::Lower, Some(level), Some(since), Some(standing)) => {
                Some(Self {
                    level,
                    from: standing.from.min(since),
                    since,
                    until: decision.until,
                })
            }
            (Proposal::Extend, _, Some(from), Some(standing)) => Some(Self {
                from: standing.from.min(from),
                since: if standing.since == standing.from {
                    from.min(standing.from)
                } else {
                    standing.since
                },
                until: decision.until,
                ..standing
            }),
            _ => standing,
        }
    }
}

/// The level a superior ordered (调度指令、预警函): ours may be higher, never lower, while it binds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// The level ordered.
    pub level: WarningLevel,
    /// When it is to start.
    pub from: DateTime<Utc>,
    /// When it ends; none while the superior has not said.
    pub until: Option<DateTime<Utc>>,
    /// The number of the instruction.
    pub document: String,
}

/// What a person is asked to do, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The act proposed.
    pub proposal: Proposal,
    /// The level that stands once it is carried out.
    pub level: Option<WarningLevel>,
    /// When that starts: for issue, raise and lower the start of the new level, for hold and extend
    /// the start of the warning.
    pub from: Option<DateTime<Utc>>,
    /// When the warning is expected to end, or the lift to take effect; none where open.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub because: Vec<Reason>,
    /// What is missing for the next level.
    pub next: Option<Next>,
}

impl Decision {
    /// Whether another says the same, whatever is [remarked](Reason::is_remark) on its values, and
    /// whatever was measured in the hour in which it was said.
    pub fn same_but_for_remarks(&self, other: &Self) -> bool {
        let without_remarks = |decision: &Self| {
            let mut decision = decision.clone();
            decision.because.retain(|reason| !reason.is_remark());
            for reason in &mut decision.because {
                if let Reason::Observed { measured, .. } = reason {
                    *measured = measured.without_values();
                }
            }
            decision
        };
        without_remarks(self) == without_remarks(other)
    }
}

/// An act the machine may propose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proposal {
    /// 发布.
    Issue,
    /// 升级.
    Raise,
    /// 降级.
    Lower,
    /// 延长, at either end.
    Extend,
    /// 解除.
    Lift,
    /// Leave things as they are.
    Hold,
    /// 健康提示: the air is bad, but by a cause or pollutant that starts no coloured warning.
    Advise,
}

impl Proposal {
    /// The machine word: `issue`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Raise => "raise",
            Self::Lower => "lower",
            Self::Extend => "extend",
            Self::Lift => "lift",
            Self::Hold => "hold",
            Self::Advise => "advise",
        }
    }

    /// The Chinese word: `发布`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Issue => "发布",
            Self::Raise => "升级",
            Self::Lower => "降级",
            Self::Extend => "延长",
            Self::Lift => "解除",
            Self::Hold => "维持",
            Self::Advise => "健康提示",
        }
    }
}

/// One reason, in terms a person can check by eye.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// These days meet a condition of a level.
    Met {
        /// The level.
        level: WarningLevel,
        /// The condition.
        condition: Condition,
        /// The whole unbroken run.
        run: Run,
    },
    /// The air measured calls for a level at once, and is foreseen to last.
    Observed {
        /// The level.
        level: WarningLevel,
        /// What was measured.
        measured: Measured,
    },
    /// These days are above the lowest line and do not count.
    Excluded {
        /// What excludes them.
        by: Exclusion,
        /// The days, with the AQI they would have counted with.
        run: Run,
    },
    /// A superior ordered this level.
    Ordered {
        /// The level.
        level: WarningLevel,
        /// The number of the instruction.
        document: String,
    },
    /// These days stay at or below the start standard of the level that stands.
    Clear {
        /// The level that stands.
        level: WarningLevel,
        /// The value none of the days is above.
        line: u16,
        /// The days, as many as a lift asks for.
        run: Run,
    },
    /// The air does not stay at or below the start standard of the level that stands.
    NotClear {
        /// The level that stands.
        level: WarningLevel,
        /// The value concerned.
        line: u16,
        /// The first day from which it does; none within the outlook.
        before: Option<NaiveDate>,
    },
    /// Any 24 hours were to be judged, and hours are missing: natural days were.
    NaturalDays,
    /// The values of these days are forecasts out of date.
    Stale {
        /// The first of them.
        first: NaiveDate,
        /// The last of them.
        last: NaiveDate,
    },
    /// These days have no value; that is no clean air.
    NoValue {
        /// The first of them.
        first: NaiveDate,
        /// The last of them.
        last: NaiveDate,
    },
}

impl Reason {
    /// Whether it tells how well the values are known, and nothing of what they call for.
    pub const fn is_remark(&self) -> bool {
        matches!(self, Self::NaturalDays | Self::Stale { .. })
    }
}

/// Consecutive days with the values they are judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The first day.
    pub first: NaiveDate,
    /// The hour at which it, and each after it, begins: 0 of natural days.
    #[serde(default, skip_serializing_if = "is_midnight")]
    pub hour: u16,
    /// The value of each day; never empty.
    pub values: Vec<u16>,
}

impl Run {
    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.first + Ahead::new(self.values.len() as u64 - 1)
    }

    /// The start of the first day.
    pub fn from(&self) -> DateTime<Utc> {
        day_start(self.first) + TimeDelta::hours(self.hour.into())
    }

    /// The end of the last day.
    pub fn until(&self) -> DateTime<Utc> {
        self.from() + TimeDelta::days(self.values.len().try_into().expect("fewer than days exist"))
    }

    /// Its length in hours.
    pub fn hours(&self) -> usize {
        24 * self.values.len()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_midnight(hour: &u16) -> bool {
    *hour == 0
}

/// Why days do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// What brought the pollution.
    Cause(Cause),
    /// The primary pollutants, none of which counts.
    Pollutants(PollutantSet),
}

/// What is missing for a level: the condition nearest to being met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// The level.
    pub level: WarningLevel,
    /// Its condition.
    pub condition: Condition,
    /// The days its run is short of.
    pub days: u16,
    /// The days the run inside is short of.
    pub days_inside: u16,
    /// Whether the level is met when every range counts with its upper end.
    pub at_upper_end: bool,
}

impl Next {
    /// In English: `1 more day above 300 inside the run`.
    pub fn en(&self) -> String {
        let days = |n: u16| format!("{n} more day{}", if n == 1 { "" } else { "s" });
        let mut text = self.phrase(
            |n, line| format!("{} above {line} in a row", days(n)),
            |n, line| format!("{} above {line} inside the run", days(n)),
            " and ",
        );
        if self.at_upper_end {
            text.push_str("; met at the upper end of the forecast");
        }
        text
    }

    /// In Chinese: `还差1天AQI>300（在连续日内）`.
    pub fn zh(&self) -> String {
        let mut text = self.phrase(
            |n, line| format!("还差连续{n}天AQI>{line}"),
            |n, line| format!("还差{n}天AQI>{line}（在连续日内）"),
            "，",
        );
        if self.at_upper_end {
            text.push_str("；按预报上限已达到");
        }
        text
    }

    fn phrase(
        &self,
        run: impl Fn(u16, u16) -> String,
        inside: impl Fn(u16, u16) -> String,
        joint: &str,
    ) -> String {
        let outer = (self.days > 0).then(|| run(self.days, self.condition.run.line()));
        let inner = self.condition.inside.filter(|_| self.days_inside > 0);
        let inner = inner.map(|clause| inside(self.days_inside, clause.line()));
        let parts: Vec<_> = outer.into_iter().chain(inner).collect();
        parts.join(joint)
    }
}

impl Rules {
    /// The highest level an outlook meets by itself. Every day of it is looked at.
    pub fn assess<'o>(&self, outlook: impl Into<Days<'o>>) -> Assessment {
        let series = Series::new(self, outlook.into(), NaiveDate::default());
        let met = series.met(0);
        assessed(&series, met, 0)
    }

    /// The same of an outlook and the air as it is now.
    pub fn assess_now<'o>(&self, outlook: impl Into<Days<'o>>, air: &Air) -> Assessment {
        let judged = Judged::new(self, outlook.into(), None, day_of(air.now()), Some(air));
        assessed(&judged.series, judged.met(), judged.today)
    }

    /// The highest level whose conditions each civil day meets in hindsight: the days within a run
    /// that meets one, once the whole series is known. Days that meet none are not named.
    pub fn met_on_days<'o>(&self, days: impl Into<Days<'o>>) -> BTreeMap<NaiveDate, WarningLevel> {
        Series::new(self, days.into(), NaiveDate::default()).met_on_days()
    }

    /// What to do on `today`, given what stands and what a superior ordered.
    ///
    /// Days before `today` matter only as the beginning of a run that reaches it, or of clean air
    /// that does. The answer does not depend on the hour: carried out (see [`Standing::after`]), it
    /// is followed by [`Proposal::Hold`] on the same outlook, and so is that for ever.
    pub fn decide<'o>(
        &self,
        outlook: impl Into<Days<'o>>,
        standing: Option<&Standing>,
        floor: Option<&Floor>,
        today: NaiveDate,
    ) -> Decision {
        Judged::new(self, outlook.into(), floor, today, None).decide(standing)
    }

    /// The same now, given the air as it is: what is [measured](ObservedStart) may start a warning at
    /// once.
    pub fn decide_now<'o>(
        &self,
        outlook: impl Into<Days<'o>>,
        standing: Option<&Standing>,
        floor: Option<&Floor>,
        air: &Air,
    ) -> Decision {
        Judged::new(self, outlook.into(), floor, day_of(air.now()), Some(air)).decide(standing)
    }
}

/// The highest of these levels, over the earliest run that calls for it.
fn assessed(series: &Series<'_>, met: Vec<Met>, reaching: i64) -> Assessment {
    let level = met.iter().map(|met| met.level).max();
    let (span, met) = earliest(met, level);
    let mut because: Vec<_> = met.iter().map(|met| series.reason(met)).collect();
    because.extend(series.excluded(reaching));
    Assessment {
        level,
        from: span.as_ref().map(|span| series.start(span.start)),
        until: span.map(|span| series.start(span.end)),
        because,
        next: series.next(level, reaching),
    }
}

/// The earliest run that meets a level, with all that overlaps it.
fn earliest(
    mut met: Vec<Met>,
    level: Option<WarningLevel>,
) -> (Option<std::ops::Range<i64>>, Vec<Met>) {
    met.retain(|met| Some(met.level) == level);
    let Some(first) = met.iter().map(|met| met.days.start).min() else {
        return (None, met);
    };
    // Of natural days, runs over different lines overlap only by one holding the other. Those that
    // begin at different hours overlap in a chain.
    let mut end = first + 1;
    let reach = |end| {
        let held = met.iter().filter(|met| met.days.start < end);
        held.map(|met| met.days.end).max()
    };
    while let Some(further) = reach(end).filter(|&further| further > end) {
        end = further;
    }
    met.retain(|met| met.days.start < end);
    (Some(first..end), met)
}

#[cfg(test)]
mod tests;
