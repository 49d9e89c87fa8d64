//! Contracts of the store: every body runs on both engines.

mod counter;
