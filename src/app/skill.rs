//! How good the forecasts of a region were, as its record tells: see [`domain::skill`].
//!
//! Every forecast that ever came in is kept, so nothing is gathered on the way: what is asked for is
//! counted when it is asked for, over a span of days that bounds the work.
//!
//! [`domain::skill`]: crate::domain::skill

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::playbook::Playbook;
use super::{App, Caller, Error, ingest};
use crate::domain::level::WarningLevel;
use crate::domain::outlook::{Consensus, Origin};
use crate::domain::region::RegionCode;
use crate::domain::skill::Skill;
use crate::domain::time::day_of;
use crate::domain::trigger::Rules;
use crate::store::outlook as store;

/// Over how many days forecasts are scored where nothing else is asked for: a season.
pub const SEASON: u16 = 120;

/// Over how many they are at most.
const MOST_DAYS: u16 = 366;

/// The forecasts of a span of days, scored.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The first day.
    pub from: NaiveDate,
    /// The last day: yesterday, the last that is over.
    pub to: NaiveDate,
    /// How many of the days were measured.
    pub measured: usize,
    /// The values above which the region's rules start something, and at which levels.
    pub lines: BTreeMap<u16, BTreeSet<WarningLevel>>,
    /// By source.
    pub skills: Vec<Skill>,
}

/// How good the forecasts of a region were over the last so many days that are over.
pub async fn show(
    app: &App,
    caller: &Caller,
    region: RegionCode,
    days: u16,
) -> Result<Scored, Error> {
    caller.may_look_at(region)?;
    if !(1..=MOST_DAYS).contains(&days) {
        let text = format!("expected 1 to {MOST_DAYS} days");
        return Err(Error::invalid("days", "out-of-range", text));
    }
    let (playbook, now) = (app.active_playbook().await?, app.now());
    let today = day_of(now);
    let (from, to) = (today - Days::new(days.into()), today - Days::new(1));
    let mut tx = app.db.read().await?;
    let known = ingest::consensus_between(&mut tx, &playbook, region, (from, to), now).await?;
    let came = measured(&known);
    let lines = lines(&playbook, region);
    let foreseen = store::list_foreseen(&mut tx, region, from, to).await?;
    let above: Vec<u16> = lines.keys().copied().collect();
    Ok(Scored {
        from,
        to,
        measured: came.len(),
        skills: Skill::of(&foreseen, &came, &above, playbook.ranges(region)),
        lines,
    })
}

/// The values that were measured. What a model computed of a day is no measure of what it foresaw.
fn measured(known: &Consensus) -> BTreeMap<NaiveDate, u16> {
    let days = known.outlook().days().as_slice().iter();
    let measured = days.filter_map(|day| {
        let taken = &known.on(day.on)?.taken;
        let value = taken.value.filter(|_| day.origin == Origin::MEASURED)?;
        Some((day.on, value))
    });
    measured.collect()
}

fn lines(playbook: &Playbook, region: RegionCode) -> BTreeMap<u16, BTreeSet<WarningLevel>> {
    let lines = playbook.rules_for(region).map(Rules::lines);
    let named = lines
        .unwrap_or_default()
        .into_iter()
        .map(|(above, starts)| {
            let levels = starts.into_iter().map(|(level, _)| level);
            (above, levels.collect())
        });
    named.collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::outlook::{AqiRange, Day, Forecasts, Given};
    use crate::domain::trigger::Ranges;

    #[test]
    fn forecasts_are_not_scored_by_what_a_model_computed() {
        let now: DateTime<Utc> = "2026-12-20T08:00:00+08:00".parse().unwrap();
        let on = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
        let came = |day, modelled| Given {
            key: 1,
            day: Day {
                origin: Origin::Observed { modelled },
                ..Day::observed(on(day), AqiRange::exactly(210).ok())
            },
            source: "市站".to_owned(),
            issued_at: None,
            received_at: now,
            received_by: "schedule".to_owned(),
        };
        let given = [came(18, false), came(19, true)];
        let known = Consensus::of(given, &Forecasts::default(), Ranges::Middle, now).unwrap();
        assert_eq!(measured(&known), BTreeMap::from([(on(18), 210)]));
    }
}
