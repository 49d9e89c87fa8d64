//! A process that is killed at any moment, again and again: while it draws, issues, sends, takes
//! answers, and starts.
//!
//! Every round draws and issues a notice over HTTP while recipients answer and letters go out, and
//! ends with `kill -9` at a moment drawn from a seed. Whoever was left without an answer asks again
//! after the restart, as a client does: an issue under its idempotency key, an answer under its
//! nonce. In the end everything is on record once.
//!
//! A claim on a message lasts minutes; while the process is dead the story lets the claims run out
//! instead of waiting.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset};
use qingkong::clock::Clock;
use qingkong::config::Config;
use qingkong::domain::id::WarningKey;
use qingkong::service;
use qingkong::store::{Db, ladder};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::bureau::{APPROVER, OFFICER, import, staff};
use super::sinks::{Sinks, count, until};
use crate::cli::qingkong;
use crate::database::TestDb;
use crate::world::{PASSWORD, REGION, Visitor, keyring, log_to_the_test};

/// How many plants are ordered in every round.
const PLANTS: usize = 40;

/// A round ends at a moment within this, in milliseconds.
const ROUND: u64 = 900;

/// A start that is killed ends within this, in milliseconds.
const START: u64 = 250;

/// Kills per engine; the full run is what the issue asks for.
fn rounds() -> usize {
    if super::is_full() { 200 } else { 20 }
}

/// SplitMix64: the same seed, the same schedule.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// Where a node keeps itself between its lives.
pub(super) struct Home {
    config: PathBuf,
    log: PathBuf,
    _files: TempDir,
}

impl Home {
    /// A home with a configuration of the database and the sinks, and a bureau in the database.
    pub(super) async fn furnish(db: &TestDb, sinks: &Sinks) -> Self {
        let files = tempfile::tempdir().unwrap();
        let text = format!(
            "data_dir = '{data}'
             [database]
             url = '{url}'
             [keyring]
             file = '{keyring}'
             [webhook]
             allowed_networks = ['127.0.0.0/8']
             [mail]
             host = '127.0.0.1'
             port = {port}
             encryption = 'none'
             from = 'order@qingkong.example'
             node_host = 'qingkong.example'
             [log]
             format = 'human'
             filter = 'warn'\n",
            data = files.path().display(),
            url = db.url(),
            keyring = keyring(&files).display(),
            port = sinks.mail.address.port(),
        );
        let config = files.path().join("qingkong.toml");
        std::fs::write(&config, text).unwrap();
        let app = service::open(Config::load(Some(&config)).unwrap())
            .await
            .unwrap();
        import(&app, PLANTS, Some(&sinks.hook())).await;
        staff(&app).await;
        app.db.close().await;
        Self {
            log: files.path().join("log"),
            config,
            _files: files,
        }
    }

    /// Starts the program; its log goes on where the last life left it.
    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .unwrap();
        Command::new(env!("CARGO_BIN_EXE_qingkong"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--config"])
            .arg(&self.config)
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    pub(super) async fn start(&self) -> Life {
        let mut process = self.spawn();
        let mut first = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut first).await.unwrap();
        let Ok(first) = serde_json::from_str::<Value>(&first) else {
            panic!(
                "it does not start: {}",
                std::fs::read_to_string(&self.log).unwrap()
            );
        };
        let url = first["url"].as_str().unwrap().to_owned();
        Life { process, url }
    }

    pub(super) fn verify(&self) {
        let run = qingkong(&[
            "journal",
            "verify",
            "--config",
            self.config.to_str().unwrap(),
        ]);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    }
}

/// One life of the process.
pub(super) struct Life {
    process: Child,
    pub(super) url: String,
}

impl Life {
    /// `kill -9`.
    pub(super) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Asks it to stop, and waits.
    pub(super) async fn stop(mut self) {
        let pid = self.process.id().unwrap().to_string();
        let told = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await
            .unwrap();
        assert!(told.success());
        assert!(self.process.wait().await.unwrap().success());
    }
}

/// An answer somebody gave, or tries to give.
struct Given {
    path: String,
    /// Whether it was told to be on record.
    told: bool,
}

/// What the world outside remembers over all lives of the process.
struct Outside {
    officer: Visitor,
    approver: Visitor,
    /// Issues that were told to be done: the plan, and what was said of it.
    issued: BTreeMap<String, Value>,
    answers: Vec<Given>,
    cut: Cut,
}

/// What the kills cut short.
#[derive(Debug, Default)]
struct Cut {
    /// Plans and issues that were asked for and not told to be done.
    carried: usize,
    /// Answers likewise.
    answers: usize,
    /// Attempts to send of which nobody told.
    attempts: usize,
    /// Letters that arrived once more.
    repeats: usize,
}

/// A notice of one round, as far as it has come.
struct Carried {
    notice: String,
    document: String,
    /// Under which the issue is asked for, however often.
    key: String,
    plan: Option<Value>,
    issued: Option<Value>,
}

impl Outside {
    fn moved_to(&mut self, life: &Life) {
        self.officer = self.officer.moved_to_url(&life.url);
        self.approver = self.approver.moved_to_url(&life.url);
    }

    /// Drafts and signs the notice of a round while nothing happens to the process.
    async fn sign(&self, round: usize, now: DateTime<FixedOffset>) -> Carried {
        let (kind, level) = match round {
            0 => ("start", "orange"),
            n if n % 2 == 1 => ("raise", "red"),
            _ => ("lower", "orange"),
        };
        let effective = now.checked_add_days(Days::new(1)).unwrap();
        let draft = json!({
            "region": REGION, "kind": kind, "level": level,
            "effective": effective.format("%Y-%m-%dT08:00").to_string(),
            "grounds": { "on": "judgement", "reason": "演练断电：会商认为将达标准" },
        });
        let drafted = did(self.officer.post("/api/v1/notices", &draft)).await;
        let notice = drafted["id"].as_str().unwrap().to_owned();
        let consultation = json!({
            "held_at": now.format("%Y-%m-%dT%H:00").to_string(),
            "parties": ["市生态环境局"], "conclusion": "有重度污染过程",
        });
        let step = |step: &str| format!("/api/v1/notices/{notice}/{step}");
        did(self.officer.post(&step("consultation"), &consultation)).await;
        did(self.officer.post(&step("submission"), &json!({}))).await;
        did(self.approver.post(&step("approval"), &json!({}))).await;
        Carried {
            document: format!("许环委办〔2026〕{}号", round + 1),
            key: format!("issue-{round}"),
            notice,
            plan: None,
            issued: None,
        }
    }

    /// Draws and issues, as far as the process lives. What was begun is asked for again later.
    async fn carry(&self, carried: &mut Carried) -> Option<()> {
        let path = |step: &str| format!("/api/v1/notices/{}/{step}", carried.notice);
        if carried.plan.is_none() {
            carried.plan = Some(told(self.officer.post(&path("plan"), &json!({}))).await?);
        }
        let plan = carried.plan.as_ref()?;
        let seen = json!({
            "plan": plan["id"], "digest": plan["digest"], "document": carried.document,
        });
        let issue = self.officer.post(&path("issue"), &seen);
        let issue = issue.header("idempotency-key", &carried.key);
        carried.issued = Some(told(issue).await?);
        Some(())
    }
}

/// Gives an answer, again if need be; whether it was told to be on record.
async fn give(visitor: &Visitor, path: &str) -> bool {
    let form = visitor
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded");
    match form.send().await {
        Ok(answer) => {
            let status = answer.status();
            assert!(status == 303 || status == 503, "{path}: {status}");
            status == 303
        }
        Err(_) => false,
    }
}

/// The answer to a request that nothing prevents.
pub(super) async fn did(request: RequestBuilder) -> Value {
    let (status, answer) = Visitor::json(request).await;
    assert!((200..300).contains(&status), "{status} {answer}");
    answer
}

/// The answer to a request, unless the process died over it.
async fn told(request: RequestBuilder) -> Option<Value> {
    let answer = request.send().await.ok()?;
    let status = answer.status();
    let body = answer.text().await.ok()?;
    assert_eq!(status, 200, "{body}");
    Some(serde_json::from_str(&body).unwrap())
}

/// Whoever died holds no claim for longer than a claim lasts.
pub(super) async fn let_claims_run_out(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "UPDATE message SET due_at = 0 WHERE lease_by IS NOT NULL",
        (),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Recipients answer what they have received, one after the other, until they are stopped.
async fn answer(visitor: &Visitor, answers: &mut Vec<Given>, letters: &[(String, usize)]) {
    for (token, revision) in letters {
        let nonce = format!("n{}", answers.len());
        let path = format!("/o/{token}?answer=acknowledged&revision={revision}&nonce={nonce}");
        answers.push(Given { path, told: false });
        let given = answers.last_mut().unwrap();
        given.told = give(visitor, &given.path).await;
        sleep(Duration::from_millis(3)).await;
    }
}

/// The links that arrived, each with the latest revision it was told of.
fn links(sinks: &Sinks, rounds: usize) -> Vec<(String, usize)> {
    let mut links = HashMap::new();
    for letter in sinks.letters() {
        let told = (1..=rounds)
            .rev()
            .find(|n| letter.text.contains(&format!("〔2026〕{n}号")));
        let revision = links.entry(letter.token).or_insert(1);
        *revision = told.unwrap_or(1).max(*revision);
    }
    links.into_iter().collect()
}

async fn story(db: TestDb, seed: u64) {
    log_to_the_test();
    let (sinks, mut dice) = (Sinks::start().await, Dice(seed));
    let home = Home::furnish(&db, &sinks).await;
    let beijing = FixedOffset::east_opt(8 * 3_600).unwrap();
    let mut life = home.start().await;
    let mut outside = Outside {
        officer: Visitor::to(&life.url),
        approver: Visitor::to(&life.url),
        issued: BTreeMap::new(),
        answers: Vec::new(),
        cut: Cut::default(),
    };
    outside.officer.sign_in(OFFICER, PASSWORD).await;
    outside.approver.sign_in(APPROVER, PASSWORD).await;

    for round in 0..rounds() {
        let now = Clock::system().now().with_timezone(&beijing);
        let mut carried = outside.sign(round, now).await;
        let letters = links(&sinks, round);
        let moment = Duration::from_millis(dice.below(ROUND));
        let officer = outside.officer.clone();
        let mut answers = std::mem::take(&mut outside.answers);
        let chaos = async {
            tokio::join!(
                outside.carry(&mut carried),
                answer(&officer, &mut answers, &letters),
                std::future::pending::<()>(),
            )
        };
        tokio::select! {
            _ = chaos => unreachable!("it goes on for ever"),
            () = sleep(moment) => life.kill().await,
        }
        outside.answers = answers;
        let_claims_run_out(&db).await;
        if dice.below(4) == 0 {
            let mut short = home.spawn();
            sleep(Duration::from_millis(dice.below(START))).await;
            short.kill().await.unwrap();
        }
        life = home.start().await;
        outside.moved_to(&life);

        // Whoever does not know asks again, and whoever was told is told the same.
        let told_before = carried.issued.take();
        outside.cut.carried += usize::from(told_before.is_none());
        outside.cut.answers += outside.answers.iter().filter(|given| !given.told).count();
        outside
            .carry(&mut carried)
            .await
            .expect("nothing prevents it now");
        let issued = carried.issued.unwrap();
        assert!(
            told_before.is_none_or(|before| before == issued),
            "round {round}"
        );
        outside.issued.insert(carried.document, issued);
        for given in outside.answers.iter_mut().filter(|given| !given.told) {
            given.told = give(&outside.officer, &given.path).await;
            assert!(given.told, "round {round}: {}", given.path);
        }
    }
    finish(&db, life, &home, &sinks, outside).await;
}

/// Lets everything go out, stops the process, and looks at what is on record.
async fn finish(db: &TestDb, life: Life, home: &Home, sinks: &Sinks, mut outside: Outside) {
    let patience = Instant::now();
    until("everything is sent", async || {
        assert!(patience.elapsed() < Duration::from_mins(2));
        count(db, "due").await == 0
    })
    .await;
    life.stop().await;
    home.verify();
    orders_once(db, &outside).await;
    answers_once(db, &outside).await;
    messages_once(db, sinks, &mut outside.cut).await;
    rungs_as_recorded(db).await;
    let cut = outside.cut;
    tracing::warn!(?cut, answers = outside.answers.len(), "Survived");
    assert!(
        cut.carried + cut.answers + cut.attempts > 0,
        "nothing was cut short"
    );
}

async fn orders_once(db: &TestDb, outside: &Outside) {
    let mut tx = db.read().await.unwrap();
    let plans: Vec<(String, i64, i64)> = tx
        .all(
            "SELECT n.document, p.lines, COUNT(l.order_key)
               FROM plan p
               JOIN notice n    ON n.notice_key = p.notice_key
               JOIN plan_line l ON l.plan_key   = p.plan_key
              WHERE p.issued_at IS NOT NULL
              GROUP BY n.document, p.lines",
            (),
        )
        .await
        .unwrap();
    assert_eq!(plans.len(), outside.issued.len());
    for (document, lines, found) in plans {
        assert_eq!(
            (lines, lines),
            (found, outside.issued[&document]["lines"].as_i64().unwrap())
        );
    }
    let (orders, recipients): (i64, i64) = tx
        .one(
            "SELECT COUNT(DISTINCT l.order_key), COUNT(DISTINCT l.recipient_key)
               FROM plan_line l
               JOIN plan p ON p.plan_key = l.plan_key
              WHERE p.issued_at IS NOT NULL",
            (),
        )
        .await
        .unwrap();
    assert_eq!(
        orders, recipients,
        "one order for each recipient, however often it was changed"
    );
}

async fn answers_once(db: &TestDb, outside: &Outside) {
    let mut tx = db.read().await.unwrap();
    let nonces: Vec<(String,)> = tx.all("SELECT nonce FROM answer", ()).await.unwrap();
    let mut nonces: Vec<_> = nonces.into_iter().map(|(nonce,)| nonce).collect();
    nonces.sort_unstable();
    let given = (0..outside.answers.len()).map(|n| format!("n{n}"));
    let mut given: Vec<_> = given.collect();
    given.sort_unstable();
    assert_eq!(nonces, given);
    let counted: i64 = tx
        .scalar("SELECT CAST(SUM(answers) AS BIGINT) FROM warning", ())
        .await
        .unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), given.len());
}

/// Every delivered message arrived under one id, no other id arrived, and every attempt counts.
async fn messages_once(db: &TestDb, sinks: &Sinks, cut: &mut Cut) {
    let mut tx = db.read().await.unwrap();
    let expected: i64 = tx
        .scalar(
            "SELECT COUNT(*)
               FROM plan_line l
               JOIN plan p    ON p.plan_key      = l.plan_key
               JOIN contact c ON c.recipient_key = l.recipient_key
               JOIN (SELECT 'email' AS channel UNION ALL SELECT 'webhook') w
                 ON (w.channel = 'email'   AND c.email   IS NOT NULL)
                 OR (w.channel = 'webhook' AND c.webhook IS NOT NULL)
              WHERE p.issued_at IS NOT NULL",
            (),
        )
        .await
        .unwrap();
    let messages: Vec<(i64, String, String, i32)> = tx
        .all(
            "SELECT m.message_key, p.plan_id, m.state, m.attempts
               FROM message m
               JOIN plan p ON p.plan_key = m.plan_key",
            (),
        )
        .await
        .unwrap();
    assert_eq!(messages.len(), usize::try_from(expected).unwrap());
    let attempts: Vec<(i64, i32, String)> = tx
        .all(
            "SELECT message_key, number, outcome FROM attempt ORDER BY message_key, number",
            (),
        )
        .await
        .unwrap();
    let mut tried: HashMap<i64, Vec<(i32, String)>> = HashMap::new();
    for (message, number, outcome) in attempts {
        tried.entry(message).or_default().push((number, outcome));
    }
    let mut arrivals = sinks.arrivals();
    for (key, plan, state, attempts) in &messages {
        let tried = tried.remove(key).unwrap_or_default();
        let numbers: Vec<_> = tried.iter().map(|(number, _)| *number).collect();
        assert_eq!(
            numbers,
            (1..=*attempts).collect::<Vec<_>>(),
            "message {key}"
        );
        cut.attempts += tried
            .iter()
            .filter(|(_, outcome)| outcome == "unknown")
            .count();
        let delivered = tried
            .iter()
            .filter(|(_, outcome)| outcome == "delivered")
            .count();
        let id = format!("msg_{}_{key}", plan.replace('-', ""));
        let arrived = arrivals.remove(&id).unwrap_or_default();
        assert!(
            arrived <= tried.len(),
            "message {key} arrived more often than it was tried"
        );
        cut.repeats += arrived.saturating_sub(1);
        match state.as_str() {
            "delivered" => assert!(delivered == 1 && arrived >= 1, "message {key}: {tried:?}"),
            "superseded" => assert_eq!(delivered, 0, "message {key}"),
            other => panic!("message {key} is {other}: {tried:?}"),
        }
    }
    assert_eq!(arrivals, HashMap::new(), "letters nobody knows of");
}

async fn rungs_as_recorded(db: &TestDb) {
    let mut tx = db.read().await.unwrap();
    let warning: i64 = tx
        .scalar("SELECT warning_key FROM warning", ())
        .await
        .unwrap();
    let stored = ladder::list_stored(&mut tx, WarningKey(warning))
        .await
        .unwrap();
    assert_eq!(
        stored,
        ladder::rebuild(&mut tx, WarningKey(warning)).await.unwrap()
    );
}

both_engines! {
    async fn a_process_killed_at_any_moment_loses_and_doubles_nothing(db: TestDb) {
        // The day of the first red warning of Beijing.
        story(db, 20_151_208).await;
    }
}
