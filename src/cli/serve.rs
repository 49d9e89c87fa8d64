use std::net::SocketAddr;

use anyhow::anyhow;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::node::Node;
use super::{Failure, log, node, print::Output};
use crate::clock::{Clock, Ids};
use crate::service::Service;

/// Run the service.
///
/// Stops on SIGTERM or SIGINT after finishing what is under way; a second signal stops it at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    node: Node,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let mut config = args.node.config()?;
    if let Some(listen) = args.listen {
        config.server.listen = listen;
    }
    log::start(&config.log)?;
    node::block_on(async {
        let mut signals = Signals::listen()?;
        let service = Service::start(config, Clock::system(), Ids::system()).await?;
        announce(out, &service.url, args.json)?;
        until_stopped(service, &mut signals).await
    })
}

/// Lets a node serve until it is asked to stop, and stops it; a second signal stops it at once.
pub(super) async fn until_stopped(service: Service, signals: &mut Signals) -> Result<(), Failure> {
    let stopping = service.stopping();
    tokio::select! {
        () = signals.next() => {}
        () = stopping.cancelled() => {
            service.stop().await;
            return Err(anyhow!("a part of the service has failed; the log says which").into());
        }
    }
    tracing::info!("Stopping; a second signal stops at once");
    tokio::select! {
        () = service.stop() => Ok(()),
        () = signals.next() => Err(anyhow!("stopped at once, with work under way").into()),
    }
}

/// The first line on stdout: where the service listens.
pub(super) fn announce(out: &mut Output, url: &str, json: bool) -> std::io::Result<()> {
    if json {
        out.json(&json!({ "type": "listening", "url": url }))?;
    } else {
        out.line(format_args!("listening on {url}"))?;
    }
    out.finish()
}

/// The signals that ask a process to stop.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
