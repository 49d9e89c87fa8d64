//! Webhooks over real sockets.

use std::time::Duration;

use futures::future::{join, join_all};
use qingkong::config::Webhook;
use qingkong::domain::lane::Live;
use qingkong::notify::signature::{self, Received};
use qingkong::notify::webhook::WebhookChannel;
use qingkong::notify::{Address, Letter, Outcome};
use rstest::rstest;

use super::letter;
use crate::fakes::webhook::{Answer, Endpoint};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

fn hook(url: String) -> Letter<Live> {
    let secrets = vec![NEW.to_owned(), OLD.to_owned()];
    letter("msg_1", Address::Webhook { url, secrets })
}

fn hook_to(endpoint: &Endpoint) -> Letter<Live> {
    hook(format!("http://{}/orders", endpoint.address))
}

fn local() -> Webhook {
    Webhook {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..Webhook::default()
    }
}

fn channel() -> WebhookChannel<Live> {
    WebhookChannel::new(&local()).unwrap()
}

fn delivered(reply: &str) -> Outcome {
    Outcome::Delivered {
        reply: reply.to_owned(),
    }
}

#[tokio::test]
async fn a_webhook_arrives_signed_under_every_secret() {
    let endpoint = Endpoint::start([]).await;
    let sent = hook_to(&endpoint);
    assert_eq!(
        channel().send(sent.clone()).await,
        delivered("204 No Content")
    );
    let request = &endpoint.requests()[0];
    assert_eq!(request.line, "POST /orders HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), "msg_1");
    assert_eq!(request.body, super::EVENT.as_bytes());
    let received = Received {
        id: request.header("webhook-id"),
        timestamp: request.header("webhook-timestamp"),
        signatures: request.header("webhook-signature"),
        body: &request.body,
    };
    for secret in [OLD, NEW] {
        assert_eq!(
            signature::verify(received, &secret.parse().unwrap(), sent.at),
            Ok(())
        );
    }
}

#[rstest]
#[case::ok("200 OK", "", delivered("200 OK"))]
#[case::accepted("202 Accepted", "", delivered("202 Accepted"))]
#[case::gone("410 Gone", "", Outcome::Never { why: "the endpoint is gone: 410".to_owned() })]
#[case::not_found("404 Not Found", "", later(None, "the endpoint answered 404"))]
#[case::failing(
    "500 Internal Server Error",
    "",
    later(None, "the endpoint answered 500")
)]
#[case::busy_with_seconds(
    "429 Too Many Requests",
    "retry-after: 120\r\n",
    later(Some(120), "the endpoint answered 429")
)]
#[case::away_until_a_date(
    "503 Service Unavailable",
    "retry-after: Tue, 24 Nov 2026 12:05:00 GMT\r\n",
    later(Some(300), "the endpoint answered 503")
)]
#[case::away_for_a_year(
    "503 Service Unavailable",
    "retry-after: 31536000\r\n",
    later(Some(3600), "the endpoint answered 503")
)]
#[tokio::test]
async fn a_status_becomes_an_outcome(
    #[case] status: &'static str,
    #[case] headers: &'static str,
    #[case] outcome: Outcome,
) {
    let endpoint = Endpoint::start([Answer::Status(status, headers)]).await;
    assert_eq!(channel().send(hook_to(&endpoint)).await, outcome);
}

fn later(after: Option<u64>, why: &str) -> Outcome {
    Outcome::Later {
        after: after.map(Duration::from_secs),
        why: why.to_owned(),
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Endpoint::start([]).await;
    let location = format!("location: http://{}/\r\n", target.address);
    let redirect = Answer::Status("307 Temporary Redirect", location.leak());
    let endpoint = Endpoint::start([redirect]).await;
    let outcome = channel().send(hook_to(&endpoint)).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn an_endpoint_that_hangs_ends_with_the_time_limit() {
    let endpoint = Endpoint::start([Answer::Hang]).await;
    let impatient = Webhook {
        attempt_seconds: 1,
        ..local()
    };
    let channel = WebhookChannel::new(&impatient).unwrap();
    assert_eq!(
        channel.send(hook_to(&endpoint)).await,
        later(None, "no answer within 1 s")
    );
}

#[tokio::test]
async fn an_endpoint_that_hangs_up_is_later() {
    let endpoint = Endpoint::start([Answer::HangUp]).await;
    let outcome = channel().send(hook_to(&endpoint)).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_later_and_its_url_is_not_repeated() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = channel()
        .send(hook(format!("http://{address}/?token=secret")))
        .await;
    let Outcome::Later { why, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.starts_with("could not connect"), "{why}");
    assert!(!why.contains("secret"), "{why}");
}

#[rstest]
#[case::endless(Answer::EndlessBody)]
#[case::stalled(Answer::StalledBody)]
#[tokio::test]
async fn a_body_without_end_takes_no_success_back(#[case] answer: Answer) {
    let endpoint = Endpoint::start([answer]).await;
    let channel = channel();
    assert_eq!(channel.send(hook_to(&endpoint)).await, delivered("200 OK"));
    assert_eq!(
        channel.send(hook_to(&endpoint)).await,
        delivered("204 No Content")
    );
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let endpoint =
        Endpoint::start([Answer::Status("200 OK", ""), Answer::Status("500 No", "")]).await;
    let channel = channel();
    for _ in 0..3 {
        channel.send(hook_to(&endpoint)).await;
    }
    assert_eq!((endpoint.requests().len(), endpoint.connections()), (3, 1));
}

#[tokio::test]
async fn one_host_gets_so_many_requests_at_a_time_and_delays_no_other() {
    let slow = Endpoint::start(vec![Answer::Gated; 5]).await;
    let quick = Endpoint::start([]).await;
    let channel = WebhookChannel::<Live>::new(&Webhook {
        connections_per_host: 2,
        ..local()
    })
    .unwrap();
    let waiting = join_all((0..5).map(|_| channel.send(hook_to(&slow))));
    let meanwhile = async {
        slow.arrived(2).await;
        let outcome = channel.send(hook_to(&quick)).await;
        let under_way = slow.connections();
        slow.open();
        (outcome, under_way)
    };
    let (outcomes, (outcome, under_way)) = join(waiting, meanwhile).await;
    assert_eq!((outcome, under_way), (delivered("204 No Content"), 2));
    assert_eq!(outcomes, vec![delivered("204 No Content"); 5]);
}

#[rstest]
#[case::address("127.0.0.1")]
#[case::name("localhost")]
#[case::mapped_address("[::ffff:127.0.0.1]")]
#[case::number("2130706433")]
#[tokio::test]
async fn an_address_inside_is_refused_without_a_connection(#[case] host: &str) {
    let endpoint = Endpoint::start([]).await;
    let url = format!("http://{host}:{}/", endpoint.address.port());
    let guarded = WebhookChannel::<Live>::new(&Webhook::default()).unwrap();
    assert_eq!(
        guarded.send(hook(url)).await,
        Outcome::Never {
            why: "the address of the endpoint is not public and not allowed".to_owned()
        }
    );
    assert_eq!(endpoint.connections(), 0);
}

#[tokio::test]
async fn a_name_inside_is_reached_when_its_network_is_allowed() {
    let endpoint = Endpoint::start([]).await;
    let url = format!("http://localhost:{}/", endpoint.address.port());
    assert_eq!(channel().send(hook(url)).await, delivered("204 No Content"));
}

#[tokio::test]
async fn a_letter_without_a_usable_secret_is_never_sent() {
    let endpoint = Endpoint::start([]).await;
    let url = format!("http://{}/", endpoint.address);
    for secrets in [vec![], vec!["whsec_short".to_owned()]] {
        let to = Address::Webhook {
            url: url.clone(),
            secrets,
        };
        let outcome = channel().send(letter("msg_1", to)).await;
        assert!(matches!(outcome, Outcome::Never { .. }), "{outcome:?}");
    }
    assert_eq!(endpoint.connections(), 0);
}
