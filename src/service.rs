//! The life of a node: start it, and stop it.
//!
//! [`Service::start`] is the one way a node comes to be: `serve`, `demo` and the tests' worlds call
//! it with a configuration, a clock and a source of ids, and get the same node. Its long-running
//! parts all have the same door, `run(…, stopping)`, and all live on one tracker.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::app::playbook::AtStart;
use crate::app::{self, App, dispatch};
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::domain::lane::Live;
use crate::keyring::Keyring;
use crate::notify::channels::Channels;
use crate::store::db::Claim;
use crate::store::{Db, Options};
use crate::{jobs, tls, web};

/// A node that is running.
pub struct Service {
    /// Where it listens: `http://127.0.0.1:8080`.
    pub url: String,
    /// Its use cases.
    pub app: App,
    stopping: CancellationToken,
    parts: TaskTracker,
    stop_limit: Duration,
    /// A node that is dropped rather than stopped ends its parts all the same.
    _ends_with_this: DropGuard,
    _claim: Claim,
}

impl Service {
    /// Binds, claims and migrates the database, and starts every part.
    pub async fn start(mut config: Config, clock: Clock, ids: Ids) -> anyhow::Result<Self> {
        tls::install_tls();
        let listen = config.server.listen;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let url = format!("http://{}", listener.local_addr()?);
        config.server.public_url.get_or_insert_with(|| url.clone());
        let db = database(&config, Options::default()).await?;
        // Before migrating: the schema is not changed under a node that is already serving.
        let claim = db.claim_exclusive()?;
        let channels = Channels::new(Live, config.mail.as_ref(), &config.webhook)?;
        let app = app_over(db, config, clock, ids).await?;
        if app.settle_playbook().await? == AtStart::Differ {
            tracing::warn!(
                "The playbook in force is another than the files at hand; \
                 `qingkong playbook activate` puts them in force"
            );
        }

        let stopping = CancellationToken::new();
        let service = Self {
            url,
            stop_limit: app.config.server.stop_limit(),
            app: app.clone(),
            stopping: stopping.clone(),
            parts: TaskTracker::new(),
            _ends_with_this: stopping.clone().drop_guard(),
            _claim: claim,
        };
        service.spawn(web::run(listener, app.clone(), stopping.clone()));
        service.spawn(app::journal::run(app.clone(), stopping.clone()));
        service.spawn(dispatch::run(app.clone(), channels, stopping.clone()));
        service.spawn(jobs::run(app, stopping));
        Ok(service)
    }

    /// Runs another part until it ends or the node stops; it is given the token of the stop by
    /// whoever makes it (see [`stopping`](Self::stopping)). A part that ends early, by a fault or a
    /// panic, ends the node: half a node looks alive and is not.
    pub fn spawn(&self, part: impl Future<Output = ()> + Send + 'static) {
        let ends_the_node = self.stopping.clone().drop_guard();
        self.parts.spawn(async move {
            let _guard = ends_the_node;
            part.await;
        });
    }

    /// Cancelled when the node stops.
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Stops: no more requests are taken, those under way are finished, within the limit.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.parts.close();
        let stopped = tokio::time::timeout(self.stop_limit, self.parts.wait()).await;
        if stopped.is_err() {
            tracing::warn!("Some of the work under way was given up at the stop");
        }
        self.app.db.close().await;
    }
}

/// An app beside a node that may be serving, for one command.
pub async fn open(config: Config) -> anyhow::Result<App> {
    let db = open_database(&config).await?;
    open_over(db, config).await
}

/// The same for a command that only reads: it finds its database or says that there is none.
pub async fn open_existing(config: Config) -> anyhow::Result<App> {
    let db = existing_database(&config).await?;
    open_over(db, config).await
}

async fn open_over(db: Db, config: Config) -> anyhow::Result<App> {
    tls::install_tls();
    let app = app_over(db, config, Clock::system(), Ids::system()).await?;
    app.settle_playbook().await?;
    Ok(app)
}

/// The configured database, not yet migrated, for one command: a short writer beside a node that
/// may be busy, it waits longer for its turn than a request does.
pub async fn open_database(config: &Config) -> anyhow::Result<Db> {
    database(config, one_command()).await
}

/// The same, unless it would have to be made. It may be read as a whole, scans included.
pub async fn existing_database(config: &Config) -> anyhow::Result<Db> {
    let options = Options {
        create: false,
        rows_ahead: 4,
        ..one_command()
    };
    database(config, options).await
}

fn one_command() -> Options {
    Options {
        patience: Duration::from_secs(30),
        ..Options::default()
    }
}

async fn database(config: &Config, options: Options) -> anyhow::Result<Db> {
    if options.create && config.is_embedded()? {
        make_data_dir(&config.data_dir)?;
    }
    let url = config.database_url()?;
    Db::open(&url, options)
        .await
        .context("cannot open the database")
}

/// Makes the data directory where it is missing, for its owner alone: it holds names and phones.
pub fn make_data_dir(path: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the directory `{}`", path.display()))
}

async fn app_over(db: Db, config: Config, clock: Clock, ids: Ids) -> anyhow::Result<App> {
    db.migrate().await?;
    let keyring = keyring(&config, &clock, &ids)?;
    Ok(App::new(db, clock, ids, keyring, config))
}

/// The configured keyring. A node with a database of its own makes one when there is none; one of
/// many must be given it, or each would sign links that the others refuse.
fn keyring(config: &Config, clock: &Clock, ids: &Ids) -> anyhow::Result<Keyring> {
    if let Some(path) = &config.keyring.file {
        return Ok(Keyring::read(path)?);
    }
    if !config.is_embedded()? {
        bail!(
            "with PostgreSQL the keyring must be named in `keyring.file`, the same for every \
             instance: `qingkong keyring create FILE` makes one"
        );
    }
    let path = config.keyring_file();
    if !Path::exists(&path) {
        Keyring::generate(ids, clock.now()).create(&path)?;
        tracing::info!(path = %path.display(), "Made a keyring; losing it closes every order link");
    }
    Ok(Keyring::read(&path)?)
}
