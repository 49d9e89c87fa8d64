//! `/api/v1/events`: what has just happened, as Server-Sent Events.
//!
//! A browser that lost the line comes back with `Last-Event-ID` and is told what it missed, or a
//! `reset` when that is more than is remembered. Streams end when the node stops, and after half
//! an hour in any case, so that a session which has ended does not watch for ever.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt, future, stream};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_util::sync::CancellationToken;

use crate::app::caller::{Right, Scope};
use crate::app::events::{self, Missed};
use crate::app::{App, Caller};
use crate::web::problem::{Problem, ProblemBody};

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long one stream lasts.
const LASTS: Duration = Duration::from_mins(30);

/// Tells what happens in the caller's region, as it happens.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The last event that was heard")),
    responses(
        (
            status = OK, content_type = "text/event-stream", body = String,
            description = "`event` is the kind, `id` the position, `data` a JSON object; \
                `reset` means that events were missed"
        ),
        (status = UNAUTHORIZED, body = ProblemBody),
        (status = FORBIDDEN, body = ProblemBody),
    ),
)]
pub(super) async fn watch_events(
    State(app): State<App>,
    State(stopping): State<CancellationToken>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.has(Right::SeeWarnings)?;
    let last_heard: Option<i64> = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());

    // Watching begins before the past is read, so that nothing falls between the two.
    let live = BroadcastStream::new(app.watch());
    let missed = last_heard.map_or_else(
        || Missed::Events(Vec::new()),
        |position| app.events_after(position),
    );
    let told = told_until(&missed, last_heard);
    let past = match missed {
        Missed::Events(events) => events.into_iter().map(Told::Event).collect(),
        Missed::TooMuch => vec![Told::Reset],
    };
    let live = live.filter_map(move |heard| {
        future::ready(match heard {
            Ok(event) if event.position <= told => None,
            Ok(event) => Some(Told::Event(event)),
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Told::Reset),
        })
    });
    let events = stream::iter(past)
        .chain(live)
        .filter(move |told| future::ready(told.concerns(caller.scope)))
        .map(|told| Ok(told.into()))
        .take_until(stopping.cancelled_owned())
        .take_until(tokio::time::sleep(LASTS));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The position up to which the past has been told.
fn told_until(missed: &Missed, last_heard: Option<i64>) -> i64 {
    let last = match missed {
        Missed::Events(events) => events.last().map(|event| event.position),
        Missed::TooMuch => None,
    };
    // After a reset, or for a newcomer, whatever comes is news.
    match (missed, last) {
        (_, Some(position)) => position,
        (Missed::Events(_), None) => last_heard.unwrap_or(i64::MIN),
        (Missed::TooMuch, None) => i64::MIN,
    }
}

/// What a watcher is told.
enum Told {
    Event(events::Event),
    Reset,
}

impl Told {
    fn concerns(&self, scope: Scope) -> bool {
        match self {
            Self::Event(event) => scope.covers(event.region),
            Self::Reset => true,
        }
    }
}

impl From<Told> for Event {
    fn from(told: Told) -> Self {
        match told {
            Told::Event(event) => Self::default()
                .id(event.position.to_string())
                .event(event.kind)
                .data(event.json),
            Told::Reset => Self::default().event("reset").data("{}"),
        }
    }
}
