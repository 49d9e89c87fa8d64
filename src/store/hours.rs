//! The hours of days that came in as hours, each row beside its day. Append-only.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::outlook::HoursOfDay;
use crate::domain::record::OutlookHours;
use crate::domain::region::RegionCode;

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

/// The hours of what each source said last of every day of a region from one day to another, by the
/// key of the day: as [`list_latest`](super::outlook::list_latest) has the days.
pub async fn list_latest_hours(
    tx: &mut Tx,
    region: RegionCode,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeMap<i64, HoursOfDay>> {
    let rows: Vec<HoursRow> = tx
        .all(
            "SELECT h.day_key, h.body
               FROM outlook_hours h
               JOIN (SELECT day_key,
                            ROW_NUMBER() OVER (
                                PARTITION BY on_day, origin, source
                                ORDER BY COALESCE(issued_at, received_at) DESC, day_key DESC
                            ) AS nth
                       FROM outlook_day
                      WHERE region = $1
                        AND on_day BETWEEN $2 AND $3) AS said
                 ON said.day_key = h.day_key
              WHERE said.nth = 1
              ORDER BY h.day_key",
            (region.as_str(), from.to_string(), to.to_string()),
        )
        .await?;
    let hours = rows.into_iter();
    hours
        .map(|row| Ok(<(i64, HoursOfDay)>::try_from(row)?))
        .collect()
}

/// The hours of one day.
pub async fn find_hours(tx: &mut Tx, day_key: i64) -> Result<Option<HoursOfDay>> {
    let row: Option<HoursRow> = tx
        .optional(
            "SELECT day_key, body FROM outlook_hours WHERE day_key = $1",
            (day_key,),
        )
        .await?;
    let found = row.map(<(i64, HoursOfDay)>::try_from).transpose()?;
    Ok(found.map(|(_, hours)| hours))
}
