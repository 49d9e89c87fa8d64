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

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use crate::digest::{Digest, Fields};
use crate::enterprise::{Emission, EmittedPollutant, Grade, Plant, PlantStatus};
use crate::id::{OrderKey, RecipientKey};
use crate::level::WarningLevel;
use crate::measure::{MeasureKind, PerLevel, read};
use crate::notice::{AreaHour, ClassLevel, Contents, Levels, MeasureClass, NoticeKind};
use crate::region::RegionCode;
use crate::time::WrittenTime;
use crate::warning::Suspension;

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
    /// What the notice adds for everyone, or keeps after the lift.
    pub added: Vec<String>,
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
        if drawing.notice.kind.ends() || plant.status == PlantStatus::LongStopped {
            return None;
        }
        let exemption = plant
            .exemption
            .as_ref()
            .filter(|e| e.covers(level, drawing.on));
        let autonomous = exemption.is_some() || plant.is_autonomous(level);
        let basis = match exemption {
            Some(exemption) => format!(
                "{}；{}（{}）",
                drawing.list, exemption.kind, exemption.granted_by
            ),
            None => drawing.list.clone(),
        };
        let units = plant.units.iter().filter_map(|unit| {
            let measure = unit.measures.get(level)?;
            Some(UnitDuty {
                unit: unit.name.clone(),
                measure: measure.text().to_owned(),
                ramp_down_hours: unit.ramp_down_hours,
            })
        });
        Some(Self {
            level,
            classes: Vec::new(),
            effective: drawing.notice.effective,
            control: if autonomous {
                Control::Autonomous
            } else {
                Control::Required
            },
            grade: plant.grade.clone(),
            basis,
            units: if exemption.is_some() {
                Vec::new()
            } else {
                units.collect()
            },
            added: drawing.notice.adds.clone(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            base: plant.base(),
            cut: if exemption.is_some() {
                Emission::ZERO
            } else {
                plant.cut(level)
            },
            area: None,
            suspension: drawing.suspension,
        })
    }

    /// What an office owes for its part of the plan.
    pub fn of_office(part: Part, drawing: &Drawing) -> Option<Self> {
        (!drawing.notice.kind.ends()).then(|| Self {
            level: drawing.levels.own,
            classes: drawing.levels.split(),
            effective: drawing.notice.effective,
            control: Control::Office { part },
            grade: None,
            basis: drawing.list.clone(),
            units: Vec::new(),
            added: drawing.notice.adds.clone(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            base: Emission::ZERO,
            cut: Emission::ZERO,
            area: None,
            suspension: drawing.suspension,
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

    /// The level it is owed at, where it is not the warning's.
    pub fn level_beside(&self, of_warning: WarningLevel) -> Option<WarningLevel> {
        (self.level != of_warning).then_some(self.level)
    }

    /// Whether nothing is owed for a while.
    pub fn is_suspended(&self) -> bool {
        matches!(self.suspension, Some(Suspension { until: None, .. }))
    }

    /// The duty with which a recipient is released: what it last owed, and what stays after it. It
    /// ends at the hour of its area, where the lift has one for it.
    #[must_use]
    pub fn released(self, drawing: &Drawing, area: Option<AreaHour>) -> Self {
        Self {
            level: drawing.notice.level,
            classes: Vec::new(),
            effective: area.map_or(drawing.notice.effective, |area| area.at),
            area: area.map(|area| area.area),
            added: drawing.notice.keeps.clone(),
            acknowledge_within_minutes: drawing.acknowledge_within(),
            suspension: None,
            ..self
        }
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
        let fields = added.fold(fields, |fields, text| fields.text(text));
        Obligations(fields.finish().low_half())
    }

    /// Until when a unit's measure is to be in place: the start hour, or as long after the issue
    /// as the unit needs to come down.
    pub fn in_place_by(&self, unit: &UnitDuty, issued_at: DateTime<Utc>) -> DateTime<Utc> {
        let down = issued_at + Duration::hours(i64::from(unit.ramp_down_hours));
        down.max(self.effective.at())
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

    /// Whether every recipient of the warning is released.
    pub fn releases_all(&self) -> bool {
        self.notice.kind.ends()
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

/// Counts and sums over the lines of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Lines by what they mean to their recipients.
    pub changes: BTreeMap<Change, u32>,
    /// Lines by county.
    pub counties: BTreeMap<String, u32>,
    /// Plants by what they do.
    pub plants: Part,
    /// What all plants on the list emit on a normal day.
    pub base: Emission,
    /// How much less they emit while all duties are met.
    pub cut: Emission,
}

impl Tally {
    /// Counts a line.
    pub fn count(&mut self, change: Change, county: &str) {
        *self.changes.entry(change).or_default() += 1;
        match self.counties.get_mut(county) {
            Some(lines) => *lines += 1,
            None => {
                self.counties.insert(county.to_owned(), 1);
            }
        }
    }

    /// Weighs a plant, whether or not it owes anything; answers with what happens there.
    pub fn weigh(&mut self, plant: &Plant, duty: Option<&Duty>) -> Part {
        self.base += plant.base();
        let Some(duty) = duty else {
            return Part::default();
        };
        let part = Part::of_plant(duty);
        if !duty.is_suspended() {
            self.cut += duty.cut;
            self.plants += part;
        }
        part
    }
}

impl Part {
    const fn counts(self) -> [u32; 5] {
        [
            self.plants,
            self.stop,
            self.limit,
            self.autonomous,
            self.other,
        ]
    }

    /// One plant, counted by the most its duty asks of any unit.
    fn of_plant(duty: &Duty) -> Self {
        let mut part = Self {
            plants: 1,
            ..Self::default()
        };
        if duty.control == Control::Autonomous {
            part.autonomous = 1;
            return part;
        }
        let mut limits = false;
        for kind in duty.units.iter().flat_map(|unit| read(&unit.measure)) {
            match kind {
                MeasureKind::Stop(_) => {
                    part.stop = 1;
                    return part;
                }
                MeasureKind::LimitLoad(_) | MeasureKind::Input { .. } => limits = true,
                _ => {}
            }
        }
        if limits {
            part.limit = 1;
        } else {
            part.other = 1;
        }
        part
    }
}

impl AddAssign for Part {
    fn add_assign(&mut self, more: Self) {
        self.plants += more.plants;
        self.stop += more.stop;
        self.limit += more.limit;
        self.autonomous += more.autonomous;
        self.other += more.other;
    }
}

/// Parts by region, for every office above a plant.
#[derive(Clone, Debug, Default)]
pub struct Parts(BTreeMap<RegionCode, Part>);

impl Parts {
    /// Counts what happens at a plant for its township, county and everything above.
    pub fn add(&mut self, region: RegionCode, part: Part) {
        for region in region.with_ancestors() {
            *self.0.entry(region).or_default() += part;
        }
    }

    /// What happens in a region.
    pub fn of(&self, region: RegionCode) -> Part {
        self.0.get(&region).copied().unwrap_or_default()
    }
}

/// The required cut of a pollutant, and what a plan achieves of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievement {
    /// Which pollutant.
    pub pollutant: EmittedPollutant,
    /// Required, in g/d.
    pub required: i64,
    /// Achieved, in g/d.
    pub achieved: i64,
}

impl Achievement {
    /// What is missing, in g/d; zero where the requirement is met.
    pub fn shortfall(self) -> i64 {
        (self.required - self.achieved).max(0)
    }
}

/// The required cut of the whole society (全社会减排比例), percent of the base per level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Percent of each pollutant's base.
    pub percent: PerLevel<u8>,
    /// Whether SO2 and NOx may stand in for one another while their percents add up to twice that.
    pub so2_nox_trade: bool,
}

impl Targets {
    /// What is required of a base at a level, and what a cut achieves of it.
    pub fn achieved(&self, level: WarningLevel, base: Emission, cut: Emission) -> Vec<Achievement> {
        let percent = i64::from(*self.percent.get(level).unwrap_or(&0));
        let mut achieved: Vec<Achievement> = EmittedPollutant::ALL
            .into_iter()
            .map(|pollutant| Achievement {
                pollutant,
                required: (base.get(pollutant) * percent + 99) / 100,
                achieved: cut.get(pollutant),
            })
            .collect();
        if self.so2_nox_trade {
            trade(&mut achieved, base, 2 * percent);
        }
        achieved
    }
}

/// Where the percents of SO2 and NOx together reach `needed`, neither is short (滨州 rule).
fn trade(achieved: &mut [Achievement], base: Emission, needed: i64) {
    let traded =
        |a: &Achievement| matches!(a.pollutant, EmittedPollutant::So2 | EmittedPollutant::Nox);
    let percent = |a: &Achievement| match base.get(a.pollutant) {
        0 => 0,
        base => a.achieved * 100 / base,
    };
    let together: i64 = achieved.iter().filter(|a| traded(a)).map(percent).sum();
    if together >= needed {
        for a in achieved.iter_mut().filter(|a| traded(a)) {
            a.required = a.required.min(a.achieved);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::enterprise::{Industry, ListClass, Unit};
    use crate::measure::Measure;
    use crate::notice::{End, Grounds};
    use WarningLevel::{Orange, Red, Yellow};

    /// 水泥熟料 of grade B under 环办大气函〔2020〕340号.
    const CLINKER_B: [&str; 3] = [
        "停止使用国四及以下重型载货车辆（含燃气）进行物料运输",
        "限产20%；停止使用国四及以下重型载货车辆（含燃气）进行物料运输",
        "停产；停止使用国四及以下重型载货车辆（含燃气）进行物料运输",
    ];
    const AUTONOMOUS: [&str; 3] = ["自主减排"; 3];

    fn plant(texts: [&str; 3]) -> Plant {
        let measure = |level| {
            let text = texts[WarningLevel::WITH_MEASURES
                .iter()
                .position(|&l| l == level)
                .unwrap()];
            Measure::filed(text).unwrap()
        };
        let grams = |pm| Emission {
            pm,
            so2: 2 * pm,
            nox: 4 * pm,
            vocs: 0,
        };
        Plant {
            number: "XC-0001".parse().unwrap(),
            permit: None,
            name: "示例水泥厂（虚构）".to_owned(),
            credit_code: None,
            region: "411081".parse().unwrap(),
            county: "禹州市".to_owned(),
            township: String::new(),
            address: String::new(),
            position: None,
            industry: Industry {
                code: None,
                key: Some("水泥".to_owned()),
            },
            grade: None,
            class: ListClass::KeyIndustry,
            status: PlantStatus::Operating,
            exemption: None,
            units: vec![Unit {
                name: "1号窑".to_owned(),
                ramp_down_hours: 12,
                measures: PerLevel::from_fn(measure),
                base: grams(1_000_000),
                cut: PerLevel {
                    yellow: grams(0),
                    orange: grams(200_000),
                    red: grams(1_000_000),
                },
            }],
            contacts: Vec::new(),
        }
    }

    fn notice(kind: NoticeKind, level: WarningLevel) -> Contents {
        let grounds = Grounds::Judgement {
            reason: "会商".to_owned(),
        };
        let effective = "2026-11-25T20:00".parse().unwrap();
        Contents::new(kind, level, effective, End::UntilFurtherNotice, grounds)
    }

    fn drawing(notice: &Contents) -> Drawing {
        Drawing {
            notice: notice.clone(),
            list: "许昌市2026年应急减排清单第3版".to_owned(),
            acknowledge_within_minutes: PerLevel {
                yellow: 240,
                orange: 120,
                red: 60,
            },
            on: "2026-11-25".parse().unwrap(),
            levels: notice.levels(),
            suspension: None,
        }
    }

    /// A drawing under a suspension, or under its resumption.
    fn suspending(notice: &Contents, until: Option<&str>) -> Drawing {
        Drawing {
            suspension: Some(Suspension {
                from: "2026-11-26T14:00".parse().unwrap(),
                planned: None,
                until: until.map(|until| until.parse().unwrap()),
            }),
            ..drawing(notice)
        }
    }

    fn told(duty: &Duty) -> Told {
        Told {
            order: OrderKey(1),
            obligations: duty.obligations(),
            released: false,
        }
    }

    #[rstest]
    #[case::the_measure_changes(CLINKER_B, Yellow, Orange, Change::Replace)]
    #[case::autonomous_before_and_after(AUTONOMOUS, Yellow, Red, Change::Tell)]
    #[case::the_same_level_again(CLINKER_B, Orange, Orange, Change::Tell)]
    #[case::lowered(CLINKER_B, Red, Orange, Change::Replace)]
    fn whoever_owes_the_same_is_told_and_owes_nothing_new(
        #[case] texts: [&str; 3],
        #[case] from: WarningLevel,
        #[case] to: WarningLevel,
        #[case] change: Change,
    ) {
        let (start, next) = (
            notice(NoticeKind::Start, from),
            notice(NoticeKind::Raise, to),
        );
        let before = Duty::of_plant(&plant(texts), &drawing(&start)).unwrap();
        let now = Duty::of_plant(&plant(texts), &drawing(&next));
        assert_eq!(
            Change::between(Some(&told(&before)), now.as_ref()),
            Some(change)
        );
    }

    #[test]
    fn a_lift_releases_everyone_once() {
        let start = notice(NoticeKind::Start, Orange);
        let lift = notice(NoticeKind::Lift, Orange);
        let before = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
        let after = Duty::of_plant(&plant(CLINKER_B), &drawing(&lift));
        assert_eq!(after, None);
        let mut told = told(&before);
        assert_eq!(Change::between(Some(&told), None), Some(Change::Release));
        told.released = true;
        assert_eq!(Change::between(Some(&told), None), None);
    }

    #[test]
    fn a_plant_owes_the_level_of_industry_and_an_office_hears_of_every_class() {
        let start = Contents {
            classes: vec![ClassLevel {
                class: MeasureClass::Industry,
                level: Orange,
            }],
            ..notice(NoticeKind::Start, Yellow)
        };
        let duty = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
        let orange = notice(NoticeKind::Start, Orange);
        let same = Duty::of_plant(&plant(CLINKER_B), &drawing(&orange)).unwrap();
        assert_eq!((duty.level, duty.cut), (Orange, same.cut));
        assert_eq!(
            (&duty.units, duty.obligations()),
            (&same.units, same.obligations())
        );
        assert_eq!(duty.acknowledge_within_minutes, 120);

        let office =
            |notice: &Contents| Duty::of_office(Part::default(), &drawing(notice)).unwrap();
        let split = office(&start);
        let levels = split.classes.iter().map(|stated| stated.level);
        assert_eq!(levels.collect::<Vec<_>>(), [Orange, Yellow, Yellow, Yellow]);
        let yellow = office(&notice(NoticeKind::Start, Yellow));
        assert_eq!(
            Change::between(Some(&told(&yellow)), Some(&split)),
            Some(Change::Replace)
        );
        assert_eq!(yellow.classes, []);
    }

    #[test]
    fn a_staggered_lift_releases_each_at_the_hour_of_its_area() {
        let start = notice(NoticeKind::Start, Orange);
        let duty = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
        let area = AreaHour {
            area: "411081".parse().unwrap(),
            at: "2026-11-25T15:00".parse().unwrap(),
        };
        let lift = Contents {
            areas: vec![area],
            ..notice(NoticeKind::Lift, Orange)
        };
        let released = |region: &str| {
            let area = lift.area_of(region.parse().unwrap());
            let duty = duty.clone().released(&drawing(&lift), area);
            (duty.effective, duty.area)
        };
        assert_eq!(released("411081102"), (area.at, Some(area.area)));
        assert_eq!(released("411082"), (lift.effective, None));
    }

    #[rstest]
    #[case::with_measures(CLINKER_B)]
    #[case::autonomous(AUTONOMOUS)]
    fn whoever_was_suspended_is_asked_anew_by_the_resumption(#[case] texts: [&str; 3]) {
        let of = |drawing: &Drawing| Duty::of_plant(&plant(texts), drawing);
        let between = |told: &Told, duty: &Option<Duty>| Change::between(Some(told), duty.as_ref());
        let before = of(&drawing(&notice(NoticeKind::Start, Orange))).unwrap();
        let suspend = notice(NoticeKind::Suspend, Orange);
        let suspended = of(&suspending(&suspend, None));
        assert_eq!(between(&told(&before), &suspended), Some(Change::Suspend));
        // Nobody begins with a duty that is not owed.
        assert_eq!(Change::between(None, suspended.as_ref()), None);

        let line = before.suspended(&suspending(&suspend, None));
        assert_eq!(between(&told(&line), &suspended), Some(Change::Tell));
        let resume = notice(NoticeKind::Resume, Orange);
        let resumed = of(&suspending(&resume, Some("2026-11-29T18:00")));
        assert_eq!(between(&told(&line), &resumed), Some(Change::Resume));
        assert_eq!(Change::between(None, resumed.as_ref()), Some(Change::Begin));
        assert_eq!(between(&told(&line), &None), Some(Change::Release));
        // What is said once more of the same duty asks for nothing.
        let again = between(&told(resumed.as_ref().unwrap()), &resumed);
        assert_eq!(again, Some(Change::Tell));
    }

    #[test]
    fn nothing_is_cut_while_suspended_and_a_resumed_kiln_comes_down_as_safely_as_before() {
        let suspend = notice(NoticeKind::Suspend, Red);
        let mut tally = Tally::default();
        let duty = Duty::of_plant(&plant(CLINKER_B), &suspending(&suspend, None)).unwrap();
        tally.weigh(&plant(CLINKER_B), Some(&duty));
        assert_eq!((tally.cut, tally.plants), (Emission::ZERO, Part::default()));
        assert_eq!(tally.base.pm, 1_000_000);

        let resume = Contents {
            effective: "2026-11-29T18:00".parse().unwrap(),
            ..notice(NoticeKind::Resume, Red)
        };
        let drawing = suspending(&resume, Some("2026-11-29T18:00"));
        let duty = Duty::of_plant(&plant(CLINKER_B), &drawing).unwrap();
        let at = |text: &str| text.parse::<WrittenTime>().unwrap().at();
        let by = duty.in_place_by(&duty.units[0], at("2026-11-29T16:00"));
        assert_eq!(by, at("2026-11-30T04:00"));
    }

    #[test]
    fn a_plant_that_left_the_list_is_released_and_one_that_joined_begins() {
        let start = notice(NoticeKind::Start, Orange);
        let duty = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
        assert_eq!(Change::between(None, Some(&duty)), Some(Change::Begin));
        assert_eq!(
            Change::between(Some(&told(&duty)), None),
            Some(Change::Release)
        );
        assert_eq!(Change::between(None, None), None);
    }

    #[test]
    fn an_exempt_plant_is_autonomous_and_counts_for_no_cut() {
        let exempt = Plant {
            exemption: Some(crate::enterprise::Exemption {
                kind: "民生保障".to_owned(),
                up_to: Orange,
                until_on: None,
                granted_by: "许昌市人民政府".to_owned(),
            }),
            ..plant(CLINKER_B)
        };
        let orange = notice(NoticeKind::Start, Orange);
        let duty = Duty::of_plant(&exempt, &drawing(&orange)).unwrap();
        assert_eq!(
            (duty.control, duty.cut),
            (Control::Autonomous, Emission::ZERO)
        );
        let red = notice(NoticeKind::Start, Red);
        let duty = Duty::of_plant(&exempt, &drawing(&red)).unwrap();
        assert_eq!((duty.control, duty.cut.pm), (Control::Required, 1_000_000));
    }

    #[test]
    fn a_kiln_is_in_place_at_the_start_hour_or_when_it_can_be_down() {
        let start = notice(NoticeKind::Start, Red);
        let duty = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
        let kiln = &duty.units[0];
        let at = |text: &str| text.parse::<WrittenTime>().unwrap().at();
        let early = at("2026-11-24T20:00");
        assert_eq!(duty.in_place_by(kiln, early), at("2026-11-25T20:00"));
        let late = at("2026-11-25T18:00");
        assert_eq!(duty.in_place_by(kiln, late), at("2026-11-26T06:00"));
        assert_eq!(duty.acknowledge_by(late), at("2026-11-25T19:00"));
    }

    #[rstest]
    #[case::stop(CLINKER_B, Red, Part { plants: 1, stop: 1, ..Part::default() })]
    #[case::limit(CLINKER_B, Orange, Part { plants: 1, limit: 1, ..Part::default() })]
    #[case::trucks_only(CLINKER_B, Yellow, Part { plants: 1, other: 1, ..Part::default() })]
    #[case::autonomous(AUTONOMOUS, Red, Part { plants: 1, autonomous: 1, ..Part::default() })]
    fn an_office_is_told_what_its_plants_do(
        #[case] texts: [&str; 3],
        #[case] level: WarningLevel,
        #[case] part: Part,
    ) {
        let start = notice(NoticeKind::Start, level);
        let duty = Duty::of_plant(&plant(texts), &drawing(&start)).unwrap();
        let mut parts = Parts::default();
        parts.add("411081102".parse().unwrap(), Part::of_plant(&duty));
        for office in ["411081102", "411081", "411000"] {
            assert_eq!(parts.of(office.parse().unwrap()), part);
        }
        assert_eq!(parts.of("411082".parse().unwrap()), Part::default());
    }

    #[test]
    fn the_shortfall_is_told_per_pollutant_and_sulphur_may_stand_in_for_nitrogen() {
        let base = Emission {
            pm: 1000,
            so2: 1000,
            nox: 1000,
            vocs: 1000,
        };
        let cut = Emission {
            pm: 250,
            so2: 350,
            nox: 60,
            vocs: 100,
        };
        let mut targets = Targets {
            percent: PerLevel {
                yellow: 10,
                orange: 20,
                red: 30,
            },
            so2_nox_trade: false,
        };
        let short = |targets: &Targets| {
            targets
                .achieved(Orange, base, cut)
                .iter()
                .map(|a| a.shortfall())
                .collect::<Vec<_>>()
        };
        assert_eq!(short(&targets), [0, 0, 140, 100]);
        targets.so2_nox_trade = true;
        assert_eq!(short(&targets), [0, 0, 0, 100]);
    }

    proptest! {
        #[test]
        fn any_other_byte_of_a_line_gives_another_digest(at in 0..200_usize, flip in 1..255_u8) {
            let start = notice(NoticeKind::Start, Orange);
            let duty = Duty::of_plant(&plant(CLINKER_B), &drawing(&start)).unwrap();
            let line = Line {
                order: OrderKey(7), recipient: RecipientKey(3), change: Change::Begin, duty,
            };
            let text = line.snapshot();
            let digest = |snapshot: &str| {
                Columns {
                    order: line.order,
                    recipient: line.recipient,
                    change: "begin",
                    owed: 1,
                    county: "411081",
                    name: "示例水泥厂（虚构）",
                    snapshot,
                    obligations: "",
                }
                .digest()
            };
            let mut bytes = text.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert_ne!(digest(&text), digest(&String::from_utf8_lossy(&bytes)));
        }
    }
}
