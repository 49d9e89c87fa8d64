//! Hosts: who is asked how often.
//!
//! A host that fails several times in a row, or asks for a pause, is left alone for a while and then
//! asked with one letter at a time until one arrives. The others neither wait for it nor hear of it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::config::Backoff;
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
pub(super) struct Hosts<T> {
    by_name: HashMap<Host, State<T>>,
    waiting: usize,
}

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
        Self {
            by_name: HashMap::new(),
            waiting: 0,
        }
    }
}

impl<T> Hosts<T> {
    /// Queues something for a host.
    pub(super) fn add(&mut self, host: Host, item: T) {
        let state = self.by_name.entry(host).or_insert_with(|| State {
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
        self.waiting += 1;
    }

    /// What may go now, up to the places of each host.
    pub(super) fn go(&mut self, now: DateTime<Utc>, places: impl Fn(&Host) -> usize) -> Vec<Go<T>> {
        let mut go = Vec::new();
        for (host, state) in &mut self.by_name {
            go.extend(state.go(host, now, places(host)));
        }
        self.waiting -= go.len();
        go
    }

    /// What may go to one host now.
    pub(super) fn go_to(&mut self, host: &Host, now: DateTime<Utc>, places: usize) -> Vec<Go<T>> {
        let state = self.by_name.get_mut(host);
        let go = state.map_or_else(Vec::new, |state| state.go(host, now, places).collect());
        self.waiting -= go.len();
        go
    }

    /// What waits for a host that is left alone, with the instant until which it is.
    pub(super) fn shut_out(&mut self, now: DateTime<Utc>) -> Vec<(T, DateTime<Utc>)> {
        let mut out = Vec::new();
        for state in self.by_name.values_mut() {
            if let Some(until) = state.closed_until.filter(|until| now < *until) {
                out.extend(state.waiting.drain(..).map(|item| (item, until)));
            }
        }
        self.waiting -= out.len();
        out
    }

    /// What a slow host holds beyond its share.
    pub(super) fn beyond_share(&mut self) -> Vec<T> {
        let mut out = Vec::new();
        for state in self.by_name.values_mut() {
            let slow = state.under_way > 0 && state.progress.elapsed() > PATIENCE;
            if slow && state.waiting.len() > SHARE {
                out.extend(state.waiting.drain(SHARE..));
            }
        }
        self.waiting -= out.len();
        out
    }

    /// What has waited for a place for longer than a span, by the instant `since` it has waited.
    pub(super) fn older_than(&mut self, span: Duration, since: impl Fn(&T) -> Instant) -> Vec<T> {
        let mut out = Vec::new();
        for state in self.by_name.values_mut() {
            while let Some(item) = state
                .waiting
                .pop_front_if(|item| since(item).elapsed() > span)
            {
                out.push(item);
            }
        }
        self.waiting -= out.len();
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
        let state = self.by_name.get_mut(host)?;
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
            self.by_name.remove(host);
        }
        until
    }

    /// What waits, all of it, when nothing more is sent.
    pub(super) fn drain(&mut self) -> Vec<T> {
        self.waiting = 0;
        let states = self.by_name.values_mut();
        states.flat_map(|state| state.waiting.drain(..)).collect()
    }

    /// How many wait.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }
}

impl<T> State<T> {
    /// What may go now, up to so many places; one place while the host recovers.
    fn go(
        &mut self,
        host: &Host,
        now: DateTime<Utc>,
        places: usize,
    ) -> impl Iterator<Item = Go<T>> {
        let places = match self.closed_until {
            Some(until) if now < until => 0,
            Some(_) => 1,
            None => places,
        };
        let free = places
            .saturating_sub(self.under_way)
            .min(self.waiting.len());
        self.under_way += free;
        let round = self.round;
        self.waiting.drain(..free).map(move |item| Go {
            item,
            host: host.clone(),
            round,
        })
    }

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
