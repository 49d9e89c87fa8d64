//! One row of a list: what its cells say of a plant, a unit and a contact.

use super::cells::{CellFault, Cells};
use super::columns::{Column, Layout};
use super::decimal::decimal_text;
use crate::enterprise::{
    Contact, CreditCodeError, Emission, EmittedPollutant, Exemption, Grade, Industry, ListClass,
    NotAPhone, NotAWebhookUrl, NotAWord, NotAnEmail, PermitNumber, PermitNumberError,
    PersonalError, Plant, PlantNumber, PlantStatus, Position, Unit,
};
use crate::level::NotALevel;
use crate::measure::{Measure, PerLevel};
use crate::region::{RegionCode, Regions, Tier};

/// One row, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// The line in the file, counted from 1.
    pub line: u64,
    /// What the row says of its plant; without units and contacts.
    pub plant: Plant,
    /// The line or process, unless the row only adds a contact.
    pub unit: Option<Unit>,
    /// The contact, if the row names one.
    pub contact: Option<Contact>,
}

/// Reads one row. Every faulty cell is named, not only the first.
pub fn parse_row<'c>(
    layout: &Layout,
    line: u64,
    cell: impl Fn(usize) -> &'c str,
    regions: &Regions,
) -> Result<ListRow, Vec<CellFault>> {
    let mut cells = Cells::of(layout, line, cell);
    let plant = plant_of(&mut cells, regions);
    let contact = contact_of(&mut cells);
    let unit = if cells.has(Column::Unit) {
        unit_of(&mut cells)
    } else {
        expect_no_unit(&mut cells);
        None
    };
    match plant {
        Some(plant) if cells.faults.is_empty() => Ok(ListRow {
            line,
            plant,
            unit,
            contact,
        }),
        _ => Err(cells.faults),
    }
}

fn plant_of(cells: &mut Cells<'_>, regions: &Regions) -> Option<Plant> {
    let permit = cells.parse(Column::Permit, permit_expected);
    let number = number_of(cells, permit);
    let name = cells.required_line_of(Column::Name, 200, "the name of the enterprise");
    let credit_code = cells.parse(Column::CreditCode, credit_code_expected);
    let region = region_of(cells, regions);
    let county = cells.line_of(Column::County, 100);
    let township = cells.line_of(Column::Township, 100);
    let address = cells.line_of(Column::Address, 500);
    let position = position_of(cells);
    let industry = industry_of(cells);
    let grade = grade_of(cells);
    let class = class_of(cells);
    let status = cells
        .parse(Column::Status, |e: &NotAWord| {
            format!("one of {}", e.expected)
        })
        .unwrap_or(PlantStatus::Operating);
    let exemption = exemption_of(cells);
    Some(Plant {
        number: number?,
        permit,
        name,
        credit_code,
        region: region?,
        county,
        township,
        address,
        position,
        industry,
        grade,
        class: class?,
        status,
        exemption,
        units: Vec::new(),
        contacts: Vec::new(),
    })
}

fn number_of(cells: &mut Cells<'_>, permit: Option<PermitNumber>) -> Option<PlantNumber> {
    const EXPECTED: &str = "1 to 64 letters, digits, `-`, `_`, `.` or `/`";
    if cells.has(Column::Number) {
        return cells.parse(Column::Number, |_| EXPECTED.to_owned());
    }
    if !cells.has(Column::Permit) {
        cells.fault(Column::Number, "a plant number, or a permit number");
    }
    permit.map(PlantNumber::from)
}

fn region_of(cells: &mut Cells<'_>, regions: &Regions) -> Option<RegionCode> {
    const EXPECTED: &str =
        "the code of a county (6 digits), a township (9) or a local unit such as 411000-D01";
    if !cells.has(Column::Region) {
        cells.fault(Column::Region, EXPECTED);
        return None;
    }
    let code: RegionCode = cells.parse(Column::Region, |_| EXPECTED.to_owned())?;
    // Townships are known by their county: the table of names ends there.
    let named = match code.tier() {
        Tier::Township => code.parent().is_some_and(|above| regions.contains(above)),
        Tier::County | Tier::LocalUnit => regions.contains(code),
        Tier::Province | Tier::Prefecture => {
            cells.fault(Column::Region, EXPECTED);
            return None;
        }
    };
    if !named {
        cells.fault(Column::Region, "a region the table of regions knows");
        return None;
    }
    Some(code)
}

fn position_of(cells: &mut Cells<'_>) -> Option<Position> {
    let longitude = cells.degrees(Column::Longitude, &Position::LONGITUDES);
    let latitude = cells.degrees(Column::Latitude, &Position::LATITUDES);
    match (cells.has(Column::Longitude), cells.has(Column::Latitude)) {
        (true, false) => cells.fault(Column::Latitude, "a latitude beside the longitude"),
        (false, true) => cells.fault(Column::Longitude, "a longitude beside the latitude"),
        _ => {}
    }
    Some(Position {
        longitude_e7: longitude?,
        latitude_e7: latitude?,
    })
}

fn industry_of(cells: &mut Cells<'_>) -> Industry {
    let code = cells.parse(Column::IndustryCode, |_| {
        "two to four digits of GB/T 4754, such as 3011 or C3011".to_owned()
    });
    let key = cells.line_of(Column::KeyIndustry, 50);
    Industry {
        code,
        key: (!key.is_empty()).then_some(key),
    }
}

fn grade_of(cells: &mut Cells<'_>) -> Option<Grade> {
    if matches!(cells.get(Column::Grade), "未分级" | "未评级") {
        return None;
    }
    let code = cells.parse(Column::Grade, |_| {
        "the code of a grade, such as A, B-, 引领性".to_owned()
    });
    let scheme = cells.line_of(Column::GradeScheme, 100);
    match (cells.has(Column::Grade), scheme.is_empty()) {
        (true, true) => cells.fault(Column::GradeScheme, "the document that graded"),
        (false, false) => cells.fault(Column::Grade, "a grade under the named document, or 未分级"),
        _ => {}
    }
    code.map(|code| Grade { scheme, code })
}

fn class_of(cells: &mut Cells<'_>) -> Option<ListClass> {
    let words: Vec<_> = ListClass::ALL.iter().map(|class| class.zh()).collect();
    let expected = format!("one of {}", words.join("、"));
    if !cells.has(Column::Class) {
        cells.fault(Column::Class, expected);
        return None;
    }
    cells.parse(Column::Class, |_| expected)
}

fn exemption_of(cells: &mut Cells<'_>) -> Option<Exemption> {
    let kind = cells.line_of(Column::ExemptionKind, 100);
    let up_to = cells.parse(Column::ExemptUpTo, |_: &NotALevel| {
        "黄色, 橙色 or 红色".to_owned()
    });
    let until_on = cells.day(Column::ExemptUntil);
    let granted_by = cells.line_of(Column::ExemptBy, 100);
    if kind.is_empty() {
        let others = [Column::ExemptUpTo, Column::ExemptUntil, Column::ExemptBy];
        if others.into_iter().any(|column| cells.has(column)) {
            cells.fault(Column::ExemptionKind, "the class of the exemption");
        }
        return None;
    }
    if !cells.has(Column::ExemptUpTo) {
        cells.fault(
            Column::ExemptUpTo,
            "the highest level at which the exemption holds",
        );
    }
    Some(Exemption {
        kind,
        up_to: up_to?,
        until_on,
        granted_by,
    })
}

fn contact_of(cells: &mut Cells<'_>) -> Option<Contact> {
    let phone = cells.parse(Column::Phone, |e: &NotAPhone| e.expected().to_owned());
    let email = cells.parse(Column::Email, |e: &NotAnEmail| e.expected().to_owned());
    let webhook = cells.parse(Column::Webhook, |e: &NotAWebhookUrl| {
        e.expected().to_owned()
    });
    let ways = [Column::Phone, Column::Email, Column::Webhook];
    let reachable = ways.into_iter().any(|column| cells.has(column));
    let named = cells.has(Column::Contact) || cells.has(Column::Role);
    if !reachable && !named {
        return None;
    }
    let name = cells.required_line_of(Column::Contact, 50, "the name of the contact");
    let role = cells.line_of(Column::Role, 50);
    if !reachable {
        cells.fault(
            Column::Phone,
            "a phone, an e-mail or a webhook address of the contact",
        );
    }
    Some(Contact {
        name,
        role,
        phone,
        email,
        webhook,
    })
}

fn unit_of(cells: &mut Cells<'_>) -> Option<Unit> {
    let name = cells.line_of(Column::Unit, 100);
    let ramp_down_hours = cells
        .parse(Column::RampDownHours, |_: &std::num::ParseIntError| {
            "whole hours".to_owned()
        })
        .unwrap_or(0);
    let filed = PerLevel::from_fn(|level| measure_of(cells, Column::measure(level)));
    let mut unread = Vec::new();
    let base = Emission::from_fn(|pollutant| {
        let grams = cells.grams(Column::base(pollutant));
        grams.unwrap_or_else(|| {
            unread.push(pollutant);
            0
        })
    });
    let cut = PerLevel::from_fn(|level| {
        Emission::from_fn(|pollutant| {
            let grams = cells.grams(Column::cut(level, pollutant));
            grams.unwrap_or(0)
        })
    });
    for (level, cut) in cut.iter() {
        for pollutant in EmittedPollutant::ALL {
            // Nothing can be said against a base that is not known.
            if cut.get(pollutant) > base.get(pollutant) && !unread.contains(&pollutant) {
                let base = decimal_text(base.get(pollutant), 3);
                let expected = format!(
                    "at most the {pollutant} it emits, {base} kg/d",
                    pollutant = pollutant.zh()
                );
                cells.fault(Column::cut(level, pollutant), expected);
            }
        }
    }
    if cells.get(Column::Status).parse() == Ok(PlantStatus::LongStopped) {
        for pollutant in EmittedPollutant::ALL {
            if base.get(pollutant) > 0 {
                let expected = "0: what is 长期停产 may not count towards the base";
                cells.fault(Column::base(pollutant), expected);
            }
        }
    }
    Some(Unit {
        name,
        ramp_down_hours,
        measures: PerLevel {
            yellow: filed.yellow?,
            orange: filed.orange?,
            red: filed.red?,
        },
        base,
        cut,
    })
}

fn measure_of(cells: &mut Cells<'_>, column: Column) -> Option<Measure> {
    const LONGEST: usize = 2_000;
    let text = cells.get(column);
    let unprintable = |c: char| c.is_control() && c != '\n';
    if text.chars().count() > LONGEST || text.contains(unprintable) {
        cells.fault(column, format!("a text of at most {LONGEST} characters"));
    }
    let measure = Measure::filed(text);
    if measure.is_none() {
        cells.fault(column, "the filed measure; 自主减排 where nothing is asked");
    }
    measure
}

/// A row without a unit may only add a contact.
fn expect_no_unit(cells: &mut Cells<'_>) {
    let of_the_unit = &Column::ALL[Column::Unit as usize + 1..Column::Contact as usize];
    let filled: Vec<_> = of_the_unit
        .iter()
        .filter(|column| cells.has(**column))
        .collect();
    let adds_a_contact = [
        Column::Contact,
        Column::Phone,
        Column::Email,
        Column::Webhook,
    ]
    .into_iter()
    .any(|column| cells.has(column));
    if !filled.is_empty() || !adds_a_contact {
        cells.fault(
            Column::Unit,
            "the line or process; 全厂 where the plant files as a whole",
        );
    }
}

fn credit_code_expected(error: &CreditCodeError) -> String {
    match error {
        CreditCodeError::Length(_) => "a credit code of 18 characters".to_owned(),
        CreditCodeError::Character { place, .. } => {
            format!("a credit code; its character {place} is not allowed there")
        }
        CreditCodeError::Check { expected, .. } => {
            format!("a credit code; with these first 17 characters it ends in `{expected}`")
        }
    }
}

fn permit_expected(error: &PermitNumberError) -> String {
    match error {
        PermitNumberError::Form(_) => {
            "a permit number: a credit code, three digits and a letter".to_owned()
        }
        PermitNumberError::CreditCode(error) => {
            format!(
                "a permit number that begins with {}",
                credit_code_expected(error)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::level::WarningLevel;
    use crate::list::samples::{faults, read_rows, row};

    #[test]
    fn a_sound_row_becomes_a_plant() {
        let reading = read_rows(&[row(&[])]);
        assert_eq!(faults(&reading), [""; 0]);
        let plant = &reading.plants[0];
        assert_eq!(plant.grade.as_ref().unwrap().code.as_str(), "B");
        assert_eq!(plant.position.unwrap().longitude_e7, 1_134_884_780);
        assert_eq!(plant.status, PlantStatus::Operating);
        assert_eq!(plant.units[0].base.pm, 100_500);
        assert_eq!(plant.cut(WarningLevel::Orange).pm, 20_100);
        assert_eq!(plant.contacts.len(), 1);
    }

    #[test]
    fn a_permit_number_stands_in_for_a_missing_plant_number() {
        let reading = read_rows(&[row(&[(Column::Number, "-")])]);
        assert_eq!(reading.plants[0].number.as_str(), "916400007106647920001P");
    }

    #[rstest]
    #[case::no_identity(&[(Column::Number, ""), (Column::Permit, "")], "企业编号: a plant number, or a permit number")]
    #[case::number(&[(Column::Number, "XC 1")], "企业编号: 1 to 64 letters, digits, `-`, `_`, `.` or `/`")]
    #[case::permit(&[(Column::Permit, "9164")], "排污许可证编号: a permit number: a credit code, three digits and a letter")]
    #[case::name(&[(Column::Name, "")], "企业名称: the name of the enterprise")]
    #[case::credit_code(&[(Column::CreditCode, "916400007106647921")], "统一社会信用代码: a credit code; with these first 17 characters it ends in `0`")]
    #[case::no_region(&[(Column::Region, "")], "行政区划代码: the code of a county (6 digits), a township (9) or a local unit such as 411000-D01")]
    #[case::prefecture(&[(Column::Region, "411000")], "行政区划代码: the code of a county (6 digits), a township (9) or a local unit such as 411000-D01")]
    #[case::unknown_region(&[(Column::Region, "411099")], "行政区划代码: a region the table of regions knows")]
    #[case::unknown_zone(&[(Column::Region, "411000-D09")], "行政区划代码: a region the table of regions knows")]
    #[case::swapped(&[(Column::Longitude, "34.1"), (Column::Latitude, "34.1")], "经度: degrees from 73 to 136, such as 73.5")]
    #[case::alone(&[(Column::Latitude, "")], "纬度: a latitude beside the longitude")]
    #[case::industry(&[(Column::IndustryCode, "水泥")], "国民经济行业代码: two to four digits of GB/T 4754, such as 3011 or C3011")]
    #[case::grade_without_scheme(&[(Column::GradeScheme, "")], "绩效分级体系: the document that graded")]
    #[case::scheme_without_grade(&[(Column::Grade, "")], "绩效等级: a grade under the named document, or 未分级")]
    #[case::class(&[(Column::Class, "重点")], "管控类别: one of 重点行业、小微涉气、一般工业、保障类")]
    #[case::status(&[(Column::Status, "停")], "企业状态: one of 正常、长期停产、季节性")]
    #[case::exemption(&[(Column::ExemptionKind, "民生保障")], "豁免最高级别: the highest level at which the exemption holds")]
    #[case::exempt_day(&[(Column::ExemptionKind, "民生保障"), (Column::ExemptUpTo, "红色"), (Column::ExemptUntil, "2026/2/30")], "豁免截止日期: a day such as 2026-12-31")]
    #[case::hours(&[(Column::RampDownHours, "半天")], "停产所需小时: whole hours")]
    #[case::no_measure(&[(Column::MeasureOrange, "/")], "橙色措施: the filed measure; 自主减排 where nothing is asked")]
    #[case::negative(&[(Column::BaseNox, "-1")], "NOx日排放量(kg/d): kilograms per day, below 1,000,000,000, at most three decimals")]
    #[case::four_decimals(&[(Column::BaseNox, "0.0001")], "NOx日排放量(kg/d): kilograms per day, below 1,000,000,000, at most three decimals")]
    #[case::huge(&[(Column::BaseNox, "99999999999999999999")], "NOx日排放量(kg/d): kilograms per day, below 1,000,000,000, at most three decimals")]
    #[case::not_a_number(&[(Column::BaseNox, "NaN")], "NOx日排放量(kg/d): kilograms per day, below 1,000,000,000, at most three decimals")]
    #[case::base_that_has_cuts(&[(Column::BasePm, "viel")], "颗粒物日排放量(kg/d): kilograms per day, below 1,000,000,000, at most three decimals")]
    #[case::cut_above_base(&[(Column::CutRedPm, "100.501")], "红色减排颗粒物(kg/d): at most the 颗粒物 it emits, 100.5 kg/d")]
    #[case::long_stopped(&[(Column::Status, "长期停产")], "颗粒物日排放量(kg/d): 0: what is 长期停产 may not count towards the base")]
    #[case::phone(&[(Column::Phone, "12345")], "手机: a mobile number of 11 digits or a landline such as 0374-2961234")]
    #[case::email(&[(Column::Email, "duty")], "邮箱: an e-mail address such as duty@example.com")]
    #[case::webhook(&[(Column::Webhook, "example.com/hook")], "回调地址: an address that begins with https:// or http:// and names a host")]
    #[case::unreachable(&[(Column::Phone, "")], "手机: a phone, an e-mail or a webhook address of the contact")]
    #[case::no_unit(&[(Column::Unit, "")], "生产线/工序: the line or process; 全厂 where the plant files as a whole")]
    fn a_faulty_cell_is_named_with_what_was_expected(
        #[case] replaced: &[(Column, &str)],
        #[case] fault: &str,
    ) {
        let reading = read_rows(&[row(replaced)]);
        assert_eq!(faults(&reading), [format!("2 {fault}")]);
        assert_eq!(reading.plants, []);
        assert_eq!(reading.faulty_lines, BTreeSet::from([2]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_cell_makes_reading_panic(
            at in 0..Column::ALL.len(),
            cell in "\\PC{0,12}",
        ) {
            let column = Column::ALL[at];
            let reading = read_rows(&[row(&[(column, &cell)])]);
            prop_assert_eq!(reading.plants.is_empty(), !reading.faults.is_empty());
        }
    }
}
