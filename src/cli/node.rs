//! What every command that works on a node's own files and database takes.

use std::path::PathBuf;

use super::Failure;
use crate::app::App;
use crate::config::Config;
use crate::service;

/// Which node a command works on.
#[derive(Debug, clap::Args)]
pub(crate) struct Node {
    /// The configuration, a TOML file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database, `sqlite:PATH` or `postgres://…`, instead of the configured one.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Node {
    /// The configuration, with the database of the command line.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::load(self.config.as_deref()).map_err(Failure::input)?;
        if let Some(url) = &self.database {
            config.database.url = Some(url.clone());
            config.database.url_file = None;
        }
        Ok(config)
    }

    /// The use cases, beside a service that may be running.
    pub(crate) async fn open(&self) -> Result<App, Failure> {
        let config = self.config()?;
        Ok(service::open(config).await?)
    }
}

/// Runs a command that waits for things.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(command);
    // What a hard stop leaves under way is not waited for.
    runtime.shutdown_background();
    done
}
