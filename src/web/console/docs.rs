//! `/api/docs`: the document of the interface, read and laid out as one page.
//!
//! It is drawn here and needs nothing from elsewhere, so it is there on a network without an outside,
//! and its policy allows no script at all. Whoever has signed in may read it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};

use super::Seat;
use crate::app::Error;
use crate::web::api;
use crate::web::pages::docs::{DocsPage, Field, Form, Group, Operation, Schema, Way};
use crate::web::problem::Problem;

/// Where the page is.
pub(in crate::web) const PATH: &str = "/api/docs";

/// Our own style sheet and icon, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(in crate::web) async fn show(seat: Seat) -> Result<Response, Problem> {
    let document = serde_json::to_value(api::document()).map_err(Error::internal)?;
    let view = DocsPage {
        language: seat.language,
        says: text(&document["info"], "description"),
        groups: groups(&document),
        schemas: schemas(&document),
    };
    let mut page = seat.show(StatusCode::OK, &view)?;
    let policy = HeaderValue::from_static(POLICY);
    page.headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(page)
}

/// Operations under the tags of the document, in its order.
fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let groups = tags.map(|tag| {
        let name = text(tag, "name");
        Group {
            says: text(tag, "description"),
            operations: operations(document, &name),
            name,
        }
    });
    groups.collect()
}

fn operations(document: &Value, tag: &str) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            if operation["tags"][0] == tag {
                operations.push(self::operation(path, method, operation));
            }
        }
    }
    operations
}

fn operation(path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let bodies = entries(&operation["requestBody"]["content"]);
    let answers = entries(&operation["responses"]).map(|(status, answer)| {
        let mut contents = entries(&answer["content"]);
        let of = contents.next().map(|(media, of)| match &of["schema"] {
            schema if media == "application/json" => form(schema),
            _ => Form {
                words: media.clone(),
                schema: None,
            },
        });
        let of = of.unwrap_or_default();
        (status.clone(), text(answer, "description"), of)
    });
    Operation {
        id: text(operation, "operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        says: [text(operation, "summary"), text(operation, "description")].join(" "),
        parameters: parameters.map(parameter).collect(),
        bodies: bodies
            .map(|(media, of)| (media.clone(), form(&of["schema"])))
            .collect(),
        answers: answers.collect(),
    }
}

fn parameter(parameter: &Value) -> Field {
    let of = form(&parameter["schema"]);
    let place = text(parameter, "in");
    Field {
        name: text(parameter, "name"),
        form: Form {
            words: format!("{} ({place})", of.words),
            ..of
        },
        required: parameter["required"] == true,
        says: said(parameter, &parameter["schema"]),
    }
}

fn schemas(document: &Value) -> Vec<Schema> {
    let schemas = entries(&document["components"]["schemas"]).map(|(name, schema)| {
        let ways = schema["oneOf"].as_array().map_or_else(
            || vec![way(schema, String::new())],
            |ways| {
                ways.iter()
                    .map(|it| way(it, text(it, "description")))
                    .collect()
            },
        );
        Schema {
            name: name.clone(),
            says: text(schema, "description"),
            ways,
        }
    });
    schemas.collect()
}

fn way(schema: &Value, says: String) -> Way {
    let mut fields = Vec::new();
    add_fields("", schema, &mut fields);
    if fields.is_empty() {
        fields.push(Field {
            name: String::new(),
            form: form(schema),
            required: true,
            says: said(schema, schema),
        });
    }
    Way { says, fields }
}

/// The properties of a form; of those without a name of their own, theirs as well.
fn add_fields(way: &str, schema: &Value, fields: &mut Vec<Field>) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if let Some(name) = referred(part) {
            fields.push(Field {
                name: way.to_owned(),
                form: Form {
                    words: "all of".to_owned(),
                    schema: Some(name),
                },
                required: true,
                says: text(part, "description"),
            });
        }
        add_fields(way, part, fields);
    }
    for (name, property) in entries(&schema["properties"]) {
        let required = schema["required"].as_array().into_iter().flatten();
        let way = format!("{way}{name}");
        fields.push(Field {
            name: way.clone(),
            form: form(property),
            required: required.into_iter().any(|it| it == name),
            says: said(property, property),
        });
        add_fields(&format!("{way}."), property, fields);
        add_fields(&format!("{way}[]."), &property["items"], fields);
    }
}

/// The form of a value in words.
fn form(schema: &Value) -> Form {
    let plain = |words: String| Form {
        words,
        schema: None,
    };
    if let Some(name) = referred(schema) {
        return Form {
            words: String::new(),
            schema: Some(name),
        };
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        let mut ways = ways.iter().filter(|way| way["type"] != "null");
        return ways.next().map(form).unwrap_or_default();
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Value::as_str);
        return plain(words.collect::<Vec<_>>().join(" · "));
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|it| *it != "null"),
        kind => kind.as_str(),
    };
    match kind {
        Some("array") => {
            let items = form(&schema["items"]);
            Form {
                words: format!("list of {}", items.words).trim().to_owned(),
                ..items
            }
        }
        Some("object") if schema["additionalProperties"].is_object() => {
            let values = form(&schema["additionalProperties"]);
            Form {
                words: format!("names with {}", values.words).trim().to_owned(),
                ..values
            }
        }
        kind => plain(kind.unwrap_or("any").to_owned()),
    }
}

fn referred(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    Some(reference.rsplit('/').next()?.to_owned())
}

/// What something means, with an example where there is one.
fn said(of: &Value, schema: &Value) -> String {
    let mut says = text(of, "description");
    if says.is_empty() {
        let ways = schema["oneOf"].as_array().into_iter().flatten();
        says = ways.map(|way| text(way, "description")).collect();
    }
    let example = [of, schema].into_iter().find_map(|it| it.get("example"));
    if let Some(example) = example {
        let example = example
            .as_str()
            .map_or_else(|| example.to_string(), str::to_owned);
        says = format!("{says} · {example}");
    }
    says
}

fn text(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

fn entries(of: &Value) -> impl Iterator<Item = (&String, &Value)> {
    of.as_object().into_iter().flat_map(Map::iter)
}
