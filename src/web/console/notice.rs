//! Notices: drafting, signing, drawing the plan, issuing; each move a form of one page.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::draft::{self, Typed};
use super::posted::{Posted, Reading, faults};
use super::signature::{self, Given};
use super::{Seat, advisory, done};
use crate::app::board::NoticeRecord;
use crate::app::caller::Right;
use crate::app::desk::{self, Desk, ProposalState};
use crate::app::issue::{self, IssueIn};
use crate::app::notices::{self, GroundsIn, StepIn};
use crate::app::{Error, draw, scan};
use crate::domain::id::{NoticeId, PlanId};
use crate::domain::trigger::Proposal;
use crate::web::pages::form::Faults;
use crate::web::problem::Problem;
use crate::web::scan::file;
use crate::web::shown;

mod page;
mod plan;
mod wording;

use self::page::{Page, Wrong, unbegun};

pub(in crate::web) use self::plan::lines;
pub(in crate::web) use self::wording::document;

type Fields = HashMap<String, String>;

/// Why a notice or an advisory is sent back, lifted or given up.
#[derive(Deserialize)]
pub(in crate::web) struct ReasonForm {
    pub(super) reason: String,
}

/// What is to be issued, as it was shown.
#[derive(Deserialize)]
pub(in crate::web) struct IssueFields {
    plan: PlanId,
    digest: String,
    #[serde(default)]
    document: String,
    #[serde(default)]
    confirmed: String,
}

/// The form of a notice that is about to be begun.
pub(in crate::web) async fn begin(
    seat: Seat,
    Query(asked): Query<Fields>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    seat.caller.may(Right::DraftNotices, desk.region)?;
    let seen = desk::overview(&seat.app, &seat.caller, &desk).await?;
    let typed = Typed::begin(&desk, &seen, &asked);
    let page = unbegun(&seat, &desk, &seen, typed, Faults::default());
    seat.show(StatusCode::OK, &page)
}

/// Begins a notice.
pub(in crate::web) async fn draft(
    seat: Seat,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    started(seat, &desk, Typed::of(fields), None).await
}

/// Begins a notice on the open proposal as it stands, so that what it would do is seen at once; an
/// advisory where that is what is proposed.
pub(in crate::web) async fn on_proposal(
    seat: Seat,
    Path(key): Path<i64>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let seen = desk::overview(&seat.app, &seat.caller, &desk).await?;
    match &seen.proposal {
        ProposalState::Open(open)
            if open.key == key && open.decision.proposal == Proposal::Advise =>
        {
            let proposed = (open.key, &open.decision);
            return advisory::on_proposal(seat, &desk, &seen, proposed).await;
        }
        ProposalState::Open(open) if open.key == key => {}
        ProposalState::Advised(advisory) => {
            return Ok(Redirect::to(&advisory::address(*advisory)).into_response());
        }
        ProposalState::Drafted(notice) => {
            return Ok(Redirect::to(&address(*notice)).into_response());
        }
        _ => {
            let text = "the proposal was decided, or replaced by another";
            return Err(Error::conflict("proposal-closed", text).into());
        }
    }
    let typed = Typed::begin(&desk, &seen, &draft::on_proposal());
    started(seat, &desk, typed, Some(key)).await
}

/// Begins a notice with what was typed; answers with its page, or with what is wrong.
async fn started(
    seat: Seat,
    desk: &Desk,
    typed: Typed,
    proposal: Option<i64>,
) -> Result<Response, Problem> {
    let faults = match begun(&seat, desk, &typed, proposal).await? {
        Ok(notice) => {
            // The draft is on record: its page says that it has no plan, and offers to draw one.
            if let Err(error) = planned(&seat, notice).await {
                tracing::warn!(%notice, %error, "Could not draw the plan of a new notice");
            }
            return Ok(done(&address(notice), "drafted"));
        }
        Err(faults) => faults,
    };
    let seen = desk::overview(&seat.app, &seat.caller, desk).await?;
    let address = seat.here("/notices/new");
    let seat = seat.at(&address);
    let page = unbegun(&seat, desk, &seen, typed, faults);
    seat.show(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn begun(
    seat: &Seat,
    desk: &Desk,
    typed: &Typed,
    proposal: Option<i64>,
) -> Result<Result<NoticeId, Faults>, Error> {
    let mut read = match typed.read(seat.language, desk) {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    if let GroundsIn::Proposal(which) = &mut read.draft.grounds {
        *which = proposal;
    }
    let notice = match notices::draft(&seat.app, &seat.caller, None, read.draft).await {
        Ok(stepped) => stepped.notice,
        Err(error) => return faults(seat.language, error, field).map(Err),
    };
    if let Some(consultation) = read.consultation {
        let step = StepIn::Consult(consultation);
        notices::step(&seat.app, &seat.caller, None, notice, step).await?;
    }
    Ok(Ok(notice))
}

/// A notice, from draft to record.
pub(in crate::web) async fn show(
    seat: Seat,
    Path(id): Path<NoticeId>,
) -> Result<Response, Problem> {
    let page = Page::read(&seat, id).await?;
    Box::pin(page.show(StatusCode::OK, Wrong::default())).await
}

/// Saves what was typed into a draft.
pub(in crate::web) async fn save(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    if let Some(refused) = saved(&seat, id, fields).await? {
        return Ok(refused);
    }
    planned(&seat, id).await?;
    Ok(done(&address(id), "saved"))
}

/// Draws the plan of what is typed now, and says what keeps it from being drawn.
pub(in crate::web) async fn plan(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    if let Some(refused) = saved(&seat, id, fields).await? {
        return Ok(refused);
    }
    draw::draw(&seat.app, &seat.caller, id).await?;
    Ok(done(&address(id), "drawn"))
}

/// Hands in what is typed now.
pub(in crate::web) async fn submit(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let handed_in = hand_in(seat, id, fields).await;
    handed_in.or_else(|problem| moved_on(id, problem))
}

async fn hand_in(seat: Seat, id: NoticeId, fields: Fields) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    if let Some(refused) = saved(&seat, id, fields).await? {
        return Ok(refused);
    }
    planned(&seat, id).await?;
    match notices::step(&seat.app, &seat.caller, None, id, StepIn::Submit).await {
        Ok(_) => Ok(done(&address(id), "submitted")),
        Err(error) => {
            let draft = faults(seat.language, error, field)?;
            let wrong = Wrong {
                draft,
                ..Wrong::default()
            };
            again(seat, id, StatusCode::CONFLICT, wrong).await
        }
    }
}

/// Signs a notice, or records a signature given outside of the system.
pub(in crate::web) async fn approve(
    seat: Seat,
    Path(id): Path<NoticeId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let signed = approved(seat, id, posted).await;
    signed.or_else(|problem| moved_on(id, problem))
}

async fn approved(seat: Seat, id: NoticeId, posted: Posted) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    let given = Given::of(&posted);
    let approval = match given.read(seat.language, posted) {
        Ok(approving) => {
            let step = StepIn::Approve(approving);
            match notices::step(&seat.app, &seat.caller, None, id, step).await {
                Ok(_) => return Ok(done(&address(id), "approved")),
                Err(error) => faults(seat.language, error, field)?,
            }
        }
        Err(faults) => faults,
    };
    let wrong = Wrong {
        approval,
        given: Some(given),
        ..Wrong::default()
    };
    again(seat, id, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
}

/// Records that a notice was signed on paper afterwards.
pub(in crate::web) async fn sign(
    seat: Seat,
    Path(id): Path<NoticeId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let record = async |signing| {
        let step = StepIn::Sign(signing);
        let stepped = notices::step(&seat.app, &seat.caller, None, id, step).await;
        stepped.map(drop)
    };
    match signature::sign(seat.language, &address(id), posted, record).await? {
        Ok(answer) => Ok(answer),
        Err(paper) => {
            let wrong = Wrong {
                paper: Some(paper),
                ..Wrong::default()
            };
            let seat = seat.at(&address(id));
            again(seat, id, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
    }
}

/// Sends a notice back to whoever drafted it.
pub(in crate::web) async fn send_back(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    moved(&seat, id, StepIn::SendBack(form.reason), "returned").await
}

/// Gives a notice up.
pub(in crate::web) async fn abandon(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    moved(&seat, id, StepIn::Abandon(form.reason), "abandoned").await
}

/// Issues exactly the plan that was shown.
pub(in crate::web) async fn issue(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<IssueFields>,
) -> Result<Response, Problem> {
    let issued = put_on_record(seat, id, fields).await;
    issued.or_else(|problem| moved_on(id, problem))
}

async fn put_on_record(seat: Seat, id: NoticeId, fields: IssueFields) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    let mut reading = Reading::new(seat.language);
    let document = reading.required("document", &fields.document);
    if fields.confirmed != "yes" {
        reading.fault("confirmed", "fault-confirm");
    }
    let refused = match reading.done(document) {
        Ok(document) => {
            let issue = IssueIn {
                plan: fields.plan,
                digest: fields.digest,
                document,
            };
            match issue::issue(&seat.app, &seat.caller, None, id, issue).await {
                Ok(_) => return Ok(done(&address(id), "issued")),
                Err(error) => faults(seat.language, error, issue_field)?,
            }
        }
        Err(faults) => faults,
    };
    let wrong = Wrong {
        issue: refused,
        document: fields.document,
        ..Wrong::default()
    };
    again(seat, id, StatusCode::CONFLICT, wrong).await
}

/// Makes a move in which nothing can be filled in wrongly; answers with the page that says so.
async fn moved(
    seat: &Seat,
    id: NoticeId,
    step: StepIn,
    said: &'static str,
) -> Result<Response, Problem> {
    match notices::step(&seat.app, &seat.caller, None, id, step).await {
        Ok(_) => Ok(done(&address(id), said)),
        Err(error) => moved_on(id, error.into()),
    }
}

/// To the page of a notice that has moved on since its form was drawn, by a colleague or by a
/// button pressed twice: there stand its steps, and whose they were.
fn moved_on(id: NoticeId, problem: Problem) -> Result<Response, Problem> {
    match problem.code {
        "notice-state" => Ok(done(&address(id), "moved-on")),
        _ => Err(problem),
    }
}

/// The page of a notice once more, with what is wrong with what was sent.
async fn again(
    seat: Seat,
    id: NoticeId,
    status: StatusCode,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let page = Page::read(&seat, id).await?;
    Box::pin(page.show(status, wrong)).await
}

/// Saves what was typed, if anything was sent and says something new; answers with the page that
/// says what is wrong with it.
async fn saved(seat: &Seat, id: NoticeId, fields: Fields) -> Result<Option<Response>, Problem> {
    if fields.is_empty() {
        return Ok(None);
    }
    let page = Page::read(seat, id).await?;
    let typed = Typed::of(fields);
    let draft = match typed.read(seat.language, &page.desk) {
        Ok(read) => match revise(seat, &page.board.record, read).await {
            Ok(()) => return Ok(None),
            Err(error) => match faults(seat.language, error, field) {
                Ok(faults) => faults,
                Err(error) => return moved_on(id, error.into()).map(Some),
            },
        },
        Err(faults) => faults,
    };
    let wrong = Wrong {
        draft,
        typed: Some(typed),
        ..Wrong::default()
    };
    let shown = Box::pin(page.show(StatusCode::UNPROCESSABLE_ENTITY, wrong)).await;
    shown.map(Some)
}

/// Draws the plan of a notice that has none, or one that was overtaken: whoever hands it in or
/// signs it sees what it would do. What cannot be drawn, as long as there is no list or no
/// playbook, can be written all the same.
async fn planned(seat: &Seat, id: NoticeId) -> Result<(), Error> {
    let (board, _) = desk::notice(&seat.app, &seat.caller, id).await?;
    if board.plan.is_some() && board.stale.is_none() {
        return Ok(());
    }
    match draw::draw(&seat.app, &seat.caller, id).await {
        Err(Error::Conflict(refusal)) if !["no-list", "no-profile"].contains(&refusal.code) => {
            Err(Error::Conflict(refusal))
        }
        Ok(_) | Err(Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn revise(seat: &Seat, record: &NoticeRecord, read: draft::Read) -> Result<(), Error> {
    let step = |step| notices::step(&seat.app, &seat.caller, None, record.id, step);
    if !draft::says(record.notice.contents(), &read.draft) {
        step(StepIn::Revise(read.draft)).await?;
    }
    let held = read
        .consultation
        .filter(|held| shown::consultation(record) != Some(held));
    if let Some(consultation) = held {
        step(StepIn::Consult(consultation)).await?;
    }
    Ok(())
}

fn address(notice: NoticeId) -> String {
    format!("/notices/{notice}")
}

/// The scan of what was signed on paper in a step.
pub(in crate::web) async fn scan(
    seat: Seat,
    Path((id, step)): Path<(NoticeId, usize)>,
) -> Result<Response, Problem> {
    Ok(file(
        scan::of_notice(&seat.app, &seat.caller, id, step).await?,
    ))
}

/// Where a refusal or a field of `app` stands in the forms of a draft and of an approval.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "no-consultation" | "consultation" => Some("consultation"),
        "unwritten" => Some("reason"),
        "level" | "below-floor" => Some("level"),
        "no-warning" | "warning-stands" | "warning-over" | "overlaps" | "lift-announced"
        | "suspended" | "not-suspended" => Some("kind"),
        "effective" | "too-early" => Some("from"),
        "ends-before-start" | "not-later" | "outlasts" | "end-passed" => Some("until"),
        "adds-nothing" => Some("adds"),
        "not-added" => Some("drops"),
        "class-twice" | "classes-of-no-level" => Some("classes"),
        "resumes-nothing" | "resumes-outside" => Some("resumes"),
        "areas" | "areas-of-no-lift" | "area-twice" | "area-after-lift" => Some("areas"),
        "no-proposal" | "advised" | "grounds" => Some("grounds"),
        other => signature::field(other),
    }
}

/// The same for the form of an issue.
fn issue_field(of: &str) -> Option<&'static str> {
    match of {
        "conflict" | "unwritten" => Some("document"),
        "another-plan" | "digest" | "plan-overtaken" | "list-changed" | "area-lifted"
        | "plan-outside" | "level" | "below-floor" | "no-warning" | "warning-stands"
        | "warning-over" | "not-later" | "not-added" | "outlasts" | "end-passed"
        | "lift-announced" | "suspended" | "not-suspended" | "too-early" | "not-entitled"
        | "overlaps" => Some("confirmed"),
        _ => None,
    }
}
