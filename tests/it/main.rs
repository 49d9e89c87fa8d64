//! The integration tests: one binary, one module for each side the system shows.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

#[macro_use]
mod database;

mod cli;
mod fakes;
mod notify;
mod store;
