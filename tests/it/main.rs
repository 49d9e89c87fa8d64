//! The integration tests: one binary, one module for each side the system shows.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

#[macro_use]
mod database;

mod api;
mod architecture;
mod cli;
mod deciding;
mod fakes;
mod journal;
mod notify;
mod pages;
mod playbook;
mod store;
mod stories;
mod world;
