//! Advisories: drafting, signing, publishing, lifting; each move a form of one page.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::notice::ReasonForm;
use super::posted::{Posted, faults};
use super::signature::{self, Given};
use super::{Seat, done};
use crate::app::advisory::{self, AdvisoryRecord, StepIn};
use crate::app::caller::Right;
use crate::app::desk::{Desk, Overview};
use crate::app::scan;
use crate::domain::advisory::{Advisory, AdvisoryKind, Contents, Grounds, Phase, Published};
use crate::domain::id::AdvisoryId;
use crate::domain::outlook::Cause;
use crate::domain::time::WrittenTime;
use crate::domain::trigger::Decision;
use crate::i18n::{Language, Phrase};
use crate::web::pages::Section;
use crate::web::pages::advisory::{AdvisoriesPage, AdvisoryKind as Kind, AdvisoryRow};
use crate::web::pages::form::Faults;
use crate::web::pages::status::AdvisoryPhase;
use crate::web::problem::Problem;
use crate::web::scan::file;

mod form;
mod page;
mod telling;

use self::form::Typed;
use self::page::{Page, Wrong, unbegun};
use self::telling::Asked;

/// Where an advisory is drafted that answers no proposal.
pub(super) const FORM: &str = "/advisories/new";

/// How many advisories are listed: some years.
const LISTED: i64 = 100;

type Fields = HashMap<String, String>;

/// Under which number an advisory is made public.
#[derive(Deserialize)]
pub(in crate::web) struct PublishForm {
    #[serde(default)]
    document: String,
}

pub(in crate::web) async fn list(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let records = advisory::list(&seat.app, &seat.caller, desk.region, None, LISTED).await?;
    let may_draft = seat.caller.may(Right::DraftNotices, desk.region).is_ok();
    let view = AdvisoriesPage {
        language: seat.language,
        chrome: seat.chrome(&desk, Section::Overview),
        advisories: rows(&records, &desk, seat.language),
        draft: may_draft.then(|| seat.here(FORM)),
    };
    seat.show(StatusCode::OK, &view)
}

/// The form of an advisory that is about to be begun.
pub(in crate::web) async fn begin(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    seat.caller.may(Right::DraftNotices, desk.region)?;
    let page = unbegun(&seat, &desk, Typed::begin(&desk), Faults::default());
    seat.show(StatusCode::OK, &page)
}

/// Begins an advisory.
pub(in crate::web) async fn draft(
    seat: Seat,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    started(seat, &desk, Typed::of(fields)).await
}

/// Begins an advisory on the open proposal, with what it asks for filled in: of several causes, the
/// first that nobody has told of.
pub(super) async fn on_proposal(
    seat: Seat,
    desk: &Desk,
    seen: &Overview,
    (key, decision): (i64, &Decision),
) -> Result<Response, Problem> {
    let lift_hours = seen.judged.as_ref().map_or(0, |judged| judged.lift_hours);
    let current = &seen.advisories;
    let said = advisory::said(current, desk.region, decision, lift_hours, desk.now);
    let asked = said.into_iter().find(|(_, by)| by.is_none());
    let typed = Typed::proposed(desk, key, asked.map(|(asked, _)| asked));
    started(seat, desk, typed).await
}

/// Begins an advisory with what was typed; answers with its page, or with what is wrong.
async fn started(seat: Seat, desk: &Desk, typed: Typed) -> Result<Response, Problem> {
    let faults = match typed.read(seat.language, desk.region) {
        Ok(draft) => match advisory::draft(&seat.app, &seat.caller, None, draft).await {
            Ok(stepped) => return Ok(done(&address(stepped.advisory), "drafted")),
            Err(error) => faults(seat.language, error, field)?,
        },
        Err(faults) => faults,
    };
    let address = seat.here(FORM);
    let seat = seat.at(&address);
    let page = unbegun(&seat, desk, typed, faults);
    seat.show(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// An advisory, from draft to its end.
pub(in crate::web) async fn show(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::read_asked(&seat, id, &asked).await?;
    page.show(StatusCode::OK, Wrong::default()).await
}

/// Saves what was typed into a draft.
pub(in crate::web) async fn save(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    match saved(&seat, id, fields).await? {
        Some(refused) => Ok(refused),
        None => Ok(done(&address(id), "saved")),
    }
}

/// Hands in what is typed now.
pub(in crate::web) async fn submit(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    if let Some(refused) = saved(&seat, id, fields).await? {
        return Ok(refused);
    }
    let wrong = match advisory::step(&seat.app, &seat.caller, None, id, StepIn::Submit).await {
        Ok(_) => return Ok(done(&address(id), "submitted")),
        Err(error) => Wrong {
            draft: faults(seat.language, error, field)?,
            ..Wrong::default()
        },
    };
    again(seat, id, wrong).await
}

/// Signs an advisory, or records a signature given outside of the system.
pub(in crate::web) async fn approve(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let given = Given::of(&posted);
    let approval = match given.read(seat.language, posted) {
        Ok(approving) => {
            let step = StepIn::Approve(approving);
            match advisory::step(&seat.app, &seat.caller, None, id, step).await {
                Ok(_) => return Ok(done(&address(id), "approved")),
                Err(error) => faults(seat.language, error, approval)?,
            }
        }
        Err(faults) => faults,
    };
    let wrong = Wrong {
        approval,
        given: Some(given),
        ..Wrong::default()
    };
    again(seat, id, wrong).await
}

/// Records that an advisory was signed on paper afterwards.
pub(in crate::web) async fn sign(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let record = async |signing| {
        let step = StepIn::Sign(signing);
        let stepped = advisory::step(&seat.app, &seat.caller, None, id, step).await;
        stepped.map(drop)
    };
    match signature::sign(seat.language, &address(id), posted, record).await? {
        Ok(answer) => Ok(answer),
        Err(paper) => {
            let wrong = Wrong {
                paper: Some(paper),
                ..Wrong::default()
            };
            again(seat, id, wrong).await
        }
    }
}

/// The scan of what was signed on paper in a step.
pub(in crate::web) async fn scan(
    seat: Seat,
    Path((id, step)): Path<(AdvisoryId, usize)>,
) -> Result<Response, Problem> {
    let scan = scan::of_advisory(&seat.app, &seat.caller, id, step).await?;
    Ok(file(scan))
}

/// Makes an advisory public.
pub(in crate::web) async fn publish(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(form): Form<PublishForm>,
) -> Result<Response, Problem> {
    let document = Some(form.document.trim().to_owned()).filter(|it| !it.is_empty());
    let step = StepIn::Publish(document);
    let wrong = match advisory::step(&seat.app, &seat.caller, None, id, step).await {
        Ok(_) => return Ok(done(&address(id), "published")),
        Err(error) => Wrong {
            publication: faults(seat.language, error, publication)?,
            document: form.document,
            ..Wrong::default()
        },
    };
    again(seat, id, wrong).await
}

/// Sends an advisory back to whoever drafted it.
pub(in crate::web) async fn send_back(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    moved(&seat, id, StepIn::SendBack(form.reason), "returned").await
}

/// Ends an advisory before its time.
pub(in crate::web) async fn lift(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let step = StepIn::Lift(form.reason.clone());
    let wrong = match advisory::step(&seat.app, &seat.caller, None, id, step).await {
        Ok(_) => return Ok(done(&address(id), "lifted")),
        Err(error) => Wrong {
            lift: faults(seat.language, error, lifting)?,
            reason: form.reason,
            ..Wrong::default()
        },
    };
    again(seat, id, wrong).await
}

/// Gives an advisory up.
pub(in crate::web) async fn abandon(
    seat: Seat,
    Path(id): Path<AdvisoryId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    moved(&seat, id, StepIn::Abandon(form.reason), "abandoned").await
}

async fn moved(
    seat: &Seat,
    id: AdvisoryId,
    step: StepIn,
    what: &'static str,
) -> Result<Response, Problem> {
    advisory::step(&seat.app, &seat.caller, None, id, step).await?;
    Ok(done(&address(id), what))
}

/// The page once more, with what is wrong.
async fn again(seat: Seat, id: AdvisoryId, wrong: Wrong) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    let page = Page::read(&seat, id).await?;
    page.show(StatusCode::UNPROCESSABLE_ENTITY, wrong).await
}

/// Saves what was typed, where it says something new; answers with the page that says what is wrong
/// with it.
async fn saved(seat: &Seat, id: AdvisoryId, fields: Fields) -> Result<Option<Response>, Problem> {
    let page = Page::read(seat, id).await?;
    let typed = Typed::of(fields);
    let draft = match typed.read(seat.language, page.record.region) {
        Ok(draft) if form::says(page.record.advisory.contents(), &draft) => return Ok(None),
        Ok(draft) => {
            let step = StepIn::Revise(draft);
            match advisory::step(&seat.app, &seat.caller, None, id, step).await {
                Ok(_) => return Ok(None),
                Err(error) => faults(seat.language, error, field)?,
            }
        }
        Err(faults) => faults,
    };
    let wrong = Wrong {
        draft,
        typed: Some(typed),
        ..Wrong::default()
    };
    let shown = page.show(StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    shown.map(Some)
}

pub(super) fn address(advisory: AdvisoryId) -> String {
    format!("/advisories/{advisory}")
}

/// Where a refusal or a field of `app` stands in the form of a draft.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "not-a-part" | "parts" => Some("parts"),
        "ends-before-start" | "advisory-past" => Some("until"),
        "compulsory" | "unwritten" => Some("text"),
        "reason" => Some("reason"),
        advice if advice.starts_with("advice[") => Some("advice"),
        _ => None,
    }
}

/// The same for a signature.
fn approval(of: &str) -> Option<&'static str> {
    match of {
        "advisory-past" => Some("how"),
        other => signature::field(other),
    }
}

/// The same for making public.
fn publication(of: &str) -> Option<&'static str> {
    ["beside-warning", "advisory-past"]
        .contains(&of)
        .then_some("publication")
}

/// The same for an end before its time.
fn lifting(of: &str) -> Option<&'static str> {
    ["compulsory", "unwritten"]
        .contains(&of)
        .then_some("lift-reason")
}

/// Advisories as a list shows them.
pub(super) fn rows(
    records: &[AdvisoryRecord],
    desk: &Desk,
    language: Language,
) -> Vec<AdvisoryRow> {
    let rows = records.iter().map(|record| {
        let contents = record.advisory.contents();
        let published = published(record);
        AdvisoryRow {
            href: address(record.id),
            kind: kind(contents),
            phase: phase(record, desk.now),
            place: place(contents, desk),
            about: match &contents.kind {
                AdvisoryKind::HealthNotice { cause: of } => cause(*of, language).to_string(),
                AdvisoryKind::TemporaryControl(Grounds::Superior { document }) => document.clone(),
                AdvisoryKind::TemporaryControl(Grounds::Decision { decided_by, .. }) => {
                    decided_by.clone()
                }
            },
            from: contents.from,
            until: published
                .filter(|published| published.ended.is_some())
                .map_or(contents.until, |it| WrittenTime::ending(it.ends_at())),
        }
    });
    rows.collect()
}

fn published(record: &AdvisoryRecord) -> Option<&Published> {
    match &record.advisory {
        Advisory::Published(published) => Some(published),
        _ => None,
    }
}

pub(super) const fn kind(contents: &Contents) -> Kind {
    match contents.kind {
        AdvisoryKind::HealthNotice { .. } => Kind::HealthNotice,
        AdvisoryKind::TemporaryControl(_) => Kind::TemporaryControl,
    }
}

/// Where an advisory stands.
fn phase(record: &AdvisoryRecord, now: DateTime<Utc>) -> AdvisoryPhase {
    match &record.advisory {
        Advisory::Draft(_) => AdvisoryPhase::Draft,
        Advisory::Submitted(_) => AdvisoryPhase::Submitted,
        Advisory::Approved(_) => AdvisoryPhase::Approved,
        Advisory::Abandoned(_) => AdvisoryPhase::Abandoned,
        Advisory::Published(published) => match published.phase(now) {
            Phase::Announced => AdvisoryPhase::Announced,
            Phase::Running => AdvisoryPhase::Running,
            Phase::Lifted => AdvisoryPhase::Lifted,
            Phase::Cancelled => AdvisoryPhase::Cancelled,
            Phase::RunOut => AdvisoryPhase::RunOut,
        },
    }
}

/// The parts that are meant, by name; the place where none is named.
pub(super) fn place(contents: &Contents, desk: &Desk) -> String {
    let regions = desk.playbook.regions();
    let name = |code| {
        regions
            .name(code)
            .map_or_else(|| code.to_string(), str::to_owned)
    };
    if contents.parts.is_empty() {
        return name(contents.region);
    }
    let parts = contents.parts.iter().map(|part| name(*part));
    parts.collect::<Vec<_>>().join("、")
}

/// What brings the air, in words.
fn cause(cause: Cause, language: Language) -> Phrase {
    language.say(match cause {
        Cause::Local => "cause-local",
        Cause::RegionalTransport => "cause-regional-transport",
        Cause::CrossBorder => "cause-cross-border",
        Cause::Dust => "cause-dust",
        Cause::BlownDust => "cause-blown-dust",
        Cause::WildfireSmoke => "cause-wildfire-smoke",
        Cause::Ozone => "cause-ozone",
        Cause::Fireworks => "cause-fireworks",
    })
}
