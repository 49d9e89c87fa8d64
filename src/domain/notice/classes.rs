//! Classes of measures, and the level at which each is carried out (分类执行).
//!
//! A notice states one level. Some state another one for a part of the measures: 黑龙江 in November
//! 2017 had 减排措施 carried out as orange and everything else as yellow. So there is one level for
//! each class at any time: its own where one is stated, else the notice's.

use serde::{Deserialize, Serialize};

use super::NoticeKind;
use crate::level::WarningLevel;

/// A class of measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureClass {
    /// 工业源: what the reduction list files for plants.
    Industry,
    /// 移动源: vehicles and machinery.
    Transport,
    /// 扬尘源: sites and roads.
    Dust,
    /// 公众: health protection and what people are asked to do.
    Public,
}

/// A class with a level of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassLevel {
    /// The class.
    pub class: MeasureClass,
    /// Its level.
    pub level: WarningLevel,
}

/// The levels at which a notice or a warning binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    /// Its own.
    pub own: WarningLevel,
    /// Those of the classes, in their order.
    classes: [WarningLevel; MeasureClass::ALL.len()],
}

impl MeasureClass {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::Industry, Self::Transport, Self::Dust, Self::Public];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Industry => "industry",
            Self::Transport => "transport",
            Self::Dust => "dust",
            Self::Public => "public",
        }
    }
}

impl Levels {
    /// A level, and the classes that have another one.
    pub fn new(own: WarningLevel, stated: &[ClassLevel]) -> Self {
        let of = |class| stated.iter().find(|it| it.class == class);
        let classes = MeasureClass::ALL.map(|class| of(class).map_or(own, |it| it.level));
        Self { own, classes }
    }

    /// The level of a class.
    pub fn of(self, class: MeasureClass) -> WarningLevel {
        self.classes[class as usize]
    }

    /// The highest of all, which is the one to be approved.
    pub fn highest(self) -> WarningLevel {
        self.classes.into_iter().fold(self.own, WarningLevel::max)
    }

    /// Whether no class, and not the whole, is below another's.
    pub fn is_at_least(self, other: Self) -> bool {
        let classes = self.classes.iter().zip(other.classes);
        self.own >= other.own && classes.into_iter().all(|(level, other)| *level >= other)
    }

    /// The kind of notice that leads from these levels to others; a raise where some classes go up
    /// and others down, which is then refused and to be told apart by a person.
    pub fn change_to(self, other: Self) -> NoticeKind {
        if self == other {
            NoticeKind::Extend
        } else if self.is_at_least(other) {
            NoticeKind::Lower
        } else {
            NoticeKind::Raise
        }
    }

    /// The classes to state beside a level: those that keep one of their own, and those for which a
    /// superior has ordered a higher one.
    pub fn beside(
        own: WarningLevel,
        kept: &[ClassLevel],
        ordered: Option<Self>,
    ) -> Vec<ClassLevel> {
        let kept = Self::new(own, kept);
        // An order that the level itself falls short of is no matter of classes.
        let ordered = ordered.filter(|ordered| ordered.own <= own);
        let least = |class| ordered.map_or(kept.of(class), |it| it.of(class));
        let classes = MeasureClass::ALL.into_iter();
        let stated = classes.map(|class| ClassLevel {
            class,
            level: kept.of(class).max(least(class)),
        });
        stated.filter(|stated| stated.level != own).collect()
    }

    /// The level of every class where they differ; none where all have the notice's.
    pub fn split(self) -> Vec<ClassLevel> {
        if self.classes == [self.own; MeasureClass::ALL.len()] {
            return Vec::new();
        }
        let classes = MeasureClass::ALL.into_iter();
        classes
            .map(|class| ClassLevel {
                class,
                level: self.of(class),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MeasureClass::{Dust, Industry, Public, Transport};
    use WarningLevel::{Orange, Red, Yellow};

    /// 黑龙江 2017-11: 减排措施按橙色执行, 其他措施按黄色.
    fn heilongjiang() -> Levels {
        let class = Industry;
        let level = Orange;
        Levels::new(Yellow, &[ClassLevel { class, level }])
    }

    #[test]
    fn a_class_that_is_not_named_has_the_level_of_the_notice() {
        let levels = heilongjiang();
        let of = [Industry, Transport, Dust, Public].map(|class| levels.of(class));
        assert_eq!(of, [Orange, Yellow, Yellow, Yellow]);
        assert_eq!(levels.highest(), Orange);
        assert_eq!(levels.split().len(), 4);
        assert_eq!(Levels::new(Red, &[]).split(), []);
    }

    #[test]
    fn a_class_that_goes_up_is_a_raise_and_one_that_goes_down_a_lowering() {
        let (split, yellow) = (heilongjiang(), Levels::new(Yellow, &[]));
        assert_eq!(yellow.change_to(split), NoticeKind::Raise);
        assert_eq!(split.change_to(Levels::new(Orange, &[])), NoticeKind::Raise);
        assert_eq!(split.change_to(yellow), NoticeKind::Lower);
        assert_eq!(split.change_to(split), NoticeKind::Extend);
    }

    #[test]
    fn a_level_is_stated_with_the_classes_that_keep_theirs_and_those_that_were_ordered() {
        let stated = |class, level| ClassLevel { class, level };
        let kept = [stated(Industry, Red)];
        assert_eq!(Levels::beside(Orange, &kept, None), kept);
        assert_eq!(Levels::beside(Red, &kept, None), []);
        let ordered = Levels::new(Yellow, &[stated(Industry, Orange), stated(Dust, Red)]);
        let both = [stated(Industry, Red), stated(Dust, Red)];
        assert_eq!(Levels::beside(Orange, &kept, Some(ordered)), both);
        let above = Levels::new(Red, &[]);
        assert_eq!(Levels::beside(Orange, &kept, Some(above)), kept);
    }

    #[test]
    fn levels_compare_class_by_class() {
        let (split, yellow) = (heilongjiang(), Levels::new(Yellow, &[]));
        let orange = Levels::new(Orange, &[]);
        assert!(split.is_at_least(yellow) && !yellow.is_at_least(split));
        assert!(orange.is_at_least(split) && !split.is_at_least(orange));
        let public = ClassLevel {
            class: Public,
            level: Red,
        };
        let other = Levels::new(Yellow, &[public]);
        assert!(!split.is_at_least(other) && !other.is_at_least(split));
    }
}
