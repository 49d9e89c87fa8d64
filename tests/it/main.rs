//! The integration tests: one binary, one module for each side the system shows.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a step that fails is the failure; the setting spares test functions only"
)]

#[macro_use]
mod database;
mod api;
mod architecture;
mod cli;
mod fakes;
mod journal;
mod notify;
mod playbook;
mod store;
mod world;
