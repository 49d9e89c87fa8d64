//! The one place that writes to stdout; errors and progress go to stderr.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, StdoutLock, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
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
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work of which nobody knows how much is left: what it is, and how long it has taken.
    pub(crate) fn of(work: impl Display) -> Self {
        Self::on(
            ProgressDrawTarget::stderr(),
            None,
            "{spinner} {msg} {elapsed}",
            work,
        )
    }

    /// Work of so many steps, beside the lines that they print: on a terminal these are progress
    /// enough.
    pub(crate) fn of_steps(steps: usize, work: impl Display) -> Self {
        let target = if io::stdout().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = "{msg} {wide_bar} {pos} of {len}, {eta} left";
        Self::on(target, Some(steps as u64), style, work)
    }

    /// Work through a file: what is read of it moves the bar.
    pub(crate) fn of_file(file: File, work: impl Display) -> io::Result<impl Read> {
        let size = file.metadata()?.len();
        let style = "{msg} {wide_bar} {binary_bytes} of {binary_total_bytes}, {eta} left";
        let Self(bar) = Self::on(ProgressDrawTarget::stderr(), Some(size), style, work);
        Ok(bar.wrap_read(file))
    }

    fn on(target: ProgressDrawTarget, steps: Option<u64>, style: &str, work: impl Display) -> Self {
        let style = ProgressStyle::with_template(style).expect("a template of our own is sound");
        let bar = ProgressBar::with_draw_target(steps, target)
            .with_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "))
            .with_finish(ProgressFinish::AndClear)
            .with_message(work.to_string());
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Says what is going on now, in place of what was said before.
    pub(crate) fn say(&self, work: impl Display) {
        self.0.set_message(work.to_string());
    }

    /// One step more is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

/// How often the line is drawn, so that whoever waits sees it live.
const TICK: Duration = Duration::from_millis(100);

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
    use indicatif::InMemoryTerm;

    use super::*;

    /// A progress on a terminal that remembers what it shows.
    fn seen(steps: Option<u64>, style: &str) -> (InMemoryTerm, Progress) {
        let term = InMemoryTerm::new(4, 60);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        (
            term,
            Progress::on(target, steps, style, "reading list.xlsx"),
        )
    }

    #[test]
    fn progress_takes_one_line_and_leaves_none() {
        let (term, progress) = seen(None, "{msg}");
        progress.0.force_draw();
        assert_eq!(term.contents(), "reading list.xlsx");
        progress.say(format_args!("taking in {} plants", 3));
        progress.0.force_draw();
        assert_eq!(term.contents(), "taking in 3 plants");
        drop(progress);
        assert_eq!(term.contents(), "");
    }

    #[test]
    fn a_bar_moves_by_steps() {
        let (term, progress) = seen(Some(3), "{pos} of {len}");
        progress.step();
        progress.step();
        progress.0.force_draw();
        assert_eq!(term.contents(), "2 of 3");
    }
}
