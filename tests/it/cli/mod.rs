//! The command line as an operator meets it: arguments and input in; exit code, stdout, stderr out.

use std::io::Write;
use std::process::{Command, Stdio};

mod aqi;
mod assess;
mod demo;
mod doctor;
mod enroll;
mod import;
mod node;
pub(crate) mod replay;
mod sheet;

/// What a command left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The lines of stdout as JSON, of a command that succeeded.
    fn json_lines(&self) -> Vec<serde_json::Value> {
        assert_eq!(self.status, 0, "{}", self.stderr);
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// That it was refused as wrong input, with this said and nothing printed.
    #[track_caller]
    pub(crate) fn assert_refused(&self, said: &str) {
        let expected = Run {
            status: 2,
            stdout: String::new(),
            stderr: format!("qingkong: {said}\n"),
        };
        assert_eq!(*self, expected);
    }
}

/// Runs the program in the root of the repository, with nothing on standard input.
pub(crate) fn qingkong(args: &[&str]) -> Run {
    qingkong_reading(b"", args)
}

/// Runs the program with these bytes on standard input.
fn qingkong_reading(input: &[u8], args: &[&str]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qingkong"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A thread of its own, so that neither side waits for the other with full hands.
    let feeding = std::thread::spawn(move || match stdin.write_all(&input) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("{error}"),
        _ => {}
    });
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
