//! The order (指令) and its ladder: how far one recipient has come.
//!
//! issued → handed over → acknowledged → in place, and after a lift → lift acknowledged. Beside
//! the ladder stand objections and requests for help; neither loosens the order. What happened is
//! a list of [`Event`]s, kept for ever; the [`Head`] is their fold and can be rebuilt from them.
//!
//! An order lives through all notices of its warning. Each plan is a *revision* of it, counted
//! from 1, and an answer answers the revision that was shown. A revision that only tells of a new
//! level asks for nothing, so what counts is the last revision that did: the one *owed*.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::plan::Change;

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// 已下达: on record, nothing has left yet.
    Issued,
    /// 已送出: one channel at least has taken it over.
    HandedOver,
    /// 已签收.
    Acknowledged,
    /// 已落实: every measure is in place, by the recipient's own word.
    InPlace,
    /// 解除已签收.
    LiftAcknowledged,
}

impl Rung {
    /// Every rung, the lowest first.
    pub const ALL: [Self; 5] = [
        Self::Issued,
        Self::HandedOver,
        Self::Acknowledged,
        Self::InPlace,
        Self::LiftAcknowledged,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::HandedOver => "handed-over",
            Self::Acknowledged => "acknowledged",
            Self::InPlace => "in-place",
            Self::LiftAcknowledged => "lift-acknowledged",
        }
    }
}

/// Why a text is not a rung.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a rung: expected issued, handed-over, acknowledged, in-place or lift-acknowledged"
)]
pub struct NotARung(pub String);

impl FromStr for Rung {
    type Err = NotARung;

    fn from_str(text: &str) -> Result<Self, NotARung> {
        let known = Self::ALL.into_iter().find(|rung| rung.as_str() == text);
        known.ok_or_else(|| NotARung(text.to_owned()))
    }
}

/// What a recipient can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// 签收: read, and will be done; for a lift, read.
    Acknowledged,
    /// 已落实到位.
    InPlace,
    /// 异议、情况说明: the order binds until an office decides.
    Objection,
    /// 请求帮助.
    Help,
}

impl AnswerKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Acknowledged,
        Self::InPlace,
        Self::Objection,
        Self::Help,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::InPlace => "in-place",
            Self::Objection => "objection",
            Self::Help => "help",
        }
    }
}

/// Why a text is not an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an answer: expected acknowledged, in-place, objection or help")]
pub struct NotAnAnswer(pub String);

impl FromStr for AnswerKind {
    type Err = NotAnAnswer;

    fn from_str(text: &str) -> Result<Self, NotAnAnswer> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| NotAnAnswer(text.to_owned()))
    }
}

impl fmt::Display for AnswerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that happened to an order at a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A channel has taken a message over.
    HandedOver,
    /// The recipient answered, and so had read the order by the hour set for that, or after it.
    Answered(AnswerKind, Timeliness),
}

/// Whether an answer came by the hour by which its order was to be acknowledged, whatever else it
/// says. Late answers are kept, and count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// By the deadline.
    InTime,
    /// After it.
    Late {
        /// The revision that was to be acknowledged by it.
        owed: u32,
    },
}

impl Timeliness {
    /// What an answer is at `at` when an acknowledgement of revision `owed` is due by `by`.
    pub fn of(at: DateTime<Utc>, owed: u32, by: DateTime<Utc>) -> Self {
        if at > by {
            Self::Late { owed }
        } else {
            Self::InTime
        }
    }
}

/// The highest revision that reached each rung; 0 where none has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Handed over.
    pub handed_over: u32,
    /// Acknowledged.
    pub acknowledged: u32,
    /// In place.
    pub in_place: u32,
    /// Objected to.
    pub objected: u32,
    /// Help was asked for.
    pub helped: u32,
    /// Acknowledged after the deadline.
    pub late: u32,
}

/// Where an order stands, as boards count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status {
    /// How far it has come.
    pub rung: Rung,
    /// The revision that last asked for an acknowledgement; with it goes the deadline.
    pub owed: u32,
    /// Whether what is owed was objected to.
    pub objected: bool,
    /// Whether help was asked for with it.
    pub helped: bool,
}

impl Head {
    /// The head after one more event. Events may come in any order and more than once: each
    /// counter only grows.
    #[must_use]
    pub fn after(mut self, event: Event, revision: u32) -> Self {
        let reach = |counter: &mut u32| *counter = revision.max(*counter);
        match event {
            Event::HandedOver => reach(&mut self.handed_over),
            Event::Answered(kind, timeliness) => match kind {
                AnswerKind::Acknowledged => self.acknowledge(revision, timeliness),
                AnswerKind::InPlace => {
                    self.acknowledge(revision, timeliness);
                    reach(&mut self.in_place);
                }
                AnswerKind::Objection => reach(&mut self.objected),
                AnswerKind::Help => reach(&mut self.helped),
            },
        }
        self
    }

    /// Only the first acknowledgement of what is owed says whether it came late: whoever was told of
    /// another level since, and answers that, had acknowledged already.
    fn acknowledge(&mut self, revision: u32, timeliness: Timeliness) {
        if revision > self.acknowledged {
            if let Timeliness::Late { owed } = timeliness
                && self.acknowledged < owed
            {
                self.late = revision;
            }
            self.acknowledged = revision;
        }
    }

    /// How far the order has come, given what its latest plan says and which revision it owes.
    pub fn rung(&self, change: Change, owed: u32) -> Rung {
        if self.acknowledged >= owed {
            match change {
                Change::Release => Rung::LiftAcknowledged,
                _ if self.in_place >= owed => Rung::InPlace,
                _ => Rung::Acknowledged,
            }
        } else if self.handed_over >= owed {
            Rung::HandedOver
        } else {
            Rung::Issued
        }
    }

    /// Where the order stands, given what its latest plan says and which revision it owes.
    pub fn status(&self, change: Change, owed: u32) -> Status {
        Status {
            rung: self.rung(change, owed),
            owed,
            objected: self.objected >= owed,
            helped: self.helped >= owed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const IN_TIME: Timeliness = Timeliness::InTime;

    #[test]
    fn a_rung_reads_back_and_another_word_is_told_which_there_are() {
        for rung in Rung::ALL {
            assert_eq!(rung.as_str().parse(), Ok(rung));
            let refused = NotARung("climbed".to_owned()).to_string();
            assert!(refused.contains(rung.as_str()), "{refused}");
        }
        assert_eq!(
            "climbed".parse::<Rung>(),
            Err(NotARung("climbed".to_owned()))
        );
    }

    #[rstest]
    #[case::nothing_yet(&[], Change::Begin, 1, Rung::Issued)]
    #[case::sent(&[(Event::HandedOver, 1)], Change::Begin, 1, Rung::HandedOver)]
    #[case::acknowledged(
        &[(Event::Answered(AnswerKind::Acknowledged, IN_TIME), 1)], Change::Begin, 1, Rung::Acknowledged
    )]
    #[case::in_place_without_a_word_before(
        &[(Event::Answered(AnswerKind::InPlace, IN_TIME), 1)], Change::Begin, 1, Rung::InPlace
    )]
    #[case::an_objection_moves_nothing(
        &[(Event::HandedOver, 1), (Event::Answered(AnswerKind::Objection, IN_TIME), 1)],
        Change::Begin, 1, Rung::HandedOver
    )]
    #[case::told_of_a_level_and_owing_nothing_new(
        &[(Event::Answered(AnswerKind::Acknowledged, IN_TIME), 1)], Change::Tell, 1, Rung::Acknowledged
    )]
    #[case::another_duty_owes_another_answer(
        &[(Event::Answered(AnswerKind::InPlace, IN_TIME), 1)], Change::Replace, 2, Rung::Issued
    )]
    #[case::lifted(
        &[(Event::Answered(AnswerKind::InPlace, IN_TIME), 1), (Event::HandedOver, 3)],
        Change::Release, 3, Rung::HandedOver
    )]
    #[case::lift_acknowledged(
        &[(Event::Answered(AnswerKind::Acknowledged, IN_TIME), 3)], Change::Release, 3, Rung::LiftAcknowledged
    )]
    fn an_order_stands_on_the_rung_its_owed_revision_reached(
        #[case] events: &[(Event, u32)],
        #[case] change: Change,
        #[case] owed: u32,
        #[case] rung: Rung,
    ) {
        let head = events
            .iter()
            .fold(Head::default(), |head, &(event, r)| head.after(event, r));
        assert_eq!(head.rung(change, owed), rung);
    }

    #[test]
    fn an_objection_stands_out_until_another_duty_is_owed() {
        let objection = Event::Answered(AnswerKind::Objection, IN_TIME);
        let head = Head::default().after(objection, 1);
        assert!(head.status(Change::Tell, 1).objected);
        assert!(!head.status(Change::Replace, 2).objected);
        assert!(!head.status(Change::Begin, 1).helped);
    }

    #[rstest]
    #[case::acknowledged(AnswerKind::Acknowledged)]
    #[case::in_place_without_a_word_before(AnswerKind::InPlace)]
    fn a_late_answer_counts_and_stays_marked(#[case] kind: AnswerKind) {
        let late = Event::Answered(kind, Timeliness::Late { owed: 1 });
        let head = Head::default().after(late, 1);
        assert_eq!((head.acknowledged, head.late), (1, 1));
        let again = head.after(Event::Answered(AnswerKind::Acknowledged, IN_TIME), 1);
        assert_eq!(again, head);
    }

    #[test]
    fn whoever_acknowledged_in_time_is_not_late_with_what_only_told_them_more() {
        let in_time = Event::Answered(AnswerKind::Acknowledged, IN_TIME);
        let later = Event::Answered(AnswerKind::InPlace, Timeliness::Late { owed: 1 });
        let head = Head::default().after(in_time, 1).after(later, 2);
        assert_eq!((head.acknowledged, head.in_place, head.late), (2, 2, 0));
    }

    proptest! {
        #[test]
        fn no_event_ever_takes_an_order_down_a_rung(
            events in proptest::collection::vec((0..5_u8, 1..4_u32), 0..20)
        ) {
            let event = |n| match n {
                0 => Event::HandedOver,
                1 => Event::Answered(AnswerKind::Acknowledged, IN_TIME),
                2 => Event::Answered(AnswerKind::InPlace, IN_TIME),
                3 => Event::Answered(AnswerKind::Objection, Timeliness::Late { owed: 1 }),
                _ => Event::Answered(AnswerKind::Help, IN_TIME),
            };
            let mut head = Head::default();
            for (n, revision) in events {
                let next = head.after(event(n), revision);
                prop_assert!(next.rung(Change::Begin, 2) >= head.rung(Change::Begin, 2));
                head = next;
            }
        }
    }
}
