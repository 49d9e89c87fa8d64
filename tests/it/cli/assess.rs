//! `qingkong assess`.

use std::fmt::Write;

use rstest::rstest;
use serde_json::json;

use super::{Run, qingkong, qingkong_reading};

fn assess(table: &str, options: &[&str]) -> Run {
    qingkong_reading(table.as_bytes(), &[&["assess", "-"], options].concat())
}

/// A table of days from 2015-11-28 on.
fn days(values: &[&str]) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2015, 11, 28).unwrap();
    let rows = first.iter_days().zip(values);
    let rows = rows.map(|(day, value)| format!("{day},{value}\n"));
    format!("date,aqi\n{}", rows.collect::<String>())
}

#[test]
fn the_answer_is_one_object_in_the_promised_order() {
    assert_eq!(
        assess(&days(&["250", "260"]), &["--json"]).stdout,
        concat!(
            r#"{"rules":"mee-2024","level":"orange","from":"2015-11-28T00:00:00+08:00","#,
            r#""until":"2015-11-30T00:00:00+08:00","#,
            r#""reasons":[{"condition":"aqi>200 for 48h","from":"2015-11-28T00:00:00+08:00","#,
            r#""until":"2015-11-30T00:00:00+08:00","hours":48,"level":"orange","#,
            r#""values":[250,260]}],"#,
            r#""next":{"level":"red","missing":"1 more day above 200 in a row and 1 more day "#,
            r#"above 300 inside the run","#,
            r#""condition":"aqi>200 for 72h with aqi>300 for 24h inside","#,
            r#""missing_zh":"还差连续1天AQI>200，还差1天AQI>300（在连续日内）","#,
            r#""at_upper_end":false},"gaps":[],"window":"natural-day"}"#,
            "\n"
        )
    );
}

#[rstest]
#[case::of_2017("mee-2017", &["500"], json!("red"))]
#[case::of_2018("mee-2018", &["201", "201"], json!("yellow"))]
#[case::of_2024("mee-2024", &["201", "201", "301"], json!("red"))]
#[case::a_file("playbooks/triggers/mee-2017.toml", &["201"], json!("blue"))]
#[case::not_met("mee-2024", &["200"], json!(null))]
#[case::a_gap("mee-2024", &["201", "", "201"], json!("yellow"))]
#[case::a_dash("mee-2024", &["160", "—", "160"], json!(null))]
fn rules_are_chosen_by_name_or_file(
    #[case] rules: &str,
    #[case] values: &[&str],
    #[case] level: serde_json::Value,
) {
    let answer = &assess(&days(values), &["--json", "--rules", rules]).json_lines()[0];
    assert_eq!(answer["level"], level);
}

#[test]
fn an_excluded_cause_gives_no_level_and_says_why() {
    let table = "date,aqi,primary,cause\n2015-03-01,500,PM10,沙尘\n";
    let answer = &assess(table, &["--json"]).json_lines()[0];
    assert_eq!(answer["level"], json!(null));
    assert_eq!(answer["reasons"][0]["condition"], "excluded: dust");
    assert_eq!(answer["reasons"][0]["hours"], 24);
}

#[test]
fn ozone_is_judged_by_the_pm2_5_beside_it() {
    let table = "date,aqi,primary,pm2_5_aqi\n2015-06-01,210,臭氧8小时,160\n\
                 2015-06-02,220,O3,155\n";
    let answer = &assess(table, &["--json"]).json_lines()[0];
    assert_eq!(answer["level"], "yellow");
    assert_eq!(answer["reasons"][0]["values"], json!([160, 155]));
}

#[test]
fn people_read_the_answer_in_chinese() {
    let run = assess(&days(&["190", "250", "150~270", "320"]), &[]);
    insta::assert_snapshot!(run.stdout, @"
    红色预警，依据环大气〔2024〕6号（mee-2024）
    起 2015年11月29日0时，止 2015年12月1日24时
    - 2015-11-29至2015-12-01 AQI 250、210、320，满足红色条件“AQI>200持续72小时，其中AQI>300持续24小时”
    ");
}

#[test]
fn hours_are_judged_by_natural_days() {
    let mut table = "time,pm2_5\n".to_owned();
    for day in ["2026-11-24", "2026-11-25"] {
        for hour in 0..24 {
            writeln!(table, "{day}T{hour:02}:00,260").unwrap();
        }
    }
    let answer = &assess(&table, &["--json"]).json_lines()[0];
    assert_eq!(answer["level"], "orange");
    // PM2.5 of 260 µg/m³: 300 + (260 − 250) · 100 / (350 − 250), HJ 633-2026 table 1.
    assert_eq!(answer["reasons"][0]["values"], json!([310, 310]));
}

#[test]
fn a_failed_day_amid_haze_is_a_gap_and_not_clean_air() {
    let fixture = include_str!("../../fixtures/aqi/dongsi_20140224-27.csv");
    let mut lines = fixture.lines();
    let mut table = lines.next().unwrap().replacen("date,hour", "time", 1);
    for line in lines {
        let (date, rest) = line.split_once(',').unwrap();
        let (hour, rest) = rest.split_once(',').unwrap();
        write!(table, "\n{date}T{hour:0>2}:00,{rest}").unwrap();
    }
    let answer = &assess(&table, &["--json"]).json_lines()[0];
    assert_eq!(answer["gaps"], json!(["2014-02-25", "2014-02-26"]));
}

/// Hours of PM2.5 from 2015-12-31 on: twelve clean ones, a bad day that begins at noon, twelve clean
/// ones; labelled by the beginnings of the hours, or by their ends.
fn across_the_new_year(first: usize) -> String {
    let mut table = "time,pm2_5\n".to_owned();
    for hour in 0..48 {
        let day = ["2015-12-31", "2016-01-01"][hour / 24];
        let value = if (12..36).contains(&hour) { 200 } else { 20 };
        writeln!(table, "{day}T{:02}:00,{value}", hour % 24 + first).unwrap();
    }
    table
}

#[rstest]
#[case::labelled_from_0(0)]
#[case::labelled_to_24(1)]
fn any_24_hours_may_cross_a_new_year(#[case] first: usize) {
    let table = across_the_new_year(first);
    // Either day has a mean of 110 µg/m³, an AQI below 150.
    assert_eq!(
        assess(&table, &["--json"]).json_lines()[0]["level"],
        json!(null)
    );
    let run = assess(&table, &["--window", "rolling-24h", "--json"]);
    let answer = &run.json_lines()[0];
    assert_eq!(answer["level"], "yellow");
    assert_eq!(answer["from"], "2015-12-31T06:00:00+08:00");
    assert_eq!(answer["until"], "2016-01-01T18:00:00+08:00");
    // 18 hours at 200 and 6 at 20 have a mean of 155 µg/m³: 200 + (155 − 150), HJ 633-2012 table 1.
    let reason = &answer["reasons"][0];
    assert_eq!(reason["from"], "2015-12-31T06:00:00+08:00");
    assert_eq!(reason["until"], "2016-01-01T06:00:00+08:00");
    assert_eq!(
        (&reason["hours"], &reason["values"]),
        (&json!(24), &json!([205]))
    );
}

#[test]
fn people_read_at_which_hour_their_days_begin() {
    let run = assess(&across_the_new_year(0), &["--window", "rolling-24h"]);
    insta::assert_snapshot!(run.stdout, @"
    黄色预警，依据环大气〔2024〕6号（mee-2024，按连续24小时）
    起 2015年12月31日6时，止 2016年1月1日18时
    - 2015-12-31 6时起24小时 AQI 205，满足黄色条件“AQI>200持续24小时”
    - 2015-12-31 18时起24小时 AQI 205，满足黄色条件“AQI>200持续24小时”
    距橙色预警“AQI>200持续48小时”：还差连续1天AQI>200
    ");
}

#[test]
fn hours_labelled_from_0_and_to_24_are_refused() {
    let table = across_the_new_year(0) + "2016-01-01T24:00,20\n";
    assess(&table, &["--window", "rolling-24h"]).assert_refused(
        "-:50: column `time`: found `2016-01-01T24:00`: expected hours from 00 to 23, or from 01 to \
         24, not both",
    );
}

#[test]
fn rules_that_count_any_24_hours_say_so_where_natural_days_are_judged() {
    let run = assess(&across_the_new_year(0), &["--rules", "hebei-2024"]);
    assert_eq!(
        run.stderr,
        "qingkong: these are natural days; hebei-2024 counts any 24 hours: --window rolling-24h\n"
    );
}

/// Haze from eight in the evening until four in the afternoon: no day of it is over 200.
fn a_night() -> String {
    let mut table = "time,pm2_5\n".to_owned();
    for hour in 0..72 {
        let value = if (20..40).contains(&hour) { 160 } else { 20 };
        let (day, hour) = (1 + hour / 24, hour % 24);
        writeln!(table, "2026-12-{day:02}T{hour:02}:00,{value}").unwrap();
    }
    table
}

#[test]
fn what_is_measured_starts_a_warning_early_where_the_rules_say_so() {
    let early = ["--json", "--rules", "liaocheng-2024", "--now"];
    let at = |now: &str| {
        let run = assess(&a_night(), &[&early[..], &[now]].concat());
        run.json_lines().remove(0)
    };
    let answer = at("2026-12-01T22:30");
    assert_eq!(answer["level"], "yellow");
    assert_eq!(answer["until"], "2026-12-03T00:00:00+08:00");
    // 160 µg/m³ are AQI 210 by HJ 633-2026.
    assert_eq!(
        answer["reasons"],
        json!([{
            "condition": "measured aqi>200, no clear improvement for 12h",
            "from": "2026-12-01T20:00:00+08:00", "until": null, "hours": null, "level": "yellow",
            "values": [210],
        }])
    );
    // The haze ends within twelve hours; it has not begun.
    assert_eq!(at("2026-12-02T05:00")["level"], json!(null));
    assert_eq!(at("2026-12-01T20:30")["level"], json!(null));
    // Without a time nothing is measured now; other rules start nothing early.
    let later = assess(&a_night(), &early[..3]).json_lines().remove(0);
    assert_eq!(later["level"], json!(null));
    let national = assess(&a_night(), &["--json", "--now", "2026-12-01T22:30"]);
    assert_eq!(national.json_lines()[0]["level"], json!(null));
}

#[test]
fn days_are_refused_where_hours_are_cut() {
    assess("date,aqi\n", &["--window", "rolling-24h"]).assert_refused(
        "-: found daily values: expected hours, a column `time`, for --window rolling-24h",
    );
}

#[test]
fn rules_that_count_natural_days_cut_no_others() {
    let shipped = include_str!("../../../playbooks/triggers/mee-2024.toml");
    let natural = shipped.replace(r#"["natural-day", "rolling-24h"]"#, r#"["natural-day"]"#);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("natural.toml");
    std::fs::write(&file, natural).unwrap();
    let rules = file.to_str().unwrap();
    assess(
        "time,pm2_5\n",
        &["--rules", rules, "--window", "rolling-24h"],
    )
    .assert_refused("the rules mee-2024 do not count days by --window rolling-24h");
}

#[rstest]
#[case::no_column(
    "date,value\n",
    "-:1: found `date,value`: expected a column `aqi` or `AQI`"
)]
#[case::beyond_the_index(
    "date,aqi\n2015-11-28,501\n",
    "-:2: column `aqi`: found `501`: expected a whole number from 0 to 500, a range such as \
     180~220, or empty"
)]
#[case::no_day(
    "date,aqi\n2015-02-29,1\n",
    "-:2: column `date`: found `2015-02-29`: expected a day as YYYY-MM-DD"
)]
#[case::twice(
    "date,aqi\n2015-11-28,1\n2015-11-28,2\n",
    "-:3: column `date`: found `2015-11-28`: expected each day once"
)]
#[case::unknown_cause(
    "date,aqi,cause\n2015-11-28,1,aliens\n",
    "-:2: column `cause`: found `aliens`: expected local, regional_transport, cross_border, dust, \
     blown_dust, wildfire_smoke, ozone or fireworks"
)]
#[case::unknown_pollutant(
    "date,aqi,primary\n2015-11-28,1,VOCs\n",
    "-:2: column `primary`: found `VOCs`: expected pollutants such as PM2.5 or O3"
)]
#[case::half_an_hour(
    "time,pm2_5\n2015-11-28T01:30,1\n",
    "-:2: column `time`: found `2015-11-28T01:30`: expected an hour as YYYY-MM-DDThh:00, 00 to 24"
)]
fn a_faulty_table_is_refused_with_its_place(#[case] table: &str, #[case] said: &str) {
    assess(table, &[]).assert_refused(said);
}

#[test]
fn rules_nobody_ships_are_refused() {
    assess(&days(&["1"]), &["--rules", "mee-1998"]).assert_refused(
        "no rules `mee-1998`: expected beijing-2013, beijing-2023, chengdu-2024, harbin-2023, \
         hebei-2024, jiangsu-2026, liaocheng-2019, liaocheng-2024, mee-2017, mee-2018, mee-2024, \
         shijiazhuang-2017, taiyuan-2019, wusu-2024 or a FILE.toml",
    );
}

#[test]
fn rules_that_contradict_themselves_are_refused_with_their_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("city.toml");
    let shipped = include_str!("../../../playbooks/triggers/mee-2024.toml");
    let wrong = shipped.replace(
        "\"aqi>200 for 48h\", \"aqi>150 for 72h\"",
        "\"aqi>200 for 24h\"",
    );
    std::fs::write(&path, wrong).unwrap();
    let path = path.to_str().unwrap();
    let run = qingkong(&["assess", "Cargo.toml", "--rules", path]);
    run.assert_refused(&format!(
        "{path}:21: `aqi>200 for 24h` for orange is met whenever `aqi>200 for 24h` for yellow is: \
         expected a condition harder than those of the lower levels"
    ));
}
