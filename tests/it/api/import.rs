//! Lists and offices over HTTP: in, out, and in again.

use reqwest::header;
use serde_json::{Value, json};

use crate::database::TestDb;
use crate::stories::bureau;
use crate::world::{Visitor, World};

const LIST: &str = "/api/v1/imports/enterprises";
const OFFICES: &str = "/api/v1/imports/offices";
const EXPORT: &str = "/api/v1/exports/enterprises";

async fn post(visitor: &Visitor, path: &str, csv: &str) -> (u16, Value) {
    post_as(visitor, path, csv, None).await
}

async fn post_as(visitor: &Visitor, path: &str, csv: &str, key: Option<&str>) -> (u16, Value) {
    let mut request = visitor
        .request(reqwest::Method::POST, path)
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .body(csv.to_owned());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    Visitor::json(request).await
}

async fn export(visitor: &Visitor) -> String {
    let answer = visitor.get(EXPORT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "text/csv; charset=utf-8"
    );
    answer.text().await.unwrap()
}

both_engines! {
    async fn a_list_goes_out_and_in_again_unchanged(db: TestDb) {
        let world = World::new(db).await;
        // More than one page of an export.
        bureau::import(world.app(), 1_200, None).await;
        let administrator = world.administrator().await;
        let list = export(&administrator).await;

        let (status, report) = post(&administrator, &format!("{LIST}?replace=true"), &list).await;
        assert_eq!(status, 200, "{report}");
        let same = json!({
            "taken": true, "version": 1, "added": 0, "changed": 0, "unchanged": 1200, "removed": 0,
            "faults": [],
        });
        assert_eq!(report, same);
        assert_eq!(export(&administrator).await, list);
    }

    async fn a_faulty_list_changes_nothing_and_says_where_it_is_wrong(db: TestDb) {
        let world = World::new(db).await;
        bureau::import(world.app(), 20, None).await;
        let administrator = world.administrator().await;
        let list = export(&administrator).await;
        let faulty = list.replacen(",正常,", ",停,", 1);

        let (status, refused) = post(&administrator, LIST, &faulty).await;
        assert_eq!((status, &refused["code"]), (422, &json!("invalid")), "{refused}");
        let columns: Vec<_> = refused["errors"].as_array().unwrap().iter()
            .map(|error| error["field"].as_str().unwrap().split_once(':').unwrap().1).collect();
        assert!(columns.contains(&"企业状态"), "{refused}");

        let (status, tried) = post(&administrator, &format!("{LIST}?dry_run=true"), &faulty).await;
        assert_eq!((status, &tried["taken"]), (200, &json!(false)));
        assert_eq!(tried["faults"].as_array().unwrap().len(), columns.len());
        assert!(tried["faulty_rows"].as_str().unwrap().contains("expected one of 正常"));

        let accepting = format!("{LIST}?accept_valid=true");
        let (status, taken) = post(&administrator, &accepting, &faulty).await;
        assert_eq!((status, &taken["taken"], &taken["changed"]), (200, &json!(true), &json!(0)));
        assert_eq!(export(&administrator).await, list, "the faulty plants stay as they were");
    }

    async fn a_list_taken_twice_under_one_key_is_taken_once(db: TestDb) {
        let world = World::new(db).await;
        bureau::import(world.app(), 10, None).await;
        let administrator = world.administrator().await;
        let list = export(&administrator).await.replace("（虚构）,", "（虚构、更名）,");
        let first = post_as(&administrator, LIST, &list, Some("k-1")).await;
        assert_eq!((first.0, &first.1["changed"]), (200, &json!(10)));
        assert_eq!(post_as(&administrator, LIST, &list, Some("k-1")).await, first);
        let differently = format!("{LIST}?replace=true");
        let (status, refused) = post_as(&administrator, &differently, &list, Some("k-1")).await;
        assert_eq!((status, &refused["code"]), (409, &json!("idempotency-key-reused")));
    }

    async fn offices_come_in_from_a_file(db: TestDb) {
        let world = World::new(db).await;
        let administrator = world.administrator().await;
        let csv = "region,name,contact,email\n411081,禹州分局,示例甲,a@offices.invalid\n";
        let taken = json!({ "taken": true, "offices": 1, "faults": [] });
        assert_eq!(post(&administrator, OFFICES, csv).await, (200, taken));
        let (status, refused) = post(&administrator, OFFICES, &csv.replace('@', "")).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("2:email")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_or_carries_away_the_list_of_another_region() {
    let world = World::new(TestDb::sqlite().await).await;
    bureau::import(world.app(), 5, None).await;
    let list = export(&world.administrator().await).await;
    let approver = world.approver().await;
    assert_eq!(post(&approver, LIST, &list).await.0, 403);
    assert_eq!(approver.get(EXPORT).send().await.unwrap().status(), 403);

    let administrator = world.administrator().await;
    let elsewhere = format!("{LIST}?region=230100");
    assert_eq!(post(&administrator, &elsewhere, &list).await.0, 403);
    let county = format!("{LIST}?region=411081");
    let (status, refused) = post(&administrator, &county, &list).await;
    assert_eq!(
        (status, &refused["errors"][0]["code"]),
        (422, &json!("outside-region"))
    );
    let elsewhere = "region,name,contact,email\n230102,道里分局,示例,a@offices.invalid\n";
    assert_eq!(post(&administrator, OFFICES, elsewhere).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_a_limit_of_its_own_and_a_type() {
    let world = World::with(TestDb::sqlite().await, |config| {
        config.server.body_limit_kib = 1;
        config.server.upload_limit_kib = 64;
    })
    .await;
    let administrator = world.administrator().await;
    let csv = |kib: usize| format!("a,b\n{}", "1,2\n".repeat(kib * 256));
    assert_eq!(post(&administrator, LIST, &csv(32)).await.0, 422);
    let (status, refused) = post(&administrator, LIST, &csv(65)).await;
    assert_eq!((status, &refused["code"]), (413, &json!("too-large")));
    let (status, _) = Visitor::json(administrator.post(LIST, &json!({}))).await;
    assert_eq!(status, 415);
}

const DAYS: &str = "/api/v1/imports/days?region=411000";

/// Posts a fixture of a source.
async fn post_source(visitor: &Visitor, path: &str, kind: &str, bytes: &[u8]) -> (u16, Value) {
    let request = visitor
        .request(reqwest::Method::POST, path)
        .header(header::CONTENT_TYPE, kind)
        .body(bytes.to_owned());
    Visitor::json(request).await
}

const CITY_DAYS: &[u8] = include_bytes!("../../fixtures/sources/city_days.csv");
const CAMS: &[u8] = include_bytes!("../../fixtures/sources/cams_beijing.csv");
const BUCHAREST: &[u8] =
    include_bytes!("../../fixtures/sources/open_meteo_bucharest_20230425.json");

both_engines! {
    async fn days_come_in_from_the_file_of_a_source_with_their_provenance(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let (status, taken) = post_source(&officer, DAYS, "text/csv", CITY_DAYS).await;
        assert_eq!(status, 200, "{taken}");
        let notes = taken["notes"].clone();
        assert_eq!(taken, json!({
            "days": 3, "first": "2015-01-24", "last": "2015-01-26", "left_out": 0,
            "format": "city-days", "place": "许昌", "notes": notes,
        }));
        let notes: Vec<_> = notes.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(notes.contains(&"a value of exactly 0 is taken for a gap"), "{notes:?}");
        let mut tx = world.db.read().await.unwrap();
        let (source, body): (String, String) = tx
            .one(
                "SELECT d.source, e.body FROM outlook_day d, journal_entry e
                 WHERE d.on_day = $1 AND e.kind = $2",
                ("2015-01-24", "observations.taken-in"),
            )
            .await
            .unwrap();
        assert_eq!(source, "aqistudy.cn history of the national network");
        assert!(body.contains("a value of exactly 0 is taken for a gap"), "{body}");
    }

    async fn days_are_counted_and_told_as_the_file_names_them(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let source = format!("{DAYS}&source=市站");
        // The 22nd is named without a value, the 21st and 23rd are not named.
        let days = b"date,aqi\n2026-11-20,110\n2026-11-22,\n2026-11-24,130\n";
        let (status, taken) = post_source(&officer, &source, "text/csv", days).await;
        assert_eq!(status, 200, "{taken}");
        assert_eq!((&taken["days"], &taken["left_out"]), (&json!(2), &json!(1)));

        let days = b"date,aqi\n2026-11-20,110\n2026-11-22,\n2026-11-26,130\n";
        let (status, refused) = post_source(&officer, &source, "text/csv", days).await;
        let fault = &refused["errors"][0];
        assert_eq!(
            (status, &fault["field"], &fault["code"]),
            (422, &json!("2026-11-26"), &json!("out-of-range")),
            "{refused}"
        );
    }

    async fn a_file_of_a_source_that_is_faulty_or_unclear_leaves_nothing(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let faulty = String::from_utf8(CITY_DAYS.to_vec()).unwrap().replace("158.2", "-158.2");
        let (status, refused) = post_source(&officer, DAYS, "text/csv", faulty.as_bytes()).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("6:pm25")), "{refused}");

        let first = |refused: &Value| refused["errors"][0]["code"].clone();
        let nowhere = format!("{DAYS}&place=Nowhere");
        let (status, refused) = post_source(&officer, &nowhere, "text/csv", CITY_DAYS).await;
        assert_eq!((status, first(&refused)), (422, json!("unknown")), "{refused}");
        let other = format!("{DAYS}&format=other");
        let (status, refused) = post_source(&officer, &other, "text/csv", CITY_DAYS).await;
        assert_eq!((status, first(&refused)), (422, json!("unknown")), "{refused}");
        // What a model computed was not measured, unless somebody says that it may stand for it.
        let (status, refused) = post_source(&officer, DAYS, "application/json", BUCHAREST).await;
        assert_eq!((status, first(&refused)), (422, json!("modelled")), "{refused}");
        // Five hours are no day.
        let modelled = format!("{DAYS}&modelled=true");
        let (status, refused) =
            post_source(&officer, &modelled, "application/json", BUCHAREST).await;
        assert_eq!((status, first(&refused)), (422, json!("no-value")), "{refused}");
        let (status, _) = post_source(&officer, DAYS, "text/plain", CITY_DAYS).await;
        assert_eq!(status, 415);
        let mut tx = world.db.read().await.unwrap();
        let days: Vec<(String,)> = tx.all("SELECT source FROM outlook_day", ()).await.unwrap();
        assert!(days.is_empty(), "{days:?}");
    }

    async fn what_a_model_computed_stays_marked(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        let modelled = format!("{DAYS}&modelled=true&place=%E5%8C%97%E4%BA%AC");
        let (status, taken) = post_source(&officer, &modelled, "text/csv", CAMS).await;
        assert_eq!(status, 200, "{taken}");
        let mut tx = world.db.read().await.unwrap();
        let days: Vec<(String,)> = tx.all("SELECT body FROM outlook_day", ()).await.unwrap();
        assert!(!days.is_empty());
        for (day,) in days {
            let day: Value = serde_json::from_str(&day).unwrap();
            assert_eq!(day["origin"], json!({ "kind": "observed", "modelled": true }), "{day}");
        }
    }
}
