//! The keyboard alone: everything is reached, in order, and every fault is led to.

use fantoccini::key::Key;

use super::Browser;
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::stories::bureau::{Bureau, OFFICER};
use crate::world::PASSWORD;

/// How many stops a person may have to pass on the way to anything.
const STOPS: usize = 60;

/// What has the focus: its words, its label, or what it is.
const FOCUSED: &str = r#"
const it = document.activeElement;
if (it === document.body) return "";
const label = it.labels?.[0]?.textContent ?? it.ariaLabel ?? "";
return (label || it.textContent || it.tagName).trim().replace(/\s+/g, " ");
"#;

/// Whether what has the focus can be seen, and is marked.
const MARKED: &str = r#"
const it = document.activeElement;
const box = it.getBoundingClientRect();
const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
const covered = !(it.contains(middle) || middle?.contains(it));
const style = getComputedStyle(it);
if (covered) return "is covered";
return style.outlineStyle === "none" || style.outlineWidth === "0px" ? "is not marked" : "";
"#;

async fn focused(browser: &Browser) -> String {
    let focused = browser.ask(FOCUSED).await;
    focused.as_str().unwrap_or_default().to_owned()
}

/// Goes on from stop to stop until the focus is on what is meant; answers with the stops before.
async fn tab_to(browser: &Browser, words: &str) -> Vec<String> {
    let mut passed = Vec::new();
    for _ in 0..STOPS {
        browser.key(Key::Tab).await;
        let here = focused(browser).await;
        if !here.is_empty() {
            let marked = browser.ask(MARKED).await;
            assert_eq!(marked, "", "{here}");
        }
        if here == words || here.starts_with(&format!("{words} ")) {
            return passed;
        }
        passed.push(here);
    }
    panic!("{words} is not reached: {passed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_begun_and_mended_by_keyboard_alone() {
    let bureau = Bureau::new(TestDb::sqlite().await, 10).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let browser = Browser::open(&bureau.world).await;

    // The sign-in begins in its first field, and ends with Enter.
    browser.visit("/").await;
    assert_eq!(focused(&browser).await, "用户名");
    browser.type_text(OFFICER).await;
    tab_to(&browser, "密码").await;
    browser.type_text(PASSWORD).await;
    browser.key_through(Key::Enter).await;

    // The first stop skips the header, and the next is what is to be decided.
    tab_to(&browser, "跳到正文").await;
    browser.key(Key::Enter).await;
    assert_eq!(tab_to(&browser, "拟发通知").await, [""; 0]);
    browser.key_through(Key::Enter).await;

    // Without the skip every section is passed first, and then the draft's form in its order.
    browser.sees("草稿已建立。").await;
    let passed = tab_to(&browser, "参加单位").await;
    let order = [
        "跳到正文",
        "总览",
        "预警与通知",
        "指令",
        "类型",
        "预警级别",
        "启动依据",
    ];
    let mut stops = passed.iter();
    for stop in order {
        assert!(
            stops.any(|passed| passed == stop),
            "{stop} in its turn: {passed:?}"
        );
    }
    browser.type_text("市生态环境局").await;
    tab_to(&browser, "保存并看方案").await;
    browser.key_through(Key::Enter).await;

    // What is wrong is told first, and leads to its field.
    let summary = focused(&browser).await;
    assert!(summary.starts_with("有 1 处"), "{summary}");
    assert_eq!(tab_to(&browser, "会商结论：必须填写。").await, [""; 0]);
    browser.key(Key::Enter).await;
    assert_eq!(focused(&browser).await, "会商结论");
    browser.type_text("25日至26日重度污染").await;
    tab_to(&browser, "保存并看方案").await;
    browser.key_through(Key::Enter).await;
    browser.sees("草稿已保存。").await;
    tab_to(&browser, "报签").await;
    browser.key_through(Key::Enter).await;
    browser.sees("已报签，等待签批。").await;
    bureau.world.service.stop().await;
}
