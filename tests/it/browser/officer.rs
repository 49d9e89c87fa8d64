//! The officer's path from the sign-in to the issue, the first answer and the lift, pressed by hand.

use super::words::{EN, Words, ZH};
use super::{Browser, PHONE};
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};
use crate::stories::sinks::{Received, Sinks, until_sent};

/// How often two people press something between the sign-in page and an issued warning, together:
/// five times the officer, three times whoever signs.
const PRESSES: usize = 8;

/// Without scripts the officer presses once more, to see whether it was signed.
const PRESSES_WITHOUT_SCRIPTS: usize = PRESSES + 1;

/// Two people at desks of their own and one at a plant, in one language.
struct DutyRoom {
    officer: Browser,
    approver: Browser,
    plant: Browser,
    words: &'static Words,
    scripts: bool,
}

impl DutyRoom {
    async fn open(bureau: &Bureau, words: &'static Words, scripts: bool) -> Self {
        let browser = async || {
            if scripts {
                Browser::open(&bureau.world).await
            } else {
                Browser::without_scripts(&bureau.world).await
            }
        };
        let plant = browser().await;
        plant.resize(PHONE).await;
        Self {
            officer: browser().await,
            approver: browser().await,
            plant,
            words,
            scripts,
        }
    }

    async fn sign_in(&self, browser: &Browser, name: &str) {
        let page = format!("/sign-in?lang={}", self.words.lang);
        browser.visit(&page).await;
        browser.sign_in(self.words, name).await;
    }

    /// The officer signs in, and sees what is proposed and why.
    async fn see_the_proposal(&self) {
        self.sign_in(&self.officer, OFFICER).await;
        self.officer.sees(self.words.proposed).await;
        self.officer.sees(self.words.because).await;
        let bars = "svg.outlook-chart .forecast .bar";
        let bars = self.officer.count(bars).await;
        assert_eq!(bars, 4, "a bar for every day foreseen");
        let said = self.officer.reads("[data-live-state]").await;
        assert!(self.scripts || said.is_empty(), "a script has run: {said}");
    }

    /// The officer begins on the proposal, and sees what it would do before anybody is asked.
    async fn begin(&self) {
        let (officer, words) = (&self.officer, self.words);
        officer.follow(words.begin).await;
        officer.sees(words.drafted).await;
        for figure in words.foreseen {
            officer.sees(figure).await;
        }
        // Folded up, since nobody has to press it.
        let letter = "return document.querySelector('.letter-preview pre').textContent";
        let letter = officer.ask(letter).await;
        let letter = letter.as_str().unwrap();
        for words in ["发布重污染天气橙色预警", "文号待定（", "核验码：发布后生成"]
        {
            assert!(letter.contains(words), "{letter}");
        }
        assert!(!letter.contains("/o/"), "no link is sealed\n{letter}");
    }

    /// The officer writes down the consultation.
    async fn consult(&self) {
        let (officer, words) = (&self.officer, self.words);
        officer.fill(words.present, "市生态环境局、市气象局").await;
        officer
            .fill(
                words.conclusion,
                "静稳高湿，25日至26日重度污染，27日夜间转好。",
            )
            .await;
    }

    /// What was written is handed in with the same press.
    async fn submit(&self) {
        self.officer.follow(self.words.submit).await;
        self.officer.sees(self.words.submitted).await;
    }

    /// The approver is called, and opens the notice from the overview.
    async fn open_as_approver(&self) {
        if self.approver.presses() == 0 {
            self.sign_in(&self.approver, APPROVER).await;
        } else {
            self.approver.follow(self.words.overview).await;
        }
        self.approver.follow(self.words.open_draft).await;
    }

    /// The approver signs the notice that the officer has before them.
    async fn sign(&self) {
        self.open_as_approver().await;
        let before = |address: String| address.split('?').next().unwrap().to_owned();
        let theirs = before(self.approver.address().await);
        assert_eq!(theirs, before(self.officer.address().await));
        self.approver.follow(self.words.approve).await;
        self.approver.sees(self.words.approved).await;
    }

    /// The officer's page learns of the signature: by itself, or when it is asked to look.
    async fn learn_of_the_signature(&self) {
        let (officer, words) = (&self.officer, self.words);
        if !self.scripts {
            officer.follow(words.look_again).await;
        }
        officer.waits_for(".page .status", words.to_issue).await;
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
        self.begin().await;
        self.consult().await;
        self.submit().await;
        self.sign().await;
        self.learn_of_the_signature().await;
        self.issue(document).await;
    }

    /// A plant answers while the overview stays open, which counts it: by itself, or when it is
    /// opened anew.
    async fn take_the_first_answer(&self, letter: &Received) {
        let (officer, words) = (&self.officer, self.words);
        officer.follow(words.overview).await;
        if self.scripts {
            officer.waits_for("[data-live-state]", words.live).await;
        }
        let acknowledged = "[data-live='counts.acknowledged']";
        assert_eq!(officer.reads(acknowledged).await, "0");
        let overview = officer.document().await;
        self.open_order(letter).await;
        self.plant.follow_primary().await;
        self.plant.sees(words.answered).await;
        if !self.scripts {
            officer.follow(words.overview).await;
        }
        officer.waits_for(acknowledged, "1").await;
        assert_eq!(officer.keeps(&overview).await, self.scripts);
    }

    /// The lift takes the same way, and says what it changes before anybody is asked.
    async fn lift(&self, issued: &str, document: &str) {
        let (officer, words) = (&self.officer, self.words);
        officer.follow(words.warnings).await;
        officer.follow(issued).await;
        let warning = officer.address().await;
        officer.follow(words.lift).await;
        let reason = "26日夜间冷空气，持续改善";
        officer.fill(words.judgement, reason).await;
        self.consult().await;
        officer.follow(words.save).await;
        for difference in words.differs {
            officer.sees(difference).await;
        }
        self.submit().await;
        self.sign().await;
        self.learn_of_the_signature().await;
        self.issue(document).await;
        officer.visit(&warning).await;
        officer.sees(words.ending).await;
    }

    /// Whoever has a letter opens its link.
    async fn open_order(&self, letter: &Received) {
        let link = format!("{}?lang={}", link(letter), self.words.lang);
        self.plant.visit(&link).await;
    }

    /// How often both at their desks pressed something so far.
    fn presses(&self) -> usize {
        self.officer.presses() + self.approver.presses()
    }
}

/// The link in a letter, as it would be pressed.
fn link(letter: &Received) -> &str {
    let after = letter.text.find(&letter.token).unwrap() + letter.token.len();
    let link = &letter.text[..after];
    &link[link.rfind("http").unwrap()..]
}

/// All of it: from the sign-in to the issue, the first answer and the lift.
async fn the_whole_way(db: TestDb, words: &'static Words, scripts: bool) -> (Bureau, DutyRoom) {
    let sinks = Sinks::start().await;
    let bureau = Bureau::sending(db, 20, &sinks).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let room = DutyRoom::open(&bureau, words, scripts).await;
    room.see_the_proposal().await;
    let document = "许环委办〔2026〕12号";
    room.carry_out_the_proposal(document).await;
    let presses = if scripts {
        PRESSES
    } else {
        PRESSES_WITHOUT_SCRIPTS
    };
    assert_eq!(room.presses(), presses);
    until_sent(&bureau.world).await;
    let first = &sinks.letters()[0];
    room.take_the_first_answer(first).await;
    room.lift(document, "许环委办〔2026〕13号").await;
    until_sent(&bureau.world).await;
    room.open_order(first).await;
    room.plant.sees(words.lifted).await;
    (bureau, room)
}

both_engines! {
    async fn an_officer_issues_sees_the_first_answer_arrive_and_lifts(db: TestDb) {
        let (bureau, _) = the_whole_way(db, &ZH, true).await;
        bureau.world.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_is_as_short_in_english() {
    let (bureau, _) = the_whole_way(TestDb::sqlite().await, &EN, true).await;
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_needs_no_scripts_in_chinese() {
    let (bureau, _) = the_whole_way(TestDb::sqlite().await, &ZH, false).await;
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_and_the_list_need_no_scripts_in_english() {
    let (bureau, room) = the_whole_way(TestDb::sqlite().await, &EN, false).await;
    room.officer.follow("Orders").await;
    room.officer.choose("Progress", "Issued").await;
    let list = room.officer.document().await;
    room.officer.follow("Filter").await;
    assert!(
        !room.officer.keeps(&list).await,
        "the browser itself sent the form"
    );
    let asked = room.officer.address().await;
    assert!(asked.contains("rung=issued"), "{asked}");
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_kept_when_the_notice_a_page_waits_for_moves_on() {
    let bureau = Bureau::new(TestDb::sqlite().await, 10).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let room = DutyRoom::open(&bureau, &ZH, true).await;
    room.see_the_proposal().await;
    room.begin().await;
    room.consult().await;
    room.submit().await;
    let page = room.officer.document().await;
    room.officer.fill("说明", "17时58分电话").await;
    room.sign().await;
    let told = "状态已变化：已签批，待发布。本页已填内容尚未提交，点击右侧查看。";
    room.officer.waits_for(".action-bar p", told).await;
    assert!(room.officer.keeps(&page).await, "the page was not left");
    room.officer.follow(room.words.look_again).await;
    room.officer.sees(room.words.to_issue).await;
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_that_somebody_drafted_first_leads_to_their_draft() {
    let bureau = Bureau::new(TestDb::sqlite().await, 10).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let room = DutyRoom::open(&bureau, &ZH, true).await;
    room.see_the_proposal().await;
    let slower = Browser::open(&bureau.world).await;
    slower.visit("/").await;
    slower.sign_in(room.words, OFFICER).await;
    room.begin().await;
    let notice = room.officer.address().await;
    let notice = notice.split('?').next().unwrap();
    slower.follow(room.words.begin).await;
    assert_eq!(slower.address().await, notice);
    room.open_as_approver().await;
    assert_eq!(room.approver.address().await, notice);
    bureau.world.service.stop().await;
}
