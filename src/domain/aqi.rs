//! The air quality index (环境空气质量指数, AQI): concentrations → IAQI → AQI, category, primary
//! pollutants.
//!
//! A [`Standard`] is data: the tables of HJ 633-2012 or HJ 633-2026 with the days they hold. It
//! assesses a [`Sample`], the [`Concentration`] of each [`Pollutant`] over a day or an hour, and
//! answers with an [`Aqi`] that knows its gaps. [`Standards`] holds all versions and finds the one
//! in force on a day.
//!
//! Arithmetic is exact: an index is rounded *up*, so a float that misses a breakpoint by a hair is
//! wrong by one. Nothing here averages over stations or judges whether a mean is valid; an index
//! that may not be published is withheld with its reason and never reads as clean air.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::playbook::{PlaybookFault, Standing};

mod file;
mod pollutant;

pub use pollutant::{Concentration, NotAConcentration, NotAPollutant};
pub use pollutant::{PerPollutant, Pollutant, PollutantSet};

/// The concentrations over one day or one hour; none where nothing valid was measured.
///
/// Ozone is the largest mean of eight hours for a day, and the mean of the hour for an hour.
pub type Sample = PerPollutant<Option<Concentration>>;

/// What a report covers, which decides the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// 日报: a natural day.
    Day,
    /// 时报: one hour.
    Hour,
}

/// An assessment: the index and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aqi {
    /// 环境空气质量指数, 0 (from 2026: 1) to 500; none when it may not be published.
    pub aqi: Option<u16>,
    /// 类别, present with the index.
    pub category: Option<Category>,
    /// 首要污染物: every pollutant with the largest IAQI, when the index is above 50.
    pub primary: PollutantSet,
    /// 空气质量分指数 of each pollutant that has one; published even when the AQI is not.
    pub iaqi: PerPollutant<Option<u16>>,
    /// The pollutants without an IAQI: not measured, or beyond a table that says "not computed".
    pub missing: PollutantSet,
    /// Why there is no index, when there is none.
    pub withheld: Option<Withheld>,
}

impl Aqi {
    /// 级别, 1 (一级) to 6 (六级).
    pub fn level(&self) -> Option<u8> {
        self.category.map(Category::level)
    }
}

/// Why an index may not be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// No pollutant has an IAQI.
    NothingMeasured,
    /// Pollutants are missing, and what is there does not reach the line above which an
    /// incomplete index is published (HJ 633-2026, 5.3.1).
    Incomplete {
        /// The pollutants without an IAQI.
        missing: PollutantSet,
        /// The largest IAQI of the others.
        highest: u16,
        /// The line that had to be passed.
        line: u16,
    },
}

impl Withheld {
    /// The reason in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NothingMeasured => "各项污染物均无有效数据".to_owned(),
            Self::Incomplete {
                missing,
                highest,
                line,
            } => format!(
                "缺少{}，其余污染物的最大分指数为{highest}，不超过{line}，不发布AQI",
                missing.zh()
            ),
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMeasured => f.write_str("no pollutant was measured"),
            Self::Incomplete {
                missing,
                highest,
                line,
            } => write!(
                f,
                "without {missing} the largest sub-index is {highest}, not above {line}"
            ),
        }
    }
}

/// 空气质量指数类别, ordered from clean to foul. Its colours are *not* those of the warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// 优, 一级.
    Excellent,
    /// 良, 二级.
    Good,
    /// 轻度污染, 三级.
    Light,
    /// 中度污染, 四级.
    Moderate,
    /// 重度污染, 五级.
    Heavy,
    /// 严重污染, 六级.
    Severe,
}

impl Category {
    /// Every category, the cleanest first.
    pub const ALL: [Self; 6] = [
        Self::Excellent,
        Self::Good,
        Self::Light,
        Self::Moderate,
        Self::Heavy,
        Self::Severe,
    ];

    /// The machine word: `excellent` … `severe`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Light => "light",
            Self::Moderate => "moderate",
            Self::Heavy => "heavy",
            Self::Severe => "severe",
        }
    }

    /// The standard's word: `重度污染`.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Excellent => "优",
            Self::Good => "良",
            Self::Light => "轻度污染",
            Self::Moderate => "中度污染",
            Self::Heavy => "重度污染",
            Self::Severe => "严重污染",
        }
    }

    /// The English word: `heavily polluted`.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Light => "lightly polluted",
            Self::Moderate => "moderately polluted",
            Self::Heavy => "heavily polluted",
            Self::Severe => "severely polluted",
        }
    }

    /// 级别, 1 (一级) to 6 (六级).
    pub const fn level(self) -> u8 {
        match self {
            Self::Excellent => 1,
            Self::Good => 2,
            Self::Light => 3,
            Self::Moderate => 4,
            Self::Heavy => 5,
            Self::Severe => 6,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One version of the technical regulation, as its file in `playbooks/standards/` states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    id: String,
    document: String,
    source: String,
    standing: Standing,
    in_force_from: NaiveDate,
    in_force_from_standing: Standing,
    in_force_to: Option<NaiveDate>,
    lowest_aqi: u16,
    primary_above: u16,
    rounding: Rounding,
    day: Report,
    hour: Report,
    categories: [CategoryRow; 6],
}

impl Standard {
    /// Reads a file of `playbooks/standards/`; `path` is what a fault calls it.
    pub fn parse(path: &str, text: &str) -> Result<Self, PlaybookFault> {
        file::parse(path, text)
    }

    /// The index of a sample under this standard.
    pub fn assess(&self, period: Period, sample: &Sample) -> Aqi {
        let report = self.report(period);
        let iaqi = PerPollutant::from_fn(|pollutant| {
            let concentration = self.rounding.apply(pollutant, sample[pollutant]?);
            report.scales[pollutant].iaqi(concentration)
        });
        let with = |wanted: Option<u16>| -> PollutantSet {
            let alike = iaqi.iter().filter(|&(_, &index)| index == wanted);
            alike.map(|(pollutant, _)| pollutant).collect()
        };
        let missing = with(None);
        let highest = iaqi.iter().filter_map(|(_, &index)| index).max();

        let (aqi, withheld) = match (highest, report.gaps.publish) {
            (None, _) => (None, Some(Withheld::NothingMeasured)),
            (Some(highest), PublishGaps::Above(line)) if !missing.is_empty() && highest <= line => {
                let incomplete = Withheld::Incomplete {
                    missing,
                    highest,
                    line,
                };
                (None, Some(incomplete))
            }
            (Some(highest), _) => (Some(highest.max(self.lowest_aqi)), None),
        };
        let primary = match aqi {
            Some(aqi) if aqi > self.primary_above => with(highest),
            _ => PollutantSet::EMPTY,
        };
        Aqi {
            aqi,
            category: aqi.map(|aqi| self.category(aqi)),
            primary,
            iaqi,
            missing,
            withheld,
        }
    }

    /// The category of an index; whatever is above the table is the last.
    pub fn category(&self, aqi: u16) -> Category {
        let row = self.categories.iter().find(|row| aqi <= row.up_to);
        row.map_or(Category::Severe, |row| row.category)
    }

    /// The colour of a category in maps, charts and reports.
    pub fn colour(&self, category: Category) -> &Colour {
        &self.categories[usize::from(category.level()) - 1].colour
    }

    /// How a pollutant is averaged for a report.
    pub fn averaging(&self, period: Period, pollutant: Pollutant) -> Averaging {
        self.report(period).scales[pollutant].averaging
    }

    /// The word it is named by on the command line and in the record: `hj633-2026`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Number and title of the document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Where in the document the tables and rules stand, and how well that is known.
    pub fn basis(&self) -> (&str, Standing) {
        (&self.source, self.standing)
    }

    /// Where the rule for missing pollutants was taken from, and how well that is known.
    pub fn gaps_basis(&self, period: Period) -> (&str, Standing) {
        let gaps = &self.report(period).gaps;
        (&gaps.source, gaps.standing)
    }

    /// The first day it is applied to, and how well that is known.
    pub fn in_force_from(&self) -> (NaiveDate, Standing) {
        (self.in_force_from, self.in_force_from_standing)
    }

    /// Its last day; none while it is in force.
    pub fn in_force_to(&self) -> Option<NaiveDate> {
        self.in_force_to
    }

    /// Whether a day is judged by it.
    pub fn is_in_force_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|last| day <= last)
    }

    fn report(&self, period: Period) -> &Report {
        match period {
            Period::Day => &self.day,
            Period::Hour => &self.hour,
        }
    }
}

/// Every version of the standard, the oldest first. At most one is in force on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standards(Vec<Standard>);

/// Why standards cannot stand together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandardsError {
    /// There is none.
    #[error("no standard for the air quality index")]
    None,
    /// Two bear one name.
    #[error("two standards are named `{0}`")]
    SameId(String),
    /// Two hold on one day.
    #[error("`{earlier}` and `{later}` are both in force on {on}")]
    Overlap {
        /// The one that began earlier.
        earlier: String,
        /// The one that began before the other ended.
        later: String,
        /// The first day both hold.
        on: NaiveDate,
    },
}

impl Standards {
    /// Puts the versions in order, and refuses two for one day.
    pub fn new(mut versions: Vec<Standard>) -> Result<Self, StandardsError> {
        versions.sort_by_key(|standard| standard.in_force_from);
        if versions.is_empty() {
            return Err(StandardsError::None);
        }
        for (at, standard) in versions.iter().enumerate() {
            if versions[..at].iter().any(|other| other.id == standard.id) {
                return Err(StandardsError::SameId(standard.id.clone()));
            }
        }
        for pair in versions.windows(2) {
            if pair[0].is_in_force_on(pair[1].in_force_from) {
                return Err(StandardsError::Overlap {
                    earlier: pair[0].id.clone(),
                    later: pair[1].id.clone(),
                    on: pair[1].in_force_from,
                });
            }
        }
        Ok(Self(versions))
    }

    /// The version a day is judged by.
    pub fn in_force_on(&self, day: NaiveDate) -> Option<&Standard> {
        self.0.iter().find(|standard| standard.is_in_force_on(day))
    }

    /// The version that came last.
    pub fn newest(&self) -> &Standard {
        self.0.last().expect("standards are never empty")
    }

    /// The version of a name: `hj633-2012`.
    pub fn find(&self, id: &str) -> Option<&Standard> {
        self.0.iter().find(|standard| standard.id == id)
    }

    /// Every version, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Standard> {
        self.0.iter()
    }
}

/// How a concentration is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Averaging {
    /// The mean of one hour.
    #[serde(rename = "1h")]
    Hour,
    /// The mean of a natural day.
    #[serde(rename = "24h")]
    Day,
    /// The largest moving mean of eight hours in a natural day.
    #[serde(rename = "8h-max")]
    LargestEightHours,
}

/// The colour of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colour {
    /// The standard's name for it: `褐红色`.
    pub zh: String,
    /// Red, green, blue.
    pub rgb: [u8; 3],
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryRow {
    category: Category,
    up_to: u16,
    colour: Colour,
}

/// The tables and the rule of one kind of report.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    scales: PerPollutant<Scale>,
    gaps: Gaps,
}

/// What is published when pollutants are missing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gaps {
    publish: PublishGaps,
    standing: Standing,
    source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PublishGaps {
    /// The index of what is there.
    Always,
    /// The index of what is there, if it is above a line.
    Above(u16),
}

/// What is done to a concentration before it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Rounding {
    /// Nothing.
    None,
    /// GB/T 8170: to the nearest multiple, a tie to the even one; steps in µg/m³.
    HalfEven { to_ug: u32, co_to_ug: u32 },
}

impl Rounding {
    fn apply(self, pollutant: Pollutant, concentration: Concentration) -> Concentration {
        match (self, pollutant) {
            (Self::None, _) => concentration,
            (Self::HalfEven { co_to_ug, .. }, Pollutant::Co) => concentration.half_even(co_to_ug),
            (Self::HalfEven { to_ug, .. }, _) => concentration.half_even(to_ug),
        }
    }
}

/// From concentration to IAQI for one pollutant: straight lines between breakpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scale {
    averaging: Averaging,
    /// Adjoining, from zero upwards.
    segments: Vec<Segment>,
    above: AboveTable,
}

impl Scale {
    fn iaqi(&self, concentration: Concentration) -> Option<u16> {
        let within = |segment: &&Segment| concentration <= segment.to;
        match (self.segments.iter().find(within), self.above) {
            (Some(segment), _) => Some(segment.iaqi(concentration)),
            (None, AboveTable::Fixed(iaqi)) => Some(iaqi),
            (None, AboveTable::NotComputed) => None,
        }
    }
}

/// The IAQI of a concentration beyond the last breakpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AboveTable {
    Fixed(u16),
    NotComputed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    from: Concentration,
    to: Concentration,
    /// The IAQI at `from`, and how much higher it is at `to`.
    base: u16,
    rise: u16,
}

impl Segment {
    /// HJ 633, formula (1), rounded up (4.2.6 of 2026): exact, for no quotient is ever formed.
    fn iaqi(&self, concentration: Concentration) -> u16 {
        let gone = u64::from(concentration.steps_above(self.from)) * u64::from(self.rise);
        let above_base = gone.div_ceil(u64::from(self.to.steps_above(self.from)));
        self.base + u16::try_from(above_base).expect("a segment rises by at most its `rise`")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use Pollutant::{Co, No2, O3, Pm10, Pm25, So2};

    fn hj633_2012() -> Standard {
        let text = include_str!("../../playbooks/standards/aqi-hj633-2012.toml");
        Standard::parse("aqi-hj633-2012.toml", text).unwrap()
    }

    fn hj633_2026() -> Standard {
        let text = include_str!("../../playbooks/standards/aqi-hj633-2026.toml");
        Standard::parse("aqi-hj633-2026.toml", text).unwrap()
    }

    /// A sample of the concentrations named; the text is in the unit of reports, empty = missing.
    fn sample<const N: usize>(values: [(Pollutant, &str); N]) -> Sample {
        let mut sample = Sample::default();
        for (pollutant, text) in values {
            sample[pollutant] = match text {
                "" | "NA" => None,
                text => Some(Concentration::parse(pollutant, text).unwrap()),
            };
        }
        sample
    }

    fn iaqi(standard: &Standard, period: Period, pollutant: Pollutant, text: &str) -> Option<u16> {
        standard.assess(period, &sample([(pollutant, text)])).iaqi[pollutant]
    }

    /// The lines of a fixture below its header, cut at commas.
    fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
        text.lines().skip(1).map(|line| line.split(',').collect())
    }

    #[test]
    fn every_official_hour_of_2020_is_reproduced_exactly() {
        let standard = hj633_2012();
        let (mut hours, mut incomplete_yet_published) = (0, 0);
        for cells in lines(include_str!(
            "../../tests/fixtures/aqi/official_hourly_2020.csv"
        )) {
            let [.., aqi, category, primary, pm2_5, pm10, so2, no2, co, o3] = cells[..] else {
                panic!("{cells:?}: a line of 13 cells");
            };
            let sample = sample([
                (Pm25, pm2_5),
                (Pm10, pm10),
                (So2, so2),
                (No2, no2),
                (Co, co),
                (O3, o3),
            ]);
            let computed = standard.assess(Period::Hour, &sample);
            let led_by = primary.split('+').filter(|word| !word.is_empty());
            assert_eq!(computed.aqi, aqi.parse().ok(), "{cells:?}");
            assert_eq!(computed.category.unwrap().zh(), category, "{cells:?}");
            assert_eq!(
                computed.primary,
                led_by
                    .map(|word| word.parse::<Pollutant>().unwrap())
                    .collect(),
                "{cells:?}"
            );
            hours += 1;
            if !computed.missing.is_empty() && computed.aqi <= Some(100) {
                incomplete_yet_published += 1;
            }
        }
        assert_eq!((hours, incomplete_yet_published), (668, 120));
    }

    #[test]
    fn the_index_of_a_leading_pollutant_is_the_one_published_in_2020() {
        let standard = hj633_2012();
        let fixture = include_str!("../../tests/fixtures/aqi/official_hourly_iaqi_2020.csv");
        for cells in lines(fixture) {
            let pollutant = cells[0].parse().unwrap();
            let computed = iaqi(&standard, Period::Hour, pollutant, cells[1]);
            assert_eq!(computed, cells[2].parse().ok(), "{cells:?}");
        }
    }

    #[test]
    fn the_reference_points_of_both_standards_hold() {
        for cells in lines(include_str!("../../tests/fixtures/aqi/iaqi_reference.csv")) {
            let pollutant = cells[0].parse().unwrap();
            for (standard, expected) in [(hj633_2012(), cells[3]), (hj633_2026(), cells[4])] {
                let expected: Option<u16> = expected.parse().ok();
                let day = iaqi(&standard, Period::Day, pollutant, cells[2]);
                assert_eq!(day, expected, "{} {cells:?}", standard.id());
                if cells[1] == "1h/24h" {
                    let hour = iaqi(&standard, Period::Hour, pollutant, cells[2]);
                    assert_eq!(hour, expected, "{} {cells:?}", standard.id());
                }
            }
        }
    }

    /// Table of HJ 633-2012 (2) and HJ 633-2026 (3); the two differ at index 100 of the particles.
    #[rstest]
    #[case(Pm25, "35", 50, 50)]
    #[case(Pm25, "36", 52, 52)]
    #[case(Pm25, "60", 82, 100)]
    #[case(Pm25, "61", 83, 101)]
    #[case(Pm25, "75", 100, 114)]
    #[case(Pm25, "76", 102, 115)]
    #[case(Pm25, "115", 150, 150)]
    #[case(Pm25, "116", 152, 152)]
    #[case(Pm25, "150", 200, 200)]
    #[case(Pm25, "151", 201, 201)]
    #[case(Pm25, "250", 300, 300)]
    #[case(Pm25, "251", 301, 301)]
    #[case(Pm25, "501", 500, 500)]
    #[case(Pm10, "120", 85, 100)]
    #[case(Pm10, "121", 86, 101)]
    #[case(Pm10, "150", 100, 112)]
    #[case(Pm10, "151", 101, 112)]
    #[case(Pm10, "250", 150, 150)]
    #[case(Pm10, "251", 151, 151)]
    #[case(O3, "161", 101, 101)]
    #[case(O3, "266", 201, 201)]
    #[case(Co, "2.1", 53, 53)]
    fn a_day_mean_has_the_index_of_each_standard(
        #[case] pollutant: Pollutant,
        #[case] concentration: &str,
        #[case] in_2012: u16,
        #[case] in_2026: u16,
    ) {
        let index = |standard| iaqi(&standard, Period::Day, pollutant, concentration);
        assert_eq!(index(hj633_2012()), Some(in_2012));
        assert_eq!(index(hj633_2026()), Some(in_2026));
    }

    /// Notes to the tables: notes 2 and 3 of 2012, notes b and c of 2026.
    #[rstest]
    #[case::sulphur_dioxide_at_its_end(Period::Hour, So2, "800", Some(200), Some(200))]
    #[case::sulphur_dioxide_beyond(Period::Hour, So2, "801", None, Some(200))]
    #[case::ozone_at_its_end(Period::Day, O3, "800", Some(300), Some(300))]
    #[case::ozone_beyond(Period::Day, O3, "801", None, Some(300))]
    #[case::ozone_of_an_hour(Period::Hour, O3, "801", Some(301), Some(301))]
    fn beyond_its_table_a_pollutant_has_the_index_its_standard_gives(
        #[case] period: Period,
        #[case] pollutant: Pollutant,
        #[case] concentration: &str,
        #[case] in_2012: Option<u16>,
        #[case] in_2026: Option<u16>,
    ) {
        let index = |standard| iaqi(&standard, period, pollutant, concentration);
        assert_eq!(index(hj633_2012()), in_2012);
        assert_eq!(index(hj633_2026()), in_2026);
    }

    #[test]
    fn an_index_is_rounded_up_by_the_least_excess() {
        let standard = hj633_2012();
        for excess in ["0.0000001", "0.000000000000000000001"] {
            let text = format!("35{}", &excess[1..]);
            assert_eq!(iaqi(&standard, Period::Day, Pm25, &text), Some(51));
        }
        assert_eq!(
            iaqi(&standard, Period::Day, Pm25, "35.000000000000"),
            Some(50)
        );
    }

    /// HJ 633-2026, 4.2.2; the document of 2012 rounds nothing.
    #[rstest]
    #[case::tie_down(Pm25, "60.5", 82, 100)]
    #[case::tie_up(Pm25, "61.5", 84, 102)]
    #[case::tenths_of_carbon_monoxide(Co, "2.05", 52, 50)]
    fn only_the_standard_of_2026_rounds_concentrations(
        #[case] pollutant: Pollutant,
        #[case] concentration: &str,
        #[case] in_2012: u16,
        #[case] in_2026: u16,
    ) {
        let index = |standard| iaqi(&standard, Period::Day, pollutant, concentration);
        assert_eq!(index(hj633_2012()), Some(in_2012));
        assert_eq!(index(hj633_2026()), Some(in_2026));
    }

    const CLEAN: [(Pollutant, &str); 6] = [
        (Pm25, "0"),
        (Pm10, "0"),
        (So2, "0"),
        (No2, "0"),
        (Co, "0"),
        (O3, "0"),
    ];

    #[test]
    fn the_index_begins_at_0_in_2012_and_at_1_in_2026() {
        for period in [Period::Day, Period::Hour] {
            assert_eq!(hj633_2012().assess(period, &sample(CLEAN)).aqi, Some(0));
            let computed = hj633_2026().assess(period, &sample(CLEAN));
            assert_eq!((computed.aqi, computed.level()), (Some(1), Some(1)));
            assert_eq!(computed.iaqi[Pm25], Some(0));
            assert!(computed.primary.is_empty());
        }
    }

    /// 2026: 5.3.1, day and hour. 2012: the hours published in 2020; the days are assumed.
    #[rstest]
    #[case::day_of_2012(hj633_2012(), Period::Day, false)]
    #[case::hour_of_2012(hj633_2012(), Period::Hour, true)]
    #[case::day_of_2026(hj633_2026(), Period::Day, false)]
    #[case::hour_of_2026(hj633_2026(), Period::Hour, false)]
    fn with_a_gap_an_index_up_to_100_is_published_only_where_the_standard_says_so(
        #[case] standard: Standard,
        #[case] period: Period,
        #[case] published: bool,
    ) {
        let mut partial = sample(CLEAN);
        partial[No2] = None;
        partial[Pm10] = Concentration::from_micrograms(60);
        let computed = standard.assess(period, &partial);
        assert_eq!(computed.missing.iter().collect::<Vec<_>>(), [No2]);
        assert_eq!(computed.aqi.is_some(), published);
        assert_eq!(computed.aqi.is_none(), computed.withheld.is_some());
        assert_eq!(computed.aqi.is_some(), computed.category.is_some());
        assert_eq!(computed.primary.is_empty(), !published);
        assert!(
            computed.iaqi[Pm10] > Some(50),
            "single indices are published all the same"
        );

        partial[Pm10] = Concentration::from_micrograms(200);
        let computed = standard.assess(period, &partial);
        assert!(
            computed.aqi > Some(100),
            "above 100 the index is published with its gap"
        );
        assert_eq!(computed.primary.iter().collect::<Vec<_>>(), [Pm10]);
    }

    #[test]
    fn nothing_measured_is_no_index() {
        for standard in [hj633_2012(), hj633_2026()] {
            for period in [Period::Day, Period::Hour] {
                let computed = standard.assess(period, &Sample::default());
                assert_eq!(computed.aqi, None);
                assert_eq!(computed.withheld, Some(Withheld::NothingMeasured));
                assert_eq!(computed.missing.len(), 6);
            }
        }
    }

    /// Day means of 东四 from at least 20 hours, ozone from windows of at least 6 (GB 3095, table 4).
    fn dongsi(day: &str) -> Sample {
        let hours: Vec<_> = lines(include_str!(
            "../../tests/fixtures/aqi/dongsi_20140224-27.csv"
        ))
        .filter(|cells| cells[0] == day)
        .collect();
        assert_eq!(hours.len(), 24);
        PerPollutant::from_fn(|pollutant| {
            let column = 2 + Pollutant::ALL.iter().position(|&p| p == pollutant).unwrap();
            let values: Vec<Option<Concentration>> = hours
                .iter()
                .map(|cells| Concentration::parse(pollutant, cells[column]).ok())
                .collect();
            let mean = |of: &[Option<Concentration>], at_least: usize| {
                let valid = of.iter().flatten();
                (valid.clone().count() >= at_least)
                    .then(|| Concentration::mean(valid.copied()))
                    .flatten()
            };
            match pollutant {
                O3 => values.windows(8).filter_map(|window| mean(window, 6)).max(),
                _ => mean(&values, 20),
            }
        })
    }

    /// Expected sub-indices worked in fractions apart from this code.
    #[test]
    fn beijing_in_february_2014_has_no_index_on_the_days_the_instruments_failed() {
        let standard = hj633_2012();
        let heavy = standard.assess(Period::Day, &dongsi("2014-02-24"));
        assert_eq!(
            (heavy.aqi, heavy.category),
            (Some(315), Some(Category::Severe))
        );
        assert_eq!(heavy.missing.iter().collect::<Vec<_>>(), [No2]);

        for (day, ozone) in [("2014-02-25", 15), ("2014-02-26", 18)] {
            let computed = standard.assess(Period::Day, &dongsi(day));
            let missing: PollutantSet = [Pm25, Pm10, So2, No2, Co].into_iter().collect();
            assert_eq!((computed.aqi, computed.category), (None, None), "{day}");
            assert_eq!(
                computed.withheld,
                Some(Withheld::Incomplete {
                    missing,
                    highest: ozone,
                    line: 100
                })
            );
        }

        let clean = standard.assess(Period::Day, &dongsi("2014-02-27"));
        assert_eq!(
            (clean.aqi, clean.category),
            (Some(39), Some(Category::Excellent))
        );
    }

    #[rstest]
    #[case(50, Category::Excellent, "优", 1)]
    #[case(51, Category::Good, "良", 2)]
    #[case(100, Category::Good, "良", 2)]
    #[case(101, Category::Light, "轻度污染", 3)]
    #[case(151, Category::Moderate, "中度污染", 4)]
    #[case(200, Category::Moderate, "中度污染", 4)]
    #[case(201, Category::Heavy, "重度污染", 5)]
    #[case(301, Category::Severe, "严重污染", 6)]
    #[case(500, Category::Severe, "严重污染", 6)]
    fn an_index_has_the_category_of_table_1(
        #[case] aqi: u16,
        #[case] category: Category,
        #[case] zh: &str,
        #[case] level: u8,
    ) {
        for standard in [hj633_2012(), hj633_2026()] {
            assert_eq!(standard.category(aqi), category);
        }
        assert_eq!((category.zh(), category.level()), (zh, level));
    }

    #[test]
    fn a_category_has_the_colour_of_annex_a() {
        let colours = Category::ALL.map(|category| hj633_2012().colour(category).rgb);
        assert_eq!(
            colours,
            [
                [0, 228, 0],
                [255, 255, 0],
                [255, 126, 0],
                [255, 0, 0],
                [153, 0, 76],
                [126, 0, 35]
            ]
        );
    }

    #[rstest]
    #[case::first_days_of_the_beijing_record("2013-03-01", Some("hj633-2012"))]
    #[case::last_day_of_2012("2026-02-28", Some("hj633-2012"))]
    #[case::first_day_of_2026("2026-03-01", Some("hj633-2026"))]
    #[case::before_either("2012-02-28", None)]
    fn a_day_is_judged_by_the_standard_in_force(#[case] day: &str, #[case] id: Option<&str>) {
        let standards = Standards::new(vec![hj633_2026(), hj633_2012()]).unwrap();
        let in_force = standards.in_force_on(day.parse().unwrap());
        assert_eq!(in_force.map(Standard::id), id);
        assert_eq!(standards.newest().id(), "hj633-2026");
    }

    #[test]
    fn standards_that_contradict_one_another_are_refused() {
        assert_eq!(Standards::new(vec![]), Err(StandardsError::None));
        let twice = Standards::new(vec![hj633_2012(), hj633_2012()]);
        assert_eq!(twice, Err(StandardsError::SameId("hj633-2012".into())));

        let mut endless = hj633_2012();
        endless.in_force_to = None;
        let both = Standards::new(vec![endless, hj633_2026()]).unwrap_err();
        assert_eq!(
            both.to_string(),
            "`hj633-2012` and `hj633-2026` are both in force on 2026-03-01"
        );
    }

    fn any_pollutant() -> impl Strategy<Value = Pollutant> {
        prop::sample::select(Pollutant::ALL.to_vec())
    }

    fn any_period() -> impl Strategy<Value = Period> {
        prop::sample::select(vec![Period::Day, Period::Hour])
    }

    proptest! {
        #[test]
        fn an_index_never_falls_as_a_concentration_rises(
            pollutant in any_pollutant(),
            period in any_period(),
            new in any::<bool>(),
            one in 0..200_000_u32,
            other in 0..200_000_u32,
        ) {
            let standard = if new { hj633_2026() } else { hj633_2012() };
            // In hundredths of the unit of reports: to 2,000 µg/m³, carbon monoxide to 200 mg/m³.
            let text = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let scale = if pollutant == Co { 10 } else { 1 };
            let (low, high) = (one.min(other) / scale, one.max(other) / scale);
            let low = iaqi(&standard, period, pollutant, &text(low));
            let high = iaqi(&standard, period, pollutant, &text(high));
            prop_assert!(high.is_none() || (low.is_some() && low <= high), "{low:?} {high:?}");
        }

        #[test]
        fn an_index_is_the_largest_of_its_parts_and_each_primary_pollutant_has_it(
            micrograms in prop::array::uniform6(prop::option::of(0..1_000_u32)),
            period in any_period(),
        ) {
            let sample = PerPollutant::from_fn(|pollutant| {
                micrograms[pollutant as usize].and_then(Concentration::from_micrograms)
            });
            let computed = hj633_2026().assess(period, &sample);
            if let Some(aqi) = computed.aqi {
                let highest = computed.iaqi.iter().filter_map(|(_, &iaqi)| iaqi).max();
                prop_assert_eq!(Some(aqi), highest.map(|highest| highest.max(1)));
                for (pollutant, &iaqi) in computed.iaqi.iter() {
                    let leads = aqi > 50 && iaqi == Some(aqi);
                    prop_assert_eq!(computed.primary.contains(pollutant), leads);
                }
            } else {
                prop_assert!(!computed.missing.is_empty() && computed.primary.is_empty());
            }
        }
    }
}
