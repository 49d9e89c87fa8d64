//! The page of a notice: what it says, what was done with it, and the moves open to whoever looks.

use axum::http::StatusCode;
use axum::response::Response;

use super::{address, plan, wording};
use crate::app::Error;
use crate::app::board::NoticeBoard;
use crate::app::caller::Right;
use crate::app::desk::{self, Desk, Names, Overview};
use crate::app::signature::Seen;
use crate::domain::id::NoticeId;
use crate::domain::notice::{Contents, Grounds, Notice, NoticeKind};
use crate::domain::time::WrittenTime;
use crate::domain::warning::Warning;
use crate::web::console::Seat;
use crate::web::console::draft::Typed;
use crate::web::console::signature::{self, Given, Paper};
use crate::web::pages::Section;
use crate::web::pages::approval::{Approval, Signing};
use crate::web::pages::form::Faults;
use crate::web::pages::notice::{
    Consultation, Difference, IssueForm, NoticeBody, NoticeFacts, NoticeMoves, NoticePage, Waiting,
};
use crate::web::pages::status::Phase;
use crate::web::problem::Problem;
use crate::web::shown;

/// What is wrong with what was sent, and what was typed.
#[derive(Default)]
pub(super) struct Wrong {
    pub(super) draft: Faults,
    pub(super) typed: Option<Typed>,
    pub(super) approval: Faults,
    pub(super) given: Option<Given>,
    pub(super) paper: Option<Paper>,
    pub(super) issue: Faults,
    pub(super) document: String,
}

/// The page of a notice that is not begun yet.
pub(super) fn unbegun(
    seat: &Seat,
    desk: &Desk,
    seen: &Overview,
    typed: Typed,
    faults: Faults,
) -> NoticePage {
    let (kind, level) = typed.heading();
    let language = seat.language;
    let action = seat.here("/notices");
    let form = typed.form(language, &action, desk, seen, None, faults);
    NoticePage {
        language,
        chrome: seat.chrome(desk, Section::Warnings),
        kind,
        level,
        number: String::new(),
        phase: Phase::Draft,
        body: NoticeBody::Editing(Box::new(form)),
        steps: Vec::new(),
        differences: Vec::new(),
        passed: Vec::new(),
        wording: None,
        document: String::new(),
        plan: None,
        moves: NoticeMoves::default(),
    }
}

/// A notice about to be shown.
pub(super) struct Page<'p> {
    seat: &'p Seat,
    pub(super) desk: Desk,
    pub(super) board: NoticeBoard,
    names: Names,
}

impl<'p> Page<'p> {
    pub(super) async fn read(seat: &'p Seat, id: NoticeId) -> Result<Self, Error> {
        let (board, names) = desk::notice(&seat.app, &seat.caller, id).await?;
        let region = Some(board.record.region);
        Ok(Self {
            desk: desk::sit(&seat.app, &seat.caller, region).await?,
            seat,
            board,
            names,
        })
    }

    pub(super) async fn show(self, status: StatusCode, wrong: Wrong) -> Result<Response, Problem> {
        let record = &self.board.record;
        let contents = record.notice.contents();
        let editing = matches!(record.notice, Notice::Draft(_)) && self.may(Right::DraftNotices);
        let Wrong {
            draft,
            typed,
            approval,
            given,
            paper,
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
        moves.sign = self.signing(paper);
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
            differences: self.differences(contents),
            passed: contents
                .passed(self.desk.now)
                .into_iter()
                .filter(|_| !self.is_settled())
                .collect(),
            document: format!("{}/document", address(record.id)),
            wording: Box::pin(wording::of(self.seat, record.id)).await?,
            plan: plan::preview(self.seat, &self.desk, &self.board).await?,
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

    /// Whether it was issued or given up.
    fn is_settled(&self) -> bool {
        let notice = &self.board.record.notice;
        matches!(notice, Notice::Issued(_) | Notice::Abandoned(_))
    }

    fn facts(&self, contents: &Contents) -> NoticeFacts {
        let record = &self.board.record;
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
            against_rule: matches!(contents.grounds, Grounds::Judgement { .. })
                && matches!(contents.kind, NoticeKind::Start | NoticeKind::Raise),
            consultation: held.map(|held| Consultation {
                held_at: held.held_at,
                present: held.parties.join("、"),
                conclusion: held.conclusion.clone(),
            }),
            cancels: contents.cancels.clone(),
            adds: listed(&contents.adds),
            drops: listed(&contents.drops),
            keeps: listed(&contents.keeps),
            resumes: contents.resumes,
            areas: shown::areas(&contents.areas, self.desk.playbook.regions()),
            classes: contents.classes.clone(),
            rule: self.rule(contents),
        }
    }

    /// The rule it was judged by, and the version of the playbook that holds it.
    fn rule(&self, contents: &Contents) -> String {
        let version = self.board.record.playbook.get(..12).unwrap_or_default();
        match &contents.grounds {
            Grounds::Rules { rules, .. } => {
                let rule = shown::rule(&self.desk.playbook, rules);
                format!("{rule}（{version}）")
            }
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
        let under_way = !self.is_settled();
        NoticeMoves {
            submit: to("submit").filter(|_| editing),
            approve: None,
            sign: None,
            send_back: to("return")
                .filter(|_| approves && matches!(record.notice, Notice::Submitted(_))),
            draw_plan: to("plan").filter(|_| draws && under_way && !self.has_fitting_plan()),
            issue: None,
            abandon: to("abandon").filter(|_| drafts && under_way),
            waits_for: self.waits_for().map(|whom| Waiting {
                whom,
                again: address(record.id),
            }),
        }
    }

    /// Whether its plan could be issued.
    fn has_fitting_plan(&self) -> bool {
        self.board.plan.is_some() && self.board.stale.is_none()
    }

    /// What a notice that is not issued yet would change about the warning that stands.
    fn differences(&self, contents: &Contents) -> Vec<Difference> {
        let standing = self.board.warning.warning.as_ref();
        let issued = matches!(self.board.record.notice, Notice::Issued(_));
        let Some(standing) = standing.filter(|_| !issued) else {
            return Vec::new();
        };
        let language = self.seat.language;
        let until = |until: Option<WrittenTime>| match until {
            Some(until) => language.written(until),
            None => language.say("window-open").to_string(),
        };
        let now = self.desk.now;
        let after = standing.clone().after(contents, now);
        let level = match shown::level(contents) {
            Some(_) => language.level(after.level),
            None => language.notice_kind(contents.kind),
        };
        let suspended = |warning: &Warning| match warning.suspension(now) {
            Some(suspension) => language.suspension(&suspension).to_string(),
            None => language.say("suspension-none").to_string(),
        };
        let difference = |key, was, now| Difference { key, was, now };
        let suspensions = difference("notice-suspension", suspended(standing), suspended(&after));
        let mut differences = vec![
            difference(
                "notice-level",
                language.level(standing.level).to_string(),
                level.to_string(),
            ),
            difference(
                "notice-from",
                language.written(standing.effective),
                language.written(after.effective),
            ),
            difference(
                "notice-until",
                until(shown::until(standing)),
                until(shown::until(&after)),
            ),
        ];
        let classes = |warning: &Warning| match warning.levels().split() {
            split if split.is_empty() => language.say("classes-whole").to_string(),
            split => language.classes(&split),
        };
        let classes = difference("classes-title", classes(standing), classes(&after));
        differences.extend(
            [classes, suspensions]
                .into_iter()
                .filter(Difference::differs),
        );
        differences
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
        let standing = self.board.warning.warning.as_ref();
        let level = Warning::level_to_sign(standing, self.board.record.notice.contents());
        let titles = self
            .desk
            .profile()
            .and_then(|p| p.approval.titles.get(&level));
        titles.map_or(&[], Vec::as_slice)
    }

    /// Whether whoever looks may sign it.
    fn signs(&self) -> bool {
        signature::signs(self.seat, self.board.record.region, self.signers())
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
        let plan = self.board.plan.as_ref();
        let asked = signature::Asked {
            region: record.region,
            address: address(record.id),
            seen: Seen {
                steps: record.steps.len(),
                plan: plan.map(|plan| plan.digest.clone()),
            },
            signers: self.signers(),
        };
        asked.form(self.seat, self.desk.now, given, faults).await
    }

    /// The paper that is to follow, for whoever records it.
    fn signing(&self, typed: Option<Paper>) -> Option<Signing> {
        let record = &self.board.record;
        let owed = record.notice.owed();
        let owed = owed.filter(|_| self.may(Right::DraftNotices))?;
        Some(Paper::form(typed, &address(record.id), owed, self.desk.now))
    }

    fn issue(&self, document: String, faults: Faults) -> Option<IssueForm> {
        let record = &self.board.record;
        let ready = matches!(record.notice, Notice::Approved(_))
            && self.has_fitting_plan()
            && self.may(Right::IssueNotices);
        ready.then(|| IssueForm {
            action: format!("{}/issue", address(record.id)),
            document,
            faults,
        })
    }
}

/// What is written one to a line, in one.
fn listed(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("；"))
}
