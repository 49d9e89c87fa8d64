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
/// with its day and hour, or names more than one: many counties have a 城关镇.
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
        let below = regions.below(within);
        let mut namesakes = below.filter(|(_, name)| *name == named);
        let (code, _) = namesakes.next()?;
        namesakes.next().is_none().then_some(code)
    };
    Some(AreaHour {
        area: named.parse().ok().or_else(by_name)?,
        at: format!("{day}T{clock}").parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTIES: &str = "\
code,name
411081,禹州市
411082,长葛市
411081100,城关镇
411082100,城关镇
411081101,火龙镇
";

    #[test]
    fn a_name_that_two_areas_bear_names_neither() {
        let regions = Regions::parse(COUNTIES).unwrap();
        let read = |line: &str| {
            let areas = read(line, "411000".parse().unwrap(), &regions)?;
            Some(areas[0].area.to_string())
        };
        assert_eq!(
            read("火龙镇 2026-11-28 15:00").as_deref(),
            Some("411081101")
        );
        assert_eq!(read("城关镇 2026-11-28 15:00"), None);
        let by_code = read("411082100 2026-11-28 15:00");
        assert_eq!(by_code.as_deref(), Some("411082100"));
        assert_eq!(read("411081 2026-11-28"), None);
    }
}
