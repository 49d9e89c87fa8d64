//! A bureau loses its machine, restores the backup elsewhere, and goes on.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::TimeDelta;
use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use qingkong::app::{Caller, journal};
use qingkong::domain::journal::Head;
use qingkong::domain::lane::Live;
use qingkong::keyring::Keyring;
use qingkong::store::epoch::{self, Epoch};
use qingkong::store::{Db, outbox};
use serde_json::json;

use super::bureau::{Bureau, import};
use super::sinks::{Sinks, count, until, until_sent};
use crate::backup::{restore, take};
use crate::database::scalar;
use crate::fakes::smtp::Misbehaviour;
use crate::keeping::strike_a_plant;
use crate::machine::Machine;
use crate::world::{PASSWORD, Visitor, World, start};

/// Whether a sender would be given anything that is due.
async fn is_claimable(world: &World) -> bool {
    let now = world.clock.now() + TimeDelta::hours(1);
    let mut tx = world.db.begin().await.unwrap();
    let claimed = outbox::claim::<Live>(&mut tx, "a sender", now, now, 10).await;
    !claimed.unwrap().messages.is_empty()
}

async fn opens(visitor: &Visitor, token: &str) -> bool {
    let page = visitor.get(&format!("/o/{token}")).send().await.unwrap();
    assert!([200, 404].contains(&page.status().as_u16()));
    page.status() == 200
}

/// Lifts the warning that stands, and begins another.
async fn lift_and_begin_another(bureau: &mut Bureau, lift: &str, begin: &str) {
    bureau
        .carry("lift", "orange", lift, "许环委办〔2026〕2号")
        .await;
    // A day is longer than the lease of whoever sends: what is on its way by then is sent again.
    until_sent(&bureau.world).await;
    bureau.hours_pass(24).await;
    bureau
        .carry("start", "yellow", begin, "许环委办〔2026〕3号")
        .await;
    until_sent(&bureau.world).await;
}

both_engines! {
    async fn what_was_sent_since_the_backup_is_repeated_under_its_id_and_nothing_else(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let mut bureau = Bureau::sending(db, 12, &sinks).await;
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until("every webhook is sent", async || {
            let due = "SELECT COUNT(*) FROM message WHERE state = 'due' AND channel <> 'email'";
            scalar(&bureau.world.db, due).await == 0
        })
        .await;
        until("every result is sealed", async || {
            scalar(&bureau.world.db, "SELECT COUNT(*) FROM journal_pending").await == 0
        })
        .await;
        let sent_before = sinks.arrivals();
        let waiting = usize::try_from(count(&bureau.world.db, "due").await).unwrap();
        assert!(!sent_before.is_empty() && waiting >= 12, "{waiting}");

        // Beside the node that serves.
        let old = Machine::for_database(bureau.world.db.url());
        let backup = old.path("record.backup").display().to_string();
        old.done(&["backup", &backup]);

        // More happens: the mails go out, the warning is lifted, another one begins.
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        let sent_since: HashSet<String> = sinks.arrivals().into_keys()
            .filter(|id| !sent_before.contains_key(id))
            .collect();
        assert_eq!(sent_since.len(), waiting);
        lift_and_begin_another(&mut bureau, "2026-11-25T12:00", "2026-11-26T08:00").await;
        let before = sinks.letters();
        let lost = &before.last().unwrap().token;
        assert!(opens(&bureau.officer, lost).await);
        assert!(sinks.arrivals().values().all(|times| *times == 1));

        // The machine is lost; the keyring and the heads of the journal were kept elsewhere.
        let recipients = bureau.recipients;
        let told = bureau.world.config.in_data_dir(journal::head::FILE);
        std::fs::copy(&told, old.head()).unwrap();
        let new_db = bureau.world.db.unmigrated_like().await;
        let new = Machine::for_database(new_db.url());
        std::fs::copy(old.head(), new.head()).unwrap();
        let ring = bureau.world.config.keyring_file();
        std::fs::copy(ring, new.path("ring.toml")).unwrap();
        bureau.world.service.stop().await;
        let run = new.done(&["restore", &backup]);
        assert!(run.stdout.contains("as epoch 2"), "{}", run.stdout);
        let held = format!("outbox: held, {waiting} messages wait");
        assert!(run.stdout.contains(&held), "{}", run.stdout);
        assert!(!run.stderr.contains("do not open"), "{}", run.stderr);

        // Held: nobody sends, and whoever looks is told.
        let world = World::at(new_db, start() + TimeDelta::hours(30), 2, |config| {
            sinks.connect(config);
            new.path("").clone_into(&mut config.data_dir);
        })
        .await;
        let mut bureau = Bureau::signed_in(world, recipients).await;
        assert!(!is_claimable(&bureau.world).await);
        let (status, outbox) = Visitor::json(bureau.officer.get("/api/v1/outbox")).await;
        assert_eq!((status, &outbox["held"]["epoch"]), (200, &json!(2)), "{outbox}");
        assert_eq!(outbox["due"], waiting);
        let page = bureau.officer.get("/").send().await.unwrap().text().await.unwrap();
        assert!(page.contains("发件箱已暂停"), "{page}");
        assert!(!opens(&bureau.officer, lost).await, "the lost order is not on record");
        assert_eq!(sinks.letters().len(), before.len());

        // Released, by somebody who may.
        let release = |who: &Visitor| who.post("/api/v1/outbox/release", &json!({}));
        assert_eq!(Visitor::json(release(&bureau.approver)).await.0, 403);
        let (status, released) = Visitor::json(release(&bureau.officer)).await;
        assert_eq!((status, released), (200, json!({ "epoch": 2, "messages": waiting })));
        let (status, again) = Visitor::json(release(&bureau.officer)).await;
        assert_eq!((status, &again["code"]), (409, &json!("not-held")));
        until_sent(&bureau.world).await;
        let expected: HashMap<String, usize> = before.iter()
            .map(|letter| (letter.id.clone(), 1 + usize::from(sent_since.contains(&letter.id))))
            .collect();
        assert_eq!(sinks.arrivals(), expected);

        // No order is lost or doubled, and each has been handed over.
        let db = &bureau.world.db;
        let orders = i64::try_from(recipients).unwrap();
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM plan_line").await, orders);
        assert_eq!(scalar(db, "SELECT COUNT(DISTINCT order_key) FROM plan_line").await, orders);
        let handed_over = "SELECT COUNT(*) FROM order_head WHERE handed_over = 1";
        assert_eq!(scalar(db, handed_over).await, orders);

        // A link of an order that was lost opens no other one, now or later.
        lift_and_begin_another(&mut bureau, "2026-11-26T12:00", "2026-11-27T08:00").await;
        assert!(!opens(&bureau.officer, lost).await);
        let keyring = Keyring::read(&new.path("ring.toml")).unwrap();
        let known: HashSet<_> = before.iter().map(|letter| order(&letter.token, &keyring)).collect();
        let letters = sinks.letters();
        let later = letters[..].iter().filter(|letter| !expected.contains_key(&letter.id));
        let new_orders: HashSet<_> = later
            .filter(|letter| letter.text.contains("许环委办〔2026〕3号"))
            .map(|letter| order(&letter.token, &keyring))
            .collect();
        assert_eq!(new_orders.len(), recipients);
        assert!(new_orders.is_disjoint(&known), "{new_orders:?}");
        bureau.world.service.stop().await;

        verify(&new, &old.head(), &bureau.world.db).await;
    }
}

/// An epoch that a restore has begun.
async fn hold(db: &Db, number: i64) {
    let mut tx = db.begin().await.unwrap();
    let held = Epoch {
        number,
        began_at: start(),
        began_by: "command line".to_owned(),
        taken_at: start(),
        from: Head::START,
        released_at: None,
    };
    epoch::add_epoch(&mut tx, &held).await.unwrap();
    tx.commit().await.unwrap();
}

both_engines! {
    async fn after_a_restore_a_raise_reaches_a_plant_that_the_list_gained(db: TestDb) {
        const SKIPPED: &str = "SELECT COUNT(*) FROM plan_line WHERE order_key > 1000000000000";
        let new_db = db.unmigrated_like().await;
        let bureau = Bureau::new(db, 12).await;
        strike_a_plant(bureau.world.app()).await;
        let (plan, _) = bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        bureau.world.service.stop().await;
        restore(&new_db, &take(&bureau.world.db).await).await.unwrap();

        let world = World::at(new_db, start() + TimeDelta::hours(1), 2, |_| {}).await;
        let bureau = Bureau::signed_in(world, bureau.recipients).await;
        import(bureau.world.app(), 12, None).await;
        let (raised, issued) = bureau.carry("raise", "red", "2026-11-26T00:00", "许环委办〔2026〕2号").await;
        assert_eq!(raised["lines"].as_i64().unwrap(), plan["lines"].as_i64().unwrap() + 1);
        let db = &bureau.world.db;
        assert_eq!(scalar(db, SKIPPED).await, 1, "the plant's order has a number of the new epoch");
        let to_the_plant = "SELECT COUNT(*) FROM message WHERE order_key > 1000000000000";
        assert!(scalar(db, to_the_plant).await > 0);
        let of_the_raise = "SELECT COUNT(*) FROM message
                             WHERE plan_key = (SELECT MAX(plan_key) FROM plan WHERE issued_at IS NOT NULL)";
        assert_eq!(scalar(db, of_the_raise).await, issued["messages"].as_i64().unwrap());
        bureau.world.service.stop().await;
    }

    async fn a_release_takes_whoever_answers_for_the_whole_node(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let county = NewAccount {
            name: "yuzhou".to_owned(),
            password: PASSWORD.to_owned(),
            role: Role::Officer,
            region: "411081".parse().unwrap(),
            recipient: None,
            title: None,
        };
        let operator = Caller::operator();
        bureau.world.app().add_account(&operator, county, None).await.unwrap();
        let mut county = bureau.world.stranger();
        county.sign_in("yuzhou", PASSWORD).await;
        hold(&bureau.world.db, 2).await;
        let release = |who: &Visitor| {
            let request = who.post("/api/v1/outbox/release", &json!({}));
            Visitor::json(request.header("Idempotency-Key", "k"))
        };
        assert_eq!(release(&county).await.0, 403);
        let released = (200, json!({ "epoch": 2, "messages": 0 }));
        assert_eq!(release(&bureau.officer).await, released);
        assert_eq!(release(&bureau.officer).await, released, "the same act");

        // The next restore's outbox is another one.
        hold(&bureau.world.db, 3).await;
        let (status, refused) = release(&bureau.officer).await;
        assert_eq!((status, &refused["code"]), (409, &json!("idempotency-key-reused")));
        bureau.world.service.stop().await;
    }
}

fn order(token: &str, keyring: &Keyring) -> i64 {
    let link = qingkong::app::link::Link::open(token, keyring);
    link.expect("a link of ours").order.0
}

/// The chain is that of a restored record, and what is touched in it is named all the same.
async fn verify(new: &Machine, old_head: &Path, db: &Db) {
    let whole = new.done(&["journal", "verify"]);
    let restored = |line: &str| {
        line.starts_with("epoch 2 was restored from position ")
            && line.contains("known outside are of the epoch before it")
    };
    assert!(whole.stdout.lines().any(restored), "{}", whole.stdout);

    // Heads that nobody has noted the restore beside are still contradicted.
    let heads = old_head.display().to_string();
    let against_old = new.run(&["journal", "verify", "--head", &heads]);
    assert_eq!(against_old.status, 1);
    assert!(
        against_old.stdout.contains("the chain was rebuilt"),
        "{}",
        against_old.stdout
    );

    let touches: [(&str, &str); 2] = [
        (
            "UPDATE journal_entry SET body = '[' WHERE kind = 'epoch.begun'",
            "was changed",
        ),
        (
            "DELETE FROM journal_seal WHERE position > (SELECT position FROM epoch)",
            "is missing",
        ),
    ];
    for (touch, named) in touches {
        let mut tx = db.begin().await.unwrap();
        assert!(tx.execute(touch, ()).await.unwrap() > 0);
        tx.commit().await.unwrap();
        let run = new.run(&["journal", "verify"]);
        assert_eq!(run.status, 1);
        assert!(run.stdout.contains(named), "{}", run.stdout);
    }
}
