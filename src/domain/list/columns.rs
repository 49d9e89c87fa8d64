//! The columns of a list, and where they stand in one table.

use std::collections::HashMap;
use std::fmt;

use super::headers;
use crate::enterprise::EmittedPollutant;
use crate::level::WarningLevel;

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

            /// Other headers that are read as this one, beside those composed of words.
            pub(super) const fn others(self) -> &'static [&'static str] {
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
    Number = "企业编号", "number" | "企业编码", optional;
    Permit = "排污许可证编号", "permit" | "排污许可证号" | "排污许可编号" | "许可证编号", optional;
    Name = "企业名称", "name" | "单位名称" | "企业全称" | "企业(单位)名称", required;
    CreditCode = "统一社会信用代码", "credit_code" | "社会信用代码" | "信用代码", optional;
    /// County, township or local unit.
    Region = "行政区划代码", "region" | "区划代码" | "行政区代码", required;
    County = "县(区)", "county" | "县区" | "县" | "区县" | "区(县)" | "县(市、区)", optional;
    Township = "乡镇(街道)", "township" | "乡镇" | "乡镇街道" | "乡(镇、街道)", optional;
    Address = "地址", "address" | "详细地址" | "企业地址" | "单位地址", optional;
    Longitude = "经度", "longitude" | "经度(°)" | "中心经度", optional;
    Latitude = "纬度", "latitude" | "纬度(°)" | "中心纬度", optional;
    IndustryCode = "国民经济行业代码", "industry_code" | "行业代码", optional;
    KeyIndustry = "重点行业", "key_industry" | "重点行业类型" | "重点行业类别", optional;
    GradeScheme = "绩效分级体系", "grade_scheme", optional;
    Grade = "绩效等级", "grade" | "绩效分级" | "绩效评级", optional;
    Class = "管控类别", "class" | "管控类型", required;
    /// Empty means 正常.
    Status = "企业状态", "status" | "生产状态", optional;
    ExemptionKind = "豁免类型", "exemption", optional;
    /// The highest level at which the exemption holds.
    ExemptUpTo = "豁免最高级别", "exempt_up_to", optional;
    /// `YYYY-MM-DD`, or the same with `/`, `.` or `年月日`.
    ExemptUntil = "豁免截止日期", "exempt_until" | "豁免到期日期", optional;
    ExemptBy = "豁免批准机关", "exempt_by" | "豁免批准单位", optional;
    Unit = "生产线/工序", "unit" | "生产线" | "工序" | "生产线名称" | "工序名称" | "生产工序" | "生产线(工序)", required;
    RampDownHours = "停产所需小时", "ramp_down_hours" | "停产所需时间(小时)" | "停产所需时间(h)", optional;
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
    Contact = "联系人", "contact" | "联系人姓名" | "联系人名称", optional;
    Role = "职务", "role" | "联系人职务", optional;
    Phone = "手机", "phone" | "联系电话" | "电话" | "手机号" | "手机号码" | "联系人电话" | "联系人手机", optional;
    Email = "邮箱", "email" | "电子邮箱" | "联系人邮箱", optional;
    Webhook = "回调地址", "webhook", optional;
}

/// How a column's cells are kept where cells have types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts, codes and telephone numbers among them.
    Text,
    /// Numbers.
    Number,
    /// Days.
    Day,
}

impl Column {
    /// The column that a header names, in any of its spellings. The rows of a header that has
    /// several are joined by [`PART`](super::PART), from the top down; groups may be left out.
    pub fn of(header: &str) -> Option<Self> {
        headers::find(header)
    }

    /// How its cells are kept where cells have types.
    pub fn kind(self) -> Kind {
        match self {
            Self::Longitude | Self::Latitude | Self::RampDownHours => Kind::Number,
            Self::ExemptUntil => Kind::Day,
            mass if mass.is_mass() => Kind::Number,
            _ => Kind::Text,
        }
    }

    /// Whether it holds a mass of a unit, which is added up over the units of a plant.
    pub fn is_mass(self) -> bool {
        (Self::BasePm..=Self::CutRedVocs).contains(&self)
    }

    /// The columns that describe the plant and repeat on each of its rows.
    pub(super) fn of_the_plant() -> &'static [Self] {
        let end = Self::Unit as usize;
        &Self::ALL[..end]
    }

    /// Of blue there is no column: nothing is filed under it, and nobody asks.
    pub(super) fn measure(level: WarningLevel) -> Self {
        match level {
            WarningLevel::Blue | WarningLevel::Yellow => Self::MeasureYellow,
            WarningLevel::Orange => Self::MeasureOrange,
            WarningLevel::Red => Self::MeasureRed,
        }
    }

    pub(super) fn base(pollutant: EmittedPollutant) -> Self {
        Self::ALL[Self::BasePm as usize + pollutant as usize]
    }

    pub(super) fn cut(level: WarningLevel, pollutant: EmittedPollutant) -> Self {
        let first = match level {
            WarningLevel::Blue | WarningLevel::Yellow => Self::CutYellowPm,
            WarningLevel::Orange => Self::CutOrangePm,
            WarningLevel::Red => Self::CutRedPm,
        };
        Self::ALL[first as usize + pollutant as usize]
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.zh())
    }
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
            let Some(column) = Column::of(name) else {
                continue;
            };
            if places.insert(column, place).is_some() {
                return Err(LayoutError::Twice(column));
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
