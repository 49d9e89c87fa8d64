//! Messages, letters about advisories and notices to try a playbook's texts with: one that says all there is to say, and one
//! that says as little as it can.

use crate::domain::level::WarningLevel;
use crate::domain::notice::{ClassLevel, MeasureClass, NoticeKind};
use crate::domain::outlook::Cause;
use crate::domain::time::WrittenTime;
use crate::notify::render::{AdvisoryContext, AdvisoryMessage, Area, Class, Consultation};
use crate::notify::render::{Decision, Duty, Level};
use crate::notify::render::{MessageContext, NoticeContext, Plants, Recipient, When, Words};

/// A message with everything in it.
pub(super) fn full() -> MessageContext {
    let when = When::from(written());
    MessageContext {
        drill: true,
        measures_level: Some(Level::from(WarningLevel::Red)),
        classes: vec![class()],
        area: Some("样例县".to_owned()),
        previous_level: Some(Level::from(WarningLevel::Yellow)),
        ends: when.clone(),
        duties: vec![Duty {
            unit: "1号线".to_owned(),
            measure: "停产".to_owned(),
            in_place_by: when.clone(),
            until: None,
            goes_on: false,
        }],
        enterprises: Some(12),
        keeps: vec!["扬尘管控".to_owned()],
        suspended_from: Some(when.clone()),
        resumes_at: Some(when.clone()),
        reason: Some("误发".to_owned()),
        acknowledge_by: Some(when),
        link: Some("https://example.org/o/x".to_owned()),
        recipient: Recipient {
            name: "样例厂".to_owned(),
            grade: Some("B".to_owned()),
        },
        ..bare()
    }
}

/// A message of an add-on.
pub(super) fn adding() -> MessageContext {
    let full = full();
    let duty = |until, goes_on| Duty {
        until,
        goes_on,
        ..full.duties[0].clone()
    };
    MessageContext {
        add_on: true,
        duties: vec![duty(None, true), duty(Some(written().into()), false)],
        ..full
    }
}

/// A message with nothing in it that may be missing.
pub(super) fn bare() -> MessageContext {
    let when = When::from(written());
    MessageContext {
        drill: false,
        order: "00000000-0000-7000-8000-000000000000".to_owned(),
        recipient: Recipient {
            name: "样例厂".to_owned(),
            grade: None,
        },
        region: "样例市".to_owned(),
        area: None,
        organ: "样例市指挥部".to_owned(),
        document: "样例〔2026〕1号".to_owned(),
        level: Level::from(WarningLevel::Orange),
        measures_level: None,
        classes: Vec::new(),
        previous_level: None,
        response: words(),
        issued_at: when.clone(),
        effective_at: when,
        ends: When::open(),
        add_on: false,
        duties: Vec::new(),
        enterprises: None,
        keeps: Vec::new(),
        suspended_from: None,
        resumes_at: None,
        reason: None,
        acknowledge_by: None,
        link: None,
        law: words(),
        basis: "样例".to_owned(),
        phone: "0000-0000000".to_owned(),
        check_code: "000000".to_owned(),
    }
}

/// A letter about an advisory with everything in it.
pub(super) fn full_advisory(message: AdvisoryMessage) -> AdvisoryContext {
    AdvisoryContext {
        drill: true,
        parts: vec!["样例县".to_owned()],
        document: Some("样例〔2026〕1号".to_owned()),
        superior: Some("样例〔2026〕2号".to_owned()),
        decision: Some(Decision {
            by: "样例市政府".to_owned(),
            reason: "扩散条件不利".to_owned(),
        }),
        cause: Some(Cause::Dust.into()),
        advice: vec!["建议错峰运输".to_owned()],
        reason: Some("扩散条件改善".to_owned()),
        warning: Some("00000000-0000-7000-8000-000000000000".to_owned()),
        ..bare_advisory(message)
    }
}

/// A letter about an advisory with nothing in it that may be missing.
pub(super) fn bare_advisory(message: AdvisoryMessage) -> AdvisoryContext {
    use AdvisoryMessage::{
        HealthNotice, HealthNoticeLifted, TemporaryControl, TemporaryControlLifted,
    };
    let when = When::from(written());
    let lifted = matches!(message, HealthNoticeLifted | TemporaryControlLifted);
    AdvisoryContext {
        drill: false,
        advisory: "00000000-0000-7000-8000-000000000000".to_owned(),
        kind: match message {
            HealthNotice | HealthNoticeLifted => "health-notice",
            TemporaryControl | TemporaryControlLifted => "temporary-control",
        },
        recipient: "样例厂".to_owned(),
        region: "样例市".to_owned(),
        parts: Vec::new(),
        organ: "样例市指挥部".to_owned(),
        document: None,
        superior: None,
        decision: None,
        cause: None,
        text: "样例".to_owned(),
        advice: Vec::new(),
        published_at: when.clone(),
        lifted_at: lifted.then(|| when.clone()),
        from: when.clone(),
        until: when.clone(),
        ends_at: lifted.then_some(when),
        reason: None,
        warning: None,
        phone: "0000-0000000".to_owned(),
    }
}

/// A notice with everything in it.
pub(super) fn full_notice(kind: NoticeKind) -> NoticeContext {
    let when = When::from(written());
    NoticeContext {
        drill: true,
        classes: vec![class()],
        areas: vec![Area {
            name: "样例县".to_owned(),
            at: when.clone(),
        }],
        resumes_at: Some(when.clone()),
        previous_level: Some(Level::from(WarningLevel::Yellow)),
        ends: when.clone(),
        previous_document: Some("样例〔2026〕0号".to_owned()),
        check_code: Some("000000".to_owned()),
        consultation: Some(Consultation {
            held_at: when,
            parties: vec!["样例台".to_owned(), "样例站".to_owned()],
            conclusion: "将达橙色".to_owned(),
        }),
        instruction: Some("样例〔2026〕2号".to_owned()),
        reason: Some("误发".to_owned()),
        because: vec!["AQI>200持续48小时".to_owned()],
        plants: Plants {
            all: 10,
            stop: 1,
            limit: 2,
            autonomous: 3,
            other: 4,
        },
        adds: vec!["禁止露天烧烤".to_owned()],
        keeps: vec!["扬尘管控".to_owned()],
        cancels: Some("临时管控".to_owned()),
        ..bare_notice(kind)
    }
}

/// A notice with nothing in it that may be missing.
pub(super) fn bare_notice(kind: NoticeKind) -> NoticeContext {
    let when = When::from(written());
    NoticeContext {
        drill: false,
        kind: kind.as_str(),
        region: "样例市".to_owned(),
        organ: "样例市指挥部".to_owned(),
        document: "样例〔2026〕1号".to_owned(),
        previous_document: None,
        level: Level::from(WarningLevel::Orange),
        classes: Vec::new(),
        previous_level: None,
        response: words(),
        issued_at: when.clone(),
        effective_at: when,
        ends: When::open(),
        suspends: kind == NoticeKind::Suspend,
        resumes_at: None,
        areas: Vec::new(),
        consultation: None,
        instruction: None,
        reason: None,
        because: Vec::new(),
        plan: "样例预案".to_owned(),
        law: words(),
        plants: Plants {
            all: 0,
            stop: 0,
            limit: 0,
            autonomous: 0,
            other: 0,
        },
        adds: Vec::new(),
        keeps: Vec::new(),
        cancels: None,
        phone: "0000-0000000".to_owned(),
        check_code: None,
    }
}

fn class() -> Class {
    Class::from(&ClassLevel {
        class: MeasureClass::Industry,
        level: WarningLevel::Red,
    })
}

fn words() -> Words {
    Words {
        zh: "样例".to_owned(),
        en: "sample".to_owned(),
    }
}

fn written() -> WrittenTime {
    "2026-11-24T24:00".parse().expect("a time as written")
}
