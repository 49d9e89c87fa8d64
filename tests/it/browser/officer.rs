//! The officer's path from the proposal to the first answer and the lift, pressed by hand.

use super::Browser;
use super::words::{EN, Words, ZH};
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};
use crate::stories::sinks::{Received, Sinks, until_sent};

/// How often an officer presses something between the sign-in page and an issued warning.
const PRESSES: usize = 12;

/// Two people at desks of their own, in one language.
struct DutyRoom {
    officer: Browser,
    approver: Browser,
    words: &'static Words,
}

impl DutyRoom {
    /// Both sign in, and see what is proposed and why.
    async fn open(&self) {
        for (browser, name) in [(&self.officer, OFFICER), (&self.approver, APPROVER)] {
            browser
                .visit(&format!("/sign-in?lang={}", self.words.lang))
                .await;
            browser.sign_in(self.words, name).await;
            browser.sees(self.words.proposed).await;
            browser.sees(self.words.because).await;
        }
        let bars = "svg.outlook-chart .forecast .bar";
        let bars = self.officer.count(bars).await;
        assert_eq!(bars, 4, "a bar for every day foreseen");
    }

    /// The officer writes down the consultation, and begins the draft.
    async fn begin(&self) {
        let (officer, words) = (&self.officer, self.words);
        officer.fill(words.present, "市生态环境局、市气象局").await;
        officer
            .fill(
                words.conclusion,
                "静稳高湿，25日至26日重度污染，27日夜间转好。",
            )
            .await;
        officer.follow(words.save).await;
        officer.sees(words.drafted).await;
    }

    async fn draw_the_plan(&self) {
        self.officer.follow(self.words.draw).await;
        self.officer.sees(self.words.drawn).await;
    }

    async fn submit(&self) {
        self.officer.follow(self.words.submit).await;
        self.officer.sees(self.words.submitted).await;
    }

    /// The approver signs the notice before them.
    async fn sign(&self) {
        self.approver.follow(self.words.approve).await;
        self.approver.sees(self.words.approved).await;
    }

    /// The officer issues the notice before them, once they have confirmed that they checked it.
    async fn issue(&self, document: &str) {
        let (officer, words) = (&self.officer, self.words);
        officer.fill(words.document, document).await;
        officer.press(words.confirm).await;
        officer.follow(words.issue).await;
        officer.sees(words.issued).await;
    }

    /// All of it, from the proposal on.
    async fn carry_out_the_proposal(&self, document: &str) {
        let words = self.words;
        self.officer.follow(words.begin).await;
        self.begin().await;
        self.draw_the_plan().await;
        self.submit().await;
        self.approver.follow(words.overview).await;
        self.approver.follow(words.open_draft).await;
        self.sign().await;
        self.officer.follow(words.overview).await;
        self.officer.follow(words.open_draft).await;
        self.issue(document).await;
    }
}

/// The link in a letter, as it would be pressed.
fn link(letter: &Received) -> &str {
    let after = letter.text.find(&letter.token).unwrap() + letter.token.len();
    let link = &letter.text[..after];
    &link[link.rfind("http").unwrap()..]
}

both_engines! {
    async fn an_officer_issues_sees_the_first_answer_arrive_and_lifts(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 20, &sinks).await;
        foresee(&bureau, [215, 260, 140, 90]).await;
        let room = DutyRoom {
            officer: Browser::open(&bureau.world).await,
            approver: Browser::open(&bureau.world).await,
            words: &ZH,
        };
        room.open().await;
        room.carry_out_the_proposal("许环委办〔2026〕12号").await;
        let presses = room.officer.presses();
        assert!(presses <= PRESSES, "{presses} presses");
        let issued = room.officer.address().await;
        until_sent(&bureau.world).await;

        // The overview stays open while a plant answers.
        room.officer.follow("总览").await;
        let overview = room.officer.document().await;
        room.officer.waits_for("[data-live-state]", "● 实时更新").await;
        let acknowledged = "[data-live='counts.acknowledged']";
        assert_eq!(room.officer.reads(acknowledged).await, "0");
        let phone = Browser::on_a_phone(&bureau.world).await;
        phone.visit(link(&sinks.letters()[0])).await;
        phone.follow_primary().await;
        phone.sees("已签收").await;
        room.officer.waits_for(acknowledged, "1").await;
        assert!(room.officer.keeps(&overview).await, "the overview was not loaded again");

        // The lift takes the same way.
        room.officer.follow("预警与通知").await;
        room.officer.follow("许环委办〔2026〕12号").await;
        let warning = room.officer.address().await;
        room.officer.follow("解除").await;
        room.officer.fill("未达判据时的理由", "26日夜间冷空气，持续改善").await;
        room.begin().await;
        room.submit().await;
        let lift = room.officer.address().await;
        assert_ne!(lift, issued);
        room.approver.visit(&lift).await;
        room.sign().await;
        room.officer.visit(&lift).await;
        room.draw_the_plan().await;
        room.issue("许环委办〔2026〕13号").await;
        room.officer.visit(&warning).await;
        room.officer.sees("已发布解除，待生效").await;
        until_sent(&bureau.world).await;
        phone.visit(link(&sinks.letters()[0])).await;
        phone.sees("应急减排已解除").await;
        bureau.world.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_an_issue_needs_no_scripts() {
    let bureau = Bureau::new(TestDb::sqlite().await, 20).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let room = DutyRoom {
        officer: Browser::without_scripts(&bureau.world).await,
        approver: Browser::without_scripts(&bureau.world).await,
        words: &EN,
    };
    room.open().await;
    assert_eq!(
        room.officer.reads("[data-live-state]").await,
        "",
        "no script has run"
    );
    room.carry_out_the_proposal("XHB 2026-12").await;
    room.officer.follow("Orders").await;
    room.officer.choose("Progress", "Issued").await;
    let list = room.officer.document().await;
    room.officer.follow("Filter").await;
    assert!(
        !room.officer.keeps(&list).await,
        "the browser itself sent the form"
    );
    let everybody = format!("{} in all", bureau.recipients);
    room.officer.sees(&everybody).await;
    bureau.world.service.stop().await;
}
