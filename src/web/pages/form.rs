//! What a form shows when it comes back: the words as they were typed, and what is wrong with them.

use crate::domain::notice::MeasureClass;
use crate::domain::time::WrittenTime;

/// Something wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The `name` of the field.
    pub field: String,
    /// What is wrong and what was expected, in the reader's language.
    pub message: String,
}

/// Everything wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Whether there is nothing to mend.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        let fault = self.0.iter().find(|fault| fault.field == field)?;
        Some(&fault.message)
    }
}

/// A time as typed: `24:00` is a legal hour, and is kept as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeField {
    /// The day, `2026-11-24`.
    pub day: String,
    /// The hour, `20:00`.
    pub clock: String,
}

impl From<WrittenTime> for TimeField {
    fn from(time: WrittenTime) -> Self {
        let (hour, minute) = time.clock();
        Self {
            day: time.day().to_string(),
            clock: format!("{hour:02}:{minute:02}"),
        }
    }
}

/// The level of one class of measures, to be chosen.
#[derive(Clone, Debug)]
pub struct ClassField {
    /// The class.
    pub class: MeasureClass,
    /// The levels, first that of the whole.
    pub levels: Vec<Choice>,
}

impl ClassField {
    /// Whether the class has a level of its own.
    pub fn is_set(&self) -> bool {
        self.levels.iter().skip(1).any(|level| level.chosen)
    }
}

/// A choice of a list: its value in the form, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub words: String,
    /// Whether it is the one chosen.
    pub chosen: bool,
}
