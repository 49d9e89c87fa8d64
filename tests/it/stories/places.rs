//! Who is told of a notice, and who sees its orders, by where they lie.

use qingkong::app::Caller;
use qingkong::app::caller::Role;
use qingkong::app::enroll::{self, Import};
use qingkong::domain::region::RegionCode;
use serde_json::{Value, json};

use super::advisory::at_once;
use super::bureau::{Bureau, said, sample};
use crate::database::TestDb;
use crate::world::{PASSWORD, REGION, Visitor};

/// 禹州市, its township 火龙镇, and 许昌经济技术开发区, which the standard does not code.
const COUNTY: &str = "411081";
const TOWNSHIP: &str = "411081101";
const LOCAL_UNIT: &str = "411000-D01";

/// How many plants of 禹州 are listed by their township.
const IN_TOWNSHIP: usize = 3;

/// A list on which some plants of a county stand by their township.
async fn list_by_township(bureau: &Bureau) {
    let app = bureau.world.app();
    let mut plants = sample(app, 60, None).await;
    let county: RegionCode = COUNTY.parse().unwrap();
    let of_county = plants.iter_mut().filter(|plant| plant.region == county);
    for plant in of_county.take(IN_TOWNSHIP) {
        plant.region = TOWNSHIP.parse().unwrap();
    }
    let import = Import {
        list_region: REGION.parse().unwrap(),
        source: "list.csv".to_owned(),
        plants,
        replaces: false,
    };
    let operator = Caller::operator();
    enroll::import_plants(app, &operator, None, import)
        .await
        .unwrap();
}

/// How many recipients of a plan lie in a region.
async fn lines_in(bureau: &Bureau, region: &str) -> i64 {
    let mut tx = bureau.world.db.read().await.unwrap();
    tx.scalar(
        "SELECT COUNT(*)
           FROM plan_line l
           JOIN recipient r ON r.recipient_key = l.recipient_key
          WHERE r.region LIKE $1",
        (format!("{region}%"),),
    )
    .await
    .unwrap()
}

/// What is under way for the city belongs to the county, as older versions had it: its plans were
/// drawn for the whole list.
async fn move_to_the_county(bureau: &Bureau) {
    let mut tx = bureau.world.db.begin().await.unwrap();
    for moved in [
        "UPDATE warning SET region = $1",
        "UPDATE notice SET region = $1",
    ] {
        tx.execute(moved, (COUNTY,)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The orders that somebody of a region sees on a list, and the total their overview counts.
async fn seen_from(bureau: &Bureau, region: &str, warning: &Value) -> (usize, i64) {
    let name = format!("jingban-{region}");
    bureau.world.account_in(&name, Role::Clerk, region).await;
    let mut clerk = bureau.world.stranger();
    clerk.sign_in(&name, PASSWORD).await;
    let warning = format!("/api/v1/warnings/{}", warning.as_str().unwrap());
    let (status, list) = Visitor::json(clerk.get(&format!("{warning}/orders"))).await;
    assert_eq!(status, 200, "{region}: {list}");
    let (status, told) = Visitor::json(clerk.get(&warning)).await;
    assert_eq!(status, 200, "{region}: {told}");
    let rungs = told["orders"].as_object().unwrap().values();
    let counted = rungs.map(|orders| orders.as_i64().unwrap()).sum();
    (list["items"].as_array().unwrap().len(), counted)
}

fn of(region: &str, kind: &str, level: &str) -> Value {
    let mut said = said(kind, level, "2026-11-25T08:00");
    said["region"] = json!(region);
    said
}

both_engines! {
    async fn a_notice_of_a_county_orders_whoever_lies_in_it_and_nobody_else(db: TestDb) {
        let bureau = Bureau::new(db, 60).await;
        let (plan, _) = bureau.carry_in(COUNTY, "start", "orange", "禹环委办〔2026〕3号").await;
        let lines = lines_in(&bureau, COUNTY).await;
        assert!(lines > 1, "some plants and the office of the county");
        assert_eq!(plan["lines"], lines);
        assert_eq!(lines_in(&bureau, "4110").await, lines, "nobody else of the city");
    }

    async fn a_plan_of_a_county_that_was_drawn_for_the_whole_city_is_not_issued(db: TestDb) {
        let bureau = Bureau::new(db, 60).await;
        let notice = bureau.draft_of(&of(REGION, "start", "orange")).await;
        bureau.sign(&notice).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        move_to_the_county(&bureau).await;
        assert_eq!(bureau.not_issued(&notice, &plan).await, "plan-outside");
        let page = bureau.page(&format!("/notices/{notice}")).await;
        assert!(page.contains("方案含有通知区域以外的单位"), "{page}");

        let (_, issued) = bureau.issue(&notice, "禹环委办〔2026〕3号").await;
        let orders = bureau.orders(&issued["warning"]).await;
        assert!(!orders.is_empty());
        assert!(orders.iter().all(|listed| listed["county"] == COUNTY), "{orders:?}");
    }

    async fn whoever_a_county_bound_beyond_itself_is_released(db: TestDb) {
        let bureau = Bureau::new(db, 60).await;
        bureau.carry("start", "orange", "2026-11-25T08:00", "禹环委办〔2026〕3号").await;
        move_to_the_county(&bureau).await;
        let (plan, _) = bureau.carry_in(COUNTY, "raise", "red", "禹环委办〔2026〕4号").await;
        let lines = plan["lines"].as_u64().unwrap();
        let released = plan["changes"]["release"].as_u64().unwrap();
        assert!(0 < released && released < lines, "{plan}");
    }

    async fn no_place_has_a_warning_of_its_own_and_one_from_above(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        bureau.carry_in(COUNTY, "start", "yellow", "禹环委办〔2026〕3号").await;
        assert_eq!(bureau.refused(&of(REGION, "start", "orange")).await, "overlaps");
        // A neighbour may; the county itself goes on with its own.
        let beside = bureau.draft_of(&of("411082", "start", "yellow")).await;
        bureau.draft_of(&of(COUNTY, "raise", "orange")).await;
        bureau.sign(&beside).await;
        bureau.issue(&beside, "长环委办〔2026〕4号").await;
    }

    async fn of_two_that_were_drafted_the_later_is_not_issued_over_the_earlier(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let city = bureau.draft_of(&of(REGION, "start", "orange")).await;
        let county = bureau.draft_of(&of(COUNTY, "start", "orange")).await;
        bureau.sign(&city).await;
        bureau.sign(&county).await;
        bureau.issue(&city, "许环委办〔2026〕12号").await;
        let plan = bureau.step(&bureau.officer, &county, "plan", &json!({})).await;
        let seen = json!({ "plan": plan["id"], "digest": plan["digest"], "document": "禹3号" });
        let path = format!("/api/v1/notices/{county}/issue");
        let (status, refused) = Visitor::json(bureau.officer.post(&path, &seen)).await;
        assert_eq!((status, refused["code"].as_str()), (409, Some("overlaps")), "{refused}");
    }

    async fn whoever_lies_below_a_city_sees_the_orders_of_their_own_place(db: TestDb) {
        let bureau = Bureau::new(db, 60).await;
        list_by_township(&bureau).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕12号").await;
        for region in [COUNTY, TOWNSHIP, LOCAL_UNIT] {
            let own = lines_in(&bureau, region).await;
            assert!(own > 0, "{region} has plants");
            let seen = seen_from(&bureau, region, &issued["warning"]).await;
            assert_eq!(seen, (usize::try_from(own).unwrap(), own), "{region}");
        }
    }
}

#[tokio::test]
async fn of_a_city_and_its_county_that_begin_at_one_moment_the_later_is_refused() {
    let bureau = Bureau::new(TestDb::postgres().await, 20).await;
    let mut ready = Vec::new();
    for (region, document) in [
        (REGION, "许环委办〔2026〕12号"),
        (COUNTY, "禹环委办〔2026〕3号"),
    ] {
        let notice = bureau.draft_of(&of(region, "start", "orange")).await;
        bureau.sign(&notice).await;
        let plan = bureau
            .step(&bureau.officer, &notice, "plan", &json!({}))
            .await;
        let seen = json!({ "plan": plan["id"], "digest": plan["digest"], "document": document });
        ready.push((format!("/api/v1/notices/{notice}/issue"), seen));
    }
    let issue = |at: usize| {
        let (path, seen) = &ready[at];
        Visitor::json(bureau.officer.post(path, seen))
    };
    let ((first, _), (second, refused)) = at_once(
        &bureau.world.db,
        "UPDATE plan SET lines = lines",
        issue(0),
        issue(1),
    )
    .await;
    assert_eq!(
        (first, second, refused["code"].as_str()),
        (200, 409, Some("overlaps"))
    );
    bureau.world.service.stop().await;
}
