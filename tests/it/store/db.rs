//! The waist: transactions, what they see, what their errors mean.

use std::sync::Arc;
use std::time::Duration;

use qingkong::store::db::{AroundRows, Db, FromRow, Options, Point, Sql, Tx, Verdict};
use qingkong::store::{Inconsistency, Result, StoreError};
use rstest::rstest;

use crate::database::TestDb;

/// A table with every kind of column and every kind of key.
async fn lay_out(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for statement in [
        "CREATE TABLE plant (
             id     BIGINT           NOT NULL PRIMARY KEY,
             region TEXT             NOT NULL,
             name   TEXT             NOT NULL,
             code   TEXT,
             lon    DOUBLE PRECISION,
             units  INTEGER          NOT NULL DEFAULT 1 CHECK (units > 0),
             exempt BOOLEAN          NOT NULL DEFAULT FALSE,
             UNIQUE (region, name)
         )",
        "CREATE UNIQUE INDEX one_plant_per_code ON plant (code) WHERE exempt = FALSE",
        "CREATE TABLE stack (
             plant BIGINT NOT NULL REFERENCES plant (id),
             no    BIGINT NOT NULL,
             PRIMARY KEY (plant, no)
         )",
    ] {
        tx.execute(statement, ()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn add(tx: &mut Tx, id: i64, region: &str, name: &str, code: Option<&str>) -> Result<u64> {
    tx.execute(
        "INSERT INTO plant (id, region, name, code)
              VALUES ($1, $2, $3, $4)",
        (id, region, name, code),
    )
    .await
}

async fn count(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.scalar("SELECT COUNT(*) FROM plant", ()).await.unwrap()
}

#[derive(Debug, PartialEq, FromRow)]
struct PlantRow {
    id: i64,
    region: String,
    name: String,
    code: Option<String>,
    lon: Option<f64>,
    units: i32,
    exempt: bool,
}

both_engines! {
    async fn every_kind_of_value_comes_back_as_it_went_in(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        let touched = tx.execute(
            "INSERT INTO plant (id, region, name, code, lon, units, exempt)
                  VALUES ($1, $2, $3, $4, $5, $6, $7),
                         ($8, $2, $9, NULL, NULL, $6, $10)",
            (i64::MAX, "411000", "许昌市“魏都”热电厂 №1 😀", Some("A'; --"), Some(113.852_f64), 3_i32,
             true, i64::MIN, String::new(), false),
        ).await.unwrap();
        assert_eq!(touched, 2);
        let rows: Vec<PlantRow> = tx.all("SELECT * FROM plant ORDER BY id DESC", ()).await.unwrap();
        assert_eq!(rows, [
            PlantRow {
                id: i64::MAX,
                region: "411000".to_owned(),
                name: "许昌市“魏都”热电厂 №1 😀".to_owned(),
                code: Some("A'; --".to_owned()),
                lon: Some(113.852),
                units: 3,
                exempt: true,
            },
            PlantRow {
                id: i64::MIN,
                region: "411000".to_owned(),
                name: String::new(),
                code: None,
                lon: None,
                units: 3,
                exempt: false,
            },
        ]);
    }

    async fn one_row_is_asked_for_in_three_ways(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        let none: Option<(i64,)> =
            tx.optional("SELECT id FROM plant WHERE id = $1", (1_i64,)).await.unwrap();
        assert_eq!(none, None);
        let missing = tx.one::<(i64,)>("SELECT id FROM plant", ()).await;
        assert!(matches!(missing, Err(StoreError::NotFound)), "{missing:?}");
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        let (name,): (String,) = tx.one("SELECT name FROM plant", ()).await.unwrap();
        assert_eq!(name, "甲");
        let optional: Option<i64> =
            tx.scalar("SELECT MAX(id) FROM plant WHERE id > $1", (5_i64,)).await.unwrap();
        assert_eq!(optional, None);
        tx.commit().await.unwrap();
    }

    async fn a_statement_that_must_differ_takes_the_same_parameters(db: TestDb) {
        let engine: String = db.read().await.unwrap()
            .scalar(Sql::by_dialect("SELECT 'sqlite' || $1", "SELECT 'postgres' || $1"), ("!",))
            .await
            .unwrap();
        assert_eq!(engine, if db.is_postgres() { "postgres!" } else { "sqlite!" });
    }

    async fn a_dropped_transaction_leaves_nothing(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        drop(tx);
        assert_eq!(count(&db).await, 0);
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 1);
    }

    async fn a_reader_sees_one_state_while_others_write(db: TestDb) {
        lay_out(&db).await;
        let mut reader = db.read().await.unwrap();
        let before: i64 = reader.scalar("SELECT COUNT(*) FROM plant", ()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        tx.commit().await.unwrap();
        let after: i64 = reader.scalar("SELECT COUNT(*) FROM plant", ()).await.unwrap();
        assert_eq!((before, after, count(&db).await), (0, 0, 1));
    }

    async fn a_reader_cannot_write(db: TestDb) {
        lay_out(&db).await;
        let mut reader = db.read().await.unwrap();
        let refused = add(&mut reader, 1, "411000", "甲", None).await;
        assert!(matches!(refused, Err(StoreError::Driver(_))), "{refused:?}");
    }

    async fn a_taken_key_is_named_alike(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", Some("91411000")).await.unwrap();
        tx.execute("INSERT INTO stack (plant, no) VALUES (1, 1)", ()).await.unwrap();
        tx.commit().await.unwrap();
        for (statement, key) in [
            ("INSERT INTO plant (id, region, name) VALUES (1, '', '')", "plant(id)"),
            ("INSERT INTO plant (id, region, name) VALUES (2, '411000', '甲')", "plant(region, name)"),
            ("INSERT INTO plant (id, region, name, code) VALUES (2, '', '', '91411000')", "plant(code)"),
            ("INSERT INTO stack (plant, no) VALUES (1, 1)", "stack(plant, no)"),
        ] {
            let mut tx = db.begin().await.unwrap();
            match tx.execute(statement, ()).await {
                Err(StoreError::Conflict { constraint }) => assert_eq!(constraint, key),
                other => panic!("{statement}: {other:?}"),
            }
        }
    }

    async fn a_broken_rule_of_the_schema_blames_the_row(db: TestDb) {
        lay_out(&db).await;
        for statement in [
            "INSERT INTO plant (id, region, name, units) VALUES (1, '', '', 0)",
            "INSERT INTO plant (id, region, name) VALUES (1, '', NULL)",
            "INSERT INTO stack (plant, no) VALUES (404, 1)",
        ] {
            let mut tx = db.begin().await.unwrap();
            let error = tx.execute(statement, ()).await.unwrap_err();
            assert!(matches!(error, StoreError::Driver(_)) && error.blames_a_row(), "{error:?}");
        }
        let mut tx = db.begin().await.unwrap();
        let error = tx.execute("SELECT nonsense", ()).await.unwrap_err();
        assert!(!error.blames_a_row() && !error.is_passing(), "{error:?}");
    }

    async fn after_an_error_nothing_of_the_transaction_can_be_kept(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        add(&mut tx, 1, "411000", "乙", None).await.unwrap_err();
        let next = add(&mut tx, 2, "411000", "丙", None).await;
        assert!(matches!(next, Err(StoreError::GivenUp)), "{next:?}");
        let committed = tx.commit().await;
        assert!(matches!(committed, Err(StoreError::GivenUp)), "{committed:?}");
        assert_eq!(count(&db).await, 0);
    }

    async fn a_caller_that_gives_up_half_way_gives_up_the_transaction(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        let rows = (0..5_000_i64).map(|id| (id, "411000", id.to_string()));
        let mut adding = tx.insert_many("INSERT INTO plant (id, region, name)", rows);
        assert!(futures::poll!(&mut adding).is_pending());
        drop(adding);
        let committed = tx.commit().await;
        assert!(matches!(committed, Err(StoreError::GivenUp)), "{committed:?}");
        assert_eq!(count(&db).await, 0);
    }

    async fn a_process_may_die_at_either_side_of_a_commit(db: TestDb) {
        lay_out(&db).await;
        for (point, kept) in [(Point::Begin, 0), (Point::BeforeCommit, 0), (Point::AfterCommit, 1)] {
            let dying = db.another().await.with_faults(Arc::new(move |at| {
                if at == point { Verdict::Crash } else { Verdict::Proceed }
            }));
            let died = async {
                let mut tx = dying.begin().await?;
                add(&mut tx, 1, "411000", "甲", None).await?;
                tx.commit().await
            }.await;
            match point {
                Point::AfterCommit => assert!(matches!(died, Err(StoreError::InDoubt(_))), "{died:?}"),
                _ => assert!(matches!(died, Err(StoreError::Unavailable(_))), "{died:?}"),
            }
            assert_eq!(count(&db).await, kept, "{point:?}");
        }
    }

    async fn writers_that_wait_too_long_are_told_to_come_back(db: TestDb) {
        lay_out(&db).await;
        let hurried = Options { patience: Duration::from_secs(2), ..Options::default() };
        let other = db.another_with(hurried).await;
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, 1, "411000", "甲", None).await.unwrap();
        let waited = async {
            let mut tx = other.begin().await?;
            // PostgreSQL's writers meet at the row, SQLite's at the door.
            tx.execute(
                Sql::by_dialect("SELECT 1", "LOCK TABLE plant IN EXCLUSIVE MODE NOWAIT"),
                (),
            ).await
        }.await;
        assert!(matches!(waited, Err(StoreError::Busy { .. })), "{waited:?}");
    }

    async fn duplicates_can_be_passed_over(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        let insert = AroundRows::new("INSERT INTO plant (id, region, name)", "ON CONFLICT DO NOTHING");
        let rows = |ids: std::ops::Range<i64>| ids.map(|id| (id, "411000", id.to_string()));
        assert_eq!(tx.insert_many(insert, rows(0..10)).await.unwrap(), 10);
        assert_eq!(tx.insert_many(insert, rows(5..15)).await.unwrap(), 5);
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 15);
    }
}

#[tokio::test]
async fn a_second_server_is_kept_off_an_sqlite_file() {
    let db = TestDb::sqlite().await;
    let other = db.another().await;
    let claim = db.claim_exclusive().unwrap();
    let refused = other.claim_exclusive().unwrap_err();
    assert!(
        matches!(&refused, StoreError::Claimed { path } if path.ends_with("test.db.lock")),
        "{refused:?}"
    );
    // One-shot commands write beside the server.
    other.begin().await.unwrap().commit().await.unwrap();
    drop(claim);
    other.claim_exclusive().unwrap();
}

#[tokio::test]
async fn several_servers_share_postgres() {
    let db = TestDb::postgres().await;
    let _first = db.claim_exclusive().unwrap();
    let _second = db.another().await.claim_exclusive().unwrap();
}

#[tokio::test]
async fn sqlite_keeps_every_commit_through_a_power_cut() {
    let db = TestDb::sqlite().await;
    for mut tx in [db.begin().await.unwrap(), db.read().await.unwrap()] {
        let settings: (String, i64, i64) = tx
            .one(
                "SELECT (SELECT journal_mode FROM pragma_journal_mode),
                        (SELECT synchronous  FROM pragma_synchronous),
                        (SELECT foreign_keys FROM pragma_foreign_keys)",
                (),
            )
            .await
            .unwrap();
        let full = 2;
        assert_eq!(settings, ("wal".to_owned(), full, 1));
    }
}

#[rstest]
#[case::another_engine("mysql://root:hunter2@db/qingkong")]
#[case::no_engine("qingkong.db")]
#[case::no_path("sqlite:")]
#[case::memory("sqlite::memory:")]
#[case::options_in_a_path("sqlite:a.db?mode=ro")]
#[case::no_number_for_a_port("postgres://qingkong:hunter2@db:port/qingkong")]
#[tokio::test]
async fn an_unusable_address_is_refused_without_repeating_it(#[case] url: &str) {
    let error = Db::open(url, Options::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Address { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    // Port 1 of this machine: nobody listens there.
    let options = Options {
        patience: Duration::from_millis(200),
        ..Options::default()
    };
    let error = Db::open("postgres://nobody@127.0.0.1:1/none", options)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[test]
fn an_inconsistency_names_table_row_and_column_and_keeps_its_cause() {
    let cause = "violet".parse::<i64>().unwrap_err();
    let error = StoreError::from(
        Inconsistency::on("warning")
            .column("level")
            .row(7)
            .source(cause),
    );
    assert_eq!(
        error.to_string(),
        "the row 7 of `warning` makes no sense in column `level`"
    );
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "invalid digit found in string");
}
