//! Charts as SVG: geometry in Rust, marks in a template, colours in the style sheet.
//!
//! A chart is a plain struct of judged values and draws itself as a pure function, so that the same
//! picture stands on a page, on paper, in a mail and in a snapshot. Nothing here reads data.

pub mod history;
pub mod outlook;
