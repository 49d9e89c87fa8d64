//! Whether a database holds a record: asked before anything is done to one.

use qingkong::app::caller::Role;
use qingkong::store::health;

use crate::database::TestDb;
use crate::world::World;

async fn holds_record(db: &TestDb) -> bool {
    health::holds_record(&mut db.read().await.unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_database_that_was_never_migrated_holds_none() {
    assert!(!holds_record(&TestDb::sqlite_unmigrated().await).await);
    assert!(!holds_record(&TestDb::postgres_unmigrated().await).await);
}

both_engines! {
    async fn a_node_that_was_only_started_has_left_no_record_and_an_account_is_one(db: TestDb) {
        assert!(!holds_record(&db).await, "migrated and nothing else");
        let world = World::new(db).await;
        assert!(!holds_record(&world.db).await, "the first playbook is in force");
        world.account("zhiban", Role::Officer).await;
        assert!(holds_record(&world.db).await);
    }
}
