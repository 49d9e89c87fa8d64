//! What the demonstration is seeded with.

pub mod list;
