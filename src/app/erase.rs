//! Erasing a person (个人信息删除): what the law gives everybody a right to, without a gap in the
//! record.
//!
//! Names, telephones and mailboxes stand in tables that can be erased, never in the record: orders,
//! letters and answers name contacts by key and accounts by id, and the words of an answer by their
//! salted digest. So the person goes, the orders stay countable, and the chain still verifies.
//!
//! What a list or a backup *file* says is not here to be erased: a list that still names the person
//! brings them back with the next import.

use std::collections::BTreeSet;

use serde_json::json;

use super::journal::{self, Entry};
use super::{App, Caller, Error, Right};
use crate::domain::access::Account;
use crate::domain::enterprise::{Email, Phone};
use crate::store::erase::{self, Contact};
use crate::store::{self, Tx, account};

/// Who is meant: everything named here belongs to one person.
#[derive(Clone, Debug, Default)]
pub struct Whom {
    /// A telephone number, wherever it is listed.
    pub phone: Option<String>,
    /// A mailbox, wherever it is listed.
    pub email: Option<String>,
    /// A name, and the number of the plant (of an office: its region) where it is listed.
    pub named_at: Option<(String, String)>,
    /// The name of an account.
    pub account: Option<String>,
}

/// What was erased, or would be. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// How many contacts, and of whom.
    pub contacts: Vec<String>,
    /// Whether an account.
    pub account: bool,
    /// The words of how many answers.
    pub notes: u64,
    /// The recipients that nobody can be told for any more.
    pub unreachable: Vec<String>,
}

impl App {
    /// Erases a person; `only_look` says what that would mean and changes nothing. What is named
    /// and not there is an error, so that a slip of the pen erases nobody unnoticed.
    pub async fn erase_person(
        &self,
        caller: &Caller,
        whom: &Whom,
        only_look: bool,
    ) -> Result<Erased, Error> {
        caller.has(Right::ManageAccounts)?;
        caller.has(Right::EditLists)?;
        let whom = whom.checked()?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let contacts = whom.contacts(&mut tx).await?;
        let account = whom.account(&mut tx).await?;
        let notes = erase_all(&mut tx, &contacts, account.as_ref()).await?;
        let recipients: Vec<_> = contacts.iter().map(|contact| contact.recipient).collect();
        let erased = Erased {
            unreachable: erase::list_unreachable(&mut tx, &recipients).await?,
            contacts: contacts.iter().map(|contact| contact.of.clone()).collect(),
            account: account.is_some(),
            notes,
        };
        if only_look {
            return Ok(erased);
        }
        let keys: Vec<i64> = contacts.iter().map(|contact| contact.key.0).collect();
        let account = account.map(|account| account.id);
        let body = json!({ "contacts": keys, "account": account, "notes": notes });
        let entry = Entry::new("person.erased", "person", caller, now, body);
        journal::record(&mut tx, &self.ids, entry).await?;
        tx.commit().await?;
        self.bell.ring();
        Ok(erased)
    }
}

/// Erases them, and whatever else names them; answers with the words of how many answers went.
async fn erase_all(
    tx: &mut Tx,
    contacts: &[Contact],
    account: Option<&Account>,
) -> store::Result<u64> {
    let mut notes = 0;
    for contact in contacts {
        notes += erase::erase_contact(tx, contact.key).await?;
    }
    if let Some(account) = account {
        notes += erase::erase_account(tx, account).await?;
    }
    let words = contacts.iter().flat_map(|contact| &contact.words);
    let words: BTreeSet<&String> = words.chain(account.map(|account| &account.name)).collect();
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        notes += erase::erase_mentions(tx, word).await?;
    }
    Ok(notes)
}

impl Whom {
    /// The same in the spelling of the tables.
    fn checked(&self) -> Result<Self, Error> {
        let wrong = |field: &str, error: &dyn std::fmt::Display| {
            Error::invalid(field, "malformed", error.to_string())
        };
        let phone = self.phone.as_deref().map(str::parse::<Phone>).transpose();
        let phone = phone.map_err(|error| wrong("phone", &error))?;
        let email = self.email.as_deref().map(str::parse::<Email>).transpose();
        let email = email.map_err(|error| wrong("email", &error))?;
        Ok(Self {
            phone: phone.map(|phone| phone.as_str().to_owned()),
            email: email.map(|email| email.as_str().to_owned()),
            named_at: self.named_at.clone(),
            account: self.account.as_ref().map(|name| name.to_lowercase()),
        })
    }

    /// The contacts meant, each once.
    async fn contacts(&self, tx: &mut Tx) -> Result<Vec<Contact>, Error> {
        let mut contacts: Vec<Contact> = Vec::new();
        for (field, reach) in [("phone", &self.phone), ("email", &self.email)] {
            if let Some(reach) = reach {
                let found = erase::find_by_reach(tx, reach).await?;
                contacts.extend(there(field, found)?);
            }
        }
        if let Some((name, number)) = &self.named_at {
            let found = erase::find_by_name(tx, name, number).await?;
            contacts.extend(there("name", found)?);
        }
        contacts.sort_by_key(|contact| contact.key);
        contacts.dedup_by_key(|contact| contact.key);
        Ok(contacts)
    }

    async fn account(&self, tx: &mut Tx) -> Result<Option<Account>, Error> {
        let Some(name) = &self.account else {
            return Ok(None);
        };
        let found = account::find_account(tx, name).await?;
        let (account, _) = found.ok_or_else(|| missing("account"))?;
        Ok(Some(account))
    }
}

/// What was found, if anything was.
fn there(field: &str, found: Vec<Contact>) -> Result<Vec<Contact>, Error> {
    if found.is_empty() {
        return Err(missing(field));
    }
    Ok(found)
}

fn missing(field: &str) -> Error {
    Error::invalid(field, "not-found", "nobody is listed so")
}
