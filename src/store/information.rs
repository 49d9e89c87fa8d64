//! What the public was told while a warning was in force. Append-only.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::information::Update;
use crate::domain::record;
use crate::domain::time::from_millis;

/// Records an update of a warning.
pub async fn record_update(tx: &mut Tx, key: i64, warning: i64, update: &Update) -> Result<Digest> {
    let body = serde_json::to_string(update).expect("an update is plain data");
    let columns = record::InformationUpdate {
        key,
        warning,
        at: update.at.timestamp_millis(),
        body: &body,
    };
    let digest = columns.digest();
    tx.execute(
        "INSERT INTO information_update (update_key, warning_key, at, body, digest)
              VALUES ($1, $2, $3, $4, $5)",
        (
            columns.key,
            columns.warning,
            columns.at,
            columns.body,
            digest.to_string(),
        ),
    )
    .await?;
    Ok(digest)
}

/// The updates of a warning, the newest first.
pub async fn list_updates(tx: &mut Tx, warning: i64) -> Result<Vec<Update>> {
    let rows: Vec<(i64, String)> = tx
        .all(
            "SELECT update_key, body
               FROM information_update
              WHERE warning_key = $1
              ORDER BY update_key DESC",
            (warning,),
        )
        .await?;
    let updates = rows.iter().map(|(key, body)| {
        let wrong = Inconsistency::on("information_update").column("body");
        Ok(serde_json::from_str(body).map_err(|error| wrong.row(*key).source(error))?)
    });
    updates.collect()
}

/// When the public was last told of each warning that stands, by the key of the warning.
pub async fn list_last(tx: &mut Tx) -> Result<HashMap<i64, DateTime<Utc>>> {
    let rows: Vec<(i64, i64)> = tx
        .all(
            "SELECT w.warning_key, MAX(i.at)
               FROM warning            w
               JOIN information_update i ON i.warning_key = w.warning_key
              WHERE w.open
              GROUP BY w.warning_key",
            (),
        )
        .await?;
    let last = rows.into_iter().map(|(warning, at)| {
        let wrong = || {
            Inconsistency::on("information_update")
                .column("at")
                .row(warning)
        };
        Ok((warning, from_millis(at).ok_or_else(wrong)?))
    });
    last.collect()
}
