//! What can go wrong in the store, sorted by what a caller can do about it.
//!
//! The waist translates the engines' own errors into these; see [`super::db`] for how. Errors are
//! cheap to clone, because one failed group commit is told to every caller who had a part in it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The one row asked for is not there.
    #[error("no such row")]
    NotFound,

    /// A unique key is taken. Nothing was written.
    #[error("the key {constraint} is taken")]
    Conflict {
        /// The key as `table(column, column)`, alike on both engines.
        constraint: String,
    },

    /// A row that this program could not have written.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistency),

    /// Others were first: a lock, a serialization failure, a full queue. Nothing was written, and
    /// the same call may succeed later.
    #[error("the database is busy; try again in {} ms", after.as_millis())]
    Busy {
        /// How long to wait before trying again.
        after: Duration,
    },

    /// The database cannot be reached. Nothing was written, unless an earlier [`InDoubt`] said so.
    ///
    /// [`InDoubt`]: Self::InDoubt
    #[error("the database is unavailable")]
    Unavailable(#[source] Arc<sqlx::Error>),

    /// A commit was asked for and its answer never came: it may or may not have happened. Look
    /// before doing it again.
    #[error("the database did not confirm the commit")]
    InDoubt(#[source] Arc<sqlx::Error>),

    /// The transaction met an error, or a caller gave up half-way through a statement, before this
    /// call. It can only be rolled back.
    #[error("the transaction was already given up")]
    GivenUp,

    /// The guarded work belongs to somebody else by now.
    #[error("the lease `{lease}` has passed to another holder")]
    Superseded {
        /// The name of the lease.
        lease: String,
    },

    /// Another process serves from this file.
    #[error("another process is serving from {}", .path.display())]
    Claimed {
        /// The lock file.
        path: PathBuf,
    },

    /// The lock file beside the database cannot be used.
    #[error("cannot lock {}", .path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Arc<std::io::Error>,
    },

    /// The address names no database. It is not repeated: it may hold a password.
    #[error("the database address is not usable: expected {expected}")]
    Address {
        /// What it should have been.
        expected: &'static str,
    },

    /// There is no such file, and none was to be made.
    #[error("there is no database at {}", .path.display())]
    NoDatabase {
        /// The file.
        path: PathBuf,
    },

    /// The schema has moved on without this binary.
    #[error(
        "this binary is too old for the database: it knows migrations up to {known}, \
         the database asks for {floor} (qingkong {release}) or newer"
    )]
    Outdated {
        /// The newest migration this binary knows.
        known: i64,
        /// The migration a binary must know at least.
        floor: i64,
        /// The oldest release that does.
        release: String,
    },

    /// A backup is restored into an empty database alone.
    #[error("the database is not empty: there is something in `{table}`")]
    NotEmpty {
        /// The table in which something stands.
        table: String,
    },

    /// The schema of an empty database is newer than what is to be filled in.
    #[error(
        "the database has schema {found}, and what is restored has {migration}: name a new one"
    )]
    Newer {
        /// The newest migration the database has.
        found: i64,
        /// The newest migration of the backup.
        migration: i64,
    },

    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[source] Arc<sqlx::migrate::MigrateError>),

    /// Anything else the driver says: a wrong statement, a broken rule of the schema.
    #[error("the database refused a statement")]
    Driver(#[source] Arc<sqlx::Error>),
}

impl StoreError {
    /// Whether one row's content is to blame, so that the same work without that row may succeed.
    pub fn blames_a_row(&self) -> bool {
        use sqlx::error::ErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation};
        match self {
            Self::NotFound | Self::Conflict { .. } | Self::Inconsistent(_) => true,
            Self::Driver(error) => error.as_database_error().is_some_and(|error| {
                matches!(
                    error.kind(),
                    CheckViolation | ForeignKeyViolation | NotNullViolation
                )
            }),
            _ => false,
        }
    }

    /// Whether waiting and asking again may help, with nothing written so far.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unavailable(_))
    }
}

/// A row that cannot be read as what it should be: which table, which column, which row.
///
/// ```
/// # use qingkong::store::Inconsistency;
/// let found = Inconsistency::on("warning").column("level").row("018f");
/// assert_eq!(found.to_string(), "the row 018f of `warning` makes no sense in column `level`");
/// ```
#[derive(Clone, Debug)]
pub struct Inconsistency {
    table: &'static str,
    column: Option<&'static str>,
    row: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Inconsistency {
    /// In this table.
    pub fn on(table: &'static str) -> Self {
        Self {
            table,
            column: None,
            row: None,
            source: None,
        }
    }

    /// In this column.
    #[must_use]
    pub fn column(mut self, column: &'static str) -> Self {
        self.column = Some(column);
        self
    }

    /// In the row with this key.
    #[must_use]
    pub fn row(mut self, row: impl fmt::Display) -> Self {
        self.row = Some(row.to_string());
        self
    }

    /// For this reason.
    #[must_use]
    pub fn source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }
}

impl fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.row {
            Some(row) => write!(f, "the row {row} of `{}` makes no sense", self.table)?,
            None => write!(f, "a row of `{}` makes no sense", self.table)?,
        }
        match self.column {
            Some(column) => write!(f, " in column `{column}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Inconsistency {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
