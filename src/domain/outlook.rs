//! The outlook (研判依据): a series of days, observed first and forecast after, without a seam.
//!
//! An [`Outlook`] is contiguous: each [`Day`] follows the one before it, and a day nobody gave a
//! value for is present with `aqi: None`. A missing day is a *gap*, never clean air. An officer may
//! fill a gap in, with the source; the day stays marked as [`Origin::FilledIn`] for ever.
//! [`Days`] is a view of part of an outlook, cheap enough to be taken once per simulated day. Where
//! hours are known, a day may also be any 24 of them ([`Rolling`]).
//!
//! What several sources say of one region becomes one outlook by [`Consensus`], which keeps who said
//! what, when.
//!
//! Nothing here judges: which days count, and what a level asks for, is [`trigger`](crate::trigger).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::aqi::{Aqi, Period, Pollutant, PollutantSet, Sample, Standards};
use crate::time::day_start;

mod consensus;
mod hourly;
mod hours;

pub use crate::aqi::HIGHEST_AQI;
pub use consensus::{Agreed, Consensus, Forecasts, ForecastsError, Given, Voice};
pub use hourly::{Hourly, Rolling};
pub use hours::HoursOfDay;

/// The hours of a day.
pub const HOURS_A_DAY: usize = 24;

/// The longest series taken for one: beyond it a date is mistyped rather than far away.
const LONGEST: i64 = 36_600;

/// A forecast with what was observed before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlook {
    source: String,
    issued_at: Option<DateTime<Utc>>,
    days: Vec<Day>,
}

/// One civil day in Beijing time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub on: NaiveDate,
    /// The daily AQI; none where there is no value.
    pub aqi: Option<AqiRange>,
    /// The index of PM2.5 alone, where it is known apart from the AQI. A day whose AQI comes from
    /// a pollutant that does not count is judged by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pm2_5: Option<AqiRange>,
    /// Primary pollutants (首要污染物); empty where unknown or where the index is 50 or less.
    #[serde(default)]
    pub primary: PollutantSet,
    /// What brought the pollution, where somebody judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Where the value comes from.
    pub origin: Origin,
}

impl Day {
    /// A day observed with one value and nothing else known.
    pub fn observed(on: NaiveDate, aqi: Option<AqiRange>) -> Self {
        Self {
            on,
            aqi,
            pm2_5: None,
            primary: PollutantSet::EMPTY,
            cause: None,
            origin: Origin::MEASURED,
        }
    }

    /// A day observed by its daily concentrations, judged by the standard in force on it. Where
    /// the index may not be published, the day is a gap.
    pub fn measured(on: NaiveDate, sample: &Sample, standards: &Standards) -> Self {
        Self::indexed(on, standards.of(on).assess(Period::Day, sample))
    }

    /// One hour of a day by the concentrations of that hour.
    pub fn of_hour(on: NaiveDate, sample: &Sample, standards: &Standards) -> Self {
        Self::indexed(on, standards.of(on).assess(Period::Hour, sample))
    }

    fn indexed(on: NaiveDate, aqi: Aqi) -> Self {
        let range = AqiRange::of_index;
        Self {
            pm2_5: aqi.iaqi[Pollutant::Pm25].map(range),
            primary: aqi.primary,
            ..Self::observed(on, aqi.aqi.map(range))
        }
    }

    /// As [`observed`](Self::observed), from a forecast.
    pub fn forecast(on: NaiveDate, aqi: Option<AqiRange>, source: impl Into<String>) -> Self {
        Self {
            origin: Origin::Forecast {
                source: source.into(),
            },
            ..Self::observed(on, aqi)
        }
    }
}

/// Where a day's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Of a day that came.
    Observed {
        /// Whether a model computed it, and nobody measured it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        modelled: bool,
    },
    /// Foreseen.
    Forecast {
        /// Who foresaw it.
        source: String,
    },
    /// Put in by an officer because nothing else gave a value.
    FilledIn {
        /// Who put it in.
        by: String,
        /// What it rests on.
        source: String,
    },
}

impl Origin {
    /// Measured over the whole day.
    pub const MEASURED: Self = Self::Observed { modelled: false };

    /// The machine word: `filled-in`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Observed { .. } => "observed",
            Self::Forecast { .. } => "forecast",
            Self::FilledIn { .. } => "filled-in",
        }
    }
}

/// The AQI of a day as its source states it: one value, or a range such as `180~220`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u16, u16)", into = "(u16, u16)")]
pub struct AqiRange {
    low: u16,
    high: u16,
}

impl AqiRange {
    /// A range, its ends included, within 0 ..= 500.
    pub fn new(low: u16, high: u16) -> Result<Self, NotAnAqi> {
        if low <= high && high <= HIGHEST_AQI {
            Ok(Self { low, high })
        } else {
            Err(NotAnAqi(format!("{low}~{high}")))
        }
    }

    /// A single value.
    pub fn exactly(aqi: u16) -> Result<Self, NotAnAqi> {
        Self::new(aqi, aqi).map_err(|_| NotAnAqi(aqi.to_string()))
    }

    /// The index that a standard computed: none is beyond 500.
    const fn of_index(aqi: u16) -> Self {
        Self {
            low: aqi,
            high: aqi,
        }
    }

    /// The lower end.
    pub const fn low(self) -> u16 {
        self.low
    }

    /// The upper end.
    pub const fn high(self) -> u16 {
        self.high
    }

    /// The middle, rounded up as HJ 633 rounds every index.
    pub const fn middle(self) -> u16 {
        (self.low + self.high).div_ceil(2)
    }
}

impl TryFrom<(u16, u16)> for AqiRange {
    type Error = NotAnAqi;

    fn try_from((low, high): (u16, u16)) -> Result<Self, NotAnAqi> {
        Self::new(low, high)
    }
}

impl From<AqiRange> for (u16, u16) {
    fn from(range: AqiRange) -> Self {
        (range.low, range.high)
    }
}

impl fmt::Display for AqiRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            self.low.fmt(f)
        } else {
            write!(f, "{}~{}", self.low, self.high)
        }
    }
}

impl FromStr for AqiRange {
    type Err = NotAnAqi;

    /// Reads `205` and the ranges bulletins print: `180~220`, `180-220`, `180～220`.
    fn from_str(text: &str) -> Result<Self, NotAnAqi> {
        let refused = || NotAnAqi(text.to_owned());
        let number = |part: &str| match part.trim() {
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| refused())
            }
            _ => Err(refused()),
        };
        let (low, high) = text
            .split_once(['~', '-', '～', '–'])
            .unwrap_or((text, text));
        Self::new(number(low)?, number(high)?).map_err(|_| refused())
    }
}

/// Why a text or a pair of numbers is not an AQI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an AQI: expected a whole number from 0 to 500, or a range such as 180~220")]
pub struct NotAnAqi(pub String);

/// What brought the pollution (成因). Which causes start no coloured warning is rule data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// 本地: emissions of the place itself.
    Local,
    /// 区域传输: carried from neighbouring regions.
    RegionalTransport,
    /// 境外传输: carried across the border of the state.
    CrossBorder,
    /// 沙尘.
    Dust,
    /// 局地扬沙.
    BlownDust,
    /// 山火.
    WildfireSmoke,
    /// 臭氧.
    Ozone,
    /// 烟花爆竹.
    Fireworks,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::Local,
        Self::RegionalTransport,
        Self::CrossBorder,
        Self::Dust,
        Self::BlownDust,
        Self::WildfireSmoke,
        Self::Ozone,
        Self::Fireworks,
    ];

    /// The machine word: `regional_transport`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::RegionalTransport => "regional_transport",
            Self::CrossBorder => "cross_border",
            Self::Dust => "dust",
            Self::BlownDust => "blown_dust",
            Self::WildfireSmoke => "wildfire_smoke",
            Self::Ozone => "ozone",
            Self::Fireworks => "fireworks",
        }
    }

    /// The Chinese word: `区域传输`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Local => "本地",
            Self::RegionalTransport => "区域传输",
            Self::CrossBorder => "境外传输",
            Self::Dust => "沙尘",
            Self::BlownDust => "局地扬沙",
            Self::WildfireSmoke => "山火",
            Self::Ozone => "臭氧",
            Self::Fireworks => "烟花爆竹",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a cause: expected local, regional_transport, cross_border, dust, blown_dust, \
     wildfire_smoke, ozone or fireworks"
)]
pub struct NotACause(pub String);

impl FromStr for Cause {
    type Err = NotACause;

    fn from_str(text: &str) -> Result<Self, NotACause> {
        let word = text.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        if let Some(cause) = Self::ALL
            .into_iter()
            .find(|cause| cause.as_str() == word || cause.zh() == word)
        {
            return Ok(cause);
        }
        match word.as_str() {
            "regional" | "transport" | "区域" | "传输" => Ok(Self::RegionalTransport),
            "crossborder" | "transboundary" | "境外" | "跨境传输" => Ok(Self::CrossBorder),
            "sand" | "sandstorm" | "dust_storm" | "沙尘暴" | "浮尘" | "沙尘天气" => {
                Ok(Self::Dust)
            }
            "local_dust" | "local_blown_dust" | "扬沙" | "局地扬尘" => Ok(Self::BlownDust),
            "wildfire" | "forest_fire" | "smoke" | "森林火灾" => Ok(Self::WildfireSmoke),
            "o3" | "臭氧污染" => Ok(Self::Ozone),
            "firework" | "烟花" | "烟花燃放" => Ok(Self::Fireworks),
            "本地排放" | "本地积累" => Ok(Self::Local),
            _ => Err(NotACause(text.to_owned())),
        }
    }
}

/// Why days do not make an outlook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutlookError {
    /// One day, two values.
    #[error("{0} is given twice")]
    Twice(NaiveDate),
    /// The first and the last day lie absurdly far apart.
    #[error("{first} and {last} lie more than a hundred years apart")]
    TooLong {
        /// The first day.
        first: NaiveDate,
        /// The last day.
        last: NaiveDate,
    },
    /// Only a day of the outlook can be filled in.
    #[error("{0} is not a day of the outlook")]
    NoSuchDay(NaiveDate),
    /// Only a gap can be filled in.
    #[error("{0} has a value already")]
    NotMissing(NaiveDate),
}

impl Outlook {
    /// An outlook of these days, in any order. Days between them that are not given become gaps.
    pub fn new(
        source: impl Into<String>,
        issued_at: Option<DateTime<Utc>>,
        days: impl IntoIterator<Item = Day>,
    ) -> Result<Self, OutlookError> {
        let mut by_date = BTreeMap::new();
        for day in days {
            let on = day.on;
            if by_date.insert(on, day).is_some() {
                return Err(OutlookError::Twice(on));
            }
        }
        Ok(Self {
            source: source.into(),
            issued_at,
            days: contiguous(by_date)?,
        })
    }

    /// Puts an officer's value into a gap; the day is marked as filled in.
    pub fn fill_in(
        &mut self,
        on: NaiveDate,
        aqi: AqiRange,
        by: impl Into<String>,
        source: impl Into<String>,
    ) -> Result<(), OutlookError> {
        let index = self.days().index(on).ok_or(OutlookError::NoSuchDay(on))?;
        let day = &mut self.days[index];
        if day.aqi.is_some() {
            return Err(OutlookError::NotMissing(on));
        }
        day.aqi = Some(aqi);
        day.origin = Origin::FilledIn {
            by: by.into(),
            source: source.into(),
        };
        Ok(())
    }

    /// Who made the outlook.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// When it was made; none where its file does not say.
    pub fn issued_at(&self) -> Option<DateTime<Utc>> {
        self.issued_at
    }

    /// Every day, gaps included, the first first.
    pub fn days(&self) -> Days<'_> {
        Days {
            spans: &self.days,
            a_day: 1,
            hour: 0,
        }
    }

    /// The last day of the outlook.
    pub fn horizon(&self) -> Option<NaiveDate> {
        self.days.last().map(|day| day.on)
    }

    /// The days without a value.
    pub fn gaps(&self) -> impl Iterator<Item = NaiveDate> {
        self.days
            .iter()
            .filter(|day| day.aqi.is_none())
            .map(|day| day.on)
    }
}

impl<'de> Deserialize<'de> for Outlook {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            source: String,
            issued_at: Option<DateTime<Utc>>,
            days: Vec<Day>,
        }
        let stored = Stored::deserialize(deserializer)?;
        Self::new(stored.source, stored.issued_at, stored.days).map_err(serde::de::Error::custom)
    }
}

/// Spans of 24 hours in a row: natural days, each where the one before it ends, or, of a [`Rolling`]
/// series, one that begins at every hour.
#[derive(Clone, Copy, Debug)]
pub struct Days<'o> {
    spans: &'o [Day],
    /// How many of them begin within 24 hours: 1 or 24.
    a_day: usize,
    /// The hour of its day at which the first begins.
    hour: u16,
}

impl<'o> Days<'o> {
    /// The spans, the first first.
    pub fn as_slice(self) -> &'o [Day] {
        self.spans
    }

    /// How many spans begin within 24 hours: 1 of natural days, 24 where one begins at every hour.
    pub fn a_day(self) -> usize {
        self.a_day
    }

    /// When the first of them begins.
    pub fn begin(self) -> Option<DateTime<Utc>> {
        let first = self.spans.first()?;
        Some(day_start(first.on) + TimeDelta::hours(self.hour.into()))
    }

    /// The spans at these positions.
    ///
    /// # Panics
    /// When the range reaches beyond them.
    #[must_use]
    pub fn slice(self, range: std::ops::Range<usize>) -> Self {
        let hours = usize::from(self.hour) + range.start * (HOURS_A_DAY / self.a_day);
        Self {
            spans: &self.spans[range],
            hour: u16::try_from(hours % HOURS_A_DAY).expect("less than a day"),
            ..self
        }
    }

    /// Where the span stands that begins with a day.
    pub fn index(self, on: NaiveDate) -> Option<usize> {
        let hours = usize::try_from((day_start(on) - self.begin()?).num_hours()).ok()?;
        let index = hours.div_ceil(HOURS_A_DAY / self.a_day);
        (index < self.spans.len()).then_some(index)
    }
}

impl<'o> From<&'o Outlook> for Days<'o> {
    fn from(outlook: &'o Outlook) -> Self {
        outlook.days()
    }
}

fn contiguous(by_date: BTreeMap<NaiveDate, Day>) -> Result<Vec<Day>, OutlookError> {
    if let (Some((&first, _)), Some((&last, _))) =
        (by_date.first_key_value(), by_date.last_key_value())
        && (last - first).num_days() > LONGEST
    {
        return Err(OutlookError::TooLong { first, last });
    }
    let mut days: Vec<Day> = Vec::with_capacity(by_date.len());
    for (on, day) in by_date {
        while let Some(missing) = days.last().map(|last| last.on + chrono::Days::new(1))
            && missing < on
        {
            days.push(Day::observed(missing, None));
        }
        days.push(day);
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2015, 12, day).unwrap()
    }

    fn aqi(value: u16) -> AqiRange {
        AqiRange::exactly(value).unwrap()
    }

    fn observed(days: &[(u32, Option<u16>)]) -> Outlook {
        let days = days
            .iter()
            .map(|&(day, value)| Day::observed(on(day), value.map(aqi)));
        Outlook::new("station", None, days).unwrap()
    }

    fn values(outlook: &Outlook) -> Vec<Option<u16>> {
        let days = outlook.days().as_slice().iter();
        days.map(|day| day.aqi.map(AqiRange::middle)).collect()
    }

    #[rstest]
    #[case::value("205", 205, 205, 205)]
    #[case::range("180~220", 180, 220, 200)]
    #[case::hyphen("180-221", 180, 221, 201)]
    #[case::full_width("40 ～ 61", 40, 61, 51)]
    #[case::top("500", 500, 500, 500)]
    fn an_aqi_or_a_range_is_read_and_its_middle_rounds_up(
        #[case] text: &str,
        #[case] low: u16,
        #[case] high: u16,
        #[case] middle: u16,
    ) {
        let range: AqiRange = text.parse().unwrap();
        assert_eq!(
            (range.low(), range.high(), range.middle()),
            (low, high, middle)
        );
    }

    #[rstest]
    #[case::above_the_table("501")]
    #[case::negative("-5")]
    #[case::backwards("220~180")]
    #[case::fraction("200.5")]
    #[case::signed("+5")]
    #[case::word("重度")]
    #[case::empty("")]
    fn what_no_standard_computes_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<AqiRange>(), Err(NotAnAqi(text.to_owned())));
    }

    #[rstest]
    #[case("沙尘", Cause::Dust)]
    #[case("Dust", Cause::Dust)]
    #[case("cross-border", Cause::CrossBorder)]
    #[case("区域传输", Cause::RegionalTransport)]
    #[case("wildfire smoke", Cause::WildfireSmoke)]
    #[case("局地扬沙", Cause::BlownDust)]
    #[case("O3", Cause::Ozone)]
    fn causes_are_read_in_both_languages(#[case] text: &str, #[case] cause: Cause) {
        assert_eq!(text.parse(), Ok(cause));
    }

    #[test]
    fn days_nobody_gave_become_gaps() {
        let outlook = observed(&[(4, Some(80)), (1, Some(201))]);
        assert_eq!(values(&outlook), [Some(201), None, None, Some(80)]);
        assert_eq!(outlook.gaps().collect::<Vec<_>>(), [on(2), on(3)]);
        assert_eq!(outlook.horizon(), Some(on(4)));
    }

    #[test]
    fn a_day_given_twice_is_refused() {
        let days = [Day::observed(on(1), None), Day::observed(on(1), None)];
        assert_eq!(
            Outlook::new("station", None, days),
            Err(OutlookError::Twice(on(1)))
        );
    }

    #[test]
    fn a_mistyped_century_is_refused_instead_of_filled_with_gaps() {
        let far = NaiveDate::from_ymd_opt(2915, 12, 1).unwrap();
        let days = [Day::observed(on(1), None), Day::observed(far, None)];
        assert!(matches!(
            Outlook::new("station", None, days),
            Err(OutlookError::TooLong { .. })
        ));
    }

    #[test]
    fn only_a_gap_of_the_outlook_is_filled_in() {
        let mut outlook = observed(&[(1, Some(210))]);
        let value = AqiRange::exactly(1).unwrap();
        assert_eq!(
            outlook.fill_in(on(1), value, "a", "b"),
            Err(OutlookError::NotMissing(on(1)))
        );
        assert_eq!(
            outlook.fill_in(on(2), value, "a", "b"),
            Err(OutlookError::NoSuchDay(on(2)))
        );
    }

    #[test]
    fn stored_days_are_checked_when_read_back() {
        let outlook = observed(&[(1, Some(210)), (2, None)]);
        let json = serde_json::to_string(&outlook).unwrap();
        assert_eq!(serde_json::from_str::<Outlook>(&json).unwrap(), outlook);
        assert!(serde_json::from_str::<Outlook>(&json.replace("210", "999")).is_err());
        assert!(
            serde_json::from_str::<Outlook>(&json.replace("2015-12-02", "2015-12-01")).is_err()
        );
    }
}
