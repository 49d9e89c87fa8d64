//! Rendering: texts of the playbooks, filled in, become letters and documents.
//!
//! What is said is text of the playbooks (`texts/<language>/…`), so that a bureau can word its own:
//! a [`MessageText`] for each kind of letter about an order, an [`AdvisoryText`] for each about an
//! advisory, a [`NoticeText`] for the notice itself. A warning or advisory keeps the playbook it was
//! issued with. A letter is rendered when it is sent, and no link or name rests
//! in the outbox before; a notice is rendered when it is issued, and kept.
//!
//! Texts come from people, not from us: a template runs with a limit on its steps, a name it
//! misspells is an error instead of a gap in an order, and whatever it writes into HTML is escaped.

use std::collections::BTreeMap;

use chrono::{Datelike, Month, NaiveDate};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, End, MeasureClass};
use crate::domain::time::{self, WrittenTime};
use crate::playbooks::Files;

mod advisory;
mod mail;
mod message;
mod notice;

pub use advisory::{AdvisoryContext, AdvisoryMessage, AdvisoryText, Cause, Decision};
pub use message::{Duty, MessageContext, MessageKind, MessageText, Recipient};
pub use notice::{Consultation, NoticeContext, NoticeText, Plants};

#[cfg(test)]
pub(super) use advisory::tests::control as advisory_sample;
#[cfg(test)]
pub(super) use message::tests::{adding, sample};

/// One text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A class of measures with its level.
#[derive(Clone, Debug, Serialize)]
pub struct Class {
    /// `工业源`.
    pub zh: &'static str,
    /// `industry`.
    pub en: &'static str,
    /// Its level.
    pub level: Level,
}

impl From<&ClassLevel> for Class {
    fn from(stated: &ClassLevel) -> Self {
        Self {
            zh: match stated.class {
                MeasureClass::Industry => "工业源",
                MeasureClass::Transport => "移动源",
                MeasureClass::Dust => "扬尘源",
                MeasureClass::Public => "公众防护",
            },
            en: stated.class.as_str(),
            level: stated.level.into(),
        }
    }
}

/// A part of a region that a staggered lift ends at an hour of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Area {
    /// `禹州市`.
    pub name: String,
    /// When the warning ends there.
    pub at: When,
}

/// A warning level in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// `blue`, `yellow`, `orange`, `red`.
    pub code: &'static str,
    /// `橙色`.
    pub zh: &'static str,
    /// `Orange`.
    pub en: &'static str,
}

impl From<WarningLevel> for Level {
    fn from(level: WarningLevel) -> Self {
        Self {
            code: level.as_str(),
            zh: level.zh(),
            en: match level {
                WarningLevel::Blue => "Blue",
                WarningLevel::Yellow => "Yellow",
                WarningLevel::Orange => "Orange",
                WarningLevel::Red => "Red",
            },
        }
    }
}

/// A time as the document writes it, `24:00` included, or an open end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct When {
    /// The instant with its offset, RFC 3339; none for an open end.
    pub at: Option<String>,
    /// `2026年11月24日24时`.
    pub zh: String,
    /// `24:00 on 24 November 2026 (Beijing time)`.
    pub en: String,
}

impl When {
    /// An end that a later notice will set.
    pub fn open() -> Self {
        Self {
            at: None,
            zh: "另行通知".to_owned(),
            en: "until further notice".to_owned(),
        }
    }
}

impl From<End> for When {
    fn from(end: End) -> Self {
        end.time().map_or_else(Self::open, Self::from)
    }
}

impl From<WrittenTime> for When {
    fn from(written: WrittenTime) -> Self {
        let (hour, minute) = written.clock();
        let (day, year) = (written.day().day(), written.day().year());
        let month = month(written.day()).name();
        Self {
            at: Some(time::rfc3339(written.at())),
            zh: written.zh(),
            en: format!("{hour:02}:{minute:02} on {day} {month} {year} (Beijing time)"),
        }
    }
}

fn month(day: NaiveDate) -> Month {
    let number = u8::try_from(day.month()).ok();
    number
        .and_then(|number| Month::try_from(number).ok())
        .expect("a day lies in one of twelve months")
}

/// Why a text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The playbooks lack it.
    #[error("no text `{0}` in the playbooks")]
    Missing(String),
    /// It is not a template.
    #[error("`{path}` is not a template")]
    Syntax {
        /// Where the text stands below `playbooks/`.
        path: String,
        /// What is wrong, and in which line.
        source: minijinja::Error,
    },
    /// It asks for something that is not there, or takes too many steps.
    #[error("`{path}` cannot be filled in")]
    Render {
        /// Where the text stands below `playbooks/`.
        path: String,
        /// What is wrong, and in which line.
        source: minijinja::Error,
    },
}

/// The most steps one text may take; a long order takes some thousands.
const STEPS: u64 = 200_000;

/// Texts that belong together, ready to be filled in, many times.
#[derive(Debug)]
struct Texts {
    texts: Environment<'static>,
    paths: BTreeMap<&'static str, String>,
}

impl Texts {
    /// Reads texts of the playbooks, each known to the others by its name; a fault is named with
    /// its file and line.
    fn read(
        files: &Files,
        paths: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, TextError> {
        let paths: BTreeMap<_, _> = paths.into_iter().collect();
        let mut texts = Environment::new();
        texts.set_undefined_behavior(UndefinedBehavior::Strict);
        texts.set_fuel(Some(STEPS));
        texts.set_syntax(lines_of_their_own());
        texts.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "txt")) => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        for (name, path) in &paths {
            let file = files
                .get(path)
                .ok_or_else(|| TextError::Missing(path.clone()))?;
            texts
                .add_template_owned(*name, file.text.clone())
                .map_err(|source| TextError::Syntax {
                    path: path.clone(),
                    source,
                })?;
        }
        Ok(Self { texts, paths })
    }

    /// One of them, filled in.
    fn fill_in(&self, name: &str, context: &Value) -> Result<String, TextError> {
        let rendered = self
            .texts
            .get_template(name)
            .and_then(|template| template.render(context.clone()));
        match rendered {
            Ok(text) => Ok(format!("{}\n", text.trim())),
            Err(source) => {
                // The fault may stand in a text that this one includes.
                let name = source.name().unwrap_or(name);
                let path = self.paths.get(name).map_or(name, String::as_str).to_owned();
                Err(TextError::Render { path, source })
            }
        }
    }

    /// One of them, filled in, as a single line whatever its text does.
    fn line(&self, name: &str, context: &Value) -> Result<String, TextError> {
        let text = self.fill_in(name, context)?;
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Tags on a line of their own leave no empty line behind.
fn lines_of_their_own() -> SyntaxConfig {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the default delimiters do not contradict each other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_ends_at_24_is_written_so_in_both_languages() {
        let when = When::from("2026-11-24T24:00".parse::<WrittenTime>().unwrap());
        assert_eq!(when.at.as_deref(), Some("2026-11-25T00:00:00+08:00"));
        assert_eq!(when.zh, "2026年11月24日24时");
        assert_eq!(when.en, "24:00 on 24 November 2026 (Beijing time)");
    }
}
