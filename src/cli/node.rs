//! What every command that works on a node's own files and database takes.

use std::path::PathBuf;

use super::Failure;
use crate::app::App;
use crate::config::Config;
use crate::service;
use crate::store::{Db, StoreError};

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

    /// The same, for a command that reads what is there.
    pub(crate) async fn open_existing(&self) -> Result<App, Failure> {
        let config = self.config()?;
        service::open_existing(config).await.map_err(missing)
    }

    /// The database for a command that fills it: made where it is not there, and not migrated.
    pub(crate) async fn new_database(&self) -> Result<Db, Failure> {
        let config = self.config()?;
        Ok(service::open_database(&config).await?)
    }

    /// The database as it is found: neither made nor migrated.
    pub(crate) async fn existing_database(&self) -> Result<Db, Failure> {
        let config = self.config()?;
        service::existing_database(&config).await.map_err(missing)
    }
}

/// A database that is not there was named wrongly.
fn missing(error: anyhow::Error) -> Failure {
    match error.downcast_ref() {
        Some(StoreError::NoDatabase { .. }) => Failure::Input(error),
        _ => Failure::Failed(error),
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
