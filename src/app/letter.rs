//! The letter: what one message says to one contact, from the record to the words.
//!
//! A letter is written when it is sent. Its words are the texts of the playbook its plan was drawn
//! by, what it says is the plan's line, and its link is sealed for the contact it goes to: none of
//! that rests in the outbox. Before the issue, [`preview`] shows what one of them would say.

use chrono::{DateTime, Utc};

use super::issued::IssuedNotice;
use super::link::{Link, LinkRole};
use super::{App, Caller, Error, Right};
use crate::domain::id::{ContactKey, OrderKey, PlanId, PlanKey};
use crate::domain::lane::{Drill, Lane, Live};
use crate::domain::notice::{Grounds, NoticeKind};
use crate::domain::plan::{Change, Control};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::notify::render::{Duty, MessageContext, MessageKind, Recipient, When, Words};
use crate::store::outbox::Told;
use crate::store::{notice as store, plan};

/// The language of orders and of letters about advisories. The page behind an order's link can be
/// switched.
pub(super) const LANGUAGE: Language = Language::Zh;

/// What stands in a preview where the issue will set the number and the check code.
pub(super) const NO_DOCUMENT_YET: &str = "文号待定";
const NO_CHECK_CODE_YET: &str = "发布后生成";

/// What one recipient would read, were a plan issued now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The recipient.
    pub name: String,
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub text: String,
}

/// What the first recipient of a plan would read; none where it has no line. No link is sealed.
pub async fn preview(app: &App, caller: &Caller, id: PlanId) -> Result<Option<Preview>, Error> {
    let mut tx = app.db.read().await?;
    let head = plan::find_plan_by_id(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let record = store::find_notice_of_plan(&mut tx, head.key).await?;
    caller.may(Right::SeeWarnings, record.region)?;
    let lines = plan::page_lines(&mut tx, head.key, OrderKey(i64::MIN), 1).await?;
    drop(tx);
    let Some(line) = lines.into_iter().next() else {
        return Ok(None);
    };
    let notice = app
        .unissued_notice(PlanKey(head.key), NO_DOCUMENT_YET)
        .await?;
    let told = Told {
        change: line.change,
        duty: line.duty,
        name: line.name,
        digest: NO_CHECK_CODE_YET.to_owned(),
    }
    .as_issued(notice.issued_at);
    let context = context::<Live>(app, &notice, &told, line.order, None);
    let text = notice
        .playbook
        .message(kind(notice.contents.kind, &told), LANGUAGE);
    let content = text.mail(&context).map_err(Error::internal)?;
    Ok(Some(Preview {
        name: told.name,
        subject: content.subject,
        text: content.text,
    }))
}

/// What a message about a line is for.
pub(super) fn kind(notice: NoticeKind, told: &Told) -> MessageKind {
    match (told.change, &told.duty.control) {
        (Change::Release, _) if notice == NoticeKind::Withdraw => MessageKind::Withdrawn,
        (Change::Release, _) => MessageKind::Lift,
        (Change::Suspend, _) => MessageKind::Suspended,
        (Change::Resume, _) => MessageKind::Resumed,
        // Whoever is told while it is suspended hears of that first.
        (Change::Tell, _) if told.duty.is_suspended() => MessageKind::Suspended,
        (Change::Tell, _) if told.duty.suspension.is_some() => MessageKind::Resumed,
        (Change::Tell, _) => MessageKind::Told,
        (Change::Begin | Change::Replace, Control::Office { .. }) => MessageKind::Office,
        (Change::Begin | Change::Replace, _) => MessageKind::Order,
    }
}

/// What the texts of a message may use, of a line [as issued](Told::as_issued); without a contact there
/// is no link.
pub(super) fn context<L: Lane>(
    app: &App,
    notice: &IssuedNotice,
    told: &Told,
    order: OrderKey,
    contact: Option<ContactKey>,
) -> MessageContext {
    let (contents, hours) = (&notice.contents, notice.hours);
    let duty = &told.duty;
    // A suspension carries out nothing, at whatever level.
    let carried_out = Some(duty).filter(|duty| !duty.is_suspended());
    let link = contact.map(|contact| Link {
        order,
        contact,
        role: LinkRole::Answer,
    });
    MessageContext {
        drill: L::NAME == Drill::NAME,
        order: order.to_string(),
        recipient: Recipient {
            name: told.name.clone(),
            grade: duty.grade.as_ref().map(|grade| grade.code.to_string()),
        },
        region: notice.region_name(),
        organ: notice.profile.organ.clone(),
        document: notice.document.clone(),
        level: contents.level.into(),
        measures_level: carried_out
            .and_then(|duty| duty.level_beside(contents.level).map(Into::into)),
        classes: carried_out.map_or_else(Vec::new, |duty| {
            duty.classes.iter().map(Into::into).collect()
        }),
        previous_level: notice.previous_level.map(Into::into),
        response: notice.response(),
        issued_at: written(notice.issued_at),
        area: duty.area.map(|area| notice.name_of(area)),
        effective_at: match told.change {
            Change::Release => duty.effective.into(),
            _ => hours.0.into(),
        },
        ends: hours.1.into(),
        add_on: contents.kind == NoticeKind::AddOn && told.change != Change::Begin,
        duties: duties(notice, told),
        enterprises: match duty.control {
            Control::Office { part } => Some(part.plants),
            Control::Autonomous | Control::Required => None,
        },
        keeps: if told.change == Change::Release {
            duty.added.iter().map(|kept| kept.measure.clone()).collect()
        } else {
            Vec::new()
        },
        reason: match &contents.grounds {
            Grounds::Judgement { reason } if contents.kind == NoticeKind::Withdraw => {
                Some(reason.clone())
            }
            _ => None,
        },
        suspended_from: duty.suspension.map(|it| it.from.into()),
        resumes_at: duty.suspension.and_then(|it| it.planned).map(When::from),
        acknowledge_by: told
            .change
            .owes_acknowledgement()
            .then(|| written(duty.acknowledge_by(notice.issued_at))),
        link: link.map(|link| format!("{}/o/{}", app.public_url(), link.seal(&app.keyring))),
        law: Words {
            zh: notice.law_zh(),
            en: notice.law_zh(),
        },
        basis: notice.basis_zh(),
        phone: notice.profile.duty_phone.clone(),
        check_code: check_code(&told.digest),
    }
}

/// The first eight digits of a digest: whoever holds the document can ask for what it covers.
pub(super) fn check_code(digest: &str) -> String {
    digest.chars().take(8).collect()
}

/// What is to be done, unit by unit, and whatever is added for everyone; nothing after a
/// release or under a suspension.
fn duties(notice: &IssuedNotice, told: &Told) -> Vec<Duty> {
    let duty = &told.duty;
    if told.change == Change::Release || duty.is_suspended() {
        return Vec::new();
    }
    let units = duty.units.iter().map(|unit| Duty {
        unit: unit.unit.clone(),
        measure: unit.measure.clone(),
        in_place_by: written(duty.in_place_by(unit, notice.issued_at)),
        until: None,
        goes_on: duty.goes_on(unit, notice.issued_at),
    });
    let added = duty.added.iter().map(|added| Duty {
        unit: "全部".to_owned(),
        measure: added.measure.clone(),
        in_place_by: duty.begins(added).into(),
        until: added.until.map(When::from),
        goes_on: false,
    });
    units.chain(added).collect()
}

/// An instant as a document writes it.
pub(super) fn written(at: DateTime<Utc>) -> When {
    WrittenTime::of(at).into()
}
