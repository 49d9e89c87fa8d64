//! Forecasts and measured values fetched from where their makers publish them, by the
//! configuration's `[[sources]]`.
//!
//! Every source is a job of its own: all that are due are asked at once, each is taken in whatever
//! becomes of the others, and one that fails is asked again after a minute, alone. What a source says
//! again is not recorded again: it keeps the instant it came with, so that its age can be seen. A
//! forecast that ends before tomorrow is stale and is refused, and so are measured hours of which the
//! last is long over.
//!
//! The files are read like those handed in. The addresses are the operator's own, so that no guard
//! stands before them; a request follows no redirect, and waits and reads within limits.

use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};
use futures::future::join_all;
use reqwest::{Client, StatusCode, redirect};

use super::{Schedule, run_if_due};
use crate::app::ingest::file::{self, Filed};
use crate::app::ingest::{self, OutlookIn, Series};
use crate::app::{App, Caller, Error, chain, source};
use crate::config::{Source, SourceSeries};
use crate::domain::time::{WrittenTime, day_of, day_start};
use crate::table::Fault;
use crate::tls;

/// When a source is asked.
const HOURLY: Schedule = Schedule::Minutes(60);

/// The time limit of one source, and of all, since they are asked at once.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The time limit for connecting.
const CONNECT: Duration = Duration::from_secs(5);

/// The most an answer may hold: a week of hours is a thousandth of it.
const LARGEST: usize = 16 * 1_024 * 1_024;

/// How long ago the last measured hour may have ended: stations are published hours late.
const MEASURED_WITHIN: TimeDelta = TimeDelta::hours(6);

/// Why a source brought nothing. Its address may hold a key, and is never repeated.
#[derive(Debug, thiserror::Error)]
enum PullError {
    #[error("no client can be made")]
    Client(#[source] anyhow::Error),
    #[error("no answer")]
    Request(#[source] reqwest::Error),
    #[error("no answer within {} s", ATTEMPT.as_secs())]
    Late,
    #[error("answered {0}")]
    Status(StatusCode),
    #[error("answered more than {LARGEST} bytes")]
    TooLarge,
    #[error("{count} faults: {first}")]
    Faulty { count: usize, first: Box<Fault> },
    #[error("stale: it ends at {0}")]
    Stale(WrittenTime),
    #[error("refused: {}", chain(.0))]
    Refused(Error),
}

/// Asks every source that is due, all at once.
pub(super) async fn run_due(app: &App, now: DateTime<Utc>) {
    let sources = app.config.sources.iter();
    join_all(sources.map(async |source| {
        let name = source::job_name(source);
        Box::pin(run_if_due(app, &name, HOURLY, now, pull(app, source))).await;
    }))
    .await;
}

/// Fetches a source, reads it and takes in what is new; answers with how many days that are.
async fn pull(app: &App, source: &Source) -> Result<String, PullError> {
    let now = app.now();
    let fetched = tokio::time::timeout(ATTEMPT, fetch(source)).await;
    let bytes = fetched.map_err(|_| PullError::Late)??;
    let filed = Filed {
        files: vec![("the answer".to_owned(), bytes)],
        format: None,
        place: source.place.clone(),
        region: source.region,
        source: source.source.clone(),
        series: match source.series {
            SourceSeries::Forecast => Series::Forecast { issued_at: now },
            SourceSeries::Observed => Series::Observed,
        },
        modelled: false,
    };
    let schedule = Caller::schedule();
    let read = file::read(app, &schedule, filed).await;
    let read = read.map_err(PullError::Refused)?;
    let mut arrived = read.map_err(faulty)?.arrived;
    check_age(&arrived, now)?;
    leave_out_the_past(&mut arrived, now);
    let news = ingest::keep_news(app, &mut arrived).await;
    news.map_err(PullError::Refused)?;
    let mut days = 0;
    if !arrived.days.is_empty() {
        let taken = file::take_in(app, &schedule, None, arrived).await;
        days = taken.map_err(PullError::Refused)?.days;
    }
    Ok(format!("{days} new days"))
}

fn faulty(faults: Vec<Fault>) -> PullError {
    let count = faults.len();
    match faults.into_iter().next() {
        Some(first) => PullError::Faulty {
            count,
            first: Box::new(first),
        },
        None => PullError::Refused(Error::internal("a faulty file has faults")),
    }
}

/// Refuses what ends too early to be the newest that its source knows.
fn check_age(arrived: &OutlookIn, now: DateTime<Utc>) -> Result<(), PullError> {
    let today = day_of(now);
    let Some(last) = arrived.days.last() else {
        return Ok(());
    };
    let end_of_last = day_start(last.on) + TimeDelta::days(1);
    let (end, earliest) = match (arrived.series, &last.hours) {
        (Series::Forecast { .. }, _) => (end_of_last, day_start(today + Days::new(2))),
        (_, None) => (end_of_last, day_start(today - Days::new(1))),
        (_, Some(hours)) => {
            let end = day_start(last.on) + TimeDelta::hours(hours.known_until().into());
            (end, now - MEASURED_WITHIN)
        }
    };
    if end < earliest {
        return Err(PullError::Stale(WrittenTime::of(end)));
    }
    Ok(())
}

/// Leaves out the days of a forecast that are over: they are for those who measure.
fn leave_out_the_past(arrived: &mut OutlookIn, now: DateTime<Utc>) {
    if matches!(arrived.series, Series::Forecast { .. }) {
        arrived.days.retain(|day| day.on >= day_of(now));
    }
}

/// The body of an answer.
async fn fetch(source: &Source) -> Result<Vec<u8>, PullError> {
    let client = client(source).map_err(PullError::Client)?;
    let plain = |error: reqwest::Error| PullError::Request(error.without_url());
    let mut response = client.get(&source.url).send().await.map_err(plain)?;
    if !response.status().is_success() {
        return Err(PullError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(plain)? {
        body.extend_from_slice(&part);
        if body.len() > LARGEST {
            return Err(PullError::TooLarge);
        }
    }
    Ok(body)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the ban points to channels, which call addresses of others; these are the operator's"
)]
fn client(source: &Source) -> anyhow::Result<Client> {
    let client = Client::builder()
        .user_agent(concat!("qingkong/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls::client_config(source.root_certificates.as_deref())?)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .build()?;
    Ok(client)
}
