//! The integration tests, one binary.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a step that fails is the failure; the setting spares test functions only"
)]

mod fakes;
mod notify;
