//! What a notice says, and how it is consulted on.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ClassLevel, Levels, Refusal, written};
use crate::id::InstructionId;
use crate::level::WarningLevel;
use crate::region::RegionCode;
use crate::time::WrittenTime;

/// What a notice does to its warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// 启动: begins a warning.
    Start,
    /// 升级: to a higher level.
    Raise,
    /// 降级: to a lower level.
    Lower,
    /// 延长: the same level, a later end.
    Extend,
    /// 加严: added measures with a window of their own inside the running level.
    AddOn,
    /// 勘误: the same warning, rightly worded.
    Correct,
    /// 暂停: from its hour on nobody owes a duty, while the warning stands.
    Suspend,
    /// 恢复: ends a suspension, at the level it states.
    Resume,
    /// 解除: ends it because the air has improved.
    Lift,
    /// 撤回: takes it back because it should not have been issued.
    Withdraw,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Start,
        Self::Raise,
        Self::Lower,
        Self::Extend,
        Self::AddOn,
        Self::Correct,
        Self::Suspend,
        Self::Resume,
        Self::Lift,
        Self::Withdraw,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Raise => "raise",
            Self::Lower => "lower",
            Self::Extend => "extend",
            Self::AddOn => "add-on",
            Self::Correct => "correct",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Lift => "lift",
            Self::Withdraw => "withdraw",
        }
    }

    /// Whether it puts its level in force.
    pub const fn sets_level(self) -> bool {
        matches!(
            self,
            Self::Start | Self::Raise | Self::Lower | Self::Correct | Self::Resume
        )
    }

    /// Whether the response at a level starts at its hour (启动时刻).
    pub const fn starts(self) -> bool {
        matches!(self, Self::Start | Self::Raise | Self::Lower)
    }

    /// Whether it is told as a span from its hour to its end.
    pub const fn spans(self) -> bool {
        !self.ends() && !matches!(self, Self::Suspend | Self::Resume)
    }

    /// Whether it ends the warning.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Lift | Self::Withdraw)
    }

    /// Whether its hours hold from its issue on at the earliest: nobody is let off, or bound anew
    /// after a pause, before they are told.
    const fn holds_once_told(self) -> bool {
        self.ends() || matches!(self, Self::Suspend | Self::Resume)
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// When a warning, or an added measure, ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// At the stated time.
    At(WrittenTime),
    /// 解除时间另行通知.
    UntilFurtherNotice,
}

impl End {
    /// The instant it ends, if it is stated.
    pub fn at(self) -> Option<DateTime<Utc>> {
        self.time().map(WrittenTime::at)
    }

    /// The hour it ends, as written, if it is stated.
    pub fn time(self) -> Option<WrittenTime> {
        match self {
            Self::At(time) => Some(time),
            Self::UntilFurtherNotice => None,
        }
    }

    /// Whether this end is later than another; an open end is the latest.
    pub fn is_after(self, other: Self) -> bool {
        match (self.at(), other.at()) {
            (Some(this), Some(other)) => this > other,
            (None, other) => other.is_some(),
            (Some(_), None) => false,
        }
    }

    /// As a Chinese document prints it.
    pub fn zh(self) -> String {
        match self {
            Self::At(time) => time.zh(),
            Self::UntilFurtherNotice => "解除时间另行通知".to_owned(),
        }
    }
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What it does.
    pub kind: NoticeKind,
    /// The level from [`effective`](Self::effective) on; for a lift or withdrawal the level ended.
    pub level: WarningLevel,
    /// 启动时刻, or the hour of the change or lift; may lie days after the notice is issued.
    pub effective: WrittenTime,
    /// How long it holds.
    pub ends: End,
    /// What it rests on.
    pub grounds: Grounds,
    /// The superior's document it carries out (上级文号).
    pub parent_document: Option<String>,
    /// An earlier control that ends with it (此前措施同时取消).
    pub cancels: Option<String>,
    /// Measures it adds for everyone, each printed as written; an [`NoticeKind::AddOn`] has some.
    #[serde(default)]
    pub adds: Vec<String>,
    /// Measures added before that it takes back, each as it was written; the rest goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<String>,
    /// Measures that stay after the lift (解除后仍执行的措施).
    #[serde(default)]
    pub keeps: Vec<String>,
    /// 计划恢复时刻: when a suspension is planned to end. It is printed, and it binds nobody: a
    /// person issues the [`NoticeKind::Resume`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<WrittenTime>,
    /// The areas that a lift ends before its own hour, which is the last. An area within another
    /// one that is named has its own hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaHour>,
    /// The classes of measures that are carried out at another level than the notice's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassLevel>,
}

/// A part of the warning's place that a staggered lift (分批错时解除) ends at an hour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaHour {
    /// A county or township.
    pub area: RegionCode,
    /// When it ends there.
    pub at: WrittenTime,
}

/// What a notice rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "on")]
pub enum Grounds {
    /// The rules in force were met by the outlook.
    Rules {
        /// The rules' file and digest, by which they can be read again.
        rules: String,
        /// SHA-256 of that file.
        digest: String,
        /// The reasons, as they were told to the officer.
        because: Vec<String>,
    },
    /// A superior's instruction asks for it.
    Instruction {
        /// The registered instruction.
        id: InstructionId,
        /// Its document number.
        number: String,
    },
    /// A person's judgement without the rules being met; shown as such for ever.
    Judgement {
        /// The written reason.
        reason: String,
    },
}

/// The recorded consultation (会商) a local warning starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// When it was held.
    pub held_at: WrittenTime,
    /// Which bodies took part: the bureau, the weather service, the monitoring centre.
    pub parties: Vec<String>,
    /// What they concluded.
    pub conclusion: String,
}

impl Contents {
    /// What says no more than it has to; the rest is filled in by name.
    pub fn new(
        kind: NoticeKind,
        level: WarningLevel,
        effective: WrittenTime,
        ends: End,
        grounds: Grounds,
    ) -> Self {
        Self {
            kind,
            level,
            effective,
            ends,
            grounds,
            parent_document: None,
            cancels: None,
            adds: Vec::new(),
            drops: Vec::new(),
            keeps: Vec::new(),
            resumes: None,
            areas: Vec::new(),
            classes: Vec::new(),
        }
    }

    /// The levels it states.
    pub fn levels(&self) -> Levels {
        Levels::new(self.level, &self.classes)
    }

    /// Whether what is said holds together; asked when drafting and again when submitting.
    pub fn check(&self) -> Result<(), Refusal> {
        if let End::At(end) = self.ends
            && end.at() <= self.effective.at()
            && !self.kind.ends()
        {
            return Err(Refusal::EndsBeforeStart {
                start: self.effective,
                end,
            });
        }
        if self.kind == NoticeKind::AddOn && self.adds.is_empty() {
            return Err(Refusal::AddsNothing);
        }
        if let Some(resumes) = self.resumes {
            self.check_resumption(resumes)?;
        }
        self.check_areas()?;
        self.check_classes()?;
        match &self.grounds {
            Grounds::Judgement { reason } => {
                written(reason, "the reason for acting without the rules being met")
            }
            Grounds::Instruction { number, .. } => written(number, "the number of the instruction"),
            Grounds::Rules { .. } => Ok(()),
        }
    }

    /// A planned resumption lies between the suspension, or what corrects it, and the stated end.
    fn check_resumption(&self, resumes: WrittenTime) -> Result<(), Refusal> {
        if !matches!(self.kind, NoticeKind::Suspend | NoticeKind::Correct) {
            return Err(Refusal::ResumesNothing);
        }
        let ends_first = |end: DateTime<Utc>| end <= resumes.at();
        if resumes.at() <= self.effective.at() || self.ends.at().is_some_and(ends_first) {
            return Err(Refusal::ResumesOutside {
                from: self.effective,
                resumes,
            });
        }
        Ok(())
    }

    /// Areas belong to a lift, each is named once, and none ends after the lift itself.
    fn check_areas(&self) -> Result<(), Refusal> {
        let mut named = BTreeSet::new();
        for &AreaHour { area, at } in &self.areas {
            if self.kind != NoticeKind::Lift {
                return Err(Refusal::AreasOfNoLift);
            }
            if !named.insert(area) {
                return Err(Refusal::AreaTwice(area));
            }
            if at.at() > self.effective.at() {
                return Err(Refusal::AreaAfterLift { area, at });
            }
        }
        Ok(())
    }

    /// Classes belong to a notice that puts a level in force, and each is named once.
    fn check_classes(&self) -> Result<(), Refusal> {
        let mut named = BTreeSet::new();
        for stated in &self.classes {
            if !self.kind.sets_level() {
                return Err(Refusal::ClassesOfNoLevel(self.kind));
            }
            if !named.insert(stated.class) {
                return Err(Refusal::ClassTwice(stated.class));
            }
        }
        Ok(())
    }

    /// What it says once issued: hours that have passed by then are the hour of the issue, where
    /// they hold for nobody who was not told.
    #[must_use]
    pub fn told_at(mut self, issued_at: DateTime<Utc>) -> Self {
        if self.kind.holds_once_told() {
            self.effective = self.effective.not_before(issued_at);
            for named in &mut self.areas {
                named.at = named.at.not_before(issued_at);
            }
        }
        self
    }

    /// Its hours that have passed, and would be the hour of an issue now; each once, the first first.
    pub fn passed(&self, now: DateTime<Utc>) -> BTreeSet<WrittenTime> {
        let hours = self.areas.iter().map(|named| named.at);
        let hours = hours.chain([self.effective]);
        hours
            .filter(|hour| self.kind.holds_once_told() && hour.not_before(now) != *hour)
            .collect()
    }

    /// The named area that a region lies in, with its hour: the smallest of them.
    pub fn area_of(&self, region: RegionCode) -> Option<AreaHour> {
        region
            .with_ancestors()
            .find_map(|region| self.areas.iter().find(|named| named.area == region))
            .copied()
    }

    /// The superior's document it carries out, if there is one.
    pub fn superior(&self) -> Option<&str> {
        match (&self.grounds, &self.parent_document) {
            (_, Some(document)) => Some(document),
            (Grounds::Instruction { number, .. }, None) => Some(number),
            (_, None) => None,
        }
    }

    /// A superior's instruction stands for the consultation; everything else needs its own.
    pub(super) fn needs_consultation(&self) -> bool {
        !matches!(self.grounds, Grounds::Instruction { .. })
    }
}

#[cfg(test)]
pub(super) mod tests;
