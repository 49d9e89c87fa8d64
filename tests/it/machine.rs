//! One machine of an operator: its files, and the command line over them.

use std::path::PathBuf;

use qingkong::app::journal;
use tempfile::TempDir;

use crate::cli::{Run, qingkong};
use crate::world::World;

/// A directory for the files of one machine, with a configuration for the command line.
pub(crate) struct Machine {
    files: TempDir,
}

impl Machine {
    pub(crate) fn for_database(url: &str) -> Self {
        let files = tempfile::tempdir().unwrap();
        let text = format!(
            "data_dir = '{0}'\n[database]\nurl = '{url}'\n[keyring]\nfile = '{0}/ring.toml'\n",
            files.path().display()
        );
        std::fs::write(files.path().join("qingkong.toml"), text).unwrap();
        Self { files }
    }

    /// The machine a world runs on: with its keyring and the heads it has told.
    pub(crate) fn of(world: &World) -> Self {
        let machine = Self::for_database(world.db.url());
        std::fs::copy(world.config.keyring_file(), machine.path("ring.toml")).unwrap();
        let told = world.config.in_data_dir(journal::head::FILE);
        if told.exists() {
            std::fs::copy(told, machine.head()).unwrap();
        }
        machine
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    pub(crate) fn head(&self) -> PathBuf {
        self.path(journal::head::FILE)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let config = self.path("qingkong.toml").display().to_string();
        qingkong(&[args, &["--config", &config]].concat())
    }

    /// The same, of a command that succeeds.
    pub(crate) fn done(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.status, 0, "{args:?}: {}{}", run.stdout, run.stderr);
        run
    }
}
