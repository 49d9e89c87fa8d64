//! Information updates (信息更新) of a warning: by when the next is due, and what was told.

use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::form::Faults;

/// When the public was last told, and by when it is to be told anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// When it was last told; none where it was not yet.
    pub last: Option<WrittenTime>,
    /// By when it is to be told anew; none where nothing is due.
    pub due: Option<WrittenTime>,
    /// Whether that has passed.
    pub overdue: bool,
}

impl Rhythm {
    /// When it was last told, in words.
    pub fn last_words(&self, language: Language) -> Phrase {
        match self.last {
            Some(last) => language
                .say("information-last")
                .with("at", language.written(last)),
            None => language.say("information-none"),
        }
    }

    /// By when it is to be told anew, in words; none where nothing is due.
    pub fn due_words(&self, language: Language) -> Option<Phrase> {
        let key = if self.overdue {
            "information-overdue"
        } else {
            "information-due"
        };
        let by = language.written(self.due?);
        Some(language.say(key).with("by", by))
    }
}

/// The information updates of a warning on its page.
#[derive(Clone, Debug)]
pub struct Information {
    /// When the public was last told, and by when it is to be told anew.
    pub rhythm: Rhythm,
    /// The updates, the newest first.
    pub updates: Vec<Update>,
    /// Where the next is given; none where the person may not, or none can be.
    pub form: Option<InformationForm>,
}

/// One update.
#[derive(Clone, Debug)]
pub struct Update {
    /// When.
    pub at: WrittenTime,
    /// Whose.
    pub person: String,
    /// The AQI then.
    pub aqi: Option<u16>,
    /// How things stood.
    pub text: String,
    /// What was expected.
    pub outlook: String,
}

/// The form of an update, every value as typed.
#[derive(Clone, Debug, Default)]
pub struct InformationForm {
    /// Where it is sent.
    pub action: String,
    /// The AQI now.
    pub aqi: String,
    /// How things stand.
    pub text: String,
    /// What is to be expected.
    pub outlook: String,
    /// What is wrong with the above.
    pub faults: Faults,
}

impl InformationForm {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "aqi" => "information-aqi",
            "text" => "information-text",
            "outlook" => "information-outlook",
            _ => return None,
        }))
    }
}
