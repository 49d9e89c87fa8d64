//! The runs of scheduled jobs: one row per job and scheduled instant, whoever runs it.
//!
//! A run is taken by inserting its row, or by taking over one that was not finished in time; the
//! fence tells the two takers apart. All instants are epoch milliseconds.

use super::{Result, Tx};

/// Takes a run, until an instant. None when it is done or somebody else has it; otherwise the
/// fence to finish it with.
pub async fn take_run(
    tx: &mut Tx,
    job: &str,
    scheduled_at: i64,
    now: i64,
    until_at: i64,
) -> Result<Option<i64>> {
    let taken: Option<(i64,)> = tx
        .optional(
            "INSERT INTO job_run (job, scheduled_at, fence, until_at, started_at)
                  VALUES ($1, $2, 1, $4, $3)
             ON CONFLICT (job, scheduled_at)
               DO UPDATE SET fence = job_run.fence + 1,
                             until_at = excluded.until_at,
                             started_at = excluded.started_at
                       WHERE job_run.finished_at IS NULL
                         AND job_run.until_at <= $3
               RETURNING fence",
            (job, scheduled_at, now, until_at),
        )
        .await?;
    Ok(taken.map(|(fence,)| fence))
}

/// Records that a run is done and what came of it; nothing when it was taken over meanwhile.
pub async fn record_finished(
    tx: &mut Tx,
    job: &str,
    scheduled_at: i64,
    fence: i64,
    now: i64,
    outcome: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE job_run
            SET finished_at = $4,
                outcome = $5
          WHERE job = $1
            AND scheduled_at = $2
            AND fence = $3",
        (job, scheduled_at, fence, now, outcome),
    )
    .await?;
    Ok(())
}

/// Records that a run failed, and when it may be taken again.
pub async fn record_failed(
    tx: &mut Tx,
    job: &str,
    scheduled_at: i64,
    fence: i64,
    again_at: i64,
    outcome: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE job_run
            SET until_at = $4,
                outcome = $5
          WHERE job = $1
            AND scheduled_at = $2
            AND fence = $3",
        (job, scheduled_at, fence, again_at, outcome),
    )
    .await?;
    Ok(())
}

/// When a job last ended well, and for when its first run on record was scheduled.
pub async fn find_span(tx: &mut Tx, job: &str) -> Result<(Option<i64>, Option<i64>)> {
    tx.one(
        "SELECT MAX(finished_at), MIN(scheduled_at) FROM job_run WHERE job = $1",
        (job,),
    )
    .await
}

/// Forgets runs scheduled before an instant.
pub async fn prune_runs(tx: &mut Tx, before: i64) -> Result<u64> {
    tx.execute("DELETE FROM job_run WHERE scheduled_at < $1", (before,))
        .await
}
