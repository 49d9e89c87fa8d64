//! Hours of stations with the official hourly index (`station-hours`), as pm25.in passed them on.
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `city` | the city | | |
//! | `station` | the station, spaces at its end included | | |
//! | `date`, `hour` | the hour, `20200326` and `00` to `23` | Beijing time | none |
//! | `pm25`, `pm10`, `no2`, `so2`, `o3_1h` | means of the hour | µg/m³ | none |
//! | `co` | the same | mg/m³ | none |
//! | `aqi`, `level`, `primary` | not read: the index is computed | | |
//! | `o3_8h` | not read: computed from the hours | | |
//!
//! Missing: empty. `环保局` and `环保局　`, with a full-width space behind it, are two stations. Some
//! names are broken and have no value (`新建　`). Of the stations that were closed or renamed, 19
//! repeat one hour of years ago for ever; they are left out as stuck.
//!
//! Attribution: China National Environmental Monitoring Centre (中国环境监测总站), real-time data,
//! through a public crawl of pm25.in (MIT).

use super::mapping::{Clock, Mapping, Places, Zero, six};
use super::unit::Unit;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &["city", "date", "hour", "station", "pm25", "o3_1h"],
    source: "CNEMC real-time data through pm25.in",
    places: Places::Cells("city", Some("station")),
    clock: Clock::DayAndHour("date", "hour"),
    columns: &six(
        ["pm25", "pm10", "so2", "no2", "co", "o3_1h"],
        Unit::MilligramsPerCubicMetre,
    ),
    zero: Zero::Value,
    notes: &["real-time values, not reviewed by the network"],
};

#[cfg(test)]
mod tests {
    use super::super::tests::{hours, of, on, read_as, refused};
    use super::super::{Format, Reading};
    use crate::domain::aqi::{Pollutant, Sample};

    const FIXTURE: &str = include_str!("../../tests/fixtures/sources/station_hours_202003.csv");

    fn reading() -> Reading {
        read_as(Format::StationHours, FIXTURE.as_bytes())
    }

    #[test]
    fn an_hour_of_a_city_is_the_mean_of_its_stations_that_measure() {
        // 市一中 32, 开发区 33, 监测站 32; 环保局 is silent.
        let xuchang = reading().at(None, Some("许昌市")).unwrap();
        let one_oclock = hours(&xuchang.values)[&(on("2020-03-31"), 1)];
        let mean = of(Pollutant::Pm25, "32.33333333");
        assert_eq!(one_oclock[Pollutant::Pm25], mean);
        // PM10 was measured at one of three.
        assert_eq!(one_oclock[Pollutant::Pm10], None);
        assert!(
            xuchang
                .notes
                .contains(&"left out as without any value: 环保局".to_owned())
        );
    }

    #[test]
    fn a_full_width_space_tells_two_stations_apart() {
        let reading = reading();
        let stuck = reading.at(Some("南阳/环保局　"), None).unwrap();
        assert!(
            hours(&stuck.values)
                .values()
                .all(|hour| *hour == Sample::default()),
            "stuck"
        );
        let other = reading.at(Some("南阳/环保局"), None).unwrap();
        let noon = hours(&other.values)[&(on("2020-03-31"), 12)];
        assert!(noon[Pollutant::Co].is_some(), "{noon:?}");
    }

    #[test]
    fn stations_stuck_for_years_and_control_points_are_left_out_of_their_city() {
        let shangqiu = reading().at(Some("商丘"), None).unwrap();
        let told = shangqiu.notes.join("; ");
        // Stuck at PM2.5 of 311 to 332, the winter they were closed in.
        assert!(told.contains("粮食局　"), "{told}");
        for hour in hours(&shangqiu.values).values() {
            assert!(
                hour[Pollutant::Pm25] < of(Pollutant::Pm25, "150"),
                "{hour:?}"
            );
        }
        let qitaihe = reading().at(Some("七台河"), None).unwrap();
        let told = qitaihe.notes.join("; ");
        assert!(told.contains("control points: 葫头沟(对照点)"), "{told}");
        assert!(told.contains("without any value: 新建　"), "{told}");
    }

    #[test]
    fn the_hour_24_is_an_hour_and_25_is_none() {
        let with = |hour: &str| {
            FIXTURE.replacen("20200331,00,市一中", &format!("20200331,{hour},市一中"), 1)
        };
        let bytes = with("24");
        let reading = read_as(Format::StationHours, bytes.as_bytes());
        let station = reading.at(Some("许昌/市一中"), None).unwrap();
        let last = hours(&station.values)[&(on("2020-03-31"), 24)];
        assert_eq!(last[Pollutant::Pm25], of(Pollutant::Pm25, "31"));
        assert!(
            refused(with("25").as_bytes()).ends_with("found `25`: expected an hour from 0 to 24")
        );
    }

    #[test]
    fn two_values_of_one_hour_are_refused() {
        let twice = FIXTURE.replacen("20200331,00,市一中", "20200331,01,市一中", 1);
        let told = refused(twice.as_bytes());
        assert!(
            told.ends_with("expected each hour or day of a place once"),
            "{told}"
        );
    }
}
