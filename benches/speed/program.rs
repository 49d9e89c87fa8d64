//! Programs that run beside us.

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

/// A program that takes connections at a port, and ends with this.
pub(crate) struct Peer {
    pub(crate) port: u16,
    program: Ended,
}

impl Peer {
    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.program.0.id()
    }
}

/// A program that ends with this.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Ended already is ended, too.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program of the system, those for administrators included.
#[expect(
    clippy::disallowed_methods,
    reason = "where a system keeps its programs is said nowhere else"
)]
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.exists())
}

pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Starts a program and waits until it takes connections.
pub(crate) fn start(program: &Path, arguments: &[&str], port: u16) -> anyhow::Result<Peer> {
    let child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let peer = Peer {
        port,
        program: Ended(child),
    };
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(peer);
        }
        sleep(Duration::from_millis(20));
    }
    bail!("{} does not take connections", program.display())
}

/// One request over a connection of its own; answers with the body.
pub(crate) fn http(port: u16, method: &str, path: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.contains(" 200 "), "{method} {path}: {head}");
    Ok(body.to_owned())
}
