//! The programs beside us: who takes messages, and who else sends them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::Settings;
use crate::program::{Peer, free_port, http, installed, start};

/// Where the programs are that are at hand.
pub(crate) struct Programs {
    sink: Option<PathBuf>,
    dispatch: Option<PathBuf>,
    alertmanager: Option<PathBuf>,
    smtp_sink: Option<PathBuf>,
    smtp_source: Option<PathBuf>,
}

impl Programs {
    /// Those of the folder, and those of the system.
    pub(crate) fn find(settings: &Settings) -> Self {
        Self {
            sink: settings.anchor("sink"),
            dispatch: settings.anchor("dispatch"),
            alertmanager: installed("prometheus-alertmanager"),
            smtp_sink: installed("smtp-sink"),
            smtp_source: installed("smtp-source"),
        }
    }

    /// Whoever takes webhooks.
    pub(crate) fn sink(&self) -> anyhow::Result<Option<Peer>> {
        self.sink
            .as_ref()
            .map(|program| {
                let port = free_port()?;
                let sink = start(program, &["--port", &port.to_string()], port)?;
                http(port, "POST", "/_reset", "")?;
                Ok(sink)
            })
            .transpose()
    }

    /// Whoever takes mail.
    pub(crate) fn smtp_sink(&self) -> anyhow::Result<Option<Peer>> {
        let Some(program) = &self.smtp_sink else {
            return Ok(None);
        };
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let backlog = [address.as_str(), "1000"];
        // Root is to be told whom else to be.
        let nobody = ["-u", "nobody"];
        let is_root = fs::metadata("/proc/self")?.uid() == 0;
        let arguments = [if is_root { &nobody[..] } else { &[] }, &backlog].concat();
        start(program, &arguments, port).map(Some)
    }

    /// Requests a second of a bare HTTP client.
    pub(crate) fn bare_client(
        &self,
        sink: &Peer,
        messages: u32,
        connections: usize,
    ) -> anyhow::Result<Option<f64>> {
        let Some(program) = &self.dispatch else {
            return Ok(None);
        };
        let run = Command::new(program)
            .args(["--kind", "hyper", "--n", &messages.to_string()])
            .args(["--conns", &connections.to_string()])
            .args(["--url", &format!("http://127.0.0.1:{}/h", sink.port)])
            .stderr(Stdio::null())
            .output()?;
        let printed: Value = serde_json::from_slice(&run.stdout)?;
        Ok(printed["rate"].as_f64())
    }

    /// Notifications a second of Alertmanager, from the first alert posted to the last taken.
    pub(crate) fn alertmanager(&self, sink: &Peer, alerts: u32) -> anyhow::Result<Option<f64>> {
        const BATCH: u32 = 500;
        let Some(program) = &self.alertmanager else {
            return Ok(None);
        };
        let home = tempfile::tempdir()?;
        let path = |name| home.path().join(name).display().to_string();
        fs::write(path("am.yml"), routing(sink.port))?;
        let port = free_port()?;
        let arguments = [
            &format!("--config.file={}", path("am.yml")),
            &format!("--storage.path={}", path("data")),
            &format!("--web.listen-address=127.0.0.1:{port}"),
            "--cluster.listen-address=",
            "--log.level=error",
        ];
        let peer = start(program, &arguments, port)?;
        http(sink.port, "POST", "/_reset", "")?;
        let begun = Instant::now();
        for first in (0..alerts).step_by(BATCH as usize) {
            let batch: Vec<Value> = (first..alerts.min(first + BATCH)).map(alert).collect();
            http(
                peer.port,
                "POST",
                "/api/v2/alerts",
                &json!(batch).to_string(),
            )?;
        }
        while taken(sink)? < u64::from(alerts) {
            ensure!(
                begun.elapsed() < Duration::from_mins(10),
                "Alertmanager does not end"
            );
            sleep(Duration::from_millis(20));
        }
        Ok(Some(f64::from(alerts) / begun.elapsed().as_secs_f64()))
    }

    /// Mails a second of postfix's own source, connections kept, 700 bytes each.
    pub(crate) fn smtp_source(
        &self,
        sink: &Peer,
        mails: u32,
        connections: usize,
    ) -> anyhow::Result<Option<f64>> {
        let Some(program) = &self.smtp_source else {
            return Ok(None);
        };
        let settings = tempfile::tempdir()?;
        fs::write(settings.path().join("main.cf"), "")?;
        let begun = Instant::now();
        let run = Command::new(program)
            .env("MAIL_CONFIG", settings.path())
            .args([
                "-d",
                "-s",
                &connections.to_string(),
                "-m",
                &mails.to_string(),
            ])
            .args(["-l", "700", "-f", "a@example.org", "-t", "b@example.org"])
            .arg(format!("127.0.0.1:{}", sink.port))
            .output()?;
        let seconds = begun.elapsed().as_secs_f64();
        ensure!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        Ok(Some(f64::from(mails) / seconds))
    }
}

/// Every alert a group of its own, told at once.
fn routing(port: u16) -> String {
    format!(
        "route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 5m
  repeat_interval: 4h
receivers:
- name: hook
  webhook_configs:
  - url: http://127.0.0.1:{port}/am
    send_resolved: false
"
    )
}

fn alert(number: u32) -> Value {
    json!({
        "labels": {
            "alertname": "HeavyPollution", "enterprise": number.to_string(), "level": "orange",
        },
        "annotations": { "measures": "1号水泥磨 停产；2号水泥磨 停产" },
    })
}

/// How many alerts a sink has taken.
fn taken(sink: &Peer) -> anyhow::Result<u64> {
    let figures: Value = serde_json::from_str(&http(sink.port, "GET", "/_stats", "")?)?;
    figures["alerts"].as_u64().context("a sink counts alerts")
}
