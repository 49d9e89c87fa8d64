//! The hours of days that came in as hours, each row beside its day. Append-only.

use std::collections::BTreeMap;

use super::db::{Among, FromRow};
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::outlook::HoursOfDay;
use crate::domain::record::OutlookHours;

/// Records the hours of days by the keys of the days, and answers with the digest of each row.
pub async fn record_hours(tx: &mut Tx, hours: &[(i64, &HoursOfDay)]) -> Result<Vec<(i64, Digest)>> {
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    for &(day_key, hours) in hours {
        let body = serde_json::to_string(hours).expect("hours are plain data");
        let columns = OutlookHours {
            day_key,
            body: &body,
        };
        let digest = columns.digest();
        digests.push((day_key, digest));
        rows.push((day_key, body, digest.to_string()));
    }
    tx.insert_many("INSERT INTO outlook_hours (day_key, body, digest)", rows)
        .await?;
    Ok(digests)
}

#[derive(FromRow)]
struct HoursRow {
    day_key: i64,
    body: String,
}

impl TryFrom<HoursRow> for (i64, HoursOfDay) {
    type Error = Inconsistency;

    fn try_from(row: HoursRow) -> std::result::Result<Self, Inconsistency> {
        let wrong = Inconsistency::on("outlook_hours")
            .column("body")
            .row(row.day_key);
        let hours = serde_json::from_str(&row.body).map_err(|error| wrong.source(error))?;
        Ok((row.day_key, hours))
    }
}

/// The hours of those of these days that came as hours, by the keys of the days.
pub async fn list_hours(tx: &mut Tx, days: &[i64]) -> Result<BTreeMap<i64, HoursOfDay>> {
    const HOURS: Among = Among::new("SELECT day_key, body FROM outlook_hours WHERE day_key", "");
    let rows: Vec<HoursRow> = tx.all_among(HOURS, (), days).await?;
    let hours = rows.into_iter();
    hours
        .map(|row| Ok(<(i64, HoursOfDay)>::try_from(row)?))
        .collect()
}
