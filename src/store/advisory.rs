//! Advisories: heads that may be rebuilt, steps that only grow.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::advisory::{Advisory, Step};
use crate::domain::digest::Digest;
use crate::domain::id::{AdvisoryId, AdvisoryKey};
use crate::domain::record;
use crate::domain::region::RegionCode;

/// An advisory with all its steps.
#[derive(Clone, Debug)]
pub struct AdvisoryRecord {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: AdvisoryId,
    /// Its place.
    pub region: RegionCode,
    /// The digest of the playbook it is judged by.
    pub playbook: String,
    /// What was done to it.
    pub steps: Vec<Step>,
    /// What the steps have made of it.
    pub advisory: Advisory,
}

/// What is known of an advisory when its first step is recorded.
#[derive(Clone, Debug)]
pub struct NewAdvisory<'n> {
    /// Its key in this store.
    pub key: i64,
    /// Its public id.
    pub id: AdvisoryId,
    /// Its place.
    pub region: RegionCode,
    /// The digest of the playbook it is judged by.
    pub playbook: &'n str,
    /// Its first step.
    pub step: &'n Step,
}

#[derive(FromRow)]
struct AdvisoryRow {
    advisory_key: i64,
    advisory_id: String,
    region: String,
    playbook: String,
}

/// Adds an advisory with its first step.
pub async fn add_advisory(tx: &mut Tx, new: &NewAdvisory<'_>) -> Result<Digest> {
    tx.execute(
        "INSERT INTO advisory (advisory_key, advisory_id, region, state, playbook, drafted_at)
              VALUES ($1, $2, $3, 'draft', $4, $5)",
        (
            new.key,
            new.id.to_string(),
            new.region.as_str(),
            new.playbook,
            new.step.at.timestamp_millis(),
        ),
    )
    .await?;
    record_step(tx, new.key, 1, new.step).await
}

/// Records an advisory's next step. Two that come at once are a conflict for the later one.
pub async fn record_step(tx: &mut Tx, advisory: i64, seq: usize, step: &Step) -> Result<Digest> {
    let body = serde_json::to_string(step).expect("a step is plain data");
    let seq = i32::try_from(seq).expect("an advisory has few steps");
    let at = step.at.timestamp_millis();
    let row = record::AdvisoryStep {
        advisory,
        seq,
        at,
        body: &body,
    };
    let digest = row.digest();
    tx.execute(
        "INSERT INTO advisory_step (advisory_key, seq, at, body, digest)
              VALUES ($1, $2, $3, $4, $5)",
        (advisory, seq, at, body, digest.to_string()),
    )
    .await?;
    Ok(digest)
}

/// Sets the head to what an advisory's steps have brought it to.
pub async fn set_advisory(tx: &mut Tx, key: i64, advisory: &Advisory) -> Result<()> {
    let ends_at = match advisory {
        Advisory::Published(published) => Some(published.ends_at().timestamp_millis()),
        _ => None,
    };
    tx.execute(
        "UPDATE advisory
            SET state   = $2,
                ends_at = $3,
                owed    = $4
          WHERE advisory_key = $1",
        (key, advisory.state(), ends_at, advisory.owed().is_some()),
    )
    .await?;
    Ok(())
}

/// Takes an advisory's turn and reads it: until the transaction ends, nobody else moves it.
pub async fn lock_advisory(tx: &mut Tx, id: AdvisoryId) -> Result<Option<AdvisoryRecord>> {
    let row: Option<AdvisoryRow> = tx
        .optional(
            "UPDATE advisory
                SET state = state
              WHERE advisory_id = $1
          RETURNING advisory_key, advisory_id, region, playbook",
            (id.to_string(),),
        )
        .await?;
    first(tx, row).await
}

/// Takes the turns of all advisories of a region and everything below it that are not over, given
/// up or run out, and reads those that are public. The turns are taken in the order of the keys, so
/// that of two warnings that are issued at once, one above the other, neither waits for ever.
///
/// Whoever starts a warning calls this, whoever publishes takes the turn of what they publish first:
/// so of two that come at once, the later one sees what the earlier did.
pub async fn lock_advisories(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Vec<AdvisoryRecord>> {
    let keys: Vec<(i64,)> = tx
        .all(
            "SELECT advisory_key
               FROM advisory
              WHERE region LIKE $1
                AND state <> 'abandoned'
                AND (ends_at IS NULL OR ends_at > $2)
              ORDER BY advisory_key",
            (format!("{}%", region.stem()), now.timestamp_millis()),
        )
        .await?;
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        let row: AdvisoryRow = tx
            .one(
                "UPDATE advisory
                    SET state = state
                  WHERE advisory_key = $1
              RETURNING advisory_key, advisory_id, region, playbook",
                key,
            )
            .await?;
        rows.push(row);
    }
    let mut records = with_steps(tx, rows).await?;
    records.retain(|record| matches!(record.advisory, Advisory::Published(_)));
    Ok(records)
}

/// An advisory by its public id.
pub async fn find_advisory(tx: &mut Tx, id: AdvisoryId) -> Result<Option<AdvisoryRecord>> {
    let row: Option<AdvisoryRow> = tx
        .optional(
            "SELECT advisory_key, advisory_id, region, playbook
               FROM advisory
              WHERE advisory_id = $1",
            (id.to_string(),),
        )
        .await?;
    first(tx, row).await
}

/// An advisory by its key.
pub async fn find_advisory_by_key(tx: &mut Tx, key: AdvisoryKey) -> Result<Option<AdvisoryRecord>> {
    let row: Option<AdvisoryRow> = tx
        .optional(
            "SELECT advisory_key, advisory_id, region, playbook
               FROM advisory
              WHERE advisory_key = $1",
            (key.0,),
        )
        .await?;
    first(tx, row).await
}

/// The public id of an advisory, and its place.
pub async fn find_place(tx: &mut Tx, key: AdvisoryKey) -> Result<(AdvisoryId, RegionCode)> {
    let (id, region): (String, String) = tx
        .one(
            "SELECT advisory_id, region
               FROM advisory
              WHERE advisory_key = $1",
            (key.0,),
        )
        .await?;
    let wrong = |column| Inconsistency::on("advisory").column(column).row(key);
    Ok((
        id.parse()
            .map_err(|error| wrong("advisory_id").source(error))?,
        region
            .parse()
            .map_err(|error| wrong("region").source(error))?,
    ))
}

/// The advisories of a region and everything below it, the newest first.
pub async fn list_advisories(
    tx: &mut Tx,
    region: RegionCode,
    before: i64,
    limit: i64,
) -> Result<Vec<AdvisoryRecord>> {
    let rows: Vec<AdvisoryRow> = tx
        .all(
            "SELECT advisory_key, advisory_id, region, playbook
               FROM advisory
              WHERE region LIKE $1
                AND advisory_key < $2
              ORDER BY advisory_key DESC
              LIMIT $3",
            (format!("{}%", region.stem()), before, limit),
        )
        .await?;
    with_steps(tx, rows).await
}

/// The advisories of a region and everything below it that are public and not over, or under way
/// to it while their end is ahead; the newest first.
pub async fn list_current_advisories(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Vec<AdvisoryRecord>> {
    let rows: Vec<AdvisoryRow> = tx
        .all(
            "SELECT advisory_key, advisory_id, region, playbook
               FROM advisory
              WHERE region LIKE $1
                AND state <> 'abandoned'
                AND (ends_at IS NULL OR ends_at > $2)
              ORDER BY advisory_key DESC",
            (format!("{}%", region.stem()), now.timestamp_millis()),
        )
        .await?;
    let mut records = with_steps(tx, rows).await?;
    records.retain(|record| record.advisory.contents().until.at() > now);
    Ok(records)
}

/// The advisories for which a signature is still to follow on paper, in the order in which they were
/// begun.
pub async fn list_owed(tx: &mut Tx) -> Result<Vec<AdvisoryRecord>> {
    let rows: Vec<AdvisoryRow> = tx
        .all(
            "SELECT advisory_key, advisory_id, region, playbook
               FROM advisory
              WHERE owed
              ORDER BY advisory_key",
            (),
        )
        .await?;
    with_steps(tx, rows).await
}

async fn first(tx: &mut Tx, row: Option<AdvisoryRow>) -> Result<Option<AdvisoryRecord>> {
    let records = with_steps(tx, row.into_iter().collect()).await?;
    Ok(records.into_iter().next())
}

async fn with_steps(tx: &mut Tx, rows: Vec<AdvisoryRow>) -> Result<Vec<AdvisoryRecord>> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let bodies: Vec<(String,)> = tx
            .all(
                "SELECT body
                   FROM advisory_step
                  WHERE advisory_key = $1
                  ORDER BY seq",
                (row.advisory_key,),
            )
            .await?;
        records.push(replayed(&row, &bodies)?);
    }
    Ok(records)
}

fn replayed(row: &AdvisoryRow, bodies: &[(String,)]) -> Result<AdvisoryRecord, Inconsistency> {
    let wrong = |table, column| {
        Inconsistency::on(table)
            .column(column)
            .row(row.advisory_key)
    };
    let steps: Result<Vec<Step>, _> = bodies
        .iter()
        .map(|(body,)| serde_json::from_str(body))
        .collect();
    let steps = steps.map_err(|error| wrong("advisory_step", "body").source(error))?;
    Ok(AdvisoryRecord {
        key: row.advisory_key,
        id: row
            .advisory_id
            .parse()
            .map_err(|error| wrong("advisory", "advisory_id").source(error))?,
        region: row
            .region
            .parse()
            .map_err(|error| wrong("advisory", "region").source(error))?,
        playbook: row.playbook.clone(),
        advisory: Advisory::replay(&steps)
            .map_err(|error| wrong("advisory_step", "seq").source(error))?,
        steps,
    })
}
