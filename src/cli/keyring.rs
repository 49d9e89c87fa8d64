use std::path::PathBuf;

use anyhow::anyhow;
use clap::Subcommand;

use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::app::{Caller, enroll};
use crate::clock::{Clock, Ids};
use crate::keyring::Keyring;

/// Keep the secrets that sign order links and webhooks.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a keyring, readable by its owner alone. An existing file is not touched.
    Create {
        /// The file.
        file: PathBuf,
    },
    /// Add a key and sign with it from now on; what older keys signed stays valid.
    ///
    /// A running service goes on with the keys it has read, and refuses what the new one signed: give
    /// every instance the new file, then restart them together.
    Rotate {
        #[command(flatten)]
        node: Node,
    },
    /// Print where the webhooks of an enterprise go, and the secrets that sign them.
    ///
    /// Hand the first over to whoever receives them; the others belong to keys that were rotated.
    Webhooks {
        /// The enterprise's number on the list.
        number: String,
        #[command(flatten)]
        node: Node,
    },
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let (ids, now) = (Ids::system(), Clock::system().now());
    match &args.command {
        Command::Create { file } => {
            Keyring::generate(&ids, now).create(file)?;
            out.line(format_args!("made {}", file.display()))?;
        }
        Command::Rotate { node } => {
            let file = node.config()?.keyring_file();
            let rotated = Keyring::read(&file)?.rotated(&ids, now)?;
            rotated.replace(&file)?;
            let key = rotated.current();
            out.line(format_args!(
                "key {key} signs from the next start of the service"
            ))?;
        }
        Command::Webhooks { number, node } => block_on(webhooks(number, node, out))?,
    }
    Ok(())
}

async fn webhooks(number: &str, node: &Node, out: &mut Output) -> Result<(), Failure> {
    let app = node.open_existing().await?;
    let hooks = enroll::webhook_secrets(&app, &Caller::operator(), number).await?;
    if hooks.is_empty() {
        return Err(anyhow!("no contact of `{number}` takes webhooks").into());
    }
    for (hook, secrets) in hooks {
        out.line(hook)?;
        for secret in secrets {
            out.line(format_args!("  {secret}"))?;
        }
    }
    Ok(())
}
