//! The page of an advisory: what it says, what was done with it, and the moves open to whoever looks.

use axum::http::StatusCode;
use axum::response::Response;

use super::form::Typed;
use super::telling::{self, Asked};
use super::{address, cause, kind, phase, place, published};
use crate::app::Error;
use crate::app::advisory::{self, AdvisoryRecord};
use crate::app::caller::Right;
use crate::app::desk::{self, Desk, Names};
use crate::app::signature::Seen;
use crate::domain::advisory::{Act, Advice, Advisory, AdvisoryKind, Ended, Grounds};
use crate::domain::id::AdvisoryId;
use crate::domain::time::WrittenTime;
use crate::web::console::Seat;
use crate::web::console::signature::{self, Given, Paper};
use crate::web::pages::Section;
use crate::web::pages::advisory::telling::{Ahead, Telling};
use crate::web::pages::advisory::{
    AdvisoryBody, AdvisoryFacts, AdvisoryMoves, AdvisoryPage, Confirmation, Decision, Lift,
};
use crate::web::pages::approval::{Approval, Signing};
use crate::web::pages::form::Faults;
use crate::web::pages::notice::{Step, StepKind};
use crate::web::pages::status::AdvisoryPhase;
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
    pub(super) publication: Faults,
    pub(super) document: String,
    pub(super) lift: Faults,
    pub(super) reason: String,
}

/// The page of an advisory that is not begun yet.
pub(super) fn unbegun(seat: &Seat, desk: &Desk, typed: Typed, faults: Faults) -> AdvisoryPage {
    let language = seat.language;
    let kind = typed.kind();
    let action = seat.here("/advisories");
    let form = typed.form(language, action, desk, Vec::new(), faults);
    AdvisoryPage {
        language,
        chrome: seat.chrome(desk, Section::Overview),
        kind,
        number: String::new(),
        phase: AdvisoryPhase::Draft,
        body: AdvisoryBody::Editing(Box::new(form)),
        steps: Vec::new(),
        telling: None,
        moves: AdvisoryMoves::default(),
    }
}

/// An advisory about to be shown.
pub(super) struct Page<'p> {
    seat: &'p Seat,
    desk: Desk,
    pub(super) record: AdvisoryRecord,
    names: Names,
    telling: Option<Telling>,
    ahead: Option<Ahead>,
}

impl<'p> Page<'p> {
    pub(super) async fn read(seat: &'p Seat, id: AdvisoryId) -> Result<Self, Error> {
        Self::read_asked(seat, id, &Asked::default()).await
    }

    /// The same, with a part of its audience that was asked for.
    pub(super) async fn read_asked(
        seat: &'p Seat,
        id: AdvisoryId,
        asked: &Asked,
    ) -> Result<Self, Error> {
        let record = advisory::find(&seat.app, &seat.caller, id).await?;
        let desk = desk::sit(&seat.app, &seat.caller, Some(record.region)).await?;
        let ahead = match record.advisory {
            Advisory::Approved(_) => Some(advisory::ahead(&seat.app, &record).await?),
            _ => None,
        };
        Ok(Self {
            names: desk::names(&seat.app).await?,
            telling: telling::read(seat, &desk, &record, asked).await?,
            ahead: ahead.map(|(all, unreachable)| Ahead { all, unreachable }),
            desk,
            seat,
            record,
        })
    }

    pub(super) async fn show(self, status: StatusCode, wrong: Wrong) -> Result<Response, Problem> {
        let contents = self.record.advisory.contents();
        let editing =
            matches!(self.record.advisory, Advisory::Draft(_)) && self.may(Right::DraftNotices);
        let mut moves = self.moves(editing, &wrong);
        moves.approve = self.approval(wrong.given, wrong.approval).await?;
        moves.sign = self.signing(wrong.paper);
        let body = if editing {
            let typed = wrong.typed.unwrap_or_else(|| Typed::recorded(&self.record));
            let because = contents.answers.as_ref().map(|it| it.because.clone());
            let because = because.unwrap_or_default();
            let action = address(self.record.id);
            let form = typed.form(self.seat.language, action, &self.desk, because, wrong.draft);
            AdvisoryBody::Editing(Box::new(form))
        } else {
            AdvisoryBody::Fixed(Box::new(self.facts()))
        };
        let number = published(&self.record).and_then(|it| it.document.clone());
        let view = AdvisoryPage {
            language: self.seat.language,
            chrome: self.seat.chrome(&self.desk, Section::Overview),
            kind: kind(contents),
            number: number.unwrap_or_default(),
            phase: phase(&self.record, self.desk.now),
            body,
            steps: self.steps(),
            telling: self.telling,
            moves,
        };
        self.seat.show(status, &view)
    }

    fn may(&self, right: Right) -> bool {
        self.seat.caller.may(right, self.record.region).is_ok()
    }

    fn facts(&self) -> AdvisoryFacts {
        let contents = self.record.advisory.contents();
        let published = published(&self.record);
        let ended = published.filter(|it| it.ended.is_some());
        let (answers, grounds) = (contents.answers.as_ref(), contents.kind.grounds());
        AdvisoryFacts {
            place: place(contents, &self.desk),
            cause: match contents.kind {
                AdvisoryKind::HealthNotice { cause: of } => {
                    Some(cause(of, self.seat.language).to_string())
                }
                AdvisoryKind::TemporaryControl(_) => None,
            },
            superior: grounds.and_then(Grounds::document).map(str::to_owned),
            decision: grounds
                .and_then(Grounds::decision)
                .map(|(by, reason)| Decision {
                    by: by.to_owned(),
                    reason: reason.to_owned(),
                }),
            from: contents.from,
            until: contents.until,
            published_at: published.map(|it| WrittenTime::of(it.at)),
            ended: ended.map(|it| WrittenTime::ending(it.ends_at())),
            warning: match published.and_then(|it| it.ended.as_ref()) {
                Some(Ended::Cancelled { warning, .. }) => Some(format!("/warnings/{warning}")),
                _ => None,
            },
            text: contents.text.clone(),
            advice: contents
                .advice
                .iter()
                .map(Advice::as_str)
                .map(str::to_owned)
                .collect(),
            because: answers.map(|it| it.because.clone()).unwrap_or_default(),
            rule: answers.map(|it| shown::rule(&self.desk.playbook, &it.rules)),
        }
    }

    /// The moves but for the signature.
    fn moves(&self, editing: bool, wrong: &Wrong) -> AdvisoryMoves {
        let to = |what: &str| format!("{}/{what}", address(self.record.id));
        let (drafts, issues) = (self.may(Right::DraftNotices), self.may(Right::IssueNotices));
        let submitted = matches!(self.record.advisory, Advisory::Submitted(_));
        let approved = matches!(self.record.advisory, Advisory::Approved(_));
        let runs = published(&self.record).is_some_and(|it| it.ends_at() > self.desk.now);
        let under_way = submitted || approved || matches!(self.record.advisory, Advisory::Draft(_));
        AdvisoryMoves {
            submit: editing.then(|| to("submit")),
            approve: None,
            sign: None,
            send_back: (submitted && self.may(Right::ApproveNotices)).then(|| to("return")),
            publish: (approved && issues).then(|| Confirmation {
                action: to("publish"),
                document: wrong.document.clone(),
                faults: wrong.publication.clone(),
            }),
            ahead: self.ahead,
            lift: (runs && issues).then(|| Lift {
                action: to("lift"),
                reason: wrong.reason.clone(),
                faults: wrong.lift.clone(),
            }),
            abandon: (under_way && drafts).then(|| to("abandon")),
            waits_for: self.waits_for(),
        }
    }

    /// Whom the advisory waits for, where it is not whoever looks.
    fn waits_for(&self) -> Option<String> {
        let officer = || Some(self.seat.language.say("role-officer").to_string());
        match &self.record.advisory {
            Advisory::Draft(_) if !self.may(Right::DraftNotices) => officer(),
            Advisory::Submitted(_) if !self.signs() => Some(self.signers().join("、")),
            Advisory::Approved(_) if !self.may(Right::IssueNotices) => officer(),
            _ => None,
        }
    }

    /// The titles that may sign it.
    fn signers(&self) -> &[String] {
        let profile = self.desk.profile();
        profile.map_or(&[], |profile| profile.approval.advisory_titles())
    }

    /// Whether whoever looks may sign it.
    fn signs(&self) -> bool {
        signature::signs(self.seat, self.record.region, self.signers())
    }

    async fn approval(
        &self,
        given: Option<Given>,
        faults: Faults,
    ) -> Result<Option<Approval>, Error> {
        if !matches!(self.record.advisory, Advisory::Submitted(_)) {
            return Ok(None);
        }
        let asked = signature::Asked {
            region: self.record.region,
            address: address(self.record.id),
            seen: Seen {
                steps: self.record.steps.len(),
                plan: None,
            },
            signers: self.signers(),
        };
        asked.form(self.seat, self.desk.now, given, faults).await
    }

    /// The paper that is to follow, for whoever records it.
    fn signing(&self, typed: Option<Paper>) -> Option<Signing> {
        let owed = self.record.advisory.owed();
        let owed = owed.filter(|_| self.may(Right::DraftNotices))?;
        let address = address(self.record.id);
        Some(Paper::form(typed, &address, owed, self.desk.now))
    }

    /// The steps, the first first.
    fn steps(&self) -> Vec<Step> {
        let language = self.seat.language;
        // Who signed, and how, is no part of what is made public.
        let own = self.may(Right::SeeWarnings);
        let steps = (1..).zip(&self.record.steps).map(|(at, step)| {
            let (kind, document, remark) = match &step.act {
                Act::Drafted { .. } => (StepKind::Drafted, None, None),
                Act::Submitted => (StepKind::Submitted, None, None),
                Act::Returned { reason } => (StepKind::Returned, None, Some(reason.clone())),
                Act::Approved { .. } => (StepKind::Approved, None, None),
                Act::Signed(_) => (StepKind::Signed, None, None),
                Act::Published { document } => (StepKind::Published, document.clone(), None),
                Act::Lifted { reason } => (StepKind::Lifted, None, Some(reason.clone())),
                Act::Cancelled { .. } => (StepKind::GaveWay, None, None),
                Act::Abandoned { reason } => (StepKind::Abandoned, None, Some(reason.clone())),
            };
            let scan = step.act.scan().filter(|_| own);
            Step {
                kind,
                at: WrittenTime::of(step.at),
                person: self.names.of(&step.by),
                document,
                remark,
                on_behalf: match &step.act {
                    Act::Approved { signature } if own => shown::on_behalf(signature, language),
                    Act::Signed(paper) if own => Some(shown::signed(paper, language)),
                    _ => None,
                },
                scan: scan.map(|_| format!("{}/steps/{at}/scan", address(self.record.id))),
            }
        });
        steps.collect()
    }
}
