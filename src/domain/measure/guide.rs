//! Guides (技术指南): what a ministry or bureau prescribes for an industry, by grade and level.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Measure, PerLevel};
use crate::playbook::Standing;

/// What a guide prescribes for one industry: the file `playbooks/measures/<industry>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// The document, with its number.
    pub document: String,
    /// The first day on which it holds.
    pub in_force_from: NaiveDate,
    /// The last day on which it holds; open where nothing has replaced it.
    pub in_force_to: Option<NaiveDate>,
    /// Where its words were read.
    pub source: String,
    /// How well the file as a whole is vouched for: as its weakest row.
    pub standing: Standing,
    /// The key industry (重点行业) as lists name it.
    pub industry: String,
    /// The process within the industry.
    pub process: String,
    /// What a share of production is a share of.
    pub basis: String,
    /// The rules, one per set of grades.
    #[serde(rename = "row")]
    pub rows: Vec<GuideRow>,
}

/// What enterprises of certain grades do at each level.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideRow {
    /// The grade codes to which it applies: `["A", "引领性"]`.
    pub grades: Vec<String>,
    /// The texts, in a table `[row.measures]`.
    pub measures: PerLevel<Measure>,
    /// Where this row was read.
    pub source: String,
    /// How well it is vouched for.
    pub standing: Standing,
}

/// Why a guide cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuideError {
    /// The file does not have the shape of a guide; the message names line and expectation.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// It ends before it begins.
    #[error("`in_force_to` lies before `in_force_from`")]
    Dates,
    /// Two rows speak for the same grade.
    #[error("grade `{0}` stands in two rows")]
    GradeTwice(String),
    /// A row claims to be better vouched for than the file, or the file than all its rows.
    #[error("`standing` of the file must be that of its weakest row")]
    Standing,
}

impl Guide {
    /// Reads and checks a guide.
    pub fn parse(toml: &str) -> Result<Self, GuideError> {
        let guide: Self = toml::from_str(toml)?;
        if guide.in_force_to.is_some_and(|to| to < guide.in_force_from) {
            return Err(GuideError::Dates);
        }
        let mut grades: Vec<_> = guide.rows.iter().flat_map(|row| &row.grades).collect();
        grades.sort_unstable();
        if let Some(pair) = grades.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GuideError::GradeTwice(pair[0].clone()));
        }
        let weakest = guide.rows.iter().map(|row| row.standing).max();
        if weakest != Some(guide.standing) {
            return Err(GuideError::Standing);
        }
        Ok(guide)
    }

    /// Whether the guide holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|to| day <= to)
    }

    /// What the guide prescribes for a grade.
    pub fn for_grade(&self, code: &str) -> Option<&PerLevel<Measure>> {
        self.rows
            .iter()
            .find(|row| row.grades.iter().any(|grade| grade == code))
            .map(|row| &row.measures)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::level::WarningLevel;

    const CEMENT: &str = include_str!("../../../playbooks/measures/cement-clinker.toml");
    const GLASS: &str = include_str!("../../../playbooks/measures/flat-glass.toml");

    // The cells of domain facts §3.3, from 环办大气函〔2020〕340号 (cement) and its restatement (glass).
    #[rstest]
    #[case::cement_b_orange_limits(CEMENT, "B", WarningLevel::Orange, "limit_load")]
    #[case::cement_b_red_stops(CEMENT, "B", WarningLevel::Red, "stop")]
    #[case::cement_c_yellow_stops_half(CEMENT, "C", WarningLevel::Yellow, "stop")]
    #[case::cement_a_red_is_free(CEMENT, "A", WarningLevel::Red, "autonomous")]
    #[case::glass_c_yellow_is_unrestricted(GLASS, "C", WarningLevel::Yellow, "unrestricted")]
    #[case::glass_d_yellow_limits(GLASS, "D", WarningLevel::Yellow, "limit_load")]
    fn the_shipped_guides_say_what_their_documents_say(
        #[case] toml: &str,
        #[case] grade: &str,
        #[case] level: WarningLevel,
        #[case] word: &str,
    ) {
        let guide = Guide::parse(toml).unwrap();
        let measure = guide.for_grade(grade).unwrap().get(level).unwrap();
        assert_eq!(measure.kinds()[0].word(), word);
    }

    #[test]
    fn a_guide_holds_from_its_first_to_its_last_day() {
        let day = |text: &str| text.parse().unwrap();
        let mut guide = Guide::parse(CEMENT).unwrap();
        assert!(!guide.holds_on(day("2020-06-28")));
        assert!(guide.holds_on(day("2026-11-23")));
        guide.in_force_to = Some(day("2025-12-31"));
        assert!(guide.holds_on(day("2025-12-31")));
        assert!(!guide.holds_on(day("2026-01-01")));
    }

    #[rstest]
    #[case::grade_twice(
        CEMENT.replace("grades = [\"C\"]", "grades = [\"B\"]"),
        "grade `B` stands in two rows"
    )]
    #[case::dates(
        CEMENT.replace("source = \"中国", "in_force_to = \"2020-06-28\"\nsource = \"中国"),
        "`in_force_to` lies before `in_force_from`"
    )]
    #[case::better_than_its_rows(
        GLASS.replacen("standing = \"second-hand\"", "standing = \"found\"", 1),
        "`standing` of the file must be that of its weakest row"
    )]
    fn a_guide_that_contradicts_itself_is_refused(#[case] toml: String, #[case] why: &str) {
        assert_eq!(Guide::parse(&toml).unwrap_err().to_string(), why);
    }

    #[test]
    fn a_guide_of_another_shape_is_refused_with_its_line() {
        let toml = CEMENT.replace("process =", "proces =");
        let error = Guide::parse(&toml).unwrap_err().to_string();
        assert!(
            error.contains("line 7") && error.contains("proces"),
            "{error}"
        );
    }
}
