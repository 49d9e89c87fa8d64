//! The group-commit writer: many small writes, one durable transaction.
//!
//! Making a transaction durable costs the same for one answer as for a thousand. So callers hand
//! their items to one task, which writes what has gathered since its last commit, commits once, and
//! then tells each caller its own result. Nobody hears of success before it is durable.
//!
//! The [`Batch`] says how items are written; the [`GroupWriter`] decides when. It never drops an
//! item silently: a full queue is refused at once with [`StoreError::Busy`], and a stop writes what
//! was accepted before it ends.
//!
//! # Design notes
//!
//! A lone caller does not wait for company. A gathering lasts only until as many have come as the
//! last time, or the linger is over, so waiting begins when there is somebody to wait for.
//!
//! When one row is to blame for a failed commit, the group is halved until that row is alone: all
//! others are written, in their order, with some ten more commits for a thousand rows. When the
//! database is to blame, every caller of the group hears that and decides for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::error::StoreError;
use super::{Db, Result, Tx};

/// How the items of one group are written.
pub trait Batch: Send + Sync + 'static {
    /// What a caller brings.
    type Item: Send + Sync + 'static;
    /// What it hears once its item is durable.
    type Done: Send + 'static;

    /// Writes the items, in order, and answers each of them in the same order. May run more than
    /// once for an item, but commits once at most.
    fn write(
        &self,
        tx: &mut Tx,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Done>>> + Send;
}

/// How much gathers, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most items in one transaction.
    pub group: usize,
    /// The longest wait for as much company as the last group had.
    pub linger: Duration,
    /// The most items that wait while a group is being written.
    pub queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            group: 2_000,
            linger: Duration::from_millis(5),
            queue: 10_000,
        }
    }
}

/// The door to the writing task. Clones lead to the same task.
pub struct GroupWriter<B: Batch> {
    queue: mpsc::Sender<Waiting<B>>,
    pace: Arc<Pace>,
}

impl<B: Batch> GroupWriter<B> {
    /// Starts the writing task on `tracker`. It ends, with everything accepted written, when
    /// `shutdown` is cancelled or the last door is dropped.
    pub fn spawn(
        db: Db,
        batch: B,
        limits: Limits,
        tracker: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Self {
        let (sender, queue) = mpsc::channel(limits.queue);
        let pace = Arc::new(Pace::default());
        let task = Task {
            db,
            batch,
            limits,
            queue,
            pace: Arc::clone(&pace),
            expected: 1,
        };
        tracker.spawn(task.run(shutdown));
        Self {
            queue: sender,
            pace,
        }
    }

    /// Hands in an item and waits until it is durable, or until it is known that it is not.
    ///
    /// A caller that stops waiting does not take its item back. After a stop has begun, items are
    /// refused with [`StoreError::Unavailable`].
    pub async fn write(&self, item: B::Item) -> Result<B::Done> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Waiting { item, reply })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy {
                    after: self.pace.time_to_drain(),
                },
                mpsc::error::TrySendError::Closed(_) => StoreError::closed(),
            })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::crashed()))
    }
}

impl<B: Batch> Clone for GroupWriter<B> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            pace: Arc::clone(&self.pace),
        }
    }
}

impl<B: Batch> std::fmt::Debug for GroupWriter<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupWriter")
            .field("room", &self.queue.capacity())
            .finish_non_exhaustive()
    }
}

/// An item, and whoever waits for it.
struct Waiting<B: Batch> {
    item: B::Item,
    reply: oneshot::Sender<Result<B::Done>>,
}

struct Task<B: Batch> {
    db: Db,
    batch: B,
    limits: Limits,
    queue: mpsc::Receiver<Waiting<B>>,
    pace: Arc<Pace>,
    /// How many came the last time.
    expected: usize,
}

impl<B: Batch> Task<B> {
    async fn run(mut self, shutdown: CancellationToken) {
        loop {
            let mut group = Vec::new();
            let came = tokio::select! {
                came = self.queue.recv_many(&mut group, self.limits.group) => came,
                () = shutdown.cancelled(), if !self.queue.is_closed() => {
                    self.queue.close();
                    continue;
                }
            };
            if came == 0 {
                return;
            }
            self.gather(&mut group).await;
            let begun = Instant::now();
            self.settle(group).await;
            self.pace.note(begun.elapsed(), self.limits);
        }
    }

    /// Waits for as much company as there was the last time.
    async fn gather(&mut self, group: &mut Vec<Waiting<B>>) {
        let deadline = Instant::now() + self.limits.linger;
        while group.len() < self.expected {
            let room = self.limits.group - group.len();
            match timeout_at(deadline, self.queue.recv_many(group, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        self.expected = group.len();
    }

    /// Writes a group, in halves where one row spoils it, and answers everybody.
    async fn settle(&self, group: Vec<Waiting<B>>) {
        let mut groups = vec![Group::from(group)];
        while let Some(group) = groups.pop() {
            match self.commit(&group.items).await {
                Ok(done) => group.answer(done.into_iter().map(Ok)),
                Err(error) if error.blames_a_row() && group.items.len() > 1 => {
                    let (first, second) = group.halve();
                    groups.extend([second, first]);
                }
                Err(error) => group.answer(std::iter::repeat_with(|| Err(error.clone()))),
            }
        }
    }

    async fn commit(&self, items: &[B::Item]) -> Result<Vec<B::Done>> {
        let mut tx = self.db.begin().await?;
        let done = self.batch.write(&mut tx, items).await?;
        assert_eq!(done.len(), items.len(), "a batch answers every item");
        tx.commit().await?;
        Ok(done)
    }
}

/// What is written in one transaction.
struct Group<B: Batch> {
    items: Vec<B::Item>,
    replies: Vec<oneshot::Sender<Result<B::Done>>>,
}

impl<B: Batch> Group<B> {
    fn halve(mut self) -> (Self, Self) {
        let middle = self.items.len() / 2;
        let second = Self {
            items: self.items.split_off(middle),
            replies: self.replies.split_off(middle),
        };
        (self, second)
    }

    fn answer(self, answers: impl Iterator<Item = Result<B::Done>>) {
        for (reply, answer) in self.replies.into_iter().zip(answers) {
            // A caller that has gone away needs no answer.
            let _ = reply.send(answer);
        }
    }
}

impl<B: Batch> From<Vec<Waiting<B>>> for Group<B> {
    fn from(waiting: Vec<Waiting<B>>) -> Self {
        let (items, replies) = waiting
            .into_iter()
            .map(|waiting| (waiting.item, waiting.reply))
            .unzip();
        Self { items, replies }
    }
}

/// How long a full queue takes to be written, in microseconds, judged by the last group.
#[derive(Default)]
struct Pace(AtomicU64);

impl Pace {
    /// Nobody is sent away for less than this.
    const LEAST: Duration = Duration::from_millis(10);

    fn note(&self, group: Duration, limits: Limits) {
        let groups = limits.queue.div_ceil(limits.group);
        let micros = group.as_micros().saturating_mul(groups as u128);
        self.0
            .store(micros.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn time_to_drain(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed)).max(Self::LEAST)
    }
}
