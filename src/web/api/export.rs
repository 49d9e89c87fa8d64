//! `/api/v1/exports`: what was taken in, written out again.

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::enroll::export::{self, Export};
use crate::app::{App, Caller, Error};
use crate::domain::enterprise::Plant;
use crate::domain::region::RegionCode;
use crate::list_file::ListWriter;
use crate::web::problem::{Problem, ProblemBody};

/// Which list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    /// Whose list; the only one there is when absent.
    #[param(value_type = Option<String>, example = "411000")]
    region: Option<RegionCode>,
}

/// The reduction list as CSV, with the columns of an import; it holds personal data. The connection
/// is broken off if the list changes meanwhile.
#[utoipa::path(
    get, path = "/api/v1/exports/enterprises", tag = "imports", params(ExportQuery),
    responses(
        (status = OK, body = String, content_type = "text/csv"),
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
    let name = format!("attachment; filename=\"list-{}.csv\"", export.list_region());
    let disposition = HeaderValue::from_str(&name).map_err(Error::internal)?;
    let first = portion(ListWriter::begin(Vec::new()), &[]).map_err(Error::internal)?;
    let rest = stream::try_unfold((app, export), |(app, mut export)| async move {
        next_portion(&app, &mut export)
            .await
            .map(|portion| portion.map(|bytes| (bytes, (app, export))))
    });
    let body = stream::once(async { Ok(first) });
    let body = Body::from_stream(futures::StreamExt::chain(body, rest));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, body).into_response())
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
