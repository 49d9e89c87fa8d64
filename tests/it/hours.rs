//! Hours kept beside their days, and any 24 of them judged where the playbook says so.

use qingkong::app::Caller;
use qingkong::playbooks::{File, Files};
use serde_json::{Value, json};

use crate::console::Person;
use crate::stories::bureau::{Bureau, OFFICER};
use crate::stories::sinks::{Sinks, until_sent};
use crate::world::{Visitor, World};

const PROFILE: &str = "regions/410000-henan/411000-xuchang.toml";

/// Has 许昌 judged by any 24 hours.
async fn judge_by_hours(world: &World) {
    let shipped = Files::shipped();
    let text = &shipped.get(PROFILE).unwrap().text;
    let rules = "rules = \"mee-2024\"";
    assert!(text.contains(rules), "{text}");
    let profile = File {
        path: PROFILE.to_owned(),
        text: text.replace(rules, &format!("{rules}\nwindow = \"rolling-24h\"")),
    };
    let files = Files::of(shipped.iter().cloned().chain([profile]));
    let operator = Caller::operator();
    let activated = world.app().activate_playbook(&operator, None, files).await;
    activated.unwrap();
}

/// Five days from the 24th of November on as Open-Meteo writes them: 20 µg/m³ of PM2.5, and 152 for
/// 48 hours from 20:00 on the 25th. All else is harmless.
fn two_days_of_haze() -> String {
    let hours = 0..120;
    let time = |hour| format!("2026-11-{}T{:02}:00", 24 + hour / 24, hour % 24);
    let haze = 44..92;
    let pm2_5 = |hour| if haze.contains(&hour) { 152 } else { 20 };
    let harmless = vec![10; 120];
    let unit = "μg/m³";
    let answer = json!({
        "latitude": 34.0, "longitude": 113.8, "utc_offset_seconds": 28_800,
        "hourly_units": {
            "time": "iso8601", "pm2_5": unit, "pm10": unit, "sulphur_dioxide": unit,
            "nitrogen_dioxide": unit, "carbon_monoxide": unit, "ozone": unit,
        },
        "hourly": {
            "time": hours.clone().map(time).collect::<Vec<_>>(),
            "pm2_5": hours.map(pm2_5).collect::<Vec<_>>(),
            "pm10": harmless, "sulphur_dioxide": harmless, "nitrogen_dioxide": harmless,
            "carbon_monoxide": harmless, "ozone": harmless,
        },
    });
    answer.to_string()
}

/// Hands the hours in as a forecast made when the world begins.
async fn foresee(officer: &Visitor) {
    let path = "/api/v1/imports/days?region=411000&issued_at=2026-11-24T12:00:00Z";
    let request = officer
        .request(reqwest::Method::POST, path)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .body(two_days_of_haze());
    let (status, taken) = Visitor::json(request).await;
    assert_eq!((status, &taken["days"]), (200, &json!(5)), "{taken}");
}

async fn decision(officer: &Visitor) -> Value {
    let (status, decision) = Visitor::json(officer.get("/api/v1/decisions?region=411000")).await;
    assert_eq!(status, 200, "{decision}");
    decision
}

fn reasons(decision: &Value) -> Vec<&str> {
    let because = decision["because"].as_array().unwrap().iter();
    because
        .map(|reason| reason["zh"].as_str().unwrap())
        .collect()
}

both_engines! {
    async fn two_days_that_begin_in_the_evening_are_found_and_read_right(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 4, &sinks).await;
        judge_by_hours(&bureau.world).await;
        let officer = &bureau.officer;
        foresee(officer).await;

        // 152 µg/m³ are AQI 202 by HJ 633-2026, and with one hour of 20 among them 146.5 are 195: the
        // 48 hours over 200 begin at 20:00. Over 150 (115 µg/m³) up to six such hours leave the mean of
        // 24: the episode begins six hours before.
        let judged = decision(officer).await;
        assert_eq!((&judged["proposal"], &judged["level"]), (&json!("issue"), &json!("orange")));
        assert_eq!(judged["from"], "2026-11-25T14:00:00+08:00");
        let met = "2026-11-25 20时起每24小时 AQI 202、202，满足橙色条件“AQI>200持续48小时”";
        assert!(reasons(&judged).contains(&met), "{judged}");
        let (_, open) = Visitor::json(officer.get("/api/v1/proposals?region=411000")).await;
        for field in ["level", "from", "until", "because"] {
            assert_eq!(open[field], judged[field], "{field}");
        }

        // What the officer sees and drafts, and what the plants read.
        let mut person = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        person.open("/").await;
        assert!(person.page.contains("2026年11月25日14时"), "{}", person.page);
        assert!(person.page.contains("2026-11-25 20时起每24小时"), "{}", person.page);
        person.open("/notices/new?grounds=proposal").await;
        let consulted = [("consulted_by", "市气象局"), ("consultation", "静稳高湿")];
        person.submit("/notices", &consulted).await;
        assert!(person.page.contains("草稿已建立"), "{}", person.page);
        assert!(person.page.contains("value=\"14:00\""), "{}", person.page);
        assert!(person.page.contains("2026-11-25 20时起每24小时"), "{}", person.page);
        let notice = person.address.split(['/', '?']).nth(2).unwrap().to_owned();
        bureau.sign(&notice).await;
        bureau.issue(&notice, "许环委办〔2026〕1号").await;
        until_sent(&bureau.world).await;
        let letters = sinks.letters();
        assert!(letters.iter().any(|letter| letter.text.contains("2026年11月25日14时")));

        qingkong::app::journal::seal(bureau.world.app()).await.unwrap();
        let verified = qingkong::app::journal::verify::verify(&bureau.world.db, None).await;
        assert_eq!(verified.unwrap().faults, []);
        bureau.world.service.stop().await;
    }

    async fn where_hours_are_missing_the_days_stand_and_it_is_said(db: TestDb) {
        let world = World::new(db).await;
        judge_by_hours(&world).await;
        let officer = world.officer().await;
        foresee(&officer).await;
        // The station is trusted before the model and foresees days.
        let days = json!([
            { "on": "2026-11-25", "aqi": 60 }, { "on": "2026-11-26", "aqi": 202 },
            { "on": "2026-11-27", "aqi": 172 }, { "on": "2026-11-28", "aqi": 30 },
        ]);
        let station = json!({
            "region": "411000", "source": "市站", "issued_at": "2026-11-24T12:00:00Z", "days": days,
        });
        let (status, _) = Visitor::json(officer.post("/api/v1/outlooks", &station)).await;
        assert_eq!(status, 201);
        let judged = decision(&officer).await;
        assert_eq!((&judged["level"], &judged["from"]), (&json!("yellow"), &json!("2026-11-26T00:00:00+08:00")));
        assert_eq!(reasons(&judged).last(), Some(&"有日期缺小时值，按自然日研判"), "{judged}");
    }

    async fn natural_days_are_judged_where_the_playbook_says_nothing_else(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        foresee(&officer).await;
        // The 25th has 4 hours of 152, the 26th 24 (AQI 202), the 27th 20: 130 µg/m³, AQI 172.
        let judged = decision(&officer).await;
        assert_eq!((&judged["level"], &judged["from"]), (&json!("yellow"), &json!("2026-11-26T00:00:00+08:00")));
        assert!(reasons(&judged).iter().any(|why| why.starts_with("2026-11-26 AQI 202，")), "{judged}");
        assert!(!reasons(&judged).iter().any(|why| why.contains("小时值")), "{judged}");
    }
}
