//! A lift by areas, each at its own hour (分批错时): on 2017-11-06 some ended at 15时, the rest at 24时.
//!
//! The hours are those of the episode, moved to the days of the tests.

use qingkong::domain::id::OrderKey;
use serde_json::{Value, json};

use super::bureau::{Bureau, said};

/// When 禹州市 is lifted, and when everything else is.
const FIRST: &str = "2026-11-28T15:00";
const LAST: &str = "2026-11-28T24:00";

fn lift(areas: Value) -> Value {
    let mut lift = said("lift", "orange", LAST);
    lift["areas"] = areas;
    lift
}

/// A bureau three days into an orange warning, on the 27th at 20:00; with the id of the warning.
async fn under_orange(db: crate::database::TestDb) -> (Bureau, Value) {
    let mut bureau = Bureau::new(db, 40).await;
    let (_, issued) = bureau
        .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
        .await;
    bureau.hours_pass(24 * 3).await;
    (bureau, issued["warning"].clone())
}

/// The same, with a lift announced: 禹州市 first, everything else after.
async fn under_a_staggered_lift(db: crate::database::TestDb) -> (Bureau, Value) {
    let (bureau, warning) = under_orange(db).await;
    let staggered = json!({ "areas": [{ "area": "411081", "at": FIRST }] });
    bureau
        .carry_with(("lift", "orange", LAST), "许环委办〔2026〕2号", staggered)
        .await;
    (bureau, warning)
}

both_engines! {
    async fn each_area_is_lifted_at_its_own_hour_and_the_warning_at_the_last(db: TestDb) {
        let (mut bureau, warning) = under_orange(db).await;
                let area = |area: &str, at: &str| json!({ "area": area, "at": at });

        for outside in ["410100", "411000", "411099"] {
            assert_eq!(bureau.faulty(&lift(json!([area(outside, FIRST)]))).await, "areas");
        }
        for (areas, code) in [
            (json!([area("411081", FIRST), area("411081", LAST)]), "area-twice"),
            (json!([area("411081", "2026-11-29T01:00")]), "area-after-lift"),
        ] {
            assert_eq!(bureau.refused(&lift(areas)).await, code);
        }
        let past = lift(json!([area("411081", "2026-11-27T15:00")]));
        assert_eq!(bureau.faulty(&past).await, "areas");
        let mut lower = said("lower", "yellow", LAST);
        lower["areas"] = json!([area("411081", FIRST)]);
        assert_eq!(bureau.refused(&lower).await, "areas-of-no-lift");

        let more = json!({ "areas": [area("411081", FIRST)] });
        let (plan, _) =
            bureau.carry_with(("lift", "orange", LAST), "许环委办〔2026〕2号", more).await;
        assert_eq!(plan["changes"], json!({ "release": bureau.recipients }));
        let mut hours = std::collections::BTreeMap::new();
        for listed in bureau.orders(&warning).await {
            let key = OrderKey(listed["order"].as_i64().unwrap());
            let order = bureau.order(key).await;
            assert_eq!(order["state"], "lifted");
            let first = listed["county"] == "411081";
            assert_eq!(order["effective"], if first { FIRST } else { LAST }, "{listed}");
            hours.entry(first).or_insert(key);
        }
        for (first, said) in [(true, "2026年11月28日15时起解除"), (false, "2026年11月28日24时起解除")] {
            let page = bureau.page(&bureau.link(hours[&first]).await).await;
            assert!(page.contains(said), "{page}");
        }
        let page = bureau.page("/?lang=zh").await;
        assert!(page.contains("11-28 15:00解除") && page.contains("11-28 24:00解除"), "{page}");
        let page = bureau.page(&format!("/warnings/{}", warning.as_str().unwrap())).await;
        assert!(page.contains("禹州市：2026年11月28日15时解除"), "{page}");

        // 20:00 of the 28th: the first area is over, the warning is not.
        bureau.hours_pass(24).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "in-force");
        bureau.hours_pass(5).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "over");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn whatever_replaces_an_announced_lift_is_an_end_and_reaches_everybody(db: TestDb) {
        let (bureau, warning) = under_a_staggered_lift(db).await;
                for (kind, level) in [("suspend", "orange"), ("raise", "red"), ("correct", "orange")] {
            assert_eq!(bureau.refused(&said(kind, level, FIRST)).await, "lift-announced");
        }

        // At one hour everywhere after all, three hours early.
        let everyone = json!({ "release": bureau.recipients });
        let sooner = "2026-11-28T21:00";
        for document in ["许环委办〔2026〕3号", "许环委办〔2026〕4号"] {
            let (plan, _) = bureau.carry("lift", "orange", sooner, document).await;
            assert_eq!(plan["changes"], everyone);
        }
        for listed in bureau.orders(&warning).await {
            let key = OrderKey(listed["order"].as_i64().unwrap());
            let order = bureau.order(key).await;
            assert_eq!((&order["state"], &order["effective"]), (&json!("lifted"), &json!(sooner)));
        }
        let (plan, _) = bureau.carry("withdraw", "orange", sooner, "许环委办〔2026〕5号").await;
        assert_eq!(plan["changes"], everyone);
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn an_area_whose_hour_passed_before_the_issue_is_released_at_the_issue(db: TestDb) {
        let (mut bureau, warning) = under_orange(db).await;
                let notice = bureau.draft_of(&lift(json!([{ "area": "411081", "at": FIRST }]))).await;
        bureau.sign(&notice).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let passed = "2026年11月28日15时已过，按发布时刻执行";
        let page = format!("/notices/{notice}");
        assert!(!bureau.page(&page).await.contains(passed));

        // 16:00 of the 28th: it was signed for 15:00, and nobody was told.
        bureau.hours_pass(20).await;
        let shown = bureau.page(&page).await;
        assert!(shown.contains(passed) && shown.contains("id=\"issue\""), "{shown}");
        let (status, issued) = bureau.try_to_issue(&notice, &plan, "许环委办〔2026〕2号").await;
        assert_eq!(status, 200, "{issued}");
        for listed in bureau.orders(&warning).await {
            let order = bureau.order(OrderKey(listed["order"].as_i64().unwrap())).await;
            let hour = if listed["county"] == "411081" { "2026-11-28T16:00" } else { LAST };
            assert_eq!((&order["state"], &order["effective"]), (&json!("lifted"), &json!(hour)));
        }
        let text = bureau.page(&format!("{page}/document")).await;
        assert!(text.contains("2026年11月28日16时") && !text.contains("28日15时"), "{text}");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn a_second_lift_reaches_only_those_who_are_still_bound(db: TestDb) {
        let (mut bureau, warning) = under_a_staggered_lift(db).await;
                let orders = bureau.orders(&warning).await;
        let (first, rest): (Vec<_>, Vec<_>) =
            orders.into_iter().partition(|listed| listed["county"] == "411081");
        assert!(!first.is_empty() && !rest.is_empty());

        // 20:00 of the 28th: the first area is over.
        bureau.hours_pass(24).await;
        let sooner = "2026-11-28T21:00";
        let (plan, _) = bureau.carry("lift", "orange", sooner, "许环委办〔2026〕3号").await;
        assert_eq!(plan["changes"], json!({ "release": rest.len() }));
        for (listed, hour) in [(&first[0], FIRST), (&rest[0], sooner)] {
            let order = bureau.order(OrderKey(listed["order"].as_i64().unwrap())).await;
            assert_eq!((&order["state"], &order["effective"]), (&json!("lifted"), &json!(hour)));
        }
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn an_area_that_was_lifted_since_the_plan_was_drawn_is_not_lifted_again(db: TestDb) {
        let (mut bureau, warning) = under_a_staggered_lift(db).await;

        // 20:00 of the 27th: everybody is still bound, and would be lifted at 21:00 of the 28th.
        let sooner = "2026-11-28T21:00";
        let notice = bureau.draft("lift", "orange", sooner).await;
        bureau.sign(&notice).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        assert_eq!(plan["changes"], json!({ "release": bureau.recipients }));

        // 15:00 of the 28th.
        bureau.hours_pass(19).await;
        assert_eq!(bureau.not_issued(&notice, &plan).await, "area-lifted");
        let page = bureau.page(&format!("/notices/{notice}")).await;
        assert!(page.contains("方案生成后已有区域到时解除"), "{page}");
        assert!(!page.contains("id=\"issue\""), "{page}");
        let rest = bureau.orders(&warning).await;
        let rest = rest.iter().filter(|listed| listed["county"] != "411081").count();
        let (plan, _) = bureau.issue(&notice, "许环委办〔2026〕3号").await;
        assert_eq!(plan["changes"], json!({ "release": rest }));
        for listed in bureau.orders(&warning).await {
            let order = bureau.order(OrderKey(listed["order"].as_i64().unwrap())).await;
            let hour = if listed["county"] == "411081" { FIRST } else { sooner };
            assert_eq!((&order["state"], &order["effective"]), (&json!("lifted"), &json!(hour)));
        }
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }
}
