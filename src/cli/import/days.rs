//! Days measured and foreseen, from tables.

use std::path::PathBuf;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::ingest::{self, DayIn, OutlookIn, Series};
use crate::app::{Caller, Error};
use crate::cli::node::Node;
use crate::cli::print::Output;
use crate::cli::{Failure, outlook};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::table::Table;

#[derive(Debug, clap::Args)]
pub(super) struct Observations {
    #[command(flatten)]
    series: SeriesArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct Forecast {
    #[command(flatten)]
    series: SeriesArgs,
    /// When it was made, as YYYY-MM-DDThh:mm in Beijing time [default: now]
    #[arg(long, value_name = "TIME")]
    issued_at: Option<WrittenTime>,
}

#[derive(Debug, clap::Args)]
struct SeriesArgs {
    /// A CSV file, or - for standard input
    file: PathBuf,
    /// The region, by its code
    #[arg(long, value_name = "CODE")]
    region: RegionCode,
    /// Who measured or foresaw it [default: the name of the file]
    #[arg(long)]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: Node,
}

pub(super) async fn import_observations(
    args: &Observations,
    out: &mut Output,
) -> Result<(), Failure> {
    take_in(&args.series, Made::Measured, out).await
}

pub(super) async fn import_forecast(args: &Forecast, out: &mut Output) -> Result<(), Failure> {
    let issued_at = args.issued_at.map(WrittenTime::at);
    take_in(&args.series, Made::Foreseen(issued_at), out).await
}

/// How a series was made.
#[derive(Clone, Copy)]
enum Made {
    /// It was measured.
    Measured,
    /// It was foreseen, at an instant or now.
    Foreseen(Option<DateTime<Utc>>),
}

/// Takes a table in.
async fn take_in(args: &SeriesArgs, made: Made, out: &mut Output) -> Result<(), Failure> {
    // The whole table is read before anything is opened: a faulty cell leaves nothing half-done.
    let table = Table::read(&args.file).map_err(Failure::input)?;
    let app = args.node.open().await?;
    let playbook = app.active_playbook().await?;
    let outlook = outlook::read(&table, playbook.standards()).map_err(Failure::input)?;
    // A day the file does not know says nothing about one that is known already.
    let (days, gaps): (Vec<_>, Vec<_>) = outlook
        .days()
        .as_slice()
        .iter()
        .cloned()
        .partition(|day| day.aqi.is_some());
    let places: Vec<_> = days.iter().map(|day| day.on).collect();
    let arrived = OutlookIn {
        region: args.region,
        source: args
            .source
            .clone()
            .unwrap_or_else(|| table.file().to_owned()),
        series: match made {
            Made::Measured => Series::Observed,
            Made::Foreseen(issued_at) => Series::Forecast {
                issued_at: issued_at.unwrap_or_else(|| app.now()),
            },
        },
        days: days.into_iter().map(DayIn::from).collect(),
    };
    let taken = ingest::take_in(&app, &Caller::operator(), None, arrived).await;
    let taken = taken.map_err(|error| refused(error, &places))?;
    if args.json {
        out.json(&json!({
            "type": "taken-in", "region": args.region, "days": taken.days, "left_out": gaps.len(),
            "first": taken.first, "last": taken.last,
        }))?;
    } else {
        out.line(format_args!(
            "{} days from {} to {} for {}; {} without a value left out",
            taken.days,
            taken.first,
            taken.last,
            args.region,
            gaps.len()
        ))?;
    }
    Ok(())
}

/// A refusal of fields is wrong input, told by the days it concerns.
fn refused(error: Error, places: &[chrono::NaiveDate]) -> Failure {
    let Error::Invalid(fields) = error else {
        return error.into();
    };
    let told = fields.iter().map(|field| {
        let day = field.field.strip_prefix("days[").and_then(|rest| {
            let (at, _) = rest.split_once(']')?;
            places.get(at.parse::<usize>().ok()?)
        });
        match day {
            Some(day) => format!("{day}: {}", field.text),
            None => format!("{}: {}", field.field, field.text),
        }
    });
    Failure::Input(anyhow!("{}", told.collect::<Vec<_>>().join("\n")))
}
