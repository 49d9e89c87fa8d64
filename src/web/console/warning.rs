//! Warnings: all of them, and one over its whole life.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Seat, draft, information};
use crate::app::board::{self, NoticeRecord, WarningBoard, WarningHead};
use crate::app::caller::Right;
use crate::app::desk::{self, Names};
use crate::app::information as app_information;
use crate::app::playbook::Playbook;
use crate::app::{Error, draw};
use crate::domain::id::WarningId;
use crate::domain::notice::{Grounds, Notice};
use crate::domain::time::WrittenTime;
use crate::domain::warning::{self as domain, Warning};
use crate::web::pages::Section;
use crate::web::pages::information::InformationForm;
use crate::web::pages::notice::{Step, StepKind};
use crate::web::pages::warning::{NoticeRow, WarningPage, WarningRow, WarningsPage};
use crate::web::problem::Problem;
use crate::web::shown;

/// How many warnings are listed: some winters.
const LISTED: i64 = 100;

/// How much of a digest tells plans apart at a glance.
const DIGEST: usize = 12;

pub(in crate::web) async fn list(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let (app, caller) = (&seat.app, &seat.caller);
    let pending = board::pending(app, caller, desk.region).await?;
    let heads = board::warnings(app, caller, desk.region, None, LISTED).await?;
    let mut warnings: Vec<WarningRow> = pending
        .iter()
        .map(|record| under_way(record, desk.now))
        .collect();
    for head in heads {
        if let Some(warning) = &head.warning {
            let board = board::warning(app, caller, head.id).await?;
            warnings.push(row(&head, warning, &board));
        }
    }
    let may_draft = caller.may(Right::DraftNotices, desk.region).is_ok();
    let view = WarningsPage {
        language: seat.language,
        chrome: seat.chrome(&desk, Section::Warnings),
        warnings,
        draft: may_draft.then(|| seat.here("/notices/new")),
    };
    seat.show(StatusCode::OK, &view)
}

pub(in crate::web) async fn show(
    seat: Seat,
    Path(id): Path<WarningId>,
) -> Result<Response, Problem> {
    page(&seat, id, StatusCode::OK, information::blank(id)).await
}

/// The page once more, with what is wrong with an update.
pub(super) async fn again(
    seat: Seat,
    id: WarningId,
    typed: InformationForm,
) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    page(&seat, id, StatusCode::UNPROCESSABLE_ENTITY, typed).await
}

pub(super) fn address(warning: WarningId) -> String {
    format!("/warnings/{warning}")
}

async fn page(
    seat: &Seat,
    id: WarningId,
    status: StatusCode,
    update: InformationForm,
) -> Result<Response, Problem> {
    let (app, caller) = (&seat.app, &seat.caller);
    let board = board::warning(app, caller, id).await?;
    let desk = desk::sit(app, caller, Some(board.head.region)).await?;
    let names = desk::names(app).await?;
    let warning = board.head.warning.as_ref().ok_or(Error::NotFound)?;
    let stands = desk
        .standing
        .as_ref()
        .is_some_and(|standing| standing.head.id == id);
    let may_draft = caller.may(Right::DraftNotices, board.head.region).is_ok();
    let changes = draft::changes(&desk).filter(|_| stands && may_draft && !warning.is_ended());
    let mut notices = Vec::with_capacity(board.notices.len());
    for record in board.notices.iter().rev() {
        notices.push(notice_row(seat, record, desk.now).await?);
    }
    let told = app_information::told(app, caller, id).await?;
    let may_inform = caller.may(Right::IssueNotices, board.head.region).is_ok();
    let in_force = warning.phase(desk.now) == domain::Phase::InForce;
    let view = WarningPage {
        language: seat.language,
        chrome: seat.chrome(&desk, Section::Warnings),
        level: warning.level,
        phase: shown::phase(warning, desk.now),
        number: shown::number(board.notices.iter().rev()).unwrap_or_default(),
        from: warning.start,
        until: shown::until(warning),
        suspension: warning.suspension(desk.now),
        classes: warning.levels().split(),
        areas: shown::areas(&warning.areas, desk.playbook.regions()),
        rule: rule(&desk.playbook, &board.notices),
        steps: life(seat, &board, warning, &names),
        notices,
        counts: shown::counts(&board.progress.total()),
        orders: format!("/orders?warning={id}"),
        information: information::shown(&told, &names, (may_inform && in_force).then_some(update)),
        changes: changes
            .map(|kind| {
                let region = board.head.region;
                (kind, format!("/notices/new?kind={kind}&region={region}"))
            })
            .collect(),
    };
    seat.show(status, &view)
}

/// A notice under way, before the warnings.
fn under_way(record: &NoticeRecord, now: chrono::DateTime<chrono::Utc>) -> WarningRow {
    let contents = record.notice.contents();
    WarningRow {
        href: format!("/notices/{}", record.id),
        number: String::new(),
        level: contents.level,
        phase: shown::notice_phase(&record.notice, now),
        from: contents.effective,
        until: shown::end(contents.ends),
        orders: 0,
    }
}

fn row(head: &WarningHead, warning: &Warning, board: &WarningBoard) -> WarningRow {
    WarningRow {
        href: format!("/warnings/{}", head.id),
        number: shown::number(board.notices.iter().rev()).unwrap_or_default(),
        level: warning.level,
        phase: shown::phase(warning, board.now),
        from: warning.start,
        until: shown::until(warning),
        orders: shown::counts(&board.progress.total()).issued,
    }
}

async fn notice_row(
    seat: &Seat,
    record: &NoticeRecord,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<NoticeRow, Error> {
    let contents = record.notice.contents();
    let plan = match record.plan {
        Some(plan) => draw::find(&seat.app, &seat.caller, plan).await?,
        None => None,
    };
    Ok(NoticeRow {
        href: format!("/notices/{}", record.id),
        number: shown::number([record]).unwrap_or_default(),
        kind: contents.kind,
        level: shown::level(contents),
        phase: shown::notice_phase(&record.notice, now),
        issued_at: match &record.notice {
            Notice::Issued(issued) => Some(WrittenTime::of(issued.at)),
            _ => None,
        },
        from: contents.effective,
        changes: plan.as_ref().map(|plan| shown::changes(&plan.tally)),
        digest: plan.and_then(|plan| plan.digest.get(..DIGEST).map(str::to_owned)),
    })
}

/// The rule that the first notice was judged by; a superior's order where that is what it carries.
fn rule(playbook: &Playbook, notices: &[NoticeRecord]) -> String {
    let first = notices.first().map(|record| record.notice.contents());
    match first.map(|contents| &contents.grounds) {
        Some(Grounds::Rules { rules, .. }) => shown::rule(playbook, rules),
        Some(Grounds::Instruction { number, .. }) => number.clone(),
        Some(Grounds::Judgement { .. }) | None => String::new(),
    }
}

/// What was done with every notice of a warning, and when it started, in order.
fn life(seat: &Seat, board: &WarningBoard, warning: &Warning, names: &Names) -> Vec<Step> {
    let records = board.notices.iter();
    let mut steps: Vec<Step> = records
        .flat_map(|record| shown::steps(record, names, seat.language))
        .collect();
    if warning.start.at() <= board.now {
        steps.push(Step {
            kind: StepKind::Started,
            at: warning.start,
            person: String::new(),
            document: None,
            remark: None,
            on_behalf: None,
            scan: None,
        });
    }
    steps.sort_by_key(|step| step.at);
    steps
}
