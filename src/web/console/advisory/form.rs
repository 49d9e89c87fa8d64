//! An advisory's form: what it begins with, what was typed into it, and what is read out of it.

use std::collections::{BTreeSet, HashMap};

use chrono::Days;

use crate::app::advisory::{AdvisoryRecord, AnswersIn, DraftIn};
use crate::app::desk::Desk;
use crate::domain::advisory::{Advice, AdvisoryKind, Asked, Contents, Grounds};
use crate::domain::outlook::Cause;
use crate::domain::region::{RegionCode, Regions};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::console::draft::{lines, next_hour};
use crate::web::console::posted::Reading;
use crate::web::pages::advisory::{AdvisoryForm, AdvisoryKind as Kind};
use crate::web::pages::form::{Choice, Faults, TimeField};

use super::cause;

/// The form as typed.
#[derive(Clone, Default)]
pub(super) struct Typed {
    kind: String,
    cause: String,
    document: String,
    decided_by: String,
    reason: String,
    parts: BTreeSet<String>,
    from: TimeField,
    until: TimeField,
    text: String,
    advice: String,
    /// Nothing, a proposal's key, or [`AS_DRAFTED`].
    answers: String,
}

/// The words of the kinds, and of what a control rests on, as the form sends them.
const HEALTH_NOTICE: &str = "health-notice";
const TEMPORARY_CONTROL: &str = "temporary-control";
const OWN_CONTROL: &str = "own-control";

/// What a draft answers already.
const AS_DRAFTED: &str = "as-drafted";

/// What the name of a part's field begins with.
const PART: &str = "part-";

impl Typed {
    /// A form as it was sent.
    pub(super) fn of(mut fields: HashMap<String, String>) -> Self {
        let parts = fields.keys().filter_map(|name| name.strip_prefix(PART));
        let parts = parts.map(str::to_owned).collect();
        let mut text = |name: &str| fields.remove(name).unwrap_or_default();
        let mut time = |name: &str| TimeField {
            day: text(&format!("{name}_day")),
            clock: text(&format!("{name}_clock")),
        };
        let (from, until) = (time("from"), time("until"));
        Self {
            kind: text("kind"),
            cause: text("cause"),
            document: text("document"),
            decided_by: text("decided_by"),
            reason: text("reason"),
            parts,
            from,
            until,
            text: text("text"),
            advice: text("advice"),
            answers: text("answers"),
        }
    }

    /// What a new draft begins with: from the next hour to the end of tomorrow.
    pub(super) fn begin(desk: &Desk) -> Self {
        let now = WrittenTime::of(desk.now);
        let tomorrow = now.day() + Days::new(1);
        Self {
            kind: HEALTH_NOTICE.to_owned(),
            from: next_hour(desk).into(),
            until: WrittenTime::new(tomorrow, 24, 0).unwrap_or(now).into(),
            ..Self::default()
        }
    }

    /// A draft that answers the open proposal, with what that asks for filled in. What would have
    /// begun already begins now.
    pub(super) fn proposed(desk: &Desk, key: i64, asked: Option<Asked>) -> Self {
        let blank = Self::begin(desk);
        let cause = asked.and_then(|asked| asked.cause);
        let from = asked.map(|asked| asked.from.max(next_hour(desk).at()));
        Self {
            cause: cause.map_or(blank.cause, |cause| cause.as_str().to_owned()),
            from: from.map_or(blank.from, |from| WrittenTime::of(from).into()),
            until: asked.map_or(blank.until, |asked| WrittenTime::ending(asked.until).into()),
            text: asked.map_or_else(String::new, |asked| asked.zh()),
            answers: key.to_string(),
            ..blank
        }
    }

    /// A draft as it stands on record.
    pub(super) fn recorded(record: &AdvisoryRecord) -> Self {
        let contents = record.advisory.contents();
        let advice = contents.advice.iter().map(Advice::as_str);
        let blank = Self::default();
        let of_kind = match &contents.kind {
            AdvisoryKind::HealthNotice { cause } => Self {
                kind: HEALTH_NOTICE.to_owned(),
                cause: cause.as_str().to_owned(),
                ..blank
            },
            AdvisoryKind::TemporaryControl(Grounds::Superior { document }) => Self {
                kind: TEMPORARY_CONTROL.to_owned(),
                document: document.clone(),
                ..blank
            },
            AdvisoryKind::TemporaryControl(Grounds::Decision { decided_by, reason }) => Self {
                kind: OWN_CONTROL.to_owned(),
                decided_by: decided_by.clone(),
                reason: reason.clone(),
                ..blank
            },
        };
        Self {
            parts: contents.parts.iter().map(ToString::to_string).collect(),
            from: contents.from.into(),
            until: contents.until.into(),
            text: contents.text.clone(),
            advice: advice.collect::<Vec<_>>().join("\n"),
            answers: AS_DRAFTED.to_owned(),
            ..of_kind
        }
    }

    /// What the form says.
    pub(super) fn read(&self, language: Language, region: RegionCode) -> Result<DraftIn, Faults> {
        let mut reading = Reading::new(language);
        let kind = self.read_kind(&mut reading);
        let parts = self.parts.iter().map(|part| part.parse().ok());
        let parts = reading.choice("parts", parts.collect());
        let from = reading.time("from", &self.from);
        let until = reading.time("until", &self.until);
        let text = reading.required("text", &self.text);
        let read = (|| {
            Some(DraftIn {
                kind: kind?,
                region,
                parts: parts?,
                from: from?,
                until: until?,
                text: text?,
                advice: lines(&self.advice),
                answers: match self.answers.as_str() {
                    AS_DRAFTED => AnswersIn::AsDrafted,
                    key => key
                        .parse()
                        .map_or(AnswersIn::Nothing, |key| AnswersIn::Proposal(Some(key))),
                },
            })
        })();
        reading.done(read)
    }

    fn read_kind(&self, reading: &mut Reading) -> Option<AdvisoryKind> {
        match self.kind.as_str() {
            HEALTH_NOTICE => {
                let cause = reading.choice("cause", self.cause.parse().ok())?;
                Some(AdvisoryKind::HealthNotice { cause })
            }
            TEMPORARY_CONTROL => {
                let document = reading.required("document", &self.document)?;
                Some(AdvisoryKind::TemporaryControl(Grounds::Superior {
                    document,
                }))
            }
            OWN_CONTROL => {
                let decided_by = reading.required("decided_by", &self.decided_by);
                let reason = reading.required("reason", &self.reason);
                let (decided_by, reason) = decided_by.zip(reason)?;
                let decision = Grounds::Decision { decided_by, reason };
                Some(AdvisoryKind::TemporaryControl(decision))
            }
            _ => reading.choice("kind", None),
        }
    }

    /// What the page is headed with.
    pub(super) fn kind(&self) -> Kind {
        match self.kind.as_str() {
            TEMPORARY_CONTROL | OWN_CONTROL => Kind::TemporaryControl,
            _ => Kind::HealthNotice,
        }
    }

    /// The form on its page, with the reasons of the proposal it answers.
    pub(super) fn form(
        self,
        language: Language,
        action: String,
        desk: &Desk,
        because: Vec<String>,
        faults: Faults,
    ) -> AdvisoryForm {
        let choice = |value: &str, words: String, chosen: &str| Choice {
            value: value.to_owned(),
            words,
            chosen: value == chosen,
        };
        let kinds = [
            (HEALTH_NOTICE, "advisory-health-notice"),
            (TEMPORARY_CONTROL, "advisory-superiors-control"),
            (OWN_CONTROL, "advisory-own-control"),
        ];
        let kinds =
            kinds.map(|(value, key)| choice(value, language.say(key).to_string(), &self.kind));
        let causes =
            Cause::ALL.map(|it| choice(it.as_str(), cause(it, language).to_string(), &self.cause));
        // What brings the air is never a guess of ours.
        let unchosen = choice(
            "",
            language.say("advisory-cause-unchosen").to_string(),
            &self.cause,
        );
        let parts = parts(desk.playbook.regions(), desk.region, &self.parts);
        AdvisoryForm {
            action,
            kinds: kinds.into(),
            causes: [unchosen].into_iter().chain(causes).collect(),
            parts,
            document: self.document,
            decided_by: self.decided_by,
            reason: self.reason,
            from: self.from,
            until: self.until,
            text: self.text,
            advice: self.advice,
            answers: self.answers,
            because,
            faults,
        }
    }
}

/// The parts of a region to choose from: those directly below it, and what is chosen further down.
/// Without a box of its own, a part on record would be dropped by the next save.
fn parts(regions: &Regions, region: RegionCode, chosen: &BTreeSet<String>) -> Vec<Choice> {
    let children = regions
        .children(region)
        .map(|(code, name)| (code, name.to_owned()));
    let deeper = chosen
        .iter()
        .filter_map(|part| part.parse::<RegionCode>().ok());
    let deeper = deeper.filter(|part| part.parent() != Some(region));
    let deeper = deeper.map(|part| (part, regions.full_name(part)));
    let parts = children.chain(deeper).map(|(code, words)| Choice {
        chosen: chosen.contains(code.as_str()),
        value: code.to_string(),
        words,
    });
    parts.collect()
}

/// Whether what was drafted already says what is drafted now.
pub(super) fn says(contents: &Contents, draft: &DraftIn) -> bool {
    let advice = contents.advice.iter().map(Advice::as_str);
    draft.answers == AnswersIn::AsDrafted
        && contents.kind == draft.kind
        && contents.parts.iter().eq(&draft.parts)
        && (contents.from, contents.until) == (draft.from, draft.until)
        && contents.text == draft.text
        && advice.eq(draft.advice.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_on_record_has_a_box_however_far_down_it_lies() {
        let table = "code,name\n410000,河南省\n411000,许昌市\n411081,禹州市\n410100,郑州市\n";
        let regions = Regions::parse(table).unwrap();
        let chosen = BTreeSet::from(["410100".to_owned(), "411081".to_owned()]);
        let boxes = parts(&regions, "410000".parse().unwrap(), &chosen);
        let boxes: Vec<_> = boxes
            .iter()
            .map(|part| (part.value.as_str(), part.words.as_str(), part.chosen))
            .collect();
        let expected = [
            ("410100", "郑州市", true),
            ("411000", "许昌市", false),
            ("411081", "许昌市禹州市", true),
        ];
        assert_eq!(boxes, expected);
    }
}
