//! Backtests (回放检验): what replayed warnings were worth, in hindsight, and how two rule sets differ.
//!
//! The measure is what the days themselves met once all of them are known
//! ([`Rules::met_on_days`]): a day that met a level and was under a warning no lower is a *hit*,
//! under a lower one *low*, under none a *miss*; a day under a warning that met nothing is *idle*. A
//! warning none of whose days met anything is a *false alarm*. Days are civil days, also where any
//! 24 hours count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::episode::{Episode, Step};
use crate::level::WarningLevel;
use crate::outlook::Days;
use crate::time::day_start;
use crate::trigger::{Proposal, Rules};

/// How near a new warning begins to the end of the last one for both to be one that flapped.
const FLAPPING: TimeDelta = TimeDelta::hours(48);

/// What the warnings of one rule set were worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Days that met a level and were under it or a higher one, by the level met.
    pub hits: BTreeMap<WarningLevel, usize>,
    /// Days that met a level and were under a lower one, by the level met.
    pub low: BTreeMap<WarningLevel, usize>,
    /// Days that met a level and were under no warning, by the level met.
    pub misses: BTreeMap<WarningLevel, usize>,
    /// Days under a warning that met no level, by the level that stood.
    pub idle: BTreeMap<WarningLevel, usize>,
    /// Days under a warning, by the highest level in force on each.
    pub days_under_warning: BTreeMap<WarningLevel, usize>,
    /// Warnings, by their highest level.
    pub warnings: BTreeMap<WarningLevel, usize>,
    /// Warnings none of whose days met a level.
    pub false_alarms: usize,
    /// Times a level came back: raised after having been lowered, or starting again within 48 hours
    /// of the end of the warning before.
    pub flaps: usize,
    /// Warnings that were issued later than the rules ask before their start.
    pub short_notice: usize,
    /// Whole hours from the midnight of the day a warning was issued to its start, of all warnings. By
    /// what a replay knows on that day: its own values, and those of the days after it.
    pub notice_hours: i64,
}

impl Score {
    /// Scores the warnings that were replayed over these days.
    pub fn of(rules: &Rules, days: Days<'_>, warnings: &[Episode]) -> Self {
        let mut score = Self::default();
        let met = rules.met_on_days(days);
        for warning in warnings {
            score.take(rules, warning);
            let idle = warning.days().all(|(day, _)| !met.contains_key(&day));
            score.false_alarms += usize::from(idle);
        }
        let gaps = warnings.windows(2).filter_map(|pair| {
            let lifted = pair[0].until?;
            Some(pair[1].from - lifted)
        });
        score.flaps += gaps.filter(|gap| *gap < FLAPPING).count();
        let under = in_force(warnings);
        for (day, level) in &met {
            let outcome = match under.get(day) {
                None => &mut score.misses,
                Some(stood) if stood < level => &mut score.low,
                Some(_) => &mut score.hits,
            };
            *outcome.entry(*level).or_default() += 1;
        }
        for (day, level) in under {
            *score.days_under_warning.entry(level).or_default() += 1;
            if !met.contains_key(&day) {
                *score.idle.entry(level).or_default() += 1;
            }
        }
        score
    }

    fn take(&mut self, rules: &Rules, warning: &Episode) {
        *self.warnings.entry(warning.peak).or_default() += 1;
        self.flaps += came_back(warning);
        let notice = started(warning) - day_start(warning.issued_on);
        self.notice_hours += notice.num_hours();
        let asked = TimeDelta::hours(rules.advance_notice_hours.into());
        self.short_notice += usize::from(notice < asked);
    }

    /// The notice of a warning on average, in whole hours; none of no warning.
    pub fn mean_notice_hours(&self) -> Option<i64> {
        let issued = i64::try_from(self.issued()).ok()?;
        self.notice_hours.checked_div(issued)
    }

    /// How many warnings there were.
    pub fn issued(&self) -> usize {
        self.warnings.values().sum()
    }
}

/// The highest level in force on every day under a warning.
pub fn in_force(warnings: &[Episode]) -> BTreeMap<NaiveDate, WarningLevel> {
    let mut levels = BTreeMap::new();
    for (day, level) in warnings.iter().flat_map(Episode::days) {
        let highest = levels.entry(day).or_insert(level);
        *highest = level.max(*highest);
    }
    levels
}

/// The act that set the highest level in force on every day under a warning.
pub fn set_by(warnings: &[Episode]) -> BTreeMap<NaiveDate, &Step> {
    let mut steps: BTreeMap<NaiveDate, &Step> = BTreeMap::new();
    for (day, step) in warnings.iter().flat_map(Episode::steps_by_day) {
        let highest = steps.entry(day).or_insert(step);
        if highest.level < step.level {
            *highest = step;
        }
    }
    steps
}

/// When a warning first stood, as it was issued.
fn started(warning: &Episode) -> DateTime<Utc> {
    let issue = warning.steps.first();
    issue.and_then(|step| step.from).unwrap_or(warning.from)
}

/// How often a warning was raised after having been lowered.
fn came_back(warning: &Episode) -> usize {
    let acts = warning.steps.iter().map(|step| step.act);
    let (_, times) = acts.fold((false, 0), |(lowered, times), act| match act {
        Proposal::Lower => (true, times),
        Proposal::Raise => (false, times + usize::from(lowered)),
        _ => (lowered, times),
    });
    times
}

impl AddAssign<&Self> for Score {
    fn add_assign(&mut self, more: &Self) {
        let counts = [
            (&mut self.hits, &more.hits),
            (&mut self.low, &more.low),
            (&mut self.misses, &more.misses),
            (&mut self.idle, &more.idle),
            (&mut self.days_under_warning, &more.days_under_warning),
            (&mut self.warnings, &more.warnings),
        ];
        for (sum, more) in counts {
            for (level, count) in more {
                *sum.entry(*level).or_default() += count;
            }
        }
        self.false_alarms += more.false_alarms;
        self.flaps += more.flaps;
        self.short_notice += more.short_notice;
        self.notice_hours += more.notice_hours;
    }
}

/// On how many days two replays of the same series agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Days under the same level in both.
    pub same: usize,
    /// Days under a higher level in the first.
    pub first_higher: usize,
    /// Days under a higher level in the second.
    pub second_higher: usize,
    /// Days under a warning in the first only.
    pub first_only: usize,
    /// Days under a warning in the second only.
    pub second_only: usize,
}

impl Difference {
    /// Compares what was in force day by day.
    pub fn between(first: &[Episode], second: &[Episode]) -> Self {
        let (first, second) = (in_force(first), in_force(second));
        let mut difference = Self::default();
        for (day, level) in &first {
            let count = match second.get(day) {
                None => &mut difference.first_only,
                Some(other) if other < level => &mut difference.first_higher,
                Some(other) if other > level => &mut difference.second_higher,
                Some(_) => &mut difference.same,
            };
            *count += 1;
        }
        let only = second.keys().filter(|day| !first.contains_key(day));
        difference.second_only = only.count();
        difference
    }
}

/// Days in a row on which two replays of the same series had not the same level in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart<'w> {
    /// The first of them.
    pub first: NaiveDate,
    /// The last of them.
    pub last: NaiveDate,
    /// The act of each that set its level; none where no warning stood.
    pub set_by: [Option<&'w Step>; 2],
}

/// The days on which two replays differ, in order, those together that the same acts set.
pub fn apart<'w>(first: &'w [Episode], second: &'w [Episode]) -> Vec<Apart<'w>> {
    let (first, second) = (set_by(first), set_by(second));
    let days: BTreeSet<_> = first.keys().chain(second.keys()).copied().collect();
    let mut apart: Vec<Apart<'w>> = Vec::new();
    for on in days {
        let set_by = [&first, &second].map(|steps| steps.get(&on).copied());
        let [one, other] = set_by.map(|step| step.and_then(|step| step.level));
        if one == other {
            continue;
        }
        match apart.last_mut() {
            Some(span) if span.set_by == set_by && span.last.succ_opt() == Some(on) => {
                span.last = on;
            }
            _ => apart.push(Apart {
                first: on,
                last: on,
                set_by,
            }),
        }
    }
    apart
}

impl AddAssign for Difference {
    fn add_assign(&mut self, more: Self) {
        self.same += more.same;
        self.first_higher += more.first_higher;
        self.second_higher += more.second_higher;
        self.first_only += more.first_only;
        self.second_only += more.second_only;
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::episode::replay;
    use crate::outlook::{AqiRange, Day, Outlook};

    use super::*;

    fn rules(id: &str) -> Rules {
        let text = match id {
            "mee-2018" => include_str!("../../playbooks/triggers/mee-2018.toml"),
            _ => include_str!("../../playbooks/triggers/mee-2024.toml"),
        };
        Rules::parse(id, text).unwrap()
    }

    /// Days from 2015-12-01 on.
    fn outlook(values: &[u16]) -> Outlook {
        let first = NaiveDate::from_ymd_opt(2015, 12, 1).unwrap();
        let days = first.iter_days().zip(values);
        let days = days.map(|(on, &value)| Day::observed(on, AqiRange::exactly(value).ok()));
        Outlook::new("test", None, days).unwrap()
    }

    fn replayed(id: &str, values: &[u16], horizon: usize) -> Vec<Episode> {
        replay(&rules(id), outlook(values).days(), horizon, |_, _| {})
    }

    fn score(values: &[u16], horizon: usize) -> Score {
        let (rules, days) = (rules("mee-2024"), outlook(values));
        Score::of(&rules, days.days(), &replayed("mee-2024", values, horizon))
    }

    fn total(counts: &BTreeMap<WarningLevel, usize>) -> usize {
        counts.values().sum()
    }

    #[rstest]
    #[case::clean(&[90, 90, 90], 7, "hits 0 low 0 misses 0 idle 0")]
    #[case::foreseen(&[90, 201, 201, 90, 90], 7, "hits 2 low 0 misses 0 idle 0")]
    // Without foresight the first day of two is yellow only, and both clean days a lift asks for pass.
    #[case::not_foreseen(&[90, 201, 201, 90, 90], 0, "hits 1 low 1 misses 0 idle 2")]
    // Two days over 150 are yellow; the first of them is known to be one only on the second.
    #[case::seen_too_late(&[90, 160, 160, 90, 90], 0, "hits 1 low 0 misses 1 idle 2")]
    fn days_are_scored_in_hindsight(
        #[case] values: &[u16],
        #[case] horizon: usize,
        #[case] expected: &str,
    ) {
        let score = score(values, horizon);
        let [hits, low] = [&score.hits, &score.low].map(total);
        let [misses, idle] = [&score.misses, &score.idle].map(total);
        assert_eq!(
            format!("hits {hits} low {low} misses {misses} idle {idle}"),
            expected
        );
    }

    #[test]
    fn notice_is_counted_from_the_day_of_issue() {
        // The third day is seen from the first, two days ahead.
        let seen = score(&[90, 90, 201, 90, 90], 2);
        assert_eq!(
            (seen.issued(), seen.notice_hours, seen.short_notice),
            (1, 48, 0)
        );
        let late = score(&[90, 90, 201, 90, 90], 0);
        assert_eq!(
            (late.issued(), late.notice_hours, late.short_notice),
            (1, 0, 1)
        );
    }

    #[rstest]
    // Lowered to orange on the fourth day, and red again from the eighth.
    #[case::raised_again(&[301, 301, 301, 160, 160, 160, 160, 301, 301, 301, 90, 90], 1, 1)]
    #[case::two_clean_days_between(&[201, 90, 90, 201, 90, 90], 7, 0)]
    // Seen one day ahead only, the first warning is lifted a day later: one day between.
    #[case::lifted_late(&[201, 90, 90, 201, 90, 90], 1, 1)]
    #[case::steady(&[201, 201, 201, 90, 90], 7, 0)]
    fn what_comes_back_flaps(#[case] values: &[u16], #[case] horizon: usize, #[case] flaps: usize) {
        assert_eq!(score(values, horizon).flaps, flaps);
    }

    #[test]
    fn two_rule_sets_differ_day_by_day() {
        // Of 2018 only the two days over 200 count, as yellow; of 2024 all four, as orange.
        let values = [90, 160, 210, 210, 160, 90, 90];
        let (new, old) = (
            replayed("mee-2024", &values, 7),
            replayed("mee-2018", &values, 7),
        );
        let expected = Difference {
            first_higher: 2,
            first_only: 2,
            ..Difference::default()
        };
        assert_eq!(Difference::between(&new, &old), expected);
        let same = Difference::between(&new, &new);
        assert_eq!((same.same, same.first_only, same.second_only), (4, 0, 0));

        let told = |span: &Apart<'_>| {
            let level = |step: Option<&Step>| step.and_then(|step| step.level);
            let [new, old] = span
                .set_by
                .map(|step| level(step).map_or("-", WarningLevel::as_str));
            let [first, last] = [span.first, span.last].map(|day| day.format("%d"));
            format!("{first}-{last} {new} {old}")
        };
        let apart_days = apart(&new, &old);
        let days: Vec<_> = apart_days.iter().map(told).collect();
        assert_eq!(
            days,
            ["02-02 orange -", "03-04 orange yellow", "05-05 orange -"]
        );
        let why = apart_days[1]
            .set_by
            .map(|step| step.unwrap().because[0].en(36));
        assert_eq!(
            why,
            [
                "2015-12-03 to 2015-12-04 AQI 210, 210: meets orange, aqi>200 for 48h",
                "2015-12-03 to 2015-12-04 AQI 210, 210: meets yellow, aqi>200 for 48h",
            ]
        );
        assert!(apart(&new, &new).is_empty());
    }

    #[test]
    fn sums_are_sums() {
        let (a, b) = (
            score(&[90, 201, 201, 90, 90], 0),
            score(&[90, 160, 160, 90, 90], 0),
        );
        let mut sum = a.clone();
        sum += &b;
        let counts = |score: &Score| {
            let by_level = [&score.hits, &score.low, &score.misses, &score.idle];
            let [hits, low, misses, idle] = by_level.map(total);
            let under = total(&score.days_under_warning);
            let others = [
                score.false_alarms,
                score.flaps,
                score.short_notice,
                score.issued(),
            ];
            let notice = usize::try_from(score.notice_hours).unwrap();
            [&[hits, low, misses, idle, under, notice], others.as_slice()].concat()
        };
        let expected: Vec<_> = counts(&a)
            .iter()
            .zip(counts(&b))
            .map(|(a, b)| a + b)
            .collect();
        assert_eq!(counts(&sum), expected);
    }
}
