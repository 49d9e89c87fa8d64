//! Lists as workbooks: drawn, planted with faults, and looked at when they come back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, Xlsx};
use qingkong::cli::demo::list::{Sample, sample_list};
use qingkong::domain::list::{self, Column, Kind};
use qingkong::domain::region::Regions;
use qingkong::playbooks::Files;

/// A list as cells: the header line, then the rows of sample plants.
pub(crate) fn cells(plants: usize) -> Vec<Vec<String>> {
    let files = Files::shipped();
    let table = |path: &str| Regions::parse(&files.get(path).unwrap().text).unwrap();
    let mut regions = table("regions/gbt2260.csv");
    regions.extend(table("regions/local-units.csv"));
    let sample = Sample {
        regions: &regions,
        plants,
        seed: 3,
        mail_host: "plants.invalid",
        webhook: None,
    };
    let header = list::header().map(str::to_owned).collect();
    let rows = sample_list(&sample);
    std::iter::once(header)
        .chain(rows.iter().flat_map(list::rows))
        .collect()
}

/// A list as a workbook; numbers are written as numbers where a column holds them.
pub(crate) fn workbook(cells: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("清单").unwrap();
    let kinds: Vec<_> = cells[0]
        .iter()
        .map(|name| Column::of(name).map(Column::kind))
        .collect();
    for (row, line) in (0..).zip(cells) {
        for ((at, cell), kind) in (0..).zip(line).zip(&kinds) {
            let number = cell.parse::<f64>().ok();
            match number.filter(|_| *kind == Some(Kind::Number)) {
                _ if cell.is_empty() => {}
                Some(number) => drop(sheet.write_number(row, at, number).unwrap()),
                None => drop(sheet.write_string(row, at, cell).unwrap()),
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// Less than a MiB that unpacks to 300.
pub(crate) fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&zeros).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    bomb
}

/// Row and column of a cell, counted from 0.
pub(crate) type Place = (usize, usize);

/// A list with faults, one in each of its first plants of one row.
pub(crate) struct Planted {
    /// The list without them.
    pub(crate) sound: Vec<Vec<String>>,
    /// The list.
    pub(crate) faulty: Vec<Vec<String>>,
    /// Where they are.
    pub(crate) places: BTreeSet<Place>,
}

impl Planted {
    /// Plants so many faults into a list of three times as many plants.
    pub(crate) fn new(many: usize) -> Self {
        let mut sound = cells(3 * many);
        let planted: Vec<_> = alone(&sound)
            .into_iter()
            .zip(WRONG.iter().cycle())
            .take(many)
            .collect();
        for (row, (_, _, beside)) in &planted {
            for (column, text) in *beside {
                (*text).clone_into(&mut sound[*row][*column as usize]);
            }
        }
        let mut faulty = sound.clone();
        for (row, (column, text, _)) in &planted {
            (*text).clone_into(&mut faulty[*row][*column as usize]);
        }
        let place = |(row, (column, _, _)): &(usize, &Wrong)| (*row, *column as usize);
        Self {
            sound,
            faulty,
            places: planted.iter().map(place).collect(),
        }
    }

    /// Where the faults stand among the rows handed back, each with the sound cell.
    pub(crate) fn among_returned(&self) -> BTreeMap<Place, String> {
        let places = self.places.iter().enumerate();
        let returned =
            places.map(|(at, &(row, column))| ((at + 1, column), self.sound[row][column].clone()));
        returned.collect()
    }
}

/// A wrong text, its column, and what stands beside it so that nothing else is wrong.
type Wrong = (Column, &'static str, &'static [(Column, &'static str)]);

const EXEMPT: &[(Column, &str)] = &[
    (Column::ExemptionKind, "保障民生"),
    (Column::ExemptUpTo, "橙色"),
    (Column::ExemptUntil, "2026-12-31"),
];

const WRONG: [Wrong; 32] = [
    (Column::Number, "示例 1", &[]),
    (Column::Permit, "9141", &[]),
    (Column::Name, "", &[]),
    (Column::Name, "#N/A", &[]),
    (Column::CreditCode, "91411000MA0000015X", &[]),
    (Column::Region, "411000", &[]),
    (Column::Region, "419999", &[]),
    (Column::Region, "", &[]),
    (Column::Longitude, "213.8", &[]),
    (Column::Latitude, "北纬34", &[]),
    (Column::IndustryCode, "水泥", &[]),
    (Column::Class, "重点", &[]),
    (Column::Class, "", &[]),
    (Column::Status, "停", &[]),
    (Column::ExemptUntil, "2026年2月30日", EXEMPT),
    (Column::ExemptUpTo, "紫色", EXEMPT),
    (Column::ExemptionKind, "", EXEMPT),
    (Column::Unit, "", &[]),
    (Column::RampDownHours, "半天", &[]),
    (Column::RampDownHours, "1.5", &[]),
    (Column::MeasureYellow, "", &[]),
    (Column::MeasureOrange, "", &[]),
    (Column::MeasureRed, "#REF!", &[]),
    (Column::BasePm, "很多", &[]),
    (Column::BaseVocs, "1.23456", &[]),
    (Column::CutYellowPm, "约3", &[]),
    (Column::CutYellowNox, "-1", &[]),
    (Column::CutOrangeSo2, "1,5", &[]),
    (Column::CutRedVocs, "99999999", &[]),
    (Column::Contact, "", &[]),
    (Column::Phone, "123", &[]),
    (Column::Email, "duty", &[]),
];

/// The rows of plants of one row: in others a wrong cell also contradicts the rows beside it.
fn alone(cells: &[Vec<String>]) -> Vec<usize> {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, row) in cells.iter().enumerate().skip(1) {
        rows.entry(&row[Column::Number as usize])
            .or_default()
            .push(at);
    }
    let alone = rows.into_values().filter(|rows| rows.len() == 1);
    let mut alone: Vec<_> = alone.map(|rows| rows[0]).collect();
    alone.sort_unstable();
    alone
}

/// A workbook that was handed back, as far as a test looks at it.
pub(crate) struct Returned {
    /// Its cells as texts.
    pub(crate) cells: Vec<Vec<String>>,
    /// The places that have a comment, with what it says.
    pub(crate) comments: BTreeMap<Place, String>,
    /// The places below the header that are coloured.
    pub(crate) coloured: BTreeSet<Place>,
}

impl Returned {
    pub(crate) fn open(bytes: &[u8]) -> Self {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        let range = book.worksheet_range(&name).unwrap();
        let rows = range.rows().map(|row| row.iter().map(text).collect());
        let styles = book.worksheet_style(&name).unwrap();
        let is_coloured = |(row, column): &Place| {
            let place = (
                u32::try_from(*row).unwrap(),
                u32::try_from(*column).unwrap(),
            );
            let fill = styles.get(place).and_then(|style| style.fill.as_ref());
            fill.is_some_and(calamine::Fill::is_visible)
        };
        let places =
            (1..range.height()).flat_map(|row| (0..range.width()).map(move |at| (row, at)));
        Self {
            cells: rows.collect(),
            coloured: places.filter(is_coloured).collect(),
            comments: comments(bytes),
        }
    }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}

/// The comments of the first sheet, read from the part that holds them.
fn comments(bytes: &[u8]) -> BTreeMap<Place, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    let part = archive.by_name("xl/comments1.xml");
    part.unwrap().read_to_string(&mut xml).unwrap();
    let comment = |comment: &str| {
        let (place, rest) = comment.split_once('"').unwrap();
        let (rest, _) = rest.split_once("</t>").unwrap();
        let (_, text) = rest.rsplit_once('>').unwrap();
        (place_of(place), text.to_owned())
    };
    xml.split("<comment ref=\"").skip(1).map(comment).collect()
}

/// `F12` as row and column.
fn place_of(name: &str) -> Place {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let column = letters
        .bytes()
        .fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    (
        name[letters.len()..].parse::<usize>().unwrap() - 1,
        column - 1,
    )
}
