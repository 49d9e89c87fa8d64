//! A backup as a file: every row of every table, from and into either engine, and what is refused.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use qingkong::app::backup::{self, BackupError, Fault, Reader, Restored};
use qingkong::clock::Ids;
use qingkong::store::db::Table;
use qingkong::store::{Db, StoreError, counter, schema};

use crate::cli::qingkong;
use crate::database::TestDb;
use crate::stories::advisory;
use crate::stories::bureau::Bureau;
use crate::world::start;

/// The rows of every table, in words alike on both engines.
pub(crate) async fn rows(db: &Db) -> Vec<(Table, Vec<String>)> {
    let mut tx = db.read().await.unwrap();
    let mut all = Vec::new();
    for table in tx.tables().await.unwrap() {
        let mut rows = Vec::new();
        let take = |row: String| {
            let row: serde_json::Value = serde_json::from_str(&row).unwrap();
            rows.push(row.to_string());
            Ok::<_, StoreError>(())
        };
        tx.each_row(&table, take).await.unwrap();
        all.push((table, rows));
    }
    all
}

pub(crate) async fn take(db: &Db) -> Vec<u8> {
    let taken = backup::take(db, Vec::new(), start(), Vec::new(), |_, _| {}).await;
    taken.unwrap()
}

pub(crate) async fn restore(db: &Db, bytes: &[u8]) -> Result<Restored, BackupError> {
    let reader = Reader::open(bytes).unwrap();
    backup::restore(db, reader, &Ids::system(), start()).await
}

/// A bureau that has issued a warning in the place of an advisory, with what both tell, and a scan and a value in every kind of column.
async fn issued(db: TestDb) -> TestDb {
    let bureau = Bureau::new(db, 30).await;
    advisory::publish(&bureau, &advisory::control()).await;
    bureau
        .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
        .await;
    let db = bureau.world.db;
    bureau.world.service.stop().await;
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "INSERT INTO scan (digest, name, media_type, body, added_at, added_by)
              VALUES ($1, $2, 'application/pdf', $3, 9223372036854775807, '')",
        ("d", "“会商”\n纪要\\.pdf\u{1f32b}", "A".repeat(3 << 20)),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    db
}

/// What a restore adds to or changes in what was backed up.
const OF_THE_EPOCH: [&str; 5] = [
    "counter",
    "epoch",
    "journal_entry",
    "journal_pending",
    "session",
];

async fn is_restored_whole(from: TestDb, to: TestDb) {
    let from = issued(from).await;
    let bytes = take(&from).await;
    let restored = restore(&to, &bytes).await.unwrap();
    assert_eq!(restored.epoch.number, 2);
    let (before, after) = (rows(&from).await, rows(&to).await);
    assert_eq!(before.len(), after.len());
    for ((table, before), (restored, after)) in before.into_iter().zip(after) {
        assert_eq!(table, restored);
        if OF_THE_EPOCH.contains(&table.name.as_str()) {
            let kept = before.iter().filter(|row| after.contains(row)).count();
            let keeps = ["journal_entry", "journal_pending"].contains(&table.name.as_str());
            assert!(!keeps || kept == before.len(), "{}", table.name);
        } else {
            assert!(before == after, "{} differs", table.name);
        }
    }
    // A backup of the copy restores as the next epoch.
    let again = TestDb::sqlite_unmigrated().await;
    let restored = restore(&again, &take(&to).await).await.unwrap();
    assert_eq!(restored.epoch.number, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_record_is_restored_whole_on_a_server() {
    is_restored_whole(TestDb::sqlite().await, TestDb::postgres_unmigrated().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_s_record_is_restored_whole_in_a_file() {
    is_restored_whole(TestDb::postgres().await, TestDb::sqlite_unmigrated().await).await;
}

/// Where each series of numbers goes on.
async fn counters(db: &Db) -> Vec<(String, i64)> {
    let mut tx = db.read().await.unwrap();
    let rows = tx.all("SELECT name, next FROM counter ORDER BY name", ());
    rows.await.unwrap()
}

both_engines! {
    async fn a_restore_hands_out_no_number_again(db: TestDb) {
        let to = db.unmigrated_like().await;
        let from = issued(db).await;
        restore(&to, &take(&from).await).await.unwrap();
        let at = start().timestamp_micros();
        let before = counters(&from).await;
        assert!(before.iter().any(|(name, _)| name == "order"), "{before:?}");
        let after: Vec<_> = before
            .into_iter()
            .map(|(name, next)| match name.as_str() {
                "list_version" => (name, next),
                _ => (name, at),
            })
            .collect();
        assert_eq!(counters(&to).await, after);
    }

    async fn a_series_begun_after_the_backup_alone_is_not_begun_again(db: TestDb) {
        let to = db.unmigrated_like().await;
        let bureau = Bureau::new(db, 5).await;
        bureau.world.service.stop().await;
        assert!(counters(&bureau.world.db).await.iter().all(|(name, _)| name != "order"));
        restore(&to, &take(&bureau.world.db).await).await.unwrap();
        let mut tx = to.begin().await.unwrap();
        let first = counter::allocate(&mut tx, "order", 3).await.unwrap();
        assert_eq!(first, start().timestamp_micros());
        assert_eq!(counter::allocate(&mut tx, "order", 1).await.unwrap(), first + 3);
    }

    async fn a_database_that_holds_something_is_left_alone(db: TestDb) {
        let full = issued(db).await;
        let bytes = take(&full).await;
        let before = rows(&full).await;
        let refused = restore(&full, &bytes).await.unwrap_err();
        assert!(matches!(refused, BackupError::Store(StoreError::NotEmpty { .. })), "{refused}");
        assert!(rows(&full).await == before);
    }

    async fn a_migrated_database_without_rows_is_filled_too(db: TestDb) {
        let from = issued(TestDb::sqlite().await).await;
        restore(&db, &take(&from).await).await.unwrap();
    }

    async fn an_older_schema_is_migrated_and_a_newer_one_refused(db: TestDb) {
        let (old, new) = (db.unmigrated_like().await, db.unmigrated_like().await);
        let mut tx = old.begin_filling(9).await.unwrap();
        tx.execute("INSERT INTO counter (name, next) VALUES ('order', 7)", ()).await.unwrap();
        tx.commit().await.unwrap();
        let bytes = take(&old).await;
        restore(&new, &bytes).await.unwrap();
        let mut tx = new.read().await.unwrap();
        let found = qingkong::store::health::migration(&mut tx).await.unwrap();
        assert_eq!(found, Some(schema::newest()));
        drop(tx);
        assert_eq!(counters(&new).await.len(), 1);

        // A schema newer than the backup's cannot be turned back.
        let refused = restore(&db, &bytes).await.unwrap_err();
        assert!(matches!(refused, BackupError::Store(StoreError::Newer { .. })), "{refused}");

        let mut reader = Reader::open(&bytes[..]).unwrap();
        reader.manifest.schema = schema::newest() + 1;
        let empty = db.unmigrated_like().await;
        let refused = backup::restore(&empty, reader, &Ids::system(), start()).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("restore it with that release"), "{refused}");
        let mut reader = Reader::open(&bytes[..]).unwrap();
        "TEXT".clone_into(&mut reader.manifest.tables[3].columns[0].kind);
        let refused = backup::restore(&empty, reader, &Ids::system(), start()).await;
        assert!(matches!(refused, Err(BackupError::OtherTables { .. })));
    }

    async fn a_backup_that_turns_out_cut_leaves_nothing_behind(db: TestDb) {
        let to = db.unmigrated_like().await;
        let from = issued(db).await;
        let bytes = take(&from).await;
        let refused = restore(&to, &bytes[..bytes.len() - 20]).await.unwrap_err();
        assert!(matches!(refused, BackupError::File(_)), "{refused}");
        assert!(rows(&to).await.is_empty(), "there are tables");
        restore(&to, &bytes).await.unwrap();
    }

    async fn a_record_that_ends_elsewhere_than_its_manifest_says_is_refused(db: TestDb) {
        let to = db.unmigrated_like().await;
        let from = issued(db).await;
        let bytes = take(&from).await;
        let mut reader = Reader::open(&bytes[..]).unwrap();
        reader.manifest.position += 1;
        let refused = backup::restore(&to, reader, &Ids::system(), start()).await;
        let refused = refused.unwrap_err();
        let altered = matches!(
            &refused,
            BackupError::File(Fault::Altered { place }) if place == "journal_seal"
        );
        assert!(altered, "{refused}");
        assert!(rows(&to).await.is_empty(), "there are tables");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_command_line_a_backup_is_its_owner_s_and_never_written_over() {
    let db = issued(TestDb::sqlite().await).await;
    let files = tempfile::tempdir().unwrap();
    let backup = files.path().join("record.backup");
    let backup = backup.to_str().unwrap();
    let taken = qingkong(&["backup", backup, "--database", db.url(), "--json"]);
    assert_eq!(taken.status, 0, "{}", taken.stderr);
    assert!(
        taken.stderr.contains("the keyring is not in it"),
        "{}",
        taken.stderr
    );
    let mode = std::fs::metadata(backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<_> = std::fs::read_dir(files.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let again = qingkong(&["backup", backup, "--database", db.url()]);
    again.assert_refused(&format!("`{backup}` is there already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_command_line_a_damaged_file_is_refused_before_anything_is_changed() {
    let from = issued(TestDb::sqlite().await).await;
    let bytes = take(&from).await;
    let files = tempfile::tempdir().unwrap();
    let (backup, data) = (
        files.path().join("record.backup"),
        files.path().join("data"),
    );
    let refused = |bytes: &[u8], said: &str| {
        std::fs::File::create(&backup)
            .unwrap()
            .write_all(bytes)
            .unwrap();
        let url = format!("sqlite:{}", data.join("new.db").display());
        let run = qingkong(&["restore", backup.to_str().unwrap(), "--database", &url]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(!Path::new(&data).exists(), "something was made");
    };
    refused(&bytes[..bytes.len() / 2], "cut or damaged in `");
    refused(b"PK\x03\x04", "no backup of ours");
    let mut text = String::new();
    MultiGzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    let mut changed = GzEncoder::new(Vec::new(), Compression::fast());
    let text = text.replacen('\u{1f32b}', "\u{1f301}", 1);
    changed.write_all(text.as_bytes()).unwrap();
    let said = "record.backup`: altered: `scan` is not what its digest says";
    refused(&changed.finish().unwrap(), said);
}
