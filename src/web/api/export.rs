//! `/api/v1/exports`: what was taken in, written out again.

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::enroll::export::{self, Export};
use crate::app::{App, Caller, Error};
use crate::domain::enterprise::Plant;
use crate::domain::region::RegionCode;
use crate::files::list::{ListSheet, ListWriter};
use crate::table::Format;
use crate::web::problem::{Problem, ProblemBody};

/// Which list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    /// Whose list; the only one there is when absent.
    #[param(value_type = Option<String>, example = "411000")]
    region: Option<RegionCode>,
    /// What kind of file.
    #[param(inline)]
    #[serde(default)]
    format: ExportFormat,
}

/// What kind of file a list is written as.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExportFormat {
    /// Comma-separated values in UTF-8.
    #[default]
    Csv,
    /// A workbook.
    Xlsx,
}

/// The reduction list as CSV or as a workbook, with the columns of an import; it holds personal
/// data. Of CSV the connection is broken off if the list changes meanwhile; a workbook is refused.
#[utoipa::path(
    get, path = "/api/v1/exports/enterprises", tag = "imports", params(ExportQuery),
    responses(
        (status = OK, content(
            (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = FORBIDDEN, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn export_list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let export = export::begin(&app, &caller, query.region).await?;
    match query.format {
        ExportFormat::Csv => csv(app, export),
        ExportFormat::Xlsx => workbook(&app, export).await,
    }
}

/// Page by page, as the list is read.
fn csv(app: App, export: Export) -> Result<Response, Problem> {
    let headers = headers(&export, Format::Csv, "text/csv; charset=utf-8")?;
    let first = portion(ListWriter::begin(Vec::new()), &[]).map_err(Error::internal)?;
    let rest = stream::try_unfold((app, export), |(app, mut export)| async move {
        next_portion(&app, &mut export)
            .await
            .map(|portion| portion.map(|bytes| (bytes, (app, export))))
    });
    let body = stream::once(async { Ok(first) });
    let body = Body::from_stream(futures::StreamExt::chain(body, rest));
    Ok((headers, body).into_response())
}

/// A workbook is packed once its last row is known; until then it stands on disk.
async fn workbook(app: &App, mut export: Export) -> Result<Response, Problem> {
    let headers = headers(&export, Format::Xlsx, Format::Xlsx.media_type())?;
    let mut sheet = ListSheet::begin().map_err(Error::internal)?;
    loop {
        let plants = export.next_page(app).await?;
        if plants.is_empty() {
            break;
        }
        let added = tokio::task::spawn_blocking(move || sheet.add(&plants).map(|()| sheet));
        sheet = added
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)?;
    }
    let packed = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        sheet.finish(&mut bytes).map(|()| bytes)
    });
    let bytes = packed
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    Ok((headers, bytes).into_response())
}

fn headers(
    export: &Export,
    format: Format,
    media_type: &'static str,
) -> Result<[(header::HeaderName, HeaderValue); 2], Error> {
    let (region, extension) = (export.list_region(), format.extension());
    let name = format!("attachment; filename=\"list-{region}.{extension}\"");
    Ok([
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).map_err(Error::internal)?,
        ),
    ])
}

async fn next_portion(app: &App, export: &mut Export) -> Result<Option<Bytes>, Error> {
    let plants = export.next_page(app).await.inspect_err(|error| {
        tracing::warn!(%error, "Broke off an export of a list");
    })?;
    if plants.is_empty() {
        return Ok(None);
    }
    let written = portion(Ok(ListWriter::resume(Vec::new())), &plants);
    written.map(Some).map_err(Error::internal)
}

fn portion(
    writer: std::io::Result<ListWriter<Vec<u8>>>,
    plants: &[Plant],
) -> std::io::Result<Bytes> {
    let mut writer = writer?;
    writer.add(plants)?;
    writer.finish().map(Bytes::from)
}
