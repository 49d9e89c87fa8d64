//! Problems: every failure as one shape, `application/problem+json` (RFC 9457).
//!
//! A [`Problem`] is made from an [`app::Error`](crate::app::Error), the only place where that
//! meets a status code. It leaves a handler unfinished: `observe` gives it the
//! reference that also stands in the log, and writes it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{Error, FieldError};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not answered as asked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status of the response.
    pub status: StatusCode,
    /// For programs: `idempotency-key-reused`.
    pub code: &'static str,
    /// For people: what is wrong.
    pub detail: String,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
    /// When to ask again.
    pub retry_after: Option<Duration>,
    /// What happened, for the log alone.
    pub cause: Option<Arc<Error>>,
}

impl Problem {
    /// A problem of this status.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    pub(super) fn cross_site() -> Self {
        let text = "a browser sent this request on behalf of another site";
        Self::new(StatusCode::FORBIDDEN, "cross-site", text)
    }

    pub(super) fn too_slow() -> Self {
        let text = "the request took too long; look whether it was done before you repeat it";
        Self {
            retry_after: Some(Duration::from_secs(5)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", text)
        }
    }

    /// For answers that came to be outside of our handlers, such as 405.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not-found", "there is nothing here"),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method-not-allowed",
                "this address does not take this method",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "the body is larger than allowed"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported-media-type",
                "this content type is not taken here",
            ),
            _ if status.is_server_error() => ("internal", "something went wrong here"),
            _ => ("malformed", "the request cannot be read"),
        };
        Self::new(status, code, detail)
    }

    /// The finished document.
    pub(super) fn body<'p>(&'p self, reference: &str, request_id: &'p str) -> ProblemBody<'p> {
        ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: format!("urn:uuid:{reference}"),
            code: self.code,
            request_id,
            errors: self
                .errors
                .iter()
                .map(|error| ProblemField {
                    field: &error.field,
                    code: error.code,
                    detail: &error.text,
                })
                .collect(),
        }
    }
}

/// The document as it is sent, RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'p> {
    /// Always `about:blank`: the status and `code` say what kind of problem it is.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The status in words.
    #[schema(example = "Conflict")]
    title: &'static str,
    /// The status of the response.
    #[schema(example = 409)]
    status: u16,
    /// What is wrong, for people.
    detail: &'p str,
    /// The reference under which the log knows this problem: `urn:uuid:…`.
    instance: String,
    /// What is wrong, for programs.
    #[schema(example = "idempotency-key-reused")]
    code: &'static str,
    /// The id of the request, as in the header `x-request-id`.
    request_id: &'p str,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField<'p>>,
}

/// One field that cannot be taken as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField<'p> {
    /// The field, as the request names it.
    field: &'p str,
    /// What is wrong, for programs.
    code: &'static str,
    /// What was expected, for people.
    detail: &'p str,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let mut problem = match &error {
            Error::NotFound => Self::of_status(StatusCode::NOT_FOUND),
            Error::Conflict(refusal) => {
                Self::new(StatusCode::CONFLICT, refusal.code, &refusal.text)
            }
            Error::Invalid(errors) => Self {
                errors: errors.clone(),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "some fields cannot be taken as they are",
                )
            },
            Error::Unauthenticated(refusal) => {
                Self::new(StatusCode::UNAUTHORIZED, refusal.code, &refusal.text)
            }
            Error::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "this caller may not do that",
            ),
            Error::TooOften { retry_after } => Self {
                retry_after: Some(*retry_after),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-often",
                    "asked too often",
                )
            },
            Error::Unavailable { retry_after, .. } => Self {
                retry_after: Some(*retry_after),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "something needed is away; nothing was done",
                )
            },
            Error::InDoubt { retry_after, .. } => Self {
                retry_after: Some(*retry_after),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "in-doubt",
                    "it is not known whether this was done: ask again under the same Idempotency-Key",
                )
            },
            Error::Internal(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        };
        problem.cause = Some(Arc::new(error));
        problem
    }
}

/// The status and the headers; `observe` writes the rest.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::not_found(Error::NotFound, 404, "not-found")]
    #[case::conflict(Error::conflict("name-taken", "taken"), 409, "name-taken")]
    #[case::invalid(Error::invalid("name", "malformed", "a name"), 422, "invalid")]
    #[case::forbidden(Error::Forbidden, 403, "forbidden")]
    #[case::too_often(Error::TooOften { retry_after: Duration::from_millis(1) }, 429, "too-often")]
    #[case::in_doubt(
        Error::InDoubt { retry_after: Duration::from_secs(5), source: "lost".into() },
        503,
        "in-doubt"
    )]
    #[case::internal(Error::internal("a secret address"), 500, "internal")]
    fn every_error_has_its_status_and_code(
        #[case] error: Error,
        #[case] status: u16,
        #[case] code: &str,
    ) {
        let problem = Problem::from(error);
        assert_eq!((problem.status.as_u16(), problem.code), (status, code));
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        let error = Error::TooOften {
            retry_after: Duration::from_millis(1_001),
        };
        let response = Problem::from(error).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }

    #[test]
    fn a_fault_of_ours_is_not_told_to_the_caller() {
        let problem = Problem::from(Error::internal("a secret address"));
        let body = serde_json::to_string(&problem.body("r", "q")).unwrap();
        assert!(!body.contains("secret"), "{body}");
    }
}
