//! A signature as it is given on the page of a notice or an advisory: in this system, or outside of
//! it, as an officer records it: who signed, how, before whom; and the paper that follows.

use chrono::{DateTime, TimeDelta, Utc};

use axum::response::Response;

use super::{Seat, done};
use crate::app::Error;
use crate::app::caller::Right;
use crate::app::signature::{Approving, Seen, Signing};
use crate::domain::access::Account;
use crate::domain::notice::{Medium, Owed, Signature};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::console::posted::{Posted, Reading, faults};
use crate::web::pages::approval::{self, Approval, ApprovalWay, OnBehalf};
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::problem::Problem;

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
                // Nothing has no steps: a form that says nothing signs nothing.
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

    /// What was given, under what the page showed on which it was signed, with the file that came.
    pub(super) fn read(&self, language: Language, posted: Posted) -> Result<Approving, Faults> {
        Ok(Approving {
            signature: self.signature(language)?,
            scan: posted.file().map(Into::into),
            seen: Some(self.seen.clone()),
        })
    }

    fn signature(&self, language: Language) -> Result<Signature, Faults> {
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
    fn blank(now: DateTime<Utc>) -> Self {
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
    fn form(self, signers: &[String], witnesses: &[Account]) -> OnBehalf {
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

/// What is to be approved, and by whom.
pub(super) struct Asked<'a> {
    /// Its region.
    pub(super) region: RegionCode,
    /// Its page.
    pub(super) address: String,
    /// What it is now.
    pub(super) seen: Seen,
    /// The titles that may sign it.
    pub(super) signers: &'a [String],
}

impl Asked<'_> {
    /// The form in which whoever looks can have it signed, by themselves or by somebody outside of
    /// the system; none where they cannot.
    pub(super) async fn form(
        self,
        seat: &Seat,
        now: DateTime<Utc>,
        given: Option<Given>,
        faults: Faults,
    ) -> Result<Option<Approval>, Error> {
        let way = if signs(seat, self.region, self.signers) {
            ApprovalWay::InPerson
        } else if seat.caller.may(Right::DraftNotices, self.region).is_ok() {
            let witnesses = seat.app.list_witnesses(&seat.caller, self.region).await?;
            let given = given.unwrap_or_else(|| Given::blank(now));
            ApprovalWay::OnBehalf(Box::new(given.form(self.signers, &witnesses)))
        } else {
            return Ok(None);
        };
        Ok(Some(Approval {
            action: format!("{}/approve", self.address),
            steps: self.seen.steps,
            plan: self.seen.plan.unwrap_or_default(),
            signer: self.signers.join("、"),
            way,
            faults,
        }))
    }
}

/// Whether whoever looks may sign what these titles sign.
pub(super) fn signs(seat: &Seat, region: RegionCode, signers: &[String]) -> bool {
    let title = seat.caller.title.as_ref();
    let may = seat.caller.may(Right::ApproveNotices, region).is_ok();
    may && title.is_some_and(|title| signers.contains(title))
}

/// A signature on paper as typed, with what is wrong with it.
pub(super) struct Paper {
    signed_at: TimeField,
    note: String,
    faults: Faults,
}

impl Paper {
    fn of(posted: &Posted) -> Self {
        Self {
            signed_at: posted.time("signed"),
            note: posted.text("note"),
            faults: Faults::default(),
        }
    }

    fn read(&self, language: Language, posted: Posted) -> Result<Signing, Faults> {
        let mut reading = Reading::new(language);
        let signed_at = reading.time("signed", &self.signed_at);
        let note = reading.required("note", &self.note);
        let (signed_at, note) = reading.done(signed_at.zip(note))?;
        Ok(Signing {
            signed_at,
            note,
            scan: None,
            file: posted.file().map(Into::into),
        })
    }

    /// A form that nobody has filled in yet.
    fn blank(now: DateTime<Utc>) -> Self {
        Self {
            signed_at: WrittenTime::of(now).into(),
            note: String::new(),
            faults: Faults::default(),
        }
    }

    /// The form at the page of what is owed.
    pub(super) fn form(
        typed: Option<Self>,
        address: &str,
        owed: Owed<'_>,
        now: DateTime<Utc>,
    ) -> approval::Signing {
        let typed = typed.unwrap_or_else(|| Self::blank(now));
        approval::Signing {
            action: format!("{address}/sign"),
            title: owed.title.to_owned(),
            to_sign_by: owed.to_sign_by,
            passed: owed.to_sign_by.at() < now,
            signed_at: typed.signed_at,
            note: typed.note,
            faults: typed.faults,
        }
    }
}

/// Has a signature on paper recorded, for the page at an address; answers with what was typed where
/// something is wrong with it. A button pressed twice records nothing more.
pub(super) async fn sign(
    language: Language,
    address: &str,
    posted: Posted,
    record: impl AsyncFnOnce(Signing) -> Result<(), Error>,
) -> Result<Result<Response, Paper>, Problem> {
    let typed = Paper::of(&posted);
    let wrong = match typed.read(language, posted) {
        Ok(signing) => match record(signing).await {
            Ok(()) => return Ok(Ok(done(address, "signed"))),
            Err(Error::Conflict(refusal)) if refusal.code == "nothing-owed" => {
                return Ok(Ok(done(address, "signed-before")));
            }
            Err(error) => faults(language, error, paper_field)?,
        },
        Err(wrong) => wrong,
    };
    Ok(Err(Paper {
        faults: wrong,
        ..typed
    }))
}

/// Where a field of `app` stands in the form of a signature on paper.
fn paper_field(of: &str) -> Option<&'static str> {
    match of {
        "signed_at" => Some("signed"),
        "unwritten" => Some("note"),
        "scan" => Some("scan"),
        _ => None,
    }
}

/// Where a refusal or a field of `app` stands in the form of an approval.
pub(super) fn field(of: &str) -> Option<&'static str> {
    match of {
        "own-draft" | "another-text" => Some("how"),
        "own-witness" | "on_behalf.witness" => Some("witness"),
        "not-entitled" => Some("title"),
        "scan" => Some("scan"),
        _ => None,
    }
}
