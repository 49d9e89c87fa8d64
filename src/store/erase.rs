//! Erasing a person: out of every table that can be erased. The record goes on naming contacts by key
//! and accounts by id; whether its free texts name the person is looked for, and left.

use super::db::Among;
use super::{Result, Tx};
use crate::domain::access::Account;
use crate::domain::id::{ContactKey, RecipientKey};

/// A contact that is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its key, which stays in answers and messages.
    pub key: ContactKey,
    /// Whose contact it is.
    pub recipient: RecipientKey,
    /// What the recipient is called.
    pub of: String,
    /// Their name.
    pub name: String,
    /// Telephone and mailbox.
    pub reach: Vec<String>,
}

type FoundRow = (i64, i64, String, String, Option<String>, Option<String>);

/// The contacts with a telephone number or a mailbox, wherever they are listed.
pub async fn find_by_reach(tx: &mut Tx, reach: &str) -> Result<Vec<Contact>> {
    let rows: Vec<FoundRow> = tx
        .all(
            "SELECT c.contact_key, c.recipient_key, r.name, c.name, c.phone, c.email
               FROM contact   c
               JOIN recipient r ON r.recipient_key = c.recipient_key
              WHERE c.phone = $1
                 OR c.email = $1
              ORDER BY c.contact_key",
            (reach,),
        )
        .await?;
    Ok(rows.into_iter().map(found).collect())
}

/// The contacts with a name at the recipient of a number: a plant's on its list, an office's region.
pub async fn find_by_name(tx: &mut Tx, name: &str, number: &str) -> Result<Vec<Contact>> {
    let rows: Vec<FoundRow> = tx
        .all(
            "SELECT c.contact_key, c.recipient_key, r.name, c.name, c.phone, c.email
               FROM contact   c
               JOIN recipient r ON r.recipient_key = c.recipient_key
              WHERE c.name   = $1
                AND r.number = $2
              ORDER BY c.contact_key",
            (name, number),
        )
        .await?;
    Ok(rows.into_iter().map(found).collect())
}

fn found((key, recipient, of, name, phone, email): FoundRow) -> Contact {
    Contact {
        key: ContactKey(key),
        recipient: RecipientKey(recipient),
        of,
        name,
        reach: [phone, email].into_iter().flatten().collect(),
    }
}

/// Which of these recipients have no contact to be told any more.
pub async fn list_unreachable(tx: &mut Tx, recipients: &[RecipientKey]) -> Result<Vec<String>> {
    const UNREACHABLE: Among = Among::new(
        "SELECT name
           FROM recipient r
          WHERE active
            AND NOT EXISTS (SELECT 1
                              FROM contact c
                             WHERE c.recipient_key = r.recipient_key
                               AND c.active)
            AND recipient_key",
        "ORDER BY recipient_key",
    );
    let keys: Vec<i64> = recipients.iter().map(|recipient| recipient.0).collect();
    let rows: Vec<(String,)> = tx.all_among(UNREACHABLE, (), &keys).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Erases a contact and the words of its answers; answers with these answers.
pub async fn erase_contact(tx: &mut Tx, contact: ContactKey) -> Result<Vec<i64>> {
    let notes = erase_notes_by(tx, "contact", &contact.to_string()).await?;
    tx.execute("DELETE FROM contact WHERE contact_key = $1", (contact.0,))
        .await?;
    Ok(notes)
}

/// Erases an account with its sessions and tokens, and the words of its answers; answers with these
/// answers. Its id stays wherever it acted.
pub async fn erase_account(tx: &mut Tx, account: &Account) -> Result<Vec<i64>> {
    let (id, name) = (account.id.to_string(), account.name.as_str());
    let notes = erase_notes_by(tx, account.role.as_str(), &id).await?;
    for statement in [
        "DELETE FROM session WHERE account = $1",
        "DELETE FROM token   WHERE account = $1",
        "DELETE FROM idempotency WHERE caller = $1",
        "DELETE FROM account WHERE id = $1",
    ] {
        tx.execute(statement, (id.as_str(),)).await?;
    }
    // Lists taken in by an early release name the account instead of its id.
    tx.execute(
        "UPDATE list_version
            SET imported_by = $2
          WHERE imported_by = $1",
        (name, id.as_str()),
    )
    .await?;
    tx.execute(
        "DELETE FROM sign_in_attempts
          WHERE subject = 'account ' || $1
             OR REPLACE(subject, 'account ' || $1 || ' from ', '') <> subject",
        (name,),
    )
    .await?;
    Ok(notes)
}

async fn erase_notes_by(tx: &mut Tx, role: &str, key: &str) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "DELETE FROM answer_note
              WHERE answer_key IN (SELECT answer_key
                                     FROM answer
                                    WHERE by_role = $1
                                      AND by_key  = $2)
          RETURNING answer_key",
            (role, key),
        )
        .await?;
    Ok(rows.into_iter().map(|(answer,)| answer).collect())
}

/// The answers whose words hold a telephone number or a mailbox.
pub async fn list_mentions(tx: &mut Tx, reach: &str) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT answer_key FROM answer_note WHERE REPLACE(note, $1, '') <> note",
            (reach,),
        )
        .await?;
    Ok(rows.into_iter().map(|(answer,)| answer).collect())
}

/// The answers to the orders of one recipient whose words hold a name. Elsewhere the same name may
/// well be another's: two characters are in many words.
pub async fn list_mentions_at(tx: &mut Tx, name: &str, number: &str) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT n.answer_key
               FROM recipient   r
               JOIN plan_line   l ON l.recipient_key = r.recipient_key
               JOIN answer      a ON a.plan_key      = l.plan_key
                                 AND a.order_key     = l.order_key
               JOIN answer_note n ON n.answer_key    = a.answer_key
              WHERE r.number = $2
                AND REPLACE(n.note, $1, '') <> n.note",
            (name, number),
        )
        .await?;
    Ok(rows.into_iter().map(|(answer,)| answer).collect())
}

/// Erases the words of answers.
pub async fn erase_notes(tx: &mut Tx, answers: &[i64]) -> Result<()> {
    const NOTES: Among = Among::new("DELETE FROM answer_note WHERE answer_key", "");
    tx.execute_among(NOTES, (), answers).await?;
    Ok(())
}

/// Empties stored answers to requests that hold a word. Their keys stay, so that nothing is done
/// twice by whoever asks again.
pub async fn empty_stored_answers(tx: &mut Tx, word: &str) -> Result<u64> {
    tx.execute(
        "UPDATE idempotency
            SET answer = ''
          WHERE REPLACE(answer, $1, '') <> answer",
        (word,),
    )
    .await
}

/// Which tables of the record hold a word in a text somebody wrote. They are append-only and vouched
/// for, so nothing is erased there. What a scan shows is not looked at.
pub async fn list_record_naming(tx: &mut Tx, word: &str) -> Result<Vec<&'static str>> {
    let mut naming = Vec::new();
    for (table, count) in RECORD_TEXTS {
        let rows: i64 = tx.scalar(count, (word,)).await?;
        if rows > 0 {
            naming.push(table);
        }
    }
    Ok(naming)
}

macro_rules! count_naming {
    ($($table:literal.$column:literal)*) => {
        [$(($table, concat!(
            "SELECT COUNT(*) FROM ", $table, " WHERE REPLACE(", $column, ", $1, '') <> ", $column
        ))),*]
    };
}

const RECORD_TEXTS: [(&str, &str); 9] = count_naming! {
    "advisory_step"."body"
    "attempt"."reply"
    "information_update"."body"
    "instruction"."body"
    "journal_entry"."body"
    "notice_step"."body"
    "playbook_file"."body"
    "proposal"."reason"
    "scan"."name"
};
