use clap::Subcommand;

use super::node::block_on;
use super::{Failure, print::Output};

mod days;
mod list;

/// Take files in.
///
/// Everything or nothing: a file with a faulty cell changes nothing, every faulty cell is named,
/// and the exit code is 2.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in an emergency reduction list (应急减排清单).
    Enterprises(list::Enterprises),
    /// Take in the offices that are told of their part of every plan.
    Offices(list::Offices),
    /// Take in days that were measured.
    ///
    /// Our own tables: of days date,aqi and optionally aqi_high, primary, cause, pm2_5_aqi; of daily
    /// concentrations date and any of pm2_5 pm10 so2 no2 co o3_8h; or of hours, time and any of
    /// pm2_5 pm10 so2 no2 co o3. Or the files of sources as they are, known by their shape: see
    /// --format. Concentrations are judged by the standard in force on their day.
    Observations(days::Observations),
    /// Take in days that are foreseen, from the same files.
    Forecast(days::Forecast),
}

pub(crate) fn run(args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        match &args.command {
            Command::Enterprises(args) => list::import_list(args, out).await,
            Command::Offices(args) => list::import_offices(args, out).await,
            Command::Observations(args) => days::import_observations(args, out).await,
            Command::Forecast(args) => days::import_forecast(args, out).await,
        }
    })
}
