//! Workbooks (XLSX) as tables: the first visible sheet with a header, as texts.
//!
//! A cell becomes what a CSV file would hold: numbers in full, whatever their format, with the 15
//! digits that a spreadsheet keeps; days as `2026-11-01`; of a formula the value it came to. What
//! is merged stands in every row and column it covers, and nowhere else. Rows without a word of
//! their own are left out; hidden rows are read like any other, hidden sheets are not.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;

use calamine::{
    DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader,
    XlsxError,
};
use csv::StringRecord;

use super::heading::{self, CERTAIN, Heading, LOOKED_AT};
use super::{Fault, Known, Table, archive, fault};

/// As many rows as a sheet can have.
const MOST_ROWS: u32 = 1_048_576;

/// As many columns as a sheet can have.
const MOST_COLUMNS: u32 = 16_384;

/// As many columns as a table may have. A list has some fifty.
const WIDEST: usize = 1_000;

/// As many merged areas as are looked at.
const MOST_MERGED: usize = 1_000_000;

/// What all cells together may hold, in bytes: a sheet may repeat one long text in every cell.
const MOST_TEXT: usize = 1 << 30;

/// What the rows may hold in which a header is looked for, each of them several times.
const MOST_HEAD: usize = 1 << 24;

/// What a cell costs beside its text.
const CELL: usize = 16;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Reads the first visible sheet that has a header.
pub(super) fn read(file: &str, bytes: &[u8], known: Known) -> Result<Table, Fault> {
    read_within(MOST_TEXT, file, bytes, known)
}

fn read_within(most_text: usize, file: &str, bytes: &[u8], known: Known) -> Result<Table, Fault> {
    archive::check(bytes).map_err(|no| fault(file, 0, &no.found, &no.expected))?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(file, &error))?;
    let (sheet, heading) = find(file, &mut workbook, known)?;
    if heading.names.len() > WIDEST {
        let found = format!("more columns in sheet {sheet}");
        let expected = format!("at most {WIDEST} columns");
        return Err(fault(file, heading.first as u64 + 1, &found, &expected));
    }
    let (mut rows, mut merged) = (Vec::new(), HashSet::new());
    let (width, header_line) = (heading.names.len(), heading.first + heading.rows);
    let mut lines = Lines::of(file, &mut workbook, &sheet, width)?;
    lines.left = most_text;
    while let Some(line) = lines.next()? {
        if line.at as usize >= header_line {
            let number = u64::from(line.at) + 1;
            merged.extend(line.from_above.iter().map(|column| (number, *column)));
            rows.push(record(&line, width));
        }
    }
    drop(lines);
    Ok(Table {
        file: file.to_owned(),
        header_line: header_line as u64,
        header: heading.names.into(),
        rows,
        sheet: Some(sheet),
        merged,
    })
}

/// The first visible sheet whose header is certain, or else the one that comes nearest.
fn find(file: &str, workbook: &mut Workbook<'_>, known: Known) -> Result<(String, Heading), Fault> {
    let visible = workbook.sheets_metadata().iter().filter(|sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    });
    let names: Vec<_> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut nearest: Option<(String, Heading)> = None;
    for name in &names {
        let Some(heading) = heading::find(&head(file, workbook, name)?, known) else {
            continue;
        };
        if heading.known >= CERTAIN {
            return Ok((name.clone(), heading));
        }
        if nearest
            .as_ref()
            .is_none_or(|(_, it)| it.known < heading.known)
        {
            nearest = Some((name.clone(), heading));
        }
    }
    nearest.ok_or_else(|| {
        let found = format!("no known header in {}", names.join(", "));
        fault(file, 0, &found, "a visible sheet with a header row")
    })
}

/// The first rows of a sheet, with what is merged in each of its cells.
fn head(file: &str, workbook: &mut Workbook<'_>, sheet: &str) -> Result<Vec<Vec<String>>, Fault> {
    let mut rows = vec![Vec::new(); LOOKED_AT];
    // One column too many tells a table that is too wide.
    let mut lines = Lines::of(file, workbook, sheet, WIDEST + 1)?;
    lines.left = MOST_HEAD;
    while let Some(line) = lines.next()? {
        let Some(row) = rows.get_mut(line.at as usize) else {
            break;
        };
        let width = line.cells.keys().max().map_or(0, |last| last + 1);
        *row = (0..width).map(|at| line.cell(at).to_owned()).collect();
    }
    Ok(rows)
}

fn record(line: &Line, width: usize) -> StringRecord {
    let mut record: StringRecord = (0..width).map(|column| line.cell(column)).collect();
    let mut position = csv::Position::new();
    position.set_line(u64::from(line.at) + 1);
    record.set_position(Some(position));
    record
}

/// A row with words of its own.
struct Line {
    /// Counted from 0.
    at: u32,
    /// What is not empty, by column.
    cells: BTreeMap<usize, String>,
    /// The columns that a merged area fills from a row above.
    from_above: Vec<usize>,
}

impl Line {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }
}

/// The rows of a sheet, one after the other.
struct Lines<'w, 'b> {
    file: &'w str,
    sheet: &'w str,
    width: usize,
    cells: XlsxCellReader<'w, Cursor<&'b [u8]>>,
    /// A cell of the next row that was read already.
    ahead: Option<(u32, usize, String)>,
    /// There is no reading beyond the last cell.
    over: bool,
    merged: Merged,
    /// How much text may still come.
    left: usize,
}

impl<'w, 'b> Lines<'w, 'b> {
    fn of(
        file: &'w str,
        workbook: &'w mut Workbook<'b>,
        sheet: &'w str,
        width: usize,
    ) -> Result<Self, Fault> {
        let areas = workbook.merge_cells_by_sheet_name(sheet);
        let areas = areas.map_err(|error| unreadable(file, &error))?;
        if areas.len() > MOST_MERGED {
            let found = format!("{} merged areas in sheet {sheet}", areas.len());
            return Err(fault(file, 0, &found, "at most 1,000,000 of them"));
        }
        let cells = workbook.worksheet_cells_reader(sheet);
        Ok(Self {
            file,
            sheet,
            width,
            cells: cells.map_err(|error| unreadable(file, &error))?,
            ahead: None,
            over: false,
            merged: Merged::new(areas),
            left: MOST_TEXT,
        })
    }

    fn next(&mut self) -> Result<Option<Line>, Fault> {
        let first = match self.ahead.take() {
            Some(cell) => Some(cell),
            None => self.cell()?,
        };
        let Some((at, column, text)) = first else {
            return Ok(None);
        };
        let mut cells = BTreeMap::from([(column, text)]);
        while let Some((row, column, text)) = self.cell()? {
            if row < at {
                return Err(self.fault(row, "rows out of order", "rows in order"));
            }
            if row > at {
                self.ahead = Some((row, column, text));
                break;
            }
            cells.insert(column, text);
        }
        let (copied, from_above) = self.merged.fill(at, &mut cells, self.width);
        self.spend(at, copied + self.width * CELL)?;
        Ok(Some(Line {
            at,
            cells,
            from_above,
        }))
    }

    /// The next cell within the table that is not empty.
    fn cell(&mut self) -> Result<Option<(u32, usize, String)>, Fault> {
        while !self.over {
            let next = self.cells.next_cell_with_formula_metadata();
            let Some(cell) = next.map_err(|error| unreadable(self.file, &error))? else {
                self.over = true;
                break;
            };
            let (row, column) = cell.pos;
            if row >= MOST_ROWS || column >= MOST_COLUMNS {
                let expected = "at most 1,048,576 rows and 16,384 columns";
                return Err(self.fault(row, "a cell beyond", expected));
            }
            let mut text = text_of(&cell.value);
            if text.is_empty() && matches!(cell.value, DataRef::Empty) && cell.formula.is_some() {
                // A formula that nobody has computed, which is not the same as an empty cell.
                "=".clone_into(&mut text);
            }
            if !text.is_empty() && (column as usize) < self.width {
                self.spend(row, text.len())?;
                return Ok(Some((row, column as usize, text)));
            }
        }
        Ok(None)
    }

    fn spend(&mut self, row: u32, bytes: usize) -> Result<(), Fault> {
        let left = self.left.checked_sub(bytes).ok_or_else(|| {
            self.fault(
                row,
                "more text than a list has",
                "a smaller sheet, or several files",
            )
        })?;
        self.left = left;
        Ok(())
    }

    fn fault(&self, row: u32, found: &str, expected: &str) -> Fault {
        let found = format!("{found} in sheet {}", self.sheet);
        fault(self.file, u64::from(row) + 1, &found, expected)
    }
}

/// The merged areas of a sheet, from the top down.
struct Merged {
    areas: std::iter::Peekable<std::vec::IntoIter<Dimensions>>,
    /// What covers each column, and down to which row.
    covers: BTreeMap<usize, (u32, String)>,
}

impl Merged {
    fn new(mut areas: Vec<Dimensions>) -> Self {
        areas.sort_unstable_by_key(|area| area.start);
        Self {
            areas: areas.into_iter().peekable(),
            covers: BTreeMap::new(),
        }
    }

    /// Puts what is merged into the cells it covers; answers with how much text that is, and which
    /// of them are covered from a row above.
    fn fill(
        &mut self,
        at: u32,
        cells: &mut BTreeMap<usize, String>,
        width: usize,
    ) -> (usize, Vec<usize>) {
        self.covers.retain(|_, (last, _)| *last >= at);
        let from_above = self.covers.keys().copied().collect();
        while let Some(area) = self.areas.next_if(|area| area.start.0 <= at) {
            let (first, last) = (area.start.1 as usize, area.end.1 as usize);
            let last = last.min(width.saturating_sub(1));
            // What begins in a row that says nothing is empty, and areas do not overlap.
            let text = cells.get(&first).filter(|_| area.start.0 == at);
            let Some(text) = text.filter(|_| first <= last) else {
                continue;
            };
            if self.covers.range(first..=last).next().is_none() {
                let covered = (area.end.0, text.clone());
                self.covers
                    .extend((first..=last).map(|column| (column, covered.clone())));
            }
        }
        let mut copied = 0;
        for (column, (_, text)) in &self.covers {
            cells.entry(*column).or_insert_with(|| {
                copied += text.len();
                text.clone()
            });
        }
        (copied, from_above)
    }
}

/// What a file of texts would hold of a cell, without blanks around it.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => tidy(text),
        DataRef::SharedString(text) => tidy(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(time) => time_text(time),
        DataRef::DateTimeIso(text) => {
            let day = text
                .strip_suffix("T00:00:00")
                .or_else(|| text.strip_suffix("T00:00:00Z"));
            day.unwrap_or(text).to_owned()
        }
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

fn tidy(text: &str) -> String {
    let text = text.trim();
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// A number in full, with the 15 digits that a spreadsheet keeps; beyond those, as it shows it.
pub(super) fn number_text(number: f64) -> String {
    /// Whole numbers above have lost digits: what was a code is none any more.
    const WHOLE: f64 = 1e15;
    let kept: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if kept.abs() >= WHOLE {
        format!("{kept:E}").replace('E', "E+")
    } else {
        format!("{}", kept + 0.0)
    }
}

fn time_text(time: &ExcelDateTime) -> String {
    /// The days of 1900 to 9999.
    const DAYS: std::ops::Range<f64> = 1.0..2_958_466.0;
    if time.is_duration() || !DAYS.contains(&time.as_f64()) {
        return number_text(time.as_f64());
    }
    match time.to_ymd_hms_milli() {
        (year, month, day, 0, 0, 0, _) => format!("{year:04}-{month:02}-{day:02}"),
        (year, month, day, hour, minute, second, _) => {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
        }
    }
}

/// What makes a workbook unreadable, in the words of who tried.
fn unreadable(file: &str, error: &XlsxError) -> Fault {
    fault(
        file,
        0,
        &error.to_string(),
        "a workbook (XLSX) that can be read",
    )
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;
    use proptest::prelude::*;
    use rstest::rstest;
    use rust_xlsxwriter as xlsx;

    use super::*;
    use crate::domain::list::Column;

    fn known(header: &str) -> Option<&'static str> {
        Column::of(header).map(Column::zh)
    }

    /// A workbook of one sheet called 清单.
    fn book(fill: impl FnOnce(&mut xlsx::Worksheet)) -> Vec<u8> {
        let mut book = xlsx::Workbook::new();
        fill(book.add_worksheet().set_name("清单").unwrap());
        book.save_to_buffer().unwrap()
    }

    fn table(bytes: &[u8]) -> Table {
        Table::parse_any("list.xlsx", bytes, known).unwrap()
    }

    /// The cells of each row, after its line.
    fn rows(table: &Table) -> Vec<String> {
        let cells = |row: super::super::Row<'_>| {
            let cells: Vec<_> = (0..table.header().len()).map(|at| row.cell(at)).collect();
            format!("{} {}", row.line(), cells.join("|"))
        };
        table.rows().map(cells).collect()
    }

    const HEADER: [&str; 4] = ["企业编号", "企业名称", "管控类别", "豁免截止日期"];

    #[test]
    fn cells_become_what_a_file_of_texts_would_hold() {
        let day = xlsx::ExcelDateTime::from_ymd(2026, 11, 1).unwrap();
        let time = xlsx::ExcelDateTime::parse_from_str("2026-11-01T08:30:00").unwrap();
        let format = xlsx::Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, HEADER).unwrap();
            sheet.write_number(1, 0, 13_900_000_001_f64).unwrap();
            sheet.write_number(1, 1, 1.0).unwrap();
            sheet.write_number(1, 2, 0.1 + 0.2).unwrap();
            sheet.write_with_format(1, 3, &day, &format).unwrap();
            sheet.write_boolean(2, 0, true).unwrap();
            sheet.write_string(2, 1, "\u{3000}示例厂\r\n分厂 ").unwrap();
            sheet
                .write_formula(2, 2, xlsx::Formula::new("1+1").set_result("2"))
                .unwrap();
            sheet.write_with_format(2, 3, &time, &format).unwrap();
            sheet
                .write_number(3, 0, 914_110_000_000_000_015_f64)
                .unwrap();
            sheet
                .write_formula(3, 2, xlsx::Formula::new("NA()").set_result("#N/A"))
                .unwrap();
        });
        assert_eq!(
            rows(&table(&bytes)),
            [
                "2 13900000001|1|0.3|2026-11-01",
                "3 TRUE|示例厂\n分厂|2|2026-11-01T08:30:00",
                "4 9.1411E+17||#N/A|",
            ]
        );
    }

    #[test]
    fn the_header_may_stand_below_a_title_in_two_rows_with_groups() {
        let merged = xlsx::Format::new();
        let bytes = book(|sheet| {
            sheet
                .merge_range(0, 0, 0, 4, "2026年应急减排清单", &merged)
                .unwrap();
            sheet.merge_range(1, 0, 2, 0, "企业编号", &merged).unwrap();
            sheet.merge_range(1, 1, 2, 1, "单位名称", &merged).unwrap();
            sheet.merge_range(1, 2, 1, 4, "黄色预警", &merged).unwrap();
            sheet
                .write_row(2, 2, ["措施", "减排量(kg/d)颗粒物", "备注"])
                .unwrap();
            sheet
                .write_row(3, 0, ["XC-1", "示例厂", "限产", "3.5", ""])
                .unwrap();
        });
        let table = table(&bytes);
        let header: Vec<_> = table.header().iter().collect();
        assert_eq!(
            header,
            [
                "企业编号",
                "单位名称",
                "黄色预警›措施",
                "黄色预警›减排量(kg/d)颗粒物",
                "黄色预警›备注"
            ]
        );
        assert_eq!((table.sheet(), table.header_line()), (Some("清单"), 3));
        assert_eq!(rows(&table), ["4 XC-1|示例厂|限产|3.5|"]);
        let fault = table.rows().next().unwrap().fault(3, "a mass");
        assert_eq!(
            fault.to_string(),
            "list.xlsx:清单!D4: column `黄色预警›减排量(kg/d)颗粒物`: found `3.5`: expected a mass"
        );
    }

    #[test]
    fn what_is_merged_stands_in_every_row_it_covers_and_no_further() {
        let merged = xlsx::Format::new();
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, HEADER).unwrap();
            sheet.merge_range(1, 0, 2, 0, "XC-1", &merged).unwrap();
            sheet.merge_range(1, 1, 2, 1, "示例厂", &merged).unwrap();
            sheet.write(1, 2, "一般工业").unwrap();
            sheet.write(2, 2, "保障类").unwrap();
            sheet.write(3, 2, "小微涉气").unwrap();
            // Beside the table, and below it without a word of its own.
            sheet.write(4, 7, "备查").unwrap();
            sheet.merge_range(5, 1, 6, 3, "", &merged).unwrap();
            sheet.merge_range(7, 0, 7, 1, "XC-2", &merged).unwrap();
        });
        assert_eq!(
            rows(&table(&bytes)),
            [
                "2 XC-1|示例厂|一般工业|",
                "3 XC-1|示例厂|保障类|",
                "4 ||小微涉气|",
                "8 XC-2|XC-2||",
            ]
        );
    }

    #[test]
    fn the_first_visible_sheet_with_a_header_is_read_and_its_hidden_rows_too() {
        let mut book = xlsx::Workbook::new();
        let sheet = book.add_worksheet().set_name("填表说明").unwrap();
        sheet
            .write_column(0, 0, ["企业编号", "企业名称", "按许可证填写"])
            .unwrap();
        let sheet = book
            .add_worksheet()
            .set_name("去年")
            .unwrap()
            .set_hidden(true);
        sheet.write_row(0, 0, HEADER).unwrap();
        let sheet = book
            .add_worksheet()
            .set_name("今年")
            .unwrap()
            .set_active(true);
        sheet.write_row(2, 1, HEADER).unwrap();
        sheet.write_row(3, 1, ["XC-1"]).unwrap();
        sheet.write_row(4, 1, ["XC-2"]).unwrap();
        sheet.set_row_hidden(3).unwrap();
        let table = table(&book.save_to_buffer().unwrap());
        assert_eq!(table.sheet(), Some("今年"));
        assert_eq!(rows(&table), ["4 |XC-1|||", "5 |XC-2|||"]);
        assert_eq!(table.cell_name(4, 1).as_deref(), Some("今年!B4"));
    }

    #[test]
    fn a_formula_that_nobody_computed_is_not_an_empty_cell() {
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, HEADER).unwrap();
            sheet.write_row(1, 0, ["XC-1"]).unwrap();
            sheet
                .write_formula(1, 1, xlsx::Formula::new("A2").set_result(""))
                .unwrap();
        });
        let without = repacked(&bytes, "xl/worksheets/sheet1.xml", |xml| {
            xml.replace("</f><v>0</v>", "</f>")
        });
        assert_eq!(rows(&table(&without)), ["2 XC-1|=||"]);
    }

    #[rstest]
    #[case::beyond_the_last_row(
        "r=\"A1\"",
        "r=\"A1048577\"",
        "at most 1,048,576 rows and 16,384 columns"
    )]
    #[case::beyond_the_last_column(
        "r=\"A1\"",
        "r=\"XFE1\"",
        "at most 1,048,576 rows and 16,384 columns"
    )]
    #[case::no_sheet("<sheetData>", "<sheetDaten>", "a workbook (XLSX) that can be read")]
    fn what_no_sheet_can_hold_is_refused(#[case] was: &str, #[case] is: &str, #[case] said: &str) {
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, HEADER).unwrap();
        });
        let bytes = repacked(&bytes, "xl/worksheets/sheet1.xml", |xml| {
            xml.replace(was, is)
        });
        let fault = Table::parse_any("list.xlsx", &bytes, known).unwrap_err();
        assert_eq!(fault.expected, said, "{fault}");
    }

    #[test]
    fn a_table_that_is_too_wide_is_refused() {
        let bytes = |columns: u16| {
            book(|sheet| {
                sheet.write_row(0, 0, HEADER).unwrap();
                sheet.write(0, columns - 1, "备注").unwrap();
                sheet.write_row(1, 0, ["XC-1"]).unwrap();
            })
        };
        assert_eq!(table(&bytes(1_000)).header().len(), 1_000);
        let fault = Table::parse_any("list.xlsx", &bytes(1_001), known).unwrap_err();
        assert_eq!(
            (fault.line, fault.expected.as_str()),
            (1, "at most 1000 columns")
        );
    }

    #[test]
    fn one_long_text_in_every_cell_is_bounded() {
        let long = "长".repeat(10_000);
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, HEADER).unwrap();
            for row in 1..=100 {
                sheet.write_row(row, 0, [&long, &long]).unwrap();
            }
        });
        assert!(bytes.len() < 10_000);
        let within = |most| read_within(most, "list.xlsx", &bytes, known);
        assert_eq!(within(7_000_000).unwrap().rows().len(), 100);
        let fault = within(5_000_000).unwrap_err();
        assert_eq!(fault.expected, "a smaller sheet, or several files");
    }

    #[test]
    fn sheets_without_a_known_header_and_other_files_are_refused() {
        let bytes = book(|sheet| {
            sheet.write_row(0, 0, ["甲", "乙"]).unwrap();
        });
        let said = |bytes: &[u8]| Table::parse_any("f", bytes, known).unwrap_err().to_string();
        assert_eq!(
            said(&bytes),
            "f: found `no known header in 清单`: expected a visible sheet with a header row"
        );
        assert_eq!(
            said(b"\xd0\xcf\x11\xe0\xa1\xb1"),
            "f: found `a workbook of another kind`: \
             expected a workbook saved as XLSX and without a password"
        );
    }

    /// The same workbook with one part changed.
    fn repacked(bytes: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
        use std::io::{Read, Write};
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).unwrap();
            let part_name = part.name().unwrap().into_owned();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            if part_name == name {
                let changed = change(&text);
                assert_ne!(changed, text);
                text = changed;
            }
            zip.start_file(part_name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn times_outside_of_the_calendar_are_numbers() {
        let text = |serial, kind| time_text(&ExcelDateTime::new(serial, kind, false));
        assert_eq!(text(46_327.0, ExcelDateTimeType::DateTime), "2026-11-01");
        assert_eq!(text(-3.0, ExcelDateTimeType::DateTime), "-3");
        assert_eq!(text(0.5, ExcelDateTimeType::DateTime), "0.5");
        assert_eq!(text(1.5, ExcelDateTimeType::TimeDelta), "1.5");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn numbers_of_fifteen_digits_read_as_they_were_written(digits in 0_u64..1_000_000_000_000_000, decimals in 0_u32..8) {
            let scale = 10_u64.pow(decimals);
            let (whole, part) = (digits / scale, digits % scale);
            let text = format!("{whole}.{part:0>width$}", width = decimals as usize);
            let text = text.trim_end_matches('0').trim_end_matches('.');
            let text = if decimals == 0 { digits.to_string() } else { text.to_owned() };
            prop_assert_eq!(number_text(text.parse().unwrap()), text);
        }
    }
}
