//! A whole node for one test: started by the same constructor as `serve`, on a database and a port
//! of its own, with a clock that is moved by hand and ids that repeat.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use qingkong::app::{App, Caller};
use qingkong::clock::{Clock, Ids};
use qingkong::config::Config;
use qingkong::jobs;
use qingkong::keyring::Keyring;
use qingkong::service::Service;
use reqwest::{Method, RequestBuilder, header};
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;

use crate::database::TestDb;

/// The password of every account here.
pub(crate) const PASSWORD: &str = "晴空万里，无云可见。";

/// 许昌.
pub(crate) const REGION: &str = "411000";

/// A node, and the world around it.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    /// The configuration it was started with.
    pub(crate) config: Config,
    /// How many nodes there are: each draws ids of its own.
    nodes: std::sync::atomic::AtomicU64,
    _files: TempDir,
    // Last: the connections are gone before the database is.
    pub(crate) db: TestDb,
}

impl World {
    pub(crate) async fn new(db: TestDb) -> Self {
        Self::with(db, |_| {}).await
    }

    /// A world whose configuration differs.
    pub(crate) async fn with(db: TestDb, differ: impl FnOnce(&mut Config)) -> Self {
        Self::at(db, start(), 1, differ).await
    }

    /// The same, later, with other ids: over a record that another world has begun.
    pub(crate) async fn at(
        db: TestDb,
        now: DateTime<Utc>,
        seed: u64,
        differ: impl FnOnce(&mut Config),
    ) -> Self {
        log_to_the_test();
        let files = tempfile::tempdir().unwrap();
        let clock = Clock::set_at(now);
        let mut config = Config {
            data_dir: files.path().to_owned(),
            ..Config::default()
        };
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.database.url = Some(db.url().to_owned());
        config.keyring.file = Some(keyring(&files));
        differ(&mut config);
        let service = Service::start(config.clone(), clock.clone(), Ids::seeded(seed))
            .await
            .unwrap();
        Self {
            service,
            clock,
            config,
            nodes: seed.into(),
            _files: files,
            db,
        }
    }

    /// A second instance on the same database; PostgreSQL only.
    pub(crate) async fn another(&self) -> Service {
        let nodes = &self.nodes;
        let seed = 1 + nodes.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Service::start(self.config.clone(), self.clock.clone(), Ids::seeded(seed))
            .await
            .unwrap()
    }

    pub(crate) fn app(&self) -> &App {
        &self.service.app
    }

    /// Lets time pass, and does what falls due.
    pub(crate) async fn fast_forward(&self, by: TimeDelta) {
        self.clock.advance(by);
        jobs::run_due(self.app(), self.clock.now()).await;
    }

    /// Somebody nobody knows.
    pub(crate) fn stranger(&self) -> Visitor {
        Visitor::at(&self.service)
    }

    pub(crate) async fn officer(&self) -> Visitor {
        self.person("zhiban", Role::Officer).await
    }

    pub(crate) async fn approver(&self) -> Visitor {
        self.person("qianfa", Role::Approver).await
    }

    pub(crate) async fn administrator(&self) -> Visitor {
        self.person("guanli", Role::Administrator).await
    }

    /// Somebody with an account in the region, signed in; made at the first call.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Visitor {
        self.account(name, role).await;
        let mut visitor = self.stranger();
        visitor.sign_in(name, PASSWORD).await;
        visitor
    }

    /// An account in the region, unless it is there.
    pub(crate) async fn account(&self, name: &str, role: Role) {
        self.account_in(name, role, REGION).await;
    }

    /// An account in a region, unless it is there.
    pub(crate) async fn account_in(&self, name: &str, role: Role, region: &str) {
        let new = NewAccount {
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            region: region.parse().unwrap(),
            recipient: None,
            title: None,
        };
        let operator = Caller::operator();
        match self.app().add_account(&operator, new, None).await {
            Ok(_) => {}
            Err(qingkong::app::Error::Conflict(refusal)) if refusal.code == "name-taken" => {}
            Err(error) => panic!("no account {name}: {error}"),
        }
    }
}

/// A Tuesday evening of the heating season.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// Warnings of the node are shown with a test that fails.
pub(crate) fn log_to_the_test() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_test_writer();
    // The first world of the process has begun it.
    let _ = log.try_init();
}

pub(crate) fn keyring(files: &TempDir) -> PathBuf {
    let path = files.path().join("ring.toml");
    Keyring::generate(&Ids::seeded(7), start())
        .create(&path)
        .unwrap();
    path
}

/// Whoever sends requests to a node.
#[derive(Clone)]
pub(crate) struct Visitor {
    client: reqwest::Client,
    url: String,
    cookie: Option<String>,
    token: Option<String>,
}

impl Visitor {
    pub(crate) fn at(service: &Service) -> Self {
        Self::to(&service.url)
    }

    /// A visitor of the node at an address.
    pub(crate) fn to(url: &str) -> Self {
        Self {
            client: client(),
            url: url.to_owned(),
            cookie: None,
            token: None,
        }
    }

    /// The same visitor at another instance.
    pub(crate) fn moved_to(&self, service: &Service) -> Self {
        self.moved_to_url(&service.url)
    }

    /// The same visitor at another address.
    pub(crate) fn moved_to_url(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The same visitor, with a token in the place of a session.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            cookie: None,
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) {
        let answer = self
            .post(
                "/api/v1/session",
                &json!({ "name": name, "password": password }),
            )
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{name} cannot sign in");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    /// Sends a request and reads the status and the JSON of the answer; null for no body.
    pub(crate) async fn json(request: RequestBuilder) -> (u16, serde_json::Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a visitor from outside has no guard and no limits of ours"
)]
fn client() -> reqwest::Client {
    qingkong::tls::install_tls();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
