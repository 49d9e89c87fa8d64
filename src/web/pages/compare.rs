//! Two rule sets compared on the same history (规则对照): how they score, and where and why they differ.

use askama::Template;

use crate::domain::level::WarningLevel;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Chrome;
use crate::web::pages::chart::history::Year;
use crate::web::pages::form::{Choice, Faults};

/// The page, before and after the question.
#[derive(Clone, Debug, Template)]
#[template(path = "compare.html", config = ".askama.toml")]
pub struct ComparePage {
    /// The language of the page.
    pub language: Language,
    /// What stands around the page.
    pub chrome: Chrome,
    /// The regions whose days may be looked at.
    pub regions: Vec<Choice>,
    /// The first rule set.
    pub first: Vec<Choice>,
    /// The second.
    pub second: Vec<Choice>,
    /// The first year, as typed.
    pub from: String,
    /// The last year, as typed.
    pub to: String,
    /// How many years are compared at most.
    pub most_years: i64,
    /// How far the perfect forecast reaches, in days.
    pub horizon: usize,
    /// What is wrong with the question.
    pub faults: Faults,
    /// The answer, where something was asked.
    pub answer: Option<Answer>,
}

/// What came of the comparison.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The two rule sets by name, as the calendar and the columns have them.
    pub names: [String; 2],
    /// What each is, and how well it is known.
    pub rules: [RulesFacts; 2],
    /// The days: how many, from when to when, and which are not measured.
    pub history: String,
    /// The figures, row by row.
    pub figures: Vec<Figure>,
    /// On how many days they differ, in a sentence.
    pub difference: String,
    /// Where they differ, and why.
    pub apart: Vec<ApartRow>,
    /// The years, drawn.
    pub years: Vec<Year>,
}

/// A rule set as it is introduced.
#[derive(Clone, Debug)]
pub struct RulesFacts {
    /// Its title and document.
    pub title: String,
    /// Its parts that were not read in its document: which, how well known, and from where.
    pub unread: Vec<UnreadPart>,
}

/// A part of rules that was not read in their document.
#[derive(Clone, Debug)]
pub struct UnreadPart {
    /// Which part, and that it is assumed or second-hand.
    pub what: String,
    /// Where its values come from.
    pub source: String,
}

/// A figure of both.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is counted.
    pub label: String,
    /// What came of the first and the second.
    pub cells: [String; 2],
}

/// Days in a row on which they differ.
#[derive(Clone, Debug)]
pub struct ApartRow {
    /// The days.
    pub days: String,
    /// What the first and the second had in force, and why.
    pub stood: [Stood; 2],
}

/// What one rule set had in force, and why.
#[derive(Clone, Debug)]
pub struct Stood {
    /// The level; none where no warning stood.
    pub level: Option<WarningLevel>,
    /// Why, sentence by sentence.
    pub why: Vec<String>,
}

impl ComparePage {
    /// What a field is called.
    pub fn label(&self, language: Language, field: &str) -> Option<Phrase> {
        Some(language.say(match field {
            "region" => "compare-region",
            "first" => "compare-first",
            "second" => "compare-second",
            "from" => "compare-from",
            "to" => "compare-to",
            _ => return None,
        }))
    }
}
