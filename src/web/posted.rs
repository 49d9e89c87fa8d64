//! Bodies: JSON that was checked, with the idempotency key it came under.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::app::{Error, Idempotency};

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
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "expected `Content-Type: application/json`",
        ));
    }
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Problem::of_status(rejection.status()))
}

/// Tells apart what is no JSON (400) from JSON that is not what was asked for (422).
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        if error.is_data() {
            // serde names the field in backticks, and says what it expected.
            let text = error.to_string();
            let field = text.split('`').nth(1).unwrap_or_default();
            Error::invalid(field, "malformed", text.as_str()).into()
        } else {
            let text = format!("the body is not JSON at {place}");
            Problem::new(StatusCode::BAD_REQUEST, "malformed-json", text)
        }
    })
}
