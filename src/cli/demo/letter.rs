//! Reading what arrives: a mail's headers and bodies decoded, a webhook's event laid out.

use chrono::{DateTime, Utc};
use mail_parser::{Addr, Address, HeaderName, Message, MessageParser, PartType};
use serde_json::Value;

use super::inbox::{Came, ReadLetter, Signature};

/// The headers of a mail that are shown, beside its subject.
const SHOWN: [HeaderName<'static>; 3] = [HeaderName::From, HeaderName::To, HeaderName::ReplyTo];

/// Reads a mail, as it stood between `DATA` and the last dot. Whatever it is, something is shown
/// of it: what is no mail is its own text.
pub(super) fn read_mail(at: DateTime<Utc>, recipients: &[String], mail: &[u8]) -> ReadLetter {
    let envelope = recipients.join(", ");
    let Some(message) = MessageParser::default().parse(mail) else {
        return ReadLetter {
            at,
            came: Came::ByMail,
            recipient: envelope.clone(),
            to: envelope,
            subject: String::new(),
            headers: Vec::new(),
            text: String::from_utf8_lossy(mail).into_owned(),
            html: None,
        };
    };
    let to = message.to().map_or(envelope, written);
    let text = message.body_text(0).unwrap_or_default().trim().to_owned();
    ReadLetter {
        at,
        came: Came::ByMail,
        recipient: salutation(&text).unwrap_or(&to).to_owned(),
        to,
        subject: message.subject().unwrap_or_default().to_owned(),
        headers: headers(&message),
        text,
        html: html(&message),
    }
}

/// Whom a letter addresses. A mail goes to a person; the enterprise or office stands in its text,
/// and like every name of the demonstration it says that it is made up.
fn salutation(text: &str) -> Option<&str> {
    const MADE_UP: &str = "（虚构）";
    text.lines().find_map(|line| {
        let name = &line[line.find("示例·")?..];
        let end = name.find(MADE_UP)? + MADE_UP.len();
        Some(&name[..end])
    })
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let addresses = SHOWN.into_iter().filter_map(|name| {
        let address = message.header(name.clone())?.as_address()?;
        Some((name.as_str().to_owned(), written(address)))
    });
    let raw = ["Date", "Message-ID", "Auto-Submitted"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), message.header_raw(name)?.trim().to_owned())));
    addresses.chain(raw).collect()
}

/// The HTML that the mail itself has, not one made from its text.
fn html(message: &Message<'_>) -> Option<String> {
    message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })
}

/// Addresses as people read them: `名字 <mailbox@host>`.
fn written(address: &Address<'_>) -> String {
    let one = |addr: &Addr<'_>| match (addr.name(), addr.address()) {
        (Some(name), Some(mailbox)) => format!("{name} <{mailbox}>"),
        (name, mailbox) => mailbox.or(name).unwrap_or_default().to_owned(),
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Reads the request of a webhook; `path` is where it was sent to.
pub(super) fn read_event(
    at: DateTime<Utc>,
    path: &str,
    headers: Vec<(String, String)>,
    body: &[u8],
    signature: Signature,
) -> ReadLetter {
    let event: Value = serde_json::from_slice(body).unwrap_or_default();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let data = &event["data"];
    let said = [&event["type"], &data["level"], &data["document"]];
    let said: Vec<_> = said.into_iter().filter_map(Value::as_str).collect();
    let text = String::from_utf8_lossy(body);
    ReadLetter {
        at,
        came: Came::ByWebhook(signature),
        recipient: word(&data["recipient"]).unwrap_or_else(|| path.to_owned()),
        to: path.to_owned(),
        subject: said.join(" · "),
        headers,
        text: if event.is_null() {
            text.into_owned()
        } else {
            laid_out(&text)
        },
        html: None,
    }
}

/// JSON with a line for every member, in the order in which they were sent.
fn laid_out(json: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0, false, false);
    let mut letters = json.chars().peekable();
    while let Some(letter) = letters.next() {
        if quoted {
            out.push(letter);
            quoted = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        let end_line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        match letter {
            '{' | '[' => {
                out.push(letter);
                let empty = letters.next_if(|&next| next == '}' || next == ']');
                if let Some(end) = empty {
                    out.push(end);
                } else {
                    depth += 1;
                    end_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                end_line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                end_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter if letter.is_ascii_whitespace() => {}
            letter => {
                quoted = letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

/// The addresses in a letter that begin with `prefix`, in order, each once. An address ends where
/// a character stands that no order's link has.
pub(super) fn links(text: &str, prefix: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let of_a_link = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let end = rest.find(|c| !of_a_link(c)).unwrap_or(rest.len());
        let link = text[at..at + prefix.len() + end].to_owned();
        if end > 0 && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn read(mail: &str) -> ReadLetter {
        let mail = mail.replace('\n', "\r\n");
        read_mail(
            at(),
            &["xc-000001@demo.invalid".to_owned()],
            mail.as_bytes(),
        )
    }

    #[test]
    fn a_mail_of_two_bodies_is_read_with_its_encodings_undone() {
        let letter = read(
            "Message-ID: <msg_42@demo.invalid>
Date: Tue, 24 Nov 2026 12:00:00 +0000
From: =?utf-8?b?6K645piM?= <yingji@demo.invalid>
To: =?utf-8?Q?=E5=BC=A0=E7=8E=AF?= <plant@demo.invalid>
Subject: =?utf-8?b?44CQ6K645piM?= =?utf-8?b?44CR5oyH5Luk?=
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=\"b\"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

6K+3562+5pS244CC
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p class=3D\"a\">=E8=AF=B7=E7=AD=BE=
=E6=94=B6</p>
--b--
",
        );
        assert_eq!(letter.to, "张环 <plant@demo.invalid>");
        assert_eq!(letter.subject, "【许昌】指令");
        assert_eq!(letter.text, "请签收。");
        assert_eq!(
            letter.html.as_deref().map(str::trim),
            Some("<p class=\"a\">请签收</p>")
        );
        let header = |name: &str| {
            let found = letter.headers.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(header("From"), Some("许昌 <yingji@demo.invalid>"));
        assert_eq!(header("Message-ID"), Some("<msg_42@demo.invalid>"));
        assert_eq!(header("Date"), Some("Tue, 24 Nov 2026 12:00:00 +0000"));
        assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    }

    #[rstest]
    #[case::gb18030(
        "Content-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: base64\n\nx+vHqcrVoaM=\n",
        "请签收。"
    )]
    #[case::of_one_body("Subject: a\n\nplain\n", "plain")]
    #[case::no_mail_at_all("nothing of a mail", "")]
    #[case::empty("", "")]
    fn whatever_arrives_is_shown(#[case] mail: &str, #[case] text: &str) {
        let letter = read(mail);
        assert_eq!(letter.to, "xc-000001@demo.invalid");
        assert_eq!(letter.text, text);
        assert_eq!(letter.html, None);
    }

    #[test]
    fn an_event_is_named_by_its_kind_its_level_and_its_document() {
        let body = r#"{"type":"order.issued","data":{"recipient":"示例厂","level":"red","document":"许环委办〔2026〕1号"}}"#;
        let letter = read_event(
            at(),
            "/hook/XC-1",
            Vec::new(),
            body.as_bytes(),
            Signature::Right,
        );
        assert_eq!(
            (letter.recipient.as_str(), letter.to.as_str()),
            ("示例厂", "/hook/XC-1")
        );
        assert_eq!(letter.subject, "order.issued · red · 许环委办〔2026〕1号");
        assert!(
            letter.text.contains("\n  \"type\": \"order.issued\""),
            "{}",
            letter.text
        );
        let other = read_event(
            at(),
            "/hook/XC-1",
            Vec::new(),
            b"ping",
            Signature::Unchecked,
        );
        assert_eq!(
            (other.to.as_str(), other.text.as_str()),
            ("/hook/XC-1", "ping")
        );
    }

    #[rstest]
    #[case::an_enterprise(
        "办公室\n\n示例·禹州市1号厂（虚构）（绩效等级：D）：\n请",
        Some("示例·禹州市1号厂（虚构）")
    )]
    #[case::in_english("To 示例·禹州市1号厂（虚构）:", Some("示例·禹州市1号厂（虚构）"))]
    #[case::nobody("示例·\n（虚构）", None)]
    fn whom_a_letter_addresses_is_found(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(salutation(text), expected);
    }

    #[rstest]
    #[case(
        r#"{"b":[1,{"a":""}],"a":{}, "c":[]}"#,
        "{\n  \"b\": [\n    1,\n    {\n      \"a\": \"\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}"
    )]
    #[case(r#"{"a":"x:{,\"}\\"}"#, "{\n  \"a\": \"x:{,\\\"}\\\\\"\n}")]
    #[case("7", "7")]
    fn json_is_laid_out_as_it_was_sent(#[case] json: &str, #[case] expected: &str) {
        assert_eq!(laid_out(json), expected);
    }

    #[rstest]
    #[case::in_a_sentence("打开 http://a:1/o/AQ-_9。谢谢", &["http://a:1/o/AQ-_9"])]
    #[case::twice_the_same("http://a:1/o/A http://a:1/o/A", &["http://a:1/o/A"])]
    #[case::in_json(r#""url": "http://a:1/o/A","#, &["http://a:1/o/A"])]
    #[case::elsewhere("http://b:1/o/A http://a:1/p/A http://a:1/o/", &[])]
    fn links_of_ours_are_found(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(links(text, "http://a:1/o/"), expected);
    }
}
