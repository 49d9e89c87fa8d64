//! Answers to orders: kept once, marked when late, and never lost to a newer notice.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::join_all;
use qingkong::app::answer::{AnswerIn, Answered, Answerer};
use qingkong::app::link::{Link, LinkRole};
use qingkong::app::{App, Caller, Error};
use qingkong::domain::digest::Digest;
use qingkong::domain::id::{ContactKey, OrderKey};
use qingkong::domain::journal::{RowTable, Rows, RowsDigest};
use qingkong::domain::level::WarningLevel::Red;
use qingkong::domain::notice::NoticeKind::Raise;
use qingkong::domain::order::AnswerKind::{self, Acknowledged, Help, InPlace, Objection};
use qingkong::domain::order::Rung;
use qingkong::domain::plan::Change::{Replace, Tell};
use qingkong::store::{answer, ladder};

use crate::episode::{Episode, OnList, UNITS, by_mail};
use crate::world::{World, start};

fn answer(plant: &OnList, kind: AnswerKind, nonce: &str) -> AnswerIn {
    AnswerIn {
        order: plant.order,
        revision: 1,
        kind,
        unit: None,
        reason: None,
        note: None,
        nonce: nonce.to_owned(),
    }
}

fn holder(plant: &OnList) -> Answerer {
    Answerer::Link(Link {
        order: plant.order,
        contact: plant.contact,
        role: LinkRole::Answer,
    })
}

async fn give(app: &App, plant: &OnList, asked: AnswerIn) -> Answered {
    app.answer_order(&holder(plant), asked).await.unwrap()
}

async fn plants(world: &World, count: usize) -> Episode {
    Episode::begin(&world.db, "playbook", (0..count).map(by_mail).collect()).await
}

both_engines! {
    async fn an_answer_is_on_record_with_its_entry_in_the_journal(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let answered = give(world.app(), plant, answer(plant, Acknowledged, "n1")).await;
        assert_eq!(
            (answered.rung, answered.late, answered.repeated, answered.stands.revision),
            (Rung::Acknowledged, false, false, 1)
        );

        let mut tx = world.db.read().await.unwrap();
        let records = answer::list_answers(&mut tx, &[plant.order]).await.unwrap();
        assert_eq!(records.len(), 1);
        let mut digest = RowsDigest::default();
        digest.add(records[0].key.0, &records[0].digest().to_string());
        let (vouches, region): (String, String) = tx
            .one("SELECT vouches, region FROM journal_entry WHERE kind = 'orders.answered'", ())
            .await
            .unwrap();
        let vouches: Vec<Rows> = serde_json::from_str(&vouches).unwrap();
        let key = answered.key.0;
        let expected = Rows { table: RowTable::Answer, from: key, to: key, digest: digest.finish() };
        assert_eq!((vouches, region.as_str()), (vec![expected], "411000"));
    }

    async fn a_repeat_is_told_the_first_answer_however_many_come_at_once(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let repeats = (0..32).map(|_| give(world.app(), plant, answer(plant, Acknowledged, "n1")));
        let answers = join_all(repeats).await;
        assert_eq!(answers.iter().filter(|answered| !answered.repeated).count(), 1);
        assert!(answers.iter().all(|answered| answered.key == answers[0].key));
        let later = give(world.app(), plant, answer(plant, Acknowledged, "n1")).await;
        assert_eq!((later.key, later.repeated), (answers[0].key, true));
        let count: i64 =
            world.db.read().await.unwrap().scalar("SELECT COUNT(*) FROM answer", ()).await.unwrap();
        assert_eq!(count, 1);
    }

    async fn a_nonce_stands_for_one_answer_only(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let objection = |note: &str| AnswerIn {
            reason: Some("unsafe".to_owned()),
            note: Some(note.to_owned()),
            ..answer(plant, Objection, "n1")
        };
        let first = give(world.app(), plant, objection("窑内有料")).await;
        let same = give(world.app(), plant, objection(" 窑内有料 ")).await;
        assert_eq!((same.key, same.repeated), (first.key, true));
        for other in [objection("另一个说法"), answer(plant, Acknowledged, "n1")] {
            let refused = world.app().answer_order(&holder(plant), other).await.unwrap_err();
            assert!(matches!(&refused, Error::Conflict(refusal) if refusal.code == "answer-reused"));
        }
    }

    async fn a_late_answer_is_kept_and_marked(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 2).await;
        let [first, second] = &episode.plants[..] else { unreachable!("two plants") };
        world.clock.advance(TimeDelta::hours(2));
        assert!(!give(world.app(), first, answer(first, Acknowledged, "n1")).await.late);
        world.clock.advance(TimeDelta::milliseconds(1));
        let late = give(world.app(), second, answer(second, Acknowledged, "n1")).await;
        assert_eq!((late.late, late.rung), (true, Rung::Acknowledged));
        // In place is due at the start hour, 24:00, not with the acknowledgement.
        assert!(!give(world.app(), second, answer(second, InPlace, "n2")).await.late);
    }

    async fn an_acknowledgement_first_given_by_being_in_place_is_late_by_its_own_deadline(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 3).await;
        let [in_time, whole, unit] = &episode.plants[..] else { unreachable!("three plants") };
        world.clock.advance(TimeDelta::hours(2));
        give(world.app(), in_time, answer(in_time, InPlace, "n1")).await;
        world.clock.advance(TimeDelta::milliseconds(1));
        let one_unit =
            AnswerIn { unit: Some(UNITS[0].to_owned()), ..answer(unit, InPlace, "n1") };
        for (plant, asked) in [(whole, answer(whole, InPlace, "n1")), (unit, one_unit)] {
            // In place is due at the start hour, 24:00: that word is in time.
            assert!(!give(world.app(), plant, asked).await.late);
        }

        let mut tx = world.db.read().await.unwrap();
        let stored = ladder::list_stored(&mut tx, episode.warning).await.unwrap();
        let heads = episode.plants.iter().map(|plant| stored.heads[&plant.order].head);
        let read: Vec<_> = heads.map(|head| (head.acknowledged, head.late)).collect();
        assert_eq!(read, [(1, 0), (1, 1), (1, 1)]);
        assert_eq!(stored, ladder::rebuild(&mut tx, episode.warning).await.unwrap());
    }

    async fn an_answer_to_a_replaced_revision_is_kept_for_it_and_says_what_stands(db: TestDb) {
        let world = World::new(db).await;
        let mut episode = plants(&world, 2).await;
        let change = |at| if at == 0 { Replace } else { Tell };
        episode.issue(Raise, Red, start(), |at| Some(change(at))).await;
        let [replaced, told] = &episode.plants[..] else { unreachable!("two plants") };

        let answered = give(world.app(), replaced, answer(replaced, Acknowledged, "n1")).await;
        assert_eq!((answered.revision, answered.stands.revision), (1, 2));
        assert_eq!((answered.stands.change, answered.rung), (Replace, Rung::Issued));

        let answered = give(world.app(), told, answer(told, Acknowledged, "n1")).await;
        assert_eq!((answered.stands.change, answered.rung), (Tell, Rung::Acknowledged));
    }

    async fn an_order_is_in_place_when_its_last_unit_is(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let report = |unit: &str, nonce: &str| AnswerIn {
            unit: Some(unit.to_owned()),
            ..answer(plant, InPlace, nonce)
        };
        let first = give(world.app(), plant, report(UNITS[0], "n1")).await;
        assert_eq!(first.rung, Rung::Acknowledged);
        let again = give(world.app(), plant, report(UNITS[0], "n2")).await;
        assert_eq!(again.rung, Rung::Acknowledged);
        let second = give(world.app(), plant, report(UNITS[1], "n3")).await;
        assert_eq!(second.rung, Rung::InPlace);
        let unknown = world.app().answer_order(&holder(plant), report("3号窑", "n4")).await;
        assert!(matches!(unknown, Err(Error::Invalid(_))), "{unknown:?}");
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(
            ladder::list_stored(&mut tx, episode.warning).await.unwrap(),
            ladder::rebuild(&mut tx, episode.warning).await.unwrap()
        );
    }

    async fn an_objection_and_a_call_for_help_say_why(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let because = |kind, reason: Option<&str>, note: Option<&str>| AnswerIn {
            reason: reason.map(str::to_owned),
            note: note.map(str::to_owned),
            ..answer(plant, kind, "n1")
        };
        for wrong in [
            because(Objection, None, None),
            because(Help, Some("exempt"), None),
            because(Objection, Some("other"), Some("  ")),
            because(Acknowledged, Some("exempt"), None),
            because(Help, Some("unclear"), Some(&"长".repeat(2_001))),
        ] {
            let refused = world.app().answer_order(&holder(plant), wrong).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
        let objected = give(world.app(), plant, because(Objection, Some("exempt"), None)).await;
        assert_eq!(objected.rung, Rung::Issued, "the order binds until an office decides");
    }

    async fn words_can_be_erased_while_the_row_still_proves_itself(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 1).await;
        let plant = &episode.plants[0];
        let asked = AnswerIn {
            reason: Some("unclear".to_owned()),
            note: Some("请联系张三".to_owned()),
            ..answer(plant, Help, "n1")
        };
        let answered = give(world.app(), plant, asked).await;
        let mut tx = world.db.begin().await.unwrap();
        let notes = answer::list_notes(&mut tx, &[answered.key]).await.unwrap();
        let salted = Digest::salted(notes[0].salt.as_bytes(), "请联系张三");
        let before = answer::list_answers(&mut tx, &[plant.order]).await.unwrap();
        assert_eq!(before[0].note, Some(salted));
        tx.execute("DELETE FROM answer_note", ()).await.unwrap();
        let stored: String = tx.scalar("SELECT digest FROM answer", ()).await.unwrap();
        let after = answer::list_answers(&mut tx, &[plant.order]).await.unwrap();
        assert_eq!(after[0].digest().to_string(), stored);
    }

    async fn only_whoever_the_order_was_sent_to_answers_it(db: TestDb) {
        let world = World::new(db).await;
        let episode = plants(&world, 2).await;
        let [own, other] = &episode.plants[..] else { unreachable!("two plants") };
        let refused = async |link: Link| {
            let who = Answerer::Link(link);
            world.app().answer_order(&who, answer(own, Acknowledged, "n1")).await.unwrap_err()
        };
        let link = |order, contact, role| Link { order, contact, role };
        let foreign_contact = link(own.order, other.contact, LinkRole::Answer);
        assert!(matches!(refused(foreign_contact).await, Error::NotFound));
        let foreign_order = link(other.order, own.contact, LinkRole::Answer);
        assert!(matches!(refused(foreign_order).await, Error::NotFound));
        let unknown = link(own.order, ContactKey(999), LinkRole::Answer);
        assert!(matches!(refused(unknown).await, Error::NotFound));
        let reader = link(own.order, own.contact, LinkRole::Read);
        assert!(matches!(refused(reader).await, Error::Forbidden));
        let mut tx = world.db.begin().await.unwrap();
        tx.execute("UPDATE contact SET active = FALSE", ()).await.unwrap();
        tx.commit().await.unwrap();
        let retired = link(own.order, own.contact, LinkRole::Answer);
        assert!(matches!(refused(retired).await, Error::NotFound));

        let operator = Answerer::Caller(Caller::operator());
        let answered = world.app().answer_order(&operator, answer(own, Acknowledged, "n1")).await;
        assert!(matches!(answered, Err(Error::Forbidden)), "{answered:?}");
        let beyond = AnswerIn { order: OrderKey(999), ..answer(own, Acknowledged, "n1") };
        let unknown = world.app().answer_order(&holder(own), beyond).await;
        assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
    }

    async fn answers_that_stream_in_during_a_raise_are_all_counted(db: TestDb) {
        let world = World::new(db).await;
        let mut episode = plants(&world, 60).await;
        let plants = episode.plants.clone();
        let app = Arc::new(world.app().clone());
        let answers = join_all(plants.iter().enumerate().map(|(at, plant)| {
            let app = Arc::clone(&app);
            async move {
                for (n, kind) in [Acknowledged, InPlace].into_iter().enumerate() {
                    // Spread over the raise, so that some come before it and some after.
                    tokio::time::sleep(std::time::Duration::from_millis(at as u64)).await;
                    give(&app, plant, answer(plant, kind, &format!("n{n}"))).await;
                }
            }
        }));
        let change = |at: usize| if at.is_multiple_of(3) { Replace } else { Tell };
        let raise = async {
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
            episode.issue(Raise, Red, start(), |at| Some(change(at))).await;
        };
        tokio::join!(answers, raise);

        let mut tx = world.db.read().await.unwrap();
        let stored = ladder::list_stored(&mut tx, episode.warning).await.unwrap();
        assert_eq!(stored, ladder::rebuild(&mut tx, episode.warning).await.unwrap());
        let on = |rung| -> i64 {
            let counts = stored.tally.iter().filter(|((_, found), _)| found.rung == rung);
            counts.map(|(_, orders)| orders).sum()
        };
        assert_eq!((on(Rung::Issued), on(Rung::InPlace)), (20, 40));
    }
}
