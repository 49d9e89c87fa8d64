//! The page of the interface: for whoever has signed in, complete, and without a script.

use serde_json::Value;

use crate::database::TestDb;
use crate::pages::markup;
use crate::world::World;

fn names(of: &Value) -> impl Iterator<Item = &String> {
    of.as_object().unwrap().keys()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_in_the_document_is_on_the_page_and_no_script_is() {
    let world = World::new(TestDb::sqlite().await).await;
    let stranger = world.stranger().get("/api/docs").send().await.unwrap();
    assert_eq!(stranger.status(), 303);
    assert!(
        stranger.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign-in")
    );

    let officer = world.officer().await;
    let answer = officer.get("/api/docs").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';"),
        "{policy}"
    );
    assert!(!policy.contains("script"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script"));
    markup::check(&page).unwrap();

    let document = serde_json::to_value(qingkong::web::api::document()).unwrap();
    for path in names(&document["paths"]) {
        for method in names(&document["paths"][path]) {
            let operation = &document["paths"][path][method];
            let id = operation["operationId"].as_str().unwrap();
            let head = format!(
                "<h3 id=\"{id}\"><code>{} {path}</code></h3>",
                method.to_uppercase()
            );
            assert!(page.contains(&head), "{head}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = format!("<code>{}</code>", parameter["name"].as_str().unwrap());
                assert!(page.contains(&name), "{id}: {name}");
            }
        }
    }
    let schemas = &document["components"]["schemas"];
    for schema in names(schemas) {
        assert!(
            page.contains(&format!("<h3 id=\"schema-{schema}\">")),
            "{schema}"
        );
        for property in schemas[schema]["properties"]
            .as_object()
            .into_iter()
            .flatten()
        {
            assert!(
                page.contains(&format!("<code>{}</code>", property.0)),
                "{schema}"
            );
        }
    }
    let front = officer.get("/").send().await.unwrap().text().await.unwrap();
    assert!(front.contains("href=\"/api/docs\""));
    world.service.stop().await;
}
