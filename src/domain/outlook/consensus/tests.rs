use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::outlook::AqiRange;

/// A Friday evening in Beijing.
const NOW: &str = "2026-11-27T20:00:00+08:00";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn trust() -> Forecasts {
    Forecasts {
        trust: ["省站会商", "市站"].map(str::to_owned).into(),
        fresh_hours: 30,
        standing: Standing::Assumed,
    }
}

/// A forecast of the 28th, made so many hours before [`NOW`] and received an hour later.
fn foreseen(source: &str, hours_ago: i64, aqi: &str) -> Given {
    let made = time(NOW) - TimeDelta::hours(hours_ago);
    Given {
        key: 1_000 - hours_ago,
        day: Day::forecast(on(28), aqi.parse().ok(), source),
        source: source.to_owned(),
        issued_at: Some(made),
        received_at: made + TimeDelta::hours(1),
        received_by: "schedule".to_owned(),
    }
}

fn observed(source: &str, hours_ago: i64, aqi: &str) -> Given {
    Given {
        day: Day::observed(on(28), aqi.parse().ok()),
        issued_at: None,
        ..foreseen(source, hours_ago, aqi)
    }
}

fn modelled(source: &str, hours_ago: i64, aqi: &str) -> Given {
    let mut given = observed(source, hours_ago, aqi);
    given.day.origin = Origin::Observed { modelled: true };
    given
}

fn filled_in(aqi: &str) -> Given {
    let mut given = observed("会商", 0, aqi);
    given.day.origin = Origin::FilledIn {
        by: "值班员".to_owned(),
        source: "会商".to_owned(),
    };
    given
}

fn consensus(given: Vec<Given>) -> Consensus {
    Consensus::of(given, &trust(), Ranges::Middle, time(NOW)).unwrap()
}

/// The same as if it had come in in this order.
fn came_in(given: Vec<Given>) -> Vec<Given> {
    let keyed = (1..).zip(given);
    keyed.map(|(key, given)| Given { key, ..given }).collect()
}

/// What is said of the 28th.
fn zh(given: Vec<Given>) -> String {
    consensus(given).on(on(28)).unwrap().zh()
}

#[rstest]
#[case::the_trusted_before_the_newer(
    vec![foreseen("open-meteo", 2, "170"), foreseen("市站", 12, "210")],
    "取市站 11-27 08:00 预报；open-meteo 低 40"
)]
#[case::in_the_order_of_trust(
    vec![foreseen("市站", 2, "180~220"), foreseen("省站会商", 12, "205")],
    "取省站会商 11-27 08:00 预报；市站 低 5"
)]
#[case::the_unnamed_by_who_spoke_last(
    vec![foreseen("乙", 3, "150"), foreseen("甲", 4, "160")],
    "取乙 11-27 17:00 预报；甲 高 10"
)]
#[case::the_unnamed_who_spoke_at_once_by_their_names(
    vec![foreseen("甲", 3, "160"), foreseen("乙", 3, "150")],
    "取乙 11-27 17:00 预报；甲 高 10"
)]
#[case::the_stale_who_spoke_at_once_by_trust(
    vec![foreseen("open-meteo", 50, "170"), foreseen("省站会商", 50, "210")],
    "取省站会商 11-25 18:00 预报，已过时效，别无更新的预报；open-meteo 低 40（已过时效）"
)]
#[case::at_thirty_hours_it_is_fresh(
    vec![foreseen("市站", 30, "210"), foreseen("open-meteo", 1, "210")],
    "取市站 11-26 14:00 预报；open-meteo 相同"
)]
#[case::at_thirty_one_it_is_stale(
    vec![foreseen("市站", 31, "210"), foreseen("open-meteo", 1, "170")],
    "取open-meteo 11-27 19:00 预报；市站 高 40（已过时效）"
)]
#[case::of_the_stale_whoever_spoke_last(
    vec![foreseen("省站会商", 50, "210"), foreseen("open-meteo", 40, "170")],
    "取open-meteo 11-26 04:00 预报，已过时效，别无更新的预报；省站会商 高 40（已过时效）"
)]
#[case::a_source_is_held_to_its_latest_word(
    vec![foreseen("市站", 2, "150"), foreseen("市站", 12, "210")],
    "取市站 11-27 18:00 预报"
)]
#[case::no_value_is_no_word(
    vec![foreseen("省站会商", 2, ""), foreseen("市站", 3, "210")],
    "取市站 11-27 17:00 预报"
)]
#[case::the_measured_before_all(
    vec![foreseen("省站会商", 2, "210"), observed("市站", 90, "150"), filled_in("1")],
    "取市站 实测；省站会商 高 60；会商 低 149"
)]
#[case::the_measured_before_what_a_model_computed_later(
    vec![modelled("CAMS", 1, "190"), observed("市站", 90, "150")],
    "取市站 实测；CAMS 高 40"
)]
#[case::what_a_model_computed_before_what_it_foresaw(
    vec![modelled("open-meteo", 9, "190"), foreseen("open-meteo", 2, "210")],
    "取open-meteo 模式计算；open-meteo 高 20"
)]
#[case::a_gap_in_what_was_measured_is_forecast(
    vec![observed("市站", 1, ""), foreseen("open-meteo", 2, "210")],
    "取open-meteo 11-27 18:00 预报"
)]
#[case::the_filled_in_stays_marked_and_yields(
    vec![filled_in("220")],
    "取人工补录（会商）"
)]
#[case::even_to_what_is_stale(
    vec![filled_in("220"), foreseen("市站", 50, "210")],
    "取市站 11-25 18:00 预报，已过时效，别无更新的预报；会商 高 10"
)]
fn one_value_is_taken_and_said_why(#[case] given: Vec<Given>, #[case] expected: &str) {
    assert_eq!(zh(came_in(given.clone())), expected);
    let mut backwards = given;
    backwards.reverse();
    assert_eq!(zh(came_in(backwards)), expected, "whatever came in first");
}

#[test]
fn of_two_that_measured_the_one_that_came_in_last_is_taken() {
    let both = [observed("甲", 1, "150"), observed("乙", 1, "160")];
    let mut backwards = both.clone();
    backwards.reverse();
    assert_eq!(zh(came_in(both.into())), "取乙 实测；甲 低 10");
    assert_eq!(zh(came_in(backwards.into())), "取甲 实测；乙 高 10");
}

#[test]
fn it_is_said_in_english_too() {
    let given = vec![
        foreseen("省站会商", 50, "205"),
        foreseen("市站", 12, "210"),
        foreseen("open-meteo", 1, "230"),
    ];
    let consensus = consensus(given);
    assert_eq!(
        consensus.on(on(28)).unwrap().en(),
        "taken from 市站, forecast of 11-27 08:00; open-meteo is 20 higher; \
         省站会商 is 5 lower (out of date)"
    );
}

#[test]
fn what_a_model_computed_is_said_in_english_too() {
    let consensus = consensus(vec![modelled("CAMS", 1, "190")]);
    assert_eq!(consensus.on(on(28)).unwrap().en(), "computed by CAMS");
}

#[rstest]
#[case::middle(Ranges::Middle, Some(200), "取市站 11-27 18:00 预报；甲 高 10")]
#[case::upper(Ranges::Upper, Some(220), "取市站 11-27 18:00 预报；甲 低 10")]
fn the_point_of_a_range_is_the_one_the_rules_judge(
    #[case] ranges: Ranges,
    #[case] value: Option<u16>,
    #[case] words: &str,
) {
    let given = [foreseen("市站", 2, "180~220"), foreseen("甲", 2, "210")];
    let consensus = Consensus::of(given, &trust(), ranges, time(NOW)).unwrap();
    let agreed = consensus.on(on(28)).unwrap();
    assert_eq!((agreed.taken.value, agreed.zh().as_str()), (value, words));
}

#[test]
fn on_a_day_that_is_over_a_forecast_is_as_old_as_when_it_ended() {
    // The 20th ended 19 and 43 hours after these were made, and a week ago.
    let of_the_20th = |source, made: &str| Given {
        day: Day {
            on: on(20),
            ..foreseen(source, 0, "210").day
        },
        issued_at: Some(time(made)),
        received_at: time(made),
        ..foreseen(source, 0, "")
    };
    let given = vec![
        of_the_20th("open-meteo", "2026-11-20T05:00:00+08:00"),
        of_the_20th("市站", "2026-11-19T05:00:00+08:00"),
    ];
    let consensus = consensus(given);
    let agreed = consensus.on(on(20)).unwrap();
    assert_eq!(
        (agreed.taken.given.source.as_str(), agreed.taken.stale),
        ("open-meteo", false)
    );
    assert!(agreed.others[0].stale);
}

#[test]
fn rivals_are_the_fresh_forecasts_beside_the_one_taken() {
    let rivals = |given| {
        let consensus = consensus(given);
        let rivals = consensus.on(on(28)).unwrap().rivals();
        rivals.map(|voice| voice.value).collect::<Vec<_>>()
    };
    let (ours, fresh) = (foreseen("市站", 2, "210"), foreseen("甲", 2, "150"));
    let stale = foreseen("乙", 60, "90");
    let all = vec![ours.clone(), fresh, stale, filled_in("80")];
    assert_eq!(rivals(all), [Some(150)]);
    assert_eq!(rivals(vec![observed("市站", 1, "210"), ours]), []);
}

#[rstest]
#[case::another_category("200", foreseen("甲", 2, "201"), true)]
#[case::one_category("201", foreseen("甲", 2, "300"), false)]
#[case::stale("200", foreseen("甲", 60, "201"), false)]
#[case::measured("200", observed("甲", 2, "201"), false)]
fn forecasts_dispute_a_day_where_their_categories_differ(
    #[case] taken: &str,
    #[case] other: Given,
    #[case] disputed: bool,
) {
    let text = include_str!("../../../../playbooks/standards/aqi-hj633-2026.toml");
    let standard = Standard::parse("aqi-hj633-2026.toml", text).unwrap();
    let consensus = consensus(vec![foreseen("市站", 2, taken), other]);
    let agreed = consensus.on(on(28)).unwrap();
    assert_eq!(agreed.is_disputed(&standard), disputed);
}

#[test]
fn the_outlook_names_its_newest_forecast_and_is_stale_without_a_fresh_one_ahead() {
    let fresh = consensus(vec![foreseen("市站", 2, "210"), foreseen("甲", 1, "90")]);
    assert_eq!(fresh.outlook().source(), "市站");
    assert_eq!(
        consensus(vec![foreseen("甲", 1, "")]).outlook().source(),
        "",
        "it has no value"
    );
    assert_eq!(
        fresh.outlook().issued_at(),
        Some(time("2026-11-27T18:00:00+08:00"))
    );
    assert!(!fresh.is_stale_from(on(27)));
    assert!(fresh.is_stale_from(on(29)), "it ends on the 28th");
    assert!(consensus(vec![foreseen("市站", 31, "210")]).is_stale_from(on(27)));
    assert!(consensus(vec![observed("市站", 1, "210")]).is_stale_from(on(27)));
    assert!(consensus(vec![foreseen("市站", 1, "")]).is_stale_from(on(27)));
}

#[test]
fn days_that_are_stale_are_told_though_others_are_fresh() {
    let on_day = |day, given: Given| Given {
        day: Day {
            on: on(day),
            ..given.day
        },
        ..given
    };
    let fresh = || foreseen("市站", 2, "210");
    let stale = || foreseen("市站", 31, "210");
    let given = vec![
        on_day(26, stale()),
        on_day(27, stale()),
        on_day(28, stale()),
        on_day(29, fresh()),
        on_day(30, foreseen("市站", 31, "")),
    ];
    let consensus = consensus(given);
    assert_eq!(consensus.stale_from(on(27)), [(on(27), on(28))]);
    assert!(consensus.is_stale_from(on(28)));
    assert_eq!(consensus.stale_from(on(29)), []);
    assert!(!consensus.is_stale_from(on(29)));
}

fn any_given() -> impl Strategy<Value = Given> {
    let aqi = prop::option::weighted(0.8, 0u16..=500);
    (0u8..5, 20u32..=30, 0i64..80, aqi).prop_map(|(who, day, hours_ago, aqi)| {
        let text = aqi.map_or(String::new(), |aqi| aqi.to_string());
        let mut given = match who {
            0 => observed("市站", hours_ago, &text),
            1 => filled_in(&text),
            2 => foreseen("省站会商", hours_ago, &text),
            3 => foreseen("市站", hours_ago, &text),
            _ => foreseen("open-meteo", hours_ago, &text),
        };
        given.day.on = on(day);
        given
    })
}

proptest! {
    #[test]
    fn no_day_is_lost_and_no_value_invented(given in prop::collection::vec(any_given(), 1..40)) {
        let consensus = consensus(given.clone());
        let days = consensus.outlook().days();
        for pair in days.as_slice().windows(2) {
            prop_assert_eq!(pair[0].on.succ_opt(), Some(pair[1].on));
        }
        for day in days.as_slice() {
            let of_day: Vec<_> = given.iter().filter(|given| given.day.on == day.on).collect();
            let taken_back = |one: &Given| {
                of_day.iter().any(|other| {
                    kind(other) == kind(one) && other.source == one.source
                        && other.made_at() >= one.made_at() && other.day.aqi.is_none()
                })
            };
            if day.aqi.is_some() {
                prop_assert!(of_day.iter().any(|given| given.day == *day));
            } else {
                prop_assert!(of_day.iter().all(|given| given.day.aqi.is_none() || taken_back(given)));
            }
        }
        for given in &given {
            prop_assert!(days.index(given.day.on).is_some());
        }
    }

    #[test]
    fn a_stranger_who_spoke_long_ago_changes_nothing_that_is_measured_or_foreseen(
        given in prop::collection::vec(any_given(), 1..20),
        aqi in 0u16..=500,
    ) {
        let mut stranger = foreseen("路人", 1_000, "");
        stranger.day.aqi = AqiRange::exactly(aqi).ok();
        let before = consensus(given.clone());
        let after = consensus(given.into_iter().chain([stranger]).collect());
        for agreed in before.days.values() {
            let voice = &agreed.taken;
            if voice.value.is_some() && kind(&voice.given) > kind(&filled_in("")) {
                prop_assert_eq!(voice, &after.on(voice.given.day.on).unwrap().taken);
            }
        }
    }
}
