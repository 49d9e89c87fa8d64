use rstest::rstest;

use super::super::condition::{ENDS_INSIDE, SHAPE};
use super::*;

const CURRENT: &str = include_str!("../../../../playbooks/triggers/mee-2024.toml");

fn fault(text: &str) -> String {
    Rules::parse("city.toml", text).unwrap_err().to_string()
}

#[rstest]
#[case::plain("aqi>200 for 48h")]
#[case::reached("aqi>=500 for 24h")]
#[case::inside("aqi>200 for 72h with aqi>300 for 24h inside")]
fn a_condition_prints_as_it_was_written(#[case] text: &str) {
    assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
}

#[test]
fn reaching_500_is_being_above_499() {
    let condition: Condition = "aqi>=500 for 24h".parse().unwrap();
    assert_eq!(condition.run.line(), 499);
    let condition: Condition = "aqi>200 for 36h".parse().unwrap();
    assert_eq!((condition.run.line(), condition.run.days()), (200, 2));
}

#[rstest]
#[case::other_quantity("pm2_5>115 for 48h", SHAPE)]
#[case::below("aqi<200 for 48h", SHAPE)]
#[case::days("aqi>200 for 2d", SHAPE)]
#[case::unreachable(
    "aqi>500 for 24h",
    "an AQI some air can have: the index runs from 0 to 500"
)]
#[case::short("aqi>200 for 12h", "a duration of 24h to 240h")]
#[case::no_inside("aqi>200 for 72h with aqi>300 for 24h", ENDS_INSIDE)]
#[case::lower_inside(
    "aqi>200 for 72h with aqi>150 for 24h inside",
    "a higher value inside than outside"
)]
#[case::longer_inside(
    "aqi>200 for 24h with aqi>300 for 48h inside",
    "a run inside no longer than the one around it"
)]
fn what_is_no_condition_is_refused(#[case] text: &str, #[case] expected: &'static str) {
    let refused = NotACondition {
        text: text.to_owned(),
        expected,
    };
    assert_eq!(text.parse::<Condition>(), Err(refused));
}

#[test]
fn the_lines_of_the_current_rules_are_those_of_their_levels() {
    let rules = Rules::parse("mee-2024.toml", CURRENT).unwrap();
    assert_eq!(rules.lowest_line(), 150);
    assert_eq!(rules.lift_line(WarningLevel::Red), 200);
    assert_eq!(rules.lift_line(WarningLevel::Orange), 150);
    assert_eq!(rules.lift_line(WarningLevel::Blue), 150);
    assert_eq!(rules.lift_days(), 2);
    assert!(!rules.is_in_force_on(NaiveDate::from_ymd_opt(2024, 1, 22).unwrap()));
    assert!(rules.is_in_force_on(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()));
}

#[rstest]
#[case::higher_level_easier(
    "aqi>200 for 48h\", \"aqi>150 for 72h",
    "aqi>150 for 48h",
    "`aqi>150 for 48h` for orange is met whenever `aqi>150 for 48h` for yellow is: expected a \
     condition harder than those of the lower levels"
)]
#[case::higher_level_lower(
    "aqi>200 for 48h\", \"aqi>150 for 72h",
    "aqi>100 for 96h",
    "`aqi>100 for 96h` for orange starts at a lower value than yellow: expected `aqi>150` or \
     more"
)]
#[case::not_a_condition(
    "aqi>200 for 48h\", \"aqi>150 for 72h",
    "heavy for days",
    "`heavy for days` is not a condition: expected `aqi>N for Hh`, `aqi>=N for Hh`, or two of \
     these as `… with … inside`"
)]
fn a_contradiction_is_refused_with_its_line(
    #[case] old: &str,
    #[case] new: &str,
    #[case] what: &str,
) {
    let line = 1 + CURRENT[..CURRENT.find("orange =").unwrap()]
        .matches('\n')
        .count();
    let text = CURRENT.replace(old, new);
    assert_eq!(fault(&text), format!("city.toml:{line}: {what}"));
}

#[rstest]
#[case::below_the_line_of_the_lift(
    "above = 149\nhours = 12",
    "measured air above 149 would start yellow, which is lifted at 150 and below: expected 150 \
     to 499"
)]
#[case::beyond_the_index("above = 500\nhours = 12", "expected 150 to 499")]
#[case::no_time(
    "above = 200\nhours = 0",
    "found 0 hours: expected 1 to 72 hours without improvement"
)]
fn an_early_start_that_contradicts_the_levels_is_refused(#[case] early: &str, #[case] what: &str) {
    let early = format!(
        "[observed_start]\n{early}\nstanding = \"assumed\"\nsource = \"x\"\n\n[exclusions]"
    );
    let text = CURRENT.replace("[exclusions]", &early);
    assert!(fault(&text).ends_with(what), "{}", fault(&text));
    let line = 1 + text[..text.find("[observed_start]").unwrap()]
        .matches('\n')
        .count();
    assert!(
        fault(&text).starts_with(&format!("city.toml:{line}: ")),
        "{}",
        fault(&text)
    );
}

#[test]
fn a_part_that_says_nothing_of_itself_is_known_as_the_file_is() {
    let rules = Rules::parse("mee-2024.toml", CURRENT).unwrap();
    let parts: Vec<_> = rules
        .parts()
        .map(|known| (known.part.as_str(), known.standing.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            ("days", "found"),
            ("levels", "found"),
            ("advance_notice", "assumed"),
            ("lift", "assumed"),
            ("exclusions", "found"),
        ]
    );
}

#[test]
fn a_mistyped_key_is_refused_with_what_was_expected() {
    let fault = fault(&CURRENT.replace("hours = 36", "hour = 36"));
    assert!(fault.contains("unknown field `hour`, expected"), "{fault}");
}

#[test]
fn dates_that_run_backwards_are_refused() {
    let text = CURRENT.replace(
        "source = \"生态",
        "in_force_to = \"2023-01-01\"\nsource = \"生态",
    );
    assert!(fault(&text).ends_with("expected a day not before 2024-01-23"));
}
