//! The body of a webhook about an advisory: what is public, or ends before its time.

use serde::Serialize;

use super::Written;
use crate::notify::render::{AdvisoryContext, Decision};

/// One event, as JSON. It carries no duty, no deadline and no link to answer by.
#[derive(Clone, Debug, Serialize)]
pub struct AdvisoryEvent<'a> {
    /// `advisory.published`, `advisory.lifted`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// When the advisory was published or lifted, RFC 3339.
    timestamp: Option<&'a str>,
    data: Data<'a>,
}

#[derive(Clone, Debug, Serialize)]
struct Data<'a> {
    version: u8,
    lane: &'static str,
    advisory: &'a str,
    kind: &'static str,
    /// Whether anything of it is compulsory. It never is; a reader need not know that.
    compulsory: bool,
    recipient: &'a str,
    region: &'a str,
    parts: &'a [String],
    organ: &'a str,
    document: Option<&'a str>,
    superior_document: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a Decision>,
    cause: Option<&'static str>,
    from: Written<'a>,
    until: Written<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Written<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
    text: &'a str,
    advice: &'a [String],
}

impl<'a> AdvisoryEvent<'a> {
    /// The event behind a message.
    pub fn new(context: &'a AdvisoryContext) -> Self {
        let (kind, at) = match &context.lifted_at {
            None => ("advisory.published", &context.published_at),
            Some(at) => ("advisory.lifted", at),
        };
        Self {
            kind,
            timestamp: at.at.as_deref(),
            data: Data::of(context),
        }
    }

    /// The event as the body of a request.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an event is texts and numbers")
    }
}

impl<'a> Data<'a> {
    fn of(context: &'a AdvisoryContext) -> Self {
        Self {
            version: 1,
            lane: if context.drill { "drill" } else { "live" },
            advisory: &context.advisory,
            kind: context.kind,
            compulsory: false,
            recipient: &context.recipient,
            region: &context.region,
            parts: &context.parts,
            organ: &context.organ,
            document: context.document.as_deref(),
            superior_document: context.superior.as_deref(),
            decision: context.decision.as_ref(),
            cause: context.cause.as_ref().map(|cause| cause.code),
            from: (&context.from).into(),
            until: (&context.until).into(),
            ends_at: context.ends_at.as_ref().map(Written::from),
            reason: context.reason.as_deref(),
            warning: context.warning.as_deref(),
            text: &context.text,
            advice: &context.advice,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::time::WrittenTime;
    use crate::notify::render::advisory_sample;

    #[test]
    fn a_machine_hears_that_a_control_is_public_and_compels_nobody() {
        let context = advisory_sample();
        let event = serde_json::to_value(AdvisoryEvent::new(&context)).unwrap();
        assert_eq!(event["type"], "advisory.published");
        assert_eq!(event["timestamp"], "2026-11-24T20:00:00+08:00");
        let data = &event["data"];
        assert_eq!(data["compulsory"], false);
        assert_eq!(data["superior_document"], "豫环委攻坚办〔2026〕88号");
        assert_eq!(
            data["until"],
            json!({ "at": "2026-11-28T00:00:00+08:00", "written": "2026年11月27日24时" })
        );
        for absent in [
            "decision",
            "ends_at",
            "duties",
            "acknowledge_by",
            "acknowledge_url",
            "level",
        ] {
            assert_eq!(data.get(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_machine_hears_who_decided_a_citys_own_control_and_why() {
        let context = AdvisoryContext {
            superior: None,
            decision: Some(Decision::from(("许昌市指挥部", "静稳天气持续"))),
            ..advisory_sample()
        };
        let event = serde_json::to_value(AdvisoryEvent::new(&context)).unwrap();
        let decision = json!({ "by": "许昌市指挥部", "reason": "静稳天气持续" });
        assert_eq!(event["data"]["decision"], decision);
        assert_eq!(event["data"]["superior_document"], json!(null));
    }

    #[test]
    fn a_machine_hears_when_and_why_one_ends_before_its_time() {
        let hour: WrittenTime = "2026-11-26T08:00".parse().unwrap();
        let context = AdvisoryContext {
            lifted_at: Some(hour.into()),
            ends_at: Some(hour.into()),
            reason: Some("冷空气提前到达".to_owned()),
            ..advisory_sample()
        };
        let event = serde_json::to_value(AdvisoryEvent::new(&context)).unwrap();
        assert_eq!(event["type"], "advisory.lifted");
        assert_eq!(event["timestamp"], "2026-11-26T08:00:00+08:00");
        assert_eq!(event["data"]["ends_at"]["written"], "2026年11月26日8时");
        assert_eq!(event["data"]["reason"], "冷空气提前到达");
    }
}
