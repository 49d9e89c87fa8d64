//! Registering a superior's instruction (上级调度指令、预警函): the floor it sets, the clock it starts.

use askama::Template;

use crate::i18n::Language;
use crate::web::pages::Chrome;
use crate::web::pages::form::{Choice, Faults};

/// The registration form.
#[derive(Clone, Debug, Template)]
#[template(path = "instruction.html", config = ".askama.toml")]
pub struct InstructionPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// Where the form goes.
    pub action: String,
    /// The document's number as typed.
    pub number: String,
    /// Who sent it, as typed.
    pub sender: String,
    /// The levels to choose from, and 解除.
    pub levels: Vec<Choice>,
    /// The day it orders the start for, `2026-11-24`.
    pub from_day: String,
    /// The hour, `20:00`; `24:00` is legal.
    pub from_clock: String,
    /// The day it was received.
    pub received_day: String,
    /// The hour it was received.
    pub received_clock: String,
    /// What else it says.
    pub remark: String,
    /// What is wrong with the above.
    pub faults: Faults,
}
