//! How good forecasts were (预报检验): what each source foresaw, against what came.
//!
//! A forecast of a day is scored by its lead: how many days before that day it was made, 0 on the day
//! itself. Of several that a source made on one day the last counts. One that came in when its day was
//! over is not scored, whenever it says it was made: nobody could have acted on it. A day counts once it has a
//! measured value; both values count as the rules judge them, of a range the point they name. What the
//! rules would not count (its cause, its pollutant) is scored like any other day: it is the forecast
//! that is judged here and not the warning.
//!
//! For every line above which a level starts a day is a *hit* (foreseen and came), a *miss* (came and
//! was not foreseen), a *false alarm* (foreseen and did not come) or *quiet* (neither). Shares are not
//! computed: a winter has a handful of such days, and their number says more.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::outlook::Given;
use crate::time::day_of;
use crate::trigger::Ranges;

/// What the forecasts of one source were worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// The source.
    pub source: String,
    /// By lead, the shortest first; leads nothing is known of are left out.
    pub leads: Vec<LeadSkill>,
}

/// What they were worth so many days ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadSkill {
    /// How many days before the day they were made.
    pub lead_days: u16,
    /// How many days are scored.
    pub days: u32,
    /// The sum of what was foreseen minus what came.
    error: i32,
    /// The same without its signs.
    absolute: i32,
    /// By line, in the order the lines were given.
    pub lines: Vec<LineSkill>,
}

/// Whether days above a line were foreseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSkill {
    /// The AQI that has to be exceeded.
    pub above: u16,
    /// Days foreseen that came (命中).
    pub hits: u32,
    /// Days that came and were not foreseen (漏报).
    pub misses: u32,
    /// Days foreseen that did not come (空报).
    pub false_alarms: u32,
    /// Days neither foreseen nor come.
    pub quiet: u32,
}

impl Skill {
    /// Scores forecasts by what came, each source by itself, in the order of their names.
    pub fn of<'g>(
        foreseen: impl IntoIterator<Item = &'g Given>,
        came: &BTreeMap<NaiveDate, u16>,
        lines: &[u16],
        ranges: Ranges,
    ) -> Vec<Self> {
        let mut last_words: BTreeMap<_, &Given> = BTreeMap::new();
        for given in foreseen {
            let on = given.day.on;
            let lead = u16::try_from((on - day_of(given.made_at())).num_days()).ok();
            let Some(lead) = lead.filter(|_| day_of(given.received_at) <= on) else {
                // Made, or come in, when the day was over.
                continue;
            };
            let made = |given: &Given| (given.made_at(), given.key);
            let said = last_words.entry((&given.source, lead, on)).or_insert(given);
            if made(given) > made(said) {
                *said = given;
            }
        }
        let mut sources: BTreeMap<&str, BTreeMap<u16, LeadSkill>> = BTreeMap::new();
        for ((source, lead, on), given) in last_words {
            let foreseen = given.day.aqi.map(|range| ranges.value(range));
            if let (Some(foreseen), Some(&came)) = (foreseen, came.get(&on)) {
                let leads = sources.entry(source).or_default();
                let skill = leads
                    .entry(lead)
                    .or_insert_with(|| LeadSkill::new(lead, lines));
                skill.take(foreseen, came);
            }
        }
        let skills = sources.into_iter().map(|(source, leads)| Self {
            source: source.to_owned(),
            leads: leads.into_values().collect(),
        });
        skills.collect()
    }
}

impl LeadSkill {
    fn new(lead_days: u16, lines: &[u16]) -> Self {
        let line = |&above| LineSkill {
            above,
            ..LineSkill::default()
        };
        Self {
            lead_days,
            days: 0,
            error: 0,
            absolute: 0,
            lines: lines.iter().map(line).collect(),
        }
    }

    fn take(&mut self, foreseen: u16, came: u16) {
        let error = i32::from(foreseen) - i32::from(came);
        self.days += 1;
        self.error += error;
        self.absolute += error.abs();
        for line in &mut self.lines {
            let count = match (foreseen > line.above, came > line.above) {
                (true, true) => &mut line.hits,
                (false, true) => &mut line.misses,
                (true, false) => &mut line.false_alarms,
                (false, false) => &mut line.quiet,
            };
            *count += 1;
        }
    }

    /// By how much too high the forecasts were on average, in tenths of an index point: -35 is 3.5 too
    /// low.
    pub fn bias_tenths(&self) -> i32 {
        self.tenths(self.error)
    }

    /// By how much they were off on average, in tenths of an index point.
    pub fn absolute_error_tenths(&self) -> i32 {
        self.tenths(self.absolute)
    }

    /// A mean in tenths, halves away from zero.
    fn tenths(&self, sum: i32) -> i32 {
        let days = i32::try_from(self.days).expect("a span of days");
        (20 * sum + sum.signum() * days) / (2 * days)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::outlook::Day;
    use crate::time::day_start;

    const LINES: [u16; 3] = [150, 200, 300];

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn made(source: &str, at: DateTime<Utc>, of: NaiveDate, aqi: &str) -> Given {
        Given {
            key: 1,
            day: Day::forecast(of, aqi.parse().ok(), source),
            source: source.to_owned(),
            issued_at: Some(at),
            received_at: at,
            received_by: "schedule".to_owned(),
        }
    }

    /// A forecast made at eight in the morning, so many days ahead.
    fn ahead(source: &str, lead: u64, day: u32, aqi: &str) -> Given {
        let at = day_start(on(day) - Days::new(lead)) + TimeDelta::hours(8);
        made(source, at, on(day), aqi)
    }

    fn came(values: &[(u32, u16)]) -> BTreeMap<NaiveDate, u16> {
        values.iter().map(|&(day, aqi)| (on(day), aqi)).collect()
    }

    /// Worked out by hand, for the day ahead:
    ///
    /// ```text
    /// day       4    5    6    7    8
    /// foreseen  210  190  310  120  160
    /// came      230  205  280  100  150
    /// error     -20  -15  +30  +20  +10     sum 25, without signs 95
    /// >200      hit  miss hit  -    -
    /// >300      -    -    false -   -
    /// >150      hit  hit  hit  -    false
    /// ```
    #[test]
    fn a_week_of_forecasts_is_scored_by_hand() {
        let values = ["210", "190", "310", "120", "160"];
        let foreseen: Vec<_> = (4..)
            .zip(values)
            .map(|(day, aqi)| ahead("市站", 1, day, aqi))
            .collect();
        let came = came(&[(4, 230), (5, 205), (6, 280), (7, 100), (8, 150), (9, 400)]);
        let skills = Skill::of(&foreseen, &came, &LINES, Ranges::Middle);
        assert_eq!(skills.len(), 1);
        let [lead] = &skills[0].leads[..] else {
            panic!("{skills:?}")
        };
        assert_eq!(
            (lead.lead_days, lead.days),
            (1, 5),
            "nobody foresaw the 9th"
        );
        // 25 / 5 and 95 / 5.
        assert_eq!(
            (lead.bias_tenths(), lead.absolute_error_tenths()),
            (50, 190)
        );
        let line = |above, hits, misses, false_alarms, quiet| LineSkill {
            above,
            hits,
            misses,
            false_alarms,
            quiet,
        };
        assert_eq!(
            lead.lines,
            [
                line(150, 3, 0, 1, 1),
                line(200, 2, 1, 0, 2),
                line(300, 0, 0, 1, 4),
            ]
        );
    }

    #[test]
    fn every_source_and_lead_is_scored_by_its_last_word() {
        let evening = day_start(on(3)) + TimeDelta::hours(20);
        let after_midnight = day_start(on(4)) + TimeDelta::minutes(5);
        let day_after = day_start(on(5)) + TimeDelta::hours(1);
        let foreseen = [
            made("市站", evening, on(4), "180~221"),
            ahead("市站", 1, 4, "300"),
            ahead("市站", 2, 4, "100"),
            made("市站", after_midnight, on(4), "210"),
            made("市站", day_after, on(4), "211"),
            ahead("open-meteo", 2, 4, "212"),
            Given {
                received_at: day_after,
                ..made(
                    "open-meteo",
                    day_start(on(2)) + TimeDelta::hours(9),
                    on(4),
                    "500",
                )
            },
            ahead("open-meteo", 2, 5, "90"),
            ahead("open-meteo", 1, 4, ""),
        ];
        let skills = Skill::of(&foreseen, &came(&[(4, 211)]), &[], Ranges::Middle);
        let told: Vec<_> = skills
            .iter()
            .flat_map(|skill| skill.leads.iter().map(|lead| (&*skill.source, lead)))
            .map(|(source, lead)| (source, lead.lead_days, lead.days, lead.bias_tenths()))
            .collect();
        assert_eq!(
            told,
            [
                ("open-meteo", 2, 1, 10),
                ("市站", 0, 1, -10),
                ("市站", 1, 1, -100),
                ("市站", 2, 1, -1110),
            ]
        );
    }

    #[test]
    fn halves_of_a_tenth_round_away_from_zero() {
        let bias = |errors: &[i32]| {
            let mut lead = LeadSkill::new(1, &[]);
            for error in errors {
                lead.take(u16::try_from(250 + error).unwrap(), 250);
            }
            (lead.bias_tenths(), lead.absolute_error_tenths())
        };
        // 1/20 is 0.05, 1/3 is 0.333….
        let twentieth = |one: i32| std::iter::once(one).chain([0; 19]).collect::<Vec<_>>();
        assert_eq!(bias(&twentieth(1)), (1, 1));
        assert_eq!(bias(&twentieth(-1)), (-1, 1));
        assert_eq!(bias(&[-1, 0, 0]), (-3, 3));
        assert_eq!(bias(&[-2, 0, 0]), (-7, 7));
        assert_eq!(bias(&[30, -30]), (0, 300));
    }

    proptest! {
        /// Against counting every pair of a forecast and a day by itself.
        #[test]
        fn counting_pair_by_pair_gives_the_same(
            said in prop::collection::vec(
                (0usize..2, 0u64..4, 4u32..=20, 0i64..24, 0u16..=500), 0..80,
            ),
            came in prop::collection::btree_map(1u32..=20, 0u16..=500, 0..20),
        ) {
            let names = ["市站", "open-meteo"];
            let foreseen: Vec<_> = said
                .iter()
                .map(|&(who, lead, day, hour, aqi)| {
                    let at = day_start(on(day) - Days::new(lead)) + TimeDelta::hours(hour);
                    made(names[who], at, on(day), &aqi.to_string())
                })
                .collect();
            let came: BTreeMap<_, _> = came.into_iter().map(|(day, aqi)| (on(day), aqi)).collect();
            let skills = Skill::of(&foreseen, &came, &LINES, Ranges::Middle);
            for (who, name) in names.into_iter().enumerate() {
                for lead in 0..4 {
                    // The first of the latest stands, as in the order they came in.
                    let last = |day: u32| {
                        let asked = (who, lead, day);
                        let of_day = said.iter().filter(|one| (one.0, one.1, one.2) == asked);
                        of_day.rev().max_by_key(|one| one.3).map(|one| one.4)
                    };
                    let pairs: Vec<(u16, u16)> = (4..=20)
                        .filter_map(|day| Some((last(day)?, *came.get(&on(day))?)))
                        .collect();
                    let of_source = skills.iter().find(|skill| skill.source == name);
                    let mut leads = of_source.into_iter().flat_map(|skill| &skill.leads);
                    let scored = leads.find(|of| u64::from(of.lead_days) == lead);
                    let Some(scored) = scored else {
                        prop_assert!(pairs.is_empty());
                        continue;
                    };
                    prop_assert_eq!(scored.days as usize, pairs.len());
                    let mean = |sum: f64| sum / f64::from(scored.days);
                    let errors = pairs.iter().map(|&(f, c)| f64::from(f) - f64::from(c));
                    let bias = f64::from(scored.bias_tenths()) / 10.0;
                    prop_assert!((bias - mean(errors.clone().sum())).abs() < 0.0501);
                    let absolute = f64::from(scored.absolute_error_tenths()) / 10.0;
                    prop_assert!((absolute - mean(errors.map(f64::abs).sum())).abs() < 0.0501);
                    for line in &scored.lines {
                        let count = |test: fn(bool, bool) -> bool| {
                            let of = |&&(f, c): &&(u16, u16)| test(f > line.above, c > line.above);
                            u32::try_from(pairs.iter().filter(of).count()).unwrap()
                        };
                        prop_assert_eq!(line.hits, count(|f, c| f && c));
                        prop_assert_eq!(line.misses, count(|f, c| !f && c));
                        prop_assert_eq!(line.false_alarms, count(|f, c| f && !c));
                        prop_assert_eq!(line.quiet, count(|f, c| !f && !c));
                    }
                }
            }
        }
    }
}
