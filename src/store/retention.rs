//! What is not kept for ever: personal data that nobody needs any more, and credentials that open
//! nothing. The record itself is kept; see the invariants.

use chrono::{DateTime, Utc};

use super::{Result, Tx};

/// Erases the words of answers given before an instant; their salted digests stay on record.
pub async fn prune_notes(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute(
        "DELETE FROM answer_note
          WHERE answer_key IN (SELECT answer_key FROM answer WHERE at < $1)",
        (before.timestamp_millis(),),
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
