//! `cargo bench --bench speed -- BENCH [--anchors DIR] [--pg URL]`: how fast the parts of the line
//! are, each beside a program that does less. Without a name, all of them one after the other.
//!
//! Machines are noisy: whatever is compared runs in turns, and what counts is the ratio of the
//! medians of one run. A program that is not at hand leaves its ratio "not measured". The folder of
//! `--anchors` holds small programs of their own: `bulk`, `sink`, `dispatch`, `ackd`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints what it measures"
)]

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod answer;
mod bare;
mod bureau;
mod hours;
mod issue;
mod peers;
mod program;
mod replay;
mod rig;
mod send;
mod start;
mod storm;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    bench: Option<Bench>,
    /// Told by `cargo bench`
    #[arg(long = "bench", hide = true, global = true)]
    _told: bool,
}

/// What all benches are told.
#[derive(clap::Args)]
struct Settings {
    /// How often each
    #[arg(long, default_value_t = 3, global = true)]
    reps: usize,
    /// The folder of the programs beside us
    #[arg(long, value_name = "DIR", global = true)]
    anchors: Option<PathBuf>,
    /// A PostgreSQL server on which databases may be made: measured too
    #[arg(long, value_name = "URL", global = true)]
    pg: Option<String>,
}

impl Settings {
    /// A program of the folder.
    fn anchor(&self, name: &str) -> Option<PathBuf> {
        let program = self.anchors.as_ref()?.join(name);
        program.exists().then_some(program)
    }
}

#[derive(Subcommand)]
enum Bench {
    /// Draw and issue a warning for a whole list, against bare inserts of its rows
    Issue(issue::Args),
    /// Send the messages of a warning, against bare clients
    Send(send::Args),
    /// Acknowledge every order, against a server that does nothing
    Answer(answer::Args),
    /// Start a node, and look at what it holds
    Start(start::Args),
    /// Replay the days of a country
    Replay(replay::Args),
    /// Judge the hours of a country, against numpy
    Hours(hours::Args),
}

fn main() -> anyhow::Result<()> {
    let Args {
        settings, bench, ..
    } = Args::parse();
    match bench {
        Some(Bench::Issue(args)) => issue::bench(&settings, &args),
        Some(Bench::Send(args)) => send::bench(&settings, &args),
        Some(Bench::Answer(args)) => answer::bench(&settings, &args),
        Some(Bench::Start(_)) => start::bench(&settings),
        Some(Bench::Replay(args)) => replay::bench(&settings, &args),
        Some(Bench::Hours(args)) => hours::bench(&settings, &args),
        None => all(&settings),
    }
}

fn all(settings: &Settings) -> anyhow::Result<()> {
    hours::bench(settings, &by_default())?;
    replay::bench(settings, &by_default())?;
    start::bench(settings)?;
    issue::bench(settings, &by_default())?;
    send::bench(settings, &by_default())?;
    answer::bench(settings, &by_default())
}

/// What a bench is told when it is told nothing.
fn by_default<A: clap::Args>() -> A {
    let command = A::augment_args(clap::Command::new("bench"));
    let matches = command.get_matches_from(["bench"]);
    A::from_arg_matches(&matches).expect("every setting has a default")
}
