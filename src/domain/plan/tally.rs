//! What a plan comes to: what plants do, in an office's area and in all, and the cut against the
//! required one.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Change, Control, Duty, Effect, Part};
use crate::enterprise::{Emission, EmittedPollutant, Plant};
use crate::level::WarningLevel;
use crate::measure::{MeasureKind, PerLevel, read};
use crate::region::RegionCode;

/// Counts and sums over the lines of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The level at which plants carry out their measures, which sets the cut that is required of
    /// them all; none on record from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<WarningLevel>,
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
    /// What each level would come to, this one's among them; none of a notice that sets no level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_levels: Option<PerLevel<Effect>>,
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

    /// Adds what a plant would do under each level on a day, where levels are compared.
    pub fn compare(&mut self, plant: &Plant, on: NaiveDate) {
        if let Some(at_levels) = &mut self.at_levels {
            for (level, effect) in at_levels.iter_mut() {
                *effect += Effect::of(plant, level, on);
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
    pub(super) const fn counts(self) -> [u32; 5] {
        [
            self.plants,
            self.stop,
            self.limit,
            self.autonomous,
            self.other,
        ]
    }

    /// One plant, counted by what it owes.
    pub(super) fn of_plant(duty: &Duty) -> Self {
        let texts = duty.units.iter().map(|unit| unit.measure.as_str());
        Self::of_one(duty.control == Control::Autonomous, texts)
    }

    /// One plant, counted by the most that is asked of any unit.
    pub(super) fn of_one<'m>(autonomous: bool, measures: impl Iterator<Item = &'m str>) -> Self {
        let mut part = Self {
            plants: 1,
            ..Self::default()
        };
        if autonomous {
            part.autonomous = 1;
            return part;
        }
        let mut limits = false;
        for kind in measures.flat_map(read) {
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
    /// Whether what it lacks is made up for by the pollutant that may stand in for it.
    #[serde(default)]
    pub traded: bool,
}

impl Achievement {
    /// What is missing, in g/d; zero where the requirement is met, or made up for.
    pub fn shortfall(self) -> i64 {
        if self.traded { 0 } else { self.lacking() }
    }

    fn lacking(self) -> i64 {
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
                traded: false,
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
            a.traded = a.lacking() > 0;
        }
    }
}
