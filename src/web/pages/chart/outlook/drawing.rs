//! The outlook's coordinates: days and index values become bars, bands, lines and a strip.

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::{CategoryBand, ChartDay, DayValue, OutlookChart, Window, summary};
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::status::Category;

/// Every coordinate of the two pictures, in user units of the same size.
#[derive(Template)]
#[template(path = "chart/outlook.html", config = ".askama.toml")]
pub(super) struct Drawing {
    language: Language,
    summary: String,
    opens_at_its_end: bool,
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
    is_today: bool,
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
    /// Where the text begins: within the strip, or beside it where it is too narrow.
    text_x: i32,
    beside: bool,
}

/// The width of the plot with its axis, that of the names, and the height of both.
const PLOT: i32 = 728;
const NAMES: i32 = 264;
const HEIGHT: i32 = 320;
/// The area within the plot where bars stand.
const LEFT: i32 = 40;
const RIGHT: i32 = 724;
const TOP: i32 = 44;
const BOTTOM: i32 = 280;
/// A phone shows some half of the plot: its end where today stands beyond this, else its start.
const OPENS: i32 = PLOT * 47 / 100;
/// The highest index there is.
const CEILING: u16 = 500;

impl Drawing {
    pub(super) fn of(chart: &OutlookChart, language: Language) -> Self {
        let scale = Scale::of(chart);
        let today = scale.today(chart.today);
        Self {
            language,
            summary: summary(chart, language),
            opens_at_its_end: today.as_ref().is_none_or(|today| today.centre > OPENS),
            bands: bands(scale, &chart.bands),
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
                .map(|(place, day)| bar(scale, place, day, chart.today, language))
                .collect(),
            today,
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
fn bands(scale: Scale, categories: &[CategoryBand]) -> Vec<Band> {
    categories
        .iter()
        .filter(|band| band.above < scale.top)
        .map(|band| {
            let (bottom, top) = (scale.y(band.above), scale.y(band.up_to));
            Band {
                category: band.category,
                y: top,
                height: bottom - top,
                label_y: (bottom - top >= 12).then_some(i32::midpoint(bottom, top) + 4),
            }
        })
        .collect()
}

fn bar(scale: Scale, place: usize, day: &ChartDay, today: NaiveDate, language: Language) -> Bar {
    let names_month = place == 0 || day.day.day() == 1 || day.day == today;
    let date = if names_month { "%m-%d" } else { "%d" };
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
        category: day.category,
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
        is_today: day.day == today,
        date: day.day.format(date).to_string(),
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
    let text = language.level(window.level).to_string();
    let width = until - from;
    let beside = width < 12 + text_width(&text);
    (width > 0).then(|| Strip {
        level: window.level,
        x: from,
        width,
        open: window.until.is_none(),
        // Beside it to the right, unless that is beyond the plot.
        text_x: match (beside, until + 6 + text_width(&text) <= PLOT) {
            (false, _) => from + 6,
            (true, true) => until + 6,
            (true, false) => from - 6 - text_width(&text),
        },
        text,
        beside,
    })
}

/// About how wide a bold text is: a Chinese letter is as wide as it is high, others are half of that.
fn text_width(text: &str) -> i32 {
    let widths = text
        .chars()
        .map(|letter| if letter.is_ascii() { 7 } else { 12 });
    widths.sum()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::web::pages::chart::outlook::RuleLine;

    fn day(day: u32, value: DayValue) -> ChartDay {
        ChartDay {
            day: NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
            value,
            category: None,
            primary: "PM2.5".to_owned(),
            excluded: None,
            provenance: None,
        }
    }

    fn chart(days: Vec<ChartDay>) -> OutlookChart {
        OutlookChart {
            days,
            bands: vec![],
            lines: vec![],
            today: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
            window: None,
        }
    }

    #[test]
    fn a_day_without_a_value_is_a_gap_and_not_a_zero() {
        let chart = chart(vec![
            day(
                23,
                DayValue::Observed {
                    aqi: 180,
                    modelled: false,
                },
            ),
            day(24, DayValue::Missing),
        ]);
        let drawing = Drawing::of(&chart, Language::Zh);
        let gap = &drawing.bars[1];
        assert_eq!((gap.value, gap.class), (None, "missing"));
        assert_eq!((gap.y, gap.height), (TOP, BOTTOM - TOP), "fills the plot");
        assert!(chart.markup(Language::Zh).contains("无数据"));
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
            .map(|(&aqi, on)| {
                day(
                    on,
                    DayValue::Observed {
                        aqi,
                        modelled: false,
                    },
                )
            })
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
        let mut chart = chart(vec![day(
            24,
            DayValue::Observed {
                aqi: 210,
                modelled: false,
            },
        )]);
        chart.lines = vec![RuleLine {
            aqi: 200,
            name: "<script>".to_owned(),
        }];
        assert!(!chart.markup(Language::Zh).contains("<script>"));
    }
}
