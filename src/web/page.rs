//! What every page has in common on its way out: drawn whole, kept by nobody, in one language.

use askama::Template;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::cookie;
use super::problem::Problem;
use crate::app::Error;
use crate::i18n::Language;

/// A page nobody keeps: it is one person's, and changes with every act.
pub(super) fn draw(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let html = page.render().map_err(Error::internal)?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// The language a request asks for: in its address, else in its cookie, else that of the record.
pub(super) fn language(query: Option<&str>, headers: &HeaderMap) -> Language {
    let in_address = asked_language(query);
    let in_cookie = || cookie::language(headers);
    in_address.or_else(in_cookie).unwrap_or_default()
}

/// The language that an address names.
pub(super) fn asked_language(query: Option<&str>) -> Option<Language> {
    query?
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))?
        .parse()
        .ok()
}

/// The same address in the other language, without what was to be said once.
pub(super) fn switch_language(path: &str, query: Option<&str>, to: Language) -> String {
    let kept = query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(|pair| !pair.starts_with("lang=") && !pair.starts_with("said="));
    let mut address = format!("{path}?lang={}", to.as_str());
    for pair in kept {
        address.push('&');
        address.push_str(pair);
    }
    address
}

/// Whether whoever asks reads pages: a browser that follows an address, not a program.
pub(super) fn reads_pages(parts: &Parts) -> bool {
    let accepts = parts.headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
        && !parts.uri.path().starts_with("/api/")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_else("/orders", None, "/orders?lang=en")]
    #[case::a_filter_stays("/orders", Some("rung=issued&lang=zh"), "/orders?lang=en&rung=issued")]
    #[case::what_was_said_goes("/", Some("said=declined"), "/?lang=en")]
    fn an_address_keeps_what_it_asks_for_in_the_other_language(
        #[case] path: &str,
        #[case] query: Option<&str>,
        #[case] address: &str,
    ) {
        assert_eq!(switch_language(path, query, Language::En), address);
    }

    #[rstest]
    #[case::the_address_first(Some("lang=en"), "qk_lang=zh", Language::En)]
    #[case::then_the_cookie(Some("rung=issued"), "a=b; qk_lang=en", Language::En)]
    #[case::no_language_of_ours(Some("lang=fr"), "", Language::Zh)]
    fn a_language_is_asked_for_in_the_address_or_the_cookie(
        #[case] query: Option<&str>,
        #[case] cookies: &str,
        #[case] expected: Language,
    ) {
        let headers = [(header::COOKIE, cookies.parse().unwrap())];
        assert_eq!(language(query, &headers.into_iter().collect()), expected);
    }
}
