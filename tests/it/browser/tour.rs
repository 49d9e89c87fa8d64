//! A walk past every page there is, each in the state in which a person meets it.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::Browser;
use super::words::Words;
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::fakes::smtp::Misbehaviour;
use crate::stories::advisory;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};
use crate::stories::sinks::{Sinks, until_sent};
use crate::world::Visitor;

/// Shows every page, by name, to `see`.
pub(crate) async fn walk(words: &Words, see: impl AsyncFn(&str, &Browser)) {
    let sinks = Sinks::start().await;
    let bureau = Bureau::sending(TestDb::sqlite().await, 40, &sinks).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let browser = Browser::open(&bureau.world).await;
    let walk = Walk {
        bureau: &bureau,
        browser: &browser,
        words,
        see,
    };
    walk.before_anything().await;
    let control = walk.control().await;
    let notice = walk.one_notice().await;
    walk.under_way(&notice).await;
    walk.issued(&notice, &sinks).await;
    walk.advisory().await;
    walk.see("control-replaced", &control).await;
    bureau.world.service.stop().await;
}

struct Walk<'w, See> {
    bureau: &'w Bureau,
    browser: &'w Browser,
    words: &'w Words,
    see: See,
}

impl<See: AsyncFn(&str, &Browser)> Walk<'_, See> {
    async fn see(&self, name: &str, path: &str) {
        self.browser.visit(path).await;
        (self.see)(name, self.browser).await;
    }

    async fn as_person(&self, name: &str) {
        let path = format!("/sign-in?lang={}", self.words.lang);
        self.browser.visit(&path).await;
        self.browser.sign_in(self.words, name).await;
    }

    async fn before_anything(&self) {
        let sign_in = format!("/sign-in?lang={}", self.words.lang);
        self.see("sign-in", &sign_in).await;
        self.browser.fill(self.words.name, OFFICER).await;
        self.browser.fill(self.words.password, "0").await;
        self.browser.follow(self.words.sign_in).await;
        (self.see)("sign-in-refused", self.browser).await;
        self.as_person(OFFICER).await;
        self.see("overview-proposal", "/").await;
        self.see("warnings-none", "/warnings").await;
        self.see("orders-none", "/orders").await;
        self.see("dead-letters-none", "/dead-letters").await;
        self.see("instruction", "/instructions/new").await;
        self.refused("instruction-refused").await;
        self.compare().await;
        self.see("advisories-none", "/advisories").await;
        self.see("advisory-form", "/advisories/new").await;
        self.refused("advisory-refused").await;
        self.see("not-found", "/nowhere").await;
        self.import().await;
        self.see("draft", "/notices/new?grounds=proposal").await;
        self.see("draft-unproposed", "/notices/new").await;
        self.browser.follow(self.words.save).await;
        (self.see)("draft-refused", self.browser).await;
    }

    /// Sends the form of the page as it stands, by a browser that demands no field.
    async fn refused(&self, name: &str) {
        let demand =
            "for (const it of document.querySelectorAll('[required]')) it.required = false";
        self.browser.ask(demand).await;
        self.browser.follow_primary().await;
        (self.see)(name, self.browser).await;
    }

    /// Two rule sets on a hazy February, before and after the question.
    async fn compare(&self) {
        let table = include_str!("../../fixtures/air_quality/beijing_2014.csv");
        let path = "/api/v1/imports/days?region=411000&source=市站&place=北京";
        let request = self.bureau.officer.request(reqwest::Method::POST, path);
        let request = request.header(reqwest::header::CONTENT_TYPE, "text/csv; charset=utf-8");
        let (status, taken) = Visitor::json(request.body(table)).await;
        assert_eq!(status, 200, "{taken}");
        self.see("compare", "/rules/compare").await;
        let question = "/rules/compare?first=mee-2024&second=mee-2017&from=2014&to=2014";
        self.see("compare-answered", question).await;
        let refused = "/rules/compare?first=mee-2024&second=mee-2024&from=2014&to=2014";
        self.see("compare-refused", refused).await;
    }

    /// A list with a faulty cell in every tenth line.
    async fn import(&self) {
        self.see("import", "/enterprises/import").await;
        let list = self
            .bureau
            .officer
            .get("/api/v1/exports/enterprises")
            .send();
        let list = list.await.unwrap().text().await.unwrap();
        let lines = list.lines().enumerate().map(|(n, line)| {
            let faulty = if n % 10 == 5 { "未知" } else { "" };
            format!("{faulty}{line}\r\n")
        });
        let files = TempDir::new().unwrap();
        let file = files.path().join("list.csv");
        std::fs::write(&file, lines.collect::<String>()).unwrap();
        self.upload(&file).await;
        (self.see)("import-faults", self.browser).await;
    }

    async fn upload(&self, file: &Path) {
        self.browser.attach(self.words.file, file).await;
        self.browser.follow(self.words.upload).await;
    }

    async fn one_notice(&self) -> String {
        let grounds = json!({ "on": "proposal" });
        let notice = self
            .bureau
            .draft_on("start", "orange", "2026-11-25T08:00", grounds);
        let notice = notice.await;
        let consultation = json!({
            "held_at": "2026-11-24T16:00", "parties": ["市生态环境局", "市气象局"],
            "conclusion": "25日至27日有重度污染过程，27日夜间冷空气到达后转好。",
        });
        self.step(&notice, "consultation", consultation).await;
        notice
    }

    async fn step(&self, notice: &str, step: &str, body: serde_json::Value) {
        self.bureau
            .step(&self.bureau.officer, notice, step, &body)
            .await;
    }

    async fn under_way(&self, notice: &str) {
        let path = format!("/notices/{notice}");
        self.see("overview-drafted", "/").await;
        self.see("notice-draft", &path).await;
        self.step(notice, "plan", json!({})).await;
        self.see("notice-draft-planned", &path).await;
        self.step(notice, "submission", json!({})).await;
        self.see("notice-submitted-officer", &path).await;
        self.refused("notice-submitted-refused").await;
        self.as_person(APPROVER).await;
        self.see("overview-approver", "/").await;
        self.see("notice-submitted-approver", &path).await;
        self.as_person(OFFICER).await;
        let approver = &self.bureau.approver;
        self.bureau
            .step(approver, notice, "approval", &json!({}))
            .await;
        self.see("notice-approved", &path).await;
        self.refused("notice-approved-refused").await;
    }

    async fn issued(&self, notice: &str, sinks: &Sinks) {
        sinks
            .mail
            .instead("RCPT", Misbehaviour::Reply("550 5.1.1 no such user"));
        let (_, issued) = self.bureau.issue(notice, "许环委办〔2026〕12号").await;
        until_sent(&self.bureau.world).await;
        let phone = format!("/o/{}?lang={}", sinks.first_token(), self.words.lang);
        self.see("phone", &phone).await;
        self.browser.follow_primary().await;
        (self.see)("phone-answered", self.browser).await;
        self.see("overview-in-force", "/").await;
        self.see("notice-issued", &format!("/notices/{notice}"))
            .await;
        self.see("notice-document", &format!("/notices/{notice}/document"))
            .await;
        self.see("warnings", "/warnings").await;
        let warning = issued["warning"].as_str().unwrap();
        self.see("warning", &format!("/warnings/{warning}")).await;
        self.see("orders", "/orders").await;
        self.see("order", &self.answered_order().await).await;
        self.see("dead-letters", "/dead-letters").await;
    }

    /// A health notice, from draft to record.
    /// A control that is told, and whose place the warning takes; answers with its page.
    async fn control(&self) -> String {
        let bureau = self.bureau;
        let id = advisory::draft(bureau, &advisory::control()).await;
        advisory::sign(bureau, &id).await;
        let path = format!("/advisories/{id}");
        self.see("control-approved", &path).await;
        advisory::step(&bureau.officer, &id, "publication", &json!({})).await;
        until_sent(&bureau.world).await;
        self.see("control-told", &path).await;
        path
    }

    async fn advisory(&self) {
        let bureau = self.bureau;
        let id = advisory::draft(bureau, &advisory::dust()).await;
        let path = format!("/advisories/{id}");
        self.see("advisory-draft", &path).await;
        advisory::step(&bureau.officer, &id, "submission", &json!({})).await;
        self.as_person(APPROVER).await;
        self.see("advisory-submitted", &path).await;
        advisory::step(&bureau.approver, &id, "approval", &json!({})).await;
        self.as_person(OFFICER).await;
        self.see("advisory-approved", &path).await;
        advisory::step(&bureau.officer, &id, "publication", &json!({})).await;
        self.see("advisory-published", &path).await;
        self.see("advisories", "/advisories").await;
        self.see("overview-advised", "/").await;
    }

    /// The order that was answered.
    async fn answered_order(&self) -> String {
        self.browser.visit("/orders?rung=acknowledged").await;
        let path = "return document.querySelector('#orders tbody a').getAttribute('href')";
        self.browser.ask(path).await.as_str().unwrap().to_owned()
    }
}
