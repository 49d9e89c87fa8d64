//! Whose turn it is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use qingkong::store::db::Db;
use qingkong::store::lease::{self, Fence};
use qingkong::store::{Result, StoreError};
use tokio::task::JoinSet;

const MINUTE: Duration = Duration::from_mins(1);

/// So many seconds after 2015-12-08, when Beijing's first red warning began.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_449_500_400 + seconds, 0).unwrap()
}

async fn take(db: &Db, holder: &str, now: DateTime<Utc>) -> Option<Fence> {
    let mut tx = db.begin().await.unwrap();
    let fence = lease::take(&mut tx, "jobs", holder, now, MINUTE)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    fence
}

async fn check(db: &Db, fence: &Fence) -> Result<()> {
    let mut tx = db.begin().await?;
    fence.check(&mut tx).await?;
    tx.commit().await
}

#[track_caller]
fn assert_superseded(result: Result<()>) {
    match result {
        Err(StoreError::Superseded { lease }) => assert_eq!(lease, "jobs"),
        other => panic!("{other:?}"),
    }
}

both_engines! {
    async fn one_holder_at_a_time(db: TestDb) {
        let fence = take(&db, "a", at(0)).await.unwrap();
        assert_eq!((fence.lease(), fence.number()), ("jobs", 1));
        assert_eq!(take(&db, "b", at(59)).await, None);
        check(&db, &fence).await.unwrap();
    }

    async fn the_holder_keeps_its_number(db: TestDb) {
        let fence = take(&db, "a", at(0)).await.unwrap();
        assert_eq!(take(&db, "a", at(30)).await, Some(fence.clone()));
        assert_eq!(take(&db, "a", at(3_000)).await, Some(fence));
    }

    async fn a_lease_that_ran_out_passes_with_a_higher_number(db: TestDb) {
        let first = take(&db, "a", at(0)).await.unwrap();
        let second = take(&db, "b", at(60)).await.unwrap();
        assert_eq!(second.number(), 2);
        check(&db, &second).await.unwrap();
        assert_superseded(check(&db, &first).await);
        assert_eq!(take(&db, "a", at(61)).await, None);
    }

    async fn a_lease_taken_again_lasts(db: TestDb) {
        let fence = take(&db, "a", at(0)).await.unwrap();
        take(&db, "a", at(50)).await.unwrap();
        assert_eq!(take(&db, "b", at(109)).await, None);
        let next = take(&db, "b", at(110)).await.unwrap();
        assert_superseded(check(&db, &fence).await);
        check(&db, &next).await.unwrap();
    }

    async fn a_lease_given_back_is_free_at_once(db: TestDb) {
        let fence = take(&db, "a", at(0)).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        lease::release(&mut tx, fence.clone()).await.unwrap();
        tx.commit().await.unwrap();
        assert_superseded(check(&db, &fence).await);
        let next = take(&db, "b", at(1)).await.unwrap();
        assert!(next.number() > fence.number());

        // Giving back what has passed on does not take it from its new holder.
        let mut tx = db.begin().await.unwrap();
        lease::release(&mut tx, fence).await.unwrap();
        tx.commit().await.unwrap();
        check(&db, &next).await.unwrap();
    }

    async fn a_clock_that_runs_ahead_cannot_make_two_holders_commit(db: TestDb) {
        let honest = take(&db, "a", at(0)).await.unwrap();
        let hasty = take(&db, "b", at(0) + TimeDelta::minutes(30)).await.unwrap();
        // By every honest clock the first lease still runs.
        assert_superseded(check(&db, &honest).await);
        check(&db, &hasty).await.unwrap();
    }

    async fn a_lease_from_a_clock_gone_wrong_is_not_waited_for(db: TestDb) {
        let wrong = take(&db, "a", at(0) + TimeDelta::days(3_650)).await.unwrap();
        let next = take(&db, "b", at(0)).await.unwrap();
        assert_superseded(check(&db, &wrong).await);
        check(&db, &next).await.unwrap();
    }

    async fn a_take_over_waits_for_the_transaction_behind_the_fence(db: TestDb) {
        let fence = take(&db, "a", at(0)).await.unwrap();
        let mut guarded = db.begin().await.unwrap();
        fence.check(&mut guarded).await.unwrap();

        let other = db.another().await;
        let mut tasks = JoinSet::new();
        let taking = tasks.spawn(async move { take(&other, "b", at(90)).await });
        // Were the row not held, this would be time enough to pass by.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!taking.is_finished());

        guarded.commit().await.unwrap();
        let taken = tasks.join_next().await.unwrap().unwrap();
        assert_eq!(taken.unwrap().number(), 2);
        assert_superseded(check(&db, &fence).await);
    }

    async fn of_many_that_reach_for_a_lease_one_gets_it(db: TestDb) {
        let other = db.another().await;
        let takers = (0..16).map(|n| {
            let db = if n % 2 == 0 { Db::clone(&db) } else { other.clone() };
            async move { take(&db, &format!("holder {n}"), at(0)).await }
        });
        let taken = futures::future::join_all(takers).await;
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }
}
