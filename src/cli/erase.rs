use clap::Subcommand;
use serde_json::json;

use super::node::{Node, block_on};
use super::print::{Output, note};
use super::{Failure, refused};
use crate::app::Caller;
use crate::app::erase::{Erased, Whom};

/// Erase personal data.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Erase one person: contacts, account, the words of answers by or about them.
    ///
    /// Without --yes it says what would go and changes nothing. Orders, letters and answers stay on
    /// record without a name, and the journal still verifies. Texts of the record (notices, reasons,
    /// instructions, replies of mail servers) stay as they were written: it is said which name the
    /// person. Scans are not looked into.
    Person(Person),
}

#[derive(Debug, clap::Args)]
#[group(id = "whom", required = true, multiple = true, args = ["phone", "email", "name", "account"])]
struct Person {
    /// The person's telephone number, wherever it is listed.
    #[arg(long)]
    phone: Option<String>,
    /// The person's mailbox, wherever it is listed.
    #[arg(long)]
    email: Option<String>,
    /// The person's name as a contact of one enterprise or office, also in answers for it.
    #[arg(long, requires = "number")]
    name: Option<String>,
    /// That enterprise's number on the list; for an office the code of its region.
    #[arg(long = "of", value_name = "NUMBER", requires = "name", id = "number")]
    number: Option<String>,
    /// The person's account.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Do it. It cannot be undone.
    #[arg(long)]
    yes: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let Command::Person(args) = &args.command;
    block_on(async {
        let app = args.node.open_existing().await?;
        let whom = Whom {
            phone: args.phone.clone(),
            email: args.email.clone(),
            named_at: args.name.clone().zip(args.number.clone()),
            account: args.account.clone(),
        };
        let operator = Caller::operator();
        let erased = app.erase_person(&operator, &whom, !args.yes).await;
        let erased = erased.map_err(refused)?;
        let json = json!({
            "type": if args.yes { "erased" } else { "would-erase" },
            "contacts": erased.contacts, "account": erased.account, "notes": erased.notes,
            "record": erased.record, "unreachable": erased.unreachable,
        });
        out.json_or(args.json, &json, || said(&erased, args.yes))?;
        for recipient in &erased.unreachable {
            note(format_args!(
                "{recipient} has no contact then: it cannot be told"
            ));
        }
        for table in &erased.record {
            note(format_args!(
                "a text of the record holds the same words, and stays: {table}"
            ));
        }
        if args.yes {
            note(
                "lists and backups that name the person are files of yours: mend or erase them too; \
                 after a restore, erase again",
            );
        } else {
            note("nothing was erased: --yes does it, and it cannot be undone");
        }
        Ok(())
    })
}

fn said(erased: &Erased, done: bool) -> String {
    let contacts = erased.contacts.len();
    let account = if erased.account { ", an account" } else { "" };
    let notes = erased.notes.len();
    let verb = if done { "erased" } else { "would erase" };
    let sum = format!("{verb} {contacts} contacts{account}, the words of {notes} answers");
    let of = erased
        .contacts
        .iter()
        .map(|of| format!("\n  a contact of {of}"));
    let words = erased
        .notes
        .iter()
        .map(|answer| format!("\n  the words of answer {answer}"));
    sum + &of.chain(words).collect::<String>()
}
