//! Many callers, few commits, each its own answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qingkong::store::db::{Db, Options, Point, Verdict};
use qingkong::store::writer::{Batch, GroupWriter, Limits};
use qingkong::store::{Result, StoreError, Tx};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::database::{Cable, TestDb};

/// Writes numbers, and answers each with its square.
struct Squares;

impl Batch for Squares {
    type Item = i64;
    type Done = i64;

    async fn write(&self, tx: &mut Tx, items: &[i64]) -> Result<Vec<i64>> {
        tx.insert_many(
            "INSERT INTO square (root)",
            items.iter().map(|&root| (root,)),
        )
        .await?;
        Ok(items.iter().map(|root| root * root).collect())
    }
}

/// As [`Squares`], once it is let.
struct Held(Arc<Semaphore>);

impl Batch for Held {
    type Item = i64;
    type Done = i64;

    async fn write(&self, tx: &mut Tx, items: &[i64]) -> Result<Vec<i64>> {
        let _turn = self.0.acquire().await.unwrap();
        Squares.write(tx, items).await
    }
}

struct Service {
    tracker: TaskTracker,
    shutdown: CancellationToken,
}

impl Service {
    fn start<B: Batch>(db: &Db, batch: B, limits: Limits) -> (Self, GroupWriter<B>) {
        let service = Self {
            tracker: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        };
        let writer = GroupWriter::spawn(
            db.clone(),
            batch,
            limits,
            &service.tracker,
            service.shutdown.clone(),
        );
        (service, writer)
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

async fn lay_out(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "CREATE TABLE square (root BIGINT NOT NULL PRIMARY KEY CHECK (root >= 0))",
        (),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn roots(db: &Db) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(i64,)> = tx
        .all("SELECT root FROM square ORDER BY root", ())
        .await
        .unwrap();
    rows.into_iter().map(|(root,)| root).collect()
}

/// The same database, and how often it has committed.
fn counting(db: &Db) -> (Db, Arc<AtomicUsize>) {
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let db = db.clone().with_faults(Arc::new(move |point| {
        if point == Point::AfterCommit {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        Verdict::Proceed
    }));
    (db, commits)
}

both_engines! {
    async fn two_thousand_callers_share_few_commits_and_hear_their_own_result(db: TestDb) {
        lay_out(&db).await;
        let (counted, commits) = counting(&db);
        let (service, writer) = Service::start(&counted, Squares, Limits::default());
        let answers = futures::future::join_all((0..2_000).map(|root| writer.write(root))).await;
        for (root, answer) in (0..).zip(answers) {
            assert_eq!(answer.unwrap(), root * root);
        }
        assert_eq!(roots(&db).await, (0..2_000).collect::<Vec<_>>());
        let commits = commits.load(Ordering::Relaxed);
        assert!(commits <= 200, "{commits} commits");
        service.stop().await;
    }

    async fn a_spoiled_row_spoils_nobody_elses(db: TestDb) {
        lay_out(&db).await;
        let held = Arc::new(Semaphore::new(0));
        let (service, writer) = Service::start(&db, Held(Arc::clone(&held)), Limits::default());
        let roots_asked: Vec<i64> = (0..200).map(|root| match root {
            150 => 30,  // taken by an earlier one
            77 => -1,   // against the rule of the table
            root => root,
        }).collect();
        let answers = futures::future::join_all(roots_asked.iter().map(|&root| writer.write(root)));
        let (answers, ()) = tokio::join!(answers, async { held.add_permits(1) });
        for (place, (root, answer)) in roots_asked.iter().zip(answers).enumerate() {
            match (place, answer) {
                (150, Err(StoreError::Conflict { constraint })) => assert_eq!(constraint, "square(root)"),
                (77, Err(error @ StoreError::Driver(_))) => assert!(error.blames_a_row()),
                (77 | 150, other) => panic!("{other:?}"),
                (_, answer) => assert_eq!(answer.unwrap(), root * root),
            }
        }
        let expected: Vec<i64> = (0..200).filter(|root| ![77, 150].contains(root)).collect();
        assert_eq!(roots(&db).await, expected);
        service.stop().await;
    }

    async fn a_failed_commit_is_told_to_everybody_in_it(db: TestDb) {
        lay_out(&db).await;
        let dying = db.another().await.with_faults(Arc::new(|point| match point {
            Point::BeforeCommit => Verdict::Crash,
            _ => Verdict::Proceed,
        }));
        let (service, writer) = Service::start(&dying, Squares, Limits::default());
        let answers = futures::future::join_all((0..50).map(|root| writer.write(root))).await;
        for answer in answers {
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        }
        assert_eq!(roots(&db).await, [0; 0]);
        service.stop().await;
    }

    async fn a_full_queue_sends_callers_away_with_a_hint(db: TestDb) {
        lay_out(&db).await;
        let held = Arc::new(Semaphore::new(0));
        let limits = Limits { group: 1, queue: 4, ..Limits::default() };
        let (service, writer) = Service::start(&db, Held(Arc::clone(&held)), limits);
        let answers = futures::future::join_all((0..64).map(|root| writer.write(root)));
        let (answers, ()) = tokio::join!(answers, async { held.add_permits(1) });
        let (written, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert!(written.len() >= 4 && !refused.is_empty(), "{} written", written.len());
        for answer in refused {
            assert!(
                matches!(answer, Err(StoreError::Busy { after }) if after > Duration::ZERO),
                "{answer:?}"
            );
        }
        assert_eq!(roots(&db).await.len(), written.len());
        service.stop().await;
    }

    async fn a_stop_writes_what_was_accepted_and_accepts_no_more(db: TestDb) {
        lay_out(&db).await;
        let held = Arc::new(Semaphore::new(0));
        let limits = Limits { group: 10, ..Limits::default() };
        let (service, writer) = Service::start(&db, Held(Arc::clone(&held)), limits);
        let answers = futures::future::join_all((0..100).map(|root| writer.write(root)));
        let (answers, ()) = tokio::join!(answers, async {
            held.add_permits(1);
            service.stop().await;
        });
        for answer in answers {
            answer.unwrap();
        }
        assert_eq!(roots(&db).await.len(), 100);
        let late = writer.write(1_000).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    }

    async fn the_last_door_ends_the_task(db: TestDb) {
        lay_out(&db).await;
        let (service, writer) = Service::start(&db, Squares, Limits::default());
        let second = writer.clone();
        drop(writer);
        assert_eq!(second.write(3).await.unwrap(), 9);
        drop(second);
        service.tracker.close();
        service.tracker.wait().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_said_to_be_away_and_used_again_when_back() {
    let db = TestDb::postgres().await;
    lay_out(&db).await;
    let mut cable = Cable::to(&db).await;
    let options = Options {
        patience: Duration::from_secs(3),
        ..Options::default()
    };
    let far = Db::open(cable.url(), options).await.unwrap();
    let (service, writer) = Service::start(&far, Squares, Limits::default());
    assert_eq!(writer.write(1).await.unwrap(), 1);

    cable.cut().await;
    let away = writer.write(2).await;
    assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");

    cable.mend().await;
    assert_eq!(writer.write(3).await.unwrap(), 9);
    assert_eq!(roots(&db).await, [1, 3]);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_ended_by_the_server_cost_one_answer_at_most() {
    let db = TestDb::postgres().await;
    lay_out(&db).await;
    let (service, writer) = Service::start(&db, Squares, Limits::default());
    assert_eq!(writer.write(1).await.unwrap(), 1);
    db.end_sessions().await;
    match writer.write(2).await {
        Ok(_) => {}
        Err(error) => {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            assert_eq!(writer.write(2).await.unwrap(), 4);
        }
    }
    assert_eq!(roots(&db).await, [1, 2]);
    service.stop().await;
}
