//! Metrics, in the Prometheus text form at `/metrics`.
//!
//! | name | labels | is |
//! |---|---|---|
//! | `qingkong_http_requests_total` | method, route, status | requests answered |
//! | `qingkong_http_request_seconds` | method, route | a histogram of the time until an answer began |
//!
//! Labels are routes, never addresses, so their number is that of the routes. Other parts of the
//! node record their own metrics where they count them, all named `qingkong_…` with their unit; the
//! README lists those that are watched, with their targets.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "qingkong_http_requests_total";
const SECONDS: &str = "qingkong_http_request_seconds";

/// From a cached page to a large import, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];

/// From the issue of a notice to the delivery of its letters; 300 is the target for all of them.
const DELIVERIES: (&str, [f64; 9]) = (
    "qingkong_delivery_seconds",
    [1.0, 5.0, 15.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 14_400.0],
);

/// The process's recorder of metrics, installed by whoever asks first.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets(&BUCKETS)
                .and_then(|builder| {
                    let (name, buckets) = DELIVERIES;
                    builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), &buckets)
                })
                .expect("there are buckets")
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("Metrics are recorded elsewhere; `/metrics` stays empty");
            }
            describe_counter!(REQUESTS, "Requests answered.");
            describe_histogram!(SECONDS, "Seconds until an answer began.");
            handle
        })
        .clone()
}

pub(super) fn record_request(method: &Method, route: &str, status: StatusCode, latency: Duration) {
    let method = known(method);
    let route = route.to_owned();
    let labels = [("method", method.to_owned()), ("route", route.clone())];
    histogram!(SECONDS, &labels).record(latency);
    counter!(
        REQUESTS,
        "method" => method,
        "route" => route,
        "status" => status.as_str().to_owned()
    )
    .increment(1);
}

/// The method as a label; a stranger's invention is one word, so that labels stay few.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
