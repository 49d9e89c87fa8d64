//! Pages as they are printed: nothing to press, black on white, whole rows under a head on every
//! sheet, and at the top whose page it is, of when.

use std::sync::Mutex;

use serde_json::json;

use super::chromium::Beyond;
use super::soundness::faults;
use super::words::ZH;
use super::{Browser, tour};
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::stories::bureau::{Bureau, OFFICER};
use crate::world::{Visitor, World};

/// What would go wrong on paper, in words.
const ON_PAPER: &str = r#"
const faults = [];
const shown = (it) => it.outerHTML.replace(/\s+/g, " ").slice(0, 100);
const expect = (is, what) => { if (!is) faults.push(what); };
const all = (css) => [...document.querySelectorAll(css)].filter((it) => it.checkVisibility());
const style = (it, pseudo) => getComputedStyle(it, pseudo);

for (const it of all("button, .button, nav, input[type=file], .action-bar, .skip")) {
  faults.push(`to be pressed: ${shown(it)}`);
}
for (const it of all("body, main, section, article, header, aside, table, td, th, p, li, dd")) {
  expect(["static", "relative"].includes(style(it).position), `hangs in the window: ${shown(it)}`);
}
const [page, root] = [style(document.body), style(document.documentElement)];
expect(page.color === "rgb(0, 0, 0)", `ink of ${page.color}`);
const clear = "rgba(0, 0, 0, 0)";
for (const { backgroundColor: ground } of [page, root]) {
  expect([clear, "rgb(255, 255, 255)"].includes(ground), `a ground of ${ground}`);
}
for (const it of all("thead")) expect(style(it).display === "table-header-group", `a head only once: ${shown(it)}`);
for (const it of all("tr")) expect(style(it).breakInside === "avoid", `a row may be torn: ${shown(it)}`);
for (const it of all("h1, h2, h3")) expect(style(it).breakAfter === "avoid", `a heading may stand alone: ${shown(it)}`);
for (const it of all("a")) {
  expect(style(it, "::after").content === "none", `an address is spilt: ${shown(it)}`);
  expect(style(it).color === style(it.parentElement).color, `a link of another colour: ${shown(it)}`);
}
for (const it of all("input[type=radio], input[type=checkbox]")) expect(style(it).appearance !== "none", `a mark is hidden: ${shown(it)}`);
for (const it of all("[placeholder]")) expect(style(it, "::placeholder").color === clear, `an example is printed: ${shown(it)}`);
for (const it of all("textarea")) expect(it.scrollHeight <= it.clientHeight + 1, `a text is cut: ${shown(it)}`);
for (const it of all("details:not([open])")) expect([...it.children].slice(1).some((inner) => inner.checkVisibility()), `a fold is closed: ${shown(it)}`);
if (all(".official").length > 0) expect(page.page === "official", `a document on a sheet of the page ${page.page}`);
expect(all("h1").length === 1, `${all("h1").length} headings`);
return faults;
"#;

impl Browser {
    /// Shows pages as they are printed, or as on a screen again.
    async fn show_as(&self, media: &str) {
        let command = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": media } });
        let command = Beyond::new("goog/cdp/execute", command);
        self.client().issue_cmd(command).await.unwrap();
    }

    /// What is wrong with the page on paper.
    pub(super) async fn faults_on_paper(&self) -> Vec<String> {
        self.show_as("print").await;
        let found = faults(self, ON_PAPER).await;
        self.show_as("").await;
        found
    }

    /// What can be read of the page on paper.
    async fn text_on_paper(&self) -> String {
        self.show_as("print").await;
        let text = self.text().await;
        self.show_as("").await;
        text
    }
}

const NUMBER: &str = "许环委办〔2026〕12号";

/// What these pages say on paper: where, of when, under which number; and where a signature goes.
const SAID: [(&str, &[&str]); 9] = [
    (
        "notice-submitted-approver",
        &["许昌市", "页面时间", "签批意见", "签名 · ", "日期"],
    ),
    ("notice-draft-planned", &["许昌市", "各级别对比"]),
    ("advisory-submitted", &["许昌市", "签批意见", "签名 · "]),
    ("overview-drafted", &["数据表"]),
    ("notice-issued", &["许昌市", "页面时间", NUMBER]),
    ("notice-document", &[NUMBER]),
    ("warning", &["许昌市", "页面时间", NUMBER]),
    ("orders", &["许昌市", "页面时间", NUMBER]),
    ("phone", &["减排指令", "11月25日"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_says_its_place_number_and_hour() {
    let seen = Mutex::new(Vec::new());
    tour::walk(&ZH, async |name, browser| {
        let Some((name, said)) = SAID.iter().find(|(page, _)| *page == name) else {
            return;
        };
        let text = browser.text_on_paper().await;
        for said in *said {
            assert!(text.contains(said), "{name}: no {said}\n{text}");
        }
        seen.lock().unwrap().push(*name);
    })
    .await;
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), SAID.len(), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declined_a_proposal_stands_on_paper_with_the_reason() {
    let bureau = Bureau::new(TestDb::sqlite().await, 12).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let open = bureau.officer.get("/api/v1/proposals?region=411000");
    let (_, open) = Visitor::json(open).await;
    let decline = format!("/api/v1/proposals/{}/decline", open["id"]);
    let reason = "市气象局会商认为扩散转好";
    let said = json!({ "region": "411000", "reason": reason });
    let declined = bureau.officer.request(reqwest::Method::POST, &decline);
    let declined = declined.json(&said).send().await.unwrap();
    assert_eq!(declined.status(), 204);

    let browser = Browser::open(&bureau.world).await;
    browser.visit("/sign-in?lang=zh").await;
    browser.sign_in(&ZH, OFFICER).await;
    let text = browser.text_on_paper().await;
    assert!(
        text.contains(reason) && text.contains("决定不采纳"),
        "{text}"
    );
    bureau.world.service.stop().await;
}

/// One fault for each check: on the page, or by a rule of its style.
const PLANTED: &str = r##"
document.body.insertAdjacentHTML("beforeend", `
  <nav id=planted>去</nav><h1>又</h1><h2>二</h2><p id=hangs>悬</p><a href="#main">此</a>
  <table><thead><tr><th>一</th></tr></thead></table>
  <input type=radio><input placeholder=24:00>
  <textarea rows=1>一\n二\n三</textarea>
  <details><summary>折</summary><p>内</p></details>
  <article class=official>文</article>`);
const rules = document.styleSheets[0];
const plant = (rule) => rules.insertRule(`${rule}`, rules.cssRules.length);
plant("#planted { display: block !important; }");
plant("#hangs { position: fixed !important; }");
plant("body { color: blue !important; background: black !important; page: auto !important; }");
plant("thead { display: table-row-group !important; }");
plant("tr { break-inside: auto !important; }");
plant("h2 { break-after: auto !important; }");
plant("a { color: red !important; }");
plant("a::after { content: attr(href) !important; }");
plant("input[type=radio] { appearance: none !important; }");
plant("::placeholder { color: gray !important; }");
plant("textarea { field-sizing: fixed !important; height: 1em !important; }");
plant("details::details-content { content-visibility: hidden !important; }");
"##;

/// The checks see what they are for: each is shown a fault that was planted.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_go_wrong_on_paper_is_seen() {
    let world = World::new(TestDb::sqlite().await).await;
    let browser = Browser::open(&world).await;
    browser.visit("/sign-in").await;
    assert_eq!(browser.faults_on_paper().await, [""; 0]);
    browser.ask(PLANTED).await;
    let found = browser.faults_on_paper().await.join("\n");
    for seen in [
        "to be pressed",
        "hangs in the window",
        "ink of",
        "a ground of",
        "a head only once",
        "a row may be torn",
        "a heading may stand alone",
        "an address is spilt",
        "a link of another colour",
        "a mark is hidden",
        "an example is printed",
        "a text is cut",
        "a fold is closed",
        "a document on a sheet of",
        "2 headings",
    ] {
        assert!(found.contains(seen), "no {seen}: {found}");
    }
    world.service.stop().await;
}
