//! Heads and tallies: moved through one door, and the same as the record.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use qingkong::domain::id::OrderKey;
use qingkong::domain::level::WarningLevel::Red;
use qingkong::domain::notice::NoticeKind::{Lift, Raise};
use qingkong::domain::order::{AnswerKind, Event, Rung, Timeliness};
use qingkong::domain::plan::Change::{Release, Replace, Tell};
use qingkong::store::ladder::{self, Origins, Step, Turn};
use qingkong::store::{Db, StoreError, notice};

use crate::episode::{Episode, by_mail};
use crate::world::start;

const ACKNOWLEDGED: Event = Event::Answered(AnswerKind::Acknowledged, Timeliness::InTime);
const IN_PLACE: Event = Event::Answered(AnswerKind::InPlace, Timeliness::InTime);

fn step(order: OrderKey, event: Event, revision: u32) -> Step {
    Step {
        order,
        event,
        revision,
        at: start() + TimeDelta::minutes(5),
    }
}

async fn climb(db: &Db, steps: &[Step]) -> Vec<Rung> {
    let mut tx = db.begin().await.unwrap();
    let orders = steps.iter().map(|step| step.order);
    let mut turn = Turn::take(&mut tx, &Origins::default(), orders)
        .await
        .unwrap();
    let rungs = turn.climb(&mut tx, steps).await.unwrap();
    tx.commit().await.unwrap();
    rungs
}

async fn tally(db: &Db, episode: &Episode) -> Vec<(String, &'static str, i64)> {
    let mut tx = db.read().await.unwrap();
    let ladder = ladder::list_stored(&mut tx, episode.warning).await.unwrap();
    let mut by_rung = BTreeMap::new();
    for ((county, status), orders) in ladder.tally {
        *by_rung.entry((county, status.rung)).or_default() += orders;
    }
    let tally = by_rung.into_iter();
    tally
        .map(|((county, rung), orders)| (county, rung.as_str(), orders))
        .collect()
}

fn counted(counts: &[(&str, &'static str, i64)]) -> Vec<(String, &'static str, i64)> {
    counts
        .iter()
        .map(|&(county, rung, orders)| (county.to_owned(), rung, orders))
        .collect()
}

async fn plants(db: &Db, count: usize) -> Episode {
    Episode::begin(db, "playbook", (0..count).map(by_mail).collect()).await
}

both_engines! {
    async fn a_step_moves_its_order_and_the_count_of_its_county(db: TestDb) {
        let episode = plants(&db, 4).await;
        let orders: Vec<_> = episode.plants.iter().map(|plant| plant.order).collect();
        assert_eq!(tally(&db, &episode).await, counted(&[("411081", "issued", 2), ("411082", "issued", 2)]));

        let rungs = climb(&db, &[
            step(orders[0], Event::HandedOver, 1),
            step(orders[0], ACKNOWLEDGED, 1),
            step(orders[1], Event::HandedOver, 1),
            step(orders[3], IN_PLACE, 1),
        ])
        .await;

        assert_eq!(rungs, [Rung::HandedOver, Rung::Acknowledged, Rung::HandedOver, Rung::InPlace]);
        assert_eq!(tally(&db, &episode).await, counted(&[
            ("411081", "issued", 1),
            ("411081", "acknowledged", 1),
            ("411082", "handed-over", 1),
            ("411082", "in-place", 1),
        ]));
        let answers: i64 = db
            .read()
            .await
            .unwrap()
            .scalar("SELECT answers FROM warning", ())
            .await
            .unwrap();
        assert_eq!(answers, 2, "deliveries are no answers");
    }

    async fn what_is_repeated_moves_nothing(db: TestDb) {
        let episode = plants(&db, 1).await;
        let order = episode.plants[0].order;
        climb(&db, &[step(order, ACKNOWLEDGED, 1)]).await;
        let before = tally(&db, &episode).await;
        let rungs = climb(&db, &[step(order, Event::HandedOver, 1), step(order, ACKNOWLEDGED, 1)]).await;
        assert_eq!(rungs, [Rung::Acknowledged, Rung::Acknowledged]);
        assert_eq!(tally(&db, &episode).await, before);
    }

    async fn after_a_raise_only_whoever_owes_something_new_begins_again(db: TestDb) {
        let mut episode = plants(&db, 4).await;
        let orders: Vec<_> = episode.plants.iter().map(|plant| plant.order).collect();
        let acknowledged: Vec<_> = orders.iter().map(|&order| step(order, ACKNOWLEDGED, 1)).collect();
        climb(&db, &acknowledged).await;
        let told = |at| if at < 2 { Tell } else { Replace };
        episode.issue(Raise, Red, start(), |at| Some(told(at))).await;
        assert_eq!(tally(&db, &episode).await, counted(&[
            ("411081", "issued", 1),
            ("411081", "acknowledged", 1),
            ("411082", "issued", 1),
            ("411082", "acknowledged", 1),
        ]));

        // An answer to the order that was replaced while it was read.
        let rungs = climb(&db, &[step(orders[2], IN_PLACE, 1), step(orders[3], ACKNOWLEDGED, 2)]).await;
        assert_eq!(rungs, [Rung::Issued, Rung::Acknowledged]);
        assert_eq!(tally(&db, &episode).await, counted(&[
            ("411081", "issued", 1),
            ("411081", "acknowledged", 1),
            ("411082", "acknowledged", 2),
        ]));
    }

    async fn a_recipient_released_earlier_still_acknowledges_and_is_not_counted(db: TestDb) {
        let mut episode = plants(&db, 2).await;
        let orders: Vec<_> = episode.plants.iter().map(|plant| plant.order).collect();
        let leaves = |at| if at == 0 { Release } else { Tell };
        episode.issue(Raise, Red, start(), |at| Some(leaves(at))).await;
        episode.issue(Lift, Red, start(), |at| (at == 1).then_some(Release)).await;
        let before = tally(&db, &episode).await;
        assert_eq!(before, counted(&[("411082", "issued", 1)]));
        let rungs = climb(&db, &[step(orders[0], ACKNOWLEDGED, 2)]).await;
        assert_eq!(rungs, [Rung::LiftAcknowledged]);
        assert_eq!(tally(&db, &episode).await, before);
        let rungs = climb(&db, &[step(orders[1], ACKNOWLEDGED, 3)]).await;
        assert_eq!(rungs, [Rung::LiftAcknowledged]);
    }

    async fn an_order_that_was_never_issued_has_no_turn(db: TestDb) {
        let episode = plants(&db, 2).await;
        let beyond = OrderKey(episode.plants[1].order.0 + 1);
        let mut tx = db.begin().await.unwrap();
        let turn = Turn::take(&mut tx, &Origins::default(), [beyond]).await;
        assert!(matches!(turn, Err(StoreError::NotFound)), "{turn:?}");
    }

    async fn the_steps_of_several_warnings_move_each_its_own(db: TestDb) {
        let first = plants(&db, 2).await;
        let mut tx = db.begin().await.unwrap();
        notice::close_warning(&mut tx, first.warning.0, start()).await.unwrap();
        tx.commit().await.unwrap();
        let second = plants(&db, 2).await;
        climb(&db, &[
            step(second.plants[0].order, ACKNOWLEDGED, 1),
            step(first.plants[1].order, Event::HandedOver, 1),
        ])
        .await;
        assert_eq!(tally(&db, &first).await, counted(&[("411081", "issued", 1), ("411082", "handed-over", 1)]));
        assert_eq!(tally(&db, &second).await, counted(&[("411081", "acknowledged", 1), ("411082", "issued", 1)]));
    }

    async fn two_thousand_orders_climb_in_one_batch(db: TestDb) {
        let episode = plants(&db, 2_000).await;
        let steps: Vec<_> = episode.plants.iter().map(|plant| step(plant.order, ACKNOWLEDGED, 1)).collect();
        let rungs = climb(&db, &steps).await;
        assert!(rungs.iter().all(|&rung| rung == Rung::Acknowledged));
        assert_eq!(
            tally(&db, &episode).await,
            counted(&[("411081", "acknowledged", 1_000), ("411082", "acknowledged", 1_000)])
        );
    }

    async fn a_rebuilt_ladder_can_be_put_in_the_place_of_a_damaged_one(db: TestDb) {
        let episode = plants(&db, 3).await;
        let mut tx = db.begin().await.unwrap();
        let rebuilt = ladder::rebuild(&mut tx, episode.warning).await.unwrap();
        assert_eq!(ladder::list_stored(&mut tx, episode.warning).await.unwrap(), rebuilt);
        tx.execute("UPDATE tally SET orders = orders + 1", ()).await.unwrap();
        assert_ne!(ladder::list_stored(&mut tx, episode.warning).await.unwrap(), rebuilt);
        ladder::set_ladder(&mut tx, episode.warning, &rebuilt).await.unwrap();
        assert_eq!(ladder::list_stored(&mut tx, episode.warning).await.unwrap(), rebuilt);
    }
}
