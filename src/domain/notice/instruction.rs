//! What a superior orders, and an officer registers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
    /// From this hour.
    pub effective: WrittenTime,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What it says beyond that.
    pub note: String,
    /// SHA-256 of its scan.
    pub scan: Option<String>,
}
