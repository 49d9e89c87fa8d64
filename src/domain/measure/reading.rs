//! A filed text → the kinds of measure in it, clause by clause.
//!
//! Each clause is read by the first rule that fits; the rules stand in `read_clause` in order of how
//! specific their words are. Quantities are the *least* the text asks: `停产20%-30%` is 20,
//! `停产50%(含)以上` is 50. Which words occur was taken from notices and guides of 2017–2025 (fixture
//! `tests/fixtures/measures/`).

use super::{Limit, MeasureKind, Stop, StopScope};

/// What the clauses of a text say, one after the other, as far as it is known.
pub(crate) fn read(text: &str) -> impl Iterator<Item = MeasureKind> {
    let kinds = clauses(text).map(Clause::of).map(read_clause);
    kinds.filter(|kind| *kind != MeasureKind::Other)
}

/// Splits a text at its commas, semicolons and full stops, but never inside brackets.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c| {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth -= 1,
            _ => {}
        }
        depth <= 0 && matches!(c, ';' | '；' | ',' | '，' | '。' | '\n')
    })
    .map(str::trim)
    .filter(|clause| !clause.is_empty())
}

/// A clause in which words are looked for.
///
/// Most words are not in it, and asking for each of them would be a third of the work of drawing a
/// plan. So its characters are sketched first, a bit for each by its code point modulo 64: a word
/// of which one bit is missing is nowhere in the clause.
#[derive(Clone, Copy)]
struct Clause<'t> {
    text: &'t str,
    sketch: u64,
}

impl<'t> Clause<'t> {
    fn of(text: &'t str) -> Self {
        let sketch = text.chars().fold(0, |sketch, c| sketch | Self::bit(c));
        Self { text, sketch }
    }

    const fn bit(c: char) -> u64 {
        1 << (c as u32 % u64::BITS)
    }

    fn may_hold(self, word: &str) -> bool {
        word.chars().all(|c| self.sketch & Self::bit(c) != 0)
    }

    fn contains(self, word: &str) -> bool {
        self.may_hold(word) && self.text.contains(word)
    }

    fn has_any(self, words: &[&str]) -> bool {
        words.iter().any(|word| self.contains(word))
    }

    fn split_once(self, word: &str) -> Option<(&'t str, &'t str)> {
        self.may_hold(word).then(|| self.text.split_once(word))?
    }
}

fn read_clause(clause: Clause<'_>) -> MeasureKind {
    let has = |words| clause.has_any(words);
    if has(&["不得上升", "不上升"]) {
        return MeasureKind::NoRise;
    }
    if has(&["不得恢复", "不得启炉", "不得开炉", "不得复产"]) {
        return MeasureKind::KeepOff;
    }
    if let Some((after_hours, rest)) = phase(clause) {
        let next = Box::new(read_clause(Clause::of(rest)));
        return MeasureKind::TimePhased { after_hours, next };
    }
    if has(&["非道路"]) {
        let up_to_stage = stage(clause);
        return MeasureKind::Nrmm { up_to_stage };
    }
    if has(&["运输", "车辆", "货车", "倒运"]) || stage(clause).is_some() {
        return MeasureKind::Transport {
            up_to_stage: stage(clause).filter(|_| clause.contains("及以下")),
            limit: limit(clause),
        };
    }
    if has(&["出焦", "结焦", "出钢数"]) {
        let hours = number_before(clause.text, "小时");
        return MeasureKind::SlowRhythm { hours };
    }
    if let Some(rota) = rota(clause) {
        return rota;
    }
    if clause.contains("最低") && clause.contains("负荷") {
        return MeasureKind::MinimumLoad;
    }
    if has(&["以热定产", "以量定产"]) {
        return MeasureKind::SetByDemand;
    }
    if has(&["免停"]) {
        return MeasureKind::Exempt;
    }
    if has(&["mg/m"]) {
        return MeasureKind::EmissionCap;
    }
    if let Some((from, to)) = input(clause) {
        return MeasureKind::Input { from, to };
    }
    if has(&["不限产", "不停产"]) {
        return MeasureKind::Unrestricted;
    }
    if has(&["限产", "负荷"]) && !has(&["停限产", "停产限产"]) {
        let limit = limit(clause);
        // "降负荷" as a principle, without a figure, asks for nothing that can be counted.
        if limit.is_some() || clause.contains("限产") {
            return MeasureKind::LimitLoad(limit);
        }
    }
    if has(&["排放", "减排", "削减", "降低"])
        && let Some(percent) = percent(clause.text)
    {
        return MeasureKind::EmissionCut { percent };
    }
    if has(&["自主"]) {
        return MeasureKind::Autonomous;
    }
    if has(&["不作要求", "不做要求"]) {
        return MeasureKind::Unrestricted;
    }
    stop(clause).map_or(MeasureKind::Other, MeasureKind::Stop)
}

/// A stop, unless 停 is only part of another word.
fn stop(clause: Clause<'_>) -> Option<Stop> {
    const NOT_A_STOP: [&str; 7] = ["已停", "难停", "停用", "停限产", "限代停", "停代限", "停炉"];
    let keep_warm = clause.contains("保窑") || clause.contains("焖炉");
    let stops = clause.contains("停") && !clause.has_any(&NOT_A_STOP);
    if !stops && !keep_warm {
        return None;
    }
    let has = |words| clause.has_any(words);
    let scope = if has(&["工序"]) {
        StopScope::Process
    } else if has(&["生产线"]) {
        StopScope::Line
    } else if has(&["装备", "设备", "炭化室", "高炉", "烧结机", "台"]) {
        StopScope::Machines
    } else if has(&["全面", "全厂"]) {
        StopScope::Enterprise
    } else {
        StopScope::AsListed
    };
    Some(Stop {
        scope,
        percent: percent_after_stop(clause.text),
        machines: number_before(clause.text, "台"),
        keep_warm,
    })
}

/// `超过120小时后…`: the hours, and what follows them.
fn phase(clause: Clause<'_>) -> Option<(u16, &str)> {
    let (before, rest) = clause.split_once("小时后")?;
    before
        .contains("超过")
        .then(|| last_number(before))
        .flatten()
        .map(|hours| (hours, rest))
}

/// `停48小时开12小时` with its hours, `轮停` without.
fn rota(clause: Clause<'_>) -> Option<MeasureKind> {
    if let Some((off, on)) = clause.split_once("小时开") {
        let hours = last_number(off).zip(number_before(on, "小时"));
        return Some(MeasureKind::Rota { hours });
    }
    (clause.contains("轮停") || clause.contains("轮流停产"))
        .then_some(MeasureKind::Rota { hours: None })
}

/// `由960吨降低到768吨`, in kilograms.
fn input(clause: Clause<'_>) -> Option<(u64, u64)> {
    let (before, after) = clause.split_once("吨")?;
    let from = last_number(before)?;
    let to = number_before(after, "吨")?;
    clause
        .contains("降")
        .then_some((u64::from(from) * 1000, u64::from(to) * 1000))
}

/// By or to how much something falls, where the clause says so in per cent or as 减半.
fn limit(clause: Clause<'_>) -> Option<Limit> {
    if clause.contains("减半") {
        return Some(Limit::By(50));
    }
    let percent = percent(clause.text)?;
    let to = clause.contains("以内") || clause.contains("降至") || clause.contains("控制在");
    Some(if to {
        Limit::To(percent)
    } else {
        Limit::By(percent)
    })
}

/// The emission stage a clause names: 4 for 国四 or 国Ⅳ.
fn stage(clause: Clause<'_>) -> Option<u8> {
    const STAGES: [(&str, &str); 6] = [
        ("国一", "国Ⅰ"),
        ("国二", "国Ⅱ"),
        ("国三", "国Ⅲ"),
        ("国四", "国Ⅳ"),
        ("国五", "国Ⅴ"),
        ("国六", "国Ⅵ"),
    ];
    (1..).zip(STAGES).find_map(|(stage, (zh, roman))| {
        (clause.contains(zh) || clause.contains(roman)).then_some(stage)
    })
}

/// The first share in a clause, of a range its lower end: 20 in `20%-30%` and in `20-30%`.
fn percent(text: &str) -> Option<u8> {
    let (before, _) = text.split_once(['%', '％'])?;
    let digits_and_dashes =
        before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '–' | '~'));
    first_number(&before[digits_and_dashes.len()..]).filter(|share| *share <= 100)
}

/// The share that stands behind the first word for stopping; other shares are conditions.
fn percent_after_stop(text: &str) -> Option<u8> {
    let (_, rest) = text.split_once('停')?;
    let rest = rest.trim_start_matches(['产', '止']);
    rest.starts_with(|c: char| c.is_ascii_digit())
        .then(|| percent(rest))
        .flatten()
}

/// The number directly before the first such word.
fn number_before(text: &str, word: &str) -> Option<u16> {
    last_number(text.split_once(word)?.0)
}

/// The number a text ends with.
fn last_number(text: &str) -> Option<u16> {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    text[head.len()..].parse().ok()
}

/// The number a text begins with.
fn first_number(text: &str) -> Option<u8> {
    let tail = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text[..text.len() - tail.len()].parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::measure::Measure;

    const FOUND_TEXTS: &str = include_str!("../../../tests/fixtures/measures/measures.tsv");

    fn kinds(text: &str) -> Vec<MeasureKind> {
        Measure::filed(text).unwrap().kinds()
    }

    fn stop(scope: StopScope, percent: Option<u8>) -> MeasureKind {
        MeasureKind::Stop(Stop {
            scope,
            percent,
            machines: None,
            keep_warm: false,
        })
    }

    fn trucks(up_to_stage: u8) -> MeasureKind {
        MeasureKind::Transport {
            up_to_stage: Some(up_to_stage),
            limit: None,
        }
    }

    /// The figure of the kind, in the notation of the fixture's column `figure`.
    fn figure(kind: &MeasureKind) -> String {
        let stages = ["", "国一", "国二", "国三", "国四", "国五", "国六"];
        match kind {
            MeasureKind::Stop(Stop {
                machines: Some(n), ..
            }) => format!("{n}台"),
            MeasureKind::Stop(Stop { percent, .. }) => percent.unwrap_or(100).to_string(),
            MeasureKind::LimitLoad(Some(Limit::To(share))) => format!("负荷<={share}"),
            MeasureKind::LimitLoad(Some(Limit::By(share))) => share.to_string(),
            MeasureKind::Input { from, to } => format!("{}->{}", from / 1000, to / 1000),
            MeasureKind::SlowRhythm { hours: Some(hours) } => format!("{hours}h"),
            MeasureKind::Rota {
                hours: Some((off, on)),
            } => format!("{off}/{on}h"),
            MeasureKind::EmissionCut { percent } => percent.to_string(),
            MeasureKind::Transport {
                up_to_stage: Some(stage),
                ..
            } => format!("{}及以下", stages[usize::from(*stage)]),
            MeasureKind::Transport {
                limit: Some(Limit::By(share)),
                ..
            } => format!("-{share}%"),
            MeasureKind::Transport {
                limit: Some(Limit::To(share)),
                ..
            } => format!("<={share}%"),
            MeasureKind::TimePhased { after_hours, next } => {
                format!("after{after_hours}h:{}", figure(next))
            }
            _ => String::new(),
        }
    }

    #[test]
    fn every_found_text_is_read_as_whoever_found_it_understood_it() {
        let mut rows = 0;
        for row in FOUND_TEXTS.lines().skip(1) {
            let cells: Vec<_> = row.split('\t').collect();
            let (text, understood, expected) = (cells[0], cells[1], cells[2]);
            let word = match understood {
                "stop_enterprise" | "stop_line" | "stop_unit" | "stop_process"
                | "stop_keep_warm" => "stop",
                "limit_percent" => "limit_load",
                "rhythm" => "slow_rhythm",
                "absolute" => "input",
                "heat_set" => "set_by_demand",
                "none" => "unrestricted",
                // Principles, fuel and the stricter of two regimes: as written.
                "principle" | "plan_adjust" | "strictest" | "fuel" => continue,
                same => same,
            };
            let kinds = kinds(text);
            let read: Vec<_> = kinds.iter().filter(|kind| kind.word() == word).collect();
            assert!(
                !read.is_empty(),
                "`{text}`: {word} expected, {kinds:?} read"
            );
            if !expected.is_empty() {
                let figures: Vec<_> = read.iter().map(|kind| figure(kind)).collect();
                assert!(
                    figures.iter().any(|figure| figure == expected),
                    "`{text}`: {expected} expected, {figures:?} read"
                );
            }
            rows += 1;
        }
        assert_eq!(rows, 84);
    }

    #[rstest]
    #[case::two_clauses(
        "停产；停止使用国四及以下重型载货车辆(含燃气)运输",
        &[stop(StopScope::AsListed, None), trucks(4)]
    )]
    #[case::a_semicolon_in_brackets_ends_nothing(
        "停用国四及以下重型载货车(含燃气; 特种、危化除外)",
        &[trucks(4)]
    )]
    #[case::counted_by_line("停产50%(以生产线计)", &[stop(StopScope::Line, Some(50))])]
    #[case::full_width_per_cent("停产50％", &[stop(StopScope::AsListed, Some(50))])]
    #[case::a_condition_is_no_share(
        "有毒有害≤熟料产能4%的线也停",
        &[stop(StopScope::AsListed, None)]
    )]
    #[case::process("涉VOCs工序停产", &[stop(StopScope::Process, None)])]
    #[case::whole_plant("红色预警全面停产", &[stop(StopScope::Enterprise, None)])]
    #[case::kept_warm(
        "停产保窑",
        &[MeasureKind::Stop(Stop {
            scope: StopScope::AsListed, percent: None, machines: None, keep_warm: true,
        })]
    )]
    #[case::machines_of_a_construction_site(
        "停用国二及以下非道路移动机械",
        &[MeasureKind::Nrmm { up_to_stage: Some(2) }]
    )]
    #[case::filed_with_base_and_target(
        "原料日投料量由960吨降低到768吨及以下",
        &[MeasureKind::Input { from: 960_000, to: 768_000 }]
    )]
    #[case::looser_after_five_days(
        "响应超过120小时后改为停产50%(含)以上",
        &[MeasureKind::TimePhased {
            after_hours: 120, next: Box::new(stop(StopScope::AsListed, Some(50))),
        }]
    )]
    #[case::nothing_known("按操作方案执行", &[MeasureKind::Other])]
    #[case::known_beside_unknown(
        "按操作方案执行，限产20%",
        &[MeasureKind::LimitLoad(Some(Limit::By(20)))]
    )]
    fn a_text_is_read_clause_by_clause(#[case] text: &str, #[case] expected: &[MeasureKind]) {
        assert_eq!(kinds(text), expected);
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_never_changes_the_text(
            text in "[停产止限运输国四由吨降到超过小时后开%（）()；,。0-9 a-z]{0,24}"
        ) {
            if let Some(measure) = Measure::filed(&text) {
                prop_assert_eq!(measure.text(), text.trim());
                prop_assert!(!measure.kinds().is_empty());
                let stored = serde_json::to_string(&measure).unwrap();
                prop_assert_eq!(&stored, &serde_json::to_string(text.trim()).unwrap());
                prop_assert_eq!(serde_json::from_str::<Measure>(&stored).unwrap(), measure);
            }
        }
    }
}
