//! Time and chance as values: the only place that asks the system for either.
//!
//! A [`Clock`] tells the instant, [`Ids`] draws ids and random bytes. Both come in two kinds: the
//! system's, and one a test, a drill or the demo holds in its hand. Code that needs an instant
//! takes `now` as an argument; only the outermost caller asks the clock.
//!
//! # When the system clock jumps
//!
//! Instants told by [`Clock::system`] never go backwards within a process: after a jump back the
//! clock stands still until the system has caught up, and says so once in the log. Order of events
//! is thus kept at the price of late timers. A jump forward is believed at once; when it was wrong,
//! a restart takes the corrected time. Nothing that must be right under two instances rests on
//! their clocks agreeing: leases carry fencing numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::time::from_millis;

/// How far back the system clock may slip before it is worth a word in the log, in milliseconds.
const NOTABLE_SLIP: i64 = 1_000;

/// A clock; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// The system's, with the latest instant told.
    System { latest: AtomicI64 },
    /// Moved by hand; the instant it shows.
    Hand(AtomicI64),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System {
            latest: AtomicI64::new(i64::MIN),
        }))
    }

    /// A clock that shows `at` until it is moved.
    pub fn set_at(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Source::Hand(AtomicI64::new(
            at.timestamp_millis(),
        ))))
    }

    /// The instant, in whole milliseconds, never earlier than one told before.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &*self.0 {
            Source::System { latest } => forward(latest, system_millis()),
            Source::Hand(shown) => shown.load(Ordering::SeqCst),
        };
        from_millis(millis).expect("a clock shows a year that can be written")
    }

    /// Moves a hand-held clock forward.
    ///
    /// # Panics
    ///
    /// When this is the system's clock, or the step goes back.
    pub fn advance(&self, by: TimeDelta) {
        let Source::Hand(shown) = &*self.0 else {
            panic!("only a hand-held clock can be moved");
        };
        assert!(by >= TimeDelta::zero(), "time moves forward");
        shown.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

/// The later of what the system shows now and what was told last.
fn forward(latest: &AtomicI64, system: i64) -> i64 {
    let told = latest.fetch_max(system, Ordering::SeqCst);
    if system >= told {
        return system;
    }
    // The value told last was a reading; one slip is reported once, by whoever sees it first.
    if told - system > NOTABLE_SLIP {
        static REPORTED: AtomicI64 = AtomicI64::new(i64::MIN);
        if REPORTED.swap(told, Ordering::Relaxed) != told {
            tracing::warn!(
                slip_ms = told - system,
                "The system clock went back; time stands still until it has caught up"
            );
        }
    }
    told
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock the others are told to ask"
)]
fn system_millis() -> i64 {
    DateTime::<Utc>::from(SystemTime::now()).timestamp_millis()
}

/// A source of ids and random bytes; clones share it.
#[derive(Clone, Debug)]
pub struct Ids(Arc<Chance>);

#[derive(Debug)]
enum Chance {
    /// The operating system's random bytes.
    System,
    /// A sequence that is the same for the same seed. For tests, drills and simulations only.
    Seeded { seed: u64, drawn: AtomicU64 },
}

impl Ids {
    /// Unguessable ids and bytes from the operating system.
    pub fn system() -> Self {
        Self(Arc::new(Chance::System))
    }

    /// A repeatable sequence; never for a service that others can reach.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Chance::Seeded {
            seed,
            drawn: AtomicU64::new(0),
        }))
    }

    /// A UUIDv7 (RFC 9562, 5.7) of this instant.
    pub fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// Random bytes: secrets, salts, tokens.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &*self.0 {
            Chance::System => {
                getrandom::fill(&mut bytes).expect("the operating system has random bytes");
            }
            Chance::Seeded { seed, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    let n = drawn.fetch_add(1, Ordering::SeqCst);
                    let block = Sha256::new()
                        .chain_update(seed.to_be_bytes())
                        .chain_update(n.to_be_bytes())
                        .finalize();
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_hand_held_clock_shows_what_it_was_set_to_and_clones_move_together() {
        let clock = Clock::set_at(at("2026-11-24T12:00:00.123456Z"));
        let other = clock.clone();
        assert_eq!(clock.now(), at("2026-11-24T12:00:00.123Z"));
        other.advance(TimeDelta::hours(36));
        assert_eq!(clock.now(), at("2026-11-26T00:00:00.123Z"));
    }

    #[test]
    fn after_a_jump_back_time_stands_still_until_the_system_has_caught_up() {
        let latest = AtomicI64::new(i64::MIN);
        let told: Vec<i64> = [1_000, 5_000, 2_000, 4_999, 5_001]
            .into_iter()
            .map(|system| forward(&latest, system))
            .collect();
        assert_eq!(told, [1_000, 5_000, 5_000, 5_000, 5_001]);
    }

    #[test]
    fn seeded_ids_repeat_and_differ_from_one_another() {
        let draw = |seed| {
            let ids = Ids::seeded(seed);
            let now = at("2026-11-24T12:00:00Z");
            (ids.uuid_v7(now), ids.uuid_v7(now), ids.bytes::<48>())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let (first, second, _) = draw(7);
        assert_ne!(first, second);
        assert_eq!(first.get_version_num(), 7);
        let (seconds, _) = first.get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_795_521_600);
    }
}
