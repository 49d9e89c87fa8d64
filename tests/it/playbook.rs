//! Playbooks in the record: put in force by an act, read for ever.

use qingkong::app::playbook::AtStart;
use qingkong::app::{Caller, Error};
use qingkong::playbooks::{File, Files};

use crate::journal::Ledger;

const XUCHANG: &str = "regions/410000-henan/411000-xuchang.toml";

/// The shipped files with another telephone of 许昌.
fn with_telephone(phone: &str) -> Files {
    let files = Files::shipped();
    let text = files
        .get(XUCHANG)
        .unwrap()
        .text
        .replace("0374-0000000", phone);
    let file = File {
        path: XUCHANG.to_owned(),
        text,
    };
    Files::of(files.iter().cloned().chain([file]))
}

both_engines! {
    async fn the_first_start_puts_the_shipped_files_in_force_and_later_ones_nothing(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        let refused = ledger.app.active_playbook().await.unwrap_err();
        assert!(matches!(refused, Error::Conflict(refusal) if refusal.code == "no-playbook"));
        assert_eq!(ledger.app.settle_playbook().await.unwrap(), AtStart::Activated);
        assert_eq!(ledger.app.settle_playbook().await.unwrap(), AtStart::Same);
        let active = ledger.app.active_playbook().await.unwrap();
        assert_eq!(active.digest(), Files::shipped().digest());

        let operator = Caller::operator();
        ledger.app.activate_playbook(&operator, None, with_telephone("110")).await.unwrap();
        assert_eq!(ledger.app.settle_playbook().await.unwrap(), AtStart::Differ);
        ledger.seal().await;
        assert_eq!(ledger.verify().await.position, 2);
        assert_eq!(ledger.faults().await, [""; 0]);
    }

    async fn an_edited_playbook_holds_for_the_next_draft_and_the_old_one_is_read_for_ever(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.app.settle_playbook().await.unwrap();
        let before = ledger.app.active_playbook().await.unwrap().digest().to_owned();
        let operator = Caller::operator();
        let files = with_telephone("0374-1234567");
        let activated = ledger.app.activate_playbook(&operator, None, files).await.unwrap();
        assert_eq!(activated.files, [XUCHANG]);

        // As another process sees it, which has read neither before.
        let other = Ledger::on(&db.another().await, 2);
        let region = "411081".parse().unwrap();
        let phone = async |digest: &str| {
            let playbook = other.app.playbook(digest).await.unwrap();
            playbook.profile(region).unwrap().duty_phone.clone()
        };
        assert_eq!(phone(&before).await, "0374-0000000");
        assert_eq!(phone(&activated.digest).await, "0374-1234567");
        let active = other.app.active_playbook().await.unwrap();
        assert_eq!(active.digest(), activated.digest);
    }

    async fn what_is_in_force_already_is_no_act(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.app.settle_playbook().await.unwrap();
        let operator = Caller::operator();
        let again = ledger.app.activate_playbook(&operator, None, Files::shipped()).await.unwrap();
        assert!(!again.changed);
        assert_eq!(ledger.seal().await.position, 1);
    }

    async fn a_faulty_playbook_is_refused_with_its_places_and_nothing_changes(db: TestDb) {
        let ledger = Ledger::on(&db, 1);
        ledger.app.settle_playbook().await.unwrap();
        let files = with_telephone("0374-0000000\"\nnobody = \"");
        let refused = ledger.app.activate_playbook(&Caller::operator(), None, files).await;
        let Err(Error::Invalid(faults)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(faults[0].field, format!("{XUCHANG}:9"));
        assert!(faults[0].text.contains("unknown field `nobody`"), "{faults:?}");
        assert_eq!(ledger.app.settle_playbook().await.unwrap(), AtStart::Same);
    }

    async fn two_nodes_that_start_together_activate_once(db: TestDb) {
        let first = Ledger::on(&db.another().await, 1);
        let second = Ledger::on(&db.another().await, 2);
        let (one, other) = tokio::join!(first.app.settle_playbook(), second.app.settle_playbook());
        one.unwrap();
        other.unwrap();
        assert_eq!(first.seal().await.position, 1);
    }
}
