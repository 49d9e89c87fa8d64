//! Whether the database is there, has our schema, holds anything, and how its work goes.

use chrono::{DateTime, Utc};

use super::db::Sql;
use super::{Result, Tx};
use crate::domain::lane::{Lane, Live};
use crate::domain::time::from_millis;

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

/// The engine and its version, as a person names them.
pub async fn engine(tx: &mut Tx) -> Result<String> {
    tx.scalar(
        Sql::by_dialect(
            "SELECT 'SQLite ' || sqlite_version()",
            "SELECT 'PostgreSQL ' || current_setting('server_version')",
        ),
        (),
    )
    .await
}

/// The newest migration the database has; none where nobody has migrated it.
pub async fn migration(tx: &mut Tx) -> Result<Option<i64>> {
    if !has_table(tx, "_sqlx_migrations").await? {
        return Ok(None);
    }
    tx.scalar("SELECT MAX(version) FROM _sqlx_migrations", ())
        .await
}

/// What time it is for the database; none where it has no clock of its own.
pub async fn clock(tx: &mut Tx) -> Result<Option<DateTime<Utc>>> {
    let millis: Option<i64> = tx
        .scalar(
            Sql::by_dialect(
                "SELECT CAST(NULL AS BIGINT)",
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            ),
            (),
        )
        .await?;
    Ok(millis.and_then(from_millis))
}

/// How the work of a migrated database goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// The newest act on record.
    pub newest_act: Option<DateTime<Utc>>,
    /// The oldest act that has no place in the chain yet.
    pub unsealed_since: Option<DateTime<Utc>>,
    /// Since when the message has been due that has waited longest.
    pub due_since: Option<DateTime<Utc>>,
    /// Letters given up, and not sent on their way again.
    pub dead_letters: i64,
    /// Whether nothing is sent since a restore.
    pub held: bool,
}

/// Looks at the work of a migrated database.
pub async fn work(tx: &mut Tx) -> Result<Work> {
    type WorkRow = (Option<i64>, Option<i64>, Option<i64>, i64, i64);
    let (newest, unsealed, due, dead_letters, held): WorkRow = tx
        .one(
            "SELECT (SELECT MAX(at) FROM journal_entry),
                    (SELECT MIN(at) FROM journal_pending),
                    (SELECT MIN(due_at) FROM message WHERE state = 'due' AND lane = $1),
                    (SELECT COUNT(*) FROM message WHERE state = 'dead'),
                    (SELECT COUNT(*) FROM epoch   WHERE released_at IS NULL)",
            (Live::NAME,),
        )
        .await?;
    let at = |millis: Option<i64>| millis.and_then(from_millis);
    Ok(Work {
        newest_act: at(newest),
        unsealed_since: at(unsealed),
        due_since: at(due),
        dead_letters,
        held: held > 0,
    })
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
