//! A mail server that misbehaves on demand: it can refuse at every stage, be silent, hang up, and
//! demand encryption and a password.
//!
//! It records what it took over and how often it was connected to, and dies with its value.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// What a server does instead of agreeing.
#[derive(Clone, Debug)]
pub(crate) enum Misbehaviour {
    /// It answers with this line.
    Reply(&'static str),
    /// It never answers.
    Silence,
    /// It hangs up without a word.
    HangUp,
}

/// How the server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// It offers `STARTTLS`.
    Starttls,
    /// From the first byte.
    Tls,
}

/// The ways of a server; each misbehaviour is used up by the command it answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) encryption: Encryption,
    /// The account it demands, user and password.
    pub(crate) account: Option<(&'static str, &'static str)>,
    /// It offers `LOGIN` only.
    pub(crate) login_only: bool,
    /// It takes commands before it has answered those before them, and says so.
    pub(crate) pipelining: bool,
    /// Instead of agreeing to the next command that begins so; `greeting` and `content` too.
    pub(crate) instead: VecDeque<(&'static str, Misbehaviour)>,
    /// It hangs up after a connection has handed over so many mails.
    pub(crate) mails_per_connection: Option<u32>,
}

/// What the server has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: u32,
    /// Connections that said goodbye.
    pub(crate) goodbyes: u32,
    /// Every command, in order, credentials included.
    pub(crate) commands: Vec<String>,
    /// Commands that had come before the one ahead of them was answered.
    pub(crate) unasked: u32,
    /// Mails it answered with 250.
    pub(crate) mails: Vec<String>,
}

/// A running mail server.
pub(crate) struct SmtpServer {
    pub(crate) address: SocketAddr,
    /// The certificate to trust, in PEM.
    pub(crate) certificate: NamedTempFile,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    ways: Mutex<Ways>,
    seen: Mutex<Seen>,
    tls: TlsAcceptor,
}

impl SmtpServer {
    pub(crate) async fn start(ways: Ways) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let mut certificate = NamedTempFile::new().unwrap();
        certificate.write_all(cert.pem().as_bytes()).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let shared = Arc::new(Shared {
            ways: Mutex::new(ways),
            seen: Mutex::default(),
            tls: TlsAcceptor::from(Arc::new(config)),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            certificate,
            task: spawn(serve(listener, Arc::clone(&shared))),
            shared,
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Misbehaves once more, at the next command that begins so.
    pub(crate) fn instead(&self, of: &'static str, misbehaviour: Misbehaviour) {
        let mut ways = self.shared.ways.lock().unwrap();
        ways.instead.push_back((of, misbehaviour));
    }

    /// Behaves from now on.
    pub(crate) fn behave(&self) {
        self.shared.ways.lock().unwrap().instead.clear();
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a fake has no service whose stop would wait for it; it dies with its value"
)]
fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    tokio::spawn(task).abort_handle()
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.seen.lock().unwrap().connections += 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let encryption = shared.ways.lock().unwrap().encryption;
            // A client that goes away ends its conversation, which is all there is to it.
            let _ = if encryption == Encryption::Tls {
                match shared.tls.accept(stream).await {
                    Ok(stream) => {
                        let mut session = Session::new(&shared, stream, true);
                        session.run(true).await.map(|_| ())
                    }
                    Err(error) => Err(error),
                }
            } else {
                plain(&shared, stream).await
            };
        });
    }
}

async fn plain(shared: &Shared, stream: TcpStream) -> std::io::Result<()> {
    let mut session = Session::new(shared, stream, false);
    if session.run(true).await? == End::Starttls {
        let stream = session.stream.into_inner();
        let stream = shared.tls.accept(stream).await?;
        Session::new(shared, stream, true).run(false).await?;
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum End {
    Closed,
    Starttls,
}

struct Session<'s, S> {
    shared: &'s Shared,
    stream: BufReader<S>,
    encrypted: bool,
    signed_in: bool,
    envelope: Envelope,
    mails: u32,
}

/// How far the envelope of the mail under way has come.
#[derive(Default, PartialEq, Eq)]
enum Envelope {
    #[default]
    Empty,
    Sender,
    Recipient,
}

impl<'s, S: AsyncRead + AsyncWrite + Unpin> Session<'s, S> {
    fn new(shared: &'s Shared, stream: S, encrypted: bool) -> Self {
        Self {
            shared,
            stream: BufReader::new(stream),
            encrypted,
            signed_in: false,
            envelope: Envelope::Empty,
            mails: 0,
        }
    }

    async fn run(&mut self, greet: bool) -> std::io::Result<End> {
        if greet && !self.answer("greeting", "220 fake ESMTP").await? {
            return Ok(End::Closed);
        }
        loop {
            let Some(command) = self.line().await? else {
                return Ok(End::Closed);
            };
            let seen = || self.shared.seen.lock().unwrap();
            seen().commands.push(command.clone());
            seen().unasked += u32::from(!self.stream.buffer().is_empty());
            let verb = command.split(' ').next().unwrap_or_default().to_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let offers = self.offers();
                    self.answer("EHLO", &offers).await?
                }
                "STARTTLS" => {
                    self.answer("STARTTLS", "220 2.0.0 go ahead").await?;
                    return Ok(End::Starttls);
                }
                "AUTH" => self.authenticate(&command).await?,
                "MAIL" if !self.may_send() => self.say("530 5.7.0 sign in first").await?,
                "MAIL" => {
                    self.envelope = if self.misbehaves("MAIL") {
                        Envelope::Empty
                    } else {
                        Envelope::Sender
                    };
                    self.answer("MAIL", "250 2.1.0 ok").await?
                }
                "RCPT" if self.envelope == Envelope::Empty => {
                    self.say("503 5.5.1 who writes?").await?
                }
                "RCPT" => {
                    if !self.misbehaves("RCPT") {
                        self.envelope = Envelope::Recipient;
                    }
                    self.answer("RCPT", "250 2.1.5 ok").await?
                }
                "DATA" => self.take_over().await?,
                "QUIT" => {
                    seen().goodbyes += 1;
                    self.say("221 2.0.0 bye").await?;
                    return Ok(End::Closed);
                }
                _ => self.answer(&verb, "250 2.0.0 ok").await?,
            };
            if !goes_on {
                return Ok(End::Closed);
            }
        }
    }

    fn offers(&self) -> String {
        let ways = self.shared.ways.lock().unwrap();
        let mut lines = vec!["fake", "8BITMIME"];
        if ways.encryption == Encryption::Starttls && !self.encrypted {
            lines.push("STARTTLS");
        }
        if ways.pipelining {
            lines.push("PIPELINING");
        }
        if ways.account.is_some() {
            lines.push(if ways.login_only {
                "AUTH LOGIN"
            } else {
                "AUTH PLAIN LOGIN"
            });
        }
        let last = lines.len() - 1;
        let line = |(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' });
        let lines: Vec<_> = lines.into_iter().enumerate().map(line).collect();
        lines.join("\r\n")
    }

    fn may_send(&self) -> bool {
        self.signed_in || self.shared.ways.lock().unwrap().account.is_none()
    }

    async fn authenticate(&mut self, command: &str) -> std::io::Result<bool> {
        let account = self.shared.ways.lock().unwrap().account;
        let (user, password) = account.expect("AUTH was offered");
        let given = match command.split(' ').collect::<Vec<_>>()[..] {
            [_, "PLAIN", response] => decode(response),
            [_, "LOGIN"] => {
                self.say("334 VXNlciBOYW1lAA==").await?;
                let user = decode(&self.line().await?.unwrap_or_default());
                self.say("334 UGFzc3dvcmQA").await?;
                let password = decode(&self.line().await?.unwrap_or_default());
                format!("\0{user}\0{password}")
            }
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        self.signed_in = given == format!("\0{user}\0{password}");
        if self.signed_in {
            self.say("235 2.7.0 welcome").await
        } else {
            self.say("535 5.7.8 wrong password").await
        }
    }

    /// Whether it will misbehave at the next such command.
    fn misbehaves(&self, at: &str) -> bool {
        let ways = self.shared.ways.lock().unwrap();
        ways.instead.front().is_some_and(|(of, _)| *of == at)
    }

    /// Invites to send the content even where nobody is to have it, as some servers do.
    async fn take_over(&mut self) -> std::io::Result<bool> {
        let misbehaves = self.misbehaves("DATA");
        let goes_on = self.answer("DATA", "354 go ahead").await?;
        if misbehaves || !goes_on {
            return Ok(goes_on);
        }
        let mut mail = String::new();
        while let Some(line) = self.line().await? {
            if line == "." {
                return self.taken_over(mail).await;
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            mail.push('\n');
        }
        Ok(false)
    }

    async fn taken_over(&mut self, mail: String) -> std::io::Result<bool> {
        if std::mem::take(&mut self.envelope) != Envelope::Recipient {
            return self.say("554 5.5.1 nobody to have it").await;
        }
        if !self.misbehaves("content") {
            self.shared.seen.lock().unwrap().mails.push(mail);
        }
        let goes_on = self
            .answer("content", "250 2.0.0 Ok: queued as F4KE")
            .await?;
        self.mails += 1;
        let limit = self.shared.ways.lock().unwrap().mails_per_connection;
        Ok(goes_on && limit.is_none_or(|limit| self.mails < limit))
    }

    /// Agrees, or misbehaves if that was asked for; whether the conversation goes on.
    async fn answer(&mut self, to: &str, agree: &str) -> std::io::Result<bool> {
        let misbehaviour = {
            let mut ways = self.shared.ways.lock().unwrap();
            let due = ways.instead.front().is_some_and(|(of, _)| *of == to);
            due.then(|| ways.instead.pop_front()).flatten()
        };
        match misbehaviour {
            None => self.say(agree).await,
            Some((_, Misbehaviour::Reply(line))) => {
                self.say(line).await?;
                Ok(!line.starts_with("421"))
            }
            Some((_, Misbehaviour::Silence)) => std::future::pending().await,
            Some((_, Misbehaviour::HangUp)) => Ok(false),
        }
    }

    async fn say(&mut self, lines: &str) -> std::io::Result<bool> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{lines}\r\n").as_bytes()).await?;
        stream.flush().await?;
        Ok(true)
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn decode(base64: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64);
    String::from_utf8(bytes.unwrap()).unwrap()
}
