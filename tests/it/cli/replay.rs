//! `qingkong replay`.

use serde_json::{Value, json};

use super::{Run, qingkong, qingkong_reading};

const WINTERS: &str = "tests/fixtures/air_quality/winters_3cities.csv";

fn replay(table: &str, options: &[&str]) -> Run {
    qingkong_reading(
        table.as_bytes(),
        &[&["replay", "-", "--json"], options].concat(),
    )
}

#[test]
fn three_real_winters_can_be_checked_by_eye() {
    let run = qingkong(&["replay", WINTERS]);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_rerun_is_identical_to_the_byte() {
    let args = [
        "replay",
        WINTERS,
        "--json",
        "--assessments",
        "--against",
        "mee-2017",
    ];
    assert_eq!(qingkong(&args), qingkong(&args));
}

#[test]
fn a_warning_is_one_line_with_its_steps() {
    let table = "city,date,aqi\n许昌,2015-12-01,90\n许昌,2015-12-02,201\n许昌,2015-12-03,90\n\
                 许昌,2015-12-04,90\n";
    let lines = replay(table, &[]).json_lines();
    assert_eq!(
        lines[0],
        json!({
            "type": "warning",
            "city": "许昌",
            "issued": "2015-12-01",
            "from": "2015-12-02T00:00:00+08:00",
            "until": "2015-12-03T00:00:00+08:00",
            "peak": "yellow",
            "steps": [
                {
                    "date": "2015-12-01",
                    "step": "issue",
                    "level": "yellow",
                    "from": "2015-12-02T00:00:00+08:00",
                    "until": "2015-12-03T00:00:00+08:00",
                    "because": [{
                        "condition": "aqi>200 for 24h",
                        "from": "2015-12-02T00:00:00+08:00",
                        "until": "2015-12-03T00:00:00+08:00",
                        "hours": 24,
                        "level": "yellow",
                        "values": [201],
                    }],
                },
                {
                    "date": "2015-12-03",
                    "step": "lift",
                    "level": null,
                    "from": null,
                    "until": "2015-12-03T00:00:00+08:00",
                    "because": [{
                        "condition": "aqi<=150 for 36h",
                        "from": "2015-12-03T00:00:00+08:00",
                        "until": "2015-12-05T00:00:00+08:00",
                        "hours": 48,
                        "level": "yellow",
                        "values": [90, 90],
                    }],
                },
            ],
            "lifted": true,
        })
    );
}

/// The warnings of Beijing that were really issued.
pub(crate) const REAL: &str = "tests/fixtures/warnings/beijing_2014-2015.csv";

/// Two months of 2014 in Beijing, by the plan of that time and by today's, with the real warnings.
fn beijing_2014(options: &[&str]) -> Run {
    let table = "tests/fixtures/air_quality/beijing_2014.csv";
    let always = [
        "replay",
        table,
        "--rules",
        "beijing-2013",
        "--against",
        "mee-2024",
    ];
    qingkong(&[always.as_slice(), &["--warnings", REAL], options].concat())
}

#[test]
fn real_warnings_stand_beside_what_two_rule_sets_would_have_done() {
    let run = beijing_2014(&["--json"]);
    let lines = run.json_lines();
    let of =
        |kind: &str| -> Vec<&Value> { lines.iter().filter(|line| line["type"] == kind).collect() };
    // The plan of that year raised to orange on 21 February, as the city did; today's would be red.
    let beside = |line: &Value, at: usize| line["replayed"][at]["level"].clone();
    let told: Vec<_> = of("real")
        .iter()
        .map(|line| json!([line["id"], line["level"], beside(line, 0), beside(line, 1)]))
        .collect();
    assert_eq!(told[2], json!(["W003", "orange", "orange", "red"]));
    assert_eq!(told.len(), 3);
    let compared = of("comparison");
    assert_eq!(compared.len(), 2);
    assert_eq!(compared[1]["city"], json!(null));
    assert_eq!(compared[1]["rules"], json!(["beijing-2013", "mee-2024"]));
    // Lower lines never mean a lower level, nor fewer days.
    assert_eq!(
        (&compared[1]["first_higher"], &compared[1]["first_only"]),
        (&json!(0), &json!(0))
    );
    assert!(of("warning").iter().all(|line| line["rules"].is_string()));
    let rules: Vec<_> = of("summary").iter().map(|line| &line["rules"]).collect();
    assert_eq!(rules, ["mee-2024", "beijing-2013"]);
}

#[test]
fn real_warnings_that_stand_beside_nothing_are_counted() {
    let rows = "id,city,level,action,issued_at,effective_from,lifted_at,confidence\n\
                a,许昌,橙色,启动,,2015-12-02,,A\n\
                b,许昌,红色,启动,,2015-12-02,,C\n\
                c,许昌,黄色,解除,,,2015-12-02T24:00,B\n\
                d,许昌市,黄色,启动,,2015-12-02,,B\n\
                e,许昌,黄色,启动,,2016-12-02,,B\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, rows).unwrap();
    let table = "city,date,aqi\n许昌,2015-12-02,201\n许昌,2015-12-03,90\n";
    let run = replay(table, &["--warnings", file.path().to_str().unwrap()]);
    let lines = run.json_lines();
    let shown = lines.iter().filter(|line| line["type"] == "real");
    let shown: Vec<_> = shown.map(|line| json!([line["id"], line["at"]])).collect();
    assert_eq!(
        shown,
        [json!(["a", "2015-12-02"]), json!(["c", "2015-12-02T24:00"])]
    );
    assert_eq!(
        run.stderr,
        "qingkong: real warnings not shown: 2 of other cities or days, 1 whose confidence is not A \
         or B\n"
    );
}

#[test]
fn two_rule_sets_of_one_id_are_refused() {
    replay("city,date,aqi\n", &["--against", "mee-2024"])
        .assert_refused("both rule sets have the id `mee-2024`: expected two ids");
}

/// The lines that compare: rule sets with each other, with what was really issued, and with hindsight.
pub(crate) fn comparison(run: &Run) -> String {
    let compared = run.stdout.lines().filter(|line| {
        let told = ["实际", " 对 ", "城", "事后看"];
        told.iter().any(|word| line.contains(word))
    });
    compared.collect::<Vec<_>>().join("\n")
}

#[test]
fn people_read_the_comparison_in_chinese() {
    insta::assert_snapshot!(comparison(&beijing_2014(&[])), @"
    北京 beijing-2013 对 mee-2024：同级6天；beijing-2013 较高0天、独有0天；mee-2024 较高8天、独有5天
    北京 实际启动蓝色 2014-01-16（可信度B）：beijing-2013 当日黄色，起 2014年1月16日0时，止 2014年1月17日24时；mee-2024 当日橙色，起 2014年1月16日0时，止 2014年1月19日24时
    北京 实际启动黄色 2014-02-20T12:00（可信度A）：beijing-2013 当日橙色，起 2014年2月20日0时，止 2014年2月26日24时；mee-2024 当日红色，起 2014年2月20日0时，止 2014年2月26日24时
    北京 实际升级橙色 2014-02-21T12:00（可信度A）：beijing-2013 当日橙色，起 2014年2月20日0时，止 2014年2月26日24时；mee-2024 当日红色，起 2014年2月20日0时，止 2014年2月26日24时
    合计 beijing-2013 对 mee-2024：同级6天；beijing-2013 较高0天、独有0天；mee-2024 较高8天、独有5天
    mee-2024：1城59天（无数据0天），预警红色2次、橙色1次、黄色2次，预警日红色11天、橙色4天、黄色4天
      事后看：命中17天，级别偏低0天，漏报0天，空报2天；整次空报0次，反复0次，提前不足24小时0次，平均提前110小时
    beijing-2013：1城59天（无数据0天），预警红色2次、橙色0次、黄色1次、蓝色1次，预警日红色6天、橙色5天、黄色2天、蓝色1天
      事后看：命中14天，级别偏低0天，漏报0天，空报0天；整次空报0次，反复0次，提前不足24小时0次，平均提前120小时
    ");
}

#[test]
fn a_report_is_one_file_that_draws_every_day_twice_and_asks_nobody_for_anything() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("report.html");
    let with = beijing_2014(&["--report", file.to_str().unwrap()]);
    let html = std::fs::read_to_string(&file).unwrap();
    // 59 days of one city and year in the curve and in the calendar; six categories in the legend.
    for (what, expected) in [
        ("<h2>", 1),
        ("<h3>", 1),
        ("<rect class=\"aqi-", 59 + 6),
        ("<rect class=\"cell aqi-", 59),
        ("<rect class=\"cell none", 0),
        ("<path class=\"blue\"", 1),
        ("<path class=\"yellow\"", 1),
        ("<path class=\"orange\"", 1),
        ("<script", 0),
        ("http", 0),
        ("url(", 0),
    ] {
        assert_eq!(html.matches(what).count(), expected, "{what}");
    }
    assert!(html.contains("实际升级橙色 2014-02-21T12:00（可信度A）"));
    assert_eq!(with, beijing_2014(&[]));
}

#[test]
fn a_report_that_cannot_be_written_says_where() {
    let run = qingkong(&["replay", WINTERS, "--report", "/nowhere/report.html"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .starts_with("qingkong: cannot write /nowhere/report.html"),
        "{}",
        run.stderr
    );
}

#[rstest::rstest]
#[case::no_level(
    "level",
    "紫色",
    "column `level`: found `紫色`: expected blue, yellow, orange, red, or 蓝, 黄, 橙, 红"
)]
#[case::no_time(
    "effective_from",
    "昨天",
    "column `effective_from`: found `昨天`: expected a day YYYY-MM-DD, or an hour of it Thh:mm"
)]
fn a_wrong_real_warning_is_refused(#[case] column: &str, #[case] cell: &str, #[case] said: &str) {
    let mut cells = [
        ("city", "北京"),
        ("level", "橙色"),
        ("action", "启动"),
        ("effective_from", "2015-11-29"),
    ];
    cells
        .iter_mut()
        .find(|(name, _)| *name == column)
        .unwrap()
        .1 = cell;
    let file = tempfile::NamedTempFile::new().unwrap();
    let (names, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    std::fs::write(
        &file,
        format!("{}\n{}\n", names.join(","), values.join(",")),
    )
    .unwrap();
    let path = file.path().to_str().unwrap();
    replay("city,date,aqi\n", &["--warnings", path]).assert_refused(&format!("{path}:2: {said}"));
}

#[test]
fn every_day_of_every_city_is_assessed_in_order() {
    let table = "city,date,aqi\n乙,2015-12-01,201\n甲,2015-12-01,90\n乙,2015-12-03,90\n\
                 甲,2015-12-02,90\n";
    let lines = replay(table, &["--assessments"]).json_lines();
    let assessed: Vec<_> = lines
        .iter()
        .filter(|line| line["type"] == "assessment")
        .map(|line| {
            let text = |field: &str| line[field].as_str().unwrap_or("-").to_owned();
            [text("city"), text("date"), text("level")].join(" ")
        })
        .collect();
    assert_eq!(
        assessed,
        [
            "乙 2015-12-01 yellow",
            "乙 2015-12-02 -",
            "乙 2015-12-03 -",
            "甲 2015-12-01 -",
            "甲 2015-12-02 -",
        ]
    );
}

#[test]
fn the_horizon_limits_what_is_foreseen() {
    let table = "city,date,aqi\n甲,2015-12-01,160\n甲,2015-12-02,160\n甲,2015-12-03,160\n";
    let level = |horizon: &str| -> Value {
        replay(table, &["--assessments", "--horizon-days", horizon]).json_lines()[0]["level"]
            .clone()
    };
    assert_eq!(
        [level("0"), level("1"), level("2")],
        [json!(null), json!("yellow"), json!("orange")]
    );
}

#[test]
fn the_summary_comes_last_and_counts() {
    let run = qingkong(&["replay", WINTERS, "--json"]);
    let lines = run.json_lines();
    let (summary, warnings) = lines.split_last().unwrap();
    assert!(warnings.iter().all(|line| line["type"] == "warning"));
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["rules"], "mee-2024");
    assert_eq!(summary["cities"], 3);
    assert_eq!(summary["days"], 100);
    for level in ["yellow", "orange", "red"] {
        let peaked = warnings.iter().filter(|line| line["peak"] == level);
        assert_eq!(summary["warnings"][level], peaked.count());
    }
}

/// Two days of the station 东四, as its source writes them.
const DONGSI: &str = "tests/fixtures/sources/prsa_dongsi.csv";

#[test]
fn a_file_of_a_source_is_read_as_import_reads_it() {
    let run = qingkong(&["replay", DONGSI, "--window", "rolling-24h", "--json"]);
    let lines = run.json_lines();
    let warning = lines.first().unwrap();
    assert_eq!(warning["city"], "北京/Dongsi");
    assert_eq!(lines.last().unwrap()["window"], "rolling-24h");
    assert!(
        run.stderr.contains("CO: µg/m³ divided by 1000 for mg/m³"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("one station, Dongsi, not the mean of a city"),
        "{}",
        run.stderr
    );
}

#[test]
fn stations_that_stand_for_no_city_are_spoken_of_once() {
    let run = qingkong(&[
        "replay",
        "tests/fixtures/sources/station_columns_chengdu.csv",
    ]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let said = run
        .stderr
        .lines()
        .filter(|line| line.contains("not the mean of a city"));
    let said: Vec<_> = said.collect();
    assert_eq!(
        said,
        ["qingkong: 3 stations, each by itself, not the mean of a city"]
    );
}

/// The index of 151 µg/m³ of PM2.5 in a day is 201 (HJ 633-2012: 150 to 250 are 200 to 300).
#[rstest::rstest]
#[case::an_index("date,aqi", "90", "201")]
#[case::concentrations("date,pm2_5", "67", "151")]
fn a_table_of_one_place_need_not_name_it(
    #[case] columns: &str,
    #[case] clean: &str,
    #[case] foul: &str,
) {
    let table = format!(
        "{columns}\n2015-12-01,{clean}\n2015-12-02,{foul}\n2015-12-03,{clean}\n\
         2015-12-04,{clean}\n"
    );
    let lines = replay(&table, &[]).json_lines();
    let warning = &lines[0];
    assert_eq!(
        (&warning["city"], &warning["peak"]),
        (&json!("-"), &json!("yellow"))
    );
    assert_eq!(warning["steps"][0]["because"][0]["values"], json!([201]));
    replay(&table, &["--place", "许昌"]).assert_refused(&format!(
        "-:1: found `{columns}`: expected a column `city` or `城市`"
    ));
}

#[test]
fn concentrations_are_read_city_by_city() {
    let table = "date,城市,pm2_5\n2015-12-01,许昌,67\n2015-12-01,郑州,67\n2015-12-02,许昌,151\n\
                 2015-12-02,郑州,67\n2015-12-03,许昌,67\n2015-12-03,郑州,67\n";
    let lines = replay(table, &[]).json_lines();
    let (summary, warnings) = lines.split_last().unwrap();
    assert_eq!(summary["cities"], 2);
    assert_eq!((warnings.len(), &warnings[0]["city"]), (1, &json!("许昌")));
}

#[test]
fn the_index_that_a_source_computed_is_not_taken() {
    // 244 µg/m³ of PM2.5 are AQI 294; the file has 283, the mean of the day's hourly indices.
    let cities = "tests/fixtures/sources/city_days.csv";
    let run = qingkong(&["replay", cities, "--place", "保定", "--json"]);
    let warning = &run.json_lines()[0];
    assert_eq!(warning["steps"][0]["because"][0]["values"][0], 294);
    assert!(run.json_lines().iter().all(|line| line["city"] != "许昌"));
}

#[rstest::rstest]
#[case::of_a_source("tests/fixtures/sources/city_days.csv")]
#[case::of_ours(WINTERS)]
fn a_place_that_is_not_there_is_refused_with_those_that_are(#[case] file: &str) {
    let run = qingkong(&["replay", file, "--place", "上海"]);
    assert_eq!(run.status, 2);
    let said = format!("qingkong: {file}: found `上海`: expected one of the places of the file: ");
    assert!(run.stderr.starts_with(&said), "{}", run.stderr);
    assert!(run.stderr.contains("许昌"), "{}", run.stderr);
}

#[test]
fn one_place_of_a_table_is_replayed_alone() {
    let run = qingkong(&["replay", WINTERS, "--place", "许昌", "--json"]);
    let lines = run.json_lines();
    let (summary, warnings) = lines.split_last().unwrap();
    assert_eq!(summary["cities"], 1);
    assert!(!warnings.is_empty());
    assert!(warnings.iter().all(|line| line["city"] == "许昌"));
}

#[test]
fn a_city_without_a_name_is_refused() {
    let run = qingkong_reading(b"city,date,aqi\n,2015-12-01,90\n", &["replay", "-"]);
    run.assert_refused("-:2: column `city`: expected the name of a city");
}
