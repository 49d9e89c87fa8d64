//! When a message is tried again, and when it is given up.
//!
//! Exponential growth with *full jitter*: the wait is drawn evenly from zero to a bound that
//! doubles with every attempt. Ten thousand messages that failed together because one mail server
//! was away therefore come back spread out, not together. A receiver's own wish (`Retry-After`) is
//! a lower bound. Pure: the chance is an argument, and nothing here waits.

use std::time::Duration;

use crate::config::Backoff;

/// No repeat comes sooner, whatever chance says: the shortest wait is still a pause.
const SHORTEST: Duration = Duration::from_secs(1);

impl Backoff {
    /// How long to wait before the next attempt; none when the message is given up.
    ///
    /// `attempts` have been made (1 after the first) since the message was created `age` ago;
    /// `after` is what the receiver asked for, already bounded by the channel; `jitter` is a draw
    /// from 0 to 1.
    pub fn next_attempt(
        &self,
        attempts: u32,
        age: Duration,
        after: Option<Duration>,
        jitter: f64,
    ) -> Option<Duration> {
        (!self.is_over(attempts, age)).then(|| self.wait(attempts, after, jitter))
    }

    /// Whether a message is given up after so many attempts and so long.
    pub fn is_over(&self, attempts: u32, age: Duration) -> bool {
        attempts >= self.attempts || age.as_secs() >= self.age_seconds
    }

    /// How long to wait after so many failures in a row, whoever is waited for.
    pub fn wait(&self, failures: u32, after: Option<Duration>, jitter: f64) -> Duration {
        self.bound(failures)
            .mul_f64(share(jitter))
            .max(SHORTEST)
            .max(after.unwrap_or_default())
    }

    /// The longest wait after so many attempts.
    fn bound(&self, attempts: u32) -> Duration {
        let doubled = 1_u64
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u64::MAX);
        let seconds = self.first_seconds.saturating_mul(doubled);
        Duration::from_secs(seconds.min(self.longest_seconds))
    }
}

/// A draw forced into 0 … 1, so that no arithmetic on it can panic.
fn share(jitter: f64) -> f64 {
    if jitter.is_nan() {
        0.0
    } else {
        jitter.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const NEW: Duration = Duration::ZERO;

    #[rstest]
    #[case::first(1, 5)]
    #[case::second(2, 10)]
    #[case::third(3, 20)]
    #[case::eighth(8, 640)]
    #[case::capped(9, 900)]
    #[case::far_beyond_any_shift(119, 900)]
    fn the_longest_wait_doubles_up_to_the_cap(#[case] attempts: u32, #[case] seconds: u64) {
        assert_eq!(
            Backoff::default().next_attempt(attempts, NEW, None, 1.0),
            Some(Duration::from_secs(seconds))
        );
    }

    #[rstest]
    #[case::too_often(120, 0, false)]
    #[case::just_not_too_often(119, 0, true)]
    #[case::too_old(1, 86_400, false)]
    #[case::just_not_too_old(1, 86_399, true)]
    fn a_message_is_given_up_after_its_attempts_or_its_age(
        #[case] attempts: u32,
        #[case] age: u64,
        #[case] goes_on: bool,
    ) {
        let next = Backoff::default().next_attempt(attempts, Duration::from_secs(age), None, 0.5);
        assert_eq!(next.is_some(), goes_on);
    }

    #[test]
    fn half_a_draw_is_half_the_bound() {
        assert_eq!(
            Backoff::default().next_attempt(3, NEW, None, 0.5),
            Some(Duration::from_secs(10))
        );
    }

    proptest! {
        #[test]
        fn a_wait_keeps_every_bound(
            attempts in 1_u32..120,
            after in proptest::option::of(0_u64..3600),
            jitter in proptest::num::f64::ANY,
        ) {
            let backoff = Backoff::default();
            let after = after.map(Duration::from_secs);
            let wait = backoff.next_attempt(attempts, NEW, after, jitter).unwrap();
            prop_assert!(wait >= SHORTEST);
            prop_assert!(wait >= after.unwrap_or_default());
            prop_assert!(wait <= Duration::from_secs(backoff.longest_seconds).max(after.unwrap_or_default()));
        }
    }
}
