//! Bodies: JSON that was checked, or a file, with the idempotency key it came under.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{Object, Required};

use super::problem::Problem;
use crate::app::{App, Error, Idempotency};
use crate::table::Format;

/// A JSON body. A body that cannot be read says where, and what was expected.
pub(super) struct ValidJson<T>(pub(super) T);

/// A JSON body that asks for an act, and the `Idempotency-Key` it came under.
///
/// The digest that tells a repeat from another request covers the method, the path, and the bytes
/// of the body.
pub(super) struct Posted<T> {
    pub(super) body: T,
    pub(super) idempotency: Option<Idempotency>,
}

/// A table (CSV or XLSX) that is to be taken in, of at most the configured size, and the `Idempotency-Key` it
/// came under. The digest covers the query too, which says how the file is meant.
pub(super) struct PostedFile {
    pub(super) bytes: Bytes,
    pub(super) idempotency: Option<Idempotency>,
}

/// As [`PostedFile`], of a source: CSV, JSON, or either packed by gzip.
pub(super) struct PostedSource(pub(super) PostedFile);

/// The header of that key, for the document.
pub(super) struct IdempotencyKey;

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text_or_none = Object::with_type(SchemaType::from_iter([Type::String, Type::Null]));
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("A repeat is told the same"))
            .required(Required::False)
            .schema(Some(text_or_none));
        vec![key.build()]
    }
}

impl<S: Send + Sync> FromRequest<S> for PostedFile
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let types = [Format::Csv, Format::Xlsx].map(Format::media_type);
        Self::of_type(&types, request, state).await
    }
}

impl<S: Send + Sync> FromRequest<S> for PostedSource
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let types = ["text/csv", "application/json", "application/gzip"];
        PostedFile::of_type(&types, request, state).await.map(Self)
    }
}

impl PostedFile {
    async fn of_type<S: Send + Sync>(
        types: &[&str],
        mut request: Request,
        state: &S,
    ) -> Result<Self, Problem>
    where
        App: FromRef<S>,
    {
        if !types.iter().any(|kind| has_type(request.headers(), kind)) {
            return Err(wrong_type(&types.join("`, `")));
        }
        let key = key(request.headers())?;
        let method = request.method().clone();
        let target = request.uri().path_and_query().map(ToString::to_string);
        let largest = App::from_ref(state).config.server.upload_limit_kib * 1_024;
        DefaultBodyLimit::max(largest).apply(&mut request);
        let bytes = whole(request, state).await?;
        let target = target.unwrap_or_default();
        let parts = [method.as_str().as_bytes(), target.as_bytes(), &bytes];
        let idempotency = key.map(|key| Idempotency::new(&key, &parts)).transpose()?;
        Ok(Self { bytes, idempotency })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = json_bytes(request, state).await?;
        parse(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let key = key(request.headers())?;
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let bytes = json_bytes(request, state).await?;
        let parts = [method.as_str().as_bytes(), path.as_bytes(), &bytes];
        let idempotency = key.map(|key| Idempotency::new(&key, &parts)).transpose()?;
        Ok(Self {
            body: parse(&bytes)?,
            idempotency,
        })
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let text = |value: &axum::http::HeaderValue| {
        let malformed = || Error::invalid("Idempotency-Key", "malformed", "expected visible ASCII");
        value.to_str().map(str::to_owned).map_err(|_| malformed())
    };
    Ok(headers.get("idempotency-key").map(text).transpose()?)
}

async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    if !has_type(request.headers(), "application/json") {
        return Err(wrong_type("application/json"));
    }
    whole(request, state).await
}

/// The whole body, up to the limit that the request bears.
async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Problem::of_status(rejection.status()))
}

fn has_type(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(expected))
}

fn wrong_type(expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        format!("expected `Content-Type: {expected}`"),
    )
}

/// Tells apart what is no JSON (400) from JSON that is not what was asked for (422).
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| (error.path().to_string(), error.into_inner()))
        .and_then(|value| {
            json.end()
                .map(|()| value)
                .map_err(|error| (String::new(), error))
        });
    parsed.map_err(|(path, error)| {
        if error.is_data() {
            let text = error.to_string();
            Error::invalid(&field(&path, &text), "malformed", text.as_str()).into()
        } else {
            let place = format!("line {}, column {}", error.line(), error.column());
            let text = format!("the body is not JSON at {place}");
            Problem::new(StatusCode::BAD_REQUEST, "malformed-json", text)
        }
    })
}

/// The field at fault: a missing or unknown one is named in the message, below the path.
fn field(path: &str, message: &str) -> String {
    let below = ["missing field `", "unknown field `"]
        .into_iter()
        .find_map(|words| message.strip_prefix(words)?.split('`').next());
    match (path, below) {
        (".", None) => String::new(),
        (".", Some(field)) => field.to_owned(),
        (path, Some(field)) if path != field && !path.ends_with(&format!(".{field}")) => {
            format!("{path}.{field}")
        }
        (path, _) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plant {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        name: String,
        #[expect(dead_code, reason = "only whether it can be read matters")]
        units: Vec<Unit>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Unit {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        hours: u8,
    }

    #[rstest]
    #[case::wrong_type(r#"{"name": 3, "units": []}"#, "name")]
    #[case::deep(
        r#"{"name": "a", "units": [{"hours": 1}, {"hours": 300}]}"#,
        "units[1].hours"
    )]
    #[case::missing(r#"{"units": []}"#, "name")]
    #[case::missing_below(r#"{"name": "a", "units": [{}]}"#, "units[0].hours")]
    #[case::unknown(r#"{"name": "a", "units": [], "colour": 1}"#, "colour")]
    #[case::unknown_below(r#"{"name": "a", "units": [{"hours": 1, "b": 2}]}"#, "units[0].b")]
    #[case::another_thing("7", "")]
    fn a_field_that_cannot_be_read_is_named(#[case] body: &str, #[case] named: &str) {
        let problem = parse::<Plant>(body.as_bytes()).unwrap_err();
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem.errors[0].field, named);
    }

    #[rstest]
    #[case::nothing("")]
    #[case::cut_off(r#"{"name": "a""#)]
    #[case::more_behind(r#"{"name": "a", "units": []} {}"#)]
    fn what_is_no_json_is_said_to_be_none(#[case] body: &str) {
        let problem = parse::<Plant>(body.as_bytes()).unwrap_err();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST);
        assert!(problem.detail.contains("line 1"), "{}", problem.detail);
    }
}
