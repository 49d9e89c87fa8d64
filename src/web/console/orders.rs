//! Orders: filtered and paged by their address, and one with everything on record about it.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Seat;
use crate::app::answer::Reason;
use crate::app::desk::Desk;
use crate::app::order::{
    AnswerView, AttemptOutcome as Outcome, Mark, OrderAttempt, OrderFilter, OrderRecord,
    OrderRow as ListedOrder, OrderState, OrderView, Part,
};
use crate::domain::id::{OrderKey, WarningId};
use crate::domain::order::{AnswerKind as Answered, Rung};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::Section;
use crate::web::pages::form::Choice;
use crate::web::pages::orders::{
    Answer, AnswerKind, Attempt, AttemptOutcome, Filter, LadderRung, OrderLine, OrderPage,
    OrderRow, OrdersPage, Paging, Ruling,
};
use crate::web::pages::status;
use crate::web::problem::Problem;
use crate::web::shown;

/// What a list of orders is asked for.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    warning: Option<WarningId>,
    #[serde(default)]
    rung: String,
    #[serde(default)]
    county: String,
    #[serde(default)]
    text: String,
    after: Option<i64>,
    before: Option<i64>,
}

/// The marks by the words of the filter.
const MARKS: [(&str, Mark); 3] = [
    ("late", Mark::Overdue),
    ("objection", Mark::Objected),
    ("help", Mark::Helped),
];

pub(in crate::web) async fn list(
    seat: Seat,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let standing = desk.standing.as_ref().map(|board| board.head.id);
    let part = match (asked.after, asked.before) {
        (Some(order), _) => Part::After(OrderKey(order)),
        (None, Some(order)) => Part::Before(OrderKey(order)),
        (None, None) => Part::After(OrderKey(0)),
    };
    let list = match asked.warning.or(standing) {
        Some(warning) => {
            let filter = asked.filter();
            seat.app
                .list_orders(&seat.caller, warning, &filter, part)
                .await?
        }
        None => crate::app::order::OrderList::default(),
    };
    let view = OrdersPage {
        language: seat.language,
        chrome: seat.chrome(&desk, Section::Orders),
        filter: Filter {
            warning: asked.warning.map(|id| id.to_string()),
            rungs: rungs(&asked, seat.language),
            counties: counties(&asked, &desk, seat.language),
            text: asked.text.clone(),
        },
        paging: Paging {
            total: u64::try_from(list.total).unwrap_or_default(),
            previous: list.previous.map(|order| asked.address(("before", order))),
            next: list.next.map(|order| asked.address(("after", order))),
        },
        rows: list
            .orders
            .iter()
            .map(|order| row(order, &desk, seat.language))
            .collect(),
    };
    seat.show(StatusCode::OK, &view)
}

pub(in crate::web) async fn show(seat: Seat, Path(key): Path<i64>) -> Result<Response, Problem> {
    let (app, caller) = (&seat.app, &seat.caller);
    let record = app.order_record(caller, OrderKey(key)).await?;
    let desk = seat.desk().await?;
    let names = desk.playbook.regions();
    let language = seat.language;
    let OrderRecord { view, .. } = &record;
    let page = OrderPage {
        language,
        chrome: seat.chrome(&desk, Section::Orders),
        number: format!("{} · {key}", view.document),
        recipient: view.recipient.clone(),
        place: names.full_name(record.region),
        grade: record
            .grade
            .as_ref()
            .map(|grade| format!("{}（{}）", grade.code, grade.scheme))
            .unwrap_or_default(),
        level: view.level,
        warning: (
            format!("/warnings/{}", record.warning),
            view.document.clone(),
        ),
        from: view.effective,
        until: shown::end(view.ends),
        measures_level: view.measures_level,
        classes: view.classes.clone(),
        suspension: view.suspension,
        marks: marks_of(&record),
        lines: lines(view, language),
        basis: format!("{}；{}", view.basis, view.law),
        ladder: ladder(&record),
        attempts: record.attempts.iter().map(attempt).collect(),
        answers: view
            .answers
            .iter()
            .map(|it| answer(it, view, language))
            .collect(),
    };
    seat.show(StatusCode::OK, &page)
}

impl Asked {
    fn filter(&self) -> OrderFilter {
        let mark = MARKS.iter().find(|(word, _)| *word == self.rung);
        OrderFilter {
            rung: self.rung.parse().ok(),
            county: self.county.parse::<RegionCode>().ok(),
            within: None,
            text: (!self.text.trim().is_empty()).then(|| self.text.trim().to_owned()),
            mark: mark.map(|(_, mark)| *mark),
        }
    }

    /// The same list from another place on.
    fn address(&self, (part, order): (&str, OrderKey)) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(warning) = self.warning {
            query.append_pair("warning", &warning.to_string());
        }
        let filter = [
            ("rung", &self.rung),
            ("county", &self.county),
            ("text", &self.text),
        ];
        for (name, value) in filter {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair(part, &order.to_string());
        format!("/orders?{}", query.finish())
    }
}

fn everything(language: Language, chosen: bool) -> Choice {
    Choice {
        value: String::new(),
        words: language.say("filter-all").to_string(),
        chosen,
    }
}

/// Rungs, then what stands out.
fn rungs(asked: &Asked, language: Language) -> Vec<Choice> {
    let rungs = Rung::ALL.into_iter().map(|rung| {
        let status = shown::rung(rung).status();
        (rung.as_str(), status)
    });
    let marks = MARKS
        .into_iter()
        .map(|(word, mark)| (word, shown::mark(mark).status()));
    let choices = rungs.chain(marks).map(|(word, status)| Choice {
        value: word.to_owned(),
        words: status.word(language).to_string(),
        chosen: asked.rung == word,
    });
    std::iter::once(everything(language, asked.rung.is_empty()))
        .chain(choices)
        .collect()
}

/// The counties of the region, and its own units.
fn counties(asked: &Asked, desk: &Desk, language: Language) -> Vec<Choice> {
    let counties = desk.playbook.regions().children(desk.region);
    let choices = counties.map(|(code, name)| Choice {
        value: code.to_string(),
        words: name.to_owned(),
        chosen: asked.county == code.as_str(),
    });
    std::iter::once(everything(language, asked.county.is_empty()))
        .chain(choices)
        .collect()
}

fn row(order: &ListedOrder, desk: &Desk, language: Language) -> OrderRow {
    let grade = order.duty.grade.as_ref();
    OrderRow {
        href: format!("/orders/{}", order.order),
        recipient: order.recipient.clone(),
        county: shown::county(desk.playbook.regions(), &order.county),
        grade: grade
            .map(|grade| grade.code.to_string())
            .unwrap_or_default(),
        duty: shown::duty(&order.duty, language),
        rung: shown::rung(order.rung),
        acknowledged_at: order
            .acknowledged_at
            .filter(|_| order.rung >= Rung::Acknowledged)
            .map(WrittenTime::of),
        marks: marks(&order.marks, order.duty.is_suspended()),
    }
}

fn marks_of(record: &OrderRecord) -> Vec<status::Mark> {
    let head = record.standing.head;
    let of_record = [
        (
            matches!(record.view.state, OrderState::Waiting { late: true }),
            Mark::Overdue,
        ),
        (head.objected >= record.owed, Mark::Objected),
        (head.helped >= record.owed, Mark::Helped),
    ];
    let stand_out = of_record.into_iter().filter(|(stands_out, _)| *stands_out);
    let stand_out: Vec<Mark> = stand_out.map(|(_, mark)| mark).collect();
    let suspended = matches!(record.view.state, OrderState::Suspended { .. });
    marks(&stand_out, suspended)
}

/// What stands out, with the suspension of what is owed.
fn marks(stand_out: &[Mark], suspended: bool) -> Vec<status::Mark> {
    let marks = stand_out.iter().copied().map(shown::mark);
    let suspended = suspended.then_some(status::Mark::Suspended);
    marks.chain(suspended).collect()
}

fn lines(view: &OrderView, language: Language) -> Vec<OrderLine> {
    let whole = |unit: &'static str, measure: String| OrderLine {
        unit: language.say(unit).to_string(),
        measure,
        by: Some(view.effective),
        remark: None,
        in_place_at: None,
    };
    let units = view.units.iter().map(|unit| OrderLine {
        unit: unit.unit.clone(),
        measure: unit.measure.clone(),
        by: unit.in_place_by.map(WrittenTime::of),
        remark: (unit.ramp_down_hours > 0).then(|| shown::ramp_down(unit, language)),
        in_place_at: unit.in_place_at.map(WrittenTime::of),
    });
    let office = match view.control {
        crate::domain::plan::Control::Office { part } => {
            Some(whole("line-office", shown::office(part, language)))
        }
        _ => None,
    };
    let added = view.added.iter().map(|it| OrderLine {
        by: (!it.over).then_some(it.from),
        remark: shown::window(it, language),
        ..whole("line-everything", it.measure.clone())
    });
    units.chain(office).chain(added).collect()
}

/// The rungs an order climbs, with when it reached them and when they are due.
fn ladder(record: &OrderRecord) -> Vec<LadderRung> {
    let view = &record.view;
    let lifted = matches!(
        view.state,
        OrderState::Lifted { .. } | OrderState::Withdrawn { .. }
    );
    let suspended = matches!(view.state, OrderState::Suspended { .. });
    let first_answer = |kinds: &[Answered]| {
        let given = view.answers.iter().rev();
        let counts = given.filter(|it| it.revision >= record.owed && kinds.contains(&it.kind));
        counts.map(|it| WrittenTime::of(it.at)).next()
    };
    let delivered = record
        .attempts
        .iter()
        .rev()
        .find(|it| it.outcome == Outcome::Delivered);
    let acknowledged = first_answer(&[Answered::Acknowledged, Answered::InPlace]);
    let in_place = first_answer(&[Answered::InPlace]).filter(|_| view.rung == Rung::InPlace);
    let due = WrittenTime::of(view.acknowledge_by);
    let overdue = matches!(view.state, OrderState::Waiting { late: true });
    let rung = |rung, reached_at| LadderRung {
        rung,
        reached_at,
        due_at: None,
        late: false,
    };
    let answered = LadderRung {
        due_at: Some(due),
        late: match acknowledged {
            Some(_) => record.standing.head.late >= record.owed,
            None => overdue,
        },
        ..rung(
            if lifted {
                status::Rung::LiftAcknowledged
            } else {
                status::Rung::Acknowledged
            },
            acknowledged,
        )
    };
    let mut ladder = vec![
        rung(status::Rung::Issued, Some(WrittenTime::of(view.issued_at))),
        rung(
            status::Rung::HandedOver,
            delivered.map(|it| WrittenTime::of(it.at)),
        ),
        answered,
    ];
    if !lifted && !suspended && view.control == crate::domain::plan::Control::Required {
        let last = view.units.iter().filter_map(|unit| unit.in_place_by).max();
        ladder.push(LadderRung {
            due_at: last.map(WrittenTime::of),
            ..rung(status::Rung::InPlace, in_place)
        });
    }
    ladder
}

fn attempt(attempt: &OrderAttempt) -> Attempt {
    Attempt {
        at: WrittenTime::of(attempt.at),
        channel: attempt.channel.clone(),
        contact: attempt.role.clone().unwrap_or_else(|| "—".to_owned()),
        outcome: match attempt.outcome {
            Outcome::Delivered => AttemptOutcome::Delivered,
            Outcome::Later => AttemptOutcome::Later,
            Outcome::Never => AttemptOutcome::Never,
            Outcome::Unknown => AttemptOutcome::Unknown,
        },
        reply: attempt.reply.clone(),
    }
}

fn answer(answer: &AnswerView, view: &OrderView, language: Language) -> Answer {
    let releases = matches!(
        view.state,
        OrderState::Lifted { .. } | OrderState::Withdrawn { .. }
    );
    let suspended = matches!(view.state, OrderState::Suspended { .. });
    let kind = match answer.kind {
        Answered::Acknowledged if suspended && answer.revision == view.revision => {
            AnswerKind::SuspensionAcknowledged
        }
        Answered::Acknowledged if releases && answer.revision == view.revision => {
            AnswerKind::LiftAcknowledged
        }
        Answered::Acknowledged => AnswerKind::Acknowledged,
        Answered::InPlace => AnswerKind::InPlace,
        Answered::Objection => AnswerKind::Objection,
        Answered::Help => AnswerKind::Help,
    };
    let reason = Reason::of(answer.kind)
        .iter()
        .find(|it| Some(it.code) == answer.reason.as_deref());
    let reason = reason.map(|reason| match language {
        Language::Zh => reason.zh.to_owned(),
        Language::En => reason.en.to_owned(),
    });
    let said = [reason, answer.unit.clone(), answer.note.clone()];
    let said: Vec<String> = said.into_iter().flatten().collect();
    Answer {
        kind,
        at: WrittenTime::of(answer.at),
        by: answer.by_role.clone(),
        text: (!said.is_empty()).then(|| said.join(" · ")),
        late: answer.late,
        code: answer.code.clone(),
        ruling: match kind {
            AnswerKind::Objection => Ruling::Pending { action: None },
            _ => Ruling::None,
        },
    }
}
