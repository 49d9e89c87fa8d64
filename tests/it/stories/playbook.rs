//! A playbook edited after an issue: what was issued keeps its words.

use qingkong::app::Caller;
use qingkong::playbooks::{File, Files};
use serde_json::Value;

use super::bureau::Bureau;
use super::sinks::{Sinks, until_sent};
use crate::fakes::smtp::Misbehaviour;
use crate::world::Visitor;

const PROFILE: &str = "regions/410000-henan/411000-xuchang.toml";
const BODY: &str = "texts/zh/order/body.txt";
const TELEPHONE: &str = "0374-1234567";
const ADVICE: &str = "请先切断本厂运输车辆进出。";

/// The shipped files with another telephone of the bureau and another sentence in every order.
fn edited() -> Files {
    let shipped = Files::shipped();
    let edit = |path: &str, from: &str, to: &str| {
        let before = &shipped.get(path).unwrap().text;
        let text = before.replace(from, to);
        assert_ne!(*before, text, "{path} no longer says {from}");
        File {
            path: path.to_owned(),
            text,
        }
    };
    let changed = [
        edit(PROFILE, "0374-0000000", TELEPHONE),
        edit(BODY, "安全第一：", &format!("{ADVICE}安全第一：")),
    ];
    Files::of(shipped.iter().cloned().chain(changed))
}

async fn playbook_of(bureau: &Bureau, notice: &str) -> Value {
    let path = format!("/api/v1/notices/{notice}");
    let (status, view) = Visitor::json(bureau.officer.get(&path)).await;
    assert_eq!(status, 200, "{view}");
    view["playbook"].clone()
}

both_engines! {
    async fn what_was_issued_keeps_its_playbook_and_a_new_draft_takes_the_new_one(db: TestDb) {
        let sinks = Sinks::start().await;
        // Nothing gets out before the playbook is edited.
        for _ in 0..200 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let bureau = Bureau::sending(db, 12, &sinks).await;
        let shipped = Files::shipped().digest();
        let old = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        bureau.sign(&old).await;
        let (plan, issued) = bureau.issue(&old, "许环委办〔2026〕1号").await;
        assert_eq!(playbook_of(&bureau, &old).await, *shipped);

        let app = bureau.world.app();
        let operator = Caller::operator();
        let activated = app.activate_playbook(&operator, None, edited()).await.unwrap();
        assert_ne!(activated.digest, shipped);
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        let letters = sinks.letters();
        assert!(letters.len() >= bureau.recipients, "{}", letters.len());
        for letter in &letters {
            assert!(!letter.text.contains(TELEPHONE), "{}", letter.text);
            assert!(!letter.text.contains(ADVICE), "{}", letter.text);
        }
        assert!(letters.iter().any(|letter| letter.text.contains("0374-0000000")));

        let new = bureau.draft("raise", "red", "2026-11-26T00:00").await;
        assert_eq!(playbook_of(&bureau, &new).await, *activated.digest);
        bureau.sign(&new).await;
        bureau.issue(&new, "许环委办〔2026〕2号").await;
        until_sent(&bureau.world).await;
        let later = sinks.letters();
        let raised = later.iter().filter(|letter| letter.text.contains("许环委办〔2026〕2号"));
        let raised: Vec<_> = raised.collect();
        assert!(raised.len() >= bureau.recipients, "{}", raised.len());
        let mails = || raised.iter().filter(|letter| !letter.text.starts_with('{'));
        assert!(mails().all(|mail| mail.text.contains(TELEPHONE)));
        assert!(mails().any(|mail| mail.text.contains(ADVICE)), "no duty was changed");

        // The old notice: the same playbook, the same digest of what was issued.
        assert_eq!(playbook_of(&bureau, &old).await, *shipped);
        let (_, view) = Visitor::json(bureau.officer.get(&format!("/api/v1/notices/{old}"))).await;
        assert_eq!(view["plan"]["digest"], plan["digest"]);
        let warning = bureau.warning(&issued["warning"]).await;
        let pinned: Vec<_> = warning["notices"].as_array().unwrap().iter()
            .map(|notice| notice["playbook"].as_str().unwrap())
            .collect();
        assert_eq!(pinned, [shipped.as_str(), activated.digest.as_str()]);
        bureau.world.service.stop().await;
    }
}
