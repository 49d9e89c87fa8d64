//! `qingkong replay`: years of values → the warnings the rules would have made of them, what these
//! were worth in hindsight, and how they differ from another rule set and from what really happened.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use askama::Template;

use super::outlook::{self, City, WindowWord};
use super::{Failure, print::Output};
use crate::domain::backtest::{Difference, Score};
use crate::domain::episode::{Episode, replay};
use crate::domain::trigger::Rules;
use crate::playbooks::{self, Files};
use crate::table::Table;

mod lines;
mod real;
mod report;
mod words;

use lines::{AssessmentLine, DifferenceLine, RealLine, Summary, WarningLine};
use report::{Report, ScoreRow};

/// Replay years of values: the warnings the rules would have made of them.
///
/// A table city,date,aqi and optionally primary, cause, pm2_5_aqi; or of hours, city,time and any of
/// pm2_5 pm10 so2 no2 co o3 (µg/m³, CO in mg/m³). On each day the outlook is the unbroken run of
/// days up to it above the rules' lowest line, then the days after it as a perfect forecast; every
/// proposal is carried out. The last line sums up, hits and misses in hindsight among it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV file, or - for standard input
    file: PathBuf,
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
struct Replayed<'r> {
    rules: &'r Rules,
    digest: String,
    score: Score,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let files = Files::shipped();
    let table = Table::read(&args.file).map_err(Failure::input)?;
    let names = [Some(&args.rules), args.against.as_ref()];
    let rules = names.into_iter().flatten().map(|name| {
        let file = playbooks::rules_file(&files, name).map_err(Failure::Input)?;
        let rules = Rules::parse(&file.path, &file.text).map_err(Failure::input)?;
        args.window.check(&rules, &table).map_err(Failure::Input)?;
        Ok((rules, file.digest()))
    });
    let rules: Vec<(Rules, String)> = rules.collect::<Result<_, Failure>>()?;
    let real = args.warnings.as_deref().map(real::read).transpose();
    let real = real.map_err(Failure::input)?.unwrap_or_default();
    let standards = playbooks::standards(&files)?;
    let cities = outlook::read_cities(&table, args.window, &standards).map_err(Failure::input)?;

    let mut replayed: Vec<_> = rules
        .iter()
        .map(|(rules, digest)| Replayed {
            rules,
            digest: digest.clone(),
            score: Score::default(),
        })
        .collect();
    let mut difference = Difference::default();
    let mut report = Report::new(&replayed);
    for city in &cities {
        let warnings: Vec<_> = replayed
            .iter_mut()
            .map(|replayed| replayed.over(city, args, out))
            .collect::<Result<_, Failure>>()?;
        let of_city = match warnings.as_slice() {
            [first, second] => Some(Difference::between(first, second)),
            _ => None,
        };
        difference += of_city.unwrap_or_default();
        let of_city = of_city.map(|days| DifferenceLine::new(Some(&city.name), &replayed, days));
        let beside: Vec<_> = real
            .iter()
            .filter(|real| real.is_within(city))
            .map(|real| RealLine::new(real, &replayed, &warnings))
            .collect();
        of_city
            .iter()
            .try_for_each(|line| line.print(args.json, out))?;
        beside
            .iter()
            .try_for_each(|line| line.print(args.json, out))?;
        if args.report.is_some() {
            let told = of_city.as_ref().map(DifferenceLine::zh);
            report.add(city, &warnings, told, &beside);
        }
    }
    let in_all = DifferenceLine::new(None, &replayed, difference);
    if replayed.len() > 1 {
        in_all.print(args.json, out)?;
        report.difference = Some(in_all.zh());
    }
    let summaries = replayed.iter();
    let summaries = summaries.map(|replayed| Summary::new(replayed, args.horizon_days, &cities));
    let summaries: Vec<_> = summaries.collect();
    if let Some(path) = &args.report {
        report.how = words::how(args);
        report.scores = summaries.iter().map(ScoreRow::new).collect();
        let html = report.render().context("cannot draw the report")?;
        fs::write(path, html).with_context(|| format!("cannot write {}", path.display()))?;
    }
    // The last line is that of --rules.
    let mut summaries = summaries.iter().rev();
    Ok(summaries.try_for_each(|summary| summary.print(args.json, out))?)
}

impl Replayed<'_> {
    /// Replays a city, prints its warnings and adds them to the score.
    fn over(
        &mut self,
        city: &City,
        args: &Args,
        out: &mut Output,
    ) -> Result<Vec<Episode>, Failure> {
        let mut assessed = Vec::new();
        let horizon = args.horizon_days.into();
        let warnings = replay(self.rules, city.days(), horizon, |today, outlook| {
            if args.assessments {
                assessed.push((today, self.rules.assess(outlook).level));
            }
        });
        self.score += &Score::of(self.rules, city.days(), &warnings);
        let rules = args.against.is_some().then_some(self.rules.id.as_str());
        for (date, level) in assessed {
            AssessmentLine::new(city, date, level, rules).print(args.json, out)?;
        }
        for warning in &warnings {
            if args.json {
                out.json(&WarningLine::new(city, warning, self.rules, rules))?;
            } else {
                words::print_warning(city, warning, self.rules, rules, out)?;
            }
        }
        Ok(warnings)
    }
}
