//! Accounts, their sessions and API tokens, and the counting of attempts to sign in.
//!
//! Secrets never get here: a session or token is looked up by the SHA-256 of its secret, a
//! password stands as its argon2id hash. Whether a session has ended or an account is disabled is
//! for the caller to judge.

use chrono::{DateTime, Utc};

use super::db::FromRow;
use super::{Inconsistency, Result, Tx};
use crate::domain::access::Account;
use crate::domain::id::UserId;
use crate::domain::time::from_millis;

#[derive(FromRow)]
struct AccountRow {
    id: String,
    name: String,
    role: String,
    region: String,
    recipient: Option<i64>,
    title: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<AccountRow> for Account {
    type Error = Inconsistency;

    fn try_from(row: AccountRow) -> Result<Self, Inconsistency> {
        let wrong = |column| Inconsistency::on("account").column(column).row(&row.id);
        Ok(Self {
            id: row.id.parse().map_err(|error| wrong("id").source(error))?,
            role: row
                .role
                .parse()
                .map_err(|error| wrong("role").source(error))?,
            region: row
                .region
                .parse()
                .map_err(|error| wrong("region").source(error))?,
            recipient: row.recipient,
            created_at: from_millis(row.created_at).ok_or_else(|| wrong("created_at"))?,
            disabled_at: row
                .disabled_at
                .map(|at| from_millis(at).ok_or_else(|| wrong("disabled_at")))
                .transpose()?,
            name: row.name,
            title: row.title,
        })
    }
}

/// Adds an account. A taken name is a conflict.
pub async fn add_account(tx: &mut Tx, account: &Account, password: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO account (id, name, role, region, recipient, title, password, created_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        (
            account.id.to_string(),
            account.name.as_str(),
            account.role.as_str(),
            account.region.as_str(),
            account.recipient,
            account.title.clone(),
            password,
            account.created_at.timestamp_millis(),
        ),
    )
    .await?;
    Ok(())
}

/// The account with an id.
pub async fn find_account_by_id(tx: &mut Tx, id: UserId) -> Result<Option<Account>> {
    let row: Option<AccountRow> = tx
        .optional(
            "SELECT id, name, role, region, recipient, title, created_at, disabled_at
               FROM account
              WHERE id = $1",
            (id.to_string(),),
        )
        .await?;
    Ok(row.map(Account::try_from).transpose()?)
}

/// The account with a name, and the hash of its password.
pub async fn find_account(tx: &mut Tx, name: &str) -> Result<Option<(Account, String)>> {
    let row: Option<AccountRow> = tx
        .optional(
            "SELECT id, name, role, region, recipient, title, created_at, disabled_at
               FROM account
              WHERE name = $1",
            (name,),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let password = tx
        .scalar(
            "SELECT password FROM account WHERE id = $1",
            (row.id.as_str(),),
        )
        .await?;
    Ok(Some((row.try_into()?, password)))
}

/// Every account, by name.
pub async fn list_accounts(tx: &mut Tx) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = tx
        .all(
            "SELECT id, name, role, region, recipient, title, created_at, disabled_at
               FROM account
           ORDER BY name",
            (),
        )
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

/// Writes the hash of an account's password.
pub async fn set_password(tx: &mut Tx, account: UserId, password: &str) -> Result<()> {
    tx.execute(
        "UPDATE account
            SET password = $2
          WHERE id = $1",
        (account.to_string(), password),
    )
    .await?;
    Ok(())
}

/// Disables an account, unless it was before.
pub async fn disable_account(tx: &mut Tx, account: UserId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE account
            SET disabled_at = $2
          WHERE id = $1
            AND disabled_at IS NULL",
        (account.to_string(), now.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// A session, as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
}

/// Adds a session under the digest of its secret.
pub async fn add_session(
    tx: &mut Tx,
    digest: &str,
    account: UserId,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        "INSERT INTO session (digest, account, created_at, seen_at, ends_at)
              VALUES ($1, $2, $3, $3, $4)",
        (
            digest,
            account.to_string(),
            now.timestamp_millis(),
            ends_at.timestamp_millis(),
        ),
    )
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct SessionRow {
    account: String,
    seen_at: i64,
    ends_at: i64,
}

/// The session with a digest, and its account.
pub async fn find_session(tx: &mut Tx, digest: &str) -> Result<Option<(Session, Account)>> {
    let row: Option<SessionRow> = tx
        .optional(
            "SELECT account, seen_at, ends_at
               FROM session
              WHERE digest = $1",
            (digest,),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let instant = |column, at| {
        let wrong = || Inconsistency::on("session").column(column).row(digest);
        from_millis(at).ok_or_else(wrong)
    };
    let session = Session {
        seen_at: instant("seen_at", row.seen_at)?,
        ends_at: instant("ends_at", row.ends_at)?,
    };
    Ok(Some((session, account_by_id(tx, &row.account).await?)))
}

/// Notes that a session was used.
pub async fn set_session_seen(tx: &mut Tx, digest: &str, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE session
            SET seen_at = $2
          WHERE digest = $1",
        (digest, now.timestamp_millis()),
    )
    .await?;
    Ok(())
}

/// Ends a session.
pub async fn remove_session(tx: &mut Tx, digest: &str) -> Result<()> {
    tx.execute("DELETE FROM session WHERE digest = $1", (digest,))
        .await?;
    Ok(())
}

/// Ends every session of an account.
pub async fn remove_sessions(tx: &mut Tx, account: UserId) -> Result<()> {
    tx.execute(
        "DELETE FROM session WHERE account = $1",
        (account.to_string(),),
    )
    .await?;
    Ok(())
}

/// Forgets sessions that have ended, or were last used before `idle_since`.
pub async fn prune_sessions(
    tx: &mut Tx,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<u64> {
    tx.execute(
        "DELETE FROM session
          WHERE ends_at <= $1
             OR seen_at <= $2",
        (now.timestamp_millis(), idle_since.timestamp_millis()),
    )
    .await
}

/// An API token, as it stands.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id, by which it is revoked.
    pub id: String,
    /// What it is for, in its owner's words.
    pub label: String,
    /// The words of its scopes.
    pub scopes: String,
    /// When it ends, if ever.
    pub ends_at: Option<DateTime<Utc>>,
    /// Since when it is revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Adds a token of an account under the digest of its secret.
pub async fn add_token(
    tx: &mut Tx,
    account: UserId,
    token: &Token,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        "INSERT INTO token (id, account, label, digest, scopes, created_at, ends_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        (
            token.id.as_str(),
            account.to_string(),
            token.label.as_str(),
            digest,
            token.scopes.as_str(),
            now.timestamp_millis(),
            token.ends_at.map(|at| at.timestamp_millis()),
        ),
    )
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct TokenRow {
    id: String,
    account: String,
    label: String,
    scopes: String,
    ends_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// The token with a digest, and its account.
pub async fn find_token(tx: &mut Tx, digest: &str) -> Result<Option<(Token, Account)>> {
    let row: Option<TokenRow> = tx
        .optional(
            "SELECT id, account, label, scopes, ends_at, revoked_at
               FROM token
              WHERE digest = $1",
            (digest,),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let account = account_by_id(tx, &row.account).await?;
    let instant = |column, at: Option<i64>| {
        let wrong = || Inconsistency::on("token").column(column).row(&row.id);
        at.map(|at| from_millis(at).ok_or_else(wrong)).transpose()
    };
    let (ends_at, revoked_at) = (
        instant("ends_at", row.ends_at)?,
        instant("revoked_at", row.revoked_at)?,
    );
    let token = Token {
        ends_at,
        revoked_at,
        id: row.id,
        label: row.label,
        scopes: row.scopes,
    };
    Ok(Some((token, account)))
}

/// Revokes a token; false when there is none with this id, or it was revoked before.
pub async fn revoke_token(tx: &mut Tx, id: &str, now: DateTime<Utc>) -> Result<bool> {
    let revoked = tx
        .execute(
            "UPDATE token
                SET revoked_at = $2
              WHERE id = $1
                AND revoked_at IS NULL",
            (id, now.timestamp_millis()),
        )
        .await?;
    Ok(revoked == 1)
}

/// Attempts to sign in within the current span.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// How many, this one included.
    pub count: i64,
    /// When the span began.
    pub since_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct AttemptsRow {
    attempts: i64,
    since_at: i64,
}

/// Counts an attempt for a subject; a span that began before `span_from` begins anew.
pub async fn record_attempt(
    tx: &mut Tx,
    subject: &str,
    now: DateTime<Utc>,
    span_from: DateTime<Utc>,
) -> Result<Attempts> {
    let row: AttemptsRow = tx
        .one(
            "INSERT INTO sign_in_attempts (subject, attempts, since_at)
                  VALUES ($1, 1, $2)
             ON CONFLICT (subject)
               DO UPDATE SET attempts = CASE WHEN sign_in_attempts.since_at <= $3 THEN 1
                                             ELSE sign_in_attempts.attempts + 1 END,
                             since_at = CASE WHEN sign_in_attempts.since_at <= $3 THEN $2
                                             ELSE sign_in_attempts.since_at END
               RETURNING attempts, since_at",
            (
                subject,
                now.timestamp_millis(),
                span_from.timestamp_millis(),
            ),
        )
        .await?;
    let wrong = || {
        Inconsistency::on("sign_in_attempts")
            .column("since_at")
            .row(subject)
    };
    Ok(Attempts {
        count: row.attempts,
        since_at: from_millis(row.since_at).ok_or_else(wrong)?,
    })
}

/// Forgets the attempts of a subject.
pub async fn remove_attempts(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM sign_in_attempts WHERE subject = $1",
        (subject,),
    )
    .await?;
    Ok(())
}

/// Forgets spans that began before an instant.
pub async fn prune_attempts(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "DELETE FROM sign_in_attempts WHERE since_at <= $1",
        (before.timestamp_millis(),),
    )
    .await
}

async fn account_by_id(tx: &mut Tx, id: &str) -> Result<Account> {
    let row: AccountRow = tx
        .one(
            "SELECT id, name, role, region, recipient, title, created_at, disabled_at
               FROM account
              WHERE id = $1",
            (id,),
        )
        .await?;
    Ok(row.try_into()?)
}
