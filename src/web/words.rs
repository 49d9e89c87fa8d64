//! Refusals and faults in the reader's language, by their codes.
//!
//! `app` words what it refuses in English, for programs and the log; people read it here. A code
//! that nobody has worded yet is told in those words, so that nothing is ever refused in silence.

use super::problem::Problem;
use crate::app::{Error, FieldError, Refusal};
use crate::i18n::{Language, Phrase};

/// What is wrong with a request, beyond what its kind says; empty where that says enough.
pub(super) fn problem(language: Language, problem: &Problem) -> String {
    match problem.cause.as_deref() {
        Some(Error::Conflict(why)) => refusal(language, why),
        Some(Error::Invalid(errors)) => {
            let errors: Vec<_> = errors.iter().map(|error| fault(language, error)).collect();
            errors.join(" ")
        }
        _ => String::new(),
    }
}

/// Why the state of things does not allow what was asked.
pub(super) fn refusal(language: Language, refusal: &Refusal) -> String {
    if refusal.code == "compulsory" {
        return compulsory(language, &refusal.text);
    }
    known_refusal(language, refusal.code)
        .map_or_else(|| refusal.text.clone(), |phrase| phrase.to_string())
}

/// What is wrong with a field.
pub(super) fn fault(language: Language, error: &FieldError) -> String {
    let key = match (error.field.as_str(), error.code) {
        ("nonce", _) => "fault-nonce",
        ("note", "too-long") => "fault-note-too-long",
        ("reason", "missing" | "unknown") => "fault-choose-reason",
        (_, "compulsory") => return compulsory(language, &error.text),
        (_, "empty" | "missing") => "fault-empty",
        (_, "future") => "fault-future",
        (_, "past") => "fault-past",
        (_, "too-large") => "fault-too-large",
        (_, "unknown" | "unknown-instruction") => "fault-unknown",
        ("region", "ambiguous") => "fault-region-ambiguous",
        ("source", "malformed") => "fault-source",
        ("on", "no-such-day") => "fault-no-such-day",
        ("second", "same") => "fault-same-rules",
        ("from" | "to", "year") => "fault-year",
        ("to", "span") => "fault-span",
        ("areas", _) => "fault-areas",
        _ => return error.text.clone(),
    };
    language.say(key).to_string()
}

/// Why a text that orders something is no advice, with the word its refusal quotes.
fn compulsory(language: Language, text: &str) -> String {
    let word = text.split('`').nth(1).unwrap_or_default();
    let phrase = language.say("refusal-compulsory");
    phrase.with("word", word).to_string()
}

/// The words of a refusal's code.
fn known_refusal(language: Language, code: &str) -> Option<Phrase> {
    Some(language.say(match code {
        "no-consultation" => "refusal-no-consultation",
        "unwritten" => "refusal-unwritten",
        "own-draft" => "refusal-own-draft",
        "own-witness" => "refusal-own-witness",
        "nothing-owed" => "refusal-nothing-owed",
        "not-entitled" => "refusal-not-entitled",
        "ends-before-start" => "refusal-ends-before-start",
        "adds-nothing" => "refusal-adds-nothing",
        "no-warning" => "refusal-no-warning",
        "warning-stands" => "refusal-warning-stands",
        "overlaps" => "refusal-overlaps",
        "warning-over" => "refusal-warning-over",
        "lift-announced" => "refusal-lift-announced",
        "suspended" => "refusal-suspended",
        "not-suspended" => "refusal-not-suspended",
        "too-early" => "refusal-too-early",
        "class-twice" => "refusal-class-twice",
        "classes-of-no-level" => "refusal-classes-of-no-level",
        "areas-of-no-lift" => "refusal-areas-of-no-lift",
        "area-twice" => "refusal-area-twice",
        "area-after-lift" => "refusal-area-after-lift",
        "resumes-nothing" => "refusal-resumes-nothing",
        "resumes-outside" => "refusal-resumes-outside",
        "level" => "refusal-level",
        "not-added" => "refusal-not-added",
        "outlasts" => "refusal-outlasts",
        "end-passed" => "refusal-end-passed",
        "not-later" => "refusal-not-later",
        "below-floor" => "refusal-below-floor",
        "no-proposal" => "refusal-no-proposal",
        "proposal-closed" => "refusal-proposal-closed",
        "notice-state" => "refusal-notice-state",
        "another-text" => "refusal-another-text",
        "no-list" => "refusal-no-list",
        "no-profile" => "refusal-no-profile",
        "list-changed" => "refusal-list-changed",
        "area-lifted" => "refusal-area-lifted",
        "plan-outside" => "refusal-plan-outside",
        "plan-overtaken" | "another-plan" | "digest" => "refusal-plan-overtaken",
        "not-a-part" => "refusal-not-a-part",
        "advisory-past" => "refusal-advisory-past",
        "beside-warning" => "refusal-beside-warning",
        "advisory-state" => "refusal-advisory-state",
        "not-advised" => "refusal-not-advised",
        "advised" => "refusal-advised",
        "not-in-force" => "refusal-not-in-force",
        "not-missing" => "refusal-not-missing",
        "no-history" => "refusal-no-history",
        "comparing" => "refusal-comparing",
        "conflict" => "refusal-conflict",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_worded_in_the_readers_language_and_an_unknown_one_in_its_own_words() {
        let own = |code| Refusal {
            code,
            text: "whoever drafted a notice may not approve it".to_owned(),
        };
        assert_eq!(
            refusal(Language::Zh, &own("own-draft")),
            "拟稿人不能签批自己拟的通知。"
        );
        assert_eq!(refusal(Language::Zh, &own("not-worded-yet")), own("").text);
    }
}
