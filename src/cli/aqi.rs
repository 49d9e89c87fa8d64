use super::{Failure, print::Output};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, _out: &mut Output) -> Result<(), Failure> {
    Ok(())
}
