//! Information updates on the pages: when the next is due, giving one, and being late with it.

use crate::console::Person;
use crate::stories::bureau::{Bureau, OFFICER};

fn sees(person: &Person, words: &str) {
    assert!(person.page.contains(words), "no {words}\n{}", person.page);
}

both_engines! {
    async fn the_officer_is_told_when_an_update_is_due_and_gives_one(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        let (_, issued) =
            bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        let page = format!("/warnings/{}", issued["warning"].as_str().unwrap());
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open(&page).await;
        sees(&officer, "启动以来尚未更新");
        assert!(!officer.page.contains("发布信息更新"), "not in force yet\n{}", officer.page);

        bureau.hours_pass(13).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/").await;
        sees(&officer, "须在2026年11月25日12时前再次更新");
        sees(&officer, &format!("{page}#information"));
        officer.open(&page).await;
        let action = format!("{page}/information");
        let wrong = [("aqi", "重度"), ("text", "全市以重度污染为主"), ("outlook", "")];
        officer.submit(&action, &wrong).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "请填写 0 至 500 的整数。");
        sees(&officer, "全市以重度污染为主</textarea>");
        officer.submit(&action, &[("aqi", "231"), ("outlook", "27日夜间转好")]).await;
        sees(&officer, "信息更新已发布并存档。");
        sees(&officer, "AQI 231");
        sees(&officer, "27日夜间转好");

        bureau.hours_pass(5).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/").await;
        sees(&officer, "信息更新已逾期：应于2026年11月25日13时前更新");
        sees(&officer, "上次更新：2026年11月25日9时");
        bureau.world.service.stop().await;
    }
}
