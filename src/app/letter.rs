//! The letter: what one message says to one contact, from the record to the words.
//!
//! A letter is written when it is sent. Its words are the texts of the playbook its plan was drawn
//! by, what it says is the plan's line, and its link is sealed for the contact it goes to: none of
//! that rests in the outbox.

use chrono::{DateTime, Utc};

use super::App;
use super::issued::IssuedNotice;
use super::link::{Link, LinkRole};
use crate::domain::id::{ContactKey, OrderKey};
use crate::domain::lane::{Drill, Lane};
use crate::domain::notice::{End, Grounds, NoticeKind};
use crate::domain::plan::{Change, Control};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::notify::render::{Duty, MessageContext, MessageKind, Recipient, When, Words};
use crate::store::outbox::Told;

/// The language of an order. The page behind its link can be switched.
pub(super) const LANGUAGE: Language = Language::Zh;

/// What a message about a line is for.
pub(super) fn kind(notice: NoticeKind, told: &Told) -> MessageKind {
    match (told.change, &told.duty.control) {
        (Change::Release, _) if notice == NoticeKind::Withdraw => MessageKind::Withdrawn,
        (Change::Release, _) => MessageKind::Lift,
        (Change::Tell, _) => MessageKind::Told,
        (Change::Begin | Change::Replace, Control::Office { .. }) => MessageKind::Office,
        (Change::Begin | Change::Replace, _) => MessageKind::Order,
    }
}

/// What the texts of a message may use.
pub(super) fn context<L: Lane>(
    app: &App,
    notice: &IssuedNotice,
    told: &Told,
    order: OrderKey,
    contact: ContactKey,
) -> MessageContext {
    let contents = &notice.contents;
    let duty = &told.duty;
    let link = Link {
        order,
        contact,
        role: LinkRole::Answer,
    };
    MessageContext {
        drill: L::NAME == Drill::NAME,
        order: order.to_string(),
        recipient: Recipient {
            name: told.name.clone(),
            grade: duty.grade.as_ref().map(|grade| grade.code.to_string()),
        },
        region: region_name(notice),
        organ: notice.profile.organ.clone(),
        document: notice.document.clone(),
        level: contents.level.into(),
        previous_level: notice.previous_level.map(Into::into),
        response: Words {
            zh: notice.response_zh(),
            en: format!("Level {} response", contents.level.response()),
        },
        issued_at: written(notice.issued_at),
        effective_at: contents.effective.into(),
        ends: match contents.ends {
            End::At(end) => end.into(),
            End::UntilFurtherNotice => When::open(),
        },
        duties: duties(notice, told),
        enterprises: match duty.control {
            Control::Office { part } => Some(part.plants),
            Control::Autonomous | Control::Required => None,
        },
        keeps: if told.change == Change::Release {
            duty.added.clone()
        } else {
            Vec::new()
        },
        reason: match &contents.grounds {
            Grounds::Judgement { reason } if contents.kind == NoticeKind::Withdraw => {
                Some(reason.clone())
            }
            _ => None,
        },
        acknowledge_by: told
            .change
            .owes_acknowledgement()
            .then(|| written(duty.acknowledge_by(notice.issued_at))),
        link: Some(format!(
            "{}/o/{}",
            app.public_url(),
            link.seal(&app.keyring)
        )),
        law: Words {
            zh: notice.law_zh(),
            en: notice.law_zh(),
        },
        basis: notice.basis_zh(),
        phone: notice.profile.duty_phone.clone(),
        check_code: check_code(told),
    }
}

/// The first eight digits of a line's digest: whoever holds the letter can ask for the line by it.
pub(super) fn check_code(told: &Told) -> String {
    told.digest.chars().take(8).collect()
}

/// What is to be done, unit by unit, and whatever the notice adds for everyone; nothing after a
/// release.
fn duties(notice: &IssuedNotice, told: &Told) -> Vec<Duty> {
    let duty = &told.duty;
    if told.change == Change::Release {
        return Vec::new();
    }
    let units = duty.units.iter().map(|unit| Duty {
        unit: unit.unit.clone(),
        measure: unit.measure.clone(),
        in_place_by: written(duty.in_place_by(unit, notice.issued_at)),
    });
    let added = duty.added.iter().map(|added| Duty {
        unit: "全部".to_owned(),
        measure: added.clone(),
        in_place_by: duty.effective.into(),
    });
    units.chain(added).collect()
}

fn region_name(notice: &IssuedNotice) -> String {
    let name = notice.playbook.regions().name(notice.region);
    name.unwrap_or(notice.region.as_str()).to_owned()
}

fn written(at: DateTime<Utc>) -> When {
    WrittenTime::of(at).into()
}
