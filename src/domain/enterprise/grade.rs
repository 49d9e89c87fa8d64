//! Grades (绩效等级): a code within a scheme. Codes are data: every scheme has its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::form::{narrowed, text_form};

/// 绩效等级: a code within a scheme. Two grades are alike only under the same scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grade {
    /// The document and version that graded: `环办大气函〔2020〕340号`.
    pub scheme: String,
    /// The code in it: `A+`, `B-`, `引领性`.
    pub code: GradeCode,
}

/// The code of a grade in its common spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GradeCode(String);

/// Why a text is not the code of a grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a grade: expected a code such as A, B-, 引领性, of at most 12 characters")]
pub struct NotAGrade(pub String);

impl GradeCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GradeCode {
    type Err = NotAGrade;

    /// Spellings of one code are read alike: `A级`, `a`, `A`; `B-级`; `绩效引领`, `引领性企业`.
    ///
    /// A code that no known scheme has is kept as it is: schemes are data.
    fn from_str(text: &str) -> Result<Self, NotAGrade> {
        let narrow: String = text.trim().chars().map(narrowed).collect();
        let short = narrow
            .trim_start_matches("绩效")
            .trim_end_matches("企业")
            .trim();
        let letters = short.trim_end_matches('级').trim_end();
        let code = match short.trim_end_matches('性') {
            word @ ("引领" | "非引领" | "先进") => format!("{word}性"),
            _ if letters.is_ascii() => letters.to_ascii_uppercase(),
            _ => short.to_owned(),
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-');
        if code.is_empty() || code.chars().count() > 12 || !code.chars().all(fits) {
            return Err(NotAGrade(text.to_owned()));
        }
        Ok(Self(code))
    }
}

text_form! {
    GradeCode, NotAGrade;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("A", "A")]
    #[case::with_word("A级", "A")]
    #[case::small("b-", "B-")]
    #[case::minus_with_word("B-级", "B-")]
    #[case::full_width("Ａ＋级", "A+")]
    #[case::true_minus("B\u{2212}", "B-")]
    #[case::leading("引领", "引领性")]
    #[case::leading_enterprise("绩效引领性企业", "引领性")]
    #[case::not_leading("非引领", "非引领性")]
    #[case::advanced("绩效先进性", "先进性")]
    #[case::numbered_class_keeps_its_word("一级", "一级")]
    #[case::unknown_is_kept("绿色标杆", "绿色标杆")]
    fn spellings_of_a_grade_are_read_alike(#[case] text: &str, #[case] code: &str) {
        let parsed: GradeCode = text.parse().unwrap();
        assert_eq!(parsed.as_str(), code);
        assert_eq!(parsed.as_str().parse(), Ok(parsed.clone()));
    }

    #[rstest]
    #[case::empty("")]
    #[case::only_the_word("级")]
    #[case::a_sentence("A级，待复核")]
    fn what_is_no_grade_is_refused(#[case] text: &str) {
        text.parse::<GradeCode>().unwrap_err();
    }

    proptest! {
        #[test]
        fn a_grade_reads_back_from_its_common_spelling(
            text in "(绩效)?([A-Da-d][+-]?级?|非?引领性?|先进性?|[一二三]级|绿色标杆)(企业)?",
            any in "\\PC{0,24}",
        ) {
            let read: GradeCode = text.parse().unwrap();
            prop_assert_eq!(read.as_str().parse(), Ok(read.clone()));
            if let Ok(read) = any.parse::<GradeCode>() {
                prop_assert_eq!(read.as_str().parse(), Ok(read.clone()));
            }
        }
    }
}
