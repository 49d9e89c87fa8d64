//! Reasons as sentences, in both languages: conditions, days and values that can be checked by eye.

use chrono::NaiveDate;

use crate::time::{WrittenTime, day_of};

use super::{Exclusion, Measured, Reason, Run};

impl Reason {
    /// As a Chinese sentence; `lift_hours` is how long the rules ask clean air to last.
    pub fn zh(&self, lift_hours: u16) -> String {
        match self {
            Self::Met {
                level,
                condition,
                run,
            } => {
                let (level, condition, span) = (level.zh(), condition.zh(), run.zh());
                format!("{span}，满足{level}条件“{condition}”")
            }
            Self::Observed { level, measured } => {
                let (measured, hours) = (measured.zh(), measured.hours);
                format!(
                    "{measured}，预测未来{hours}小时无明显改善，应立即启动{}",
                    level.zh()
                )
            }
            Self::Excluded { by, run } => {
                format!("{}，{}，不启动预警，发布健康提示", run.zh(), by.zh())
            }
            Self::Ordered { level, document } => format!("{document}要求{}", level.zh()),
            Self::Clear { level, line, run } => {
                let (level, span) = (level.zh(), run.zh());
                format!("{span}，不超过{level}启动标准{line}，持续{lift_hours}小时以上")
            }
            Self::NotClear { level, line, .. } => {
                format!(
                    "尚未连续{lift_hours}小时以上不超过{}启动标准{line}",
                    level.zh()
                )
            }
            Self::NaturalDays => "有日期缺小时值，按自然日研判".to_owned(),
            Self::Stale { first, last } => {
                format!("{first}至{last}的预报已过时效，别无更新的预报")
            }
            Self::NoValue { first, last } => format!("{first}至{last}无数据，不视为清洁"),
        }
    }

    /// As an English sentence.
    pub fn en(&self, lift_hours: u16) -> String {
        match self {
            Self::Met {
                level,
                condition,
                run,
            } => {
                format!("{}: meets {level}, {condition}", run.en())
            }
            Self::Observed { level, measured } => {
                let (measured, hours) = (measured.en(), measured.hours);
                format!(
                    "{measured}, and no clear improvement is foreseen for the next {hours} hours: \
                     start {level} at once"
                )
            }
            Self::Excluded { by, run } => {
                format!("{}: {}, a health notice and no warning", run.en(), by.en())
            }
            Self::Ordered { level, document } => format!("{document} requires {level}"),
            Self::Clear { level, line, run } => format!(
                "{}: not above {line}, where {level} starts, for {lift_hours} hours and more",
                run.en()
            ),
            Self::NotClear { level, line, .. } => format!(
                "not yet {lift_hours} hours in a row at or below {line}, where {level} starts"
            ),
            Self::NaturalDays => {
                "hours are missing on some days: judged by natural days".to_owned()
            }
            Self::Stale { first, last } => format!(
                "the forecast of {first} to {last} is out of date, and there is no newer one"
            ),
            Self::NoValue { first, last } => {
                format!("no value from {first} to {last}; that is no clean air")
            }
        }
    }
}

impl Measured {
    /// In Chinese: `至迟自2026-11-27 08时起实测AQI高于200（08时为230）`.
    fn zh(&self) -> String {
        let Self { above, aqi, .. } = self;
        let (day, hour) = self.begins();
        if self.hourly {
            format!("至迟自{day} {hour}时起实测AQI高于{above}（{hour}时为{aqi}）")
        } else {
            format!("{day}实测AQI {aqi}，高于{above}")
        }
    }

    /// In English: `measured above 200 since 2026-11-27 08:00 at the latest (AQI 230)`.
    fn en(&self) -> String {
        let Self { above, aqi, .. } = self;
        let (day, hour) = self.begins();
        if self.hourly {
            format!("measured above {above} since {day} {hour:02}:00 at the latest (AQI {aqi})")
        } else {
            format!("{day} measured AQI {aqi}, above {above}")
        }
    }

    fn begins(&self) -> (NaiveDate, u16) {
        let (hour, _) = WrittenTime::of(self.since).clock();
        (day_of(self.since), hour)
    }
}

impl Exclusion {
    /// In Chinese: `首要污染物为O3`.
    pub fn zh(self) -> String {
        match self {
            Self::Cause(cause) => format!("成因为{}", cause.zh()),
            Self::Pollutants(pollutants) => format!("首要污染物为{}", pollutants.zh()),
        }
    }

    /// In English: `led by O3`.
    pub fn en(self) -> String {
        match self {
            Self::Cause(cause) => format!("caused by {cause}"),
            Self::Pollutants(pollutants) => format!("led by {pollutants}"),
        }
    }
}

impl Run {
    fn zh(&self) -> String {
        let (first, last) = (self.first, self.last());
        let values = self.listed("、");
        match (self.hour, first == last) {
            (0, true) => format!("{first} AQI {values}"),
            (0, false) => format!("{first}至{last} AQI {values}"),
            (hour, true) => format!("{first} {hour}时起24小时 AQI {values}"),
            (hour, false) => format!("{first} {hour}时起每24小时 AQI {values}"),
        }
    }

    fn en(&self) -> String {
        let (first, last) = (self.first, self.last());
        let values = self.listed(", ");
        match (self.hour, first == last) {
            (0, true) => format!("{first} AQI {values}"),
            (0, false) => format!("{first} to {last} AQI {values}"),
            (hour, true) => format!("24 hours from {first} {hour:02}:00 AQI {values}"),
            (hour, false) => format!("every 24 hours from {first} {hour:02}:00 AQI {values}"),
        }
    }

    fn listed(&self, between: &str) -> String {
        let values: Vec<_> = self.values.iter().map(u16::to_string).collect();
        values.join(between)
    }
}
