//! Files of sources against what was officially published of the same hours.

use std::path::{Path, PathBuf};

use qingkong::domain::aqi::{Period, Pollutant, Sample, Standards};
use qingkong::playbooks::{self, Files};
use qingkong::sources::{self, Format, Reading, Values};
use qingkong::table::Table;

fn standards() -> Standards {
    playbooks::standards(&Files::shipped()).unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sources");
    std::fs::read(folder.join(name)).unwrap()
}

fn read(bytes: &[u8]) -> Reading {
    let faults = |faults: Vec<_>| panic!("{} faults: {:?}", faults.len(), faults.first());
    sources::read("file", bytes, None, &standards()).unwrap_or_else(faults)
}

/// How the index computed of what was read agrees with the one that stands beside it.
#[derive(Debug, Default, PartialEq)]
struct Agreement {
    hours: usize,
    /// Another index.
    indices: Vec<String>,
    /// Another primary pollutant.
    primary: Vec<String>,
}

/// Compares every hour of a station that has an official index.
fn agreement(bytes: &[u8], columns: [&str; 2]) -> Agreement {
    let (reading, standards) = (read(bytes), standards());
    let table = Table::parse_untrimmed("file", bytes).unwrap();
    let [city, station] = ["city", "station"].map(|name| table.require(&[name]).unwrap());
    let [aqi, primary] = ["aqi", "primary"].map(|name| table.require(&[name]).unwrap());
    let time = columns.map(|name| table.require(&[name]).unwrap());
    let mut series = std::collections::HashMap::new();
    for one in &reading.series {
        series.insert(one.place.to_string(), &one.values);
    }
    let mut agreement = Agreement::default();
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
        let computed = standards
            .in_force_on(on)
            .unwrap()
            .assess(Period::Hour, sample);
        agreement.hours += 1;
        let told = format!("{place} {on} {hour}: {official}, computed {computed:?}");
        if computed.aqi != Some(official) {
            agreement.indices.push(told);
        } else if computed.primary != published(row.cell(primary)) {
            agreement.primary.push(told);
        }
    }
    agreement
}

fn published(primary: &str) -> qingkong::domain::aqi::PollutantSet {
    let words = primary.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| word.parse::<Pollutant>().unwrap())
        .collect()
}

#[test]
fn the_hourly_index_of_what_is_read_is_the_official_one() {
    let hours = agreement(&fixture("station_hours_202003.csv"), ["date", "hour"]);
    let exact = |hours| Agreement {
        hours,
        ..Agreement::default()
    };
    assert_eq!(hours, exact(354));
    let snapshot = fixture("national_snapshot_20170707T16.csv");
    assert_eq!(agreement(&snapshot, ["time_bj", "time_bj"]), exact(27));
}

/// Every whole file, by hand: `QINGKONG_AIR_QUALITY=FOLDER tests/run --test it -- --ignored whole_files`.
#[test]
#[ignore = "reads the whole files of the sources, in the folder that QINGKONG_AIR_QUALITY names"]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs it says where the files are"
)]
fn the_whole_files_are_read_without_a_fault() {
    let folder = PathBuf::from(std::env::var_os("QINGKONG_AIR_QUALITY").unwrap());
    let folders = ["", "beijing_hourly", "forecast_payload_samples"];
    let mut told: Vec<_> = folders
        .iter()
        .flat_map(|below| std::fs::read_dir(folder.join(below)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            ["csv", "gz", "json"]
                .iter()
                .any(|end| path.extension() == Some(end.as_ref()))
        })
        .map(|path| account(&path))
        .collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"), @r"
    Aotizhongxin_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 61 without a value
    ChengduPM20100101_20151231.csv.gz: station-columns, 52584 rows, 3 places, 6573 days, 5332 without a value
    Dongsi_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 68 without a value
    Guanyuan_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 60 without a value
    Nongzhanguan_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 53 without a value
    Tiantan_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 54 without a value
    Wanshouxigong_201303-201511.csv.gz: prsa, 24120 rows, 1 places, 1005 days, 45 without a value
    cams_beijing_daily_2015-2024.csv: cams-days, 3653 rows, 1 places, 3653 days, 1509 without a value
    cnemc_1495stations_2017-07-07T16.csv: national-snapshot, 1495 rows, 1495 places, 1495 days, 1495 without a value; of 1462 official indices 0 differ, 0 name another pollutant
    daily_23cities_201312-201511.csv: city-days, 15066 rows, 23 places, 15066 days, 2 without a value
    henan_heilongjiang_station_hourly_202003-04.csv: station-hours, 27146 rows, 169 places, 2028 days, 1823 without a value; of 22579 official indices 0 differ, 0 name another pollutant
    openmeteo_airquality_20230425.json: open-meteo, 5 rows, 1 places, 1 days, 1 without a value
    ");
}

/// What a file holds, in a line.
fn account(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
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
        let found = agreement(&bytes, columns);
        let (indices, primary) = (found.indices.len(), found.primary.len());
        let hours = found.hours;
        format!("; of {hours} official indices {indices} differ, {primary} name another pollutant")
    });
    format!(
        "{}: {}, {} rows, {} places, {} days, {gaps} without a value{}",
        path.file_name().unwrap().display(),
        reading.format,
        reading.rows,
        reading.series.len(),
        days.len(),
        official.unwrap_or_default(),
    )
}
