//! How many acknowledgements a node takes.
//!
//! Every plant acknowledges by its own link, in a random order of plants, over so many kept
//! connections at once; an answer is the redirection that follows the commit, on an SQLite file
//! with `synchronous = FULL`. Beside it, asked by the same crowd, the program `ackd` of the folder
//! of `--anchors`: bare axum, which does nothing, and one transaction for each answer.
//!
//! All run in turns, and what counts is the ratio of the medians. Beside it stands the processor time
//! that each answer takes whoever gives it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, stdin};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Subcommand;
use hmac::{Hmac, KeyInit, Mac};
use qingkong::app::link::{Link, LinkRole};
use qingkong::clock::{Clock, Ids};
use qingkong::domain::id::{ContactKey, OrderKey, RecipientKey};
use qingkong::service::Service;
use qingkong::store::{plan, registry};
use sha2::Sha256;

use crate::Settings;
use crate::bureau::{Place, Prepared, prepare, run};
use crate::program::{free_port, start};
use crate::rig::{figure, median};
use crate::storm::{Storm, storm};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// How many plants acknowledge
    #[arg(long, default_value_t = 50_000)]
    plants: u32,
    /// Over how many connections
    #[arg(long, default_value_t = 1_024)]
    connections: usize,
}

/// What this program does in a process of its own.
#[derive(Subcommand)]
enum Part {
    /// Imports a list and brings a notice to its signature.
    #[command(hide = true)]
    Prepare {
        #[command(flatten)]
        place: Place,
        /// How many plants
        #[arg(long)]
        plants: u32,
    },
    /// Issues that notice, prints a node's port, how many orders there are and a link for each, and serves
    /// until its input ends.
    #[command(hide = true)]
    Serve(Place),
}

pub(crate) fn bench(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    match &args.part {
        Some(Part::Prepare { place, plants }) => run(prepare(place, *plants, |plant| plant)),
        Some(Part::Serve(place)) => run(serve(place)),
        None => compare(settings, args),
    }
}

// --- Side by side --------------------------------------------------------------------------------

fn compare(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    let (mut ours, mut bare, mut single) = (Vec::new(), Vec::new(), Vec::new());
    for rep in 0..settings.reps {
        eprintln!("run {}", rep + 1);
        ours.push(product(args)?);
        bare.extend(ackd(settings, args, "bare", args.plants)?);
        // A tenth is enough of what is slow.
        single.extend(ackd(settings, args, "single", args.plants / 10)?);
    }
    let rate = |storms: &[Storm]| median(storms.iter().map(|storm| storm.rate));
    let p99 = |storms: &[Storm]| median(storms.iter().map(|storm| millis(storm.p99)));
    let mine = rate(&ours);
    let processor = |storms: &[Storm]| median(storms.iter().filter_map(|it| it.processor));
    println!("what | answers/s | p99 ms | processor µs each | ours to it");
    for (what, storms) in [
        ("ours", &ours),
        ("bare axum", &bare),
        ("one transaction each", &single),
    ] {
        let ratio = mine.zip(rate(storms)).map(|(mine, its)| mine / its);
        println!(
            "{what} | {} | {} | {} | {}",
            figure(rate(storms), 0),
            figure(p99(storms), 1),
            figure(processor(storms), 1),
            figure(ratio, 2)
        );
    }
    Ok(())
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Everybody acknowledges, on a node of its own.
fn product(args: &Args) -> anyhow::Result<Storm> {
    let home = tempfile::tempdir()?;
    let place = Place {
        home: home.path().to_owned(),
        database: None,
    };
    place.run(
        ["answer", "prepare"],
        &["--plants", &args.plants.to_string()],
    )?;
    let mut node = place
        .part(["answer", "serve"])?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(node.stdout.take().context("a node speaks")?).lines();
    let port = said.next().context("a node says its port")??.parse()?;
    let count = said.next().context("a node counts its orders")??.parse()?;
    let links = said.take(count);
    let mut links = links.collect::<Result<Vec<_>, _>>()?;
    shuffle(&mut links);
    let requests = links.iter().enumerate().map(|(nonce, link)| {
        let query = format!("answer=acknowledged&revision=1&nonce={nonce:032x}&lang=zh");
        request(&format!("/o/{link}?{query}"))
    });
    let storm = storm(node.id(), port, requests.collect(), args.connections, "303");
    drop(node.stdin.take());
    ensure!(node.wait()?.success(), "the node failed");
    storm
}

/// The same crowd before the anchor.
fn ackd(
    settings: &Settings,
    args: &Args,
    mode: &str,
    orders: u32,
) -> anyhow::Result<Option<Storm>> {
    let Some(program) = settings.anchor("ackd") else {
        return Ok(None);
    };
    let (home, port) = (tempfile::tempdir()?, free_port()?);
    let database = home.path().join("ackd.db").display().to_string();
    let (listen, count) = (port.to_string(), orders.to_string());
    let on = ["--mode", mode, "--port", &listen, "--orders", &count];
    let peer = start(&program, &[&on[..], &["--db", &database]].concat(), port)?;
    let mut requests = (1..=orders).map(anchor_request).collect::<Vec<_>>();
    shuffle(&mut requests);
    storm(peer.process(), port, requests, args.connections, "200").map(Some)
}

/// What the anchor takes: the order's number and its tag.
fn anchor_request(order: u32) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"perf-harness").expect("any key fits");
    mac.update(order.to_string().as_bytes());
    let mut tag = String::new();
    for byte in &mac.finalize().into_bytes()[..16] {
        write!(tag, "{byte:02x}").expect("a text takes what is written");
    }
    request(&format!("/a/{order}/{tag}"))
}

fn request(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\n\r\n"
    )
}

/// The same disorder every time (xorshift).
fn shuffle<T>(items: &mut [T]) {
    let mut state = 11_u64;
    for end in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = state % (end as u64 + 1);
        items.swap(end, usize::try_from(at).expect("below a length"));
    }
}

// --- The node ------------------------------------------------------------------------------------

async fn serve(place: &Place) -> anyhow::Result<()> {
    let prepared = Prepared::read(place)?;
    let app = place.open().await?;
    let drawn = prepared.draw(&app).await?;
    prepared.issue(&app, drawn).await?;
    app.db.close().await;
    drop(app);
    let mut config = place.config()?;
    config.server.listen = "127.0.0.1:0".parse()?;
    let node = Service::start(config, Clock::system(), Ids::system()).await?;
    let links = links(&node).await?;
    let port = node.url.rsplit(':').next().context("a port")?;
    println!("{port}\n{}\n{}", links.len(), links.join("\n"));
    tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new())).await??;
    node.stop().await;
    Ok(())
}

/// A link for the first contact of everybody who has an order.
async fn links(node: &Service) -> anyhow::Result<Vec<String>> {
    let mut tx = node.app.db.read().await?;
    let (all, none) = (RecipientKey(i64::MIN), OrderKey(i64::MIN));
    let contacts = registry::list_contacts(&mut tx, all, RecipientKey(i64::MAX)).await?;
    let mut first = std::collections::HashMap::<RecipientKey, ContactKey>::new();
    for (recipient, contact, _) in contacts {
        first.entry(recipient).or_insert(contact);
    }
    let lines = plan::page_lines(&mut tx, 1, none, i64::MAX).await?;
    let links = lines.iter().map(|line| {
        let link = Link {
            order: line.order,
            contact: first[&line.recipient],
            role: LinkRole::Answer,
        };
        link.seal(&node.app.keyring)
    });
    Ok(links.collect())
}
