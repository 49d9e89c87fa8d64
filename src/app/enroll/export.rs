//! The reduction list read back, page by page, with its contacts.
//!
//! An [`Export`] is of one version: a list that changes while it is read is refused, since half of
//! one version and half of another is no list. It holds no transaction between its pages, so a slow
//! reader holds up nobody.

use std::collections::HashMap;

use crate::app::{App, Caller, Error, Right};
use crate::domain::enterprise::{Contact, Plant};
use crate::domain::id::{ListVersion, RecipientKey};
use crate::domain::region::RegionCode;
use crate::store::registry;

/// How many plants are read at a time.
const PAGE: i64 = 1_000;

/// A list being read, from its first plant on.
#[derive(Debug)]
pub struct Export {
    list_region: RegionCode,
    version: Option<ListVersion>,
    after: RecipientKey,
}

/// Begins to read a list. Where its region is not said, it is the only list the caller keeps.
///
/// Lists hold personal data, so whoever may not edit one may not carry it away.
pub async fn begin(
    app: &App,
    caller: &Caller,
    list_region: Option<RegionCode>,
) -> Result<Export, Error> {
    caller.has(Right::EditLists)?;
    let mut tx = app.db.read().await?;
    let list_region = if let Some(region) = list_region {
        region
    } else {
        let mut lists = registry::list_lists(&mut tx).await?;
        lists.retain(|list| caller.scope.covers(*list));
        let [only] = lists[..] else {
            let text = format!("expected the region of a list: there are {}", lists.len());
            return Err(Error::invalid("region", "ambiguous", text));
        };
        only
    };
    caller.may(Right::EditLists, list_region)?;
    Ok(Export {
        list_region,
        version: registry::find_version(&mut tx, list_region).await?,
        after: RecipientKey(0),
    })
}

impl Export {
    /// Whose list it is.
    pub fn list_region(&self) -> RegionCode {
        self.list_region
    }

    /// The next plants, none at the end.
    pub async fn next_page(&mut self, app: &App) -> Result<Vec<Plant>, Error> {
        let mut tx = app.db.read().await?;
        if registry::find_version(&mut tx, self.list_region).await? != self.version {
            let text = "the list has changed while it was read";
            return Err(Error::conflict("list-changed", text));
        }
        let listed = registry::page_plants(&mut tx, self.list_region, self.after, PAGE).await?;
        let (Some(first), Some(last)) = (listed.first(), listed.last()) else {
            return Ok(Vec::new());
        };
        let (first, last) = (first.key, last.key);
        let mut contacts: HashMap<RecipientKey, Vec<Contact>> = HashMap::new();
        for (recipient, _, contact) in registry::list_contacts(&mut tx, first, last).await? {
            contacts.entry(recipient).or_default().push(contact);
        }
        self.after = last;
        let with_contacts = listed.into_iter().map(|listed| Plant {
            contacts: contacts.remove(&listed.key).unwrap_or_default(),
            ..listed.plant
        });
        Ok(with_contacts.collect())
    }
}
