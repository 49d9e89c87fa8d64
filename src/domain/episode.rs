//! Episodes (过程) replayed: day by day decisions, folded into the warnings they would have made.
//!
//! [`replay`] walks over a city's observed days. On each it shows [`Rules::decide`], the very
//! function the service asks, what could have been known: the days up to this one, and the next
//! ones as a perfect forecast. Whatever is proposed is carried out at once, as if a person had
//! agreed, and becomes a [`Step`] of an [`Episode`]. Nothing here judges by rules of its own.
//!
//! An [early start](crate::trigger::ObservedStart) has no place here: it answers air that was not
//! foreseen, and a perfect forecast foresees all.

use chrono::{DateTime, Days as Ahead, NaiveDate, Utc};
use serde::Serialize;

use crate::level::WarningLevel;
use crate::outlook::{Day, Days};
use crate::time::day_start;
use crate::trigger::{Decision, Proposal, Reason, Rules, Standing};

/// A warning from its first issue to its lift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Episode {
    /// The day on which it was issued.
    pub issued_on: NaiveDate,
    /// When it started.
    pub from: DateTime<Utc>,
    /// When it ended, or was to end where the days run out before its lift.
    pub until: Option<DateTime<Utc>>,
    /// Its highest level.
    pub peak: WarningLevel,
    /// Whether it was lifted before the days ran out.
    pub lifted: bool,
    /// What was done to it, the issue first.
    pub steps: Vec<Step>,
}

/// One act on a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The day on which it was decided.
    pub on: NaiveDate,
    /// The act.
    pub act: Proposal,
    /// The level from then on; none after a lift.
    pub level: Option<WarningLevel>,
    /// When the level starts; none where the act starts none.
    pub from: Option<DateTime<Utc>>,
    /// When the warning was expected to end after this act, or did.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub because: Vec<Reason>,
}

impl Episode {
    /// The days on which a level was in force: the highest one where a day saw several.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, WarningLevel)> {
        self.steps_by_day()
            .filter_map(|(day, step)| Some((day, step.level?)))
    }

    /// The same days, each with the act that set the level.
    pub fn steps_by_day(&self) -> impl Iterator<Item = (NaiveDate, &Step)> {
        let last = self.until.unwrap_or(self.from);
        let start = crate::time::day_of(self.from);
        start
            .iter_days()
            .take_while(move |&day| day_start(day) < last)
            .filter_map(|day| Some((day, self.step_on(day)?)))
    }

    fn step_on(&self, day: NaiveDate) -> Option<&Step> {
        let end = day_start(day + Ahead::new(1));
        let (mut standing, mut later) = (None, None);
        for step in self
            .steps
            .iter()
            .filter(|step| step.act != Proposal::Extend)
        {
            match step.from {
                Some(from) if from <= day_start(day) => standing = Some(step),
                Some(from) if from < end => {
                    later = [later, Some(step)]
                        .into_iter()
                        .flatten()
                        .max_by_key(|step| step.level);
                }
                _ => {}
            }
        }
        let both = [later, standing].into_iter().flatten();
        both.max_by_key(|step| step.level)
    }

    fn take(&mut self, on: NaiveDate, decision: Decision) {
        // Nothing binds before it is decided.
        let from = decision.from.map(|from| from.max(day_start(on)));
        if let (Some(level), Some(from)) = (decision.level, from) {
            self.peak = self.peak.max(level);
            self.from = self.from.min(from);
        }
        self.until = decision.until;
        self.lifted = decision.proposal == Proposal::Lift;
        self.steps.push(Step {
            on,
            act: decision.proposal,
            level: decision.level,
            from: from.filter(|_| decision.proposal != Proposal::Extend),
            until: decision.until,
            because: decision.because,
        });
    }
}

/// The warnings the rules would have made of these days, the first first.
///
/// On each day the outlook is the unbroken run of days up to it that are above the rules' lowest
/// line (where that day is clean, the clean days that a lift looks back on), then the `horizon`
/// days after it, as far as they have values. `each` hears of every day and its outlook, which of a
/// rolling series begins with the run that reaches the day. A rolling series begins at a midnight;
/// on a day every 24 hours that end with it or before are known.
pub fn replay(
    rules: &Rules,
    days: Days<'_>,
    horizon: usize,
    mut each: impl FnMut(NaiveDate, Days<'_>),
) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    let mut standing = None;
    let mut known = Known::new(rules, days);
    for today in (0..days.as_slice().len()).step_by(days.a_day()) {
        let on = days.as_slice()[today].on;
        let (outlook, run) = known.on(today, horizon);
        each(on, run);

        loop {
            let decision = rules.decide(outlook, standing.as_ref(), None, on);
            standing = Standing::after(standing, &decision);
            let lifted = decision.proposal == Proposal::Lift;
            match decision.proposal {
                Proposal::Hold | Proposal::Advise => {}
                Proposal::Issue => episodes.extend(issued(on, decision)),
                _ => episodes
                    .last_mut()
                    .expect("a warning stands, so it was issued")
                    .take(on, decision),
            }
            // By hours a warning may be over on the very day on which the next one begins.
            if !lifted || days.a_day() == 1 {
                break;
            }
        }
    }
    episodes
}

fn issued(on: NaiveDate, decision: Decision) -> Option<Episode> {
    let mut episode = Episode {
        issued_on: on,
        from: decision.from?.max(day_start(on)),
        until: decision.until,
        peak: decision.level?,
        lifted: false,
        steps: Vec::new(),
    };
    episode.take(on, decision);
    Some(episode)
}

/// What is known on each day, one day after the other.
struct Known<'r> {
    rules: &'r Rules,
    days: Days<'r>,
    /// The unbroken run that ended yesterday: how many spans, and whether above the lowest line.
    run: (usize, bool),
}

impl<'r> Known<'r> {
    const fn new(rules: &'r Rules, days: Days<'r>) -> Self {
        let run = (0, false);
        Self { rules, days, run }
    }

    /// The outlook of the day that begins at a position; and the part of it that begins with the run
    /// that reaches that day.
    fn on(&mut self, today: usize, horizon: usize) -> (Days<'r>, Days<'r>) {
        let (all, a_day) = (self.days.as_slice(), self.days.a_day());
        let (begin, run) = if a_day == 1 {
            let begin = self.begin_of_days(today, &all[today]);
            (begin, begin)
        } else {
            let run = self.begin_of_hours(today);
            let lift = usize::from(self.rules.lift.hours);
            (run.min(today.saturating_sub(lift)), run)
        };
        // Of the spans that begin today, those that end with it are known.
        let known = all.len().min(today + 1);
        let last = known.saturating_add(horizon.saturating_mul(a_day));
        let foreseen = all[known..all.len().min(last)].iter();
        let end = known + foreseen.take_while(|day| day.aqi.is_some()).count();
        let from = |begin: usize| self.days.slice(begin.min(end)..end);
        (from(begin), from(run))
    }

    /// Where a run begins that reaches today, or clean days that do.
    fn begin_of_days(&mut self, today: usize, day: &Day) -> usize {
        let line = self.rules.lowest_line();
        let above = self.rules.is_above(day, line);
        let clean = self.rules.is_clear(day, line);
        let length = match (above || clean, above == self.run.1) {
            (true, true) => self.run.0 + 1,
            (true, false) => 1,
            (false, _) => 0,
        };
        self.run = (length, above);
        let most = if above {
            usize::MAX
        } else {
            usize::try_from(self.rules.lift_days()).expect("a lift asks for a few days")
        };
        match length {
            // A day that does not count is shown for its reason; one without a value is not.
            0 if day.aqi.is_some() => today,
            length => today + 1 - length.min(most),
        }
    }

    /// The same of spans that overlap: whatever begins less than a day before one above the line
    /// belongs to the run.
    fn begin_of_hours(&self, today: usize) -> usize {
        let line = self.rules.lowest_line();
        let (all, a_day) = (self.days.as_slice(), self.days.a_day());
        let mut begin = today;
        while let Some(above) =
            (begin.saturating_sub(a_day)..begin).find(|&span| self.rules.is_above(&all[span], line))
        {
            begin = above;
        }
        begin
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use crate::outlook::{AqiRange, Outlook};
    use crate::time::day_of;

    use super::*;

    fn rules() -> Rules {
        let text = include_str!("../../playbooks/triggers/mee-2024.toml");
        Rules::parse("mee-2024", text).unwrap()
    }

    fn on(day: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2015, 11, 30).unwrap() + chrono::Duration::days(day)
    }

    /// Days from 1 on; 0 is a day without a value.
    fn outlook(values: &[u16]) -> Outlook {
        let days = values.iter().zip(1..).map(|(&value, number)| {
            let aqi = (value > 0).then(|| AqiRange::exactly(value).unwrap());
            Day::observed(on(number), aqi)
        });
        Outlook::new("test", None, days).unwrap()
    }

    fn told(values: &[u16], horizon: usize) -> Vec<String> {
        let number = |at: DateTime<Utc>| (day_of(at) - on(0)).num_days();
        let outlook = outlook(values);
        let episodes = replay(&rules(), outlook.days(), horizon, |_, _| {});
        let told = episodes.iter().map(|episode| {
            let steps: Vec<_> = episode
                .steps
                .iter()
                .map(|step| {
                    let level = step.level.map_or("none", WarningLevel::as_str);
                    let on = (step.on - self::on(0)).num_days();
                    format!("{}:{}:{level}", on, step.act.as_str())
                })
                .collect();
            let (from, until) = (number(episode.from), episode.until.map(number).unwrap() - 1);
            format!("{from}-{until} {} [{}]", episode.peak, steps.join(" "))
        });
        told.collect()
    }

    #[rstest]
    #[case::clean(&[90, 90, 150], 7, &[])]
    #[case::seen_from_afar(
        &[90, 90, 201, 201, 90, 90, 90], 3,
        &["3-4 orange [1:issue:orange 5:lift:none]"],
    )]
    #[case::seen_day_by_day(
        &[90, 160, 160, 160, 90, 90, 90], 1,
        &["2-5 orange [2:issue:yellow 3:raise:orange 4:extend:orange 5:lift:none]"],
    )]
    #[case::one_clean_day_parts_nothing(
        &[201, 90, 201, 90, 90, 90], 7,
        &["1-3 yellow [1:issue:yellow 4:lift:none]"],
    )]
    #[case::two_clean_days_do(
        &[201, 90, 90, 201, 90, 90], 7,
        &["1-1 yellow [1:issue:yellow 2:lift:none]", "4-4 yellow [3:issue:yellow 5:lift:none]"],
    )]
    #[case::a_gap_ends_nothing(
        &[201, 0, 0, 90, 90, 90], 7,
        &["1-3 yellow [1:issue:yellow 2:extend:yellow 4:lift:none]"],
    )]
    #[case::lowered_then_lifted(
        &[301, 301, 301, 160, 160, 90, 90], 7,
        &["1-5 red [1:issue:red 4:lower:orange 6:lift:none]"],
    )]
    #[case::without_foresight(
        &[201, 201, 90, 90, 90], 0,
        &["1-4 orange [1:issue:yellow 2:raise:orange 3:extend:orange 4:lift:none]"],
    )]
    #[case::the_days_run_out(&[90, 201, 201], 7, &["2-4 orange [1:issue:orange 3:extend:orange]"])]
    fn days_become_warnings(
        #[case] values: &[u16],
        #[case] horizon: usize,
        #[case] expected: &[&str],
    ) {
        assert_eq!(told(values, horizon), expected);
    }

    #[test]
    fn every_day_under_a_warning_has_its_level() {
        let outlook = outlook(&[160, 160, 160, 301, 301, 301, 160, 160, 90, 90]);
        let episodes = replay(&rules(), outlook.days(), 1, |_, _| {});
        let days: Vec<_> = episodes[0]
            .days()
            .map(|(_, level)| level.as_str())
            .collect();
        let expected = [
            "yellow", "orange", "orange", "orange", "red", "red", "red", "orange", "orange",
        ];
        assert_eq!(days, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn every_day_that_meets_a_level_is_under_a_warning_not_below_it(
            values in prop::collection::vec(
                prop_oneof![Just(0u16), Just(90), Just(160), Just(220), Just(320)],
                0..40,
            ),
            horizon in 7usize..9,
        ) {
            let outlook = outlook(&values);
            let rules = rules();
            let mut met = Vec::new();
            let episodes = replay(&rules, outlook.days(), horizon, |today, outlook| {
                let assessment = rules.assess(outlook);
                let begun = assessment.from.is_some_and(|from| from <= day_start(today));
                let lasts = assessment.until.is_some_and(|until| until > day_start(today));
                met.push((today, assessment.level.filter(|_| begun && lasts)));
            });
            for (today, level) in met {
                let under = episodes
                    .iter()
                    .flat_map(Episode::days)
                    .find_map(|(day, level)| (day == today).then_some(level));
                prop_assert!(under >= level, "{today}: {under:?} < {level:?}\n{episodes:#?}");
            }
        }

        #[test]
        fn warnings_follow_one_another(
            values in prop::collection::vec(
                prop_oneof![Just(0u16), Just(90), Just(160), Just(220), Just(320)],
                0..40,
            ),
            horizon in 0usize..9,
        ) {
            let outlook = outlook(&values);
            let episodes = replay(&rules(), outlook.days(), horizon, |_, _| {});
            for episode in &episodes {
                prop_assert!(episode.until.is_none_or(|until| episode.from < until));
            }
            for pair in episodes.windows(2) {
                prop_assert!(pair[0].lifted);
                prop_assert!(pair[0].until <= Some(pair[1].from));
            }
        }
    }
}
