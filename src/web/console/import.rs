//! Importing the reduction list from a page: a trial first, every faulty cell named.

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Seat;
use super::posted::Posted;
use crate::app::Error;
use crate::app::caller::Right;
use crate::app::desk::Desk;
use crate::app::enroll::file::{self, Faulty, Filed, ReadList};
use crate::app::enroll::{self, Enrolled};
use crate::files::list::HandedBack;
use crate::table::Format;
use crate::web::pages::Section;
use crate::web::pages::import::{Exports, ImportOutcome, ImportPage, ImportReport, RowsBack};
use crate::web::problem::Problem;

/// Where the form is shown and sent.
const FORM: &str = "/enterprises/import";

/// How many faulty cells a page names.
const NAMED: usize = 200;

pub(in crate::web) async fn form(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    seat.caller.may(Right::EditLists, desk.region)?;
    show(&seat, &desk, StatusCode::OK, None).await
}

pub(in crate::web) async fn import(seat: Seat, posted: Posted) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let how = posted.text("how");
    let posted = posted
        .file()
        .ok_or_else(|| Error::invalid("file", "empty", "expected a file"))?;
    let name = posted.name.clone();
    let filed = Filed {
        name: posted.name,
        bytes: posted.bytes,
        list_region: Some(desk.region),
    };
    let mut list = file::read_list(&seat.app, &seat.caller, filed).await?;
    let sound = list.plants.len();
    let (app, caller) = (&seat.app, &seat.caller);
    let (enrolled, outcome) = match how.as_str() {
        "all" => taken(
            list.take(app, caller, None, false, Faulty::RefuseAll)
                .await?,
        ),
        "valid" => taken(
            list.take(app, caller, None, false, Faulty::HandBack)
                .await?,
        ),
        _ => (
            list.preview(app, caller, false).await?,
            ImportOutcome::Trial,
        ),
    };
    let status = match outcome {
        ImportOutcome::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        ImportOutcome::Trial | ImportOutcome::Accepted { .. } => StatusCode::OK,
    };
    let report = report(name, &list, sound, enrolled.as_ref(), outcome);
    show(&seat, &desk, status, Some(report)).await
}

fn taken(enrolled: Option<Enrolled>) -> (Option<Enrolled>, ImportOutcome) {
    let outcome = match &enrolled {
        None => ImportOutcome::Refused,
        Some(enrolled) => ImportOutcome::Accepted {
            version: enrolled.version.map(|v| v.to_string()).unwrap_or_default(),
        },
    };
    (enrolled, outcome)
}

fn report(
    file: String,
    list: &ReadList,
    sound: usize,
    enrolled: Option<&Enrolled>,
    outcome: ImportOutcome,
) -> ImportReport {
    let count = |of: fn(&Enrolled) -> usize| enrolled.map_or(0, of) as u64;
    let rows_back = list.handed_back.as_ref().map(|rows| rows_back(&file, rows));
    ImportReport {
        file,
        sheet: list.sheet.clone(),
        lines: list.rows as u64,
        plants: sound as u64,
        new: count(|it| it.added),
        changed: count(|it| it.changed),
        unchanged: count(|it| it.unchanged),
        faults: list.faults.iter().take(NAMED).cloned().collect(),
        more_faults: list.faults.len().saturating_sub(NAMED) as u64,
        // Marks are worth a look before anything is taken; text says no more than the table above.
        handed_back: rows_back.filter(|rows| {
            matches!(rows, RowsBack::Workbook { .. })
                || matches!(outcome, ImportOutcome::Accepted { .. })
        }),
        outcome,
    }
}

/// The rows of faulty plants: a text to copy, or a workbook that is part of the page.
fn rows_back(file: &str, rows: &HandedBack) -> RowsBack {
    match rows.format {
        Format::Csv => RowsBack::Csv(String::from_utf8_lossy(&rows.bytes).into_owned()),
        Format::Xlsx => RowsBack::Workbook {
            name: format!("{file}.faulty.{}", Format::Xlsx.extension()),
            href: format!(
                "data:{};base64,{}",
                Format::Xlsx.media_type(),
                BASE64_STANDARD.encode(&rows.bytes)
            ),
        },
    }
}

async fn show(
    seat: &Seat,
    desk: &Desk,
    status: StatusCode,
    report: Option<ImportReport>,
) -> Result<Response, Problem> {
    let version = enroll::version(&seat.app, &seat.caller, desk.region).await?;
    let view = ImportPage {
        language: seat.language,
        chrome: seat.chrome(desk, Section::List),
        action: FORM.to_owned(),
        list_version: version.map(|version| version.to_string()),
        export: version.map(|_| {
            let csv = format!("/api/v1/exports/enterprises?region={}", desk.region);
            let workbook = format!("{csv}&format={}", Format::Xlsx.extension());
            Exports { csv, workbook }
        }),
        report,
    };
    seat.show(status, &view)
}
