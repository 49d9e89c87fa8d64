//! `qingkong demo`: the whole line on sample data, on one machine, with nobody outside of it.
//!
//! The node is the one that `serve` starts, told by its configuration alone that it is shown and
//! not used: its mail server and the endpoints of its plants are sinks on the loopback (`sink`).
//! What is there to be shown is taken in through the ordinary use cases: a made-up [list], offices
//! (`offices`), the accounts of a bureau (`staff`), and a real episode under new dates (`episode`).
//! After that a visitor does everything, and the node knows of no demonstration.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

use self::home::{Home, Memory};
use self::list::{Sample, sample_list};
use self::offices::sample_offices;
use self::sink::{InboxAt, MAIL_HOST, Sinks};
use self::staff::Told;
use super::serve::{Signals, until_stopped};
use super::{Failure, log, node, print::Output};
use crate::app::enroll::{self, Import};
use crate::app::{App, Caller, ingest};
use crate::clock::{Clock, Ids};
use crate::config::{Config, Log, Setting};
use crate::domain::enterprise::PlantStatus;
use crate::domain::id::RecipientKey;
use crate::domain::region::RegionCode;
use crate::service::Service;
use crate::store::registry::{self, RecipientKind};
use crate::tls;

mod episode;
mod home;
mod inbox;
mod letter;
pub mod list;
mod offices;
mod sink;
mod staff;
mod welcome;

/// 许昌市.
const REGION: &str = "411000";

/// Every demonstration shows the same list.
const SEED: u64 = 1;

/// Show the whole line: a sample city, a real pollution episode, an inbox for what is sent.
///
/// Everything stays on this machine. Enterprises, offices and people are made up; the episode is
/// that of 许昌 in January 2015 under new dates. Ends like `serve`, on SIGTERM or SIGINT.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The directory to keep everything in, to go on with later; a temporary one without this.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// An empty database, `sqlite:PATH` or `postgres://…`, instead of one in the directory.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How many enterprises are made up for a new database.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2_000,
        value_parser = clap::value_parser!(u32).range(1..=999_999)
    )]
    enterprises: u32,
    /// Print JSON Lines, with an API token for every account.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let home = Home::open(args.data.as_deref())?;
    let memory = home.recall()?;
    node::block_on(async {
        let mut signals = Signals::listen()?;
        let sinks = Sinks::bind(memory.as_ref().map(|memory| memory.inbox)).await?;
        let config = config(args, &home, &sinks)?;
        log::start(&config.log)?;
        tls::install_tls();
        // Before a node is started on it: the letters of another database are not ours to take.
        let is_filled = home::is_filled(&config, memory.as_ref()).await?;
        let memory = memory.filter(|_| is_filled);

        let inbox = sinks.at()?;
        home.make_keyring()?;
        let service = Service::start(config, Clock::system(), Ids::system()).await?;
        sinks.run_on(&service);
        let shown = tokio::select! {
            shown = prepare(&service.app, args, &home, memory, &inbox) => shown,
            () = signals.next() => Err(anyhow!("stopped before the demonstration was ready")),
        };
        let shown = match shown {
            Ok(shown) => shown,
            Err(error) => {
                service.stop().await;
                return Err(error.into());
            }
        };
        welcome::print(out, args.json, &service.url, &home, &shown)?;
        drop(shown);
        until_stopped(service, &mut signals).await
    })
}

/// The configuration of a node that is shown: the machine's own where it does not matter.
fn config(args: &Args, home: &Home, sinks: &Sinks) -> Result<Config, Failure> {
    let mut config = Config::load(None).map_err(Failure::input)?;
    home.path().clone_into(&mut config.data_dir);
    config.server.listen = args.listen;
    config.server.setting = Setting::Demo;
    config.database.url.clone_from(&args.database);
    config.database.url_file = None;
    config.keyring.file = Some(home.keyring());
    sinks.connect(&mut config)?;
    // The terminal shows passwords once; a line for every request would carry them away.
    if config.log.filter == Log::default().filter {
        "warn".clone_into(&mut config.log.filter);
    }
    Ok(config)
}

/// What there is to be shown.
struct Shown {
    /// The inbox's address in a browser.
    inbox: String,
    enterprises: usize,
    /// Whether an earlier run has filled the database.
    again: bool,
    accounts: Vec<Told>,
}

/// Fills a new database, or goes on with one that an earlier run has filled.
async fn prepare(
    app: &App,
    args: &Args,
    home: &Home,
    memory: Option<Memory>,
    inbox: &InboxAt,
) -> anyhow::Result<Shown> {
    let again = memory.is_some();
    let (enterprises, mut accounts) = match memory {
        Some(memory) => (memory.enterprises, staff::return_to_work(app).await?),
        None => fill(app, args, home, inbox).await?,
    };
    if args.json {
        staff::draw_tokens(app, &mut accounts).await?;
    }
    Ok(Shown {
        inbox: inbox.page.clone(),
        enterprises,
        again,
        accounts,
    })
}

/// Takes in everything a new database begins with. Word of it is left last: a database that was
/// half filled is none to go on with.
async fn fill(
    app: &App,
    args: &Args,
    home: &Home,
    inbox: &InboxAt,
) -> anyhow::Result<(usize, Vec<Told>)> {
    let operator = Caller::operator();
    let region: RegionCode = REGION.parse()?;
    let playbook = app.active_playbook().await?;
    let enterprises = usize::try_from(args.enterprises)?;
    let plants = sample_list(&Sample {
        regions: playbook.regions(),
        plants: enterprises,
        seed: SEED,
        mail_host: MAIL_HOST,
        webhook: Some(&inbox.endpoint),
    });
    let enterprise = plants
        .iter()
        .find(|plant| plant.status != PlantStatus::LongStopped)
        .or(plants.first())
        .map(|plant| plant.number.to_string())
        .context("a list has plants")?;
    let import = Import {
        list_region: region,
        source: format!("qingkong demo, {enterprises} enterprises, all made up"),
        plants,
        replaces: false,
    };
    enroll::import_plants(app, &operator, None, import).await?;
    let offices = sample_offices(playbook.regions(), MAIL_HOST);
    enroll::import_offices(app, &operator, None, region, offices).await?;
    for outlook in episode::as_of(app.now(), region, playbook.standards())? {
        ingest::take_in(app, &operator, None, outlook).await?;
    }
    let (ids, told): (Vec<_>, Vec<_>) =
        staff::hire(app, recipient(app, region, &enterprise).await?)
            .await?
            .into_iter()
            .unzip();
    home.remember(&Memory {
        inbox: inbox.address,
        enterprises,
        officer: *ids.first().context("there is an officer")?,
    })?;
    Ok((enterprises, told))
}

/// The key under which a plant is sent its orders.
async fn recipient(app: &App, region: RegionCode, number: &str) -> anyhow::Result<RecipientKey> {
    let mut tx = app.db.read().await?;
    let known = registry::list_known(&mut tx, RecipientKind::Plant, region).await?;
    let plant = known.get(number).context("the plant was just taken in")?;
    Ok(plant.key)
}
