//! Notices from draft to signature: every step a person's, recorded with who, when and why.
//!
//! Each use case loads the notice, makes one move of [`domain::notice`](crate::domain::notice) and
//! records it. What is refused there is a conflict here. [Issuing](super::issue) stands apart.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::playbook::Playbook;
use super::signature::{self, Approving, Seen, Signing};
use super::{App, Begun, Caller, Error, Idempotency, Right, instruction};
use crate::domain::digest::Digest;
use crate::domain::id::{InstructionId, NoticeId, WarningId};
use crate::domain::lane::{Lane, Live};
use crate::domain::level::WarningLevel;
use crate::domain::notice::{
    Act as Move, AreaHour, ClassLevel, Consultation, Contents, Draft, End, Notice, NoticeKind,
    Person, Refusal, Step,
};
use crate::domain::playbook::RegionProfile;
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::domain::warning::{NotAdmitted, Warning};
use crate::store::notice::{self as store, NewNotice, NoticeRecord, WarningHead};
use crate::store::{Tx, counter, plan};

mod contents;

use self::contents::contents;

/// What an officer writes when drafting.
#[derive(Clone, Debug)]
pub struct DraftIn {
    /// The place.
    pub region: RegionCode,
    /// What the notice does.
    pub kind: NoticeKind,
    /// The level it states.
    pub level: WarningLevel,
    /// From when.
    pub effective: WrittenTime,
    /// How long.
    pub ends: End,
    /// What it rests on.
    pub grounds: GroundsIn,
    /// The superior's document it carries out.
    pub parent_document: Option<String>,
    /// An earlier control that ends with it.
    pub cancels: Option<String>,
    /// Measures it adds for everyone.
    pub adds: Vec<String>,
    /// Measures added before that it takes back.
    pub drops: Vec<String>,
    /// Measures that stay after the lift.
    pub keeps: Vec<String>,
    /// When a suspension is planned to end.
    pub resumes: Option<WrittenTime>,
    /// The areas that a lift ends before its own hour.
    pub areas: Vec<AreaHour>,
    /// The classes of measures with a level of their own.
    pub classes: Vec<ClassLevel>,
}

/// What a draft rests on, as the officer names it.
#[derive(Clone, Debug)]
pub enum GroundsIn {
    /// The machine's proposal that is open now; with a key, that one and no other.
    Proposal(Option<i64>),
    /// A registered instruction.
    Instruction(InstructionId),
    /// The officer's own judgement, with its reason.
    Judgement(String),
    /// What the draft rests on already; for writing it anew.
    AsDrafted,
}

/// A notice after a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stepped {
    /// The notice.
    pub notice: NoticeId,
    /// Its warning.
    pub warning: WarningId,
    /// The state it is in now.
    pub state: String,
}

/// A move an officer or approver makes.
#[derive(Clone, Debug)]
pub enum StepIn {
    /// Writes it anew.
    Revise(DraftIn),
    /// Records the consultation.
    Consult(Consultation),
    /// Hands it in.
    Submit,
    /// Sends it back, with the reason.
    SendBack(String),
    /// Signs it.
    Approve(Approving),
    /// Records that it was signed on paper afterwards.
    Sign(Signing),
    /// Gives it up, with the reason.
    Abandon(String),
}

impl StepIn {
    /// Whose move it is.
    const fn right(&self) -> Right {
        match self {
            Self::Revise(_)
            | Self::Consult(_)
            | Self::Submit
            | Self::Sign(_)
            | Self::Abandon(_) => Right::DraftNotices,
            Self::SendBack(_) => Right::ApproveNotices,
            Self::Approve(approving) => approving.right(),
        }
    }
}

/// Begins a notice: of a new warning, or of the one that stands in the region.
pub async fn draft(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    draft: DraftIn,
) -> Result<Stepped, Error> {
    caller.may(Right::DraftNotices, draft.region)?;
    let playbook = app.active_playbook().await?;
    let region = draft.region;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(stepped) => return Ok(stepped),
        Begun::Fresh(act) => act,
    };
    let contents = contents(&mut act.tx, caller, &playbook, draft, None, act.now).await?;
    let begun = Draft::begin(contents).map_err(refused)?;
    let Move::Drafted { contents } = &begun else {
        return Err(Error::internal("a draft begins with what it says"));
    };
    let standing = current(&mut act.tx, region, act.now).await?;
    admit(&mut act.tx, standing.as_ref(), contents, region, act.now).await?;
    let warning = match standing {
        Some(head) => head,
        None => new_warning(app, &mut act.tx, region, act.now).await?,
    };
    let step = Step {
        at: act.now,
        by: person(caller)?,
        act: begun,
    };
    let notice = NewNotice {
        key: counter::allocate(&mut act.tx, "notice", 1).await?,
        id: NoticeId(app.ids.uuid_v7(act.now)),
        warning: &warning,
        playbook: playbook.digest(),
        step: &step,
    };
    let digest = store::add_notice(&mut act.tx, &notice).await?;
    let (key, id) = (notice.key, notice.id);
    journal_step(
        app,
        &mut act.tx,
        caller,
        region,
        (key, id),
        1,
        &step,
        digest,
    )
    .await?;
    act.commit(Stepped {
        notice: id,
        warning: warning.id,
        state: "draft".to_owned(),
    })
    .await
}

/// Makes one move with a notice but for its issue. A plan does not outlive what it was drawn for.
pub async fn step(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    id: NoticeId,
    step: StepIn,
) -> Result<Stepped, Error> {
    caller.has(step.right())?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(stepped) => return Ok(stepped),
        Begun::Fresh(act) => act,
    };
    let (record, warning) = store::lock_notice(&mut act.tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    caller.may(step.right(), record.region)?;
    let playbook = app.playbook(&record.playbook).await?;
    let by = person(caller)?;
    let step = match step {
        StepIn::Approve(it) => StepIn::Approve(it.with_scan_kept(&mut act, caller).await?),
        StepIn::Sign(it) => StepIn::Sign(it.with_scan_kept(&mut act, caller).await?),
        other => other,
    };
    let made = make(
        &mut act.tx,
        caller,
        (&record, warning.warning.as_ref()),
        &playbook,
        (&by, act.now),
        step,
    )
    .await?;
    let step = Step {
        at: act.now,
        by,
        act: made,
    };
    let after = Notice::after(Some(record.notice), &step)
        .ok_or_else(|| Error::internal("a move that was allowed leads nowhere"))?;
    let seq = record.steps.len() + 1;
    let digest = store::record_step(&mut act.tx, record.key, seq, &step).await?;
    store::set_notice(&mut act.tx, record.key, &after).await?;
    if let Move::Drafted { .. } = step.act {
        store::set_plan(&mut act.tx, record.key, None).await?;
    }
    let keys = (record.key, id);
    journal_step(
        app,
        &mut act.tx,
        caller,
        record.region,
        keys,
        seq,
        &step,
        digest,
    )
    .await?;
    act.commit(Stepped {
        notice: id,
        warning: warning.id,
        state: after.state().to_owned(),
    })
    .await
}

/// Which act a move is, or why the state of the notice has no such move.
async fn make(
    tx: &mut Tx,
    caller: &Caller,
    (record, standing): (&NoticeRecord, Option<&Warning>),
    playbook: &Playbook,
    (by, now): (&Person, DateTime<Utc>),
    step: StepIn,
) -> Result<Move, Error> {
    let made = match (&record.notice, step) {
        (Notice::Draft(draft), StepIn::Revise(revised)) => {
            if revised.region != record.region {
                let text = "a notice cannot move to another region";
                return Err(Error::invalid("region", "fixed", text));
            }
            let before = Some(&draft.contents.grounds);
            draft.revise(contents(tx, caller, playbook, revised, before, now).await?)
        }
        (Notice::Draft(draft), StepIn::Consult(consultation)) => draft.consult(consultation),
        (Notice::Draft(draft), StepIn::Submit) => draft.submit(),
        (Notice::Draft(draft), StepIn::Abandon(reason)) => draft.abandon(reason),
        (Notice::Submitted(submitted), StepIn::SendBack(reason)) => submitted.send_back(reason),
        (Notice::Submitted(submitted), StepIn::Approve(approving)) => {
            let seen = seen_now(tx, record).await?;
            let signature = approving.under(tx, seen, record.region).await?;
            let profile = profile(playbook, record.region)?;
            let level = Warning::level_to_sign(standing, &submitted.draft().contents);
            submitted.approve(by, signature, level, &profile.approval)
        }
        (Notice::Submitted(submitted), StepIn::Abandon(reason)) => submitted.abandon(reason),
        (Notice::Approved(approved), StepIn::Abandon(reason)) => approved.abandon(reason),
        (notice, StepIn::Sign(it)) => notice.sign(it.signed_at, it.note, it.scan),
        (notice, _) => {
            let text = format!("the notice is {}", notice.state());
            return Err(Error::conflict("notice-state", text));
        }
    };
    made.map_err(refused)
}

/// What the playbook of a notice lays down for its region.
pub(super) fn profile(playbook: &Playbook, region: RegionCode) -> Result<&RegionProfile, Error> {
    let profile = playbook.profile(region);
    profile.ok_or_else(|| Error::no_profile(region))
}

/// What whoever signs a notice would have to have read.
async fn seen_now(tx: &mut Tx, record: &NoticeRecord) -> Result<Seen, Error> {
    let plan = match record.plan {
        Some(plan) => plan::find_plan(tx, plan).await?,
        None => None,
    };
    Ok(Seen {
        steps: record.steps.len(),
        plan: plan.map(|plan| plan.digest),
    })
}

/// The warning that stands in a region, if its time has not run out.
pub(super) async fn current(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Option<WarningHead>, Error> {
    let head = store::find_open_warning::<Live>(tx, region).await?;
    let stands = |head: &WarningHead| {
        head.warning
            .as_ref()
            .is_some_and(|warning| !warning.phase(now).is_past())
    };
    Ok(head.filter(stands))
}

/// Whether a notice may follow on what stands, above what a superior has ordered.
pub(super) async fn admit(
    tx: &mut Tx,
    standing: Option<&WarningHead>,
    contents: &Contents,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let bound = instruction::bound(tx, region, now).await?;
    let warning = standing.and_then(|head| head.warning.as_ref());
    Warning::admits(warning, contents, bound.as_ref(), now).map_err(not_admitted)?;
    if standing.is_none() {
        alone(tx, region, now).await?;
    }
    Ok(())
}

/// Refuses a warning over a place of which a part has one, or that lies where one stands: a plant
/// would have two.
async fn alone(tx: &mut Tx, region: RegionCode, now: DateTime<Utc>) -> Result<(), Error> {
    // The series stays taken: of two who begin warnings at once, the later sees the earlier's.
    counter::allocate(tx, "warning", 0).await?;
    for other in store::list_open_warnings(tx).await? {
        let warning = other.warning.filter(|_| other.lane == Live::NAME);
        let stands = warning.is_some_and(|warning| !warning.phase(now).is_past());
        // A province orders by a list of its own.
        let one_list = other.region.list_region() == region.list_region();
        let overlaps = one_list && (other.region.contains(region) || region.contains(other.region));
        if stands && overlaps && other.region != region {
            let text = format!(
                "a warning of {} stands: change that one, or lift it first",
                other.region
            );
            return Err(Error::conflict("overlaps", text));
        }
    }
    Ok(())
}

async fn new_warning(
    app: &App,
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<WarningHead, Error> {
    let key = counter::allocate(tx, "warning", 1).await?;
    let id = WarningId(app.ids.uuid_v7(now));
    store::add_warning::<Live>(tx, key, id, region).await?;
    Ok(WarningHead {
        key,
        id,
        region,
        lane: Live::NAME.to_owned(),
        open: false,
        warning: None,
        plan: None,
        revision: 0,
    })
}

/// Who the caller is in the record.
pub(super) fn person(caller: &Caller) -> Result<Person, Error> {
    let account = caller.account.ok_or(Error::Forbidden)?;
    Ok(Person {
        account,
        title: caller.title.clone().unwrap_or_default(),
    })
}

/// Records a step in the journal, vouching for its row.
#[expect(
    clippy::too_many_arguments,
    reason = "one call tells all there is to say of a step"
)]
pub(super) async fn journal_step(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    region: RegionCode,
    (key, id): (i64, NoticeId),
    seq: usize,
    step: &Step,
    digest: Digest,
) -> Result<(), Error> {
    let (kind, seq) = (
        kind_of(&step.act),
        i64::try_from(seq).map_err(Error::internal)?,
    );
    let entry = Entry {
        kind,
        subject: format!("notice {id}"),
        region: Some(region),
        actor: journal::actor(caller),
        at: step.at,
        body: json!({ "step": seq }),
        rows: Vec::from_iter(Rows::of(RowTable::NoticeStep(key), [(seq, digest)])),
    };
    journal::record(tx, &app.ids, entry).await?;
    Ok(())
}

const fn kind_of(act: &Move) -> &'static str {
    match act {
        Move::Drafted { .. } => "notice.drafted",
        Move::Consulted(_) => "notice.consulted",
        Move::Submitted => "notice.submitted",
        Move::Returned { .. } => "notice.returned",
        Move::Approved { .. } => "notice.approved",
        Move::Signed(_) => "notice.signed",
        Move::Issued { .. } => "notice.issued",
        Move::Abandoned { .. } => "notice.abandoned",
    }
}

/// A refusal of the domain, as a caller is told.
#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
pub(super) fn refused(refusal: Refusal) -> Error {
    let code = match refusal {
        Refusal::NoConsultation => "no-consultation",
        Refusal::Unwritten(_) => "unwritten",
        Refusal::Unsigned(unsigned) => signature::code(unsigned),
        Refusal::NotEntitled { .. } => "not-entitled",
        Refusal::EndsBeforeStart { .. } => "ends-before-start",
        Refusal::AddsNothing => "adds-nothing",
        Refusal::ClassTwice(_) => "class-twice",
        Refusal::ClassesOfNoLevel(_) => "classes-of-no-level",
        Refusal::AreasOfNoLift => "areas-of-no-lift",
        Refusal::AreaTwice(_) => "area-twice",
        Refusal::AreaAfterLift { .. } => "area-after-lift",
        Refusal::ResumesNothing => "resumes-nothing",
        Refusal::ResumesOutside { .. } => "resumes-outside",
    };
    Error::conflict(code, refusal.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn not_admitted(refusal: NotAdmitted) -> Error {
    let code = match refusal {
        NotAdmitted::NoWarning(_) => "no-warning",
        NotAdmitted::Standing(_) => "warning-stands",
        NotAdmitted::Over => "warning-over",
        NotAdmitted::Ended(_) => "lift-announced",
        NotAdmitted::Level { .. } => "level",
        NotAdmitted::Suspended(_) => "suspended",
        NotAdmitted::NotSuspended => "not-suspended",
        NotAdmitted::TooEarly { .. } => "too-early",
        NotAdmitted::NotAdded(_) => "not-added",
        NotAdmitted::Outlasts(_) => "outlasts",
        NotAdmitted::EndPassed(_) => "end-passed",
        NotAdmitted::NotLater(_) => "not-later",
        NotAdmitted::BelowFloor { .. } => "below-floor",
    };
    Error::conflict(code, refusal.to_string())
}
