//! Signatures under notices and advisories: put in this system, or recorded on behalf; and what is
//! still to be signed on paper.

use chrono::{DateTime, Utc};

use super::act::Act;
use super::advisory::AdvisoryRecord;
use super::board::NoticeRecord;
use super::scan::{self, ScanIn};
use super::{App, Caller, Error, Right};
use crate::domain::access::Account;
use crate::domain::id::UserId;
use crate::domain::notice::{Owed, Signature, Unsigned};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::store::{self, Tx, account, advisory, notice};

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

/// What was signed on paper afterwards, as it is recorded.
#[derive(Clone, Debug)]
pub struct Signing {
    /// When it was signed, as written.
    pub signed_at: WrittenTime,
    /// Where the paper lies.
    pub note: String,
    /// The digest of its scan, where that is kept already.
    pub scan: Option<String>,
    /// Its scan as a file.
    pub file: Option<ScanIn>,
}

/// What is still to be signed on paper.
#[derive(Clone, Debug)]
pub enum Owing {
    /// A notice.
    Notice(Box<NoticeRecord>),
    /// An advisory.
    Advisory(Box<AdvisoryRecord>),
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

impl Signing {
    /// The same with its scan kept, under whose digest it is named from here on; refused where the
    /// hour of the signature has not come.
    pub(super) async fn with_scan_kept(
        mut self,
        act: &mut Act,
        caller: &Caller,
    ) -> Result<Self, Error> {
        if self.signed_at.at() > act.now {
            let text = "expected a time that has come";
            return Err(Error::invalid("signed_at", "future", text));
        }
        let named = ("scan", self.scan.take());
        self.scan = scan::digest_of(act, caller, self.file.as_ref(), named).await?;
        Ok(self)
    }
}

impl Owing {
    /// Its place.
    pub fn region(&self) -> RegionCode {
        match self {
            Self::Notice(record) => record.region,
            Self::Advisory(record) => record.region,
        }
    }

    /// Whose signature is to follow, and by when.
    pub fn owed(&self) -> Option<Owed<'_>> {
        match self {
            Self::Notice(record) => record.notice.owed(),
            Self::Advisory(record) => record.advisory.owed(),
        }
    }

    /// By when, as it is sorted.
    fn by(&self) -> Option<DateTime<Utc>> {
        self.owed().map(|owed| owed.to_sign_by.at())
    }
}

/// What is still to be signed on paper in a region and below it, as far as the caller may see it;
/// what is to be signed soonest first.
pub async fn list_owing(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Vec<Owing>, Error> {
    let mut tx = app.db.read().await?;
    let mut owing = owing(&mut tx).await?;
    owing.retain(|it| {
        let its = it.region();
        region.contains(its) && caller.may(Right::SeeWarnings, its).is_ok()
    });
    Ok(owing)
}

/// By when that was to be signed which should have been by now, the longest ago first.
pub(crate) async fn list_overdue(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> store::Result<Vec<DateTime<Utc>>> {
    let owing = owing(tx).await?;
    let due = owing.iter().filter_map(Owing::by);
    Ok(due.filter(|by| *by < now).collect())
}

/// Says in the metrics how many signatures on paper are overdue.
pub async fn gauge(app: &App) -> Result<(), Error> {
    let overdue = list_overdue(&mut app.db.read().await?, app.now()).await?;
    let overdue = u32::try_from(overdue.len()).map_err(Error::internal)?;
    metrics::gauge!("qingkong_signatures_overdue").set(overdue);
    Ok(())
}

async fn owing(tx: &mut Tx) -> store::Result<Vec<Owing>> {
    let notices = notice::list_owed(tx).await?.into_iter();
    let advisories = advisory::list_owed(tx).await?.into_iter();
    let all = notices.map(|it| Owing::Notice(Box::new(it)));
    let advisories = advisories.map(|it| Owing::Advisory(Box::new(it)));
    let mut all: Vec<Owing> = all.chain(advisories).collect();
    all.sort_by_key(Owing::by);
    Ok(all)
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
        Unsigned::NothingOwed => "nothing-owed",
    }
}
