//! Boards: what stands, how far it has come, and what is under way. Reads only.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::draw::{self, Drawn};
use super::{App, Caller, Error, Refusal, issue, notices};
use crate::domain::access::Scope;
use crate::domain::id::{NoticeId, PlanKey, WarningId};
use crate::domain::order::Rung;
use crate::domain::region::RegionCode;
use crate::store::ladder::{self, Counted};
use crate::store::notice as store;
use crate::store::{Tx, plan};

pub use crate::store::notice::{NoticeRecord, WarningHead};

/// A warning with its notices and how far its orders have come.
#[derive(Clone, Debug)]
pub struct WarningBoard {
    /// The warning.
    pub head: WarningHead,
    /// Its notices, in the order in which they were begun.
    pub notices: Vec<NoticeRecord>,
    /// How far its orders have come.
    pub progress: Progress,
    /// When it was looked at.
    pub now: DateTime<Utc>,
}

/// How far orders have come by county, as the counters have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Those of each county, by its code.
    pub counties: BTreeMap<String, Counts>,
}

/// How far some orders have come, and what stands out among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders by the rung they stand on; none where it has none.
    pub rungs: BTreeMap<Rung, i64>,
    /// 逾期未签收: not acknowledged, and the deadline has passed.
    pub overdue: i64,
    /// 异议: objected to.
    pub objected: i64,
    /// 求助: help was asked for.
    pub helped: i64,
}

impl Progress {
    /// Over all counties.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.counties.values() {
            total.add(counts);
        }
        total
    }
}

impl Counts {
    /// Orders that stand on a rung or a higher one.
    pub fn reached(&self, rung: Rung) -> i64 {
        self.rungs.range(rung..).map(|(_, orders)| orders).sum()
    }

    fn count(&mut self, counted: &Counted, now: DateTime<Utc>) {
        let (status, orders) = (counted.status, counted.orders);
        *self.rungs.entry(status.rung).or_default() += orders;
        if status.rung < Rung::Acknowledged && counted.acknowledge_by < now {
            self.overdue += orders;
        }
        self.objected += if status.objected { orders } else { 0 };
        self.helped += if status.helped { orders } else { 0 };
    }

    fn add(&mut self, other: &Self) {
        for (rung, orders) in &other.rungs {
            *self.rungs.entry(*rung).or_default() += orders;
        }
        self.overdue += other.overdue;
        self.objected += other.objected;
        self.helped += other.helped;
    }
}

/// A notice with the plan last drawn for it.
#[derive(Clone, Debug)]
pub struct NoticeBoard {
    /// The notice.
    pub record: NoticeRecord,
    /// Its warning.
    pub warning: WarningHead,
    /// Its plan.
    pub plan: Option<Drawn>,
    /// Why the plan can no longer be issued, if so.
    pub stale: Option<Refusal>,
}

/// A warning by its id.
pub async fn warning(app: &App, caller: &Caller, id: WarningId) -> Result<WarningBoard, Error> {
    let mut tx = app.db.read().await?;
    let head = store::find_warning(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    caller.may_look_at(head.region)?;
    board(&mut tx, caller, head, app.now()).await
}

/// The warning that stands in a region.
pub async fn standing(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Option<WarningBoard>, Error> {
    caller.may_look_at(region)?;
    let mut tx = app.db.read().await?;
    match notices::current(&mut tx, region, app.now()).await? {
        Some(head) => Ok(Some(board(&mut tx, caller, head, app.now()).await?)),
        None => Ok(None),
    }
}

/// The warnings of a region and everything below it, the newest first.
pub async fn warnings(
    app: &App,
    caller: &Caller,
    region: RegionCode,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<WarningHead>, Error> {
    caller.may_look_at(region)?;
    let mut tx = app.db.read().await?;
    Ok(store::list_warnings(&mut tx, region, before.unwrap_or(i64::MAX), limit).await?)
}

/// A notice by its id.
pub async fn notice(app: &App, caller: &Caller, id: NoticeId) -> Result<NoticeBoard, Error> {
    let mut tx = app.db.read().await?;
    let record = store::find_notice(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    caller.may_look_at(record.region)?;
    let warning = store::find_warning_by_key(&mut tx, record.warning_key).await?;
    let plan = match record.plan {
        Some(plan) => plan::find_plan(&mut tx, plan).await?,
        None => None,
    };
    let stale = match &plan {
        Some(plan) if plan.issued_at.is_none() => {
            match issue::still_fits(&mut tx, record.region, &warning, plan, app.now()).await {
                Err(Error::Conflict(refusal)) => Some(refusal),
                fits => fits.map(|()| None)?,
            }
        }
        _ => None,
    };
    drop(tx);
    let plan = match plan {
        Some(plan) => draw::find(app, caller, plan.key).await?,
        None => None,
    };
    Ok(NoticeBoard {
        record,
        warning,
        plan,
        stale,
    })
}

/// The notices of a region that are under way, the newest first.
pub async fn pending(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Vec<NoticeRecord>, Error> {
    caller.may_look_at(region)?;
    let mut tx = app.db.read().await?;
    Ok(store::list_pending_notices(&mut tx, region).await?)
}

async fn board(
    tx: &mut Tx,
    caller: &Caller,
    head: WarningHead,
    now: DateTime<Utc>,
) -> Result<WarningBoard, Error> {
    Ok(WarningBoard {
        notices: store::list_notices(tx, head.key).await?,
        progress: progress_of(tx, caller, &head, now).await?,
        head,
        now,
    })
}

/// How far the orders have come of the warning that stands in a region.
pub async fn progress(app: &App, caller: &Caller, region: RegionCode) -> Result<Progress, Error> {
    caller.may_look_at(region)?;
    let now = app.now();
    let mut tx = app.db.read().await?;
    match notices::current(&mut tx, region, now).await? {
        Some(head) => progress_of(&mut tx, caller, &head, now).await,
        None => Ok(Progress::default()),
    }
}

/// The counts of a warning's latest plan, as far as they are the caller's to see.
async fn progress_of(
    tx: &mut Tx,
    caller: &Caller,
    head: &WarningHead,
    now: DateTime<Utc>,
) -> Result<Progress, Error> {
    let mut progress = Progress::default();
    let Some(plan) = head.plan else {
        return Ok(progress);
    };
    let plan = PlanKey(plan);
    let counted = match caller.scope {
        // A tally is kept by county.
        Scope::Region(own) if own.county().is_some_and(|county| county != own) => {
            ladder::count_within(tx, plan, own).await?
        }
        scope => {
            let mut counted = ladder::list_tally(tx, plan).await?;
            let covers = |county: RegionCode| scope.covers(county);
            counted.retain(|it| scope.covers(head.region) || it.county.parse().is_ok_and(covers));
            counted
        }
    };
    for counted in counted {
        let county = progress.counties.entry(counted.county.clone());
        county.or_default().count(&counted, now);
    }
    Ok(progress)
}
