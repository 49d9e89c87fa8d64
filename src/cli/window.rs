//! `--window`: how the commands that judge cut days out of hours.

use anyhow::bail;

use super::print;
use crate::domain::trigger::{Rules, Window};

/// How a day is cut out of the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum WindowWord {
    /// Midnight to midnight
    NaturalDay,
    /// Any 24 hours, from hours
    #[value(name = "rolling-24h")]
    Rolling24h,
}

impl WindowWord {
    /// As it is written on the command line.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NaturalDay => "natural-day",
            Self::Rolling24h => "rolling-24h",
        }
    }

    /// In Chinese: `按自然日`, `按连续24小时`.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::NaturalDay => "按自然日",
            Self::Rolling24h => "按连续24小时",
        }
    }

    /// Refuses rules that count days otherwise, and a file of days where hours are needed.
    pub(super) fn check(self, rules: &Rules, file: &str, hourly: bool) -> anyhow::Result<()> {
        let word = self.as_str();
        if !rules.windows.contains(&self.into()) {
            bail!(
                "the rules {} do not count days by --window {word}",
                rules.id
            );
        }
        if self == Self::Rolling24h && !hourly {
            bail!(
                "{file}: found daily values: expected hours, a column `time`, for --window {word}"
            );
        }
        let first = rules.windows.first();
        if self == Self::NaturalDay && first == Some(&Window::Rolling24h) && hourly {
            let rolling = Self::Rolling24h.as_str();
            print::note(format_args!(
                "these are natural days; {} counts any 24 hours: --window {rolling}",
                rules.id
            ));
        }
        Ok(())
    }
}

impl From<WindowWord> for Window {
    fn from(word: WindowWord) -> Self {
        match word {
            WindowWord::NaturalDay => Self::NaturalDay,
            WindowWord::Rolling24h => Self::Rolling24h,
        }
    }
}
