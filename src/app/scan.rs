//! Scans of documents: kept once, under the digest of their bytes, in the act that brings them, and
//! handed out with what they belong to.

use super::act::Act;
use super::{App, Caller, Error, FieldError, Right, journal};
use crate::domain::digest::Digest;
use crate::domain::id::{AdvisoryId, InstructionId, NoticeId};
use crate::store::scan::{self, NewScan};
use crate::store::{Tx, advisory, instruction, notice};

pub use crate::store::scan::Scan;

/// The largest scan, in bytes.
pub const LARGEST: usize = 5 << 20;

/// The scan of a document.
#[derive(Clone, Debug)]
pub struct ScanIn {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl ScanIn {
    /// What is wrong with it.
    pub(super) fn check(&self) -> Option<FieldError> {
        let fits = self.bytes.len() <= LARGEST;
        (!fits).then(|| FieldError::new("scan", "too-large", "expected at most 5 MiB"))
    }
}

/// SHA-256 of the scan that comes with a document: of the file that arrived, kept from here on, else
/// of one that is kept already, which a `field` names by its digest.
pub(super) async fn digest_of(
    act: &mut Act,
    caller: &Caller,
    arrived: Option<&ScanIn>,
    (field, named): (&'static str, Option<String>),
) -> Result<Option<String>, Error> {
    if let Some(arrived) = arrived {
        return match arrived.check() {
            Some(wrong) => Err(Error::Invalid(vec![wrong])),
            None => keep(act, caller, arrived).await.map(Some),
        };
    }
    if let Some(digest) = &named
        && !scan::is_kept(&mut act.tx, digest).await?
    {
        let text = "expected the SHA-256, in lower case, of a scan that is kept here";
        return Err(Error::invalid(field, "unknown", text));
    }
    Ok(named)
}

/// Keeps a scan, and answers with the SHA-256 of its bytes.
pub(super) async fn keep(act: &mut Act, caller: &Caller, scan: &ScanIn) -> Result<String, Error> {
    let digest = Digest::of(&scan.bytes).to_string();
    let new = NewScan {
        digest: &digest,
        name: &scan.name,
        media_type: &scan.media_type,
        bytes: &scan.bytes,
        added_at: act.now.timestamp_millis(),
        added_by: &journal::actor(caller),
    };
    scan::add_scan(&mut act.tx, &new).await?;
    Ok(digest)
}

/// The scan of an instruction, for whoever may see the instruction.
pub async fn of_instruction(app: &App, caller: &Caller, id: InstructionId) -> Result<Scan, Error> {
    let mut tx = app.db.read().await?;
    let record = instruction::find_instruction(&mut tx, id).await?;
    let said = record.ok_or(Error::NotFound)?.instruction;
    caller.may_look_at(said.region)?;
    find(&mut tx, said.scan.as_deref()).await
}

/// The scan of what was signed on paper in a step of a notice, counted from 1.
pub async fn of_notice(
    app: &App,
    caller: &Caller,
    id: NoticeId,
    step: usize,
) -> Result<Scan, Error> {
    let mut tx = app.db.read().await?;
    let record = notice::find_notice(&mut tx, id).await?;
    let record = record.ok_or(Error::NotFound)?;
    caller.may(Right::SeeWarnings, record.region)?;
    let step = nth(&record.steps, step);
    find(&mut tx, step.and_then(|step| step.act.scan())).await
}

/// The same of an advisory. Who signed is no part of what is made public with it.
pub async fn of_advisory(
    app: &App,
    caller: &Caller,
    id: AdvisoryId,
    step: usize,
) -> Result<Scan, Error> {
    let mut tx = app.db.read().await?;
    let record = advisory::find_advisory(&mut tx, id).await?;
    let record = record.ok_or(Error::NotFound)?;
    caller.may(Right::SeeWarnings, record.region)?;
    let step = nth(&record.steps, step);
    find(&mut tx, step.and_then(|step| step.act.scan())).await
}

/// A step by its number, counted from 1.
fn nth<S>(steps: &[S], number: usize) -> Option<&S> {
    number.checked_sub(1).and_then(|at| steps.get(at))
}

async fn find(tx: &mut Tx, digest: Option<&str>) -> Result<Scan, Error> {
    let scan = scan::find_scan(tx, digest.ok_or(Error::NotFound)?).await?;
    scan.ok_or(Error::NotFound)
}
