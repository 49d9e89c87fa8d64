//! Outlooks taken in: what was observed, what is foreseen, and what an officer fills in.
//!
//! Days come in by [`take_in`], from a program or a file, and stay as they came; a [`Consensus`] puts
//! the latest of them together without a seam, by the playbook's order of trust. Every intake is
//! followed by a new judgement of the region. What cannot be is refused with the field that says it:
//! an index beyond the standard, a forecast made in the future, a region nobody knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::journal::{self, Entry, RowTable, Rows};
use super::playbook::Playbook;
use super::{App, Begun, Caller, Error, FieldError, Idempotency, Right, decide};
use crate::domain::aqi::{PollutantSet, Sample, Standards};
use crate::domain::outlook::{
    AqiRange, Cause, Consensus, Day, Forecasts, Given, HoursOfDay, Origin, OutlookError,
};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::store::Tx;
use crate::store::hours::{list_hours, record_hours};
use crate::store::outlook::{self as store, NewDays};

pub(super) mod air;
mod complete;
pub(super) mod cut;
pub mod file;

/// How far back an outlook reaches: longer than any episode on record.
const BACK: Days = Days::new(60);

/// How far ahead it reaches, and the furthest a forecast may.
const AHEAD: Days = Days::new(60);

/// How far ahead of our clock a forecast may be dated: its maker's clock, not a mistake.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// The oldest forecast taken in.
const OLDEST_FORECAST: TimeDelta = TimeDelta::days(30);

/// The most days of one intake: a century.
const MOST_DAYS: usize = 36_600;

/// The first day anybody could have measured PM2.5 for an index.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day");

/// Days to be taken in.
#[derive(Clone, Debug)]
pub struct OutlookIn {
    /// The region.
    pub region: RegionCode,
    /// Who measured or foresaw them.
    pub source: String,
    /// What they are.
    pub series: Series,
    /// The days, in any order, each once.
    pub days: Vec<DayIn>,
    /// What was done to their values before they came here; kept with the record of the intake.
    pub notes: Vec<String>,
}

/// What a series of days is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Measured over whole days.
    Observed,
    /// Computed by a model of days that are over, to stand where nobody measured.
    Modelled,
    /// Foreseen, at an instant.
    Forecast {
        /// When.
        issued_at: DateTime<Utc>,
    },
}

impl Series {
    /// When it was foreseen; none of what was not.
    const fn issued_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Observed | Self::Modelled => None,
            Self::Forecast { issued_at } => Some(issued_at),
        }
    }

    /// Where its days come from.
    fn origin(self, source: &str) -> Origin {
        match self {
            Self::Observed => Origin::MEASURED,
            Self::Modelled => Origin::Observed { modelled: true },
            Self::Forecast { .. } => Origin::Forecast {
                source: source.to_owned(),
            },
        }
    }
}

/// One day to be taken in.
#[derive(Clone, Debug)]
pub struct DayIn {
    /// The day.
    pub on: NaiveDate,
    /// What is known of it.
    pub value: ValueIn,
    /// What brought the pollution, where somebody judged it.
    pub cause: Option<Cause>,
    /// The hours it was computed from, where it came as hours.
    pub hours: Option<Box<HoursOfDay>>,
}

/// What is known of a day.
#[derive(Clone, Debug)]
pub enum ValueIn {
    /// Its index.
    Index {
        /// The AQI; none where there is no value.
        aqi: Option<AqiRange>,
        /// The index of PM2.5 alone.
        pm2_5: Option<AqiRange>,
        /// The primary pollutants.
        primary: PollutantSet,
    },
    /// Its concentrations, from which the index is computed by the standard in force on the day.
    Sample(Box<Sample>),
    /// Its hours alone, judged with those on record when the day is taken in.
    Hours,
}

/// What was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// How many days.
    pub days: usize,
    /// How many of them have no value.
    pub gaps: usize,
    /// The first of them.
    pub first: NaiveDate,
    /// The last of them.
    pub last: NaiveDate,
}

impl TakenIn {
    fn of(days: &[Day]) -> Result<Self, Error> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Err(Error::internal("an intake that was checked has days"));
        };
        Ok(Self {
            days: days.len(),
            gaps: days.iter().filter(|day| day.aqi.is_none()).count(),
            first: first.on,
            last: last.on,
        })
    }
}

impl DayIn {
    /// Whether it tells more than hours.
    fn has_value(&self) -> bool {
        !matches!(
            self.value,
            ValueIn::Index { aqi: None, .. } | ValueIn::Hours
        )
    }
}

impl From<Day> for DayIn {
    fn from(day: Day) -> Self {
        Self {
            on: day.on,
            value: ValueIn::Index {
                aqi: day.aqi,
                pm2_5: day.pm2_5,
                primary: day.primary,
            },
            cause: day.cause,
            hours: None,
        }
    }
}

/// Takes days in, all or none, and has the region judged again.
pub async fn take_in(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    mut arrived: OutlookIn,
) -> Result<TakenIn, Error> {
    caller.may(Right::EnterForecasts, arrived.region)?;
    let playbook = app.active_playbook().await?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(taken) => return Ok(taken),
        Begun::Fresh(act) => act,
    };
    check(&arrived, &playbook, act.now)?;
    complete::judge_hours(&mut act.tx, &mut arrived, act.now, playbook.standards()).await?;
    let OutlookIn {
        region,
        source,
        series,
        mut days,
        notes,
    } = arrived;
    let (issued_at, origin) = (series.issued_at(), series.origin(&source));
    days.sort_by_key(|day| day.on);
    let hours: Vec<_> = days.iter_mut().map(|day| day.hours.take()).collect();
    let days: Vec<Day> = days
        .into_iter()
        .map(|day| judged(day, origin.clone(), playbook.standards()))
        .collect();
    let actor = journal::actor(caller);
    let new = NewDays {
        region,
        source: &source,
        issued_at,
        received_at: act.now,
        received_by: &actor,
        days: &days,
    };
    let rows = keep(&mut act.tx, &new, &hours).await?;
    let taken = TakenIn::of(&days)?;
    let mut body = json!({
        "source": source, "issued_at": issued_at, "days": taken.days, "first": taken.first,
        "last": taken.last,
    });
    if !notes.is_empty() {
        body["notes"] = json!(notes);
    }
    let kind = match series {
        Series::Observed | Series::Modelled => "observations.taken-in",
        Series::Forecast { .. } => "forecast.taken-in",
    };
    let entry = Entry::new(kind, format!("outlook/{region}"), caller, act.now, body)
        .in_region(region)
        .vouching(rows);
    journal::record(&mut act.tx, &app.ids, entry).await?;
    let taken = act.commit(taken).await?;
    decide::review_below(app, &playbook, region).await;
    Ok(taken)
}

/// Records days, and the hours of those that came with hours; answers with what vouches for them.
async fn keep(
    tx: &mut Tx,
    new: &NewDays<'_>,
    hours: &[Option<Box<HoursOfDay>>],
) -> Result<impl Iterator<Item = Rows> + use<>, Error> {
    let days = store::record_days(tx, new).await?;
    let hours = days.iter().zip(hours);
    let hours: Vec<_> = hours
        .filter_map(|((key, _), hours)| Some((*key, hours.as_deref()?)))
        .collect();
    let hours = Rows::of(RowTable::OutlookHours, record_hours(tx, &hours).await?);
    let days = Rows::of(RowTable::OutlookDay, days);
    Ok(days.into_iter().chain(hours))
}

/// Keeps what is news: of measured days those of which the source has not last said just the same, a
/// forecast as a whole unless that is so of each of its days.
pub async fn keep_news(app: &App, arrived: &mut OutlookIn) -> Result<(), Error> {
    let on = arrived.days.iter().map(|day| day.on);
    let Some((first, last)) = on.clone().min().zip(on.max()) else {
        return Ok(());
    };
    let (region, source) = (arrived.region, &arrived.source);
    let playbook = app.active_playbook().await?;
    let mut tx = app.db.read().await?;
    let mut said = match arrived.series {
        Series::Forecast { .. } => {
            store::list_foreseen_by(&mut tx, region, source, first, last).await?
        }
        Series::Observed | Series::Modelled => {
            store::list_observed(&mut tx, region, first, last).await?
        }
    };
    said.retain(|said| said.source == *source);
    let keys: Vec<i64> = said.iter().map(|said| said.key).collect();
    let hours = list_hours(&mut tx, &keys).await?;
    let said: BTreeMap<NaiveDate, Given> =
        said.into_iter().map(|said| (said.day.on, said)).collect();
    let origin = arrived.series.origin(source);
    let is_news = |day: &DayIn| {
        let now_said = judged(day.clone(), origin.clone(), playbook.standards());
        let said = said.get(&day.on).filter(|said| said.day == now_said);
        said.is_none_or(|said| hours.get(&said.key) != day.hours.as_deref())
    };
    match arrived.series {
        Series::Forecast { .. } if arrived.days.iter().any(is_news) => {}
        Series::Forecast { .. } => arrived.days.clear(),
        Series::Observed | Series::Modelled => arrived.days.retain(is_news),
    }
    Ok(())
}

/// Puts an officer's value into a gap of a region's outlook.
pub async fn fill_in(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    region: RegionCode,
    on: NaiveDate,
    aqi: AqiRange,
    source: &str,
) -> Result<TakenIn, Error> {
    caller.may(Right::EnterForecasts, region)?;
    check_source(source).map_or(Ok(()), |error| Err(Error::Invalid(vec![error])))?;
    let playbook = app.active_playbook().await?;
    let mut act = match app.begin(caller, idempotency).await? {
        Begun::Replayed(taken) => return Ok(taken),
        Begun::Fresh(act) => act,
    };
    let actor = journal::actor(caller);
    let mut outlook = consensus(&mut act.tx, &playbook, region, act.now)
        .await?
        .into_outlook();
    outlook
        .fill_in(on, aqi, actor.as_str(), source)
        .map_err(|error| match error {
            OutlookError::NotMissing(_) => Error::conflict("not-missing", error.to_string()),
            other => Error::invalid("on", "no-such-day", other.to_string()),
        })?;
    let days = outlook.days();
    let filled = days.index(on).map(|index| &days.as_slice()[index..=index]);
    let new = NewDays {
        region,
        source,
        issued_at: None,
        received_at: act.now,
        received_by: &actor,
        days: filled.ok_or_else(|| Error::internal("a day that was filled in is there"))?,
    };
    let rows = keep(&mut act.tx, &new, &[]).await?;
    let body = json!({ "on": on, "aqi": aqi.to_string(), "source": source });
    let subject = format!("outlook/{region}");
    let entry = Entry::new("outlook.filled-in", subject, caller, act.now, body)
        .in_region(region)
        .vouching(rows);
    journal::record(&mut act.tx, &app.ids, entry).await?;
    let taken = act.commit(TakenIn::of(new.days)?).await?;
    decide::review_below(app, &playbook, region).await;
    Ok(taken)
}

/// A region's days as they stand, with who said what of them, for whoever may see it.
pub async fn show(app: &App, caller: &Caller, region: RegionCode) -> Result<Consensus, Error> {
    caller.may_look_at(region)?;
    let playbook = app.active_playbook().await?;
    let mut tx = app.db.read().await?;
    consensus(&mut tx, &playbook, region, app.now()).await
}

/// A region's days as they stand: what was observed, continued by the forecasts that its playbook
/// follows. A day between the first and the last that nobody gave a value for is a gap.
pub(super) async fn consensus(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    now: DateTime<Utc>,
) -> Result<Consensus, Error> {
    let today = day_of(now);
    consensus_between(tx, playbook, region, (today - BACK, today + AHEAD), now).await
}

/// The same from one day to another.
pub(super) async fn consensus_between(
    tx: &mut Tx,
    playbook: &Playbook,
    region: RegionCode,
    (from, to): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> Result<Consensus, Error> {
    let latest = store::list_latest(tx, region, from, to).await?;
    let profile = playbook.profile(region);
    let followed = profile.map_or_else(Forecasts::default, |profile| profile.forecast.clone());
    Consensus::of(latest, &followed, playbook.ranges(region), now).map_err(Error::internal)
}

/// A day with its index, computed where only concentrations are known.
fn judged(arrived: DayIn, origin: Origin, standards: &Standards) -> Day {
    let DayIn {
        on, value, cause, ..
    } = arrived;
    let day = match value {
        ValueIn::Sample(sample) => Day::measured(on, &sample, standards),
        ValueIn::Index {
            aqi,
            pm2_5,
            primary,
        } => Day {
            pm2_5,
            primary,
            ..Day::observed(on, aqi)
        },
        ValueIn::Hours => Day::observed(on, None),
    };
    Day {
        cause,
        origin,
        ..day
    }
}

fn check(arrived: &OutlookIn, playbook: &Playbook, now: DateTime<Utc>) -> Result<(), Error> {
    let mut wrong: Vec<FieldError> = check_source(&arrived.source).into_iter().collect();
    if !playbook.regions().contains(arrived.region) {
        let text = format!("no region {} in the playbook", arrived.region);
        wrong.push(FieldError::new("region", "unknown", text));
    }
    if let Series::Forecast { issued_at } = arrived.series {
        if issued_at > now + CLOCKS_APART {
            let text = "expected a time that has come: the sender's clock is ahead of ours";
            wrong.push(FieldError::new("issued_at", "future", text));
        } else if issued_at < now - OLDEST_FORECAST {
            let text = "expected a forecast of the last 30 days";
            wrong.push(FieldError::new("issued_at", "too-old", text));
        }
    }
    if arrived.days.is_empty() || arrived.days.len() > MOST_DAYS {
        let text = format!("expected 1 to {MOST_DAYS} days");
        wrong.push(FieldError::new("days", "count", text));
    }
    wrong.extend(check_days(arrived, day_of(now)));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

fn check_days(arrived: &OutlookIn, today: NaiveDate) -> Vec<FieldError> {
    let (earliest, latest, expected) = match arrived.series {
        Series::Observed | Series::Modelled => (
            FIRST_DAY,
            today,
            format!("a day from {FIRST_DAY} to today, which is {today}"),
        ),
        Series::Forecast { issued_at } => {
            let (from, to) = (day_of(issued_at) - Days::new(1), day_of(issued_at) + AHEAD);
            (from, to, format!("a day from {from} to {to}"))
        }
    };
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (at, day) in arrived.days.iter().enumerate() {
        let field = format!("days[{at}].on");
        if !(earliest..=latest).contains(&day.on) {
            wrong.push(FieldError::new(
                &field,
                "out-of-range",
                format!("expected {expected}"),
            ));
        } else if !seen.insert(day.on) {
            wrong.push(FieldError::new(&field, "twice", "expected each day once"));
        }
    }
    wrong
}

fn check_source(source: &str) -> Option<FieldError> {
    let written = !source.trim().is_empty() && source.chars().count() <= 200;
    let text = "expected who measured or foresaw it, in at most 200 characters";
    (!written).then(|| FieldError::new("source", "malformed", text))
}
