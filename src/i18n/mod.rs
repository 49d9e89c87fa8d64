//! The words of the pages, in Chinese and in English.
//!
//! A [`Language`] says a message of the catalogues (`zh/*.ftl`, `en/*.ftl`, Fluent) by its key:
//! `language.say("outlook-title")`, with arguments `language.say("orders-shown").with("total", 12)`.
//! Chinese is written first and is what a missing text falls back to; a test keeps both complete.
//! What documents say (measures, reasons, names) is data and is never translated here.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};
use serde::{Deserialize, Serialize};

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, MeasureClass, NoticeKind};
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;

fluent_templates::static_loader! {
    static CATALOGUES = {
        locales: "src/i18n",
        fallback_language: "zh",
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(number) => Some(grouped_digits(&number.as_string())),
                _ => None,
            }));
        },
    };
}

/// A language of pages and messages.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文, the language of record.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both, the language of record first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The word in addresses, in cookies and for the folder of a message's texts: `zh`, `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The value of the `lang` attribute: `zh-CN`, `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language a page offers to switch to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The message of a key; arguments are added with [`Phrase::with`].
    pub fn say(self, key: impl Borrow<&'static str>) -> Phrase {
        Phrase {
            language: self,
            key: key.borrow(),
            arguments: HashMap::new(),
        }
    }

    /// A warning level in full, so that it cannot be taken for an AQI category: `橙色预警（Ⅱ级）`.
    pub fn level(self, level: impl Held<WarningLevel>) -> Phrase {
        self.say(match level.held() {
            WarningLevel::Blue => "level-blue",
            WarningLevel::Yellow => "level-yellow",
            WarningLevel::Orange => "level-orange",
            WarningLevel::Red => "level-red",
        })
    }

    /// A warning level in a word, for a place that has said that it is one: `橙`.
    pub fn level_word(self, level: impl Held<WarningLevel>) -> Phrase {
        self.say(match level.held() {
            WarningLevel::Blue => "level-word-blue",
            WarningLevel::Yellow => "level-word-yellow",
            WarningLevel::Orange => "level-word-orange",
            WarningLevel::Red => "level-word-red",
        })
    }

    /// What a notice does, in a word: `升级`.
    pub fn notice_kind(self, kind: impl Held<NoticeKind>) -> Phrase {
        self.say(match kind.held() {
            NoticeKind::Start => "notice-kind-start",
            NoticeKind::Raise => "notice-kind-raise",
            NoticeKind::Lower => "notice-kind-lower",
            NoticeKind::Extend => "notice-kind-extend",
            NoticeKind::AddOn => "notice-kind-add-on",
            NoticeKind::Lift => "notice-kind-lift",
            NoticeKind::Withdraw => "notice-kind-withdraw",
            NoticeKind::Correct => "notice-kind-correct",
            NoticeKind::Suspend => "notice-kind-suspend",
            NoticeKind::Resume => "notice-kind-resume",
        })
    }

    /// Classes of measures with their levels: `工业：橙色预警（Ⅱ级）；移动源：…`.
    pub fn classes(self, classes: &[ClassLevel]) -> String {
        let said = classes.iter().map(|stated| {
            let class = self.measure_class(stated.class);
            let level = self.level(stated.level);
            self.say("class-level")
                .with("class", class)
                .with("level", level)
                .to_string()
        });
        said.collect::<Vec<_>>().join("；")
    }

    /// What a class of measures is called.
    pub fn measure_class(self, class: impl Held<MeasureClass>) -> Phrase {
        self.say(match class.held() {
            MeasureClass::Industry => "class-industry",
            MeasureClass::Transport => "class-transport",
            MeasureClass::Dust => "class-dust",
            MeasureClass::Public => "class-public",
        })
    }

    /// A suspension with its hours: `3月6日14时起暂停，计划3月9日18时恢复`.
    pub fn suspension(self, suspension: &Suspension) -> Phrase {
        let written = |time| self.written(time);
        let from = written(suspension.from);
        match (suspension.until, suspension.planned) {
            (Some(until), _) => self.say("suspension-until").with("until", written(until)),
            (None, Some(planned)) => {
                let planned = written(planned);
                self.say("suspension-planned").with("planned", planned)
            }
            (None, None) => self.say("suspension-open"),
        }
        .with("from", from)
    }

    /// A time as a document writes it, `24时` included: `2026年11月24日24时`, `24 Nov 2026, 24:00`.
    pub fn written(self, time: impl Held<WrittenTime>) -> String {
        let time = time.held();
        match self {
            Self::Zh => time.zh(),
            Self::En => {
                let (hour, minute) = time.clock();
                format!("{}, {hour:02}:{minute:02}", time.day().format("%-d %b %Y"))
            }
        }
    }

    /// A time in a dense table, without its year: `11-24 20:03`.
    pub fn brief(self, time: impl Held<WrittenTime>) -> String {
        let time = time.held();
        let (hour, minute) = time.clock();
        format!("{} {hour:02}:{minute:02}", time.day().format("%m-%d"))
    }

    /// A day within the year: `11月24日`, `24 Nov`.
    pub fn day(self, day: impl Held<NaiveDate>) -> String {
        let day = day.held();
        match self {
            Self::Zh => format!("{}月{}日", day.month(), day.day()),
            Self::En => day.format("%-d %b").to_string(),
        }
    }

    /// A whole number with its thousands set apart: `12,345`.
    pub fn count(self, number: impl fmt::Display) -> String {
        grouped_digits(&number.to_string())
    }
}

/// By what name the catalogues know a language.
fn identifier(language: Language) -> &'static LanguageIdentifier {
    static ZH: LanguageIdentifier = langid!("zh");
    static EN: LanguageIdentifier = langid!("en");
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

/// A small value, or a reference to one however deep: templates hand on whatever they hold.
pub trait Held<T> {
    /// The value.
    fn held(&self) -> T;
}

impl<T, H: Held<T>> Held<T> for &H {
    fn held(&self) -> T {
        H::held(self)
    }
}

macro_rules! held {
    ($($value:ty)*) => {$(
        impl Held<$value> for $value {
            fn held(&self) -> $value {
                *self
            }
        }
    )*};
}

held! { MeasureClass NaiveDate NoticeKind WarningLevel WrittenTime }

/// Why a text names no language of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of the pages: expected zh or en")]
pub struct NotALanguage(pub String);

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == text)
            .ok_or_else(|| NotALanguage(text.to_owned()))
    }
}

/// A message about to be said: a key, and the arguments its text asks for.
///
/// Displayed, it is the text. A key or an argument that is missing shows as `⟦key⟧`, which no page
/// test lets pass.
#[derive(Clone, Debug)]
#[must_use]
pub struct Phrase {
    language: Language,
    key: &'static str,
    arguments: HashMap<Cow<'static, str>, FluentValue<'static>>,
}

impl Phrase {
    /// The phrase with one more argument.
    pub fn with(mut self, name: &'static str, argument: impl Into<Argument>) -> Self {
        self.arguments
            .insert(Cow::Borrowed(name), argument.into().0);
        self
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = CATALOGUES.try_lookup_complete(
            identifier(self.language),
            self.key,
            Some(&self.arguments),
        );
        match said {
            Some(text) => f.write_str(&text),
            None => write!(f, "⟦{}⟧", self.key),
        }
    }
}

/// What a message may be told: a text, or a whole number that also chooses the plural.
#[derive(Clone, Debug)]
pub struct Argument(FluentValue<'static>);

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self(FluentValue::from(text.to_owned()))
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self(FluentValue::from(text))
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Self(FluentValue::from(text.clone()))
    }
}

impl From<&&String> for Argument {
    fn from(text: &&String) -> Self {
        Self::from(*text)
    }
}

impl From<Phrase> for Argument {
    fn from(phrase: Phrase) -> Self {
        Self(FluentValue::from(phrase.to_string()))
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for Argument {
            fn from(number: $number) -> Self {
                Self(FluentValue::from(number))
            }
        }

        impl From<&$number> for Argument {
            fn from(number: &$number) -> Self {
                Self(FluentValue::from(*number))
            }
        }

        impl From<&&$number> for Argument {
            fn from(number: &&$number) -> Self {
                Self::from(*number)
            }
        }
    )*};
}

numbers! { i64 u64 u32 u16 usize }

/// Digits in groups of three: `-12345` becomes `-12,345`; a fraction is left alone.
fn grouped_digits(number: &str) -> String {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut text = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::small("0", "0")]
    #[case::three("999", "999")]
    #[case::four("1000", "1,000")]
    #[case::million("1234567", "1,234,567")]
    #[case::negative("-1000", "-1,000")]
    #[case::fraction("1234.5678", "1,234.5678")]
    fn thousands_are_set_apart(#[case] number: &str, #[case] text: &str) {
        assert_eq!(grouped_digits(number), text);
    }

    #[rstest]
    #[case::zh(Language::Zh, WarningLevel::Orange, "橙色预警（Ⅱ级）")]
    #[case::en(Language::En, WarningLevel::Red, "Red warning (Level I)")]
    fn a_level_always_says_that_it_is_a_warnings(
        #[case] language: Language,
        #[case] level: WarningLevel,
        #[case] text: &str,
    ) {
        assert_eq!(language.level(level).to_string(), text);
    }

    #[rstest]
    #[case::zh(Language::Zh, "2019年2月28日24时")]
    #[case::en(Language::En, "28 Feb 2019, 24:00")]
    fn the_end_of_a_day_is_written_as_it_was_said(#[case] language: Language, #[case] text: &str) {
        let end: WrittenTime = "2019-02-28T24:00".parse().unwrap();
        assert_eq!(language.written(end), text);
    }

    #[test]
    fn a_missing_key_shows_itself() {
        let phrase = Language::En.say("no-such-key");
        assert_eq!(phrase.to_string(), "⟦no-such-key⟧");
    }
}
