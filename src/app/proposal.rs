//! Proposals: what the rules make of the outlook, and what a person decides about it.
//!
//! The machine proposes and explains; nothing comes of it by itself. A proposal stays open until a
//! notice follows it, somebody declines it with a reason, or a newer one takes its place. Not
//! acting is a decision too, and stands on record like the others.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::playbook::Playbook;
use super::{App, Begun, Caller, Error, Idempotency, Right, advisory};
use crate::domain::notice::Grounds;
use crate::domain::region::RegionCode;
use crate::domain::trigger::{Decision, Proposal, Rules};
use crate::store::Tx;
use crate::store::counter;
use crate::store::proposal::{self as store, Closed, NewProposal, OpenProposal};

/// An open proposal, with what its words need to know of the rules.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The proposal.
    pub open: OpenProposal,
    /// How long the rules ask clean air to last, in hours.
    pub lift_hours: u16,
}

/// The proposal that is open for a region.
pub async fn open(app: &App, caller: &Caller, region: RegionCode) -> Result<Option<Opened>, Error> {
    caller.may_look_at(region)?;
    let open = {
        let mut tx = app.db.read().await?;
        store::find_open(&mut tx, region).await?
    };
    let Some(open) = open else { return Ok(None) };
    let playbook = app.active_playbook().await?;
    let lift_hours = rules_of(&playbook, region)?.rules.lift.hours;
    Ok(Some(Opened { open, lift_hours }))
}

/// A proposal that was declined.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Declined {
    /// Its key.
    pub proposal: i64,
}

/// Decides against the open proposal, with a reason.
pub async fn decline(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    region: RegionCode,
    key: i64,
    reason: &str,
) -> Result<Declined, Error> {
    caller.may(Right::DraftNotices, region)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(
            "reason",
            "empty",
            "expected why nothing is to be done",
        ));
    }
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(declined) => return Ok(declined),
        Begun::Fresh(act) => act,
    };
    let open = store::find_open(&mut act.tx, region).await?;
    if open.is_none_or(|open| open.key != key) {
        return Err(closed());
    }
    let actor = journal::actor(caller);
    let declined = Closed::Declined { by: &actor, reason };
    if !store::close_proposal(&mut act.tx, key, declined, act.now).await? {
        return Err(closed());
    }
    let entry = Entry {
        kind: "proposal.declined",
        subject: format!("proposal/{key}"),
        region: Some(region),
        actor,
        at: act.now,
        body: json!({ "reason": reason }),
        rows: Vec::new(),
    };
    journal::record(&mut act.tx, &app.ids, entry).await?;
    act.commit(Declined { proposal: key }).await
}

fn closed() -> Error {
    Error::conflict("proposal-closed", "the proposal is not open any more")
}

/// What a notice says that follows the open proposal, or the one that is named; it counts as
/// followed.
pub(super) async fn grounds(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    key: Option<i64>,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Grounds, Error> {
    let (open, because) = follow(tx, playbook, region, key, by, now).await?;
    if open.decision.proposal == Proposal::Advise {
        let text = "the open proposal asks for an advisory: follow it with one, or decline it";
        return Err(Error::conflict("advised", text));
    }
    Ok(Grounds::Rules {
        rules: open.rules,
        digest: open.rules_digest,
        because,
    })
}

/// The open proposal, or the one that is named, with its reasons in words; it counts as followed.
pub(super) async fn follow(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    key: Option<i64>,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(OpenProposal, Vec<String>), Error> {
    let lift_hours = rules_of(playbook, region)?.rules.lift.hours;
    let open = store::find_open(tx, region).await?.ok_or_else(|| {
        Error::conflict("no-proposal", format!("no proposal is open for {region}"))
    })?;
    let another = key.is_some_and(|key| key != open.key);
    // Somebody may have decided while this transaction looked.
    if another || !store::close_proposal(tx, open.key, Closed::Followed { by }, now).await? {
        return Err(closed());
    }
    let because = in_words(&open.decision, lift_hours);
    Ok((open, because))
}

/// The reasons of a decision as a document tells them.
pub(super) fn in_words(decision: &Decision, lift_hours: u16) -> Vec<String> {
    let because = decision.because.iter();
    because.map(|reason| reason.zh(lift_hours)).collect()
}

/// Opens a proposal unless it says what the last one said, remarks apart, or somebody has decided
/// against it for the run it is about; whether anything was written.
pub(super) async fn propose(
    app: &App,
    tx: &mut Tx,
    region: RegionCode,
    judged_by: &JudgedBy<'_>,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let open = store::find_open(tx, region).await?;
    let news = match &open {
        Some(open) => !open.decision.same_but_for_remarks(decision),
        None => store::find_declined(tx, region)
            .await?
            .is_none_or(|declined| !decision.is_settled_by(&declined.decision)),
    };
    let lift_hours = judged_by.rules.lift.hours;
    let said = advisory::saying(tx, region, decision, lift_hours, now).await?;
    let asks = decision.proposal != Proposal::Hold && said.is_none();
    if !news || (open.is_none() && !asks) {
        return Ok(false);
    }
    if let Some(open) = open {
        store::close_proposal(tx, open.key, Closed::Superseded, now).await?;
    }
    if !asks {
        return Ok(true);
    }
    let key = counter::allocate(tx, "proposal", 1).await?;
    let new = NewProposal {
        key,
        region,
        made_at: now,
        rules: judged_by.name,
        rules_digest: judged_by.digest,
        decision,
    };
    let digest = store::add_proposal(tx, &new).await?;
    let entry = Entry {
        kind: "proposal.made",
        subject: format!("proposal/{key}"),
        region: Some(region),
        actor: "rules".to_owned(),
        at: now,
        body: json!({ "proposal": decision.proposal, "level": decision.level, "rules": judged_by.name }),
        rows: Vec::from_iter(Rows::of(RowTable::Proposal, [(key, digest)])),
    };
    journal::record(tx, &app.ids, entry).await?;
    Ok(true)
}

/// The rules a region is judged by: the name of their file, its digest, what it says.
pub(super) struct JudgedBy<'p> {
    pub(super) name: &'p str,
    pub(super) digest: &'p str,
    pub(super) rules: &'p Rules,
}

pub(super) fn rules_of(playbook: &Playbook, region: RegionCode) -> Result<JudgedBy<'_>, Error> {
    let found = playbook.profile(region).and_then(|profile| {
        let name = profile.rules.as_str();
        let (rules, digest) = (playbook.rules(name)?, playbook.rules_digest(name)?);
        Some(JudgedBy {
            name,
            digest,
            rules,
        })
    });
    found.ok_or_else(|| Error::no_profile(region))
}
