//! Advisories over HTTP: from draft to their end, and what a coloured warning does to them.

use qingkong::app::caller::Role;
use qingkong::app::decide;
use qingkong::app::journal::verify;
use qingkong::domain::outlook::Cause;
use reqwest::Method;
use serde_json::{Value, json};

use super::bureau::Bureau;
use crate::console::officer::{foresee, foresee_dust, foresee_of};
use crate::database::{TestDb, scalar};
use crate::world::{PASSWORD, REGION, Visitor};

/// An advisory of the 25th to the 27th.
fn request(kind: &Value) -> Value {
    json!({
        "region": REGION, "kind": kind, "from": "2026-11-25T08:00", "until": "2026-11-27T24:00",
        "text": "受沙尘影响，25日至27日空气质量以重度污染为主",
        "advice": ["建议儿童、老年人减少户外活动"],
    })
}

pub(crate) fn dust() -> Value {
    request(&json!({ "is": "health-notice", "cause": "dust" }))
}

pub(crate) fn control() -> Value {
    request(&json!({ "is": "temporary-control", "document": "豫环委攻坚办〔2026〕88号" }))
}

pub(super) async fn post(who: &Visitor, path: &str, body: &Value) -> (u16, Value) {
    Visitor::json(who.post(&format!("/api/v1/advisories{path}"), body)).await
}

pub(crate) async fn draft(bureau: &Bureau, body: &Value) -> String {
    let (status, drafted) = post(&bureau.officer, "", body).await;
    assert_eq!(status, 201, "{drafted}");
    drafted["id"].as_str().unwrap().to_owned()
}

/// One step that is expected to be taken.
pub(crate) async fn step(who: &Visitor, id: &str, step: &str, body: &Value) {
    let (status, answer) = post(who, &format!("/{id}/{step}"), body).await;
    assert_eq!(status, 200, "{step}: {answer}");
}

/// The code of the refusal of a step.
pub(super) async fn refusal(who: &Visitor, id: &str, step: &str, body: &Value) -> String {
    let (status, refused) = post(who, &format!("/{id}/{step}"), body).await;
    assert_eq!(status, 409, "{step}: {refused}");
    refused["code"].as_str().unwrap().to_owned()
}

/// Takes a draft up to its signature.
pub(crate) async fn sign(bureau: &Bureau, id: &str) {
    step(&bureau.officer, id, "submission", &json!({})).await;
    step(&bureau.approver, id, "approval", &json!({})).await;
}

/// Draft to public in one go.
pub(crate) async fn publish(bureau: &Bureau, body: &Value) -> String {
    let id = draft(bureau, body).await;
    sign(bureau, &id).await;
    step(&bureau.officer, &id, "publication", &json!({})).await;
    id
}

pub(crate) async fn get(who: &Visitor, path: &str) -> Value {
    let (status, answer) = Visitor::json(who.get(path)).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

pub(crate) async fn show(bureau: &Bureau, id: &str) -> Value {
    get(&bureau.officer, &format!("/api/v1/advisories/{id}")).await
}

/// Where an advisory stands, and what its last step was.
pub(super) async fn phase(bureau: &Bureau, id: &str) -> (Value, Value) {
    let view = show(bureau, id).await;
    let last = view["steps"].as_array().unwrap().last().unwrap().clone();
    (view["phase"].clone(), last["act"].clone())
}

/// The ids of what is current in a region, as somebody sees it.
async fn current(who: &Visitor, region: &str) -> Vec<String> {
    let page = get(
        who,
        &format!("/api/v1/advisories?region={region}&current=true"),
    )
    .await;
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

both_engines! {
    async fn a_health_notice_is_drafted_signed_published_and_lifted(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let id = draft(&bureau, &dust()).await;
        assert_eq!(refusal(&bureau.officer, &id, "publication", &json!({})).await, "advisory-state");
        step(&bureau.officer, &id, "submission", &json!({})).await;
        let (status, _) = post(&bureau.officer, &format!("/{id}/approval"), &json!({})).await;
        assert_eq!(status, 403, "an officer approves nothing");
        step(&bureau.approver, &id, "return", &json!({ "reason": "写明影响县区" })).await;
        let revised = json!({ "parts": ["411081"], "answers": "as-drafted" });
        let revised = merged(dust(), &revised);
        let put = bureau.officer.request(Method::PUT, &format!("/api/v1/advisories/{id}"));
        assert_eq!(Visitor::json(put.json(&revised)).await.0, 200);
        sign(&bureau, &id).await;
        step(&bureau.officer, &id, "publication", &json!({ "document": "许环〔2026〕3号" })).await;

        assert_eq!(phase(&bureau, &id).await, (json!("announced"), json!("published")));
        bureau.hours_pass(12).await;
        assert_eq!(phase(&bureau, &id).await.0, "running");
        assert_eq!(current(&bureau.officer, REGION).await, [id.as_str()]);
        let reason = json!({ "reason": "冷空气提前到达" });
        step(&bureau.officer, &id, "lift", &reason).await;
        assert_eq!(phase(&bureau, &id).await, (json!("lifted"), json!("lifted")));
        assert_eq!(refusal(&bureau.officer, &id, "lift", &reason).await, "advisory-past");
        assert_eq!(current(&bureau.officer, REGION).await, [""; 0]);

        let view = show(&bureau, &id).await;
        let acts: Vec<_> = view["steps"].as_array().unwrap().iter().map(|it| &it["act"]).collect();
        let acted = ["drafted", "submitted", "returned", "drafted", "submitted", "approved", "published", "lifted"];
        assert_eq!(acts, acted);
        assert_eq!(view["document"], "许环〔2026〕3号");
        bureau.world.service.stop().await;
    }

    async fn an_advisory_is_no_warning_and_binds_nobody(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        publish(&bureau, &dust()).await;
        publish(&bureau, &control()).await;
        for list in ["warnings", "notices"] {
            let page = get(&bureau.officer, &format!("/api/v1/{list}?region={REGION}")).await;
            assert_eq!(page["items"], json!([]), "{list}");
        }
        for table in ["plan", "plan_line", "order_head", "tally", "answer", "warning"] {
            let rows = rows_of(&bureau, table).await;
            assert_eq!(rows, 0, "{table}");
        }
        bureau.world.service.stop().await;
    }

    async fn what_orders_something_or_does_not_hold_together_is_refused(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let refuse = async |differs: Value| {
            let (status, refused) = post(&bureau.officer, "", &merged(dust(), &differs)).await;
            (status, refused["code"].clone(), refused["errors"][0]["field"].clone())
        };
        let order = json!({ "advice": ["建议绿色出行", "责令工地停工"] });
        assert_eq!(refuse(order).await, (422, json!("invalid"), json!("advice[1]")));
        let conflict = |code| (409, json!(code), Value::Null);
        assert_eq!(refuse(json!({ "text": "水泥企业停产" })).await, conflict("compulsory"));
        // 大气污染防治法 96: as the article has it.
        let stop = json!({ "advice": ["停止工地土石方作业和建筑物拆除施工"] });
        assert_eq!(refuse(stop).await, (422, json!("invalid"), json!("advice[0]")));
        assert_eq!(refuse(json!({ "until": "2026-11-25T08:00" })).await, conflict("ends-before-start"));
        assert_eq!(refuse(json!({ "parts": ["410102"] })).await, conflict("not-a-part"));
        let nowhere = refuse(json!({ "parts": ["411099"] })).await;
        assert_eq!(nowhere, (422, json!("invalid"), json!("parts")));
        let unsaid = json!({ "kind": { "is": "temporary-control", "document": " " } });
        assert_eq!(refuse(unsaid).await, conflict("unwritten"));
        for unknown in ["level", "orders", "plan"] {
            let (status, ..) = refuse(json!({ unknown: "orange" })).await;
            assert_eq!(status, 422, "there is no `{unknown}` in an advisory");
        }
        assert_eq!(rows_of(&bureau, "advisory").await, 0);
        bureau.world.service.stop().await;
    }

    async fn a_colour_ends_a_temporary_control_and_leaves_a_health_notice(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let haze = json!({ "kind": { "is": "health-notice", "cause": "regional_transport" } });
        let haze = publish(&bureau, &merged(dust(), &haze)).await;
        let notice = publish(&bureau, &dust()).await;
        let city = publish(&bureau, &control()).await;
        let begun = draft(&bureau, &control()).await;
        sign(&bureau, &begun).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-26T08:00", "许环委办〔2026〕1号").await;
        let last = show(&bureau, &city).await["steps"][4].clone();
        assert_eq!((&last["act"], &last["text"]), (&json!("cancelled"), &issued["warning"]));

        // It holds until the hour at which the colour starts.
        bureau.hours_pass(35).await;
        assert_eq!(phase(&bureau, &city).await.0, "running");
        bureau.hours_pass(1).await;
        assert_eq!(phase(&bureau, &city).await.0, "cancelled");
        assert_eq!(phase(&bureau, &notice).await, (json!("running"), json!("published")));
        let beside = refusal(&bureau.officer, &begun, "publication", &json!({})).await;
        assert_eq!(beside, "beside-warning");

        assert_eq!(phase(&bureau, &haze).await.0, "cancelled", "its cause starts colours");

        // A health notice of dust and what is under way are left alone.
        bureau.carry("raise", "red", "2026-11-26T20:00", "许环委办〔2026〕2号").await;
        assert_eq!(phase(&bureau, &notice).await.1, "published");

        let entries = "SELECT COUNT(*) FROM journal_entry WHERE kind = 'advisory.cancelled'";
        assert_eq!(scalar(&bureau.world.db, entries).await, 2);
        bureau.world.service.stop().await;
    }

    async fn a_control_gives_way_again_to_a_warning_that_starts_earlier(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let city = publish(&bureau, &control()).await;
        bureau.carry("start", "orange", "2026-11-26T20:00", "许环委办〔2026〕1号").await;
        let (_, withdrawn) =
            bureau.carry("withdraw", "orange", "2026-11-24T21:00", "许环委办〔2026〕2号").await;
        assert_eq!(show(&bureau, &city).await["until"], "2026-11-27T24:00");
        let (_, red) = bureau.carry("start", "red", "2026-11-26T08:00", "许环委办〔2026〕3号").await;
        assert_ne!(red["warning"], withdrawn["warning"]);
        let steps = show(&bureau, &city).await["steps"].clone();
        let cancelled: Vec<_> = steps.as_array().unwrap()[4..].iter().map(|it| &it["text"]).collect();
        assert_eq!(cancelled, [&withdrawn["warning"], &red["warning"]]);
        bureau.world.service.stop().await;
    }

    async fn a_control_after_the_end_of_a_warning_gives_way_when_that_end_moves(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let closed = |end: &str| json!({ "ends": end });
        carry_until(&bureau, "start", "2026-11-25T00:00", &closed("2026-11-25T08:00")).await;
        let city = publish(&bureau, &control()).await;
        let extended =
            carry_until(&bureau, "extend", "2026-11-25T00:00", &closed("2026-11-26T08:00")).await;
        let last = show(&bureau, &city).await["steps"][4].clone();
        assert_eq!((&last["act"], &last["text"]), (&json!("cancelled"), &extended["warning"]));
        let beside = draft(&bureau, &control()).await;
        sign(&bureau, &beside).await;
        assert_eq!(refusal(&bureau.officer, &beside, "publication", &json!({})).await, "beside-warning");
        bureau.world.service.stop().await;
    }

    async fn a_county_sees_the_advisories_of_its_city_that_mean_it(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let mine = publish(&bureau, &merged(dust(), &json!({ "parts": ["411081"] }))).await;
        publish(&bureau, &merged(dust(), &json!({ "parts": ["411082"] }))).await;
        let drafted = draft(&bureau, &dust()).await;
        let clerk = county_clerk(&bureau, "411081").await;
        assert_eq!(current(&clerk, "411081").await, [mine.as_str()]);
        // Looking at the city shows a county what is public there, and no draft.
        assert!(!current(&clerk, REGION).await.contains(&drafted));
        let all = get(&clerk, &format!("/api/v1/advisories?region={REGION}")).await;
        let all: Vec<_> = all["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(all.len(), 2);
        assert!(!all.contains(&&json!(drafted)));
        let (status, _) = Visitor::json(clerk.get(&format!("/api/v1/advisories/{drafted}"))).await;
        assert_eq!(status, 403);
        let (status, _) = post(&clerk, "", &dust()).await;
        assert_eq!(status, 403, "a clerk drafts nothing");
        bureau.world.service.stop().await;
    }

    async fn a_proposal_that_an_advisory_answers_comes_back_only_with_news(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        foresee_dust(&bureau, [160, 170, 120, 90]).await;
        let proposed = async || proposed(&bureau).await;
        assert_eq!(proposed().await, Some(json!("advise")));
        // A health notice is asked for: no colour can rest on that.
        let colour = json!({
            "region": REGION, "kind": "start", "level": "orange", "effective": "2026-11-25T08:00",
            "grounds": { "on": "proposal" },
        });
        let (status, refused) = Visitor::json(bureau.officer.post("/api/v1/notices", &colour)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("advised")));
        let answering = merged(dust(), &json!({ "answers": "proposal" }));
        let id = draft(&bureau, &answering).await;
        let answers = show(&bureau, &id).await["answers"].clone();
        let because = "2026-11-25至2026-11-26 AQI 160、170，成因为沙尘，不启动预警，发布健康提示";
        assert_eq!(answers, json!({ "proposal": 1, "because": [because] }));
        let signed = "SELECT COUNT(*) FROM proposal WHERE state = 'followed' AND decided_by IS NOT NULL";
        assert_eq!(scalar(&bureau.world.db, signed).await, 1);
        let (status, again) = post(&bureau.officer, "", &answering).await;
        assert_eq!((status, &again["code"]), (409, &json!("no-proposal")));

        // What is under way says it; given up, it is said by nobody.
        assert_eq!(proposed().await, None);
        step(&bureau.officer, &id, "abandonment", &json!({ "reason": "重拟" })).await;
        assert_eq!(proposed().await, Some(json!("advise")));
        publish(&bureau, &answering).await;
        assert_eq!(proposed().await, None);
        // Dust for a day longer than what is public, which ends on the 27th, is news.
        foresee_dust(&bureau, [160, 170, 180, 160]).await;
        assert_eq!(proposed().await, Some(json!("advise")));

        // Haze over the line asks for a warning: that is no advisory's to answer.
        foresee(&bureau, [215, 260, 140, 90]).await;
        assert_eq!(proposed().await, Some(json!("issue")));
        let (status, refused) = post(&bureau.officer, "", &answering).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not-advised")));
        bureau.world.service.stop().await;
    }

    async fn of_two_causes_each_asks_for_a_notice_of_its_own(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let (dusty, ozone) = (Some(Cause::Dust), Some(Cause::Ozone));
        let days = [(Some(160), dusty), (Some(170), dusty), (Some(160), ozone), (Some(90), None)];
        foresee_of(&bureau, days).await;
        assert_eq!(proposed(&bureau).await, Some(json!("advise")));
        let answering = merged(dust(), &json!({ "answers": "proposal" }));
        draft(&bureau, &answering).await;
        assert_eq!(proposed(&bureau).await, Some(json!("advise")), "nobody has told of the ozone");
        let cause = json!({ "kind": { "is": "health-notice", "cause": "ozone" } });
        draft(&bureau, &merged(answering, &cause)).await;
        assert_eq!(proposed(&bureau).await, None);
        bureau.world.service.stop().await;
    }

    async fn an_act_repeated_under_its_key_is_done_once(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let once = || bureau.officer.post("/api/v1/advisories", &dust()).header("Idempotency-Key", "k1");
        let (first, again) = (Visitor::json(once()).await, Visitor::json(once()).await);
        assert_eq!(first.0, 201);
        assert_eq!(first, again);
        assert_eq!(rows_of(&bureau, "advisory").await, 1);
        bureau.world.service.stop().await;
    }

    async fn the_record_of_an_advisory_is_verified_and_what_was_touched_is_named(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let id = publish(&bureau, &dust()).await;
        let faults = async || {
            let report = verify::verify(&bureau.world.db, None).await.unwrap();
            report.faults.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(faults().await, [""; 0]);
        let mut tx = bureau.world.db.begin().await.unwrap();
        let quietly = "UPDATE advisory_step SET body = REPLACE(body, '户外', '室内') WHERE seq = 1";
        assert_eq!(tx.execute(quietly, ()).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let faults = faults().await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("advisory_step 1 1 was changed"), "{faults:?}");
        assert_eq!(show(&bureau, &id).await["advice"], json!(["建议儿童、老年人减少室内活动"]));
        bureau.world.service.stop().await;
    }
}

/// Two presses at one moment: while a table is held, the first waits in the middle of its
/// transaction, the second for the first. Answers with what both came to once it is let go.
pub(crate) async fn at_once<A, B>(
    db: &TestDb,
    hold: &'static str,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let mut held = db.begin().await.unwrap();
    held.execute(hold, ()).await.unwrap();
    let second = async {
        until_waiting(db, 1).await;
        second.await
    };
    let let_go = async {
        until_waiting(db, 2).await;
        drop(held);
    };
    let (first, second, ()) = tokio::join!(first, second, let_go);
    (first, second)
}

/// Until so many transactions wait for another one.
async fn until_waiting(db: &TestDb, transactions: i64) {
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while scalar(db, waiting).await < transactions {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// A signed control and, with its plan drawn, a signed start: what publishing the one and issuing
/// the other is posted with.
async fn both_signed(bureau: &Bureau) -> (String, String, Value) {
    let control = draft(bureau, &control()).await;
    sign(bureau, &control).await;
    let notice = bureau.draft("start", "orange", "2026-11-26T08:00").await;
    bureau.sign(&notice).await;
    let plan = bureau
        .step(&bureau.officer, &notice, "plan", &json!({}))
        .await;
    let seen =
        json!({ "plan": plan["id"], "digest": plan["digest"], "document": "许环委办〔2026〕1号" });
    (control, notice, seen)
}

#[tokio::test]
async fn a_control_that_is_published_while_a_colour_is_issued_waits_and_is_refused() {
    let bureau = Bureau::new(TestDb::postgres().await, 5).await;
    let (control, notice, seen) = both_signed(&bureau).await;
    let path = format!("/{control}/publication");
    let nothing = json!({});
    let (_, (status, refused)) = at_once(
        &bureau.world.db,
        "UPDATE plan SET lines = lines",
        bureau.step(&bureau.officer, &notice, "issue", &seen),
        post(&bureau.officer, &path, &nothing),
    )
    .await;
    assert_eq!((status, &refused["code"]), (409, &json!("beside-warning")));
    bureau.world.service.stop().await;
}

#[tokio::test]
async fn a_colour_that_is_issued_while_a_control_is_published_waits_and_cancels_it() {
    let bureau = Bureau::new(TestDb::postgres().await, 5).await;
    let (control, notice, seen) = both_signed(&bureau).await;
    let nothing = json!({});
    // The step that publishing is about to record, which is then taken back.
    let hold = "INSERT INTO advisory_step
                SELECT advisory_key, 4, at, body, digest FROM advisory_step WHERE seq = 3";
    let ((), issued) = at_once(
        &bureau.world.db,
        hold,
        step(&bureau.officer, &control, "publication", &nothing),
        bureau.step(&bureau.officer, &notice, "issue", &seen),
    )
    .await;
    let last = show(&bureau, &control).await["steps"][4].clone();
    assert_eq!(
        (&last["act"], &last["text"]),
        (&json!("cancelled"), &issued["warning"])
    );
    bureau.world.service.stop().await;
}

/// Draft to issue of an orange notice with a stated end.
async fn carry_until(bureau: &Bureau, kind: &str, effective: &str, ends: &Value) -> Value {
    let grounds = json!({ "on": "judgement", "reason": "会商认为将达标准" });
    let notice = json!({
        "region": REGION, "kind": kind, "level": "orange", "effective": effective, "grounds": grounds,
    });
    let request = bureau
        .officer
        .post("/api/v1/notices", &merged(notice, ends));
    let (status, drafted) = Visitor::json(request).await;
    assert_eq!(status, 201, "{drafted}");
    let notice = drafted["id"].as_str().unwrap();
    bureau.sign(notice).await;
    bureau
        .issue(notice, &format!("许环委办〔2026〕{kind}"))
        .await
        .1
}

/// What is proposed after a review of what is foreseen.
async fn proposed(bureau: &Bureau) -> Option<Value> {
    let region = REGION.parse().unwrap();
    decide::review(bureau.world.app(), region).await.unwrap();
    let path = format!("/api/v1/proposals?region={REGION}");
    let (status, open) = Visitor::json(bureau.officer.get(&path)).await;
    (status == 200).then(|| open["proposal"].clone())
}

/// A request that differs in some fields.
pub(crate) fn merged(mut request: Value, differs: &Value) -> Value {
    for (field, value) in differs.as_object().unwrap() {
        request[field] = value.clone();
    }
    request
}

async fn rows_of(bureau: &Bureau, table: &str) -> usize {
    let tables = crate::backup::rows(&bureau.world.db).await.into_iter();
    let mut found = tables.filter(|(found, _)| found.name == table);
    found.next().unwrap().1.len()
}

pub(crate) async fn county_clerk(bureau: &Bureau, county: &str) -> Visitor {
    bureau
        .world
        .account_in("jingban", Role::Clerk, county)
        .await;
    let mut clerk = bureau.world.stranger();
    clerk.sign_in("jingban", PASSWORD).await;
    clerk
}
