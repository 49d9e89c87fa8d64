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
use crate::web::words;

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
        stale: written.stale.map(|why| words::refusal(seat.language, &why)),
        issued_at: written.issued.as_ref().map(|it| WrittenTime::of(it.at)),
        number: written.issued.map(|issued| issued.document),
        wording: Wording::new(written.text.title, &written.text.body),
        notice: address(id),
        switch_language: seat.switch_language.clone(),
    };
    seat.show(StatusCode::OK, &page)
}

/// The text for the notice's own page; the page is there also where the text cannot be written.
pub(super) async fn of(seat: &Seat, id: NoticeId) -> Result<Option<Wording>, Error> {
    let written = wording::of_notice(&seat.app, &seat.caller, id, seat.language).await;
    match written {
        Ok(written) => Ok(written.map(|it| Wording::new(it.text.title, &it.text.body))),
        Err(Error::Internal(error)) => {
            tracing::error!(%error, notice = %id, "Could not write a notice");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
