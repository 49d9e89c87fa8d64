//! A database as a whole: its tables by its own catalogue, and their rows out and in.
//!
//! A row passes as one JSON array, made and read by the engine itself, so that nothing here names a
//! table or a column, and what one engine gave the other can take. Booleans are `true` and `false`
//! on both; whole numbers keep all their digits.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::{Connection, Sql, Tx, assert_safe, postgres_arguments, sqlite_arguments};
use crate::store::{Result, StoreError};

/// A table as the catalogue has it. Those by which the schema itself is kept are none of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, in the spelling of the common subset: `BIGINT`.
    pub kind: String,
    /// Its place in the primary key, from 1; 0 outside of it.
    pub key: i32,
}

impl Tx {
    /// Every table, each after those it refers to.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        let rows: Vec<(String, String, String, i32)> = self.all(COLUMNS, ()).await?;
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        for (name, column, kind, key) in rows {
            let table = tables.entry(name.clone()).or_insert_with(|| Table {
                name,
                columns: Vec::new(),
            });
            table.columns.push(Column {
                name: column,
                kind,
                key,
            });
        }
        let references: Vec<(String, String)> = self.all(REFERENCES, ()).await?;
        Ok(referred_first(tables, &references))
    }

    /// Every row of a table in the order of its primary key, one at a time, as a JSON array.
    pub async fn each_row<E: From<StoreError>>(
        &mut self,
        table: &Table,
        mut take: impl FnMut(String) -> Result<(), E>,
    ) -> Result<(), E> {
        self.enter()?;
        match &mut self.connection {
            Connection::Sqlite(tx) => {
                let text = assert_safe(table.select_of_sqlite().into());
                let mut rows = sqlx::query_scalar(text).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(row)?;
                }
            }
            Connection::Postgres(tx) => {
                let text = assert_safe(table.select_of_postgres().into());
                let mut rows = sqlx::query_scalar(text).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(row)?;
                }
            }
        }
        self.leave();
        Ok(())
    }

    /// Adds rows to a table, given as a JSON array of what [`each_row`](Self::each_row) gives;
    /// answers with how many went in.
    pub async fn add_rows(&mut self, table: &Table, rows: &str) -> Result<u64> {
        self.enter()?;
        let added = match &mut self.connection {
            Connection::Sqlite(tx) => {
                let text = assert_safe(table.insert_of_sqlite().into());
                let query = sqlx::query_with(text, sqlite_arguments((rows,))?);
                query.execute(&mut **tx).await?.rows_affected()
            }
            Connection::Postgres(tx) => {
                let text = assert_safe(table.insert_of_postgres().into());
                let query = sqlx::query_with(text, postgres_arguments((rows,))?);
                query.execute(&mut **tx).await?.rows_affected()
            }
        };
        self.leave();
        Ok(added)
    }

    /// Whether a table has no rows.
    pub async fn is_empty(&mut self, table: &Table) -> Result<bool> {
        let text = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT 1) AS first",
            quoted(&table.name)
        );
        let text = assert_safe(text.into());
        self.enter()?;
        let rows: i64 = match &mut self.connection {
            Connection::Sqlite(tx) => sqlx::query_scalar(text).fetch_one(&mut **tx).await?,
            Connection::Postgres(tx) => sqlx::query_scalar(text).fetch_one(&mut **tx).await?,
        };
        self.leave();
        Ok(rows == 0)
    }
}

/// Table, column, type, and place in the primary key.
const COLUMNS: Sql = Sql::by_dialect(
    "SELECT t.name, c.name, c.type, c.pk
       FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table'
        AND t.name <> 'schema_floor'
        AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
        AND t.name NOT LIKE '!_sqlx!_%' ESCAPE '!'
      ORDER BY t.name, c.cid",
    "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT),
            CAST(UPPER(FORMAT_TYPE(a.atttypid, a.atttypmod)) AS TEXT),
            COALESCE(ARRAY_POSITION(CAST(i.indkey AS SMALLINT[]), a.attnum) + 1, 0)
       FROM pg_class     t
       JOIN pg_namespace n  ON n.oid      = t.relnamespace
       JOIN pg_attribute a  ON a.attrelid = t.oid
                           AND a.attnum   > 0
                           AND NOT a.attisdropped
       LEFT JOIN pg_index i ON i.indrelid = t.oid
                           AND i.indisprimary
      WHERE t.relkind = 'r'
        AND n.nspname = current_schema()
        AND t.relname <> 'schema_floor'
        AND t.relname NOT LIKE '!_sqlx!_%' ESCAPE '!'
      ORDER BY t.relname, a.attnum",
);

/// A table, and one it refers to.
const REFERENCES: Sql = Sql::by_dialect(
    r#"SELECT t.name, f."table"
         FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
        WHERE t.type = 'table'"#,
    "SELECT CAST(t.relname AS TEXT), CAST(r.relname AS TEXT)
       FROM pg_constraint f
       JOIN pg_class      t ON t.oid = f.conrelid
       JOIN pg_class      r ON r.oid = f.confrelid
       JOIN pg_namespace  n ON n.oid = t.relnamespace
      WHERE f.contype = 'f'
        AND n.nspname = current_schema()",
);

/// The tables in an order in which each comes after those it refers to, else by name.
fn referred_first(
    mut tables: BTreeMap<String, Table>,
    references: &[(String, String)],
) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    let mut done: BTreeSet<String> = BTreeSet::new();
    while !tables.is_empty() {
        let waits = |name: &str| {
            let others = references
                .iter()
                .filter(|(from, to)| from == name && to != name);
            others.into_iter().any(|(_, to)| !done.contains(to))
        };
        let next = tables.keys().find(|name| !waits(name)).cloned();
        // Tables that refer to one another in a circle cannot be filled one after the other.
        let next = next.expect("the references of the schema go in no circle");
        ordered.extend(tables.remove(&next));
        done.insert(next);
    }
    ordered
}

impl Table {
    fn select_of_sqlite(&self) -> String {
        let values = self.listed(|_, column| {
            let name = quoted(&column.name);
            match column.kind.as_str() {
                "BOOLEAN" => {
                    format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END)")
                }
                _ => name,
            }
        });
        let key = self.key(|column| quoted(&column.name));
        format!(
            "SELECT json_array({values}) FROM {} ORDER BY {key}",
            quoted(&self.name)
        )
    }

    fn select_of_postgres(&self) -> String {
        let values = self.listed(|_, column| quoted(&column.name));
        let key = self.key(|column| match column.kind.as_str() {
            "TEXT" => format!("{} COLLATE \"C\"", quoted(&column.name)),
            _ => quoted(&column.name),
        });
        format!(
            "SELECT CAST(json_build_array({values}) AS TEXT) FROM {} ORDER BY {key}",
            quoted(&self.name)
        )
    }

    fn insert_of_sqlite(&self) -> String {
        let values = self.listed(|at, _| format!("json_extract(value, '$[{at}]')"));
        format!("{} SELECT {values} FROM json_each($1)", self.insert())
    }

    fn insert_of_postgres(&self) -> String {
        let values = self.listed(|at, column| format!("CAST(value->>{at} AS {})", column.kind));
        format!(
            "{} SELECT {values} FROM jsonb_array_elements(CAST($1 AS JSONB)) AS value",
            self.insert()
        )
    }

    fn insert(&self) -> String {
        let columns = self.listed(|_, column| quoted(&column.name));
        format!("INSERT INTO {} ({columns})", quoted(&self.name))
    }

    fn listed(&self, say: impl Fn(usize, &Column) -> String) -> String {
        let columns = self.columns.iter().enumerate();
        let said: Vec<String> = columns.map(|(at, column)| say(at, column)).collect();
        said.join(", ")
    }

    /// The columns of the primary key, in its order.
    fn key(&self, say: impl Fn(&Column) -> String) -> String {
        let mut key: Vec<&Column> = self.columns.iter().filter(|c| c.key > 0).collect();
        key.sort_by_key(|column| column.key);
        let said: Vec<String> = key.into_iter().map(say).collect();
        said.join(", ")
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
