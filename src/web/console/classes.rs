//! Levels of classes of measures, as they are chosen in a form.

use std::collections::BTreeMap;

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, MeasureClass};
use crate::i18n::Language;
use crate::web::pages::form::{Choice, ClassField};

/// What was chosen for each class; nothing is the level of the whole.
#[derive(Clone, Default)]
pub(super) struct Chosen(BTreeMap<MeasureClass, String>);

impl Chosen {
    /// The fields of a form, by their names.
    pub(super) fn of(mut field: impl FnMut(&str) -> String) -> Self {
        let chosen = MeasureClass::ALL.into_iter().map(|class| {
            let level = field(&format!("class_{}", class.as_str()));
            (class, level)
        });
        Self(chosen.collect())
    }

    /// Levels as they stand on record.
    pub(super) fn recorded(classes: &[ClassLevel]) -> Self {
        let chosen = classes.iter().map(|stated| {
            let level = stated.level.as_str().to_owned();
            (stated.class, level)
        });
        Self(chosen.collect())
    }

    /// The levels that were chosen; none where one is no level.
    pub(super) fn read(&self) -> Option<Vec<ClassLevel>> {
        let chosen = self.0.iter().filter(|(_, level)| !level.is_empty());
        let read = chosen.map(|(class, level)| {
            Some(ClassLevel {
                class: *class,
                level: level.parse().ok()?,
            })
        });
        read.collect()
    }

    /// The fields on their page.
    pub(super) fn fields(&self, language: Language) -> Vec<ClassField> {
        let fields = MeasureClass::ALL.into_iter().map(|class| {
            let chosen = self.0.get(&class).map_or("", String::as_str);
            let choice = |value: &str, words: String| Choice {
                value: value.to_owned(),
                words,
                chosen: chosen == value,
            };
            let whole = choice("", language.say("classes-whole").to_string());
            let levels = WarningLevel::WITH_MEASURES.into_iter().map(|level| {
                let words = language.level(level).to_string();
                choice(level.as_str(), words)
            });
            ClassField {
                class,
                levels: std::iter::once(whole).chain(levels).collect(),
            }
        });
        fields.collect()
    }
}
