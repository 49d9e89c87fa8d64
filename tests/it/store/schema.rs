//! Migrations, and that both engines end up with the same tables.

use std::collections::BTreeSet;

use qingkong::domain::id::{ContactKey, MessageKey, OrderKey, PlanKey};
use qingkong::domain::lane::Live;
use qingkong::domain::time::from_millis;
use qingkong::store::db::{Db, Sql};
use qingkong::store::outbox::{self, About, Message};
use qingkong::store::{StoreError, schema};

use crate::database::TestDb;
use crate::world::start;

#[tokio::test]
async fn both_engines_end_up_with_the_same_catalogue() {
    let sqlite = TestDb::sqlite().await;
    let postgres = TestDb::postgres().await;
    let columns = columns(&sqlite).await;
    assert!(
        columns.contains(&("lease".into(), "until_at".into(), "BIGINT".into(), false)),
        "{columns:?}"
    );
    assert_eq!(columns, self::columns(&postgres).await);
    let keys = keys(&sqlite).await;
    assert!(
        keys.contains(&("counter".into(), "name".into())),
        "{keys:?}"
    );
    assert_eq!(keys, self::keys(&postgres).await);
}

/// Table, column, type in SQLite's spelling of the common subset, whether it may be null.
async fn columns(db: &Db) -> BTreeSet<(String, String, String, bool)> {
    let sql = Sql::by_dialect(
        r#"SELECT t.name, c.name, c.type, c."notnull" = 0
             FROM sqlite_schema t, pragma_table_info(t.name) c
            WHERE t.type = 'table'
              AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
              AND t.name NOT LIKE '!_sqlx!_%' ESCAPE '!'"#,
        r"SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT),
                 CAST(UPPER(data_type) AS TEXT), is_nullable = 'YES'
            FROM information_schema.columns
           WHERE table_schema = 'public'
             AND table_name NOT LIKE '!_sqlx!_%' ESCAPE '!'",
    );
    let rows: Vec<_> = db.read().await.unwrap().all(sql, ()).await.unwrap();
    rows.into_iter().collect()
}

/// Table, columns of a unique key in their order.
async fn keys(db: &Db) -> BTreeSet<(String, String)> {
    let sql = Sql::by_dialect(
        r#"SELECT t.name,
                  (SELECT STRING_AGG(c.name, ', ' ORDER BY c.seqno) FROM pragma_index_info(i.name) c)
             FROM sqlite_schema t, pragma_index_list(t.name) i
            WHERE t.type = 'table'
              AND i."unique" = 1
              AND t.name NOT LIKE '!_sqlx!_%' ESCAPE '!'
            UNION
           SELECT t.name, c.name
             FROM sqlite_schema t, pragma_table_info(t.name) c
            WHERE t.type = 'table'
              AND c.pk = 1
              AND c.type = 'INTEGER'
              AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) i WHERE i.origin = 'pk')"#,
        r"SELECT CAST(t.relname AS TEXT),
                 CAST((SELECT STRING_AGG(a.attname, ', ' ORDER BY k.place)
                         FROM UNNEST(i.indkey) WITH ORDINALITY k (number, place)
                         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS TEXT)
            FROM pg_index i
            JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
           WHERE n.nspname = 'public'
             AND i.indisunique
             AND t.relname NOT LIKE '!_sqlx!_%' ESCAPE '!'",
    );
    let rows: Vec<_> = db.read().await.unwrap().all(sql, ()).await.unwrap();
    rows.into_iter().collect()
}

both_engines! {
    async fn migrating_again_changes_nothing(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        qingkong::store::counter::allocate(&mut tx, "order", 5).await.unwrap();
        tx.commit().await.unwrap();
        db.another().await.migrate().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let first = qingkong::store::counter::allocate(&mut tx, "order", 1).await.unwrap();
        assert_eq!(first, 6);
    }

    async fn a_binary_below_the_floor_is_refused_plainly(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE schema_floor SET migration = 9999, release = '7.2.0'", ()).await.unwrap();
        tx.commit().await.unwrap();
        let refused = db.migrate().await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Outdated { floor: 9999, release, .. } if release == "7.2.0"),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("(qingkong 7.2.0) or newer"), "{refused}");
    }

    async fn a_release_that_would_send_from_a_held_outbox_is_below_the_floor(db: TestDb) {
        let mut tx = db.read().await.unwrap();
        let floor: i64 = tx.scalar("SELECT migration FROM schema_floor", ()).await.unwrap();
        assert!(floor >= qingkong::store::epoch::SINCE, "{floor}");
    }

    async fn messages_from_before_advisories_were_sent_are_about_their_orders(db: TestDb) {
        let old = db.unmigrated_like().await;
        let mut tx = old.begin_filling(14).await.unwrap();
        tx.execute(
            "INSERT INTO message (message_key, lane, plan_key, order_key, contact_key, channel, step,
                                  state, due_at, attempts, lease_by, redriven_at, redriven_after)
                  VALUES (7, 'live', 2, 3, 4, 'email', 1, 'due', 5, 6, 'a sender', 8, 4),
                         (8, 'live', 2, 3, 4, 'webhook', 1, 'dead', 5, 9, NULL, NULL, NULL)",
            (),
        )
        .await
        .unwrap();
        schema::complete(&mut tx).await.unwrap();
        let claimed = outbox::claim::<Live>(&mut tx, "another", start(), start(), 10).await.unwrap();
        let expected = Message {
            key: MessageKey(7),
            about: About::Order { plan: PlanKey(2), order: OrderKey(3) },
            contact: ContactKey(4),
            channel: "email".to_owned(),
            attempt: 7,
            redriven: Some((from_millis(8).unwrap(), 4)),
        };
        assert_eq!((claimed.messages, claimed.lost), (vec![expected], vec![(MessageKey(7), 6)]));
        assert!(outbox::redrive(&mut tx, MessageKey(8), start()).await.unwrap(), "it is dead still");
        let again = "INSERT INTO message (message_key, lane, plan_key, order_key, contact_key, channel,
                                          step, state, due_at, attempts)
                          VALUES (9, 'live', 2, 3, 4, 'email', 1, 'due', 5, 0)";
        let refused = tx.execute(again, ()).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused:?}");
    }

    async fn signatures_owed_from_before_they_were_followed_up_are_owed_still(db: TestDb) {
        let old = db.unmigrated_like().await;
        let mut tx = old.begin_filling(15).await.unwrap();
        for (key, state, how) in [
            (1, "approved", "on-behalf"), (2, "abandoned", "on-behalf"), (3, "approved", "in-system"),
        ] {
            let id = format!("00000000-0000-7000-8000-00000000000{key}");
            tx.execute(
                "INSERT INTO advisory (advisory_key, advisory_id, region, state, playbook, drafted_at)
                      VALUES ($1, $2, '411000', $3, '', 0)",
                (key, id, state),
            )
            .await
            .unwrap();
            let body = format!(r#"{{"act":"approved","signature":{{"how":"{how}"}}}}"#);
            tx.execute(
                "INSERT INTO advisory_step (advisory_key, seq, at, body, digest)
                      VALUES ($1, 1, 0, $2, '')",
                (key, body),
            )
            .await
            .unwrap();
        }
        schema::complete(&mut tx).await.unwrap();
        let owed: Vec<(i64,)> = tx.all("SELECT advisory_key FROM advisory WHERE owed", ()).await.unwrap();
        assert_eq!(owed, [(1,)]);
    }

    async fn a_newer_schema_above_the_floor_is_accepted(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            Sql::by_dialect(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                      VALUES (9999, 'of a later release', TRUE, x'00', 0)",
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                      VALUES (9999, 'of a later release', TRUE, '\\x00', 0)",
            ),
            (),
        ).await.unwrap();
        tx.commit().await.unwrap();
        db.migrate().await.unwrap();
    }

    async fn a_migration_that_was_edited_is_refused(db: TestDb) {
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            Sql::by_dialect(
                "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1",
                "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1",
            ),
            (),
        ).await.unwrap();
        tx.commit().await.unwrap();
        let refused = db.migrate().await.unwrap_err();
        assert!(matches!(refused, StoreError::Migration(_)), "{refused:?}");
    }
}

async fn eight_instances_start_together(db: TestDb) {
    let mut instances = Vec::new();
    for _ in 0..8 {
        instances.push(db.another().await);
    }
    for migrated in futures::future::join_all(instances.iter().map(Db::migrate)).await {
        migrated.unwrap();
    }
    let mut tx = db.read().await.unwrap();
    let twice: i64 = tx
        .scalar(
            "SELECT COUNT(*) - COUNT(DISTINCT version) FROM _sqlx_migrations",
            (),
        )
        .await
        .unwrap();
    assert_eq!(twice, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_together_migrate_once_on_sqlite() {
    eight_instances_start_together(TestDb::sqlite_unmigrated().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_together_migrate_once_on_postgres() {
    eight_instances_start_together(TestDb::postgres_unmigrated().await).await;
}
