use std::path::PathBuf;

use anyhow::anyhow;
use clap::Subcommand;
use serde::Serialize;

use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::app::journal::{export, head, verify};
use crate::config::Config;

/// Verify and export the journal.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Walk the chain, recompute every entry, seal and row, and name what was touched.
    Verify(Verify),
    /// Print the sealed entries in the order of their positions, as JSON Lines.
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    node: Node,
    /// The heads told outside. Default: the file in the data directory, where there is one.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Print JSON Lines: each fault, then the counts.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    node: Node,
    /// Begin after this position.
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: i64,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        match &args.command {
            Command::Verify(args) => verify(args, out).await,
            Command::Export(args) => export(args, out).await,
        }
    })
}

/// A line of the machine-readable report.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'r> {
    Fault {
        text: String,
        #[serde(flatten)]
        fault: &'r verify::Fault,
    },
    Report(&'r verify::Report),
}

async fn verify(args: &Verify, out: &mut Output) -> Result<(), Failure> {
    let config = args.node.config()?;
    let outside = outside(args, &config)?;
    let db = args.node.existing_database().await?;
    let report = verify::verify(&db, outside.as_deref()).await?;
    if args.json {
        for fault in &report.faults {
            let text = fault.to_string();
            out.json(&Line::Fault { text, fault })?;
        }
        out.json(&Line::Report(&report))?;
    } else {
        tell(&report, outside.is_some(), out)?;
    }
    if report.is_whole() {
        return Ok(());
    }
    let first = report.first_touched().map_or_else(String::new, |position| {
        format!(", the first at position {position}")
    });
    Err(anyhow!(
        "the journal was touched: {} faults{first}",
        report.faults_in_all
    )
    .into())
}

/// A file that was named has to be there; the usual one need not.
fn outside(args: &Verify, config: &Config) -> Result<Option<PathBuf>, Failure> {
    let usual = config.in_data_dir(head::FILE);
    match &args.head {
        Some(file) if !file.exists() => {
            Err(Failure::input(anyhow!("no file `{}`", file.display())))
        }
        Some(file) => Ok(Some(file.clone())),
        None => Ok(usual.exists().then_some(usual)),
    }
}

fn tell(report: &verify::Report, outside: bool, out: &mut Output) -> std::io::Result<()> {
    for restored in &report.restored {
        out.line(restored)?;
    }
    for fault in &report.faults {
        out.line(fault)?;
    }
    let unnamed = report.faults_in_all - report.faults.len() as u64;
    if unnamed > 0 {
        out.line(format_args!("and {unnamed} more"))?;
    }
    out.line(format_args!(
        "{} sealed entries, {} unsealed, {} rows, {} files; head {}",
        report.position, report.unsealed, report.rows, report.files, report.seal
    ))?;
    if outside {
        out.line(format_args!(
            "compared with {} heads told outside",
            report.outside
        ))
    } else {
        out.line("not compared with heads told outside: no file of them was found")
    }
}

async fn export(args: &Export, out: &mut Output) -> Result<(), Failure> {
    let db = args.node.existing_database().await?;
    let mut after = args.after;
    loop {
        let page = export::page(&db, after, export::PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.position;
        for entry in &page {
            out.json(entry)?;
        }
    }
}
