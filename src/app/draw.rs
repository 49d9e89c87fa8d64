//! Drawing a plan: every line computed, digested and staged, page by page, before anything is
//! issued.
//!
//! What is staged is what an officer previews and what will be issued. Drawing takes no lock: it
//! reads the list in pages and writes lines in chunks, so answers to earlier orders go on. Should
//! the list change under it, its version does too, and the plan is refused when it is done or when
//! it is issued. A drawing that dies half-way leaves lines nobody points to, which are pruned.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowsDigest};
use super::playbook::Playbook;
use super::{App, Caller, Error, Right};
use crate::domain::id::{ListVersion, NoticeId, OrderKey, PlanId, RecipientKey};
use crate::domain::lane::{Lane, Live};
use crate::domain::notice::Notice;
use crate::domain::plan::{Achievement, Change, Columns, Drawing, Duty, Line, Parts, Tally, Told};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::store::notice::{self, NoticeRecord};
use crate::store::plan::{self as store, LineRecord, NewPlan, PlanHead, StagedLine};
use crate::store::{Tx, counter, registry};

/// How many plants are read at once.
const PAGE: i64 = 2_000;

/// How many lines are written in one transaction.
const CHUNK: usize = 10_000;

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
    /// When it was drawn.
    pub staged_at: DateTime<Utc>,
}

/// Draws the plan of a notice anew and stages it.
pub async fn draw(app: &App, caller: &Caller, id: NoticeId) -> Result<Drawn, Error> {
    let mut tx = app.db.read().await?;
    let record = notice::find_notice(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let may = caller.may(Right::DraftNotices, record.region);
    may.or_else(|_| caller.may(Right::IssueNotices, record.region))?;
    if let Notice::Issued(_) | Notice::Abandoned(_) = record.notice {
        let text = format!("the notice is {}", record.notice.state());
        return Err(Error::conflict("notice-state", text));
    }
    let list_region = record.region.prefecture().unwrap_or(record.region);
    let version = registry::find_version(&mut tx, list_region)
        .await?
        .ok_or_else(|| {
            Error::conflict(
                "no-list",
                format!("no reduction list of {list_region} was imported"),
            )
        })?;
    let warning = notice::find_warning_by_key(&mut tx, record.warning_key).await?;
    let told = match warning.plan {
        Some(previous) => store::list_told(&mut tx, previous).await?,
        None => HashMap::new(),
    };
    drop(tx);
    let playbook = app.playbook(&record.playbook).await?;
    let now = app.now();
    let drawing = drawing(&record, &playbook, version, now)?;
    let within = drawing.acknowledge_within();
    let (plan, orders) = begin::<Live>(app, &record, &warning, (version, within), now).await?;
    let staging = Staging {
        app,
        drawing,
        list_region,
        plan,
        previous: warning.plan,
        revision: warning.revision + 1,
        next_order: orders,
        told,
        tally: Tally::default(),
        parts: Parts::default(),
        digest: RowsDigest::default(),
        lines: 0,
        chunk: Vec::with_capacity(CHUNK),
    };
    let staged = staging.run().await?;
    finish(app, caller, &record, version, staged).await
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
    let mut compared = Vec::new();
    for line in store::page_lines(&mut tx, head.key, after, limit).await? {
        let before = match head.previous {
            Some(previous) => store::find_line(&mut tx, previous, line.order).await?,
            None => None,
        };
        let before = before.filter(|before| before.change != Change::Release);
        compared.push(Compared {
            before: before.map(|before| before.duty),
            line,
        });
    }
    Ok(compared)
}

/// Prunes plans that were drawn and never issued; answers with how many.
pub async fn prune(app: &App) -> Result<u64, Error> {
    let mut tx = app.db.begin().await?;
    let pruned = store::prune_abandoned(&mut tx, app.now() - KEPT_FOR).await?;
    tx.commit().await?;
    Ok(pruned)
}

fn drawn(head: &PlanHead, record: &NoticeRecord, playbook: &Playbook) -> Drawn {
    let level = record.notice.contents().level;
    let targets = playbook.targets();
    Drawn {
        plan: head.id,
        notice: record.id,
        digest: head.digest.clone(),
        list_version: head.list_version,
        lines: head.lines,
        achieved: targets.achieved(level, head.tally.base, head.tally.cut),
        tally: head.tally.clone(),
        staged_at: head.staged_at,
    }
}

fn drawing<'n>(
    record: &'n NoticeRecord,
    playbook: &Playbook,
    version: ListVersion,
    now: DateTime<Utc>,
) -> Result<Drawing<'n>, Error> {
    let profile = playbook.profile(record.region).ok_or_else(|| {
        Error::conflict(
            "no-profile",
            format!("no playbook for region {}", record.region),
        )
    })?;
    let contents = record.notice.contents();
    Ok(Drawing {
        notice: contents,
        list: format!("应急减排清单第{version}版"),
        acknowledge_within_minutes: profile.clocks.acknowledge_within_minutes,
        on: day_of(contents.effective.at().max(now)),
    })
}

/// Adds the head of the plan and sets keys aside for as many orders as it could begin.
async fn begin<L: Lane>(
    app: &App,
    record: &NoticeRecord,
    warning: &notice::WarningHead,
    (version, acknowledge_within): (ListVersion, u32),
    now: DateTime<Utc>,
) -> Result<(i64, i64), Error> {
    let mut tx = app.db.begin().await?;
    let list_region = record.region.prefecture().unwrap_or(record.region);
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
    Ok((plan, first))
}

/// A drawing under way.
struct Staging<'d> {
    app: &'d App,
    drawing: Drawing<'d>,
    list_region: RegionCode,
    plan: i64,
    previous: Option<i64>,
    revision: i32,
    next_order: i64,
    /// What everyone was told last; whoever was met has been taken out.
    told: HashMap<RecipientKey, (Told, i32)>,
    tally: Tally,
    parts: Parts,
    digest: RowsDigest,
    lines: i64,
    chunk: Vec<StagedLine>,
}

/// A drawing that is done.
struct Staged {
    plan: i64,
    tally: Tally,
    digest: String,
    lines: i64,
}

impl Staging<'_> {
    async fn run(mut self) -> Result<Staged, Error> {
        // Lines are digested in the order of their orders, and orders are begun in the order of
        // recipients; so those who have an order already come first.
        if self.told.is_empty() {
            self.plants().await?;
            self.offices().await?;
        } else {
            let begun = self.known().await?;
            self.begin_later(begun).await?;
        }
        self.write().await?;
        let Self {
            plan,
            tally,
            digest,
            lines,
            ..
        } = self;
        Ok(Staged {
            plan,
            tally,
            digest: digest.finish(),
            lines,
        })
    }

    /// A first plan: every plant on the list, in the order of the list.
    async fn plants(&mut self) -> Result<(), Error> {
        let mut after = RecipientKey(i64::MIN);
        loop {
            let page = self.page(after).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.key;
            for listed in page {
                let duty = self.weigh(&listed);
                if let Some(duty) = duty {
                    self.begin_line(Who::plant(&listed), duty);
                }
            }
            self.write_full().await?;
        }
    }

    async fn offices(&mut self) -> Result<(), Error> {
        for office in self.office_list().await? {
            if let Some(duty) = Duty::of_office(self.parts.of(office.region), &self.drawing) {
                self.begin_line(Who::office(&office), duty);
            }
        }
        Ok(())
    }

    /// A later plan: everyone who has an order, in the order of orders. Answers with what is owed
    /// by those who have none yet.
    async fn known(&mut self) -> Result<Vec<(Who, Duty)>, Error> {
        let (mut now, mut begun) = (HashMap::new(), Vec::new());
        let mut after = RecipientKey(i64::MIN);
        loop {
            let page = self.page(after).await?;
            let Some(last) = page.last() else { break };
            after = last.key;
            for listed in page {
                let Some(duty) = self.weigh(&listed) else {
                    continue;
                };
                if self.told.contains_key(&listed.key) {
                    now.insert(listed.key, duty);
                } else {
                    begun.push((Who::plant(&listed), duty));
                }
            }
        }
        for office in self.office_list().await? {
            let part = self.parts.of(office.region);
            let Some(duty) = Duty::of_office(part, &self.drawing) else {
                continue;
            };
            if self.told.contains_key(&office.key) {
                now.insert(office.key, duty);
            } else {
                begun.push((Who::office(&office), duty));
            }
        }
        self.follow(now).await?;
        Ok(begun)
    }

    /// One line for everyone who was told something by the previous plan.
    async fn follow(&mut self, mut now: HashMap<RecipientKey, Duty>) -> Result<(), Error> {
        let Some(previous) = self.previous else {
            return Ok(());
        };
        let mut after = OrderKey(i64::MIN);
        loop {
            let mut tx = self.app.db.read().await?;
            let page = store::page_lines(&mut tx, previous, after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.order;
            for before in page {
                let Some((told, owed)) = self.told.remove(&before.recipient) else {
                    continue;
                };
                let duty = now.remove(&before.recipient);
                let Some(change) = Change::between(Some(&told), duty.as_ref()) else {
                    continue;
                };
                let duty = duty.unwrap_or_else(|| before.duty.released(&self.drawing));
                let owed = if change.owes_acknowledgement() {
                    self.revision
                } else {
                    owed
                };
                let line = Line {
                    order: told.order,
                    recipient: before.recipient,
                    change,
                    duty,
                };
                self.stage(&line, owed, before.county, before.name);
            }
            self.write_full().await?;
        }
    }

    async fn begin_later(&mut self, begun: Vec<(Who, Duty)>) -> Result<(), Error> {
        for (who, duty) in begun {
            self.begin_line(who, duty);
            self.write_full().await?;
        }
        Ok(())
    }

    async fn page(&self, after: RecipientKey) -> Result<Vec<registry::ListedPlant>, Error> {
        let mut tx = self.app.db.read().await?;
        Ok(registry::page_plants(&mut tx, self.list_region, after, PAGE).await?)
    }

    async fn office_list(&self) -> Result<Vec<registry::Recipient>, Error> {
        let mut tx = self.app.db.read().await?;
        let offices = registry::list_offices(&mut tx, self.list_region).await?;
        let within = |office: &registry::Recipient| self.list_region.contains(office.region);
        Ok(offices.into_iter().filter(within).collect())
    }

    /// What a plant owes, counted into the sums and into the parts of its offices.
    fn weigh(&mut self, listed: &registry::ListedPlant) -> Option<Duty> {
        let duty = Duty::of_plant(&listed.plant, &self.drawing);
        self.tally.weigh(&listed.plant, duty.as_ref());
        if let Some(duty) = &duty {
            self.parts.add(listed.plant.region, duty);
        }
        duty
    }

    fn begin_line(&mut self, who: Who, duty: Duty) {
        let order = OrderKey(self.next_order);
        self.next_order += 1;
        let line = Line {
            order,
            recipient: who.key,
            change: Change::Begin,
            duty,
        };
        self.stage(&line, self.revision, who.county, who.name);
    }

    fn stage(&mut self, line: &Line, owed: i32, county: String, name: String) {
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
        self.tally.count(line.change);
        self.lines += 1;
        self.chunk.push(StagedLine {
            order: line.order,
            recipient: line.recipient,
            change: line.change,
            owed,
            county,
            name,
            snapshot,
            obligations,
            digest,
        });
    }

    async fn write_full(&mut self) -> Result<(), Error> {
        if self.chunk.len() < CHUNK {
            Ok(())
        } else {
            self.write().await
        }
    }

    async fn write(&mut self) -> Result<(), Error> {
        let lines = std::mem::take(&mut self.chunk);
        let mut tx = self.app.db.begin().await?;
        store::add_lines(&mut tx, self.plan, lines).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A recipient, as its line names it.
struct Who {
    key: RecipientKey,
    county: String,
    name: String,
}

impl Who {
    fn plant(listed: &registry::ListedPlant) -> Self {
        let region = listed.plant.region;
        let county = region.county().unwrap_or(region).to_string();
        Self {
            key: listed.key,
            county,
            name: listed.plant.name.clone(),
        }
    }

    fn office(office: &registry::Recipient) -> Self {
        let county = office.region.county().unwrap_or(office.region).to_string();
        Self {
            key: office.key,
            county,
            name: office.name.clone(),
        }
    }
}

/// Closes the drawing, unless the list has changed meanwhile, and points the notice to it.
async fn finish(
    app: &App,
    caller: &Caller,
    record: &NoticeRecord,
    version: ListVersion,
    staged: Staged,
) -> Result<Drawn, Error> {
    let mut tx = app.db.begin().await?;
    let list_region = record.region.prefecture().unwrap_or(record.region);
    same_list(&mut tx, list_region, version).await?;
    store::set_drawn(
        &mut tx,
        staged.plan,
        staged.lines,
        &staged.digest,
        &staged.tally,
    )
    .await?;
    notice::set_plan(&mut tx, record.key, staged.plan).await?;
    let head = store::find_plan(&mut tx, staged.plan)
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
