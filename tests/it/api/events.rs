//! The live stream: heard as it happens, and what was missed after a broken line.

use qingkong::app::events::Event;
use qingkong::app::{App, Role};

use crate::database::TestDb;
use crate::world::{Visitor, World};

fn announce(app: &App, position: i64, region: &str) {
    app.announce(Event {
        position,
        kind: "order.acknowledged".to_owned(),
        region: region.parse().unwrap(),
        json: format!("{{\"order\":{position}}}"),
    });
}

/// Opens the stream, as a browser that last heard of `position`.
async fn watch(visitor: &Visitor, position: Option<i64>) -> reqwest::Response {
    let mut request = visitor.get("/api/v1/events");
    if let Some(position) = position {
        request = request.header("last-event-id", position);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer
}

/// Reads until so many events have come, and shows the ids or the kinds of those without.
async fn heard(mut answer: reqwest::Response, events: usize) -> Vec<String> {
    let mut text = String::new();
    while text.matches("\n\n").count() < events {
        let more = answer.chunk().await.unwrap().expect("the stream goes on");
        text.push_str(std::str::from_utf8(&more).unwrap());
    }
    let blocks = text.split("\n\n").filter(|block| !block.is_empty());
    let shown = blocks.map(|block| {
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        line("id: ").or(line("event: ")).unwrap().to_owned()
    });
    shown.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_hears_of_its_own_region_as_it_happens() {
    let world = World::new(TestDb::sqlite().await).await;
    let stream = watch(&world.officer().await, None).await;
    announce(world.app(), 1, "411081");
    announce(world.app(), 2, "410100");
    announce(world.app(), 3, "411000");
    assert_eq!(heard(stream, 2).await, ["1", "3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_is_told_what_was_missed_and_nothing_twice() {
    let world = World::new(TestDb::sqlite().await).await;
    let officer = world.officer().await;
    for position in 1..=3 {
        announce(world.app(), position, "411000");
    }
    let stream = watch(&officer, Some(1)).await;
    announce(world.app(), 4, "411000");
    assert_eq!(heard(stream, 3).await, ["2", "3", "4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_missed_more_than_is_kept_is_told_to_look_again() {
    let world = World::new(TestDb::sqlite().await).await;
    let officer = world.officer().await;
    let stream = watch(&officer, Some(7)).await;
    announce(world.app(), 9, "411000");
    assert_eq!(heard(stream, 2).await, ["reset", "9"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_node_stops() {
    let world = World::new(TestDb::sqlite().await).await;
    let stream = watch(&world.officer().await, None).await;
    world.service.stop().await;
    // All that came is whole: the end was an end, not a broken line.
    assert_eq!(stream.text().await.unwrap(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_warnings_does_not_watch() {
    let world = World::new(TestDb::sqlite().await).await;
    let answer = world.stranger().get("/api/v1/events").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let inspector = world.person("duchai", Role::Inspector).await;
    watch(&inspector, None).await;
}
