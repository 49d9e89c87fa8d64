//! The notice itself: the document (通知正文) that an officer drafts, an approver signs and a bureau
//! posts.

use serde::Serialize;

use super::{Level, TextError, Texts, When, Words};
use crate::i18n::Language;
use crate::playbooks::Files;

/// What the text of a notice may use, by these names.
///
/// Texts with a `zh` and an `en` are [`Words`]; what a person wrote is quoted as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeContext {
    /// Whether this is a drill (演练).
    pub drill: bool,
    /// `start`, `raise`, `lower`, `extend`, `add-on`, `correct`, `lift` or `withdraw`.
    pub kind: &'static str,
    /// The region the warning is for: `许昌市`.
    pub region: String,
    /// Who issues (发布机关).
    pub organ: String,
    /// The document number (文号).
    pub document: String,
    /// The level put in force; after a lift or withdrawal the level ended.
    pub level: Level,
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
    /// The first digits of the digest over all orders that go out with it (核验码).
    pub check_code: String,
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

/// How many plants do what; all zero where the notice asks nothing of anybody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Plants {
    /// Plants in all.
    pub all: u32,
    /// 停产: at least one unit stops.
    pub stop: u32,
    /// 限产.
    pub limit: u32,
    /// 自主减排.
    pub autonomous: u32,
    /// Whatever else was filed.
    pub other: u32,
}

/// A notice in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNotice {
    /// 标题, one line.
    pub title: String,
    /// 正文: paragraphs with an empty line between them.
    pub body: String,
}

/// The text of notices in one language, ready to be filled in, many times.
#[derive(Debug)]
pub struct NoticeText(Texts);

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
        .map(Self)
    }

    /// The text filled in.
    pub fn write(&self, context: &NoticeContext) -> Result<WrittenNotice, TextError> {
        Ok(WrittenNotice {
            title: self.0.line(TITLE, context)?,
            body: self.0.fill_in(BODY, context)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::level::WarningLevel;
    use crate::domain::notice::NoticeKind;
    use crate::domain::time::WrittenTime;

    fn when(text: &str) -> When {
        text.parse::<WrittenTime>().unwrap().into()
    }

    /// 许昌市, 2021-01-22: orange to red at ten o'clock, on the province's instruction.
    fn xuchang(kind: NoticeKind) -> NoticeContext {
        NoticeContext {
            drill: false,
            kind: kind.as_str(),
            region: "许昌市".to_owned(),
            organ: "许昌市环境污染防治攻坚战领导小组办公室".to_owned(),
            document: "许环攻坚办〔2021〕8号".to_owned(),
            level: WarningLevel::Red.into(),
            previous_level: Some(WarningLevel::Orange.into()),
            response: Words {
                zh: "Ⅰ级应急响应".to_owned(),
                en: "Level Ⅰ response".to_owned(),
            },
            issued_at: when("2021-01-22T09:00"),
            effective_at: when("2021-01-22T10:00"),
            ends: When::open(),
            consultation: None,
            instruction: Some("省攻坚办调度指令".to_owned()),
            reason: None,
            because: Vec::new(),
            plan: "许昌市重污染天气应急预案".to_owned(),
            law: Words {
                zh: "《中华人民共和国大气污染防治法》第九十五条、第九十六条".to_owned(),
                en: "Air Pollution Prevention and Control Law, Articles 95 and 96".to_owned(),
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
            check_code: "7c41d09a".to_owned(),
        }
    }

    fn written(context: &NoticeContext, language: Language) -> WrittenNotice {
        let text = NoticeText::read(&Files::shipped(), language).unwrap();
        text.write(context).unwrap()
    }

    #[rstest]
    #[case(NoticeKind::Start, "启动重污染天气红色预警（Ⅰ级应急响应）")]
    #[case(NoticeKind::Raise, "将重污染天气预警升级为红色预警（Ⅰ级应急响应）")]
    #[case(NoticeKind::Lower, "将重污染天气预警降级为红色预警（Ⅰ级应急响应）")]
    #[case(NoticeKind::Extend, "延长重污染天气红色预警（Ⅰ级应急响应）")]
    #[case(NoticeKind::AddOn, "在重污染天气红色预警期间加严减排措施")]
    #[case(NoticeKind::Correct, "更正重污染天气红色预警通知")]
    #[case(NoticeKind::Lift, "解除重污染天气红色预警（Ⅰ级应急响应）")]
    #[case(NoticeKind::Withdraw, "撤回重污染天气红色预警")]
    fn a_title_says_what_the_notice_does(#[case] kind: NoticeKind, #[case] does: &str) {
        let title = written(&xuchang(kind), Language::Zh).title;
        assert_eq!(title, format!("关于{does}的通知"));
    }

    #[test]
    fn a_raise_says_from_which_level_to_which_and_from_which_hour() {
        let context = xuchang(NoticeKind::Raise);
        let body = written(&context, Language::Zh).body;
        for said in [
            "按照省攻坚办调度指令的要求",
            "自2021年1月22日10时起将重污染天气橙色预警升级为红色预警",
            "结束时间：另行通知",
            "停产900家",
            "自主减排300家",
        ] {
            assert!(body.contains(said), "{said}\n{body}");
        }
        let body = written(&context, Language::En).body;
        let said =
            "raised from Orange to Red with the Level Ⅰ response at 10:00 on 22 January 2021";
        assert!(body.contains(said), "{body}");
    }

    #[test]
    fn every_notice_names_its_law_its_plan_whom_to_call_and_its_code() {
        for kind in NoticeKind::ALL {
            let context = xuchang(kind);
            for (language, law) in [
                (Language::Zh, &context.law.zh),
                (Language::En, &context.law.en),
            ] {
                let body = written(&context, language).body;
                for said in [law, &context.plan, &context.phone, &context.check_code] {
                    assert!(body.contains(said), "{kind} {language:?}: {said}\n{body}");
                }
            }
        }
    }

    #[test]
    fn a_judgement_against_the_rules_is_said_to_be_one() {
        let context = NoticeContext {
            reason: Some("预报资料中断。".to_owned()),
            instruction: None,
            ..xuchang(NoticeKind::Start)
        };
        let body = written(&context, Language::Zh).body;
        assert!(
            body.contains("未以分级标准的自动判定为依据，理由：预报资料中断。\n"),
            "{body}"
        );
    }

    #[test]
    fn what_has_nothing_to_say_leaves_no_gap() {
        let context = NoticeContext {
            instruction: None,
            previous_level: None,
            plants: Plants {
                all: 0,
                stop: 0,
                limit: 0,
                autonomous: 0,
                other: 0,
            },
            ..xuchang(NoticeKind::Lift)
        };
        for language in Language::ALL {
            let body = written(&context, language).body;
            assert!(!body.contains("\n\n\n"), "{body}");
            assert!(!body.to_lowercase().contains("none"), "{body}");
        }
    }

    #[test]
    fn a_drill_says_so_before_anything_else() {
        let drill = NoticeContext {
            drill: true,
            ..xuchang(NoticeKind::Start)
        };
        let zh = written(&drill, Language::Zh);
        assert!(zh.title.starts_with("【演练】关于"), "{}", zh.title);
        assert!(zh.body.starts_with("本通知仅用于演练"), "{}", zh.body);
        let en = written(&drill, Language::En);
        assert!(en.title.starts_with("[DRILL] Notice:"), "{}", en.title);
    }
}
