//! Letters about orders: what one recipient is told, as mail and webhook.

use serde::{Deserialize, Serialize};

use super::mail::MailTexts;
use super::{Class, Level, TextError, When, Words};
use crate::i18n::Language;
use crate::notify::MailContent;
use crate::playbooks::Files;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// A new or changed duty (减排指令).
    Order,
    /// The level changed, the duty did not: nothing new is owed (级别调整告知).
    Told,
    /// The warning is lifted (解除).
    Lift,
    /// An office's part: county, township, department (属地任务).
    Office,
    /// The order was issued wrongly and is withdrawn (撤回).
    Withdrawn,
    /// The response is suspended (暂停响应).
    Suspended,
    /// The response is resumed, the duties are owed again (恢复响应).
    Resumed,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Order,
        Self::Told,
        Self::Lift,
        Self::Office,
        Self::Withdrawn,
        Self::Suspended,
        Self::Resumed,
    ];

    /// The folder of its texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Told => "told",
            Self::Lift => "lift",
            Self::Office => "office",
            Self::Withdrawn => "withdrawn",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
        }
    }
}

/// What every template of a message may use, by these names.
///
/// Texts with a `zh` and an `en` are [`Words`]; what a document states once is quoted as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct MessageContext {
    /// Whether this is a drill (演练).
    pub drill: bool,
    /// The public id of the order.
    pub order: String,
    /// Who receives it.
    pub recipient: Recipient,
    /// The region the warning is for: `许昌市`.
    pub region: String,
    /// The part of the region whose own hour this is, in a staggered lift: `禹州市`.
    pub area: Option<String>,
    /// Who issues (发布机关).
    pub organ: String,
    /// The document number (文号).
    pub document: String,
    /// The level in force with this message.
    pub level: Level,
    /// The level at which a plant's measures are carried out, where it is another one.
    pub measures_level: Option<Level>,
    /// The level of every class of measures, for an office, where they differ.
    pub classes: Vec<Class>,
    /// The level before, where it changed.
    pub previous_level: Option<Level>,
    /// The response started, in the term of the law in force: `Ⅱ级应对响应`.
    pub response: Words,
    /// When the notice was issued (发布时刻).
    pub issued_at: When,
    /// When the response starts, changes or ends (启动、调整、解除时刻).
    pub effective_at: When,
    /// When it ends; often open (另行通知).
    pub ends: When,
    /// Whether it adds measures while the warning goes on as it was (加严): the hours above are the
    /// warning's, those of the measures stand with them.
    pub add_on: bool,
    /// What is to be done, unit by unit; an office's tasks likewise.
    pub duties: Vec<Duty>,
    /// How many enterprises an office presses and checks; none for an enterprise.
    pub enterprises: Option<u32>,
    /// Measures that stay after a lift (解除后继续执行).
    pub keeps: Vec<String>,
    /// From when duties are not owed for a while; for a suspension and its resumption.
    pub suspended_from: Option<When>,
    /// When a suspension is planned to end (计划恢复时刻).
    pub resumes_at: Option<When>,
    /// Why an order is withdrawn.
    pub reason: Option<String>,
    /// Until when to acknowledge; none where no acknowledgement is owed.
    pub acknowledge_by: Option<When>,
    /// The order's page for this contact.
    pub link: Option<String>,
    /// The law that empowers (`《中华人民共和国生态环境法典》第二百六十四条`).
    pub law: Words,
    /// The plan and instruction acted on (依据), as the notice cites them.
    pub basis: String,
    /// The telephone of the duty office (值班电话).
    pub phone: String,
    /// With this code the order can be checked on the public page (核验码).
    pub check_code: String,
}

/// Who receives a message.
#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    /// The plant's or office's name.
    pub name: String,
    /// The enterprise's performance grade (绩效等级), as its scheme writes it.
    pub grade: Option<String>,
}

/// One unit's duty.
#[derive(Clone, Debug, Serialize)]
pub struct Duty {
    /// The production line or unit (生产线、工序); an office's field of work.
    pub unit: String,
    /// The measure, as the list states it.
    pub measure: String,
    /// Until when it must be in place.
    pub in_place_by: When,
    /// Until when it lasts, where that is not the end of the warning.
    pub until: Option<When>,
    /// Whether it is carried out already and goes on, so that no hour is set anew.
    pub goes_on: bool,
}

/// The words of one kind of message in one language, ready to be filled in, many times.
#[derive(Debug)]
pub struct MessageText(MailTexts);

impl MessageText {
    /// The texts as the playbooks have them.
    pub fn read(files: &Files, kind: MessageKind, language: Language) -> Result<Self, TextError> {
        MailTexts::read(files, language.as_str(), kind.as_str()).map(Self)
    }

    /// The texts filled in, as a mail.
    pub fn mail(&self, context: &MessageContext) -> Result<MailContent, TextError> {
        self.0.fill_in(context)
    }
}

#[cfg(test)]
pub(in crate::notify) mod tests {
    use minijinja::ErrorKind;
    use rstest::rstest;

    use super::super::mail::{SUBJECT, TEXT};
    use super::*;
    use crate::domain::level::WarningLevel;
    use crate::domain::notice::{ClassLevel, MeasureClass};
    use crate::domain::time::WrittenTime;
    use crate::playbooks::File;

    fn when(text: &str) -> When {
        text.parse::<WrittenTime>().unwrap().into()
    }

    pub(crate) fn sample() -> MessageContext {
        MessageContext {
            drill: false,
            order: "0193a1b2-0000-7000-8000-000000000042".to_owned(),
            recipient: Recipient {
                name: "许昌示例<水泥>有限公司".to_owned(),
                grade: Some("B-".to_owned()),
            },
            region: "许昌市".to_owned(),
            area: Some("禹州市".to_owned()),
            organ: "许昌市生态环境保护委员会办公室".to_owned(),
            document: "许环委办〔2026〕88号".to_owned(),
            level: WarningLevel::Orange.into(),
            measures_level: Some(WarningLevel::Red.into()),
            classes: vec![Class::from(&ClassLevel {
                class: MeasureClass::Industry,
                level: WarningLevel::Red,
            })],
            previous_level: Some(WarningLevel::Yellow.into()),
            response: Words {
                zh: "Ⅱ级应对响应".to_owned(),
                en: "Level II response".to_owned(),
            },
            issued_at: when("2026-11-24T18:30"),
            effective_at: when("2026-11-24T24:00"),
            ends: When::open(),
            add_on: false,
            duties: vec![
                Duty {
                    unit: "1号熟料线".to_owned(),
                    measure: "停产保窑".to_owned(),
                    in_place_by: when("2026-11-25T12:00"),
                    until: None,
                    goes_on: false,
                },
                Duty {
                    unit: "物料运输".to_owned(),
                    measure: "停止使用国四及以下车辆".to_owned(),
                    in_place_by: when("2026-11-25T00:00"),
                    until: None,
                    goes_on: false,
                },
            ],
            enterprises: Some(126),
            keeps: vec!["水泥熟料企业继续执行错峰生产".to_owned()],
            suspended_from: Some(when("2026-11-24T14:00")),
            resumes_at: Some(when("2026-11-27T18:00")),
            reason: Some("发送对象有误".to_owned()),
            acknowledge_by: Some(when("2026-11-24T20:30")),
            link: Some("https://qk.example/o/k1.abc?x=1&y=2".to_owned()),
            law: Words {
                zh: "《中华人民共和国生态环境法典》第二百六十四条".to_owned(),
                en: "Ecological and Environmental Code, Article 264".to_owned(),
            },
            basis: "省攻坚办〔2026〕第31号调度令".to_owned(),
            phone: "0374-0000000".to_owned(),
            check_code: "7Q4K-91ZD".to_owned(),
        }
    }

    /// 停止土石方作业 from 11-25 20时 to 11-27 8时, inside an orange warning that goes on.
    pub(crate) fn adding() -> MessageContext {
        let [kiln, _] = sample().duties.try_into().unwrap();
        let added = Duty {
            unit: "全部".to_owned(),
            measure: "停止土石方作业".to_owned(),
            in_place_by: when("2026-11-25T20:00"),
            until: Some(when("2026-11-27T08:00")),
            goes_on: false,
        };
        let kiln = Duty {
            goes_on: true,
            ..kiln
        };
        MessageContext {
            add_on: true,
            previous_level: None,
            ends: when("2026-11-28T24:00"),
            duties: vec![kiln, added],
            ..sample()
        }
    }

    fn rendered(kind: MessageKind, language: Language, context: &MessageContext) -> MailContent {
        let text = MessageText::read(&Files::shipped(), kind, language).unwrap();
        text.mail(context).unwrap()
    }

    fn every() -> impl Iterator<Item = (MessageKind, Language)> {
        MessageKind::ALL
            .into_iter()
            .flat_map(|kind| Language::ALL.map(|language| (kind, language)))
    }

    #[test]
    fn every_message_names_its_document_its_law_and_whom_to_call() {
        for (kind, language) in every() {
            let context = sample();
            let content = rendered(kind, language, &context);
            let law = match language {
                Language::Zh => &context.law.zh,
                Language::En => &context.law.en,
            };
            for part in [&content.text, &content.html] {
                for said in [&context.document, law, &context.phone, &context.check_code] {
                    assert!(part.contains(said), "{kind:?} {language:?}: {said}\n{part}");
                }
            }
            assert!(content.subject.contains("许昌市"), "{}", content.subject);
        }
    }

    #[test]
    fn every_message_says_the_same_with_nothing_optional() {
        let context = MessageContext {
            area: None,
            measures_level: None,
            classes: Vec::new(),
            previous_level: None,
            duties: Vec::new(),
            enterprises: None,
            keeps: Vec::new(),
            suspended_from: None,
            resumes_at: None,
            reason: None,
            acknowledge_by: None,
            link: None,
            recipient: Recipient {
                name: "示例".to_owned(),
                grade: None,
            },
            ..sample()
        };
        for (kind, language) in every() {
            let content = rendered(kind, language, &context);
            for part in [&content.subject, &content.text, &content.html] {
                assert!(!part.to_lowercase().contains("none"), "{part}");
            }
        }
    }

    #[test]
    fn an_order_states_every_duty_with_its_deadline() {
        let content = rendered(MessageKind::Order, Language::Zh, &sample());
        for said in [
            "1号熟料线",
            "停产保窑",
            "2026年11月25日12时",
            "物料运输",
            "停止使用国四及以下车辆",
            "2026年11月24日24时",
            "2026年11月24日20时30分",
            "未签收不免除",
            "安全",
        ] {
            assert!(content.text.contains(said), "{said}");
            assert!(content.html.contains(said), "{said}");
        }
    }

    #[rstest]
    #[case(Language::Zh, [
        "加严减排措施", "自2026年11月24日24时起执行Ⅱ级应对响应，结束时间：2026年11月28日24时",
        "继续执行", "2026年11月25日20时起执行，至2026年11月27日8时止",
    ])]
    #[case(Language::En, [
        "adds measures to its heavy-pollution warning",
        "Level II response from 24:00 on 24 November 2026 (Beijing time). \
         End: 24:00 on 28 November 2026",
        "goes on",
        "from 20:00 on 25 November 2026 (Beijing time) until 08:00 on 27 November 2026",
    ])]
    fn an_add_on_states_the_hours_of_the_warning_and_its_own(
        #[case] language: Language,
        #[case] said: [&str; 4],
    ) {
        for kind in [MessageKind::Order, MessageKind::Office] {
            let content = rendered(kind, language, &adding());
            for part in [&content.text, &content.html] {
                for said in said {
                    assert!(part.contains(said), "{said}\n{part}");
                }
                assert!(
                    !part.contains("2026年11月25日12时"),
                    "no hour is set anew: {part}"
                );
            }
        }
    }

    #[test]
    fn a_class_with_a_level_of_its_own_is_said_in_every_part() {
        for (language, plant, office) in [
            (Language::Zh, "你单位的减排措施按红色级别执行", "工业源红色"),
            (
                Language::En,
                "Your measures are those of level Red",
                "industry Red",
            ),
        ] {
            let content = rendered(MessageKind::Order, language, &sample());
            for part in [&content.text, &content.html] {
                assert!(part.contains(plant) && part.contains(office), "{part}");
            }
        }
    }

    #[test]
    fn a_staggered_lift_names_the_area_whose_hour_it_is() {
        let content = rendered(MessageKind::Lift, Language::Zh, &sample());
        assert!(
            content
                .text
                .contains("许昌市禹州市自2026年11月24日24时起解除"),
            "{}",
            content.text
        );
        let all = MessageContext {
            area: None,
            ..sample()
        };
        let content = rendered(MessageKind::Lift, Language::Zh, &all);
        assert!(
            content.text.contains("许昌市自2026年11月24日24时起解除"),
            "{}",
            content.text
        );
    }

    #[test]
    fn a_suspension_says_from_when_and_until_when_it_is_planned() {
        let content = rendered(MessageKind::Suspended, Language::Zh, &sample());
        for said in ["2026年11月24日24时", "2026年11月27日18时", "以恢复通知为准"] {
            assert!(content.text.contains(said), "{said}");
            assert!(content.html.contains(said), "{said}");
        }
        let content = rendered(MessageKind::Resumed, Language::Zh, &sample());
        for said in [
            "2026年11月24日14时",
            "1号熟料线",
            "2026年11月25日12时",
            "安全",
        ] {
            assert!(content.text.contains(said), "{said}");
            assert!(content.html.contains(said), "{said}");
        }
    }

    #[rstest]
    #[case::stated("2026-11-26T24:00".parse::<WrittenTime>().unwrap().into(), "至2026年11月26日24时为止", "until 24:00 on 26 November 2026")]
    #[case::open(
        When::open(),
        "直至收到解除通知",
        "until you are told that the warning is lifted"
    )]
    fn whoever_is_told_that_nothing_changes_hears_how_long_it_goes_on(
        #[case] ends: When,
        #[case] zh: &str,
        #[case] en: &str,
    ) {
        let context = MessageContext { ends, ..sample() };
        for (language, said) in [(Language::Zh, zh), (Language::En, en)] {
            let content = rendered(MessageKind::Told, language, &context);
            for part in [&content.text, &content.html] {
                assert!(part.contains(said), "{part}");
            }
        }
    }

    #[rstest]
    #[case(Language::Zh, "【演练】")]
    #[case(Language::En, "[DRILL]")]
    fn a_drill_says_so_before_anything_else(#[case] language: Language, #[case] mark: &str) {
        let drill = MessageContext {
            drill: true,
            ..sample()
        };
        for kind in MessageKind::ALL {
            let content = rendered(kind, language, &drill);
            assert!(content.subject.starts_with(mark), "{}", content.subject);
            assert!(content.text.starts_with(mark), "{}", content.text);
            assert!(content.html.contains(mark));
            assert!(!rendered(kind, language, &sample()).subject.contains(mark));
        }
    }

    #[test]
    fn html_is_escaped_and_text_is_not() {
        let content = rendered(MessageKind::Order, Language::Zh, &sample());
        assert!(content.html.contains("许昌示例&lt;水泥&gt;有限公司"));
        assert!(!content.html.contains("<水泥>"));
        assert!(content.text.contains("许昌示例<水泥>有限公司"));
        assert!(content.text.contains("https://qk.example/o/k1.abc?x=1&y=2"));
    }

    #[test]
    fn a_html_mail_loads_nothing() {
        for (kind, language) in every() {
            let html = rendered(kind, language, &sample()).html;
            for loaded in ["<img", "<link", "<script", "src=", "url(", "@import"] {
                assert!(!html.contains(loaded), "{kind:?} {language:?}: {loaded}");
            }
        }
    }

    /// An order by the shipped texts, one of them put in another's place.
    fn with(name: &str, text: &str) -> Result<MailContent, TextError> {
        let path = format!("texts/zh/order/{name}");
        let text = File {
            path,
            text: text.to_owned(),
        };
        let files = Files::of(Files::shipped().iter().cloned().chain([text]));
        MessageText::read(&files, MessageKind::Order, Language::Zh)?.mail(&sample())
    }

    #[test]
    fn a_misspelt_name_is_an_error_and_not_a_gap() {
        let misspelt = "截止 {{ acknowledge_untill.zh }}";
        let Err(TextError::Render { path, source }) = with(TEXT, misspelt) else {
            panic!("rendered");
        };
        assert_eq!(path, "texts/zh/order/body.txt");
        assert_eq!(source.kind(), ErrorKind::UndefinedError);
    }

    #[test]
    fn a_text_that_never_ends_is_stopped() {
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let Err(TextError::Render { source, .. }) = with(TEXT, endless) else {
            panic!("rendered");
        };
        assert_eq!(source.kind(), ErrorKind::OutOfFuel);
    }

    #[test]
    fn a_text_that_is_no_template_is_named() {
        let Err(error) = with(TEXT, "{% if drill %}") else {
            panic!("parsed");
        };
        assert_eq!(
            error.to_string(),
            "`texts/zh/order/body.txt` is not a template"
        );
    }

    #[test]
    fn a_missing_text_is_named_by_its_path() {
        let nothing = Files::default();
        let error = MessageText::read(&nothing, MessageKind::Lift, Language::En).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no text `texts/en/lift/body.html` in the playbooks"
        );
    }

    #[test]
    fn a_subject_is_one_line() {
        let content = with(SUBJECT, "{{ region }}\r\nBcc: x").unwrap();
        assert_eq!(content.subject, "许昌市 Bcc: x");
    }
}
