//! From claimed messages to letters: what each says, where it goes, or why it does not.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::record::{self, Settled};
use crate::app::issued::IssuedNotice;
use crate::app::{App, Error, chain, journal, letter};
use crate::domain::id::{AttemptKey, ContactKey, OrderKey, PlanKey};
use crate::domain::lane::Lane;
use crate::notify::channels::Host;
use crate::notify::event::OrderEvent;
use crate::notify::render::TextError;
use crate::notify::{Address, Content, Letter, Outcome};
use crate::store::counter;
use crate::store::outbox::{self, AttemptOutcome, AttemptRecord, Fate, Message, Reach, Told};

/// A message that can be sent, with all it takes to write its letter.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) message: Message,
    /// The mark under which it was claimed, and when.
    pub(super) mark: Arc<str>,
    pub(super) claimed_at: Instant,
    notice: Arc<IssuedNotice>,
    told: Arc<Told>,
    to: Address,
}

impl Job {
    pub(super) fn host(&self) -> Host {
        Host::of(&self.to)
    }

    pub(super) fn issued_at(&self) -> DateTime<Utc> {
        self.notice.issued_at
    }

    /// How many attempts its patience has gone through, this one included, and for how long.
    pub(super) fn patience(&self, now: DateTime<Utc>) -> (u32, Duration) {
        let (since, before) = self.message.redriven.unwrap_or((self.notice.issued_at, 0));
        let age = (now - since).to_std().unwrap_or_default();
        (self.message.attempt - before, age)
    }

    /// The letter, written anew for every attempt, under the same id.
    pub(super) fn letter<L: Lane>(
        &self,
        app: &App,
        lane: L,
        at: DateTime<Utc>,
    ) -> Result<Letter<L>, TextError> {
        let (order, contact) = (self.message.order, self.message.contact);
        let context = letter::context::<L>(app, &self.notice, &self.told, order, Some(contact));
        let kind = letter::kind(self.notice.contents.kind, &self.told);
        let content = match self.to {
            Address::Email { .. } => {
                let text = self.notice.playbook.message(kind, letter::LANGUAGE);
                Content::Mail(text.mail(&context)?)
            }
            Address::Webhook { .. } => Content::Event(OrderEvent::new(kind, &context).to_json()),
        };
        Ok(Letter {
            lane,
            id: self.letter_id(),
            at,
            to: self.to.clone(),
            content,
        })
    }

    /// Stable over attempts, and no other node's: the plan's id is unique everywhere.
    fn letter_id(&self) -> String {
        format!(
            "msg_{}_{}",
            self.notice.plan_id.0.simple(),
            self.message.key
        )
    }

    /// The result of an attempt, with what becomes of the message; `again` says when it is due
    /// again, or that it is given up.
    pub(super) fn settle(
        &self,
        outcome: Outcome,
        at: DateTime<Utc>,
        again: impl FnOnce(Option<Duration>) -> Option<DateTime<Utc>>,
    ) -> Settled {
        let (outcome, reply, fate) = match outcome {
            Outcome::Delivered { reply } => (AttemptOutcome::Delivered, reply, Fate::Delivered),
            Outcome::Never { why } => (AttemptOutcome::Never, why, Fate::Dead),
            Outcome::Later { after, why } => (
                AttemptOutcome::Later,
                why,
                again(after).map_or(Fate::Dead, Fate::Due),
            ),
        };
        Settled {
            message: self.message.key,
            mark: Arc::clone(&self.mark),
            order: self.message.order,
            revision: self.notice.revision,
            number: self.message.attempt,
            at,
            outcome,
            reply,
            fate,
        }
    }
}

/// Claims what is longest due, and counts the attempts of which nobody told.
pub(super) async fn claim<L: Lane>(
    app: &App,
    mark: &str,
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: usize,
) -> Result<Vec<Message>, Error> {
    let limit = i64::try_from(limit).expect("a claim is small");
    let mut tx = app.db.begin().await?;
    let claimed = outbox::claim::<L>(&mut tx, mark, now, now + lease, limit).await?;
    if !claimed.lost.is_empty() {
        let count = u32::try_from(claimed.lost.len()).expect("a claim is small");
        let first = counter::allocate(&mut tx, "attempt", count).await?;
        let lost = (first..)
            .zip(&claimed.lost)
            .map(|(key, &(message, number))| AttemptRecord {
                key: AttemptKey(key),
                message,
                number,
                at: now,
                outcome: AttemptOutcome::Unknown,
                reply: "nobody told how it ended".to_owned(),
            });
        let lost: Vec<AttemptRecord> = lost.collect();
        outbox::record_attempts(&mut tx, &lost).await?;
        journal::record(&mut tx, &app.ids, record::entry(&lost, None)).await?;
    }
    tx.commit().await?;
    if !claimed.lost.is_empty() {
        app.bell.ring();
        tracing::warn!(
            lane = L::NAME,
            count = claimed.lost.len(),
            "Took over messages from a sender that did not tell how its attempts ended"
        );
    }
    Ok(claimed.messages)
}

/// What each claimed message takes to be sent, or the result when it is not.
pub(super) async fn load(
    app: &App,
    messages: &[Message],
    mark: &Arc<str>,
) -> Result<Vec<Result<Job, Settled>>, Error> {
    let mut notices = HashMap::new();
    for plan in messages
        .iter()
        .map(|message| message.plan)
        .collect::<BTreeSet<_>>()
    {
        notices.insert(plan, app.issued_notice(plan).await?);
    }
    let around = Around::read(app, messages, &notices).await?;
    let now = app.now();
    let loaded = messages.iter().map(|message| {
        let notice = Arc::clone(&notices[&message.plan]);
        match around.find(app, message) {
            Ok((told, to)) => Ok(Job {
                message: message.clone(),
                mark: Arc::clone(mark),
                claimed_at: Instant::now(),
                notice,
                told,
                to,
            }),
            Err(unsent) => Err(Settled {
                message: message.key,
                mark: Arc::clone(mark),
                order: message.order,
                revision: notice.revision,
                number: message.attempt,
                at: now,
                outcome: AttemptOutcome::Never,
                reply: unsent.to_string(),
                fate: unsent.fate(),
            }),
        }
    });
    Ok(loaded.collect())
}

/// The attempt at a message of which something cannot be read; `again` says when it is due again
/// after so many attempts, or that it is given up.
pub(super) fn unreadable(
    message: &Message,
    mark: &Arc<str>,
    error: &Error,
    at: DateTime<Utc>,
    again: impl FnOnce(u32) -> Option<DateTime<Utc>>,
) -> Settled {
    let before = message.redriven.map_or(0, |(_, attempts)| attempts);
    Settled {
        message: message.key,
        mark: Arc::clone(mark),
        order: message.order,
        // No rung is reached, so no revision is asked for.
        revision: 0,
        number: message.attempt,
        at,
        outcome: AttemptOutcome::Later,
        reply: chain(error),
        fate: again(message.attempt - before).map_or(Fate::Dead, Fate::Due),
    }
}

/// Why a message is not sent.
#[derive(Clone, Debug, thiserror::Error)]
enum Unsent {
    #[error("superseded by revision {0}")]
    Superseded(u32),
    #[error("the contact has left the list")]
    NoContact,
    #[error("the contact has no address for `{0}` any more")]
    NoAddress(String),
    #[error("the plan has no line for the order")]
    NoLine,
}

impl Unsent {
    fn fate(&self) -> Fate {
        match self {
            Self::Superseded(_) => Fate::Superseded,
            Self::NoContact | Self::NoAddress(_) | Self::NoLine => Fate::Dead,
        }
    }
}

/// What stands around a batch of messages.
#[derive(Default)]
struct Around {
    told: HashMap<(PlanKey, OrderKey), Arc<Told>>,
    reach: HashMap<ContactKey, Reach>,
    successors: HashMap<(PlanKey, OrderKey, ContactKey, String), u32>,
}

impl Around {
    async fn read(
        app: &App,
        messages: &[Message],
        notices: &HashMap<PlanKey, Arc<IssuedNotice>>,
    ) -> Result<Self, Error> {
        let mut tx = app.db.read().await?;
        let contacts: BTreeSet<ContactKey> =
            messages.iter().map(|message| message.contact).collect();
        let contacts: Vec<ContactKey> = contacts.into_iter().collect();
        let mut around = Self {
            reach: outbox::list_reach(&mut tx, &contacts).await?,
            ..Self::default()
        };
        for (&plan, notice) in notices {
            let own = messages.iter().filter(|message| message.plan == plan);
            let orders: BTreeSet<OrderKey> = own.map(|message| message.order).collect();
            let orders: Vec<OrderKey> = orders.into_iter().collect();
            let told = outbox::list_told(&mut tx, plan, &orders).await?;
            around.told.extend(
                told.into_iter()
                    .map(|(order, told)| ((plan, order), told.into())),
            );
            let (warning, revision) = (notice.warning, notice.revision);
            let successors = outbox::list_successors(&mut tx, warning, revision, &orders).await?;
            around.successors.extend(successors.into_iter().map(
                |((order, contact, channel), revision)| ((plan, order, contact, channel), revision),
            ));
        }
        Ok(around)
    }

    /// What a message says, and where it goes.
    fn find(&self, app: &App, message: &Message) -> Result<(Arc<Told>, Address), Unsent> {
        let (plan, order, contact) = (message.plan, message.order, message.contact);
        let place = (plan, order, contact, message.channel.clone());
        if let Some(&revision) = self.successors.get(&place) {
            return Err(Unsent::Superseded(revision));
        }
        let told = self.told.get(&(plan, order)).ok_or(Unsent::NoLine)?;
        let reach = self.reach.get(&contact).ok_or(Unsent::NoContact)?;
        let to = address(app, reach, message);
        let to = to.ok_or_else(|| Unsent::NoAddress(message.channel.clone()))?;
        Ok((Arc::clone(told), to))
    }
}

fn address(app: &App, reach: &Reach, message: &Message) -> Option<Address> {
    match message.channel.as_str() {
        "email" => Some(Address::Email {
            mailbox: reach.email.clone()?,
            name: reach.name.clone(),
        }),
        "webhook" => Some(Address::Webhook {
            url: reach.webhook.clone()?,
            secrets: app.keyring.webhook_secrets(message.contact),
        }),
        _ => None,
    }
}
