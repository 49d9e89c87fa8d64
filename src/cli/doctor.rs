//! `qingkong doctor`: whether a node has what it needs, before a bad night and during one.
//!
//! Every part is looked at by itself, so that one fault does not hide another; nothing is changed,
//! and no letter is sent.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::app::source::Pulled;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::domain::lane::Live;
use crate::keyring::Keyring;
use crate::notify::email::EmailChannel;
use crate::playbooks::Files;
use crate::store::Db;
use crate::store::health::{self, Work};
use crate::{app, service, store, tls};

/// Check whether a node has what it needs: configuration, disk, keyring, playbooks, database, clock,
/// mail server, and whether its work keeps up.
///
/// Nothing is changed and no letter is sent. The exit code is 1 when something has failed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print JSON Lines: one object for each check
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

/// What one look at one part found.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
}

/// Space below which a node will soon stop, and below which somebody should make room, in MiB.
const NO_SPACE: u64 = 256;
const LITTLE_SPACE: u64 = 2_048;

/// How far apart the clocks of a node and of its database may be.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(2);
/// How long a letter that is due may wait, and an act for its seal, while a node is serving.
const DUE_FOR: TimeDelta = TimeDelta::minutes(5);
const UNSEALED_FOR: TimeDelta = TimeDelta::seconds(60);

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let config = args.node.config()?;
    block_on(async {
        let mut findings = vec![address(&config), disk(&config.data_dir), keyring(&config)];
        findings.push(playbooks(&config));
        findings.extend(database(&config).await);
        findings.push(mail(&config).await);
        for finding in &findings {
            finding.print(args.json, out)?;
        }
        let failed = findings.iter().filter(|f| f.state == State::Fail).count();
        match failed {
            0 => Ok(()),
            n => Err(anyhow::anyhow!("{n} of {} checks failed", findings.len()).into()),
        }
    })
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            found: found.into(),
            advice: None,
        }
    }

    const fn warn(mut self, advice: &'static str) -> Self {
        self.state = State::Warn;
        self.advice = Some(advice);
        self
    }

    const fn fail(mut self, advice: &'static str) -> Self {
        self.state = State::Fail;
        self.advice = Some(advice);
        self
    }

    fn print(&self, json: bool, out: &mut Output) -> std::io::Result<()> {
        if json {
            return out.json(self);
        }
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "FAIL",
        };
        out.line(format_args!("{state:4}  {:9}  {}", self.check, self.found))?;
        match self.advice {
            Some(advice) => out.line(format_args!("{:17}{advice}", "")),
            None => Ok(()),
        }
    }
}

/// An error with its causes, on one line.
fn said(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

/// Where order links lead.
fn address(config: &Config) -> Finding {
    let finding = |found: String| Finding::ok("address", found);
    match &config.server.public_url {
        Some(url) if url.starts_with("https:") => finding(format!("links begin with {url}")),
        Some(url) => finding(format!("links begin with {url}, unencrypted"))
            .warn("put a proxy with TLS in front, and its https: address into server.public_url"),
        None => finding("links lead to the address that is listened on".to_owned())
            .warn("set server.public_url to the address enterprises reach"),
    }
}

fn disk(dir: &Path) -> Finding {
    // A directory that is still to be made lies on the disk of the one above it.
    let there = dir.ancestors().find(|dir| dir.exists());
    let there = there.unwrap_or(Path::new("."));
    match rustix::fs::statvfs(there) {
        Err(error) => Finding::ok("disk", said(error)).fail("the data directory must be readable"),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
            let finding = Finding::ok("disk", format!("{free} MiB free for {}", dir.display()));
            match free {
                0..NO_SPACE => finding.fail("make room: a full disk stops every order"),
                NO_SPACE..LITTLE_SPACE => finding.warn("make room soon"),
                _ => finding,
            }
        }
    }
}

fn keyring(config: &Config) -> Finding {
    let path = config.keyring_file();
    if !path.exists() && config.keyring.file.is_none() {
        let finding = Finding::ok("keyring", "none yet");
        return match config.is_embedded() {
            Ok(true) => finding.warn("`qingkong serve` makes one in the data directory"),
            _ => finding.fail("name the same keyring for every instance in keyring.file"),
        };
    }
    match Keyring::read(&path) {
        Ok(ring) => {
            let keys = ring.key_ids().count();
            Finding::ok("keyring", format!("{keys} keys in {}", path.display()))
        }
        Err(error) => Finding::ok("keyring", said(error)).fail("no order link can be signed"),
    }
}

fn playbooks(config: &Config) -> Finding {
    let files = Files::at_hand(config.playbooks.dir.as_deref());
    match files.and_then(|files| Ok(app::playbook::Playbook::read(files)?)) {
        Ok(playbook) => {
            let said = format!("without a fault, digest {}", &playbook.digest()[..12]);
            let finding = Finding::ok("playbooks", said);
            match playbook.doubts().len() {
                0 => finding,
                _ => finding.warn("`qingkong playbook check` names what is seldom meant"),
            }
        }
        Err(error) => Finding::ok("playbooks", said(error))
            .fail("`qingkong playbook check` names every fault"),
    }
}

/// The database, its clock and its work, as far as each can be looked at.
async fn database(config: &Config) -> Vec<Finding> {
    let db = match service::existing_database(config).await {
        Ok(db) => db,
        Err(error) => {
            let finding = Finding::ok("database", said(error));
            return vec![finding.fail("`qingkong migrate` makes a database that is not there")];
        }
    };
    let looked = look(&db, &config.sources).await;
    db.close().await;
    looked.unwrap_or_else(|error| {
        let finding = Finding::ok("database", said(error));
        vec![finding.fail("every request fails until it answers")]
    })
}

async fn look(db: &Db, sources: &[Source]) -> store::Result<Vec<Finding>> {
    let mut tx = db.read().await?;
    let engine = health::engine(&mut tx).await?;
    let found = health::migration(&mut tx).await?;
    let here = Clock::system().now();
    let there = health::clock(&mut tx).await?;
    let newest = store::schema::newest();
    let schema = found.map_or("no schema".to_owned(), |found| format!("schema {found}"));
    let database = Finding::ok("database", format!("{engine}, {schema} of {newest}"));
    let mut findings = match found {
        Some(found) if found >= newest => vec![database],
        _ => {
            let advice = "`qingkong migrate`, or the next start, brings it up to date";
            return Ok(vec![database.warn(advice), clock(here, there, None)]);
        }
    };
    let work = health::work(&mut tx).await?;
    findings.push(clock(here, there, work.newest_act));
    findings.push(outbox(here, &work));
    findings.push(journal(here, &work));
    findings.push(signing(
        here,
        &app::signature::list_overdue(&mut tx, here).await?,
    ));
    if !sources.is_empty() {
        let pulled = app::source::list(&mut tx, sources).await?;
        findings.push(pulling(here, &pulled));
    }
    Ok(findings)
}

/// Whether our clock agrees with the database's, and has not been set back.
fn clock(
    here: DateTime<Utc>,
    there: Option<DateTime<Utc>>,
    newest_act: Option<DateTime<Utc>>,
) -> Finding {
    let apart = there.map(|there| (here - there).abs());
    if let Some(apart) = apart.filter(|apart| *apart > CLOCKS_APART) {
        let found = format!("{} s from the database's", apart.num_seconds());
        return Finding::ok("clock", found).fail("let both machines follow a time server");
    }
    if let Some(ahead) = newest_act
        .map(|newest| newest - here)
        .filter(|a| *a > CLOCKS_APART)
    {
        let found = format!("{} s before the newest act on record", ahead.num_seconds());
        return Finding::ok("clock", found).fail("it was set back: deadlines would be wrong");
    }
    let found = apart.map_or("agrees with the record".to_owned(), |apart| {
        format!("{} ms from the database's", apart.num_milliseconds())
    });
    Finding::ok("clock", found)
}

fn outbox(now: DateTime<Utc>, work: &Work) -> Finding {
    let waited = work.due_since.map_or(TimeDelta::zero(), |due| now - due);
    let dead = work.dead_letters;
    if work.held {
        let found = "held since a backup was restored: nothing is sent";
        return Finding::ok("outbox", found)
            .fail("see what is no longer true, then `qingkong outbox release`");
    }
    if waited > DUE_FOR {
        let found = format!("a letter has been due for {} min", waited.num_minutes());
        return Finding::ok("outbox", found).fail("is a node serving, and is a mail server set?");
    }
    match dead {
        0 => Finding::ok("outbox", "nothing waits that is due"),
        _ => Finding::ok("outbox", format!("{dead} dead letters"))
            .warn("look at them in the console and send them on their way again"),
    }
}

fn journal(now: DateTime<Utc>, work: &Work) -> Finding {
    let waited = work
        .unsealed_since
        .map_or(TimeDelta::zero(), |since| now - since);
    if waited > UNSEALED_FOR {
        let found = format!("an act has waited {} s for its seal", waited.num_seconds());
        return Finding::ok("journal", found).fail("no node is serving");
    }
    Finding::ok("journal", "every act is sealed within a minute")
}

/// Whether what was approved by telephone or on paper has been signed in time.
fn signing(now: DateTime<Utc>, overdue: &[DateTime<Utc>]) -> Finding {
    let Some(longest) = overdue.first().map(|by| now - *by) else {
        return Finding::ok("signing", "no signature on paper is overdue");
    };
    let (count, hours) = (overdue.len(), longest.num_hours());
    let found = format!("{count} signatures on paper are overdue, the longest for {hours} h");
    Finding::ok("signing", found)
        .warn("the desk lists them; record each on its page once it is signed")
}

/// Whether the sources of the configuration bring something.
fn pulling(now: DateTime<Utc>, pulled: &[Pulled]) -> Finding {
    let stale = pulled.iter().filter(|source| source.is_stale(now));
    let stale: Vec<String> = stale
        .map(|source| {
            let (series, region) = (source.series.as_str(), source.region);
            let minutes = source.silent_for(now).num_minutes();
            format!("no {series} for {region} for {minutes} min")
        })
        .collect();
    if stale.is_empty() {
        return Finding::ok("sources", format!("none of {} is stale", pulled.len()));
    }
    Finding::ok("sources", stale.join(", "))
        .warn("the log says why; until then hand files in with `qingkong import`")
}

async fn mail(config: &Config) -> Finding {
    let Some(mail) = &config.mail else {
        return Finding::ok("mail", "no server").warn("without [mail] letters wait in the outbox");
    };
    tls::install_tls();
    let channel = match EmailChannel::<Live>::new(mail) {
        Ok(channel) => channel,
        Err(error) => return Finding::ok("mail", said(error)).fail("mend [mail]"),
    };
    let server = format!("{}:{}", mail.host, mail.port);
    match channel.probe().await {
        Ok(()) => Finding::ok("mail", format!("{server} takes our letters")),
        Err(why) => Finding::ok("mail", format!("{server}: {why}"))
            .fail("letters wait and are repeated until it does"),
    }
}
