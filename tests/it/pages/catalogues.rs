//! Both catalogues hold the same messages with the same arguments; every one is used, and every
//! one that is asked for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Each message of a language with the arguments its text asks for.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    let mut current = None;
    for file in files(&Path::new(ROOT).join("src/i18n").join(language), "ftl") {
        for line in fs::read_to_string(file).unwrap().lines() {
            if let Some((key, _)) = line.split_once(" = ")
                && !line.starts_with([' ', '#'])
            {
                let before = messages.insert(key.to_owned(), BTreeSet::new());
                assert!(before.is_none(), "{language}: `{key}` is said twice");
                current = Some(key.to_owned());
            }
            if let Some(arguments) = current.as_ref().and_then(|key| messages.get_mut(key)) {
                arguments.extend(arguments_of(line));
            }
        }
    }
    messages
}

fn arguments_of(line: &str) -> impl Iterator<Item = String> {
    line.split('$').skip(1).map(|after| {
        after
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect()
    })
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|kind| kind == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The sources in which keys may stand, the tests at the foot of a file cut off.
fn sources() -> Vec<String> {
    let web = Path::new(ROOT).join("src/web");
    let mut paths = files(&web, "rs");
    paths.extend(files(&web, "html"));
    paths.extend(files(&web, "svg"));
    paths.push(Path::new(ROOT).join("src/i18n/mod.rs"));
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let end = text.find("#[cfg(test)]").unwrap_or(text.len());
            text[..end].to_owned()
        })
        .collect()
}

#[test]
fn both_languages_say_the_same_messages_with_the_same_arguments() {
    assert_eq!(messages("zh"), messages("en"));
}

#[test]
fn every_message_is_used() {
    let sources = sources();
    let unused: Vec<_> = messages("zh")
        .into_keys()
        .filter(|key| {
            let literal = format!("\"{key}\"");
            !sources.iter().any(|source| source.contains(&literal))
        })
        .collect();
    assert!(unused.is_empty(), "never said: {unused:?}");
}

#[test]
fn every_message_asked_for_by_its_key_exists() {
    let messages = messages("zh");
    let sources = sources();
    let asked: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.split("say(\"").skip(1))
        .filter_map(|after| Some(after.split_once('"')?.0))
        .collect();
    let unknown: Vec<_> = asked
        .iter()
        .filter(|key| !messages.contains_key(**key))
        .collect();
    assert!(asked.len() > 200, "only {} keys were found", asked.len());
    assert!(unknown.is_empty(), "no such message: {unknown:?}");
}
