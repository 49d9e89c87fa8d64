//! Connections to the mail server, kept between mails.
//!
//! A kept connection may have died unnoticed. That shows when it is used, and as long as the
//! content of the mail has not been handed over the mail is certainly unsent: then it goes once
//! more, over a new connection, within the same attempt. Once the content is out nothing is
//! repeated here; the sender repeats the letter under the same `Message-ID`.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::smtp::{Cause, Conversation, Failure, Mail, Relay, Stage};
use crate::config::MailServer;

/// How long a closing connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// At most so many connections, idle ones included.
#[derive(Debug)]
pub(super) struct Pool {
    relay: Relay,
    places: Semaphore,
    /// The connection used last is used next, so that a quiet hour lets the others expire.
    idle: Mutex<Vec<Kept>>,
    idle_limit: Duration,
    mails_per_connection: u32,
}

/// A connection between two mails.
struct Kept {
    conversation: Conversation,
    mails: u32,
    since: Instant,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept(after {} mails)", self.mails)
    }
}

impl Pool {
    pub(super) fn new(relay: Relay, config: &MailServer) -> Self {
        Self {
            relay,
            places: Semaphore::new(config.connections.max(1)),
            idle: Mutex::default(),
            idle_limit: Duration::from_secs(config.idle_seconds),
            mails_per_connection: config.mails_per_connection,
        }
    }

    /// Hands one mail over before the deadline; the server's final words.
    pub(super) async fn send(&self, mail: &Mail, deadline: Instant) -> Result<String, Failure> {
        let _place = timeout_at(deadline, self.places.acquire())
            .await
            .map_err(|_| too_slow(Stage::Queue))?
            .expect("the pool is never closed");
        if let Some(kept) = self.take() {
            match self.send_over(kept, mail, deadline).await {
                Err(failure) if failure.is_stale() => {}
                done => return done,
            }
        }
        let conversation = timeout_at(deadline, self.relay.connect())
            .await
            .map_err(|_| too_slow(Stage::Greeting))??;
        let fresh = Kept {
            conversation,
            mails: 0,
            since: Instant::now(),
        };
        self.send_over(fresh, mail, deadline).await
    }

    /// Makes a connection that is ready for a mail, before the deadline, and says goodbye.
    pub(super) async fn probe(&self, deadline: Instant) -> Result<(), Failure> {
        let conversation = timeout_at(deadline, self.relay.connect())
            .await
            .map_err(|_| too_slow(Stage::Greeting))??;
        let _ = timeout_at(Instant::now() + GOODBYE, conversation.quit()).await;
        Ok(())
    }

    async fn send_over(
        &self,
        mut kept: Kept,
        mail: &Mail,
        deadline: Instant,
    ) -> Result<String, Failure> {
        let done = timeout_at(deadline, kept.conversation.send(mail))
            .await
            .unwrap_or_else(|_| Err(too_slow(Stage::Content)));
        if !done.as_ref().is_err_and(Failure::is_closed) {
            kept.mails += 1;
            self.put_back(kept, deadline).await;
        }
        done
    }

    /// The freshest idle connection; those idle for too long are dropped.
    fn take(&self) -> Option<Kept> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() < self.idle_limit);
        idle.pop()
    }

    async fn put_back(&self, mut kept: Kept, deadline: Instant) {
        if kept.mails >= self.mails_per_connection {
            let goodbye = deadline.min(Instant::now() + GOODBYE);
            // A server that does not answer `QUIT` is left without its answer.
            let _ = timeout_at(goodbye, kept.conversation.quit()).await;
            return;
        }
        kept.since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(kept);
    }
}

fn too_slow(stage: Stage) -> Failure {
    Failure {
        stage,
        cause: Cause::TooSlow,
    }
}
