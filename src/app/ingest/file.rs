//! Days from files of sources: what somebody hands in is read, a place of it chosen, then taken.
//!
//! A file with a faulty cell gives nothing, and neither does one that does not say which of its
//! places is meant. A day the file does not know says nothing about one that is known already: it
//! is left out. Of today, measured hours are kept without a value of the day: twenty make a mean, but a
//! day that is not over may still become worse. What a file tells in part is completed by what its
//! source told before.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{DayIn, OutlookIn, Series, TakenIn, complete};
use crate::app::{App, Caller, Error, FieldError, Idempotency, Right};
use crate::domain::outlook::{Day, HoursOfDay, Outlook};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::sources::{self, Format, Reading, Values, WhichPlace};
use crate::table::Fault;

/// Files that were handed in.
#[derive(Debug)]
pub struct Filed {
    /// Their names, as they stand in faults, and their bytes; one at least, all of one format.
    pub files: Vec<(String, Vec<u8>)>,
    /// How they are written; by their shape where that is not said.
    pub format: Option<Format>,
    /// Which place of them is meant.
    pub place: Option<String>,
    /// The region that the days are taken in for.
    pub region: RegionCode,
    /// Who measured or foresaw them, if not whoever the format names.
    pub source: Option<String>,
    /// What they are.
    pub series: Series,
    /// Whether what a model computed may stand where nobody measured: somebody has said so.
    pub modelled: bool,
}

impl Filed {
    /// What the days of a format are: computed by a model where that was said, and it does not measure.
    fn series_of(&self, format: Format) -> Series {
        match self.series {
            Series::Observed if self.modelled && !format.is_measured() => Series::Modelled,
            said => said,
        }
    }
}

/// Days, read and not yet taken.
#[derive(Debug)]
pub struct ReadDays {
    /// Those with a value, and today where hours of it were measured, to be taken in, in order of day.
    pub arrived: OutlookIn,
    /// The days of the file without one.
    pub gaps: Vec<NaiveDate>,
    /// How the file is written.
    pub format: Format,
    /// The place, as the file names it; empty where it names none.
    pub place: String,
    /// How many rows the file has.
    pub rows: usize,
}

/// Reads files, away from the tasks that must not wait. Every fault of theirs is told.
pub async fn read(
    app: &App,
    caller: &Caller,
    filed: Filed,
) -> Result<Result<ReadDays, Vec<Fault>>, Error> {
    caller.may(Right::EnterForecasts, filed.region)?;
    let playbook = app.active_playbook().await?;
    let today = day_of(app.now());
    let standards = Arc::clone(&playbook);
    let read = tokio::task::spawn_blocking(move || {
        let standards = playbook.standards();
        let mut readings = Vec::new();
        let mut faults = Vec::new();
        for (name, bytes) in &filed.files {
            match sources::read(name, bytes, filed.format, standards) {
                Ok(reading) => readings.push(reading),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let reading = match Reading::joined(readings) {
            Ok(reading) => reading,
            Err(fault) => return Ok(Err(vec![fault])),
        };
        if filed.series == Series::Observed && reading.format.is_modelled() && !filed.modelled {
            return Err(not_measured(reading.format));
        }
        let region = playbook.regions().name(filed.region);
        let chosen = reading
            .at(filed.place.as_deref(), region)
            .map_err(|which| unclear(&which))?;
        let mut days = chosen.values.days(standards);
        let mut hours = chosen.values.hours_by_day();
        let series = filed.series_of(reading.format);
        if filed.series == Series::Observed && !hours.is_empty() {
            days.retain(|day| day.on <= today);
            if let Some(day) = days.iter_mut().find(|day| day.on == today) {
                *day = Day::observed(today, None);
            }
            hours.retain(|on, hours| *on < today || *hours != HoursOfDay::default());
        }
        let told = |on: NaiveDate| {
            hours
                .get(&on)
                .is_some_and(|of| *of != HoursOfDay::default())
        };
        let open = complete::open_days(series, today);
        let open: Vec<NaiveDate> = open.filter(|on| told(*on)).collect();
        let is_known = |day: &Day| day.aqi.is_some() || open.contains(&day.on);
        if !days.iter().any(is_known) {
            return Err(nothing_in(&chosen));
        }
        if let Err(faults) = within_a_century(&reading, &days) {
            return Ok(Err(faults));
        }
        let (known, gaps): (Vec<_>, Vec<_>) = days.into_iter().partition(is_known);
        let known = known.into_iter().map(|day| DayIn {
            hours: hours.remove(&day.on).map(Box::new),
            ..DayIn::from(day)
        });
        let (known, gaps) = (known.collect(), gaps.into_iter().map(|day| day.on));
        Ok(Ok(ready(filed, reading, chosen, known, gaps.collect())))
    });
    let mut read = read.await.map_err(Error::internal)?;
    if let Ok(Ok(days)) = &mut read {
        complete::complete(app, days, today, standards.standards()).await?;
    }
    read
}

/// Takes in what was read. What is refused of a day is told under the day, as the file names it.
pub async fn take_in(
    app: &App,
    caller: &Caller,
    idempotency: Option<&Idempotency>,
    arrived: OutlookIn,
) -> Result<TakenIn, Error> {
    let on: Vec<NaiveDate> = arrived.days.iter().map(|day| day.on).collect();
    let taken = super::take_in(app, caller, idempotency, arrived).await;
    taken.map_err(|error| match error {
        Error::Invalid(fields) => {
            let fields = fields
                .into_iter()
                .map(|field| match day_meant(&field, &on) {
                    Some(day) => FieldError {
                        field: day.to_string(),
                        ..field
                    },
                    None => field,
                });
            Error::Invalid(fields.collect())
        }
        other => other,
    })
}

/// The day that a field such as `days[3].on` is of.
fn day_meant(field: &FieldError, on: &[NaiveDate]) -> Option<NaiveDate> {
    let (at, _) = field.field.strip_prefix("days[")?.split_once(']')?;
    on.get(at.parse::<usize>().ok()?).copied()
}

/// Whether the days are one outlook: a mistyped year is told instead of taken.
fn within_a_century(reading: &Reading, days: &[Day]) -> Result<(), Vec<Fault>> {
    let last = days.last().map(|day| day.on.to_string());
    let outlook = Outlook::new(&reading.file, None, days.iter().cloned());
    outlook.map(|_| ()).map_err(|error| {
        let expected = format!("days of one century: {error}");
        vec![Fault::of_file(
            &reading.file,
            &last.unwrap_or_default(),
            &expected,
        )]
    })
}

fn ready(
    filed: Filed,
    reading: Reading,
    chosen: sources::Chosen,
    days: Vec<DayIn>,
    gaps: Vec<NaiveDate>,
) -> ReadDays {
    let sources::Chosen {
        place,
        notes: of_the_place,
        ..
    } = chosen;
    let series = filed.series_of(reading.format);
    let mut notes = reading.notes;
    notes.extend(of_the_place);
    if !notes.is_empty() && !place.is_empty() {
        notes.insert(0, format!("{place}, as {} names it", reading.file));
    }
    let source = filed
        .source
        .or_else(|| reading.format.source().map(str::to_owned));
    ReadDays {
        arrived: OutlookIn {
            region: filed.region,
            source: source.unwrap_or(reading.file),
            series,
            days,
            notes,
        },
        gaps,
        format: reading.format,
        place,
        rows: reading.rows,
    }
}

/// What a model computed is no measurement, whatever it is handed in as.
fn not_measured(format: Format) -> Error {
    let text = format!(
        "expected what was measured, or when the model foresaw it: the values of {format} are \
         computed by a model, and stand for measured ones only where that is said (`modelled`)"
    );
    Error::invalid("format", "modelled", text)
}

/// A place of which no day has a value, and how far its hours went.
fn nothing_in(chosen: &sources::Chosen) -> Error {
    let mut text = "expected a day with a value".to_owned();
    if !chosen.place.is_empty() {
        let _ = write!(text, " of {}", chosen.place);
    }
    if let Values::Hours(hours) = &chosen.values {
        let mut measured: BTreeMap<NaiveDate, usize> = BTreeMap::new();
        for ((on, _), sample) in hours {
            let has_a_value = sample.iter().any(|(_, value)| value.is_some());
            *measured.entry(*on).or_default() += usize::from(has_a_value);
        }
        let most = measured.values().max().copied().unwrap_or_default();
        let _ = write!(
            text,
            ": a daily mean takes 20 of 24 hours of a pollutant, and the fullest day has {most} of any"
        );
    }
    Error::invalid("days", "no-value", text)
}

fn unclear(which: &WhichPlace) -> Error {
    let code = match which {
        WhichPlace::Many(_) => "ambiguous",
        WhichPlace::Unknown { .. } => "unknown",
    };
    Error::invalid("place", code, which.to_string())
}
