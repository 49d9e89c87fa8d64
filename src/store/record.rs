//! The append-only tables as the journal vouches for them: rows by key, each with the digest it
//! was stored with and the digest its columns have now.

use super::db::FromRow;
use super::{Result, Tx};
use crate::domain::digest::Digest;
use crate::domain::id::{OrderKey, RecipientKey};
use crate::domain::journal::{RowTable, Rows, RowsDigest};
use crate::domain::{plan, record};

/// A row of the record.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its key.
    pub key: i64,
    /// The digest it was stored with.
    pub stored: String,
    /// The digest of its columns as they are now.
    pub actual: Digest,
}

impl Found {
    /// Whether the row is as it was stored.
    pub fn is_whole(&self) -> bool {
        self.actual.to_string() == self.stored
    }
}

/// How many rows are looked at with one statement.
const PAGE: i64 = 1_000;

/// What an entry says to vouch for the rows of a table with keys `from` to `to`, as they are
/// stored now. Reads them all: whoever adds many rows digests them as they go in instead.
pub async fn vouch(tx: &mut Tx, table: RowTable, from: i64, to: i64) -> Result<Rows> {
    let mut digest = RowsDigest::default();
    let mut next = Some(from);
    while let Some(after) = next {
        let page = page_rows(tx, table, after, to).await?;
        for row in &page {
            digest.add(row.key, &row.stored);
        }
        next = page.last().and_then(|row| row.key.checked_add(1));
    }
    Ok(Rows {
        table,
        from,
        to,
        digest: digest.finish(),
    })
}

/// The next rows of a table with keys from `from` to `to`, in key order; none when there are no
/// more.
pub async fn page_rows(tx: &mut Tx, table: RowTable, from: i64, to: i64) -> Result<Vec<Found>> {
    match table {
        RowTable::PlanLine(plan) => page_lines(tx, plan, from, to).await,
        RowTable::NoticeStep(notice) => page_notice(tx, notice, from, to).await,
        RowTable::AdvisoryStep(advisory) => page_advisory(tx, advisory, from, to).await,
        RowTable::AdvisoryRecipient(advisory) => page_audience(tx, advisory, from, to).await,
        RowTable::ListRow(version) => page_list(tx, version, from, to).await,
        RowTable::Answer => page_answers(tx, from, to).await,
        RowTable::Attempt => page_attempts(tx, from, to).await,
        RowTable::Instruction => page_instructions(tx, from, to).await,
        RowTable::InformationUpdate => page_updates(tx, from, to).await,
        RowTable::OutlookDay => page_days(tx, from, to).await,
        RowTable::OutlookHours => page_hours(tx, from, to).await,
        RowTable::Proposal => page_proposals(tx, from, to).await,
        RowTable::PlaybookActivation => page_activations(tx, from, to).await,
    }
}

fn found<R>(rows: &[R], of: impl Fn(&R) -> (i64, &str, Digest)) -> Vec<Found> {
    let found = rows.iter().map(|row| {
        let (key, stored, actual) = of(row);
        Found {
            key,
            stored: stored.to_owned(),
            actual,
        }
    });
    found.collect()
}

#[derive(FromRow)]
struct LineRow {
    order_key: i64,
    recipient_key: i64,
    change: String,
    owed: i32,
    county: String,
    name: String,
    snapshot: String,
    obligations: String,
    digest: String,
}

async fn page_lines(tx: &mut Tx, plan: i64, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<LineRow> = tx
        .all(
            "SELECT order_key, recipient_key, change, owed, county, name, snapshot, obligations,
                    digest
               FROM plan_line
              WHERE plan_key = $1
                AND order_key BETWEEN $2 AND $3
              ORDER BY order_key
              LIMIT $4",
            (plan, from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = plan::Columns {
            order: OrderKey(row.order_key),
            recipient: RecipientKey(row.recipient_key),
            change: &row.change,
            owed: row.owed,
            county: &row.county,
            name: &row.name,
            snapshot: &row.snapshot,
            obligations: &row.obligations,
        };
        (row.order_key, &row.digest, columns.digest())
    }))
}

/// Steps of a notice or an advisory, of the one with a key.
async fn page_steps(
    tx: &mut Tx,
    select: &'static str,
    (of, from, to): (i64, i64, i64),
    digest: impl Fn(i32, i64, &str) -> Digest,
) -> Result<Vec<Found>> {
    let rows: Vec<(i32, i64, String, String)> = tx.all(select, (of, from, to, PAGE)).await?;
    Ok(found(&rows, |(seq, at, body, written)| {
        (i64::from(*seq), written, digest(*seq, *at, body))
    }))
}

async fn page_notice(tx: &mut Tx, notice: i64, from: i64, to: i64) -> Result<Vec<Found>> {
    let select = "SELECT seq, at, body, digest
                    FROM notice_step
                   WHERE notice_key = $1
                     AND seq BETWEEN $2 AND $3
                   ORDER BY seq
                   LIMIT $4";
    let digest = |seq, at, body: &str| {
        let columns = record::NoticeStep {
            notice,
            seq,
            at,
            body,
        };
        columns.digest()
    };
    page_steps(tx, select, (notice, from, to), digest).await
}

async fn page_advisory(tx: &mut Tx, advisory: i64, from: i64, to: i64) -> Result<Vec<Found>> {
    let select = "SELECT seq, at, body, digest
                    FROM advisory_step
                   WHERE advisory_key = $1
                     AND seq BETWEEN $2 AND $3
                   ORDER BY seq
                   LIMIT $4";
    let digest = |seq, at, body: &str| {
        let columns = record::AdvisoryStep {
            advisory,
            seq,
            at,
            body,
        };
        columns.digest()
    };
    page_steps(tx, select, (advisory, from, to), digest).await
}

async fn page_audience(tx: &mut Tx, advisory: i64, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<(i64, String, String, String)> = tx
        .all(
            "SELECT recipient_key, region, name, digest
               FROM advisory_recipient
              WHERE advisory_key = $1
                AND recipient_key BETWEEN $2 AND $3
              ORDER BY recipient_key
              LIMIT $4",
            (advisory, from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |(recipient, region, name, digest)| {
        let columns = record::AdvisoryRecipient {
            advisory,
            recipient: *recipient,
            region,
            name,
        };
        (*recipient, digest, columns.digest())
    }))
}

/// The notices or advisories that have steps, or that were published to somebody; what the rows of
/// other tables count within is not asked for.
pub async fn list_within(tx: &mut Tx, rows: RowTable) -> Result<Vec<i64>> {
    let statement = match rows {
        RowTable::NoticeStep(_) => {
            "SELECT DISTINCT notice_key
               FROM notice_step
              ORDER BY notice_key"
        }
        RowTable::AdvisoryStep(_) => {
            "SELECT DISTINCT advisory_key
               FROM advisory_step
              ORDER BY advisory_key"
        }
        RowTable::AdvisoryRecipient(_) => {
            "SELECT DISTINCT advisory_key
               FROM advisory_recipient
              ORDER BY advisory_key"
        }
        _ => return Ok(Vec::new()),
    };
    let rows: Vec<(i64,)> = tx.all(statement, ()).await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

async fn page_list(tx: &mut Tx, version: i64, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<(i64, String, String)> = tx
        .all(
            "SELECT recipient_key, body, digest
               FROM list_row
              WHERE version = $1
                AND recipient_key BETWEEN $2 AND $3
              ORDER BY recipient_key
              LIMIT $4",
            (version, from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |(recipient, body, digest)| {
        (*recipient, digest, record::ListRow { body }.digest())
    }))
}

#[derive(FromRow)]
struct AnswerRow {
    answer_key: i64,
    order_key: i64,
    plan_key: i64,
    revision: i32,
    kind: String,
    unit: Option<String>,
    reason: Option<String>,
    note_digest: Option<String>,
    by_role: String,
    by_key: String,
    at: i64,
    late: bool,
    complete: bool,
    nonce: String,
    digest: String,
}

async fn page_answers(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<AnswerRow> = tx
        .all(
            "SELECT answer_key, order_key, plan_key, revision, kind, unit, reason, note_digest,
                    by_role, by_key, at, late, complete, nonce, digest
               FROM answer
              WHERE answer_key BETWEEN $1 AND $2
              ORDER BY answer_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::Answer {
            key: row.answer_key,
            order: row.order_key,
            plan: row.plan_key,
            revision: row.revision,
            kind: &row.kind,
            unit: row.unit.as_deref(),
            reason: row.reason.as_deref(),
            note_digest: row.note_digest.as_deref(),
            by_role: &row.by_role,
            by_key: &row.by_key,
            at: row.at,
            late: row.late,
            complete: row.complete,
            nonce: &row.nonce,
        };
        (row.answer_key, &row.digest, columns.digest())
    }))
}

#[derive(FromRow)]
struct AttemptRow {
    attempt_key: i64,
    message_key: i64,
    number: i32,
    at: i64,
    outcome: String,
    reply: String,
    digest: String,
}

async fn page_attempts(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<AttemptRow> = tx
        .all(
            "SELECT attempt_key, message_key, number, at, outcome, reply, digest
               FROM attempt
              WHERE attempt_key BETWEEN $1 AND $2
              ORDER BY attempt_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::Attempt {
            key: row.attempt_key,
            message: row.message_key,
            number: row.number,
            at: row.at,
            outcome: &row.outcome,
            reply: &row.reply,
        };
        (row.attempt_key, &row.digest, columns.digest())
    }))
}

#[derive(FromRow)]
struct InstructionRow {
    instruction_key: i64,
    instruction_id: String,
    region: String,
    number: String,
    received_at: i64,
    registered_at: i64,
    registered_by: String,
    body: String,
    digest: String,
}

async fn page_instructions(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<InstructionRow> = tx
        .all(
            "SELECT instruction_key, instruction_id, region, number, received_at, registered_at,
                    registered_by, body, digest
               FROM instruction
              WHERE instruction_key BETWEEN $1 AND $2
              ORDER BY instruction_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::Instruction {
            key: row.instruction_key,
            id: &row.instruction_id,
            region: &row.region,
            number: &row.number,
            received_at: row.received_at,
            registered_at: row.registered_at,
            registered_by: &row.registered_by,
            body: &row.body,
        };
        (row.instruction_key, &row.digest, columns.digest())
    }))
}

async fn page_updates(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<(i64, i64, i64, String, String)> = tx
        .all(
            "SELECT update_key, warning_key, at, body, digest
               FROM information_update
              WHERE update_key BETWEEN $1 AND $2
              ORDER BY update_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |(key, warning, at, body, digest)| {
        let columns = record::InformationUpdate {
            key: *key,
            warning: *warning,
            at: *at,
            body,
        };
        (*key, digest, columns.digest())
    }))
}

#[derive(FromRow)]
struct DayRow {
    day_key: i64,
    region: String,
    on_day: String,
    origin: String,
    source: String,
    body: String,
    issued_at: Option<i64>,
    received_at: i64,
    received_by: String,
    digest: String,
}

async fn page_days(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<DayRow> = tx
        .all(
            "SELECT day_key, region, on_day, origin, source, body, issued_at, received_at,
                    received_by, digest
               FROM outlook_day
              WHERE day_key BETWEEN $1 AND $2
              ORDER BY day_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::OutlookDay {
            key: row.day_key,
            region: &row.region,
            on_day: &row.on_day,
            origin: &row.origin,
            source: &row.source,
            body: &row.body,
            issued_at: row.issued_at,
            received_at: row.received_at,
            received_by: &row.received_by,
        };
        (row.day_key, &row.digest, columns.digest())
    }))
}

#[derive(FromRow)]
struct HoursRow {
    day_key: i64,
    body: String,
    digest: String,
}

async fn page_hours(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<HoursRow> = tx
        .all(
            "SELECT day_key, body, digest
               FROM outlook_hours
              WHERE day_key BETWEEN $1 AND $2
              ORDER BY day_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::OutlookHours {
            day_key: row.day_key,
            body: &row.body,
        };
        (row.day_key, &row.digest, columns.digest())
    }))
}

#[derive(FromRow)]
struct ProposalRow {
    proposal_key: i64,
    region: String,
    made_at: i64,
    rules: String,
    rules_digest: String,
    body: String,
    digest: String,
}

async fn page_proposals(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<ProposalRow> = tx
        .all(
            "SELECT proposal_key, region, made_at, rules, rules_digest, body, digest
               FROM proposal
              WHERE proposal_key BETWEEN $1 AND $2
              ORDER BY proposal_key
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |row| {
        let columns = record::Proposal {
            key: row.proposal_key,
            region: &row.region,
            made_at: row.made_at,
            rules: &row.rules,
            rules_digest: &row.rules_digest,
            body: &row.body,
        };
        (row.proposal_key, &row.digest, columns.digest())
    }))
}

async fn page_activations(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Found>> {
    let rows: Vec<(i64, String, i64, String, String)> = tx
        .all(
            "SELECT seq, playbook, activated_at, activated_by, digest
               FROM playbook_activation
              WHERE seq BETWEEN $1 AND $2
              ORDER BY seq
              LIMIT $3",
            (from, to, PAGE),
        )
        .await?;
    Ok(found(&rows, |(seq, playbook, activated_at, by, digest)| {
        let columns = record::PlaybookActivation {
            seq: *seq,
            playbook,
            activated_at: *activated_at,
            activated_by: by,
        };
        (*seq, digest, columns.digest())
    }))
}

/// The next plans after a key that were issued.
pub async fn page_issued_plans(tx: &mut Tx, after: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT plan_key
               FROM plan
              WHERE plan_key > $1
                AND issued_at IS NOT NULL
                AND lines > 0
              ORDER BY plan_key
              LIMIT $2",
            (after, PAGE),
        )
        .await?;
    Ok(rows.into_iter().map(|(plan,)| plan).collect())
}
