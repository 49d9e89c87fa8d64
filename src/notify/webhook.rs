//! The webhook channel: one signed POST in the Standard Webhooks form, and what its answer means.
//!
//! The endpoint belongs to somebody else and may be anything: gone, slow, hostile, or pointed at
//! our own network. So a request follows no redirect, takes no proxy from the environment, meets
//! only addresses its [`Guard`] permits, waits a bounded time, reads a bounded answer, and takes a
//! bounded number of places per host. It never interprets the body of an answer.
//!
//! # Design notes
//!
//! *What an answer means.* Only 2xx is success, and it is known as soon as the head of the answer
//! is here: a body that never ends takes nothing back. 410 is the one way for an endpoint to say
//! "never again" (Standard Webhooks). Everything else is worth another attempt: 400, 401 and 404
//! are most often a deployment in progress, and an order that was dropped over one would be lost
//! to the plant. The sender's limit on attempts ends it.

use std::collections::HashMap;
use std::error::Error;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request, Response, StatusCode, Url, redirect};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::guard::{Guard, GuardedResolver, Refused};
use super::signature::SigningSecret;
use super::{Address, Content, Letter, Outcome};
use crate::config;
use crate::domain::lane::Lane;
use crate::tls;

/// Sends letters of one lane to HTTP endpoints.
///
/// A live channel cannot be handed a drill:
///
/// ```compile_fail,E0308
/// use qingkong::domain::lane::{Drill, Live};
/// use qingkong::notify::webhook::WebhookChannel;
/// use qingkong::notify::Letter;
///
/// async fn send(channel: &WebhookChannel<Live>, letter: Letter<Drill>) {
///     channel.send(letter).await;
/// }
/// ```
///
/// while a drill's own channel takes it:
///
/// ```
/// use qingkong::domain::lane::Drill;
/// use qingkong::notify::webhook::WebhookChannel;
/// use qingkong::notify::Letter;
///
/// async fn send(channel: &WebhookChannel<Drill>, letter: Letter<Drill>) {
///     channel.send(letter).await;
/// }
/// ```
#[derive(Debug)]
pub struct WebhookChannel<L: Lane> {
    client: Client,
    guard: Guard,
    gates: Gates,
    attempt: Duration,
    longest_retry_after: Duration,
    lane: PhantomData<L>,
}

impl<L: Lane> WebhookChannel<L> {
    /// A channel with connections of its own; fails if the root certificates cannot be read.
    pub fn new(config: &config::Webhook) -> anyhow::Result<Self> {
        let guard = Guard::new(&config.allowed_networks);
        Ok(Self {
            client: client(config, &guard)?,
            guard,
            gates: Gates::new(config.connections_per_host),
            attempt: Duration::from_secs(config.attempt_seconds),
            longest_retry_after: Duration::from_secs(config.longest_retry_after_seconds),
            lane: PhantomData,
        })
    }

    /// Makes one attempt. Never panics, never retries, and ends within the time limit.
    pub async fn send(&self, letter: Letter<L>) -> Outcome {
        let at = letter.at;
        let request = match self.request(letter) {
            Ok(request) => request,
            Err(why) => return Outcome::Never { why },
        };
        let deadline = Instant::now() + self.attempt;
        match timeout_at(deadline, self.exchange(request)).await {
            Ok(Ok((response, _place))) => {
                let outcome = judge(
                    response.status(),
                    retry_after(response.headers(), at),
                    self.longest_retry_after,
                );
                drain(response, deadline).await;
                outcome
            }
            Ok(Err(error)) => judge_failure(&error),
            Err(_) => later(format!("no answer within {} s", self.attempt.as_secs())),
        }
    }

    /// The request a letter becomes, or why it never can be one.
    fn request(&self, letter: Letter<L>) -> Result<Request, String> {
        let (Address::Webhook { url, secrets }, Content::Event(event)) =
            (letter.to, letter.content)
        else {
            return Err("the letter is not an event".to_owned());
        };
        let url = endpoint(&url, &self.guard)?;
        let timestamp = letter.at.timestamp();
        let signatures = signatures(&secrets, &letter.id, timestamp, event.as_bytes())?;
        self.client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", letter.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures)
            .body(event)
            .build()
            .map_err(|_| "the letter's id cannot stand in a header".to_owned())
    }

    /// One request and its answer, with the place at the host it still holds.
    async fn exchange(
        &self,
        request: Request,
    ) -> Result<(Response, OwnedSemaphorePermit), reqwest::Error> {
        let place = self.gates.enter(request.url().authority()).await;
        let response = self.client.execute(request).await?;
        Ok((response, place))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place the ban points to: limits and guard are set here"
)]
fn client(config: &config::Webhook, guard: &Guard) -> anyhow::Result<Client> {
    Client::builder()
        .user_agent(concat!("qingkong/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls::client_config(config.root_certificates.as_deref())?)
        .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_secs(config.connect_seconds))
        .pool_max_idle_per_host(config.connections_per_host)
        .build()
        .context("no HTTP client for webhooks")
}

/// The URL of an endpoint, if we may speak to it at all.
///
/// A host written as an address is judged here, since no resolver will see it. Odd spellings
/// (`http://2130706433/`, `http://0x7f.1/`) have become plain addresses by being parsed.
fn endpoint(url: &str, guard: &Guard) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|_| "the endpoint is not a URL".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the endpoint is neither http nor https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the endpoint carries a user name or password".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if !guard.permits(address) => Err(Refused.to_string()),
        Ok(_) | Err(_) => Ok(url),
    }
}

/// One signature per secret, the newest first, separated by spaces.
fn signatures(secrets: &[String], id: &str, timestamp: i64, body: &[u8]) -> Result<String, String> {
    if secrets.is_empty() {
        return Err("the endpoint has no signing secret".to_owned());
    }
    let signatures = secrets
        .iter()
        .map(|secret| Ok(secret.parse::<SigningSecret>()?.sign(id, timestamp, body)))
        .collect::<Result<Vec<_>, super::signature::NotASecret>>()
        .map_err(|error| error.to_string())?;
    Ok(signatures.join(" "))
}

/// What a status means; `after` is the wait the endpoint asked for.
fn judge(status: StatusCode, after: Option<Duration>, longest: Duration) -> Outcome {
    if status.is_success() {
        return Outcome::Delivered {
            reply: status.to_string(),
        };
    }
    if status == StatusCode::GONE {
        return Outcome::Never {
            why: "the endpoint is gone: 410".to_owned(),
        };
    }
    let why = if status.is_redirection() {
        format!(
            "the endpoint redirects, which is not followed: {}",
            status.as_u16()
        )
    } else {
        format!("the endpoint answered {}", status.as_u16())
    };
    Outcome::Later {
        after: after.map(|after| after.min(longest)),
        why,
    }
}

/// What a request without an answer means.
fn judge_failure(error: &reqwest::Error) -> Outcome {
    let chain = || std::iter::successors(error.source(), |&error| error.source());
    if chain().any(<dyn Error>::is::<Refused>) {
        return Outcome::Never {
            why: Refused.to_string(),
        };
    }
    // The outermost message repeats the URL, which may hold a token; the innermost is the cause.
    let cause = chain().last().map(ToString::to_string);
    let cause = cause.unwrap_or_else(|| "no cause given".to_owned());
    later(if error.is_connect() {
        format!("could not connect: {cause}")
    } else {
        format!("the connection broke off: {cause}")
    })
}

fn later(why: String) -> Outcome {
    Outcome::Later { after: None, why }
}

/// `Retry-After` as a span from `now`: seconds or an HTTP date (RFC 9110 §10.2.3, §5.6.7, its two
/// obsolete forms included); a date in the past is no wait, and anything else is not there.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let obsolete = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let at = DateTime::parse_from_rfc2822(value)
        .map(|at| at.to_utc())
        .ok()
        .or_else(|| {
            let mut read = obsolete
                .iter()
                .filter_map(|form| NaiveDateTime::parse_from_str(value, form).ok());
            read.next().map(|at| at.and_utc())
        })?;
    Some((at - now).to_std().unwrap_or_default())
}

/// The most of an answer that is read, so that its connection can be used again.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The longest time spent on reading it.
const LONGEST_READING: Duration = Duration::from_secs(2);

/// Reads what is left of an answer and throws it away; a long or slow one costs its connection.
async fn drain(mut response: Response, deadline: Instant) {
    let reading = async {
        let mut left = LONGEST_ANSWER;
        while let Ok(Some(chunk)) = response.chunk().await {
            left = match left.checked_sub(chunk.len()) {
                Some(left) => left,
                None => break,
            };
        }
    };
    // The outcome stands already: running out of time here changes nothing.
    let _ = timeout_at(deadline.min(Instant::now() + LONGEST_READING), reading).await;
}

/// Places for requests under way, so many to a host.
#[derive(Debug)]
struct Gates {
    places: usize,
    /// A gate lives as long as somebody stands in it.
    by_host: Mutex<HashMap<String, Weak<Semaphore>>>,
}

impl Gates {
    fn new(places: usize) -> Self {
        Self {
            places: places.max(1),
            by_host: Mutex::default(),
        }
    }

    /// Waits for a place at a host.
    async fn enter(&self, host: &str) -> OwnedSemaphorePermit {
        self.gate(host)
            .acquire_owned()
            .await
            .expect("a gate is never closed")
    }

    fn gate(&self, host: &str) -> Arc<Semaphore> {
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = by_host.get(host).and_then(Weak::upgrade) {
            return gate;
        }
        by_host.retain(|_, gate| gate.strong_count() > 0);
        let gate = Arc::new(Semaphore::new(self.places));
        by_host.insert(host.to_owned(), Arc::downgrade(&gate));
        gate
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn judged(status: u16, after: Option<u64>) -> Outcome {
        let status = StatusCode::from_u16(status).unwrap();
        judge(status, after.map(Duration::from_secs), HOUR)
    }

    #[rstest]
    #[case(200, "200 OK")]
    #[case(202, "202 Accepted")]
    #[case(204, "204 No Content")]
    fn only_2xx_is_delivered(#[case] status: u16, #[case] reply: &str) {
        let reply = reply.to_owned();
        assert_eq!(judged(status, None), Outcome::Delivered { reply });
    }

    #[test]
    fn gone_is_never() {
        assert!(matches!(judged(410, Some(60)), Outcome::Never { .. }));
    }

    #[rstest]
    #[case::redirect(302, "the endpoint redirects, which is not followed: 302")]
    #[case::not_modified(304, "the endpoint redirects, which is not followed: 304")]
    #[case::bad_request(400, "the endpoint answered 400")]
    #[case::unauthorized(401, "the endpoint answered 401")]
    #[case::not_found(404, "the endpoint answered 404")]
    #[case::busy(429, "the endpoint answered 429")]
    #[case::failing(500, "the endpoint answered 500")]
    #[case::away(503, "the endpoint answered 503")]
    fn everything_else_is_tried_again(#[case] status: u16, #[case] why: &str) {
        assert_eq!(judged(status, None), later(why.to_owned()));
    }

    #[rstest]
    #[case::obeyed(120, 120)]
    #[case::cut(7 * 24 * 3600, 3600)]
    fn a_wish_to_wait_is_obeyed_within_bounds(#[case] asked: u64, #[case] seconds: u64) {
        let Outcome::Later { after, .. } = judged(503, Some(asked)) else {
            panic!("503 is later");
        };
        assert_eq!(after, Some(Duration::from_secs(seconds)));
    }

    // The three spellings of one instant are those of RFC 9110 §5.6.7.
    #[rstest]
    #[case::seconds("120", Some(120))]
    #[case::imf_date("Sun, 06 Nov 1994 08:49:37 GMT", Some(37))]
    #[case::rfc850_date("Sunday, 06-Nov-94 08:49:37 GMT", Some(37))]
    #[case::asctime_date("Sun Nov  6 08:49:37 1994", Some(37))]
    #[case::date_in_the_past("Sun, 06 Nov 1994 08:48:00 GMT", Some(0))]
    #[case::negative("-5", None)]
    #[case::words("soon", None)]
    #[case::empty("", None)]
    fn a_wish_to_wait_is_read_in_every_form(#[case] value: &str, #[case] seconds: Option<u64>) {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(value).unwrap())]);
        assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs));
    }

    #[rstest]
    #[case::name("https://plant.example/hook?site=7")]
    #[case::public_address("http://223.5.5.5:8080/")]
    #[case::public_address_v6("https://[2400:3200::1]/")]
    fn a_public_endpoint_is_accepted(#[case] url: &str) {
        assert_eq!(endpoint(url, &Guard::default()).unwrap().as_str(), url);
    }

    #[rstest]
    #[case::no_url("plant.example/hook")]
    #[case::no_host("https://")]
    #[case::file("file:///etc/passwd")]
    #[case::gopher("gopher://plant.example/")]
    #[case::user("https://user@plant.example/")]
    #[case::password("https://:secret@plant.example/")]
    #[case::loopback("http://127.0.0.1/")]
    #[case::short_loopback("http://127.1/")]
    #[case::loopback_as_a_number("http://2130706433/")]
    #[case::loopback_in_hexadecimal("http://0x7f.0x0.0x0.0x1/")]
    #[case::loopback_in_octal("http://0177.0.0.1/")]
    #[case::loopback_in_full_width("http://127.0.0.1/")]
    #[case::loopback_v6("http://[::1]/")]
    #[case::mapped("http://[::ffff:169.254.169.254]/")]
    #[case::metadata("http://169.254.169.254/latest/meta-data")]
    fn an_endpoint_we_must_not_reach_is_refused(#[case] url: &str) {
        assert!(endpoint(url, &Guard::default()).is_err());
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign_the_newest_first() {
        let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let new = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX".to_owned();
        let one = |secret: &String| signatures(std::slice::from_ref(secret), "msg_1", 1, b"{}");
        let both = signatures(&[new.clone(), old.clone()], "msg_1", 1, b"{}").unwrap();
        assert_eq!(
            both,
            format!("{} {}", one(&new).unwrap(), one(&old).unwrap())
        );
    }

    #[test]
    fn nothing_is_sent_unsigned() {
        assert!(signatures(&[], "msg_1", 1, b"{}").is_err());
    }
}
