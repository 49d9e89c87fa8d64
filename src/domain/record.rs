//! The record: append-only rows as their columns stand in the store, and what their digests cover.
//!
//! Whoever adds a row computes its digest here; the journal vouches for it, and verifying the
//! journal computes it again from the columns. Lines of plans have theirs in
//! [`plan::Columns`](crate::plan::Columns).
//!
//! Instants are epoch milliseconds, as the store keeps them: a digest covers what is stored, not
//! what it means.

use crate::digest::{Digest, Fields};

/// An answer to an order. The words of a person stand elsewhere; here is their salted digest.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'c> {
    /// Its key.
    pub key: i64,
    /// The order answered.
    pub order: i64,
    /// The plan the order stood in.
    pub plan: i64,
    /// The revision answered.
    pub revision: i32,
    /// What kind of answer.
    pub kind: &'c str,
    /// The unit it is about.
    pub unit: Option<&'c str>,
    /// The code of its reason.
    pub reason: Option<&'c str>,
    /// The salted digest of its words.
    pub note_digest: Option<&'c str>,
    /// In which role it was given.
    pub by_role: &'c str,
    /// By whom: the key of a contact or the id of an account.
    pub by_key: &'c str,
    /// When.
    pub at: i64,
    /// Whether it came after its deadline.
    pub late: bool,
    /// Whether with it every unit of the order is in place.
    pub complete: bool,
    /// What makes a repeated answer one answer.
    pub nonce: &'c str,
}

impl Answer<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("answer")
            .int(self.key)
            .int(self.order)
            .int(self.plan)
            .int(self.revision.into())
            .text(self.kind)
            .optional_text(self.unit)
            .optional_text(self.reason)
            .optional_text(self.note_digest)
            .text(self.by_role)
            .text(self.by_key)
            .int(self.at)
            .flag(self.late)
            .flag(self.complete)
            .text(self.nonce)
            .finish()
    }
}

/// An attempt to deliver a message.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'c> {
    /// Its key.
    pub key: i64,
    /// The message.
    pub message: i64,
    /// Which attempt it was, from 1.
    pub number: i32,
    /// When.
    pub at: i64,
    /// What came of it.
    pub outcome: &'c str,
    /// What the other side said.
    pub reply: &'c str,
}

impl Attempt<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("attempt")
            .int(self.key)
            .int(self.message)
            .int(self.number.into())
            .int(self.at)
            .text(self.outcome)
            .text(self.reply)
            .finish()
    }
}

/// A step of a notice.
#[derive(Clone, Copy, Debug)]
pub struct NoticeStep<'c> {
    /// The notice.
    pub notice: i64,
    /// Its number within the notice, from 1.
    pub seq: i32,
    /// When.
    pub at: i64,
    /// The step, as JSON.
    pub body: &'c str,
}

impl NoticeStep<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("notice_step")
            .int(self.notice)
            .int(self.seq.into())
            .int(self.at)
            .text(self.body)
            .finish()
    }
}

/// A step of an advisory.
#[derive(Clone, Copy, Debug)]
pub struct AdvisoryStep<'c> {
    /// The advisory.
    pub advisory: i64,
    /// Its number within the advisory, from 1.
    pub seq: i32,
    /// When.
    pub at: i64,
    /// The step, as JSON.
    pub body: &'c str,
}

impl AdvisoryStep<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("advisory_step")
            .int(self.advisory)
            .int(self.seq.into())
            .int(self.at)
            .text(self.body)
            .finish()
    }
}

/// Whom an advisory was published to.
#[derive(Clone, Copy, Debug)]
pub struct AdvisoryRecipient<'c> {
    /// The advisory.
    pub advisory: i64,
    /// The recipient.
    pub recipient: i64,
    /// Where it lies.
    pub region: &'c str,
    /// What it is called.
    pub name: &'c str,
}

impl AdvisoryRecipient<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("advisory_recipient")
            .int(self.advisory)
            .int(self.recipient)
            .text(self.region)
            .text(self.name)
            .finish()
    }
}

/// What the public was told while a warning was in force.
#[derive(Clone, Copy, Debug)]
pub struct InformationUpdate<'c> {
    /// Its key.
    pub key: i64,
    /// The warning.
    pub warning: i64,
    /// When.
    pub at: i64,
    /// The update, as JSON.
    pub body: &'c str,
}

impl InformationUpdate<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("information_update")
            .int(self.key)
            .int(self.warning)
            .int(self.at)
            .text(self.body)
            .finish()
    }
}

/// What a version of a reduction list says of a plant.
#[derive(Clone, Copy, Debug)]
pub struct ListRow<'c> {
    /// The plant, as JSON, without contacts; empty where it left the list.
    pub body: &'c str,
}

impl ListRow<'_> {
    /// The digest of what is said: alike in every version that says the same, which is how an
    /// import finds what has changed. Plant and version are covered by the key and the place of the
    /// rows the journal vouches for.
    pub fn digest(&self) -> Digest {
        Digest::of(self.body.as_bytes())
    }
}

/// A superior's instruction as it was registered.
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'c> {
    /// Its key.
    pub key: i64,
    /// Its public id.
    pub id: &'c str,
    /// The region it binds.
    pub region: &'c str,
    /// 文号.
    pub number: &'c str,
    /// When it arrived.
    pub received_at: i64,
    /// When it was registered.
    pub registered_at: i64,
    /// By whom.
    pub registered_by: &'c str,
    /// What it says, as JSON.
    pub body: &'c str,
}

impl Instruction<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("instruction")
            .int(self.key)
            .text(self.id)
            .text(self.region)
            .text(self.number)
            .int(self.received_at)
            .int(self.registered_at)
            .text(self.registered_by)
            .text(self.body)
            .finish()
    }
}

/// One day of an outlook, as it came in.
#[derive(Clone, Copy, Debug)]
pub struct OutlookDay<'c> {
    /// Its key.
    pub key: i64,
    /// The region.
    pub region: &'c str,
    /// The day.
    pub on_day: &'c str,
    /// Observed, forecast, or filled in.
    pub origin: &'c str,
    /// Who measured or foresaw it.
    pub source: &'c str,
    /// The day, as JSON.
    pub body: &'c str,
    /// When its source made it.
    pub issued_at: Option<i64>,
    /// When it came in.
    pub received_at: i64,
    /// Who brought it.
    pub received_by: &'c str,
}

impl OutlookDay<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("outlook_day")
            .int(self.key)
            .text(self.region)
            .text(self.on_day)
            .text(self.origin)
            .text(self.source)
            .text(self.body)
            .optional_int(self.issued_at)
            .int(self.received_at)
            .text(self.received_by)
            .finish()
    }
}

/// The hours from which a day of an outlook was computed.
#[derive(Clone, Copy, Debug)]
pub struct OutlookHours<'c> {
    /// The key of the day.
    pub day_key: i64,
    /// The hours, as JSON.
    pub body: &'c str,
}

impl OutlookHours<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("outlook_hours")
            .int(self.day_key)
            .text(self.body)
            .finish()
    }
}

/// What the machine proposed. What a person decided about it is an entry of the journal.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'c> {
    /// Its key.
    pub key: i64,
    /// The region.
    pub region: &'c str,
    /// When it was made.
    pub made_at: i64,
    /// The rules it was made by.
    pub rules: &'c str,
    /// The digest of their file.
    pub rules_digest: &'c str,
    /// The decision and what it was made from, as JSON.
    pub body: &'c str,
}

impl Proposal<'_> {
    /// The digest over the columns that never change.
    pub fn digest(&self) -> Digest {
        Fields::new("proposal")
            .int(self.key)
            .text(self.region)
            .int(self.made_at)
            .text(self.rules)
            .text(self.rules_digest)
            .text(self.body)
            .finish()
    }
}

/// An activation of a playbook.
#[derive(Clone, Copy, Debug)]
pub struct PlaybookActivation<'c> {
    /// Its number, from 1.
    pub seq: i64,
    /// The playbook.
    pub playbook: &'c str,
    /// When.
    pub activated_at: i64,
    /// By whom.
    pub activated_by: &'c str,
}

impl PlaybookActivation<'_> {
    /// The digest over all columns.
    pub fn digest(&self) -> Digest {
        Fields::new("playbook_activation")
            .int(self.seq)
            .text(self.playbook)
            .int(self.activated_at)
            .text(self.activated_by)
            .finish()
    }
}
