use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Subcommand;
use serde_json::json;

use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::app::Caller;
use crate::app::playbook::{Faults, Playbook};
use crate::domain::playbook::{PlaybookFault, Standing};
use crate::domain::trigger::KnownPart;
use crate::playbooks::Files;

/// Check playbooks, and put them in force.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every file: schema, dates, references, contradictions. Nothing is changed.
    Check(Check),
    /// Put the shipped files, with a directory's over them, in force.
    Activate(Activate),
}

#[derive(Debug, clap::Args)]
struct Check {
    /// A directory whose files add to the shipped ones or replace them; without it the shipped
    /// files alone.
    dir: Option<PathBuf>,
    /// Print JSON Lines: each fault, then the result, each doubt, and what is not known from its
    /// document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Activate {
    /// The directory, instead of the configured one.
    dir: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    match &args.command {
        Command::Check(args) => check(args, out),
        Command::Activate(args) => block_on(activate(args, out)),
    }
}

fn check(args: &Check, out: &mut Output) -> Result<(), Failure> {
    let files = Files::at_hand(args.dir.as_deref()).map_err(Failure::Input)?;
    let count = files.iter().count();
    match Playbook::read(files) {
        Ok(playbook) => {
            let digest = playbook.digest();
            if args.json {
                out.json(&json!({ "type": "playbook", "files": count, "digest": digest }))?;
            } else {
                out.line(format_args!(
                    "{count} files without a fault; digest {digest}"
                ))?;
            }
            print_found(DOUBT, playbook.doubts(), args.json, out)?;
            print_unread(&playbook, args.json, out)
        }
        Err(Faults(faults)) => {
            print_found("fault", &faults, args.json, out)?;
            Err(anyhow!("{} faults in {count} files", faults.len()).into())
        }
    }
}

/// Faults or doubts, each with its place; a doubt says that it is one.
fn print_found(
    kind: &'static str,
    found: &[PlaybookFault],
    json: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    for PlaybookFault { path, line, what } in found {
        if json {
            out.json(&json!({ "type": kind, "path": path, "line": line, "what": what }))?;
        } else {
            let kind = if kind == DOUBT { "doubt: " } else { "" };
            out.line(format_args!("{path}:{line}: {kind}{what}"))?;
        }
    }
    Ok(())
}

/// What is lawful and seldom meant.
const DOUBT: &str = "doubt";

/// The parts of rules that nobody read in their document.
fn print_unread(playbook: &Playbook, json: bool, out: &mut Output) -> Result<(), Failure> {
    for rules in playbook.all_rules() {
        let path = format!("triggers/{}.toml", rules.id);
        for KnownPart {
            part,
            standing,
            source,
        } in rules.parts()
        {
            if standing == Standing::Found {
                continue;
            }
            let (part, standing) = (part.as_str(), standing.as_str());
            if json {
                out.json(&json!({
                    "type": "standing", "path": path, "part": part, "standing": standing,
                    "source": source,
                }))?;
            } else {
                out.line(format_args!("{path}: {part} {standing}: {source}"))?;
            }
        }
    }
    Ok(())
}

async fn activate(args: &Activate, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open().await?;
    let files = app
        .files_at_hand(args.dir.as_deref())
        .map_err(Failure::Input)?;
    let activated = app
        .activate_playbook(&Caller::operator(), None, files)
        .await;
    let activated = activated.context("the playbook stays as it is")?;
    if args.json {
        out.json(&json!({
            "type": "activated", "digest": activated.digest, "changed": activated.changed,
            "files": activated.files,
        }))?;
    } else if activated.changed {
        for path in &activated.files {
            out.line(path)?;
        }
        out.line(format_args!("in force: {}", activated.digest))?;
    } else {
        out.line(format_args!("in force already: {}", activated.digest))?;
    }
    Ok(())
}
