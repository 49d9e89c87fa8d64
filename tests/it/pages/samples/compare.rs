//! Two sets of rules over the days that came.

use askama::Template;
use chrono::NaiveDate;
use qingkong::domain::level::WarningLevel::{Orange, Yellow};
use qingkong::domain::outlook::{AqiRange, Day};
use qingkong::i18n::Language;
use qingkong::web::pages::chart::history::History;
use qingkong::web::pages::compare::{
    Answer as Compared, ApartRow, ComparePage, Figure, RulesFacts, Stood, UnreadPart,
};
use qingkong::web::pages::form::{Choice, Fault, Faults};
use qingkong::web::pages::{Role, Section};

use super::{chrome, standards};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let page = |faults, answer| {
        let choices = |chosen: &str| {
            let choice = |name: &str| Choice {
                value: name.to_owned(),
                words: name.to_owned(),
                chosen: name == chosen,
            };
            ["mee-2018", "mee-2024"].map(choice).into()
        };
        let page = ComparePage {
            language,
            chrome: chrome(language, Section::Rules, Role::Officer),
            regions: vec![Choice {
                value: "411000".to_owned(),
                words: "许昌市".to_owned(),
                chosen: true,
            }],
            first: choices("mee-2024"),
            second: choices("mee-2018"),
            from: "2015".to_owned(),
            to: "2015".to_owned(),
            most_years: 10,
            horizon: 7,
            faults,
            answer,
        };
        page.render().unwrap()
    };
    let wrong = Faults(vec![Fault {
        field: "second".to_owned(),
        message: language.say("fault-same-rules").to_string(),
    }]);
    vec![
        ("compare", page(Faults::default(), None)),
        ("compare-refused", page(wrong, None)),
        (
            "compare-answered",
            page(Faults::default(), Some(comparison(language))),
        ),
    ]
}

/// Seven days of December 2015, as `tests/it/compare.rs` has them replayed.
fn comparison(language: Language) -> Compared {
    let day = |day| NaiveDate::from_ymd_opt(2015, 12, day).unwrap();
    let values = [
        Some(90),
        Some(160),
        Some(210),
        Some(310),
        Some(160),
        None,
        Some(45),
    ];
    let days = (1..).zip(values).map(|(number, aqi)| {
        let aqi = aqi.map(|aqi| AqiRange::exactly(aqi).unwrap());
        Day::observed(day(number), aqi)
    });
    let days: Vec<_> = days.collect();
    let under =
        |days: std::ops::RangeInclusive<u32>, level| days.map(|it| (day(it), level)).collect();
    let names = ["mee-2024", "mee-2018"].map(str::to_owned);
    let history = History {
        language,
        standards: &standards(),
        place: "许昌市".to_owned(),
        in_force: vec![
            (names[0].clone(), under(2..=5, Orange)),
            (names[1].clone(), under(3..=4, Yellow)),
        ],
        marks: Vec::new(),
    };
    let facts = |title: &str| RulesFacts {
        title: title.to_owned(),
        unread: vec![UnreadPart {
            what: "解除条件：推定，非原文".to_owned(),
            source: "太原市 2019 年预案".to_owned(),
        }],
    };
    let stood = |level, why: &str| Stood {
        level: Some(level),
        why: vec![why.to_owned()],
    };
    Compared {
        rules: [
            facts("mee-2024 重污染天气预警分级标准（2024年）"),
            facts("mee-2018 重污染天气预警分级标准（2018年）"),
        ],
        history: "2015-12-01 – 2015-12-07".to_owned(),
        figures: vec![Figure {
            label: language.say("compare-warnings").to_string(),
            cells: ["1".to_owned(), "1".to_owned()],
        }],
        difference: "2 + 2".to_owned(),
        apart: vec![
            ApartRow {
                days: "2015-12-02".to_owned(),
                stood: [
                    stood(Orange, "AQI>200持续48小时"),
                    Stood {
                        level: None,
                        why: Vec::new(),
                    },
                ],
            },
            ApartRow {
                days: "2015-12-03 – 2015-12-04".to_owned(),
                stood: [
                    stood(Orange, "AQI>200持续48小时"),
                    stood(Yellow, "AQI>200持续48小时"),
                ],
            },
        ],
        years: history.years(&days),
        names,
    }
}
