//! Whether the database is there and has our schema.

use super::{Result, Tx};

/// Reads one row that every migrated database has.
pub async fn check(tx: &mut Tx) -> Result<()> {
    let _: i64 = tx
        .scalar("SELECT migration FROM schema_floor WHERE id = 1", ())
        .await?;
    Ok(())
}
