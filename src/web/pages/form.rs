//! What a form shows when it comes back: the words as they were typed, and what is wrong with them.

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
