//! In which part of the list a plant stands, whether it runs, and what spares it.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;

/// 管控类别: which part of the list a plant stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListClass {
    /// 重点行业.
    KeyIndustry,
    /// 小微涉气.
    SmallEmitter,
    /// 一般工业.
    General,
    /// 保障类: what people cannot do without.
    Essential,
}

/// 企业状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantStatus {
    /// 正常.
    Operating,
    /// 长期停产: may not count towards the base of a reduction.
    LongStopped,
    /// 季节性.
    Seasonal,
}

/// Why a text is not one of a fixed set of words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is none of {expected}")]
pub struct NotAWord {
    /// What stood there.
    pub found: String,
    /// The words that may, joined by 、.
    pub expected: String,
}

/// Words of a list for an enum: the one that is printed, and others that are read.
macro_rules! words {
    ($name:ident { $($variant:ident = $zh:literal $(| $other:literal)*,)* }) => {
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on a list.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.zh())
            }
        }

        impl FromStr for $name {
            type Err = NotAWord;

            fn from_str(text: &str) -> Result<Self, NotAWord> {
                match text {
                    $($zh $(| $other)* => Ok(Self::$variant),)*
                    _ => Err(NotAWord {
                        found: text.to_owned(),
                        expected: [$($zh),*].join("、"),
                    }),
                }
            }
        }
    };
}

words!(ListClass {
    KeyIndustry = "重点行业" | "key_industry",
    SmallEmitter = "小微涉气" | "小微涉气企业" | "small_emitter",
    General = "一般工业" | "一般工业企业" | "general",
    Essential = "保障类" | "essential",
});

words!(PlantStatus {
    Operating = "正常" | "正常生产" | "operating",
    LongStopped = "长期停产" | "long_stopped",
    Seasonal = "季节性" | "季节性生产" | "seasonal",
});

/// 豁免: spared measures up to a level, by whom and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// The class of the exemption, as the province names it: `民生保障`, `军工与外贸出口`.
    pub kind: String,
    /// The highest level at which it still holds.
    pub up_to: WarningLevel,
    /// The last day on which it holds; open where not stated.
    pub until_on: Option<NaiveDate>,
    /// 批准机关.
    pub granted_by: String,
}

impl Exemption {
    /// Whether the exemption spares the plant at a level on a day.
    pub fn covers(&self, level: WarningLevel, day: NaiveDate) -> bool {
        level <= self.up_to && self.until_on.is_none_or(|until| day <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemption_ends_with_its_level_and_its_day() {
        let day = |text: &str| text.parse().unwrap();
        let exemption = Exemption {
            kind: "省绿色环保引领企业".into(),
            up_to: WarningLevel::Orange,
            until_on: Some(day("2026-12-31")),
            granted_by: String::new(),
        };
        assert!(exemption.covers(WarningLevel::Orange, day("2026-12-31")));
        assert!(!exemption.covers(WarningLevel::Red, day("2026-12-31")));
        assert!(!exemption.covers(WarningLevel::Orange, day("2027-01-01")));
    }
}
