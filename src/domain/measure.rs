//! Measures (减排措施): what a plant filed that it will do under a level, and of what kind that is.
//!
//! The filed text *is* the order: it is kept, printed and sent exactly as filed (一企一策). The
//! [`MeasureKind`]s are read from it for counting and checking only; a text that nothing is read
//! from is lawful all the same and is [`MeasureKind::Other`]. A [`Guide`] holds what a ministry's
//! or bureau's guide prescribes by grade and level, as data with its source; it proposes texts
//! and never overrides a filed one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;

mod guide;
mod reading;

pub use guide::{Guide, GuideError, GuideRow};

pub(crate) use reading::read;

/// One filed text, from which its kinds are read when they are asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measure(String);

/// A value for each level under which a list files measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PerLevel<T> {
    /// 黄色 (Ⅲ级).
    pub yellow: T,
    /// 橙色 (Ⅱ级).
    pub orange: T,
    /// 红色 (Ⅰ级).
    pub red: T,
}

/// What a clause of a filed text asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MeasureKind {
    /// 自主减排: the enterprise cuts as it sees fit.
    Autonomous,
    /// 不限产、不作要求: the guide asks nothing at this level.
    Unrestricted,
    /// 停产.
    Stop(Stop),
    /// 限产: a lower load.
    LimitLoad(Option<Limit>),
    /// A daily input that falls from one mass to another, kg/d: `由960吨降低到768吨`.
    Input {
        /// Before.
        from: u64,
        /// At most this under the warning.
        to: u64,
    },
    /// 出焦时间延长, and other rhythms counted per furnace.
    SlowRhythm {
        /// The coking time, where stated.
        hours: Option<u16>,
    },
    /// 轮停: off and on by turns.
    Rota {
        /// Hours off and hours on, where stated.
        hours: Option<(u16, u16)>,
    },
    /// 按最低负荷运行.
    MinimumLoad,
    /// 以热定产、以量定产: production follows an approved heat or quantity.
    SetByDemand,
    /// A stricter limit on what leaves the stack, in the text's own figures (mg/m³).
    EmissionCap,
    /// A share by which emissions fall, the means left to the enterprise.
    EmissionCut {
        /// At least this many per cent.
        percent: u8,
    },
    /// 停止运输、停用国四及以下: vehicles on public roads.
    Transport {
        /// Vehicles of this emission stage and below stay out: 4 for 国四.
        up_to_stage: Option<u8>,
        /// How many fewer vehicles come.
        limit: Option<Limit>,
    },
    /// 停用非道路移动机械.
    Nrmm {
        /// Machines of this emission stage and below stand still: 2 for 国二.
        up_to_stage: Option<u8>,
    },
    /// 未经批准不得开炉、不得恢复生产: what is off stays off.
    KeepOff,
    /// 排放量不得上升.
    NoRise,
    /// 免停: spared under the condition the text states.
    Exempt,
    /// After some hours another measure takes this one's place; it may be looser.
    TimePhased {
        /// Hours since the response began.
        after_hours: u16,
        /// What holds from then on.
        next: Box<MeasureKind>,
    },
    /// As written: nothing was read from the text.
    Other,
}

/// A stop: of what, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    /// What stops.
    pub scope: StopScope,
    /// At least this many per cent of it; all where not stated.
    pub percent: Option<u8>,
    /// This many machines of it: `1台`.
    pub machines: Option<u16>,
    /// 停产保窑、焖炉: the furnace is kept warm.
    pub keep_warm: bool,
}

/// What stops, as far as the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopScope {
    /// What the row of the list names: its line, its unit, or the plant.
    AsListed,
    /// 全厂、全面停产.
    Enterprise,
    /// 以生产线计.
    Line,
    /// 涉气工序、涉VOCs工序.
    Process,
    /// Named machines: 装备、设备、炭化室、高炉.
    Machines,
}

/// A quantity that falls by a share, or to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Down by at least this many per cent.
    By(u8),
    /// Down to at most this many per cent.
    To(u8),
}

impl Measure {
    /// A text as filed, without the blanks around it; nothing for an empty one.
    pub fn filed(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The order, in the words that were filed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the text says, each kind once, in its order; [`MeasureKind::Other`] alone where no
    /// clause says anything known.
    pub fn kinds(&self) -> Vec<MeasureKind> {
        let mut kinds = Vec::new();
        for kind in read(&self.0) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            kinds.push(MeasureKind::Other);
        }
        kinds
    }

    /// Whether the text asks nothing that could be inspected: 自主减排 or 不作要求, and nothing else.
    pub fn is_autonomous(&self) -> bool {
        let mut kinds = read(&self.0).peekable();
        kinds.peek().is_some()
            && kinds.all(|kind| {
                matches!(
                    kind,
                    MeasureKind::Autonomous | MeasureKind::Unrestricted | MeasureKind::Exempt
                )
            })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Measure({:?})", self.0)
    }
}

impl<T> PerLevel<T> {
    /// The value for a level; none for blue, under which nothing is filed.
    pub fn get(&self, level: WarningLevel) -> Option<&T> {
        match level {
            WarningLevel::Blue => None,
            WarningLevel::Yellow => Some(&self.yellow),
            WarningLevel::Orange => Some(&self.orange),
            WarningLevel::Red => Some(&self.red),
        }
    }

    /// Each level with its value, the lowest level first.
    pub fn iter(&self) -> impl Iterator<Item = (WarningLevel, &T)> {
        let values = [&self.yellow, &self.orange, &self.red];
        WarningLevel::WITH_MEASURES.into_iter().zip(values)
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (WarningLevel, &mut T)> {
        let values = [&mut self.yellow, &mut self.orange, &mut self.red];
        WarningLevel::WITH_MEASURES.into_iter().zip(values)
    }

    /// A value for each level, made from the level.
    pub fn from_fn(mut make: impl FnMut(WarningLevel) -> T) -> Self {
        Self {
            yellow: make(WarningLevel::Yellow),
            orange: make(WarningLevel::Orange),
            red: make(WarningLevel::Red),
        }
    }
}

impl MeasureKind {
    /// The machine word for counting: `stop`, `limit_load`, `transport`, …
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Autonomous => "autonomous",
            Self::Unrestricted => "unrestricted",
            Self::Stop(_) => "stop",
            Self::LimitLoad(_) => "limit_load",
            Self::Input { .. } => "input",
            Self::SlowRhythm { .. } => "slow_rhythm",
            Self::Rota { .. } => "rota",
            Self::MinimumLoad => "minimum_load",
            Self::SetByDemand => "set_by_demand",
            Self::EmissionCap => "emission_cap",
            Self::EmissionCut { .. } => "emission_cut",
            Self::Transport { .. } => "transport",
            Self::Nrmm { .. } => "nrmm",
            Self::KeepOff => "keep_off",
            Self::NoRise => "no_rise",
            Self::Exempt => "exempt",
            Self::TimePhased { .. } => "time_phased",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_it_sees_fit("鼓励结合实际自主采取减排措施", true)]
    #[case::not_asked("不限产", true)]
    #[case::with_trucks("自主减排；停用国四及以下重型载货车", false)]
    #[case::unknown("按操作方案执行", false)]
    #[case::stop("停产", false)]
    fn only_a_text_that_asks_nothing_is_autonomous(#[case] text: &str, #[case] autonomous: bool) {
        assert_eq!(Measure::filed(text).unwrap().is_autonomous(), autonomous);
    }

    #[test]
    fn the_filed_text_is_kept_as_written() {
        let measure = Measure::filed("  停产，  停止运输。 ").unwrap();
        assert_eq!(measure.text(), "停产，  停止运输。");
        assert_eq!(Measure::filed(" \t"), None);
    }
}
