//! What a superior orders, and an officer registers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ClassLevel;
use crate::level::WarningLevel;
use crate::region::RegionCode;
use crate::time::WrittenTime;

/// A superior's instruction (调度指令、预警函) as an officer registered it.
///
/// It sets the floor below which the place may not stay, and starts the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Which region it binds.
    pub region: RegionCode,
    /// 文号.
    pub number: String,
    /// 发文机关.
    pub sender: String,
    /// At least this level; none where it lifts the floor.
    pub level: Option<WarningLevel>,
    /// The classes of measures for which it orders another level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassLevel>,
    /// From this hour.
    pub effective: WrittenTime,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What it says beyond that.
    pub note: String,
    /// SHA-256 of its scan.
    pub scan: Option<String>,
}
