//! The narrow waist of the store: the only place that knows which engine answers.
//!
//! A [`Db`] is a pool, a [`Tx`] is a transaction, a statement is one [`Sql`] text with `$1`
//! placeholders and a tuple of parameters. Everything that differs between SQLite and PostgreSQL
//! beyond that text is decided in this file: how to connect, how a transaction begins, what an
//! error means.
//!
//! ```no_run
//! # use qingkong::store::{Db, Options, Result};
//! # async fn example() -> Result<()> {
//! let db = Db::open("sqlite:/var/lib/qingkong/qingkong.db", Options::default()).await?;
//! let mut tx = db.begin().await?;
//! tx.execute("DELETE FROM lease WHERE until_at < $1", (0_i64,)).await?;
//! tx.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Design notes
//!
//! `sqlx::Any` would offer one type for both engines, but its `BOOLEAN` and `SUM` break across
//! them. Storage traits with a body per engine drift apart. One enum and a `match` in each of a
//! handful of functions does neither.
//!
//! After a failed statement PostgreSQL refuses all others and answers a `COMMIT` by silently
//! rolling back, while SQLite carries on. Here a failed transaction is given up on both, so that
//! no test on SQLite passes what PostgreSQL would lose. To carry on after a duplicate, say
//! `ON CONFLICT DO NOTHING`.
//!
//! Bulk inserts list their rows on SQLite, each value as `?`: `$1` is a name to it, and at every bind
//! all names before it are searched, which made 5,000 values a statement half of the work. On
//! PostgreSQL they come as one array for each column: the text is short, is the same for any number
//! of rows, and fewer answers are waited for. The arrays are unnested side by side in the select
//! list: as a table in `FROM`, every column is first stored by itself, a sixth of the whole price.
//! `COPY` would be faster still, but sqlx leaves a connection out of step when a task ends in the
//! middle of one.
//!
//! A list of keys is one parameter, too: an array on PostgreSQL, the same in JSON on SQLite.
//!
//! Behind a proxy that pools by transaction and keeps no prepared statements, add
//! `?statement-cache-capacity=0` to the address.

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgDatabaseError, PgHasArrayType, PgPoolOptions, PgRow,
};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteError, SqliteJournalMode, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{
    Arguments, AssertSqlSafe, Encode, PgPool, Postgres, SqlStr, Sqlite, SqlitePool, Transaction,
    Type,
};

use super::Result;
use super::error::StoreError;

pub use sqlx::FromRow;

mod whole;

pub use self::whole::{Column, Table};

/// How to open a database.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections in all on PostgreSQL; reading connections, beside the one that writes, on
    /// SQLite.
    pub connections: u32,
    /// How long a caller waits for a connection or a lock before it hears that there is none.
    pub patience: Duration,
    /// Whether SQLite's file is made when it is missing; a server makes no database by itself.
    pub create: bool,
    /// How many rows SQLite may read before they are asked for. Its rows come from a thread of their
    /// own, which is woken less often the more may wait; where a row may have megabytes, few should.
    pub rows_ahead: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(5),
            create: true,
            rows_ahead: 1_024,
        }
    }
}

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    faults: Option<Faults>,
}

#[derive(Clone)]
enum Engine {
    Sqlite {
        path: PathBuf,
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. Dropped without [`commit`](Tx::commit), it is rolled back.
pub struct Tx {
    connection: Connection,
    faults: Option<Faults>,
    /// Set while a statement runs, and for good once one has failed or its caller has gone.
    given_up: bool,
}

enum Connection {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Decides, at every point of every writing transaction, whether the process dies there.
pub type Faults = Arc<dyn Fn(Point) -> Verdict + Send + Sync>;

/// Where a simulation may stop a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// It is about to begin: the database is away.
    Begin,
    /// All is written, nothing is committed.
    BeforeCommit,
    /// All is committed, nobody knows.
    AfterCommit,
}

/// What happens at a [`Point`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Proceed,
    /// The caller hears what it would hear had the connection died.
    Crash,
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`. Neither is migrated yet.
    pub async fn open(url: &str, options: Options) -> Result<Self> {
        let engine = match url.split_once(':') {
            Some(("sqlite", path)) => {
                open_sqlite(path.strip_prefix("//").unwrap_or(path), options).await?
            }
            Some(("postgres" | "postgresql", _)) => open_postgres(url, options).await?,
            _ => return Err(address("`sqlite:PATH` or `postgres://…`")),
        };
        Ok(Self {
            engine,
            faults: None,
        })
    }

    /// The same database, stopping where `faults` says: for simulations.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Begins a transaction that writes. On SQLite there is one at a time.
    pub async fn begin(&self) -> Result<Tx> {
        visit(self.faults.as_ref(), Point::Begin).map_err(unavailable)?;
        let connection = match &self.engine {
            Engine::Sqlite { writer, .. } => writer
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Connection::Sqlite)
                .map_err(sqlite_is_busy)?,
            Engine::Postgres(pool) => pool.begin().await.map(Connection::Postgres)?,
        };
        Ok(Tx {
            connection,
            faults: self.faults.clone(),
            given_up: false,
        })
    }

    /// Begins a transaction that only reads: it sees one state of the database throughout, waits
    /// for no writer, and can be dropped when done.
    pub async fn read(&self) -> Result<Tx> {
        let connection = match &self.engine {
            Engine::Sqlite { readers, .. } => readers
                .begin()
                .await
                .map(Connection::Sqlite)
                .map_err(sqlite_is_busy)?,
            Engine::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Connection::Postgres)?,
        };
        Ok(Tx {
            connection,
            faults: None,
            given_up: false,
        })
    }

    /// Keeps a second serving process off a database that allows only one: SQLite's file is
    /// claimed until the [`Claim`] is dropped or the process ends. One-shot commands do not claim;
    /// they are short writers beside the one that serves. PostgreSQL allows any number.
    pub fn claim_exclusive(&self) -> Result<Claim> {
        match &self.engine {
            Engine::Sqlite { path, .. } => Claim::on(path),
            Engine::Postgres(_) => Ok(Claim { _lock: None }),
        }
    }

    /// Waits for the connections to be returned, and closes them.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.engine {
            Engine::Sqlite { path, .. } => write!(f, "Db(sqlite:{})", path.display()),
            Engine::Postgres(_) => f.write_str("Db(postgres)"),
        }
    }
}

impl Tx {
    /// Runs a statement and answers with the number of rows it touched.
    pub async fn execute(&mut self, sql: impl Into<Sql>, params: impl Params<'_>) -> Result<u64> {
        let sql = sql.into();
        self.enter()?;
        let touched = match &mut self.connection {
            Connection::Sqlite(tx) => sqlx::query_with(sql.sqlite, sqlite_arguments(params)?)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
            Connection::Postgres(tx) => sqlx::query_with(sql.postgres, postgres_arguments(params)?)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
        };
        self.leave();
        Ok(touched)
    }

    /// Every row. For long tables, ask by key in pages.
    pub async fn all<R: Record>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Params<'_>,
    ) -> Result<Vec<R>> {
        let sql = sql.into();
        self.enter()?;
        let rows = match &mut self.connection {
            Connection::Sqlite(tx) => {
                sqlx::query_as_with(sql.sqlite, sqlite_arguments(params)?)
                    .fetch_all(&mut **tx)
                    .await?
            }
            Connection::Postgres(tx) => {
                sqlx::query_as_with(sql.postgres, postgres_arguments(params)?)
                    .fetch_all(&mut **tx)
                    .await?
            }
        };
        self.leave();
        Ok(rows)
    }

    /// The first row, if there is one.
    pub async fn optional<R: Record>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Params<'_>,
    ) -> Result<Option<R>> {
        let sql = sql.into();
        self.enter()?;
        let row = match &mut self.connection {
            Connection::Sqlite(tx) => {
                sqlx::query_as_with(sql.sqlite, sqlite_arguments(params)?)
                    .fetch_optional(&mut **tx)
                    .await?
            }
            Connection::Postgres(tx) => {
                sqlx::query_as_with(sql.postgres, postgres_arguments(params)?)
                    .fetch_optional(&mut **tx)
                    .await?
            }
        };
        self.leave();
        Ok(row)
    }

    /// The first row, or [`StoreError::NotFound`].
    pub async fn one<R: Record>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Params<'_>,
    ) -> Result<R> {
        self.optional(sql, params)
            .await?
            .ok_or(StoreError::NotFound)
    }

    /// The first column of the first row, or [`StoreError::NotFound`].
    pub async fn scalar<T>(&mut self, sql: impl Into<Sql>, params: impl Params<'_>) -> Result<T>
    where
        (T,): Record,
    {
        let (value,) = self.one(sql, params).await?;
        Ok(value)
    }

    /// Inserts any number of rows as they come, some hundred with each statement, and answers with
    /// how many went in.
    ///
    /// `insert` is the statement up to its rows, as in `"INSERT INTO counter (name, next)"`;
    /// [`AroundRows`] can also carry what follows them.
    pub fn insert_many<'t, P: Params<'t> + 't>(
        &'t mut self,
        insert: impl Into<AroundRows>,
        rows: impl IntoIterator<Item = P, IntoIter: Send + 't>,
    ) -> BoxFuture<'t, Result<u64>> {
        self.execute_rows(insert.into(), rows)
    }

    /// Changes any number of rows, each in its own way, some hundred with each statement, and
    /// answers with how many were changed.
    ///
    /// `update` is what stands around the rows of a list named `v`, whose columns are `column1`,
    /// `column2`, …, as in `"UPDATE message SET due_at = v.column2 FROM ("` and
    /// `") AS v WHERE message_key = v.column1"`.
    pub fn update_many<'t, P: Params<'t> + 't>(
        &'t mut self,
        update: AroundRows,
        rows: impl IntoIterator<Item = P, IntoIter: Send + 't>,
    ) -> BoxFuture<'t, Result<u64>> {
        self.execute_rows(update, rows)
    }

    /// Runs a statement over rows, and answers with the number of rows it touched.
    ///
    /// SQLite is given a power of two of rows, at most [`ROWS_AT_ONCE`], so that it sees no more
    /// than ten texts for one statement and keeps them all prepared; PostgreSQL is given an array
    /// for each column.
    fn execute_rows<'t, P: Params<'t> + 't>(
        &'t mut self,
        around: AroundRows,
        rows: impl IntoIterator<Item = P, IntoIter: Send + 't>,
    ) -> BoxFuture<'t, Result<u64>> {
        const { assert!(P::WIDTH > 0, "a row has columns") };
        let mut rows = rows.into_iter().fuse();
        // Boxed, so that the caller's future does not name the iterator's type: the compiler cannot
        // see that a future is `Send` when it holds a closure over references.
        Box::pin(async move {
            let at_once = match self.connection {
                Connection::Sqlite(_) => ROWS_AT_ONCE,
                Connection::Postgres(_) => ROWS_IN_ARRAYS,
            };
            let mut touched = 0;
            loop {
                let chunk: Vec<P> = rows.by_ref().take(at_once).collect();
                if chunk.is_empty() {
                    return Ok(touched);
                }
                touched += self.execute_chunk(around, chunk).await?;
            }
        })
    }

    /// Every row of a statement over a list of keys.
    pub async fn all_among<R: Record>(
        &mut self,
        among: Among,
        params: impl Params<'_>,
        keys: &[i64],
    ) -> Result<Vec<R>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.enter()?;
        let rows = match &mut self.connection {
            Connection::Sqlite(tx) => {
                let (text, arguments) = among.for_sqlite(params, keys)?;
                sqlx::query_as_with(text, arguments)
                    .fetch_all(&mut **tx)
                    .await?
            }
            Connection::Postgres(tx) => {
                let (text, arguments) = among.for_postgres(params, keys)?;
                sqlx::query_as_with(text, arguments)
                    .fetch_all(&mut **tx)
                    .await?
            }
        };
        self.leave();
        Ok(rows)
    }

    /// Runs a statement over a list of keys, and answers with the number of rows it touched.
    pub async fn execute_among(
        &mut self,
        among: Among,
        params: impl Params<'_>,
        keys: &[i64],
    ) -> Result<u64> {
        if keys.is_empty() {
            return Ok(0);
        }
        self.enter()?;
        let touched = match &mut self.connection {
            Connection::Sqlite(tx) => {
                let (text, arguments) = among.for_sqlite(params, keys)?;
                sqlx::query_with(text, arguments)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected()
            }
            Connection::Postgres(tx) => {
                let (text, arguments) = among.for_postgres(params, keys)?;
                sqlx::query_with(text, arguments)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected()
            }
        };
        self.leave();
        Ok(touched)
    }

    /// Makes everything since [`Db::begin`] durable.
    ///
    /// [`StoreError::InDoubt`] means that nobody knows whether it happened.
    pub async fn commit(self) -> Result<()> {
        if self.given_up {
            return Err(StoreError::GivenUp);
        }
        visit(self.faults.as_ref(), Point::BeforeCommit).map_err(unavailable)?;
        let committed = match self.connection {
            Connection::Sqlite(tx) => tx.commit().await,
            Connection::Postgres(tx) => tx.commit().await,
        };
        committed
            .map_err(StoreError::from)
            .map_err(StoreError::in_doubt)?;
        visit(self.faults.as_ref(), Point::AfterCommit)
            .map_err(|error| unavailable(error).in_doubt())
    }

    /// Applies the migrations this database has not seen, within this transaction.
    pub(super) async fn apply(&mut self, migrator: &Migrator) -> Result<()> {
        self.enter()?;
        let applied = match &mut self.connection {
            Connection::Sqlite(tx) => migrator.run_direct(None, &mut **tx, false).await,
            Connection::Postgres(tx) => migrator.run_direct(None, &mut **tx, false).await,
        };
        applied.map_err(migration_error)?;
        self.leave();
        Ok(())
    }

    async fn execute_chunk<'q, P: Params<'q>>(
        &mut self,
        around: AroundRows,
        rows: Vec<P>,
    ) -> Result<u64> {
        self.enter()?;
        let mut touched = 0;
        match &mut self.connection {
            Connection::Sqlite(tx) => {
                let mut rows = rows;
                while !rows.is_empty() {
                    let rest = rows.split_off(1 << rows.len().ilog2());
                    let text = around.text(P::WIDTH, Rows::Listed(rows.len()));
                    let mut arguments = SqliteArguments::default();
                    for row in rows {
                        row.bind_sqlite(&mut arguments)?;
                    }
                    let query = sqlx::query_with(text, arguments);
                    touched += query.execute(&mut **tx).await?.rows_affected();
                    rows = rest;
                }
            }
            Connection::Postgres(tx) => {
                let text = around.text(P::WIDTH, Rows::InArrays);
                let mut arguments = PgArguments::default();
                P::bind_columns(rows, &mut arguments)?;
                let query = sqlx::query_with(text, arguments);
                touched += query.execute(&mut **tx).await?.rows_affected();
            }
        }
        self.leave();
        Ok(touched)
    }

    fn enter(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.given_up, true) {
            return Err(StoreError::GivenUp);
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.given_up = false;
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("given_up", &self.given_up)
            .finish_non_exhaustive()
    }
}

/// One statement: nearly always one text for both engines.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Sql {
    /// A statement that has to differ, with the same parameters in both texts.
    pub const fn by_dialect(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::by_dialect(text, text)
    }
}

/// The most rows one statement of [`Tx::insert_many`] lists. With the widest tuple of 24 values
/// that is 12,288 parameters, of 32,766 that SQLite takes.
pub const ROWS_AT_ONCE: usize = 512;

/// The most rows one statement carries in arrays.
const ROWS_IN_ARRAYS: usize = 4_096;

/// What stands around the rows of [`Tx::insert_many`] and [`Tx::update_many`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AroundRows {
    before: &'static str,
    after: &'static str,
}

impl AroundRows {
    /// `before` reaches up to the rows; `after` follows them, as in `ON CONFLICT DO NOTHING`.
    pub const fn new(before: &'static str, after: &'static str) -> Self {
        Self { before, after }
    }

    /// The whole statement, composed once for each number of rows.
    fn text(self, width: usize, rows: Rows) -> SqlStr {
        type Texts = HashMap<(AroundRows, Rows), Arc<str>>;
        static TEXTS: LazyLock<Mutex<Texts>> = LazyLock::new(Mutex::default);
        let text = TEXTS
            .lock()
            .expect("composing a text does not panic")
            .entry((self, rows))
            .or_insert_with(|| self.compose(width, rows).into())
            .clone();
        assert_safe(text)
    }

    fn compose(self, width: usize, rows: Rows) -> String {
        let Self { before, after } = self;
        match rows {
            Rows::Listed(rows) => {
                let row = format!("({})", vec!["?"; width].join(", "));
                let rows = vec![row; rows].join(", ");
                format!("{before} VALUES {rows} {after}")
            }
            Rows::InArrays => {
                let columns = (1..=width).map(|at| format!("UNNEST(${at}) AS column{at}"));
                let columns = columns.collect::<Vec<_>>().join(", ");
                format!("{before} SELECT {columns} {after}")
            }
        }
    }
}

/// How the rows of a bulk insert stand in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Rows {
    /// So many, each value as `?`, for SQLite.
    Listed(usize),
    /// Any number, each column as one array, for PostgreSQL.
    InArrays,
}

impl From<&'static str> for AroundRows {
    fn from(before: &'static str) -> Self {
        Self::new(before, "")
    }
}

/// What stands around the keys of [`Tx::all_among`] and [`Tx::execute_among`].
#[derive(Clone, Copy, Debug)]
pub struct Among {
    before: &'static str,
    after: Sql,
}

impl Among {
    /// `before` ends in the column, as in `"SELECT … WHERE lane = $1 AND message_key"`; the keys
    /// come next, then `after`. Both may use the placeholders of the parameters.
    pub const fn new(before: &'static str, after: &'static str) -> Self {
        Self {
            before,
            after: Sql::by_dialect(after, after),
        }
    }

    /// A `SELECT` whose rows stay as they are until the end of the transaction: SQLite's writers
    /// are alone, on PostgreSQL the rows are locked.
    pub const fn locked(before: &'static str) -> Self {
        Self {
            before,
            after: Sql::by_dialect("", "FOR UPDATE"),
        }
    }

    /// SQLite has no arrays: the keys come as one in JSON.
    fn for_sqlite<'q, P: Params<'q>>(
        self,
        params: P,
        keys: &[i64],
    ) -> sqlx::Result<(SqlStr, SqliteArguments)> {
        let Self { before, after } = self;
        let (at, after) = (P::WIDTH + 1, after.sqlite);
        let text = format!("{before} IN (SELECT value FROM json_each(${at})) {after}");
        let mut arguments = sqlite_arguments(params)?;
        let keys = serde_json::to_string(keys).expect("numbers are plain data");
        arguments.add(keys).map_err(sqlx::Error::Encode)?;
        Ok((assert_safe(text.into()), arguments))
    }

    fn for_postgres<'q, P: Params<'q>>(
        self,
        params: P,
        keys: &[i64],
    ) -> sqlx::Result<(SqlStr, PgArguments)> {
        let Self { before, after } = self;
        let (at, after) = (P::WIDTH + 1, after.postgres);
        let text = format!("{before} = ANY(${at}) {after}");
        let mut arguments = postgres_arguments(params)?;
        arguments.add(keys).map_err(sqlx::Error::Encode)?;
        Ok((assert_safe(text.into()), arguments))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "literal text and the numbers of placeholders are all that is joined here"
)]
fn assert_safe(text: Arc<str>) -> SqlStr {
    sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text))
}

/// A value both engines store alike: `i64`, `i32`, `bool`, `f64`, text, and options of these,
/// borrowed for `'q` or owned.
pub trait Value<'q>:
    Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> + PgHasArrayType + Send
{
}

impl<'q, T> Value<'q> for T where
    T: Encode<'q, Sqlite>
        + Type<Sqlite>
        + Encode<'q, Postgres>
        + Type<Postgres>
        + PgHasArrayType
        + Send
{
}

/// A row both engines produce: a tuple, or a private struct that derives [`FromRow`].
pub trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// The parameters of a statement in the order of their placeholders: a tuple of up to 24
/// [`Value`]s. A statement without parameters takes `()`.
pub trait Params<'q>: Send + Sized {
    /// How many there are.
    const WIDTH: usize;

    #[doc(hidden)]
    fn bind_sqlite(self, arguments: &mut SqliteArguments) -> sqlx::Result<()>;

    #[doc(hidden)]
    fn bind_postgres(self, arguments: &mut PgArguments) -> sqlx::Result<()>;

    #[doc(hidden)]
    fn bind_columns(rows: Vec<Self>, arguments: &mut PgArguments) -> sqlx::Result<()>;
}

impl Params<'_> for () {
    const WIDTH: usize = 0;

    fn bind_sqlite(self, _: &mut SqliteArguments) -> sqlx::Result<()> {
        Ok(())
    }

    fn bind_postgres(self, _: &mut PgArguments) -> sqlx::Result<()> {
        Ok(())
    }

    fn bind_columns(_: Vec<Self>, _: &mut PgArguments) -> sqlx::Result<()> {
        Ok(())
    }
}

/// Implements [`Params`] for a tuple of the given length and for every shorter one.
macro_rules! params_for_tuples {
    () => {};
    ($head:ident $($tail:ident)*) => {
        params_for_tuples!(@one $head $($tail)*);
        params_for_tuples!($($tail)*);
    };
    (@one $($name:ident)+) => {
        #[expect(non_snake_case, reason = "one name serves as the type and as the variable")]
        impl<'q, $($name: Value<'q>),+> Params<'q> for ($($name,)+) {
            const WIDTH: usize = [$(stringify!($name)),+].len();

            fn bind_sqlite(self, arguments: &mut SqliteArguments) -> sqlx::Result<()> {
                let ($($name,)+) = self;
                $(arguments.add($name).map_err(sqlx::Error::Encode)?;)+
                Ok(())
            }

            fn bind_postgres(self, arguments: &mut PgArguments) -> sqlx::Result<()> {
                let ($($name,)+) = self;
                $(arguments.add($name).map_err(sqlx::Error::Encode)?;)+
                Ok(())
            }

            fn bind_columns(rows: Vec<Self>, arguments: &mut PgArguments) -> sqlx::Result<()> {
                struct Columns<$($name),+> { $($name: Vec<$name>),+ }
                let mut columns = Columns { $($name: Vec::<$name>::with_capacity(rows.len())),+ };
                for ($($name,)+) in rows {
                    $(columns.$name.push($name);)+
                }
                $(arguments.add(columns.$name).map_err(sqlx::Error::Encode)?;)+
                Ok(())
            }
        }
    };
}

params_for_tuples! { A B C D E F G H I J K L M N O P Q R S T U V W X }

fn sqlite_arguments<'q>(params: impl Params<'q>) -> sqlx::Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    params.bind_sqlite(&mut arguments)?;
    Ok(arguments)
}

fn postgres_arguments<'q>(params: impl Params<'q>) -> sqlx::Result<PgArguments> {
    let mut arguments = PgArguments::default();
    params.bind_postgres(&mut arguments)?;
    Ok(arguments)
}

/// The exclusive right to serve from a database; see [`Db::claim_exclusive`].
#[derive(Debug)]
pub struct Claim {
    /// The operating system holds the lock for as long as the file is open, and no longer.
    _lock: Option<File>,
}

impl Claim {
    fn on(database: &Path) -> Result<Self> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let locked = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(TryLockError::Error)
            .and_then(|file| file.try_lock().map(|()| file));
        match locked {
            Ok(file) => Ok(Self { _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Claimed { path }),
            Err(TryLockError::Error(source)) => Err(StoreError::Lock {
                path,
                source: Arc::new(source),
            }),
        }
    }
}

async fn open_sqlite(path: &str, options: Options) -> Result<Engine> {
    if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
        return Err(address("`sqlite:PATH`, the path of a file"));
    }
    if !options.create && !Path::new(path).exists() {
        return Err(StoreError::NoDatabase { path: path.into() });
    }
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(options.create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .row_buffer_size(options.rows_ahead)
        // Every bulk insert has up to ten texts; sqlx would keep a hundred statements in all.
        .statement_cache_capacity(1_000)
        .busy_timeout(options.patience);
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(options.patience)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    // The writer comes first: it makes the file and turns on its write-ahead log.
    let writer = pool
        .clone()
        .max_connections(1)
        .connect_with(connect.clone())
        .await?;
    let readers = pool
        .max_connections(options.connections)
        .connect_lazy_with(connect.pragma("query_only", "ON"));
    Ok(Engine::Sqlite {
        path: path.into(),
        writer,
        readers,
    })
}

async fn open_postgres(url: &str, options: Options) -> Result<Engine> {
    let connect: PgConnectOptions = url
        .parse()
        .map_err(|_| address("`postgres://USER:PASSWORD@HOST:PORT/DATABASE`"))?;
    let pool = PgPoolOptions::new()
        .acquire_timeout(options.patience)
        .max_connections(options.connections)
        .connect_with(connect)
        .await?;
    Ok(Engine::Postgres(pool))
}

fn address(expected: &'static str) -> StoreError {
    StoreError::Address { expected }
}

fn visit(faults: Option<&Faults>, point: Point) -> sqlx::Result<()> {
    match faults.map_or(Verdict::Proceed, |faults| faults(point)) {
        Verdict::Proceed => Ok(()),
        Verdict::Crash => Err(sqlx::Error::Io(std::io::Error::other(format!(
            "the fault plan stops here: {point:?}"
        )))),
    }
}

/// How long to stay away from a row or a lock that somebody else holds.
const CONTENTION: Duration = Duration::from_millis(50);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{
            Database, Io, PoolClosed, PoolTimedOut, Protocol, RowNotFound, Tls, WorkerCrashed,
        };
        match &error {
            RowNotFound => Self::NotFound,
            // A line that breaks while a connection is made reads as a breach of the protocol.
            Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => {
                unavailable(error)
            }
            Database(found) => match Failure::of(found.as_ref()) {
                Failure::Taken(constraint) => Self::Conflict { constraint },
                Failure::Contended => Self::Busy { after: CONTENTION },
                Failure::Away => unavailable(error),
                Failure::Other => Self::Driver(Arc::new(error)),
            },
            _ => Self::Driver(Arc::new(error)),
        }
    }
}

impl StoreError {
    /// The same error met while committing: no answer is no refusal.
    fn in_doubt(self) -> Self {
        match self {
            Self::Unavailable(source) => Self::InDoubt(source),
            known => known,
        }
    }

    /// Whoever would have done the work has stopped taking any.
    pub(super) fn closed() -> Self {
        unavailable(sqlx::Error::PoolClosed)
    }

    /// Whoever was doing the work has died over it.
    pub(super) fn crashed() -> Self {
        unavailable(sqlx::Error::WorkerCrashed).in_doubt()
    }
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(Arc::new(error))
}

/// With one writing connection, waiting for it in vain means that others are writing.
fn sqlite_is_busy(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Busy { after: CONTENTION },
        error => error.into(),
    }
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        error => StoreError::Migration(Arc::new(error)),
    }
}

/// What an engine's own error comes down to.
enum Failure {
    /// A unique key, as `table(column, column)`.
    Taken(String),
    Contended,
    Away,
    Other,
}

impl Failure {
    fn of(error: &dyn sqlx::error::DatabaseError) -> Self {
        if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
            Self::of_postgres(error)
        } else if let Some(error) = error.try_downcast_ref::<SqliteError>() {
            Self::of_sqlite(error)
        } else {
            Self::Other
        }
    }

    /// Codes: PostgreSQL documentation, appendix A.
    fn of_postgres(error: &PgDatabaseError) -> Self {
        match error.code() {
            "23505" => Self::Taken(postgres_key(error)),
            // A table, or the type that goes with it, that another session has just created.
            "42P07" => Self::Taken("pg_class(relname)".to_owned()),
            "42710" => Self::Taken("pg_type(typname)".to_owned()),
            // Serialization failure, deadlock, lock not available.
            "40001" | "40P01" | "55P03" => Self::Contended,
            // Shutting down, crashed, starting up; too many connections.
            "57P01" | "57P02" | "57P03" | "53300" => Self::Away,
            // Everything about connections.
            code if code.starts_with("08") => Self::Away,
            _ => Self::Other,
        }
    }

    /// Codes: <https://www.sqlite.org/rescode.html>, the primary one in the low byte.
    fn of_sqlite(error: &SqliteError) -> Self {
        use sqlx::error::DatabaseError;
        let code = error
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            .unwrap_or(0);
        match (code, code & 0xff) {
            // Primary key, unique.
            (1555 | 2067, _) => Self::Taken(sqlite_key(error.message())),
            // Busy, locked.
            (_, 5 | 6) => Self::Contended,
            // Input or output failed, disk full, cannot open.
            (_, 10 | 13 | 14) => Self::Away,
            _ => Self::Other,
        }
    }
}

/// `Key (region, name)=(…) already exists.`, in whatever language: the first brackets hold the
/// columns. Without a detail the constraint's own name has to do.
fn postgres_key(error: &PgDatabaseError) -> String {
    let columns = error
        .detail()
        .and_then(|detail| detail.split_once('(')?.1.split_once(")=("))
        .map(|(columns, _)| columns);
    match (error.table(), columns) {
        (Some(table), Some(columns)) => format!("{table}({columns})"),
        _ => error.constraint().unwrap_or("").to_owned(),
    }
}

/// `UNIQUE constraint failed: plant.region, plant.name`.
fn sqlite_key(message: &str) -> String {
    let columns = message.split_once(": ").map_or(message, |(_, list)| list);
    let Some((table, _)) = columns.split_once('.') else {
        return columns.to_owned();
    };
    let names: Vec<_> = columns
        .split(", ")
        .filter_map(|column| column.split_once('.'))
        .map(|(_, name)| name)
        .collect();
    format!("{table}({})", names.join(", "))
}
