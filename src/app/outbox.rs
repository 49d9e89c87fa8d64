//! The outbox after a restore: held, until a person has looked and releases it.
//!
//! Letters that went out after the backup was taken seem unsent in it. A release sends them once
//! more, under the same ids, by which a receiver knows a repeat. What is no longer true is told first:
//! a warning that is lifted or raised while the outbox is held puts new letters in the place of those
//! that wait.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry};
use super::{App, Begun, Caller, Error, Idempotency, Right};
use crate::domain::lane::Live;
use crate::store::epoch;
use crate::store::outbox;

pub use crate::store::epoch::Epoch;

/// How the outbox stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbox {
    /// Messages to be sent, now or later.
    pub due: i64,
    /// Since which restore nothing is sent; none where messages go out.
    pub held: Option<Epoch>,
}

/// An outbox that sends again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// The epoch whose outbox it is.
    pub epoch: i64,
    /// How many messages were waiting.
    pub messages: u64,
}

impl App {
    /// How the outbox stands.
    pub async fn show_outbox(&self, caller: &Caller) -> Result<Outbox, Error> {
        caller.has(Right::RedriveMessages)?;
        let mut tx = self.db.read().await?;
        Ok(Outbox {
            due: outbox::depth::<Live>(&mut tx, self.now()).await?.due,
            held: epoch::find_held(&mut tx).await?,
        })
    }

    /// Since which restore nothing is sent; none where messages go out. Whoever sees the console
    /// sees this.
    pub async fn held_since(&self) -> Result<Option<Epoch>, Error> {
        let mut tx = self.db.read().await?;
        Ok(epoch::find_held(&mut tx).await?)
    }

    /// Lets everything that waits go out, and everything that comes after. That is a matter of the
    /// whole node, so the caller must be responsible wherever it serves. A repeat is one of the same
    /// epoch's release.
    pub async fn release_outbox(
        &self,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
    ) -> Result<Released, Error> {
        caller.has(Right::RedriveMessages)?;
        let epochs = epoch::list_epochs(&mut self.db.read().await?).await?;
        let latest = epochs.last().map_or(0, |epoch| epoch.number);
        let idempotency = idempotency.map(|asked| asked.about(&latest.to_be_bytes()));
        let mut act = match self.begin(caller, idempotency.as_ref()).await? {
            Begun::Replayed(released) => return Ok(released),
            Begun::Fresh(act) => act,
        };
        for region in epoch::list_concerned_regions::<Live>(&mut act.tx).await? {
            caller.may(Right::RedriveMessages, region)?;
        }
        let held = epoch::find_held(&mut act.tx).await?;
        let released = epoch::release(&mut act.tx, act.now).await?;
        let Some(held) = held.filter(|_| released) else {
            return Err(Error::conflict("not-held", "the outbox is not held"));
        };
        let messages = outbox::redrive_due::<Live>(&mut act.tx, act.now).await?;
        let subject = format!("epoch {}", held.number);
        let body = json!({ "messages": messages });
        let entry = Entry::new("outbox.released", subject, caller, act.now, body);
        journal::record(&mut act.tx, &self.ids, entry).await?;
        act.commit(Released {
            epoch: held.number,
            messages,
        })
        .await
    }
}
