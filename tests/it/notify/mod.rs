//! The channels against servers that misbehave.

mod email;
mod webhook;

use qingkong::domain::lane::Live;
use qingkong::notify::{Address, Content, Letter, MailContent};

const EVENT: &str = r#"{"type":"order.issued","data":{"level":"orange"}}"#;

fn letter(id: &str, to: Address) -> Letter<Live> {
    Letter {
        lane: Live,
        id: id.to_owned(),
        at: "2026-11-24T12:00:00Z".parse().unwrap(),
        content: match to {
            Address::Email { .. } => Content::Mail(MailContent {
                subject: "【许昌市】重污染天气橙色预警减排指令，请签收".to_owned(),
                text: "请于2026年11月24日20时30分前签收。\n.\n行首的点须保留。\n".to_owned(),
                html: "<p>请签收。</p>".to_owned(),
            }),
            Address::Webhook { .. } => Content::Event(EVENT.to_owned()),
        },
        to,
    }
}
