//! The mail sink: a small mail server (RFC 5321) that takes everything and passes nothing on.
//!
//! It speaks to the node as any relay would: `EHLO`, `MAIL`, `RCPT`, `DATA`, several mails on one
//! connection, pipelined commands, a limit on size. It offers no encryption and no sign-in, which
//! nobody needs on the loopback of one machine. Whatever a client sends, one connection holds no
//! more than one mail and one line in memory.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::cli::demo::inbox::Inbox;
use crate::cli::demo::letter::read_mail;
use crate::clock::Clock;

/// The largest mail taken, in bytes; said in the answer to `EHLO` (RFC 1870).
const LARGEST: usize = 2 << 20;

/// The longest command, in bytes: four times what RFC 5321, 4.5.3.1.4 asks for.
const LONGEST_COMMAND: usize = 2_048;

/// Recipients of one mail (RFC 5321, 4.5.3.1.8).
const MOST_RECIPIENTS: usize = 100;

/// Conversations at a time.
const MOST_CONVERSATIONS: usize = 64;

/// After so many commands that are none a conversation is over.
const MOST_MISTAKES: u32 = 20;

/// How long a client may be silent (RFC 5321, 4.5.3.2.7).
const PATIENCE: Duration = Duration::from_mins(5);

/// How long a stop waits for a mail that is being sent.
const GRACE: Duration = Duration::from_secs(2);

/// Answers mail clients until `stopping` is cancelled, then ends the conversations under way.
pub(super) async fn run(
    listener: TcpListener,
    inbox: Inbox,
    clock: Clock,
    stopping: CancellationToken,
) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(_) = conversations.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if conversations.len() < MOST_CONVERSATIONS => {
                    let (inbox, clock) = (inbox.clone(), clock.clone());
                    conversations.spawn(converse(stream, inbox, clock, stopping.clone()));
                }
                // Closed without a word: the client comes again.
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "The mail sink could not take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    while conversations.join_next().await.is_some() {}
}

async fn converse(stream: TcpStream, inbox: Inbox, clock: Clock, stopping: CancellationToken) {
    // A reply that waits for the acknowledgement of the one before it costs 40 ms.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let conversation = Conversation::new(read, write, inbox, clock);
    // A client that goes away ends its conversation, which is all there is to it.
    let _ = conversation.run(stopping).await;
}

struct Conversation<R, W> {
    from: BufReader<R>,
    to: W,
    inbox: Inbox,
    clock: Clock,
    greeted: bool,
    mistakes: u32,
    /// The mail being handed over: none before `MAIL`.
    envelope: Option<Vec<String>>,
}

/// Whether a conversation goes on.
#[derive(PartialEq, Eq)]
enum After {
    GoOn,
    HangUp,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Conversation<R, W> {
    fn new(from: R, to: W, inbox: Inbox, clock: Clock) -> Self {
        Self {
            from: BufReader::new(from),
            to,
            inbox,
            clock,
            greeted: false,
            mistakes: 0,
            envelope: None,
        }
    }

    async fn run(mut self, stopping: CancellationToken) -> io::Result<()> {
        self.reply("220 demo.invalid the demo's mail sink, it passes nothing on")
            .await?;
        loop {
            let line = tokio::select! {
                () = stopping.cancelled() => return self.reply("421 4.3.2 stopping").await,
                line = timeout(PATIENCE, read_line(&mut self.from, LONGEST_COMMAND)) => line,
            };
            let Ok(line) = line else {
                return self.reply("421 4.4.2 silent for too long").await;
            };
            let line = line?;
            let after = match line.end {
                End::CutOff => return Ok(()),
                _ if !line.whole => self.mistake("500 5.5.2 the line is too long").await?,
                _ => self.command(&line, &stopping).await?,
            };
            if after == After::HangUp {
                return Ok(());
            }
        }
    }

    async fn command(&mut self, line: &Line, stopping: &CancellationToken) -> io::Result<After> {
        let text = String::from_utf8_lossy(&line.bytes);
        let text = text.trim_end();
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let reply = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.begin();
                let size = format!("250 SIZE {LARGEST}");
                self.write("250-demo.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n")
                    .await?;
                return self.say(&size).await;
            }
            "HELO" => {
                self.begin();
                "250 demo.invalid"
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => return self.data(stopping).await,
            "RSET" => {
                self.envelope = None;
                "250 2.0.0 forgotten"
            }
            "NOOP" => "250 2.0.0 still here",
            "VRFY" => "252 2.1.5 everybody is taken here",
            "QUIT" => {
                self.reply("221 2.0.0 goodbye").await?;
                return Ok(After::HangUp);
            }
            "STARTTLS" | "AUTH" | "EXPN" | "HELP" | "TURN" => "502 5.5.1 not offered here",
            _ => return self.mistake("500 5.5.1 no such command").await,
        };
        self.say(reply).await
    }

    fn begin(&mut self) {
        self.greeted = true;
        self.envelope = None;
    }

    fn mail(&mut self, rest: &str) -> &'static str {
        if !self.greeted {
            return "503 5.5.1 say EHLO first";
        }
        if self.envelope.is_some() {
            return "503 5.5.1 a mail is under way";
        }
        let Some((_, parameters)) = path(rest, "FROM:") else {
            return "501 5.5.4 expected MAIL FROM:<address>";
        };
        let announced = parameters.split_whitespace().find_map(|parameter| {
            let (name, size) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then_some(size)
        });
        match announced.map(str::parse::<usize>) {
            Some(Err(_)) => "501 5.5.4 expected SIZE=bytes",
            Some(Ok(size)) if size > LARGEST => TOO_LARGE,
            Some(Ok(_)) | None => {
                self.envelope = Some(Vec::new());
                "250 2.1.0 go on"
            }
        }
    }

    fn recipient(&mut self, rest: &str) -> &'static str {
        let Some(recipients) = &mut self.envelope else {
            return "503 5.5.1 say MAIL first";
        };
        match path(rest, "TO:") {
            Some(("", _)) | None => "501 5.5.4 expected RCPT TO:<address>",
            Some(_) if recipients.len() == MOST_RECIPIENTS => "452 4.5.3 too many recipients",
            Some((address, _)) => {
                recipients.push(address.to_owned());
                "250 2.1.5 go on"
            }
        }
    }

    async fn data(&mut self, stopping: &CancellationToken) -> io::Result<After> {
        let recipients = match self.envelope.as_deref() {
            None => return self.say("503 5.5.1 say MAIL first").await,
            Some([]) => return self.say("554 5.5.1 nobody to take it for").await,
            Some(recipients) => recipients.to_owned(),
        };
        self.reply("354 end it with a dot on a line of its own")
            .await?;
        let content = tokio::select! {
            content = read_content(&mut self.from) => content?,
            () = patience_of(stopping) => return Ok(After::HangUp),
        };
        self.envelope = None;
        match content {
            Content::Mail(mail) => {
                let number = self
                    .inbox
                    .put(read_mail(self.clock.now(), &recipients, &mail));
                self.say(&format!("250 2.0.0 letter {number}")).await
            }
            Content::TooLarge => self.say(TOO_LARGE).await,
            Content::CutOff => Ok(After::HangUp),
        }
    }

    /// A reply after which the conversation goes on, as often as clients make mistakes at all.
    async fn mistake(&mut self, reply: &str) -> io::Result<After> {
        self.mistakes += 1;
        if self.mistakes < MOST_MISTAKES {
            return self.say(reply).await;
        }
        self.reply("421 4.7.0 too many mistakes").await?;
        Ok(After::HangUp)
    }

    async fn say(&mut self, reply: &str) -> io::Result<After> {
        self.reply(reply).await?;
        Ok(After::GoOn)
    }

    async fn reply(&mut self, reply: &str) -> io::Result<()> {
        self.write(&format!("{reply}\r\n")).await
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes()).await?;
        self.to.flush().await
    }
}

const TOO_LARGE: &str = "552 5.3.4 the mail is larger than this sink takes";

/// Ends when a client has had its time for one mail, or soon after the stop.
async fn patience_of(stopping: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(PATIENCE) => {}
        () = async { stopping.cancelled().await; tokio::time::sleep(GRACE).await } => {}
    }
}

/// The address and the parameters after it in `FROM:<address> parameters`.
fn path<'t>(text: &'t str, keyword: &str) -> Option<(&'t str, &'t str)> {
    let head = text.get(..keyword.len())?;
    let rest = text[keyword.len()..].trim_start().strip_prefix('<')?;
    let (address, parameters) = rest.split_once('>')?;
    head.eq_ignore_ascii_case(keyword)
        .then_some((address, parameters))
}

/// What stood between `DATA` and the last dot.
enum Content {
    Mail(Vec<u8>),
    TooLarge,
    /// The client went away before the dot: nothing was handed over.
    CutOff,
}

/// Reads a mail, the dots undone (RFC 5321, 4.5.2). Only a dot between two whole line ends is the
/// last one: a bare line feed ends no line, or a mail could smuggle in another.
async fn read_content(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Content> {
    let (mut mail, mut too_large) = (Vec::new(), false);
    let mut begins = true;
    loop {
        let line = read_line(from, LARGEST).await?;
        match line.end {
            End::CutOff => return Ok(Content::CutOff),
            End::Whole if begins && line.bytes == b".\r\n" => break,
            End::Whole | End::Bare => {}
        }
        let stuffed = begins && line.bytes.starts_with(b".");
        begins = line.end == End::Whole;
        let line_bytes = &line.bytes[usize::from(stuffed)..];
        too_large |= !line.whole || mail.len() + line_bytes.len() > LARGEST;
        if too_large {
            mail = Vec::new();
        } else {
            mail.extend_from_slice(line_bytes);
        }
    }
    Ok(if too_large {
        Content::TooLarge
    } else {
        Content::Mail(mail)
    })
}

/// A line with its end, or as much of it as there was room for.
struct Line {
    bytes: Vec<u8>,
    /// Whether there was room for all of it.
    whole: bool,
    end: End,
}

/// How a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With carriage return and line feed.
    Whole,
    /// With a line feed alone.
    Bare,
    /// Not at all: the client is gone.
    CutOff,
}

/// Reads up to the next line feed and keeps at most `room` bytes of it.
async fn read_line(from: &mut (impl AsyncBufRead + Unpin), room: usize) -> io::Result<Line> {
    let mut line = Line {
        bytes: Vec::new(),
        whole: true,
        end: End::CutOff,
    };
    let mut last = 0;
    loop {
        let read = from.fill_buf().await?;
        if read.is_empty() {
            return Ok(line);
        }
        let feed = read.iter().position(|&byte| byte == b'\n');
        let taken = feed.map_or(read.len(), |at| at + 1);
        if let Some(at) = feed {
            let before = at.checked_sub(1).map_or(last, |before| read[before]);
            line.end = if before == b'\r' {
                End::Whole
            } else {
                End::Bare
            };
        }
        last = read[taken - 1];
        let kept = taken.min(room - line.bytes.len());
        line.bytes.extend_from_slice(&read[..kept]);
        line.whole &= kept == taken;
        from.consume(taken);
        if feed.is_some() {
            return Ok(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// What the sink answers to all of this, sent at once and then ended, and what it keeps.
    async fn conversation(said: &[u8]) -> (String, Inbox) {
        let inbox = Inbox::default();
        let (client, server) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(server);
        let clock = Clock::set_at("2026-11-24T12:00:00Z".parse().unwrap());
        let sink = Conversation::new(read, write, inbox.clone(), clock);
        let (mut answers, mut to) = tokio::io::split(client);
        let mut answered = String::new();
        let talk = async {
            // A sink that has hung up takes no more.
            let _ = to.write_all(said).await;
            let _ = to.shutdown().await;
        };
        let (done, (), read) = tokio::join!(
            sink.run(CancellationToken::new()),
            talk,
            answers.read_to_string(&mut answered)
        );
        done.unwrap();
        read.unwrap();
        (answered, inbox)
    }

    /// The code of every reply, those of one `EHLO` as one.
    fn codes(answered: &str) -> Vec<&str> {
        let last = answered.lines().filter(|line| line.as_bytes()[3] == b' ');
        last.map(|line| &line[..3]).collect()
    }

    fn texts(inbox: &Inbox) -> Vec<String> {
        let mut letters = inbox.page("", None, 99).letters;
        letters.reverse();
        let texts = letters.iter().map(|letter| letter.read.text.clone());
        texts.collect()
    }

    const BEGIN: &str = "EHLO node.example\r\n";
    const ENVELOPE: &str =
        "MAIL FROM:<a@demo.invalid> SIZE=40 BODY=8BITMIME\r\nRCPT TO:<b@demo.invalid>\r\nDATA\r\n";

    #[tokio::test]
    async fn two_mails_are_taken_on_one_connection() {
        let said = format!(
            "{BEGIN}{ENVELOPE}Subject: one\r\n\r\n1\r\n.\r\n{ENVELOPE}Subject: two\r\n\r\n2\r\n.\r\nQUIT\r\n"
        );
        let (answered, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(
            codes(&answered),
            [
                "220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"
            ]
        );
        assert!(answered.contains("250 SIZE 2097152"), "{answered}");
        assert_eq!(texts(&inbox), ["1", "2"]);
        assert_eq!(inbox.find(1).unwrap().read.to, "b@demo.invalid");
    }

    #[tokio::test]
    async fn dots_at_the_beginning_of_lines_are_undone() {
        let said = format!("{BEGIN}{ENVELOPE}Subject: a\r\n\r\n..\r\n...b\r\nc.\r\n.\r\nQUIT\r\n");
        let (_, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(texts(&inbox), [".\r\n..b\r\nc."]);
    }

    #[tokio::test]
    async fn a_bare_line_feed_ends_neither_a_line_nor_a_mail() {
        let said = format!(
            "{BEGIN}{ENVELOPE}Subject: a\r\n\r\nx\n.\nMAIL FROM:<evil@demo.invalid>\n.\r\ny\r\n.\r\nQUIT\r\n"
        );
        let (answered, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(codes(&answered).last(), Some(&"221"));
        assert_eq!(inbox.page("", None, 9).total, 1);
        assert!(texts(&inbox)[0].ends_with(".\r\ny"), "{:?}", texts(&inbox));
    }

    #[tokio::test]
    async fn a_mail_that_is_too_large_is_refused_and_the_next_one_taken() {
        let line = format!("{}\r\n", "x".repeat(998));
        let large = line.repeat(LARGEST / line.len() + 1);
        let said = format!(
            "{BEGIN}{ENVELOPE}{large}.\r\n{ENVELOPE}Subject: b\r\n\r\nsmall\r\n.\r\nQUIT\r\n"
        );
        let (answered, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(
            codes(&answered)[4..],
            ["354", "552", "250", "250", "354", "250", "221"]
        );
        assert_eq!(texts(&inbox), ["small"]);
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_a_mail_that_is_too_large() {
        let said = format!(
            "{BEGIN}{ENVELOPE}{}\r\n.\r\nQUIT\r\n",
            "x".repeat(LARGEST + 1)
        );
        let (answered, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(codes(&answered)[4..], ["354", "552", "221"]);
        assert_eq!(inbox.page("", None, 9).total, 0);
    }

    #[tokio::test]
    async fn a_mail_announced_as_too_large_is_refused_at_once() {
        let said = format!("{BEGIN}MAIL FROM:<a@demo.invalid> SIZE=2097153\r\nQUIT\r\n");
        let (answered, _) = conversation(said.as_bytes()).await;
        assert_eq!(codes(&answered), ["220", "250", "552", "221"]);
    }

    #[tokio::test]
    async fn a_mail_that_is_cut_off_was_not_handed_over() {
        for cut in [
            "Subject: a\r\n\r\nhalf",
            "Subject: a\r\n\r\nhalf\r\n",
            ".",
            "\r\n.\r",
        ] {
            let (answered, inbox) =
                conversation(format!("{BEGIN}{ENVELOPE}{cut}").as_bytes()).await;
            assert_eq!(codes(&answered).last(), Some(&"354"), "{cut:?}");
            assert_eq!(inbox.page("", None, 9).total, 0, "{cut:?}");
        }
    }

    #[tokio::test]
    async fn commands_out_of_order_are_refused_and_a_reset_forgets() {
        let said = "MAIL FROM:<a@demo.invalid>\r\nhelo node\r\nRCPT TO:<b@demo.invalid>\r\nDATA\r\n\
                    mail from:<>\r\nMAIL FROM:<a@demo.invalid>\r\nDATA\r\nRCPT TO:nobody\r\nRSET\r\n\
                    RCPT TO:<b@demo.invalid>\r\nNOOP\r\nSTARTTLS\r\nWHAT\r\nQUIT\r\n";
        let (answered, inbox) = conversation(said.as_bytes()).await;
        assert_eq!(
            codes(&answered)[1..],
            [
                "503", "250", "503", "503", "250", "503", "554", "501", "250", "503", "250", "502",
                "500", "221"
            ]
        );
        assert_eq!(inbox.page("", None, 9).total, 0);
    }

    #[tokio::test]
    async fn whoever_speaks_no_smtp_is_hung_up_on() {
        let said = format!("{}{}", "x".repeat(3_000), "\r\nGET / HTTP/1.1".repeat(30));
        let (answered, _) = conversation(said.as_bytes()).await;
        let codes = codes(&answered);
        assert_eq!(codes.len(), 1 + MOST_MISTAKES as usize);
        assert_eq!(codes.last(), Some(&"421"));
    }

    #[tokio::test]
    async fn a_stop_ends_a_conversation_that_waits() {
        let (client, server) = tokio::io::duplex(1_024);
        let (read, write) = tokio::io::split(server);
        let sink = Conversation::new(read, write, Inbox::default(), Clock::system());
        let stopping = CancellationToken::new();
        stopping.cancel();
        sink.run(stopping).await.unwrap();
        let mut answered = String::new();
        let (mut answers, _to) = tokio::io::split(client);
        answers.read_to_string(&mut answered).await.unwrap();
        assert_eq!(codes(&answered), ["220", "421"]);
    }
}
