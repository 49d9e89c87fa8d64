//! Dead letters: looked at, chosen, and sent on their way again.

use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::Form;
use serde::Deserialize;

use super::{Seat, done};
use crate::app::Error;
use crate::app::dispatch::{self, Subject};
use crate::domain::id::MessageKey;
use crate::domain::time::WrittenTime;
use crate::web::pages::Section;
use crate::web::pages::dead_letters::{DeadLetter, DeadLettersPage};
use crate::web::problem::Problem;

/// Where chosen letters are sent again.
const REDRIVE: &str = "/dead-letters/redrive";

/// The letters that were chosen.
#[derive(Deserialize)]
pub(in crate::web) struct Chosen {
    #[serde(default)]
    letter: Vec<i64>,
}

pub(in crate::web) async fn list(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let list = match seat.app.list_dead_letters(&seat.caller, None, None).await {
        Ok(list) => Some(list),
        // Whoever may not send them again sees that there is nothing for them to do.
        Err(Error::Forbidden) => None,
        Err(error) => return Err(error.into()),
    };
    let letters = list.as_ref().map_or(&[][..], |list| &list.letters);
    let view = DeadLettersPage {
        language: seat.language,
        chrome: seat.chrome(&desk, Section::DeadLetters),
        letters: letters.iter().rev().map(letter).collect(),
        more: list.as_ref().is_some_and(|list| list.next.is_some()),
        redrive: list.is_some().then(|| REDRIVE.to_owned()),
    };
    seat.show(StatusCode::OK, &view)
}

pub(in crate::web) async fn redrive(
    seat: Seat,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    for letter in chosen.letter {
        match seat
            .app
            .redrive_letter(&seat.caller, None, MessageKey(letter))
            .await
        {
            // One that somebody else has sent again meanwhile needs nothing more.
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done("/dead-letters", "redriven"))
}

fn letter(letter: &dispatch::DeadLetter) -> DeadLetter {
    DeadLetter {
        key: letter.key.0,
        subject: match letter.subject {
            Subject::Order(order) => format!("/orders/{order}"),
            Subject::Advisory(advisory) => super::advisory::address(advisory),
        },
        recipient: letter.recipient.clone(),
        channel: letter.channel.clone(),
        attempts: letter.attempts,
        last_at: WrittenTime::of(letter.last_at),
        why: letter.why.clone(),
    }
}
