//! Registering a superior's instruction (上级调度指令、预警函): the floor it sets, the clock it starts.

use askama::Template;

use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::form::{Choice, ClassField, Faults, TimeField};

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
    /// The levels of the classes of measures.
    pub classes: Vec<ClassField>,
    /// When it orders the start for.
    pub from: TimeField,
    /// When it was received.
    pub received: TimeField,
    /// What else it says.
    pub remark: String,
    /// What is wrong with the above.
    pub faults: Faults,
}

impl InstructionPage {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "number" => "instruction-number",
            "sender" => "instruction-sender",
            "level" => "instruction-level",
            "classes" => "classes-title",
            "from" => "instruction-from",
            "received" => "instruction-received-at",
            "scan" => "instruction-scan",
            _ => return None,
        }))
    }
}
