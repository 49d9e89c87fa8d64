//! How something is signed: what a notice and an [advisory](crate::advisory) have in common.
//!
//! A signature that was given outside of this system is recorded first, so that nothing waits for
//! paper; the paper follows, as a step of its own. Until then it is [owed](Owed).

use serde::{Deserialize, Serialize};

use super::{Approval, Person};
use crate::id::UserId;
use crate::time::WrittenTime;

/// How an approver signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum Signature {
    /// In this system, by the approver's own account.
    #[default]
    InSystem,
    /// On paper or by telephone, recorded by an officer on behalf.
    OnBehalf {
        /// Paper or telephone.
        medium: Medium,
        /// The title under which it was signed; it must be one that may approve.
        title: String,
        /// What was said, or where the paper lies.
        note: String,
        /// SHA-256 of the scan, if there is one.
        scan: Option<String>,
        /// The second officer who witnesses it.
        witness: UserId,
        /// Until when the signature itself is to follow.
        to_sign_by: WrittenTime,
    },
}

/// How a signature outside the system was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// 纸质审批表.
    Paper,
    /// 电话.
    Telephone,
}

/// 补签: what was signed on paper afterwards, by whoever had given the signature outside of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PaperSignature {
    /// The title under which it was signed.
    pub title: String,
    /// When it was signed, as written.
    pub signed_at: WrittenTime,
    /// Where the paper lies.
    pub note: String,
    /// SHA-256 of the scan, if there is one.
    pub scan: Option<String>,
}

/// A signature that is still to follow on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed<'s> {
    /// The title under which it was given.
    pub title: &'s str,
    /// By when it is to be signed.
    pub to_sign_by: WrittenTime,
}

/// How something was signed, with the paper that has followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// How.
    pub signature: Signature,
    /// What followed on paper.
    pub paper: Option<PaperSignature>,
}

/// Why a signature does not hold, whatever it is put under. Which titles may sign is asked apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// Whoever drafted may not approve.
    #[error("whoever drafted it may not approve it")]
    OwnDraft,
    /// The witness of a recorded signature is the one who records it.
    #[error("a signature on behalf needs a second officer as witness")]
    OwnWitness,
    /// A recorded signature does not say what was signed.
    #[error("what was signed, and how, must be written")]
    Unwritten,
    /// It was given in the system, or the paper has followed already.
    #[error("no signature is left to follow")]
    NothingOwed,
}

impl Signature {
    /// Whether it holds under what `drafter` wrote, given or recorded by this person.
    pub(crate) fn check(
        &self,
        by: &Person,
        drafter: &Person,
        rule: &Approval,
    ) -> Result<(), Unsigned> {
        match self {
            Self::InSystem if by.account == drafter.account && !rule.one_signature => {
                Err(Unsigned::OwnDraft)
            }
            Self::OnBehalf { note, .. } if note.trim().is_empty() => Err(Unsigned::Unwritten),
            Self::OnBehalf { witness, .. } if *witness == by.account => Err(Unsigned::OwnWitness),
            Self::InSystem | Self::OnBehalf { .. } => Ok(()),
        }
    }

    /// The title it was signed under, by whoever signed in the system, or recorded it.
    pub(crate) fn title<'s>(&'s self, by: &'s Person) -> &'s str {
        match self {
            Self::InSystem => &by.title,
            Self::OnBehalf { title, .. } => title,
        }
    }

    /// What was said, or where the paper lies, of one that was recorded.
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::InSystem => None,
            Self::OnBehalf { note, .. } => Some(note),
        }
    }

    /// SHA-256 of the scan that came with it.
    pub fn scan(&self) -> Option<&str> {
        match self {
            Self::InSystem => None,
            Self::OnBehalf { scan, .. } => scan.as_deref(),
        }
    }

    /// Whether it was given in this system.
    pub const fn is_in_system(&self) -> bool {
        matches!(self, Self::InSystem)
    }
}

impl From<Signature> for Signed {
    fn from(signature: Signature) -> Self {
        Self {
            signature,
            paper: None,
        }
    }
}

impl Signed {
    /// The signature that is still to follow.
    pub fn owed(&self) -> Option<Owed<'_>> {
        match &self.signature {
            Signature::OnBehalf {
                title, to_sign_by, ..
            } if self.paper.is_none() => Some(Owed {
                title,
                to_sign_by: *to_sign_by,
            }),
            _ => None,
        }
    }

    /// What has followed on paper, under the title that owes it.
    pub(crate) fn follow(
        &self,
        signed_at: WrittenTime,
        note: String,
        scan: Option<String>,
    ) -> Result<PaperSignature, Unsigned> {
        let owed = self.owed().ok_or(Unsigned::NothingOwed)?;
        if note.trim().is_empty() {
            return Err(Unsigned::Unwritten);
        }
        Ok(PaperSignature {
            title: owed.title.to_owned(),
            signed_at,
            note,
            scan,
        })
    }

    /// The same once a paper has followed; none where none was owed.
    pub(crate) fn followed_by(self, paper: PaperSignature) -> Option<Self> {
        self.owed()?;
        Some(Self {
            paper: Some(paper),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn by_telephone() -> Signed {
        Signed::from(Signature::OnBehalf {
            medium: Medium::Telephone,
            title: "副市长".to_owned(),
            note: "19:40 电话请示，同意发布".to_owned(),
            scan: None,
            witness: UserId(Uuid::from_u128(3)),
            to_sign_by: "2026-11-25T12:00".parse().unwrap(),
        })
    }

    fn follow(signed: &Signed, note: &str) -> Result<PaperSignature, Unsigned> {
        signed.follow("2026-11-25T09:30".parse().unwrap(), note.to_owned(), None)
    }

    #[test]
    fn what_was_signed_by_telephone_is_owed_until_the_paper_follows_and_then_no_more() {
        let signed = by_telephone();
        let owed = signed.owed().unwrap();
        assert_eq!(
            (owed.title, owed.to_sign_by.to_string()),
            ("副市长", "2026-11-25T12:00".to_owned())
        );
        assert_eq!(follow(&signed, " ").unwrap_err(), Unsigned::Unwritten);
        let paper = follow(&signed, "签批单存值班室").unwrap();
        assert_eq!(paper.title, "副市长", "whoever gave it owes it");
        let signed = signed.followed_by(paper.clone()).unwrap();
        assert_eq!(signed.owed(), None);
        assert_eq!(
            follow(&signed, "签批单存值班室").unwrap_err(),
            Unsigned::NothingOwed
        );
        assert_eq!(signed.followed_by(paper), None, "it follows once");
    }

    #[test]
    fn what_was_signed_in_the_system_owes_nothing() {
        let signed = Signed::from(Signature::InSystem);
        assert_eq!(signed.owed(), None);
        assert_eq!(
            follow(&signed, "签批单存值班室").unwrap_err(),
            Unsigned::NothingOwed
        );
    }
}
