//! Files → [`Playbook`]: everything they say, parsed and checked against one another.
//!
//! Reading does not stop at the first fault: whoever words a playbook sees all of them at once,
//! each with its file and line. There are three kinds:
//!
//! - what cannot be used at all is a fault wherever files are read;
//! - what [contradicts](agree) itself is one in files that are to be put in force only: those of the
//!   record were in force, and stay readable whatever is asked of newer ones;
//! - what is lawful and seldom meant is a [doubt](Playbook::doubts), which is told and refuses nothing.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use super::sample;
use crate::domain::aqi::{Standard, Standards};
use crate::domain::measure::{Guide, GuideError};
use crate::domain::plan::Targets;
use crate::domain::playbook::{
    Law, LawPeriod, PlaybookFault, Provenance, RegionProfile, TargetsFile,
};
use crate::domain::region::{RegionCode, Regions, RegionsError};
use crate::domain::trigger::{Ranges, Rules};
use crate::i18n::Language;
use crate::notify::render::{
    AdvisoryMessage, AdvisoryText, MessageKind, MessageText, NoticeText, TextError,
};
use crate::playbooks::{File, Files};

mod agree;
mod notices;

/// Everything a set of files says.
#[derive(Debug)]
pub struct Playbook {
    digest: String,
    files: Files,
    standards: Standards,
    rules: BTreeMap<String, (Rules, String)>,
    profiles: BTreeMap<RegionCode, RegionProfile>,
    regions: Regions,
    targets: TargetsFile,
    law: Law,
    guides: Vec<Guide>,
    messages: BTreeMap<(MessageKind, Language), MessageText>,
    advisories: BTreeMap<(AdvisoryMessage, Language), AdvisoryText>,
    notices: BTreeMap<Language, NoticeText>,
    doubts: Vec<PlaybookFault>,
}

/// Why looking for a text cannot fail.
const EVERY_TEXT: &str = "a playbook that was read has every text";

/// Why files are no playbook: every fault, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<PlaybookFault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("no fault"),
            [fault] => fault.fmt(f),
            [fault, more @ ..] => write!(f, "{fault} (and {} more)", more.len()),
        }
    }
}

impl std::error::Error for Faults {}

impl Playbook {
    /// Reads files that are to be put in force, and checks that they do not contradict themselves.
    pub fn read(files: Files) -> Result<Self, Faults> {
        Self::read_with(files, &Files::default(), Purpose::InForce)
    }

    /// Reads files of the record; what they are too old to have is taken from the shipped ones.
    pub fn of_record(files: Files) -> Result<Self, Faults> {
        Self::read_with(files, &Files::shipped(), Purpose::Record)
    }

    fn read_with(files: Files, newer: &Files, purpose: Purpose) -> Result<Self, Faults> {
        let mut reading = Reading::over(&files, newer);
        let standards = reading.standards();
        let rules = reading.rules();
        let regions = reading.regions();
        let profiles = reading.profiles(&rules, &regions);
        let targets = reading.one("targets.toml", TargetsFile::parse);
        let law = reading.one("law.toml", Law::parse);
        let guides = reading.guides();
        let messages = reading.messages();
        let advisories = reading.advisories();
        let notices = reading.notices();
        if let Some(targets) = &targets {
            reading.check_dates("targets.toml", &targets.provenance);
            reading.check_targets(targets);
        }
        if let Some(law) = &law {
            reading.check_law(law);
        }
        reading.strangers();
        let (faults, doubts) = reading.finish(purpose);
        match (standards, targets, law) {
            (Some(standards), Some(targets), Some(law)) if faults.0.is_empty() => Ok(Self {
                digest: files.digest(),
                standards,
                rules,
                profiles,
                regions,
                targets,
                law,
                guides,
                messages,
                advisories,
                notices,
                doubts,
                files,
            }),
            _ => Err(faults),
        }
    }

    /// SHA-256 over the list of its files: what a warning remembers of it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// What is lawful and seldom meant, by path: nothing is refused for it.
    pub fn doubts(&self) -> &[PlaybookFault] {
        &self.doubts
    }

    /// The standards for the air quality index.
    pub fn standards(&self) -> &Standards {
        &self.standards
    }

    /// All rules, by name.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rules> {
        self.rules.values().map(|(rules, _)| rules)
    }

    /// The rules of a name: `mee-2024`.
    pub fn rules(&self, name: &str) -> Option<&Rules> {
        self.rules.get(name).map(|(rules, _)| rules)
    }

    /// SHA-256 of the file of rules.
    pub fn rules_digest(&self, name: &str) -> Option<&str> {
        self.rules.get(name).map(|(_, digest)| digest.as_str())
    }

    /// What is laid down for a region, by itself or by the nearest region above it.
    pub fn profile(&self, region: RegionCode) -> Option<&RegionProfile> {
        region
            .with_ancestors()
            .find_map(|code| self.profiles.get(&code))
    }

    /// The rules that judge a region.
    pub fn rules_for(&self, region: RegionCode) -> Option<&Rules> {
        self.rules(&self.profile(region)?.rules)
    }

    /// What a range of values counts as in a region; the middle where no rules judge it.
    pub fn ranges(&self, region: RegionCode) -> Ranges {
        self.rules_for(region)
            .map_or(Ranges::Middle, |rules| rules.ranges)
    }

    /// What is laid down, by region.
    pub fn profiles(&self) -> impl Iterator<Item = &RegionProfile> {
        self.profiles.values()
    }

    /// The regions there are, with their names.
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// The required cuts.
    pub fn targets(&self) -> &Targets {
        &self.targets.targets
    }

    /// The law a document of a day cites.
    pub fn law_on(&self, day: NaiveDate) -> Option<&LawPeriod> {
        self.law.on(day)
    }

    /// What the guides prescribe, by industry.
    pub fn guides(&self) -> &[Guide] {
        &self.guides
    }

    /// The texts of a kind of message.
    pub fn message(&self, kind: MessageKind, language: Language) -> &MessageText {
        self.messages.get(&(kind, language)).expect(EVERY_TEXT)
    }

    /// The texts of a letter about an advisory.
    pub fn advisory(&self, message: AdvisoryMessage, language: Language) -> &AdvisoryText {
        let text = self.advisories.get(&(message, language));
        text.expect(EVERY_TEXT)
    }

    /// The text of a notice.
    pub fn notice(&self, language: Language) -> &NoticeText {
        self.notices.get(&language).expect(EVERY_TEXT)
    }
}

/// What files are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To be put in force: what contradicts itself is refused.
    InForce,
    /// To know what was in force.
    Record,
}

/// Files being read, with what was found so far.
struct Reading<'f> {
    files: &'f Files,
    /// Stands in for what the files are too old to have.
    newer: &'f Files,
    faults: Vec<PlaybookFault>,
    contradictions: Vec<PlaybookFault>,
    doubts: Vec<PlaybookFault>,
}

impl<'f> Reading<'f> {
    fn over(files: &'f Files, newer: &'f Files) -> Self {
        Self {
            files,
            newer,
            faults: Vec::new(),
            contradictions: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// What refuses the files, and what does not.
    fn finish(self, purpose: Purpose) -> (Faults, Vec<PlaybookFault>) {
        let mut faults = self.faults;
        if purpose == Purpose::InForce {
            faults.extend(self.contradictions);
        }
        (Faults(in_order(faults)), in_order(self.doubts))
    }

    fn fault(&mut self, path: &str, line: usize, what: impl Into<String>) {
        self.faults.push(found(path, line, what));
    }

    fn contradiction(&mut self, path: &str, line: usize, what: impl Into<String>) {
        self.contradictions.push(found(path, line, what));
    }

    fn doubt(&mut self, path: &str, line: usize, what: impl Into<String>) {
        self.doubts.push(found(path, line, what));
    }

    fn line_of_value(&self, path: &str, value: &str) -> usize {
        let file = self.files.get(path);
        line_of_value(file.map_or("", |file| file.text.as_str()), value)
    }

    /// The parsed file, or nothing and its fault.
    fn take<T>(&mut self, parsed: Result<T, PlaybookFault>) -> Option<T> {
        parsed.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn toml_files(&self, folder: &'static str) -> Vec<&'f File> {
        let files = self.files.iter();
        files
            .filter(|file| file.path.starts_with(folder) && ends_in(file, "toml"))
            .collect()
    }

    /// A file that has to be there.
    fn one<T>(
        &mut self,
        path: &str,
        parse: impl Fn(&str, &str) -> Result<T, PlaybookFault>,
    ) -> Option<T> {
        let Some(file) = self.files.get(path) else {
            self.fault(path, 1, "expected this file");
            return None;
        };
        self.take(parse(path, &file.text))
    }

    fn standards(&mut self) -> Option<Standards> {
        let (mut versions, mut files) = (Vec::new(), Vec::new());
        for file in self.toml_files("standards/") {
            if let Some(standard) = self.take(Standard::parse(&file.path, &file.text)) {
                files.push((standard.id().to_owned(), file));
                versions.push(standard);
            }
        }
        let standards = Standards::new(versions);
        let standards = standards.map_err(|error| self.fault_of_standards(&error, &files));
        let standards = standards.ok()?;
        self.check_successors(&standards, &files);
        Some(standards)
    }

    fn rules(&mut self) -> BTreeMap<String, (Rules, String)> {
        let mut all: BTreeMap<String, (Rules, String)> = BTreeMap::new();
        for file in self.toml_files("triggers/") {
            let Some(rules) = self.take(Rules::parse(&file.path, &file.text)) else {
                continue;
            };
            let expected = format!("triggers/{}.toml", rules.id);
            if file.path != expected {
                let what = format!("expected the rules `{}` in {expected}", rules.id);
                self.fault(&file.path, line_of(&file.text, "id"), what);
            }
            let others = all.values().map(|(rules, _)| rules);
            self.check_scope(file, &rules, others);
            self.check_lifts(file, &rules);
            all.insert(rules.id.clone(), (rules, file.digest()));
        }
        all
    }

    fn regions(&mut self) -> Regions {
        let mut all = Regions::default();
        for path in ["regions/gbt2260.csv", "regions/local-units.csv"] {
            let table = self.one(path, |path, text| {
                Regions::parse(text).map_err(|error| PlaybookFault {
                    path: path.to_owned(),
                    line: line_of_regions(&error),
                    what: without_line(&error),
                })
            });
            all.extend(table.unwrap_or_default());
        }
        all
    }

    fn profiles(
        &mut self,
        rules: &BTreeMap<String, (Rules, String)>,
        regions: &Regions,
    ) -> BTreeMap<RegionCode, RegionProfile> {
        let mut all = BTreeMap::new();
        for file in self.toml_files("regions/") {
            let Some(profile) = self.take(RegionProfile::parse(&file.path, &file.text)) else {
                continue;
            };
            self.check_profile(file, &profile, rules, regions);
            let region = profile.region;
            if all.insert(region, profile).is_some() {
                let what = format!("region {region} has another file already");
                self.fault(&file.path, line_of(&file.text, "region"), what);
            }
        }
        all
    }

    fn check_dates(&mut self, path: &str, provenance: &Provenance) {
        if let Some(end) = provenance.in_force_to
            && end < provenance.in_force_from
        {
            let line = self.line_of_value(path, &end.to_string());
            let what = format!("ends on {end}, before it begins");
            self.fault(path, line, what);
        }
    }

    fn guides(&mut self) -> Vec<Guide> {
        let mut all: Vec<Guide> = Vec::new();
        for file in self.toml_files("measures/") {
            let guide = match Guide::parse(&file.text) {
                Ok(guide) => guide,
                Err(error) => {
                    let (line, what) = told(&error, &file.text);
                    self.fault(&file.path, line, what);
                    continue;
                }
            };
            let same = |other: &&Guide| {
                let kind = (&other.industry, &other.process) == (&guide.industry, &guide.process);
                kind && other
                    .in_force_to
                    .is_none_or(|end| guide.in_force_from <= end)
                    && guide
                        .in_force_to
                        .is_none_or(|end| other.in_force_from <= end)
            };
            if let Some(other) = all.iter().find(same) {
                let (industry, document) = (&guide.industry, &other.document);
                let what = format!("`{document}` is in force for {industry} at the same time");
                self.fault(&file.path, line_of(&file.text, "in_force_from"), what);
            }
            all.push(guide);
        }
        all
    }

    /// Every kind of message, each filled in once with all there is to say and once with little.
    fn messages(&mut self) -> BTreeMap<(MessageKind, Language), MessageText> {
        let every = MessageKind::ALL
            .into_iter()
            .flat_map(|kind| Language::ALL.map(|language| (kind, language)));
        every
            .filter_map(|(kind, language)| {
                let read = MessageText::read(self.with_messages(kind, language), kind, language)
                    .and_then(|text| {
                        text.mail(&sample::full())?;
                        text.mail(&sample::adding())?;
                        text.mail(&sample::bare())?;
                        Ok(text)
                    });
                Some(((kind, language), self.text(read)?))
            })
            .collect()
    }

    /// The letters about advisories, likewise. Files of the record may be from before they were sent;
    /// the shipped texts then say what is said.
    fn advisories(&mut self) -> BTreeMap<(AdvisoryMessage, Language), AdvisoryText> {
        let every = AdvisoryMessage::ALL
            .into_iter()
            .flat_map(|message| Language::ALL.map(|language| (message, language)));
        every
            .filter_map(|(message, language)| {
                let files = self.with(language, AdvisoryText::FOLDER);
                let read = AdvisoryText::read(files, message, language).and_then(|text| {
                    text.mail(&sample::full_advisory(message))?;
                    text.mail(&sample::bare_advisory(message))?;
                    Ok(text)
                });
                let text = self.text(read)?;
                self.check_decided(message, language, &text);
                Some(((message, language), text))
            })
            .collect()
    }

    /// Where the texts of a kind of message stand. Files of the record may be from before there were
    /// suspensions, never from before the other kinds.
    fn with_messages(&self, kind: MessageKind, language: Language) -> &'f Files {
        match kind {
            MessageKind::Suspended | MessageKind::Resumed => self.with(language, kind.as_str()),
            _ => self.files,
        }
    }

    /// Where a folder of texts stands that files of the record may be too old to have.
    fn with(&self, language: Language, folder: &str) -> &'f Files {
        let folder = format!("texts/{}/{folder}/", language.as_str());
        match self.files.under(&folder).next() {
            Some(_) => self.files,
            None => self.newer,
        }
    }

    fn text<T>(&mut self, read: Result<T, TextError>) -> Option<T> {
        match read {
            Ok(text) => return Some(text),
            Err(TextError::Missing(path)) => self.fault(&path, 1, "expected this file"),
            Err(TextError::Syntax { path, source } | TextError::Render { path, source }) => {
                self.fault(&path, source.line().unwrap_or(1), source.to_string());
            }
        }
        None
    }

    /// Files in places nobody looks at: most often a mistyped folder.
    fn strangers(&mut self) {
        for file in self.files.iter() {
            let known = match file.path.split('/').collect::<Vec<_>>().as_slice() {
                ["law.toml" | "targets.toml"]
                | ["regions", "gbt2260.csv" | "local-units.csv"]
                | ["texts", "zh" | "en", ..] => true,
                ["standards" | "triggers" | "measures", _] | ["regions", .., _] => {
                    ends_in(file, "toml")
                }
                _ => false,
            };
            if !known {
                let what = "no place of the playbooks: expected law.toml, targets.toml, or a file \
                            in standards/, triggers/, measures/, regions/, texts/zh/ or texts/en/";
                self.fault(&file.path, 1, what);
            }
        }
    }
}

fn found(path: &str, line: usize, what: impl Into<String>) -> PlaybookFault {
    PlaybookFault {
        path: path.to_owned(),
        line,
        what: what.into(),
    }
}

fn in_order(mut found: Vec<PlaybookFault>) -> Vec<PlaybookFault> {
    found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    found.dedup();
    found
}

fn ends_in(file: &File, extension: &str) -> bool {
    let path = std::path::Path::new(&file.path);
    path.extension().is_some_and(|found| found == extension)
}

/// The line on which a key is given, counted from 1.
fn line_of(text: &str, key: &str) -> usize {
    let given = |line: &str| {
        line.strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(given).map_or(1, |at| at + 1)
}

/// The line on which a value stands, counted from 1.
fn line_of_value(text: &str, value: &str) -> usize {
    text.lines()
        .position(|line| line.contains(value))
        .map_or(1, |at| at + 1)
}

/// A guide's fault with its line.
fn told(error: &GuideError, text: &str) -> (usize, String) {
    match error {
        GuideError::Shape(error) => {
            let before = error.span().map_or("", |span| &text[..span.start]);
            (before.matches('\n').count() + 1, error.message().to_owned())
        }
        GuideError::Dates => (line_of(text, "in_force_to"), error.to_string()),
        GuideError::GradeTwice(grade) => (
            line_of_value(text, &format!("\"{grade}\"")),
            error.to_string(),
        ),
        GuideError::Standing => (line_of(text, "standing"), error.to_string()),
    }
}

fn line_of_regions(error: &RegionsError) -> usize {
    match error {
        RegionsError::Header { line }
        | RegionsError::Cells { line }
        | RegionsError::Code { line, .. }
        | RegionsError::Twice { line, .. } => *line,
    }
}

fn without_line(error: &RegionsError) -> String {
    let text = match error {
        RegionsError::Code { source, .. } => return source.to_string(),
        other => other.to_string(),
    };
    match text.split_once(": ") {
        Some((_, what)) => what.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
