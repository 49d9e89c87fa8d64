//! The one place that writes to stdout; errors and progress go to stderr.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stderr, StdoutLock, Write};

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

    /// A value as JSON, or what a person reads of it.
    pub(crate) fn json_or<T: Display>(
        &mut self,
        json: bool,
        value: &impl Serialize,
        text: impl FnOnce() -> T,
    ) -> io::Result<()> {
        if json {
            self.json(value)
        } else {
            self.line(text())
        }
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

/// What is going on, on the last line of a terminal; nothing is said elsewhere. The line goes when
/// this does.
#[derive(Debug)]
pub(crate) struct Progress<W: Write = Stderr>(Option<W>);

impl Progress {
    pub(crate) fn on_stderr() -> Self {
        let stderr = io::stderr();
        Self(stderr.is_terminal().then_some(stderr))
    }
}

impl<W: Write> Progress<W> {
    /// Says what is going on now, in place of what was said before.
    pub(crate) fn say(&mut self, text: impl Display) {
        self.write(format_args!("{CLEARED}{text}"));
    }

    fn write(&mut self, text: impl Display) {
        if let Some(out) = &mut self.0 {
            // Whom it cannot be told does not need it either.
            let _ = write!(out, "{text}").and_then(|()| out.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.write(CLEARED);
    }
}

/// Back to the beginning of the line, and nothing on it.
const CLEARED: &str = "\r\x1b[2K";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_takes_one_line_and_leaves_none() {
        let mut said = Vec::new();
        let mut progress = Progress(Some(&mut said));
        progress.say("reading list.xlsx");
        progress.say(format_args!("taking in {} plants", 3));
        drop(progress);
        let said = String::from_utf8(said).unwrap();
        let lines: Vec<_> = said.split(CLEARED).collect();
        assert_eq!(lines, ["", "reading list.xlsx", "taking in 3 plants", ""]);
    }
}
