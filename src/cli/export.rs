use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;

use super::node::{Node, block_on};
use super::print::{Output, Progress};
use super::{Failure, refused};
use crate::app::enroll::export;
use crate::app::{App, Caller};
use crate::domain::enterprise::Plant;
use crate::domain::region::RegionCode;
use crate::files::draft;
use crate::files::list::{ListSheet, ListWriter};
use crate::table::Format;

/// Write out what was taken in.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a reduction list with the columns of an import: a workbook if the name of the file
    /// ends in .xlsx, CSV if not. It holds personal data.
    Enterprises(Enterprises),
}

#[derive(Debug, clap::Args)]
struct Enterprises {
    /// The file to write or replace, or `-` for standard output.
    file: PathBuf,
    /// Whose list, where there are several.
    #[arg(long, value_name = "CODE")]
    region: Option<RegionCode>,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let Command::Enterprises(args) = &args.command;
    block_on(async {
        let app = args.node.open_existing().await?;
        if args.file == Path::new("-") {
            write_csv(&app, args.region, out.bytes()).await?;
            return Ok(());
        }
        let cannot = || format!("cannot write `{}`", args.file.display());
        let file = draft::beside(&args.file).with_context(cannot);
        let mut file = file.map_err(Failure::Input)?;
        let to = io::BufWriter::new(&mut file);
        let plants = match Format::of_name(&args.file) {
            Format::Csv => write_csv(&app, args.region, to).await?,
            Format::Xlsx => write_workbook(&app, args.region, to).await?,
        };
        file.persist(&args.file).with_context(cannot)?;
        let file = args.file.display();
        out.line(format_args!("wrote {plants} plants to {file}"))?;
        Ok(())
    })
}

/// Writes a list as CSV; answers with how many plants it has.
async fn write_csv(
    app: &App,
    region: Option<RegionCode>,
    out: impl Write,
) -> Result<usize, Failure> {
    let mut writer = ListWriter::begin(out)?;
    let plants = each_page(app, region, |page| writer.add(page)).await?;
    writer.finish()?.flush()?;
    Ok(plants)
}

/// Writes a list as a workbook; answers with how many plants it has.
async fn write_workbook(
    app: &App,
    region: Option<RegionCode>,
    mut out: impl Write,
) -> Result<usize, Failure> {
    let mut writer = ListSheet::begin()?;
    let plants = each_page(app, region, |page| writer.add(page)).await?;
    writer.finish(&mut out)?;
    out.flush()?;
    Ok(plants)
}

/// Hands out a list page by page; answers with how many plants it has.
async fn each_page(
    app: &App,
    region: Option<RegionCode>,
    mut add: impl FnMut(&[Plant]) -> io::Result<()>,
) -> Result<usize, Failure> {
    let begun = export::begin(app, &Caller::operator(), region).await;
    let (mut export, mut plants) = (begun.map_err(refused)?, 0);
    let progress = Progress::of("writing");
    loop {
        let page = export.next_page(app).await?;
        if page.is_empty() {
            return Ok(plants);
        }
        plants += page.len();
        progress.say(format_args!("writing {plants} plants"));
        add(&page)?;
    }
}
