//! Superiors' instructions as they were registered. Append-only.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::id::InstructionId;
use crate::domain::notice::Instruction;
use crate::domain::record;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// An instruction on record.
#[derive(Clone, Debug)]
pub struct InstructionRecord {
    /// Its public id.
    pub id: InstructionId,
    /// What it says.
    pub instruction: Instruction,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct InstructionRow {
    instruction_key: i64,
    instruction_id: String,
    registered_at: i64,
    body: String,
}

impl TryFrom<InstructionRow> for InstructionRecord {
    type Error = Inconsistency;

    fn try_from(row: InstructionRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("instruction")
                .column(column)
                .row(row.instruction_key)
        };
        Ok(Self {
            id: row
                .instruction_id
                .parse()
                .map_err(|e| wrong("instruction_id").source(e))?,
            instruction: serde_json::from_str(&row.body).map_err(|e| wrong("body").source(e))?,
            registered_at: from_millis(row.registered_at).ok_or_else(|| wrong("registered_at"))?,
        })
    }
}

/// Records an instruction; a number already registered for the region is a conflict.
pub async fn record_instruction(
    tx: &mut Tx,
    key: i64,
    new: &InstructionRecord,
    registered_by: &str,
) -> Result<Digest> {
    let body = serde_json::to_string(&new.instruction).expect("an instruction is plain data");
    let (id, region) = (new.id.to_string(), new.instruction.region.to_string());
    let columns = record::Instruction {
        key,
        id: &id,
        region: &region,
        number: &new.instruction.number,
        received_at: new.instruction.received_at.timestamp_millis(),
        registered_at: new.registered_at.timestamp_millis(),
        registered_by,
        body: &body,
    };
    let digest = columns.digest();
    tx.execute(
        "INSERT INTO instruction
                (instruction_key, instruction_id, region, number, received_at, registered_at,
                 registered_by, body, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            columns.key,
            columns.id,
            columns.region,
            columns.number,
            columns.received_at,
            columns.registered_at,
            columns.registered_by,
            columns.body,
            digest.to_string(),
        ),
    )
    .await?;
    Ok(digest)
}

/// An instruction by its public id.
pub async fn find_instruction(tx: &mut Tx, id: InstructionId) -> Result<Option<InstructionRecord>> {
    let row: Option<InstructionRow> = tx
        .optional(
            "SELECT instruction_key, instruction_id, registered_at, body
               FROM instruction
              WHERE instruction_id = $1",
            (id.to_string(),),
        )
        .await?;
    Ok(row.map(InstructionRecord::try_from).transpose()?)
}

/// The instructions for one region, the last received first.
pub async fn list_instructions(
    tx: &mut Tx,
    region: RegionCode,
    limit: i64,
) -> Result<Vec<InstructionRecord>> {
    let rows: Vec<InstructionRow> = tx
        .all(
            "SELECT instruction_key, instruction_id, registered_at, body
               FROM instruction
              WHERE region = $1
              ORDER BY received_at DESC, instruction_key DESC
              LIMIT $2",
            (region.as_str(), limit),
        )
        .await?;
    let records = rows
        .into_iter()
        .map(|row| Ok(InstructionRecord::try_from(row)?));
    records.collect()
}
