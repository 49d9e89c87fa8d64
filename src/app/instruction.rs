//! Superiors' instructions (调度指令、预警函): where most warnings come from.
//!
//! An officer registers what arrived: number, sender, level, start hour. From its receipt on it
//! sets the floor below which the region may not stay, and a notice that carries it out cites it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::scan::{self, ScanIn};
use super::{App, Begun, Caller, Error, FieldError, Idempotency, Right, decide};
use crate::domain::id::InstructionId;
use crate::domain::notice::{Grounds, Instruction};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::domain::trigger::Floor;
use crate::domain::warning::Bound;
use crate::store::instruction as store;
use crate::store::{Tx, counter};

pub use crate::store::instruction::InstructionRecord;

/// How far ahead of our clock an arrival may be dated: the sender's clock, not a mistake.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// An instruction to be registered.
#[derive(Clone, Debug)]
pub struct InstructionIn {
    /// What it says; `scan` is set from the scan itself.
    pub instruction: Instruction,
    /// Its scan.
    pub scan: Option<ScanIn>,
}

/// A registered instruction, by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registered {
    /// Its id.
    pub instruction: InstructionId,
}

/// Registers an instruction.
pub async fn register(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    arrived: InstructionIn,
) -> Result<Registered, Error> {
    let InstructionIn {
        mut instruction,
        scan,
    } = arrived;
    caller.may(Right::RegisterInstructions, instruction.region)?;
    check(&instruction, scan.as_ref(), app.now())?;
    let playbook = app.active_playbook().await?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(registered) => return Ok(registered),
        Begun::Fresh(act) => act,
    };
    let actor = journal::actor(caller);
    if let Some(scan) = scan {
        instruction.scan = Some(scan::keep(&mut act, caller, &scan).await?);
    }
    let id = InstructionId(app.ids.uuid_v7(act.now));
    let key = counter::allocate(&mut act.tx, "instruction", 1).await?;
    let record = InstructionRecord {
        id,
        instruction,
        registered_at: act.now,
    };
    let digest = store::record_instruction(&mut act.tx, key, &record, &actor).await?;
    let InstructionRecord { instruction, .. } = record;
    let entry = Entry {
        kind: "instruction.registered",
        subject: format!("instruction/{id}"),
        region: Some(instruction.region),
        actor,
        at: act.now,
        body: json!({ "number": instruction.number, "level": instruction.level }),
        rows: Vec::from_iter(Rows::of(RowTable::Instruction, [(key, digest)])),
    };
    journal::record(&mut act.tx, &app.ids, entry).await?;
    let region = instruction.region;
    let registered = act.commit(Registered { instruction: id }).await?;
    decide::review_below(app, &playbook, region).await;
    Ok(registered)
}

/// The instructions for a region, the last received first.
pub async fn list(
    app: &App,
    caller: &Caller,
    region: RegionCode,
) -> Result<Vec<InstructionRecord>, Error> {
    caller.may_look_at(region)?;
    let mut tx = app.db.read().await?;
    Ok(store::list_instructions(&mut tx, region, 50).await?)
}

/// The floor that binds a region now, as the rules look at it.
pub(super) async fn floor(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Option<Floor>, Error> {
    Ok(bound(tx, region, now).await?.map(|bound| bound.floor))
}

/// What binds a region now: the last instruction received for it or for anything above it, unless
/// that one lifts the floor.
pub(super) async fn bound(
    tx: &mut Tx,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Option<Bound>, Error> {
    let mut latest: Option<InstructionRecord> = None;
    for region in region.with_ancestors() {
        let received = store::list_instructions(tx, region, 20).await?;
        let here = received
            .into_iter()
            .find(|record| record.instruction.received_at <= now);
        let later = |record: &InstructionRecord| {
            latest.as_ref().is_none_or(|latest| {
                record.instruction.received_at > latest.instruction.received_at
            })
        };
        if let Some(record) = here.filter(later) {
            latest = Some(record);
        }
    }
    Ok(latest.and_then(|record| {
        let Instruction {
            level,
            effective,
            number,
            classes,
            ..
        } = record.instruction;
        let floor = Floor {
            level: level?,
            from: effective.at(),
            until: None,
            document: number,
        };
        Some(Bound { floor, classes })
    }))
}

/// What a notice says that carries out an instruction.
pub(super) async fn grounds(
    tx: &mut Tx,
    region: RegionCode,
    id: InstructionId,
) -> Result<Grounds, Error> {
    let record = store::find_instruction(tx, id).await?;
    let binding = record.filter(|record| record.instruction.region.contains(region));
    match binding {
        Some(record) => Ok(Grounds::Instruction {
            id,
            number: record.instruction.number,
        }),
        None => Err(Error::invalid(
            "grounds",
            "unknown-instruction",
            format!("no instruction {id} is registered for {region}"),
        )),
    }
}

/// The hour that an instruction names.
pub(super) async fn hour(tx: &mut Tx, id: InstructionId) -> Result<Option<WrittenTime>, Error> {
    let record = store::find_instruction(tx, id).await?;
    Ok(record.map(|record| record.instruction.effective))
}

fn check(
    instruction: &Instruction,
    scan: Option<&ScanIn>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, field, code, text: &str| {
        if !holds {
            wrong.push(FieldError::new(field, code, text));
        }
    };
    let written = |text: &str| !text.trim().is_empty();
    expect(
        written(&instruction.number),
        "number",
        "empty",
        "expected the document number",
    );
    expect(
        written(&instruction.sender),
        "sender",
        "empty",
        "expected who sent it",
    );
    let mut named = BTreeSet::new();
    let once = instruction.classes.iter().all(|it| named.insert(it.class));
    expect(once, "classes", "twice", "expected each class once");
    expect(
        instruction.classes.is_empty() || instruction.level.is_some(),
        "classes",
        "unexpected",
        "expected none where the floor is lifted",
    );
    let arrived = instruction.received_at <= now + AHEAD;
    expect(
        arrived,
        "received_at",
        "future",
        "expected a time that has come",
    );
    wrong.extend(scan.and_then(ScanIn::check));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}
