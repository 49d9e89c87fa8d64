//! Answers of the Open-Meteo air quality interface (`open-meteo`), JSON: one place, or a list.
//!
//! | field | ours | unit there | conversion |
//! |---|---|---|---|
//! | `latitude`, `longitude` | the place | degrees | none |
//! | `hourly.time` | the hour, `2023-04-25T00:00` without an offset | **the place's clock** | less `utc_offset_seconds`, in Beijing time |
//! | `pm2_5`, `pm10`, `sulphur_dioxide`, `nitrogen_dioxide`, `ozone` | values of the hour | as `hourly_units` says, else refused | into µg/m³ |
//! | `carbon_monoxide` | the same | the same, µg/m³ as a rule | into mg/m³ |
//! | other variables of `hourly`, foreign indices among them | not read | | |
//!
//! An offset that is not of whole hours gives no hour of ours, and times in seconds
//! (`timeformat=unixtime`) are not taken: both are refused. The answer does not say when the model
//! ran. Values are those *at* the hour (*assumed* to stand for it).
//!
//! Missing: `null`, an array that is empty, a variable that was not asked for.
//!
//! Attribution: Open-Meteo.com, CC BY 4.0, from CAMS data of the Copernicus Atmosphere Monitoring
//! Service.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::unit::Unit;
use super::{Format, Hour, Place, Reading, Series, Values, put};
use crate::domain::aqi::{Pollutant, Sample};
use crate::domain::time::BEIJING;
use crate::table::Fault;

pub(super) const SOURCE: &str = "Open-Meteo.com (CAMS), CC BY 4.0";

/// The variables that are read.
const VARIABLES: [(&str, Pollutant); 6] = [
    ("pm2_5", Pollutant::Pm25),
    ("pm10", Pollutant::Pm10),
    ("sulphur_dioxide", Pollutant::So2),
    ("nitrogen_dioxide", Pollutant::No2),
    ("carbon_monoxide", Pollutant::Co),
    ("ozone", Pollutant::O3),
];

/// One place of an answer.
#[derive(Deserialize)]
struct Answer {
    latitude: Number,
    longitude: Number,
    utc_offset_seconds: i64,
    hourly_units: BTreeMap<String, String>,
    hourly: BTreeMap<String, Vec<Value>>,
}

/// Reads an answer.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Reading, Vec<Fault>> {
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    let answers: Result<Vec<Answer>, _> = if is_list {
        serde_json::from_slice(bytes)
    } else {
        serde_json::from_slice(bytes).map(|answer| vec![answer])
    };
    let answers = answers.map_err(|error| {
        let expected = "an answer of the air quality interface with `latitude`, `longitude`, \
                        `utc_offset_seconds`, `hourly_units` and `hourly`";
        vec![Fault {
            line: error.line() as u64,
            cell: None,
            ..fault(file, "", &error.to_string(), expected)
        }]
    })?;
    let (mut notes, mut series, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for answer in &answers {
        match (Hours { file, answer }).read(&mut notes) {
            Ok(hours) => series.push(Series {
                place: answer.place(),
                values: Values::Hours(hours),
            }),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let rows = answers
        .iter()
        .map(|answer| answer.column("time").len())
        .sum();
    let format = Format::OpenMeteo;
    notes.push("computed by a model, not measured".to_owned());
    Ok(Reading {
        file: file.to_owned(),
        format,
        rows,
        notes,
        series,
    })
}

impl Answer {
    /// The point, which is all the answer knows of the place.
    fn place(&self) -> Place {
        Place {
            city: format!("{},{}", self.latitude, self.longitude),
            station: None,
        }
    }

    fn column(&self, variable: &str) -> &[Value] {
        self.hourly.get(variable).map_or(&[], Vec::as_slice)
    }
}

/// The hours of an answer.
struct Hours<'a> {
    file: &'a str,
    answer: &'a Answer,
}

impl Hours<'_> {
    fn read(&self, notes: &mut Vec<String>) -> Result<BTreeMap<Hour, Sample>, Vec<Fault>> {
        let times = self.times().map_err(|fault| vec![fault])?;
        let mut samples = vec![Sample::default(); times.len()];
        let mut faults = Vec::new();
        for (variable, pollutant) in VARIABLES {
            match self.variable(variable, pollutant, &times, &mut samples) {
                Ok(note) => notes.extend(note.filter(|note| !notes.contains(note))),
                Err(fault) => faults.push(fault),
            }
        }
        if let Some(note) = self.clock_note().filter(|note| !notes.contains(note)) {
            notes.push(note);
        }
        let mut hours = BTreeMap::new();
        for (at, sample) in times.iter().zip(samples) {
            if !put(&mut hours, *at, sample) {
                let found = format!("{} {:02}:00 in Beijing", at.0, at.1);
                faults.push(fault(self.file, "hourly.time", &found, "each hour once"));
            }
        }
        if faults.is_empty() {
            Ok(hours)
        } else {
            Err(faults)
        }
    }

    /// The hours in Beijing time.
    fn times(&self) -> Result<Vec<Hour>, Fault> {
        let offset = self.answer.utc_offset_seconds;
        if offset % 3_600 != 0 || offset.abs() > 15 * 3_600 {
            let expected = "a difference to UTC of whole hours";
            return Err(fault(
                self.file,
                "utc_offset_seconds",
                &offset.to_string(),
                expected,
            ));
        }
        let unit = self
            .answer
            .hourly_units
            .get("time")
            .map_or("", String::as_str);
        if unit != "iso8601" {
            return Err(fault(self.file, "hourly_units.time", unit, "`iso8601`"));
        }
        let times = self.answer.column("time").iter();
        times.map(|time| self.time(time, offset)).collect()
    }

    fn time(&self, time: &Value, offset: i64) -> Result<Hour, Fault> {
        let local = time
            .as_str()
            .and_then(|text| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok());
        local
            .filter(|local| local.minute() == 0)
            .and_then(|local| local.checked_sub_signed(TimeDelta::seconds(offset)))
            .and_then(|utc| {
                let utc: DateTime<Utc> = utc.and_utc();
                let beijing = utc.with_timezone(&BEIJING).naive_local();
                Some((beijing.date(), u16::try_from(beijing.hour()).ok()?))
            })
            .ok_or_else(|| {
                let expected = "an hour as YYYY-MM-DDThh:00 without an offset";
                fault(self.file, "hourly.time", &time.to_string(), expected)
            })
    }

    /// Puts the values of a variable into the samples; answers with what was done to them.
    fn variable(
        &self,
        name: &str,
        pollutant: Pollutant,
        times: &[Hour],
        samples: &mut [Sample],
    ) -> Result<Option<String>, Fault> {
        let values = self.answer.column(name);
        if values.is_empty() {
            return Ok(None);
        }
        let column = format!("hourly.{name}");
        if values.len() != times.len() {
            let found = format!("{} values", values.len());
            let expected = format!("{}, one for each time", times.len());
            return Err(fault(self.file, &column, &found, &expected));
        }
        let written = self
            .answer
            .hourly_units
            .get(name)
            .map_or("", String::as_str);
        let unit = Unit::named(written).ok_or_else(|| {
            let column = format!("hourly_units.{name}");
            fault(self.file, &column, written, "`μg/m³` or `mg/m³`")
        })?;
        for ((value, at), sample) in values.iter().zip(times).zip(samples) {
            let text = match value {
                Value::Null => String::new(),
                other => other.to_string(),
            };
            sample[pollutant] = unit.read(pollutant, &text, at.0).map_err(|expected| {
                let (on, hour) = at;
                let column = format!("{column} of {on} {hour:02}:00 in Beijing");
                fault(self.file, &column, &text, &expected)
            })?;
        }
        Ok(unit.note(pollutant))
    }

    fn clock_note(&self) -> Option<String> {
        const OURS: i64 = 8 * 3_600;
        let offset = self.answer.utc_offset_seconds;
        (offset != OURS).then(|| {
            let (sign, hours) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 3_600);
            format!("times of UTC{sign}{hours:02}:00 moved to Beijing time")
        })
    }
}

fn fault(file: &str, column: &str, found: &str, expected: &str) -> Fault {
    Fault {
        column: column.to_owned(),
        ..Fault::of_file(file, found, expected)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::tests::{hours, of, on, read_as, refused};
    use super::*;

    const BUCHAREST: &str =
        include_str!("../../tests/fixtures/sources/open_meteo_bucharest_20230425.json");

    #[test]
    fn midnight_in_bucharest_is_five_in_beijing_and_carbon_monoxide_is_in_micrograms() {
        let reading = read_as(Format::OpenMeteo, BUCHAREST.as_bytes());
        assert_eq!((reading.rows, reading.series.len()), (5, 1));
        let values = hours(&reading.series[0].values);
        let first = values[&(on("2023-04-25"), 5)];
        assert_eq!(
            values.first_key_value(),
            Some((&(on("2023-04-25"), 5), &first))
        );
        assert_eq!(first[Pollutant::Co], of(Pollutant::Co, "0.171"));
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "15.9"));
        assert_eq!(first[Pollutant::Pm10], of(Pollutant::Pm10, "18.7"));
        assert_eq!(first[Pollutant::O3], None);
        assert_eq!(
            reading.notes,
            [
                "CO: µg/m³ divided by 1000 for mg/m³",
                "times of UTC+03:00 moved to Beijing time",
                "computed by a model, not measured",
            ]
        );
    }

    #[rstest]
    #[case::west_of_greenwich("-18000", "2023-04-25", 13)]
    #[case::greenwich("0", "2023-04-25", 8)]
    #[case::beijing("28800", "2023-04-25", 0)]
    #[case::beyond("43200", "2023-04-24", 20)]
    fn local_times_are_moved_by_their_offset(
        #[case] offset: &str,
        #[case] day: &str,
        #[case] hour: u16,
    ) {
        let moved = BUCHAREST.replace("10800", offset);
        let reading = read_as(Format::OpenMeteo, moved.as_bytes());
        let first = hours(&reading.series[0].values)
            .first_key_value()
            .unwrap()
            .0;
        assert_eq!(*first, (on(day), hour));
    }

    #[test]
    fn nulls_and_empty_arrays_are_gaps() {
        let nulls = BUCHAREST.replace("[171.0,", "[null,");
        let reading = read_as(Format::OpenMeteo, nulls.as_bytes());
        let first = hours(&reading.series[0].values)[&(on("2023-04-25"), 5)];
        assert_eq!(first[Pollutant::Co], None);
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "15.9"));

        let (head, _) = BUCHAREST.split_once("\"hourly\":").unwrap();
        let empty = format!("{head}\"hourly\":{{\"time\":[],\"pm10\":[],\"pm2_5\":[]}}}}");
        let reading = read_as(Format::OpenMeteo, empty.as_bytes());
        assert!(hours(&reading.series[0].values).is_empty());
    }

    #[test]
    fn several_places_come_as_a_list() {
        let other = BUCHAREST.replace("44.449997", "34.02");
        let list = format!("[{BUCHAREST},{other}]");
        let reading = read_as(Format::OpenMeteo, list.as_bytes());
        let places: Vec<_> = reading.series.iter().map(|s| s.place.to_string()).collect();
        assert_eq!(places, ["44.449997,26.150002", "34.02,26.150002"]);
        assert_eq!(
            reading.at(Some("34.02,26.150002"), None).unwrap().place,
            places[1]
        );
        assert!(reading.at(None, Some("许昌市")).is_err(), "two places");
    }

    #[rstest]
    #[case::another_unit("\"pm10\":\"μg/m³\"", "\"pm10\":\"ppb\"", "hourly_units.pm10")]
    #[case::no_unit("\"pm10\":\"μg/m³\",", "", "hourly_units.pm10")]
    #[case::half_an_hour("10800", "19800", "a difference to UTC of whole hours")]
    #[case::seconds("iso8601", "unixtime", "`iso8601`")]
    #[case::between_hours("T01:00", "T01:30", "hourly.time")]
    #[case::a_value_short("[18.7,", "[", "expected 5, one for each time")]
    #[case::negative("[18.7,", "[-18.7,", "hourly.pm10 of 2023-04-25 05:00 in Beijing")]
    #[case::a_word("[18.7,", "[\"many\",", "hourly.pm10 of 2023-04-25 05:00 in Beijing")]
    #[case::no_offset("\"utc_offset_seconds\":10800,", "", "utc_offset_seconds")]
    #[case::the_same_hour_otherwise("T01:00", "T00:00", "each hour once")]
    fn what_could_be_misread_is_refused(#[case] from: &str, #[case] to: &str, #[case] said: &str) {
        let changed = BUCHAREST.replacen(from, to, 1);
        assert_ne!(changed, BUCHAREST);
        let told = refused(changed.as_bytes());
        assert!(told.contains(said), "{told}");
    }
}
