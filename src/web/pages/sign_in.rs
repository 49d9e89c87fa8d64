//! Signing in.

use askama::Template;

use crate::i18n::Language;
use crate::web::pages::Setting;

/// The sign-in page.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html", config = ".askama.toml")]
pub struct SignIn {
    /// The language of the page.
    pub language: Language,
    /// What kind of installation this is.
    pub setting: Setting,
    /// The name as typed before.
    pub name: String,
    /// Where to go afterwards, a path of ours.
    pub next: String,
    /// The same page in the other language.
    pub switch_language: String,
    /// Why the person is (again) asked.
    pub fault: Option<SignInFault>,
}

/// Why somebody is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFault {
    /// Name and password do not go together; which of them is wrong is not said.
    Refused,
    /// Too many attempts.
    Throttled {
        /// Minutes until the next attempt counts.
        minutes: u32,
    },
    /// The session has ended.
    Expired,
}

impl SignInFault {
    /// The sentence.
    pub fn sentence(self, language: Language) -> crate::i18n::Phrase {
        match self {
            Self::Refused => language.say("sign-in-refused"),
            Self::Throttled { minutes } => {
                language.say("sign-in-throttled").with("minutes", minutes)
            }
            Self::Expired => language.say("sign-in-expired"),
        }
    }
}
