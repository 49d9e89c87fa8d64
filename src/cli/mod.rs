//! The command line: one file per command, `print` the one place that writes to stdout.
//!
//! A command takes its parsed arguments and an `Output`, and fails with a
//! `Failure` that knows its exit code: 1 refused or failed, 2 wrong command line or input.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Parser, Subcommand};

use crate::app;
use crate::table::Fault;

mod aqi;
mod assess;
mod backup;
mod completions;
pub mod demo;
mod doctor;
mod erase;
mod export;
mod import;
mod journal;
mod keyring;
mod log;
mod migrate;
mod node;
mod outbox;
mod playbook;
mod print;
mod reason;
mod replay;
mod restore;
mod serve;
mod token;
mod user;
mod window;

/// 晴空 Qingkong, the heavy-pollution-weather emergency response system (重污染天气应急响应系统).
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Aqi(aqi::Args),
    Assess(assess::Args),
    Replay(replay::Args),
    Serve(serve::Args),
    Demo(demo::Args),
    Migrate(migrate::Args),
    Doctor(doctor::Args),
    Import(import::Args),
    Export(export::Args),
    User(user::Args),
    Token(token::Args),
    Keyring(keyring::Args),
    Journal(journal::Args),
    Outbox(outbox::Args),
    Erase(erase::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Playbook(playbook::Args),
    Completions(completions::Args),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failure {
    /// The command line or the input is wrong: exit code 2.
    Input(anyhow::Error),
    /// Refused, failed, or a check found faults: exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    fn input(error: impl Into<anyhow::Error>) -> Self {
        Self::Input(error.into())
    }

    /// Faulty files are wrong input; the first hundred faults are told.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is what `map_err` hands on"
    )]
    fn faults(faults: Vec<Fault>) -> Self {
        const TOLD: usize = 100;
        let mut told: Vec<_> = faults.iter().take(TOLD).map(ToString::to_string).collect();
        if let Some(more) = faults.len().checked_sub(TOLD).filter(|more| *more > 0) {
            told.push(format!("and {more} more"));
        }
        Self::Input(anyhow!("{}", told.join("\n")))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Wrong fields are wrong input; everything else is a refusal.
fn refused(error: app::Error) -> Failure {
    match error {
        app::Error::Invalid(_) => Failure::input(error),
        other => other.into(),
    }
}

/// Runs a command and answers with its exit code.
pub fn run(cli: Cli) -> ExitCode {
    let mut out = print::Output::stdout();
    let done = match cli.command {
        Command::Aqi(args) => aqi::run(&args, &mut out),
        Command::Assess(args) => assess::run(&args, &mut out),
        Command::Replay(args) => replay::run(&args, &mut out),
        Command::Serve(args) => serve::run(&args, &mut out),
        Command::Demo(args) => demo::run(&args, &mut out),
        Command::Migrate(args) => migrate::run(&args, &mut out),
        Command::Doctor(args) => doctor::run(&args, &mut out),
        Command::Import(args) => import::run(&args, &mut out),
        Command::Export(args) => export::run(&args, &mut out),
        Command::User(args) => user::run(&args, &mut out),
        Command::Token(args) => token::run(&args, &mut out),
        Command::Keyring(args) => keyring::run(&args, &mut out),
        Command::Journal(args) => journal::run(&args, &mut out),
        Command::Outbox(args) => outbox::run(&args, &mut out),
        Command::Erase(args) => erase::run(&args, &mut out),
        Command::Backup(args) => backup::run(&args, &mut out),
        Command::Restore(args) => restore::run(&args, &mut out),
        Command::Playbook(args) => playbook::run(&args, &mut out),
        Command::Completions(args) => completions::run(&args, &mut out),
    };
    match done.and_then(|()| out.finish().map_err(Failure::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(error)) if print::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(Failure::Failed(error)) => {
            print::error(&error);
            ExitCode::from(1)
        }
        Err(Failure::Input(error)) => {
            print::error(&error);
            ExitCode::from(2)
        }
    }
}
