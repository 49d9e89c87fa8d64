//! Chromium behind its driver: a session begins, takes commands beyond the standard, and ends.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// What every browser here is told: nothing is fetched but what a page asks for.
const QUIET: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser of its own, with a profile of its own.
pub(super) struct Session {
    pub(super) client: Client,
    driver: Url,
    id: String,
    _profile: TempDir,
}

impl Session {
    pub(super) async fn begin(arguments: &[&str]) -> Self {
        let driver = driver();
        let profile = tempfile::tempdir().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&profile, arguments));
        let client = builder.connect(driver.as_str()).await.unwrap();
        let id = client.session_id().await.unwrap();
        Self {
            client,
            driver,
            id: id.expect("a session has an id"),
            _profile: profile,
        }
    }

    fn end(&self) -> io::Result<()> {
        let (host, port) = (self.driver.host_str(), self.driver.port_or_known_default());
        let host = host.zip(port).map(|(host, port)| format!("{host}:{port}"));
        let host = host.expect("the driver has an address");
        let mut line = TcpStream::connect(&host)?;
        line.set_read_timeout(Some(Duration::from_secs(10)))?;
        let id = &self.id;
        write!(
            line,
            "DELETE /session/{id} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        )?;
        line.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

/// A test that fails leaves no browser behind, and its runtime may be gone by then.
impl Drop for Session {
    fn drop(&mut self) {
        // The driver ends what is left when it ends itself.
        let _ = self.end();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the address of the driver is no configuration of the program"
)]
fn driver() -> Url {
    let driver = std::env::var("TEST_WEBDRIVER_URL").unwrap_or_else(|_| {
        panic!(
            "TEST_WEBDRIVER_URL is not set: run the tests with `tests/run`, which starts a driver"
        )
    });
    driver.parse().expect("TEST_WEBDRIVER_URL is an address")
}

fn capabilities(profile: &TempDir, arguments: &[&str]) -> Capabilities {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let arguments = QUIET.iter().chain(arguments).copied();
    let arguments: Vec<&str> = arguments.chain([profile.as_str()]).collect();
    let capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "binary": binary(), "args": arguments },
    });
    serde_json::from_value(capabilities).unwrap()
}

/// Chromium by any of its names, as `tests/run` looks for it.
fn binary() -> String {
    let names = "command -v chromium chromium-browser google-chrome";
    let found = Command::new("sh").args(["-c", names]).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    let first = found.lines().next();
    first.expect("Chromium is on the path").to_owned()
}

/// A command of Chromium's driver that the standard does not have.
#[derive(Debug)]
pub(super) struct Beyond {
    path: &'static str,
    body: Value,
}

impl Beyond {
    pub(super) const fn new(path: &'static str, body: Value) -> Self {
        Self { path, body }
    }
}

impl WebDriverCompatibleCommand for Beyond {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
