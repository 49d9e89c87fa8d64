//! The outlook (研判曲线): observed days, forecast days, the lines of the rule, the warning in force.
//!
//! An [`OutlookChart`] holds one [`ChartDay`] per civil day without a hole: a day nobody knows is a
//! day with [`DayValue::Missing`] and is drawn as a gap, never as clean air. The bands behind the
//! bars are AQI categories and say so in words; the strip above them is the warning and says so too.

use askama::Template;
use chrono::NaiveDate;

use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::status::Category;

/// What the chart shows.
#[derive(Clone, Debug)]
pub struct OutlookChart {
    /// Consecutive days, the earliest first.
    pub days: Vec<ChartDay>,
    /// The thresholds of the rule in use, in any order.
    pub lines: Vec<RuleLine>,
    /// The civil day on which the page is drawn.
    pub today: NaiveDate,
    /// The warning in force or announced, if there is one.
    pub window: Option<Window>,
}

/// One civil day of the outlook.
#[derive(Clone, Debug)]
pub struct ChartDay {
    /// The day, in Beijing time.
    pub day: NaiveDate,
    /// What is known of it.
    pub value: DayValue,
    /// The primary pollutants as published: `PM2.5`; empty when none is known.
    pub primary: String,
    /// Why the rule does not count the day (O3, dust, …), as the decision words it.
    pub excluded: Option<String>,
    /// Where the value comes from and how it came in; none where nobody has given one.
    pub provenance: Option<String>,
}

/// What is known of a day; every number is a daily AQI, 0 to 500.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayValue {
    /// Measured.
    Observed {
        /// The published index.
        aqi: u16,
    },
    /// Not measured; an officer gave the value.
    FilledIn {
        /// The value given.
        aqi: u16,
        /// Where it was taken from, in the officer's words.
        source: String,
    },
    /// Expected.
    Forecast {
        /// The lower end of the forecast range.
        low: u16,
        /// The upper end of the forecast range.
        high: u16,
        /// The point of the range the rule is applied to.
        judged: u16,
    },
    /// No value at all.
    Missing,
}

impl DayValue {
    /// The value the rule is applied to.
    pub fn judged(&self) -> Option<u16> {
        match *self {
            Self::Observed { aqi } | Self::FilledIn { aqi, .. } => Some(aqi),
            Self::Forecast { judged, .. } => Some(judged),
            Self::Missing => None,
        }
    }

    fn highest(&self) -> u16 {
        match *self {
            Self::Forecast { high, judged, .. } => high.max(judged),
            _ => self.judged().unwrap_or(0),
        }
    }
}

impl ChartDay {
    /// What kind of value the day has, in words.
    pub fn kind(&self, language: Language) -> Phrase {
        language.say(match self.value {
            DayValue::Observed { .. } => "chart-observed",
            DayValue::FilledIn { .. } => "chart-filled-in",
            DayValue::Forecast { .. } => "chart-forecast",
            DayValue::Missing => "chart-no-data",
        })
    }

    /// The AQI category of the judged value.
    pub fn category(&self) -> Option<Category> {
        self.value.judged().map(Category::of)
    }

    /// The forecast range, `210–260`; empty where there is none.
    pub fn range(&self) -> String {
        match self.value {
            DayValue::Forecast { low, high, .. } if low != high => format!("{low}–{high}"),
            _ => String::new(),
        }
    }

    /// What else a reader must know: where a value was taken from, why a day does not count.
    pub fn note(&self, language: Language) -> String {
        let source = match &self.value {
            DayValue::FilledIn { source, .. } => Some(
                language
                    .say("chart-filled-in-from")
                    .with("source", source)
                    .to_string(),
            ),
            _ => None,
        };
        let excluded = self.excluded.as_ref().map(|why| {
            language
                .say("chart-excluded-because")
                .with("why", why)
                .to_string()
        });
        [source, excluded]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(match language {
                Language::Zh => "；",
                Language::En => "; ",
            })
    }

    /// The whole day in one sentence, as a screen reader and a pointer get it.
    fn sentence(&self, language: Language) -> String {
        let mut parts = vec![language.day(self.day), self.kind(language).to_string()];
        if let Some(judged) = self.value.judged() {
            parts.push(format!("AQI {judged}"));
        }
        if !self.range().is_empty() {
            let range = language.say("chart-range").with("range", self.range());
            parts.push(range.to_string());
        }
        if let Some(category) = self.category() {
            parts.push(category.word(language).to_string());
        }
        if !self.primary.is_empty() {
            parts.push(self.primary.clone());
        }
        let note = self.note(language);
        if !note.is_empty() {
            parts.push(note);
        }
        parts.join(" · ")
    }
}

/// A threshold of the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// The AQI that must be exceeded.
    pub aqi: u16,
    /// What it starts, as the rule names it: `黄色、橙色启动线`.
    pub name: String,
}

/// When a warning holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its level.
    pub level: WarningLevel,
    /// When it starts (启动时刻).
    pub from: WrittenTime,
    /// When it ends; none for 解除时间另行通知.
    pub until: Option<WrittenTime>,
}

impl OutlookChart {
    /// The chart as one `<svg>` element; a chart without days is a frame that says so.
    pub fn svg(&self, language: Language) -> String {
        Drawing::of(self, language)
            .render()
            .expect("a drawing renders into a string")
    }
}

/// Every coordinate of the picture, in user units of a 960 × 320 canvas.
#[derive(Template)]
#[template(path = "chart/outlook.svg", config = ".askama.toml")]
struct Drawing {
    language: Language,
    summary: String,
    bands: Vec<Band>,
    ticks: Vec<Tick>,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    today: Option<Today>,
    strip: Option<Strip>,
}

struct Band {
    category: Category,
    y: i32,
    height: i32,
    label_y: Option<i32>,
}

struct Tick {
    y: i32,
    text: u16,
}

struct Line {
    y: i32,
    text: String,
}

struct Bar {
    class: &'static str,
    category: Option<Category>,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    centre: i32,
    /// The highest point of the day, its range included: the value is written above it.
    top: i32,
    value: Option<u16>,
    whisker: Option<(i32, i32)>,
    filled_in: bool,
    excluded: bool,
    date: String,
    sentence: String,
}

struct Today {
    x: i32,
    centre: i32,
}

struct Strip {
    level: WarningLevel,
    x: i32,
    width: i32,
    open: bool,
    text: String,
}

/// The plot area within the canvas.
const LEFT: i32 = 40;
const RIGHT: i32 = 724;
const TOP: i32 = 44;
const BOTTOM: i32 = 280;
/// The highest index there is.
const CEILING: u16 = 500;

impl Drawing {
    fn of(chart: &OutlookChart, language: Language) -> Self {
        let scale = Scale::of(chart);
        Self {
            language,
            summary: summary(chart, language),
            bands: bands(scale),
            ticks: (0..=scale.top)
                .step_by(100)
                .map(|text| Tick {
                    y: scale.y(text),
                    text,
                })
                .collect(),
            lines: chart
                .lines
                .iter()
                .map(|line| Line {
                    y: scale.y(line.aqi),
                    text: format!("{} {}", line.aqi, line.name),
                })
                .collect(),
            bars: chart
                .days
                .iter()
                .enumerate()
                .map(|(place, day)| bar(scale, place, day, language))
                .collect(),
            today: scale.today(chart.today),
            strip: chart
                .window
                .as_ref()
                .and_then(|window| strip(scale, window, language)),
        }
    }
}

/// From days and index values to user units.
#[derive(Clone, Copy)]
struct Scale {
    first: Option<NaiveDate>,
    days: i32,
    top: u16,
}

impl Scale {
    fn of(chart: &OutlookChart) -> Self {
        let highest = chart.days.iter().map(|day| day.value.highest()).max();
        let with_room = (highest.unwrap_or(0) + 30).next_multiple_of(50);
        Self {
            first: chart.days.first().map(|day| day.day),
            days: i32::try_from(chart.days.len()).expect("an outlook has some tens of days"),
            top: with_room.clamp(350, CEILING),
        }
    }

    fn y(self, aqi: u16) -> i32 {
        let height = (BOTTOM - TOP) * i32::from(aqi.min(self.top)) / i32::from(self.top);
        BOTTOM - height
    }

    /// The left edge of the `place`-th day.
    fn x(self, place: i32) -> i32 {
        LEFT + (RIGHT - LEFT) * place / self.days.max(1)
    }

    fn today(self, day: NaiveDate) -> Option<Today> {
        let place = i32::try_from((day - self.first?).num_days()).ok()?;
        (0..self.days).contains(&place).then(|| Today {
            x: self.x(place),
            centre: i32::midpoint(self.x(place), self.x(place + 1)),
        })
    }

    /// Where an instant lies, held within the plot.
    fn time_x(self, time: WrittenTime) -> Option<i32> {
        let (hour, minute) = time.clock();
        let minutes = (time.day() - self.first?).num_days() * 1440 + i64::from(hour * 60 + minute);
        let minutes = minutes.clamp(0, i64::from(self.days) * 1440);
        let along = i64::from(RIGHT - LEFT) * minutes / (i64::from(self.days) * 1440).max(1);
        Some(LEFT + i32::try_from(along).expect("a point within the plot"))
    }
}

/// The AQI categories from the ground up; a band too low for its label goes without.
fn bands(scale: Scale) -> Vec<Band> {
    Category::ALL
        .into_iter()
        .filter(|category| category.above() < scale.top)
        .map(|category| {
            let (bottom, top) = (scale.y(category.above()), scale.y(category.up_to()));
            Band {
                category,
                y: top,
                height: bottom - top,
                label_y: (bottom - top >= 12).then_some(i32::midpoint(bottom, top) + 4),
            }
        })
        .collect()
}

fn bar(scale: Scale, place: usize, day: &ChartDay, language: Language) -> Bar {
    let place = i32::try_from(place).expect("an outlook has some tens of days");
    let (left, right) = (scale.x(place), scale.x(place + 1));
    let margin = (right - left) / 6;
    let y = day.value.judged().map_or(TOP, |aqi| scale.y(aqi));
    Bar {
        class: match day.value {
            DayValue::Observed { .. } => "observed",
            DayValue::FilledIn { .. } => "filled-in",
            DayValue::Forecast { .. } => "forecast",
            DayValue::Missing => "missing",
        },
        category: day.category(),
        x: left + margin,
        y,
        width: right - left - 2 * margin,
        height: BOTTOM - y,
        centre: i32::midpoint(left, right),
        top: scale.y(day.value.highest()),
        value: day.value.judged(),
        whisker: match day.value {
            DayValue::Forecast { low, high, .. } if low != high => {
                Some((scale.y(high), scale.y(low)))
            }
            _ => None,
        },
        filled_in: matches!(day.value, DayValue::FilledIn { .. }),
        excluded: day.excluded.is_some(),
        date: day.day.format("%m-%d").to_string(),
        sentence: day.sentence(language),
    }
}

/// The warning's strip, or none where it lies wholly outside the days shown.
fn strip(scale: Scale, window: &Window, language: Language) -> Option<Strip> {
    let from = scale.time_x(window.from)?;
    let until = match window.until {
        Some(until) => scale.time_x(until)?,
        None => RIGHT,
    };
    (until > from).then(|| Strip {
        level: window.level,
        x: from,
        width: until - from,
        open: window.until.is_none(),
        text: language.level(window.level).to_string(),
    })
}

/// What a listener should know before anything else: the span, the peak, the gaps.
fn summary(chart: &OutlookChart, language: Language) -> String {
    let (Some(first), Some(last)) = (chart.days.first(), chart.days.last()) else {
        return language.say("chart-empty").to_string();
    };
    let missing = chart
        .days
        .iter()
        .filter(|day| day.value == DayValue::Missing);
    let peak = chart
        .days
        .iter()
        .filter_map(|day| Some((day.value.judged()?, day)))
        .max_by_key(|(judged, day)| (*judged, std::cmp::Reverse(day.day)));
    let span = language
        .say("chart-summary")
        .with("from", language.day(first.day))
        .with("until", language.day(last.day))
        .with("missing", missing.count());
    match peak {
        Some((aqi, day)) => {
            let peak = language
                .say("chart-peak")
                .with("day", language.day(day.day))
                .with("aqi", aqi);
            format!("{span} {peak}")
        }
        None => span.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(day: u32, value: DayValue) -> ChartDay {
        ChartDay {
            day: NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
            value,
            primary: "PM2.5".to_owned(),
            excluded: None,
            provenance: None,
        }
    }

    fn chart(days: Vec<ChartDay>) -> OutlookChart {
        OutlookChart {
            days,
            lines: vec![],
            today: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
            window: None,
        }
    }

    #[test]
    fn a_day_without_a_value_is_a_gap_and_not_a_zero() {
        let chart = chart(vec![
            day(23, DayValue::Observed { aqi: 180 }),
            day(24, DayValue::Missing),
        ]);
        let drawing = Drawing::of(&chart, Language::Zh);
        let gap = &drawing.bars[1];
        assert_eq!((gap.value, gap.class), (None, "missing"));
        assert_eq!((gap.y, gap.height), (TOP, BOTTOM - TOP), "fills the plot");
        assert!(chart.svg(Language::Zh).contains("无数据"));
    }

    #[rstest]
    #[case::calm(&[40, 60], 350)]
    #[case::heavy(&[283], 350)]
    #[case::needs_room(&[321], 400)]
    #[case::off_the_scale(&[500], 500)]
    fn the_scale_leaves_room_above_the_highest_value(#[case] values: &[u16], #[case] top: u16) {
        let days = values
            .iter()
            .zip(20..)
            .map(|(&aqi, on)| day(on, DayValue::Observed { aqi }))
            .collect();
        assert_eq!(Scale::of(&chart(days)).top, top);
    }

    #[rstest]
    #[case::midnight_as_24("2026-11-24T24:00", "2026-11-25T00:00")]
    #[case::before_the_first_day("2026-11-01T08:00", "2026-11-23T00:00")]
    fn a_window_is_drawn_where_its_instants_lie(#[case] written: &str, #[case] same: &str) {
        let days = (23..27).map(|on| day(on, DayValue::Missing)).collect();
        let scale = Scale::of(&chart(days));
        let x = |text: &str| scale.time_x(text.parse().unwrap());
        assert_eq!(x(written), x(same));
        assert!(x(written).is_some());
    }

    #[rstest]
    #[case::over("2026-11-20T08:00", Some("2026-11-22T24:00"))]
    #[case::not_yet_in_sight("2026-11-28T08:00", None)]
    fn a_warning_outside_the_days_shown_has_no_strip(
        #[case] from: &str,
        #[case] until: Option<&str>,
    ) {
        let mut chart = chart((23..27).map(|on| day(on, DayValue::Missing)).collect());
        chart.window = Some(Window {
            level: WarningLevel::Orange,
            from: from.parse().unwrap(),
            until: until.map(|until| until.parse().unwrap()),
        });
        assert!(Drawing::of(&chart, Language::Zh).strip.is_none());
    }

    #[test]
    fn words_from_outside_cannot_become_markup() {
        let mut chart = chart(vec![day(24, DayValue::Observed { aqi: 210 })]);
        chart.lines = vec![RuleLine {
            aqi: 200,
            name: "<script>".to_owned(),
        }];
        assert!(!chart.svg(Language::Zh).contains("<script>"));
    }
}
