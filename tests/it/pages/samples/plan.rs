//! The plan that a notice shows before it goes out.

use qingkong::domain::level::WarningLevel;
use qingkong::web::pages::notice::{
    ChangeCounts, Cut, DutyCounts, LetterPreview, LevelTable, PlanLine, PlanPreview,
};
use qingkong::web::pages::status::Change;

use super::{at, owned};

pub(super) fn plan() -> PlanPreview {
    PlanPreview {
        id: owned("0193"),
        list_version: owned("2026-11-23 第 1 版"),
        drawn_at: at("11-23T18:31"),
        digest: owned("9f2c1ab07d3e64b85a1f0c9ee2d47b6388e01f5ad9c3b2746f10a8e5d4c7b921"),
        stale: None,
        changes: ChangeCounts {
            new: 1520,
            changed: 310,
            told: 12,
            lifted: 0,
            suspended: 0,
            resumed: 0,
        },
        duties: DutyCounts {
            stop: 604,
            limit: 731,
            autonomous: 148,
            other: 337,
            offices: 22,
        },
        cuts: vec![
            cut("PM", 42_310, 9_055, "21.4", "20", 0),
            cut("SO2", 18_904, 3_346, "17.7", "20", 435),
            cut("NOx", 51_267, 11_279, "22.0", "20", 0),
            cut("VOCs", 33_018, 6_999, "21.2", "", 0),
        ],
        levels: levels(),
        sample: plan_lines(),
        letter: Some(LetterPreview {
            to: owned("虚构·颍北水泥有限公司"),
            subject: owned("【橙色预警】虚构·颍北水泥有限公司减排指令"),
            text: owned("许昌市发布重污染天气橙色预警。\n\n1. 回转窑：停产"),
        }),
        all_lines: Some(owned("/notices/01/plan.csv")),
    }
}

/// The plan of a blue notice: no column beside the others is its own.
pub(super) fn blue_plan() -> PlanPreview {
    let mut plan = plan();
    plan.duties = DutyCounts {
        stop: 0,
        limit: 0,
        ..plan.duties
    };
    plan.cuts = vec![cut("PM", 42_310, 0, "0.0", "", 0)];
    plan.levels
        .columns
        .iter_mut()
        .for_each(|(_, own)| *own = false);
    plan
}

/// Three levels, of which orange is the plan's own.
fn levels() -> LevelTable {
    let columns = WarningLevel::WITH_MEASURES.map(|level| (level, level == WarningLevel::Orange));
    LevelTable {
        columns: columns.into(),
        counts: vec![
            ("levels-told", vec![1_820; 3]),
            ("duty-stop", vec![212, 604, 1_205]),
            ("duty-limit", vec![688, 731, 322]),
            ("duty-autonomous", vec![206, 148, 91]),
            ("duty-other", vec![714, 337, 202]),
        ],
        cuts: vec![
            (
                "PM",
                vec![
                    cut("PM", 42_310, 4_273, "10.0", "10", 0),
                    cut("PM", 42_310, 9_055, "21.4", "20", 0),
                    cut("PM", 42_310, 11_593, "27.4", "30", 1_100),
                ],
            ),
            (
                "NOx",
                vec![
                    cut("NOx", 51_267, 5_742, "11.2", "10", 0),
                    cut("NOx", 51_267, 11_279, "22.0", "20", 0),
                    Cut {
                        traded: true,
                        ..cut("NOx", 51_267, 14_970, "29.2", "30", 0)
                    },
                ],
            ),
            (
                "VOCs",
                vec![
                    cut("VOCs", 33_018, 3_466, "10.4", "", 0),
                    cut("VOCs", 33_018, 6_999, "21.2", "", 0),
                    cut("VOCs", 33_018, 10_136, "30.6", "", 0),
                ],
            ),
        ],
    }
}

fn cut(
    name: &'static str,
    base: u64,
    cut: u64,
    percent: &str,
    target: &str,
    shortfall: u64,
) -> Cut {
    Cut {
        pollutant: name,
        base_kg: base,
        cut_kg: cut,
        percent: owned(percent),
        target: owned(target),
        shortfall_kg: shortfall,
        traded: false,
    }
}

fn plan_lines() -> Vec<PlanLine> {
    let lines = [
        (
            Change::New,
            "虚构·颍北水泥有限公司",
            "禹州市",
            "C",
            "",
            "停产 + 停用国四及以下重型载货车",
        ),
        (
            Change::Changed,
            "虚构·长社玻璃厂",
            "长葛市",
            "B",
            "限产10%",
            "限产20%",
        ),
        (
            Change::Told,
            "虚构·襄汝耐材厂",
            "襄城县",
            "D",
            "停产，停止公路运输",
            "停产，停止公路运输",
        ),
        (
            Change::Lifted,
            "虚构·许东铸造厂",
            "建安区",
            "B",
            "涉气工序停产",
            "解除",
        ),
    ];
    lines
        .into_iter()
        .map(|(change, recipient, county, grade, was, now)| PlanLine {
            change,
            recipient: owned(recipient),
            county: owned(county),
            grade: owned(grade),
            was: owned(was),
            now: owned(now),
        })
        .collect()
}
