//! The rules of single places: where they differ from the national ones, and how well that is known.

use super::*;

use crate::playbook::Standing as Known;

fn local(id: &str) -> Rules {
    let text = match id {
        "chengdu-2024" => include_str!("../../../../playbooks/triggers/chengdu-2024.toml"),
        "harbin-2023" => include_str!("../../../../playbooks/triggers/harbin-2023.toml"),
        "liaocheng-2019" => include_str!("../../../../playbooks/triggers/liaocheng-2019.toml"),
        "liaocheng-2024" => include_str!("../../../../playbooks/triggers/liaocheng-2024.toml"),
        "shijiazhuang-2017" => {
            include_str!("../../../../playbooks/triggers/shijiazhuang-2017.toml")
        }
        "taiyuan-2019" => include_str!("../../../../playbooks/triggers/taiyuan-2019.toml"),
        "wusu-2024" => include_str!("../../../../playbooks/triggers/wusu-2024.toml"),
        other => panic!("no rules {other}"),
    };
    Rules::parse(id, text).unwrap()
}

/// The rows of the truth table in which the three national standards differ.
#[rstest]
#[case("shijiazhuang-2017", "201", "blue")]
#[case("shijiazhuang-2017", "201 201 201", "yellow")]
#[case("shijiazhuang-2017", "500", "red")]
#[case("taiyuan-2019", "151 151 151", "none")]
#[case("taiyuan-2019", "201", "none")]
#[case("taiyuan-2019", "201 201 201", "orange")]
#[case("taiyuan-2019", "500", "red")]
#[case("liaocheng-2019", "201 201", "yellow")]
#[case("liaocheng-2024", "201 201", "orange")]
#[case("liaocheng-2024", "500", "yellow")]
#[case("harbin-2023", "151 151", "yellow")]
#[case("harbin-2023", "201 201 301", "red")]
#[case("harbin-2023", "320:dust", "none")]
#[case("harbin-2023", "320:wildfire_smoke", "yellow")]
#[case("chengdu-2024", "151 151 151", "orange")]
#[case("chengdu-2024", "320:cross_border", "none")]
#[case("wusu-2024", "201", "yellow")]
fn levels_of_a_place(#[case] id: &str, #[case] series: &str, #[case] level: &str) {
    assert_eq!(level_of(&local(id), &outlook(series)), parse_level(level));
}

#[rstest]
#[case("shijiazhuang-2017", 48, 200)]
#[case("taiyuan-2019", 24, 200)]
#[case("liaocheng-2024", 24, 150)]
#[case("wusu-2024", 24, 150)]
fn notice_and_lift_of_a_place(#[case] id: &str, #[case] notice: u16, #[case] line: u16) {
    let rules = local(id);
    assert_eq!(rules.advance_notice_hours, notice);
    assert_eq!(rules.lift_line(WarningLevel::Yellow), line);
    assert_eq!(rules.lift.hours, 36);
}

#[rstest]
#[case("taiyuan-2019", Part::Lift, Known::Found)]
#[case("taiyuan-2019", Part::Levels, Known::Assumed)]
#[case("liaocheng-2019", Part::ObservedStart, Known::Found)]
#[case("liaocheng-2019", Part::AdvanceNotice, Known::Found)]
#[case("liaocheng-2024", Part::ObservedStart, Known::Assumed)]
#[case("harbin-2023", Part::Exclusions, Known::Assumed)]
#[case("harbin-2023", Part::Days, Known::Found)]
#[case("liaocheng-2019", Part::Days, Known::Assumed)]
#[case("harbin-2023", Part::Levels, Known::Assumed)]
#[case("shijiazhuang-2017", Part::AdvanceNotice, Known::SecondHand)]
#[case("chengdu-2024", Part::Levels, Known::SecondHand)]
#[case("wusu-2024", Part::Lift, Known::Assumed)]
fn parts_are_known_differently_well(#[case] id: &str, #[case] part: Part, #[case] expected: Known) {
    let rules = local(id);
    let known = rules.parts().find(|known| known.part == part).unwrap();
    assert_eq!(known.standing, expected);
    assert!(!known.source.is_empty());
}

#[test]
fn only_a_plan_that_says_so_starts_early() {
    let early = |id: &str| {
        local(id)
            .observed_start
            .map(|start| (start.above, start.hours))
    };
    assert_eq!(early("liaocheng-2019"), Some((200, 12)));
    assert_eq!(early("liaocheng-2024"), Some((200, 12)));
    assert_eq!(early("taiyuan-2019"), None);
    assert!(rules("mee-2024").observed_start.is_none());
}
