//! Where the demonstration's letters arrive: a mail server and an endpoint for webhooks, both on
//! the loopback, and the pages on which a person opens what they have received.
//!
//! To the node they are servers of somebody else: it knows their addresses from its configuration
//! and its list, and nothing more. They are bound before it starts and run on its tracker, so they
//! end when it does.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use super::inbox::Inbox;
use crate::app::App;
use crate::config::{Config, Encryption, MailServer, Network, Webhook};
use crate::service::Service;
use crate::web::assets;

mod pages;
mod smtp;
mod webhook;

/// The host of every mailbox of the demonstration. Nobody can be written to below `.invalid`.
pub(super) const MAIL_HOST: &str = "demo.invalid";

/// The largest body of a webhook taken, in bytes.
const LARGEST_EVENT: usize = 1 << 20;

/// Sinks that have their addresses and do not answer yet.
pub(super) struct Sinks {
    mail: TcpListener,
    http: TcpListener,
    inbox: Inbox,
}

/// Where the inbox is.
pub(super) struct InboxAt {
    /// The address it listens on.
    pub(super) address: SocketAddr,
    /// Its page in a browser.
    pub(super) page: String,
    /// The address below which plants take webhooks.
    pub(super) endpoint: String,
}

/// What the handlers share.
#[derive(Clone)]
struct Sink {
    inbox: Inbox,
    app: App,
    /// Where the node is reached, as order links begin.
    node: String,
}

impl Sinks {
    /// Takes ports: for the inbox the one it had before, if it did, since the plants of a list that
    /// is there already take their webhooks at it.
    pub(super) async fn bind(before: Option<SocketAddr>) -> anyhow::Result<Self> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let at = before.unwrap_or(free);
        let http = TcpListener::bind(at)
            .await
            .with_context(|| format!("the inbox cannot listen on {at}"))?;
        Ok(Self {
            mail: TcpListener::bind(free)
                .await
                .context("the mail sink cannot listen")?,
            http,
            inbox: Inbox::default(),
        })
    }

    /// Makes a node send its mails here, and lets it call endpoints on this machine.
    pub(super) fn connect(&self, config: &mut Config) -> anyhow::Result<()> {
        config.mail = Some(MailServer {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: self.mail.local_addr()?.port(),
            encryption: Encryption::None,
            from: format!("yingji@{MAIL_HOST}"),
            from_name: Some("许昌市重污染天气应急（演示）".to_owned()),
            node_host: MAIL_HOST.to_owned(),
            ..MailServer::default()
        });
        let loopback: Network = Ipv4Addr::LOCALHOST.to_string().parse()?;
        config.webhook = Webhook {
            allowed_networks: vec![loopback],
            ..Webhook::default()
        };
        Ok(())
    }

    /// Where the inbox is.
    pub(super) fn at(&self) -> anyhow::Result<InboxAt> {
        let address = self.http.local_addr()?;
        Ok(InboxAt {
            address,
            page: format!("http://{address}/"),
            endpoint: format!("http://{address}/hook"),
        })
    }

    /// Answers from now on, as parts of the node.
    pub(super) fn run_on(self, service: &Service) {
        let Self {
            mail, http, inbox, ..
        } = self;
        let clock = service.app.clock.clone();
        let stopping = service.stopping();
        service.spawn(smtp::run(mail, inbox.clone(), clock, stopping.clone()));
        let public_url = service.app.config.server.public_url.clone();
        let router = router(Sink {
            inbox,
            app: service.app.clone(),
            node: public_url.unwrap_or_else(|| service.url.clone()),
        });
        service.spawn(async move {
            let served =
                axum::serve(http, router).with_graceful_shutdown(stopping.cancelled_owned());
            if let Err(error) = served.await {
                tracing::error!(%error, "The inbox stopped listening");
            }
        });
    }
}

fn router(sink: Sink) -> Router {
    Router::new()
        .route("/", get(pages::list))
        .route("/letters/{number}", get(pages::letter))
        .route("/letters/{number}/html", get(pages::html))
        .route("/hook/{plant}", post(webhook::take))
        .route("/assets/{file}", get(assets::serve))
        .layer(DefaultBodyLimit::max(LARGEST_EVENT))
        .with_state(sink)
}
