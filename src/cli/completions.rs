//! `qingkong completions`: what a shell needs to complete our commands.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Failure, print::Output};

/// Print a script that completes commands and options in a shell.
///
/// For bash: `qingkong completions bash > /etc/bash_completion.d/qingkong`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "qingkong", &mut script);
    Ok(out.bytes().write_all(&script)?)
}
