//! What an engine asks for the same rows at least: the lines and messages that the product has
//! written are read into memory and written once more, bare, to fresh tables like the product's, in
//! one transaction. Timed is that transaction.

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use futures::TryStreamExt;
use rusqlite::types::Value;
use rusqlite::{Connection as Sqlite, OpenFlags, params_from_iter};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr};

/// The tables that drawing and issuing fill, each with what its rows were written in order of.
const TABLES: [(&str, &str); 2] = [
    ("plan_line", "plan_key, order_key"),
    ("message", "message_key"),
];

/// How many bytes are handed to `COPY` at once.
const BLOCK: usize = 1 << 16;

/// Seconds for one prepared insert a row, as durable as the product's (WAL, `synchronous = FULL`).
pub(crate) fn prepared_inserts(written: &Path, fresh: &Path) -> anyhow::Result<f64> {
    let from = Sqlite::open_with_flags(written, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut to = Sqlite::open(fresh)?;
    to.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let mut tables = Vec::new();
    for (table, order) in TABLES {
        to.execute_batch(&definition(&from, table)?)?;
        let mut select = from.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
        let width = select.column_count();
        let rows = select
            .query_map((), |row| (0..width).map(|at| row.get(at)).collect())?
            .collect::<rusqlite::Result<Vec<Vec<Value>>>>()?;
        let marks = vec!["?"; width].join(", ");
        tables.push((format!("INSERT INTO {table} VALUES ({marks})"), rows));
    }
    let start = Instant::now();
    let transaction = to.transaction()?;
    for (insert, rows) in &tables {
        let mut insert = transaction.prepare(insert)?;
        for row in rows {
            insert.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The statements that make a table and its indexes.
fn definition(database: &Sqlite, table: &str) -> anyhow::Result<String> {
    let mut select = database.prepare(
        "SELECT sql FROM sqlite_schema
          WHERE tbl_name = ?
            AND sql IS NOT NULL
          ORDER BY type = 'index'",
    )?;
    let statements = select
        .query_map((table,), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(statements.join(";\n"))
}

/// Seconds for one binary `COPY` a table, next to the product's tables in the same database.
pub(crate) async fn copies(database: &str) -> anyhow::Result<f64> {
    let mut connection = PgConnection::connect(database).await?;
    run(&mut connection, "CREATE SCHEMA bare").await?;
    let mut tables = Vec::new();
    for (table, order) in TABLES {
        let like = format!("CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING ALL)");
        run(&mut connection, &like).await?;
        let copy = format!(
            "COPY (SELECT * FROM public.{table} ORDER BY {order}) TO STDOUT (FORMAT binary)"
        );
        let mut rows = Vec::new();
        let mut out = connection.copy_out_raw(&copy).await?;
        while let Some(row) = out.try_next().await? {
            rows.extend_from_slice(&row);
        }
        drop(out);
        tables.push((
            format!("COPY bare.{table} FROM STDIN (FORMAT binary)"),
            rows,
        ));
    }
    run(&mut connection, "CHECKPOINT").await?;
    let start = Instant::now();
    run(&mut connection, "BEGIN").await?;
    for (copy, rows) in tables {
        let mut into = connection.copy_in_raw(&copy).await?;
        for block in rows.chunks(BLOCK) {
            into.send(block).await?;
        }
        into.finish().await.context("cannot copy the rows")?;
    }
    run(&mut connection, "COMMIT").await?;
    let seconds = start.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(seconds)
}

#[expect(
    clippy::disallowed_methods,
    reason = "names of tables and databases cannot be parameters; these are made here"
)]
pub(crate) async fn run(connection: &mut PgConnection, statement: &str) -> anyhow::Result<()> {
    connection
        .execute(AssertSqlSafe(statement.to_owned()).into_sql_str())
        .await?;
    Ok(())
}
