//! What a verification finds, in words that name what was touched.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::time::rfc3339;

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
    /// The restores of backups that the chain has been through, as told outside.
    pub restored: Vec<Restored>,
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

/// The restore of a backup: no fault, since the one who keeps the file has noted it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The epoch it began.
    pub epoch: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The last position of the backup.
    pub position: i64,
    /// The last position that was told outside before and is lost; none where nothing is known to
    /// be.
    pub lost_to: Option<i64>,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (epoch, at, position) = (self.epoch, rfc3339(self.at), self.position);
        write!(
            f,
            "epoch {epoch} was restored from position {position} at {at}"
        )?;
        match self.lost_to {
            None => Ok(()),
            Some(last) => write!(
                f,
                "; positions {} to {last} known outside are of the epoch before it",
                position + 1
            ),
        }
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

impl fmt::Display for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "entry {} at position {position}", self.entry),
            None => write!(f, "unsealed entry {}", self.entry),
        }
    }
}
