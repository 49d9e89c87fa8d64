use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;

use super::node::{Node, block_on};
use super::user::refused;
use super::{Failure, print::Output};
use crate::app::enroll::export;
use crate::app::{App, Caller};
use crate::domain::region::RegionCode;
use crate::list_file::ListWriter;

/// Write out what was taken in.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a reduction list as CSV, with the columns of an import. It holds personal data.
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
            write_list(&app, args.region, out.bytes()).await?;
            return Ok(());
        }
        // Written beside its place and moved there when it is whole.
        let dir = args.file.parent().filter(|dir| *dir != Path::new(""));
        let cannot = || format!("cannot write `{}`", args.file.display());
        let mut file = tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new(".")))
            .with_context(cannot)
            .map_err(Failure::Input)?;
        let plants = write_list(&app, args.region, io::BufWriter::new(&mut file)).await?;
        file.persist(&args.file).with_context(cannot)?;
        let file = args.file.display();
        out.line(format_args!("wrote {plants} plants to {file}"))?;
        Ok(())
    })
}

/// Writes a list; answers with how many plants it has.
async fn write_list(
    app: &App,
    region: Option<RegionCode>,
    out: impl Write,
) -> Result<usize, Failure> {
    let begun = export::begin(app, &Caller::operator(), region).await;
    let mut export = begun.map_err(refused)?;
    let (mut writer, mut plants) = (ListWriter::begin(out)?, 0);
    loop {
        let page = export.next_page(app).await?;
        if page.is_empty() {
            writer.finish()?.flush()?;
            return Ok(plants);
        }
        plants += page.len();
        writer.add(&page)?;
    }
}
