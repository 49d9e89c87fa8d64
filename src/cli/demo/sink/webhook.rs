//! The webhook sink: a receiver in the Standard Webhooks form, as a plant would write one.
//!
//! A plant knows its own secret. The sink stands in for all of them: whose secret it is, it reads
//! from the order's link in the event, which the node has sealed, and then checks the signature
//! with that secret, as the plant would. A wrong signature is refused and shown.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};

use super::Sink;
use crate::app::link::Link;
use crate::cli::demo::inbox::Signature;
use crate::cli::demo::letter::{links, read_event};
use crate::notify::signature::{Received, verify};

/// The headers of the form.
const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURES: &str = "webhook-signature";

pub(super) async fn take(
    State(sink): State<Sink>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (Some(id), Some(timestamp), Some(signatures)) =
        (header(ID), header(TIMESTAMP), header(SIGNATURES))
    else {
        return StatusCode::BAD_REQUEST;
    };
    let received = Received {
        id,
        timestamp,
        signatures,
        body: &body,
    };
    let signature = check(&sink, received);
    let shown = [ID, TIMESTAMP, SIGNATURES, "content-type", "user-agent"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), header(name)?.to_owned())));
    let endpoint = ("POST".to_owned(), uri.path().to_owned());
    let headers = std::iter::once(endpoint).chain(shown).collect();
    let letter = read_event(sink.app.now(), uri.path(), headers, &body, signature);
    sink.inbox.put(letter);
    match signature {
        Signature::Right | Signature::Unchecked => StatusCode::NO_CONTENT,
        Signature::Wrong => StatusCode::UNAUTHORIZED,
    }
}

fn check(sink: &Sink, received: Received<'_>) -> Signature {
    let prefix = sink.order_links();
    let text = String::from_utf8_lossy(received.body);
    let link = links(&text, &prefix)
        .iter()
        .find_map(|link| Link::open(&link[prefix.len()..], &sink.app.keyring));
    let Some(link) = link else {
        return Signature::Unchecked;
    };
    let secrets = sink.app.keyring.webhook_secrets(link.contact);
    let right = secrets
        .iter()
        .filter_map(|secret| secret.parse().ok())
        .any(|secret| verify(received, &secret, sink.app.now()).is_ok());
    if right {
        Signature::Right
    } else {
        Signature::Wrong
    }
}
