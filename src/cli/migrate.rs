use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::service;

/// Bring the database's schema up to date.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let config = args.node.config()?;
    block_on(async {
        let db = service::open_database(&config).await?;
        db.migrate().await?;
        db.close().await;
        out.line("the schema is up to date")?;
        Ok(())
    })
}
