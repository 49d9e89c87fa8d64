//! Dead letters: looked at by a person, and sent on their way again by an act.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::journal::{self, Entry};
use crate::app::{App, Begun, Caller, Error, Idempotency, Right};
use crate::domain::id::MessageKey;
use crate::domain::lane::Live;
use crate::domain::region::RegionCode;
use crate::store::outbox::{self, DeadLetter};

/// The most dead letters on one page.
const PAGE: usize = 100;

/// One page of dead letters.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    /// The letters, in key order.
    pub letters: Vec<DeadLetter>,
    /// The key after which the next page begins.
    pub next: Option<MessageKey>,
}

/// A dead letter on its way again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redriven {
    /// Its key.
    pub message: MessageKey,
}

impl App {
    /// The dead letters of the caller's region, after a key.
    pub async fn list_dead_letters(
        &self,
        caller: &Caller,
        region: Option<RegionCode>,
        after: Option<MessageKey>,
    ) -> Result<DeadLetters, Error> {
        let region = match region {
            Some(region) => {
                caller.may(Right::RedriveMessages, region)?;
                Some(region)
            }
            None => caller.region(Right::RedriveMessages)?,
        };
        let mut tx = self.db.read().await?;
        let limit = i64::try_from(PAGE + 1).expect("a page is small");
        let after = after.unwrap_or(MessageKey(0));
        let mut letters = outbox::list_dead::<Live>(&mut tx, region, after, limit).await?;
        let more = letters.len() > PAGE;
        letters.truncate(PAGE);
        let next = letters.last().filter(|_| more).map(|letter| letter.key);
        Ok(DeadLetters { letters, next })
    }

    /// Sends a dead letter on its way again, with its patience restored.
    pub async fn redrive_letter(
        &self,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
        message: MessageKey,
    ) -> Result<Redriven, Error> {
        caller.has(Right::RedriveMessages)?;
        let mut act = match self.begin(caller, idempotency).await? {
            Begun::Replayed(redriven) => return Ok(redriven),
            Begun::Fresh(act) => act,
        };
        let region = outbox::find_dead_region::<Live>(&mut act.tx, message)
            .await?
            .ok_or(Error::NotFound)?;
        caller.may(Right::RedriveMessages, region)?;
        if !outbox::redrive(&mut act.tx, message, act.now).await? {
            return Err(Error::NotFound);
        }
        let subject = format!("message {message}");
        let entry = Entry::new("message.redriven", subject, caller, act.now, json!({}));
        journal::record(&mut act.tx, &self.ids, entry.in_region(region)).await?;
        act.commit(Redriven { message }).await
    }
}
