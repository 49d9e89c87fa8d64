//! How long it takes to draw and issue a warning for a whole list, against bare inserts of as many
//! orders and messages.
//!
//! Timed is what an officer waits for: the plan drawn and staged, the notice issued, every order
//! and first message durable. The list, the draft and its signature come before. Each run works on
//! a fresh copy of a database prepared once, in a process of its own, so that its peak memory is
//! its own; on SQLite a file with `synchronous = FULL`, as the product opens it.
//!
//! Beside the product stand bare inserts of the very rows it has just written: one prepared insert
//! for each row in one transaction on SQLite, `COPY` on PostgreSQL. The program `bulk`, from the
//! folder of `--anchors`, does the same with smaller rows and fewer indexes: an order and a message
//! of some 450 bytes for each plant; without it that ratio is not measured. They run in turns with
//! the product, and what counts is the ratio of the medians: absolute times of a busy machine say
//! little.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};

use crate::bureau::{Place, Prepared, prepare, run};
use crate::rig::{figure, median, processor_seconds};
use crate::{Settings, bare};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// How many plants, one run after the other
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,300000")]
    plants: Vec<u32>,
    /// Where files are made; the system's place for them when absent
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Leave SQLite out
    #[arg(long)]
    without_sqlite: bool,
}

/// What this program does in a process of its own.
#[derive(Subcommand)]
enum Part {
    /// Imports a list and brings a notice to its signature.
    #[command(hide = true)]
    Prepare {
        #[command(flatten)]
        place: Place,
        /// How many plants
        #[arg(long)]
        plants: u32,
    },
    /// Draws and issues that notice.
    #[command(hide = true)]
    Measure(Place),
}

/// One run of the product.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    lines: i64,
    messages: u64,
    draw_s: f64,
    issue_s: f64,
    cpu_s: Option<f64>,
    peak_kb: Option<f64>,
}

/// What the runs of one size on one engine come to.
#[derive(Serialize)]
struct Summary {
    bench: &'static str,
    engine: &'static str,
    plants: u32,
    reps: usize,
    messages: u64,
    draw_and_issue_s: Option<f64>,
    issue_s: Option<f64>,
    cpu_s: Option<f64>,
    peak_mb: Option<f64>,
    same_rows_s: Option<f64>,
    to_same_rows: Option<f64>,
    bulk_s: Option<f64>,
    to_bulk: Option<f64>,
}

pub(crate) fn bench(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    match &args.part {
        Some(Part::Prepare { place, plants }) => run(prepare(place, *plants, |plant| plant)),
        Some(Part::Measure(place)) => {
            let measured = run(measure(place))?;
            println!("{}", serde_json::to_string(&measured)?);
            Ok(())
        }
        None => compare(settings, args),
    }
}

// --- Side by side --------------------------------------------------------------------------------

/// An engine, and how its databases are copied.
enum Engine {
    Sqlite,
    Postgres { server: String },
}

const COLUMNS: [&str; 12] = [
    "engine",
    "plants",
    "messages",
    "draw + issue s",
    "same rows s",
    "ratio",
    "bulk s",
    "ratio",
    "issuing s",
    "µs/plant",
    "cpu s",
    "peak MB",
];

fn compare(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    let mut engines = Vec::new();
    if !args.without_sqlite {
        engines.push(Engine::Sqlite);
    }
    engines.extend(
        settings
            .pg
            .clone()
            .map(|server| Engine::Postgres { server }),
    );
    let files = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let mut summaries = Vec::new();
    for engine in &engines {
        for &plants in &args.plants {
            eprintln!("{}: {plants} plants", engine.name());
            summaries.push(engine.compare(settings, plants, files.path())?);
        }
    }
    println!("{}", COLUMNS.join(" | "));
    for summary in &summaries {
        println!("{}", summary.row());
    }
    for engine in &engines {
        growth(summaries.iter().filter(|s| s.engine == engine.name()));
    }
    for summary in &summaries {
        println!("{}", serde_json::to_string(summary)?);
    }
    Ok(())
}

impl Summary {
    fn row(&self) -> String {
        let plants = f64::from(self.plants);
        let each = self.draw_and_issue_s.map(|seconds| seconds / plants * 1e6);
        [
            self.engine.to_owned(),
            self.plants.to_string(),
            self.messages.to_string(),
            figure(self.draw_and_issue_s, 3),
            figure(self.same_rows_s, 3),
            figure(self.to_same_rows, 2),
            figure(self.bulk_s, 3),
            figure(self.to_bulk, 2),
            figure(self.issue_s, 3),
            figure(each, 1),
            figure(self.cpu_s, 2),
            figure(self.peak_mb, 1),
        ]
        .join(" | ")
    }
}

/// What the largest list costs against the smallest: for each plant, and in memory.
fn growth<'s>(sizes: impl Iterator<Item = &'s Summary>) {
    let sizes: Vec<_> = sizes.collect();
    let (Some(small), Some(large)) = (sizes.first(), sizes.last()) else {
        return;
    };
    let each = |s: &Summary| {
        s.draw_and_issue_s
            .map(|seconds| seconds / f64::from(s.plants))
    };
    let times = each(large)
        .zip(each(small))
        .map(|(large, small)| large / small);
    let allowed = small.peak_mb.map(|peak| 1.5 * peak + 50.0);
    println!(
        "{}: a plant of {} takes {} × the time of a plant of {}; peak memory {} MB (allowed: {})",
        large.engine,
        large.plants,
        figure(times, 2),
        small.plants,
        figure(large.peak_mb, 1),
        figure(allowed, 1),
    );
}

impl Engine {
    const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    fn compare(&self, settings: &Settings, plants: u32, files: &Path) -> anyhow::Result<Summary> {
        let base = self.base(files, plants)?;
        let (mut same, mut bulk, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.reps {
            bulk.extend(self.bulk(settings, plants, files)?);
            let copy = self.copy(&base, files)?;
            let measured = copy.run(["issue", "measure"], &[])?;
            runs.push(serde_json::from_str::<Measured>(&measured)?);
            same.push(Self::same(&copy)?);
            self.remove(&copy)?;
        }
        self.remove(&base)?;
        let total = |run: &Measured| run.draw_s + run.issue_s;
        let (same, bulk) = (median(same), median(bulk));
        let ours = median(runs.iter().map(total));
        let to = |anchor: Option<f64>| ours.zip(anchor).map(|(ours, anchor)| ours / anchor);
        Ok(Summary {
            bench: "issue",
            engine: self.name(),
            plants,
            reps: settings.reps,
            messages: runs.first().map_or(0, |run| run.messages),
            draw_and_issue_s: ours,
            issue_s: median(runs.iter().map(|run| run.issue_s)),
            cpu_s: median(runs.iter().filter_map(|run| run.cpu_s)),
            peak_mb: median(runs.iter().filter_map(|run| run.peak_kb)).map(|kb| kb / 1024.0),
            same_rows_s: same,
            to_same_rows: to(same),
            bulk_s: bulk,
            to_bulk: to(bulk),
        })
    }

    /// Bare inserts of as many small orders and messages, in seconds.
    fn bulk(&self, settings: &Settings, plants: u32, files: &Path) -> anyhow::Result<Option<f64>> {
        let plants = plants.to_string();
        let (wanted, on): (&str, &[&str]) = match self {
            Self::Sqlite => ("sqlite_prepared_FULL", &["--only", "prepared"]),
            Self::Postgres { server } => ("pg_copy", &["--only", "pg_copy", "--pg", server]),
        };
        let on = [on, &["--n", &plants]].concat();
        anchor(settings, "bulk", &on, files, wanted)
    }

    /// Bare inserts of the rows that were written to a database, in seconds.
    fn same(written: &Place) -> anyhow::Result<f64> {
        match &written.database {
            None => {
                let file = |name| written.home.join(name);
                bare::prepared_inserts(&file("qingkong.db"), &file("bare.db"))
            }
            Some(url) => run(bare::copies(url)),
        }
    }

    /// A database with a list and a signed notice.
    fn base(&self, files: &Path, plants: u32) -> anyhow::Result<Place> {
        let home = files.join("base");
        fs::create_dir(&home)?;
        let base = Place {
            database: self.new_database("template0", "qingkong_bench_base")?,
            home,
        };
        base.run(["issue", "prepare"], &["--plants", &plants.to_string()])?;
        if let Some(database) = &base.database {
            // As a running server does by itself in the minutes after an import.
            run(administer(database, "VACUUM (ANALYZE)"))?;
        }
        Ok(base)
    }

    fn copy(&self, base: &Place, files: &Path) -> anyhow::Result<Place> {
        let home = files.join("copy");
        fs::create_dir(&home)?;
        for file in fs::read_dir(&base.home)? {
            let file = file?;
            fs::copy(file.path(), home.join(file.file_name()))?;
        }
        let database = self.new_database("qingkong_bench_base", "qingkong_bench_copy")?;
        Ok(Place { home, database })
    }

    /// The address of a new database like another.
    fn new_database(&self, like: &str, name: &str) -> anyhow::Result<Option<String>> {
        let Self::Postgres { server } = self else {
            return Ok(None);
        };
        let (host, _) = server
            .rsplit_once('/')
            .context("expected postgres://HOST/DATABASE")?;
        for statement in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name} TEMPLATE {like}"),
            "CHECKPOINT".to_owned(),
        ] {
            run(administer(server, &statement))?;
        }
        Ok(Some(format!("{host}/{name}")))
    }

    fn remove(&self, base: &Place) -> anyhow::Result<()> {
        fs::remove_dir_all(&base.home)?;
        let name = base
            .database
            .as_ref()
            .and_then(|url| url.rsplit('/').next());
        match (self, name) {
            (Self::Postgres { server }, Some(name)) => {
                let statement = format!("DROP DATABASE {name} WITH (FORCE)");
                run(administer(server, &statement))
            }
            _ => Ok(()),
        }
    }
}

/// One run of an anchor, in seconds; none where there is no such program.
fn anchor(
    settings: &Settings,
    program: &str,
    on: &[&str],
    files: &Path,
    wanted: &str,
) -> anyhow::Result<Option<f64>> {
    let Some(program) = settings.anchor(program) else {
        return Ok(None);
    };
    let run = Command::new(&program)
        .args(on)
        .args(["--reps", "1", "--dir"])
        .arg(files)
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let printed = String::from_utf8(run.stdout)?;
    for line in printed.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if line["bench"] == wanted {
            return Ok(line["med_s"].as_f64());
        }
    }
    bail!("{} has not measured {wanted}", program.display())
}

async fn administer(server: &str, statement: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    bare::run(&mut connection, statement).await?;
    connection.close().await?;
    Ok(())
}

// --- The measured part -----------------------------------------------------------------------------------

async fn measure(place: &Place) -> anyhow::Result<Measured> {
    let app = place.open().await?;
    let prepared = Prepared::read(place)?;
    // A running server has read its playbook long ago.
    app.active_playbook().await?;
    let cpu = processor_seconds();
    let start = Instant::now();
    let drawn = prepared.draw(&app).await?;
    let draw_s = start.elapsed().as_secs_f64();
    let issued = prepared.issue(&app, drawn).await?;
    let issue_s = start.elapsed().as_secs_f64() - draw_s;
    let spent = processor_seconds().zip(cpu);
    app.db.close().await;
    Ok(Measured {
        lines: issued.lines,
        messages: issued.messages,
        draw_s,
        issue_s,
        cpu_s: spent.map(|(after, before)| after - before),
        peak_kb: peak_kilobytes(),
    })
}

/// The most memory this process ever held (`VmHWM`).
fn peak_kilobytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
