//! Issuing: one short transaction in which everything happens or nothing.
//!
//! The plan was drawn and staged before; here it is only checked that it still fits (the same
//! notice, the same list, the same plan before it, the same areas still bound, nobody bound beyond
//! the notice's region, the digest the issuer has seen) and put in force: the notice's step, the
//! warning's head, the outbox, the counters, and one journal entry that vouches for every line.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::notices::{admit, current, journal_step, person, profile, refused};
use super::{App, Begun, Caller, Error, Idempotency, Right, advisory, draw, wording};
use crate::domain::id::{NoticeId, PlanId, WarningId};
use crate::domain::lane::Live;
use crate::domain::notice::{AreaHour, Notice, NoticeKind, Step};
use crate::domain::region::RegionCode;
use crate::domain::warning::Warning;
use crate::store::notice::{self as store, NoticeRecord, WarningHead};
use crate::store::plan::{self, PlanHead};
use crate::store::{Tx, advisory as beside};

/// What the issuer has before their eyes.
#[derive(Clone, Debug)]
pub struct IssueIn {
    /// The plan that was previewed.
    pub plan: PlanId,
    /// Its digest, as previewed.
    pub digest: String,
    /// 文号.
    pub document: String,
}

/// What was issued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuedOut {
    /// The warning.
    pub warning: WarningId,
    /// The notice.
    pub notice: NoticeId,
    /// The plan.
    pub plan: PlanId,
    /// How many recipients have a line in it.
    pub lines: i64,
    /// How many messages were put into the outbox.
    pub messages: u64,
}

/// Issues an approved notice with its plan.
pub async fn issue(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    id: NoticeId,
    issue: IssueIn,
) -> Result<IssuedOut, Error> {
    caller.has(Right::IssueNotices)?;
    let text = wording::to_issue(app, issue.plan, &issue.document).await?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(issued) => return Ok(issued),
        Begun::Fresh(act) => act,
    };
    let (tx, now) = (&mut act.tx, act.now);
    let (record, head) = store::lock_notice(tx, id).await?.ok_or(Error::NotFound)?;
    caller.may(Right::IssueNotices, record.region)?;
    let Notice::Approved(approved) = &record.notice else {
        let text = format!("the notice is {}, not approved", record.notice.state());
        return Err(Error::conflict("notice-state", text));
    };
    let plan = fitting_plan(tx, &record, &head, &issue, now).await?;
    let standing = current(tx, record.region, now).await?;
    admit(
        tx,
        standing.as_ref(),
        approved.contents(),
        record.region,
        now,
    )
    .await?;
    let playbook = app.playbook(&record.playbook).await?;
    let rule = &profile(&playbook, record.region)?.approval;
    let level = Warning::level_to_sign(head.warning.as_ref(), approved.contents());
    let made = approved
        .issue(
            issue.document.clone(),
            plan.digest.clone(),
            text,
            (level, rule),
        )
        .map_err(refused)?;
    let step = Step {
        at: now,
        by: person(caller)?,
        act: made,
    };
    let seq = record.steps.len() + 1;
    let digest = store::record_step(tx, record.key, seq, &step).await?;
    let keys = (record.key, id);
    journal_step(app, tx, caller, record.region, keys, seq, &step, digest).await?;

    store::set_issued(tx, record.key, &issue.document, plan.key, now).await?;
    let warning = amount_to(tx, &record, &head, now).await?;
    let beside = beside::lock_advisories(tx, head.region, now).await?;
    let open = !warning.phase(now).is_past();
    store::set_warning(tx, head.key, &warning, open, plan.key, now).await?;
    plan::set_issued(tx, plan.key, now).await?;
    match plan.previous {
        // Nobody has heard of its orders yet.
        None => plan::add_counts(tx, plan.key, &plan.tally.counties).await?,
        Some(_) => plan::count_orders(tx, plan.key).await?,
    };
    let messages = plan::enqueue_messages::<Live>(tx, plan.key, now).await?;
    // After the orders, which leave before the news that an advisory has ended.
    advisory::give_way(app, tx, caller, beside, (&head, &warning), now).await?;
    let entry = entry(caller, &record, &head, &plan, now, tx).await?;
    journal::record(tx, &app.ids, entry).await?;
    act.commit(IssuedOut {
        warning: head.id,
        notice: id,
        plan: plan.id,
        lines: plan.lines,
        messages,
    })
    .await
}

/// The plan that was previewed, if it still fits what it is to be put on.
async fn fitting_plan(
    tx: &mut Tx,
    record: &NoticeRecord,
    head: &WarningHead,
    issue: &IssueIn,
    now: DateTime<Utc>,
) -> Result<PlanHead, Error> {
    let plan = plan::find_plan_by_id(tx, issue.plan)
        .await?
        .ok_or(Error::NotFound)?;
    if plan.notice_key != record.key || record.plan != Some(plan.key) {
        let text = "the plan is not the one last drawn for this notice";
        return Err(Error::conflict("another-plan", text));
    }
    if plan.digest != issue.digest {
        return Err(Error::conflict(
            "digest",
            "the plan is not the one that was previewed",
        ));
    }
    still_fits(tx, record.region, head, &plan, now).await?;
    Ok(plan)
}

/// Refuses a plan that was overtaken: by another notice of its warning, by an hour, or by another
/// list.
pub(super) async fn still_fits(
    tx: &mut Tx,
    region: RegionCode,
    head: &WarningHead,
    plan: &PlanHead,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if plan.previous != head.plan || plan.revision != head.revision + 1 {
        let text = "another notice of this warning was issued since the plan was drawn";
        return Err(Error::conflict("plan-overtaken", text));
    }
    same_areas(head, plan, now)?;
    within(tx, region, plan).await?;
    draw::same_list(tx, region.list_region(), plan.list_version).await
}

/// Refuses a plan that ends the warning anew, at another hour, for an area that was still bound when
/// it was drawn, and has been lifted since.
fn same_areas(head: &WarningHead, plan: &PlanHead, now: DateTime<Utc>) -> Result<(), Error> {
    let warning = head.warning.as_ref();
    match warning.and_then(|warning| warning.lifted_between(plan.staged_at, now)) {
        Some(AreaHour { area, at }) => {
            let text =
                format!("{area} was lifted at {at}, since the plan was drawn; draw it again");
            Err(Error::conflict("area-lifted", text))
        }
        None => Ok(()),
    }
}

/// Refuses a plan that binds another county than that of its notice. Older versions drew them for
/// the whole list; whomever these have bound may still be released.
async fn within(tx: &mut Tx, region: RegionCode, plan: &PlanHead) -> Result<(), Error> {
    if region == region.list_region() {
        return Ok(());
    }
    let county = region.county_or_self().to_string();
    match plan::find_other_county(tx, plan.key, &county).await? {
        Some(other) => {
            let text =
                format!("the plan binds {other}, and its notice is for {region}; draw it again");
            Err(Error::conflict("plan-outside", text))
        }
        None => Ok(()),
    }
}

/// What the warning amounts to with this notice. A start closes one that has run out before it.
async fn amount_to(
    tx: &mut Tx,
    record: &NoticeRecord,
    head: &WarningHead,
    now: DateTime<Utc>,
) -> Result<Warning, Error> {
    let contents = record.notice.contents();
    if contents.kind == NoticeKind::Start {
        if let Some(past) = store::find_open_warning::<Live>(tx, record.region).await? {
            store::close_warning(tx, past.key, now).await?;
        }
    } else if head.warning.is_none() {
        let text = "a notice changes a warning that was never issued";
        return Err(Error::internal(text));
    }
    Ok(Warning::with(head.warning.clone(), contents, now))
}

/// The journal's entry of an issue, which vouches for every line of the plan.
async fn entry(
    caller: &Caller,
    record: &NoticeRecord,
    head: &WarningHead,
    plan: &PlanHead,
    now: DateTime<Utc>,
    tx: &mut Tx,
) -> Result<Entry, Error> {
    let rows = match plan::order_span(tx, plan.key).await? {
        Some((from, to)) => vec![Rows {
            table: RowTable::PlanLine(plan.key),
            from: from.0,
            to: to.0,
            digest: plan.digest.clone(),
        }],
        None => Vec::new(),
    };
    let contents = record.notice.contents();
    Ok(Entry {
        kind: "warning.issued",
        subject: format!("warning {}", head.id),
        region: Some(record.region),
        actor: journal::actor(caller),
        at: now,
        body: json!({
            "notice": record.id, "kind": contents.kind, "level": contents.level,
            "plan": plan.id, "digest": plan.digest, "lines": plan.lines,
            "list_version": plan.list_version, "playbook": plan.playbook,
        }),
        rows,
    })
}
