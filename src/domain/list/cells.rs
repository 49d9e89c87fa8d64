//! The cells of one row: read by column, each fault named with what was expected.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::columns::{Column, Layout};
use super::decimal::decimal;

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
        Self {
            line,
            text: Column::ALL.iter().map(text).collect(),
            faults: Vec::new(),
        }
    }

    pub(super) fn get(&self, column: Column) -> &'c str {
        self.text[column as usize]
    }

    pub(super) fn has(&self, column: Column) -> bool {
        !self.get(column).is_empty()
    }

    pub(super) fn fault(&mut self, column: Column, expected: impl Into<String>) {
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
