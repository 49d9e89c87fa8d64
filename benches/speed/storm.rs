//! A storm: many connections, each asking as fast as it is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rig::processor_seconds_of;

/// How a storm went.
pub(crate) struct Storm {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Of a hundred answers, one took longer than this.
    pub(crate) p99: Duration,
    /// Processor time of whoever answered, for each answer, in microseconds.
    pub(crate) processor: Option<f64>,
}

/// Sends every request once to a process, over so many kept connections; every answer must have the
/// status.
///
/// One thread does it all, so that the other core is left to whoever answers.
pub(crate) fn storm(
    process: u32,
    port: u16,
    requests: Vec<String>,
    connections: usize,
    status: &'static str,
) -> anyhow::Result<Storm> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
        let mut visitors = JoinSet::new();
        let cpu = || processor_seconds_of(&process.to_string());
        let (start, cpu_before) = (Instant::now(), cpu());
        for _ in 0..connections {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            visitors.spawn(async move {
                let mut waits = Vec::new();
                let mut visitor = Visitor::connect(address).await?;
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let asked = Instant::now();
                    visitor.ask(request, status).await?;
                    waits.push(asked.elapsed());
                }
                anyhow::Ok(waits)
            });
        }
        let mut waits = Vec::with_capacity(requests.len());
        while let Some(visited) = visitors.join_next().await {
            waits.extend(visited??);
        }
        let seconds = start.elapsed().as_secs_f64();
        let spent = cpu().zip(cpu_before).map(|(after, before)| after - before);
        waits.sort_unstable();
        let count = u32::try_from(waits.len())?;
        Ok(Storm {
            rate: f64::from(count) / seconds,
            p99: waits
                .get(waits.len() * 99 / 100)
                .copied()
                .unwrap_or_default(),
            processor: spent.map(|spent| spent * 1e6 / f64::from(count)),
        })
    })
}

struct Visitor {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Visitor {
    async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(4096),
        })
    }

    async fn ask(&mut self, request: &str, status: &str) -> anyhow::Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await?;
            ensure!(read > 0, "the connection was closed");
            if let Some(length) = whole(&self.answer) {
                let answer = &self.answer[..length.min(self.answer.len())];
                let head = std::str::from_utf8(answer).context("an answer in words")?;
                let found = head.get(9..12).unwrap_or_default();
                ensure!(found == status, "answered {head}");
                return Ok(());
            }
        }
    }
}

/// The length of an answer that is here as a whole.
fn whole(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let fields = std::str::from_utf8(&answer[..head]).ok()?;
    let body = fields
        .split("\r\n")
        .filter_map(|field| field.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap_or(0));
    (answer.len() >= head + body).then_some(head + body)
}
