//! Importing the reduction list (应急减排清单): a trial first, every faulty cell named.

use askama::Template;

use crate::i18n::Language;
use crate::table::Fault;
use crate::web::pages::Chrome;

/// The import page.
#[derive(Clone, Debug, Template)]
#[template(path = "import.html", config = ".askama.toml")]
pub struct ImportPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// Where a file goes.
    pub action: String,
    /// The version of the list in force; none before the first import.
    pub list_version: Option<String>,
    /// Where the list in force is downloaded, with the same columns; none where there is none.
    pub export: Option<Exports>,
    /// What came of the file sent.
    pub report: Option<ImportReport>,
}

/// Where the list in force is downloaded.
#[derive(Clone, Debug)]
pub struct Exports {
    /// As CSV.
    pub csv: String,
    /// As a workbook.
    pub workbook: String,
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// The file's name.
    pub file: String,
    /// The sheet that was read, of a workbook.
    pub sheet: Option<String>,
    /// Lines read, without the header.
    pub lines: u64,
    /// Plants that are in order; a plant has a line for each of its units.
    pub plants: u64,
    /// Plants that are new to the list.
    pub new: u64,
    /// Plants that differ from the list in force.
    pub changed: u64,
    /// Plants of which the list in force says the same.
    pub unchanged: u64,
    /// Every faulty cell, in order.
    pub faults: Vec<Fault>,
    /// Faults beyond those shown.
    pub more_faults: u64,
    /// The rows of faulty plants, each with what is wrong with it.
    pub handed_back: Option<RowsBack>,
    /// Whether anything was changed.
    pub outcome: ImportOutcome,
}

/// Rows of faulty plants.
#[derive(Clone, Debug)]
pub enum RowsBack {
    /// As text.
    Csv(String),
    /// As a workbook, for the browser to keep.
    Workbook {
        /// What it is called.
        name: String,
        /// All of it, as an address.
        href: String,
    },
}

/// Whether a file changed anything.
#[derive(Clone, Debug)]
pub enum ImportOutcome {
    /// A trial: nothing was changed.
    Trial,
    /// Refused as a whole: nothing was changed.
    Refused,
    /// Accepted.
    Accepted {
        /// The version of the list it became.
        version: String,
    },
}
