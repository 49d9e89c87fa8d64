//! The one integration binary: everything that needs a database, a port or a browser.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

#[macro_use]
mod database;

mod answers;
mod api;
mod architecture;
mod backup;
mod browser;
mod cli;
mod compare;
mod console;
mod deciding;
mod dispatch;
mod early;
mod episode;
mod erase;
mod fakes;
mod history;
mod hours;
mod journal;
mod keeping;
mod machine;
mod notify;
mod order_link;
mod pages;
mod playbook;
mod pulling;
mod sheets;
mod sources;
mod store;
mod stories;
mod world;
