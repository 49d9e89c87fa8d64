//! `/api/v1/outlooks` and `/api/v1/decisions`: days in, and what the rules make of them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::proposal::{NextLevel, Words};
use crate::app::decide::{self, Judged};
use crate::app::ingest::{self, DayIn, OutlookIn, Series, TakenIn, ValueIn};
use crate::app::{App, Caller, Error, FieldError};
use crate::domain::aqi::{Concentration, PerPollutant, Pollutant, PollutantSet, Sample};
use crate::domain::level::WarningLevel;
use crate::domain::outlook::{
    self, Agreed, AqiRange, Cause, Consensus, Given, HOURS_A_DAY, HoursOfDay, Origin,
};
use crate::domain::region::RegionCode;
use crate::domain::time::rfc3339;
use crate::web::posted::{IdempotencyKey, Posted};
use crate::web::problem::{Problem, ProblemBody};

/// Days to be taken in: all of them, or none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutlookRequest {
    /// The region.
    #[schema(value_type = String, example = "411000")]
    region: RegionCode,
    /// Who measured or foresaw them.
    #[schema(example = "市生态环境监测中心")]
    source: String,
    /// When the forecast was made; absent for days that were measured.
    issued_at: Option<DateTime<Utc>>,
    /// The days, in any order, each once.
    days: Vec<DayRequest>,
}

/// One day: its index, or the concentrations from which it is computed by the standard in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DayRequest {
    /// The day, in Beijing time.
    #[schema(value_type = String, example = "2026-11-25")]
    on: NaiveDate,
    /// The AQI, or the lower end of its range; absent where there is no value.
    #[schema(example = 180)]
    aqi: Option<u16>,
    /// The upper end of the range.
    #[schema(example = 220)]
    aqi_high: Option<u16>,
    /// The index of PM2.5 alone: what a day counts for whose AQI comes from ozone.
    pm2_5_aqi: Option<u16>,
    /// The primary pollutants: `pm2_5`, `pm10`, `so2`, `no2`, `co`, `o3`.
    #[serde(default)]
    primary: Vec<String>,
    /// local, regional_transport, cross_border, dust, blown_dust, wildfire_smoke, ozone or
    /// fireworks.
    cause: Option<String>,
    /// Daily means in µg/m³, CO in mg/m³, `o3` the largest mean of eight hours.
    #[schema(value_type = Option<BTreeMap<String, f64>>)]
    concentrations: Option<BTreeMap<String, serde_json::Number>>,
    /// Instead of them the 24 hourly means of each pollutant, from the hour that begins at midnight,
    /// null where one is not known; `o3` the mean of the hour. Of today any hours may be told, of
    /// yesterday those that what is on record lacks.
    #[schema(value_type = Option<BTreeMap<String, Vec<Option<f64>>>>)]
    hours: Option<BTreeMap<String, Vec<Option<serde_json::Number>>>>,
}

/// What was taken in.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    /// How many days.
    days: usize,
    /// How many of them have no value.
    gaps: usize,
    /// The first of them.
    #[schema(value_type = String)]
    first: NaiveDate,
    /// The last of them.
    #[schema(value_type = String)]
    last: NaiveDate,
}

/// A value for a day nobody has one for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FillRequest {
    /// The region.
    #[schema(value_type = String, example = "411000")]
    region: RegionCode,
    /// The day, in Beijing time.
    #[schema(value_type = String, example = "2026-11-22")]
    on: NaiveDate,
    /// The AQI, or the lower end of its range.
    aqi: u16,
    /// The upper end of the range.
    aqi_high: Option<u16>,
    /// What it rests on.
    source: String,
}

/// Which region.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegionQuery {
    /// The region.
    #[param(value_type = String)]
    region: RegionCode,
}

/// A region's outlook: what was measured, continued by the forecasts that its playbook follows.
#[derive(Serialize, ToSchema)]
pub(super) struct Outlook {
    /// Who made the newest forecast that is followed; empty without one.
    source: String,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    /// Every day from the first to the last, gaps included.
    days: Vec<Day>,
}

/// One day of an outlook.
#[derive(Serialize, ToSchema)]
pub(super) struct Day {
    /// The day, in Beijing time.
    #[schema(value_type = String)]
    on: NaiveDate,
    /// The AQI, or the lower end of its range; absent in a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    aqi: Option<u16>,
    /// The upper end, where it is a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    aqi_high: Option<u16>,
    /// The index of PM2.5 alone, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pm2_5_aqi: Option<u16>,
    /// The primary pollutants.
    primary: Vec<&'static str>,
    /// What brought the pollution.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// observed, forecast or filled-in.
    origin: &'static str,
    /// Whether a model computed what stands as observed, and nobody measured it.
    #[serde(skip_serializing_if = "is_not")]
    modelled: bool,
    /// The value that is judged: of a range the point that the rules name.
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<u16>,
    /// Where the value comes from; absent in a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<Provenance>,
    /// Whether it is a forecast out of date, with nothing newer to take its place.
    #[serde(skip_serializing_if = "is_not")]
    stale: bool,
    /// Whose value was taken, and how far the others are from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Words>,
    /// What others say of the day, whoever would be taken next first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Voice>,
}

/// Where a value comes from.
#[derive(Serialize, ToSchema)]
pub(super) struct Provenance {
    /// Who measured or foresaw it, or what a filled-in value rests on.
    source: String,
    /// When its source made it, where that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    /// When it came in.
    received_at: String,
    /// Who brought it: the id of an account, or `schedule` where the service fetched it itself, or
    /// `command line`.
    received_by: String,
}

/// What another source says of a day.
#[derive(Serialize, ToSchema)]
pub(super) struct Voice {
    /// The AQI, or the lower end of its range.
    aqi: u16,
    /// The upper end, where it is a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    aqi_high: Option<u16>,
    /// observed, forecast or filled-in.
    origin: &'static str,
    /// Whether a model computed what stands as observed, and nobody measured it.
    #[serde(skip_serializing_if = "is_not")]
    modelled: bool,
    /// The value it would be judged by.
    judged: u16,
    /// Where it comes from.
    provenance: Provenance,
    /// Whether it is a forecast out of date.
    #[serde(skip_serializing_if = "is_not")]
    stale: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_not(mark: &bool) -> bool {
    !*mark
}

/// What the rules make of a region now.
#[derive(Serialize, ToSchema)]
pub(super) struct Decision {
    /// The rules.
    rules: String,
    /// SHA-256 of their file.
    rules_digest: String,
    /// issue, raise, lower, extend, lift, hold or advise.
    proposal: &'static str,
    /// The level that stands once it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// From when.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Why: conditions, days, values.
    because: Vec<Words>,
    /// What is missing for the next level.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<NextLevel>,
}

impl TryFrom<OutlookRequest> for OutlookIn {
    type Error = Error;

    fn try_from(asked: OutlookRequest) -> Result<Self, Error> {
        let (mut days, mut wrong) = (Vec::new(), Vec::new());
        for (at, day) in asked.days.into_iter().enumerate() {
            match day.read(&format!("days[{at}]")) {
                Ok(day) => days.push(day),
                Err(fault) => wrong.push(fault),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(Self {
            region: asked.region,
            source: asked.source,
            series: match asked.issued_at {
                Some(issued_at) => Series::Forecast { issued_at },
                None => Series::Observed,
            },
            days,
            notes: Vec::new(),
        })
    }
}

impl DayRequest {
    /// The day, or its first fault.
    fn read(self, place: &str) -> Result<DayIn, FieldError> {
        let fault = |field: &str, text: String| {
            FieldError::new(&format!("{place}.{field}"), "malformed", text)
        };
        let cause = self.cause.as_deref().map(str::parse::<Cause>).transpose();
        let cause = cause.map_err(|error| fault("cause", error.to_string()))?;
        let has_index = self.aqi.is_some() || self.aqi_high.is_some() || self.pm2_5_aqi.is_some();
        let has_more = has_index || !self.primary.is_empty() || self.concentrations.is_some();
        if self.hours.is_some() && has_more {
            let text = "expected hours alone: the day is computed from them";
            return Err(fault("hours", text.to_owned()));
        }
        let hours = self.hours.as_ref().map(hours).transpose();
        let hours = hours.map_err(|(name, text)| fault(&format!("hours.{name}"), text))?;
        let value = match self.concentrations {
            Some(_) if has_index => {
                let text = "expected an index or concentrations, not both";
                return Err(fault("concentrations", text.to_owned()));
            }
            Some(given) => {
                let sample = sample(&given);
                let sample = sample
                    .map_err(|(name, text)| fault(&format!("concentrations.{name}"), text))?;
                ValueIn::Sample(Box::new(sample))
            }
            None if hours.is_some() => ValueIn::Hours,
            None => {
                let names = self.primary.iter();
                let primary: Result<PollutantSet, _> =
                    names.map(|name| name.parse::<Pollutant>()).collect();
                ValueIn::Index {
                    aqi: range(self.aqi, self.aqi_high).map_err(|text| fault("aqi", text))?,
                    pm2_5: range(self.pm2_5_aqi, None).map_err(|text| fault("pm2_5_aqi", text))?,
                    primary: primary.map_err(|error| fault("primary", error.to_string()))?,
                }
            }
        };
        Ok(DayIn {
            on: self.on,
            value,
            cause,
            hours: hours.map(Box::new),
        })
    }
}

/// An index or a range; an upper end alone is none.
fn range(low: Option<u16>, high: Option<u16>) -> Result<Option<AqiRange>, String> {
    match (low, high) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err("expected the lower end of the range".to_owned()),
        (Some(low), high) => AqiRange::new(low, high.unwrap_or(low))
            .map(Some)
            .map_err(|error| error.to_string()),
    }
}

/// The pollutant of a name, or what was expected of it.
fn pollutant(name: &str) -> Result<Pollutant, String> {
    let mut all = Pollutant::ALL.into_iter();
    let known = all.find(|pollutant| pollutant.as_str() == name);
    known.ok_or_else(|| "expected pm2_5, pm10, so2, no2, co or o3".to_owned())
}

/// The hours of a day, or the cell at fault and what was expected of it.
fn hours(
    given: &BTreeMap<String, Vec<Option<serde_json::Number>>>,
) -> Result<HoursOfDay, (String, String)> {
    let mut samples = [Sample::default(); HOURS_A_DAY];
    for (name, values) in given {
        let pollutant = pollutant(name).map_err(|text| (name.clone(), text))?;
        if values.len() != samples.len() {
            let text = format!("expected 24 values or null, found {}", values.len());
            return Err((name.clone(), text));
        }
        for (at, (sample, number)) in samples.iter_mut().zip(values).enumerate() {
            let Some(number) = number else { continue };
            let value = Concentration::parse(pollutant, &number.to_string());
            let value = value.map_err(|error| (format!("{name}[{at}]"), error.to_string()))?;
            sample[pollutant] = Some(value);
        }
    }
    Ok(HoursOfDay::from_fn(|hour| samples[hour]))
}

/// Concentrations by pollutant, or the name at fault and what was expected of it.
fn sample(
    given: &BTreeMap<String, serde_json::Number>,
) -> Result<PerPollutant<Option<Concentration>>, (&str, String)> {
    let mut sample = PerPollutant::from_fn(|_| None);
    for (name, number) in given {
        let pollutant = pollutant(name).map_err(|text| (name.as_str(), text))?;
        let value = Concentration::parse(pollutant, &number.to_string());
        let value = value.map_err(|error| (name.as_str(), error.to_string()))?;
        sample[pollutant] = Some(value);
    }
    Ok(sample)
}

impl From<TakenIn> for Taken {
    fn from(taken: TakenIn) -> Self {
        Self {
            days: taken.days,
            gaps: taken.gaps,
            first: taken.first,
            last: taken.last,
        }
    }
}

impl From<Consensus> for Outlook {
    fn from(consensus: Consensus) -> Self {
        let outlook = consensus.outlook();
        let days = outlook.days().as_slice().iter();
        Self {
            source: outlook.source().to_owned(),
            issued_at: outlook.issued_at().map(rfc3339),
            days: days.map(|day| Day::of(day, consensus.on(day.on))).collect(),
        }
    }
}

impl Day {
    fn of(day: &outlook::Day, agreed: Option<&Agreed>) -> Self {
        let known = agreed.filter(|_| day.aqi.is_some());
        Self {
            on: day.on,
            aqi: day.aqi.map(AqiRange::low),
            aqi_high: day.aqi.and_then(upper_end),
            pm2_5_aqi: day.pm2_5.map(AqiRange::middle),
            primary: day.primary.iter().map(Pollutant::as_str).collect(),
            cause: day.cause.map(Cause::as_str),
            origin: day.origin.as_str(),
            modelled: day.origin == Origin::Observed { modelled: true },
            judged: agreed.and_then(|agreed| agreed.taken.value),
            provenance: known.map(|agreed| Provenance::from(&agreed.taken.given)),
            stale: known.is_some_and(|agreed| agreed.taken.stale),
            taken: known.map(|agreed| Words {
                zh: agreed.zh(),
                en: agreed.en(),
            }),
            others: agreed.map_or(Vec::new(), |agreed| {
                agreed.others.iter().filter_map(Voice::of).collect()
            }),
        }
    }
}

impl Voice {
    fn of(voice: &outlook::Voice) -> Option<Self> {
        let aqi = voice.given.day.aqi?;
        Some(Self {
            aqi: aqi.low(),
            aqi_high: upper_end(aqi),
            origin: voice.given.day.origin.as_str(),
            modelled: voice.given.day.origin == Origin::Observed { modelled: true },
            judged: voice.value?,
            provenance: Provenance::from(&voice.given),
            stale: voice.stale,
        })
    }
}

impl From<&Given> for Provenance {
    fn from(given: &Given) -> Self {
        Self {
            source: given.source.clone(),
            issued_at: given.issued_at.map(rfc3339),
            received_at: rfc3339(given.received_at),
            received_by: given.received_by.clone(),
        }
    }
}

/// The upper end of what is a range.
fn upper_end(range: AqiRange) -> Option<u16> {
    (range.high() > range.low()).then_some(range.high())
}

impl From<Judged> for Decision {
    fn from(judged: Judged) -> Self {
        let (decision, lift_hours) = (judged.decision, judged.lift_hours);
        let words = |reason| Words::of(reason, lift_hours);
        Self {
            rules: judged.rules,
            rules_digest: judged.rules_digest,
            proposal: decision.proposal.as_str(),
            level: decision.level.map(WarningLevel::as_str),
            from: decision.from.map(rfc3339),
            until: decision.until.map(rfc3339),
            because: decision.because.iter().map(words).collect(),
            next: decision.next.map(NextLevel::from),
        }
    }
}

/// Takes days in; the region is judged again.
#[utoipa::path(
    post, path = "/api/v1/outlooks", tag = "outlooks", request_body = OutlookRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = Taken),
        (status = FORBIDDEN, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn take_in_outlook(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<OutlookRequest>,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let arrived = posted.body.try_into()?;
    let key = posted.idempotency.as_ref();
    let taken = ingest::take_in(&app, &caller, key, arrived).await?;
    Ok((StatusCode::CREATED, Json(taken.into())))
}

/// Puts an officer's value into a gap; the day stays marked as filled in.
#[utoipa::path(
    post, path = "/api/v1/outlooks/fill-in", tag = "outlooks", request_body = FillRequest,
    params(IdempotencyKey),
    responses(
        (status = CREATED, body = Taken),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody, description = "The day has a value already"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
    ),
)]
pub(super) async fn fill_in_outlook(
    State(app): State<App>,
    caller: Caller,
    posted: Posted<FillRequest>,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let FillRequest {
        region,
        on,
        aqi,
        aqi_high,
        source,
    } = posted.body;
    let aqi = AqiRange::new(aqi, aqi_high.unwrap_or(aqi))
        .map_err(|error| Error::invalid("aqi", "malformed", error.to_string()))?;
    let key = posted.idempotency.as_ref();
    let taken = ingest::fill_in(&app, &caller, key, region, on, aqi, &source).await?;
    Ok((StatusCode::CREATED, Json(taken.into())))
}

/// A region's outlook.
#[utoipa::path(
    get, path = "/api/v1/outlooks", tag = "outlooks", params(RegionQuery),
    responses((status = OK, body = Outlook), (status = FORBIDDEN, body = ProblemBody)),
)]
pub(super) async fn show_outlook(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RegionQuery>,
) -> Result<Json<Outlook>, Problem> {
    let consensus = ingest::show(&app, &caller, query.region).await?;
    Ok(Json(consensus.into()))
}

/// What the rules make of a region now; nothing is proposed by asking.
#[utoipa::path(
    get, path = "/api/v1/decisions", tag = "outlooks", params(RegionQuery),
    responses(
        (status = OK, body = Decision),
        (status = FORBIDDEN, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody, description = "No playbook for the region"),
    ),
)]
pub(super) async fn show_decision(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RegionQuery>,
) -> Result<Json<Decision>, Problem> {
    let judged = decide::show(&app, &caller, query.region).await?;
    Ok(Json(judged.into()))
}
