//! The approval of what was handed in, on the page of a notice or an advisory, and the signature that
//! follows on paper.

use super::form::{Choice, Faults, TimeField};
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};

/// The approval that is asked for.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Where the form goes.
    pub action: String,
    /// How many steps there are: what is signed is what is shown.
    pub steps: usize,
    /// The digest of a notice's plan; empty where there is none.
    pub plan: String,
    /// Who signs it here: `分管副市长`.
    pub signer: String,
    /// How the person looking can have it signed.
    pub way: ApprovalWay,
    /// What is wrong with what was sent.
    pub faults: Faults,
}

impl Approval {
    /// Whether whoever looks signs it.
    pub const fn is_in_person(&self) -> bool {
        matches!(self.way, ApprovalWay::InPerson)
    }

    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "how" => "approval-how",
            "title" => "approval-signed-by",
            "witness" => "approval-second-officer",
            "note" => "approval-note",
            "sign" => "approval-to-sign-by",
            "scan" => "approval-scan",
            _ => return None,
        }))
    }
}

/// How an approval is given.
#[derive(Clone, Debug)]
pub enum ApprovalWay {
    /// By the account of whoever looks.
    InPerson,
    /// On paper or by telephone, recorded by whoever looks.
    OnBehalf(Box<OnBehalf>),
}

/// A signature to be recorded on behalf, as typed.
#[derive(Clone, Debug)]
pub struct OnBehalf {
    /// `paper` or `telephone`; empty until chosen.
    pub how: String,
    /// The titles that may sign.
    pub titles: Vec<Choice>,
    /// The second officers who may witness it.
    pub witnesses: Vec<Choice>,
    /// Until when the signature itself is to follow.
    pub to_sign_by: TimeField,
    /// What was said, or where the paper lies.
    pub note: String,
}

/// A signature that is to follow on paper, with the form that records it.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Where the form goes.
    pub action: String,
    /// Under which title it is to be signed.
    pub title: String,
    /// By when.
    pub to_sign_by: WrittenTime,
    /// Whether that hour has passed.
    pub passed: bool,
    /// When it was signed, as typed.
    pub signed_at: TimeField,
    /// Where the paper lies, as typed.
    pub note: String,
    /// What is wrong with what was sent.
    pub faults: Faults,
}

impl Signing {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "signed" => "signing-at",
            "note" => "signing-note",
            "scan" => "approval-scan",
            _ => return None,
        }))
    }
}
