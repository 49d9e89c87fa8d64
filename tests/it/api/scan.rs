//! Scans: what was brought in is handed out again, with what it belongs to.

use qingkong::app::caller::Role;
use qingkong::domain::digest::Digest;
use serde_json::{Value, json};

use crate::stories::bureau::Bureau;
use crate::world::{PASSWORD, REGION, Visitor};

const BYTES: &[u8] = b"%PDF-1.7 an instruction";

/// `BYTES` in base64.
const BASE64: &str = "JVBERi0xLjcgYW4gaW5zdHJ1Y3Rpb24=";

/// The status, and the file with how it is to be treated.
async fn fetch(visitor: &Visitor, path: &str) -> (u16, String, Vec<u8>) {
    let answer = visitor.get(path).send().await.unwrap();
    let header = |name| {
        answer
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    let treated = format!(
        "{}; {}",
        header("content-type"),
        header("content-disposition")
    );
    let status = answer.status().as_u16();
    (status, treated, answer.bytes().await.unwrap().to_vec())
}

/// A signature on paper whose scan is named by its digest.
fn on_paper(witness: &str, scan: &str) -> Value {
    json!({ "on_behalf": {
        "medium": "paper", "title": "副市长", "note": "签批单存值班室", "scan": scan,
        "witness": witness, "to_sign_by": "2026-11-25T12:00",
    } })
}

both_engines! {
    async fn a_scan_is_handed_out_as_it_came_with_what_it_belongs_to(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let instruction = json!({
            "region": REGION, "number": "豫环委攻坚办〔2026〕88号", "level": "orange",
            "sender": "河南省生态环境保护委员会攻坚办公室", "effective": "2026-11-25T08:00",
            "received_at": "2026-11-24T18:00:00+08:00",
            "scan": { "name": "调度令 88.pdf", "media_type": "application/pdf", "base64": BASE64 },
        });
        let post = bureau.officer.post("/api/v1/instructions", &instruction);
        let (status, registered) = Visitor::json(post).await;
        assert_eq!(status, 201, "{registered}");
        let id = registered["id"].as_str().unwrap();
        let treated = "application/pdf; attachment; \
                       filename*=UTF-8''%E8%B0%83%E5%BA%A6%E4%BB%A4%2088%2Epdf";
        let whole = (200, treated.to_owned(), BYTES.to_vec());
        for path in [format!("/api/v1/instructions/{id}/scan"), format!("/instructions/{id}/scan")] {
            assert_eq!(fetch(&bureau.officer, &path).await, whole, "{path}");
        }
        let overview = bureau.page("/").await;
        assert!(overview.contains(&format!("/instructions/{id}/scan")), "{overview}");

        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        let consultation = json!({
            "held_at": "2026-11-24T16:00", "parties": ["市气象局"], "conclusion": "将达标准",
        });
        bureau.step(&bureau.officer, &notice, "consultation", &consultation).await;
        bureau.step(&bureau.officer, &notice, "submission", &json!({})).await;
        let witness = bureau.account("fuban").await;
        let approval = format!("/api/v1/notices/{notice}/approval");
        for unknown in [Digest::of(b"never brought").to_string(), "a.pdf".to_owned(), String::new()] {
            let post = bureau.officer.post(&approval, &on_paper(&witness, &unknown));
            let (status, refused) = Visitor::json(post).await;
            let error = &refused["errors"][0];
            let told = (status, error["field"].as_str(), error["code"].as_str());
            assert_eq!(told, (422, Some("on_behalf.scan"), Some("unknown")), "{unknown}: {refused}");
        }
        let on_paper = on_paper(&witness, &Digest::of(BYTES).to_string());
        bureau.step(&bureau.officer, &notice, "approval", &on_paper).await;
        let steps = format!("/notices/{notice}/steps");
        for path in [format!("/api/v1{steps}/4/scan"), format!("{steps}/4/scan")] {
            assert_eq!(fetch(&bureau.officer, &path).await, whole, "{path}");
        }
        let page = bureau.page(&format!("/notices/{notice}")).await;
        assert!(page.contains(&format!("{steps}/4/scan")), "{page}");
        for none in ["0", "3", "5"] {
            let (status, ..) = fetch(&bureau.officer, &format!("/api/v1{steps}/{none}/scan")).await;
            assert_eq!(status, 404, "step {none}");
        }
        bureau.world.account_in("linshi", Role::Officer, "410100").await;
        let mut stranger = bureau.world.stranger();
        stranger.sign_in("linshi", PASSWORD).await;
        for path in [format!("/api/v1/instructions/{id}/scan"), format!("/api/v1{steps}/4/scan")] {
            let (status, _, bytes) = fetch(&stranger, &path).await;
            assert_eq!(status, 403, "{path}");
            assert!(!bytes.windows(5).any(|some| some == &BYTES[..5]), "{path}");
        }
    }
}
