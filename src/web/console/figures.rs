//! Live figures: the counts of the warning that stands, told whenever they have changed.
//!
//! The counters are read once a second for each page that is open, whichever instance moved them:
//! a handful of rows by key. A page that lost the line asks again and is told all of them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::Seat;
use crate::app::{Error, board};
use crate::domain::region::RegionCode;
use crate::web::pages::overview::RungCounts;
use crate::web::problem::Problem;
use crate::web::shown;

/// How often the counters are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long one stream lasts, so that a session which has ended does not watch for ever.
const LASTS: Duration = Duration::from_mins(30);

/// Figures by the names that elements of the page bear.
type Figures = BTreeMap<String, u64>;

pub(in crate::web) async fn watch(
    seat: Seat,
    State(stopping): State<CancellationToken>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let region = seat.desk().await?.region;
    let first = figures(&seat, region).await?;
    let told = stream::once(std::future::ready(first.clone()))
        .chain(changes(seat, region, first))
        .map(|figures| {
            let event = Event::default().event("figures").json_data(figures);
            Ok(event.expect("figures are names and numbers"))
        })
        .take_until(stopping.cancelled_owned())
        .take_until(tokio::time::sleep(LASTS));
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The figures whenever they are others than before; a look that fails is made good by the next.
fn changes(seat: Seat, region: RegionCode, first: Figures) -> impl Stream<Item = Figures> {
    stream::unfold((seat, region, first), async |(seat, region, before)| {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match figures(&seat, region).await {
                Ok(now) if now != before => return Some((now.clone(), (seat, region, now))),
                Ok(_) | Err(_) => {}
            }
        }
    })
}

async fn figures(seat: &Seat, region: RegionCode) -> Result<Figures, Error> {
    let progress = board::progress(&seat.app, &seat.caller, region).await?;
    let mut figures = Figures::new();
    note(&mut figures, "counts", &shown::counts(&progress.total()));
    for (county, counts) in &progress.counties {
        note(
            &mut figures,
            &format!("county.{county}"),
            &shown::counts(counts),
        );
    }
    Ok(figures)
}

fn note(figures: &mut Figures, name: &str, counts: &RungCounts) {
    let marks = counts.marks().map(|(_, row)| row);
    for row in counts.ladder().into_iter().chain(marks) {
        figures.insert(format!("{name}.{}", row.name), row.count);
    }
}
