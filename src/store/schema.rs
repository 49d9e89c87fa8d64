//! The schema: its migrations in order, how they are applied, and which binaries may use it.
//!
//! Migrations are forward only. A release first expands the schema, a later one contracts it, so
//! that instances of neighbouring releases can share a database. A migration that older binaries
//! cannot live with ends by raising the floor, in the same file:
//!
//! ```sql
//! UPDATE schema_floor SET migration = 12, release = '0.4.0';
//! ```
//!
//! # Design notes
//!
//! sqlx's migrator guards itself with a *session* advisory lock on PostgreSQL, which a proxy that
//! pools by transaction silently breaks. Here everything happens in one transaction that begins by
//! updating the row of `schema_floor`: its row lock makes instances that start together take turns,
//! on both engines and through any proxy, and a failed migration leaves nothing behind.

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::Result;
use super::db::{Db, FromRow, Tx};
use super::error::StoreError;
use super::health;

macro_rules! migrations {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../migrations/", $name, ".sql")))),*]
    };
}

/// Every migration, as `NUMBER_topic` and its text.
const MIGRATIONS: &[(&str, &str)] = migrations! {
    "0001_ground"
    "0002_accounts"
    "0003_acts"
    "0004_jobs"
    "0005_registry"
    "0006_outlook"
    "0007_warning"
    "0008_outbox"
    "0009_journal"
    "0010_keeping"
    "0011_hours"
    "0012_advisory"
    "0014_information"
    "0015_telling"
    "0016_signature"
};

impl Db {
    /// Begins to fill a database from a backup: in one transaction its schema is made as it was up
    /// to a migration. Refused where there are rows ([`StoreError::NotEmpty`]) or a newer schema
    /// ([`StoreError::Newer`]).
    pub async fn begin_filling(&self, migration: i64) -> Result<Tx> {
        lay_floor(self).await?;
        let mut tx = self.begin().await?;
        stand_on_floor(&mut tx).await?;
        for table in tx.tables().await? {
            if !tx.is_empty(&table).await? {
                return Err(StoreError::NotEmpty { table: table.name });
            }
        }
        match health::migration(&mut tx).await? {
            Some(found) if found > migration => {
                return Err(StoreError::Newer { found, migration });
            }
            _ => {}
        }
        tx.apply(&migrator_up_to(migration)).await?;
        Ok(tx)
    }

    /// Brings the schema up to date. Any number of instances may do so at once; a binary older
    /// than the schema allows is refused with [`StoreError::Outdated`].
    pub async fn migrate(&self) -> Result<()> {
        lay_floor(self).await?;
        let mut tx = self.begin().await?;
        stand_on_floor(&mut tx).await?;
        complete(&mut tx).await?;
        tx.commit().await
    }
}

/// Creates the row that says who may run.
///
/// PostgreSQL lets two sessions both find a table missing and both create it; the one that loses
/// finds its name taken in the catalogue, and the next time finds the table.
async fn lay_floor(db: &Db) -> Result<()> {
    for _ in 0..5 {
        match try_lay_floor(db).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done,
        }
    }
    try_lay_floor(db).await
}

async fn try_lay_floor(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(
        "CREATE TABLE IF NOT EXISTS schema_floor (
             id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
             migration BIGINT  NOT NULL,
             release   TEXT    NOT NULL
         )",
        (),
    )
    .await?;
    tx.execute(
        "INSERT INTO schema_floor (id, migration, release)
              VALUES (1, 0, '0.1.0')
         ON CONFLICT DO NOTHING",
        (),
    )
    .await?;
    tx.commit().await
}

#[derive(FromRow)]
struct FloorRow {
    migration: i64,
    release: String,
}

/// Waits for this instance's turn to migrate, and refuses a binary below the floor.
async fn stand_on_floor(tx: &mut Tx) -> Result<()> {
    let floor: FloorRow = tx
        .one(
            "UPDATE schema_floor
                SET migration = migration
              WHERE id = 1
          RETURNING migration, release",
            (),
        )
        .await?;
    let known = newest();
    if known < floor.migration {
        return Err(StoreError::Outdated {
            known,
            floor: floor.migration,
            release: floor.release,
        });
    }
    Ok(())
}

/// Applies every migration this database has not seen, in a transaction that fills it.
pub async fn complete(tx: &mut Tx) -> Result<()> {
    tx.apply(&migrator_up_to(newest())).await
}

fn migrator_up_to(last: i64) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|&(name, text)| {
        let (number, topic) = parse(name);
        let text = SqlStr::from_static(text);
        Migration::new(number, topic.into(), MigrationType::Simple, text, false)
    });
    let migrations = migrations.filter(|migration| migration.version <= last);
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // The row above takes the place of the lock, and says which newer schemas are acceptable.
    migrator.set_locking(false).set_ignore_missing(true);
    migrator
}

/// The newest migration this binary knows.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(name, _)| parse(name).0)
}

fn parse(name: &'static str) -> (i64, &'static str) {
    name.split_once('_')
        .and_then(|(number, topic)| Some((number.parse().ok()?, topic)))
        .expect("a migration is called NUMBER_topic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_directory_is_listed_once_and_in_order() {
        let mut files: Vec<_> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
        files.sort();
        let listed: Vec<_> = MIGRATIONS
            .iter()
            .map(|(name, _)| format!("{name}.sql"))
            .collect();
        assert_eq!(listed, files);
    }
}
