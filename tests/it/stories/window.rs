//! A window given when the warning is issued, after 太原 in November 2020: 11-16 18时 – 11-17 24时.
//!
//! The hours are those of the episode, moved to the days of the tests. Nobody acts at its end.

use qingkong::app::journal::verify;
use qingkong::domain::id::OrderKey;
use serde_json::{Value, json};

use super::bureau::Bureau;

const END: &str = "2026-11-26T24:00";

impl Bureau {
    /// A yellow window, issued at 20:00 of the 24th; the warning, and the order of a plant.
    async fn window(&self) -> (Value, OrderKey) {
        let start = ("start", "yellow", "2026-11-25T18:00");
        let more = json!({ "ends": END });
        let (_, issued) = self.carry_with(start, "许环委办〔2026〕1号", more).await;
        let warning = issued["warning"].clone();
        let listed = self.orders(&warning).await;
        (warning, OrderKey(listed[0]["order"].as_i64().unwrap()))
    }

    /// The kinds of the journal's entries, and how many messages there are.
    async fn record(&self) -> (Vec<String>, i64) {
        let mut tx = self.world.db.read().await.unwrap();
        let kinds: Vec<(String,)> = tx
            .all("SELECT kind FROM journal_entry ORDER BY at, entry_id", ())
            .await
            .unwrap();
        let messages = tx.scalar("SELECT COUNT(*) FROM message", ()).await.unwrap();
        (kinds.into_iter().map(|(kind,)| kind).collect(), messages)
    }
}

both_engines! {
    async fn a_window_that_was_issued_with_its_end_is_over_with_nobody_acting(db: TestDb) {
        let mut bureau = Bureau::new(db, 20).await;
        let (warning, order) = bureau.window().await;
        let (_, messages) = bureau.record().await;
        assert!(!bureau.page("/?lang=en").await.contains("runs out on its own"));
        let page = bureau.page(&bureau.link(order).await).await;
        assert!(page.contains("2026年11月26日24时"), "the first letter's page names the end");

        bureau.hours_pass(29).await;
        let page = bureau.page("/?lang=zh").await;
        assert!(page.contains("预警将在2026年11月26日24时到期"), "{page}");
        assert!(page.contains("kind=extend"), "{page}");
        bureau.hours_pass(22).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "in-force");

        bureau.hours_pass(1).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "over");
        let shown = bureau.order(order).await;
        assert_eq!((&shown["state"], &shown["open"]), (&json!("ran-out"), &json!([])));
        let page = bureau.page(&bureau.link(order).await).await;
        assert!(page.contains("已到期结束") && !page.contains("answer="), "{page}");
        let path = format!("/warnings/{}?lang=en", warning.as_str().unwrap());
        assert!(bureau.page(&path).await.contains("Ran out at its stated end"));
        let (kinds, sent) = bureau.record().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "warning.closed").count(), 1);
        assert_eq!(sent, messages, "every letter had named the end");
        bureau.adds_up(&warning).await;
        assert!(verify::verify(&bureau.world.db, None).await.unwrap().is_whole());

        // The place is free again.
        let (_, next) =
            bureau.carry("start", "orange", "2026-11-28T08:00", "许环委办〔2026〕2号").await;
        assert_ne!(next["warning"], warning);
        bureau.world.service.stop().await;
    }

    async fn a_window_that_was_extended_goes_on(db: TestDb) {
        let mut bureau = Bureau::new(db, 20).await;
        let (warning, order) = bureau.window().await;
        bureau.hours_pass(40).await;
        let more = json!({ "ends": "2026-11-28T24:00" });
        let extend = ("extend", "yellow", END);
        let (plan, _) = bureau.carry_with(extend, "许环委办〔2026〕2号", more).await;
        assert_eq!(plan["changes"], json!({ "tell": bureau.recipients }));
        bureau.hours_pass(13).await;
        assert_eq!(bureau.warning(&warning).await["phase"], "in-force");
        assert_ne!(bureau.order(order).await["state"], "ran-out");
        bureau.hours_pass(48).await;
        assert_eq!(bureau.order(order).await["state"], "ran-out");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }
}
