//! Several sources of one region → the one value of each day that is judged, and what the others say.
//!
//! # Whose value is taken
//!
//! - What was measured stands before what a model computed of the same day, that before what was
//!   foreseen, and that before what an officer filled in. A source that gives a day no value stands
//!   behind all that give one.
//! - Of each source its latest word on a day counts: the one made last, of those the one that came in
//!   last. So, too, of two that measured.
//! - Of forecasts a fresh one stands before a stale one. Fresh ones stand in the region's order of
//!   [trust](Forecasts): those it names, then all others; among equals the one made last. Of stale
//!   ones the one made last is taken, whoever made it, and is marked.
//! - A forecast is fresh for so many hours from when it was made. On a day that is over nobody makes
//!   another: there its age is what it was when the day ended.
//! - Where all of this is equal, the source whose name comes first is taken, so that the order in
//!   which forecasts come in says nothing: those that are fetched together bear one instant.
//!
//! No document says how several forecasts of one bureau become one (会商 is a conversation): the order
//! is ours and stands as assumed; the names and hours in it are the region's own. Values are never
//! averaged: what is judged is what somebody has said. Where any 24 hours are judged there is one
//! exception: those across the midnight between two days taken from different sources are the mean of
//! hours of both.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

use crate::aqi::Standard;
use crate::playbook::Standing;
use crate::time::day_start;
use crate::trigger::Ranges;

use super::{Day, Origin, Outlook, OutlookError};

mod words;

/// Whom a region believes of those who foresee its days, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecasts {
    /// Sources by the names under which they come in, the most trusted first.
    pub trust: Vec<String>,
    /// For how many hours from when it was made a forecast is fresh.
    pub fresh_hours: u16,
    /// How well that is known.
    pub standing: Standing,
}

impl Default for Forecasts {
    /// For a region that says nothing: nobody before another, and a day, since HJ 633-2026 has a
    /// forecast published every day.
    fn default() -> Self {
        Self {
            trust: Vec::new(),
            fresh_hours: 24,
            standing: Standing::Assumed,
        }
    }
}

/// Why a region's `[forecast]` cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForecastsError {
    /// It holds two places.
    #[error("expected each source once in `trust`: {0} is named twice")]
    Twice(String),
    /// No forecast comes in under it.
    #[error("expected names in `trust`: there is a source without a name")]
    Nameless,
    /// Never fresh, or for longer than any forecast reaches.
    #[error("expected `fresh_hours` from 1 to {LONGEST_FRESH} hours")]
    Hours,
}

/// The oldest forecast taken in is 30 days old.
const LONGEST_FRESH: u16 = 30 * 24;

impl Forecasts {
    /// Whether it can be meant.
    pub fn check(&self) -> Result<(), ForecastsError> {
        let mut named = BTreeSet::new();
        if let Some(again) = self.trust.iter().find(|source| !named.insert(*source)) {
            return Err(ForecastsError::Twice(again.clone()));
        }
        if self.trust.iter().any(|source| source.trim().is_empty()) {
            return Err(ForecastsError::Nameless);
        }
        let meant = (1..=LONGEST_FRESH).contains(&self.fresh_hours);
        meant.then_some(()).ok_or(ForecastsError::Hours)
    }

    /// What the region's order of trust is worth to a source: its place, 0 for the first.
    fn place(&self, source: &str) -> usize {
        let named = self.trust.iter().position(|trusted| trusted == source);
        named.unwrap_or(self.trust.len())
    }

    /// Whether a forecast of a day is fresh.
    fn is_fresh(&self, made_at: DateTime<Utc>, on: NaiveDate, now: DateTime<Utc>) -> bool {
        let over = on.succ_opt().map_or(now, day_start);
        now.min(over) - made_at <= TimeDelta::hours(self.fresh_hours.into())
    }
}

/// A day as a source gave it, and how it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its key in the record: what came in later has a higher one.
    pub key: i64,
    /// The day.
    pub day: Day,
    /// Who measured or foresaw it, or what a filled-in value rests on.
    pub source: String,
    /// When its source made it; none where that was not said.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Who brought it: an account, or a part of the service.
    pub received_by: String,
}

impl Given {
    /// When it was made, as far as is known.
    pub fn made_at(&self) -> DateTime<Utc> {
        self.issued_at.unwrap_or(self.received_at)
    }

    fn is_foreseen(&self) -> bool {
        matches!(self.day.origin, Origin::Forecast { .. })
    }
}

/// What one source says of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Its latest word.
    pub given: Given,
    /// The value it counts with; none where it gave none.
    pub value: Option<u16>,
    /// Whether it is a forecast that is not fresh.
    pub stale: bool,
}

/// What is known of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Whose value is judged.
    pub taken: Voice,
    /// What the others say who have a value, the one that would be taken next first.
    pub others: Vec<Voice>,
    /// What is foreseen of the day or filled in, by whoever would be taken first, with or without a
    /// value: nobody's forecast that is out of date, and nothing that was observed.
    pub foreseen: Option<Given>,
}

/// A region's days, each with whoever has said something of it.
#[derive(Clone, Debug)]
pub struct Consensus {
    outlook: Outlook,
    days: BTreeMap<NaiveDate, Agreed>,
}

impl Consensus {
    /// Puts together what came in, in any order, as it is at `now`.
    pub fn of(
        given: impl IntoIterator<Item = Given>,
        forecasts: &Forecasts,
        ranges: Ranges,
        now: DateTime<Utc>,
    ) -> Result<Self, OutlookError> {
        let mut by_day: BTreeMap<NaiveDate, Vec<Voice>> = BTreeMap::new();
        for given in given {
            let on = given.day.on;
            let fresh = forecasts.is_fresh(given.made_at(), on, now);
            by_day.entry(on).or_default().push(Voice {
                value: given.day.aqi.map(|range| ranges.value(range)),
                stale: given.is_foreseen() && !fresh,
                given,
            });
        }
        let days: BTreeMap<_, _> = by_day
            .into_iter()
            .filter_map(|(on, voices)| Some((on, agreed(voices, forecasts)?)))
            .collect();
        let taken = days.values().map(|agreed| &agreed.taken);
        let newest = taken
            .clone()
            .filter(|voice| voice.given.is_foreseen() && voice.value.is_some())
            .map(|voice| &voice.given)
            .max_by_key(|given| given.made_at());
        let (source, issued_at) = newest.map_or((String::new(), None), |given| {
            (given.source.clone(), given.issued_at)
        });
        Ok(Self {
            outlook: Outlook::new(
                source,
                issued_at,
                taken.map(|voice| voice.given.day.clone()),
            )?,
            days,
        })
    }

    /// The days with the values that are judged. Its source and instant are those of the newest
    /// forecast among them.
    pub fn outlook(&self) -> &Outlook {
        &self.outlook
    }

    /// As [`outlook`](Self::outlook), without who said what.
    pub fn into_outlook(self) -> Outlook {
        self.outlook
    }

    /// What is known of a day; none where nobody has spoken of it.
    pub fn on(&self, day: NaiveDate) -> Option<&Agreed> {
        self.days.get(&day)
    }

    /// Whether forecasts are out of date from a day on: one of them is stale, or nobody's fresh one
    /// reaches that day or any after it.
    pub fn is_stale_from(&self, day: NaiveDate) -> bool {
        let mut foreseen = self
            .valued_from(day)
            .filter(|(_, voice)| voice.given.is_foreseen());
        foreseen.clone().next().is_none() || foreseen.any(|(_, voice)| voice.stale)
    }

    /// The days from one on whose value is stale: the first and the last of each run of them.
    pub fn stale_from(&self, day: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
        let stale = self.valued_from(day).filter(|(_, voice)| voice.stale);
        let stale: Vec<_> = stale.map(|(on, _)| on).collect();
        let runs = stale.chunk_by(|one, next| one.succ_opt() == Some(*next));
        runs.filter_map(|run| Some((*run.first()?, *run.last()?)))
            .collect()
    }

    /// Whose value is taken of each day from one on that has one.
    fn valued_from(&self, day: NaiveDate) -> impl Iterator<Item = (NaiveDate, &Voice)> + Clone {
        let coming = self.days.range(day..);
        let taken = coming.map(|(on, agreed)| (*on, &agreed.taken));
        taken.filter(|(_, voice)| voice.value.is_some())
    }
}

impl Agreed {
    /// The forecasts that might have been taken instead: nothing measured stands before them, and they
    /// are fresh.
    pub fn rivals(&self) -> impl Iterator<Item = &Voice> {
        let foreseen = self.taken.given.is_foreseen();
        let others = self.others.iter().filter(move |_| foreseen);
        others.filter(|other| other.given.is_foreseen() && !other.stale)
    }

    /// Whether a rival lies in another category than the value taken, by the standard of the day.
    pub fn is_disputed(&self, standard: &Standard) -> bool {
        let category = |voice: &Voice| voice.value.map(|aqi| standard.category(aqi));
        let taken = category(&self.taken);
        self.rivals().any(|rival| category(rival) != taken)
    }
}

/// What several say of one day; none where nobody says anything.
fn agreed(mut voices: Vec<Voice>, forecasts: &Forecasts) -> Option<Agreed> {
    // Whoever would be taken first stands first; of each source its latest word.
    let made = |voice: &Voice| (voice.given.made_at(), voice.given.key);
    voices.sort_by(|one, other| {
        (kind(&one.given), &one.given.source)
            .cmp(&(kind(&other.given), &other.given.source))
            .then_with(|| made(other).cmp(&made(one)))
    });
    voices.dedup_by(|later, first| {
        kind(&later.given) == kind(&first.given) && later.given.source == first.given.source
    });
    // The sort is stable: what is equal stands in the order of the names.
    voices.sort_by_key(|voice| {
        let given = &voice.given;
        let place = forecasts.place(&given.source);
        let came_in = (given.day.origin == Origin::MEASURED).then_some(given.key);
        let trusted = if given.is_foreseen() && !voice.stale {
            place
        } else {
            0
        };
        Reverse((
            voice.value.is_some(),
            kind(given),
            !voice.stale,
            Reverse(trusted),
            given.made_at(),
            came_in,
            Reverse(place),
        ))
    });
    let foreseen = voices.iter().find(|voice| {
        let origin = &voice.given.day.origin;
        !voice.stale && !matches!(origin, Origin::Observed { .. })
    });
    let foreseen = foreseen.map(|voice| voice.given.clone());
    let mut voices = voices.into_iter();
    Some(Agreed {
        foreseen,
        taken: voices.next()?,
        others: voices.filter(|voice| voice.value.is_some()).collect(),
    })
}

/// What a value is worth by how it came about.
fn kind(given: &Given) -> u8 {
    match given.day.origin {
        Origin::FilledIn { .. } => 0,
        Origin::Forecast { .. } => 1,
        Origin::Observed { modelled: true } => 2,
        Origin::Observed { modelled: false } => 3,
    }
}

#[cfg(test)]
mod tests;
