//! Acts that happen once, however often they are asked for.

use chrono::TimeDelta;
use serde_json::json;

use crate::database::TestDb;
use crate::world::{PASSWORD, Visitor, World};

fn asked(name: &str) -> serde_json::Value {
    json!({ "name": name, "password": PASSWORD, "role": "officer", "region": "411000" })
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_parallel_requests_at_two_instances_are_one_act_and_one_answer() {
    let world = World::new(TestDb::postgres().await).await;
    let second = world.another().await;
    let here = world.administrator().await;
    let there = here.moved_to(&second);
    let requests = (0..32).map(|n| {
        let visitor = if n % 2 == 0 { &here } else { &there };
        let request = visitor
            .post("/api/v1/accounts", &asked("zhiban"))
            .header("idempotency-key", "018f2c5e");
        Visitor::json(request)
    });
    let answers = futures::future::join_all(requests).await;
    assert_eq!(answers[0].0, 201, "{}", answers[0].1);
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    let (_, page) = Visitor::json(there.get("/api/v1/accounts")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
    second.stop().await;
}

both_engines! {
    async fn a_repeat_is_told_the_same_and_another_request_is_refused(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let add = async |name: &str, key: &str| {
            let request = administrator
                .post("/api/v1/accounts", &asked(name))
                .header("idempotency-key", key);
            Visitor::json(request).await
        };
        let first = add("zhiban", "k-1").await;
        assert_eq!(first.0, 201);
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(add("zhiban", "k-1").await, first);
        let (status, problem) = add("another", "k-1").await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("idempotency-key-reused")));
        let (status, problem) = add("zhiban", "k-2").await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("name-taken")));
    }

    async fn an_act_that_was_refused_frees_its_key(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        world.officer().await;
        let add = async |name: &str| {
            let request = administrator
                .post("/api/v1/accounts", &asked(name))
                .header("idempotency-key", "k-1");
            Visitor::json(request).await.0
        };
        assert_eq!(add("zhiban").await, 409, "the name is taken");
        assert_eq!(add("another").await, 201);
    }

    async fn a_key_belongs_to_its_caller(db: TestDb) {
        let world = World::new(db).await;
        let one = world.administrator().await;
        let two = world.person("second", qingkong::app::Role::Administrator).await;
        for (visitor, name) in [(one, "first-made"), (two, "second-made")] {
            let request = visitor
                .post("/api/v1/accounts", &asked(name))
                .header("idempotency-key", "k-1");
            assert_eq!(Visitor::json(request).await.0, 201);
        }
    }

    async fn an_answer_is_kept_for_a_day(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let token = qingkong::app::account::NewToken {
            account: "guanli".to_owned(),
            label: "test".to_owned(),
            scopes: "*".parse().unwrap(),
            lasts: None,
        };
        let operator = qingkong::app::Caller::operator();
        let token = world.app().add_token(&operator, token).await.unwrap();
        let program = administrator.with_token(&token.secret);
        let add = async || {
            let request = program
                .post("/api/v1/accounts", &asked("zhiban"))
                .header("idempotency-key", "k-1");
            Visitor::json(request).await.0
        };
        assert_eq!(add().await, 201);
        world.fast_forward(TimeDelta::hours(24)).await;
        assert_eq!(add().await, 201, "the same answer");
        world.fast_forward(TimeDelta::minutes(60)).await;
        assert_eq!(add().await, 409, "a new act, and the name is taken");
    }

    async fn a_key_that_is_none_is_refused(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let request = administrator
            .post("/api/v1/accounts", &asked("zhiban"))
            .header("idempotency-key", "two words");
        let (status, problem) = Visitor::json(request).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"][0]["field"], "Idempotency-Key");
    }
}
