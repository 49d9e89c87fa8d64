//! For the machines that keep this one running: alive, ready, metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use super::problem::Problem;
use crate::app::App;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Alive: the process answers. Says nothing of what it depends on, so that nobody restarts a node
/// because its database is away.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Ready: the database answers, its schema is that of this binary, and the node is not stopping.
pub(super) async fn ready(
    State(app): State<App>,
    State(stopping): State<CancellationToken>,
) -> Result<&'static str, Problem> {
    if stopping.is_cancelled() {
        return Err(not_ready("stopping", "the node is stopping"));
    }
    match tokio::time::timeout(PATIENCE, app.check_database()).await {
        Ok(Ok(())) => Ok("ready\n"),
        // Whatever the fault, traffic had better go elsewhere.
        Ok(Err(error)) => Err(Problem {
            cause: Some(Arc::new(error)),
            ..not_ready("unavailable", "the database does not answer as it should")
        }),
        Err(_) => Err(not_ready("unavailable", "the database does not answer")),
    }
}

pub(super) async fn metrics(State(metrics): State<PrometheusHandle>) -> Response {
    metrics.run_upkeep();
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.render()).into_response()
}

fn not_ready(code: &'static str, text: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, text)
}
