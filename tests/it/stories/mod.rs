//! Stories: whole episodes through a whole node, with a clock moved by hand.

pub(crate) mod bureau;
mod issue;
