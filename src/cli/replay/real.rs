//! Warnings that were really issued, from a table.

use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::cli::print;
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::sources::city::City;
use crate::table::{Fault, Row, Table};

/// One act on a real warning.
#[derive(Debug, Serialize)]
pub(super) struct RealWarning {
    /// What the table calls it; empty where it has no column for that.
    pub(super) id: String,
    /// The city, as the replayed table names it.
    pub(super) city: String,
    /// The level.
    pub(super) level: WarningLevel,
    /// What was done: 启动, 升级, 解除.
    pub(super) action: String,
    /// When it took effect, as written: a day, or an hour of it.
    pub(super) at: String,
    /// The day of it.
    #[serde(skip)]
    pub(super) on: NaiveDate,
    /// A: a page that says so was read; B: a page that implies it.
    pub(super) confidence: String,
}

/// The real warnings of a table.
#[derive(Debug, Default)]
pub(super) struct RealWarnings {
    /// Those known well enough to stand beside.
    pub(super) known_well: Vec<RealWarning>,
    /// How many are not.
    left_out: usize,
}

/// Reads a table, and leaves out what is not known well enough to stand beside.
pub(super) fn read(path: &Path) -> Result<RealWarnings, Fault> {
    let table = Table::read(path)?;
    let columns = Columns::find(&table)?;
    let (known, others): (Vec<_>, Vec<_>) =
        table.rows().partition(|row| columns.is_known_well(*row));
    let known_well = known.into_iter().map(|row| columns.read(row));
    Ok(RealWarnings {
        known_well: known_well.collect::<Result<_, Fault>>()?,
        left_out: others.len(),
    })
}

impl RealWarnings {
    /// Says how many stand beside nothing.
    pub(super) fn note_hidden(&self, cities: &[City]) {
        let within = |real: &&RealWarning| cities.iter().any(|city| real.is_within(city));
        let elsewhere = self.known_well.len() - self.known_well.iter().filter(within).count();
        if elsewhere + self.left_out > 0 {
            print::note(format_args!(
                "real warnings not shown: {elsewhere} of other cities or days, {} whose confidence \
                 is not A or B",
                self.left_out
            ));
        }
    }
}

impl RealWarning {
    /// Whether it falls into a city's series.
    pub(super) fn is_within(&self, city: &City) -> bool {
        self.city == city.name && city.outlook.days().index(self.on).is_some()
    }
}

struct Columns {
    id: Option<usize>,
    city: usize,
    level: usize,
    action: usize,
    effective: usize,
    issued: Option<usize>,
    lifted: Option<usize>,
    confidence: Option<usize>,
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Fault> {
        Ok(Self {
            id: table.column(&["id"]),
            city: table.require(&["city", "城市"])?,
            level: table.require(&["level", "级别"])?,
            action: table.require(&["action"])?,
            effective: table.require(&["effective_from"])?,
            issued: table.column(&["issued_at"]),
            lifted: table.column(&["lifted_at"]),
            confidence: table.column(&["confidence"]),
        })
    }

    fn is_known_well(&self, row: Row<'_>) -> bool {
        let confidence = self.confidence.map(|column| row.cell(column));
        confidence.is_none_or(|confidence| matches!(confidence, "A" | "B"))
    }

    /// Where it stands when an act took effect: a lift by its end, any other by its start or, where
    /// that is not known, by its issue.
    fn time(&self, row: Row<'_>, action: &str) -> usize {
        let columns = match action {
            "解除" => [self.lifted, Some(self.effective), self.issued],
            _ => [Some(self.effective), self.issued, None],
        };
        let mut written = columns.into_iter().flatten();
        let written = written.find(|column| !row.cell(*column).is_empty());
        written.unwrap_or(self.effective)
    }

    fn read(&self, row: Row<'_>) -> Result<RealWarning, Fault> {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column)).to_owned();
        let level = row.cell(self.level);
        let level = level.strip_suffix('色').unwrap_or(level);
        let action = row.cell(self.action);
        let time = self.time(row, action);
        let at = row.cell(time);
        let hour = at.parse().map(WrittenTime::day);
        let on = hour.or_else(|_| at.parse::<NaiveDate>());
        Ok(RealWarning {
            id: cell(self.id),
            city: row.cell(self.city).to_owned(),
            level: by_word(level).ok_or_else(|| {
                row.fault(self.level, "blue, yellow, orange, red, or 蓝, 黄, 橙, 红")
            })?,
            action: action.to_owned(),
            on: on.map_err(|_| row.fault(time, "a day YYYY-MM-DD, or an hour of it Thh:mm"))?,
            at: at.to_owned(),
            confidence: cell(self.confidence),
        })
    }
}

fn by_word(word: &str) -> Option<WarningLevel> {
    let mut levels = WarningLevel::ALL.into_iter();
    levels.find(|level| level.as_str() == word || level.zh().starts_with(word) && !word.is_empty())
}
