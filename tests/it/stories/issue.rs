//! From a draft to orders, and what every later notice asks of whom.

use qingkong::app::Caller;
use qingkong::playbooks::{File, Files};
use reqwest::Method;
use serde_json::{Value, json};

use super::bureau::Bureau;
use crate::world::{REGION, Visitor};

/// The text of a notice.
fn body(written: &Value) -> &str {
    written["body"].as_str().unwrap()
}

/// What an earlier plan foresaw of a level, the first of which is yellow, is what the plan of that
/// level comes to; and it marks its own.
fn comes_true(foreseen: &Value, plan: &Value, level: usize) {
    let own = foreseen[level].clone();
    assert_eq!(
        (&own["plants"], &own["cut"]),
        (&plan["plants"], &plan["cut"])
    );
    let by_duty = own["plants"].as_object().unwrap().values();
    let told: u64 = by_duty.map(|count| count.as_u64().unwrap()).sum();
    assert!(own["told"] == told && told > 0, "{own}");
    let marked = plan["levels"].as_array().unwrap().iter();
    let marked: Vec<_> = marked.map(|level| level["own"] == true).collect();
    assert_eq!(marked, [0, 1, 2].map(|at| at == level));
}

both_engines! {
    async fn a_haze_episode_is_issued_raised_lowered_and_lifted(db: TestDb) {
        let mut bureau = Bureau::new(db, 200).await;
        let (plan, issued) =
            bureau.carry("start", "yellow", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        let foreseen = plan["levels"].clone();
        comes_true(&foreseen, &plan, 0);
        assert_eq!(issued["lines"], bureau.recipients);
        assert_eq!(plan["changes"], json!({ "begin": bureau.recipients }));
        let warning = bureau.warning(&issued["warning"]).await;
        assert_eq!(warning["phase"], "announced");
        assert_eq!(warning["orders"], json!({ "issued": bureau.recipients }));

        bureau.hours_pass(24).await;
        assert_eq!(bureau.warning(&issued["warning"]).await["phase"], "in-force");
        let (plan, raised) =
            bureau.carry("raise", "red", "2026-11-26T00:00", "许环委办〔2026〕2号").await;
        assert_eq!(raised["warning"], issued["warning"]);
        comes_true(&foreseen, &plan, 2);
        let (told, replaced) = (count(&plan, "tell"), count(&plan, "replace"));
        assert_eq!(told + replaced, bureau.recipients as u64);
        assert!(told > 0, "plants that cut as they see fit owe nothing new");
        assert!(replaced > told, "{plan}");

        let (plan, _) =
            bureau.carry("lower", "orange", "2026-11-27T24:00", "许环委办〔2026〕3号").await;
        comes_true(&foreseen, &plan, 1);
        let (plan, lifted) =
            bureau.carry("lift", "orange", "2026-11-28T12:00", "许环委办〔2026〕4号").await;
        assert_eq!(plan["levels"], json!([]), "a lift sets no level");
        assert_eq!(plan["changes"], json!({ "release": bureau.recipients }));
        assert_eq!(lifted["lines"], bureau.recipients);
        let warning = bureau.warning(&issued["warning"]).await;
        assert_eq!((&warning["phase"], &warning["peak"]), (&json!("in-force"), &json!("red")));
        bureau.hours_pass(24 * 4).await;
        assert_eq!(bureau.warning(&issued["warning"]).await["phase"], "over");
        bureau.world.service.stop().await;
    }

    async fn what_was_previewed_is_what_is_issued(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        bureau.sign(&notice).await;
        let first = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let again = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let another_digest = json!({
            "plan": again["id"], "digest": "0".repeat(64), "document": "许环委办〔2026〕1号",
        });
        assert_eq!(refusal(&bureau, &notice, &another_digest).await, "digest");
        let overtaken = json!({
            "plan": first["id"], "digest": first["digest"], "document": "许环委办〔2026〕1号",
        });
        assert_eq!(refusal(&bureau, &notice, &overtaken).await, "another-plan");
        bureau.world.service.stop().await;
    }

    async fn the_text_of_a_notice_is_what_was_decided_whatever_the_playbook_says_later(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        let path = format!("/api/v1/notices/{notice}/text");
        let (status, _) = Visitor::json(bureau.officer.get(&path)).await;
        assert_eq!(status, 404, "no plan yet says whom it reaches");
        bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let (_, drafted) = Visitor::json(bureau.officer.get(&path)).await;
        let title = "关于启动重污染天气橙色预警（Ⅱ级应对响应）的通知";
        assert_eq!((&drafted["title"], &drafted["document"]), (&json!(title), &json!(null)));
        assert!(body(&drafted).contains("自2026年11月25日8时起启动"), "{drafted}");
        assert!(!body(&drafted).contains("校验码"), "nothing covers a draft: {drafted}");

        bureau.sign(&notice).await;
        let (plan, _) = bureau.issue(&notice, "许环委办〔2026〕1号").await;
        let (_, issued) = Visitor::json(bureau.officer.get(&path)).await;
        assert_eq!(issued["document"], "许环委办〔2026〕1号");
        let code = &plan["digest"].as_str().unwrap()[..8];
        assert!(body(&issued).contains(&format!("指令校验码：{code}")), "{issued}");

        let reworded = File {
            path: "texts/zh/notice/title.txt".to_owned(),
            text: "通告".to_owned(),
        };
        let files = Files::of(Files::shipped().iter().cloned().chain([reworded]));
        let app = bureau.world.app();
        app.activate_playbook(&Caller::operator(), None, files).await.unwrap();
        let (_, after) = Visitor::json(bureau.officer.get(&path)).await;
        assert_eq!(after, issued);
        let (_, english) = Visitor::json(bureau.officer.get(&format!("{path}?language=en"))).await;
        assert_eq!(english["title"], "Notice: Orange heavy-pollution warning (Level Ⅱ response)");
        bureau.world.service.stop().await;
    }

    async fn a_notice_given_up_has_no_text_and_keeps_its_page_after_its_plan_is_pruned(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let path = format!("/api/v1/notices/{notice}/text");
        assert_eq!(Visitor::json(bureau.officer.get(&path)).await.0, 200);
        bureau.step(&bureau.officer, &notice, "abandonment", &json!({ "reason": "好转" })).await;
        assert_eq!(Visitor::json(bureau.officer.get(&path)).await.0, 404);
        bureau.hours_pass(24 * 4).await;
        qingkong::app::draw::prune(bureau.world.app()).await.unwrap();
        let page = bureau.officer.get(&format!("/notices/{notice}"));
        assert_eq!(page.send().await.unwrap().status(), 200);
        bureau.world.service.stop().await;
    }

    async fn a_plan_drawn_before_the_notice_was_written_anew_is_never_issued(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let notice = bureau.draft("start", "yellow", "2026-11-25T08:00").await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let revised = json!({
            "region": REGION, "kind": "start", "level": "red", "effective": "2026-11-25T08:00",
            "grounds": { "on": "judgement", "reason": "预报上调" },
        });
        let path = format!("/api/v1/notices/{notice}");
        let put = bureau.officer.request(Method::PUT, &path).json(&revised);
        let (status, view) = Visitor::json(put).await;
        assert_eq!((status, &view["state"]), (200, &json!("draft")), "{view}");
        bureau.sign(&notice).await;
        let seen = json!({
            "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
        });
        assert_eq!(refusal(&bureau, &notice, &seen).await, "another-plan");
        bureau.world.service.stop().await;
    }

    async fn nobody_issues_what_nobody_signed(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let notice = bureau.draft("start", "red", "2026-11-25T08:00").await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        let seen = json!({
            "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
        });
        assert_eq!(refusal(&bureau, &notice, &seen).await, "notice-state");
        let path = format!("/api/v1/notices/{notice}/approval");
        let (status, _) = Visitor::json(bureau.officer.post(&path, &json!({}))).await;
        assert_eq!(status, 403, "an officer approves nothing");
        bureau.world.service.stop().await;
    }

    async fn a_superiors_instruction_at_three_in_the_morning_is_the_floor(db: TestDb) {
        let mut bureau = Bureau::new(db, 20).await;
        bureau.hours_pass(7).await;
        let body = json!({
            "region": REGION, "number": "豫环委攻坚办〔2026〕88号", "level": "orange",
            "sender": "河南省生态环境保护委员会攻坚办公室", "effective": "2026-11-25T08:00",
            "received_at": "2026-11-25T03:00:00+08:00",
        });
        let (status, registered) =
            Visitor::json(bureau.officer.post("/api/v1/instructions", &body)).await;
        assert_eq!(status, 201, "{registered}");

        let below = json!({
            "region": REGION, "kind": "start", "level": "yellow", "effective": "2026-11-25T08:00",
            "grounds": { "on": "instruction", "id": registered["id"] },
        });
        let (status, refused) =
            Visitor::json(bureau.officer.post("/api/v1/notices", &below)).await;
        assert_eq!((status, code(&refused)), (409, "below-floor"));

        let grounds = json!({ "on": "instruction", "id": registered["id"] });
        let notice = bureau.draft_on("start", "orange", "2026-11-25T08:00", grounds).await;
        bureau.step(&bureau.officer, &notice, "submission", &json!({})).await;
        let witness = bureau.account("fuban").await;
        let by_telephone = json!({ "on_behalf": {
            "medium": "telephone", "title": "副市长", "note": "03:20 电话请示，同意按省指令启动",
            "witness": witness, "to_sign_by": "2026-11-25T12:00",
        } });
        bureau.step(&bureau.officer, &notice, "approval", &by_telephone).await;
        let (_, issued) = bureau.issue(&notice, "许环委办〔2026〕5号").await;
        let path = format!("/api/v1/notices/{notice}");
        let (_, view) = Visitor::json(bureau.officer.get(&path)).await;
        assert_eq!(view["parent_document"], "豫环委攻坚办〔2026〕88号");
        assert_eq!(issued["lines"], 23);
        bureau.world.service.stop().await;
    }

    async fn a_list_that_changed_since_the_plan_was_drawn_asks_for_another_plan(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        bureau.sign(&notice).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;
        super::bureau::import(bureau.world.app(), 21, None).await;
        let seen = json!({
            "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号",
        });
        assert_eq!(refusal(&bureau, &notice, &seen).await, "list-changed");
        let (plan, issued) = bureau.issue(&notice, "许环委办〔2026〕1号").await;
        assert_eq!((count(&plan, "begin"), &issued["lines"]), (24, &json!(24)));
        bureau.world.service.stop().await;
    }
}

fn count(plan: &Value, change: &str) -> u64 {
    plan["changes"][change].as_u64().unwrap_or_default()
}

fn code(problem: &Value) -> &str {
    problem["code"].as_str().unwrap_or_default()
}

async fn refusal(bureau: &Bureau, notice: &str, seen: &Value) -> String {
    let path = format!("/api/v1/notices/{notice}/issue");
    let (status, refused) = Visitor::json(bureau.officer.post(&path, seen)).await;
    assert_eq!(status, 409, "{refused}");
    code(&refused).to_owned()
}
