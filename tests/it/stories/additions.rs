//! Measures added for everyone: with the start of a warning (禁止露天烧烤), and for a while inside a
//! running one (加严), after 唐山 in March 2021: from 20时 of one day to 8时 of another.
//!
//! The hours are those of the episode, moved to the days of the tests.

use qingkong::domain::id::OrderKey;
use qingkong::domain::order::AnswerKind;
use serde_json::{Value, json};

use super::bureau::{Bureau, OFFICER, said};
use super::sinks::{Sinks, until_sent};
use crate::console::Person;

const BARBECUES: &str = "禁止露天烧烤";
const EARTHWORKS: &str = "停止土石方作业";

/// When the warning starts and ends, and when the add-on does.
const START: &str = "2026-11-25T08:00";
const END: &str = "2026-11-28T24:00";
const ADDED: &str = "2026-11-25T20:00";
const ADDED_UNTIL: &str = "2026-11-27T08:00";

impl Sinks {
    /// How many mails say all of this.
    fn mails_that_say(&self, said: &[&str]) -> usize {
        let letters = self.letters();
        let says = |text: &str| said.iter().all(|said| text.contains(said));
        letters.iter().filter(|letter| says(&letter.text)).count()
    }
}

impl Bureau {
    /// An orange warning with a stated end that adds this; the warning.
    async fn started(&self, adds: &[&str]) -> Value {
        let start = ("start", "orange", START);
        let more = json!({ "ends": END, "adds": adds });
        let (_, issued) = self.carry_with(start, "许环委办〔2026〕1号", more).await;
        issued["warning"].clone()
    }

    /// What every order of a warning has added to it.
    async fn added(&self, warning: &Value) -> Vec<Value> {
        let mut added = Vec::new();
        for listed in self.orders(warning).await {
            let order = OrderKey(listed["order"].as_i64().unwrap());
            added.push(self.order(order).await["added"].clone());
        }
        added
    }
}

both_engines! {
    async fn what_a_start_adds_goes_on_through_every_notice(db: TestDb) {
        let sinks = Sinks::start().await;
        let mut bureau = Bureau::sending(db, 40, &sinks).await;
        let everyone = bureau.recipients;
        let warning = bureau.started(&[BARBECUES]).await;
        until_sent(&bureau.world).await;
        let mails = sinks.mails_that_say(&["发布重污染天气橙色预警", BARBECUES]);
        assert!(mails > 0);
        let plant = bureau.required(&warning).await;

        bureau.hours_pass(24 * 2).await;
        let extend = ("extend", "orange", END);
        let more = json!({ "ends": "2026-11-30T24:00" });
        let (plan, _) = bureau.carry_with(extend, "许环委办〔2026〕2号", more).await;
        assert_eq!(plan["changes"], json!({ "tell": everyone }), "nobody owes anything new");
        until_sent(&bureau.world).await;
        let goes_on = [
            "你单位的减排措施不变", "至2026年11月30日24时为止", "禁止露天烧烤（2026年11月25日8时前落实到位）",
        ];
        assert_eq!(sinks.mails_that_say(&goes_on), mails);
        let unchanged = "你单位的减排措施不变";
        assert!(sinks.mails_that_say(&[unchanged, "（继续执行）"]) > 0);
        let anew = sinks.mails_that_say(&[unchanged, "2026年11月28日24时前落实到位"]);
        assert_eq!(anew, 0, "no unit that runs has an hour of the extension's");
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains(BARBECUES) && page.contains("最迟2026年11月25日8时落实到位"), "{page}");

        let raise = ("raise", "red", "2026-11-27T08:00");
        let more = json!({ "ends": "2026-11-30T24:00" });
        let (plan, _) = bureau.carry_with(raise, "许环委办〔2026〕3号", more).await;
        let changes = &plan["changes"];
        let of = |change: &str| changes[change].as_u64().unwrap_or_default();
        assert!(of("tell") > 0 && of("replace") > 0, "{changes}");
        assert_eq!(of("tell") + of("replace"), everyone as u64, "{changes}");
        assert_eq!(bureau.added(&warning).await, vec![json!([BARBECUES]); everyone]);

        let lift = ("lift", "red", "2026-11-27T12:00");
        bureau.carry_with(lift, "许环委办〔2026〕4号", json!({ "keeps": [BARBECUES] })).await;
        until_sent(&bureau.world).await;
        assert_eq!(sinks.mails_that_say(&["以下措施在解除后继续执行", "- 禁止露天烧烤"]), mails);
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains("继续执行：禁止露天烧烤"), "{page}");
        assert_eq!(page.matches(BARBECUES).count(), 1, "it is no measure of the warning any more");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn an_add_on_has_a_window_inside_the_warning_and_ends_by_itself(db: TestDb) {
        let sinks = Sinks::start().await;
        let mut bureau = Bureau::sending(db, 40, &sinks).await;
        let everyone = bureau.recipients;
        let warning = bureau.started(&[]).await;
        until_sent(&bureau.world).await;
        let mails = sinks.mail.seen().mails.len();
        let plant = bureau.required(&warning).await;
        let due = bureau.order(plant).await["units"][0]["in_place_by"].clone();
        assert!(due.is_string());

        // 12:00 of the 25th: the plants are down, and more is asked of everybody.
        bureau.hours_pass(16).await;
        let mut longer = said("add-on", "orange", ADDED);
        longer["adds"] = json!([EARTHWORKS]);
        longer["ends"] = json!("2026-11-29T08:00");
        assert_eq!(bureau.refused(&longer).await, "outlasts");
        let add_on = ("add-on", "orange", ADDED);
        let more = json!({ "adds": [EARTHWORKS], "ends": ADDED_UNTIL });
        let (plan, _) = bureau.carry_with(add_on, "许环委办〔2026〕2号", more).await;
        assert_eq!(plan["changes"], json!({ "replace": everyone }));
        until_sent(&bureau.world).await;
        let letter = [
            "在重污染天气橙色预警期间加严减排措施",
            "自2026年11月25日8时起执行Ⅱ级应对响应，结束时间：2026年11月28日24时",
            "停止土石方作业（2026年11月25日20时起执行，至2026年11月27日8时止）",
        ];
        assert_eq!(sinks.mails_that_say(&letter), mails);
        assert!(sinks.mails_that_say(&["加严减排措施", "（继续执行）"]) > 0);

        let window = json!([{ "measure": EARTHWORKS, "from": ADDED, "until": ADDED_UNTIL }]);
        // Before its window, on its first evening, and on the day before it ends.
        for hours in [0, 9, 13] {
            bureau.hours_pass(hours).await;
            let order = bureau.order(plant).await;
            assert_eq!(
                (&order["effective"], &order["ends"], &order["windows"]),
                (&json!(START), &json!(END), &window)
            );
            assert_eq!(order["units"][0].get("in_place_by"), None, "it only goes on");
            let page = bureau.page(&bureau.link(plant).await).await;
            for said in [
                "2026年11月25日8时", "2026年11月28日24时", "最迟2026年11月25日20时落实到位",
                "执行至2026年11月27日8时为止",
            ] {
                assert!(page.contains(said), "{said}\n{page}");
            }
            if hours == 0 {
                assert!(!bureau.answer(plant, 2, AnswerKind::InPlace).await, "due at 20:00");
            }
        }

        // 11:00 of the 27th.
        bureau.hours_pass(25).await;
        let order = bureau.order(plant).await;
        assert_eq!((&order["added"], order.get("windows")), (&json!([]), None));
        assert_eq!(order["state"], "in-place");
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(page.contains("已于2026年11月27日8时结束，不再执行"), "{page}");
        let extend = ("extend", "orange", END);
        let more = json!({ "ends": "2026-11-30T24:00" });
        let (plan, _) = bureau.carry_with(extend, "许环委办〔2026〕3号", more).await;
        assert_eq!(plan["changes"], json!({ "tell": everyone }), "its end was stated");
        until_sent(&bureau.world).await;
        assert_eq!(sinks.mails_that_say(&["你单位的减排措施不变", EARTHWORKS]), 0);
        let page = bureau.page(&bureau.link(plant).await).await;
        assert!(!page.contains(EARTHWORKS), "{page}");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn a_window_that_is_over_is_neither_drafted_nor_issued(db: TestDb) {
        let mut bureau = Bureau::new(db, 20).await;
        let everyone = bureau.recipients;
        let warning = bureau.started(&[]).await;

        // 12:00 of the 25th.
        bureau.hours_pass(16).await;
        let add_on = |from: &str, until: &str| {
            let mut add_on = said("add-on", "orange", from);
            add_on["adds"] = json!([EARTHWORKS]);
            add_on["ends"] = json!(until);
            add_on
        };
        let over = add_on("2026-11-25T08:00", "2026-11-25T12:00");
        assert_eq!(bureau.refused(&over).await, "end-passed");
        let notice = bureau.draft_of(&add_on("2026-11-25T14:00", "2026-11-25T18:00")).await;
        bureau.sign(&notice).await;
        let plan = bureau.step(&bureau.officer, &notice, "plan", &json!({})).await;

        bureau.hours_pass(6).await;
        assert_eq!(bureau.not_issued(&notice, &plan).await, "end-passed");
        assert_eq!(bureau.added(&warning).await, vec![json!([]); everyone]);
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }

    async fn the_officer_sees_what_stands_and_takes_it_back(db: TestDb) {
        let bureau = Bureau::new(db, 20).await;
        let everyone = bureau.recipients;
        let warning = bureau.started(&[BARBECUES, EARTHWORKS]).await;
        let mut never = said("correct", "orange", START);
        never["drops"] = json!(["禁止燃放烟花爆竹"]);
        assert_eq!(bureau.refused(&never).await, "not-added");

        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/notices/new?kind=correct").await;
        for standing in [BARBECUES, EARTHWORKS] {
            assert!(officer.page.contains(&format!("value=\"{standing}\"")), "{}", officer.page);
        }
        let fields = [("drop-1", BARBECUES), ("reason", "此项措施误列")];
        officer.submit("/notices", &fields).await;
        let notice = officer.address.split(['?', '/']).nth(2).unwrap().to_owned();
        let kept = format!("value=\"{BARBECUES}\" checked");
        assert!(officer.page.contains(&kept), "{}", officer.page);
        bureau.sign(&notice).await;
        let (plan, _) = bureau.issue(&notice, "许环委办〔2026〕2号").await;
        assert_eq!(plan["changes"], json!({ "replace": everyone }));
        assert_eq!(bureau.added(&warning).await, vec![json!([EARTHWORKS]); everyone]);
        let document = bureau.page(&format!("/notices/{notice}/document")).await;
        assert!(document.contains(&format!("{BARBECUES}同时取消")), "{document}");
        bureau.adds_up(&warning).await;
        bureau.world.service.stop().await;
    }
}
