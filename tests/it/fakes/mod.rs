//! The outside world, played by ourselves so that it can misbehave on demand.

pub(crate) mod line;
pub(crate) mod smtp;
pub(crate) mod webhook;
