//! The document at `/api/openapi.json`: reviewed as text, and complete.

use std::collections::BTreeSet;
use std::path::Path;

use syn::visit::Visit;

use crate::database::TestDb;
use crate::world::World;

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    insta::assert_json_snapshot!(qingkong::web::api::document());
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(qingkong::web::api::document()).unwrap();
    let names: Vec<_> = operations(&document)
        .map(|(_, operation)| operation["operationId"].as_str().unwrap())
        .collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), distinct.len(), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_document_is_served() {
    let world = World::new(TestDb::sqlite().await).await;
    let document = serde_json::to_value(qingkong::web::api::document()).unwrap();
    for ((path, method), _) in operations(&document) {
        let path = path.replace(['{', '}'], "");
        let method = method.to_uppercase().parse().unwrap();
        let answer = world
            .stranger()
            .request(method, &path)
            .send()
            .await
            .unwrap();
        // A stranger is refused, by name: no `not-found`, no `method-not-allowed`.
        assert!(
            [401, 415].contains(&answer.status().as_u16()),
            "{path}: {}",
            answer.status()
        );
    }
}

/// A route that is added with `.route` is served and not described; so no literal path below
/// `/api/v1` may stand in one.
#[test]
fn no_route_of_the_interface_is_outside_of_the_document() {
    let mut found = Vec::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut routes = Routes::default();
        routes.visit_file(&syn::parse_file(&text).unwrap());
        found.extend(routes.0);
    }
    assert!(
        found.iter().any(|path| path == "/healthz"),
        "routes are found at all"
    );
    let outside: Vec<_> = found
        .iter()
        .filter(|path| path.starts_with("/api/v"))
        .collect();
    assert!(
        outside.is_empty(),
        "{outside:?} must be added with `routes!`"
    );
}

/// The literal first arguments of `.route(…)`, `.nest(…)` and their like.
#[derive(Default)]
struct Routes(Vec<String>);

impl<'ast> Visit<'ast> for Routes {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let adds = ["route", "route_service", "nest", "nest_service"];
        if adds.iter().any(|name| call.method == name)
            && let Some(syn::Expr::Lit(literal)) = call.args.first()
            && let syn::Lit::Str(path) = &literal.lit
        {
            self.0.push(path.value());
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

fn sources(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    files
}

fn operations(
    document: &serde_json::Value,
) -> impl Iterator<Item = ((&str, &str), &serde_json::Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap();
        methods
            .iter()
            .map(move |(method, operation)| ((path.as_str(), method.as_str()), operation))
    })
}
