//! A health notice on the pages, from the proposal to the lift, by a browser without scripts.

use crate::console::Person;
use crate::console::officer::foresee_dust;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};

/// The panel of the overview in which advisories stand.
fn panel(page: &str) -> &str {
    let from = page.find("aria-labelledby=\"advisories\"").unwrap();
    let panel = &page[from..];
    &panel[..panel.find("</section>").unwrap()]
}

fn sees(person: &Person, words: &str) {
    assert!(person.page.contains(words), "no {words}\n{}", person.page);
}

both_engines! {
    async fn a_proposal_becomes_a_health_notice_that_runs_and_is_lifted(db: TestDb) {
        let mut bureau = Bureau::new(db, 5).await;
        foresee_dust(&bureau, [160, 170, 120, 90]).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/").await;
        sees(&officer, "建议发布健康提示（不涉及预警级别）");
        sees(&officer, "拟发健康提示");
        officer.submit("/proposals/1/draft", &[]).await;
        sees(&officer, "草稿已建立");
        sees(&officer, "受沙尘影响，预计11月25日至26日有污染过程。</textarea>");
        sees(&officer, "value=\"2026-11-26\"");
        let page = officer.address.split('?').next().unwrap().to_owned();

        // What orders something is refused, and nothing typed is lost.
        let order = [("advice", "工地一律停工"), ("part-411081", "yes")];
        officer.submit(&format!("{page}/submit"), &order).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "只能建议、倡议：“一律”属指令性用语");
        sees(&officer, "工地一律停工</textarea>");
        sees(&officer, "name=\"part-411081\" value=\"yes\" checked");
        let advice = [("advice", "建议儿童、老年人减少户外活动\n倡议绿色出行")];
        officer.submit(&format!("{page}/submit"), &advice).await;
        sees(&officer, "已报签");
        sees(&officer, "等待：市环委会办公室主任、副市长、市长");

        let mut approver = Person::signed_in(&bureau.world.stranger(), APPROVER).await;
        approver.open("/").await;
        sees(&approver, "打开已拟健康提示");
        let drafted = approver.link("打开已拟健康提示");
        assert_eq!(drafted, page);
        approver.open(&drafted).await;
        sees(&approver, "禹州市");
        approver.submit(&format!("{page}/approve"), &[]).await;
        sees(&approver, "已签批");

        officer.open(&page).await;
        let publish = format!("{page}/publish");
        officer.submit(&publish, &[("document", "许环〔2026〕3号")]).await;
        sees(&officer, "已发布。");
        bureau.hours_pass(12).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/").await;
        let panel = panel(&officer.page);
        for words in ["健康提示", "沙尘", "禹州市", "生效中", "shape-square", "不含强制性措施"] {
            assert!(panel.contains(words), "no {words}\n{panel}");
        }
        assert!(!panel.contains("level-"), "an advisory has no warning's colour\n{panel}");
        assert!(!officer.page.contains("class=\"standing"), "no warning stands");

        officer.open(&page).await;
        let lift = format!("{page}/lift");
        officer.submit(&lift, &[("reason", "工地一律停工后好转")]).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "id=\"fault-lift-reason\">只能建议、倡议：“一律”属指令性用语");
        sees(&officer, "工地一律停工后好转</textarea>");
        officer.submit(&lift, &[("reason", "冷空气提前到达")]).await;
        sees(&officer, "已解除");
        sees(&officer, "冷空气提前到达");
        officer.open("/advisories").await;
        sees(&officer, "已解除");
        bureau.world.service.stop().await;
    }
}

both_engines! {
    async fn a_temporary_control_asks_for_the_superiors_document_and_gives_way(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/advisories/new").await;
        let control = [("kind", "temporary-control"), ("text", "扩散条件不利")];
        officer.submit("/advisories", &control).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "id=\"fault-document\">必须填写。");
        officer.submit("/advisories", &[("document", "豫环委攻坚办〔2026〕88号")]).await;
        let page = officer.address.split('?').next().unwrap().to_owned();
        officer.submit(&format!("{page}/submit"), &[]).await;
        let mut approver = Person::signed_in(&bureau.world.stranger(), APPROVER).await;
        approver.open(&page).await;
        approver.submit(&format!("{page}/approve"), &[]).await;
        bureau.carry("start", "yellow", "2026-11-25T08:00", "许环委办〔2026〕1号").await;
        officer.open(&page).await;
        officer.submit(&format!("{page}/publish"), &[]).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "不再发布临时管控");
        bureau.world.service.stop().await;
    }

    async fn a_city_decides_on_a_control_and_has_it_signed_by_telephone(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let mut officer = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        officer.open("/advisories/new").await;
        let own = [("kind", "own-control"), ("text", "扩散条件不利")];
        officer.submit("/advisories", &own).await;
        assert_eq!(officer.status, 422);
        for field in ["decided_by", "reason"] {
            sees(&officer, &format!("id=\"fault-{field}\">必须填写。"));
        }
        let decided = [("decided_by", "市应急指挥部"), ("reason", "工地须停工")];
        officer.submit("/advisories", &decided).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "id=\"fault-reason\">只能建议、倡议：“停工”属指令性用语");
        officer.submit("/advisories", &[("reason", "静稳天气持续")]).await;
        let page = officer.address.split('?').next().unwrap().to_owned();
        sees(&officer, "<option value=\"own-control\" selected>");
        officer.submit(&format!("{page}/submit"), &[]).await;
        sees(&officer, "由市环委会办公室主任、副市长、市长签批。");

        let approve = format!("{page}/approve");
        officer.submit(&approve, &[("how", "telephone"), ("title", "副市长")]).await;
        assert_eq!(officer.status, 422);
        sees(&officer, "id=\"fault-note\">必须填写。");
        officer.submit(&approve, &[("note", "19时40分电话，同意发布")]).await;
        sees(&officer, "已签批");
        sees(&officer, "副市长 · 电话签批（代录，需补签） · 19时40分电话，同意发布");
        sees(&officer, "市应急指挥部");
        officer.submit(&format!("{page}/publish"), &[]).await;
        sees(&officer, "已发布。");
        bureau.world.service.stop().await;
    }
}
