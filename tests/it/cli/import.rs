//! `qingkong import observations` and `import forecast`, then what the journal makes of it.

use tempfile::TempDir;

use super::{qingkong, qingkong_reading};

/// A node of its own, by its configuration.
struct Node {
    dir: TempDir,
    config: String,
}

impl Node {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("qingkong.toml");
        let data = dir.path().join("data");
        std::fs::write(
            &config,
            format!("data_dir = {:?}\n", data.to_str().unwrap()),
        )
        .unwrap();
        Self {
            config: config.to_str().unwrap().to_owned(),
            dir,
        }
    }

    fn run(&self, input: &str, args: &[&str]) -> super::Run {
        let args: Vec<_> = args
            .iter()
            .chain(&["--config", &self.config])
            .copied()
            .collect();
        qingkong_reading(input.as_bytes(), &args)
    }
}

const OBSERVATIONS: [&str; 5] = ["import", "observations", "-", "--region", "411000"];

#[test]
fn days_are_taken_in_from_every_kind_of_table() {
    let node = Node::new();
    let tables = [
        "date,aqi,primary\n2015-12-05,150,PM2.5\n2015-12-06,,\n2015-12-07,253,PM2.5\n",
        "date,aqi,aqi_high,cause\n2015-12-08,180,220,区域传输\n",
        "日期,AQI\n2015-12-09,301\n",
        "date,pm2_5,pm10,so2,no2,co,o3_8h\n2015-12-10,150,200,20,60,1.2,80\n",
    ];
    let mut told = Vec::new();
    for table in tables {
        let run = node.run(table, &OBSERVATIONS);
        assert_eq!(run.status, 0, "{}", run.stderr);
        told.push(run.stdout);
    }
    assert_eq!(
        told.concat(),
        "2 days from 2015-12-05 to 2015-12-07 for 411000; 1 without a value left out\n\
         1 days from 2015-12-08 to 2015-12-08 for 411000; 0 without a value left out\n\
         1 days from 2015-12-09 to 2015-12-09 for 411000; 0 without a value left out\n\
         1 days from 2015-12-10 to 2015-12-10 for 411000; 0 without a value left out\n"
    );
    // The playbook's activation, then one entry for each file.
    let run = node.run("", &["journal", "verify", "--json"]);
    assert_eq!(run.json_lines()[0]["unsealed"], 5);
    assert_eq!(run.json_lines()[0]["rows"], 6);
}

/// The arguments for a file of a source, by its name in the fixtures.
fn of_a_source<'a>(file: &'a str, region: &'a str) -> Vec<&'a str> {
    vec!["import", "observations", file, "--region", region]
}

const CAMS: &str = "tests/fixtures/sources/cams_beijing.csv";
const OPEN_METEO: &str = "tests/fixtures/sources/open_meteo_bucharest_20230425.json";
const CITY_DAYS: &str = "tests/fixtures/sources/city_days.csv";
const DONGSI: &str = "tests/fixtures/sources/prsa_dongsi.csv";
const STATION_HOURS: &str = "tests/fixtures/sources/station_hours_202003.csv";

#[test]
fn the_file_of_a_source_is_taken_in_and_told_what_was_done_to_it() {
    let node = Node::new();
    let run = node.run("", &of_a_source(CITY_DAYS, "411000"));
    assert_eq!(
        run.stdout,
        "3 days from 2015-01-24 to 2015-01-26 for 411000; 0 without a value left out\n  \
         许昌, as tests/fixtures/sources/city_days.csv names it\n  \
         the index is computed from the concentrations; the file's mean of hourly indices is not \
         taken\n  a value of exactly 0 is taken for a gap\n",
        "{}",
        run.stderr
    );
    // Two stations of Beijing on four days of a warning and one hour a year before.
    let mut both = of_a_source(DONGSI, "110000");
    both.extend(["tests/fixtures/sources/prsa_tiantan.csv", "--json"]);
    let told = &node.run("", &both).json_lines()[0];
    assert_eq!(told["format"], "prsa");
    assert_eq!(told["place"], "北京");
    assert_eq!(told["rows"], 194);
    assert_eq!(told["first"], "2014-02-24");
    assert_eq!(told["last"], "2014-02-27");
    assert_eq!(told["notes"][1], "CO: µg/m³ divided by 1000 for mg/m³");
}

#[rstest::rstest]
#[case::which_city(&of_a_source(CITY_DAYS, "410100"), "the file: 保定, 北京, 沈阳, 许昌")]
#[case::no_such_station(
    &[&of_a_source(STATION_HOURS, "411000"), ["--place", "许昌/市二中"].as_slice()].concat(),
    "no place `许昌/市二中`: expected one of 许昌/市一中, 许昌/开发区, 许昌/环保局, 许昌/监测站"
)]
#[case::one_hour(
    &of_a_source("tests/fixtures/sources/national_snapshot_20170707T16.csv", "411000"),
    "the fullest day has 1 of any"
)]
#[case::a_model(&of_a_source(CAMS, "110000"), "computed by a model, and stand for measured ones")]
#[case::a_model_that_may(
    &[&of_a_source(OPEN_METEO, "411000"), ["--modelled"].as_slice()].concat(),
    "the fullest day has 5 of any"
)]
#[case::two_formats(
    &[&of_a_source(CITY_DAYS, "411000"), [DONGSI].as_slice()].concat(),
    "found `a file of the format prsa`: expected one of the format city-days"
)]
#[case::another_format(
    &[&of_a_source(CITY_DAYS, "411000"), ["--format", "prsa"].as_slice()].concat(),
    "expected a column `station`"
)]
#[case::no_format(&of_a_source("tests/fixtures/uscc/uscc_vectors.csv", "411000"), "prsa: columns No,")]
fn a_file_that_does_not_say_what_is_asked_of_it_is_refused(
    #[case] args: &[&str],
    #[case] said: &str,
) {
    let node = Node::new();
    let run = node.run("", args);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{}", run.stderr);
    let run = node.run("", &["journal", "verify", "--json"]);
    assert_eq!(run.json_lines()[0]["rows"], 1, "the playbook's activation");
}

#[test]
fn a_forecast_says_when_it_was_made() {
    let node = Node::new();
    let args = ["import", "forecast", "-", "--region", "411000"];
    let old = [args.as_slice(), &["--issued-at", "2015-12-05T18:00"]].concat();
    let run = node.run("date,aqi\n2015-12-06,253\n", &old);
    assert_eq!(run.status, 2);
    assert_eq!(
        run.stderr,
        "qingkong: issued_at: expected a forecast of the last 30 days\n"
    );
}

#[rstest::rstest]
#[case::value("date,aqi\n2015-12-06,999\n", "expected a whole number from 0 to 500")]
#[case::range(
    "date,aqi,aqi_high\n2015-12-06,200,150\n",
    "expected no less than `aqi`"
)]
#[case::upper_end_alone("date,aqi,aqi_high\n2015-12-06,,150\n", "the lower end of the range")]
#[case::twice("date,aqi\n2015-12-06,1\n2015-12-06,2\n", "expected each day once")]
#[case::day("date,aqi\n2015-13-06,1\n", "expected a day as YYYY-MM-DD")]
#[case::concentration("date,pm2_5\n2015-12-06,-3\n", "expected a decimal number from 0")]
#[case::future(
    "date,aqi\n2999-12-06,100\n",
    "2999-12-06: expected a day from 2000-01-01"
)]
#[case::no_column("day,index\n2015-12-06,100\n", "date")]
fn a_faulty_table_is_refused_with_its_place_and_leaves_nothing(
    #[case] table: &str,
    #[case] said: &str,
) {
    let node = Node::new();
    let run = node.run(table, &OBSERVATIONS);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{}", run.stderr);
    let run = node.run("", &["journal", "verify", "--json"]);
    assert_eq!(
        run.json_lines()[0]["rows"],
        1,
        "the playbook's activation alone"
    );
}

#[test]
fn a_touched_row_is_named_and_the_exit_code_is_one() {
    let node = Node::new();
    assert_eq!(
        node.run("date,aqi\n2015-12-06,253\n", &OBSERVATIONS).status,
        0
    );
    let database = node.dir.path().join("data/qingkong.db");
    let url = format!("sqlite:{}", database.display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = qingkong::store::Db::open(&url, qingkong::store::Options::default());
        let db = db.await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE outlook_day SET source = 'nobody'", ())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
    let run = node.run("", &["journal", "verify"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout
            .starts_with("outlook_day 1 was changed; unsealed entry "),
        "{}",
        run.stdout
    );
    assert_eq!(run.stderr, "qingkong: the journal was touched: 1 faults\n");
}

#[test]
fn playbooks_are_checked_with_place_and_line_and_activated_once() {
    let run = qingkong(&["playbook", "check", "--json"]);
    assert_eq!(run.json_lines()[0]["type"], "playbook");
    // Then what nobody read in its document.
    let standing = |path: &str, part: &str| {
        let lines = run.json_lines();
        let mut lines = lines.iter().skip(1);
        let line = lines.find(|line| line["path"] == path && line["part"] == part);
        line.map(|line| line["standing"].as_str().unwrap().to_owned())
    };
    let taiyuan = "triggers/taiyuan-2019.toml";
    assert_eq!(standing(taiyuan, "levels").as_deref(), Some("assumed"));
    assert_eq!(standing(taiyuan, "lift"), None);

    let node = Node::new();
    let own = node.dir.path().join("own");
    std::fs::create_dir_all(own.join("regions")).unwrap();
    let xuchang = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/playbooks/regions/410000-henan/411000-xuchang.toml"
    ))
    .unwrap();
    let zhengzhou = xuchang.replace("region = \"411000\"", "region = \"410100\"");
    let path = own.join("regions/410100-zhengzhou.toml");
    std::fs::write(&path, zhengzhou.replace("mee-2024", "mee-2042")).unwrap();
    let dir = own.to_str().unwrap();
    let run = qingkong(&["playbook", "check", dir]);
    assert_eq!(run.status, 1);
    assert_eq!(
        run.stdout,
        "regions/410100-zhengzhou.toml:7: no rules `mee-2042` in triggers/: \
         expected one of beijing-2013, beijing-2023, chengdu-2024, harbin-2023, hebei-2024, \
         jiangsu-2026, liaocheng-2019, liaocheng-2024, mee-2017, mee-2018, mee-2024, \
         shijiazhuang-2017, taiyuan-2019, wusu-2024\n"
    );
    let run = node.run("", &["playbook", "activate", dir]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("regions/410100-zhengzhou.toml:7: "),
        "{}",
        run.stderr
    );

    std::fs::write(&path, zhengzhou).unwrap();
    let run = node.run("", &["playbook", "activate", dir]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stdout
            .starts_with("regions/410100-zhengzhou.toml\nin force: "),
        "{}",
        run.stdout
    );
    let run = node.run("", &["playbook", "activate", dir]);
    assert!(
        run.stdout.starts_with("in force already: "),
        "{}",
        run.stdout
    );
}
