//! One of every page in every state it can be in. Names of people, plants and documents are made up.

mod chart;
mod compare;
mod dead_letters;
mod import;
mod inbox;
mod instruction;
pub(super) mod notice;
mod orders;
mod overview;
mod phone;
mod plan;
mod problem;
mod sign_in;
mod warning;

use chrono::NaiveDate;
use qingkong::domain::aqi::Standards;
use qingkong::domain::level::WarningLevel;
use qingkong::domain::time::WrittenTime;
use qingkong::domain::warning::Suspension;
use qingkong::i18n::Language;
use qingkong::playbooks::{self, Files};
use qingkong::web::pages::form::{Choice, Fault};
use qingkong::web::pages::overview::RungCounts;
use qingkong::web::pages::status::Phase;
use qingkong::web::pages::{Chrome, Role, Section, Setting, Standing};

pub(super) use chart::charts;

/// Every sample, rendered.
pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    pages.extend(sign_in::all(language));
    pages.extend(overview::all(language));
    pages.extend(instruction::all(language));
    pages.extend(notice::all(language));
    pages.extend(warning::all(language));
    pages.extend(super::advisories::all(language));
    pages.extend(orders::all(language));
    pages.extend(phone::all(language));
    pages.extend(import::all(language));
    pages.extend(compare::all(language));
    pages.extend(dead_letters::all(language));
    pages.extend(inbox::all(language));
    pages.extend(problem::all(language));
    pages
}

/// One sample by its name.
pub(super) fn page(name: &str, language: Language) -> String {
    let pages = all(language).into_iter();
    pages.into_iter().find(|(it, _)| *it == name).unwrap().1
}

pub(super) fn at(text: &str) -> WrittenTime {
    format!("2026-{text}").parse().unwrap()
}

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn standards() -> Standards {
    playbooks::standards(&Files::shipped()).unwrap()
}

pub(super) fn owned(text: &str) -> String {
    text.to_owned()
}

pub(super) fn choice(value: &str, words: &str, chosen: bool) -> Choice {
    Choice {
        value: owned(value),
        words: owned(words),
        chosen,
    }
}

pub(super) fn fault(field: &str, message: &str) -> Fault {
    Fault {
        field: owned(field),
        message: owned(message),
    }
}

pub(super) fn chrome(language: Language, section: Section, role: Role) -> Chrome {
    Chrome {
        region: owned("许昌市"),
        person: owned("王值班"),
        role,
        now: at("11-23T19:40"),
        section,
        switch_language: format!("?lang={}", language.other().as_str()),
        standing: None,
        setting: Setting::Demo,
        said: None,
    }
}

fn standing(level: WarningLevel, phase: Phase) -> Standing {
    Standing {
        level,
        phase,
        number: owned("许环攻坚办〔2026〕31号"),
        from: at("11-23T20:00"),
        until: None,
        suspension: None,
        href: owned("/warnings/01"),
    }
}

/// From the 24th on, for a day.
fn suspension() -> Suspension {
    Suspension {
        from: at("11-24T14:00"),
        planned: Some(at("11-25T18:00")),
        until: None,
    }
}

fn counts() -> RungCounts {
    RungCounts {
        issued: 1842,
        handed_over: 1836,
        acknowledged: 1507,
        in_place: 912,
        late: 41,
        objections: 6,
        help: 2,
    }
}
