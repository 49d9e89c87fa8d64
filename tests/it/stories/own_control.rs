//! A temporary control that rests on the city's own decision.

use serde_json::{Value, json};

use super::advisory::{draft, dust, merged, phase, post, show, sign, step};
use super::bureau::Bureau;
use super::sinks::{Sinks, until_sent};

const BODY: &str = "许昌市重污染天气应急指挥部";
const REASON: &str = "静稳天气，扩散条件不利，依据市应急预案";

/// What 晋城 took in 2023 before any colour, on nobody's word but its own.
fn own_control() -> Value {
    merged(
        dust(),
        &json!({
            "kind": { "is": "own-control", "decided_by": BODY, "reason": REASON },
            "text": "25日至27日空气质量以中度污染为主",
        }),
    )
}

both_engines! {
    async fn a_city_decides_on_a_control_and_says_who_did_and_why(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 40, &sinks).await;
        let id = draft(&bureau, &own_control()).await;
        let view = show(&bureau, &id).await;
        assert_eq!(view["kind"], "temporary-control");
        assert_eq!(view["decision"], json!({ "by": BODY, "reason": REASON }));
        assert_eq!(view.get("superior_document"), None);

        sign(&bureau, &id).await;
        step(&bureau.officer, &id, "publication", &json!({})).await;
        until_sent(&bureau.world).await;
        let letters = sinks.letters();
        let (events, mails): (Vec<_>, Vec<_>) =
            letters.iter().map(|it| &it.text).partition(|text| text.starts_with('{'));
        assert!(!events.is_empty() && !mails.is_empty(), "{letters:?}");
        for mail in mails {
            assert!(mail.contains(&format!("经{BODY}决定，许昌市自2026年11月25日8时起")), "{mail}");
            assert!(mail.contains(&format!("决定理由：{REASON}")), "{mail}");
            assert!(!mail.contains("部署"), "{mail}");
        }
        for event in events {
            let event: Value = serde_json::from_str(event).unwrap();
            assert_eq!(event["data"]["decision"], json!({ "by": BODY, "reason": REASON }));
            assert_eq!(event["data"]["compulsory"], false);
        }
        let page = bureau.page(&format!("/advisories/{id}")).await;
        for said in [BODY, REASON, "决定机关"] {
            assert!(page.contains(said), "no {said}\n{page}");
        }

        // As the control of 01-29 did when the orange warning of 02-04 started.
        bureau.carry("start", "orange", "2026-11-26T08:00", "许环委办〔2026〕1号").await;
        assert_eq!(phase(&bureau, &id).await.1, "cancelled");
        bureau.world.service.stop().await;
    }

    async fn a_decision_without_its_body_or_reason_or_that_orders_something_is_refused(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let refuse = async |kind: Value| {
            let body = merged(own_control(), &json!({ "kind": kind }));
            let (status, refused) = post(&bureau.officer, "", &body).await;
            (status, refused["code"].clone(), refused["errors"][0]["field"].clone())
        };
        let decided = |by: &str, reason: &str| {
            json!({ "is": "own-control", "decided_by": by, "reason": reason })
        };
        let unwritten = (409, json!("unwritten"), Value::Null);
        assert_eq!(refuse(decided(" ", REASON)).await, unwritten);
        assert_eq!(refuse(decided(BODY, "")).await, unwritten);
        let order = refuse(decided(BODY, "减少排放，责令停产")).await;
        assert_eq!(order, (422, json!("invalid"), json!("reason")));
        let both = json!({
            "is": "own-control", "decided_by": BODY, "reason": REASON, "document": "豫环委〔2026〕8号",
        });
        assert_eq!(refuse(both).await.0, 422, "a control rests on one thing");
        bureau.world.service.stop().await;
    }
}
