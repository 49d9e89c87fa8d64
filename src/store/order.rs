//! Orders as their recipients see them: the issued lines of a warning, read by order.
//!
//! Nothing here writes: lines are issued with their [`plan`](super::plan), heads move on the
//! [`ladder`](super::ladder).

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, StoreError, Tx};
use crate::domain::id::{ContactKey, OrderKey, PlanKey, RecipientKey, WarningKey};
use crate::domain::order::Rung;
use crate::domain::plan::{Change, Duty};
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// One line of an issued plan: what an order said from one notice to the next.
#[derive(Clone, Debug)]
pub struct IssuedLine {
    /// The plan.
    pub plan: PlanKey,
    /// The plan's revision.
    pub revision: u32,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Who received it.
    pub recipient: RecipientKey,
    /// What they are called.
    pub name: String,
    /// What it meant to them.
    pub change: Change,
    /// The revision that last asked for an acknowledgement.
    pub owed: u32,
    /// What it says, as it holds since its issue.
    pub duty: Duty,
}

/// A contact as an order's link names it: whose it is, and whether it still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The recipient it speaks for.
    pub recipient: RecipientKey,
    /// Whether the list still has it.
    pub active: bool,
}

/// Which orders of a plan.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// On this rung.
    pub rung: Option<Rung>,
    /// In this county.
    pub county: Option<RegionCode>,
    /// Of recipients who lie in this region: of a county, a township or a local unit.
    pub within: Option<RegionCode>,
    /// With this in the recipient's name, or as the order's number.
    pub text: Option<String>,
    /// With this standing out.
    pub mark: Option<Mark>,
}

/// What stands out about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// 逾期未签收: not acknowledged, and the deadline has passed.
    Overdue,
    /// 异议: what is owed was objected to.
    Objected,
    /// 求助: help was asked for with it.
    Helped,
}

impl Mark {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Objected => "objected",
            Self::Helped => "helped",
        }
    }
}

/// An order as a list shows it.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// The order.
    pub order: OrderKey,
    /// What its recipient is called.
    pub recipient: String,
    /// The county it is counted under.
    pub county: String,
    /// What the latest plan means to the recipient.
    pub change: Change,
    /// How far it has come.
    pub rung: Rung,
    /// What it says.
    pub duty: Duty,
    /// Whether its acknowledgement came late.
    pub late: bool,
    /// What stands out.
    pub marks: Vec<Mark>,
    /// When the acknowledgement that counts was given.
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// What an order said at a revision of its warning.
pub async fn find_issued(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
    revision: u32,
) -> Result<Option<IssuedLine>> {
    let lines = list_issued(tx, warning, revision, &[order.0]).await?;
    Ok(lines.into_values().next())
}

/// What some orders said at a revision of their warning; those it had no line for are left out.
pub async fn list_issued(
    tx: &mut Tx,
    warning: WarningKey,
    revision: u32,
    orders: &[i64],
) -> Result<HashMap<OrderKey, IssuedLine>> {
    const ISSUED: Among = Among::new(
        "SELECT l.order_key, p.plan_key, p.revision, p.issued_at,
                l.recipient_key, l.name, l.change, l.owed, l.snapshot
           FROM plan p
           JOIN plan_line l ON l.plan_key = p.plan_key
          WHERE p.warning_key = $1
            AND p.revision    = $2
            AND p.issued_at IS NOT NULL
            AND l.order_key",
        "",
    );
    let rows: Vec<IssuedRow> = tx
        .all_among(ISSUED, (warning.0, i64::from(revision)), orders)
        .await?;
    let lines = rows
        .into_iter()
        .map(|row| Ok((OrderKey(row.order_key), row.try_into()?)));
    lines.collect()
}

/// What an order said last.
pub async fn find_last_issued(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
) -> Result<Option<IssuedLine>> {
    let row: Option<IssuedRow> = tx
        .optional(
            "SELECT l.order_key, p.plan_key, p.revision, p.issued_at,
                    l.recipient_key, l.name, l.change, l.owed, l.snapshot
               FROM plan p
               JOIN plan_line l ON l.plan_key = p.plan_key
              WHERE p.warning_key = $1
                AND p.issued_at IS NOT NULL
                AND l.order_key   = $2
              ORDER BY p.revision DESC
              LIMIT 1",
            (warning.0, order.0),
        )
        .await?;
    Ok(row.map(IssuedLine::try_from).transpose()?)
}

/// The order that stands for a recipient in a plan.
pub async fn find_order_in(
    tx: &mut Tx,
    plan: PlanKey,
    recipient: RecipientKey,
) -> Result<Option<OrderKey>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT order_key
               FROM plan_line
              WHERE plan_key      = $1
                AND recipient_key = $2",
            (plan.0, recipient.0),
        )
        .await?;
    Ok(row.map(|(order,)| OrderKey(order)))
}

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What comes after an order.
    After(OrderKey),
    /// What comes before an order.
    Before(OrderKey),
}

/// The orders of a plan that a filter lets through, from `$1` plan, `$2` now, `$3` rung, `$4`
/// county, `$5` text, `$6` mark and `$7` what the codes of their regions begin with. A name that loses something by taking a text out of it holds
/// that text, on either engine.
macro_rules! listed {
    () => {
        concat!(
            "FROM (SELECT l.order_key, l.recipient_key, l.name, l.county, l.change, l.snapshot,
                          COALESCE(h.late, 0) AS late,
                          COALESCE(h.acknowledged, 0) < l.owed
                              AND asked.issued_at
                                  + CAST(asked.acknowledge_within AS BIGINT) * 60000 < $2 AS overdue,
                          h.acknowledged_at, ",
            status_columns!(),
            "
                  FROM plan latest
                  JOIN plan_line l    ON l.plan_key        = latest.plan_key
                  JOIN plan asked     ON asked.warning_key = latest.warning_key
                                     AND asked.revision    = l.owed
                                     AND asked.issued_at IS NOT NULL
                  LEFT JOIN order_head h ON h.order_key = l.order_key
                 WHERE latest.plan_key = $1) AS listed
          WHERE ($3 = '' OR rung   = $3)
            AND ($4 = '' OR county = $4)
            AND ($5 = '' OR REPLACE(name, $5, '') <> name
                         OR CAST(order_key AS TEXT) = $5)
            AND ($6 = '' OR ($6 = 'overdue'  AND overdue)
                         OR ($6 = 'objected' AND objected)
                         OR ($6 = 'helped'   AND helped))
            AND ($7 = '' OR EXISTS (SELECT 1
                                      FROM recipient r
                                     WHERE r.recipient_key = listed.recipient_key
                                       AND SUBSTR(r.region, 1, LENGTH($7)) = $7))"
        )
    };
}

impl OrderFilter {
    /// The parameters of `listed!`.
    fn parameters(
        &self,
        plan: PlanKey,
        now: DateTime<Utc>,
    ) -> (i64, i64, &str, &str, &str, &str, &str) {
        (
            plan.0,
            now.timestamp_millis(),
            self.rung.map_or("", Rung::as_str),
            self.county.as_ref().map_or("", |county| county.as_str()),
            self.text.as_deref().unwrap_or_default(),
            self.mark.map_or("", Mark::as_str),
            self.within.as_ref().map_or("", RegionCode::stem),
        )
    }
}

/// A part of the orders of a plan, in key order.
pub async fn list_orders(
    tx: &mut Tx,
    plan: PlanKey,
    filter: &OrderFilter,
    now: DateTime<Utc>,
    part: Part,
    limit: i64,
) -> Result<Vec<OrderRow>> {
    const AFTER: &str = concat!(
        "SELECT order_key, name, county, change, snapshot, rung, owed, late, objected, helped,
                overdue, acknowledged_at ",
        listed!(),
        " AND order_key > $8 ORDER BY order_key LIMIT $9"
    );
    const BEFORE: &str = concat!(
        "SELECT order_key, name, county, change, snapshot, rung, owed, late, objected, helped,
                overdue, acknowledged_at ",
        listed!(),
        " AND order_key < $8 ORDER BY order_key DESC LIMIT $9"
    );
    let (sql, key) = match part {
        Part::After(order) => (AFTER, order.0),
        Part::Before(order) => (BEFORE, order.0),
    };
    let (plan, now, rung, county, text, mark, within) = filter.parameters(plan, now);
    let rows: Vec<ListedRow> = tx
        .all(
            sql,
            (plan, now, rung, county, text, mark, within, key, limit),
        )
        .await?;
    let mut orders = rows
        .into_iter()
        .map(|row| Ok(row.try_into()?))
        .collect::<Result<Vec<_>>>()?;
    if let Part::Before(_) = part {
        orders.reverse();
    }
    Ok(orders)
}

/// How many orders of a plan a filter lets through.
pub async fn count_orders(
    tx: &mut Tx,
    plan: PlanKey,
    filter: &OrderFilter,
    now: DateTime<Utc>,
) -> Result<i64> {
    tx.scalar(
        concat!("SELECT COUNT(*) ", listed!()),
        filter.parameters(plan, now),
    )
    .await
}

/// Where a recipient lies.
pub async fn find_region(tx: &mut Tx, recipient: RecipientKey) -> Result<RegionCode> {
    let regions = list_regions(tx, &[recipient.0]).await?;
    let region = regions.into_values().next();
    region.ok_or(StoreError::NotFound)
}

/// Where some recipients lie.
pub async fn list_regions(
    tx: &mut Tx,
    recipients: &[i64],
) -> Result<HashMap<RecipientKey, RegionCode>> {
    const REGIONS: Among = Among::new(
        "SELECT recipient_key, region FROM recipient WHERE recipient_key",
        "",
    );
    let rows: Vec<(i64, String)> = tx.all_among(REGIONS, (), recipients).await?;
    let regions = rows.into_iter().map(|(recipient, region)| {
        let wrong = |error| {
            Inconsistency::on("recipient")
                .column("region")
                .row(recipient)
                .source(error)
        };
        Ok((RecipientKey(recipient), region.parse().map_err(wrong)?))
    });
    regions.collect()
}

/// Whose a contact is; none once it was erased.
pub async fn find_holder(tx: &mut Tx, contact: ContactKey) -> Result<Option<Holder>> {
    let holders = list_holders(tx, &[contact.0]).await?;
    Ok(holders.into_values().next())
}

/// Whose some contacts are; those that were erased are left out.
pub async fn list_holders(tx: &mut Tx, contacts: &[i64]) -> Result<HashMap<ContactKey, Holder>> {
    const HOLDERS: Among = Among::new(
        "SELECT contact_key, recipient_key, active FROM contact WHERE contact_key",
        "",
    );
    let rows: Vec<(i64, i64, bool)> = tx.all_among(HOLDERS, (), contacts).await?;
    let holders = rows.into_iter().map(|(contact, recipient, active)| {
        let recipient = RecipientKey(recipient);
        (ContactKey(contact), Holder { recipient, active })
    });
    Ok(holders.collect())
}

#[derive(FromRow)]
struct IssuedRow {
    order_key: i64,
    plan_key: i64,
    revision: i32,
    issued_at: i64,
    recipient_key: i64,
    name: String,
    change: String,
    owed: i32,
    snapshot: String,
}

impl TryFrom<IssuedRow> for IssuedLine {
    type Error = Inconsistency;

    fn try_from(row: IssuedRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("plan_line")
                .column(column)
                .row(row.plan_key)
        };
        let issued_at = from_millis(row.issued_at).ok_or_else(|| wrong("issued_at"))?;
        let change = row.change.parse();
        let change = change.map_err(|error| wrong("change").source(error))?;
        let duty: Duty =
            serde_json::from_str(&row.snapshot).map_err(|e| wrong("snapshot").source(e))?;
        Ok(Self {
            plan: PlanKey(row.plan_key),
            revision: row.revision.try_into().map_err(|_| wrong("revision"))?,
            issued_at,
            recipient: RecipientKey(row.recipient_key),
            change,
            owed: row.owed.try_into().map_err(|_| wrong("owed"))?,
            duty: duty.told_at(change, issued_at),
            name: row.name,
        })
    }
}

#[derive(FromRow)]
struct ListedRow {
    order_key: i64,
    name: String,
    county: String,
    change: String,
    snapshot: String,
    rung: String,
    owed: i32,
    late: i32,
    objected: bool,
    helped: bool,
    overdue: bool,
    acknowledged_at: Option<i64>,
}

impl ListedRow {
    fn marks(&self) -> Vec<Mark> {
        let marks = [
            (self.overdue, Mark::Overdue),
            (self.objected, Mark::Objected),
            (self.helped, Mark::Helped),
        ];
        let marks = marks.into_iter().filter(|(stands_out, _)| *stands_out);
        marks.map(|(_, mark)| mark).collect()
    }
}

impl TryFrom<ListedRow> for OrderRow {
    type Error = Inconsistency;

    fn try_from(row: ListedRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("plan_line")
                .column(column)
                .row(row.order_key)
        };
        Ok(Self {
            order: OrderKey(row.order_key),
            change: row
                .change
                .parse()
                .map_err(|error| wrong("change").source(error))?,
            duty: serde_json::from_str(&row.snapshot).map_err(|e| wrong("snapshot").source(e))?,
            rung: row
                .rung
                .parse()
                .map_err(|error| wrong("rung").source(error))?,
            late: row.late >= row.owed,
            marks: row.marks(),
            acknowledged_at: row.acknowledged_at.and_then(from_millis),
            recipient: row.name,
            county: row.county,
        })
    }
}
