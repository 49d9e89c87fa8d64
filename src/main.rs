//! `qingkong`: parse the command line, run the command, answer with its exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    qingkong::cli::run(qingkong::cli::Cli::parse())
}
