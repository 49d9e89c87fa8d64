//! Mails over real sockets.

use futures::future::join_all;
use qingkong::config::{Encryption, MailServer, Secret};
use qingkong::domain::lane::Live;
use qingkong::notify::email::EmailChannel;
use qingkong::notify::{Address, Letter, Outcome};
use rstest::rstest;

use super::letter;
use crate::fakes::smtp::{Encryption as Fake, Misbehaviour, SmtpServer, Ways};

fn mail(id: &str) -> Letter<Live> {
    let to = Address::Email {
        mailbox: "zhang@plant.example".to_owned(),
        name: "张环保".to_owned(),
    };
    letter(id, to)
}

fn ways(pipelining: bool) -> Ways {
    Ways {
        pipelining,
        ..Ways::default()
    }
}

fn config(server: &SmtpServer) -> MailServer {
    MailServer {
        host: "localhost".to_owned(),
        port: server.address.port(),
        encryption: Encryption::None,
        from: "order@bureau.example".to_owned(),
        node_host: "node.bureau.example".to_owned(),
        ..MailServer::default()
    }
}

fn channel(server: &SmtpServer) -> EmailChannel<Live> {
    EmailChannel::new(&config(server)).unwrap()
}

fn delivered() -> Outcome {
    Outcome::Delivered {
        reply: "250 2.0.0 Ok: queued as F4KE".to_owned(),
    }
}

fn later(why: &str) -> Outcome {
    Outcome::Later {
        after: None,
        why: why.to_owned(),
    }
}

#[rstest]
#[tokio::test]
async fn a_mail_arrives_as_text_and_html_under_its_letters_id(
    #[values(false, true)] pipelining: bool,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    assert_eq!(channel(&server).send(mail("msg_1")).await, delivered());
    let seen = server.seen();
    let mut commands = seen.commands;
    // It is greeted twice: once for lettre, once for what lettre does not keep.
    commands.dedup();
    assert_eq!(
        commands,
        [
            "EHLO node.bureau.example",
            "MAIL FROM:<order@bureau.example>",
            "RCPT TO:<zhang@plant.example>",
            "DATA",
        ]
    );
    let mail = &seen.mails[0];
    assert!(mail.contains("Message-ID: <msg_1@node.bureau.example>\n"));
    assert!(mail.contains("multipart/alternative"));
    assert_eq!(
        subject(mail),
        "【许昌市】重污染天气橙色预警减排指令，请签收"
    );
    assert_eq!(
        part(mail, "text/plain").replace("\r\n", "\n"),
        "请于2026年11月24日20时30分前签收。\n.\n行首的点须保留。\n"
    );
    assert_eq!(part(mail, "text/html"), "<p>请签收。</p>");
}

#[tokio::test]
async fn one_connection_carries_mail_after_mail() {
    let server = SmtpServer::start(Ways::default()).await;
    let channel = channel(&server);
    for id in ["msg_1", "msg_2", "msg_3"] {
        assert_eq!(channel.send(mail(id)).await, delivered());
    }
    assert_eq!(
        (server.seen().connections, server.seen().mails.len()),
        (1, 3)
    );
}

#[tokio::test]
async fn many_mails_at_once_share_the_connections_allowed() {
    let server = SmtpServer::start(Ways::default()).await;
    let channel = EmailChannel::new(&MailServer {
        connections: 2,
        ..config(&server)
    })
    .unwrap();
    let letters = (0..20).map(|n| channel.send(mail(&format!("msg_{n}"))));
    let outcomes = join_all(letters).await;
    assert!(outcomes.iter().all(|outcome| *outcome == delivered()));
    assert_eq!(server.seen().mails.len(), 20);
    assert!(server.seen().connections <= 2);
}

#[tokio::test]
async fn a_connection_says_goodbye_after_its_share_of_mails() {
    let server = SmtpServer::start(Ways::default()).await;
    let channel = EmailChannel::new(&MailServer {
        mails_per_connection: 2,
        ..config(&server)
    })
    .unwrap();
    for n in 0..4 {
        assert_eq!(channel.send(mail(&format!("msg_{n}"))).await, delivered());
    }
    assert_eq!((server.seen().connections, server.seen().goodbyes), (2, 2));
}

#[tokio::test]
async fn a_connection_the_server_has_closed_neither_loses_nor_doubles_a_mail() {
    let server = SmtpServer::start(Ways {
        mails_per_connection: Some(1),
        ..Ways::default()
    })
    .await;
    let channel = channel(&server);
    for n in 0..3 {
        assert_eq!(channel.send(mail(&format!("msg_{n}"))).await, delivered());
    }
    assert_eq!(
        (server.seen().connections, server.seen().mails.len()),
        (3, 3)
    );
}

#[rstest]
#[case::goodbye_at_mail("MAIL", Misbehaviour::Reply("421 4.4.2 idle for too long"))]
#[case::closed_at_mail("MAIL", Misbehaviour::HangUp)]
#[case::closed_at_rcpt("RCPT", Misbehaviour::HangUp)]
#[case::closed_at_data("DATA", Misbehaviour::HangUp)]
#[tokio::test]
async fn a_kept_connection_that_fails_before_the_content_is_replaced_at_once(
    #[case] at: &'static str,
    #[case] misbehaviour: Misbehaviour,
    #[values(false, true)] pipelining: bool,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    let channel = channel(&server);
    assert_eq!(channel.send(mail("msg_1")).await, delivered());
    server.instead(at, misbehaviour);
    assert_eq!(channel.send(mail("msg_2")).await, delivered());
    assert_eq!(
        (server.seen().connections, server.seen().mails.len()),
        (2, 2)
    );
}

#[tokio::test]
async fn a_mail_whose_content_went_out_is_never_repeated_within_an_attempt() {
    let server = SmtpServer::start(Ways::default()).await;
    let channel = channel(&server);
    assert_eq!(channel.send(mail("msg_1")).await, delivered());
    server.instead("content", Misbehaviour::HangUp);
    let outcome = channel.send(mail("msg_2")).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    let data = server
        .seen()
        .commands
        .iter()
        .filter(|c| *c == "DATA")
        .count();
    assert_eq!((server.seen().connections, data), (1, 2));
}

#[rstest]
#[case::greeting("greeting", "554 5.3.2 no service", "the greeting: 554 5.3.2")]
#[case::ehlo("EHLO", "550 who are you", "the greeting: 550")]
#[case::sender("MAIL", "550 5.7.1 not you", "the sender: 550 5.7.1")]
#[case::greylisted(
    "RCPT",
    "450 4.2.0 <zhang@plant.example> wait",
    "the recipient: 450 4.2.0"
)]
#[case::relaying("RCPT", "554 5.7.1 relay access denied", "the recipient: 554 5.7.1")]
#[case::storage("DATA", "452 4.3.1 disk full", "the content: 452 4.3.1")]
#[case::content("content", "451 4.7.1 try later", "the content: 451 4.7.1")]
#[tokio::test]
async fn a_refusal_that_may_pass_is_later(
    #[case] at: &'static str,
    #[case] reply: &'static str,
    #[case] refused: &str,
    #[values(false, true)] pipelining: bool,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    server.instead(at, Misbehaviour::Reply(reply));
    let channel = channel(&server);
    let why = format!("the mail server refused {refused}");
    assert_eq!(channel.send(mail("msg_1")).await, later(&why));
    assert_eq!(channel.send(mail("msg_1")).await, delivered());
    assert_eq!(server.seen().mails.len(), 1);
}

#[rstest]
#[case::mailbox(
    "RCPT",
    "550 5.1.1 <zhang@plant.example>: no such user",
    "the recipient: 550 5.1.1"
)]
#[case::content("content", "554 5.6.0 not acceptable", "the content: 554 5.6.0")]
#[tokio::test]
async fn a_refusal_for_good_is_never_and_names_nobody(
    #[case] at: &'static str,
    #[case] reply: &'static str,
    #[case] refused: &str,
    #[values(false, true)] pipelining: bool,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    server.instead(at, Misbehaviour::Reply(reply));
    let why = format!("the mail server refused {refused}");
    let outcome = channel(&server).send(mail("msg_1")).await;
    assert_eq!(outcome, Outcome::Never { why });
}

#[rstest]
#[tokio::test]
async fn a_refused_mail_leaves_its_connection_clean_for_the_next(
    #[values(false, true)] pipelining: bool,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    server.instead("RCPT", Misbehaviour::Reply("550 5.1.1 no such user"));
    let channel = channel(&server);
    channel.send(mail("msg_1")).await;
    assert_eq!(channel.send(mail("msg_2")).await, delivered());
    let seen = server.seen();
    assert_eq!((seen.connections, seen.mails.len()), (1, 1));
    let resets = seen.commands.iter().filter(|c| *c == "RSET").count();
    assert_eq!(resets, 1);
}

#[rstest]
#[case::offered(true, 2)]
#[case::not_offered(false, 0)]
#[tokio::test]
async fn a_mail_is_announced_in_one_go_only_where_the_server_offers_it(
    #[case] pipelining: bool,
    #[case] unasked: u32,
) {
    let server = SmtpServer::start(ways(pipelining)).await;
    assert_eq!(channel(&server).send(mail("msg_1")).await, delivered());
    assert_eq!(server.seen().unasked, unasked);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_later_and_works_again_when_it_is_back() {
    let server = SmtpServer::start(Ways::default()).await;
    let channel = channel(&server);
    server.instead("greeting", Misbehaviour::HangUp);
    let outcome = channel.send(mail("msg_1")).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert_eq!(channel.send(mail("msg_1")).await, delivered());

    let gone = MailServer {
        port: free_port(),
        ..config(&server)
    };
    let gone = EmailChannel::<Live>::new(&gone).unwrap();
    let Outcome::Later { why, .. } = gone.send(mail("msg_2")).await else {
        panic!("not later");
    };
    assert!(
        why.starts_with("the mail server was lost at the connection"),
        "{why}"
    );
}

#[rstest]
#[case("greeting")]
#[case("EHLO")]
#[case("RCPT")]
#[case("content")]
#[tokio::test]
async fn a_silent_server_ends_with_the_time_limit(#[case] at: &'static str) {
    let server = SmtpServer::start(Ways::default()).await;
    server.instead(at, Misbehaviour::Silence);
    let impatient = MailServer {
        attempt_seconds: 1,
        ..config(&server)
    };
    let channel = EmailChannel::new(&impatient).unwrap();
    let outcome = channel.send(mail("msg_1")).await;
    let Outcome::Later { why, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.starts_with("time ran out"), "{why}");
}

fn encrypted(server: &SmtpServer, encryption: Encryption) -> MailServer {
    MailServer {
        encryption,
        root_certificates: Some(server.certificate.path().to_owned()),
        user: Some("qingkong".to_owned()),
        password: Some(Secret::new("open sesame")),
        ..config(server)
    }
}

#[rstest]
#[case::starttls(Fake::Starttls, Encryption::Starttls, false)]
#[case::starttls_login(Fake::Starttls, Encryption::Starttls, true)]
#[case::tls(Fake::Tls, Encryption::Tls, false)]
#[case::tls_login(Fake::Tls, Encryption::Tls, true)]
#[tokio::test]
async fn a_mail_arrives_encrypted_and_signed_in(
    #[case] fake: Fake,
    #[case] ours: Encryption,
    #[case] login_only: bool,
) {
    let server = SmtpServer::start(Ways {
        encryption: fake,
        account: Some(("qingkong", "open sesame")),
        login_only,
        ..Ways::default()
    })
    .await;
    let channel = EmailChannel::new(&encrypted(&server, ours)).unwrap();
    assert_eq!(channel.send(mail("msg_1")).await, delivered());
    assert_eq!(channel.send(mail("msg_2")).await, delivered());
    assert_eq!(
        (server.seen().connections, server.seen().mails.len()),
        (1, 2)
    );
}

#[tokio::test]
async fn a_wrong_password_is_later_since_we_are_to_blame() {
    let server = SmtpServer::start(Ways {
        encryption: Fake::Starttls,
        account: Some(("qingkong", "changed yesterday")),
        ..Ways::default()
    })
    .await;
    let channel = EmailChannel::new(&encrypted(&server, Encryption::Starttls)).unwrap();
    assert_eq!(
        channel.send(mail("msg_1")).await,
        later("the mail server refused the sign-in: 535 5.7.8")
    );
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let server = SmtpServer::start(Ways {
        account: Some(("qingkong", "open sesame")),
        ..Ways::default()
    })
    .await;
    let channel = EmailChannel::new(&encrypted(&server, Encryption::Starttls)).unwrap();
    assert_eq!(
        channel.send(mail("msg_1")).await,
        later("the mail server does not offer STARTTLS")
    );
    let verbs = |command: &String| command.starts_with("AUTH") || command.starts_with("MAIL");
    assert!(!server.seen().commands.iter().any(verbs));
}

#[rstest]
#[case(Fake::Starttls, Encryption::Starttls)]
#[case(Fake::Tls, Encryption::Tls)]
#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_trusted(
    #[case] fake: Fake,
    #[case] ours: Encryption,
) {
    let server = SmtpServer::start(Ways {
        encryption: fake,
        ..Ways::default()
    })
    .await;
    let untrusting = MailServer {
        root_certificates: None,
        ..encrypted(&server, ours)
    };
    let channel = EmailChannel::<Live>::new(&untrusting).unwrap();
    let outcome = channel.send(mail("msg_1")).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert!(server.seen().mails.is_empty());
}

#[tokio::test]
async fn a_webhook_address_is_never_mailed() {
    let server = SmtpServer::start(Ways::default()).await;
    let to = Address::Webhook {
        url: "https://plant.example/".to_owned(),
        secrets: Vec::new(),
    };
    let outcome = channel(&server).send(letter("msg_1", to)).await;
    assert!(matches!(outcome, Outcome::Never { .. }));
    assert_eq!(server.seen().connections, 0);
}

/// A port nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The subject as a reader sees it (RFC 2047, base64 words).
fn subject(mail: &str) -> String {
    let head = mail.split("\n\n").next().unwrap().replace("\n ", " ");
    let line = head.lines().find_map(|line| line.strip_prefix("Subject: "));
    let words = line.unwrap().split(' ').map(|word| {
        let word = word.strip_prefix("=?utf-8?b?").unwrap();
        decode_base64(word.strip_suffix("?=").unwrap())
    });
    words.collect()
}

/// One part of a mail as a reader sees it, its transfer encoding undone.
fn part(mail: &str, kind: &str) -> String {
    let start = mail.find(&format!("Content-Type: {kind}")).unwrap();
    let (head, rest) = mail[start..].split_once("\n\n").unwrap();
    let body = rest.split("\n--").next().unwrap();
    if head.contains("base64") {
        decode_base64(&body.replace('\n', ""))
    } else {
        panic!("the test reads base64 only: {head}")
    }
}

fn decode_base64(text: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    String::from_utf8(bytes.unwrap()).unwrap()
}
