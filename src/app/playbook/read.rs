//! Files → [`Playbook`]: everything they say, parsed and checked against one another.
//!
//! Reading does not stop at the first fault: whoever words a playbook sees all of them at once,
//! each with its file and line.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use super::sample;
use crate::domain::aqi::{Standard, Standards};
use crate::domain::measure::{Guide, GuideError};
use crate::domain::notice::NoticeKind;
use crate::domain::plan::Targets;
use crate::domain::playbook::{
    Law, LawPeriod, PlaybookFault, Provenance, RegionProfile, TargetsFile,
};
use crate::domain::region::{RegionCode, Regions, RegionsError};
use crate::domain::trigger::{Ranges, Rules};
use crate::i18n::Language;
use crate::notify::render::{MessageKind, MessageText, NoticeText, TextError};
use crate::playbooks::{File, Files};

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
    notices: BTreeMap<Language, NoticeText>,
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
    /// Reads and checks files.
    pub fn read(files: Files) -> Result<Self, Faults> {
        Self::read_with(files, &Files::default())
    }

    /// Reads files of the record; what they are too old to have is taken from the shipped ones.
    pub fn of_record(files: Files) -> Result<Self, Faults> {
        Self::read_with(files, &Files::shipped())
    }

    fn read_with(files: Files, newer: &Files) -> Result<Self, Faults> {
        let mut reading = Reading::over(&files, newer);
        let standards = reading.standards();
        let rules = reading.rules();
        let regions = reading.regions();
        let profiles = reading.profiles(&rules, &regions);
        let targets = reading.one("targets.toml", TargetsFile::parse);
        let law = reading.one("law.toml", Law::parse);
        let guides = reading.guides();
        let messages = reading.messages();
        let notices = reading.notices();
        if let Some(targets) = &targets {
            reading.check_dates("targets.toml", &targets.provenance);
        }
        for period in law.iter().flat_map(|law| &law.period) {
            reading.check_dates("law.toml", &period.provenance);
        }
        reading.strangers();
        let faults = reading.finish();
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
                notices,
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

    /// The standards for the air quality index.
    pub fn standards(&self) -> &Standards {
        &self.standards
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

    /// The text of a notice.
    pub fn notice(&self, language: Language) -> &NoticeText {
        self.notices.get(&language).expect(EVERY_TEXT)
    }
}

/// Files being read, with the faults found so far.
struct Reading<'f> {
    files: &'f Files,
    /// Stands in for what the files are too old to have.
    newer: &'f Files,
    faults: Vec<PlaybookFault>,
}

impl<'f> Reading<'f> {
    fn over(files: &'f Files, newer: &'f Files) -> Self {
        Self {
            files,
            newer,
            faults: Vec::new(),
        }
    }

    fn finish(self) -> Faults {
        let mut faults = self.faults;
        faults.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        faults.dedup();
        Faults(faults)
    }

    fn fault(&mut self, path: &str, line: usize, what: impl Into<String>) {
        self.faults.push(PlaybookFault {
            path: path.to_owned(),
            line,
            what: what.into(),
        });
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
        let mut versions = Vec::new();
        for file in self.toml_files("standards/") {
            versions.extend(self.take(Standard::parse(&file.path, &file.text)));
        }
        let standards = Standards::new(versions);
        standards
            .map_err(|error| self.fault("standards/", 1, error.to_string()))
            .ok()
    }

    fn rules(&mut self) -> BTreeMap<String, (Rules, String)> {
        let mut all = BTreeMap::new();
        for file in self.toml_files("triggers/") {
            let Some(rules) = self.take(Rules::parse(&file.path, &file.text)) else {
                continue;
            };
            let expected = format!("triggers/{}.toml", rules.id);
            if file.path != expected {
                let what = format!("expected the rules `{}` in {expected}", rules.id);
                self.fault(&file.path, line_of(&file.text, "id"), what);
            }
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

    fn check_profile(
        &mut self,
        file: &File,
        profile: &RegionProfile,
        rules: &BTreeMap<String, (Rules, String)>,
        regions: &Regions,
    ) {
        let at = |key| line_of(&file.text, key);
        self.check_dates(&file.path, &profile.provenance);
        if !regions.contains(profile.region) {
            let what = format!("no region {} in the tables of regions", profile.region);
            self.fault(&file.path, at("region"), what);
        }
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if !name.starts_with(profile.region.as_str()) {
            let what = format!("expected a file name that begins with {}", profile.region);
            self.fault(&file.path, at("region"), what);
        }
        let Some((rules, _)) = rules.get(&profile.rules) else {
            let known: Vec<_> = rules.keys().map(String::as_str).collect();
            let (named, known) = (&profile.rules, known.join(", "));
            let what = format!("no rules `{named}` in triggers/: expected one of {known}");
            return self.fault(&file.path, at("rules"), what);
        };
        if let Some(window) = profile.window
            && !rules.windows.contains(&window)
        {
            let what = format!(
                "the rules `{}` do not count days by the window {}",
                rules.id,
                window.as_str()
            );
            self.fault(&file.path, at("window"), what);
        }
        let ours = &profile.provenance;
        let apart = rules
            .in_force_to
            .is_some_and(|end| end < ours.in_force_from)
            || ours
                .in_force_to
                .is_some_and(|end| end < rules.in_force_from);
        if apart {
            let what = format!("`{}` is never in force together with this file", rules.id);
            self.fault(&file.path, at("rules"), what);
        }
    }

    fn check_dates(&mut self, path: &str, provenance: &Provenance) {
        if let Some(end) = provenance.in_force_to
            && end < provenance.in_force_from
        {
            let text = self.files.get(path).map_or("", |file| file.text.as_str());
            let line = line_of_value(text, &end.to_string());
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
                        text.mail(&sample::bare())?;
                        Ok(text)
                    });
                Some(((kind, language), self.text(read)?))
            })
            .collect()
    }

    /// The text of notices, filled in for every kind of notice, with much to say and with little.
    fn notices(&mut self) -> BTreeMap<Language, NoticeText> {
        let every = Language::ALL.into_iter();
        every
            .filter_map(|language| {
                let read = NoticeText::read(self.with(language, "notice"), language);
                let read = read.and_then(|text| {
                    for kind in NoticeKind::ALL {
                        text.write(&sample::full_notice(kind))?;
                        text.write(&sample::bare_notice(kind))?;
                    }
                    Ok(text)
                });
                Some((language, self.text(read)?))
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
mod tests {
    use rstest::rstest;

    use super::*;

    /// The shipped files with one of them changed; none of the text removes it.
    fn with(path: &str, change: impl Fn(&str) -> Option<String>) -> Files {
        let shipped = Files::shipped();
        let before = shipped.get(path).map_or("", |file| file.text.as_str());
        let text = change(before);
        let others = shipped.iter().filter(|file| file.path != path).cloned();
        let file = text.map(|text| File {
            path: path.to_owned(),
            text,
        });
        Files::of(others.chain(file))
    }

    #[test]
    fn the_shipped_playbook_has_no_fault_and_says_what_its_files_say() {
        let playbook = Playbook::read(Files::shipped()).unwrap();
        let county = "411081".parse().unwrap();
        let profile = playbook.profile(county).unwrap();
        assert_eq!(profile.region.as_str(), "411000");
        assert_eq!(playbook.rules(&profile.rules).unwrap().id, "mee-2024");
        assert!(playbook.profile("110000".parse().unwrap()).is_none());
        assert_eq!(playbook.regions().name(county), Some("禹州市"));
        let day = "2026-11-24".parse().unwrap();
        assert_eq!(playbook.law_on(day).unwrap().plan_term, "应对预案");
        assert_eq!(
            playbook.standards().in_force_on(day).unwrap().id(),
            "hj633-2026"
        );
    }

    #[test]
    fn a_profile_that_names_no_window_goes_with_any_rules() {
        let both = r#"["natural-day", "rolling-24h"]"#;
        let files = with("triggers/mee-2024.toml", |text| {
            assert!(text.contains(both), "{text}");
            Some(text.replace(both, r#"["rolling-24h"]"#))
        });
        let playbook = Playbook::read(files).unwrap();
        let profile = playbook.profile("411000".parse().unwrap()).unwrap();
        assert_eq!(profile.window, None);
    }

    const XUCHANG: &str = "regions/410000-henan/411000-xuchang.toml";

    #[rstest]
    #[case::rules(
        XUCHANG,
        "rules = \"mee-2024\"",
        "rules = \"mee-2042\"",
        "no rules `mee-2042`"
    )]
    #[case::window(
        XUCHANG,
        "rules = \"mee-2024\"",
        "rules = \"beijing-2023\"\nwindow = \"rolling-24h\"",
        "do not count days by the window rolling-24h"
    )]
    #[case::old_rules(XUCHANG, "\"mee-2024\"", "\"mee-2017\"", "never in force together")]
    #[case::region(
        XUCHANG,
        "region = \"411000\"",
        "region = \"415000\"",
        "no region 415000"
    )]
    #[case::other_name(
        XUCHANG,
        "region = \"411000\"",
        "region = \"410100\"",
        "begins with 410100"
    )]
    #[case::dates(
        XUCHANG,
        "in_force_from = \"2024-01-23\"",
        "in_force_from = \"2024-01-23\"\nin_force_to = \"2023-01-01\"",
        "before it begins"
    )]
    #[case::key(XUCHANG, "organ = ", "organs = ", "unknown field `organs`")]
    #[case::rules_name(
        "triggers/mee-2018.toml",
        "id = \"mee-2018\"",
        "id = \"mee-18\"",
        "in triggers/mee-18.toml"
    )]
    #[case::guide(
        "measures/flat-glass.toml",
        "process = ",
        "proces = ",
        "unknown field `proces`"
    )]
    #[case::text("texts/zh/order/body.txt", "{{", "{{ nobody }}{{", "undefined")]
    #[case::notice("texts/zh/notice/body.txt", "{{", "{{ nobody }}{{", "undefined")]
    #[case::shared_text("texts/en/layout.html", "{{", "{% if %}{{", "syntax error")]
    #[case::standard(
        "standards/aqi-hj633-2026.toml",
        "\"found\"",
        "\"surely\"",
        "unknown variant"
    )]
    #[case::region_table(
        "regions/local-units.csv",
        "411000-D01",
        "411000-D1",
        "not a region code"
    )]
    fn a_wrong_file_is_named_with_its_line(
        #[case] path: &str,
        #[case] right: &str,
        #[case] wrong: &str,
        #[case] expected: &str,
    ) {
        let files = with(path, |text| {
            assert!(text.contains(right), "{path} has no {right}");
            Some(text.replacen(right, wrong, 1))
        });
        let faults = Playbook::read(files).unwrap_err();
        let said = |fault: &&PlaybookFault| fault.path == path && fault.what.contains(expected);
        let fault = faults.0.iter().find(said);
        let fault = fault.unwrap_or_else(|| panic!("{faults:?}"));
        let text = with(path, |text| Some(text.replacen(right, wrong, 1)));
        let lines = text.get(path).unwrap().text.lines().count();
        assert!((1..=lines).contains(&fault.line), "{faults:?}");
    }

    #[test]
    fn the_line_named_is_the_line_of_the_fault() {
        let files = with(XUCHANG, |text| {
            Some(text.replacen("rules = \"mee-2024\"", "rules = \"mee-2042\"", 1))
        });
        let faults = Playbook::read(files).unwrap_err().to_string();
        assert_eq!(
            faults,
            "regions/410000-henan/411000-xuchang.toml:7: no rules `mee-2042` in triggers/: \
             expected one of beijing-2013, beijing-2023, hebei-2024, jiangsu-2026, mee-2017, \
             mee-2018, mee-2024"
        );
    }

    #[rstest]
    #[case::law("law.toml")]
    #[case::text("texts/en/lift/subject.txt")]
    #[case::notice("texts/en/notice/body.txt")]
    #[case::regions("regions/gbt2260.csv")]
    fn a_missing_file_is_named(#[case] path: &str) {
        let faults = Playbook::read(with(path, |_| None)).unwrap_err();
        let missing =
            |fault: &PlaybookFault| fault.path == path && fault.what == "expected this file";
        assert!(faults.0.iter().any(missing), "{faults:?}");
    }

    #[test]
    fn files_from_before_notices_had_a_text_write_them_with_the_shipped_one() {
        let older = Files::shipped();
        let older = older.iter().filter(|file| !file.path.contains("/notice/"));
        let older = Files::of(older.cloned());
        let refused = Playbook::read(older.clone()).unwrap_err();
        assert_eq!(
            refused.0[0].path, "texts/en/notice/body.txt",
            "to put in force, they need one"
        );
        let older = Playbook::of_record(older).unwrap();
        let text = older
            .notice(Language::Zh)
            .write(&sample::bare_notice(NoticeKind::Lift));
        assert_eq!(
            text.unwrap().title,
            "关于解除重污染天气橙色预警（样例）的通知"
        );
        let half = Playbook::of_record(with("texts/zh/notice/title.txt", |_| None)).unwrap_err();
        assert_eq!(half.0[0].what, "expected this file");
    }

    #[rstest]
    #[case(
        MessageKind::Suspended,
        "【样例市】暂停重污染天气橙色预警响应（样例〔2026〕1号）"
    )]
    #[case(
        MessageKind::Resumed,
        "【样例市】恢复重污染天气橙色预警响应（样例〔2026〕1号）"
    )]
    fn files_from_before_there_were_suspensions_tell_of_one_in_the_shipped_words(
        #[case] kind: MessageKind,
        #[case] subject: &str,
    ) {
        let folder = format!("/{}/", kind.as_str());
        let older = Files::shipped();
        let older = older.iter().filter(|file| !file.path.contains(&folder));
        let older = Files::of(older.cloned());
        assert!(
            Playbook::read(older.clone()).is_err(),
            "to put in force, they need them"
        );
        let older = Playbook::of_record(older).unwrap();
        let mail = older.message(kind, Language::Zh).mail(&sample::bare());
        assert_eq!(mail.unwrap().subject, subject);
        let path = format!("texts/zh/{}/body.txt", kind.as_str());
        let half = Playbook::of_record(with(&path, |_| None)).unwrap_err();
        assert_eq!(half.0[0].what, "expected this file");
    }

    #[rstest]
    #[case::folder("trigger/mee-2024.toml")]
    #[case::extension("measures/cement.tml")]
    #[case::language("texts/fr/order/subject.txt")]
    fn a_file_nobody_would_read_is_a_fault(#[case] path: &str) {
        let faults = Playbook::read(with(path, |_| Some(String::new()))).unwrap_err();
        assert_eq!(faults.0.len(), 1, "{faults:?}");
        assert_eq!(faults.0[0].path, path);
    }

    #[test]
    fn two_files_for_one_region_or_one_industry_contradict_one_another() {
        let xuchang = Files::shipped().get(XUCHANG).unwrap().text.clone();
        let files = with("regions/411000-again.toml", |_| Some(xuchang.clone()));
        let faults = Playbook::read(files).unwrap_err().to_string();
        assert!(faults.contains("has another file already"), "{faults}");

        let glass = Files::shipped();
        let glass = glass.get("measures/flat-glass.toml").unwrap().text.clone();
        let files = with("measures/glass.toml", |_| Some(glass.clone()));
        let faults = Playbook::read(files).unwrap_err().to_string();
        assert!(faults.contains("in force for"), "{faults}");
    }

    #[test]
    fn every_fault_is_told_not_only_the_first() {
        let mut files = with("law.toml", |_| None);
        files = Files::of(files.iter().map(|file| match file.path.as_str() {
            "targets.toml" => File {
                path: file.path.clone(),
                text: String::new(),
            },
            _ => file.clone(),
        }));
        let faults = Playbook::read(files).unwrap_err();
        let paths: Vec<_> = faults.0.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["law.toml", "targets.toml"]);
    }

    #[test]
    fn an_explanation_beside_the_files_changes_nothing() {
        let files = with("README.md", |_| Some("words".to_owned()));
        assert_eq!(files.digest(), Files::shipped().digest());
        let files = with("targets.toml", |text| Some(format!("{text}\n")));
        assert_ne!(files.digest(), Files::shipped().digest());
    }
}
