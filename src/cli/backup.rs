use std::fs::File;
use std::io::{BufReader, BufWriter, IntoInnerError};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde_json::json;

use super::Failure;
use super::node::{Node, block_on};
use super::print::{Output, Progress, note};
use crate::app::backup::{self, Manifest, Reader, Table, Whole};
use crate::clock::Clock;
use crate::config::Config;
use crate::files::draft;
use crate::keyring::{KeyMark, Keyring};
use crate::store::Db;

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
        let keys = keys(&args.node.config()?)?;
        let db = args.node.existing_database().await?;
        let (manifest, whole) = write(&db, keys, file).await?;
        let (rows, position) = (whole.rows, manifest.position);
        if args.json {
            out.json(&json!({
                "type": "backup", "file": file, "schema": manifest.schema, "position": position,
                "rows": rows, "sha256": whole.sha256, "keys": manifest.keys,
            }))?;
        } else {
            let file = file.display();
            out.line(format_args!(
                "wrote {rows} rows, read back and found whole, to {file}"
            ))?;
            out.line(format_args!("journal up to position {position}"))?;
        }
        note("the keyring is not in it: without a copy of its own, every order link is lost");
        Ok(())
    })
}

/// Writes the file beside its place, under another name, and moves it there once it is durable and
/// was read: what was never read is no backup.
async fn write(db: &Db, keys: Vec<KeyMark>, file: &Path) -> Result<(Manifest, Whole), Failure> {
    let cannot = || format!("cannot write `{}`", file.display());
    let draft = draft::beside(file).with_context(cannot);
    let mut draft = draft.map_err(Failure::Input)?;
    let progress = Progress::of("writing");
    let told = |table: &Table, rows| progress.say(format_args!("{}: {rows} rows", table.name));
    let (now, to) = (Clock::system().now(), BufWriter::new(&mut draft));
    let written = backup::take(db, keys, now, to, told).await?;
    written.into_inner().map_err(IntoInnerError::into_error)?;
    draft.as_file().sync_all().with_context(cannot)?;
    drop(progress);
    let reader = Progress::of_file(draft.reopen()?, "reading back")?;
    let reader = Reader::open(BufReader::new(reader))?;
    let manifest = reader.manifest.clone();
    let whole = reader.check()?;
    draft.persist_noclobber(file).with_context(cannot)?;
    File::open(draft::folder(file))?
        .sync_all()
        .with_context(cannot)?;
    Ok((manifest, whole))
}

/// The marks of the node's keys; none where it has no keyring yet.
pub(super) fn keys(config: &Config) -> Result<Vec<KeyMark>, Failure> {
    let file = config.keyring_file();
    if !file.exists() {
        return Ok(Vec::new());
    }
    Ok(Keyring::read(&file)?.marks().collect())
}
