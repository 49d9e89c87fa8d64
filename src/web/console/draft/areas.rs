//! The areas of a staggered lift as they are typed: one to a line, `禹州市 2026-11-28 15:00`.

use crate::domain::notice::AreaHour;
use crate::domain::region::{RegionCode, Regions};

/// The lines that stand for some areas.
pub(super) fn written(areas: &[AreaHour]) -> String {
    let lines = areas.iter().map(|named| {
        let at = named.at.to_string();
        format!("{} {}", named.area, at.replace('T', " "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The areas that the lines name, by code or by name below a region; none where a line is no area
/// with its day and hour.
pub(super) fn read(text: &str, within: RegionCode, regions: &Regions) -> Option<Vec<AreaHour>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| read_line(line, within, regions)).collect()
}

fn read_line(line: &str, within: RegionCode, regions: &Regions) -> Option<AreaHour> {
    let [named, day, clock] = line
        .split_whitespace()
        .collect::<Vec<_>>()
        .try_into()
        .ok()?;
    let by_name = || {
        let mut below = regions.below(within);
        below.find_map(|(code, name)| (name == named).then_some(code))
    };
    Some(AreaHour {
        area: named.parse().ok().or_else(by_name)?,
        at: format!("{day}T{clock}").parse().ok()?,
    })
}
