//! What notices say, after real ones.

use rstest::rstest;

use super::super::MeasureClass;
use super::*;

/// What a notice may say that starts a warning of a level on a person's judgement.
pub(in crate::notice) fn contents(level: WarningLevel) -> Contents {
    Contents::new(
        NoticeKind::Start,
        level,
        "2026-11-25T08:00".parse().unwrap(),
        End::UntilFurtherNotice,
        Grounds::Judgement {
            reason: "预报资料中断，会商认为将达橙色".to_owned(),
        },
    )
}

#[test]
fn an_end_at_twenty_four_hundred_is_kept_and_one_before_the_start_refused() {
    let mut contents = contents(WarningLevel::Yellow);
    contents.ends = End::At("2026-11-25T24:00".parse().unwrap());
    assert_eq!(contents.check(), Ok(()));
    assert_eq!(contents.ends.zh(), "2026年11月25日24时");
    contents.ends = End::At("2026-11-24T24:00".parse().unwrap());
    assert!(matches!(
        contents.check(),
        Err(Refusal::EndsBeforeStart { .. })
    ));
}

/// 衡水 2021: suspended 3-6 14时, to be started anew 3-9 18时.
#[rstest]
#[case::hengshui(NoticeKind::Suspend, "2021-03-09T18:00", None)]
#[case::of_another_kind(NoticeKind::Extend, "2021-03-09T18:00", Some(Refusal::ResumesNothing))]
#[case::at_its_own_hour(
    NoticeKind::Suspend,
    "2021-03-06T14:00",
    Some(outside("2021-03-06T14:00"))
)]
#[case::at_the_end(
    NoticeKind::Suspend,
    "2021-03-10T24:00",
    Some(outside("2021-03-10T24:00"))
)]
fn a_suspension_may_plan_its_end_between_its_own_hour_and_the_warnings_end(
    #[case] kind: NoticeKind,
    #[case] resumes: &str,
    #[case] refused: Option<Refusal>,
) {
    let suspension = Contents {
        kind,
        effective: "2021-03-06T14:00".parse().unwrap(),
        ends: End::At("2021-03-10T24:00".parse().unwrap()),
        resumes: Some(resumes.parse().unwrap()),
        ..contents(WarningLevel::Orange)
    };
    assert_eq!(suspension.check().err(), refused);
}

/// 2017-11-06: some areas lifted at 15时, the others at 24时.
#[rstest]
#[case::two_areas(NoticeKind::Lift, &[("411081", "15:00"), ("411082", "24:00")], None)]
#[case::of_another_kind(NoticeKind::Lower, &[("411081", "15:00")], Some(Refusal::AreasOfNoLift))]
#[case::twice(
    NoticeKind::Lift,
    &[("411081", "15:00"), ("411081", "18:00")],
    Some(Refusal::AreaTwice("411081".parse().unwrap()))
)]
#[case::after_the_lift(
    NoticeKind::Lift,
    &[("411081", "next")],
    Some(Refusal::AreaAfterLift {
        area: "411081".parse().unwrap(), at: "2017-11-07T01:00".parse().unwrap(),
    })
)]
fn a_lift_names_areas_once_each_and_none_that_ends_after_it(
    #[case] kind: NoticeKind,
    #[case] areas: &[(&str, &str)],
    #[case] refused: Option<Refusal>,
) {
    let lift = Contents {
        kind,
        effective: "2017-11-06T24:00".parse().unwrap(),
        areas: areas.iter().map(|&(area, at)| hour(area, at)).collect(),
        ..contents(WarningLevel::Orange)
    };
    assert_eq!(lift.check().err(), refused);
}

#[rstest]
#[case::of_a_start(NoticeKind::Start, &[MeasureClass::Industry, MeasureClass::Dust], None)]
#[case::twice(
    NoticeKind::Start,
    &[MeasureClass::Dust, MeasureClass::Dust],
    Some(Refusal::ClassTwice(MeasureClass::Dust))
)]
#[case::of_an_extension(
    NoticeKind::Extend,
    &[MeasureClass::Dust],
    Some(Refusal::ClassesOfNoLevel(NoticeKind::Extend))
)]
fn a_notice_that_sets_a_level_may_set_another_for_each_class_once(
    #[case] kind: NoticeKind,
    #[case] classes: &[MeasureClass],
    #[case] refused: Option<Refusal>,
) {
    let level = WarningLevel::Orange;
    let stated = classes.iter().map(|&class| ClassLevel { class, level });
    let notice = Contents {
        kind,
        classes: stated.collect(),
        ..contents(WarningLevel::Yellow)
    };
    assert_eq!(notice.check().err(), refused);
}

fn hour(area: &str, clock: &str) -> AreaHour {
    let at = match clock {
        "next" => "2017-11-07T01:00".to_owned(),
        clock => format!("2017-11-06T{clock}"),
    };
    AreaHour {
        area: area.parse().unwrap(),
        at: at.parse().unwrap(),
    }
}

#[rstest]
#[case::lifted(NoticeKind::Lift, "16:20", "16:20")]
#[case::resumed(NoticeKind::Resume, "16:20", "16:20")]
#[case::raised(NoticeKind::Raise, "16:00", "15:00")]
fn nobody_is_let_off_or_bound_anew_before_they_are_told(
    #[case] kind: NoticeKind,
    #[case] own: &str,
    #[case] first: &str,
) {
    let said = Contents {
        kind,
        effective: hour("411081", "16:00").at,
        areas: vec![hour("411081", "15:00"), hour("411082", "18:00")],
        ..contents(WarningLevel::Orange)
    };
    let issued_at = hour("411081", "16:20").at.at() + chrono::TimeDelta::seconds(30);
    let told = said.clone().told_at(issued_at);
    assert_eq!(told.effective, hour("411081", own).at);
    assert_eq!(told.areas, [hour("411081", first), hour("411082", "18:00")]);
    let passed = said.passed(issued_at).len();
    assert_eq!(passed, if kind == NoticeKind::Raise { 0 } else { 2 });
    assert_eq!(told.passed(issued_at).len(), 0);
}

#[rstest]
#[case::in_the_named_county("411081", Some("15:00"))]
#[case::in_a_township_of_it("411081102", Some("15:00"))]
#[case::in_a_township_with_an_hour_of_its_own("411081103", Some("18:00"))]
#[case::elsewhere("411082", None)]
#[case::the_city("411000", None)]
fn the_smallest_named_area_says_the_hour(#[case] region: &str, #[case] at: Option<&str>) {
    let lift = Contents {
        kind: NoticeKind::Lift,
        areas: vec![hour("411081", "15:00"), hour("411081103", "18:00")],
        ..contents(WarningLevel::Orange)
    };
    let found = lift.area_of(region.parse().unwrap()).map(|area| area.at);
    let expected = at.map(|at| hour("411081", at).at);
    assert_eq!(found, expected);
}

fn outside(resumes: &str) -> Refusal {
    Refusal::ResumesOutside {
        from: "2021-03-06T14:00".parse().unwrap(),
        resumes: resumes.parse().unwrap(),
    }
}
