//! Cookies: the session, and the language of the pages.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::app::account::SignedIn;
use crate::config::Server;
use crate::i18n::Language;

pub(super) const NAME: &str = "qingkong_session";

const LANGUAGE: &str = "qk_lang";

/// The secret in the session cookie of a request.
pub(super) fn session(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(NAME)
        .map(|cookie| cookie.value().to_owned())
}

/// The cookie of a session just begun. It lasts as long as the browser is open; when the session
/// ends is for the server to say.
pub(super) fn begun(server: &Server, signed_in: &SignedIn) -> Cookie<'static> {
    base(server, signed_in.secret.clone())
}

/// The cookie that takes the place of a session's and is gone at once.
pub(super) fn ended(server: &Server) -> Cookie<'static> {
    let mut cookie = base(server, String::new());
    cookie.make_removal();
    cookie
}

/// The language a browser was last shown, if it was asked for.
pub(super) fn language(headers: &HeaderMap) -> Option<Language> {
    let jar = CookieJar::from_headers(headers);
    jar.get(LANGUAGE)?.value().parse().ok()
}

/// The cookie that keeps a language.
pub(super) fn keeping(server: &Server, language: Language) -> Cookie<'static> {
    let mut cookie = base(server, language.as_str().to_owned());
    cookie.set_name(LANGUAGE);
    cookie.make_permanent();
    cookie
}

fn base(server: &Server, value: String) -> Cookie<'static> {
    let over_https = server
        .public_url
        .as_deref()
        .is_some_and(|url| url.starts_with("https:"));
    Cookie::build((NAME, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(over_https)
        .build()
}
