//! Warnings as their notices make them, after real ones.

use rstest::rstest;

use super::*;
use crate::notice::{Grounds, MeasureClass};
use WarningLevel::{Orange, Red, Yellow};

fn notice(kind: NoticeKind, level: WarningLevel, effective: &str, ends: End) -> Contents {
    let grounds = Grounds::Judgement {
        reason: "会商".to_owned(),
    };
    Contents::new(kind, level, effective.parse().unwrap(), ends, grounds)
}

/// 衡水 2023: orange 12-20 8时, red 12-25 18时, lifted 12-31 18时.
fn orange() -> Warning {
    Warning::begin(&notice(
        NoticeKind::Start,
        Orange,
        "2023-12-20T08:00",
        End::UntilFurtherNotice,
    ))
}

/// An orange floor of a superior.
fn floor_from(document: &str, from: &str) -> Bound {
    let floor = Floor {
        level: Orange,
        from: at(from),
        until: None,
        document: document.to_owned(),
    };
    Bound {
        floor,
        classes: Vec::new(),
    }
}

fn industry(level: WarningLevel) -> Vec<ClassLevel> {
    let class = MeasureClass::Industry;
    vec![ClassLevel { class, level }]
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<WrittenTime>().unwrap().at()
}

#[test]
fn the_warning_of_hengshui_2023_goes_from_orange_to_red_to_lifted() {
    let open = End::UntilFurtherNotice;
    let now = at("2023-12-25T16:00");
    let raise = notice(NoticeKind::Raise, Red, "2023-12-25T18:00", open);
    let warning = orange();
    assert_eq!(warning.phase(at("2023-12-20T07:59")), Phase::Announced);
    assert_eq!(Warning::admits(Some(&warning), &raise, None, now), Ok(()));
    let warning = warning.after(&raise, now);
    assert_eq!((warning.level, warning.phase(now)), (Red, Phase::InForce));

    let lift = notice(NoticeKind::Lift, Red, "2023-12-31T18:00", open);
    assert_eq!(
        Warning::admits(Some(&warning), &lift, None, at("2023-12-31T12:00")),
        Ok(())
    );
    let warning = warning.after(&lift, now);
    assert_eq!(warning.phase(at("2023-12-31T17:59")), Phase::InForce);
    assert_eq!(warning.phase(at("2023-12-31T18:00")), Phase::Over);
    assert_eq!((warning.peak, warning.notices), (Red, 3));
}

#[rstest]
#[case::second_start(NoticeKind::Start, Red, NotAdmitted::Standing(Orange))]
#[case::raise_to_lower(NoticeKind::Raise, Yellow, NotAdmitted::Level {
    kind: NoticeKind::Raise, from: Orange, to: Yellow,
})]
#[case::lower_to_same(NoticeKind::Lower, Orange, NotAdmitted::Level {
    kind: NoticeKind::Lower, from: Orange, to: Orange,
})]
#[case::lift_of_another_level(NoticeKind::Lift, Red, NotAdmitted::Level {
    kind: NoticeKind::Lift, from: Orange, to: Red,
})]
#[case::extend_an_open_end(
    NoticeKind::Extend,
    Orange,
    NotAdmitted::NotLater(End::UntilFurtherNotice)
)]
fn a_change_that_does_not_follow_is_refused(
    #[case] kind: NoticeKind,
    #[case] level: WarningLevel,
    #[case] refused: NotAdmitted,
) {
    let next = notice(kind, level, "2023-12-21T08:00", End::UntilFurtherNotice);
    let now = at("2023-12-20T20:00");
    assert_eq!(
        Warning::admits(Some(&orange()), &next, None, now),
        Err(refused)
    );
}

#[test]
fn nothing_follows_on_a_warning_that_ran_out_at_its_stated_end() {
    let ends = End::At("2019-10-23T24:00".parse().unwrap());
    let warning = Warning::begin(&notice(NoticeKind::Start, Yellow, "2019-10-18T00:00", ends));
    assert_eq!(warning.phase(at("2019-10-23T23:59")), Phase::InForce);
    assert_eq!(warning.phase(at("2019-10-24T00:00")), Phase::Over);
    let raise = notice(
        NoticeKind::Raise,
        Orange,
        "2019-10-24T08:00",
        End::UntilFurtherNotice,
    );
    let now = at("2019-10-24T01:00");
    assert_eq!(
        Warning::admits(Some(&warning), &raise, None, now),
        Err(NotAdmitted::Over)
    );
    let start = notice(
        NoticeKind::Start,
        Orange,
        "2019-10-24T08:00",
        End::UntilFurtherNotice,
    );
    assert_eq!(Warning::admits(Some(&warning), &start, None, now), Ok(()));
}

#[rstest]
#[case::start_below(NoticeKind::Start, Yellow, false)]
#[case::start_at(NoticeKind::Start, Orange, true)]
#[case::start_above(NoticeKind::Start, Red, true)]
fn a_superiors_floor_may_be_exceeded_but_not_undercut(
    #[case] kind: NoticeKind,
    #[case] level: WarningLevel,
    #[case] admitted: bool,
) {
    let floor = floor_from("豫环委攻坚办〔2026〕88号", "2026-11-25T08:00");
    let next = notice(kind, level, "2026-11-25T08:00", End::UntilFurtherNotice);
    let now = at("2026-11-25T03:00");
    assert_eq!(
        Warning::admits(None, &next, Some(&floor), now).is_ok(),
        admitted
    );
}

/// 衡水 2021: suspended 3-6 14时, started anew 3-9 18时, 最终解除时间另行通知.
fn hengshui_2021() -> Warning {
    let open = End::UntilFurtherNotice;
    let start = notice(NoticeKind::Start, Orange, "2021-03-04T08:00", open);
    let suspend = Contents {
        resumes: Some("2021-03-09T18:00".parse().unwrap()),
        ..notice(NoticeKind::Suspend, Orange, "2021-03-06T14:00", open)
    };
    let warning = Warning::begin(&start);
    let now = at("2021-03-06T10:00");
    assert_eq!(Warning::admits(Some(&warning), &suspend, None, now), Ok(()));
    warning.after(&suspend, now)
}

#[test]
fn the_warning_of_hengshui_2021_is_suspended_and_stands_until_it_is_resumed() {
    let suspended = hengshui_2021();
    assert_eq!(suspended.phase(at("2021-03-06T13:59")), Phase::InForce);
    assert_eq!(suspended.phase(at("2021-03-06T14:00")), Phase::Suspended);
    // What was planned ends nothing: a person does.
    let planned = at("2021-03-09T18:00");
    assert_eq!(suspended.phase(planned), Phase::Suspended);
    assert_eq!((suspended.level, suspended.peak), (Orange, Orange));

    let open = End::UntilFurtherNotice;
    let resume = notice(NoticeKind::Resume, Orange, "2021-03-09T18:00", open);
    let now = at("2021-03-06T11:00");
    assert_eq!(
        Warning::admits(Some(&suspended), &resume, None, now),
        Ok(())
    );
    let resumed = suspended.after(&resume, now);
    assert_eq!(resumed.phase(at("2021-03-06T13:59")), Phase::InForce);
    assert_eq!(resumed.phase(at("2021-03-09T17:59")), Phase::Suspended);
    assert_eq!(resumed.phase(planned), Phase::InForce);
    assert_eq!(
        (
            resumed.effective.at(),
            resumed.notices,
            resumed.suspension(planned)
        ),
        (planned, 3, None)
    );
}

#[rstest]
#[case::resumed_at_its_level(NoticeKind::Resume, Orange, "2021-03-09T18:00", None)]
#[case::raised_by_resuming(NoticeKind::Resume, Red, "2021-03-09T18:00", None)]
#[case::lifted(NoticeKind::Lift, Orange, "2021-03-09T18:00", None)]
#[case::withdrawn(NoticeKind::Withdraw, Orange, "2021-03-09T18:00", None)]
#[case::corrected(NoticeKind::Correct, Orange, "2021-03-06T16:00", None)]
#[case::raised(
    NoticeKind::Raise,
    Red,
    "2021-03-09T18:00",
    Some(NotAdmitted::Suspended(NoticeKind::Raise))
)]
#[case::lowered(
    NoticeKind::Lower,
    Yellow,
    "2021-03-09T18:00",
    Some(NotAdmitted::Suspended(NoticeKind::Lower))
)]
#[case::extended(
    NoticeKind::Extend,
    Orange,
    "2021-03-09T18:00",
    Some(NotAdmitted::Suspended(NoticeKind::Extend))
)]
#[case::added_to(
    NoticeKind::AddOn,
    Orange,
    "2021-03-09T18:00",
    Some(NotAdmitted::Suspended(NoticeKind::AddOn))
)]
#[case::suspended_twice(
    NoticeKind::Suspend,
    Orange,
    "2021-03-07T14:00",
    Some(NotAdmitted::Suspended(NoticeKind::Suspend))
)]
#[case::started_twice(
    NoticeKind::Start,
    Red,
    "2021-03-09T18:00",
    Some(NotAdmitted::Standing(Orange))
)]
#[case::corrected_to_another_level(NoticeKind::Correct, Red, "2021-03-06T14:00",
    Some(NotAdmitted::Level { kind: NoticeKind::Correct, from: Orange, to: Red }))]
fn a_suspended_warning_is_resumed_corrected_or_ended(
    #[case] kind: NoticeKind,
    #[case] level: WarningLevel,
    #[case] effective: &str,
    #[case] refused: Option<NotAdmitted>,
) {
    let next = notice(kind, level, effective, End::UntilFurtherNotice);
    for now in ["2021-03-06T12:00", "2021-03-07T08:00"] {
        let admitted = Warning::admits(Some(&hengshui_2021()), &next, None, at(now));
        assert_eq!(admitted.err(), refused, "at {now}");
    }
}

#[test]
fn a_suspension_is_taken_back_before_its_hour_and_resumed_after_it() {
    let open = End::UntilFurtherNotice;
    let suspended = hengshui_2021();
    let resume = notice(NoticeKind::Resume, Orange, "2021-03-06T14:00", open);
    let admits = |now: &str| Warning::admits(Some(&suspended), &resume, None, at(now));
    let refused = NotAdmitted::TooEarly {
        kind: NoticeKind::Resume,
        after: "2021-03-06T14:00".parse().unwrap(),
    };
    assert_eq!(admits("2021-03-06T14:00"), Err(refused));
    let now = at("2021-03-06T12:00");
    assert_eq!(admits("2021-03-06T12:00"), Ok(()));
    let taken_back = suspended.after(&resume, now);
    for hour in ["2021-03-06T13:59", "2021-03-06T14:00", "2021-03-09T18:00"] {
        assert_eq!(taken_back.phase(at(hour)), Phase::InForce, "at {hour}");
    }
}

#[test]
fn what_does_not_stand_suspended_is_not_resumed_nor_suspended_before_it_starts() {
    let open = End::UntilFurtherNotice;
    let now = at("2023-12-20T07:00");
    let admits = |next: &Contents| Warning::admits(Some(&orange()), next, None, now);
    let resume = notice(NoticeKind::Resume, Orange, "2023-12-21T08:00", open);
    assert_eq!(admits(&resume), Err(NotAdmitted::NotSuspended));
    let correct = Contents {
        resumes: Some("2023-12-22T08:00".parse().unwrap()),
        ..notice(NoticeKind::Correct, Orange, "2023-12-20T08:00", open)
    };
    assert_eq!(admits(&correct), Err(NotAdmitted::NotSuspended));
    let suspend = notice(NoticeKind::Suspend, Orange, "2023-12-20T07:59", open);
    let after = "2023-12-20T08:00".parse().unwrap();
    let kind = NoticeKind::Suspend;
    assert_eq!(admits(&suspend), Err(NotAdmitted::TooEarly { kind, after }));
}

#[test]
fn a_correction_moves_the_suspension_and_later_the_resumption() {
    let open = End::UntilFurtherNotice;
    let correct = notice(NoticeKind::Correct, Orange, "2021-03-06T16:00", open);
    let warning = hengshui_2021().after(&correct, at("2021-03-06T12:00"));
    assert_eq!(warning.phase(at("2021-03-06T15:59")), Phase::InForce);
    assert_eq!(warning.phase(at("2021-03-06T16:00")), Phase::Suspended);
    let resume = notice(NoticeKind::Resume, Red, "2021-03-09T18:00", open);
    let correct = notice(NoticeKind::Correct, Red, "2021-03-09T20:00", open);
    let warning = warning
        .after(&resume, at("2021-03-09T10:00"))
        .after(&correct, at("2021-03-09T12:00"));
    assert_eq!(warning.phase(at("2021-03-09T19:59")), Phase::Suspended);
    assert_eq!(warning.phase(at("2021-03-09T20:00")), Phase::InForce);
    assert_eq!((warning.level, warning.peak), (Red, Red));
    // What is corrected later moves the hour of the level, and suspends nothing any more.
    let correct = notice(NoticeKind::Correct, Red, "2021-03-11T08:00", open);
    let warning = warning.after(&correct, at("2021-03-10T20:00"));
    assert_eq!(warning.phase(at("2021-03-10T20:00")), Phase::InForce);
}

#[test]
fn a_suspended_warning_runs_out_at_its_stated_end_and_a_floor_keeps_it_in_force() {
    let ends = End::At("2021-03-08T24:00".parse().unwrap());
    let suspend = notice(NoticeKind::Suspend, Orange, "2021-03-06T14:00", ends);
    let warning = hengshui_2021().after(&suspend, at("2021-03-06T12:00"));
    assert_eq!(warning.phase(at("2021-03-08T23:59")), Phase::Suspended);
    assert_eq!(warning.phase(at("2021-03-08T24:00")), Phase::Over);

    let floor = floor_from("豫环委攻坚办〔2026〕88号", "2023-12-20T08:00");
    let suspend = notice(
        NoticeKind::Suspend,
        Orange,
        "2023-12-22T08:00",
        End::UntilFurtherNotice,
    );
    let now = at("2023-12-21T08:00");
    let refused = Warning::admits(Some(&orange()), &suspend, Some(&floor), now);
    assert!(matches!(refused, Err(NotAdmitted::BelowFloor { .. })));
}

#[test]
fn a_staggered_lift_is_over_at_its_last_hour_and_in_no_area_before_its_issue() {
    let hour = |area: &str, at: &str| AreaHour {
        area: area.parse().unwrap(),
        at: at.parse().unwrap(),
    };
    let areas = vec![
        hour("411081", "2023-12-31T15:00"),
        hour("411082", "2023-12-31T18:00"),
    ];
    let lift = Contents {
        areas: areas.clone(),
        ..notice(
            NoticeKind::Lift,
            Orange,
            "2023-12-31T24:00",
            End::UntilFurtherNotice,
        )
    };
    let AreaHour { area, at: hour } = areas[0];
    let warning = orange().after(&lift, at("2023-12-31T10:00"));
    assert_eq!(warning.lifted_at(area), Some(hour));
    let other = "411023".parse().unwrap();
    assert_eq!(warning.lifted_at(other), Some(lift.effective));
    assert_eq!(orange().lifted_at(area), None);
    let late = orange().after(&lift, at("2023-12-31T16:20"));
    assert_eq!(
        late.lifted_at(area),
        Some("2023-12-31T16:20".parse().unwrap())
    );
    assert_eq!(late.lifted_at(areas[1].area), Some(areas[1].at));
    assert_eq!(warning.phase(at("2023-12-31T18:00")), Phase::InForce);
    assert_eq!(warning.phase(at("2023-12-31T24:00")), Phase::Over);
}

#[rstest]
#[case::lifted_otherwise(NoticeKind::Lift, true)]
#[case::withdrawn(NoticeKind::Withdraw, true)]
#[case::raised(NoticeKind::Raise, false)]
#[case::suspended(NoticeKind::Suspend, false)]
#[case::resumed(NoticeKind::Resume, false)]
#[case::corrected(NoticeKind::Correct, false)]
#[case::extended(NoticeKind::Extend, false)]
fn after_an_announced_lift_only_an_end_follows(#[case] kind: NoticeKind, #[case] admitted: bool) {
    let open = End::UntilFurtherNotice;
    let now = at("2021-03-07T10:00");
    for standing in [orange(), hengshui_2021()] {
        let lift = notice(NoticeKind::Lift, Orange, "2023-12-31T18:00", open);
        let lifted = standing.after(&lift, now);
        let level = if kind == NoticeKind::Raise {
            Red
        } else {
            Orange
        };
        let next = notice(kind, level, "2023-12-31T12:00", open);
        let refused = NotAdmitted::Ended(lift.effective);
        let expected = if admitted { Ok(()) } else { Err(refused) };
        assert_eq!(Warning::admits(Some(&lifted), &next, None, now), expected);
        assert_eq!(lifted.takes(kind, now), admitted);
    }
}

#[test]
fn classes_that_no_notice_names_are_signed_for_at_the_level_they_have() {
    let standing = Warning::begin(&heilongjiang(NoticeKind::Start, Yellow, Some(Red)));
    let of = |kind| {
        let level = if kind == NoticeKind::Raise {
            Orange
        } else {
            Yellow
        };
        Warning::level_to_sign(Some(&standing), &heilongjiang(kind, level, None))
    };
    for kind in [
        NoticeKind::Extend,
        NoticeKind::AddOn,
        NoticeKind::Suspend,
        NoticeKind::Lift,
    ] {
        assert_eq!(of(kind), Red, "{kind}");
    }
    assert_eq!(of(NoticeKind::Raise), Orange, "it sets them anew");
    let now = at("2017-11-06T08:00");
    let suspend = heilongjiang(NoticeKind::Suspend, Yellow, None);
    let suspended = standing.clone().after(&suspend, now);
    let correct = heilongjiang(NoticeKind::Correct, Yellow, None);
    assert_eq!(Warning::level_to_sign(Some(&suspended), &correct), Red);
}

/// Red, lowered to yellow from the next morning on.
#[rstest]
#[case::before_the_lower_level("2023-12-26T24:00", Red)]
#[case::with_the_lower_level("2023-12-27T08:00", Yellow)]
fn an_extension_is_signed_for_the_levels_that_hold_from_its_hour_on(
    #[case] hour: &str,
    #[case] expected: WarningLevel,
) {
    let open = End::UntilFurtherNotice;
    let lower = |at: &str| notice(NoticeKind::Lower, Yellow, at, open);
    let red = Warning::begin(&notice(NoticeKind::Start, Red, "2023-12-20T08:00", open));
    let issued = at("2023-12-26T16:00");
    // Put right before it came: red goes on until the hour that was meant.
    let lowered = red.after(&lower("2023-12-27T06:00"), issued);
    let correct = notice(NoticeKind::Correct, Yellow, "2023-12-27T08:00", open);
    let lowered = lowered.after(&correct, issued);
    let extend = notice(NoticeKind::Extend, Yellow, hour, open);
    assert_eq!(Warning::level_to_sign(Some(&lowered), &extend), expected);
}

#[test]
fn a_corrected_suspension_may_name_the_classes_as_they_stand() {
    let standing = Warning::begin(&heilongjiang(NoticeKind::Start, Yellow, Some(Orange)));
    let now = at("2017-11-06T08:00");
    let suspended = standing.after(&heilongjiang(NoticeKind::Suspend, Yellow, None), now);
    for (class, admitted) in [(None, true), (Some(Orange), true), (Some(Red), false)] {
        let correct = heilongjiang(NoticeKind::Correct, Yellow, class);
        let admits = Warning::admits(Some(&suspended), &correct, None, now);
        assert_eq!(admits.is_ok(), admitted, "{class:?}");
    }
}

/// 黑龙江 2017-11: yellow, 减排措施按橙色执行.
fn heilongjiang(kind: NoticeKind, level: WarningLevel, of: Option<WarningLevel>) -> Contents {
    Contents {
        classes: of.map(industry).unwrap_or_default(),
        ..notice(kind, level, "2017-11-06T00:00", End::UntilFurtherNotice)
    }
}

#[rstest]
#[case::one_class_up(NoticeKind::Raise, Yellow, Some(Red), true)]
#[case::all_to_the_highest(NoticeKind::Raise, Orange, None, true)]
#[case::one_class_down(NoticeKind::Lower, Yellow, None, true)]
#[case::nothing_changes(NoticeKind::Raise, Yellow, Some(Orange), false)]
#[case::the_whole_up_and_a_class_down(NoticeKind::Raise, Orange, Some(Yellow), false)]
#[case::extended_as_it_is(NoticeKind::Extend, Yellow, None, true)]
fn a_raise_lowers_no_class_and_a_lowering_raises_none(
    #[case] kind: NoticeKind,
    #[case] level: WarningLevel,
    #[case] class: Option<WarningLevel>,
    #[case] admitted: bool,
) {
    let start = Contents {
        ends: End::At("2017-11-08T24:00".parse().unwrap()),
        ..heilongjiang(NoticeKind::Start, Yellow, Some(Orange))
    };
    let standing = Warning::begin(&start);
    let next = heilongjiang(kind, level, class);
    let now = at("2017-11-06T08:00");
    let refused = NotAdmitted::Level {
        kind,
        from: Yellow,
        to: level,
    };
    let expected = if admitted { Ok(()) } else { Err(refused) };
    assert_eq!(Warning::admits(Some(&standing), &next, None, now), expected);
}

#[test]
fn an_extension_leaves_the_classes_and_a_raise_sets_them_anew() {
    let start = heilongjiang(NoticeKind::Start, Yellow, Some(Orange));
    let now = at("2017-11-06T08:00");
    let extended =
        Warning::begin(&start).after(&heilongjiang(NoticeKind::Extend, Yellow, None), now);
    assert_eq!(extended.levels().of(MeasureClass::Industry), Orange);
    assert_eq!((extended.level, extended.peak), (Yellow, Orange));
    let raised = extended.after(&heilongjiang(NoticeKind::Raise, Orange, None), now);
    assert_eq!((raised.classes, raised.level), (Vec::new(), Orange));
}

#[rstest]
#[case::all_bound_and_one_kept(&[], Yellow, Some(Orange), false)]
#[case::all_bound_and_kept(&[], Orange, None, true)]
#[case::one_bound_higher_and_kept(&[Red], Orange, Some(Red), true)]
#[case::one_bound_higher_and_not_kept(&[Red], Orange, None, false)]
#[case::one_bound_lower(&[Yellow], Orange, Some(Yellow), true)]
fn a_floor_binds_each_class_that_it_names_and_all_others_alike(
    #[case] ordered: &[WarningLevel],
    #[case] level: WarningLevel,
    #[case] class: Option<WarningLevel>,
    #[case] admitted: bool,
) {
    let bound = Bound {
        classes: ordered.iter().copied().flat_map(industry).collect(),
        ..floor_from("豫环委攻坚办〔2026〕88号", "2017-11-06T00:00")
    };
    let start = heilongjiang(NoticeKind::Start, level, class);
    let now = at("2017-11-05T08:00");
    let admits = Warning::admits(None, &start, Some(&bound), now);
    assert_eq!(admits.is_ok(), admitted);
}

/// 太原 2020-11: 11-16 18时 – 11-17 24时, stated when it was issued.
#[test]
fn a_window_stated_at_issue_is_due_a_day_before_it_runs_out_on_its_own() {
    let end = "2020-11-17T24:00".parse().unwrap();
    let window = notice(NoticeKind::Start, Yellow, "2020-11-16T18:00", End::At(end));
    let warning = Warning::begin(&window);
    let due = |now: &str| warning.due(at(now));
    assert_eq!(due("2020-11-16T23:59"), []);
    assert_eq!(due("2020-11-16T24:00"), [Due::End(end)]);
    assert_eq!(due("2020-11-17T23:59"), [Due::End(end)]);
    assert_eq!(
        (
            due("2020-11-17T24:00"),
            warning.ran_out(at("2020-11-17T23:59"))
        ),
        (vec![], None)
    );
    let over = at("2020-11-17T24:00");
    assert_eq!(
        (warning.phase(over), warning.ran_out(over)),
        (Phase::Over, Some(end))
    );

    let later = End::At("2020-11-18T24:00".parse().unwrap());
    let extend = notice(NoticeKind::Extend, Yellow, "2020-11-17T24:00", later);
    let extended = warning.clone().after(&extend, at("2020-11-17T10:00"));
    assert_eq!(
        (extended.due(at("2020-11-17T12:00")), extended.ran_out(over)),
        (vec![], None)
    );
    let lift = notice(
        NoticeKind::Lift,
        Yellow,
        "2020-11-17T12:00",
        End::UntilFurtherNotice,
    );
    let lifted = warning.after(&lift, at("2020-11-17T10:00"));
    assert_eq!(
        (lifted.due(at("2020-11-17T11:00")), lifted.ran_out(over)),
        (vec![], None)
    );
}

#[test]
fn a_planned_resumption_stays_due_until_somebody_resumes() {
    let planned = "2021-03-09T18:00".parse().unwrap();
    let suspended = hengshui_2021();
    assert_eq!(suspended.due(at("2021-03-08T17:59")), []);
    for now in ["2021-03-08T18:00", "2021-03-10T08:00"] {
        assert_eq!(suspended.due(at(now)), [Due::Resumption(planned)]);
    }
    let open = End::UntilFurtherNotice;
    let resume = notice(NoticeKind::Resume, Orange, "2021-03-09T18:00", open);
    assert_eq!(
        suspended
            .after(&resume, at("2021-03-09T08:00"))
            .due(planned.at()),
        []
    );
}

#[test]
fn a_lift_waits_for_the_superiors_floor_but_a_withdrawal_does_not() {
    let floor = floor_from("豫环委攻坚办〔2026〕88号", "2023-12-20T08:00");
    let now = at("2023-12-22T08:00");
    let open = End::UntilFurtherNotice;
    let lift = notice(NoticeKind::Lift, Orange, "2023-12-23T08:00", open);
    let refused = Warning::admits(Some(&orange()), &lift, Some(&floor), now);
    assert!(matches!(refused, Err(NotAdmitted::BelowFloor { .. })));
    let withdrawal = notice(NoticeKind::Withdraw, Orange, "2023-12-22T09:00", open);
    assert_eq!(
        Warning::admits(Some(&orange()), &withdrawal, Some(&floor), now),
        Ok(())
    );
}

fn adding(notice: Contents, adds: &[&str], drops: &[&str]) -> Contents {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Contents {
        adds: owned(adds),
        drops: owned(drops),
        ..notice
    }
}

fn until(text: &str) -> End {
    End::At(text.parse().unwrap())
}

fn measures(warning: &Warning, now: &str) -> Vec<String> {
    let added = warning.additions(at(now)).into_iter();
    added.map(|added| added.measure).collect()
}

#[test]
fn what_was_added_stands_until_it_is_taken_back() {
    let start = notice(
        NoticeKind::Start,
        Orange,
        "2023-12-20T08:00",
        until("2023-12-23T24:00"),
    );
    let warning = Warning::begin(&adding(start, &["禁止露天烧烤", "停止土石方作业"], &[]));
    let now = at("2023-12-22T08:00");
    let extend = notice(
        NoticeKind::Extend,
        Orange,
        "2023-12-23T24:00",
        until("2023-12-26T24:00"),
    );
    let raise = notice(
        NoticeKind::Raise,
        Red,
        "2023-12-25T18:00",
        until("2023-12-31T24:00"),
    );
    let warning = warning.after(&extend, now).after(&raise, now);
    let everything = ["禁止露天烧烤", "停止土石方作业"];
    assert_eq!(measures(&warning, "2023-12-26T08:00"), everything);

    let correct = notice(
        NoticeKind::Correct,
        Red,
        "2023-12-25T18:00",
        until("2023-12-31T24:00"),
    );
    let never = adding(correct.clone(), &[], &["禁止燃放烟花爆竹"]);
    assert_eq!(
        Warning::admits(Some(&warning), &never, None, now),
        Err(NotAdmitted::NotAdded("禁止燃放烟花爆竹".to_owned()))
    );
    let correct = adding(correct, &[], &["停止土石方作业"]);
    assert_eq!(Warning::admits(Some(&warning), &correct, None, now), Ok(()));
    let warning = warning.after(&correct, now);
    assert_eq!(measures(&warning, "2023-12-26T08:00"), ["禁止露天烧烤"]);
    let twice = Warning::admits(Some(&warning), &correct, None, now);
    assert_eq!(
        twice,
        Err(NotAdmitted::NotAdded("停止土石方作业".to_owned()))
    );
}

#[rstest]
#[case::start(NoticeKind::Start, Orange, None)]
#[case::raise(NoticeKind::Raise, Red, Some(orange()))]
#[case::lower(NoticeKind::Lower, Yellow, Some(orange()))]
#[case::correct(NoticeKind::Correct, Orange, Some(orange()))]
fn what_ends_before_it_is_told_is_not_admitted(
    #[case] kind: NoticeKind,
    #[case] level: WarningLevel,
    #[case] standing: Option<Warning>,
) {
    let next = notice(kind, level, "2023-12-20T18:00", until("2023-12-24T24:00"));
    let admitted = |now: &str| Warning::admits(standing.as_ref(), &next, None, at(now));
    assert_eq!(admitted("2023-12-24T23:59"), Ok(()));
    let passed = NotAdmitted::EndPassed("2023-12-24T24:00".parse().unwrap());
    assert_eq!(admitted("2023-12-25T00:00"), Err(passed));
}

/// 唐山 2021: added from 3-2 20时 to 3-5 8时 inside a running Ⅱ级.
#[test]
fn an_add_on_has_its_own_window_and_leaves_the_warning_as_it_was() {
    let start = notice(
        NoticeKind::Start,
        Orange,
        "2021-03-01T08:00",
        until("2021-03-09T24:00"),
    );
    let standing = Warning::begin(&start);
    let now = at("2021-03-02T16:00");
    let add_on = |ends: &str| {
        let add_on = notice(NoticeKind::AddOn, Orange, "2021-03-02T20:00", until(ends));
        adding(add_on, &["停止土石方作业"], &[])
    };
    let longer = Warning::admits(Some(&standing), &add_on("2021-03-10T08:00"), None, now);
    let end = "2021-03-09T24:00".parse().unwrap();
    assert_eq!(longer, Err(NotAdmitted::Outlasts(end)));

    let add_on = add_on("2021-03-05T08:00");
    let admitted = |now: &str| Warning::admits(Some(&standing), &add_on, None, at(now));
    assert_eq!(admitted("2021-03-02T16:00"), Ok(()));
    assert_eq!(admitted("2021-03-05T07:59"), Ok(()));
    let over = NotAdmitted::EndPassed("2021-03-05T08:00".parse().unwrap());
    assert_eq!(admitted("2021-03-05T08:00"), Err(over));
    let warning = standing.clone().after(&add_on, now);
    assert_eq!(warning.hours(&add_on), (start.effective, start.ends));
    assert_eq!(
        (warning.level, warning.effective, warning.ends),
        (standing.level, standing.effective, standing.ends)
    );
    assert_eq!(measures(&warning, "2021-03-05T07:59"), ["停止土石方作业"]);
    assert!(measures(&warning, "2021-03-05T08:00").is_empty());

    // A warning on record from before additions were kept.
    let mut stored = serde_json::to_value(&warning).unwrap();
    stored.as_object_mut().unwrap().remove("additions");
    let read: Warning = serde_json::from_value(stored).unwrap();
    assert_eq!(
        read,
        Warning {
            additions: Vec::new(),
            ..warning
        }
    );
}
