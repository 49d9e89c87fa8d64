//! Advisories as their audience hears of them: published, lifted, taken the place of, and what came of
//! every letter.

use std::collections::HashSet;

use chrono::TimeDelta;
use qingkong::app::Caller;
use qingkong::app::journal::verify;
use qingkong::playbooks::{File, Files};
use serde_json::{Value, json};

use super::advisory::{control, county_clerk, draft, dust, get, merged, publish, show, sign, step};
use super::bureau::Bureau;
use super::sinks::{Received, Sinks, count, until_sent};
use crate::backup::{restore, take};
use crate::database::scalar;
use crate::fakes::smtp::Misbehaviour;
use crate::fakes::webhook::Answer;
use crate::world::{Visitor, World};

const PROFILE: &str = "regions/410000-henan/411000-xuchang.toml";

/// The mailboxes and endpoints of the plants on the list that lie below a code.
async fn points(bureau: &Bureau, stem: &str) -> usize {
    let mut tx = bureau.world.db.read().await.unwrap();
    let points: i64 = tx
        .scalar(
            "SELECT COUNT(c.email) + COUNT(c.webhook)
               FROM recipient r
               JOIN contact   c ON c.recipient_key = r.recipient_key
              WHERE r.kind = 'plant'
                AND r.region LIKE $1",
            (format!("{stem}%"),),
        )
        .await
        .unwrap();
    usize::try_from(points).unwrap()
}

/// The letters that are about advisories, each of which arrived once.
fn about_advisories(sinks: &Sinks) -> Vec<Received> {
    let arrivals = sinks.arrivals();
    let letters = sinks.letters().into_iter();
    let about = ["临时管控", "健康提示", r#""type":"advisory."#];
    let letters = letters.filter(|it| about.iter().any(|said| it.text.contains(said)));
    letters
        .inspect(|it| assert_eq!(arrivals[&it.id], 1))
        .collect()
}

/// Whom letters were for.
fn recipients(letters: &[Received]) -> Vec<String> {
    let name = |letter: &Received| {
        if let Ok(event) = serde_json::from_str::<Value>(&letter.text) {
            return event["data"]["recipient"].as_str().unwrap().to_owned();
        }
        let line = letter.text.lines().find_map(|line| line.strip_suffix('：'));
        line.expect("a mail says whom it is for").to_owned()
    };
    let mut names: Vec<_> = letters.iter().map(name).collect();
    names.sort_unstable();
    names
}

/// Who was told how far of a step, as the interface has it.
async fn listed(bureau: &Bureau, id: &str, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/advisories/{id}/recipients?{query}");
    let page = get(&bureau.officer, &path).await;
    page["items"].as_array().unwrap().clone()
}

async fn lift(bureau: &Bureau, id: &str) {
    let reason = json!({ "reason": "冷空气提前到达" });
    step(&bureau.officer, id, "lift", &reason).await;
}

/// A playbook whose region tells enterprises and offices of health notices.
async fn tell_of_health(bureau: &Bureau) {
    let shipped = Files::shipped();
    let before = &shipped.get(PROFILE).unwrap().text;
    let text = before.replace(
        "health_notice = []",
        r#"health_notice = ["enterprises", "offices"]"#,
    );
    assert_ne!(*before, text);
    let path = PROFILE.to_owned();
    let edited = Files::of(shipped.iter().cloned().chain([File { path, text }]));
    let app = bureau.world.app();
    app.activate_playbook(&Caller::operator(), None, edited)
        .await
        .unwrap();
}

both_engines! {
    async fn a_control_is_told_to_every_enterprise_of_its_area_and_so_is_its_end(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 40, &sinks).await;
        let id = publish(&bureau, &merged(control(), &json!({ "parts": ["411081", "411082"] }))).await;
        until_sent(&bureau.world).await;
        let begun = about_advisories(&sinks);
        let expected = points(&bureau, "411081").await + points(&bureau, "411082").await;
        assert!(expected > 0 && expected < points(&bureau, "4110").await);
        assert_eq!(begun.len(), expected);
        for letter in &begun {
            for said in ["豫环委攻坚办〔2026〕88号", "建议儿童、老年人减少户外活动"] {
                assert!(letter.text.contains(said), "{}", letter.text);
            }
            assert_eq!(letter.token, "", "there is nothing to answer: {}", letter.text);
            let compels_nobody = letter.text.contains("不属预警，不含强制性措施")
                || letter.text.contains(r#""type":"advisory.published""#)
                    && letter.text.contains(r#""compulsory":false"#);
            assert!(compels_nobody, "{}", letter.text);
        }

        lift(&bureau, &id).await;
        until_sent(&bureau.world).await;
        let all = about_advisories(&sinks);
        let (ended, before): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| {
            it.text.contains("起提前结束") && it.text.contains("原因：冷空气提前到达")
                || it.text.contains(r#""type":"advisory.lifted""#)
        });
        assert_eq!(before.len(), expected);
        assert_eq!(recipients(&ended), recipients(&begun));

        let told = show(&bureau, &id).await["told"].clone();
        let plants = scalar(
            &bureau.world.db,
            "SELECT COUNT(*) FROM recipient
              WHERE kind = 'plant' AND region IN ('411081', '411082')",
        )
        .await;
        for (nth, (seq, tells)) in [(4, "published"), (5, "lifted")].into_iter().enumerate() {
            let counts = json!({
                "step": seq, "tells": tells, "at": told[nth]["at"], "recipients": plants,
                "handed_over": plants, "waiting": 0, "failed": 0, "overtaken": 0, "unreachable": 0,
            });
            assert_eq!(told[nth], counts);
        }
        let report = verify::verify(&bureau.world.db, None).await.unwrap();
        assert!(report.is_whole(), "{:?}", report.faults);
        let entries = "SELECT COUNT(*) FROM journal_entry
                        WHERE kind = 'messages.attempted' AND subject LIKE 'advisory %'";
        assert!(scalar(&bureau.world.db, entries).await > 0);
        bureau.world.service.stop().await;
    }

    async fn a_health_notice_is_told_to_whom_the_playbook_names(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 12, &sinks).await;
        let id = publish(&bureau, &dust()).await;
        assert_eq!(show(&bureau, &id).await["told"][0]["recipients"], 0);
        assert_eq!(count(&bureau.world.db, "due").await, 0);

        tell_of_health(&bureau).await;
        publish(&bureau, &dust()).await;
        until_sent(&bureau.world).await;
        let letters = about_advisories(&sinks);
        let offices = 3;
        assert_eq!(letters.len(), points(&bureau, "4110").await + offices);
        assert!(letters.iter().any(|it| it.text.contains("许昌市生态环境局禹州分局：")));
        assert!(letters.iter().all(|it| it.text.contains("沙尘")));
        // The one that nobody was told of is lifted in silence.
        lift(&bureau, &id).await;
        assert_eq!(count(&bureau.world.db, "due").await, 0);
        bureau.world.service.stop().await;
    }

    async fn what_fails_is_tried_again_as_the_same_letter_and_seen(db: TestDb) {
        let busy = || Answer::Status("503 Service Unavailable", "");
        let sinks = Sinks::start_with([busy(), busy()]).await;
        sinks.mail.instead("RCPT", Misbehaviour::Reply("550 5.1.1 no such user"));
        let bureau = Bureau::sending(db, 40, &sinks).await;
        // A plant whose people can be reached in no way, and one with a single mailbox.
        let mut tx = bureau.world.db.begin().await.unwrap();
        for (statement, rows) in [
            ("UPDATE contact SET email = NULL, webhook = NULL WHERE recipient_key = 2", 1..),
            ("UPDATE contact SET active = FALSE WHERE recipient_key = 3 AND position > 0", 0..),
        ] {
            assert!(rows.contains(&tx.execute(statement, ()).await.unwrap()));
        }
        tx.commit().await.unwrap();
        let id = publish(&bureau, &control()).await;
        until_sent(&bureau.world).await;

        let requests = sinks.endpoint.requests();
        let ids: Vec<_> = requests.iter().map(|it| it.header("webhook-id")).collect();
        let distinct: HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len() + 2, "two were refused once: {ids:?}");

        let unreachable = listed(&bureau, &id, "step=4&reached=unreachable").await;
        assert_eq!(unreachable.len(), 1);
        assert_eq!(unreachable[0]["messages"], json!([]));
        let everyone = listed(&bureau, &id, "step=4").await;
        assert_eq!(everyone.len(), 40);
        let messages = everyone.iter().flat_map(|it| it["messages"].as_array().unwrap());
        let messages: Vec<_> = messages.collect();
        let again = messages.iter().filter(|it| it["channel"] == "webhook" && it["attempts"] != 1);
        assert!(again.clone().count() >= 1);
        assert!(again.clone().all(|it| it["reached"] == "handed-over"), "{messages:?}");
        let dead: Vec<_> = messages.iter().filter(|it| it["reached"] == "failed").collect();
        assert_eq!(dead.len(), 1);
        assert!(dead[0]["reply"].as_str().unwrap().contains("550"), "{dead:?}");

        // The dead letter names the advisory, and goes out again under its id.
        let (_, letters) = Visitor::json(bureau.officer.get("/api/v1/dead-letters")).await;
        let letter = &letters["items"][0];
        assert_eq!((&letter["advisory"], letter.get("order")), (&json!(id), None));
        let path = format!("/api/v1/dead-letters/{}/redrive", letter["message"]);
        assert_eq!(Visitor::json(bureau.officer.post(&path, &json!({}))).await.0, 200);
        until_sent(&bureau.world).await;
        assert_eq!(count(&bureau.world.db, "dead").await, 0);
        let message = format!("_{}", letter["message"]);
        let arrived = sinks.letters();
        assert_eq!(arrived.iter().filter(|it| it.id.ends_with(&message)).count(), 1);
        bureau.world.service.stop().await;
    }

    async fn whoever_has_not_heard_of_it_hears_only_that_it_has_ended(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let bureau = Bureau::sending(db, 12, &sinks).await;
        let id = publish(&bureau, &control()).await;
        lift(&bureau, &id).await;
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        let mails = sinks.mail.seen().mails.len();
        assert!(mails > 0);
        let letters = about_advisories(&sinks);
        let mailed = letters.iter().filter(|it| it.text.contains("起提前结束")).count();
        assert_eq!(mailed, mails, "no mail says that it begins");
        let told = show(&bureau, &id).await["told"].clone();
        assert_eq!(told[1]["handed_over"], 12);
        let overtaken = "SELECT COUNT(*)
                           FROM attempt a
                           JOIN message m ON m.message_key = a.message_key
                          WHERE m.channel = 'email'
                            AND a.reply = 'superseded by step 5 of the advisory'";
        let overtaken = usize::try_from(scalar(&bureau.world.db, overtaken).await).unwrap();
        assert_eq!(overtaken, mails);
        bureau.world.service.stop().await;
    }

    async fn what_has_run_out_is_told_to_nobody_any_more(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let mut bureau = Bureau::sending(db, 12, &sinks).await;
        let id = publish(&bureau, &control()).await;
        let mails = "SELECT COUNT(*) FROM message WHERE channel = 'email'";
        let mails = scalar(&bureau.world.db, mails).await;
        // Its end is the 27th at 24 o'clock, 76 hours from now.
        bureau.hours_pass(76).await;
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        assert_eq!(sinks.mail.seen().mails.len(), 0);
        let moot = "SELECT COUNT(*) FROM attempt WHERE reply = 'the advisory has run out'";
        assert!(scalar(&bureau.world.db, moot).await >= mails);
        assert_eq!(count(&bureau.world.db, "dead").await, 0, "nobody has to look at it");
        let told = show(&bureau, &id).await["told"][0].clone();
        let (over, sent) = (told["overtaken"].as_i64(), told["handed_over"].as_i64());
        assert_eq!(over.zip(sent).map(|(over, sent)| over + sent), Some(12), "{told}");
        bureau.world.service.stop().await;
    }

    async fn whoever_hears_only_of_an_end_that_is_ahead_hears_what_applies_until_then(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let bureau = Bureau::sending(db, 12, &sinks).await;
        publish(&bureau, &control()).await;
        bureau.carry("start", "orange", "2026-11-26T08:00", "许环委办〔2026〕1号").await;
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        let mails = about_advisories(&sinks).into_iter();
        let mails: Vec<_> = mails.filter(|it| it.text.contains("临时管控由预警取代")).collect();
        assert!(!mails.is_empty());
        let text = control()["text"].as_str().unwrap().to_owned();
        for mail in mails {
            assert!(mail.text.contains(&format!("仍然适用：{text}")), "{}", mail.text);
        }
        bureau.world.service.stop().await;
    }

    async fn a_step_that_tells_nobody_has_no_audience(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let id = publish(&bureau, &control()).await;
        for step in [0, 1, 5] {
            let path = format!("/api/v1/advisories/{id}/recipients?step={step}");
            let (status, refused) = Visitor::json(bureau.officer.get(&path)).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("step")), "{refused}");
        }
        bureau.world.service.stop().await;
    }

    async fn a_control_that_gives_way_tells_whoever_heard_of_it(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 12, &sinks).await;
        let id = publish(&bureau, &control()).await;
        until_sent(&bureau.world).await;
        let begun = about_advisories(&sinks);
        // Nobody hears of one that is signed and not public.
        let signed = draft(&bureau, &control()).await;
        sign(&bureau, &signed).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-26T08:00", "许环委办〔2026〕1号").await;
        until_sent(&bureau.world).await;
        let warning = issued["warning"].as_str().unwrap();
        let ended: Vec<_> = about_advisories(&sinks)
            .into_iter()
            .filter(|it| it.text.contains("临时管控由预警取代") || it.text.contains(warning))
            .filter(|it| !it.text.contains("order.issued"))
            .collect();
        assert_eq!(recipients(&ended), recipients(&begun));
        assert!(ended.iter().all(|it| it.text.contains("2026年11月26日8时")), "{ended:?}");
        let told = show(&bureau, &id).await["told"].clone();
        assert_eq!((&told[1]["tells"], &told[1]["handed_over"]), (&json!("lifted"), &json!(12)));
        let mut tx = bureau.world.db.read().await.unwrap();
        let (orders, ends): (i64, i64) = tx
            .one(
                "SELECT MAX(o.message_key), MIN(a.message_key)
                   FROM message o, message a
                  WHERE o.order_key IS NOT NULL
                    AND a.step = (SELECT MAX(step) FROM message WHERE advisory_key IS NOT NULL)
                    AND a.advisory_key IS NOT NULL",
                (),
            )
            .await
            .unwrap();
        drop(tx);
        assert!(orders < ends, "orders leave before the news of an end");
        // The warning's orders are counted by themselves.
        let orders = bureau.warning(&issued["warning"]).await["orders"].clone();
        assert_eq!(orders, json!({ "handed-over": bureau.recipients }));
        bureau.adds_up(&issued["warning"]).await;
        bureau.world.service.stop().await;
    }

    async fn whoever_was_erased_is_not_written_to_and_the_record_keeps_the_enterprise(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let bureau = Bureau::sending(db, 5, &sinks).await;
        let id = publish(&bureau, &control()).await;
        let before = listed(&bureau, &id, "step=4").await;
        let mut tx = bureau.world.db.begin().await.unwrap();
        tx.execute("DELETE FROM contact WHERE webhook IS NULL", ()).await.unwrap();
        tx.commit().await.unwrap();
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        let after = listed(&bureau, &id, "step=4").await;
        let names = |all: &[Value]| all.iter().map(|it| it["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&after), names(&before));
        let erased = after.iter().flat_map(|it| it["messages"].as_array().unwrap());
        let erased: Vec<_> = erased.filter(|it| it.get("role").is_none()).collect();
        assert!(!erased.is_empty());
        for message in erased {
            assert_eq!(message["reply"], "the contact has left the list");
        }
        bureau.world.service.stop().await;
    }

    async fn after_a_restore_it_waits_for_a_person_like_everything_else(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let to = db.unmigrated_like().await;
        let bureau = Bureau::sending(db, 5, &sinks).await;
        publish(&bureau, &control()).await;
        let mails = "SELECT COUNT(*) FROM message WHERE state = 'due' AND channel = 'email'";
        let waiting = scalar(&bureau.world.db, mails).await;
        assert!(waiting >= 5);
        let backup = take(&bureau.world.db).await;
        let (keyring, now) = (bureau.world.config.keyring_file(), bureau.world.clock.now());
        bureau.world.service.stop().await;
        restore(&to, &backup).await.unwrap();
        sinks.mail.behave();

        let world = World::at(to, now + TimeDelta::hours(1), 2, |config| {
            sinks.connect(config);
            std::fs::copy(keyring, config.keyring_file()).unwrap();
        })
        .await;
        let bureau = Bureau::signed_in(world, 0).await;
        assert_eq!(scalar(&bureau.world.db, mails).await, waiting, "it is held");
        assert_eq!(sinks.mail.seen().mails.len(), 0);
        // The region of the advisory has to be the caller's.
        let release = bureau.officer.post("/api/v1/outbox/release", &json!({}));
        assert_eq!(Visitor::json(release).await.0, 200);
        until_sent(&bureau.world).await;
        assert_eq!(sinks.mail.seen().mails.len(), usize::try_from(waiting).unwrap());
        bureau.world.service.stop().await;
    }

    async fn a_county_sees_who_was_told_in_it_and_nobody_elsewhere(db: TestDb) {
        let bureau = Bureau::new(db, 40).await;
        let id = publish(&bureau, &control()).await;
        let clerk = county_clerk(&bureau, "411081").await;
        let mine = "SELECT COUNT(*) FROM recipient WHERE kind = 'plant' AND region = '411081'";
        let mine = scalar(&bureau.world.db, mine).await;
        assert!((1..40).contains(&mine));
        let view = get(&clerk, &format!("/api/v1/advisories/{id}")).await;
        assert_eq!(view["told"][0]["recipients"], mine);
        let page = get(&clerk, &format!("/api/v1/advisories/{id}/recipients?step=4")).await;
        let regions: HashSet<_> =
            page["items"].as_array().unwrap().iter().map(|it| it["region"].clone()).collect();
        assert_eq!(regions, HashSet::from([json!("411081")]));
        assert_eq!(show(&bureau, &id).await["told"][0]["recipients"], 40);
        bureau.world.service.stop().await;
    }

    async fn a_step_tells_a_contact_point_once(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        publish(&bureau, &control()).await;
        let again = "INSERT INTO message
                            (message_key, lane, advisory_key, recipient_key, contact_key, channel,
                             step, state, due_at, attempts)
                     SELECT message_key + 1000, lane, advisory_key, recipient_key, contact_key,
                            channel, step, state, due_at, attempts
                       FROM message";
        let neither = "INSERT INTO message
                              (message_key, lane, contact_key, channel, step, state, due_at, attempts)
                       VALUES (9000, 'live', 1, 'email', 1, 'due', 0, 0)";
        let both = "UPDATE message SET plan_key = 1, order_key = 1";
        for statement in [again, neither, both] {
            let mut tx = bureau.world.db.begin().await.unwrap();
            assert!(tx.execute(statement, ()).await.is_err(), "{statement}");
        }
        bureau.world.service.stop().await;
    }
}
