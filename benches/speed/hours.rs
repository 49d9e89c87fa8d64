//! How much processor time it takes to slide 24 hours over five years of every city of a country,
//! to index each of them and to find the days that meet a level, against numpy.
//!
//! The hours are made up of measured ones: each city walks through a winter of 东四, from a place and
//! with a factor of its own, over and over. A few such cities stand for all. Timed is from the hours
//! held in memory to the level of each day; numpy begins with arrays.
//!
//! `hours.py` does less. Its means and indices are floats, so that an index on a breakpoint may be
//! off by one; ozone counts with the last eight hours and not with the largest eight of 24; where
//! pollutants are missing the index of the others stands; of primary pollutants there is one; days
//! that do not count are counted, and of runs there is only a number. Without numpy its ratio is not
//! measured.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::NaiveDate;
use qingkong::domain::aqi::{Concentration, PerPollutant, Pollutant, Sample, Standard, Standards};
use qingkong::domain::outlook::Hourly;
use qingkong::domain::trigger::Rules;
use serde_json::json;

use crate::Settings;
use crate::rig::{figure, median, processor_seconds};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many cities
    #[arg(long, default_value_t = 400)]
    cities: usize,
    /// How many days of hours each
    #[arg(long, default_value_t = 5 * 365 + 1)]
    days: usize,
    /// A Python that has numpy
    #[arg(long, default_value = "python3", value_name = "PROGRAM")]
    python: String,
}

/// As often as numpy is aimed at.
const TARGET: f64 = 3.0;

/// How many cities stand for all.
const DISTINCT: usize = 8;

pub(crate) fn bench(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    let cities: Vec<Vec<Sample>> = (0..DISTINCT)
        .map(|city| hours(city, args.days))
        .collect::<Result<_, _>>()?;
    let files = tempfile::tempdir()?;
    let floats = files.path().join("hours.f32");
    fs::write(&floats, in_floats(&cities))?;
    let judge = Judge::read()?;
    let held: Vec<Hourly> = cities.iter().map(|hours| hourly(hours)).collect();

    let (mut ours, mut numpy) = (Vec::new(), Vec::new());
    let mut days = 0;
    for _ in 0..settings.reps {
        let before = processor_seconds();
        let met = held.iter().cycle().take(args.cities);
        days = met.map(|hourly| judge.days_that_meet_a_level(hourly)).sum();
        let spent = processor_seconds().zip(before);
        ours.extend(spent.map(|(after, before)| after - before));
        numpy.extend(in_numpy(&floats, args)?);
    }
    let (ours, numpy) = (median(ours), median(numpy));
    let hours = args.cities * args.days * 24;
    let ratio = numpy.zip(ours).map(|(numpy, ours)| numpy / ours);
    println!(
        "{hours} hours of cities, {days} days that meet a level: {} s of processor time, numpy {} s: \
         {} times as fast (target: {TARGET})",
        figure(ours, 2),
        figure(numpy, 2),
        figure(ratio, 2),
    );
    let line = json!({
        "bench": "hours", "reps": settings.reps, "hours": hours, "days": days,
        "cpu_s": ours, "numpy_cpu_s": numpy, "to_numpy": ratio,
    });
    println!("{line}");
    Ok(())
}

/// What hours are judged by.
struct Judge {
    standards: Standards,
    rules: Rules,
}

impl Judge {
    fn read() -> anyhow::Result<Self> {
        let standard = include_str!("../../playbooks/standards/aqi-hj633-2012.toml");
        let rules = include_str!("../../playbooks/triggers/mee-2024.toml");
        Ok(Self {
            standards: Standards::new(vec![Standard::parse("hj633-2012", standard)?])?,
            rules: Rules::parse("mee-2024", rules)?,
        })
    }

    fn days_that_meet_a_level(&self, hourly: &Hourly) -> usize {
        let rolling = hourly.rolling(&self.standards);
        self.rules.met_on_days(rolling.days()).len()
    }
}

/// The hours of the same peer, in seconds of processor time; none without numpy.
fn in_numpy(floats: &Path, args: &Args) -> anyhow::Result<Option<f64>> {
    let has_numpy = Command::new(&args.python)
        .args(["-c", "import numpy"])
        .stderr(Stdio::null())
        .status();
    if !has_numpy.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let run = Command::new(&args.python)
        .args(["-c", include_str!("hours.py")])
        .arg(floats)
        .args([(args.days * 24).to_string(), args.cities.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    Ok(String::from_utf8(run.stdout)?.trim().parse().ok())
}

/// The hours of a city, the same for the same numbers.
fn hours(city: usize, days: usize) -> anyhow::Result<Vec<Sample>> {
    let winter = include_str!("../../tests/fixtures/aqi/dongsi_20131201-20140302.csv");
    let percent = 70 + u32::try_from(city * 37 % 61)?;
    let measured: Vec<Sample> = winter
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(',').skip(2).collect();
            PerPollutant::from_fn(|pollutant| {
                let cell = cells.get(pollutant as usize)?;
                let measured = Concentration::parse(pollutant, cell).ok()?;
                Concentration::from_steps(measured.steps() / 100 * percent)
            })
        })
        .collect();
    let walk = measured.iter().cycle().skip(city * 401 % measured.len());
    Ok(walk.take(days * 24).copied().collect())
}

fn hourly(hours: &[Sample]) -> Hourly {
    let first = NaiveDate::from_ymd_opt(2016, 1, 1).expect("2016 has a first day");
    let labels = first
        .iter_days()
        .flat_map(|on| (0..24).map(move |hour| (on, hour)));
    let labelled = labels.zip(hours);
    labelled
        .map(|((on, hour), sample)| (on, hour, sample))
        .collect()
}

/// City by city and pollutant by pollutant, in the unit of reports; what was not measured is no number.
fn in_floats(cities: &[Vec<Sample>]) -> Vec<u8> {
    let columns = cities
        .iter()
        .flat_map(|hours| Pollutant::ALL.map(|pollutant| (pollutant, hours)));
    let floats = columns.flat_map(|(pollutant, hours)| {
        let steps = if pollutant == Pollutant::Co { 1e7 } else { 1e4 };
        hours.iter().map(move |sample| {
            let value = sample[pollutant].map(|value| f64::from(value.steps()) / steps);
            value.unwrap_or(f64::NAN)
        })
    });
    #[expect(clippy::cast_possible_truncation, reason = "numpy reads 32 bits")]
    floats
        .flat_map(|value| (value as f32).to_le_bytes())
        .collect()
}
