//! A signature that was given by telephone or on paper, and the paper that follows.

use qingkong::app::caller::Role;
use qingkong::app::journal::verify;
use qingkong::app::signature;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

use super::advisory::{control, draft, dust, merged, post, refusal, show, step};
use super::bureau::{Bureau, OFFICER};
use crate::world::{PASSWORD, Visitor};

const NOTE: &str = "19:40 电话请示，同意发布";

async fn by_telephone(bureau: &Bureau, differs: &Value) -> Value {
    let given = json!({
        "medium": "telephone", "title": "副市长", "note": NOTE,
        "witness": bureau.account("fuban").await, "to_sign_by": "2026-11-25T12:00",
    });
    json!({ "on_behalf": merged(given, differs) })
}

/// A draft that waits for its signature.
async fn submitted(bureau: &Bureau, body: &Value) -> String {
    let id = draft(bureau, body).await;
    step(&bureau.officer, &id, "submission", &json!({})).await;
    id
}

/// An advisory that was signed by telephone, to be signed on paper by noon unless it differs.
pub(crate) async fn advisory_by_telephone(
    bureau: &Bureau,
    body: &Value,
    differs: &Value,
) -> String {
    let id = submitted(bureau, body).await;
    let given = by_telephone(bureau, differs).await;
    step(&bureau.officer, &id, "approval", &given).await;
    id
}

const SCAN: &[u8] = b"%PDF-1.7 signed";

/// A form about what was signed on paper as a browser sends it, with a file.
fn on_paper(who: &Visitor, address: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    const BOUNDARY: &str = "qingkong-test-boundary";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("content-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(format!("--{BOUNDARY}\r\n{part}").bytes());
    }
    let file = "content-disposition: form-data; name=\"scan\"; filename=\"a.pdf\"\r\n\
                content-type: application/pdf\r\n\r\n";
    body.extend(format!("--{BOUNDARY}\r\n{file}").bytes());
    body.extend(SCAN);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    who.request(Method::POST, address)
        .header(header::ACCEPT, "text/html")
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
}

/// A notice that was signed by telephone, to be signed on paper by 9 o'clock.
async fn notice_by_telephone(bureau: &Bureau) -> String {
    let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
    let consultation = json!({
        "held_at": "2026-11-24T16:00", "parties": ["市气象局"], "conclusion": "将达标准",
    });
    let (officer, nothing) = (&bureau.officer, json!({}));
    bureau
        .step(officer, &notice, "consultation", &consultation)
        .await;
    bureau.step(officer, &notice, "submission", &nothing).await;
    let by_nine = json!({ "to_sign_by": "2026-11-25T09:00" });
    let given = by_telephone(bureau, &by_nine).await;
    bureau.step(officer, &notice, "approval", &given).await;
    notice
}

/// What the overview says is to be signed on paper: pages and hours, in its order.
async fn owing(bureau: &Bureau) -> Vec<String> {
    let page = bureau.page("/").await;
    let Some((_, list)) = page.split_once("<h2 id=\"owing\">") else {
        return Vec::new();
    };
    let (list, _) = list.split_once("</ul>").unwrap();
    let items = list.split("<li>").skip(1).map(|item| {
        let (_, href) = item.split_once("href=\"").unwrap();
        let (href, _) = href.split_once('"').unwrap();
        let (_, said) = item.split_once("shape-triangle\">").unwrap();
        let (said, _) = said.split_once('<').unwrap();
        format!("{href} {said}")
    });
    items.collect()
}

both_engines! {
    async fn what_was_signed_by_telephone_is_followed_up_until_the_paper_is_on_record(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let advisory = advisory_by_telephone(&bureau, &dust(), &json!({})).await;
        let notice = notice_by_telephone(&bureau).await;
        bureau.issue(&notice, "许环委办〔2026〕12号").await;
        let waits = [
            format!("/notices/{notice} 2026年11月25日9时前补签"),
            format!("/advisories/{advisory} 2026年11月25日12时前补签"),
        ];
        assert_eq!(owing(&bureau).await, waits, "what is to be signed soonest stands first");
        bureau.hours_pass(14).await;
        assert_eq!(owing(&bureau).await[0], format!("/notices/{notice} 补签逾期，限2026年11月25日9时前"));
        assert_eq!(owing(&bureau).await[1], waits[1]);
        signature::gauge(bureau.world.app()).await.unwrap();
        let metrics = bureau.officer.get("/metrics").send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("qingkong_signatures_overdue "), "{metrics}");

        // The notice by a program: not before it is signed, not without a word, not twice.
        let path = format!("/api/v1/notices/{notice}/signature");
        let signed = json!({ "signed_at": "2026-11-25T09:30", "note": "签批单存值班室" });
        let sign = async |who: &Visitor, differs: Value, key: &str| {
            let body = merged(signed.clone(), &differs);
            let post = who.post(&path, &body).header("idempotency-key", key);
            let (status, answer) = Visitor::json(post).await;
            let error = &answer["errors"][0];
            (status, if error.is_null() { answer["code"].clone() } else { error["field"].clone() })
        };
        let officer = &bureau.officer;
        assert_eq!(sign(officer, json!({ "signed_at": "2026-11-25T10:01" }), "a").await, (422, json!("signed_at")));
        assert_eq!(sign(officer, json!({ "scan": "a.pdf" }), "b").await, (422, json!("scan")));
        assert_eq!(sign(officer, json!({ "note": " " }), "c").await, (409, json!("unwritten")));
        assert_eq!(sign(&bureau.approver, json!({}), "d").await.0, 403);
        assert_eq!(owing(&bureau).await.len(), 2, "what is refused records nothing");
        for _ in 0..2 {
            assert_eq!(sign(officer, json!({}), "e").await, (200, Value::Null));
        }
        assert_eq!(sign(officer, json!({}), "f").await, (409, json!("nothing-owed")));
        let view = Visitor::json(officer.get(&format!("/api/v1/notices/{notice}"))).await.1;
        let acts: Vec<_> = view["steps"].as_array().unwrap().iter().map(|it| &it["act"]).collect();
        assert_eq!(acts, ["drafted", "consulted", "submitted", "approved", "issued", "signed"]);
        assert_eq!((&view["state"], &view["to_sign_by"]), (&json!("issued"), &Value::Null));
        let page = bureau.page(&format!("/notices/{notice}")).await;
        for record in [NOTE, "副市长 · 2026年11月25日9时30分签署 · 签批单存值班室"] {
            assert!(page.contains(record), "{record}: {page}");
        }

        // The advisory on its page, with the scan.
        assert_eq!(show(&bureau, &advisory).await["to_sign_by"], "2026-11-25T12:00");
        let address = format!("/advisories/{advisory}/sign");
        let fields = |clock| [("note", "签批单存值班室"), ("signed_day", "2026-11-25"), ("signed_clock", clock)];
        let late = on_paper(officer, &address, &fields("23:00")).send().await.unwrap();
        assert_eq!(late.status(), 422);
        let late = late.text().await.unwrap();
        assert!(late.contains("时间不能晚于现在") && late.contains("签批单存值班室"), "{late}");
        for said in ["signed", "signed-before"] {
            let answer = on_paper(officer, &address, &fields("09:50")).send().await.unwrap();
            let to = answer.headers()[header::LOCATION].to_str().unwrap();
            assert_eq!(to, format!("/advisories/{advisory}?said={said}"));
        }
        let scan = officer.get(&format!("/advisories/{advisory}/steps/4/scan")).send().await.unwrap();
        assert_eq!(scan.bytes().await.unwrap(), SCAN);
        assert_eq!(owing(&bureau).await, [""; 0]);
        step(officer, &advisory, "abandonment", &json!({ "reason": "预警已发布" })).await;

        let report = verify::verify(&bureau.world.db, None).await.unwrap();
        let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, [""; 0]);
        bureau.world.service.stop().await;
    }

    async fn nothing_is_owed_for_what_was_given_up_or_signed_in_the_system(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let notice = notice_by_telephone(&bureau).await;
        assert_eq!(owing(&bureau).await.len(), 1);
        let reason = json!({ "reason": "不再需要" });
        bureau.step(&bureau.officer, &notice, "abandonment", &reason).await;
        let (_, issued) = bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕12号").await;
        assert_eq!(owing(&bureau).await, [""; 0]);
        let signed = json!({ "signed_at": "2026-11-24T19:00", "note": "签批单存值班室" });
        for id in [&json!(notice), &issued["id"]] {
            let path = format!("/api/v1/notices/{}/signature", id.as_str().unwrap());
            let (status, refused) = Visitor::json(bureau.officer.post(&path, &signed)).await;
            assert_eq!((status, &refused["code"]), (409, &json!("nothing-owed")));
        }
        bureau.world.service.stop().await;
    }


    async fn an_advisory_signed_by_telephone_is_recorded_before_a_second_officer(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let id = submitted(&bureau, &control()).await;
        let refuse = async |differs: Value| {
            let given = by_telephone(&bureau, &differs).await;
            refusal(&bureau.officer, &id, "approval", &given).await
        };
        assert_eq!(refuse(json!({ "witness": bureau.account(OFFICER).await })).await, "own-witness");
        assert_eq!(refuse(json!({ "title": "科长" })).await, "not-entitled");
        assert_eq!(refuse(json!({ "note": " " })).await, "unwritten");
        let nobody = json!({ "witness": "00000000-0000-7000-8000-000000000000" });
        let path = format!("/{id}/approval");
        let given = by_telephone(&bureau, &nobody).await;
        let (status, unknown) = post(&bureau.officer, &path, &given).await;
        let field = &unknown["errors"][0]["field"];
        assert_eq!((status, field), (422, &json!("on_behalf.witness")));
        // It was handed in since it was read.
        let seen = merged(by_telephone(&bureau, &json!({})).await, &json!({ "seen": { "steps": 1 } }));
        assert_eq!(refusal(&bureau.officer, &id, "approval", &seen).await, "another-text");
        let given = by_telephone(&bureau, &json!({})).await;
        let (status, _) = post(&bureau.approver, &path, &given).await;
        assert_eq!(status, 403, "whoever signs does not record for others");

        let seen = merged(given, &json!({ "seen": { "steps": 2 } }));
        step(&bureau.officer, &id, "approval", &seen).await;
        let view = show(&bureau, &id).await;
        let signed = &view["steps"][2];
        assert_eq!((&view["state"], &signed["act"]), (&json!("approved"), &json!("approved")));
        assert_eq!((&signed["text"], &signed["title"]), (&json!(NOTE), &json!("值班员")));
        let page = bureau.page(&format!("/advisories/{id}")).await;
        let record = "副市长 · 电话签批（代录，需补签） · 19:40 电话请示，同意发布 · 2026年11月25日12时前补签";
        assert!(page.contains(record), "{page}");
        step(&bureau.officer, &id, "publication", &json!({})).await;

        // Who signed stands in the record that the journal vouches for.
        let faults = async || {
            let report = verify::verify(&bureau.world.db, None).await.unwrap();
            report.faults.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(faults().await, [""; 0]);
        let mut tx = bureau.world.db.begin().await.unwrap();
        let quietly = "UPDATE advisory_step SET body = REPLACE(body, '副市长', '市长') WHERE seq = 3";
        assert_eq!(tx.execute(quietly, ()).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let faults = faults().await;
        assert!(faults[0].starts_with("advisory_step 1 3 was changed"), "{faults:?}");
        bureau.world.service.stop().await;
    }

    async fn the_scan_of_an_advisory_signed_on_paper_is_kept_and_handed_out(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let id = submitted(&bureau, &dust()).await;
        let witness = bureau.account("fuban").await;
        let fields = [
            ("steps", "2"), ("plan", ""), ("how", "paper"), ("title", "副市长"),
            ("witness", &witness), ("note", "签批单存值班室"),
            ("sign_day", "2026-11-25"), ("sign_clock", "12:00"),
        ];
        let address = format!("/advisories/{id}/approve");
        let answer = on_paper(&bureau.officer, &address, &fields).send().await.unwrap();
        assert!(answer.status().is_redirection(), "{}", answer.text().await.unwrap());
        let steps = format!("/advisories/{id}/steps");
        for path in [format!("/api/v1{steps}/3/scan"), format!("{steps}/3/scan")] {
            let answer = bureau.officer.get(&path).send().await.unwrap();
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/pdf", "{path}");
            assert_eq!(answer.bytes().await.unwrap(), SCAN, "{path}");
        }
        let page = bureau.page(&format!("/advisories/{id}")).await;
        assert!(page.contains(&format!("{steps}/3/scan")), "{page}");
        step(&bureau.officer, &id, "publication", &json!({})).await;
        for none in ["0", "2", "4", "5"] {
            let path = format!("/api/v1{steps}/{none}/scan");
            assert_eq!(bureau.officer.get(&path).send().await.unwrap().status(), 404, "step {none}");
        }
        // The advisory is public; what was signed for it is the bureau's own.
        bureau.world.account_in("linshi", Role::Officer, "410100").await;
        let mut stranger = bureau.world.stranger();
        stranger.sign_in("linshi", PASSWORD).await;
        for path in [format!("/api/v1{steps}/3/scan"), format!("{steps}/3/scan")] {
            assert_eq!(stranger.get(&path).send().await.unwrap().status(), 403, "{path}");
        }
        bureau.world.service.stop().await;
    }
}
