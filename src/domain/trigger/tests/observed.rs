//! Early starts, under the plan of 聊城 of 2019, where one day over 200 meets no condition. Days and hours are written as in the tests of days and of hours; `2T08` is eight
//! in the morning of the second day.

use std::iter::once;

use super::rolling::{any_hours, hourly, hours, natural, rolling, standards, told_hour};
use super::*;

use crate::outlook::{Cause, Origin};

fn of_liaocheng() -> Rules {
    let text = include_str!("../../../../playbooks/triggers/liaocheng-2019.toml");
    Rules::parse("liaocheng-2019", text).unwrap()
}

fn instant(written: &str) -> DateTime<Utc> {
    let (day, hour) = written.split_once('T').unwrap();
    day_start(on(day.parse().unwrap())) + TimeDelta::hours(hour.parse().unwrap())
}

/// Hours before `now` as measured, the others as foreseen.
fn air(now: &str, written: &[Option<u32>], cause: Option<Cause>) -> Air {
    let mut air = Air::at(instant(now));
    for (on, hours) in hourly(written).by_day() {
        for origin in [Origin::MEASURED, Day::forecast(on, None, "test").origin] {
            let day = Day {
                cause,
                origin,
                ..Day::observed(on, None)
            };
            air.insert(&day, &hours, &standards());
        }
    }
    air
}

/// Days as they are foreseen, without hours.
fn foreseen(now: &str, outlook: &Outlook) -> Air {
    let mut air = Air::at(instant(now));
    foresee(&mut air, outlook);
    air
}

fn foresee(air: &mut Air, outlook: &Outlook) {
    for day in outlook.days().as_slice() {
        air.foresee(&Day {
            origin: Day::forecast(day.on, None, "test").origin,
            ..day.clone()
        });
    }
}

fn is_early(decision: &Decision) -> bool {
    let mut because = decision.because.iter();
    because.any(|reason| matches!(reason, Reason::Observed { .. }))
}

#[rstest]
#[case::until_tonight("none", "90 201 90 90", "2T08", "issue yellow 2-2 early")]
#[case::better_in_the_night("none", "90 201 90 90", "2T14", "hold none -")]
#[case::nobody_knows_tomorrow("none", "90 201", "2T14", "hold none -")]
#[case::on_the_line("none", "90 200 90 90", "2T08", "hold none -")]
#[case::tomorrow("none", "90 90 201 90", "2T08", "hold none -")]
#[case::dust("none", "90 320:dust 90 90", "2T08", "advise none -")]
#[case::ozone("none", "90 320:o3:120 90 90", "2T08", "hold none -")]
#[case::met_anyway("none", "90 201 201 90 90", "2T08", "issue yellow 2-3")]
#[case::what_comes_later_is_left_to_a_raise(
    "none",
    "90 210 190 210 210 210 90 90",
    "2T08",
    "issue yellow 2-6 early"
)]
#[case::which_follows(
    "yellow 2-6",
    "90 210 190 210 210 210 90 90",
    "2T08",
    "raise orange 4-6"
)]
#[case::of_its_own_episode(
    "none",
    "90 210 90 90 210 210 210 90 90",
    "2T08",
    "issue yellow 2-2 early"
)]
#[case::what_waits_begins(
    "orange 4-6",
    "90 210 190 210 210 210 90 90",
    "2T08",
    "extend orange 2-6 early"
)]
#[case::what_stands_is_kept("yellow 2-2", "90 201 90 90", "2T08", "hold yellow 2-2 early")]
#[case::nothing_is_lowered("red 1-4", "301 301 301 301 210 90 90", "5T08", "extend red 1-5")]
fn days_start_early(
    #[case] stands: &str,
    #[case] series: &str,
    #[case] now: &str,
    #[case] expected: &str,
) {
    let (rules, series, stands) = (of_liaocheng(), outlook(series), standing(stands));
    let air = foreseen(now, &series);
    let decision = rules.decide_now(&series, stands.as_ref(), None, &air);
    let early = if is_early(&decision) { " early" } else { "" };
    assert_eq!(
        format!("{}{early}", told(&decision)),
        expected,
        "{decision:#?}"
    );
}

#[test]
fn a_higher_level_to_come_is_named_before_it_is_raised_to() {
    let series = outlook("90 210 190 210 210 210 90 90");
    let decision = of_liaocheng().decide_now(&series, None, None, &foreseen("2T08", &series));
    assert_eq!(told(&decision), "issue yellow 2-6");
    let mut because = decision.because.iter();
    let orange = because.any(
        |reason| matches!(reason, Reason::Met { level, .. } if *level == WarningLevel::Orange),
    );
    assert!(orange, "{decision:#?}");
}

/// 20 hours of haze over a midnight: no 24 of them have a mean over 150 µg/m³.
const NIGHT: &str = "20x20 20x160 104x20";

#[rstest]
#[case::not_yet(NIGHT, "1T20", "hold ---")]
#[case::an_hour_is_over(NIGHT, "1T21", "issue 1T20-3T00")]
#[case::later(NIGHT, "2T04", "issue 2T00-3T00")]
#[case::better_within_12_hours(NIGHT, "2T05", "hold ---")]
#[case::measured_two_hours_ago("20x20 2x160 2x- 20x160 76x20", "2T00", "issue 2T00-3T00")]
#[case::measured_too_long_ago("20x20 1x160 4x- 15x160 80x20", "2T01", "hold ---")]
#[case::an_hour_nobody_foresees("20x20 16x160 5x- 79x20", "2T02", "hold ---")]
fn hours_start_early(#[case] written: &str, #[case] now: &str, #[case] expected: &str) {
    let hours = hours(written);
    let air = air(now, &hours, None);
    let decision = of_liaocheng().decide_now(rolling(&hours).days(), None, None, &air);
    let (from, until) = (told_hour(decision.from), told_hour(decision.until));
    let told = format!("{} {from}-{until}", decision.proposal.as_str());
    assert_eq!(told, expected, "{decision:#?}");
}

#[test]
fn an_hour_nobody_foresees_counts_with_its_day() {
    // Measured to eight in the evening; of tomorrow only its mean is foreseen.
    let measured = hours("18x20 6x160");
    let decide = |tomorrow: &str| {
        let days = outlook(&format!("90 {tomorrow} 90 90"));
        let mut air = air("1T20", &measured, None);
        foresee(&mut air, &days);
        of_liaocheng().decide_now(&days, None, None, &air)
    };
    assert_eq!(told(&decide("201")), "issue yellow 1-2");
    assert_eq!(told(&decide("201 201 201")), "issue orange 1-4");
    assert_eq!(told(&decide("200")), "hold none -");
    assert_eq!(told(&decide("-")), "hold none -");
}

#[test]
fn the_reason_says_what_was_measured_and_what_to_do() {
    let hours = hours(NIGHT);
    let decision =
        of_liaocheng().decide_now(&natural(&hours), None, None, &air("1T22", &hours, None));
    let [reason] = decision.because.as_slice() else {
        panic!("{decision:#?}");
    };
    // 160 µg/m³ are AQI 210 by HJ 633-2012.
    assert_eq!(
        reason.zh(36),
        "至迟自2015-12-01 20时起实测AQI高于200（20时为210），预测未来12小时无明显改善，应立即启动黄色"
    );
    assert_eq!(
        reason.en(36),
        "measured above 200 since 2015-12-01 20:00 at the latest (AQI 210), and no clear improvement \
         is foreseen for the next 12 hours: start yellow at once"
    );
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
}

#[test]
fn rules_that_say_nothing_of_it_start_nothing_early() {
    let hours = hours(NIGHT);
    let air = air("1T22", &hours, None);
    let decision = rules("mee-2018").decide_now(&natural(&hours), None, None, &air);
    assert_eq!(told(&decision), "hold none -");
}

#[rstest]
#[case::early("90 210 190 90", "2T08", "yellow 2-2")]
#[case::beside_what_is_met("90 210 190 210 210 210 90 90", "2T08", "orange 4-6")]
#[case::what_is_over_says_nothing("301 301 301 301 90 90 210 90 90", "7T08", "yellow 7-7")]
fn an_assessment_names_what_starts_early(
    #[case] series: &str,
    #[case] now: &str,
    #[case] expected: &str,
) {
    let series = outlook(series);
    let assessed = of_liaocheng().assess_now(&series, &foreseen(now, &series));
    let level = assessed.level.map_or("none", WarningLevel::as_str);
    let told = format!("{level} {}", span(assessed.from, assessed.until));
    assert_eq!(told, expected);
}

#[test]
fn what_was_measured_foresees_nothing() {
    let series = outlook("90 320 90 90");
    let mut air = Air::at(instant("2T08"));
    for day in series.days().as_slice() {
        air.foresee(day);
    }
    let decision = of_liaocheng().decide_now(&series, None, None, &air);
    assert_eq!(told(&decision), "hold none -");
}

#[test]
fn an_open_order_makes_no_later_episode_the_present_one() {
    let series = outlook("90 210 90 90 210 210 210 90 90");
    let order = Floor {
        level: WarningLevel::Yellow,
        from: instant("2T00"),
        until: None,
        document: "test".to_owned(),
    };
    let air = foreseen("2T08", &series);
    let decision = of_liaocheng().decide_now(&series, None, Some(&order), &air);
    assert_eq!(decision.level, Some(WarningLevel::Yellow), "{decision:#?}");
    assert_eq!(decision.from, Some(instant("2T00")));
}

#[test]
fn the_last_hour_looked_at_may_be_begun() {
    // At half past twelve the twelfth hour from now ends half an hour into tomorrow.
    let mut air = Air::at(instant("2T12") + TimeDelta::minutes(30));
    foresee(&mut air, &outlook("90 210 210 90"));
    let decision = of_liaocheng().decide_now(&outlook("90 210 190 90"), None, None, &air);
    assert_eq!(told(&decision), "issue yellow 2-3", "{decision:#?}");
}

#[test]
fn another_hour_of_the_same_haze_says_the_same() {
    let hours = hours(NIGHT);
    let decide = |now: &str| {
        of_liaocheng().decide_now(&natural(&hours), None, None, &air(now, &hours, None))
    };
    let (first, mut later) = (decide("1T22"), decide("1T23"));
    for reason in &mut later.because {
        if let Reason::Observed { measured, .. } = reason {
            measured.since += TimeDelta::hours(1);
            measured.aqi += 20;
        }
    }
    assert_ne!(first, later);
    assert!(first.same_but_for_remarks(&later));
}

/// Whether hours start a warning early, said once more, of concentrations and hour by hour.
fn lasts_by_brute_force(hours: &[Option<u32>], now: usize) -> bool {
    let over = |hour: usize| hours.get(hour).copied().flatten().is_some_and(|v| v > 150);
    let last = last_measured(hours, now);
    last.is_some_and(|last| once(last).chain(now..now + 12).all(over))
}

fn last_measured(hours: &[Option<u32>], now: usize) -> Option<usize> {
    let mut lately = (now.saturating_sub(4)..now).rev();
    lately.find(|hour| hours[*hour].is_some())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_early_start_agrees_with_brute_force(
        hours in any_hours(),
        now in any::<prop::sample::Index>(),
        dust in any::<bool>(),
    ) {
        prop_assume!(!hours.is_empty());
        let (rules, now) = (of_liaocheng(), now.index(hours.len()));
        let written = format!("{}T{}", now / 24 + 1, now % 24);
        let air = air(&written, &hours, dust.then_some(Cause::Dust));
        let natural = natural(&hours);
        // A whole day measured stands for today where no hour does; here one does.
        prop_assume!(last_measured(&hours, now).is_some());
        let decision = rules.decide_now(&natural, None, None, &air);
        let without = rules.decide(&natural, None, None, day_of(instant(&written)));
        if lasts_by_brute_force(&hours, now) && !dust {
            prop_assert!(is_early(&decision) || without.level.is_some(), "{decision:#?}");
            prop_assert!(decision.level.is_some(), "{decision:#?}");
            prop_assert!(decision.from <= Some(instant(&written)), "{decision:#?}");
            prop_assert!(decision.until > Some(instant(&written)), "{decision:#?}");
        } else if now > 0 {
            prop_assert_eq!(decision, without);
        }
    }

    #[test]
    fn an_early_start_lowers_nothing_and_carried_out_asks_for_nothing_more(
        hours in any_hours(),
        now in any::<prop::sample::Index>(),
        standing in any_standing(),
        by_hours in any::<bool>(),
    ) {
        prop_assume!(!hours.is_empty());
        let (rules, now) = (of_liaocheng(), now.index(hours.len()));
        let written = format!("{}T{}", now / 24 + 1, now % 24);
        let air = air(&written, &hours, None);
        let (natural, rolling) = (natural(&hours), rolling(&hours));
        let days = if by_hours { rolling.days() } else { natural.days() };
        let decide = |standing: Option<Standing>| {
            let decision = rules.decide_now(days, standing.as_ref(), None, &air);
            (Standing::after(standing, &decision), decision)
        };
        let (mut stands, first) = decide(standing);
        if standing.is_some() {
            let today = day_of(instant(&written));
            let without = rules.decide(days, standing.as_ref(), None, today);
            prop_assert!(first.level >= without.level, "{first:#?}\n{without:#?}");
        }
        prop_assume!(first.proposal != Proposal::Lift);
        let (next, mut second) = decide(stands);
        if is_early(&first) && matches!(second.proposal, Proposal::Raise | Proposal::Lower) {
            // A higher level later in the same haze has an act of its own, and so has the lower one
            // of a warning that waited and was brought forward.
            let raised = second.proposal == Proposal::Raise;
            prop_assert!(!raised || second.from > first.from, "{first:#?}\n{second:#?}");
            stands = next;
            second = decide(stands).1;
        }
        prop_assert!(
            matches!(second.proposal, Proposal::Hold | Proposal::Advise),
            "{first:#?}\n{second:#?}"
        );
    }
}
