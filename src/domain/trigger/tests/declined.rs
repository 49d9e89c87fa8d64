//! A decision not to act holds for its run.

use super::*;

/// What 875号 makes of a series of days on one of them.
fn decide(series: &str, today: i64) -> Decision {
    rules("mee-2018").decide(&outlook(series), None, None, on(today))
}

#[rstest]
#[case::the_next_day("90 210 210 90 90", 3, true)]
#[case::better("90 205 203 90 90", 1, true)]
#[case::a_day_more("90 210 210 210 90 90", 1, false)]
#[case::a_day_earlier("210 210 90 90 90", 1, false)]
#[case::a_worse_day("90 210 260 90 90", 1, false)]
#[case::another_haze("90 90 90 90 210 210 90 90", 5, false)]
fn a_refusal_holds_for_its_run_until_something_got_worse(
    #[case] series: &str,
    #[case] today: i64,
    #[case] holds: bool,
) {
    let declined = decide("90 210 210 90 90", 1);
    assert_eq!(declined.proposal, Proposal::Issue);
    let later = decide(series, today);
    assert_eq!(later.proposal, Proposal::Issue, "{later:#?}");
    assert_eq!(later.is_settled_by(&declined), holds, "{later:#?}");
}

#[test]
fn an_order_is_not_settled_by_what_was_declined_before_it() {
    let declined = decide("90 210 210 90 90", 1);
    let document = "豫环委攻坚办〔2026〕88号".to_owned();
    let mut ordered = declined.clone();
    let level = WarningLevel::Yellow;
    ordered.because.push(Reason::Ordered { level, document });
    assert!(!ordered.is_settled_by(&declined));
    assert!(ordered.is_settled_by(&ordered));
}
