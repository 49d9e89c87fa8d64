//! HTTP: what is served, to whom, and within which limits.
//!
//! One flat router, grouped by who calls it. A handler extracts, makes one call into
//! [`app`](crate::app), and shows one view; it decides nothing. Whatever goes wrong becomes a
//! [`Problem`], which `observe` finishes at the border with a reference, where
//! requests are also numbered, measured and logged.
//!
//! Every request passes, from the outside in: compression, security headers, `observe`, the catch
//! of panics, the time limit, the check for cross-site requests, the body limit.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use self::console::{
    advisory, compare, dead_letters, docs, figures, import, information, instruction, notice,
    orders, overview, sign_in, warning,
};
use self::problem::Problem;
use crate::app::App;

pub mod api;
pub mod assets;
mod caller;
mod console;
mod cookie;
pub mod metrics;
mod observe;
mod operations;
mod order_link;
mod page;
pub mod pages;
mod posted;
pub mod problem;
mod scan;
mod shown;
mod words;

/// What the handlers share.
#[derive(Clone, FromRef)]
pub struct Web {
    /// The use cases.
    pub app: App,
    /// Cancelled when the node stops: live streams end, readiness is withdrawn.
    pub stopping: CancellationToken,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
}

/// Answers requests until `stopping` is cancelled, then finishes those under way.
pub async fn run(listener: TcpListener, app: App, stopping: CancellationToken) {
    let web = Web {
        app,
        stopping: stopping.clone(),
        metrics: metrics::recorder(),
    };
    let service = router(web).into_make_service_with_connect_info::<SocketAddr>();
    let served = serve(listener, service)
        .with_graceful_shutdown(stopping.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "Stopped listening for requests");
    }
}

/// Every route there is, by who calls it.
pub fn router(web: Web) -> Router {
    let app = web.app.clone();
    let config = &app.config;
    let (api, document) = api::router().split_for_parts();

    // Operations: the machines that keep this one running.
    let operations = Router::new()
        .route("/healthz", get(operations::alive))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics));

    // Programs, and our own pages' scripts. Everything below `/api/v1` is in the document.
    let api = api.route(
        "/api/openapi.json",
        get(move || async move { axum::Json(document) }),
    );

    // People with an account.
    let people = Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/", get(overview::show))
        .route("/figures", get(figures::watch))
        .route("/outlook/fill-in", post(overview::fill_in))
        .route("/proposals/{key}/draft", post(notice::on_proposal))
        .route("/proposals/{key}/decline", post(overview::decline))
        .route(
            "/instructions/new",
            get(instruction::form).post(instruction::register),
        )
        .route("/instructions/{id}/scan", get(instruction::scan))
        .route("/rules/compare", get(compare::show))
        .route("/warnings", get(warning::list))
        .route("/warnings/{id}", get(warning::show))
        .route("/warnings/{id}/information", post(information::give))
        .route("/advisories", get(advisory::list).post(advisory::draft))
        .route("/advisories/new", get(advisory::begin))
        .route("/advisories/{id}", get(advisory::show).post(advisory::save))
        .route("/advisories/{id}/submit", post(advisory::submit))
        .route("/advisories/{id}/approve", post(advisory::approve))
        .route("/advisories/{id}/sign", post(advisory::sign))
        .route("/advisories/{id}/steps/{step}/scan", get(advisory::scan))
        .route("/advisories/{id}/return", post(advisory::send_back))
        .route("/advisories/{id}/publish", post(advisory::publish))
        .route("/advisories/{id}/lift", post(advisory::lift))
        .route("/advisories/{id}/abandon", post(advisory::abandon))
        .route("/notices", post(notice::draft))
        .route("/notices/new", get(notice::begin))
        .route("/notices/{id}", get(notice::show).post(notice::save))
        .route("/notices/{id}/submit", post(notice::submit))
        .route("/notices/{id}/approve", post(notice::approve))
        .route("/notices/{id}/sign", post(notice::sign))
        .route("/notices/{id}/return", post(notice::send_back))
        .route("/notices/{id}/abandon", post(notice::abandon))
        .route("/notices/{id}/plan", post(notice::plan))
        .route("/notices/{id}/plan.csv", get(notice::lines))
        .route("/notices/{id}/document", get(notice::document))
        .route("/notices/{id}/steps/{step}/scan", get(notice::scan))
        .route("/notices/{id}/issue", post(notice::issue))
        .route("/orders", get(orders::list))
        .route("/orders/{key}", get(orders::show))
        .route(
            "/enterprises/import",
            get(import::form).post(import::import),
        )
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/redrive", post(dead_letters::redrive))
        .route(docs::PATH, get(docs::show));

    // Whoever holds an order's link.
    let holders = Router::new().route("/o/{token}", get(order_link::show).post(order_link::answer));

    // Everybody.
    let public = Router::new().route("/assets/{file}", get(assets::serve));

    Router::new()
        .merge(operations)
        .merge(api)
        .merge(people)
        .merge(holders)
        .merge(public)
        .fallback(|| async { Problem::from(crate::app::Error::NotFound) })
        // One stack, from the outside in: as layers of their own, each would keep its whole inside in
        // a box, which is copied for every request.
        .layer((
            CompressionLayer::new(),
            middleware::from_fn_with_state(config.server.hsts, protect),
            middleware::from_fn_with_state(web.clone(), observe::observe),
            CatchPanicLayer::custom(observe::panicked),
            middleware::from_fn_with_state(config.server.request_limit(), limit_time),
            middleware::from_fn(exempt_bearers),
            cross_site(config.server.public_url.as_deref()),
            DefaultBodyLimit::max(config.server.body_limit_kib * 1_024),
        ))
        .with_state(web)
}

/// Refuses what another site makes a browser send with our cookie.
///
/// Order links are exempt: whoever can name one may use it, and old web views send no origin.
fn cross_site(
    public_url: Option<&str>,
) -> CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone + use<>> {
    let mut layer = CsrfLayer::new().with_insecure_bypass(|_, uri| uri.path().starts_with("/o/"));
    if let Some(origin) = public_url {
        layer = match layer.clone().add_trusted_origin(origin) {
            Ok(trusting) => trusting,
            Err(error) => {
                tracing::warn!(%error, "`server.public_url` has a path: its origin is not trusted");
                layer
            }
        };
    }
    layer.with_rejection_response(|_| Problem::cross_site().into_response())
}

/// A bearer token is never sent by a browser on its own, so no other site can misuse it: such
/// requests are not judged by where they come from.
async fn exempt_bearers(mut request: Request, next: Next) -> Response {
    if caller::bearer(request.headers()).is_some() {
        request.headers_mut().remove(header::ORIGIN);
        request.headers_mut().remove("sec-fetch-site");
    }
    next.run(request).await
}

async fn limit_time(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    tokio::time::timeout(limit, next.run(request))
        .await
        .map_err(|_| Problem::too_slow())
}

/// What a browser is told about every answer of ours.
async fn protect(State(hsts): State<bool>, request: Request, next: Next) -> Response {
    const HEADERS: [(header::HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: a form would then be sent without its origin, and be refused.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert_with(|| HeaderValue::from_static(value));
    }
    if hsts {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}
