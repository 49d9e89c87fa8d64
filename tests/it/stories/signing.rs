//! A signature under an advisory that was given by telephone or on paper.

use qingkong::app::caller::Role;
use qingkong::app::journal::verify;
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

const SCAN: &[u8] = b"%PDF-1.7 signed";

/// The form of an approval on paper as a browser sends it, with a file.
fn on_paper(who: &Visitor, id: &str, fields: &[(&str, &str)]) -> RequestBuilder {
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
    who.request(Method::POST, &format!("/advisories/{id}/approve"))
        .header(header::ACCEPT, "text/html")
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
}

both_engines! {
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
        let answer = on_paper(&bureau.officer, &id, &fields).send().await.unwrap();
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
