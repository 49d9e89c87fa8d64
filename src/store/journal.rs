//! The journal: its entries, those still without a position, and the chain of seals.

use super::{Result, Tx};
use crate::domain::journal::Entry;

/// Adds an entry with its digest, and leaves it to the sequencer.
pub async fn add_entry(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let id = entry.id.to_string();
    let at = entry.at.timestamp_millis();
    tx.execute(
        "INSERT INTO journal_entry (entry_id, kind, subject, region, actor, at, body, vouches, digest)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            id.as_str(),
            entry.kind.as_str(),
            entry.subject.as_str(),
            entry.region.as_ref().map(|region| region.as_str()),
            entry.actor.as_str(),
            at,
            entry.body.as_str(),
            entry.vouches.as_str(),
            entry.digest().to_string(),
        ),
    )
    .await?;
    tx.execute(
        "INSERT INTO journal_pending (entry_id, at)
              VALUES ($1, $2)",
        (id.as_str(), at),
    )
    .await?;
    Ok(())
}
