//! `qingkong aqi`: concentrations in a table → the index of every row.
//!
//! The whole table is read and judged before the first line is printed: one faulty cell and there
//! is no output at all.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Failure, print::Output};
use crate::domain::aqi::{Aqi, Category, Concentration, PerPollutant, Period, Pollutant};
use crate::domain::aqi::{PollutantSet, Sample, Standard, Standards, Withheld};
use crate::playbooks::{self, Files};
use crate::table::{Fault, Row, Table};

/// Compute the air quality index of each row of a table (HJ 633).
///
/// Columns: any of pm2_5 pm10 so2 no2 co o3 o3_8h (µg/m³, CO in mg/m³), optionally date; others are
/// ignored. A day takes ozone from o3_8h, an hour from o3. Empty, NA, - and — mean not measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV file, or - for standard input
    file: PathBuf,
    /// Whether each row is a day or an hour
    #[arg(long, value_enum, default_value_t = PeriodWord::Day)]
    period: PeriodWord,
    /// The standard to judge by, such as hj633-2012 [default: the one in force on the row's date,
    /// else the newest]
    #[arg(long, value_name = "NAME")]
    standard: Option<String>,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum PeriodWord {
    Day,
    Hour,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let standards = playbooks::standards(&Files::shipped())?;
    let chosen = args
        .standard
        .as_deref()
        .map(|name| named(&standards, name))
        .transpose()
        .map_err(Failure::Input)?;
    let period = match args.period {
        PeriodWord::Day => Period::Day,
        PeriodWord::Hour => Period::Hour,
    };
    let table = Table::read(&args.file).map_err(Failure::input)?;
    let columns = Columns::find(&table, period).map_err(Failure::input)?;

    let assessed = table
        .rows()
        .map(|row| {
            let (date, sample) = (columns.date(row)?, columns.sample(row)?);
            let standard = chosen
                .or_else(|| standards.in_force_on(date?))
                .unwrap_or(standards.newest());
            Ok(Assessed {
                date,
                standard,
                aqi: standard.assess(period, &sample),
            })
        })
        .collect::<Result<Vec<_>, Fault>>()
        .map_err(Failure::input)?;

    if args.json {
        for (row, assessed) in (1..).zip(&assessed) {
            out.json(&Line::new(row, assessed, &columns))?;
        }
    } else {
        for line in aligned(&cells(&assessed)) {
            out.line(line)?;
        }
    }
    Ok(())
}

fn named<'s>(standards: &'s Standards, name: &str) -> anyhow::Result<&'s Standard> {
    standards.find(name).ok_or_else(|| {
        let known: Vec<_> = standards.iter().map(Standard::id).collect();
        anyhow::anyhow!("no standard `{name}`: expected {}", known.join(" or "))
    })
}

/// Where the table keeps what we read.
struct Columns {
    date: Option<usize>,
    concentrations: PerPollutant<Option<usize>>,
    /// Ozone of the other period: not used, but no less to be read.
    other_ozone: Option<usize>,
}

impl Columns {
    fn find(table: &Table, period: Period) -> Result<Self, Fault> {
        let (ozone, other_ozone) = match period {
            Period::Day => ("o3_8h", "o3"),
            Period::Hour => ("o3", "o3_8h"),
        };
        let name = |pollutant| match pollutant {
            Pollutant::O3 => ozone,
            other => other.as_str(),
        };
        table.require(&Pollutant::ALL.map(name))?;
        Ok(Self {
            date: only_column(table, "date")?,
            concentrations: PerPollutant::try_from_fn(|pollutant| {
                only_column(table, name(pollutant))
            })?,
            other_ozone: only_column(table, other_ozone)?,
        })
    }

    fn date(&self, row: Row<'_>) -> Result<Option<NaiveDate>, Fault> {
        let Some(column) = self.date.filter(|&column| is_measured(row.cell(column))) else {
            return Ok(None);
        };
        let day = row.cell(column).parse();
        day.map(Some)
            .map_err(|_| row.fault(column, "a day as YYYY-MM-DD"))
    }

    fn sample(&self, row: Row<'_>) -> Result<Sample, Fault> {
        let read = |pollutant, column: Option<usize>| {
            column.map_or(Ok(None), |column| concentration(row, column, pollutant))
        };
        read(Pollutant::O3, self.other_ozone)?;
        PerPollutant::try_from_fn(|pollutant| read(pollutant, self.concentrations[pollutant]))
    }
}

/// The column of a name; two of them would leave open which one is meant.
pub(super) fn only_column(table: &Table, name: &str) -> Result<Option<usize>, Fault> {
    if table.header().iter().filter(|&found| found == name).count() > 1 {
        return Err(Fault {
            file: table.file().to_owned(),
            line: 1,
            cell: None,
            column: name.to_owned(),
            found: String::new(),
            expected: "one column of this name".to_owned(),
        });
    }
    Ok(table.column(&[name]))
}

pub(super) fn concentration(
    row: Row<'_>,
    column: usize,
    pollutant: Pollutant,
) -> Result<Option<Concentration>, Fault> {
    let text = row.cell(column);
    if !is_measured(text) {
        return Ok(None);
    }
    Concentration::parse(pollutant, text)
        .map(Some)
        .map_err(|error| {
            let expected = format!("{}, or empty where not measured", error.expected());
            row.fault(column, expected)
        })
}

pub(super) fn is_measured(cell: &str) -> bool {
    !matches!(cell, "" | "NA" | "-" | "—")
}

/// A row, judged.
struct Assessed<'s> {
    date: Option<NaiveDate>,
    standard: &'s Standard,
    aqi: Aqi,
}

/// One line of JSON. Fields are only ever added, at the end.
#[derive(Serialize)]
struct Line<'a> {
    row: usize,
    aqi: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    category: Option<&'static str>,
    level: Option<u8>,
    primary: PollutantSet,
    iaqi: InColumns<'a>,
    missing: PollutantSet,
    standard: &'a str,
}

impl<'a> Line<'a> {
    fn new(row: usize, assessed: &'a Assessed<'_>, columns: &'a Columns) -> Self {
        let Assessed { aqi, standard, .. } = assessed;
        Self {
            row,
            aqi: aqi.aqi,
            reason: aqi.withheld.as_ref().map(Withheld::zh),
            category: aqi.category.map(Category::zh),
            level: aqi.level(),
            primary: aqi.primary,
            iaqi: InColumns {
                iaqi: &aqi.iaqi,
                columns,
            },
            missing: aqi.missing,
            standard: standard.id(),
        }
    }
}

/// The sub-indices of the pollutants that the table has a column for.
struct InColumns<'a> {
    iaqi: &'a PerPollutant<Option<u16>>,
    columns: &'a Columns,
}

impl Serialize for InColumns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_column = |pollutant| self.columns.concentrations[pollutant].is_some();
        serializer.collect_map(
            self.iaqi
                .iter()
                .filter(|&(pollutant, _)| has_column(pollutant)),
        )
    }
}

/// The table for people: a heading and a line for each row.
fn cells(assessed: &[Assessed<'_>]) -> Vec<Vec<String>> {
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let heading = ["行", "日期", "标准", "AQI", "类别", "首要污染物"]
        .into_iter()
        .chain(Pollutant::ALL.map(Pollutant::symbol))
        .chain(["说明"]);
    let lines = (1..).zip(assessed).map(
        |(
            row,
            Assessed {
                date,
                standard,
                aqi,
            },
        )| {
            let primary = (!aqi.primary.is_empty()).then(|| aqi.primary.zh());
            let indices = aqi
                .iaqi
                .iter()
                .map(|(_, iaqi)| or_dash(iaqi.map(|iaqi| iaqi.to_string())));
            [
                usize::to_string(&row),
                or_dash(date.map(|date| date.to_string())),
                standard.id().to_owned(),
                or_dash(aqi.aqi.map(|aqi| aqi.to_string())),
                or_dash(aqi.category.map(|category| category.zh().to_owned())),
                or_dash(primary),
            ]
            .into_iter()
            .chain(indices)
            .chain([aqi.withheld.as_ref().map(Withheld::zh).unwrap_or_default()])
            .collect()
        },
    );
    std::iter::once(heading.map(str::to_owned).collect())
        .chain(lines)
        .collect()
}

/// Lines whose columns begin below one another.
fn aligned(lines: &[Vec<String>]) -> impl Iterator<Item = String> {
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<_> = (0..columns)
        .map(|column| {
            lines
                .iter()
                .map(|line| width(&line[column]))
                .max()
                .unwrap_or(0)
        })
        .collect();
    lines.iter().map(move |line| {
        let mut text = String::new();
        for (cell, width_of_column) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width_of_column - width(cell) + 2));
        }
        text.truncate(text.trim_end().len());
        text
    })
}

/// Columns on a terminal: whatever we print beyond ASCII is Chinese and takes two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|char| if char.is_ascii() { 1 } else { 2 })
        .sum()
}
