//! The conversation with the mail server, step by step (RFC 5321), so that a failure says how far
//! it came: before the content was handed over a mail is certainly not sent, afterwards it may be.
//!
//! lettre speaks the protocol; the socket is ours, because Nagle's algorithm must be off on it:
//! left on, every mail waits for a delayed acknowledgement (some 40 ms).

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Context as _;
use lettre::Address;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{Encryption, MailServer};
use crate::tls;

/// One mail: who it comes from, who it goes to, and its text with its headers, all ASCII.
pub(super) struct Mail {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) message: String,
}

/// How far a conversation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// A free connection was waited for.
    Queue,
    /// The socket was opened.
    Connect,
    /// The server's greeting and the answer to `EHLO`.
    Greeting,
    /// `STARTTLS` and the handshake.
    Encryption,
    /// `AUTH` (RFC 4954).
    Authentication,
    /// `MAIL FROM`, and `RSET` before it.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, up to the invitation to send the content.
    Data,
    /// The content, up to the final reply. From here on the mail may have been taken over.
    Content,
}

/// Why a mail was not taken over, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
}

/// What went wrong, without anything personal: servers like to repeat the address they refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The server said no: its reply code, and its enhanced code if it gave one (RFC 3463).
    Refused { code: u16, enhanced: Option<String> },
    /// The connection failed or broke.
    Lost(String),
    /// The server lacks what we need.
    Missing(&'static str),
    /// The time limit of the attempt passed.
    TooSlow,
}

impl Failure {
    fn of(stage: Stage) -> impl Fn(smtp::Error) -> Self {
        move |error| Self {
            stage,
            cause: Cause::of(&error),
        }
    }

    /// Whether a connection that had been kept failed before the mail was handed over: the server
    /// closed it meanwhile (a 421 says so, RFC 5321 §3.8), and a new one deserves a try.
    pub(super) fn is_stale(&self) -> bool {
        self.stage < Stage::Content && self.is_closed()
    }

    /// Whether the connection is of no more use.
    pub(super) fn is_closed(&self) -> bool {
        match self.cause {
            Cause::Refused { code, .. } => code == 421,
            Cause::Lost(_) | Cause::TooSlow => true,
            Cause::Missing(_) => false,
        }
    }
}

impl Cause {
    fn of(error: &smtp::Error) -> Self {
        let source = || std::iter::successors(error.source(), |&error| error.source());
        match error.status() {
            Some(code) => Self::Refused {
                code: code.into(),
                enhanced: source()
                    .next()
                    .and_then(|words| enhanced(&words.to_string())),
            },
            None => Self::Lost(
                source()
                    .last()
                    .map_or_else(|| "no cause given".to_owned(), ToString::to_string),
            ),
        }
    }
}

/// The enhanced status code a reply begins with: `5.1.1` in `5.1.1 <…>: unknown user`.
fn enhanced(words: &str) -> Option<String> {
    let first = words.split_whitespace().next()?;
    let parts: Vec<_> = first.split('.').collect();
    let is_code = parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    is_code.then(|| first.to_owned())
}

/// The mail server, and all that is needed to speak to it.
pub(super) struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
}

enum Security {
    None,
    Starttls(TlsParameters),
    Tls(TlsConnector, ServerName<'static>),
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{})", self.host, self.port)
    }
}

impl Relay {
    pub(super) fn new(
        config: &MailServer,
        credentials: Option<Credentials>,
    ) -> anyhow::Result<Self> {
        let roots = config.root_certificates.as_deref();
        let security = match config.encryption {
            Encryption::None => Security::None,
            Encryption::Starttls => Security::Starttls(parameters(&config.host, roots)?),
            Encryption::Tls => Security::Tls(
                TlsConnector::from(Arc::new(tls::client_config(roots)?)),
                ServerName::try_from(config.host.clone())
                    .with_context(|| format!("`{}` is not a host name", config.host))?,
            ),
        };
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security,
            credentials,
            hello: ClientId::Domain(config.node_host.clone()),
        })
    }

    /// A connection ready for its first mail: greeted, encrypted, signed in.
    pub(super) async fn connect(&self) -> Result<Conversation, Failure> {
        let stream = self.open().await?;
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(Failure::of(Stage::Greeting))?;
        if let Security::Starttls(parameters) = &self.security {
            starttls(&mut connection, parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            authenticate(&mut connection, credentials).await?;
        }
        Ok(Conversation {
            pipelines: pipelines(&mut connection, &self.hello).await,
            connection,
            interrupted: false,
        })
    }

    async fn open(&self) -> Result<Box<dyn AsyncTokioStream>, Failure> {
        let lost = |error: io::Error| Failure {
            stage: Stage::Connect,
            cause: Cause::Lost(error.to_string()),
        };
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(lost)?;
        stream.set_nodelay(true).map_err(lost)?;
        let Security::Tls(connector, name) = &self.security else {
            return Ok(Box::new(stream));
        };
        match connector.connect(name.clone(), stream).await {
            Ok(stream) => Ok(Box::new(Encrypted(stream))),
            Err(error) => Err(Failure {
                stage: Stage::Encryption,
                cause: Cause::Lost(error.to_string()),
            }),
        }
    }
}

fn parameters(host: &str, roots: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let mut builder =
        TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    for certificate in roots
        .map(tls::certificates)
        .transpose()?
        .unwrap_or_default()
    {
        builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec())?);
    }
    builder
        .build_rustls()
        .with_context(|| format!("no TLS for `{host}`"))
}

async fn starttls(
    connection: &mut AsyncSmtpConnection,
    parameters: TlsParameters,
    hello: &ClientId,
) -> Result<(), Failure> {
    if !connection.can_starttls() {
        return Err(Failure {
            stage: Stage::Encryption,
            cause: Cause::Missing("STARTTLS"),
        });
    }
    connection
        .starttls(parameters, hello)
        .await
        .map_err(Failure::of(Stage::Encryption))
}

async fn authenticate(
    connection: &mut AsyncSmtpConnection,
    credentials: &Credentials,
) -> Result<(), Failure> {
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    let offered = connection.server_info().get_auth_mechanism(&mechanisms);
    if offered.is_none() {
        return Err(Failure {
            stage: Stage::Authentication,
            cause: Cause::Missing("AUTH with PLAIN or LOGIN"),
        });
    }
    connection
        .auth(&mechanisms, credentials)
        .await
        .map_err(Failure::of(Stage::Authentication))?;
    Ok(())
}

/// Whether the server takes commands before it has answered those before them (RFC 2920). lettre
/// does not keep that part of its offers, so it is asked for them once more; one that refuses to
/// repeat them takes a command at a time.
async fn pipelines(connection: &mut AsyncSmtpConnection, hello: &ClientId) -> bool {
    let offers = connection.command(Ehlo::new(hello.clone())).await;
    offers.is_ok_and(|offers| {
        let mut offers = offers.message();
        offers.any(|offer| offer.eq_ignore_ascii_case("PIPELINING"))
    })
}

/// One connection, over which mails go one after the other.
pub(super) struct Conversation {
    connection: AsyncSmtpConnection,
    /// Whether a mail may be announced in one go.
    pipelines: bool,
    /// The last mail broke off between `MAIL` and its final reply; the server must forget it.
    interrupted: bool,
}

impl Conversation {
    /// Hands one mail over; the server's final words.
    pub(super) async fn send(&mut self, mail: &Mail) -> Result<String, Failure> {
        let sent = self.transact(mail).await;
        self.interrupted = sent.is_err();
        sent
    }

    async fn transact(&mut self, mail: &Mail) -> Result<String, Failure> {
        let parameters = self.parameters(mail)?;
        if self.interrupted {
            let reset = self.connection.command(Rset).await;
            reset.map_err(Failure::of(Stage::Sender))?;
        }
        let sender = MailFrom::new(Some(mail.from.clone()), parameters);
        let recipient = Rcpt::new(mail.to.clone(), Vec::new());
        if self.pipelines {
            self.announce_at_once(sender, recipient).await?;
        } else {
            self.announce(sender, recipient).await?;
        }
        let taken_over = self.connection.command(Content(&mail.message)).await;
        taken_over
            .map(|response| words(&response))
            .map_err(Failure::of(Stage::Content))
    }

    /// Announces a mail, command by command, until its content is invited.
    async fn announce(&mut self, sender: MailFrom, recipient: Rcpt) -> Result<(), Failure> {
        let connection = &mut self.connection;
        let sender = connection.command(sender).await;
        sender.map_err(Failure::of(Stage::Sender))?;
        let recipient = connection.command(recipient).await;
        recipient.map_err(Failure::of(Stage::Recipient))?;
        let invited = connection.command(Data).await;
        invited.map_err(Failure::of(Stage::Data))?;
        Ok(())
    }

    /// The same in one go. Every reply is read, whatever those before it say; a content that is
    /// invited although nobody is to have it is left empty, and taken by nobody (RFC 2920 §3.1).
    async fn announce_at_once(&mut self, sender: MailFrom, recipient: Rcpt) -> Result<(), Failure> {
        let connection = &mut self.connection;
        let sender = connection
            .command(format!("{sender}{recipient}{Data}"))
            .await;
        let sender = sender.map_err(Failure::of(Stage::Sender));
        let recipient = connection.read_response().await;
        let recipient = recipient.map_err(Failure::of(Stage::Recipient));
        let invited = connection.read_response().await;
        let invited = invited.map_err(Failure::of(Stage::Data));
        let announced = sender.and(recipient);
        if announced.is_err() && invited.is_ok() {
            let _ = connection.command(".\r\n").await;
        }
        announced.and(invited).map(drop)
    }

    /// What `MAIL` must announce: addresses beyond ASCII (RFC 6531).
    fn parameters(&self, mail: &Mail) -> Result<Vec<MailParameter>, Failure> {
        let ascii = [&mail.from, &mail.to]
            .iter()
            .all(|address| address.to_string().is_ascii());
        if ascii {
            return Ok(Vec::new());
        }
        let server = self.connection.server_info();
        if server.supports_feature(Extension::SmtpUtfEight) {
            return Ok(vec![MailParameter::SmtpUtfEight]);
        }
        Err(Failure {
            stage: Stage::Recipient,
            cause: Cause::Missing("SMTPUTF8"),
        })
    }

    /// Says goodbye; whether the server answers does not matter any more.
    pub(super) async fn quit(mut self) {
        let _ = self.connection.quit().await;
    }
}

/// A mail's text with its end, to be written in one go: a line that begins with a dot begins with
/// two (RFC 5321 §4.5.2). No first line does, since it is a header.
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split("\r\n.");
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            f.write_str("\r\n..")?;
            f.write_str(part)?;
        }
        f.write_str("\r\n.\r\n")
    }
}

/// A reply for the record: its code and its first words, without anything like an address.
fn words(response: &Response) -> String {
    const LONGEST: usize = 120;
    let line = response.first_line().unwrap_or_default();
    let kept = line.split_whitespace().filter(|word| !word.contains('@'));
    let text = std::iter::once(response.code().to_string())
        .chain(kept.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(" ");
    text.chars().take(LONGEST).collect()
}

/// A connection encrypted from its first byte, in the form lettre takes.
#[derive(Debug)]
struct Encrypted(TlsStream<TcpStream>);

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("250 2.0.0 Ok: queued as 4cXyZ\r\n", "250 2.0.0 Ok: queued as 4cXyZ")]
    #[case::address("250 2.1.5 <bob@plant.example> accepted\r\n", "250 2.1.5 accepted")]
    #[case::bare("250 \r\n", "250")]
    fn a_reply_is_kept_without_addresses(#[case] reply: &str, #[case] kept: &str) {
        assert_eq!(words(&reply.parse().unwrap()), kept);
    }

    #[rstest]
    #[case("5.1.1 <bob@plant.example>: unknown", Some("5.1.1"))]
    #[case("5.7.26 unauthenticated", Some("5.7.26"))]
    #[case("no such user", None)]
    #[case("10.0.0.1 is blocked", None)]
    #[case("1.2.3000 is no code", None)]
    #[case("", None)]
    fn an_enhanced_code_is_found_at_the_beginning(#[case] words: &str, #[case] code: Option<&str>) {
        assert_eq!(enhanced(words).as_deref(), code);
    }
}
