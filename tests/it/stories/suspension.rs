//! A warning suspended and resumed, after 衡水 2021: suspended 3-6 14时, started anew 3-9 18时.
//!
//! The hours are those of the episode, moved to the days of the tests.

use qingkong::app::answer::{AnswerIn, Answerer};
use qingkong::app::link::Link;
use qingkong::domain::id::OrderKey;
use qingkong::domain::order::AnswerKind;
use serde_json::{Value, json};

use super::bureau::{Bureau, import, said};
use super::sinks::{Sinks, until_sent};

/// When the response is suspended, and when it is to start anew.
const SUSPENDED: &str = "2026-11-26T14:00";
const RESUMED: &str = "2026-11-29T18:00";

/// The answers that an order's page takes.
fn offered(page: &str) -> Vec<AnswerKind> {
    let offers = |kind: &AnswerKind| page.contains(&format!("answer={kind}&"));
    AnswerKind::ALL.into_iter().filter(offers).collect()
}

impl Bureau {
    /// An orange warning in force on 11-26 at 10:00, a plant of which has reported in place.
    async fn in_force(db: crate::database::TestDb) -> (Self, Value, OrderKey) {
        let mut bureau = Self::new(db, 40).await;
        let (_, issued) = bureau
            .carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号")
            .await;
        let warning = issued["warning"].clone();
        bureau.hours_pass(38).await;
        let plant = bureau.required(&warning).await;
        bureau.answer(plant, 1, AnswerKind::InPlace).await;
        (bureau, warning, plant)
    }

    /// The first plant that has measures to put in place.
    pub(super) async fn required(&self, warning: &Value) -> OrderKey {
        for listed in self.orders(warning).await {
            let key = OrderKey(listed["order"].as_i64().unwrap());
            let order = self.order(key).await;
            let hours = order["units"].as_array().unwrap();
            if order["control"] == "required" && !hours.is_empty() {
                return key;
            }
        }
        panic!("no plant of the sample has measures")
    }

    /// By when the first unit of all is to be in place.
    async fn first_deadline(&self, warning: &Value) -> String {
        let mut deadlines = Vec::new();
        for listed in self.orders(warning).await {
            let key = OrderKey(listed["order"].as_i64().unwrap());
            let order = self.order(key).await;
            let units = order["units"].as_array().unwrap().iter();
            deadlines.extend(units.map(|unit| unit["in_place_by"].as_str().unwrap().to_owned()));
        }
        deadlines.into_iter().min().unwrap()
    }

    /// Answers an order by its link; whether that was late.
    pub(super) async fn answer(&self, order: OrderKey, revision: u32, kind: AnswerKind) -> bool {
        let app = self.world.app();
        let token = self.link(order).await;
        let link = Link::open(token.trim_start_matches("/o/"), &app.keyring).unwrap();
        let asked = AnswerIn {
            order,
            revision,
            kind,
            unit: None,
            reason: None,
            note: None,
            nonce: format!("{revision}-{kind}-{}", app.now().timestamp()),
        };
        let given = app
            .answer_order(&Answerer::Link(link), asked)
            .await
            .unwrap();
        given.late
    }

    async fn suspend(&self) -> (Value, Value) {
        let more = json!({ "resumes": RESUMED });
        let notice = ("suspend", "orange", SUSPENDED);
        self.carry_with(notice, "许环委办〔2026〕2号", more).await
    }
}

both_engines! {
    async fn a_suspended_warning_stands_owes_nothing_and_is_resumed_by_persons(db: TestDb) {
        let (mut bureau, warning, plant) = Bureau::in_force(db).await;
        let everyone = bureau.recipients;
        assert_eq!(bureau.order(plant).await["state"], "in-place");

        let (plan, issued) = bureau.suspend().await;
        assert_eq!(issued["warning"], warning);
        assert_eq!(plan["changes"], json!({ "suspend": everyone }));
        assert_eq!(bureau.warning(&warning).await["phase"], "in-force", "its hour is ahead");
        let page = bureau.page(&bureau.link(plant).await).await;
        assert_eq!(offered(&page), AnswerKind::ALL);
        let told = page.matches("2026年11月26日14时起暂停，计划2026年11月29日18时恢复").count();
        assert_eq!(told, 1, "{page}");
        let page = bureau.page(&format!("{}?lang=en", bureau.link(plant).await)).await;
        assert!(page.contains("The response is suspended"), "{page}");

        bureau.hours_pass(5).await;
        let standing = bureau.warning(&warning).await;
        assert_eq!(
            (&standing["phase"], &standing["level"], &standing["suspension"]),
            (&json!("suspended"), &json!("orange"), &json!({
                "from": SUSPENDED, "planned": RESUMED,
            }))
        );
        assert_eq!(standing["orders"], json!({ "issued": everyone }));
        let order = bureau.order(plant).await;
        assert_eq!(order["state"], "suspended");
        let page = bureau.page(&bureau.link(plant).await).await;
        assert_eq!(offered(&page), [AnswerKind::Acknowledged, AnswerKind::Help]);
        assert!(order["units"][0].get("in_place_by").is_none(), "{order}");
        for (language, word) in [("zh", "暂停中"), ("en", "Suspended")] {
            let path = format!("/warnings/{}?lang={language}", warning.as_str().unwrap());
            let page = bureau.page(&path).await;
            assert!(page.contains("shape-pause") && page.contains(word), "{page}");
        }

        let late = bureau.answer(plant, 2, AnswerKind::Acknowledged).await;
        assert!(late, "two hours to acknowledge began with the issue at 10:00");
        bureau.adds_up(&warning).await;
        assert_eq!(bureau.refused(&said("raise", "red", RESUMED)).await, "suspended");
        assert_eq!(bureau.refused(&said("start", "red", RESUMED)).await, "warning-stands");

        // What was planned resumes nothing.
        bureau.hours_pass(24 * 3 + 4).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "suspended");
        bureau.world.service.stop().await;
    }

    async fn a_suspension_orders_nothing_of_plants_that_are_new_on_the_list(db: TestDb) {
        let (mut bureau, warning, _) = Bureau::in_force(db).await;
        let everyone = bureau.recipients;
        let with_more = import(bureau.world.app(), 44, None).await;
        assert!(with_more > everyone);

        let (plan, _) = bureau.suspend().await;
        assert_eq!(plan["changes"], json!({ "suspend": everyone }));
        assert_eq!(bureau.orders(&warning).await.len(), everyone);
        bureau.adds_up(&warning).await;
        bureau.hours_pass(24 * 3).await;
        let (plan, _) =
            bureau.carry("resume", "orange", RESUMED, "许环委办〔2026〕3号").await;
        let begun = with_more - everyone;
        assert_eq!(plan["changes"], json!({ "begin": begun, "resume": everyone }));
        bureau.world.service.stop().await;
    }

    async fn a_resumption_is_drawn_from_the_list_in_force_and_asks_everyone_anew(db: TestDb) {
        let (mut bureau, warning, plant) = Bureau::in_force(db).await;
        let everyone = bureau.recipients;
        assert_eq!(bureau.refused(&said("resume", "orange", RESUMED)).await, "not-suspended");
        bureau.suspend().await;
        bureau.hours_pass(24 * 3).await;
        let with_more = import(bureau.world.app(), 44, None).await;
        assert!(with_more > everyone);

        let (plan, _) =
            bureau.carry("resume", "red", RESUMED, "许环委办〔2026〕3号").await;
        let begun = with_more - everyone;
        assert_eq!(plan["changes"], json!({ "begin": begun, "resume": everyone }));
        let standing = bureau.warning(&warning).await;
        assert_eq!(
            (&standing["phase"], &standing["level"], &standing["suspension"]["until"]),
            (&json!("suspended"), &json!("red"), &json!(RESUMED))
        );
        let order = bureau.order(plant).await;
        assert_eq!(
            (&order["state"], &order["rung"], &order["suspension"]["until"]),
            (&json!("waiting"), &json!("issued"), &json!(RESUMED)),
            "what was in place before counts no more"
        );
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains("2026年11月26日14时起暂停，2026年11月29日18时恢复"), "{page}");
        // Issued at 10:00 of that day: whoever can be down by 18:00 is to be, and nobody earlier.
        let first = bureau.first_deadline(&warning).await;
        assert_eq!(first, "2026-11-29T18:00:00+08:00");

        bureau.hours_pass(8).await;
        let standing = bureau.warning(&warning).await;
        assert_eq!((&standing["phase"], standing.get("suspension")), (&json!("in-force"), None));
        bureau.answer(plant, 3, AnswerKind::InPlace).await;
        assert_eq!(bureau.order(plant).await["state"], "in-place");
        bureau.adds_up(&warning).await;
        let report = qingkong::app::journal::verify::verify(&bureau.world.db, None).await.unwrap();
        assert!(report.is_whole(), "{report:?}");
        bureau.world.service.stop().await;
    }

    async fn levels_are_compared_only_where_one_asks_for_something(db: TestDb) {
        let (mut bureau, _, _) = Bureau::in_force(db).await;
        let compared = |plan: &Value| plan["levels"].as_array().unwrap().len();
        let (plan, _) = bureau.suspend().await;
        assert_eq!((compared(&plan), &plan["plants"]["stop"]), (0, &json!(0)));

        bureau.hours_pass(5).await;
        let later = ("correct", "orange", "2026-11-26T17:00");
        let more = json!({ "resumes": "2026-11-29T20:00" });
        let (plan, _) = bureau.carry_with(later, "许环委办〔2026〕3号", more).await;
        assert_eq!(plan["changes"], json!({ "suspend": bureau.recipients }));
        assert_eq!(compared(&plan), 0, "a corrected suspension asks for nothing: {plan}");

        let (plan, _) = bureau.carry("resume", "orange", RESUMED, "许环委办〔2026〕4号").await;
        assert_eq!(compared(&plan), 3, "{plan}");
        bureau.world.service.stop().await;
    }

    async fn every_letter_says_what_holds_after_it(db: TestDb) {
        let sinks = Sinks::start().await;
        let mut bureau = Bureau::sending(db, 12, &sinks).await;
        let everyone = bureau.recipients;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        until_sent(&bureau.world).await;
        let ordered = sinks.mail.seen().mails.len();
        let said = |words: &str| {
            let letters = sinks.letters();
            letters.iter().filter(|letter| letter.text.contains(words)).count()
        };

        bureau.hours_pass(38).await;
        bureau.suspend().await;
        until_sent(&bureau.world).await;
        assert_eq!(said("自2026年11月26日14时起暂停重污染天气橙色预警的"), ordered);
        assert_eq!(said("拟于2026年11月29日18时恢复"), ordered);

        bureau.hours_pass(24 * 3).await;
        bureau.carry("resume", "orange", RESUMED, "许环委办〔2026〕3号").await;
        until_sent(&bureau.world).await;
        assert_eq!(said("自2026年11月29日18时起恢复"), ordered);

        // The hour is put right while nothing is owed yet: that is no level that has changed.
        let (plan, _) =
            bureau.carry("correct", "orange", "2026-11-29T20:00", "许环委办〔2026〕4号").await;
        assert_eq!(plan["changes"], json!({ "tell": everyone }));
        until_sent(&bureau.world).await;
        assert_eq!(said("自2026年11月29日20时起恢复"), ordered);
        let first = bureau.first_deadline(&issued["warning"]).await;
        assert_eq!(first, "2026-11-29T20:00:00+08:00");
        assert_eq!(said("继续按原指令执行"), 0);
        bureau.world.service.stop().await;
    }

    async fn nobody_is_late_with_measures_that_were_suspended_before_they_were_due(db: TestDb) {
        let mut bureau = Bureau::new(db, 40).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-26T16:00", "许环委办〔2026〕1号").await;
        bureau.hours_pass(38).await;
        let plant = bureau.required(&issued["warning"]).await;
        let refused = bureau.refused(&said("suspend", "orange", "2026-11-26T14:00")).await;
        assert_eq!(refused, "too-early", "it has not started by then");
        bureau.carry("suspend", "orange", "2026-11-26T16:00", "许环委办〔2026〕2号").await;
        bureau.hours_pass(24 * 2).await;

        // From a page that was opened before: what it shows was never owed.
        assert!(!bureau.answer(plant, 1, AnswerKind::InPlace).await);
        assert!(!bureau.answer(plant, 2, AnswerKind::InPlace).await);
        let order = bureau.order(plant).await;
        assert_eq!((&order["state"], &order["rung"]), (&json!("suspended"), &json!("acknowledged")));
        bureau.adds_up(&issued["warning"]).await;
        bureau.world.service.stop().await;
    }

    async fn what_was_due_before_a_suspension_is_late_whichever_revision_is_answered(db: TestDb) {
        let (mut bureau, _, plant) = Bureau::in_force(db).await;
        let order = bureau.order(plant).await;
        let units = order["units"].as_array().unwrap().iter();
        let due = units.map(|unit| unit["in_place_by"].as_str().unwrap()).max().unwrap().to_owned();
        assert!(due.as_str() < "2026-11-26T10:00", "{due}");
        bureau.suspend().await;
        assert!(bureau.answer(plant, 2, AnswerKind::InPlace).await, "due at {due}");
        bureau.hours_pass(5).await;
        assert!(bureau.answer(plant, 2, AnswerKind::InPlace).await, "due at {due}");
        bureau.world.service.stop().await;
    }

    async fn nobody_is_let_off_or_bound_before_they_are_told(db: TestDb) {
        let (mut bureau, warning, plant) = Bureau::in_force(db).await;
        let passed = "2026-11-26T09:00";
        for kind in ["suspend", "lift"] {
            assert_eq!(bureau.faulty(&said(kind, "orange", passed)).await, "effective", "{kind}");
        }

        // Drafted at 10:00 for 14:00, and issued at 15:00.
        let notice = bureau.draft_of(&said("suspend", "orange", SUSPENDED)).await;
        bureau.sign(&notice).await;
        bureau.hours_pass(5).await;
        bureau.issue(&notice, "许环委办〔2026〕2号").await;
        let issue = "2026-11-26T15:00";
        let standing = bureau.warning(&warning).await;
        assert_eq!(
            (&standing["phase"], &standing["suspension"]["from"]),
            (&json!("suspended"), &json!(issue))
        );
        assert_eq!(bureau.order(plant).await["suspension"]["from"], issue);
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains("2026年11月26日15时起暂停"), "{page}");
        assert_eq!(bureau.faulty(&said("resume", "orange", "2026-11-26T14:30")).await, "effective");
        bureau.world.service.stop().await;
    }

    async fn a_superior_may_end_it_at_an_hour_that_has_passed(db: TestDb) {
        let (bureau, warning, plant) = Bureau::in_force(db).await;
        let instruction = json!({
            "region": crate::world::REGION, "number": "豫环委攻坚办〔2026〕90号",
            "sender": "河南省生态环境保护委员会攻坚办公室", "effective": "2026-11-26T08:00",
            "received_at": "2026-11-26T09:50:00+08:00",
        });
        let post = bureau.officer.post("/api/v1/instructions", &instruction);
        let (status, registered) = crate::world::Visitor::json(post).await;
        assert_eq!(status, 201, "{registered}");
        let ordered = |hour: &str| {
            let mut lift = said("lift", "orange", hour);
            lift["grounds"] = json!({ "on": "instruction", "id": registered["id"] });
            lift
        };
        assert_eq!(bureau.faulty(&ordered("2026-11-26T07:00")).await, "effective");
        let notice = bureau.draft_of(&ordered("2026-11-26T08:00")).await;
        let page = bureau.page(&format!("/notices/{notice}")).await;
        assert!(page.contains("2026年11月26日8时已过，按发布时刻执行"), "{page}");
        bureau.sign(&notice).await;
        bureau.issue(&notice, "许环委办〔2026〕2号").await;
        assert_eq!(bureau.warning(&warning).await["phase"], "over");
        assert_eq!(bureau.order(plant).await["effective"], "2026-11-26T10:00");
        bureau.world.service.stop().await;
    }

    async fn a_suspended_warning_whose_lift_is_announced_is_ending(db: TestDb) {
        let (mut bureau, warning, _) = Bureau::in_force(db).await;
        bureau.suspend().await;
        bureau.hours_pass(5).await;
        bureau.carry("lift", "orange", "2026-11-26T20:00", "许环委办〔2026〕3号").await;
        let page = bureau.page(&format!("/warnings/{}", warning.as_str().unwrap())).await;
        assert!(page.contains("已发布解除") && !page.contains("暂停中"), "{page}");
        bureau.world.service.stop().await;
    }
}
