//! Lanes: everything that leaves is either live or a drill (演练), from its plan to its delivery.
//!
//! A lane is a sealed type: one code path, generic over it, serves both, and a live sender cannot
//! be handed a drill because that does not compile. In rows and keys it is its [`Lane::NAME`].

use std::fmt::Debug;

mod sealed {
    pub trait Sealed {}
}

/// Live or drill.
pub trait Lane: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// The word in rows and keys: `live` or `drill`.
    const NAME: &'static str;
}

/// The lane whose messages reach enterprises and bind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live;

/// The lane of drills: recorded, measured, and never sent by a live sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill;

impl sealed::Sealed for Live {}
impl sealed::Sealed for Drill {}

impl Lane for Live {
    const NAME: &'static str = "live";
}

impl Lane for Drill {
    const NAME: &'static str = "drill";
}
