//! Forecasts fetched from where their makers publish them, by the configuration's `[[sources]]`.
//!
//! All sources are asked at once, and each for itself: what one of them brings is taken in whatever
//! becomes of the others, and those that fail are asked again in the next hour, or after a minute
//! where none has answered. What a source says again is not recorded again: it keeps the instant it
//! came with, so that its age can be seen. An answer that ends before tomorrow is stale and is
//! refused.
//!
//! The files are read like those handed in. The addresses are the operator's own, so that no guard
//! stands before them; a request follows no redirect, and waits and reads within limits.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::join_all;
use reqwest::{Client, redirect};

use crate::app::ingest::file::{self, Filed, ReadDays};
use crate::app::ingest::{self, Series};
use crate::app::{App, Caller, Error};
use crate::config::Source;
use crate::domain::time::day_of;
use crate::tls;

/// The time limit of one source, and of all, since they are asked at once.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The time limit for connecting.
const CONNECT: Duration = Duration::from_secs(5);

/// The most an answer may hold: a week of hours is a thousandth of it.
const LARGEST: usize = 16 * 1_024 * 1_024;

/// Takes in what every source foresees now, and names each region that got nothing; fails where no
/// source has answered.
pub(super) async fn pull_forecasts(app: &App) -> Result<String, Error> {
    let (sources, now) = (&app.config.sources, app.now());
    let pulled = join_all(sources.iter().map(|source| pull(app, source, now))).await;
    let (mut days, mut failed) = (0, Vec::new());
    for (source, pulled) in sources.iter().zip(pulled) {
        match pulled {
            Ok(recorded) => days += recorded,
            Err(why) => {
                let region = source.region;
                tracing::warn!(%region, why, "Could not fetch a forecast");
                failed.push(format!("{region}: {why}"));
            }
        }
    }
    let answered = sources.len() - failed.len();
    let came = format!("{days} new days from {answered} sources");
    if failed.is_empty() {
        Ok(came)
    } else if answered > 0 {
        Ok(format!("{came}; {}", failed.join("; ")))
    } else {
        Err(Error::conflict("source-failed", failed.join("; ")))
    }
}

/// Fetches one source, reads it and takes in what is new; answers with how many days that are, or
/// why not, without its address.
async fn pull(app: &App, source: &Source, now: DateTime<Utc>) -> Result<usize, String> {
    let fetched = tokio::time::timeout(ATTEMPT, fetch(source)).await;
    let bytes = fetched.map_err(|_| format!("no answer within {} s", ATTEMPT.as_secs()))??;
    let schedule = Caller::schedule();
    let filed = Filed {
        files: vec![("the answer".to_owned(), bytes)],
        format: None,
        place: source.place.clone(),
        region: source.region,
        source: source.source.clone(),
        series: Series::Forecast { issued_at: now },
        modelled: false,
    };
    let read = file::read(app, &schedule, filed).await.map_err(told)?;
    let mut read = read.map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        format!("{} faults: {first}", faults.len())
    })?;
    keep_coming_days(day_of(now), &mut read)?;
    if ingest::was_said_before(app, &read.arrived)
        .await
        .map_err(told)?
    {
        return Ok(0);
    }
    let taken = file::take_in(app, &schedule, None, read.arrived).await;
    taken.map(|taken| taken.days).map_err(told)
}

/// Leaves out the days that are over: they are for those who measure.
fn keep_coming_days(today: NaiveDate, read: &mut ReadDays) -> Result<(), String> {
    let last = read.arrived.days.last().map(|day| day.on);
    read.arrived.days.retain(|day| day.on >= today);
    match last {
        Some(last) if last > today => Ok(()),
        Some(last) => Err(format!("stale: it ends on {last}")),
        None => Err("no day".to_owned()),
    }
}

/// The body of an answer, or why there is none. The address may hold a key, and is never repeated.
async fn fetch(source: &Source) -> Result<Vec<u8>, String> {
    let client = client(source).map_err(|error| format!("{error:#}"))?;
    let plain = |error: reqwest::Error| format!("{:#}", anyhow::Error::from(error.without_url()));
    let mut response = client.get(&source.url).send().await.map_err(plain)?;
    if !response.status().is_success() {
        return Err(format!("answered {}", response.status()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(plain)? {
        body.extend_from_slice(&part);
        if body.len() > LARGEST {
            return Err(format!("more than {LARGEST} bytes"));
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

/// A refusal, with its causes.
fn told(error: Error) -> String {
    format!("{:#}", anyhow::Error::from(error))
}
