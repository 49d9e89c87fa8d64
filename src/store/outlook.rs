//! Days of outlooks as they came in. Append-only: a newer row stands before an older one.

use chrono::{DateTime, NaiveDate, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx, counter};
use crate::domain::digest::Digest;
use crate::domain::outlook::{Day, Given};
use crate::domain::record::OutlookDay;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;

/// Days that came in together.
#[derive(Clone, Debug)]
pub struct NewDays<'n> {
    /// The region.
    pub region: RegionCode,
    /// Who measured or foresaw them.
    pub source: &'n str,
    /// When their source made them.
    pub issued_at: Option<DateTime<Utc>>,
    /// When they came in.
    pub received_at: DateTime<Utc>,
    /// Who brought them.
    pub received_by: &'n str,
    /// The days.
    pub days: &'n [Day],
}

/// Records days, and answers with the key and digest of each, in their order.
pub async fn record_days(tx: &mut Tx, new: &NewDays<'_>) -> Result<Vec<(i64, Digest)>> {
    let n = u32::try_from(new.days.len()).expect("an outlook has few days");
    let first = counter::allocate(tx, "outlook_day", n).await?;
    let (received_at, issued_at) = (
        new.received_at.timestamp_millis(),
        new.issued_at.map(|at| at.timestamp_millis()),
    );
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    for (key, day) in (first..).zip(new.days) {
        let (on_day, body) = (day.on.to_string(), body(day));
        let columns = OutlookDay {
            key,
            region: new.region.as_str(),
            on_day: &on_day,
            origin: day.origin.as_str(),
            source: new.source,
            body: &body,
            issued_at,
            received_at,
            received_by: new.received_by,
        };
        let digest = columns.digest();
        digests.push((key, digest));
        rows.push((
            key,
            new.region.as_str(),
            day.origin.as_str(),
            new.source,
            issued_at,
            received_at,
            new.received_by,
            digest.to_string(),
            on_day,
            body,
        ));
    }
    tx.insert_many(
        "INSERT INTO outlook_day
                (day_key, region, origin, source, issued_at, received_at, received_by, digest,
                 on_day, body)",
        rows,
    )
    .await?;
    Ok(digests)
}

#[derive(FromRow)]
struct DayRow {
    day_key: i64,
    source: String,
    issued_at: Option<i64>,
    received_at: i64,
    received_by: String,
    body: String,
}

impl TryFrom<DayRow> for Given {
    type Error = Inconsistency;

    fn try_from(row: DayRow) -> Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("outlook_day")
                .column(column)
                .row(row.day_key)
        };
        Ok(Self {
            key: row.day_key,
            source: row.source,
            issued_at: row.issued_at.and_then(from_millis),
            received_at: from_millis(row.received_at).ok_or_else(|| wrong("received_at"))?,
            received_by: row.received_by,
            day: serde_json::from_str(&row.body).map_err(|error| wrong("body").source(error))?,
        })
    }
}

/// What was said last of every day of region `$1` from `$2` to `$3`, of all that is alike in some
/// columns, in order of day; only of the rows that a condition lets through.
macro_rules! last_said {
    ($alike:literal, $only:literal) => {
        concat!(
            "SELECT day_key, source, issued_at, received_at, received_by, body
               FROM (SELECT day_key, source, issued_at, received_at, received_by, body, on_day,
                            ROW_NUMBER() OVER (
                                PARTITION BY ",
            $alike,
            "
                                ORDER BY COALESCE(issued_at, received_at) DESC, day_key DESC
                            ) AS nth
                       FROM outlook_day
                      WHERE region = $1
                        AND on_day BETWEEN $2 AND $3 ",
            $only,
            ") AS said
              WHERE nth = 1
              ORDER BY on_day, day_key"
        )
    };
}

/// What each source said last of every day of a region from one day to another: for each day at most
/// one row observed, one forecast and one filled in of each source, in order of day. The one made last
/// counts, not the one that came in last.
pub async fn list_latest(
    tx: &mut Tx,
    region: RegionCode,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Given>> {
    let rows: Vec<DayRow> = tx
        .all(
            last_said!("on_day, origin, source", ""),
            (region.as_str(), from.to_string(), to.to_string()),
        )
        .await?;
    given(rows)
}

/// What each source that measured or computed days that came said last of every day of a region from
/// one day to another, in order of day.
pub async fn list_observed(
    tx: &mut Tx,
    region: RegionCode,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Given>> {
    let rows: Vec<DayRow> = tx
        .all(
            last_said!("on_day, source", "AND origin = 'observed'"),
            (region.as_str(), from.to_string(), to.to_string()),
        )
        .await?;
    given(rows)
}

/// Everything that was measured or computed of days of a region that came, the word said last behind
/// those before it: of a day that goes on, each may tell of other hours.
pub async fn list_every_observed(
    tx: &mut Tx,
    region: RegionCode,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Given>> {
    let rows: Vec<DayRow> = tx
        .all(
            "SELECT day_key, source, issued_at, received_at, received_by, body
               FROM outlook_day
              WHERE region = $1
                AND on_day BETWEEN $2 AND $3
                AND origin = 'observed'
              ORDER BY COALESCE(issued_at, received_at), day_key",
            (region.as_str(), from.to_string(), to.to_string()),
        )
        .await?;
    given(rows)
}

/// What one source foresaw last of every day of a region from one day to another, in order of day.
pub async fn list_foreseen_by(
    tx: &mut Tx,
    region: RegionCode,
    source: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Given>> {
    let rows: Vec<DayRow> = tx
        .all(
            last_said!("on_day", "AND origin = 'forecast' AND source = $4"),
            (region.as_str(), from.to_string(), to.to_string(), source),
        )
        .await?;
    given(rows)
}

/// What each source foresaw of every day of a region from one day to another, in order of day: of what
/// it said in the course of one day, in Beijing time, its last word of those that came in on one day.
pub async fn list_foreseen(
    tx: &mut Tx,
    region: RegionCode,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Given>> {
    let rows: Vec<DayRow> = tx
        .all(
            last_said!(
                "on_day, source, (issued_at + 28800000) / 86400000, \
                 (received_at + 28800000) / 86400000",
                "AND origin = 'forecast'"
            ),
            (region.as_str(), from.to_string(), to.to_string()),
        )
        .await?;
    given(rows)
}

fn given(rows: Vec<DayRow>) -> Result<Vec<Given>> {
    let days = rows.into_iter().map(|row| Ok(Given::try_from(row)?));
    days.collect()
}

fn body(day: &Day) -> String {
    serde_json::to_string(day).expect("a day is plain data")
}
