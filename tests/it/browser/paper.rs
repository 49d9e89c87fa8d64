//! Pages as they are printed: nothing to press, black on white, whole rows under a head on every
//! sheet, and at the top whose page it is, of when.

use std::sync::Mutex;

use serde_json::json;

use super::chromium::Beyond;
use super::soundness::faults;
use super::words::ZH;
use super::{Browser, tour};
use crate::database::TestDb;
use crate::world::World;

/// What would go wrong on paper, in words.
const ON_PAPER: &str = r#"
const faults = [];
const shown = (it) => it.outerHTML.replace(/\s+/g, " ").slice(0, 100);
const expect = (is, what) => { if (!is) faults.push(what); };
const all = (css) => [...document.querySelectorAll(css)].filter((it) => it.checkVisibility());
const style = (it, pseudo) => getComputedStyle(it, pseudo);

for (const it of all("button, .button, nav, summary, input[type=file], .action-bar, .skip")) {
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
const SAID: [(&str, &[&str]); 6] = [
    (
        "notice-submitted-approver",
        &["许昌市", "页面时间", "签批意见", "签名", "日期"],
    ),
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

/// The checks see what they are for: each is shown a fault that was planted.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_go_wrong_on_paper_is_seen() {
    let world = World::new(TestDb::sqlite().await).await;
    let browser = Browser::open(&world).await;
    browser.visit("/sign-in").await;
    assert_eq!(browser.faults_on_paper().await, [""; 0]);
    let planted = r#"
        document.body.insertAdjacentHTML("beforeend",
            "<nav id=planted>去</nav><h2>二</h2><p id=hangs>悬</p>");
        const style = (id) => document.getElementById(id).style;
        style("planted").setProperty("display", "block", "important");
        style("hangs").position = "fixed";
        document.body.style.background = "black";
        document.querySelector("h2").style.breakAfter = "auto";
    "#;
    browser.ask(planted).await;
    let found = browser.faults_on_paper().await.join("\n");
    for seen in [
        "to be pressed",
        "hangs in the window",
        "a ground of",
        "a heading may stand alone",
    ] {
        assert!(found.contains(seen), "{found}");
    }
    world.service.stop().await;
}
