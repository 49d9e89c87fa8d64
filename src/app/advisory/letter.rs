//! The letter about a step of an advisory: from the record to the words.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::app::letter::written;
use crate::app::playbook::Playbook;
use crate::app::{App, Error};
use crate::domain::advisory::{
    Act, Advice, Advisory, AdvisoryKind, Contents, Grounds, Published, Telling,
};
use crate::domain::id::{AdvisoryId, AdvisoryKey};
use crate::domain::lane::{Drill, Lane};
use crate::domain::playbook::RegionProfile;
use crate::domain::time::WrittenTime;
use crate::notify::render::{AdvisoryContext, AdvisoryMessage, Decision, When};
use crate::store::advisory as store;

/// A step of an advisory as its audience hears of it: what later steps made of it is not in it.
#[derive(Debug)]
pub(in crate::app) struct ToldAdvisory {
    /// The advisory's public id.
    pub(in crate::app) id: AdvisoryId,
    /// When the step was taken.
    pub(in crate::app) told_at: DateTime<Utc>,
    /// The playbook it is judged and worded by.
    pub(in crate::app) playbook: Arc<Playbook>,
    /// What the step tells.
    telling: Telling,
    /// Why a person took it, where it has a reason.
    reason: Option<String>,
    /// The warning that took it, where one did.
    warning: Option<String>,
    /// The advisory after it.
    published: Published,
    /// When nothing is left to be told: a beginning is not told of what has ended meanwhile, an end
    /// not once the stated one has passed as well.
    over_at: DateTime<Utc>,
    /// Who published it, and how to reach them.
    profile: RegionProfile,
}

impl ToldAdvisory {
    /// Reads it, in transactions of its own.
    pub(in crate::app) async fn read(
        app: &App,
        key: AdvisoryKey,
        step: u32,
    ) -> Result<Self, Error> {
        let record = store::find_advisory_by_key(&mut app.db.read().await?, key).await?;
        let record = record.ok_or(Error::NotFound)?;
        let playbook = app.playbook(&record.playbook).await?;
        let nothing = || Error::internal(format!("step {step} of advisory {key} tells nothing"));
        let steps = record.steps.get(..step as usize).ok_or_else(nothing)?;
        let last = steps.last().ok_or_else(nothing)?;
        let telling = last.act.tells().ok_or_else(nothing)?;
        let Advisory::Published(published) = Advisory::replay(steps).map_err(Error::internal)?
        else {
            return Err(nothing());
        };
        let over_at = match (telling, &record.advisory) {
            (Telling::Published, Advisory::Published(now)) => now.ends_at(),
            _ => published.contents().until.at(),
        };
        let profile = playbook.profile(record.region);
        let profile = profile.ok_or_else(|| Error::no_profile(record.region))?;
        let (reason, warning) = match &last.act {
            Act::Lifted { reason } => (Some(reason.clone()), None),
            Act::Cancelled { warning, .. } => (None, Some(warning.to_string())),
            _ => (None, None),
        };
        Ok(Self {
            id: record.id,
            told_at: last.at,
            telling,
            reason,
            warning,
            published,
            over_at,
            profile: profile.clone(),
            playbook,
        })
    }

    /// Whether it is too late to tell of the step.
    pub(in crate::app) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.over_at <= now
    }

    /// Which letter it is.
    pub(in crate::app) fn message(&self) -> AdvisoryMessage {
        AdvisoryMessage::of(&self.contents().kind, self.telling)
    }

    /// What the texts of a letter to one of the audience may use.
    pub(in crate::app) fn context<L: Lane>(&self, recipient: &str) -> AdvisoryContext {
        let contents = self.contents();
        let name = |code| {
            let name = self.playbook.regions().name(code);
            name.map_or_else(|| code.to_string(), str::to_owned)
        };
        let grounds = contents.kind.grounds();
        let lifted = self.telling == Telling::Lifted;
        AdvisoryContext {
            drill: L::NAME == Drill::NAME,
            advisory: self.id.to_string(),
            kind: contents.kind.as_str(),
            recipient: recipient.to_owned(),
            region: name(contents.region),
            parts: contents.parts.iter().map(|part| name(*part)).collect(),
            organ: self.profile.organ.clone(),
            document: self.published.document.clone(),
            superior: grounds.and_then(Grounds::document).map(str::to_owned),
            decision: grounds.and_then(Grounds::decision).map(Decision::from),
            cause: match contents.kind {
                AdvisoryKind::HealthNotice { cause } => Some(cause.into()),
                AdvisoryKind::TemporaryControl(_) => None,
            },
            text: contents.text.clone(),
            advice: contents
                .advice
                .iter()
                .map(Advice::as_str)
                .map(str::to_owned)
                .collect(),
            published_at: written(self.published.at),
            lifted_at: lifted.then(|| written(self.told_at)),
            from: contents.from.into(),
            until: contents.until.into(),
            ends_at: lifted.then(|| When::from(WrittenTime::ending(self.published.ends_at()))),
            reason: self.reason.clone(),
            warning: self.warning.clone(),
            phone: self.profile.duty_phone.clone(),
        }
    }

    fn contents(&self) -> &Contents {
        self.published.contents()
    }
}
