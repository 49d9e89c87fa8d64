//! The way of a health notice in a browser: proposed, drafted, signed, published, lifted.

use super::Browser;
use super::words::{EN, Words, ZH};
use crate::console::officer::foresee_dust;
use crate::database::TestDb;
use crate::fakes::smtp::Misbehaviour;
use crate::stories::advisory;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};
use crate::stories::sinks::{Sinks, until_sent};

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
    publish: "发布",
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
    publish: "Publish",
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

both_engines! {
    async fn an_officer_sees_whom_a_control_would_reach_and_whom_it_reached(db: TestDb) {
        let sinks = Sinks::start().await;
        sinks.mail.instead("RCPT", Misbehaviour::Reply("550 5.1.1 no such user"));
        let bureau = Bureau::sending(db, 60, &sinks).await;
        let id = advisory::draft(&bureau, &advisory::control()).await;
        advisory::sign(&bureau, &id).await;
        let officer = Browser::open(&bureau.world).await;
        sign_in(&officer, &ZH, OFFICER).await;
        officer.visit(&format!("/advisories/{id}")).await;
        officer.sees("告知范围内 60 家单位，无需签收").await;
        officer.follow_primary().await;
        until_sent(&bureau.world).await;
        officer.visit(&format!("/advisories/{id}")).await;
        let reads = async |column: u8| {
            officer.reads(&format!("#telling tbody tr:first-child td:nth-of-type({column})")).await
        };
        assert_eq!(reads(2).await, "60", "whom it is for");
        assert_eq!(reads(4).await, "0", "nobody waits");
        assert_eq!(officer.count("#recipients tbody tr").await, 50, "a page of them");
        officer.follow("下一页").await;
        assert_eq!(officer.count("#recipients tbody tr").await, 10);
        officer.visit("/dead-letters").await;
        officer.sees("550 5.1.1").await;
        let about = format!("#dead-letters tbody a[href='/advisories/{id}']");
        assert_eq!(officer.count(&about).await, 1);
        officer.visit(&format!("/advisories/{id}")).await;

        officer.press(IN_CHINESE.lift_early).await;
        officer.sees("解除后即告知发布时的同一批单位").await;
        officer.fill(IN_CHINESE.why, "冷空气提前到达").await;
        officer.follow(IN_CHINESE.lift).await;
        until_sent(&bureau.world).await;
        officer.visit(&format!("/advisories/{id}")).await;
        assert_eq!(officer.count("#telling tbody tr").await, 2);
        officer.sees("提前结束的告知对象").await;
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
