//! The ladder in the store: the one door through which heads and tallies move.
//!
//! Whoever has news of orders — answers, deliveries — first [takes its turn](Turn::take), which
//! locks the warnings concerned against an issue and against others with news, and then
//! [climbs](Turn::climb) with what happened. A [`Turn`] cannot be made otherwise, so no head moves
//! unlocked. What happened is recorded elsewhere (`answer`, `attempt`); what is kept here is only
//! what boards ask for, and [`rebuild`] makes the same of the record.
//!
//! # Design notes
//!
//! Locks are taken in one order everywhere: warnings by key, then counters. An issue takes the
//! warning first as well. The number of statements follows the number of warnings and of five
//! hundreds of orders in a batch, not the number of orders.
//!
//! A tally counts the lines of a warning's latest plan. A recipient that was released earlier has
//! no line there: its head still moves, and no tally counts it. A tally begins with
//! [`count_orders`](super::plan::count_orders) when its plan is issued.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use super::db::{Among, AroundRows, FromRow};
use super::{Inconsistency, Result, StoreError, Tx, notice};
use crate::domain::id::{OrderKey, PlanKey, WarningId, WarningKey};
use crate::domain::order::{AnswerKind, Event, Head, Rung, Status, Timeliness};
use crate::domain::plan::Change;
use crate::domain::region::RegionCode;

mod rebuilt;
mod tally;

pub use rebuilt::{Ladder, list_stored, rebuild, set_ladder};
pub use tally::{Counted, Unsent, count_unsent, count_within, list_tally};

use tally::TallyMoves;

/// Something that happened to one order, at the revision it was shown or sent.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The order.
    pub order: OrderKey,
    /// What happened.
    pub event: Event,
    /// Which revision of the order it happened to, counted from 1.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which warning each order belongs to, as far as anybody has asked: it never changes.
#[derive(Clone, Debug, Default)]
pub struct Origins(Arc<Mutex<BTreeMap<i64, Range>>>);

/// Orders begun by one plan.
#[derive(Clone, Copy, Debug)]
struct Range {
    last: i64,
    warning: WarningKey,
}

/// The right to move some orders, until the end of the transaction.
#[derive(Debug)]
pub struct Turn {
    warnings: BTreeMap<WarningKey, Latest>,
    places: HashMap<OrderKey, Place>,
}

/// A warning, and its latest issued plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The warning's public id.
    pub id: WarningId,
    /// Its place.
    pub region: RegionCode,
    /// The plan.
    pub plan: PlanKey,
    /// Its revision, counted from 1.
    pub revision: u32,
}

/// Where one order stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its warning.
    pub warning: WarningKey,
    /// What its latest line means to the recipient.
    pub change: Change,
    /// The revision that last asked for an acknowledgement.
    pub owed: u32,
    /// How far it has come.
    pub standing: Standing,
    /// The county and plan it is counted under; none when the latest plan has no line for it.
    counted: Option<(PlanKey, String)>,
}

/// A head with the instants boards show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The highest revision that reached each rung.
    pub head: Head,
    /// When the acknowledgement that counts was given.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the last answer was given.
    pub answered_at: Option<DateTime<Utc>>,
}

/// What an answer means to its order: a report of some units, while others are still to come, says
/// only that the order was read. `timeliness` is that of an acknowledgement given with it.
pub fn answered(kind: AnswerKind, complete: bool, timeliness: Timeliness) -> Event {
    match kind {
        AnswerKind::InPlace if !complete => Event::Answered(AnswerKind::Acknowledged, timeliness),
        _ => Event::Answered(kind, timeliness),
    }
}

impl Standing {
    /// The standing after one more event.
    #[must_use]
    pub fn after(self, event: Event, revision: u32, at: DateTime<Utc>) -> Self {
        let head = self.head.after(event, revision);
        let acknowledges = head.acknowledged > self.head.acknowledged;
        let answers = matches!(event, Event::Answered(..));
        Self {
            head,
            acknowledged_at: if acknowledges {
                Some(at)
            } else {
                self.acknowledged_at
            },
            answered_at: if answers { Some(at) } else { self.answered_at },
        }
    }
}

impl Place {
    /// How it stands.
    pub fn status(&self) -> Status {
        self.standing.head.status(self.change, self.owed)
    }
}

impl Turn {
    /// Locks the warnings of these orders, in the order of their keys, and reads where the orders
    /// stand. [`StoreError::NotFound`] if one of them was never issued.
    pub async fn take(
        tx: &mut Tx,
        origins: &Origins,
        orders: impl IntoIterator<Item = OrderKey> + Send,
    ) -> Result<Self> {
        let orders: BTreeSet<OrderKey> = orders.into_iter().collect();
        let mut by_warning: BTreeMap<WarningKey, Vec<i64>> = BTreeMap::new();
        for order in orders {
            let warning = origins.warning_of(tx, order).await?;
            by_warning.entry(warning).or_default().push(order.0);
        }
        let mut turn = Self {
            warnings: BTreeMap::new(),
            places: HashMap::new(),
        };
        for (&warning, orders) in &by_warning {
            let latest = lock_warning(tx, warning).await?;
            turn.warnings.insert(warning, latest);
            turn.places
                .extend(places(tx, warning, latest, orders).await?);
        }
        Ok(turn)
    }

    /// Where an order of this turn stands.
    pub fn place(&self, order: OrderKey) -> Option<&Place> {
        self.places.get(&order)
    }

    /// The warning an order belongs to, and its latest plan.
    pub fn latest(&self, order: OrderKey) -> Option<Latest> {
        let warning = self.places.get(&order)?.warning;
        self.warnings.get(&warning).copied()
    }

    /// Moves the heads and the tallies by what happened, in order, and answers with the rung each
    /// order stood on after its step.
    pub async fn climb(&mut self, tx: &mut Tx, steps: &[Step]) -> Result<Vec<Rung>> {
        let mut moved = BTreeSet::new();
        let mut tally = TallyMoves::default();
        let mut answers: BTreeMap<WarningKey, i64> = BTreeMap::new();
        let mut rungs = Vec::with_capacity(steps.len());
        for step in steps {
            let place = self
                .places
                .get_mut(&step.order)
                .ok_or(StoreError::NotFound)?;
            let before = place.status();
            place.standing = place.standing.after(step.event, step.revision, step.at);
            let after = place.status();
            tally.note(place, before, after);
            moved.insert(step.order);
            if matches!(step.event, Event::Answered(..)) {
                *answers.entry(place.warning).or_default() += 1;
            }
            rungs.push(after.rung);
        }
        let heads = moved
            .iter()
            .map(|order| (*order, &self.places[order].standing));
        set_heads(tx, heads).await?;
        tally.apply(tx).await?;
        for (warning, count) in answers {
            count_answers(tx, warning, count).await?;
        }
        Ok(rungs)
    }
}

/// How far an order has come; nowhere while nobody has heard of it.
pub async fn find_standing(tx: &mut Tx, order: OrderKey) -> Result<Standing> {
    let rows = find_heads(tx, &[order.0]).await?;
    let row = rows.into_iter().next();
    Ok(row.map(Standing::try_from).transpose()?.unwrap_or_default())
}

impl Origins {
    /// The warning an order belongs to.
    pub async fn warning_of(&self, tx: &mut Tx, order: OrderKey) -> Result<WarningKey> {
        if let Some(warning) = self.known(order) {
            return Ok(warning);
        }
        let row: OriginRow = tx
            .one(
                "SELECT first_order, last_order, warning_key
                   FROM plan
                  WHERE first_order <= $1
                  ORDER BY first_order DESC
                  LIMIT 1",
                (order.0,),
            )
            .await?;
        if row.last_order < order.0 {
            return Err(StoreError::NotFound);
        }
        let range = Range {
            last: row.last_order,
            warning: WarningKey(row.warning_key),
        };
        self.ranges().insert(row.first_order, range);
        Ok(range.warning)
    }

    fn known(&self, order: OrderKey) -> Option<WarningKey> {
        let ranges = self.ranges();
        let (_, range) = ranges.range(..=order.0).next_back()?;
        (range.last >= order.0).then_some(range.warning)
    }

    fn ranges(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Range>> {
        self.0.lock().expect("looking up a range does not panic")
    }
}

async fn lock_warning(tx: &mut Tx, warning: WarningKey) -> Result<Latest> {
    let head = notice::lock_warning(tx, warning.0).await?;
    let wrong = || Inconsistency::on("warning").column("revision").row(warning);
    Ok(Latest {
        id: head.id,
        region: head.region,
        plan: PlanKey(head.plan.ok_or(StoreError::NotFound)?),
        revision: head.revision.try_into().map_err(|_| wrong())?,
    })
}

/// The latest issued plan of a warning.
pub async fn find_latest_plan(tx: &mut Tx, warning: WarningKey) -> Result<PlanKey> {
    let plan: Option<i64> = tx
        .scalar(
            "SELECT plan_key FROM warning WHERE warning_key = $1",
            (warning.0,),
        )
        .await?;
    Ok(PlanKey(plan.ok_or(StoreError::NotFound)?))
}

async fn count_answers(tx: &mut Tx, warning: WarningKey, count: i64) -> Result<()> {
    tx.execute(
        "UPDATE warning SET answers = answers + $2 WHERE warning_key = $1",
        (warning.0, count),
    )
    .await?;
    Ok(())
}

/// Where some orders of one warning stand.
async fn places(
    tx: &mut Tx,
    warning: WarningKey,
    latest: Latest,
    orders: &[i64],
) -> Result<HashMap<OrderKey, Place>> {
    let mut places = HashMap::with_capacity(orders.len());
    for row in latest_places(tx, latest.plan, orders).await? {
        let counted = Some((latest.plan, row.line.county.clone()));
        places.insert(OrderKey(row.line.order_key), row.place(warning, counted)?);
    }
    let released: Vec<i64> = orders
        .iter()
        .copied()
        .filter(|&order| !places.contains_key(&OrderKey(order)))
        .collect();
    // Oldest first, so that the last line of each order stays.
    for row in earlier_places(tx, warning, &released).await? {
        places.insert(OrderKey(row.line.order_key), row.place(warning, None)?);
    }
    if places.len() < orders.len() {
        return Err(StoreError::NotFound);
    }
    Ok(places)
}

/// The columns of a [`PlaceRow`], from a line `l` and, where its order has one, its head `h`.
macro_rules! place_columns {
    () => {
        "l.order_key, l.change, l.owed, l.county,
         COALESCE(h.handed_over, 0)  AS handed_over,
         COALESCE(h.acknowledged, 0) AS acknowledged,
         COALESCE(h.in_place, 0)     AS in_place,
         COALESCE(h.objected, 0)     AS objected,
         COALESCE(h.helped, 0)       AS helped,
         COALESCE(h.late, 0)         AS late,
         h.acknowledged_at, h.answered_at"
    };
}

async fn latest_places(tx: &mut Tx, plan: PlanKey, orders: &[i64]) -> Result<Vec<PlaceRow>> {
    const PLACES: Among = Among::new(
        concat!(
            "SELECT ",
            place_columns!(),
            " FROM plan_line l
              LEFT JOIN order_head h ON h.order_key = l.order_key
             WHERE l.plan_key = $1
               AND l.order_key"
        ),
        "",
    );
    tx.all_among(PLACES, (plan.0,), orders).await
}

async fn earlier_places(tx: &mut Tx, warning: WarningKey, orders: &[i64]) -> Result<Vec<PlaceRow>> {
    const PLACES: Among = Among::new(
        concat!(
            "SELECT ",
            place_columns!(),
            " FROM plan p
              JOIN plan_line l       ON l.plan_key  = p.plan_key
              LEFT JOIN order_head h ON h.order_key = l.order_key
             WHERE p.warning_key = $1
               AND p.issued_at IS NOT NULL
               AND l.order_key"
        ),
        "ORDER BY p.revision",
    );
    tx.all_among(PLACES, (warning.0,), orders).await
}

async fn find_heads(tx: &mut Tx, orders: &[i64]) -> Result<Vec<HeadRow>> {
    const HEADS: Among = Among::new(
        "SELECT order_key, handed_over, acknowledged, in_place, objected, helped, late,
                acknowledged_at, answered_at
           FROM order_head
          WHERE order_key",
        "",
    );
    tx.all_among(HEADS, (), orders).await
}

async fn set_heads<'h>(
    tx: &mut Tx,
    heads: impl IntoIterator<Item = (OrderKey, &'h Standing)>,
) -> Result<()> {
    const HEADS: AroundRows = AroundRows::new(
        "INSERT INTO order_head (order_key, handed_over, acknowledged, in_place, objected, helped,
                                 late, acknowledged_at, answered_at)",
        "ON CONFLICT (order_key)
           DO UPDATE SET handed_over     = excluded.handed_over,
                         acknowledged    = excluded.acknowledged,
                         in_place        = excluded.in_place,
                         objected        = excluded.objected,
                         helped          = excluded.helped,
                         late            = excluded.late,
                         acknowledged_at = excluded.acknowledged_at,
                         answered_at     = excluded.answered_at",
    );
    let millis = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_millis());
    let rows: Vec<_> = heads
        .into_iter()
        .map(|(order, standing)| {
            let head = standing.head;
            (
                order.0,
                counter(head.handed_over),
                counter(head.acknowledged),
                counter(head.in_place),
                counter(head.objected),
                counter(head.helped),
                counter(head.late),
                millis(standing.acknowledged_at),
                millis(standing.answered_at),
            )
        })
        .collect();
    tx.insert_many(HEADS, rows).await?;
    Ok(())
}

#[derive(FromRow)]
struct OriginRow {
    first_order: i64,
    last_order: i64,
    warning_key: i64,
}

#[derive(FromRow)]
struct LineRow {
    order_key: i64,
    change: String,
    owed: i32,
    county: String,
}

impl LineRow {
    fn change(&self) -> Result<Change> {
        self.change.parse().map_err(|_| self.inconsistent("change"))
    }

    fn owed(&self) -> Result<u32> {
        self.owed.try_into().map_err(|_| self.inconsistent("owed"))
    }

    fn inconsistent(&self, column: &'static str) -> StoreError {
        let row = Inconsistency::on("plan_line").row(self.order_key);
        row.column(column).into()
    }
}

#[derive(FromRow)]
struct HeadRow {
    order_key: i64,
    handed_over: i32,
    acknowledged: i32,
    in_place: i32,
    objected: i32,
    helped: i32,
    late: i32,
    acknowledged_at: Option<i64>,
    answered_at: Option<i64>,
}

#[derive(FromRow)]
struct PlaceRow {
    #[sqlx(flatten)]
    line: LineRow,
    #[sqlx(flatten)]
    head: HeadRow,
}

impl PlaceRow {
    fn place(self, warning: WarningKey, counted: Option<(PlanKey, String)>) -> Result<Place> {
        Ok(Place {
            warning,
            change: self.line.change()?,
            owed: self.line.owed()?,
            standing: self.head.try_into()?,
            counted,
        })
    }
}

impl TryFrom<HeadRow> for Standing {
    type Error = StoreError;

    fn try_from(row: HeadRow) -> Result<Self> {
        let wrong = |column| {
            Inconsistency::on("order_head")
                .row(row.order_key)
                .column(column)
        };
        let revision = |column, value: i32| u32::try_from(value).map_err(|_| wrong(column));
        let instant = |column, at: Option<i64>| {
            at.map(|at| DateTime::from_timestamp_millis(at).ok_or_else(|| wrong(column)))
                .transpose()
        };
        Ok(Self {
            head: Head {
                handed_over: revision("handed_over", row.handed_over)?,
                acknowledged: revision("acknowledged", row.acknowledged)?,
                in_place: revision("in_place", row.in_place)?,
                objected: revision("objected", row.objected)?,
                helped: revision("helped", row.helped)?,
                late: revision("late", row.late)?,
            },
            acknowledged_at: instant("acknowledged_at", row.acknowledged_at)?,
            answered_at: instant("answered_at", row.answered_at)?,
        })
    }
}

/// A revision as the store keeps it; a warning has a handful of notices.
fn counter(revision: u32) -> i32 {
    i32::try_from(revision).unwrap_or(i32::MAX)
}
