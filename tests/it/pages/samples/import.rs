//! The pages on which a reduction list is read in.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::table;
use qingkong::web::pages::import::{Exports, ImportOutcome, ImportPage, ImportReport, RowsBack};
use qingkong::web::pages::{Role, Section};

use super::{chrome, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let fault = |line, column: &str, found: &str, expected: &str| table::Fault {
        file: owned("清单.csv"),
        line,
        cell: None,
        column: owned(column),
        found: owned(found),
        expected: owned(expected),
    };
    let report = ImportReport {
        file: owned("清单.csv"),
        sheet: None,
        lines: 2004,
        plants: 2001,
        new: 38,
        changed: 112,
        unchanged: 1904,
        faults: vec![
            fault(
                17,
                "统一社会信用代码",
                "91411000MA0000000X",
                "a code whose check digit is `3`",
            ),
            fault(203, "橙色措施", "", "a measure, or `自主减排`"),
            fault(0, "", "", "a column `绩效等级`"),
        ],
        more_faults: 0,
        handed_back: None,
        outcome: ImportOutcome::Trial,
    };
    let page = |list_version: Option<&str>, report| {
        ImportPage {
            language,
            chrome: chrome(language, Section::List, Role::Clerk),
            action: owned("/enterprises/import"),
            list_version: list_version.map(owned),
            export: list_version.map(|_| Exports {
                csv: owned("/api/v1/exports/enterprises?region=411000"),
                workbook: owned("/api/v1/exports/enterprises?region=411000&format=xlsx"),
            }),
            report,
        }
        .render()
        .unwrap()
    };
    let refused = ImportReport {
        more_faults: 240,
        outcome: ImportOutcome::Refused,
        ..report.clone()
    };
    let workbook = ImportReport {
        file: owned("清单.xlsx"),
        sheet: Some(owned("工业源")),
        faults: vec![table::Fault {
            cell: Some("工业源!F17".into()),
            ..report.faults[0].clone()
        }],
        handed_back: Some(RowsBack::Workbook {
            name: owned("清单.xlsx.faulty.xlsx"),
            href: owned("data:application/octet-stream;base64,UEsDBA=="),
        }),
        outcome: ImportOutcome::Accepted {
            version: owned("2026-11-23 第 2 版"),
        },
        ..report.clone()
    };
    let accepted = ImportReport {
        handed_back: Some(RowsBack::Csv(owned(
            "企业名称,…,问题\n虚构·许东铸造厂,…,信用代码校验位应为 3\n",
        ))),
        outcome: ImportOutcome::Accepted {
            version: owned("2026-11-23 第 2 版"),
        },
        ..report.clone()
    };
    vec![
        ("import", page(None, None)),
        (
            "import-trial",
            page(Some("2026-11-23 第 1 版"), Some(report)),
        ),
        (
            "import-refused",
            page(Some("2026-11-23 第 1 版"), Some(refused)),
        ),
        (
            "import-accepted",
            page(Some("2026-11-23 第 2 版"), Some(accepted)),
        ),
        (
            "import-workbook",
            page(Some("2026-11-23 第 2 版"), Some(workbook)),
        ),
    ]
}
