//! Accounts over HTTP: who may keep them, and what is refused.

use qingkong::app::caller::Role;
use serde_json::{Value, json};

use crate::world::{PASSWORD, Visitor, World};

fn asked(name: &str, region: &str) -> Value {
    json!({ "name": name, "password": PASSWORD, "role": "clerk", "region": region })
}

both_engines! {
    async fn an_administrator_keeps_the_accounts_of_the_own_region_and_no_other(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let add = async |name, region| {
            Visitor::json(administrator.post("/api/v1/accounts", &asked(name, region))).await
        };
        let (status, account) = add("jingban", "411081").await;
        assert_eq!(status, 201);
        assert_eq!(account["created_at"], "2026-11-24T20:00:00+08:00");
        assert!(account.get("password").is_none());
        assert_eq!(add("zhengzhou", "410100").await.0, 403);
        let (status, problem) = add("JingBan", "411081").await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("name-taken")));

        let (_, page) = Visitor::json(administrator.get("/api/v1/accounts")).await;
        let names: Vec<_> = page["items"].as_array().unwrap().iter().map(|a| &a["name"]).collect();
        assert_eq!(names, ["guanli", "jingban"]);
    }

    async fn nobody_else_may_keep_accounts(db: TestDb) {
        let world = World::new(db).await;
        for role in Role::ALL {
            if matches!(role, Role::Administrator | Role::Enterprise) {
                continue;
            }
            let person = world.person(role.as_str(), role).await;
            let request = person.post("/api/v1/accounts", &asked("another", "411000"));
            assert_eq!(request.send().await.unwrap().status(), 403, "{role}");
        }
    }

    async fn a_disabled_account_is_out_at_once_and_cannot_come_back(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let officer = world.officer().await;
        let disable = administrator.post("/api/v1/accounts/zhiban/disable", &json!({}));
        assert_eq!(disable.send().await.unwrap().status(), 204);
        assert_eq!(officer.get("/api/v1/session").send().await.unwrap().status(), 401);
        let again = json!({ "name": "zhiban", "password": PASSWORD });
        let again = world.stranger().post("/api/v1/session", &again);
        assert_eq!(again.send().await.unwrap().status(), 401);
    }

    async fn an_enterprise_has_a_recipient_and_nobody_else_has(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let add = async |role: &str, recipient: Option<i64>| {
            let asked = json!({
                "name": role, "password": PASSWORD, "role": role,
                "region": "411081", "recipient": recipient,
            });
            Visitor::json(administrator.post("/api/v1/accounts", &asked)).await
        };
        assert_eq!(add("enterprise", None).await.0, 422);
        assert_eq!(add("officer", Some(7)).await.0, 422);
        assert_eq!(add("enterprise", Some(7)).await.0, 201);
        let mut plant = world.stranger();
        plant.sign_in("enterprise", PASSWORD).await;
        let (_, who) = Visitor::json(plant.get("/api/v1/session")).await;
        assert_eq!(who, json!({ "name": "enterprise", "role": "enterprise", "recipient": 7 }));
        assert_eq!(plant.get("/api/v1/accounts").send().await.unwrap().status(), 403);
    }

    async fn every_wrong_field_is_named(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let asked = json!({ "name": "a b", "password": "short", "role": "officer", "region": "411000" });
        let (status, problem) =
            Visitor::json(administrator.post("/api/v1/accounts", &asked)).await;
        assert_eq!(status, 422);
        let named: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect();
        assert_eq!(named, [("name", "malformed"), ("password", "too-short")]);
    }
}
