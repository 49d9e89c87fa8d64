use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;

use super::node::{Node, block_on};
use super::{Failure, print::Output, refused};
use crate::app::account::NewAccount;
use crate::app::caller::Role;
use crate::app::{App, Caller};
use crate::domain::region::RegionCode;
use crate::domain::time::rfc3339;

/// Keep the accounts of people and programs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an account. Without a password file a password is made up, and printed this once.
    Add(Add),
    /// List every account.
    List(List),
    /// Disable an account: its sessions end, its tokens open nothing.
    Disable(Disable),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The name to sign in with.
    name: String,
    /// officer, approver, coordinator, clerk, inspector, enterprise or administrator.
    #[arg(long)]
    role: Role,
    /// The code of the region it belongs to; the role holds there and below.
    #[arg(long, value_name = "CODE")]
    region: RegionCode,
    /// For an enterprise: the key of the recipient of orders that it answers for.
    #[arg(long, value_name = "KEY")]
    recipient: Option<i64>,
    /// The office held (职务), as a document prints it.
    #[arg(long)]
    title: Option<String>,
    /// A file with the password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Print JSON Lines.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
struct Disable {
    /// The name of the account.
    name: String,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        match &args.command {
            Command::Add(args) => add(args, out).await,
            Command::List(args) => list(args, out).await,
            Command::Disable(args) => disable(args, out).await,
        }
    })
}

async fn add(args: &Add, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open().await?;
    let (password, made_up) = password(args, &app)?;
    let new = NewAccount {
        name: args.name.clone(),
        password: password.clone(),
        role: args.role,
        region: args.region,
        recipient: args.recipient,
        title: args.title.clone(),
    };
    let added = app.add_account(&Caller::operator(), new, None).await;
    let account = added.map_err(refused)?;
    let shown = made_up.then_some(password);
    if args.json {
        out.json(&json!({
            "type": "account",
            "name": account.name,
            "role": account.role,
            "password": shown,
        }))?;
    } else {
        out.line(format_args!("added {} ({})", account.name, account.role))?;
        if let Some(password) = shown {
            out.line(format_args!("password, shown this once: {password}"))?;
        }
    }
    Ok(())
}

async fn list(args: &List, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open().await?;
    for account in app.list_accounts(&Caller::operator()).await? {
        if args.json {
            out.json(&account)?;
            continue;
        }
        let recipient = account
            .recipient
            .map(|key| format!("  recipient {key}"))
            .unwrap_or_default();
        let disabled = account
            .disabled_at
            .map(|at| format!("  disabled {}", rfc3339(at)))
            .unwrap_or_default();
        out.line(format_args!(
            "{:<24} {:<14} {}{recipient}{disabled}",
            account.name, account.role, account.region
        ))?;
    }
    Ok(())
}

async fn disable(args: &Disable, out: &mut Output) -> Result<(), Failure> {
    let app = args.node.open().await?;
    app.disable_account(&Caller::operator(), &args.name)
        .await
        .with_context(|| format!("account `{}`", args.name))?;
    out.line(format_args!("disabled {}", args.name))?;
    Ok(())
}

fn password(args: &Add, app: &App) -> Result<(String, bool), Failure> {
    match &args.password_file {
        None => Ok((app.generate_password(), true)),
        Some(path) => {
            let read = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read `{}`", path.display()));
            let text = read.map_err(Failure::Input)?;
            Ok((text.trim_end_matches(['\r', '\n']).to_owned(), false))
        }
    }
}
