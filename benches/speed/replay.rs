//! How much processor time `qingkong replay` takes for every city of a country over some years of
//! daily values.
//!
//! The days are made up of real ones: each city walks through the measured winters of
//! `tests/fixtures/air_quality`, from a place and with a factor of its own, over and over. So every
//! season is a heating season, and there are many more episodes than there were in truth.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::Settings;
use crate::rig::{figure, median, processor_seconds};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many cities
    #[arg(long, default_value_t = 366)]
    cities: usize,
    /// How many years of days
    #[arg(long, default_value_t = 3)]
    years: usize,
}

/// What is aimed at, in seconds of processor time.
const TARGET: f64 = 2.0;

pub(crate) fn bench(settings: &Settings, args: &Args) -> anyhow::Result<()> {
    let files = tempfile::tempdir()?;
    let table = files.path().join("days.csv");
    fs::write(&table, days(args.cities, args.years)?)?;
    let mut seconds = Vec::new();
    let mut summary = Value::Null;
    for _ in 0..settings.reps {
        let before = processor_seconds();
        summary = replay(&table)?;
        let after = processor_seconds();
        seconds.extend(after.zip(before).map(|(after, before)| after - before));
    }
    let cpu = median(seconds);
    println!(
        "replay of {} cities, {} days, {} warnings: {} s of processor time (target: under {TARGET} s)",
        summary["cities"],
        summary["days"],
        summary["warnings"],
        figure(cpu, 2),
    );
    let line =
        json!({ "bench": "replay", "reps": settings.reps, "cpu_s": cpu, "summary": summary });
    println!("{line}");
    Ok(())
}

/// Runs the program as anybody does; answers with the last line it prints.
fn replay(table: &Path) -> anyhow::Result<Value> {
    let run = Command::new(env!("CARGO_BIN_EXE_qingkong"))
        .args(["replay", "--json"])
        .arg(table)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(run.status.success(), "replay ended with {}", run.status);
    let printed = String::from_utf8(run.stdout)?;
    let summary = printed.lines().last().context("replay printed nothing")?;
    Ok(serde_json::from_str(summary)?)
}

/// A table of days, the same for the same numbers.
fn days(cities: usize, years: usize) -> anyhow::Result<String> {
    let winters = include_str!("../../tests/fixtures/air_quality/winters_3cities.csv");
    let real: Vec<u32> = winters
        .lines()
        .skip(1)
        .filter_map(|row| row.rsplit(',').next()?.parse().ok())
        .collect();
    let first: NaiveDate = "2021-01-01".parse()?;
    let mut table = "city,date,aqi\n".to_owned();
    for city in 0..cities {
        let percent = 70 + u32::try_from(city * 37 % 61)?;
        let walk = real.iter().cycle().skip(city * 17 % real.len());
        for (on, aqi) in first.iter_days().zip(walk).take(years * 365) {
            let aqi = (aqi * percent / 100).min(500);
            writeln!(table, "城市{city:03},{on},{aqi}")?;
        }
    }
    Ok(table)
}
