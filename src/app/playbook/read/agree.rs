//! Whether files agree with one another: what names what, what holds when, and what is harder.
//!
//! What names something that is not there cannot be used. What no plan can mean, such as a higher
//! level that asks for less, is a contradiction. What may be meant is a doubt: rules that end before
//! their region names their successor, a draft beside the rules in force, a law whose successor is not
//! published yet, a text that leaves out who decided.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Reading, line_of, line_of_value, sample};
use crate::domain::aqi::{Standards, StandardsError};
use crate::domain::playbook::{Law, RegionProfile, TargetsFile};
use crate::domain::region::Regions;
use crate::domain::trigger::{Condition, Rules};
use crate::i18n::Language;
use crate::notify::render::{AdvisoryContext, AdvisoryMessage, AdvisoryText};
use crate::playbooks::File;

/// The index begins at 1 (HJ 633-2026).
const LOWEST_AQI: u16 = 1;

impl Reading<'_> {
    /// A region's file against the rules it names and the table of regions.
    pub(super) fn check_profile(
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
        self.check_rules_hold(file, profile, rules);
        self.check_approvers(file, profile, rules);
        let minutes = &profile.clocks.acknowledge_within_minutes;
        if minutes.red > minutes.orange || minutes.orange > minutes.yellow {
            let what = "a higher level leaves more time to acknowledge: expected no more minutes \
                        for red than for orange, and for orange than for yellow";
            self.contradiction(&file.path, at("acknowledge_within_minutes"), what);
        }
    }

    /// The rules of a region hold when its own file does. A file names one rule set, so that the next
    /// can only be named once it is in force.
    fn check_rules_hold(&mut self, file: &File, profile: &RegionProfile, rules: &Rules) {
        let ours = &profile.provenance;
        let line = line_of(&file.text, "rules");
        let apart = rules
            .in_force_to
            .is_some_and(|end| end < ours.in_force_from)
            || ours
                .in_force_to
                .is_some_and(|end| end < rules.in_force_from);
        if apart {
            let what = format!("`{}` is never in force together with this file", rules.id);
            return self.fault(&file.path, line, what);
        }
        let Some(end) = rules.in_force_to else { return };
        if ours.in_force_to.is_none_or(|ours| ours > end) {
            let what = format!(
                "`{}` is out of force after {end}, and this file is not: name the rules that follow \
                 by then",
                rules.id
            );
            self.doubt(&file.path, line, what);
        }
    }

    /// Somebody may approve every level that the rules know.
    fn check_approvers(&mut self, file: &File, profile: &RegionProfile, rules: &Rules) {
        let titles = &profile.approval.titles;
        let mut levels = rules.levels().map(|(level, _)| level);
        let missing = levels.find(|level| titles.get(level).is_none_or(Vec::is_empty));
        if let Some(level) = missing {
            let what = format!(
                "`{}` knows {level}: expected at least one title that may approve it",
                rules.id
            );
            let line = line_of_value(&file.text, "[approval.titles]");
            self.contradiction(&file.path, line, what);
        }
    }

    /// Two rule sets of one scope that hold on one day: a draft beside what is in force, or a mistake.
    pub(super) fn check_scope<'r>(
        &mut self,
        file: &File,
        rules: &Rules,
        others: impl Iterator<Item = &'r Rules>,
    ) {
        let together = |other: &Rules| {
            let first = rules.in_force_from.max(other.in_force_from);
            (rules.is_in_force_on(first) && other.is_in_force_on(first)).then_some(first)
        };
        let mut others = others.filter(|other| other.scope == rules.scope);
        if let Some((other, on)) = others.find_map(|other| Some((other, together(other)?))) {
            let what = format!(
                "`{}` is in force on {on} for the same scope, {}: a region is judged by the one it \
                 names",
                other.id, rules.scope
            );
            self.doubt(&file.path, line_of(&file.text, "in_force_from"), what);
        }
    }

    /// The air can be at or below the value each level starts above, so that it can be lifted.
    pub(super) fn check_lifts(&mut self, file: &File, rules: &Rules) {
        for (level, conditions) in rules.levels() {
            let never = |condition: &&Condition| condition.run.line() < LOWEST_AQI;
            if let Some(condition) = conditions.iter().find(never) {
                let line = condition.run.line();
                let what = format!(
                    "`{condition}` starts {level} above {line}, and no air is at or below that, so \
                     it is never lifted: expected `aqi>{LOWEST_AQI}` or more"
                );
                let at = line_of_value(&file.text, &format!("{level} ="));
                self.contradiction(&file.path, at, what);
            }
        }
    }

    /// A letter about a temporary control says who decided on it, where that was the city itself: whoever
    /// reads it knows of no other document.
    pub(super) fn check_decided(
        &mut self,
        message: AdvisoryMessage,
        language: Language,
        text: &AdvisoryText,
    ) {
        let own = AdvisoryContext {
            superior: None,
            ..sample::full_advisory(message)
        };
        let (AdvisoryMessage::TemporaryControl, Some(decision), Ok(mail)) =
            (message, &own.decision, text.mail(&own))
        else {
            return;
        };
        for (file, body) in [("body.txt", mail.text), ("body.html", mail.html)] {
            if !body.contains(&decision.by) {
                let folder = format!("{}/{}", AdvisoryText::FOLDER, message.as_str());
                let path = format!("texts/{}/{folder}/{file}", language.as_str());
                let what = "does not say who decided on a control of the city's own: expected \
                            `decision.by` where there is no `superior`";
                self.doubt(&path, 1, what);
            }
        }
    }

    /// Why standards cannot stand together, in the file of the later of them.
    pub(super) fn fault_of_standards(&mut self, error: &StandardsError, files: &[(String, &File)]) {
        let (id, key) = match error {
            StandardsError::None => return self.fault("standards/", 1, error.to_string()),
            StandardsError::SameId(id) => (id, "id"),
            StandardsError::Overlap { later, .. } => (later, "in_force_from"),
        };
        let of = files.iter().rev().find(|(of, _)| of == id);
        let (path, text) = of.map_or(("standards/", ""), |(_, file)| (&file.path, &file.text));
        self.fault(path, line_of(text, key), error.to_string());
    }

    /// Each standard ends the day before the next begins, and the last does not end.
    pub(super) fn check_successors(&mut self, standards: &Standards, files: &[(String, &File)]) {
        let begins = standards.iter().skip(1).map(|next| next.in_force_from().0);
        for (standard, next) in standards.iter().zip(begins.map(Some).chain([None])) {
            let Some(end) = unfollowed(standard.in_force_to(), next) else {
                continue;
            };
            let of = files.iter().find(|(id, _)| id == standard.id());
            let (_, file) = of.expect("every standard was read from a file");
            let what = without_successor(end, "a standard");
            self.doubt(&file.path, line_of(&file.text, "in_force_to"), what);
        }
    }

    /// The law of every day from the first on.
    pub(super) fn check_law(&mut self, law: &Law) {
        for period in &law.period {
            self.check_dates("law.toml", &period.provenance);
        }
        let dates = || law.period.iter().map(|period| &period.provenance);
        let begins = dates().skip(1).map(|next| next.in_force_from);
        for (period, next) in dates().zip(begins.map(Some).chain([None])) {
            if let Some(end) = unfollowed(period.in_force_to, next) {
                let line = self.line_of_value("law.toml", &end.to_string());
                self.doubt("law.toml", line, without_successor(end, "a period"));
            }
        }
    }

    /// A higher level asks for no smaller cut.
    pub(super) fn check_targets(&mut self, targets: &TargetsFile) {
        let percent = &targets.targets.percent;
        if percent.red < percent.orange || percent.orange < percent.yellow {
            let line = self.line_of_value("targets.toml", "percent");
            let what = "a higher level asks for a smaller cut: expected percents that do not fall \
                        from yellow to orange to red";
            self.contradiction("targets.toml", line, what);
        }
    }
}

/// The day on which something ends that nothing follows on the day after.
fn unfollowed(end: Option<NaiveDate>, next: Option<NaiveDate>) -> Option<NaiveDate> {
    end.filter(|end| next.is_none_or(|next| end.succ_opt() != Some(next)))
}

fn without_successor(end: NaiveDate, what: &str) -> String {
    format!("ends on {end}, and {what} from the day after is not known here")
}
