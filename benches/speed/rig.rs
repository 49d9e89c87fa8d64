//! What the benches share: processor time, medians, figures.
//!
//! Processor time is read from `/proc`; where there is none it is not measured.

use std::fs;

/// Ticks of processor time in a second, as `/proc` counts them on every Linux.
const TICKS: f64 = 100.0;

/// Seconds of processor time so far of this process and of its children that have ended.
pub(crate) fn processor_seconds() -> Option<f64> {
    processor_seconds_of("self")
}

/// Seconds of processor time so far, in programs and in the kernel, of a process, by its number, and
/// of its children that have ended (proc(5), fields 14 to 17).
pub(crate) fn processor_seconds_of(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program may hold anything; what follows its bracket is field 3.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields.split(' ').skip(14 - 3).take(4);
    let ticks: Option<Vec<f64>> = ticks.map(|field| field.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() / TICKS)
}

/// The median; of an even number the upper one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A figure with its decimals, or that there is none.
pub(crate) fn figure(value: Option<f64>, decimals: usize) -> String {
    value.map_or("not measured".to_owned(), |value| {
        format!("{value:.decimals$}")
    })
}
