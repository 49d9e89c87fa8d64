//! The border: every request gets an id, a span, a measurement and one line in the log.
//!
//! What is logged is the *route* (`/o/{token}`), never the address: order links are secrets, and
//! queries may name people. A [`Problem`] is finished here, under a reference that stands in the
//! answer and beside the chain of its causes in the log: a document for programs, a page for people.

use std::any::Any;
use std::time::{Duration, Instant};

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::pages::problem::{ProblemKind, ProblemPage};
use super::problem::{MEDIA_TYPE, Problem};
use super::{Web, metrics, page, words};
use crate::app::{Error, chain};
use crate::i18n::Language;

/// Carries the id of a request, there and back.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a proxy.
const LONGEST_ID: usize = 64;

pub(super) async fn observe(State(web): State<Web>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let request_id =
        given_id(&request).unwrap_or_else(|| web.app.ids.uuid_v7(web.app.now()).to_string());
    let span = tracing::info_span!("request", %method, route, request_id);
    let (parts, body) = request.into_parts();
    let reader =
        page::reads_pages(&parts).then(|| page::language(parts.uri.query(), &parts.headers));
    let request = Request::from_parts(parts, body);

    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    let latency = started.elapsed();
    metrics::record_request(&method, &route, status, latency);
    let _entered = span.enter();
    match unfinished(&mut response) {
        Some(problem) => {
            let reference = web.app.ids.uuid_v7(web.app.now()).to_string();
            log_problem(&problem, &reference);
            response = match reader {
                Some(language) => finish_page(response, &problem, &reference, language),
                None => finish(response, &problem, &reference, &request_id),
            };
        }
        None => log_answer(&route, status, latency),
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What a panic in a handler becomes.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned());
    Problem::from(Error::internal(format!("a handler panicked: {message}"))).into_response()
}

/// The id a proxy or client has given, if it can stand in a log as it is.
fn given_id(request: &Request) -> Option<String> {
    let id = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let taken = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain);
    taken.then(|| id.to_owned())
}

/// The problem to be written, of ours or in the place of a bare status that the router gave.
fn unfinished(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let status = response.status();
    let bare = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let failed = status.is_client_error() || status.is_server_error();
    (failed && bare).then(|| Problem::of_status(status))
}

/// The problem as a document for programs.
fn finish(response: Response, problem: &Problem, reference: &str, request_id: &str) -> Response {
    let document = Json(problem.body(reference, request_id)).into_response();
    with_body(response, document.into_body(), MEDIA_TYPE)
}

/// The problem as a page for people, in their language.
fn finish_page(
    response: Response,
    problem: &Problem,
    reference: &str,
    language: Language,
) -> Response {
    let view = ProblemPage {
        language,
        kind: kind(problem.status),
        detail: words::problem(language, problem),
        reference: reference.to_owned(),
    };
    let html = view.render().unwrap_or_else(|_| problem.detail.clone());
    with_body(response, Body::from(html), "text/html; charset=utf-8")
}

fn with_body(response: Response, body: Body, media_type: &'static str) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Response::from_parts(parts, body)
}

fn kind(status: StatusCode) -> ProblemKind {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ProblemKind::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ProblemKind::Forbidden,
        StatusCode::CONFLICT => ProblemKind::Conflict,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => ProblemKind::Unavailable,
        _ if status.is_client_error() => ProblemKind::Invalid,
        _ => ProblemKind::Internal,
    }
}

/// One line per answer; those to machines that ask every few seconds only when asked for.
fn log_answer(route: &str, status: StatusCode, latency: Duration) {
    let status = status.as_u16();
    let latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    if matches!(route, "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(status, latency_us, "Answered");
    } else {
        tracing::info!(status, latency_us, "Answered");
    }
}

/// One line per failure: faults of ours as errors, refusals as what they are.
fn log_problem(problem: &Problem, reference: &str) {
    let status = problem.status.as_u16();
    let code = problem.code;
    let cause = problem
        .cause
        .as_deref()
        .map(|cause| chain(cause))
        .unwrap_or_default();
    if problem.status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(status, code, reference, cause, "Could not answer for now");
    } else if problem.status.is_server_error() {
        tracing::error!(status, code, reference, cause, "Failed to answer");
    } else {
        tracing::info!(status, code, reference, cause, "Refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_ours_whose_message_goes_to_the_log_alone() {
        for panic in [
            Box::new("no such plant") as Box<dyn Any + Send>,
            Box::new("no such plant".to_owned()),
        ] {
            let mut response = panicked(panic);
            let problem = unfinished(&mut response).unwrap();
            assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
            let logged = chain(problem.cause.as_deref().unwrap());
            assert_eq!(logged, "internal error: a handler panicked: no such plant");
            assert!(!problem.detail.contains("plant"));
        }
    }

    #[test]
    fn an_answer_that_is_a_page_of_its_own_is_left_as_it_is() {
        let page = (
            StatusCode::NOT_FOUND,
            axum::response::Html("<p>链接无效</p>"),
        );
        assert!(unfinished(&mut page.into_response()).is_none());
        assert!(unfinished(&mut StatusCode::NOT_FOUND.into_response()).is_some());
        assert!(unfinished(&mut "fine".into_response()).is_none());
    }
}
