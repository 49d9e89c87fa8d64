//! The page on which a superior's instruction is entered.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::form::{Faults, TimeField};
use qingkong::web::pages::instruction::InstructionPage;
use qingkong::web::pages::{Role, Section};

use super::notice::class_fields;
use super::{at, choice, chrome, fault, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let fresh = InstructionPage {
        language,
        chrome: chrome(language, Section::Overview, Role::Officer),
        action: owned("/instructions"),
        number: String::new(),
        sender: owned("省攻坚办"),
        levels: vec![
            choice("yellow", "黄色预警（Ⅲ级）", false),
            choice("orange", "橙色预警（Ⅱ级）", true),
            choice("red", "红色预警（Ⅰ级）", false),
            choice("lift", "解除", false),
        ],
        classes: class_fields(),
        from: at("11-23T20:00").into(),
        received: at("11-23T17:05").into(),
        remark: String::new(),
        faults: Faults::default(),
    };
    let refused = InstructionPage {
        from: TimeField {
            day: owned("2026-11-23"),
            clock: owned("25:00"),
        },
        faults: Faults(match language {
            Language::Zh => vec![
                fault("number", "请填写文号；电话指令写“电话”与通话时间"),
                fault("from", "“25:00”不是时刻，应为 00:00 至 24:00"),
            ],
            Language::En => vec![
                fault(
                    "number",
                    "Give the number; for a call, “telephone” and its time",
                ),
                fault("from", "“25:00” is no time: expected 00:00 to 24:00"),
            ],
        }),
        ..fresh.clone()
    };
    vec![
        ("instruction", fresh.render().unwrap()),
        ("instruction-refused", refused.render().unwrap()),
    ]
}
