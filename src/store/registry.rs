//! Recipients of orders: plants with their rows of the reduction list, offices, and contacts.
//!
//! A list row is append-only and knows no personal data; contacts are mutable and erasable. A
//! recipient's head names the version of the row that holds now.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::db::{AroundRows, FromRow};
use super::{Inconsistency, Result, Tx};
use crate::domain::enterprise::{Contact, Plant};
use crate::domain::id::{ContactKey, ListVersion, RecipientKey};
use crate::domain::region::RegionCode;

/// The two kinds of recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientKind {
    /// 企业厂区.
    Plant,
    /// 县分局、乡镇.
    Office,
}

impl RecipientKind {
    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plant => "plant",
            Self::Office => "office",
        }
    }
}

/// A recipient as the list has it.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Its key, for ever.
    pub key: RecipientKey,
    /// Its number on the list; an office's region code.
    pub number: String,
    /// Where it is.
    pub region: RegionCode,
    /// What it is called.
    pub name: String,
    /// Whether the list still has it.
    pub active: bool,
}

/// What the store holds of a recipient before an import.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its key.
    pub key: RecipientKey,
    /// The digest of its list row.
    pub digest: String,
    /// Whether the list still has it.
    pub active: bool,
}

/// A version of a list, as an import makes it.
#[derive(Clone, Debug)]
pub struct NewVersion<'v> {
    /// Its number.
    pub version: ListVersion,
    /// Whose list.
    pub list_region: RegionCode,
    /// When, in epoch milliseconds.
    pub imported_at: i64,
    /// By whom.
    pub imported_by: &'v str,
    /// From which file.
    pub source: &'v str,
    /// How many plants the list has now.
    pub plants: i64,
    /// SHA-256 over the digests of the rows it added, in key order.
    pub digest: &'v str,
}

/// A row of a list, ready to be stored.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// Whose.
    pub key: RecipientKey,
    /// JSON without personal data; empty where the plant left the list.
    pub body: String,
    /// SHA-256 of the body.
    pub digest: String,
}

/// Every recipient of a kind on a list, by number.
pub async fn list_known(
    tx: &mut Tx,
    kind: RecipientKind,
    list_region: RegionCode,
) -> Result<HashMap<String, Known>> {
    let rows: Vec<(String, i64, bool, Option<String>)> = tx
        .all(
            "SELECT r.number, r.recipient_key, r.active, l.digest
               FROM recipient r
               LEFT JOIN list_row l
                 ON l.recipient_key = r.recipient_key
                AND l.version       = r.list_version
              WHERE r.kind = $1
                AND r.list_region = $2",
            (kind.as_str(), list_region.as_str()),
        )
        .await?;
    let known = rows.into_iter().map(|(number, key, active, digest)| {
        let digest = digest.unwrap_or_default();
        (
            number,
            Known {
                key: RecipientKey(key),
                digest,
                active,
            },
        )
    });
    Ok(known.collect())
}

/// Adds a version of a list.
pub async fn add_version(tx: &mut Tx, new: &NewVersion<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO list_version
                (version, list_region, imported_at, imported_by, source, plants, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        (
            new.version.0,
            new.list_region.as_str(),
            new.imported_at,
            new.imported_by,
            new.source,
            new.plants,
            new.digest,
        ),
    )
    .await?;
    Ok(())
}

/// Adds recipients, or sets what the list now says of those it knows.
pub async fn set_recipients(
    tx: &mut Tx,
    kind: RecipientKind,
    list_region: RegionCode,
    version: ListVersion,
    recipients: impl IntoIterator<Item = Recipient, IntoIter: Send>,
) -> Result<u64> {
    const SET: AroundRows = AroundRows::new(
        "INSERT INTO recipient
                (recipient_key, kind, list_region, number, region, name, list_version, active)",
        "ON CONFLICT (recipient_key)
           DO UPDATE SET region       = excluded.region,
                         name         = excluded.name,
                         list_version = excluded.list_version,
                         active       = excluded.active",
    );
    let list_region = list_region.to_string();
    let rows = recipients.into_iter().map(move |r| {
        let region = r.region.to_string();
        (
            r.key.0,
            kind.as_str(),
            list_region.clone(),
            r.number,
            region,
            r.name,
            version.0,
            r.active,
        )
    });
    tx.insert_many(SET, rows).await
}

/// Adds rows of a version.
pub async fn add_rows(
    tx: &mut Tx,
    version: ListVersion,
    rows: impl IntoIterator<Item = NewRow, IntoIter: Send>,
) -> Result<u64> {
    let rows = rows
        .into_iter()
        .map(move |row| (row.key.0, version.0, row.body, row.digest));
    tx.insert_many(
        "INSERT INTO list_row (recipient_key, version, body, digest)",
        rows,
    )
    .await
}

/// Sets the contacts at these positions of their recipients.
pub async fn set_contacts(
    tx: &mut Tx,
    first_key: i64,
    contacts: impl IntoIterator<Item = (RecipientKey, i32, Contact), IntoIter: Send>,
) -> Result<u64> {
    const SET: AroundRows = AroundRows::new(
        "INSERT INTO contact
                (contact_key, recipient_key, position, name, role, phone, email, webhook, active)",
        "ON CONFLICT (recipient_key, position)
           DO UPDATE SET name       = excluded.name,
                         role       = excluded.role,
                         phone      = excluded.phone,
                         email      = excluded.email,
                         webhook    = excluded.webhook,
                         active     = excluded.active,
                         retired_at = NULL",
    );
    let rows = (first_key..)
        .zip(contacts)
        .map(|(key, (recipient, position, contact))| {
            (
                key,
                recipient.0,
                position,
                contact.name,
                contact.role,
                contact.phone.map(|phone| phone.as_str().to_owned()),
                contact.email.map(|email| email.as_str().to_owned()),
                contact.webhook.map(|url| url.as_str().to_owned()),
                true,
            )
        });
    tx.insert_many(SET, rows).await
}

/// Retires the contacts of a recipient from a position on: they are told nothing more.
pub async fn retire_contacts(
    tx: &mut Tx,
    recipient: RecipientKey,
    from: i32,
    now: DateTime<Utc>,
) -> Result<u64> {
    tx.execute(
        "UPDATE contact
            SET active     = FALSE,
                retired_at = $3
          WHERE recipient_key = $1
            AND position >= $2
            AND active",
        (recipient.0, from, now.timestamp_millis()),
    )
    .await
}

/// Takes a recipient off its list: nothing more is ordered of it.
pub async fn retire_recipient(
    tx: &mut Tx,
    recipient: RecipientKey,
    version: ListVersion,
) -> Result<u64> {
    tx.execute(
        "UPDATE recipient
            SET active       = FALSE,
                list_version = $2
          WHERE recipient_key = $1",
        (recipient.0, version.0),
    )
    .await
}

/// The version a region's list stands at; none before its first import.
pub async fn find_version(tx: &mut Tx, list_region: RegionCode) -> Result<Option<ListVersion>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT version
               FROM list_version
              WHERE list_region = $1
              ORDER BY version DESC
              LIMIT 1",
            (list_region.as_str(),),
        )
        .await?;
    Ok(row.map(|(version,)| ListVersion(version)))
}

/// The regions that have a list.
pub async fn list_lists(tx: &mut Tx) -> Result<Vec<RegionCode>> {
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT DISTINCT list_region
               FROM list_version
              ORDER BY list_region",
            (),
        )
        .await?;
    let regions = rows.into_iter().map(|(region,)| {
        let wrong = |error| {
            Inconsistency::on("list_version")
                .column("list_region")
                .row(&region)
                .source(error)
                .into()
        };
        region.parse().map_err(wrong)
    });
    regions.collect()
}

/// How many recipients a list has, offices included.
pub async fn count_recipients(tx: &mut Tx, list_region: RegionCode) -> Result<i64> {
    tx.scalar(
        "SELECT COUNT(*)
           FROM recipient
          WHERE list_region = $1
            AND active",
        (list_region.as_str(),),
    )
    .await
}

/// A plant on the list, as it stands now.
#[derive(Clone, Debug)]
pub struct ListedPlant {
    /// Its key.
    pub key: RecipientKey,
    /// What the list says of it, without contacts.
    pub plant: Plant,
}

/// A plant on the list as it is stored, to be read where there is time for it.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Its key.
    pub key: RecipientKey,
    body: String,
}

impl TryFrom<ListRow> for ListedPlant {
    type Error = Inconsistency;

    fn try_from(row: ListRow) -> Result<Self, Inconsistency> {
        let plant = serde_json::from_str(&row.body).map_err(|error| {
            Inconsistency::on("list_row")
                .column("body")
                .row(row.key.0)
                .source(error)
        })?;
        Ok(Self {
            key: row.key,
            plant,
        })
    }
}

/// The next plants of a list after a key, in key order.
pub async fn page_plants(
    tx: &mut Tx,
    list_region: RegionCode,
    after: RecipientKey,
    limit: i64,
) -> Result<Vec<ListedPlant>> {
    let rows = page_list_rows(tx, list_region, after, limit).await?;
    let plants = rows.into_iter().map(|row| Ok(row.try_into()?));
    plants.collect()
}

/// The same, as they are stored.
pub async fn page_list_rows(
    tx: &mut Tx,
    list_region: RegionCode,
    after: RecipientKey,
    limit: i64,
) -> Result<Vec<ListRow>> {
    let rows: Vec<(i64, String)> = tx
        .all(
            // The rows are told where to begin as well: PostgreSQL merges the two tables, and would
            // walk all rows from the first on for every page.
            "SELECT r.recipient_key, l.body
               FROM recipient r
               JOIN list_row l
                 ON l.recipient_key = r.recipient_key
                AND l.version       = r.list_version
                AND l.recipient_key > $2
              WHERE r.kind = 'plant'
                AND r.list_region = $1
                AND r.active
                AND r.recipient_key > $2
              ORDER BY r.recipient_key
              LIMIT $3",
            (list_region.as_str(), after.0, limit),
        )
        .await?;
    let rows = rows.into_iter().map(|(key, body)| ListRow {
        key: RecipientKey(key),
        body,
    });
    Ok(rows.collect())
}

/// The offices of a list, in key order.
pub async fn list_offices(tx: &mut Tx, list_region: RegionCode) -> Result<Vec<Recipient>> {
    let rows: Vec<(i64, String, String, bool)> = tx
        .all(
            "SELECT recipient_key, region, name, active
               FROM recipient
              WHERE kind = 'office'
                AND list_region = $1
                AND active
              ORDER BY recipient_key",
            (list_region.as_str(),),
        )
        .await?;
    let offices = rows.into_iter().map(|(key, region, name, active)| {
        let wrong = |error| {
            Inconsistency::on("recipient")
                .column("region")
                .row(key)
                .source(error)
        };
        let code: RegionCode = region.parse().map_err(wrong)?;
        Ok(Recipient {
            key: RecipientKey(key),
            number: region,
            region: code,
            name,
            active,
        })
    });
    offices.collect()
}

#[derive(FromRow)]
struct ContactRow {
    contact_key: i64,
    recipient_key: i64,
    name: String,
    role: String,
    phone: Option<String>,
    email: Option<String>,
    webhook: Option<String>,
}

/// The active contacts that take webhooks at the recipients of a number, with their addresses.
pub async fn list_hooks(tx: &mut Tx, number: &str) -> Result<Vec<(ContactKey, String)>> {
    let rows: Vec<(i64, String)> = tx
        .all(
            "SELECT c.contact_key, c.webhook
               FROM contact   c
               JOIN recipient r ON r.recipient_key = c.recipient_key
              WHERE r.number = $1
                AND c.active
                AND c.webhook IS NOT NULL
              ORDER BY c.contact_key",
            (number,),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(key, hook)| (ContactKey(key), hook))
        .collect())
}

/// The active contacts of recipients within a span of keys, in order of recipient and position.
pub async fn list_contacts(
    tx: &mut Tx,
    from: RecipientKey,
    to: RecipientKey,
) -> Result<Vec<(RecipientKey, ContactKey, Contact)>> {
    let rows: Vec<ContactRow> = tx
        .all(
            "SELECT contact_key, recipient_key, name, role, phone, email, webhook
               FROM contact
              WHERE recipient_key BETWEEN $1 AND $2
                AND active
              ORDER BY recipient_key, position",
            (from.0, to.0),
        )
        .await?;
    let contacts = rows.into_iter().map(|row| {
        let wrong = |column| {
            Inconsistency::on("contact")
                .column(column)
                .row(row.contact_key)
        };
        let contact = Contact {
            name: row.name,
            role: row.role,
            phone: parsed(row.phone).map_err(|error| wrong("phone").source(error))?,
            email: parsed(row.email).map_err(|error| wrong("email").source(error))?,
            webhook: parsed(row.webhook).map_err(|error| wrong("webhook").source(error))?,
        };
        Ok((
            RecipientKey(row.recipient_key),
            ContactKey(row.contact_key),
            contact,
        ))
    });
    contacts.collect()
}

fn parsed<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, T::Err> {
    text.map(|text| text.parse()).transpose()
}
