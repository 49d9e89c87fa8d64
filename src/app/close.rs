//! Closing: a warning whose last hour has passed stands no longer, and its place is free again.
//!
//! A lift may be issued hours before it takes effect, and a warning may end at the time its own
//! notice stated. Nothing is decided here: what ends, and when, was issued by persons, and every
//! letter named the hour; so nothing is sent when it comes.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::journal::{self, Entry};
use super::{App, Error};
use crate::store::notice::{self as store, WarningHead};

/// Closes every warning that is over; answers with how many.
pub async fn close_past(app: &App) -> Result<u64, Error> {
    let now = app.now();
    let open = {
        let mut tx = app.db.read().await?;
        store::list_open_warnings(&mut tx).await?
    };
    let mut closed = 0;
    for head in open.iter().filter(|head| is_past(head, now)) {
        closed += u64::from(close(app, head, now).await?);
    }
    Ok(closed)
}

async fn close(app: &App, head: &WarningHead, now: DateTime<Utc>) -> Result<bool, Error> {
    let mut tx = app.db.begin().await?;
    // Another notice may have prolonged it since it was read.
    let head = store::lock_warning(&mut tx, head.key).await?;
    if !head.open || !is_past(&head, now) {
        return Ok(false);
    }
    store::close_warning(&mut tx, head.key, now).await?;
    let entry = Entry {
        kind: "warning.closed",
        subject: format!("warning {}", head.id),
        region: Some(head.region),
        actor: "clock".to_owned(),
        at: now,
        body: json!({}),
        rows: Vec::new(),
    };
    journal::record(&mut tx, &app.ids, entry).await?;
    tx.commit().await?;
    Ok(true)
}

fn is_past(head: &WarningHead, now: DateTime<Utc>) -> bool {
    head.warning
        .as_ref()
        .is_some_and(|warning| warning.phase(now).is_past())
}
