//! The text of a notice, on its page and as a sheet to print.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::address;
use crate::app::{Error, wording};
use crate::domain::id::NoticeId;
use crate::domain::time::WrittenTime;
use crate::web::console::Seat;
use crate::web::pages::notice::{DocumentPage, Wording};
use crate::web::problem::Problem;

/// The notice as a document, as it was issued or as it would be now.
pub(in crate::web) async fn document(
    seat: Seat,
    Path(id): Path<NoticeId>,
) -> Result<Response, Problem> {
    let written = wording::of_notice(&seat.app, &seat.caller, id, seat.language)
        .await?
        .ok_or(Error::NotFound)?;
    let page = DocumentPage {
        language: seat.language,
        organ: written.organ,
        number: written.document,
        issued_at: written.issued_at.map(WrittenTime::of),
        wording: Wording::new(written.text.title, &written.text.body),
        notice: address(id),
        switch_language: seat.switch_language.clone(),
    };
    seat.show(StatusCode::OK, &page)
}

/// The text for the notice's own page, and the address of the document.
pub(super) async fn of(seat: &Seat, id: NoticeId) -> Result<Option<(Wording, String)>, Error> {
    let written = wording::of_notice(&seat.app, &seat.caller, id, seat.language).await?;
    Ok(written.map(|written| {
        let wording = Wording::new(written.text.title, &written.text.body);
        (wording, format!("{}/document", address(id)))
    }))
}
