//! Our own tables of days or hours → outlooks (`table`).
//!
//! | column | ours | unit |
//! |---|---|---|
//! | `date`, `日期` | the civil day, Beijing time | `YYYY-MM-DD` |
//! | `time` | the hour, Beijing time, `24:00` included | `YYYY-MM-DDThh:00` |
//! | `aqi`, `AQI`, `aqi_high` | the daily index, or the ends of its range | 0 to 500 |
//! | `pm2_5_aqi` | the index of PM2.5 alone | 0 to 500 |
//! | `primary`, `首要污染物` | the primary pollutants | |
//! | `cause`, `成因` | what brought the pollution | |
//! | `pm2_5`, `pm10`, `so2`, `no2` | means of the day or the hour | µg/m³ |
//! | `co` | the same | mg/m³ |
//! | `o3_8h` (days), `o3` (hours) | largest mean of eight hours; mean of the hour | µg/m³ |
//! | `city`, `城市` | the place; left out of a table of one | |
//!
//! Nothing is converted. Empty, `NA`, `-` and `—` mean not measured.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::cells::{concentration, is_measured, only_column};
use super::city::{City, natural_days};
use super::{Format, Place, Reading, Series, Values};
use crate::domain::aqi::{PerPollutant, Pollutant, PollutantSet, Standards};
use crate::domain::outlook::{AqiRange, Cause, Day, Hourly, Origin, Outlook};
use crate::domain::time::WrittenTime;
use crate::domain::trigger::{Air, Window};
use crate::table::{Fault, Row, Table};

/// Whether a table holds hours rather than days.
pub fn is_hourly(table: &Table) -> bool {
    table.column(&["time"]).is_some()
}

/// A table as [`read`] takes it, its days cut by a window.
pub fn read_cut(table: &Table, window: Window, standards: &Standards) -> Result<City, Fault> {
    let name = table.file().to_owned();
    if is_hourly(table) {
        let hourly = read_hours(table, table.rows())?;
        return City::of_hours(name, table.file(), &hourly, window, standards);
    }
    Ok(City::of_days(name, read(table, standards)?))
}

/// The air at an instant by a table: the hours that are over then as measured, the others as foreseen;
/// of days, each as it is foreseen.
pub fn read_air(table: &Table, now: DateTime<Utc>, standards: &Standards) -> Result<Air, Fault> {
    let mut air = Air::at(now);
    if !is_hourly(table) {
        for day in read(table, standards)?.days().as_slice() {
            air.foresee(&Day {
                origin: foreseen_by(table),
                ..day.clone()
            });
        }
        return Ok(air);
    }
    for (on, hours) in read_hours(table, table.rows())?.by_day() {
        air.insert(&Day::observed(on, None), &hours, standards);
        air.insert(&Day::forecast(on, None, table.file()), &hours, standards);
    }
    Ok(air)
}

fn foreseen_by(table: &Table) -> Origin {
    Origin::Forecast {
        source: table.file().to_owned(),
    }
}

/// A table `date,aqi[,aqi_high][,primary][,cause][,pm2_5_aqi]`, of daily concentrations, or of
/// hours, as one outlook. An index of concentrations is that of the standard in force on its day.
pub fn read(table: &Table, standards: &Standards) -> Result<Outlook, Fault> {
    if is_hourly(table) {
        let hourly = read_hours(table, table.rows())?;
        return natural_days(table.file(), hourly.days(standards).collect());
    }
    read_days(table, table.rows(), standards)
}

/// A table with a column `city`, of days or of hours, as one series for each city, in the order in
/// which they first appear.
pub(super) fn read_cities(
    table: &Table,
    window: Window,
    standards: &Standards,
) -> Result<Vec<City>, Fault> {
    let cities = rows_by_city(table)?.into_iter();
    if is_hourly(table) {
        let city = |(name, rows): (&str, Vec<Row<'_>>)| {
            let hourly = read_hours(table, rows)?;
            City::of_hours(name.to_owned(), table.file(), &hourly, window, standards)
        };
        return cities.map(city).collect();
    }
    let city = |(name, rows): (&str, Vec<Row<'_>>)| {
        Ok(City::of_days(
            name.to_owned(),
            read_days(table, rows, standards)?,
        ))
    };
    cities.map(city).collect()
}

/// Whether a table says which city each of its rows is of.
pub(super) fn names_cities(table: &Table) -> bool {
    table.column(&CITY).is_some()
}

fn rows_by_city(table: &Table) -> Result<Vec<(&str, Vec<Row<'_>>)>, Fault> {
    let city = table.require(&CITY)?;
    let mut places = HashMap::new();
    let mut cities: Vec<(&str, Vec<Row<'_>>)> = Vec::new();
    for row in table.rows() {
        let name = row.cell(city);
        if name.is_empty() {
            return Err(row.fault(city, "the name of a city"));
        }
        let place = *places.entry(name).or_insert_with(|| {
            cities.push((name, Vec::new()));
            cities.len() - 1
        });
        cities[place].1.push(row);
    }
    Ok(cities)
}

/// Whether a table has the columns of one of ours.
pub(super) fn fits(table: &Table) -> bool {
    is_hourly(table) || table.column(&DATE).is_some()
}

/// A table as a source: one place without a name, or each city that it names.
pub(super) fn reading(table: &Table, standards: &Standards) -> Result<Reading, Fault> {
    let each_city = names_cities(table) && table.column(&AQI).is_some();
    let series = if is_hourly(table) {
        let hourly = read_hours(table, table.rows())?;
        vec![named("", Values::Hours(hourly.hours().collect()))]
    } else if each_city {
        let cities = read_cities(table, Window::NaturalDay, standards)?.into_iter();
        let rows = rows_by_city(table)?.into_iter().map(|(_, rows)| rows);
        cities
            .zip(rows)
            .map(|(city, rows)| Ok(named(&city.name, days_of(table, &city.outlook, rows)?)))
            .collect::<Result<_, Fault>>()?
    } else {
        let outlook = read(table, standards)?;
        vec![named("", days_of(table, &outlook, table.rows())?)]
    };
    Ok(Reading {
        file: table.file().to_owned(),
        format: Format::Table,
        rows: table.rows().len(),
        notes: Vec::new(),
        series,
    })
}

fn named(city: &str, values: Values) -> Series {
    Series {
        place: Place {
            city: city.to_owned(),
            station: None,
        },
        values,
    }
}

/// The days of an outlook that these rows name, without those between them.
fn days_of<'t>(
    table: &Table,
    outlook: &Outlook,
    rows: impl IntoIterator<Item = Row<'t>>,
) -> Result<Values, Fault> {
    let column = table.require(&DATE)?;
    let rows = rows.into_iter().map(|row| date(row, column));
    let rows: HashSet<NaiveDate> = rows.collect::<Result<_, Fault>>()?;
    let days = outlook.days().as_slice().iter();
    Ok(Values::Judged(
        days.filter(|day| rows.contains(&day.on)).cloned().collect(),
    ))
}

/// What the columns of days are called.
const CITY: [&str; 2] = ["city", "城市"];
const DATE: [&str; 2] = ["date", "日期"];
const AQI: [&str; 2] = ["aqi", "AQI"];
const CAUSE: [&str; 2] = ["cause", "成因"];

/// What the columns of daily concentrations are called; ozone is the largest mean of eight hours.
const CONCENTRATIONS: [&str; 6] = ["pm2_5", "pm10", "so2", "no2", "co", "o3_8h"];

/// Where a table of days keeps what we read.
struct Columns {
    date: usize,
    aqi: usize,
    /// The upper end of a range, where `aqi` is the lower.
    aqi_high: Option<usize>,
    pm2_5: Option<usize>,
    primary: Option<usize>,
    cause: Option<usize>,
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Fault> {
        for name in ["date", "aqi", "aqi_high", "pm2_5_aqi", "primary", "cause"] {
            only_column(table, name)?;
        }
        Ok(Self {
            date: table.require(&DATE)?,
            aqi: table.require(&AQI)?,
            aqi_high: table.column(&["aqi_high"]),
            pm2_5: table.column(&["pm2_5_aqi"]),
            primary: table.column(&["primary", "首要污染物"]),
            cause: table.column(&CAUSE),
        })
    }

    fn day(&self, row: Row<'_>) -> Result<Day, Fault> {
        let on = date(row, self.date)?;
        let index = |column: usize| match row.cell(column) {
            cell if is_measured(cell) => cell.parse().map(Some).map_err(|_| {
                let expected = "a whole number from 0 to 500, a range such as 180~220, or empty";
                row.fault(column, expected)
            }),
            _ => Ok(None),
        };
        let mut day = Day::observed(on, index(self.aqi)?);
        if let Some(column) = self.aqi_high {
            let high: Option<AqiRange> = index(column)?;
            day.aqi = match (day.aqi, high) {
                (Some(low), Some(high)) => {
                    let range = AqiRange::new(low.low(), high.high());
                    Some(range.map_err(|_| row.fault(column, "no less than `aqi`"))?)
                }
                (low, None) => low,
                (None, Some(_)) => return Err(row.fault(self.aqi, "the lower end of the range")),
            };
        }
        if let Some(column) = self.pm2_5 {
            day.pm2_5 = index(column)?;
        }
        if let Some(column) = self.primary {
            day.primary = primary(row.cell(column))
                .ok_or_else(|| row.fault(column, "pollutants such as PM2.5 or O3"))?;
        }
        if let Some(column) = self.cause {
            day.cause = cause(row, column)?;
        }
        Ok(day)
    }
}

fn date(row: Row<'_>, column: usize) -> Result<NaiveDate, Fault> {
    let date = row.cell(column).parse();
    date.map_err(|_| row.fault(column, "a day as YYYY-MM-DD"))
}

fn cause(row: Row<'_>, column: usize) -> Result<Option<Cause>, Fault> {
    if !is_measured(row.cell(column)) {
        return Ok(None);
    }
    let expected = "local, regional_transport, cross_border, dust, blown_dust, wildfire_smoke, \
                    ozone or fireworks";
    let cause = row.cell(column).parse();
    cause.map(Some).map_err(|_| row.fault(column, expected))
}

/// The pollutants of a cell; none of them where the cell says so.
fn primary(cell: &str) -> Option<PollutantSet> {
    if !is_measured(cell) || cell == "无" {
        return Some(PollutantSet::EMPTY);
    }
    cell.split([',', '，', '、', ';', '；', '/', '+'])
        .map(|name| name.parse().ok())
        .collect()
}

/// Rows of days with an index, or with concentrations where the table has no index.
fn read_days<'t>(
    table: &'t Table,
    rows: impl IntoIterator<Item = Row<'t>>,
    standards: &Standards,
) -> Result<Outlook, Fault> {
    if table.column(&AQI).is_none() && table.column(&CONCENTRATIONS).is_some() {
        return read_concentrations(table, rows, standards);
    }
    let columns = Columns::find(table)?;
    let days = rows.into_iter().map(|row| Ok((columns.day(row)?, row)));
    outlook(table, columns.date, days.collect::<Result<_, Fault>>()?)
}

/// Rows of daily concentrations.
fn read_concentrations<'t>(
    table: &'t Table,
    rows: impl IntoIterator<Item = Row<'t>>,
    standards: &Standards,
) -> Result<Outlook, Fault> {
    let (on, caused) = (table.require(&DATE)?, table.column(&CAUSE));
    let columns = PerPollutant::try_from_fn(|pollutant| {
        let name = match pollutant {
            Pollutant::O3 => "o3_8h",
            other => other.as_str(),
        };
        only_column(table, name)
    })?;
    let day = |row: Row<'_>| {
        let sample = PerPollutant::try_from_fn(|pollutant| {
            columns[pollutant].map_or(Ok(None), |column| concentration(row, column, pollutant))
        })?;
        let mut day = Day::measured(date(row, on)?, &sample, standards);
        day.cause = caused.map_or(Ok(None), |column| cause(row, column))?;
        Ok(day)
    };
    let days = rows.into_iter().map(|row| Ok((day(row)?, row)));
    outlook(table, on, days.collect::<Result<_, Fault>>()?)
}

fn outlook(table: &Table, date: usize, mut days: Vec<(Day, Row<'_>)>) -> Result<Outlook, Fault> {
    days.sort_by_key(|(day, row)| (day.on, row.line()));
    if let Some(pair) = days.windows(2).find(|pair| pair[0].0.on == pair[1].0.on) {
        return Err(pair[1].1.fault(date, "each day once"));
    }
    let last = days.last().map(|(_, row)| *row);
    Outlook::new(table.file(), None, days.into_iter().map(|(day, _)| day)).map_err(|error| {
        let row = last.expect("an outlook of no days is one");
        row.fault(date, format!("days of one century: {error}"))
    })
}

/// Rows of a table of hours.
fn read_hours<'t>(
    table: &'t Table,
    rows: impl IntoIterator<Item = Row<'t>>,
) -> Result<Hourly, Fault> {
    let time = table.require(&["time"])?;
    table.require(&Pollutant::ALL.map(Pollutant::as_str))?;
    let columns =
        PerPollutant::try_from_fn(|pollutant| only_column(table, Pollutant::as_str(pollutant)))?;
    let mut seen: HashSet<WrittenTime> = HashSet::new();
    let mut hourly = Hourly::default();
    for row in rows {
        let at: WrittenTime = row
            .cell(time)
            .parse()
            .ok()
            .filter(|at: &WrittenTime| at.clock().1 == 0)
            .ok_or_else(|| row.fault(time, "an hour as YYYY-MM-DDThh:00, 00 to 24"))?;
        if !seen.insert(at) {
            return Err(row.fault(time, "each hour once"));
        }
        let sample = PerPollutant::try_from_fn(|pollutant| {
            columns[pollutant].map_or(Ok(None), |column| concentration(row, column, pollutant))
        })?;
        hourly.insert(at.day(), at.clock().0, &sample);
        if hourly.is_labelled_twice() {
            return Err(row.fault(time, "hours from 00 to 23, or from 01 to 24, not both"));
        }
    }
    Ok(hourly)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::tests::{on, standards};
    use super::*;

    /// Two days of hours so labelled, of which the last of the first and all of the second have no
    /// value.
    fn hours(labels: std::ops::Range<u16>) -> Values {
        let last = labels.end - 1;
        let rows = [1, 2].into_iter().flat_map(|day| {
            labels.clone().map(move |hour| {
                let value = if day == 1 && hour != last { "151" } else { "" };
                format!("2014-02-{day:02}T{hour:02}:00,{value}\n")
            })
        });
        let text = format!("time,pm2_5\n{}", rows.collect::<String>());
        let table = Table::parse("hours.csv", text.as_bytes()).unwrap();
        let mut reading = reading(&table, &standards()).unwrap();
        reading.series.remove(0).values
    }

    #[rstest]
    #[case::by_their_beginnings(0..24)]
    #[case::by_their_ends(1..25)]
    fn hours_stay_in_their_places_though_the_last_has_no_value(
        #[case] labels: std::ops::Range<u16>,
    ) {
        let by_day = hours(labels).hours_by_day();
        let first = &by_day[&on("2014-02-01")];
        let measured = (0..24).map(|hour| first.at(hour)[Pollutant::Pm25].is_some());
        let expected = (0..24).map(|hour| hour != 23);
        assert!(measured.eq(expected), "{first:?}");
    }

    #[test]
    fn a_day_whose_hours_are_all_blank_is_a_day_without_a_value() {
        let days = hours(0..24).days(&standards());
        let days = days.iter().map(|day| (day.on, day.aqi.is_some()));
        let expected = [(on("2014-02-01"), true), (on("2014-02-02"), false)];
        assert!(days.eq(expected));
    }
}
