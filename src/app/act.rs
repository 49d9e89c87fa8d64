//! An act: one write transaction, done once however often it is asked for.
//!
//! ```text
//! let mut act = match app.begin(&caller, idempotency).await? {
//!     Begun::Replayed(answer) => return Ok(answer),
//!     Begun::Fresh(act) => act,
//! };
//! store::account::add_account(&mut act.tx, …).await?;
//! act.commit(answer).await
//! ```
//!
//! The answer is stored with the [`Idempotency`] key in the act's own transaction. Whoever comes
//! with the same key while the act is under way waits for it, on whichever instance, and is then
//! told the same. An act that fails frees its key, so a refusal can be asked for again.
//!
//! # Design notes
//!
//! The stored answer is the use case's own value, not bytes of a response: the layer above renders
//! it the same way each time, and this layer stays free of HTTP. Answers rest in the database for
//! a day, so they hold no secrets: a use case that hands one out does without a key.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::journal::Bell;
use super::{App, Caller, Error};
use crate::domain::digest::Fields;
use crate::store::{Tx, idempotency};

/// How long an answer is kept for repeats.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// A caller's name for one request, and the digest of what it asks.
#[derive(Clone, Debug)]
pub struct Idempotency {
    key: String,
    request_digest: String,
}

/// What [`App::begin`] finds.
pub enum Begun<T> {
    /// The act was done before; this was the answer.
    Replayed(T),
    /// It is to be done now.
    Fresh(Act),
}

/// An act under way. Dropped without [`commit`](Act::commit), nothing of it has happened.
pub struct Act {
    /// The transaction; everything the act writes goes through it.
    pub tx: Tx,
    /// The instant of the act.
    pub now: DateTime<Utc>,
    /// Whose key is to be answered.
    claimed: Option<(String, String)>,
    /// Rung after the commit: an act leaves an entry in the journal.
    bell: Bell,
}

impl Idempotency {
    /// A key of 1 to 255 visible ASCII characters, for a request made of these parts.
    pub fn new(key: &str, request: &[&[u8]]) -> Result<Self, Error> {
        let visible = key.bytes().all(|b| b.is_ascii_graphic());
        if key.is_empty() || key.len() > LONGEST_KEY || !visible {
            return Err(Error::invalid(
                "Idempotency-Key",
                "malformed",
                "expected 1 to 255 visible ASCII characters",
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            request_digest: digest(request),
        })
    }

    /// The same for a request that also means what its words do not say.
    #[must_use]
    pub fn about(&self, what: &[u8]) -> Self {
        Self {
            key: self.key.clone(),
            request_digest: digest(&[self.request_digest.as_bytes(), what]),
        }
    }
}

impl App {
    /// Begins an act for a caller, or finds that it was done before.
    pub async fn begin<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
    ) -> Result<Begun<T>, Error> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let Some(asked) = idempotency else {
            return Ok(Begun::Fresh(Act {
                tx,
                now,
                claimed: None,
                bell: self.bell.clone(),
            }));
        };
        let whose = caller.account.map_or_else(
            || Caller::OPERATOR.to_owned(),
            |account| account.to_string(),
        );
        let claimed = idempotency::claim_key(
            &mut tx,
            &whose,
            &asked.key,
            &asked.request_digest,
            now.timestamp_millis(),
            (now - KEPT_FOR).timestamp_millis(),
        )
        .await?;
        if claimed {
            return Ok(Begun::Fresh(Act {
                tx,
                now,
                claimed: Some((whose, asked.key.clone())),
                bell: self.bell.clone(),
            }));
        }
        let earlier = idempotency::find_answer(&mut tx, &whose, &asked.key)
            .await?
            .ok_or_else(|| Error::internal("an idempotency key vanished while it was read"))?;
        if earlier.request_digest != asked.request_digest {
            return Err(Error::conflict(
                "idempotency-key-reused",
                "this Idempotency-Key was used for another request",
            ));
        }
        if earlier.answer.is_empty() {
            return Err(Error::conflict(
                "answer-erased",
                "this was done; what was answered named a person who has been erased since",
            ));
        }
        let answer = serde_json::from_str(&earlier.answer).map_err(Error::internal)?;
        Ok(Begun::Replayed(answer))
    }
}

impl Act {
    /// Makes all of it happen, and hands back the answer.
    pub async fn commit<T: Serialize>(mut self, answer: T) -> Result<T, Error> {
        if let Some((whose, key)) = &self.claimed {
            let text = serde_json::to_string(&answer).map_err(Error::internal)?;
            idempotency::record_answer(&mut self.tx, whose, key, &text).await?;
        }
        self.tx.commit().await?;
        self.bell.ring();
        Ok(answer)
    }
}

/// SHA-256 over the parts and their lengths, in hexadecimal.
fn digest(parts: &[&[u8]]) -> String {
    let fields = Fields::new("request");
    let fields = parts.iter().fold(fields, |fields, part| fields.bytes(part));
    fields.finish().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::uuid("018f2c5e-8d2b-7c3a-9a1e-3f6f0a5d2b11", true)]
    #[case::empty("", false)]
    #[case::space("a b", false)]
    #[case::line("a\n", false)]
    #[case::chinese("钥匙", false)]
    fn a_key_is_visible_ascii(#[case] key: &str, #[case] taken: bool) {
        assert_eq!(Idempotency::new(key, &[]).is_ok(), taken);
    }

    #[test]
    fn parts_of_a_request_do_not_run_together() {
        assert_ne!(digest(&[b"/a", b"b"]), digest(&[b"/", b"ab"]));
        assert_eq!(digest(&[b"/a", b"b"]), digest(&[b"/a", b"b"]));
    }
}
