//! Warnings and their notices: heads that may be rebuilt, steps that only grow.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, StoreError, Tx};
use crate::domain::digest::Digest;
use crate::domain::id::{NoticeId, WarningId};
use crate::domain::lane::Lane;
use crate::domain::notice::{Notice, Step};
use crate::domain::record;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;
use crate::domain::warning::Warning;

/// The head of a warning.
#[derive(Clone, Debug)]
pub struct WarningHead {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: WarningId,
    /// Its place.
    pub region: RegionCode,
    /// `live` or `drill`.
    pub lane: String,
    /// Whether it stands: issued, and neither ended nor run out when last looked at.
    pub open: bool,
    /// What its issued notices amount to; none while its start is a draft.
    pub warning: Option<Warning>,
    /// Its latest issued plan.
    pub plan: Option<i64>,
    /// How many plans it has had.
    pub revision: i32,
}

/// The columns of a [`WarningRow`].
macro_rules! warning_columns {
    () => {
        "warning_key, warning_id, region, lane, open, body, plan_key, revision"
    };
}

/// The statement that selects [`WarningRow`]s, up to what it goes on with.
macro_rules! warnings {
    ($rest:literal) => {
        concat!("SELECT ", warning_columns!(), " FROM warning ", $rest)
    };
}

#[derive(FromRow)]
struct WarningRow {
    warning_key: i64,
    warning_id: String,
    region: String,
    lane: String,
    open: bool,
    body: Option<String>,
    plan_key: Option<i64>,
    revision: i32,
}

impl TryFrom<WarningRow> for WarningHead {
    type Error = Inconsistency;

    fn try_from(row: WarningRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("warning")
                .column(column)
                .row(row.warning_key)
        };
        let body = row.body.as_deref().map(serde_json::from_str);
        Ok(Self {
            key: row.warning_key,
            id: row
                .warning_id
                .parse()
                .map_err(|error| wrong("warning_id").source(error))?,
            region: row
                .region
                .parse()
                .map_err(|error| wrong("region").source(error))?,
            open: row.open,
            warning: body
                .transpose()
                .map_err(|error| wrong("body").source(error))?,
            plan: row.plan_key,
            revision: row.revision,
            lane: row.lane,
        })
    }
}

/// A notice with all its steps.
#[derive(Clone, Debug)]
pub struct NoticeRecord {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: NoticeId,
    /// The warning it belongs to.
    pub warning_key: i64,
    /// Its place.
    pub region: RegionCode,
    /// `live` or `drill`.
    pub lane: String,
    /// The digest of the playbook it is judged by.
    pub playbook: String,
    /// When it was begun.
    pub drafted_at: DateTime<Utc>,
    /// The plan last drawn for it.
    pub plan: Option<i64>,
    /// What was done to it.
    pub steps: Vec<Step>,
    /// What the steps have made of it.
    pub notice: Notice,
}

#[derive(FromRow)]
struct NoticeRow {
    notice_key: i64,
    notice_id: String,
    warning_key: i64,
    region: String,
    lane: String,
    playbook: String,
    drafted_at: i64,
    plan_key: Option<i64>,
}

/// Adds a warning whose start is still a draft.
pub async fn add_warning<L: Lane>(
    tx: &mut Tx,
    key: i64,
    id: WarningId,
    region: RegionCode,
) -> Result<()> {
    tx.execute(
        "INSERT INTO warning (warning_key, warning_id, region, lane, open, revision, answers)
              VALUES ($1, $2, $3, $4, FALSE, 0, 0)",
        (key, id.to_string(), region.as_str(), L::NAME),
    )
    .await?;
    Ok(())
}

/// The warning that stands in a region.
pub async fn find_open_warning<L: Lane>(
    tx: &mut Tx,
    region: RegionCode,
) -> Result<Option<WarningHead>> {
    let row: Option<WarningRow> = tx
        .optional(
            warnings!(
                "WHERE region = $1
                   AND lane   = $2
                   AND open"
            ),
            (region.as_str(), L::NAME),
        )
        .await?;
    Ok(row.map(WarningHead::try_from).transpose()?)
}

/// A warning by its public id.
pub async fn find_warning(tx: &mut Tx, id: WarningId) -> Result<Option<WarningHead>> {
    let row: Option<WarningRow> = tx
        .optional(warnings!("WHERE warning_id = $1"), (id.to_string(),))
        .await?;
    Ok(row.map(WarningHead::try_from).transpose()?)
}

/// A warning by its key.
pub async fn find_warning_by_key(tx: &mut Tx, key: i64) -> Result<WarningHead> {
    let row: WarningRow = tx.one(warnings!("WHERE warning_key = $1"), (key,)).await?;
    Ok(row.try_into()?)
}

/// The warnings of a region and everything below it that were issued, the newest first.
pub async fn list_warnings(
    tx: &mut Tx,
    region: RegionCode,
    before: i64,
    limit: i64,
) -> Result<Vec<WarningHead>> {
    let rows: Vec<WarningRow> = tx
        .all(
            warnings!(
                "WHERE region LIKE $1
                   AND body IS NOT NULL
                   AND warning_key < $2
                 ORDER BY warning_key DESC
                 LIMIT $3"
            ),
            (format!("{}%", region.stem()), before, limit),
        )
        .await?;
    let heads = rows.into_iter().map(|row| Ok(WarningHead::try_from(row)?));
    heads.collect()
}

/// Takes a warning's turn: until the transaction ends, nobody else answers or issues on it.
pub async fn lock_warning(tx: &mut Tx, key: i64) -> Result<WarningHead> {
    let row: WarningRow = tx
        .one(
            concat!(
                "UPDATE warning
                    SET answers = answers
                  WHERE warning_key = $1
              RETURNING ",
                warning_columns!()
            ),
            (key,),
        )
        .await?;
    Ok(row.try_into()?)
}

/// A notice with its warning, for a move: whoever else moves it waits, and sees what came of it.
pub async fn lock_notice(tx: &mut Tx, id: NoticeId) -> Result<Option<(NoticeRecord, WarningHead)>> {
    let key: Option<(i64,)> = tx
        .optional(
            "SELECT warning_key
               FROM notice
              WHERE notice_id = $1",
            (id.to_string(),),
        )
        .await?;
    let Some((key,)) = key else {
        return Ok(None);
    };
    let warning = lock_warning(tx, key).await?;
    let record = find_notice(tx, id).await?;
    Ok(record.map(|record| (record, warning)))
}

/// Sets what the issued notices of a warning amount to.
pub async fn set_warning(
    tx: &mut Tx,
    key: i64,
    warning: &Warning,
    open: bool,
    plan: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let body = serde_json::to_string(warning).expect("a warning is plain data");
    tx.execute(
        "UPDATE warning
            SET body      = $2,
                open      = $3,
                plan_key  = $4,
                revision  = revision + 1,
                began_at  = COALESCE(began_at, $5)
          WHERE warning_key = $1",
        (key, body, open, plan, now.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// Closes a warning that is over.
pub async fn close_warning(tx: &mut Tx, key: i64, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE warning
            SET open      = FALSE,
                closed_at = $2
          WHERE warning_key = $1
            AND open",
        (key, now.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// Every warning that stands, in every lane.
pub async fn list_open_warnings(tx: &mut Tx) -> Result<Vec<WarningHead>> {
    let rows: Vec<WarningRow> = tx
        .all(warnings!("WHERE open ORDER BY warning_key"), ())
        .await?;
    let heads = rows.into_iter().map(|row| Ok(WarningHead::try_from(row)?));
    heads.collect()
}

/// What is known of a notice when its first step is recorded.
#[derive(Clone, Debug)]
pub struct NewNotice<'n> {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: NoticeId,
    /// The warning it belongs to.
    pub warning: &'n WarningHead,
    /// The digest of the playbook it is judged by.
    pub playbook: &'n str,
    /// Its first step.
    pub step: &'n Step,
}

/// Adds a notice with its first step.
pub async fn add_notice(tx: &mut Tx, new: &NewNotice<'_>) -> Result<Digest> {
    tx.execute(
        "INSERT INTO notice
                (notice_key, notice_id, warning_key, region, lane, state, playbook, drafted_at)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7)",
        (
            new.key,
            new.id.to_string(),
            new.warning.key,
            new.warning.region.as_str(),
            new.warning.lane.as_str(),
            new.playbook,
            new.step.at.timestamp_millis(),
        ),
    )
    .await?;
    record_step(tx, new.key, 1, new.step).await
}

/// Records a notice's next step. Two that come at once are a conflict for the later one.
pub async fn record_step(tx: &mut Tx, notice: i64, seq: usize, step: &Step) -> Result<Digest> {
    let body = serde_json::to_string(step).expect("a step is plain data");
    let seq = i32::try_from(seq).expect("a notice has few steps");
    let at = step.at.timestamp_millis();
    let row = record::NoticeStep {
        notice,
        seq,
        at,
        body: &body,
    };
    let digest = row.digest();
    tx.execute(
        "INSERT INTO notice_step (notice_key, seq, at, body, digest)
              VALUES ($1, $2, $3, $4, $5)",
        (notice, seq, at, body, digest.to_string()),
    )
    .await?;
    Ok(digest)
}

/// Sets the head to what a notice's steps have brought it to.
pub async fn set_notice(tx: &mut Tx, key: i64, notice: &Notice) -> Result<()> {
    tx.execute(
        "UPDATE notice
            SET state = $2,
                owed  = $3
          WHERE notice_key = $1",
        (key, notice.state(), notice.owed().is_some()),
    )
    .await?;
    Ok(())
}

/// Sets the plan last drawn for what a notice says; none once it says something else.
pub async fn set_plan(tx: &mut Tx, notice: i64, plan: Option<i64>) -> Result<()> {
    tx.execute(
        "UPDATE notice SET plan_key = $2 WHERE notice_key = $1",
        (notice, plan),
    )
    .await?;
    Ok(())
}

/// Marks a notice as issued under its document number; a number already used here is a conflict.
pub async fn set_issued(
    tx: &mut Tx,
    notice: i64,
    document: &str,
    plan: i64,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        "UPDATE notice
            SET state     = 'issued',
                document  = $2,
                plan_key  = $3,
                issued_at = $4
          WHERE notice_key = $1",
        (notice, document, plan, at.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// A notice by its public id.
pub async fn find_notice(tx: &mut Tx, id: NoticeId) -> Result<Option<NoticeRecord>> {
    let row: Option<NoticeRow> = tx
        .optional(
            "SELECT notice_key, notice_id, warning_key, region, lane, playbook, drafted_at, plan_key
               FROM notice
              WHERE notice_id = $1",
            (id.to_string(),),
        )
        .await?;
    let records = with_steps(tx, row.into_iter().collect()).await?;
    Ok(records.into_iter().next())
}

/// The notice a plan went out with.
pub async fn find_notice_of_plan(tx: &mut Tx, plan: i64) -> Result<NoticeRecord> {
    let row: NoticeRow = tx
        .one(
            "SELECT n.notice_key, n.notice_id, n.warning_key, n.region, n.lane, n.playbook,
                    n.drafted_at, n.plan_key
               FROM plan p
               JOIN notice n ON n.notice_key = p.notice_key
              WHERE p.plan_key = $1",
            (plan,),
        )
        .await?;
    let records = with_steps(tx, vec![row]).await?;
    records.into_iter().next().ok_or(StoreError::NotFound)
}

/// By the plans that notices went out with, the digests of the playbooks they are judged by.
pub async fn list_playbooks(tx: &mut Tx, plans: &[i64]) -> Result<HashMap<i64, String>> {
    const PLAYBOOKS: Among = Among::new(
        "SELECT p.plan_key, n.playbook
           FROM plan p
           JOIN notice n ON n.notice_key = p.notice_key
          WHERE p.plan_key",
        "",
    );
    let rows: Vec<(i64, String)> = tx.all_among(PLAYBOOKS, (), plans).await?;
    Ok(rows.into_iter().collect())
}

/// The notices of a warning, in the order in which they were begun.
pub async fn list_notices(tx: &mut Tx, warning: i64) -> Result<Vec<NoticeRecord>> {
    let rows: Vec<NoticeRow> = tx
        .all(
            "SELECT notice_key, notice_id, warning_key, region, lane, playbook, drafted_at, plan_key
               FROM notice
              WHERE warning_key = $1
              ORDER BY notice_key",
            (warning,),
        )
        .await?;
    with_steps(tx, rows).await
}

/// The notices of a region that are under way: neither issued nor given up, the newest first.
pub async fn list_pending_notices(tx: &mut Tx, region: RegionCode) -> Result<Vec<NoticeRecord>> {
    let rows: Vec<NoticeRow> = tx
        .all(
            "SELECT notice_key, notice_id, warning_key, region, lane, playbook, drafted_at, plan_key
               FROM notice
              WHERE region LIKE $1
                AND state IN ('draft', 'submitted', 'approved')
              ORDER BY notice_key DESC",
            (format!("{}%", region.stem()),),
        )
        .await?;
    with_steps(tx, rows).await
}

/// The notices for which a signature is still to follow on paper, in the order in which they were
/// begun.
pub async fn list_owed(tx: &mut Tx) -> Result<Vec<NoticeRecord>> {
    let rows: Vec<NoticeRow> = tx
        .all(
            "SELECT notice_key, notice_id, warning_key, region, lane, playbook, drafted_at, plan_key
               FROM notice
              WHERE owed
              ORDER BY notice_key",
            (),
        )
        .await?;
    with_steps(tx, rows).await
}

/// Notices with their steps, in the order of the rows.
async fn with_steps(tx: &mut Tx, rows: Vec<NoticeRow>) -> Result<Vec<NoticeRecord>> {
    const STEPS: Among = Among::new(
        "SELECT notice_key, body
           FROM notice_step
          WHERE notice_key",
        "ORDER BY notice_key, seq",
    );
    let keys: Vec<i64> = rows.iter().map(|row| row.notice_key).collect();
    let bodies: Vec<(i64, String)> = tx.all_among(STEPS, (), &keys).await?;
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for (notice, body) in bodies {
        let step = serde_json::from_str(&body).map_err(|error| {
            let row = Inconsistency::on("notice_step").row(notice);
            row.column("body").source(error)
        })?;
        steps.entry(notice).or_default().push(step);
    }
    let records = rows.into_iter().map(|row| {
        let steps = steps.remove(&row.notice_key).unwrap_or_default();
        Ok(row.with(steps)?)
    });
    records.collect()
}

impl NoticeRow {
    fn with(self, steps: Vec<Step>) -> Result<NoticeRecord, Inconsistency> {
        let key = self.notice_key;
        let wrong = |column| Inconsistency::on("notice").column(column).row(key);
        let notice = Notice::replay(&steps)
            .map_err(|error| Inconsistency::on("notice_step").row(key).source(error))?;
        Ok(NoticeRecord {
            key,
            id: self
                .notice_id
                .parse()
                .map_err(|error| wrong("notice_id").source(error))?,
            warning_key: self.warning_key,
            region: self
                .region
                .parse()
                .map_err(|error| wrong("region").source(error))?,
            lane: self.lane,
            playbook: self.playbook,
            drafted_at: from_millis(self.drafted_at).ok_or_else(|| wrong("drafted_at"))?,
            plan: self.plan_key,
            steps,
            notice,
        })
    }
}
