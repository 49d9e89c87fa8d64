//! Deciding: what the rules make of a region's outlook, given what stands and what was ordered.
//!
//! The same [`Rules::decide`](crate::domain::trigger::Rules::decide) that replays history judges the live outlook. What is new becomes a
//! [proposal](super::proposal).

use super::proposal::{propose, rules_of};
use super::{App, Error, ingest, instruction, notices};
use crate::domain::notice::End;
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::{Decision, Standing};
use crate::domain::warning::Warning;

/// Judges a region's outlook again and opens a proposal when there is something new to decide.
pub async fn review(app: &App, region: RegionCode) -> Result<Decision, Error> {
    let now = app.now();
    let playbook = app.active_playbook().await?;
    let judged_by = rules_of(&playbook, region)?;
    let mut tx = app.db.begin().await?;
    let outlook = ingest::outlook(&mut tx, region, now).await?;
    let standing = notices::current(&mut tx, region, now).await?;
    let standing = standing.and_then(|head| head.warning).filter(|warning| !warning.is_ended());
    let standing = standing.as_ref().map(as_standing);
    let floor = instruction::floor(&mut tx, region, now).await?;
    let decision = judged_by.rules.decide(&outlook, standing.as_ref(), floor.as_ref(), day_of(now));
    if propose(app, &mut tx, region, &judged_by, &decision, now).await? {
        tx.commit().await?;
    }
    Ok(decision)
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
