//! A file of the playbook → what it states, or its fault with path and line.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;

/// Why a file of the playbook was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {what}")]
pub struct PlaybookFault {
    /// The path of the file, as it was named.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub what: String,
}

/// What is wrong with a text, and where in it.
pub(crate) struct Wrong {
    span: Range<usize>,
    what: String,
}

impl Wrong {
    pub(crate) fn at<T>(place: &Spanned<T>, what: impl Into<String>) -> Self {
        Self::over(place.span(), what)
    }

    pub(crate) fn over(span: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            span,
            what: what.into(),
        }
    }
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Self {
        Self {
            span: error.span().unwrap_or_default(),
            what: error.message().replace('\n', ", "),
        }
    }
}

/// Reads a file and checks what it says.
pub(crate) fn read<F: DeserializeOwned, T>(
    path: &str,
    text: &str,
    check: impl FnOnce(F) -> Result<T, Wrong>,
) -> Result<T, PlaybookFault> {
    let read = toml::from_str::<F>(text).map_err(Wrong::from);
    read.and_then(check)
        .map_err(|Wrong { span, what }| PlaybookFault {
            path: path.to_owned(),
            line: 1 + text[..span.start].matches('\n').count(),
            what,
        })
}
