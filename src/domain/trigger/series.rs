//! Days as the rules see them, by position: what counts, which runs there are, where it is clear.

use std::ops::Range;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::level::WarningLevel;
use crate::outlook::{Cause, Day, Days};
use crate::time::day_start;

use super::{Clause, Condition, Exclusion, Next, Reason, Rules, Run};

impl Rules {
    /// Whether a day counts and is strictly above a value.
    pub fn is_above(&self, day: &Day, line: u16) -> bool {
        Judgement::of(self, day).is_above(line)
    }

    /// Whether a day is known to be at or below a value; a day without one never is.
    pub fn is_clear(&self, day: &Day, line: u16) -> bool {
        Judgement::of(self, day).is_clear(line)
    }
}

/// Consecutive days, judged.
pub(super) struct Series<'r> {
    rules: &'r Rules,
    first: NaiveDate,
    days: Vec<Judgement>,
}

/// A run that meets a condition.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) level: WarningLevel,
    pub(super) condition: Condition,
    /// Positions, the end excluded.
    pub(super) days: Range<i64>,
}

/// What a day counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    /// This value; the upper end of its range beside it.
    Counts { value: u16, high: u16 },
    /// Not known, but at most this.
    Excluded { by: Exclusion, at_most: u16 },
    /// Not known at all.
    NoValue,
}

impl Judgement {
    fn of(rules: &Rules, day: &Day) -> Self {
        let Some(aqi) = day.aqi else {
            return Self::NoValue;
        };
        let excluded = |by| Self::Excluded {
            by,
            at_most: aqi.high(),
        };
        let counts = |range| Self::Counts {
            value: rules.ranges.value(range),
            high: range.high(),
        };
        let uncounted = rules.exclusions.pollutants;
        let by_pollutant = !day.primary.is_empty()
            && day
                .primary
                .iter()
                .all(|primary| uncounted.contains(primary));
        match (day.cause, day.pm2_5) {
            // Ozone is a pollutant named as a cause: its day, too, is judged by the PM2.5.
            (Some(cause), pm2_5) if rules.exclusions.causes.contains(&cause) => {
                match pm2_5.filter(|_| cause == Cause::Ozone) {
                    Some(pm2_5) => counts(pm2_5),
                    None => excluded(Exclusion::Cause(cause)),
                }
            }
            (_, Some(pm2_5)) if by_pollutant => counts(pm2_5),
            (_, None) if by_pollutant => excluded(Exclusion::Pollutants(day.primary)),
            _ => counts(aqi),
        }
    }

    fn is_above(self, line: u16) -> bool {
        matches!(self, Self::Counts { value, .. } if value > line)
    }

    fn is_above_at_best(self, line: u16) -> bool {
        matches!(self, Self::Counts { high, .. } if high > line)
    }

    /// Known to be at or below: what is not known is never clean.
    fn is_clear(self, line: u16) -> bool {
        match self {
            Self::Counts { value, .. } => value <= line,
            Self::Excluded { at_most, .. } => at_most <= line,
            Self::NoValue => false,
        }
    }

    fn value(self) -> u16 {
        match self {
            Self::Counts { value, .. } => value,
            Self::Excluded { at_most, .. } => at_most,
            Self::NoValue => 0,
        }
    }
}

impl<'r> Series<'r> {
    /// The days judged by the rules; positions count from their first, or from `origin` where there
    /// is none.
    pub(super) fn new(rules: &'r Rules, days: Days<'_>, origin: NaiveDate) -> Self {
        let days = days.as_slice();
        Self {
            rules,
            first: days.first().map_or(origin, |day| day.on),
            days: days.iter().map(|day| Judgement::of(rules, day)).collect(),
        }
    }

    /// The position of a day, negative before the first.
    pub(super) fn position(&self, day: NaiveDate) -> i64 {
        (day - self.first).num_days()
    }

    /// The day at a position.
    pub(super) fn day(&self, position: i64) -> NaiveDate {
        self.first + Duration::days(position)
    }

    /// The instant at which the day at a position starts.
    pub(super) fn start(&self, position: i64) -> DateTime<Utc> {
        day_start(self.day(position))
    }

    /// Every run that meets a condition of any level and whose last day is `reaching` or later.
    pub(super) fn met(&self, reaching: i64) -> Vec<Met> {
        let mut met = Vec::new();
        for (level, conditions) in self.rules.levels() {
            for &condition in conditions {
                let runs = self.meeting(condition, reaching, Judgement::is_above);
                met.extend(runs.map(|days| Met {
                    level,
                    condition,
                    days,
                }));
            }
        }
        met
    }

    /// The first position, from `anchor` on, of as many days clear of a line as a lift asks for.
    pub(super) fn clear_from(&self, line: u16, anchor: i64) -> Option<i64> {
        let asked = self.rules.lift_days();
        let mut clear = 0;
        for position in anchor.max(0)..self.len() {
            clear = if self.at(position).is_clear(line) {
                clear + 1
            } else {
                0
            };
            if clear == asked {
                return Some(position + 1 - asked);
            }
        }
        None
    }

    /// The position after the last day above a line; 0 where there is none.
    pub(super) fn last_above(&self, line: u16) -> i64 {
        let mut positions = (0..self.len()).rev();
        let last = positions.find(|&position| self.at(position).is_above(line));
        last.map_or(0, |last| last + 1)
    }

    /// Days at these positions with their values.
    pub(super) fn run(&self, positions: Range<i64>) -> Run {
        Run {
            first: self.day(positions.start),
            values: positions
                .map(|position| self.at(position).value())
                .collect(),
        }
    }

    /// A run met, as a reason.
    pub(super) fn reason(&self, met: &Met) -> Reason {
        Reason::Met {
            level: met.level,
            condition: met.condition,
            run: self.run(met.days.clone()),
        }
    }

    /// The days from a position on that are above the lowest line and do not count.
    pub(super) fn excluded(&self, from: i64) -> Vec<Reason> {
        let line = self.rules.lowest_line();
        let why = |position| match self.at(position) {
            Judgement::Excluded { by, at_most } if at_most > line => Some(by),
            _ => None,
        };
        stretches(from.max(0)..self.len(), why)
            .map(|(by, positions)| Reason::Excluded {
                by,
                run: self.run(positions),
            })
            .collect()
    }

    /// The days at these positions without a value, as far as the series goes.
    pub(super) fn gaps(&self, positions: Range<i64>) -> impl Iterator<Item = Reason> {
        let last = self.len().max(positions.start + 1);
        let missing = |position| (self.at(position) == Judgement::NoValue).then_some(());
        stretches(positions.start..positions.end.min(last), missing).map(|((), gap)| {
            Reason::NoValue {
                first: self.day(gap.start),
                last: self.day(gap.end - 1),
            }
        })
    }

    /// What is missing for the level above this one.
    pub(super) fn next(&self, level: Option<WarningLevel>, reaching: i64) -> Option<Next> {
        let (above, conditions) = self
            .rules
            .levels()
            .find(|&(above, _)| level.is_none_or(|level| above > level))?;
        let nearest = |&condition: &Condition| {
            let (days, days_inside) = self.short_of(condition, reaching);
            (days + days_inside, days, days_inside, condition)
        };
        let (_, days, days_inside, condition) = conditions
            .iter()
            .map(nearest)
            .min_by_key(|&(total, ..)| total)?;
        let at_best = |&condition: &Condition| {
            let mut runs = self.meeting(condition, reaching, Judgement::is_above_at_best);
            runs.next().is_some()
        };
        Some(Next {
            level: above,
            condition,
            days,
            days_inside,
            at_upper_end: conditions.iter().any(at_best),
        })
    }

    /// How many days a condition is short of, in the run nearest to meeting it.
    fn short_of(&self, condition: Condition, reaching: i64) -> (u16, u16) {
        let short = |clause: Clause, longest: i64| {
            let there = u16::try_from(longest).unwrap_or(u16::MAX);
            clause.days().saturating_sub(there)
        };
        let none = (
            condition.run.days(),
            condition.inside.map_or(0, Clause::days),
        );
        self.runs(0..self.len(), condition.run, Judgement::is_above)
            .filter(|run| run.end > reaching)
            .map(|run| {
                let inside = condition.inside.map_or(0, |clause| {
                    let runs = self.runs(run.clone(), clause, Judgement::is_above);
                    short(clause, runs.map(length).max().unwrap_or(0))
                });
                (short(condition.run, length(run)), inside)
            })
            .min_by_key(|(days, inside)| days + inside)
            .unwrap_or(none)
    }

    /// The runs that meet a condition and whose last day is `reaching` or later.
    fn meeting(
        &self,
        condition: Condition,
        reaching: i64,
        above: fn(Judgement, u16) -> bool,
    ) -> impl Iterator<Item = Range<i64>> {
        let long = |clause: Clause| {
            move |run: &Range<i64>| length(run.clone()) >= i64::from(clause.days())
        };
        self.runs(0..self.len(), condition.run, above)
            .filter(move |run| run.end > reaching)
            .filter(long(condition.run))
            .filter(move |run| {
                condition.inside.is_none_or(|clause| {
                    self.runs(run.clone(), clause, above)
                        .any(|run| long(clause)(&run))
                })
            })
    }

    /// The unbroken runs above a clause's line, longest possible, within these positions.
    fn runs(
        &self,
        positions: Range<i64>,
        clause: Clause,
        above: fn(Judgement, u16) -> bool,
    ) -> impl Iterator<Item = Range<i64>> {
        let counts = move |position| above(self.at(position), clause.line()).then_some(());
        stretches(positions, counts).map(|((), run)| run)
    }

    fn len(&self) -> i64 {
        i64::try_from(self.days.len()).expect("a series is shorter than time")
    }

    fn at(&self, position: i64) -> Judgement {
        usize::try_from(position)
            .ok()
            .and_then(|position| self.days.get(position).copied())
            .unwrap_or(Judgement::NoValue)
    }
}

/// The longest stretches of positions that a key holds together.
fn stretches<K: PartialEq + Copy>(
    positions: Range<i64>,
    key: impl Fn(i64) -> Option<K>,
) -> impl Iterator<Item = (K, Range<i64>)> {
    let mut position = positions.start;
    std::iter::from_fn(move || {
        let (start, held) =
            (position..positions.end).find_map(|position| Some((position, key(position)?)))?;
        let end = (start + 1..positions.end)
            .find(|&position| key(position) != Some(held))
            .unwrap_or(positions.end);
        position = end;
        Some((held, start..end))
    })
}

fn length(run: Range<i64>) -> i64 {
    run.end - run.start
}
