//! `qingkong replay`: years of daily values → the warnings the rules would have made of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::{Failure, print::Output, reason};
use crate::domain::episode::{Episode, Step, replay};
use crate::domain::level::WarningLevel;
use crate::domain::time::{WrittenTime, rfc3339};
use crate::domain::trigger::Rules;
use crate::playbooks::{self, Files};
use crate::sources::own::{self, City};
use crate::table::Table;

/// Replay years of daily values: the warnings the rules would have made of them.
///
/// A table city,date,aqi and optionally primary, cause, pm2_5_aqi. On each day the outlook is the
/// unbroken run of days up to it above the rules' lowest line, then the days after it as a perfect
/// forecast; every proposal is carried out.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV file, or - for standard input
    file: PathBuf,
    /// Shipped rules such as mee-2024, or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "mee-2024")]
    rules: String,
    /// How many days ahead the forecast reaches
    #[arg(long, value_name = "N", default_value_t = 7)]
    horizon_days: u16,
    /// Print the level met on every day of every city too
    #[arg(long)]
    assessments: bool,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let files = Files::shipped();
    let file = playbooks::rules_file(&files, &args.rules).map_err(Failure::Input)?;
    let rules = Rules::parse(&file.path, &file.text).map_err(Failure::input)?;
    let table = Table::read(&args.file).map_err(Failure::input)?;
    let cities = own::read_cities(&table).map_err(Failure::input)?;

    let mut summary = Summary::new(&rules, file.digest(), args.horizon_days);
    for city in &cities {
        let mut assessed = Vec::new();
        let episodes = replay(
            &rules,
            city.outlook.days(),
            args.horizon_days.into(),
            |today, outlook| {
                if args.assessments {
                    assessed.push((today, rules.assess(outlook).level));
                }
            },
        );
        summary.add(city, &episodes);
        for (date, level) in assessed {
            let line = AssessmentLine {
                r#type: "assessment",
                city: &city.name,
                date,
                level,
            };
            line.print(args.json, out)?;
        }
        for episode in &episodes {
            if args.json {
                out.json(&WarningLine::new(city, episode, &rules))?;
            } else {
                print_warning(city, episode, &rules, out)?;
            }
        }
    }
    if args.json {
        out.json(&summary)?;
    } else {
        out.line(summary.zh())?;
    }
    Ok(())
}

#[derive(Serialize)]
struct AssessmentLine<'a> {
    r#type: &'static str,
    city: &'a str,
    date: chrono::NaiveDate,
    level: Option<WarningLevel>,
}

impl AssessmentLine<'_> {
    fn print(&self, json: bool, out: &mut Output) -> std::io::Result<()> {
        if json {
            return out.json(self);
        }
        let level = self.level.map_or("-", WarningLevel::zh);
        out.line(format_args!("{} {} {level}", self.city, self.date))
    }
}

/// A warning in JSON. Fields are only ever added, at the end.
#[derive(Serialize)]
struct WarningLine<'a> {
    r#type: &'static str,
    city: &'a str,
    issued: chrono::NaiveDate,
    from: String,
    until: Option<String>,
    peak: WarningLevel,
    steps: Vec<StepObject>,
    lifted: bool,
}

#[derive(Serialize)]
struct StepObject {
    date: chrono::NaiveDate,
    step: &'static str,
    level: Option<WarningLevel>,
    from: Option<String>,
    until: Option<String>,
    because: Vec<reason::Line>,
}

impl<'a> WarningLine<'a> {
    fn new(city: &'a City, episode: &Episode, rules: &Rules) -> Self {
        let step = |step: &Step| StepObject {
            date: step.on,
            step: step.act.as_str(),
            level: step.level,
            from: step.from.map(rfc3339),
            until: step.until.map(rfc3339),
            because: step
                .because
                .iter()
                .map(|reason| reason::Line::new(reason, rules))
                .collect(),
        };
        Self {
            r#type: "warning",
            city: &city.name,
            issued: episode.issued_on,
            from: rfc3339(episode.from),
            until: episode.until.map(rfc3339),
            peak: episode.peak,
            steps: episode.steps.iter().map(step).collect(),
            lifted: episode.lifted,
        }
    }
}

fn print_warning(
    city: &City,
    episode: &Episode,
    rules: &Rules,
    out: &mut Output,
) -> std::io::Result<()> {
    let end = |until: Option<_>| {
        until.map_or("另行通知".to_owned(), |at| WrittenTime::ending(at).zh())
    };
    let (from, until) = (WrittenTime::of(episode.from).zh(), end(episode.until));
    let peak = episode.peak.zh();
    out.line(format_args!(
        "{} {peak}预警 起 {from}，止 {until}",
        city.name
    ))?;
    for step in &episode.steps {
        let level = step.level.map_or("", WarningLevel::zh);
        let (act, until) = (step.act.zh(), end(step.until));
        out.line(format_args!("  {} {act}{level}，至 {until}", step.on))?;
        for because in &step.because {
            out.line(format_args!("    - {}", because.zh(rules.lift.hours)))?;
        }
    }
    Ok(())
}

/// The last line.
#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    rules: &'a str,
    rules_sha256: String,
    horizon_days: u16,
    cities: usize,
    days: usize,
    days_without_value: usize,
    /// By highest level, every level of the rules.
    warnings: BTreeMap<WarningLevel, usize>,
    /// By the highest level in force on the day.
    days_under_warning: BTreeMap<WarningLevel, usize>,
}

impl<'a> Summary<'a> {
    fn new(rules: &'a Rules, rules_sha256: String, horizon_days: u16) -> Self {
        let none: BTreeMap<_, _> = rules.levels().map(|(level, _)| (level, 0)).collect();
        Self {
            r#type: "summary",
            rules: &rules.id,
            rules_sha256,
            horizon_days,
            cities: 0,
            days: 0,
            days_without_value: 0,
            warnings: none.clone(),
            days_under_warning: none,
        }
    }

    fn add(&mut self, city: &City, episodes: &[Episode]) {
        self.cities += 1;
        self.days += city.outlook.days().as_slice().len();
        self.days_without_value += city.outlook.gaps().count();
        for episode in episodes {
            *self.warnings.entry(episode.peak).or_default() += 1;
            for (_, level) in episode.days() {
                *self.days_under_warning.entry(level).or_default() += 1;
            }
        }
    }

    fn zh(&self) -> String {
        let counted = |counts: &BTreeMap<WarningLevel, usize>, unit| {
            let counts = counts.iter().rev();
            let counts: Vec<_> = counts
                .map(|(level, count)| format!("{}{count}{unit}", level.zh()))
                .collect();
            counts.join("、")
        };
        format!(
            "{}：{}城{}天（无数据{}天），预警{}，预警日{}",
            self.rules,
            self.cities,
            self.days,
            self.days_without_value,
            counted(&self.warnings, "次"),
            counted(&self.days_under_warning, "天"),
        )
    }
}
