//! Notices: drafting, signing, drawing the plan, issuing; each move a form of one page.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use super::draft::{self, Typed};
use super::posted::{Posted, Reading, faults};
use super::{Seat, done};
use crate::app::Error;
use crate::app::board::{NoticeBoard, NoticeRecord};
use crate::app::caller::Right;
use crate::app::desk::{self, Desk, Names};
use crate::app::draw::{self, Compared, Drawn};
use crate::app::issue::{self, IssueIn};
use crate::app::notices::{self, StepIn};
use crate::domain::access::Account;
use crate::domain::id::{NoticeId, OrderKey, PlanId};
use crate::domain::notice::{Contents, Grounds, Medium, Notice, NoticeKind, Signature};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::Section;
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::pages::notice::{
    Approval, ApprovalWay, Consultation, Cut, DutyCounts, IssueForm, NoticeBody, NoticeFacts,
    NoticeMoves, NoticePage, OnBehalf, PlanLine, PlanPreview,
};
use crate::web::pages::status::Phase;
use crate::web::problem::Problem;
use crate::web::shown;
use crate::web::words;

/// How many lines of a plan are shown; all of them are in the file.
const SAMPLE: i64 = 12;

/// How many lines of a plan are read at once for the file.
const PAGE: i64 = 2_000;

/// How long after it was given outside of the system a signature is to follow, unless changed.
const TO_SIGN_WITHIN: TimeDelta = TimeDelta::hours(24);

type Fields = HashMap<String, String>;

/// Why a notice is sent back or given up.
#[derive(Deserialize)]
pub(in crate::web) struct ReasonForm {
    reason: String,
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
    let form = typed.form(
        seat.language,
        "/notices",
        &desk,
        &seen,
        None,
        Faults::default(),
    );
    seat.show(StatusCode::OK, &unbegun(&seat, &desk, form))
}

/// Begins a notice.
pub(in crate::web) async fn draft(
    seat: Seat,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let typed = Typed::of(fields);
    let faults = match begun(&seat, &desk, &typed).await? {
        Ok(notice) => return Ok(done(&address(notice), "drafted")),
        Err(faults) => faults,
    };
    let seen = desk::overview(&seat.app, &seat.caller, &desk).await?;
    let form = typed.form(seat.language, "/notices", &desk, &seen, None, faults);
    let seat = seat.at("/notices/new");
    seat.show(
        StatusCode::UNPROCESSABLE_ENTITY,
        &unbegun(&seat, &desk, form),
    )
}

async fn begun(seat: &Seat, desk: &Desk, typed: &Typed) -> Result<Result<NoticeId, Faults>, Error> {
    let read = match typed.read(seat.language, desk.region) {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
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
    Page::read(&seat, id)
        .await?
        .show(StatusCode::OK, Wrong::default())
        .await
}

/// Saves what was typed into a draft.
pub(in crate::web) async fn save(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    match saved(&seat, id, fields).await? {
        None => Ok(done(&address(id), "saved")),
        Some(refused) => Ok(refused),
    }
}

/// Draws the plan of what is typed now.
pub(in crate::web) async fn plan(
    seat: Seat,
    Path(id): Path<NoticeId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
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
    if let Some(refused) = saved(&seat, id, fields).await? {
        return Ok(refused);
    }
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
    let given = Given::of(&posted);
    let approval = match given.read(seat.language) {
        Ok(signature) => {
            let step = StepIn::Approve(signature, posted.file());
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

/// Every line of the plan last drawn for a notice, as a file for a spreadsheet.
pub(in crate::web) async fn lines(
    seat: Seat,
    Path(id): Path<NoticeId>,
) -> Result<Response, Problem> {
    let (board, _) = desk::notice(&seat.app, &seat.caller, id).await?;
    let plan = board.plan.ok_or(Error::NotFound)?;
    let csv = csv_of(&seat, plan.plan).await?;
    let name = format!("attachment; filename=\"plan-{}.csv\"", plan.plan);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, csv).into_response())
}

async fn csv_of(seat: &Seat, plan: PlanId) -> Result<Vec<u8>, Error> {
    let language = seat.language;
    // A spreadsheet takes a file for UTF-8 only when it says so.
    let mut csv = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let header = [
        "order-eyebrow",
        "plan-change",
        "plan-recipient",
        "county",
        "grade",
        "plan-was",
    ];
    let header = header
        .into_iter()
        .chain(["plan-now"])
        .map(|key| language.say(key).to_string());
    csv.write_record(header).map_err(Error::internal)?;
    let mut after = OrderKey(i64::MIN);
    loop {
        let page = draw::compare(&seat.app, &seat.caller, plan, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.line.order;
        for compared in &page {
            let line = plan_line(compared, language);
            let change = line.change.status().word(language).to_string();
            let order = compared.line.order.to_string();
            let row = [
                order,
                change,
                line.recipient,
                line.county,
                line.grade,
                line.was,
                line.now,
            ];
            csv.write_record(row).map_err(Error::internal)?;
        }
    }
    csv.into_inner()
        .map_err(|error| Error::internal(error.to_string()))
}

/// Makes a move in which nothing can be filled in wrongly; answers with the page that says so.
async fn moved(
    seat: &Seat,
    id: NoticeId,
    step: StepIn,
    said: &'static str,
) -> Result<Response, Problem> {
    notices::step(&seat.app, &seat.caller, None, id, step).await?;
    Ok(done(&address(id), said))
}

/// The page of a notice once more, with what is wrong with what was sent.
async fn again(
    seat: Seat,
    id: NoticeId,
    status: StatusCode,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let seat = seat.at(&address(id));
    Page::read(&seat, id).await?.show(status, wrong).await
}

/// Saves what was typed, if anything was sent and says something new; answers with the page that
/// says what is wrong with it.
async fn saved(seat: &Seat, id: NoticeId, fields: Fields) -> Result<Option<Response>, Problem> {
    if fields.is_empty() {
        return Ok(None);
    }
    let page = Page::read(seat, id).await?;
    let typed = Typed::of(fields);
    let draft = match typed.read(seat.language, page.board.record.region) {
        Ok(read) => match revise(seat, &page.board.record, read).await {
            Ok(()) => return Ok(None),
            Err(error) => faults(seat.language, error, field)?,
        },
        Err(faults) => faults,
    };
    let wrong = Wrong {
        draft,
        typed: Some(typed),
        ..Wrong::default()
    };
    page.show(StatusCode::UNPROCESSABLE_ENTITY, wrong)
        .await
        .map(Some)
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

/// Where a refusal or a field of `app` stands in the forms of a draft and of an approval.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "no-consultation" | "consultation" => Some("consultation"),
        "unwritten" => Some("reason"),
        "level" | "below-floor" => Some("level"),
        "no-warning" | "warning-stands" | "warning-over" => Some("kind"),
        "ends-before-start" | "not-later" => Some("until"),
        "adds-nothing" => Some("adds"),
        "no-proposal" | "grounds" => Some("grounds"),
        "own-draft" => Some("how"),
        "own-witness" | "on_behalf.witness" => Some("witness"),
        "not-entitled" => Some("title"),
        "scan" => Some("scan"),
        _ => None,
    }
}

/// The same for the form of an issue.
fn issue_field(of: &str) -> Option<&'static str> {
    match of {
        "conflict" | "unwritten" => Some("document"),
        "another-plan" | "digest" | "plan-overtaken" | "list-changed" | "level" | "below-floor"
        | "no-warning" | "warning-stands" | "warning-over" | "not-later" => Some("confirmed"),
        _ => None,
    }
}

/// What is wrong with what was sent, and what was typed.
#[derive(Default)]
struct Wrong {
    draft: Faults,
    typed: Option<Typed>,
    approval: Faults,
    given: Option<Given>,
    issue: Faults,
    document: String,
}

/// A signature as typed.
struct Given {
    how: String,
    title: String,
    witness: String,
    note: String,
    to_sign_by: TimeField,
}

impl Given {
    fn of(posted: &Posted) -> Self {
        Self {
            how: posted.text("how"),
            title: posted.text("title"),
            witness: posted.text("witness"),
            note: posted.text("note"),
            to_sign_by: posted.time("sign"),
        }
    }

    fn read(&self, language: Language) -> Result<Signature, Faults> {
        let mut reading = Reading::new(language);
        let medium = match self.how.as_str() {
            "in-person" => return Ok(Signature::InSystem),
            "paper" => Some(Medium::Paper),
            "telephone" => Some(Medium::Telephone),
            _ => None,
        };
        let medium = reading.choice("how", medium);
        let title = reading.required("title", &self.title);
        let witness = reading.choice("witness", self.witness.parse().ok());
        let note = reading.required("note", &self.note);
        let to_sign_by = reading.time("sign", &self.to_sign_by);
        let read = (|| {
            Some(Signature::OnBehalf {
                medium: medium?,
                title: title?,
                note: note?,
                scan: None,
                witness: witness?,
                to_sign_by: to_sign_by?,
            })
        })();
        reading.done(read)
    }
}

/// The page of a notice that is not begun yet.
fn unbegun(seat: &Seat, desk: &Desk, form: crate::web::pages::notice::NoticeForm) -> NoticePage {
    NoticePage {
        language: seat.language,
        chrome: seat.chrome(desk, Section::Warnings),
        kind: NoticeKind::Start,
        level: None,
        number: String::new(),
        phase: Phase::Draft,
        body: NoticeBody::Editing(Box::new(form)),
        steps: Vec::new(),
        plan: None,
        moves: NoticeMoves::default(),
    }
}

/// A notice about to be shown.
struct Page<'p> {
    seat: &'p Seat,
    desk: Desk,
    board: NoticeBoard,
    names: Names,
}

impl<'p> Page<'p> {
    async fn read(seat: &'p Seat, id: NoticeId) -> Result<Self, Error> {
        let (board, names) = desk::notice(&seat.app, &seat.caller, id).await?;
        let region = Some(board.record.region);
        Ok(Self {
            desk: desk::sit(&seat.app, &seat.caller, region).await?,
            seat,
            board,
            names,
        })
    }

    async fn show(self, status: StatusCode, wrong: Wrong) -> Result<Response, Problem> {
        let record = &self.board.record;
        let contents = record.notice.contents();
        let editing = matches!(record.notice, Notice::Draft(_)) && self.may(Right::DraftNotices);
        let Wrong {
            draft,
            typed,
            approval,
            given,
            issue,
            document,
        } = wrong;
        let body = if editing {
            let seen = desk::overview(&self.seat.app, &self.seat.caller, &self.desk).await?;
            let typed = typed.unwrap_or_else(|| Typed::recorded(record, &self.desk));
            let action = address(record.id);
            let language = self.seat.language;
            let form = typed.form(language, &action, &self.desk, &seen, Some(record), draft);
            NoticeBody::Editing(Box::new(form))
        } else {
            NoticeBody::Fixed(Box::new(self.facts(contents)))
        };
        let mut moves = self.moves(editing);
        moves.approve = self.approval(given, approval).await?;
        moves.issue = self.issue(document, issue);
        let view = NoticePage {
            language: self.seat.language,
            chrome: self.seat.chrome(&self.desk, Section::Warnings),
            kind: contents.kind,
            level: shown::level(contents),
            number: shown::number([record]).unwrap_or_default(),
            phase: shown::notice_phase(&record.notice, self.desk.now),
            body,
            steps: shown::steps(record, &self.names, self.seat.language),
            plan: self.plan().await?,
            moves,
        };
        self.seat.show(status, &view)
    }

    fn may(&self, right: Right) -> bool {
        self.seat
            .caller
            .may(right, self.board.record.region)
            .is_ok()
    }

    fn facts(&self, contents: &Contents) -> NoticeFacts {
        let record = &self.board.record;
        let keeps = (!contents.keeps.is_empty()).then(|| contents.keeps.join("；"));
        let held = shown::consultation(record);
        NoticeFacts {
            from: contents.effective,
            until: shown::end(contents.ends),
            issued_at: match &record.notice {
                Notice::Issued(issued) => Some(WrittenTime::of(issued.at)),
                _ => None,
            },
            parent: contents.parent_document.clone(),
            reason: shown::grounds(contents).join("；"),
            against_rule: matches!(contents.grounds, Grounds::Judgement { .. }),
            consultation: held.map(|held| Consultation {
                held_at: held.held_at,
                present: held.parties.join("、"),
                conclusion: held.conclusion.clone(),
            }),
            cancels: contents.cancels.clone(),
            adds: (!contents.adds.is_empty()).then(|| contents.adds.join("；")),
            keeps,
            rule: self.rule(contents),
        }
    }

    /// The rule it was judged by, and the version of the playbook that holds it.
    fn rule(&self, contents: &Contents) -> String {
        let version = self.board.record.playbook.get(..12).unwrap_or_default();
        match &contents.grounds {
            Grounds::Rules { rules, .. } => format!("{rules} · {version}"),
            Grounds::Instruction { .. } | Grounds::Judgement { .. } => version.to_owned(),
        }
    }

    /// The moves that need no form of their own.
    fn moves(&self, editing: bool) -> NoticeMoves {
        let record = &self.board.record;
        let to = |what: &str| Some(format!("{}/{what}", address(record.id)));
        let drafts = self.may(Right::DraftNotices);
        let draws = drafts || self.may(Right::IssueNotices);
        let approves = self.may(Right::ApproveNotices);
        let under_way = !matches!(record.notice, Notice::Issued(_) | Notice::Abandoned(_));
        NoticeMoves {
            submit: to("submit").filter(|_| editing),
            approve: None,
            send_back: to("return")
                .filter(|_| approves && matches!(record.notice, Notice::Submitted(_))),
            draw_plan: to("plan").filter(|_| draws && under_way),
            issue: None,
            abandon: to("abandon").filter(|_| drafts && under_way),
            waits_for: self.waits_for(),
        }
    }

    /// Whom the notice waits for, where it is not whoever looks.
    fn waits_for(&self) -> Option<String> {
        let record = &self.board.record;
        match &record.notice {
            Notice::Draft(_) if !self.may(Right::DraftNotices) => {
                Some(self.seat.language.say("role-officer").to_string())
            }
            Notice::Submitted(_) if !self.signs() => Some(self.signers().join("、")),
            Notice::Approved(_) if !self.may(Right::IssueNotices) => {
                Some(self.seat.language.say("role-officer").to_string())
            }
            _ => None,
        }
    }

    /// The titles that may sign the notice's level.
    fn signers(&self) -> &[String] {
        let level = self.board.record.notice.contents().level;
        let titles = self
            .desk
            .profile()
            .and_then(|p| p.approval.titles.get(&level));
        titles.map_or(&[], Vec::as_slice)
    }

    /// Whether whoever looks may sign it.
    fn signs(&self) -> bool {
        let title = self.seat.caller.title.as_ref();
        self.may(Right::ApproveNotices) && title.is_some_and(|title| self.signers().contains(title))
    }

    async fn approval(
        &self,
        given: Option<Given>,
        faults: Faults,
    ) -> Result<Option<Approval>, Error> {
        let record = &self.board.record;
        if !matches!(record.notice, Notice::Submitted(_)) {
            return Ok(None);
        }
        let way = if self.signs() {
            ApprovalWay::InPerson
        } else if self.may(Right::DraftNotices) {
            let (app, caller) = (&self.seat.app, &self.seat.caller);
            let witnesses = app.list_witnesses(caller, record.region).await?;
            ApprovalWay::OnBehalf(Box::new(self.on_behalf(given, &witnesses)))
        } else {
            return Ok(None);
        };
        Ok(Some(Approval {
            action: format!("{}/approve", address(record.id)),
            signer: self.signers().join("、"),
            way,
            faults,
        }))
    }

    fn on_behalf(&self, given: Option<Given>, witnesses: &[Account]) -> OnBehalf {
        let given = given.unwrap_or_else(|| Given {
            how: String::new(),
            title: String::new(),
            witness: String::new(),
            note: String::new(),
            to_sign_by: WrittenTime::of(self.desk.now + TO_SIGN_WITHIN).into(),
        });
        let title = |title: &String| Choice {
            value: title.clone(),
            words: title.clone(),
            chosen: given.title == *title,
        };
        let witness = |account: &Account| Choice {
            value: account.id.to_string(),
            words: format!(
                "{} {}",
                account.title.as_deref().unwrap_or(""),
                account.name
            ),
            chosen: given.witness == account.id.to_string(),
        };
        OnBehalf {
            titles: self.signers().iter().map(title).collect(),
            witnesses: witnesses.iter().map(witness).collect(),
            how: given.how,
            to_sign_by: given.to_sign_by,
            note: given.note,
        }
    }

    fn issue(&self, document: String, faults: Faults) -> Option<IssueForm> {
        let record = &self.board.record;
        let ready = matches!(record.notice, Notice::Approved(_))
            && self.board.plan.is_some()
            && self.board.stale.is_none()
            && self.may(Right::IssueNotices);
        ready.then(|| IssueForm {
            action: format!("{}/issue", address(record.id)),
            document,
            faults,
        })
    }

    async fn plan(&self) -> Result<Option<PlanPreview>, Error> {
        let Some(drawn) = &self.board.plan else {
            return Ok(None);
        };
        let language = self.seat.language;
        let (app, caller) = (&self.seat.app, &self.seat.caller);
        let first = OrderKey(i64::MIN);
        let sample = draw::compare(app, caller, drawn.plan, first, SAMPLE).await?;
        let changes = shown::changes(&drawn.tally);
        let plants = drawn.tally.plants;
        Ok(Some(PlanPreview {
            id: drawn.plan.to_string(),
            list_version: drawn.list_version.to_string(),
            drawn_at: WrittenTime::of(drawn.staged_at),
            digest: drawn.digest.clone(),
            stale: self
                .board
                .stale
                .as_ref()
                .map(|why| words::refusal(language, why)),
            duties: DutyCounts {
                stop: plants.stop.into(),
                limit: plants.limit.into(),
                autonomous: plants.autonomous.into(),
                other: plants.other.into(),
                offices: changes.total().saturating_sub(plants.plants.into()),
            },
            changes,
            cuts: cuts(drawn, language),
            sample: sample
                .iter()
                .map(|line| plan_line(line, language))
                .collect(),
            all_lines: Some(format!("{}/plan.csv", address(self.board.record.id))),
        }))
    }
}

fn plan_line(compared: &Compared, language: Language) -> PlanLine {
    let line = &compared.line;
    let grade = line.duty.grade.as_ref();
    PlanLine {
        change: shown::change(line.change),
        recipient: line.name.clone(),
        county: line.county.clone(),
        grade: grade
            .map(|grade| grade.code.to_string())
            .unwrap_or_default(),
        was: compared
            .before
            .as_ref()
            .map(|before| shown::duty(before, language))
            .unwrap_or_default(),
        now: match line.change {
            crate::domain::plan::Change::Release => language.say("change-lifted").to_string(),
            _ => shown::duty(&line.duty, language),
        },
    }
}

/// The cut of each pollutant against what is required; a plan that releases everybody has none.
fn cuts(drawn: &Drawn, language: Language) -> Vec<Cut> {
    const GRAMS: i64 = 1_000;
    let kilograms = |grams: i64| u64::try_from(grams / GRAMS).unwrap_or_default();
    let cuts = drawn
        .achieved
        .iter()
        .filter(|_| drawn.tally.plants.plants > 0)
        .map(|achieved| {
            let base = drawn.tally.base.get(achieved.pollutant);
            // Cut short, never rounded up: 19.96 % is not 20.
            let tenths = |grams: i64| (grams * 1_000).checked_div(base).unwrap_or_default();
            let reached = tenths(achieved.achieved);
            Cut {
                pollutant: match language {
                    Language::Zh => achieved.pollutant.zh(),
                    Language::En => achieved.pollutant.symbol(),
                },
                base_kg: kilograms(base),
                cut_kg: kilograms(achieved.achieved),
                percent: format!("{}.{}", reached / 10, reached % 10),
                target: match achieved.required {
                    0 => String::new(),
                    required => (tenths(required) / 10).to_string(),
                },
                // What is short by less than a kilogram is short all the same.
                shortfall_kg: kilograms(achieved.shortfall() + GRAMS - 1),
            }
        });
    cuts.collect()
}
