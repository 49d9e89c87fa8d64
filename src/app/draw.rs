//! Drawing a plan: every line computed, digested and staged, page by page, before anything is
//! issued.
//!
//! What is staged is what an officer previews and what will be issued. Drawing takes no lock until
//! its last moment, when it looks whether the notice is still the one it was drawn for: it
//! reads the list and writes its lines in pages, so answers to earlier orders go on. Should the list
//! change under it, its version does too, and the plan is refused when it is done or when it is
//! issued. A drawing that dies half-way leaves lines nobody points to, which are pruned.
//!
//! # Design notes
//!
//! While one page is computed, the next is read and the one before it is written: on two cores
//! 50,000 plants take 0.64 s, for 1.0 s of processor time; weighing them at every level beside the
//! notice's own takes 0.17 s of processor time more. No more than a page waits between two of the
//! three, so that memory does not grow with the list. A page is written in a transaction of its own,
//! since SQLite has one writer and answers to earlier orders want their turn.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry};
use super::playbook::Playbook;
use super::{App, Caller, Error, Right, notices};
use crate::domain::id::{ListVersion, NoticeId, OrderKey, PlanId};
use crate::domain::lane::{Lane, Live};
use crate::domain::level::WarningLevel;
use crate::domain::measure::PerLevel;
use crate::domain::notice::{MeasureClass, Notice, NoticeKind};
use crate::domain::plan::{Achievement, Change, Drawing, Duty, Part, Tally};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::warning::Warning;
use crate::store::notice::{self, NoticeRecord};
use crate::store::plan::{self as store, LineRecord, NewPlan, PlanHead};
use crate::store::registry;
use crate::store::{Tx, counter};

mod sheet;
mod staging;

use sheet::Sheet;
use staging::{Before, Staging};

/// How long a plan that was never issued is kept: drafts are looked at again the next morning.
const KEPT_FOR: chrono::TimeDelta = chrono::TimeDelta::days(2);

/// What a plan comes to, for the preview and the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Drawn {
    /// The plan.
    pub plan: PlanId,
    /// The notice it is for.
    pub notice: NoticeId,
    /// SHA-256 over all its lines.
    pub digest: String,
    /// The list it was drawn from.
    pub list_version: ListVersion,
    /// How many recipients have a line.
    pub lines: i64,
    /// Counts and sums.
    pub tally: Tally,
    /// The cut achieved against the target, per pollutant.
    pub achieved: Vec<Achievement>,
    /// The same at each level, where it sets one.
    #[serde(default)]
    pub at_levels: Vec<AtLevel>,
    /// When it was drawn.
    pub staged_at: DateTime<Utc>,
}

/// What a level would come to, by the same list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AtLevel {
    /// The level.
    pub level: WarningLevel,
    /// Plants by what they would do.
    pub plants: Part,
    /// The cut achieved against the target of the level, per pollutant.
    pub achieved: Vec<Achievement>,
}

/// Draws the plan of a notice anew and stages it.
pub async fn draw(app: &App, caller: &Caller, id: NoticeId) -> Result<Drawn, Error> {
    let mut tx = app.db.read().await?;
    let record = notice::find_notice(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let may = caller.may(Right::DraftNotices, record.region);
    may.or_else(|_| caller.may(Right::IssueNotices, record.region))?;
    under_way(&record)?;
    let list_region = record.region.list_region();
    let version = registry::find_version(&mut tx, list_region)
        .await?
        .ok_or_else(|| {
            Error::conflict(
                "no-list",
                format!("no reduction list of {list_region} was imported"),
            )
        })?;
    let warning = notice::find_warning_by_key(&mut tx, record.warning_key).await?;
    let (told, told_at) = told_before(&mut tx, warning.plan).await?;
    drop(tx);
    let playbook = app.playbook(&record.playbook).await?;
    let now = app.now();
    let after = Warning::with(warning.warning.clone(), record.notice.contents(), now);
    let drawing = drawing(&record, &playbook, version, &after, now)?;
    let within = drawing.acknowledge_within();
    let (plan, orders) = begin::<Live>(app, &record, &warning, (version, within), now).await?;
    let staging = Staging {
        app,
        list_region,
        plan,
        previous: warning.plan,
    };
    // What follows an announced lift takes its place: whoever it still binds is released anew.
    let lifted = warning.warning.as_ref().is_some_and(Warning::is_ended);
    let sheet = Sheet::new(record.region, drawing, warning.revision + 1, orders)
        .following(told_at, lifted.then_some(now));
    let sheet = Box::pin(staging.run(sheet, told)).await?;
    finish(app, caller, &record, version, plan, sheet).await
}

/// What everyone was told by the plan in force, and when it was issued; nothing before a first one.
async fn told_before(
    tx: &mut Tx,
    in_force: Option<i64>,
) -> Result<(Before, Option<DateTime<Utc>>), Error> {
    let Some(plan) = in_force else {
        return Ok((Before::new(), None));
    };
    let told = store::list_told(tx, plan).await?;
    let head = store::find_plan(tx, plan).await?;
    Ok((told, head.and_then(|head| head.issued_at)))
}

/// Reads a plan back as it was drawn.
pub async fn find(app: &App, caller: &Caller, plan: i64) -> Result<Option<Drawn>, Error> {
    let mut tx = app.db.read().await?;
    let Some(head) = store::find_plan(&mut tx, plan).await? else {
        return Ok(None);
    };
    let record = notice::find_notice_of_plan(&mut tx, plan).await?;
    caller.may_look_at(record.region)?;
    let playbook = app.playbook(&head.playbook).await?;
    Ok(Some(drawn(&head, &record, &playbook)))
}

/// A line of a plan beside what its recipient was told before.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The line.
    pub line: LineRecord,
    /// What held before; none where nothing did.
    pub before: Option<Duty>,
}

/// The lines of a plan after an order, each beside what its recipient was told before.
pub async fn compare(
    app: &App,
    caller: &Caller,
    plan: PlanId,
    after: OrderKey,
    limit: i64,
) -> Result<Vec<Compared>, Error> {
    let mut tx = app.db.read().await?;
    let head = store::find_plan_by_id(&mut tx, plan)
        .await?
        .ok_or(Error::NotFound)?;
    let record = notice::find_notice_of_plan(&mut tx, head.key).await?;
    caller.may(Right::SeeWarnings, record.region)?;
    let told_at = head.issued_at.unwrap_or_else(|| app.now());
    let lines = store::page_lines(&mut tx, head.key, after, limit).await?;
    let orders: Vec<i64> = lines.iter().map(|line| line.order.0).collect();
    let mut before = match head.previous {
        Some(previous) => store::list_lines(&mut tx, previous, &orders).await?,
        None => HashMap::new(),
    };
    let compared = lines.into_iter().map(|mut line| {
        line.duty = line.duty.told_at(line.change, told_at);
        let before = before.remove(&line.order);
        let before = before.filter(|before| before.change != Change::Release);
        Compared {
            before: before.map(|before| before.duty),
            line,
        }
    });
    Ok(compared.collect())
}

/// Prunes plans that were drawn and never issued; answers with how many.
pub async fn prune(app: &App) -> Result<u64, Error> {
    let mut tx = app.db.begin().await?;
    let pruned = store::prune_abandoned(&mut tx, app.now() - KEPT_FOR).await?;
    tx.commit().await?;
    Ok(pruned)
}

fn drawn(head: &PlanHead, record: &NoticeRecord, playbook: &Playbook) -> Drawn {
    let stated = record.notice.contents().levels();
    let level = head.tally.level;
    let level = level.unwrap_or_else(|| stated.of(MeasureClass::Industry));
    let (targets, base) = (playbook.targets(), head.tally.base);
    let at_levels = head.tally.at_levels.iter().flat_map(PerLevel::iter);
    let at_levels = at_levels.map(|(level, effect)| AtLevel {
        level,
        plants: effect.plants,
        achieved: targets.achieved(level, base, effect.cut),
    });
    Drawn {
        plan: head.id,
        notice: record.id,
        digest: head.digest.clone(),
        list_version: head.list_version,
        lines: head.lines,
        achieved: targets.achieved(level, base, head.tally.cut),
        at_levels: at_levels.collect(),
        tally: head.tally.clone(),
        staged_at: head.staged_at,
    }
}

fn drawing(
    record: &NoticeRecord,
    playbook: &Playbook,
    version: ListVersion,
    after: &Warning,
    now: DateTime<Utc>,
) -> Result<Drawing, Error> {
    let profile = notices::profile(playbook, record.region)?;
    let contents = record.notice.contents();
    let (effective, _) = after.hours(contents);
    Ok(Drawing {
        at: now,
        effective,
        additions: after.additions(now),
        notice: contents.clone(),
        list: format!("应急减排清单第{version}版"),
        acknowledge_within_minutes: profile.clocks.acknowledge_within_minutes,
        on: day_of(contents.effective.at().max(now)),
        levels: after.levels(),
        // Whoever is resumed is told so, also at once.
        suspension: match contents.kind {
            NoticeKind::Resume => after.suspension,
            _ => after.suspension(now),
        },
    })
}

/// Adds the head of the plan and sets keys aside for as many orders as it could begin.
async fn begin<L: Lane>(
    app: &App,
    record: &NoticeRecord,
    warning: &notice::WarningHead,
    (version, acknowledge_within): (ListVersion, u32),
    now: DateTime<Utc>,
) -> Result<(i64, OrderKey), Error> {
    let mut tx = app.db.begin().await?;
    let list_region = record.region.list_region();
    let recipients = registry::count_recipients(&mut tx, list_region).await?;
    let recipients = u32::try_from(recipients).map_err(Error::internal)?;
    let plan = counter::allocate(&mut tx, "plan", 1).await?;
    let first = counter::allocate(&mut tx, "order", recipients).await?;
    let new = NewPlan {
        key: plan,
        id: PlanId(app.ids.uuid_v7(now)),
        notice_key: record.key,
        warning_key: record.warning_key,
        revision: warning.revision + 1,
        previous: warning.plan,
        list_version: version,
        acknowledge_within,
        playbook: &record.playbook,
        orders: (OrderKey(first), OrderKey(first + i64::from(recipients) - 1)),
        staged_at: now,
    };
    store::add_plan::<L>(&mut tx, &new).await?;
    tx.commit().await?;
    Ok((plan, OrderKey(first)))
}
/// Closes the drawing, unless the list has changed meanwhile, and points the notice to it.
async fn finish(
    app: &App,
    caller: &Caller,
    record: &NoticeRecord,
    version: ListVersion,
    plan: i64,
    sheet: Sheet,
) -> Result<Drawn, Error> {
    let mut tx = app.db.begin().await?;
    notice::lock_warning(&mut tx, record.warning_key).await?;
    same_notice(&mut tx, record).await?;
    let list_region = record.region.list_region();
    same_list(&mut tx, list_region, version).await?;
    let digest = sheet.digest.finish();
    store::set_drawn(&mut tx, plan, sheet.lines, &digest, &sheet.tally).await?;
    notice::set_plan(&mut tx, record.key, Some(plan)).await?;
    let head = store::find_plan(&mut tx, plan)
        .await?
        .ok_or(Error::NotFound)?;
    let entry = Entry {
        kind: "plan.drawn",
        subject: format!("notice {}", record.id),
        region: Some(record.region),
        actor: journal::actor(caller),
        at: head.staged_at,
        body: json!({ "plan": head.id, "digest": head.digest, "lines": head.lines }),
        rows: Vec::new(),
    };
    journal::record(&mut tx, &app.ids, entry).await?;
    tx.commit().await?;
    let playbook = app.playbook(&head.playbook).await?;
    Ok(drawn(&head, record, &playbook))
}

/// Refuses a plan whose notice was written anew, issued or given up while it was drawn.
async fn same_notice(tx: &mut Tx, drawn_for: &NoticeRecord) -> Result<(), Error> {
    let record = notice::find_notice(tx, drawn_for.id)
        .await?
        .ok_or(Error::NotFound)?;
    under_way(&record)?;
    if record.notice.contents() == drawn_for.notice.contents() {
        return Ok(());
    }
    let text = "the notice was written anew while its plan was drawn; draw it again";
    Err(Error::conflict("plan-overtaken", text))
}

/// Refuses to draw for a notice whose plan is settled.
fn under_way(record: &NoticeRecord) -> Result<(), Error> {
    if let Notice::Issued(_) | Notice::Abandoned(_) = record.notice {
        let text = format!("the notice is {}", record.notice.state());
        return Err(Error::conflict("notice-state", text));
    }
    Ok(())
}

/// Refuses a plan whose list has changed since.
pub(super) async fn same_list(
    tx: &mut Tx,
    list_region: RegionCode,
    drawn_from: ListVersion,
) -> Result<(), Error> {
    let now = registry::find_version(tx, list_region).await?;
    if now == Some(drawn_from) {
        return Ok(());
    }
    let text = "the reduction list has changed since the plan was drawn; draw it again";
    Err(Error::conflict("list-changed", text))
}
