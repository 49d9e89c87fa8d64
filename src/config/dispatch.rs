//! `[dispatch]`: how patiently messages are sent.

use serde::Deserialize;

/// `[dispatch]`: how patiently messages are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dispatch {
    /// `[dispatch.backoff]`: when an attempt is repeated, and when a message is given up.
    pub backoff: Backoff,
}

/// `[dispatch.backoff]`: when an attempt is repeated, and when a message is given up.
///
/// The defaults repeat after at most 5 s, 10 s, 20 s … up to every quarter of an hour, and give up
/// after a day: an order that could not be delivered for a day is a dead letter, for a person to
/// look at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backoff {
    /// The longest wait after the first attempt, in seconds; it doubles with every further one.
    /// Default: 5.
    pub first_seconds: u64,
    /// The longest wait of all, in seconds. Default: 900.
    pub longest_seconds: u64,
    /// After so many attempts the message is given up. Default: 120.
    pub attempts: u32,
    /// A message older than this, in seconds, is given up. Default: 86,400.
    pub age_seconds: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first_seconds: 5,
            longest_seconds: 15 * 60,
            attempts: 120,
            age_seconds: 24 * 60 * 60,
        }
    }
}
