//! Sending: from the outbox through the channels, and what came of it back into the record.
//!
//! A dispatcher serves one lane. It claims what is due in batches, under a mark of its own; reads
//! what the letters say; hands them to their hosts, each at its own pace; and has every result
//! written by the group-commit writer. It decides nothing: who is told what was decided when the plan
//! was issued or the advisory published.
//!
//! # Design notes
//!
//! *Nothing is lost, little is repeated.* An attempt is counted when its message is claimed. A
//! sender that dies leaves its claim to run out: then the message is due again, the attempt is
//! recorded as `unknown`, and the next one carries the same id, by which a receiver knows a repeat.
//! A result that comes after the claim has run out is not taken.
//!
//! *What is overtaken.* A message that was never delivered is not sent any more when a later plan
//! has put a message for the same contact in its place that itself asks for an answer, a changed
//! duty or a release; the record says by which revision. A message that only tells of a new level
//! stands in nobody's place: it does not say what is owed. Of an advisory, a later step stands in the
//! place of an earlier one: whoever has not heard that it is public hears only that it ends, and of
//! what still applies until then; of what has ended nobody hears that it begins.
//!
//! *One row that cannot be read delays nobody.* A batch is read at once; when that fails, its messages
//! are read one by one, and none waits for its claim to run out.
//!
//! *One dead endpoint delays nobody.* What waits for a host that is left alone goes back to the
//! outbox until it is asked again, and a slow host holds no more than its share. A claim therefore
//! costs a host that is away two updates of a row for each of its pauses.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use self::feed::{Brought, Fed, Returning, feed};
use self::hosts::{Ended, Go, Hosts};
use self::load::Job;
use self::record::{Kept, Settled};
use super::{App, Error};
use crate::domain::digest::hex;
use crate::domain::id::MessageKey;
use crate::domain::lane::Lane;
use crate::notify::Outcome;
use crate::notify::channels::Channels;
use crate::store::outbox::{self, AttemptOutcome, Fate};
use crate::store::{StoreError, epoch, ladder};

pub use crate::store::outbox::{DeadLetter, Subject};

mod around;
mod dead;
mod feed;
mod hosts;
mod load;
mod record;

pub use self::dead::{DeadLetters, Redriven};
pub use self::record::AttemptBatch;

/// How often the outbox is looked at when nothing was due.
const POLL: Duration = Duration::from_millis(200);

/// How many messages a dispatcher holds at a time.
const HELD: usize = 2_048;

/// How many are claimed at once.
const CLAIM: usize = 512;

/// How long a claim lasts. It outlives the wait for a place and the longest attempt.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// A message that has waited so long for a place goes back to the outbox.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// When what a slow host could not take is due again.
const SLOW: TimeDelta = TimeDelta::seconds(5);

/// How often the gauges of the outbox are set.
const GAUGES: Duration = Duration::from_secs(10);

/// Sends what is due in a lane until the node stops, then ends what is under way and gives back the
/// rest.
pub async fn run<L: Lane>(app: App, channels: Channels<L>, stopping: CancellationToken) {
    let mut dispatcher = Dispatcher::new(app, channels);
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(Ok(ended)) = dispatcher.sending.join_next() => dispatcher.ended(ended),
            Some(_) = dispatcher.recording.join_next() => {}
            Some(fed) = dispatcher.feeding.join_next() => {
                dispatcher.fed(fed);
                dispatcher.start();
            }
            _ = ticks.tick() => dispatcher.look_around().await,
        }
        dispatcher.refill();
    }
    dispatcher.stop().await;
}

struct Dispatcher<L: Lane> {
    /// Shared as a whole: a task for each message counts its parts no further.
    app: Arc<App>,
    channels: Arc<Channels<L>>,
    /// The beginning of every mark of this dispatcher; no restart brings it back.
    holder: String,
    claims: u64,
    /// The claim under way, if there is one.
    feeding: JoinSet<Result<Fed, Error>>,
    hosts: Hosts<Job>,
    sending: JoinSet<Sent>,
    recording: JoinSet<()>,
    /// Messages to be given back without an attempt.
    returning: Vec<Returning>,
    /// Whether something may be due that was not looked at.
    hungry: bool,
    gauged_at: Option<Instant>,
}

/// An attempt that has ended, on its way to the record.
struct Sent {
    go: Go<Arc<Job>>,
    at: DateTime<Utc>,
    outcome: Outcome,
}

impl<L: Lane> Dispatcher<L> {
    fn new(app: App, channels: Channels<L>) -> Self {
        Self {
            holder: hex(&app.ids.bytes::<8>()),
            app: Arc::new(app),
            channels: Arc::new(channels),
            claims: 0,
            feeding: JoinSet::new(),
            hosts: Hosts::default(),
            sending: JoinSet::new(),
            recording: JoinSet::new(),
            returning: Vec::new(),
            hungry: true,
            gauged_at: None,
        }
    }

    /// Begins what the passing of time allows, and gives back what has to wait.
    async fn look_around(&mut self) {
        self.hungry = true;
        self.start();
        self.shed();
        self.give_back().await;
        self.gauge().await;
    }

    /// Claims more, if something may be due and there is room.
    fn refill(&mut self) {
        if !self.hungry || !self.feeding.is_empty() || self.held() + CLAIM > HELD {
            return;
        }
        self.claims += 1;
        let mark = format!("{}-{}", self.holder, self.claims).into();
        self.feeding.spawn(feed::<L>(Arc::clone(&self.app), mark));
    }

    fn held(&self) -> usize {
        self.hosts.waiting() + self.sending.len() + self.recording.len() + self.returning.len()
    }

    /// Queues what a claim brought, each message for its host.
    fn fed(&mut self, fed: Result<Result<Fed, Error>, JoinError>) {
        let Fed { brought, more } = match fed {
            Ok(Ok(fed)) => fed,
            Ok(Err(error)) => {
                tracing::warn!(lane = L::NAME, %error, "Could not read the outbox");
                Fed::default()
            }
            Err(error) => {
                tracing::error!(lane = L::NAME, %error, "Reading the outbox ended in a panic");
                Fed::default()
            }
        };
        self.hungry = more;
        for message in brought {
            match message {
                Brought::Job(job) => self.hosts.add(job.host(), job),
                Brought::Settled(settled) => self.record(settled),
                Brought::Returning(returning) => self.returning.push(returning),
            }
        }
    }

    /// Begins the attempts for which there is a place.
    fn start(&mut self) {
        let channels = Arc::clone(&self.channels);
        let go = self.hosts.go(self.app.now(), |host| channels.places(host));
        self.send(go);
    }

    fn send(&mut self, go: Vec<Go<Job>>) {
        for go in go {
            let (app, channels) = (Arc::clone(&self.app), Arc::clone(&self.channels));
            let Go { item, host, round } = go;
            let job = Arc::new(item);
            self.sending.spawn(async move {
                let at = app.now();
                let attempt = AssertUnwindSafe(attempt(&app, &channels, &job, at));
                let outcome = attempt.catch_unwind().await.unwrap_or_else(|_| {
                    tracing::error!(lane = L::NAME, "An attempt to send ended in a panic");
                    let why = "the attempt ended in a panic".to_owned();
                    Outcome::Later { after: None, why }
                });
                Sent {
                    go: Go {
                        item: job,
                        host,
                        round,
                    },
                    at,
                    outcome,
                }
            });
        }
    }

    /// Notes an attempt that has ended and hands it to the writer.
    fn ended(&mut self, ended: Sent) {
        let Sent { go, at, outcome } = ended;
        let Go {
            item: job,
            host,
            round,
        } = go;
        let jitter = jitter(&self.app);
        let backoff = &self.app.config.dispatch.backoff;
        let answered = match &outcome {
            Outcome::Later { after, .. } => Ended::Failed { after: *after },
            Outcome::Delivered { .. } | Outcome::Never { .. } => Ended::Answered,
        };
        let now = self.app.now();
        let closed = self
            .hosts
            .ended(&host, round, &answered, now, (backoff, jitter));
        let settled = job.settle(outcome, at, |after| {
            let (attempts, age) = job.patience(now);
            let wait = backoff.next_attempt(attempts, age, after, jitter)?;
            Some((now + wait).max(closed.unwrap_or(now)))
        });
        count::<L>(&job, &settled, now);
        self.record(settled);
        let places = self.channels.places(&host);
        let next = self.hosts.go_to(&host, now, places);
        self.send(next);
    }

    fn record(&mut self, settled: Settled) {
        self.recording.spawn(write(Arc::clone(&self.app), settled));
    }

    /// Takes from the hosts what has to wait too long for a place there.
    fn shed(&mut self) {
        let now = self.app.now();
        let shut_out = self.hosts.shut_out(now);
        let slow = self
            .hosts
            .beyond_share()
            .into_iter()
            .map(|job| (job, now + SLOW));
        let stale = self.hosts.older_than(LONGEST_WAIT, |job| job.claimed_at);
        let stale = stale.into_iter().map(|job| (job, now + SLOW));
        for (job, due_at) in shut_out.into_iter().chain(slow).chain(stale) {
            let (attempts, age) = job.patience(now);
            // The attempt that was not made does not count.
            if self.app.config.dispatch.backoff.is_over(attempts - 1, age) {
                let why = "given up: its host has not taken letters for too long";
                let never = Outcome::Never {
                    why: why.to_owned(),
                };
                let settled = job.settle(never, now, |_| None);
                self.record(settled);
            } else {
                self.returning.push(Returning::job(&job, due_at));
            }
        }
    }

    /// Gives claimed messages back; what cannot be given back now is tried again.
    async fn give_back(&mut self) {
        if self.returning.is_empty() {
            return;
        }
        if let Err(error) = give_back(&self.app, &self.returning).await {
            tracing::warn!(lane = L::NAME, %error, "Could not give messages back to the outbox");
        } else {
            self.returning.clear();
        }
    }

    async fn gauge(&mut self) {
        if self.gauged_at.is_some_and(|at| at.elapsed() < GAUGES) {
            return;
        }
        self.gauged_at = Some(Instant::now());
        if let Err(error) = gauge::<L>(&self.app).await {
            tracing::warn!(lane = L::NAME, %error, "Could not measure the outbox");
        }
    }

    /// Ends what is under way and gives back the rest.
    async fn stop(mut self) {
        while let Some(fed) = self.feeding.join_next().await {
            self.fed(fed);
        }
        let now = self.app.now();
        let waiting = self.hosts.drain();
        self.returning
            .extend(waiting.iter().map(|job| Returning::job(job, now)));
        self.give_back().await;
        while let Some(Ok(ended)) = self.sending.join_next().await {
            self.ended(ended);
        }
        while self.recording.join_next().await.is_some() {}
    }
}

/// A share of 1 that differs from time to time.
fn jitter(app: &App) -> f64 {
    f64::from(u32::from_be_bytes(app.ids.bytes())) / f64::from(u32::MAX)
}

/// Writes the letter and makes one attempt.
async fn attempt<L: Lane>(
    app: &App,
    channels: &Channels<L>,
    job: &Job,
    at: DateTime<Utc>,
) -> Outcome {
    match job.letter(app, channels.lane(), at) {
        Ok(letter) => channels.send(letter).await,
        Err(error) => Outcome::Never {
            why: error.to_string(),
        },
    }
}

/// Has a result written, again and again while the database is away: what is not written within the
/// claim is an attempt nobody knows of.
async fn write(app: Arc<App>, settled: Settled) {
    let (message, begun) = (settled.message, Instant::now());
    let lease = LEASE.to_std().expect("a lease is a positive span");
    let mut wait = Duration::from_millis(50);
    loop {
        let error = match app.attempts.write(settled.clone()).await {
            Ok(Kept::Recorded) => return app.bell.ring(),
            Ok(Kept::Outdated) => {
                tracing::warn!(
                    message.key = message.0,
                    "A result came after its claim ran out"
                );
                return;
            }
            Err(error) => error,
        };
        let again = error.is_passing() || matches!(error, StoreError::InDoubt(_));
        if !again || begun.elapsed() + wait > lease {
            tracing::error!(message.key = message.0, %error, "Could not record an attempt");
            return;
        }
        sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}

async fn give_back(app: &App, returning: &[Returning]) -> Result<(), StoreError> {
    let mut tx = app.db.begin().await?;
    let same = |a: &Returning, b: &Returning| a.due_at == b.due_at && a.mark == b.mark;
    for group in returning.chunk_by(same) {
        let Returning { mark, due_at, .. } = &group[0];
        let keys: Vec<MessageKey> = group.iter().map(|returning| returning.message).collect();
        outbox::put_back(&mut tx, mark, &keys, *due_at).await?;
    }
    tx.commit().await
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is read to three digits"
)]
async fn gauge<L: Lane>(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let depth = outbox::depth::<L>(&mut tx, now).await?;
    let held = epoch::find_held(&mut tx).await?.is_some();
    let unsent = ladder::count_unsent::<L>(&mut tx).await?;
    drop(tx);
    let age = |since: Option<DateTime<Utc>>| {
        since.map_or(0.0, |since| (now - since).num_seconds() as f64)
    };
    metrics::gauge!("qingkong_outbox_held").set(if held { 1.0 } else { 0.0 });
    metrics::gauge!("qingkong_outbox_due", "lane" => L::NAME).set(depth.due as f64);
    metrics::gauge!("qingkong_outbox_dead", "lane" => L::NAME).set(depth.dead as f64);
    metrics::gauge!("qingkong_outbox_oldest_due_seconds", "lane" => L::NAME)
        .set(age(depth.oldest_at));
    metrics::gauge!("qingkong_orders_unsent", "lane" => L::NAME).set(unsent.orders as f64);
    metrics::gauge!("qingkong_orders_unsent_seconds", "lane" => L::NAME).set(age(unsent.since));
    Ok(())
}

fn count<L: Lane>(job: &Job, settled: &Settled, now: DateTime<Utc>) {
    let channel = job.message.channel.clone();
    metrics::counter!(
        "qingkong_attempts_total",
        "lane" => L::NAME,
        "channel" => channel.clone(),
        "outcome" => settled.outcome.as_str()
    )
    .increment(1);
    if settled.outcome == AttemptOutcome::Delivered {
        let seconds = (now - job.decided_at()).as_seconds_f64();
        let labels = [("lane", L::NAME.to_owned()), ("channel", channel)];
        metrics::histogram!("qingkong_delivery_seconds", &labels).record(seconds);
    }
    if settled.fate == Fate::Dead {
        tracing::warn!(
            message.key = settled.message.0,
            about = ?settled.about,
            why = settled.reply,
            "A message is given up"
        );
    }
}
