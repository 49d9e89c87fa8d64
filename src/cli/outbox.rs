use clap::Subcommand;
use serde_json::json;

use super::node::{Node, block_on};
use super::{Failure, print::Output, refused};
use crate::app::Caller;
use crate::domain::time::rfc3339;

/// Look at what waits to be sent, and release it after a restore.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say how many messages wait, and whether the outbox is held.
    Show(Show),
    /// Let everything go out that waits since a restore.
    ///
    /// Letters that were sent after the backup was taken go out once more, under the same ids. Lift
    /// or change first what is no longer true: a letter that was overtaken is not sent.
    Release(Release),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
struct Release {
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        match &args.command {
            Command::Show(args) => show(args, out).await,
            Command::Release(args) => release(args, out).await,
        }
    })
}

async fn show(args: &Show, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open_existing().await?;
    let outbox = app.show_outbox(&Caller::operator()).await?;
    let due = outbox.due;
    let held = outbox.held.as_ref();
    let json = json!({
        "type": "outbox", "due": due,
        "held": held.map(|epoch| json!({
            "epoch": epoch.number, "since": rfc3339(epoch.began_at),
        })),
    });
    out.json_or(args.json, &json, || match held {
        None => format!("{due} messages are to be sent"),
        Some(epoch) => format!(
            "{due} messages wait; held since epoch {} was restored at {}",
            epoch.number,
            rfc3339(epoch.began_at)
        ),
    })?;
    Ok(())
}

async fn release(args: &Release, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open_existing().await?;
    let released = app.release_outbox(&Caller::operator(), None).await;
    let released = released.map_err(refused)?;
    let messages = released.messages;
    out.line(format_args!("released: {messages} messages go out"))?;
    Ok(())
}
