//! An outlook judged on a day: what to do, given what stands and what was ordered.

use chrono::{DateTime, NaiveDate, Utc};

use crate::level::WarningLevel;
use crate::outlook::Days;
use crate::time::{day_of, day_start};

use super::observed::Observed;
use super::series::{Ground, Met, Series};
use super::{Air, Decision, Floor, Proposal, Reason, Rules, Standing};

/// An outlook seen from a day, in positions of its series.
pub(super) struct Judged<'r> {
    pub(super) rules: &'r Rules,
    pub(super) series: Series<'r>,
    /// When today begins, and its position.
    midnight: DateTime<Utc>,
    pub(super) today: i64,
    floor: Option<&'r Floor>,
    pub(super) observed: Option<Observed>,
}

/// The runs that belong to one episode, with the levels they meet.
struct Episode {
    met: Vec<Met>,
    level: Option<WarningLevel>,
    /// The first position from which its end is looked for.
    anchor: i64,
}

impl<'r> Judged<'r> {
    pub(super) fn new(
        rules: &'r Rules,
        days: Days<'_>,
        floor: Option<&'r Floor>,
        today: NaiveDate,
        air: Option<&Air>,
    ) -> Self {
        let series = Series::new(rules, days, today);
        let midnight = day_start(today);
        Self {
            rules,
            midnight,
            today: series.position(midnight),
            series,
            floor: floor.filter(|floor| floor.until.is_none_or(|until| until > midnight)),
            observed: air.and_then(|air| rules.observed(days, air)),
        }
    }

    /// What to do, given what stands.
    pub(super) fn decide(&self, standing: Option<&Standing>) -> Decision {
        let mut decision = match standing {
            None => self.start(),
            Some(standing) => self.go_on(standing),
        };
        decision.because.extend(self.series.excluded(self.today));
        if decision.level.is_none()
            && decision.proposal == Proposal::Hold
            && !decision.because.is_empty()
        {
            decision.proposal = Proposal::Advise;
        }
        decision.next = self.series.next(decision.level, self.today);
        decision
    }

    /// The runs that reach today, with what is measured.
    pub(super) fn met(&self) -> Vec<Met> {
        let mut met = self.series.met(self.today);
        met.extend(self.early(&met));
        met
    }

    /// Nothing stands: whether something should.
    fn start(&self) -> Decision {
        let mut met = self.met();
        let anchor = met
            .iter()
            .min_by_key(|met| (met.days.start, -met.days.end))
            .map_or(self.today, |first| first.days.end);
        self.cut(&mut met, anchor);
        let mut episode = Episode::of(met, anchor);
        if let Some(early) = episode.early() {
            // What has begun is proposed at the level it has (尽早启动实际级别), and its reasons name a
            // higher one to come, which has a raise of its own.
            let begun = episode
                .met
                .iter()
                .filter(|met| met.days.start <= self.today);
            episode.level = begun.map(|met| met.level).max().max(Some(early.level));
        }

        let own = episode.first(|_| true).map(|day| self.series.start(day));
        let ordered = self.floor.map(|floor| (floor.level, floor.from));
        let (level, from) = match (episode.level.zip(own), ordered) {
            (None, None) => return hold(),
            (Some(own), None) => own,
            (None, Some(ordered)) => ordered,
            // What is ordered begins before our own, higher level, which is then a raise.
            (Some(own), Some(ordered)) if ordered < own && ordered.1 < own.1 => ordered,
            (Some(own), Some(ordered)) => (own.0.max(ordered.0), own.1.min(ordered.1)),
        };
        let mut because = self.reasons(&episode, level);
        because.extend(self.beginnings(&episode));
        Decision {
            proposal: Proposal::Issue,
            level: Some(level),
            from: Some(from),
            until: self.end(&episode, level),
            because,
            next: None,
        }
    }

    /// A warning stands: whether it should be another, last longer, or end.
    fn go_on(&self, standing: &Standing) -> Decision {
        let line = self.rules.lift_line(standing.level);
        let since = self.series.position(standing.since);
        let anchor = since.max(self.today + 1 - self.series.lift());
        let mut met = self.met();
        // What begins before this warning can end belongs to it: only by hours is there such a thing.
        let again = |met: &Met| self.series.start(met.days.start) < self.planned(standing);
        let soon = met.iter().filter(|met| again(met)).map(|met| met.days.end);
        let joined = soon.max().map_or(anchor, |end| end.max(anchor));
        self.cut(&mut met, joined);
        let episode = Episode::of(met, anchor);

        let ordered = self.floor.map(|floor| floor.level);
        let target = episode.level.max(ordered);
        if target > Some(standing.level) {
            return self.raise(&episode, target.unwrap_or(standing.level));
        }
        let clear = self.series.clear_from(line, anchor);
        let void = since > self.today
            && clear == Some(since)
            && self.series.gaps(self.today..since).next().is_none();
        match clear {
            Some(clear) if target < Some(standing.level) && (clear < self.tomorrow() || void) => {
                self.ease(standing, &episode, target, clear)
            }
            _ => self.keep(standing, &episode, clear),
        }
    }

    fn raise(&self, episode: &Episode, level: WarningLevel) -> Decision {
        let own = episode.first(|met| met.level == level);
        let own = own.map(|day| self.series.start(day));
        let ordered = self.floor.filter(|floor| floor.level == level);
        let from = own.into_iter().chain(ordered.map(|floor| floor.from));
        Decision {
            proposal: Proposal::Raise,
            level: Some(level),
            from: from.min(),
            until: self.end(episode, level),
            because: self.reasons(episode, level),
            next: None,
        }
    }

    /// Lowers the warning to what is still met, or lifts it.
    fn ease(
        &self,
        standing: &Standing,
        episode: &Episode,
        target: Option<WarningLevel>,
        clear: i64,
    ) -> Decision {
        let planned = self.planned(standing);
        let line = self.rules.lift_line(standing.level);
        let since = self.series.position(standing.since);
        let clear_since = self.series.clear_since(line, since, clear);
        let at = self.series.start(clear_since).max(planned);
        let mut because = vec![Reason::Clear {
            level: standing.level,
            line,
            run: self.series.clean(clear),
        }];
        let Some(level) = target else {
            return Decision {
                proposal: Proposal::Lift,
                level: None,
                from: None,
                until: Some(at),
                because,
                next: None,
            };
        };
        because.extend(self.reasons(episode, level));
        // Before its level has begun, a warning is put right from where the lower one is met.
        let begins = episode.first(|_| true).filter(|_| clear >= self.tomorrow());
        let from = begins.map_or(at, |day| self.not_past(day));
        Decision {
            proposal: Proposal::Lower,
            level: Some(level),
            from: Some(from),
            until: self.end(episode, level),
            because,
            next: None,
        }
    }

    /// Holds the warning, longer than planned where the air asks for it.
    fn keep(&self, standing: &Standing, episode: &Episode, clear: Option<i64>) -> Decision {
        let level = standing.level;
        let asked = self.end(episode, level);
        let until = later(standing.until, asked);
        let earlier = episode
            .first(|met| met.level >= level || met.is_early())
            .map(|day| self.not_past(day))
            // At which hour of its first day it starts is for a person to say.
            .filter(|&start| day_of(start) < day_of(standing.from));
        let mut because = self.reasons(episode, level);
        // A warning that waits begins at its own level, though what is measured calls for a lower one.
        let calls = |early: &&Met| earlier.is_some() && early.level < level;
        because.extend(
            episode
                .early()
                .filter(calls)
                .map(|met| self.series.reason(met)),
        );
        if episode.level < Some(level) && clear.is_none_or(|clear| clear >= self.tomorrow()) {
            because.push(Reason::NotClear {
                level,
                line: self.rules.lift_line(level),
                before: clear.map(|clear| self.series.on(clear)),
            });
            because.extend(self.series.gaps(self.today..clear.unwrap_or(i64::MAX)));
        }
        Decision {
            proposal: if until == standing.until && earlier.is_none() {
                Proposal::Hold
            } else {
                Proposal::Extend
            },
            level: Some(level),
            from: Some(earlier.unwrap_or(standing.from)),
            until,
            because,
            next: None,
        }
    }

    /// The position at which today ends.
    fn tomorrow(&self) -> i64 {
        self.today + self.series.day()
    }

    /// When a warning that is over ends: when it was planned to, or tonight.
    fn planned(&self, standing: &Standing) -> DateTime<Utc> {
        let tonight = self.series.start(self.tomorrow());
        standing.until.map_or(tonight, |until| until.min(tonight))
    }

    /// When a position begins, but not before today does.
    fn not_past(&self, position: i64) -> DateTime<Utc> {
        self.series.start(position).max(self.midnight)
    }

    /// Leaves only what begins before the air is clear of every level and no order binds.
    fn cut(&self, met: &mut Vec<Met>, anchor: i64) {
        let anchor = match self.floor.map(|floor| floor.until) {
            Some(None) => return,
            Some(Some(until)) => anchor.max(self.series.position(until)),
            None => anchor,
        };
        let (mut anchor, line) = (anchor, self.rules.lowest_line());
        while let Some(parted) = self.series.clear_from(line, anchor) {
            let before = met.iter().filter(|met| met.days.start < parted);
            // A run may reach into the clean air after it, which then parts it from nothing.
            match before.map(|met| met.days.end).max() {
                Some(end) if end > parted => anchor = end,
                _ => return met.retain(|met| met.days.start < parted),
            }
        }
    }

    /// When a warning of this level is expected to end: where the air stays clear of it. Where the
    /// outlook does not show that, it lasts over the last day above the line, and over tomorrow.
    fn end(&self, episode: &Episode, level: WarningLevel) -> Option<DateTime<Utc>> {
        let own = episode.met.iter().filter(|met| met.level >= level);
        let own = own.map(|met| met.days.end).max();
        if let (None, Some(floor)) = (own, self.floor)
            && floor.level >= level
        {
            return floor.until;
        }
        let line = self.rules.lift_line(level);
        let anchor = own.unwrap_or(episode.anchor);
        let end = match self.series.clear_from(line, anchor) {
            Some(clear) => clear,
            None => self
                .series
                .last_above(line)
                .max(self.today + 2 * self.series.day()),
        };
        // What ends in the middle of today while a lower level goes on is lowered tonight.
        let goes_on = episode.met.iter().any(|met| met.days.end > end);
        let end = if goes_on {
            end.max(self.tomorrow())
        } else {
            end
        };
        let end = Some(self.series.start(end));
        self.floor.map_or(end, |floor| later(end, floor.until))
    }

    /// What speaks for a level: its conditions met, and what was ordered.
    fn reasons(&self, episode: &Episode, level: WarningLevel) -> Vec<Reason> {
        let met = episode.met.iter().filter(|met| met.level >= level);
        let ordered = self.floor.filter(|floor| floor.level >= level);
        met.map(|met| self.series.reason(met))
            .chain(ordered.map(|floor| Reason::Ordered {
                level: floor.level,
                document: floor.document.clone(),
            }))
            .collect()
    }

    /// What begins an episode before its highest level does.
    fn beginnings(&self, episode: &Episode) -> impl Iterator<Item = Reason> {
        let first = episode.first(|_| true);
        let top = episode.first(|met| Some(met.level) == episode.level);
        let met = episode.met.iter();
        met.filter(move |met| Some(met.days.start) == first && first < top)
            .map(|met| self.series.reason(met))
    }
}

impl Episode {
    fn of(met: Vec<Met>, anchor: i64) -> Self {
        Self {
            level: met.iter().map(|met| met.level).max(),
            met,
            anchor,
        }
    }

    /// What is measured and starts a warning at once.
    fn early(&self) -> Option<&Met> {
        self.met.iter().find(|met| met.is_early())
    }

    /// The first position of the runs chosen.
    fn first(&self, chosen: impl Fn(&Met) -> bool) -> Option<i64> {
        let chosen = self.met.iter().filter(|met| chosen(met));
        chosen.map(|met| met.days.start).min()
    }
}

impl Met {
    fn is_early(&self) -> bool {
        matches!(self.ground, Ground::Observed(_))
    }
}

fn hold() -> Decision {
    Decision {
        proposal: Proposal::Hold,
        level: None,
        from: None,
        until: None,
        because: Vec::new(),
        next: None,
    }
}

/// The later of two ends, an open end being the latest.
fn later(a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    a.zip(b).map(|(a, b)| a.max(b))
}
