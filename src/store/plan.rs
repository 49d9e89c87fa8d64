//! Plans: staged line by line, issued in one short transaction, never changed afterwards.
//!
//! # Design notes
//!
//! The key of a message follows from its order, the position of its contact and its channel, and
//! SQLite is told by `CROSS JOIN` to walk them in that order. Numbering the rows by a window sorted
//! all of them first, at twice the price of the whole (5.6 against 2.9 µs a plant). Keys between
//! are nobody's. Between the orders of one plan and those a later one adds there may lie any number
//! of others, after a restore some 10¹⁵; so each stretch of them is numbered by itself, and there are
//! no more of these than revisions.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, Tx, counter};
use crate::domain::digest::Digest;
use crate::domain::id::{ListVersion, OrderKey, PlanId, RecipientKey};
use crate::domain::lane::Lane;
use crate::domain::plan::{Change, Duty, Tally, Told};
use crate::domain::time::from_millis;

/// The head of a plan.
#[derive(Clone, Debug)]
pub struct PlanHead {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: PlanId,
    /// The notice it goes out with.
    pub notice_key: i64,
    /// The warning it belongs to.
    pub warning_key: i64,
    /// Its number within the warning, from 1.
    pub revision: i32,
    /// The plan in force when it was drawn.
    pub previous: Option<i64>,
    /// The list it was drawn from.
    pub list_version: ListVersion,
    /// The digest of the playbook it was drawn by.
    pub playbook: String,
    /// How many lines it has.
    pub lines: i64,
    /// SHA-256 over its lines; empty while it is being drawn.
    pub digest: String,
    /// Its counts and sums.
    pub tally: Tally,
    /// When it was drawn.
    pub staged_at: DateTime<Utc>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct PlanRow {
    plan_key: i64,
    plan_id: String,
    notice_key: i64,
    warning_key: i64,
    revision: i32,
    previous_key: Option<i64>,
    list_version: i64,
    playbook: String,
    lines: i64,
    digest: String,
    tally: String,
    staged_at: i64,
    issued_at: Option<i64>,
}

impl TryFrom<PlanRow> for PlanHead {
    type Error = Inconsistency;

    fn try_from(row: PlanRow) -> Result<Self, Inconsistency> {
        let wrong = |column| Inconsistency::on("plan").column(column).row(row.plan_key);
        let issued_at = row
            .issued_at
            .map(|at| from_millis(at).ok_or_else(|| wrong("issued_at")));
        Ok(Self {
            key: row.plan_key,
            id: row
                .plan_id
                .parse()
                .map_err(|error| wrong("plan_id").source(error))?,
            notice_key: row.notice_key,
            warning_key: row.warning_key,
            revision: row.revision,
            previous: row.previous_key,
            list_version: ListVersion(row.list_version),
            tally: serde_json::from_str(&row.tally).map_err(|e| wrong("tally").source(e))?,
            staged_at: from_millis(row.staged_at).ok_or_else(|| wrong("staged_at"))?,
            issued_at: issued_at.transpose()?,
            playbook: row.playbook,
            lines: row.lines,
            digest: row.digest,
        })
    }
}

/// A plan about to be drawn.
#[derive(Clone, Debug)]
pub struct NewPlan<'p> {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: PlanId,
    /// The notice it goes out with.
    pub notice_key: i64,
    /// The warning it belongs to.
    pub warning_key: i64,
    /// Its number within the warning, from 1.
    pub revision: i32,
    /// The plan in force now.
    pub previous: Option<i64>,
    /// The list it is drawn from.
    pub list_version: ListVersion,
    /// Minutes from its issue within which its orders are to be acknowledged.
    pub acknowledge_within: u32,
    /// The digest of the playbook it is drawn by.
    pub playbook: &'p str,
    /// The first and last key set aside for the orders it begins.
    pub orders: (OrderKey, OrderKey),
    /// When.
    pub staged_at: DateTime<Utc>,
}

/// Adds a plan whose lines are still to come.
pub async fn add_plan<L: Lane>(tx: &mut Tx, new: &NewPlan<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO plan
                (plan_key, plan_id, notice_key, warning_key, lane, revision, previous_key,
                 list_version, acknowledge_within, playbook, lines, first_order, last_order, digest,
                 tally, staged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, '', '', $13)",
        (
            new.key,
            new.id.to_string(),
            new.notice_key,
            new.warning_key,
            L::NAME,
            new.revision,
            new.previous,
            new.list_version.0,
            i32::try_from(new.acknowledge_within).unwrap_or(i32::MAX),
            new.playbook,
            new.orders.0.0,
            new.orders.1.0,
            new.staged_at.timestamp_millis(),
        ),
    )
    .await?;
    Ok(())
}

/// A line about to be staged: its columns as they are stored.
#[derive(Clone, Debug)]
pub struct StagedLine {
    /// The order.
    pub order: OrderKey,
    /// Its recipient.
    pub recipient: RecipientKey,
    /// What the plan means to it.
    pub change: Change,
    /// The revision that last asked for an acknowledgement.
    pub owed: i32,
    /// The county the recipient lies in, or its own region.
    pub county: String,
    /// The recipient's name.
    pub name: String,
    /// The duty, as JSON.
    pub snapshot: String,
    /// What the duty asks.
    pub obligations: String,
    /// The digest over all of these.
    pub digest: Digest,
}

/// Stages lines of a plan.
pub async fn add_lines(tx: &mut Tx, plan: i64, lines: Vec<StagedLine>) -> Result<u64> {
    let rows = lines.into_iter().map(move |line| {
        (
            plan,
            line.order.0,
            line.recipient.0,
            line.change.as_str(),
            line.owed,
            line.county,
            line.name,
            line.snapshot,
            line.obligations,
            line.digest.to_string(),
        )
    });
    tx.insert_many(
        "INSERT INTO plan_line
                (plan_key, order_key, recipient_key, change, owed, county, name, snapshot,
                 obligations, digest)",
        rows,
    )
    .await
}

/// The first and last order of a plan; none where it has no line.
pub async fn order_span(tx: &mut Tx, plan: i64) -> Result<Option<(OrderKey, OrderKey)>> {
    let (first, last): (Option<i64>, Option<i64>) = tx
        .one(
            "SELECT (SELECT MIN(order_key) FROM plan_line WHERE plan_key = $1),
                    (SELECT MAX(order_key) FROM plan_line WHERE plan_key = $1)",
            (plan,),
        )
        .await?;
    Ok(first
        .zip(last)
        .map(|(first, last)| (OrderKey(first), OrderKey(last))))
}

/// A county, other than this one, in which a plan does more than to release; none where it does not.
pub async fn find_other_county(tx: &mut Tx, plan: i64, county: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT county
               FROM plan_line
              WHERE plan_key = $1
                AND county  <> $2
                AND change  <> 'release'
              LIMIT 1",
            (plan, county),
        )
        .await?;
    Ok(row.map(|(county,)| county))
}

/// Closes the drawing of a plan: from here on its digest stands for all of it.
pub async fn set_drawn(
    tx: &mut Tx,
    plan: i64,
    lines: i64,
    digest: &str,
    tally: &Tally,
) -> Result<()> {
    let tally = serde_json::to_string(tally).expect("a tally is plain data");
    tx.execute(
        "UPDATE plan
            SET lines  = $2,
                digest = $3,
                tally  = $4
          WHERE plan_key = $1
            AND issued_at IS NULL",
        (plan, lines, digest, tally),
    )
    .await?;
    Ok(())
}

/// Marks a plan as issued.
pub async fn set_issued(tx: &mut Tx, plan: i64, at: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE plan SET issued_at = $2 WHERE plan_key = $1",
        (plan, at.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// A plan by its key.
pub async fn find_plan(tx: &mut Tx, key: i64) -> Result<Option<PlanHead>> {
    let row: Option<PlanRow> = tx
        .optional(
            "SELECT plan_key, plan_id, notice_key, warning_key, revision, previous_key,
                    list_version, playbook, lines, digest, tally, staged_at, issued_at
               FROM plan
              WHERE plan_key = $1
                AND digest <> ''",
            (key,),
        )
        .await?;
    Ok(row.map(PlanHead::try_from).transpose()?)
}

/// A plan by its public id.
pub async fn find_plan_by_id(tx: &mut Tx, id: PlanId) -> Result<Option<PlanHead>> {
    let row: Option<PlanRow> = tx
        .optional(
            "SELECT plan_key, plan_id, notice_key, warning_key, revision, previous_key,
                    list_version, playbook, lines, digest, tally, staged_at, issued_at
               FROM plan
              WHERE plan_id = $1
                AND digest <> ''",
            (id.to_string(),),
        )
        .await?;
    Ok(row.map(PlanHead::try_from).transpose()?)
}

/// What everyone was told by a plan, and the revision they owe.
pub async fn list_told(tx: &mut Tx, plan: i64) -> Result<HashMap<RecipientKey, (Told, i32)>> {
    const PAGE: i64 = 10_000;
    let mut told = HashMap::new();
    let mut after = i64::MIN;
    loop {
        let rows: Vec<(i64, i64, String, String, i32)> = tx
            .all(
                "SELECT order_key, recipient_key, change, obligations, owed
                   FROM plan_line
                  WHERE plan_key = $1
                    AND order_key > $2
                  ORDER BY order_key
                  LIMIT $3",
                (plan, after, PAGE),
            )
            .await?;
        let Some(&(last, ..)) = rows.last() else {
            return Ok(told);
        };
        after = last;
        for (order, recipient, change, obligations, owed) in rows {
            let wrong = || {
                Inconsistency::on("plan_line")
                    .column("obligations")
                    .row(order)
            };
            let line = Told {
                order: OrderKey(order),
                obligations: obligations.parse().map_err(|error| wrong().source(error))?,
                released: change == Change::Release.as_str(),
            };
            told.insert(RecipientKey(recipient), (line, owed));
        }
    }
}

/// A staged or issued line, as it is read back.
#[derive(Clone, Debug)]
pub struct LineRecord {
    /// The order.
    pub order: OrderKey,
    /// Its recipient.
    pub recipient: RecipientKey,
    /// What the plan means to it.
    pub change: Change,
    /// The revision that last asked for an acknowledgement.
    pub owed: i32,
    /// The county.
    pub county: String,
    /// The recipient's name.
    pub name: String,
    /// What it says.
    pub duty: Duty,
}

#[derive(FromRow)]
struct LineRow {
    order_key: i64,
    recipient_key: i64,
    change: String,
    owed: i32,
    county: String,
    name: String,
    snapshot: String,
}

impl TryFrom<LineRow> for LineRecord {
    type Error = Inconsistency;

    fn try_from(row: LineRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("plan_line")
                .column(column)
                .row(row.order_key)
        };
        Ok(Self {
            order: OrderKey(row.order_key),
            recipient: RecipientKey(row.recipient_key),
            change: row
                .change
                .parse()
                .map_err(|error| wrong("change").source(error))?,
            owed: row.owed,
            duty: serde_json::from_str(&row.snapshot).map_err(|e| wrong("snapshot").source(e))?,
            county: row.county,
            name: row.name,
        })
    }
}

/// The next lines of a plan after an order.
pub async fn page_lines(
    tx: &mut Tx,
    plan: i64,
    after: OrderKey,
    limit: i64,
) -> Result<Vec<LineRecord>> {
    let rows: Vec<LineRow> = tx
        .all(
            "SELECT order_key, recipient_key, change, owed, county, name, snapshot
               FROM plan_line
              WHERE plan_key = $1
                AND order_key > $2
              ORDER BY order_key
              LIMIT $3",
            (plan, after.0, limit),
        )
        .await?;
    let lines = rows.into_iter().map(|row| Ok(LineRecord::try_from(row)?));
    lines.collect()
}

/// The lines of a plan for some orders; those it has no line for are left out.
pub async fn list_lines(
    tx: &mut Tx,
    plan: i64,
    orders: &[i64],
) -> Result<HashMap<OrderKey, LineRecord>> {
    const LINES: Among = Among::new(
        "SELECT order_key, recipient_key, change, owed, county, name, snapshot
           FROM plan_line
          WHERE plan_key = $1
            AND order_key",
        "",
    );
    let rows: Vec<LineRow> = tx.all_among(LINES, (plan,), orders).await?;
    let lines = rows
        .into_iter()
        .map(|row| Ok((OrderKey(row.order_key), row.try_into()?)));
    lines.collect()
}

/// Puts a plan's messages into the outbox: one for every active contact and every channel it can
/// be reached by. No address is copied.
pub async fn enqueue_messages<L: Lane>(tx: &mut Tx, plan: i64, now: DateTime<Utc>) -> Result<u64> {
    let positions: i64 = tx
        .scalar(
            "SELECT CAST(COALESCE(MAX(position), 0) + 1 AS BIGINT) FROM contact",
            (),
        )
        .await?;
    let mut messages = 0;
    for (first, last) in list_stretches(tx, plan).await? {
        let wide = || Inconsistency::on("plan").column("last_order").row(plan);
        let keys = (last - first + 1).checked_mul(positions * 2);
        let keys = keys.and_then(|keys| u32::try_from(keys).ok());
        let base = counter::allocate(tx, "message", keys.ok_or_else(wide)?).await?;
        messages += tx
            .execute(
                "INSERT INTO message
                        (message_key, lane, plan_key, order_key, contact_key, channel, step, state,
                         due_at, attempts)
                 SELECT $2 + ((l.order_key - $3) * $5 + c.position) * 2 + w.place,
                        $7, l.plan_key, l.order_key, c.contact_key, w.channel, 1, 'due', $6, 0
                   FROM plan_line l
                  CROSS JOIN contact c
                  CROSS JOIN (SELECT 0 AS place, 'email' AS channel UNION ALL SELECT 1, 'webhook') w
                  WHERE l.plan_key      = $1
                    AND l.order_key BETWEEN $3 AND $4
                    AND c.recipient_key = l.recipient_key
                    AND c.active
                    AND CASE w.channel
                            WHEN 'email' THEN c.email
                            ELSE c.webhook
                        END IS NOT NULL",
                (
                    plan,
                    base,
                    first,
                    last,
                    positions,
                    now.timestamp_millis(),
                    L::NAME,
                ),
            )
            .await?;
    }
    Ok(messages)
}

/// The first and last of a plan's orders in each range that was set aside by the plan that began
/// them: its own, and those of earlier revisions.
async fn list_stretches(tx: &mut Tx, plan: i64) -> Result<Vec<(i64, i64)>> {
    let mut stretches = Vec::new();
    let mut after = i64::MIN;
    loop {
        let next: Option<(i64, Option<i64>)> = tx
            .optional(
                "SELECT l.order_key,
                        (SELECT MAX(o.order_key)
                           FROM plan_line o
                          WHERE o.plan_key   = l.plan_key
                            AND o.order_key <= (SELECT MAX(p.last_order)
                                                  FROM plan p
                                                 WHERE p.first_order <= l.order_key
                                                   AND p.last_order  >= l.order_key))
                   FROM plan_line l
                  WHERE l.plan_key  = $1
                    AND l.order_key > $2
                  ORDER BY l.order_key
                  LIMIT 1",
                (plan, after),
            )
            .await?;
        let Some((first, last)) = next else {
            return Ok(stretches);
        };
        let nobodys = || {
            Inconsistency::on("plan_line")
                .column("order_key")
                .row(first)
        };
        after = last.ok_or_else(nobodys)?;
        stretches.push((first, after));
    }
}

/// Begins the counters of a first plan, given how many lines each county has: every order is
/// issued, owes its first revision, and no more is known of it.
pub async fn add_counts(tx: &mut Tx, plan: i64, counties: &BTreeMap<String, u32>) -> Result<u64> {
    let rows: Vec<_> = counties
        .iter()
        .map(|(county, &lines)| {
            let county = county.as_str();
            (plan, county, "issued", 1, false, false, i64::from(lines))
        })
        .collect();
    tx.insert_many(
        "INSERT INTO tally (plan_key, county, rung, owed, objected, helped, orders)",
        rows,
    )
    .await
}

/// Counts the orders of a plan by county and status, given how far each has come: the counters a
/// board reads, which every answer moves from here on. The statuses are [`Head::status`]'s.
///
/// [`Head::status`]: crate::domain::order::Head::status
pub async fn count_orders(tx: &mut Tx, plan: i64) -> Result<u64> {
    tx.execute(
        concat!(
            "INSERT INTO tally (plan_key, county, rung, owed, objected, helped, orders)
             SELECT plan_key, county, rung, owed, objected, helped, COUNT(*)
               FROM (SELECT l.plan_key, l.county, ",
            status_columns!(),
            "          FROM plan_line l
                       LEFT JOIN order_head h ON h.order_key = l.order_key
                      WHERE l.plan_key = $1) AS ranked
              GROUP BY plan_key, county, rung, owed, objected, helped"
        ),
        (plan,),
    )
    .await
}

/// Prunes plans that were drawn before an instant and never issued, except those a notice under
/// way still points to.
pub async fn prune_abandoned(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    let before = before.timestamp_millis();
    tx.execute(
        "DELETE FROM plan_line
          WHERE plan_key IN (SELECT p.plan_key
                               FROM plan p
                               JOIN notice n ON n.notice_key = p.notice_key
                              WHERE p.issued_at IS NULL
                                AND p.staged_at < $1
                                AND (n.plan_key IS NULL OR n.plan_key <> p.plan_key
                                     OR n.state IN ('issued', 'abandoned')))",
        (before,),
    )
    .await?;
    tx.execute(
        "DELETE FROM plan
          WHERE issued_at IS NULL
            AND staged_at < $1
            AND NOT EXISTS (SELECT 1 FROM plan_line l WHERE l.plan_key = plan.plan_key)
            AND NOT EXISTS (SELECT 1 FROM notice n
                             WHERE n.plan_key = plan.plan_key
                               AND n.state NOT IN ('issued', 'abandoned'))",
        (before,),
    )
    .await
}
