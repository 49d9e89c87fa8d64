//! What is kept for how long, and what is measured meanwhile.

use chrono::TimeDelta;
use qingkong::app::answer::{AnswerIn, Answerer};
use qingkong::app::enroll::{self, Import};
use qingkong::app::journal::verify;
use qingkong::app::link::Link;
use qingkong::app::{App, Caller};
use qingkong::domain::lane::Live;
use qingkong::domain::order::AnswerKind;
use qingkong::store::ladder::{self, Unsent};
use qingkong::store::outbox;

use crate::database::scalar;
use crate::fakes::smtp::Misbehaviour;
use crate::stories::bureau::Bureau;
use crate::stories::sinks::{Sinks, until, until_sent};
use crate::world::{REGION, start};

/// Acknowledges an order in so many words.
async fn acknowledge(app: &App, link: Link, words: &str) {
    let answer = AnswerIn {
        order: link.order,
        revision: 1,
        kind: AnswerKind::Acknowledged,
        unit: None,
        reason: None,
        note: Some(words.to_owned()),
        nonce: "n1".to_owned(),
    };
    app.answer_order(&Answerer::Link(link), answer)
        .await
        .unwrap();
}

/// The list as it is, without its first plant.
pub(crate) async fn strike_a_plant(app: &App) {
    let operator = Caller::operator();
    let mut export = enroll::export::begin(app, &operator, None).await.unwrap();
    let mut plants = export.next_page(app).await.unwrap();
    plants.remove(0);
    let import = Import {
        list_region: REGION.parse().unwrap(),
        source: "list.csv".to_owned(),
        plants,
        replaces: true,
    };
    enroll::import_plants(app, &operator, None, import)
        .await
        .unwrap();
}

both_engines! {
    async fn what_is_not_record_is_kept_as_long_as_configured_and_the_record_for_ever(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 5, &sinks).await;
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until_sent(&bureau.world).await;
        let (db, app) = (&bureau.world.db, bureau.world.app());
        let link = Link::open(&sinks.letters()[0].token, &app.keyring).unwrap();
        acknowledge(app, link, "一号窑九时停").await;
        strike_a_plant(app).await;
        let mut tx = db.begin().await.unwrap();
        let tomorrow = (start() + TimeDelta::days(1)).timestamp_millis();
        for (id, ends_at) in [("of a day", Some(tomorrow)), ("for ever", None)] {
            tx.execute(
                "INSERT INTO token (id, account, label, digest, scopes, created_at, ends_at)
                 SELECT $1, id, '', $1, '*', 0, $2 FROM account WHERE name = 'zhiban'",
                (id, ends_at),
            )
            .await
            .unwrap();
        }
        // One that an early release has retired: nobody noted when.
        let retired = tx.execute(
            "UPDATE contact
                SET active = FALSE
              WHERE contact_key = (SELECT MIN(contact_key)
                                     FROM contact   c
                                     JOIN recipient r ON r.recipient_key = c.recipient_key
                                    WHERE r.kind = 'office')",
            (),
        );
        assert_eq!(retired.await.unwrap(), 1);
        tx.commit().await.unwrap();
        let contacts = "SELECT COUNT(*) FROM contact";
        let of_struck = "SELECT COUNT(*) FROM contact
                          WHERE recipient_key IN (SELECT recipient_key FROM recipient WHERE NOT active)";
        let (all, struck) = (scalar(db, contacts).await, scalar(db, of_struck).await);
        assert!(struck > 0 && struck < all);
        let tokens = "SELECT COUNT(*) FROM token";
        let words = "SELECT COUNT(*) FROM answer_note";

        bureau.world.fast_forward(TimeDelta::days(90)).await;
        assert_eq!(scalar(db, tokens).await, 2, "ended less than 90 days ago");
        bureau.world.fast_forward(TimeDelta::days(2)).await;
        assert_eq!((scalar(db, tokens).await, scalar(db, contacts).await), (1, all));
        bureau.world.fast_forward(TimeDelta::days(280)).await;
        assert_eq!((scalar(db, contacts).await, scalar(db, of_struck).await), (all - struck, 0));
        assert_eq!(scalar(db, words).await, 1, "the words of an answer are kept for three years");
        bureau.world.fast_forward(TimeDelta::days(1_095)).await;
        assert_eq!(scalar(db, words).await, 0);
        assert_eq!(scalar(db, contacts).await, all - struck - 1, "retired since it was first seen");

        assert_eq!(scalar(db, "SELECT COUNT(*) FROM answer WHERE note_digest IS NOT NULL").await, 1);
        let report = verify::verify(db, None).await.unwrap();
        assert!(report.is_whole(), "{:?}", report.faults);
        bureau.world.service.stop().await;
    }

    async fn nothing_goes_where_all_is_to_be_kept(db: TestDb) {
        let sinks = Sinks::start().await;
        let world = crate::world::World::with(db, |config| {
            sinks.connect(config);
            config.retention.answer_words_days = 0;
            config.retention.retired_contacts_days = 0;
        })
        .await;
        let bureau = Bureau::over_sinks(world, 5, &sinks).await;
        let (db, app) = (&bureau.world.db, bureau.world.app());
        strike_a_plant(app).await;
        let contacts = scalar(db, "SELECT COUNT(*) FROM contact").await;
        bureau.world.fast_forward(TimeDelta::days(20_000)).await;
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM contact").await, contacts);
        bureau.world.service.stop().await;
    }

    async fn orders_nobody_was_handed_are_counted_since_their_issue(db: TestDb) {
        let sinks = Sinks::start().await;
        for _ in 0..500 {
            sinks.mail.instead("greeting", Misbehaviour::HangUp);
        }
        let bureau = Bureau::sending(db, 30, &sinks).await;
        let db = &bureau.world.db;
        let unsent = async || {
            let mut tx = db.read().await.unwrap();
            ladder::count_unsent::<Live>(&mut tx).await.unwrap()
        };
        assert_eq!(unsent().await, Unsent::default());
        let issued_at = bureau.world.clock.now();
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until("every webhook is sent", async || {
            scalar(db, "SELECT COUNT(*) FROM message WHERE state = 'due' AND channel <> 'email'").await == 0
        })
        .await;
        let by_mail_alone = scalar(
            db,
            "SELECT COUNT(DISTINCT order_key) FROM message m
              WHERE NOT EXISTS (SELECT 1 FROM message o
                                 WHERE o.order_key = m.order_key AND o.state = 'delivered')",
        )
        .await;
        let expected = Unsent {
            orders: by_mail_alone,
            since: Some(issued_at),
        };
        assert!(by_mail_alone > 0);
        assert_eq!(unsent().await, expected);
        sinks.mail.behave();
        until_sent(&bureau.world).await;
        assert_eq!(unsent().await, Unsent::default());

        // A dead letter is one to look after while its warning stands.
        let mut tx = db.begin().await.unwrap();
        for (touch, dead) in [
            ("UPDATE message SET state = 'dead' WHERE message_key = (SELECT MIN(message_key) FROM message)", 1),
            ("UPDATE warning SET open = FALSE", 0),
        ] {
            assert_eq!(tx.execute(touch, ()).await.unwrap(), 1);
            let depth = outbox::depth::<Live>(&mut tx, issued_at).await.unwrap();
            assert_eq!(depth.dead, dead);
        }
        drop(tx);

        let app = bureau.world.app();
        let link = Link::open(&sinks.letters()[0].token, &app.keyring).unwrap();
        acknowledge(app, link, "").await;
        let metrics = bureau.officer.get("/metrics").send().await.unwrap().text().await.unwrap();
        for watched in [
            "qingkong_orders_unsent_seconds{lane=\"live\"}",
            "qingkong_delivery_seconds_bucket{lane=\"live\",channel=\"email\",le=\"300\"}",
            "qingkong_answer_durable_seconds_bucket{le=\"1\"}",
            "qingkong_journal_unsealed_age_seconds",
            "qingkong_outbox_held",
        ] {
            assert!(metrics.contains(watched), "{watched}: {metrics}");
        }
        bureau.world.service.stop().await;
    }
}
