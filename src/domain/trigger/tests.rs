//! Series are written as days from 2015-12-01 on: a value, a range `180~220`, `-` for no value,
//! `320:dust` for a cause, `210:o3` for a primary pollutant, `210:o3:160` with the PM2.5 beside it.
//! Days are numbered from 1, and a span `2-4` includes both ends.

use proptest::prelude::*;
use rstest::rstest;

use crate::outlook::{AqiRange, Day, Outlook};

use super::*;

mod declined;
mod local;
mod observed;
mod rolling;

fn rules(id: &str) -> Rules {
    let text = match id {
        "mee-2017" => include_str!("../../../playbooks/triggers/mee-2017.toml"),
        "mee-2018" => include_str!("../../../playbooks/triggers/mee-2018.toml"),
        _ => include_str!("../../../playbooks/triggers/mee-2024.toml"),
    };
    Rules::parse(id, text).unwrap()
}

fn on(day: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 11, 30).unwrap() + chrono::Duration::days(day)
}

fn day(number: i64, written: &str) -> Day {
    let mut parts = written.split(':');
    let aqi = parts.next().filter(|aqi| *aqi != "-");
    let mut day = Day::observed(on(number), aqi.map(|aqi| aqi.parse().unwrap()));
    if let Some(word) = parts.next() {
        match word.parse() {
            Ok(primary) => day.primary.insert(primary),
            Err(_) => day.cause = Some(word.parse().unwrap()),
        }
    }
    day.pm2_5 = parts.next().map(|aqi| aqi.parse().unwrap());
    day
}

fn outlook(written: &str) -> Outlook {
    let days = written.split_whitespace().zip(1..);
    Outlook::new(
        "test",
        None,
        days.map(|(written, number)| day(number, written)),
    )
    .unwrap()
}

fn values(values: &[u16]) -> Outlook {
    let days = values
        .iter()
        .zip(1..)
        .map(|(&value, number)| Day::observed(on(number), Some(AqiRange::exactly(value).unwrap())));
    Outlook::new("test", None, days).unwrap()
}

fn level_of(rules: &Rules, outlook: &Outlook) -> Option<WarningLevel> {
    rules.assess(outlook).level
}

fn parse_level(word: &str) -> Option<WarningLevel> {
    (word != "none").then(|| word.parse().unwrap())
}

fn span(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> String {
    let number = |at| (day_of(at) - on(0)).num_days();
    let from = from.map_or(String::new(), |from| number(from).to_string());
    let until = until.map_or(String::new(), |until| (number(until) - 1).to_string());
    format!("{from}-{until}")
}

#[rstest]
#[case::at_the_lower_line("150 150 150", "none", "none", "none")]
#[case::one_day_over_150("151", "none", "none", "none")]
#[case::two_days_over_150("151 151", "none", "none", "yellow")]
#[case::three_days_over_150("151 151 151", "none", "none", "orange")]
#[case::at_the_upper_line("200", "none", "none", "none")]
#[case::one_day_over_200("201", "blue", "none", "yellow")]
#[case::rising("151 201", "blue", "none", "yellow")]
#[case::three_days_with_a_peak("151 201 151", "blue", "none", "orange")]
#[case::broken("201 150 201", "blue", "none", "yellow")]
#[case::two_days_over_200("201 201", "yellow", "yellow", "orange")]
#[case::three_days_over_200("201 201 201", "yellow", "orange", "orange")]
#[case::with_one_over_300("201 201 301", "orange", "orange", "red")]
#[case::two_over_300("301 301", "yellow", "yellow", "orange")]
#[case::peak_outside_the_run("301 150 201 201", "yellow", "yellow", "orange")]
#[case::two_over_300_within_four("201 201 301 301", "red", "red", "red")]
#[case::reaching_500("500", "red", "red", "yellow")]
fn the_truth_table_of_the_three_standards(
    #[case] series: &str,
    #[case] of_2017: &str,
    #[case] of_2018: &str,
    #[case] of_2024: &str,
) {
    let outlook = outlook(series);
    for (id, expected) in [
        ("mee-2017", of_2017),
        ("mee-2018", of_2018),
        ("mee-2024", of_2024),
    ] {
        assert_eq!(
            level_of(&rules(id), &outlook),
            parse_level(expected),
            "{id}"
        );
    }
}

#[rstest]
#[case::whole_run("100 201 201 201 100", "orange 2-4")]
#[case::held_by_the_longer_run("151 201 201 151", "orange 1-4")]
#[case::red_only_over_200("160 301 201 201 160", "red 2-4")]
#[case::earliest_of_two("201 201 100 201 201 201", "orange 1-2")]
#[case::gap_breaks("201 - 201", "yellow 1-1")]
#[case::middle_of_a_range("180~221", "yellow 1-1")]
#[case::middle_on_the_line("180~220", "none -")]
#[case::nothing("", "none -")]
fn an_assessment_spans_the_whole_unbroken_run(#[case] series: &str, #[case] expected: &str) {
    let assessment = rules("mee-2024").assess(&outlook(series));
    let level = assessment.level.map_or("none", WarningLevel::as_str);
    assert_eq!(
        format!("{level} {}", span(assessment.from, assessment.until)),
        expected
    );
}

#[test]
fn reasons_name_condition_days_and_values() {
    let assessment = rules("mee-2024").assess(&outlook("100 201 240 100"));
    let met = Reason::Met {
        level: WarningLevel::Orange,
        condition: "aqi>200 for 48h".parse().unwrap(),
        run: Run {
            hour: 0,
            first: on(2),
            values: vec![201, 240],
        },
    };
    assert_eq!(assessment.because, [met]);
}

#[rstest]
#[case::dust("320:dust 320:dust 320:dust", "none", 1)]
#[case::wildfire("320:wildfire_smoke", "none", 1)]
#[case::cross_border("320:cross_border", "none", 1)]
#[case::blown_dust("320:blown_dust", "none", 1)]
#[case::ozone_as_a_cause("210:ozone", "none", 1)]
#[case::ozone_as_primary("210:o3", "none", 1)]
#[case::ozone_judged_by_its_pm2_5("210:o3:160 210:o3:160", "yellow", 0)]
#[case::one_such_day_is_not_over_200("210:o3:160", "none", 0)]
#[case::regional_transport_counts("201:regional_transport", "yellow", 0)]
#[case::local_counts("201:local", "yellow", 0)]
#[case::fireworks_count("201:fireworks", "yellow", 0)]
#[case::excluded_below_the_line("140:dust", "none", 0)]
#[case::dust_breaks_a_run("201 320:dust 201", "yellow", 1)]
fn excluded_days_do_not_count_and_are_named(
    #[case] series: &str,
    #[case] level: &str,
    #[case] named: usize,
) {
    let assessment = rules("mee-2024").assess(&outlook(series));
    assert_eq!(assessment.level, parse_level(level));
    let excluded = |reason: &&Reason| matches!(reason, Reason::Excluded { .. });
    assert_eq!(assessment.because.iter().filter(excluded).count(), named);
}

#[rstest]
#[case::clean("90", "yellow", "1 more day above 200 in a row", "还差连续1天AQI>200")]
#[case::a_third_day(
    "160 160",
    "orange",
    "1 more day above 150 in a row",
    "还差连续1天AQI>150"
)]
#[case::a_peak(
    "201 201 201",
    "red",
    "1 more day above 300 inside the run",
    "还差1天AQI>300（在连续日内）"
)]
#[case::both(
    "201 201",
    "red",
    "1 more day above 200 in a row and 1 more day above 300 inside the run",
    "还差连续1天AQI>200，还差1天AQI>300（在连续日内）"
)]
#[case::upper_end(
    "150~210",
    "yellow",
    "1 more day above 200 in a row; met at the upper end of the forecast",
    "还差连续1天AQI>200；按预报上限已达到"
)]
fn the_next_level_says_what_it_lacks(
    #[case] series: &str,
    #[case] level: &str,
    #[case] en: &str,
    #[case] zh: &str,
) {
    let next = rules("mee-2024").assess(&outlook(series)).next.unwrap();
    assert_eq!(
        (next.level.as_str(), next.en().as_str(), next.zh().as_str()),
        (level, en, zh)
    );
}

#[test]
fn nothing_lies_above_red() {
    assert_eq!(rules("mee-2024").assess(&outlook("301 301 301")).next, None);
}

fn standing(written: &str) -> Option<Standing> {
    let mut words = written.split_whitespace();
    let level = parse_level(words.next()?)?;
    let (from, until) = words.next()?.split_once('-')?;
    let start = |day: &str, after| Some(day_start(on(day.parse::<i64>().ok()? + after)));
    Some(Standing {
        level,
        from: start(from, 0)?,
        since: start(from, 0)?,
        until: start(until, 1),
    })
}

fn told(decision: &Decision) -> String {
    let level = decision.level.map_or("none", WarningLevel::as_str);
    let span = span(decision.from, decision.until);
    format!("{} {level} {span}", decision.proposal.as_str())
}

#[rstest]
#[case::clean("none", "90 90 90 90", 1, "hold none -")]
#[case::ahead("none", "90 90 201 201 90 90", 1, "issue orange 3-4")]
#[case::already_there("none", "90 201 90 90", 2, "issue yellow 2-2")]
#[case::over_yesterday("none", "201 90 90", 2, "hold none -")]
#[case::merged_from_the_start("none", "151 151 90 201 201 201 90 90", 1, "issue orange 1-6")]
#[case::separate_episodes("none", "151 151 90 90 201 201 201 90 90", 1, "issue yellow 1-2")]
#[case::merging_adds_nothing_up("none", "201 90 201 90 201 90 90", 1, "issue yellow 1-5")]
#[case::a_gap_parts_nothing("none", "201 - - 201 90 90", 1, "issue yellow 1-4")]
#[case::excluded("none", "320:dust 320:dust", 1, "advise none -")]
#[case::goes_as_planned("yellow 1-2", "201 160 90 90", 1, "hold yellow 1-2")]
#[case::raised("yellow 1-3", "201 201 201 90 90", 1, "raise orange 1-3")]
#[case::raised_from_its_own_start(
    "orange 1-7",
    "160 160 160 160 301 301 301 90 90",
    2,
    "raise red 5-7"
)]
#[case::longer("yellow 1-1", "201 160 90 90", 1, "extend yellow 1-2")]
#[case::earlier("yellow 4-4", "90 201 201 201 90 90", 1, "raise orange 2-4")]
#[case::earlier_at_the_same_level("orange 4-6", "90 160 160 160 90 90", 1, "extend orange 2-6")]
#[case::lifted_on_the_first_clear_day("yellow 1-1", "201 90 90 90", 2, "lift none -1")]
#[case::not_for_one_clear_day("yellow 1-1", "201 90 201 90 90", 2, "extend yellow 1-3")]
#[case::one_clear_day_known("yellow 1-1", "201 90", 2, "extend yellow 1-3")]
#[case::an_open_end_is_lifted_tonight("yellow 1-x", "201 90 90 90", 2, "lift none -2")]
#[case::a_missing_day_ends_nothing("yellow 1-1", "201 - 90 -", 2, "extend yellow 1-3")]
#[case::nothing_known_ends_nothing("yellow 1-1", "201", 2, "extend yellow 1-3")]
#[case::dust_ends_nothing("yellow 1-1", "201 320:dust 90 320:dust", 2, "extend yellow 1-3")]
#[case::lowered("red 1-3", "301 301 301 160 160 90 90", 4, "lower orange 4-5")]
#[case::still_red_today("red 1-3", "301 301 301 160 160 90 90", 3, "hold red 1-3")]
#[case::flapping_is_held(
    "red 1-3",
    "301 201 201 160 160 301 201 201 90 90",
    4,
    "extend red 1-8"
)]
#[case::another_episode_is_not_this_one("yellow 1-1", "201 90 90 301 301 301", 2, "lift none -1")]
#[case::false_alarm("yellow 4-5", "90 90 90 90 90 90", 2, "lift none -3")]
#[case::waits_for_its_start("yellow 4-5", "90 90 90 201 160 90 90", 1, "hold yellow 4-5")]
fn decisions(
    #[case] stands: &str,
    #[case] series: &str,
    #[case] today: i64,
    #[case] expected: &str,
) {
    let decision =
        rules("mee-2024").decide(&outlook(series), standing(stands).as_ref(), None, on(today));
    assert_eq!(told(&decision), expected, "{decision:#?}");
}

#[test]
fn a_warning_that_starts_in_the_morning_of_its_first_day_is_held() {
    let hazy = outlook("90 201 201 90 90");
    let orange = standing("orange 2-x").unwrap();
    let from = orange.from + chrono::Duration::hours(8);
    let orange = Standing {
        from,
        since: from,
        ..orange
    };
    let decision = rules("mee-2024").decide(&hazy, Some(&orange), None, on(1));
    assert_eq!(decision.proposal, Proposal::Hold, "{decision:#?}");
    assert_eq!(decision.from, Some(from));
}

#[test]
fn on_the_four_colours_a_warning_is_held_down_to_200() {
    let of_2017 = rules("mee-2017");
    let stands = standing("red 1-4");
    let hazy = outlook("301 301 201 201 201 200 200 90");
    let decide = |today| told(&of_2017.decide(&hazy, stands.as_ref(), None, on(today)));
    assert_eq!(decide(4), "extend red 1-5");
    assert_eq!(decide(6), "lift none -5");
}

fn floor(level: WarningLevel, from: i64, until: Option<i64>) -> Floor {
    Floor {
        level,
        from: day_start(on(from)),
        until: until.map(|last| day_start(on(last + 1))),
        document: "调度令〔2015〕7号".to_owned(),
    }
}

#[rstest]
#[case::starts_a_warning_over_clean_air("none", "90 90 90", 1, None, "issue orange 2-")]
#[case::prevails_over_a_lower_curve("none", "90 201 90 90", 1, Some(3), "issue orange 2-3")]
#[case::yields_to_a_higher_curve("none", "90 301 301 301 90 90", 1, Some(3), "issue red 2-4")]
#[case::raises("yellow 1-1", "201 90 90", 1, None, "raise orange 2-")]
#[case::keeps_from_lifting("orange 2-3", "90 90 90 90 90 90", 4, Some(5), "extend orange 2-5")]
#[case::keeps_from_lowering("orange 2-3", "90 201 90 90 90 90", 4, Some(5), "extend orange 2-5")]
#[case::lowers_no_further("red 1-3", "301 301 301 90 90", 4, None, "lower orange 4-")]
#[case::is_over("orange 2-3", "90 90 90 90 90 90", 4, Some(3), "lift none -3")]
fn a_superiors_floor(
    #[case] stands: &str,
    #[case] series: &str,
    #[case] today: i64,
    #[case] until: Option<i64>,
    #[case] expected: &str,
) {
    let floor = floor(WarningLevel::Orange, 2, until);
    let stands = standing(stands);
    let rules = rules("mee-2024");
    let decision = rules.decide(&outlook(series), stands.as_ref(), Some(&floor), on(today));
    assert_eq!(told(&decision), expected, "{decision:#?}");
}

#[test]
fn an_ordered_level_is_named_with_its_document() {
    let floor = floor(WarningLevel::Orange, 2, None);
    let decision = rules("mee-2024").decide(&outlook("90"), None, Some(&floor), on(1));
    let ordered = Reason::Ordered {
        level: WarningLevel::Orange,
        document: "调度令〔2015〕7号".to_owned(),
    };
    assert_eq!(decision.because, [ordered]);
}

#[test]
fn a_hold_over_missing_days_says_which_they_are() {
    let stands = standing("yellow 1-3");
    let decision = rules("mee-2024").decide(&outlook("201 90 - -"), stands.as_ref(), None, on(2));
    assert_eq!(
        decision.because,
        [
            Reason::NotClear {
                level: WarningLevel::Yellow,
                line: 150,
                before: None
            },
            Reason::NoValue {
                first: on(3),
                last: on(4)
            }
        ]
    );
}

#[test]
fn lifting_below_the_lowest_level_waits_longer() {
    let text = include_str!("../../../playbooks/triggers/mee-2024.toml");
    let text = text.replace("own-level", "lowest-level");
    let jiangsu = Rules::parse("jiangsu.toml", &text).unwrap();
    let series = outlook("301 301 301 160 160 90 90");
    let stands = standing("red 1-3");
    let decision = jiangsu.decide(&series, stands.as_ref(), None, on(4));
    assert_eq!(told(&decision), "extend red 1-5");
}

#[test]
fn ranges_may_count_with_their_upper_end() {
    let text = include_str!("../../../playbooks/triggers/mee-2024.toml");
    let text = text.replace("\"middle\"", "\"upper\"");
    let upper = Rules::parse("upper.toml", &text).unwrap();
    let series = outlook("150~210");
    assert_eq!(level_of(&upper, &series), Some(WarningLevel::Yellow));
    assert_eq!(level_of(&rules("mee-2024"), &series), None);
}

#[test]
fn a_stored_decision_reads_back() {
    let decision = rules("mee-2024").decide(
        &outlook("201 201 301 320:dust - 320:o3"),
        standing("orange 1-2").as_ref(),
        Some(&floor(WarningLevel::Orange, 1, None)),
        on(1),
    );
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
}

/// The 2024 standard said once more, day by day and without runs, as an oracle.
fn of_2024_by_brute_force(values: &[u16]) -> Option<WarningLevel> {
    let spans = (0..values.len()).flat_map(|a| (a + 1..=values.len()).map(move |b| &values[a..b]));
    let all_over = |days: usize, line: u16| {
        spans
            .clone()
            .any(|span| span.len() == days && span.iter().all(|&aqi| aqi > line))
    };
    let red = spans.clone().any(|span| {
        span.len() >= 3 && span.iter().all(|&aqi| aqi > 200) && span.iter().any(|&aqi| aqi > 300)
    });
    if red {
        Some(WarningLevel::Red)
    } else if all_over(2, 200) || all_over(3, 150) {
        Some(WarningLevel::Orange)
    } else if all_over(1, 200) || all_over(2, 150) {
        Some(WarningLevel::Yellow)
    } else {
        None
    }
}

/// Values on both sides of every line, the lines themselves included.
fn near_the_lines() -> impl Strategy<Value = u16> {
    prop_oneof![
        Just(90u16),
        149u16..=152,
        199u16..=202,
        299u16..=302,
        499u16..=500
    ]
}

fn any_day() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => near_the_lines().prop_map(|aqi| aqi.to_string()),
        1 => Just("-".to_owned()),
        1 => near_the_lines().prop_map(|aqi| format!("{aqi}:dust")),
        1 => near_the_lines().prop_map(|aqi| format!("500:o3:{aqi}")),
        1 => (near_the_lines(), near_the_lines())
            .prop_map(|(a, b)| format!("{}~{}", a.min(b), a.max(b))),
    ]
}

fn any_rules() -> impl Strategy<Value = Rules> {
    prop::sample::select(vec!["mee-2017", "mee-2018", "mee-2024"]).prop_map(rules)
}

fn any_level() -> impl Strategy<Value = WarningLevel> {
    prop::sample::select(WarningLevel::ALL.to_vec())
}

fn any_standing() -> impl Strategy<Value = Option<Standing>> {
    let standing = (any_level(), 0i64..14, 0i64..4, prop::option::of(0i64..8));
    prop::option::of(standing.prop_map(|(level, from, raised, length)| Standing {
        level,
        from: day_start(on(from)),
        since: day_start(on(from + raised)),
        until: length.map(|length| day_start(on(from + raised + length + 1))),
    }))
}

fn any_floor() -> impl Strategy<Value = Option<Floor>> {
    let floor = (any_level(), 1i64..14, prop::option::of(0i64..5));
    prop::option::weighted(
        0.3,
        floor.prop_map(|(level, from, length)| floor_of(level, from, length)),
    )
}

fn floor_of(level: WarningLevel, from: i64, length: Option<i64>) -> Floor {
    floor(level, from, length.map(|length| from + length))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_assessment_agrees_with_brute_force(
        series in prop::collection::vec(near_the_lines(), 0..9),
    ) {
        prop_assert_eq!(
            level_of(&rules("mee-2024"), &values(&series)),
            of_2024_by_brute_force(&series)
        );
    }

    #[test]
    fn worse_air_never_means_a_lower_level(
        rules in any_rules(),
        series in prop::collection::vec(near_the_lines(), 1..9),
        which in any::<prop::sample::Index>(),
        worse in near_the_lines(),
    ) {
        let mut raised = series.clone();
        let day = which.get_mut(&mut raised);
        *day = worse.max(*day);
        prop_assert!(level_of(&rules, &values(&raised)) >= level_of(&rules, &values(&series)));
    }

    #[test]
    fn a_lost_value_never_raises_the_level(
        rules in any_rules(),
        series in prop::collection::vec(any_day(), 1..9),
        which in any::<prop::sample::Index>(),
    ) {
        let mut lost = series.clone();
        "-".clone_into(which.get_mut(&mut lost));
        prop_assert!(
            level_of(&rules, &outlook(&lost.join(" ")))
                <= level_of(&rules, &outlook(&series.join(" ")))
        );
    }

    #[test]
    fn only_known_clean_days_lift_or_lower(
        rules in any_rules(),
        series in prop::collection::vec(any_day(), 1..14),
        standing in any_standing(),
        today in 1i64..14,
    ) {
        let outlook = outlook(&series.join(" "));
        let decision = rules.decide(&outlook, standing.as_ref(), None, on(today));
        let Some(standing) = standing else { return Ok(()) };
        if decision.level < Some(standing.level) {
            let clean = |day: &Day| day.aqi.is_some_and(|aqi| match day.pm2_5 {
                Some(pm2_5) => pm2_5.middle() <= rules.lift_line(standing.level),
                None => aqi.middle() <= rules.lift_line(standing.level),
            });
            let days = outlook.days().as_slice();
            let pairs = days.windows(2).filter(|pair| pair[1].on >= on(today));
            prop_assert!(pairs.into_iter().any(|pair| pair.iter().all(clean)));
        }
    }

    #[test]
    fn a_decision_carried_out_asks_for_nothing_more(
        rules in any_rules(),
        series in prop::collection::vec(any_day(), 0..14),
        standing in any_standing(),
        floor in any_floor(),
        today in 0i64..14,
    ) {
        let outlook = outlook(&series.join(" "));
        let decide = |standing: Option<Standing>| {
            let decision = rules.decide(&outlook, standing.as_ref(), floor.as_ref(), on(today));
            (Standing::after(standing, &decision), decision)
        };
        let (mut stands, mut first) = decide(standing);
        prop_assume!(first.proposal != Proposal::Lift);
        if floor.is_some() && first.proposal == Proposal::Issue {
            // An order that begins first is followed by a raise to our own level.
            (stands, first) = decide(stands);
        }
        let (_, second) = decide(stands);
        prop_assert!(
            matches!(second.proposal, Proposal::Hold | Proposal::Advise),
            "{first:#?}\n{second:#?}"
        );
    }

    #[test]
    fn nothing_goes_below_a_floor_that_binds(
        rules in any_rules(),
        series in prop::collection::vec(any_day(), 0..14),
        standing in any_standing(),
        level in any_level(),
        today in 1i64..14,
    ) {
        let floor = floor_of(level, 1, None);
        let outlook = outlook(&series.join(" "));
        let decision = rules.decide(&outlook, standing.as_ref(), Some(&floor), on(today));
        prop_assert!(decision.level >= Some(level));
        prop_assert_eq!(decision.until, None);
    }

    #[test]
    fn a_warning_that_is_kept_lasts_beyond_today(
        rules in any_rules(),
        series in prop::collection::vec(any_day(), 0..14),
        standing in any_standing(),
        today in 1i64..14,
    ) {
        let outlook = outlook(&series.join(" "));
        let decision = rules.decide(&outlook, standing.as_ref(), None, on(today));
        if decision.level.is_some() {
            prop_assert!(decision.until.is_none_or(|until| until > day_start(on(today))));
        }
    }
}
