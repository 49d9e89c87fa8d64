//! Early start (提前启动): heavily polluted air that is measured, and foreseen to last, starts a warning
//! at once, though no condition is met yet. Rules say so in an [`ObservedStart`].
//!
//! # How it is read
//!
//! The words (聊城 2019: 监测AQI已达重度及以上，且预测未来12小时无明显改善，尽早启动实际级别) leave
//! three things open. The reading is ours:
//!
//! - *Measured* is the last hour that was measured, if it ended within [`LATEST`]; where there is none,
//!   the value observed of today.
//! - *No clear improvement* (无明显改善) is when every hour until so many hours from now is foreseen
//!   above the same value. An hour nobody foresees counts with its day as that is foreseen; what was
//!   measured says nothing of what comes, and neither does what is not known.
//! - *The actual level* (实际级别) is the one the air is at: that of the runs that join the hours
//!   without a break, as the conditions give it, and the lowest level where there is none. A higher
//!   level that comes later in the same haze is left to a raise (不得随意提级).
//!
//! Hours count by the same exclusions as days. Where the conditions are met over the present hour
//! anyway, an early start adds nothing and is not named. It begins today, as what has begun does: at
//! which hour is for a person to say.

use std::collections::BTreeMap;
use std::iter;

use chrono::{DateTime, Days as Ahead, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::aqi::Standards;
use crate::level::WarningLevel;
use crate::outlook::{Day, Days, HoursOfDay, Origin};
use crate::playbook::Standing;
use crate::time::{day_of, day_start};

use super::Rules;
use super::judged::Judged;
use super::series::{Ground, Judgement, Met};

/// Stations publish an hour within the next; one that ended longer ago says nothing of now.
const LATEST: TimeDelta = TimeDelta::hours(3);

const HOUR: TimeDelta = TimeDelta::hours(1);

/// For how many hours at most a plan may ask that nothing improve.
pub(super) const MOST_HOURS: u16 = 72;

/// When measured air starts a warning at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedStart {
    /// The value the measured air is above: 200 for heavy pollution and more (重度及以上).
    pub above: u16,
    /// For how many hours from now no clear improvement is foreseen.
    pub hours: u16,
    /// How well that is known.
    pub standing: Standing,
    /// Where this was read.
    pub source: String,
}

/// The air around an instant, hour by hour: measured up to it, foreseen after it.
#[derive(Clone, Debug)]
pub struct Air {
    now: DateTime<Utc>,
    /// By when they begin, each as the index of one hour.
    hours: BTreeMap<DateTime<Utc>, Day>,
    /// The days as they are foreseen, for hours that nobody foresees.
    foreseen: BTreeMap<NaiveDate, Day>,
}

/// Measured air above a value that is foreseen to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The value it is above.
    pub above: u16,
    /// Since when at the latest it was measured so without a break.
    pub since: DateTime<Utc>,
    /// The index measured then.
    pub aqi: u16,
    /// Whether that is the index of an hour; else of a day.
    pub hourly: bool,
    /// For how many hours from now no clear improvement is foreseen.
    pub hours: u16,
}

impl Measured {
    /// The same without what another hour changes.
    pub(super) const fn without_values(self) -> Self {
        Self {
            since: DateTime::UNIX_EPOCH,
            aqi: 0,
            hourly: false,
            ..self
        }
    }
}

/// What is measured now, and until when it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observed {
    now: DateTime<Utc>,
    measured: Measured,
    /// The end of the day up to which no improvement is foreseen.
    until: DateTime<Utc>,
}

impl Air {
    /// The air at an instant of which nothing is known yet.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            hours: BTreeMap::new(),
            foreseen: BTreeMap::new(),
        }
    }

    /// The instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Takes in the hours of a day that have an index, as they are judged by the standard in force:
    /// measured ones as far as they are over, foreseen ones where none was measured.
    pub fn insert(&mut self, day: &Day, hours: &HoursOfDay, standards: &Standards) {
        let measured = day.origin == Origin::MEASURED;
        for (at, begin) in (0..24).zip(hours_from(day_start(day.on))) {
            let hour = Day {
                cause: day.cause,
                origin: day.origin.clone(),
                ..Day::of_hour(day.on, &hours.at(at), standards)
            };
            if hour.aqi.is_none() || (measured && begin + HOUR > self.now) {
                continue;
            }
            if measured || !self.hours.contains_key(&begin) {
                self.hours.insert(begin, hour);
            }
        }
    }

    /// Takes in a day as it is foreseen or filled in; one that was measured foresees nothing.
    pub fn foresee(&mut self, day: &Day) {
        if !matches!(day.origin, Origin::Observed { .. }) {
            self.foreseen.insert(day.on, day.clone());
        }
    }

    /// The hour that begins then, as it is foreseen.
    fn ahead(&self, begin: DateTime<Utc>) -> Option<&Day> {
        let day = || self.foreseen.get(&day_of(begin));
        self.hours.get(&begin).or_else(day)
    }

    /// The hour measured last, if it is not too long ago.
    fn last_measured(&self) -> Option<DateTime<Utc>> {
        let mut lately = self.hours.range(self.now - LATEST - HOUR..=self.now).rev();
        let measured = |hour: &Day| hour.origin == Origin::MEASURED;
        lately.find_map(|(begin, hour)| measured(hour).then_some(*begin))
    }
}

impl Rules {
    /// Whether what is measured starts a warning at once.
    pub(super) fn observed(&self, days: Days<'_>, air: &Air) -> Option<Observed> {
        let start = self.observed_start.as_ref()?;
        let above = |day: &Day| self.is_above(day, start.above);
        let today = day_of(air.now);
        let day = |on: NaiveDate| days.index(on).map(|index| &days.as_slice()[index]);

        let last = air.last_measured();
        let (since, first) = if let Some(last) = last {
            let back = air.hours.range(..=last).rev();
            let unbroken = back.zip(iter::successors(Some(last), |at| Some(*at - HOUR)));
            let unbroken = unbroken.take_while(|((begin, hour), expected)| {
                *begin == expected && hour.origin == Origin::MEASURED && above(hour)
            });
            let ((begin, hour), _) = unbroken.last()?;
            (*begin, hour)
        } else {
            let observed = day(today).filter(|day| day.origin == Origin::MEASURED && above(day))?;
            (day_start(today), observed)
        };
        let reaches = air.now + TimeDelta::hours(start.hours.into());
        let ahead = hours_from(hour_of(air.now)).take_while(|begin| *begin < reaches);
        let last_ahead = ahead.clone().last()?;
        let lasts = { ahead }.all(|begin| air.ahead(begin).is_some_and(above));
        lasts.then(|| Observed {
            now: air.now,
            measured: Measured {
                above: start.above,
                since,
                aqi: Judgement::of(self, first).value(),
                hourly: last.is_some(),
                hours: start.hours,
            },
            until: day_start(day_of(last_ahead) + Ahead::new(1)),
        })
    }

    /// The lowest level these rules know.
    fn lowest_level(&self) -> WarningLevel {
        let (lowest, _) = self.levels().next().expect("rules have a level");
        lowest
    }
}

impl Judged<'_> {
    /// What is measured, as a run like those that meet a condition; none where one of these is met over
    /// the present hour.
    pub(super) fn early(&self, met: &[Met]) -> Option<Met> {
        let observed = self.observed.as_ref()?;
        let now = self.series.position(observed.now);
        if met.iter().any(|met| met.days.contains(&now)) {
            return None;
        }
        let since = self.series.position(observed.measured.since);
        let days = since.max(self.today)..self.series.position(observed.until);
        let joined = met
            .iter()
            .filter(|met| met.days.start <= days.end && days.start <= met.days.end);
        let level = joined.map(|met| met.level).max();
        Some(Met {
            level: level.unwrap_or_else(|| self.rules.lowest_level()),
            ground: Ground::Observed(observed.measured),
            days,
        })
    }
}

/// When the hour begins in which an instant lies.
fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::milliseconds(at.timestamp_millis().rem_euclid(HOUR.num_milliseconds()))
}

fn hours_from(begin: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> + Clone {
    iter::successors(Some(begin), |at| Some(*at + HOUR))
}
