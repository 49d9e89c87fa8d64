//! What the machine proposed, and what a person decided about it.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::record;
use crate::domain::region::RegionCode;
use crate::domain::time::from_millis;
use crate::domain::trigger::Decision;

/// A proposal nobody has decided on yet.
#[derive(Clone, Debug)]
pub struct OpenProposal {
    /// Its key.
    pub key: i64,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The rules it was made by: a file of the playbook.
    pub rules: String,
    /// SHA-256 of that file.
    pub rules_digest: String,
    /// What is proposed, and why.
    pub decision: Decision,
}

/// A proposal about to be made.
#[derive(Clone, Debug)]
pub struct NewProposal<'p> {
    /// Its key.
    pub key: i64,
    /// For which region.
    pub region: RegionCode,
    /// When.
    pub made_at: DateTime<Utc>,
    /// By which rules.
    pub rules: &'p str,
    /// SHA-256 of their file.
    pub rules_digest: &'p str,
    /// What is proposed, and why.
    pub decision: &'p Decision,
}

/// A proposal somebody decided against.
#[derive(Clone, Debug)]
pub struct Declined {
    /// What was proposed.
    pub decision: Decision,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

#[derive(FromRow)]
struct DecidedRow {
    proposal_key: i64,
    state: String,
    body: String,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    reason: Option<String>,
}

impl TryFrom<DecidedRow> for Declined {
    type Error = Inconsistency;

    fn try_from(row: DecidedRow) -> std::result::Result<Self, Inconsistency> {
        let wrong = |column| {
            Inconsistency::on("proposal")
                .column(column)
                .row(row.proposal_key)
        };
        Ok(Self {
            decision: serde_json::from_str(&row.body).map_err(|e| wrong("body").source(e))?,
            by: row.decided_by.ok_or_else(|| wrong("decided_by"))?,
            at: row
                .decided_at
                .and_then(from_millis)
                .ok_or_else(|| wrong("decided_at"))?,
            reason: row.reason.ok_or_else(|| wrong("reason"))?,
        })
    }
}

#[derive(FromRow)]
struct ProposalRow {
    proposal_key: i64,
    made_at: i64,
    rules: String,
    rules_digest: String,
    body: String,
}

/// The open proposal of a region.
pub async fn find_open(tx: &mut Tx, region: RegionCode) -> Result<Option<OpenProposal>> {
    let row: Option<ProposalRow> = tx
        .optional(
            "SELECT proposal_key, made_at, rules, rules_digest, body
               FROM proposal
              WHERE region = $1
                AND state  = 'open'",
            (region.as_str(),),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let wrong = |column| {
        Inconsistency::on("proposal")
            .column(column)
            .row(row.proposal_key)
    };
    Ok(Some(OpenProposal {
        key: row.proposal_key,
        made_at: from_millis(row.made_at).ok_or_else(|| wrong("made_at"))?,
        decision: serde_json::from_str(&row.body).map_err(|error| wrong("body").source(error))?,
        rules: row.rules,
        rules_digest: row.rules_digest,
    }))
}

/// Opens a proposal; the one open before must have been closed.
pub async fn add_proposal(tx: &mut Tx, new: &NewProposal<'_>) -> Result<Digest> {
    let body = serde_json::to_string(new.decision).expect("a decision is plain data");
    let columns = record::Proposal {
        key: new.key,
        region: new.region.as_str(),
        made_at: new.made_at.timestamp_millis(),
        rules: new.rules,
        rules_digest: new.rules_digest,
        body: &body,
    };
    let digest = columns.digest();
    tx.execute(
        "INSERT INTO proposal
                (proposal_key, region, made_at, rules, rules_digest, body, digest, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')",
        (
            columns.key,
            columns.region,
            columns.made_at,
            columns.rules,
            columns.rules_digest,
            columns.body,
            digest.to_string(),
        ),
    )
    .await?;
    Ok(digest)
}

/// How a proposal is closed.
#[derive(Clone, Copy, Debug)]
pub enum Closed<'c> {
    /// A newer one takes its place.
    Superseded,
    /// A notice rests on it.
    Followed {
        /// Whose.
        by: &'c str,
    },
    /// Somebody decided against it.
    Declined {
        /// Who.
        by: &'c str,
        /// Why.
        reason: &'c str,
    },
}

/// Closes an open proposal; false if it was not open any more.
pub async fn close_proposal(
    tx: &mut Tx,
    key: i64,
    closed: Closed<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (state, by, reason) = match closed {
        Closed::Superseded => ("superseded", None, None),
        Closed::Followed { by } => ("followed", Some(by), None),
        Closed::Declined { by, reason } => ("declined", Some(by), Some(reason)),
    };
    let touched = tx
        .execute(
            "UPDATE proposal
                SET state      = $2,
                    decided_by = $3,
                    decided_at = $4,
                    reason     = $5
              WHERE proposal_key = $1
                AND state = 'open'",
            (key, state, by, now.timestamp_millis(), reason),
        )
        .await?;
    Ok(touched == 1)
}

/// The latest proposal of a region, if somebody decided against it: what it said is no news.
pub async fn find_declined(tx: &mut Tx, region: RegionCode) -> Result<Option<Declined>> {
    let row: Option<DecidedRow> = tx
        .optional(
            "SELECT proposal_key, state, body, decided_by, decided_at, reason
               FROM proposal
              WHERE region = $1
              ORDER BY proposal_key DESC
              LIMIT 1",
            (region.as_str(),),
        )
        .await?;
    let declined = row.filter(|row| row.state == "declined");
    Ok(declined.map(Declined::try_from).transpose()?)
}
