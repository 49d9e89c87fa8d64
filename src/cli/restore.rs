use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde_json::json;

use super::Failure;
use super::backup::keys;
use super::node::{Node, block_on};
use super::print::{Output, Progress, note};
use crate::app::backup::{self, BackupError, Manifest, Reader, Restored};
use crate::app::journal::head::{self, Told};
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::domain::time::rfc3339;
use crate::keyring::KeyMark;
use crate::service;

/// Fill an empty database with a backup, as a new epoch.
///
/// Nothing is sent until a person has looked and releases the outbox (`qingkong outbox release`).
/// Sessions end; accounts, tokens and the list are as they were when the backup was taken.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The backup.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let manifest = check(&args.file)?;
    block_on(async {
        let config = args.node.config()?;
        let lacking = lacking(&manifest, &keys(&config)?);
        let db = args.node.new_database().await?;
        let _claim = db.claim_exclusive()?;
        let now = Clock::system().now();
        let backup = open(&args.file, "filling the database")?;
        let restored = backup::restore(&db, backup, &Ids::system(), now).await;
        let restored = restored.map_err(refused)?;
        let line = note_restore(&config, &restored)?;
        if args.json {
            out.json(&json!({
                "type": "restored", "epoch": restored.epoch.number,
                "taken_at": rfc3339(restored.epoch.taken_at),
                "position": restored.epoch.from.position, "head": line.to_string(),
                "waiting": restored.waiting, "lacking_keys": lacking,
            }))?;
        } else {
            tell(&restored, line, out)?;
        }
        if !lacking.is_empty() {
            note(format_args!(
                "order links signed by key {} do not open: the keyring here lacks it; bring back \
                 the keyring that belongs to the backup",
                lacking.join(", ")
            ));
        }
        Ok(())
    })
}

fn open(file: &Path, work: &str) -> Result<Reader<impl BufRead>, Failure> {
    let named = || format!("`{}`", file.display());
    let opened = File::open(file).and_then(|file| Progress::of_file(file, work));
    let opened = opened.with_context(named).map_err(Failure::Input)?;
    let reader = Reader::open(BufReader::new(opened));
    reader.with_context(named).map_err(Failure::Input)
}

/// Reads all of the file before anything is changed.
fn check(file: &Path) -> Result<Manifest, Failure> {
    let reader = open(file, "reading the backup")?;
    let manifest = reader.manifest.clone();
    let checked = reader.check();
    let named = || format!("`{}`", file.display());
    checked.with_context(named).map_err(Failure::Input)?;
    Ok(manifest)
}

/// The keys of the node that was backed up which the keyring here does not have.
fn lacking(manifest: &Manifest, here: &[KeyMark]) -> Vec<String> {
    let lacks = manifest.keys.iter().filter(|key| !here.contains(key));
    lacks.map(|key| key.id.to_string()).collect()
}

/// Notes the restore beside the heads told outside; answers with the line.
fn note_restore(config: &Config, restored: &Restored) -> Result<Told, Failure> {
    let epoch = &restored.epoch;
    let line = Told::restored(epoch.from, epoch.began_at);
    let file = config.in_data_dir(head::FILE);
    service::make_data_dir(&config.data_dir)?;
    let noted = head::append(&file, line);
    noted.with_context(|| {
        format!(
            "restored, but the restore is not noted in `{}`: add the line `{line}`",
            file.display()
        )
    })?;
    Ok(line)
}

fn tell(restored: &Restored, line: Told, out: &mut Output) -> std::io::Result<()> {
    let epoch = &restored.epoch;
    out.line(format_args!(
        "restored the record of {} as epoch {}, journal from position {}",
        rfc3339(epoch.taken_at),
        epoch.number,
        epoch.from.position
    ))?;
    out.line(format_args!(
        "outbox: held, {} messages wait; `qingkong outbox release` sends them",
        restored.waiting
    ))?;
    out.line("wherever else heads of the journal are kept, add this line:")?;
    out.line(line)
}

/// A file that cannot be used is wrong input, and so is a database that is not empty.
fn refused(error: BackupError) -> Failure {
    use crate::store::StoreError::{Newer, NotEmpty};
    match error {
        BackupError::File(_)
        | BackupError::Newer { .. }
        | BackupError::OtherTables { .. }
        | BackupError::NoHead(_) => Failure::input(error),
        BackupError::Store(NotEmpty { .. } | Newer { .. }) => {
            Failure::Failed(anyhow!(error).context("nothing was restored"))
        }
        other => Failure::Failed(other.into()),
    }
}
