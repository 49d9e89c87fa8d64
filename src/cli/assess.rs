//! `qingkong assess`: an outlook in a table → the level it meets, and why.

use std::path::PathBuf;

use serde::Serialize;

use super::window::WindowWord;
use super::{Failure, print::Output, reason};
use crate::domain::level::WarningLevel;
use crate::domain::outlook::Outlook;
use crate::domain::time::{WrittenTime, rfc3339};
use crate::domain::trigger::{Assessment, Condition, Next, Rules};
use crate::playbooks::{self, Files};
use crate::sources::own;
use crate::table::Table;

/// Judge an outlook by the rules of when a warning starts.
///
/// Days: date,aqi and optionally primary, cause, pm2_5_aqi (the index of PM2.5 alone). Hours: time
/// and any of pm2_5 pm10 so2 no2 co o3 (µg/m³, CO in mg/m³). Days without a value break a run. With
/// --now the hours that are over then, or the day, are what was measured, by which some rules start a
/// warning at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV file, or - for standard input
    file: PathBuf,
    /// Shipped rules such as mee-2024, or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "mee-2024")]
    rules: String,
    /// How a day is cut out of the hours
    #[arg(long, value_name = "WINDOW", value_enum, default_value_t = WindowWord::NaturalDay)]
    window: WindowWord,
    /// Judge as of this time, YYYY-MM-DDThh:mm in Beijing time
    #[arg(long, value_name = "TIME")]
    now: Option<WrittenTime>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let files = Files::shipped();
    let rules = playbooks::rules(&files, &args.rules).map_err(Failure::Input)?;
    let table = Table::read(&args.file).map_err(Failure::input)?;
    let hourly = own::is_hourly(&table);
    let checked = args.window.check(&rules, table.file(), hourly);
    checked.map_err(Failure::Input)?;
    let standards = playbooks::standards(&files)?;
    let read = own::read_cut(&table, args.window.into(), &standards).map_err(Failure::input)?;

    let assessment = match args.now {
        None => rules.assess(read.days()),
        Some(now) => {
            let air = own::read_air(&table, now.at(), &standards).map_err(Failure::input)?;
            rules.assess_now(read.days(), &air)
        }
    };
    if args.json {
        out.json(&Object::new(
            args.window,
            &rules,
            &read.outlook,
            &assessment,
        ))?;
    } else {
        for line in told(args.window, &rules, &assessment) {
            out.line(line)?;
        }
    }
    Ok(())
}

/// The answer in JSON. Fields are only ever added, at the end.
#[derive(Serialize)]
struct Object<'a> {
    rules: &'a str,
    level: Option<WarningLevel>,
    from: Option<String>,
    until: Option<String>,
    reasons: Vec<reason::Line>,
    next: Option<NextObject>,
    gaps: Vec<chrono::NaiveDate>,
    window: &'static str,
}

#[derive(Serialize)]
struct NextObject {
    level: WarningLevel,
    missing: String,
    condition: Condition,
    missing_zh: String,
    at_upper_end: bool,
}

impl<'a> Object<'a> {
    fn new(
        window: WindowWord,
        rules: &'a Rules,
        outlook: &Outlook,
        assessment: &Assessment,
    ) -> Self {
        let reasons = assessment.because.iter();
        Self {
            rules: &rules.id,
            level: assessment.level,
            from: assessment.from.map(rfc3339),
            until: assessment.until.map(rfc3339),
            reasons: reasons
                .map(|reason| reason::Line::new(reason, rules))
                .collect(),
            next: assessment.next.as_ref().map(NextObject::new),
            gaps: outlook.gaps().collect(),
            window: window.as_str(),
        }
    }
}

impl NextObject {
    fn new(next: &Next) -> Self {
        Self {
            level: next.level,
            missing: next.en(),
            condition: next.condition,
            missing_zh: next.zh(),
            at_upper_end: next.at_upper_end,
        }
    }
}

/// The answer for people.
fn told(window: WindowWord, rules: &Rules, assessment: &Assessment) -> Vec<String> {
    let mut lines = Vec::new();
    let cut = match window {
        WindowWord::NaturalDay => String::new(),
        WindowWord::Rolling24h => format!("，{}", window.zh()),
    };
    let basis = format!("{}（{}{cut}）", rules.document, rules.id);
    lines.push(match assessment.level {
        Some(level) => format!("{}预警，依据{basis}", level.zh()),
        None => format!("未达到预警条件，依据{basis}"),
    });
    if let Some((from, until)) = assessment.from.zip(assessment.until) {
        let (from, until) = (WrittenTime::of(from).zh(), WrittenTime::ending(until).zh());
        lines.push(format!("起 {from}，止 {until}"));
    }
    let reasons = assessment.because.iter();
    lines.extend(reasons.map(|reason| format!("- {}", reason.zh(rules.lift.hours))));
    lines.extend(assessment.next.as_ref().map(|next| {
        let (level, condition) = (next.level.zh(), next.condition.zh());
        format!("距{level}预警“{condition}”：{}", next.zh())
    }));
    lines
}
