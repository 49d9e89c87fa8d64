//! The whole way of a warning at the size of a city, over HTTP alone, and the counts at every step.
//!
//! The list, the offices and the forecast come in over the interface. Thousands of plants receive mails and webhooks and answer through the links in them; the warning
//! is raised while answers stream in. After every step the API, the database and the sinks agree.

use std::collections::BTreeMap;

use futures::StreamExt;
use qingkong::app::link::Link;
use qingkong::domain::id::{OrderKey, WarningKey};
use qingkong::store::ladder;
use reqwest::Method;
use serde_json::{Value, json};

use super::bureau::Bureau;
use super::sinks::{Sinks, count, until_sent};
use crate::world::{REGION, Visitor};

/// A city; a fifth of it unless the full story is told.
fn plants() -> usize {
    if super::is_full() { 10_000 } else { 2_000 }
}

/// How many answer at the same time.
const AT_ONCE: usize = 32;

/// What is known outside of the warning under way.
struct Story {
    bureau: Bureau,
    sinks: Sinks,
    warning: Value,
    /// Messages of all issues, and answers given.
    messages: u64,
    answers: usize,
}

impl Story {
    /// One link for each order, as it arrived.
    fn links(&self) -> BTreeMap<OrderKey, String> {
        let keyring = &self.bureau.world.app().keyring;
        let letters = self.sinks.letters().into_iter();
        let links = letters.map(|letter| {
            let link = Link::open(&letter.token, keyring).expect("a link of ours");
            (link.order, letter.token)
        });
        links.collect()
    }

    /// Everybody who holds one of these links opens it and acknowledges; answers with how many did.
    async fn acknowledge(&self, links: impl IntoIterator<Item = String>) -> usize {
        let visitor = self.bureau.world.stranger();
        let answers = futures::stream::iter(links).map(|token| {
            let visitor = visitor.clone();
            async move { acknowledge(&visitor, &token).await }
        });
        answers
            .buffer_unordered(AT_ONCE)
            .filter(|given| std::future::ready(*given))
            .count()
            .await
    }

    /// Issues one more notice; answers with its plan.
    async fn carry(&mut self, kind: &str, level: &str, effective: &str, number: u32) -> Value {
        let document = format!("许环委办〔2026〕{number}号");
        let (plan, issued) = self.bureau.carry(kind, level, effective, &document).await;
        assert_eq!(issued["lines"], self.bureau.recipients);
        self.messages += issued["messages"].as_u64().unwrap();
        plan
    }

    /// Everything has arrived, once, and the API, the counters and the record agree.
    async fn agrees(&self, expected: Value) {
        let db = &self.bureau.world.db;
        until_sent(&self.bureau.world).await;
        let arrivals = self.sinks.arrivals();
        assert_eq!(arrivals.len() as u64, self.messages, "each message arrived");
        assert!(arrivals.values().all(|times| *times == 1), "and once");
        assert_eq!(
            u64::try_from(count(db, "delivered").await),
            Ok(self.messages)
        );

        let board = self.bureau.warning(&self.warning).await;
        assert_eq!(board["orders"], expected);
        let mut tx = db.read().await.unwrap();
        let (key, counted): (i64, i64) = tx
            .one(
                "SELECT warning_key, answers FROM warning WHERE warning_id = $1",
                (self.warning.as_str().unwrap(),),
            )
            .await
            .unwrap();
        let stored = ladder::list_stored(&mut tx, WarningKey(key)).await.unwrap();
        assert_eq!(
            stored,
            ladder::rebuild(&mut tx, WarningKey(key)).await.unwrap()
        );
        let orders: i64 = stored.tally.values().sum();
        assert_eq!(usize::try_from(orders), Ok(self.bureau.recipients));
        let recorded: i64 = tx.scalar("SELECT COUNT(*) FROM answer", ()).await.unwrap();
        let answers = i64::try_from(self.answers).unwrap();
        assert_eq!((recorded, counted), (answers, answers));
    }
}

/// Opens a link and sends the form of its page, if there is something to acknowledge.
async fn acknowledge(visitor: &Visitor, token: &str) -> bool {
    let page = visitor.get(&format!("/o/{token}")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    let Some(at) = page.find("answer=acknowledged") else {
        return false;
    };
    let start = page[..at].rfind("action=\"").unwrap() + "action=\"".len();
    let action = page[start..].split('"').next().unwrap();
    let action = action.replace("&#38;", "&").replace("&amp;", "&");
    let form = visitor
        .request(Method::POST, &action)
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.send().await.unwrap().status(), 303, "{action}");
    true
}

/// Hands in a forecast of four days of heavy pollution from tomorrow on.
async fn forecast(bureau: &Bureau) {
    let days: Vec<_> = (25..)
        .zip([215, 260, 240, 90])
        .map(|(day, aqi)| json!({ "on": format!("2026-11-{day}"), "aqi": aqi }))
        .collect();
    let forecast = json!({
        "region": REGION, "source": "市生态环境监测中心", "days": days,
        "issued_at": bureau.world.clock.now(),
    });
    let request = bureau.officer.post("/api/v1/outlooks", &forecast);
    let (status, taken) = Visitor::json(request).await;
    assert_eq!((status, &taken["days"]), (201, &json!(4)), "{taken}");
}

both_engines! {
    async fn a_city_is_warned_and_answers_and_every_count_agrees(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::over_http(db, plants(), &sinks).await;
        forecast(&bureau).await;
        let (status, proposal) =
            Visitor::json(bureau.officer.get(&format!("/api/v1/proposals?region={REGION}"))).await;
        assert_eq!((status, &proposal["proposal"]), (200, &json!("issue")), "{proposal}");
        let level = proposal["level"].as_str().unwrap().to_owned();
        assert_eq!(level, "orange", "{proposal}");
        let all = bureau.recipients;

        let grounds = json!({ "on": "proposal" });
        let notice = bureau.draft_on("start", &level, "2026-11-25T08:00", grounds).await;
        bureau.sign(&notice).await;
        let (_, issued) = bureau.issue(&notice, "许环委办〔2026〕1号").await;
        assert_eq!(issued["lines"], all);
        let mut story = Story {
            warning: issued["warning"].clone(),
            messages: issued["messages"].as_u64().unwrap(),
            answers: 0,
            bureau,
            sinks,
        };
        story.agrees(json!({ "handed-over": all })).await;

        let links = story.links();
        assert_eq!(links.len(), all, "everybody was told");
        let mut early: Vec<String> = links.values().cloned().collect();
        let streaming = early.split_off(all / 2);
        story.answers += story.acknowledge(early).await;
        assert_eq!(story.answers, all / 2);
        story.agrees(json!({ "handed-over": all - all / 2, "acknowledged": all / 2 })).await;

        // The raise is drawn and issued while the other half answers.
        let notice = story.bureau.draft("raise", "red", "2026-11-26T00:00").await;
        story.bureau.sign(&notice).await;
        let (given, (plan, issued)) = tokio::join!(
            story.acknowledge(streaming),
            story.bureau.issue(&notice, "许环委办〔2026〕2号"),
        );
        story.answers += given;
        story.messages += issued["messages"].as_u64().unwrap();
        let changes = &plan["changes"];
        assert_eq!(changes["replace"].as_u64().unwrap() + changes["tell"].as_u64().unwrap(), all as u64);
        until_sent(&story.bureau.world).await;
        story.answers += story.acknowledge(story.links().into_values()).await;
        story.agrees(json!({ "acknowledged": all })).await;

        story.carry("lower", "orange", "2026-11-27T24:00", 3).await;
        until_sent(&story.bureau.world).await;
        story.answers += story.acknowledge(story.links().into_values()).await;
        story.agrees(json!({ "acknowledged": all })).await;

        let plan = story.carry("lift", "orange", "2026-11-28T12:00", 4).await;
        assert_eq!(plan["changes"], json!({ "release": all }));
        until_sent(&story.bureau.world).await;
        story.agrees(json!({ "handed-over": all })).await;
        let given = story.acknowledge(story.links().into_values()).await;
        assert_eq!(given, all, "the lift is acknowledged by everybody");
        story.answers += given;
        story.agrees(json!({ "lift-acknowledged": all })).await;
        story.bureau.world.service.stop().await;
    }
}
