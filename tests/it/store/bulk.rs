//! Many rows in few statements.

use qingkong::store::StoreError;
use qingkong::store::db::{Among, Db, ROWS_AT_ONCE};

const INSERT: &str = "INSERT INTO note (id, text, weight, shut)";

async fn lay_out(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "CREATE TABLE note (
             id     BIGINT  NOT NULL PRIMARY KEY,
             text   TEXT,
             weight DOUBLE PRECISION,
             shut   BOOLEAN NOT NULL
         )",
        (),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

type Note = (i64, Option<String>, Option<f64>, bool);

/// Every third without text, every fifth without weight.
fn note(id: i64) -> Note {
    (
        id,
        (id % 3 != 0).then(|| format!("第{id}号 重污染天气“应急”")),
        (id % 5 != 0).then(|| f64::from(i32::try_from(id).unwrap()) / 4.0),
        id % 2 == 0,
    )
}

both_engines! {
    async fn any_number_of_rows_goes_in_once_and_unchanged(db: TestDb) {
        lay_out(&db).await;
        let chunk = i64::try_from(ROWS_AT_ONCE).unwrap();
        for n in [0, 1, 2, chunk - 1, chunk, chunk + 1, 20_000] {
            let mut tx = db.begin().await.unwrap();
            let inserted = tx.insert_many(INSERT, (0..n).map(note)).await.unwrap();
            assert_eq!(inserted, u64::try_from(n).unwrap());
            let found: Vec<Note> = tx.all("SELECT * FROM note ORDER BY id", ()).await.unwrap();
            assert!(found.into_iter().eq((0..n).map(note)), "{n} rows");
        }
    }

    async fn rows_go_in_in_the_order_they_came(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        tx.execute("CREATE TABLE stamp (id BIGINT NOT NULL, at BIGINT NOT NULL)", ()).await.unwrap();
        tx.insert_many("INSERT INTO stamp (id, at)", (0..1_500_i64).map(|id| (id, id * 7))).await.unwrap();
        let astray: i64 = tx
            .scalar("SELECT COUNT(*) FROM stamp WHERE at <> id * 7", ())
            .await
            .unwrap();
        assert_eq!(astray, 0);
    }

    async fn the_widest_rows_fit_the_engines_limits(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            "CREATE TABLE wide (
                 a BIGINT, b BIGINT, c BIGINT, d BIGINT, e BIGINT, f BIGINT, g BIGINT, h BIGINT,
                 i BIGINT, j BIGINT, k BIGINT, l BIGINT, m BIGINT, n BIGINT, o BIGINT, p BIGINT,
                 q BIGINT, r BIGINT, s BIGINT, t BIGINT, u BIGINT, v BIGINT, w BIGINT, x BIGINT
             )",
            (),
        ).await.unwrap();
        let rows = (0..1_000_i64).map(|n| {
            (n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n + 1)
        });
        let insert = "INSERT INTO wide (a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x)";
        assert_eq!(tx.insert_many(insert, rows).await.unwrap(), 1_000);
        let sums: (i64, i64) = tx
            .one("SELECT CAST(SUM(a) AS BIGINT), CAST(SUM(x) AS BIGINT) FROM wide", ())
            .await
            .unwrap();
        assert_eq!(sums, (499_500, 500_500));
    }

    async fn of_any_number_of_keys_those_that_are_there_answer_once_and_in_order(db: TestDb) {
        const SHUT: Among = Among::new(
            "SELECT id FROM note WHERE shut = $1 AND id",
            "ORDER BY id DESC",
        );
        const OPEN: Among = Among::new("UPDATE note SET shut = $1 WHERE id", "");
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        tx.insert_many(INSERT, (0..3_000).map(note)).await.unwrap();
        let nothing: Vec<(i64,)> = tx.all_among(SHUT, (true,), &[]).await.unwrap();
        assert_eq!(nothing, []);
        // Twice each, and some that are not there.
        let keys: Vec<i64> = (-5..20_000).chain(-5..20_000).collect();
        let found: Vec<(i64,)> = tx.all_among(SHUT, (true,), &keys).await.unwrap();
        assert!(found.into_iter().eq((0..3_000).rev().filter(|id| id % 2 == 0).map(|id| (id,))));
        assert_eq!(tx.execute_among(OPEN, (false,), &[]).await.unwrap(), 0);
        assert_eq!(tx.execute_among(OPEN, (false,), &keys).await.unwrap(), 3_000);
        let found: Vec<(i64,)> = tx.all_among(SHUT, (true,), &keys).await.unwrap();
        assert_eq!(found, []);
    }

    async fn a_duplicate_among_thousands_takes_them_all_back(db: TestDb) {
        lay_out(&db).await;
        let mut tx = db.begin().await.unwrap();
        let rows = (0..3_000).map(|id| note(if id == 2_500 { 17 } else { id }));
        match tx.insert_many(INSERT, rows).await {
            Err(StoreError::Conflict { constraint }) => assert_eq!(constraint, "note(id)"),
            other => panic!("{other:?}"),
        }
        drop(tx);
        let mut tx = db.read().await.unwrap();
        let kept: i64 = tx.scalar("SELECT COUNT(*) FROM note", ()).await.unwrap();
        assert_eq!(kept, 0);
    }
}
