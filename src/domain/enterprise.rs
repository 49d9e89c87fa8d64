//! Enterprises (企业) on a reduction list: a plant, its units, what they emit, who answers for it.
//!
//! A [`Plant`] (厂区) is what receives one order. It is identified by its number on the list
//! (企业编号) or its permit number; a credit code may own several plants, and a row may lack it.
//! Its [`Unit`]s (生产线/工序) carry measures, base emission and cut. Grades, industries and
//! exemptions are *data*: every city adds its own, so none of them is an enum here. Texts are
//! parsed into types that cannot be wrong; what a plant as a whole must satisfy is checked by
//! [`list`](crate::list). Contact data are personal: their `Debug` shows nothing of them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;
use crate::measure::{Measure, PerLevel};
use crate::region::RegionCode;

/// One plant (厂区) on a reduction list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plant {
    /// What the list calls it; unique on the list.
    pub number: PlantNumber,
    /// 排污许可证编号.
    pub permit: Option<PermitNumber>,
    /// 企业名称.
    pub name: String,
    /// 统一社会信用代码 of whoever owns the plant.
    pub credit_code: Option<CreditCode>,
    /// Where it stands: a county, a township or a local unit.
    pub region: RegionCode,
    /// 县(区), as printed on the list.
    pub county: String,
    /// 乡镇(街道), as printed on the list.
    pub township: String,
    /// 地址.
    pub address: String,
    /// Where it stands, in degrees.
    pub position: Option<Position>,
    /// What it makes.
    pub industry: Industry,
    /// 绩效等级; none where it was never graded.
    pub grade: Option<Grade>,
    /// 管控类别.
    pub class: ListClass,
    /// 企业状态.
    pub status: PlantStatus,
    /// Why it is spared, and how far.
    pub exemption: Option<Exemption>,
    /// Its lines and processes, at least one, each name once.
    pub units: Vec<Unit>,
    /// Who is told, the first responsible one first. Personal data: never part of a stored row.
    #[serde(skip)]
    pub contacts: Vec<Contact>,
}

/// One production line or process (生产线/工序) of a plant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// As the list names it: `1号炉窑`; `全厂` where the plant files as a whole.
    pub name: String,
    /// 停产所需小时: how long it takes to come down safely.
    pub ramp_down_hours: u16,
    /// What was filed for each level.
    pub measures: PerLevel<Measure>,
    /// 日排放量: what it emits on a normal day.
    pub base: Emission,
    /// How much less it emits under each level; never more than the base.
    pub cut: PerLevel<Emission>,
}

impl Plant {
    /// What the plant emits on a normal day.
    pub fn base(&self) -> Emission {
        self.units.iter().map(|unit| unit.base).sum()
    }

    /// How much less it emits under a level.
    pub fn cut(&self, level: WarningLevel) -> Emission {
        self.units
            .iter()
            .filter_map(|unit| unit.cut.get(level))
            .copied()
            .sum()
    }

    /// Whether under a level none of its units owes anything that could be inspected (自主减排).
    ///
    /// Such a plant is told of the warning and acknowledges; it has no duty to put in place.
    pub fn is_autonomous(&self, level: WarningLevel) -> bool {
        self.units
            .iter()
            .filter_map(|unit| unit.measures.get(level))
            .all(Measure::is_autonomous)
    }

    /// How long the slowest unit takes to come down.
    pub fn ramp_down_hours(&self) -> u16 {
        self.units
            .iter()
            .map(|unit| unit.ramp_down_hours)
            .max()
            .unwrap_or(0)
    }
}

/// What a list calls a plant (企业编号): up to 64 letters, digits, `-`, `_`, `.` or `/`.
///
/// Where a list has no numbers of its own it is the permit number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlantNumber(String);

/// Why a text is not the number of a plant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a plant number: expected 1 to 64 letters, digits, `-`, `_`, `.` or `/`")]
pub struct NotAPlantNumber(pub String);

impl PlantNumber {
    /// The number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlantNumber {
    type Err = NotAPlantNumber;

    fn from_str(text: &str) -> Result<Self, NotAPlantNumber> {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if (1..=64).contains(&text.chars().count()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAPlantNumber(text.to_owned()))
        }
    }
}

impl From<PermitNumber> for PlantNumber {
    fn from(permit: PermitNumber) -> Self {
        Self(permit.to_string())
    }
}

/// 统一社会信用代码, GB 32100-2015: eighteen characters, the last one a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode([u8; 18]);

/// Why a text is not a credit code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeError {
    /// Not eighteen characters.
    #[error("`{0}` is not a credit code: expected 18 characters")]
    Length(String),
    /// A character that its place does not allow.
    #[error(
        "`{code}` is not a credit code: character {place} may not be `{found}` (GB 32100-2015, 4.2)"
    )]
    Character {
        /// The whole text.
        code: String,
        /// Counted from 1.
        place: usize,
        /// What stands there.
        found: char,
    },
    /// A check character that does not fit the rest.
    #[error("`{code}` is not a credit code: its check character should be `{expected}`")]
    Check {
        /// The whole text.
        code: String,
        /// What the first seventeen characters ask for.
        expected: char,
    },
}

impl CreditCode {
    /// The characters a code may hold; their order is their value (no I, O, S, V, Z).
    const ALPHABET: &'static [u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// The code as written, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a credit code is ASCII")
    }

    /// Completes seventeen characters with their check character.
    pub fn with_check(body: &str) -> Result<Self, CreditCodeError> {
        let body = body.to_ascii_uppercase();
        if body.len() != 17 {
            return Err(CreditCodeError::Length(body));
        }
        let values = Self::values(&body)?;
        let check = Self::check(&values);
        let mut bytes = [check; 18];
        bytes[..17].copy_from_slice(body.as_bytes());
        Ok(Self(bytes))
    }

    /// The value of every character, each checked against its place.
    ///
    /// The first is the registering authority: a digit, `N` (rural collectives) or `Y` (others);
    /// the second its kind of body; then six digits of region.
    fn values(code: &str) -> Result<Vec<u32>, CreditCodeError> {
        (1..)
            .zip(code.chars())
            .map(|(place, found)| {
                let value = (0..)
                    .zip(Self::ALPHABET)
                    .find_map(|(value, letter)| (char::from(*letter) == found).then_some(value));
                let fits = match place {
                    1 => found.is_ascii_digit() || matches!(found, 'N' | 'Y'),
                    3..=8 => found.is_ascii_digit(),
                    _ => true,
                };
                value
                    .filter(|_| fits)
                    .ok_or_else(|| CreditCodeError::Character {
                        code: code.to_owned(),
                        place,
                        found,
                    })
            })
            .collect()
    }

    /// GB 32100-2015, 5: weights 3^(i-1) mod 31, the complement to 31.
    fn check(values: &[u32]) -> u8 {
        let (sum, _) = values[..17].iter().fold((0, 1), |(sum, weight), value| {
            (sum + value * weight, weight * 3 % 31)
        });
        Self::ALPHABET[((31 - sum % 31) % 31) as usize]
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    /// Small letters are read as capitals.
    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        let code = text.to_ascii_uppercase();
        if code.chars().count() != 18 {
            return Err(CreditCodeError::Length(text.to_owned()));
        }
        let values = Self::values(&code)?;
        let expected = Self::check(&values);
        let bytes: [u8; 18] = code
            .as_bytes()
            .try_into()
            .map_err(|_| CreditCodeError::Length(text.to_owned()))?;
        if bytes[17] == expected {
            Ok(Self(bytes))
        } else {
            let expected = expected.into();
            Err(CreditCodeError::Check { code, expected })
        }
    }
}

/// 排污许可证编号: the holder's credit code, three digits for the site, a letter for its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PermitNumber([u8; 22]);

/// Why a text is not a permit number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitNumberError {
    /// Not a credit code with three digits and a letter behind it.
    #[error(
        "`{0}` is not a permit number: expected 22 characters, a credit code with three digits and a letter"
    )]
    Form(String),
    /// Its first eighteen characters are no credit code.
    #[error("the permit number begins with no credit code")]
    CreditCode(#[from] CreditCodeError),
}

impl PermitNumber {
    /// The number as written, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a permit number is ASCII")
    }

    /// Whoever held the permit when it was numbered; after a takeover not the owner of today.
    pub fn holder(&self) -> CreditCode {
        let mut code = [0; 18];
        code.copy_from_slice(&self.0[..18]);
        CreditCode(code)
    }
}

impl FromStr for PermitNumber {
    type Err = PermitNumberError;

    /// Small letters are read as capitals; the public register has both.
    fn from_str(text: &str) -> Result<Self, PermitNumberError> {
        let number = text.to_ascii_uppercase();
        let bytes: [u8; 22] = number
            .as_bytes()
            .try_into()
            .map_err(|_| PermitNumberError::Form(text.to_owned()))?;
        let (site, kind) = (&bytes[18..21], bytes[21]);
        if !number.is_ascii() || !site.iter().all(u8::is_ascii_digit) || !kind.is_ascii_uppercase()
        {
            return Err(PermitNumberError::Form(text.to_owned()));
        }
        CreditCode::from_str(&number[..18])?;
        Ok(Self(bytes))
    }
}

/// What a plant makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Industry {
    /// 国民经济行业代码.
    pub code: Option<IndustryCode>,
    /// 重点行业 as the grading scheme names it: `水泥`, `铸造`, or a local addition.
    pub key: Option<String>,
}

/// 国民经济行业代码, GB/T 4754: two to four digits, without the letter of the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IndustryCode {
    digits: [u8; 4],
    len: u8,
}

/// Why a text is not an industry code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an industry code: expected two to four digits of GB/T 4754, such as 3011 or C3011"
)]
pub struct NotAnIndustryCode(pub String);

impl IndustryCode {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.len)])
            .expect("an industry code is ASCII")
    }

    /// 大类: the first two digits.
    pub fn division(&self) -> &str {
        &self.as_str()[..2]
    }
}

impl FromStr for IndustryCode {
    type Err = NotAnIndustryCode;

    fn from_str(text: &str) -> Result<Self, NotAnIndustryCode> {
        let code = text
            .strip_prefix(|c| matches!(c, 'A'..='T'))
            .unwrap_or(text);
        let len = u8::try_from(code.len()).unwrap_or(u8::MAX);
        if !(2..=4).contains(&len) || !code.bytes().all(|b| b.is_ascii_digit()) || code < "01" {
            return Err(NotAnIndustryCode(text.to_owned()));
        }
        let mut digits = [0; 4];
        digits[..code.len()].copy_from_slice(code.as_bytes());
        Ok(Self { digits, len })
    }
}

/// 绩效等级: a code within a scheme. Two grades are alike only under the same scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grade {
    /// The document and version that graded: `环办大气函〔2020〕340号`.
    pub scheme: String,
    /// The code in it: `A+`, `B-`, `引领性`.
    pub code: GradeCode,
}

/// The code of a grade in its common spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GradeCode(String);

/// Why a text is not the code of a grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a grade: expected a code such as A, B-, 引领性, of at most 12 characters")]
pub struct NotAGrade(pub String);

impl GradeCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GradeCode {
    type Err = NotAGrade;

    /// Spellings of one code are read alike: `A级`, `a`, `A`; `B-级`; `绩效引领`, `引领性企业`.
    ///
    /// A code that no known scheme has is kept as it is: schemes are data.
    fn from_str(text: &str) -> Result<Self, NotAGrade> {
        let narrow: String = text.trim().chars().map(narrowed).collect();
        let short = narrow
            .trim_start_matches("绩效")
            .trim_end_matches("企业")
            .trim();
        let letters = short.trim_end_matches('级').trim_end();
        let code = match short.trim_end_matches('性') {
            word @ ("引领" | "非引领" | "先进") => format!("{word}性"),
            _ if letters.is_ascii() => letters.to_ascii_uppercase(),
            _ => short.to_owned(),
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-');
        if code.is_empty() || code.chars().count() > 12 || !code.chars().all(fits) {
            return Err(NotAGrade(text.to_owned()));
        }
        Ok(Self(code))
    }
}

/// A full-width letter or sign as its narrow twin; minus signs and dashes as `-`.
fn narrowed(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms mirror ASCII")
        }
        '\u{2212}' | '\u{2013}' | '\u{2014}' => '-',
        other => other,
    }
}

/// 管控类别: which part of the list a plant stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListClass {
    /// 重点行业.
    KeyIndustry,
    /// 小微涉气.
    SmallEmitter,
    /// 一般工业.
    General,
    /// 保障类: what people cannot do without.
    Essential,
}

/// 企业状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantStatus {
    /// 正常.
    Operating,
    /// 长期停产: may not count towards the base of a reduction.
    LongStopped,
    /// 季节性.
    Seasonal,
}

/// Why a text is not one of a fixed set of words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is none of {expected}")]
pub struct NotAWord {
    /// What stood there.
    pub found: String,
    /// The words that may, joined by 、.
    pub expected: String,
}

/// Words of a list for an enum: the one that is printed, and others that are read.
macro_rules! words {
    ($name:ident { $($variant:ident = $zh:literal $(| $other:literal)*,)* }) => {
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on a list.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.zh())
            }
        }

        impl FromStr for $name {
            type Err = NotAWord;

            fn from_str(text: &str) -> Result<Self, NotAWord> {
                match text {
                    $($zh $(| $other)* => Ok(Self::$variant),)*
                    _ => Err(NotAWord {
                        found: text.to_owned(),
                        expected: [$($zh),*].join("、"),
                    }),
                }
            }
        }
    };
}

words!(ListClass {
    KeyIndustry = "重点行业" | "key_industry",
    SmallEmitter = "小微涉气" | "小微涉气企业" | "small_emitter",
    General = "一般工业" | "一般工业企业" | "general",
    Essential = "保障类" | "essential",
});

words!(PlantStatus {
    Operating = "正常" | "正常生产" | "operating",
    LongStopped = "长期停产" | "long_stopped",
    Seasonal = "季节性" | "季节性生产" | "seasonal",
});

/// 豁免: spared measures up to a level, by whom and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// The class of the exemption, as the province names it: `民生保障`, `军工与外贸出口`.
    pub kind: String,
    /// The highest level at which it still holds.
    pub up_to: WarningLevel,
    /// The last day on which it holds; open where not stated.
    pub until_on: Option<NaiveDate>,
    /// 批准机关.
    pub granted_by: String,
}

impl Exemption {
    /// Whether the exemption spares the plant at a level on a day.
    pub fn covers(&self, level: WarningLevel, day: NaiveDate) -> bool {
        level <= self.up_to && self.until_on.is_none_or(|until| day <= until)
    }
}

/// Where a plant stands, WGS-84 or as filed; in 10⁻⁷ degrees, about a centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 经度, 10⁻⁷ degrees east, from 73° to 136°.
    pub longitude_e7: i32,
    /// 纬度, 10⁻⁷ degrees north, from 3° to 54°.
    pub latitude_e7: i32,
}

impl Position {
    /// The longitudes of the country, in degrees.
    pub const LONGITUDES: std::ops::RangeInclusive<i32> = 73..=136;
    /// The latitudes of the country, in degrees.
    pub const LATITUDES: std::ops::RangeInclusive<i32> = 3..=54;

    /// Degrees as floating-point numbers, for maps: longitude, latitude.
    pub fn degrees(self) -> (f64, f64) {
        let degrees = |e7| f64::from(e7) / 1e7;
        (degrees(self.longitude_e7), degrees(self.latitude_e7))
    }
}

/// Somebody who is told, and answers (联系人). Personal data: `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// 联系人.
    pub name: String,
    /// 职务, as the list words it; empty where it says nothing.
    pub role: String,
    /// 手机.
    pub phone: Option<Phone>,
    /// 邮箱.
    pub email: Option<Email>,
    /// 回调地址: an endpoint of the enterprise's own system.
    pub webhook: Option<WebhookUrl>,
}

impl Contact {
    /// Whether there is any way to reach this contact.
    pub fn is_reachable(&self) -> bool {
        self.phone.is_some() || self.email.is_some() || self.webhook.is_some()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// A text that is personal: read with `as_str`, never shown by `Debug`, without `Display`.
macro_rules! personal {
    ($($(#[$doc:meta])* $name:ident, $error:ident, $expected:literal, $fits:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        #[doc = concat!("Refused: the text is not ", $expected, ". The message does not repeat it.")]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("expected {}", $expected)]
        pub struct $error;

        impl $name {
            /// The text; whoever prints it shows personal data.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                if $fits(text) { Ok(Self(text.to_owned())) } else { Err($error) }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

personal! {
    /// A mobile number of eleven digits, or a landline with its area code.
    Phone, NotAPhone, "a mobile number of 11 digits or a landline such as 0374-2961234", is_phone;
    /// A mailbox `name@host`.
    Email, NotAnEmail, "an e-mail address such as duty@example.com", is_email;
    /// An endpoint that takes webhooks.
    WebhookUrl, NotAWebhookUrl, "an address that begins with https:// or http:// and names a host", is_webhook_url;
}

fn is_phone(text: &str) -> bool {
    let digits = |text: &str, len: std::ops::RangeInclusive<usize>| {
        len.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    match text.split_once('-') {
        Some((area, number)) => {
            area.starts_with('0') && digits(area, 3..=4) && digits(number, 7..=8)
        }
        None => digits(text, 11..=11) && text.starts_with('1') && &text[1..2] >= "3",
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let name_fits = |c: char| c.is_ascii_alphanumeric() || "._%+-=&'*/!#$?^`{|}~".contains(c);
    text.len() <= 254
        && (1..=64).contains(&name.len())
        && name.chars().all(name_fits)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && host.contains('.')
        && is_host(host)
}

fn is_webhook_url(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority
        .rsplit_once(':')
        .filter(|_| !authority.ends_with(']'))
        .unwrap_or((authority, "443"));
    let host_fits = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(v6) => v6.parse::<core::net::Ipv6Addr>().is_ok(),
        None => is_host(host),
    };
    text.len() <= 2_000
        && host_fits
        && port.parse::<u16>().is_ok_and(|port| port > 0)
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"')
}

fn is_host(host: &str) -> bool {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label_fits)
}

/// What a list counts: 颗粒物, SO2, NOx, VOCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmittedPollutant {
    /// 颗粒物.
    Pm,
    /// 二氧化硫.
    So2,
    /// 氮氧化物.
    Nox,
    /// 挥发性有机物.
    Vocs,
}

impl EmittedPollutant {
    /// All four, in the order of the list's columns.
    pub const ALL: [Self; 4] = [Self::Pm, Self::So2, Self::Nox, Self::Vocs];

    /// The machine word: `pm`, `so2`, `nox`, `vocs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pm => "pm",
            Self::So2 => "so2",
            Self::Nox => "nox",
            Self::Vocs => "vocs",
        }
    }

    /// The symbol in an English table: `PM`, `SO2`, `NOx`, `VOCs`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Pm => "PM",
            Self::So2 | Self::Nox | Self::Vocs => self.zh(),
        }
    }

    /// The word in the list's headers: `颗粒物`, `SO2`, `NOx`, `VOCs`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pm => "颗粒物",
            Self::So2 => "SO2",
            Self::Nox => "NOx",
            Self::Vocs => "VOCs",
        }
    }
}

/// Masses emitted, in grams per day; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Emission {
    /// 颗粒物, g/d.
    pub pm: i64,
    /// SO2, g/d.
    pub so2: i64,
    /// NOx, g/d.
    pub nox: i64,
    /// VOCs, g/d.
    pub vocs: i64,
}

impl Emission {
    /// Nothing at all.
    pub const ZERO: Self = Self {
        pm: 0,
        so2: 0,
        nox: 0,
        vocs: 0,
    };

    /// The mass of one pollutant, g/d.
    pub const fn get(self, pollutant: EmittedPollutant) -> i64 {
        match pollutant {
            EmittedPollutant::Pm => self.pm,
            EmittedPollutant::So2 => self.so2,
            EmittedPollutant::Nox => self.nox,
            EmittedPollutant::Vocs => self.vocs,
        }
    }

    /// A mass for each pollutant, g/d, made from the pollutant.
    pub fn from_fn(mut make: impl FnMut(EmittedPollutant) -> i64) -> Self {
        Self {
            pm: make(EmittedPollutant::Pm),
            so2: make(EmittedPollutant::So2),
            nox: make(EmittedPollutant::Nox),
            vocs: make(EmittedPollutant::Vocs),
        }
    }

    /// Whether it is nothing at all.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// Whether no pollutant of it exceeds that of the other.
    pub fn is_within(self, other: Self) -> bool {
        EmittedPollutant::ALL
            .iter()
            .all(|&p| self.get(p) <= other.get(p))
    }

    /// So many per cent of it, rounded up to the gram: what a target asks is never rounded away.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self::from_fn(|p| {
            let hundredfold = i128::from(self.get(p)) * i128::from(percent);
            i64::try_from((hundredfold + 99).div_euclid(100)).unwrap_or(i64::MAX)
        })
    }

    /// What share of a whole one pollutant is, in hundredths of a per cent, rounded down: a
    /// shortfall is never rounded away. None of a whole of nothing.
    pub fn share_of(self, whole: Self, pollutant: EmittedPollutant) -> Option<i64> {
        let (part, whole) = (self.get(pollutant), whole.get(pollutant));
        if whole <= 0 {
            return None;
        }
        let share = i128::from(part) * 10_000 / i128::from(whole);
        Some(i64::try_from(share).unwrap_or(i64::MAX))
    }
}

impl Add for Emission {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_fn(|p| self.get(p) + other.get(p))
    }
}

impl AddAssign for Emission {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Emission {
    type Output = Self;

    /// What remains, at least nothing.
    fn sub(self, other: Self) -> Self {
        Self::from_fn(|p| (self.get(p) - other.get(p)).max(0))
    }
}

impl Sum for Emission {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// The text form of a type: printed, kept and read alike.
macro_rules! text_form {
    ($($name:ident, $error:ident;)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    )*};
}

text_form! {
    PlantNumber, NotAPlantNumber;
    CreditCode, CreditCodeError;
    PermitNumber, PermitNumberError;
    IndustryCode, NotAnIndustryCode;
    GradeCode, NotAGrade;
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({self})")
    }
}

impl fmt::Debug for PermitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermitNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const VECTORS: &str = include_str!("../../tests/fixtures/uscc/uscc_vectors.csv");
    const REGISTER: &str = include_str!("../../tests/fixtures/enterprises/key_polluters.csv");

    #[test]
    fn public_vectors_of_credit_codes_are_judged_as_published() {
        let mut counts = (0, 0);
        for row in VECTORS.lines().skip(1) {
            let cells: Vec<_> = row.split(',').collect();
            let parsed = cells[0].parse::<CreditCode>();
            assert_eq!(parsed.is_ok(), cells[1] == "1", "{row}: {parsed:?}");
            match parsed {
                Ok(code) => {
                    assert_eq!(code.as_str(), cells[0]);
                    assert_eq!(CreditCode::with_check(&cells[0][..17]), Ok(code));
                    counts.0 += 1;
                }
                Err(_) => counts.1 += 1,
            }
        }
        assert_eq!(counts, (101, 2));
    }

    #[rstest]
    #[case::check("91110000600037341N", "its check character should be `L`")]
    #[case::authority("A1110000600037341L", "character 1 may not be `A`")]
    #[case::letter_o("9111000060003734OL", "character 17 may not be `O`")]
    #[case::suffix("916400005541616821(01）", "expected 18 characters")]
    #[case::not_ascii("九1110000600037341L", "character 1 may not be `九`")]
    #[case::empty("", "expected 18 characters")]
    fn a_wrong_credit_code_says_what_is_wrong(#[case] text: &str, #[case] why: &str) {
        let error = text.parse::<CreditCode>().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn every_permit_of_the_real_register_is_accepted() {
        let permits: Vec<PermitNumber> = REGISTER
            .lines()
            .skip(1)
            .filter_map(|row| row.split_once(',').map(|(_, permit)| permit))
            .filter(|permit| !permit.is_empty())
            .map(|permit| permit.parse().unwrap())
            .collect();
        assert_eq!(permits.len(), 39);
        assert!(
            permits
                .iter()
                .any(|p| p.as_str() == "91640000763202372W001P")
        );
    }

    #[test]
    fn one_holder_has_several_permits() {
        let permit = |text: &str| text.parse::<PermitNumber>().unwrap();
        let (one, two) = (
            permit("916400007106647920001P"),
            permit("916400007106647920002P"),
        );
        assert_ne!(one, two);
        assert_eq!(one.holder(), two.holder());
    }

    #[rstest]
    #[case::credit_code_alone("916400007106647920")]
    #[case::two_digits("91640000710664792001PP")]
    #[case::wrong_check("916400007106647921001P")]
    #[case::chinese("916400007106647920001许")]
    fn what_is_no_permit_number_is_refused(#[case] text: &str) {
        text.parse::<PermitNumber>().unwrap_err();
    }

    #[rstest]
    #[case::plain("A", "A")]
    #[case::with_word("A级", "A")]
    #[case::small("b-", "B-")]
    #[case::minus_with_word("B-级", "B-")]
    #[case::full_width("Ａ＋级", "A+")]
    #[case::true_minus("B\u{2212}", "B-")]
    #[case::leading("引领", "引领性")]
    #[case::leading_enterprise("绩效引领性企业", "引领性")]
    #[case::not_leading("非引领", "非引领性")]
    #[case::advanced("绩效先进性", "先进性")]
    #[case::numbered_class_keeps_its_word("一级", "一级")]
    #[case::unknown_is_kept("绿色标杆", "绿色标杆")]
    fn spellings_of_a_grade_are_read_alike(#[case] text: &str, #[case] code: &str) {
        let parsed: GradeCode = text.parse().unwrap();
        assert_eq!(parsed.as_str(), code);
        assert_eq!(parsed.as_str().parse(), Ok(parsed.clone()));
    }

    #[rstest]
    #[case::empty("")]
    #[case::only_the_word("级")]
    #[case::a_sentence("A级，待复核")]
    fn what_is_no_grade_is_refused(#[case] text: &str) {
        text.parse::<GradeCode>().unwrap_err();
    }

    #[rstest]
    #[case::class("3011", Some("3011"))]
    #[case::with_section("C3011", Some("3011"))]
    #[case::division("30", Some("30"))]
    #[case::one_digit("3", None)]
    #[case::five_digits("30111", None)]
    #[case::zero("00", None)]
    #[case::section_that_is_none("U3011", None)]
    fn industry_codes_follow_gbt_4754(#[case] text: &str, #[case] code: Option<&str>) {
        let parsed = text.parse::<IndustryCode>().ok();
        assert_eq!(parsed.as_ref().map(IndustryCode::as_str), code);
    }

    #[rstest]
    #[case::mobile("13800000000", true)]
    #[case::landline("0374-2961234", true)]
    #[case::short("1380000000", false)]
    #[case::no_mobile_range("12000000000", false)]
    #[case::letters("1380000000x", false)]
    #[case::two("13800000000、13900000000", false)]
    fn phones_are_mobiles_or_landlines(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Phone>().is_ok(), fits);
    }

    #[rstest]
    #[case::plain("duty@example.com", true)]
    #[case::tagged("duty+a.b@mail.example.com", true)]
    #[case::no_host("duty@", false)]
    #[case::no_dot("duty@example", false)]
    #[case::two_dots("du..ty@example.com", false)]
    #[case::header_injection("duty@example.com\r\nBcc: x@example.com", false)]
    #[case::full_width("duty＠example.com", false)]
    fn e_mail_addresses_are_checked(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Email>().is_ok(), fits);
    }

    #[rstest]
    #[case::https("https://example.com/hook?x=1", true)]
    #[case::loopback("http://127.0.0.1:9000/hook", true)]
    #[case::ipv6("http://[::1]:9000/hook", true)]
    #[case::other_scheme("ftp://example.com/", false)]
    #[case::no_host("https:///hook", false)]
    #[case::credentials("https://user:secret@example.com/", false)]
    #[case::blank("https://example.com/a b", false)]
    #[case::port_zero("https://example.com:0/", false)]
    #[case::port_of_letters("https://example.com:port/", false)]
    fn webhook_addresses_are_checked(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<WebhookUrl>().is_ok(), fits);
    }

    #[test]
    fn debug_shows_nothing_personal() {
        let contact = Contact {
            name: "张三".into(),
            role: "厂长".into(),
            phone: Some("13800000000".parse().unwrap()),
            email: Some("zhang@example.com".parse().unwrap()),
            webhook: Some("https://zhang.example.com".parse().unwrap()),
        };
        let shown = format!("{contact:?} {:?} {:?}", contact.phone, contact.email);
        for personal in ["张三", "厂长", "138", "zhang"] {
            assert!(!shown.contains(personal), "{shown}");
        }
        assert!(
            "12000000000"
                .parse::<Phone>()
                .is_err_and(|e| !e.to_string().contains("120"))
        );
    }

    #[test]
    fn an_exemption_ends_with_its_level_and_its_day() {
        let day = |text: &str| text.parse().unwrap();
        let exemption = Exemption {
            kind: "省绿色环保引领企业".into(),
            up_to: WarningLevel::Orange,
            until_on: Some(day("2026-12-31")),
            granted_by: String::new(),
        };
        assert!(exemption.covers(WarningLevel::Orange, day("2026-12-31")));
        assert!(!exemption.covers(WarningLevel::Red, day("2026-12-31")));
        assert!(!exemption.covers(WarningLevel::Orange, day("2027-01-01")));
    }

    #[test]
    fn targets_round_up_and_shares_round_down() {
        let base = Emission {
            pm: 1001,
            so2: 0,
            nox: 3,
            vocs: 1000,
        };
        assert_eq!(
            base.percent(10),
            Emission {
                pm: 101,
                so2: 0,
                nox: 1,
                vocs: 100
            }
        );
        let cut = Emission {
            pm: 100,
            so2: 0,
            nox: 2,
            vocs: 100,
        };
        assert_eq!(cut.share_of(base, EmittedPollutant::Pm), Some(999));
        assert_eq!(cut.share_of(base, EmittedPollutant::So2), None);
        assert_eq!(cut.share_of(base, EmittedPollutant::Nox), Some(6666));
        assert_eq!(cut.share_of(base, EmittedPollutant::Vocs), Some(1000));
    }

    proptest! {
        #[test]
        fn a_changed_character_never_passes_the_check(
            body in "9[123][1-6][0-9]{5}[0-9A-HJ-NP-RTUWXY]{9}",
            place in 8_usize..17,
            other in "[0-9A-HJ-NP-RTUWXY]",
        ) {
            let code = CreditCode::with_check(&body).unwrap();
            let mut changed = code.to_string();
            changed.replace_range(place..=place, &other);
            prop_assert_eq!(changed.parse::<CreditCode>().is_ok(), changed == code.as_str());
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,24}") {
            let _ = text.parse::<CreditCode>();
            let _ = text.parse::<PermitNumber>();
            let _ = text.parse::<IndustryCode>();
            let _ = text.parse::<GradeCode>();
            let _ = text.parse::<PlantNumber>();
            let _ = text.parse::<Phone>();
            let _ = text.parse::<Email>();
            let _ = text.parse::<WebhookUrl>();
        }

        #[test]
        fn what_a_target_asks_reaches_its_share(grams in 1_i64..1_000_000_000_000, percent in 0_u8..=100) {
            let base = Emission { pm: grams, ..Emission::ZERO };
            let share = base.percent(percent).share_of(base, EmittedPollutant::Pm).unwrap();
            prop_assert!(share >= i64::from(percent) * 100);
        }
    }
}
