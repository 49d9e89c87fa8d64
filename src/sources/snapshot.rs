//! All stations of the national network at one hour (`national-snapshot`).
//!
//! | column | ours | unit there | conversion |
//! |---|---|---|---|
//! | `city` | the city, with 市 | | |
//! | `station` | the station | | |
//! | `time_bj` | the hour, `2017-07-07T16:00:00` | Beijing time | none |
//! | `pm25_1h`, `pm10_1h`, `so2_1h`, `no2_1h`, `o3_1h` | means of the hour | µg/m³ | none |
//! | `co_1h` | the same | mg/m³ | none |
//! | `aqi`, `level`, `primary` | not read: the index is computed | | |
//! | `*_24h`, `o3_8h*`, `o3_1h_max24` | not read: they reach back over midnight | | |
//!
//! Missing: empty. A zero (PM2.5 and PM10 of 0 beside means of 24 hours of 86 and 94) is taken for a
//! gap. One file is one hour: a day takes the files of 20 of its hours.
//!
//! Attribution: China National Environmental Monitoring Centre (中国环境监测总站), through a public
//! crawl.

use super::mapping::{Clock, Mapping, Places, Zero, six};
use super::unit::Unit;

pub(super) const MAPPING: Mapping = Mapping {
    signature: &[
        "station_code",
        "city",
        "station",
        "time_bj",
        "pm25_1h",
        "co_1h",
    ],
    source: "CNEMC national snapshot",
    places: Places::Cells("city", Some("station")),
    clock: Clock::Written("time_bj"),
    columns: &six(
        ["pm25_1h", "pm10_1h", "so2_1h", "no2_1h", "co_1h", "o3_1h"],
        Unit::MilligramsPerCubicMetre,
    ),
    zero: Zero::Gap,
    notes: &[
        "a value of exactly 0 is taken for a gap",
        "real-time values, not reviewed by the network",
    ],
};

#[cfg(test)]
mod tests {
    use super::super::tests::{hours, of, on, read_as};
    use super::super::{Format, Reading};
    use crate::domain::aqi::Pollutant;

    fn reading() -> Reading {
        let path = include_bytes!("../../tests/fixtures/sources/national_snapshot_20170707T16.csv");
        read_as(Format::NationalSnapshot, path)
    }

    #[test]
    fn a_city_is_the_mean_of_the_stations_that_are_not_silent() {
        let xuchang = reading().at(None, Some("许昌市")).unwrap();
        let hour = hours(&xuchang.values)[&(on("2017-07-07"), 16)];
        assert_eq!(hour[Pollutant::Pm25], of(Pollutant::Pm25, "16.5"));
        assert_eq!(hour[Pollutant::Co], of(Pollutant::Co, "0.7"));
        assert_eq!(
            xuchang.notes[0],
            "the mean of 2 to 2 of 2 stations in every hour"
        );
    }

    #[test]
    fn a_zero_is_a_gap_and_too_few_stations_make_no_value() {
        let reading = reading();
        let station = reading.at(Some("衡水市/市监测站"), None).unwrap();
        let hour = hours(&station.values)[&(on("2017-07-07"), 16)];
        assert_eq!((hour[Pollutant::Pm25], hour[Pollutant::Pm10]), (None, None));
        assert_eq!(hour[Pollutant::O3], of(Pollutant::O3, "224"));
        // Two of three stations are fewer than 75 %.
        let hengshui = reading.at(Some("衡水"), None).unwrap();
        let hour = hours(&hengshui.values)[&(on("2017-07-07"), 16)];
        assert_eq!(hour[Pollutant::Pm25], None);
        assert_eq!(hour[Pollutant::So2], of(Pollutant::So2, "21"));
    }
}
