//! The pages of advisories in every state.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::advisory::telling::{Ahead, Count, Listed, Row, Telling, Told, Way};
use qingkong::web::pages::advisory::{
    AdvisoriesPage, AdvisoryBody, AdvisoryFacts, AdvisoryForm, AdvisoryKind, AdvisoryMoves,
    AdvisoryPage, AdvisoryRow, Confirmation, Decision, Lift,
};
use qingkong::web::pages::approval::{Approval, ApprovalWay};
use qingkong::web::pages::form::Faults;
use qingkong::web::pages::notice::{Step, StepKind};
use qingkong::web::pages::status::{AdvisoryPhase, Reached};
use qingkong::web::pages::{Role, Section};

use super::samples::notice::on_behalf;
use super::samples::{at, choice, chrome, fault, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let draft = page(language);
    let refused = AdvisoryPage {
        body: AdvisoryBody::Editing(Box::new(AdvisoryForm {
            faults: Faults(vec![fault(
                "advice",
                &language
                    .say("refusal-compulsory")
                    .with("word", "一律")
                    .to_string(),
            )]),
            advice: owned("工地一律停工"),
            ..form()
        })),
        ..page(language)
    };
    let submitted = AdvisoryPage {
        chrome: chrome(language, Section::Overview, Role::Approver),
        moves: AdvisoryMoves {
            approve: Some(approval(ApprovalWay::InPerson, vec![])),
            send_back: Some(owned("/advisories/01/return")),
            ..AdvisoryMoves::default()
        },
        steps: steps(2),
        ..fixed(language, AdvisoryPhase::Submitted)
    };
    let own_witness = language.say("refusal-own-witness").to_string();
    let to_record = AdvisoryPage {
        moves: AdvisoryMoves {
            approve: Some(approval(
                ApprovalWay::OnBehalf(Box::new(on_behalf())),
                vec![fault("witness", &own_witness)],
            )),
            abandon: Some(owned("/advisories/01/abandon")),
            waits_for: Some(owned("市环委会办公室主任、副市长")),
            ..AdvisoryMoves::default()
        },
        steps: steps(2),
        ..fixed(language, AdvisoryPhase::Submitted)
    };
    let mut recorded = steps(3);
    recorded[2].on_behalf = Some(owned("副市长 · 电话签批，11月25日12时前补签"));
    recorded[2].scan = Some(owned("/advisories/01/steps/3/scan"));
    let own = AdvisoryPage {
        kind: AdvisoryKind::TemporaryControl,
        body: AdvisoryBody::Fixed(Box::new(AdvisoryFacts {
            cause: None,
            decision: Some(Decision {
                by: owned("许昌市重污染天气应急指挥部"),
                reason: owned("依据市应急预案，静稳天气持续"),
            }),
            because: vec![],
            rule: None,
            ..facts()
        })),
        steps: recorded,
        ..fixed(language, AdvisoryPhase::Approved)
    };
    let beside_a_warning = language.say("refusal-beside-warning").to_string();
    let approved = AdvisoryPage {
        kind: AdvisoryKind::TemporaryControl,
        moves: AdvisoryMoves {
            publish: Some(confirmation(
                "/advisories/01/publish",
                vec![fault("publication", &beside_a_warning)],
            )),
            ahead: Some(Ahead {
                all: 412,
                unreachable: 3,
            }),
            abandon: Some(owned("/advisories/01/abandon")),
            ..AdvisoryMoves::default()
        },
        steps: steps(3),
        ..fixed(language, AdvisoryPhase::Approved)
    };
    let running = AdvisoryPage {
        moves: AdvisoryMoves {
            lift: Some(lift("", Faults::default())),
            ..AdvisoryMoves::default()
        },
        number: owned("许环〔2026〕3号"),
        steps: steps(4),
        telling: Some(Telling {
            told: vec![told(false, [0, 0, 0, 0, 0])],
            listed: None,
        }),
        ..fixed(language, AdvisoryPhase::Running)
    };
    let orders = language.say("refusal-compulsory").with("word", "停工");
    let lift_refused = AdvisoryPage {
        moves: AdvisoryMoves {
            lift: Some(lift(
                "工地停工到位",
                Faults(vec![fault("lift-reason", &orders.to_string())]),
            )),
            ..AdvisoryMoves::default()
        },
        ..running.clone()
    };
    let gone = AdvisoryPage {
        kind: AdvisoryKind::TemporaryControl,
        body: AdvisoryBody::Fixed(Box::new(AdvisoryFacts {
            cause: None,
            superior: Some(owned("豫环委攻坚办〔2026〕88号")),
            ended: Some(at("11-26T08:00")),
            warning: Some(owned("/warnings/01")),
            because: vec![],
            rule: None,
            ..facts()
        })),
        steps: steps(5),
        telling: Some(Telling {
            told: vec![
                told(false, [405, 0, 2, 2, 3]),
                told(true, [380, 27, 2, 0, 3]),
            ],
            listed: Some(listed()),
        }),
        ..fixed(language, AdvisoryPhase::Cancelled)
    };
    let waiting = AdvisoryPage {
        moves: AdvisoryMoves {
            waits_for: Some(owned("市环委会办公室主任、副市长")),
            ..AdvisoryMoves::default()
        },
        steps: steps(2),
        ..fixed(language, AdvisoryPhase::Submitted)
    };
    let list = |advisories, draft: Option<&str>| AdvisoriesPage {
        language,
        chrome: chrome(language, Section::Overview, Role::Officer),
        advisories,
        draft: draft.map(owned),
    };
    vec![
        ("advisory-draft", draft.render().unwrap()),
        ("advisory-refused", refused.render().unwrap()),
        ("advisory-submitted", submitted.render().unwrap()),
        ("advisory-to-record", to_record.render().unwrap()),
        ("advisory-own", own.render().unwrap()),
        ("advisory-waiting", waiting.render().unwrap()),
        ("advisory-approved", approved.render().unwrap()),
        ("advisory-running", running.render().unwrap()),
        ("advisory-lift-refused", lift_refused.render().unwrap()),
        ("advisory-cancelled", gone.render().unwrap()),
        (
            "advisories",
            list(rows(), Some("/advisories/new")).render().unwrap(),
        ),
        ("advisories-none", list(vec![], None).render().unwrap()),
    ]
}

/// An end before its time, as typed.
fn lift(reason: &str, faults: Faults) -> Lift {
    Lift {
        action: owned("/advisories/01/lift"),
        reason: owned(reason),
        faults,
    }
}

/// Advisories in a list.
pub(super) fn rows() -> Vec<AdvisoryRow> {
    let row = |kind, phase, place: &str, about: &str| AdvisoryRow {
        href: owned("/advisories/01"),
        kind,
        phase,
        place: owned(place),
        about: owned(about),
        from: at("11-25T08:00"),
        until: at("11-26T24:00"),
    };
    vec![
        row(
            AdvisoryKind::HealthNotice,
            AdvisoryPhase::Running,
            "许昌市",
            "沙尘",
        ),
        row(
            AdvisoryKind::TemporaryControl,
            AdvisoryPhase::Announced,
            "魏都区、禹州市",
            "豫环委攻坚办〔2026〕88号",
        ),
    ]
}

fn page(language: Language) -> AdvisoryPage {
    AdvisoryPage {
        language,
        chrome: chrome(language, Section::Overview, Role::Officer),
        kind: AdvisoryKind::HealthNotice,
        number: String::new(),
        phase: AdvisoryPhase::Draft,
        body: AdvisoryBody::Editing(Box::new(form())),
        steps: steps(1),
        telling: None,
        moves: AdvisoryMoves {
            submit: Some(owned("/advisories/01/submit")),
            abandon: Some(owned("/advisories/01/abandon")),
            ..AdvisoryMoves::default()
        },
    }
}

fn fixed(language: Language, phase: AdvisoryPhase) -> AdvisoryPage {
    AdvisoryPage {
        phase,
        body: AdvisoryBody::Fixed(Box::new(facts())),
        moves: AdvisoryMoves::default(),
        ..page(language)
    }
}

/// A step told, by how many were reached how far.
fn told(lifted: bool, counts: [i64; 5]) -> Told {
    let reached = [
        Reached::HandedOver,
        Reached::Waiting,
        Reached::Failed,
        Reached::Overtaken,
        Reached::Unreachable,
    ];
    let of = |(reached, count)| Count {
        reached,
        count,
        href: owned("/advisories/01?step=4&reached=failed#recipients"),
    };
    Told {
        lifted,
        at: at(if lifted { "11-25T19:00" } else { "11-24T18:40" }),
        audience: counts.iter().sum(),
        href: owned("/advisories/01?step=4#recipients"),
        counts: reached.into_iter().zip(counts).map(of).collect(),
    }
}

/// Those told that it ended: one of each kind.
fn listed() -> Listed {
    let way = |channel: &str, role: &str, reached, attempts, last: Option<&str>| Way {
        channel: owned(channel),
        role: owned(role),
        reached,
        attempts,
        last: last.map(|reply| (at("11-25T19:02"), owned(reply))),
    };
    let row = |name: &str, reached, ways| Row {
        name: owned(name),
        county: owned("禹州市"),
        reached,
        ways,
    };
    let (sent, failed) = (Reached::HandedOver, Reached::Failed);
    Listed {
        lifted: true,
        only: None,
        rows: vec![
            row(
                "虚构·许东铸造厂",
                sent,
                vec![
                    way("email", "环保负责人", sent, 1, Some("250 2.0.0 Ok: queued")),
                    way("webhook", "环保负责人", sent, 3, Some("204")),
                ],
            ),
            row(
                "虚构·禹州水泥<二>厂",
                failed,
                vec![way("email", "", failed, 1, Some("550 5.1.1 no such user"))],
            ),
            row(
                "虚构·钧瓷窑厂",
                Reached::Waiting,
                vec![way("email", "厂长", Reached::Waiting, 0, None)],
            ),
            row("虚构·砖瓦厂", Reached::Unreachable, vec![]),
        ],
        first: Some(owned("/advisories/01?step=5#recipients")),
        next: Some(owned("/advisories/01?step=5&after=99#recipients")),
    }
}

const BECAUSE: &str = "2026-11-25至2026-11-26 AQI 160、170，成因为沙尘，不启动预警，发布健康提示";

fn form() -> AdvisoryForm {
    AdvisoryForm {
        action: owned("/advisories/01"),
        kinds: vec![
            choice("health-notice", "健康提示", true),
            choice("temporary-control", "临时管控（按上级部署）", false),
            choice("own-control", "临时管控（本地自行决定）", false),
        ],
        causes: vec![choice("dust", "沙尘", true), choice("ozone", "臭氧", false)],
        document: String::new(),
        decided_by: String::new(),
        reason: String::new(),
        parts: vec![
            choice("411002", "魏都区", false),
            choice("411081", "禹州市", true),
        ],
        from: at("11-25T00:00").into(),
        until: at("11-26T24:00").into(),
        text: owned(BECAUSE),
        advice: owned("建议儿童、老年人减少户外活动"),
        answers: owned("as-drafted"),
        because: vec![owned(BECAUSE)],
        faults: Faults::default(),
    }
}

fn facts() -> AdvisoryFacts {
    AdvisoryFacts {
        place: owned("许昌市"),
        cause: Some(owned("沙尘")),
        superior: None,
        decision: None,
        from: at("11-25T00:00"),
        until: at("11-26T24:00"),
        published_at: Some(at("11-24T18:40")),
        ended: None,
        warning: None,
        text: owned("受沙尘影响，25日至26日空气质量以中度污染为主"),
        advice: vec![owned("建议儿童、老年人减少户外活动"), owned("倡议绿色出行")],
        because: vec![owned(BECAUSE)],
        rule: Some(owned("重污染天气预警分级标准 环大气〔2024〕6号")),
    }
}

fn approval(way: ApprovalWay, faults: Vec<qingkong::web::pages::form::Fault>) -> Approval {
    Approval {
        action: owned("/advisories/01/approve"),
        steps: 2,
        plan: String::new(),
        signer: owned("市环委会办公室主任、副市长"),
        way,
        faults: Faults(faults),
    }
}

fn confirmation(action: &str, faults: Vec<qingkong::web::pages::form::Fault>) -> Confirmation {
    Confirmation {
        action: owned(action),
        document: String::new(),
        faults: Faults(faults),
    }
}

fn steps(count: usize) -> Vec<Step> {
    let step = |kind, clock: &str, person: &str| Step {
        kind,
        at: at(&format!("11-24T{clock}")),
        person: owned(person),
        document: None,
        remark: None,
        on_behalf: None,
        scan: None,
    };
    let mut steps = vec![
        step(StepKind::Drafted, "17:12", "值班员 王值班"),
        step(StepKind::Submitted, "17:30", "值班员 王值班"),
        step(StepKind::Approved, "18:20", "副市长 李"),
        step(StepKind::Published, "18:40", "值班员 王值班"),
        step(StepKind::GaveWay, "20:00", "值班员 王值班"),
    ];
    steps.truncate(count);
    steps
}
