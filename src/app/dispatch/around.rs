//! What stands around a batch of messages: what each says, where it goes, or why it does not.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::advisory::letter::ToldAdvisory;
use crate::app::issued::IssuedNotice;
use crate::app::{App, Error, letter};
use crate::domain::id::{AdvisoryKey, ContactKey, OrderKey, PlanKey, RecipientKey};
use crate::domain::lane::Lane;
use crate::notify::event::{AdvisoryEvent, OrderEvent};
use crate::notify::render::TextError;
use crate::notify::{Address, Content};
use crate::store::audience;
use crate::store::outbox::{self, About, Fate, Message, Reach, Told};

/// What a message says.
#[derive(Clone, Debug)]
pub(super) enum Says {
    /// A line of a plan, to the recipient of the order.
    Order {
        notice: Arc<IssuedNotice>,
        told: Arc<Told>,
        order: OrderKey,
    },
    /// A step of an advisory, to one of its audience.
    Advisory {
        advisory: Arc<ToldAdvisory>,
        recipient: String,
    },
}

impl Says {
    /// When it was decided.
    pub(super) fn decided_at(&self) -> DateTime<Utc> {
        match self {
            Self::Order { notice, .. } => notice.issued_at,
            Self::Advisory { advisory, .. } => advisory.told_at,
        }
    }

    /// The public id of the plan or the advisory: no other node has it.
    pub(super) fn id(&self) -> Uuid {
        match self {
            Self::Order { notice, .. } => notice.plan_id.0,
            Self::Advisory { advisory, .. } => advisory.id.0,
        }
    }

    /// The revision of the order; an advisory has none.
    pub(super) fn revision(&self) -> u32 {
        match self {
            Self::Order { notice, .. } => notice.revision,
            Self::Advisory { .. } => 0,
        }
    }

    /// What it says to a contact, in the form its address takes.
    pub(super) fn content<L: Lane>(
        &self,
        app: &App,
        contact: ContactKey,
        to: &Address,
    ) -> Result<Content, TextError> {
        match self {
            Self::Order {
                notice,
                told,
                order,
            } => {
                let context = letter::context::<L>(app, notice, told, *order, Some(contact));
                let kind = letter::kind(notice.contents.kind, told);
                let text = || notice.playbook.message(kind, letter::LANGUAGE);
                Ok(match to {
                    Address::Email { .. } => Content::Mail(text().mail(&context)?),
                    Address::Webhook { .. } => {
                        Content::Event(OrderEvent::new(kind, &context).to_json())
                    }
                })
            }
            Self::Advisory {
                advisory,
                recipient,
            } => {
                let context = advisory.context::<L>(recipient);
                let text = || {
                    advisory
                        .playbook
                        .advisory(advisory.message(), letter::LANGUAGE)
                };
                Ok(match to {
                    Address::Email { .. } => Content::Mail(text().mail(&context)?),
                    Address::Webhook { .. } => {
                        Content::Event(AdvisoryEvent::new(&context).to_json())
                    }
                })
            }
        }
    }
}

/// Why a message is not sent.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Unsent {
    #[error("superseded by revision {0}")]
    Superseded(u32),
    #[error("superseded by step {0} of the advisory")]
    Overtaken(u32),
    #[error("the advisory has run out")]
    RunOut,
    #[error("the contact has left the list")]
    NoContact,
    #[error("the contact has no address for `{0}` any more")]
    NoAddress(String),
    #[error("the plan has no line for the order")]
    NoLine,
    #[error("the advisory was not published to the recipient")]
    NoAudience,
}

impl Unsent {
    pub(super) fn fate(&self) -> Fate {
        match self {
            Self::Superseded(_) | Self::Overtaken(_) | Self::RunOut => Fate::Superseded,
            Self::NoContact | Self::NoAddress(_) | Self::NoLine | Self::NoAudience => Fate::Dead,
        }
    }
}

/// What stands around a batch of messages.
#[derive(Default)]
pub(super) struct Around {
    reach: HashMap<ContactKey, Reach>,
    plans: HashMap<PlanKey, Plan>,
    steps: HashMap<(AdvisoryKey, u32), Step>,
}

/// What the messages of one plan say.
struct Plan {
    notice: Arc<IssuedNotice>,
    told: HashMap<OrderKey, Arc<Told>>,
    /// Which messages a later plan has put others in the place of.
    successors: HashMap<(OrderKey, ContactKey, String), u32>,
}

/// What the messages about one step of an advisory say.
struct Step {
    advisory: Arc<ToldAdvisory>,
    names: HashMap<RecipientKey, String>,
    /// Which messages a later step has put others in the place of.
    successors: HashMap<(ContactKey, String), u32>,
}

impl Around {
    /// Reads it, in transactions of its own.
    pub(super) async fn read(app: &App, messages: &[Message]) -> Result<Self, Error> {
        let mut orders: HashMap<PlanKey, BTreeSet<OrderKey>> = HashMap::new();
        let mut audiences: HashMap<(AdvisoryKey, u32), BTreeSet<RecipientKey>> = HashMap::new();
        for message in messages {
            match message.about {
                About::Order { plan, order } => {
                    orders.entry(plan).or_default().insert(order);
                }
                About::Advisory {
                    advisory,
                    step,
                    recipient,
                } => {
                    let audience = audiences.entry((advisory, step)).or_default();
                    audience.insert(recipient);
                }
            }
        }
        let mut around = Self::default();
        for (plan, orders) in orders {
            let plan_of = Plan::read(app, plan, orders).await?;
            around.plans.insert(plan, plan_of);
        }
        for ((advisory, step), audience) in audiences {
            let step_of = Step::read(app, advisory, step, audience).await?;
            around.steps.insert((advisory, step), step_of);
        }
        let contacts: BTreeSet<ContactKey> =
            messages.iter().map(|message| message.contact).collect();
        let contacts: Vec<ContactKey> = contacts.into_iter().collect();
        around.reach = outbox::list_reach(&mut app.db.read().await?, &contacts).await?;
        Ok(around)
    }

    /// What a message says, and where it goes.
    pub(super) fn find(&self, app: &App, message: &Message) -> Result<(Says, Address), Unsent> {
        let says = match message.about {
            About::Order { plan, order } => self.plans[&plan].find(message, order),
            About::Advisory {
                advisory,
                step,
                recipient,
            } => self.steps[&(advisory, step)].find(message, recipient, app.now()),
        }?;
        let reach = self.reach.get(&message.contact);
        let to = address(app, reach.ok_or(Unsent::NoContact)?, message);
        let to = to.ok_or_else(|| Unsent::NoAddress(message.channel.clone()))?;
        Ok((says, to))
    }
}

impl Plan {
    async fn read(app: &App, plan: PlanKey, orders: BTreeSet<OrderKey>) -> Result<Self, Error> {
        let notice = app.issued_notice(plan).await?;
        let orders: Vec<OrderKey> = orders.into_iter().collect();
        let mut tx = app.db.read().await?;
        let told = outbox::list_told(&mut tx, plan, &orders).await?;
        let (warning, revision) = (notice.warning, notice.revision);
        let successors = outbox::list_successors(&mut tx, warning, revision, &orders).await?;
        Ok(Self {
            told: told
                .into_iter()
                .map(|(order, it)| (order, it.as_issued(notice.issued_at).into()))
                .collect(),
            notice,
            successors,
        })
    }

    fn find(&self, message: &Message, order: OrderKey) -> Result<Says, Unsent> {
        let place = (order, message.contact, message.channel.clone());
        if let Some(&revision) = self.successors.get(&place) {
            return Err(Unsent::Superseded(revision));
        }
        Ok(Says::Order {
            notice: Arc::clone(&self.notice),
            told: Arc::clone(self.told.get(&order).ok_or(Unsent::NoLine)?),
            order,
        })
    }
}

impl Step {
    async fn read(
        app: &App,
        advisory: AdvisoryKey,
        step: u32,
        recipients: BTreeSet<RecipientKey>,
    ) -> Result<Self, Error> {
        let recipients: Vec<RecipientKey> = recipients.into_iter().collect();
        let told = ToldAdvisory::read(app, advisory, step).await?;
        let mut tx = app.db.read().await?;
        Ok(Self {
            advisory: told.into(),
            names: audience::list_names(&mut tx, advisory, &recipients).await?,
            successors: audience::list_successors(&mut tx, advisory, step, &recipients).await?,
        })
    }

    fn find(
        &self,
        message: &Message,
        recipient: RecipientKey,
        now: DateTime<Utc>,
    ) -> Result<Says, Unsent> {
        let place = (message.contact, message.channel.clone());
        if let Some(&step) = self.successors.get(&place) {
            return Err(Unsent::Overtaken(step));
        }
        if self.advisory.is_over(now) {
            return Err(Unsent::RunOut);
        }
        Ok(Says::Advisory {
            advisory: Arc::clone(&self.advisory),
            recipient: self
                .names
                .get(&recipient)
                .ok_or(Unsent::NoAudience)?
                .clone(),
        })
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
