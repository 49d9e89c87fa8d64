//! Orders over the interface: listed, looked at, answered.

use futures::future::join_all;
use qingkong::app::Role;
use serde_json::{Value, json};

use crate::episode::{Episode, by_mail};
use crate::world::{Visitor, World};

async fn begin(world: &World, plants: usize) -> Episode {
    let playbook = world.app().active_playbook().await.unwrap();
    Episode::begin(
        &world.db,
        playbook.digest(),
        (0..plants).map(by_mail).collect(),
    )
    .await
}

async fn warning(officer: &Visitor) -> String {
    let (status, list) = Visitor::json(officer.get("/api/v1/warnings?region=411000")).await;
    assert_eq!(status, 200, "{list}");
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

fn orders(list: &Value) -> Vec<i64> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["order"].as_i64().unwrap()).collect()
}

both_engines! {
    async fn a_warnings_orders_are_found_by_rung_county_name_and_number(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 203).await;
        let officer = world.officer().await;
        let clerk = world.person("jingban", Role::Clerk).await;
        let first = episode.plants[0].order;
        let path = format!("/api/v1/orders/{first}/answers");
        let answer = json!({ "revision": 1, "kind": "acknowledged" });
        let (status, told) =
            Visitor::json(clerk.post(&path, &answer).header("idempotency-key", "a")).await;
        assert_eq!((status, told["rung"].as_str()), (200, Some("acknowledged")), "{told}");

        let list = format!("/api/v1/warnings/{}/orders", warning(&officer).await);
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let (status, page) = Visitor::json(officer.get(&format!("{list}{cursor}"))).await;
            assert_eq!(status, 200, "{page}");
            found.extend(orders(&page));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("?cursor={next}");
        }
        let all: Vec<i64> = episode.plants.iter().map(|plant| plant.order.0).collect();
        assert_eq!(found, all);

        let asked = async |query: &str| {
            let (status, page) = Visitor::json(officer.get(&format!("{list}?{query}"))).await;
            assert_eq!(status, 200, "{page}");
            orders(&page)
        };
        assert_eq!(asked("rung=acknowledged").await, [first.0]);
        assert!(asked(&format!("q={}", all[7])).await.contains(&all[7]));
        let recipient = episode.plants[9].recipient;
        assert_eq!(asked(&format!("q=厂{recipient}（")).await, [all[9]]);
        assert!(asked("county=411082").await.iter().all(|order| (order - all[0]) % 2 == 1));
        assert_eq!(asked("q=100%25").await, [] as [i64; 0], "a text is no pattern");
        let (status, _) = Visitor::json(officer.get(&format!("{list}?rung=up"))).await;
        assert_eq!(status, 422);
    }

    async fn an_order_shows_what_is_owed_and_what_was_answered(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let clerk = world.person("jingban", Role::Clerk).await;
        let path = format!("/api/v1/orders/{}", episode.plants[0].order);
        let help = json!({
            "revision": 1, "kind": "help", "reason": "unclear", "note": "请来电",
        });
        let post = clerk.post(&format!("{path}/answers"), &help).header("idempotency-key", "a");
        assert_eq!(Visitor::json(post).await.0, 200);
        let (status, order) = Visitor::json(clerk.get(&path)).await;
        assert_eq!(status, 200);
        assert_eq!(order["state"], "waiting");
        assert_eq!(order["acknowledge_by"], "2026-11-24T22:00:00+08:00");
        assert_eq!(order["units"][0]["in_place_by"], "2026-11-25T00:00:00+08:00");
        assert_eq!(order["effective"], "2026-11-24T24:00");
        assert_eq!(order["open"], json!(["acknowledged", "in-place", "objection", "help"]));
        let answer = &order["answers"][0];
        assert_eq!((&answer["kind"], &answer["note"]), (&json!("help"), &json!("请来电")));

        let officer = world.officer().await;
        let (_, order) = Visitor::json(officer.get(&path)).await;
        assert_eq!(order["open"], json!([]), "an officer looks and does not answer");
        let (status, _) = Visitor::json(officer.get("/api/v1/orders/999")).await;
        assert_eq!(status, 404);
    }

    async fn parallel_answers_under_one_key_are_one_answer(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let clerk = world.person("jingban", Role::Clerk).await;
        let path = format!("/api/v1/orders/{}/answers", episode.plants[0].order);
        let answer = json!({ "revision": 1, "kind": "acknowledged" });
        let post = |body: &Value| clerk.post(&path, body).header("idempotency-key", "a");
        let told = join_all((0..32).map(|_| Visitor::json(post(&answer)))).await;
        assert!(told.iter().all(|answer| *answer == told[0] && answer.0 == 200), "{told:?}");
        let other = json!({ "revision": 1, "kind": "in-place" });
        let (status, problem) = Visitor::json(post(&other)).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("answer-reused")));
        let (status, _) = Visitor::json(clerk.post(&path, &answer)).await;
        assert_eq!(status, 422, "an answer needs a key");
    }
}
