//! `/api/v1/orders`, and a warning's orders: how far each has come, and its answers.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Page;
use super::notice::ClassLevel;
use super::warning::Suspension;
use crate::app::answer::{AnswerIn, Answered, Answerer};
use crate::app::order::{
    AddedView, AnswerView, Mark, OrderFilter, OrderRow, OrderState, OrderView, Part, UnitView,
};
use crate::app::{App, Caller, Error};
use crate::domain::id::{OrderKey, WarningId};
use crate::domain::level::WarningLevel;
use crate::domain::notice::End;
use crate::domain::order::{AnswerKind, NotARung, Rung};
use crate::domain::plan::Control;
use crate::domain::region::RegionCode;
use crate::domain::time::rfc3339;
use crate::web::posted::ValidJson;
use crate::web::problem::{Problem, ProblemBody};

/// An order in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderItem {
    /// The order.
    order: i64,
    /// What its recipient is called.
    recipient: String,
    /// The county it is counted under.
    county: String,
    /// begin, replace, tell, release, suspend or resume: what the latest notice means to the
    /// recipient.
    change: &'static str,
    /// issued, handed-over, acknowledged, in-place or lift-acknowledged.
    rung: &'static str,
    /// Whether its acknowledgement came late.
    late: bool,
    /// Whether it was objected to; it binds until an office decides.
    objected: bool,
    /// Whether help was asked for.
    helped: bool,
    /// When it was acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_at: Option<String>,
}

/// Which orders.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OrderQuery {
    /// On this rung.
    rung: Option<String>,
    /// In this county.
    #[param(value_type = Option<String>)]
    county: Option<RegionCode>,
    /// With this in the recipient's name, or with this number.
    q: Option<String>,
    /// Where the page begins.
    cursor: Option<i64>,
}

/// An order.
#[derive(Serialize, ToSchema)]
pub(super) struct Order {
    /// The order.
    #[serde(rename = "order")]
    key: i64,
    /// What its recipient is called.
    recipient: String,
    /// 文号 of the notice it last went out with.
    document: String,
    /// The revision: what an answer answers.
    revision: u32,
    /// The level of the warning.
    level: &'static str,
    /// The level at which a plant's measures are carried out, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    measures_level: Option<&'static str>,
    /// The level of every class of measures, for an office, where they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<ClassLevel>,
    /// When it takes effect or ends, as written.
    effective: String,
    /// Until when it holds, as written; absent: 解除时间另行通知.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    /// When the notice was issued.
    issued_at: String,
    /// required, autonomous or office.
    control: &'static str,
    /// What each unit does.
    units: Vec<Unit>,
    /// What is added for everyone and is not over; for a release, what stays.
    added: Vec<String>,
    /// The hours of what is added for a while.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    windows: Vec<Window>,
    /// What it rests on.
    basis: String,
    /// issued, handed-over, acknowledged, in-place or lift-acknowledged.
    rung: &'static str,
    /// waiting, acknowledged, in-place, told, suspended, ran-out, lifted, withdrawn or
    /// replaced.
    state: &'static str,
    /// The suspension that holds or is ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspension: Option<Suspension>,
    /// Until when the acknowledgement that is owed is due, or was.
    acknowledge_by: String,
    /// Whether that has passed without one.
    late: bool,
    /// What may be answered.
    open: Vec<&'static str>,
    /// What was answered, the newest first.
    answers: Vec<Answer>,
}

/// One unit's part of an order.
#[derive(Serialize, ToSchema)]
pub(super) struct Unit {
    /// 生产线/工序.
    #[serde(rename = "unit")]
    name: String,
    /// The filed measure, word by word.
    measure: String,
    /// Until when it is to be in place; absent while nothing is owed, or where it only goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place_by: Option<String>,
    /// When it was reported in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place_at: Option<String>,
}

/// The hours of something added for a while.
#[derive(Serialize, ToSchema)]
pub(super) struct Window {
    /// The measure, as it stands under `added`.
    measure: String,
    /// From when, as written.
    from: String,
    /// Until when, as written.
    until: String,
}

/// An answer on record.
#[derive(Serialize, ToSchema)]
pub(super) struct Answer {
    /// Its key.
    key: i64,
    /// The revision it answers.
    revision: u32,
    /// acknowledged, in-place, objection or help.
    kind: &'static str,
    /// The unit it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The code of its reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Its words, unless they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// In which role it was given.
    by_role: String,
    /// When.
    at: String,
    /// Whether that was late.
    late: bool,
    /// The check code its giver keeps.
    code: String,
}

/// An answer to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerRequest {
    /// The revision that was shown.
    revision: u32,
    /// acknowledged, in-place, objection or help.
    #[schema(value_type = String, example = "acknowledged")]
    kind: AnswerKind,
    /// The unit that is in place; all of them when absent.
    unit: Option<String>,
    /// Why, by its code: for an objection or a request for help.
    reason: Option<String>,
    /// In one's own words.
    note: Option<String>,
}

/// What an answer came to.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerResult {
    /// The answer's key.
    key: i64,
    /// The revision it answers.
    revision: u32,
    /// When it came.
    at: String,
    /// Whether that was late.
    late: bool,
    /// The check code to keep.
    code: String,
    /// The rung the order stands on.
    rung: &'static str,
    /// The latest revision: another than was answered when a newer notice came meanwhile.
    latest_revision: u32,
    /// What the latest notice means to the recipient: begin, replace, tell, release, suspend or
    /// resume.
    latest_change: &'static str,
}

/// The orders of a warning, by rung, county and name.
#[utoipa::path(
    get, path = "/api/v1/warnings/{id}/orders", tag = "orders",
    params(("id" = String, Path, description = "The warning"), OrderQuery),
    responses(
        (status = OK, body = Page<OrderItem>),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn list_orders(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WarningId>,
    Query(query): Query<OrderQuery>,
) -> Result<Json<Page<OrderItem>>, Problem> {
    let filter = OrderFilter {
        rung: query.rung.as_deref().map(rung).transpose()?,
        county: query.county,
        within: None,
        text: query.q,
        mark: None,
    };
    let part = Part::After(OrderKey(query.cursor.unwrap_or(0)));
    let list = app.list_orders(&caller, id, &filter, part).await?;
    Ok(Json(Page {
        items: list.orders.into_iter().map(Into::into).collect(),
        next: list.next.map(|order| order.to_string()),
    }))
}

/// An order, with its answers.
#[utoipa::path(
    get, path = "/api/v1/orders/{key}", tag = "orders",
    params(("key" = i64, Path, description = "The order")),
    responses(
        (status = OK, body = Order),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
    ),
)]
pub(super) async fn show_order(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<i64>,
) -> Result<Json<Order>, Problem> {
    Ok(Json(app.order(&caller, OrderKey(key)).await?.into()))
}

/// Answers an order. A repeat under the same `Idempotency-Key` is told the first answer.
#[utoipa::path(
    post, path = "/api/v1/orders/{key}/answers", tag = "orders", request_body = AnswerRequest,
    params(
        ("key" = i64, Path, description = "The order"),
        ("Idempotency-Key" = String, Header, description = "What makes a repeat the same answer"),
    ),
    responses(
        (status = OK, body = AnswerResult),
        (status = CONFLICT, body = ProblemBody),
        (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn answer_order(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<i64>,
    headers: HeaderMap,
    ValidJson(asked): ValidJson<AnswerRequest>,
) -> Result<Json<AnswerResult>, Problem> {
    let nonce = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let missing = || {
        Error::invalid(
            "Idempotency-Key",
            "missing",
            "expected a key of your choice",
        )
    };
    let given = AnswerIn {
        order: OrderKey(key),
        revision: asked.revision,
        kind: asked.kind,
        unit: asked.unit,
        reason: asked.reason,
        note: asked.note,
        nonce: nonce.ok_or_else(missing)?.to_owned(),
    };
    let answered = app.answer_order(&Answerer::Caller(caller), given).await?;
    Ok(Json(answered.into()))
}

fn rung(word: &str) -> Result<Rung, Error> {
    let unknown = |error: NotARung| Error::invalid("rung", "unknown", error.to_string());
    word.parse().map_err(unknown)
}

impl From<OrderRow> for OrderItem {
    fn from(row: OrderRow) -> Self {
        Self {
            order: row.order.0,
            recipient: row.recipient,
            county: row.county,
            change: row.change.as_str(),
            rung: row.rung.as_str(),
            late: row.late,
            objected: row.marks.contains(&Mark::Objected),
            helped: row.marks.contains(&Mark::Helped),
            acknowledged_at: row.acknowledged_at.map(rfc3339),
        }
    }
}

impl Window {
    /// The hours of something that has an end of its own.
    fn of(added: &AddedView) -> Option<Self> {
        Some(Self {
            measure: added.measure.clone(),
            from: added.from.to_string(),
            until: added.until?.to_string(),
        })
    }
}

impl From<OrderView> for Order {
    fn from(view: OrderView) -> Self {
        let owed = || view.added.iter().filter(|it| !it.over);
        Self {
            windows: owed().filter_map(Window::of).collect(),
            added: owed().map(|it| it.measure.clone()).collect(),
            key: view.order.0,
            recipient: view.recipient,
            document: view.document,
            revision: view.revision,
            level: view.level.as_str(),
            measures_level: view.measures_level.map(WarningLevel::as_str),
            classes: view.classes.iter().map(Into::into).collect(),
            effective: view.effective.to_string(),
            ends: match view.ends {
                End::At(end) => Some(end.to_string()),
                End::UntilFurtherNotice => None,
            },
            issued_at: rfc3339(view.issued_at),
            control: match view.control {
                Control::Required => "required",
                Control::Autonomous => "autonomous",
                Control::Office { .. } => "office",
            },
            units: view.units.into_iter().map(Into::into).collect(),
            basis: view.basis,
            rung: view.rung.as_str(),
            late: view.state == OrderState::Waiting { late: true },
            state: match view.state {
                OrderState::Waiting { .. } => "waiting",
                OrderState::Acknowledged => "acknowledged",
                OrderState::InPlace => "in-place",
                OrderState::Told => "told",
                OrderState::Suspended { .. } => "suspended",
                OrderState::RanOut { .. } => "ran-out",
                OrderState::Lifted { .. } => "lifted",
                OrderState::Withdrawn { .. } => "withdrawn",
                OrderState::Replaced { .. } => "replaced",
            },
            suspension: view.suspension.map(Suspension::from),
            acknowledge_by: rfc3339(view.acknowledge_by),
            open: view.open.into_iter().map(AnswerKind::as_str).collect(),
            answers: view.answers.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<UnitView> for Unit {
    fn from(unit: UnitView) -> Self {
        Self {
            name: unit.unit,
            measure: unit.measure,
            in_place_by: unit.in_place_by.map(rfc3339),
            in_place_at: unit.in_place_at.map(rfc3339),
        }
    }
}

impl From<AnswerView> for Answer {
    fn from(answer: AnswerView) -> Self {
        Self {
            key: answer.key.0,
            revision: answer.revision,
            kind: answer.kind.as_str(),
            unit: answer.unit,
            reason: answer.reason,
            note: answer.note,
            by_role: answer.by_role,
            at: rfc3339(answer.at),
            late: answer.late,
            code: answer.code,
        }
    }
}

impl From<Answered> for AnswerResult {
    fn from(answered: Answered) -> Self {
        Self {
            key: answered.key.0,
            revision: answered.revision,
            at: rfc3339(answered.at),
            late: answered.late,
            code: answered.code,
            rung: answered.rung.as_str(),
            latest_revision: answered.stands.revision,
            latest_change: answered.stands.change.as_str(),
        }
    }
}
