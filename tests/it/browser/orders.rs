//! The list of orders changes in place, and its address goes with it.

use fantoccini::key::Key;

use super::Browser;
use super::words::ZH;
use crate::database::TestDb;
use crate::stories::bureau::{Bureau, OFFICER};
use crate::stories::sinks::until;

/// How many orders stand on one page of the list.
const PAGE: usize = 100;

/// The list narrowed down to what nobody has done yet.
const ACKNOWLEDGED: &str = "/orders?rung=acknowledged&county=&text=";

/// An officer at the list of a warning that was issued to so many plants; with what it says of
/// everybody.
async fn at_the_orders(plants: usize) -> (Bureau, Browser, String) {
    let bureau = Bureau::new(TestDb::sqlite().await, plants).await;
    let document = "许环委办〔2026〕1号";
    bureau
        .carry("start", "orange", "2026-11-25T08:00", document)
        .await;
    let everybody = format!("共 {} 条", bureau.recipients);
    let browser = Browser::open(&bureau.world).await;
    browser.visit("/orders").await;
    browser.sign_in(&ZH, OFFICER).await;
    browser.sees(&everybody).await;
    (bureau, browser, everybody)
}

/// Waits for a list at its address, and for the filter to say what the address does.
async fn shows(browser: &Browser, address: &str, list: &str, rung: &str) {
    // One look at all of it, since the page may be about to change.
    let look = "return [location.pathname + location.search, document.body.innerText, \
                document.querySelector('[name=rung]').selectedOptions[0].textContent]";
    until(&format!("{address} shows {list} {rung}"), async || {
        let seen = browser.look(look).await.unwrap_or_default();
        seen[0] == address
            && seen[2] == rung
            && seen[1].as_str().is_some_and(|it| it.contains(list))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_swaps_the_list_and_the_address_goes_with_it() {
    let (bureau, browser, everybody) = at_the_orders(PAGE + 30).await;
    let list = browser.document().await;
    browser.choose("进度", "已签收").await;
    browser.press("筛选").await;
    shows(&browser, ACKNOWLEDGED, "没有符合条件的指令", "已签收").await;
    browser.choose("进度", "全部").await;
    browser.fill("企业名称或指令编号", "魏都分局").await;
    browser.key(Key::Enter).await;
    let office = "/orders?rung=&county=&text=%E9%AD%8F%E9%83%BD%E5%88%86%E5%B1%80";
    shows(&browser, office, "共 1 条", "全部").await;
    browser.fill("企业名称或指令编号", "").await;
    browser.press("筛选").await;
    let unfiltered = "/orders?rung=&county=&text=";
    shows(&browser, unfiltered, &everybody, "全部").await;
    browser.press("下一页").await;
    let left = format!("本页 {} 条", bureau.recipients - PAGE);
    until(&left, async || browser.text().await.contains(&left)).await;
    assert!(browser.address().await.starts_with("/orders?after="));
    let stays = browser.keeps(&list).await;
    assert!(stays, "nothing of this loads another page");

    // The same list stands where the address is opened anew.
    browser.visit(office).await;
    browser.sees("共 1 条").await;
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_shows_the_list_and_the_filter_that_were_there() {
    let (bureau, browser, everybody) = at_the_orders(10).await;
    browser.choose("进度", "已签收").await;
    browser.press("筛选").await;
    shows(&browser, ACKNOWLEDGED, "没有符合条件的指令", "已签收").await;
    browser.back().await;
    shows(&browser, "/orders", &everybody, "全部").await;
    browser.forward().await;
    shows(&browser, ACKNOWLEDGED, "没有符合条件的指令", "已签收").await;
    bureau.world.service.stop().await;
}
