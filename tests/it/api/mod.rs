//! The interface over HTTP, on both engines.

mod account;
mod border;
mod document;
mod events;
mod idempotency;
mod import;
mod operations;
mod order;
mod outlook;
mod scan;
mod session;
mod sheet;
