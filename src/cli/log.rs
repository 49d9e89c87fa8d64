//! The log: sentences with fields, on stderr.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::Failure;
use crate::config::{Log, LogFormat};

/// Starts the log of this process.
pub(crate) fn start(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|error| Failure::Input(anyhow::anyhow!("`log.filter` cannot be read: {error}")))?;
    let human = match log.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    if human {
        lines
            .with_ansi(io::stderr().is_terminal())
            .finish()
            .try_init()?;
    } else {
        lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init()?;
    }
    Ok(())
}
