//! Numbers handed out once: the keys of orders, messages and answers, and every other series.
//!
//! A series begins at 1, after a restore far beyond whatever the lost part of the record may have
//! handed out, see [`epoch::skip_numbers`](super::epoch::skip_numbers). It comes in blocks, because
//! a plan for 100,000 enterprises takes its keys with one statement. A number is never handed out
//! twice; a transaction that rolls back gives its block back to the next, a process that dies
//! leaves a gap. On PostgreSQL the series stays taken until the transaction ends, so take numbers
//! late in long ones.

use super::{Result, Tx};

/// Takes the next `n` numbers of the series `name` and answers with the first of them.
///
/// The versions of lists begin at 1 after a restore as well: officers read them, and no link or
/// secret names one, so nothing that was lost can be taken for what comes anew.
pub async fn allocate(tx: &mut Tx, name: &str, n: u32) -> Result<i64> {
    tx.scalar(
        "INSERT INTO counter (name, next)
              VALUES ($1, $2 + CASE CAST($1 AS TEXT)
                                   WHEN 'list_version' THEN 1
                                   ELSE (SELECT CAST(COALESCE(MAX(numbers_from), 1) AS BIGINT)
                                           FROM epoch)
                               END)
         ON CONFLICT (name)
           DO UPDATE SET next = counter.next + $2
           RETURNING next - $2",
        (name, i64::from(n)),
    )
    .await
}
