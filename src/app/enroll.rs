//! Enrolment: reduction lists and offices taken in, a version for every change, nothing half-done.
//!
//! An import updates the plants it names and adds those it does not know; plants it does not name
//! stay, unless it is meant to [replace](Import::replaces) the list. A plant whose row says what it
//! said before keeps its row; what changed gets a new one under a new [`ListVersion`], by which a
//! plan can tell that it was drawn from an older list. Contacts are personal data and stand apart.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows, RowsDigest};
use super::{App, Begun, Caller, Error, Idempotency, Right};
use crate::domain::digest::Digest;
use crate::domain::enterprise::{Contact, Plant};
use crate::domain::id::{ListVersion, RecipientKey};
use crate::domain::region::RegionCode;
use crate::store::registry::{self, Known, NewRow, NewVersion, Recipient, RecipientKind};
use crate::store::{Tx, counter};

pub mod export;
pub mod file;

pub use crate::domain::office::Office;

/// A list to be taken in.
#[derive(Debug)]
pub struct Import {
    /// Whose list: the bureau's own region.
    pub list_region: RegionCode,
    /// The file it came from.
    pub source: String,
    /// The sound plants of it.
    pub plants: Vec<Plant>,
    /// Whether plants it does not name leave the list.
    pub replaces: bool,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The version the list stands at now; none while it is still empty.
    pub version: Option<ListVersion>,
    /// Plants the list did not have.
    pub added: usize,
    /// Plants whose row says something else now.
    pub changed: usize,
    /// Plants whose row says the same.
    pub unchanged: usize,
    /// Plants that left the list.
    pub removed: usize,
}

/// Takes in a list: all of it or nothing.
pub async fn import_plants(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    import: Import,
) -> Result<Enrolled, Error> {
    caller.may(Right::EditLists, import.list_region)?;
    all_inside(
        import.list_region,
        import.plants.iter().map(|plant| plant.region),
    )?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(enrolled) => return Ok(enrolled),
        Begun::Fresh(act) => act,
    };
    let known = registry::list_known(&mut act.tx, RecipientKind::Plant, import.list_region).await?;
    let now_active = known.values().filter(|known| known.active).count();
    let mut sorted = Sorted::of(import.plants, known, import.replaces);
    let enrolled = sorted.enrolled(registry::find_version(&mut act.tx, import.list_region).await?);
    sorted.number(&mut act.tx).await?;
    let plants = now_active + enrolled.added + sorted.returned - enrolled.removed;
    let version = if sorted.changes_rows() {
        let version = ListVersion(counter::allocate(&mut act.tx, "list_version", 1).await?);
        let digest = sorted.digest();
        let new = NewVersion {
            version,
            list_region: import.list_region,
            imported_at: act.now.timestamp_millis(),
            imported_by: &journal::actor(caller),
            source: &import.source,
            plants: i64::try_from(plants).map_err(Error::internal)?,
            digest: &digest,
        };
        registry::add_version(&mut act.tx, &new).await?;
        sorted
            .store(&mut act.tx, import.list_region, version)
            .await?;
        let body = json!({
            "list_region": import.list_region, "source": import.source, "digest": digest,
            "added": enrolled.added, "changed": enrolled.changed, "removed": enrolled.removed,
        });
        let entry = Entry {
            kind: "list.imported",
            subject: format!("list {version}"),
            region: Some(import.list_region),
            actor: journal::actor(caller),
            at: act.now,
            body,
            rows: sorted.rows(version),
        };
        journal::record(&mut act.tx, &app.ids, entry).await?;
        Some(version)
    } else {
        enrolled.version
    };
    sorted.store_contacts(&mut act.tx, act.now).await?;
    act.commit(Enrolled {
        version,
        ..enrolled
    })
    .await
}

/// Where the webhooks of a recipient go, and the secrets they are signed with: the first is the one
/// to hand over. For whoever keeps the node, since a secret of another makes letters in its name.
pub async fn webhook_secrets(
    app: &App,
    caller: &Caller,
    number: &str,
) -> Result<Vec<(String, Vec<String>)>, Error> {
    caller.has(Right::ManageAccounts)?;
    let hooks = registry::list_hooks(&mut app.db.read().await?, number).await?;
    let secrets = |(contact, hook)| (hook, app.keyring.webhook_secrets(contact));
    Ok(hooks.into_iter().map(secrets).collect())
}

/// What taking in a list would do. Nothing is written.
pub async fn preview_plants(app: &App, caller: &Caller, import: Import) -> Result<Enrolled, Error> {
    caller.may(Right::EditLists, import.list_region)?;
    all_inside(
        import.list_region,
        import.plants.iter().map(|plant| plant.region),
    )?;
    let mut tx = app.db.read().await?;
    let known = registry::list_known(&mut tx, RecipientKind::Plant, import.list_region).await?;
    let version = registry::find_version(&mut tx, import.list_region).await?;
    Ok(Sorted::of(import.plants, known, import.replaces).enrolled(version))
}

/// The version that a region's list stands at; none before the first import.
pub async fn version(
    app: &App,
    caller: &Caller,
    list_region: RegionCode,
) -> Result<Option<ListVersion>, Error> {
    caller.may_look_at(list_region)?;
    let mut tx = app.db.read().await?;
    Ok(registry::find_version(&mut tx, list_region).await?)
}

/// Takes in offices: those named are added or changed, the others stay.
pub async fn import_offices(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    list_region: RegionCode,
    offices: Vec<Office>,
) -> Result<usize, Error> {
    caller.may(Right::EditLists, list_region)?;
    all_inside(list_region, offices.iter().map(|office| office.region))?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(taken) => return Ok(taken),
        Begun::Fresh(act) => act,
    };
    let known = registry::list_known(&mut act.tx, RecipientKind::Office, list_region).await?;
    let taken = offices.len();
    let mut key = allocate(&mut act.tx, "recipient", taken).await?;
    let (mut heads, mut people) = (Vec::new(), Vec::new());
    for office in offices {
        let number = office.region.to_string();
        let recipient = known
            .get(&number)
            .map_or(RecipientKey(key), |known| known.key);
        key += 1;
        people.push((recipient, office.contacts));
        let (region, name) = (office.region, office.name);
        heads.push(Recipient {
            key: recipient,
            number,
            region,
            name,
            active: true,
        });
    }
    let (kind, none) = (RecipientKind::Office, ListVersion(0));
    registry::set_recipients(&mut act.tx, kind, list_region, none, heads).await?;
    set_contacts(&mut act.tx, people, Before::Some, act.now).await?;
    let body = json!({ "list_region": list_region, "offices": taken });
    let entry = Entry {
        kind: "offices.imported",
        subject: format!("offices {list_region}"),
        region: Some(list_region),
        actor: journal::actor(caller),
        at: act.now,
        body,
        rows: Vec::new(),
    };
    journal::record(&mut act.tx, &app.ids, entry).await?;
    act.commit(taken).await
}

/// A list names nobody outside of its own region, whose people may change it.
fn all_inside(
    list_region: RegionCode,
    mut regions: impl Iterator<Item = RegionCode>,
) -> Result<(), Error> {
    let outside = regions.find(|region| !list_region.contains(*region));
    outside.map_or(Ok(()), |region| {
        let text = format!("{region} lies outside {list_region}");
        Err(Error::invalid("行政区划代码", "outside-region", text))
    })
}

/// The plants of an import, sorted by what they mean to the list.
#[derive(Default)]
struct Sorted {
    new: Vec<Listed>,
    changed: Vec<Listed>,
    unchanged: Vec<(RecipientKey, Vec<Contact>)>,
    removed: Vec<RecipientKey>,
    /// How many of the changed had left the list before.
    returned: usize,
}

struct Listed {
    head: Recipient,
    row: NewRow,
    contacts: Vec<Contact>,
}

impl Sorted {
    fn of(
        plants: Vec<Plant>,
        mut known: std::collections::HashMap<String, Known>,
        replaces: bool,
    ) -> Self {
        let mut sorted = Self::default();
        for mut plant in plants {
            let contacts = std::mem::take(&mut plant.contacts);
            let body = serde_json::to_string(&plant).expect("a plant is plain data");
            let digest = Digest::of(body.as_bytes()).to_string();
            let before = known.remove(plant.number.as_str());
            if let Some(known) = before.as_ref().filter(|k| k.active && k.digest == digest) {
                sorted.unchanged.push((known.key, contacts));
                continue;
            }
            let key = before.as_ref().map_or(RecipientKey(0), |known| known.key);
            let head = Recipient {
                key,
                number: plant.number.as_str().to_owned(),
                region: plant.region,
                name: plant.name,
                active: true,
            };
            let row = Listed {
                head,
                row: NewRow { key, body, digest },
                contacts,
            };
            match before {
                Some(known) => {
                    sorted.returned += usize::from(!known.active);
                    sorted.changed.push(row);
                }
                None => sorted.new.push(row),
            }
        }
        if replaces {
            let gone = known.into_values().filter(|known| known.active);
            sorted.removed = gone.map(|known| known.key).collect();
            sorted.removed.sort();
        }
        sorted
    }

    /// What it comes to on a list that stands at a version.
    fn enrolled(&self, version: Option<ListVersion>) -> Enrolled {
        Enrolled {
            version,
            added: self.new.len(),
            changed: self.changed.len(),
            unchanged: self.unchanged.len(),
            removed: self.removed.len(),
        }
    }

    /// Gives the new plants their keys.
    async fn number(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let first = allocate(tx, "recipient", self.new.len()).await?;
        for (key, row) in (first..).zip(&mut self.new) {
            row.head.key = RecipientKey(key);
            row.row.key = RecipientKey(key);
        }
        Ok(())
    }

    fn changes_rows(&self) -> bool {
        !(self.new.is_empty() && self.changed.is_empty() && self.removed.is_empty())
    }

    /// The rows of the new version, in the order of their keys.
    fn in_order(&self) -> Vec<(RecipientKey, String)> {
        let stored = self.changed.iter().chain(&self.new).map(|row| &row.row);
        let stored = stored.map(|row| (row.key, row.digest.clone()));
        let gone = self
            .removed
            .iter()
            .map(|&key| (key, Digest::of(b"").to_string()));
        let mut rows: Vec<_> = stored.chain(gone).collect();
        rows.sort();
        rows
    }

    fn digest(&self) -> String {
        let mut digest = RowsDigest::default();
        for (key, row) in self.in_order() {
            digest.add(key.0, &row);
        }
        digest.finish()
    }

    /// What the journal vouches for.
    fn rows(&self, version: ListVersion) -> Vec<Rows> {
        let rows = self.in_order().into_iter().map(|(key, row)| (key.0, row));
        Vec::from_iter(Rows::of(RowTable::ListRow(version.0), rows))
    }

    async fn store(
        &mut self,
        tx: &mut Tx,
        list_region: RegionCode,
        version: ListVersion,
    ) -> Result<(), Error> {
        let kind = RecipientKind::Plant;
        let rows = || self.changed.iter().chain(&self.new);
        let heads: Vec<_> = rows().map(|row| row.head.clone()).collect();
        registry::set_recipients(tx, kind, list_region, version, heads).await?;
        let bodies: Vec<_> = rows().map(|row| row.row.clone()).collect();
        registry::add_rows(tx, version, bodies).await?;
        let gone = self.removed.iter().map(|&key| NewRow {
            key,
            body: String::new(),
            digest: Digest::of(b"").to_string(),
        });
        registry::add_rows(tx, version, gone.collect::<Vec<_>>()).await?;
        for &key in &self.removed {
            registry::retire_recipient(tx, key, version).await?;
        }
        Ok(())
    }

    async fn store_contacts(self, tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Error> {
        let of = |row: Listed| (row.head.key, row.contacts);
        let known = self.changed.into_iter().map(of).chain(self.unchanged);
        set_contacts(tx, known.collect(), Before::Some, now).await?;
        let new = self.new.into_iter().map(of).collect();
        set_contacts(tx, new, Before::None, now).await
    }
}

/// Whether recipients may have had contacts before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    None,
    Some,
}

/// Sets the contacts of recipients; whoever is no longer named is told nothing more.
async fn set_contacts(
    tx: &mut Tx,
    mut people: Vec<(RecipientKey, Vec<Contact>)>,
    before: Before,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    people.sort_by_key(|(recipient, _)| *recipient);
    let mut contacts = Vec::with_capacity(people.len());
    for (recipient, named) in people {
        if before == Before::Some {
            let from = i32::try_from(named.len()).map_err(Error::internal)?;
            registry::retire_contacts(tx, recipient, from, now).await?;
        }
        let placed = (0..).zip(named);
        contacts.extend(placed.map(|(position, contact)| (recipient, position, contact)));
    }
    let first = allocate(tx, "contact", contacts.len()).await?;
    registry::set_contacts(tx, first, contacts).await?;
    Ok(())
}

async fn allocate(tx: &mut Tx, series: &str, n: usize) -> Result<i64, Error> {
    let n = u32::try_from(n).map_err(Error::internal)?;
    Ok(counter::allocate(tx, series, n).await?)
}
