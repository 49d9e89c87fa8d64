//! Comparing two rule sets on the days a region has had.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::Seat;
use super::posted::{Reading, faults};
use crate::app::compare::{self, Comparison, HORIZON, MOST_YEARS, Question, Replayed};
use crate::app::desk::Desk;
use crate::domain::aqi::Standards;
use crate::domain::backtest::{Apart, apart, in_force};
use crate::domain::episode::Step;
use crate::domain::level::WarningLevel;
use crate::domain::playbook::Standing;
use crate::domain::time::day_of;
use crate::domain::trigger::{Part, Rules};
use crate::i18n::Language;
use crate::web::pages::Section;
use crate::web::pages::chart::history::History;
use crate::web::pages::compare::{
    Answer, ApartRow, ComparePage, Figure, RulesFacts, Stood, UnreadPart,
};
use crate::web::pages::form::{Choice, Faults};
use crate::web::problem::Problem;

/// The question as typed; nothing of it where the page is opened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Typed {
    first: String,
    second: String,
    from: String,
    to: String,
}

pub(in crate::web) async fn show(
    seat: Seat,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    if typed.is_empty() {
        let typed = Typed::proposed(&desk);
        return page(&seat, &desk, StatusCode::OK, typed, Ok(None));
    }
    let asked = match typed.read(seat.language, &desk) {
        Ok(question) => {
            let (language, place) = (seat.language, desk.region_name().to_owned());
            let playbook = Arc::clone(&desk.playbook);
            let tell = move |comparison: &Comparison| {
                told(language, &place, playbook.standards(), comparison)
            };
            compare::compare(&seat.app, &seat.caller, question, tell).await
        }
        Err(wrong) => return page(&seat, &desk, UNPROCESSABLE, typed, Err(wrong)),
    };
    match asked {
        Ok(answer) => page(&seat, &desk, StatusCode::OK, typed, Ok(Some(answer))),
        Err(error) => {
            let wrong = faults(seat.language, error, field)?;
            page(&seat, &desk, UNPROCESSABLE, typed, Err(wrong))
        }
    }
}

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Where a refusal or a field of `app` stands in the form.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "first" => Some("first"),
        "second" => Some("second"),
        "from" | "no-history" | "comparing" => Some("from"),
        "to" => Some("to"),
        _ => None,
    }
}

impl Typed {
    fn is_empty(&self) -> bool {
        let Self {
            first,
            second,
            from,
            to,
        } = self;
        [first, second, from, to].into_iter().all(String::is_empty)
    }

    /// What a person is likely to ask first: the region's rules and the last ones before them, over last
    /// winter and this one.
    fn proposed(desk: &Desk) -> Self {
        let ours = desk.rules().map_or("", |rules| rules.id.as_str());
        let mut others: Vec<&Rules> = desk.playbook.all_rules().collect();
        others.retain(|rules| rules.id != ours);
        let before = others.iter().max_by_key(|rules| {
            let national = rules.id.starts_with("mee-");
            (rules.in_force_to.is_some() && national, rules.in_force_from)
        });
        let year = day_of(desk.now).year();
        Self {
            first: ours.to_owned(),
            second: before.map_or_else(String::new, |rules| rules.id.clone()),
            from: (year - 1).to_string(),
            to: year.to_string(),
        }
    }

    fn read(&self, language: Language, desk: &Desk) -> Result<Question, Faults> {
        let mut reading = Reading::new(language);
        let first = reading.required("first", &self.first);
        let second = reading.required("second", &self.second);
        let from = reading.year("from", &self.from);
        let to = reading.year("to", &self.to);
        let read = (|| {
            Some(Question {
                region: desk.region,
                rules: [first?, second?],
                from: from?,
                to: to?,
            })
        })();
        reading.done(read)
    }
}

fn page(
    seat: &Seat,
    desk: &Desk,
    status: StatusCode,
    typed: Typed,
    answered: Result<Option<Answer>, Faults>,
) -> Result<Response, Problem> {
    let (answer, faults) = match answered {
        Ok(answer) => (answer, Faults::default()),
        Err(faults) => (None, faults),
    };
    let choices = |chosen: &str| {
        let rules = desk.playbook.all_rules();
        let choice = |rules: &Rules| Choice {
            value: rules.id.clone(),
            words: format!("{} {}", rules.id, rules.title),
            chosen: rules.id == chosen,
        };
        rules.map(choice).collect()
    };
    let view = ComparePage {
        language: seat.language,
        chrome: seat.chrome(desk, Section::Rules),
        regions: regions(seat, desk),
        first: choices(&typed.first),
        second: choices(&typed.second),
        from: typed.from,
        to: typed.to,
        most_years: MOST_YEARS.into(),
        horizon: HORIZON,
        faults,
        answer,
    };
    seat.show(status, &view)
}

/// The regions with a playbook that the person may look at, and the one looked at.
fn regions(seat: &Seat, desk: &Desk) -> Vec<Choice> {
    let playbook = &desk.playbook;
    let profiled = playbook.profiles().map(|profile| profile.region);
    let mut codes: Vec<_> = profiled
        .filter(|region| seat.caller.may_look_at(*region).is_ok())
        .chain([desk.region])
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let choice = |code: crate::domain::region::RegionCode| Choice {
        value: code.to_string(),
        words: playbook
            .regions()
            .name(code)
            .unwrap_or(code.as_str())
            .to_owned(),
        chosen: code == desk.region,
    };
    codes.into_iter().map(choice).collect()
}

/// A comparison in words and pictures.
fn told(language: Language, place: &str, standards: &Standards, comparison: &Comparison) -> Answer {
    let [first, second] = &comparison.replayed;
    let sets = [first, second];
    let history = History {
        language,
        standards,
        place: place.to_owned(),
        in_force: sets
            .map(|set| (set.rules.id.clone(), in_force(&set.warnings)))
            .into(),
        marks: Vec::new(),
    };
    let spans = apart(&first.warnings, &second.warnings);
    let rows = spans.iter().map(|span| apart_row(language, span, sets));
    Answer {
        names: sets.map(|set| set.rules.id.clone()),
        rules: sets.map(|set| facts(language, &set.rules)),
        history: days_told(language, comparison),
        figures: figures(language, sets),
        difference: difference(language, comparison),
        apart: rows.collect(),
        years: history.years(comparison.history.days().as_slice()),
    }
}

fn facts(language: Language, rules: &Rules) -> RulesFacts {
    let parts = rules
        .parts()
        .filter(|known| known.standing != Standing::Found);
    RulesFacts {
        title: language
            .say("rules-titled")
            .with("id", rules.id.as_str())
            .with("title", rules.title.as_str())
            .with("document", rules.document.as_str())
            .to_string(),
        unread: parts
            .map(|known| UnreadPart {
                what: language
                    .say("rules-part-known")
                    .with("part", language.say(part_word(known.part)))
                    .with("standing", language.say(standing_word(known.standing)))
                    .to_string(),
                source: known.source.to_owned(),
            })
            .collect(),
    }
}

const fn part_word(part: Part) -> &'static str {
    match part {
        Part::Days => "rules-part-days",
        Part::Levels => "rules-part-levels",
        Part::AdvanceNotice => "rules-part-advance-notice",
        Part::Lift => "rules-part-lift",
        Part::ObservedStart => "rules-part-observed-start",
        Part::Exclusions => "rules-part-exclusions",
    }
}

const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Found => "standing-found",
        Standing::SecondHand => "standing-second-hand",
        Standing::Assumed => "standing-assumed",
    }
}

fn days_told(language: Language, comparison: &Comparison) -> String {
    let days = comparison.history.days().as_slice();
    let date = |day: Option<&crate::domain::outlook::Day>| {
        day.map_or_else(String::new, |day| day.on.to_string())
    };
    language
        .say("compare-history")
        .with("first", date(days.first()))
        .with("last", date(days.last()))
        .with("days", days.len())
        .with("gaps", comparison.history.gaps().count())
        .with("modelled", comparison.modelled)
        .to_string()
}

fn figures(language: Language, sets: [&Replayed; 2]) -> Vec<Figure> {
    let figure = |label: String, value: &dyn Fn(&Replayed) -> String| Figure {
        label,
        cells: sets.map(value),
    };
    let count = |n: usize| language.count(n);
    let known = |level: WarningLevel| {
        let knows = |set: &Replayed| set.rules.levels().any(|(known, _)| known == level);
        sets.into_iter().any(knows)
    };
    let levels: Vec<_> = WarningLevel::ALL
        .into_iter()
        .rev()
        .filter(|l| known(*l))
        .collect();
    let mut rows = vec![figure(
        language.say("compare-warnings").to_string(),
        &|set| count(set.score.issued()),
    )];
    for &level in &levels {
        let label = language.say("compare-days-under");
        let label = label.with("level", language.level(level)).to_string();
        rows.push(figure(label, &|set| {
            count(
                set.score
                    .days_under_warning
                    .get(&level)
                    .copied()
                    .unwrap_or(0),
            )
        }));
    }
    let total = |counts: &std::collections::BTreeMap<WarningLevel, usize>| {
        count(counts.values().sum::<usize>())
    };
    let said = |key: &'static str| language.say(key).to_string();
    rows.extend([
        figure(said("compare-hits"), &|set| total(&set.score.hits)),
        figure(said("compare-low"), &|set| total(&set.score.low)),
        figure(said("compare-misses"), &|set| total(&set.score.misses)),
        figure(said("compare-idle"), &|set| total(&set.score.idle)),
        figure(said("compare-false-alarms"), &|set| {
            count(set.score.false_alarms)
        }),
        figure(said("compare-flaps"), &|set| count(set.score.flaps)),
        figure(said("compare-short-notice"), &|set| {
            let asked = set.rules.advance_notice_hours;
            let short = language
                .say("compare-short")
                .with("count", set.score.short_notice);
            short.with("hours", asked).to_string()
        }),
        figure(said("compare-notice"), &|set| {
            let mean = set.score.mean_notice_hours();
            mean.map_or("—".to_owned(), |hours| {
                language
                    .say("compare-hours")
                    .with("hours", hours)
                    .to_string()
            })
        }),
    ]);
    rows
}

fn difference(language: Language, comparison: &Comparison) -> String {
    let days = comparison.difference;
    let [first, second] = comparison
        .replayed
        .each_ref()
        .map(|set| set.rules.id.as_str());
    language
        .say("compare-difference")
        .with("first", first)
        .with("second", second)
        .with("same", days.same)
        .with("first_higher", days.first_higher)
        .with("second_higher", days.second_higher)
        .with("first_only", days.first_only)
        .with("second_only", days.second_only)
        .to_string()
}

fn apart_row(language: Language, span: &Apart<'_>, sets: [&Replayed; 2]) -> ApartRow {
    let stood = |at: usize| {
        let lift_hours = sets[at].rules.lift.hours;
        Stood {
            level: span.set_by[at].and_then(|step| step.level),
            why: span.set_by[at].map_or_else(Vec::new, |step| why(language, step, lift_hours)),
        }
    };
    ApartRow {
        days: days_between(language, span.first, span.last),
        stood: [stood(0), stood(1)],
    }
}

/// Why an act was proposed.
fn why(language: Language, step: &Step, lift_hours: u16) -> Vec<String> {
    let because = step.because.iter();
    because
        .map(|reason| match language {
            Language::Zh => reason.zh(lift_hours),
            Language::En => reason.en(lift_hours),
        })
        .collect()
}

fn days_between(language: Language, first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        return first.to_string();
    }
    language
        .say("compare-span")
        .with("first", first.to_string())
        .with("last", last.to_string())
        .to_string()
}
