//! The sources that are pulled, and how long each has brought nothing.
//!
//! It is told from the runs of their jobs, which every instance sees and a restart leaves.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Error};
use crate::config::{Source, SourceSeries};
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;
use crate::store::{self, Tx, job_run};

/// After how long without an answer a source is stale: it is asked every hour, and a second one is
/// lost.
const STALE_AFTER: TimeDelta = TimeDelta::hours(2);

/// How a source does.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// The region it is taken in for.
    pub region: RegionCode,
    /// What it holds.
    pub series: SourceSeries,
    /// Since when nothing came: when it last answered well, or was first asked where it never has;
    /// none before it was asked.
    pub nothing_since: Option<DateTime<Utc>>,
}

impl Pulled {
    /// For how long nothing came.
    pub fn silent_for(&self, now: DateTime<Utc>) -> TimeDelta {
        let since = self.nothing_since.unwrap_or(now);
        (now - since).max(TimeDelta::zero())
    }

    /// Whether it should have brought something by now.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.silent_for(now) > STALE_AFTER
    }
}

/// The name of the job that pulls a source.
pub fn job_name(source: &Source) -> String {
    format!("pull-{}-{}", source.series.as_str(), source.region)
}

/// How each of the sources does, in their order.
pub async fn list(tx: &mut Tx, sources: &[Source]) -> store::Result<Vec<Pulled>> {
    let mut pulled = Vec::new();
    for source in sources {
        let (done, first) = job_run::find_span(tx, &job_name(source)).await?;
        pulled.push(Pulled {
            region: source.region,
            series: source.series,
            nothing_since: done.or(first).and_then(from_millis),
        });
    }
    Ok(pulled)
}

/// The sources of a region that should have brought something by now.
pub async fn list_stale(app: &App, region: RegionCode) -> Result<Vec<Pulled>, Error> {
    let mut pulled = list(&mut app.db.read().await?, &app.config.sources).await?;
    pulled.retain(|source| source.region == region && source.is_stale(app.now()));
    Ok(pulled)
}

/// Says in the metrics for how long each source has brought nothing.
pub async fn gauge(app: &App) -> Result<(), Error> {
    for pulled in list(&mut app.db.read().await?, &app.config.sources).await? {
        let seconds = pulled.silent_for(app.now()).as_seconds_f64();
        let (region, series) = (pulled.region.to_string(), pulled.series.as_str());
        metrics::gauge!("qingkong_source_silent_seconds", "region" => region, "series" => series)
            .set(seconds);
    }
    Ok(())
}
