//! Playbooks in the record: which files are in force, and what they say.
//!
//! Files are read once, when they are [activated](App::activate_playbook): a journalled act that
//! keeps every file under the digest of its text, and the list of them under its own. From then on
//! the record is what counts. A draft is judged by the [active](App::active_playbook) playbook and
//! remembers its digest; whoever looks at it later reads [that one](App::playbook), whatever has
//! been activated since. Editing a file changes nothing until somebody activates it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable};
use super::{App, Begun, Caller, Error, FieldError, Idempotency, Right};
use crate::domain::time::{from_millis, rfc3339};
use crate::playbooks::{File, Files};
use crate::store::playbook::{Activation, Manifest};
use crate::store::{Tx, counter, playbook, record};

mod read;
mod sample;

pub use self::read::{Faults, Playbook};

/// The playbooks read so far, by digest; clones share them. What has a digest never changes.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<HashMap<String, Arc<Playbook>>>>);

/// What became of an activation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// The digest of the playbook in force now.
    pub digest: String,
    /// Whether another was in force before.
    pub changed: bool,
    /// The paths of files that were added, removed or changed.
    pub files: Vec<String>,
}

/// The playbook in force, as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct InForce {
    /// Its digest.
    pub digest: String,
    /// Since when, with its offset.
    pub activated_at: String,
    /// By whom.
    pub activated_by: String,
    /// The paths of its files and their digests.
    pub files: Vec<(String, String)>,
}

/// How the files at hand and the playbook in force compare when a node starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStart {
    /// Nothing was in force: the files at hand are now.
    Activated,
    /// They are the same.
    Same,
    /// They differ; what is in force stays.
    Differ,
}

impl App {
    /// The playbook with a digest.
    pub async fn playbook(&self, digest: &str) -> Result<Arc<Playbook>, Error> {
        if let Some(known) = self.shelf.find(digest) {
            return Ok(known);
        }
        let files = {
            let mut tx = self.db.read().await?;
            files_of(&mut tx, digest).await?
        };
        let read = tokio::task::spawn_blocking(|| Playbook::of_record(files));
        let read = read.await.map_err(Error::internal)?;
        Ok(self.shelf.put(read.map_err(Error::internal)?))
    }

    /// The playbook new drafts use.
    pub async fn active_playbook(&self) -> Result<Arc<Playbook>, Error> {
        let active = {
            let mut tx = self.db.read().await?;
            playbook::find_active(&mut tx).await?
        };
        let active = active.ok_or_else(none_active)?;
        self.playbook(&active.playbook).await
    }

    /// What is in force, and since when.
    pub async fn playbook_in_force(&self, caller: &Caller) -> Result<InForce, Error> {
        caller.has(Right::SeeWarnings)?;
        let mut tx = self.db.read().await?;
        let active = playbook::find_active(&mut tx)
            .await?
            .ok_or_else(none_active)?;
        let manifest = playbook::find_manifest(&mut tx, &active.playbook).await?;
        let files = manifest.map(|manifest| manifest.files).unwrap_or_default();
        let files = playbook::entries_of(&files);
        Ok(InForce {
            activated_at: from_millis(active.activated_at)
                .map(rfc3339)
                .unwrap_or_default(),
            activated_by: active.activated_by,
            files: files
                .map(|(path, digest)| (path.to_owned(), digest.to_owned()))
                .collect(),
            digest: active.playbook,
        })
    }

    /// Puts files in force. Files that are wrong, or contradict one another, are refused with every
    /// fault; those that are in force already stay so, without an act.
    pub async fn activate_playbook(
        &self,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
        files: Files,
    ) -> Result<Activated, Error> {
        caller.has(Right::ActivatePlaybooks)?;
        let read = tokio::task::spawn_blocking(|| Playbook::read(files));
        let playbook = read.await.map_err(Error::internal)?.map_err(invalid)?;
        let playbook = self.shelf.put(playbook);
        let mut act = match self.begin(caller, idempotency).await? {
            Begun::Replayed(activated) => return Ok(activated),
            Begun::Fresh(act) => act,
        };
        // The series makes two that come at once take turns, so the later one sees the earlier.
        let seq = counter::allocate(&mut act.tx, "playbook_activation", 1).await?;
        let before = playbook::find_active(&mut act.tx).await?;
        let digest = playbook.digest().to_owned();
        if before
            .as_ref()
            .is_some_and(|before| before.playbook == digest)
        {
            return Ok(Activated {
                digest,
                changed: false,
                files: Vec::new(),
            });
        }
        let earlier = match &before {
            Some(before) => playbook::find_manifest(&mut act.tx, &before.playbook).await?,
            None => None,
        };
        let earlier = earlier.map(|manifest| manifest.files).unwrap_or_default();
        let activation = Activation {
            seq,
            playbook: digest.clone(),
            activated_at: act.now.timestamp_millis(),
            activated_by: journal::actor(caller),
        };
        keep(&mut act.tx, &playbook, &activation).await?;
        let changed = changed(&earlier, &playbook.files().manifest());
        let body = json!({
            "playbook": digest,
            "before": before.map(|before| before.playbook),
            "files": changed,
        });
        let rows = record::vouch(&mut act.tx, RowTable::PlaybookActivation, seq, seq).await?;
        let subject = format!("playbook/{digest}");
        let entry =
            Entry::new("playbook.activated", subject, caller, act.now, body).vouching([rows]);
        journal::record(&mut act.tx, &self.ids, entry).await?;
        act.commit(Activated {
            digest,
            changed: true,
            files: changed,
        })
        .await
    }

    /// The files at hand: those shipped, and a directory's over them, else the configured one's.
    pub fn files_at_hand(&self, dir: Option<&std::path::Path>) -> anyhow::Result<Files> {
        Files::at_hand(dir.or(self.config.playbooks.dir.as_deref()))
    }

    /// Puts the files at hand in force where nothing is yet. Where something is, it stays: files
    /// take effect when somebody says so.
    pub async fn settle_playbook(&self) -> anyhow::Result<AtStart> {
        let files = self.files_at_hand(None)?;
        let active = {
            let mut tx = self.db.read().await?;
            playbook::find_active(&mut tx).await?
        };
        match active {
            Some(active) if active.playbook == files.digest() => Ok(AtStart::Same),
            Some(_) => Ok(AtStart::Differ),
            None => {
                let operator = Caller::operator();
                self.activate_playbook(&operator, None, files).await?;
                Ok(AtStart::Activated)
            }
        }
    }
}

impl Shelf {
    fn find(&self, digest: &str) -> Option<Arc<Playbook>> {
        self.shelf().get(digest).cloned()
    }

    fn put(&self, playbook: Playbook) -> Arc<Playbook> {
        let digest = playbook.digest().to_owned();
        let playbook = Arc::new(playbook);
        Arc::clone(self.shelf().entry(digest).or_insert(playbook))
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Playbook>>> {
        self.0
            .lock()
            .expect("nothing panics while it holds the shelf")
    }
}

/// The files of a list in the record.
async fn files_of(tx: &mut Tx, digest: &str) -> Result<Files, Error> {
    let manifest = playbook::find_manifest(tx, digest)
        .await?
        .ok_or(Error::NotFound)?;
    let mut files = Vec::new();
    for (path, digest) in playbook::entries_of(&manifest.files) {
        let text = playbook::find_file(tx, digest)
            .await?
            .ok_or_else(|| Error::internal(format!("the playbook's file {path} is gone")))?;
        files.push(File {
            path: path.to_owned(),
            text,
        });
    }
    Ok(Files::of(files))
}

async fn keep(tx: &mut Tx, playbook: &Playbook, activation: &Activation) -> Result<(), Error> {
    let files: Vec<_> = playbook
        .files()
        .iter()
        .map(|file| (file.digest(), file.text.as_str()))
        .collect();
    playbook::add_files(tx, &files).await?;
    let manifest = Manifest {
        digest: playbook.digest().to_owned(),
        files: playbook.files().manifest(),
    };
    playbook::add_manifest(tx, &manifest).await?;
    playbook::record_activation(tx, activation).await?;
    Ok(())
}

/// The paths at which two lists of files differ.
fn changed(before: &str, now: &str) -> Vec<String> {
    let list = |text| -> std::collections::BTreeMap<String, String> {
        let entries = playbook::entries_of(text);
        let owned =
            entries.map(|(path, digest): (&str, &str)| (path.to_owned(), digest.to_owned()));
        owned.collect()
    };
    let (before, now) = (list(before), list(now));
    let paths: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differing = paths
        .into_iter()
        .filter(|path| before.get(*path) != now.get(*path));
    differing.cloned().collect()
}

fn none_active() -> Error {
    Error::conflict(
        "no-playbook",
        "no playbook is in force: `qingkong playbook activate` puts one in force",
    )
}

fn invalid(faults: Faults) -> Error {
    let errors = faults.0.into_iter().map(|fault| {
        let place = format!("{}:{}", fault.path, fault.line);
        FieldError::new(&place, "malformed", fault.what)
    });
    Error::Invalid(errors.collect())
}
