//! The sequencer: gives committed entries their positions and seals, and tells who watches.
//!
//! Entries commit in any order and at any time; a position is given afterwards, by one instance at
//! a time, without gaps. [`seal`] may be called by anybody, at any moment, and may die anywhere:
//! what it did is one transaction. [`run`] calls it for a node, tells the new head
//! [outside](super::head), and passes every sealed entry on to the node's [feed](crate::app::events),
//! whichever instance sealed it.
//!
//! # Design notes
//!
//! The lease is taken, used and given back within the transaction that seals: its row makes
//! instances take turns, and its fence, checked at the end by giving it back, belongs to that
//! transaction alone. So no instance that died leaves a lease behind to wait for, and no clock has
//! a say in it.
//!
//! An entry is sealed with the digest it was *stored* with. Were it computed anew, an entry touched
//! before it was sealed would be sealed as it is, and never be found out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::head::{self, Told};
use crate::app::events::Event;
use crate::app::{App, Error};
use crate::domain::digest::hex;
use crate::domain::journal::Head;
use crate::store::{self, lease};

/// The lease of the chain.
const LEASE: &str = "journal";

/// How many entries are sealed, or told of, at once.
const BATCH: i64 = 500;

/// How long an entry waits at most before somebody looks for it.
const AT_LEAST_EVERY: Duration = Duration::from_secs(1);

/// How long after a failure the next round begins.
const AFTER_A_FAILURE: Duration = Duration::from_secs(3);

/// Rung when something waits to be sealed; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Rings. An [`Act`](crate::app::act::Act) does so when it commits; others after theirs.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// What a call of [`seal`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// How many entries it sealed.
    pub entries: usize,
    /// The end of the chain as it saw it.
    pub head: Head,
}

/// Seals every entry that waits, batch by batch.
pub async fn seal(app: &App) -> Result<Sealed, Error> {
    let mut sealed = Sealed {
        entries: 0,
        head: Head::START,
    };
    loop {
        let mut tx = app.db.read().await?;
        let waiting = store::journal::count_unsealed(&mut tx).await?.entries;
        if waiting == 0 {
            sealed.head = store::journal::find_head(&mut tx).await?;
            return Ok(sealed);
        }
        drop(tx);
        let batch = seal_batch(app).await?;
        sealed.entries += batch.entries;
        sealed.head = batch.head;
        if batch.entries == 0 {
            return Ok(sealed);
        }
    }
}

async fn seal_batch(app: &App) -> Result<Sealed, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let holder = hex(&app.ids.bytes::<8>());
    let span = AT_LEAST_EVERY;
    let Some(fence) = lease::take(&mut tx, LEASE, &holder, now, span).await? else {
        // Only a lease left behind by somebody who took it in another way; it runs out.
        return Err(Error::Unavailable {
            retry_after: span,
            source: None,
        });
    };
    let mut head = store::journal::find_head(&mut tx).await?;
    let waiting = store::journal::list_unsealed(&mut tx, BATCH).await?;
    let seals: Vec<_> = waiting
        .into_iter()
        .map(|(entry, digest)| {
            head = head.after(&digest);
            (entry, head)
        })
        .collect();
    store::journal::record_seals(&mut tx, &seals, now).await?;
    fence.check(&mut tx).await?;
    lease::release(&mut tx, fence).await?;
    tx.commit().await?;
    Ok(Sealed {
        entries: seals.len(),
        head,
    })
}

/// Seals what is committed, tells the head outside and the entries to those who watch, until the
/// node stops.
pub async fn run(app: App, stopping: CancellationToken) {
    let mut follower = Follower::new(&app);
    loop {
        let pause = match follower.round(&app).await {
            Ok(()) => AT_LEAST_EVERY,
            Err(error) => {
                tracing::warn!(%error, "Could not seal the journal; it is tried again");
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = app.bell.0.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stopping.cancelled() => break,
        }
    }
    // What the last requests wrote is not left for the next start.
    if let Err(error) = follower.round(&app).await {
        tracing::warn!(%error, "Could not seal the journal before the stop");
    }
}

/// What a node has told of the chain so far.
struct Follower {
    file: PathBuf,
    /// The last head in the file; none before it was looked at.
    outside: Option<Head>,
    /// The last position the feed was told of; none before the first round.
    told: Option<i64>,
}

impl Follower {
    fn new(app: &App) -> Self {
        Self {
            file: app.config.in_data_dir(head::FILE),
            outside: None,
            told: None,
        }
    }

    async fn round(&mut self, app: &App) -> Result<(), Error> {
        // What stands when the node starts has been told before it stopped, or is in the record.
        if self.told.is_none() {
            let mut tx = app.db.read().await?;
            self.told = Some(store::journal::find_head(&mut tx).await?.position);
        }
        let sealed = seal(app).await;
        measure(app).await?;
        let head = sealed?.head;
        self.tell_outside(app, head).await?;
        self.tell_feed(app).await
    }

    /// Appends the head to the file, unless it stands there already. Also after a crash between the
    /// commit and this, and on an instance that did not seal it.
    async fn tell_outside(&mut self, app: &App, head: Head) -> Result<(), Error> {
        let outside = if let Some(outside) = self.outside {
            outside
        } else {
            let file = self.file.clone();
            let last = blocking(move || head::last(&file)).await?;
            last.unwrap_or(Head::START)
        };
        self.outside = Some(outside);
        if outside.position > head.position {
            tracing::error!(
                outside = outside.position,
                database = head.position,
                "The journal is shorter than was told outside; run `qingkong journal verify`"
            );
        }
        if outside.position >= head.position {
            return Ok(());
        }
        let (file, now) = (self.file.clone(), app.now());
        blocking(move || head::append(&file, Told::sealed(head, now))).await?;
        self.outside = Some(head);
        tracing::info!(
            journal.position = head.position,
            journal.seal = %head.seal,
            "Sealed the journal up to {}", head.position
        );
        Ok(())
    }

    /// Passes what was sealed since on to the feed.
    async fn tell_feed(&mut self, app: &App) -> Result<(), Error> {
        loop {
            let after = self.told.unwrap_or_default();
            let mut tx = app.db.read().await?;
            let page = store::journal::page_sealed(&mut tx, after, BATCH).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            self.told = Some(last.position);
            for event in page.iter().filter_map(event) {
                app.announce(event);
            }
        }
    }
}

/// What watchers hear of a sealed entry; nothing where it concerns no region.
fn event(sealed: &store::journal::Sealed) -> Option<Event> {
    let entry = &sealed.stored.as_ref()?.entry;
    let body: serde_json::Value = serde_json::from_str(&entry.body).ok()?;
    let at = crate::domain::time::rfc3339(entry.at);
    let json = json!({ "entry": entry.id, "subject": entry.subject, "at": at, "body": body });
    Some(Event {
        position: sealed.position,
        kind: entry.kind.clone(),
        region: entry.region?,
        json: json.to_string(),
    })
}

async fn measure(app: &App) -> Result<(), Error> {
    let mut tx = app.db.read().await?;
    let unsealed = store::journal::count_unsealed(&mut tx).await?;
    drop(tx);
    let age = unsealed
        .oldest_at
        .map_or(0, |at| (app.now() - at).num_seconds().max(0));
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge beyond 2^52 entries or seconds may be off by one"
    )]
    {
        metrics::gauge!("qingkong_journal_unsealed_entries").set(unsealed.entries as f64);
        metrics::gauge!("qingkong_journal_unsealed_age_seconds").set(age as f64);
    }
    Ok(())
}

/// Waits for the file system elsewhere than on the threads that answer requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}
