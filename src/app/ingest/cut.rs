//! How a region's days are cut out of its hours (自然日，或连续24小时), as its playbook says.
//!
//! Any 24 hours are judged once every day from yesterday on that has a value has its hours: a lift
//! asks for clean hours in a row, which natural days cannot show, and a forecast of which half is
//! hours would end half a warning. Until then natural days are, and the decision says so. Days before
//! yesterday may be without hours; each stands for the 24 hours that begin with it.

use chrono::{DateTime, Days, Utc};

use crate::app::Error;
use crate::app::playbook::Playbook;
use crate::domain::outlook::{Consensus, Day, Hourly, Rolling};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::Window;
use crate::store::Tx;
use crate::store::hours::list_hours;

/// The days that are judged.
#[derive(Debug)]
pub(in crate::app) enum Cut {
    /// Natural days.
    NaturalDays,
    /// Natural days, since hours are missing.
    HoursMissing,
    /// Any 24 hours.
    Rolling(Rolling),
}

/// Cuts the days of a consensus, with the hours of the sources that it takes.
pub(in crate::app) async fn cut(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    consensus: &Consensus,
    now: DateTime<Utc>,
) -> Result<Cut, Error> {
    let window = playbook.profile(region).and_then(|profile| profile.window);
    if window != Some(Window::Rolling24h) {
        return Ok(Cut::NaturalDays);
    }
    let today = day_of(now);
    let days = consensus.outlook().days().as_slice();
    let key_of = |day: &Day| Some(consensus.on(day.on)?.taken.given.key);
    let keys: Vec<i64> = days.iter().filter_map(key_of).collect();
    let known = list_hours(tx, &keys).await?;
    let hours_of = |day: &Day| known.get(&key_of(day)?);
    let mut hourly = Hourly::default();
    for day in days {
        if let Some(hours) = hours_of(day) {
            hourly.insert_day(day.on, hours);
        }
    }
    let yesterday = today - Days::new(1);
    let (with, without): (Vec<&Day>, Vec<&Day>) = days
        .iter()
        .filter(|day| day.on >= yesterday && day.aqi.is_some())
        .partition(|day| hours_of(day).is_some());
    Ok(match (with.is_empty(), without.is_empty()) {
        (true, true) => Cut::NaturalDays,
        (false, true) => {
            let standards = playbook.standards();
            Cut::Rolling(hourly.rolling_over(consensus.outlook(), standards))
        }
        _ => Cut::HoursMissing,
    })
}
