//! The one integration binary: everything that needs a database, a port or a browser.

#[macro_use]
mod database;
mod store;
