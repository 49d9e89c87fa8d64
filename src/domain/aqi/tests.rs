use proptest::prelude::*;
use rstest::rstest;

use super::*;
use Pollutant::{Co, No2, O3, Pm10, Pm25, So2};

fn hj633_2012() -> Standard {
    let text = include_str!("../../../playbooks/standards/aqi-hj633-2012.toml");
    Standard::parse("aqi-hj633-2012.toml", text).unwrap()
}

fn hj633_2026() -> Standard {
    let text = include_str!("../../../playbooks/standards/aqi-hj633-2026.toml");
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
        "../../../tests/fixtures/aqi/official_hourly_2020.csv"
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
    let fixture = include_str!("../../../tests/fixtures/aqi/official_hourly_iaqi_2020.csv");
    for cells in lines(fixture) {
        let pollutant = cells[0].parse().unwrap();
        let computed = iaqi(&standard, Period::Hour, pollutant, cells[1]);
        assert_eq!(computed, cells[2].parse().ok(), "{cells:?}");
    }
}

#[test]
fn the_reference_points_of_both_standards_hold() {
    for cells in lines(include_str!(
        "../../../tests/fixtures/aqi/iaqi_reference.csv"
    )) {
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
        "../../../tests/fixtures/aqi/dongsi_20140224-27.csv"
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
    // Where none is in force the newest is asked.
    let asked = standards.of(day.parse().unwrap());
    assert_eq!(asked.id(), id.unwrap_or("hj633-2026"));
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
