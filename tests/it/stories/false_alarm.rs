//! A false alarm: the forecast is taken back before the warning has begun, and so is the warning.

use qingkong::app::link::Link;
use serde_json::{Value, json};

use super::bureau::Bureau;
use super::sinks::{Sinks, until_sent};
use crate::world::{REGION, Visitor};

/// A forecast of the days from the 25th on, as it is known by now.
async fn foresee(bureau: &Bureau, values: [u16; 4]) {
    let days: Vec<_> = (25..)
        .zip(values)
        .map(|(day, aqi)| json!({ "on": format!("2026-11-{day}"), "aqi": aqi }))
        .collect();
    let forecast = json!({
        "region": REGION, "source": "市生态环境监测中心", "days": days,
        "issued_at": bureau.world.clock.now(),
    });
    let request = bureau.officer.post("/api/v1/outlooks", &forecast);
    let (status, taken) = Visitor::json(request).await;
    assert_eq!(status, 201, "{taken}");
}

async fn proposal(bureau: &Bureau) -> Value {
    let path = format!("/api/v1/proposals?region={REGION}");
    let (status, proposal) = Visitor::json(bureau.officer.get(&path)).await;
    assert_eq!(status, 200, "{proposal}");
    proposal
}

both_engines! {
    async fn a_warning_whose_forecast_was_taken_back_is_withdrawn_and_binds_nobody(db: TestDb) {
        let sinks = Sinks::start().await;
        let mut bureau = Bureau::sending(db, 20, &sinks).await;
        foresee(&bureau, [215, 260, 240, 90]).await;
        assert_eq!(proposal(&bureau).await["proposal"], "issue");
        let on_proposal = json!({ "on": "proposal" });
        let notice = bureau.draft_on("start", "orange", "2026-11-25T20:00", on_proposal).await;
        bureau.sign(&notice).await;
        let (_, issued) = bureau.issue(&notice, "许环委办〔2026〕12号").await;
        let warning = &issued["warning"];
        until_sent(&bureau.world).await;
        let ordered = sinks.letters().len();

        // The next morning, before the warning begins: a cold front comes a day early.
        bureau.hours_pass(13).await;
        foresee(&bureau, [85, 70, 60, 55]).await;
        assert_ne!(proposal(&bureau).await["proposal"], "issue");
        let (plan, _) =
            bureau.carry("withdraw", "orange", "2026-11-25T10:00", "许环委办〔2026〕13号").await;
        assert_eq!(plan["changes"], json!({ "release": bureau.recipients }));
        until_sent(&bureau.world).await;
        let letters = sinks.letters();
        assert_eq!(letters.len(), 2 * ordered, "whoever was ordered is told");
        let mails: Vec<_> = letters.iter().filter(|letter| letter.text.contains("撤回")).collect();
        assert!(!mails.is_empty());
        for mail in &mails {
            assert!(mail.text.contains("现以许环委办〔2026〕13号撤回此前发给你单位的"), "{}", mail.text);
            assert!(mail.text.contains("不再承担该指令规定的义务"), "{}", mail.text);
            assert!(mail.text.contains("撤回原因：预报资料中断，会商认为将达标准。"), "{}", mail.text);
        }

        let board = bureau.warning(warning).await;
        assert_eq!(board["phase"], "withdrawn", "{board}");
        let order = Link::open(&sinks.first_token(), &bureau.world.app().keyring).unwrap().order;
        assert_eq!(bureau.order(order).await["state"], "withdrawn");
        let page = bureau.page(&bureau.link(order).await).await;
        assert!(page.contains("本指令已撤回"), "{page}");
        assert!(!page.contains("我已知悉并将落实"), "{page}");

        // A day later: nothing began, nothing is owed, and the place is free for another warning.
        bureau.hours_pass(24).await;
        let board = bureau.warning(warning).await;
        assert_eq!((&board["phase"], &board["notices"][1]["kind"]), (&json!("withdrawn"), &json!("withdraw")));
        assert_eq!(board["orders"], json!({ "handed-over": bureau.recipients }));
        bureau.adds_up(warning).await;
        let (_, next) =
            bureau.carry("start", "yellow", "2026-11-27T08:00", "许环委办〔2026〕14号").await;
        assert_ne!(&next["warning"], warning);
        bureau.world.service.stop().await;
    }
}
