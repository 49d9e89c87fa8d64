//! Advisories: steps only grow, one at a time, and the head follows them.

use chrono::{DateTime, TimeDelta, Utc};
use qingkong::domain::advisory::{Act, Advice, Advisory, AdvisoryKind, Contents, Grounds, Step};
use qingkong::domain::id::{AdvisoryId, UserId};
use qingkong::domain::lane::Live;
use qingkong::domain::notice::{Person, Signature};
use qingkong::domain::region::RegionCode;
use qingkong::store::advisory::{self, AdvisoryRecord, NewAdvisory};
use qingkong::store::{Db, StoreError, outbox};
use uuid::Uuid;

use crate::world::start;

fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

fn step(act: Act) -> Step {
    Step {
        at: start(),
        by: Person {
            account: UserId(Uuid::from_u128(1)),
            title: "值班员".to_owned(),
        },
        act,
    }
}

/// Runs out on the 27th at 24 o'clock.
fn drafted(region: RegionCode) -> Step {
    step(Act::Drafted {
        contents: Contents {
            kind: AdvisoryKind::TemporaryControl(Grounds::Superior {
                document: "豫环委攻坚办〔2026〕88号".to_owned(),
            }),
            region,
            parts: [].into(),
            from: "2026-11-25T08:00".parse().unwrap(),
            until: "2026-11-27T24:00".parse().unwrap(),
            text: "“不利”气象条件\u{1f32b}".to_owned(),
            advice: vec![Advice::new("建议绿色出行").unwrap()],
            answers: None,
        },
    })
}

/// Adds an advisory and takes it through these acts.
async fn add(db: &Db, key: i64, code: &str, acts: Vec<Act>) -> AdvisoryId {
    let mut tx = db.begin().await.unwrap();
    let first = drafted(region(code));
    let new = NewAdvisory {
        key,
        id: AdvisoryId(Uuid::from_u128(key.unsigned_abs().into())),
        region: region(code),
        playbook: "p",
        step: &first,
    };
    advisory::add_advisory(&mut tx, &new).await.unwrap();
    let mut steps = vec![first.clone()];
    for act in acts {
        steps.push(step(act));
        let last = &steps[steps.len() - 1];
        advisory::record_step(&mut tx, key, steps.len(), last)
            .await
            .unwrap();
    }
    let amounts_to = Advisory::replay(&steps).unwrap();
    advisory::set_advisory(&mut tx, key, &amounts_to)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    new.id
}

fn published() -> Vec<Act> {
    let public = Act::Published { document: None };
    let signature = Signature::InSystem;
    vec![Act::Submitted, Act::Approved { signature }, public]
}

fn lifted() -> Vec<Act> {
    let reason = "转好".to_owned();
    [published(), vec![Act::Lifted { reason }]].concat()
}

fn abandoned() -> Vec<Act> {
    let reason = "误拟".to_owned();
    vec![Act::Abandoned { reason }]
}

fn keys(records: &[AdvisoryRecord]) -> Vec<i64> {
    records.iter().map(|record| record.key).collect()
}

async fn current(db: &Db, code: &str, now: DateTime<Utc>) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let records = advisory::list_current_advisories(&mut tx, region(code), now).await;
    keys(&records.unwrap())
}

both_engines! {
    async fn a_dead_letter_about_an_end_is_to_be_looked_after_for_a_day(db: TestDb) {
        add(&db, 1, "411000", lifted()).await;
        let mut tx = db.begin().await.unwrap();
        // About the beginning, given up before the end; about the end, given up after it.
        for (key, step, minutes) in [(1, 4, -30), (2, 5, 30)] {
            tx.execute(
                "INSERT INTO message (message_key, lane, advisory_key, recipient_key, contact_key,
                                      channel, step, state, due_at, attempts)
                      VALUES ($1, 'live', 1, 7, 8, 'email', $2, 'dead', $3, 9)",
                (key, step, (start() + TimeDelta::minutes(minutes)).timestamp_millis()),
            )
            .await
            .unwrap();
        }
        for (hours, dead) in [(1, 1), (24, 1), (25, 0)] {
            let now = start() + TimeDelta::hours(hours);
            assert_eq!(outbox::depth::<Live>(&mut tx, now).await.unwrap().dead, dead, "{hours} h");
        }
    }

    async fn what_was_recorded_is_read_back_and_replayed(db: TestDb) {
        let id = add(&db, 1, "411000", published()).await;
        let mut tx = db.read().await.unwrap();
        let found = advisory::find_advisory(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((found.key, found.id, found.region), (1, id, region("411000")));
        assert_eq!(found.steps[0], drafted(region("411000")));
        assert_eq!(found.steps.len(), 4);
        assert_eq!(found.advisory, Advisory::replay(&found.steps).unwrap());
        let nobody = AdvisoryId(Uuid::from_u128(9));
        assert!(advisory::find_advisory(&mut tx, nobody).await.unwrap().is_none());
    }

    async fn of_two_steps_at_once_the_later_is_a_conflict(db: TestDb) {
        add(&db, 1, "411000", Vec::new()).await;
        let mut tx = db.begin().await.unwrap();
        advisory::record_step(&mut tx, 1, 2, &step(Act::Submitted)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let again = advisory::record_step(&mut tx, 1, 2, &step(Act::Submitted)).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
    }

    async fn current_is_what_is_under_way_or_public_and_not_over(db: TestDb) {
        add(&db, 1, "411000", Vec::new()).await;
        add(&db, 2, "411000", published()).await;
        add(&db, 3, "411081", published()).await;
        add(&db, 4, "411000", lifted()).await;
        add(&db, 5, "411000", abandoned()).await;
        add(&db, 6, "410100", published()).await;
        let end = start() + TimeDelta::hours(76);
        assert_eq!(current(&db, "411000", end - TimeDelta::minutes(1)).await, [3, 2, 1]);
        assert_eq!(current(&db, "411081", start()).await, [3]);
        // The 27th at 24 o'clock: what is public has run out, and nothing can come of a draft.
        assert_eq!(current(&db, "411000", end).await, [0; 0]);
        let mut tx = db.read().await.unwrap();
        let city = region("411000");
        let page = advisory::list_advisories(&mut tx, city, i64::MAX, 2).await.unwrap();
        assert_eq!(keys(&page), [5, 4]);
        let page = advisory::list_advisories(&mut tx, city, 4, 9).await.unwrap();
        assert_eq!(keys(&page), [3, 2, 1]);
    }

    async fn a_warning_takes_the_turns_of_all_that_is_public_below_it(db: TestDb) {
        add(&db, 1, "411081", published()).await;
        add(&db, 2, "411000", Vec::new()).await;
        add(&db, 3, "411000", published()).await;
        add(&db, 4, "411000", lifted()).await;
        add(&db, 5, "410100", published()).await;
        let mut tx = db.begin().await.unwrap();
        let locked = advisory::lock_advisories(&mut tx, region("411000"), start()).await;
        assert_eq!(keys(&locked.unwrap()), [1, 3]);
    }

    async fn a_head_is_public_exactly_when_it_says_until_when(db: TestDb) {
        add(&db, 1, "411000", Vec::new()).await;
        let mut tx = db.begin().await.unwrap();
        let half = "UPDATE advisory SET state = 'published'";
        assert!(tx.execute(half, ()).await.is_err(), "a public advisory without an end");
    }
}
