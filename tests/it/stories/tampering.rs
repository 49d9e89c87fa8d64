//! Whatever is touched in the record of a real episode is named by `qingkong journal verify`.

use qingkong::app::answer::{AnswerIn, Answerer};
use qingkong::app::journal;
use qingkong::app::link::Link;
use qingkong::domain::order::AnswerKind;
use qingkong::store::Db;

use super::bureau::Bureau;
use super::sinks::{Sinks, until_sent};
use crate::cli::{Run, qingkong};
use crate::database::TestDb;

/// A finished episode that nobody serves any more, and its configuration for the command line.
struct Closed {
    db: TestDb,
    config: String,
    _files: tempfile::TempDir,
}

impl Closed {
    /// Orders issued, delivered and answered, everything sealed.
    async fn episode(db: TestDb) -> Self {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 5, &sinks).await;
        bureau
            .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
            .await;
        until_sent(&bureau.world).await;
        let app = bureau.world.app().clone();
        let link = Link::open(&sinks.letters()[0].token, &app.keyring).unwrap();
        let acknowledged = AnswerIn {
            order: link.order,
            revision: 1,
            kind: AnswerKind::Acknowledged,
            unit: None,
            reason: None,
            note: None,
            nonce: "n1".to_owned(),
        };
        app.answer_order(&Answerer::Link(link), acknowledged)
            .await
            .unwrap();
        let (world, files) = (bureau.world, tempfile::tempdir().unwrap());
        let head = files.path().join(journal::head::FILE);
        let told = world.config.in_data_dir(journal::head::FILE);
        world.service.stop().await;
        std::fs::copy(told, head).unwrap();
        let config = files.path().join("qingkong.toml");
        let text = format!(
            "data_dir = '{}'\n[database]\nurl = '{}'\n",
            files.path().display(),
            world.db.url()
        );
        std::fs::write(&config, text).unwrap();
        Self {
            db: world.db,
            config: config.display().to_string(),
            _files: files,
        }
    }

    fn verify(&self) -> Run {
        qingkong(&["journal", "verify", "--config", &self.config])
    }
}

/// What somebody changes, how it is taken back, and how verification names it.
struct Touch {
    change: &'static str,
    back: &'static str,
    named: &'static str,
}

const TOUCHES: [Touch; 5] = [
    Touch {
        change: "UPDATE plan_line SET snapshot = '[' || SUBSTR(snapshot, 2)
                  WHERE order_key = (SELECT MIN(order_key) FROM plan_line)",
        back: "UPDATE plan_line SET snapshot = '{' || SUBSTR(snapshot, 2)
                WHERE order_key = (SELECT MIN(order_key) FROM plan_line)",
        named: "plan_line 1 ",
    },
    Touch {
        change: "UPDATE plan_line SET name = name || '!'
                  WHERE order_key = (SELECT MAX(order_key) FROM plan_line)",
        back: "UPDATE plan_line SET name = SUBSTR(name, 1, LENGTH(name) - 1)
                WHERE order_key = (SELECT MAX(order_key) FROM plan_line)",
        named: "plan_line 1 ",
    },
    Touch {
        change: "UPDATE answer SET nonce = 'n2'",
        back: "UPDATE answer SET nonce = 'n1'",
        named: "answer 1 was changed",
    },
    Touch {
        change: "UPDATE attempt SET reply = '3' || SUBSTR(reply, 2) WHERE attempt_key = 1",
        back: "UPDATE attempt SET reply = '2' || SUBSTR(reply, 2) WHERE attempt_key = 1",
        named: "attempt 1 was changed",
    },
    Touch {
        change: "UPDATE journal_entry SET body = '[' || SUBSTR(body, 2)
                  WHERE kind = 'warning.issued'",
        back: "UPDATE journal_entry SET body = '{' || SUBSTR(body, 2)
                WHERE kind = 'warning.issued'",
        named: "position ",
    },
];

async fn touch(db: &Db, statement: &'static str) {
    let mut tx = db.begin().await.unwrap();
    let rows = tx.execute(statement, ()).await.unwrap();
    assert_eq!(rows, 1, "{statement}");
    tx.commit().await.unwrap();
}

both_engines! {
    async fn one_byte_changed_after_an_episode_is_named_and_the_exit_code_says_so(db: TestDb) {
        let closed = Closed::episode(db).await;
        let whole = closed.verify();
        assert_eq!(whole.status, 0, "{}{}", whole.stdout, whole.stderr);
        for Touch { change, back, named } in TOUCHES {
            touch(&closed.db, change).await;
            let run = closed.verify();
            assert_eq!(run.status, 1, "{change}");
            let names = |line: &str| line.starts_with(named) && line.contains("was changed");
            assert!(run.stdout.lines().any(names), "{change}: {}", run.stdout);
            touch(&closed.db, back).await;
            assert_eq!(closed.verify().status, 0, "{back}");
        }
    }

    async fn the_newest_sealed_entry_taken_out_is_named(db: TestDb) {
        let closed = Closed::episode(db).await;
        let mut tx = closed.db.begin().await.unwrap();
        let (position, entry): (i64, String) = tx
            .one("SELECT position, entry_id FROM journal_seal ORDER BY position DESC LIMIT 1", ())
            .await
            .unwrap();
        tx.execute("DELETE FROM journal_seal WHERE position = $1", (position,)).await.unwrap();
        tx.execute("DELETE FROM journal_entry WHERE entry_id = $1", (entry,)).await.unwrap();
        tx.commit().await.unwrap();
        let run = closed.verify();
        assert_eq!(run.status, 1, "{}", run.stdout);
        let named = format!("position {position} known outside with seal ");
        assert!(run.stdout.lines().any(|line| line.starts_with(&named)), "{}", run.stdout);
    }
}
