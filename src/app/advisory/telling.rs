//! Telling: whom an advisory is sent to, and how that went.
//!
//! What an advisory tells passes the outbox in the transaction of the step that it tells of. Nothing is
//! owed by whoever hears of it: there is no head, no tally and no rung, and what came of it is read from
//! the messages themselves.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{AdvisoryRecord, may_see};
use crate::app::playbook::Playbook;
use crate::app::{App, Caller, Error, Right};
use crate::domain::advisory::{Contents, Reached, Step, Telling};
use crate::domain::id::{AdvisoryId, AdvisoryKey, RecipientKey};
use crate::domain::journal::{RowTable, Rows};
use crate::domain::lane::Live;
use crate::store::audience::{self, Addressee};
use crate::store::{Tx, advisory as store};

pub use crate::store::audience::{Listed, Way};

/// How many of an audience stand on one page.
const PAGE: usize = 50;

/// A step that was told, and how that went.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which step, counted from 1.
    pub step: u32,
    /// What it tells.
    pub telling: Telling,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// How many of the audience were told how far; none of them where there is no audience.
    pub reached: HashMap<Reached, i64>,
}

/// One page of an audience.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Those on it, in the order of their keys.
    pub listed: Vec<Listed>,
    /// After whom the next page begins.
    pub next: Option<RecipientKey>,
}

impl Told {
    /// How many it was meant for.
    pub fn audience(&self) -> i64 {
        self.reached.values().sum()
    }

    /// How many were told so far.
    pub fn count(&self, reached: Reached) -> i64 {
        self.reached.get(&reached).copied().unwrap_or(0)
    }
}

/// What a step that was just recorded puts into the outbox; answers with how many messages that is, and
/// with the rows that fix the audience, where it does.
pub(super) async fn tell(
    tx: &mut Tx,
    playbook: &Playbook,
    advisory: AdvisoryKey,
    contents: &Contents,
    (seq, step): (u32, &Step),
) -> Result<(u64, Option<Rows>), Error> {
    let rows = match step.act.tells() {
        None => return Ok((0, None)),
        Some(Telling::Published) => {
            let meant = meant(tx, playbook, contents).await?;
            let added = audience::add_audience(tx, advisory, meant.values()).await?;
            Rows::of(RowTable::AdvisoryRecipient(advisory.0), added)
        }
        Some(Telling::Lifted) => None,
    };
    let messages = audience::enqueue_messages::<Live>(tx, advisory, seq, step.at).await?;
    Ok((messages, rows))
}

/// Whom the playbook names for a kind of advisory, within the area that it means.
async fn meant(
    tx: &mut Tx,
    playbook: &Playbook,
    contents: &Contents,
) -> Result<BTreeMap<RecipientKey, Addressee>, Error> {
    let profile = playbook.profile(contents.region);
    let profile = profile.ok_or_else(|| Error::no_profile(contents.region))?;
    let mut meant = BTreeMap::new();
    for &kind in profile.advisories.of(&contents.kind) {
        for area in contents.area() {
            let found = audience::list_addressees(tx, kind, area).await?;
            meant.extend(found.into_iter().map(|it| (it.recipient, it)));
        }
    }
    Ok(meant)
}

/// Whom an advisory would be sent to, were it published now: how many, and how many of them could not be
/// reached.
pub async fn ahead(app: &App, record: &AdvisoryRecord) -> Result<(usize, usize), Error> {
    let playbook = app.playbook(&record.playbook).await?;
    let mut tx = app.db.read().await?;
    let meant = meant(&mut tx, &playbook, record.advisory.contents()).await?;
    let recipients: Vec<RecipientKey> = meant.into_keys().collect();
    let reachable = audience::count_reachable(&mut tx, &recipients).await?;
    Ok((recipients.len(), recipients.len() - reachable))
}

/// Every step of an advisory that its audience hears of, the first first, with how that went in the
/// caller's region.
pub async fn told(app: &App, caller: &Caller, id: AdvisoryId) -> Result<Vec<Told>, Error> {
    let own = caller.region(Right::SeeWarnings)?;
    let mut tx = app.db.read().await?;
    let record = seen(&mut tx, caller, id).await?;
    let mut all = Vec::new();
    for (number, step) in (1..).zip(&record.steps) {
        let Some(telling) = step.act.tells() else {
            continue;
        };
        all.push(Told {
            step: number,
            telling,
            at: step.at,
            reached: audience::count_reached(&mut tx, (AdvisoryKey(record.key), number), own)
                .await?,
        });
    }
    Ok(all)
}

/// A page of the audience of an advisory in the caller's region, each with how far it was told of a
/// step; those only who were told so far, where that is asked for.
pub async fn audience(
    app: &App,
    caller: &Caller,
    id: AdvisoryId,
    step: u32,
    only: Option<Reached>,
    after: Option<RecipientKey>,
) -> Result<Audience, Error> {
    let own = caller.region(Right::SeeWarnings)?;
    let mut tx = app.db.read().await?;
    let record = seen(&mut tx, caller, id).await?;
    let at = (step as usize).checked_sub(1);
    let tells = at.and_then(|at| record.steps.get(at)?.act.tells());
    if tells.is_none() {
        let text = "expected the number of a step that was told of";
        return Err(Error::invalid("step", "unknown", text));
    }
    let (told, after) = (
        (AdvisoryKey(record.key), step),
        after.unwrap_or(RecipientKey(0)),
    );
    let limit = i64::try_from(PAGE + 1).map_err(Error::internal)?;
    let mut listed = audience::page_reached(&mut tx, told, own, only, after, limit).await?;
    let more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let next = listed.last().filter(|_| more);
    Ok(Audience {
        next: next.map(|last| last.addressee.recipient),
        listed,
    })
}

async fn seen(tx: &mut Tx, caller: &Caller, id: AdvisoryId) -> Result<AdvisoryRecord, Error> {
    let record = store::find_advisory(tx, id).await?.ok_or(Error::NotFound)?;
    may_see(caller, &record)?;
    Ok(record)
}
