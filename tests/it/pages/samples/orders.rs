//! The orders of a warning, and one with its ladder and answers.

use askama::Template;
use qingkong::domain::level::WarningLevel::Orange;
use qingkong::i18n::Language;
use qingkong::web::pages::orders::{
    Answer, AnswerKind, Attempt, AttemptOutcome, Filter, LadderRung, OrderLine, OrderPage,
    OrderRow, OrdersPage, Paging, Ruling,
};
use qingkong::web::pages::status::{Mark, Phase, Rung};
use qingkong::web::pages::{Chrome, Role, Section};

use super::{at, choice, chrome, owned, standing};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
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
