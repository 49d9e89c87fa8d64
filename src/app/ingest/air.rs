//! The air now, hour by hour (实况与临近预报): what stations measured today, and what is foreseen next.
//!
//! A day of which only some hours are over has no value yet and is nobody's word on that day; its
//! hours are known all the same. Of several that measured an hour, what came in last counts. Hours to
//! come are those of the forecast that the [consensus](Consensus) takes of the day, or would take
//! next.

use chrono::{DateTime, Days, Utc};

use crate::app::Error;
use crate::app::playbook::Playbook;
use crate::domain::outlook::{Consensus, Day, Given, Origin};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::Air;
use crate::store::Tx;
use crate::store::hours::list_hours;
use crate::store::outlook::list_latest;

/// The hours around an instant in a region.
pub(in crate::app) async fn air(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    consensus: &Consensus,
    now: DateTime<Utc>,
) -> Result<Air, Error> {
    let (yesterday, today) = (day_of(now) - Days::new(1), day_of(now));
    let mut measured = list_latest(tx, region, yesterday, today).await?;
    measured.retain(|given| given.day.origin == Origin::MEASURED);
    measured.sort_by_key(|given| given.key);
    let foreseen = today.iter_days().take(FORESEEN);
    let foreseen = foreseen.filter_map(|on| {
        let agreed = consensus.on(on)?;
        let mut voices = std::iter::once(&agreed.taken).chain(&agreed.others);
        voices.find_map(|voice| is_foreseen(&voice.given.day).then_some(&voice.given))
    });
    let given: Vec<&Given> = measured.iter().chain(foreseen).collect();
    let keys: Vec<i64> = given.iter().map(|given| given.key).collect();
    let hours = list_hours(tx, &keys).await?;
    let mut air = Air::at(now);
    for given in given {
        if let Some(hours) = hours.get(&given.key) {
            let judged = consensus
                .on(given.day.on)
                .map(|agreed| &agreed.taken.given.day);
            let cause = given.day.cause.or(judged.and_then(|day| day.cause));
            let day = Day {
                cause,
                ..given.day.clone()
            };
            air.insert(&day, hours, playbook.standards());
        }
    }
    Ok(air)
}

/// Rules look at most three days ahead.
const FORESEEN: usize = 4;

fn is_foreseen(day: &Day) -> bool {
    matches!(day.origin, Origin::Forecast { .. })
}
