//! The plan that a notice shows before it goes out.

use qingkong::web::pages::notice::{
    ChangeCounts, Cut, DutyCounts, LetterPreview, PlanLine, PlanPreview,
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
        sample: plan_lines(),
        letter: Some(LetterPreview {
            to: owned("虚构·颍北水泥有限公司"),
            subject: owned("【橙色预警】虚构·颍北水泥有限公司减排指令"),
            text: owned("许昌市发布重污染天气橙色预警。\n\n1. 回转窑：停产"),
        }),
        all_lines: Some(owned("/notices/01/plan.csv")),
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
