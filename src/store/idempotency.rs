//! The answers given to requests that carry an idempotency key.
//!
//! A key belongs to its caller. Its row is claimed and answered in the transaction of the act
//! itself: an act that rolls back frees its key, and whoever comes with the same key meanwhile
//! waits for the row and then reads the answer.

use super::db::FromRow;
use super::{Result, Tx};

/// What an earlier request with the same key was, and what it was answered.
#[derive(Clone, Debug, FromRow)]
pub struct Answered {
    /// The digest of the request.
    pub request_digest: String,
    /// The answer, as JSON.
    pub answer: String,
}

/// Claims a key for this transaction. False when it was answered at or after `fresh_from`
/// (epoch milliseconds); an older answer is forgotten.
pub async fn claim_key(
    tx: &mut Tx,
    caller: &str,
    key: &str,
    request_digest: &str,
    now: i64,
    fresh_from: i64,
) -> Result<bool> {
    let claimed = tx
        .execute(
            "INSERT INTO idempotency (caller, key, request_digest, answer, at)
                  VALUES ($1, $2, $3, '', $4)
             ON CONFLICT (caller, key)
               DO UPDATE SET request_digest = excluded.request_digest,
                             answer = '',
                             at = excluded.at
                       WHERE idempotency.at < $5",
            (caller, key, request_digest, now, fresh_from),
        )
        .await?;
    Ok(claimed == 1)
}

/// What was answered under a key.
pub async fn find_answer(tx: &mut Tx, caller: &str, key: &str) -> Result<Option<Answered>> {
    tx.optional(
        "SELECT request_digest, answer
           FROM idempotency
          WHERE caller = $1
            AND key = $2",
        (caller, key),
    )
    .await
}

/// Writes the answer under a key this transaction has claimed.
pub async fn record_answer(tx: &mut Tx, caller: &str, key: &str, answer: &str) -> Result<()> {
    tx.execute(
        "UPDATE idempotency
            SET answer = $3
          WHERE caller = $1
            AND key = $2",
        (caller, key, answer),
    )
    .await?;
    Ok(())
}

/// Forgets answers given before an instant (epoch milliseconds).
pub async fn prune_answers(tx: &mut Tx, before: i64) -> Result<u64> {
    tx.execute("DELETE FROM idempotency WHERE at < $1", (before,))
        .await
}
