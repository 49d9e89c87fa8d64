//! The integration tests: one binary, one module for each side the system shows.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's own set-up cannot do fails the test"
)]

#[macro_use]
mod database;
mod architecture;
mod cli;
mod fakes;
mod notify;
mod store;
