//! Orders as their recipients see them: the issued lines of a warning, read by order.
//!
//! Nothing here writes: lines are issued with their [`plan`](super::plan), heads move on the
//! [`ladder`](super::ladder).

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::id::{ContactKey, OrderKey, PlanKey, RecipientKey, WarningKey};
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
    /// What it says.
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

/// What an order said at a revision of its warning.
pub async fn find_issued(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
    revision: u32,
) -> Result<Option<IssuedLine>> {
    let row: Option<IssuedRow> = tx
        .optional(
            "SELECT p.plan_key, p.revision, p.issued_at,
                    l.recipient_key, l.name, l.change, l.owed, l.snapshot
               FROM plan p
               JOIN plan_line l ON l.plan_key = p.plan_key
              WHERE p.warning_key = $1
                AND p.revision    = $2
                AND p.issued_at IS NOT NULL
                AND l.order_key   = $3",
            (warning.0, i64::from(revision), order.0),
        )
        .await?;
    Ok(row.map(IssuedLine::try_from).transpose()?)
}

/// What an order said last.
pub async fn find_last_issued(
    tx: &mut Tx,
    warning: WarningKey,
    order: OrderKey,
) -> Result<Option<IssuedLine>> {
    let row: Option<IssuedRow> = tx
        .optional(
            "SELECT p.plan_key, p.revision, p.issued_at,
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

/// Where a recipient lies.
pub async fn find_region(tx: &mut Tx, recipient: RecipientKey) -> Result<RegionCode> {
    let text: String = tx
        .scalar(
            "SELECT region FROM recipient WHERE recipient_key = $1",
            (recipient.0,),
        )
        .await?;
    let wrong = |error| {
        Inconsistency::on("recipient")
            .column("region")
            .row(recipient)
            .source(error)
    };
    Ok(text.parse().map_err(wrong)?)
}

/// Whose a contact is; none once it was erased.
pub async fn find_holder(tx: &mut Tx, contact: ContactKey) -> Result<Option<Holder>> {
    let row: Option<(i64, bool)> = tx
        .optional(
            "SELECT recipient_key, active FROM contact WHERE contact_key = $1",
            (contact.0,),
        )
        .await?;
    Ok(row.map(|(recipient, active)| Holder {
        recipient: RecipientKey(recipient),
        active,
    }))
}

#[derive(FromRow)]
struct IssuedRow {
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
        Ok(Self {
            plan: PlanKey(row.plan_key),
            revision: row.revision.try_into().map_err(|_| wrong("revision"))?,
            issued_at: from_millis(row.issued_at).ok_or_else(|| wrong("issued_at"))?,
            recipient: RecipientKey(row.recipient_key),
            change: row
                .change
                .parse()
                .map_err(|error| wrong("change").source(error))?,
            owed: row.owed.try_into().map_err(|_| wrong("owed"))?,
            duty: serde_json::from_str(&row.snapshot).map_err(|e| wrong("snapshot").source(e))?,
            name: row.name,
        })
    }
}
