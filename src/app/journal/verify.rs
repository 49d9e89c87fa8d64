//! Verifying the journal: every entry, seal and row is looked at again, and what was touched is
//! named.
//!
//! [`verify`] walks the chain from its first position. It computes each entry's digest and seal
//! anew, computes the digests of the rows each entry vouches for from their columns, and compares
//! the chain with the heads told [outside](super::head). Entries that still wait for a position are
//! verified alike and are no fault. It reads one state of the database throughout, page by page.
//!
//! The chain of a restored backup is shorter than what was told outside; see [`Restored`] for when
//! that is no fault.
//!
//! What it cannot see: an entry removed with all its rows before its seal was told outside, which
//! takes about a second.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use super::head::{self, Told};
use super::{RowTable, Rows, RowsDigest};
use crate::app::Error;
use crate::domain::digest::Digest;
use crate::domain::journal::Head;
use crate::store::journal::{Sealed, Stored};
use crate::store::{Db, Tx, epoch, health, journal, playbook, record, scan};

mod outside;
mod report;
mod spans;

pub use report::{Fault, Report, Restored, Voucher};

use outside::Outside;
use spans::Spans;

/// How many entries are read at once.
const PAGE: i64 = 500;

/// How many faults are named; beyond that they are counted.
const NAMED: usize = 1_000;

/// Verifies the journal of a database against the heads in a file, if one is given.
pub async fn verify(db: &Db, outside: Option<&Path>) -> Result<Report, Error> {
    // A node that serves goes on: what is told after this is of seals that may not be seen below.
    let length = outside.map(head::length).transpose();
    let length = length.map_err(Error::internal)?.unwrap_or(0);
    let told = || {
        let told = outside.map(|path| head::read(path, length)).transpose();
        Ok::<_, Error>(told.map_err(Error::internal)?.into_iter().flatten())
    };
    let mut tx = db.read().await?;
    let knows_epochs = health::migration(&mut tx).await? >= Some(epoch::SINCE);
    let epochs = if knows_epochs {
        epoch::list_epochs(&mut tx).await?
    } else {
        Vec::new()
    };
    let restored = outside::restores(told()?, &epochs)?;
    let mut audit = Audit {
        tx,
        outside: Outside::over(told()?, restored),
        found: Found::default(),
        vouched: HashMap::new(),
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
        restored: outside.restored,
        faults: found.faults,
        faults_in_all: found.faults_in_all,
    })
}

/// A verification under way, over the heads of a file.
struct Audit<I: Iterator<Item = io::Result<Told>>> {
    tx: Tx,
    outside: Outside<I>,
    found: Found,
    /// The keys vouched for, of every table but the lines of plans.
    vouched: HashMap<RowTable, Spans>,
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

impl<I: Iterator<Item = io::Result<Told>>> Audit<I> {
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
                let spans = self.vouched.entry(table).or_default();
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

    /// The tables of which every row is vouched for; the steps of each notice and advisory are one,
    /// and so are those each advisory was published to.
    /// A database that was not migrated has not every table.
    async fn wholly_vouched(&mut self) -> Result<Vec<RowTable>, Error> {
        const WHOLLY: [RowTable; 8] = [
            RowTable::Answer,
            RowTable::Attempt,
            RowTable::Instruction,
            RowTable::InformationUpdate,
            RowTable::OutlookDay,
            RowTable::OutlookHours,
            RowTable::Proposal,
            RowTable::PlaybookActivation,
        ];
        const WITHIN: [fn(i64) -> RowTable; 3] = [
            RowTable::NoticeStep,
            RowTable::AdvisoryStep,
            RowTable::AdvisoryRecipient,
        ];
        let tables = self.tx.tables().await?;
        let is_there = |table: &RowTable| tables.iter().any(|it| it.name == table.name());
        let mut wholly: Vec<_> = WHOLLY.into_iter().filter(is_there).collect();
        for of in WITHIN.into_iter().filter(|of| is_there(&of(0))) {
            let within = record::list_within(&mut self.tx, of(0)).await?;
            wholly.extend(within.into_iter().map(of));
        }
        Ok(wholly)
    }

    /// Rows and plans that stand in the record without an act.
    async fn look_for_unvouched(&mut self) -> Result<(), Error> {
        for table in self.wholly_vouched().await? {
            let spans = self.vouched.remove(&table).unwrap_or_default();
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
