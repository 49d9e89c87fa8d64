use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::store::{Db, Options};

/// Bring the database's schema up to date.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let config = args.node.config()?;
    let url = config.database_url().map_err(Failure::input)?;
    block_on(async {
        if config.is_embedded().map_err(Failure::input)? {
            std::fs::create_dir_all(&config.data_dir)?;
        }
        let db = Db::open(&url, Options::default()).await?;
        db.migrate().await?;
        db.close().await;
        out.line("the schema is up to date")?;
        Ok(())
    })
}
