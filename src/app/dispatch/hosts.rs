//! Hosts: who is asked how often.
//!
//! A host that fails several times in a row, or asks for a pause, is left alone for a while and then
//! asked with one letter at a time until one arrives. The others neither wait for it nor hear of it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::notify::backoff::Backoff;
use crate::notify::channels::Host;

/// How long a host with more than [`SHARE`] letters may take to answer any of them, before it holds
/// no more than that.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many letters a slow host may hold.
const SHARE: usize = 64;

/// After so many failures in a row a host is left alone: fewer may be the fault of single letters.
const IN_A_ROW: u32 = 3;

/// The hosts with letters to be sent, or with a fault that is remembered. `T` is what waits.
#[derive(Debug)]
pub(super) struct Hosts<T>(HashMap<Host, State<T>>);

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    under_way: usize,
    /// Failures without a success between.
    failures: u32,
    /// Until when it is left alone.
    closed_until: Option<DateTime<Utc>>,
    /// Grows with every failure that closes it, so that letters that were under way together
    /// close it once.
    round: u32,
    /// When a letter last ended, or the first came.
    progress: Instant,
}

/// A letter that may go now, and the round it goes in.
pub(super) struct Go<T> {
    pub(super) item: T,
    pub(super) host: Host,
    pub(super) round: u32,
}

/// How an attempt ended, as far as its host is concerned.
pub(super) enum Ended {
    /// It answered, whatever it said.
    Answered,
    /// It did not, or asked to be left alone for so long.
    Failed { after: Option<Duration> },
}

impl<T> Default for Hosts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Hosts<T> {
    /// Queues something for a host.
    pub(super) fn add(&mut self, host: Host, item: T) {
        let state = self.0.entry(host).or_insert_with(|| State {
            waiting: VecDeque::new(),
            under_way: 0,
            failures: 0,
            closed_until: None,
            round: 0,
            progress: Instant::now(),
        });
        if state.waiting.is_empty() && state.under_way == 0 {
            state.progress = Instant::now();
        }
        state.waiting.push_back(item);
    }

    /// What may go now, up to the places of each host; one place while a host recovers.
    pub(super) fn go(&mut self, now: DateTime<Utc>, places: impl Fn(&Host) -> usize) -> Vec<Go<T>> {
        let mut go = Vec::new();
        for (host, state) in &mut self.0 {
            if state.closed_until.is_some_and(|until| now < until) {
                continue;
            }
            let places = if state.closed_until.is_some() {
                1
            } else {
                places(host)
            };
            while state.under_way < places {
                let Some(item) = state.waiting.pop_front() else {
                    break;
                };
                state.under_way += 1;
                go.push(Go {
                    item,
                    host: host.clone(),
                    round: state.round,
                });
            }
        }
        go
    }

    /// What waits for a host that is left alone, with the instant until which it is.
    pub(super) fn shut_out(&mut self, now: DateTime<Utc>) -> Vec<(T, DateTime<Utc>)> {
        let mut out = Vec::new();
        for state in self.0.values_mut() {
            if let Some(until) = state.closed_until.filter(|until| now < *until) {
                out.extend(state.waiting.drain(..).map(|item| (item, until)));
            }
        }
        out
    }

    /// What a slow host holds beyond its share.
    pub(super) fn beyond_share(&mut self) -> Vec<T> {
        let mut out = Vec::new();
        for state in self.0.values_mut() {
            let slow = state.under_way > 0 && state.progress.elapsed() > PATIENCE;
            if slow && state.waiting.len() > SHARE {
                out.extend(state.waiting.drain(SHARE..));
            }
        }
        out
    }

    /// What has waited for a place for longer than a span, by the instant `since` it has waited.
    pub(super) fn older_than(&mut self, span: Duration, since: impl Fn(&T) -> Instant) -> Vec<T> {
        let mut out = Vec::new();
        for state in self.0.values_mut() {
            while let Some(item) = state
                .waiting
                .pop_front_if(|item| since(item).elapsed() > span)
            {
                out.push(item);
            }
        }
        out
    }

    /// Notes how an attempt ended; answers with the instant until which its host is left alone.
    pub(super) fn ended(
        &mut self,
        host: &Host,
        round: u32,
        ended: &Ended,
        now: DateTime<Utc>,
        (backoff, jitter): (&Backoff, f64),
    ) -> Option<DateTime<Utc>> {
        let state = self.0.get_mut(host)?;
        state.under_way -= 1;
        state.progress = Instant::now();
        match ended {
            Ended::Answered => {
                if state.closed_until.take().is_some() {
                    tracing::info!(failures = state.failures, "A host takes letters again");
                }
                state.failures = 0;
            }
            // Those that were under way when it closed say nothing new.
            Ended::Failed { .. } if round != state.round => {}
            Ended::Failed { after } => {
                state.failures += 1;
                if state.failures >= IN_A_ROW || after.is_some() {
                    state.close(*after, now, backoff, jitter);
                }
            }
        }
        let until = state.closed_until;
        if state.waiting.is_empty() && state.under_way == 0 && state.failures == 0 {
            self.0.remove(host);
        }
        until
    }

    /// What waits, all of it, when nothing more is sent.
    pub(super) fn drain(&mut self) -> Vec<T> {
        let states = self.0.values_mut();
        states.flat_map(|state| state.waiting.drain(..)).collect()
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.values().map(|state| state.waiting.len()).sum()
    }
}

impl<T> State<T> {
    fn close(
        &mut self,
        after: Option<Duration>,
        now: DateTime<Utc>,
        backoff: &Backoff,
        jitter: f64,
    ) {
        let closings = self.failures.saturating_sub(IN_A_ROW) + 1;
        let wait = backoff.wait(closings, after, jitter);
        if self.closed_until.replace(now + wait).is_none() {
            tracing::warn!(wait_s = wait.as_secs(), "A host does not take its letters");
        }
        self.round += 1;
    }
}
