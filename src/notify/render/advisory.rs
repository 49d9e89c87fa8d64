//! Letters about advisories: what one of the audience is told, as mail and webhook.
//!
//! There is no link, no duty and no hour to answer by in them, and nothing a template could write one
//! from: an advisory compels nobody.

use serde::Serialize;

use super::mail::MailTexts;
use super::{TextError, When};
use crate::domain::advisory::{AdvisoryKind, Telling};
use crate::domain::outlook;
use crate::i18n::Language;
use crate::notify::MailContent;
use crate::playbooks::Files;

/// What a letter about an advisory is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdvisoryMessage {
    /// A health notice is public (健康提示).
    HealthNotice,
    /// It ends before its time.
    HealthNoticeLifted,
    /// A temporary control is public (临时管控).
    TemporaryControl,
    /// It ends before its time.
    TemporaryControlLifted,
}

impl AdvisoryMessage {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::HealthNotice,
        Self::HealthNoticeLifted,
        Self::TemporaryControl,
        Self::TemporaryControlLifted,
    ];

    /// What tells of a step of an advisory of a kind.
    pub const fn of(kind: &AdvisoryKind, telling: Telling) -> Self {
        match (kind, telling) {
            (AdvisoryKind::HealthNotice { .. }, Telling::Published) => Self::HealthNotice,
            (AdvisoryKind::HealthNotice { .. }, Telling::Lifted) => Self::HealthNoticeLifted,
            (AdvisoryKind::TemporaryControl(_), Telling::Published) => Self::TemporaryControl,
            (AdvisoryKind::TemporaryControl(_), Telling::Lifted) => Self::TemporaryControlLifted,
        }
    }

    /// The folder of its texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HealthNotice => "health-notice",
            Self::HealthNoticeLifted => "health-notice-lifted",
            Self::TemporaryControl => "temporary-control",
            Self::TemporaryControlLifted => "temporary-control-lifted",
        }
    }
}

/// What every template of a letter about an advisory may use, by these names.
#[derive(Clone, Debug, Serialize)]
pub struct AdvisoryContext {
    /// Whether this is a drill (演练).
    pub drill: bool,
    /// The public id of the advisory.
    pub advisory: String,
    /// `health-notice` or `temporary-control`.
    pub kind: &'static str,
    /// Who receives it.
    pub recipient: String,
    /// The region it is for: `许昌市`.
    pub region: String,
    /// The parts of the region that are meant; all of it where none is named.
    pub parts: Vec<String>,
    /// Who publishes (发布机关).
    pub organ: String,
    /// The document number (文号), where it has one.
    pub document: Option<String>,
    /// The superior's document (上级文号), of a temporary control on its word.
    pub superior: Option<String>,
    /// The city's own decision, of a temporary control that rests on one.
    pub decision: Option<Decision>,
    /// What brings the air, of a health notice.
    pub cause: Option<Cause>,
    /// What is to be expected, and why (情况与趋势).
    pub text: String,
    /// What is recommended (建议性措施).
    pub advice: Vec<String>,
    /// When it was published (发布时刻).
    pub published_at: When,
    /// When it was lifted, or a warning took its place.
    pub lifted_at: Option<When>,
    /// From when.
    pub from: When,
    /// Until when, as it was published.
    pub until: When,
    /// When it ends instead, where it ends before its time.
    pub ends_at: Option<When>,
    /// Why it was lifted, by a person.
    pub reason: Option<String>,
    /// The coloured warning that took its place.
    pub warning: Option<String>,
    /// The telephone of the duty office (值班电话).
    pub phone: String,
}

/// A city's own decision.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// The body that decided (决定机关).
    pub by: String,
    /// Why.
    pub reason: String,
}

impl From<(&str, &str)> for Decision {
    fn from((by, reason): (&str, &str)) -> Self {
        Self {
            by: by.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// What brings the air, in words.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    /// `blown_dust`.
    pub code: &'static str,
    /// `局地扬沙`.
    pub zh: &'static str,
    /// `blown dust`.
    pub en: String,
}

impl From<outlook::Cause> for Cause {
    fn from(cause: outlook::Cause) -> Self {
        Self {
            code: cause.as_str(),
            zh: cause.zh(),
            en: cause.as_str().replace('_', " "),
        }
    }
}

/// The words of one kind of letter about advisories in one language, ready to be filled in.
#[derive(Debug)]
pub struct AdvisoryText(MailTexts);

impl AdvisoryText {
    /// The folder of their texts below that of a language.
    pub const FOLDER: &str = "advisory";

    /// The texts as the playbooks have them.
    pub fn read(
        files: &Files,
        message: AdvisoryMessage,
        language: Language,
    ) -> Result<Self, TextError> {
        let folder = format!("{}/{}", language.as_str(), Self::FOLDER);
        MailTexts::read(files, &folder, message.as_str()).map(Self)
    }

    /// The texts filled in, as a mail.
    pub fn mail(&self, context: &AdvisoryContext) -> Result<MailContent, TextError> {
        self.0.fill_in(context)
    }
}

#[cfg(test)]
pub(in crate::notify) mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::time::WrittenTime;

    fn when(text: &str) -> When {
        text.parse::<WrittenTime>().unwrap().into()
    }

    /// 许昌市, a temporary control on the province's word that a warning replaces.
    pub(crate) fn control() -> AdvisoryContext {
        AdvisoryContext {
            drill: false,
            advisory: "0193a1b2-0000-7000-8000-000000000007".to_owned(),
            kind: "temporary-control",
            recipient: "许昌示例<水泥>有限公司".to_owned(),
            region: "许昌市".to_owned(),
            parts: vec!["禹州市".to_owned(), "长葛市".to_owned()],
            organ: "许昌市生态环境保护委员会办公室".to_owned(),
            document: Some("许环委办〔2026〕12号".to_owned()),
            superior: Some("豫环委攻坚办〔2026〕88号".to_owned()),
            decision: None,
            cause: None,
            text: "25日至27日扩散条件不利，空气质量以中度污染为主".to_owned(),
            advice: vec![
                "建议错峰运输".to_owned(),
                "建议提高治污设施运行效率".to_owned(),
            ],
            published_at: when("2026-11-24T20:00"),
            lifted_at: None,
            from: when("2026-11-25T08:00"),
            until: when("2026-11-27T24:00"),
            ends_at: None,
            reason: None,
            warning: None,
            phone: "0374-0000000".to_owned(),
        }
    }

    fn health() -> AdvisoryContext {
        AdvisoryContext {
            kind: "health-notice",
            superior: None,
            parts: Vec::new(),
            cause: Some(outlook::Cause::Dust.into()),
            text: "受沙尘影响，25日至27日空气质量以重度污染为主".to_owned(),
            advice: vec!["建议儿童、老年人减少户外活动".to_owned()],
            ..control()
        }
    }

    /// Each with much to say.
    fn of(message: AdvisoryMessage) -> AdvisoryContext {
        match message {
            AdvisoryMessage::HealthNotice => health(),
            AdvisoryMessage::HealthNoticeLifted => AdvisoryContext {
                lifted_at: Some(when("2026-11-26T09:30")),
                ends_at: Some(when("2026-11-26T09:30")),
                reason: Some("冷空气提前到达".to_owned()),
                ..health()
            },
            AdvisoryMessage::TemporaryControl => control(),
            AdvisoryMessage::TemporaryControlLifted => AdvisoryContext {
                lifted_at: Some(when("2026-11-25T19:00")),
                ends_at: Some(when("2026-11-26T08:00")),
                warning: Some("0193a1b2-0000-7000-8000-000000000009".to_owned()),
                ..control()
            },
        }
    }

    fn mail(
        message: AdvisoryMessage,
        language: Language,
        context: &AdvisoryContext,
    ) -> MailContent {
        let text = AdvisoryText::read(&Files::shipped(), message, language).unwrap();
        text.mail(context).unwrap()
    }

    /// What 晋城 did in 2023: no superior's document, the city's own decision.
    fn own_control() -> AdvisoryContext {
        AdvisoryContext {
            superior: None,
            decision: Some(Decision::from((
                "许昌市重污染天气应急指挥部",
                "依据市应急预案，静稳天气持续",
            ))),
            ..control()
        }
    }

    #[test]
    fn the_letter_of_a_citys_own_control_reads_as_it_was_read_by_people() {
        for language in Language::ALL {
            let mail = mail(AdvisoryMessage::TemporaryControl, language, &own_control());
            assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
            let name = format!("temporary-control-own.{}", language.as_str());
            insta::assert_snapshot!(name, format!("{}\n\n{}", mail.subject, mail.text));
        }
    }

    #[rstest]
    #[case(Language::Zh, "经许昌市重污染天气应急指挥部决定", "部署")]
    #[case(
        Language::En,
        "by decision of 许昌市重污染天气应急指挥部",
        "on the instruction"
    )]
    fn a_citys_own_control_says_who_decided_it_and_why_and_names_no_superior(
        #[case] language: Language,
        #[case] decided: &str,
        #[case] superior: &str,
    ) {
        let own = mail(AdvisoryMessage::TemporaryControl, language, &own_control());
        for body in [own.text, own.html] {
            assert!(body.contains(decided), "{body}");
            assert!(body.contains("静稳天气持续"), "{body}");
            assert!(!body.contains(superior), "{body}");
        }
        let told = mail(AdvisoryMessage::TemporaryControl, language, &control());
        assert!(told.text.contains(superior), "{}", told.text);
        assert!(!told.text.contains("静稳天气持续"), "{}", told.text);
    }

    #[test]
    fn every_letter_reads_as_it_was_read_by_people() {
        for message in AdvisoryMessage::ALL {
            for language in Language::ALL {
                let mail = mail(message, language, &of(message));
                assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
                let name = format!("{}.{}", message.as_str(), language.as_str());
                let shown = format!("{}\n\n{}", mail.subject, mail.text);
                insta::assert_snapshot!(name, shown);
            }
        }
    }

    /// An advisory is no warning, binds nobody and is not to be answered: in plain text and in HTML.
    #[rstest]
    #[case(Language::Zh, ["不属预警", "不含强制性措施", "无需签收"])]
    #[case(Language::En, ["no warning", "no compulsory measure", "no acknowledgement"])]
    fn every_letter_says_what_it_is_not_and_links_nowhere(
        #[case] language: Language,
        #[case] says: [&str; 3],
    ) {
        for message in AdvisoryMessage::ALL {
            let MailContent { text, html, .. } = mail(message, language, &of(message));
            for body in [text, html] {
                for said in says {
                    assert!(body.contains(said), "{said}\n{body}");
                }
                assert!(!body.contains("http") && !body.contains("/o/"), "{body}");
            }
        }
    }

    #[test]
    fn what_people_wrote_stays_text_in_html() {
        let mail = mail(AdvisoryMessage::TemporaryControl, Language::Zh, &control());
        assert!(
            mail.html.contains("许昌示例&lt;水泥&gt;有限公司"),
            "{}",
            mail.html
        );
        assert!(
            mail.text.contains("许昌示例<水泥>有限公司"),
            "{}",
            mail.text
        );
    }

    #[test]
    fn a_letter_with_nothing_optional_leaves_no_gap() {
        for message in AdvisoryMessage::ALL {
            let context = AdvisoryContext {
                parts: Vec::new(),
                document: None,
                superior: None,
                decision: None,
                cause: None,
                advice: Vec::new(),
                reason: None,
                warning: None,
                ..of(message)
            };
            for language in Language::ALL {
                let MailContent { subject, text, .. } = mail(message, language, &context);
                for text in [&subject, &text] {
                    assert!(!text.contains("\n\n\n"), "{text}");
                    assert!(!text.to_lowercase().contains("none"), "{text}");
                    assert!(!text.contains("（）") && !text.contains("()"), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_drill_says_so_before_anything_else() {
        for message in AdvisoryMessage::ALL {
            let drill = AdvisoryContext {
                drill: true,
                ..of(message)
            };
            let zh = mail(message, Language::Zh, &drill);
            assert!(zh.subject.starts_with("【演练】"), "{}", zh.subject);
            assert!(zh.text.starts_with("【演练】"), "{}", zh.text);
            let en = mail(message, Language::En, &drill);
            assert!(en.subject.starts_with("[DRILL]"), "{}", en.subject);
            assert!(en.text.starts_with("[DRILL]"), "{}", en.text);
        }
    }
}
