//! The outlook (研判曲线): observed days, forecast days, the lines of the rule, the warning in force.
//!
//! An [`OutlookChart`] holds one [`ChartDay`] per civil day without a hole: a day nobody knows is a
//! day with [`DayValue::Missing`] and is drawn as a gap, never as clean air. The bands behind the
//! bars are AQI categories and say so in words; the strip above them is the warning and says so too.
//!
//! The names of bands and lines are a picture of their own beside the plot, so that a phone can scroll
//! the plot, which opens where today stands, and name them in the legend.

use askama::Template;
use chrono::NaiveDate;

use crate::domain::aqi::Standard;
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};
use crate::web::pages::status::Category;

mod drawing;

use self::drawing::Drawing;

/// What the chart shows.
#[derive(Clone, Debug)]
pub struct OutlookChart {
    /// Consecutive days, the earliest first.
    pub days: Vec<ChartDay>,
    /// The AQI categories of the standard in force, the cleanest first.
    pub bands: Vec<CategoryBand>,
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
    /// The AQI category of the judged value.
    pub category: Option<Category>,
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
    /// Of a day that came.
    Observed {
        /// The published index.
        aqi: u16,
        /// Whether a model computed it, and nobody measured it.
        modelled: bool,
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
        /// Who foresaw it.
        source: String,
    },
    /// No value at all.
    Missing,
}

impl DayValue {
    /// The value the rule is applied to.
    pub fn judged(&self) -> Option<u16> {
        match *self {
            Self::Observed { aqi, .. } | Self::FilledIn { aqi, .. } => Some(aqi),
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
            DayValue::Observed { modelled: true, .. } => "chart-modelled",
            DayValue::Observed { .. } => "chart-observed",
            DayValue::FilledIn { .. } => "chart-filled-in",
            DayValue::Forecast { .. } => "chart-forecast",
            DayValue::Missing => "chart-no-data",
        })
    }

    /// Who foresaw the value, or what an officer took it from; empty where it was measured.
    pub fn source(&self) -> &str {
        match &self.value {
            DayValue::FilledIn { source, .. } | DayValue::Forecast { source, .. } => source,
            DayValue::Observed { .. } | DayValue::Missing => "",
        }
    }

    /// The forecast range, `210–260`; empty where there is none.
    pub fn range(&self) -> String {
        match self.value {
            DayValue::Forecast { low, high, .. } if low != high => format!("{low}–{high}"),
            _ => String::new(),
        }
    }

    /// What else a reader must know: why a day does not count.
    pub fn note(&self, language: Language) -> String {
        match &self.excluded {
            Some(why) => language
                .say("chart-excluded-because")
                .with("why", why)
                .to_string(),
            None => String::new(),
        }
    }

    /// The whole day in one sentence, as a screen reader and a pointer get it.
    fn sentence(&self, language: Language) -> String {
        let mut parts = vec![language.day(self.day), self.kind(language).to_string()];
        if let DayValue::FilledIn { source, .. } = &self.value {
            parts.push(source.clone());
        }
        if let Some(judged) = self.value.judged() {
            parts.push(format!("AQI {judged}"));
        }
        if !self.range().is_empty() {
            let range = language.say("chart-range").with("range", self.range());
            parts.push(range.to_string());
        }
        if let Some(category) = self.category {
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

/// An AQI category, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryBand {
    /// The category.
    pub category: Category,
    /// The index that it begins above.
    pub above: u16,
    /// Its highest index.
    pub up_to: u16,
}

impl CategoryBand {
    /// The bands of a standard, the cleanest first.
    pub fn of(standard: &Standard) -> Vec<Self> {
        let bands = standard.categories().map(|(category, above, up_to)| Self {
            category: Category(category),
            above,
            up_to,
        });
        bands.collect()
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
    /// The chart as markup: the plot and, beside it, the names of its bands and lines. A chart
    /// without days is a frame that says so.
    pub fn markup(&self, language: Language) -> String {
        Drawing::of(self, language)
            .render()
            .expect("a drawing renders into a string")
    }
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
