//! Enterprises (企业) on a reduction list: a plant, its units, what they emit, who answers for it.
//!
//! A [`Plant`] (厂区) is what receives one order. It is identified by its number on the list
//! (企业编号) or its permit number; a credit code may own several plants, and a row may lack it.
//! Its [`Unit`]s (生产线/工序) carry measures, base emission and cut. Grades, industries and
//! exemptions are *data*: every city adds its own, so none of them is an enum here. Texts are
//! parsed into types that cannot be wrong; what a plant as a whole must satisfy is checked by
//! [`list`](crate::list). Contact data are personal: their `Debug` shows nothing of them.

use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;
use crate::measure::{Measure, PerLevel};
use crate::region::RegionCode;

mod class;
mod code;
mod contact;
mod emission;
mod form;
mod grade;
mod industry;

pub use class::{Exemption, ListClass, NotAWord, PlantStatus};
pub use code::{CreditCode, CreditCodeError, NotAPlantNumber, PermitNumber};
pub use code::{PermitNumberError, PlantNumber};
pub use contact::{
    Contact, Email, NotAPhone, NotAWebhookUrl, NotAnEmail, PersonalError, Phone, WebhookUrl,
};
pub use emission::{Emission, EmittedPollutant};
pub use grade::{Grade, GradeCode, NotAGrade};
pub use industry::{Industry, IndustryCode, NotAnIndustryCode};

pub(crate) use form::narrowed;

/// One plant (厂区) on a reduction list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plant {
    /// What the list calls it; unique on the list.
    pub number: PlantNumber,
    /// 排污许可证编号.
    pub permit: Option<PermitNumber>,
    /// 企业名称.
    pub name: String,
    /// 统一社会信用代码 of whoever owns the plant.
    pub credit_code: Option<CreditCode>,
    /// Where it stands: a county, a township or a local unit.
    pub region: RegionCode,
    /// 县(区), as printed on the list.
    pub county: String,
    /// 乡镇(街道), as printed on the list.
    pub township: String,
    /// 地址.
    pub address: String,
    /// Where it stands, in degrees.
    pub position: Option<Position>,
    /// What it makes.
    pub industry: Industry,
    /// 绩效等级; none where it was never graded.
    pub grade: Option<Grade>,
    /// 管控类别.
    pub class: ListClass,
    /// 企业状态.
    pub status: PlantStatus,
    /// Why it is spared, and how far.
    pub exemption: Option<Exemption>,
    /// Its lines and processes, at least one, each name once.
    pub units: Vec<Unit>,
    /// Who is told, the first responsible one first. Personal data: never part of a stored row.
    #[serde(skip)]
    pub contacts: Vec<Contact>,
}

/// One production line or process (生产线/工序) of a plant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// As the list names it: `1号炉窑`; `全厂` where the plant files as a whole.
    pub name: String,
    /// 停产所需小时: how long it takes to come down safely.
    pub ramp_down_hours: u16,
    /// What was filed for each level.
    pub measures: PerLevel<Measure>,
    /// 日排放量: what it emits on a normal day.
    pub base: Emission,
    /// How much less it emits under each level; never more than the base.
    pub cut: PerLevel<Emission>,
}

impl Plant {
    /// What the plant emits on a normal day.
    pub fn base(&self) -> Emission {
        self.units.iter().map(|unit| unit.base).sum()
    }

    /// How much less it emits under a level.
    pub fn cut(&self, level: WarningLevel) -> Emission {
        self.units
            .iter()
            .filter_map(|unit| unit.cut.get(level))
            .copied()
            .sum()
    }

    /// Whether under a level none of its units owes anything that could be inspected (自主减排).
    ///
    /// Such a plant is told of the warning and acknowledges; it has no duty to put in place.
    pub fn is_autonomous(&self, level: WarningLevel) -> bool {
        self.units
            .iter()
            .filter_map(|unit| unit.measures.get(level))
            .all(Measure::is_autonomous)
    }

    /// How long the slowest unit takes to come down.
    pub fn ramp_down_hours(&self) -> u16 {
        self.units
            .iter()
            .map(|unit| unit.ramp_down_hours)
            .max()
            .unwrap_or(0)
    }
}

/// Where a plant stands, WGS-84 or as filed; in 10⁻⁷ degrees, about a centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 经度, 10⁻⁷ degrees east, from 73° to 136°.
    pub longitude_e7: i32,
    /// 纬度, 10⁻⁷ degrees north, from 3° to 54°.
    pub latitude_e7: i32,
}

impl Position {
    /// The longitudes of the country, in degrees.
    pub const LONGITUDES: std::ops::RangeInclusive<i32> = 73..=136;
    /// The latitudes of the country, in degrees.
    pub const LATITUDES: std::ops::RangeInclusive<i32> = 3..=54;

    /// Degrees as floating-point numbers, for maps: longitude, latitude.
    pub fn degrees(self) -> (f64, f64) {
        let degrees = |e7| f64::from(e7) / 1e7;
        (degrees(self.longitude_e7), degrees(self.latitude_e7))
    }
}
