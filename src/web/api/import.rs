//! `/api/v1/imports`: lists, offices and days taken in from files.

use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::enroll::Enrolled;
use crate::app::enroll::file::{self, Faulty, Filed};
use crate::app::ingest::Series;
use crate::app::ingest::file as days;
use crate::app::{App, Caller, Error, FieldError};
use crate::domain::region::RegionCode;
use crate::sources::NotAFormat;
use crate::table::{Fault, Format};
use crate::web::posted::{IdempotencyKey, PostedFile, PostedSource};
use crate::web::problem::{Problem, ProblemBody};

/// As many faulty cells as a refusal names; a trial names all.
const NAMED: usize = 100;

/// How a list is taken in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Whose list it is; the one prefecture the file speaks of when absent.
    #[param(value_type = Option<String>, example = "411000")]
    region: Option<RegionCode>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Take the sound plants, and hand back the rows of the others.
    #[serde(default)]
    accept_valid: bool,
    /// Plants that the file does not name leave the list.
    #[serde(default)]
    replace: bool,
}

/// How offices are taken in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct OfficesQuery {
    /// Whose offices they are; those of the one prefecture the file speaks of when absent.
    #[param(value_type = Option<String>, example = "411000")]
    region: Option<RegionCode>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// How days are taken in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct DaysQuery {
    /// The region.
    #[param(value_type = String, example = "411000")]
    region: RegionCode,
    /// open-meteo, cams-days, national-snapshot, station-hours, prsa, city-days, station-columns or
    /// table; what the file looks like when absent.
    format: Option<String>,
    /// Which place of the file is meant, a city or a station; the only one, or the one of the
    /// region's name, when absent.
    place: Option<String>,
    /// Who measured or foresaw them; whoever the format names when absent.
    source: Option<String>,
    /// When the forecast was made; absent for days that were measured.
    #[param(value_type = Option<String>)]
    issued_at: Option<DateTime<Utc>>,
    /// Let values that a model computed stand where nobody measured; without this they are refused.
    #[serde(default)]
    #[param(required = false)]
    modelled: bool,
}

/// What became of days.
#[derive(Serialize, ToSchema)]
pub(super) struct DaysImport {
    /// How many days were taken in.
    days: usize,
    /// The first of them.
    #[schema(value_type = String)]
    first: NaiveDate,
    /// The last of them.
    #[schema(value_type = String)]
    last: NaiveDate,
    /// How many days of the file have no value, and were left out.
    left_out: usize,
    /// How the file is written.
    format: &'static str,
    /// The place, as the file names it; empty where it names none.
    place: String,
    /// What was done to the values.
    notes: Vec<String>,
}

/// What became of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct ListImport {
    /// Whether anything was taken in.
    taken: bool,
    /// The version the list stands at.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// Plants the list did not have.
    added: usize,
    /// Plants of which the list says something else now.
    changed: usize,
    /// Plants of which it says the same.
    unchanged: usize,
    /// Plants that left it.
    removed: usize,
    /// The sheet that was read, of a workbook; its hidden rows too.
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    /// Every faulty cell.
    faults: Vec<CellFault>,
    /// The rows of faulty plants as CSV, each with what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    faulty_rows: Option<String>,
    /// Of a workbook the same rows as a workbook, in Base64: its faulty cells are coloured, each
    /// with a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    faulty_workbook: Option<String>,
}

/// What became of offices.
#[derive(Serialize, ToSchema)]
pub(super) struct OfficesImport {
    /// Whether anything was taken in.
    taken: bool,
    /// How many offices the file names that are sound.
    offices: usize,
    /// Every faulty cell.
    faults: Vec<CellFault>,
}

/// A cell that cannot be taken.
#[derive(Serialize, ToSchema)]
pub(super) struct CellFault {
    /// The line in the file, counted from 1.
    line: u64,
    /// The cell, of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "清单!F12")]
    cell: Option<String>,
    /// The header of the column; empty where the whole line is at fault.
    column: String,
    /// What stood there.
    found: String,
    /// What should have stood there.
    expected: String,
}

impl From<Fault> for CellFault {
    fn from(fault: Fault) -> Self {
        Self {
            line: fault.line,
            cell: fault.cell.map(String::from),
            column: fault.column,
            found: fault.found,
            expected: fault.expected,
        }
    }
}

/// Takes in a reduction list, a CSV file or a workbook (XLSX): all of it or nothing, unless
/// `accept_valid` is asked.
#[utoipa::path(
    post, path = "/api/v1/imports/enterprises", tag = "imports",
    request_body(content(
        (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    params(ListQuery, IdempotencyKey),
    responses(
        (status = OK, body = ListImport),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = PAYLOAD_TOO_LARGE, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, description = "Cells are faulty: each \
            is a field `LINE:COLUMN`. Nothing was taken in."),
    ),
)]
pub(super) async fn import_list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    posted: PostedFile,
) -> Result<Json<ListImport>, Problem> {
    let key = posted.idempotency.as_ref();
    let filed = filed(posted.bytes, query.region);
    let mut list = file::read_list(&app, &caller, filed).await?;
    let faulty = if query.accept_valid {
        Faulty::HandBack
    } else {
        Faulty::RefuseAll
    };
    let enrolled = if query.dry_run {
        list.preview(&app, &caller, query.replace).await?
    } else {
        let taken = list.take(&app, &caller, key, query.replace, faulty).await?;
        Some(taken.ok_or_else(|| refused(&list.faults))?)
    };
    let counts = enrolled.unwrap_or(Enrolled {
        version: None,
        added: 0,
        changed: 0,
        unchanged: 0,
        removed: 0,
    });
    let (csv, workbook) = match list.handed_back {
        None => (None, None),
        Some(rows) => match rows.format {
            Format::Csv => (
                Some(String::from_utf8_lossy(&rows.bytes).into_owned()),
                None,
            ),
            Format::Xlsx => (None, Some(BASE64_STANDARD.encode(rows.bytes))),
        },
    };
    Ok(Json(ListImport {
        taken: !query.dry_run,
        version: counts.version.map(|version| version.0),
        added: counts.added,
        changed: counts.changed,
        unchanged: counts.unchanged,
        removed: counts.removed,
        sheet: list.sheet,
        faults: list.faults.into_iter().map(CellFault::from).collect(),
        faulty_rows: csv,
        faulty_workbook: workbook,
    }))
}

/// Takes in offices, a CSV file or a workbook (XLSX): all of them or none.
#[utoipa::path(
    post, path = "/api/v1/imports/offices", tag = "imports",
    request_body(content(
        (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    params(OfficesQuery, IdempotencyKey),
    responses(
        (status = OK, body = OfficesImport),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = PAYLOAD_TOO_LARGE, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, description = "Cells are faulty: each \
            is a field `LINE:COLUMN`. Nothing was taken in."),
    ),
)]
pub(super) async fn import_offices(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OfficesQuery>,
    posted: PostedFile,
) -> Result<Json<OfficesImport>, Problem> {
    let key = posted.idempotency.as_ref();
    let filed = filed(posted.bytes, query.region);
    let read = file::read_offices(&app, &caller, filed).await?;
    let sound = read.offices.len();
    let faults = read.faults.clone();
    if !query.dry_run {
        let taken = read.take(&app, &caller, key).await?;
        taken.ok_or_else(|| refused(&faults))?;
    }
    Ok(Json(OfficesImport {
        taken: !query.dry_run,
        offices: sound,
        faults: faults.into_iter().map(CellFault::from).collect(),
    }))
}

/// Takes in days from a file of a source: CSV, JSON, or either packed by gzip; all of them or none.
#[utoipa::path(
    post, path = "/api/v1/imports/days", tag = "imports",
    request_body(content(
        (String = "text/csv"), (String = "application/json"), (String = "application/gzip"),
    )),
    params(DaysQuery, IdempotencyKey),
    responses(
        (status = OK, body = DaysImport),
        (status = FORBIDDEN, body = ProblemBody),
        (status = PAYLOAD_TOO_LARGE, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, description = "Cells are faulty, each a \
            field `LINE:COLUMN`; or the file does not say which of its places is meant. Nothing \
            was taken in."),
    ),
)]
pub(super) async fn import_days(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DaysQuery>,
    PostedSource(posted): PostedSource,
) -> Result<Json<DaysImport>, Problem> {
    let format = query.format.as_deref().map(str::parse).transpose();
    let format = format
        .map_err(|error: NotAFormat| Error::invalid("format", "unknown", error.to_string()))?;
    let filed = days::Filed {
        files: vec![("upload".to_owned(), posted.bytes.into())],
        format,
        place: query.place,
        region: query.region,
        source: query.source,
        series: match query.issued_at {
            Some(issued_at) => Series::Forecast { issued_at },
            None => Series::Observed,
        },
        modelled: query.modelled,
    };
    let read = days::read(&app, &caller, filed).await?;
    let read = read.map_err(|faults| refused(&faults))?;
    let notes = read.arrived.notes.clone();
    let key = posted.idempotency.as_ref();
    let taken = days::take_in(&app, &caller, key, read.arrived).await?;
    Ok(Json(DaysImport {
        days: taken.days,
        first: taken.first,
        last: taken.last,
        left_out: read.gaps.len(),
        format: read.format.as_str(),
        place: read.place,
        notes,
    }))
}

/// A file without a name: who posts one gives none.
fn filed(bytes: axum::body::Bytes, list_region: Option<RegionCode>) -> Filed {
    Filed {
        name: format!("upload.{}", Format::of(&bytes).extension()),
        bytes: bytes.into(),
        list_region,
    }
}

/// The faulty cells as fields; what stood in them is not repeated, since problems are logged.
fn refused(faults: &[Fault]) -> Problem {
    let fields = faults.iter().take(NAMED).map(|fault| {
        let field = format!("{}:{}", fault.line, fault.column);
        FieldError::new(
            &field,
            "faulty-cell",
            format!("expected {}", fault.expected),
        )
    });
    let mut problem = Problem::from(Error::Invalid(fields.collect()));
    let cells = faults.len();
    problem.detail = format!("{cells} faulty cells; nothing was taken in");
    problem
}
