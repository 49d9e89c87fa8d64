//! What an officer wrote becomes what a notice says: grounds looked up, places and hours checked.

use chrono::{DateTime, Utc};

use super::{DraftIn, GroundsIn};
use crate::app::playbook::Playbook;
use crate::app::{Caller, Error, FieldError, instruction, journal, proposal};
use crate::domain::notice::{AreaHour, Contents, Grounds};
use crate::domain::region::RegionCode;
use crate::store::Tx;

/// What the officer wrote, with its grounds looked up and frozen.
pub(super) async fn contents(
    tx: &mut Tx,
    caller: &Caller,
    playbook: &Playbook,
    draft: DraftIn,
    before: Option<&Grounds>,
    now: DateTime<Utc>,
) -> Result<Contents, Error> {
    let grounds = match draft.grounds {
        GroundsIn::Proposal(key) => {
            let by = journal::actor(caller);
            proposal::grounds(tx, playbook, draft.region, key, &by, now).await?
        }
        GroundsIn::Instruction(id) => instruction::grounds(tx, draft.region, id).await?,
        GroundsIn::Judgement(reason) => Grounds::Judgement { reason },
        GroundsIn::AsDrafted => before.cloned().ok_or_else(|| {
            Error::invalid("grounds", "nothing-drafted", "expected what it rests on")
        })?,
    };
    within(&draft.areas, draft.region, playbook)?;
    let parent_document = match (&grounds, draft.parent_document) {
        (_, Some(document)) => Some(document),
        (Grounds::Instruction { number, .. }, None) => Some(number.clone()),
        (_, None) => None,
    };
    let contents = Contents {
        kind: draft.kind,
        level: draft.level,
        effective: draft.effective,
        ends: draft.ends,
        grounds,
        parent_document,
        cancels: draft.cancels,
        adds: draft.adds,
        drops: draft.drops,
        keeps: draft.keeps,
        resumes: draft.resumes,
        areas: draft.areas,
        classes: draft.classes,
    };
    ahead(tx, &contents, now).await?;
    Ok(contents)
}

/// Refuses to let anybody off, or to bind them anew, at an hour that has passed, unless a superior
/// named one as early. Then, as for an hour that passes before the issue, it holds from the issue on.
async fn ahead(tx: &mut Tx, contents: &Contents, now: DateTime<Utc>) -> Result<(), Error> {
    let ordered = match contents.grounds {
        Grounds::Instruction { id, .. } => instruction::hour(tx, id).await?,
        Grounds::Rules { .. } | Grounds::Judgement { .. } => None,
    };
    let passed = contents.passed(ordered.map_or(now, |hour| hour.at().min(now)));
    let mut wrong = Vec::new();
    if passed.contains(&contents.effective) {
        let text = format!("expected an hour ahead, not {}", contents.effective);
        wrong.push(FieldError::new("effective", "past", text));
    }
    let areas = contents.areas.iter();
    if let Some(AreaHour { area, at }) = areas.into_iter().find(|named| passed.contains(&named.at))
    {
        let text = format!("expected an hour ahead for {area}, not {at}");
        wrong.push(FieldError::new("areas", "past", text));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Whether these are counties and townships of a region.
fn within(areas: &[AreaHour], region: RegionCode, playbook: &Playbook) -> Result<(), Error> {
    let known = |area: RegionCode| {
        area != region && region.contains(area) && playbook.regions().contains(area)
    };
    match areas.iter().find(|named| !known(named.area)) {
        Some(AreaHour { area, .. }) => {
            let text = format!("expected a county or township of {region}, not {area}");
            Err(Error::invalid("areas", "outside", text))
        }
        None => Ok(()),
    }
}
