//! Reduction lists as files: a [`Table`] in, plants and faults out, and back again.
//!
//! What a list must say is the business of [`domain::list`](crate::domain::list); here its faults
//! get the file's name, and the rows that could not be taken are handed back as the same table
//! with one more column that says why. Nothing is stored.

use std::collections::BTreeMap;
use std::io;

use crate::domain::enterprise::Plant;
use crate::domain::list::{self, CellFault, Layout, LayoutError};
use crate::domain::region::Regions;
use crate::table::{Fault, Table};

/// The header of the column that says what is wrong with a row handed back.
pub const FAULT_COLUMN: &str = "错误";

/// What a file held.
#[derive(Debug)]
pub struct Parsed {
    /// The sound plants, in the order in which they first appear.
    pub plants: Vec<Plant>,
    /// Every faulty cell; `found` may be personal data and belongs in no log.
    pub faults: Vec<Fault>,
    /// The rows of all other plants as a CSV file of their own, with [`FAULT_COLUMN`] at its end;
    /// none where every plant is sound. Read again as it is, the column is left alone.
    pub handed_back: Option<Vec<u8>>,
}

/// Reads a list. A table that lacks a list's columns is refused as a whole.
pub fn read(table: &Table, regions: &Regions) -> Result<Parsed, Fault> {
    let layout = Layout::find(table.header()).map_err(|error| no_list(table, &error))?;
    let lines = table
        .rows()
        .map(|row| (row.line(), move |place: usize| row.cell(place)));
    let reading = list::read(&layout, lines, regions);
    let handed_back = (!reading.faulty_lines.is_empty())
        .then(|| hand_back(table, &reading))
        .transpose()
        .expect("writing to memory does not fail");
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
                self.0.write_record(&row)?;
            }
        }
        Ok(())
    }

    /// Hands back what was written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

fn no_list(table: &Table, error: &LayoutError) -> Fault {
    Fault {
        file: table.file().to_owned(),
        line: 1,
        column: String::new(),
        found: error.to_string(),
        expected: "the columns of a reduction list (应急减排清单)".to_owned(),
    }
}

/// A fault under the header that this file gives its column.
fn in_file(table: &Table, layout: &Layout, fault: &CellFault) -> Fault {
    let header = layout
        .place(fault.column)
        .and_then(|place| table.header().get(place));
    Fault {
        file: table.file().to_owned(),
        line: fault.line,
        column: header.unwrap_or(fault.column.zh()).to_owned(),
        found: fault.found.clone(),
        expected: fault.expected.clone(),
    }
}

/// The faulty plants' rows, each with what is wrong with it; a sound row of a faulty plant stands
/// with an empty cell, so that the plant can be mended and filed again as a whole.
fn hand_back(table: &Table, reading: &list::Reading) -> io::Result<Vec<u8>> {
    let mut whys: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for fault in &reading.faults {
        let why = format!("{}: expected {}", fault.column, fault.expected);
        whys.entry(fault.line).or_default().push(why);
    }
    // A list that was handed back before has the column already; what it says is out of date.
    let kept = |place: &usize| &table.header()[*place] != FAULT_COLUMN;
    let places: Vec<_> = (0..table.header().len()).filter(kept).collect();
    let mut csv = csv::Writer::from_writer(BOM.to_vec());
    let header = places.iter().map(|place| &table.header()[*place]);
    csv.write_record(header.chain([FAULT_COLUMN]))?;
    for row in table
        .rows()
        .filter(|row| reading.faulty_lines.contains(&row.line()))
    {
        let why = whys
            .get(&row.line())
            .map_or(String::new(), |w| w.join("; "));
        let cells = places.iter().map(|place| row.cell(*place));
        csv.write_record(cells.chain([why.as_str()]))?;
    }
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
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
        let back = Table::parse("back.csv", &parsed.handed_back.unwrap()).unwrap();
        let why = back.require(&[FAULT_COLUMN]).unwrap();
        let whys: Vec<_> = back.rows().map(|row| row.cell(why).to_owned()).collect();
        assert_eq!(whys.len(), 2);
        assert_eq!(whys[0], "");
        assert!(whys[1].starts_with("颗粒物日排放量(kg/d): expected"));
    }

    #[test]
    fn a_list_handed_back_twice_has_one_column_of_faults() {
        let rows: &[&[(Column, &str)]] = &[&[(Column::Class, "")]];
        let first = read(&table(rows), &regions()).unwrap().handed_back.unwrap();
        let table = Table::parse("back.csv", &first).unwrap();
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
