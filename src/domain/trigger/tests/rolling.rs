//! Hours: PM2.5 from 2015-12-01 00:00 on, as `12x200` for twelve hours of 200 µg/m³ and `3x-` for
//! three that were not measured; every other pollutant is at 20. Under HJ 633-2012 an AQI over 150, 200 and 300 is PM2.5 over 115,
//! 150 and 250 µg/m³.

use crate::aqi::{Concentration, PerPollutant, Pollutant, Sample, Standard, Standards};
use crate::backtest::in_force;
use crate::episode::{Episode, replay};
use crate::outlook::{Hourly, Rolling};

use super::*;

pub(super) fn standards() -> Standards {
    let text = include_str!("../../../../playbooks/standards/aqi-hj633-2012.toml");
    Standards::new(vec![Standard::parse("hj633-2012", text).unwrap()]).unwrap()
}

pub(super) fn hourly(hours: &[Option<u32>]) -> Hourly {
    let mut hourly = Hourly::default();
    for (at, value) in (0..).zip(hours) {
        let micrograms = |value| Concentration::from_micrograms(value).unwrap();
        let mut sample: Sample = PerPollutant::from_fn(|_| value.map(|_| micrograms(20)));
        sample[Pollutant::Pm25] = value.map(micrograms);
        hourly.insert(on(1 + i64::from(at / 24)), at % 24, &sample);
    }
    hourly
}

pub(super) fn hours(written: &str) -> Vec<Option<u32>> {
    let parts = written.split_whitespace();
    parts
        .flat_map(|part| {
            let (count, value) = part.split_once('x').unwrap();
            vec![value.parse().ok(); count.parse().unwrap()]
        })
        .collect()
}

pub(super) fn rolling(hours: &[Option<u32>]) -> Rolling {
    hourly(hours).rolling(&standards())
}

pub(super) fn natural(hours: &[Option<u32>]) -> Outlook {
    Outlook::new("test", None, hourly(hours).days(&standards())).unwrap()
}

/// A day and hour as `2T06`.
pub(super) fn told_hour(instant: Option<DateTime<Utc>>) -> String {
    let Some(instant) = instant else {
        return "-".to_owned();
    };
    let hours = (instant - day_start(on(0))).num_hours();
    format!("{}T{:02}", hours / 24, hours % 24)
}

#[rstest]
// Neither day has a mean over 150, but 24 hours across their midnight have.
#[case::across_midnight("12x20 24x200 12x20", "none", "yellow 1T06-2T18")]
#[case::whole_days("24x151 24x20", "yellow", "yellow 1T00-2T00")]
#[case::on_the_line("24x150 24x20", "none", "none ---")]
// From 18:00 on, two times 24 hours over 150; the days alone have one.
#[case::two_in_a_row("18x20 48x160 6x20", "yellow", "orange 1T17-3T19")]
// A peak of 24 hours inside of 72 over 200.
#[case::with_a_peak("6x20 36x160 24x260 24x160 6x20", "orange", "red 1T05-4T19")]
#[case::five_hours_lost("12x200 5x- 19x200 12x20", "none", "yellow 1T13-2T18")]
#[case::too_short("19x200", "none", "none ---")]
#[case::nothing("", "none", "none ---")]
fn any_24_hours_count(#[case] written: &str, #[case] by_days: &str, #[case] by_hours: &str) {
    let (rules, hours) = (rules("mee-2024"), hours(written));
    let word = |level: Option<WarningLevel>| level.map_or("none", WarningLevel::as_str);
    assert_eq!(word(rules.assess(&natural(&hours)).level), by_days);
    let assessed = rules.assess(rolling(&hours).days());
    let (from, until) = (told_hour(assessed.from), told_hour(assessed.until));
    assert_eq!(format!("{} {from}-{until}", word(assessed.level)), by_hours);
}

#[test]
fn reasons_name_the_hour_at_which_their_days_begin() {
    let assessed = rules("mee-2024").assess(rolling(&hours("12x20 24x200 12x20")).days());
    let told: Vec<_> = assessed.because.iter().map(|why| why.zh(36)).collect();
    // 18 hours of 200 and 6 of 20 are 155 µg/m³: AQI 205.
    let condition = "AQI 205，满足黄色条件“AQI>200持续24小时”";
    let expected = [6, 18].map(|hour| format!("2015-12-01 {hour}时起24小时 {condition}"));
    assert_eq!(told, expected);
}

#[rstest]
// 24 hours over 200 still end at six in the morning of the second day.
#[case::not_over_yet("24x200 72x20", 2, "hold 4T00")]
#[case::clean("24x200 72x20", 3, "lift 4T00")]
#[case::thirty_hours_are_too_few("24x200 30x20 24x200 18x20", 3, "extend 5T00")]
// It is one episode from the first day on; 13 of the last 24 hours over 150, from 3T17, are at 200.
#[case::thirty_hours_part_nothing("24x200 30x20 24x200 18x20", 1, "extend 4T17")]
#[case::lost_hours_are_not_clean("24x200 36x20 12x- 24x20", 3, "extend 5T00")]
fn clean_air_lasts_as_many_hours_as_the_rule_says(
    #[case] written: &str,
    #[case] today: i64,
    #[case] expected: &str,
) {
    let (hours, standing) = (rolling(&hours(written)), standing("yellow 1-3"));
    let decision = rules("mee-2024").decide(hours.days(), standing.as_ref(), None, on(today));
    let told = format!(
        "{} {}",
        decision.proposal.as_str(),
        told_hour(decision.until)
    );
    assert_eq!(told, expected);
}

/// The 2024 standard said once more, of sums over hours, as an oracle.
fn of_2024_by_brute_force(hours: &[Option<u32>]) -> Option<WarningLevel> {
    let mut hours = hours.to_vec();
    hours.resize(hours.len().next_multiple_of(24), None);
    let over = |begin: usize, line: usize| {
        hours.get(begin..begin + 24).is_some_and(|span| {
            let measured: Vec<_> = span.iter().flatten().map(|v| *v as usize).collect();
            measured.len() >= 20 && measured.iter().sum::<usize>() > line * measured.len()
        })
    };
    let in_a_row =
        |begin: usize, days: usize, line: usize| (0..days).all(|day| over(begin + 24 * day, line));
    let any = |days, line| (0..hours.len()).any(|begin| in_a_row(begin, days, line));
    let red = (0..hours.len()).any(|begin| {
        let days = (3..=hours.len() / 24).rev();
        let longest = days.into_iter().find(|days| in_a_row(begin, *days, 150));
        longest
            .is_some_and(|days| (begin..=begin + 24 * (days - 1)).any(|inside| over(inside, 250)))
    });
    if red {
        Some(WarningLevel::Red)
    } else if any(2, 150) || any(3, 115) {
        Some(WarningLevel::Orange)
    } else if any(1, 150) || any(2, 115) {
        Some(WarningLevel::Yellow)
    } else {
        None
    }
}

/// The same hours with nothing missing, to the end of the last day: all of them can be foreseen.
pub(super) fn whole(hours: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut whole: Vec<_> = hours.iter().map(|hour| hour.or(Some(20))).collect();
    whole.resize(whole.len().next_multiple_of(24), Some(20));
    whole
}

/// Stretches of some hours whose means lie on both sides of every line.
pub(super) fn any_hours() -> impl Strategy<Value = Vec<Option<u32>>> {
    let value = prop_oneof![
        2 => Just(Some(20u32)),
        4 => (113u32..=117).prop_map(Some),
        6 => (148u32..=152).prop_map(Some),
        6 => (248u32..=252).prop_map(Some),
        2 => (300u32..=400).prop_map(Some),
        1 => Just(None),
    ];
    let stretch = (1usize..30, value).prop_map(|(count, value)| match value {
        None => vec![None; count.min(6)],
        value => vec![value; count],
    });
    prop::collection::vec(stretch, 0..9).prop_map(|stretches| stretches.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_assessment_of_hours_agrees_with_brute_force(hours in any_hours()) {
        prop_assert_eq!(
            rules("mee-2024").assess(rolling(&hours).days()).level,
            of_2024_by_brute_force(&hours)
        );
    }

    #[test]
    fn hours_never_say_less_than_days(rules in any_rules(), hours in any_hours()) {
        prop_assert!(
            rules.assess(rolling(&hours).days()).level >= level_of(&rules, &natural(&hours))
        );
    }

    #[test]
    fn warnings_of_hours_follow_one_another_without_a_lapse(
        rules in any_rules(),
        hours in any_hours(),
    ) {
        let warnings = replay(&rules, rolling(&whole(&hours)).days(), 30, |_, _| {});
        for warning in &warnings {
            prop_assert!(warning.until.is_none_or(|until| warning.from < until));
            for pair in warning.steps.windows(2) {
                let (planned, today) = (pair[0].until, day_start(pair[1].on));
                if pair[1].act == Proposal::Lift {
                    // At its planned end, or from today on: never in between.
                    let at = pair[1].until;
                    prop_assert!(at == planned || at >= Some(today), "{warning:#?}");
                } else {
                    prop_assert!(planned >= Some(today), "lapsed: {warning:#?}");
                }
            }
        }
        for pair in warnings.windows(2) {
            prop_assert!(pair[0].lifted);
            prop_assert!(pair[0].until <= Some(pair[1].from), "{warnings:#?}");
        }
    }

    #[test]
    fn every_day_that_hours_put_under_a_level_is_under_a_warning_not_below_it(
        rules in any_rules(),
        hours in any_hours(),
    ) {
        let rolling = rolling(&whole(&hours));
        let under = in_force(&replay(&rules, rolling.days(), 30, |_, _| {}));
        for (day, level) in rules.met_on_days(rolling.days()) {
            prop_assert!(under.get(&day) >= Some(&level), "{day} {level:?}: {under:?}");
        }
    }

    #[test]
    fn where_hours_are_lost_their_days_still_count(
        rules in any_rules(),
        hours in any_hours(),
        lost in prop::collection::vec(any::<bool>(), 16),
    ) {
        let days = natural(&hours);
        let is_lost = |at: usize| lost[at / 24 % lost.len()];
        let kept: Vec<_> = hours
            .iter()
            .enumerate()
            .map(|(at, value)| value.filter(|_| !is_lost(at)))
            .collect();
        let mixed = hourly(&kept).rolling_over(&days, &standards());
        prop_assert!(rules.assess(mixed.days()).level >= rules.assess(&days).level);
    }

    #[test]
    fn a_decision_on_hours_carried_out_asks_for_nothing_more(
        rules in any_rules(),
        hours in any_hours(),
        standing in any_standing(),
        today in 0i64..9,
    ) {
        let hours = rolling(&hours);
        let decide = |standing: Option<Standing>| {
            let decision = rules.decide(hours.days(), standing.as_ref(), None, on(today));
            (Standing::after(standing, &decision), decision)
        };
        let (stands, first) = decide(standing);
        prop_assume!(first.proposal != Proposal::Lift);
        let (_, second) = decide(stands);
        prop_assert!(
            matches!(second.proposal, Proposal::Hold | Proposal::Advise),
            "{first:#?}\n{second:#?}"
        );
    }
}

/// The station 东四 from December 2013 to the beginning of March 2014, over a new year and through
/// the two days on which its instruments failed.
fn dongsi() -> Hourly {
    let text = include_str!("../../../../tests/fixtures/aqi/dongsi_20131201-20140302.csv");
    let mut hourly = Hourly::default();
    for row in text.lines().skip(1) {
        let cells: Vec<_> = row.split(',').collect();
        let columns = ["pm2_5", "pm10", "so2", "no2", "co", "o3"];
        let sample = PerPollutant::from_fn(|pollutant| {
            let column = columns.iter().position(|name| *name == pollutant.as_str());
            Concentration::parse(pollutant, cells[2 + column.unwrap()]).ok()
        });
        hourly.insert(
            cells[0].parse().unwrap(),
            cells[1].parse().unwrap(),
            &sample,
        );
    }
    hourly
}

#[rstest]
#[case("mee-2017")]
#[case("mee-2018")]
#[case("mee-2024")]
fn a_winter_has_at_least_the_warnings_of_its_natural_days(#[case] id: &str) {
    let (rules, hourly) = (rules(id), dongsi());
    let days = Outlook::new("Dongsi", None, hourly.days(&standards())).unwrap();
    let hours = hourly.rolling(&standards());
    let by_days = replay(&rules, days.days(), 7, |_, _| {});
    let by_hours = replay(&rules, hours.days(), 7, |_, _| {});
    assert!(!by_days.is_empty());
    for warning in &by_days {
        let overlaps = |other: &&Episode| {
            other.from < warning.until.unwrap() && warning.from < other.until.unwrap()
        };
        let wider = by_hours.iter().filter(overlaps);
        let peak = wider.map(|other| other.peak).max();
        assert!(peak >= Some(warning.peak), "{warning:#?}\n{by_hours:#?}");
    }
}
