//! A notice from its draft to its issue.

use askama::Template;
use qingkong::domain::level::WarningLevel::{Blue, Orange, Yellow};
use qingkong::domain::notice::{ClassLevel, Levels, MeasureClass, NoticeKind};
use qingkong::domain::time::WrittenTime;
use qingkong::i18n::Language;
use qingkong::web::pages::approval::{Approval, ApprovalWay, OnBehalf, Signing};
use qingkong::web::pages::form::{ClassField, Faults, TimeField};
use qingkong::web::pages::notice::{
    ChangeCounts, Consultation, Difference, DocumentPage, DutyCounts, IssueForm, LevelTable,
    NoticeBody, NoticeFacts, NoticeForm, NoticeMoves, NoticePage, PlanPreview, Step, StepKind,
    Waiting, Wording,
};
use qingkong::web::pages::status::Phase;
use qingkong::web::pages::{Role, Section};

use super::plan::{blue_plan, plan};
use super::{at, choice, chrome, fault, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let draft = draft(language);
    let planned = NoticePage {
        wording: Some(wording(language)),
        plan: Some(plan()),
        moves: NoticeMoves {
            draw_plan: None,
            ..draft.moves.clone()
        },
        ..draft.clone()
    };
    let planned_blue = NoticePage {
        level: Some(Blue),
        plan: Some(blue_plan()),
        ..planned.clone()
    };
    let mut faulty = draft.clone();
    faulty.body = NoticeBody::Editing(Box::new(NoticeForm {
        grounds: vec![choice(
            "judgement",
            "本级研判（判据未满足，须写理由）",
            true,
        )],
        because: vec![],
        open_end: false,
        reason: String::new(),
        cancels: owned("11月21日不利气象条件管控"),
        faults: Faults(match language {
            Language::Zh => vec![
                fault("until", "请填写结束时刻，或选择另行通知"),
                fault("reason", "未达到启动条件，须写明理由"),
            ],
            Language::En => vec![
                fault("until", "Give the end, or leave it open"),
                fault("reason", "The rule is not met: a reason is needed"),
            ],
        }),
        ..form()
    }));
    faulty.moves.submit = None;
    let mut correcting = draft.clone();
    correcting.body = NoticeBody::Editing(Box::new(NoticeForm {
        kinds: vec![choice("correct", "更正", true)],
        standing: vec![
            choice("禁止露天烧烤", "禁止露天烧烤", false),
            choice(
                "停止土石方作业",
                "停止土石方作业（至2026年11月26日8时）",
                true,
            ),
        ],
        ..form()
    }));
    let submitted = NoticePage {
        phase: Phase::Submitted,
        body: fixed(None),
        steps: steps(3),
        moves: NoticeMoves {
            approve: Some(approval(ApprovalWay::InPerson)),
            send_back: Some(owned("/notices/01/return")),
            ..NoticeMoves::default()
        },
        ..draft.clone()
    };
    let on_behalf = NoticePage {
        moves: NoticeMoves {
            approve: Some(approval(ApprovalWay::OnBehalf(Box::new(on_behalf())))),
            ..NoticeMoves::default()
        },
        ..submitted.clone()
    };
    let waiting = NoticePage {
        wording: Some(wording(language)),
        plan: Some(plan()),
        moves: NoticeMoves {
            draw_plan: Some(owned("/notices/01/plan")),
            waits_for: Some(Waiting {
                whom: owned("分管副市长"),
                again: owned("/notices/01"),
            }),
            ..NoticeMoves::default()
        },
        ..submitted.clone()
    };
    let approved = NoticePage {
        phase: Phase::Approved,
        steps: steps(4),
        moves: NoticeMoves {
            draw_plan: Some(owned("/notices/01/plan")),
            ..NoticeMoves::default()
        },
        ..submitted.clone()
    };
    let ready = NoticePage {
        wording: Some(wording(language)),
        plan: Some(plan()),
        steps: steps(4),
        moves: NoticeMoves {
            draw_plan: Some(owned("/notices/01/plan")),
            issue: Some(IssueForm {
                action: owned("/notices/01/issue"),
                document: String::new(),
                faults: Faults::default(),
            }),
            ..NoticeMoves::default()
        },
        ..approved.clone()
    };
    let stale = NoticePage {
        plan: Some(PlanPreview {
            stale: Some(owned("清单已更新为 2026-11-23 第 2 版，须重新生成。")),
            ..plan()
        }),
        moves: NoticeMoves {
            draw_plan: Some(owned("/notices/01/plan")),
            ..NoticeMoves::default()
        },
        ..ready.clone()
    };
    let issued = NoticePage {
        phase: Phase::InForce,
        body: fixed(Some(at("11-23T18:50"))),
        steps: steps(6),
        moves: NoticeMoves::default(),
        ..ready.clone()
    };
    let owing = NoticePage {
        moves: NoticeMoves {
            sign: Some(Signing {
                action: owned("/notices/01/sign"),
                title: owned("分管副市长"),
                to_sign_by: at("11-24T09:00"),
                passed: true,
                signed_at: TimeField::from(at("11-25T23:00")),
                note: owned("签批单存值班室"),
                faults: Faults(vec![fault(
                    "signed",
                    &language.say("fault-future").to_string(),
                )]),
            }),
            ..NoticeMoves::default()
        },
        ..issued.clone()
    };
    let lift = lift_notice(ready.clone());
    let passed = NoticePage {
        passed: vec![at("11-26T15:00")],
        ..lift.clone()
    };
    vec![
        ("notice-draft", draft.render().unwrap()),
        ("notice-draft-planned", planned.render().unwrap()),
        ("notice-draft-planned-blue", planned_blue.render().unwrap()),
        ("notice-draft-refused", faulty.render().unwrap()),
        ("notice-draft-correcting", correcting.render().unwrap()),
        ("notice-submitted", submitted.render().unwrap()),
        ("notice-signed-on-behalf", on_behalf.render().unwrap()),
        ("notice-waiting", waiting.render().unwrap()),
        ("notice-approved", approved.render().unwrap()),
        ("notice-ready", ready.render().unwrap()),
        ("notice-stale-plan", stale.render().unwrap()),
        ("notice-issued", issued.render().unwrap()),
        ("notice-to-be-signed", owing.render().unwrap()),
        (
            "notice-suspend",
            suspend_notice(ready.clone()).render().unwrap(),
        ),
        ("notice-lift", lift.render().unwrap()),
        ("notice-passed", passed.render().unwrap()),
        (
            "notice-document",
            document(language, true).render().unwrap(),
        ),
        (
            "notice-document-draft",
            document(language, false).render().unwrap(),
        ),
    ]
}

fn document(language: Language, issued: bool) -> DocumentPage {
    DocumentPage {
        language,
        organ: owned("许昌市生态环境保护委员会办公室"),
        number: issued.then(|| owned("许环委办〔2026〕31号")),
        issued_at: issued.then(|| at("11-23T18:50")),
        stale: (!issued).then(|| owned("清单已更新为 2026-11-23 第 2 版，须重新生成。")),
        wording: wording(language),
        notice: owned("/notices/01"),
        switch_language: format!("?lang={}", language.other().as_str()),
    }
}

fn wording(language: Language) -> Wording {
    let (title, body) = match language {
        Language::Zh => (
            "关于启动重污染天气橙色预警（Ⅱ级应对响应）的通知",
            "许昌市各有关单位：\n\n按照豫环攻坚办〔2026〕118号的要求，现将有关事项通知如下。\n\n\
             同时执行以下措施：\n1. 禁止露天烧烤\n2. 停止土石方作业\n\n\
             值班电话：0374-0000000\n指令校验码：7c41d09a",
        ),
        Language::En => (
            "Notice: Orange heavy-pollution warning (Level Ⅱ response)",
            "To all concerned in 许昌市:\n\nThis notice carries out 豫环攻坚办〔2026〕118号.\n\n\
             These measures are carried out as well:\n1. 禁止露天烧烤\n2. 停止土石方作业\n\n\
             Duty office: 0374-0000000\nCheck code of the orders: 7c41d09a",
        ),
    };
    Wording::new(owned(title), body)
}

fn lift_notice(ready: NoticePage) -> NoticePage {
    NoticePage {
        kind: NoticeKind::Lift,
        level: None,
        body: NoticeBody::Fixed(Box::new(NoticeFacts {
            from: at("11-26T24:00"),
            until: None,
            issued_at: None,
            parent: None,
            reason: owned("26日起受冷空气影响，空气质量逐步改善至良。"),
            against_rule: true,
            consultation: None,
            cancels: Some(owned("许环攻坚办〔2026〕29号")),
            adds: None,
            drops: None,
            keeps: Some(owned("水泥熟料、烧结砖瓦窑继续错峰生产")),
            resumes: None,
            areas: vec![(owned("禹州市"), at("11-26T15:00"))],
            classes: vec![],
            rule: owned("环大气〔2024〕6号"),
        })),
        differences: vec![
            difference("notice-level", "橙色预警（Ⅱ级）", "解除"),
            difference("notice-from", "2026年11月23日20时", "2026年11月23日20时"),
            difference("notice-until", "解除时间另行通知", "2026年11月26日24时"),
        ],
        wording: None,
        plan: Some(PlanPreview {
            changes: ChangeCounts {
                lifted: 1842,
                ..ChangeCounts::default()
            },
            duties: DutyCounts::default(),
            cuts: vec![],
            levels: LevelTable::default(),
            sample: vec![],
            all_lines: None,
            letter: None,
            ..plan()
        }),
        ..ready
    }
}

fn suspend_notice(ready: NoticePage) -> NoticePage {
    NoticePage {
        kind: NoticeKind::Suspend,
        body: NoticeBody::Fixed(Box::new(NoticeFacts {
            from: at("11-24T14:00"),
            until: None,
            issued_at: None,
            parent: None,
            reason: owned("24日下午至25日白天扩散条件短时好转。"),
            against_rule: true,
            consultation: None,
            cancels: None,
            adds: None,
            drops: None,
            keeps: None,
            resumes: Some(at("11-25T18:00")),
            areas: vec![],
            classes: vec![],
            rule: owned("环大气〔2024〕6号"),
        })),
        differences: vec![difference(
            "notice-suspension",
            "无",
            "2026年11月24日14时起暂停，计划2026年11月25日18时恢复",
        )],
        plan: Some(PlanPreview {
            changes: ChangeCounts {
                suspended: 1842,
                ..ChangeCounts::default()
            },
            duties: DutyCounts::default(),
            cuts: vec![],
            levels: LevelTable::default(),
            sample: vec![],
            all_lines: None,
            letter: None,
            ..plan()
        }),
        ..ready
    }
}

fn difference(key: &'static str, was: &str, now: &str) -> Difference {
    Difference {
        key,
        was: owned(was),
        now: owned(now),
    }
}

fn draft(language: Language) -> NoticePage {
    NoticePage {
        language,
        chrome: chrome(language, Section::Warnings, Role::Officer),
        kind: NoticeKind::Start,
        level: Some(Orange),
        number: owned("许环攻坚办〔2026〕31号"),
        phase: Phase::Draft,
        body: NoticeBody::Editing(Box::new(form())),
        steps: vec![],
        differences: vec![],
        passed: vec![],
        wording: None,
        document: owned("/notices/01/document"),
        plan: None,
        moves: NoticeMoves {
            submit: Some(owned("/notices/01/submit")),
            draw_plan: Some(owned("/notices/01/plan")),
            abandon: Some(owned("/notices/01/abandon")),
            ..NoticeMoves::default()
        },
    }
}

fn form() -> NoticeForm {
    NoticeForm {
        action: owned("/notices/01"),
        kinds: vec![choice("start", "发布", true)],
        levels: vec![
            choice("yellow", "黄色预警（Ⅲ级）", false),
            choice("orange", "橙色预警（Ⅱ级）", true),
            choice("red", "红色预警（Ⅰ级）", false),
        ],
        grounds: vec![
            choice("as-drafted", "保持现有依据：mee-2024", true),
            choice("instruction:118", "上级指令 豫环攻坚办〔2026〕118号", false),
            choice("judgement", "本级研判（判据未满足，须写理由）", false),
        ],
        because: vec![owned(
            "2026-11-23至2026-11-25 AQI 208、256、287，满足橙色条件“AQI>200持续48小时”",
        )],
        reason: String::new(),
        from: at("11-23T20:00").into(),
        open_end: true,
        until: TimeField::default(),
        parent: owned("豫环攻坚办〔2026〕118号"),
        consulted: at("11-23T17:30").into(),
        consulted_by: owned("市生态环境局、市气象局"),
        consultation: owned("静稳高湿，扩散条件不利，25日夜间转好。"),
        cancels: String::new(),
        adds: String::new(),
        standing: vec![],
        keeps: String::new(),
        suspends: false,
        resumes: TimeField::default(),
        areas: String::new(),
        classes: class_fields(),
        faults: Faults::default(),
    }
}

/// Yellow, with industry at orange.
pub(super) fn split() -> Vec<ClassLevel> {
    let class = MeasureClass::Industry;
    let level = Orange;
    Levels::new(Yellow, &[ClassLevel { class, level }]).split()
}

/// Industry at orange, everything else as the warning.
pub(super) fn class_fields() -> Vec<ClassField> {
    let fields = MeasureClass::ALL.into_iter().map(|class| ClassField {
        class,
        levels: vec![
            choice("", "按预警级别", class != MeasureClass::Industry),
            choice("orange", "橙色预警（Ⅱ级）", class == MeasureClass::Industry),
        ],
    });
    fields.collect()
}

fn fixed(issued_at: Option<WrittenTime>) -> NoticeBody {
    NoticeBody::Fixed(Box::new(NoticeFacts {
        from: at("11-23T20:00"),
        until: None,
        issued_at,
        parent: Some(owned("豫环攻坚办〔2026〕118号")),
        reason: owned("预测23日至25日持续重度污染，首要污染物PM2.5。"),
        against_rule: false,
        consultation: Some(Consultation {
            held_at: at("11-23T17:30"),
            present: owned("市生态环境局、市气象局"),
            conclusion: owned("静稳高湿，扩散条件不利，25日夜间转好。"),
        }),
        cancels: None,
        adds: None,
        drops: None,
        keeps: None,
        resumes: None,
        areas: vec![],
        classes: vec![],
        rule: owned("环大气〔2024〕6号"),
    }))
}

fn approval(way: ApprovalWay) -> Approval {
    let faults = match way {
        ApprovalWay::InPerson => vec![],
        ApprovalWay::OnBehalf(_) => vec![fault("witness", "第二经办人不能是您本人")],
    };
    Approval {
        action: owned("/notices/01/approve"),
        steps: 3,
        plan: owned("9c41"),
        signer: owned("分管副市长"),
        way,
        faults: Faults(faults),
    }
}

pub(in crate::pages) fn on_behalf() -> OnBehalf {
    OnBehalf {
        how: owned("telephone"),
        titles: vec![choice("分管副市长", "分管副市长", true)],
        witnesses: vec![choice("01", "副班 张核对", true)],
        to_sign_by: at("11-24T12:00").into(),
        note: owned("17时58分电话，同意按橙色发布"),
    }
}

/// The first steps of a notice's life.
pub(super) fn steps(count: usize) -> Vec<Step> {
    let step = |kind, clock: &str, person: &str| Step {
        kind,
        at: at(&format!("11-23T{clock}")),
        person: owned(person),
        document: None,
        remark: None,
        on_behalf: None,
        scan: None,
    };
    let mut steps = vec![
        step(StepKind::Drafted, "17:12", "王值班（市攻坚办）"),
        step(StepKind::Consulted, "17:30", "市生态环境局、市气象局"),
        step(StepKind::Submitted, "17:52", "王值班（市攻坚办）"),
        step(StepKind::Approved, "18:20", "李副市长"),
        step(StepKind::Issued, "18:50", "王值班（市攻坚办）"),
        step(StepKind::Started, "20:00", "系统"),
    ];
    steps[3].on_behalf = Some(owned("电话签批，王值班、张核对代录，24日12时前补签"));
    steps[3].scan = Some(owned("/notices/n/steps/4/scan"));
    steps[4].document = Some(owned("许环攻坚办〔2026〕31号"));
    steps[2].remark = Some(owned("省指令要求19时05分前发布"));
    steps.truncate(count);
    steps
}
