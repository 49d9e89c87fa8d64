//! Measures added for everyone (附加措施), on top of what the list files for each plant.
//!
//! What a notice adds stands until the warning ends; what an add-on (加严) adds, until the end of
//! its own window, where it states one. Whatever follows leaves it as it stands, unless a notice
//! takes it back ([`Contents::drops`]). A warning keeps its additions as a list that `follow`
//! folds over the issued notices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::digest::Fields;
use crate::notice::{Contents, NoticeKind};
use crate::time::WrittenTime;

/// A measure added for everyone, or kept after a lift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Addition {
    /// What is to be done, as written.
    pub measure: String,
    /// From when; none where it follows the duty that carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<WrittenTime>,
    /// The end of its own window; none where it ends with the warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<WrittenTime>,
}

/// An addition as plans hold it; the first ones held no more than the measure.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Measure(String),
    Addition {
        measure: String,
        from: Option<WrittenTime>,
        until: Option<WrittenTime>,
    },
}

impl From<Stored> for Addition {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Measure(measure) => Self::of_duty(measure),
            Stored::Addition {
                measure,
                from,
                until,
            } => Self {
                measure,
                from,
                until,
            },
        }
    }
}

impl Addition {
    /// A measure with no hours of its own.
    pub fn of_duty(measure: String) -> Self {
        Self {
            measure,
            from: None,
            until: None,
        }
    }

    /// Whether its own window has passed.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| now >= until.at())
    }

    /// What it asks, joined to the fields of a duty. What ends with the warning is its measure
    /// alone, whichever notice carries it on.
    pub(crate) fn join(&self, fields: Fields) -> Fields {
        let fields = fields.text(&self.measure);
        match self.until {
            None => fields,
            Some(until) => {
                let from = self.from.map(|from| from.to_string());
                let fields = fields.optional_text(from.as_deref());
                fields.text(&until.to_string()).flag(true)
            }
        }
    }

    /// Whether two windows overlap or touch.
    fn meets(&self, other: &Self) -> bool {
        let reaches =
            |one: &Self, other: &Self| one.until.is_none_or(|end| other.from <= Some(end));
        reaches(self, other) && reaches(other, self)
    }

    /// The window widened by another one of the same measure.
    fn widen(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.until = self
            .until
            .zip(other.until)
            .map(|(one, other)| one.max(other));
    }
}

/// What stands added once one more notice is issued: what it takes back is gone, and what it adds
/// joins. A measure that stands already stands for as long as either says.
pub(crate) fn follow(standing: &mut Vec<Addition>, next: &Contents) {
    standing.retain(|it| !next.drops.contains(&it.measure));
    for added in of_notice(next) {
        let same = |it: &&mut Addition| it.measure == added.measure && it.meets(&added);
        match standing.iter_mut().find(same) {
            Some(it) => it.widen(&added),
            None => standing.push(added),
        }
    }
}

/// What a notice adds. Its end is that of its measures where it adds and does nothing else.
fn of_notice(notice: &Contents) -> impl Iterator<Item = Addition> {
    let own = notice
        .ends
        .time()
        .filter(|_| notice.kind == NoticeKind::AddOn);
    notice.adds.iter().map(move |measure| Addition {
        measure: measure.clone(),
        from: Some(notice.effective),
        until: own,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::level::WarningLevel;
    use crate::notice::{End, Grounds};

    const BARBECUES: &str = "禁止露天烧烤";

    fn at(text: &str) -> WrittenTime {
        text.parse().unwrap()
    }

    fn adding(kind: NoticeKind, from: &str, until: Option<&str>) -> Contents {
        let grounds = Grounds::Judgement {
            reason: "会商".to_owned(),
        };
        let ends = until.map_or(End::UntilFurtherNotice, |until| End::At(at(until)));
        Contents {
            adds: vec![BARBECUES.to_owned()],
            ..Contents::new(kind, WarningLevel::Orange, at(from), ends, grounds)
        }
    }

    fn windows(notices: &[Contents]) -> Vec<(&'static str, Option<String>, Option<String>)> {
        let mut standing = Vec::new();
        for notice in notices {
            follow(&mut standing, notice);
        }
        let written = |hour: Option<WrittenTime>| hour.map(|hour| hour.to_string());
        standing
            .iter()
            .map(|it| (BARBECUES, written(it.from), written(it.until)))
            .collect()
    }

    /// 唐山 2021: added from 3-2 20时 to 3-5 8时 inside a running Ⅱ级.
    #[rstest]
    #[case::again_for_longer("03-04T08:00", "03-07T08:00", &[("03-02T20:00", "03-07T08:00")])]
    #[case::again_for_less("03-03T08:00", "03-04T08:00", &[("03-02T20:00", "03-05T08:00")])]
    #[case::from_its_end_on("03-05T08:00", "03-07T08:00", &[("03-02T20:00", "03-07T08:00")])]
    #[case::later_anew(
        "03-06T08:00", "03-07T08:00",
        &[("03-02T20:00", "03-05T08:00"), ("03-06T08:00", "03-07T08:00")]
    )]
    fn what_is_added_twice_stands_for_as_long_as_either_says(
        #[case] from: &str,
        #[case] until: &str,
        #[case] expected: &[(&str, &str)],
    ) {
        let hour = |text: &str| format!("2021-{text}");
        let add_on =
            |from: &str, until: &str| adding(NoticeKind::AddOn, &hour(from), Some(&hour(until)));
        let both = [add_on("03-02T20:00", "03-05T08:00"), add_on(from, until)];
        let expected = expected
            .iter()
            .map(|(from, until)| (BARBECUES, Some(hour(from)), Some(hour(until))));
        assert_eq!(windows(&both), expected.collect::<Vec<_>>());
    }

    #[test]
    fn only_an_add_on_has_a_window_and_what_goes_with_the_warning_is_not_cut_short() {
        let start = adding(
            NoticeKind::Start,
            "2021-03-01T08:00",
            Some("2021-03-09T24:00"),
        );
        let add_on = adding(
            NoticeKind::AddOn,
            "2021-03-02T20:00",
            Some("2021-03-05T08:00"),
        );
        let whole = (BARBECUES, Some("2021-03-01T08:00".to_owned()), None);
        assert_eq!(windows(&[start, add_on]), [whole]);
    }

    #[test]
    fn an_addition_reads_as_plans_first_held_it() {
        let read = |text: &str| serde_json::from_str::<Addition>(text).unwrap();
        let bare = read(&format!("\"{BARBECUES}\""));
        assert_eq!(bare, Addition::of_duty(BARBECUES.to_owned()));
        let own = Addition {
            from: Some(at("2021-03-02T20:00")),
            until: Some(at("2021-03-05T08:00")),
            ..bare.clone()
        };
        for addition in [bare, own] {
            let text = serde_json::to_string(&addition).unwrap();
            assert_eq!(read(&text), addition, "{text}");
        }
    }
}
