//! Days measured and foreseen, from files of sources.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::Caller;
use crate::app::ingest::Series;
use crate::app::ingest::file::{self, Filed, ReadDays};
use crate::cli::node::Node;
use crate::cli::print::Output;
use crate::cli::{Failure, refused};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::sources::Format;
use crate::table::read_bytes;

#[derive(Debug, clap::Args)]
pub(super) struct Observations {
    #[command(flatten)]
    series: SeriesArgs,
    /// Let values that a model computed stand where nobody measured; without this they are refused
    #[arg(long)]
    modelled: bool,
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
    /// Files of one format, plain or gzip, or - for standard input: the stations of a city or the
    /// hours of a day may be in several
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The region, by its code
    #[arg(long, value_name = "CODE")]
    region: RegionCode,
    /// How the files are written [default: what they look like]: open-meteo, cams-days,
    /// national-snapshot, station-hours, prsa, city-days, station-columns or table
    #[arg(long, value_name = "NAME")]
    format: Option<Format>,
    /// Which place of the file is meant, a city or a station [default: the only one, else the one
    /// of the region's name]
    #[arg(long, value_name = "NAME")]
    place: Option<String>,
    /// Who measured or foresaw it [default: whoever the format names, else the name of the file]
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
    let made = Made::Measured {
        modelled: args.modelled,
    };
    take_in(&args.series, made, out).await
}

pub(super) async fn import_forecast(args: &Forecast, out: &mut Output) -> Result<(), Failure> {
    let issued_at = args.issued_at.map(WrittenTime::at);
    take_in(&args.series, Made::Foreseen(issued_at), out).await
}

/// How a series was made.
#[derive(Clone, Copy)]
enum Made {
    /// It was measured, or may stand where nobody measured although a model computed it.
    Measured { modelled: bool },
    /// It was foreseen, at an instant or now.
    Foreseen(Option<DateTime<Utc>>),
}

/// Takes files in.
async fn take_in(args: &SeriesArgs, made: Made, out: &mut Output) -> Result<(), Failure> {
    // Whole files are read before anything is opened: what is not there leaves nothing half-done.
    let files = args.files.iter().map(|file| {
        let bytes = read_bytes(file).map_err(Failure::input)?;
        Ok((file.display().to_string(), bytes))
    });
    let files = files.collect::<Result<_, Failure>>()?;
    let app = args.node.open().await?;
    let operator = Caller::operator();
    let filed = Filed {
        files,
        format: args.format,
        place: args.place.clone(),
        region: args.region,
        source: args.source.clone(),
        series: match made {
            Made::Measured { .. } => Series::Observed,
            Made::Foreseen(issued_at) => Series::Forecast {
                issued_at: issued_at.unwrap_or_else(|| app.now()),
            },
        },
        modelled: matches!(made, Made::Measured { modelled: true }),
    };
    let read = file::read(&app, &operator, filed).await;
    let read = read.map_err(refused)?.map_err(Failure::faults)?;
    let ReadDays {
        arrived,
        gaps,
        format,
        place,
        rows,
    } = read;
    let notes = arrived.notes.clone();
    let taken = file::take_in(&app, &operator, None, arrived).await;
    let taken = taken.map_err(refused)?;
    if args.json {
        out.json(&json!({
            "type": "taken-in", "region": args.region, "days": taken.days, "left_out": gaps.len(),
            "first": taken.first, "last": taken.last, "format": format, "place": place,
            "rows": rows, "notes": notes,
        }))?;
        return Ok(());
    }
    out.line(format_args!(
        "{} days from {} to {} for {}; {} without a value left out",
        taken.days,
        taken.first,
        taken.last,
        args.region,
        gaps.len()
    ))?;
    for note in notes {
        out.line(format_args!("  {note}"))?;
    }
    Ok(())
}
