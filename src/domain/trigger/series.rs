//! Days as the rules see them, by position: what counts, which runs there are, where it is clear.
//!
//! A position is where a span of 24 hours begins. Of natural days each begins where the one before it
//! ends; of a rolling series one begins at every hour, and a run is every 24th of them. A range of
//! positions reaches from where its first span begins to where its last one ends.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::level::WarningLevel;
use crate::outlook::{Cause, Day, Days};
use crate::time::{WrittenTime, day_of, day_start};

use super::{Clause, Condition, Exclusion, Measured, Next, Reason, Rules, Run};

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
    /// Where position 0 begins.
    origin: DateTime<Utc>,
    /// How many positions make 24 hours.
    day: i64,
    spans: Vec<Judgement>,
    /// The positions of those above the lowest line at best, in order: what any run consists of.
    high: Vec<i64>,
}

/// A run that calls for a level.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) level: WarningLevel,
    pub(super) ground: Ground,
    /// From where it begins to where it ends.
    pub(super) days: Range<i64>,
}

/// Why a run calls for a level.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground {
    /// It meets this condition.
    Condition(Condition),
    /// It was measured, and lasts.
    Observed(Measured),
}

/// What a day counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// This value; the upper end of its range beside it.
    Counts { value: u16, high: u16 },
    /// Not known, but at most this.
    Excluded { by: Exclusion, at_most: u16 },
    /// Not known at all.
    NoValue,
}

impl Judgement {
    pub(super) fn of(rules: &Rules, day: &Day) -> Self {
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
        let by_pollutant = !day.primary.is_empty() && day.primary.is_within(uncounted);
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

    pub(super) fn value(self) -> u16 {
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
        let spans = days.as_slice().iter();
        let spans: Vec<_> = spans.map(|day| Judgement::of(rules, day)).collect();
        let line = rules.lowest_line();
        let high = (0..)
            .zip(&spans)
            .filter(|(_, span)| span.is_above_at_best(line));
        Self {
            rules,
            origin: days.begin().unwrap_or_else(|| day_start(origin)),
            day: i64::try_from(days.a_day()).expect("24 at most"),
            high: high.map(|(position, _)| position).collect(),
            spans,
        }
    }

    /// How many positions make 24 hours: 1 of natural days.
    pub(super) fn day(&self) -> i64 {
        self.day
    }

    /// How many positions in a row have to be clean before a lift: days, or hours.
    pub(super) fn lift(&self) -> i64 {
        if self.day == 1 {
            self.rules.lift_days()
        } else {
            i64::from(self.rules.lift.hours)
        }
    }

    /// The position in which an instant lies, negative before the first.
    pub(super) fn position(&self, at: DateTime<Utc>) -> i64 {
        let (gone, step) = (at - self.origin, self.step());
        gone.num_milliseconds().div_euclid(step.num_milliseconds())
    }

    /// The instant at which a position begins.
    pub(super) fn start(&self, position: i64) -> DateTime<Utc> {
        self.origin + self.step() * i32::try_from(position).expect("a series is shorter than time")
    }

    /// The civil day on which a position begins.
    pub(super) fn on(&self, position: i64) -> NaiveDate {
        day_of(self.start(position))
    }

    fn step(&self) -> Duration {
        Duration::hours(24 / self.day)
    }

    /// The runs that meet a condition of any level and whose last day is `reaching` or later: every one
    /// of natural days, of those that overlap by hours the fewest that cover them all.
    pub(super) fn met(&self, reaching: i64) -> Vec<Met> {
        let mut met = Vec::new();
        // Conditions differ more often in how long a run lasts than in what it is above.
        let mut above: BTreeMap<u16, Vec<Range<i64>>> = BTreeMap::new();
        for (level, conditions) in self.rules.levels() {
            for &condition in conditions {
                let line = condition.run.line();
                let runs = above.entry(line).or_insert_with(|| {
                    self.runs_reaching(reaching, line, Judgement::is_above)
                        .collect()
                });
                let meets = |run: &&Range<i64>| self.meets(run, condition, Judgement::is_above);
                let meeting = runs.iter().filter(meets).cloned().collect();
                met.extend(chained(meeting).into_iter().map(|days| Met {
                    level,
                    ground: Ground::Condition(condition),
                    days,
                }));
            }
        }
        met
    }

    /// The highest level of the runs that meet one, for each civil day they reach into.
    pub(super) fn met_on_days(&self) -> BTreeMap<NaiveDate, WarningLevel> {
        let first = self.on(0);
        let day = |position| {
            let days = usize::try_from((self.on(position) - first).num_days());
            days.expect("no run begins before the first day")
        };
        let mut highest = Vec::new();
        for met in self.met(0) {
            let days = day(met.days.start)..day(met.days.end - 1) + 1;
            highest.resize(days.end.max(highest.len()), None);
            for level in &mut highest[days] {
                *level = Some(met.level).max(*level);
            }
        }
        let on_days = first.iter_days().zip(highest);
        on_days
            .filter_map(|(day, level)| Some((day, level?)))
            .collect()
    }

    /// The first position, from `anchor` on, of as many as a lift asks for with spans clear of a line.
    pub(super) fn clear_from(&self, line: u16, anchor: i64) -> Option<i64> {
        let asked = self.lift();
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

    /// From which position on, no earlier than `since`, it is clear of a line up to this one.
    pub(super) fn clear_since(&self, line: u16, since: i64, position: i64) -> i64 {
        let before = (since.max(0)..position).rev();
        let clear = before.take_while(|&before| self.at(before).is_clear(line));
        clear.last().unwrap_or(position)
    }

    /// Where the last span above a line ends; 0 where there is none.
    pub(super) fn last_above(&self, line: u16) -> i64 {
        let mut positions = (0..self.len()).rev();
        let last = positions.find(|&position| self.at(position).is_above(line));
        last.map_or(0, |last| last + self.day)
    }

    /// Days that follow one another within these positions, with their values.
    pub(super) fn run(&self, positions: Range<i64>) -> Run {
        let begin = positions.start;
        let spans = 0..length(positions) / self.day;
        Run {
            first: self.on(begin),
            hour: WrittenTime::of(self.start(begin)).clock().0,
            values: spans
                .map(|span| self.at(begin + span * self.day).value())
                .collect(),
        }
    }

    /// The days that begin within the clean air a lift asks for, from a position on.
    pub(super) fn clean(&self, from: i64) -> Run {
        let days = self.lift() / self.day + i64::from(self.lift() % self.day > 0);
        self.run(from..from + days * self.day)
    }

    /// A run met, as a reason.
    pub(super) fn reason(&self, met: &Met) -> Reason {
        let level = met.level;
        match met.ground {
            Ground::Condition(condition) => Reason::Met {
                level,
                condition,
                run: self.run(met.days.clone()),
            },
            Ground::Observed(measured) => Reason::Observed { level, measured },
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
            .map(|(by, begins)| Reason::Excluded {
                by,
                run: self.run(begins.start..begins.end + self.day - 1),
            })
            .collect()
    }

    /// The days at these positions without a value, as far as the series goes.
    pub(super) fn gaps(&self, positions: Range<i64>) -> impl Iterator<Item = Reason> {
        let last = self.len().max(positions.start + 1);
        let missing = |position| (self.at(position) == Judgement::NoValue).then_some(());
        stretches(positions.start..positions.end.min(last), missing).map(|((), gap)| {
            // What is lost lies in every one of the spans that suffer from it.
            let (last, within) = (gap.end - 1, gap.start + self.day - 1);
            Reason::NoValue {
                first: self.on(last.min(within)),
                last: self.on(last.max(within)),
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
            let above = Judgement::is_above_at_best;
            self.runs_reaching(reaching, condition.run.line(), above)
                .any(|run| self.meets(&run, condition, above))
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
            let there = u16::try_from(longest / self.day).unwrap_or(u16::MAX);
            clause.days().saturating_sub(there)
        };
        let none = (
            condition.run.days(),
            condition.inside.map_or(0, Clause::days),
        );
        self.runs_reaching(reaching, condition.run.line(), Judgement::is_above)
            .map(|run| {
                let hour = run.start % self.day;
                let inside = condition.inside.map_or(0, |clause| {
                    let runs = self.runs(run.clone(), clause.line(), Judgement::is_above);
                    short(clause, runs.map(length).max().unwrap_or(0))
                });
                (short(condition.run, length(run)), inside, hour)
            })
            // Of runs as near, that which begins at the earliest hour of its day.
            .min_by_key(|(days, inside, hour)| (days + inside, *hour))
            .map_or(none, |(days, inside, _)| (days, inside))
    }

    /// Whether a run above the line of a condition meets it.
    fn meets(
        &self,
        run: &Range<i64>,
        condition: Condition,
        above: impl Fn(Judgement, u16) -> bool + Copy,
    ) -> bool {
        let lasts = |run: &Range<i64>, clause: Clause| {
            length(run.clone()) >= i64::from(clause.days()) * self.day
        };
        let peaks = |clause: Clause| {
            let mut runs = self.runs(run.clone(), clause.line(), above);
            runs.any(|run| lasts(&run, clause))
        };
        lasts(run, condition.run) && condition.inside.is_none_or(peaks)
    }

    /// The [runs](Self::runs) whose last day is `reaching` or later.
    fn runs_reaching(
        &self,
        reaching: i64,
        line: u16,
        above: impl Fn(Judgement, u16) -> bool + Copy,
    ) -> impl Iterator<Item = Range<i64>> {
        self.runs(0..self.end(), line, above)
            .filter(move |run| run.end > reaching)
    }

    /// The unbroken runs above a line, longest possible, within these positions, in the order in which
    /// they begin: of a rolling series those that begin at each hour of the day.
    fn runs(
        &self,
        positions: Range<i64>,
        line: u16,
        above: impl Fn(Judgement, u16) -> bool + Copy,
    ) -> impl Iterator<Item = Range<i64>> {
        let counts = move |position| {
            positions.start <= position
                && position + self.day <= positions.end
                && above(self.at(position), line)
        };
        let first = self.high.partition_point(|high| *high < positions.start);
        let within = self.high[first..].iter().copied();
        within
            .take_while(move |high| *high < positions.end)
            .filter(move |begin| counts(*begin) && !counts(begin - self.day))
            .map(move |begin| {
                let mut end = begin + self.day;
                while counts(end) {
                    end += self.day;
                }
                begin..end
            })
    }

    /// How many spans there are.
    fn len(&self) -> i64 {
        i64::try_from(self.spans.len()).expect("a series is shorter than time")
    }

    /// Where the last span ends.
    fn end(&self) -> i64 {
        self.len() + self.day - 1
    }

    fn at(&self, position: i64) -> Judgement {
        usize::try_from(position)
            .ok()
            .and_then(|position| self.spans.get(position).copied())
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

/// The fewest of these runs that cover whatever all of them cover, the first first: of runs that begin
/// at different hours and overlap, the first, and whichever reaches furthest from it.
fn chained(mut runs: Vec<Range<i64>>) -> Vec<Range<i64>> {
    runs.sort_unstable_by_key(|run| (run.start, -run.end));
    let mut chain: Vec<Range<i64>> = Vec::new();
    for run in runs {
        match chain.as_mut_slice() {
            [.., last] if run.end <= last.end => {}
            [.., before, last] if run.start <= before.end => *last = run,
            _ => chain.push(run),
        }
    }
    chain
}

fn length(run: Range<i64>) -> i64 {
    run.end - run.start
}
