//! Numbers handed out once.

use qingkong::store::counter;

both_engines! {
    async fn a_series_begins_at_one_and_has_no_gaps(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(counter::allocate(&mut tx, "order", 3).await.unwrap(), 1);
        assert_eq!(counter::allocate(&mut tx, "order", 100_000).await.unwrap(), 4);
        assert_eq!(counter::allocate(&mut tx, "order", 1).await.unwrap(), 100_004);
        tx.commit().await.unwrap();
    }

    async fn series_do_not_touch_one_another(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(counter::allocate(&mut tx, "order", 7).await.unwrap(), 1);
        assert_eq!(counter::allocate(&mut tx, "message", 2).await.unwrap(), 1);
        assert_eq!(counter::allocate(&mut tx, "order", 1).await.unwrap(), 8);
    }

    async fn a_block_rolled_back_is_handed_out_again(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(counter::allocate(&mut tx, "order", 5).await.unwrap(), 1);
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(counter::allocate(&mut tx, "order", 5).await.unwrap(), 1);
    }

    async fn counters_never_hand_out_a_number_twice(db: TestDb) {
        let others = [db.another().await, db.another().await];
        let takers = (0..24_usize).map(|taker| {
            let db = others[taker % 2].clone();
            async move {
                let mut tx = db.begin().await.unwrap();
                let first = counter::allocate(&mut tx, "answer", 10).await.unwrap();
                tx.commit().await.unwrap();
                first
            }
        });
        let mut firsts = futures::future::join_all(takers).await;
        firsts.sort_unstable();
        assert_eq!(firsts, (0..24).map(|block| 1 + 10 * block).collect::<Vec<i64>>());
    }
}
