//! Two rule sets compared on the days a region has had, over HTTP and on the console.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::console::Person;
use crate::stories::bureau::OFFICER;
use crate::world::{Visitor, World};

/// Seven days of December 2015: two over 200 between two over 150. By the 2024 standard all four are
/// orange, by that of 2018 the two over 200 are yellow.
async fn seven_days(officer: &Visitor) {
    let values = [90, 160, 210, 210, 160, 90, 90];
    let days: Vec<_> = (1..)
        .zip(values)
        .map(|(day, aqi)| json!({ "on": format!("2015-12-{day:02}"), "aqi": aqi }))
        .collect();
    let observed = json!({ "region": "411000", "source": "市站", "days": days });
    let (status, taken) = Visitor::json(officer.post("/api/v1/outlooks", &observed)).await;
    assert_eq!(status, 201, "{taken}");
}

async fn compare(officer: &Visitor, what: &str) -> (u16, Value) {
    let path = format!("/api/v1/rules/compare?region=411000&{what}");
    Visitor::json(officer.get(&path)).await
}

const BOTH: &str = "first=mee-2024&second=mee-2018&from=2015&to=2016";

both_engines! {
    async fn two_rule_sets_are_compared_on_the_same_days(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        seven_days(&officer).await;
        let (status, answer) = compare(&officer, BOTH).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!((&answer["from"], &answer["to"]), (&json!("2015-12-01"), &json!("2015-12-07")));
        let counted = ["days", "days_without_value", "days_modelled", "horizon_days"];
        assert_eq!(counted.map(|field| answer[field].clone()), [7, 0, 0, 7].map(|n| json!(n)));
        let [new, old] = [&answer["rules"][0], &answer["rules"][1]];
        assert_eq!((&new["rules"], &old["rules"]), (&json!("mee-2024"), &json!("mee-2018")));
        assert_eq!(new["days_under_warning"], json!({ "orange": 4 }));
        assert_eq!(old["days_under_warning"], json!({ "yellow": 2 }));
        assert_eq!((&new["flaps"], &new["misses"]), (&json!(0), &json!({})));
        // Seen from the first day: one day and two days ahead.
        assert_eq!((&new["mean_notice_hours"], &old["mean_notice_hours"]), (&json!(24), &json!(48)));
        let lift = old["parts"].as_array().unwrap().iter().find(|part| part["part"] == "lift");
        assert_eq!(lift.unwrap()["standing"], "assumed");
        assert_eq!(
            answer["difference"],
            json!({ "same": 0, "first_higher": 2, "second_higher": 0, "first_only": 2, "second_only": 0 })
        );
        let spans: Vec<_> = answer["apart"].as_array().unwrap().iter()
            .map(|span| json!([span["first_day"], span["last_day"], span["first"]["level"], span["second"]["level"]]))
            .collect();
        assert_eq!(spans, [
            json!(["2015-12-02", "2015-12-02", "orange", null]),
            json!(["2015-12-03", "2015-12-04", "orange", "yellow"]),
            json!(["2015-12-05", "2015-12-05", "orange", null]),
        ]);
        let why = &answer["apart"][1]["second"]["because"][0];
        assert_eq!(why["zh"], "2015-12-03至2015-12-04 AQI 210、210，满足黄色条件“AQI>200持续48小时”");
        // What was asked changed nothing.
        assert_eq!(compare(&officer, BOTH).await.1, answer);
    }

    async fn what_cannot_be_compared_is_refused_and_says_why(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        seven_days(&officer).await;
        for (what, field, code) in [
            ("first=mee-2024&second=mee-2024&from=2015&to=2015", "second", "same"),
            ("first=mee-2024&second=mee-1998&from=2015&to=2015", "second", "unknown"),
            ("first=mee-2024&second=mee-2018&from=1999&to=2015", "from", "year"),
            ("first=mee-2024&second=mee-2018&from=2015&to=2027", "to", "year"),
            ("first=mee-2024&second=mee-2018&from=2005&to=2015", "to", "span"),
            ("first=mee-2024&second=mee-2018&from=2016&to=2015", "to", "span"),
        ] {
            let (status, problem) = compare(&officer, what).await;
            assert_eq!(status, 422, "{problem}");
            let error = &problem["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{problem}");
        }
        let (status, problem) = compare(&officer, "first=mee-2024&second=mee-2018&from=2013&to=2014").await;
        assert_eq!((status, &problem["code"]), (409, &json!("no-history")), "{problem}");
        let elsewhere = officer.get("/api/v1/rules/compare?region=230100&first=a&second=b&from=1&to=1");
        assert_eq!(Visitor::json(elsewhere).await.0, 403);
    }

    async fn the_page_shows_figures_days_and_years_without_scripts(db: TestDb) {
        let world = World::new(db).await;
        let officer = world.officer().await;
        seven_days(&officer).await;
        let mut person = Person::signed_in(&world.stranger(), OFFICER).await;
        person.open("/rules/compare").await;
        assert!(person.page.contains("value=\"mee-2024\" selected"), "{}", person.page);
        assert!(!person.page.contains("不同的日子"));

        person.open(&format!("/rules/compare?region=411000&{BOTH}")).await;
        assert_eq!(person.status, StatusCode::OK);
        for said in [
            "2015-12-01 至 2015-12-07，共 7 天，其中 0 天无数据、0 天为模式计算值",
            "0 天级别相同；mee-2024 较高 2 天",
            "2015-12-03 至 2015-12-04",
            "满足橙色条件“AQI&#62;200持续48小时”",
            "满足黄色条件“AQI&#62;200持续48小时”",
            "解除条件：推定，非原文",
        ] {
            assert!(person.page.contains(said), "no {said}\n{}", person.page);
        }
        // Seven days in the curve, seven in the calendar of the one month; four and two bars of levels.
        for (what, expected) in [
            ("<rect class=\"cell aqi-", 7),
            ("<rect class=\"orange stood\"", 4),
            ("<rect class=\"yellow stood\"", 2),
        ] {
            assert_eq!(person.page.matches(what).count(), expected, "{what}");
        }
        person.open(&format!("/rules/compare?{BOTH}&lang=en")).await;
        assert!(person.page.contains("meets yellow, aqi&#62;200 for 48h"), "{}", person.page);

        person.open("/rules/compare?first=mee-2024&second=mee-2024&from=2001&to=x&lang=zh").await;
        assert_eq!(person.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(person.page.contains("2000 年至今的年份"), "{}", person.page);
        person.open("/rules/compare?first=mee-2024&second=mee-2024&from=2001&to=2015").await;
        assert!(person.page.contains("请选择两套不同的规则"), "{}", person.page);
        person.open("/rules/compare?first=mee-2024&second=mee-2018&from=2001&to=2015").await;
        assert!(person.page.contains("一次最多对照 10 年"), "{}", person.page);
        person.open("/rules/compare?first=mee-2024&second=mee-2018&from=2013&to=2014").await;
        assert!(person.page.contains("没有该地区的实况日值"), "{}", person.page);
    }
}
