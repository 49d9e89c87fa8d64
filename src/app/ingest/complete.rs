//! Days of which a file tells some hours, completed by the hours that its source told before.
//!
//! Stations tell one hour at a time, and a forecast made in the course of a day its remaining hours.
//! What a file says of an hour stands before what is on record.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::file::ReadDays;
use super::{DayIn, OutlookIn, Series, ValueIn};
use crate::app::{App, Error, FieldError};
use crate::domain::aqi::Standards;
use crate::domain::outlook::{Cause, Day, Given, Hourly, HoursOfDay, Origin};
use crate::domain::time::day_of;
use crate::store::Tx;
use crate::store::hours::list_hours;
use crate::store::outlook as store;

/// The days of which hours without a value are looked at: today, and yesterday where it is measured,
/// since its last hour comes when it is over.
pub(super) fn open_days(series: Series, today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let days = match series {
        Series::Observed => 2,
        Series::Forecast { .. } => 1,
        Series::Modelled => 0,
    };
    (0..days).map(move |back| today - Days::new(back))
}

/// Completes what was read. A day of which no hour can follow and that still has no value is a gap.
pub(super) async fn complete(
    app: &App,
    read: &mut ReadDays,
    today: NaiveDate,
    standards: &Standards,
) -> Result<(), Error> {
    let mut tx = app.db.read().await?;
    let gaps = complete_days(&mut tx, &mut read.arrived, today, standards).await?;
    read.gaps.extend(gaps);
    if read.arrived.days.is_empty() {
        let text = "expected a day with a value: too few hours of it are known";
        return Err(Error::invalid("days", "no-value", text));
    }
    Ok(())
}

/// Judges the days that a program tells by their hours alone, like those of a file. One that even with
/// what is on record has no value is refused by its place.
pub(super) async fn judge_hours(
    tx: &mut Tx,
    arrived: &mut OutlookIn,
    now: DateTime<Utc>,
    standards: &Standards,
) -> Result<(), Error> {
    let is_told_by_hours = |day: &DayIn| matches!(day.value, ValueIn::Hours);
    if !arrived.days.iter().any(is_told_by_hours) {
        return Ok(());
    }
    let today = day_of(now);
    for day in arrived.days.iter_mut().filter(|day| is_told_by_hours(day)) {
        let hours = day.hours.as_deref().cloned().unwrap_or_default();
        *day = of_hours(day.on, hours, day.cause, standards)?;
    }
    let told: Vec<NaiveDate> = arrived.days.iter().map(|day| day.on).collect();
    let mut gaps = complete_days(tx, arrived, today, standards).await?;
    let open: Vec<NaiveDate> = open_days(arrived.series, today).collect();
    let is_empty =
        |day: &&DayIn| day.hours.is_some() && !day.has_value() && !open.contains(&day.on);
    gaps.extend(arrived.days.iter().filter(is_empty).map(|day| day.on));
    let empty = told.iter().enumerate().filter(|(_, on)| gaps.contains(on));
    let wrong: Vec<FieldError> = empty
        .map(|(at, _)| {
            let text = "expected 20 of 24 hours of a pollutant, with those on record";
            FieldError::new(&format!("days[{at}].hours"), "no-value", text)
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Completes days; answers with those that are left out because they have no value.
async fn complete_days(
    tx: &mut Tx,
    arrived: &mut OutlookIn,
    today: NaiveDate,
    standards: &Standards,
) -> Result<Vec<NaiveDate>, Error> {
    match arrived.series {
        Series::Forecast { .. } => complete_foreseen(tx, arrived, today, standards).await,
        Series::Observed => complete_measured(tx, arrived, today, standards).await,
        Series::Modelled => Ok(Vec::new()),
    }
}

/// Completes the hours that are foreseen of today by those its source foresaw last. Where it told a
/// value without hours, that stays its word on the day.
async fn complete_foreseen(
    tx: &mut Tx,
    arrived: &mut OutlookIn,
    today: NaiveDate,
    standards: &Standards,
) -> Result<Vec<NaiveDate>, Error> {
    let OutlookIn {
        region,
        source,
        days,
        ..
    } = arrived;
    let mut on = days.iter();
    let Some(at) = on.position(|day| day.on == today && !day.has_value()) else {
        return Ok(Vec::new());
    };
    let said = store::list_foreseen_by(tx, *region, source, today, today).await?;
    let Some(said) = said.first() else {
        return Ok(Vec::new());
    };
    let hours = list_hours(tx, &[said.key]).await?;
    let (Some(before), Some(now)) = (hours.get(&said.key), &days[at].hours) else {
        days.remove(at);
        return Ok(vec![today]);
    };
    days[at] = of_hours(today, now.or(before), days[at].cause, standards)?;
    Ok(Vec::new())
}

/// Completes the hours that were measured yesterday and today by all that their source told of them.
/// Yesterday is there even if the file is silent about it, unless it has a value on record; its hours
/// are kept while they are too few for a value.
async fn complete_measured(
    tx: &mut Tx,
    arrived: &mut OutlookIn,
    today: NaiveDate,
    standards: &Standards,
) -> Result<Vec<NaiveDate>, Error> {
    let OutlookIn {
        region,
        source,
        days,
        ..
    } = arrived;
    let yesterday = today - Days::new(1);
    if days
        .iter()
        .any(|day| day.on >= yesterday && day.hours.is_some())
    {
        let mut said = store::list_every_observed(tx, *region, yesterday, today).await?;
        said.retain(|said| said.source == *source && said.day.origin == Origin::MEASURED);
        let has_value = |said: &Given| said.day.on == yesterday && said.day.aqi.is_some();
        let is_settled = said.iter().any(has_value);
        for (on, before) in hours_told(tx, &said).await? {
            let at = days.iter().position(|day| day.on == on);
            let completed = match at.map(|at| &days[at]) {
                None if on == today || is_settled => continue,
                None => of_hours(on, before, None, standards)?,
                Some(day) => match &day.hours {
                    None => continue,
                    Some(now) => of_hours(on, now.or(&before), day.cause, standards)?,
                },
            };
            match at {
                Some(at) => days[at] = completed,
                None if completed.has_value() => days.push(completed),
                None => {}
            }
        }
    }
    for day in days
        .iter_mut()
        .filter(|day| day.on == today && day.hours.is_some())
    {
        day.value = DayIn::from(Day::observed(today, None)).value;
    }
    let is_gap = |day: &mut DayIn| day.on < yesterday && day.hours.is_some() && !day.has_value();
    let gaps = days.extract_if(.., is_gap).map(|day| day.on).collect();
    days.sort_by_key(|day| day.on);
    Ok(gaps)
}

/// The hours of each day that these tell of, what came in last before the rest.
async fn hours_told(tx: &mut Tx, said: &[Given]) -> Result<BTreeMap<NaiveDate, HoursOfDay>, Error> {
    let keys: Vec<i64> = said.iter().map(|said| said.key).collect();
    let known = list_hours(tx, &keys).await?;
    let mut told: BTreeMap<NaiveDate, HoursOfDay> = BTreeMap::new();
    for said in said {
        if let Some(hours) = known.get(&said.key) {
            let before = told.entry(said.day.on).or_default();
            *before = hours.or(before);
        }
    }
    Ok(told)
}

/// A day as its hours make it.
fn of_hours(
    on: NaiveDate,
    hours: HoursOfDay,
    cause: Option<Cause>,
    standards: &Standards,
) -> Result<DayIn, Error> {
    let mut hourly = Hourly::default();
    hourly.insert_day(on, &hours);
    let day = hourly.days(standards).last();
    let day = day.ok_or_else(|| Error::internal("a day with hours is a day"))?;
    Ok(DayIn {
        hours: Some(Box::new(hours)),
        cause,
        ..DayIn::from(day)
    })
}
