//! How soon a node is ready, and what it holds when it has nothing to do.
//!
//! Timed is from the start of the program until its port answers that it is ready: `serve` on a
//! directory that does not exist yet, `demo` with its list and its accounts; beside them
//! Alertmanager, where it is installed. Memory is what is resident (`VmRSS`) a second later.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::Settings;
use crate::program::{Ended, free_port, http, installed};
use crate::rig::{figure, median};

const OURS: &str = env!("CARGO_BIN_EXE_qingkong");

#[derive(clap::Args)]
pub(crate) struct Args {}

/// One start.
struct Started {
    seconds: f64,
    megabytes: f64,
}

pub(crate) fn bench(settings: &Settings) -> anyhow::Result<()> {
    let (mut serve, mut demo, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..settings.reps {
        serve.push(ours("serve")?);
        demo.push(ours("demo")?);
        peer.extend(alertmanager()?);
    }
    let seconds = |starts: &[Started]| median(starts.iter().map(|start| start.seconds));
    let megabytes = |starts: &[Started]| median(starts.iter().map(|start| start.megabytes));
    println!("what | ready after s | resident MB | to Alertmanager");
    for (what, starts) in [("serve", &serve), ("demo", &demo), ("Alertmanager", &peer)] {
        let ratio = seconds(starts).zip(seconds(&peer));
        println!(
            "{what} | {} | {} | {}",
            figure(seconds(starts), 3),
            figure(megabytes(starts), 1),
            figure(ratio.map(|(ours, its)| ours / its), 2),
        );
    }
    Ok(())
}

fn ours(command: &str) -> anyhow::Result<Started> {
    let (home, port) = (tempfile::tempdir()?, free_port()?);
    let listen = format!("127.0.0.1:{port}");
    let mut arguments: Vec<OsString> = vec![command.into(), "--listen".into(), listen.into()];
    if command == "demo" {
        arguments.extend(["--data".into(), home.path().join("demo").into()]);
    }
    start(Path::new(OURS), &arguments, home.path(), (port, "/readyz"))
}

fn alertmanager() -> anyhow::Result<Option<Started>> {
    let Some(program) = installed("prometheus-alertmanager") else {
        return Ok(None);
    };
    let (home, port) = (tempfile::tempdir()?, free_port()?);
    let settings = "route:\n  receiver: nobody\nreceivers:\n- name: nobody\n";
    fs::write(home.path().join("am.yml"), settings)?;
    let arguments = [
        "--config.file=am.yml".into(),
        "--storage.path=data".into(),
        format!("--web.listen-address=127.0.0.1:{port}").into(),
        "--cluster.listen-address=".into(),
    ];
    start(&program, &arguments, home.path(), (port, "/-/ready")).map(Some)
}

/// Starts a program in a directory, waits until it is ready, looks at it, and ends it.
fn start(
    program: &Path,
    arguments: &[OsString],
    home: &Path,
    (port, ready): (u16, &str),
) -> anyhow::Result<Started> {
    let begun = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let child = Ended(child);
    while http(port, "GET", ready, "").is_err() {
        if begun.elapsed() > Duration::from_mins(1) {
            bail!("{} does not get ready", program.display());
        }
        sleep(Duration::from_millis(2));
    }
    let seconds = begun.elapsed().as_secs_f64();
    sleep(Duration::from_secs(1));
    Ok(Started {
        seconds,
        megabytes: resident(&child.0)?,
    })
}

fn resident(child: &Child) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no `VmRSS`")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
