//! Measures (减排措施): what a plant filed that it will do under a level, and of what kind that is.
//!
//! The filed text *is* the order: it is kept, printed and sent exactly as filed (一企一策). The
//! [`MeasureKind`]s are read from it for counting and checking only; a text that nothing is read
//! from is lawful all the same and is [`MeasureKind::Other`]. A [`Guide`] holds what a ministry's
//! or bureau's guide prescribes by grade and level, as data with its source; it proposes texts
//! and never overrides a filed one.
//!
//! # Design notes
//!
//! Texts are read clause by clause, each clause by the first rule that fits; the rules stand in
//! `read_clause` in order of how specific their words are. Quantities are the *least* the text
//! asks: `停产20%-30%` is 20, `停产50%(含)以上` is 50. Which words occur was taken from notices and
//! guides of 2017–2025 (fixture `tests/fixtures/measures/`).

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::level::WarningLevel;
use crate::playbook::Standing;

/// One filed text, from which its kinds are read when they are asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measure(String);

/// A value for each level under which a list files measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PerLevel<T> {
    /// 黄色 (Ⅲ级).
    pub yellow: T,
    /// 橙色 (Ⅱ级).
    pub orange: T,
    /// 红色 (Ⅰ级).
    pub red: T,
}

/// What a clause of a filed text asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MeasureKind {
    /// 自主减排: the enterprise cuts as it sees fit.
    Autonomous,
    /// 不限产、不作要求: the guide asks nothing at this level.
    Unrestricted,
    /// 停产.
    Stop(Stop),
    /// 限产: a lower load.
    LimitLoad(Option<Limit>),
    /// A daily input that falls from one mass to another, kg/d: `由960吨降低到768吨`.
    Input {
        /// Before.
        from: u64,
        /// At most this under the warning.
        to: u64,
    },
    /// 出焦时间延长, and other rhythms counted per furnace.
    SlowRhythm {
        /// The coking time, where stated.
        hours: Option<u16>,
    },
    /// 轮停: off and on by turns.
    Rota {
        /// Hours off and hours on, where stated.
        hours: Option<(u16, u16)>,
    },
    /// 按最低负荷运行.
    MinimumLoad,
    /// 以热定产、以量定产: production follows an approved heat or quantity.
    SetByDemand,
    /// A stricter limit on what leaves the stack, in the text's own figures (mg/m³).
    EmissionCap,
    /// A share by which emissions fall, the means left to the enterprise.
    EmissionCut {
        /// At least this many per cent.
        percent: u8,
    },
    /// 停止运输、停用国四及以下: vehicles on public roads.
    Transport {
        /// Vehicles of this emission stage and below stay out: 4 for 国四.
        up_to_stage: Option<u8>,
        /// How many fewer vehicles come.
        limit: Option<Limit>,
    },
    /// 停用非道路移动机械.
    Nrmm {
        /// Machines of this emission stage and below stand still: 2 for 国二.
        up_to_stage: Option<u8>,
    },
    /// 未经批准不得开炉、不得恢复生产: what is off stays off.
    KeepOff,
    /// 排放量不得上升.
    NoRise,
    /// 免停: spared under the condition the text states.
    Exempt,
    /// After some hours another measure takes this one's place; it may be looser.
    TimePhased {
        /// Hours since the response began.
        after_hours: u16,
        /// What holds from then on.
        next: Box<MeasureKind>,
    },
    /// As written: nothing was read from the text.
    Other,
}

/// A stop: of what, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    /// What stops.
    pub scope: StopScope,
    /// At least this many per cent of it; all where not stated.
    pub percent: Option<u8>,
    /// This many machines of it: `1台`.
    pub machines: Option<u16>,
    /// 停产保窑、焖炉: the furnace is kept warm.
    pub keep_warm: bool,
}

/// What stops, as far as the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopScope {
    /// What the row of the list names: its line, its unit, or the plant.
    AsListed,
    /// 全厂、全面停产.
    Enterprise,
    /// 以生产线计.
    Line,
    /// 涉气工序、涉VOCs工序.
    Process,
    /// Named machines: 装备、设备、炭化室、高炉.
    Machines,
}

/// A quantity that falls by a share, or to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Down by at least this many per cent.
    By(u8),
    /// Down to at most this many per cent.
    To(u8),
}

impl Measure {
    /// A text as filed, without the blanks around it; nothing for an empty one.
    pub fn filed(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The order, in the words that were filed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the text says, each kind once, in its order; [`MeasureKind::Other`] alone where no
    /// clause says anything known.
    pub fn kinds(&self) -> Vec<MeasureKind> {
        let mut kinds = Vec::new();
        for kind in read(&self.0) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            kinds.push(MeasureKind::Other);
        }
        kinds
    }

    /// Whether the text asks nothing that could be inspected: 自主减排 or 不作要求, and nothing else.
    pub fn is_autonomous(&self) -> bool {
        let mut kinds = read(&self.0).peekable();
        kinds.peek().is_some()
            && kinds.all(|kind| {
                matches!(
                    kind,
                    MeasureKind::Autonomous | MeasureKind::Unrestricted | MeasureKind::Exempt
                )
            })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Measure({:?})", self.0)
    }
}

impl<T> PerLevel<T> {
    /// The value for a level; none for blue, under which nothing is filed.
    pub fn get(&self, level: WarningLevel) -> Option<&T> {
        match level {
            WarningLevel::Blue => None,
            WarningLevel::Yellow => Some(&self.yellow),
            WarningLevel::Orange => Some(&self.orange),
            WarningLevel::Red => Some(&self.red),
        }
    }

    /// Each level with its value, the lowest level first.
    pub fn iter(&self) -> impl Iterator<Item = (WarningLevel, &T)> {
        let values = [&self.yellow, &self.orange, &self.red];
        WarningLevel::WITH_MEASURES.into_iter().zip(values)
    }

    /// A value for each level, made from the level.
    pub fn from_fn(mut make: impl FnMut(WarningLevel) -> T) -> Self {
        Self {
            yellow: make(WarningLevel::Yellow),
            orange: make(WarningLevel::Orange),
            red: make(WarningLevel::Red),
        }
    }
}

impl MeasureKind {
    /// The machine word for counting: `stop`, `limit_load`, `transport`, …
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Autonomous => "autonomous",
            Self::Unrestricted => "unrestricted",
            Self::Stop(_) => "stop",
            Self::LimitLoad(_) => "limit_load",
            Self::Input { .. } => "input",
            Self::SlowRhythm { .. } => "slow_rhythm",
            Self::Rota { .. } => "rota",
            Self::MinimumLoad => "minimum_load",
            Self::SetByDemand => "set_by_demand",
            Self::EmissionCap => "emission_cap",
            Self::EmissionCut { .. } => "emission_cut",
            Self::Transport { .. } => "transport",
            Self::Nrmm { .. } => "nrmm",
            Self::KeepOff => "keep_off",
            Self::NoRise => "no_rise",
            Self::Exempt => "exempt",
            Self::TimePhased { .. } => "time_phased",
            Self::Other => "other",
        }
    }
}

/// What the clauses of a text say, one after the other, as far as it is known.
pub(crate) fn read(text: &str) -> impl Iterator<Item = MeasureKind> {
    let kinds = clauses(text).map(read_clause);
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

fn read_clause(clause: &str) -> MeasureKind {
    let has = |words: &[&str]| words.iter().any(|word| clause.contains(word));
    if has(&["不得上升", "不上升"]) {
        return MeasureKind::NoRise;
    }
    if has(&["不得恢复", "不得启炉", "不得开炉", "不得复产"]) {
        return MeasureKind::KeepOff;
    }
    if let Some((after_hours, rest)) = phase(clause) {
        let next = Box::new(read_clause(rest));
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
        let hours = number_before(clause, "小时");
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
        && let Some(percent) = percent(clause)
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
fn stop(clause: &str) -> Option<Stop> {
    const NOT_A_STOP: [&str; 7] = ["已停", "难停", "停用", "停限产", "限代停", "停代限", "停炉"];
    let keep_warm = clause.contains("保窑") || clause.contains("焖炉");
    let stops = clause.contains('停') && !NOT_A_STOP.iter().any(|word| clause.contains(word));
    if !stops && !keep_warm {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| clause.contains(word));
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
        percent: percent_after_stop(clause),
        machines: number_before(clause, "台"),
        keep_warm,
    })
}

/// `超过120小时后…`: the hours, and what follows them.
fn phase(clause: &str) -> Option<(u16, &str)> {
    let (before, rest) = clause.split_once("小时后")?;
    before
        .contains("超过")
        .then(|| last_number(before))
        .flatten()
        .map(|hours| (hours, rest))
}

/// `停48小时开12小时` with its hours, `轮停` without.
fn rota(clause: &str) -> Option<MeasureKind> {
    if let Some((off, on)) = clause.split_once("小时开") {
        let hours = last_number(off).zip(number_before(on, "小时"));
        return Some(MeasureKind::Rota { hours });
    }
    (clause.contains("轮停") || clause.contains("轮流停产"))
        .then_some(MeasureKind::Rota { hours: None })
}

/// `由960吨降低到768吨`, in kilograms.
fn input(clause: &str) -> Option<(u64, u64)> {
    let (before, after) = clause.split_once("吨")?;
    let from = last_number(before)?;
    let to = number_before(after, "吨")?;
    clause
        .contains("降")
        .then_some((u64::from(from) * 1000, u64::from(to) * 1000))
}

/// By or to how much something falls, where the clause says so in per cent or as 减半.
fn limit(clause: &str) -> Option<Limit> {
    if clause.contains("减半") {
        return Some(Limit::By(50));
    }
    let percent = percent(clause)?;
    let to = clause.contains("以内") || clause.contains("降至") || clause.contains("控制在");
    Some(if to {
        Limit::To(percent)
    } else {
        Limit::By(percent)
    })
}

/// The emission stage a clause names: 4 for 国四 or 国Ⅳ.
fn stage(clause: &str) -> Option<u8> {
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
fn percent(clause: &str) -> Option<u8> {
    let (before, _) = clause.split_once(['%', '％'])?;
    let digits_and_dashes =
        before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '–' | '~'));
    first_number(&before[digits_and_dashes.len()..]).filter(|share| *share <= 100)
}

/// The share that stands behind the first word for stopping; other shares are conditions.
fn percent_after_stop(clause: &str) -> Option<u8> {
    let (_, rest) = clause.split_once('停')?;
    let rest = rest.trim_start_matches(['产', '止']);
    rest.starts_with(|c: char| c.is_ascii_digit())
        .then(|| percent(rest))
        .flatten()
}

/// The number directly before the first such word.
fn number_before(clause: &str, word: &str) -> Option<u16> {
    last_number(clause.split_once(word)?.0)
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

/// What a guide prescribes for one industry: the file `playbooks/measures/<industry>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// The document, with its number.
    pub document: String,
    /// The first day on which it holds.
    pub in_force_from: NaiveDate,
    /// The last day on which it holds; open where nothing has replaced it.
    pub in_force_to: Option<NaiveDate>,
    /// Where its words were read.
    pub source: String,
    /// How well the file as a whole is vouched for: as its weakest row.
    pub standing: Standing,
    /// The key industry (重点行业) as lists name it.
    pub industry: String,
    /// The process within the industry.
    pub process: String,
    /// What a share of production is a share of.
    pub basis: String,
    /// The rules, one per set of grades.
    #[serde(rename = "row")]
    pub rows: Vec<GuideRow>,
}

/// What enterprises of certain grades do at each level.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideRow {
    /// The grade codes to which it applies: `["A", "引领性"]`.
    pub grades: Vec<String>,
    /// The texts, in a table `[row.measures]`.
    pub measures: PerLevel<Measure>,
    /// Where this row was read.
    pub source: String,
    /// How well it is vouched for.
    pub standing: Standing,
}

/// Why a guide cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuideError {
    /// The file does not have the shape of a guide; the message names line and expectation.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// It ends before it begins.
    #[error("`in_force_to` lies before `in_force_from`")]
    Dates,
    /// Two rows speak for the same grade.
    #[error("grade `{0}` stands in two rows")]
    GradeTwice(String),
    /// A row claims to be better vouched for than the file, or the file than all its rows.
    #[error("`standing` of the file must be that of its weakest row")]
    Standing,
}

impl Guide {
    /// Reads and checks a guide.
    pub fn parse(toml: &str) -> Result<Self, GuideError> {
        let guide: Self = toml::from_str(toml)?;
        if guide.in_force_to.is_some_and(|to| to < guide.in_force_from) {
            return Err(GuideError::Dates);
        }
        let mut grades: Vec<_> = guide.rows.iter().flat_map(|row| &row.grades).collect();
        grades.sort_unstable();
        if let Some(pair) = grades.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GuideError::GradeTwice(pair[0].clone()));
        }
        let weakest = guide.rows.iter().map(|row| row.standing).max();
        if weakest != Some(guide.standing) {
            return Err(GuideError::Standing);
        }
        Ok(guide)
    }

    /// Whether the guide holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|to| day <= to)
    }

    /// What the guide prescribes for a grade.
    pub fn for_grade(&self, code: &str) -> Option<&PerLevel<Measure>> {
        self.rows
            .iter()
            .find(|row| row.grades.iter().any(|grade| grade == code))
            .map(|row| &row.measures)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const FOUND_TEXTS: &str = include_str!("../../tests/fixtures/measures/measures.tsv");
    const CEMENT: &str = include_str!("../../playbooks/measures/cement-clinker.toml");
    const GLASS: &str = include_str!("../../playbooks/measures/flat-glass.toml");

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

    #[rstest]
    #[case::as_it_sees_fit("鼓励结合实际自主采取减排措施", true)]
    #[case::not_asked("不限产", true)]
    #[case::with_trucks("自主减排；停用国四及以下重型载货车", false)]
    #[case::unknown("按操作方案执行", false)]
    #[case::stop("停产", false)]
    fn only_a_text_that_asks_nothing_is_autonomous(#[case] text: &str, #[case] autonomous: bool) {
        assert_eq!(Measure::filed(text).unwrap().is_autonomous(), autonomous);
    }

    #[test]
    fn the_filed_text_is_kept_as_written() {
        let measure = Measure::filed("  停产，  停止运输。 ").unwrap();
        assert_eq!(measure.text(), "停产，  停止运输。");
        assert_eq!(Measure::filed(" \t"), None);
    }

    // The cells of domain facts §3.3, from 环办大气函〔2020〕340号 (cement) and its restatement (glass).
    #[rstest]
    #[case::cement_b_orange_limits(CEMENT, "B", WarningLevel::Orange, "limit_load")]
    #[case::cement_b_red_stops(CEMENT, "B", WarningLevel::Red, "stop")]
    #[case::cement_c_yellow_stops_half(CEMENT, "C", WarningLevel::Yellow, "stop")]
    #[case::cement_a_red_is_free(CEMENT, "A", WarningLevel::Red, "autonomous")]
    #[case::glass_c_yellow_is_unrestricted(GLASS, "C", WarningLevel::Yellow, "unrestricted")]
    #[case::glass_d_yellow_limits(GLASS, "D", WarningLevel::Yellow, "limit_load")]
    fn the_shipped_guides_say_what_their_documents_say(
        #[case] toml: &str,
        #[case] grade: &str,
        #[case] level: WarningLevel,
        #[case] word: &str,
    ) {
        let guide = Guide::parse(toml).unwrap();
        let measure = guide.for_grade(grade).unwrap().get(level).unwrap();
        assert_eq!(measure.kinds()[0].word(), word);
    }

    #[test]
    fn a_guide_holds_from_its_first_to_its_last_day() {
        let day = |text: &str| text.parse().unwrap();
        let mut guide = Guide::parse(CEMENT).unwrap();
        assert!(!guide.holds_on(day("2020-06-28")));
        assert!(guide.holds_on(day("2026-11-23")));
        guide.in_force_to = Some(day("2025-12-31"));
        assert!(guide.holds_on(day("2025-12-31")));
        assert!(!guide.holds_on(day("2026-01-01")));
    }

    #[rstest]
    #[case::grade_twice(
        CEMENT.replace("grades = [\"C\"]", "grades = [\"B\"]"),
        "grade `B` stands in two rows"
    )]
    #[case::dates(
        CEMENT.replace("source = \"中国", "in_force_to = \"2020-06-28\"\nsource = \"中国"),
        "`in_force_to` lies before `in_force_from`"
    )]
    #[case::better_than_its_rows(
        GLASS.replacen("standing = \"second-hand\"", "standing = \"found\"", 1),
        "`standing` of the file must be that of its weakest row"
    )]
    fn a_guide_that_contradicts_itself_is_refused(#[case] toml: String, #[case] why: &str) {
        assert_eq!(Guide::parse(&toml).unwrap_err().to_string(), why);
    }

    #[test]
    fn a_guide_of_another_shape_is_refused_with_its_line() {
        let toml = CEMENT.replace("process =", "proces =");
        let error = Guide::parse(&toml).unwrap_err().to_string();
        assert!(
            error.contains("line 7") && error.contains("proces"),
            "{error}"
        );
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
