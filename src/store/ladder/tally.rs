//! The tally of a plan: how many of its orders, by county, have which status.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Place, counter};
use crate::domain::id::PlanKey;
use crate::domain::lane::Lane;
use crate::domain::order::{Rung, Status};
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;
use crate::store::db::{AroundRows, FromRow};
use crate::store::{Inconsistency, Result, StoreError, Tx};

/// One count of a plan's tally.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The county.
    pub county: String,
    /// The status.
    pub status: Status,
    /// How many orders of the county have it.
    pub orders: i64,
    /// Until when what is owed is to be acknowledged.
    pub acknowledge_by: DateTime<Utc>,
}

/// The tally of a plan; counts of zero are left out.
pub async fn list_tally(tx: &mut Tx, plan: PlanKey) -> Result<Vec<Counted>> {
    let rows: Vec<TallyRow> = tx
        .all(
            "SELECT tally.county, tally.rung, tally.owed, tally.objected, tally.helped,
                    tally.orders,
                    asked.issued_at
                        + CAST(asked.acknowledge_within AS BIGINT) * 60000 AS acknowledge_by
               FROM tally
               JOIN plan latest ON latest.plan_key   = tally.plan_key
               JOIN plan asked  ON asked.warning_key = latest.warning_key
                               AND asked.revision    = tally.owed
                               AND asked.issued_at IS NOT NULL
              WHERE tally.plan_key = $1
                AND tally.orders  <> 0
              ORDER BY tally.county, tally.rung",
            (plan.0,),
        )
        .await?;
    rows.into_iter().map(Counted::try_from).collect()
}

/// The same for the recipients who lie in a region, counted one by one: for a township or a local
/// unit, of which no tally is kept.
pub async fn count_within(tx: &mut Tx, plan: PlanKey, region: RegionCode) -> Result<Vec<Counted>> {
    let rows: Vec<TallyRow> = tx
        .all(
            concat!(
                "SELECT counted.county, counted.rung, counted.owed, counted.objected, counted.helped,
                        COUNT(*) AS orders,
                        asked.issued_at
                            + CAST(asked.acknowledge_within AS BIGINT) * 60000 AS acknowledge_by
                   FROM (SELECT latest.warning_key, l.county, ",
                status_columns!(),
                "          FROM plan latest
                           JOIN plan_line l ON l.plan_key      = latest.plan_key
                           JOIN recipient r ON r.recipient_key = l.recipient_key
                           LEFT JOIN order_head h ON h.order_key = l.order_key
                          WHERE latest.plan_key = $1
                            AND SUBSTR(r.region, 1, LENGTH($2)) = $2) AS counted
                   JOIN plan asked ON asked.warning_key = counted.warning_key
                                  AND asked.revision    = counted.owed
                                  AND asked.issued_at IS NOT NULL
                  GROUP BY counted.county, counted.rung, counted.owed, counted.objected,
                           counted.helped, asked.issued_at, asked.acknowledge_within
                  ORDER BY counted.county, counted.rung"
            ),
            (plan.0, region.stem()),
        )
        .await?;
    rows.into_iter().map(Counted::try_from).collect()
}

/// The orders of the warnings that stand which nobody has been handed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// How many.
    pub orders: i64,
    /// When the earliest notice was issued that asked for an answer and waits to be handed over. One
    /// that asks anew begins anew.
    pub since: Option<DateTime<Utc>>,
}

/// Counts the orders of a lane that nobody has been handed yet.
pub async fn count_unsent<L: Lane>(tx: &mut Tx) -> Result<Unsent> {
    let (orders, since): (i64, Option<i64>) = tx
        .one(
            "SELECT CAST(COALESCE(SUM(t.orders), 0) AS BIGINT), MIN(p.issued_at)
               FROM warning w
               JOIN tally   t ON t.plan_key    = w.plan_key
               JOIN plan    p ON p.warning_key = w.warning_key
                             AND p.revision    = t.owed
                             AND p.issued_at IS NOT NULL
              WHERE w.open
                AND w.lane   = $1
                AND t.rung   = $2
                AND t.orders <> 0",
            (L::NAME, Rung::Issued.as_str()),
        )
        .await?;
    Ok(Unsent {
        orders,
        since: since.and_then(from_millis),
    })
}

/// How many orders leave and reach each status.
#[derive(Debug, Default)]
pub(super) struct TallyMoves(BTreeMap<(PlanKey, String, Status), i64>);

pub(super) struct TallyMove<'c> {
    pub(super) plan: PlanKey,
    pub(super) county: &'c str,
    pub(super) status: Status,
    pub(super) orders: i64,
}

impl TallyMoves {
    pub(super) fn note(&mut self, place: &Place, before: Status, after: Status) {
        if let Some((plan, county)) = place.counted.as_ref().filter(|_| before != after) {
            *self.0.entry((*plan, county.clone(), before)).or_default() -= 1;
            *self.0.entry((*plan, county.clone(), after)).or_default() += 1;
        }
    }

    pub(super) async fn apply(&self, tx: &mut Tx) -> Result<()> {
        let moves = self.0.iter().filter(|(_, orders)| **orders != 0);
        let moves = moves.map(|((plan, county, status), &orders)| TallyMove {
            plan: *plan,
            county,
            status: *status,
            orders,
        });
        move_tally(tx, moves).await
    }
}

pub(super) async fn move_tally<'c>(
    tx: &mut Tx,
    moves: impl Iterator<Item = TallyMove<'c>>,
) -> Result<()> {
    const TALLY: AroundRows = AroundRows::new(
        "INSERT INTO tally (plan_key, county, rung, owed, objected, helped, orders)",
        "ON CONFLICT (plan_key, county, rung, owed, objected, helped)
           DO UPDATE SET orders = tally.orders + excluded.orders",
    );
    let rows: Vec<_> = moves
        .map(|moved| {
            let Status {
                rung,
                owed,
                objected,
                helped,
            } = moved.status;
            let county = moved.county.to_owned();
            let owed = counter(owed);
            (
                moved.plan.0,
                county,
                rung.as_str(),
                owed,
                objected,
                helped,
                moved.orders,
            )
        })
        .collect();
    tx.insert_many(TALLY, rows).await?;
    Ok(())
}

#[derive(FromRow)]
struct TallyRow {
    county: String,
    rung: String,
    owed: i32,
    objected: bool,
    helped: bool,
    orders: i64,
    acknowledge_by: i64,
}

impl TryFrom<TallyRow> for Counted {
    type Error = StoreError;

    fn try_from(row: TallyRow) -> Result<Self> {
        let wrong = |column| Inconsistency::on("tally").column(column).row(&row.county);
        let by = DateTime::from_timestamp_millis(row.acknowledge_by);
        Ok(Self {
            status: Status {
                rung: row
                    .rung
                    .parse()
                    .map_err(|error| wrong("rung").source(error))?,
                owed: row.owed.try_into().map_err(|_| wrong("owed"))?,
                objected: row.objected,
                helped: row.helped,
            },
            orders: row.orders,
            acknowledge_by: by.ok_or_else(|| wrong("owed"))?,
            county: row.county,
        })
    }
}
