//! What a replay prints, for people.

use std::collections::BTreeMap;
use std::io;

use super::Args;
use super::lines::{Beside, DifferenceLine, RealLine, Summary};
use crate::cli::print::Output;
use crate::domain::episode::Episode;
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::domain::trigger::Rules;
use crate::sources::city::City;

pub(super) fn print_warning(
    city: &City,
    warning: &Episode,
    rules: &Rules,
    named: Option<&str>,
    out: &mut Output,
) -> io::Result<()> {
    let peak = warning.peak.zh();
    let named = named.map_or(String::new(), |rules| format!("（{rules}）"));
    out.line(format_args!(
        "{} {peak}预警{named} {}",
        city.name,
        span(warning)
    ))?;
    for step in &warning.steps {
        let level = step.level.map_or("", WarningLevel::zh);
        let (act, until) = (step.act.zh(), end(step.until));
        out.line(format_args!("  {} {act}{level}，至 {until}", step.on))?;
        for because in &step.because {
            out.line(format_args!("    - {}", because.zh(rules.lift.hours)))?;
        }
    }
    Ok(())
}

/// How a replay was made, in a sentence.
pub(super) fn how(args: &Args) -> String {
    let window = args.window.zh();
    format!(
        "{}，{window}，逐日以此后{}天的实况为完美预报，提出即照办。",
        args.file.display(),
        args.horizon_days
    )
}

fn span(warning: &Episode) -> String {
    let from = WrittenTime::of(warning.from).zh();
    format!("起 {from}，止 {}", end(warning.until))
}

fn end(until: Option<chrono::DateTime<chrono::Utc>>) -> String {
    until.map_or("另行通知".to_owned(), |at| WrittenTime::ending(at).zh())
}

impl DifferenceLine<'_> {
    pub(super) fn zh(&self) -> String {
        let [first, second] = self.rules;
        let days = self.days;
        format!(
            "{} {first} 对 {second}：同级{}天；{first} 较高{}天、独有{}天；{second} 较高{}天、独有{}天",
            self.city.unwrap_or("合计"),
            days.same,
            days.first_higher,
            days.first_only,
            days.second_higher,
            days.second_only,
        )
    }
}

impl RealLine<'_> {
    pub(super) fn zh(&self) -> String {
        let beside = self.replayed.iter();
        let beside: Vec<_> = beside
            .map(|beside| format!("{} {}", beside.rules, beside.zh()))
            .collect();
        format!("{} {}：{}", self.real.city, self.act(), beside.join("；"))
    }

    /// What was really done: `实际升级橙色 2014-02-21T12:00（可信度A）`.
    pub(super) fn act(&self) -> String {
        let real = self.real;
        let confidence = match real.confidence.as_str() {
            "" => String::new(),
            confidence => format!("（可信度{confidence}）"),
        };
        format!(
            "实际{}{} {}{confidence}",
            real.action,
            real.level.zh(),
            real.at
        )
    }
}

impl Beside<'_> {
    /// What stood on the day: `当日橙色，起 …，止 …`.
    pub(super) fn zh(&self) -> String {
        match (self.level, self.warning) {
            (Some(level), Some(warning)) => format!("当日{}，{}", level.zh(), span(warning)),
            _ => "当日无预警".to_owned(),
        }
    }
}

impl Summary<'_> {
    pub(super) fn zh(&self) -> [String; 2] {
        let notice = self
            .mean_notice_hours
            .map_or(String::new(), |hours| format!("，平均提前{hours}小时"));
        [
            format!(
                "{}：{}城{}天（无数据{}天），预警{}，预警日{}",
                self.rules,
                self.cities,
                self.days,
                self.days_without_value,
                counted(&self.warnings, "次"),
                counted(&self.days_under_warning, "天"),
            ),
            format!(
                "  事后看：命中{}，级别偏低{}，漏报{}，空报{}；整次空报{}次，反复{}次，提前不足{}小时{}次{notice}",
                days(&self.hits),
                days(&self.low),
                days(&self.misses),
                days(&self.idle),
                self.false_alarms,
                self.flaps,
                self.asked_notice_hours,
                self.short_notice,
            ),
        ]
    }
}

fn days(counts: &BTreeMap<WarningLevel, usize>) -> String {
    format!("{}天", counts.values().sum::<usize>())
}

fn counted(counts: &BTreeMap<WarningLevel, usize>, unit: &str) -> String {
    let counts = counts.iter().rev();
    let counts: Vec<_> = counts
        .map(|(level, count)| format!("{}{count}{unit}", level.zh()))
        .collect();
    counts.join("、")
}
