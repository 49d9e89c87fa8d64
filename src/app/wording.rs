//! The wording of a notice: the document that goes out (通知正文), in the words of its playbook.
//!
//! It is written from the record whenever somebody reads it, by the playbook the notice is judged
//! by, so it is never stored and cannot differ from what was decided. Before the issue the number is
//! open, and so is the code that covers the orders.

use chrono::{DateTime, Utc};

use super::issued::IssuedNotice;
use super::letter::{NO_CHECK_CODE_YET, NO_DOCUMENT_YET, check_code, written};
use super::{App, Caller, Error};
use crate::domain::id::{NoticeId, PlanKey};
use crate::domain::lane::{Drill, Lane};
use crate::domain::notice::{self, Grounds, Notice};
use crate::i18n::Language;
use crate::notify::render::{Consultation, NoticeContext, Plants, WrittenNotice};
use crate::store::notice::{self as store, NoticeRecord};
use crate::store::plan::{self, PlanHead};

/// A notice as it reads.
#[derive(Clone, Debug)]
pub struct Wording {
    /// 发布机关.
    pub organ: String,
    /// 文号; none before the issue.
    pub document: Option<String>,
    /// 发布时刻; none before the issue.
    pub issued_at: Option<DateTime<Utc>>,
    /// Its title and text.
    pub text: WrittenNotice,
}

/// The text of a notice as it was issued, or as it would be now; none before its plan was drawn.
pub async fn of_notice(
    app: &App,
    caller: &Caller,
    id: NoticeId,
    language: Language,
) -> Result<Option<Wording>, Error> {
    let mut tx = app.db.read().await?;
    let record = store::find_notice(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    caller.may_look_at(record.region)?;
    let Some(key) = record.plan else {
        return Ok(None);
    };
    let plan = plan::find_plan(&mut tx, key)
        .await?
        .ok_or(Error::NotFound)?;
    drop(tx);
    let issued = match &record.notice {
        Notice::Issued(issued) => Some(issued),
        _ => None,
    };
    let document = issued.map_or(NO_DOCUMENT_YET, |issued| &issued.document);
    let notice = match issued {
        Some(_) => app.issued_notice(PlanKey(key)).await?,
        None => app.unissued_notice(PlanKey(key), document).await?.into(),
    };
    let context = context(&notice, &record, &plan);
    let text = notice.playbook.notice(language).write(&context);
    Ok(Some(Wording {
        organ: notice.profile.organ.clone(),
        document: issued.map(|issued| issued.document.clone()),
        issued_at: issued.map(|issued| issued.at),
        text: text.map_err(Error::internal)?,
    }))
}

fn context(notice: &IssuedNotice, record: &NoticeRecord, plan: &PlanHead) -> NoticeContext {
    let contents = &notice.contents;
    let issued = matches!(record.notice, Notice::Issued(_));
    let (instruction, because, reason) = grounds(contents);
    NoticeContext {
        drill: record.lane == Drill::NAME,
        kind: contents.kind.as_str(),
        region: notice.region_name(),
        organ: notice.profile.organ.clone(),
        document: notice.document.clone(),
        level: contents.level.into(),
        previous_level: notice.previous_level.map(Into::into),
        response: notice.response(),
        issued_at: written(notice.issued_at),
        effective_at: contents.effective.into(),
        ends: notice.ends(),
        consultation: record.notice.consultation().map(consultation),
        instruction,
        reason,
        because,
        plan: notice.profile.plan.clone(),
        law: notice.law_of_issuing(),
        plants: plants(plan),
        adds: contents.adds.clone(),
        keeps: contents.keeps.clone(),
        cancels: contents.cancels.clone(),
        phone: notice.profile.duty_phone.clone(),
        check_code: if issued {
            check_code(&plan.digest)
        } else {
            NO_CHECK_CODE_YET.to_owned()
        },
    }
}

/// The superior's document, the rules' reasons, and the person's own.
fn grounds(contents: &notice::Contents) -> (Option<String>, Vec<String>, Option<String>) {
    let parent = contents.parent_document.clone();
    match &contents.grounds {
        Grounds::Instruction { number, .. } => {
            (parent.or_else(|| Some(number.clone())), Vec::new(), None)
        }
        Grounds::Rules { because, .. } => (parent, because.clone(), None),
        Grounds::Judgement { reason } => (parent, Vec::new(), Some(reason.clone())),
    }
}

fn consultation(held: &notice::Consultation) -> Consultation {
    Consultation {
        held_at: held.held_at.into(),
        parties: held.parties.clone(),
        conclusion: held.conclusion.clone(),
    }
}

const fn plants(plan: &PlanHead) -> Plants {
    let part = plan.tally.plants;
    Plants {
        all: part.plants,
        stop: part.stop,
        limit: part.limit,
        autonomous: part.autonomous,
        other: part.other,
    }
}
