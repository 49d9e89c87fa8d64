//! Places to be judged, of a file of any format: their days, cut by a window.

use super::own;
use super::{Chosen, Format, Values, WhichPlace, hourly, one, read, recognise, stations, unpacked};
use crate::domain::aqi::Standards;
use crate::domain::outlook::{Day, Days, Hourly, Outlook, Rolling};
use crate::domain::trigger::Window;
use crate::table::{Fault, Table};

/// One place's series: a city's, or a station's.
#[derive(Debug)]
pub struct City {
    /// What the file calls it; of a table of ours that names none, the file's own name.
    pub name: String,
    /// Its natural days.
    pub outlook: Outlook,
    /// Every 24 hours, where days are cut so.
    rolling: Option<Rolling>,
}

impl City {
    /// Its days, cut as they were asked for.
    pub fn days(&self) -> Days<'_> {
        match &self.rolling {
            Some(rolling) => rolling.days(),
            None => self.outlook.days(),
        }
    }

    /// A place of which days are known.
    pub(super) const fn of_days(name: String, outlook: Outlook) -> Self {
        Self {
            name,
            outlook,
            rolling: None,
        }
    }

    /// A place of which hours are known.
    pub(super) fn of_hours(
        name: String,
        file: &str,
        hourly: &Hourly,
        window: Window,
        standards: &Standards,
    ) -> Result<Self, Fault> {
        Ok(Self {
            name,
            outlook: natural_days(file, hourly.days(standards).collect())?,
            rolling: (window == Window::Rolling24h).then(|| hourly.rolling(standards)),
        })
    }

    /// A place of a source's file.
    fn of(
        chosen: Chosen,
        file: &str,
        window: Window,
        standards: &Standards,
    ) -> Result<Self, Fault> {
        let Chosen { place, values, .. } = chosen;
        match &values {
            Values::Hours(hours) => Self::of_hours(place, file, &hourly(hours), window, standards),
            Values::Days(_) | Values::Judged(_) => {
                let days = natural_days(file, values.days(standards))?;
                Ok(Self::of_days(place, days))
            }
        }
    }
}

/// The places of a file.
#[derive(Debug)]
pub struct Cities {
    /// Each of them, in the order in which they first appear; or the one that was asked for.
    pub cities: Vec<City>,
    /// Whether the file holds hours rather than days.
    pub hourly: bool,
    /// What was done to the values, one sentence each.
    pub notes: Vec<String>,
}

/// Reads the places of a file, plain or gzip: each city of a table of ours, or the one place of a
/// table that names none, each place that a source names; or of all these the one `asked` for, a
/// city as the mean of its stations.
pub fn read_cities(
    file: &str,
    bytes: &[u8],
    asked: Option<&str>,
    window: Window,
    standards: &Standards,
) -> Result<Cities, Vec<Fault>> {
    let bytes = unpacked(file, bytes).map_err(one)?;
    let ours = Table::parse(file, &bytes)
        .and_then(|table| Ok((recognise(&table)? == Format::Table).then_some(table)));
    match ours {
        Ok(Some(table)) => of_ours(&table, asked, window, standards).map_err(one),
        _ => of_a_source(file, &bytes, asked, window, standards),
    }
}

fn of_ours(
    table: &Table,
    asked: Option<&str>,
    window: Window,
    standards: &Standards,
) -> Result<Cities, Fault> {
    let mut cities = if asked.is_some() || own::names_cities(table) {
        own::read_cities(table, window, standards)?
    } else {
        vec![own::read_cut(table, window, standards)?]
    };
    if let Some(asked) = asked {
        let names: Vec<_> = cities.iter().map(|city| city.name.clone()).collect();
        cities.retain(|city| city.name == asked);
        if cities.is_empty() {
            return Err(not_there(table.file(), asked, &names));
        }
    }
    Ok(Cities {
        cities,
        hourly: own::is_hourly(table),
        notes: Vec::new(),
    })
}

fn of_a_source(
    file: &str,
    bytes: &[u8],
    asked: Option<&str>,
    window: Window,
    standards: &Standards,
) -> Result<Cities, Vec<Fault>> {
    let reading = read(file, bytes, None, standards)?;
    let chosen = match asked {
        None => reading.each().collect(),
        Some(asked) => match reading.at(Some(asked), None) {
            Ok(chosen) => vec![chosen],
            Err(WhichPlace::Unknown { places, .. } | WhichPlace::Many(places)) => {
                return Err(one(not_there(file, asked, &places)));
            }
        },
    };
    let mut all = Cities {
        cities: Vec::new(),
        hourly: reading
            .series
            .iter()
            .any(|series| matches!(series.values, Values::Hours(_))),
        notes: reading.notes,
    };
    if asked.is_none() {
        all.notes.extend(stations::each_by_itself(&reading.series));
    }
    for one_of_them in chosen {
        let place = &one_of_them.place;
        let notes = one_of_them.notes.iter();
        all.notes
            .extend(notes.map(|note| format!("{place}: {note}")));
        let city = City::of(one_of_them, file, window, standards).map_err(one)?;
        all.cities.push(city);
    }
    Ok(all)
}

/// Natural days as one outlook.
pub(super) fn natural_days(file: &str, days: Vec<Day>) -> Result<Outlook, Fault> {
    let last = days.last().map(|day| day.on);
    Outlook::new(file, None, days).map_err(|error| {
        let last = last.expect("an outlook of no days is one");
        let expected = format!("days of one century: {error}");
        Fault::of_file(file, &last.to_string(), &expected)
    })
}

fn not_there(file: &str, asked: &str, places: &[String]) -> Fault {
    let expected = format!("one of the places of the file: {}", places.join(", "));
    Fault::of_file(file, asked, &expected)
}
