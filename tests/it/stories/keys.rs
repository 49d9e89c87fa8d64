//! The keyring is rotated in the middle of an episode: nobody who was told before is shut out.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use qingkong::app::answer::{AnswerIn, Answerer};
use qingkong::app::link::Link;
use qingkong::domain::order::AnswerKind;
use qingkong::keyring::Keyring;
use qingkong::notify::signature::{self, Received};

use super::bureau::Bureau;
use super::sinks::{Sinks, until_sent};
use crate::backup::rows;
use crate::fakes::webhook::Request;
use crate::machine::Machine;
use crate::world::{World, start};

/// The number of the key that sealed a link: it stands in its bytes 1 and 2.
fn key_of(token: &str) -> u16 {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    u16::from_be_bytes([bytes[1], bytes[2]])
}

/// Whether a receiver that holds a secret takes a request for ours.
fn verifies(request: &Request, secret: &str) -> bool {
    let timestamp = request.header("webhook-timestamp");
    let received = Received {
        id: request.header("webhook-id"),
        timestamp,
        signatures: request.header("webhook-signature"),
        body: &request.body,
    };
    let at = DateTime::from_timestamp_secs(timestamp.parse().unwrap()).unwrap();
    signature::verify(received, &secret.parse().unwrap(), at).is_ok()
}

/// Another run of the node, later, with the keys of a file.
async fn run_again(db: crate::database::TestDb, hours: i64, ring: &Path, sinks: &Sinks) -> World {
    let seed = u64::try_from(hours).unwrap();
    World::at(db, start() + TimeDelta::hours(hours), seed, |config| {
        sinks.connect(config);
        config.keyring.file = Some(ring.to_owned());
    })
    .await
}

both_engines! {
    async fn old_links_and_secrets_hold_and_new_orders_use_the_new_key(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 30, &sinks).await;
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until_sent(&bureau.world).await;
        let machine = Machine::of(&bureau.world);
        let ring = machine.path("ring.toml");
        let told = sinks.letters();
        let hooked = sinks.endpoint.requests();
        assert!(!hooked.is_empty() && told.iter().all(|letter| key_of(&letter.token) == 1));
        let recipients = bureau.recipients;
        bureau.world.service.stop().await;
        let before = Keyring::read(&ring).unwrap();
        let rotated = machine.done(&["keyring", "rotate"]);
        assert_eq!(rotated.stdout, "key 2 signs from the next start of the service\n");

        // The old link opens, and its answer counts.
        let world = run_again(bureau.world.db, 1, &ring, &sinks).await;
        let bureau = Bureau::signed_in(world, recipients).await;
        let app = bureau.world.app();
        let old = &told[0].token;
        let path = format!("/o/{old}");
        assert_eq!(bureau.world.stranger().get(&path).send().await.unwrap().status(), 200);
        let link = Link::open(old, &app.keyring).unwrap();
        let acknowledged = AnswerIn {
            order: link.order,
            revision: 1,
            kind: AnswerKind::Acknowledged,
            unit: None,
            reason: None,
            note: None,
            nonce: "n1".to_owned(),
        };
        app.answer_order(&Answerer::Link(link), acknowledged).await.unwrap();

        // New letters carry the new key; a receiver that still holds the old secret knows them.
        bureau.carry("raise", "red", "2026-11-26T00:00", "许环委办〔2026〕2号").await;
        until_sent(&bureau.world).await;
        let letters = sinks.letters();
        let known: BTreeSet<&String> = told.iter().map(|letter| &letter.id).collect();
        let new: Vec<_> = letters.iter().filter(|letter| !known.contains(&letter.id)).collect();
        assert!(new.len() >= recipients && new.iter().all(|letter| key_of(&letter.token) == 2));
        let requests = sinks.endpoint.requests();
        let request = &requests[hooked.len()];
        let text = String::from_utf8(request.body.clone()).unwrap();
        let letter = letters.iter().find(|letter| letter.text == text).unwrap();
        let contact = Link::open(&letter.token, &app.keyring).unwrap().contact;
        let old_secrets = before.webhook_secrets(contact);
        let secrets = app.keyring.webhook_secrets(contact);
        assert_eq!((old_secrets.len(), secrets.len()), (1, 2));
        assert!(verifies(request, &old_secrets[0]) && verifies(request, &secrets[0]));
        assert!(!verifies(request, &app.keyring.webhook_secrets(link.contact)[0]));

        // The operator hands them over, the new one first.
        let number: (String,) = bureau.world.db.read().await.unwrap()
            .one(
                "SELECT r.number
                   FROM recipient r
                   JOIN contact   c ON c.recipient_key = r.recipient_key
                  WHERE c.contact_key = $1",
                (contact.0,),
            )
            .await
            .unwrap();
        let shown = machine.done(&["keyring", "webhooks", &number.0]).stdout;
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with(&sinks.hook()), "{shown}");
        assert_eq!(lines[1..], [format!("  {}", secrets[0]), format!("  {}", secrets[1])]);
        assert_eq!(machine.run(&["keyring", "webhooks", "nobody"]).status, 1);

        // No secret and no link rests in the database.
        let secret = secrets[0].strip_prefix("whsec_").unwrap();
        for (table, rows) in rows(&bureau.world.db).await {
            let shown = |row: &String| row.contains(secret) || row.contains(&letter.token);
            assert!(!rows.iter().any(shown), "in {}", table.name);
        }

        // Once the old key is taken out of the file, what it has sealed opens nothing.
        bureau.world.service.stop().await;
        let text = std::fs::read_to_string(&ring).unwrap();
        let mut keys: toml::Table = text.parse().unwrap();
        keys["keys"].as_array_mut().unwrap().retain(|key| key["id"].as_integer() == Some(2));
        std::fs::write(&ring, keys.to_string()).unwrap();
        let world = run_again(bureau.world.db, 2, &ring, &sinks).await;
        let opened = async |token: &str| {
            let page = world.stranger().get(&format!("/o/{token}")).send().await;
            page.unwrap().status().as_u16()
        };
        assert_eq!(opened(old).await, 404);
        assert_eq!(opened(&new[0].token).await, 200);
        world.service.stop().await;
    }
}
