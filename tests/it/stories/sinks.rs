//! Where a bureau's letters arrive: a mail server and the plants' endpoint, and what they hold.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use chrono::TimeDelta;
use qingkong::config::Config;
use qingkong::config::{Encryption, MailServer};
use qingkong::store::Db;
use tokio::time::{Instant, sleep};

use crate::fakes::smtp::{SmtpServer, Ways};
use crate::fakes::webhook::{Answer, Endpoint, Request};
use crate::world::World;

/// Every way out of the bureau.
pub(crate) struct Sinks {
    pub(crate) mail: SmtpServer,
    pub(crate) endpoint: Endpoint,
}

/// A letter as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// What makes a repeat of it the same letter: `webhook-id`, or the left part of `Message-ID`.
    pub(crate) id: String,
    /// The token of the order's link; empty where there is none.
    pub(crate) token: String,
    /// The words of a mail; the event of a webhook.
    pub(crate) text: String,
}

impl Sinks {
    pub(crate) async fn start() -> Self {
        Self::start_with([]).await
    }

    /// The same, with an endpoint that begins with these answers.
    pub(crate) async fn start_with(script: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            mail: SmtpServer::start(Ways::default()).await,
            endpoint: Endpoint::start(script).await,
        }
    }

    /// Makes a node send here.
    pub(crate) fn connect(&self, config: &mut Config) {
        config.webhook.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.mail = Some(MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.mail.address.port(),
            encryption: Encryption::None,
            from: "order@qingkong.example".to_owned(),
            node_host: "qingkong.example".to_owned(),
            ..MailServer::default()
        });
    }

    /// The address below which plants take webhooks.
    pub(crate) fn hook(&self) -> String {
        format!("http://{}/hook", self.endpoint.address)
    }

    /// Everything that arrived, repeats and all.
    pub(crate) fn letters(&self) -> Vec<Received> {
        let mails = self.mail.seen().mails;
        let requests = self.endpoint.requests();
        let mails = mails.iter().map(|mail| mailed(mail));
        mails.chain(requests.iter().map(posted)).collect()
    }

    /// The token of the first letter that has a link.
    pub(crate) fn first_token(&self) -> String {
        let tokens = self.letters().into_iter().map(|letter| letter.token);
        let mut linked = tokens.filter(|token| !token.is_empty());
        linked.next().expect("no letter has a link")
    }

    /// How often each letter arrived.
    pub(crate) fn arrivals(&self) -> HashMap<String, usize> {
        let mut arrivals = HashMap::new();
        for letter in self.letters() {
            *arrivals.entry(letter.id).or_default() += 1;
        }
        arrivals
    }
}

fn mailed(mail: &str) -> Received {
    let id = mail
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: <"))
        .and_then(|rest| rest.split_once('@'))
        .map(|(id, _)| id.to_owned());
    let text = text_of(mail);
    Received {
        id: id.expect("a mail has an id of ours"),
        token: token(&text),
        text,
    }
}

fn posted(request: &Request) -> Received {
    let text = String::from_utf8(request.body.clone()).unwrap();
    Received {
        id: request.header("webhook-id").to_owned(),
        token: token(&text),
        text,
    }
}

/// The plain text of a mail, its transfer encoding undone.
fn text_of(mail: &str) -> String {
    let start = mail.find("Content-Type: text/plain").unwrap();
    let (head, rest) = mail[start..].split_once("\n\n").unwrap();
    assert!(head.contains("base64"), "{head}");
    let body = rest.split("\n--").next().unwrap().replace('\n', "");
    let bytes = base64::engine::general_purpose::STANDARD.decode(body);
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn token(text: &str) -> String {
    let Some((_, rest)) = text.split_once("/o/") else {
        return String::new();
    };
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
    rest[..end.unwrap_or(rest.len())].to_owned()
}

/// How many messages of the outbox are in a state.
pub(crate) async fn count(db: &Db, state: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let counted = tx.scalar("SELECT COUNT(*) FROM message WHERE state = $1", (state,));
    counted.await.unwrap()
}

/// Waits until nothing is left to be sent. Time passes, since a host that was slow for a moment is
/// left alone for some seconds of the node's own clock.
pub(crate) async fn until_sent(world: &World) {
    until("everything is sent", async || {
        world.clock.advance(TimeDelta::seconds(1));
        count(&world.db, "due").await == 0
    })
    .await;
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let give_up = Instant::now() + Duration::from_mins(3);
    while !is_so().await {
        assert!(Instant::now() < give_up, "not so: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}
