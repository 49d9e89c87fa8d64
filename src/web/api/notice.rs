//! `/api/v1/notices`: drafting, signing, drawing and issuing.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use super::Page;
use super::plan::Plan;
use super::signature::SignatureRequest;
use crate::app::board::{self, NoticeRecord};
use crate::app::issue::{self, IssueIn, IssuedOut};
use crate::app::notices::{self, DraftIn, GroundsIn, StepIn, Stepped};
use crate::app::signature::{Approving, Seen};
use crate::app::wording::{self, Wording};
use crate::app::{App, Caller, Error, draw, scan};
use crate::domain::id::{InstructionId, NoticeId, PlanId, UserId};
use crate::domain::level::WarningLevel;
use crate::domain::notice::{self, Act, Consultation, Contents, End, Grounds, Medium};
use crate::domain::notice::{AreaHour, MeasureClass, NoticeKind, Signature};
use crate::domain::region::RegionCode;
use crate::domain::time::{WrittenTime, rfc3339};
use crate::i18n::Language;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};
use crate::web::scan::file;

/// What a notice is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftRequest {
    /// The place.
    #[schema(value_type = String, example = "411000")]
    region: RegionCode,
    /// start, raise, lower, extend, add-on, correct, suspend, resume, lift or withdraw.
    #[schema(value_type = String, example = "start")]
    kind: NoticeKind,
    /// yellow, orange or red; for a lift or withdrawal the level ended.
    #[schema(value_type = String, example = "orange")]
    level: WarningLevel,
    /// 启动时刻 in Beijing time; `24:00` is a legal hour.
    #[schema(value_type = String, example = "2026-11-25T08:00")]
    effective: WrittenTime,
    /// When it ends; absent: 解除时间另行通知.
    #[schema(value_type = Option<String>)]
    ends: Option<WrittenTime>,
    /// What it rests on.
    grounds: GroundsRequest,
    /// The superior's document it carries out; taken from the instruction where it rests on one.
    parent_document: Option<String>,
    /// An earlier control that ends with it.
    cancels: Option<String>,
    /// Measures it adds for everyone.
    #[serde(default)]
    adds: Vec<String>,
    /// Measures added before that it takes back, each as it was written.
    #[serde(default)]
    drops: Vec<String>,
    /// Measures that stay after the lift.
    #[serde(default)]
    keeps: Vec<String>,
    /// When a suspension is planned to end; a notice to resume decides.
    #[schema(value_type = Option<String>)]
    resumes: Option<WrittenTime>,
    /// The counties and townships that a lift ends before its own hour.
    #[serde(default)]
    areas: Vec<AreaRequest>,
    /// The classes of measures with another level than the notice's.
    #[serde(default)]
    classes: Vec<ClassLevel>,
}

/// A class of measures with a level of its own.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassLevel {
    /// industry, transport, dust or public.
    #[schema(value_type = String, example = "industry")]
    class: MeasureClass,
    /// yellow, orange or red.
    #[schema(value_type = String, example = "orange")]
    level: WarningLevel,
}

/// An area with an hour of its own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaRequest {
    /// A county or township of the place.
    #[schema(value_type = String, example = "411081")]
    area: RegionCode,
    /// When the warning ends there.
    #[schema(value_type = String, example = "2026-11-28T15:00")]
    at: WrittenTime,
}

/// What a notice is to rest on.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "on", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum GroundsRequest {
    /// The open proposal.
    Proposal {},
    /// A registered instruction.
    Instruction {
        /// Its id.
        #[schema(value_type = String)]
        id: InstructionId,
    },
    /// The officer's judgement without the rules being met.
    Judgement {
        /// Why; shown as such for ever.
        reason: String,
    },
    /// What the draft rests on already; for writing it anew.
    AsDrafted {},
}

/// The record of a consultation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsultationRequest {
    /// When it was held.
    #[schema(value_type = String, example = "2026-11-24T16:00")]
    held_at: WrittenTime,
    /// Who took part.
    parties: Vec<String>,
    /// What they concluded.
    conclusion: String,
}

/// Why something is sent back or given up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonRequest {
    /// The reason.
    pub(super) reason: String,
}

/// A signature: the caller's own, unless it was given outside this system.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalRequest {
    /// A signature on paper or by telephone, recorded on behalf.
    on_behalf: Option<OnBehalfRequest>,
    /// What was read: what was written, or drawn, anew since is refused.
    seen: Option<SeenRequest>,
}

/// A notice or an advisory as somebody read it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenRequest {
    /// How many steps it had.
    steps: usize,
    /// The digest of a notice's plan; absent where there was none.
    plan: Option<String>,
}

/// A signature given outside this system.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnBehalfRequest {
    /// paper or telephone.
    #[schema(value_type = String)]
    medium: Medium,
    /// The title under which it was signed.
    title: String,
    /// What was said, or where the paper lies.
    note: String,
    /// SHA-256 of the scan.
    scan: Option<String>,
    /// The account of the second officer.
    #[schema(value_type = String)]
    witness: UserId,
    /// Until when the signature itself is to follow.
    #[schema(value_type = String)]
    to_sign_by: WrittenTime,
}

/// An empty body.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What is to be issued, as it was previewed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueRequest {
    /// The plan.
    #[schema(value_type = String)]
    plan: PlanId,
    /// Its digest.
    digest: String,
    /// 文号.
    #[schema(example = "许环委办〔2026〕12号")]
    document: String,
}

/// A notice after a step.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeStep {
    /// The notice.
    id: String,
    /// Its warning.
    warning: String,
    /// draft, submitted, approved, issued or abandoned.
    state: String,
}

/// What a step of a notice may come to, for the document.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes what is answered and is never made")]
enum StepAnswers {
    /// The step was taken
    #[response(status = OK)]
    Taken(NoticeStep),
    /// The caller may not take it
    #[response(status = FORBIDDEN)]
    Forbidden(ProblemBody<'static>),
    /// There is no such notice
    #[response(status = NOT_FOUND)]
    NotFound(ProblemBody<'static>),
    /// The state of the notice does not allow it
    #[response(status = CONFLICT)]
    Conflict(ProblemBody<'static>),
    /// What was sent is not what it should be
    #[response(status = UNPROCESSABLE_ENTITY)]
    Invalid(ProblemBody<'static>),
}

/// What was issued.
#[derive(Serialize, ToSchema)]
pub(super) struct Issue {
    /// The notice.
    id: String,
    /// Its warning.
    warning: String,
    /// The plan.
    plan: String,
    /// How many recipients have a line in it.
    lines: i64,
    /// How many messages were put into the outbox.
    messages: u64,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeView {
    /// Its id.
    id: String,
    /// The place.
    region: String,
    /// draft, submitted, approved, issued or abandoned.
    state: &'static str,
    /// What it does.
    kind: &'static str,
    /// The level it states.
    level: &'static str,
    /// From when, as written.
    effective: String,
    /// Until when, as written; absent: 解除时间另行通知.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    /// What it rests on, in words.
    grounds: Vec<String>,
    /// Whether it was issued without the rules being met.
    without_rules: bool,
    /// The superior's document.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_document: Option<String>,
    /// Measures it adds.
    adds: Vec<String>,
    /// Measures added before that it takes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drops: Vec<String>,
    /// Measures that stay.
    keeps: Vec<String>,
    /// When a suspension is planned to end, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    resumes: Option<String>,
    /// The areas that a lift ends before its own hour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    areas: Vec<AreaView>,
    /// The classes of measures with another level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<ClassLevel>,
    /// The digest of the playbook it is judged by.
    playbook: String,
    /// Until when a signature given by telephone or on paper is still to follow, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_sign_by: Option<String>,
    /// What was done, by whom and when.
    steps: Vec<StepView>,
    /// The plan last drawn for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
}

/// An area with an hour of its own.
#[derive(Serialize, ToSchema)]
pub(super) struct AreaView {
    /// The area.
    area: String,
    /// When the warning ends there, as written.
    at: String,
}

/// One step of a notice.
#[derive(Serialize, ToSchema)]
pub(super) struct StepView {
    /// When.
    at: String,
    /// The account that acted.
    by: String,
    /// The title it acted under.
    title: String,
    /// drafted, consulted, submitted, returned, approved, signed, issued or abandoned.
    act: &'static str,
    /// The reason, conclusion, note or document number.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Which notices.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeQuery {
    /// The region, with everything below it.
    #[param(value_type = String)]
    region: RegionCode,
}

impl From<DraftRequest> for DraftIn {
    fn from(asked: DraftRequest) -> Self {
        Self {
            region: asked.region,
            kind: asked.kind,
            level: asked.level,
            effective: asked.effective,
            ends: asked.ends.map_or(End::UntilFurtherNotice, End::At),
            grounds: match asked.grounds {
                GroundsRequest::Proposal {} => GroundsIn::Proposal(None),
                GroundsRequest::Instruction { id } => GroundsIn::Instruction(id),
                GroundsRequest::Judgement { reason } => GroundsIn::Judgement(reason),
                GroundsRequest::AsDrafted {} => GroundsIn::AsDrafted,
            },
            parent_document: asked.parent_document,
            cancels: asked.cancels,
            adds: asked.adds,
            drops: asked.drops,
            keeps: asked.keeps,
            resumes: asked.resumes,
            areas: asked.areas.into_iter().map(Into::into).collect(),
            classes: asked.classes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ClassLevel> for notice::ClassLevel {
    fn from(ClassLevel { class, level }: ClassLevel) -> Self {
        Self { class, level }
    }
}

impl From<&notice::ClassLevel> for ClassLevel {
    fn from(&notice::ClassLevel { class, level }: &notice::ClassLevel) -> Self {
        Self { class, level }
    }
}

impl From<AreaRequest> for AreaHour {
    fn from(AreaRequest { area, at }: AreaRequest) -> Self {
        Self { area, at }
    }
}

impl From<&AreaHour> for AreaView {
    fn from(named: &AreaHour) -> Self {
        Self {
            area: named.area.to_string(),
            at: named.at.to_string(),
        }
    }
}

impl From<ConsultationRequest> for Consultation {
    fn from(held: ConsultationRequest) -> Self {
        Self {
            held_at: held.held_at,
            parties: held.parties,
            conclusion: held.conclusion,
        }
    }
}

impl From<ApprovalRequest> for Approving {
    fn from(asked: ApprovalRequest) -> Self {
        Self {
            signature: asked.on_behalf.map_or(Signature::InSystem, Signature::from),
            scan: None,
            seen: asked.seen.map(|seen| Seen {
                steps: seen.steps,
                plan: seen.plan,
            }),
        }
    }
}

impl From<OnBehalfRequest> for Signature {
    fn from(given: OnBehalfRequest) -> Self {
        Self::OnBehalf {
            medium: given.medium,
            title: given.title,
            note: given.note,
            scan: given.scan,
            witness: given.witness,
            to_sign_by: given.to_sign_by,
        }
    }
}

impl From<IssueRequest> for IssueIn {
    fn from(seen: IssueRequest) -> Self {
        Self {
            plan: seen.plan,
            digest: seen.digest,
            document: seen.document,
        }
    }
}

impl From<Stepped> for NoticeStep {
    fn from(stepped: Stepped) -> Self {
        Self {
            id: stepped.notice.to_string(),
            warning: stepped.warning.to_string(),
            state: stepped.state,
        }
    }
}

impl From<IssuedOut> for Issue {
    fn from(issued: IssuedOut) -> Self {
        Self {
            id: issued.notice.to_string(),
            warning: issued.warning.to_string(),
            plan: issued.plan.to_string(),
            lines: issued.lines,
            messages: issued.messages,
        }
    }
}

impl NoticeView {
    /// A notice with the plan drawn for it.
    pub(super) fn new(record: &NoticeRecord, plan: Option<Plan>) -> Self {
        let contents = record.notice.contents();
        Self {
            id: record.id.to_string(),
            region: record.region.to_string(),
            state: record.notice.state(),
            kind: contents.kind.as_str(),
            level: contents.level.as_str(),
            effective: contents.effective.to_string(),
            ends: match contents.ends {
                End::At(time) => Some(time.to_string()),
                End::UntilFurtherNotice => None,
            },
            grounds: grounds(contents),
            without_rules: matches!(contents.grounds, Grounds::Judgement { .. }),
            parent_document: contents.parent_document.clone(),
            adds: contents.adds.clone(),
            drops: contents.drops.clone(),
            keeps: contents.keeps.clone(),
            resumes: contents.resumes.map(|time| time.to_string()),
            areas: contents.areas.iter().map(Into::into).collect(),
            classes: contents.classes.iter().map(Into::into).collect(),
            playbook: record.playbook.clone(),
            to_sign_by: record.notice.owed().map(|owed| owed.to_sign_by.to_string()),
            steps: record.steps.iter().map(StepView::from).collect(),
            plan,
        }
    }
}

fn grounds(contents: &Contents) -> Vec<String> {
    match &contents.grounds {
        Grounds::Rules { because, .. } => because.clone(),
        Grounds::Instruction { number, .. } => vec![number.clone()],
        Grounds::Judgement { reason } => vec![reason.clone()],
    }
}

impl From<&notice::Step> for StepView {
    fn from(step: &notice::Step) -> Self {
        let (act, text) = match &step.act {
            Act::Drafted { .. } => ("drafted", None),
            Act::Consulted(consultation) => ("consulted", Some(consultation.conclusion.clone())),
            Act::Submitted => ("submitted", None),
            Act::Returned { reason } => ("returned", Some(reason.clone())),
            Act::Approved { signature } => ("approved", signature.note().map(str::to_owned)),
            Act::Signed(paper) => ("signed", Some(paper.note.clone())),
            Act::Issued { document, .. } => ("issued", Some(document.clone())),
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

/// Begins a notice.
#[utoipa::path(
    post, path = "/api/v1/notices", tag = "notices", request_body = DraftRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = NoticeStep),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn draft_notice(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<DraftRequest>,
) -> Result<(StatusCode, Json<NoticeStep>), Problem> {
    let key = posted.idempotency.as_ref();
    let stepped = notices::draft(&app, &caller, key, posted.body.into()).await?;
    Ok((StatusCode::CREATED, Json(stepped.into())))
}

/// The notices of a region that are under way, the newest first.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "notices", params(NoticeQuery),
    responses((status = OK, body = Page<NoticeView>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_notices(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NoticeQuery>,
) -> Result<Json<Page<NoticeView>>, Problem> {
    let pending = board::pending(&app, &caller, query.region).await?;
    let views = pending.iter().map(|record| NoticeView::new(record, None));
    Ok(Json(Page::whole(views.collect())))
}

/// A notice, with its steps and its plan.
#[utoipa::path(
    get, path = "/api/v1/notices/{id}", tag = "notices",
    params(("id" = String, Path, description = "The notice")),
    responses((status = OK, body = NoticeView), (status = NOT_FOUND, body = ProblemBody)),
)]
pub(super) async fn show_notice(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<NoticeId>,
) -> Result<Json<NoticeView>, Problem> {
    let board = board::notice(&app, &caller, id).await?;
    Ok(Json(NoticeView::new(
        &board.record,
        board.plan.map(Plan::from),
    )))
}

/// The text of a notice, as it was issued or as it would be now.
#[utoipa::path(
    get, path = "/api/v1/notices/{id}/text", tag = "notices",
    params(("id" = String, Path, description = "The notice"), TextQuery),
    responses(
        (status = OK, body = NoticeText),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_notice_text(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<NoticeId>,
    Query(asked): Query<TextQuery>,
) -> Result<Json<NoticeText>, Problem> {
    let written = wording::of_notice(&app, &caller, id, asked.language).await?;
    Ok(Json(written.ok_or(Error::NotFound)?.into()))
}

/// The scan of what was signed on paper, as a file.
#[utoipa::path(
    get, path = "/api/v1/notices/{id}/steps/{step}/scan", tag = "notices",
    params(
        ("id" = String, Path, description = "The notice"),
        ("step" = usize, Path, description = "Which of its steps, from 1"),
    ),
    responses(
        (status = OK, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_notice_scan(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(NoticeId, usize)>,
) -> Result<Response, Problem> {
    let scan = scan::of_notice(&app, &caller, id, step).await?;
    Ok(file(scan))
}

/// Writes a notice anew while it is a draft.
#[utoipa::path(
    put, path = "/api/v1/notices/{id}", tag = "notices", request_body = DraftRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn revise_notice(act: ActOn<DraftRequest>) -> StepAnswer {
    step(act, |contents| StepIn::Revise(contents.into())).await
}

/// Records the consultation.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/consultation", tag = "notices",
    request_body = ConsultationRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn consult_on_notice(act: ActOn<ConsultationRequest>) -> StepAnswer {
    step(act, |held| StepIn::Consult(held.into())).await
}

/// Hands a notice in for approval.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/submission", tag = "notices", request_body = Nothing,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn submit_notice(act: ActOn<Nothing>) -> StepAnswer {
    step(act, |Nothing {}| StepIn::Submit).await
}

/// Sends a notice back to its drafter.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/return", tag = "notices", request_body = ReasonRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn return_notice(act: ActOn<ReasonRequest>) -> StepAnswer {
    step(act, |asked| StepIn::SendBack(asked.reason)).await
}

/// Signs a notice, or records a signature given on paper or by telephone.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/approval", tag = "notices", request_body = ApprovalRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn approve_notice(act: ActOn<ApprovalRequest>) -> StepAnswer {
    step(act, |signed| StepIn::Approve(signed.into())).await
}

/// Records that a notice was signed on paper, where its approval was given by telephone or on paper.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/signature", tag = "notices",
    request_body = SignatureRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn sign_notice(act: ActOn<SignatureRequest>) -> StepAnswer {
    step(act, |signed| StepIn::Sign(signed.into())).await
}

/// Gives a notice up before it is issued.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/abandonment", tag = "notices",
    request_body = ReasonRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses(StepAnswers),
)]
pub(super) async fn abandon_notice(act: ActOn<ReasonRequest>) -> StepAnswer {
    step(act, |asked| StepIn::Abandon(asked.reason)).await
}

/// Draws the plan of a notice anew and stages it. What is previewed is what will be issued.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/plan", tag = "notices", request_body = Nothing,
    params(("id" = String, Path, description = "The notice")),
    responses((status = OK, body = Plan), (status = CONFLICT, body = ProblemBody)),
)]
pub(super) async fn draw_plan(act: ActOn<Nothing>) -> Result<Json<Plan>, Problem> {
    let (State(app), caller, Path(id), _) = act;
    Ok(Json(draw::draw(&app, &caller, id).await?.into()))
}

/// Issues an approved notice with its plan: all of it, or nothing.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/issue", tag = "notices", request_body = IssueRequest,
    params(("id" = String, Path, description = "The notice"), IdempotencyKey),
    responses((status = OK, body = Issue), (status = CONFLICT, body = ProblemBody)),
)]
pub(super) async fn issue_notice(act: ActOn<IssueRequest>) -> Result<Json<Issue>, Problem> {
    let (State(app), caller, Path(id), posted) = act;
    let (key, seen) = (posted.idempotency.as_ref(), posted.body.into());
    Ok(Json(
        issue::issue(&app, &caller, key, id, seen).await?.into(),
    ))
}

/// In which language to read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TextQuery {
    /// zh or en; the Chinese text is the authoritative one.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    language: Language,
}

/// A notice, word for word.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeText {
    /// 发布机关.
    organ: String,
    /// 文号; absent before the issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// 发布时刻; absent before the issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    /// Why the plan whose counts it states can no longer be issued, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<&'static str>,
    /// 标题.
    title: String,
    /// 正文; an empty line stands between paragraphs.
    body: String,
}

impl From<Wording> for NoticeText {
    fn from(written: Wording) -> Self {
        Self {
            organ: written.organ,
            stale: written.stale.map(|refusal| refusal.code),
            issued_at: written.issued.as_ref().map(|issued| rfc3339(issued.at)),
            document: written.issued.map(|issued| issued.document),
            title: written.text.title,
            body: written.text.body,
        }
    }
}

/// What every act on a notice comes with.
type ActOn<T> = (State<App>, Caller, Path<NoticeId>, Posted<T>);

/// What every step of a notice answers.
type StepAnswer = Result<Json<NoticeStep>, Problem>;

/// Takes one step with a notice.
async fn step<T>(act: ActOn<T>, asked: impl FnOnce(T) -> StepIn) -> StepAnswer {
    let (State(app), caller, Path(id), posted) = act;
    let key = posted.idempotency.as_ref();
    let stepped = notices::step(&app, &caller, key, id, asked(posted.body)).await?;
    Ok(Json(stepped.into()))
}
