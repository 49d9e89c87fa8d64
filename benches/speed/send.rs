//! How fast the messages of an issued warning leave.
//!
//! Timed is from the start of a node until its board shows every order as handed over: claimed from
//! the outbox, rendered, signed, sent, and the result committed, on an SQLite file with
//! `synchronous = FULL`. Webhooks go to the program `sink` of the folder of `--anchors`; beside it a
//! bare HTTP client (`dispatch --kind hyper`) posts as many bodies over as many connections, and
//! Alertmanager notifies of as many alerts, each a group of its own. Mails go to postfix's
//! `smtp-sink`; beside it `smtp-source` sends as many over as many kept connections.
//!
//! All run in turns, and what counts is the ratio of the medians. Where a program is not at hand,
//! its ratio is not measured.

use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use qingkong::app::board;
use qingkong::clock::{Clock, Ids};
use qingkong::config::{Config, Encryption, MailServer};
use qingkong::domain::enterprise::{Contact, Plant};
use qingkong::domain::order::Rung;
use qingkong::service::Service;
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::bureau::{Place, Prepared, prepare, run};
use crate::peers::Programs;
use crate::rig::{figure, median, processor_seconds};

/// Connections to the one host, ours and those of the programs beside us.
const CONNECTIONS: usize = 32;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// How many plants, each with one contact
    #[arg(long, default_value_t = 20_000)]
    plants: u32,
    /// One way only
    #[arg(long)]
    way: Option<Way>,
}

/// What this program does in a process of its own.
#[derive(Subcommand)]
enum Part {
    /// Imports a list that is reached in one way, and brings a notice to its signature.
    #[command(hide = true)]
    Prepare {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        to: To,
        /// How many plants
        #[arg(long)]
        plants: u32,
    },
    /// Issues that notice, then starts a node and waits until everybody is told.
    #[command(hide = true)]
    Measure {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        to: To,
    },
}

/// Where messages go.
#[derive(Clone, Copy, clap::Args)]
struct To {
    /// How everybody is reached
    #[arg(long)]
    way: Way,
    /// The port of whoever takes it
    #[arg(long)]
    port: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    Webhook,
    Mail,
}

/// One run of the product.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    rate: f64,
    cpu_us: Option<f64>,
}

pub(crate) fn bench(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    match &args.part {
        Some(Part::Prepare { place, to, plants }) => {
            run(prepare(place, *plants, |plant| to.reached(plant)))
        }
        Some(Part::Measure { place, to }) => {
            let measured = run(measure(place, *to))?;
            println!("{}", serde_json::to_string(&measured)?);
            Ok(())
        }
        None => compare(settings, args),
    }
}

// --- Side by side --------------------------------------------------------------------------------

/// The rates of one way, messages a second: ours, and those of the programs beside us.
struct Compared {
    way: &'static str,
    ours: Option<f64>,
    cpu_us: Option<f64>,
    peers: Vec<(&'static str, Option<f64>)>,
}

fn compare(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    let programs = Programs::find(settings);
    let wanted = |way| args.way.is_none_or(|only| only == way);
    let mut compared = Vec::new();
    if wanted(Way::Webhook) {
        compared.push(webhooks(settings, args, &programs)?);
    }
    if wanted(Way::Mail) {
        compared.push(mails(settings, args, &programs)?);
    }
    println!("way | messages/s | µs of processor time | beside | messages/s | ratio");
    for Compared {
        way,
        ours,
        cpu_us,
        peers,
    } in compared
    {
        for (peer, rate) in peers {
            let ratio = ours.zip(rate).map(|(ours, rate)| ours / rate);
            let (ours, cpu) = (figure(ours, 0), figure(cpu_us, 0));
            let (rate, ratio) = (figure(rate, 0), figure(ratio, 2));
            println!("{way} | {ours} | {cpu} | {peer} | {rate} | {ratio}");
        }
    }
    Ok(())
}

fn webhooks(settings: &Settings, args: &Args, programs: &Programs) -> anyhow::Result<Compared> {
    let (mut ours, mut bare, mut alerts) = (Vec::new(), Vec::new(), Vec::new());
    for rep in 0..settings.reps {
        eprintln!("webhooks: run {}", rep + 1);
        let Some(sink) = programs.sink()? else { break };
        ours.push(product(args, Way::Webhook, sink.port)?);
        bare.extend(programs.bare_client(&sink, args.plants, CONNECTIONS)?);
        alerts.extend(programs.alertmanager(&sink, args.plants)?);
    }
    Ok(Compared::of(
        "webhook",
        &ours,
        vec![("bare HTTP client", bare), ("Alertmanager", alerts)],
    ))
}

fn mails(settings: &Settings, args: &Args, programs: &Programs) -> anyhow::Result<Compared> {
    let (mut ours, mut source) = (Vec::new(), Vec::new());
    for rep in 0..settings.reps {
        eprintln!("mails: run {}", rep + 1);
        let Some(sink) = programs.smtp_sink()? else {
            break;
        };
        ours.push(product(args, Way::Mail, sink.port)?);
        source.extend(programs.smtp_source(&sink, args.plants, CONNECTIONS)?);
    }
    Ok(Compared::of("mail", &ours, vec![("smtp-source", source)]))
}

impl Compared {
    fn of(way: &'static str, ours: &[Measured], peers: Vec<(&'static str, Vec<f64>)>) -> Self {
        let peers = peers.into_iter().map(|(peer, rates)| (peer, median(rates)));
        Self {
            way,
            ours: median(ours.iter().map(|run| run.rate)),
            cpu_us: median(ours.iter().filter_map(|run| run.cpu_us)),
            peers: peers.collect(),
        }
    }
}

/// One run of the product, on a node of its own.
fn product(args: &Args, way: Way, port: u16) -> anyhow::Result<Measured> {
    let home = tempfile::tempdir()?;
    let place = Place {
        home: home.path().to_owned(),
        database: None,
    };
    let (way, port) = (way.to_possible_value(), port.to_string());
    let way = way.context("every way has a name")?;
    let to = ["--way", way.get_name(), "--port", &port];
    let plants = args.plants.to_string();
    place.run(
        ["send", "prepare"],
        &[&to[..], &["--plants", &plants]].concat(),
    )?;
    let measured = place.run(["send", "measure"], &to)?;
    Ok(serde_json::from_str(&measured)?)
}

// --- The parts -----------------------------------------------------------------------------------

impl To {
    /// A plant with one contact, who is reached in this way.
    fn reached(self, plant: Plant) -> Plant {
        let number = plant.number.to_string();
        let (email, webhook) = match self.way {
            Way::Webhook => {
                let url = format!("http://127.0.0.1:{}/h/{number}", self.port);
                (None, url.parse().ok())
            }
            Way::Mail => (format!("{number}@plants.invalid").parse().ok(), None),
        };
        let contacts = plant.contacts.into_iter().take(1).map(|contact| Contact {
            email: email.clone(),
            webhook: webhook.clone(),
            ..contact
        });
        Plant {
            contacts: contacts.collect(),
            ..plant
        }
    }

    fn configure(self, config: &mut Config) -> anyhow::Result<()> {
        config.server.listen = "127.0.0.1:0".parse()?;
        config.webhook.allowed_networks = vec!["127.0.0.0/8".parse()?];
        config.webhook.connections_per_host = CONNECTIONS;
        config.mail = Some(MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            encryption: Encryption::None,
            connections: CONNECTIONS,
            ..MailServer::default()
        });
        Ok(())
    }
}

async fn measure(place: &Place, to: To) -> anyhow::Result<Measured> {
    let prepared = Prepared::read(place)?;
    let officer = prepared.officer()?;
    let app = place.open().await?;
    let drawn = prepared.draw(&app).await?;
    let issued = prepared.issue(&app, drawn).await?;
    app.db.close().await;
    drop(app);

    let mut config = place.config()?;
    to.configure(&mut config)?;
    let (start, cpu) = (Instant::now(), processor_seconds());
    let node = Service::start(config, Clock::system(), Ids::system()).await?;
    loop {
        let board = board::warning(&node.app, &officer, issued.warning).await?;
        if board.progress.total().reached(Rung::HandedOver) == issued.lines {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = start.elapsed().as_secs_f64();
    let spent = processor_seconds().zip(cpu);
    node.stop().await;
    let messages = f64::from(u32::try_from(issued.messages)?);
    Ok(Measured {
        rate: messages / seconds,
        cpu_us: spent.map(|(after, before)| (after - before) / messages * 1e6),
    })
}
