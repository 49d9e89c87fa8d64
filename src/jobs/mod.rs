//! Scheduled work: one table, and one function that does what is due.
//!
//! A [`Job`] has a name, a schedule and a use case; the use case takes no input, does the same when
//! it is run twice, and finds everything it needs in the store. [`run_due`] is all there is to
//! running them: the ticker calls it every few seconds, tests call it with a hand-moved clock.
//!
//! # Design notes
//!
//! A run is a row keyed by the job and the instant it was due, taken by whoever inserts it, so
//! several instances and a restart in the middle are safe. Only the *latest* due instant of a job is
//! looked at: a node that was off over ten of them catches up once. A run that fails is tried again
//! after a minute; the schedule is never the retry of something that must happen, such as sending.
//! Every source of the configuration is a job of its own, so that one that fails is asked again alone.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job as Tick, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

mod pull;

use crate::app::{App, Error, chain, close, decide, draw, information, signature, source};
use crate::domain::time::{day_of, day_start};

/// Something done on a schedule.
pub struct Job {
    /// Its name, in rows, metrics and logs.
    pub name: &'static str,
    /// When it is due.
    pub schedule: Schedule,
    /// The use case; answers with what came of it, for the record.
    pub run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<String, Error>>,
}

/// When a job is due.
#[derive(Clone, Copy, Debug)]
pub enum Schedule {
    /// Every so many minutes, counted from midnight UTC.
    Minutes(i64),
    /// Once a day, at an hour and a minute of Beijing time.
    Daily(i64, i64),
}

/// Everything that is done on a schedule.
pub const JOBS: &[Job] = &[
    Job {
        name: "judge-outlooks",
        schedule: Schedule::Minutes(10),
        run: |app| Box::pin(async { decide::review_all(app).await.map(reviewed) }),
    },
    Job {
        name: "close-warnings",
        schedule: Schedule::Minutes(1),
        run: |app| Box::pin(async { close::close_past(app).await.map(closed) }),
    },
    Job {
        name: "prune-plans",
        schedule: Schedule::Daily(3, 50),
        run: |app| Box::pin(async { draw::prune(app).await.map(pruned) }),
    },
    Job {
        name: "prune-sessions",
        schedule: Schedule::Minutes(15),
        run: |app| Box::pin(async { app.prune_sessions().await.map(pruned) }),
    },
    Job {
        name: "prune-idempotency-keys",
        schedule: Schedule::Minutes(60),
        run: |app| Box::pin(async { app.prune_answers().await.map(pruned) }),
    },
    Job {
        name: "prune-job-runs",
        schedule: Schedule::Daily(3, 40),
        run: |app| Box::pin(async { app.prune_runs().await.map(pruned) }),
    },
    Job {
        name: "prune-past-retention",
        schedule: Schedule::Daily(3, 20),
        run: |app| Box::pin(async { app.prune_past_retention().await.map(pruned) }),
    },
];

/// How often the ticker looks, as a cron expression with seconds.
const TICKS: &str = "0/10 * * * * *";

/// Does what is due, one job after the other, asks the sources that are due, and says what persons
/// and sources are late with. A job that fails holds up no other.
pub async fn run_due(app: &App, now: DateTime<Utc>) {
    for job in JOBS {
        run_if_due(app, job.name, job.schedule, now, (job.run)(app)).await;
    }
    // The last of a round, since it waits for others.
    pull::run_due(app, now).await;
    // Every node says it, not only the one that took a run.
    if let Err(error) = information::gauge(app).await {
        tracing::warn!(%error, "Could not count for whom information is overdue");
    }
    if let Err(error) = signature::gauge(app).await {
        tracing::warn!(%error, "Could not count which signatures are overdue");
    }
    if let Err(error) = source::gauge(app).await {
        tracing::warn!(%error, "Could not tell how long ago the sources answered");
    }
}

/// Ticks until the node stops, and finishes the round under way.
pub async fn run(app: App, stopping: CancellationToken) {
    if let Err(error) = tick(app, stopping).await {
        tracing::error!(%error, "The ticker of scheduled work has stopped");
    }
}

/// The cron scheduler only ever says that time has passed; rounds are run here, one at a time.
async fn tick(app: App, stopping: CancellationToken) -> Result<(), JobSchedulerError> {
    let (ticked, mut ticks) = mpsc::channel(1);
    let mut ticker = JobScheduler::new().await?;
    let tell = Tick::new(TICKS, move |_, _| {
        // A round that takes longer than a tick makes up for the ticks it missed.
        let _ = ticked.try_send(());
    })?;
    ticker.add(tell).await?;
    ticker.start().await?;
    run_due(&app, app.now()).await;
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(()) = ticks.recv() => run_due(&app, app.now()).await,
        }
    }
    ticker.shutdown().await
}

async fn run_if_due<E: std::error::Error + 'static>(
    app: &App,
    name: &str,
    schedule: Schedule,
    now: DateTime<Utc>,
    work: impl Future<Output = Result<String, E>>,
) {
    if let Err(error) = take_and_run(app, name, schedule.latest(now), now, work).await {
        tracing::warn!(job = name, %error, "Could not look after a job");
    }
}

async fn take_and_run<E: std::error::Error + 'static>(
    app: &App,
    name: &str,
    due: DateTime<Utc>,
    now: DateTime<Utc>,
    work: impl Future<Output = Result<String, E>>,
) -> Result<(), Error> {
    let Some(run) = app.take_run(name, due, now).await? else {
        return Ok(());
    };
    let ended = work.await;
    let outcome = match &ended {
        Ok(outcome) => {
            tracing::info!(job = name, outcome, "Ran a job");
            "done"
        }
        Err(error) => {
            let error = chain(error);
            tracing::warn!(job = name, error, "A job failed, and is tried again");
            "failed"
        }
    };
    let job = name.to_owned();
    metrics::counter!("qingkong_job_runs_total", "job" => job, "outcome" => outcome).increment(1);
    app.end_run(run, &ended, now).await
}

fn reviewed(regions: usize) -> String {
    format!("{regions} regions judged")
}

fn closed(warnings: u64) -> String {
    format!("closed {warnings}")
}

fn pruned(rows: u64) -> String {
    format!("{rows} rows pruned")
}

impl Schedule {
    /// The latest instant at or before `now` at which the job was due.
    pub fn latest(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minutes(minutes) => {
                let span = minutes * 60_000;
                now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(span))
            }
            Self::Daily(hour, minute) => {
                let offset = TimeDelta::hours(hour) + TimeDelta::minutes(minute);
                let today = day_start(day_of(now)) + offset;
                if today <= now {
                    today
                } else {
                    today - TimeDelta::days(1)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::within(
        Schedule::Minutes(15),
        "2026-11-24T12:14:59.999Z",
        "2026-11-24T12:00:00Z"
    )]
    #[case::on_the_mark(Schedule::Minutes(15), "2026-11-24T12:15:00Z", "2026-11-24T12:15:00Z")]
    #[case::today(Schedule::Daily(3, 40), "2026-11-24T19:40:00Z", "2026-11-24T19:40:00Z")]
    #[case::before(Schedule::Daily(3, 40), "2026-11-24T19:39:59Z", "2026-11-23T19:40:00Z")]
    #[case::new_year(Schedule::Daily(3, 40), "2026-12-31T16:00:00Z", "2026-12-30T19:40:00Z")]
    fn a_job_was_last_due_at(#[case] schedule: Schedule, #[case] now: &str, #[case] due: &str) {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(schedule.latest(at(now)), at(due));
    }

    #[test]
    fn no_two_jobs_share_a_name() {
        let names: BTreeSet<_> = JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), JOBS.len());
    }
}
