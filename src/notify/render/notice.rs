//! The notice itself: the document (通知正文) that an officer drafts, an approver signs and a bureau
//! posts.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{Area, Class, Level, TextError, Texts, When, Words};
use crate::domain::notice::{NoticeKind, Text};
use crate::i18n::Language;
use crate::playbooks::Files;

/// What the text of a notice may use, by these names.
///
/// Texts with a `zh` and an `en` are [`Words`]; what a person wrote is quoted as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeContext {
    /// Whether this is a drill (演练).
    pub drill: bool,
    /// `start`, `raise`, `lower`, `extend`, `add-on`, `correct`, `suspend`, `resume`, `lift` or
    /// `withdraw`.
    pub kind: &'static str,
    /// The region the warning is for: `许昌市`.
    pub region: String,
    /// Who issues (发布机关).
    pub organ: String,
    /// The document number (文号).
    pub document: String,
    /// The number of the notice before it within the warning; none for a start.
    pub previous_document: Option<String>,
    /// The level put in force; after a lift or withdrawal the level ended.
    pub level: Level,
    /// The classes of measures that are carried out at another level.
    pub classes: Vec<Class>,
    /// The level before, where it changed.
    pub previous_level: Option<Level>,
    /// The response, in the term of the law in force: `Ⅱ级应对响应`.
    pub response: Words,
    /// When the notice was issued (发布时刻).
    pub issued_at: When,
    /// When the response starts, changes or ends (启动、调整、解除时刻).
    pub effective_at: When,
    /// When it ends; often open (另行通知).
    pub ends: When,
    /// Whether nobody owes a duty from its hour on: a suspension, or what corrects one.
    pub suspends: bool,
    /// When a suspension is planned to end (计划恢复时刻).
    pub resumes_at: Option<When>,
    /// The areas that a staggered lift (分批错时解除) ends before its own hour.
    pub areas: Vec<Area>,
    /// The consultation (会商) it rests on; none where a superior's instruction stands for it.
    pub consultation: Option<Consultation>,
    /// The superior's document it carries out (上级文号).
    pub instruction: Option<String>,
    /// Why a person decided without the rules being met.
    pub reason: Option<String>,
    /// How the rules were met, a sentence each, in Chinese as it is on record.
    pub because: Vec<String>,
    /// The plan of the region (应对预案), without its brackets.
    pub plan: String,
    /// The law that empowers (`《中华人民共和国生态环境法典》第二百六十四条`).
    pub law: Words,
    /// What the plants of the list do.
    pub plants: Plants,
    /// Measures it adds for everyone.
    pub adds: Vec<String>,
    /// Measures that stay after a lift (解除后继续执行).
    pub keeps: Vec<String>,
    /// An earlier control that ends with it (此前措施同时取消).
    pub cancels: Option<String>,
    /// The telephone of the duty office (值班电话).
    pub phone: String,
    /// The first digits of the digest over all orders that go out with it (指令校验码); none before
    /// the issue.
    pub check_code: Option<String>,
}

/// A consultation on record.
#[derive(Clone, Debug, Serialize)]
pub struct Consultation {
    /// When it was held.
    pub held_at: When,
    /// Which bodies took part.
    pub parties: Vec<String>,
    /// What they concluded.
    pub conclusion: String,
}

/// How many plants do what; all zero where the notice asks nothing of anybody. Those that stand
/// still anyway (长期停产) are not among them.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Plants {
    /// Plants in all.
    pub all: u32,
    /// 停产: at least one unit stops.
    pub stop: u32,
    /// 限产.
    pub limit: u32,
    /// 自主减排, the exempt (保障类等) among them.
    pub autonomous: u32,
    /// Whatever else was filed for the level, or nothing.
    pub other: u32,
}

/// The text of notices in one language, ready to be filled in, many times.
#[derive(Debug)]
pub struct NoticeText {
    texts: Texts,
    /// The text for the kinds of notices that this one is too old to know.
    newer: Option<Box<Self>>,
}

/// The kinds of notices that came after the others.
const LATER: [NoticeKind; 2] = [NoticeKind::Suspend, NoticeKind::Resume];

const TITLE: &str = "title.txt";
const BODY: &str = "body.txt";

impl NoticeText {
    /// The text as the playbooks have it.
    pub fn read(files: &Files, language: Language) -> Result<Self, TextError> {
        let folder = format!("texts/{}/notice", language.as_str());
        Texts::read(
            files,
            [TITLE, BODY].map(|name| (name, format!("{folder}/{name}"))),
        )
        .map(|texts| Self { texts, newer: None })
    }

    /// The same with another text for the kinds that it is too old to know.
    #[must_use]
    pub fn with_newer(self, newer: Self) -> Self {
        Self {
            newer: Some(Box::new(newer)),
            ..self
        }
    }

    /// The kinds of notices that it tells as withdrawals, and in which of its files, as what is left
    /// where nothing else fits: it was written before there were any, and makes of them what it makes
    /// of a word it never heard.
    pub fn mistakes(
        &self,
        sample: impl Fn(NoticeKind) -> NoticeContext,
    ) -> Result<Vec<(NoticeKind, &'static str)>, TextError> {
        let mut mistaken = Vec::new();
        for kind in LATER {
            let said = self.write(&sample(kind))?;
            let unheard = self.write(&NoticeContext {
                kind: "?",
                ..sample(kind)
            })?;
            let texts = [
                (TITLE, said.title, unheard.title),
                (BODY, said.body, unheard.body),
            ];
            for (name, said, unheard) in texts {
                if said == unheard && says_withdrawn(&said) {
                    mistaken.push((kind, name));
                }
            }
        }
        Ok(mistaken)
    }

    /// The text filled in.
    pub fn write(&self, context: &NoticeContext) -> Result<Text, TextError> {
        let later = LATER.into_iter().any(|kind| kind.as_str() == context.kind);
        if let Some(newer) = self.newer.as_ref().filter(|_| later) {
            return newer.write(context);
        }
        let context = &Value::from(Serde(context));
        Ok(Text {
            title: self.texts.line(TITLE, context)?,
            body: self.texts.fill_in(BODY, context)?,
        })
    }
}

fn says_withdrawn(text: &str) -> bool {
    ["撤回", "withdraw"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::level::WarningLevel;
    use crate::domain::notice::{ClassLevel, MeasureClass};
    use crate::domain::time::WrittenTime;

    fn when(text: &str) -> When {
        text.parse::<WrittenTime>().unwrap().into()
    }

    /// 许昌市, 2021-01-22: orange to red at ten o'clock, on the province's instruction.
    fn xuchang(kind: NoticeKind) -> NoticeContext {
        let law = "《中华人民共和国大气污染防治法》第九十五条、第九十六条";
        NoticeContext {
            drill: false,
            kind: kind.as_str(),
            region: "许昌市".to_owned(),
            organ: "许昌市环境污染防治攻坚战领导小组办公室".to_owned(),
            document: "许环攻坚办〔2021〕8号".to_owned(),
            previous_document: Some("许环攻坚办〔2021〕6号".to_owned()),
            level: WarningLevel::Red.into(),
            classes: Vec::new(),
            previous_level: Some(WarningLevel::Orange.into()),
            response: Words {
                zh: "Ⅰ级应急响应".to_owned(),
                en: "Level Ⅰ response".to_owned(),
            },
            issued_at: when("2021-01-22T09:00"),
            effective_at: when("2021-01-22T10:00"),
            ends: When::open(),
            suspends: false,
            resumes_at: None,
            areas: Vec::new(),
            consultation: None,
            instruction: Some("省攻坚办调度指令".to_owned()),
            reason: None,
            because: Vec::new(),
            plan: "许昌市重污染天气应急预案".to_owned(),
            law: Words {
                zh: law.to_owned(),
                en: law.to_owned(),
            },
            plants: Plants {
                all: 2400,
                stop: 900,
                limit: 700,
                autonomous: 300,
                other: 500,
            },
            adds: Vec::new(),
            keeps: Vec::new(),
            cancels: None,
            phone: "0374-0000000".to_owned(),
            check_code: Some("7c41d09a".to_owned()),
        }
    }

    /// The same warning's later life, one notice of each kind.
    fn of(kind: NoticeKind) -> NoticeContext {
        let raise = xuchang(kind);
        let nobody = Plants {
            all: 0,
            stop: 0,
            limit: 0,
            autonomous: 0,
            other: 0,
        };
        let orange = NoticeContext {
            level: WarningLevel::Orange.into(),
            response: Words {
                zh: "Ⅱ级应急响应".to_owned(),
                en: "Level Ⅱ response".to_owned(),
            },
            previous_level: None,
            instruction: None,
            ..raise.clone()
        };
        let held = Consultation {
            held_at: when("2021-01-20T16:30"),
            parties: vec!["市生态环境局".to_owned(), "市气象局".to_owned()],
            conclusion: "静稳高湿，20日夜间起重度污染。".to_owned(),
        };
        match kind {
            NoticeKind::Start => NoticeContext {
                previous_document: None,
                consultation: Some(held),
                because: vec![
                    "2021-01-21至2021-01-22 AQI 215、260，满足橙色条件“AQI>200持续48小时”"
                        .to_owned(),
                ],
                cancels: Some("1月18日起的临时管控措施".to_owned()),
                ..orange
            },
            NoticeKind::Raise => raise,
            NoticeKind::Lower => NoticeContext {
                previous_level: Some(WarningLevel::Red.into()),
                reason: Some("24日起扩散条件改善".to_owned()),
                ends: when("2021-01-26T24:00"),
                ..orange
            },
            NoticeKind::Extend => NoticeContext {
                ends: when("2021-01-27T24:00"),
                ..orange
            },
            NoticeKind::AddOn => NoticeContext {
                ends: when("2021-01-25T08:00"),
                adds: vec!["停止土石方作业".to_owned(), "禁止露天烧烤".to_owned()],
                ..orange
            },
            NoticeKind::Correct => NoticeContext {
                reason: Some("原通知启动时刻有误。".to_owned()),
                ..orange
            },
            NoticeKind::Suspend => NoticeContext {
                plants: nobody,
                suspends: true,
                resumes_at: Some(when("2021-01-25T18:00")),
                ..orange
            },
            NoticeKind::Resume => NoticeContext {
                classes: vec![Class::from(&ClassLevel {
                    class: MeasureClass::Dust,
                    level: WarningLevel::Yellow,
                })],
                ..orange
            },
            NoticeKind::Lift => NoticeContext {
                plants: nobody,
                areas: vec![Area {
                    name: "禹州市".to_owned(),
                    at: when("2021-01-21T24:00"),
                }],
                keeps: vec!["水泥熟料企业继续执行错峰生产".to_owned()],
                ..orange
            },
            NoticeKind::Withdraw => NoticeContext {
                plants: nobody,
                reason: Some("发布对象有误".to_owned()),
                ..orange
            },
        }
    }

    fn written(context: &NoticeContext, language: Language) -> Text {
        let text = NoticeText::read(&Files::shipped(), language).unwrap();
        text.write(context).unwrap()
    }

    #[test]
    fn every_kind_of_notice_reads_as_people_of_the_trade_have_read_it() {
        for kind in NoticeKind::ALL {
            for language in Language::ALL {
                let Text { title, body } = written(&of(kind), language);
                assert!(
                    !body.contains("\n\n\n"),
                    "a gap where nothing is said\n{body}"
                );
                let name = format!("{kind}.{}", language.as_str());
                insta::assert_snapshot!(name, format!("{title}\n\n{body}"));
            }
        }
    }

    #[test]
    fn every_notice_names_its_law_its_plan_whom_to_call_and_its_code() {
        for kind in NoticeKind::ALL {
            let context = of(kind);
            for (language, law) in [
                (Language::Zh, &context.law.zh),
                (Language::En, &context.law.en),
            ] {
                let body = written(&context, language).body;
                for said in [law, &context.plan, &context.phone, "7c41d09a"] {
                    assert!(body.contains(said), "{kind} {language:?}: {said}\n{body}");
                }
            }
        }
    }

    #[test]
    fn a_withdrawal_names_the_hour_its_letters_name() {
        let body = written(&of(NoticeKind::Withdraw), Language::Zh).body;
        assert!(body.contains("自2021年1月22日10时起撤回"), "{body}");
    }

    #[test]
    fn a_corrected_suspension_puts_no_level_in_force() {
        let corrected = NoticeContext {
            suspends: true,
            ..of(NoticeKind::Correct)
        };
        let body = written(&corrected, Language::Zh).body;
        let hour = "自2021年1月22日10时起暂停执行Ⅱ级应急响应";
        assert!(body.contains(hour), "{body}");
        assert!(!body.contains("签收和反馈"), "{body}");
        let body = written(&corrected, Language::En).body;
        assert!(body.contains("is suspended from 10:00"), "{body}");
    }

    #[test]
    fn a_notice_with_nothing_optional_leaves_no_gap() {
        for kind in NoticeKind::ALL {
            let context = NoticeContext {
                previous_document: None,
                classes: Vec::new(),
                previous_level: None,
                resumes_at: None,
                areas: Vec::new(),
                consultation: None,
                instruction: None,
                reason: None,
                because: Vec::new(),
                adds: Vec::new(),
                keeps: Vec::new(),
                cancels: None,
                check_code: None,
                ..of(kind)
            };
            for language in Language::ALL {
                let Text { title, body } = written(&context, language);
                for text in [&title, &body] {
                    assert!(!text.contains("\n\n\n"), "{kind}\n{text}");
                    assert!(!text.to_lowercase().contains("none"), "{kind}\n{text}");
                }
            }
        }
    }

    #[test]
    fn a_drill_says_so_before_anything_else() {
        let drill = NoticeContext {
            drill: true,
            ..of(NoticeKind::Start)
        };
        let zh = written(&drill, Language::Zh);
        assert!(zh.title.starts_with("【演练】关于"), "{}", zh.title);
        assert!(zh.body.starts_with("本通知仅用于演练"), "{}", zh.body);
        let en = written(&drill, Language::En);
        assert!(en.title.starts_with("[DRILL] Notice:"), "{}", en.title);
    }
}
