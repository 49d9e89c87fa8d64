//! Erasing a person (个人信息删除): what the law gives everybody a right to, without a gap in the
//! record.
//!
//! Names, telephones and mailboxes stand in tables that can be erased, never in the record: orders,
//! letters and answers name contacts by key and accounts by id, and the words of an answer by their
//! salted digest. So the person goes, the orders stay countable, and the chain still verifies.
//!
//! What a list or a backup *file* says is not here to be erased: a list that still names the person
//! brings them back with the next import, a restore with the record it restores. Nor are the free
//! texts of the record (a notice, a decision, an instruction, what a mail server replied): they are
//! vouched for as they were written, so it is said which of them name the person.
//!
//! Words that others wrote in answers go if they hold the person's telephone number or mailbox; a
//! name counts only in answers for the plant it is given with, since elsewhere it may be another's.

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
    /// The answers whose words go, by their keys.
    pub notes: BTreeSet<i64>,
    /// The tables of the record whose texts name the person, and stay.
    pub record: BTreeSet<&'static str>,
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
        let mut found = whom.find(&mut tx).await?;
        let account = whom.account(&mut tx).await?;
        found.erase(&mut tx, account.as_ref()).await?;
        let Found {
            contacts,
            notes,
            record,
        } = found;
        let recipients: Vec<_> = contacts.iter().map(|contact| contact.recipient).collect();
        let erased = Erased {
            unreachable: erase::list_unreachable(&mut tx, &recipients).await?,
            contacts: contacts.iter().map(|contact| contact.of.clone()).collect(),
            account: account.is_some(),
            notes,
            record,
        };
        if only_look {
            return Ok(erased);
        }
        let keys: Vec<i64> = contacts.iter().map(|contact| contact.key.0).collect();
        let account = account.map(|account| account.id);
        let body = json!({ "contacts": keys, "account": account, "notes": erased.notes });
        let entry = Entry::new("person.erased", "person", caller, now, body);
        journal::record(&mut tx, &self.ids, entry).await?;
        tx.commit().await?;
        self.bell.ring();
        Ok(erased)
    }
}

/// Where the person is.
#[derive(Default)]
struct Found {
    contacts: Vec<Contact>,
    /// The answers with their words.
    notes: BTreeSet<i64>,
    record: BTreeSet<&'static str>,
}

impl Found {
    /// Adds what was found by one thing that was named, if anything was.
    fn add(
        &mut self,
        field: &str,
        contacts: Vec<Contact>,
        notes: Vec<i64>,
        record: Vec<&'static str>,
    ) -> Result<(), Error> {
        if contacts.is_empty() && notes.is_empty() && record.is_empty() {
            return Err(missing(field));
        }
        self.contacts.extend(contacts);
        self.notes.extend(notes);
        self.record.extend(record);
        Ok(())
    }

    /// Erases them, and whatever else can be erased that names them.
    async fn erase(&mut self, tx: &mut Tx, account: Option<&Account>) -> store::Result<()> {
        for contact in &self.contacts {
            self.notes
                .extend(erase::erase_contact(tx, contact.key).await?);
            for reach in &contact.reach {
                self.notes.extend(erase::list_mentions(tx, reach).await?);
            }
            for word in contact.reach.iter().chain([&contact.name]) {
                self.record
                    .extend(erase::list_record_naming(tx, word).await?);
                erase::empty_stored_answers(tx, word).await?;
            }
        }
        if let Some(account) = account {
            self.notes.extend(erase::erase_account(tx, account).await?);
            let named = json!(account.name).to_string();
            erase::empty_stored_answers(tx, &named).await?;
        }
        let notes: Vec<i64> = self.notes.iter().copied().collect();
        erase::erase_notes(tx, &notes).await
    }
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

    /// The contacts meant, each once, and where else they are named: a contact that was struck from
    /// the list since may still be.
    async fn find(&self, tx: &mut Tx) -> Result<Found, Error> {
        let mut found = Found::default();
        for (field, reach) in [("phone", &self.phone), ("email", &self.email)] {
            if let Some(reach) = reach {
                let contacts = erase::find_by_reach(tx, reach).await?;
                let notes = erase::list_mentions(tx, reach).await?;
                let record = erase::list_record_naming(tx, reach).await?;
                found.add(field, contacts, notes, record)?;
                erase::empty_stored_answers(tx, reach).await?;
            }
        }
        if let Some((name, number)) = &self.named_at {
            let contacts = erase::find_by_name(tx, name, number).await?;
            let notes = erase::list_mentions_at(tx, name, number).await?;
            let record = erase::list_record_naming(tx, name).await?;
            found.add("name", contacts, notes, record)?;
        }
        found.contacts.sort_by_key(|contact| contact.key);
        found.contacts.dedup_by_key(|contact| contact.key);
        Ok(found)
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

fn missing(field: &str) -> Error {
    Error::invalid(field, "not-found", "nobody is listed or mentioned so")
}
