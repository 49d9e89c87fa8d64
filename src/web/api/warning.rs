//! `/api/v1/warnings`: what stands, and how far its orders have come.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Page;
use super::notice::{ClassLevel, NoticeView};
use crate::app::board::{self, Counts, WarningBoard, WarningHead};
use crate::app::{App, Caller};
use crate::domain::id::WarningId;
use crate::domain::notice::End;
use crate::domain::region::RegionCode;
use crate::domain::warning as domain;
use crate::web::problem::{Problem, ProblemBody};

/// How many warnings stand on one page.
const PAGE: usize = 50;

/// A warning.
#[derive(Serialize, ToSchema)]
pub(super) struct Warning {
    /// Its id.
    id: String,
    /// The place.
    region: String,
    /// announced, in-force, suspended, over or withdrawn; absent while its start is a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// The highest level it has had.
    #[serde(skip_serializing_if = "Option::is_none")]
    peak: Option<&'static str>,
    /// When it started or will, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// From when its present level holds, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective: Option<String>,
    /// Until when, as written; absent: 解除时间另行通知.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    /// The level of every class of measures, where they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<ClassLevel>,
    /// The suspension that holds or is ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspension: Option<Suspension>,
    /// How many plans it has had.
    revision: i32,
}

/// A time in which nobody owes a duty, while the warning stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Suspension {
    /// From when, as written.
    from: String,
    /// When it is planned to end, as written; a notice decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<String>,
    /// From when duties are owed again, as written, once a notice has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// A warning with its notices and the progress of its orders.
#[derive(Serialize, ToSchema)]
pub(super) struct WarningDetail {
    /// The warning.
    #[serde(flatten)]
    warning: Warning,
    /// Its notices, in the order in which they were begun.
    notices: Vec<NoticeView>,
    /// Orders by rung.
    orders: BTreeMap<&'static str, i64>,
    /// Orders by county and rung.
    counties: BTreeMap<String, BTreeMap<&'static str, i64>>,
    /// What stands out among the orders.
    attention: Attention,
}

/// Orders that somebody should look at.
#[derive(Serialize, ToSchema)]
pub(super) struct Attention {
    /// Not acknowledged by their deadline.
    overdue: i64,
    /// Objected to.
    objected: i64,
    /// Help was asked for.
    helped: i64,
}

/// Which warnings.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WarningQuery {
    /// The region, with everything below it.
    #[param(value_type = String)]
    region: RegionCode,
    /// Where the page begins.
    after: Option<i64>,
}

impl Warning {
    fn new(head: &WarningHead, now: chrono::DateTime<chrono::Utc>) -> Self {
        let warning = head.warning.as_ref();
        let split = warning.map(|w| w.levels().split()).unwrap_or_default();
        Self {
            id: head.id.to_string(),
            region: head.region.to_string(),
            phase: warning.map(|w| w.phase(now).as_str()),
            level: warning.map(|w| w.level.as_str()),
            peak: warning.map(|w| w.peak.as_str()),
            start: warning.map(|w| w.start.to_string()),
            effective: warning.map(|w| w.effective.to_string()),
            ends: warning.and_then(|w| match w.ends {
                End::At(time) => Some(time.to_string()),
                End::UntilFurtherNotice => None,
            }),
            classes: split.iter().map(Into::into).collect(),
            suspension: warning.and_then(|w| w.suspension(now)).map(Into::into),
            revision: head.revision,
        }
    }
}

impl From<domain::Suspension> for Suspension {
    fn from(suspension: domain::Suspension) -> Self {
        Self {
            from: suspension.from.to_string(),
            planned: suspension.planned.map(|time| time.to_string()),
            until: suspension.until.map(|time| time.to_string()),
        }
    }
}

impl From<&Counts> for Attention {
    fn from(counts: &Counts) -> Self {
        Self {
            overdue: counts.overdue,
            objected: counts.objected,
            helped: counts.helped,
        }
    }
}

fn by_rung(counts: &Counts) -> BTreeMap<&'static str, i64> {
    let rungs = counts.rungs.iter();
    rungs
        .map(|(rung, orders)| (rung.as_str(), *orders))
        .collect()
}

impl From<WarningBoard> for WarningDetail {
    fn from(board: WarningBoard) -> Self {
        let total = board.progress.total();
        Self {
            warning: Warning::new(&board.head, board.now),
            notices: board
                .notices
                .iter()
                .map(|record| NoticeView::new(record, None))
                .collect(),
            attention: (&total).into(),
            orders: by_rung(&total),
            counties: board
                .progress
                .counties
                .iter()
                .map(|(county, counts)| (county.clone(), by_rung(counts)))
                .collect(),
        }
    }
}

/// The warnings of a region and everything below it, the newest first.
#[utoipa::path(
    get, path = "/api/v1/warnings", tag = "warnings", params(WarningQuery),
    responses((status = OK, body = Page<Warning>), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn list_warnings(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<WarningQuery>,
) -> Result<Json<Page<Warning>>, Problem> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let heads = board::warnings(&app, &caller, query.region, query.after, limit).await?;
    let next = heads.get(PAGE - 1).map(|last| last.key.to_string());
    let items = heads
        .iter()
        .map(|head| Warning::new(head, app.now()))
        .collect();
    Ok(Json(Page { items, next }))
}

/// A warning, with its notices and how far its orders have come.
#[utoipa::path(
    get, path = "/api/v1/warnings/{id}", tag = "warnings",
    params(("id" = String, Path, description = "The warning")),
    responses((status = OK, body = WarningDetail), (status = NOT_FOUND, body = ProblemBody)),
)]
pub(super) async fn show_warning(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WarningId>,
) -> Result<Json<WarningDetail>, Problem> {
    Ok(Json(board::warning(&app, &caller, id).await?.into()))
}
