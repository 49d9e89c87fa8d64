//! The directory of a demonstration, and what it remembers of an earlier run.
//!
//! [`Memory`] is a file beside the database. It says that a demonstration filled the database, so
//! that a later one may go on with it, and where the plants of its list take their webhooks. By
//! the id of one account it knows the database again: a database that holds a record and is not
//! that one is refused before a node is started on it, or its letters would be sent to the inbox.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::cli::Failure;
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::domain::id::UserId;
use crate::keyring::{Keyring, KeyringError};
use crate::service;
use crate::store::{account, health};

/// The name of the file.
const MEMORY: &str = "demo.toml";

/// The first lines of the file.
const REMARK: &str = "# `qingkong demo` has filled the database of this directory, and goes on with it.\n\
                      # The enterprises of its list take their webhooks below the inbox.\n";

/// Where a demonstration keeps its files.
pub(super) enum Home {
    /// For as long as it runs.
    Temporary(TempDir),
    /// For good.
    Kept(PathBuf),
}

/// What an earlier run left to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    /// The address of its inbox.
    pub(super) inbox: SocketAddr,
    /// How many enterprises it made up.
    pub(super) enterprises: usize,
    /// The account of its first officer.
    pub(super) officer: UserId,
}

impl Home {
    /// The directory named, made when missing; else one that ends with the demonstration.
    pub(super) fn open(dir: Option<&Path>) -> anyhow::Result<Self> {
        let Some(dir) = dir else {
            let temporary = tempfile::Builder::new().prefix("qingkong-demo-").tempdir();
            return Ok(Self::Temporary(
                temporary.context("cannot make a temporary directory")?,
            ));
        };
        service::make_data_dir(dir)?;
        Ok(Self::Kept(dir.to_owned()))
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(dir) => dir,
        }
    }

    /// Whether its files outlive the demonstration.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Where the keyring of this directory is.
    pub(super) fn keyring(&self) -> PathBuf {
        self.path().join("keyring.toml")
    }

    /// Makes the keyring where there is none: on a server's database a node makes none itself.
    pub(super) fn make_keyring(&self) -> Result<(), KeyringError> {
        let path = self.keyring();
        if path.exists() {
            return Ok(());
        }
        Keyring::generate(&Ids::system(), Clock::system().now()).create(&path)
    }

    /// What an earlier run left, if one did.
    pub(super) fn recall(&self) -> Result<Option<Memory>, Failure> {
        let path = self.path().join(MEMORY);
        if !path.exists() {
            return Ok(None);
        }
        let read = || {
            let text = fs::read_to_string(&path)?;
            anyhow::Ok(toml::from_str(&text)?)
        };
        let memory = read().with_context(|| format!("`{}` cannot be read", path.display()));
        memory.map(Some).map_err(Failure::Input)
    }

    /// Leaves word for a later run.
    pub(super) fn remember(&self, memory: &Memory) -> anyhow::Result<()> {
        let path = self.path().join(MEMORY);
        let text = toml::to_string(memory)?;
        fs::write(&path, format!("{REMARK}{text}"))
            .with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// Whether the configured database is the one an earlier run filled. One that holds any other
/// record is refused, and nothing is changed in it.
pub(super) async fn is_filled(config: &Config, memory: Option<&Memory>) -> Result<bool, Failure> {
    let db = service::open_database(config).await?;
    let found = async {
        let mut tx = db.read().await?;
        if !health::holds_record(&mut tx).await? {
            return anyhow::Ok(Some(false));
        }
        let Some(memory) = memory else {
            return Ok(None);
        };
        let officer = account::find_account_by_id(&mut tx, memory.officer).await?;
        Ok(officer.map(|_| true))
    };
    let found = found.await.context("cannot look into the database");
    db.close().await;
    found?.ok_or_else(|| {
        Failure::Failed(anyhow!(
            "the database holds a record that no demonstration with this directory has made; \
             nothing was changed. Name an empty database, or by --data the directory of the \
             demonstration that filled it"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_leaves_is_recalled_by_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(Some(&dir.path().join("a/b"))).unwrap();
        assert_eq!(home.recall().ok(), Some(None));
        let memory = Memory {
            inbox: "127.0.0.1:41000".parse().unwrap(),
            enterprises: 60,
            officer: UserId(Ids::seeded(1).uuid_v7(Clock::system().now())),
        };
        home.remember(&memory).unwrap();
        assert_eq!(home.recall().ok(), Some(Some(memory)));
        fs::write(home.path().join(MEMORY), "inbox = 7\n").unwrap();
        assert!(matches!(home.recall(), Err(Failure::Input(_))));
    }

    #[test]
    fn a_temporary_directory_ends_with_the_demonstration_and_a_named_one_stays() {
        let temporary = Home::open(None).unwrap();
        let path = temporary.path().to_owned();
        assert!(path.exists() && !temporary.is_kept());
        drop(temporary);
        assert!(!path.exists());
        let dir = tempfile::tempdir().unwrap();
        let named = Home::open(Some(dir.path())).unwrap();
        assert!(named.is_kept());
        drop(named);
        assert!(dir.path().exists());
    }
}
