//! One level for each class of measures, after 黑龙江 in November 2017: 减排措施按橙色执行, 其他按黄色.
//!
//! The levels are those of the episode, moved to the days of the tests.

use qingkong::app::Caller;
use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use qingkong::domain::id::OrderKey;
use serde_json::{Value, json};

use super::bureau::{Bureau, said};
use crate::world::{PASSWORD, REGION, Visitor};

fn industry(level: &str) -> Value {
    json!([{ "class": "industry", "level": level }])
}

/// The cut that is required of all plants together, in g/d for each pollutant.
fn required(plan: &Value) -> Vec<Value> {
    let cuts = plan["cut"].as_array().unwrap().iter();
    cuts.map(|cut| cut["required"].clone()).collect()
}

fn split(kind: &str, level: &str, classes: Value) -> Value {
    let mut notice = said(kind, level, "2026-11-25T08:00");
    notice["classes"] = classes;
    notice
}

impl Bureau {
    /// The orders of a warning in full, those of plants first.
    async fn in_full(&self, warning: &Value) -> (Vec<Value>, Vec<Value>) {
        let mut orders = Vec::new();
        for listed in self.orders(warning).await {
            orders.push(
                self.order(OrderKey(listed["order"].as_i64().unwrap()))
                    .await,
            );
        }
        orders
            .into_iter()
            .partition(|order| order["control"] != "office")
    }
}

both_engines! {
    async fn plants_owe_the_level_of_industry_and_offices_hear_of_every_class(db: TestDb) {
        let bureau = Bureau::new(db, 40).await;
        let twice = json!([
            { "class": "dust", "level": "orange" }, { "class": "dust", "level": "red" },
        ]);
        assert_eq!(bureau.refused(&split("start", "yellow", twice)).await, "class-twice");

        let more = json!({ "classes": industry("orange") });
        let start = ("start", "yellow", "2026-11-25T08:00");
        let (plan, issued) = bureau.carry_with(start, "许环委办〔2026〕1号", more).await;
        let required = required(&plan);
        let warning = &issued["warning"];
        let standing = bureau.warning(warning).await;
        assert_eq!((&standing["level"], &standing["peak"]), (&json!("yellow"), &json!("orange")));
        let every = json!([
            { "class": "industry", "level": "orange" }, { "class": "transport", "level": "yellow" },
            { "class": "dust", "level": "yellow" }, { "class": "public", "level": "yellow" },
        ]);
        assert_eq!(standing["classes"], every);

        let (plants, offices) = bureau.in_full(warning).await;
        assert_eq!(offices.len(), 3);
        assert!(offices.iter().all(|office| office["classes"] == every));
        assert!(plants.iter().all(|plant| {
            plant["level"] == "yellow" && plant["measures_level"] == "orange"
        }));
        let plant = OrderKey(plants[0]["order"].as_i64().unwrap());
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains("减排措施按橙色预警（Ⅱ级）执行"), "{page}");
        let office = OrderKey(offices[0]["order"].as_i64().unwrap());
        let path = format!("{}?lang=en", bureau.link(office).await);
        let page = bureau.page(&path).await;
        assert!(page.contains("Industry: ") && page.contains("Dust: "), "{page}");

        let more = json!({ "adds": ["禁止露天烧烤"] });
        let addition = ("add-on", "yellow", "2026-11-25T20:00");
        let (plan, _) = bureau.carry_with(addition, "许环委办〔2026〕2号", more).await;
        assert_eq!(self::required(&plan), required, "of plants that stay at orange");
        let (plan, _) =
            bureau.carry("correct", "yellow", "2026-11-25T08:00", "许环委办〔2026〕3号").await;
        assert_ne!(self::required(&plan), required, "yellow asks for less");
        let more = json!({ "classes": industry("orange") });
        let correct = ("correct", "yellow", "2026-11-25T08:00");
        bureau.carry_with(correct, "许环委办〔2026〕4号", more).await;

        // Industry is at orange already: plants are told, offices have another part.
        assert_eq!(
            bureau.refused(&split("extend", "yellow", industry("red"))).await,
            "classes-of-no-level"
        );
        let (plan, _) =
            bureau.carry("raise", "orange", "2026-11-26T08:00", "许环委办〔2026〕5号").await;
        assert_eq!(plan["changes"], json!({ "replace": 3, "tell": plants.len() }));
        let standing = bureau.warning(warning).await;
        assert_eq!((&standing["level"], standing.get("classes")), (&json!("orange"), None));
        bureau.adds_up(warning).await;
        bureau.world.service.stop().await;
    }

    async fn a_superior_may_order_another_level_for_a_class(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let ordered = |number: &str, classes: Value| json!({
            "region": REGION, "number": number, "level": "yellow", "classes": classes,
            "sender": "河南省生态环境保护委员会攻坚办公室", "effective": "2026-11-25T08:00",
            "received_at": "2026-11-24T19:30:00+08:00",
        });
        let twice = json!([
            { "class": "dust", "level": "orange" }, { "class": "dust", "level": "red" },
        ]);
        let body = ordered("豫环委攻坚办〔2026〕87号", twice);
        let (status, refused) =
            Visitor::json(bureau.officer.post("/api/v1/instructions", &body)).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("classes")));
        let body = ordered("豫环委攻坚办〔2026〕88号", industry("orange"));
        let (status, registered) =
            Visitor::json(bureau.officer.post("/api/v1/instructions", &body)).await;
        assert_eq!(status, 201, "{registered}");

        let below = said("start", "yellow", "2026-11-25T08:00");
        assert_eq!(bureau.refused(&below).await, "below-floor");
        let more = json!({ "classes": industry("orange") });
        let start = ("start", "yellow", "2026-11-25T08:00");
        let (_, issued) = bureau.carry_with(start, "许环委办〔2026〕1号", more).await;
        assert_eq!(issued["lines"], bureau.recipients);
        bureau.world.service.stop().await;
    }

    async fn a_raise_begins_with_the_levels_that_stand_and_those_that_were_ordered(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let more = json!({ "classes": industry("red") });
        let start = ("start", "yellow", "2026-11-25T08:00");
        bureau.carry_with(start, "许环委办〔2026〕1号", more).await;
        let chosen = |page: &str, class: &str| {
            let field = page.split(&format!("name=\"class_{class}\"")).nth(1).unwrap();
            let field = field.split("</select>").next().unwrap();
            let option = field.split("<option").find(|it| it.contains(" selected"));
            option.map(|it| it.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
        };
        let page = bureau.page("/notices/new?kind=raise").await;
        assert_eq!(chosen(&page, "industry").as_deref(), Some("red"), "{page}");
        assert_eq!(chosen(&page, "dust").unwrap_or_default(), "", "{page}");

        let body = json!({
            "region": REGION, "number": "豫环委攻坚办〔2026〕88号", "level": "yellow",
            "classes": [{ "class": "dust", "level": "red" }],
            "sender": "河南省生态环境保护委员会攻坚办公室", "effective": "2026-11-25T08:00",
            "received_at": "2026-11-24T19:30:00+08:00",
        });
        let post = bureau.officer.post("/api/v1/instructions", &body);
        assert_eq!(Visitor::json(post).await.0, 201);
        let page = bureau.page("/notices/new?kind=raise").await;
        assert_eq!(chosen(&page, "dust").as_deref(), Some("red"), "{page}");
        assert_eq!(chosen(&page, "industry").as_deref(), Some("red"), "{page}");
        bureau.world.service.stop().await;
    }

    async fn an_extension_is_signed_for_the_levels_that_it_prolongs(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let start = json!({ "ends": "2026-11-26T24:00" });
        let first = ("start", "yellow", "2026-11-25T08:00");
        bureau.carry_with(first, "许环委办〔2026〕1号", start).await;
        let director = NewAccount {
            name: "zhuren".to_owned(),
            password: PASSWORD.to_owned(),
            role: Role::Approver,
            region: REGION.parse().unwrap(),
            recipient: None,
            title: Some("市环委会办公室主任".to_owned()),
        };
        let app = bureau.world.app();
        app.add_account(&Caller::operator(), director, None).await.unwrap();
        let mut director = bureau.world.stranger();
        director.sign_in("zhuren", PASSWORD).await;

        let mut extension = said("extend", "yellow", "2026-11-26T24:00");
        extension["ends"] = json!("2026-11-28T24:00");
        let notice = bureau.draft_of(&extension).await;
        let signed = Bureau { approver: director, ..bureau };
        signed.sign(&notice).await;
        let mut bureau = signed;
        bureau.approver.sign_in(super::bureau::APPROVER, PASSWORD).await;

        // Before it goes out industry is raised to what the director may not sign.
        let raise = json!({ "classes": industry("red"), "ends": "2026-11-26T24:00" });
        let red = ("raise", "yellow", "2026-11-25T20:00");
        bureau.carry_with(red, "许环委办〔2026〕2号", raise).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let seen = json!({
            "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕3号",
        });
        let path = format!("/api/v1/notices/{notice}/issue");
        let (status, refused) = Visitor::json(bureau.officer.post(&path, &seen)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not-entitled")), "{refused}");
        bureau.world.service.stop().await;
    }
}
