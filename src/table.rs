//! Tables from outside: CSV in UTF-8 (with or without a BOM) or GB 18030, and workbooks (XLSX).
//!
//! A [`Table`] knows where each of its cells stood, so that whoever finds one wrong can say so in
//! a [`Fault`]: file, line, column, what was found, what was expected. `-` names standard input.
//! [`sheet`] writes workbooks.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;

mod archive;
mod heading;
pub mod sheet;
mod workbook;

/// What a file is, whatever its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A workbook of Office Open XML (XLSX).
    Xlsx,
}

impl Format {
    /// What these bytes are.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"PK\x03\x04") {
            Self::Xlsx
        } else {
            Self::Csv
        }
    }

    /// What a file of this name is to be.
    pub fn of_name(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|it| it.eq_ignore_ascii_case(Self::Xlsx.extension())) {
            Self::Xlsx
        } else {
            Self::Csv
        }
    }

    /// How the names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What a header means to whoever reads a table, under one name for all its spellings.
pub type Known = fn(&str) -> Option<&'static str>;

/// A wrong cell, or a table that cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file as the user named it.
    pub file: String,
    /// The line in that file, counted from 1; 0 where the file itself is at fault.
    pub line: u64,
    /// The cell of a workbook, such as `清单!F12`.
    pub cell: Option<Box<str>>,
    /// The header of the column; empty where the whole line is at fault.
    pub column: String,
    /// What stood there.
    pub found: String,
    /// What should have stood there.
    pub expected: String,
}

impl Fault {
    /// The fault of a whole file.
    pub fn of_file(file: &str, found: &str, expected: &str) -> Self {
        fault(file, 0, found, expected)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(cell) = &self.cell {
            write!(f, ":{cell}")?;
        } else if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, ": column `{}`", self.column)?;
        }
        if !self.found.is_empty() {
            write!(f, ": found `{}`", self.found)?;
        }
        write!(f, ": expected {}", self.expected)
    }
}

impl std::error::Error for Fault {}

/// A table with a header.
#[derive(Debug)]
pub struct Table {
    file: String,
    /// The sheet of a workbook.
    sheet: Option<String>,
    header: StringRecord,
    /// The last line of the header.
    header_line: u64,
    rows: Vec<StringRecord>,
    /// The cells, by line and column, that a merged area fills from a row above.
    merged: HashSet<(u64, usize)>,
}

/// One line of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table,
    record: &'t StringRecord,
}

impl Table {
    /// Reads a whole file, or standard input for `-`.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let file = path.display().to_string();
        Self::parse(&file, &read_bytes(path)?)
    }

    /// Parses what was handed in: a workbook if its bytes say so, delimited text if not. `known`
    /// tells where in a sheet the header stands.
    pub fn parse_any(file: &str, bytes: &[u8], known: Known) -> Result<Self, Fault> {
        /// Older workbooks, and those with a password, are files of this kind.
        const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";
        if bytes.starts_with(COMPOUND) {
            let expected = "a workbook saved as XLSX and without a password";
            return Err(fault(file, 0, "a workbook of another kind", expected));
        }
        match Format::of(bytes) {
            Format::Csv => Self::parse(file, bytes),
            Format::Xlsx => workbook::read(file, bytes, known),
        }
    }

    /// Parses delimited text. Every line must have as many cells as the header.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Fault> {
        Self::parse_trimmed(file, bytes, csv::Trim::All)
    }

    /// As [`parse`](Self::parse), but the cells keep the spaces around them: there are files in
    /// which `环保局` and `环保局　` are two stations.
    pub fn parse_untrimmed(file: &str, bytes: &[u8]) -> Result<Self, Fault> {
        Self::parse_trimmed(file, bytes, csv::Trim::Headers)
    }

    fn parse_trimmed(file: &str, bytes: &[u8], trim: csv::Trim) -> Result<Self, Fault> {
        if Format::of(bytes) == Format::Xlsx {
            return Err(fault(
                file,
                0,
                "a workbook",
                "a table of comma-separated values",
            ));
        }
        let text = decode(file, bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .trim(trim)
            .from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| csv_fault(file, &error))?
            .clone();
        if header.iter().all(str::is_empty) {
            return Err(fault(file, 0, "", "a header line"));
        }
        let rows = reader
            .records()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| csv_fault(file, &error))?;
        Ok(Self {
            file: file.to_owned(),
            sheet: None,
            header,
            header_line: 1,
            rows,
            merged: HashSet::new(),
        })
    }

    /// The file as the user named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The sheet it stood on, if it comes from a workbook.
    pub fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// A cell as a workbook names it, such as `清单!F12`.
    pub fn cell_name(&self, line: u64, column: usize) -> Option<Box<str>> {
        let sheet = self.sheet.as_ref()?;
        Some(format!("{sheet}!{}{line}", sheet::column_letters(column)).into())
    }

    /// The line on which the header ends.
    pub fn header_line(&self) -> u64 {
        self.header_line
    }

    /// The header line.
    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The first column that bears one of these names.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        self.header
            .iter()
            .position(|header| names.contains(&header))
    }

    /// As [`column`](Self::column), or the fault that it is missing.
    pub fn require(&self, names: &[&str]) -> Result<usize, Fault> {
        self.column(names).ok_or_else(|| {
            let found = self.header.iter().collect::<Vec<_>>().join(",");
            fault(
                &self.file,
                self.header_line,
                &found,
                &format!("a column `{}`", names.join("` or `")),
            )
        })
    }

    /// The lines, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row {
            table: self,
            record,
        })
    }
}

impl<'t> Row<'t> {
    /// The text of a cell; empty when it is.
    pub fn cell(self, column: usize) -> &'t str {
        &self.record[column]
    }

    /// Whether what a cell says stands in a row above, merged with this one.
    pub fn is_merged_from_above(self, column: usize) -> bool {
        self.table.merged.contains(&(self.line(), column))
    }

    /// The line in the file, counted from 1.
    pub fn line(self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// The fault that this cell is not what was expected.
    pub fn fault(self, column: usize, expected: impl Into<String>) -> Fault {
        Fault {
            file: self.table.file.clone(),
            line: self.line(),
            cell: self.table.cell_name(self.line(), column),
            column: self.table.header[column].to_owned(),
            found: shortened(self.cell(column)),
            expected: expected.into(),
        }
    }
}

/// A file's bytes, or standard input for `-`. A workbook that is too large is not read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| fault(&name, 0, &error.to_string(), "a readable file");
    let (mut input, size): (Box<dyn Read>, Option<u64>) = if path == Path::new("-") {
        (Box::new(std::io::stdin()), None)
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        (Box::new(file), Some(size))
    };
    let mut bytes = Vec::new();
    input
        .by_ref()
        .take(4)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if Format::of(&bytes) == Format::Csv {
        input.read_to_end(&mut bytes).map_err(unreadable)?;
        return Ok(bytes);
    }
    let too_large = |size| {
        let refused = archive::check_size(size);
        refused.map_err(|no| fault(&name, 0, &no.found, &no.expected))
    };
    too_large(size.unwrap_or(0))?;
    input
        .take(archive::LARGEST_FILE)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    too_large(bytes.len() as u64)?;
    Ok(bytes)
}

/// Text in UTF-8, with or without a BOM, or in GB 18030; never a guess that loses a character.
pub fn decode<'b>(file: &str, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, str>, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or_else(|| {
                let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
                fault(file, line as u64, "", "text in UTF-8 or GB 18030")
            }),
    }
}

fn fault(file: &str, line: u64, found: &str, expected: &str) -> Fault {
    Fault {
        file: file.to_owned(),
        line,
        cell: None,
        column: String::new(),
        found: shortened(found),
        expected: expected.to_owned(),
    }
}

/// As much of a text as a fault repeats: a whole page that stood there helps nobody.
fn shortened(found: &str) -> String {
    const MOST: usize = 200;
    match found.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found.to_owned(),
    }
}

fn csv_fault(file: &str, error: &csv::Error) -> Fault {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => fault(
            file,
            line,
            &format!("{len} cells"),
            &format!("{expected_len} cells"),
        ),
        _ => fault(
            file,
            line,
            &error.to_string(),
            "a table of comma-separated values",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_with_a_bom_and_gb18030_read_the_same() {
        let text = "城市,aqi\n许昌,205\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [
            text.as_bytes(),
            &[b"\xef\xbb\xbf", text.as_bytes()].concat(),
            &gb,
        ] {
            let table = Table::parse("f.csv", bytes).unwrap();
            assert_eq!(table.column(&["城市"]), Some(0));
            assert_eq!(table.rows().next().unwrap().cell(0), "许昌");
        }
    }

    #[test]
    fn a_workbook_is_no_delimited_text() {
        let fault = Table::parse("f.xlsx", b"PK\x03\x04").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "f.xlsx: found `a workbook`: expected a table of comma-separated values"
        );
    }

    #[test]
    fn bytes_of_no_encoding_are_refused_with_their_line() {
        let fault = Table::parse("f.csv", b"a,b\n1,2\n3,\xff\xff\n").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "f.csv:3: expected text in UTF-8 or GB 18030"
        );
    }

    #[test]
    fn a_short_line_is_named() {
        let fault = Table::parse("f.csv", b"a,b\n1,2\n3\n").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "f.csv:3: found `1 cells`: expected 2 cells"
        );
    }

    #[test]
    fn a_wrong_cell_is_named_with_file_line_and_column() {
        let table = Table::parse("f.csv", "日期,aqi\n2026-11-24,many\n".as_bytes()).unwrap();
        let fault = table
            .rows()
            .next()
            .unwrap()
            .fault(1, "a whole number from 0 to 500");
        assert_eq!(
            fault.to_string(),
            "f.csv:2: column `aqi`: found `many`: expected a whole number from 0 to 500"
        );
    }
}
