//! The plan (方案): who is told what by one notice, complete when drawn.
//!
//! Drawing is a pure function of a plant's row on the reduction list, the notice and what the plant
//! was told before: [`Duty::of_plant`] says what is owed now, [`Change::between`] what that means
//! to a recipient who already has an order. The result is one [`Line`] for every recipient, a
//! snapshot that never joins back to the list; the plan's digest covers all lines in order, so that
//! what was previewed is what is issued. A [`Tally`] counts and weighs as lines are drawn.
//!
//! Nothing here asks for a time: deadlines are kept as spans and begin when the notice is issued.
//!
//! # Design notes
//!
//! Every plan of a warning has a line for every recipient of that warning, also for those it only
//! tells of a new level. So the present state of a warning is its latest plan, and a board never
//! searches older ones.
//!
//! Under a suspension the line of a recipient keeps what was owed, to be read, and asks for nothing
//! but an acknowledgement; whoever is new on the list has no line before the resumption. A
//! resumption is drawn from the list then in force and asks everyone anew, also for what did not
//! change: in the meantime a plant was free to run, so that nobody can know it to stand still, and
//! the safe way down begins again with the issue. A plan that follows names the suspension for as
//! long as its hours are ahead, since a letter that was overtaken is never sent.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::addition::Addition;
pub use crate::digest::{Digest, Fields};
use crate::enterprise::{Emission, Grade, Plant};
use crate::id::{OrderKey, RecipientKey};
use crate::level::WarningLevel;
use crate::measure::PerLevel;
use crate::notice::{AreaHour, ClassLevel, Contents, Levels, MeasureClass, NoticeKind};
use crate::region::RegionCode;
use crate::time::WrittenTime;
use crate::warning::Suspension;

mod effect;
mod tally;

pub use effect::Effect;
pub use tally::{Achievement, Parts, Tally, Targets};

use effect::Bound;

/// What one recipient owes under a notice, as it will be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The level it is owed at: a plant's that of industry, where classes have levels of their own.
    pub level: WarningLevel,
    /// The level of every class of measures, for an office, where they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassLevel>,
    /// From when it holds.
    pub effective: WrittenTime,
    /// What kind of recipient owes it.
    pub control: Control,
    /// 绩效等级 as it stood when the plan was drawn.
    pub grade: Option<Grade>,
    /// What the duty rests on: the list and its version, or the exemption.
    pub basis: String,
    /// What each unit does.
    pub units: Vec<UnitDuty>,
    /// What is added for everyone, by this notice or by those before it; or kept after the lift.
    pub added: Vec<Addition>,
    /// Minutes from issue within which it is to be acknowledged.
    pub acknowledge_within_minutes: u32,
    /// What the recipient emits on a normal day.
    pub base: Emission,
    /// How much less it emits while the duty is met.
    pub cut: Emission,
    /// The area that a staggered lift ends at an hour of its own, where the recipient lies in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<RegionCode>,
    /// When the duty is not owed in the meantime: open under a suspension, with its end under the
    /// resumption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// Whether its units go on as they were while measures are added: what is asked anew is only that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes_on: bool,
}

/// What kind of recipient owes a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Control {
    /// 自主减排: told, and acknowledging that it was.
    Autonomous,
    /// 强制减排: measures to put in place.
    Required,
    /// A county bureau or township office: its part of the plan.
    Office {
        /// What happens in its area.
        part: Part,
    },
}

/// One unit's duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitDuty {
    /// 生产线/工序.
    pub unit: String,
    /// The filed measure, word by word.
    pub measure: String,
    /// Hours the unit needs to come down safely.
    pub ramp_down_hours: u16,
    /// By when an earlier plan of the warning has asked the same of it; none where none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<WrittenTime>,
}

impl UnitDuty {
    /// Whether another plan asks the same of the unit.
    fn is_asked_by(&self, other: &Self) -> bool {
        (&self.unit, &self.measure, self.ramp_down_hours)
            == (&other.unit, &other.measure, other.ramp_down_hours)
    }
}

/// What happens in an office's area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Plants in all.
    pub plants: u32,
    /// 停产: plants with at least one unit that stops.
    pub stop: u32,
    /// 限产: plants that limit load and stop nothing.
    pub limit: u32,
    /// 自主减排.
    pub autonomous: u32,
    /// Whatever else was filed.
    pub other: u32,
}

/// What a plan means to a recipient, given what it was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// 新下达: a first order in this warning.
    Begin,
    /// 变更: another duty than before; the order is to be acknowledged anew.
    Replace,
    /// 告知: the duty is unchanged; the recipient is told the new level and owes nothing new.
    Tell,
    /// 解除: the duty ends; the end is to be acknowledged.
    Release,
    /// 暂停: the duty is not owed for a while; that is to be acknowledged.
    Suspend,
    /// 恢复: the duty is owed again; the order is to be acknowledged anew.
    Resume,
}

/// A text that is no change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a change: expected begin, replace, tell, release, suspend or resume")]
pub struct NotAChange(pub String);

impl std::str::FromStr for Change {
    type Err = NotAChange;

    fn from_str(text: &str) -> Result<Self, NotAChange> {
        Self::ALL
            .into_iter()
            .find(|change| change.as_str() == text)
            .ok_or_else(|| NotAChange(text.to_owned()))
    }
}

impl Change {
    /// Every change, as boards list them.
    pub const ALL: [Self; 6] = [
        Self::Begin,
        Self::Replace,
        Self::Tell,
        Self::Release,
        Self::Suspend,
        Self::Resume,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Replace => "replace",
            Self::Tell => "tell",
            Self::Release => "release",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
        }
    }

    /// Whether the recipient owes an acknowledgement for it.
    pub const fn owes_acknowledgement(self) -> bool {
        !matches!(self, Self::Tell)
    }

    /// What a recipient who was told `before` is told `now`; none where there is nothing to say.
    pub fn between(before: Option<&Told>, now: Option<&Duty>) -> Option<Self> {
        match (before, now) {
            (None, None) => None,
            (Some(told), None) => (!told.released).then_some(Self::Release),
            (Some(told), Some(duty)) if !told.released => Some(
                match (told.obligations == duty.obligations(), duty.suspension) {
                    (true, _) => Self::Tell,
                    (false, Some(Suspension { until: None, .. })) => Self::Suspend,
                    (false, Some(_)) => Self::Resume,
                    (false, None) => Self::Replace,
                },
            ),
            // Whoever owes nothing yet is told of nothing that is suspended.
            (_, Some(duty)) => (!duty.is_suspended()).then_some(Self::Begin),
        }
    }
}

/// What a recipient was told last within the warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its order.
    pub order: OrderKey,
    /// The obligations it was given.
    pub obligations: Obligations,
    /// Whether it was released.
    pub released: bool,
}

/// What a duty asks, as half a digest: enough to tell duties apart, too short to be a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Obligations(u128);

impl std::fmt::Display for Obligations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for Obligations {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, std::num::ParseIntError> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

/// One recipient's line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order, the same through all notices of a warning.
    pub order: OrderKey,
    /// Who receives it.
    pub recipient: RecipientKey,
    /// What it means to them.
    pub change: Change,
    /// What it says.
    pub duty: Duty,
}

/// What the drawing of all lines of one plan shares.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The notice.
    pub notice: Contents,
    /// The list version the plan is drawn from.
    pub list: String,
    /// Minutes to acknowledge, per level.
    pub acknowledge_within_minutes: PerLevel<u32>,
    /// The day on which exemptions are looked at.
    pub on: NaiveDate,
    /// When it is drawn.
    pub at: DateTime<Utc>,
    /// From when duties hold once the notice is issued: an add-on leaves the hour of the level.
    pub effective: WrittenTime,
    /// What is added for everyone once the notice is issued, and is not over.
    pub additions: Vec<Addition>,
    /// The levels that hold once the notice is issued.
    pub levels: Levels,
    /// The suspension that holds or is ahead once the notice is issued.
    pub suspension: Option<Suspension>,
}

impl Duty {
    /// What a plant owes; none under a notice that ends the warning, or where the plant stands
    /// still anyway (长期停产).
    pub fn of_plant(plant: &Plant, drawing: &Drawing) -> Option<Self> {
        let level = drawing.levels.of(MeasureClass::Industry);
        if drawing.notice.kind.ends() {
            return None;
        }
        let bound = Bound::of(plant, level, drawing.on)?;
        let basis = match bound.exemption {
            Some(exemption) => format!(
                "{}；{}（{}）",
                drawing.list, exemption.kind, exemption.granted_by
            ),
            None => drawing.list.clone(),
        };
        let units = bound.measures().map(|(unit, measure)| UnitDuty {
            unit: unit.name.clone(),
            measure: measure.text().to_owned(),
            ramp_down_hours: unit.ramp_down_hours,
            by: None,
        });
        Some(Self {
            level,
            classes: Vec::new(),
            effective: drawing.effective,
            control: if bound.is_autonomous() {
                Control::Autonomous
            } else {
                Control::Required
            },
            grade: plant.grade.clone(),
            basis,
            units: units.collect(),
            added: drawing.additions.clone(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            base: plant.base(),
            cut: bound.cut(),
            area: None,
            suspension: drawing.suspension,
            goes_on: false,
        })
    }

    /// What an office owes for its part of the plan.
    pub fn of_office(part: Part, drawing: &Drawing) -> Option<Self> {
        (!drawing.notice.kind.ends()).then(|| Self {
            level: drawing.levels.own,
            classes: drawing.levels.split(),
            effective: drawing.effective,
            control: Control::Office { part },
            grade: None,
            basis: drawing.list.clone(),
            units: Vec::new(),
            added: drawing.additions.clone(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            base: Emission::ZERO,
            cut: Emission::ZERO,
            area: None,
            suspension: drawing.suspension,
            goes_on: false,
        })
    }

    /// The duty with which a recipient is told of a suspension: what it last owed, which it does
    /// not owe for a while.
    #[must_use]
    pub fn suspended(self, drawing: &Drawing) -> Self {
        Self {
            acknowledge_within_minutes: drawing.acknowledge_within(),
            cut: Emission::ZERO,
            suspension: drawing.suspension,
            ..self
        }
    }

    /// The duty of whoever had one in the plan before, issued at an instant: a unit of which the same
    /// is asked keeps its hour. After a pause the hours begin anew.
    #[must_use]
    pub fn after(mut self, before: &Self, issued_at: DateTime<Utc>) -> Self {
        if before.is_suspended() {
            return self;
        }
        for unit in &mut self.units {
            let same = before.units.iter().find(|it| it.is_asked_by(unit));
            unit.by = same.map(|it| {
                let by = before.in_place_by(it, issued_at);
                WrittenTime::of(before.not_before_resumed(by))
            });
        }
        self
    }

    /// The duty under an add-on, which leaves units as they were.
    #[must_use]
    pub fn added_to(self, before: &Self) -> Self {
        let all_kept = self.units.iter().all(|unit| unit.by.is_some());
        Self {
            goes_on: all_kept && self.units.len() == before.units.len(),
            ..self
        }
    }

    /// The level it is owed at, where it is not the warning's.
    pub fn level_beside(&self, of_warning: WarningLevel) -> Option<WarningLevel> {
        (self.level != of_warning).then_some(self.level)
    }

    /// Whether nothing is owed for a while.
    pub fn is_suspended(&self) -> bool {
        self.suspension.is_some_and(Suspension::is_open)
    }

    /// Whether nothing is owed at an instant: until the hour of a suspension the duty still binds.
    pub fn is_suspended_at(&self, now: DateTime<Utc>) -> bool {
        self.is_suspended() && self.suspension.is_some_and(|it| now >= it.from.at())
    }

    /// The duty with which a recipient is released: what it last owed, and what stays after it. It
    /// ends at the hour of its area, where the lift has one for it.
    #[must_use]
    pub fn released(self, drawing: &Drawing, area: Option<AreaHour>) -> Self {
        let kept = drawing.notice.keeps.iter().cloned();
        Self {
            level: drawing.notice.level,
            classes: Vec::new(),
            effective: area.map_or(drawing.notice.effective, |area| area.at),
            area: area.map(|area| area.area),
            added: kept.map(Addition::of_duty).collect(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            suspension: None,
            goes_on: false,
            ..self
        }
    }

    /// The duty as it holds once issued: nobody is let off, or bound anew after a pause, before
    /// they are told ([`Contents::told_at`]).
    #[must_use]
    pub fn told_at(mut self, change: Change, issued_at: DateTime<Utc>) -> Self {
        match (change, &mut self.suspension) {
            (Change::Release, _) => self.effective = self.effective.not_before(issued_at),
            (Change::Suspend, Some(suspension)) => {
                suspension.from = suspension.from.not_before(issued_at);
            }
            (Change::Begin | Change::Replace | Change::Resume, Some(suspension)) => {
                suspension.until = suspension.until.map(|until| until.not_before(issued_at));
                self.effective = self.effective.not_before(issued_at);
            }
            _ => {}
        }
        self
    }

    /// A digest over what is owed, and nothing else: two duties with equal obligations ask the same
    /// of the recipient, whatever the level is called. Under a suspension its hours are all there is.
    pub fn obligations(&self) -> Obligations {
        let fields = Fields::new("obligations");
        if let Some(Suspension {
            from,
            planned,
            until: None,
        }) = self.suspension
        {
            let hours = std::iter::once(from).chain(planned);
            let fields = hours.fold(fields.text("suspended"), |fields, hour| {
                fields.text(&hour.to_string())
            });
            return Obligations(fields.finish().low_half());
        }
        let fields = match &self.control {
            Control::Autonomous => fields.text("autonomous"),
            Control::Required => fields.text("required"),
            Control::Office { part } => part
                .counts()
                .into_iter()
                .fold(fields.text("office"), |fields, count| {
                    fields.int(count.into())
                }),
        };
        // A unit ends in a number, so none reads as something added.
        let fields = self.units.iter().fold(fields, |fields, unit| {
            let hours = unit.ramp_down_hours.into();
            fields.text(&unit.unit).text(&unit.measure).int(hours)
        });
        let fields = self.classes.iter().fold(fields, |fields, stated| {
            fields
                .text(stated.class.as_str())
                .text(stated.level.as_str())
        });
        let added = self.added.iter();
        let fields = added.fold(fields, |fields, added| added.join(fields));
        Obligations(fields.finish().low_half())
    }

    /// What it still asks at an instant, where something added is over by then; none where all of
    /// it still stands. Nobody is to acknowledge anew that a stated hour has come.
    pub fn left_at(&self, now: DateTime<Utc>) -> Option<Obligations> {
        let over = |added: &Addition| added.is_over(now);
        self.added.iter().any(over).then(|| {
            let mut left = self.clone();
            left.added.retain(|added| !over(added));
            left.obligations()
        })
    }

    /// From when something added is to be carried out: its own hour, or that of the duty, and under
    /// a resumption not before it.
    pub fn begins(&self, added: &Addition) -> WrittenTime {
        let from = added.from.unwrap_or(self.effective);
        let resumed = self.suspension.and_then(|it| it.until);
        resumed.map_or(from, |until| from.max(until))
    }

    /// Until when a unit's measure is to be in place: the start hour, or as long after the issue
    /// as the unit needs to come down; sooner, where an earlier plan has asked the same.
    pub fn in_place_by(&self, unit: &UnitDuty, issued_at: DateTime<Utc>) -> DateTime<Utc> {
        let anew = self.in_place_anew(unit, issued_at);
        unit.by.map_or(anew, |by| anew.min(by.at()))
    }

    /// Whether a unit was to be in place before an instant of issue and only goes on: no hour is set
    /// for it anew.
    pub fn goes_on(&self, unit: &UnitDuty, issued_at: DateTime<Utc>) -> bool {
        // A plan of an older release does not say by when, only that nothing is asked anew.
        unit.by.map_or(self.goes_on, |by| by.at() <= issued_at)
    }

    /// The hour of a unit of which nothing was asked before.
    fn in_place_anew(&self, unit: &UnitDuty, issued_at: DateTime<Utc>) -> DateTime<Utc> {
        let down = issued_at + Duration::hours(i64::from(unit.ramp_down_hours));
        down.max(self.effective.at())
    }

    /// Until when one unit, or all of them, can be reported in place in time. Of a unit that only goes
    /// on the report confirms that, and has as long as one that is asked anew; where measures are
    /// added, it is not late before they begin.
    pub fn report_by(&self, unit: Option<&str>, issued_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let named = |it: &&UnitDuty| unit.is_none_or(|unit| it.unit == unit);
        let units = self.units.iter().filter(named);
        let due = units.map(|unit| {
            if self.goes_on(unit, issued_at) {
                self.in_place_anew(unit, issued_at)
            } else {
                self.in_place_by(unit, issued_at)
            }
        });
        let units = due.max()?;
        let added = self.added.iter().filter(|_| self.goes_on);
        let begins = added.map(|it| self.begins(it).at()).max();
        Some(begins.map_or(units, |begins| units.max(begins)))
    }

    /// A deadline, put off to the hour from which the duty is owed again where that is later.
    pub fn not_before_resumed(&self, by: DateTime<Utc>) -> DateTime<Utc> {
        let resumed = self.suspension.and_then(|it| it.until);
        resumed.map_or(by, |until| by.max(until.at()))
    }

    /// Until when it is to be acknowledged.
    pub fn acknowledge_by(&self, issued_at: DateTime<Utc>) -> DateTime<Utc> {
        issued_at + Duration::minutes(i64::from(self.acknowledge_within_minutes))
    }
}

impl Drawing {
    /// Minutes from issue within which its orders are to be acknowledged.
    pub fn acknowledge_within(&self) -> u32 {
        let by_level = &self.acknowledge_within_minutes;
        *by_level
            .get(self.levels.highest())
            .unwrap_or(&by_level.yellow)
    }

    /// Whether a plan may be drawn that begins orders.
    pub fn begins(&self) -> bool {
        self.notice.kind == NoticeKind::Start
    }
}

impl Line {
    /// The snapshot as it is stored and digested: one JSON text.
    pub fn snapshot(&self) -> String {
        serde_json::to_string(&self.duty).expect("a duty is plain data")
    }
}

/// A line as its columns stand in the store: what its digest covers.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'c> {
    /// The order.
    pub order: OrderKey,
    /// Its recipient.
    pub recipient: RecipientKey,
    /// What it means to them.
    pub change: &'c str,
    /// The revision that last asked for an acknowledgement.
    pub owed: i32,
    /// The county.
    pub county: &'c str,
    /// The recipient's name.
    pub name: &'c str,
    /// The duty.
    pub snapshot: &'c str,
    /// What it asks.
    pub obligations: &'c str,
}

impl Columns<'_> {
    /// The digest over all columns. The plan's own is the [`RowsDigest`](crate::journal::RowsDigest)
    /// over these, by order.
    pub fn digest(&self) -> Digest {
        Fields::new("plan_line")
            .int(self.order.0)
            .int(self.recipient.0)
            .text(self.change)
            .int(self.owed.into())
            .text(self.county)
            .text(self.name)
            .text(self.snapshot)
            .text(self.obligations)
            .finish()
    }
}

#[cfg(test)]
mod tests;
