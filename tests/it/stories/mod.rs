//! Stories: whole episodes through a whole node, with a clock moved by hand.

mod additions;
pub(crate) mod advisory;
pub(crate) mod bureau;
mod classes;
mod false_alarm;
mod faults;
mod information;
mod issue;
mod keys;
mod kill;
mod kill_telling;
mod own_control;
mod places;
mod playbook;
mod restore;
pub(crate) mod signing;
pub(crate) mod sinks;
mod staggered;
mod suspension;
mod tampering;
mod telling;
mod whole;
mod window;

/// Whether the long stories are told at their full length: `tests/run --full` says so.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the tests may take is no configuration of the program"
)]
fn is_full() -> bool {
    std::env::var("QINGKONG_TEST_FULL").is_ok_and(|full| full == "1")
}
