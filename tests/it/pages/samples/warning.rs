//! A warning with its notices, and the list of them.

use askama::Template;
use qingkong::domain::level::WarningLevel::{self, Orange, Red, Yellow};
use qingkong::domain::notice::NoticeKind;
use qingkong::i18n::Language;
use qingkong::web::pages::form::Faults;
use qingkong::web::pages::information::{Information, InformationForm, Rhythm, Update};
use qingkong::web::pages::notice::{ChangeCounts, Step, StepKind};
use qingkong::web::pages::status::Phase;
use qingkong::web::pages::warning::{NoticeRow, WarningPage, WarningRow, WarningsPage};
use qingkong::web::pages::{Role, Section};

use super::notice::{split, steps};
use super::plan::plan;
use super::{at, chrome, counts, fault, owned, suspension};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let row = |number: &str, level, phase, until, orders| WarningRow {
        href: owned("/warnings/01"),
        number: owned(number),
        level,
        phase,
        from: at("11-23T20:00"),
        until,
        orders,
    };
    let list = WarningsPage {
        language,
        chrome: chrome(language, Section::Warnings, Role::Officer),
        warnings: vec![
            row("", Red, Phase::Draft, None, 0),
            row("许环攻坚办〔2026〕31号", Orange, Phase::InForce, None, 1842),
            row(
                "许环攻坚办〔2026〕12号",
                Yellow,
                Phase::Lifted,
                Some(at("11-26T24:00")),
                1790,
            ),
            row(
                "许环攻坚办〔2026〕9号",
                WarningLevel::Blue,
                Phase::Withdrawn,
                None,
                3,
            ),
        ],
        draft: Some(owned("/notices/new")),
    };
    let none = WarningsPage {
        warnings: vec![],
        draft: None,
        ..list.clone()
    };
    let one = WarningPage {
        language,
        chrome: chrome(language, Section::Warnings, Role::Officer),
        level: Orange,
        phase: Phase::InForce,
        number: owned("许环攻坚办〔2026〕31号"),
        from: at("11-23T20:00"),
        until: None,
        suspension: None,
        areas: vec![],
        classes: vec![],
        rule: owned("环大气〔2024〕6号"),
        steps: life(),
        notices: notice_rows(),
        counts: counts(),
        orders: owned("/orders?warning=01"),
        information: information(),
        changes: [
            NoticeKind::Raise,
            NoticeKind::Lower,
            NoticeKind::Extend,
            NoticeKind::Suspend,
            NoticeKind::Correct,
            NoticeKind::Withdraw,
            NoticeKind::Lift,
        ]
        .map(|kind| (kind, format!("/notices/new?kind={kind}")))
        .to_vec(),
    };
    let refused = WarningPage {
        information: Information {
            form: Some(InformationForm {
                aqi: owned("重度"),
                faults: Faults(vec![fault(
                    "aqi",
                    &language.say("fault-aqi-now").to_string(),
                )]),
                ..information_form()
            }),
            ..information()
        },
        ..one.clone()
    };
    let suspended = WarningPage {
        phase: Phase::Suspended,
        suspension: Some(suspension()),
        classes: split(),
        changes: vec![(NoticeKind::Resume, owned("/notices/new?kind=resume"))],
        ..one.clone()
    };
    let over = WarningPage {
        information: Information {
            rhythm: Rhythm {
                last: None,
                due: None,
                overdue: false,
            },
            updates: vec![],
            form: None,
        },
        phase: Phase::Lifted,
        until: Some(at("11-26T24:00")),
        areas: vec![(owned("禹州市"), at("11-26T15:00"))],
        changes: vec![],
        ..one.clone()
    };
    vec![
        ("warnings", list.render().unwrap()),
        ("warnings-none", none.render().unwrap()),
        ("warning", one.render().unwrap()),
        ("warning-uninformed", refused.render().unwrap()),
        ("warning-suspended", suspended.render().unwrap()),
        ("warning-lifted", over.render().unwrap()),
    ]
}

pub(super) fn rhythm(overdue: bool) -> Rhythm {
    Rhythm {
        last: Some(at("11-23T20:10")),
        due: Some(at("11-24T00:10")),
        overdue,
    }
}

fn information() -> Information {
    Information {
        rhythm: rhythm(false),
        updates: vec![Update {
            at: at("11-23T20:10"),
            person: owned("王值班（市攻坚办）"),
            aqi: Some(231),
            text: owned("全市以重度污染为主，PM2.5 为首要污染物。"),
            outlook: owned("预计26日夜间冷空气到达后转好。"),
        }],
        form: Some(information_form()),
    }
}

fn information_form() -> InformationForm {
    InformationForm {
        action: owned("/warnings/01/information"),
        ..InformationForm::default()
    }
}

fn life() -> Vec<Step> {
    let mut life = steps(6);
    let later = [
        (StepKind::Returned, "11-24T09:00"),
        (StepKind::Raised, "11-24T16:00"),
        (StepKind::Corrected, "11-24T16:30"),
        (StepKind::Lowered, "11-25T12:00"),
        (StepKind::Extended, "11-25T18:00"),
        (StepKind::Suspended, "11-25T18:05"),
        (StepKind::Resumed, "11-25T18:10"),
        (StepKind::Withdrawn, "11-25T18:20"),
        (StepKind::Lifted, "11-26T24:00"),
    ];
    life.extend(later.map(|(kind, when)| Step {
        kind,
        at: at(when),
        person: owned("王值班（市攻坚办）"),
        document: None,
        remark: None,
        on_behalf: None,
        scan: None,
    }));
    life
}

fn notice_rows() -> Vec<NoticeRow> {
    let row = |number: &str, kind, level, phase, issued_at, changes| NoticeRow {
        href: owned("/notices/01"),
        number: owned(number),
        kind,
        level,
        phase,
        issued_at,
        from: at("11-23T20:00"),
        changes,
        digest: changes.map(|_: ChangeCounts| owned("9f2c1ab07d3e")),
    };
    vec![
        row(
            "许环攻坚办〔2026〕33号",
            NoticeKind::Lift,
            None,
            Phase::Submitted,
            None,
            None,
        ),
        row(
            "许环攻坚办〔2026〕32号",
            NoticeKind::Raise,
            Some(Red),
            Phase::Announced,
            Some(at("11-24T16:00")),
            Some(plan().changes),
        ),
        row(
            "许环攻坚办〔2026〕31号",
            NoticeKind::Start,
            Some(Orange),
            Phase::InForce,
            Some(at("11-23T18:50")),
            Some(ChangeCounts {
                new: 1842,
                ..ChangeCounts::default()
            }),
        ),
    ]
}
