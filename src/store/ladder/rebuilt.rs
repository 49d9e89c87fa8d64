//! A warning's whole ladder: as it is stored, as the record says it should be, and the one put in
//! the place of the other.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::tally::{TallyMove, list_tally, move_tally};
use super::{
    HeadRow, LineRow, Standing, Step, answered, find_latest_plan, lock_warning, set_heads,
};
use crate::domain::id::{OrderKey, WarningKey};
use crate::domain::order::{AnswerKind, Event, Status, Timeliness};
use crate::store::db::FromRow;
use crate::store::{Inconsistency, Result, StoreError, Tx};

/// Every head and count of one warning: what is stored, or what the record says it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// The heads of the orders anybody has heard of.
    pub heads: BTreeMap<OrderKey, Standing>,
    /// Orders of the latest plan by county and status; counts of zero are left out.
    pub tally: BTreeMap<(String, Status), i64>,
}

/// What is stored of a warning's heads and of its latest plan's tally.
pub async fn list_stored(tx: &mut Tx, warning: WarningKey) -> Result<Ladder> {
    let latest = find_latest_plan(tx, warning).await?;
    let mut ladder = Ladder::default();
    for (first, last) in order_ranges(tx, warning).await? {
        let rows: Vec<HeadRow> = tx
            .all(
                "SELECT order_key, handed_over, acknowledged, in_place, objected, helped, late,
                        acknowledged_at, answered_at
                   FROM order_head
                  WHERE order_key BETWEEN $1 AND $2",
                (first, last),
            )
            .await?;
        for row in rows {
            ladder
                .heads
                .insert(OrderKey(row.order_key), row.try_into()?);
        }
    }
    for counted in list_tally(tx, latest).await? {
        let key = (counted.county, counted.status);
        ladder.tally.insert(key, counted.orders);
    }
    Ok(ladder)
}

/// What a warning's attempts and answers say that its heads and tally should be.
pub async fn rebuild(tx: &mut Tx, warning: WarningKey) -> Result<Ladder> {
    let latest = find_latest_plan(tx, warning).await?;
    let mut ladder = Ladder::default();
    for step in recorded_steps(tx, warning).await? {
        let standing = ladder.heads.entry(step.order).or_default();
        *standing = standing.after(step.event, step.revision, step.at);
    }
    let lines: Vec<LineRow> = tx
        .all(
            "SELECT order_key, change, owed, county
               FROM plan_line
              WHERE plan_key = $1",
            (latest.0,),
        )
        .await?;
    for line in lines {
        let standing = ladder.heads.get(&OrderKey(line.order_key));
        let head = standing.map(|standing| standing.head).unwrap_or_default();
        let status = head.status(line.change()?, line.owed()?);
        *ladder.tally.entry((line.county, status)).or_default() += 1;
    }
    Ok(ladder)
}

/// Puts rebuilt heads and counts in the place of the stored ones. To be called in the transaction
/// of a [`Turn`](super::Turn) or while nobody else writes.
pub async fn set_ladder(tx: &mut Tx, warning: WarningKey, ladder: &Ladder) -> Result<()> {
    let latest = lock_warning(tx, warning).await?;
    for (first, last) in order_ranges(tx, warning).await? {
        tx.execute(
            "DELETE FROM order_head WHERE order_key BETWEEN $1 AND $2",
            (first, last),
        )
        .await?;
    }
    tx.execute("DELETE FROM tally WHERE plan_key = $1", (latest.plan.0,))
        .await?;
    set_heads(
        tx,
        ladder
            .heads
            .iter()
            .map(|(&order, standing)| (order, standing)),
    )
    .await?;
    let counts = ladder
        .tally
        .iter()
        .map(|((county, status), &orders)| TallyMove {
            plan: latest.plan,
            county,
            status: *status,
            orders,
        });
    move_tally(tx, counts).await
}

/// The orders a warning's issued plans began, as first and last keys.
async fn order_ranges(tx: &mut Tx, warning: WarningKey) -> Result<Vec<(i64, i64)>> {
    tx.all(
        "SELECT first_order, last_order
           FROM plan
          WHERE warning_key = $1
            AND issued_at IS NOT NULL
            AND last_order IS NOT NULL",
        (warning.0,),
    )
    .await
}

/// What is on record about a warning's orders: deliveries in any order, answers as they came.
async fn recorded_steps(tx: &mut Tx, warning: WarningKey) -> Result<Vec<Step>> {
    let delivered: Vec<DeliveryRow> = tx
        .all(
            "SELECT message.order_key, plan.revision, attempt.at
               FROM plan
               JOIN message ON message.plan_key = plan.plan_key
               JOIN attempt ON attempt.message_key = message.message_key
              WHERE plan.warning_key = $1
                AND attempt.outcome = 'delivered'",
            (warning.0,),
        )
        .await?;
    let mut steps = delivered
        .into_iter()
        .map(Step::try_from)
        .collect::<Result<Vec<_>>>()?;
    let mut answers: Vec<AnswerRow> = Vec::new();
    for (first, last) in order_ranges(tx, warning).await? {
        let rows: Vec<AnswerRow> = tx
            .all(
                "SELECT a.answer_key, a.order_key, a.revision, a.kind, a.complete, a.at, shown.owed,
                        owed.issued_at
                            + CAST(owed.acknowledge_within AS BIGINT) * 60000 AS acknowledge_by
                   FROM answer a
                   JOIN plan_line shown ON shown.plan_key   = a.plan_key
                                       AND shown.order_key  = a.order_key
                   JOIN plan owed       ON owed.warning_key = $1
                                       AND owed.revision    = shown.owed
                                       AND owed.issued_at IS NOT NULL
                  WHERE a.order_key BETWEEN $2 AND $3",
                (warning.0, first, last),
            )
            .await?;
        answers.extend(rows);
    }
    answers.sort_unstable_by_key(|row| row.answer_key);
    for row in answers {
        steps.push(row.try_into()?);
    }
    Ok(steps)
}

#[derive(FromRow)]
struct DeliveryRow {
    order_key: i64,
    revision: i32,
    at: i64,
}

impl TryFrom<DeliveryRow> for Step {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self> {
        let wrong = |column| {
            Inconsistency::on("attempt")
                .column(column)
                .row(row.order_key)
        };
        Ok(Self {
            order: OrderKey(row.order_key),
            event: Event::HandedOver,
            revision: row.revision.try_into().map_err(|_| wrong("revision"))?,
            at: DateTime::from_timestamp_millis(row.at).ok_or_else(|| wrong("at"))?,
        })
    }
}

#[derive(FromRow)]
struct AnswerRow {
    answer_key: i64,
    order_key: i64,
    revision: i32,
    kind: String,
    complete: bool,
    at: i64,
    owed: i32,
    acknowledge_by: i64,
}

impl TryFrom<AnswerRow> for Step {
    type Error = StoreError;

    fn try_from(row: AnswerRow) -> Result<Self> {
        let wrong = |column| {
            Inconsistency::on("answer")
                .column(column)
                .row(row.answer_key)
        };
        let kind: AnswerKind = row.kind.parse().map_err(|_| wrong("kind"))?;
        let at = DateTime::from_timestamp_millis(row.at).ok_or_else(|| wrong("at"))?;
        let by = DateTime::from_timestamp_millis(row.acknowledge_by);
        let owed = row.owed.try_into().map_err(|_| wrong("plan_key"))?;
        let timeliness = Timeliness::of(at, owed, by.ok_or_else(|| wrong("plan_key"))?);
        Ok(Self {
            order: OrderKey(row.order_key),
            event: answered(kind, row.complete, timeliness),
            revision: row.revision.try_into().map_err(|_| wrong("revision"))?,
            at,
        })
    }
}
