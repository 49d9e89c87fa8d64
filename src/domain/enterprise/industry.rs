//! What a plant makes, by GB/T 4754 and as the grading scheme names it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::form::text_form;

/// What a plant makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Industry {
    /// 国民经济行业代码.
    pub code: Option<IndustryCode>,
    /// 重点行业 as the grading scheme names it: `水泥`, `铸造`, or a local addition.
    pub key: Option<String>,
}

/// 国民经济行业代码, GB/T 4754: two to four digits, without the letter of the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IndustryCode {
    digits: [u8; 4],
    len: u8,
}

/// Why a text is not an industry code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an industry code: expected two to four digits of GB/T 4754, such as 3011 or C3011"
)]
pub struct NotAnIndustryCode(pub String);

impl IndustryCode {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.len)])
            .expect("an industry code is ASCII")
    }

    /// 大类: the first two digits.
    pub fn division(&self) -> &str {
        &self.as_str()[..2]
    }
}

impl FromStr for IndustryCode {
    type Err = NotAnIndustryCode;

    fn from_str(text: &str) -> Result<Self, NotAnIndustryCode> {
        let code = text
            .strip_prefix(|c| matches!(c, 'A'..='T'))
            .unwrap_or(text);
        let len = u8::try_from(code.len()).unwrap_or(u8::MAX);
        if !(2..=4).contains(&len) || !code.bytes().all(|b| b.is_ascii_digit()) || code < "01" {
            return Err(NotAnIndustryCode(text.to_owned()));
        }
        let mut digits = [0; 4];
        digits[..code.len()].copy_from_slice(code.as_bytes());
        Ok(Self { digits, len })
    }
}

text_form! {
    IndustryCode, NotAnIndustryCode;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::class("3011", Some("3011"))]
    #[case::with_section("C3011", Some("3011"))]
    #[case::division("30", Some("30"))]
    #[case::one_digit("3", None)]
    #[case::five_digits("30111", None)]
    #[case::zero("00", None)]
    #[case::section_that_is_none("U3011", None)]
    fn industry_codes_follow_gbt_4754(#[case] text: &str, #[case] code: Option<&str>) {
        let parsed = text.parse::<IndustryCode>().ok();
        assert_eq!(parsed.as_ref().map(IndustryCode::as_str), code);
    }

    proptest! {
        #[test]
        fn an_industry_code_reads_back_without_its_section(
            section in "[A-T]?",
            digits in "(0[1-9]|[1-9][0-9])[0-9]{0,2}",
            any in "\\PC{0,24}",
        ) {
            let read: IndustryCode = format!("{section}{digits}").parse().unwrap();
            prop_assert_eq!(read.as_str(), digits);
            if let Ok(read) = any.parse::<IndustryCode>() {
                prop_assert_eq!(read.as_str().parse(), Ok(read));
            }
        }
    }
}
