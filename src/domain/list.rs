//! The emergency reduction list (应急减排清单): its columns, and what makes a list sound.
//!
//! A list is a table with **one row per production line or process**; the plant's own columns
//! repeat, and rows with the same plant number are one [`Plant`]. [`read`] takes string cells, so
//! that every kind of file shares it, and answers with the sound plants *and* every faulty cell:
//! whether a list with faults is taken is the caller's decision. [`rows`] writes a plant back;
//! writing and reading again changes nothing.
//!
//! A plant is taken or handed back as a whole: one faulty cell makes all its rows faulty, since
//! half a plant would get half an order.
//!
//! # The columns
//!
//! Headers are the Chinese ones of [`Column`] or their synonyms, in any order; brackets and letters
//! of full width, blanks and capitals make no difference, and a header may have several rows
//! ([`PART`]). Columns with other headers are left alone. `-`, `—`, `/` and `无` stand for an empty
//! cell, and what a spreadsheet shows of a formula that failed (`#N/A`) is always a fault. Masses
//! are kg/d with at most three decimals, an empty one is 0. A row without 生产线/工序 adds one more
//! contact to its plant.

use std::collections::BTreeSet;

use crate::enterprise::Plant;
use crate::region::Regions;

mod cells;
mod columns;
mod decimal;
mod drafts;
mod headers;
mod row;
#[cfg(test)]
mod samples;
mod written;

pub use cells::{CellFault, is_formula_error};
pub use columns::{Column, Kind, Layout, LayoutError};
pub use headers::PART;
pub use row::{ListRow, parse_row};
pub use written::{header, rows};

use cells::filled;
use drafts::Drafts;

/// What came of reading a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The sound plants, in the order in which they first appear.
    pub plants: Vec<Plant>,
    /// Every faulty cell, by line and column.
    pub faults: Vec<CellFault>,
    /// The lines of plants that have a faulty cell anywhere.
    pub faulty_lines: BTreeSet<u64>,
}

/// Reads a whole list: numbered lines, each with its cells in the order of the header.
pub fn read<'c, C>(
    layout: &Layout,
    lines: impl IntoIterator<Item = (u64, C)>,
    regions: &Regions,
) -> Reading
where
    C: Fn(usize) -> &'c str,
{
    let mut drafts = Drafts::default();
    let mut faults = Vec::new();
    for (line, cell) in lines {
        let identity = raw_identity(layout, &cell);
        match parse_row(layout, line, &cell, regions) {
            Ok(row) => drafts.add(identity, row, &mut faults),
            Err(found) => {
                drafts.spoil(identity, line);
                faults.extend(found);
            }
        }
    }
    drafts.finish(faults)
}

/// What groups rows even where a cell of them cannot be read; none where nothing does.
fn raw_identity<'c>(layout: &Layout, cell: impl Fn(usize) -> &'c str) -> Option<String> {
    [Column::Number, Column::Permit]
        .into_iter()
        .filter_map(|column| layout.place(column))
        .map(|place| filled(cell(place)))
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::samples::{read_rows, row};

    #[test]
    fn every_faulty_cell_of_a_list_is_named_by_line_and_column() {
        let reading = read_rows(&[
            row(&[(Column::Email, "duty"), (Column::Class, "")]),
            row(&[
                (Column::Number, "XC-0002"),
                (Column::Permit, ""),
                (Column::Name, ""),
            ]),
        ]);
        let places: Vec<_> = reading.faults.iter().map(|f| (f.line, f.column)).collect();
        assert_eq!(
            places,
            [(2, Column::Class), (2, Column::Email), (3, Column::Name)]
        );
    }
}
