//! The journal: sealing, telling the head outside, and finding what was touched.

use qingkong::app::journal::{self, Entry, Rows, head, verify};
use qingkong::app::{App, Caller};
use qingkong::clock::{Clock, Ids};
use qingkong::config::Config;
use qingkong::domain::journal::{Head, RowTable};
use qingkong::keyring::Keyring;
use qingkong::store::Db;
use serde_json::json;
use tempfile::TempDir;

use crate::database::TestDb;
use crate::world;

mod record;
mod sealing;
mod tampering;

/// The use cases on a database, without a service around them that seals by itself.
pub(crate) struct Ledger {
    pub(crate) app: App,
    files: TempDir,
}

impl Ledger {
    pub(crate) fn on(db: &Db, seed: u64) -> Self {
        let files = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: files.path().to_owned(),
            ..Config::default()
        };
        let ids = Ids::seeded(seed);
        let keyring = Keyring::generate(&ids, world::start());
        let clock = Clock::set_at(world::start());
        Self {
            app: App::new(db.clone(), clock, ids, keyring, config),
            files,
        }
    }

    /// Records acts, each in a transaction of its own.
    async fn act(&self, n: usize) {
        for _ in 0..n {
            self.act_vouching(Vec::new()).await;
        }
    }

    async fn act_vouching(&self, rows: Vec<Rows>) {
        let mut tx = self.app.db.begin().await.unwrap();
        let entry = Entry {
            rows,
            ..Entry::new(
                "test.acted",
                "test/1",
                &Caller::operator(),
                self.app.now(),
                json!({ "reason": "测试" }),
            )
        }
        .in_region("411000".parse().unwrap());
        journal::record(&mut tx, &self.app.ids, entry)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Seals what waits and tells the head outside, as a node does.
    pub(crate) async fn seal(&self) -> Head {
        let sealed = journal::seal(&self.app).await.unwrap();
        let told = head::Told::sealed(sealed.head, self.app.now());
        head::append(&self.outside(), told).unwrap();
        sealed.head
    }

    fn outside(&self) -> std::path::PathBuf {
        self.files.path().join(head::FILE)
    }

    pub(crate) async fn verify(&self) -> verify::Report {
        verify::verify(&self.app.db, Some(&self.outside()))
            .await
            .unwrap()
    }

    /// What verification finds, as sentences.
    pub(crate) async fn faults(&self) -> Vec<String> {
        let report = self.verify().await;
        assert_eq!(report.is_whole(), report.faults.is_empty());
        report.faults.iter().map(ToString::to_string).collect()
    }
}

/// Changes the database as somebody would who owns it.
async fn tamper(db: &TestDb, statements: &[&'static str]) {
    let mut tx = db.begin().await.unwrap();
    for statement in statements {
        let touched = tx.execute(*statement, ()).await.unwrap();
        assert!(touched > 0, "nothing to touch: {statement}");
    }
    tx.commit().await.unwrap();
}

/// What an entry says for the rows of a table as they stand.
async fn vouch(db: &Db, table: RowTable, from: i64, to: i64) -> Rows {
    let mut tx = db.read().await.unwrap();
    qingkong::store::record::vouch(&mut tx, table, from, to)
        .await
        .unwrap()
}
