//! The JSON interface, `/api/v1`, described by the document at `/api/openapi.json`.
//!
//! One file per resource, holding its requests, its views, and its handlers. The types here cross
//! the border and are not those of the domain; `From` and `TryFrom` join them. A route is added
//! with `routes!`, so that it is in the document; there is no other way in.

use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

mod account;
mod advisory;
mod dead_letter;
mod events;
mod export;
mod import;
mod information;
mod instruction;
mod journal;
mod notice;
mod order;
mod outbox;
mod outlook;
mod plan;
mod playbook;
mod proposal;
mod rules;
mod session;
mod signature;
mod skill;
mod token;
mod warning;

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "晴空 Qingkong",
        description = "Emergency response to heavy pollution: forecasts in, lawful warnings, \
            orders and their answers out. Times are RFC 3339 in UTC+8 or UTC. Every POST that \
            issues, sends or answers takes an `Idempotency-Key`; every failure is a problem \
            (RFC 9457). The endpoints of recipients are sent Standard Webhooks: `order.issued`, \
            `order.told`, `order.lifted`, `order.withdrawn`, `order.suspended`, `order.resumed`, \
            `office.notified`, which an order of a warning is behind, and `advisory.published`, \
            `advisory.lifted`, which compel nobody (`compulsory` is false) and are not to be answered."
    ),
    modifiers(&Security),
    components(schemas(super::problem::ProblemBody)),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "accounts", description = "Accounts and API tokens"),
        (name = "imports", description = "Lists, offices and days, in and out as files"),
        (name = "instructions", description = "What superiors have ordered"),
        (name = "outlooks", description = "Days measured and foreseen, and what the rules make of them"),
        (name = "proposals", description = "What the machine proposes"),
        (name = "notices", description = "From draft to issue"),
        (name = "advisories", description = "What is made public below a coloured warning, and compels nobody"),
        (name = "warnings", description = "What stands, and how far its orders have come"),
        (name = "journal", description = "The record that cannot be changed quietly"),
        (name = "playbook", description = "What everything is judged and worded by"),
        (name = "orders", description = "How far each has come, and its answers"),
        (name = "outbox", description = "What waits to be sent, and what holds it"),
        (name = "dead letters", description = "What could not be delivered"),
        (name = "events", description = "What has just happened"),
    ),
    security(("token" = []), ("cookie" = []))
)]
struct Head;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::cookie::NAME))),
        );
    }
}

/// Every route of the interface, by resource.
pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(
            session::sign_in,
            session::show_session,
            session::sign_out
        ))
        .routes(routes!(account::add_account, account::list_accounts))
        .routes(routes!(account::disable_account))
        .routes(routes!(token::add_token))
        .routes(routes!(token::revoke_token))
        .routes(routes!(notice::draft_notice, notice::list_notices))
        .routes(routes!(notice::show_notice, notice::revise_notice))
        .routes(routes!(notice::consult_on_notice))
        .routes(routes!(notice::submit_notice))
        .routes(routes!(notice::return_notice))
        .routes(routes!(notice::approve_notice))
        .routes(routes!(notice::sign_notice))
        .routes(routes!(notice::abandon_notice))
        .routes(routes!(notice::draw_plan))
        .routes(routes!(notice::issue_notice))
        .routes(routes!(notice::show_notice_text))
        .routes(routes!(notice::show_notice_scan))
        .routes(routes!(advisory::draft_advisory, advisory::list_advisories))
        .routes(routes!(advisory::show_advisory, advisory::revise_advisory))
        .routes(routes!(advisory::submit_advisory))
        .routes(routes!(advisory::return_advisory))
        .routes(routes!(advisory::approve_advisory))
        .routes(routes!(advisory::sign_advisory))
        .routes(routes!(advisory::show_advisory_scan))
        .routes(routes!(advisory::publish_advisory))
        .routes(routes!(advisory::lift_advisory))
        .routes(routes!(advisory::abandon_advisory))
        .routes(routes!(advisory::telling::list_advisory_recipients))
        .routes(routes!(
            instruction::register_instruction,
            instruction::list_instructions
        ))
        .routes(routes!(instruction::show_instruction_scan))
        .routes(routes!(outlook::take_in_outlook, outlook::show_outlook))
        .routes(routes!(outlook::fill_in_outlook))
        .routes(routes!(skill::show_skill))
        .routes(routes!(outlook::show_decision))
        .routes(routes!(proposal::show_proposal))
        .routes(routes!(proposal::decline_proposal))
        .routes(routes!(warning::list_warnings))
        .routes(routes!(warning::show_warning))
        .routes(routes!(
            information::give_information,
            information::show_information
        ))
        .routes(routes!(import::import_list))
        .routes(routes!(import::import_offices))
        .routes(routes!(import::import_days))
        .routes(routes!(export::export_list))
        .routes(routes!(journal::show_journal_head))
        .routes(routes!(journal::list_journal_entries))
        .routes(routes!(playbook::show_playbook))
        .routes(routes!(rules::compare_rules))
        .routes(routes!(order::list_orders))
        .routes(routes!(order::show_order))
        .routes(routes!(order::answer_order))
        .routes(routes!(outbox::show_outbox))
        .routes(routes!(outbox::release_outbox))
        .routes(routes!(dead_letter::list_dead_letters))
        .routes(routes!(dead_letter::redrive_letter))
        .routes(routes!(events::watch_events))
}

/// The document that describes the interface.
pub fn document() -> utoipa::openapi::OpenApi {
    router().into_openapi()
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is on this page.
    items: Vec<T>,
    /// Where the next page begins, as `after`; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl<T> Page<T> {
    /// The whole of a short list.
    fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}
