//! Forecasts and measured values that are fetched on a schedule: from a source that answers, errs,
//! repeats itself, is stale, or is away.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use qingkong::app::source;
use qingkong::config::{Source, SourceSeries};
use qingkong::jobs;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::console::Person;
use crate::database::TestDb;
use crate::stories::bureau::OFFICER;
use crate::stories::sinks::until;
use crate::world::{REGION, Visitor, World};

/// A source that answers as it is told; it dies with its value.
struct Fake {
    address: SocketAddr,
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Fake {
    async fn answering(body: String) -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, body)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, count) = (answer.clone(), asked.clone());
        let router = Router::new().fallback(async move || {
            count.fetch_add(1, Ordering::SeqCst);
            told.lock().unwrap().clone()
        });
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            answer,
            asked,
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
            series: SourceSeries::Forecast,
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

/// What came of the last run of a source that was due by now, and how often it was taken.
async fn last_run(world: &World, source: &Source) -> (String, i64) {
    let due = jobs::Schedule::Minutes(60).latest(world.clock.now());
    let mut tx = world.db.read().await.unwrap();
    let run: Option<(Option<String>, i64)> = tx
        .optional(
            "SELECT outcome, fence FROM job_run WHERE job = $1 AND scheduled_at = $2",
            (source::job_name(source).as_str(), due.timestamp_millis()),
        )
        .await
        .unwrap();
    let (outcome, taken) = run.unwrap_or_default();
    (outcome.unwrap_or_default(), taken)
}

/// Lets time pass, and waits for what is to come of the run of a source that is due then: the node's
/// own ticker may have taken it.
async fn outcome(world: &World, source: &Source, by: TimeDelta, said: &str) {
    world.fast_forward(by).await;
    let mut told = String::new();
    for _ in 0..500 {
        told = last_run(world, source).await.0;
        if told.contains(said) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(told.contains(said), "{told}");
    assert!(!told.contains("secret"), "{told}");
}

/// A snapshot of all stations, as the network published it, at another hour of Beijing.
fn snapshot(hour: DateTime<Utc>) -> String {
    const PUBLISHED: &str = include_str!("../fixtures/sources/national_snapshot_20170707T16.csv");
    let hour = (hour + TimeDelta::hours(8)).format("%Y-%m-%dT%H:00:00");
    PUBLISHED.replace("2017-07-07T16:00:00", &hour.to_string())
}

const HOUR: TimeDelta = TimeDelta::hours(1);

both_engines! {
    async fn a_forecast_is_fetched_every_hour_and_recorded_once_while_it_says_the_same(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let world = world(db, &fake).await;
        // A node asks as soon as it starts.
        outcome(&world, &fake.source(), TimeDelta::zero(), "4 new days").await;
        outcome(&world, &fake.source(), HOUR, "0 new days").await;
        let first = days(&world).await;
        let on: Vec<_> = first.iter().map(|(on, ..)| on.as_str()).collect();
        assert_eq!(on, ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]);
        assert!(first.iter().all(|(_, source, _)| source == "Open-Meteo.com (CAMS), CC BY 4.0"));

        outcome(&world, &fake.source(), HOUR, "0 new days").await;
        assert_eq!(days(&world).await, first, "it said the same");
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 260));
        outcome(&world, &fake.source(), HOUR, "4 new days").await;
        let both = days(&world).await;
        assert_eq!(both.len(), 8);
        assert!(both[7].2 > first[3].2, "the newer stands with its own instant");
        // It goes back to what it said first: that is news again, for the days from midnight on.
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 160));
        outcome(&world, &fake.source(), HOUR, "3 new days").await;
        assert_eq!(days(&world).await.len(), 11);
        // The same days of other hours are news too: any 24 of them may be judged.
        let hours = four_days("2026-11-24", 160).replace("160,160,", "150,170,");
        fake.answers(StatusCode::OK, &hours);
        outcome(&world, &fake.source(), HOUR, "3 new days").await;
        assert_eq!(days(&world).await.len(), 14);
        outcome(&world, &fake.source(), HOUR, "0 new days").await;
        // The same answer on the next day has lost a day and says nothing new.
        outcome(&world, &fake.source(), TimeDelta::hours(24), "0 new days").await;
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
        outcome(&world, &fake.source(), HOUR, "4 new days").await;
        let stands = days(&world).await;
        for (status, body, why) in [
            (StatusCode::SERVICE_UNAVAILABLE, String::new(), "failed: answered 503"),
            (StatusCode::OK, four_days("2026-11-20", 160), "stale: it ends at 2026-11-24T00:00"),
            (StatusCode::OK, "{}".to_owned(), "1 faults: the answer:1"),
            (StatusCode::OK, four_days("2026-11-24", 160).replace("μg/m³", "ppb"), "hourly_units.pm2_5"),
            (StatusCode::FOUND, String::new(), "answered 302"),
        ] {
            fake.answers(status, &body);
            outcome(&world, &fake.source(), HOUR, why).await;
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

    async fn a_source_that_is_away_is_asked_again_alone(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let away = Source {
            url: format!("http://{closed}/?apikey=secret"),
            region: "410100".parse().unwrap(),
            ..fake.source()
        };
        let sources = vec![away.clone(), fake.source()];
        let world = World::with(db, |config| config.sources = sources).await;
        outcome(&world, &fake.source(), HOUR, "new days").await;
        outcome(&world, &away, TimeDelta::zero(), "failed: no answer: ").await;
        assert_eq!(days(&world).await.len(), 4);
        let asked = fake.asked.load(Ordering::SeqCst);
        for minute in 2..5 {
            world.fast_forward(TimeDelta::minutes(1)).await;
            until("it is asked again", async || last_run(&world, &away).await.1 >= minute).await;
        }
        assert_eq!(fake.asked.load(Ordering::SeqCst), asked, "it has answered in this hour");
        assert_eq!(last_run(&world, &fake.source()).await.1, 1);
    }

    async fn a_source_that_brings_nothing_is_seen_until_it_does(db: TestDb) {
        let fake = Fake::answering(four_days("2026-11-24", 160)).await;
        let world = world(db, &fake).await;
        outcome(&world, &fake.source(), HOUR, "new days").await;
        let answered = world.clock.now();
        fake.answers(StatusCode::SERVICE_UNAVAILABLE, "");
        outcome(&world, &fake.source(), HOUR * 2, "answered 503").await;
        let region = REGION.parse().unwrap();
        assert!(source::list_stale(world.app(), region).await.unwrap().is_empty());
        let metrics = world.stranger().get("/metrics").send().await.unwrap().text().await.unwrap();
        let measured = r#"qingkong_source_silent_seconds{region="411000",series="forecast"} "#;
        assert!(metrics.contains(measured), "{metrics}");

        outcome(&world, &fake.source(), HOUR, "answered 503").await;
        let stale = source::list_stale(world.app(), region).await.unwrap();
        assert_eq!(stale[0].nothing_since, Some(answered));
        assert_eq!(stale[0].silent_for(world.clock.now()), HOUR * 3);
        assert!(source::list_stale(world.app(), "410100".parse().unwrap()).await.unwrap().is_empty());
        world.officer().await;
        let mut person = Person::signed_in(&world.stranger(), OFFICER).await;
        person.open("/").await;
        let said = "11月24日21时以来未取到预报数据";
        assert!(person.page.contains(said), "{}", person.page);

        fake.answers(StatusCode::OK, &four_days("2026-11-24", 160));
        outcome(&world, &fake.source(), HOUR, "new days").await;
        person.open("/").await;
        assert!(!person.page.contains("以来未取到"), "{}", person.page);
    }

    async fn stations_told_hour_by_hour_make_a_day_once_it_is_over(db: TestDb) {
        let fake = Fake::answering(snapshot(crate::world::start())).await;
        let observed = Source {
            series: SourceSeries::Observed,
            ..fake.source()
        };
        let sources = vec![observed.clone()];
        let world = World::with(db, |config| config.sources = sources).await;
        let at_the_next_hour = async |said: &str| {
            fake.answers(StatusCode::OK, &snapshot(world.clock.now() + HOUR));
            outcome(&world, &observed, HOUR, said).await;
        };
        // To the last hour of the 25th, one of which is missed.
        for hour in 21..48 {
            if hour == 34 {
                fake.answers(StatusCode::SERVICE_UNAVAILABLE, "");
                outcome(&world, &observed, HOUR, "answered 503").await;
            } else {
                at_the_next_hour("1 new days").await;
            }
        }
        let officer = world.officer().await;
        let shown = async || {
            let (status, outlook) =
                Visitor::json(officer.get("/api/v1/outlooks?region=411000")).await;
            assert_eq!(status, 200, "{outlook}");
            let days = outlook["days"].as_array().unwrap().iter();
            days.clone().find(|day| day["on"] == "2026-11-25").cloned().unwrap_or_default()
        };
        assert_eq!(shown().await["aqi"], Value::Null, "the day is not over");
        at_the_next_hour("2 new days").await;
        let day = shown().await;
        // Ozone of 190 µg/m³ all day, by HJ 633-2026: 100 + 30 × 50 / 55, rounded up.
        assert_eq!((&day["aqi"], &day["origin"]), (&json!(128), &json!("observed")), "{day}");
        let provenance = [&day["provenance"]["source"], &day["provenance"]["received_by"]];
        assert_eq!(provenance, [&json!("CNEMC national snapshot"), &json!("schedule")]);

        // What stands still is told apart from what is measured.
        outcome(&world, &observed, HOUR, "0 new days").await;
        outcome(&world, &observed, HOUR * 7, "stale: it ends at 2026-11-26T01:00").await;
        // What a model computed was not measured.
        fake.answers(StatusCode::OK, &four_days("2026-11-24", 160));
        outcome(&world, &observed, HOUR, "refused: format: expected what was measured").await;
    }
}
