//! Erasing a person: nothing of them is left in any table, and the record stays whole.

use qingkong::app::account::NewAccount;
use qingkong::app::answer::{AnswerIn, Answerer};
use qingkong::app::caller::Role;
use qingkong::app::erase::Whom;
use qingkong::app::link::Link;
use qingkong::app::{Caller, Error, Idempotency, enroll};
use qingkong::domain::enterprise::{Plant, PlantStatus};
use qingkong::domain::order::AnswerKind;
use qingkong::files::list::ListWriter;
use qingkong::store::Db;
use reqwest::Method;

use crate::backup::rows;
use crate::database::scalar;
use crate::machine::Machine;
use crate::stories::bureau::Bureau;
use crate::stories::sinks::{Received, Sinks, until, until_sent};
use crate::world::{PASSWORD, REGION, Visitor, World};

const NAME: &str = "欧阳不忘";
const PHONE: &str = "13912345678";
const MAILBOX: &str = "ouyang@factory.example";
const ACCOUNT: &str = "ouyang-buwang";

/// Which tables still name the person.
async fn tables_that_name(db: &Db) -> Vec<String> {
    let names = |row: &String| {
        [NAME, PHONE, MAILBOX, ACCOUNT]
            .iter()
            .any(|word| row.contains(word))
    };
    let tables = rows(db).await.into_iter();
    let naming = tables.filter(|(_, rows)| rows.iter().any(names));
    naming.map(|(table, _)| table.name).collect()
}

/// The account is made, signs in and fails to once.
async fn employ(world: &World) -> Visitor {
    let (operator, once) = (Caller::operator(), once());
    let made = world.app().add_account(&operator, account(), Some(&once));
    made.await.unwrap();
    let mut visitor = world.stranger();
    visitor.sign_in(ACCOUNT, PASSWORD).await;
    let wrong = serde_json::json!({ "name": ACCOUNT, "password": "not the password" });
    visitor
        .post("/api/v1/session", &wrong)
        .send()
        .await
        .unwrap();
    visitor
}

fn account() -> NewAccount {
    NewAccount {
        name: ACCOUNT.to_owned(),
        password: PASSWORD.to_owned(),
        role: Role::Officer,
        region: REGION.parse().unwrap(),
        recipient: None,
        title: Some("科员".to_owned()),
    }
}

fn once() -> Idempotency {
    Idempotency::new("k1", &[b"add the account"]).unwrap()
}

/// A list comes in, by the account's own hand, in which the person is the first plant's contact.
async fn list(world: &World, by: &Visitor) {
    let operator = Caller::operator();
    let mut export = enroll::export::begin(world.app(), &operator, None)
        .await
        .unwrap();
    let mut plants = export.next_page(world.app()).await.unwrap();
    let works = |plant: &&mut Plant| plant.status != PlantStatus::LongStopped;
    let first = plants.iter_mut().find(works).unwrap();
    NAME.clone_into(&mut first.contacts[0].name);
    first.contacts[0].phone = Some(PHONE.parse().unwrap());
    first.contacts[0].email = Some(MAILBOX.parse().unwrap());
    let mut csv = ListWriter::begin(Vec::new()).unwrap();
    csv.add(&plants).unwrap();
    let request = by
        .request(Method::POST, "/api/v1/imports/enterprises")
        .header("content-type", "text/csv")
        .header("Idempotency-Key", "k2")
        .body(csv.finish().unwrap());
    let (status, taken) = Visitor::json(request).await;
    assert_eq!(status, 200, "{taken}");
}

/// A bureau in which the person is on the list, has got a letter, answered it and worked with an
/// account; somebody else has given the person's number. Answers with the person's link too.
async fn bureau(db: crate::database::TestDb, sinks: &Sinks) -> (Bureau, String) {
    let bureau = Bureau::sending(db, 5, sinks).await;
    let visitor = employ(&bureau.world).await;
    list(&bureau.world, &visitor).await;
    bureau
        .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
        .await;
    until_sent(&bureau.world).await;
    let app = bureau.world.app();
    let contact = scalar(
        &bureau.world.db,
        "SELECT contact_key FROM contact WHERE phone = '13912345678'",
    )
    .await;
    let letters = sinks.letters();
    let open = |letter: &Received| {
        (
            Link::open(&letter.token, &app.keyring).unwrap(),
            letter.token.clone(),
        )
    };
    let links: Vec<(Link, String)> = letters.iter().map(open).collect();
    let (own, token) = links
        .iter()
        .find(|(link, _)| link.contact.0 == contact)
        .unwrap();
    let (other, _) = links
        .iter()
        .find(|(link, _)| link.order != own.order)
        .unwrap();
    for (nonce, link, note) in [
        ("n1", *own, format!("有事请联系{NAME}")),
        ("n2", *other, format!("值班电话 {PHONE}，请勿外传")),
        ("n3", *other, "锅炉已压火".to_owned()),
    ] {
        let answer = AnswerIn {
            order: link.order,
            revision: 1,
            kind: AnswerKind::Acknowledged,
            unit: None,
            reason: None,
            nonce: nonce.to_owned(),
            note: Some(note),
        };
        app.answer_order(&Answerer::Link(link), answer)
            .await
            .unwrap();
    }
    // As an early release has noted who took in a list.
    let mut tx = bureau.world.db.begin().await.unwrap();
    tx.execute("UPDATE list_version SET imported_by = $1", (ACCOUNT,))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    until("every act is sealed", async || {
        scalar(&bureau.world.db, "SELECT COUNT(*) FROM journal_pending").await == 0
    })
    .await;
    (bureau, token.clone())
}

fn whom() -> Whom {
    Whom {
        phone: Some(PHONE.to_owned()),
        account: Some(ACCOUNT.to_owned()),
        ..Whom::default()
    }
}

both_engines! {
    async fn nothing_of_the_person_is_left_and_the_record_is_whole(db: TestDb) {
        let sinks = Sinks::start().await;
        let (bureau, token) = bureau(db, &sinks).await;
        let (db, app) = (&bureau.world.db, bureau.world.app());
        let named = [
            "account", "answer_note", "idempotency", "list_version", "contact", "sign_in_attempts",
        ];
        assert_eq!(tables_that_name(db).await, named);

        // To look changes nothing.
        let before = rows(db).await;
        let looked = app.erase_person(&Caller::operator(), &whom(), true).await.unwrap();
        assert!(rows(db).await == before);
        let erased = app.erase_person(&Caller::operator(), &whom(), false).await.unwrap();
        assert_eq!(erased, looked);
        assert_eq!((erased.contacts.len(), erased.account, erased.notes.len()), (1, true, 2));
        assert_eq!(tables_that_name(db).await, [""; 0]);

        // The answers and orders are there, and what others said.
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM answer").await, 3);
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM answer_note").await, 1);
        let orders = i64::try_from(bureau.recipients).unwrap();
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM plan_line").await, orders);
        assert_eq!(scalar(db, "SELECT COUNT(*) FROM order_head WHERE acknowledged = 1").await, 2);
        let page = bureau.officer.get(&format!("/o/{token}")).send().await.unwrap();
        assert_eq!(page.status(), 404, "the person's link opens nothing any more");

        // What was done is not done again, though its answer is gone.
        let again = app.add_account(&Caller::operator(), account(), Some(&once())).await;
        assert!(matches!(&again, Err(Error::Conflict(refusal)) if refusal.code == "answer-erased"), "{again:?}");

        // Once more there is nobody, and that is said.
        let again = app.erase_person(&Caller::operator(), &whom(), false).await.unwrap_err();
        assert!(matches!(&again, Error::Invalid(fields) if fields[0].field == "phone"), "{again}");

        // The next notice goes to everybody else; the journal verifies.
        bureau.carry("raise", "red", "2026-11-26T00:00", "许环委办〔2026〕2号").await;
        until_sent(&bureau.world).await;
        assert_eq!(tables_that_name(db).await, [""; 0]);
        let machine = Machine::of(&bureau.world);
        bureau.world.service.stop().await;
        machine.done(&["journal", "verify"]);
        let exported = machine.done(&["journal", "export"]).stdout;
        assert!(exported.contains("\"kind\":\"person.erased\""), "{exported}");
    }

    async fn whoever_left_the_list_is_erased_from_the_words_of_others(db: TestDb) {
        let sinks = Sinks::start().await;
        let (bureau, _) = bureau(db, &sinks).await;
        let (db, app) = (&bureau.world.db, bureau.world.app());
        let mut tx = db.begin().await.unwrap();
        // Another took the place: a contact is written over.
        let replaced = tx.execute(
            "UPDATE contact SET name = '', phone = NULL, email = NULL WHERE phone = $1",
            (PHONE,),
        );
        assert_eq!(replaced.await.unwrap(), 1);
        tx.execute(
            "INSERT INTO scan (digest, name, media_type, body, added_at, added_by)
                  VALUES ('d', $1, 'application/pdf', '', 0, '')",
            (PHONE,),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let whom = Whom { phone: Some(PHONE.to_owned()), ..Whom::default() };
        let erased = app.erase_person(&Caller::operator(), &whom, false).await.unwrap();
        assert_eq!((erased.contacts.len(), erased.notes.len()), (0, 1));
        assert_eq!(erased.record.into_iter().collect::<Vec<_>>(), ["scan"]);
        let notes = "SELECT COUNT(*) FROM answer_note";
        assert_eq!(scalar(db, notes).await, 2);

        // By a name alone nobody is known elsewhere than at the plant it is given with.
        let named = |number: &str| Whom {
            named_at: Some((NAME.to_owned(), number.to_owned())),
            ..Whom::default()
        };
        let elsewhere = app.erase_person(&Caller::operator(), &named("411002"), false).await;
        assert!(matches!(elsewhere, Err(Error::Invalid(_))), "{elsewhere:?}");
        let (number,): (String,) = db.read().await.unwrap()
            .one("SELECT r.number
                    FROM recipient r
                    JOIN plan_line l   ON l.recipient_key = r.recipient_key
                    JOIN answer a      ON a.order_key     = l.order_key
                    JOIN answer_note n ON n.answer_key    = a.answer_key
                   WHERE REPLACE(n.note, $1, '') <> n.note", (NAME,))
            .await
            .unwrap();
        let there = app.erase_person(&Caller::operator(), &named(&number), false).await.unwrap();
        assert_eq!((there.contacts.len(), there.notes.len()), (0, 1));
        assert_eq!(scalar(db, notes).await, 1);
        bureau.world.service.stop().await;
    }

    async fn at_the_command_line_it_takes_a_yes(db: TestDb) {
        let sinks = Sinks::start().await;
        let (bureau, _) = bureau(db, &sinks).await;
        let machine = Machine::of(&bureau.world);
        assert_eq!(machine.run(&["erase", "person"]).status, 2, "nobody is named");
        assert_eq!(machine.run(&["erase", "person", "--name", NAME]).status, 2, "of whom?");
        let unknown = machine.run(&["erase", "person", "--phone", "13900000000"]);
        unknown.assert_refused("phone: nobody is listed or mentioned so");
        let looked = machine.done(&["erase", "person", "--email", MAILBOX]);
        let (sum, of) = looked.stdout.split_once('\n').unwrap();
        assert_eq!(sum, "would erase 1 contacts, the words of 2 answers");
        assert!(of.starts_with("  a contact of "), "{of}");
        assert!(tables_that_name(&bureau.world.db).await.contains(&"contact".to_owned()));
        let number: (String,) = bureau.world.db.read().await.unwrap()
            .one("SELECT number FROM recipient r JOIN contact c ON c.recipient_key = r.recipient_key
                   WHERE c.phone = $1", (PHONE,))
            .await
            .unwrap();
        let erased = machine.done(&["erase", "person", "--name", NAME, "--of", &number.0, "--yes"]);
        assert_eq!(erased.stdout, format!("erased 1 contacts, the words of 2 answers\n{of}"));
        machine.done(&["erase", "person", "--account", ACCOUNT, "--yes"]);
        assert_eq!(tables_that_name(&bureau.world.db).await, [""; 0]);
        bureau.world.service.stop().await;
    }
}
