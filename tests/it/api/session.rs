//! Signing in: sessions, their ends, throttling, cross-site requests, tokens.

use chrono::TimeDelta;
use qingkong::app::Caller;
use qingkong::app::account::NewToken;
use qingkong::app::caller::Role;
use reqwest::{Method, header};
use serde_json::json;

use crate::world::{PASSWORD, Visitor, World};

both_engines! {
    async fn an_officer_signs_in_is_known_and_signs_out(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let (status, who) = Visitor::json(officer.get("/api/v1/session")).await;
        assert_eq!(status, 200);
        assert_eq!(who, json!({ "name": "zhiban", "role": "officer", "region": "411000" }));
        let (_, who) = Visitor::json(world.approver().await.get("/api/v1/session")).await;
        assert_eq!(who["role"], "approver");

        let (status, _) = Visitor::json(officer.request(Method::DELETE, "/api/v1/session")).await;
        assert_eq!(status, 204);
        let (status, problem) = Visitor::json(officer.get("/api/v1/session")).await;
        assert_eq!((status, problem["code"].as_str()), (401, Some("not-signed-in")));
    }

    async fn a_wrong_name_and_a_wrong_password_are_one_answer(db: TestDb) {
        let world = World::new(db).await;
        world.account("zhiban", Role::Officer).await;
        let mut answers = Vec::new();
        for (name, password) in [("zhiban", "not the password"), ("nobody", PASSWORD)] {
            let asked = json!({ "name": name, "password": password });
            let request = world.stranger().post("/api/v1/session", &asked);
            let (status, mut problem) = Visitor::json(request).await;
            for unique in ["instance", "request_id"] {
                problem.as_object_mut().unwrap().remove(unique).unwrap();
            }
            answers.push((status, problem));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0].0, 401);
    }

    async fn a_session_ends_when_unused_and_after_its_longest_time(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let known = async || officer.get("/api/v1/session").send().await.unwrap().status();
        // Used within every two hours it lasts a day, and not a minute longer.
        for _ in 0..12 {
            world.clock.advance(TimeDelta::minutes(119));
            assert_eq!(known().await, 200);
        }
        world.clock.advance(TimeDelta::minutes(12));
        assert_eq!(known().await, 401, "older than a day");

        let officer = world.officer().await;
        world.clock.advance(TimeDelta::minutes(120));
        let answer = officer.get("/api/v1/session").send().await.unwrap();
        assert_eq!(answer.status(), 401, "unused for two hours");
    }

    async fn attempts_are_counted_for_an_account_and_forgotten_after_a_while(db: TestDb) {
        let world = World::new(db).await;
        world.account("zhiban", Role::Officer).await;
        let attempt = async |password: &str| {
            let asked = json!({ "name": "ZhiBan ", "password": password });
            let request = world.stranger().post("/api/v1/session", &asked);
            request.send().await.unwrap()
        };
        for _ in 0..5 {
            assert_eq!(attempt("not the password").await.status(), 401);
        }
        let refused = attempt(PASSWORD).await;
        assert_eq!(refused.status(), 429, "the right password too");
        assert_eq!(refused.headers()[header::RETRY_AFTER], "900");

        world.clock.advance(TimeDelta::minutes(15));
        assert_eq!(attempt("not the password").await.status(), 401);
        assert_eq!(attempt(PASSWORD).await.status(), 200);
        // A success begins the count anew.
        for _ in 0..5 {
            assert_eq!(attempt("not the password").await.status(), 401);
        }
        assert_eq!(attempt(PASSWORD).await.status(), 429);
    }

    async fn attempts_are_counted_for_an_address_whatever_the_account(db: TestDb) {
        let world = World::with(db, |config| config.sign_in.attempts_per_address = 3).await;
        let attempt = async |name: &str| {
            let asked = json!({ "name": name, "password": "guess" });
            let request = world.stranger().post("/api/v1/session", &asked);
            request.send().await.unwrap().status()
        };
        for name in ["one", "two", "three"] {
            assert_eq!(attempt(name).await, 401);
        }
        assert_eq!(attempt("four").await, 429);
    }

    async fn another_site_cannot_use_our_cookie(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let asked = json!({
            "name": "mallory", "password": PASSWORD, "role": "officer", "region": "411000",
        });
        let from = |name: &'static str, value: &'static str| {
            administrator.post("/api/v1/accounts", &asked).header(name, value)
        };
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let (status, problem) = Visitor::json(from(name, value)).await;
            assert_eq!((status, problem["code"].as_str()), (403, Some("cross-site")), "{value}");
        }
        let (status, _) = Visitor::json(from("sec-fetch-site", "same-origin")).await;
        assert_eq!(status, 201);
    }

    async fn the_form_signs_in_and_leads_to_a_page_of_ours_only(db: TestDb) {
        let world = World::new(db).await;
        world.account("zhiban", Role::Officer).await;
        for (next, leads) in [("%2Forders", "/orders"), ("%2F%2Fevil.example", "/")] {
            let password = "%E6%99%B4%E7%A9%BA%E4%B8%87%E9%87%8C%EF%BC%8C%E6%97%A0%E4%BA%91%E5%8F%AF%E8%A7%81%E3%80%82";
            let answer = world
                .stranger()
                .request(Method::POST, "/sign-in")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(format!("name=zhiban&password={password}&next={next}"))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 303);
            assert_eq!(answer.headers()[header::LOCATION], leads);
            let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        }
    }

    async fn a_token_opens_what_its_scopes_name_until_it_ends(db: TestDb) {
        let world = World::new(db).await;
        world.account("guanli", Role::Administrator).await;
        let token = async |scopes: &str, lasts: Option<TimeDelta>| {
            let new = NewToken {
                account: "guanli".to_owned(),
                label: "test".to_owned(),
                scopes: scopes.parse().unwrap(),
                lasts,
            };
            world.app().add_token(&Caller::operator(), new).await.unwrap()
        };
        let accounts = async |secret: &str| {
            let visitor = world.stranger().with_token(secret);
            visitor.get("/api/v1/accounts").send().await.unwrap().status()
        };
        let narrow = token("warnings:see", None).await;
        assert_eq!(accounts(&narrow.secret).await, 403);
        let wide = token("*", Some(TimeDelta::days(1))).await;
        assert_eq!(accounts(&wide.secret).await, 200);
        world.clock.advance(TimeDelta::days(1));
        assert_eq!(accounts(&wide.secret).await, 401, "ended");
        let named = token("accounts:manage", None).await;
        assert_eq!(accounts(&named.secret).await, 200);
        world.app().revoke_token(&Caller::operator(), &named.id).await.unwrap();
        assert_eq!(accounts(&named.secret).await, 401, "revoked");
        assert_eq!(accounts("qk_nonsense").await, 401);
    }

    async fn a_wrong_token_is_not_forgiven_for_a_good_cookie(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let request = officer.get("/api/v1/session").bearer_auth("qk_nonsense");
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
}
