//! Whole files of sources, and the index of their hours against the one officially published.

use std::io::Read;
use std::path::{Path, PathBuf};

use qingkong::domain::aqi::{Period, Pollutant, Sample, Standards};
use qingkong::playbooks::{self, Files};
use qingkong::sources::{self, Format, Reading, Values};
use qingkong::table::Table;

fn standards() -> Standards {
    playbooks::standards(&Files::shipped()).unwrap()
}

/// The files that are carried along.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read(bytes: &[u8]) -> Reading {
    let faults = |faults: Vec<_>| panic!("{} faults: {:?}", faults.len(), faults.first());
    sources::read("file", bytes, None, &standards()).unwrap_or_else(faults)
}

/// Computes the index of every hour of a station that has an official one, and finds both the same,
/// with the same primary pollutants; answers with how many there are.
fn agrees(bytes: &[u8], reading: &Reading, columns: [&str; 2]) -> usize {
    let standards = standards();
    let table = Table::parse_untrimmed("file", bytes).unwrap();
    let [city, station] = ["city", "station"].map(|name| table.require(&[name]).unwrap());
    let [aqi, primary] = ["aqi", "primary"].map(|name| table.require(&[name]).unwrap());
    let time = columns.map(|name| table.require(&[name]).unwrap());
    let mut series = std::collections::HashMap::new();
    for one in &reading.series {
        series.insert(one.place.to_string(), &one.values);
    }
    let mut agreeing = 0;
    for row in table.rows() {
        let (Ok(official), [day, hour]) =
            (row.cell(aqi).parse::<u16>(), time.map(|at| row.cell(at)))
        else {
            continue;
        };
        let place = format!(
            "{}/{}",
            row.cell(city).trim(),
            row.cell(station).trim_ascii()
        );
        let Values::Hours(hours) = series[&place] else {
            panic!("hours")
        };
        let on = day[..day.len().min(10)].replace('-', "");
        let on = chrono::NaiveDate::parse_from_str(&on, "%Y%m%d").unwrap();
        let hour = hour.get(11..13).unwrap_or(hour).parse().unwrap();
        let sample: &Sample = &hours[&(on, hour)];
        let standard = standards.in_force_on(on).unwrap();
        let computed = standard.assess(Period::Hour, sample);
        let both = (Some(official), published(row.cell(primary)));
        assert_eq!(
            (computed.aqi, computed.primary),
            both,
            "{place} {on} {hour}"
        );
        agreeing += 1;
    }
    agreeing
}

fn published(primary: &str) -> qingkong::domain::aqi::PollutantSet {
    let words = primary.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| word.parse::<Pollutant>().unwrap())
        .collect()
}

/// Every file that may be carried along whole, and of the two whose origin states no licence some
/// places. Where a file holds the official index, ours is the same at each hour.
#[rstest::rstest]
#[case::aotizhongxin(
    "air_quality/Aotizhongxin_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 61 without a value"
)]
#[case::dongsi(
    "air_quality/Dongsi_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 68 without a value"
)]
#[case::guanyuan(
    "air_quality/Guanyuan_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 60 without a value"
)]
#[case::nongzhanguan(
    "air_quality/Nongzhanguan_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 53 without a value"
)]
#[case::tiantan(
    "air_quality/Tiantan_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 54 without a value"
)]
#[case::wanshouxigong(
    "air_quality/Wanshouxigong_201303-201511.csv.gz",
    "prsa, 24120 rows, 1 places, 1005 days, 45 without a value"
)]
#[case::chengdu(
    "air_quality/ChengduPM20100101_20151231.csv.gz",
    "station-columns, 52584 rows, 3 places, 6573 days, 5332 without a value"
)]
#[case::cams(
    "air_quality/cams_beijing_daily_2015-2024.csv.gz",
    "cams-days, 3653 rows, 1 places, 3653 days, 1509 without a value"
)]
#[case::henan_and_heilongjiang(
    "air_quality/henan_heilongjiang_station_hourly_202003-04.csv.gz",
    "station-hours, 27146 rows, 169 places, 2028 days, 1823 without a value, \
     22579 official indices"
)]
#[case::open_meteo(
    "sources/open_meteo_bucharest_20230425.json",
    "open-meteo, 5 rows, 1 places, 1 days, 1 without a value"
)]
#[case::two_of_23_cities(
    "air_quality/beijing_shijiazhuang_daily_201312-201511.csv.gz",
    "city-days, 1458 rows, 2 places, 1458 days, 1 without a value"
)]
#[case::some_of_the_national_network(
    "sources/national_snapshot_20170707T16.csv",
    "national-snapshot, 28 rows, 28 places, 28 days, 28 without a value, \
     27 official indices"
)]
fn a_file_is_read_without_a_fault(#[case] file: &str, #[case] expected: &str) {
    assert_eq!(account(&fixtures().join(file)), expected);
}

/// The two that are not carried along, by hand:
/// `QINGKONG_AIR_QUALITY=FOLDER tests/run --test it -- --ignored not_carried_along`.
#[test]
#[ignore = "reads files whose origin states no licence, in the folder that QINGKONG_AIR_QUALITY names"]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs it says where the files are"
)]
fn files_that_are_not_carried_along_are_read_without_a_fault() {
    let folder = PathBuf::from(std::env::var_os("QINGKONG_AIR_QUALITY").unwrap());
    let files = [
        "daily_23cities_201312-201511.csv",
        "cnemc_1495stations_2017-07-07T16.csv",
    ];
    let told = files.map(|file| account(&folder.join(file)));
    insta::assert_snapshot!(told.join("\n"), @r"
    city-days, 15066 rows, 23 places, 15066 days, 2 without a value
    national-snapshot, 1495 rows, 1495 places, 1495 days, 1495 without a value, 1462 official indices
    ");
}

/// What a file holds, in a line.
fn account(path: &Path) -> String {
    let bytes = contents(path);
    let (reading, standards) = (read(&bytes), standards());
    let series = reading.series.iter();
    let days: Vec<_> = series
        .flat_map(|series| series.values.days(&standards))
        .collect();
    let gaps = days.iter().filter(|day| day.aqi.is_none()).count();
    let columns = match reading.format {
        Format::StationHours => Some(["date", "hour"]),
        Format::NationalSnapshot => Some(["time_bj", "time_bj"]),
        _ => None,
    };
    let official = columns.map(|columns| {
        let hours = agrees(&bytes, &reading, columns);
        format!(", {hours} official indices")
    });
    format!(
        "{}, {} rows, {} places, {} days, {gaps} without a value{}",
        reading.format,
        reading.rows,
        reading.series.len(),
        days.len(),
        official.unwrap_or_default(),
    )
}

/// What a file holds, unpacked where it is packed.
fn contents(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension() != Some("gz".as_ref()) {
        return bytes;
    }
    let mut plain = Vec::new();
    let mut packed = flate2::read::GzDecoder::new(&bytes[..]);
    packed.read_to_end(&mut plain).unwrap();
    plain
}
