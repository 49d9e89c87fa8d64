//! Forecasts in, decisions out, the chain's head, and the playbook in force.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::world::{Visitor, World};

/// A forecast of the 25th on, made when the world begins.
fn forecast(values: &[u16]) -> Value {
    let days: Vec<_> = (25..)
        .zip(values)
        .map(|(day, aqi)| json!({ "on": format!("2026-11-{day}"), "aqi": aqi, "primary": ["pm2_5"] }))
        .collect();
    json!({
        "region": "411000",
        "source": "省中心",
        "issued_at": "2026-11-24T20:00:00+08:00",
        "days": days,
    })
}

async fn get(visitor: &Visitor, path: &str) -> Value {
    let (status, body) = Visitor::json(visitor.get(path)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The account that brought what is on record.
async fn account(world: &World) -> String {
    let mut tx = world.db.read().await.unwrap();
    let found: Option<(String,)> = tx
        .optional("SELECT id FROM account WHERE name = $1", ("zhiban",))
        .await
        .unwrap();
    found.unwrap().0
}

both_engines! {
    async fn a_forecast_becomes_a_decision_with_its_reasons(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let request = officer.post("/api/v1/outlooks", &forecast(&[180, 210, 220, 90]));
        let (status, taken) = Visitor::json(request).await;
        assert_eq!(status, 201, "{taken}");
        assert_eq!(taken, json!({ "days": 4, "gaps": 0, "first": "2026-11-25", "last": "2026-11-28" }));

        let outlook = get(&officer, "/api/v1/outlooks?region=411000").await;
        assert_eq!(outlook["issued_at"], "2026-11-24T20:00:00+08:00");
        assert_eq!(outlook["days"][1], json!({
            "on": "2026-11-26", "aqi": 210, "primary": ["pm2_5"],
            "origin": "forecast", "judged": 210,
            "provenance": {
                "source": "省中心", "issued_at": "2026-11-24T20:00:00+08:00",
                "received_at": "2026-11-24T20:00:00+08:00", "received_by": account(&world).await,
            },
            "taken": {
                "zh": "取省中心 11-24 20:00 预报",
                "en": "taken from 省中心, forecast of 11-24 20:00",
            },
        }));

        // More than 150 for three days, more than 200 for two: orange (环大气〔2024〕6号).
        let decision = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(decision["rules"], "mee-2024");
        assert_eq!(decision["proposal"], "issue");
        assert_eq!(decision["level"], "orange");
        assert_eq!(decision["from"], "2026-11-25T00:00:00+08:00");
        assert_eq!(decision["until"], "2026-11-28T00:00:00+08:00");
        assert_eq!(decision["next"]["level"], "red");
        let open = get(&officer, "/api/v1/proposals?region=411000").await;
        for field in ["rules", "rules_digest", "proposal", "level", "from", "until", "because", "next"] {
            assert_eq!(open[field], decision[field], "{field}");
        }
    }

    async fn hours_are_judged_like_those_of_a_file(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let day = |on: &str, hours: Value| json!({ "on": on, "hours": hours });
        let send = async |officer: &Visitor, days: Value| {
            let asked = json!({ "region": "411000", "source": "国控站", "days": days });
            Visitor::json(officer.post("/api/v1/outlooks", &asked)).await
        };
        let hour_by_hour = |from: usize, to: usize, value: u32| {
            let hours = (0..24).map(|hour| (from..to).contains(&hour).then_some(value));
            hours.collect::<Vec<_>>()
        };
        // Twelve hours are no day, until twelve more are told of yesterday.
        let (status, refused) = send(&officer, json!([
            day("2026-11-22", json!({ "pm2_5": hour_by_hour(0, 12, 150) })),
        ])).await;
        let first = [&refused["errors"][0]["field"], &refused["errors"][0]["code"]];
        assert_eq!((status, first), (422, [&json!("days[0].hours"), &json!("no-value")]), "{refused}");
        let (status, taken) = send(&officer, json!([
            day("2026-11-23", json!({ "pm2_5": hour_by_hour(0, 24, 150), "so2": hour_by_hour(0, 24, 5) })),
            day("2026-11-24", json!({ "pm2_5": hour_by_hour(0, 20, 150) })),
        ])).await;
        assert_eq!((status, &taken["days"], &taken["gaps"]), (201, &json!(2), &json!(1)), "{taken}");
        let days = get(&officer, "/api/v1/outlooks?region=411000").await["days"].clone();
        // 150 µg/m³ are AQI 200 by HJ 633-2026; today is not over.
        assert_eq!((&days[0]["on"], &days[0]["aqi"]), (&json!("2026-11-23"), &json!(200)));
        assert_eq!((&days[1]["on"], &days[1]["aqi"]), (&json!("2026-11-24"), &Value::Null));

        world.fast_forward(chrono::TimeDelta::hours(6)).await;
        let officer = world.officer().await;
        let (status, taken) = send(&officer, json!([
            day("2026-11-24", json!({ "pm2_5": hour_by_hour(20, 24, 150) })),
        ])).await;
        assert_eq!(status, 201, "{taken}");
        let days = get(&officer, "/api/v1/outlooks?region=411000").await["days"].clone();
        assert_eq!((&days[1]["on"], &days[1]["aqi"]), (&json!("2026-11-24"), &json!(200)));

        for (hours, field) in [
            (json!({ "pm2_5": [1, 2] }), "days[0].hours.pm2_5"),
            (json!({ "pm1": hour_by_hour(0, 24, 5) }), "days[0].hours.pm1"),
            (json!({ "co": (0..24).map(|hour| if hour == 3 { -1 } else { 1 }).collect::<Vec<_>>() }),
             "days[0].hours.co[3]"),
        ] {
            let (status, refused) = send(&officer, json!([day("2026-11-23", hours)])).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!(field)), "{refused}");
        }
        for (field, value) in [("aqi", json!(90)), ("primary", json!(["pm2_5"]))] {
            let mut both = day("2026-11-23", json!({ "pm2_5": hour_by_hour(0, 24, 5) }));
            both[field] = value;
            let (status, refused) = send(&officer, json!([both])).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("days[0].hours")), "{refused}");
        }
    }

    async fn late_hours_of_yesterday_are_kept_until_they_make_a_day(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let send = async |from: usize, to: usize| {
            let hours: Vec<_> = (0..24).map(|hour| (from..to).contains(&hour).then_some(150)).collect();
            let days = json!([{ "on": "2026-11-23", "hours": { "pm2_5": hours } }]);
            let asked = json!({ "region": "411000", "source": "国控站", "days": days });
            let (status, taken) = Visitor::json(officer.post("/api/v1/outlooks", &asked)).await;
            assert_eq!((status, &taken["days"]), (201, &json!(1)), "{taken}");
            let days = get(&officer, "/api/v1/outlooks?region=411000").await["days"].clone();
            let day = days.as_array().unwrap().iter().find(|day| day["on"] == "2026-11-23");
            (taken["gaps"].clone(), day.map(|day| day["aqi"].clone()))
        };
        // It is the 24th. A day takes 20 hours; 150 µg/m³ are AQI 200 by HJ 633-2026.
        assert_eq!(send(0, 12).await, (json!(1), Some(Value::Null)));
        assert_eq!(send(12, 19).await, (json!(1), Some(Value::Null)));
        assert_eq!(send(23, 24).await, (json!(0), Some(json!(200))));
    }

    async fn what_was_taken_in_is_answered_alike_when_the_day_has_turned(db: TestDb) {
        let world = World::new(db).await;
        let send = async |key: &str, days: &Value| {
            let asked = json!({ "region": "411000", "source": "国控站", "days": days });
            let officer = world.officer().await;
            let request = officer.post("/api/v1/outlooks", &asked);
            Visitor::json(request.header("idempotency-key", key)).await
        };
        // On the 24th twelve hours of the 23rd may be told, on the 25th they are no day.
        let hours: Vec<_> = (0..24).map(|hour| (hour < 12).then_some(150)).collect();
        let days = json!([{ "on": "2026-11-23", "hours": { "pm2_5": hours } }]);
        let first = send("k-1", &days).await;
        assert_eq!(first.0, 201, "{}", first.1);
        world.fast_forward(chrono::TimeDelta::hours(6)).await;
        assert_eq!(send("k-1", &days).await, first);
        assert_eq!(send("k-2", &days).await.0, 422);
    }

    async fn every_day_says_whose_value_is_judged_and_what_the_others_say(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let send = async |change: Value| {
            let mut asked = forecast(&[180, 210]);
            asked.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let (status, body) = Visitor::json(officer.post("/api/v1/outlooks", &asked)).await;
            assert_eq!(status, 201, "{body}");
        };
        let early = "2026-11-24T08:00:00+08:00";
        send(json!({ "source": "市站", "issued_at": early, "days": [
            { "on": "2026-11-25", "aqi": 180, "aqi_high": 230 },
        ] })).await;
        let model = json!({ "source": "open-meteo", "days": [
            { "on": "2026-11-25", "aqi": 165 }, { "on": "2026-11-26", "aqi": 90 },
        ] });
        world.fast_forward(chrono::TimeDelta::minutes(5)).await;
        send(model).await;
        send(json!({ "source": "国控站", "issued_at": null, "days": [
            { "on": "2026-11-23", "aqi": 120 },
        ] })).await;

        let days = get(&officer, "/api/v1/outlooks?region=411000").await["days"].clone();
        let by = account(&world).await;
        assert_eq!(days[0]["taken"]["zh"], "取国控站 实测");
        assert_eq!(days[0]["provenance"], json!({
            "source": "国控站", "received_at": "2026-11-24T20:05:00+08:00", "received_by": by,
        }));
        assert_eq!(days[1], json!({ "on": "2026-11-24", "primary": [], "origin": "observed" }));
        assert_eq!(days[2], json!({
            "on": "2026-11-25", "aqi": 180, "aqi_high": 230, "primary": [], "origin": "forecast",
            "judged": 205,
            "provenance": {
                "source": "市站", "issued_at": early,
                "received_at": "2026-11-24T20:00:00+08:00", "received_by": by,
            },
            "taken": {
                "zh": "取市站 11-24 08:00 预报；open-meteo 低 40",
                "en": "taken from 市站, forecast of 11-24 08:00; open-meteo is 40 lower",
            },
            "others": [{
                "aqi": 165, "origin": "forecast", "judged": 165,
                "provenance": {
                    "source": "open-meteo", "issued_at": "2026-11-24T20:00:00+08:00",
                    "received_at": "2026-11-24T20:05:00+08:00", "received_by": by,
                },
            }],
        }));
        assert_eq!(days[3]["provenance"]["source"], "open-meteo");

        // 205 is 重度 and 165 中度: the overview says so, and what each day rests on.
        let page = officer.get("/").send().await.unwrap().text().await.unwrap();
        let disputed = "11月25日</time> 取市站 11-24 08:00 预报；open-meteo 低 40";
        assert!(page.contains(disputed), "{page}");
        assert_eq!(page.matches("预报；").count(), 1, "one day is disputed");
        assert!(page.contains("市站，11-24 08:00 发布，11-24 20:00 收到（zhiban）"), "{page}");

        // Two days on, nobody has spoken again: the newest stale word stands and is marked.
        world.fast_forward(chrono::TimeDelta::hours(31)).await;
        let officer = world.officer().await;
        let days = get(&officer, "/api/v1/outlooks?region=411000").await["days"].clone();
        assert_eq!((&days[3]["stale"], &days[3]["judged"]), (&json!(true), &json!(90)));
        assert!(days[3]["taken"]["en"].as_str().unwrap().contains("out of date"));
        let page = officer.get("/").send().await.unwrap().text().await.unwrap();
        let stale = "open-meteo，11-24 20:00 发布（已过时效），11-24 20:05 收到（zhiban）";
        assert!(page.contains(stale), "{page}");
    }

    async fn every_source_is_told_how_good_its_forecasts_were(db: TestDb) {
        let world = World::new(db).await;
        let send = async |at: &str, source: &str, issued_at: Option<&str>, days: &[(u32, u16)]| {
            let now: DateTime<Utc> = format!("2026-11-{at}:00+08:00").parse().unwrap();
            world.clock.advance(now - world.clock.now());
            let officer = world.officer().await;
            let days: Vec<_> = days
                .iter()
                .map(|(day, aqi)| json!({ "on": format!("2026-11-{day}"), "aqi": aqi }))
                .collect();
            let issued_at = issued_at.map(|at| format!("2026-11-{at}:00+08:00"));
            let asked = json!({
                "region": "411000", "source": source, "issued_at": issued_at, "days": days,
            });
            let (status, body) = Visitor::json(officer.post("/api/v1/outlooks", &asked)).await;
            assert_eq!(status, 201, "{body}");
        };
        let path = "/api/v1/outlooks/skill?region=411000";
        let nothing = json!({
            "from": "2026-07-27", "to": "2026-11-23", "measured_days": 0, "sources": [],
        });
        assert_eq!(get(&world.officer().await, path).await, nothing);

        // The last word of a day counts, up to midnight in Beijing, whichever came in first.
        send("25T08:00", "open-meteo", Some("25T08:00"), &[(26, 210), (27, 100)]).await;
        send("26T23:30", "市站", Some("26T23:30"), &[(27, 180)]).await;
        send("26T23:40", "市站", Some("26T08:00"), &[(27, 400)]).await;
        send("27T00:30", "市站", Some("27T00:30"), &[(27, 200), (28, 160), (29, 310)]).await;
        // Today is not over.
        send("29T08:00", "市站", Some("29T08:00"), &[(30, 90)]).await;
        send("30T20:00", "国控站", None, &[(27, 205), (28, 140), (29, 320), (30, 300)]).await;
        // Of a day that is over nobody foresees anything, whatever he says.
        send("30T20:00", "市站", Some("26T23:50"), &[(27, 205), (28, 140), (29, 320)]).await;
        let officer = world.officer().await;

        let line = |above, levels: &[&str], [hits, misses, false_alarms, quiet]: [u32; 4]| json!({
            "above": above, "levels": levels,
            "hits": hits, "misses": misses, "false_alarms": false_alarms, "quiet": quiet,
        });
        // 环大气〔2024〕6号: yellow over 200 or 150, orange over 200 or 150, red over 200 with 300 inside.
        let lines = |over_150, over_200, over_300| json!([
            line(150, &["yellow", "orange"], over_150),
            line(200, &["yellow", "orange", "red"], over_200),
            line(300, &["red"], over_300),
        ]);
        let lead = |lead_days, days, bias: f64, error: f64, lines: Value| json!({
            "lead_days": lead_days, "days": days, "bias": bias, "mean_absolute_error": error,
            "lines": lines,
        });
        let (hit, miss, quiet) = ([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]);
        assert_eq!(get(&officer, path).await, json!({
            "from": "2026-08-02", "to": "2026-11-29", "measured_days": 3,
            "sources": [
                { "source": "open-meteo", "leads": [
                    // 100 for 205; nobody measured the 26th.
                    lead(2, 1, -105.0, 105.0, lines(miss, miss, quiet)),
                ] },
                { "source": "市站", "leads": [
                    // 200 for 205.
                    lead(0, 1, -5.0, 5.0, lines(hit, miss, quiet)),
                    // 180 for 205 and 160 for 140: -25 and +20.
                    lead(1, 2, -2.5, 22.5, lines([1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 0, 2])),
                    // 310 for 320.
                    lead(2, 1, -10.0, 10.0, lines(hit, hit, hit)),
                ] },
            ],
        }));
        let one_day = get(&officer, &format!("{path}&days=1")).await;
        assert_eq!((&one_day["from"], &one_day["measured_days"]), (&json!("2026-11-29"), &json!(1)));
        for days in ["0", "367"] {
            let (status, _) = Visitor::json(officer.get(&format!("{path}&days={days}"))).await;
            assert_eq!(status, 422);
        }
        let page = officer.get("/").send().await.unwrap().text().await.unwrap();
        let cell = |label: &str, text: &str| {
            format!("<td class=\"number\" data-label=\"{label}\">{text}</td>")
        };
        let row = [
            cell("提前天数", "1"), cell("检验天数", "2"), cell("平均偏差", "-2.5"),
            cell("平均绝对误差", "22.5"), "<td class=\"number\">1 / 0 / 1</td>".to_owned(),
        ];
        assert!(page.contains(&format!("<th scope=\"row\">市站</th>{}", row.concat())), "{page}");
    }

    async fn a_forecast_sent_twice_is_taken_in_once(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let send = async |values: &[u16]| {
            let request = officer.post("/api/v1/outlooks", &forecast(values));
            Visitor::json(request.header("Idempotency-Key", "bulletin-7")).await
        };
        let first = send(&[210]).await;
        assert_eq!(first.0, 201);
        assert_eq!(send(&[210]).await, first);
        let (status, problem) = send(&[220]).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("idempotency-key-reused")));
    }

    async fn every_faulty_field_of_an_outlook_is_named(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let asked = json!({
            "region": "411000", "source": "省中心", "issued_at": "2026-11-24T20:00:00+08:00",
            "days": [
                { "on": "2026-11-25", "aqi": 501 },
                { "on": "2026-11-26", "aqi": 100, "aqi_high": 90 },
                { "on": "2026-11-27", "aqi_high": 90 },
                { "on": "2026-11-28", "cause": "rain" },
                { "on": "2026-11-29", "primary": ["pm1"] },
                { "on": "2026-11-30", "concentrations": { "pm2_5": -1 } },
                { "on": "2026-12-01", "concentrations": { "o3_8h": 1 } },
                { "on": "2026-12-02", "aqi": 1, "concentrations": { "pm2_5": 1 } },
                { "on": "2026-12-03", "concentrations": { "pm2_5": 35.25, "co": 0.4 } },
            ],
        });
        let (status, problem) = Visitor::json(officer.post("/api/v1/outlooks", &asked)).await;
        assert_eq!(status, 422);
        let errors = problem["errors"].as_array().unwrap().iter();
        let fields: Vec<_> = errors.map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, [
            "days[0].aqi", "days[1].aqi", "days[2].aqi", "days[3].cause", "days[4].primary",
            "days[5].concentrations.pm2_5", "days[6].concentrations.o3_8h",
            "days[7].concentrations",
        ]);
    }

    async fn a_gap_is_filled_in_over_the_interface_and_stays_marked(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let mut asked = forecast(&[210, 220]);
        asked["days"][0]["aqi"] = Value::Null;
        officer.post("/api/v1/outlooks", &asked).send().await.unwrap();
        let fill = json!({
            "region": "411000", "on": "2026-11-25", "aqi": 180, "aqi_high": 220, "source": "会商",
        });
        let fill = || Visitor::json(officer.post("/api/v1/outlooks/fill-in", &fill));
        let outlook = get(&officer, "/api/v1/outlooks?region=411000").await;
        assert_eq!(outlook["days"][0]["provenance"], Value::Null, "nobody has given it a value");
        assert_eq!(fill().await.0, 201);
        let outlook = get(&officer, "/api/v1/outlooks?region=411000").await;
        assert_eq!(outlook["days"][0]["origin"], "filled-in");
        assert_eq!(outlook["days"][0]["aqi_high"], 220);
        assert_eq!(fill().await.0, 409);
        let inspector = world.approver().await;
        let refused = inspector.post("/api/v1/outlooks", &forecast(&[1]));
        assert_eq!(Visitor::json(refused).await.0, 403);
    }

    async fn the_journal_and_the_playbook_are_read_by_who_may(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        officer.post("/api/v1/outlooks", &forecast(&[90])).send().await.unwrap();
        qingkong::app::journal::seal(world.app()).await.unwrap();

        let head = get(&officer, "/api/v1/journal/head").await;
        assert_eq!(head["unsealed"], 0);
        let page = get(&officer, "/api/v1/journal/entries?limit=500").await;
        let kinds: Vec<_> = page["items"].as_array().unwrap().iter().map(|e| &e["kind"]).collect();
        assert_eq!(kinds, ["forecast.taken-in"], "the playbook concerns no region of the officer's");
        assert_eq!(page["next"].as_str().unwrap(), head["position"].to_string());
        let after = format!("/api/v1/journal/entries?after={}", head["position"]);
        assert_eq!(get(&officer, &after).await, json!({ "items": [] }));

        let playbook = get(&officer, "/api/v1/playbook").await;
        assert_eq!(playbook["digest"], qingkong::playbooks::Files::shipped().digest());
        assert_eq!(Visitor::json(world.stranger().get("/api/v1/journal/head")).await.0, 401);
    }
}
