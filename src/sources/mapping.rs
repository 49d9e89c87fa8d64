//! Tables of sources, which differ as data: where the place, the time and the values stand, in
//! which unit and on which clock.
//!
//! Every cell of a table is looked at, and every faulty one is told. A row without any value says
//! that its station is there; what it says of the place may be broken.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime, Timelike};

use super::cells::only_column;
use super::unit::Unit;
use super::{Format, Hour, Place, Reading, Series, Values, put};
use crate::domain::aqi::{Concentration, Pollutant, Sample};
use crate::table::{Fault, Row, Table};

/// How a table of a source is read.
#[derive(Debug)]
pub(super) struct Mapping {
    /// The columns a table is known by.
    pub(super) signature: &'static [&'static str],
    /// Who made the values and on what terms.
    pub(super) source: &'static str,
    pub(super) places: Places,
    pub(super) clock: Clock,
    /// The values of a row; of each station's column where stations are columns.
    pub(super) columns: &'static [Column],
    /// What an exact zero says.
    pub(super) zero: Zero,
    /// What every value of the format has to be told with, beyond its conversions.
    pub(super) notes: &'static [&'static str],
}

/// Where the place of a value stands.
#[derive(Debug)]
pub(super) enum Places {
    /// In cells of the row: the city, and the station where the row is one's.
    Cells(&'static str, Option<&'static str>),
    /// The station in a cell, the city known of the format.
    StationOf(&'static str, &'static str),
    /// A column for each station, by what its name begins with; the cities of known stations.
    Headers {
        prefix: &'static str,
        cities: &'static [(&'static str, &'static str)],
    },
}

/// Where the time of a row stands; all in Beijing time unless it says otherwise.
#[derive(Debug)]
pub(super) enum Clock {
    /// Year, month, day and hour in columns of their own.
    Parts([&'static str; 4]),
    /// A day and an hour, 0 to 24.
    DayAndHour(&'static str, &'static str),
    /// One text, `2017-07-07T16:00:00`.
    Written(&'static str),
    /// A day.
    Day(&'static str),
}

/// A column of values.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) header: &'static str,
    pub(super) pollutant: Pollutant,
    pub(super) unit: Unit,
}

/// Columns of the six pollutants, in their order: particles, SO2, NO2 and ozone in µg/m³, CO in a
/// unit of its own.
pub(super) const fn six(headers: [&'static str; 6], carbon_monoxide: Unit) -> [Column; 6] {
    const fn column(header: &'static str, pollutant: Pollutant, unit: Unit) -> Column {
        Column {
            header,
            pollutant,
            unit,
        }
    }
    let [pm2_5, pm10, so2, no2, co, o3] = headers;
    let unit = Unit::MicrogramsPerCubicMetre;
    [
        column(pm2_5, Pollutant::Pm25, unit),
        column(pm10, Pollutant::Pm10, unit),
        column(so2, Pollutant::So2, unit),
        column(no2, Pollutant::No2, unit),
        column(co, Pollutant::Co, carbon_monoxide),
        column(o3, Pollutant::O3, unit),
    ]
}

/// What an exact zero says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zero {
    /// That nothing was found: below what the instrument can tell.
    Value,
    /// That nothing was measured.
    Gap,
}

impl Mapping {
    /// Whether a table has the columns this format is known by.
    pub(super) fn fits(&self, table: &Table) -> bool {
        let has = |wanted: &str| table.header().iter().any(|name| name == wanted);
        self.signature.iter().all(|wanted| has(wanted))
            && match self.places {
                Places::Headers { prefix, .. } => {
                    table.header().iter().any(|name| name.starts_with(prefix))
                }
                _ => true,
            }
    }

    /// The places of a table, or every faulty cell.
    pub(super) fn read(&self, format: Format, table: &Table) -> Result<Reading, Vec<Fault>> {
        let layout = Layout::find(self, table).map_err(|fault| vec![fault])?;
        let (mut gathered, mut faults) = (Gathered::default(), Vec::new());
        for row in table.rows() {
            if let Err(found) = layout.take(row, &mut gathered) {
                faults.extend(found);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let is_daily = matches!(self.clock, Clock::Day(_));
        let columns = self.columns.iter();
        let conversions = columns.filter_map(|column| column.unit.note(column.pollutant));
        let stated = self.notes.iter().map(|&note| note.to_owned());
        Ok(Reading {
            file: table.file().to_owned(),
            format,
            rows: table.rows().len(),
            notes: conversions.chain(stated).collect(),
            series: gathered.series(is_daily),
        })
    }
}

/// Where a table keeps what a mapping reads.
struct Layout<'m> {
    mapping: &'m Mapping,
    time: Vec<usize>,
    groups: Vec<Group<'m>>,
}

/// The columns of one place in a row.
struct Group<'m> {
    place: PlaceIn,
    values: Vec<(usize, &'m Column)>,
}

enum PlaceIn {
    Cells(usize, Option<usize>),
    StationOf(&'static str, usize),
    Fixed(Place),
}

impl<'m> Layout<'m> {
    fn find(mapping: &'m Mapping, table: &Table) -> Result<Self, Fault> {
        let column = |name: &'static str| {
            only_column(table, name)?;
            table.require(&[name])
        };
        let time = match mapping.clock {
            Clock::Parts(names) => names.map(column).into_iter().collect(),
            Clock::DayAndHour(day, hour) => [day, hour].map(column).into_iter().collect(),
            Clock::Written(name) | Clock::Day(name) => column(name).map(|column| vec![column]),
        };
        let in_row = |place| {
            let columns = mapping.columns.iter();
            let values = columns.map(|wanted| Ok((column(wanted.header)?, wanted)));
            let values = values.collect::<Result<_, Fault>>()?;
            Ok(vec![Group { place, values }])
        };
        let groups = match mapping.places {
            Places::Cells(city, station) => in_row(PlaceIn::Cells(
                column(city)?,
                station.map(column).transpose()?,
            )),
            Places::StationOf(city, station) => in_row(PlaceIn::StationOf(city, column(station)?)),
            Places::Headers { prefix, cities } => Ok(by_headers(mapping, table, prefix, cities)),
        };
        Ok(Self {
            mapping,
            time: time?,
            groups: groups?,
        })
    }

    /// Takes a row in, or says what is wrong with it.
    fn take(&self, row: Row<'_>, gathered: &mut Gathered) -> Result<(), Vec<Fault>> {
        let at = self.time(row).map_err(|fault| vec![fault])?;
        for group in &self.groups {
            let sample = self.sample(row, &group.values, at.0)?;
            let (place, named_in) = group.place.of(row);
            if place.city.is_empty()
                && sample != Sample::default()
                && let Some(column) = named_in
            {
                return Err(vec![row.fault(column, "the name of a city")]);
            }
            if !gathered.put(place, at, sample) {
                let last = *self.time.last().expect("a clock has columns");
                return Err(vec![row.fault(last, "each hour or day of a place once")]);
            }
        }
        Ok(())
    }

    fn time(&self, row: Row<'_>) -> Result<Hour, Fault> {
        let cell = |at: usize| row.cell(self.time[at]).trim();
        match self.mapping.clock {
            Clock::Parts(_) => {
                let year = cell(0).parse().ok();
                let (month, day) = (cell(1).parse().ok(), cell(2).parse().ok());
                let on = year
                    .zip(month.zip(day))
                    .and_then(|(year, (month, day))| NaiveDate::from_ymd_opt(year, month, day));
                let on = on.ok_or_else(|| row.fault(self.time[2], "a day of the calendar"))?;
                Ok((on, hour(row, self.time[3])?))
            }
            Clock::DayAndHour(..) => Ok((day(row, self.time[0])?, hour(row, self.time[1])?)),
            Clock::Day(_) => Ok((day(row, self.time[0])?, 0)),
            Clock::Written(_) => {
                let read: Option<NaiveDateTime> = cell(0).parse().ok();
                let on_the_hour = read.filter(|at| at.minute() == 0 && at.second() == 0);
                on_the_hour
                    .and_then(|at| Some((at.date(), u16::try_from(at.hour()).ok()?)))
                    .ok_or_else(|| row.fault(self.time[0], "an hour as YYYY-MM-DDThh:00:00"))
            }
        }
    }

    fn sample(
        &self,
        row: Row<'_>,
        values: &[(usize, &Column)],
        on: NaiveDate,
    ) -> Result<Sample, Vec<Fault>> {
        let (mut sample, mut faults) = (Sample::default(), Vec::new());
        for &(at, column) in values {
            match column.unit.read(column.pollutant, row.cell(at).trim(), on) {
                Ok(value) => sample[column.pollutant] = value.filter(|value| self.is_value(*value)),
                Err(expected) => faults.push(row.fault(at, expected)),
            }
        }
        if faults.is_empty() {
            Ok(sample)
        } else {
            Err(faults)
        }
    }

    fn is_value(&self, value: Concentration) -> bool {
        self.mapping.zero == Zero::Value || Some(value) != Concentration::from_micrograms(0)
    }
}

/// The stations that are columns, each with its city where that is known.
fn by_headers<'m>(
    mapping: &'m Mapping,
    table: &Table,
    prefix: &str,
    cities: &[(&str, &str)],
) -> Vec<Group<'m>> {
    let headers = (0..).zip(table.header());
    let stations = headers.filter_map(|(at, name)| Some((at, name.strip_prefix(prefix)?)));
    let group = |(at, name): (usize, &str)| {
        let city = cities.iter().find(|(station, _)| *station == name);
        Group {
            place: PlaceIn::Fixed(Place {
                city: city.map_or("", |(_, city)| city).to_owned(),
                station: Some(name.to_owned()),
            }),
            values: mapping.columns.iter().map(|column| (at, column)).collect(),
        }
    };
    stations.map(group).collect()
}

impl PlaceIn {
    /// The place, and the column that has to name it.
    fn of(&self, row: Row<'_>) -> (Place, Option<usize>) {
        match self {
            Self::Fixed(place) => (place.clone(), None),
            Self::StationOf(city, station) => {
                let place = Place {
                    city: (*city).to_owned(),
                    station: Some(row.cell(*station).trim_ascii().to_owned()),
                };
                (place, None)
            }
            Self::Cells(city, station) => {
                // A full-width space behind a station's name tells two stations apart.
                let place = Place {
                    city: row.cell(*city).trim().to_owned(),
                    station: station.map(|station| row.cell(station).trim_ascii().to_owned()),
                };
                (place, Some(*city))
            }
        }
    }
}

/// A day, `2015-01-25` or `20150125`.
fn day(row: Row<'_>, column: usize) -> Result<NaiveDate, Fault> {
    let text = row.cell(column).trim();
    let read = if text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        NaiveDate::parse_from_str(text, "%Y%m%d").ok()
    } else {
        text.parse().ok()
    };
    read.ok_or_else(|| row.fault(column, "a day as YYYY-MM-DD or YYYYMMDD"))
}

fn hour(row: Row<'_>, column: usize) -> Result<u16, Fault> {
    let read = row.cell(column).trim().parse().ok();
    read.filter(|hour| *hour <= 24)
        .ok_or_else(|| row.fault(column, "an hour from 0 to 24"))
}

/// Values by place, in the order in which the places appear.
#[derive(Default)]
struct Gathered {
    known: HashMap<Place, usize>,
    series: Vec<(Place, BTreeMap<Hour, Sample>)>,
}

impl Gathered {
    /// False where the place has another value at that time.
    fn put(&mut self, place: Place, at: Hour, sample: Sample) -> bool {
        let index = *self.known.entry(place).or_insert_with_key(|place| {
            self.series.push((place.clone(), BTreeMap::new()));
            self.series.len() - 1
        });
        put(&mut self.series[index].1, at, sample)
    }

    fn series(self, is_daily: bool) -> Vec<Series> {
        let values = |values: BTreeMap<Hour, Sample>| {
            if is_daily {
                let days = values.into_iter().map(|((on, _), sample)| (on, sample));
                Values::Days(days.collect())
            } else {
                Values::Hours(values)
            }
        };
        let series = self.series.into_iter();
        series
            .map(|(place, measured)| Series {
                place,
                values: values(measured),
            })
            .collect()
    }
}
