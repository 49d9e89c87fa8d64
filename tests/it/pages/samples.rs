//! One of every page in every state it can be in. Names of people, plants and documents are made up.

use askama::Template;
use chrono::NaiveDate;
use qingkong::domain::level::WarningLevel::{self, Orange, Red, Yellow};
use qingkong::domain::notice::{ClassLevel, Levels, MeasureClass, NoticeKind};
use qingkong::domain::outlook::{AqiRange, Day};
use qingkong::domain::skill::LineSkill;
use qingkong::domain::time::WrittenTime;
use qingkong::domain::warning::{Due, Suspension};
use qingkong::i18n::Language;
use qingkong::table;
use qingkong::web::pages::chart::history::History;
use qingkong::web::pages::chart::outlook::{ChartDay, DayValue, OutlookChart, RuleLine, Window};
use qingkong::web::pages::compare::{
    Answer as Compared, ApartRow, ComparePage, Figure, RulesFacts, Stood, UnreadPart,
};
use qingkong::web::pages::dead_letters::{DeadLetter, DeadLettersPage};
use qingkong::web::pages::form::{Choice, ClassField, Fault, Faults, TimeField};
use qingkong::web::pages::import::{Exports, ImportOutcome, ImportPage, ImportReport, RowsBack};
use qingkong::web::pages::inbox::{InboxPage, Letter, LetterRow, SignatureCheck, SinkChannel};
use qingkong::web::pages::information::{Information, InformationForm, Rhythm, Update};
use qingkong::web::pages::instruction::InstructionPage;
use qingkong::web::pages::notice::{
    Approval, ApprovalWay, ChangeCounts, Consultation, Cut, Difference, DocumentPage, DutyCounts,
    IssueForm, LetterPreview, NoticeBody, NoticeFacts, NoticeForm, NoticeMoves, NoticePage,
    OnBehalf, PlanLine, PlanPreview, Step, StepKind, Waiting, Wording,
};
use qingkong::web::pages::orders::{
    Answer, AnswerKind, Attempt, AttemptOutcome, Filter, LadderRung, OrderLine, OrderPage,
    OrderRow, OrdersPage, Paging, Ruling,
};
use qingkong::web::pages::overview::{
    County, DueItem, FillIn, Gap, Instruction, NextLevel, Outlook, Overview, Proposal,
    ProposalAnswer, ProposalKind, RungCounts, SkillRow, SkillTable,
};
use qingkong::web::pages::phone::{
    InvalidLink, OrderKind, PhoneActions, PhoneAnswer, PhoneLine, PhonePage, PhoneState, Receipt,
};
use qingkong::web::pages::problem::{ProblemKind, ProblemPage};
use qingkong::web::pages::sign_in::{SignIn, SignInFault};
use qingkong::web::pages::status::{Change, Mark, Phase, Rung};
use qingkong::web::pages::warning::{NoticeRow, WarningPage, WarningRow, WarningsPage};
use qingkong::web::pages::{Chrome, Role, Section, Setting, Standing};

/// Every sample, rendered.
pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    pages.extend(sign_in(language));
    pages.extend(overviews(language));
    pages.extend(instructions(language));
    pages.extend(notices(language));
    pages.extend(warnings(language));
    pages.extend(super::advisories::all(language));
    pages.extend(orders(language));
    pages.extend(phones(language));
    pages.extend(imports(language));
    pages.extend(compared(language));
    pages.extend(dead_letters(language));
    pages.extend(inboxes(language));
    pages.extend(problems(language));
    pages
}

/// One sample by its name.
pub(super) fn page(name: &str, language: Language) -> String {
    let pages = all(language).into_iter();
    pages.into_iter().find(|(it, _)| *it == name).unwrap().1
}

/// The outlook chart in its states.
pub(super) fn charts() -> Vec<(&'static str, OutlookChart)> {
    let empty = OutlookChart {
        days: vec![],
        window: None,
        ..chart()
    };
    let closed = OutlookChart {
        window: Some(Window {
            level: Red,
            from: at("11-22T12:00"),
            until: Some(at("11-26T24:00")),
        }),
        ..chart()
    };
    vec![
        ("chart", chart()),
        ("chart-closed-window", closed),
        ("chart-empty", empty),
    ]
}

pub(super) fn at(text: &str) -> WrittenTime {
    format!("2026-{text}").parse().unwrap()
}

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
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

fn chart() -> OutlookChart {
    let observed = [153, 211, 190, 159, 80, 88, 140, 142, 103, 102];
    let forecast = [
        (190, 226, 208),
        (236, 276, 256),
        (262, 312, 287),
        (140, 180, 160),
        (60, 74, 67),
        (100, 116, 108),
        (160, 190, 175),
    ];
    let mut days: Vec<_> = observed
        .into_iter()
        .zip(13..)
        .map(|(aqi, day)| {
            known(
                day,
                DayValue::Observed {
                    aqi,
                    modelled: false,
                },
            )
        })
        .collect();
    days[4] = known(17, DayValue::Missing);
    days[5].value = DayValue::FilledIn {
        aqi: 88,
        source: owned("市站人工记录"),
    };
    days[7].excluded = Some(owned("沙尘"));
    days.extend(
        forecast
            .into_iter()
            .zip(23..)
            .map(|((low, high, judged), day)| known(day, foreseen(low, high, judged))),
    );
    OutlookChart {
        days,
        lines: vec![
            line(150, "黄 48小时 · 橙 72小时"),
            line(200, "黄 1天 · 橙 48小时 · 红 72小时"),
            line(300, "红 24小时（同时满足）"),
        ],
        today: on(23),
        window: Some(Window {
            level: Orange,
            from: at("11-23T20:00"),
            until: None,
        }),
    }
}

fn foreseen(low: u16, high: u16, judged: u16) -> DayValue {
    DayValue::Forecast {
        low,
        high,
        judged,
        source: owned("省环境监测中心"),
    }
}

fn known(day: u32, value: DayValue) -> ChartDay {
    ChartDay {
        day: on(day),
        primary: match value {
            DayValue::Missing => String::new(),
            _ => owned("PM2.5"),
        },
        value,
        excluded: None,
        provenance: None,
    }
}

fn line(aqi: u16, name: &str) -> RuleLine {
    RuleLine {
        aqi,
        name: owned(name),
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

fn sign_in(language: Language) -> Vec<(&'static str, String)> {
    let page = |name: &str, setting, fault| {
        SignIn {
            language,
            setting,
            name: owned(name),
            next: owned("/"),
            switch_language: format!("?lang={}", language.other().as_str()),
            fault,
        }
        .render()
        .unwrap()
    };
    vec![
        ("sign-in", page("", Setting::Live, None)),
        (
            "sign-in-refused",
            page("officer", Setting::Demo, Some(SignInFault::Refused)),
        ),
        (
            "sign-in-throttled",
            page(
                "officer",
                Setting::Live,
                Some(SignInFault::Throttled { minutes: 10 }),
            ),
        ),
        (
            "sign-in-expired",
            page("officer", Setting::Drill, Some(SignInFault::Expired)),
        ),
    ]
}

fn overviews(language: Language) -> Vec<(&'static str, String)> {
    let quiet = quiet_overview(language);
    let proposed = Overview {
        proposal: Some(proposal(ProposalAnswer::Open {
            draft: owned("/proposals/7/draft"),
            decline: owned("/proposals/7/decline"),
        })),
        instructions: vec![instruction(None)],
        register_instruction: Some(owned("/instructions/new")),
        ..with_outlook(language, false)
    };
    let item = |due, passed, draft: Option<&str>| DueItem {
        due,
        passed,
        draft: draft.map(owned),
    };
    let due = Overview {
        due: vec![
            item(
                Due::End(at("11-24T24:00")),
                false,
                Some("/notices/new?kind=extend"),
            ),
            item(
                Due::Resumption(at("11-24T18:00")),
                false,
                Some("/notices/new?kind=resume"),
            ),
            item(Due::Resumption(at("11-23T18:00")), true, None),
        ],
        ..quiet_overview(language)
    };
    let restored = Overview {
        held_since: Some(at("11-24T09:40")),
        ..quiet_overview(language)
    };
    let mut in_force = Overview {
        proposal: Some(held()),
        instructions: vec![instruction(Some("/notices/01"))],
        information: Some((rhythm(true), owned("/warnings/01#information"))),
        counts: Some(counts()),
        counties: counties(),
        ..with_outlook(language, false)
    };
    in_force.chrome.standing = Some(standing(Orange, Phase::InForce));
    let declined = Overview {
        proposal: Some(proposal(ProposalAnswer::Declined {
            person: owned("王值班"),
            at: at("11-23T18:10"),
            reason: owned("会商认为 25 日夜间有冷空气过程，暂不启动，24 日 10 时再会商。"),
        })),
        ..with_outlook(language, true)
    };
    let advised = Overview {
        proposal: Some(Proposal {
            kind: ProposalKind::Advise,
            level: None,
            next: None,
            decide_by: None,
            because: vec![owned(
                "2026-11-25至2026-11-26 AQI 160、170，成因为沙尘，不启动预警，发布健康提示",
            )],
            ..proposal(ProposalAnswer::Advised {
                href: owned("/advisories/01"),
            })
        }),
        advisories: super::advisories::rows(),
        ..with_outlook(language, false)
    };
    let drafted = Overview {
        proposal: Some(proposal(ProposalAnswer::Drafted {
            href: owned("/notices/01"),
        })),
        ..with_outlook(language, false)
    };
    let mut disputed = with_outlook(language, false);
    if let Some(outlook) = &mut disputed.outlook {
        let (zh, en) = (
            "取省环境监测中心 11-23 17:30 预报；open-meteo 低 86",
            "taken from 省环境监测中心, forecast of 11-23 17:30; open-meteo is 86 lower",
        );
        let words = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        outlook.differences = vec![(on(25), owned(words))];
        let provenance = "省环境监测中心，11-23 17:30 发布，11-23 17:32 收到（系统定时获取）";
        outlook.chart.days[12].provenance = Some(owned(provenance));
        outlook.skill = Some(skill());
    }
    let waiting = Overview {
        proposal: Some(every_reason()),
        ..with_outlook(language, false)
    };
    let mut lifting = Overview {
        proposal: Some(Proposal {
            kind: ProposalKind::Lift,
            because: vec![],
            next: None,
            decide_by: None,
            ..proposal(ProposalAnswer::Waiting)
        }),
        counties: counties()
            .into_iter()
            .map(|county| County {
                lifted_at: Some(at("11-26T15:00")),
                ..county
            })
            .collect(),
        ..with_outlook(language, false)
    };
    lifting.chrome.standing = Some(Standing {
        until: Some(at("11-26T24:00")),
        ..standing(Yellow, Phase::Ending)
    });
    vec![
        ("overview-quiet", quiet.render().unwrap()),
        ("overview-due", due.render().unwrap()),
        ("overview-restored", restored.render().unwrap()),
        ("overview-proposal", proposed.render().unwrap()),
        ("overview", in_force.render().unwrap()),
        ("overview-declined", declined.render().unwrap()),
        ("overview-advised", advised.render().unwrap()),
        ("overview-drafted", drafted.render().unwrap()),
        ("overview-disputed", disputed.render().unwrap()),
        ("overview-reasons", waiting.render().unwrap()),
        ("overview-lift", lifting.render().unwrap()),
        ("overview-gap", with_gap(language, "", vec![])),
        (
            "overview-gap-refused",
            with_gap(
                language,
                "210-240-260",
                vec![Fault {
                    field: owned("aqi-2026-11-17"),
                    message: language.say("fault-aqi").to_string(),
                }],
            ),
        ),
    ]
}

fn with_gap(language: Language, aqi: &str, faults: Vec<Fault>) -> String {
    let source = if aqi.is_empty() {
        ""
    } else {
        "邻近站点均值"
    };
    let view = Overview {
        fill_in: Some(FillIn {
            action: owned("/outlook/fill-in"),
            gaps: vec![Gap {
                day: on(17),
                aqi: owned(aqi),
                source: owned(source),
            }],
            faults: Faults(faults),
        }),
        ..with_outlook(language, false)
    };
    view.render().unwrap()
}

fn skill() -> SkillTable {
    let line = |(above, hits, misses, false_alarms)| LineSkill {
        above,
        hits,
        misses,
        false_alarms,
        quiet: 0,
    };
    SkillTable {
        from: NaiveDate::from_ymd_opt(2026, 7, 26).unwrap(),
        to: on(22),
        lines: vec![150, 200, 300],
        rows: vec![SkillRow {
            source: owned("open-meteo"),
            lead_days: 1,
            days: 40,
            bias: owned("-12.5"),
            absolute_error: owned("31.0"),
            lines: vec![(150, 9, 4, 1), (200, 3, 3, 0), (300, 0, 1, 0)]
                .into_iter()
                .map(line)
                .collect(),
        }],
    }
}

fn quiet_overview(language: Language) -> Overview {
    Overview {
        language,
        chrome: Chrome {
            setting: Setting::Live,
            ..chrome(language, Section::Overview, Role::Officer)
        },
        held_since: None,
        due: vec![],
        outlook: None,
        fill_in: None,
        proposal: None,
        advisories: vec![],
        draft_advisory: Some(owned("/advisories/new")),
        instructions: vec![],
        register_instruction: Some(owned("/instructions/new")),
        information: None,
        counts: None,
        counties: vec![],
    }
}

fn with_outlook(language: Language, stale: bool) -> Overview {
    Overview {
        chrome: chrome(language, Section::Overview, Role::Officer),
        outlook: Some(Outlook {
            chart: chart(),
            source: owned("省环境监测中心"),
            issued_at: Some(at("11-23T17:30")),
            stale,
            differences: vec![],
            skill: None,
        }),
        ..quiet_overview(language)
    }
}

fn proposal(answer: ProposalAnswer) -> Proposal {
    Proposal {
        kind: ProposalKind::Issue,
        level: Some(Orange),
        from: Some(at("11-23T00:00")),
        until: Some(at("11-25T24:00")),
        rule: owned("环大气〔2024〕6号"),
        decide_by: Some(at("11-23T20:00")),
        too_late: false,
        because: vec![
            owned("2026-11-23至2026-11-25 AQI 208、256、287，满足橙色条件“AQI>200持续48小时”"),
            owned("豫环攻坚办〔2026〕118号要求橙色"),
        ],
        next: Some(NextLevel {
            level: Red,
            missing: owned("还差1天AQI>300（在连续日内）"),
        }),
        answer,
    }
}

fn every_reason() -> Proposal {
    Proposal {
        kind: ProposalKind::Raise,
        level: Some(Red),
        because: vec![
            owned("2026-11-23 AQI 208，满足黄色条件“AQI>200持续24小时”"),
            owned("2026-11-21 AQI 260，成因为沙尘，不启动预警，发布健康提示"),
            owned("2026-11-17至2026-11-18无数据，不视为清洁"),
        ],
        next: None,
        too_late: true,
        ..proposal(ProposalAnswer::Waiting)
    }
}

fn held() -> Proposal {
    Proposal {
        kind: ProposalKind::Hold,
        decide_by: None,
        because: vec![owned("尚未连续36小时以上不超过橙色启动标准150")],
        answer: ProposalAnswer::Nothing,
        ..proposal(ProposalAnswer::Nothing)
    }
}

fn instruction(notice: Option<&str>) -> Instruction {
    Instruction {
        number: owned("豫环攻坚办〔2026〕118号"),
        sender: owned("省攻坚办"),
        level: Some(Orange),
        classes: vec![],
        from: at("11-23T20:00"),
        received_at: at("11-23T17:05"),
        waits_minutes: notice.is_none().then_some(155),
        notice: notice.map(owned),
    }
}

fn counties() -> Vec<County> {
    let counties = [
        ("411002", "魏都区", [212, 212, 190, 140, 3, 1, 0]),
        ("411003", "建安区", [388, 387, 301, 166, 12, 0, 1]),
        ("411024", "鄢陵县", [241, 241, 214, 131, 0, 2, 0]),
        ("411025", "襄城县", [355, 352, 270, 160, 14, 1, 0]),
        ("411081", "禹州市", [402, 400, 341, 209, 9, 1, 1]),
        ("411082", "长葛市", [244, 244, 191, 106, 3, 1, 0]),
    ];
    counties
        .into_iter()
        .map(|(code, name, figures)| {
            let [
                issued,
                handed_over,
                acknowledged,
                in_place,
                late,
                objections,
                help,
            ] = figures;
            County {
                code: owned(code),
                name: owned(name),
                lifted_at: None,
                counts: RungCounts {
                    issued,
                    handed_over,
                    acknowledged,
                    in_place,
                    late,
                    objections,
                    help,
                },
            }
        })
        .collect()
}

fn instructions(language: Language) -> Vec<(&'static str, String)> {
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

fn notices(language: Language) -> Vec<(&'static str, String)> {
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
    vec![
        ("notice-draft", draft.render().unwrap()),
        ("notice-draft-planned", planned.render().unwrap()),
        ("notice-draft-refused", faulty.render().unwrap()),
        ("notice-submitted", submitted.render().unwrap()),
        ("notice-signed-on-behalf", on_behalf.render().unwrap()),
        ("notice-waiting", waiting.render().unwrap()),
        ("notice-approved", approved.render().unwrap()),
        ("notice-ready", ready.render().unwrap()),
        ("notice-stale-plan", stale.render().unwrap()),
        ("notice-issued", issued.render().unwrap()),
        (
            "notice-suspend",
            suspend_notice(ready.clone()).render().unwrap(),
        ),
        ("notice-lift", lift_notice(ready).render().unwrap()),
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
        keeps: String::new(),
        suspends: false,
        resumes: TimeField::default(),
        areas: String::new(),
        classes: class_fields(),
        faults: Faults::default(),
    }
}

/// Yellow, with industry at orange.
fn split() -> Vec<ClassLevel> {
    let class = MeasureClass::Industry;
    let level = Orange;
    Levels::new(Yellow, &[ClassLevel { class, level }]).split()
}

/// Industry at orange, everything else as the warning.
fn class_fields() -> Vec<ClassField> {
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

fn on_behalf() -> OnBehalf {
    OnBehalf {
        how: owned("telephone"),
        titles: vec![choice("分管副市长", "分管副市长", true)],
        witnesses: vec![choice("01", "副班 张核对", true)],
        to_sign_by: at("11-24T12:00").into(),
        note: owned("17时58分电话，同意按橙色发布"),
    }
}

/// The first steps of a notice's life.
fn steps(count: usize) -> Vec<Step> {
    let step = |kind, clock: &str, person: &str| Step {
        kind,
        at: at(&format!("11-23T{clock}")),
        person: owned(person),
        document: None,
        remark: None,
        on_behalf: None,
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
    steps[4].document = Some(owned("许环攻坚办〔2026〕31号"));
    steps[2].remark = Some(owned("省指令要求19时05分前发布"));
    steps.truncate(count);
    steps
}

fn plan() -> PlanPreview {
    PlanPreview {
        id: owned("0193"),
        list_version: owned("2026-11-23 第 1 版"),
        drawn_at: at("11-23T18:31"),
        digest: owned("9f2c1ab07d3e64b85a1f0c9ee2d47b6388e01f5ad9c3b2746f10a8e5d4c7b921"),
        stale: None,
        changes: ChangeCounts {
            new: 1520,
            changed: 310,
            told: 12,
            lifted: 0,
            suspended: 0,
            resumed: 0,
        },
        duties: DutyCounts {
            stop: 604,
            limit: 731,
            autonomous: 148,
            other: 337,
            offices: 22,
        },
        cuts: vec![
            cut("PM", 42_310, 9_055, "21.4", "20", 0),
            cut("SO2", 18_904, 3_346, "17.7", "20", 435),
            cut("NOx", 51_267, 11_279, "22.0", "20", 0),
            cut("VOCs", 33_018, 6_999, "21.2", "", 0),
        ],
        sample: plan_lines(),
        letter: Some(LetterPreview {
            to: owned("虚构·颍北水泥有限公司"),
            subject: owned("【橙色预警】虚构·颍北水泥有限公司减排指令"),
            text: owned("许昌市发布重污染天气橙色预警。\n\n1. 回转窑：停产"),
        }),
        all_lines: Some(owned("/notices/01/plan.csv")),
    }
}

fn cut(
    name: &'static str,
    base: u64,
    cut: u64,
    percent: &str,
    target: &str,
    shortfall: u64,
) -> Cut {
    Cut {
        pollutant: name,
        base_kg: base,
        cut_kg: cut,
        percent: owned(percent),
        target: owned(target),
        shortfall_kg: shortfall,
    }
}

fn plan_lines() -> Vec<PlanLine> {
    let lines = [
        (
            Change::New,
            "虚构·颍北水泥有限公司",
            "禹州市",
            "C",
            "",
            "停产 + 停用国四及以下重型载货车",
        ),
        (
            Change::Changed,
            "虚构·长社玻璃厂",
            "长葛市",
            "B",
            "限产10%",
            "限产20%",
        ),
        (
            Change::Told,
            "虚构·襄汝耐材厂",
            "襄城县",
            "D",
            "停产，停止公路运输",
            "停产，停止公路运输",
        ),
        (
            Change::Lifted,
            "虚构·许东铸造厂",
            "建安区",
            "B",
            "涉气工序停产",
            "解除",
        ),
    ];
    lines
        .into_iter()
        .map(|(change, recipient, county, grade, was, now)| PlanLine {
            change,
            recipient: owned(recipient),
            county: owned(county),
            grade: owned(grade),
            was: owned(was),
            now: owned(now),
        })
        .collect()
}

fn warnings(language: Language) -> Vec<(&'static str, String)> {
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

fn rhythm(overdue: bool) -> Rhythm {
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

fn orders(language: Language) -> Vec<(&'static str, String)> {
    let list = OrdersPage {
        language,
        chrome: Chrome {
            standing: Some(standing(Orange, Phase::InForce)),
            ..chrome(language, Section::Orders, Role::Clerk)
        },
        filter: Filter {
            warning: None,
            rungs: Rung::ALL
                .map(|rung| {
                    let words = rung.status().word(language).to_string();
                    choice(rung.as_str(), &words, rung == Rung::Issued)
                })
                .to_vec(),
            counties: vec![choice("", "全部", true), choice("411002", "魏都区", false)],
            text: String::new(),
        },
        rows: order_rows(),
        paging: Paging {
            total: 1842,
            previous: Some(owned("/orders?before=100")),
            next: Some(owned("/orders?after=200")),
        },
    };
    let none = OrdersPage {
        rows: vec![],
        paging: Paging {
            total: 0,
            previous: None,
            next: None,
        },
        ..list.clone()
    };
    let one = order(language);
    let silent = OrderPage {
        marks: vec![Mark::Unreachable],
        until: Some(at("11-26T24:00")),
        attempts: vec![],
        answers: vec![],
        ..one.clone()
    };
    vec![
        ("orders", list.render().unwrap()),
        ("orders-none", none.render().unwrap()),
        ("order", one.render().unwrap()),
        ("order-unanswered", silent.render().unwrap()),
    ]
}

fn order_rows() -> Vec<OrderRow> {
    let row = |recipient: &str, county: &str, grade: &str, duty: &str, rung, marks| OrderRow {
        href: owned("/orders/4711"),
        recipient: owned(recipient),
        county: owned(county),
        grade: owned(grade),
        duty: owned(duty),
        acknowledged_at: (rung >= Rung::Acknowledged).then(|| at("11-23T19:12")),
        rung,
        marks,
    };
    let mut rows = vec![
        row(
            "虚构·颍北水泥有限公司",
            "禹州市",
            "C",
            "停产 + 停用国四及以下重型载货车",
            Rung::HandedOver,
            vec![Mark::Late],
        ),
        row(
            "虚构·长社玻璃厂",
            "长葛市",
            "B",
            "限产20%",
            Rung::Acknowledged,
            vec![Mark::Objection],
        ),
        row(
            "虚构·襄汝耐材厂",
            "襄城县",
            "D",
            "停产，停止公路运输",
            Rung::Opened,
            vec![Mark::Help],
        ),
        row(
            "虚构·许东铸造厂",
            "建安区",
            "B-",
            "涉气工序停产",
            Rung::Issued,
            vec![Mark::Unreachable, Mark::Late],
        ),
        row(
            "虚构·天平山水泥熟料公司",
            "禹州市",
            "A",
            "自主减排",
            Rung::Acknowledged,
            vec![],
        ),
        row(
            "禹州市环境攻坚办",
            "禹州市",
            "",
            "组织落实本辖区 402 家企业",
            Rung::Closed,
            vec![],
        ),
    ];
    for (rung, name) in [
        (Rung::Delivered, "虚构·灞陵建材厂"),
        (Rung::InPlace, "虚构·清潩河化工厂"),
        (Rung::LiftAcknowledged, "虚构·鄢城家具厂"),
    ] {
        rows.push(row(name, "鄢陵县", "引领性", "限产30%", rung, vec![]));
    }
    rows
}

fn order(language: Language) -> OrderPage {
    OrderPage {
        language,
        chrome: chrome(language, Section::Orders, Role::Clerk),
        number: owned("XC-2026-31-04711"),
        recipient: owned("虚构·颍北水泥有限公司"),
        place: owned("禹州市 古城镇"),
        grade: owned("C（环办大气函〔2020〕340号）"),
        level: Orange,
        warning: (owned("/warnings/01"), owned("许环攻坚办〔2026〕31号")),
        from: at("11-23T20:00"),
        until: None,
        measures_level: None,
        classes: vec![],
        suspension: None,
        marks: vec![Mark::Late, Mark::Objection],
        lines: vec![
            OrderLine {
                unit: owned("1# 熟料线（2500 t/d）"),
                measure: owned("停产"),
                by: Some(at("11-23T24:00")),
                remark: Some(owned("回转窑降温需 4 小时，按操作规程止火")),
                in_place_at: None,
            },
            OrderLine {
                unit: owned("厂区运输"),
                measure: owned("停用国四及以下重型载货车（含燃气）"),
                by: Some(at("11-23T20:00")),
                remark: None,
                in_place_at: Some(at("11-23T19:55")),
            },
        ],
        basis: owned("应急减排清单 2026-11-23 第 1 版；绩效分级 C 级橙色措施"),
        ladder: ladder(),
        attempts: attempts(),
        answers: answers(),
    }
}

fn ladder() -> Vec<LadderRung> {
    let reached = [
        Some("18:50"),
        Some("18:51"),
        Some("18:51"),
        Some("19:02"),
        Some("20:09"),
    ];
    let due = [None, None, None, None, Some("19:50"), Some("24:00")];
    Rung::ALL
        .into_iter()
        .enumerate()
        .map(|(place, rung)| {
            let when = |clocks: &[Option<&str>]| {
                let clock = clocks.get(place).copied().flatten()?;
                Some(at(&format!("11-23T{clock}")))
            };
            LadderRung {
                rung,
                reached_at: when(&reached),
                due_at: when(&due),
                late: rung == Rung::Acknowledged,
            }
        })
        .collect()
}

fn attempts() -> Vec<Attempt> {
    let attempt = |clock: &str, channel: &str, outcome, reply: &str| Attempt {
        at: at(&format!("11-23T{clock}")),
        channel: owned(channel),
        contact: owned("环保负责人"),
        outcome,
        reply: owned(reply),
    };
    vec![
        attempt("19:40", "email", AttemptOutcome::Unknown, ""),
        attempt("19:21", "webhook", AttemptOutcome::Never, "410 Gone"),
        attempt(
            "18:52",
            "webhook",
            AttemptOutcome::Later,
            "503, Retry-After: 60",
        ),
        attempt(
            "18:51",
            "email",
            AttemptOutcome::Delivered,
            "250 2.0.0 Ok: queued",
        ),
    ]
}

fn answers() -> Vec<Answer> {
    let answer = |kind, clock: &str, text: Option<&str>, code: &str, ruling| Answer {
        kind,
        at: at(&format!("11-23T{clock}")),
        by: owned("企业联系人 · 链接"),
        text: text.map(owned),
        late: kind == AnswerKind::Acknowledged,
        code: owned(code),
        ruling,
    };
    let record = || owned("禹州分局 赵经办，11-23 21:10：协同处置任务已核实。");
    vec![
        answer(
            AnswerKind::LiftAcknowledged,
            "23:10",
            None,
            "K7QM-41",
            Ruling::None,
        ),
        answer(
            AnswerKind::Objection,
            "20:40",
            Some("协同处置城市污泥，停产后污泥无法处置。"),
            "P2XA-17",
            Ruling::Pending {
                action: Some(owned("/orders/4711/answers/3/ruling")),
            },
        ),
        answer(
            AnswerKind::Objection,
            "20:30",
            Some("运输车辆为国六。"),
            "P2XA-11",
            Ruling::Accepted { record: record() },
        ),
        answer(
            AnswerKind::Objection,
            "20:20",
            Some("订单紧急。"),
            "P2XA-09",
            Ruling::Rejected { record: record() },
        ),
        answer(
            AnswerKind::Help,
            "20:12",
            Some("需要延长止火时间。"),
            "H3NE-08",
            Ruling::None,
        ),
        answer(AnswerKind::InPlace, "20:10", None, "T9LC-55", Ruling::None),
        answer(
            AnswerKind::Acknowledged,
            "20:09",
            None,
            "A4RD-02",
            Ruling::None,
        ),
    ]
}

fn phones(language: Language) -> Vec<(&'static str, String)> {
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

fn imports(language: Language) -> Vec<(&'static str, String)> {
    let fault = |line, column: &str, found: &str, expected: &str| table::Fault {
        file: owned("清单.csv"),
        line,
        cell: None,
        column: owned(column),
        found: owned(found),
        expected: owned(expected),
    };
    let report = ImportReport {
        file: owned("清单.csv"),
        sheet: None,
        lines: 2004,
        plants: 2001,
        new: 38,
        changed: 112,
        unchanged: 1904,
        faults: vec![
            fault(
                17,
                "统一社会信用代码",
                "91411000MA0000000X",
                "a code whose check digit is `3`",
            ),
            fault(203, "橙色措施", "", "a measure, or `自主减排`"),
            fault(0, "", "", "a column `绩效等级`"),
        ],
        more_faults: 0,
        handed_back: None,
        outcome: ImportOutcome::Trial,
    };
    let page = |list_version: Option<&str>, report| {
        ImportPage {
            language,
            chrome: chrome(language, Section::List, Role::Clerk),
            action: owned("/enterprises/import"),
            list_version: list_version.map(owned),
            export: list_version.map(|_| Exports {
                csv: owned("/api/v1/exports/enterprises?region=411000"),
                workbook: owned("/api/v1/exports/enterprises?region=411000&format=xlsx"),
            }),
            report,
        }
        .render()
        .unwrap()
    };
    let refused = ImportReport {
        more_faults: 240,
        outcome: ImportOutcome::Refused,
        ..report.clone()
    };
    let workbook = ImportReport {
        file: owned("清单.xlsx"),
        sheet: Some(owned("工业源")),
        faults: vec![table::Fault {
            cell: Some("工业源!F17".into()),
            ..report.faults[0].clone()
        }],
        handed_back: Some(RowsBack::Workbook {
            name: owned("清单.xlsx.faulty.xlsx"),
            href: owned("data:application/octet-stream;base64,UEsDBA=="),
        }),
        outcome: ImportOutcome::Accepted {
            version: owned("2026-11-23 第 2 版"),
        },
        ..report.clone()
    };
    let accepted = ImportReport {
        handed_back: Some(RowsBack::Csv(owned(
            "企业名称,…,问题\n虚构·许东铸造厂,…,信用代码校验位应为 3\n",
        ))),
        outcome: ImportOutcome::Accepted {
            version: owned("2026-11-23 第 2 版"),
        },
        ..report.clone()
    };
    vec![
        ("import", page(None, None)),
        (
            "import-trial",
            page(Some("2026-11-23 第 1 版"), Some(report)),
        ),
        (
            "import-refused",
            page(Some("2026-11-23 第 1 版"), Some(refused)),
        ),
        (
            "import-accepted",
            page(Some("2026-11-23 第 2 版"), Some(accepted)),
        ),
        (
            "import-workbook",
            page(Some("2026-11-23 第 2 版"), Some(workbook)),
        ),
    ]
}

fn dead_letters(language: Language) -> Vec<(&'static str, String)> {
    let letter = |key, channel: &str, why: &str| DeadLetter {
        key,
        subject: owned("/orders/4711"),
        recipient: owned("虚构·许东铸造厂"),
        channel: owned(channel),
        attempts: 9,
        last_at: at("11-23T19:21"),
        why: owned(why),
    };
    let some = DeadLettersPage {
        language,
        chrome: chrome(language, Section::DeadLetters, Role::Administrator),
        letters: vec![
            letter(9, "webhook", "410 Gone"),
            letter(4, "email", "550 5.1.1 <…>: Recipient address rejected"),
        ],
        more: true,
        redrive: Some(owned("/dead-letters/redrive")),
    };
    let none = DeadLettersPage {
        letters: vec![],
        more: false,
        chrome: Chrome {
            said: Some(match language {
                Language::Zh => owned("已重新发送 2 封。"),
                Language::En => owned("2 letters were sent again."),
            }),
            ..chrome(language, Section::DeadLetters, Role::Coordinator)
        },
        ..some.clone()
    };
    let seen = DeadLettersPage {
        redrive: None,
        chrome: Chrome {
            setting: Setting::Drill,
            ..chrome(language, Section::DeadLetters, Role::Inspector)
        },
        ..some.clone()
    };
    vec![
        ("dead-letters", some.render().unwrap()),
        ("dead-letters-none", none.render().unwrap()),
        ("dead-letters-read-only", seen.render().unwrap()),
    ]
}

fn inboxes(language: Language) -> Vec<(&'static str, String)> {
    let row = |channel, to: &str, open| LetterRow {
        href: owned("/letters/2?lang=zh"),
        channel,
        to: owned(to),
        subject: owned("【橙色预警】应急减排指令 XC-2026-31-04711"),
        at: at("11-23T18:51"),
        open,
    };
    let found = |letters: Vec<LetterRow>, words: &str, open| {
        InboxPage {
            language,
            switch_language: format!("?lang={}", language.other().as_str()),
            console: owned("http://127.0.0.1:8080/"),
            total: if letters.is_empty() && words.is_empty() {
                0
            } else {
                1836
            },
            words: owned(words),
            matching: letters.len(),
            newest: owned("/?lang=zh"),
            older: (!letters.is_empty()).then(|| owned("/?lang=zh&before=1812")),
            list: owned("/?lang=zh"),
            letters,
            open,
        }
        .render()
        .unwrap()
    };
    let page = |letters, open| found(letters, "", open);
    let mail = Letter {
        channel: SinkChannel::Mail,
        to: owned("虚构·联系人 <plant-1@sink.invalid>"),
        subject: owned("【橙色预警】应急减排指令 XC-2026-31-04711"),
        headers: vec![
            (
                owned("From"),
                owned("许昌市攻坚办 <alert@qingkong.invalid>"),
            ),
            (owned("To"), owned("虚构·颍北水泥 <plant-1@sink.invalid>")),
        ],
        signature: None,
        links: vec![owned("http://127.0.0.1:8080/o/token")],
        text: owned("虚构·颍北水泥有限公司：\n请停产 1# 熟料线，最迟 11月23日24时 落实到位。"),
        html: Some(owned("/letters/2/html")),
    };
    let webhook = Letter {
        channel: SinkChannel::Webhook,
        to: owned("/hook/XC-000001"),
        signature: Some(SignatureCheck::Right),
        headers: vec![(owned("webhook-id"), owned("msg_4711"))],
        links: vec![],
        text: owned("{\"type\":\"order.issued\",\"level\":\"orange\"}"),
        html: None,
        ..mail.clone()
    };
    let checked = |signature| Letter {
        signature: Some(signature),
        ..webhook.clone()
    };
    let rows = || {
        vec![
            row(SinkChannel::Mail, "虚构·颍北水泥", true),
            row(SinkChannel::Webhook, "虚构·钧都陶瓷", false),
        ]
    };
    vec![
        ("inbox-empty", page(vec![], None)),
        ("inbox-list", page(rows(), None)),
        ("inbox-mail", page(rows(), Some(mail))),
        ("inbox-webhook", page(rows(), Some(webhook.clone()))),
        (
            "inbox-webhook-wrong",
            page(rows(), Some(checked(SignatureCheck::Wrong))),
        ),
        (
            "inbox-webhook-unchecked",
            page(rows(), Some(checked(SignatureCheck::Unchecked))),
        ),
        ("inbox-found", found(rows(), "颍北", None)),
        ("inbox-none-found", found(vec![], "洛阳", None)),
    ]
}

fn problems(language: Language) -> Vec<(&'static str, String)> {
    let page = |kind, detail: &str| {
        ProblemPage {
            language,
            kind,
            detail: owned(detail),
            reference: owned("7k3m-92qx"),
        }
        .render()
        .unwrap()
    };
    vec![
        ("problem-not-found", page(ProblemKind::NotFound, "")),
        ("problem-forbidden", page(ProblemKind::Forbidden, "")),
        (
            "problem-conflict",
            page(ProblemKind::Conflict, "清单已更新为 2026-11-23 第 2 版"),
        ),
        ("problem-invalid", page(ProblemKind::Invalid, "")),
        ("problem-unavailable", page(ProblemKind::Unavailable, "")),
        ("problem-internal", page(ProblemKind::Internal, "")),
    ]
}

fn compared(language: Language) -> Vec<(&'static str, String)> {
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
