use anyhow::Context;
use chrono::TimeDelta;
use clap::Subcommand;
use serde_json::json;

use super::node::{Node, block_on};
use super::{Failure, print::Output};
use crate::app::Caller;
use crate::app::account::NewToken;
use crate::app::caller::Scopes;

/// Keep the API tokens of accounts.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token, printed this once.
    Add(Add),
    /// Revoke a token.
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The name of its account.
    name: String,
    /// What it is limited to: `*` for all its account may do, or words such as `warnings:see`.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// What it is for.
    #[arg(long, default_value = "command line")]
    label: String,
    /// How many days it lasts; for ever without this.
    #[arg(long)]
    days: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
struct Revoke {
    /// The id of the token.
    id: String,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        match &args.command {
            Command::Add(args) => add(args, out).await,
            Command::Revoke(args) => revoke(args, out).await,
        }
    })
}

async fn add(args: &Add, out: &mut Output) -> Result<(), Failure> {
    let scopes: Scopes = args.scopes.join(" ").parse().map_err(Failure::input)?;
    let app = args.node.open().await?;
    let new = NewToken {
        account: args.name.clone(),
        label: args.label.clone(),
        scopes,
        lasts: args.days.map(|days| TimeDelta::days(days.into())),
    };
    let token = app
        .add_token(&Caller::operator(), new)
        .await
        .with_context(|| format!("account `{}`", args.name))?;
    if args.json {
        out.json(&json!({ "type": "token", "id": token.id, "token": token.secret }))?;
    } else {
        out.line(format_args!("token {}, shown this once:", token.id))?;
        out.line(token.secret)?;
    }
    Ok(())
}

async fn revoke(args: &Revoke, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open().await?;
    app.revoke_token(&Caller::operator(), &args.id)
        .await
        .with_context(|| format!("token `{}`", args.id))?;
    out.line(format_args!("revoked {}", args.id))?;
    Ok(())
}
