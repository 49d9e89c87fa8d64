//! The runs of scheduled jobs: taken once, whichever instance asks first.
//!
//! A [`Run`] belongs to a job and a scheduled instant. Whoever takes it has it for a while; when
//! that passes without an end, because the process was killed, the next to ask takes it over. Jobs
//! are idempotent, so an overtaken run that ends after all does no harm.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Error, chain, retention};
use crate::store::{idempotency, job_run};

/// How long a run may take before another instance takes it over.
const TAKEN_FOR: TimeDelta = TimeDelta::minutes(10);

/// How long after a failure a run is tried again.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// A run that is ours to do.
#[derive(Debug)]
pub struct Run {
    job: String,
    scheduled_at: i64,
    fence: i64,
}

impl App {
    /// Takes the run of a job that was due at an instant, unless it is done or being done.
    pub async fn take_run(
        &self,
        job: &str,
        scheduled_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Run>, Error> {
        let scheduled_at = scheduled_at.timestamp_millis();
        let until_at = (now + TAKEN_FOR).timestamp_millis();
        let mut tx = self.db.begin().await?;
        let fence =
            job_run::take_run(&mut tx, job, scheduled_at, now.timestamp_millis(), until_at).await?;
        tx.commit().await?;
        Ok(fence.map(|fence| Run {
            job: job.to_owned(),
            scheduled_at,
            fence,
        }))
    }

    /// Records what came of a run. One that failed is due again after a minute.
    pub async fn end_run(
        &self,
        run: Run,
        ended: &Result<String, impl std::error::Error + 'static>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let Run {
            job,
            scheduled_at,
            fence,
        } = run;
        let mut tx = self.db.begin().await?;
        match ended {
            Ok(outcome) => {
                let now = now.timestamp_millis();
                job_run::record_finished(&mut tx, &job, scheduled_at, fence, now, outcome).await?;
            }
            Err(error) => {
                let again_at = (now + AGAIN_AFTER).timestamp_millis();
                let outcome = format!("failed: {}", chain(error));
                job_run::record_failed(&mut tx, &job, scheduled_at, fence, again_at, &outcome)
                    .await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Forgets runs of long ago.
    pub async fn prune_runs(&self) -> Result<u64, Error> {
        let keep = self.config.retention.job_runs_days;
        let Some(before) = retention::before(keep, self.now()) else {
            return Ok(0);
        };
        let mut tx = self.db.begin().await?;
        let pruned = job_run::prune_runs(&mut tx, before.timestamp_millis()).await?;
        tx.commit().await?;
        Ok(pruned)
    }

    /// Forgets answers that no repeat may ask for any more.
    pub async fn prune_answers(&self) -> Result<u64, Error> {
        let before = (self.now() - super::act::KEPT_FOR).timestamp_millis();
        let mut tx = self.db.begin().await?;
        let pruned = idempotency::prune_answers(&mut tx, before).await?;
        tx.commit().await?;
        Ok(pruned)
    }
}
