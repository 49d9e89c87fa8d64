//! The outside world, played by ourselves so that it can misbehave on demand.

pub(crate) mod webhook;
