//! A file of `playbooks/standards/` → [`Standard`], refused with its line where it is wrong.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::concentration::Concentration;
use super::pollutant::{PerPollutant, Pollutant};
use super::scale::Scale;
use super::{Averaging, Category, CategoryRow, Gaps, HIGHEST_AQI, Report, Standard};
use crate::playbook::{self, PlaybookFault, Standing, Wrong};

pub(super) fn parse(path: &str, text: &str) -> Result<Standard, PlaybookFault> {
    playbook::read(path, text, File::check)
}

/// A text that does not say what it should.
fn expected<T>(place: &Spanned<T>, what: impl fmt::Display) -> Wrong {
    Wrong::at(place, format!("expected {what}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    document: String,
    source: String,
    standing: Standing,
    in_force_from: NaiveDate,
    in_force_from_standing: Option<Standing>,
    in_force_to: Option<Spanned<NaiveDate>>,
    indices: Spanned<Vec<u16>>,
    lowest_aqi: Spanned<u16>,
    primary_above: u16,
    rounding: Spanned<Rounding>,
    day: ReportTable,
    hour: ReportTable,
    categories: Spanned<Vec<CategoryRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportTable {
    scales: ScaleTables,
    gaps: Gaps,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaleTables {
    pm2_5: ScaleTable,
    pm10: ScaleTable,
    so2: ScaleTable,
    no2: ScaleTable,
    co: ScaleTable,
    o3: ScaleTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaleTable {
    averaging: Averaging,
    unit: Unit,
    breakpoints: Spanned<Vec<u32>>,
    above: Spanned<AboveTable>,
}

/// The IAQI of a concentration beyond the last breakpoint.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AboveTable {
    Fixed(u16),
    NotComputed,
}

/// What is done to a concentration before it is looked up.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Rounding {
    /// Nothing.
    None,
    /// GB/T 8170: to the nearest multiple, a tie to the even one; steps in µg/m³.
    HalfEven { to_ug: u32, co_to_ug: u32 },
}

#[derive(Clone, Copy, Deserialize)]
enum Unit {
    #[serde(rename = "ug/m3")]
    Microgram,
    #[serde(rename = "mg/m3")]
    Milligram,
}

impl File {
    fn check(self) -> Result<Standard, Wrong> {
        if let Some(last) = &self.in_force_to
            && *last.get_ref() < self.in_force_from
        {
            let first = self.in_force_from;
            return Err(expected(last, format!("a day not before {first}")));
        }
        let indices = self.indices.get_ref();
        let within = indices.iter().all(|index| *index <= HIGHEST_AQI);
        if indices.first() != Some(&0) || !rises(indices) || !within {
            let what = format!("indices that rise from 0, to {HIGHEST_AQI} at most");
            return Err(expected(&self.indices, what));
        }
        if *self.lowest_aqi.get_ref() > HIGHEST_AQI {
            let what = format!("an index from 0 to {HIGHEST_AQI}");
            return Err(expected(&self.lowest_aqi, what));
        }
        let rounding = *self.rounding.get_ref();
        if let Rounding::HalfEven { to_ug, co_to_ug } = rounding
            && ![to_ug, co_to_ug]
                .iter()
                .all(|step| (1..=1_000).contains(step))
        {
            return Err(expected(&self.rounding, "steps from 1 to 1000 µg/m³"));
        }
        Ok(Standard {
            id: self.id,
            document: self.document,
            source: self.source,
            standing: self.standing,
            in_force_from: self.in_force_from,
            in_force_from_standing: self.in_force_from_standing.unwrap_or(self.standing),
            in_force_to: self.in_force_to.map(Spanned::into_inner),
            lowest_aqi: self.lowest_aqi.into_inner(),
            primary_above: self.primary_above,
            day: self.day.check(indices, rounding)?,
            hour: self.hour.check(indices, rounding)?,
            categories: check_categories(self.categories)?,
        })
    }
}

impl ReportTable {
    fn check(self, indices: &[u16], rounding: Rounding) -> Result<Report, Wrong> {
        let tables = self.scales;
        let scale = |pollutant| {
            let table = match pollutant {
                Pollutant::Pm25 => &tables.pm2_5,
                Pollutant::Pm10 => &tables.pm10,
                Pollutant::So2 => &tables.so2,
                Pollutant::No2 => &tables.no2,
                Pollutant::Co => &tables.co,
                Pollutant::O3 => &tables.o3,
            };
            table.check(indices, rounding.to(pollutant))
        };
        Ok(Report {
            scales: PerPollutant::try_from_fn(scale)?,
            gaps: self.gaps,
        })
    }
}

impl ScaleTable {
    /// The scale of a table; `indices` are those of its first breakpoints.
    fn check(&self, indices: &[u16], rounded_to: Option<Concentration>) -> Result<Scale, Wrong> {
        let breakpoints = self.breakpoints.get_ref();
        let most = indices.len();
        if breakpoints.first() != Some(&0)
            || !rises(breakpoints)
            || !(2..=most).contains(&breakpoints.len())
        {
            let what = format!("2 to {most} breakpoints that rise from 0");
            return Err(expected(&self.breakpoints, what));
        }
        let too_high = || expected(&self.breakpoints, "breakpoints an instrument can read");
        let points = breakpoints
            .iter()
            .map(|&point| self.unit.concentration(point).ok_or_else(too_high))
            .collect::<Result<Vec<_>, _>>()?;

        let last = indices[points.len() - 1];
        let above = match *self.above.get_ref() {
            AboveTable::Fixed(iaqi) if !(last..=HIGHEST_AQI).contains(&iaqi) => {
                let what =
                    format!("an index from {last}, that of the last breakpoint, to {HIGHEST_AQI}");
                return Err(expected(&self.above, what));
            }
            AboveTable::Fixed(iaqi) => Some(iaqi),
            AboveTable::NotComputed => None,
        };
        let table: Vec<_> = points.into_iter().zip(indices.iter().copied()).collect();
        Ok(Scale::new(self.averaging, &table, rounded_to, above))
    }
}

impl Rounding {
    /// Of what the concentrations of a pollutant become multiples, if of anything.
    fn to(self, pollutant: Pollutant) -> Option<Concentration> {
        match (self, pollutant) {
            (Self::None, _) => None,
            (Self::HalfEven { co_to_ug, .. }, Pollutant::Co) => {
                Concentration::from_micrograms(co_to_ug)
            }
            (Self::HalfEven { to_ug, .. }, _) => Concentration::from_micrograms(to_ug),
        }
    }
}

impl Unit {
    fn concentration(self, value: u32) -> Option<Concentration> {
        Concentration::from_micrograms(match self {
            Self::Microgram => value,
            Self::Milligram => value.checked_mul(1_000)?,
        })
    }
}

fn check_categories(rows: Spanned<Vec<CategoryRow>>) -> Result<[CategoryRow; 6], Wrong> {
    let in_order = rows
        .get_ref()
        .iter()
        .map(|row| row.category)
        .eq(Category::ALL);
    let bounds: Vec<_> = rows.get_ref().iter().map(|row| row.up_to).collect();
    let wrong = expected(&rows, "the six categories in order, `up_to` rising");
    match rows.into_inner().try_into() {
        Ok(six) if in_order && rises(&bounds) => Ok(six),
        _ => Err(wrong),
    }
}

fn rises<T: PartialOrd>(values: &[T]) -> bool {
    values.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SHIPPED: &str = include_str!("../../../playbooks/standards/aqi-hj633-2026.toml");

    fn line_of(fragment: &str) -> usize {
        let before = SHIPPED.split(fragment).next().unwrap();
        1 + before.matches('\n').count()
    }

    /// Each case spoils one place of the shipped file.
    #[rstest]
    #[case::breakpoints_that_fall(
        "[0, 50, 150, 475,",
        "[0, 50, 150, 140,",
        "expected 2 to 8 breakpoints that rise from 0"
    )]
    #[case::breakpoints_beyond_any_instrument(
        "48, 60]",
        "48, 6000]",
        "expected breakpoints an instrument can read"
    )]
    #[case::more_breakpoints_than_indices(
        "215, 265, 800]",
        "215, 265, 800, 801, 802, 803]",
        "expected 2 to 8 breakpoints that rise from 0"
    )]
    #[case::an_index_that_drops_beyond_the_table(
        "{ fixed = 300 }",
        "{ fixed = 200 }",
        "expected an index from 300, that of the last breakpoint, to 500"
    )]
    #[case::an_index_beyond_the_highest(
        "{ fixed = 500 }",
        "{ fixed = 501 }",
        "expected an index from 500, that of the last breakpoint, to 500"
    )]
    #[case::indices_beyond_the_highest(
        "indices = [0, 50, 100, 150, 200, 300, 400, 500]",
        "indices = [0, 50, 100, 150, 200, 300, 400, 501]",
        "expected indices that rise from 0, to 500 at most"
    )]
    #[case::an_unknown_rule_beyond_the_table(
        "{ fixed = 300 }",
        r#""ignored""#,
        "unknown variant `ignored`, expected `fixed` or `not-computed`"
    )]
    #[case::indices_that_do_not_begin_at_zero(
        "indices = [0,",
        "indices = [1,",
        "expected indices that rise from 0, to 500 at most"
    )]
    #[case::a_lowest_index_beyond_the_highest(
        "lowest_aqi = 1",
        "lowest_aqi = 501",
        "expected an index from 0 to 500"
    )]
    #[case::a_day_no_calendar_has("2026-03-01", "2026-02-30", "input is out of range")]
    #[case::an_unknown_unit(
        r#"unit = "mg/m3""#,
        r#"unit = "ppm""#,
        "unknown variant `ppm`, expected `ug/m3` or `mg/m3`"
    )]
    #[case::an_unknown_standing(
        r#"standing = "found""#,
        r#"standing = "sure""#,
        "unknown variant `sure`, expected one of `found`, `second-hand`, `assumed`"
    )]
    fn a_wrong_place_is_refused_with_its_line(
        #[case] right: &str,
        #[case] wrong: &str,
        #[case] what: &str,
    ) {
        let fault = parse("s.toml", &SHIPPED.replacen(right, wrong, 1)).unwrap_err();
        let line = line_of(right);
        assert_eq!(fault.to_string(), format!("s.toml:{line}: {what}"));
    }

    #[test]
    fn a_key_that_is_not_known_or_not_there_is_refused() {
        let misspelt = SHIPPED.replace("lowest_aqi", "lowest_api");
        let fault = parse("s.toml", &misspelt).unwrap_err();
        assert_eq!(fault.line, line_of("lowest_aqi"));
        assert!(
            fault
                .what
                .starts_with("unknown field `lowest_api`, expected one of")
        );

        let without = SHIPPED.replace("lowest_aqi = 1", "");
        assert_eq!(
            parse("s.toml", &without).unwrap_err().what,
            "missing field `lowest_aqi`"
        );
    }

    #[test]
    fn a_standard_that_ends_before_it_begins_is_refused() {
        let ended = SHIPPED.replacen(
            r#"in_force_from = "2026-03-01""#,
            "in_force_from = \"2026-03-01\"\nin_force_to = \"2026-02-28\"",
            1,
        );
        let fault = parse("s.toml", &ended).unwrap_err();
        assert_eq!(fault.line, line_of("in_force_from") + 1);
        assert_eq!(fault.what, "expected a day not before 2026-03-01");
    }

    #[test]
    fn a_rounding_step_of_nothing_is_refused() {
        let fault = parse("s.toml", &SHIPPED.replacen("to_ug = 1", "to_ug = 0", 1)).unwrap_err();
        assert_eq!(fault.line, line_of("[rounding.half-even]"));
        assert_eq!(fault.what, "expected steps from 1 to 1000 µg/m³");
    }

    #[test]
    fn categories_out_of_order_are_refused() {
        let swapped = SHIPPED.replace(r#""good""#, r#""light""#);
        let fault = parse("s.toml", &swapped).unwrap_err();
        assert_eq!(
            fault.what,
            "expected the six categories in order, `up_to` rising"
        );
    }

    #[test]
    fn text_that_is_not_toml_is_refused_with_its_line() {
        let fault = parse("s.toml", "id = \"x\"\ndocument = \n").unwrap_err();
        assert_eq!(fault.line, 2);
    }
}
