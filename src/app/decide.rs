//! Deciding: what the rules make of a region's outlook, given what stands and what was ordered.
//!
//! The same [`Rules::decide`] that replays history judges the live outlook, here with the
//! [air](crate::domain::trigger::Air) as it is measured now. What is new becomes a
//! [proposal](super::proposal); nothing else comes of it by itself. Regions are judged again after
//! every intake and every instruction, and on a schedule, since time alone changes the answer.
//!
//! [`Rules::decide`]: crate::domain::trigger::Rules::decide

use super::ingest::air::air;
use super::ingest::cut::{Cut, cut};
use super::playbook::Playbook;
use super::proposal::{propose, rules_of};
use super::{App, Caller, Error, ingest, instruction, notices};
use crate::domain::notice::End;
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::{Air, Decision, Reason, Standing};
use crate::domain::warning::Warning;
use crate::store::Tx;

/// A region as it was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The rules it was judged by.
    pub rules: String,
    /// SHA-256 of their file.
    pub rules_digest: String,
    /// After how many hours of better air they lift.
    pub lift_hours: u16,
    /// What is proposed, and why.
    pub decision: Decision,
}

/// Judges a region's outlook again and opens a proposal when there is something new to decide.
pub async fn review(app: &App, region: RegionCode) -> Result<Decision, Error> {
    let playbook = app.active_playbook().await?;
    let judged_by = rules_of(&playbook, region)?;
    let mut tx = app.db.begin().await?;
    let decision = judge(app, &mut tx, &playbook, region).await?.decision;
    if propose(app, &mut tx, region, &judged_by, &decision, app.now()).await? {
        tx.commit().await?;
        app.bell.ring();
    }
    Ok(decision)
}

/// Judges every region that has a file in the playbook, and answers with how many. One that cannot
/// be judged is logged and holds up no other; the last failure is that of the whole.
pub async fn review_all(app: &App) -> Result<usize, Error> {
    let playbook = app.active_playbook().await?;
    let (mut judged, mut failed) = (0, None);
    for profile in playbook.profiles() {
        match review(app, profile.region).await {
            Ok(_) => judged += 1,
            Err(error) => {
                tracing::warn!(region = %profile.region, %error, "Could not judge a region");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(judged), Err)
}

/// Judges anew the regions, in and below one, that have a file in the playbook. What changed
/// stands already, so a failure is left to the schedule.
pub(super) async fn review_below(app: &App, playbook: &Playbook, top: RegionCode) {
    let concerned = playbook
        .profiles()
        .map(|profile| profile.region)
        .filter(|region| top.contains(*region));
    for region in concerned {
        if let Err(error) = review(app, region).await {
            tracing::warn!(%region, %error, "Could not judge a region; the schedule will");
        }
    }
}

/// What the rules make of a region now. Nothing is written.
pub async fn show(app: &App, caller: &Caller, region: RegionCode) -> Result<Judged, Error> {
    caller.may_look_at(region)?;
    let playbook = app.active_playbook().await?;
    let mut tx = app.db.read().await?;
    judge(app, &mut tx, &playbook, region).await
}

async fn judge(
    app: &App,
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
) -> Result<Judged, Error> {
    let now = app.now();
    let judged_by = rules_of(playbook, region)?;
    let consensus = ingest::consensus(tx, playbook, region, now).await?;
    let standing = notices::current(tx, region, now).await?;
    let standing = standing
        .and_then(|head| head.warning)
        .filter(|warning| !warning.is_ended());
    let standing = standing.as_ref().map(as_standing);
    let floor = instruction::floor(tx, region, now).await?;
    let today = day_of(now);
    let cut = cut(tx, playbook, region, &consensus, now).await?;
    let days = match &cut {
        Cut::Rolling(rolling) => rolling.days(),
        Cut::NaturalDays | Cut::HoursMissing => consensus.outlook().days(),
    };
    let air = match &judged_by.rules.observed_start {
        Some(start) => air(tx, playbook, region, &consensus, start, now).await?,
        None => Air::at(now),
    };
    let mut decision = judged_by
        .rules
        .decide_now(days, standing.as_ref(), floor.as_ref(), &air);
    if matches!(cut, Cut::HoursMissing) {
        decision.because.push(Reason::NaturalDays);
    }
    let stale = consensus.stale_from(today).into_iter();
    decision
        .because
        .extend(stale.map(|(first, last)| Reason::Stale { first, last }));
    Ok(Judged {
        rules: judged_by.name.to_owned(),
        rules_digest: judged_by.digest.to_owned(),
        lift_hours: judged_by.rules.lift.hours,
        decision,
    })
}

/// A warning as the rules see it.
fn as_standing(warning: &Warning) -> Standing {
    Standing {
        level: warning.level,
        from: warning.start.at(),
        since: warning.effective.at(),
        until: match warning.ends {
            End::At(time) => Some(time.at()),
            End::UntilFurtherNotice => None,
        },
    }
}
