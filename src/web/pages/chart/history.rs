//! Years of one place as pictures: the curve of every day, what rule sets had in force beneath it, and
//! a calendar.
//!
//! Drawn on the page that compares rule sets and in the report of a replay; the colours are those of
//! the page around it. Lengths are in the units of the drawings: a curve is 1060 wide, a month 154.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::super::status;
use crate::domain::aqi::{Category, Standards};
use crate::domain::level::WarningLevel;
use crate::domain::outlook::{Day, HIGHEST_AQI};
use crate::i18n::Language;

/// What was in force on each day.
pub type InForce = BTreeMap<NaiveDate, WarningLevel>;

/// What the years of a place are drawn from.
#[derive(Clone, Debug)]
pub struct History<'s> {
    /// In which language.
    pub language: Language,
    /// What the colours of its days are judged by.
    pub standards: &'s Standards,
    /// What the place is called.
    pub place: String,
    /// What each rule set had in force, by its name.
    pub in_force: Vec<(String, InForce)>,
    /// Real warnings to be marked beside.
    pub marks: Vec<Marked>,
}

/// A real warning.
#[derive(Clone, Debug)]
pub struct Marked {
    /// The day on which it began.
    pub on: NaiveDate,
    /// Its level.
    pub level: WarningLevel,
    /// What is told of it.
    pub title: String,
}

/// A year as it is drawn.
#[derive(Clone, Debug)]
pub struct Year {
    pub(crate) place: String,
    /// The rule sets, in the order in which their bars stand.
    pub(crate) names: String,
    pub(crate) number: i32,
    pub(crate) height: i32,
    pub(crate) lines: Vec<Line>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) bands: Vec<Band>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) marks_y: i32,
    pub(crate) months: Vec<Month>,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) y: i32,
    pub(crate) value: u16,
}

#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) y: i32,
    pub(crate) height: i32,
    pub(crate) class: &'static str,
    pub(crate) title: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Tick {
    pub(crate) x: f64,
    pub(crate) month: u32,
}

/// What one rule set had in force.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) y: i32,
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
}

/// Days in a row under one level.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) class: &'static str,
    /// The level in a word, where there is room for it.
    pub(crate) word: Option<String>,
    pub(crate) title: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) x: f64,
    pub(crate) class: &'static str,
    pub(crate) title: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Month {
    pub(crate) number: u32,
    pub(crate) days: Vec<Cell>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) number: u32,
    pub(crate) class: &'static str,
    pub(crate) dark: bool,
    pub(crate) title: String,
    pub(crate) levels: Vec<LevelBar>,
}

#[derive(Clone, Debug)]
pub(crate) struct LevelBar {
    pub(crate) y: i32,
    pub(crate) class: Option<&'static str>,
}

/// Where the curve begins, right of names as long as `shijiazhuang-2017`, and how wide a day of it is.
const LEFT: f64 = 112.0;
const DAY: f64 = 2.55;
/// Where its zero lies, and how high 500 reaches above it.
const ZERO: i32 = 114;
const FULL: i32 = 104;
/// The first band, and how far from one to the next.
const BANDS: i32 = 136;
const BAND: i32 = 20;
/// A day of a month, and where its first row begins.
const CELL: (i32, i32) = (22, 21);
const FIRST_ROW: i32 = 18;

impl Cell {
    /// Whether a level of any rule set stood.
    pub(crate) fn is_under_warning(&self) -> bool {
        self.levels.iter().any(|level| level.class.is_some())
    }
}

impl History<'_> {
    /// Draws days, year by year.
    pub fn years(&self, days: &[Day]) -> Vec<Year> {
        let years = days.chunk_by(|a, b| a.on.year() == b.on.year());
        years.map(|days| self.year(days)).collect()
    }

    /// Draws the days of one year, at least one.
    fn year(&self, days: &[Day]) -> Year {
        let number = days[0].on.year();
        let bands: Vec<_> = (BANDS..)
            .step_by(BAND as usize)
            .zip(&self.in_force)
            .collect();
        let marks_y = BANDS + BAND * i32::try_from(bands.len()).expect("a few at most");
        let marks = self.marks.iter().filter(|mark| mark.on.year() == number);
        let marks: Vec<_> = marks.map(mark).collect();
        let months = days.chunk_by(|a, b| a.on.month() == b.on.month());
        let names: Vec<_> = self
            .in_force
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let between = match self.language {
            Language::Zh => "、",
            Language::En => ", ",
        };
        Year {
            place: self.place.clone(),
            names: names.join(between),
            number,
            height: marks_y + if marks.is_empty() { 0 } else { 16 },
            lines: [0, 100, 200, 300, HIGHEST_AQI]
                .map(|value| Line { y: y(value), value })
                .into(),
            bars: days.iter().map(|day| self.bar(day)).collect(),
            ticks: (1..=12).filter_map(|month| tick(number, month)).collect(),
            bands: bands
                .into_iter()
                .map(|(y, (name, in_force))| Band {
                    y,
                    name: name.clone(),
                    parts: self.parts(days, in_force),
                })
                .collect(),
            marks,
            marks_y,
            months: months.map(|days| self.month(days)).collect(),
        }
    }

    fn month(&self, days: &[Day]) -> Month {
        Month {
            number: days[0].on.month(),
            days: days.iter().map(|day| self.cell(day)).collect(),
        }
    }

    fn cell(&self, day: &Day) -> Cell {
        let first = day.on.with_day(1).expect("every month has a first day");
        let before = first.weekday().num_days_from_monday();
        let place = (before + day.on.day0()).cast_signed();
        let (x, y) = (place % 7 * CELL.0, FIRST_ROW + place / 7 * CELL.1);
        let levels = self.in_force.iter().map(|(name, in_force)| {
            let level = in_force.get(&day.on).copied();
            (name, level)
        });
        let mut title = self.title(day);
        for (name, level) in levels.clone() {
            if let Some(level) = level {
                let level = self.language.level(level);
                let standing = self.language.say("history-standing").with("rules", name);
                title.push_str(&standing.with("level", level).to_string());
            }
        }
        let bars = (y + 12..).step_by(4).zip(levels);
        Cell {
            x,
            y,
            number: day.on.day(),
            class: self.class(day),
            dark: self.category(day) >= Some(Category::Heavy),
            title,
            levels: bars
                .map(|(y, (_, level))| LevelBar {
                    y,
                    class: level.map(WarningLevel::as_str),
                })
                .collect(),
        }
    }

    /// A day of the curve; one without a value is a low stump.
    fn bar(&self, day: &Day) -> Bar {
        let top = day.aqi.map_or(ZERO - 4, |aqi| y(aqi.middle()));
        Bar {
            x: x(day.on),
            y: top,
            height: ZERO - top,
            class: self.class(day),
            title: self.title(day),
        }
    }

    fn category(&self, day: &Day) -> Option<Category> {
        let standard = self.standards.of(day.on);
        day.aqi.map(|aqi| standard.category(aqi.middle()))
    }

    fn class(&self, day: &Day) -> &'static str {
        self.category(day)
            .map_or("none", |category| status::Category(category).class())
    }

    fn title(&self, day: &Day) -> String {
        match day.aqi {
            Some(aqi) => format!("{} AQI {aqi}", day.on),
            None => format!("{} {}", day.on, self.language.say("chart-no-data")),
        }
    }

    /// The stretches of a year's days under one level each.
    fn parts(&self, days: &[Day], in_force: &InForce) -> Vec<Part> {
        let stretches = days.chunk_by(|a, b| in_force.get(&a.on) == in_force.get(&b.on));
        stretches
            .filter_map(|days| {
                let (first, last) = (days.first()?.on, days.last()?.on);
                let level = *in_force.get(&first)?;
                let width = x(last) + DAY - x(first);
                let word = self.language.level_word(level).to_string();
                let title = self.language.say("history-part");
                let title = title.with("level", self.language.level(level));
                let title = title.with("first", first.to_string());
                Some(Part {
                    x: x(first),
                    width,
                    class: level.as_str(),
                    word: Some(word).filter(|word| width > width_of(word)),
                    title: title.with("last", last.to_string()).to_string(),
                })
            })
            .collect()
    }
}

/// How wide a word is drawn, generously.
fn width_of(word: &str) -> f64 {
    let wide = |letter: char| if letter.is_ascii() { 6.5 } else { 11.0 };
    2.0 + word.chars().map(wide).sum::<f64>()
}

fn x(on: NaiveDate) -> f64 {
    LEFT + f64::from(on.ordinal0()) * DAY
}

fn y(aqi: u16) -> i32 {
    ZERO - i32::from(aqi) * FULL / i32::from(HIGHEST_AQI)
}

fn tick(year: i32, month: u32) -> Option<Tick> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some(Tick { x: x(first), month })
}

fn mark(mark: &Marked) -> Mark {
    Mark {
        x: x(mark.on),
        class: mark.level.as_str(),
        title: mark.title.clone(),
    }
}
