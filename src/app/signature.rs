//! Signatures under notices and advisories: put in this system, or recorded on behalf.

use super::act::Act;
use super::scan::{self, ScanIn};
use super::{Caller, Error, Right};
use crate::domain::access::Account;
use crate::domain::id::UserId;
use crate::domain::notice::{Signature, Unsigned};
use crate::domain::region::RegionCode;
use crate::store::{Tx, account};

/// A signature, as it is given.
#[derive(Clone, Debug)]
pub struct Approving {
    /// How.
    pub signature: Signature,
    /// The scan of what was signed on paper.
    pub scan: Option<ScanIn>,
    /// What was read; whoever says it signs nothing else.
    pub seen: Option<Seen>,
}

/// A notice or an advisory as somebody read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many steps it had.
    pub steps: usize,
    /// The digest of a notice's plan, whose counts the text states.
    pub plan: Option<String>,
}

impl Approving {
    /// Whose move it is.
    pub(super) const fn right(&self) -> Right {
        match self.signature {
            Signature::InSystem => Right::ApproveNotices,
            // Recorded by the officer on duty.
            Signature::OnBehalf { .. } => Right::DraftNotices,
        }
    }

    /// The same with its scan kept, under whose digest the signature names it from here on.
    pub(super) async fn with_scan_kept(
        mut self,
        act: &mut Act,
        caller: &Caller,
    ) -> Result<Self, Error> {
        if let Signature::OnBehalf { scan, .. } = &mut self.signature {
            let named = ("on_behalf.scan", scan.take());
            *scan = scan::digest_of(act, caller, self.scan.as_ref(), named).await?;
        }
        Ok(self)
    }

    /// The signature, refused under what was written, or drawn, since it was read, and where its
    /// witness is no officer of the region.
    pub(super) async fn under(
        self,
        tx: &mut Tx,
        now: Seen,
        region: RegionCode,
    ) -> Result<Signature, Error> {
        if self.seen.is_some_and(|seen| seen != now) {
            let text = "it was written anew, or its plan drawn anew, since it was read";
            return Err(Error::conflict("another-text", text));
        }
        if let Signature::OnBehalf { witness, .. } = &self.signature {
            known_witness(tx, *witness, region).await?;
        }
        Ok(self.signature)
    }
}

/// Whether a signature on behalf names a second officer of the region as its witness.
async fn known_witness(tx: &mut Tx, id: UserId, region: RegionCode) -> Result<(), Error> {
    let account = account::find_account_by_id(tx, id).await?;
    let knows = |account: &Account| {
        account.disabled_at.is_none()
            && account.recipient.is_none()
            && account.region.contains(region)
    };
    if account.as_ref().is_some_and(knows) {
        return Ok(());
    }
    let text = "expected the account of a second officer of the region";
    Err(Error::invalid("on_behalf.witness", "unknown", text))
}

/// The code under which a caller is told that a signature does not hold.
pub(super) const fn code(unsigned: Unsigned) -> &'static str {
    match unsigned {
        Unsigned::OwnDraft => "own-draft",
        Unsigned::OwnWitness => "own-witness",
        Unsigned::Unwritten => "unwritten",
    }
}
