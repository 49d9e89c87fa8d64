//! How something is signed: what a notice and an [advisory](crate::advisory) have in common.

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
