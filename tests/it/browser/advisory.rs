//! The way of a health notice in a browser: proposed, drafted, signed, published, lifted.

use super::Browser;
use super::words::{EN, Words, ZH};
use crate::console::officer::foresee_dust;
use crate::database::TestDb;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};

/// What stands on the way, in one language.
struct Way {
    words: &'static Words,
    begin: &'static str,
    advice: &'static str,
    open: &'static str,
    publish: &'static str,
    compels_nobody: &'static str,
    announced: &'static str,
    lift_early: &'static str,
    why: &'static str,
    lift: &'static str,
    lifted: &'static str,
    all: &'static str,
}

const IN_CHINESE: Way = Way {
    words: &ZH,
    begin: "拟发健康提示",
    advice: "建议性措施",
    open: "打开已拟健康提示",
    publish: "登记发布",
    compels_nobody: "不属预警，不含强制性措施，仅为建议性、倡议性内容。",
    announced: "已发布，待开始",
    lift_early: "提前解除…",
    why: "解除的理由（存档）",
    lift: "解除",
    lifted: "已解除",
    all: "全部",
};

const IN_ENGLISH: Way = Way {
    words: &EN,
    begin: "Draft a health notice",
    advice: "Recommendations",
    open: "Open the advisory",
    publish: "Record as published",
    compels_nobody: "This is no warning. It carries no compulsory measure and only recommends.",
    announced: "Published, not yet begun",
    lift_early: "Lift early…",
    why: "Why it is lifted (kept on record)",
    lift: "Lift",
    lifted: "Lifted",
    all: "All",
};

async fn sign_in(browser: &Browser, words: &Words, name: &str) {
    browser
        .visit(&format!("/sign-in?lang={}", words.lang))
        .await;
    browser.sign_in(words, name).await;
}

/// Carries a health notice from the proposal to its lift.
async fn carry(bureau: &Bureau, way: &Way, (officer, approver): (&Browser, &Browser)) {
    foresee_dust(bureau, [160, 170, 120, 90]).await;
    sign_in(officer, way.words, OFFICER).await;
    officer.follow(way.begin).await;
    officer.sees(way.compels_nobody).await;
    officer
        .fill(way.advice, "建议儿童、老年人减少户外活动")
        .await;
    officer.follow(way.words.submit).await;
    officer.sees(way.words.submitted).await;

    sign_in(approver, way.words, APPROVER).await;
    approver.follow(way.open).await;
    approver.follow_primary().await;
    approver.sees(way.words.approved).await;

    officer.follow(way.words.overview).await;
    officer.follow(way.open).await;
    officer.follow(way.publish).await;
    assert_eq!(officer.reads(".page .status").await, way.announced);
    assert_eq!(officer.count(".level").await, 0, "no warning's colour");
    officer.press(way.lift_early).await;
    officer.fill(way.why, "冷空气提前到达").await;
    officer.follow(way.lift).await;
    assert_eq!(officer.reads(".page .status").await, way.lifted);
    officer.follow(way.words.overview).await;
    officer.follow(way.all).await;
    officer.sees(way.lifted).await;
}

both_engines! {
    async fn a_health_notice_goes_from_proposal_to_lift(db: TestDb) {
        let bureau = Bureau::new(db, 5).await;
        let officer = Browser::open(&bureau.world).await;
        let approver = Browser::open(&bureau.world).await;
        carry(&bureau, &IN_CHINESE, (&officer, &approver)).await;
        bureau.world.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_notice_needs_no_scripts_in_english() {
    let bureau = Bureau::new(TestDb::sqlite().await, 5).await;
    let officer = Browser::without_scripts(&bureau.world).await;
    let approver = Browser::without_scripts(&bureau.world).await;
    carry(&bureau, &IN_ENGLISH, (&officer, &approver)).await;
    bureau.world.service.stop().await;
}
