//! What has just happened, for whoever watches: boards, consoles, programs.
//!
//! An [`Event`] is an entry of the journal that has been given its position. Every node announces
//! the same events in the same order, whichever instance acted: see
//! [`journal::sequence`](super::journal::sequence). Watchers hear of them live and, after a broken
//! line, ask for [what they missed](App::events_after) by position. The feed keeps a short past in
//! memory and promises nothing beyond it: the record is the journal, an event says only that
//! something is worth a look.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

use super::App;
use crate::domain::region::RegionCode;

/// How many events are kept for those who come back.
const KEPT: usize = 1_024;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its position: grows from event to event.
    pub position: i64,
    /// What kind: `warning.issued`, `order.acknowledged`.
    pub kind: String,
    /// The region it concerns; watchers hear of their own.
    pub region: RegionCode,
    /// What it says, as JSON. No personal data.
    pub json: String,
}

/// The events of this node; clones share it.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    live: broadcast::Sender<Event>,
    past: Mutex<VecDeque<Event>>,
}

/// What somebody who comes back has missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missed {
    /// These, in order.
    Events(Vec<Event>),
    /// More than is kept: look at the whole again.
    TooMuch,
}

impl Default for Feed {
    fn default() -> Self {
        Self(Arc::new(Shared {
            live: broadcast::Sender::new(KEPT),
            past: Mutex::default(),
        }))
    }
}

impl App {
    /// Tells everybody who watches.
    pub fn announce(&self, event: Event) {
        let mut past = self.feed.past();
        if past.len() == KEPT {
            past.pop_front();
        }
        past.push_back(event.clone());
        // Sent under the lock, so that live and past agree on the order. Nobody may be watching.
        let _ = self.feed.0.live.send(event);
    }

    /// Every event from now on.
    pub fn watch(&self) -> broadcast::Receiver<Event> {
        self.feed.0.live.subscribe()
    }

    /// The events after a position.
    pub fn events_after(&self, position: i64) -> Missed {
        let past = self.feed.past();
        let remembered = past
            .front()
            .is_some_and(|oldest| oldest.position <= position.saturating_add(1));
        if !remembered {
            return Missed::TooMuch;
        }
        let events = past.iter().filter(|event| event.position > position);
        Missed::Events(events.cloned().collect())
    }
}

impl Feed {
    fn past(&self) -> std::sync::MutexGuard<'_, VecDeque<Event>> {
        self.0
            .past
            .lock()
            .expect("nothing panics while it holds the past")
    }
}
