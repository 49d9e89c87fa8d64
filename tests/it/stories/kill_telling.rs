//! A process that is killed between the publication of an advisory and its last letter, again and
//! again: whoever was left without an answer asks again, and in the end every contact point was told
//! of every advisory once.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{Days, FixedOffset};
use qingkong::clock::Clock;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::bureau::{APPROVER, OFFICER};
use super::kill::{Dice, Home, did, let_claims_run_out};
use super::sinks::{Sinks, count, until};
use crate::database::{TestDb, scalar};
use crate::world::{PASSWORD, REGION, Visitor, log_to_the_test};

/// A round ends at a moment within this, in milliseconds.
const ROUND: u64 = 400;

/// Kills per engine.
fn rounds() -> usize {
    if super::is_full() { 60 } else { 6 }
}

/// A temporary control that is signed: its id.
async fn signed(officer: &Visitor, approver: &Visitor) -> String {
    let beijing = FixedOffset::east_opt(8 * 3_600).unwrap();
    let today = Clock::system().now().with_timezone(&beijing);
    let day = |days| {
        let day = today.checked_add_days(Days::new(days)).unwrap();
        day.format("%Y-%m-%dT08:00").to_string()
    };
    let draft = json!({
        "region": REGION, "from": day(1), "until": day(3), "text": "扩散条件不利",
        "kind": { "is": "temporary-control", "document": "豫环委攻坚办〔2026〕88号" },
    });
    let drafted = did(officer.post("/api/v1/advisories", &draft)).await;
    let id = drafted["id"].as_str().unwrap().to_owned();
    let step = |step: &str| format!("/api/v1/advisories/{id}/{step}");
    did(officer.post(&step("submission"), &json!({}))).await;
    did(approver.post(&step("approval"), &json!({}))).await;
    id
}

/// The request that publishes, the same however often it is made.
fn publication(officer: &Visitor, id: &str) -> RequestBuilder {
    let request = officer.post(&format!("/api/v1/advisories/{id}/publication"), &json!({}));
    request.header("idempotency-key", format!("publish-{id}"))
}

async fn story(db: TestDb, seed: u64) {
    log_to_the_test();
    let (sinks, mut dice) = (Sinks::start().await, Dice(seed));
    let home = Home::furnish(&db, &sinks).await;
    let mut life = home.start().await;
    let (mut officer, mut approver) = (Visitor::to(&life.url), Visitor::to(&life.url));
    officer.sign_in(OFFICER, PASSWORD).await;
    approver.sign_in(APPROVER, PASSWORD).await;
    for _ in 0..rounds() {
        let id = signed(&officer, &approver).await;
        let moment = Duration::from_millis(dice.below(ROUND));
        let published = async {
            // It may die over it, or long before everything is sent.
            let _ = publication(&officer, &id).send().await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = published => unreachable!("it goes on for ever"),
            () = sleep(moment) => life.kill().await,
        }
        let_claims_run_out(&db).await;
        life = home.start().await;
        (officer, approver) = (
            officer.moved_to_url(&life.url),
            approver.moved_to_url(&life.url),
        );
        let published: Value = did(publication(&officer, &id)).await;
        assert_eq!(published["state"], "published");
    }
    until("everything is sent", async || count(&db, "due").await == 0).await;
    life.stop().await;
    home.verify();
    told_once(&db, &sinks).await;
}

/// Every contact point of a plant has one message about every advisory, which arrived, under one id.
async fn told_once(db: &TestDb, sinks: &Sinks) {
    let points = scalar(
        db,
        "SELECT COUNT(c.email) + COUNT(c.webhook)
           FROM contact c
           JOIN recipient r ON r.recipient_key = c.recipient_key
          WHERE r.kind = 'plant'",
    )
    .await;
    let mut tx = db.read().await.unwrap();
    let messages: Vec<(i64, String, String)> = tx
        .all(
            "SELECT m.message_key, v.advisory_id, m.state
               FROM message m
               JOIN advisory v ON v.advisory_key = m.advisory_key",
            (),
        )
        .await
        .unwrap();
    let mut by_advisory: HashMap<&str, i64> = HashMap::new();
    let mut arrivals = sinks.arrivals();
    for (key, advisory, state) in &messages {
        *by_advisory.entry(advisory).or_default() += 1;
        assert_eq!(state, "delivered", "message {key}");
        let id = format!("msg_{}_{key}", advisory.replace('-', ""));
        assert!(
            arrivals.remove(&id).is_some(),
            "message {key} never arrived"
        );
    }
    assert_eq!(by_advisory.len(), rounds());
    assert!(
        by_advisory.values().all(|&told| told == points),
        "{by_advisory:?} of {points}"
    );
    assert_eq!(arrivals, HashMap::new(), "letters nobody knows of");
}

both_engines! {
    async fn a_process_killed_while_it_publishes_and_sends_leaves_nobody_out(db: TestDb) {
        story(db, 20_261_124).await;
    }
}
