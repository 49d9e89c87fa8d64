//! Writing a workbook of one sheet, row by row: what has been written is kept on disk, not in
//! memory.
//!
//! Texts stay texts, so that a code keeps its digits and nothing becomes a formula; numbers and
//! days are written as such. The header stands still above the rows and filters them. A cell may
//! be [marked](Sheet::add): coloured, with a comment that says why.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Note, Workbook, Worksheet,
    XlsxError,
};

use super::workbook::number_text;
use crate::domain::list::Kind;

/// As many comments as are written. Each is a drawing, and takes memory here and time in whatever
/// opens the workbook; cells are coloured all the same.
const MOST_COMMENTS: usize = 20_000;

/// A column of a sheet.
#[derive(Clone, Copy, Debug)]
pub struct Column<'h> {
    /// Its header.
    pub header: &'h str,
    /// What its cells hold; a cell that holds something else is a text.
    pub kind: Kind,
    /// How many digits wide it is.
    pub width: u16,
}

/// A sheet that is being written.
pub struct Sheet {
    workbook: Workbook,
    page: Worksheet,
    kinds: Vec<Kind>,
    formats: Formats,
    rows: u32,
    comments: usize,
}

/// How cells look.
struct Formats {
    text: Format,
    number: Format,
    day: Format,
}

impl Formats {
    fn of(base: &Format) -> Self {
        Self {
            text: base.clone().set_num_format("@"),
            number: base.clone(),
            day: base.clone().set_num_format("yyyy-mm-dd"),
        }
    }

    fn get(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text => &self.text,
            Kind::Number => &self.number,
            Kind::Day => &self.day,
        }
    }
}

impl Sheet {
    /// Begins a sheet with its header.
    pub fn begin(name: &str, columns: &[Column<'_>]) -> io::Result<Self> {
        Self::with_header(name, columns).map_err(io::Error::other)
    }

    fn with_header(name: &str, columns: &[Column<'_>]) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let mut page = workbook.new_worksheet_with_constant_memory()?;
        let formats = Formats::of(&Format::new());
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_border(FormatBorder::Thin)
            .set_background_color(0x00D9_E1F2);
        page.set_name(name)?;
        page.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(columns) {
            page.set_column_width(at, f64::from(column.width))?;
            page.set_column_format(at, formats.get(column.kind))?;
            page.write_string_with_format(0, at, column.header, &heading)?;
        }
        Ok(Self {
            workbook,
            page,
            kinds: columns.iter().map(|column| column.kind).collect(),
            formats,
            rows: 0,
            comments: 0,
        })
    }

    /// Adds a row. The marked cells are coloured, each with a comment.
    pub fn add<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c str>,
        marks: &BTreeMap<usize, String>,
    ) -> io::Result<()> {
        self.rows += 1;
        for (at, cell) in cells.into_iter().enumerate() {
            let mark = marks.get(&at).map(String::as_str);
            let written = self.write(at, cell, mark);
            written.map_err(|error| match error {
                XlsxError::RowColumnLimitError => io::Error::other(
                    "a sheet holds 1,048,576 rows and 16,384 columns: write a CSV file instead",
                ),
                other => io::Error::other(other),
            })?;
        }
        Ok(())
    }

    fn write(&mut self, at: usize, cell: &str, mark: Option<&str>) -> Result<(), XlsxError> {
        let column = u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)?;
        let (row, page) = (self.rows, &mut self.page);
        let marked = mark.map(|_| Formats::of(&Format::new().set_background_color(0x00FF_C7CE)));
        let formats = marked.as_ref().unwrap_or(&self.formats);
        let kind = self.kinds[at];
        match Value::of(cell, kind) {
            Value::Number(number) => {
                page.write_number_with_format(row, column, number, formats.get(kind))?
            }
            Value::Day(day) => {
                page.write_datetime_with_format(row, column, day, formats.get(kind))?
            }
            Value::Text if !cell.is_empty() => {
                page.write_string_with_format(row, column, fitting(cell), &formats.text)?
            }
            Value::Text if mark.is_some() => page.write_blank(row, column, formats.get(kind))?,
            Value::Text => page,
        };
        if let Some(why) = mark.filter(|_| self.comments < MOST_COMMENTS) {
            self.comments += 1;
            page.insert_note(row, column, &comment(why))?;
        }
        Ok(())
    }

    /// Writes the workbook.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let mut packed = tempfile::tempfile()?;
        self.pack(&packed).map_err(io::Error::other)?;
        packed.rewind()?;
        io::copy(&mut packed, out).map(|_| ())
    }

    fn pack(mut self, out: impl Write + Send) -> Result<(), XlsxError> {
        if let Some(last) = self
            .kinds
            .len()
            .checked_sub(1)
            .and_then(|it| it.try_into().ok())
        {
            self.page.autofilter(0, 0, self.rows, last)?;
            // A code is a text on purpose: no sign at its cell.
            let digits = IgnoreError::NumberStoredAsText;
            self.page
                .ignore_error_range(0, 0, self.rows, last, digits)?;
        }
        self.workbook.push_worksheet(self.page);
        self.workbook.save_to_writer(out)
    }
}

/// What a text is in a column.
enum Value {
    Text,
    Number(f64),
    Day(ExcelDateTime),
}

impl Value {
    /// A number or a day only if it reads back as the same text.
    fn of(cell: &str, kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Number => {
                let number = cell.parse().ok().filter(|it| number_text(*it) == cell);
                number.map_or(Self::Text, Self::Number)
            }
            Kind::Day => day(cell).map_or(Self::Text, Self::Day),
        }
    }
}

/// A day of 1901 or later: earlier ones are counted differently by different programs.
fn day(cell: &str) -> Option<ExcelDateTime> {
    let day: NaiveDate = cell
        .parse()
        .ok()
        .filter(|day: &NaiveDate| day.to_string() == cell)?;
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    let (month, day) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, day).ok()
}

/// As much of a text as a cell can hold, which is all of any that came from a cell.
fn fitting(text: &str) -> &str {
    /// In units of UTF-16; a letter has two at most.
    const LONGEST: usize = 32_767;
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let end = text.char_indices().nth(LONGEST / 2);
    end.map_or(text, |(end, _)| &text[..end])
}

fn comment(why: &str) -> Note {
    /// More than anybody reads, and less than a comment can hold.
    const LONGEST: usize = 8_000;
    let why: String = why.chars().take(LONGEST).collect();
    Note::new(why)
        .set_author("晴空")
        .add_author_prefix(false)
        .set_width(260)
        .set_height(90)
}

/// The letters by which a sheet names a column, counted from 0: `A` to `Z`, then `AA`.
pub(super) fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(
            b'A' + u8::try_from(left % 26).unwrap_or_default(),
        ));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_only_where_no_cell_could_hold_it() {
        let kept = |letter: &str, many: usize| fitting(&letter.repeat(many)).chars().count();
        assert_eq!(kept("a", 32_767), 32_767);
        assert_eq!(kept("措", 32_767), 32_767);
        assert_eq!(kept("😀", 16_383), 16_383);
        assert_eq!(kept("😀", 16_384), 16_383);
    }

    #[test]
    fn columns_are_lettered_as_a_sheet_letters_them() {
        let letters = [0, 25, 26, 51, 52, 701, 702, 16_383].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }
}
