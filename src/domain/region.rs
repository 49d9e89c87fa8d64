//! Administrative regions (行政区划): their codes, what lies below what, and their names.
//!
//! A [`RegionCode`] is one of
//!
//! | written | means | source |
//! |---|---|---|
//! | `410000` `411000` `411081` | province, prefecture, county | GB/T 2260 |
//! | `411081001` | township (乡镇、街道), nine digits | 统计用区划代码 |
//! | `411000-D01` | local unit: a development zone (开发区) or similar that no standard codes | the bureau's own, `-D` and two digits after the prefecture or county it belongs to |
//!
//! The twelve-digit statistical form of a county or township is read too and kept in its short
//! form. Codes are parsed once; afterwards containment is a comparison of prefixes. The module
//! never decides which regions *exist*: that is the table [`Regions`], which is data.
//!
//! # Design notes
//!
//! What lies below a code is exactly what begins with its [`stem`](RegionCode::stem) (`41`,
//! `4110`, `411081`, `411081001`, `411000-D01`), so a query for "this region and everything below"
//! is a prefix match. A few prefectures (东莞 441900, 儋州 460400) have townships and no counties;
//! their township codes stand directly below the prefecture and need no special case.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The code of a region. Sorted by code, a region stands before everything below it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode([u8; LONGEST]);

/// The length of `411000-D01`, the longest form; shorter ones are filled with zero bytes.
const LONGEST: usize = 10;

/// How high a region stands (层级), the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 省、自治区、直辖市.
    Province,
    /// 地级市、自治州, and the collective codes such as `419000`.
    Prefecture,
    /// 县、区、县级市.
    County,
    /// 乡、镇、街道.
    Township,
    /// 开发区 and the like, coded by the bureau itself.
    LocalUnit,
}

/// Why a text is not the code of a region.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionCodeError {
    /// Neither six, nine or twelve digits nor a local unit.
    #[error(
        "`{0}` is not a region code: expected six digits (GB/T 2260), nine for a township, or a local unit such as `411000-D01`"
    )]
    Form(String),
    /// Digits that contradict one another: a county without a prefecture, a province `00`.
    #[error("`{0}` is not a region code: a part above it is zero")]
    Hole(String),
    /// A village or neighbourhood committee.
    #[error("`{0}` codes a village: regions end at the township, its first nine digits")]
    Village(String),
}

impl RegionCode {
    /// The code as written.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&b| b == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.0[..end]).expect("a region code is ASCII")
    }

    /// What every code below this one, and itself, begins with.
    pub fn stem(&self) -> &str {
        let code = self.as_str();
        match self.tier() {
            Tier::Province => &code[..2],
            Tier::Prefecture => &code[..4],
            Tier::County | Tier::Township | Tier::LocalUnit => code,
        }
    }

    /// How high the region stands.
    pub fn tier(&self) -> Tier {
        let code = self.as_str();
        match code.len() {
            9 => Tier::Township,
            10 => Tier::LocalUnit,
            _ if &code[2..] == "0000" => Tier::Province,
            _ if &code[4..] == "00" => Tier::Prefecture,
            _ => Tier::County,
        }
    }

    /// The region directly above; none for a province.
    pub fn parent(&self) -> Option<Self> {
        let kept = match self.tier() {
            Tier::Province => return None,
            Tier::Prefecture => 2,
            Tier::County => 4,
            Tier::Township | Tier::LocalUnit => 6,
        };
        let mut parent = Self::pack("000000");
        parent.0[..kept].copy_from_slice(&self.0[..kept]);
        Some(parent)
    }

    /// Whether the other region is this one or lies anywhere below it.
    pub fn contains(&self, other: Self) -> bool {
        other.as_str().starts_with(self.stem())
    }

    /// The region and everything above it, from itself up to its province.
    pub fn with_ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), Self::parent)
    }

    /// The prefecture the region is or lies in; none for a province.
    pub fn prefecture(self) -> Option<Self> {
        self.with_ancestors()
            .find(|code| code.tier() == Tier::Prefecture)
    }

    /// The region whose reduction list binds the plants here: the prefecture's, as 许昌市's does
    /// in its counties; a province's own above them.
    #[must_use]
    pub fn list_region(self) -> Self {
        self.prefecture().unwrap_or(self)
    }

    /// The county the region is or lies in; none above counties and directly below a prefecture.
    pub fn county(self) -> Option<Self> {
        self.with_ancestors()
            .find(|code| code.tier() == Tier::County)
    }

    /// The county of a recipient here, as plans and counters name it: above counties, and directly
    /// below a prefecture, the region itself.
    #[must_use]
    pub fn county_or_self(self) -> Self {
        self.county().unwrap_or(self)
    }

    fn pack(code: &str) -> Self {
        let mut bytes = [0; LONGEST];
        bytes[..code.len()].copy_from_slice(code.as_bytes());
        Self(bytes)
    }
}

impl FromStr for RegionCode {
    type Err = RegionCodeError;

    fn from_str(text: &str) -> Result<Self, RegionCodeError> {
        let form = || RegionCodeError::Form(text.to_owned());
        let hole = || RegionCodeError::Hole(text.to_owned());
        let (digits, unit) = match text.split_once("-D") {
            Some((digits, unit)) => (digits, Some(unit)),
            None => (text, None),
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form());
        }
        if let Some(unit) = unit {
            if digits.len() != 6 || unit.len() != 2 || !unit.bytes().all(|b| b.is_ascii_digit()) {
                return Err(form());
            }
            if unit == "00" || Self::from_str(digits)?.tier() == Tier::Province {
                return Err(hole());
            }
            return Ok(Self::pack(text));
        }
        let digits = match digits.len() {
            6 | 9 => digits,
            12 if &digits[9..] != "000" => return Err(RegionCodeError::Village(text.to_owned())),
            12 if &digits[6..9] == "000" => &digits[..6],
            12 => &digits[..9],
            _ => return Err(form()),
        };
        let (province, prefecture, county) = (&digits[..2], &digits[2..4], &digits[4..6]);
        let below_a_hole = prefecture == "00" && (county != "00" || digits.len() > 6);
        if province < "11" || below_a_hole || &digits[6..] == "000" {
            return Err(hole());
        }
        Ok(Self::pack(digits))
    }
}

impl TryFrom<String> for RegionCode {
    type Error = RegionCodeError;

    fn try_from(text: String) -> Result<Self, RegionCodeError> {
        text.parse()
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({self})")
    }
}

/// A region with the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its own name, without those of the regions above: `禹州市`.
    pub name: String,
}

/// The regions that exist, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(BTreeMap<RegionCode, String>);

/// Why a table of regions cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionsError {
    /// The first line that is no comment is not the header.
    #[error("line {line}: expected the header `code,name`")]
    Header {
        /// Counted from 1.
        line: usize,
    },
    /// A line without exactly a code and a name.
    #[error("line {line}: expected a code and a name, joined by one comma, without quotes")]
    Cells {
        /// Counted from 1.
        line: usize,
    },
    /// A code that is none.
    #[error("line {line}")]
    Code {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: RegionCodeError,
    },
    /// The same code twice.
    #[error("line {line}: region {code} stands in the table twice")]
    Twice {
        /// Counted from 1.
        line: usize,
        /// The code.
        code: RegionCode,
    },
}

impl Regions {
    /// Reads a table of `code,name` lines. Lines that begin with `#` are comments.
    pub fn parse(text: &str) -> Result<Self, RegionsError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        match lines.next() {
            Some((_, "code,name")) => {}
            Some((line, _)) => return Err(RegionsError::Header { line }),
            None => return Err(RegionsError::Header { line: 1 }),
        }
        let mut regions = Self::default();
        for (line, cells) in lines {
            let (code, name) = cells
                .split_once(',')
                .filter(|(_, name)| !name.is_empty() && !name.contains([',', '"']))
                .ok_or(RegionsError::Cells { line })?;
            let code = code
                .parse()
                .map_err(|source| RegionsError::Code { line, source })?;
            if regions.0.insert(code, name.to_owned()).is_some() {
                return Err(RegionsError::Twice { line, code });
            }
        }
        Ok(regions)
    }

    /// Adds a table; where both know a code, the added name holds.
    pub fn extend(&mut self, added: Self) {
        self.0.extend(added.0);
    }

    /// The name of a region, without those above it.
    pub fn name(&self, code: RegionCode) -> Option<&str> {
        self.0.get(&code).map(String::as_str)
    }

    /// The name with those above it, from the prefecture down: `许昌市禹州市`.
    ///
    /// Where the table does not know a code, the code stands in the name's place.
    pub fn full_name(&self, code: RegionCode) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let chain: Vec<_> = code
            .with_ancestors()
            .filter(|part| *part == code || part.tier() != Tier::Province)
            .collect();
        for part in &chain {
            match self.name(*part) {
                Some(name) => parts.push(name),
                None if *part == code => parts.push(part.as_str()),
                None => {}
            }
        }
        parts.reverse();
        parts.concat()
    }

    /// Whether the table knows a code.
    pub fn contains(&self, code: RegionCode) -> bool {
        self.0.contains_key(&code)
    }

    /// The regions directly below one, by code.
    pub fn children(&self, of: RegionCode) -> impl Iterator<Item = (RegionCode, &str)> {
        self.below(of)
            .filter(move |(code, _)| code.parent() == Some(of))
    }

    /// A region and everything below it, by code.
    pub fn below(&self, top: RegionCode) -> impl Iterator<Item = (RegionCode, &str)> {
        self.0
            .range(top..)
            .map(|(code, name)| (*code, name.as_str()))
            .take_while(move |(code, _)| top.contains(*code))
    }

    /// Every region, by code.
    pub fn iter(&self) -> impl Iterator<Item = (RegionCode, &str)> {
        self.0.iter().map(|(code, name)| (*code, name.as_str()))
    }

    /// How many regions the table knows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const GBT2260: &str = include_str!("../../playbooks/regions/gbt2260.csv");
    const LOCAL_UNITS: &str = include_str!("../../playbooks/regions/local-units.csv");

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[rstest]
    #[case::province("410000", Tier::Province, "41", None)]
    #[case::prefecture("411000", Tier::Prefecture, "4110", Some("410000"))]
    #[case::collective_prefecture("419000", Tier::Prefecture, "4190", Some("410000"))]
    #[case::county("411081", Tier::County, "411081", Some("411000"))]
    #[case::township("411081001", Tier::Township, "411081001", Some("411081"))]
    #[case::township_of_a_city_without_counties(
        "441900003",
        Tier::Township,
        "441900003",
        Some("441900")
    )]
    #[case::zone_of_a_city("411000-D01", Tier::LocalUnit, "411000-D01", Some("411000"))]
    #[case::zone_of_a_county("411081-D02", Tier::LocalUnit, "411081-D02", Some("411081"))]
    fn a_code_knows_its_tier_stem_and_parent(
        #[case] text: &str,
        #[case] tier: Tier,
        #[case] stem: &str,
        #[case] parent: Option<&str>,
    ) {
        let code = code(text);
        assert_eq!(code.to_string(), text);
        assert_eq!(code.tier(), tier);
        assert_eq!(code.stem(), stem);
        assert_eq!(code.parent().map(String::from).as_deref(), parent);
    }

    #[rstest]
    #[case::county("411081000000", "411081")]
    #[case::township("411081001000", "411081001")]
    #[case::prefecture("411000000000", "411000")]
    fn the_statistical_form_is_kept_short(#[case] long: &str, #[case] short: &str) {
        assert_eq!(code(long), code(short));
    }

    #[rstest]
    #[case::empty("", RegionCodeError::Form(String::new()))]
    #[case::seven_digits("4110811", RegionCodeError::Form("4110811".into()))]
    #[case::letters("41108a", RegionCodeError::Form("41108a".into()))]
    #[case::full_width("４１１０８１", RegionCodeError::Form("４１１０８１".into()))]
    #[case::no_province("001081", RegionCodeError::Hole("001081".into()))]
    #[case::county_without_prefecture("410081", RegionCodeError::Hole("410081".into()))]
    #[case::township_of_a_province("410000001", RegionCodeError::Hole("410000001".into()))]
    #[case::township_zero("411081000", RegionCodeError::Hole("411081000".into()))]
    #[case::village("411081001002", RegionCodeError::Village("411081001002".into()))]
    #[case::zone_of_a_province("410000-D01", RegionCodeError::Hole("410000-D01".into()))]
    #[case::zone_of_a_township("411081001-D01", RegionCodeError::Form("411081001-D01".into()))]
    #[case::zone_zero("411000-D00", RegionCodeError::Hole("411000-D00".into()))]
    #[case::zone_long("411000-D001", RegionCodeError::Form("411000-D001".into()))]
    fn what_is_no_code_is_refused(#[case] text: &str, #[case] error: RegionCodeError) {
        assert_eq!(text.parse::<RegionCode>(), Err(error));
    }

    #[rstest]
    #[case::itself("411081", "411081", true)]
    #[case::county_of_a_province("410000", "411081", true)]
    #[case::township_of_a_prefecture("411000", "411081001", true)]
    #[case::zone_of_a_prefecture("411000", "411000-D01", true)]
    #[case::zone_is_in_no_county("411081", "411000-D01", false)]
    #[case::another_prefecture("411000", "411102", false)]
    #[case::not_upwards("411081", "411000", false)]
    #[case::another_province("410000", "420000", false)]
    fn containment_reaches_everything_below(
        #[case] top: &str,
        #[case] other: &str,
        #[case] contained: bool,
    ) {
        assert_eq!(code(top).contains(code(other)), contained);
    }

    #[test]
    fn the_shipped_table_holds_every_county_and_no_orphan() {
        let regions = Regions::parse(GBT2260).unwrap();
        let count = |tier| regions.iter().filter(|(c, _)| c.tier() == tier).count();
        // 34 provincial regions; the source lists 337 prefectures and 2,846 counties.
        assert_eq!(count(Tier::Province), 34);
        assert_eq!(count(Tier::Prefecture), 337);
        assert_eq!(count(Tier::County), 2846);
        for (code, _) in regions.iter() {
            let province = code.with_ancestors().last().unwrap();
            assert!(regions.contains(province), "{code} has no province");
        }
    }

    #[test]
    fn xuchang_has_six_counties_and_three_local_units() {
        let mut regions = Regions::parse(GBT2260).unwrap();
        regions.extend(Regions::parse(LOCAL_UNITS).unwrap());
        let xuchang = code("411000");
        let below: Vec<_> = regions.children(xuchang).map(|(_, name)| name).collect();
        assert_eq!(
            below,
            [
                "许昌经济技术开发区",
                "许昌市城乡一体化示范区",
                "东城区",
                "魏都区",
                "建安区",
                "鄢陵县",
                "襄城县",
                "禹州市",
                "长葛市"
            ]
        );
        assert_eq!(regions.full_name(code("411081")), "许昌市禹州市");
        assert_eq!(
            regions.full_name(code("411081001")),
            "许昌市禹州市411081001"
        );
        assert_eq!(regions.full_name(code("410000")), "河南省");
    }

    #[rstest]
    #[case::no_header("410000,河南省\n", RegionsError::Header { line: 1 })]
    #[case::three_cells("code,name\n410000,河南省,41\n", RegionsError::Cells { line: 2 })]
    #[case::bad_code(
        "# note\ncode,name\n41000,河南省\n",
        RegionsError::Code { line: 3, source: RegionCodeError::Form("41000".into()) }
    )]
    #[case::twice(
        "code,name\n410000,河南省\n410000,河南\n",
        RegionsError::Twice { line: 3, code: code("410000") }
    )]
    fn a_faulty_table_is_refused_with_its_line(#[case] text: &str, #[case] error: RegionsError) {
        assert_eq!(Regions::parse(text), Err(error));
    }

    proptest! {
        #[test]
        fn a_parent_contains_its_child_and_sorts_before_it(
            text in "[1-8][1-9](0000|[1-9][0-9]00|[1-9][0-9][0-9][1-9]([0-9][0-9][1-9])?|[1-9][0-9]00-D[1-9][0-9])"
        ) {
            let code = code(&text);
            for above in code.with_ancestors() {
                prop_assert!(above.contains(code));
                prop_assert!(above <= code);
                prop_assert_eq!(code.contains(above), above == code);
            }
        }

        #[test]
        fn a_code_is_written_as_it_reads(
            text in "[1-8][1-9](0000|[0-9][1-9]00|[0-9][1-9][0-9][1-9]([0-9][0-9][1-9])?|[0-9][1-9]00-D[0-9][1-9])",
            any in "\\PC{0,14}",
        ) {
            prop_assert_eq!(code(&text).to_string(), text);
            if let Ok(read) = any.parse::<RegionCode>() {
                prop_assert_eq!(read.to_string().parse(), Ok(read));
            }
        }
    }
}
