//! Retention (保存期限): once a day, what the configuration no longer keeps is erased.
//!
//! Only what is not record: whatever was decided, issued, sent or answered stays.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Error};
use crate::store::retention;

impl App {
    /// Erases old words of answers, contacts nobody writes to any more, and tokens that open
    /// nothing; answers with how many rows went.
    pub async fn prune_past_retention(&self) -> Result<u64, Error> {
        let (keep, now) = (&self.config.retention, self.now());
        let mut tx = self.db.begin().await?;
        let mut pruned = 0;
        if let Some(before) = before(keep.answer_words_days, now) {
            pruned += retention::prune_notes(&mut tx, before).await?;
        }
        if let Some(before) = before(keep.retired_contacts_days, now) {
            retention::date_retired_contacts(&mut tx, now).await?;
            pruned += retention::prune_contacts(&mut tx, before).await?;
        }
        if let Some(before) = before(keep.ended_tokens_days, now) {
            pruned += retention::prune_tokens(&mut tx, before).await?;
        }
        tx.commit().await?;
        Ok(pruned)
    }
}

/// What is older than so many days is not kept; none where it is kept for ever.
pub(super) fn before(days: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (days > 0).then(|| now - TimeDelta::days(days.into()))
}
