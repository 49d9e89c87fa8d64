//! A replay as one HTML file: scores, the curve and the calendar of every city and year, without a
//! script and without anything from elsewhere.

use std::collections::BTreeMap;

use askama::Template;

use super::Replayed;
use super::lines::{Beside, RealLine, Summary};
use crate::domain::aqi::Standards;
use crate::domain::backtest;
use crate::domain::episode::Episode;
use crate::domain::level::WarningLevel;
use crate::i18n::Language;
use crate::sources::city::City;
use crate::web::pages::chart::history::{History, Marked, Year};
use crate::web::pages::status::Category;

/// The page.
#[derive(Template)]
#[template(path = "replay_report.html", config = ".askama.toml")]
pub(super) struct Report {
    language: Language,
    standards: Standards,
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

impl Report {
    pub(super) fn new(replayed: &[Replayed], standards: Standards) -> Self {
        let rules = replayed.iter().map(|replayed| RulesHead {
            id: replayed.rules.id.clone(),
            title: replayed.rules.title.clone(),
            document: replayed.rules.document.clone(),
        });
        let rules: Vec<_> = rules.collect();
        let ids: Vec<_> = rules.iter().map(|rules| rules.id.as_str()).collect();
        let categories = Category::all().into_iter().map(|category| {
            let word = format!("AQI {}", category.word(Language::Zh));
            (category.class(), word)
        });
        let levels = WarningLevel::ALL.into_iter();
        let levels = levels.map(|level| (level.as_str(), format!("{}预警", level.zh())));
        Self {
            language: Language::Zh,
            standards,
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
        let names = self.rules.iter().map(|rules| rules.id.clone());
        let history = History {
            language: self.language,
            standards: &self.standards,
            place: city.name.clone(),
            in_force: names.zip(in_force).collect(),
            marks: real.iter().map(RealLine::mark).collect(),
        };
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
            years: history.years(city.outlook.days().as_slice()),
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

impl RealLine<'_> {
    fn mark(&self) -> Marked {
        Marked {
            on: self.real.on,
            level: self.real.level,
            title: self.zh(),
        }
    }
}

/// A level in one character.
fn word(level: WarningLevel) -> &'static str {
    level.zh().trim_end_matches('色')
}
