//! Measured air that starts a warning at once, where the plan of the place says so.

use chrono::TimeDelta;
use qingkong::app::{Caller, decide};
use qingkong::playbooks::{File, Files};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::console::Person;
use crate::stories::bureau::OFFICER;
use crate::world::{Visitor, World};

const PROFILE: &str = "regions/410000-henan/411000-xuchang.toml";

/// Has 许昌 judged by the rules of 聊城.
async fn judge_as_liaocheng(world: &World) {
    let shipped = Files::shipped();
    let text = &shipped.get(PROFILE).unwrap().text;
    assert!(text.contains("\"mee-2024\""), "{text}");
    let profile = File {
        path: PROFILE.to_owned(),
        text: text.replace("\"mee-2024\"", "\"liaocheng-2024\""),
    };
    let files = Files::of(shipped.iter().cloned().chain([profile]));
    let operator = Caller::operator();
    world
        .app()
        .activate_playbook(&operator, None, files)
        .await
        .unwrap();
}

/// Hours of PM2.5 (µg/m³) from the beginning of the 24th of November on; all else is harmless.
fn table(hours: impl IntoIterator<Item = u32>) -> String {
    table_from(0, hours)
}

/// The same from an hour of that day on.
fn table_from(first: u32, hours: impl IntoIterator<Item = u32>) -> String {
    let hours = (first..).zip(hours).map(|(hour, pm2_5)| {
        let (day, hour) = (24 + hour / 24, hour % 24);
        format!("2026-11-{day}T{hour:02}:00,{pm2_5},20,5,20,0.5,20\n")
    });
    format!(
        "time,pm2_5,pm10,so2,no2,co,o3\n{}",
        hours.collect::<String>()
    )
}

async fn hand_in(officer: &Visitor, what: &str, table: String) -> Value {
    let path = format!("/api/v1/imports/days?region=411000&{what}");
    let request = officer
        .request(Method::POST, &path)
        .header(CONTENT_TYPE, "text/csv; charset=utf-8")
        .body(table);
    let (status, taken) = Visitor::json(request).await;
    assert_eq!(status, 200, "{taken}");
    taken
}

/// A night of haze as it is foreseen: no natural day of it has a mean over 115 µg/m³.
async fn foresee_a_night(officer: &Visitor) {
    let hours = (0..96).map(|hour| if (16..36).contains(&hour) { 160 } else { 20 });
    let what = "source=市站&issued_at=2026-11-24T08:00:00Z";
    hand_in(officer, what, table(hours)).await;
}

/// The day so far, which is at eight in the evening.
async fn measure(officer: &Visitor, hazy: std::ops::Range<u32>) -> Value {
    let hours = (0..hazy.end).map(|hour| if hazy.contains(&hour) { 160 } else { 20 });
    hand_in(officer, "source=实测", table(hours)).await
}

/// One hour of the day and nothing else.
async fn measure_the_hour(officer: &Visitor, hour: u32, pm2_5: u32) {
    hand_in(officer, "source=实测", table_from(hour, [pm2_5])).await;
}

async fn get(officer: &Visitor, path: &str) -> Value {
    let (status, answer) = Visitor::json(officer.get(path)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// The index of a day of an outlook.
fn aqi_of(outlook: &Value, on: &str) -> Value {
    let mut days = outlook["days"].as_array().unwrap().iter();
    days.find(|day| day["on"] == on).unwrap()["aqi"].clone()
}

both_engines! {
    async fn a_night_of_haze_is_proposed_at_once_where_the_plan_says_so(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        foresee_a_night(&officer).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "hold", "{judged}");

        // Four hours of it are measured, of a day that is not over.
        let taken = measure(&officer, 16..20).await;
        assert_eq!((&taken["days"], &taken["first"]), (&json!(1), &json!("2026-11-24")));
        let open = get(&officer, "/api/v1/proposals?region=411000").await;
        let told = [&open["proposal"], &open["level"], &open["from"], &open["until"]];
        let expected = ["issue", "yellow", "2026-11-24T00:00:00+08:00", "2026-11-26T00:00:00+08:00"];
        assert_eq!(told, expected.map(|word| json!(word)).each_ref());
        // 160 µg/m³ are AQI 210 by HJ 633-2026.
        let why = "至迟自2026-11-24 16时起实测AQI高于200（16时为210），预测未来12小时无明显改善，应立即启动黄色";
        assert_eq!(open["because"][0]["zh"], why);

        let mut person = Person::signed_in(&world.stranger(), OFFICER).await;
        person.open("/").await;
        assert!(person.page.contains(why), "{}", person.page);

        // An hour later the same is said of the same night: it stays one proposal.
        world.fast_forward(TimeDelta::hours(1)).await;
        measure(&officer, 16..21).await;
        let later = get(&officer, "/api/v1/proposals?region=411000").await;
        assert_eq!(later["id"], open["id"], "{later}");
        decide::review(world.app(), "411000".parse().unwrap()).await.unwrap();
        assert_eq!(get(&officer, "/api/v1/proposals?region=411000").await["id"], open["id"]);

        // By four in the morning the end of the haze is near.
        world.fast_forward(TimeDelta::hours(7)).await;
        let officer = world.officer().await;
        decide::review(world.app(), "411000".parse().unwrap()).await.unwrap();
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "hold", "{judged}");
    }

    async fn a_haze_told_hour_by_hour_is_one_proposal(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        foresee_a_night(&officer).await;
        // Each file tells one hour more, and only that.
        measure_the_hour(&officer, 18, 160).await;
        measure_the_hour(&officer, 19, 170).await;
        let open = get(&officer, "/api/v1/proposals?region=411000").await;
        let since = "至迟自2026-11-24 18时起实测AQI高于200";
        assert!(open["because"][0]["zh"].as_str().unwrap().starts_with(since), "{open}");

        let decline = format!("/api/v1/proposals/{}/decline", open["id"]);
        let said = json!({ "region": "411000", "reason": "夜间观望" });
        let declined = officer.request(Method::POST, &decline).json(&said).send().await.unwrap();
        assert_eq!(declined.status(), 204);
        world.fast_forward(TimeDelta::hours(1)).await;
        measure_the_hour(&officer, 20, 190).await;
        let (status, open) = Visitor::json(officer.get("/api/v1/proposals?region=411000")).await;
        assert_eq!(status, 404, "the same haze was declined an hour ago: {open}");
    }

    async fn a_declined_night_is_declined_after_midnight_until_it_gets_worse(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        let night = |end: u32| table((0..96).map(|hour| if (18..end).contains(&hour) { 160 } else { 20 }));
        hand_in(&officer, "source=市站&issued_at=2026-11-24T08:00:00Z", night(40)).await;
        measure(&officer, 18..20).await;
        let open = get(&officer, "/api/v1/proposals?region=411000").await;
        let decline = format!("/api/v1/proposals/{}/decline", open["id"]);
        let said = json!({ "region": "411000", "reason": "夜间观望" });
        let declined = officer.request(Method::POST, &decline).json(&said).send().await.unwrap();
        assert_eq!(declined.status(), 204);

        // Two in the morning: what is left of the night begins with the day.
        world.fast_forward(TimeDelta::hours(6)).await;
        let officer = world.officer().await;
        measure(&officer, 18..26).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        let told = [&judged["proposal"], &judged["from"]];
        assert_eq!(told, [&json!("issue"), &json!("2026-11-25T00:00:00+08:00")]);
        let (status, open) = Visitor::json(officer.get("/api/v1/proposals?region=411000")).await;
        assert_eq!(status, 404, "the same night was declined: {open}");

        // It is foreseen to last for two days more.
        hand_in(&officer, "source=市站&issued_at=2026-11-24T17:00:00Z", night(80)).await;
        let open = get(&officer, "/api/v1/proposals?region=411000").await;
        assert_eq!(open["until"], "2026-11-27T00:00:00+08:00", "{open}");
        world.service.stop().await;
    }

    async fn a_forecast_made_today_tells_the_hours_of_today_that_are_left(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        measure(&officer, 16..20).await;
        let hours = (0..80).map(|hour| if hour < 20 { 160 } else { 20 });
        let what = "source=市站&issued_at=2026-11-24T08:00:00Z";
        hand_in(&officer, what, table_from(16, hours)).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "issue", "{judged}");
    }

    async fn a_forecast_made_today_keeps_what_its_source_said_of_the_morning(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let morning = "source=市站&issued_at=2026-11-23T12:00:00Z";
        hand_in(&officer, morning, table((0..96).map(|_| 100))).await;
        let what = "source=市站&issued_at=2026-11-24T08:00:00Z";
        hand_in(&officer, what, table_from(16, (0..80).map(|_| 160))).await;
        let outlook = get(&officer, "/api/v1/outlooks?region=411000").await;
        // 16 hours of 100 and 8 of 160 µg/m³: 120 µg/m³, which is AQI 158 by HJ 633-2026.
        assert_eq!(aqi_of(&outlook, "2026-11-24"), json!(158), "{outlook}");
    }

    async fn a_forecast_out_of_date_says_nothing_of_the_night(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        let hours = (0..96).map(|hour| if (16..36).contains(&hour) { 160 } else { 20 });
        hand_in(&officer, "source=市站&issued_at=2026-11-22T12:00:00Z", table(hours)).await;
        measure(&officer, 16..20).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "hold", "{judged}");
    }

    async fn the_national_rules_wait_for_the_mean_of_a_day(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        foresee_a_night(&officer).await;
        measure(&officer, 16..20).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "hold", "{judged}");
    }

    async fn a_morning_of_clean_hours_starts_nothing(db: TestDb) {
        let world = World::new(db).await;
        judge_as_liaocheng(&world).await;
        let officer = world.officer().await;
        foresee_a_night(&officer).await;
        measure(&officer, 20..20).await;
        let judged = get(&officer, "/api/v1/decisions?region=411000").await;
        assert_eq!(judged["proposal"], "hold", "{judged}");
    }
}
