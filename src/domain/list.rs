//! The emergency reduction list (应急减排清单): its columns, and what makes a list sound.
//!
//! A list is a table with **one row per production line or process**; the plant's own columns
//! repeat, and rows with the same plant number are one [`Plant`]. [`read`] takes string cells, so
//! that every kind of file shares it, and answers with the sound plants *and* every faulty cell:
//! whether a list with faults is taken is the caller's decision. [`rows`] writes a plant back;
//! writing and reading again changes nothing.
//!
//! A plant is taken or handed back as a whole: one faulty cell makes all its rows faulty, since
//! half a plant would get half an order.
//!
//! # The columns
//!
//! Headers are the Chinese ones below or their English synonyms, in any order; brackets and
//! letters of full width, blanks and capitals make no difference. Columns with other headers are
//! left alone. `-`, `—`, `/` and `无` stand for an empty cell. Masses are kg/d with at most three
//! decimals, an empty one is 0. A row without 生产线/工序 adds one more contact to its plant.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use crate::enterprise::{
    Contact, CreditCodeError, Email, Emission, EmittedPollutant, Exemption, Grade, Industry,
    ListClass, NotAPhone, NotAWebhookUrl, NotAWord, NotAnEmail, PermitNumber, PermitNumberError,
    Phone, Plant, PlantNumber, PlantStatus, Position, Unit, WebhookUrl,
};
use crate::level::{NotALevel, WarningLevel};
use crate::measure::{Measure, PerLevel};
use crate::region::{RegionCode, Regions, Tier};

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal $(| $other:literal)*, $need:ident;)*) => {
        /// A column of the list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $(#[doc = concat!("`", $zh, "`, or `", $en, "`.")] $(#[$doc])* $name,)*
        }

        impl Column {
            /// Every column, in the order in which a list is written.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The header.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The English synonym.
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// Other headers that are read as this one.
            const fn others(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($other),*],)* }
            }

            /// Whether a list must have the column.
            pub const fn is_required(self) -> bool {
                match self { $(Self::$name => columns!(@$need),)* }
            }
        }
    };
    (@required) => { true };
    (@optional) => { false };
}

columns! {
    /// May be left out where every plant has a permit: then the permit number takes its place.
    Number = "企业编号", "number", optional;
    Permit = "排污许可证编号", "permit", optional;
    Name = "企业名称", "name" | "单位名称", required;
    CreditCode = "统一社会信用代码", "credit_code", optional;
    /// County, township or local unit.
    Region = "行政区划代码", "region", required;
    County = "县(区)", "county" | "县区" | "县", optional;
    Township = "乡镇(街道)", "township" | "乡镇" | "乡镇街道", optional;
    Address = "地址", "address", optional;
    Longitude = "经度", "longitude", optional;
    Latitude = "纬度", "latitude", optional;
    IndustryCode = "国民经济行业代码", "industry_code", optional;
    KeyIndustry = "重点行业", "key_industry", optional;
    GradeScheme = "绩效分级体系", "grade_scheme", optional;
    Grade = "绩效等级", "grade", optional;
    Class = "管控类别", "class", required;
    /// Empty means 正常.
    Status = "企业状态", "status", optional;
    ExemptionKind = "豁免类型", "exemption", optional;
    /// The highest level at which the exemption holds.
    ExemptUpTo = "豁免最高级别", "exempt_up_to", optional;
    /// `YYYY-MM-DD`.
    ExemptUntil = "豁免截止日期", "exempt_until", optional;
    ExemptBy = "豁免批准机关", "exempt_by", optional;
    Unit = "生产线/工序", "unit" | "生产线" | "工序", required;
    RampDownHours = "停产所需小时", "ramp_down_hours", optional;
    MeasureYellow = "黄色措施", "measure_yellow", required;
    MeasureOrange = "橙色措施", "measure_orange", required;
    MeasureRed = "红色措施", "measure_red", required;
    BasePm = "颗粒物日排放量(kg/d)", "base_pm_kg_d", required;
    BaseSo2 = "SO2日排放量(kg/d)", "base_so2_kg_d", required;
    BaseNox = "NOx日排放量(kg/d)", "base_nox_kg_d", required;
    BaseVocs = "VOCs日排放量(kg/d)", "base_vocs_kg_d", required;
    CutYellowPm = "黄色减排颗粒物(kg/d)", "cut_yellow_pm_kg_d", required;
    CutYellowSo2 = "黄色减排SO2(kg/d)", "cut_yellow_so2_kg_d", required;
    CutYellowNox = "黄色减排NOx(kg/d)", "cut_yellow_nox_kg_d", required;
    CutYellowVocs = "黄色减排VOCs(kg/d)", "cut_yellow_vocs_kg_d", required;
    CutOrangePm = "橙色减排颗粒物(kg/d)", "cut_orange_pm_kg_d", required;
    CutOrangeSo2 = "橙色减排SO2(kg/d)", "cut_orange_so2_kg_d", required;
    CutOrangeNox = "橙色减排NOx(kg/d)", "cut_orange_nox_kg_d", required;
    CutOrangeVocs = "橙色减排VOCs(kg/d)", "cut_orange_vocs_kg_d", required;
    CutRedPm = "红色减排颗粒物(kg/d)", "cut_red_pm_kg_d", required;
    CutRedSo2 = "红色减排SO2(kg/d)", "cut_red_so2_kg_d", required;
    CutRedNox = "红色减排NOx(kg/d)", "cut_red_nox_kg_d", required;
    CutRedVocs = "红色减排VOCs(kg/d)", "cut_red_vocs_kg_d", required;
    Contact = "联系人", "contact", optional;
    Role = "职务", "role", optional;
    Phone = "手机", "phone" | "联系电话" | "电话", optional;
    Email = "邮箱", "email", optional;
    Webhook = "回调地址", "webhook", optional;
}

impl Column {
    /// The columns that describe the plant and repeat on each of its rows.
    fn of_the_plant() -> &'static [Self] {
        let end = Self::Unit as usize;
        &Self::ALL[..end]
    }

    /// Of blue there is no column: nothing is filed under it, and nobody asks.
    fn measure(level: WarningLevel) -> Self {
        match level {
            WarningLevel::Blue | WarningLevel::Yellow => Self::MeasureYellow,
            WarningLevel::Orange => Self::MeasureOrange,
            WarningLevel::Red => Self::MeasureRed,
        }
    }

    fn base(pollutant: EmittedPollutant) -> Self {
        Self::ALL[Self::BasePm as usize + pollutant as usize]
    }

    fn cut(level: WarningLevel, pollutant: EmittedPollutant) -> Self {
        let first = match level {
            WarningLevel::Blue | WarningLevel::Yellow => Self::CutYellowPm,
            WarningLevel::Orange => Self::CutOrangePm,
            WarningLevel::Red => Self::CutRedPm,
        };
        Self::ALL[first as usize + pollutant as usize]
    }

    fn reads(self, header: &str) -> bool {
        let same = |name: &str| folded(name) == folded(header);
        same(self.zh()) || same(self.en()) || self.others().iter().any(|name| same(name))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.zh())
    }
}

/// A header without blanks, in narrow small letters.
fn folded(header: &str) -> String {
    header
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where each column of one table stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(HashMap<Column, usize>);

/// Why a table is no reduction list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Columns that a list must have.
    #[error("the table lacks {}", quoted(.0))]
    Missing(Vec<Column>),
    /// Neither plant numbers nor permit numbers.
    #[error("the table has neither `企业编号` nor `排污许可证编号`")]
    NoIdentity,
    /// Two headers mean the same column.
    #[error("two headers mean `{0}`")]
    Twice(Column),
}

fn quoted(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| format!("`{column}`")).collect();
    names.join(", ")
}

impl Layout {
    /// Finds the columns in a header line.
    pub fn find<'h>(header: impl IntoIterator<Item = &'h str>) -> Result<Self, LayoutError> {
        let mut places = HashMap::new();
        for (place, name) in header.into_iter().enumerate() {
            let Some(column) = Column::ALL.iter().find(|column| column.reads(name)) else {
                continue;
            };
            if places.insert(*column, place).is_some() {
                return Err(LayoutError::Twice(*column));
            }
        }
        let missing: Vec<_> = Column::ALL
            .iter()
            .copied()
            .filter(|column| column.is_required() && !places.contains_key(column))
            .collect();
        if !missing.is_empty() {
            return Err(LayoutError::Missing(missing));
        }
        if !places.contains_key(&Column::Number) && !places.contains_key(&Column::Permit) {
            return Err(LayoutError::NoIdentity);
        }
        Ok(Self(places))
    }

    /// Where a column stands, if the table has it.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.get(&column).copied()
    }
}

/// A cell that cannot be taken.
///
/// `found` repeats what was filed, personal data included: it is for whoever filed the list, and
/// never for a log. `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The line in the file, counted from 1.
    pub line: u64,
    /// The column.
    pub column: Column,
    /// What stood there.
    pub found: String,
    /// What should have stood there.
    pub expected: String,
}

impl fmt::Debug for CellFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column, expected) = (self.line, self.column, &self.expected);
        write!(f, "CellFault({line}, {column}: expected {expected})")
    }
}

/// What came of reading a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The sound plants, in the order in which they first appear.
    pub plants: Vec<Plant>,
    /// Every faulty cell, by line and column.
    pub faults: Vec<CellFault>,
    /// The lines of plants that have a faulty cell anywhere.
    pub faulty_lines: BTreeSet<u64>,
}

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

/// Reads a whole list: numbered lines, each with its cells in the order of the header.
pub fn read<'c, C>(
    layout: &Layout,
    lines: impl IntoIterator<Item = (u64, C)>,
    regions: &Regions,
) -> Reading
where
    C: Fn(usize) -> &'c str,
{
    let mut drafts = Drafts::default();
    let mut faults = Vec::new();
    for (line, cell) in lines {
        let identity = raw_identity(layout, &cell);
        match parse_row(layout, line, &cell, regions) {
            Ok(row) => drafts.add(identity, row, &mut faults),
            Err(found) => {
                drafts.spoil(identity, line);
                faults.extend(found);
            }
        }
    }
    drafts.finish(faults)
}

/// Reads one row. Every faulty cell is named, not only the first.
pub fn parse_row<'c>(
    layout: &Layout,
    line: u64,
    cell: impl Fn(usize) -> &'c str,
    regions: &Regions,
) -> Result<ListRow, Vec<CellFault>> {
    let mut cells = Cells {
        line,
        faults: Vec::new(),
        text: Column::ALL
            .iter()
            .map(|column| {
                layout
                    .place(*column)
                    .map_or("", |place| filled(cell(place)))
            })
            .collect(),
    };
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

/// Writes a plant as rows, cells in the order of [`Column::ALL`].
pub fn rows(plant: &Plant) -> Vec<Vec<String>> {
    let shared = plant_cells(plant);
    (0..plant.units.len().max(plant.contacts.len()))
        .map(|at| {
            let mut row = shared.clone();
            row.extend(unit_cells(plant.units.get(at)));
            row.extend(contact_cells(plant.contacts.get(at)));
            row
        })
        .collect()
}

/// The header line, in the order of [`Column::ALL`].
pub fn header() -> impl Iterator<Item = &'static str> {
    Column::ALL.iter().map(|column| column.zh())
}

/// A cell without blanks around it; empty for the signs that mean so.
fn filled(cell: &str) -> &str {
    match cell.trim() {
        "-" | "—" | "——" | "/" | "无" => "",
        text => text,
    }
}

/// What groups rows even where a cell of them cannot be read; none where nothing does.
fn raw_identity<'c>(layout: &Layout, cell: impl Fn(usize) -> &'c str) -> Option<String> {
    [Column::Number, Column::Permit]
        .into_iter()
        .filter_map(|column| layout.place(column))
        .map(|place| filled(cell(place)))
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// One row's cells by column, and the faults found in them so far.
struct Cells<'c> {
    line: u64,
    text: Vec<&'c str>,
    faults: Vec<CellFault>,
}

impl<'c> Cells<'c> {
    fn get(&self, column: Column) -> &'c str {
        self.text[column as usize]
    }

    fn has(&self, column: Column) -> bool {
        !self.get(column).is_empty()
    }

    fn fault(&mut self, column: Column, expected: impl Into<String>) {
        self.faults.push(CellFault {
            line: self.line,
            column,
            found: self.get(column).to_owned(),
            expected: expected.into(),
        });
    }

    /// A value, none for an empty cell; a fault in the words of `expected` for a wrong one.
    fn parse<T: FromStr>(
        &mut self,
        column: Column,
        expected: impl FnOnce(&T::Err) -> String,
    ) -> Option<T> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(column, expected(&error));
                None
            }
        }
    }

    /// One line of text of at most so many characters.
    fn line_of(&mut self, column: Column, longest: usize) -> String {
        let text = self.get(column);
        if text.chars().count() > longest || text.contains(char::is_control) {
            self.fault(column, format!("one line of at most {longest} characters"));
        }
        text.to_owned()
    }

    fn required_line_of(&mut self, column: Column, longest: usize, what: &str) -> String {
        if !self.has(column) {
            self.fault(column, what);
        }
        self.line_of(column, longest)
    }

    /// A mass in kg/d, as grams per day; none where it cannot be read.
    fn grams(&mut self, column: Column) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return Some(0);
        }
        let grams = decimal(text, 3, false).filter(|grams| *grams < 1_000_000_000_000);
        if grams.is_none() {
            let expected = "kilograms per day, below 1,000,000,000, at most three decimals";
            self.fault(column, expected);
        }
        grams
    }

    fn degrees(&mut self, column: Column, range: &std::ops::RangeInclusive<i32>) -> Option<i32> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let (low, high) = (i64::from(*range.start()), i64::from(*range.end()));
        let e7 = decimal(text, 7, true)
            .filter(|e7| (low * 10_000_000..=high * 10_000_000).contains(e7))
            .and_then(|e7| i32::try_from(e7).ok());
        if e7.is_none() {
            self.fault(
                column,
                format!("degrees from {low} to {high}, such as {low}.5"),
            );
        }
        e7
    }
}

/// A decimal number scaled by a power of ten, exactly; none for anything else.
///
/// Further decimals are cut off where `cut_off` says so and refused otherwise.
fn decimal(text: &str, decimals: usize, cut_off: bool) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || (part.len() > decimals && !cut_off) {
        return None;
    }
    let part = &part[..part.len().min(decimals)];
    format!("{whole}{part:0<decimals$}").parse().ok()
}

/// A scaled number as its shortest decimal text: 1500 with three decimals is `1.5`.
fn decimal_text(scaled: i64, decimals: usize) -> String {
    let digits = format!("{scaled:0>width$}", width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    match part.trim_end_matches('0') {
        "" => whole.to_owned(),
        part => format!("{whole}.{part}"),
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
    let until_on = cells.parse(Column::ExemptUntil, |_: &chrono::ParseError| {
        "a day such as 2026-12-31".to_owned()
    });
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
    let phone = cells.parse(Column::Phone, |e: &NotAPhone| bare(e));
    let email = cells.parse(Column::Email, |e: &NotAnEmail| bare(e));
    let webhook = cells.parse(Column::Webhook, |e: &NotAWebhookUrl| bare(e));
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

/// What an error of a personal text expects, without repeating the text.
fn bare(error: &impl fmt::Display) -> String {
    error.to_string().trim_start_matches("expected ").to_owned()
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

/// Plants as their rows come in.
#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    by_identity: HashMap<String, usize>,
}

#[derive(Default)]
struct Draft {
    /// The first sound row's plant with the units and contacts of all rows.
    plant: Option<Plant>,
    /// The line of that row.
    plant_line: u64,
    /// The lines of its rows, and whether any is faulty.
    lines: Vec<u64>,
    faulty: bool,
    /// For each unit the line it stood on.
    unit_lines: Vec<u64>,
}

impl Drafts {
    fn draft(&mut self, identity: Option<String>, line: u64) -> &mut Draft {
        let fresh = self.drafts.len();
        let at = match identity {
            Some(identity) => *self.by_identity.entry(identity).or_insert(fresh),
            None => fresh,
        };
        if at == fresh {
            self.drafts.push(Draft::default());
        }
        let draft = &mut self.drafts[at];
        draft.lines.push(line);
        draft
    }

    fn spoil(&mut self, identity: Option<String>, line: u64) {
        self.draft(identity, line).faulty = true;
    }

    fn add(&mut self, identity: Option<String>, row: ListRow, faults: &mut Vec<CellFault>) {
        let draft = self.draft(identity, row.line);
        let before = faults.len();
        draft.add(row, faults);
        draft.faulty |= faults.len() > before;
    }

    fn finish(mut self, mut faults: Vec<CellFault>) -> Reading {
        self.check_units(&mut faults);
        self.check_permits(&mut faults);
        let mut reading = Reading::default();
        for draft in self.drafts {
            match draft.plant {
                Some(plant) if !draft.faulty => reading.plants.push(plant),
                _ => reading.faulty_lines.extend(draft.lines),
            }
        }
        faults.sort_by_key(|fault| (fault.line, fault.column));
        reading.faults = faults;
        reading
    }

    /// A plant of contacts alone has nothing to be ordered.
    fn check_units(&mut self, faults: &mut Vec<CellFault>) {
        for draft in &mut self.drafts {
            let empty = draft.plant.as_ref().is_some_and(|p| p.units.is_empty());
            if empty && !draft.faulty {
                draft.faulty = true;
                faults.push(CellFault {
                    line: draft.lines[0],
                    column: Column::Unit,
                    found: String::new(),
                    expected: "at least one line or process of the plant".to_owned(),
                });
            }
        }
    }

    /// A permit is of one site: two plants cannot share it.
    fn check_permits(&mut self, faults: &mut Vec<CellFault>) {
        let mut first: HashMap<PermitNumber, usize> = HashMap::new();
        for at in 0..self.drafts.len() {
            let Some(permit) = self.drafts[at].plant.as_ref().and_then(|p| p.permit) else {
                continue;
            };
            let before = *first.entry(permit).or_insert(at);
            if before == at {
                continue;
            }
            let other = self.drafts[before].lines[0];
            self.drafts[before].faulty = true;
            self.drafts[at].faulty = true;
            faults.push(CellFault {
                line: self.drafts[at].lines[0],
                column: Column::Permit,
                found: permit.to_string(),
                expected: format!("a permit of its own; line {other} has this one"),
            });
        }
    }
}

impl Draft {
    fn add(&mut self, row: ListRow, faults: &mut Vec<CellFault>) {
        let line = row.line;
        let plant = match &mut self.plant {
            None => {
                self.plant_line = line;
                self.plant.insert(row.plant)
            }
            Some(plant) => {
                contradictions(plant, self.plant_line, &row.plant, line, faults);
                plant
            }
        };
        if let Some(unit) = row.unit {
            if let Some(twin) = plant.units.iter().position(|u| u.name == unit.name) {
                faults.push(CellFault {
                    line,
                    column: Column::Unit,
                    found: unit.name.clone(),
                    expected: format!("each unit once; line {} has it", self.unit_lines[twin]),
                });
            }
            plant.units.push(unit);
            self.unit_lines.push(line);
        }
        if let Some(contact) = row.contact
            && !plant.contacts.contains(&contact)
        {
            plant.contacts.push(contact);
        }
    }
}

/// Where two rows of one plant say different things of it.
fn contradictions(
    first: &Plant,
    first_line: u64,
    other: &Plant,
    line: u64,
    faults: &mut Vec<CellFault>,
) {
    let (before, now) = (plant_cells(first), plant_cells(other));
    for ((column, before), now) in Column::of_the_plant().iter().zip(before).zip(now) {
        if before != now {
            faults.push(CellFault {
                line,
                column: *column,
                found: now,
                expected: format!("`{before}`, as on line {first_line} of the same plant"),
            });
        }
    }
}

fn plant_cells(plant: &Plant) -> Vec<String> {
    fn text(value: Option<&impl ToString>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    let degrees = |e7: Option<i32>| e7.map_or(String::new(), |e7| decimal_text(e7.into(), 7));
    let exemption = plant.exemption.as_ref();
    let cell = |column: &Column| match column {
        Column::Number => plant.number.to_string(),
        Column::Permit => text(plant.permit.as_ref()),
        Column::Name => plant.name.clone(),
        Column::CreditCode => text(plant.credit_code.as_ref()),
        Column::Region => plant.region.to_string(),
        Column::County => plant.county.clone(),
        Column::Township => plant.township.clone(),
        Column::Address => plant.address.clone(),
        Column::Longitude => degrees(plant.position.map(|p| p.longitude_e7)),
        Column::Latitude => degrees(plant.position.map(|p| p.latitude_e7)),
        Column::IndustryCode => text(plant.industry.code.as_ref()),
        Column::KeyIndustry => text(plant.industry.key.as_ref()),
        Column::GradeScheme => text(plant.grade.as_ref().map(|g| &g.scheme)),
        Column::Grade => text(plant.grade.as_ref().map(|g| &g.code)),
        Column::Class => plant.class.to_string(),
        Column::Status => plant.status.to_string(),
        Column::ExemptionKind => text(exemption.map(|e| &e.kind)),
        Column::ExemptUpTo => exemption.map_or(String::new(), |e| e.up_to.zh().to_owned()),
        Column::ExemptUntil => text(exemption.and_then(|e| e.until_on.as_ref())),
        Column::ExemptBy => text(exemption.map(|e| &e.granted_by)),
        other => unreachable!("{other} is no column of the plant"),
    };
    Column::of_the_plant().iter().map(cell).collect()
}

fn unit_cells(unit: Option<&Unit>) -> Vec<String> {
    let Some(unit) = unit else {
        return vec![String::new(); Column::Contact as usize - Column::Unit as usize];
    };
    let masses = |emission: Emission| {
        EmittedPollutant::ALL.map(|pollutant| decimal_text(emission.get(pollutant), 3))
    };
    let mut cells = vec![unit.name.clone(), unit.ramp_down_hours.to_string()];
    cells.extend(unit.measures.iter().map(|(_, m)| m.text().to_owned()));
    cells.extend(masses(unit.base));
    cells.extend(unit.cut.iter().flat_map(|(_, cut)| masses(*cut)));
    cells
}

fn contact_cells(contact: Option<&Contact>) -> Vec<String> {
    let Some(contact) = contact else {
        return vec![String::new(); Column::ALL.len() - Column::Contact as usize];
    };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    vec![
        contact.name.clone(),
        contact.role.clone(),
        text(contact.phone.as_ref().map(Phone::as_str)),
        text(contact.email.as_ref().map(Email::as_str)),
        text(contact.webhook.as_ref().map(WebhookUrl::as_str)),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const REGIONS: &str = include_str!("../../playbooks/regions/gbt2260.csv");
    const LOCAL_UNITS: &str = include_str!("../../playbooks/regions/local-units.csv");

    fn regions() -> Regions {
        let mut regions = Regions::parse(REGIONS).unwrap();
        regions.extend(Regions::parse(LOCAL_UNITS).unwrap());
        regions
    }

    /// A sound row with some of its cells replaced.
    fn row(replaced: &[(Column, &str)]) -> Vec<String> {
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

    fn read_rows(rows: &[Vec<String>]) -> Reading {
        let layout = Layout::find(header()).unwrap();
        let lines = (2..).zip(rows.iter().map(|row| |at: usize| row[at].as_str()));
        read(&layout, lines, &regions())
    }

    /// `line column: expected`, one per fault.
    fn faults(reading: &Reading) -> Vec<String> {
        let fault = |f: &CellFault| format!("{} {}: {}", f.line, f.column, f.expected);
        reading.faults.iter().map(fault).collect()
    }

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
    fn rows_of_one_number_are_one_plant_even_when_they_stand_apart() {
        let reading = read_rows(&[
            row(&[]),
            row(&[(Column::Number, "XC-0002"), (Column::Permit, "")]),
            row(&[(Column::Unit, "2号窑"), (Column::Contact, "示例副手")]),
        ]);
        assert_eq!(faults(&reading), [""; 0]);
        let shape: Vec<_> = reading
            .plants
            .iter()
            .map(|p| (p.number.as_str(), p.units.len(), p.contacts.len()))
            .collect();
        assert_eq!(shape, [("XC-0001", 2, 2), ("XC-0002", 1, 1)]);
    }

    #[test]
    fn a_permit_number_stands_in_for_a_missing_plant_number() {
        let reading = read_rows(&[row(&[(Column::Number, "-")])]);
        assert_eq!(reading.plants[0].number.as_str(), "916400007106647920001P");
    }

    #[test]
    fn a_row_without_a_unit_adds_a_contact() {
        let only_a_contact: Vec<_> = Column::ALL[Column::Unit as usize..Column::Contact as usize]
            .iter()
            .map(|column| (*column, ""))
            .chain([
                (Column::Contact, "示例夜班"),
                (Column::Phone, "13900000000"),
            ])
            .collect();
        let reading = read_rows(&[row(&[]), row(&only_a_contact)]);
        assert_eq!(faults(&reading), [""; 0]);
        assert_eq!(reading.plants[0].units.len(), 1);
        assert_eq!(reading.plants[0].contacts.len(), 2);
        let alone = read_rows(&[row(&only_a_contact)]);
        assert_eq!(
            faults(&alone),
            ["2 生产线/工序: at least one line or process of the plant"]
        );
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

    #[test]
    fn every_faulty_cell_of_a_list_is_named_by_line_and_column() {
        let reading = read_rows(&[
            row(&[(Column::Email, "duty"), (Column::Class, "")]),
            row(&[
                (Column::Number, "XC-0002"),
                (Column::Permit, ""),
                (Column::Name, ""),
            ]),
        ]);
        let places: Vec<_> = reading.faults.iter().map(|f| (f.line, f.column)).collect();
        assert_eq!(
            places,
            [(2, Column::Class), (2, Column::Email), (3, Column::Name)]
        );
    }

    #[test]
    fn rows_that_contradict_one_another_name_both_lines() {
        let reading = read_rows(&[
            row(&[]),
            row(&[
                (Column::Unit, "2号窑"),
                (Column::Name, "另一家"),
                (Column::Region, "411082"),
            ]),
        ]);
        assert_eq!(
            faults(&reading),
            [
                "3 企业名称: `示例水泥厂（虚构）`, as on line 2 of the same plant",
                "3 行政区划代码: `411081`, as on line 2 of the same plant",
            ]
        );
        assert_eq!(reading.faulty_lines, BTreeSet::from([2, 3]));
    }

    #[test]
    fn a_unit_stands_once_in_its_plant() {
        let reading = read_rows(&[row(&[]), row(&[])]);
        assert_eq!(
            faults(&reading),
            ["3 生产线/工序: each unit once; line 2 has it"]
        );
    }

    #[test]
    fn a_permit_belongs_to_one_plant() {
        let reading = read_rows(&[row(&[]), row(&[(Column::Number, "XC-0002")])]);
        assert_eq!(
            faults(&reading),
            ["3 排污许可证编号: a permit of its own; line 2 has this one"]
        );
        assert_eq!(reading.plants, []);
    }

    #[test]
    fn one_faulty_row_hands_back_its_whole_plant_and_no_other() {
        let reading = read_rows(&[
            row(&[]),
            row(&[(Column::Number, "XC-0002"), (Column::Permit, "")]),
            row(&[(Column::Unit, "2号窑"), (Column::MeasureRed, "")]),
        ]);
        assert_eq!(reading.faulty_lines, BTreeSet::from([2, 4]));
        let taken: Vec<_> = reading.plants.iter().map(|p| p.number.as_str()).collect();
        assert_eq!(taken, ["XC-0002"]);
    }

    #[rstest]
    #[case::chinese_with_wide_brackets("县（区）", Some(Column::County))]
    #[case::english("Credit_Code", Some(Column::CreditCode))]
    #[case::other_chinese("单位名称", Some(Column::Name))]
    #[case::blanks(" NOx 日排放量（kg/d）", Some(Column::BaseNox))]
    #[case::unknown("备注", None)]
    fn headers_are_read_in_their_spellings(#[case] header: &str, #[case] column: Option<Column>) {
        assert_eq!(
            Column::ALL.iter().copied().find(|c| c.reads(header)),
            column
        );
    }

    #[test]
    fn no_two_columns_share_a_header() {
        for column in Column::ALL {
            for name in [column.zh(), column.en()].iter().chain(column.others()) {
                let readers = Column::ALL.iter().filter(|c| c.reads(name)).count();
                assert_eq!(readers, 1, "{name}");
            }
        }
    }

    #[test]
    fn a_table_without_its_columns_is_no_list() {
        let without = |gone: &'static [Column]| {
            let kept = Column::ALL.iter().filter(|column| !gone.contains(column));
            Layout::find(kept.map(|column| column.zh()))
        };
        assert_eq!(
            without(&[Column::MeasureRed, Column::Class]),
            Err(LayoutError::Missing(vec![
                Column::Class,
                Column::MeasureRed
            ]))
        );
        assert_eq!(
            without(&[Column::Number, Column::Permit]),
            Err(LayoutError::NoIdentity)
        );
        assert!(without(&[Column::Number, Column::Contact]).is_ok());
        assert_eq!(
            Layout::find(["企业名称", "单位名称"]),
            Err(LayoutError::Twice(Column::Name))
        );
    }

    fn text() -> impl Strategy<Value = String> {
        "[示例厂窑炉甲乙丙A-Z0-9]{1,8}"
    }

    fn emission() -> impl Strategy<Value = Emission> {
        let grams = 0_i64..1_000_000_000_000;
        (grams.clone(), grams.clone(), grams.clone(), grams)
            .prop_map(|(pm, so2, nox, vocs)| Emission { pm, so2, nox, vocs })
    }

    fn unit() -> impl Strategy<Value = Unit> {
        let measure = text().prop_map(|text| Measure::filed(&text).unwrap());
        (
            any::<u16>(),
            vec(measure, 3),
            emission(),
            vec(0_u8..=100, 3),
        )
            .prop_map(|(ramp_down_hours, measures, base, shares)| {
                let share =
                    |percent: u8| Emission::from_fn(|p| base.get(p) / 100 * i64::from(percent));
                let mut measures = measures.into_iter();
                Unit {
                    name: String::new(),
                    ramp_down_hours,
                    measures: PerLevel::from_fn(|_| measures.next().unwrap()),
                    base,
                    cut: PerLevel {
                        yellow: share(shares[0]),
                        orange: share(shares[1]),
                        red: share(shares[2]),
                    },
                }
            })
    }

    fn contact() -> impl Strategy<Value = Contact> {
        let phone = "1[3-9][0-9]{9}".prop_map(|text| text.parse().unwrap());
        let email = "[a-z]{1,9}@[a-z]{1,9}\\.invalid".prop_map(|text| text.parse().unwrap());
        let webhook = "https://[a-z]{1,9}\\.invalid/[a-z]{0,5}".prop_map(|t| t.parse().unwrap());
        (text(), of(text()), phone, of(email), of(webhook)).prop_map(
            |(name, role, phone, email, webhook)| Contact {
                name,
                role: role.unwrap_or_default(),
                phone: Some(phone),
                email,
                webhook,
            },
        )
    }

    fn plant() -> impl Strategy<Value = Plant> {
        let of_whom = (
            "[A-Z]{2}-[0-9]{4}",
            of(Just("916400007106647920")),
            text(),
            prop::sample::select(vec!["411081", "411081001", "411000-D01"]),
            of(text()),
            of((730_000_000_i32..1_360_000_000, 30_000_000_i32..540_000_000)),
        );
        let of_what = (
            of("[0-4][1-9][0-9]{2}"),
            of(text()),
            of((text(), prop::sample::select(vec!["A+", "B-", "引领性"]))),
            prop::sample::select(ListClass::ALL),
            of((text(), 1_usize..4, of(0_i32..9_000), of(text()))),
            (vec(unit(), 1..4), vec(contact(), 0..5)),
        );
        (of_whom, of_what).prop_map(
            |(
                (number, credit_code, name, region, township, position),
                (code, key, grade, class, exemption, (mut units, mut contacts)),
            )| {
                for (at, unit) in units.iter_mut().enumerate() {
                    unit.name = format!("{}号线", at + 1);
                }
                for (at, contact) in contacts.iter_mut().enumerate() {
                    contact.name = format!("联系人{at}");
                }
                Plant {
                    number: number.parse().unwrap(),
                    permit: credit_code.map(|code| format!("{code}001P").parse().unwrap()),
                    name,
                    credit_code: credit_code.map(|code| code.parse().unwrap()),
                    region: region.parse().unwrap(),
                    county: "禹州市".into(),
                    township: township.unwrap_or_default(),
                    address: String::new(),
                    position: position.map(|(longitude_e7, latitude_e7)| Position {
                        longitude_e7,
                        latitude_e7,
                    }),
                    industry: Industry {
                        code: code.map(|code| code.parse().unwrap()),
                        key,
                    },
                    grade: grade.map(|(scheme, code)| Grade {
                        scheme,
                        code: code.parse().unwrap(),
                    }),
                    class,
                    status: PlantStatus::Seasonal,
                    exemption: exemption.map(|(kind, level, until, by)| Exemption {
                        kind,
                        up_to: WarningLevel::ALL[level],
                        until_on: until.and_then(chrono::NaiveDate::from_epoch_days),
                        granted_by: by.unwrap_or_default(),
                    }),
                    units,
                    contacts,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn writing_and_reading_again_changes_nothing(plant in plant()) {
            let reading = read_rows(&rows(&plant));
            prop_assert_eq!(faults(&reading), Vec::<String>::new());
            prop_assert_eq!(reading.plants, vec![plant]);
        }

        #[test]
        fn no_cell_makes_reading_panic(
            at in 0..Column::ALL.len(),
            cell in "\\PC{0,12}",
        ) {
            let column = Column::ALL[at];
            let reading = read_rows(&[row(&[(column, &cell)])]);
            prop_assert_eq!(reading.plants.is_empty(), !reading.faults.is_empty());
        }

        #[test]
        fn decimals_read_back_as_written(scaled in 0_i64..1_000_000_000_000, places in 1_usize..8) {
            prop_assert_eq!(decimal(&decimal_text(scaled, places), places, false), Some(scaled));
        }
    }
}
