//! Rows for the unit tests of this directory.

use super::{CellFault, Column, Layout, Reading, header, read};
use crate::region::Regions;

const REGIONS: &str = include_str!("../../../playbooks/regions/gbt2260.csv");
const LOCAL_UNITS: &str = include_str!("../../../playbooks/regions/local-units.csv");

fn regions() -> Regions {
    let mut regions = Regions::parse(REGIONS).unwrap();
    regions.extend(Regions::parse(LOCAL_UNITS).unwrap());
    regions
}

/// A sound row with some of its cells replaced.
pub(super) fn row(replaced: &[(Column, &str)]) -> Vec<String> {
    let sound = |column: Column| match column {
        Column::Number => "XC-0001",
        Column::Permit => "916400007106647920001P",
        Column::Name => "示例水泥厂（虚构）",
        Column::CreditCode => "916400007106647920",
        Column::Region => "411081",
        Column::GradeScheme => "环办大气函〔2020〕340号",
        Column::Grade => "B级",
        Column::Class => "重点行业",
        Column::Longitude => "113.488478",
        Column::Latitude => "34.140701",
        Column::Unit => "1号窑",
        Column::RampDownHours => "12",
        Column::MeasureYellow => "停止使用国四及以下重型载货车辆运输",
        Column::MeasureOrange => "限产20%",
        Column::MeasureRed => "停产",
        Column::BasePm | Column::CutRedPm => "100.5",
        Column::CutOrangePm => "20.1",
        Column::Contact => "示例联系人",
        Column::Phone => "13800000000",
        _ => "",
    };
    Column::ALL
        .iter()
        .map(|column| {
            let other = replaced.iter().find(|(replaced, _)| replaced == column);
            other
                .map_or_else(|| sound(*column), |(_, cell)| cell)
                .to_owned()
        })
        .collect()
}

pub(super) fn read_rows(rows: &[Vec<String>]) -> Reading {
    let layout = Layout::find(header()).unwrap();
    let lines = (2..).zip(rows.iter().map(|row| |at: usize| row[at].as_str()));
    read(&layout, lines, &regions())
}

/// `line column: expected`, one per fault.
pub(super) fn faults(reading: &Reading) -> Vec<String> {
    let fault = |f: &CellFault| format!("{} {}: {}", f.line, f.column, f.expected);
    reading.faults.iter().map(fault).collect()
}
