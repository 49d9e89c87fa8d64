//! The cells of one row: read by column, each fault named with what was expected.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::NaiveDate;

use super::columns::{Column, Layout};
use super::decimal::decimal;
use crate::enterprise::narrowed;

/// A cell that cannot be taken.
///
/// `found` repeats what was filed, personal data included: it is for whoever filed the list, and
/// never for a log. `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The line in the file, counted from 1.
    pub line: u64,
    /// The column.
    pub column: Column,
    /// What stood there.
    pub found: String,
    /// What should have stood there.
    pub expected: String,
}

impl fmt::Debug for CellFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column, expected) = (self.line, self.column, &self.expected);
        write!(f, "CellFault({line}, {column}: expected {expected})")
    }
}

/// One row's cells by column, and the faults found in them so far.
pub(super) struct Cells<'c> {
    line: u64,
    text: Vec<&'c str>,
    pub(super) faults: Vec<CellFault>,
}

impl<'c> Cells<'c> {
    /// The cells of one line.
    pub(super) fn of(layout: &Layout, line: u64, cell: impl Fn(usize) -> &'c str) -> Self {
        let text = |column: &Column| {
            layout
                .place(*column)
                .map_or("", |place| filled(cell(place)))
        };
        let mut cells = Self {
            line,
            text: Column::ALL.iter().map(text).collect(),
            faults: Vec::new(),
        };
        for column in Column::ALL {
            if is_formula_error(cells.get(*column)) {
                cells.fault(*column, "a value: a formula has failed here");
            }
        }
        cells
    }

    /// Whether a formula failed here: the cell is a fault already, whatever it should have said.
    fn failed(&self, column: Column) -> bool {
        let first = self.faults.iter().find(|fault| fault.column == column);
        first.is_some_and(|fault| is_formula_error(&fault.found))
    }

    pub(super) fn get(&self, column: Column) -> &'c str {
        self.text[column as usize]
    }

    pub(super) fn has(&self, column: Column) -> bool {
        !self.get(column).is_empty()
    }

    pub(super) fn fault(&mut self, column: Column, expected: impl Into<String>) {
        if self.failed(column) {
            return;
        }
        self.faults.push(CellFault {
            line: self.line,
            column,
            found: self.get(column).to_owned(),
            expected: expected.into(),
        });
    }

    /// A value, none for an empty cell; a fault in the words of `expected` for a wrong one.
    pub(super) fn parse<T: FromStr>(
        &mut self,
        column: Column,
        expected: impl FnOnce(&T::Err) -> String,
    ) -> Option<T> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(column, expected(&error));
                None
            }
        }
    }

    /// A day, none for an empty cell: as `2026-12-31`, or with other signs between its numbers.
    pub(super) fn day(&mut self, column: Column) -> Option<NaiveDate> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let day = day_of(text);
        if day.is_none() {
            self.fault(column, "a day such as 2026-12-31");
        }
        day
    }

    /// One line of text of at most so many characters.
    pub(super) fn line_of(&mut self, column: Column, longest: usize) -> String {
        let text = self.get(column);
        if text.chars().count() > longest || text.contains(char::is_control) {
            self.fault(column, format!("one line of at most {longest} characters"));
        }
        text.to_owned()
    }

    pub(super) fn required_line_of(
        &mut self,
        column: Column,
        longest: usize,
        what: &str,
    ) -> String {
        if !self.has(column) {
            self.fault(column, what);
        }
        self.line_of(column, longest)
    }

    /// A mass in kg/d, as grams per day; none where it cannot be read.
    pub(super) fn grams(&mut self, column: Column) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return Some(0);
        }
        let grams = decimal(text, 3, false).filter(|grams| *grams < 1_000_000_000_000);
        if grams.is_none() {
            let expected = "kilograms per day, below 1,000,000,000, at most three decimals";
            self.fault(column, expected);
        }
        grams
    }

    pub(super) fn degrees(&mut self, column: Column, range: &RangeInclusive<i32>) -> Option<i32> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let (low, high) = (i64::from(*range.start()), i64::from(*range.end()));
        let e7 = decimal(text, 7, true)
            .filter(|e7| (low * 10_000_000..=high * 10_000_000).contains(e7))
            .and_then(|e7| i32::try_from(e7).ok());
        if e7.is_none() {
            self.fault(
                column,
                format!("degrees from {low} to {high}, such as {low}.5"),
            );
        }
        e7
    }
}

/// A cell without blanks around it; empty for the signs that mean so.
pub(super) fn filled(cell: &str) -> &str {
    match cell.trim() {
        "-" | "—" | "——" | "/" | "无" => "",
        text => text,
    }
}

/// Whether a cell holds what a spreadsheet shows of a formula that failed, or the mere sign of one
/// that was never computed.
pub fn is_formula_error(cell: &str) -> bool {
    matches!(
        cell.trim(),
        "#N/A"
            | "#REF!"
            | "#VALUE!"
            | "#DIV/0!"
            | "#NAME?"
            | "#NULL!"
            | "#NUM!"
            | "#SPILL!"
            | "#CALC!"
            | "#GETTING_DATA"
            | "="
    )
}

/// Year, month and day, with `-`, `/`, `.` or `年月日` between them.
fn day_of(text: &str) -> Option<NaiveDate> {
    let narrow: String = text.chars().map(narrowed).collect();
    let dashed = match narrow.strip_suffix('日') {
        Some(text) if text.contains('年') && text.contains('月') => {
            text.replace(['年', '月'], "-")
        }
        Some(_) => return None,
        None => narrow.replace(['/', '.'], "-"),
    };
    let numbers: Vec<_> = dashed.split('-').map(str::trim).collect();
    let digits = |text: &str, lengths: RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    match numbers[..] {
        [year, month, day] if digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2) => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::list::samples::{faults, read_rows, row};

    #[rstest]
    #[case::dashes("2026-11-01", true)]
    #[case::slashes("2026/11/1", true)]
    #[case::dots("2026.11.1", true)]
    #[case::in_words("2026年11月1日", true)]
    #[case::wide("２０２６－１１－０１", true)]
    #[case::no_such_day("2026-11-31", false)]
    #[case::two_digits("26-11-01", false)]
    #[case::no_day("2026年11月", false)]
    #[case::the_other_way_round("1/11/2026", false)]
    #[case::signed("+026-11-01", false)]
    fn days_are_read_as_they_are_written(#[case] text: &str, #[case] read: bool) {
        let expected = NaiveDate::from_ymd_opt(2026, 11, 1).filter(|_| read);
        assert_eq!(day_of(text), expected);
    }

    #[test]
    fn a_formula_that_failed_is_one_fault_whatever_its_column_holds() {
        for column in Column::ALL {
            let exempt = [
                (Column::ExemptionKind, "保障民生"),
                (Column::ExemptUpTo, "橙色"),
            ];
            let others = exempt.into_iter().filter(|(other, _)| other != column);
            let replaced: Vec<_> = others.chain([(*column, "#N/A")]).collect();
            let reading = read_rows(&[row(&replaced)]);
            let failed = format!("2 {column}: a value: a formula has failed here");
            assert_eq!(faults(&reading), [failed]);
        }
    }
}
