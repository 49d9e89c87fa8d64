//! The body of a webhook, version 1: what happened, when, and the order or the advisory it happened
//! to.
//!
//! The outer form is that of Standard Webhooks (`type`, `timestamp`, `data`). It crosses a border,
//! so its fields are fixed here and not those of the domain; a change that a reader could trip
//! over gets a new version. The same event renders to the same bytes at every attempt, as long as
//! its link does.

use serde::Serialize;

use super::render::{MessageContext, MessageKind, When};

mod advisory;

pub use advisory::AdvisoryEvent;

/// How long an event is, more often than not, in bytes: so much is asked for at once.
const USUAL: usize = 2 * 1024;

/// One event about an order, as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct OrderEvent<'a> {
    /// `order.issued`, `order.told`, `order.lifted`, `office.notified`, `order.withdrawn`,
    /// `order.suspended`, `order.resumed`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// When the notice behind it was issued, RFC 3339.
    timestamp: Option<&'a str>,
    data: Data<'a>,
}

#[derive(Clone, Debug, Serialize)]
struct Data<'a> {
    version: u8,
    lane: &'static str,
    order: &'a str,
    recipient: &'a str,
    grade: Option<&'a str>,
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<&'a str>,
    organ: &'a str,
    document: &'a str,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    measures_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<Class<'a>>,
    previous_level: Option<&'static str>,
    response: &'a str,
    effective_at: Written<'a>,
    ends_at: Written<'a>,
    duties: Vec<Duty<'a>>,
    enterprises: Option<u32>,
    keeps: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended_from: Option<Written<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resumes_at: Option<Written<'a>>,
    reason: Option<&'a str>,
    acknowledge_by: Option<Written<'a>>,
    acknowledge_url: Option<&'a str>,
    law: &'a str,
    basis: &'a str,
    check_code: &'a str,
}

/// A class of measures and the level at which it is carried out.
#[derive(Clone, Debug, Serialize)]
struct Class<'a> {
    class: &'a str,
    level: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Duty<'a> {
    unit: &'a str,
    measure: &'a str,
    in_place_by: Written<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Written<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    goes_on: bool,
}

/// A time for machines, and as the document writes it; an open end has no instant.
#[derive(Clone, Debug, Serialize)]
struct Written<'a> {
    at: Option<&'a str>,
    written: &'a str,
}

impl<'a> From<&'a When> for Written<'a> {
    fn from(when: &'a When) -> Self {
        Self {
            at: when.at.as_deref(),
            written: &when.zh,
        }
    }
}

impl<'a> OrderEvent<'a> {
    /// The event behind a message.
    pub fn new(kind: MessageKind, context: &'a MessageContext) -> Self {
        Self {
            kind: match kind {
                MessageKind::Order => "order.issued",
                MessageKind::Told => "order.told",
                MessageKind::Lift => "order.lifted",
                MessageKind::Office => "office.notified",
                MessageKind::Withdrawn => "order.withdrawn",
                MessageKind::Suspended => "order.suspended",
                MessageKind::Resumed => "order.resumed",
            },
            timestamp: context.issued_at.at.as_deref(),
            data: Data::of(context),
        }
    }

    /// The event as the body of a request.
    pub fn to_json(&self) -> String {
        let mut json = Vec::with_capacity(USUAL);
        serde_json::to_writer(&mut json, self).expect("an event is texts and numbers");
        String::from_utf8(json).expect("JSON is UTF-8")
    }
}

impl<'a> Data<'a> {
    fn of(context: &'a MessageContext) -> Self {
        let duty = |duty: &'a super::render::Duty| Duty {
            unit: &duty.unit,
            measure: &duty.measure,
            in_place_by: (&duty.in_place_by).into(),
            until: duty.until.as_ref().map(Written::from),
            goes_on: duty.goes_on,
        };
        let class = |class: &'a super::render::Class| Class {
            class: class.en,
            level: class.level.code,
        };
        Self {
            version: 1,
            lane: if context.drill { "drill" } else { "live" },
            order: &context.order,
            recipient: &context.recipient.name,
            grade: context.recipient.grade.as_deref(),
            region: &context.region,
            area: context.area.as_deref(),
            organ: &context.organ,
            document: &context.document,
            level: context.level.code,
            measures_level: context.measures_level.as_ref().map(|level| level.code),
            classes: context.classes.iter().map(class).collect(),
            previous_level: context.previous_level.as_ref().map(|level| level.code),
            response: &context.response.zh,
            effective_at: (&context.effective_at).into(),
            ends_at: (&context.ends).into(),
            duties: context.duties.iter().map(duty).collect(),
            enterprises: context.enterprises,
            keeps: &context.keeps,
            suspended_from: context.suspended_from.as_ref().map(Written::from),
            resumes_at: context.resumes_at.as_ref().map(Written::from),
            reason: context.reason.as_deref(),
            acknowledge_by: context.acknowledge_by.as_ref().map(Written::from),
            acknowledge_url: context.link.as_deref(),
            law: &context.law.zh,
            basis: &context.basis,
            check_code: &context.check_code,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::render::{adding, sample};
    use super::*;

    #[test]
    fn an_issued_order_has_the_form_of_standard_webhooks() {
        let context = sample();
        let event: Value =
            serde_json::from_str(&OrderEvent::new(MessageKind::Order, &context).to_json()).unwrap();
        assert_eq!(event["type"], "order.issued");
        assert_eq!(event["timestamp"], "2026-11-24T18:30:00+08:00");
        assert_eq!(event["data"]["version"], 1);
        assert_eq!(event["data"]["lane"], "live");
        assert_eq!(event["data"]["level"], "orange");
        assert_eq!(
            event["data"]["duties"][0],
            json!({
                "unit": "1号熟料线",
                "measure": "停产保窑",
                "in_place_by": {"at": "2026-11-25T12:00:00+08:00", "written": "2026年11月25日12时"},
            })
        );
    }

    #[test]
    fn a_machine_hears_how_long_something_added_lasts_and_what_goes_on() {
        let context = adding();
        let event = serde_json::to_value(OrderEvent::new(MessageKind::Order, &context)).unwrap();
        let duties = &event["data"]["duties"];
        assert_eq!(duties[0]["goes_on"], true);
        assert_eq!(duties[0].get("until"), None);
        assert_eq!(duties[1]["until"]["written"], "2026年11月27日8时");
        assert_eq!(event["data"]["ends_at"]["written"], "2026年11月28日24时");
    }

    #[test]
    fn a_machine_hears_of_areas_of_classes_and_of_a_suspension_as_people_do() {
        let context = sample();
        let event =
            serde_json::to_value(OrderEvent::new(MessageKind::Suspended, &context)).unwrap();
        let data = &event["data"];
        assert_eq!(data["area"], "禹州市");
        assert_eq!(
            data["classes"],
            json!([{ "class": "industry", "level": "red" }])
        );
        assert_eq!(data["suspended_from"]["written"], "2026年11月24日14时");
        assert_eq!(data["resumes_at"]["written"], "2026年11月27日18时");
    }

    #[test]
    fn an_end_at_24_keeps_its_spelling_and_an_open_end_has_no_instant() {
        let context = sample();
        let event = serde_json::to_value(OrderEvent::new(MessageKind::Told, &context)).unwrap();
        assert_eq!(
            event["data"]["effective_at"],
            json!({"at": "2026-11-25T00:00:00+08:00", "written": "2026年11月24日24时"})
        );
        assert_eq!(
            event["data"]["ends_at"],
            json!({"at": null, "written": "另行通知"})
        );
    }
}
