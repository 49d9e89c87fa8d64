//! Reduction lists and offices from files.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde_json::json;

use crate::app::Caller;
use crate::app::enroll::Enrolled;
use crate::app::enroll::file::{self, Faulty, Filed};
use crate::cli::node::Node;
use crate::cli::print::{Output, Progress};
use crate::cli::{Failure, refused};
use crate::domain::region::RegionCode;
use crate::table::{Fault, Format, read_bytes};

#[derive(Debug, clap::Args)]
pub(super) struct Enterprises {
    #[command(flatten)]
    file: FileArgs,
    /// Take the plants without a fault, and write the rows of the others to a file.
    #[arg(long)]
    accept_valid: bool,
    /// Plants that the file does not name leave the list.
    #[arg(long)]
    replace: bool,
    /// Where the rows of faulty plants are written, with what is wrong with them: a CSV file, or
    /// of a workbook a workbook whose faulty cells are coloured and commented. With --accept-valid
    /// it is FILE.faulty.csv or FILE.faulty.xlsx by default, which must not exist.
    #[arg(long, value_name = "OUT")]
    faulty: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Offices {
    #[command(flatten)]
    file: FileArgs,
}

#[derive(Debug, clap::Args)]
struct FileArgs {
    /// A CSV file in UTF-8 or GB 18030, or a workbook (XLSX), of which the first visible sheet with
    /// a header is read, hidden rows too; `-` for standard input.
    file: PathBuf,
    /// Whose list it is, if not that of the one prefecture the file speaks of.
    #[arg(long, value_name = "CODE")]
    region: Option<RegionCode>,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON Lines: one object for the sheet of a workbook, one for every faulty cell, one
    /// for what became of the file.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(super) async fn import_list(args: &Enterprises, out: &mut Output) -> Result<(), Failure> {
    let FileArgs { dry_run, json, .. } = args.file;
    let (filed, operator) = (args.file.read()?, Caller::operator());
    let hand_back_to = args.hand_back_to(Format::of(&filed.bytes))?;
    let app = args.file.node.open().await?;
    let progress = Progress::of(format_args!("reading {}", args.file.file.display()));
    let read = file::read_list(&app, &operator, filed).await;
    drop(progress);
    let mut list = read.map_err(refused)?;
    // Before anything is taken: a row that cannot be handed back is not left out either.
    if let (Some(to), Some(rows)) = (&hand_back_to, &list.handed_back) {
        to.write(&rows.bytes).map_err(Failure::Input)?;
    }
    if let Some(sheet) = &list.sheet {
        print_sheet(out, json, sheet, list.rows)?;
    }
    print_faults(out, json, &list.faults)?;
    // Whole lines, before the progress takes one of its own.
    out.finish()?;
    let faulty = if args.accept_valid {
        Faulty::HandBack
    } else {
        Faulty::RefuseAll
    };
    let progress = Progress::of(format_args!("taking in {} plants", list.plants.len()));
    let enrolled = if dry_run {
        list.preview(&app, &operator, args.replace).await
    } else {
        let taken = list.take(&app, &operator, None, args.replace, faulty);
        taken.await
    };
    drop(progress);
    match enrolled.map_err(refused)? {
        Some(enrolled) => print_enrolled(out, json, dry_run, &enrolled)?,
        None => return refuse(out, &args.file, list.faults.len()),
    }
    if list.faults.is_empty() || faulty == Faulty::HandBack {
        Ok(())
    } else {
        refuse(out, &args.file, list.faults.len())
    }
}

pub(super) async fn import_offices(args: &Offices, out: &mut Output) -> Result<(), Failure> {
    let args = &args.file;
    let (filed, operator) = (args.read()?, Caller::operator());
    let app = args.node.open().await?;
    let read = file::read_offices(&app, &operator, filed).await;
    let offices = read.map_err(refused)?;
    let faults = offices.faults.len();
    print_faults(out, args.json, &offices.faults)?;
    let taken = if args.dry_run {
        (faults == 0).then_some(offices.offices.len())
    } else {
        let taken = offices.take(&app, &operator, None).await;
        taken.map_err(refused)?
    };
    let Some(taken) = taken else {
        return refuse(out, args, faults);
    };
    if args.json {
        out.json(&json!({ "type": became(args.dry_run), "offices": taken }))?;
    } else {
        let would = if args.dry_run { "would take" } else { "took" };
        out.line(format_args!("{would} {taken} offices"))?;
    }
    Ok(())
}

impl FileArgs {
    fn read(&self) -> Result<Filed, Failure> {
        Ok(Filed {
            name: self.file.display().to_string(),
            bytes: read_bytes(&self.file).map_err(Failure::input)?,
            list_region: self.region,
        })
    }
}

/// Where faulty rows go.
struct HandBack<'p> {
    path: std::borrow::Cow<'p, Path>,
    /// A file somebody may be mending is not written over, unless it was named.
    named: bool,
}

impl Enterprises {
    fn hand_back_to(&self, format: Format) -> Result<Option<HandBack<'_>>, Failure> {
        let extension = format.extension();
        match &self.faulty {
            Some(path) if Format::of_name(path) != format => Err(Failure::Input(anyhow!(
                "--faulty {}: the rows are handed back as they came, as {extension}",
                path.display()
            ))),
            Some(path) => Ok(Some(HandBack {
                path: path.into(),
                named: true,
            })),
            None if !self.accept_valid || self.file.dry_run => Ok(None),
            None if self.file.file == Path::new("-") => Err(Failure::Input(anyhow!(
                "with standard input, --accept-valid needs --faulty OUT for the faulty rows"
            ))),
            None => {
                let mut path = self.file.file.clone().into_os_string();
                path.push(format!(".faulty.{extension}"));
                Ok(Some(HandBack {
                    path: PathBuf::from(path).into(),
                    named: false,
                }))
            }
        }
    }
}

impl HandBack<'_> {
    /// The rows hold personal data: the file is for its owner alone.
    fn write(&self, rows: &[u8]) -> anyhow::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).mode(0o600);
        if self.named {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        options
            .open(&self.path)
            .and_then(|mut file| file.write_all(rows))
            .with_context(|| {
                let path = self.path.display();
                format!("cannot write the faulty rows to `{path}`; name another file by --faulty")
            })
    }
}

fn print_sheet(out: &mut Output, json: bool, sheet: &str, rows: usize) -> std::io::Result<()> {
    if json {
        return out.json(&json!({ "type": "read", "sheet": sheet, "rows": rows }));
    }
    out.line(format_args!(
        "read {rows} rows of sheet `{sheet}`, hidden ones too"
    ))
}

fn print_faults(out: &mut Output, json: bool, faults: &[Fault]) -> std::io::Result<()> {
    for fault in faults {
        if json {
            let mut said = json!({
                "type": "fault", "file": fault.file, "line": fault.line, "column": fault.column,
                "found": fault.found, "expected": fault.expected,
            });
            if let Some(cell) = &fault.cell {
                said["cell"] = json!(cell);
            }
            out.json(&said)?;
        } else {
            out.line(fault)?;
        }
    }
    Ok(())
}

fn print_enrolled(
    out: &mut Output,
    json: bool,
    dry_run: bool,
    enrolled: &Enrolled,
) -> std::io::Result<()> {
    let Enrolled {
        version,
        added,
        changed,
        unchanged,
        removed,
    } = enrolled;
    if json {
        return out.json(&json!({
            "type": became(dry_run), "version": version, "added": added, "changed": changed,
            "unchanged": unchanged, "removed": removed,
        }));
    }
    let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
    let would = if dry_run { "would be " } else { "" };
    out.line(format_args!(
        "{would}added {added}, changed {changed}, unchanged {unchanged}, removed {removed}; \
         list version {version}"
    ))
}

/// The type of the last line of JSON.
fn became(dry_run: bool) -> &'static str {
    if dry_run { "tried" } else { "imported" }
}

fn refuse(out: &mut Output, args: &FileArgs, faults: usize) -> Result<(), Failure> {
    if args.json {
        out.json(&json!({ "type": "refused", "faults": faults }))?;
    }
    let cells = if faults == 1 { "cell" } else { "cells" };
    let file = args.file.display();
    Err(Failure::Input(anyhow!(
        "{file}: {faults} faulty {cells}; nothing was imported"
    )))
}
