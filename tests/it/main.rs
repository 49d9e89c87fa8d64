//! The one integration binary: everything that needs a database, a port or a browser.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a step that fails is the failure; the setting spares test functions only"
)]

#[macro_use]
mod database;

mod answers;
mod api;
mod architecture;
mod cli;
mod episode;
mod fakes;
mod journal;
mod notify;
mod pages;
mod store;
mod world;
