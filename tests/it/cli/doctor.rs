//! `qingkong doctor` and `qingkong completions`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::TimeDelta;
use qingkong::clock::Clock;
use qingkong::domain::time::WrittenTime;
use serde_json::{Value, json};

use super::node::Home;
use super::{Run, qingkong};
use crate::database::TestDb;
use crate::fakes::smtp::{Encryption, SmtpServer, Ways};
use crate::stories::advisory::dust;
use crate::stories::bureau::Bureau;
use crate::stories::signing::advisory_by_telephone as by_telephone;

/// A node's configuration over a database, with more at its end.
fn node(db: &TestDb, more: &str) -> Home {
    let home = Home::new();
    let ring = home.path("ring.toml");
    assert_eq!(qingkong(&["keyring", "create", &ring]).status, 0);
    let mut text = format!(
        "[database]\nurl = '{}'\n[keyring]\nfile = '{ring}'\n",
        db.url()
    );
    writeln!(
        text,
        "[server]\npublic_url = 'https://bureau.example'\n{more}"
    )
    .unwrap();
    home.add(&text);
    home
}

/// What each check found, by its name: its state and its words.
fn findings(run: &Run) -> BTreeMap<String, (String, String)> {
    let lines = run.stdout.lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    lines
        .map(|line| {
            let told = (text(&line, "state"), text(&line, "found"));
            (text(&line, "check"), told)
        })
        .collect()
}

fn state<'f>(findings: &'f BTreeMap<String, (String, String)>, check: &str) -> &'f str {
    &findings[check].0
}

fn examine(home: &Home) -> Run {
    tokio::task::block_in_place(|| home.run(&["doctor", "--json"]))
}

#[test]
fn a_node_that_is_still_to_be_made_is_told_what_it_lacks() {
    let home = Home::new();
    let run = home.run(&["doctor", "--json"]);
    let found = findings(&run);
    assert_eq!(run.status, 1);
    assert_eq!(run.stderr, "qingkong: 1 of 6 checks failed\n");
    assert_eq!(state(&found, "database"), "fail");
    assert!(found["database"].1.contains("there is no database at"));
    for (check, expected) in [
        ("keyring", "warn"),
        ("mail", "warn"),
        ("playbooks", "ok"),
        ("disk", "ok"),
    ] {
        assert_eq!(state(&found, check), expected, "{check}");
    }
    // It only looked: there is still nothing.
    assert!(!std::path::Path::new(&home.path("data")).exists());
}

/// A mail server that demands an account, and a configuration that signs in with this password.
async fn mail_server(password: &str) -> (SmtpServer, String) {
    let server = SmtpServer::start(Ways {
        encryption: Encryption::Starttls,
        account: Some(("duty", "geheim")),
        ..Ways::default()
    })
    .await;
    let mail = format!(
        "[mail]\nhost = 'localhost'\nport = {}\nfrom = 'duty@bureau.example'\n\
         root_certificates = '{}'\nuser = 'duty'\npassword = '{password}'\n",
        server.address.port(),
        server.certificate.path().display()
    );
    (server, mail)
}

both_engines! {
    async fn a_sound_node_has_nothing_to_mend(db: TestDb) {
        let (server, mail) = mail_server("geheim").await;
        let run = examine(&node(&db, &mail));
        let found = findings(&run);
        assert_eq!(run.status, 0, "{found:#?}");
        assert!(found.values().all(|(state, _)| state == "ok"), "{found:#?}");
        let engine = if db.is_postgres() { "PostgreSQL " } else { "SQLite " };
        assert!(found["database"].1.starts_with(engine));
        // Signed in, and said goodbye without a letter.
        let seen = server.seen();
        assert_eq!((seen.connections, seen.goodbyes, seen.mails.len()), (1, 1, 0));
    }

    async fn a_source_that_has_brought_nothing_for_hours_is_named(db: TestDb) {
        let now = Clock::system().now().timestamp_millis();
        let mut tx = db.begin().await.unwrap();
        for (job, hours_ago) in [("pull-forecast-411000", 3), ("pull-observed-411000", 1)] {
            let at = now - hours_ago * 3_600_000;
            tx.execute(
                "INSERT INTO job_run
                        (job, scheduled_at, fence, until_at, started_at, finished_at, outcome)
                 VALUES ($1, $2, 1, $2, $2, $2, 'done')",
                (job, at),
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let source = |series: &str| {
            format!("[[sources]]\nregion = '411000'\nurl = 'https://a.invalid'\nseries = '{series}'\n")
        };
        let observed = findings(&examine(&node(&db, &source("observed"))));
        assert_eq!(observed["sources"], ("ok".to_owned(), "none of 1 is stale".to_owned()));
        let both = source("observed") + &source("forecast");
        let found = findings(&examine(&node(&db, &both)));
        let (state, words) = &found["sources"];
        assert_eq!(state, "warn");
        assert!(words.starts_with("no forecast for 411000 for 18"), "{words}");
    }

    async fn work_that_waits_and_a_clock_set_back_are_named(db: TestDb) {
        let now = Clock::system().now().timestamp_millis();
        let mut tx = db.begin().await.unwrap();
        tx.execute(
            "INSERT INTO journal_entry
                    (entry_id, kind, subject, actor, at, body, vouches, digest)
             VALUES ('e', 'test', 'test', 'test', $1, '{}', '[]', '')",
            (now + 3_600_000,),
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO journal_pending (entry_id, at, nth) VALUES ('e', $1, 0)",
            (now - 120_000,),
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO message (message_key, lane, plan_key, order_key, contact_key, channel, step,
                                  state, due_at, attempts)
             VALUES (1, 'live', 1, 1, 1, 'email', 1, 'due', $1, 0)",
            (now - 600_000,),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let run = examine(&node(&db, ""));
        let found = findings(&run);
        assert_eq!(run.status, 1);
        for (check, words) in [
            ("clock", "before the newest act on record"),
            ("outbox", "a letter has been due for 10 min"),
            ("journal", "an act has waited 12"),
        ] {
            assert_eq!(state(&found, check), "fail", "{check}");
            assert!(found[check].1.contains(words), "{check}: {}", found[check].1);
        }
    }

    async fn a_signature_on_paper_that_is_overdue_is_named(db: TestDb) {
        let home = node(&db, "");
        let bureau = Bureau::new(db, 5).await;
        let signing = || findings(&examine(&home))["signing"].clone();
        assert_eq!(signing(), ("ok".to_owned(), "no signature on paper is overdue".to_owned()));
        let by = WrittenTime::of(Clock::system().now() - TimeDelta::minutes(150)).to_string();
        by_telephone(&bureau, &dust(), &json!({ "to_sign_by": by })).await;
        let (state, words) = signing();
        assert_eq!((state.as_str(), words.as_str()),
            ("warn", "1 signatures on paper are overdue, the longest for 2 h"));
        bureau.world.service.stop().await;
    }

    async fn a_mail_server_that_refuses_us_is_quoted(db: TestDb) {
        let (_server, mail) = mail_server("falsch").await;
        let run = examine(&node(&db, &mail));
        let found = findings(&run);
        assert_eq!((run.status, state(&found, "mail")), (1, "fail"));
        assert!(found["mail"].1.contains("the mail server refused the sign-in: 535"), "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_our_schema_is_no_failure() {
    let db = TestDb::sqlite_unmigrated().await;
    let run = examine(&node(&db, ""));
    let found = findings(&run);
    assert_eq!((run.status, state(&found, "database")), (0, "warn"));
    let none = format!("no schema of {}", qingkong::store::schema::newest());
    assert!(found["database"].1.ends_with(&none), "{found:#?}");
    assert!(!found.contains_key("outbox"));
}

#[test]
fn every_shell_gets_its_script() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = qingkong(&["completions", shell]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.contains("doctor"), "{shell}");
    }
    assert_eq!(qingkong(&["completions", "tcsh"]).status, 2);
}
