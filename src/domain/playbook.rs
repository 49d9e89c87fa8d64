//! The playbook (预案): what a region's plan lays down, as data with the dates it holds.
//!
//! A [`RegionProfile`] says which rules judge a region, which titles approve which level and how
//! fast a recipient answers; [`TargetsFile`] the cut required of the whole society; [`Law`] which
//! articles and words a document cites on its date. Each states its [`Provenance`]: an assumed
//! value is marked and never passed off as law. Texts are parsed once; a wrong file is refused with
//! its path, line and what was expected.
//!
//! Rules, standards and guides have files of their own: [`trigger`](crate::trigger),
//! [`aqi`](crate::aqi), [`measure`](crate::measure). How well a value is known is one [`Standing`]
//! for all of them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::advisory::AdvisoryKind;
use crate::measure::PerLevel;
use crate::notice::Approval;
use crate::outlook::Forecasts;
use crate::plan::Targets;
use crate::region::RegionCode;
use crate::trigger::Window;

mod file;

pub use file::PlaybookFault;

pub(crate) use file::{Wrong, read};

/// How well a stated fact is known, the best known first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The words were read in the document itself, or in a copy of it.
    Found,
    /// Read in another text that cites or restates the document.
    SecondHand,
    /// Set by us where no text was found, to be replaced by the bureau's own plan.
    Assumed,
}

impl Standing {
    /// The word in a playbook: `second-hand`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::SecondHand => "second-hand",
            Self::Assumed => "assumed",
        }
    }
}

/// Where a file's values come from, and when they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The document, with its number.
    pub document: String,
    /// The first day it holds.
    pub in_force_from: NaiveDate,
    /// The last day it holds, if that is known.
    pub in_force_to: Option<NaiveDate>,
    /// Where it was read.
    pub source: String,
    /// How well the file's values are known on the whole.
    pub standing: Standing,
}

/// What a region's plan lays down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionProfile {
    /// Where this comes from.
    pub provenance: Provenance,
    /// Which region it is for, with everything below it.
    pub region: RegionCode,
    /// 发布机关, as printed on its notices.
    pub organ: String,
    /// The name of its plan (应对预案).
    pub plan: String,
    /// The rules by which it judges: the name of a file in `triggers/`.
    pub rules: String,
    /// How a day is cut out of the hours, where hours are known; the rules have to know it. Natural
    /// days where it is not said.
    pub window: Option<Window>,
    /// 值班电话, as printed on orders.
    pub duty_phone: String,
    /// Who may approve which level.
    pub approval: Approval,
    /// How fast things have to happen.
    pub clocks: Clocks,
    /// Whose forecast of a day is judged.
    #[serde(default)]
    pub forecast: Forecasts,
    /// How often the public is told anew while a warning is in force; nothing is due where it is
    /// not said.
    pub information: Option<Information>,
    /// Whom advisories are sent to.
    #[serde(default)]
    pub advisories: Audiences,
}

/// Who can be told of an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addressees {
    /// The enterprises on the region's list.
    Enterprises,
    /// The offices below it (属地分局、乡镇).
    Offices,
}

/// Whom advisories are sent to, within the area that each means. *Assumed* where it is not said: the
/// enterprises hear of a temporary control, nobody is written to about a health notice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audiences {
    /// Of a health notice (健康提示).
    pub health_notice: BTreeSet<Addressees>,
    /// Of a temporary control (临时管控).
    pub temporary_control: BTreeSet<Addressees>,
    /// How well that is known.
    pub standing: Standing,
}

impl Default for Audiences {
    fn default() -> Self {
        Self {
            health_notice: BTreeSet::new(),
            temporary_control: [Addressees::Enterprises].into(),
            standing: Standing::Assumed,
        }
    }
}

impl Audiences {
    /// Whom an advisory of a kind is sent to.
    pub const fn of(&self, kind: &AdvisoryKind) -> &BTreeSet<Addressees> {
        match kind {
            AdvisoryKind::HealthNotice { .. } => &self.health_notice,
            AdvisoryKind::TemporaryControl(_) => &self.temporary_control,
        }
    }
}

/// How often the public is told anew while a warning is in force (信息更新频次).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Information {
    /// Hours from one update to the next.
    pub every_hours: PerLevel<u16>,
    /// How well that is known.
    pub standing: Standing,
}

/// The clocks of a region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// Minutes from issue within which an order is to be acknowledged.
    pub acknowledge_within_minutes: PerLevel<u32>,
    /// How well that is known.
    pub standing: Standing,
}

/// The required cut per level.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetsFile {
    /// Where this comes from.
    pub provenance: Provenance,
    /// The targets.
    pub targets: Targets,
}

/// The law to cite, by date.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// The periods, the oldest first.
    pub period: Vec<LawPeriod>,
}

/// The law of one period, and the words its documents use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawPeriod {
    /// Where this comes from.
    pub provenance: Provenance,
    /// The statute, without its brackets.
    pub statute: String,
    /// The article under which government sets the level and issues.
    pub issue_article: String,
    /// The article under which measures are ordered.
    pub measures_article: String,
    /// The article that makes the grade the basis of differentiated measures, where there is one.
    pub grade_article: Option<String>,
    /// The article on refusing measures and on unauthorised publication.
    pub penalty_article: String,
    /// 应急预案, since 2026-08-15 应对预案.
    pub plan_term: String,
    /// 应急措施, since 2026-08-15 应对措施.
    pub measures_term: String,
    /// 应急响应, since 2026-08-15 应对响应.
    pub response_term: String,
}

impl RegionProfile {
    /// Reads a profile.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        let profile: Self = read(path, text, Ok)?;
        let fault = |section, what| {
            Err(PlaybookFault {
                path: path.to_owned(),
                line: line_of(text, section),
                what,
            })
        };
        let titles = &profile.approval.titles;
        let missing = crate::level::WarningLevel::WITH_MEASURES
            .into_iter()
            .find(|level| titles.get(level).is_none_or(Vec::is_empty));
        if let Some(level) = missing {
            let what = format!("expected at least one title that may approve {level}");
            return fault("[approval", what);
        }
        let rhythm = profile.information.as_ref().map(|it| &it.every_hours);
        if rhythm.is_some_and(|hours| hours.iter().any(|(_, hours)| *hours == 0)) {
            return fault("[information", "expected at least 1 hour".to_owned());
        }
        match profile.forecast.check() {
            Ok(()) => Ok(profile),
            Err(error) => fault("[forecast", error.to_string()),
        }
    }
}

impl TargetsFile {
    /// Reads the targets.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        read(path, text, Ok)
    }
}

impl Law {
    /// Reads the law; its periods must follow one another without overlap.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        let law: Self = read(path, text, Ok)?;
        let apart = law.period.windows(2).all(|pair| {
            let (before, after) = (&pair[0].provenance, &pair[1].provenance);
            before
                .in_force_to
                .is_some_and(|end| end < after.in_force_from)
        });
        if apart && !law.period.is_empty() {
            return Ok(law);
        }
        Err(PlaybookFault {
            path: path.to_owned(),
            line: line_of(text, "[[period]]"),
            what: "expected periods in order, none overlapping the next".to_owned(),
        })
    }

    /// The law of a day.
    pub fn on(&self, day: NaiveDate) -> Option<&LawPeriod> {
        self.period.iter().rev().find(|period| {
            let dates = &period.provenance;
            dates.in_force_from <= day && dates.in_force_to.is_none_or(|end| day <= end)
        })
    }
}

fn line_of(text: &str, what: &str) -> usize {
    text.lines()
        .position(|line| line.starts_with(what))
        .map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::level::WarningLevel;
    use crate::outlook::Cause;

    const XUCHANG: &str = include_str!("../../playbooks/regions/410000-henan/411000-xuchang.toml");
    const LAW: &str = include_str!("../../playbooks/law.toml");

    #[test]
    fn the_shipped_profile_names_an_approver_for_every_level() {
        let profile = RegionProfile::parse("xuchang", XUCHANG).unwrap();
        assert_eq!(profile.region.as_str(), "411000");
        for level in WarningLevel::WITH_MEASURES {
            assert!(!profile.approval.titles[&level].is_empty());
        }
    }

    #[rstest]
    #[case::unknown_key("organ = ", "organs = ", "unknown field")]
    #[case::no_region("region = \"411000\"", "region = \"41\"", "not a region code")]
    #[case::no_approver("yellow = [", "yellow = [] #", "may approve yellow")]
    #[case::trusted_twice("\"市站\"]", "\"市站\", \"市站\"]", "市站 is named twice")]
    #[case::trusted_nobody("\"市站\"]", "\" \"]", "a source without a name")]
    #[case::told_without_pause("orange = 4, red = 4", "orange = 0, red = 4", "at least 1 hour")]
    #[case::told_to_strangers("= [\"enterprises\"]", "= [\"plants\"]", "unknown variant `plants`")]
    #[case::never_fresh("fresh_hours = 30", "fresh_hours = 0", "from 1 to 720 hours")]
    fn a_wrong_profile_is_refused_with_file_and_line(
        #[case] right: &str,
        #[case] wrong: &str,
        #[case] expected: &str,
    ) {
        let text = XUCHANG.replacen(right, wrong, 1);
        assert_ne!(text, XUCHANG);
        let fault = RegionProfile::parse("xuchang.toml", &text).unwrap_err();
        assert!(fault.what.contains(expected), "{fault}");
        assert!(fault.line > 1, "{fault}");
    }

    #[test]
    fn a_region_that_does_not_say_tells_enterprises_of_a_control_and_nobody_of_a_health_notice() {
        let said = XUCHANG.split("[advisories]").next().unwrap();
        let silent = RegionProfile::parse("xuchang", said).unwrap();
        assert_eq!(silent.advisories, Audiences::default());
        let document = "豫环委攻坚办〔2026〕88号".to_owned();
        let control =
            AdvisoryKind::TemporaryControl(crate::advisory::Grounds::Superior { document });
        assert_eq!(
            *silent.advisories.of(&control),
            [Addressees::Enterprises].into()
        );
        let notice = AdvisoryKind::HealthNotice { cause: Cause::Dust };
        assert!(silent.advisories.of(&notice).is_empty());
    }

    /// 生态环境法典, in force 2026-08-15: articles 93–96 became 261–264, 121 became 1134.
    #[rstest]
    #[case::last_day_of_the_old_law("2026-08-14", "第九十五条", "应急预案")]
    #[case::first_day_of_the_codex("2026-08-15", "第二百六十三条", "应对预案")]
    fn a_document_cites_the_law_of_its_date(
        #[case] day: &str,
        #[case] article: &str,
        #[case] term: &str,
    ) {
        let law = Law::parse("law.toml", LAW).unwrap();
        let period = law.on(day.parse().unwrap()).unwrap();
        assert_eq!(
            (period.issue_article.as_str(), period.plan_term.as_str()),
            (article, term)
        );
    }
}
