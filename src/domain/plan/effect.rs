//! What a level asks of plants, before any of it is worded: the ground of each duty, and what there
//! is to compare where levels stand beside one another.

use std::ops::AddAssign;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Part;
use crate::enterprise::{Emission, Exemption, Plant, PlantStatus, Unit};
use crate::level::WarningLevel;
use crate::measure::Measure;

/// A plant under a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'p> {
    plant: &'p Plant,
    level: WarningLevel,
    /// What spares it.
    pub(super) exemption: Option<&'p Exemption>,
}

impl<'p> Bound<'p> {
    /// A plant under a level on a day; none where it stands still anyway (长期停产).
    pub(super) fn of(plant: &'p Plant, level: WarningLevel, on: NaiveDate) -> Option<Self> {
        let exemption = plant.exemption.as_ref();
        (plant.status != PlantStatus::LongStopped).then(|| Self {
            plant,
            level,
            exemption: exemption.filter(|exemption| exemption.covers(level, on)),
        })
    }

    /// Whether it is told of the warning and owes nothing that could be inspected (自主减排).
    pub(super) fn is_autonomous(self) -> bool {
        self.exemption.is_some() || self.plant.is_autonomous(self.level)
    }

    /// Each unit with what it filed for the level; none of an exempt plant.
    pub(super) fn measures(self) -> impl Iterator<Item = (&'p Unit, &'p Measure)> {
        let units = self.plant.units.iter();
        let filed = units.filter_map(move |unit| Some((unit, unit.measures.get(self.level)?)));
        filed.filter(move |_| self.exemption.is_none())
    }

    /// How much less it emits.
    pub(super) fn cut(self) -> Emission {
        match self.exemption {
            Some(_) => Emission::ZERO,
            None => self.plant.cut(self.level),
        }
    }
}

/// What a level comes to over a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Plants by what they do.
    pub plants: Part,
    /// How much less they emit while all of it is done.
    pub cut: Emission,
}

impl Effect {
    /// What one plant does under a level on a day; nothing where it stands still anyway.
    pub fn of(plant: &Plant, level: WarningLevel, on: NaiveDate) -> Self {
        let Some(bound) = Bound::of(plant, level, on) else {
            return Self::default();
        };
        let texts = bound.measures().map(|(_, measure)| measure.text());
        Self {
            plants: Part::of_one(bound.is_autonomous(), texts),
            cut: bound.cut(),
        }
    }
}

impl AddAssign for Effect {
    fn add_assign(&mut self, more: Self) {
        self.plants += more.plants;
        self.cut += more.cut;
    }
}
