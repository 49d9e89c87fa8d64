//! The outlook chart under a pointer, under the arrow keys, and on a phone.

use chrono::NaiveDate;
use fantoccini::key::Key;
use qingkong::app::Caller;
use qingkong::app::ingest::{self, DayIn, OutlookIn, Series, ValueIn};
use qingkong::domain::aqi::{Pollutant, PollutantSet};
use qingkong::domain::outlook::AqiRange;
use serde_json::json;

use super::chromium::Beyond;
use super::words::ZH;
use super::{Browser, DESK, PHONE};
use crate::console::officer::foresee;
use crate::database::TestDb;
use crate::stories::bureau::{Bureau, OFFICER};
use crate::world::REGION;

/// What was measured on the ten days before 24 November 2026, which is today.
const MEASURED: [u16; 10] = [153, 211, 190, 159, 107, 109, 143, 144, 116, 115];

/// Where today stands in what can be seen of the plot: from its left edge, as a share of it.
const TODAY: &str = r#"
const plot = document.querySelector(".outlook-plot").getBoundingClientRect();
const today = document.querySelector("[data-today] rect").getBoundingClientRect();
return (today.x + today.width / 2 - plot.x) / plot.width;
"#;

async fn measured(bureau: &Bureau) {
    let first: NaiveDate = "2026-11-14".parse().unwrap();
    let days = first.iter_days().zip(MEASURED).map(|(on, aqi)| DayIn {
        on,
        value: ValueIn::Index {
            aqi: Some(AqiRange::exactly(aqi).unwrap()),
            pm2_5: None,
            primary: PollutantSet::from_iter([Pollutant::Pm25]),
        },
        cause: None,
        hours: None,
    });
    let outlook = OutlookIn {
        region: REGION.parse().unwrap(),
        source: "市站".to_owned(),
        series: Series::Observed,
        days: days.collect(),
        notes: Vec::new(),
    };
    ingest::take_in(bureau.world.app(), &Caller::operator(), None, outlook)
        .await
        .unwrap();
}

/// An officer before the overview, with ten days measured and four foreseen.
async fn at_the_overview(browser: impl AsyncFnOnce(&Bureau) -> Browser) -> (Bureau, Browser) {
    let bureau = Bureau::new(TestDb::sqlite().await, 10).await;
    measured(&bureau).await;
    foresee(&bureau, [215, 260, 140, 90]).await;
    let browser = browser(&bureau).await;
    browser.visit("/").await;
    browser.sign_in(&ZH, OFFICER).await;
    (bureau, browser)
}

async fn point_at(browser: &Browser, day: &str) {
    let place = format!(
        "const days = [...document.querySelectorAll('.day')];
         const day = days.find((day) => day.textContent.includes('{day} '));
         const box = day.querySelector('rect').getBoundingClientRect();
         return [box.x + box.width / 2, box.y + box.height / 2];"
    );
    let place = browser.ask(&place).await;
    let moved = json!({ "type": "mouseMoved", "x": place[0], "y": place[1] });
    let moved = json!({ "cmd": "Input.dispatchMouseEvent", "params": moved });
    let moved = Beyond::new("goog/cdp/execute", moved);
    browser.client().issue_cmd(moved).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pointer_reads_the_day_it_points_at() {
    let (bureau, browser) =
        at_the_overview(async |bureau| Browser::open(&bureau.world).await).await;
    for (day, reads) in [
        ("11月15日", "11月15日 · 实况 · AQI 211 · 重度污染 · PM2.5"),
        ("11月26日", "11月26日 · 预报 · AQI 260 · 重度污染"),
    ] {
        point_at(&browser, day).await;
        browser.waits_for("[data-reading]", reads).await;
        assert_eq!(browser.count(".crosshair.shown").await, 1);
    }
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_arrow_keys_go_from_today_through_the_days_and_stop_at_the_ends() {
    let (bureau, browser) =
        at_the_overview(async |bureau| Browser::open(&bureau.world).await).await;
    for _ in 0..60 {
        browser.key(Key::Tab).await;
        let here = browser.ask("return document.activeElement.matches('svg.outlook-chart')");
        if here.await == true {
            break;
        }
    }
    let read = async |key: Key, reads: &str| {
        browser.key(key).await;
        assert_eq!(browser.reads("[data-reading]").await, reads);
        let told = "return document.activeElement.getAttribute('aria-valuetext')";
        assert_eq!(
            browser.ask(told).await,
            reads,
            "a screen reader is told the same"
        );
    };
    read(Key::Right, "11月25日 · 预报 · AQI 215 · 重度污染").await;
    read(Key::Right, "11月26日 · 预报 · AQI 260 · 重度污染").await;
    read(Key::Left, "11月25日 · 预报 · AQI 215 · 重度污染").await;
    read(Key::End, "11月28日 · 预报 · AQI 90 · 良").await;
    read(Key::Right, "11月28日 · 预报 · AQI 90 · 良").await;
    read(Key::Down, "11月27日 · 预报 · AQI 140 · 轻度污染").await;
    read(Key::Up, "11月28日 · 预报 · AQI 90 · 良").await;
    read(Key::Home, "11月14日 · 实况 · AQI 153 · 中度污染 · PM2.5").await;
    browser.key(Key::Escape).await;
    assert_eq!(browser.count(".crosshair.shown").await, 0);
    bureau.world.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_the_plot_opens_at_today_without_a_script_too() {
    for scripts in [true, false] {
        let (bureau, browser) = at_the_overview(async |bureau| {
            if scripts {
                Browser::open(&bureau.world).await
            } else {
                Browser::without_scripts(&bureau.world).await
            }
        })
        .await;
        browser.resize(PHONE).await;
        browser.visit("/").await;
        let today = browser.ask(TODAY).await.as_f64().unwrap();
        assert!((0.0..1.0).contains(&today), "scripts {scripts}: at {today}");
        browser.resize(DESK).await;
        let today = browser.ask(TODAY).await.as_f64().unwrap();
        assert!(
            (0.6..0.8).contains(&today),
            "the whole plot at a desk: {today}"
        );
        bureau.world.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_day_stands_in_the_table_beneath_with_its_source() {
    let (bureau, browser) =
        at_the_overview(async |bureau| Browser::without_scripts(&bureau.world).await).await;
    browser.press("数据表").await;
    let foreseen = "return [...document.querySelectorAll('figure tbody tr')]
        .map((row) => [...row.children].map((cell) => cell.innerText.trim()).join('|'))";
    let rows = browser.ask(foreseen).await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 15, "ten days, today, four days");
    assert_eq!(
        rows[1],
        "11月15日|实况 市站，11-24 20:00 收到（命令行导入）|211||AQI 重度污染|PM2.5|"
    );
    let foreseen = rows[12].as_str().unwrap();
    let source = "11月26日|预报 市生态环境监测中心，";
    assert!(foreseen.starts_with(source), "{foreseen}");
    assert!(foreseen.ends_with("|260||AQI 重度污染||"), "{foreseen}");
    bureau.world.service.stop().await;
}
