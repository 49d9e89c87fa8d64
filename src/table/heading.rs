//! Where the header of a sheet stands: below a title, and in up to three rows.

use std::collections::HashSet;

use super::Known;
use crate::domain::list::PART;

/// How far down a header may begin.
const DEEPEST: usize = 20;

/// How many rows it may have.
const MOST_ROWS: usize = 3;

/// How many rows of a sheet are looked at.
pub(super) const LOOKED_AT: usize = DEEPEST + MOST_ROWS;

/// How many known columns make a header certain; a page of explanations names one or two in a row.
pub(super) const CERTAIN: usize = 3;

/// A header that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// Its first row.
    pub(super) first: usize,
    /// How many rows it has.
    pub(super) rows: usize,
    /// The header of every column.
    pub(super) names: Vec<String>,
    /// How many of them are known.
    pub(super) known: usize,
}

/// The rows among the first of a sheet that name most known columns; of equals, the fewest.
///
/// What is merged stands in each of its cells.
pub(super) fn find(rows: &[Vec<String>], known: Known) -> Option<Heading> {
    let mut best: Option<Heading> = None;
    for count in 1..=MOST_ROWS {
        for first in 0..rows.len().min(DEEPEST) {
            let Some(taken) = rows.get(first..first + count) else {
                continue;
            };
            let names = names(taken);
            let known: HashSet<_> = names.iter().filter_map(|name| known(name)).collect();
            let known = known.len();
            if known > best.as_ref().map_or(0, |best| best.known) {
                best = Some(Heading {
                    first,
                    rows: count,
                    names,
                    known,
                });
            }
        }
    }
    best
}

/// The header of every column: its texts from the top down, what repeats once.
fn names(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let name = |column: usize| {
        let mut parts: Vec<String> = Vec::new();
        for row in rows {
            let words = row.get(column).map_or("", String::as_str);
            let part = words.split_whitespace().collect::<Vec<_>>().join(" ");
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join(&PART.to_string())
    };
    let mut names: Vec<_> = (0..width).map(name).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::Column;

    fn known(header: &str) -> Option<&'static str> {
        Column::of(header).map(Column::zh)
    }

    fn rows(text: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
        text.lines().map(cells).collect()
    }

    #[test]
    fn a_header_is_found_below_a_title() {
        let rows = rows(
            "2026年清单 | 2026年清单 | 2026年清单 | 2026年清单\n\
             企业编号 | 企业名称 | 备注 | 管控类别\n\
             XC-1 | 示例厂 | | 一般工业",
        );
        let heading = find(&rows, known).unwrap();
        assert_eq!((heading.first, heading.rows, heading.known), (1, 1, 3));
        assert_eq!(heading.names, ["企业编号", "企业名称", "备注", "管控类别"]);
    }

    #[test]
    fn a_header_of_two_rows_is_named_by_group_and_column() {
        let rows = rows(
            "企业名称 | 联系人 | 联系人 | 黄色预警 | 黄色预警\n\
             企业名称 | 姓名 | 电话 | 措施 | 颗粒物 减排量(kg/d)\n\
             示例厂 | 示例甲 | 13900000001 | 停产 | 3.5",
        );
        let heading = find(&rows, known).unwrap();
        assert_eq!((heading.first, heading.rows), (0, 2));
        assert_eq!(heading.names[0], "企业名称");
        assert_eq!(heading.names[4], "黄色预警›颗粒物 减排量(kg/d)");
        assert_eq!(Column::of(&heading.names[4]), Some(Column::CutYellowPm));
        assert_eq!(Column::of(&heading.names[1]), Some(Column::Contact));
    }

    #[test]
    fn a_sheet_without_any_known_header_has_none() {
        assert_eq!(find(&rows("填表说明\n一、本表由各县填报"), known), None);
    }
}
