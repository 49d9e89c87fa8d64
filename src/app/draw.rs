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
//! 50,000 plants take 0.64 s, for 1.0 s of processor time; to weigh them at every level beside the
//! notice's own is 0.17 s of that kind more. No more than a page waits between two of
//! the three, so that memory does not grow with the list. A page is written in a transaction of its
//! own, since SQLite has one writer and answers to earlier orders want their turn.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures::try_join;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;

use super::journal::{self, Entry, RowsDigest};
use super::playbook::Playbook;
use super::{App, Caller, Error, Right, notices};
use crate::domain::id::{ListVersion, NoticeId, OrderKey, PlanId, RecipientKey};
use crate::domain::lane::{Lane, Live};
use crate::domain::level::WarningLevel;
use crate::domain::measure::PerLevel;
use crate::domain::notice::{AreaHour, Contents, MeasureClass, Notice, NoticeKind};
use crate::domain::plan::{
    Achievement, Change, Columns, Drawing, Duty, Line, Part, Parts, Tally, Told,
};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::warning::Warning;
use crate::store::notice::{self, NoticeRecord};
use crate::store::plan::{self as store, LineRecord, NewPlan, PlanHead, StagedLine};
use crate::store::registry::{self, ListRow, ListedPlant};
use crate::store::{StoreError, Tx, counter, order};

/// How many plants are read, drawn and written at once.
const PAGE: u16 = 2_500;

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
    let (told, told_at) = match warning.plan {
        Some(previous) => (
            store::list_told(&mut tx, previous).await?,
            store::find_plan(&mut tx, previous)
                .await?
                .and_then(|plan| plan.issued_at),
        ),
        None => (HashMap::new(), None),
    };
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
    let sheet = Sheet {
        released_by: lifted.then_some(now),
        told_at,
        ..Sheet::new(record.region, drawing, warning.revision + 1, orders)
    };
    let sheet = Box::pin(staging.run(sheet, told)).await?;
    finish(app, caller, &record, version, plan, sheet).await
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

/// A drawing under way: whose list is read, and where its lines go.
#[derive(Clone, Copy)]
struct Staging<'a> {
    app: &'a App,
    list_region: RegionCode,
    plan: i64,
    previous: Option<i64>,
}

/// What everyone was told by the plan in force, and the revision they owe.
type Before = HashMap<RecipientKey, (Told, i32)>;

/// Lines on their way to the store.
type ToWrite = mpsc::Sender<Vec<StagedLine>>;

impl Staging<'_> {
    /// Reads the list, draws and writes, all three at the same time; answers with the sheet when
    /// every line is stored.
    async fn run(self, sheet: Sheet, told: Before) -> Result<Sheet, Error> {
        let (to_draw, listed) = mpsc::channel(1);
        let (to_write, drawn) = mpsc::channel(1);
        let ((), sheet, ()) = try_join!(
            self.read(to_draw),
            self.draw(sheet, told, listed, to_write),
            self.write(drawn),
        )?;
        Ok(sheet)
    }

    async fn read(self, to_draw: mpsc::Sender<Vec<ListRow>>) -> Result<(), Error> {
        let mut after = RecipientKey(i64::MIN);
        loop {
            let mut tx = self.app.db.read().await?;
            let region = self.list_region;
            let rows = registry::page_list_rows(&mut tx, region, after, PAGE.into()).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.key;
            to_draw.send(rows).await.map_err(|_| broken_off())?;
        }
    }

    async fn write(self, mut drawn: mpsc::Receiver<Vec<StagedLine>>) -> Result<(), Error> {
        while let Some(lines) = drawn.recv().await {
            let mut tx = self.app.db.begin().await?;
            store::add_lines(&mut tx, self.plan, lines).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn draw(
        self,
        sheet: Sheet,
        told: Before,
        listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        if told.is_empty() {
            self.first(sheet, listed, to_write).await
        } else {
            self.later(sheet, told, listed, to_write).await
        }
    }

    /// A first plan: every plant in the order of the list, and the offices above them.
    async fn first(
        self,
        mut sheet: Sheet,
        mut listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        while let Some(rows) = listed.recv().await {
            let lines;
            (sheet, lines) = aside(move || {
                let owed = sheet.weigh(rows)?;
                let lines = sheet.begin(owed);
                Ok((sheet, lines))
            })
            .await?;
            to_write.send(lines).await.map_err(|_| broken_off())?;
        }
        let owed = sheet.weigh_offices(self.offices().await?);
        let lines = sheet.begin(owed);
        to_write.send(lines).await.map_err(|_| broken_off())?;
        Ok(sheet)
    }

    /// A later plan. Lines are digested in the order of their orders, and orders are begun in the
    /// order of recipients; so those who have an order already come first.
    async fn later(
        self,
        mut sheet: Sheet,
        mut told: Before,
        mut listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        let (mut now, mut begun) = (HashMap::new(), Vec::new());
        let mut sort = |owed: Vec<(Who, Duty)>| {
            for (who, duty) in owed {
                if told.contains_key(&who.key) {
                    now.insert(who.key, duty);
                } else {
                    begun.push((who, duty));
                }
            }
        };
        while let Some(rows) = listed.recv().await {
            let owed;
            (sheet, owed) = aside(move || {
                let owed = sheet.weigh(rows)?;
                Ok((sheet, owed))
            })
            .await?;
            sort(owed);
        }
        sort(sheet.weigh_offices(self.offices().await?));
        let mut after = OrderKey(i64::MIN);
        while let Some(page) = self.previous_lines(after).await? {
            after = page.last().map_or(after, |line| line.order);
            let areas = self.areas(&sheet.drawing.notice, &page).await?;
            let lines = page.into_iter().filter_map(|before| {
                let told = told.remove(&before.recipient)?;
                let duty = now.remove(&before.recipient);
                let area = areas.get(&before.recipient).copied();
                sheet.follow(before, area, told, duty)
            });
            let lines = lines.collect();
            to_write.send(lines).await.map_err(|_| broken_off())?;
        }
        while !begun.is_empty() {
            let rest = begun.split_off(begun.len().min(PAGE.into()));
            let lines = sheet.begin(begun);
            to_write.send(lines).await.map_err(|_| broken_off())?;
            begun = rest;
        }
        Ok(sheet)
    }

    /// The next lines of the plan in force; none after the last.
    async fn previous_lines(self, after: OrderKey) -> Result<Option<Vec<LineRecord>>, Error> {
        let Some(previous) = self.previous else {
            return Ok(None);
        };
        let mut tx = self.app.db.read().await?;
        let page = store::page_lines(&mut tx, previous, after, PAGE.into()).await?;
        Ok((!page.is_empty()).then_some(page))
    }

    /// The hours of their areas, for those whom a staggered lift ends before its own.
    async fn areas(
        self,
        notice: &Contents,
        lines: &[LineRecord],
    ) -> Result<HashMap<RecipientKey, AreaHour>, Error> {
        if notice.areas.is_empty() {
            return Ok(HashMap::new());
        }
        let recipients: Vec<i64> = lines.iter().map(|line| line.recipient.0).collect();
        let mut tx = self.app.db.read().await?;
        let regions = order::list_regions(&mut tx, &recipients).await?;
        let areas = regions.into_iter();
        Ok(areas
            .filter_map(|(recipient, region)| Some((recipient, notice.area_of(region)?)))
            .collect())
    }

    async fn offices(self) -> Result<Vec<registry::Recipient>, Error> {
        let mut tx = self.app.db.read().await?;
        Ok(registry::list_offices(&mut tx, self.list_region).await?)
    }
}

/// Whoever takes the other end has failed, and says why.
fn broken_off() -> Error {
    Error::internal("the drawing was broken off")
}

/// Computes away from the tasks that must not wait.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let computed = tokio::task::spawn_blocking(compute).await;
    computed.map_err(Error::internal)?
}

/// The plan on paper: what was drawn so far comes to this.
struct Sheet {
    /// The place of the notice: of a list only who lies in it is told.
    region: RegionCode,
    drawing: Drawing,
    revision: i32,
    next_order: OrderKey,
    /// By when a release has let its recipient off, where it may be replaced.
    released_by: Option<DateTime<Utc>>,
    /// When the plan before was issued; none of a first one.
    told_at: Option<DateTime<Utc>>,
    tally: Tally,
    parts: Parts,
    digest: RowsDigest,
    lines: i64,
}

impl Sheet {
    fn new(region: RegionCode, drawing: Drawing, revision: i32, next_order: OrderKey) -> Self {
        let tally = Tally {
            level: Some(drawing.levels.of(MeasureClass::Industry)),
            at_levels: drawing.notice.kind.sets_level().then(PerLevel::default),
            ..Tally::default()
        };
        Self {
            region,
            drawing,
            revision,
            next_order,
            released_by: None,
            told_at: None,
            tally,
            parts: Parts::default(),
            digest: RowsDigest::default(),
            lines: 0,
        }
    }

    /// What plants owe, counted into the sums and into the parts of their offices.
    fn weigh(&mut self, rows: Vec<ListRow>) -> Result<Vec<(Who, Duty)>, Error> {
        let mut owed = Vec::with_capacity(rows.len());
        for row in rows {
            let listed = ListedPlant::try_from(row).map_err(StoreError::from)?;
            if !self.region.contains(listed.plant.region) {
                continue;
            }
            let duty = Duty::of_plant(&listed.plant, &self.drawing);
            let part = self.tally.weigh(&listed.plant, duty.as_ref());
            self.tally.compare(&listed.plant, self.drawing.on);
            self.parts.add(listed.plant.region, part);
            owed.extend(duty.map(|duty| (Who::plant(listed), duty)));
        }
        Ok(owed)
    }

    /// What offices owe, once every plant is weighed.
    fn weigh_offices(&self, offices: Vec<registry::Recipient>) -> Vec<(Who, Duty)> {
        let within = |office: &registry::Recipient| self.region.contains(office.region);
        let owed = offices.into_iter().filter(within).filter_map(|office| {
            let duty = Duty::of_office(self.parts.of(office.region), &self.drawing)?;
            Some((Who::office(office), duty))
        });
        owed.collect()
    }

    /// Lines for those who have no order yet; a suspension begins none.
    fn begin(&mut self, owed: Vec<(Who, Duty)>) -> Vec<StagedLine> {
        let lines = owed.into_iter().filter_map(|(who, duty)| {
            let change = Change::between(None, Some(&duty))?;
            let order = self.next_order;
            self.next_order.0 += 1;
            let line = Line {
                order,
                recipient: who.key,
                change,
                duty,
            };
            Some(self.stage(&line, self.revision, who.county, who.name))
        });
        lines.collect()
    }

    /// The line of somebody who has an order, if there is something to say.
    fn follow(
        &mut self,
        before: LineRecord,
        area: Option<AreaHour>,
        (told, owed): (Told, i32),
        duty: Option<Duty>,
    ) -> Option<StagedLine> {
        let bound = |by| told.released && before.duty.effective.at() > by;
        let left = before.duty.left_at(self.drawing.at);
        let told = Told {
            released: told.released && !self.released_by.is_some_and(bound),
            obligations: left.unwrap_or(told.obligations),
            ..told
        };
        let adds = self.drawing.notice.kind == NoticeKind::AddOn && !told.released;
        let change = Change::between(Some(&told), duty.as_ref())?;
        let corrects = self.drawing.notice.kind == NoticeKind::Correct;
        let duty = duty.map(|duty| match self.told_at {
            _ if told.released => duty,
            // What states another hour instead takes the one it corrects back.
            _ if corrects && duty.effective != before.duty.effective => duty,
            Some(told_at) => duty.after(&before.duty, told_at),
            None => duty,
        });
        let line = Line {
            order: told.order,
            recipient: before.recipient,
            change,
            duty: match duty {
                None => before.duty.released(&self.drawing, area),
                Some(duty) if duty.is_suspended() => before.duty.suspended(&self.drawing),
                Some(duty) if adds => duty.added_to(&before.duty),
                Some(duty) => duty,
            },
        };
        let owed = if change.owes_acknowledgement() {
            self.revision
        } else {
            owed
        };
        Some(self.stage(&line, owed, before.county, before.name))
    }

    fn stage(&mut self, line: &Line, owed: i32, county: String, name: String) -> StagedLine {
        let snapshot = line.snapshot();
        let obligations = line.duty.obligations().to_string();
        let digest = Columns {
            order: line.order,
            recipient: line.recipient,
            change: line.change.as_str(),
            owed,
            county: &county,
            name: &name,
            snapshot: &snapshot,
            obligations: &obligations,
        }
        .digest();
        self.digest.add(line.order.0, &digest.to_string());
        self.tally.count(line.change, &county);
        self.lines += 1;
        StagedLine {
            order: line.order,
            recipient: line.recipient,
            change: line.change,
            owed,
            county,
            name,
            snapshot,
            obligations,
            digest,
        }
    }
}

/// A recipient, as its line names it.
struct Who {
    key: RecipientKey,
    county: String,
    name: String,
}

impl Who {
    fn plant(listed: ListedPlant) -> Self {
        Self::at(listed.key, listed.plant.region, listed.plant.name)
    }

    fn office(office: registry::Recipient) -> Self {
        Self::at(office.key, office.region, office.name)
    }

    fn at(key: RecipientKey, region: RegionCode, name: String) -> Self {
        let county = region.county_or_self().to_string();
        Self { key, county, name }
    }
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
