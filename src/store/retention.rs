//! What is not kept for ever: personal data that nobody needs any more, and credentials that open
//! nothing. The record itself is kept; see the invariants.

use chrono::{DateTime, Utc};

use super::{Result, Tx};

/// Erases the words of answers given before an instant; their salted digests stay on record.
pub async fn prune_notes(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "DELETE FROM answer_note
          WHERE EXISTS (SELECT 1
                          FROM answer a
                         WHERE a.answer_key = answer_note.answer_key
                           AND a.at < $1)",
        (before.timestamp_millis(),),
    )
    .await
}

/// Dates the contacts that an early release retired without an instant: from now on they count as
/// retired.
pub async fn date_retired_contacts(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "UPDATE contact
            SET retired_at = $1
          WHERE NOT active
            AND retired_at IS NULL",
        (now.timestamp_millis(),),
    )
    .await
}

/// Erases contacts that were retired before an instant, or whose plant left its list before it.
pub async fn prune_contacts(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "DELETE FROM contact
          WHERE retired_at < $1
             OR recipient_key IN (SELECT r.recipient_key
                                    FROM recipient    r
                                    JOIN list_version v ON v.version = r.list_version
                                   WHERE NOT r.active
                                     AND v.imported_at < $1)",
        (before.timestamp_millis(),),
    )
    .await
}

/// Removes tokens that ended or were revoked before an instant.
pub async fn prune_tokens(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "DELETE FROM token
          WHERE ends_at    < $1
             OR revoked_at < $1",
        (before.timestamp_millis(),),
    )
    .await
}
