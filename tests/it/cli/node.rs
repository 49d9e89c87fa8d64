//! The commands that work on a node: serving and stopping it, accounts, tokens, keys.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;
use tempfile::TempDir;

use super::{Run, qingkong};

/// A node's directory, with a configuration that keeps everything in it.
pub(super) struct Home {
    files: TempDir,
    config: String,
}

impl Home {
    pub(super) fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let config = files.path().join("qingkong.toml");
        let data = files.path().join("data");
        let text = format!(
            "data_dir = '{}'\n[log]\nformat = \"json\"\nfilter = \"debug,sqlx=trace\"\n",
            data.display()
        );
        std::fs::write(&config, text).unwrap();
        Self {
            config: config.display().to_string(),
            files,
        }
    }

    /// Adds to the end of the configuration.
    pub(super) fn add(&self, text: &str) {
        let before = std::fs::read_to_string(&self.config).unwrap();
        std::fs::write(&self.config, before + text).unwrap();
    }

    pub(super) fn run(&self, args: &[&str]) -> Run {
        qingkong(&[args, &["--config", &self.config]].concat())
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.files.path().join(name).display().to_string()
    }
}

/// `qingkong serve`, under way.
struct Serving {
    process: Child,
    address: String,
    /// Reads the log as it comes: a node whose log nobody reads stands still.
    log: JoinHandle<String>,
}

impl Serving {
    fn start(home: &Home) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_qingkong"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .args(["--config", &home.config])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut first).unwrap();
        let first: Value = serde_json::from_str(&first).expect("the first line is JSON");
        assert_eq!(first["type"], "listening");
        let url = first["url"].as_str().unwrap();
        let mut stderr = process.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            address: url.strip_prefix("http://").unwrap().to_owned(),
            process,
            log,
        }
    }

    /// The first line of the answer to a request.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap().to_owned()
    }

    /// Asks it to stop; answers with its exit code and its log.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let log = self.log.join().unwrap();
        (self.process.wait().unwrap().code(), log)
    }
}

#[test]
fn a_node_says_where_it_listens_and_stops_when_asked_without_a_secret_in_its_log() {
    let home = Home::new();
    let serving = Serving::start(&home);
    assert_eq!(serving.get("/readyz"), "HTTP/1.1 200 OK");
    serving.get("/o/AQABlinkthatmustnotbelogged?lang=querythatmustnot");
    serving.get("/api/v1/session?name=zhangsan");
    let (code, log) = serving.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"route\":\"/api/v1/session\""), "{log}");
    for secret in ["linkthatmustnot", "querythatmustnot", "zhangsan"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    for line in log.lines() {
        serde_json::from_str::<Value>(line).expect("every line of the log is JSON");
    }
}

#[test]
fn an_account_is_made_beside_a_node_that_serves() {
    let home = Home::new();
    let serving = Serving::start(&home);
    let added = home.run(&[
        "user", "add", "ZhiBan", "--role", "officer", "--region", "411000", "--json",
    ]);
    let account = &added.json_lines()[0];
    assert_eq!(account["name"], "zhiban");
    assert_eq!(account["password"].as_str().unwrap().len(), 20);
    let token = home.run(&[
        "token",
        "add",
        "zhiban",
        "--scope",
        "warnings:see",
        "--json",
    ]);
    let token = token.json_lines()[0]["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("qk_"), "{token}");

    let listed = home.run(&["user", "list"]);
    assert_eq!(
        listed.stdout,
        "zhiban                   officer        411000\n"
    );
    assert_eq!(
        home.run(&["user", "disable", "zhiban"]).stdout,
        "disabled zhiban\n"
    );
    let unknown = home.run(&["user", "disable", "nobody"]);
    assert_eq!(unknown.status, 1);
    assert_eq!(unknown.stderr, "qingkong: account `nobody`: not found\n");
    assert_eq!(serving.stop().0, Some(0));
}

#[test]
fn what_an_account_cannot_be_is_wrong_input() {
    let home = Home::new();
    let add = |args: &[&str]| home.run(&[&["user", "add", "zhiban"], args].concat());
    assert_eq!(add(&["--role", "king", "--region", "411000"]).status, 2);
    assert_eq!(add(&["--role", "officer", "--region", "4110"]).status, 2);
    let file = home.path("password");
    std::fs::write(&file, "short\n").unwrap();
    add(&[
        "--role",
        "officer",
        "--region",
        "411000",
        "--password-file",
        &file,
    ])
    .assert_refused("password: expected at least 10 characters");
}

#[test]
fn a_command_that_reads_makes_no_database() {
    let commands: [&[&str]; 3] = [
        &["journal", "verify"],
        &["journal", "export"],
        &["export", "enterprises", "-"],
    ];
    for command in commands {
        let home = Home::new();
        let said =
            |path: String| format!("cannot open the database: there is no database at {path}");
        home.run(command)
            .assert_refused(&said(home.path("data/qingkong.db")));
        assert!(!Path::new(&home.path("data")).exists(), "{command:?}");

        let elsewhere = home.path("elsewhere.db");
        let url = format!("sqlite:{elsewhere}");
        home.run(&[command, &["--database", &url]].concat())
            .assert_refused(&said(elsewhere.clone()));
        assert!(!Path::new(&elsewhere).exists(), "{command:?}");
    }
}

#[test]
fn a_configuration_with_an_unknown_key_is_wrong_input() {
    let home = Home::new();
    std::fs::write(&home.config, "[server]\nlisen = \"127.0.0.1:0\"\n").unwrap();
    let run = home.run(&["migrate"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("unknown field `lisen`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_keyring_is_made_once_rotated_and_refused_when_others_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let home = Home::new();
    let file = home.path("ring.toml");
    assert_eq!(qingkong(&["keyring", "create", &file]).status, 0);
    assert_eq!(
        qingkong(&["keyring", "create", &file]).status,
        1,
        "it is not overwritten"
    );

    let config = std::fs::read_to_string(&home.config).unwrap();
    std::fs::write(
        &home.config,
        format!("{config}[keyring]\nfile = '{file}'\n"),
    )
    .unwrap();
    let rotated = home.run(&["keyring", "rotate"]);
    assert_eq!(
        rotated.stdout,
        "key 2 signs from the next start of the service\n"
    );

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = home.run(&["keyring", "rotate"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("may be read by others"),
        "{}",
        refused.stderr
    );
}
