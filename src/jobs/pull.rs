//! Forecasts fetched from where their makers publish them, by the configuration's `[[sources]]`.
//!
//! All sources are asked at once, and each for itself: one that fails fails the run, which is tried
//! again after a minute, while what the others brought is taken in already. What a source says again
//! is not recorded again within a day. An answer that ends before tomorrow is stale and is refused;
//! what stands keeps the instant it came with, so that its age can be seen.
//!
//! The files are read like those handed in. The addresses are the operator's own, so that no guard
//! stands before them; a request follows no redirect, and waits and reads within limits.

use std::time::Duration;

use futures::future::join_all;
use reqwest::{Client, redirect};

use crate::app::ingest::file::{self, Filed, ReadDays};
use crate::app::ingest::{self, Series, TakenIn};
use crate::app::{App, Caller, Error, Idempotency};
use crate::config::Source;
use crate::domain::time::day_of;
use crate::tls;

/// The time limit of one source, and of all, since they are asked at once.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The time limit for connecting.
const CONNECT: Duration = Duration::from_secs(5);

/// The most an answer may hold: a week of hours is a thousandth of it.
const LARGEST: usize = 16 * 1_024 * 1_024;

/// Takes in what every source foresees now; fails by the name of each region that got nothing.
pub(super) async fn pull_forecasts(app: &App) -> Result<String, Error> {
    let sources = &app.config.sources;
    let pulled = join_all(sources.iter().map(|source| pull(app, source))).await;
    let (mut days, mut failed) = (0, Vec::new());
    for (source, pulled) in sources.iter().zip(pulled) {
        match pulled {
            Ok(taken) => days += taken.days,
            Err(why) => {
                let region = source.region;
                tracing::warn!(%region, why, "Could not fetch a forecast");
                failed.push(format!("{region}: {why}"));
            }
        }
    }
    if failed.is_empty() {
        return Ok(format!("{days} days from {} sources", sources.len()));
    }
    Err(Error::conflict("source-failed", failed.join("; ")))
}

/// Fetches one source, reads it and takes it in; or why not, without its address.
async fn pull(app: &App, source: &Source) -> Result<TakenIn, String> {
    let fetched = tokio::time::timeout(ATTEMPT, fetch(source)).await;
    let bytes = fetched.map_err(|_| format!("no answer within {} s", ATTEMPT.as_secs()))??;
    let schedule = Caller::schedule();
    let filed = Filed {
        files: vec![("the answer".to_owned(), bytes)],
        format: None,
        place: source.place.clone(),
        region: source.region,
        source: source.source.clone(),
        series: Series::Forecast {
            issued_at: app.now(),
        },
    };
    let read = file::read(app, &schedule, filed).await.map_err(told)?;
    let mut read = read.map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        format!("{} faults: {first}", faults.len())
    })?;
    keep_coming_days(app, &mut read)?;
    let said_before = idempotency(&read).map_err(told)?;
    let taken = ingest::take_in(app, &schedule, Some(&said_before), read.arrived).await;
    taken.map_err(told)
}

/// Leaves out the days that are over: they are for those who measure.
fn keep_coming_days(app: &App, read: &mut ReadDays) -> Result<(), String> {
    let today = day_of(app.now());
    let last = read.arrived.days.last().map(|day| day.on);
    read.arrived.days.retain(|day| day.on >= today);
    match last {
        Some(last) if last > today => Ok(()),
        Some(last) => Err(format!("stale: it ends on {last}")),
        None => Err("no day".to_owned()),
    }
}

/// The same days of the same source for the same region are one request.
fn idempotency(read: &ReadDays) -> Result<Idempotency, Error> {
    let arrived = &read.arrived;
    let said = format!("{} {:?}", arrived.source, arrived.days);
    let digest = crate::domain::digest::Digest::of(said.as_bytes());
    let key = format!("pull/{}/{digest}", arrived.region);
    Idempotency::new(&key, &[said.as_bytes()])
}

/// The body of an answer, or why there is none. The address may hold a key, and is never repeated.
async fn fetch(source: &Source) -> Result<Vec<u8>, String> {
    let client = client(source).map_err(|error| format!("{error:#}"))?;
    let plain = |error: reqwest::Error| chain(&error.without_url());
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

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes = causes.map(|cause| format!(": {cause}"));
    std::iter::once(error.to_string()).chain(causes).collect()
}

/// A refusal with its fields.
fn told(error: Error) -> String {
    match error {
        Error::Invalid(fields) => {
            let fields = fields
                .iter()
                .map(|field| format!("{}: {}", field.field, field.text));
            fields.collect::<Vec<_>>().join("; ")
        }
        other => chain(&other),
    }
}
