//! The ways out of one node, as its configuration sets them up.

use std::time::Duration;

use super::email::EmailChannel;
use super::webhook::WebhookChannel;
use super::{Address, Letter, Outcome};
use crate::config::{MailServer, Webhook};
use crate::domain::lane::Lane;

/// Every channel of a lane.
#[derive(Debug)]
pub struct Channels<L: Lane> {
    lane: L,
    /// The mail server; without one, mails wait.
    email: Option<EmailChannel<L>>,
    webhook: WebhookChannel<L>,
    /// How many letters may be under way to the mail server, and to one host of webhooks.
    places: (usize, usize),
}

/// Where letters share a fate: one mail server, or one host of webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// The mail server of this node.
    MailServer,
    /// A host of webhooks, with its port.
    Webhooks(String),
}

impl Host {
    /// The host an address lies at. Whether it is one at all is for the channel to say.
    pub fn of(address: &Address) -> Self {
        match address {
            Address::Email { .. } => Self::MailServer,
            Address::Webhook { url, .. } => {
                let url = reqwest::Url::parse(url).ok();
                let host = url.map(|url| url.authority().to_owned());
                Self::Webhooks(host.unwrap_or_default())
            }
        }
    }
}

/// The longest time any attempt takes, whatever the configuration: a claim outlives it.
pub const LONGEST_ATTEMPT: Duration = Duration::from_mins(2);

impl<L: Lane> Channels<L> {
    /// Channels through a mail server, if there is one, and to webhooks. Nothing connects yet.
    pub fn new(lane: L, mail: Option<&MailServer>, webhook: &Webhook) -> anyhow::Result<Self> {
        let email = mail.map(EmailChannel::new).transpose()?;
        let connections = mail.map_or(1, |mail| mail.connections);
        Ok(Self {
            lane,
            email,
            webhook: WebhookChannel::new(webhook)?,
            // One more than there are connections, so that none waits for the next letter.
            places: (connections + 1, webhook.connections_per_host),
        })
    }

    /// The lane they belong to.
    pub fn lane(&self) -> L {
        self.lane
    }

    /// How many letters may be under way to a host.
    pub fn places(&self, host: &Host) -> usize {
        match host {
            Host::MailServer => self.places.0,
            Host::Webhooks(_) => self.places.1,
        }
    }

    /// Makes one attempt by the channel the address belongs to.
    pub async fn send(&self, letter: Letter<L>) -> Outcome {
        let later = |why: &str| Outcome::Later {
            after: None,
            why: why.to_owned(),
        };
        let attempt = async {
            match (&letter.to, &self.email) {
                (Address::Webhook { .. }, _) => self.webhook.send(letter).await,
                // Apart: a webhook need not carry the whole of an SMTP session about.
                (Address::Email { .. }, Some(email)) => Box::pin(email.send(letter)).await,
                (Address::Email { .. }, None) => later("no mail server is configured"),
            }
        };
        let ended = tokio::time::timeout(LONGEST_ATTEMPT, attempt).await;
        ended.unwrap_or_else(|_| later("the attempt took too long"))
    }
}
