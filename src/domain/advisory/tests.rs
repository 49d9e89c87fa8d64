//! The moves of an advisory, and when it holds.

use std::collections::BTreeMap;

use rstest::rstest;
use uuid::Uuid;

use super::contents::tests::{at, control, dust, mee_2024, warning};
use super::*;
use crate::id::UserId;
use crate::level::WarningLevel;
use crate::notice::Medium;

fn person(n: u128, title: &str) -> Person {
    Person {
        account: UserId(Uuid::from_u128(n)),
        title: title.to_owned(),
    }
}

/// Acts of one officer at given times, as an advisory.
fn advisory(acts: impl IntoIterator<Item = (&'static str, Act)>) -> Result<Advisory, OutOfOrder> {
    let step = |(when, act)| Step {
        at: at(when),
        by: person(1, "值班员"),
        act,
    };
    Advisory::replay(&acts.into_iter().map(step).collect::<Vec<_>>())
}

const EVENING: &str = "2026-11-24T20:00";

fn approved() -> Act {
    Act::Approved {
        signature: Signature::InSystem,
    }
}

/// The acts that make an advisory public on the evening before.
fn until_public(contents: Contents) -> Vec<(&'static str, Act)> {
    let published = Act::Published { document: None };
    let acts = [
        Act::Drafted { contents },
        Act::Submitted,
        approved(),
        published,
    ];
    acts.into_iter().map(|act| (EVENING, act)).collect()
}

fn published(contents: Contents, more: Vec<(&'static str, Act)>) -> Published {
    let acts = until_public(contents).into_iter().chain(more);
    match advisory(acts).unwrap() {
        Advisory::Published(published) => published,
        other => panic!("not public: {other:?}"),
    }
}

fn submitted() -> Submitted {
    match advisory(until_public(dust()).into_iter().take(2)).unwrap() {
        Advisory::Submitted(submitted) => submitted,
        other => panic!("not submitted: {other:?}"),
    }
}

fn by_telephone(witness: u128, title: &str) -> Signature {
    Signature::OnBehalf {
        medium: Medium::Telephone,
        title: title.to_owned(),
        note: "19:40 电话请示，同意发布".to_owned(),
        scan: None,
        witness: UserId(Uuid::from_u128(witness)),
        to_sign_by: "2026-11-25T12:00".parse().unwrap(),
    }
}

fn lifted() -> Act {
    Act::Lifted {
        reason: "冷空气提前到达".to_owned(),
    }
}

fn orange() -> WarningId {
    WarningId(Uuid::from_u128(9))
}

fn warned(start: &str) -> Act {
    Act::Cancelled {
        warning: orange(),
        at: start.parse().unwrap(),
    }
}

#[rstest]
#[case::named(2, "副主任", false, None)]
#[case::of_the_lowest_level_only(2, "副市长", false, Some(Refusal::NotEntitled("副市长".to_owned())))]
#[case::own_draft(1, "副主任", false, Some(Unsigned::OwnDraft.into()))]
#[case::one_signature_is_enough(1, "副主任", true, None)]
fn only_the_titles_of_the_playbook_approve_and_never_their_own_draft(
    #[case] account: u128,
    #[case] title: &str,
    #[case] one_signature: bool,
    #[case] refused: Option<Refusal>,
) {
    let rule = Approval {
        titles: BTreeMap::from([(WarningLevel::Yellow, vec!["副市长".to_owned()])]),
        advisory: vec!["副主任".to_owned()],
        one_signature,
    };
    let by = person(account, title);
    let approved = submitted().approve(&by, Signature::InSystem, &rule, at(EVENING));
    assert_eq!(approved.err(), refused);
}

/// One officer records, a second one is its witness, and the title that signed is one of the playbook.
#[rstest]
#[case::another_witness(3, "副主任", None)]
#[case::own_witness(1, "副主任", Some(Unsigned::OwnWitness.into()))]
#[case::title(3, "科长", Some(Refusal::NotEntitled("科长".to_owned())))]
fn a_telephone_signature_needs_an_entitled_signer_and_a_second_officer(
    #[case] witness: u128,
    #[case] title: &str,
    #[case] refused: Option<Refusal>,
) {
    let rule = Approval {
        advisory: vec!["副主任".to_owned()],
        ..Approval::default()
    };
    let signature = by_telephone(witness, title);
    let by = person(1, "值班员");
    let approved = submitted().approve(&by, signature.clone(), &rule, at(EVENING));
    assert_eq!(
        approved,
        refused.map_or(Ok(Act::Approved { signature }), Err)
    );
}

#[test]
fn a_signature_recorded_without_a_word_on_it_is_refused() {
    let mut signature = by_telephone(3, "副主任");
    if let Signature::OnBehalf { note, .. } = &mut signature {
        " ".clone_into(note);
    }
    let by = person(1, "值班员");
    let approved = submitted().approve(&by, signature, &Approval::default(), at(EVENING));
    assert_eq!(approved.err(), Some(Unsigned::Unwritten.into()));
}

/// As it was written down before other signatures were recorded.
#[test]
fn a_signature_on_record_from_before_was_given_in_the_system() {
    let stored = r#"{"act":"approved"}"#;
    assert_eq!(serde_json::from_str::<Act>(stored).unwrap(), approved());
    assert_eq!(serde_json::to_string(&approved()).unwrap(), stored);
    let recorded = Act::Approved {
        signature: by_telephone(3, "副主任"),
    };
    let written = serde_json::to_string(&recorded).unwrap();
    assert_eq!(serde_json::from_str::<Act>(&written).unwrap(), recorded);
}

#[test]
fn what_has_ended_is_neither_handed_in_nor_signed() {
    let past = Some(Refusal::Past("2026-11-27T24:00".parse().unwrap()));
    let (ended, rule) = (at("2026-11-28T00:00"), Approval::default());
    let acts = |n| advisory(until_public(dust()).into_iter().take(n)).unwrap();
    let (Advisory::Draft(draft), Advisory::Submitted(submitted)) = (acts(1), acts(2)) else {
        panic!("not under way")
    };
    assert_eq!(draft.submit(ended).err(), past);
    let signed = submitted.approve(&person(2, "副市长"), Signature::InSystem, &rule, ended);
    assert_eq!(signed.err(), past);
    assert!(draft.submit(at(EVENING)).is_ok());
}

#[test]
fn where_no_title_is_named_those_of_the_lowest_level_approve() {
    let rule = Approval {
        titles: BTreeMap::from([
            (WarningLevel::Yellow, vec!["副市长".to_owned()]),
            (WarningLevel::Red, vec!["市长".to_owned()]),
        ]),
        ..Approval::default()
    };
    assert!(rule.admits_advisory("副市长"));
    assert!(!rule.admits_advisory("市长"));
}

#[rstest]
#[case::before("2026-11-25T07:59", Phase::Announced)]
#[case::within("2026-11-27T23:59", Phase::Running)]
#[case::at_its_end("2026-11-28T00:00", Phase::RunOut)]
fn it_runs_out_at_the_end_it_states(#[case] now: &str, #[case] phase: Phase) {
    assert_eq!(published(dust(), Vec::new()).phase(at(now)), phase);
}

#[test]
fn a_lift_ends_it_at_once_and_only_once() {
    let running = published(dust(), Vec::new());
    let noon = "2026-11-26T12:00";
    assert_eq!(
        running.lift(" ".to_owned(), at(noon)).err(),
        Some(Refusal::Unwritten("why it is lifted"))
    );
    assert!(running.lift("转好".to_owned(), at(noon)).is_ok());
    let over = published(dust(), vec![(noon, lifted())]);
    assert_eq!(
        (over.phase(at(noon)), over.ends_at()),
        (Phase::Lifted, at(noon))
    );
    let again = over.lift("再次".to_owned(), at("2026-11-26T13:00"));
    assert_eq!(again.err(), Some(Refusal::Past(noon.parse().unwrap())));
}

/// 晋城 2023: the control of 01-29 ended when the orange warning of 02-04 18时 started.
#[test]
fn a_control_runs_until_the_hour_at_which_a_colour_starts() {
    let morning = "2026-11-26T08:00";
    let running = published(control(), Vec::new());
    let given = running.give_way(orange(), &warning(morning, None), &mee_2024(), at(EVENING));
    assert_eq!(given, Some(warned(morning)));
    let cancelled = published(control(), vec![("2026-11-25T20:00", warned(morning))]);
    assert_eq!(cancelled.phase(at("2026-11-26T07:59")), Phase::Running);
    assert_eq!(cancelled.phase(at(morning)), Phase::Cancelled);
    assert_eq!(cancelled.ends_at(), at(morning));
    assert!(
        cancelled
            .lift("提前".to_owned(), at("2026-11-25T21:00"))
            .is_ok()
    );
}

#[test]
fn a_health_notice_stays_and_a_control_that_is_over_by_then_runs_out() {
    let give_way = |contents, start: &str| {
        let public = published(contents, Vec::new());
        public.give_way(orange(), &warning(start, None), &mee_2024(), at(EVENING))
    };
    assert_eq!(give_way(dust(), "2026-11-26T08:00"), None);
    assert_eq!(give_way(control(), "2026-11-28T00:00"), None);
}

/// A warning for the 26th is announced and withdrawn, and another one starts.
#[rstest]
#[case::earlier("2026-11-26T08:00", true)]
#[case::at_the_same_hour("2026-11-26T20:00", false)]
#[case::later("2026-11-27T08:00", false)]
fn what_was_cancelled_gives_way_again_only_to_what_starts_earlier(
    #[case] start: &str,
    #[case] again: bool,
) {
    let first = (EVENING, warned("2026-11-26T20:00"));
    let cancelled = published(control(), vec![first.clone()]);
    let act = cancelled.give_way(orange(), &warning(start, None), &mee_2024(), at(EVENING));
    assert_eq!(act, again.then(|| warned(start)));
    let replayed = until_public(control()).into_iter();
    let replayed = advisory(replayed.chain([first, (EVENING, warned(start))]));
    assert_eq!(replayed.is_ok(), again, "{replayed:?}");
}

#[rstest]
#[case::in_time("2026-11-27T23:59", false, None)]
#[case::too_late("2026-11-28T00:00", false, Some(Refusal::Past("2026-11-27T24:00".parse().unwrap())))]
#[case::beside_a_warning("2026-11-25T09:00", true, Some(Refusal::BesideWarning))]
fn a_control_is_made_public_in_time_and_never_beside_a_warning(
    #[case] now: &str,
    #[case] stands: bool,
    #[case] refused: Option<Refusal>,
) {
    let Advisory::Approved(approved) =
        advisory(until_public(control()).into_iter().take(3)).unwrap()
    else {
        panic!("not approved")
    };
    let orange = stands.then(|| warning("2026-11-25T08:00", None));
    let made = approved.publish(None, orange.as_slice(), &mee_2024(), at(now));
    assert_eq!(made.err(), refused);
}

#[test]
fn a_record_whose_steps_do_not_follow_is_not_replayed() {
    let drafted = || (EVENING, Act::Drafted { contents: dust() });
    let public = (EVENING, Act::Published { document: None });
    assert_eq!(advisory([drafted(), public]), Err(OutOfOrder { step: 2 }));
    assert_eq!(advisory([]), Err(OutOfOrder { step: 0 }));
    let morning = "2026-11-26T08:00";
    let twice = until_public(control()).into_iter();
    let twice = twice.chain([(EVENING, warned(morning)), (EVENING, warned(morning))]);
    assert_eq!(advisory(twice), Err(OutOfOrder { step: 6 }));
    let twice = until_public(control()).into_iter();
    let twice = twice.chain([(EVENING, lifted()), (EVENING, lifted())]);
    assert_eq!(advisory(twice), Err(OutOfOrder { step: 6 }));
}

#[test]
fn the_reason_of_a_lift_orders_nothing_either() {
    let published = published(dust(), Vec::new());
    let lift = |reason: &str| published.lift(reason.to_owned(), at("2026-11-26T09:00"));
    assert_eq!(lift("工地一律停工后好转"), Err(Refusal::Compulsory("一律")));
    assert!(lift("冷空气提前到达，无需停工").is_ok());
}
