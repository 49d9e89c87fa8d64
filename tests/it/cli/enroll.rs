//! `import` and `export`: all or nothing, every faulty cell named, the same columns back.

use std::collections::{BTreeSet, HashMap};

use qingkong::domain::list::Column;
use rstest::rstest;
use serde_json::Value;

use super::node::Home;
use super::qingkong_reading;
use crate::sheets::cells;

fn csv(cells: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in cells {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Puts wrong texts into cells, each of a plant of its own, and names the places.
fn plant_faults(cells: &mut [Vec<String>]) -> BTreeSet<(u64, String)> {
    const WRONG: [(Column, &str); 20] = [
        (Column::Number, "示例 1"),
        (Column::Permit, "9141"),
        (Column::Name, ""),
        (Column::CreditCode, "91411000MA0000015X"),
        (Column::Region, "411000"),
        (Column::Region, "419999"),
        (Column::Longitude, "213.8"),
        (Column::Latitude, "北纬34"),
        (Column::IndustryCode, "水泥"),
        (Column::Class, "重点"),
        (Column::Status, "停"),
        (Column::Unit, ""),
        (Column::RampDownHours, "半天"),
        (Column::MeasureYellow, ""),
        (Column::CutYellowPm, "很多"),
        (Column::CutYellowNox, "-1"),
        (Column::CutRedVocs, "99999999"),
        (Column::Contact, ""),
        (Column::Phone, "123"),
        (Column::Email, "duty"),
    ];
    let number = Column::Number as usize;
    // Plants of one row: in others a wrong cell also contradicts the rows beside it.
    let mut rows: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, row) in cells.iter().enumerate().skip(1) {
        rows.entry(&row[number]).or_default().push(at);
    }
    let mut alone: Vec<usize> = rows
        .into_values()
        .filter_map(|rows| rows[..].try_into().ok().map(|[only]: [usize; 1]| only))
        .collect();
    alone.sort_unstable();
    WRONG
        .iter()
        .zip(alone)
        .map(|((column, text), at)| {
            (*text).clone_into(&mut cells[at][*column as usize]);
            (at as u64 + 1, column.zh().to_owned())
        })
        .collect()
}

#[test]
fn twenty_planted_faults_are_named_exactly_and_nothing_is_imported() {
    let home = Home::new();
    let mut cells = cells(100);
    let planted = plant_faults(&mut cells);
    assert_eq!(planted.len(), 20);
    let file = home.path("list.csv");
    std::fs::write(&file, csv(&cells)).unwrap();

    let refused = home.run(&["import", "enterprises", &file, "--json"]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    let lines: Vec<Value> = refused
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let named: BTreeSet<_> = lines
        .iter()
        .filter(|line| line["type"] == "fault")
        .map(|fault| {
            let column = fault["column"].as_str().unwrap().to_owned();
            (fault["line"].as_u64().unwrap(), column)
        })
        .collect();
    assert_eq!(named, planted);
    assert_eq!(
        refused.stderr,
        format!("qingkong: {file}: 20 faulty cells; nothing was imported\n")
    );
    assert_eq!(lines.len(), 21);
    assert_eq!(lines[20]["type"], "refused");

    let export = home.run(&["export", "enterprises", "-"]);
    assert_eq!(export.status, 2, "there is no list to export");
}

#[test]
fn the_sound_plants_are_taken_and_the_rest_handed_back_to_be_mended() {
    let home = Home::new();
    let mut cells = cells(30);
    let whole = cells.clone();
    cells[1][Column::Email as usize] = "duty".to_owned();
    let (file, back) = (home.path("list.csv"), home.path("list.csv.faulty.csv"));
    std::fs::write(&file, csv(&cells)).unwrap();

    let taken = home.run(&["import", "enterprises", &file, "--accept-valid"]);
    assert_eq!(taken.status, 0, "{}", taken.stderr);
    let said: Vec<_> = taken.stdout.lines().collect();
    assert!(
        said[0].contains(":2: column `邮箱`: found `duty`"),
        "{}",
        said[0]
    );
    assert_eq!(
        said[1],
        "added 29, changed 0, unchanged 0, removed 0; list version 1"
    );
    let handed_back = std::fs::read_to_string(&back).unwrap();
    assert!(
        handed_back.contains("邮箱: expected an e-mail address"),
        "{handed_back}"
    );

    // Whoever is mending the rows does not lose them to a second import of the same file.
    std::fs::write(
        &back,
        handed_back.replace(",duty,", ",duty@plants.invalid,"),
    )
    .unwrap();
    let again = home.run(&["import", "enterprises", &file, "--accept-valid"]);
    assert_eq!(again.status, 2);
    assert!(
        again.stderr.contains("name another file by --faulty"),
        "{}",
        again.stderr
    );

    let mended = home.run(&["import", "enterprises", &back]);
    assert_eq!(
        mended.stdout,
        "added 1, changed 0, unchanged 0, removed 0; list version 2\n"
    );
    std::fs::write(&file, csv(&whole)).unwrap();
    let tried = home.run(&["import", "enterprises", &file, "--dry-run"]);
    assert_eq!(
        tried.stdout,
        "would be added 0, changed 0, unchanged 30, removed 0; list version 2\n"
    );
}

#[test]
fn what_is_exported_and_imported_again_changes_nothing() {
    let home = Home::new();
    let (file, copy) = (home.path("list.csv"), home.path("copy.csv"));
    std::fs::write(&file, csv(&cells(50))).unwrap();
    assert_eq!(home.run(&["import", "enterprises", &file]).status, 0);
    let written = home.run(&["export", "enterprises", &copy]);
    assert_eq!(written.stdout, format!("wrote 50 plants to {copy}\n"));

    let again = home.run(&["import", "enterprises", &copy, "--replace"]);
    assert_eq!(
        again.stdout,
        "added 0, changed 0, unchanged 50, removed 0; list version 1\n"
    );
    let printed = home.run(&["export", "enterprises", "-"]);
    assert_eq!(printed.stdout.into_bytes(), std::fs::read(&copy).unwrap());
}

#[rstest]
#[case::gb18030(|text: &str| encoding_rs::GB18030.encode(text).0.into_owned())]
#[case::utf8_with_a_mark(|text: &str| format!("\u{feff}{text}").into_bytes())]
fn a_list_is_read_in_the_encodings_of_the_country(#[case] encode: fn(&str) -> Vec<u8>) {
    let home = Home::new();
    let text = String::from_utf8(csv(&cells(5))).unwrap();
    let file = home.path("清单.csv");
    std::fs::write(&file, encode(&text)).unwrap();
    let taken = home.run(&["import", "enterprises", &file]);
    assert_eq!(
        taken.stdout,
        "added 5, changed 0, unchanged 0, removed 0; list version 1\n"
    );
}

#[rstest]
#[case::missing_columns(
    "企业编号,企业名称\nXC-1,示例\n",
    "expected the columns of a reduction list"
)]
#[case::short_row("a,b\n1\n", "found `1 cells`: expected 2 cells")]
#[case::empty("", "expected a header line")]
fn what_is_no_list_is_refused_as_a_whole(#[case] text: &str, #[case] said: &str) {
    let home = Home::new();
    let file = home.path("list.csv");
    std::fs::write(&file, text).unwrap();
    let refused = home.run(&["import", "enterprises", &file]);
    assert_eq!(refused.status, 2);
    assert!(refused.stdout.contains(said), "{}", refused.stdout);
}

#[test]
fn offices_come_in_with_their_contacts_or_not_at_all() {
    let home = Home::new();
    let file = home.path("offices.csv");
    let header = "行政区划代码,名称,联系人,职务,手机,邮箱,回调地址\n";
    let rows = "411081,禹州分局,示例甲,局长,13900000001,,\n\
                411081,禹州分局,示例乙,值班,,duty@yuzhou.invalid,\n\
                411000-D01,经开区分局,示例丙,,,zone@offices.invalid,\n";
    std::fs::write(&file, format!("{header}{rows}411099,某局,某人,,,,\n")).unwrap();
    let refused = home.run(&["import", "offices", &file]);
    assert_eq!(refused.status, 2);
    let said: Vec<_> = refused.stdout.lines().collect();
    assert_eq!(
        said,
        [
            format!(
                "{file}:5: column `行政区划代码`: found `411099`: expected a region the table of regions knows"
            ),
            format!(
                "{file}:5: column `手机`: expected a phone, an e-mail or a webhook address of the contact"
            ),
        ]
    );
    std::fs::write(&file, format!("{header}{rows}")).unwrap();
    let tried = home.run(&["import", "offices", &file, "--dry-run"]);
    assert_eq!(tried.stdout, "would take 2 offices\n");
    assert_eq!(
        home.run(&["import", "offices", &file]).stdout,
        "took 2 offices\n"
    );
}

#[test]
fn standard_input_needs_a_place_for_faulty_rows() {
    qingkong_reading(b"", &["import", "enterprises", "-", "--accept-valid"]).assert_refused(
        "with standard input, --accept-valid needs --faulty OUT for the faulty rows",
    );
}
