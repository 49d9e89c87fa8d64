//! The files of the playbooks (预案库): those shipped in the binary, and a bureau's own.
//!
//! A directory adds to the shipped files or replaces them one by one, by path. What a file means
//! is the business of [`domain::playbook`](crate::domain::playbook); here it is text with a digest.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use rust_embed::RustEmbed;

use crate::domain::aqi::{Standard, Standards};
use crate::domain::digest::Digest;
use crate::domain::trigger::Rules;

#[derive(RustEmbed)]
#[folder = "playbooks"]
struct Shipped;

/// One file of the playbooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path below `playbooks/`, with `/` between its parts: `triggers/mee-2024.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// SHA-256 of the text, in hexadecimal: what a warning remembers of the file.
    pub fn digest(&self) -> String {
        Digest::of(self.text.as_bytes()).to_string()
    }
}

/// All files in force together, by path.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, File>);

impl Files {
    /// The files embedded in the binary.
    pub fn shipped() -> Self {
        let files = Shipped::iter().filter_map(|path| {
            let bytes = Shipped::get(&path)?.data;
            let text = String::from_utf8(bytes.into_owned()).expect("shipped playbooks are UTF-8");
            Some((
                path.to_string(),
                File {
                    path: path.into_owned(),
                    text,
                },
            ))
        });
        Self(files.collect())
    }

    /// The shipped files, with those of a directory over them where one is named.
    pub fn at_hand(dir: Option<&Path>) -> anyhow::Result<Self> {
        match dir {
            Some(dir) => Self::shipped().with_dir(dir),
            None => Ok(Self::shipped()),
        }
    }

    /// The shipped files with those of a directory added or put in their place.
    pub fn with_dir(mut self, dir: &Path) -> anyhow::Result<Self> {
        self.add_dir(dir, "")?;
        Ok(self)
    }

    fn add_dir(&mut self, dir: &Path, prefix: &str) -> anyhow::Result<()> {
        let entries =
            std::fs::read_dir(dir).with_context(|| format!("no directory `{}`", dir.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add_dir(&entry.path(), &format!("{path}/"))?;
            } else {
                let text = std::fs::read_to_string(entry.path())
                    .with_context(|| format!("{}: not a text in UTF-8", entry.path().display()))?;
                self.0.insert(path.clone(), File { path, text });
            }
        }
        Ok(())
    }

    /// These texts, by path.
    pub fn of(files: impl IntoIterator<Item = File>) -> Self {
        let by_path = files.into_iter().map(|file| (file.path.clone(), file));
        Self(by_path.collect())
    }

    /// One line `DIGEST PATH` for every file that means something, in order of path: what it is to
    /// be these files and no others. Files of explanation (`*.md`) are left out.
    pub fn manifest(&self) -> String {
        let lines = self
            .iter()
            .map(|file| format!("{} {}\n", file.digest(), file.path));
        lines.collect()
    }

    /// SHA-256 of the [manifest](Self::manifest), in hexadecimal.
    pub fn digest(&self) -> String {
        Digest::of(self.manifest().as_bytes()).to_string()
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }

    /// The files below a folder, by path.
    pub fn under<'f>(&'f self, folder: &'f str) -> impl Iterator<Item = &'f File> {
        self.0
            .values()
            .filter(move |file| file.path.starts_with(folder))
    }

    /// Every file that means something, by path.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        let explains = |file: &&File| Path::new(&file.path).extension().is_some_and(|e| e == "md");
        self.0.values().filter(move |file| !explains(file))
    }
}

/// The standards for the air quality index: every file below `standards/`.
pub fn standards(files: &Files) -> anyhow::Result<Standards> {
    let versions = files
        .under("standards/")
        .map(|file| Standard::parse(&file.path, &file.text))
        .collect::<Result<_, _>>()?;
    Ok(Standards::new(versions)?)
}

/// The rules of a name such as `mee-2024`, or of a file of one's own.
pub fn rules(files: &Files, name: &str) -> anyhow::Result<Rules> {
    let file = rules_file(files, name)?;
    Ok(Rules::parse(&file.path, &file.text)?)
}

/// The file of the rules of a name such as `mee-2024`; what ends in `.toml` is a path of one's own.
pub fn rules_file(files: &Files, name: &str) -> anyhow::Result<File> {
    if Path::new(name).extension().is_some_and(|end| end == "toml") {
        let text = std::fs::read_to_string(name).with_context(|| format!("no rules `{name}`"))?;
        let path = name.to_owned();
        return Ok(File { path, text });
    }
    let path = format!("triggers/{name}.toml");
    files.get(&path).cloned().with_context(|| {
        let known: Vec<_> = files
            .under("triggers/")
            .filter_map(|file| Path::new(&file.path).file_stem()?.to_str())
            .filter(|&stem| files.get(&format!("triggers/{stem}.toml")).is_some())
            .collect();
        let known = known.join(", ");
        format!("no rules `{name}`: expected {known} or a FILE.toml")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_trigger_is_read_and_bears_the_name_of_its_file() {
        let files = Files::shipped();
        let triggers = files.under("triggers/");
        let ids: Vec<_> = triggers
            .filter_map(|file| Some((file, file.path.strip_suffix(".toml")?)))
            .map(|(file, name)| {
                let rules = Rules::parse(&file.path, &file.text).unwrap();
                assert_eq!(name, format!("triggers/{}", rules.id));
                rules.id
            })
            .collect();
        let expected = [
            "beijing-2013",
            "beijing-2023",
            "chengdu-2024",
            "harbin-2023",
            "hebei-2024",
            "jiangsu-2026",
            "liaocheng-2019",
            "liaocheng-2024",
            "mee-2017",
            "mee-2018",
            "mee-2024",
            "shijiazhuang-2017",
            "taiyuan-2019",
            "wusu-2024",
        ];
        assert_eq!(ids, expected);
    }

    #[test]
    fn the_shipped_standards_stand_together() {
        let standards = standards(&Files::shipped()).unwrap();
        let ids: Vec<_> = standards.iter().map(Standard::id).collect();
        assert_eq!(ids, ["hj633-2012", "hj633-2026"]);
    }

    #[test]
    fn a_wrong_file_in_the_place_of_a_shipped_one_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = "standards/aqi-hj633-2026.toml";
        let shipped = Files::shipped();
        let wrong = shipped
            .get(path)
            .unwrap()
            .text
            .replacen("\"found\"", "\"surely\"", 1);
        std::fs::create_dir(dir.path().join("standards")).unwrap();
        std::fs::write(dir.path().join(path), wrong).unwrap();

        let error = standards(&shipped.with_dir(dir.path()).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "standards/aqi-hj633-2026.toml:6: \
             unknown variant `surely`, expected one of `found`, `second-hand`, `assumed`"
        );
    }
}
