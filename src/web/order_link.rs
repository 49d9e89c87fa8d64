//! `/o/{token}`: the order's page for whoever holds its link, and the answers given there.
//!
//! Asking for the page changes nothing, by whatever method and however often: mail scanners and
//! chats open links. An answer is a form that a person sends. What the form answers stands in its
//! address: which revision was shown, and the nonce by which a repeat is known.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::pages::Setting;
use super::pages::form::{Choice, Fault, Faults};
use super::pages::orders;
use super::pages::phone::{
    InvalidLink, OrderKind, PhoneActions, PhoneAnswer, PhoneLine, PhonePage, PhoneState, Receipt,
};
use super::problem::Problem;
use super::{page, shown, words};
use crate::app::answer::{AnswerIn, Answerer, Reason};
use crate::app::link::Link;
use crate::app::order::{AnswerView, OrderState, OrderView};
use crate::app::{App, Error, FieldError};
use crate::domain::digest::hex;
use crate::domain::notice::End;
use crate::domain::order::AnswerKind;
use crate::domain::plan::Control;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;

/// How the page is asked for.
#[derive(Deserialize)]
pub(super) struct Look {
    lang: Option<String>,
}

/// What a form answers.
#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    answer: String,
    revision: u32,
    nonce: String,
}

/// The words of a form.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    code: String,
    #[serde(default)]
    text: String,
}

/// Shows the order.
pub(super) async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Problem> {
    let page = Page::new(&app, &token, look.lang.as_deref());
    let Some(link) = page.link else {
        return page.invalid();
    };
    match app.order_page(link).await {
        Ok(view) => page.shown(StatusCode::OK, &view, Faults::default()),
        Err(Error::NotFound) => page.invalid(),
        Err(error) => Err(error.into()),
    }
}

/// Takes an answer, and shows the order again as it stands then.
pub(super) async fn answer(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Form(written): Form<Written>,
) -> Result<Response, Problem> {
    let page = Page::new(&app, &token, asked.lang.as_deref());
    let Some(link) = page.link else {
        return page.invalid();
    };
    let kind: AnswerKind = asked
        .answer
        .parse()
        .map_err(|_| Error::invalid("answer", "unknown", "expected a kind of answer"))?;
    let some = |text: String| (!text.is_empty()).then_some(text);
    let given = AnswerIn {
        order: link.order,
        revision: asked.revision,
        kind,
        unit: None,
        reason: some(written.code),
        note: some(written.text),
        nonce: asked.nonce,
    };
    let (status, faults) = match app.answer_order(&Answerer::Link(link), given).await {
        Ok(_) => return Ok(Redirect::to(&page.address()).into_response()),
        Err(Error::Invalid(fields)) => (StatusCode::UNPROCESSABLE_ENTITY, fields),
        Err(Error::Conflict(refusal)) => {
            let repeated = FieldError::new("nonce", refusal.code, refusal.text);
            (StatusCode::CONFLICT, vec![repeated])
        }
        Err(Error::NotFound) => return page.invalid(),
        Err(error) => return Err(error.into()),
    };
    let view = app.order_page(link).await?;
    page.shown(status, &view, page.faults(faults))
}

/// A page about to be drawn: for which link, in which language.
struct Page<'p> {
    app: &'p App,
    token: &'p str,
    link: Option<Link>,
    language: Language,
}

impl<'p> Page<'p> {
    fn new(app: &'p App, token: &'p str, language: Option<&str>) -> Self {
        Self {
            app,
            token,
            link: Link::open(token, &app.keyring),
            language: language
                .and_then(|word| word.parse().ok())
                .unwrap_or_default(),
        }
    }

    fn address(&self) -> String {
        format!("/o/{}?lang={}", self.token, self.language.as_str())
    }

    fn switch_language(&self) -> String {
        format!("?lang={}", self.language.other().as_str())
    }

    /// The page of a link that leads nowhere: it tells nobody why.
    fn invalid(&self) -> Result<Response, Problem> {
        let page = InvalidLink {
            language: self.language,
            switch_language: self.switch_language(),
        };
        page::draw(StatusCode::NOT_FOUND, &page)
    }

    fn faults(&self, faults: Vec<FieldError>) -> Faults {
        let faults = faults.into_iter().map(|error| Fault {
            message: words::fault(self.language, &error),
            field: error.field,
        });
        Faults(faults.collect())
    }

    fn shown(
        &self,
        status: StatusCode,
        view: &OrderView,
        faults: Faults,
    ) -> Result<Response, Problem> {
        let page = PhonePage {
            language: self.language,
            switch_language: self.switch_language(),
            setting: Setting::from(self.app.config.server.setting),
            issuer: view.organ.clone(),
            plant: view.recipient.clone(),
            number: format!("{} · {}", view.document, view.order),
            level: view.level,
            from: view.effective,
            until: match view.ends {
                End::At(end) => Some(end),
                End::UntilFurtherNotice => None,
            },
            kind: match view.control {
                Control::Autonomous => OrderKind::Autonomous,
                Control::Required => OrderKind::Measures,
                Control::Office { .. } => OrderKind::Office,
            },
            state: self.state(view),
            measures_level: view.measures_level,
            classes: view.classes.clone(),
            suspension: view.suspension,
            lines: lines(view, self.language),
            basis: view.basis.clone(),
            law: format!("依据{}。", view.law),
            office: format!("{}，{}", view.organ, view.phone),
            actions: self.actions(view),
            objections: self.choices(AnswerKind::Objection),
            needs: self.choices(AnswerKind::Help),
            answers: view
                .answers
                .iter()
                .map(|answer| self.answer(answer))
                .collect(),
            faults,
        };
        page::draw(status, &page)
    }

    fn state(&self, view: &OrderView) -> PhoneState {
        let receipt = || view.receipt().map(receipt);
        match &view.state {
            OrderState::Waiting { late } => PhoneState::Waiting {
                answer_by: WrittenTime::of(view.acknowledge_by),
                late: *late,
            },
            OrderState::Told if view.previous_level.is_some() => PhoneState::Told {
                before: view.previous_level.unwrap_or(view.level),
            },
            OrderState::InPlace => answered(PhoneState::InPlace, receipt(), view),
            OrderState::Acknowledged | OrderState::Told => {
                answered(PhoneState::Answered, receipt(), view)
            }
            OrderState::Suspended { confirmed } => PhoneState::Suspended {
                begun: view
                    .suspension
                    .is_some_and(|it| self.app.now() >= it.from.at()),
                confirmed: receipt().filter(|_| *confirmed),
            },
            OrderState::RanOut { at } => PhoneState::RanOut { at: *at },
            OrderState::Lifted { confirmed } => PhoneState::Lifted {
                at: view.effective,
                keeps: kept(view),
                confirmed: receipt().filter(|_| *confirmed),
            },
            OrderState::Withdrawn { reason, .. } => PhoneState::Withdrawn {
                at: view.effective,
                reason: reason.clone(),
            },
            OrderState::Replaced { by } => PhoneState::Replaced {
                by: by.to_string(),
                href: self.link.map(|link| {
                    let newer = Link { order: *by, ..link };
                    format!("/o/{}", newer.seal(&self.app.keyring))
                }),
            },
        }
    }

    /// Each form has a nonce of its own, so that two different answers of one page are two.
    fn actions(&self, view: &OrderView) -> PhoneActions {
        let nonce = hex(&self.app.ids.bytes::<8>());
        let action = |kind: AnswerKind| {
            view.open.contains(&kind).then(|| {
                format!(
                    "{}&answer={kind}&revision={}&nonce={nonce}-{kind}",
                    self.address(),
                    view.revision
                )
            })
        };
        let acknowledge = action(AnswerKind::Acknowledged);
        let answers = match view.state {
            OrderState::Lifted { .. } | OrderState::Withdrawn { .. } => PhoneActions {
                confirm_lift: acknowledge,
                ..PhoneActions::default()
            },
            OrderState::Suspended { .. } => PhoneActions {
                confirm_suspension: acknowledge,
                ..PhoneActions::default()
            },
            _ => PhoneActions {
                acknowledge,
                ..PhoneActions::default()
            },
        };
        PhoneActions {
            in_place: action(AnswerKind::InPlace),
            object: action(AnswerKind::Objection),
            help: action(AnswerKind::Help),
            ..answers
        }
    }

    fn choices(&self, kind: AnswerKind) -> Vec<Choice> {
        let choices = Reason::of(kind).iter().map(|reason| Choice {
            value: reason.code.to_owned(),
            words: self.words(reason).to_owned(),
            chosen: false,
        });
        choices.collect()
    }

    fn words(&self, reason: &Reason) -> &'static str {
        match self.language {
            Language::Zh => reason.zh,
            Language::En => reason.en,
        }
    }

    fn answer(&self, answer: &AnswerView) -> PhoneAnswer {
        let said = match answer.kind {
            AnswerKind::Acknowledged => orders::AnswerKind::Acknowledged,
            AnswerKind::InPlace => orders::AnswerKind::InPlace,
            AnswerKind::Objection => orders::AnswerKind::Objection,
            AnswerKind::Help => orders::AnswerKind::Help,
        };
        let mut words = said.word(self.language).to_string();
        let known = Reason::of(answer.kind)
            .iter()
            .find(|reason| Some(reason.code) == answer.reason.as_deref());
        if let Some(detail) = known
            .map(|reason| self.words(reason))
            .or(answer.unit.as_deref())
        {
            words.push('：');
            words.push_str(detail);
        }
        PhoneAnswer {
            words,
            receipt: receipt(answer),
            ruling: String::new(),
        }
    }
}

/// The state of an order that was answered, with the proof; one that stands so without an answer of
/// its own shows when it was issued.
fn answered(
    state: fn(Receipt) -> PhoneState,
    receipt: Option<Receipt>,
    view: &OrderView,
) -> PhoneState {
    state(receipt.unwrap_or_else(|| Receipt {
        at: WrittenTime::of(view.issued_at),
        code: String::new(),
        late: false,
    }))
}

fn receipt(answer: &AnswerView) -> Receipt {
    Receipt {
        at: WrittenTime::of(answer.at),
        code: answer.code.clone(),
        late: answer.late,
    }
}

/// What stays after a lift, in a line.
fn kept(view: &OrderView) -> Option<String> {
    let kept: Vec<&str> = view.added.iter().map(|it| it.measure.as_str()).collect();
    (!kept.is_empty()).then(|| kept.join("；"))
}

/// What is to be done, unit by unit, and what is added for everyone.
fn lines(view: &OrderView, language: Language) -> Vec<PhoneLine> {
    let released = matches!(
        view.state,
        OrderState::Lifted { .. } | OrderState::Withdrawn { .. }
    );
    let binds = !released && !matches!(view.state, OrderState::Suspended { .. });
    let units = view.units.iter().map(|unit| PhoneLine {
        unit: unit.unit.clone(),
        measure: unit.measure.clone(),
        by: unit.in_place_by.map(WrittenTime::of),
        remark: (unit.ramp_down_hours > 0).then(|| shown::ramp_down(unit, language)),
    });
    let office = match view.control {
        Control::Office { part } => Some(PhoneLine {
            unit: language.say("line-office").to_string(),
            measure: shown::office(part, language),
            by: binds.then_some(view.effective),
            remark: None,
        }),
        Control::Autonomous | Control::Required => None,
    };
    // After a release these are what stays, and the state says so.
    let added = view.added.iter().map(|added| PhoneLine {
        unit: language.say("line-everything").to_string(),
        measure: added.measure.clone(),
        by: (binds && !added.over).then_some(added.from),
        remark: shown::window(added, language),
    });
    units
        .chain(office)
        .chain(added.filter(|_| !released))
        .collect()
}
