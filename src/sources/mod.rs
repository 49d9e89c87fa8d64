//! Files of days and hours as their makers write them → places with values in our units.
//!
//! A file goes in as bytes, plain or gzip; out comes a [`Reading`]: a [`Series`] for every
//! [`Place`] the file names, in µg/m³ (CO in mg/m³) and Beijing time, with a note for whatever was
//! done to its values. [`Reading::at`] finds the place that is asked for: a station as it is, a city
//! as the mean of its stations; [`city`] makes every place ready to be judged. Whatever cannot be
//! read is a [`Fault`], and a file with one fault gives nothing.
//!
//! A format is known by its shape, or said. Tables differ as data: each format's file *is* its
//! documented mapping, in words and as a `Mapping`. Nothing here knows a clock, a database or
//! a network.
//!
//! Design notes. Where a source computed an index, it is not taken: the index comes from the
//! concentrations, by the standard in force on the day. Hours keep the label their source gives
//! them; national data label an hour by its end (*assumed*), so that `00` of a day is the last hour
//! of the day before. It counts for the day it names, as [`Hourly`] has it: one hour of 24.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::aqi::{Sample, Standards};
use crate::domain::outlook::{Day, Hourly, HoursOfDay};
use crate::table::{Fault, Table};

pub mod cells;
pub mod city;
pub mod own;

mod cams;
mod city_days;
mod mapping;
mod open_meteo;
mod prsa;
mod snapshot;
mod station_columns;
mod station_hours;
mod stations;
mod unit;

use mapping::Mapping;

/// The most a file may hold once it is unpacked: ten times the largest known.
const LARGEST: u64 = 64 * 1_024 * 1_024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// An answer of the Open-Meteo air quality interface, JSON.
    OpenMeteo,
    /// Days of the CAMS reanalysis at points.
    CamsDays,
    /// All stations of the national network at one hour.
    NationalSnapshot,
    /// Hours of stations with the official hourly index.
    StationHours,
    /// Hours of one Beijing station (PRSA).
    Prsa,
    /// Days of cities with concentrations.
    CityDays,
    /// Hours of PM2.5, a column for each station.
    StationColumns,
    /// Our own tables.
    Table,
}

impl Format {
    /// Every format, those that ask for more first: the first that fits a file is its own.
    pub const ALL: [Self; 8] = [
        Self::OpenMeteo,
        Self::CamsDays,
        Self::NationalSnapshot,
        Self::StationHours,
        Self::Prsa,
        Self::CityDays,
        Self::StationColumns,
        Self::Table,
    ];

    /// The word on the command line: `open-meteo`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenMeteo => "open-meteo",
            Self::CamsDays => "cams-days",
            Self::NationalSnapshot => "national-snapshot",
            Self::StationHours => "station-hours",
            Self::Prsa => "prsa",
            Self::CityDays => "city-days",
            Self::StationColumns => "station-columns",
            Self::Table => "table",
        }
    }

    /// Who made the values and on what terms; none for our own tables, which may hold anybody's.
    pub const fn source(self) -> Option<&'static str> {
        match self.mapping() {
            Some(mapping) => Some(mapping.source),
            None if matches!(self, Self::OpenMeteo) => Some(open_meteo::SOURCE),
            None => None,
        }
    }

    /// Whether its values were computed by a model and not measured.
    pub const fn is_modelled(self) -> bool {
        matches!(self, Self::OpenMeteo | Self::CamsDays)
    }

    /// Whether its values are those of instruments. Our own tables may hold anybody's.
    pub const fn is_measured(self) -> bool {
        !self.is_modelled() && !matches!(self, Self::Table)
    }

    /// How its table is read, where it is a table of a source.
    const fn mapping(self) -> Option<&'static Mapping> {
        match self {
            Self::CamsDays => Some(&cams::MAPPING),
            Self::NationalSnapshot => Some(&snapshot::MAPPING),
            Self::StationHours => Some(&station_hours::MAPPING),
            Self::Prsa => Some(&prsa::MAPPING),
            Self::CityDays => Some(&city_days::MAPPING),
            Self::StationColumns => Some(&station_columns::MAPPING),
            Self::OpenMeteo | Self::Table => None,
        }
    }

    fn fits(self, table: &Table) -> bool {
        match self.mapping() {
            Some(mapping) => mapping.fits(table),
            None => self == Self::Table && own::fits(table),
        }
    }

    /// What a file of it is known by.
    fn known_by(self) -> String {
        match self.mapping() {
            Some(mapping) => format!("columns {}", mapping.signature.join(",")),
            None if self == Self::OpenMeteo => "a JSON object with `hourly_units`".to_owned(),
            None => "a column `date` or `time`".to_owned(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a word does not name a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a format: expected {words}",
    words = Format::ALL.map(Format::as_str).join(", ")
)]
pub struct NotAFormat(pub String);

impl FromStr for Format {
    type Err = NotAFormat;

    fn from_str(word: &str) -> Result<Self, NotAFormat> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.as_str() == word)
            .ok_or_else(|| NotAFormat(word.to_owned()))
    }
}

/// A file, or several of one format, read without a fault.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The file as the user named it, the first of several.
    pub file: String,
    /// How it is written.
    pub format: Format,
    /// How many rows or hours it has.
    pub rows: usize,
    /// What was done to its values, one sentence each.
    pub notes: Vec<String>,
    /// The places, in the order in which they first appear.
    pub series: Vec<Series>,
}

/// The values of one place.
#[derive(Clone, Debug)]
pub struct Series {
    /// The place.
    pub place: Place,
    /// Its values.
    pub values: Values,
}

impl Series {
    /// Whether its hours are labelled in two ways.
    fn is_labelled_twice(&self) -> bool {
        matches!(&self.values, Values::Hours(hours) if hourly(hours).is_labelled_twice())
    }
}

/// A place as its file names it; a city, a station of a city, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The city; empty where the file does not say.
    pub city: String,
    /// The station, where the values are those of one.
    pub station: Option<String>,
}

impl Place {
    /// Whether it may lie in a region of this name: it bears the name, or none but a point's.
    fn may_be(&self, region: &str) -> bool {
        let is_point = self
            .city
            .starts_with(|c: char| c == '-' || c.is_ascii_digit());
        self.city.is_empty() || is_point || bare(&self.city) == bare(region)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.station {
            Some(station) if self.city.is_empty() => f.write_str(station),
            Some(station) => write!(f, "{}/{station}", self.city),
            None => f.write_str(&self.city),
        }
    }
}

/// A day and an hour of it, 0 to 24, in Beijing time.
pub type Hour = (NaiveDate, u16);

/// What is known of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Means of hours.
    Hours(BTreeMap<Hour, Sample>),
    /// Means of days, ozone the largest of eight hours.
    Days(BTreeMap<NaiveDate, Sample>),
    /// Days that came with their index, the first first.
    Judged(Vec<Day>),
}

impl Values {
    /// The days, each judged by the standard in force on it; without a value where too little of
    /// it was measured.
    pub fn days(&self, standards: &Standards) -> Vec<Day> {
        match self {
            Self::Hours(hours) => hourly(hours).days(standards).collect(),
            Self::Days(days) => {
                let days = days.iter();
                days.map(|(&on, sample)| Day::measured(on, sample, standards))
                    .collect()
            }
            Self::Judged(days) => days.clone(),
        }
    }

    /// The hours of each day, where there are any.
    pub fn hours_by_day(&self) -> BTreeMap<NaiveDate, HoursOfDay> {
        match self {
            Self::Hours(hours) => hourly(hours).by_day().collect(),
            Self::Days(_) | Self::Judged(_) => BTreeMap::new(),
        }
    }
}

fn hourly(hours: &BTreeMap<Hour, Sample>) -> Hourly {
    let hours = hours.iter();
    hours
        .map(|(&(on, hour), sample)| (on, hour, sample))
        .collect()
}

/// What a file says of the place that was asked for.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The place, named in full.
    pub place: String,
    /// Its values.
    pub values: Values,
    /// What was done to them, in addition to the notes of the reading.
    pub notes: Vec<String>,
}

/// Why a file does not say which place is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhichPlace {
    /// It has many.
    #[error("expected one of the places of the file: {}", .0.join(", "))]
    Many(Vec<String>),
    /// It has none of that name.
    #[error("no place `{asked}`: expected one of {}", .places.join(", "))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        places: Vec<String>,
    },
}

/// Reads a file of a format, or of the first that it fits.
pub fn read(
    file: &str,
    bytes: &[u8],
    format: Option<Format>,
    standards: &Standards,
) -> Result<Reading, Vec<Fault>> {
    let bytes = unpacked(file, bytes).map_err(one)?;
    let is_json =
        bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[");
    if format == Some(Format::OpenMeteo) || (format.is_none() && is_json) {
        return open_meteo::read(file, &bytes);
    }
    let table = Table::parse_untrimmed(file, &bytes).map_err(one)?;
    let format = match format {
        Some(format) => format,
        None => recognise(&table).map_err(one)?,
    };
    match format.mapping() {
        Some(mapping) => mapping.read(format, &table),
        None => Table::parse(file, &bytes)
            .and_then(|table| own::reading(&table, standards))
            .map_err(one),
    }
}

impl Reading {
    /// Several files of one format as one: the six stations of a city, the hours of a day.
    ///
    /// # Errors
    /// Where they are written differently, label hours in two ways, or say different things about one
    /// hour.
    pub fn joined(readings: Vec<Self>) -> Result<Self, Fault> {
        let mut readings = readings.into_iter();
        let mut all = readings.next().expect("there is a file");
        let several = readings.len() > 0;
        for reading in readings {
            if reading.format != all.format {
                let found = format!("a file of the format {}", reading.format);
                let expected = format!("one of the format {}, as {}", all.format, all.file);
                return Err(Fault::of_file(&reading.file, &found, &expected));
            }
            all.take(reading)?;
        }
        if several && all.series.iter().any(Series::is_labelled_twice) {
            let found = "hours from 00 to 23 in one file and from 01 to 24 in another";
            let expected = "one way to label them in this and all files taken with it";
            return Err(Fault::of_file(&all.file, found, expected));
        }
        Ok(all)
    }

    fn take(&mut self, other: Self) -> Result<(), Fault> {
        self.rows += other.rows;
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        let known: HashMap<Place, usize> = self
            .series
            .iter()
            .map(|s| s.place.clone())
            .zip(0..)
            .collect();
        for series in other.series {
            let Some(&at) = known.get(&series.place) else {
                self.series.push(series);
                continue;
            };
            let joined = match (&mut self.series[at].values, series.values) {
                (Values::Hours(known), Values::Hours(new)) => joined(known, new),
                (Values::Days(known), Values::Days(new)) => joined(known, new),
                _ => false,
            };
            if !joined {
                let found = format!("other values of {}", series.place);
                return Err(Fault::of_file(
                    &other.file,
                    &found,
                    "each hour or day of a place once",
                ));
            }
        }
        Ok(())
    }

    /// The place asked for by name; else the only one, if it does not bear another name than the
    /// region; else the one that bears the region's.
    pub fn at(&self, asked: Option<&str>, region: Option<&str>) -> Result<Chosen, WhichPlace> {
        if let Some(asked) = asked {
            return self.named(asked).ok_or_else(|| WhichPlace::Unknown {
                asked: asked.to_owned(),
                places: self.instead_of(asked),
            });
        }
        if let [only] = &self.series[..]
            && region.is_none_or(|region| only.place.may_be(region))
        {
            return Ok(self.alone(only));
        }
        let of_the_region = region.and_then(|name| self.named(name));
        of_the_region.ok_or_else(|| WhichPlace::Many(self.cities_or_stations()))
    }

    /// Every place by itself.
    pub fn each(&self) -> impl Iterator<Item = Chosen> {
        self.series.iter().map(|series| self.unstuck(series))
    }

    /// A place by itself, and that it is a station, where it is one.
    fn alone(&self, series: &Series) -> Chosen {
        let mut chosen = self.unstuck(series);
        chosen.notes.extend(stations::each_by_itself([series]));
        chosen
    }

    /// A place without what is stuck. Only an instrument gets stuck: what a model computes, and what
    /// somebody put into a table of ours, is taken as it stands.
    fn unstuck(&self, series: &Series) -> Chosen {
        stations::alone(series, self.format.is_measured())
    }

    /// A city, by its name with or without 市, or a station, by its own name or after the city's.
    fn named(&self, exact: &str) -> Option<Chosen> {
        let asked = exact.trim();
        let of_city: Vec<&Series> = self
            .series
            .iter()
            .filter(|series| bare(&series.place.city) == bare(asked) && !asked.is_empty())
            .collect();
        match of_city[..] {
            [] => {}
            [only] if only.place.station.is_none() => return Some(self.alone(only)),
            _ => return Some(stations::mean(&of_city)),
        }
        // As it is written first: spaces tell some stations apart.
        let as_written = |name: &str| name == exact;
        let but_for_spaces = |name: &str| name.trim() == asked;
        let only = self
            .only_station(as_written)
            .or_else(|| self.only_station(but_for_spaces))?;
        Some(self.alone(only))
    }

    /// The one station whose name, or whose name after its city's, is meant.
    fn only_station(&self, is_meant: impl Fn(&str) -> bool) -> Option<&Series> {
        let mut meant = self.series.iter().filter(|series| {
            let station = series.place.station.as_deref();
            is_meant(&series.place.to_string()) || station.is_some_and(&is_meant)
        });
        meant.next().filter(|_| meant.next().is_none())
    }

    /// What may be asked for instead: the stations of a city that was named, else the cities.
    fn instead_of(&self, asked: &str) -> Vec<String> {
        let city = asked.split('/').next().unwrap_or_default();
        let series = self.series.iter();
        let of_city = series.filter(|series| bare(&series.place.city) == bare(city));
        match of_city
            .map(|series| series.place.to_string())
            .collect::<Vec<_>>()
        {
            stations if city.is_empty() || stations.is_empty() => self.cities_or_stations(),
            stations => stations,
        }
    }

    /// The cities, or the stations where no city is named; the first hundred.
    fn cities_or_stations(&self) -> Vec<String> {
        const NAMED: usize = 100;
        let mut names: Vec<String> = Vec::new();
        for series in &self.series {
            let Place { city, .. } = &series.place;
            let name = if city.is_empty() {
                series.place.to_string()
            } else {
                city.clone()
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if let [_] = names[..] {
            names.extend(self.series.iter().map(|series| series.place.to_string()));
        }
        if names.len() > NAMED {
            let more = names.len() - NAMED;
            names.truncate(NAMED);
            names.push(format!("and {more} more"));
        }
        names
    }
}

/// A city's name without the word for a city.
fn bare(city: &str) -> &str {
    city.strip_suffix('市').unwrap_or(city)
}

/// Adds what is new; false where a value would become another.
fn joined<K: Ord>(known: &mut BTreeMap<K, Sample>, new: BTreeMap<K, Sample>) -> bool {
    new.into_iter().all(|(key, sample)| put(known, key, sample))
}

/// Puts a sample in its place; an empty one adds nothing. False where another stands there.
fn put<K: Ord>(known: &mut BTreeMap<K, Sample>, key: K, sample: Sample) -> bool {
    let place = known.entry(key).or_default();
    if *place == Sample::default() {
        *place = sample;
        return true;
    }
    sample == Sample::default() || *place == sample
}

fn recognise(table: &Table) -> Result<Format, Fault> {
    let mut all = Format::ALL.into_iter();
    all.find(|format| format.fits(table)).ok_or_else(|| {
        let found = table.header().iter().collect::<Vec<_>>().join(",");
        let looked_for = Format::ALL.map(|format| format!("{format}: {}", format.known_by()));
        Fault::of_file(
            table.file(),
            &found,
            &format!("one of the formats {}", looked_for.join("; ")),
        )
    })
}

/// The bytes themselves, or what was packed in them by gzip.
fn unpacked<'b>(file: &str, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, [u8]>, Fault> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.into());
    }
    let mut plain = Vec::new();
    let packed = flate2::read::MultiGzDecoder::new(bytes);
    match packed.take(LARGEST + 1).read_to_end(&mut plain) {
        Ok(_) if plain.len() as u64 <= LARGEST => Ok(plain.into()),
        Ok(_) => Err(Fault::of_file(
            file,
            "",
            &format!("at most {LARGEST} bytes once unpacked"),
        )),
        Err(error) => Err(Fault::of_file(
            file,
            &error.to_string(),
            "a whole gzip file",
        )),
    }
}

fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rstest::rstest;

    use super::*;
    use crate::domain::aqi::{Concentration, Pollutant};
    use crate::playbooks::{self, Files};

    pub(super) fn standards() -> Standards {
        playbooks::standards(&Files::shipped()).unwrap()
    }

    pub(super) fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A concentration in the unit of reports.
    pub(super) fn of(pollutant: Pollutant, text: &str) -> Option<Concentration> {
        let value = Concentration::parse(pollutant, text);
        assert!(value.is_ok(), "{value:?}");
        value.ok()
    }

    #[track_caller]
    pub(super) fn read_as(format: Format, bytes: &[u8]) -> Reading {
        let reading = read("f", bytes, None, &standards()).unwrap();
        assert_eq!(reading.format, format);
        reading
    }

    /// What is said of a file that is refused.
    #[track_caller]
    pub(super) fn refused(bytes: &[u8]) -> String {
        let faults = read("f", bytes, None, &standards()).unwrap_err();
        let told = faults.iter().map(ToString::to_string);
        told.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub(super) fn hours(values: &Values) -> &BTreeMap<Hour, Sample> {
        let Values::Hours(hours) = values else {
            panic!("{values:?}: hours")
        };
        hours
    }

    #[track_caller]
    pub(super) fn days(values: &Values) -> &BTreeMap<NaiveDate, Sample> {
        let Values::Days(days) = values else {
            panic!("{values:?}: days")
        };
        days
    }

    const PRSA: &str = include_str!("../../tests/fixtures/sources/prsa_dongsi.csv");
    const CITY_DAYS: &str = include_str!("../../tests/fixtures/sources/city_days.csv");

    #[test]
    fn gzip_and_gb18030_read_like_the_plain_file() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(PRSA.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let plain = read_as(Format::Prsa, PRSA.as_bytes());
        assert_eq!(
            read_as(Format::Prsa, &packed).series[0].values,
            plain.series[0].values
        );

        let (gb, _, _) = encoding_rs::GB18030.encode(CITY_DAYS);
        let chosen = read_as(Format::CityDays, &gb)
            .at(Some("许昌市"), None)
            .unwrap();
        assert_eq!(chosen.place, "许昌");

        let half = refused(&packed[..packed.len() / 2]);
        assert!(half.ends_with("expected a whole gzip file"), "{half}");
    }

    #[test]
    fn a_file_that_fits_no_format_is_told_what_was_looked_for() {
        let told = refused(b"station_code,city,lon,lat\n1001A,x,1,2\n");
        assert!(
            told.starts_with("f: found `station_code,city,lon,lat`"),
            "{told}"
        );
        for format in Format::ALL {
            assert!(told.contains(format.as_str()), "{format}: {told}");
        }
    }

    #[test]
    fn two_columns_of_one_name_leave_open_which_is_meant() {
        let told = refused(CITY_DAYS.replacen("rank", "pm25", 1).as_bytes());
        assert!(told.ends_with("expected one column of this name"), "{told}");
    }

    #[test]
    fn a_format_that_is_said_is_not_guessed() {
        let faults = read("f", CITY_DAYS.as_bytes(), Some(Format::Prsa), &standards());
        assert!(
            faults.unwrap_err()[0]
                .expected
                .contains("a column `station`")
        );
        assert_eq!("prsa".parse(), Ok(Format::Prsa));
        assert!("pras".parse::<Format>().is_err());
    }

    #[rstest]
    #[case::the_regions_name(None, Some("许昌市"), Ok("许昌"))]
    #[case::asked_for(Some("保定"), Some("许昌市"), Ok("保定"))]
    #[case::a_region_it_does_not_have(None, Some("郑州市"), Err("保定, 北京, 沈阳, 许昌"))]
    #[case::a_place_it_does_not_have(Some("郑州"), None, Err("保定, 北京, 沈阳, 许昌"))]
    fn one_place_of_many_has_to_be_meant(
        #[case] asked: Option<&str>,
        #[case] region: Option<&str>,
        #[case] expected: Result<&str, &str>,
    ) {
        let reading = read_as(Format::CityDays, CITY_DAYS.as_bytes());
        match (reading.at(asked, region), expected) {
            (Ok(chosen), Ok(place)) => assert_eq!(chosen.place, place),
            (Err(error), Err(places)) => assert!(error.to_string().ends_with(places), "{error}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn the_stations_of_a_city_may_come_in_files_of_their_own() {
        let tiantan = include_bytes!("../../tests/fixtures/sources/prsa_tiantan.csv");
        let readings = [PRSA.as_bytes(), tiantan].map(|bytes| read_as(Format::Prsa, bytes));
        let both = Reading::joined(readings.clone().into()).unwrap();
        assert_eq!((both.rows, both.series.len()), (194, 2));
        // 9 µg/m³ at Dongsi and 6 at Tiantan.
        let beijing = both.at(None, Some("北京市")).unwrap();
        let first = hours(&beijing.values)[&(on("2013-03-01"), 0)];
        assert_eq!(first[Pollutant::Pm25], of(Pollutant::Pm25, "7.5"));

        let [dongsi, _] = readings;
        let other = PRSA.replace("2013,3,1,0,9,9", "2013,3,1,0,8,9");
        let other = read_as(Format::Prsa, other.as_bytes());
        assert!(
            Reading::joined(vec![dongsi.clone(), other]).is_err(),
            "two values of an hour"
        );
        let days = read_as(Format::CityDays, CITY_DAYS.as_bytes());
        assert!(Reading::joined(vec![dongsi, days]).is_err(), "two formats");
    }

    #[test]
    fn tables_that_label_their_hours_in_two_ways_are_not_one() {
        let table = |day: u32, labels: std::ops::Range<u16>| {
            let hours = labels.map(|hour| format!("2014-02-{day:02}T{hour:02}:00,151\n"));
            let text = format!("time,pm2_5\n{}", hours.collect::<String>());
            read_as(Format::Table, text.as_bytes())
        };
        let alike = Reading::joined(vec![table(1, 1..25), table(2, 1..25)]).unwrap();
        assert_eq!(alike.series[0].values.hours_by_day().len(), 2);
        let fault = Reading::joined(vec![table(1, 0..24), table(3, 1..25)]).unwrap_err();
        assert!(fault.found.contains("from 01 to 24 in another"), "{fault}");
    }

    #[test]
    fn the_only_place_of_a_file_is_not_taken_for_another_city() {
        let reading = read_as(Format::Prsa, PRSA.as_bytes());
        assert!(reading.at(None, Some("北京市")).is_ok());
        let error = reading.at(None, Some("许昌市")).unwrap_err();
        assert!(error.to_string().ends_with("北京, 北京/Dongsi"), "{error}");
        assert_eq!(
            reading.at(Some("Dongsi"), Some("许昌市")).unwrap().place,
            "北京/Dongsi"
        );
    }

    #[rstest]
    #[case("")]
    #[case("NA")]
    #[case("-")]
    #[case("—")]
    fn the_words_for_a_gap_are_no_value(#[case] gap: &str) {
        let with_a_gap = CITY_DAYS.replace(",158.2,", &format!(",{gap},"));
        let chosen = read_as(Format::CityDays, with_a_gap.as_bytes()).at(Some("许昌"), None);
        let day = days(&chosen.unwrap().values)[&on("2015-01-24")];
        assert_eq!(day[Pollutant::Pm25], None);
        assert_eq!(day[Pollutant::Pm10], of(Pollutant::Pm10, "178.5"));
    }

    #[test]
    fn every_faulty_cell_is_named_with_its_place() {
        let faulty = CITY_DAYS
            .replace("244,377.2", "-244,-377.2")
            .replace("2015-01-26", "2015-01-36");
        let told = refused(faulty.as_bytes());
        let places: Vec<_> = told
            .lines()
            .map(|line| line.split(": expected").next().unwrap())
            .collect();
        assert_eq!(
            places,
            [
                "f:2: column `pm25`: found `-244`",
                "f:2: column `pm10`: found `-377.2`",
                "f:8: column `date`: found `2015-01-36`",
            ]
        );
    }
}
