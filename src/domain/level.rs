//! Warning levels (预警级别): always the warning's, never an enterprise's (that is a *grade*).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 预警级别, ordered by severity. Blue exists only under rules made before 2018.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WarningLevel {
    /// 蓝色 (Ⅳ级), abolished by 环办大气函〔2018〕875号.
    Blue,
    /// 黄色 (Ⅲ级).
    Yellow,
    /// 橙色 (Ⅱ级).
    Orange,
    /// 红色 (Ⅰ级).
    Red,
}

impl WarningLevel {
    /// Every level, the lowest first.
    pub const ALL: [Self; 4] = [Self::Blue, Self::Yellow, Self::Orange, Self::Red];

    /// The levels under which a reduction list files measures.
    pub const WITH_MEASURES: [Self; 3] = [Self::Yellow, Self::Orange, Self::Red];

    /// The machine word: `blue`, `yellow`, `orange`, `red`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Red => "red",
        }
    }

    /// The Chinese word for the colour: `黄色`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Blue => "蓝色",
            Self::Yellow => "黄色",
            Self::Orange => "橙色",
            Self::Red => "红色",
        }
    }

    /// The response a level starts (响应级别): yellow Ⅲ, orange Ⅱ, red Ⅰ.
    pub const fn response(self) -> &'static str {
        match self {
            Self::Blue => "Ⅳ",
            Self::Yellow => "Ⅲ",
            Self::Orange => "Ⅱ",
            Self::Red => "Ⅰ",
        }
    }
}

impl fmt::Display for WarningLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a warning level: expected blue, yellow, orange or red")]
pub struct NotALevel(pub String);

impl FromStr for WarningLevel {
    type Err = NotALevel;

    fn from_str(text: &str) -> Result<Self, NotALevel> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text || level.zh() == text)
            .ok_or_else(|| NotALevel(text.to_owned()))
    }
}
