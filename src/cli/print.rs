//! The one place that writes to stdout; errors and progress go to stderr.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

/// What a command prints: lines for people, or JSON Lines for machines.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<StdoutLock<'static>>,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        Self {
            stdout: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        }
    }

    /// One line of text.
    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.stdout, "{text}")
    }

    /// One JSON value on one line.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.stdout, value)?;
        self.stdout.write_all(b"\n")
    }

    /// Where a command writes that prints a file.
    pub(crate) fn bytes(&mut self) -> &mut impl Write {
        &mut self.stdout
    }

    /// Everything printed so far is handed to the reader.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// An error with its chain of causes, on stderr.
pub(crate) fn error(error: &anyhow::Error) {
    // A reader that has gone away leaves nobody to tell.
    let _ = writeln!(io::stderr(), "qingkong: {error:#}");
}

/// Something to know beside what is printed, on stderr.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "qingkong: {text}");
}

/// Whether the reader of our output has gone away, as `head` does: no failure of ours.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
