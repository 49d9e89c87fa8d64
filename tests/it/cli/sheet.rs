//! Lists as workbooks at the command line: in, out, and handed back with their faulty cells marked.

use std::collections::BTreeSet;
use std::io::Write;

use rstest::rstest;

use super::node::Home;
use crate::sheets::{Planted, Returned, bomb, cells, workbook};

const TEMPLATE: &str = "tests/fixtures/sheets/template.xlsx";

#[test]
fn a_workbook_with_a_hundred_faults_comes_back_with_exactly_those_marked() {
    let home = Home::new();
    let planted = Planted::new(100);
    let (file, back) = (home.path("清单.xlsx"), home.path("退回.xlsx"));
    std::fs::write(&file, workbook(&planted.faulty)).unwrap();

    let refused = home.run(&["import", "enterprises", &file, "--faulty", &back]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert_eq!(
        refused.stderr,
        format!("qingkong: {file}: 100 faulty cells; nothing was imported\n")
    );
    let returned = Returned::open(&std::fs::read(&back).unwrap());
    let expected = planted.among_returned();
    let places: BTreeSet<_> = expected.keys().copied().collect();
    assert_eq!(places.len(), 100);
    assert_eq!(returned.coloured, places);
    let comments: BTreeSet<_> = returned.comments.keys().copied().collect();
    assert_eq!(comments, places);
    for (place, comment) in &returned.comments {
        assert!(comment.starts_with("expected "), "{place:?}: {comment}");
        let why = returned.cells[place.0].last().unwrap();
        assert!(why.contains(comment), "{why}");
    }

    // The sound ones are taken, and what came back joins them once it is mended.
    let taken = home.run(&["import", "enterprises", &file, "--accept-valid"]);
    assert_eq!(taken.status, 0, "{}", taken.stderr);
    let again = std::fs::read(format!("{file}.faulty.xlsx")).unwrap();
    assert_eq!(Returned::open(&again).coloured, places);
    let mut mended = returned.cells;
    for ((row, column), sound) in expected {
        mended[row][column] = sound;
    }
    std::fs::write(&back, workbook(&mended)).unwrap();
    let mended = home.run(&["import", "enterprises", &back]);
    let said: Vec<_> = mended.stdout.lines().collect();
    assert_eq!(
        said,
        [
            "read 100 rows of sheet `清单`, hidden ones too",
            "added 100, changed 0, unchanged 0, removed 0; list version 2"
        ]
    );
    std::fs::write(&file, workbook(&planted.sound)).unwrap();
    let whole = home.run(&["import", "enterprises", &file, "--replace"]);
    assert!(
        whole
            .stdout
            .ends_with("added 0, changed 0, unchanged 300, removed 0; list version 2\n"),
        "{}",
        whole.stdout
    );
}

#[test]
fn what_is_handed_back_can_be_handed_in_again_as_it_is() {
    let home = Home::new();
    let planted = Planted::new(32);
    let (file, first, second) = (
        home.path("a.xlsx"),
        home.path("b.xlsx"),
        home.path("c.xlsx"),
    );
    std::fs::write(&file, workbook(&planted.faulty)).unwrap();
    home.run(&["import", "enterprises", &file, "--faulty", &first]);
    home.run(&["import", "enterprises", &first, "--faulty", &second]);
    let [first, second] = [first, second].map(|path| Returned::open(&std::fs::read(path).unwrap()));
    assert_eq!(first.cells, second.cells);
    assert_eq!(first.coloured, second.coloured);
    assert_eq!(first.comments, second.comments);
}

#[test]
fn what_is_exported_as_a_workbook_and_imported_again_changes_nothing() {
    let home = Home::new();
    let (file, copy) = (home.path("list.xlsx"), home.path("copy.xlsx"));
    std::fs::write(&file, workbook(&cells(1_200))).unwrap();
    assert_eq!(home.run(&["import", "enterprises", &file]).status, 0);
    let written = home.run(&["export", "enterprises", &copy]);
    assert_eq!(
        written.stdout,
        format!("wrote 1200 plants to {copy}\n"),
        "{}",
        written.stderr
    );

    let again = home.run(&["import", "enterprises", &copy, "--replace"]);
    let said: Vec<_> = again.stdout.lines().collect();
    assert_eq!(
        said[1..],
        ["added 0, changed 0, unchanged 1200, removed 0; list version 1"]
    );
    let csv = home.path("copy.csv");
    home.run(&["export", "enterprises", &csv]);
    let again = home.run(&["import", "enterprises", &csv, "--replace"]);
    assert_eq!(
        again.stdout,
        "added 0, changed 0, unchanged 1200, removed 0; list version 1\n"
    );
}

#[test]
fn a_county_s_template_is_read_with_its_groups_and_merged_cells() {
    let home = Home::new();
    let taken = home.run(&["import", "enterprises", TEMPLATE]);
    assert_eq!(
        taken.stdout,
        "read 7 rows of sheet `工业源`, hidden ones too\n\
         added 4, changed 0, unchanged 0, removed 0; list version 1\n",
        "{}",
        taken.stderr
    );
    let list = home.run(&["export", "enterprises", "-"]).stdout;
    let mut reader = csv::Reader::from_reader(list.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().unwrap().clone();
    let columns = [
        "企业编号",
        "豁免截止日期",
        "生产线/工序",
        "橙色措施",
        "颗粒物日排放量(kg/d)",
        "红色减排VOCs(kg/d)",
        "手机",
    ];
    let places = columns.map(|name| header.iter().position(|it| it == name).unwrap());
    let rows: Vec<_> = reader
        .records()
        .map(|row| {
            places
                .map(|at| row.as_ref().unwrap()[at].to_owned())
                .join("|")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "411081001|2026-12-31|1号窑|限产20%|100.5|0|13900000001",
            "411081001|2026-12-31|2号窑|限产20%|80|0|",
            "411081001|2026-12-31|水泥磨|停产|12.345|0|",
            "CG-0002|2027-03-15|中频炉|停产|5|0|0374-2960002",
            "WD-0003||印刷|自主减排|0|7.5|13900000003",
            "WD-0003||覆膜|自主减排|0|1|",
            "XC-0004||锅炉|自主减排|0.5|0|13900000004",
        ]
    );
}

#[test]
fn a_fault_of_a_workbook_names_its_cell() {
    let home = Home::new();
    let mut list = cells(1);
    list.truncate(2);
    let email = list[0].iter().position(|name| name == "邮箱").unwrap();
    list[1][email] = "duty".to_owned();
    let file = home.path("list.xlsx");
    std::fs::write(&file, workbook(&list)).unwrap();
    let refused = home.run(&["import", "enterprises", &file]);
    let said: Vec<_> = refused.stdout.lines().collect();
    assert!(
        said[1].starts_with(&format!(
            "{file}:清单!AS2: column `邮箱`: found `duty`: expected"
        )),
        "{}",
        said[1]
    );
    let refused = home.run(&["import", "enterprises", &file, "--json"]);
    let fault: serde_json::Value =
        serde_json::from_str(refused.stdout.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        (fault["cell"].as_str(), fault["line"].as_u64()),
        (Some("清单!AS2"), Some(2))
    );
}

#[test]
fn offices_come_in_from_a_workbook() {
    let home = Home::new();
    let rows = [
        ["行政区划代码", "名称", "联系人", "手机"],
        ["411081", "禹州分局", "示例甲", "13900000001"],
        ["411002", "魏都分局", "示例乙", "139"],
    ];
    let rows = rows.map(|row| row.map(str::to_owned).to_vec());
    let file = home.path("offices.xlsx");
    std::fs::write(&file, workbook(&rows)).unwrap();
    let refused = home.run(&["import", "offices", &file]);
    assert!(
        refused
            .stdout
            .contains("offices.xlsx:清单!D3: column `手机`: found `139`")
    );
    std::fs::write(&file, workbook(&rows[..2])).unwrap();
    assert_eq!(
        home.run(&["import", "offices", &file]).stdout,
        "took 1 offices\n"
    );
}

#[test]
fn a_workbook_of_more_than_200_mib_is_not_read() {
    let home = Home::new();
    let path = home.path("list.xlsx");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    // A hole: it takes no room.
    file.set_len((200 << 20) + 1).unwrap();
    home.run(&["import", "enterprises", &path])
        .assert_refused(&format!(
            "{path}: found `209715201 bytes`: expected a workbook of at most 200 MiB"
        ));
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let home = Home::new();
    let path = home.path("bomb.xlsx");
    std::fs::write(&path, bomb()).unwrap();
    let refused = home.run(&["import", "enterprises", &path]);
    assert_eq!(refused.status, 2);
    assert_eq!(
        refused.stdout,
        format!(
            "{path}: found `314572800 bytes unpacked`: \
             expected a workbook packed at most 250 times\n"
        )
    );
}

#[rstest]
#[case::csv("list.csv", "back.xlsx", "csv")]
#[case::workbook("list.xlsx", "back.csv", "xlsx")]
fn rows_are_handed_back_as_they_came(#[case] file: &str, #[case] back: &str, #[case] said: &str) {
    let home = Home::new();
    let (file, back) = (home.path(file), home.path(back));
    let list = cells(1);
    let bytes = if said == "xlsx" {
        workbook(&list)
    } else {
        list[0].join(",").into_bytes()
    };
    std::fs::write(&file, bytes).unwrap();
    home.run(&["import", "enterprises", &file, "--faulty", &back])
        .assert_refused(&format!(
            "--faulty {back}: the rows are handed back as they came, as {said}"
        ));
}
