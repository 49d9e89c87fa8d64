//! Verifying the journal: every entry, seal and row is looked at again, and what was touched is
//! named.
//!
//! [`verify`] walks the chain from its first position. It computes each entry's digest and seal
//! anew, computes the digests of the rows each entry vouches for from their columns, and compares
//! the chain with the heads told [outside](super::head). Entries that still wait for a position are
//! verified alike and are no fault. It reads one state of the database throughout, page by page.
//!
//! What it cannot see: an entry removed with all its rows before its seal was told outside, which
//! takes about a second.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::iter::Peekable;
use std::path::Path;

use serde::Serialize;

use super::{RowTable, Rows, RowsDigest, head};
use crate::app::Error;
use crate::domain::digest::Digest;
use crate::domain::journal::Head;
use crate::store::journal::{Sealed, Stored};
use crate::store::{Db, Tx, journal, playbook, record, scan};

/// How many entries are read at once.
const PAGE: i64 = 500;

/// How many faults are named; beyond that they are counted.
const NAMED: usize = 1_000;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The last position of the chain.
    pub position: i64,
    /// Its seal.
    pub seal: String,
    /// Entries that wait for a position.
    pub unsealed: u64,
    /// Rows compared with what an entry vouches for.
    pub rows: u64,
    /// Files of playbooks and scans compared with their digests.
    pub files: u64,
    /// Heads told outside that the chain was compared with.
    pub outside: u64,
    /// What was touched, in the order in which it was found.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// How many faults there are in all.
    pub faults_in_all: u64,
}

impl Report {
    /// Whether nothing was touched.
    pub fn is_whole(&self) -> bool {
        self.faults_in_all == 0
    }

    /// The first position at which the journal is not what it was.
    pub fn first_touched(&self) -> Option<i64> {
        self.faults.iter().filter_map(Fault::position).min()
    }
}

/// Something that is not what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// An entry is not what it was stored as.
    #[error("position {position}: entry {entry} was changed")]
    EntryChanged {
        /// Its position.
        position: i64,
        /// Its id.
        entry: String,
    },
    /// An entry that waits for its position is not what it was stored as.
    #[error("unsealed entry {entry} was changed")]
    UnsealedChanged {
        /// Its id.
        entry: String,
    },
    /// A sealed entry is gone or unreadable.
    #[error("position {position}: entry {entry} is missing or cannot be read")]
    EntryMissing {
        /// Its position.
        position: i64,
        /// Its id.
        entry: String,
    },
    /// An entry was taken out of the chain.
    #[error("entry {entry} has no position and waits for none")]
    EntryStray {
        /// Its id.
        entry: String,
    },
    /// A seal does not follow from the seal before it and its entry.
    #[error(
        "position {position}: the seal does not follow from the one before and entry {entry}: an \
         entry was inserted, exchanged or sealed anew here"
    )]
    SealBroken {
        /// The position.
        position: i64,
        /// The id of the entry that stands there.
        entry: String,
    },
    /// Positions are missing from the middle of the chain.
    #[error("positions {from} to {to} are missing")]
    PositionsMissing {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// The chain ends before a head that was told outside.
    #[error("position {position} known outside with seal {seal} is missing")]
    OutsideMissing {
        /// The position.
        position: i64,
        /// The seal it was told with.
        seal: String,
    },
    /// The chain was rebuilt: it is another one than was told outside.
    #[error(
        "position {position} is known outside with seal {outside} and has seal {here}: the chain \
         was rebuilt somewhere after position {agreed}"
    )]
    OutsideDiffers {
        /// The first position told outside at which they differ.
        position: i64,
        /// The last position told outside at which they agree, or 0.
        agreed: i64,
        /// The seal it was told with.
        outside: String,
        /// The seal it has.
        here: String,
    },
    /// The heads told outside do not follow one another.
    #[error("the heads told outside are out of order at position {position}")]
    OutsideDisordered {
        /// The position that stands too late in the file.
        position: i64,
    },
    /// A row is not what it was stored as.
    #[error("{table} {key} was changed; {by} vouches for it")]
    RowChanged {
        /// The table, and what its keys count within.
        table: String,
        /// The key.
        key: i64,
        /// The entry that vouches for it.
        by: Voucher,
    },
    /// Rows are not those an entry vouches for, though each fits its own digest.
    #[error(
        "{table} {from} to {to}: a row was added, removed, or changed together with its digest; \
         {by} vouches for them"
    )]
    RowsChanged {
        /// The table, and what its keys count within.
        table: String,
        /// The first key.
        from: i64,
        /// The last key.
        to: i64,
        /// The entry that vouches for them.
        by: Voucher,
    },
    /// A row no act has written.
    #[error("{table} {key} was added: no entry vouches for it")]
    RowUnvouched {
        /// The table.
        table: String,
        /// The key.
        key: i64,
    },
    /// An issued plan no act has issued.
    #[error("plan {plan} is marked as issued, and no entry vouches for its lines")]
    PlanUnvouched {
        /// Its key.
        plan: i64,
    },
    /// A file of a playbook, or a scan, is not what its digest says.
    #[error("{table} {digest} was changed")]
    FileChanged {
        /// The table.
        table: &'static str,
        /// The digest it is kept under.
        digest: String,
    },
    /// A playbook names a file that is gone.
    #[error("playbook {playbook} misses the file {path} with digest {digest}")]
    FileMissing {
        /// The digest of the playbook.
        playbook: String,
        /// The path of the file.
        path: String,
        /// Its digest.
        digest: String,
    },
}

impl Fault {
    /// The position concerned.
    pub fn position(&self) -> Option<i64> {
        match self {
            Self::EntryChanged { position, .. }
            | Self::EntryMissing { position, .. }
            | Self::SealBroken { position, .. }
            | Self::PositionsMissing { from: position, .. }
            | Self::OutsideMissing { position, .. }
            | Self::OutsideDiffers { position, .. } => Some(*position),
            Self::RowChanged { by, .. } | Self::RowsChanged { by, .. } => by.position,
            _ => None,
        }
    }
}

/// An entry that vouches for rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voucher {
    /// Its position; none before it is sealed.
    pub position: Option<i64>,
    /// Its id.
    pub entry: String,
}

impl std::fmt::Display for Voucher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some(position) => write!(f, "entry {} at position {position}", self.entry),
            None => write!(f, "unsealed entry {}", self.entry),
        }
    }
}

/// Verifies the journal of a database against the heads in a file, if one is given.
pub async fn verify(db: &Db, outside: Option<&Path>) -> Result<Report, Error> {
    let heads = outside.map(head::read).transpose();
    let heads = heads.map_err(Error::internal)?.into_iter().flatten();
    let mut audit = Audit {
        tx: db.read().await?,
        outside: Outside::over(heads),
        found: Found::default(),
        vouched: BTreeMap::new(),
        plans: BTreeSet::new(),
    };
    let end = audit.walk_chain().await?;
    audit.walk_unsealed().await?;
    audit.look_for_strays().await?;
    audit.look_for_unvouched().await?;
    audit.check_files().await?;
    let Audit { outside, found, .. } = audit;
    Ok(Report {
        position: end.position,
        seal: end.seal.to_string(),
        unsealed: found.unsealed,
        rows: found.rows,
        files: found.files,
        outside: outside.compared,
        faults: found.faults,
        faults_in_all: found.faults_in_all,
    })
}

/// A verification under way, over the heads of a file.
struct Audit<I: Iterator<Item = io::Result<Head>>> {
    tx: Tx,
    outside: Outside<I>,
    found: Found,
    /// The keys vouched for, of the tables of which every row is.
    vouched: BTreeMap<&'static str, Spans>,
    plans: BTreeSet<i64>,
}

#[derive(Default)]
struct Found {
    faults: Vec<Fault>,
    faults_in_all: u64,
    unsealed: u64,
    rows: u64,
    files: u64,
}

impl Found {
    fn fault(&mut self, fault: Fault) {
        self.faults_in_all += 1;
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        }
    }
}

impl<I: Iterator<Item = io::Result<Head>>> Audit<I> {
    /// Every position in order; answers with the end of the chain.
    async fn walk_chain(&mut self) -> Result<Head, Error> {
        let mut chain = Head::START;
        loop {
            let page = journal::page_sealed(&mut self.tx, chain.position, PAGE).await?;
            if page.is_empty() {
                self.outside.beyond(&mut self.found)?;
                return Ok(chain);
            }
            for sealed in page {
                chain = self.check_position(chain, &sealed)?;
                if let Some(stored) = &sealed.stored {
                    let position = Some(sealed.position);
                    self.check_vouched(stored, position).await?;
                }
            }
        }
    }

    fn check_position(&mut self, before: Head, sealed: &Sealed) -> Result<Head, Error> {
        let (position, entry) = (sealed.position, || sealed.entry_id.clone());
        let found = &mut self.found;
        let follows = position == before.position + 1;
        if !follows {
            found.fault(Fault::PositionsMissing {
                from: before.position + 1,
                to: position - 1,
            });
        }
        match &sealed.stored {
            None => found.fault(Fault::EntryMissing {
                position,
                entry: entry(),
            }),
            Some(stored) => {
                if !stored.is_whole() {
                    found.fault(Fault::EntryChanged {
                        position,
                        entry: entry(),
                    });
                }
                let seal = before.after(&stored.digest).seal.to_string();
                if follows && seal != sealed.seal {
                    found.fault(Fault::SealBroken {
                        position,
                        entry: entry(),
                    });
                }
            }
        }
        self.outside.compare(position, &sealed.seal, found)?;
        // One touched seal is one fault: what follows is judged by the seal as it stands.
        Ok(Head {
            position,
            seal: sealed.seal.parse().unwrap_or(Digest::ZERO),
        })
    }

    /// The entries that still wait for a position.
    async fn walk_unsealed(&mut self) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let page = journal::page_unsealed(&mut self.tx, &after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = match last {
                Ok(stored) => stored.entry.id.to_string(),
                Err(id) => id.clone(),
            };
            for entry in page {
                self.found.unsealed += 1;
                match entry {
                    Ok(stored) => {
                        if !stored.is_whole() {
                            let entry = stored.entry.id.to_string();
                            self.found.fault(Fault::UnsealedChanged { entry });
                        }
                        self.check_vouched(&stored, None).await?;
                    }
                    Err(entry) => self.found.fault(Fault::UnsealedChanged { entry }),
                }
            }
        }
    }

    /// The rows an entry vouches for. An entry whose list cannot be read was changed, and is named
    /// as such already.
    async fn check_vouched(&mut self, stored: &Stored, position: Option<i64>) -> Result<(), Error> {
        let vouched: Vec<Rows> = serde_json::from_str(&stored.entry.vouches).unwrap_or_default();
        for rows in vouched {
            let by = Voucher {
                position,
                entry: stored.entry.id.to_string(),
            };
            self.check_rows(&rows, by).await?;
        }
        Ok(())
    }

    async fn check_rows(&mut self, rows: &Rows, by: Voucher) -> Result<(), Error> {
        match rows.table {
            RowTable::PlanLine(plan) => {
                self.plans.insert(plan);
            }
            table => {
                let spans = self.vouched.entry(table.name()).or_default();
                spans.add(rows.from, rows.to);
            }
        }
        let mut digest = RowsDigest::default();
        let mut named = false;
        let mut next = Some(rows.from);
        while let Some(from) = next {
            let page = record::page_rows(&mut self.tx, rows.table, from, rows.to).await?;
            for row in &page {
                digest.add(row.key, &row.stored);
                self.found.rows += 1;
                if !row.is_whole() {
                    named = true;
                    self.found.fault(Fault::RowChanged {
                        table: rows.table.to_string(),
                        key: row.key,
                        by: by.clone(),
                    });
                }
            }
            next = page.last().and_then(|row| row.key.checked_add(1));
        }
        // A row whose digest alone was changed is named above, and breaks the sum as well.
        if digest.finish() != rows.digest && !named {
            self.found.fault(Fault::RowsChanged {
                table: rows.table.to_string(),
                from: rows.from,
                to: rows.to,
                by,
            });
        }
        Ok(())
    }

    async fn look_for_strays(&mut self) -> Result<(), Error> {
        let strays = journal::list_stray(&mut self.tx, PAGE).await?;
        for entry in strays {
            self.found.fault(Fault::EntryStray { entry });
        }
        Ok(())
    }

    /// Rows and plans that stand in the record without an act.
    async fn look_for_unvouched(&mut self) -> Result<(), Error> {
        const WHOLLY_VOUCHED: [RowTable; 6] = [
            RowTable::Answer,
            RowTable::Attempt,
            RowTable::Instruction,
            RowTable::OutlookDay,
            RowTable::Proposal,
            RowTable::PlaybookActivation,
        ];
        for table in WHOLLY_VOUCHED {
            let spans = self.vouched.remove(table.name()).unwrap_or_default();
            for (from, to) in spans.gaps() {
                // One page of strangers is enough to see what was done.
                for row in record::page_rows(&mut self.tx, table, from, to).await? {
                    self.found.fault(Fault::RowUnvouched {
                        table: table.to_string(),
                        key: row.key,
                    });
                }
            }
        }
        let mut after = i64::MIN;
        loop {
            let page = record::page_issued_plans(&mut self.tx, after).await?;
            let Some(&last) = page.last() else {
                return Ok(());
            };
            after = last;
            for plan in page.into_iter().filter(|plan| !self.plans.contains(plan)) {
                self.found.fault(Fault::PlanUnvouched { plan });
            }
        }
    }

    /// What is kept under the digest of its content.
    async fn check_files(&mut self) -> Result<(), Error> {
        let found = &mut self.found;
        for manifest in playbook::list_manifests(&mut self.tx).await? {
            if Digest::of(manifest.files.as_bytes()).to_string() != manifest.digest {
                found.fault(Fault::FileChanged {
                    table: "playbook",
                    digest: manifest.digest.clone(),
                });
            }
            for (path, digest) in playbook::entries_of(&manifest.files) {
                if playbook::find_file(&mut self.tx, digest).await?.is_none() {
                    found.fault(Fault::FileMissing {
                        playbook: manifest.digest.clone(),
                        path: path.to_owned(),
                        digest: digest.to_owned(),
                    });
                }
            }
        }
        let mut after = String::new();
        while let Some((digest, body)) = playbook::next_file(&mut self.tx, &after).await? {
            found.files += 1;
            if Digest::of(body.as_bytes()).to_string() != digest {
                found.fault(Fault::FileChanged {
                    table: "playbook_file",
                    digest: digest.clone(),
                });
            }
            after = digest;
        }
        let mut after = String::new();
        while let Some((digest, bytes)) = scan::next_scan(&mut self.tx, &after).await? {
            found.files += 1;
            if bytes.is_none_or(|bytes| Digest::of(&bytes).to_string() != digest) {
                found.fault(Fault::FileChanged {
                    table: "scan",
                    digest: digest.clone(),
                });
            }
            after = digest;
        }
        Ok(())
    }
}

/// The heads told outside, in step with the walk along the chain.
struct Outside<I: Iterator<Item = io::Result<Head>>> {
    heads: Peekable<I>,
    compared: u64,
    /// The last position at which both agreed.
    agreed: i64,
    /// The last position taken from the file.
    taken: i64,
    differs: bool,
}

impl<I: Iterator<Item = io::Result<Head>>> Outside<I> {
    fn over(heads: I) -> Self {
        Self {
            heads: heads.peekable(),
            compared: 0,
            agreed: 0,
            taken: 0,
            differs: false,
        }
    }

    /// The heads told at or before a position, given the seal that stands there.
    fn compare(&mut self, position: i64, seal: &str, found: &mut Found) -> Result<(), Error> {
        while let Some(head) = self.next_up_to(position)? {
            if head.position < self.taken {
                found.fault(Fault::OutsideDisordered {
                    position: head.position,
                });
                continue;
            }
            self.taken = head.position;
            let outside = head.seal.to_string();
            if head.position < position {
                found.fault(Fault::OutsideMissing {
                    position: head.position,
                    seal: outside,
                });
            } else if outside == seal {
                self.agreed = position;
            } else if !std::mem::replace(&mut self.differs, true) {
                found.fault(Fault::OutsideDiffers {
                    position,
                    agreed: self.agreed,
                    outside,
                    here: seal.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The heads told of positions the chain does not have.
    fn beyond(&mut self, found: &mut Found) -> Result<(), Error> {
        while let Some(head) = self.next_up_to(i64::MAX)? {
            found.fault(Fault::OutsideMissing {
                position: head.position,
                seal: head.seal.to_string(),
            });
        }
        Ok(())
    }

    fn next_up_to(&mut self, position: i64) -> Result<Option<Head>, Error> {
        let due =
            |head: &io::Result<Head>| head.as_ref().map_or(true, |head| head.position <= position);
        let head = self.heads.next_if(due).transpose();
        let head = head.map_err(Error::internal)?;
        self.compared += u64::from(head.is_some());
        Ok(head)
    }
}

/// Spans of keys, both ends included; those that touch are one.
#[derive(Debug, Default)]
struct Spans(BTreeMap<i64, i64>);

impl Spans {
    fn add(&mut self, from: i64, to: i64) {
        if from > to {
            return;
        }
        let (mut from, mut to) = (from, to);
        let touching = self
            .0
            .range(..=to.saturating_add(1))
            .rev()
            .take_while(|&(_, &end)| end.saturating_add(1) >= from)
            .map(|(&start, &end)| (start, end));
        for (start, end) in touching.collect::<Vec<_>>() {
            self.0.remove(&start);
            (from, to) = (from.min(start), to.max(end));
        }
        self.0.insert(from, to);
    }

    /// The spans between them, and before and after.
    fn gaps(&self) -> Vec<(i64, i64)> {
        let mut gaps = Vec::new();
        let mut next = Some(i64::MIN);
        for (&from, &to) in &self.0 {
            if let Some(start) = next.filter(|&start| start < from) {
                gaps.push((start, from - 1));
            }
            next = to.checked_add(1);
        }
        gaps.extend(next.map(|start| (start, i64::MAX)));
        gaps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_that_touch_are_one() {
        let mut spans = Spans::default();
        for (from, to) in [(1, 3), (7, 9), (4, 6), (20, 20), (12, 11)] {
            spans.add(from, to);
        }
        assert_eq!(spans.0, BTreeMap::from([(1, 9), (20, 20)]));
        assert_eq!(spans.gaps(), [(i64::MIN, 0), (10, 19), (21, i64::MAX)]);
    }

    proptest! {
        #[test]
        fn a_key_is_in_a_gap_unless_a_span_holds_it(
            added in prop::collection::vec((0i64..60, 0i64..8), 0..12),
            key in 0i64..70,
        ) {
            let mut spans = Spans::default();
            for &(from, length) in &added {
                spans.add(from, from + length - 1);
            }
            let held = added.iter().any(|&(from, length)| (from..from + length).contains(&key));
            let in_gap = spans.gaps().iter().any(|&(from, to)| (from..=to).contains(&key));
            prop_assert_ne!(held, in_gap);
            for pair in spans.0.iter().collect::<Vec<_>>().windows(2) {
                prop_assert!(pair[0].1 + 1 < *pair[1].0);
            }
        }
    }
}
