//! Advisories: health notices and temporary control, from draft to their end.
//!
//! Every step is a person's, as a notice's is, and with the same rights; only a coloured warning ends
//! a temporary control by itself, in the transaction that issues it. Each use case makes one move of
//! [`domain::advisory`](crate::domain::advisory), records it, and [tells](told) whom it is meant for.
//! What is refused there is a conflict here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::notices::{self, person};
use super::playbook::Playbook;
use super::signature::{self, Approving, Seen, Signing};
use super::{App, Begun, Caller, Error, FieldError, Idempotency, Right, proposal};
use crate::domain::advisory::{
    Act as Move, Advice, Advisory, AdvisoryKind, Answered, Asked, Contents, Draft, Grounds,
    Refusal, Step,
};
use crate::domain::digest::Digest;
use crate::domain::id::{AdvisoryId, AdvisoryKey};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::domain::trigger::{Decision, Proposal};
use crate::domain::warning::Warning;
use crate::store::advisory::{self as store, NewAdvisory};
use crate::store::notice::WarningHead;
use crate::store::{Tx, counter};

pub(super) mod letter;
mod telling;

pub use self::telling::{Audience, Listed, Told, Way, ahead, audience, told};
pub use crate::store::advisory::AdvisoryRecord;

/// What an officer writes when drafting.
#[derive(Clone, Debug)]
pub struct DraftIn {
    /// What kind it is.
    pub kind: AdvisoryKind,
    /// The place.
    pub region: RegionCode,
    /// The parts of it that are meant; all of it where none is named.
    pub parts: Vec<RegionCode>,
    /// From when.
    pub from: WrittenTime,
    /// Until when.
    pub until: WrittenTime,
    /// What is to be expected, and why.
    pub text: String,
    /// What is recommended.
    pub advice: Vec<String>,
    /// What it answers.
    pub answers: AnswersIn,
}

/// Which proposal a draft answers, as the officer names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswersIn {
    /// None.
    Nothing,
    /// The one that is open now; with a key, that one and no other.
    Proposal(Option<i64>),
    /// What the draft answers already; for writing it anew.
    AsDrafted,
}

/// An advisory after a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stepped {
    /// The advisory.
    pub advisory: AdvisoryId,
    /// The state it is in now.
    pub state: String,
}

/// A move an officer or approver makes.
#[derive(Clone, Debug)]
pub enum StepIn {
    /// Writes it anew.
    Revise(DraftIn),
    /// Hands it in.
    Submit,
    /// Sends it back, with the reason.
    SendBack(String),
    /// Signs it.
    Approve(Approving),
    /// Records that it was signed on paper afterwards.
    Sign(Signing),
    /// Makes it public, under a document number where it has one.
    Publish(Option<String>),
    /// Ends it before its time, with the reason.
    Lift(String),
    /// Gives it up, with the reason.
    Abandon(String),
}

impl StepIn {
    /// Whose move it is.
    const fn right(&self) -> Right {
        match self {
            Self::Revise(_) | Self::Submit | Self::Sign(_) | Self::Abandon(_) => {
                Right::DraftNotices
            }
            Self::SendBack(_) => Right::ApproveNotices,
            Self::Approve(approving) => approving.right(),
            Self::Publish(_) | Self::Lift(_) => Right::IssueNotices,
        }
    }
}

/// Begins an advisory.
pub async fn draft(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    draft: DraftIn,
) -> Result<Stepped, Error> {
    let region = draft.region;
    caller.may(Right::DraftNotices, region)?;
    let playbook = app.active_playbook().await?;
    if playbook.profile(region).is_none() {
        return Err(Error::no_profile(region));
    }
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(stepped) => return Ok(stepped),
        Begun::Fresh(act) => act,
    };
    let contents = contents(&mut act.tx, caller, &playbook, draft, None, act.now).await?;
    let step = Step {
        at: act.now,
        by: person(caller)?,
        act: Draft::begin(contents).map_err(refused)?,
    };
    let new = NewAdvisory {
        key: counter::allocate(&mut act.tx, "advisory", 1).await?,
        id: AdvisoryId(app.ids.uuid_v7(act.now)),
        region,
        playbook: playbook.digest(),
        step: &step,
    };
    let digest = store::add_advisory(&mut act.tx, &new).await?;
    let which = (new.key, new.id, region);
    let told = (0, None);
    journal_step(app, &mut act.tx, caller, which, (1, &step, digest), told).await?;
    act.commit(Stepped {
        advisory: new.id,
        state: "draft".to_owned(),
    })
    .await
}

/// Makes one move with an advisory.
pub async fn step(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    id: AdvisoryId,
    step: StepIn,
) -> Result<Stepped, Error> {
    let right = step.right();
    caller.has(right)?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(stepped) => return Ok(stepped),
        Begun::Fresh(act) => act,
    };
    let record = store::lock_advisory(&mut act.tx, id).await?;
    let record = record.ok_or(Error::NotFound)?;
    caller.may(right, record.region)?;
    let step = match step {
        StepIn::Approve(it) => StepIn::Approve(it.with_scan_kept(&mut act, caller).await?),
        StepIn::Sign(it) => StepIn::Sign(it.with_scan_kept(&mut act, caller).await?),
        other => other,
    };
    let (tx, now) = (&mut act.tx, act.now);
    let playbook = app.playbook(&record.playbook).await?;
    let made = make(tx, caller, &record, &playbook, step, now).await?;
    let step = Step {
        at: now,
        by: person(caller)?,
        act: made,
    };
    let state = take(app, tx, caller, &playbook, record, &step).await?;
    act.commit(Stepped {
        advisory: id,
        state: state.to_owned(),
    })
    .await
}

/// Which act a move is, or why the state of the advisory has no such move.
async fn make(
    tx: &mut Tx,
    caller: &Caller,
    record: &AdvisoryRecord,
    playbook: &Playbook,
    step: StepIn,
    now: DateTime<Utc>,
) -> Result<Move, Error> {
    let made = match (&record.advisory, step) {
        (Advisory::Draft(draft), StepIn::Revise(revised)) => {
            if revised.region != record.region {
                let text = "an advisory cannot move to another region";
                return Err(Error::invalid("region", "fixed", text));
            }
            let before = draft.contents.answers.as_ref();
            draft.revise(contents(tx, caller, playbook, revised, before, now).await?)
        }
        (Advisory::Draft(draft), StepIn::Submit) => draft.submit(now),
        (Advisory::Draft(draft), StepIn::Abandon(reason)) => draft.abandon(reason),
        (Advisory::Submitted(submitted), StepIn::SendBack(reason)) => submitted.send_back(reason),
        (Advisory::Submitted(submitted), StepIn::Approve(approving)) => {
            let seen = Seen {
                steps: record.steps.len(),
                plan: None,
            };
            let signature = approving.under(tx, seen, record.region).await?;
            let profile = playbook.profile(record.region);
            let profile = profile.ok_or_else(|| Error::no_profile(record.region))?;
            submitted.approve(&person(caller)?, signature, &profile.approval, now)
        }
        (Advisory::Submitted(submitted), StepIn::Abandon(reason)) => submitted.abandon(reason),
        (Advisory::Approved(approved), StepIn::Publish(document)) => {
            let standing = standing(tx, record.region, now).await?;
            let rules = proposal::rules_of(playbook, record.region)?.rules;
            approved.publish(document, &standing, &rules.exclusions, now)
        }
        (Advisory::Approved(approved), StepIn::Abandon(reason)) => approved.abandon(reason),
        (Advisory::Published(published), StepIn::Lift(reason)) => published.lift(reason, now),
        (advisory, StepIn::Sign(it)) => advisory.sign(it.signed_at, it.note, it.scan),
        (advisory, _) => {
            let text = format!("the advisory is {}", advisory.state());
            return Err(Error::conflict("advisory-state", text));
        }
    };
    made.map_err(refused)
}

/// The warnings that stand in a region and above it.
async fn standing(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Vec<Warning>, Error> {
    let mut standing = Vec::new();
    for place in region.with_ancestors() {
        let head = notices::current(tx, place, now).await?;
        standing.extend(head.and_then(|head| head.warning));
    }
    Ok(standing)
}

/// Records a step that was allowed, moves the head with it, tells whom it is meant for, and then the
/// journal.
async fn take(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    playbook: &Playbook,
    record: AdvisoryRecord,
    step: &Step,
) -> Result<&'static str, Error> {
    let seq = record.steps.len() + 1;
    let after = Advisory::after(Some(record.advisory), step)
        .ok_or_else(|| Error::internal("a move that was allowed leads nowhere"))?;
    let digest = store::record_step(tx, record.key, seq, step).await?;
    store::set_advisory(tx, record.key, &after).await?;
    let seq = u32::try_from(seq).map_err(Error::internal)?;
    let key = AdvisoryKey(record.key);
    let told = telling::tell(tx, playbook, key, after.contents(), (seq, step)).await?;
    let which = (record.key, record.id, record.region);
    journal_step(app, tx, caller, which, (seq, step, digest), told).await?;
    Ok(after.state())
}

/// Ends what would hold beside a warning, as its notices have made it by now.
pub(super) async fn give_way(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    beside: Vec<AdvisoryRecord>,
    (head, warning): (&WarningHead, &Warning),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for record in beside {
        let Advisory::Published(published) = &record.advisory else {
            continue;
        };
        let playbook = app.playbook(&record.playbook).await?;
        let rules = proposal::rules_of(&playbook, record.region)?.rules;
        if let Some(act) = published.give_way(head.id, warning, &rules.exclusions, now) {
            let (at, by) = (now, person(caller)?);
            let step = Step { at, by, act };
            take(app, tx, caller, &playbook, record, &step).await?;
        }
    }
    Ok(())
}

/// What the officer wrote, with the proposal it answers looked up and frozen.
async fn contents(
    tx: &mut Tx,
    caller: &Caller,
    playbook: &Playbook,
    draft: DraftIn,
    before: Option<&Answered>,
    now: DateTime<Utc>,
) -> Result<Contents, Error> {
    let known = |part: &RegionCode| playbook.regions().contains(*part);
    if let Some(part) = draft.parts.iter().find(|part| !known(part)) {
        let text = format!("there is no region {part}");
        return Err(Error::invalid("parts", "unknown", text));
    }
    orders_nothing(&draft.kind)?;
    let answers = match draft.answers {
        AnswersIn::Nothing => None,
        AnswersIn::AsDrafted => before.cloned(),
        AnswersIn::Proposal(key) => {
            Some(answered(tx, caller, playbook, draft.region, key, now).await?)
        }
    };
    Ok(Contents {
        kind: draft.kind,
        region: draft.region,
        parts: draft.parts.into_iter().collect(),
        from: draft.from,
        until: draft.until,
        text: draft.text.trim().to_owned(),
        advice: advice(&draft.advice)?,
        answers,
    })
}

/// Refuses a decision whose reason orders something, named by its place.
fn orders_nothing(kind: &AdvisoryKind) -> Result<(), Error> {
    match kind.grounds().map(Grounds::check) {
        Some(Err(refusal @ Refusal::Compulsory(_))) => {
            let text = refusal.to_string();
            Err(Error::invalid("reason", code(&refusal), text))
        }
        _ => Ok(()),
    }
}

/// Recommendations, each that orders something named by its place.
fn advice(written: &[String]) -> Result<Vec<Advice>, Error> {
    let (mut advice, mut wrong) = (Vec::new(), Vec::new());
    for (at, text) in written.iter().enumerate() {
        match Advice::new(text) {
            Ok(recommended) => advice.push(recommended),
            Err(refusal) => {
                let field = format!("advice[{at}]");
                wrong.push(FieldError::new(&field, code(&refusal), refusal.to_string()));
            }
        }
    }
    if wrong.is_empty() {
        Ok(advice)
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// The open proposal as an advisory answers it; it counts as followed.
async fn answered(
    tx: &mut Tx,
    caller: &Caller,
    playbook: &Playbook,
    region: RegionCode,
    key: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Answered, Error> {
    let by = journal::actor(caller);
    let (open, because) = proposal::follow(tx, playbook, region, key, &by, now).await?;
    if open.decision.proposal != Proposal::Advise {
        let text = "the open proposal asks for a warning: follow it with a notice, or decline it";
        return Err(Error::conflict("not-advised", text));
    }
    Ok(Answered {
        proposal: open.key,
        rules: open.rules,
        digest: open.rules_digest,
        because,
    })
}

/// The advisory under way or public in a region that says already what a decision asks for; none where
/// it asks for no advisory, or for one more.
pub(super) async fn saying(
    tx: &mut Tx,
    region: RegionCode,
    decision: &Decision,
    lift_hours: u16,
    now: DateTime<Utc>,
) -> Result<Option<AdvisoryId>, Error> {
    if decision.proposal != Proposal::Advise {
        return Ok(None);
    }
    let current = store::list_current_advisories(tx, region, now).await?;
    let said = said(&current, region, decision, lift_hours, now);
    let all = said.iter().all(|(_, by)| by.is_some());
    Ok(said.first().and_then(|(_, by)| *by).filter(|_| all))
}

/// What a decision asks for, with the advisory of the region that says it: one that does so whatever
/// it answers, or one that was drafted for just these reasons, where these ask for several, of the
/// same cause.
pub fn said(
    current: &[AdvisoryRecord],
    region: RegionCode,
    decision: &Decision,
    lift_hours: u16,
    now: DateTime<Utc>,
) -> Vec<(Asked, Option<AdvisoryId>)> {
    let because = proposal::in_words(decision, lift_hours);
    let all = Asked::by(decision);
    let several = all.len() > 1;
    let says = |asked: &Asked, contents: &Contents| {
        let answers = contents.answers.as_ref();
        let same = answers.is_some_and(|answered| answered.because == because);
        asked.is_said_by(contents, now) || (same && (!several || asked.is_of(contents)))
    };
    let by = |asked: &Asked| {
        let mut here = current.iter().filter(|record| record.region == region);
        let record = here.find(|record| says(asked, record.advisory.contents()))?;
        Some(record.id)
    };
    all.into_iter().map(|asked| (asked, by(&asked))).collect()
}

/// An advisory by its id.
pub async fn find(app: &App, caller: &Caller, id: AdvisoryId) -> Result<AdvisoryRecord, Error> {
    let mut tx = app.db.read().await?;
    let record = store::find_advisory(&mut tx, id).await?;
    let record = record.ok_or(Error::NotFound)?;
    may_see(caller, &record)?;
    Ok(record)
}

/// Whether the caller may see an advisory: what is public where it may bind or concern them, what is
/// under way in their own region only.
fn may_see(caller: &Caller, record: &AdvisoryRecord) -> Result<(), Error> {
    match record.advisory {
        Advisory::Published(_) => caller.may_look_at(record.region),
        _ => caller.may(Right::SeeWarnings, record.region),
    }
}

/// What is under way or public in a region and below it, and what is public above it and concerns
/// it; the newest first.
pub async fn current(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Vec<AdvisoryRecord>, Error> {
    caller.may_look_at(region)?;
    let top = region.with_ancestors().last().unwrap_or(region);
    let mut tx = app.db.read().await?;
    let mut records = store::list_current_advisories(&mut tx, top, app.now()).await?;
    records.retain(|record| {
        let public = matches!(record.advisory, Advisory::Published(_));
        let above = record.region.contains(region);
        let here = region.contains(record.region)
            || (above && public && record.advisory.contents().concerns(region));
        here && may_see(caller, record).is_ok()
    });
    Ok(records)
}

/// The advisories of a region and everything below it that the caller may see, the newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    region: RegionCode,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AdvisoryRecord>, Error> {
    caller.may_look_at(region)?;
    let mut tx = app.db.read().await?;
    let (mut seen, mut before) = (Vec::new(), before.unwrap_or(i64::MAX));
    let wanted = usize::try_from(limit).map_err(Error::internal)?;
    while seen.len() < wanted {
        let page = store::list_advisories(&mut tx, region, before, limit).await?;
        let Some(last) = page.last() else { break };
        before = last.key;
        seen.extend(page.into_iter().filter(|it| may_see(caller, it).is_ok()));
    }
    seen.truncate(wanted);
    Ok(seen)
}

/// Records a step in the journal, vouching for its row and for those that fix its audience.
async fn journal_step(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    (key, id, region): (i64, AdvisoryId, RegionCode),
    (seq, step, digest): (u32, &Step, Digest),
    (messages, audience): (u64, Option<Rows>),
) -> Result<(), Error> {
    let mut body = json!({ "step": seq });
    if let Move::Cancelled { warning, at } = &step.act {
        body["warning"] = json!(warning);
        body["at"] = json!(at);
    }
    if step.act.tells().is_some() {
        body["messages"] = json!(messages);
    }
    let kind = kind_of(&step.act);
    let entry = Entry::new(kind, format!("advisory {id}"), caller, step.at, body)
        .in_region(region)
        .vouching(Rows::of(
            RowTable::AdvisoryStep(key),
            [(i64::from(seq), digest)],
        ))
        .vouching(audience);
    journal::record(tx, &app.ids, entry).await?;
    Ok(())
}

const fn kind_of(act: &Move) -> &'static str {
    match act {
        Move::Drafted { .. } => "advisory.drafted",
        Move::Submitted => "advisory.submitted",
        Move::Returned { .. } => "advisory.returned",
        Move::Approved { .. } => "advisory.approved",
        Move::Signed(_) => "advisory.signed",
        Move::Published { .. } => "advisory.published",
        Move::Lifted { .. } => "advisory.lifted",
        Move::Cancelled { .. } => "advisory.cancelled",
        Move::Abandoned { .. } => "advisory.abandoned",
    }
}

/// A refusal of the domain, as a caller is told.
#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn refused(refusal: Refusal) -> Error {
    Error::conflict(code(&refusal), refusal.to_string())
}

const fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Unwritten(_) => "unwritten",
        Refusal::Compulsory(_) => "compulsory",
        Refusal::NotAPart(_) => "not-a-part",
        Refusal::EndsBeforeStart { .. } => "ends-before-start",
        Refusal::Past(_) => "advisory-past",
        Refusal::Unsigned(unsigned) => signature::code(*unsigned),
        Refusal::NotEntitled(_) => "not-entitled",
        Refusal::BesideWarning => "beside-warning",
    }
}
