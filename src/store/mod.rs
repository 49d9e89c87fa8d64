//! What the system remembers: SQL, and nothing but SQL.
//!
//! One text for two engines. [`db`] is the narrow waist, the only place that knows which engine
//! answers; everything else here is repositories. A repository is a file of free functions: each
//! takes `&mut Tx`, holds one aligned SQL literal in the common subset, and turns a private row
//! struct into a domain type with `TryFrom`. Whoever calls decides where a transaction begins and
//! ends, so that several repositories commit together or not at all. [`counter`] and [`lease`] are
//! the smallest examples.
//!
//! Nothing here decides anything about warnings, nothing here speaks HTTP, nothing asks the time.
//!
//! # The common subset
//!
//! `$1` placeholders; `TEXT`, `BIGINT`, `INTEGER`, `BOOLEAN`, `DOUBLE PRECISION`; instants as epoch
//! milliseconds. Both engines read alike: `ON CONFLICT … DO UPDATE`, `RETURNING`, CTEs, window
//! functions, `FILTER`, `NULLS LAST`, `IS NOT DISTINCT FROM`, row values, `CAST(SUM(x) AS BIGINT)`.
//! They differ on, hence not here: `LIKE` on letters (codes of regions are matched by it), JSON operators, `CURRENT_TIMESTAMP`,
//! `MAX(a, b)`, casts of fractions to integers, uncast `SUM` of `BIGINT`, and row locks.
//!
//! PostgreSQL's write transactions are `READ COMMITTED`, SQLite's are alone. A repository that
//! checks before it writes therefore does both in one statement, or first takes the row it judges
//! by with an `UPDATE … RETURNING` of the head.

/// The status of an order in SQL, as [`Head::status`](crate::domain::order::Head::status) has it:
/// the columns `owed`, `objected`, `helped` and `rung` of a line `l` and the head `h` of its order.
macro_rules! status_columns {
    () => {
        "l.owed,
         COALESCE(h.objected, 0) >= l.owed AS objected,
         COALESCE(h.helped, 0)   >= l.owed AS helped,
         CASE
             WHEN COALESCE(h.acknowledged, 0) < l.owed
                 THEN CASE
                          WHEN COALESCE(h.handed_over, 0) < l.owed THEN 'issued'
                          ELSE 'handed-over'
                      END
             WHEN l.change = 'release' THEN 'lift-acknowledged'
             WHEN h.in_place >= l.owed THEN 'in-place'
             ELSE 'acknowledged'
         END AS rung"
    };
}

pub mod account;
pub mod advisory;
pub mod answer;
pub mod audience;
pub mod counter;
pub mod db;
pub mod epoch;
pub mod erase;
pub mod error;
pub mod health;
pub mod hours;
pub mod idempotency;
pub mod information;
pub mod instruction;
pub mod job_run;
pub mod journal;
pub mod ladder;
pub mod lease;
pub mod notice;
pub mod order;
pub mod outbox;
pub mod outlook;
pub mod plan;
pub mod playbook;
pub mod proposal;
pub mod record;
pub mod registry;
pub mod retention;
pub mod scan;
pub mod schema;
pub mod writer;

pub use db::{Db, Options, Tx};
pub use error::{Inconsistency, StoreError};

/// What every function of the store answers with.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
