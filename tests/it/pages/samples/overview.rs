//! The first page: what is foreseen, proposed, due and in force.

use askama::Template;
use chrono::NaiveDate;
use qingkong::config::SourceSeries;
use qingkong::domain::level::WarningLevel::{Orange, Red, Yellow};
use qingkong::domain::skill::LineSkill;
use qingkong::domain::warning::Due;
use qingkong::i18n::Language;
use qingkong::web::pages::form::{Fault, Faults};
use qingkong::web::pages::overview::{
    County, DueItem, FillIn, Gap, Instruction, NextLevel, Outlook, Overview, OwingItem, Proposal,
    ProposalAnswer, ProposalKind, RungCounts, SkillRow, SkillTable,
};
use qingkong::web::pages::status::Phase;
use qingkong::web::pages::{Chrome, Role, Section, Setting, Standing};

use super::chart::chart;
use super::warning::rhythm;
use super::{at, chrome, counts, on, owned, standing};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
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
    let owing = |passed, what: &str, by| OwingItem {
        href: owned("/notices/01"),
        what: owned(what),
        title: owned("分管副市长"),
        to_sign_by: at(by),
        passed,
    };
    let unsigned = Overview {
        owing: vec![
            owing(
                true,
                "启动 · 橙色预警 · 许环委办〔2026〕12号",
                "11-24T09:00",
            ),
            owing(false, "健康提示 · 禹州市", "11-24T12:00"),
        ],
        ..quiet_overview(language)
    };
    let restored = Overview {
        held_since: Some(at("11-24T09:40")),
        stale_sources: vec![
            (SourceSeries::Forecast, at("11-24T03:00")),
            (SourceSeries::Observed, at("11-24T07:00")),
        ],
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
        advisories: crate::pages::advisories::rows(),
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
        ("overview-to-be-signed", unsigned.render().unwrap()),
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
        stale_sources: Vec::new(),
        due: vec![],
        owing: vec![],
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
        scan: Some(owned("/instructions/i/scan")),
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
