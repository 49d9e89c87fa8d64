//! Stories of sending: what misbehaves is outside, what must hold is the record.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use qingkong::app::dispatch::Subject;
use qingkong::app::link::{Link, LinkRole};
use qingkong::app::{App, Caller, Error, dispatch};
use qingkong::clock::Ids;
use qingkong::config::{Encryption, MailServer};
use qingkong::domain::enterprise::Contact;
use qingkong::domain::journal::{Rows, RowsDigest};
use qingkong::domain::lane::{Drill, Live};
use qingkong::domain::level::WarningLevel::Red;
use qingkong::domain::notice::NoticeKind::Raise;
use qingkong::domain::order::Rung;
use qingkong::domain::plan::Change::{Replace, Tell};
use qingkong::keyring::Keyring;
use qingkong::notify::channels::Channels;
use qingkong::store::db::{Faults, Point, Verdict};
use qingkong::store::outbox::{self, AttemptOutcome, AttemptRecord};
use qingkong::store::{Db, ladder};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::database::TestDb;
use crate::episode::{Episode, by_mail, by_webhook};
use crate::fakes::smtp::{Misbehaviour, SmtpServer, Ways};
use crate::fakes::webhook::{Answer, Endpoint};
use crate::world::{World, start};

/// A node that may speak to this machine, and to a mail server if there is one.
async fn world(db: TestDb, mail: Option<&SmtpServer>) -> World {
    World::with(db, |config| {
        config.webhook.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.mail = mail.map(|server| MailServer {
            host: "127.0.0.1".to_owned(),
            port: server.address.port(),
            encryption: Encryption::None,
            from: "order@qingkong.example".to_owned(),
            node_host: "qingkong.example".to_owned(),
            ..MailServer::default()
        });
    })
    .await
}

async fn begin(world: &World, contacts: Vec<Contact>) -> Episode {
    let playbook = world.app().active_playbook().await.unwrap();
    Episode::begin(&world.db, playbook.digest(), contacts).await
}

fn endpoint_of(endpoint: &Endpoint) -> Contact {
    by_webhook(&format!("http://{}/orders", endpoint.address))
}

/// How many messages are in a state.
async fn count(db: &Db, state: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.scalar("SELECT COUNT(*) FROM message WHERE state = $1", (state,))
        .await
        .unwrap()
}

/// Waits until so many messages are in a state, letting time pass if that helps.
async fn until(world: &World, state: &str, messages: i64, pass: TimeDelta) {
    let give_up = tokio::time::Instant::now() + Duration::from_mins(1);
    while count(&world.db, state).await != messages {
        assert!(
            tokio::time::Instant::now() < give_up,
            "not {messages} {state}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
        world.clock.advance(pass);
    }
}

/// The attempts at every message, in order.
async fn attempts(db: &Db) -> Vec<AttemptRecord> {
    let mut tx = db.read().await.unwrap();
    let keys: Vec<(i64,)> = tx
        .all("SELECT message_key FROM message ORDER BY message_key", ())
        .await
        .unwrap();
    let mut attempts = Vec::new();
    for (key,) in keys {
        let key = qingkong::domain::id::MessageKey(key);
        attempts.extend(outbox::list_attempts(&mut tx, key).await.unwrap());
    }
    attempts
}

fn outcomes(attempts: &[AttemptRecord]) -> Vec<(u32, AttemptOutcome)> {
    attempts
        .iter()
        .map(|attempt| (attempt.number, attempt.outcome))
        .collect()
}

fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    let line = mail.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {mail}")).trim()
}

/// Waits for something that is no row.
async fn eventually(what: &str, is_so: impl AsyncFn() -> bool) {
    let give_up = tokio::time::Instant::now() + Duration::from_mins(1);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < give_up, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

both_engines! {
    async fn an_order_reaches_mailbox_and_endpoint_and_climbs(db: TestDb) {
        let server = SmtpServer::start(Ways::default()).await;
        let endpoint = Endpoint::start([]).await;
        let world = world(db, Some(&server)).await;
        let episode = begin(&world, vec![by_mail(0), endpoint_of(&endpoint)]).await;
        until(&world, "delivered", 2, TimeDelta::zero()).await;

        let request = &endpoint.requests()[0];
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let link = body["data"]["acknowledge_url"].as_str().unwrap();
        let (site, token) = link.rsplit_once("/o/").unwrap();
        assert_eq!(site, world.service.url);
        let plant = &episode.plants[1];
        let expected = Link { order: plant.order, contact: plant.contact, role: LinkRole::Answer };
        assert_eq!(Link::open(token, &world.app().keyring), Some(expected));
        assert_eq!(body["data"]["duties"][0]["measure"], "限产20%");
        assert_eq!(server.seen().mails.len(), 1);

        let mut tx = world.db.read().await.unwrap();
        let stored = ladder::list_stored(&mut tx, episode.warning).await.unwrap();
        assert_eq!(stored, ladder::rebuild(&mut tx, episode.warning).await.unwrap());
        assert!(stored.tally.keys().all(|(_, status)| status.rung == Rung::HandedOver), "{stored:?}");
        // An entry vouches for attempts as they came back, which may be the later message's first.
        let mut attempts = attempts(&world.db).await;
        attempts.sort_unstable_by_key(|attempt| attempt.key);
        let vouched: Vec<(String,)> = tx
            .all("SELECT vouches FROM journal_entry WHERE kind = 'messages.attempted'", ())
            .await
            .unwrap();
        let vouched: Vec<Rows> = vouched
            .iter()
            .flat_map(|(rows,)| serde_json::from_str::<Vec<Rows>>(rows).unwrap())
            .collect();
        for rows in &vouched {
            let mut digest = RowsDigest::default();
            for attempt in &attempts {
                if (rows.from..=rows.to).contains(&attempt.key.0) {
                    digest.add(attempt.key.0, &attempt.digest().to_string());
                }
            }
            assert_eq!(rows.digest, digest.finish());
        }
        let span = |rows: &Rows| rows.to - rows.from + 1;
        assert_eq!(vouched.iter().map(span).sum::<i64>(), 2);
    }

    async fn a_dead_mail_server_that_comes_back_gets_every_mail_once(db: TestDb) {
        let server = SmtpServer::start(Ways::default()).await;
        for _ in 0..12 {
            server.instead("greeting", Misbehaviour::HangUp);
        }
        let world = world(db, Some(&server)).await;
        begin(&world, (0..40).map(by_mail).collect()).await;
        until(&world, "delivered", 40, TimeDelta::seconds(5)).await;

        let mails = server.seen().mails;
        let mut ids: Vec<_> = mails.iter().map(|mail| header(mail, "Message-ID:")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((mails.len(), ids.len()), (40, 40));
        let attempts = attempts(&world.db).await;
        let failed = attempts.iter().filter(|a| a.outcome == AttemptOutcome::Later).count();
        assert!(failed >= 3, "{failed} attempts failed before the server was left alone");
    }

    async fn a_host_that_asks_for_a_pause_gets_it_and_then_the_same_message(db: TestDb) {
        let busy = Answer::Status("429 Too Many Requests", "retry-after: 600\r\n");
        let endpoint = Endpoint::start([busy]).await;
        let world = world(db, None).await;
        begin(&world, vec![endpoint_of(&endpoint)]).await;
        eventually("one attempt", async || attempts(&world.db).await.len() == 1).await;
        let mut tx = world.db.read().await.unwrap();
        let due: i64 = tx.scalar("SELECT due_at FROM message", ()).await.unwrap();
        assert!(due >= (start() + TimeDelta::seconds(600)).timestamp_millis());
        drop(tx);
        until(&world, "delivered", 1, TimeDelta::seconds(60)).await;

        let requests = endpoint.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
        let attempts = outcomes(&attempts(&world.db).await);
        assert_eq!(attempts, [(1, AttemptOutcome::Later), (2, AttemptOutcome::Delivered)]);
    }

    async fn a_refused_mailbox_is_a_dead_letter_until_a_person_sends_it_again(db: TestDb) {
        let server = SmtpServer::start(Ways::default()).await;
        server.instead("RCPT", Misbehaviour::Reply("550 5.1.1 no such user"));
        let world = world(db, Some(&server)).await;
        let episode = begin(&world, vec![by_mail(0)]).await;
        until(&world, "dead", 1, TimeDelta::zero()).await;

        let operator = Caller::operator();
        let dead = world.app().list_dead_letters(&operator, None, None).await.unwrap();
        let letter = &dead.letters[0];
        let order = Subject::Order(episode.plants[0].order);
        assert_eq!((letter.subject, letter.attempts), (order, 1));
        assert!(letter.why.contains("550"), "{letter:?}");

        // A day later its patience begins anew.
        world.clock.advance(TimeDelta::days(2));
        server.instead("RCPT", Misbehaviour::Reply("450 4.2.1 try again"));
        world.app().redrive_letter(&operator, None, letter.key).await.unwrap();
        let again = world.app().redrive_letter(&operator, None, letter.key).await;
        assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
        until(&world, "delivered", 1, TimeDelta::seconds(5)).await;
        let attempts = outcomes(&attempts(&world.db).await);
        let expected =
            [(1, AttemptOutcome::Never), (2, AttemptOutcome::Later), (3, AttemptOutcome::Delivered)];
        assert_eq!(attempts, expected);
    }

    async fn a_sender_that_dies_before_recording_repeats_the_same_message(db: TestDb) {
        let endpoint = Endpoint::start([Answer::Gated]).await;
        let world = quiet(&db).await;
        let playbook = world.playbook.clone();
        Episode::begin(&db, &playbook, vec![endpoint_of(&endpoint)]).await;

        let dies = Arc::new(AtomicBool::new(false));
        let faults: Faults = {
            let dies = Arc::clone(&dies);
            Arc::new(move |point| match point {
                Point::BeforeCommit if dies.load(Ordering::SeqCst) => Verdict::Crash,
                _ => Verdict::Proceed,
            })
        };
        let first = world.node(db.another().await.with_faults(faults), 2);
        let dispatcher = Quiet::dispatch(first);
        endpoint.arrived(1).await;
        dies.store(true, Ordering::SeqCst);
        endpoint.open();
        // It has heard the answer when it asks for the next letter; nothing can be recorded.
        tokio::time::sleep(Duration::from_millis(100)).await;
        dispatcher.abort();
        assert!(attempts(&db).await.is_empty());

        world.clock.advance(TimeDelta::minutes(6));
        let dispatcher = Quiet::dispatch(world.node(db.another().await, 3));
        eventually("delivered", async || count(&db, "delivered").await == 1).await;
        dispatcher.abort();
        let requests = endpoint.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
        let attempts = outcomes(&attempts(&db).await);
        assert_eq!(attempts, [(1, AttemptOutcome::Unknown), (2, AttemptOutcome::Delivered)]);
    }

    async fn what_a_later_plan_asks_for_is_not_asked_twice(db: TestDb) {
        let away = || Answer::Status("503 Service Unavailable", "");
        let endpoint = Endpoint::start([away(), away()]).await;
        let world = world(db, None).await;
        let mut episode =
            begin(&world, vec![endpoint_of(&endpoint), endpoint_of(&endpoint)]).await;
        eventually("two attempts", async || attempts(&world.db).await.len() == 2).await;
        let change = |at| if at == 0 { Replace } else { Tell };
        episode.issue(Raise, Red, start(), |at| Some(change(at))).await;
        until(&world, "delivered", 3, TimeDelta::seconds(5)).await;

        assert_eq!(count(&world.db, "superseded").await, 1);
        let superseded: Vec<_> = attempts(&world.db)
            .await
            .into_iter()
            .filter(|attempt| attempt.outcome == AttemptOutcome::Never)
            .map(|attempt| attempt.reply)
            .collect();
        assert_eq!(superseded, ["superseded by revision 2"]);
        let of = |order| {
            let requests = endpoint.requests();
            let delivered = requests.iter().skip(2).filter(|request| {
                let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                body["data"]["order"] == format!("{order}")
            });
            delivered.count()
        };
        assert_eq!(of(episode.plants[0].order), 1, "the changed duty alone");
        assert_eq!(of(episode.plants[1].order), 2, "the duty, and the new level");
    }

    async fn whoever_has_left_the_list_is_not_written_to(db: TestDb) {
        let world = quiet(&db).await;
        Episode::begin(&db, &world.playbook, vec![by_mail(0), by_mail(1)]).await;
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE contact SET active = FALSE WHERE position = 1", ()).await.unwrap();
        tx.commit().await.unwrap();
        let dispatcher = Quiet::dispatch(world.node(db.another().await, 2));
        eventually("dead", async || count(&db, "dead").await == 2).await;
        dispatcher.abort();
        let attempts = attempts(&db).await;
        assert!(attempts.iter().all(|attempt| attempt.reply == "the contact has left the list"));
    }

    async fn a_hanging_endpoint_holds_up_nobody_else(db: TestDb) {
        let hanging = Endpoint::start(std::iter::repeat_n(Answer::Hang, 200)).await;
        let prompt = Endpoint::start([]).await;
        let world = world(db, None).await;
        let mut contacts: Vec<_> = (0..200).map(|_| endpoint_of(&hanging)).collect();
        contacts.push(endpoint_of(&prompt));
        begin(&world, contacts).await;
        until(&world, "delivered", 1, TimeDelta::zero()).await;
        assert_eq!(prompt.requests().len(), 1);
        assert!(hanging.requests().len() <= 32, "places at one host");
    }

    async fn without_a_mail_server_mails_wait(db: TestDb) {
        let world = world(db, None).await;
        begin(&world, vec![by_mail(0)]).await;
        eventually("an attempt", async || !attempts(&world.db).await.is_empty()).await;
        let attempts = attempts(&world.db).await;
        assert_eq!(attempts[0].reply, "no mail server is configured");
        assert_eq!(count(&world.db, "due").await, 1);
    }

    async fn a_claim_takes_its_lane_and_nothing_held_and_nothing_twice(db: TestDb) {
        let playbook = "playbook";
        Episode::begin(&db, playbook, (0..3).map(by_mail).collect()).await;
        let mut tx = db.begin().await.unwrap();
        let keys: Vec<(i64,)> = tx.all("SELECT message_key FROM message ORDER BY message_key", ()).await.unwrap();
        let [(first,), (held,), (last,)] = keys[..] else { panic!("three messages: {keys:?}") };
        tx.execute("UPDATE message SET state = 'held' WHERE message_key = $1", (held,)).await.unwrap();
        let (now, until) = (start(), start() + TimeDelta::minutes(5));
        let drill = outbox::claim::<Drill>(&mut tx, "d-1", now, until, 10).await.unwrap();
        assert!(drill.messages.is_empty());
        let live = outbox::claim::<Live>(&mut tx, "a-1", now, until, 10).await.unwrap();
        let keys: Vec<_> = live.messages.iter().map(|message| message.key.0).collect();
        assert_eq!((keys, live.lost.len()), (vec![first, last], 0));
        let again = outbox::claim::<Live>(&mut tx, "b-1", now, until, 10).await.unwrap();
        assert!(again.messages.is_empty());

        outbox::put_back(&mut tx, "a-1", &[live.messages[0].key], now).await.unwrap();
        outbox::put_back(&mut tx, "b-1", &[live.messages[1].key], now).await.unwrap();
        let back = outbox::claim::<Live>(&mut tx, "c-1", now, until, 10).await.unwrap();
        let back: Vec<_> = back.messages.iter().map(|m| (m.key.0, m.attempt)).collect();
        assert_eq!(back, [(first, 1)], "only the holder gives back, and no attempt is counted");
        let lost = outbox::claim::<Live>(&mut tx, "d-1", until, until, 10).await.unwrap();
        assert_eq!(lost.lost.iter().map(|(key, number)| (key.0, *number)).collect::<Vec<_>>(), [(first, 1), (last, 1)]);
    }
}

both_engines! {
    async fn a_line_that_cannot_be_read_delays_only_its_own_message(db: TestDb) {
        let endpoint = Endpoint::start([]).await;
        let quiet = quiet(&db).await;
        let episode = Episode::begin(&db, &quiet.playbook, (0..3).map(|_| endpoint_of(&endpoint)).collect()).await;
        let order = episode.plants[1].order.0;
        let snapshot: String = db.read().await.unwrap()
            .scalar("SELECT snapshot FROM plan_line WHERE order_key = $1", (order,)).await.unwrap();
        let write = async |snapshot: &str| {
            let mut tx = db.begin().await.unwrap();
            tx.execute("UPDATE plan_line SET snapshot = $1 WHERE order_key = $2", (snapshot, order)).await.unwrap();
            tx.commit().await.unwrap();
        };
        write("{").await;
        let node = Quiet::dispatch(quiet.node(db.another().await, 2));
        eventually("the others arrive and the reason is on record", async || {
            count(&db, "delivered").await == 2 && attempts(&db).await.len() == 3
        }).await;
        let tried = attempts(&db).await;
        let later: Vec<_> = tried.iter().filter(|a| a.outcome == AttemptOutcome::Later).collect();
        assert!(later.len() == 1 && later[0].reply.contains("plan_line"), "{tried:?}");
        let (lease, due): (Option<String>, i64) = db.read().await.unwrap()
            .one("SELECT lease_by, due_at FROM message WHERE order_key = $1", (order,)).await.unwrap();
        let wait = due - quiet.clock.now().timestamp_millis();
        assert!(lease.is_none() && wait < 120_000, "due in {wait} ms, not when the claim would run out");

        write(&snapshot).await;
        quiet.clock.advance(TimeDelta::minutes(2));
        eventually("it arrives", async || count(&db, "delivered").await == 3).await;
        node.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dispatchers_on_one_database_never_send_twice() {
    let endpoint = Endpoint::start([]).await;
    let world = world(TestDb::postgres().await, None).await;
    let _other = world.another().await;
    begin(&world, (0..600).map(|_| endpoint_of(&endpoint)).collect()).await;
    until(&world, "delivered", 600, TimeDelta::zero()).await;
    let mut ids: Vec<_> = endpoint
        .requests()
        .iter()
        .map(|request| request.header("webhook-id").to_owned())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((endpoint.requests().len(), ids.len()), (600, 600));
    let attempts = attempts(&world.db).await;
    assert!(attempts.iter().all(|attempt| attempt.number == 1));
}

/// A place for nodes without a service, whose dispatchers start and die as a test wants.
struct Quiet {
    clock: qingkong::clock::Clock,
    playbook: String,
}

async fn quiet(db: &TestDb) -> Quiet {
    qingkong::tls::install_tls();
    let mut quiet = Quiet {
        clock: qingkong::clock::Clock::set_at(start()),
        playbook: String::new(),
    };
    let app = quiet.node(db.another().await, 1);
    app.settle_playbook().await.unwrap();
    let playbook = app.active_playbook().await.unwrap();
    playbook.digest().clone_into(&mut quiet.playbook);
    quiet
}

impl Quiet {
    fn node(&self, db: Db, seed: u64) -> App {
        let mut config = qingkong::config::Config::default();
        config.webhook.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        let keyring = Keyring::generate(&Ids::seeded(7), start());
        App::new(db, self.clock.clone(), Ids::seeded(seed), keyring, config)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this dispatcher dies at its test's word, not with a service"
    )]
    fn dispatch(app: App) -> JoinHandle<()> {
        let channels = Channels::new(Live, app.config.mail.as_ref(), &app.config.webhook).unwrap();
        tokio::spawn(dispatch::run(app, channels, CancellationToken::new()))
    }
}
