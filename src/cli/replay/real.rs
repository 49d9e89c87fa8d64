//! Warnings that were really issued, from a table.

use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::cli::outlook::City;
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
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

/// Reads a table, and leaves out what is not known well enough to stand beside.
pub(super) fn read(path: &Path) -> Result<Vec<RealWarning>, Fault> {
    let table = Table::read(path)?;
    let columns = Columns::find(&table)?;
    let rows = table.rows().filter(|row| columns.is_known_well(*row));
    rows.map(|row| columns.read(row)).collect()
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
    /// When it took effect; where that is not known, when it was issued or lifted.
    times: Vec<usize>,
    confidence: Option<usize>,
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Fault> {
        let effective = table.require(&["effective_from"])?;
        let others = [["issued_at"], ["lifted_at"]];
        let others = others.iter().filter_map(|name| table.column(name));
        Ok(Self {
            id: table.column(&["id"]),
            city: table.require(&["city", "城市"])?,
            level: table.require(&["level", "级别"])?,
            action: table.require(&["action"])?,
            times: [effective].into_iter().chain(others).collect(),
            confidence: table.column(&["confidence"]),
        })
    }

    fn is_known_well(&self, row: Row<'_>) -> bool {
        let confidence = self.confidence.map(|column| row.cell(column));
        confidence.is_none_or(|confidence| matches!(confidence, "A" | "B"))
    }

    fn read(&self, row: Row<'_>) -> Result<RealWarning, Fault> {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column)).to_owned();
        let level = row.cell(self.level);
        let level = level.strip_suffix('色').unwrap_or(level);
        let mut times = self.times.iter();
        let time = times.find(|column| !row.cell(**column).is_empty());
        let time = *time.unwrap_or(&self.times[0]);
        let at = row.cell(time);
        let hour = at.parse().map(WrittenTime::day);
        let on = hour.or_else(|_| at.parse::<NaiveDate>());
        Ok(RealWarning {
            id: cell(self.id),
            city: row.cell(self.city).to_owned(),
            level: by_word(level).ok_or_else(|| {
                row.fault(self.level, "blue, yellow, orange, red, or 蓝, 黄, 橙, 红")
            })?,
            action: row.cell(self.action).to_owned(),
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
