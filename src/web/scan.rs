//! A scan as a file to keep: never shown as a page of ours, since whoever brought it said what it is.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::scan::Scan;

/// What paper is scanned to; anything else is handed out as bytes.
const MEDIA_TYPES: [&str; 4] = ["application/pdf", "image/jpeg", "image/png", "image/webp"];

/// The file, under the name it came with (RFC 6266).
pub(super) fn file(scan: Scan) -> Response {
    let known = MEDIA_TYPES
        .into_iter()
        .find(|known| *known == scan.media_type);
    let name = utf8_percent_encode(&scan.name, NON_ALPHANUMERIC);
    let headers = [
        (
            header::CONTENT_TYPE,
            known.unwrap_or("application/octet-stream").to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
    ];
    (headers, scan.bytes).into_response()
}
