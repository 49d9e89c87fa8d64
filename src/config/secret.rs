//! Secrets of the configuration: they can be used, but not seen.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

/// A password or key. Its `Debug` shows that there is one, never what it is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret held in memory.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret in a file, without the line end an editor leaves behind it.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("no secret in `{}`", path.display()))?;
        let secret = text.trim_end_matches(['\r', '\n']);
        ensure!(!secret.is_empty(), "`{}` is empty", path.display());
        Ok(Self::new(secret))
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("opensesame")), "Secret(…)");
    }

    #[test]
    fn a_secret_file_ends_before_its_line_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"open sesame \r\n").unwrap();
        assert_eq!(
            Secret::from_file(file.path()).unwrap().reveal(),
            "open sesame "
        );
    }

    #[test]
    fn an_empty_secret_file_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Secret::from_file(file.path()).is_err());
    }
}
