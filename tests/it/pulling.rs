//! Forecasts that are fetched on a schedule: from a source that answers, errs, repeats itself, is
//! stale, or is away.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use qingkong::config::Source;
use qingkong::jobs;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::database::TestDb;
use crate::world::{REGION, World};

/// A source that answers as it is told; it dies with its value.
struct Fake {
    address: SocketAddr,
    answer: Arc<Mutex<(StatusCode, String)>>,
    _serving: JoinSet<()>,
}

impl Fake {
    async fn answering(body: String) -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, body)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let told = answer.clone();
        let router = Router::new().fallback(async move || told.lock().unwrap().clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            answer,
            _serving: serving,
        }
    }

    fn answers(&self, status: StatusCode, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    /// What the configuration says of it.
    fn source(&self) -> Source {
        Source {
            region: REGION.parse().unwrap(),
            url: format!("http://{}/v1/air-quality?apikey=secret", self.address),
            url_file: None,
            place: None,
            source: None,
            root_certificates: None,
        }
    }
}

/// Four whole days of PM2.5 from midnight of a day in Beijing, as Open-Meteo writes them.
fn four_days(from: &str, pm2_5: u32) -> String {
    let first: DateTime<Utc> = format!("{from}T00:00:00Z").parse().unwrap();
    let hours = (0..96).map(|hour| (first + TimeDelta::hours(hour)).format("%Y-%m-%dT%H:%M"));
    let times: Vec<_> = hours.map(|time| time.to_string()).collect();
    let answer = json!({
        "latitude": 34.0, "longitude": 113.8, "utc_offset_seconds": 28_800,
        "hourly_units": { "time": "iso8601", "pm2_5": "μg/m³" },
        "hourly": { "pm2_5": vec![pm2_5; times.len()], "time": times },
    });
    answer.to_string()
}

async fn world(db: TestDb, fake: &Fake) -> World {
    let source = fake.source();
    World::with(db, |config| config.sources = vec![source]).await
}

/// Every day on record, as day, source and instant.
async fn days(world: &World) -> Vec<(String, String, i64)> {
    let mut tx = world.db.read().await.unwrap();
    let days = tx.all(
        "SELECT on_day, source, issued_at FROM outlook_day ORDER BY day_key",
        (),
    );
    days.await.unwrap()
}

/// Lets time pass, and tells what came of the run that is due then: the node's own ticker may have
/// taken it.
async fn outcome(world: &World, by: TimeDelta, said: &str) -> String {
    world.fast_forward(by).await;
    let due = jobs::Schedule::Minutes(60).latest(world.clock.now());
    let run = ("pull-forecasts", due.timestamp_millis());
    let mut told = String::new();
    for _ in 0..500 {
        let mut tx = world.db.read().await.unwrap();
        let outcome: Option<(Option<String>,)> = tx
            .optional(
                "SELECT outcome FROM job_run WHERE job = $1 AND scheduled_at = $2",
                run,
            )
            .await
            .unwrap();
        drop(tx);
        told = outcome.and_then(|(outcome,)| outcome).unwrap_or_default();
        if told.contains(said) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(told.contains(said), "{told}");
    assert!(!told.contains("secret"), "{told}");
    told
}

const HOUR: TimeDelta = TimeDelta::hours(1);

both_engines! {
    async fn a_forecast_is_fetched_every_hour_and_recorded_once_while_it_says_the_same(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let world = world(db, &fake).await;
        outcome(&world, HOUR, "4 new days from 1 sources").await;
        let first = days(&world).await;
        let on: Vec<_> = first.iter().map(|(on, ..)| on.as_str()).collect();
        assert_eq!(on, ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]);
        assert!(first.iter().all(|(_, source, _)| source == "Open-Meteo.com (CAMS), CC BY 4.0"));

        outcome(&world, HOUR, "0 new days from 1 sources").await;
        assert_eq!(days(&world).await, first, "it said the same");
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 260));
        outcome(&world, HOUR, "4 new days from 1 sources").await;
        let both = days(&world).await;
        assert_eq!(both.len(), 8);
        assert!(both[7].2 > first[3].2, "the newer stands with its own instant");
        // It goes back to what it said first: that is news again, for the days from midnight on.
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 160));
        outcome(&world, HOUR, "3 new days from 1 sources").await;
        assert_eq!(days(&world).await.len(), 11);
        // The same days of other hours are news too: any 24 of them may be judged.
        let hours = four_days("2026-11-24", 160).replace("160,160,", "150,170,");
        fake.answers(StatusCode::OK, &hours);
        outcome(&world, HOUR, "3 new days from 1 sources").await;
        assert_eq!(days(&world).await.len(), 14);
        outcome(&world, HOUR, "0 new days from 1 sources").await;
        // The same answer on the next day has lost a day and says nothing new.
        outcome(&world, TimeDelta::hours(24), "0 new days from 1 sources").await;
        assert_eq!(days(&world).await.len(), 14);
        let mut tx = world.db.read().await.unwrap();
        let actors: Vec<(String, String)> = tx
            .all(
                "SELECT actor, body FROM journal_entry WHERE kind = $1 ORDER BY at",
                ("forecast.taken-in",),
            )
            .await
            .unwrap();
        assert_eq!(actors.len(), 4);
        assert_eq!(actors[0].0, "schedule");
        assert!(actors[0].1.contains("computed by a model"), "{}", actors[0].1);
    }

    async fn a_source_that_fails_is_asked_again_after_a_minute_and_leaves_what_stands(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let world = world(db, &fake).await;
        outcome(&world, HOUR, "4 new days from 1 sources").await;
        let stands = days(&world).await;
        for (status, body, why) in [
            (StatusCode::SERVICE_UNAVAILABLE, String::new(), "411000: answered 503"),
            (StatusCode::OK, four_days("2026-11-20", 160), "stale: it ends on 2026-11-23"),
            (StatusCode::OK, "{}".to_owned(), "1 faults: the answer:1"),
            (StatusCode::OK, four_days("2026-11-24", 160).replace("μg/m³", "ppb"), "hourly_units.pm2_5"),
            (StatusCode::FOUND, String::new(), "answered 302"),
        ] {
            fake.answers(status, &body);
            outcome(&world, HOUR, why).await;
            assert_eq!(days(&world).await, stands);
        }
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 260));
        // It is past midnight by now, and the first of the days is over. Whether this asks or the
        // node's own ticker, which may have been first with all four: what is said anew is taken in.
        world.fast_forward(TimeDelta::minutes(1)).await;
        jobs::run_due(world.app(), world.clock.now()).await;
        for _ in 0..200 {
            if days(&world).await.len() >= 4 + 3 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(days(&world).await.len() >= 4 + 3);
    }

    async fn a_source_that_is_away_holds_up_no_other(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let away = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let sources = vec![
            Source {
                url: format!("http://{away}/?apikey=secret"),
                region: "410100".parse().unwrap(),
                ..fake.source()
            },
            fake.source(),
        ];
        let world = World::with(db, |config| config.sources = sources).await;
        // The run at the node's start may have brought the days already: they are counted below.
        let told = outcome(&world, HOUR, "new days from 1 sources; 410100: ").await;
        assert!(!told.contains("411000"), "{told}");
        assert_eq!(days(&world).await.len(), 4);
    }
}
