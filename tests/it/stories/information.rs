//! Information updates: due as often as the playbook says, given, on record, and told when overdue.

use qingkong::app::caller::Role;
use qingkong::app::information;
use qingkong::app::journal::verify;
use serde_json::{Value, json};

use super::bureau::Bureau;
use crate::database::scalar;
use crate::world::{PASSWORD, Visitor};

fn update(aqi: u16) -> Value {
    json!({
        "aqi": aqi, "text": "全市以重度污染为主", "outlook": "预计27日夜间冷空气到达后转好",
    })
}

async fn give(who: &Visitor, warning: &Value, body: &Value) -> (u16, Value) {
    let path = format!("/api/v1/warnings/{}/information", warning.as_str().unwrap());
    Visitor::json(who.post(&path, body)).await
}

/// By when the next is due, whether that has passed, and how many were given.
async fn due(bureau: &Bureau, warning: &Value) -> (Value, bool, usize) {
    let path = format!("/api/v1/warnings/{}/information", warning.as_str().unwrap());
    let (status, told) = Visitor::json(bureau.officer.get(&path)).await;
    assert_eq!(status, 200, "{told}");
    let overdue = told["overdue"].as_bool().unwrap();
    (
        told["due"].clone(),
        overdue,
        told["updates"].as_array().unwrap().len(),
    )
}

async fn overdue(bureau: &Bureau) -> u32 {
    information::count_overdue(bureau.world.app())
        .await
        .unwrap()
}

both_engines! {
    async fn the_public_is_told_every_four_hours_of_an_orange_warning(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        let warning = &issued["warning"];
        assert_eq!(due(&bureau, warning).await, (Value::Null, false, 0));
        let (status, refused) = give(&bureau.officer, warning, &update(231)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not-in-force")));

        bureau.hours_pass(13).await;
        let noon = json!("2026-11-25T12:00:00+08:00");
        assert_eq!(due(&bureau, warning).await, (noon, false, 0));
        bureau.hours_pass(2).await;
        let (status, given) = give(&bureau.officer, warning, &update(231)).await;
        assert_eq!(status, 201, "{given}");
        let afternoon = json!("2026-11-25T15:00:00+08:00");
        assert_eq!(due(&bureau, warning).await, (afternoon.clone(), false, 1));
        assert_eq!(overdue(&bureau).await, 0);

        bureau.hours_pass(5).await;
        assert_eq!(due(&bureau, warning).await, (afternoon, true, 1));
        assert_eq!(overdue(&bureau).await, 1);
        let metrics = bureau.officer.get("/metrics").send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("qingkong_information_overdue "), "{metrics}");
        give(&bureau.officer, warning, &update(190)).await;
        assert_eq!(overdue(&bureau).await, 0);

        let entries = "SELECT COUNT(*) FROM journal_entry WHERE kind = 'warning.informed'";
        assert_eq!(scalar(&bureau.world.db, entries).await, 2);
        let report = verify::verify(&bureau.world.db, None).await.unwrap();
        assert_eq!(report.faults, []);
        bureau.world.service.stop().await;
    }

    async fn what_is_no_update_is_refused_by_its_field_and_a_repeat_is_one(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let (_, issued) =
            bureau.carry("start", "yellow", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        let warning = &issued["warning"];
        bureau.hours_pass(13).await;
        for (field, wrong) in [("text", json!(" ")), ("outlook", json!("")), ("aqi", json!(501))] {
            let mut body = update(231);
            body[field] = wrong;
            let (status, refused) = give(&bureau.officer, warning, &body).await;
            assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!(field)), "{refused}");
        }
        bureau.world.account_in("jingban", Role::Clerk, "411081").await;
        let mut clerk = bureau.world.stranger();
        clerk.sign_in("jingban", PASSWORD).await;
        assert_eq!(give(&clerk, warning, &update(231)).await.0, 403);
        assert_eq!(due(&bureau, warning).await.2, 0);

        let path = format!("/api/v1/warnings/{}/information", warning.as_str().unwrap());
        for _ in 0..2 {
            let once = bureau.officer.post(&path, &update(231)).header("Idempotency-Key", "k1");
            assert_eq!(Visitor::json(once).await.0, 201);
        }
        // 黄色 every eight hours.
        let evening = json!("2026-11-25T17:00:00+08:00");
        assert_eq!(due(&bureau, warning).await, (evening, false, 1));
        bureau.world.service.stop().await;
    }
}
