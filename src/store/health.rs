//! Whether the database is there, has our schema, and holds anything.

use super::db::Sql;
use super::{Result, Tx};

/// Reads one row that every migrated database has.
pub async fn check(tx: &mut Tx) -> Result<()> {
    let _: i64 = tx
        .scalar("SELECT migration FROM schema_floor WHERE id = 1", ())
        .await?;
    Ok(())
}

/// Whether anybody has put something on record: an account, or an act beside the activation of a
/// playbook, with which every node begins. A database need not have been migrated to be asked.
pub async fn holds_record(tx: &mut Tx) -> Result<bool> {
    let mut rows = 0;
    if has_table(tx, "account").await? {
        rows += tx.scalar::<i64>("SELECT COUNT(*) FROM account", ()).await?;
    }
    if has_table(tx, "journal_entry").await? {
        rows += tx
            .scalar::<i64>(
                "SELECT COUNT(*)
                   FROM journal_entry
                  WHERE kind <> 'playbook.activated'",
                (),
            )
            .await?;
    }
    Ok(rows > 0)
}

async fn has_table(tx: &mut Tx, table: &str) -> Result<bool> {
    let found: i64 = tx
        .scalar(
            Sql::by_dialect(
                "SELECT COUNT(*)
                   FROM sqlite_master
                  WHERE type = 'table'
                    AND name = $1",
                "SELECT COUNT(*)
                   FROM pg_catalog.pg_tables
                  WHERE schemaname = current_schema()
                    AND tablename  = $1",
            ),
            (table,),
        )
        .await?;
    Ok(found > 0)
}
