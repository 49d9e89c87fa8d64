//! Years of real air, replayed: any 24 hours against natural days, and two rule sets against each
//! other and against the warnings that were really issued.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use qingkong::domain::backtest::in_force;
use qingkong::domain::episode::{Episode, replay};
use qingkong::domain::level::WarningLevel;
use qingkong::domain::time::{WrittenTime, day_start};
use qingkong::domain::trigger::{Proposal, Reason, Run, Window};
use qingkong::playbooks::{self, Files};
use qingkong::sources::city::{City, read_cities};
use qingkong::table::{Row, Table};

use crate::cli::replay::{REAL, comparison};
use crate::cli::{Run as Command, qingkong};

const AIR: &str = "tests/fixtures/air_quality";

/// Two years and nine months of hours of one Beijing station, packed.
fn hours_of(station: &str) -> Vec<u8> {
    let file = format!("{AIR}/{station}_201303-201511.csv.gz");
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// A station of a file of hours, its days cut by a window.
fn station(hours: &[u8], window: Window) -> City {
    let standards = playbooks::standards(&Files::shipped()).unwrap();
    let mut read = read_cities("hours", hours, None, window, &standards).unwrap();
    assert_eq!(read.cities.len(), 1);
    read.cities.remove(0)
}

/// What natural days call for, any 24 hours call for too. On every day that meets a level by natural
/// days a warning no lower stands by hours; and each warning of natural days meets, at each of its
/// levels, one by hours that stands no lower. Whatever the hours decide, they say why: which 24 hours,
/// and what these came to.
#[rstest::rstest]
#[case::aotizhongxin("Aotizhongxin")]
#[case::dongsi("Dongsi")]
#[case::guanyuan("Guanyuan")]
#[case::nongzhanguan("Nongzhanguan")]
#[case::tiantan("Tiantan")]
#[case::wanshouxigong("Wanshouxigong")]
fn any_24_hours_warn_of_whatever_natural_days_do(#[case] name: &str) {
    let hours = hours_of(name);
    let measured = Measured::read(&hours);
    let [days, rolling] = [Window::NaturalDay, Window::Rolling24h].map(|it| station(&hours, it));
    for id in ["mee-2017", "mee-2018", "mee-2024"] {
        let rules = playbooks::rules(&Files::shipped(), id).unwrap();
        let by_hours = replay(&rules, rolling.days(), 7, |_, _| {});
        let stands = in_force(&by_hours);
        for (day, level) in rules.met_on_days(days.days()) {
            let over = stands.get(&day);
            assert!(
                over >= Some(&level),
                "{id}, {day}: {level}, by hours {over:?}"
            );
        }
        let by_days = replay(&rules, days.days(), 7, |_, _| {});
        assert!(
            by_days.iter().any(|it| it.peak == WarningLevel::Red),
            "{id}"
        );
        for warning in &by_days {
            for (level, met) in meets(warning, &stands) {
                assert!(met, "{id}: {level} of {warning:#?}");
            }
        }
        for warning in &by_hours {
            explained(warning, &measured);
        }
    }
}

/// Of each level of a warning, whether something no lower stands on a day of it.
fn meets(
    warning: &Episode,
    stands: &BTreeMap<NaiveDate, WarningLevel>,
) -> BTreeMap<WarningLevel, bool> {
    let mut levels = BTreeMap::new();
    for (day, level) in warning.days() {
        *levels.entry(level).or_default() |= stands.get(&day) >= Some(&level);
    }
    levels
}

/// Every step of a warning names the 24 hours that it rests on, with the index of their means.
#[track_caller]
fn explained(warning: &Episode, measured: &Measured) {
    for step in &warning.steps {
        let mut runs = 0;
        for reason in &step.because {
            if let Reason::Met { run, .. } | Reason::Clear { run, .. } = reason {
                assert_eq!(run.values, measured.indices(run), "{step:#?}");
                runs += 1;
            }
        }
        let extends = step.act == Proposal::Extend;
        assert!(runs > 0 || extends && !step.because.is_empty(), "{step:#?}");
    }
}

/// Particles of 官园 in the four days from 18:00 on 26 November 2015. Between 150 and 350 µg/m³ the index
/// is 50 more than the mean, rounded up (HJ 633-2012, table 1): 153.5 are 204.
#[test]
fn the_reason_of_a_red_warning_can_be_checked_by_eye() {
    let measured = Measured::read(&hours_of("Guanyuan"));
    let from: WrittenTime = "2015-11-26T18:00".parse().unwrap();
    let sums = [3_684, 6_591, 5_839, 7_671];
    for (day, sum) in (0..).zip(sums) {
        let begin = from.at() + TimeDelta::days(day);
        assert_eq!(measured.sum(PM2_5, begin, 24), (sum * PARTS, 24));
    }
    let file = format!("{AIR}/Guanyuan_201303-201511.csv.gz");
    let run = qingkong(&["replay", &file, "--window", "rolling-24h"]);
    let reason = "2015-11-26 18时起每24小时 AQI 204、325、294、370，满足红色条件\
                  “AQI>200持续72小时，其中AQI>300持续24小时”";
    assert!(run.stdout.contains(reason), "{}", run.stdout);
    let indices = sums.map(|sum: u64| sum.div_ceil(24) + 50);
    assert_eq!(indices, [204, 325, 294, 370]);
}

/// The concentrations of a station as its file writes them, in [`PARTS`] of a µg/m³.
struct Measured(HashMap<DateTime<Utc>, [Option<u64>; 6]>);

/// HJ 633-2012, table 1: the index and, of each pollutant, the concentration at it, µg/m³. Ozone, the
/// last, is averaged over eight hours and has no index beyond its breakpoints.
const INDICES: [u64; 8] = [0, 50, 100, 150, 200, 300, 400, 500];
const BREAKPOINTS: [(&str, &[u64]); 6] = [
    ("PM2.5", &[0, 35, 75, 115, 150, 250, 350, 500]),
    ("PM10", &[0, 50, 150, 250, 350, 420, 500, 600]),
    ("SO2", &[0, 50, 150, 475, 800, 1_600, 2_100, 2_620]),
    ("NO2", &[0, 40, 80, 180, 280, 565, 750, 940]),
    (
        "CO",
        &[0, 2_000, 4_000, 14_000, 24_000, 36_000, 48_000, 60_000],
    ),
    ("O3", &[0, 100, 160, 215, 265, 800]),
];
const PM2_5: usize = 0;
const OZONE: usize = 5;

impl Measured {
    fn read(hours: &[u8]) -> Self {
        let mut text = String::new();
        let mut packed = flate2::read::GzDecoder::new(hours);
        packed.read_to_string(&mut text).unwrap();
        let table = Table::parse("hours", text.as_bytes()).unwrap();
        let column = |name: &str| table.require(&[name]).unwrap();
        let time = ["year", "month", "day", "hour"].map(column);
        let columns = BREAKPOINTS.map(|(name, _)| column(name));
        let row = |row: Row<'_>| {
            let [year, month, day, hour] = time.map(|at| row.cell(at).parse::<u32>().unwrap());
            let day = NaiveDate::from_ymd_opt(year.try_into().unwrap(), month, day).unwrap();
            let at = day_start(day) + TimeDelta::hours(hour.into());
            (at, columns.map(|column| parts(row.cell(column))))
        };
        Self(table.rows().map(row).collect())
    }

    /// The index of each 24 hours of a run.
    fn indices(&self, run: &Run) -> Vec<u16> {
        let day = |day: usize| run.from() + TimeDelta::days(day.try_into().unwrap());
        let days = 0..run.values.len();
        days.map(|n| self.index(day(n)).try_into().unwrap())
            .collect()
    }

    /// The index of 24 hours by plain sums. Where it is ozone's alone, that of PM2.5 counts: the rules
    /// start no warning for ozone.
    fn index(&self, from: DateTime<Utc>) -> u64 {
        let indices: [_; 6] = std::array::from_fn(|pollutant| match pollutant {
            OZONE => {
                let eights = (0..=16).map(|hour| from + TimeDelta::hours(hour));
                eights
                    .filter_map(|begin| self.iaqi(pollutant, begin, 8, 6))
                    .max()
            }
            _ => self.iaqi(pollutant, from, 24, 20),
        });
        let [others @ .., ozone] = indices;
        let highest = indices.into_iter().max().flatten().unwrap();
        let is_ozone_alone = ozone > Some(50) && ozone > others.into_iter().max().flatten();
        let particles = indices[PM2_5].filter(|_| is_ozone_alone);
        particles.unwrap_or(highest)
    }

    /// The sum of a pollutant over so many hours, and how many of them have a value.
    fn sum(&self, pollutant: usize, from: DateTime<Utc>, hours: i64) -> (u64, u64) {
        let hours = (0..hours).filter_map(|hour| self.0.get(&(from + TimeDelta::hours(hour))));
        let values = hours.filter_map(|hour| hour[pollutant]);
        values.fold((0, 0), |(sum, count), value| (sum + value, count + 1))
    }

    /// The index of the mean of so many hours, of which some at least have a value: HJ 633-2012, formula
    /// (1), rounded up.
    fn iaqi(&self, pollutant: usize, from: DateTime<Utc>, hours: i64, valid: u64) -> Option<u64> {
        let (sum, count) = self.sum(pollutant, from, hours);
        if count < valid {
            return None;
        }
        let scaled: Vec<_> = BREAKPOINTS[pollutant]
            .1
            .iter()
            .map(|it| it * PARTS * count)
            .collect();
        let mut segments = scaled.windows(2).zip(INDICES.windows(2));
        match segments.find(|(ends, _)| sum <= ends[1]) {
            Some((ends, indices)) => {
                let gone = (sum - ends[0]) * (indices[1] - indices[0]);
                Some(indices[0] + gone.div_ceil(ends[1] - ends[0]))
            }
            None => (pollutant != OZONE).then_some(500),
        }
    }
}

/// How many parts a µg/m³ is counted in: no cell has more than four places.
const PARTS: u64 = 10_000;

/// A cell in parts; `NA` is none.
fn parts(cell: &str) -> Option<u64> {
    if cell == "NA" {
        return None;
    }
    let (whole, places) = cell.split_once('.').unwrap_or((cell, ""));
    assert!(places.len() <= 4, "{cell}");
    let places: u64 = format!("{places:0<4}").parse().unwrap();
    Some(whole.parse::<u64>().unwrap() * PARTS + places)
}

/// The days of a city from December 2013 to November 2015, by the plan of its time and by today's
/// standard, beside what was really issued. That 134 days of 北京 and 215 of 石家庄 meet a level of
/// today's was counted apart from this program, too, of the same concentrations.
fn replayed(city: &str, rules: &str) -> Command {
    let days = format!("{AIR}/beijing_shijiazhuang_daily_201312-201511.csv.gz");
    let args = [
        "replay",
        &days,
        "--place",
        city,
        "--rules",
        rules,
        "--against",
        "mee-2024",
    ];
    qingkong(&[args.as_slice(), &["--warnings", REAL]].concat())
}

#[test]
fn two_years_of_beijing_stand_beside_the_warnings_that_were_issued() {
    let run = replayed("北京", "beijing-2013");
    insta::assert_snapshot!(comparison(&run), @"
    北京 beijing-2013 对 mee-2024：同级13天；beijing-2013 较高0天、独有0天；mee-2024 较高76天、独有55天
    北京 实际启动蓝色 2014-01-16（可信度B）：beijing-2013 当日黄色，起 2014年1月16日0时，止 2014年1月17日24时；mee-2024 当日橙色，起 2014年1月16日0时，止 2014年1月19日24时
    北京 实际启动黄色 2014-02-20T12:00（可信度A）：beijing-2013 当日橙色，起 2014年2月20日0时，止 2014年2月26日24时；mee-2024 当日红色，起 2014年2月20日0时，止 2014年2月26日24时
    北京 实际升级橙色 2014-02-21T12:00（可信度A）：beijing-2013 当日橙色，起 2014年2月20日0时，止 2014年2月26日24时；mee-2024 当日红色，起 2014年2月20日0时，止 2014年2月26日24时
    北京 实际启动黄色 2015-11-27T14:00（可信度B）：beijing-2013 当日橙色，起 2015年11月27日0时，止 2015年12月1日24时；mee-2024 当日红色，起 2015年11月27日0时，止 2015年12月1日24时
    北京 实际升级橙色 2015-11-29T10:00（可信度B）：beijing-2013 当日红色，起 2015年11月27日0时，止 2015年12月1日24时；mee-2024 当日红色，起 2015年11月27日0时，止 2015年12月1日24时
    合计 beijing-2013 对 mee-2024：同级13天；beijing-2013 较高0天、独有0天；mee-2024 较高76天、独有55天
    mee-2024：1城729天（无数据1天），预警红色9次、橙色20次、黄色14次，预警日红色40天、橙色72天、黄色32天
      事后看：命中134天，级别偏低0天，漏报0天，空报10天；整次空报0次，反复0次，提前不足24小时0次，平均提前123小时
    beijing-2013：1城729天（无数据1天），预警红色4次、橙色5次、黄色5次、蓝色25次，预警日红色13天、橙色24天、黄色9天、蓝色43天
      事后看：命中85天，级别偏低0天，漏报0天，空报4天；整次空报0次，反复0次，提前不足24小时0次，平均提前133小时
    ");
    // 8 December 2015 comes after the last day.
    assert!(
        run.stderr.ends_with(
            "real warnings not shown: 1 of other cities or days, 0 whose confidence is not A or B\n"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn two_years_of_shijiazhuang_by_its_plan_and_by_the_standard_of_today() {
    let run = replayed("石家庄", "shijiazhuang-2017");
    insta::assert_snapshot!(comparison(&run), @"
    石家庄 shijiazhuang-2017 对 mee-2024：同级70天；shijiazhuang-2017 较高0天、独有0天；mee-2024 较高97天、独有56天
    合计 shijiazhuang-2017 对 mee-2024：同级70天；shijiazhuang-2017 较高0天、独有0天；mee-2024 较高97天、独有56天
    mee-2024：1城729天（无数据0天），预警红色14次、橙色22次、黄色11次，预警日红色108天、橙色93天、黄色22天
      事后看：命中215天，级别偏低0天，漏报0天，空报8天；整次空报0次，反复0次，提前不足24小时1次，平均提前93小时
    shijiazhuang-2017：1城729天（无数据0天），预警红色7次、橙色8次、黄色20次、蓝色8次，预警日红色70天、橙色33天、黄色52天、蓝色12天
      事后看：命中158天，级别偏低0天，漏报0天，空报9天；整次空报0次，反复0次，提前不足48小时8次，平均提前102小时
    ");
}
