//! Information updates (信息更新): while a warning is in force, the public is told anew how things
//! stand, as often as the region's plan says (信息更新频次).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::measure::PerLevel;
use crate::notice::Person;
use crate::warning::{Phase, Warning};

/// What the public was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Person,
    /// The AQI at that time; none where nobody measured it.
    pub aqi: Option<u16>,
    /// How things stand.
    pub text: String,
    /// What is to be expected.
    pub outlook: String,
}

/// By when the public is to be told anew, with so many hours between updates at each level.
///
/// The notice that put the present level in force told the public too, so the hours count from it or
/// from the last update, whichever is later. None before the warning is in force, after it, where it
/// ends before the hours are over, and for levels without a rhythm.
pub fn due(
    every_hours: &PerLevel<u16>,
    warning: &Warning,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let hours = *every_hours.get(warning.level)?;
    let told = warning.effective.at();
    let due = last.map_or(told, |last| last.max(told)) + TimeDelta::hours(hours.into());
    let over = warning.ended.map(|ended| ended.at.at());
    let over = over.or(warning.ends.at());
    let ends_before = over.is_some_and(|over| over <= due);
    (warning.phase(now) == Phase::InForce && !ends_before).then_some(due)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::level::WarningLevel::{self, Blue, Orange, Yellow};
    use crate::notice::{Contents, End, Grounds, NoticeKind};
    use crate::time::WrittenTime;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse::<WrittenTime>().unwrap().at()
    }

    fn notice(kind: NoticeKind, level: WarningLevel, effective: &str) -> Contents {
        let grounds = Grounds::Judgement {
            reason: "会商".to_owned(),
        };
        let effective = effective.parse().unwrap();
        Contents::new(kind, level, effective, End::UntilFurtherNotice, grounds)
    }

    /// One older plan: 橙/红 every 4 hours, 蓝/黄 every 8.
    const RHYTHM: PerLevel<u16> = PerLevel {
        yellow: 8,
        orange: 4,
        red: 4,
    };

    #[rstest]
    #[case::from_the_start(Orange, None, "2026-11-25T09:00", Some("2026-11-25T12:00"))]
    #[case::less_often(Yellow, None, "2026-11-25T09:00", Some("2026-11-25T16:00"))]
    #[case::long_overdue(Orange, None, "2026-11-26T09:00", Some("2026-11-25T12:00"))]
    #[case::told_since(
        Orange,
        Some("2026-11-25T11:30"),
        "2026-11-25T13:00",
        Some("2026-11-25T15:30")
    )]
    #[case::not_in_force_yet(Orange, None, "2026-11-25T07:59", None)]
    #[case::no_rhythm(Blue, None, "2026-11-25T09:00", None)]
    fn the_public_is_told_anew_as_often_as_the_plan_says(
        #[case] level: WarningLevel,
        #[case] last: Option<&str>,
        #[case] now: &str,
        #[case] expected: Option<&str>,
    ) {
        let warning = Warning::begin(&notice(NoticeKind::Start, level, "2026-11-25T08:00"));
        let due = due(&RHYTHM, &warning, last.map(at), at(now));
        assert_eq!(due, expected.map(at));
    }

    #[test]
    fn a_raise_tells_the_public_and_has_its_own_rhythm() {
        let raise = notice(NoticeKind::Raise, Orange, "2026-11-25T14:00");
        let warning = Warning::begin(&notice(NoticeKind::Start, Yellow, "2026-11-25T08:00"));
        let warning = warning.after(&raise, at("2026-11-25T12:00"));
        let told = Some(at("2026-11-25T12:00"));
        let due = due(&RHYTHM, &warning, told, at("2026-11-25T15:00"));
        assert_eq!(due, Some(at("2026-11-25T18:00")));
    }

    #[rstest]
    #[case::ends_before_it_is_due("2026-11-25T11:00", None)]
    #[case::ends_after("2026-11-25T13:00", Some("2026-11-25T12:00"))]
    fn a_lift_before_the_next_update_leaves_none_due(
        #[case] lifted: &str,
        #[case] expected: Option<&str>,
    ) {
        let warning = Warning::begin(&notice(NoticeKind::Start, Orange, "2026-11-25T08:00"));
        let warning = warning.after(
            &notice(NoticeKind::Lift, Orange, lifted),
            at("2026-11-25T09:00"),
        );
        let due = due(&RHYTHM, &warning, None, at("2026-11-25T09:00"));
        assert_eq!(due, expected.map(at));
    }
}
