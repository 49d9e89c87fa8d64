//! `[webhook]`: within which limits endpoints of others are called.

use std::path::PathBuf;

use serde::Deserialize;

use super::Network;

/// `[webhook]`: how endpoints of others are called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// The time limit of one attempt, in seconds, from the wait for a place to the answer.
    /// Default: 20.
    pub attempt_seconds: u64,
    /// The time limit for connecting, in seconds. Default: 5.
    pub connect_seconds: u64,
    /// Requests under way to one host at a time. Default: 32.
    pub connections_per_host: usize,
    /// A longer `Retry-After` than this, in seconds, is cut to it: an order cannot wait a day.
    /// Default: 3,600.
    pub longest_retry_after_seconds: u64,
    /// Networks that are open although they are not public: the bureau's own, as `10.20.0.0/16`.
    /// Default: none.
    pub allowed_networks: Vec<Network>,
    /// A PEM file with root certificates trusted beside the public ones. Default: none.
    pub root_certificates: Option<PathBuf>,
}

impl Default for Webhook {
    fn default() -> Self {
        Self {
            attempt_seconds: 20,
            connect_seconds: 5,
            connections_per_host: 32,
            longest_retry_after_seconds: 60 * 60,
            allowed_networks: Vec::new(),
            root_certificates: None,
        }
    }
}
