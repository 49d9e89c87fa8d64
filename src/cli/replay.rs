//! `qingkong replay`: years of values → the warnings the rules would have made of them, what these
//! were worth in hindsight, and how they differ from another rule set and from what really happened.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use askama::Template;

use super::Failure;
use super::print::{self, Output, Progress};
use super::window::WindowWord;
use crate::domain::backtest::{Difference, Score};
use crate::domain::episode::{Episode, replay};
use crate::domain::trigger::Rules;
use crate::playbooks::{self, Files};
use crate::sources::city::{self, Cities, City};
use crate::table::read_bytes;

mod lines;
mod real;
mod report;
mod words;

use lines::{AssessmentLine, DifferenceLine, RealLine, Summary, WarningLine};
use real::RealWarning;
use report::{Report, ScoreRow};

/// Replay years of values: the warnings the rules would have made of them.
///
/// A table city,date,aqi and optionally primary, cause, pm2_5_aqi; or of hours, city,time and any of
/// pm2_5 pm10 so2 no2 co o3 (µg/m³, CO in mg/m³); or a file of a source that `import` knows, plain or
/// gzip. On each day the outlook is the unbroken run of days up to it above the rules' lowest line,
/// then the days after it as a perfect forecast; every proposal is carried out. The last line sums
/// up, hits and misses in hindsight among it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file, or - for standard input
    file: PathBuf,
    /// Only this place of the file: a city, as the mean of its stations, or a station
    #[arg(long, value_name = "NAME")]
    place: Option<String>,
    /// Shipped rules such as mee-2024, or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "mee-2024")]
    rules: String,
    /// Other rules to replay beside them, and to compare day by day
    #[arg(long, value_name = "NAME|FILE.toml")]
    against: Option<String>,
    /// Real warnings to show beside: a table city,level,action,effective_from and optionally id,
    /// issued_at, lifted_at, confidence, of which only A and B are shown
    #[arg(long, value_name = "FILE")]
    warnings: Option<PathBuf>,
    /// How a day is cut out of the hours
    #[arg(long, value_name = "WINDOW", value_enum, default_value_t = WindowWord::NaturalDay)]
    window: WindowWord,
    /// How many days ahead the forecast reaches
    #[arg(long, value_name = "N", default_value_t = 7)]
    horizon_days: u16,
    /// Write a report with the curve and the calendar of every city, as one HTML file
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Print the level met on every day of every city too
    #[arg(long)]
    assessments: bool,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

/// One rule set, and what its warnings came to over all cities so far.
struct Replayed {
    rules: Rules,
    digest: String,
    score: Score,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let files = Files::shipped();
    let standards = playbooks::standards(&files)?;
    let bytes = read_bytes(&args.file).map_err(Failure::input)?;
    let (file, place) = (args.file.display().to_string(), args.place.as_deref());
    let read = city::read_cities(&file, &bytes, place, args.window.into(), &standards);
    let Cities {
        cities,
        hourly,
        notes,
    } = read.map_err(Failure::faults)?;
    let replayed = rule_sets(args, &files, &file, hourly).map_err(Failure::Input)?;
    let real = args.warnings.as_deref().map(real::read).transpose();
    let real = real.map_err(Failure::input)?.unwrap_or_default();
    notes.iter().for_each(print::note);
    let mut replay = Replay {
        args,
        report: Report::new(&replayed, standards),
        replayed,
        difference: Difference::default(),
    };
    let progress = Progress::of_steps(cities.len(), "replaying");
    for city in &cities {
        replay.over(city, &real.known_well, out)?;
        progress.step();
    }
    drop(progress);
    real.note_hidden(&cities);
    replay.sum_up(&cities, out)
}

/// The rules of `--rules`, and those of `--against`.
fn rule_sets(
    args: &Args,
    files: &Files,
    file: &str,
    hourly: bool,
) -> anyhow::Result<Vec<Replayed>> {
    let names = [Some(&args.rules), args.against.as_ref()];
    let mut replayed: Vec<Replayed> = Vec::new();
    for name in names.into_iter().flatten() {
        let written = playbooks::rules_file(files, name)?;
        let rules = Rules::parse(&written.path, &written.text)?;
        args.window.check(&rules, file, hourly)?;
        if replayed.iter().any(|other| other.rules.id == rules.id) {
            bail!(
                "both rule sets have the id `{}`: expected two ids",
                rules.id
            );
        }
        replayed.push(Replayed {
            rules,
            digest: written.digest(),
            score: Score::default(),
        });
    }
    Ok(replayed)
}

/// A replay under way.
struct Replay<'a> {
    args: &'a Args,
    replayed: Vec<Replayed>,
    difference: Difference,
    report: Report,
}

impl Replay<'_> {
    /// Replays a city by each rule set, and says how these differ and what really happened.
    fn over(&mut self, city: &City, real: &[RealWarning], out: &mut Output) -> Result<(), Failure> {
        let json = self.args.json;
        let sets = self.replayed.iter_mut();
        let warnings = sets.map(|replayed| replayed.over(city, self.args, out));
        let warnings: Vec<_> = warnings.collect::<Result<_, Failure>>()?;
        let differ = match warnings.as_slice() {
            [first, second] => {
                let days = Difference::between(first, second);
                self.difference += days;
                DifferenceLine::new(Some(&city.name), &self.replayed, days)
            }
            _ => None,
        };
        let beside = real.iter().filter(|real| real.is_within(city));
        let beside = beside.map(|real| RealLine::new(real, &self.replayed, &warnings));
        let beside: Vec<_> = beside.collect();
        differ.iter().try_for_each(|line| line.print(json, out))?;
        beside.iter().try_for_each(|line| line.print(json, out))?;
        if self.args.report.is_some() {
            let differ = differ.as_ref().map(DifferenceLine::zh);
            self.report.add(city, &warnings, differ, &beside);
        }
        Ok(())
    }

    /// Prints what comes to be over all cities, that of `--rules` last, and writes the report.
    fn sum_up(mut self, cities: &[City], out: &mut Output) -> Result<(), Failure> {
        let json = self.args.json;
        let differ = DifferenceLine::new(None, &self.replayed, self.difference);
        let sets = self.replayed.iter();
        let summaries = sets.map(|replayed| Summary::new(replayed, self.args, cities));
        let summaries: Vec<_> = summaries.collect();
        if let Some(path) = &self.args.report {
            self.report.how = words::how(self.args);
            self.report.difference = differ.as_ref().map(DifferenceLine::zh);
            self.report.scores = summaries.iter().map(ScoreRow::new).collect();
            let html = self.report.render().context("cannot draw the report")?;
            fs::write(path, html).with_context(|| format!("cannot write {}", path.display()))?;
        }
        differ.iter().try_for_each(|line| line.print(json, out))?;
        let mut summaries = summaries.iter().rev();
        Ok(summaries.try_for_each(|summary| summary.print(json, out))?)
    }
}

impl Replayed {
    /// Replays a city, prints its warnings and adds them to the score.
    fn over(
        &mut self,
        city: &City,
        args: &Args,
        out: &mut Output,
    ) -> Result<Vec<Episode>, Failure> {
        let mut assessed = Vec::new();
        let horizon = args.horizon_days.into();
        let warnings = replay(&self.rules, city.days(), horizon, |today, outlook| {
            if args.assessments {
                assessed.push((today, self.rules.assess(outlook).level));
            }
        });
        self.score += &Score::of(&self.rules, city.days(), &warnings);
        let rules = args.against.is_some().then_some(self.rules.id.as_str());
        for (date, level) in assessed {
            AssessmentLine::new(city, date, level, rules).print(args.json, out)?;
        }
        for warning in &warnings {
            if args.json {
                out.json(&WarningLine::new(city, warning, &self.rules, rules))?;
            } else {
                words::print_warning(city, warning, &self.rules, rules, out)?;
            }
        }
        Ok(warnings)
    }
}
