//! The chart of the outlook in its states.

use qingkong::domain::level::WarningLevel::{Orange, Red};
use qingkong::web::pages::chart::outlook::{
    CategoryBand, ChartDay, DayValue, OutlookChart, RuleLine, Window,
};
use qingkong::web::pages::status::Category;

use super::{at, on, owned, standards};

/// The outlook chart in its states.
pub(in crate::pages) fn charts() -> Vec<(&'static str, OutlookChart)> {
    let empty = OutlookChart {
        days: vec![],
        window: None,
        ..chart()
    };
    let closed = OutlookChart {
        window: Some(Window {
            level: Red,
            from: at("11-22T12:00"),
            until: Some(at("11-26T24:00")),
        }),
        ..chart()
    };
    vec![
        ("chart", chart()),
        ("chart-closed-window", closed),
        ("chart-empty", empty),
    ]
}

pub(super) fn chart() -> OutlookChart {
    let observed = [153, 211, 190, 159, 80, 88, 140, 142, 103, 102];
    let forecast = [
        (190, 226, 208),
        (236, 276, 256),
        (262, 312, 287),
        (140, 180, 160),
        (60, 74, 67),
        (100, 116, 108),
        (160, 190, 175),
    ];
    let mut days: Vec<_> = observed
        .into_iter()
        .zip(13..)
        .map(|(aqi, day)| {
            known(
                day,
                DayValue::Observed {
                    aqi,
                    modelled: false,
                },
            )
        })
        .collect();
    days[4] = known(17, DayValue::Missing);
    days[5] = known(
        18,
        DayValue::FilledIn {
            aqi: 88,
            source: owned("市站人工记录"),
        },
    );
    days[7].excluded = Some(owned("沙尘"));
    days.extend(
        forecast
            .into_iter()
            .zip(23..)
            .map(|((low, high, judged), day)| known(day, foreseen(low, high, judged))),
    );
    OutlookChart {
        days,
        bands: CategoryBand::of(standards().of(on(23))),
        lines: vec![
            line(150, "黄 48小时 · 橙 72小时"),
            line(200, "黄 1天 · 橙 48小时 · 红 72小时"),
            line(300, "红 24小时（同时满足）"),
        ],
        today: on(23),
        window: Some(Window {
            level: Orange,
            from: at("11-23T20:00"),
            until: None,
        }),
    }
}

fn foreseen(low: u16, high: u16, judged: u16) -> DayValue {
    DayValue::Forecast {
        low,
        high,
        judged,
        source: owned("省环境监测中心"),
    }
}

fn known(day: u32, value: DayValue) -> ChartDay {
    let standards = standards();
    let standard = standards.of(on(day));
    ChartDay {
        day: on(day),
        primary: match value {
            DayValue::Missing => String::new(),
            _ => owned("PM2.5"),
        },
        category: value.judged().map(|aqi| Category(standard.category(aqi))),
        value,
        excluded: None,
        provenance: None,
    }
}

fn line(aqi: u16, name: &str) -> RuleLine {
    RuleLine {
        aqi,
        name: owned(name),
    }
}
