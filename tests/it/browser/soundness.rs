//! Every page as the browser finds it: nothing it complains of, nothing unnamed, nothing too wide,
//! nothing that would go wrong on paper.

use std::sync::Mutex;

use serde_json::Value;

use super::words::{EN, Words, ZH};
use super::{Browser, DESK, PHONE, tour};
use crate::database::TestDb;
use crate::world::World;

/// A tablet on its side.
const TABLET: (u32, u32) = (1024, 768);

/// What is wrong with a page's structure, in words.
const STRUCTURE: &str = r#"
const faults = [];
const all = (css) => [...document.querySelectorAll(css)];
const shown = (it) => it.outerHTML.replace(/\s+/g, " ").slice(0, 120);
const expect = (is, what) => { if (!is) faults.push(what); };

expect(all("h1").length === 1, `${all("h1").length} headings of the first rank`);
let rank = 1;
for (const heading of all("h1, h2, h3, h4")) {
  const next = Number(heading.tagName[1]);
  expect(next <= rank + 1, `a rank is left out before ${shown(heading)}`);
  expect(heading.textContent.trim() !== "", `an empty heading ${shown(heading)}`);
  rank = next;
}

const ids = all("[id]").map((it) => it.id);
expect(new Set(ids).size === ids.length, `an id twice: ${ids.filter((id, n) => ids.indexOf(id) !== n)}`);
for (const attribute of ["for", "form", "aria-labelledby", "aria-describedby"]) {
  for (const it of all(`[${attribute}]`)) {
    for (const id of it.getAttribute(attribute).split(" ")) expect(ids.includes(id), `nothing at ${attribute} of ${shown(it)}`);
  }
}
for (const link of all("a[href^='#']")) {
  expect(ids.includes(link.getAttribute("href").slice(1)), `leads nowhere: ${shown(link)}`);
}

for (const field of all("input:not([type=hidden]), select, textarea")) {
  const labels = [...(field.labels ?? [])].map((label) => label.textContent).join("");
  expect((labels + (field.ariaLabel ?? "")).trim() !== "", `a field without a label: ${shown(field)}`);
}
for (const it of all("a, button, summary")) {
  expect((it.textContent + (it.ariaLabel ?? "")).trim() !== "", `without words: ${shown(it)}`);
}
for (const set of all("fieldset")) expect(set.querySelector("legend"), `without a legend: ${shown(set)}`);
for (const it of all(".primary")) {
  expect(getComputedStyle(it).backgroundColor !== "rgb(255, 255, 255)", `not filled: ${shown(it)}`);
}
expect(all(".primary").length <= 1, `${all(".primary").length} filled buttons`);
return faults;
"#;

/// What stands out of the page to the right.
const TOO_WIDE: &str = r#"
const page = document.documentElement;
if (page.scrollWidth <= page.clientWidth) return [];
const scrolls = (it) => it && (getComputedStyle(it).overflowX !== "visible" || scrolls(it.parentElement));
const out = [...document.body.querySelectorAll("*")].filter((it) =>
  it.getBoundingClientRect().right > page.clientWidth + 0.5 && !scrolls(it.parentElement));
return [`${page.scrollWidth} wide on ${page.clientWidth}: `
  + out.slice(0, 3).map((it) => it.outerHTML.replace(/\s+/g, " ").slice(0, 80)).join(" | ")];
"#;

pub(super) async fn faults(browser: &Browser, script: &str) -> Vec<String> {
    let found = browser.ask(script).await;
    let found = found.as_array().unwrap().iter();
    found.filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn every_page_is_sound(words: &Words) {
    let wrong = Mutex::new(Vec::new());
    let seen = Mutex::new(0);
    let note = |name: &str, what: Vec<String>| {
        let what = what.into_iter().map(|what| format!("{name}: {what}"));
        wrong.lock().unwrap().extend(what);
    };
    tour::walk(words, async |name, browser| {
        *seen.lock().unwrap() += 1;
        note(name, faults(browser, STRUCTURE).await);
        let tag = browser.ask("return document.documentElement.lang").await;
        assert_eq!(tag, words.tag, "{name}");
        for size in [PHONE, TABLET, DESK] {
            browser.resize(size).await;
            note(name, faults(browser, TOO_WIDE).await);
        }
        note(name, browser.faults_on_paper().await);
        note(name, browser.complaints().await);
    })
    .await;
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        seen.into_inner().unwrap() > 25,
        "the walk passes every page"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_in_chinese() {
    every_page_is_sound(&ZH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_in_english() {
    every_page_is_sound(&EN).await;
}

/// The checks see what they are for: each is shown a fault that was planted.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_seen() {
    let world = World::new(TestDb::sqlite().await).await;
    let browser = Browser::open(&world).await;
    browser.visit("/sign-in").await;
    assert_eq!(faults(&browser, STRUCTURE).await, [""; 0]);
    assert_eq!(faults(&browser, TOO_WIDE).await, [""; 0]);
    assert_eq!(browser.complaints().await, [""; 0]);
    let planted = r#"
        document.body.insertAdjacentHTML("beforeend",
            "<h4>四</h4><input name=a><a href='#nowhere'>去</a><p class=wide>宽</p>");
        document.querySelector(".wide").style.width = "2000px";
        const script = document.createElement("script");
        script.textContent = "document.title = '';";
        document.body.append(script);
    "#;
    browser.ask(planted).await;
    let structure = faults(&browser, STRUCTURE).await.join("\n");
    for seen in [
        "a rank is left out",
        "a field without a label",
        "leads nowhere",
    ] {
        assert!(structure.contains(seen), "{structure}");
    }
    assert_eq!(faults(&browser, TOO_WIDE).await.len(), 1);
    let complaints = browser.complaints().await;
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(
        complaints[0].contains("Content Security Policy"),
        "{complaints:?}"
    );
    world.service.stop().await;
}
