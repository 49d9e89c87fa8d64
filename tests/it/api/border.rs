//! What every request meets: ids, problems, limits, headers, and a log without secrets.

use reqwest::{Method, header};
use serde_json::json;

use crate::database::TestDb;
use crate::world::{Visitor, World};

async fn world() -> World {
    World::new(TestDb::sqlite().await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_has_the_shape_of_the_standard_and_a_reference() {
    let world = world().await;
    let answer = world.stranger().get("/nothing/here").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let request_id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let problem: serde_json::Value = answer.json().await.unwrap();
    let reference = problem["instance"].as_str().unwrap();
    assert!(reference.starts_with("urn:uuid:"), "{reference}");
    assert_eq!(
        problem,
        json!({
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "there is nothing here",
            "instance": reference,
            "code": "not-found",
            "request_id": request_id,
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_request_id_is_taken_over_and_a_forged_one_is_not() {
    let world = world().await;
    let ask = async |id: &str| {
        let request = world.stranger().get("/healthz").header("x-request-id", id);
        let answer = request.send().await.unwrap();
        answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(ask("proxy-7.a_1").await, "proxy-7.a_1");
    for forged in ["", "a b", "{\"level\":\"ERROR\"}", &"x".repeat(65)] {
        assert_ne!(ask(forged).await, forged);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_router_refuses_is_a_problem_too() {
    let world = world().await;
    let stranger = world.stranger();
    let (status, problem) = Visitor::json(stranger.request(Method::PUT, "/api/v1/session")).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (405, Some("method-not-allowed"))
    );

    let request = stranger
        .request(Method::POST, "/api/v1/session")
        .header(header::CONTENT_TYPE, "text/plain")
        .body("{}");
    let (status, problem) = Visitor::json(request).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (415, Some("unsupported-media-type"))
    );

    let request = stranger
        .request(Method::POST, "/api/v1/session")
        .header(header::CONTENT_TYPE, "application/json")
        .body("{\"name\":");
    let (status, problem) = Visitor::json(request).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (400, Some("malformed-json"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused() {
    let world = World::with(TestDb::sqlite().await, |config| {
        config.server.body_limit_kib = 4;
    })
    .await;
    let asked = |length: usize| json!({ "name": "a", "password": "x".repeat(length) });
    let stranger = world.stranger();
    let (status, problem) = Visitor::json(stranger.post("/api/v1/session", &asked(5_000))).await;
    assert_eq!((status, problem["code"].as_str()), (413, Some("too-large")));
    let (status, _) = Visitor::json(stranger.post("/api/v1/session", &asked(3_000))).await;
    assert_eq!(status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_browser_to_be_strict() {
    let world = world().await;
    let answer = world.stranger().get("/healthz").send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    assert!(header("content-security-policy").starts_with("default-src 'self';"));
    assert!(!header("content-security-policy").contains("unsafe"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("cache-control"), "no-store");
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_may_be_kept_for_ever() {
    let world = world().await;
    let url = qingkong::web::assets::url("icon.svg");
    let answer = world.stranger().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/svg+xml");
    let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
    assert_eq!(kept, "public, max-age=31536000, immutable");
    let stale = world.stranger().get("/assets/icon.000000000000.svg");
    assert_eq!(stale.send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_compressed_for_whoever_can_read_it() {
    let world = world().await;
    let request = world.stranger().get("/api/openapi.json");
    let answer = request
        .header(header::ACCEPT_ENCODING, "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
}
