//! Positions and seals: gapless, once each, whoever dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use qingkong::domain::journal::Head;
use qingkong::store::db::{Point, Verdict};
use tokio_util::sync::CancellationToken;

use super::*;

async fn positions(db: &Db) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let page = qingkong::store::journal::page_sealed(&mut tx, 0, 10_000).await;
    page.unwrap().iter().map(|sealed| sealed.position).collect()
}

both_engines! {
    async fn entries_get_positions_without_gaps_and_a_chain_that_verifies(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        assert_eq!(journal::seal(&ledger.app).await.unwrap().head, Head::START);
        ledger.act(3).await;
        assert_eq!(ledger.verify().await.unsealed, 3);
        assert_eq!(ledger.seal().await.position, 3);
        // More than one batch.
        ledger.act(620).await;
        let sealed = journal::seal(&ledger.app).await.unwrap();
        assert_eq!((sealed.entries, sealed.head.position), (620, 623));
        assert_eq!(journal::seal(&ledger.app).await.unwrap().entries, 0);

        assert_eq!(positions(&db).await, (1..=623).collect::<Vec<_>>());
        let report = ledger.verify().await;
        assert_eq!(report.faults, []);
        assert_eq!((report.position, report.unsealed, report.outside), (623, 0, 1));
    }

    async fn an_act_that_rolls_back_leaves_nothing_to_seal(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        let mut tx = db.begin().await.unwrap();
        let entry = Entry::new("test.acted", "test/1", &Caller::operator(), ledger.app.now(), json!({}));
        journal::record(&mut tx, &ledger.app.ids, entry).await.unwrap();
        drop(tx);
        assert_eq!(journal::seal(&ledger.app).await.unwrap().entries, 0);
        assert_eq!(ledger.verify().await.unsealed, 0);
    }

    async fn two_sequencers_racing_seal_every_entry_once(db: TestDb) {
        let first = Ledger::on(&db.another().await, 1);
        let second = Ledger::on(&db.another().await, 2);
        let acting = async {
            for _ in 0..40 {
                tokio::join!(first.act(1), second.act(1));
            }
        };
        let sealing = async |ledger: &Ledger| {
            for _ in 0..60 {
                let _ = journal::seal(&ledger.app).await;
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(acting, sealing(&first), sealing(&second));
        let head = first.seal().await;
        assert_eq!(head.position, 80);
        assert_eq!(positions(&db).await, (1..=80).collect::<Vec<_>>());
        assert_eq!(first.faults().await, [""; 0]);
    }

    async fn a_sequencer_killed_at_any_point_leaves_a_whole_chain(db: TestDb) {
        let quiet = Ledger::on(&db, 1);
        quiet.act(2).await;
        for point in [Point::Begin, Point::BeforeCommit, Point::AfterCommit] {
            let kills = Arc::new(AtomicUsize::new(1));
            let faults = Arc::new(move |at| {
                let kill = at == point && kills.swap(0, Ordering::SeqCst) == 1;
                if kill { Verdict::Crash } else { Verdict::Proceed }
            });
            quiet.act(3).await;
            let dying = Ledger::on(&db.another().await.with_faults(faults), 2);
            assert!(journal::seal(&dying.app).await.is_err(), "{point:?}");
            assert_eq!(quiet.faults().await, [""; 0], "{point:?}");
            quiet.seal().await;
        }
        assert_eq!(positions(&db).await, (1..=11).collect::<Vec<_>>());
        assert_eq!(quiet.faults().await, [""; 0]);
    }

    async fn a_head_sealed_before_a_crash_is_told_outside_after_the_restart(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.act(5).await;
        // Killed between the commit and the file.
        let head = journal::seal(&ledger.app).await.unwrap().head;
        assert_eq!(head::last(&ledger.outside()).unwrap(), None);

        let stopping = CancellationToken::new();
        stopping.cancel();
        journal::run(ledger.app.clone(), stopping).await;
        assert_eq!(head::last(&ledger.outside()).unwrap(), Some(head));
        assert_eq!(ledger.faults().await, [""; 0]);
    }

    async fn every_instance_hears_of_what_any_of_them_sealed(db: TestDb) {
        let acting = Ledger::on(&db.another().await, 1);
        let watching = Ledger::on(&db.another().await, 2);
        // What came before a node began is in the record, not in its feed.
        acting.act(1).await;
        acting.seal().await;
        let stopping = CancellationToken::new();
        let mut heard = watching.app.watch();
        let running = tokio_util::task::TaskTracker::new();
        running.spawn(journal::run(watching.app.clone(), stopping.clone()));
        while !watching.outside().exists() {
            tokio::task::yield_now().await;
        }
        acting.act(1).await;
        acting.seal().await;
        watching.app.bell.ring();
        let event = heard.recv().await.unwrap();
        assert_eq!((event.position, event.kind.as_str()), (2, "test.acted"));
        assert_eq!(event.region.as_str(), "411000");
        assert!(event.json.contains("测试"), "{}", event.json);
        stopping.cancel();
        running.close();
        running.wait().await;
        assert_eq!(head::last(&watching.outside()).unwrap(), head::last(&acting.outside()).unwrap());
    }
}
