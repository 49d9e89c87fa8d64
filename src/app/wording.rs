//! The wording of a notice: the document that goes out (通知正文), in the words of its playbook.
//!
//! What was issued is on record word for word in the language of record, in the step that issued it.
//! Before that, and in another language, the text is written anew whenever somebody reads it, from
//! what the notice says and the plan last drawn for it.

use super::issued::IssuedNotice;
use super::letter::{LANGUAGE, NO_DOCUMENT_YET, check_code, written};
use super::{App, Caller, Error, Refusal, board};
use crate::domain::id::{NoticeId, PlanId, PlanKey};
use crate::domain::lane::{Drill, Lane, Live};
use crate::domain::notice::{self, Contents, Grounds, Issued, Notice, Text};
use crate::domain::plan::Part;
use crate::i18n::Language;
use crate::notify::render::{Area, Consultation, NoticeContext, Plants};
use crate::store::plan;

/// A notice as it reads.
#[derive(Clone, Debug)]
pub struct Wording {
    /// 发布机关.
    pub organ: String,
    /// Its issue; none before.
    pub issued: Option<Issued>,
    /// Why the plan whose counts it states can no longer be issued, if so.
    pub stale: Option<Refusal>,
    /// Its title and text.
    pub text: Text,
}

/// The text of a notice as it was issued, or as it would be now; none where it has no plan, or was
/// given up.
pub async fn of_notice(
    app: &App,
    caller: &Caller,
    id: NoticeId,
    language: Language,
) -> Result<Option<Wording>, Error> {
    let board = board::notice(app, caller, id).await?;
    let (Some(_), Some(key)) = (board.plan, board.record.plan.map(PlanKey)) else {
        return Ok(None);
    };
    let (notice, issued) = match board.record.notice {
        Notice::Abandoned(_) => return Ok(None),
        Notice::Issued(issued) => (app.issued_notice(key).await?, Some(issued)),
        _ => (
            app.unissued_notice(key, NO_DOCUMENT_YET).await?.into(),
            None,
        ),
    };
    let kept = issued.as_ref().and_then(|issued| issued.text.clone());
    let text = match kept.filter(|_| language == LANGUAGE) {
        Some(kept) => kept,
        None => write(&notice, issued.is_some(), language)?,
    };
    Ok(Some(Wording {
        organ: notice.profile.organ.clone(),
        issued,
        stale: board.stale,
        text,
    }))
}

/// The text a notice is about to be issued with, under this number. A text that cannot be written
/// holds up no warning: the notice goes out without one, and the log says why.
pub(super) async fn to_issue(
    app: &App,
    plan: PlanId,
    document: &str,
) -> Result<Option<Text>, Error> {
    let plan = plan::find_plan_by_id(&mut app.db.read().await?, plan).await?;
    let key = PlanKey(plan.ok_or(Error::NotFound)?.key);
    let notice = app.unissued_notice(key, document).await?;
    let text = write(&notice, true, LANGUAGE);
    Ok(text
        .inspect_err(|error| tracing::error!(%error, document, "Could not write a notice"))
        .ok())
}

fn write(notice: &IssuedNotice, issued: bool, language: Language) -> Result<Text, Error> {
    let context = context::<Live>(notice, issued);
    let text = notice.playbook.notice(language).write(&context);
    text.map_err(Error::internal)
}

fn context<L: Lane>(notice: &IssuedNotice, issued: bool) -> NoticeContext {
    let contents = &notice.contents;
    let (because, reason) = match &contents.grounds {
        Grounds::Rules { because, .. } => (because.clone(), None),
        Grounds::Judgement { reason } => (Vec::new(), Some(reason.clone())),
        Grounds::Instruction { .. } => (Vec::new(), None),
    };
    NoticeContext {
        drill: L::NAME == Drill::NAME,
        kind: contents.kind.as_str(),
        region: notice.region_name(),
        organ: notice.profile.organ.clone(),
        document: notice.document.clone(),
        previous_document: notice.previous_document.clone(),
        level: contents.level.into(),
        classes: contents.classes.iter().map(Into::into).collect(),
        previous_level: notice.previous_level.map(Into::into),
        response: notice.response(),
        issued_at: written(notice.issued_at),
        effective_at: contents.effective.into(),
        ends: contents.ends.into(),
        suspends: notice.suspends,
        resumes_at: contents.resumes.map(Into::into),
        areas: areas(notice),
        consultation: notice.consultation.as_ref().map(consultation),
        instruction: contents.superior().map(str::to_owned),
        reason,
        because,
        plan: notice.profile.plan.clone(),
        law: notice.law_of_issuing(),
        plants: plants(notice.plants),
        adds: contents.adds.clone(),
        keeps: contents.keeps.clone(),
        cancels: cancels(contents),
        phone: notice.profile.duty_phone.clone(),
        check_code: issued.then(|| check_code(&notice.digest)),
    }
}

/// Everything that ends with it: an earlier control, and measures it takes back.
fn cancels(contents: &Contents) -> Option<String> {
    let named: Vec<&str> = contents
        .cancels
        .iter()
        .chain(&contents.drops)
        .map(String::as_str)
        .collect();
    (!named.is_empty()).then(|| named.join("、"))
}

fn areas(notice: &IssuedNotice) -> Vec<Area> {
    let areas = notice.contents.areas.iter();
    areas
        .map(|named| Area {
            name: notice.name_of(named.area),
            at: named.at.into(),
        })
        .collect()
}

fn consultation(held: &notice::Consultation) -> Consultation {
    Consultation {
        held_at: held.held_at.into(),
        parties: held.parties.clone(),
        conclusion: held.conclusion.clone(),
    }
}

const fn plants(part: Part) -> Plants {
    Plants {
        all: part.plants,
        stop: part.stop,
        limit: part.limit,
        autonomous: part.autonomous,
        other: part.other,
    }
}
