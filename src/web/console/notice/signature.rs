//! A signature given outside of the system, as an officer records it: who signed, how, before whom.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::notices::Seen;
use crate::domain::access::Account;
use crate::domain::notice::{Medium, Signature};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::console::posted::{Posted, Reading};
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::pages::notice::OnBehalf;

/// How long after it was given outside of the system a signature is to follow, unless changed.
const TO_SIGN_WITHIN: TimeDelta = TimeDelta::hours(24);

/// A signature as typed.
pub(super) struct Given {
    seen: Seen,
    how: String,
    title: String,
    witness: String,
    note: String,
    to_sign_by: TimeField,
}

impl Given {
    pub(super) fn of(posted: &Posted) -> Self {
        Self {
            seen: Seen {
                // No notice has no steps: a form that says nothing signs nothing.
                steps: posted.text("steps").parse().unwrap_or_default(),
                plan: Some(posted.text("plan")).filter(|digest| !digest.is_empty()),
            },
            how: posted.text("how"),
            title: posted.text("title"),
            witness: posted.text("witness"),
            note: posted.text("note"),
            to_sign_by: posted.time("sign"),
        }
    }

    /// The notice as the page showed it on which it was signed.
    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    pub(super) fn read(&self, language: Language) -> Result<Signature, Faults> {
        let mut reading = Reading::new(language);
        let medium = match self.how.as_str() {
            "in-person" => return Ok(Signature::InSystem),
            "paper" => Some(Medium::Paper),
            "telephone" => Some(Medium::Telephone),
            _ => None,
        };
        let medium = reading.choice("how", medium);
        let title = reading.required("title", &self.title);
        let witness = reading.choice("witness", self.witness.parse().ok());
        let note = reading.required("note", &self.note);
        let to_sign_by = reading.time("sign", &self.to_sign_by);
        let read = (|| {
            Some(Signature::OnBehalf {
                medium: medium?,
                title: title?,
                note: note?,
                scan: None,
                witness: witness?,
                to_sign_by: to_sign_by?,
            })
        })();
        reading.done(read)
    }

    /// A form that nobody has filled in yet.
    pub(super) fn blank(now: DateTime<Utc>) -> Self {
        Self {
            seen: Seen {
                steps: 0,
                plan: None,
            },
            how: String::new(),
            title: String::new(),
            witness: String::new(),
            note: String::new(),
            to_sign_by: WrittenTime::of(now + TO_SIGN_WITHIN).into(),
        }
    }

    /// The form on its page, with the titles that may sign and the officers who may witness it.
    pub(super) fn form(self, signers: &[String], witnesses: &[Account]) -> OnBehalf {
        let title = |title: &String| Choice {
            value: title.clone(),
            words: title.clone(),
            chosen: self.title == *title,
        };
        let witness = |account: &Account| Choice {
            value: account.id.to_string(),
            words: format!(
                "{} {}",
                account.title.as_deref().unwrap_or(""),
                account.name
            ),
            chosen: self.witness == account.id.to_string(),
        };
        OnBehalf {
            titles: signers.iter().map(title).collect(),
            witnesses: witnesses.iter().map(witness).collect(),
            how: self.how,
            to_sign_by: self.to_sign_by,
            note: self.note,
        }
    }
}
