//! A database of its own for every test, on either engine.
//!
//! SQLite is a file in a temporary directory. PostgreSQL is a database on the server that
//! `TEST_POSTGRES_URL` names, copied from a template that is migrated once for every state of
//! `migrations/`, and dropped with the [`TestDb`]. Without that server the test fails: a skipped
//! test proves nothing.

use std::net::SocketAddr;
use std::ops::Deref;
use std::time::Duration;

use qingkong::store::{Db, Options};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqlStr};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Declares contract tests: each body runs once on SQLite and once on PostgreSQL, as
/// `NAME::sqlite` and `NAME::postgres`.
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDb) $body:block)+) => {$(
        async fn $name($db: $crate::database::TestDb) $body

        mod $name {
            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$name($crate::database::TestDb::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$name($crate::database::TestDb::postgres().await).await;
            }
        }
    )+};
}

/// An empty, migrated database that goes away with this value.
pub(crate) struct TestDb {
    db: Db,
    url: String,
    /// Last, so that the connections are gone before the database is.
    home: Home,
}

enum Home {
    Directory { _files: TempDir },
    Server { name: String },
}

impl TestDb {
    pub(crate) async fn sqlite() -> Self {
        let test = Self::sqlite_unmigrated().await;
        test.migrate().await.unwrap();
        test
    }

    pub(crate) async fn sqlite_unmigrated() -> Self {
        let files = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", files.path().join("test.db").display());
        Self {
            db: open(&url).await,
            url,
            home: Home::Directory { _files: files },
        }
    }

    pub(crate) async fn postgres() -> Self {
        let template = template().await;
        Self::postgres_like(&template).await
    }

    pub(crate) async fn postgres_unmigrated() -> Self {
        Self::postgres_like("template0").await
    }

    async fn postgres_like(template: &str) -> Self {
        let name = format!("test_{}", Uuid::from_u128(rand_bits()).simple());
        administer(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url = url_of(&name);
        Self {
            db: open(&url).await,
            url,
            home: Home::Server { name },
        }
    }

    /// Another empty database of the same engine, without a schema.
    pub(crate) async fn unmigrated_like(&self) -> Self {
        if self.is_postgres() {
            Self::postgres_unmigrated().await
        } else {
            Self::sqlite_unmigrated().await
        }
    }

    /// A second instance on the same database, as another process would open it.
    pub(crate) async fn another(&self) -> Db {
        open(&self.url).await
    }

    /// As [`another`](Self::another), with its own options.
    pub(crate) async fn another_with(&self, options: Options) -> Db {
        Db::open(&self.url, options).await.unwrap()
    }

    /// Where it is, for a node that opens it itself.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.home, Home::Server { .. })
    }

    /// Ends every session on this PostgreSQL database, as a restarting server does.
    pub(crate) async fn end_sessions(&self) {
        let Home::Server { name } = &self.home else {
            panic!("SQLite has no sessions")
        };
        administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// A line to a PostgreSQL database that can be cut and mended.
pub(crate) struct Cable {
    near: SocketAddr,
    far: String,
    url: String,
    /// Whatever passes over the line; dropping it cuts the line.
    traffic: Option<JoinSet<()>>,
}

impl Cable {
    pub(crate) async fn to(db: &TestDb) -> Self {
        let (before, rest) = db.url.split_once('@').expect("the test server has a user");
        let (far, database) = rest.split_once('/').expect("a database has a name");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = listener.local_addr().unwrap();
        Self {
            near,
            far: far.to_owned(),
            url: format!("{before}@{near}/{database}"),
            traffic: Some(carry(listener, far.to_owned())),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn cut(&mut self) {
        if let Some(mut traffic) = self.traffic.take() {
            traffic.shutdown().await;
        }
    }

    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.near).await.unwrap();
        self.traffic = Some(carry(listener, self.far.clone()));
    }
}

fn carry(listener: TcpListener, far: String) -> JoinSet<()> {
    let mut traffic = JoinSet::new();
    traffic.spawn(async move {
        let mut lines = JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpStream::connect(&far).await.unwrap();
            lines.spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
    });
    traffic
}

impl Drop for Home {
    fn drop(&mut self) {
        let Self::Server { name } = self else { return };
        let statement = format!("DROP DATABASE {name} WITH (FORCE)");
        // A runtime of its own: a test that panics is dropped inside of one that cannot block.
        std::thread::scope(|scope| {
            scope.spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap()
                    .block_on(administer(&statement));
            });
        });
    }
}

/// Runs one statement on the server's own database.
pub(crate) async fn administer(statement: &str) {
    let mut connection = PgConnection::connect(&server()).await.unwrap();
    connection.execute(assert_safe(statement)).await.unwrap();
    connection.close().await.unwrap();
}

async fn open(url: &str) -> Db {
    let options = Options {
        patience: Duration::from_secs(30),
        ..Options::default()
    };
    Db::open(url, options).await.unwrap()
}

/// The name of a migrated database to copy; made by the first test that asks, under a lock that
/// holds across processes, since some runners give every test its own.
async fn template() -> String {
    let name = format!("template_{}", migrations_digest());
    let mut connection = PgConnection::connect(&server()).await.unwrap();
    connection
        .execute("SELECT pg_advisory_lock(20151205)")
        .await
        .unwrap();
    let made: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
    if !made {
        make_template(&mut connection, &name).await;
    }
    connection.close().await.unwrap();
    name
}

async fn make_template(connection: &mut PgConnection, name: &str) {
    let draft = format!("{name}_draft");
    for statement in [
        format!("DROP DATABASE IF EXISTS {draft}"),
        format!("CREATE DATABASE {draft} TEMPLATE template0"),
    ] {
        connection.execute(assert_safe(&statement)).await.unwrap();
    }
    let db = open(&url_of(&draft)).await;
    db.migrate().await.unwrap();
    db.close().await;
    let finish = format!("ALTER DATABASE {draft} RENAME TO {name}");
    connection.execute(assert_safe(&finish)).await.unwrap();
}

fn migrations_digest() -> String {
    let mut files: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let digest = files.iter().fold(Sha256::new(), |digest, file| {
        digest.chain_update(std::fs::read(file).unwrap())
    });
    let head = digest.finalize().first_chunk().copied().unwrap();
    format!("{:016x}", u64::from_be_bytes(head))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the address of the test server is no configuration of the program"
)]
fn server() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "TEST_POSTGRES_URL is not set: run the tests with `tests/run`, which starts a server"
        )
    })
}

fn url_of(database: &str) -> String {
    let server = server();
    let (host, _) = server
        .rsplit_once('/')
        .expect("TEST_POSTGRES_URL ends in a database name");
    format!("{host}/{database}")
}

fn rand_bits() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    u128::from_ne_bytes(bytes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "names of databases cannot be parameters; these are made here"
)]
fn assert_safe(text: &str) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}

/// The one number that a query answers with.
pub(crate) async fn scalar(db: &Db, sql: &'static str) -> i64 {
    db.read().await.unwrap().scalar(sql, ()).await.unwrap()
}
