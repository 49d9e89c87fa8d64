//! A replay as one HTML file: scores, the curve and the calendar of every city and year, without a
//! script and without anything from elsewhere.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::Replayed;
use super::lines::{Beside, RealLine, Summary};
use crate::domain::backtest;
use crate::domain::episode::Episode;
use crate::domain::level::WarningLevel;
use crate::domain::outlook::{AqiRange, Day, HIGHEST_AQI};
use crate::i18n::Language;
use crate::sources::own::City;
use crate::web::pages::status::Category;

/// The page.
#[derive(Template)]
#[template(path = "replay_report.html", config = ".askama.toml")]
pub(super) struct Report {
    title: String,
    /// How it was made, in a sentence.
    pub(super) how: String,
    rules: Vec<RulesHead>,
    pub(super) scores: Vec<ScoreRow>,
    pub(super) difference: Option<String>,
    legend: Vec<(&'static str, String)>,
    cities: Vec<CityPart>,
}

struct RulesHead {
    id: String,
    title: String,
    document: String,
}

/// One rule set's figures, in the order of the table's head.
pub(super) struct ScoreRow {
    rules: String,
    cells: Vec<String>,
}

struct CityPart {
    name: String,
    difference: Option<String>,
    real: Vec<RealRow>,
    years: Vec<Year>,
}

/// A real warning, and what each rule set had in force on its day.
struct RealRow {
    act: String,
    beside: Vec<String>,
}

/// A year of one city. Lengths are in the units of its drawings, 1008 wide.
struct Year {
    number: i32,
    height: i32,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    ticks: Vec<Tick>,
    bands: Vec<Band>,
    marks: Vec<Mark>,
    marks_y: i32,
    calendar_height: i32,
    months: Vec<Month>,
}

struct Line {
    y: i32,
    value: u16,
}

struct Bar {
    x: f64,
    y: i32,
    height: i32,
    class: &'static str,
    title: String,
}

struct Tick {
    x: f64,
    month: u32,
}

/// What one rule set had in force.
struct Band {
    y: i32,
    name: String,
    name_width: usize,
    parts: Vec<Part>,
}

/// Days in a row under one level.
struct Part {
    x: f64,
    width: f64,
    class: &'static str,
    word: &'static str,
    title: String,
}

/// A real warning.
struct Mark {
    x: f64,
    class: &'static str,
    title: String,
}

struct Month {
    x: i32,
    y: i32,
    number: u32,
    days: Vec<Cell>,
}

struct Cell {
    x: i32,
    y: i32,
    number: u32,
    class: &'static str,
    dark: bool,
    title: String,
    levels: Vec<LevelBar>,
}

struct LevelBar {
    y: i32,
    class: Option<&'static str>,
}

/// Where the curve begins, and how wide a day of it is.
const LEFT: f64 = 60.0;
const DAY: f64 = 2.55;
/// Where its zero lies, and how high 500 reaches above it.
const ZERO: i32 = 114;
const FULL: i32 = 104;
/// The first band, and how far from one to the next.
const BANDS: i32 = 136;
const BAND: i32 = 20;
/// A day of the calendar, and a month of it.
const CELL: (i32, i32) = (22, 21);
const MONTH: (i32, i32) = (168, 164);
const MONTHS_A_ROW: i32 = 6;

/// What was in force on each day.
type InForce = BTreeMap<NaiveDate, WarningLevel>;

impl Report {
    pub(super) fn new(replayed: &[Replayed]) -> Self {
        let rules = replayed.iter().map(|replayed| RulesHead {
            id: replayed.rules.id.clone(),
            title: replayed.rules.title.clone(),
            document: replayed.rules.document.clone(),
        });
        let rules: Vec<_> = rules.collect();
        let ids: Vec<_> = rules.iter().map(|rules| rules.id.as_str()).collect();
        let categories = Category::ALL.into_iter().map(|category| {
            let word = format!("AQI {}", category.word(Language::Zh));
            (category.class(), word)
        });
        let levels = WarningLevel::ALL.into_iter();
        let levels = levels.map(|level| (level.as_str(), format!("{}预警", level.zh())));
        Self {
            title: format!("预警回放：{}", ids.join(" 对 ")),
            how: String::new(),
            scores: Vec::new(),
            difference: None,
            legend: categories.chain(levels).collect(),
            cities: Vec::new(),
            rules,
        }
    }

    /// Adds a city with what was replayed over it.
    pub(super) fn add(
        &mut self,
        city: &City,
        warnings: &[Vec<Episode>],
        difference: Option<String>,
        real: &[RealLine<'_>],
    ) {
        let in_force = warnings.iter().map(|warnings| backtest::in_force(warnings));
        let drawing = Drawing {
            names: self.rules.iter().map(|rules| rules.id.clone()).collect(),
            in_force: in_force.collect(),
            real,
        };
        let years = city.outlook.days().as_slice();
        let years = years.chunk_by(|a, b| a.on.year() == b.on.year());
        self.cities.push(CityPart {
            name: city.name.clone(),
            difference,
            real: real
                .iter()
                .map(|line| RealRow {
                    act: line.act(),
                    beside: line.replayed.iter().map(Beside::zh).collect(),
                })
                .collect(),
            years: years.map(|days| drawing.year(days)).collect(),
        });
    }
}

impl ScoreRow {
    pub(super) fn new(summary: &Summary<'_>) -> Self {
        let total = |counts: &BTreeMap<WarningLevel, usize>| -> usize { counts.values().sum() };
        let by_level = |counts: &BTreeMap<WarningLevel, usize>| {
            let levels = counts.iter().rev();
            let levels: Vec<_> = levels.map(|(l, n)| format!("{}{n}", word(*l))).collect();
            levels.join(" ")
        };
        let days = [&summary.hits, &summary.low, &summary.misses, &summary.idle];
        let cells = [
            by_level(&summary.warnings),
            by_level(&summary.days_under_warning),
        ];
        let times = [summary.false_alarms, summary.flaps, summary.short_notice];
        let notice = summary.mean_notice_hours;
        Self {
            rules: summary.rules.to_owned(),
            cells: cells
                .into_iter()
                .chain(days.map(|counts| total(counts).to_string()))
                .chain(times.map(|count| count.to_string()))
                .chain([notice.map_or("—".to_owned(), |hours| format!("{hours} 小时"))])
                .collect(),
        }
    }
}

/// What a city's years are drawn from.
struct Drawing<'a> {
    names: Vec<String>,
    in_force: Vec<InForce>,
    real: &'a [RealLine<'a>],
}

impl Drawing<'_> {
    /// Draws the days of one year, at least one.
    fn year(&self, days: &[Day]) -> Year {
        let number = days[0].on.year();
        let bands: Vec<_> = (BANDS..).step_by(BAND as usize).zip(&self.names).collect();
        let marks_y = BANDS + BAND * i32::try_from(bands.len()).expect("two at most");
        let bands = bands.into_iter().zip(&self.in_force);
        let real = self
            .real
            .iter()
            .filter(|line| line.real.on.year() == number);
        let marks: Vec<_> = real.map(mark).collect();
        let months = self.months(days);
        Year {
            number,
            height: marks_y + if marks.is_empty() { 0 } else { 16 },
            lines: [0, 100, 200, 300, HIGHEST_AQI]
                .map(|value| Line { y: y(value), value })
                .into(),
            bars: days.iter().map(bar).collect(),
            ticks: (1..=12).filter_map(|month| tick(number, month)).collect(),
            bands: bands
                .map(|((y, name), in_force)| Band {
                    y,
                    name_width: 52.min(name.len() * 6),
                    name: name.clone(),
                    parts: parts(days, in_force),
                })
                .collect(),
            marks,
            marks_y,
            calendar_height: months.last().map_or(0, |month| month.y - 20 + MONTH.1),
            months,
        }
    }

    fn months(&self, days: &[Day]) -> Vec<Month> {
        let months = days.chunk_by(|a, b| a.on.month() == b.on.month());
        (0..)
            .zip(months)
            .map(|(place, days)| {
                let number = days[0].on.month();
                let x = place % MONTHS_A_ROW * MONTH.0;
                let y = place / MONTHS_A_ROW * MONTH.1 + 20;
                let cells = days.iter().map(|day| self.cell(day, (x, y)));
                Month {
                    x,
                    y,
                    number,
                    days: cells.collect(),
                }
            })
            .collect()
    }

    fn cell(&self, day: &Day, (left, top): (i32, i32)) -> Cell {
        let first = day.on.with_day(1).expect("every month has a first day");
        let before = first.weekday().num_days_from_monday();
        let place = (before + day.on.day0()).cast_signed();
        let (x, y) = (left + place % 7 * CELL.0, top + place / 7 * CELL.1);
        let standing = self.in_force.iter().map(|in_force| in_force.get(&day.on));
        let levels: Vec<_> = standing.collect();
        let told = self.names.iter().zip(&levels);
        let told = told.filter_map(|(name, level)| Some(format!("；{name} {}", (*level)?.zh())));
        Cell {
            x,
            y,
            number: day.on.day(),
            class: class(day),
            dark: category(day).is_some_and(|c| c.above() >= Category::Heavy.above()),
            title: format!("{}{}", title(day), told.collect::<String>()),
            levels: (y + 11..)
                .step_by(5)
                .zip(levels)
                .map(|(y, level)| LevelBar {
                    y,
                    class: level.map(|level| level.as_str()),
                })
                .collect(),
        }
    }
}

fn x(on: NaiveDate) -> f64 {
    LEFT + f64::from(on.ordinal0()) * DAY
}

fn y(aqi: u16) -> i32 {
    ZERO - i32::from(aqi) * FULL / i32::from(HIGHEST_AQI)
}

fn category(day: &Day) -> Option<Category> {
    day.aqi.map(|aqi| Category::of(aqi.middle()))
}

fn class(day: &Day) -> &'static str {
    category(day).map_or("none", Category::class)
}

fn title(day: &Day) -> String {
    let aqi = day
        .aqi
        .map_or("无数据".to_owned(), |aqi| format!("AQI {aqi}"));
    format!("{} {aqi}", day.on)
}

/// A day of the curve; one without a value is a low grey stump.
fn bar(day: &Day) -> Bar {
    let top = day.aqi.map_or(ZERO - 4, |aqi: AqiRange| y(aqi.middle()));
    Bar {
        x: x(day.on),
        y: top,
        height: ZERO - top,
        class: class(day),
        title: title(day),
    }
}

fn tick(year: i32, month: u32) -> Option<Tick> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some(Tick { x: x(first), month })
}

/// The stretches of a year's days under one level each.
fn parts(days: &[Day], in_force: &InForce) -> Vec<Part> {
    let stretches = days.chunk_by(|a, b| in_force.get(&a.on) == in_force.get(&b.on));
    stretches
        .filter_map(|days| {
            let (first, last) = (days.first()?.on, days.last()?.on);
            let level = *in_force.get(&first)?;
            Some(Part {
                x: x(first),
                width: x(last) + DAY - x(first),
                class: level.as_str(),
                word: word(level),
                title: format!("{}预警 {first} 至 {last}", level.zh()),
            })
        })
        .collect()
}

fn mark(line: &RealLine<'_>) -> Mark {
    Mark {
        x: x(line.real.on),
        class: line.real.level.as_str(),
        title: line.zh(),
    }
}

/// A level in one character.
fn word(level: WarningLevel) -> &'static str {
    level.zh().trim_end_matches('色')
}
