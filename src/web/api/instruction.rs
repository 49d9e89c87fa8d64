//! `/api/v1/instructions`: what superiors have ordered.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Page;
use super::notice::ClassLevel;
use crate::app::instruction::{self, InstructionIn, InstructionRecord};
use crate::app::scan::{self, ScanIn};
use crate::app::{App, Caller, Error};
use crate::domain::id;
use crate::domain::level::WarningLevel;
use crate::domain::notice;
use crate::domain::region::RegionCode;
use crate::domain::time::{WrittenTime, rfc3339};
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};
use crate::web::scan::file;

/// An instruction that arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InstructionRequest {
    /// Which region it binds.
    #[schema(value_type = String, example = "411000")]
    region: RegionCode,
    /// 文号.
    #[schema(example = "豫环委攻坚办〔2026〕88号")]
    number: String,
    /// 发文机关.
    #[schema(example = "河南省生态环境保护委员会攻坚办公室")]
    sender: String,
    /// At least this level; absent where it lifts the floor.
    #[schema(value_type = Option<String>, example = "orange")]
    level: Option<WarningLevel>,
    /// The classes of measures for which it orders another level.
    #[serde(default)]
    classes: Vec<ClassLevel>,
    /// From this hour, as written.
    #[schema(value_type = String, example = "2026-11-25T08:00")]
    effective: WrittenTime,
    /// When it arrived.
    received_at: DateTime<Utc>,
    /// What it says beyond that.
    #[serde(default)]
    note: String,
    /// Its scan, at most 5 MiB.
    scan: Option<ScanRequest>,
}

/// The scan of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScanRequest {
    /// The name of the file.
    name: String,
    /// Its media type.
    #[schema(example = "application/pdf")]
    media_type: String,
    /// Its bytes in base64.
    base64: String,
}

/// An instruction on record.
#[derive(Serialize, ToSchema)]
pub(super) struct Instruction {
    /// Its id.
    id: String,
    /// Which region it binds.
    region: String,
    /// 文号.
    number: String,
    /// 发文机关.
    sender: String,
    /// At least this level; absent where it lifts the floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// The classes of measures for which it orders another level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<ClassLevel>,
    /// From this hour, as written.
    effective: String,
    /// When it arrived.
    received_at: String,
    /// What it says beyond that.
    note: String,
    /// SHA-256 of its scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<String>,
}

/// A registered instruction.
#[derive(Serialize, ToSchema)]
pub(super) struct InstructionId {
    /// Its id.
    id: String,
}

/// Which instructions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InstructionQuery {
    /// The region they bind.
    #[param(value_type = String)]
    region: RegionCode,
}

impl TryFrom<InstructionRequest> for InstructionIn {
    type Error = Error;

    fn try_from(asked: InstructionRequest) -> Result<Self, Error> {
        let decoded = asked.scan.map(|scan| match STANDARD.decode(scan.base64) {
            Ok(bytes) => Ok(ScanIn {
                name: scan.name,
                media_type: scan.media_type,
                bytes,
            }),
            Err(_) => Err(Error::invalid(
                "scan.base64",
                "malformed",
                "expected base64",
            )),
        });
        Ok(Self {
            instruction: notice::Instruction {
                region: asked.region,
                number: asked.number,
                sender: asked.sender,
                level: asked.level,
                classes: asked.classes.into_iter().map(Into::into).collect(),
                effective: asked.effective,
                received_at: asked.received_at,
                note: asked.note,
                scan: None,
            },
            scan: decoded.transpose()?,
        })
    }
}

impl From<InstructionRecord> for Instruction {
    fn from(record: InstructionRecord) -> Self {
        let instruction = record.instruction;
        Self {
            id: record.id.to_string(),
            region: instruction.region.to_string(),
            number: instruction.number,
            sender: instruction.sender,
            level: instruction.level.map(WarningLevel::as_str),
            classes: instruction.classes.iter().map(Into::into).collect(),
            effective: instruction.effective.to_string(),
            received_at: rfc3339(instruction.received_at),
            note: instruction.note,
            scan: instruction.scan,
        }
    }
}

/// Registers an instruction; from its receipt on it is the floor of its region.
#[utoipa::path(
    post, path = "/api/v1/instructions", tag = "instructions", request_body = InstructionRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = InstructionId),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn register_instruction(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<InstructionRequest>,
) -> Result<(StatusCode, Json<InstructionId>), Problem> {
    let arrived = posted.body.try_into()?;
    let key = posted.idempotency.as_ref();
    let registered = instruction::register(&app, &caller, key, arrived).await?;
    let id = registered.instruction.to_string();
    Ok((StatusCode::CREATED, Json(InstructionId { id })))
}

/// The instructions for a region, the last received first.
#[utoipa::path(
    get, path = "/api/v1/instructions", tag = "instructions", params(InstructionQuery),
    responses((status = OK, body = Page<Instruction>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_instructions(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<InstructionQuery>,
) -> Result<Json<Page<Instruction>>, Problem> {
    let records = instruction::list(&app, &caller, query.region).await?;
    Ok(Json(Page::whole(
        records.into_iter().map(Instruction::from).collect(),
    )))
}

/// The scan of an instruction, as a file.
#[utoipa::path(
    get, path = "/api/v1/instructions/{id}/scan", tag = "instructions",
    params(("id" = String, Path, description = "The instruction")),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_instruction_scan(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<id::InstructionId>,
) -> Result<Response, Problem> {
    let scan = scan::of_instruction(&app, &caller, id).await?;
    Ok(file(scan))
}
