//! `/api/v1/advisories`: health notices and temporary control, which compel nobody.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use super::Page;
use super::notice::{ApprovalRequest, Nothing, ReasonRequest};
use super::signature::SignatureRequest;
use crate::app::advisory::{self, AdvisoryRecord, AnswersIn, DraftIn, StepIn, Stepped};
use crate::app::caller::Right;
use crate::app::{App, Caller, scan};
use crate::domain::advisory::{Act, Advice, Advisory, AdvisoryKind, Contents, Grounds, Step};
use crate::domain::id::AdvisoryId;
use crate::domain::outlook::Cause;
use crate::domain::region::RegionCode;
use crate::domain::time::{WrittenTime, rfc3339};
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};
use crate::web::scan::file;

pub(super) mod telling;

use telling::AdvisoryTold;

/// How many advisories stand on one page.
const PAGE: usize = 50;

/// What an advisory is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdvisoryRequest {
    /// The place.
    #[schema(value_type = String, example = "411000")]
    region: RegionCode,
    /// What kind it is.
    kind: KindRequest,
    /// The parts of the place that are meant; all of it where none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["411081"]))]
    parts: Vec<RegionCode>,
    /// From when, in Beijing time; `24:00` is a legal hour.
    #[schema(value_type = String, example = "2026-11-25T08:00")]
    from: WrittenTime,
    /// Until when. It is always stated.
    #[schema(value_type = String, example = "2026-11-27T24:00")]
    until: WrittenTime,
    /// What is to be expected, and why.
    text: String,
    /// What is recommended. Words that order something are refused.
    #[serde(default)]
    advice: Vec<String>,
    /// The proposal it answers, if any.
    #[serde(default)]
    answers: AnswersRequest,
}

/// The kind of an advisory, with what belongs to it.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum KindRequest {
    /// 健康提示: bad air that starts no colour.
    HealthNotice {
        /// What brings it: ozone, `dust`, `blown_dust`, `wildfire_smoke`, `cross_border` …
        #[schema(value_type = String, example = "dust")]
        cause: Cause,
    },
    /// 临时管控: below the lowest level, on a superior's word.
    TemporaryControl {
        /// The superior's document.
        #[schema(example = "豫环委攻坚办〔2026〕88号")]
        document: String,
    },
    /// 临时管控 without a superior's document, on the city's own decision or its plan.
    OwnControl {
        /// The body that decided.
        #[schema(example = "市重污染天气应急指挥部")]
        decided_by: String,
        /// Why. Words that order something are refused.
        reason: String,
    },
}

/// Which proposal an advisory answers.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AnswersRequest {
    /// None.
    #[default]
    Nothing,
    /// The open one, which has to ask for an advisory.
    Proposal,
    /// What the draft answers already; for writing it anew.
    AsDrafted,
}

/// How an advisory is made public.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicationRequest {
    /// 文号, where it has one.
    document: Option<String>,
}

/// An advisory after a step.
#[derive(Serialize, ToSchema)]
pub(super) struct AdvisoryStep {
    /// The advisory.
    id: String,
    /// draft, submitted, approved, published or abandoned.
    state: String,
}

/// What a step of an advisory may come to, for the document.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes what is answered and is never made")]
enum StepAnswers {
    /// The step was taken
    #[response(status = OK)]
    Taken(AdvisoryStep),
    /// The caller may not take it
    #[response(status = FORBIDDEN)]
    Forbidden(ProblemBody<'static>),
    /// There is no such advisory
    #[response(status = NOT_FOUND)]
    NotFound(ProblemBody<'static>),
    /// The state of the advisory, or of what stands, does not allow it
    #[response(status = CONFLICT)]
    Conflict(ProblemBody<'static>),
    /// What was sent is not what it should be
    #[response(status = UNPROCESSABLE_ENTITY)]
    Invalid(ProblemBody<'static>),
}

/// An advisory.
#[derive(Serialize, ToSchema)]
pub(super) struct AdvisoryView {
    /// Its id.
    id: String,
    /// The place.
    region: String,
    /// draft, submitted, approved, published or abandoned.
    state: &'static str,
    /// Once it is public: announced, running, lifted, cancelled or run-out.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// health-notice or temporary-control.
    kind: &'static str,
    /// What brings the air; of a health notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// The superior's document; of a temporary control on its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    superior_document: Option<String>,
    /// The city's own decision; of a temporary control that rests on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<OwnDecision>,
    /// The parts that are meant; all of the place where none is named.
    parts: Vec<String>,
    /// From when, as written.
    from: String,
    /// Until when, as written.
    until: String,
    /// When it ended or will, once it is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
    /// What is to be expected, and why.
    text: String,
    /// What is recommended. Nothing of it is compulsory.
    advice: Vec<String>,
    /// The proposal it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Answered>,
    /// Its own document number.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// The digest of the playbook it is judged by.
    playbook: String,
    /// Until when a signature given by telephone or on paper is still to follow, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_sign_by: Option<String>,
    /// What was done, by whom and when.
    steps: Vec<AdvisoryStepView>,
    /// Who was told of which step, in numbers; only where one advisory is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    told: Vec<AdvisoryTold>,
}

/// A city's own decision on a temporary control.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnDecision {
    /// The body that decided.
    by: String,
    /// Why.
    reason: String,
}

/// A proposal that an advisory answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Answered {
    /// Its key.
    proposal: i64,
    /// The reasons, as they were told.
    because: Vec<String>,
}

/// One step of an advisory.
#[derive(Serialize, ToSchema)]
pub(super) struct AdvisoryStepView {
    /// When.
    at: String,
    /// The account that acted.
    by: String,
    /// The title it acted under.
    title: String,
    /// drafted, submitted, returned, approved, signed, published, lifted, cancelled or abandoned.
    act: &'static str,
    /// The reason, the note of a recorded signature, the document number, or the warning that took its
    /// place.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Which advisories.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AdvisoryQuery {
    /// The region, with everything below it.
    #[param(value_type = String)]
    region: RegionCode,
    /// Only what is under way or public and not over, with what is public above the region and
    /// concerns it; all of it on one page.
    #[serde(default)]
    current: bool,
    /// Where the page begins.
    after: Option<i64>,
}

impl From<AdvisoryRequest> for DraftIn {
    fn from(asked: AdvisoryRequest) -> Self {
        Self {
            kind: match asked.kind {
                KindRequest::HealthNotice { cause } => AdvisoryKind::HealthNotice { cause },
                KindRequest::TemporaryControl { document } => {
                    AdvisoryKind::TemporaryControl(Grounds::Superior { document })
                }
                KindRequest::OwnControl { decided_by, reason } => {
                    AdvisoryKind::TemporaryControl(Grounds::Decision { decided_by, reason })
                }
            },
            region: asked.region,
            parts: asked.parts,
            from: asked.from,
            until: asked.until,
            text: asked.text,
            advice: asked.advice,
            answers: match asked.answers {
                AnswersRequest::Nothing => AnswersIn::Nothing,
                AnswersRequest::Proposal => AnswersIn::Proposal(None),
                AnswersRequest::AsDrafted => AnswersIn::AsDrafted,
            },
        }
    }
}

impl From<Stepped> for AdvisoryStep {
    fn from(stepped: Stepped) -> Self {
        Self {
            id: stepped.advisory.to_string(),
            state: stepped.state,
        }
    }
}

impl AdvisoryView {
    fn new(record: &AdvisoryRecord, caller: &Caller, now: DateTime<Utc>) -> Self {
        // Who signed, and how, is no part of what is made public.
        let own = caller.may(Right::SeeWarnings, record.region).is_ok();
        let contents = record.advisory.contents();
        let grounds = contents.kind.grounds();
        let owed = record.advisory.owed().filter(|_| own);
        let published = match &record.advisory {
            Advisory::Published(published) => Some(published),
            _ => None,
        };
        Self {
            id: record.id.to_string(),
            region: record.region.to_string(),
            state: record.advisory.state(),
            phase: published.map(|it| it.phase(now).as_str()),
            kind: contents.kind.as_str(),
            cause: cause(contents),
            superior_document: grounds.and_then(Grounds::document).map(str::to_owned),
            decision: grounds
                .and_then(Grounds::decision)
                .map(|(by, reason)| OwnDecision {
                    by: by.to_owned(),
                    reason: reason.to_owned(),
                }),
            parts: contents.parts.iter().map(ToString::to_string).collect(),
            from: contents.from.to_string(),
            until: contents.until.to_string(),
            ends_at: published.map(|it| rfc3339(it.ends_at())),
            text: contents.text.clone(),
            advice: contents
                .advice
                .iter()
                .map(Advice::as_str)
                .map(str::to_owned)
                .collect(),
            answers: contents.answers.as_ref().map(|answered| Answered {
                proposal: answered.proposal,
                because: answered.because.clone(),
            }),
            document: published.and_then(|it| it.document.clone()),
            playbook: record.playbook.clone(),
            to_sign_by: owed.map(|owed| owed.to_sign_by.to_string()),
            steps: record
                .steps
                .iter()
                .map(|step| AdvisoryStepView::of(step, own))
                .collect(),
            told: Vec::new(),
        }
    }
}

const fn cause(contents: &Contents) -> Option<&'static str> {
    match contents.kind {
        AdvisoryKind::HealthNotice { cause } => Some(cause.as_str()),
        AdvisoryKind::TemporaryControl(_) => None,
    }
}

impl AdvisoryStepView {
    fn of(step: &Step, own: bool) -> Self {
        let (act, text) = match &step.act {
            Act::Drafted { .. } => ("drafted", None),
            Act::Submitted => ("submitted", None),
            Act::Returned { reason } => ("returned", Some(reason.clone())),
            Act::Approved { signature } => {
                let note = signature.note().filter(|_| own);
                ("approved", note.map(str::to_owned))
            }
            Act::Signed(paper) => ("signed", Some(paper.note.clone()).filter(|_| own)),
            Act::Published { document } => ("published", document.clone()),
            Act::Lifted { reason } => ("lifted", Some(reason.clone())),
            Act::Cancelled { warning, .. } => ("cancelled", Some(warning.to_string())),
            Act::Abandoned { reason } => ("abandoned", Some(reason.clone())),
        };
        Self {
            at: rfc3339(step.at),
            by: step.by.account.to_string(),
            title: step.by.title.clone(),
            act,
            text,
        }
    }
}

/// Begins an advisory.
#[utoipa::path(
    post, path = "/api/v1/advisories", tag = "advisories", request_body = AdvisoryRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = AdvisoryStep),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn draft_advisory(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<AdvisoryRequest>,
) -> Result<(StatusCode, Json<AdvisoryStep>), Problem> {
    let key = posted.idempotency.as_ref();
    let stepped = advisory::draft(&app, &caller, key, posted.body.into()).await?;
    Ok((StatusCode::CREATED, Json(stepped.into())))
}

/// The advisories of a region and everything below it, the newest first.
#[utoipa::path(
    get, path = "/api/v1/advisories", tag = "advisories", params(AdvisoryQuery),
    responses((status = OK, body = Page<AdvisoryView>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_advisories(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AdvisoryQuery>,
) -> Result<Json<Page<AdvisoryView>>, Problem> {
    let now = app.now();
    let views = |records: &[AdvisoryRecord]| {
        let views = records
            .iter()
            .map(|record| AdvisoryView::new(record, &caller, now));
        views.collect()
    };
    if query.current {
        let records = advisory::current(&app, &caller, query.region).await?;
        return Ok(Json(Page::whole(views(&records))));
    }
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let records = advisory::list(&app, &caller, query.region, query.after, limit).await?;
    let next = records.get(PAGE - 1).map(|last| last.key.to_string());
    let items = views(&records);
    Ok(Json(Page { items, next }))
}

/// An advisory, with its steps and how far it was told.
#[utoipa::path(
    get, path = "/api/v1/advisories/{id}", tag = "advisories",
    params(("id" = String, Path, description = "The advisory")),
    responses((status = OK, body = AdvisoryView), (status = NOT_FOUND, body = ProblemBody)),
)]
pub(super) async fn show_advisory(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AdvisoryId>,
) -> Result<Json<AdvisoryView>, Problem> {
    let record = advisory::find(&app, &caller, id).await?;
    let told = advisory::told(&app, &caller, id).await?;
    Ok(Json(AdvisoryView {
        told: told.iter().map(AdvisoryTold::from).collect(),
        ..AdvisoryView::new(&record, &caller, app.now())
    }))
}

/// Writes an advisory anew while it is a draft.
#[utoipa::path(
    put, path = "/api/v1/advisories/{id}", tag = "advisories", request_body = AdvisoryRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn revise_advisory(act: ActOn<AdvisoryRequest>) -> StepAnswer {
    step(act, |asked| StepIn::Revise(asked.into())).await
}

/// Hands an advisory in for approval.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/submission", tag = "advisories", request_body = Nothing,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn submit_advisory(act: ActOn<Nothing>) -> StepAnswer {
    step(act, |Nothing {}| StepIn::Submit).await
}

/// Sends an advisory back to its drafter.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/return", tag = "advisories",
    request_body = ReasonRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn return_advisory(act: ActOn<ReasonRequest>) -> StepAnswer {
    step(act, |asked| StepIn::SendBack(asked.reason)).await
}

/// Signs an advisory.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/approval", tag = "advisories",
    request_body = ApprovalRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn approve_advisory(act: ActOn<ApprovalRequest>) -> StepAnswer {
    step(act, |signed| StepIn::Approve(signed.into())).await
}

/// Records that an advisory was signed on paper, where its approval was given by telephone or on
/// paper.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/signature", tag = "advisories",
    request_body = SignatureRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn sign_advisory(act: ActOn<SignatureRequest>) -> StepAnswer {
    step(act, |signed| StepIn::Sign(signed.into())).await
}

/// The scan of what was signed on paper, as a file.
#[utoipa::path(
    get, path = "/api/v1/advisories/{id}/steps/{step}/scan", tag = "advisories",
    params(
        ("id" = String, Path, description = "The advisory"),
        ("step" = usize, Path, description = "Which of its steps, from 1"),
    ),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_advisory_scan(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(AdvisoryId, usize)>,
) -> Result<Response, Problem> {
    let scan = scan::of_advisory(&app, &caller, id, step).await?;
    Ok(file(scan))
}

/// Makes an approved advisory public.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/publication", tag = "advisories",
    request_body = PublicationRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn publish_advisory(act: ActOn<PublicationRequest>) -> StepAnswer {
    step(act, |asked| StepIn::Publish(asked.document)).await
}

/// Ends a public advisory before its time.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/lift", tag = "advisories", request_body = ReasonRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn lift_advisory(act: ActOn<ReasonRequest>) -> StepAnswer {
    step(act, |asked| StepIn::Lift(asked.reason)).await
}

/// Gives an advisory up before it is public.
#[utoipa::path(
    post, path = "/api/v1/advisories/{id}/abandonment", tag = "advisories",
    request_body = ReasonRequest,
    params(("id" = String, Path, description = "The advisory"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn abandon_advisory(act: ActOn<ReasonRequest>) -> StepAnswer {
    step(act, |asked| StepIn::Abandon(asked.reason)).await
}

/// What every act on an advisory comes with.
type ActOn<T> = (State<App>, Caller, Path<AdvisoryId>, Posted<T>);

/// What every step of an advisory answers.
type StepAnswer = Result<Json<AdvisoryStep>, Problem>;

/// Takes one step with an advisory.
async fn step<T>(act: ActOn<T>, asked: impl FnOnce(T) -> StepIn) -> StepAnswer {
    let (State(app), caller, Path(id), posted) = act;
    let key = posted.idempotency.as_ref();
    let stepped = advisory::step(&app, &caller, key, id, asked(posted.body)).await?;
    Ok(Json(stepped.into()))
}
