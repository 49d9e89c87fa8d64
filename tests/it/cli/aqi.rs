//! `qingkong aqi`.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Run, qingkong, qingkong_reading};

fn aqi_of(table: &str, options: &[&str]) -> Run {
    qingkong_reading(table.as_bytes(), &[&["aqi", "-"], options].concat())
}

#[test]
fn a_row_is_one_line_of_json_in_the_promised_order() {
    let table = "date,pm2_5,pm10\n2015-11-30,233,\n";
    assert_eq!(
        aqi_of(table, &["--json"]).stdout,
        concat!(
            r#"{"row":1,"aqi":283,"category":"重度污染","level":5,"primary":["pm2_5"],"#,
            r#""iaqi":{"pm2_5":283,"pm10":null},"#,
            r#""missing":["pm10","so2","no2","co","o3"],"standard":"hj633-2012"}"#,
            "\n"
        )
    );
}

#[test]
fn an_index_that_may_not_be_published_says_why() {
    let lines = aqi_of("o3_8h,pm2_5\n30,\n,—\n", &["--json"]).json_lines();
    assert_eq!(
        lines[0],
        json!({
            "row": 1,
            "aqi": null,
            "reason": "缺少PM2.5、PM10、SO2、NO2、CO，其余污染物的最大分指数为15，不超过100，不发布AQI",
            "category": null,
            "level": null,
            "primary": [],
            "iaqi": {"pm2_5": null, "o3": 15},
            "missing": ["pm2_5", "pm10", "so2", "no2", "co"],
            "standard": "hj633-2026",
        })
    );
    assert_eq!(lines[1]["reason"], "各项污染物均无有效数据");
}

/// The official hours of 2020; the category and the ties are compared in the domain's own tests.
#[test]
fn every_official_hour_is_reproduced_by_the_standard_of_its_date() {
    let file = "tests/fixtures/aqi/official_hourly_2020.csv";
    let lines = qingkong(&["aqi", file, "--period", "hour", "--json"]).json_lines();
    let text = std::fs::read_to_string(file).unwrap();
    let published: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    assert_eq!((lines.len(), published.len()), (668, 668));
    for (line, published) in lines.iter().zip(published) {
        let primary: Vec<&str> = published[6]
            .split('+')
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(line["aqi"].to_string(), published[4], "{line}");
        assert_eq!(line["category"], published[5], "{line}");
        assert_eq!(line["primary"], json!(primary), "{line}");
        assert_eq!(line["standard"], "hj633-2012");
    }
}

/// PM2.5 at 75 µg/m³ is the limit of one table and above that of the other.
#[rstest]
#[case::in_force_then("2026-02-28", &[], 100)]
#[case::in_force_since("2026-03-01", &[], 114)]
#[case::no_date("", &[], 114)]
#[case::named("2026-03-01", &["--standard", "hj633-2012"], 100)]
fn a_row_is_judged_by_the_standard_in_force_on_its_date(
    #[case] date: &str,
    #[case] options: &[&str],
    #[case] expected: u16,
) {
    let table = format!("date,pm2_5,pm10,so2,no2,co,o3_8h\n{date},75,1,1,1,0.1,1\n");
    let lines = aqi_of(&table, &[options, &["--json"]].concat()).json_lines();
    assert_eq!(lines[0]["aqi"], expected);
}

#[test]
fn a_day_takes_the_ozone_of_eight_hours_and_an_hour_that_of_the_hour() {
    let table = "o3,o3_8h\n401,266\n";
    let day = aqi_of(table, &["--json"]).json_lines();
    let hour = aqi_of(table, &["--period", "hour", "--json"]).json_lines();
    assert_eq!(
        (&day[0]["aqi"], &hour[0]["aqi"]),
        (&json!(201), &json!(201))
    );

    let table = "o3,o3_8h\n160,215\n";
    let day = aqi_of(table, &["--json"]).json_lines();
    let hour = aqi_of(table, &["--period", "hour", "--json"]).json_lines();
    assert_eq!(
        (&day[0]["iaqi"]["o3"], &hour[0]["iaqi"]["o3"]),
        (&json!(150), &json!(50))
    );
}

#[test]
fn tied_primary_pollutants_are_all_named() {
    let lines = aqi_of("pm2_5,pm10\n150,350\n", &["--json"]).json_lines();
    assert_eq!(
        (&lines[0]["aqi"], &lines[0]["primary"]),
        (&json!(200), &json!(["pm2_5", "pm10"]))
    );
}

#[rstest]
#[case::empty("")]
#[case::not_available("NA")]
#[case::dash("—")]
#[case::hyphen("-")]
fn a_cell_may_say_that_nothing_was_measured(#[case] cell: &str) {
    let lines = aqi_of(&format!("pm2_5,pm10\n151,{cell}\n"), &["--json"]).json_lines();
    assert_eq!(
        (&lines[0]["aqi"], &lines[0]["iaqi"]["pm10"]),
        (&json!(201), &Value::Null)
    );
}

#[rstest]
#[case::negative("pm10", "-3", "a decimal number from 0 to 10000 (µg/m³)")]
#[case::not_a_number("so2", "NaN", "a decimal number from 0 to 10000 (µg/m³)")]
#[case::absurd("no2", "99999", "a decimal number from 0 to 10000 (µg/m³)")]
#[case::exponent("no2", "1e2", "a decimal number from 0 to 10000 (µg/m³)")]
#[case::other_unit("co", "1900", "a decimal number from 0 to 200 (mg/m³)")]
#[case::ozone("o3_8h", "高", "a decimal number from 0 to 10000 (µg/m³)")]
#[case::ozone_of_the_other_period("o3", "x", "a decimal number from 0 to 10000 (µg/m³)")]
fn a_faulty_cell_is_named_and_no_row_is_printed(
    #[case] column: &str,
    #[case] cell: &str,
    #[case] expected: &str,
) {
    let table = format!("station,pm2_5,{column}\n甲,120,\n乙,120,{cell}\n");
    for options in [&[][..], &["--json"]] {
        aqi_of(&table, options).assert_refused(&format!(
            "-:3: column `{column}`: found `{cell}`: expected {expected}, or empty where not measured"
        ));
    }
}

#[test]
fn a_wrong_date_is_named() {
    aqi_of("date,pm2_5\n2026-02-30,75\n", &[])
        .assert_refused("-:2: column `date`: found `2026-02-30`: expected a day as YYYY-MM-DD");
}

#[test]
fn a_table_without_concentrations_is_refused() {
    aqi_of("date,station\n2026-03-01,甲\n", &[]).assert_refused(
        "-:1: found `date,station`: \
         expected a column `pm2_5` or `pm10` or `so2` or `no2` or `co` or `o3_8h`",
    );
}

#[test]
fn a_column_given_twice_is_refused() {
    aqi_of("pm2_5,pm10,pm2_5\n1,2,3\n", &[])
        .assert_refused("-:1: column `pm2_5`: expected one column of this name");
}

#[test]
fn a_short_line_is_refused() {
    aqi_of("pm2_5,pm10\n1,2\n3\n", &[]).assert_refused("-:3: found `1 cells`: expected 2 cells");
}

#[test]
fn a_standard_nobody_issued_is_refused() {
    aqi_of("pm2_5\n1\n", &["--standard", "hj633-2099"])
        .assert_refused("no standard `hj633-2099`: expected hj633-2012 or hj633-2026");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let run = qingkong(&["aqi", "no-such.csv"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.starts_with("qingkong: no-such.csv: "),
        "{}",
        run.stderr
    );
}

#[test]
fn utf8_with_a_bom_and_gb18030_read_as_plain_utf8_does() {
    let table = "站点,date,pm2_5,备注\n商丘,2020-03-26,332,监测站\n";
    let plain = aqi_of(table, &["--json"]);
    assert_eq!(plain.json_lines()[0]["aqi"], 382);
    let (gb18030, _, _) = encoding_rs::GB18030.encode(table);
    for bytes in [&[b"\xef\xbb\xbf", table.as_bytes()].concat()[..], &gb18030] {
        assert_eq!(qingkong_reading(bytes, &["aqi", "-", "--json"]), plain);
    }
}

#[test]
fn without_json_a_table_for_people_is_printed() {
    let table = "date,pm2_5,pm10,so2,no2,co,o3_8h\n\
                 2015-11-30,233,350,20,90,2.1,12\n\
                 2026-03-01,60,120,8,22,0.6,70\n\
                 2026-03-02,,,,,,70\n";
    insta::assert_snapshot!(aqi_of(table, &[]).stdout, @r"
    行  日期        标准        AQI  类别      首要污染物   PM2.5  PM10  SO2  NO2  CO  O3  说明
    1   2015-11-30  hj633-2012  283  重度污染  PM2.5        283    200   20   105  53  6
    2   2026-03-01  hj633-2026  100  良        PM2.5、PM10  100    100   8    28   15  35
    3   2026-03-02  hj633-2026  -    -         -            -      -     -    -    -   35  缺少PM2.5、PM10、SO2、NO2、CO，其余污染物的最大分指数为35，不超过100，不发布AQI
    ");
}
