//! The one integration binary: everything that needs a database, a port or a browser.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's own set-up cannot do fails the test"
)]

mod architecture;
#[macro_use]
mod database;
mod store;
