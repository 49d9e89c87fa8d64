//! The desk (值班台): what a person who signed in looks at, gathered in one call for each page.
//!
//! Reads only. A [`Desk`] is set up for one region: the one asked for, else the person's own, else
//! the first below it, or the nearest above it, that has a file in the playbook.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::advisory::{self, AdvisoryRecord};
use super::board::{self, NoticeBoard, NoticeRecord, WarningBoard};
use super::decide::{self, Judged};
use super::information::{self, Told};
use super::instruction::{self, InstructionRecord};
use super::playbook::Playbook;
use super::signature::{self, Owing};
use super::skill::{self, Scored};
use super::source::{self, Pulled};
use super::{App, Caller, Error, Right, Scope, ingest};
use crate::domain::id::{AdvisoryId, NoticeId, UserId};
use crate::domain::notice::{Grounds, Person};
use crate::domain::outlook::Consensus;
use crate::domain::playbook::RegionProfile;
use crate::domain::region::RegionCode;
use crate::domain::trigger::Rules;
use crate::domain::warning::Bound;
use crate::store::proposal::{self, OpenProposal};
use crate::store::{Tx, account};

/// A person's place: which region they look at, and what stands there.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The region.
    pub region: RegionCode,
    /// The playbook in force.
    pub playbook: Arc<Playbook>,
    /// The warning that stands there.
    pub standing: Option<WarningBoard>,
    /// When it was looked at.
    pub now: DateTime<Utc>,
}

/// What is expected, what is proposed, and what superiors have ordered.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The days, with who said what of them.
    pub outlook: Consensus,
    /// What the rules make of them now; none where no playbook judges the region.
    pub judged: Option<Judged>,
    /// What has become of it.
    pub proposal: ProposalState,
    /// What is under way or public below a coloured warning, the newest first.
    pub advisories: Vec<AdvisoryRecord>,
    /// What the public was told of the warning that stands.
    pub told: Option<Told>,
    /// What is still to be signed on paper, what is to be signed soonest first.
    pub owing: Vec<Owing>,
    /// Superiors' instructions, the last received first.
    pub instructions: Vec<Followed>,
    /// What they bind the region to at the least.
    pub bound: Option<Bound>,
    /// Whose accounts the acts were.
    pub names: Names,
    /// How good the forecasts of the season were.
    pub scored: Scored,
    /// Since when nothing is sent, because a backup was restored.
    pub held_since: Option<DateTime<Utc>>,
    /// The region's sources that should have brought something by now.
    pub stale_sources: Vec<Pulled>,
}

/// What has become of what the rules propose.
#[derive(Clone, Debug)]
pub enum ProposalState {
    /// It waits for a person.
    Open(OpenProposal),
    /// A notice is under way.
    Drafted(NoticeId),
    /// An advisory says it.
    Advised(AdvisoryId),
    /// Somebody decided against it.
    Declined {
        /// Who.
        by: String,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// There is nothing to decide.
    Nothing,
}

/// An instruction, and the notice that carries it out.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The instruction.
    pub record: InstructionRecord,
    /// The notice under way, or of the warning that stands, that rests on it.
    pub notice: Option<NoticeId>,
}

/// The names of accounts. They stand in the account alone, so an erased one has none.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<UserId, String>);

impl Desk {
    /// What the region is called.
    pub fn region_name(&self) -> &str {
        let name = self.playbook.regions().name(self.region);
        name.unwrap_or(self.region.as_str())
    }

    /// What the region's plan lays down.
    pub fn profile(&self) -> Option<&RegionProfile> {
        self.playbook.profile(self.region)
    }

    /// The rules the region is judged by.
    pub fn rules(&self) -> Option<&Rules> {
        self.playbook.rules_for(self.region)
    }
}

impl Names {
    /// Whose an act was: title and name.
    pub fn of(&self, person: &Person) -> String {
        match self.0.get(&person.account) {
            Some(name) => format!("{} {name}", person.title).trim().to_owned(),
            None => person.title.clone(),
        }
    }

    /// Whose an act was, by the actor that the journal names.
    pub fn of_actor(&self, actor: &str) -> String {
        let account = actor.parse().ok();
        let name = account.and_then(|account: UserId| self.0.get(&account));
        name.map_or(actor, String::as_str).to_owned()
    }
}

/// Sets a desk up.
pub async fn sit(app: &App, caller: &Caller, asked: Option<RegionCode>) -> Result<Desk, Error> {
    let playbook = app.active_playbook().await?;
    let region = region_of(caller, asked, &playbook)?;
    Ok(Desk {
        standing: board::standing(app, caller, region).await?,
        now: app.now(),
        region,
        playbook,
    })
}

fn region_of(
    caller: &Caller,
    asked: Option<RegionCode>,
    playbook: &Playbook,
) -> Result<RegionCode, Error> {
    caller.has(Right::SeeWarnings)?;
    let judged = || playbook.profiles().map(|profile| profile.region);
    match (asked, caller.scope) {
        (Some(asked), _) => caller.may_look_at(asked).map(|()| asked),
        (None, Scope::Everywhere) => judged().next().ok_or(Error::NotFound),
        (None, Scope::Region(own)) => {
            let below = || judged().find(|region| own.contains(*region));
            let above = || playbook.profile(own).map(|profile| profile.region);
            Ok(judged()
                .find(|region| *region == own)
                .or_else(below)
                .or_else(above)
                .unwrap_or(own))
        }
        (None, Scope::Recipient(_)) => Err(Error::Forbidden),
    }
}

/// The names of every account.
pub async fn names(app: &App) -> Result<Names, Error> {
    let mut tx = app.db.read().await?;
    read_names(&mut tx).await
}

async fn read_names(tx: &mut Tx) -> Result<Names, Error> {
    let accounts = account::list_accounts(tx).await?.into_iter();
    Ok(Names(
        accounts.map(|account| (account.id, account.name)).collect(),
    ))
}

/// What a desk's overview shows.
pub async fn overview(app: &App, caller: &Caller, desk: &Desk) -> Result<Overview, Error> {
    let region = desk.region;
    let outlook = ingest::show(app, caller, region).await?;
    let judged = match desk.profile() {
        Some(_) => Some(decide::show(app, caller, region).await?),
        None => None,
    };
    let pending = board::pending(app, caller, region).await?;
    let proposal = proposal_state(app, desk, judged.as_ref(), &pending).await?;
    let standing = desk.standing.iter().flat_map(|board| &board.notices);
    let notices: Vec<&NoticeRecord> = pending.iter().chain(standing).collect();
    let instructions = instruction::list(app, caller, region).await?;
    let bound = instruction::bound(&mut app.db.read().await?, region, desk.now).await?;
    Ok(Overview {
        bound,
        names: names(app).await?,
        scored: skill::show(app, caller, region, skill::SEASON).await?,
        advisories: advisory::current(app, caller, region).await?,
        owing: signature::list_owing(app, caller, region).await?,
        told: match &desk.standing {
            Some(board) => Some(information::told(app, caller, board.head.id).await?),
            None => None,
        },
        outlook,
        judged,
        proposal,
        instructions: instructions
            .into_iter()
            .map(|record| Followed {
                notice: follows(&notices, &record),
                record,
            })
            .collect(),
        held_since: app.held_since().await?.map(|epoch| epoch.began_at),
        stale_sources: source::list_stale(app, region).await?,
    })
}

async fn proposal_state(
    app: &App,
    &Desk { region, now, .. }: &Desk,
    judged: Option<&Judged>,
    pending: &[NoticeRecord],
) -> Result<ProposalState, Error> {
    let mut tx = app.db.read().await?;
    if let Some(open) = proposal::find_open(&mut tx, region).await? {
        return Ok(ProposalState::Open(open));
    }
    let drafted = pending.iter().find(|record| record.region == region);
    if let Some(record) = drafted {
        return Ok(ProposalState::Drafted(record.id));
    }
    if let Some(judged) = judged {
        let (decision, lift_hours) = (&judged.decision, judged.lift_hours);
        let said = advisory::saying(&mut tx, region, decision, lift_hours, now).await?;
        if let Some(advisory) = said {
            return Ok(ProposalState::Advised(advisory));
        }
    }
    let declined = proposal::find_declined(&mut tx, region).await?;
    let still = declined.filter(|declined| {
        judged.is_some_and(|judged| judged.decision.is_settled_by(&declined.decision))
    });
    Ok(match still {
        Some(declined) => ProposalState::Declined {
            by: read_names(&mut tx).await?.of_actor(&declined.by),
            at: declined.at,
            reason: declined.reason,
        },
        None => ProposalState::Nothing,
    })
}

/// The latest of these notices that rests on an instruction.
fn follows(notices: &[&NoticeRecord], instruction: &InstructionRecord) -> Option<NoticeId> {
    let rests = |record: &&&NoticeRecord| {
        matches!(
            record.notice.contents().grounds,
            Grounds::Instruction { id, .. } if id == instruction.id
        )
    };
    let latest = notices.iter().filter(rests).max_by_key(|record| record.key);
    latest.map(|record| record.id)
}

/// A notice with its plan, and the names of everybody who had a hand in it.
pub async fn notice(
    app: &App,
    caller: &Caller,
    id: NoticeId,
) -> Result<(NoticeBoard, Names), Error> {
    Ok((board::notice(app, caller, id).await?, names(app).await?))
}
