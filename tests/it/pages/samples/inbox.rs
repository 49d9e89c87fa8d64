//! The demonstration's own inbox.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::inbox::{InboxPage, Letter, LetterRow, SignatureCheck, SinkChannel};

use super::{at, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let row = |channel, to: &str, open| LetterRow {
        href: owned("/letters/2?lang=zh"),
        channel,
        to: owned(to),
        subject: owned("【橙色预警】应急减排指令 XC-2026-31-04711"),
        at: at("11-23T18:51"),
        open,
    };
    let found = |letters: Vec<LetterRow>, words: &str, open| {
        InboxPage {
            language,
            switch_language: format!("?lang={}", language.other().as_str()),
            console: owned("http://127.0.0.1:8080/"),
            total: if letters.is_empty() && words.is_empty() {
                0
            } else {
                1836
            },
            words: owned(words),
            matching: letters.len(),
            newest: owned("/?lang=zh"),
            older: (!letters.is_empty()).then(|| owned("/?lang=zh&before=1812")),
            list: owned("/?lang=zh"),
            letters,
            open,
        }
        .render()
        .unwrap()
    };
    let page = |letters, open| found(letters, "", open);
    let mail = Letter {
        channel: SinkChannel::Mail,
        to: owned("虚构·联系人 <plant-1@sink.invalid>"),
        subject: owned("【橙色预警】应急减排指令 XC-2026-31-04711"),
        headers: vec![
            (
                owned("From"),
                owned("许昌市攻坚办 <alert@qingkong.invalid>"),
            ),
            (owned("To"), owned("虚构·颍北水泥 <plant-1@sink.invalid>")),
        ],
        signature: None,
        links: vec![owned("http://127.0.0.1:8080/o/token")],
        text: owned("虚构·颍北水泥有限公司：\n请停产 1# 熟料线，最迟 11月23日24时 落实到位。"),
        html: Some(owned("/letters/2/html")),
    };
    let webhook = Letter {
        channel: SinkChannel::Webhook,
        to: owned("/hook/XC-000001"),
        signature: Some(SignatureCheck::Right),
        headers: vec![(owned("webhook-id"), owned("msg_4711"))],
        links: vec![],
        text: owned("{\"type\":\"order.issued\",\"level\":\"orange\"}"),
        html: None,
        ..mail.clone()
    };
    let checked = |signature| Letter {
        signature: Some(signature),
        ..webhook.clone()
    };
    let rows = || {
        vec![
            row(SinkChannel::Mail, "虚构·颍北水泥", true),
            row(SinkChannel::Webhook, "虚构·钧都陶瓷", false),
        ]
    };
    vec![
        ("inbox-empty", page(vec![], None)),
        ("inbox-list", page(rows(), None)),
        ("inbox-mail", page(rows(), Some(mail))),
        ("inbox-webhook", page(rows(), Some(webhook.clone()))),
        (
            "inbox-webhook-wrong",
            page(rows(), Some(checked(SignatureCheck::Wrong))),
        ),
        (
            "inbox-webhook-unchecked",
            page(rows(), Some(checked(SignatureCheck::Unchecked))),
        ),
        ("inbox-found", found(rows(), "颍北", None)),
        ("inbox-none-found", found(vec![], "洛阳", None)),
    ]
}
