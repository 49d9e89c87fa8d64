//! Contracts of the store: every body runs on both engines.

mod advisory;
mod bulk;
mod counter;
mod db;
mod health;
mod ladder;
mod lease;
mod schema;
mod writer;
