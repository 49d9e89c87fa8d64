//! Telling the public anew while a warning is in force (信息更新): what was told, by when it is due
//! again, and how many warnings it is overdue for.
//!
//! How often is laid down by the playbook that the warning's latest notice was drafted with.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::notices::person;
use super::{App, Begun, Caller, Error, Idempotency, Right};
use crate::domain::aqi::HIGHEST_AQI;
use crate::domain::id::WarningId;
use crate::domain::information::{self, Update};
use crate::domain::warning::Phase;
use crate::store::information as store;
use crate::store::notice::{self, WarningHead};
use crate::store::{Tx, counter};

/// What an officer tells the public.
#[derive(Clone, Debug)]
pub struct UpdateIn {
    /// The AQI now; none where nobody measured it.
    pub aqi: Option<u16>,
    /// How things stand.
    pub text: String,
    /// What is to be expected.
    pub outlook: String,
}

/// An update that was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Given {
    /// The warning.
    pub warning: WarningId,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// What the public was told of a warning.
#[derive(Clone, Debug)]
pub struct Told {
    /// The updates, the newest first.
    pub updates: Vec<Update>,
    /// By when it is to be told anew; none where nothing is due.
    pub due: Option<DateTime<Utc>>,
    /// When it was looked at.
    pub now: DateTime<Utc>,
}

impl Told {
    /// Whether the public should have been told by now.
    pub fn is_overdue(&self) -> bool {
        self.due.is_some_and(|due| due < self.now)
    }
}

/// Tells the public how things stand; it is on record from here on.
pub async fn give(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    id: WarningId,
    update: UpdateIn,
) -> Result<Given, Error> {
    caller.has(Right::IssueNotices)?;
    check(&update)?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(given) => return Ok(given),
        Begun::Fresh(act) => act,
    };
    let (tx, now) = (&mut act.tx, act.now);
    let head = notice::find_warning(tx, id).await?;
    let head = head.ok_or(Error::NotFound)?;
    caller.may(Right::IssueNotices, head.region)?;
    let phase = head.warning.as_ref().map(|warning| warning.phase(now));
    if phase != Some(Phase::InForce) {
        return Err(Error::conflict(
            "not-in-force",
            "the warning is not in force",
        ));
    }
    let update = Update {
        at: now,
        by: person(caller)?,
        aqi: update.aqi,
        text: update.text.trim().to_owned(),
        outlook: update.outlook.trim().to_owned(),
    };
    let key = counter::allocate(tx, "information_update", 1).await?;
    let digest = store::record_update(tx, key, head.key, &update).await?;
    let subject = format!("warning {id}");
    let entry = Entry::new(
        "warning.informed",
        subject,
        caller,
        now,
        json!({ "update": key }),
    )
    .in_region(head.region)
    .vouching(Rows::of(RowTable::InformationUpdate, [(key, digest)]));
    journal::record(tx, &app.ids, entry).await?;
    act.commit(Given {
        warning: id,
        at: now,
    })
    .await
}

fn check(update: &UpdateIn) -> Result<(), Error> {
    let empty = |field| Err(Error::invalid(field, "empty", "expected some words"));
    if update.text.trim().is_empty() {
        return empty("text");
    }
    if update.outlook.trim().is_empty() {
        return empty("outlook");
    }
    if update.aqi.is_some_and(|aqi| aqi > HIGHEST_AQI) {
        let text = format!("expected an AQI from 0 to {HIGHEST_AQI}");
        return Err(Error::invalid("aqi", "out-of-range", text));
    }
    Ok(())
}

/// What the public was told of a warning, and by when it is to be told anew.
pub async fn told(app: &App, caller: &Caller, id: WarningId) -> Result<Told, Error> {
    let mut tx = app.db.read().await?;
    let head = notice::find_warning(&mut tx, id).await?;
    let head = head.ok_or(Error::NotFound)?;
    caller.may_look_at(head.region)?;
    let updates = store::list_updates(&mut tx, head.key).await?;
    let last = updates.first().map(|update| update.at);
    let playbooks = playbooks(&mut tx, std::slice::from_ref(&head)).await?;
    let due = due(app, &head, &playbooks, last).await?;
    Ok(Told {
        updates,
        due,
        now: app.now(),
    })
}

/// By the warnings' latest plans, the playbooks that the notices of these were drafted with.
async fn playbooks(tx: &mut Tx, heads: &[WarningHead]) -> Result<HashMap<i64, String>, Error> {
    let plans: Vec<i64> = heads.iter().filter_map(|head| head.plan).collect();
    Ok(notice::list_playbooks(tx, &plans).await?)
}

/// By when the public is to be told anew of a warning.
async fn due(
    app: &App,
    head: &WarningHead,
    playbooks: &HashMap<i64, String>,
    last: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let now = app.now();
    let in_force = |head: &&WarningHead| {
        let warning = head.warning.as_ref();
        warning.is_some_and(|warning| warning.phase(now) == Phase::InForce)
    };
    let Some(warning) = Some(head)
        .filter(in_force)
        .and_then(|it| it.warning.as_ref())
    else {
        return Ok(None);
    };
    let latest = head.plan.and_then(|plan| playbooks.get(&plan));
    let Some(digest) = latest else {
        return Ok(None);
    };
    let playbook = app.playbook(digest).await?;
    let profile = playbook.profile(head.region);
    let rhythm = profile.and_then(|profile| profile.information.as_ref());
    Ok(rhythm.and_then(|rhythm| information::due(&rhythm.every_hours, warning, last, now)))
}

/// Says in the metrics how many warnings the public should have been told of by now.
pub async fn gauge(app: &App) -> Result<(), Error> {
    metrics::gauge!("qingkong_information_overdue").set(count_overdue(app).await?);
    Ok(())
}

/// How many warnings the public should have been told of by now.
pub async fn count_overdue(app: &App) -> Result<u32, Error> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let last = store::list_last(&mut tx).await?;
    let heads = notice::list_open_warnings(&mut tx).await?;
    let playbooks = playbooks(&mut tx, &heads).await?;
    let mut overdue: u32 = 0;
    for head in &heads {
        let due = due(app, head, &playbooks, last.get(&head.key).copied()).await?;
        overdue += u32::from(due.is_some_and(|due| due < now));
    }
    Ok(overdue)
}
