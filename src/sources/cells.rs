//! Cells of measured values: what is a value, and what says that there is none.

use crate::domain::aqi::{Concentration, Pollutant};
use crate::table::{Fault, Row, Table};

/// The column of a name; two of them would leave open which one is meant.
pub fn only_column(table: &Table, name: &str) -> Result<Option<usize>, Fault> {
    if table.header().iter().filter(|&found| found == name).count() > 1 {
        return Err(Fault {
            file: table.file().to_owned(),
            line: 1,
            cell: None,
            column: name.to_owned(),
            found: String::new(),
            expected: "one column of this name".to_owned(),
        });
    }
    Ok(table.column(&[name]))
}

/// The concentration in a cell, in the unit of reports; none where nothing was measured.
pub fn concentration(
    row: Row<'_>,
    column: usize,
    pollutant: Pollutant,
) -> Result<Option<Concentration>, Fault> {
    let text = row.cell(column);
    if !is_measured(text) {
        return Ok(None);
    }
    Concentration::parse(pollutant, text)
        .map(Some)
        .map_err(|error| {
            let expected = format!("{}, or empty where not measured", error.expected());
            row.fault(column, expected)
        })
}

/// Whether a cell holds a value rather than one of the words for a gap.
pub fn is_measured(cell: &str) -> bool {
    !matches!(cell, "" | "NA" | "-" | "—")
}
