//! All configuration, as typed sections: a TOML file, then the environment over it.
//!
//! Every key has a default, so that `qingkong serve` runs with no file at all. A variable
//! `QINGKONG__SECTION__KEY` overrides `key` of `[section]`; lists stand in the file only. A key
//! nobody knows is an error that names it. Whatever is secret can also be named as a file
//! (`…_file`), and is never printed.
//!
//! This is the only place that reads the environment.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, FileFormat};
use serde::Deserialize;

use crate::domain::region::RegionCode;

mod dispatch;
mod mail;
mod network;
mod secret;
#[cfg(test)]
mod tests;
mod webhook;

pub use self::dispatch::{Backoff, Dispatch};
pub use self::mail::{Encryption, MailServer};
pub use self::network::{Network, NotANetwork};
pub use self::secret::Secret;
pub use self::webhook::Webhook;

/// The configuration of one node.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The directory of the node's own files: the embedded database and its keyring.
    /// Made when missing. Default: `qingkong-data`.
    pub data_dir: PathBuf,
    /// `[server]`: HTTP.
    pub server: Server,
    /// `[database]`: where the record is kept.
    pub database: Database,
    /// `[keyring]`: the secrets that sign.
    pub keyring: KeyringFile,
    /// `[sign_in]`: sessions and throttling.
    pub sign_in: SignIn,
    /// `[playbooks]`: rules, measures and texts.
    pub playbooks: Playbooks,
    /// `[mail]`: the mail server. Without this section mails wait in the outbox. Default: none.
    pub mail: Option<MailServer>,
    /// `[webhook]`: how endpoints of others are called.
    pub webhook: Webhook,
    /// `[dispatch]`: how patiently messages are sent.
    pub dispatch: Dispatch,
    /// `[retention]`: for how long what is not record is kept.
    pub retention: Retention,
    /// `[[sources]]`: forecasts and measured values that are fetched every hour. Default: none.
    pub sources: Vec<Source>,
    /// `[log]`: what is written to stderr, and how.
    pub log: Log,
}

/// `[server]`: what is listened on, and the limits of one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port to listen on. Default: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// How people reach this node, without a slash at its end: the beginning of every order link.
    /// Over `https:` cookies are marked secure. Default: `http://` and the bound address.
    pub public_url: Option<String>,
    /// How many proxies of our own stand in front: the caller's address is taken that many places
    /// from the right of `X-Forwarded-For`. Default: 0, the header is not looked at.
    pub trusted_proxies: usize,
    /// How long one request may take, in seconds. Default: 30.
    pub request_seconds: u64,
    /// The largest body of a request, in KiB. Default: 1,024.
    pub body_limit_kib: usize,
    /// The largest file taken in (lists, observations), in KiB. Default: 65,536.
    pub upload_limit_kib: usize,
    /// How long a stop waits for what is under way, in seconds. Default: 30.
    pub stop_seconds: u64,
    /// Whether browsers are told to use `https` only, for a year (HSTS). Default: false.
    pub hsts: bool,
    /// What every page says of this installation: `live`, or `demo` for one whose enterprises are
    /// made up. It changes words and nothing else. Default: `live`.
    pub setting: Setting,
}

/// What an installation is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// In earnest.
    #[default]
    Live,
    /// 演示: to be looked at.
    Demo,
}

/// `[database]`: where the record is kept.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`. Default: `sqlite:` and `qingkong.db` in the data directory.
    pub url: Option<String>,
    /// A file with the URL, instead of `url`.
    pub url_file: Option<PathBuf>,
}

/// `[keyring]`: the file of the secrets that sign order links and webhooks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyringFile {
    /// The keyring, mode 0600. With the embedded database one is made in the data directory when
    /// this is not set; with PostgreSQL it must be set, since every instance needs the same.
    pub file: Option<PathBuf>,
}

/// `[sign_in]`: how long a session lasts, and how often a password may be tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// A session unused for so long ends, in minutes. Default: 120.
    pub idle_minutes: i64,
    /// A session ends after so long in any case, in hours. Default: 24, a day's duty.
    pub session_hours: i64,
    /// The span over which attempts are counted, in minutes. Default: 15.
    pub window_minutes: i64,
    /// Attempts for one account from one address within the span. Default: 5.
    pub attempts_per_account: i64,
    /// Attempts from one address within the span, whatever the account; also those for one
    /// account from all addresses. Default: 60.
    pub attempts_per_address: i64,
}

/// `[playbooks]`: a bureau's own rules, measures and texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Playbooks {
    /// A directory whose files add to the shipped ones or replace them. Default: none.
    pub dir: Option<PathBuf>,
}

/// `[retention]`: for how many days what is not record is kept; 0 keeps it for ever.
///
/// All of it *assumed*: the law asks that personal data is kept no longer than its purpose needs
/// (个人信息保护法 第十九条) and names no number. What was decided, issued, sent and answered is
/// record, and is kept.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// The words of answers; their salted digests stay. Default: 1,095, three years.
    pub answer_words_days: u32,
    /// Contacts that a list no longer names, and those of plants that have left it. Default: 365.
    pub retired_contacts_days: u32,
    /// API tokens that ended or were revoked. Default: 90.
    pub ended_tokens_days: u32,
    /// What came of the runs of jobs. Default: 30.
    pub job_runs_days: u32,
}

/// `[[sources]]`: what is fetched every hour, for one region.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The region it is taken in for.
    pub region: RegionCode,
    /// What it holds, `forecast` or `observed`: at most one of each for a region. Default:
    /// `forecast`.
    #[serde(default)]
    pub series: SourceSeries,
    /// Where the file is, `https:` as a rule: an answer of the Open-Meteo air quality interface, or
    /// any other format that is taken from a file. May hold a key, and is never printed.
    #[serde(default)]
    pub url: String,
    /// A file with the URL, instead of `url`; read at the start.
    pub url_file: Option<PathBuf>,
    /// Which place of the file is meant. Default: the only one, else the one of the region's name.
    pub place: Option<String>,
    /// Who made it, as it stands in outlooks. Default: whoever the format names.
    pub source: Option<String>,
    /// A PEM file with root certificates trusted beside the public ones. Default: none.
    pub root_certificates: Option<PathBuf>,
}

/// What a source holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceSeries {
    /// What is foreseen.
    #[default]
    Forecast,
    /// What was measured.
    Observed,
}

/// `[log]`: what is written to stderr, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `auto` (lines on a terminal, else JSON), `human` or `json`. Default: `auto`.
    pub format: LogFormat,
    /// Directives of `tracing-subscriber`: `info`, `qingkong=debug,info`. Default: `info`,
    /// without the chatter of the ticker.
    pub filter: String,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people on a terminal, JSON elsewhere.
    Auto,
    /// Lines for people.
    Human,
    /// One JSON object per line.
    Json,
}

/// Why there is no configuration to run with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file, of the configuration or of a secret, cannot be read.
    #[error("file `{}` cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A key is unknown, or its value is not what was expected.
    #[error("configuration is wrong: {0}")]
    Wrong(String),
}

impl Config {
    /// Reads the file, if there is one, and the environment over it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = file.map(read).transpose()?;
        Self::parse(text.as_deref().unwrap_or_default(), environment())
    }

    fn parse(text: &str, variables: Environment) -> Result<Self, ConfigError> {
        config::Config::builder()
            .add_source(config::File::from_str(text, FileFormat::Toml))
            .add_source(variables)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| ConfigError::Wrong(error.to_string()))
            .and_then(Self::checked)
    }

    fn checked(mut self) -> Result<Self, ConfigError> {
        for source in &mut self.sources {
            source.read_url()?;
        }
        let mut named = BTreeSet::new();
        match self
            .sources
            .iter()
            .find(|source| !named.insert((source.region, source.series)))
        {
            None => Ok(self),
            Some(twice) => Err(ConfigError::Wrong(format!(
                "`sources` names region {} twice: expected one source of the series `{}` for each",
                twice.region,
                twice.series.as_str()
            ))),
        }
    }

    /// The database's URL, from the key, its file, or the default. May hold a password.
    pub fn database_url(&self) -> Result<String, ConfigError> {
        match (&self.database.url, &self.database.url_file) {
            (Some(url), None) => Ok(url.clone()),
            (None, Some(path)) => Ok(read(path)?.trim().to_owned()),
            (None, None) => Ok(format!(
                "sqlite:{}",
                self.in_data_dir("qingkong.db").display()
            )),
            (Some(_), Some(_)) => Err(ConfigError::Wrong(
                "`database.url` and `database.url_file` are both set".to_owned(),
            )),
        }
    }

    /// Whether the database is the embedded one, of this node alone.
    pub fn is_embedded(&self) -> Result<bool, ConfigError> {
        Ok(self.database_url()?.starts_with("sqlite:"))
    }

    /// The keyring's file: the configured one, or the node's own.
    pub fn keyring_file(&self) -> PathBuf {
        let own = || self.in_data_dir("keyring.toml");
        self.keyring.file.clone().unwrap_or_else(own)
    }

    /// A file of the node's own.
    pub fn in_data_dir(&self, name: &str) -> PathBuf {
        self.data_dir.join(name)
    }
}

impl SourceSeries {
    /// As it stands in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forecast => "forecast",
            Self::Observed => "observed",
        }
    }
}

impl Source {
    /// Reads the URL, where it stands in a file.
    fn read_url(&mut self) -> Result<(), ConfigError> {
        match &self.url_file {
            None if !self.url.is_empty() => {}
            Some(path) if self.url.is_empty() => read(path)?.trim().clone_into(&mut self.url),
            _ => {
                return Err(ConfigError::Wrong(format!(
                    "`sources` of region {}: expected either `url` or `url_file`",
                    self.region
                )));
            }
        }
        Ok(())
    }
}

impl Server {
    /// How long one request may take.
    pub fn request_limit(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }

    /// How long a stop waits for what is under way.
    pub fn stop_limit(&self) -> Duration {
        Duration::from_secs(self.stop_seconds)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("qingkong-data"),
            server: Server::default(),
            database: Database::default(),
            keyring: KeyringFile::default(),
            sign_in: SignIn::default(),
            playbooks: Playbooks::default(),
            mail: None,
            webhook: Webhook::default(),
            dispatch: Dispatch::default(),
            retention: Retention::default(),
            sources: Vec::new(),
            log: Log::default(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            trusted_proxies: 0,
            request_seconds: 30,
            body_limit_kib: 1_024,
            upload_limit_kib: 65_536,
            stop_seconds: 30,
            hsts: false,
            setting: Setting::Live,
        }
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            idle_minutes: 120,
            session_hours: 24,
            window_minutes: 15,
            attempts_per_account: 5,
            attempts_per_address: 60,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            answer_words_days: 1_095,
            retired_contacts_days: 365,
            ended_tokens_days: 90,
            job_runs_days: 30,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            filter: "info,tokio_cron_scheduler=warn".to_owned(),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("url", &self.url.as_ref().map(|_| "…"))
            .field("url_file", &self.url_file)
            .finish()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("region", &self.region)
            .field("series", &self.series)
            .field("url", &"…")
            .field("url_file", &self.url_file)
            .field("place", &self.place)
            .field("source", &self.source)
            .field("root_certificates", &self.root_certificates)
            .finish()
    }
}

/// The variables `QINGKONG__…` of this process.
fn environment() -> Environment {
    Environment::with_prefix("QINGKONG")
        .prefix_separator("__")
        .separator("__")
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}
