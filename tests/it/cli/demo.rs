//! The demonstration as a stranger meets it: one command, then everything over HTTP.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate};
use reqwest::{Method, Url, header};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::qingkong;
use crate::order_link::form;
use crate::world::Visitor;

/// `qingkong demo`, ready.
struct Demo {
    process: Child,
    /// What it said, line by line, the last line `ready`.
    said: Vec<Value>,
    /// Open until the end: a program whose output nobody may read is ended by the system.
    _stdout: BufReader<ChildStdout>,
    /// Reads the log as it comes: a node whose log nobody reads stands still.
    log: Option<JoinHandle<String>>,
}

impl Demo {
    fn start(args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_qingkong"))
            .args([
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--json",
                "--enterprises",
                "60",
            ])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = process.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut said: Vec<Value> = Vec::new();
        while said.last().is_none_or(|last| last["type"] != "ready") {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended after {said:?}: {}", log.join().unwrap());
            said.push(serde_json::from_str(&line).expect("every line is JSON"));
        }
        Self {
            process,
            said,
            _stdout: stdout,
            log: Some(log),
        }
    }

    /// The one line of a type.
    fn line(&self, kind: &str) -> &Value {
        let mut lines = self.said.iter().filter(|line| line["type"] == kind);
        let line = lines.next().unwrap_or_else(|| panic!("no line `{kind}`"));
        assert!(lines.next().is_none(), "two lines `{kind}`");
        line
    }

    fn url(&self, kind: &str) -> &str {
        self.line(kind)["url"].as_str().unwrap()
    }

    fn account(&self, name: &str) -> &Value {
        let mut lines = self.said.iter();
        lines
            .find(|line| line["type"] == "account" && line["name"] == name)
            .unwrap_or_else(|| panic!("no account {name}"))
    }

    /// A program with the token of an account.
    fn program(&self, name: &str) -> Visitor {
        let token = self.account(name)["token"].as_str().unwrap();
        Visitor::to(self.url("listening")).with_token(token)
    }

    /// Somebody at the inbox.
    fn reader(&self) -> Visitor {
        Visitor::to(self.url("inbox").trim_end_matches('/'))
    }

    /// Asks it to stop; answers with its exit code and its log.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.process.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.unwrap().success());
        let code = self.process.wait().unwrap().code();
        let log = self.log.take().expect("it is stopped once").join();
        (code, log.unwrap())
    }
}

/// A test that fails leaves no node behind.
impl Drop for Demo {
    fn drop(&mut self) {
        // One that was stopped is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn get(visitor: &Visitor, path: &str) -> Value {
    let (status, answer) = Visitor::json(visitor.get(path)).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

async fn post(visitor: &Visitor, path: &str, body: Value) -> Value {
    let (status, answer) = Visitor::json(visitor.post(path, &body)).await;
    assert!([200, 201].contains(&status), "{path}: {status} {answer}");
    answer
}

async fn page(visitor: &Visitor, path: &str) -> String {
    let answer = visitor.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Every value of an attribute of a page that begins so, its escapes undone.
fn addresses<'h>(html: &'h str, attribute: &str, prefix: &str) -> Vec<String> {
    let opening = format!("{attribute}=\"");
    let values = html.split(&opening).skip(1);
    values
        .filter_map(|rest: &'h str| rest.split('"').next())
        .filter(|value| value.starts_with(prefix))
        .map(|value| value.replace("&#38;", "&"))
        .collect()
}

/// The days of the episode as they are shown on a day whose tomorrow this is: date, AQI, origin.
///
/// 许昌, 13 to 31 January 2015; the 24th is tomorrow. By the daily table of HJ 633-2026, where
/// PM2.5 has its breakpoints at 35, 60, 115, 150, 250, 350 µg/m³ for the indices 50, 100, 150,
/// 200, 300, 400, means are rounded half to even to whole µg/m³, and an index upwards:
///
/// ```text
/// 13  105.1 → 105  100 + 45·50/55 = 140.9 → 141     23   75.8 →  76  100 + 16·50/55 = 114.5 → 115
/// 14  117.4 → 117  150 +  2·50/35 = 152.9 → 153     24  158.2 → 158  200 +  8       = 208
/// 15  161.3 → 161  200 + 11       = 211             25  206.0 → 206  200 + 56       = 256
/// 16  143.0 → 143  150 + 28·50/35 = 190             26  261.7 → 262  300 + 12       = 312
/// 17  121.0 → 121  150 +  6·50/35 = 158.6 → 159     27  121.9 → 122  150 +  7·50/35 = 160
/// 20  107.4 → 107  100 + 47·50/55 = 142.7 → 143     28   47.7 →  48   50 + 13·50/25 = 76
/// 21  107.6 → 108  100 + 48·50/55 = 143.6 → 144     29   81.1 →  81  100 + 21·50/55 = 119.1 → 120
/// 22   77.0 →  77  100 + 17·50/55 = 115.5 → 116     30  131.7 → 132  150 + 17·50/35 = 174.3 → 175
///                                                   31   54.8 →  55   50 + 20·50/25 = 90
/// ```
///
/// On the 18th and 19th PM10 leads (breakpoints 120 and 250 for 100 and 150): 138.2 → 138 is
/// 100 + 18·50/130 = 106.9 → 107, and 141.4 → 141 is 108.1 → 109.
fn episode(tomorrow: NaiveDate) -> Vec<(String, u64, &'static str)> {
    const OBSERVED: [u64; 11] = [141, 153, 211, 190, 159, 107, 109, 143, 144, 116, 115];
    const FORESEEN: [u64; 8] = [208, 256, 312, 160, 76, 120, 175, 90];
    let first = tomorrow - Days::new(11);
    let observed = OBSERVED.map(|aqi| (aqi, "observed"));
    let foreseen = FORESEEN.map(|aqi| (aqi, "forecast"));
    let values = observed.into_iter().chain(foreseen);
    first
        .iter_days()
        .zip(values)
        .map(|(on, (aqi, origin))| (on.to_string(), aqi, origin))
        .collect()
}

/// The outlook is the episode without a seam, and every day says what it is. Answers with
/// tomorrow, as the node that made the forecast saw it.
async fn shows_the_episode(officer: &Visitor) -> NaiveDate {
    let outlook = get(officer, "/api/v1/outlooks?region=411000").await;
    let made: DateTime<chrono::FixedOffset> =
        outlook["issued_at"].as_str().unwrap().parse().unwrap();
    let tomorrow = made.date_naive() + Days::new(1);
    let days = outlook["days"].as_array().unwrap();
    let shown: Vec<_> = days
        .iter()
        .map(|day| {
            let text = |field: &str| day[field].as_str().unwrap();
            (
                text("on").to_owned(),
                day["aqi"].as_u64().unwrap(),
                text("origin"),
            )
        })
        .collect();
    assert_eq!(shown, episode(tomorrow));
    for day in days.iter().filter(|day| day["origin"] == "forecast") {
        assert_eq!(
            day["provenance"]["source"],
            "演示：许昌2015年1月实测（作预报用），日期平移，按HJ 633-2026重算",
            "{day}"
        );
    }
    tomorrow
}

/// What the rules make of it. By 环大气〔2024〕6号 red asks for an AQI above 200 for 72 hours with
/// one above 300 for 24 hours among them: 208, 256 and 312 are three whole days above 200, the
/// third above 300. The 160 after them belongs to no run above 200.
async fn proposes_red(officer: &Visitor, tomorrow: NaiveDate) {
    let proposal = get(officer, "/api/v1/proposals?region=411000").await;
    assert_eq!(proposal["rules"], "mee-2024");
    assert_eq!(
        (&proposal["proposal"], &proposal["level"]),
        (&json!("issue"), &json!("red")),
        "{proposal}"
    );
    let (last, end) = (tomorrow + Days::new(2), tomorrow + Days::new(3));
    assert_eq!(proposal["from"], format!("{tomorrow}T00:00:00+08:00"));
    assert_eq!(proposal["until"], format!("{end}T00:00:00+08:00"));
    assert_eq!(
        proposal["because"],
        json!([{
            "zh": format!(
                "{tomorrow}至{last} AQI 208、256、312，满足红色条件“AQI>200持续72小时，其中AQI>300持续24小时”"
            ),
            "en": format!(
                "{tomorrow} to {last} AQI 208, 256, 312: meets red, aqi>200 for 72h with aqi>300 for 24h inside"
            ),
        }])
    );
    assert!(proposal["next"].is_null(), "red is the highest: {proposal}");
}

/// From the proposal to the issue; answers with the plan and what was issued.
async fn carries_it_through(
    officer: &Visitor,
    approver: &Visitor,
    tomorrow: NaiveDate,
) -> (Value, Value) {
    let today = tomorrow - Days::new(1);
    let draft = json!({
        "region": "411000", "kind": "start", "level": "red",
        "effective": format!("{tomorrow}T00:00"), "grounds": { "on": "proposal" },
    });
    let notice = post(officer, "/api/v1/notices", draft).await;
    let step = |step: &str| format!("/api/v1/notices/{}/{step}", notice["id"].as_str().unwrap());
    let consultation = json!({
        "held_at": format!("{today}T00:00"), "parties": ["市生态环境局", "市气象局"],
        "conclusion": "未来三天有重度以上污染过程",
    });
    post(officer, &step("consultation"), consultation).await;
    post(officer, &step("submission"), json!({})).await;
    let (status, _) = Visitor::json(officer.post(&step("approval"), &json!({}))).await;
    assert_eq!(status, 403, "nobody approves a draft of his own");
    post(approver, &step("approval"), json!({})).await;
    let plan = post(officer, &step("plan"), json!({})).await;
    let seen = json!({
        "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
    });
    let issued = post(officer, &step("issue"), seen).await;
    (plan, issued)
}

/// Waits until something is so; `is_so` answers with what it found instead.
async fn until(is_so: impl AsyncFn() -> Result<(), String>) {
    let give_up = Instant::now() + Duration::from_mins(1);
    while let Err(found) = is_so().await {
        assert!(Instant::now() < give_up, "still {found}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the inbox has counted so many letters.
async fn receives(reader: &Visitor, letters: u64) {
    let counted = format!(" shown of {letters}");
    until(async || {
        let list = page(reader, "/?lang=en").await;
        if list.contains(&counted) {
            Ok(())
        } else {
            Err(list)
        }
    })
    .await;
}

/// Waits until the board of a warning counts its orders so.
async fn counts(officer: &Visitor, warning: &str, expected: Value) {
    until(async || {
        let board = get(officer, warning).await;
        if board["orders"] == expected {
            Ok(())
        } else {
            Err(board["orders"].to_string())
        }
    })
    .await;
}

/// The letters that say these words, by the addresses of their pages.
async fn found(reader: &Visitor, words: &str) -> Vec<String> {
    let asked = Url::parse_with_params("http://inbox/", [("lang", "en"), ("words", words)]);
    let list = page(reader, &format!("/?{}", asked.unwrap().query().unwrap())).await;
    addresses(&list, "href", "/letters/")
}

/// A mail is shown with its headers, its HTML in a frame of its own, and the order's link; answers
/// with the link.
async fn shows_a_mail(reader: &Visitor, node: &str) -> String {
    // An office has no webhook.
    let mails = found(reader, "示例·禹州市值班室（虚构）").await;
    assert_eq!(mails.len(), 1, "one letter to one person");
    let mail = page(reader, &mails[0]).await;
    for said in [
        "【许昌市】重污染天气红色预警属地任务（许环委办〔2026〕1号），请签收",
        "示例·禹州市值班室（虚构） &#60;duty.411081@demo.invalid&#62;",
        "示例·禹州市重污染天气应急值班室（虚构）",
    ] {
        assert!(mail.contains(said), "{said} in {mail}");
    }
    let frames = addresses(&mail, "src", "/letters/");
    let frame = reader.get(&frames[0]).send().await.unwrap();
    let policy = frame.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("sandbox "),
        "{policy}"
    );
    let frame = frame.text().await.unwrap();
    assert!(frame.contains("<base target=\"_blank\">"), "{frame}");
    assert!(frame.contains("许昌市发布重污染天气红色预警"), "{frame}");
    let links = addresses(&mail, "href", &format!("{node}/o/"));
    assert_eq!(links.len(), 1, "{mail}");
    links[0].clone()
}

/// A webhook is shown with its event and a signature that holds; answers with the order's link.
async fn shows_a_webhook(reader: &Visitor, node: &str) -> String {
    let webhooks = found(reader, "\"type\": \"order.issued\"").await;
    assert!(!webhooks.is_empty(), "some plants take webhooks");
    let webhook = page(reader, &webhooks[0]).await;
    assert!(webhook.contains("Signature verified"), "{webhook}");
    assert!(webhook.contains("<dt>webhook-id</dt>"), "{webhook}");
    let links = addresses(&webhook, "href", &format!("{node}/o/"));
    assert_eq!(links.len(), 1, "{webhook}");
    links[0].clone()
}

/// A request that names an order and is not signed by the node is refused, and shown as such.
async fn refuses_a_forgery(reader: &Visitor, link: &str) {
    let body = json!({ "type": "order.forged", "data": { "acknowledge_url": link } });
    let unsigned = reader.post("/hook/XC-000001", &body);
    assert_eq!(unsigned.send().await.unwrap().status(), 400);
    let forged = reader
        .post("/hook/XC-000001", &body)
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", "1795521600")
        .header("webhook-signature", "v1,AAAA");
    assert_eq!(forged.send().await.unwrap().status(), 401);
    let letters = found(reader, "order.forged").await;
    assert_eq!(letters.len(), 1);
    let letter = page(reader, &letters[0]).await;
    assert!(letter.contains("Wrong signature, refused"), "{letter}");
}

/// Opens the page behind a link and presses its button.
async fn acknowledges(node: &str, link: &str) {
    let stranger = Visitor::to(node);
    let phone = page(&stranger, link.strip_prefix(node).unwrap()).await;
    assert!(phone.contains("红色预警"), "{phone}");
    let action = form(&phone, "acknowledged");
    let sent = stranger
        .request(Method::POST, &action)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .send();
    assert_eq!(sent.await.unwrap().status(), 303);
}

both_engines! {
    async fn a_stranger_walks_the_whole_way(db: TestDb) {
        // On the embedded database without a word about it; on a server's by its address.
        let database = ["--database", db.url()];
        let demo = Demo::start(if db.is_postgres() { &database } else { &[] });
        assert_eq!(demo.said[0], json!({ "type": "listening", "url": demo.url("listening") }));
        let data = demo.line("data");
        assert_eq!((&data["kept"], &data["again"]), (&json!(false), &json!(false)));
        let dir = data["dir"].as_str().unwrap().to_owned();
        let node = demo.url("listening").to_owned();

        let (officer, approver, reader) =
            (demo.program("zhiban"), demo.program("qianfa"), demo.reader());
        let tomorrow = shows_the_episode(&officer).await;
        proposes_red(&officer, tomorrow).await;
        let (plan, issued) = carries_it_through(&officer, &approver, tomorrow).await;
        let orders = issued["lines"].as_u64().unwrap();
        assert_eq!(plan["lines"], orders);
        // 60 enterprises, those that stand still for long left out, and nine offices.
        assert!((60..=69).contains(&orders), "{issued}");
        receives(&reader, issued["messages"].as_u64().unwrap()).await;

        let (by_mail, by_webhook) =
            (shows_a_mail(&reader, &node).await, shows_a_webhook(&reader, &node).await);
        let warning = format!("/api/v1/warnings/{}", issued["warning"].as_str().unwrap());
        // A letter is in the inbox a moment before its sender has written down that it is.
        counts(&officer, &warning, json!({ "handed-over": orders })).await;
        acknowledges(&node, &by_mail).await;
        acknowledges(&node, &by_webhook).await;
        let answered = json!({ "handed-over": orders - 2, "acknowledged": 2 });
        counts(&officer, &warning, answered).await;

        refuses_a_forgery(&reader, &by_webhook).await;

        let (code, log) = demo.stop();
        assert_eq!(code, Some(0), "{log}");
        assert!(!std::path::Path::new(&dir).exists(), "a temporary directory is removed");
    }

    async fn a_demonstration_is_gone_on_with_and_filled_once(db: TestDb) {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("demo").display().to_string();
        let mut args = vec!["--data", &dir];
        if db.is_postgres() {
            args.extend(["--database", db.url()]);
        }
        let first = Demo::start(&args);
        let orders = get(&first.program("zhiban"), "/api/v1/outlooks?region=411000").await;
        let accounts = |demo: &Demo| {
            let names = demo.said.iter().filter(|line| line["type"] == "account");
            names.map(|line| line["role"].clone()).collect::<Vec<_>>()
        };
        let roles = accounts(&first);
        for role in [
            "officer", "approver", "coordinator", "clerk", "inspector", "enterprise",
            "administrator",
        ] {
            assert!(roles.contains(&json!(role)), "{role} in {roles:?}");
        }
        let old = first.account("ducha").clone();
        let inbox = first.url("inbox").to_owned();
        assert_eq!(first.stop().0, Some(0));

        let second = Demo::start(&args);
        let data = second.line("data");
        assert_eq!((&data["kept"], &data["again"]), (&json!(true), &json!(true)));
        assert_eq!(data["enterprises"], 60);
        assert_eq!(second.url("inbox"), inbox, "where the plants of the list send");
        assert_eq!(accounts(&second), roles);
        let outlook = get(&second.program("zhiban"), "/api/v1/outlooks?region=411000").await;
        assert_eq!(outlook, orders, "nothing was taken in again");

        // The passwords are new ones.
        let new = second.account("ducha");
        let mut visitor = Visitor::to(second.url("listening"));
        visitor.sign_in("ducha", new["password"].as_str().unwrap()).await;
        let session = json!({ "name": "ducha", "password": old["password"] });
        let (status, _) = Visitor::json(visitor.post("/api/v1/session", &session)).await;
        assert_eq!(status, 401);
        assert_eq!(second.stop().0, Some(0));
    }

    async fn a_database_that_holds_another_record_is_refused_untouched(db: TestDb) {
        let world = crate::world::World::new(db).await;
        world.officer().await;
        let url = world.db.url().to_owned();
        let run = tokio::task::spawn_blocking(move || {
            qingkong(&["demo", "--listen", "127.0.0.1:0", "--database", &url])
        })
        .await
        .unwrap();
        assert_eq!((run.status, run.stdout.as_str()), (1, ""));
        assert!(run.stderr.contains("holds a record that no demonstration"), "{}", run.stderr);
        let mut tx = world.db.read().await.unwrap();
        let accounts: i64 = tx.scalar("SELECT COUNT(*) FROM account", ()).await.unwrap();
        assert_eq!(accounts, 1);
    }
}

#[test]
fn people_are_told_where_it_is_who_may_sign_in_and_what_to_do_first() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_qingkong"))
        .args(["demo", "--listen", "127.0.0.1:0", "--enterprises", "12"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(process.stdout.take().unwrap());
    let mut lines = stdout.lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    assert!(
        first.starts_with("listening on http://127.0.0.1:"),
        "{first}"
    );
    let said: Vec<_> = lines
        .by_ref()
        .take_while(|line| !line.contains("Ctrl-C"))
        .collect();
    let said = said.join("\n");
    for expected in [
        "收件箱 inbox    http://127.0.0.1:",
        "zhiban   ",
        "先做什么 / what to do first",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    assert!(!said.contains("qk_"), "tokens are for programs");
    let pid = process.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_count_that_makes_no_list_is_wrong_input() {
    for count in ["0", "1000000", "many"] {
        assert_eq!(
            qingkong(&["demo", "--enterprises", count]).status,
            2,
            "{count}"
        );
    }
}
