use std::fs::File;
use std::io::{BufReader, BufWriter, IntoInnerError};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use tempfile::NamedTempFile;

use super::Failure;
use super::node::{Node, block_on};
use super::print::{Output, Progress, note};
use crate::app::backup::{self, Reader};
use crate::clock::Clock;
use crate::config::Config;
use crate::keyring::{KeyMark, Keyring};

/// Write the whole record to one file, beside a service that goes on.
///
/// The file holds personal data; only its owner can read it. The keyring is not in it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to write. One that is there is not touched.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let file = args.file.as_path();
    if file.exists() {
        let refused = anyhow!("`{}` is there already", file.display());
        return Err(Failure::Input(refused));
    }
    block_on(async {
        let config = args.node.config()?;
        let keys = keys(&config)?;
        let db = args.node.existing_database().await?;
        // Written beside its place under another name and moved there when it is whole and durable.
        let cannot = || format!("cannot write `{}`", file.display());
        let dir = file.parent().filter(|dir| *dir != Path::new(""));
        let dir = dir.unwrap_or(Path::new("."));
        let mut draft = NamedTempFile::new_in(dir)
            .with_context(cannot)
            .map_err(Failure::Input)?;
        let mut progress = Progress::on_stderr();
        let told = |table: &backup::Table, rows| {
            progress.say(format_args!("{}: {rows} rows", table.name));
        };
        let to = BufWriter::new(&mut draft);
        let now = Clock::system().now();
        let to = backup::take(&db, keys, now, to, told).await?;
        drop(progress);
        to.into_inner().map_err(IntoInnerError::into_error)?;
        draft.as_file().sync_all().with_context(cannot)?;
        // What was never read is no backup.
        let reader = Reader::open(BufReader::new(draft.reopen()?))?;
        let manifest = reader.manifest.clone();
        let whole = reader.check()?;
        draft.persist_noclobber(file).with_context(cannot)?;
        File::open(dir)?.sync_all().with_context(cannot)?;
        if args.json {
            out.json(&serde_json::json!({
                "type": "backup", "file": file, "schema": manifest.schema,
                "position": manifest.position, "rows": whole.rows, "sha256": whole.sha256,
                "keys": manifest.keys,
            }))?;
        } else {
            let rows = whole.rows;
            out.line(format_args!(
                "wrote {rows} rows, read back and found whole, to {}",
                file.display()
            ))?;
            out.line(format_args!("journal up to position {}", manifest.position))?;
        }
        note("the keyring is not in it: without a copy of its own, every order link is lost");
        Ok(())
    })
}

/// The marks of the node's keys; none where it has no keyring yet.
pub(super) fn keys(config: &Config) -> Result<Vec<KeyMark>, Failure> {
    let file = config.keyring_file();
    if !file.exists() {
        return Ok(Vec::new());
    }
    Ok(Keyring::read(&file)?.marks().collect())
}
