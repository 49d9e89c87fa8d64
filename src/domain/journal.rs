//! The journal (日志): one entry per act, chained so that it cannot be changed quietly.
//!
//! An [`Entry`] says who did what to which subject and when, and [vouches](Rows) for the rows of
//! the record the act wrote. Once committed, an entry gets a position and a [`Head`]: a seal over
//! the seal before it, the position, and the entry's [digest](Entry::digest). Whoever changes a
//! row, an entry or their order has to change every seal after it, and the heads that were told
//! outside.
//!
//! An entry holds no personal data: accounts by id, enterprises by key, words of a person as a
//! [salted digest](Digest::salted).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Fields};
use crate::id::EntryId;
use crate::region::RegionCode;

/// One entry, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// What kind of act: `warning.issued`, `orders.answered`.
    pub kind: String,
    /// What it was done to: `warning/0193…`, `playbook`.
    pub subject: String,
    /// The region it concerns, where it concerns one.
    pub region: Option<RegionCode>,
    /// Who: an account's id, `command line`, or the part of the system that acted.
    pub actor: String,
    /// When, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// What else there is to say, as JSON.
    pub body: String,
    /// The rows it vouches for, as a JSON list of [`Rows`].
    pub vouches: String,
}

impl Entry {
    /// The digest over all of it.
    pub fn digest(&self) -> Digest {
        Fields::new("journal_entry")
            .bytes(self.id.0.as_bytes())
            .text(&self.kind)
            .text(&self.subject)
            .optional_text(self.region.as_ref().map(RegionCode::as_str))
            .text(&self.actor)
            .int(self.at.timestamp_millis())
            .text(&self.body)
            .text(&self.vouches)
            .finish()
    }
}

/// Rows of the record an entry vouches for: those of one table with keys `from` to `to`, both
/// included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Which table, and where its keys count within something else, within what.
    pub table: RowTable,
    /// The first key.
    pub from: i64,
    /// The last key.
    pub to: i64,
    /// Their [`RowsDigest`].
    pub digest: String,
}

impl Rows {
    /// These rows, by key and stored digest, in the order of their keys; none where there are none.
    pub fn of(
        table: RowTable,
        rows: impl IntoIterator<Item = (i64, impl ToString)>,
    ) -> Option<Self> {
        let mut digest = RowsDigest::default();
        let mut span = None;
        for (key, row) in rows {
            digest.add(key, &row.to_string());
            let (from, _) = span.unwrap_or((key, key));
            span = Some((from, key));
        }
        span.map(|(from, to)| Self {
            table,
            from,
            to,
            digest: digest.finish(),
        })
    }
}

/// The append-only tables, by the key an entry names their rows with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowTable {
    /// Lines of a plan, by order.
    PlanLine(i64),
    /// Steps of a notice, by number.
    NoticeStep(i64),
    /// Steps of an advisory, by number.
    AdvisoryStep(i64),
    /// Whom an advisory was published to, by recipient.
    AdvisoryRecipient(i64),
    /// Rows of a version of a reduction list, by recipient.
    ListRow(i64),
    /// Answers to orders.
    Answer,
    /// Attempts to deliver a message.
    Attempt,
    /// Registered instructions of superiors.
    Instruction,
    /// What the public was told while a warning was in force.
    InformationUpdate,
    /// Days of outlooks.
    OutlookDay,
    /// The hours of days of outlooks.
    OutlookHours,
    /// What the machine proposed.
    Proposal,
    /// Activations of playbooks.
    PlaybookActivation,
}

impl RowTable {
    /// The table's name in the schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlanLine(_) => "plan_line",
            Self::NoticeStep(_) => "notice_step",
            Self::AdvisoryStep(_) => "advisory_step",
            Self::AdvisoryRecipient(_) => "advisory_recipient",
            Self::ListRow(_) => "list_row",
            Self::Answer => "answer",
            Self::Attempt => "attempt",
            Self::Instruction => "instruction",
            Self::InformationUpdate => "information_update",
            Self::OutlookDay => "outlook_day",
            Self::OutlookHours => "outlook_hours",
            Self::Proposal => "proposal",
            Self::PlaybookActivation => "playbook_activation",
        }
    }

    /// What the keys count within: the plan, the notice, the advisory, the list version.
    pub const fn within(self) -> Option<i64> {
        match self {
            Self::PlanLine(key)
            | Self::NoticeStep(key)
            | Self::AdvisoryStep(key)
            | Self::AdvisoryRecipient(key)
            | Self::ListRow(key) => Some(key),
            _ => None,
        }
    }
}

impl std::fmt::Display for RowTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.within() {
            Some(key) => write!(f, "{} {key}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

/// The digest over rows in the order of their keys.
///
/// ```
/// # use qingkong_domain::journal::RowsDigest;
/// let mut digest = RowsDigest::default();
/// digest.add(1, "ba7816bf…");
/// digest.add(4, "cb8379ac…");
/// assert_eq!(digest.finish().len(), 64);
/// ```
#[derive(Clone, Debug)]
pub struct RowsDigest(Fields);

impl RowsDigest {
    /// Adds the next row: its key and its digest as stored.
    pub fn add(&mut self, key: i64, digest: &str) {
        let fields = std::mem::replace(&mut self.0, Fields::new(""));
        self.0 = fields.int(key).text(digest);
    }

    /// The digest of all of them, in hexadecimal.
    pub fn finish(self) -> String {
        self.0.finish().to_string()
    }
}

impl Default for RowsDigest {
    fn default() -> Self {
        Self(Fields::new("rows"))
    }
}

/// The end of the chain: how many entries have a position, and the seal of the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of the last sealed entry, counted from 1.
    pub position: i64,
    /// Its seal.
    pub seal: Digest,
}

impl Head {
    /// Where the chain begins: no entry, and a seal of zeros.
    pub const START: Self = Self {
        position: 0,
        seal: Digest::ZERO,
    };

    /// The head after one more entry, given the digest it was stored with.
    #[must_use]
    pub fn after(self, entry: &str) -> Self {
        let position = self.position + 1;
        let seal = Fields::new("journal_seal")
            .bytes(self.seal.as_bytes())
            .int(position)
            .text(entry)
            .finish();
        Self { position, seal }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_entry_vouches_for_rows_from_the_first_key_to_the_last() {
        let mut digest = RowsDigest::default();
        digest.add(3, "ba78");
        digest.add(7, "cb83");
        let rows = Rows {
            table: RowTable::Answer,
            from: 3,
            to: 7,
            digest: digest.finish(),
        };
        let of = |rows: &[(i64, &str)]| Rows::of(RowTable::Answer, rows.iter().copied());
        assert_eq!(of(&[(3, "ba78"), (7, "cb83")]), Some(rows));
        assert_eq!(of(&[]), None);
    }

    fn entry() -> Entry {
        Entry {
            id: EntryId(Uuid::from_u128(1)),
            kind: "warning.issued".to_owned(),
            subject: "warning/1".to_owned(),
            region: Some("411000".parse().unwrap()),
            actor: "command line".to_owned(),
            at: "2026-11-24T12:00:00Z".parse().unwrap(),
            body: "{}".to_owned(),
            vouches: "[]".to_owned(),
        }
    }

    #[test]
    fn no_part_of_an_entry_changes_without_its_digest() {
        let mut changed = vec![entry(); 8];
        changed[0].id = EntryId(Uuid::from_u128(2));
        changed[1].kind.push('!');
        changed[2].subject.push('!');
        changed[3].region = None;
        changed[4].actor.push('!');
        changed[5].at += chrono::Duration::milliseconds(1);
        changed[6].body.push(' ');
        changed[7].vouches.push(' ');
        for entry in &changed {
            assert_ne!(entry.digest(), self::entry().digest(), "{entry:?}");
        }
        assert_eq!(entry().digest(), entry().digest());
    }

    proptest! {
        #[test]
        fn no_two_orders_of_entries_end_in_one_seal(
            entries in prop::collection::vec(any::<u8>(), 2..8),
            (at, other) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            let seal = |entries: &[u8]| {
                entries.iter().fold(Head::START, |head, entry| head.after(&entry.to_string()))
            };
            let mut swapped = entries.clone();
            swapped.swap(at.index(entries.len()), other.index(entries.len()));
            prop_assert_eq!(swapped == entries, seal(&swapped) == seal(&entries));
            prop_assert_eq!(usize::try_from(seal(&entries).position), Ok(entries.len()));
        }

        #[test]
        fn rows_digest_to_the_same_only_when_they_are_the_same(
            rows in prop::collection::vec((0i64..4, "[ab]{0,2}"), 0..4),
            others in prop::collection::vec((0i64..4, "[ab]{0,2}"), 0..4),
        ) {
            let digest = |rows: &[(i64, String)]| {
                let mut digest = RowsDigest::default();
                for (key, text) in rows {
                    digest.add(*key, text);
                }
                digest.finish()
            };
            prop_assert_eq!(rows == others, digest(&rows) == digest(&others));
        }
    }
}
