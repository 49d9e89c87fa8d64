//! Reduction lists as files: a [`Table`] in, plants and faults out, and back again.
//!
//! What a list must say is the business of [`domain::list`](crate::domain::list); here its faults
//! get the file's name, and the rows that could not be taken are handed back as the same table
//! with one more column that says why. A workbook is handed back as one, its faulty cells coloured
//! and commented. Nothing is stored.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::domain::enterprise::Plant;
use crate::domain::list::{self, CellFault, Column, Kind, Layout, LayoutError};
use crate::domain::region::Regions;
use crate::table::sheet::{self, Sheet};
use crate::table::{Fault, Format, Table};

/// The header of the column that says what is wrong with a row handed back.
pub const FAULT_COLUMN: &str = "错误";

/// What a file held.
#[derive(Debug)]
pub struct Parsed {
    /// The sound plants, in the order in which they first appear.
    pub plants: Vec<Plant>,
    /// Every faulty cell; `found` may be personal data and belongs in no log.
    pub faults: Vec<Fault>,
    /// The rows of all other plants; none where every plant is sound.
    pub handed_back: Option<HandedBack>,
}

/// The rows of faulty plants as a file of their own, with [`FAULT_COLUMN`] at its end. Read again
/// as it is, the column is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedBack {
    /// What kind of file it is: that of the file it was read from.
    pub format: Format,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a mass says that is merged with the row above: it would be counted once for each unit.
const MERGED: &str = "合并单元格";

/// What a spreadsheet takes for a formula when it opens a CSV file.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell of a CSV file, so that a spreadsheet shows what begins like a formula and computes nothing.
fn as_text(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) && cell.parse::<f64>().is_err() {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The same cell, read back.
fn as_read(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(formula) if formula.starts_with(FORMULA) => formula,
        _ => cell,
    }
}

/// The column that a header names, for whoever looks for the header of a list.
pub fn known(header: &str) -> Option<&'static str> {
    Column::of(header).map(Column::zh)
}

/// Reads a list. A table that lacks a list's columns is refused as a whole.
pub fn read(table: &Table, regions: &Regions) -> Result<Parsed, Fault> {
    let layout = Layout::find(table.header()).map_err(|error| no_list(table, &error))?;
    let masses = Column::ALL.iter().filter(|column| column.is_mass());
    let masses: Vec<_> = masses.filter_map(|mass| layout.place(*mass)).collect();
    let lines = table.rows().map(|row| {
        let masses = &masses;
        let cell = move |place: usize| {
            if masses.contains(&place) && row.is_merged_from_above(place) {
                MERGED
            } else {
                as_read(row.cell(place))
            }
        };
        (row.line(), cell)
    });
    let reading = list::read(&layout, lines, regions);
    let handed_back = (!reading.faulty_lines.is_empty())
        .then(|| hand_back(table, &layout, &reading))
        .transpose()
        .map_err(|error| {
            let expected = "room to write the faulty rows";
            Fault::of_file(table.file(), &error.to_string(), expected)
        })?;
    let faults = reading
        .faults
        .iter()
        .map(|fault| in_file(table, &layout, fault))
        .collect();
    Ok(Parsed {
        plants: reading.plants,
        faults,
        handed_back,
    })
}

/// Writes a list as CSV with a byte-order mark, so that spreadsheets read its Chinese; the plants
/// come in as many portions as there are.
pub struct ListWriter<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> ListWriter<W> {
    /// Begins a file with its header line.
    pub fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(BOM)?;
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(list::header())?;
        Ok(Self(csv))
    }

    /// Goes on with a file that was begun before.
    pub fn resume(out: W) -> Self {
        Self(csv::Writer::from_writer(out))
    }

    /// Adds plants, each with a row for every unit and contact.
    pub fn add<'p>(&mut self, plants: impl IntoIterator<Item = &'p Plant>) -> io::Result<()> {
        for plant in plants {
            for row in list::rows(plant) {
                let cells = row.iter().map(|cell| as_text(cell));
                self.0.write_record(cells.map(Cow::into_owned))?;
            }
        }
        Ok(())
    }

    /// Hands back what was written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes a list as a workbook; the plants come in as many portions as there are.
pub struct ListSheet(Sheet);

impl ListSheet {
    /// Begins a workbook with its header.
    pub fn begin() -> io::Result<Self> {
        let columns = Column::ALL.iter().map(|column| sheet_column(column.zh()));
        Sheet::begin(SHEET, &columns.collect::<Vec<_>>()).map(Self)
    }

    /// Adds plants, each with a row for every unit and contact.
    pub fn add<'p>(&mut self, plants: impl IntoIterator<Item = &'p Plant>) -> io::Result<()> {
        for plant in plants {
            for row in list::rows(plant) {
                let cells = row.iter().map(String::as_str);
                self.0.add(cells, &BTreeMap::new())?;
            }
        }
        Ok(())
    }

    /// Writes the workbook.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        self.0.finish(out)
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the sheet of a list is called.
const SHEET: &str = "应急减排清单";

/// How a column of a list looks in a sheet.
fn sheet_column(header: &str) -> sheet::Column<'_> {
    let column = Column::of(header);
    let width = match column {
        Some(Column::Permit) => 26,
        Some(Column::CreditCode | Column::Email) => 22,
        Some(Column::Name | Column::Address) => 32,
        Some(Column::MeasureYellow | Column::MeasureOrange | Column::MeasureRed) => 40,
        _ if header == FAULT_COLUMN => 60,
        _ => 14,
    };
    sheet::Column {
        header,
        kind: column.map_or(Kind::Text, Column::kind),
        width,
    }
}

fn no_list(table: &Table, error: &LayoutError) -> Fault {
    let expected = "the columns of a reduction list (应急减排清单)";
    Fault {
        line: table.header_line(),
        ..Fault::of_file(table.file(), &error.to_string(), expected)
    }
}

/// A fault under the header that this file gives its column.
fn in_file(table: &Table, layout: &Layout, fault: &CellFault) -> Fault {
    let place = layout.place(fault.column);
    let header = place.and_then(|place| table.header().get(place));
    Fault {
        file: table.file().to_owned(),
        line: fault.line,
        cell: place.and_then(|place| table.cell_name(fault.line, place)),
        column: header.unwrap_or(fault.column.zh()).to_owned(),
        found: fault.found.clone(),
        expected: fault.expected.clone(),
    }
}

/// The faulty plants' rows, each with what is wrong with it; a sound row of a faulty plant stands
/// with an empty cell, so that the plant can be mended and filed again as a whole.
fn hand_back(table: &Table, layout: &Layout, reading: &list::Reading) -> io::Result<HandedBack> {
    let rows = FaultyRows::of(table, layout, reading);
    let (format, bytes) = match table.sheet() {
        None => (Format::Csv, rows.csv()?),
        Some(_) => (Format::Xlsx, rows.workbook()?),
    };
    Ok(HandedBack { format, bytes })
}

/// Faulty rows on their way back.
struct FaultyRows<'t> {
    header: Vec<&'t str>,
    rows: Vec<FaultyRow<'t>>,
}

struct FaultyRow<'t> {
    cells: Vec<&'t str>,
    why: String,
    /// What was expected in each faulty cell.
    marks: BTreeMap<usize, String>,
}

impl<'t> FaultyRows<'t> {
    fn of(table: &'t Table, layout: &Layout, reading: &list::Reading) -> Self {
        let mut faults: BTreeMap<u64, Vec<&CellFault>> = BTreeMap::new();
        for fault in &reading.faults {
            faults.entry(fault.line).or_default().push(fault);
        }
        // A list that was handed back before has the column already; what it says is out of date.
        let kept = |place: &usize| &table.header()[*place] != FAULT_COLUMN;
        let places: Vec<_> = (0..table.header().len()).filter(kept).collect();
        let rows = table
            .rows()
            .filter(|row| reading.faulty_lines.contains(&row.line()));
        let rows = rows.map(|row| {
            let faults = faults.get(&row.line()).map_or(&[][..], Vec::as_slice);
            let why = |fault: &&CellFault| format!("{}: expected {}", fault.column, fault.expected);
            FaultyRow {
                cells: places.iter().map(|place| row.cell(*place)).collect(),
                why: faults.iter().map(why).collect::<Vec<_>>().join("; "),
                marks: marks(&places, layout, faults),
            }
        });
        Self {
            rows: rows.collect(),
            header: places.iter().map(|place| &table.header()[*place]).collect(),
        }
    }

    fn csv(&self) -> io::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(BOM.to_vec());
        csv.write_record(self.header.iter().copied().chain([FAULT_COLUMN]))?;
        for row in &self.rows {
            let cells = row.cells.iter().copied().chain([row.why.as_str()]);
            csv.write_record(cells.map(as_text).map(Cow::into_owned))?;
        }
        csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn workbook(&self) -> io::Result<Vec<u8>> {
        let headers = self.header.iter().copied().chain([FAULT_COLUMN]);
        let columns: Vec<_> = headers.map(sheet_column).collect();
        let mut sheet = Sheet::begin(SHEET, &columns)?;
        for row in &self.rows {
            let cells = row.cells.iter().copied().chain([row.why.as_str()]);
            sheet.add(cells, &row.marks)?;
        }
        let mut bytes = Vec::new();
        sheet.finish(&mut bytes)?;
        Ok(bytes)
    }
}

/// What was expected in the faulty cells of a row whose cells come from these places.
fn marks(places: &[usize], layout: &Layout, faults: &[&CellFault]) -> BTreeMap<usize, String> {
    let mut marks: BTreeMap<usize, String> = BTreeMap::new();
    for fault in faults {
        let place = layout.place(fault.column);
        let Some(at) = place.and_then(|place| places.binary_search(&place).ok()) else {
            continue;
        };
        let mark = marks.entry(at).or_default();
        if !mark.is_empty() {
            mark.push('\n');
        }
        mark.push_str("expected ");
        mark.push_str(&fault.expected);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::Column;

    fn regions() -> Regions {
        Regions::parse("code,name\n411081,禹州市\n").unwrap()
    }

    fn table(rows: &[&[(Column, &str)]]) -> Table {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(Column::ALL.iter().map(|column| column.zh()))
            .unwrap();
        for row in rows {
            let cell = |column: &Column| {
                let cell = row.iter().find(|(replaced, _)| replaced == column);
                cell.map_or_else(|| sound(*column), |(_, text)| text)
            };
            csv.write_record(Column::ALL.iter().map(cell)).unwrap();
        }
        Table::parse("list.csv", &csv.into_inner().unwrap()).unwrap()
    }

    fn sound(column: Column) -> &'static str {
        match column {
            Column::Number => "XC-1",
            Column::Name => "示例厂（虚构）",
            Column::Region => "411081",
            Column::Class => "一般工业",
            Column::Unit => "全厂",
            Column::MeasureYellow | Column::MeasureOrange | Column::MeasureRed => "自主减排",
            _ => "",
        }
    }

    #[test]
    fn a_sound_list_is_taken_and_written_back_alike() {
        let parsed = read(&table(&[&[], &[(Column::Number, "XC-2")]]), &regions()).unwrap();
        assert_eq!((parsed.plants.len(), parsed.faults.len()), (2, 0));
        assert!(parsed.handed_back.is_none());
        let (first, second) = parsed.plants.split_at(1);
        let mut writer = ListWriter::begin(Vec::new()).unwrap();
        writer.add(first).unwrap();
        let mut writer = ListWriter::resume(writer.finish().unwrap());
        writer.add(second).unwrap();
        let csv = writer.finish().unwrap();
        let again = read(&Table::parse("again.csv", &csv).unwrap(), &regions()).unwrap();
        assert_eq!(again.plants, parsed.plants);
    }

    #[test]
    fn faulty_plants_are_handed_back_whole_with_the_reason_beside_them() {
        let rows: &[&[(Column, &str)]] = &[
            &[(Column::Number, "XC-2")],
            &[(Column::Unit, "1号")],
            &[(Column::Unit, "2号"), (Column::BasePm, "viel")],
        ];
        let parsed = read(&table(rows), &regions()).unwrap();
        assert_eq!(parsed.plants[0].number.as_str(), "XC-2");
        assert_eq!(
            parsed.faults[0].to_string(),
            "list.csv:4: column `颗粒物日排放量(kg/d)`: found `viel`: \
             expected kilograms per day, below 1,000,000,000, at most three decimals"
        );
        let back = Table::parse("back.csv", &parsed.handed_back.unwrap().bytes).unwrap();
        let why = back.require(&[FAULT_COLUMN]).unwrap();
        let whys: Vec<_> = back.rows().map(|row| row.cell(why).to_owned()).collect();
        assert_eq!(whys.len(), 2);
        assert_eq!(whys[0], "");
        assert!(whys[1].starts_with("颗粒物日排放量(kg/d): expected"));
    }

    /// A sheet whose measures stand in a group, in the order of [`Column::ALL`].
    fn workbook(cells: &[&str]) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let plain = rust_xlsxwriter::Format::new();
        let yellow = Column::MeasureYellow as u16;
        for (at, column) in (0..).zip(Column::ALL) {
            if !(yellow..yellow + 3).contains(&at) {
                sheet
                    .merge_range(0, at, 1, at, column.zh(), &plain)
                    .unwrap();
            }
        }
        let group = sheet.merge_range(0, yellow, 0, yellow + 2, "减排措施", &plain);
        let levels = group
            .unwrap()
            .write_row(1, yellow, ["黄色", "橙色", "红色"]);
        levels
            .unwrap()
            .write_row(2, 0, cells.iter().copied())
            .unwrap();
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn no_cell_of_a_csv_file_is_a_formula_and_all_are_read_back_as_they_were() {
        let name = "=HYPERLINK(\"http://evil.example\",\"详情\")";
        let rows: &[&[(Column, &str)]] = &[&[(Column::Name, name), (Column::Address, "@一号院")]];
        let parsed = read(&table(rows), &regions()).unwrap();
        let mut writer = ListWriter::begin(Vec::new()).unwrap();
        writer.add(&parsed.plants).unwrap();
        let csv = writer.finish().unwrap();
        let written = Table::parse("again.csv", &csv).unwrap();
        let live = |cell: &&str| cell.starts_with(FORMULA) && cell.parse::<f64>().is_err();
        let cells = written
            .rows()
            .flat_map(|row| (0..Column::ALL.len()).map(move |at| row.cell(at)));
        assert_eq!(cells.filter(live).count(), 0);
        assert_eq!(read(&written, &regions()).unwrap().plants, parsed.plants);
    }

    #[test]
    fn a_mass_that_is_merged_over_units_is_not_counted_for_each_of_them() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let plain = rust_xlsxwriter::Format::new();
        for (at, column) in (0..).zip(Column::ALL) {
            sheet.write(0, at, column.zh()).unwrap();
            let shared = match column {
                Column::Unit => {
                    sheet
                        .write(1, at, "1号")
                        .unwrap()
                        .write(2, at, "2号")
                        .unwrap();
                    continue;
                }
                // Two hours to come down, for both units; and thirty kilograms, of both together.
                Column::RampDownHours => "2",
                Column::BasePm => "30",
                other => sound(*other),
            };
            if !shared.is_empty() {
                sheet.merge_range(1, at, 2, at, shared, &plain).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let table = Table::parse_any("list.xlsx", &bytes, known).unwrap();
        let parsed = read(&table, &regions()).unwrap();
        let faults: Vec<_> = parsed.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "list.xlsx:Sheet1!Z3: column `颗粒物日排放量(kg/d)`: found `合并单元格`: \
              expected kilograms per day, below 1,000,000,000, at most three decimals"
            ]
        );
        assert!(parsed.plants.is_empty());
    }

    #[test]
    fn a_workbook_comes_back_as_one_that_reads_the_same() {
        let mut cells: Vec<_> = Column::ALL.iter().map(|column| sound(*column)).collect();
        cells[Column::MeasureOrange as usize] = "";
        cells[Column::BasePm as usize] = "viel";
        let places = |bytes: &[u8], cell: fn(&Fault) -> String| -> (Vec<String>, HandedBack) {
            let table = Table::parse_any("list.xlsx", bytes, known).unwrap();
            let parsed = read(&table, &regions()).unwrap();
            (
                parsed.faults.iter().map(cell).collect(),
                parsed.handed_back.unwrap(),
            )
        };
        let named = |fault: &Fault| format!("{} {}", fault.cell.as_ref().unwrap(), fault.column);
        let (first, back) = places(&workbook(&cells), named);
        assert_eq!(
            first,
            ["Sheet1!X3 减排措施›橙色", "Sheet1!Z3 颗粒物日排放量(kg/d)"]
        );
        assert_eq!(back.format, Format::Xlsx);
        let (second, _) = places(&back.bytes, named);
        let again = [
            "应急减排清单!X2 减排措施›橙色",
            "应急减排清单!Z2 颗粒物日排放量(kg/d)",
        ];
        assert_eq!(second, again);
    }

    #[test]
    fn a_list_handed_back_twice_has_one_column_of_faults() {
        let rows: &[&[(Column, &str)]] = &[&[(Column::Class, "")]];
        let first = read(&table(rows), &regions()).unwrap().handed_back.unwrap();
        let table = Table::parse("back.csv", &first.bytes).unwrap();
        let second = read(&table, &regions()).unwrap().handed_back.unwrap();
        assert_eq!(first, second);
    }

    #[test]
    fn a_table_that_is_no_list_is_refused_as_a_whole() {
        let table = Table::parse("aqi.csv", "date,aqi\n2026-11-23,80\n".as_bytes()).unwrap();
        let fault = read(&table, &regions()).unwrap_err();
        assert_eq!(fault.line, 1);
        assert!(fault.found.contains("`企业名称`"), "{fault}");
    }
}
