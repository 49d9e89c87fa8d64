//! Headers → columns: names in their spellings, and names composed of the trade's words.
//!
//! The columns of measures and masses are named in a hundred ways (`黄色减排颗粒物(kg/d)`, or
//! `黄色预警` above `减排量(kg/d)` above `颗粒物`), all of the same few words: a level, a pollutant,
//! what is meant, and the unit. [`WORDS`] holds them. A header is taken only if nothing but such
//! words stands in it and they name one column; a mass without its unit is left alone, since it
//! could be tonnes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::columns::Column;
use crate::enterprise::EmittedPollutant::{self, Nox, Pm, So2, Vocs};
use crate::enterprise::narrowed;
use crate::level::WarningLevel::{self, Orange, Red, Yellow};

/// What joins the rows of a header that has several.
pub const PART: char = '›';

/// What a word says of its column.
#[derive(Clone, Copy)]
enum Word {
    Level(WarningLevel),
    Of(EmittedPollutant),
    Holds(Holds),
    /// Kilograms per day.
    Unit,
    /// Nothing.
    Filler,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Measure,
    Cut,
    Base,
}

/// The words, folded.
const WORDS: [(&str, Word); 48] = [
    ("黄色", Word::Level(Yellow)),
    ("橙色", Word::Level(Orange)),
    ("红色", Word::Level(Red)),
    ("ⅲ级", Word::Level(Yellow)),
    ("ⅱ级", Word::Level(Orange)),
    ("ⅰ级", Word::Level(Red)),
    ("iii级", Word::Level(Yellow)),
    ("ii级", Word::Level(Orange)),
    ("i级", Word::Level(Red)),
    ("颗粒物", Word::Of(Pm)),
    ("烟粉尘", Word::Of(Pm)),
    ("pm", Word::Of(Pm)),
    ("二氧化硫", Word::Of(So2)),
    ("so2", Word::Of(So2)),
    ("so₂", Word::Of(So2)),
    ("氮氧化物", Word::Of(Nox)),
    ("nox", Word::Of(Nox)),
    ("noₓ", Word::Of(Nox)),
    ("挥发性有机物", Word::Of(Vocs)),
    ("vocs", Word::Of(Vocs)),
    ("措施", Word::Holds(Holds::Measure)),
    ("减排", Word::Holds(Holds::Cut)),
    ("削减", Word::Holds(Holds::Cut)),
    ("排放", Word::Holds(Holds::Base)),
    ("减排基数", Word::Holds(Holds::Base)),
    ("kg/d", Word::Unit),
    ("kg/天", Word::Unit),
    ("kg/日", Word::Unit),
    ("千克/d", Word::Unit),
    ("千克/天", Word::Unit),
    ("千克/日", Word::Unit),
    ("公斤/天", Word::Unit),
    ("公斤/日", Word::Unit),
    ("预警", Word::Filler),
    ("响应", Word::Filler),
    ("应急", Word::Filler),
    ("期间", Word::Filler),
    ("管控", Word::Filler),
    ("污染物", Word::Filler),
    ("单位", Word::Filler),
    ("每日", Word::Filler),
    ("日", Word::Filler),
    ("量", Word::Filler),
    ("(", Word::Filler),
    (")", Word::Filler),
    (":", Word::Filler),
    ("、", Word::Filler),
    (",", Word::Filler),
];

/// The column that a header names; its parts may stand behind groups that say nothing of it.
pub(super) fn find(header: &str) -> Option<Column> {
    let parts: Vec<_> = header.split(PART).map(folded).collect();
    let tails = (0..parts.len()).map(|from| parts[from..].concat());
    tails.into_iter().find_map(|name| {
        let named = NAMES.get(&name).copied();
        named.or_else(|| composed(&name))
    })
}

/// Every name that a column has of its own, folded.
static NAMES: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let names = |column: &Column| {
        let names = [column.zh(), column.en()].into_iter();
        let column = *column;
        names
            .chain(column.others().iter().copied())
            .map(move |name| (folded(name), column))
    };
    Column::ALL.iter().flat_map(names).collect()
});

/// A header without blanks, in narrow small letters.
fn folded(header: &str) -> String {
    header
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(narrowed)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The column that nothing but words of the trade name.
fn composed(name: &str) -> Option<Column> {
    let mut said = Said::default();
    let mut rest = name;
    while !rest.is_empty() {
        let words = WORDS.iter().filter(|(word, _)| rest.starts_with(word));
        let (word, meaning) = words.max_by_key(|(word, _)| word.len())?;
        said.add(*meaning)?;
        rest = &rest[word.len()..];
    }
    said.column()
}

/// What the words of a header have said.
#[derive(Default)]
struct Said {
    level: Option<WarningLevel>,
    of: Option<EmittedPollutant>,
    holds: Option<Holds>,
    in_its_unit: bool,
}

impl Said {
    /// Nothing where it contradicts what was said before.
    fn add(&mut self, word: Word) -> Option<()> {
        match word {
            Word::Level(level) => same(&mut self.level, level),
            Word::Of(pollutant) => same(&mut self.of, pollutant),
            // 减排措施 are measures.
            Word::Holds(Holds::Cut) if self.holds == Some(Holds::Measure) => Some(()),
            Word::Holds(Holds::Measure) if self.holds == Some(Holds::Cut) => {
                self.holds = Some(Holds::Measure);
                Some(())
            }
            Word::Holds(holds) => same(&mut self.holds, holds),
            Word::Unit => {
                self.in_its_unit = true;
                Some(())
            }
            Word::Filler => Some(()),
        }
    }

    fn column(&self) -> Option<Column> {
        match (self.holds?, self.level, self.of, self.in_its_unit) {
            (Holds::Measure, Some(level), None, false) => Some(Column::measure(level)),
            (Holds::Cut, Some(level), Some(of), true) => Some(Column::cut(level, of)),
            (Holds::Base, None, Some(of), true) => Some(Column::base(of)),
            _ => None,
        }
    }
}

fn same<T: Copy + PartialEq>(before: &mut Option<T>, now: T) -> Option<()> {
    (*before.get_or_insert(now) == now).then_some(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::chinese_with_wide_brackets("县（区）", Some(Column::County))]
    #[case::english("Credit_Code", Some(Column::CreditCode))]
    #[case::other_chinese("单位名称", Some(Column::Name))]
    #[case::blanks(" NOx 日排放量（kg/d）", Some(Column::BaseNox))]
    #[case::broken_line("统一社会\n信用代码", Some(Column::CreditCode))]
    #[case::composed("黄色预警减排措施", Some(Column::MeasureYellow))]
    #[case::numbered("Ⅱ级（橙色）响应措施", Some(Column::MeasureOrange))]
    #[case::two_rows("红色预警›措施", Some(Column::MeasureRed))]
    #[case::three_rows("黄色预警›减排量（kg/d）›颗粒物", Some(Column::CutYellowPm))]
    #[case::the_other_way_round("减排措施›红色", Some(Column::MeasureRed))]
    #[case::of_the_base("日排放量(千克/天)›氮氧化物", Some(Column::BaseNox))]
    #[case::the_base_of_cuts("减排基数(kg/d)›SO₂", Some(Column::BaseSo2))]
    #[case::behind_a_group("基本情况›企业名称", Some(Column::Name))]
    #[case::of_a_contact("联系人›电话", Some(Column::Phone))]
    #[case::unknown("备注", None)]
    #[case::without_a_unit("黄色预警›减排量›颗粒物", None)]
    #[case::of_a_year("颗粒物排放量(t/a)", None)]
    #[case::of_fine_particles("PM2.5日排放量(kg/d)", None)]
    #[case::two_levels("黄色、橙色措施", None)]
    #[case::another_word("红色预警措施完成情况", None)]
    #[case::of_a_pollutant_alone("颗粒物(kg/d)", None)]
    fn headers_are_read_in_their_spellings(#[case] header: &str, #[case] column: Option<Column>) {
        assert_eq!(find(header), column);
    }

    #[test]
    fn no_two_columns_share_a_header() {
        for column in Column::ALL {
            for name in [column.zh(), column.en()].iter().chain(column.others()) {
                assert_eq!(find(name), Some(*column), "{name}");
                let composed = composed(&folded(name));
                assert!(composed.is_none_or(|it| it == *column), "{name}");
            }
        }
    }
}
