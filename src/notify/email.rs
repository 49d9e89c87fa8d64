//! The e-mail channel: a letter becomes a mail, a mail goes to the bureau's own mail server.
//!
//! We speak to one server, the relay (发信服务器) of the configuration; what it does with a mail
//! afterwards is its own business. `smtp` is the conversation, `pool` the connections that are
//! kept for it, `refusal` what a refusal means. A mail names its letter in `Message-ID`, so that
//! a repeat of the same letter can be known as one.

use std::marker::PhantomData;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use tokio::time::Instant;

use super::{Address, Content, Letter, Outcome};
use crate::config::{self, Encryption, Secret};
use crate::domain::lane::Lane;
use pool::Pool;
use smtp::{Mail, Relay};

mod pool;
mod refusal;
mod smtp;

/// Sends letters of one lane through the mail server.
#[derive(Debug)]
pub struct EmailChannel<L: Lane> {
    pool: Pool,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    node_host: String,
    attempt: Duration,
    lane: PhantomData<L>,
}

impl<L: Lane> EmailChannel<L> {
    /// A channel with connections of its own; nothing connects before the first letter.
    ///
    /// Fails if the configuration contradicts itself, or a file it names cannot be read.
    pub fn new(config: &config::MailServer) -> anyhow::Result<Self> {
        let mailbox = |name: Option<&String>, address: &str| {
            let address = address
                .parse()
                .with_context(|| format!("`{address}` is not an e-mail address"))?;
            anyhow::Ok(Mailbox::new(name.cloned(), address))
        };
        let relay = Relay::new(config, credentials(config)?)?;
        let reply_to = config.reply_to.as_deref();
        Ok(Self {
            pool: Pool::new(relay, config),
            from: mailbox(config.from_name.as_ref(), &config.from)?,
            reply_to: reply_to.map(|address| mailbox(None, address)).transpose()?,
            node_host: config.node_host.clone(),
            attempt: Duration::from_secs(config.attempt_seconds),
            lane: PhantomData,
        })
    }

    /// Makes one attempt. Never panics, never retries, and ends within the time limit.
    pub async fn send(&self, letter: Letter<L>) -> Outcome {
        let mail = match self.mail(letter) {
            Ok(mail) => mail,
            Err(why) => return Outcome::Never { why },
        };
        match self.pool.send(&mail, Instant::now() + self.attempt).await {
            Ok(reply) => Outcome::Delivered { reply },
            Err(failure) => refusal::judge(&failure),
        }
    }

    /// Connects, encrypts and signs in as for a letter, and sends none; or says how far it came.
    pub async fn probe(&self) -> Result<(), String> {
        let deadline = Instant::now() + self.attempt;
        let ready = self.pool.probe(deadline).await;
        ready.map_err(|failure| refusal::said(&failure))
    }

    /// The mail a letter becomes, or why it never can be one.
    fn mail(&self, letter: Letter<L>) -> Result<Mail, String> {
        let (Address::Email { mailbox, name }, Content::Mail(content)) =
            (letter.to, letter.content)
        else {
            return Err("the letter is not a mail".to_owned());
        };
        let to: lettre::Address = mailbox
            .parse()
            .map_err(|_| "the mailbox is not an e-mail address".to_owned())?;
        let mut message = Message::builder()
            .message_id(Some(format!("<{}@{}>", letter.id, self.node_host)))
            .date(letter.at.into())
            .from(self.from.clone())
            .to(Mailbox::new(Some(name), to.clone()))
            .subject(content.subject)
            .raw_header(auto_submitted());
        if let Some(reply_to) = self.reply_to.clone() {
            message = message.reply_to(reply_to);
        }
        let body = MultiPart::alternative_plain_html(content.text, content.html);
        let unwritable = "the letter cannot be written as a mail";
        let message = message.multipart(body).map_err(|_| unwritable)?;
        Ok(Mail {
            from: self.from.email.clone(),
            to,
            message: String::from_utf8(message.formatted()).map_err(|_| unwritable)?,
        })
    }
}

/// Tells auto-responders not to answer (RFC 3834 §5).
fn auto_submitted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// Who signs in at the mail server, if anybody does.
fn credentials(config: &config::MailServer) -> anyhow::Result<Option<Credentials>> {
    let password = match (&config.password, &config.password_file) {
        (Some(_), Some(_)) => bail!("both a password and a password file are given"),
        (Some(password), None) => Some(password.clone()),
        (None, Some(file)) => Some(Secret::from_file(file)?),
        (None, None) => None,
    };
    let Some(user) = config.user.clone() else {
        ensure!(password.is_none(), "a password is given, but no user");
        return Ok(None);
    };
    let password = password.with_context(|| format!("no password for user `{user}`"))?;
    ensure!(
        config.encryption != Encryption::None,
        "a password is not sent over an unencrypted connection"
    );
    Ok(Some(Credentials::new(user, password.reveal().to_owned())))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rstest::rstest;

    use super::*;
    use crate::domain::lane::Live;
    use crate::notify::MailContent;

    fn letter(mailbox: &str) -> Letter<Live> {
        Letter {
            lane: Live,
            id: "msg_42".to_owned(),
            at: "2026-11-24T12:00:00Z".parse().unwrap(),
            to: Address::Email {
                mailbox: mailbox.to_owned(),
                name: "张环保".to_owned(),
            },
            content: Content::Mail(MailContent {
                subject: "【许昌市】橙色预警减排指令".to_owned(),
                text: "请签收。".to_owned(),
                html: "<p>请签收。</p>".to_owned(),
            }),
        }
    }

    fn channel() -> EmailChannel<Live> {
        EmailChannel::new(&config::MailServer {
            from: "order@bureau.example".to_owned(),
            from_name: Some("许昌市生态环境局".to_owned()),
            reply_to: Some("duty@bureau.example".to_owned()),
            node_host: "node.bureau.example".to_owned(),
            ..config::MailServer::default()
        })
        .unwrap()
    }

    #[test]
    fn a_mail_names_its_letter_its_time_and_itself_as_automatic() {
        let mail = channel().mail(letter("plant@plant.example")).unwrap();
        let (head, _) = mail.message.split_once("\r\n\r\n").unwrap();
        for line in [
            "Message-ID: <msg_42@node.bureau.example>",
            "Date: Tue, 24 Nov 2026 12:00:00 +0000",
            "Reply-To: duty@bureau.example",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(head.lines().any(|found| found == line), "{line} in {head}");
        }
    }

    #[test]
    fn a_mail_is_ascii_on_the_wire_whatever_it_says() {
        let mail = channel().mail(letter("plant@plant.example")).unwrap();
        assert!(mail.message.is_ascii());
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let mut letter = letter("plant@plant.example");
        let Content::Mail(content) = &mut letter.content else {
            panic!("a mail");
        };
        content.subject = "x\r\nBcc: spy@example.org".to_owned();
        let text = channel().mail(letter).unwrap().message;
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }

    #[rstest]
    #[case::no_host("plant")]
    #[case::two_addresses("a@plant.example, b@plant.example")]
    #[case::injected("a@plant.example>\r\nRCPT TO:<b@plant.example")]
    #[case::empty("")]
    fn what_is_no_mailbox_is_refused_without_repeating_it(#[case] mailbox: &str) {
        assert_eq!(
            channel().mail(letter(mailbox)).err().as_deref(),
            Some("the mailbox is not an e-mail address")
        );
    }

    fn config(toml: &str) -> anyhow::Result<EmailChannel<Live>> {
        EmailChannel::new(&toml::from_str(toml)?)
    }

    #[rstest]
    #[case::password_in_the_clear(
        "encryption = 'none'\nuser = 'u'\npassword = 'p'",
        "a password is not sent over an unencrypted connection"
    )]
    #[case::user_without_password("user = 'u'", "no password for user `u`")]
    #[case::password_without_user("password = 'p'", "a password is given, but no user")]
    #[case::two_passwords(
        "user = 'u'\npassword = 'p'\npassword_file = 'f'",
        "both a password and a password file are given"
    )]
    #[case::no_sender("from = 'bureau'", "`bureau` is not an e-mail address")]
    fn a_contradictory_configuration_is_refused(#[case] toml: &str, #[case] why: &str) {
        assert_eq!(config(toml).unwrap_err().to_string(), why);
    }

    #[test]
    fn a_password_may_stand_in_a_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"opensesame\n").unwrap();
        let toml = format!("user = 'u'\npassword_file = '{}'", file.path().display());
        assert!(config(&toml).is_ok());
    }
}
