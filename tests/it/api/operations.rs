//! For the machines that keep a node running: alive, ready, metrics, jobs, the stop.

use chrono::TimeDelta;
use qingkong::app::Error;
use qingkong::jobs;

use crate::database::TestDb;
use crate::fakes::line::Line;
use crate::stories::sinks::until;
use crate::world::{Visitor, World};

both_engines! {
    async fn a_node_is_alive_and_ready_until_it_stops(db: TestDb) {
        let world = World::new(db).await;
        let stranger = world.stranger();
        let status = async |path| stranger.get(path).send().await.unwrap().status();
        assert_eq!(status("/healthz").await, 200);
        assert_eq!(status("/readyz").await, 200);
        world.service.stop().await;
        assert!(stranger.get("/healthz").send().await.is_err());
    }

    async fn metrics_count_requests_by_route_and_never_by_address(db: TestDb) {
        let world = World::new(db).await;
        let stranger = world.stranger();
        stranger.get("/assets/secret-of-a-link.svg").send().await.unwrap();
        let metrics = stranger.get("/metrics").send().await.unwrap().text().await.unwrap();
        let counted =
            r#"qingkong_http_requests_total{method="GET",route="/assets/{file}",status="404"}"#;
        assert!(metrics.contains(counted), "{metrics}");
        assert!(metrics.contains("qingkong_http_request_seconds_bucket"));
        assert!(!metrics.contains("secret-of-a-link"));
    }

    async fn a_job_runs_once_however_many_ask_and_catches_up_once(db: TestDb) {
        let world = World::new(db).await;
        world.officer().await;
        // A day passes without anybody looking: the sessions are due to be pruned once.
        world.clock.advance(TimeDelta::hours(25));
        let now = world.clock.now();
        let rounds = (0..8).map(|_| jobs::run_due(world.app(), now));
        futures::future::join_all(rounds).await;
        // The node's own ticker may have been first, and still be at it.
        until("every run has ended", async || {
            let mut tx = world.db.read().await.unwrap();
            let open = "SELECT CAST(COUNT(*) AS BIGINT) FROM job_run WHERE outcome IS NULL";
            tx.scalar::<i64>(open, ()).await.unwrap() == 0
        })
        .await;
        let mut tx = world.db.read().await.unwrap();
        let runs: Vec<(bool, String, i64)> = tx
            .all(
                "SELECT scheduled_at > $2, outcome, fence FROM job_run WHERE job = $1",
                ("prune-sessions", crate::world::start().timestamp_millis()),
            )
            .await
            .unwrap();
        let caught_up: Vec<_> = runs.iter().filter(|(since, ..)| *since).collect();
        assert!(matches!(caught_up[..], [(_, _, 1)]), "{runs:?}");
        // The run of the start itself may have come this late, and then it pruned.
        let pruned = runs.iter().filter(|(_, outcome, _)| outcome == "1 rows pruned");
        assert_eq!(pruned.count(), 1, "{runs:?}");
    }

    async fn a_run_whose_process_was_killed_is_taken_over(db: TestDb) {
        let world = World::new(db).await;
        let (app, now) = (world.app(), world.clock.now());
        let killed = app.take_run("example", now, now).await.unwrap();
        assert!(killed.is_some());
        let meanwhile = now + TimeDelta::minutes(9);
        assert!(app.take_run("example", now, meanwhile).await.unwrap().is_none());
        let later = now + TimeDelta::minutes(10);
        let taken_over = app.take_run("example", now, later).await.unwrap().unwrap();
        // The killed one comes back to life: its end counts for nothing.
        let done = Ok::<_, Error>("done".to_owned());
        app.end_run(killed.unwrap(), &done, later).await.unwrap();
        let much_later = later + TimeDelta::minutes(10);
        app.end_run(taken_over, &done, later).await.unwrap();
        assert!(app.take_run("example", now, much_later).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_requests_fail_plainly_and_afterwards_work_goes_on() {
    let db = TestDb::postgres().await;
    let (user, place) = db.url().rsplit_once('@').unwrap();
    let (server, database) = place.split_once('/').unwrap();
    let line = Line::to(server).await;
    let url = format!("{user}@{}/{database}", line.address);
    let world = World::with(db, |config| config.database.url = Some(url)).await;
    let officer = world.officer().await;
    let status = async |path: &str| officer.get(path).send().await.unwrap().status().as_u16();
    assert_eq!(status("/readyz").await, 200);

    line.cut();
    let (unready, problem) = Visitor::json(officer.get("/readyz")).await;
    assert_eq!(
        (unready, problem["code"].as_str()),
        (503, Some("unavailable")),
        "{problem}"
    );
    assert_eq!(status("/healthz").await, 200, "alive all the same");
    let answer = officer.get("/api/v1/session").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "5");

    line.mend();
    assert_eq!(status("/readyz").await, 200);
    assert_eq!(
        status("/api/v1/session").await,
        200,
        "the session is still there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_is_kept_out_of_an_embedded_database() {
    let world = World::new(TestDb::sqlite().await).await;
    let refused = qingkong::service::Service::start(
        world.config.clone(),
        world.clock.clone(),
        qingkong::clock::Ids::seeded(2),
    )
    .await;
    let error = refused.err().unwrap().to_string();
    assert!(error.contains("another process is serving"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_of_many_must_be_given_its_keyring() {
    let db = TestDb::postgres().await;
    let world = World::new(db).await;
    let mut config = world.config.clone();
    config.keyring.file = None;
    let refused = qingkong::service::Service::start(
        config,
        world.clock.clone(),
        qingkong::clock::Ids::seeded(2),
    )
    .await;
    let error = refused.err().unwrap().to_string();
    assert!(error.contains("keyring.file"), "{error}");
}
