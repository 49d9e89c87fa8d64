//! Orders looked at: by whoever holds a link, by the recipient's own account, from the console.
//!
//! Reads only: looking at an order acknowledges nothing and moves no rung.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::answer::check_code;
use super::issued::IssuedNotice;
use super::link::{Link, LinkRole};
use super::{App, Caller, Error, Right, Scope};
use crate::domain::enterprise::Grade;
use crate::domain::id::{AnswerKey, OrderKey, PlanKey, WarningId, WarningKey};
use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, End, Grounds, NoticeKind};
use crate::domain::order::{AnswerKind, Head, Rung};
use crate::domain::plan::{Change, Control, Duty, UnitDuty};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;
use crate::store::answer::{self, AnswerRecord};
use crate::store::ladder::Standing;
use crate::store::order::{self, IssuedLine};
use crate::store::{Tx, ladder, notice, outbox};

pub use crate::store::order::{Mark, OrderFilter, OrderRow, Part};
pub use crate::store::outbox::{AttemptOutcome, OrderAttempt};

/// The most orders on one page of a list.
const PAGE: usize = 100;

/// An order as its recipient sees it now, and everything a page or a program shows of it.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The order.
    pub order: OrderKey,
    /// What its recipient is called.
    pub recipient: String,
    /// Who issued it (发布机关), and their telephone.
    pub organ: String,
    /// 值班电话.
    pub phone: String,
    /// 文号 of the notice it last went out with.
    pub document: String,
    /// The revision shown: what an answer answers.
    pub revision: u32,
    /// The level of the warning.
    pub level: WarningLevel,
    /// The level at which a plant's measures are carried out, where it is another one.
    pub measures_level: Option<WarningLevel>,
    /// The level of every class of measures, for an office, where they differ.
    pub classes: Vec<ClassLevel>,
    /// The level before, where the last notice changed it.
    pub previous_level: Option<WarningLevel>,
    /// `Ⅱ级应对响应`.
    pub response: String,
    /// 发布时刻 of the last notice.
    pub issued_at: DateTime<Utc>,
    /// When the duty takes effect, as written; for a release, when it ends.
    pub effective: WrittenTime,
    /// How long it holds.
    pub ends: End,
    /// What kind of duty it is.
    pub control: Control,
    /// What each unit does.
    pub units: Vec<UnitView>,
    /// What is added for everyone; for a release, what stays.
    pub added: Vec<AddedView>,
    /// What the duty rests on: the list, the exemption, and what it is issued on.
    pub basis: String,
    /// The law it is ordered under.
    pub law: String,
    /// How far it has come.
    pub rung: Rung,
    /// How it stands for its reader.
    pub state: OrderState,
    /// Until when the acknowledgement that is owed is due, or was.
    pub acknowledge_by: DateTime<Utc>,
    /// What may be answered.
    pub open: Vec<AnswerKind>,
    /// The suspension that holds or is ahead, with its end where one was issued.
    pub suspension: Option<Suspension>,
    /// What was answered, the newest first.
    pub answers: Vec<AnswerView>,
}

/// One unit's part of an order.
#[derive(Clone, Debug)]
pub struct UnitView {
    /// 生产线/工序.
    pub unit: String,
    /// The filed measure, word by word.
    pub measure: String,
    /// Hours it needs to come down safely.
    pub ramp_down_hours: u16,
    /// Until when it is to be in place; none while nothing is owed, or where it only goes on.
    pub in_place_by: Option<DateTime<Utc>>,
    /// When it was reported in place.
    pub in_place_at: Option<DateTime<Utc>>,
}

/// Something added for everyone.
#[derive(Clone, Debug)]
pub struct AddedView {
    /// The measure, as written.
    pub measure: String,
    /// From when.
    pub from: WrittenTime,
    /// The end of its own window; none where it ends with the warning.
    pub until: Option<WrittenTime>,
    /// Whether that has passed.
    pub over: bool,
}

/// How an order stands for its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// An acknowledgement is owed; late when its deadline has passed.
    Waiting {
        /// Whether it is late.
        late: bool,
    },
    /// Acknowledged.
    Acknowledged,
    /// In place, by the recipient's own word.
    InPlace,
    /// Told of another level; nothing new is owed.
    Told,
    /// Not owed from the hour of the suspension on, until it is resumed.
    Suspended {
        /// Whether the suspension was acknowledged.
        confirmed: bool,
    },
    /// Over at the warning's stated end, with no notice.
    RanOut {
        /// The end.
        at: WrittenTime,
    },
    /// Released.
    Lifted {
        /// Whether the release was acknowledged.
        confirmed: bool,
    },
    /// Taken back.
    Withdrawn {
        /// Why.
        reason: String,
        /// Whether that was acknowledged.
        confirmed: bool,
    },
    /// The recipient has another order of the same warning now.
    Replaced {
        /// That order.
        by: OrderKey,
    },
}

/// An answer given.
#[derive(Clone, Debug)]
pub struct AnswerView {
    /// Its key.
    pub key: AnswerKey,
    /// The revision it answers.
    pub revision: u32,
    /// What it says.
    pub kind: AnswerKind,
    /// The unit it speaks of.
    pub unit: Option<String>,
    /// The code of its reason.
    pub reason: Option<String>,
    /// Its words; for the console only, and none once they were erased.
    pub note: Option<String>,
    /// In which role it was given.
    pub by_role: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether that was late.
    pub late: bool,
    /// Its check code.
    pub code: String,
}

/// One page of a warning's orders.
#[derive(Clone, Debug, Default)]
pub struct OrderList {
    /// The orders, by key.
    pub orders: Vec<OrderRow>,
    /// How many there are on all pages.
    pub total: i64,
    /// The order before which the previous page ends.
    pub previous: Option<OrderKey>,
    /// The order after which the next page begins.
    pub next: Option<OrderKey>,
}

/// An order with everything on record about it.
#[derive(Clone, Debug)]
pub struct OrderRecord {
    /// How it stands.
    pub view: OrderView,
    /// Its warning.
    pub warning: WarningId,
    /// Where its recipient lies.
    pub region: RegionCode,
    /// 绩效等级 as it stood when the plan was drawn.
    pub grade: Option<Grade>,
    /// The highest revision that reached each rung, and when it was answered.
    pub standing: Standing,
    /// The revision that last asked for an acknowledgement.
    pub owed: u32,
    /// Every attempt to deliver its messages, the newest first.
    pub attempts: Vec<OrderAttempt>,
}

impl App {
    /// The order a link leads to. A link whose contact has left the list leads nowhere.
    pub async fn order_page(&self, link: Link) -> Result<OrderView, Error> {
        let read = Read::order(self, &mut self.db.read().await?, link.order).await?;
        let mut tx = self.db.read().await?;
        let holder = order::find_holder(&mut tx, link.contact).await?;
        drop(tx);
        if !holder.is_some_and(|holder| holder.active && holder.recipient == read.line.recipient) {
            return Err(Error::NotFound);
        }
        let notice = self.issued_notice(read.line.plan).await?;
        let mut view = read.view(&notice, self.now());
        if link.role == LinkRole::Read {
            view.open.clear();
        }
        Ok(view)
    }

    /// An order, for whoever may see its warning, and for its own recipient.
    pub async fn order(&self, caller: &Caller, order: OrderKey) -> Result<OrderView, Error> {
        let mut tx = self.db.read().await?;
        let mut read = Read::order(self, &mut tx, order).await?;
        let recipient = read.line.recipient;
        let region = order::find_region(&mut tx, recipient).await?;
        let answers = caller.may_for(Right::AnswerOrders, recipient.0, region);
        if answers.is_err() {
            caller.may(Right::SeeWarnings, region)?;
        }
        let keys: Vec<AnswerKey> = read.answers.iter().map(|answer| answer.key).collect();
        for note in answer::list_notes(&mut tx, &keys).await? {
            read.notes.insert(note.answer, note.text);
        }
        drop(tx);
        let notice = self.issued_notice(read.line.plan).await?;
        let mut view = read.view(&notice, self.now());
        if answers.is_err() {
            view.open.clear();
        }
        Ok(view)
    }

    /// The orders of a warning's latest plan, in the order of their keys.
    pub async fn list_orders(
        &self,
        caller: &Caller,
        warning: WarningId,
        filter: &OrderFilter,
        part: Part,
    ) -> Result<OrderList, Error> {
        let mut tx = self.db.read().await?;
        let head = notice::find_warning(&mut tx, warning)
            .await?
            .ok_or(Error::NotFound)?;
        caller.may_look_at(head.region)?;
        let filter = &within(caller.scope, head.region, filter)?;
        let Some(plan) = head.plan.map(PlanKey) else {
            return Ok(OrderList::default());
        };
        let now = self.now();
        let limit = i64::try_from(PAGE + 1).expect("a page is small");
        let mut orders = order::list_orders(&mut tx, plan, filter, now, part, limit).await?;
        let more = orders.len() > PAGE;
        let (previous, next) = match part {
            Part::After(from) => {
                orders.truncate(PAGE);
                (from.0 > 0, more)
            }
            Part::Before(_) => {
                orders.drain(..usize::from(more));
                (more, true)
            }
        };
        let key = |row: Option<&OrderRow>, there| row.filter(|_| there).map(|row| row.order);
        Ok(OrderList {
            total: order::count_orders(&mut tx, plan, filter, now).await?,
            previous: key(orders.first(), previous),
            next: key(orders.last(), next),
            orders,
        })
    }

    /// An order with everything on record about it, for whoever may see its warning.
    pub async fn order_record(&self, caller: &Caller, key: OrderKey) -> Result<OrderRecord, Error> {
        let view = self.order(caller, key).await?;
        let mut tx = self.db.read().await?;
        let warning = self.origins.warning_of(&mut tx, key).await?;
        let head = notice::find_warning_by_key(&mut tx, warning.0).await?;
        let line = order::find_last_issued(&mut tx, warning, key)
            .await?
            .ok_or(Error::NotFound)?;
        Ok(OrderRecord {
            warning: head.id,
            region: order::find_region(&mut tx, line.recipient).await?,
            grade: line.duty.grade,
            standing: ladder::find_standing(&mut tx, key).await?,
            owed: line.owed,
            attempts: outbox::list_attempts_of(&mut tx, warning, key).await?,
            view,
        })
    }
}

/// The filter with nothing but what lies in the caller's own scope: a county, a township or a local
/// unit that looks at its city's warning sees its own orders.
fn within(scope: Scope, of: RegionCode, filter: &OrderFilter) -> Result<OrderFilter, Error> {
    if scope.covers(of) {
        return Ok(filter.clone());
    }
    match scope {
        Scope::Region(own) => Ok(OrderFilter {
            within: Some(own),
            ..filter.clone()
        }),
        Scope::Everywhere | Scope::Recipient(_) => Err(Error::Forbidden),
    }
}

/// What the store holds of an order.
struct Read {
    order: OrderKey,
    line: IssuedLine,
    /// The line that last asked for an acknowledgement, where that is another.
    owed: Option<IssuedLine>,
    /// When the warning ran out, if it did.
    ran_out: Option<WrittenTime>,
    /// The order its recipient has in the latest plan, where that is another.
    replaced_by: Option<OrderKey>,
    standing: Standing,
    answers: Vec<AnswerRecord>,
    notes: HashMap<AnswerKey, String>,
}

impl Read {
    async fn order(app: &App, tx: &mut Tx, order: OrderKey) -> Result<Self, Error> {
        let warning = app.origins.warning_of(tx, order).await?;
        let line = order::find_last_issued(tx, warning, order)
            .await?
            .ok_or(Error::NotFound)?;
        let owed = if line.owed == line.revision {
            None
        } else {
            order::find_issued(tx, warning, order, line.owed).await?
        };
        let head = notice::find_warning_by_key(tx, warning.0).await?;
        let ran_out = head.warning.and_then(|warning| warning.ran_out(app.now()));
        Ok(Self {
            order,
            ran_out,
            replaced_by: replaced_by(tx, warning, order, &line).await?,
            standing: ladder::find_standing(tx, order).await?,
            answers: answer::list_answers(tx, &[order]).await?,
            notes: HashMap::new(),
            line,
            owed,
        })
    }

    fn view(self, notice: &Arc<IssuedNotice>, now: DateTime<Utc>) -> OrderView {
        let (line, contents) = (&self.line, &notice.contents);
        let owed = self.owed.as_ref().unwrap_or(line);
        let acknowledge_by = owed.duty.acknowledge_by(owed.issued_at);
        let rung = self.standing.head.rung(line.change, line.owed);
        let state = self.state(notice, rung, now > acknowledge_by);
        OrderView {
            order: self.order,
            recipient: line.name.clone(),
            organ: notice.profile.organ.clone(),
            phone: notice.profile.duty_phone.clone(),
            document: notice.document.clone(),
            revision: line.revision,
            level: contents.level,
            measures_level: line.duty.level_beside(contents.level),
            classes: line.duty.classes.clone(),
            previous_level: notice.previous_level,
            response: notice.response_zh(),
            issued_at: notice.issued_at,
            effective: line.duty.effective,
            ends: notice.hours.1,
            control: line.duty.control.clone(),
            units: self.units(owed),
            added: added(&line.duty, now),
            basis: format!("{}；{}", notice.basis_zh(), line.duty.basis),
            law: notice.law_zh(),
            rung,
            open: open(&state, rung, self.standing.head, line, now),
            suspension: line.duty.suspension.filter(|it| !it.is_over(now)),
            state,
            acknowledge_by,
            answers: self
                .answers
                .iter()
                .rev()
                .map(|record| self.answer(record))
                .collect(),
        }
    }

    fn state(&self, notice: &IssuedNotice, rung: Rung, late: bool) -> OrderState {
        let confirmed = rung == Rung::LiftAcknowledged;
        if let Some(by) = self.replaced_by {
            return OrderState::Replaced { by };
        }
        if let Some(at) = self.ran_out.filter(|_| self.line.change != Change::Release) {
            return OrderState::RanOut { at };
        }
        match (self.line.change, rung) {
            (Change::Release, _) if notice.contents.kind == NoticeKind::Withdraw => {
                let reason = match &notice.contents.grounds {
                    Grounds::Judgement { reason } => reason.clone(),
                    Grounds::Instruction { number, .. } => number.clone(),
                    Grounds::Rules { .. } => String::new(),
                };
                OrderState::Withdrawn { reason, confirmed }
            }
            (Change::Release, _) => OrderState::Lifted { confirmed },
            _ if self.line.duty.is_suspended() => OrderState::Suspended {
                confirmed: rung >= Rung::Acknowledged,
            },
            (_, Rung::Issued | Rung::HandedOver) => OrderState::Waiting { late },
            (Change::Tell, _) => OrderState::Told,
            (_, Rung::InPlace) => OrderState::InPlace,
            _ => OrderState::Acknowledged,
        }
    }

    /// The units, with when each was reported since the duty began.
    fn units(&self, owed: &IssuedLine) -> Vec<UnitView> {
        let reported = |unit: &str| {
            let reports = self.answers.iter().filter(|answer| {
                answer.kind == AnswerKind::InPlace
                    && answer.revision >= owed.revision
                    && answer.unit.as_deref().is_none_or(|named| named == unit)
            });
            reports.map(|answer| answer.at).min()
        };
        let duty = &self.line.duty;
        let binds = self.line.change != Change::Release && !duty.is_suspended();
        // Of a unit that only goes on no hour is set.
        let by = |unit: &UnitDuty| {
            let is_set = !owed.duty.goes_on(unit, owed.issued_at);
            let by = owed.duty.in_place_by(unit, owed.issued_at);
            is_set.then(|| duty.not_before_resumed(by))
        };
        let units = duty.units.iter().map(|unit| UnitView {
            unit: unit.unit.clone(),
            measure: unit.measure.clone(),
            ramp_down_hours: unit.ramp_down_hours,
            in_place_by: by(unit).filter(|_| binds),
            in_place_at: reported(&unit.unit),
        });
        units.collect()
    }

    fn answer(&self, record: &AnswerRecord) -> AnswerView {
        AnswerView {
            key: record.key,
            revision: record.revision,
            kind: record.kind,
            unit: record.unit.clone(),
            reason: record.reason.clone(),
            note: self.notes.get(&record.key).cloned(),
            by_role: record.by.0.clone(),
            at: record.at,
            late: record.late,
            code: check_code(record.digest()),
        }
    }
}

/// What a duty has beyond the list.
fn added(duty: &Duty, now: DateTime<Utc>) -> Vec<AddedView> {
    let added = duty.added.iter().map(|added| AddedView {
        measure: added.measure.clone(),
        from: duty.begins(added),
        until: added.until,
        over: added.is_over(now),
    });
    added.collect()
}

/// What a page offers to answer. More is taken, since an answer may meet a notice on its way.
fn open(
    state: &OrderState,
    rung: Rung,
    head: Head,
    line: &IssuedLine,
    now: DateTime<Utc>,
) -> Vec<AnswerKind> {
    use AnswerKind::{Acknowledged, Help, InPlace, Objection};
    match state {
        OrderState::Replaced { .. } | OrderState::RanOut { .. } => Vec::new(),
        OrderState::Suspended { confirmed } if line.duty.is_suspended_at(now) => {
            let confirms = (!confirmed).then_some(Acknowledged);
            confirms.into_iter().chain([Help]).collect()
        }
        OrderState::Lifted { confirmed } | OrderState::Withdrawn { confirmed, .. } => {
            if *confirmed {
                Vec::new()
            } else {
                vec![Acknowledged]
            }
        }
        _ => {
            let mut open = Vec::new();
            if rung < Rung::Acknowledged {
                open.push(Acknowledged);
            }
            if head.in_place < line.owed && line.duty.control == Control::Required {
                open.push(InPlace);
            }
            open.extend([Objection, Help]);
            open
        }
    }
}

/// The order a recipient has in the latest plan when it is not this one: it was released, and then
/// began anew.
async fn replaced_by(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
    line: &IssuedLine,
) -> Result<Option<OrderKey>, Error> {
    let latest = ladder::find_latest_plan(tx, warning).await?;
    if latest == line.plan {
        return Ok(None);
    }
    let other = order::find_order_in(tx, latest, line.recipient).await?;
    Ok(other.filter(|other| *other != order))
}

impl OrderView {
    /// The latest answer that says the order was read.
    pub fn receipt(&self) -> Option<&AnswerView> {
        let acknowledges = |answer: &&AnswerView| {
            matches!(answer.kind, AnswerKind::Acknowledged | AnswerKind::InPlace)
        };
        self.answers.iter().find(acknowledges)
    }
}
