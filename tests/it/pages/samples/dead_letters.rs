//! What could not be delivered.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::dead_letters::{DeadLetter, DeadLettersPage};
use qingkong::web::pages::{Chrome, Role, Section, Setting};

use super::{at, chrome, owned};

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let letter = |key, channel: &str, why: &str| DeadLetter {
        key,
        subject: owned("/orders/4711"),
        recipient: owned("虚构·许东铸造厂"),
        channel: owned(channel),
        attempts: 9,
        last_at: at("11-23T19:21"),
        why: owned(why),
    };
    let some = DeadLettersPage {
        language,
        chrome: chrome(language, Section::DeadLetters, Role::Administrator),
        letters: vec![
            letter(9, "webhook", "410 Gone"),
            letter(4, "email", "550 5.1.1 <…>: Recipient address rejected"),
        ],
        more: true,
        redrive: Some(owned("/dead-letters/redrive")),
    };
    let none = DeadLettersPage {
        letters: vec![],
        more: false,
        chrome: Chrome {
            said: Some(match language {
                Language::Zh => owned("已重新发送 2 封。"),
                Language::En => owned("2 letters were sent again."),
            }),
            ..chrome(language, Section::DeadLetters, Role::Coordinator)
        },
        ..some.clone()
    };
    let seen = DeadLettersPage {
        redrive: None,
        chrome: Chrome {
            setting: Setting::Drill,
            ..chrome(language, Section::DeadLetters, Role::Inspector)
        },
        ..some.clone()
    };
    vec![
        ("dead-letters", some.render().unwrap()),
        ("dead-letters-none", none.render().unwrap()),
        ("dead-letters-read-only", seen.render().unwrap()),
    ]
}
