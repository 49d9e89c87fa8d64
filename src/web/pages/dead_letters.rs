//! Dead letters (未送达): messages no further attempt is made for, to be looked at and redriven.

use askama::Template;

use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::Chrome;

/// The page of dead letters.
#[derive(Clone, Debug, Template)]
#[template(path = "dead_letters.html", config = ".askama.toml")]
pub struct DeadLettersPage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// The letters, the newest first.
    pub letters: Vec<DeadLetter>,
    /// Whether there are letters beyond those shown.
    pub more: bool,
    /// Where chosen letters are sent again; none where the person may not.
    pub redrive: Option<String>,
}

/// One message that could not be delivered.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its key.
    pub key: i64,
    /// The page of the order or the advisory it was to tell of.
    pub subject: String,
    /// The plant or office.
    pub recipient: String,
    /// The channel's word.
    pub channel: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When last.
    pub last_at: WrittenTime,
    /// What the other side said.
    pub why: String,
}
