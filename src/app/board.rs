//! Boards: what stands, how far it has come, and what is under way. Reads only.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::draw::{self, Drawn};
use super::{App, Caller, Error, Right, notices};
use crate::domain::id::{NoticeId, WarningId};
use crate::domain::region::RegionCode;
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
    /// Orders by county and rung.
    pub progress: Progress,
    /// When it was looked at.
    pub now: DateTime<Utc>,
}

/// Orders by county and rung, as the counters have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress(pub BTreeMap<String, BTreeMap<String, i64>>);

impl Progress {
    /// Orders by rung, over all counties.
    pub fn total(&self) -> BTreeMap<String, i64> {
        let mut total = BTreeMap::new();
        for (rung, orders) in self.0.values().flatten() {
            *total.entry(rung.clone()).or_default() += orders;
        }
        total
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
}

/// A warning by its id.
pub async fn warning(app: &App, caller: &Caller, id: WarningId) -> Result<WarningBoard, Error> {
    let mut tx = app.db.read().await?;
    let head = store::find_warning(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    caller.may(Right::SeeWarnings, head.region)?;
    board(&mut tx, head, app.now()).await
}

/// The warning that stands in a region.
pub async fn standing(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Option<WarningBoard>, Error> {
    caller.may(Right::SeeWarnings, region)?;
    let mut tx = app.db.read().await?;
    match notices::current(&mut tx, region, app.now()).await? {
        Some(head) => Ok(Some(board(&mut tx, head, app.now()).await?)),
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
    caller.may(Right::SeeWarnings, region)?;
    let mut tx = app.db.read().await?;
    Ok(store::list_warnings(&mut tx, region, before.unwrap_or(i64::MAX), limit).await?)
}

/// A notice by its id.
pub async fn notice(app: &App, caller: &Caller, id: NoticeId) -> Result<NoticeBoard, Error> {
    let (record, warning) = {
        let mut tx = app.db.read().await?;
        let record = store::find_notice(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        let warning = store::find_warning_by_key(&mut tx, record.warning_key).await?;
        (record, warning)
    };
    caller.may(Right::SeeWarnings, record.region)?;
    let plan = match record.plan {
        Some(plan) => draw::find(app, caller, plan).await?,
        None => None,
    };
    Ok(NoticeBoard {
        record,
        warning,
        plan,
    })
}

/// The notices of a region that are under way, the newest first.
pub async fn pending(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Vec<NoticeRecord>, Error> {
    caller.may(Right::SeeWarnings, region)?;
    let mut tx = app.db.read().await?;
    Ok(store::list_pending_notices(&mut tx, region).await?)
}

async fn board(tx: &mut Tx, head: WarningHead, now: DateTime<Utc>) -> Result<WarningBoard, Error> {
    let notices = store::list_notices(tx, head.key).await?;
    let mut progress = Progress::default();
    if let Some(plan) = head.plan {
        for (county, rung, orders) in plan::list_tally(tx, plan).await? {
            progress.0.entry(county).or_default().insert(rung, orders);
        }
    }
    Ok(WarningBoard {
        head,
        notices,
        progress,
        now,
    })
}
