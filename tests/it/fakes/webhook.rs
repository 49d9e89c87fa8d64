//! An HTTP endpoint that misbehaves on demand: it answers as scripted, hangs, redirects, or pours
//! out a body without end. It speaks HTTP/1.1 by hand, since a well-behaved library will not.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// How one request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A status line, and further header lines, each ended by `\r\n`.
    Status(&'static str, &'static str),
    /// Nothing, for ever.
    Hang,
    /// The connection is closed without a word.
    HangUp,
    /// 200, and a body that does not end.
    EndlessBody,
    /// 200, the first bytes of a body, and then nothing.
    StalledBody,
    /// 204, once [`Endpoint::open`] has been called.
    Gated,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    /// Name in lower case, and value.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A running endpoint; it dies with its value.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    /// What comes next; 204 when the script is over.
    script: Mutex<VecDeque<Answer>>,
    requests: watch::Sender<Vec<Request>>,
    connections: Mutex<u32>,
    gate: watch::Sender<bool>,
}

impl Endpoint {
    pub(crate) async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into_iter().collect()),
            requests: watch::Sender::default(),
            connections: Mutex::default(),
            gate: watch::Sender::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            task: spawn(serve(listener, Arc::clone(&shared))),
            shared,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.borrow().clone()
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.shared.connections.lock().unwrap()
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn arrived(&self, count: usize) {
        let mut requests = self.shared.requests.subscribe();
        let enough = requests.wait_for(|requests| requests.len() >= count);
        enough.await.unwrap();
    }

    /// Lets every gated request through.
    pub(crate) fn open(&self) {
        self.shared.gate.send_replace(true);
    }
}

impl Drop for Endpoint {
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
        *shared.connections.lock().unwrap() += 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // A client that goes away ends its conversation, which is all there is to it.
            let _ = converse(&shared, stream).await;
        });
    }
}

async fn converse(shared: &Shared, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let answer = shared.script.lock().unwrap().pop_front();
        shared
            .requests
            .send_modify(|requests| requests.push(request));
        match answer.unwrap_or(Answer::Status("204 No Content", "")) {
            Answer::Status(status, headers) => {
                let length = if status.starts_with("204") {
                    ""
                } else {
                    "content-length: 0\r\n"
                };
                let head = format!("HTTP/1.1 {status}\r\n{headers}{length}\r\n");
                stream.get_mut().write_all(head.as_bytes()).await?;
            }
            Answer::Gated => {
                let mut gate = shared.gate.subscribe();
                let _ = gate.wait_for(|open| *open).await;
                let head = b"HTTP/1.1 204 No Content\r\n\r\n";
                stream.get_mut().write_all(head).await?;
            }
            Answer::EndlessBody => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
                stream.get_mut().write_all(head).await?;
                loop {
                    stream.get_mut().write_all(&[b'x'; 8192]).await?;
                }
            }
            Answer::StalledBody => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst";
                stream.get_mut().write_all(head).await?;
                std::future::pending::<()>().await;
            }
            Answer::Hang => std::future::pending().await,
            Answer::HangUp => return Ok(()),
        }
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        head.push(line.to_owned());
    }
    let headers: Vec<_> = head[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request {
        line: head[0].clone(),
        headers,
        body: Vec::new(),
    };
    let length = request.header("content-length").parse().unwrap_or(0);
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}
