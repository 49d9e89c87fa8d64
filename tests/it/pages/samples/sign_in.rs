//! The way in.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::Setting;
use qingkong::web::pages::sign_in::{SignIn, SignInFault};

use super::owned;

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let page = |name: &str, setting, fault| {
        SignIn {
            language,
            setting,
            name: owned(name),
            next: owned("/"),
            switch_language: format!("?lang={}", language.other().as_str()),
            fault,
        }
        .render()
        .unwrap()
    };
    vec![
        ("sign-in", page("", Setting::Live, None)),
        (
            "sign-in-refused",
            page("officer", Setting::Demo, Some(SignInFault::Refused)),
        ),
        (
            "sign-in-throttled",
            page(
                "officer",
                Setting::Live,
                Some(SignInFault::Throttled { minutes: 10 }),
            ),
        ),
        (
            "sign-in-expired",
            page("officer", Setting::Drill, Some(SignInFault::Expired)),
        ),
    ]
}
