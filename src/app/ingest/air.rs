//! The air now, hour by hour (实况与临近预报): what stations measured lately, and what is foreseen next.
//!
//! A day of which only some hours are over has no value yet and is nobody's word on that day; its
//! hours are known all the same, however many at a time they came in. Of several that measured an hour,
//! what came in last counts. Hours to come are those of the forecast that the [consensus](Consensus)
//! takes of the day, or would take next; one that is out of date tells nothing of them.

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::app::Error;
use crate::app::playbook::Playbook;
use crate::domain::outlook::{Consensus, Day, Given, Origin};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::{Air, ObservedStart};
use crate::store::Tx;
use crate::store::hours::list_hours;
use crate::store::outlook::list_every_observed;

/// How far back it is asked since when the air is as it is.
const BACK: Days = Days::new(3);

/// The hours around an instant in a region, as far as an early start looks.
pub(in crate::app) async fn air(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    consensus: &Consensus,
    start: &ObservedStart,
    now: DateTime<Utc>,
) -> Result<Air, Error> {
    let today = day_of(now);
    let last = day_of(now + TimeDelta::hours(start.hours.into()));
    let mut measured = list_every_observed(tx, region, today - BACK, today).await?;
    measured.retain(|given| given.day.origin == Origin::MEASURED);
    let ahead = today.iter_days().take_while(|on| *on <= last);
    let foreseen: Vec<&Given> = ahead
        .filter_map(|on| consensus.on(on)?.foreseen.as_ref())
        .collect();
    let mut air = Air::at(now);
    for given in &foreseen {
        air.foresee(&with_cause(&given.day, consensus));
    }
    let given: Vec<&Given> = measured.iter().chain(foreseen).collect();
    let keys: Vec<i64> = given.iter().map(|given| given.key).collect();
    let hours = list_hours(tx, &keys).await?;
    for given in given {
        if let Some(hours) = hours.get(&given.key) {
            let day = with_cause(&given.day, consensus);
            air.insert(&day, hours, playbook.standards());
        }
    }
    Ok(air)
}

/// A day with what brought its pollution, if not as its source says, then as the day is judged.
fn with_cause(day: &Day, consensus: &Consensus) -> Day {
    let judged = consensus.on(day.on).map(|agreed| &agreed.taken.given.day);
    Day {
        cause: day.cause.or(judged.and_then(|judged| judged.cause)),
        ..day.clone()
    }
}
