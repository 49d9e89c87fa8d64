//! The one integration binary: everything that needs a database, a port or a browser.
//! The integration tests: one binary, one module for each side the system shows.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a step that fails is the failure; the setting spares test functions only"
)]

#[macro_use]
mod database;
mod architecture;
mod cli;
mod episode;
#[macro_use]
mod fakes;
mod notify;
mod store;
mod api;
mod world;
