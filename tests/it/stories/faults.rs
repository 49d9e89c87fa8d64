//! What goes wrong around a node: the database away, the clock set back.

use std::time::Duration;

use chrono::TimeDelta;
use qingkong::clock::{Clock, Ids};
use qingkong::service::Service;
use qingkong::store::ladder;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::bureau::Bureau;
use super::sinks::{Sinks, count, until, until_sent};
use crate::database::{Cable, TestDb};
use crate::world::{Visitor, World};

/// Every delivered message arrived, none more often than it was tried, and the counts are those of
/// the record.
async fn nothing_lost_or_doubled(db: &TestDb, sinks: &Sinks) {
    let mut tx = db.read().await.unwrap();
    let messages: Vec<(i64, String, i32)> = tx
        .all(
            "SELECT message_key, state, attempts FROM message ORDER BY message_key",
            (),
        )
        .await
        .unwrap();
    let arrivals = sinks.arrivals();
    for (key, state, attempts) in &messages {
        let suffix = format!("_{key}");
        let arrived = arrivals
            .iter()
            .find(|(id, _)| id.ends_with(&suffix))
            .map_or(0, |(_, times)| *times);
        assert_eq!(state, "delivered", "message {key}");
        assert!(
            (1..=usize::try_from(*attempts).unwrap()).contains(&arrived),
            "message {key}"
        );
    }
    assert_eq!(arrivals.len(), messages.len());
    let warnings: Vec<(i64,)> = tx
        .all(
            "SELECT warning_key FROM warning WHERE plan_key IS NOT NULL",
            (),
        )
        .await
        .unwrap();
    for (key,) in warnings {
        let key = qingkong::domain::id::WarningKey(key);
        let stored = ladder::list_stored(&mut tx, key).await.unwrap();
        assert_eq!(stored, ladder::rebuild(&mut tx, key).await.unwrap());
    }
}

async fn sum(db: &TestDb, sql: &'static str) -> i64 {
    db.read().await.unwrap().scalar(sql, ()).await.unwrap()
}

/// Asks for an issue once, under a key.
async fn ask_to_issue(bureau: &Bureau, notice: &str, plan: &Value, key: &str) -> (u16, Value) {
    let seen = json!({
        "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
    });
    let path = format!("/api/v1/notices/{notice}/issue");
    let request = bureau
        .officer
        .post(&path, &seen)
        .header("idempotency-key", key);
    Visitor::json(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_database_away_requests_fail_plainly_and_work_resumes_by_itself() {
    let db = TestDb::postgres().await;
    let mut cable = Cable::to(&db).await;
    let sinks = Sinks::start().await;
    let url = cable.url().to_owned();
    let world = World::with(db, |config| {
        sinks.connect(config);
        config.database.url = Some(url);
    })
    .await;
    let bureau = Bureau::over_sinks(world, 60, &sinks).await;
    let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
    bureau.sign(&notice).await;
    let plan = bureau
        .step(&bureau.officer, &notice, "plan", &json!({}))
        .await;

    cable.cut().await;
    for request in [
        bureau.officer.get("/api/v1/session"),
        bureau.officer.get("/readyz"),
    ] {
        let answer = timeout(Duration::from_secs(20), request.send())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer.status(), 503, "{}", answer.url());
    }
    let path = format!("/api/v1/notices/{notice}/issue");
    let refused = bureau.officer.post(
        &path,
        &json!({
            "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
        }),
    );
    let refused = refused
        .header("idempotency-key", "issue-1")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(
        sum(&bureau.world.db, "SELECT COUNT(*) FROM message").await,
        0
    );
    bureau.world.clock.advance(TimeDelta::minutes(1));

    cable.mend().await;
    let mut answers = Vec::new();
    until("the issue is taken", async || {
        ask_to_issue(&bureau, &notice, &plan, "issue-1").await.0 == 200
    })
    .await;
    answers.push(ask_to_issue(&bureau, &notice, &plan, "issue-1").await);
    assert_eq!(
        (answers[0].0, &answers[0].1["lines"]),
        (200, &json!(bureau.recipients))
    );
    // Away again while letters are under way, and the sessions ended as by a restarting server.
    until("some have arrived", async || {
        sinks.mail.seen().mails.len() > 10
    })
    .await;
    cable.cut().await;
    bureau.world.db.end_sessions().await;
    bureau.world.clock.advance(TimeDelta::minutes(1));
    cable.mend().await;
    until_sent(&bureau.world).await;
    nothing_lost_or_doubled(&bureau.world.db, &sinks).await;
    assert_eq!(
        ask_to_issue(&bureau, &notice, &plan, "issue-1").await,
        answers[0]
    );
    assert_eq!(
        sum(
            &bureau.world.db,
            "SELECT COUNT(*) FROM plan WHERE issued_at > 0"
        )
        .await,
        1
    );
    bureau.world.service.stop().await;
}

both_engines! {
    async fn a_clock_that_was_an_hour_ahead_and_is_set_right_loses_and_doubles_nothing(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 40, &sinks).await;
        let right = bureau.world.clock.now();
        bureau.world.clock.advance(TimeDelta::hours(1));
        // The first letters fail while the clock is wrong, so that their next attempts lie ahead.
        for _ in 0..10 {
            sinks.mail.instead("greeting", crate::fakes::smtp::Misbehaviour::HangUp);
        }
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until("some have arrived", async || !sinks.endpoint.requests().is_empty()).await;
        let (config, db) = (bureau.world.config.clone(), bureau.world.db);
        bureau.world.service.stop().await;
        sinks.mail.behave();

        let clock = Clock::set_at(right);
        let service = Service::start(config, clock.clone(), Ids::seeded(2)).await.unwrap();
        until("everything is sent", async || {
            clock.advance(TimeDelta::seconds(30));
            count(&db, "due").await == 0
        })
        .await;
        nothing_lost_or_doubled(&db, &sinks).await;
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_whose_clocks_are_an_hour_apart_send_everything_once() {
    let sinks = Sinks::start().await;
    let bureau = Bureau::sending(TestDb::postgres().await, 200, &sinks).await;
    let behind = Clock::set_at(bureau.world.clock.now());
    bureau.world.clock.advance(TimeDelta::hours(1));
    let config = bureau.world.config.clone();
    let other = Service::start(config, behind.clone(), Ids::seeded(9))
        .await
        .unwrap();
    bureau
        .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
        .await;
    until_sent(&bureau.world).await;
    nothing_lost_or_doubled(&bureau.world.db, &sinks).await;
    assert!(sinks.arrivals().values().all(|times| *times == 1));
    other.stop().await;
    bureau.world.service.stop().await;
}
