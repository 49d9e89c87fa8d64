//! `qingkong replay`.

use std::fmt::Write as _;

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
    let args = ["replay", WINTERS, "--json", "--assessments"];
    assert_eq!(qingkong(&args), qingkong(&args));
}

/// The station 东四 in the winter of 2013/14, hour by hour.
fn a_winter_of_hours() -> String {
    let fixture = include_str!("../../fixtures/aqi/dongsi_20131201-20140302.csv");
    let mut table = "city,time,pm2_5,pm10,so2,no2,co,o3\n".to_owned();
    for line in fixture.lines().skip(1) {
        let (date, rest) = line.split_once(',').unwrap();
        let (hour, rest) = rest.split_once(',').unwrap();
        writeln!(table, "东四,{date}T{hour:0>2}:00,{rest}").unwrap();
    }
    table
}

#[test]
fn hours_that_cross_midnight_warn_of_whatever_natural_days_do() {
    let table = a_winter_of_hours();
    let warnings = |window| {
        let run = replay(&table, &["--window", window]);
        let lines = run.json_lines();
        let (summary, warnings) = lines.split_last().unwrap();
        assert_eq!(summary["days"], 92);
        warnings.to_vec()
    };
    let (by_days, by_hours) = (warnings("natural-day"), warnings("rolling-24h"));
    let at = |warning: &Value, end: &str| warning[end].as_str().unwrap().to_owned();
    let level = |warning: &Value| {
        let levels = ["yellow", "orange", "red"];
        levels.iter().position(|level| warning["peak"] == *level)
    };
    assert!(!by_days.is_empty());
    for warning in &by_days {
        let over = by_hours.iter().filter(|other| {
            at(other, "from") < at(warning, "until") && at(warning, "from") < at(other, "until")
        });
        assert!(over.map(level).max() >= Some(level(warning)), "{warning}");
    }
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

#[test]
fn a_city_without_a_name_is_refused() {
    let run = qingkong_reading(b"city,date,aqi\n,2015-12-01,90\n", &["replay", "-"]);
    run.assert_refused("-:2: column `city`: expected the name of a city");
}
