//! What each level would come to, side by side.

use super::Cut;
use crate::domain::level::WarningLevel;

/// Levels beside one another; of no columns where a notice sets none.
#[derive(Clone, Debug, Default)]
pub struct LevelTable {
    /// Each level, and whether it is the plan's own.
    pub columns: Vec<(WarningLevel, bool)>,
    /// Plants by what they would do: the key of the row's name, and the count at each level.
    pub counts: Vec<(&'static str, Vec<u64>)>,
    /// Cuts by pollutant, and the cut at each level.
    pub cuts: Vec<(&'static str, Vec<Cut>)>,
}

impl LevelTable {
    /// Whether the plan's own figures stand among them: blue has no column.
    pub fn has_own(&self) -> bool {
        self.columns.iter().any(|&(_, own)| own)
    }
}
