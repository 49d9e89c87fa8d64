//! What a recipient sees who follows the link of an order.

use askama::Template;
use qingkong::domain::level::WarningLevel::{Orange, Red, Yellow};
use qingkong::domain::warning::Suspension;
use qingkong::i18n::Language;
use qingkong::web::pages::Setting;
use qingkong::web::pages::form::Faults;
use qingkong::web::pages::phone::{
    InvalidLink, OrderKind, PhoneActions, PhoneAnswer, PhoneLine, PhonePage, PhoneState, Receipt,
};

use super::{at, choice, fault, owned, suspension};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let waiting = phone(language);
    let receipt = |late| Receipt {
        at: at("11-23T19:02"),
        code: owned("A4RD-02"),
        late,
    };
    let in_state = |state, actions| {
        PhonePage {
            state,
            actions,
            ..phone(language)
        }
        .render()
        .unwrap()
    };
    let answered_actions = || PhoneActions {
        acknowledge: None,
        ..waiting.actions.clone()
    };
    let late = PhoneState::Waiting {
        answer_by: at("11-23T19:50"),
        late: true,
    };
    let lifted = |confirmed| PhoneState::Lifted {
        at: at("11-26T24:00"),
        keeps: Some(owned("烧结砖瓦窑继续错峰生产")),
        confirmed,
    };
    let answered = PhonePage {
        state: PhoneState::Answered(receipt(true)),
        actions: answered_actions(),
        answers: vec![PhoneAnswer {
            words: match language {
                Language::Zh => owned("情况说明/异议"),
                Language::En => owned("Explanation or objection"),
            },
            receipt: receipt(false),
            ruling: match language {
                Language::Zh => owned("待县级部门裁定，裁定前指令照常执行。"),
                Language::En => owned("The county office decides; until then the order binds."),
            },
        }],
        ..phone(language)
    };
    let refused = PhonePage {
        faults: Faults(vec![match language {
            Language::Zh => fault("text", "请写明具体情况。"),
            Language::En => fault("text", "Please say what exactly."),
        }]),
        ..phone(language)
    };
    let confirm = PhoneActions {
        confirm_lift: Some(owned("/o/token/confirm-lift")),
        ..PhoneActions::default()
    };
    let confirm_suspension = PhoneActions {
        confirm_suspension: Some(owned("/o/token/confirm-suspension")),
        ..PhoneActions::default()
    };
    let suspended = |confirmed, actions| {
        PhonePage {
            state: PhoneState::Suspended {
                begun: true,
                confirmed,
            },
            suspension: Some(suspension()),
            actions,
            lines: phone(language)
                .lines
                .into_iter()
                .map(|line| PhoneLine { by: None, ..line })
                .collect(),
            ..phone(language)
        }
        .render()
        .unwrap()
    };
    let resumed = PhonePage {
        measures_level: Some(Red),
        suspension: Some(Suspension {
            until: Some(at("11-25T18:00")),
            ..suspension()
        }),
        ..phone(language)
    };
    let for_a_while = |by, remark: &str| PhoneLine {
        unit: language.say("line-everything").to_string(),
        measure: owned("停止土石方作业"),
        by,
        remark: Some(owned(remark)),
    };
    let with = |line| {
        PhonePage {
            lines: phone(language).lines.into_iter().chain([line]).collect(),
            ..phone(language)
        }
        .render()
        .unwrap()
    };
    let until = |said: &'static str| {
        let until = language.written(at("11-26T08:00"));
        language.say(said).with("until", until).to_string()
    };
    let added = for_a_while(Some(at("11-24T20:00")), &until("line-until"));
    let over = for_a_while(None, &until("line-over"));
    let replaced = PhoneState::Replaced {
        by: owned("XC-2026-32-04711"),
        href: Some(owned("/o/newer")),
    };
    let withdrawn = PhoneState::Withdrawn {
        at: at("11-23T19:30"),
        reason: owned("发布对象有误"),
    };
    let invalid = InvalidLink {
        language,
        switch_language: format!("?lang={}", language.other().as_str()),
    };
    vec![
        ("phone", waiting.render().unwrap()),
        ("phone-late", in_state(late, waiting.actions.clone())),
        ("phone-refused", refused.render().unwrap()),
        ("phone-answered", answered.render().unwrap()),
        (
            "phone-in-place",
            in_state(
                PhoneState::InPlace(receipt(false)),
                PhoneActions {
                    in_place: None,
                    ..answered_actions()
                },
            ),
        ),
        (
            "phone-told",
            in_state(PhoneState::Told { before: Yellow }, PhoneActions::default()),
        ),
        ("phone-suspended", suspended(None, confirm_suspension)),
        (
            "phone-suspension-confirmed",
            suspended(Some(receipt(false)), PhoneActions::default()),
        ),
        ("phone-resumed", resumed.render().unwrap()),
        ("phone-added", with(added)),
        ("phone-added-over", with(over)),
        (
            "phone-ran-out",
            in_state(
                PhoneState::RanOut {
                    at: at("11-24T24:00"),
                },
                PhoneActions::default(),
            ),
        ),
        ("phone-lifted", in_state(lifted(None), confirm)),
        (
            "phone-lift-confirmed",
            in_state(lifted(Some(receipt(false))), PhoneActions::default()),
        ),
        (
            "phone-replaced",
            in_state(replaced, PhoneActions::default()),
        ),
        (
            "phone-withdrawn",
            in_state(withdrawn, PhoneActions::default()),
        ),
        ("phone-autonomous", autonomous(language).render().unwrap()),
        ("phone-office", office(language).render().unwrap()),
        ("phone-invalid", invalid.render().unwrap()),
    ]
}

fn phone(language: Language) -> PhonePage {
    PhonePage {
        language,
        switch_language: format!("?lang={}", language.other().as_str()),
        setting: Setting::Demo,
        issuer: owned("许昌市重污染天气应急指挥部办公室"),
        plant: owned("虚构·颍北水泥有限公司"),
        number: owned("XC-2026-31-04711"),
        level: Orange,
        from: at("11-23T20:00"),
        until: None,
        measures_level: None,
        classes: vec![],
        suspension: None,
        kind: OrderKind::Measures,
        state: PhoneState::Waiting {
            answer_by: at("11-23T19:50"),
            late: false,
        },
        lines: vec![
            PhoneLine {
                unit: owned("1# 熟料线（2500 t/d）"),
                measure: owned("停产"),
                by: Some(at("11-23T24:00")),
                remark: Some(owned("回转窑降温需 4 小时，按操作规程止火")),
            },
            PhoneLine {
                unit: owned("厂区运输"),
                measure: owned("停用国四及以下重型载货车（含燃气）"),
                by: Some(at("11-23T20:00")),
                remark: None,
            },
        ],
        basis: owned("许环攻坚办〔2026〕31号；应急减排清单 2026-11-23 第 1 版，绩效分级 C 级"),
        law: owned(
            "依据《中华人民共和国生态环境法典》第二百六十四条，县级以上人民政府可以按预警级别责令有关企业停产或者限产。",
        ),
        office: owned("禹州市环境攻坚办，0374-0000000"),
        actions: PhoneActions {
            acknowledge: Some(owned("/o/token/acknowledge")),
            in_place: Some(owned("/o/token/in-place")),
            object: Some(owned("/o/token/object")),
            help: Some(owned("/o/token/help")),
            confirm_lift: None,
            confirm_suspension: None,
        },
        objections: vec![
            choice("exempt", "属于保障类或豁免情形", false),
            choice("measure", "措施与实际生产线不符", false),
            choice("stopped", "已停产，不再生产", false),
            choice("other", "其他", false),
        ],
        needs: vec![
            choice("time", "需要更多停炉时间", false),
            choice("safety", "存在安全风险", false),
            choice("other", "其他", false),
        ],
        answers: vec![],
        faults: Faults::default(),
    }
}

fn office(language: Language) -> PhonePage {
    let page = phone(language);
    let task = PhoneLine {
        unit: owned("属地任务"),
        measure: owned(
            "督促辖区内 562 家企业签收、落实：停产 513 家、限产 8 家、自主减排 41 家、其他 0 家",
        ),
        by: Some(at("11-23T20:00")),
        remark: None,
    };
    PhonePage {
        plant: owned("虚构·长葛市重污染天气应急值班室"),
        kind: OrderKind::Office,
        lines: vec![task],
        ..page
    }
}

fn autonomous(language: Language) -> PhonePage {
    let page = phone(language);
    PhonePage {
        plant: owned("虚构·天平山水泥熟料公司"),
        kind: OrderKind::Autonomous,
        lines: vec![],
        actions: PhoneActions {
            in_place: None,
            object: None,
            ..page.actions
        },
        ..page
    }
}
